"""`board`: who does what where, shared themes × districts."""

from dataclasses import asdict
from pathlib import Path

import click

from api.home import data_dir_option, public_option, reading
from api.tables import as_json, show, tabular
from graph.board import board, details, matrix
from graph.circle import KINDS
from graph.crosswalk import crosswalk
from graph.gazetteer import named_district
from graph.inventory import inventory
from graph.themes import theme_tree


@click.command("board", short_help="Wer macht was wo? Themen und Kreise als Tafel.")
@click.option("--district", required=True, help="Kreis: Schlüssel (08118) oder Name.")
@click.option(
    "--circle",
    type=click.Choice(KINDS),
    default="region",
    show_default=True,
    help="Welche Kreise daneben stehen.",
)
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
    district: str,
    circle: str,
    under: str,
    in_detail: bool,
    format_: str,
    as_data: bool,
    out: Path | None,
    public: bool,
    data_dir: Path,
) -> None:
    """Zählt je Thema und Kreis Strategien (S), Handlungsfelder (H), Maßnahmen (M) und Bedarfe (B).

    „–“: nichts genannt; „(–)“: nichts genannt, aber die Liste ist unvollständig; „?“: vom Kreis ist nichts bekannt.
    """
    store = reading(data_dir, public)
    key = named_district(store, district)[0].key
    found = board(store, inventory(store), crosswalk(store), theme_tree(store), key, circle, under)
    if as_data or format_ == "json":
        text = as_json(asdict(found))
        if out:
            out.write_text(f"{text}\n", encoding="utf-8")
        else:
            click.echo(text)
        return
    show(details(found) if in_detail else matrix(found), format_, out, f"Tafel {found.columns[0].label}")
    if format_ == "table" and not out:
        click.echo(
            "S Strategien, H Handlungsfelder, M Maßnahmen, B Bedarfe; – nichts genannt, (–) nichts genannt und Liste"
        )
        click.echo("unvollständig, ? nichts bekannt. Ein Ding kann in mehreren Zeilen stehen.")
        click.echo(f"{found.sentence}\n{found.caution}")
