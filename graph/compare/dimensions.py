"""The typed dimensions of a pair of measures, each a number from 0 to 1, or unknown (nan).

Themes and subjects are compared on their trees (sharing "Wärmenetze" says more than sharing "Energie"), activities,
goals and beneficiaries as weighted sets, texts by their letters and by what they mean. All of it is matrix work on
whole lists of pairs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from graph.compare.meaning import Meaning, meaning_of, which
from graph.compare.profile import NEED, PLAN, Profile
from graph.compare.text import Letters, Matrix, alike, sparse_letters
from graph.compare.words import lexicon, theme_lexicon

Pairs = NDArray[np.int64]
Column = NDArray[np.float64]
Flags = NDArray[np.bool_]
Values = Mapping[str, Column]
AUTO = "auto"
"""The meaning of the encoder that this machine has."""

DIMENSIONS = (
    "theme", "goal", "activity", "beneficiary", "actors", "territory", "time", "money", "text", "field",
    "meaning",
)  # fmt: skip
"""The dimensions that are shown; `dimensions` returns some numbers more for the model."""
UPWARD = 0.85
"""What a theme passes on to the one above it. 0.5 and 0.7 were tried: a little less right in the cross-validation."""
FORMS = frozenset({"event", "partnership"})
"""Activities that only say in which form something is done: two events are not the same for being events."""
HOUSE = "own-administration"
KINDRED = 0.4
"""From which likeness on two activities are akin."""
PROVIDER = 0.5
"""What it counts that both serve their own administration: nearly every measure of a county does so on the way."""


@dataclass(frozen=True)
class Table:
    """Profiles as rows of matrices, so that pairs are compared by the hundred thousand."""

    profiles: tuple[Profile, ...]
    themes: Matrix
    subjects: Matrix
    goals: Matrix
    activities: Matrix
    deeds: Matrix
    """The activities without those that are only forms."""
    beneficiaries: Matrix
    texts: Letters
    fields: Letters
    traits: "Traits"
    meaning: Meaning | None = None
    """None where no encoder is at hand: then what the texts mean is unknown."""


@dataclass(frozen=True)
class Traits:
    """What is simply so or not so of each profile, as columns."""

    need: Flags
    plan: Flags
    own_object: Flags
    alone: Flags
    """Works on what is its own alone."""
    regional: Flags
    body: Flags
    plans: Flags
    builds: Flags
    serves: Flags
    concept: Flags
    told: Flags
    several: Flags
    award: Flags
    carries: Column
    recognised: Flags
    """Whether any word of it is known: a theme, a subject, an activity or beneficiaries."""
    depth: Column
    begin: Column
    end: Column
    """Years; nan where they are not known."""
    ags: NDArray[np.str_]
    district: NDArray[np.str_]


@dataclass(frozen=True)
class Tree:
    """A lexicon's codes with how much each says (its depth) and what it passes on to those above it."""

    codes: tuple[str, ...]
    above: Matrix
    depth: Matrix


def table(profiles: Sequence[Profile], meaning: Meaning | str | None = AUTO) -> Table:
    """The matrices of these profiles.

    `meaning`: the placed vectors of the profiles where somebody holds them; the name of an encoder; AUTO for the one
    that this machine has; None for none.
    """
    if isinstance(meaning, str):
        meaning = meaning_of(profiles, which() if meaning == AUTO else meaning)
    return Table(
        profiles=tuple(profiles),
        themes=_climbed([p.themes for p in profiles], _tree("themes")),
        subjects=_climbed([p.subjects for p in profiles], _tree("subjects")),
        goals=_matrix([p.goals for p in profiles], goals()),
        activities=_climbed([p.activities for p in profiles], _tree("activities")),
        deeds=_climbed([_deeds(p.activities) for p in profiles], _tree("activities")),
        beneficiaries=_climbed([p.beneficiaries for p in profiles], _tree("beneficiaries")),
        texts=sparse_letters([p.text for p in profiles]),
        fields=sparse_letters([p.field for p in profiles]),
        traits=_traits(profiles),
        meaning=meaning,
    )


