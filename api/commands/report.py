"""`report`: the paper for the committee."""

from datetime import date
from importlib.metadata import version
from pathlib import Path

import click

from api.commands.options import circle_option, district_option, meant_district
from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from api.paper import paper
from api.report import FORMS, collected, file
from api.service import Reading, Shown
from graph.language import LANGUAGES, SOURCE, speaking
from graph.report import MOST, USUAL


@click.command("report", short_help="Der Bericht für das Gremium als HTML, PDF oder DOCX.")
@district_option
@circle_option("Mit wem verglichen wird.")
@click.option(
    "--limit",
    type=click.IntRange(1, MOST),
    default=USUAL,
    show_default=True,
    help="Höchstens so viele Befunde, die wichtigsten.",
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default=SOURCE,
    show_default=True,
    help="Sprache des Berichts.",
)
@click.option(
    "--output",
    "--out",
    "output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Datei; die Endung sagt, was: .html, .pdf oder .docx.",
)
@public_option
@data_dir_option
def report_command(
    district: str, circle: str, limit: int, language: str, output: Path, public: bool, data_dir: Path
) -> None:
    """Schreibt Auftrag, Verfahren, Befunde, Bilder, weiße Flecken, Urteile, offene Punkte und Quellen auf Papier."""
    form = output.suffix.removeprefix(".").casefold()
    if form not in FORMS:
        possible = ", ".join(f".{ending}" for ending in FORMS)
        raise click.UsageError(
            f"Die Endung {output.suffix or '(keine)'} ist nicht bekannt; möglich: {possible}."
        )
    shown = chosen(edition(data_dir), public)
    meant = meant_district(shown.read(), district)
    findings = Findings(shown)
    seen = Shown(shown.read, lambda: shown.fingerprint, findings.of, findings.one, encoder=findings.encoder)
    with speaking(language):
        found = collected(
            seen, Reading(shown.read(), shown.fingerprint), meant.key, circle, limit, not public, date.today()
        )
        output.write_bytes(file(paper(found, version("zukunftsgraph")), form))
    click.echo(f"{output} geschrieben ({output.stat().st_size // 1024} KB).", err=True)
