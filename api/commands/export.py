"""`export`: the open data, in the forms that others read.

What is written is meant to be given away, so it is the public edition and there is no option for anything else.
"""

from pathlib import Path

import click

from api.exports import FORMS, write
from api.home import data_dir_option, reading


@click.command("export", short_help="Offene Daten schreiben.")
@click.option("--format", "format_", type=click.Choice(list(FORMS)), required=True, help="Dateiform.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Datei.")
@data_dir_option
def export_command(format_: str, out: Path, data_dir: Path) -> None:
    """Schreibt alle Graphen (nquads, trig), die gültigen Aussagen (turtle, rdfxml, jsonld), die Maßnahmen als Tabelle
    (csv, xlsx) oder das Netz (graphml) in eine Datei.

    Nur was öffentlich ist, wird geschrieben.
    """
    count = write(reading(data_dir, public=True), format_, out)
    words = {"csv": "Maßnahmen", "xlsx": "Maßnahmen", "graphml": "Kanten"}
    click.echo(f"{out}: {count} {words.get(format_, 'Aussagen')}.", err=True)
