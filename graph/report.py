"""The report: what a committee gets on paper about one district, as plain values; how it looks is for others to say.

It holds the strongest findings by class, who ties districts together, white spots, what bodies decided, what is open,
and every passage that the findings rest on. Long lists are cut at limits that the report itself names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from graph.board import Board
from graph.bridges import ROLES, Bridge
from graph.figures import OpenPoint
from graph.gaps import NOWHERE, REMOTE, FieldGap, Gaps, NeedGap
from graph.inventory import MEASURE, Inventory
from graph.judgements import CLASSES, DECIDED, OPEN, Judgement, Standing
from graph.partners import at_most
from graph.verdicts import IN_FORCE

USUAL, MOST = 50, 200
"""Findings in a report where nobody says how many, and at most."""
PASSAGES = 3
"""Passages of each side of a finding that are named; the page of the finding has all."""
ACTORS, DECISIONS, POINTS, SPOTS = 12, 60, 25, 15
"""Of each of these a report names at most so many, and says how many there are."""
UNSERVED = (NOWHERE, REMOTE)
"""Needs that count as white spots."""


@dataclass(frozen=True)
class Passage:
    """A place in a document, under a mark like `3.2`, and the numbers of the findings that rest on it."""

    mark: str
    section: str
    page: str
    start: int | None
    end: int | None
    findings: tuple[int, ...]


@dataclass(frozen=True)
class Document:
    """A document with the passages that the findings of the report rest on."""

    number: int
    label: str
    iri: str
    url: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Side:
    """One of the two things of a finding; `marks` name its passages, `more` counts those that are not named."""

    iri: str
    title: str
    district: str
    leads: tuple[str, ...]
    marks: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True)
class Entry:
    """A finding, numbered through the report; `a` is the side of the district."""

    number: int
    id: str
    kind: str
    a: Side
    b: Side
    score: float
    confidence: float
    reason: str
    decided: bool
    """Whether the sources say enough to tell the class."""
    status: str
    """What bodies decided comes to, one of the states of `graph.judgements`."""
    own_district: bool


@dataclass(frozen=True)
class Part:
    """The findings of one class, the decided ones before the guesses."""

    kind: str
    entries: tuple[Entry, ...]

    @property
    def decided(self) -> int:
        """How many of them are decided."""
        return sum(entry.decided for entry in self.entries)


@dataclass(frozen=True)
class Decision:
    """A judgement in force on a pair that concerns the district; `number` is that of the finding, 0 if not listed."""

    number: int
    a: str
    b: str
    judgement: Judgement
    status: str
    sentence: str


@dataclass(frozen=True)
class Limited:
    """How many of how many a list shows."""

    shown: int
    total: int


@dataclass(frozen=True)
class Report:
    """Everything the paper says."""

    district: str
    """The AGS."""
    label: str
    circle: str
    day: date
    internal: bool
    encoder: str
    """A sentence on what the findings were compared with."""
    own_measures: int
    other_measures: int
    other_districts: int
    total: int
    counts: Mapping[str, int]
    """Findings by class, all of them."""
    at_most: str
    """Says that weaker findings may be missing before any limit of ours; else empty."""
    parts: tuple[Part, ...]
    board: Board
    actors: tuple[Bridge, ...]
    needs: tuple[NeedGap, ...]
    fields: tuple[FieldGap, ...]
    spots: str
    """The white spots in one sentence."""
    caution: str
    decisions: tuple[Decision, ...]
    points: tuple[OpenPoint, ...]
    lists: tuple[str, ...]
    """What is known to be incomplete, in sentences."""
    documents: tuple[Document, ...]
    limits: Mapping[str, Limited]
    """For each list that is cut (`findings`, `actors`, `needs`, `fields`, `decisions`, `points`) by how much."""

    @property
    def entries(self) -> list[Entry]:
        """All findings of the report, by number."""
        return [entry for part in self.parts for entry in part.entries]


def report(
    known: Inventory,
    findings: Sequence[Mapping[str, Any]],
    standings: Iterable[Standing],
    board: Board,
    white: Gaps,
    ties: Iterable[Bridge],
    points: Sequence[OpenPoint],
    *,
    district: str,
    circle: str,
    day: date,
    most: int = USUAL,
    internal: bool = False,
    encoder: str = "",
) -> Report:
    """The report on a district (AGS). `findings` are all of its circle, `points` the open points that concern it.

    Everything must be of one edition: nothing is filtered here.
    """
    strongest = [finding for finding in findings if finding["rank"] <= most]
    places = _Places()
    parts = _parts(strongest, district, places)
    numbers = {entry.id: entry.number for part in parts for entry in part.entries}
    own = known.iri(district)
    actors = [tie for tie in ties if any(there.district == own for there in tie.districts)]
    needs = [need for need in white.needs if need.service in UNSERVED]
    decisions = _decisions(standings, {str(finding["id"]) for finding in findings}, numbers, own)
    others = [item for item in known.items.values() if item.kind == MEASURE and item.key != district]
    limits = {
        name: Limited(min(most_, total), total)
        for name, most_, total in (
            ("findings", len(strongest), len(findings)),
            ("actors", ACTORS, len(actors)),
            ("needs", SPOTS, len(needs)),
            ("fields", SPOTS, len(white.fields)),
            ("decisions", DECISIONS, len(decisions)),
            ("points", POINTS, len(points)),
        )
    }
    return Report(
        district=district,
        label=known.name(district),
        circle=circle,
        day=day,
        internal=internal,
        encoder=encoder,
        own_measures=len(known.of(district, MEASURE)),
        other_measures=len(others),
        other_districts=len({item.key for item in others if item.key.isdigit()}),
        total=len(findings),
        counts={kind: n for kind in CLASSES if (n := sum(f["class"] == kind for f in findings))},
        at_most=at_most(findings),
        parts=parts,
        board=board,
        actors=tuple(actors[:ACTORS]),
        needs=tuple(needs[:SPOTS]),
        fields=tuple(white.fields[:SPOTS]),
        spots=white.sentence,
        caution=white.caution,
        decisions=tuple(decisions[:DECISIONS]),
        points=tuple(points[:POINTS]),
        lists=tuple(dict.fromkeys(white.open_points)),
        documents=places.documents(),
        limits=limits,
    )


def roles_of(tie: Bridge, district: str) -> tuple[str, ...]:
    """The roles (keys of ROLES) of an actor in a district (IRI), the most telling first."""
    had = {role.role for there in tie.districts if there.district == district for role in there.roles}
    return tuple(role for role in ROLES if role in had)


_Place: TypeAlias = tuple[str, str, int | None, int | None]
"""Section, page, start and end."""


class _Places:
    """The passages met so far, each under its mark, the documents in the order in which they are met."""

    def __init__(self) -> None:
        self._documents: dict[str, tuple[str, str]] = {}
        self._passages: dict[str, dict[_Place, list[int]]] = {}

    def marks(self, sources: Sequence[Mapping[str, Any]], number: int) -> tuple[str, ...]:
        """The marks of some passages that the finding of that number rests on."""
        return tuple(dict.fromkeys(self._mark(source, number) for source in sources))

    def _mark(self, source: Mapping[str, Any], number: int) -> str:
        key = str(source.get("iri") or source["document"])
        self._documents.setdefault(key, (str(source["document"]), str(source.get("url") or "")))
        within = self._passages.setdefault(key, {})
        place = (
            str(source.get("section") or ""),
            str(source.get("page") or ""),
            source.get("start"),
            source.get("end"),
        )
        findings = within.setdefault(place, [])
        if number not in findings:
            findings.append(number)
        return f"{list(self._documents).index(key) + 1}.{list(within).index(place) + 1}"

    def documents(self) -> tuple[Document, ...]:
        """Everything that was met."""
        return tuple(
            Document(
                number,
                label,
                key if "://" in key else "",
                url,
                tuple(
                    Passage(f"{number}.{place}", *where, findings=tuple(findings))
                    for place, (where, findings) in enumerate(self._passages[key].items(), 1)
                ),
            )
            for number, (key, (label, url)) in enumerate(self._documents.items(), 1)
        )


def _parts(findings: Sequence[Mapping[str, Any]], district: str, places: _Places) -> tuple[Part, ...]:
    parts, number = [], 0
    for kind in CLASSES:
        of = [finding for finding in findings if finding["class"] == kind]
        of.sort(key=lambda finding: not finding.get("decided", True))
        entries = []
        for finding in of:
            number += 1
            entries.append(_entry(finding, number, district, places))
        if entries:
            parts.append(Part(kind, tuple(entries)))
    return tuple(parts)


def _entry(finding: Mapping[str, Any], number: int, district: str, places: _Places) -> Entry:
    a, b = finding["a"], finding["b"]
    if b["ags"] == district != a["ags"]:
        a, b = b, a
    return Entry(
        number=number,
        id=str(finding["id"]),
        kind=str(finding["class"]),
        a=_side(a, number, places),
        b=_side(b, number, places),
        score=float(finding["score"]),
        confidence=float(finding["confidence"]),
        reason=str(finding["reason"]),
        decided=bool(finding.get("decided", True)),
        status=str(finding.get("status") or OPEN),
        own_district=bool(finding.get("own_district")),
    )


def _side(side: Mapping[str, Any], number: int, places: _Places) -> Side:
    sources = side["sources"]
    return Side(
        iri=str(side["iri"]),
        title=str(side["title"]),
        district=str(side["district"]),
        leads=tuple(map(str, side["lead"])),
        marks=places.marks(sources[:PASSAGES], number),
        more=max(0, len(sources) - PASSAGES),
    )


def _decisions(
    standings: Iterable[Standing], findings: set[str], numbers: Mapping[str, int], own: str
) -> list[Decision]:
    """The judgements in force on pairs of the district: those on listed findings first, in their order."""
    found = []
    for standing in standings:
        for judgement in standing.judgements:
            concerns = standing.overlap in findings or any(side.district == own for side in judgement.sides)
            if judgement.status != IN_FORCE or not concerns or len(judgement.sides) != 2:
                continue
            sides = sorted(judgement.sides, key=lambda side: side.district != own)
            a, b = (side.title or side.iri for side in sides)
            said = standing.sentence if standing.status not in (OPEN, DECIDED) else ""
            found.append(Decision(numbers.get(standing.overlap, 0), a, b, judgement, standing.status, said))
    found.sort(key=lambda d: (d.number == 0, d.number, d.a.casefold(), d.judgement.id))
    return found
