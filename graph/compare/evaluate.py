"""How right the comparison is: cross-validation over measures on labelled pairs, and the figures of the benchmark.

Pairs hang together by their measures, so a random split would leak. As the benchmark's README says: measures in ten
groups; for each pair of groups the pairs between them are tested and those that touch neither are trained on; all
predictions are pooled; 20 repeats with other groups. All that is fitted (the models, the shares of the classes) is
fitted inside; the lexicons and the rarity of letters are not fitted on pairs.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graph.compare.classify import CLASSES, RELATED, Verdicts, Weights, classify, fit
from graph.compare.dimensions import Values, dimensions, table
from graph.compare.profile import Measure, Profile, places_of, profile
from graph.errors import Fault, InvalidData

GROUPS = 10


@dataclass(frozen=True)
class Pair:
    """A pair of a list, with the labels that count as right (none where it is only to be predicted)."""

    id: str
    a: str
    b: str
    gold: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Miss:
    """A pair on which the prediction is far from the label: what was said, and what the dimensions were."""

    pair: str
    a: str
    b: str
    gold: str
    predicted: str
    score: float
    theme: float
    activity: float | None


@dataclass(frozen=True)
class Figure:
    """A figure's mean over the repeats and its 5 and 95 per cent points."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Figures:
    """The figures by name, the confusion of the pooled predictions (gold class × predicted class), the worst misses."""

    pairs: int
    repeats: int
    values: dict[str, Figure]
    confusion: dict[str, dict[str, float]]
    calibration: list[tuple[float, float, float]]
    """(mean predicted probability of being related, share that is, mean number of pairs) for each tenth."""
    misses: list[Miss]


def evaluate(
    pairs: Sequence[Pair], measures: Sequence[Measure], repeats: int = 20, worst: int = 10
) -> Figures:
    """The figures of the cross-validation, with intervals over the repeats, and the worst misses over all of them."""
    profiles = profiles_of(measures)
    values = pair_values(pairs, profiles)
    row = {measure.iri: index for index, measure in enumerate(measures)}
    sides = np.array([(row[pair.a], row[pair.b]) for pair in pairs])
    runs, predicted = [], np.zeros((len(pairs), len(CLASSES)))
    confusion = np.zeros((len(CLASSES), len(CLASSES)))
    bins = np.zeros((GROUPS, 3))
    related = np.array([sum(label in RELATED for label in pair.gold) / len(pair.gold) for pair in pairs])
    for repeat in range(repeats):
        verdicts = _cross_validated(pairs, values, _splits(sides, len(measures), repeat))
        runs.append(figures(pairs, verdicts) | {"brier": float(((verdicts.score - related) ** 2).mean())})
        predicted += verdicts.probabilities / repeats
        for pair, guess in zip(pairs, verdicts.classes, strict=True):
            true = CLASSES[guess] if CLASSES[guess] in pair.gold else min(pair.gold, key=CLASSES.index)
            confusion[CLASSES.index(true), guess] += 1 / repeats
        tenth = np.minimum((verdicts.score * GROUPS).astype(int), GROUPS - 1)
        for index in range(GROUPS):
            here = tenth == index
            bins[index] += np.array([verdicts.score[here].sum(), related[here].sum(), here.sum()]) / repeats
    return Figures(
        pairs=len(pairs),
        repeats=repeats,
        values={name: _figure([run[name] for run in runs]) for name in runs[0]},
        confusion={
            a: {b: round(float(confusion[i, j]), 1) for j, b in enumerate(CLASSES)}
            for i, a in enumerate(CLASSES)
        },
        calibration=[(float(p / n), float(share / n), float(n)) for p, share, n in bins if n > 0],
        misses=_misses(pairs, measures, values, predicted, worst),
    )


def fit_weights(pairs_path: Path, measures_path: Path) -> Weights:
    """Weights fitted to all pairs of the files, stamped with the hashes of what they were fitted on."""
    pairs, measures = read_pairs(pairs_path), read_measures(measures_path)
    return fit_pairs(
        pairs,
        measures,
        {
            "pairs": len(pairs),
            "pairs_sha256": hashlib.sha256(pairs_path.read_bytes()).hexdigest(),
            "measures_sha256": hashlib.sha256(measures_path.read_bytes()).hexdigest(),
        },
    )


def fit_pairs(
    pairs: Sequence[Pair], measures: Sequence[Measure], fitted_on: dict[str, str | int] | None = None
) -> Weights:
    """Weights fitted to all these pairs."""
    return fit(pair_values(pairs, profiles_of(measures)), [pair.gold for pair in pairs], fitted_on)


def profiles_of(measures: Sequence[Measure]) -> list[Profile]:
    """The profiles of a list that stands by itself: the places it names are masked in all of it."""
    places = places_of(measures)
    return [profile(measure, places) for measure in measures]


def pair_values(pairs: Sequence[Pair], profiles: Sequence[Profile]) -> dict[str, NDArray[np.float64]]:
    """The dimensions of the pairs. Raises `InvalidData` for a pair that names an unknown measure."""
    row = {p.measure.iri: index for index, p in enumerate(profiles)}
    unknown = [Fault(f"Paar {pair.id} nennt eine Maßnahme, die in der Liste fehlt: {name}.")
               for pair in pairs for name in (pair.a, pair.b) if name not in row]  # fmt: skip
    if unknown:
        raise InvalidData(unknown)
    rows = table(profiles)
    return dimensions(rows, rows, np.array([(row[pair.a], row[pair.b]) for pair in pairs]).reshape(-1, 2))


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a tab-separated file with pair_id, a_id, b_id and, where labelled, gold ("a|b": both count)."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Pair(
                row["pair_id"],
                row["a_id"],
                row["b_id"],
                frozenset(filter(None, (row.get("gold") or "").split("|"))),
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


