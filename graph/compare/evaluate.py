"""How right the comparison is: cross-validation over measures on labelled pairs, and the figures of the benchmark.

Pairs hang together by their measures, so a random split would leak. As the benchmark's README says: measures in ten
groups; for each pair of groups the pairs between them are tested and those that touch neither are trained on; all
predictions are pooled; 20 repeats with other groups. All that is fitted (the models, the shares of the classes) is
fitted inside; the lexicons, the vectors and the rarity of letters are not fitted on pairs.

The word lists were written with sight of the titles of the benchmark, so its figures flatter. Two things tell more:
the same cross-validation with tested measures of which three words in ten are forgotten (`FORGOTTEN`), and pairs of
other measures that were labelled later (`labels/`).
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graph.compare.classify import CLASSES, RELATED, Verdicts, Weights, classify, fit
from graph.compare.dimensions import Values, dimensions, table
from graph.compare.meaning import NONE, meaning_of, which
from graph.compare.profile import Measure, Profile, places_of, profile
from graph.compare.words import Vocabulary, vocabulary
from graph.errors import Fault, InvalidData

GROUPS = 10
FORGOTTEN = 0.3
"""The share of all stems of the word lists that is forgotten to see how the comparison does on unseen words."""
SCHOOLED = 1
"""How many times the pairs are shown once more with forgotten words when weights are fitted, so that the weights do
not rely on knowing every word. Other words are forgotten each time."""


LIGHTER = 0.5
"""What a further labelled pair (`labels/`) counts beside one of the benchmark when weights are fitted: their classes
are distributed otherwise (one duplicate in 320). 0, 0.5 and 1 were tried: 0.5 was best for unseen measures."""


@dataclass(frozen=True)
class Pair:
    """A pair of a list, with the labels that count as right (none where it is only to be predicted)."""

    id: str
    a: str
    b: str
    gold: frozenset[str] = frozenset()


Labelled = tuple[Sequence[Pair], Sequence[Measure]]
"""Labelled pairs, and the measures that they name."""


@dataclass(frozen=True)
class Miss:
    """A pair on which the prediction is far from the label: what was said, why, and what would be needed."""

    pair: str
    a: str
    b: str
    gold: str
    predicted: str
    score: float
    theme: float
    meaning: float | None
    activity: float | None
    needed: str


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
    encoder: str
    """Whose vectors told the meaning: "e5", "use", or "none"."""
    values: dict[str, Figure]
    confusion: dict[str, dict[str, float]]
    calibration: list[tuple[float, float, float]]
    """(mean predicted probability of being related, share that is, mean number of pairs) for each tenth."""
    misses: list[Miss]


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree beyond chance (Cohen 1960): on the five classes, and on related or not."""

    pairs: int
    kappa: float
    kappa_related: float


def evaluate(
    pairs: Sequence[Pair],
    measures: Sequence[Measure],
    repeats: int = 20,
    worst: int = 10,
    encoder: str | None = None,
    tested: Vocabulary | None = None,
) -> Figures:
    """The figures of the cross-validation, with intervals over the repeats, and the worst misses over all of them.

    `encoder` tells the meaning, by default the one of this machine. `tested` are the words with which the tested pairs
    are read; the weights are always fitted with all words.
    """
    encoder = which() if encoder is None else encoder
    schooled = school(pairs, measures, encoder)
    values = schooled[0] if tested is None else pair_values(pairs, profiles_of(measures, tested), encoder)
    row = {measure.iri: index for index, measure in enumerate(measures)}
    sides = np.array([(row[pair.a], row[pair.b]) for pair in pairs])
    related = _related(pairs)
    runs, every = [], []
    for repeat in range(repeats):
        splits = _splits(sides, len(measures), repeat)
        verdicts = _cross_validated(pairs, values, schooled, encoder, splits)
        runs.append(figures(pairs, verdicts))
        every.append(verdicts)
    return _summary(pairs, measures, values, runs, every, related, encoder, worst)


def evaluate_on(
    train: Labelled,
    test: Labelled,
    encoder: str | None = None,
    worst: int = 10,
) -> Figures:
    """The figures on pairs of other measures than those that the weights are fitted to: one run, no interval."""
    encoder = which() if encoder is None else encoder
    pairs, measures = test
    values = pair_values(pairs, profiles_of(measures), encoder)
    verdicts = classify(values, fit_pairs(*train, encoder=encoder))
    return _summary(
        pairs, measures, values, [figures(pairs, verdicts)], [verdicts], _related(pairs), encoder, worst
    )


