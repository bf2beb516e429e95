"""`gaps`: needs that nobody serves, action fields without project, themes that nobody works on."""

from dataclasses import asdict
from pathlib import Path

import click

from api.commands.options import Wanted, circle_option, district_option, meant_district, tabular
from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from graph.crosswalk import crosswalk
from graph.gaps import gaps, table
from graph.inventory import inventory
from graph.themes import theme_tree


@click.command("gaps", short_help="Weiße Flecken: Bedarfe, Felder und Themen, denen niemand dient.")
@district_option
@circle_option("Wo nach Projekten gesucht wird.")
@tabular
@public_option
@data_dir_option
def gaps_command(district: str, circle: str, wanted: Wanted, public: bool, data_dir: Path) -> None:
    """Nennt zu jedem Bedarf, wer ihm dient: hier, nur anderswo („hier Bedarf, dort Projekt“) oder nirgends."""
    shown = chosen(edition(data_dir), public)
    store = shown.read()
    key = meant_district(store, district).key
    findings = Findings(shown).of(key, circle)
    found = gaps(store, inventory(store), crosswalk(store), theme_tree(store), findings, key, circle)
    wanted.give(asdict(found), table(found), f"Weiße Flecken {found.label}")
    if wanted.on_screen:
        click.echo("\n".join([found.sentence, *found.open_points, found.caution]))
