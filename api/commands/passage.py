"""`passage`: the character range of a text in a document, for whoever writes the authored form by hand."""

import hashlib
from pathlib import Path

import click

from api.home import no_data_dir_option


@click.command("passage", short_help="Fundstelle eines Textes in einem Dokument (von-bis).")
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("text", required=False)
@no_data_dir_option
def passage_command(document: Path, text: str | None) -> None:
    """Nennt jede Stelle, an der TEXT in der Textdatei DOCUMENT steht, in Codepunkten.

    Ohne TEXT werden die Angaben für den Abschnitt „document:“ der Autorenform gezeigt.
    """
    raw = document.read_bytes()
    content = raw.decode("utf-8")
    if text is None:
        click.echo(f"sha256: {hashlib.sha256(raw).hexdigest()}\ncharacters: {len(content)}")
        return
    start = content.find(text)
    if start < 0:
        raise click.UsageError(
            f"„{text}“ steht nicht in {document.name} (Schreibweise und Zeilenumbrüche zählen)."
        )
    while start >= 0:
        click.echo(f"{start}-{start + len(text)}")
        start = content.find(text, start + 1)
