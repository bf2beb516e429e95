"""The comparison from end to end: profile → candidates → dimensions → classify → explain → judge.

`overlaps` compares the measures of a district with those of its circle, `check` an idea with all that is known (or
`check_in` with an index of it), `compare_pairs` and `compare_lists` lists that are not in the graph. Where there are
too many pairs to look at, `candidates` chooses; `whole` compares large lists block by block.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph.circle import Circle
from graph.compare.candidates import ALL_PAIRS, candidates, close_pairs, comparable_pairs, features
from graph.compare.classify import CLASSES, RELATED, UNDECIDED, Weights, classify, load_weights
from graph.compare.dimensions import Column, Pairs, Table, dimensions, table
from graph.compare.engines import local
from graph.compare.evaluate import pair_values, profiles_of, read_measures, read_pairs
from graph.compare.explain import Overlap, Verdict, explain, overlap_id
from graph.compare.index import Index
from graph.compare.meaning import NONE
from graph.compare.profile import NEED, Measure, Profile, places_of, profile

Flags = NDArray[np.bool_]

RELATED_SHARE = 0.15
"""How many of the pairs that look alike at all are taken to be related in a real circle. The benchmark was pooled
(four of ten are); this is a cautious assumption, not a measured figure. It lowers the confidence, not the score."""
ALONE, FAR, NEEDS = 0.5, 0.6, 5
"""What the limited list takes first: pairs of which only know-how can be shared (two plans for two districts, two own
networks or buildings) count half, partners outside the neighbouring counties and the planning region six tenths, and
needs get every fifth place, or else they fill the list (44 of Ludwigsburg's 61 things are needs). A prize that was won
counts half as well: it is nothing that is done."""
FEW = 3
"""So many findings of one kind on one measure the limited list shows; more are folded into the best of these."""


def overlaps(
    measures: Sequence[Measure],
    circle: Circle,
    district: str,
    limit: int = 50,
) -> list[Overlap]:
    """The strongest overlaps of a district (AGS) with its circle and with itself, sorted by class, score and id."""
    places = places_of(measures)
    everyone = [profile(m, places) for m in measures if m.ags == district or circle.holds(m.authority)]
    return overlaps_among(everyone, circle, district, limit)


def overlaps_among(
    profiles: Sequence[Profile],
    circle: Circle,
    district: str,
    limit: int = 50,
) -> list[Overlap]:
    """The same from profiles, which cost most."""
    everyone = [p for p in profiles if p.measure.ags == district or circle.holds(p.measure.authority)]
    return overlaps_in(table(everyone), circle, district, limit)


def overlaps_in(
    known: Table, circle: Circle, district: str, limit: int = 50, close: Pairs | None = None
) -> list[Overlap]:
    """The same from a table, for who compares several districts; `close` are its `likely_within`, where it is large."""
    everyone = np.array(
        [p.measure.ags == district or circle.holds(p.measure.authority) for p in known.profiles], dtype=bool
    )
    own = np.array([p.measure.ags == district for p in known.profiles], dtype=bool)
    return ranked(related(known, known, _of(known, own, everyone, close)), circle, limit)


def _of(known: Table, own: Flags, everyone: Flags, close: Pairs | None) -> Pairs:
    """The pairs of somebody's own rows with everyone's that are looked at, the own one first."""
    if close is not None:
        forth = own[close[:, 0]] & everyone[close[:, 1]]
        back = ~forth & own[close[:, 1]] & everyone[close[:, 0]]
        return np.concatenate([close[forth], close[back][:, ::-1]])
    x, y = np.flatnonzero(own), np.flatnonzero(everyone)
    pairs = candidates([known.profiles[i] for i in x], [known.profiles[j] for j in y])
    return np.stack([x[pairs[:, 0]], y[pairs[:, 1]]], axis=1)


def likely_within(known: Table) -> Pairs | None:
    """The close pairs of a table with itself; None where it is so small that every pair is compared."""
    if len(known.profiles) ** 2 <= ALL_PAIRS:
        return None
    found = close_pairs(features(known), None, local)
    return comparable_pairs(known.profiles, known.profiles, np.stack([found.i, found.j], axis=1))


def ranked(found: "list[Finding]", circle: Circle, limit: int) -> list[Overlap]:
    """The `limit` findings most worth looking at, explained, sorted by class, score and id.

    A measure that has many of one kind shows FEW of them; the others stand behind all that are shown, and the one they
    are like names them (`also`). A list that is long enough has them all.
    """
    everything = _ranked(found, circle)
    shown, folded = _folded(everything)
    under = {finding.id for others in folded.values() for finding in others}
    behind = _in_turn([finding for finding in everything if finding.id in under])
    chosen = [
        replace(finding.explained(), rank=rank, also=tuple(other.id for other in folded.get(finding.id, ())))
        for rank, finding in enumerate([*_in_turn(shown), *behind][:limit], 1)
    ]
    chosen.sort(key=lambda o: (CLASSES.index(o.kind), -o.score, o.id))
    return chosen


def check(idea: str, measures: Sequence[Measure], district: str = "", limit: int = 10) -> list[Overlap]:
    """What is already there like this idea, the most related first; the idea is side `a` of every overlap.

    The first line of `idea` is read as its title; `district` is the AGS of the county that has it.
    """
    places = places_of(measures)
    one, others = (
        table([profile(_asked(idea, district), places)]),
        table([profile(m, places) for m in measures]),
    )
    return _answer(related(one, others, candidates(one.profiles, others.profiles)), limit)


def check_in(index: Index, idea: str, district: str = "", limit: int = 10) -> list[Overlap]:
    """The same from an index: the DEEP measures that most speaks for are compared as ever, the others are not read."""
    one = index.understood([_asked(idea, district)])
    others = index.rows(index.near(features(one), DEEP))
    return _answer(related(one, others, candidates(one.profiles, others.profiles)), limit)


def vague(idea: str, places: frozenset[str] = frozenset()) -> bool:
    """Whether an idea says too little for "nothing like it is known" to be an answer.

    How much it says is what the classifier makes of it: set beside itself, both sides say as much. `places` are masked.
    """
    said = table([profile(_asked(idea, ""), places)], None)
    beside_itself = classify(dimensions(said, said, np.zeros((1, 2), dtype=np.int64)), _weights(NONE))
    return bool(beside_itself.substance[0] < ENOUGH)


ENOUGH = 0.62
"""One word has a substance of 0.6 at most, two words 0.63 at least: one word alone leaves open what is meant."""
DEEP = 300
"""Measures of an index that an idea is compared with in full."""


def _asked(idea: str, district: str) -> Measure:
    title, _, rest = idea.strip().partition("\n")
    return Measure(iri="", title=title.strip(), description=" ".join(rest.split()), ags=district)


def _answer(found: "list[Finding]", limit: int) -> list[Overlap]:
    found.sort(key=lambda finding: (-finding.verdict.score, finding.id))
    return [finding.explained() for finding in found[:limit]]


def compare_pairs(pairs_path: Path, measures_path: Path) -> Iterator[dict[str, object]]:
    """A prediction for every pair of the file: pair_id, class, score, duplicate, confidence, in the pairs' order."""
    pairs = read_pairs(pairs_path)
    values = pair_values(pairs, profiles_of(read_measures(measures_path)))
    verdicts = classify(values, load_weights())
    for index, pair in enumerate(pairs):
        yield {"pair_id": pair.id, **prediction(verdicts, index)}


def compare_lists(a: Path, b: Path, all_pairs: bool = False) -> Iterator[dict[str, object]]:
    """Every pair of a measure of list `a` with one of list `b` that is more than same field, or really every pair."""
    left, right = named_for("a", read_measures(a)), named_for("b", read_measures(b))
    places = places_of([*left, *right])
    rows_a, rows_b = ([profile(m, places) for m in side] for side in (left, right))
    pairs = candidates(rows_a, rows_b)
    table_a, table_b = table(rows_a), table(rows_b)
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK]
        verdicts = classify(dimensions(table_a, table_b, block), load_weights())
        for index, (i, j) in enumerate(block):
            if all_pairs or CLASSES[verdicts.classes[index]] in RELATED:
                yield {"pair_id": f"{left[i].iri[2:]}|{right[j].iri[2:]}", **prediction(verdicts, index)}


