"""What people decided about an overlap, and what that means for its status.

A decided pair is not asked again, unless one of its two measures has changed materially since; then the old decision
stands beside it and the pair is open again. Judgements lie in their own graph and hide nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from graph.compare.explain import OPEN, Overlap
from graph.store import Askable
from graph.vocabulary import PREFIXES
from ontology.namespaces import GRAPH

DECIDED, CHANGED = "decided", "changed"
"""The states of an overlap beside `open`: decided; decided once, but a measure has changed since."""


@dataclass(frozen=True)
class Judgement:
    """A dated verdict on an overlap by a role in a body: never a private person."""

    overlap: str
    """The overlap's id."""
    kind: str
    """The class that was decided, one of the classes of the comparison."""
    course: str = ""
    """What is to be done: a code of the list `consequence`."""
    reason: str = ""
    body: str = ""
    role: str = ""
    on: date | None = None
    fingerprint: str = ""
    """Of the two measures as they were when it was decided; empty: decided whatever they become."""


def judge(overlaps: Sequence[Overlap], judgements: Iterable[Judgement]) -> list[Overlap]:
    """The same overlaps in the same order, each with its status; of several judgements the latest counts."""
    latest: dict[str, Judgement] = {}
    for judgement in sorted(judgements, key=lambda j: j.on or date.min):
        latest[judgement.overlap] = judgement
    return [overlap.with_status(_status(overlap, latest.get(overlap.id))) for overlap in overlaps]


def _status(overlap: Overlap, judgement: Judgement | None) -> str:
    if judgement is None:
        return OPEN
    same = judgement.fingerprint in ("", overlap.fingerprint)
    return DECIDED if same else CHANGED


def judgements(store: Askable) -> list[Judgement]:
    """The judgements in the store's judgements graph, oldest first."""
    rows = store.select(
        PREFIXES
        + f"""SELECT ?overlap ?kind ?course ?reason ?body ?role ?on ?fingerprint WHERE {{
            GRAPH <{GRAPH.judgements}> {{
                ?judgement a zg:Judgement ; zg:judgementOf ?overlap .
                OPTIONAL {{ ?judgement zg:overlapClass ?kind }}
                OPTIONAL {{ ?judgement zg:consequence ?course }}
                OPTIONAL {{ ?judgement zg:reason ?reason }}
                OPTIONAL {{ ?judgement zg:judgedBy ?body }}
                OPTIONAL {{ ?judgement org:role ?role }}
                OPTIONAL {{ ?judgement zg:begin ?on }}
                OPTIONAL {{ ?judgement zg:fingerprint ?fingerprint }} }} }} ORDER BY ?on ?overlap"""
    )
    return [
        Judgement(
            overlap=_last(row["overlap"]),
            kind=_last(row["kind"]).replace("-", "_"),
            course=_last(row["course"]),
            reason=str(row["reason"] or ""),
            body=str(row["body"] or ""),
            role=str(row["role"] or ""),
            on=date.fromisoformat(str(row["on"])[:10]) if row["on"] else None,
            fingerprint=str(row["fingerprint"] or ""),
        )
        for row in rows
    ]


def _last(value: object) -> str:
    return str(value or "").rpartition("/")[2]
