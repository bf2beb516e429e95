"""`overlaps`: what somebody else already does."""

from pathlib import Path

import click

from api.commands.check import finding_row, meant_district
from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from api.service import strongest
from api.tables import as_json, show, tabular
from graph.circle import KINDS


@click.command("overlaps", short_help="Was macht schon jemand anders? Die Überschneidungen eines Kreises.")
@click.option("--district", required=True, help="Kreis: Schlüssel (08118) oder Name.")
@click.option(
    "--circle", type=click.Choice(KINDS), default="all", show_default=True, help="Mit wem verglichen wird."
)
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="Höchstens so viele Zeilen."
)
@tabular
@public_option
@data_dir_option
def overlaps_command(
    district: str,
    circle: str,
    limit: int,
    format_: str,
    as_data: bool,
    out: Path | None,
    public: bool,
    data_dir: Path,
) -> None:
    """Zeigt, welche Maßnahmen des Kreises andere schon haben, warum, und wo es steht."""
    shown = chosen(edition(data_dir), public)
    meant = meant_district(shown.read(), district)
    found = strongest(Findings(shown).of(meant.key, circle), limit)
    if as_data or format_ == "json":
        text = as_json(found)
        if out:
            out.write_text(f"{text}\n", encoding="utf-8")
        else:
            click.echo(text)
        return
    show([finding_row(finding) for finding in found], format_, out, f"Überschneidungen {meant.label}")
