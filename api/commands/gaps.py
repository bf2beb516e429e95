"""`gaps`: needs that nobody serves, action fields without project, themes that nobody works on."""

from dataclasses import asdict
from pathlib import Path

import click

from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from api.tables import as_json, show, tabular
from graph.circle import KINDS
from graph.crosswalk import crosswalk
from graph.gaps import gaps, table
from graph.gazetteer import named_district
from graph.inventory import inventory
from graph.themes import theme_tree


@click.command("gaps", short_help="Weiße Flecken: Bedarfe, Felder und Themen, denen niemand dient.")
@click.option("--district", required=True, help="Kreis: Schlüssel (08118) oder Name.")
@click.option(
    "--circle",
    type=click.Choice(KINDS),
    default="all",
    show_default=True,
    help="Wo nach Projekten gesucht wird.",
)
@tabular
@public_option
@data_dir_option
def gaps_command(
    district: str, circle: str, format_: str, as_data: bool, out: Path | None, public: bool, data_dir: Path
) -> None:
    """Nennt zu jedem Bedarf, wer ihm dient: hier, nur anderswo („hier Bedarf, dort Projekt“) oder nirgends."""
    shown = chosen(edition(data_dir), public)
    store = shown.read()
    key = named_district(store, district)[0].key
    findings = Findings(shown).of(key, circle)
    found = gaps(store, inventory(store), crosswalk(store), theme_tree(store), findings, key, circle)
    if as_data or format_ == "json":
        text = as_json(asdict(found))
        if out:
            out.write_text(f"{text}\n", encoding="utf-8")
        else:
            click.echo(text)
        return
    show(table(found), format_, out, f"Weiße Flecken {found.label}")
    if format_ == "table" and not out:
        click.echo("\n".join([found.sentence, *found.open_points, found.caution]))