def named_for(name: str, measures: Sequence[Measure]) -> list[Measure]:
    """The measures with ids that are the list's own: "1" of one list is not "1" of the other."""
    return [replace(measure, iri=f"{name}:{measure.iri}") for measure in measures]


BLOCK = 20_000
"""Pairs that are compared at once: bounds the memory (a pair takes some 10 KB while it is compared)."""


@dataclass(frozen=True)
class Finding:
    """A related pair before it is put into words."""

    id: str
    a: Profile
    b: Profile
    verdict: Verdict
    values: dict[str, float]

    def explained(self) -> Overlap:
        """The overlap with its reasons."""
        return explain(self.a, self.b, self.values, self.verdict)

    @property
    def of_need(self) -> bool:
        """Whether one of the two is a need."""
        return NEED in (self.a.role, self.b.role)


def related(a: Table, b: Table, pairs: Pairs) -> list[Finding]:
    """The pairs of a related class, in the order of the pairs. The confidence is that of a real circle."""
    weights = _weights(NONE if a.meaning is None else a.meaning.name)
    found = []
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK]
        values = dimensions(a, b, block)
        verdicts, sober = classify(values, weights), classify(values, weights, RELATED_SHARE)
        confidence = sober.score * sober.substance
        for index in np.flatnonzero(verdicts.classes < len(RELATED)):
            x, y = a.profiles[block[index, 0]], b.profiles[block[index, 1]]
            verdict = Verdict(
                kind=CLASSES[verdicts.classes[index]],
                score=round(float(verdicts.score[index]), 4),
                duplicate=float(verdicts.duplicate[index]),
                confidence=float(confidence[index]),
                decided=bool(confidence[index] >= UNDECIDED),
            )
            numbers = {name: float(column[index]) for name, column in values.items()}
            found.append(Finding(overlap_id(x.measure.iri, y.measure.iri), x, y, verdict, numbers))
    return found


