"""`counties`: two counties side by side."""

from dataclasses import asdict
from pathlib import Path

import click

from api.commands.options import Wanted, meant_district, tabular
from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from graph.counties import counties, table
from graph.crosswalk import crosswalk
from graph.inventory import inventory
from graph.partners import joined
from graph.themes import theme_tree


@click.command("counties", short_help="Zwei Kreise nebeneinander: nur hier, beide, nur dort.")
@click.argument("a")
@click.argument("b")
@tabular
@public_option
@data_dir_option
def counties_command(a: str, b: str, wanted: Wanted, public: bool, data_dir: Path) -> None:
    """Vergleicht Ziele, Handlungsfelder, Bedarfe, Maßnahmen und Akteure zweier Kreise (Schlüssel oder Namen)."""
    shown = chosen(edition(data_dir), public)
    store = shown.read()
    keys = [meant_district(store, asked).key for asked in (a, b)]
    if keys[0] == keys[1]:
        raise click.UsageError("Bitte zwei verschiedene Kreise nennen.")
    kept = Findings(shown)
    findings = joined(kept.of(key, "all") for key in keys)
    found = counties(inventory(store), crosswalk(store), theme_tree(store), findings, *keys)
    wanted.give(asdict(found), table(found), f"{found.a_label} und {found.b_label}")
    if wanted.on_screen:
        for section in found.sections:
            click.echo(section.sentence)
        click.echo(found.caution)
