"""The typed dimensions of a pair of measures, each a number from 0 to 1, or unknown (nan).

Themes and subjects are compared on their trees (sharing "Wärmenetze" says more than sharing "Energie"), activities,
goals and beneficiaries as weighted sets, texts by their letters. All of it is matrix work on whole lists of pairs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from graph.compare.profile import NEED, PLAN, Profile, same_district
from graph.compare.text import Matrix, letters
from graph.compare.words import lexicon, theme_lexicon

Pairs = NDArray[np.int64]
Column = NDArray[np.float64]
Values = Mapping[str, Column]

DIMENSIONS = (
    "theme", "goal", "activity", "beneficiary", "actors", "territory", "time", "money", "text", "field",
)  # fmt: skip
"""The dimensions that are shown; `dimensions` returns some numbers more for the model."""
UPWARD = 0.85
"""What a theme passes on to the one above it. 0.5 and 0.7 were tried: a little less right in the cross-validation."""


@dataclass(frozen=True)
class Table:
    """Profiles as rows of matrices, so that pairs are compared by the thousand."""

    profiles: tuple[Profile, ...]
    themes: Matrix
    subjects: Matrix
    goals: Matrix
    activities: Matrix
    beneficiaries: Matrix
    texts: Matrix
    fields: Matrix


@dataclass(frozen=True)
class Tree:
    """A lexicon's codes with how much each says (its depth) and what it passes on to those above it."""

    codes: tuple[str, ...]
    above: Matrix
    depth: Matrix


def table(profiles: Sequence[Profile]) -> Table:
    """The matrices of these profiles."""
    return Table(
        profiles=tuple(profiles),
        themes=_climbed([p.themes for p in profiles], _tree("themes")),
        subjects=_climbed([p.subjects for p in profiles], _tree("subjects")),
        goals=_matrix([p.goals for p in profiles], goals()),
        activities=_climbed([p.activities for p in profiles], _tree("activities")),
        beneficiaries=_climbed([p.beneficiaries for p in profiles], _tree("beneficiaries")),
        texts=letters([p.text for p in profiles]),
        fields=letters([p.field for p in profiles]),
    )


def dimensions(a: Table, b: Table, pairs: Pairs) -> dict[str, Column]:
    """The numbers of all pairs (row of `a`, row of `b`), by name; unknown is nan, never 0.

    `theme` is the mean of the likeness on the shared themes and on the finer subjects; `theme_top` is the depth of the
    most telling theme in common (0 to 1), `root` whether one of the broadest subjects is shared.
    """
    left, right = pairs[:, 0], pairs[:, 1]
    pa, pb = [a.profiles[i] for i in left], [b.profiles[j] for j in right]
    theme, theme_top, _ = _on_tree(a.themes[left], b.themes[right], _tree("themes"))
    subject, subject_top, root = _on_tree(a.subjects[left], b.subjects[right], _tree("subjects"))
    activities_a, activities_b = a.activities[left], b.activities[right]
    activity = _cosine(activities_a, activities_b)
    return {
        "theme": (theme + subject) / 2,
        "theme_top": (theme_top + subject_top) / 2,
        "root": root,
        "goal": _cosine(a.goals[left], b.goals[right]),
        "activity": activity,
        "activity_main": np.where(np.isnan(activity), np.nan, (activities_a * activities_b).max(axis=1)),
        "beneficiary": _cosine(a.beneficiaries[left], b.beneficiaries[right]),
        "actors": np.array([_shared(x.actors, y.actors) for x, y in zip(pa, pb, strict=True)]),
        "territory": np.array([_territory(x, y) for x, y in zip(pa, pb, strict=True)]),
        "time": np.array([_time(x.years, y.years) for x, y in zip(pa, pb, strict=True)]),
        "money": np.array([1.0 if x.funds & y.funds else np.nan for x, y in zip(pa, pb, strict=True)]),
        "text": _dot(a.texts, b.texts, left, right),
        "field": _field(a, b, left, right),
        "both_plans": np.array([float(x.role == y.role == PLAN) for x, y in zip(pa, pb, strict=True)]),
        "one_plan": np.array(
            [float((x.role == PLAN) != (y.role == PLAN)) for x, y in zip(pa, pb, strict=True)]
        ),
        "one_need": np.array(
            [float((x.role == NEED) != (y.role == NEED)) for x, y in zip(pa, pb, strict=True)]
        ),
        "one_own": np.array([float(x.own_object != y.own_object) for x, y in zip(pa, pb, strict=True)]),
        "both_places": np.array([float(_alone(x) and _alone(y)) for x, y in zip(pa, pb, strict=True)]),
        "abroad": np.array([float(not same_district(x, y)) for x, y in zip(pa, pb, strict=True)]),
        "depth": np.array([float(min(x.depth, y.depth)) for x, y in zip(pa, pb, strict=True)]),
    }


