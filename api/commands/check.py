"""`check`: is there something like this idea already?"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from api.german import CLASSES
from api.home import chosen, data_dir_option, edition, public_option
from api.tables import as_json, show
from graph.compare.index import Index, current, ready
from graph.compare.overlaps import check_in
from graph.edition import Edition
from graph.gazetteer import District, named_district
from graph.store import Askable
from queries import Row


@click.command("check", short_help="Dopplungs-Check: gibt es diese Idee schon?")
@click.argument("idea")
@click.option("--district", default="", help="Kreis, für den die Idee ist.")
@click.option(
    "--limit", type=click.IntRange(1), default=10, show_default=True, help="Höchstens so viele Zeilen."
)
@click.option("--json", "as_data", is_flag=True, help="Ausgabe als JSON.")
@public_option
@data_dir_option
def check_command(idea: str, district: str, limit: int, as_data: bool, public: bool, data_dir: Path) -> None:
    """Sucht zu einer Idee, was es schon gibt: erst der Titel, nach einem Zeilenumbruch die Beschreibung."""
    if not idea.strip():
        raise click.UsageError("Bitte die Idee in Worte fassen.")
    shown = chosen(edition(data_dir), public)
    key = meant_district(shown.read(), district).key if district else ""
    found = [overlap.as_json() for overlap in check_in(index_of(shown), idea, key, limit)]
    if as_data:
        click.echo(as_json(found))
    elif found:
        show([finding_row(finding) for finding in found], "table", None, "Dopplungs-Check")
    else:
        click.echo("Dazu ist nichts Ähnliches bekannt. Das heißt nicht, dass es das nirgends gibt.")


def index_of(shown: Edition) -> Index:
    """The index of an edition; where it has to be built, stderr says how far that is."""
    found = ready(shown)
    if found is not None:
        return found
    with import_module("api.progress").bar() as progress:
        return current(shown, progress)


def meant_district(store: Askable, asked: str) -> District:
    """The district that somebody means; stderr says what else the words could mean."""
    meant, others = named_district(store, asked)
    if others:
        click.echo(f"Gemeint ist {meant}; denkbar wäre auch {', '.join(map(str, others))}.", err=True)
    return meant


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