def _summary(
    pairs: Sequence[Pair],
    measures: Sequence[Measure],
    values: Values,
    runs: Sequence[dict[str, float]],
    every: Sequence[Verdicts],
    related: NDArray[np.float64],
    encoder: str,
    worst: int,
) -> Figures:
    confusion = np.zeros((len(CLASSES), len(CLASSES)))
    bins = np.zeros((GROUPS, 3))
    for verdicts in every:
        for pair, guess in zip(pairs, verdicts.classes, strict=True):
            true = CLASSES[guess] if CLASSES[guess] in pair.gold else min(pair.gold, key=CLASSES.index)
            confusion[CLASSES.index(true), guess] += 1 / len(every)
        tenth = np.minimum((verdicts.score * GROUPS).astype(int), GROUPS - 1)
        for index in range(GROUPS):
            here = tenth == index
            bins[index] += np.array([verdicts.score[here].sum(), related[here].sum(), here.sum()]) / len(
                every
            )
    predicted = np.mean([verdicts.probabilities for verdicts in every], axis=0)
    return Figures(
        pairs=len(pairs),
        repeats=len(runs),
        encoder=encoder,
        values={name: _figure([run[name] for run in runs]) for name in runs[0]},
        confusion={
            a: {b: round(float(confusion[i, j]), 1) for j, b in enumerate(CLASSES)}
            for i, a in enumerate(CLASSES)
        },
        calibration=[(float(p / n), float(share / n), float(n)) for p, share, n in bins if n > 0],
        misses=_misses(pairs, measures, values, predicted, worst),
    )


def fit_weights(
    lists: Sequence[Labelled], fitted_on: Mapping[str, object], encoders: Sequence[str]
) -> list[Weights]:
    """One set of weights for each encoder and one without, stamped, fitted to all pairs of the lists.

    The pairs of the first list count fully, those of further ones LIGHTER.
    """
    return [_fitted_to(lists, encoder, fitted_on) for encoder in dict.fromkeys((*encoders, NONE))]


def fit_pairs(
    pairs: Sequence[Pair],
    measures: Sequence[Measure],
    fitted_on: Mapping[str, object] | None = None,
    encoder: str = NONE,
) -> Weights:
    """Weights fitted to all these pairs."""
    return _fitted_to([(pairs, measures)], encoder, fitted_on or {})


def _fitted_to(lists: Sequence[Labelled], encoder: str, fitted_on: Mapping[str, object]) -> Weights:
    shown: list[Values] = []
    gold: list[frozenset[str]] = []
    counts = []
    for number, (pairs, measures) in enumerate(lists):
        schooled = school(pairs, measures, encoder)
        for values in schooled:
            shown.append(values)
            gold += [pair.gold for pair in pairs]
            counts.append(np.full(len(pairs), (LIGHTER if number else 1.0) / len(schooled)))
    together = {name: np.concatenate([values[name] for values in shown]) for name in shown[0]}
    return fit(together, gold, fitted_on, encoder, np.concatenate(counts))


def school(
    pairs: Sequence[Pair], measures: Sequence[Measure], encoder: str
) -> list[dict[str, NDArray[np.float64]]]:
    """The dimensions of the pairs as they are, as they would be with forgotten words, and, where an editor has assigned
    themes, as they would be without his help: most lists come without it."""
    words = vocabulary()
    shown = [profiles_of(measures, words)]
    shown += [profiles_of(measures, words.forgetting(FORGOTTEN, seed)) for seed in range(1, SCHOOLED + 1)]
    if any(m.themes or m.activities or m.beneficiaries for m in measures):
        shown.append(profiles_of([replace(m, themes=(), activities=(), beneficiaries=()) for m in measures]))
    return [pair_values(pairs, profiles, encoder) for profiles in shown]


def profiles_of(measures: Sequence[Measure], known: Vocabulary | None = None) -> list[Profile]:
    """The profiles of a list that stands by itself: the places it names are masked in all of it."""
    places = places_of(measures)
    return [profile(measure, places, known) for measure in measures]


def pair_values(
    pairs: Sequence[Pair], profiles: Sequence[Profile], encoder: str | None = None
) -> dict[str, NDArray[np.float64]]:
    """The dimensions of the pairs. Raises `InvalidData` for a pair that names an unknown measure."""
    row = {p.measure.iri: index for index, p in enumerate(profiles)}
    unknown = [Fault(f"Paar {pair.id} nennt eine Maßnahme, die in der Liste fehlt: {name}.")
               for pair in pairs for name in (pair.a, pair.b) if name not in row]  # fmt: skip
    if unknown:
        raise InvalidData(unknown)
    rows = table(profiles, meaning_of(profiles, encoder))
    return dimensions(rows, rows, np.array([(row[pair.a], row[pair.b]) for pair in pairs]).reshape(-1, 2))


