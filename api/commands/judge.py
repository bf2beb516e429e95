"""`judge` and `judgements`: what was decided about overlaps."""

from datetime import datetime
from pathlib import Path

import click

from api.commands.load import WAIT
from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from api.tables import as_json, show
from api.words import CLASSES, STATES
from graph.compare.explain import overlap_id
from graph.errors import Unknown
from graph.gazetteer import named_district
from graph.home import Home
from graph.judgements import (
    COURSES,
    Draft,
    Judgement,
    Standing,
    complete,
    history,
    judge,
    judgements,
    standings,
    withdraw,
)
from graph.store import Askable
from graph.verdicts import VISIBILITIES
from graph.vocabulary import address
from queries import Row

DAY = click.DateTime(["%Y-%m-%d", "%d.%m.%Y"])
SETTLED = {"nothing": "unrelated"}
"""Other words for a class."""


@click.command("judge", short_help="Ein Urteil über eine Überschneidung festhalten oder zurücknehmen.")
@click.argument("overlap", required=False)
@click.option("--class", "kind", type=click.Choice([*CLASSES, *SETTLED]), help="Wie beide zusammenhängen.")
@click.option("--course", type=click.Choice(list(COURSES)), help="Was daraus folgt.")
@click.option("--body", default="", help="Gremium oder Stelle: Adresse (body/…), Name oder in Worten.")
@click.option("--role", default="", help="Rolle darin, nie der Name einer Person.")
@click.option("--reason", default="", help="Grund in einem Satz.")
@click.option("--owner", default="", help="Wer sich kümmert: Stelle oder Amt.")
@click.option("--due", type=DAY, help="Frist (2026-12-31).")
@click.option(
    "--visibility",
    type=click.Choice(list(VISIBILITIES)),
    default="internal",
    show_default=True,
    help="; ".join(f"{name}: {seen_by}" for name, seen_by in VISIBILITIES.items()) + ".",
)
@click.option("--on", type=DAY, show_default="heute", help="Tag des Urteils oder der Erledigung.")
@click.option("--withdraw", "withdrawn", metavar="ID", help="Dieses Urteil zurücknehmen; dazu --reason.")
@click.option("--done", metavar="ID", help="Die Folgerung dieses Urteils ist erledigt.")
@click.option("--json", "as_data", is_flag=True, help="Ausgabe als JSON.")
@data_dir_option
def judge_command(
    overlap: str | None,
    kind: str | None,
    course: str | None,
    body: str,
    role: str,
    reason: str,
    owner: str,
    due: datetime | None,
    visibility: str,
    on: datetime | None,
    withdrawn: str | None,
    done: str | None,
    as_data: bool,
    data_dir: Path,
) -> None:
    """Hält fest, was ein Gremium über die Überschneidung OVERLAP entschieden hat.

    OVERLAP ist die Kennung aus „overlaps --json“ oder ein Paar „measure/a|project/b“. Ein neues Urteil desselben
    Gremiums ersetzt sein altes. Nichts wird gelöscht: --withdraw nimmt ein Urteil mit Grund zurück.
    """
    asked = [
        name for name, given in (("OVERLAP", overlap), ("--withdraw", withdrawn), ("--done", done)) if given
    ]
    if len(asked) != 1:
        raise click.UsageError("Bitte genau eines angeben: OVERLAP, --withdraw ID oder --done ID.")
    home = edition(data_dir)
    if withdrawn:
        found = withdraw(home, withdrawn, reason, wait=WAIT)
    elif done:
        found = complete(home, done, on.date() if on else None, wait=WAIT)
    else:
        missing = [f"--{name}" for name, given in (("class", kind), ("course", course)) if not given]
        if missing:
            raise click.UsageError(f"Es fehlt: {', '.join(missing)}.")
        a, b, identity = _pair(home, overlap or "")
        draft = Draft(
            a,
            b,
            SETTLED.get(kind or "", kind or ""),
            course or "",
            body,
            role,
            reason,
            owner,
            due.date() if due else None,
            on.date() if on else None,
            visibility,
        )
        found = judge(home, draft, identity, wait=WAIT)
    click.echo(as_json(found.as_json()) if as_data else f"Urteil {found.id}: {found.sentence}")
    if found.visibility == "body":
        click.echo(f"Zu sehen: {found.seen_by}.", err=True)


