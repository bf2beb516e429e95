"""The comparison from end to end: profile → candidates → dimensions → classify → explain → judge.

`overlaps` compares the measures of a district with those of its circle, `check` an idea with all that is known,
`compare_pairs` and `compare_lists` lists that are not in the graph.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graph.circle import Circle
from graph.compare.candidates import candidates
from graph.compare.classify import CLASSES, RELATED, Verdicts, classify, load_weights
from graph.compare.dimensions import Pairs, Table, Values, dimensions, table
from graph.compare.evaluate import pair_values, profiles_of, read_measures, read_pairs
from graph.compare.explain import Overlap, Verdict, explain, overlap_id
from graph.compare.judge import Judgement, judge
from graph.compare.profile import Measure, places_of, profile

RELATED_SHARE = 0.15
"""How many of the pairs in a circle are taken to be related. The benchmark was pooled (four of ten); of the pairs in
a circle far fewer are, but most of the rest are so unlike that the model never doubts them. The share that counts is
that among pairs with some likeness; 15 % is a cautious assumption, not a measured figure."""


@dataclass(frozen=True)
class Idea:
    """What somebody thinks of doing, in a sentence."""

    text: str
    district: str = ""
    ags: str = ""


def overlaps(
    measures: Sequence[Measure],
    circle: Circle,
    district: str,
    limit: int = 50,
    judgements: Sequence[Judgement] = (),
) -> list[Overlap]:
    """The strongest overlaps of a district (AGS) with its circle and with itself, sorted by class, score and id."""
    own = [m for m in measures if m.ags == district]
    others = [m for m in measures if m.ags == district or circle.holds(m.authority)]
    places = places_of(measures)
    profiles_own, profiles_others = ([profile(m, places) for m in side] for side in (own, others))
    pairs = candidates(profiles_own, profiles_others)
    found = _related(table(profiles_own), table(profiles_others), pairs, limit, RELATED_SHARE)
    return judge(found, judgements)


def check(
    idea: Idea | str, measures: Sequence[Measure], district: str = "", limit: int = 10
) -> list[Overlap]:
    """What is already there like this idea, strongest first by relatedness; the idea is side `a` of every overlap."""
    text = idea if isinstance(idea, str) else idea.text
    title, _, rest = text.strip().partition("\n")
    asked = Measure(iri="", title=title.strip(), description=" ".join(rest.split()), ags=district)
    places = places_of(measures)
    one, others = [profile(asked, places)], [profile(m, places) for m in measures]
    found = _related(table(one), table(others), candidates(one, others), limit, RELATED_SHARE)
    return sorted(found, key=lambda o: (-o.score, o.id))


def compare_pairs(pairs_path: Path, measures_path: Path) -> Iterator[dict[str, object]]:
    """A prediction for every pair of the file: pair_id, class, score, duplicate, confidence, in the pairs' order."""
    pairs = read_pairs(pairs_path)
    values = pair_values(pairs, profiles_of(read_measures(measures_path)))
    verdicts = classify(values, load_weights())
    for index, pair in enumerate(pairs):
        yield {"pair_id": pair.id, **_prediction(verdicts, index)}


def compare_lists(a: Path, b: Path, all_pairs: bool = False) -> Iterator[dict[str, object]]:
    """Every pair of a measure of list `a` with one of list `b` that is more than same field, or really every pair."""
    left, right = read_measures(a), read_measures(b)
    places = places_of([*left, *right])
    rows = [[profile(m, places) for m in side] for side in (left, right)]
    pairs = candidates(*rows)
    tables = [table(side) for side in rows]
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK]
        verdicts = classify(dimensions(tables[0], tables[1], block), load_weights())
        for index, (i, j) in enumerate(block):
            if all_pairs or CLASSES[verdicts.classes[index]] in RELATED:
                yield {"pair_id": f"{left[i].iri}|{right[j].iri}", **_prediction(verdicts, index)}


BLOCK = 20_000
"""Pairs that are compared at once: bounds the memory (a row of letters is 64 KB)."""


def _related(a: Table, b: Table, pairs: Pairs, limit: int, share: float | None) -> list[Overlap]:
    """The `limit` most related pairs, in the order of class, score and id.

    The limit takes the strongest by score whatever their class, or else weak overlaps would push out strong
    complements, which stand last in the order.
    """
    weights = load_weights()
    found: list[tuple[float, str, tuple[int, int], Values, Verdicts, int]] = []
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK]
        values = dimensions(a, b, block)
        verdicts = classify(values, weights, share)
        for index in np.flatnonzero(verdicts.classes < len(RELATED)):
            i, j = int(block[index, 0]), int(block[index, 1])
            name = overlap_id(a.profiles[i].measure.iri, b.profiles[j].measure.iri)
            found.append((-round(float(verdicts.score[index]), 4), name, (i, j), values, verdicts, int(index)))
    found.sort(key=lambda row: row[:2])
    explained = [
        explain(
            a.profiles[i],
            b.profiles[j],
            {name: float(column[index]) for name, column in values.items()},
            Verdict(
                CLASSES[verdicts.classes[index]],
                -score,
                float(verdicts.duplicate[index]),
                float(verdicts.confidence[index]),
            ),
        )
        for score, _, (i, j), values, verdicts, index in found[:limit]
    ]
    return sorted(explained, key=lambda o: (CLASSES.index(o.kind), -o.score, o.id))


def _prediction(verdicts: Verdicts, index: int) -> dict[str, object]:
    return {
        "class": CLASSES[verdicts.classes[index]],
        "score": round(float(verdicts.score[index]), 6),
        "duplicate": round(float(verdicts.duplicate[index]), 6),
        "confidence": round(float(verdicts.confidence[index]), 4),
    }


def write_lines(rows: Iterator[dict[str, object]], path: Path) -> int:
    """Writes one JSON object a line and returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count