def read_labels() -> tuple[list[Pair], Agreement]:
    """The pairs of shipped measures that were labelled beside the benchmark, and how far their annotators agree."""
    text = files("graph.compare").joinpath("labels/pairs.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
    pairs = [Pair(row["pair_id"], row["a"], row["b"], frozenset(row["gold"].split("|"))) for row in rows]
    return pairs, agreement([(row["label_1"], row["label_2"]) for row in rows])


def agreement(labels: Sequence[tuple[str, str]]) -> Agreement:
    """Cohen's kappa of two annotators' labels."""
    related = [(str(a in RELATED), str(b in RELATED)) for a, b in labels]
    return Agreement(len(labels), _kappa(labels), _kappa(related))


def _kappa(labels: Sequence[tuple[str, str]]) -> float:
    count = len(labels)
    same = sum(a == b for a, b in labels) / count
    names = {name for pair in labels for name in pair}
    by_chance = sum(
        sum(a == name for a, _ in labels) * sum(b == name for _, b in labels) for name in names
    ) / (count * count)
    return (same - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


def hashes(
    pairs_path: Path, measures_path: Path, labelled: Sequence[Pair], measures: Sequence[Measure]
) -> dict[str, object]:
    """The SHA-256 of everything that weights are fitted on: pairs, measures, further labels, word lists, vectors."""
    folder = files("graph.compare")
    words = [
        folder.joinpath(f"{name}.tsv").read_bytes()
        for name in ("subjects", "activities", "beneficiaries", "silent")
    ]
    asked = {name for pair in labelled for name in (pair.a, pair.b)}
    said = [
        repr((m.iri, m.title, m.description, m.field, m.kind, m.themes, m.activities, m.beneficiaries))
        for m in measures
        if m.iri in asked
    ]
    found: dict[str, object] = {
        "pairs_sha256": _sha256(pairs_path.read_bytes()),
        "measures_sha256": _sha256(measures_path.read_bytes()),
        "words_sha256": _sha256(b"".join(words)),
    }
    if labelled:
        found["labels_sha256"] = _sha256(folder.joinpath("labels/pairs.tsv").read_bytes())
        found["labelled_measures_sha256"] = _sha256("\n".join(sorted(said)).encode())
    return found


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _related(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    return np.array([sum(label in RELATED for label in pair.gold) / len(pair.gold) for pair in pairs])


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


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidData([Fault("Die Datei ist nicht in UTF-8 geschrieben.", str(path))]) from error


def read_measures(path: Path) -> list[Measure]:
    """The measures of a file with one JSON object a line, in the benchmark's fields; only id and title are needed.

    Raises `InvalidData` with the line where one is missing or the line is no JSON object. A text may hold characters at
    which `str.splitlines` breaks; a line ends where JSON lines end.
    """
    measures = []
    for number, line in enumerate(_text(path).split("\n"), 1):
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
        "brier": float(((verdicts.score - _related(pairs)) ** 2).mean()),
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
    pairs: Sequence[Pair],
    values: Values,
    schooled: Sequence[Values],
    encoder: str,
    splits: Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> Verdicts:
    found: list[tuple[NDArray[np.int64], Verdicts]] = []
    for test, train in splits:
        if not len(train):
            few = f"{len(pairs)} Paare sind zu wenige für eine Kreuzprüfung"
            raise InvalidData([Fault(f"{few}: ohne die geprüften bleibt keines zum Schätzen.")])
        together = {name: np.concatenate([shown[name][train] for shown in schooled]) for name in values}
        gold = [pairs[i].gold for i in train] * len(schooled)
        weights = fit(together, gold, encoder=encoder, counts=np.full(len(gold), 1 / len(schooled)))
        found.append((test, classify({name: column[test] for name, column in values.items()}, weights)))
    order = np.argsort(np.concatenate([test for test, _ in found]))
    return Verdicts(
        *(
            np.concatenate([getattr(verdicts, part.name) for _, verdicts in found])[order]
            for part in fields(Verdicts)
        )
    )


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
        pair = pairs[index]
        misses.append(
            Miss(
                pair=pair.id,
                a=title[pair.a],
                b=title[pair.b],
                gold="|".join(sorted(pair.gold, key=CLASSES.index)),
                predicted=CLASSES[int(predicted[index].argmax())],
                score=round(float(predicted[index, :3].sum()), 3),
                theme=round(float(values["theme"][index]), 3),
                meaning=_or_none(values["meaning"][index]),
                activity=_or_none(values["activity"][index]),
                needed=_needed(
                    pair.gold, predicted[index], {name: column[index] for name, column in values.items()}
                ),
            )
        )
    return misses


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else round(float(number), 3)


def _needed(gold: frozenset[str], predicted: NDArray[np.float64], values: Mapping[str, float]) -> str:
    """What the comparison would have to know to be right on such a pair, in German."""
    found = predicted[:3].sum() >= 0.5
    related = any(label in RELATED for label in gold)
    if related and not found:
        if values["theme"] < 0.3:
            return "ein gemeinsames Thema: kein Wort in den Listen verbindet beide"
        if values["depth"] <= 2:
            return "eine Beschreibung: der Titel allein ist zu kurz"
        return "die Beziehung: Ziel, Tätigkeit oder Begünstigte sind verschieden oder nicht erkennbar"
    if found and not related:
        if values["depth"] <= 2:
            return "eine Beschreibung: gleiche Wörter in kurzen Titeln"
        return "den Zweck: gleiches Thema, aber ein anderes Ziel"
    if "complement" in gold:
        return "die Beziehung (Teil von, setzt um, baut auf): sie steht in keinem der Texte"
    if "duplicate" in gold:
        return "Tätigkeit und Begünstigte genauer: die Wörter dafür sind verschieden"
    if related:
        return "was beide unterscheidet: Tätigkeit, Begünstigte oder Beziehung"
    return "die Grenze des Handlungsfelds: gleiches Feld oder gar keines"
