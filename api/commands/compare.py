"""`compare`: lists that are not in the graph, two with each other or one with itself."""

from collections.abc import Iterator
from pathlib import Path

import click

from api.home import data_dir_option
from api.progress import bar
from api.settings import Settings
from graph.compare.engines import engine
from graph.compare.overlaps import compare_pairs, write_lines
from graph.compare.whole import compare_files

LISTS = "lists"
"""Folder of the data directory in which the indexes of lists are kept."""


@click.command("compare", short_help="Listen vergleichen, die nicht im Graphen stehen.")
@click.argument("lists", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--pairs", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Paare (TSV).")
@click.option(
    "--measures",
    "known",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Maßnahmen (JSONL).",
)
@click.option("--all", "all_pairs", is_flag=True, help="Auch unverbundene Paare ausgeben.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Vorhersagen (JSONL)."
)
@click.option(
    "--engine",
    "engine_name",
    default=lambda: Settings().engine,
    show_default="local",
    help="Wo bei großen Listen gerechnet wird: local, dask oder dask:ADRESSE.",
)
@data_dir_option
def compare_command(
    lists: tuple[Path, ...],
    pairs: Path | None,
    known: Path | None,
    all_pairs: bool,
    out: Path,
    engine_name: str,
    data_dir: Path,
) -> None:
    """Vergleicht Paare einer Liste (--pairs und --measures), zwei Listen (A.jsonl B.jsonl) oder eine mit sich selbst.

    Große Listen werden blockweise verglichen. Was fertig ist, bleibt im Datenverzeichnis liegen: ein abgebrochener Lauf
    geht beim nächsten Mal weiter, und eine neue Liste gegen eine bekannte kostet nur das Neue.
    """
    if pairs and known and not lists:
        rows: Iterator[dict[str, object]] = compare_pairs(pairs, known)
        count = write_lines(rows, out)
    elif 1 <= len(lists) <= 2 and not pairs and not known:
        run = engine(engine_name)
        with bar() as progress:
            rows = compare_files(lists, data_dir / LISTS, run, all_pairs, progress)
            count = write_lines(rows, out)
    else:
        raise click.UsageError("Entweder --pairs und --measures angeben oder eine oder zwei Listen.")
    click.echo(f"{out}: {count} Paare.", err=True)
