"""`export`: the open data, in the formats that others read.

What is written is meant to be given away, so it is the public edition and there is no option for anything else.
"""

from pathlib import Path

import click
import pyoxigraph as ox
from rdflib import Graph

from api.home import data_dir_option, reading
from graph.store import QuadStore, from_ox
from ontology import PREFIXES

WHOLE = {"nquads": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG}
"""Formats that hold all graphs."""
TRIPLES = {"turtle": "turtle", "rdfxml": "xml", "jsonld": "json-ld"}
"""Formats that hold the accepted statements alone."""


@click.command("export", short_help="Offene Daten schreiben.")
@click.option("--format", "format_", type=click.Choice([*WHOLE, *TRIPLES]), required=True, help="Dateiform.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Datei.")
@data_dir_option
def export_command(format_: str, out: Path, data_dir: Path) -> None:
    """Schreibt alle Graphen (nquads, trig) oder die gültigen Aussagen (turtle, rdfxml, jsonld) in eine Datei.

    Nur was öffentlich ist, wird geschrieben.
    """
    store = reading(data_dir, public=True)
    unfinished = out.with_name(f".{out.name}.unfertig")
    try:
        if format_ in WHOLE:
            prefixes = {name: str(space) for name, space in PREFIXES.items()} if format_ == "trig" else None
            quads = sorted(store, key=str)
            ox.serialize(quads, str(unfinished), format=WHOLE[format_], prefixes=prefixes)
        else:
            _accepted(store).serialize(destination=unfinished, format=TRIPLES[format_], encoding="utf-8")
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(
        f"{out}: {len(store) if format_ in WHOLE else sum(1 for _ in store.quads())} Aussagen.", err=True
    )


def _accepted(store: QuadStore) -> Graph:
    graph = Graph()
    for prefix, space in PREFIXES.items():
        graph.bind(prefix, space)
    for quad in store.quads():
        graph.add((from_ox(quad.subject), from_ox(quad.predicate), from_ox(quad.object)))
    return graph