def goals() -> tuple[str, ...]:
    """The codes of the goals that subjects serve, in the order of the table."""
    return tuple(dict.fromkeys(entry.goal for entry in lexicon("subjects").entries))


@cache
def _tree(name: str) -> Tree:
    known = theme_lexicon() if name == "themes" else lexicon(name)
    parent = {entry.code: entry.parent for entry in known.entries}
    row = {code: index for index, code in enumerate(parent)}
    above = np.zeros((len(row), len(row)), dtype=np.float32)
    depth = np.zeros(len(row), dtype=np.float32)
    for code, index in row.items():
        weight, current = 1.0, code
        while current:
            above[index, row[current]] = weight
            weight, current = weight * UPWARD, parent[current]
            depth[index] += 1
    return Tree(tuple(row), above, depth)


def _climbed(rows: Sequence[Mapping[str, float]], tree: Tree) -> Matrix:
    """Each row's codes, and what they pass on to the codes above them."""
    own = _matrix(rows, tree.codes)
    climbed = np.zeros_like(own)
    for code in np.flatnonzero(own.any(axis=0)):
        np.maximum(climbed, own[:, code : code + 1] * tree.above[code], out=climbed)
    return climbed


def _matrix(rows: Sequence[Mapping[str, float]], codes: Sequence[str]) -> Matrix:
    column = {code: index for index, code in enumerate(codes)}
    matrix = np.zeros((len(rows), len(codes)), dtype=np.float32)
    for index, row in enumerate(rows):
        for code, weight in row.items():
            if code in column:
                matrix[index, column[code]] = weight
    return matrix


def _on_tree(x: Matrix, y: Matrix, tree: Tree) -> tuple[Column, Column, Column]:
    shared = np.minimum(x, y)
    weight = np.sqrt(tree.depth)
    roots = shared[:, tree.depth == 1].max(axis=1, initial=0.0)
    top = (shared * tree.depth).max(axis=1, initial=0.0) / tree.depth.max()
    alike = np.nan_to_num(_cosine(x * weight, y * weight))
    return alike, top.astype(np.float64), roots.astype(np.float64)


def _cosine(x: Matrix, y: Matrix) -> Column:
    """The cosine of two weighted sets: a long title is not held against a short one as much as by Jaccard's measure.
    nan where one of them is empty: not known is not different."""
    product = np.einsum("ij,ij->i", x, y).astype(np.float64)
    length = (np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)).astype(np.float64)
    return np.asarray(np.divide(product, length, out=np.full_like(product, np.nan), where=length > 0))


def _dot(x: Matrix, y: Matrix, left: NDArray[np.int64], right: NDArray[np.int64]) -> Column:
    """The product of row `left` of x with row `right` of y, through the product of all rows that occur."""
    rows, at_row = np.unique(left, return_inverse=True)
    columns, at_column = np.unique(right, return_inverse=True)
    return np.asarray((x[rows] @ y[columns].T)[at_row, at_column], dtype=np.float64)


def _field(a: Table, b: Table, left: NDArray[np.int64], right: NDArray[np.int64]) -> Column:
    known = np.array(
        [bool(a.profiles[i].field and b.profiles[j].field) for i, j in zip(left, right, strict=True)]
    )
    alike = _dot(a.fields, b.fields, left, right)
    return np.where(known, alike, np.nan)


def _shared(x: frozenset[str], y: frozenset[str]) -> float:
    return len(x & y) / len(x | y) if x and y else float("nan")


def _territory(x: Profile, y: Profile) -> float:
    """0 where both work on what is theirs alone: only know-how and tenders can be shared; else 1."""
    return 0.0 if _alone(x) and _alone(y) else 1.0


def _alone(p: Profile) -> bool:
    return p.own_object or p.own_place


def _time(x: tuple[int, int] | None, y: tuple[int, int] | None) -> float:
    if x is None or y is None:
        return float("nan")
    return float(max(x[0], y[0]) <= min(x[1], y[1]))