@click.command("judgements", short_help="Was entschieden ist, was noch zu tun ist, was sich widerspricht.")
@click.argument("overlap", required=False)
@click.option("--district", default="", help="Nur Überschneidungen dieses Kreises: Schlüssel oder Name.")
@click.option(
    "--open",
    "only_open",
    is_flag=True,
    help="Nur, was noch zu tun ist: nicht erledigt, seither geändert oder widersprüchlich.",
)
@click.option("--json", "as_data", is_flag=True, help="Ausgabe als JSON.")
@public_option
@data_dir_option
def judgements_command(
    overlap: str | None, district: str, only_open: bool, as_data: bool, public: bool, data_dir: Path
) -> None:
    """Zeigt die Urteile, mit OVERLAP alle über diese Überschneidung samt ihrer Geschichte."""
    store = chosen(edition(data_dir), public).read()
    found = standings(store, judgements(store))
    if overlap:
        wanted = _identity(overlap)
        found = [standing for standing in found if standing.overlap == wanted]
        if not found:
            raise Unknown("Eine bewertete Überschneidung", overlap)
    if district:
        found = [standing for standing in found if _lies_in(store, standing, district)]
    if only_open:
        found = [standing for standing in found if standing.to_do]
    if as_data:
        click.echo(as_json([standing.with_history() for standing in found]))
    elif overlap:
        click.echo(f"{STATES[found[0].status]}: {found[0].sentence}\n")
        events = history(found[0].judgements)
        show([{"Zeit": e.at, "Urteil": e.judgement, "was": e.sentence} for e in events], "table", None, "")
    else:
        show([_row(s, j) for s in found for j in s.judgements if j.status == "in_force"], "table", None, "")


def _pair(home: Home, said: str) -> tuple[str, str, str]:
    """Both measures and the id of an overlap: of a pair, of a judged one, or of one that the comparison found."""
    if "|" in said:
        a, b = (address(part) for part in said.split("|", 1))
        return a, b, overlap_id(a, b)
    identity = _identity(said)
    for judgement in judgements(home.internal.read()):
        if judgement.overlap == identity and len(judgement.sides) == 2:
            a, b = (side.iri for side in judgement.sides)
            return a, b, identity
    finding = Findings(home.internal).one(identity)
    if finding is None:
        raise Unknown("Die Überschneidung", said)
    return finding["a"]["iri"], finding["b"]["iri"], identity


def _identity(said: str) -> str:
    if "|" in said:
        return overlap_id(*(address(part) for part in said.split("|", 1)))
    return said.strip().rpartition("/")[2]


def _lies_in(store: Askable, standing: Standing, district: str) -> bool:
    meant, _ = named_district(store, district)
    return any(side.district == meant.iri for judgement in standing.judgements for side in judgement.sides)


def _row(standing: Standing, judgement: Judgement) -> Row:
    owner = judgement.owner.label if judgement.owner else ""
    return {
        "Stand": STATES[standing.status],
        "Überschneidung": standing.overlap,
        "Maßnahmen": " – ".join(side.title for side in judgement.sides),
        "Urteil": judgement.verdict,
        "von": judgement.signature,
        "Grund": judgement.reason,
        "zuständig": owner + (f", bis {judgement.due:%d.%m.%Y}" if judgement.due else ""),
        "erledigt": f"{judgement.done:%d.%m.%Y}" if judgement.done else "",
        "Kennung": judgement.id,
    }
