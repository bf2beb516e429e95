"""`counties`: two counties side by side."""

from dataclasses import asdict
from pathlib import Path

import click

from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from api.tables import as_json, show, tabular
from graph.counties import counties, table
from graph.crosswalk import crosswalk
from graph.gazetteer import named_district
from graph.inventory import inventory
from graph.partners import joined
from graph.themes import theme_tree


@click.command("counties", short_help="Zwei Kreise nebeneinander: nur hier, beide, nur dort.")
@click.argument("a")
@click.argument("b")
@tabular
@public_option
@data_dir_option
def counties_command(
    a: str, b: str, format_: str, as_data: bool, out: Path | None, public: bool, data_dir: Path
) -> None:
    """Vergleicht Ziele, Handlungsfelder, Bedarfe, Maßnahmen und Akteure zweier Kreise (Schlüssel oder Namen)."""
    shown = chosen(edition(data_dir), public)
    store = shown.read()
    keys = [named_district(store, asked)[0].key for asked in (a, b)]
    if keys[0] == keys[1]:
        raise click.UsageError("Bitte zwei verschiedene Kreise nennen.")
    kept = Findings(shown)
    findings = joined(kept.of(key, "all") for key in keys)
    found = counties(inventory(store), crosswalk(store), theme_tree(store), findings, *keys)
    if as_data or format_ == "json":
        text = as_json(asdict(found))
        if out:
            out.write_text(f"{text}\n", encoding="utf-8")
        else:
            click.echo(text)
        return
    show(table(found), format_, out, f"{found.a_label} und {found.b_label}")
    if format_ == "table" and not out:
        for section in found.sections:
            click.echo(section.sentence)
        click.echo(found.caution)
