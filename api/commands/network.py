"""`network`: the network of actors, bodies, strategies and measures as a picture or for other programs."""

from pathlib import Path

import click
from rdflib import URIRef

from api.home import data_dir_option, public_option, reading
from graph.errors import Unknown
from graph.network import FORMS, network, node_of, resolve, written
from visualizations.network import page

ENDINGS = {form.suffix: name for name, form in FORMS.items()}
"""Ends of file names and the forms they stand for."""


@click.command("network", short_help="Das Netz als Seite oder Datei (html, gexf, graphml, json, csv).")
@click.option("--focus", help="Ding (typ/name oder Adresse), um das es gehen soll.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Datei; die Endung sagt, was.",
)
@public_option
@data_dir_option
def network_command(focus: str | None, out: Path, public: bool, data_dir: Path) -> None:
    """Schreibt das Netz als Seite, die ohne Verbindung läuft (html), oder für andere Programme.

    Als Tabelle gibt es die Kanten (NAME.edges.csv) und die Knoten (NAME.nodes.csv).
    """
    form = next((name for ending, name in ENDINGS.items() if out.name.endswith(ending)), "")
    if out.suffix != ".html" and not form:
        possible = ", ".join([".html", *ENDINGS])
        raise click.UsageError(
            f"Die Endung {out.suffix or '(keine)'} ist nicht bekannt; möglich: {possible}."
        )
    store = reading(data_dir, public)
    center = resolve(focus) if focus else None
    if center and not store.ask(f"ASK {{ {URIRef(center).n3()} ?p ?o }}"):
        raise Unknown("Das Ding", str(focus))
    if out.suffix == ".html":
        whole = network(store)
        center = center and node_of(whole, center)
        out.write_text(page(whole, "Akteure, Gremien und Strategien", center), encoding="utf-8")
    else:
        out.write_bytes(written(network(store, center), form))
    click.echo(f"{out} geschrieben ({out.stat().st_size // 1024} KB).", err=True)
