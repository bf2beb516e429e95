"""The typed dimensions of a pair of measures, each a number from 0 to 1, or unknown (nan).

Themes are compared on the tree of subjects (sharing "Wärmenetze" says more than sharing "Energie"), activities and
beneficiaries as weighted sets, texts by letters and by meaning. All of it is matrix work on whole lists of pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from graph.compare.profile import MEASURE, NEED, PLAN, Profile
from graph.compare.text import Matrix, letters, meanings
from graph.compare.words import lexicon

Pairs = NDArray[np.int64]
Column = NDArray[np.float64]

DIMENSIONS = (
    ("theme", "Thema"),
    ("goal", "Ziel"),
    ("activity", "Art der Tätigkeit"),
    ("beneficiary", "Begünstigte"),
    ("actor", "Akteure"),
    ("territory", "Gebiet"),
    ("time", "Zeit"),
    ("money", "Geld"),
    ("text", "Wortlaut"),
    ("meaning", "Sinn"),
    ("field", "Handlungsfeld"),
)
"""The dimensions as they are shown, with their German names."""
DISTANCE = 0.5
"""What a subject passes on to the one above it; a convention, the model weighs the result."""


@dataclass(frozen=True)
class Table:
    """Profiles as rows of matrices, so that pairs are compared by the thousand."""

    profiles: tuple[Profile, ...]
    subjects: Matrix
    own_subjects: Matrix
    goals: Matrix
    activities: Matrix
    beneficiaries: Matrix
    letters_title: Matrix
    letters_text: Matrix
    letters_field: Matrix
    meaning_title: Matrix | None
    meaning_text: Matrix | None
    meaning_field: Matrix | None


def table(profiles: Sequence[Profile], meaning: bool = True) -> Table:
    """The matrices of these profiles; `meaning=False` leaves the embedding out."""
    order, above = _tree()
    own = _matrix([p.subjects for p in profiles], order)
    titles, texts, fields = ([getattr(p, name) for p in profiles] for name in ("title", "text", "field"))

    def vectors(words: list[str]) -> Matrix | None:
        return meanings(words) if meaning else None

    return Table(
        profiles=tuple(profiles),
        subjects=np.asarray((own[:, :, None] * above[None, :, :]).max(axis=1), dtype=np.float32),
        own_subjects=own,
        goals=_matrix([p.goals for p in profiles], _codes("goals")),
        activities=_matrix([p.activities for p in profiles], _codes("activities")),
        beneficiaries=_matrix([p.beneficiaries for p in profiles], _codes("beneficiaries")),
        letters_title=letters(titles),
        letters_text=letters(texts),
        letters_field=letters(fields),
        meaning_title=vectors(titles),
        meaning_text=vectors(texts),
        meaning_field=vectors(fields),
    )


def dimensions(a: Table, b: Table, pairs: Pairs) -> dict[str, Column]:
    """All numbers of the pairs (row of `a`, row of `b`): the shown dimensions and what the model reads besides."""
    left, right = pairs[:, 0], pairs[:, 1]
    depth = _depths()
    sa, sb = a.subjects[left], b.subjects[right]
    shared = np.minimum(sa, sb) * depth
    union = (np.maximum(sa, sb) * depth).sum(1)
    theme = _ratio(shared.sum(1), union)
    theme_top = shared.max(1, initial=0.0) / depth.max()
    subset = _ratio(shared.sum(1), np.minimum((sa * depth).sum(1), (sb * depth).sum(1)))
    values: dict[str, Column] = {
        "theme": theme,
        "theme_top": theme_top.astype(float),
        "theme_subset": subset,
        "goal": _overlap(a.goals[left], b.goals[right]),
        "activity": _overlap(a.activities[left], b.activities[right]),
        "activity_main": (a.activities[left] * b.activities[right]).max(1).astype(float),
        "beneficiary": _overlap(a.beneficiaries[left], b.beneficiaries[right]),
        "text": _dot(a.letters_text, b.letters_text, left, right),
        "title": _dot(a.letters_title, b.letters_title, left, right),
        "field": _dot(a.letters_field, b.letters_field, left, right),
        "meaning": _dot(a.meaning_text, b.meaning_text, left, right),
        "meaning_title": _dot(a.meaning_title, b.meaning_title, left, right),
        "meaning_field": _dot(a.meaning_field, b.meaning_field, left, right),
        "meaning_cross": np.maximum(
            _dot(a.meaning_field, b.meaning_text, left, right),
            _dot(a.meaning_text, b.meaning_field, left, right),
        ),
    }
    pa, pb = [a.profiles[i] for i in left], [b.profiles[j] for j in right]
    values |= _roles(pa, pb)
    values["actor"] = np.array([_jaccard(x.actors, y.actors) for x, y in zip(pa, pb, strict=True)])
    values["territory"] = np.array(
        [float(not (x.own_object and y.own_object)) for x, y in zip(pa, pb, strict=True)]
    )
    values["time"] = np.array([_time(x.years, y.years) for x, y in zip(pa, pb, strict=True)])
    values["money"] = np.array([1.0 if x.funds & y.funds else np.nan for x, y in zip(pa, pb, strict=True)])
    values["depth"] = np.array([min(x.depth, y.depth) for x, y in zip(pa, pb, strict=True)], dtype=float)
    return values


def _roles(pa: Sequence[Profile], pb: Sequence[Profile]) -> dict[str, Column]:
    roles = [(x.role, y.role) for x, y in zip(pa, pb, strict=True)]
    own = [(x.own_object, y.own_object) for x, y in zip(pa, pb, strict=True)]
    return {
        "both_plans": np.array([float(r == (PLAN, PLAN)) for r in roles]),
        "one_plan": np.array([float((r[0] == PLAN) != (r[1] == PLAN)) for r in roles]),
        "one_need": np.array([float((r[0] == NEED) != (r[1] == NEED)) for r in roles]),
        "both_measures": np.array([float(r == (MEASURE, MEASURE)) for r in roles]),
        "both_own": np.array([float(x and y) for x, y in own]),
        "one_own": np.array([float(x != y) for x, y in own]),
    }


def _matrix(rows: Sequence[object], codes: Sequence[str]) -> Matrix:
    column = {code: index for index, code in enumerate(codes)}
    matrix = np.zeros((len(rows), len(codes)), dtype=np.float32)
    for index, row in enumerate(rows):
        assert isinstance(row, dict)
        for code, weight in row.items():
            if code in column:
                matrix[index, column[code]] = weight
    return matrix


@cache
def _tree() -> tuple[tuple[str, ...], Matrix]:
    entries = lexicon("subjects").entries
    codes = tuple(entry.code for entry in entries)
    parent = {entry.code: entry.parent for entry in entries}
    above = np.zeros((len(codes), len(codes)), dtype=np.float32)
    for row, code in enumerate(codes):
        weight, current = 1.0, code
        while current:
            above[row, codes.index(current)] = weight
            weight, current = weight * DISTANCE, parent[current]
    return codes, above


@cache
def _depths() -> Matrix:
    entries = lexicon("subjects").entries
    parent = {entry.code: entry.parent for entry in entries}
    depths = []
    for entry in entries:
        depth, current = 1, entry.parent
        while current:
            depth, current = depth + 1, parent[current]
        depths.append(depth)
    return np.asarray(depths, dtype=np.float32)


@cache
def _codes(name: str) -> tuple[str, ...]:
    if name == "goals":
        return tuple(dict.fromkeys(entry.goal for entry in lexicon("subjects").entries))
    return lexicon(name).codes


def _overlap(x: Matrix, y: Matrix) -> Column:
    """Weighted Jaccard of two sets; nan where one of them is empty: not known is not different."""
    known = (x.sum(1) > 0) & (y.sum(1) > 0)
    return np.where(known, _ratio(np.minimum(x, y).sum(1), np.maximum(x, y).sum(1)), np.nan)


def _ratio(x: Matrix, y: Matrix) -> Column:
    return np.asarray(np.divide(x, y, out=np.zeros_like(x), where=y > 0), dtype=np.float64)


def _dot(x: Matrix | None, y: Matrix | None, left: NDArray[np.int64], right: NDArray[np.int64]) -> Column:
    if x is None or y is None:
        return np.full(len(left), np.nan)
    return np.einsum("ij,ij->i", x[left], y[right]).astype(np.float64)


def _jaccard(x: frozenset[str], y: frozenset[str]) -> float:
    if not x or not y:
        return float("nan")
    return len(x & y) / len(x | y)


def _time(x: tuple[int, int] | None, y: tuple[int, int] | None) -> float:
    if x is None or y is None:
        return float("nan")
    return float(max(x[0], y[0]) <= min(x[1], y[1]))
