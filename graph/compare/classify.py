"""The class of a pair: four questions in the order of the annotation guide, each a small logistic model.

1. *related*: should the people behind the two know of each other? 2. *complement*: if so, does one offer what the
other needs or builds on? 3. *duplicate*: if not, same activity for the same people or object? 4. *same field*: if not
related, is at least the field shared? A coefficient is kept at 0 or above where more likeness cannot mean less
relation, so the model is monotone where the meaning is. Fitting is Newton's method on the L2-penalised log-likelihood
with the bounds kept by an active set (Bertsekas 1982); applying is a product of matrices.

There is one set of weights for each encoder of meaning (`meaning.py`) and one without: vectors of different encoders
crowd differently. A pair whose meaning is unknown is judged by the weights without.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.compare.dimensions import Column, Values
from graph.compare.meaning import NONE, which

CLASSES = ("duplicate", "overlap", "complement", "same_field", "unrelated")
"""In the order of relatedness that the results are sorted by."""
RELATED = CLASSES[:3]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """One of the four: which inputs it reads, which of them may only speak for "yes", and its L2 penalty."""

    name: str
    inputs: tuple[str, ...]
    free: frozenset[str]
    """Inputs whose sign is not known beforehand."""
    penalty: float


ROLES = frozenset({"plans", "need", "one_plan", "one_own", "own_place"})
QUESTIONS = (
    Question(
        "related",
        (
            "theme", "theme_root", "goal", "activity_main", "beneficiary", "text", "field", "theme_activity",
            "theme_people", "actors", "plans", "plans_theme", "need", "need_theme", "need_answered", "one_plan",
            "one_plan_theme", "plan_carried", "plan_people",
        ),
        ROLES,
        12.0,
    ),
    Question(
        "complement",
        (
            "need", "need_answered", "one_plan", "plan_carried", "plan_people", "plans", "other_activity",
            "region_body", "serve_build",
        ),
        ROLES | {"other_activity"},
        0.5,
    ),
    Question(
        "duplicate",
        (
            "goal", "deed", "theme_deed", "theme_deed_people", "beneficiary", "plans", "own_place", "one_own",
        ),
        ROLES,
        0.7,
    ),
    Question("same_field", ("theme", "theme_root", "root", "text", "field"), frozenset(), 3.0),
)  # fmt: skip
"""The penalties were chosen once, in rough steps, by cross-validation on the development pairs."""
MEANT: Mapping[str, tuple[str, ...]] = {
    "related": ("meaning", "meaning_activity"),
    "duplicate": ("meaning_deed",),
    "same_field": ("meaning", "meaning_field"),
}
"""What each question reads beside, where an encoder tells how near the meanings are."""

FAIRNESS = 0.6
"""A pair is related where that is likelier than not; the class shown is then the one with the largest probability /
share ** FAIRNESS among the related ones (or among the two others). 0 is the likeliest class, which never finds the rare
ones; 1 treats all classes as equally frequent, which cries wolf. Between 0.4 and 0.7 it makes little difference."""
UNDECIDED = 0.5
"""Below this confidence a pair is not decided: either answer is about as likely, or there is hardly any text."""
AMONG_SEVERAL = 0.8
"""What the likeness of activities counts where one side stands for several without naming any: what the other does may
well be among them. Between 0.5 and 0.9 it makes little difference on the labelled pairs."""
LEFT_OVER = 0.2
"""What is left of the probability of being related where the annotation guide says "same field" (steps 2 and 3): of
39 labelled pairs of that kind none is related to both annotators, two are to one of them."""
RAREST = 0.01
"""The least share that a class is taken to have: a class that no pair had is rare, not impossible."""
UNKNOWN = {"goal": 0.0, "activity": 0.3, "activity_main": 0.3, "deed": 0.3, "beneficiary": 0.4, "actors": 0.0}
"""What an unknown dimension counts in the model: about its mean over pairs where it is known. An unknown field is
taken to be as alike as the themes are."""


@dataclass(frozen=True)
class Model:
    """The fitted answer to one question: inputs are centred and scaled, then weighed."""

    inputs: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]
    intercept: float

    def probability(self, inputs: Values) -> Column:
        """The probability of "yes" for every pair."""
        x = np.stack([inputs[name] for name in self.inputs], axis=1)
        z = (x - np.array(self.mean)) / np.array(self.scale) @ np.array(self.weight) + self.intercept
        return np.asarray(1 / (1 + np.exp(-z)))


@dataclass(frozen=True)
class Weights:
    """Everything fitted: the four models, the shares of the classes among the pairs, and what it was fitted on."""

    models: Mapping[str, Model]
    shares: tuple[float, ...]
    fitted_on: Mapping[str, object] = field(default_factory=dict)
    encoder: str = NONE
    """With whose vectors they were fitted; with those of another they mean nothing."""
    without: "Weights | None" = None
    """The weights for pairs whose meaning is unknown."""


@dataclass(frozen=True)
class Verdicts:
    """For every pair: the class (index into CLASSES), all probabilities, relatedness and confidence, each 0 to 1."""

    classes: NDArray[np.int64]
    probabilities: Matrix
    score: Column
    duplicate: Column
    confidence: Column
    substance: Column
    """How far there is enough text to judge by, about 0.5 to 1."""
    decided: NDArray[np.bool_]
    """False where the confidence is below UNDECIDED: not "no match" but "not decided"."""


def classify(values: Values, weights: Weights, related_share: float | None = None) -> Verdicts:
    """The verdict on every pair; a pair without known meaning gets that of the weights without.

    The pairs of the benchmark were pooled, four of ten are related. `related_share` says how many are among the pairs
    at hand: the odds of being related are shifted by it (Saerens, Latinne and Decaestecker 2002, with a known prior).
    """
    verdicts = _classified(values, weights, related_share)
    if weights.encoder == NONE or weights.without is None:
        return verdicts
    unknown = np.isnan(values["meaning"])
    if not unknown.any():
        return verdicts
    plain = _classified(
        {name: column[unknown] for name, column in values.items()}, weights.without, related_share
    )
    for part in fields(Verdicts):
        getattr(verdicts, part.name)[unknown] = getattr(plain, part.name)
    return verdicts


def _classified(values: Values, weights: Weights, related_share: float | None) -> Verdicts:
    inputs = model_inputs(values)
    answer = {name: model.probability(inputs) for name, model in weights.models.items()}
    # By the annotation guide's definitions: a need does nothing, so nothing can be its duplicate (step 2); two sites of
    # one joint programme are an overlap; double work is done without coordination, so not by one and the same office.
    never = np.maximum.reduce([values["a_need"], values["programme_sites"], values["one_house"]])
    answer["duplicate"] = answer["duplicate"] * (1 - never)
    # A strategy and a single measure complement each other only where it carries out such a plan.
    answer["complement"] = answer["complement"] * (1 - values["plan_idle"])
    related = answer["related"] * np.where(values["field_only"] == 1, LEFT_OVER, 1.0)
    fitted_share = sum(weights.shares[:3])
    shares = np.maximum(weights.shares, RAREST)
    if related_share is not None:
        odds = related_share / (1 - related_share) * (1 - fitted_share) / fitted_share
        related = related * odds / (related * odds + 1 - related)
        shares = np.concatenate(
            [shares[:3] * related_share / fitted_share, shares[3:] * (1 - related_share) / (1 - fitted_share)]
        )
    probabilities = np.stack(
        [
            related * (1 - answer["complement"]) * answer["duplicate"],
            related * (1 - answer["complement"]) * (1 - answer["duplicate"]),
            related * answer["complement"],
            (1 - related) * answer["same_field"],
            (1 - related) * (1 - answer["same_field"]),
        ],
        axis=1,
    )
    worth = probabilities / shares**FAIRNESS
    classes = np.where(
        related >= 0.5, worth[:, :3].argmax(axis=1), len(RELATED) + worth[:, 3:].argmax(axis=1)
    )
    chosen = np.where(classes < len(RELATED), related, 1 - related)
    substance = _substance(values["depth"], values["recognised"])
    confidence = chosen * substance
    return Verdicts(
        classes=classes,
        probabilities=probabilities,
        score=related,
        duplicate=probabilities[:, 0],
        confidence=confidence,
        substance=substance,
        decided=confidence >= UNDECIDED,
    )


def _substance(depth: Column, recognised: Column) -> Column:
    """How far a thin title lowers the confidence: a tenth for four significant words, four tenths for one; and a fifth
    more where no word of one side is known. A convention: the annotators, too, had to mark thin titles as low."""
    return (1 - 0.4 / np.maximum(depth, 1.0) ** 0.9) * (0.8 + 0.2 * recognised)


def model_inputs(values: Values) -> dict[str, Column]:
    """What the models read: the dimensions with their unknowns filled in, and the products that carry the meaning."""
    known = {name: np.nan_to_num(values[name], nan=UNKNOWN.get(name, 0.0)) for name in values}
    for name in ("activity", "activity_main"):
        known[name] = np.where(values["several"] == 1, AMONG_SEVERAL, known[name])
    theme = known["theme"]
    field = np.where(np.isnan(values["field"]), theme, known["field"])
    meaning = (known["meaning_title"] + known["meaning_text"]) / 2
    # Where no text says what is done, an editor's assignment is a guess from the title: no ground for a duplicate.
    deed = np.where(values["told"] > 0, known["deed"], UNKNOWN["deed"])
    return {
        "theme": theme,
        "theme_root": np.sqrt(theme),
        "root": known["root"],
        "goal": known["goal"],
        "activity_main": known["activity_main"],
        "other_activity": (1 - known["activity_main"]) * (1 - known["one_need"]),
        "deed": deed,
        "theme_deed": theme * deed,
        "theme_deed_people": theme * deed * known["beneficiary"],
        "beneficiary": known["beneficiary"],
        "text": known["text"],
        "field": field,
        "actors": known["actors"] * known["abroad"],
        "theme_activity": theme * known["activity"],
        "theme_people": theme * known["beneficiary"],
        "plans": known["both_plans"],
        "plans_theme": known["both_plans"] * theme,
        "need": known["one_need"],
        "need_theme": known["one_need"] * theme,
        "one_plan": known["one_plan"],
        "one_plan_theme": known["one_plan"] * theme,
        "one_own": known["one_own"],
        "own_place": known["both_places"],
        "meaning": meaning,
        "meaning_title": known["meaning_title"],
        "meaning_text": known["meaning_text"],
        "meaning_field": np.where(np.isnan(values["meaning_field"]), meaning, known["meaning_field"]),
        "meaning_activity": np.maximum(meaning, 0) * known["activity"],
        "meaning_deed": np.maximum(meaning, 0) * deed,
        "need_answered": known["one_need"] * theme * known["deed"],
        "plan_carried": known["plan_carried"] * theme,
        "plan_people": known["one_plan"] * known["beneficiary"],
        "region_body": known["one_region"] * known["both_bodies"] * theme,
        "serve_build": known["serve_build"] * theme,
    }


def fit(
    values: Values,
    gold: Sequence[frozenset[str]],
    fitted_on: Mapping[str, object] | None = None,
    encoder: str = NONE,
    counts: Column | None = None,
) -> Weights:
    """The weights fitted to these pairs; where the annotators differed, each of their labels counts by its part.

    `encoder` says whose vectors stand in `values`; with NONE the meaning is left out. `counts` says how much
    each row counts: a pair that is shown several times (read with other words) counts once in all.
    """
    inputs = model_inputs(values)
    labels = np.array([[float(name in labels) / len(labels) for name in CLASSES] for labels in gold])
    related = labels[:, :3].sum(axis=1)
    alike = labels[:, :2].sum(axis=1)
    everyone = np.ones(len(gold))
    counts = everyone if counts is None else counts
    targets = {
        "related": (related, everyone),
        "complement": (labels[:, 2], related),
        "duplicate": (labels[:, 0], alike),
        "same_field": (labels[:, 3], 1 - related),
    }
    models = {}
    for question in questions(encoder):
        yes, weight = targets[question.name]
        kept = weight > 0
        x = np.stack([inputs[name][kept] for name in question.inputs], axis=1)
        models[question.name] = _fitted(question, x, yes[kept] / weight[kept], weight[kept] * counts[kept])
    shares = np.average(labels, axis=0, weights=counts)
    return Weights(models, tuple(float(share) for share in shares), fitted_on or {}, encoder)


def questions(encoder: str) -> tuple[Question, ...]:
    """The four questions with what they read where this encoder tells the meaning."""
    if encoder == NONE:
        return QUESTIONS
    return tuple(replace(q, inputs=q.inputs + MEANT.get(q.name, ())) for q in QUESTIONS)


def _fitted(question: Question, x: Matrix, yes: Column, weight: Column, steps: int = 60) -> Model:
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    rows = np.column_stack([(x - mean) / scale, np.ones(len(x))])
    penalty = np.append(np.full(x.shape[1], question.penalty), 1e-9)
    floor = np.array([-np.inf if name in question.free else 0.0 for name in question.inputs] + [-np.inf])

    def loss(beta: Column) -> float:
        z = rows @ beta
        return float((weight * (np.logaddexp(0, z) - yes * z)).sum() + 0.5 * (penalty * beta * beta).sum())

    beta = np.zeros(rows.shape[1])
    now = loss(beta)
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(rows @ beta)))
        slope = rows.T @ (weight * (p - yes)) + penalty * beta
        free = ~((beta <= floor) & (slope > 0))
        if np.abs(slope[free]).max(initial=0.0) < 1e-7:
            break
        curve = (rows[:, free] * (weight * np.maximum(p * (1 - p), 1e-9))[:, None]).T @ rows[:, free]
        step = np.zeros_like(beta)
        step[free] = np.linalg.solve(curve + np.diag(penalty[free]), slope[free])
        beta, now, before = *_descend(loss, beta, step, slope, floor, now), now
        if before - now < 1e-12:
            break
    return Model(question.inputs, tuple(mean), tuple(scale), tuple(beta[:-1]), float(beta[-1]))


def _descend(
    loss: Callable[[Column], float], beta: Column, step: Column, slope: Column, floor: Column, now: float
) -> tuple[Column, float]:
    """The step, halved until it lowers the loss enough (Armijo), and the loss there."""
    share = 1.0
    while share > 1e-8:
        new = np.maximum(beta - share * step, floor)
        value = loss(new)
        if value <= now - 1e-4 * float(slope @ (beta - new)):
            return new, value
        share /= 2
    return beta, now


@cache
def load_weights(encoder: str | None = None) -> Weights:
    """The weights that come with the package, for that encoder or for the one that this machine has."""
    text = files("graph.compare").joinpath("weights.json").read_text(encoding="utf-8")
    return weights_from(json.loads(text), which() if encoder is None else encoder)


def weights_from(data: Mapping[str, Any], encoder: str = NONE) -> Weights:
    """The weights for an encoder as they stand in a JSON file. Raises `KeyError` for an encoder that is not there."""
    own = data["encoders"][encoder]
    return Weights(
        models={
            name: Model(
                inputs=tuple(model["weights"]),
                mean=tuple(row["mean"] for row in model["weights"].values()),
                scale=tuple(row["scale"] for row in model["weights"].values()),
                weight=tuple(row["weight"] for row in model["weights"].values()),
                intercept=float(model["intercept"]),
            )
            for name, model in own["models"].items()
        },
        shares=tuple(map(float, own["shares"])),
        fitted_on=data["fitted_on"],
        encoder=encoder,
        without=None if encoder == NONE else weights_from(data, NONE),
    )


def weights_as_json(weights: Sequence[Weights]) -> str:
    """The weights (one set an encoder, fitted on the same) as the JSON file that `load_weights` reads."""
    data = {
        "fitted_on": dict(weights[0].fitted_on),
        "encoders": {own.encoder: _as_data(own) for own in weights},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _as_data(weights: Weights) -> dict[str, object]:
    return {
        "shares": [round(share, 6) for share in weights.shares],
        "models": {
            name: {
                "intercept": round(model.intercept, 6),
                "weights": {
                    key: {"weight": round(w, 6), "mean": round(m, 6), "scale": round(s, 6)}
                    for key, w, m, s in zip(model.inputs, model.weight, model.mean, model.scale, strict=True)
                },
            }
            for name, model in weights.models.items()
        },
    }