def read_measures(path: Path) -> list[Measure]:
    """The measures of a file with one JSON object a line, in the benchmark's fields; only id and title are needed.

    Raises `InvalidData` with the line where one is missing or the line is no JSON object.
    """
    measures = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            actors = row.get("actors") or ()
            measures.append(
                Measure(
                    iri=str(row["id"]),
                    title=str(row["title"]),
                    description=str(row.get("description") or ""),
                    district=str(row.get("district") or ""),
                    ags=str(row.get("ags") or ""),
                    actors=(actors,) if isinstance(actors, str) else tuple(map(str, actors)),
                    field=str(row.get("field") or ""),
                    period=str(row.get("period") or ""),
                    kind=str(row.get("kind") or "measure"),
                )
            )
        except (json.JSONDecodeError, KeyError, AttributeError, TypeError) as error:
            text = "Je Zeile wird ein JSON-Objekt mit mindestens „id“ und „title“ erwartet."
            raise InvalidData([Fault(text, str(path), number)]) from error
    return measures


def figures(pairs: Sequence[Pair], verdicts: Verdicts) -> dict[str, float]:
    """The benchmark's figures (its `score.py` says how the doubly labelled pairs count)."""
    scored, duplicates = [], []
    for index, pair in enumerate(pairs):
        if len({label in RELATED for label in pair.gold}) == 1:
            scored.append((verdicts.score[index], next(iter(pair.gold)) in RELATED))
        if pair.gold == {"duplicate"} or "duplicate" not in pair.gold:
            duplicates.append((verdicts.duplicate[index], pair.gold == {"duplicate"}))
    hits, false, missed = (dict.fromkeys(CLASSES, 0) for _ in range(3))
    for pair, guess in zip(pairs, verdicts.classes, strict=True):
        if CLASSES[guess] in pair.gold:
            hits[CLASSES[guess]] += 1
        else:
            false[CLASSES[guess]] += 1
            missed[min(pair.gold, key=CLASSES.index)] += 1
    f1 = {
        name: 2 * hits[name] / total if (total := 2 * hits[name] + false[name] + missed[name]) else 1.0
        for name in CLASSES
    }
    return {
        "related_average_precision": average_precision(scored),
        "related_auc": _auc(scored),
        "duplicate_average_precision": average_precision(duplicates),
        "macro_f1": sum(f1.values()) / len(f1),
        "accuracy": sum(hits.values()) / len(pairs),
        **{f"f1_{name}": value for name, value in f1.items()},
    }


def average_precision(scored: Sequence[tuple[float, bool]]) -> float:
    """The mean precision at the rank of each true one; equal scores rank the untrue first."""
    found, total = 0, 0.0
    for rank, (_, true) in enumerate(sorted(scored, key=lambda pair: (-pair[0], pair[1])), 1):
        if true:
            found += 1
            total += found / rank
    return total / found if found else 0.0


def _auc(scored: Sequence[tuple[float, bool]]) -> float:
    yes = np.array([score for score, true in scored if true])
    no = np.array([score for score, true in scored if not true])
    return float(((yes[:, None] > no) + 0.5 * (yes[:, None] == no)).mean())


def _splits(
    sides: NDArray[np.int64], measures: int, seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    group = np.random.default_rng(seed).permutation(measures) % GROUPS
    a, b = group[sides[:, 0]], group[sides[:, 1]]
    for i in range(GROUPS):
        for j in range(i, GROUPS):
            test = ((a == i) & (b == j)) | ((a == j) & (b == i))
            touched = (a == i) | (a == j) | (b == i) | (b == j)
            if test.any():
                yield np.flatnonzero(test), np.flatnonzero(~touched)


def _cross_validated(
    pairs: Sequence[Pair], values: Values, splits: Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]
) -> Verdicts:
    count = len(pairs)
    classes, probabilities = np.zeros(count, dtype=np.int64), np.zeros((count, len(CLASSES)))
    score, duplicate, confidence, substance = (np.zeros(count) for _ in range(4))
    for test, train in splits:
        weights = fit(
            {name: column[train] for name, column in values.items()}, [pairs[i].gold for i in train]
        )
        verdicts = classify({name: column[test] for name, column in values.items()}, weights)
        classes[test], probabilities[test] = verdicts.classes, verdicts.probabilities
        score[test], duplicate[test] = verdicts.score, verdicts.duplicate
        confidence[test], substance[test] = verdicts.confidence, verdicts.substance
    return Verdicts(classes, probabilities, score, duplicate, confidence, substance)


def _figure(numbers: Sequence[float]) -> Figure:
    low, high = np.percentile(numbers, (5, 95))
    return Figure(round(float(np.mean(numbers)), 4), round(float(low), 4), round(float(high), 4))


def _misses(
    pairs: Sequence[Pair],
    measures: Sequence[Measure],
    values: Values,
    predicted: NDArray[np.float64],
    worst: int,
) -> list[Miss]:
    title = {measure.iri: measure.title for measure in measures}
    right = np.array(
        [sum(row[CLASSES.index(g)] for g in p.gold) for p, row in zip(pairs, predicted, strict=True)]
    )
    misses = []
    for index in np.argsort(right)[:worst]:
        pair, activity = pairs[index], float(values["activity"][index])
        misses.append(
            Miss(
                pair=pair.id,
                a=title[pair.a],
                b=title[pair.b],
                gold="|".join(sorted(pair.gold, key=CLASSES.index)),
                predicted=CLASSES[int(predicted[index].argmax())],
                score=round(float(predicted[index, :3].sum()), 3),
                theme=round(float(values["theme"][index]), 3),
                activity=None if np.isnan(activity) else round(activity, 3),
            )
        )
    return misses