def dimensions(a: Table, b: Table, pairs: Pairs) -> dict[str, Column]:
    """The numbers of all pairs (row of `a`, row of `b`), by name; unknown is nan, never 0.

    `theme` is the mean of the likeness on the shared themes and on the finer subjects, `root` whether one of the
    broadest subjects is shared. `field_only` is 1 where by the annotation guide at most the field can be
    shared: neither what is done nor for whom is alike, though both are known (that both serve their own administration
    does not count), and no actor, programme, plan, need or place of one's own links the two; or a plan stands beside
    what carries out no plan.
    """
    left, right = pairs[:, 0], pairs[:, 1]
    theme, _ = _on_tree(a.themes[left], b.themes[right], _tree("themes"))
    subject, root = _on_tree(a.subjects[left], b.subjects[right], _tree("subjects"))
    activities_a, activities_b = a.activities[left], b.activities[right]
    activity = _cosine(activities_a, activities_b)
    deed = _cosine(activities_a, activities_b, a.deeds[left], b.deeds[right])
    title, text, meant_field = _meanings(a.meaning, b.meaning, left, right)
    x, y = _Side(a.traits, left), _Side(b.traits, right)
    actors, money = _in_common(a, b, pairs, lambda p: p.actors), _in_common(a, b, pairs, lambda p: p.funds)
    # A concept beside a plan is a plan as well: it is not what the plan has somebody do.
    both_plans = (x.plan & (y.plan | y.concept)) | (x.concept & y.plan)
    one_plan = (x.plan != y.plan) & ~both_plans
    carried = np.where(x.plan, y.carries, x.carries)
    both_alone = x.alone & y.alone
    idle = one_plan & (carried == 0) & ~(x.need | y.need)
    linked = both_plans | one_plan | x.need | y.need | both_alone | (actors > 0) | (money > 0)
    activity_main = np.where(np.isnan(activity), np.nan, (activities_a * activities_b).max(axis=1))
    strangers = _people(a.beneficiaries[left], b.beneficiaries[right], house=0.0) == 0
    return {
        "theme": (theme + subject) / 2,
        "root": root,
        "goal": _cosine(a.goals[left], b.goals[right]),
        "activity": activity,
        "activity_main": activity_main,
        "deed": deed,
        "told": _number(x.told & y.told),
        "several": _number((x.several & activities_b.any(axis=1)) | (y.several & activities_a.any(axis=1))),
        "beneficiary": _people(a.beneficiaries[left], b.beneficiaries[right]),
        "actors": actors,
        "territory": 1.0 - (x.alone & y.alone),
        "time": _at_one_time(x, y),
        "money": np.where(money > 0, 1.0, np.nan),
        "text": alike(a.texts, b.texts, left, right),
        "field": _field(a, b, left, right),
        "meaning": np.clip((title + text) / 2, 0.0, 1.0),
        "meaning_title": title,
        "meaning_text": text,
        "meaning_field": meant_field,
        "both_plans": _number(both_plans),
        "one_plan": _number(one_plan),
        "plan_carried": carried * one_plan,
        "plan_idle": _number(idle),
        "one_need": _number(x.need != y.need),
        "a_need": _number(x.need | y.need),
        "one_own": _number(x.own_object != y.own_object),
        "both_places": _number(both_alone),
        "programme_sites": _number((money > 0) & both_alone),
        "one_house": _in_one_house(a, b, pairs, _one_district(x, y)),
        "field_only": _number((~linked & (activity_main < KINDRED) & strangers) | (idle & ~(money > 0))),
        "award": _number(x.award | y.award),
        "one_region": _number(x.regional != y.regional),
        "both_bodies": _number(x.body & y.body),
        "plan_build": _number((x.plans & y.builds & ~y.plans) | (y.plans & x.builds & ~x.plans)),
        "serve_build": _number((x.serves & y.builds & ~y.serves) | (y.serves & x.builds & ~x.serves)),
        "abroad": _number(~_one_district(x, y)),
        "recognised": _number(x.recognised & y.recognised),
        "depth": np.minimum(x.depth, y.depth),
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


def _on_tree(x: Matrix, y: Matrix, tree: Tree) -> tuple[Column, Column]:
    shared = np.minimum(x, y)
    weight = np.sqrt(tree.depth)
    roots = shared[:, tree.depth == 1].max(axis=1, initial=0.0)
    alike = np.nan_to_num(_cosine(x * weight, y * weight))
    return alike, roots.astype(np.float64)


def _cosine(x: Matrix, y: Matrix, counted_x: Matrix | None = None, counted_y: Matrix | None = None) -> Column:
    """The cosine of two weighted sets: a long title is not held against a short one as much as by Jaccard's measure.
    nan where one of them is empty: not known is not different. What is not `counted` still makes a set longer."""
    product = np.einsum(
        "ij,ij->i", x if counted_x is None else counted_x, y if counted_y is None else counted_y
    ).astype(np.float64)
    length = (np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)).astype(np.float64)
    return np.asarray(np.divide(product, length, out=np.full_like(product, np.nan), where=length > 0))


def _people(x: Matrix, y: Matrix, house: float = PROVIDER) -> Column:
    """The likeness of those who are served. The own administration provides; that both serve it counts `house`."""
    weight = np.ones(x.shape[1], dtype=np.float32)
    weight[_tree("beneficiaries").codes.index(HOUSE)] = house
    return _cosine(x, y, x * weight, y)


def _deeds(activities: Mapping[str, float]) -> dict[str, float]:
    return {code: weight for code, weight in activities.items() if code not in FORMS}