@cache
def _weights(encoder: str) -> Weights:
    return load_weights(encoder)


def _ranked(found: list[Finding], circle: Circle) -> list[Finding]:
    """The findings in the order of what is worth most to look at."""

    def worth(finding: Finding) -> tuple[float, str]:
        values = finding.values
        factor = ALONE if values["both_plans"] or values["both_places"] or values["award"] else 1.0
        if not {finding.a.measure.authority, finding.b.measure.authority} <= circle.near:
            factor *= FAR
        return -finding.verdict.score * factor, finding.id

    return _in_turn(sorted(found, key=worth))


def _in_turn(found: list[Finding]) -> list[Finding]:
    """The findings in their order, but needs only at every fifth place or at the end."""
    needs = [finding for finding in reversed(found) if finding.of_need]
    others = [finding for finding in reversed(found) if not finding.of_need]
    ranked: list[Finding] = []
    while needs or others:
        turn_of_needs = len(ranked) % NEEDS == NEEDS - 1
        ranked.append((needs or others).pop() if turn_of_needs else (others or needs).pop())
    return ranked


def _folded(found: list[Finding]) -> tuple[list[Finding], dict[str, list[Finding]]]:
    """The findings that are shown, and those folded into each of them (by its id), in their order."""
    shown: list[Finding] = []
    folded: dict[str, list[Finding]] = {}
    best: dict[tuple[str, str], list[str]] = {}
    for finding in found:
        clusters = [(finding.verdict.kind, p.measure.iri) for p in (finding.a, finding.b)]
        full = [cluster for cluster in clusters if len(best.get(cluster, ())) >= FEW]
        if full:
            folded.setdefault(best[full[0]][0], []).append(finding)
            continue
        shown.append(finding)
        for cluster in clusters:
            best.setdefault(cluster, []).append(finding.id)
    return shown, folded


class Predicted(Protocol):
    """What a prediction is written from: a column of each, `Verdicts` of the classifier or of whole lists."""

    @property
    def classes(self) -> NDArray[np.int64]: ...
    @property
    def score(self) -> Column: ...
    @property
    def duplicate(self) -> Column: ...
    @property
    def confidence(self) -> Column: ...
    @property
    def decided(self) -> Flags: ...


def prediction(verdicts: Predicted, index: int) -> dict[str, object]:
    """What is written of one pair."""
    return {
        "class": CLASSES[verdicts.classes[index]],
        "score": round(float(verdicts.score[index]), 6),
        "duplicate": round(float(verdicts.duplicate[index]), 6),
        "confidence": round(float(verdicts.confidence[index]), 4),
        "decided": bool(verdicts.decided[index]),
    }


def write_lines(rows: Iterator[dict[str, object]], path: Path) -> int:
    """Writes one JSON object a line and returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count
