"""`board`: who does what where, shared themes × districts."""

from dataclasses import asdict
from pathlib import Path

import click

from api.commands.options import Wanted, circle_option, district_option, meant_district, tabular
from api.home import data_dir_option, public_option, reading
from graph.board import board, details, matrix
from graph.crosswalk import crosswalk
from graph.inventory import inventory
from graph.themes import theme_tree


@click.command("board", short_help="Wer macht was wo? Themen und Kreise als Tafel.")
@district_option
@circle_option("Welche Kreise daneben stehen.", default="region")
@click.option(
    "--under", default="", help="Thema, dessen engere Themen die Zeilen sind (theme/digitalisierung)."
)
@click.option(
    "--details", "in_detail", is_flag=True, help="Eine Zeile für jedes genannte Ding statt der Tafel."
)
@tabular
@public_option
@data_dir_option
def board_command(
    district: str, circle: str, under: str, in_detail: bool, wanted: Wanted, public: bool, data_dir: Path
) -> None:
    """Zählt je Thema und Kreis Strategien (S), Handlungsfelder (H), Maßnahmen (M) und Bedarfe (B).

    „–“: nichts genannt; „(–)“: nichts genannt, aber die Liste ist unvollständig; „?“: vom Kreis ist nichts bekannt.
    """
    store = reading(data_dir, public)
    key = meant_district(store, district).key
    found = board(store, inventory(store), crosswalk(store), theme_tree(store), key, circle, under)
    rows = details(found) if in_detail else matrix(found)
    wanted.give(asdict(found), rows, f"Tafel {found.columns[0].label}")
    if wanted.on_screen:
        click.echo(
            "S Strategien, H Handlungsfelder, M Maßnahmen, B Bedarfe; – nichts genannt, (–) nichts genannt und Liste"
        )
        click.echo("unvollständig, ? nichts bekannt. Ein Ding kann in mehreren Zeilen stehen.")
        click.echo(f"{found.sentence}\n{found.caution}")