def _traits(profiles: Sequence[Profile]) -> Traits:
    def flags(of: Callable[[Profile], bool]) -> Flags:
        return np.fromiter(map(of, profiles), dtype=np.bool_, count=len(profiles))

    def numbers(of: Callable[[Profile], float]) -> Column:
        return np.fromiter(map(of, profiles), dtype=np.float64, count=len(profiles))

    return Traits(
        need=flags(lambda p: p.role == NEED),
        plan=flags(lambda p: p.role == PLAN),
        own_object=flags(lambda p: p.own_object),
        alone=flags(lambda p: p.own_object or p.own_place),
        regional=flags(lambda p: p.regional),
        body=flags(lambda p: p.body),
        plans=flags(lambda p: p.plans),
        builds=flags(lambda p: p.builds),
        serves=flags(lambda p: p.serves),
        concept=flags(lambda p: p.concept),
        told=flags(lambda p: p.told),
        several=flags(lambda p: p.several),
        award=flags(lambda p: p.award),
        carries=numbers(lambda p: p.carries),
        recognised=flags(lambda p: bool(p.themes or p.subjects or p.activities or p.beneficiaries)),
        depth=numbers(lambda p: p.depth),
        begin=numbers(lambda p: p.years[0] if p.years else np.nan),
        end=numbers(lambda p: p.years[1] if p.years else np.nan),
        ags=np.array([p.measure.ags for p in profiles], dtype=np.str_),
        district=np.array([p.measure.district for p in profiles], dtype=np.str_),
    )


class _Side:
    """The traits of one side of every pair."""

    def __init__(self, traits: Traits, rows: NDArray[np.int64]) -> None:
        self.need, self.plan, self.own_object = traits.need[rows], traits.plan[rows], traits.own_object[rows]
        self.alone, self.regional, self.body = traits.alone[rows], traits.regional[rows], traits.body[rows]
        self.plans, self.builds, self.serves = traits.plans[rows], traits.builds[rows], traits.serves[rows]
        self.concept, self.told, self.award = traits.concept[rows], traits.told[rows], traits.award[rows]
        self.several = traits.several[rows]
        self.carries = traits.carries[rows]
        self.recognised, self.depth = traits.recognised[rows], traits.depth[rows]
        self.begin, self.end = traits.begin[rows], traits.end[rows]
        self.ags, self.district = traits.ags[rows], traits.district[rows]


def _number(flags: Flags) -> Column:
    return flags.astype(np.float64)


def _meanings(
    a: Meaning | None, b: Meaning | None, left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[Column, Column, Column]:
    """The cosines of title with title, text with text and field with field; nan where a vector is missing."""
    if a is None or b is None or a.name != b.name:
        unknown = np.full(len(left), np.nan)
        return unknown, unknown, unknown
    title, text, field = (
        _products(getattr(a, part), getattr(b, part), left, right) for part in ("titles", "texts", "fields")
    )
    return title, text, field


def _products(x: Matrix, y: Matrix, left: NDArray[np.int64], right: NDArray[np.int64]) -> Column:
    known = (np.abs(x).sum(axis=1) > 0)[left] & (np.abs(y).sum(axis=1) > 0)[right]
    product = np.empty(len(left))
    for start in range(0, len(left), 1 << 16):  # bounds the memory
        here = slice(start, start + (1 << 16))
        product[here] = np.einsum("ij,ij->i", x[left[here]], y[right[here]])
    return np.where(known, product, np.nan)


def _field(a: Table, b: Table, left: NDArray[np.int64], right: NDArray[np.int64]) -> Column:
    known = (np.diff(a.fields.starts) > 0)[left] & (np.diff(b.fields.starts) > 0)[right]
    return np.where(known, alike(a.fields, b.fields, left, right), np.nan)


def _in_common(a: Table, b: Table, pairs: Pairs, names: Callable[[Profile], frozenset[str]]) -> Column:
    """The share of names in common; nan where one side has none."""
    mine, theirs = [names(p) for p in a.profiles], [names(p) for p in b.profiles]
    has, have = np.array(list(map(bool, mine))), np.array(list(map(bool, theirs)))
    shares = np.full(len(pairs), np.nan)
    for index in np.flatnonzero(has[pairs[:, 0]] & have[pairs[:, 1]]):
        x, y = mine[pairs[index, 0]], theirs[pairs[index, 1]]
        common = len(x & y)
        shares[index] = common / (len(x) + len(y) - common)
    return shares


def _one_district(x: _Side, y: _Side) -> Flags:
    """Whether both belong to one district, its municipalities included (as `profile.same_district`)."""
    named = (x.ags != "") | (y.ags != "")
    same = (x.ags == y.ags) & (x.ags != "")
    return np.asarray(np.where(named, same, (x.district == y.district) & (x.district != "")), dtype=np.bool_)


def _in_one_house(a: Table, b: Table, pairs: Pairs, own: Flags) -> Column:
    """1 where both are run by one office of one district, which knows of both."""
    found = np.zeros(len(pairs))
    for index in np.flatnonzero(own):
        x, y = a.profiles[pairs[index, 0]], b.profiles[pairs[index, 1]]
        found[index] = bool(x.offices & y.offices)
    return found


def _at_one_time(x: _Side, y: _Side) -> Column:
    """1 where the years overlap, 0 where not, nan where they are not known of both."""
    known = ~(np.isnan(x.begin) | np.isnan(y.begin))
    return np.where(known, np.maximum(x.begin, y.begin) <= np.minimum(x.end, y.end), np.nan)
