"""`overlaps`, `check`, `compare`: what somebody else already does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from api.findings import Findings
from api.german import CLASSES
from api.home import chosen, data_dir_option, edition, public_option, reading
from api.service import strongest
from api.tables import as_json, show
from graph.circle import KINDS
from graph.compare.measures import measures
from graph.compare.overlaps import check, compare_lists, compare_pairs, write_lines
from graph.gazetteer import District, named_district
from graph.store import Askable
from queries import Row


@click.command("overlaps", short_help="Was macht schon jemand anders? Die Überschneidungen eines Kreises.")
@click.option("--district", required=True, help="Kreis: Schlüssel (08118) oder Name.")
@click.option(
    "--circle", type=click.Choice(KINDS), default="all", show_default=True, help="Mit wem verglichen wird."
)
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="Höchstens so viele Zeilen."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json", "xlsx"]),
    default="table",
    help="Ausgabeform.",
)
@click.option("--json", "as_data", is_flag=True, help="Dasselbe wie --format json.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Datei statt Bildschirm.")
@public_option
@data_dir_option
def overlaps_command(
    district: str,
    circle: str,
    limit: int,
    format_: str,
    as_data: bool,
    out: Path | None,
    public: bool,
    data_dir: Path,
) -> None:
    """Zeigt, welche Maßnahmen des Kreises andere schon haben, warum, und wo es steht."""
    shown = chosen(edition(data_dir), public)
    meant = _district(shown.read(), district)
    found = strongest(Findings(shown).of(meant.key, circle), limit)
    if as_data or format_ == "json":
        text = as_json(found)
        if out:
            out.write_text(f"{text}\n", encoding="utf-8")
        else:
            click.echo(text)
        return
    show([_row(finding) for finding in found], format_, out, f"Überschneidungen {meant.label}")


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
    store = reading(data_dir, public)
    key = _district(store, district).key if district else ""
    found = [overlap.as_json() for overlap in check(idea, measures(store), key, limit)]
    if as_data:
        click.echo(as_json(found))
    elif found:
        show([_row(finding) for finding in found], "table", None, "Dopplungs-Check")
    else:
        click.echo("Dazu ist nichts Ähnliches bekannt. Das heißt nicht, dass es das nirgends gibt.")


@click.command("compare", short_help="Listen vergleichen, die nicht im Graphen stehen.")
@click.argument("lists", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--pairs", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Paare (TSV).")
@click.option(
    "--measures",
    "known",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Maßnahmen (JSONL).",
)
@click.option("--all", "all_pairs", is_flag=True, help="Bei zwei Listen auch unverbundene Paare ausgeben.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Vorhersagen (JSONL)."
)
@data_dir_option
def compare_command(
    lists: tuple[Path, ...],
    pairs: Path | None,
    known: Path | None,
    all_pairs: bool,
    out: Path,
    data_dir: Path,
) -> None:
    """Vergleicht Paare einer Liste (--pairs und --measures) oder zwei Listen (A.jsonl B.jsonl) miteinander."""
    if pairs and known and not lists:
        rows = compare_pairs(pairs, known)
    elif len(lists) == 2 and not pairs and not known:
        rows = compare_lists(*lists, all_pairs=all_pairs)
    else:
        raise click.UsageError("Entweder --pairs und --measures angeben oder genau zwei Listen.")
    click.echo(f"{out}: {write_lines(rows, out)} Paare.", err=True)


def _district(store: Askable, asked: str) -> District:
    meant, others = named_district(store, asked)
    if others:
        click.echo(f"Gemeint ist {meant}; denkbar wäre auch {', '.join(map(str, others))}.", err=True)
    return meant


def _row(finding: Mapping[str, Any]) -> Row:
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
