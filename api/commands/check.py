"""`check`: is there something like this idea already?"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from api.commands.options import Wanted, limit_option, meant_district, tabular
from api.findings import compared_with, told
from api.home import chosen, data_dir_option, edition, public_option
from api.words import CLASSES
from graph.compare.index import Index, current, ready
from graph.compare.meaning import load_beside
from graph.compare.overlaps import check_in, vague
from graph.edition import Edition
from queries import Row

UNDECIDED = (
    "Nicht entschieden – bitte genauer beschreiben: So wenige Worte lassen sich mit nichts vergleichen."
)


@click.command("check", short_help="Dopplungs-Check: gibt es diese Idee schon?")
@click.argument("idea")
@click.option("--district", default="", help="Kreis, für den die Idee ist.")
@limit_option(10)
@tabular
@public_option
@data_dir_option
def check_command(idea: str, district: str, limit: int, wanted: Wanted, public: bool, data_dir: Path) -> None:
    """Sucht zu einer Idee, was es schon gibt: erst der Titel, nach einem Zeilenumbruch die Beschreibung."""
    if not idea.strip():
        raise click.UsageError("Bitte die Idee in Worte fassen.")
    load_beside()
    shown = chosen(edition(data_dir), public)
    key = meant_district(shown.read(), district).key if district else ""
    index = index_of(shown)
    found = [told(overlap.as_json()) for overlap in check_in(index, idea, key, limit)]
    if found or not wanted.on_screen:
        wanted.give(found, [finding_row(finding) for finding in found], "Dopplungs-Check")
    if not found and vague(idea, index.places):
        click.echo(UNDECIDED, err=True)
    elif not found and wanted.on_screen:
        click.echo("Dazu ist nichts Ähnliches bekannt. Das heißt nicht, dass es das nirgends gibt.")
    say_encoder(compared_with(index.encoder))


def index_of(shown: Edition) -> Index:
    """The index of an edition; where it has to be built, stderr says how far that is."""
    found = ready(shown)
    if found is not None:
        return found
    with import_module("api.progress").bar() as progress:
        return current(shown, progress)


def say_encoder(compared: Mapping[str, str]) -> None:
    """Says on stderr with which encoder was compared."""
    click.echo(compared["sentence"], err=True)


def finding_row(finding: Mapping[str, Any]) -> Row:
    """One overlap as a line for people: what, with whom, why, and where it stands."""
    a, b = finding["a"], finding["b"]
    return {
        "Klasse": CLASSES[finding["class"]],
        "Wert": round(finding["score"], 2),
        "Maßnahme": a["title"],
        "gibt es schon bei": b["district"] + (" (im eigenen Kreis)" if finding.get("own_district") else ""),
        "dort": b["title"],
        "warum": finding["reason"],
        "Quelle": "; ".join(map(_source, [*a["sources"][:1], *b["sources"][:1]])),
    }


def _source(source: dict[str, object]) -> str:
    span = f" {source['start']}–{source['end']}" if source["start"] is not None else ""
    return f"{source['document']}{span}"
