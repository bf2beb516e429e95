"""The class of a pair: four questions in the order of the annotation guide, each a small logistic model.

1. *related*: should the people behind the two know of each other? 2. *complement*: if so, does one offer what the
other needs or builds on? 3. *duplicate*: if not, same activity for the same people or object? 4. *same field*: if not
related, is at least the field shared? A coefficient is kept at 0 or above where more likeness cannot mean less
relation, so the model is monotone where the meaning is. Fitting is projected, accelerated gradient descent (Beck and
Teboulle 2009, FISTA) on the L2-penalised log-likelihood; applying is a product of matrices.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from graph.compare.dimensions import Column, Values

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
            "theme_people", "actors", "plans", "plans_theme", "need", "need_theme", "one_plan", "one_plan_theme",
        ),
        ROLES,
        6.0,
    ),
    Question("complement", ("need", "one_plan", "other_activity", "plans"), ROLES | {"other_activity"}, 0.5),
    Question(
        "duplicate",
        ("theme_activity", "theme_activity_people", "beneficiary", "text", "plans", "own_place", "one_own"),
        ROLES,
        1.0,
    ),
    Question("same_field", ("theme", "theme_root", "goal", "theme_top", "root", "text", "field"), frozenset(), 3.0),
)  # fmt: skip
"""The penalties were chosen once, in rough steps, by cross-validation on the development pairs."""

FAIRNESS = 0.6
"""The class shown is the one with the largest probability / share ** FAIRNESS. 0 is the likeliest class, which never
finds the rare ones; 1 treats all classes as equally frequent, which cries wolf. Between 0.4 and 0.7 the macro F1 of
the cross-validation is the same (0.62)."""
RAREST = 0.01
"""The least share that a class is taken to have: a class that no pair had is rare, not impossible."""
UNKNOWN = {"goal": 0.0, "activity": 0.3, "activity_main": 0.3, "beneficiary": 0.4, "actors": 0.0}
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
    fitted_on: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdicts:
    """For every pair: the class (index into CLASSES), all probabilities, relatedness and confidence, each 0 to 1."""

    classes: NDArray[np.int64]
    probabilities: Matrix
    score: Column
    duplicate: Column
    confidence: Column
    substance: Column
    """How far there is enough text to judge by, 0.6 to 1."""


def classify(values: Values, weights: Weights, related_share: float | None = None) -> Verdicts:
    """The verdict on every pair.

    The pairs of the benchmark were pooled, four of ten are related. `related_share` says how many are among the pairs
    at hand: the odds of being related are shifted by it (Saerens, Latinne and Decaestecker 2002, with a known prior).
    """
    inputs = model_inputs(values)
    answer = {name: model.probability(inputs) for name, model in weights.models.items()}
    # A need does nothing, so nothing can be its duplicate (annotation guide, step 2).
    answer["duplicate"] = answer["duplicate"] * (1 - inputs["need"])
    related = answer["related"]
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
    classes = (probabilities / shares**FAIRNESS).argmax(axis=1)
    chosen = np.where(classes < len(RELATED), related, 1 - related)
    substance = _substance(values["depth"])
    return Verdicts(
        classes=classes,
        probabilities=probabilities,
        score=related,
        duplicate=probabilities[:, 0],
        confidence=chosen * substance,
        substance=substance,
    )


def _substance(depth: Column) -> Column:
    """How far a thin title lowers the confidence: a tenth for four significant words, a third for one. A convention:
    the annotators, too, had to mark thin titles as low."""
    return 1 - 0.4 / np.maximum(depth, 1.0) ** 0.9


def model_inputs(values: Values) -> dict[str, Column]:
    """What the models read: the dimensions with their unknowns filled in, and the products that carry the meaning."""
    known = {name: np.nan_to_num(values[name], nan=UNKNOWN.get(name, 0.0)) for name in values}
    theme = known["theme"]
    field = np.where(np.isnan(values["field"]), theme, known["field"])
    return {
        "theme": theme,
        "theme_root": np.sqrt(theme),
        "theme_top": known["theme_top"],
        "root": known["root"],
        "goal": known["goal"],
        "activity_main": known["activity_main"],
        "other_activity": 1 - known["activity_main"],
        "beneficiary": known["beneficiary"],
        "text": known["text"],
        "field": field,
        "actors": known["actors"] * known["abroad"],
        "theme_activity": theme * known["activity"],
        "theme_people": theme * known["beneficiary"],
        "theme_activity_people": theme * known["activity"] * known["beneficiary"],
        "plans": known["both_plans"],
        "plans_theme": known["both_plans"] * theme,
        "need": known["one_need"],
        "need_theme": known["one_need"] * theme,
        "one_plan": known["one_plan"],
        "one_plan_theme": known["one_plan"] * theme,
        "one_own": known["one_own"],
        "own_place": known["both_places"],
    }


def fit(
    values: Values, gold: Sequence[frozenset[str]], fitted_on: Mapping[str, str | int] | None = None
) -> Weights:
    """The weights fitted to these pairs; where the annotators differed, each of their labels counts by its part."""
    inputs = model_inputs(values)
    labels = np.array([[float(name in labels) / len(labels) for name in CLASSES] for labels in gold])
    related = labels[:, :3].sum(axis=1)
    alike = labels[:, :2].sum(axis=1)
    everyone = np.ones(len(gold))
    targets = {
        "related": (related, everyone),
        "complement": (labels[:, 2], related),
        "duplicate": (labels[:, 0], alike),
        "same_field": (labels[:, 3], 1 - related),
    }
    models = {}
    for question in QUESTIONS:
        yes, weight = targets[question.name]
        kept = weight > 0
        x = np.stack([inputs[name][kept] for name in question.inputs], axis=1)
        models[question.name] = _fitted(question, x, yes[kept] / weight[kept], weight[kept])
    return Weights(models, tuple(float(share) for share in labels.mean(axis=0)), fitted_on or {})


def _fitted(question: Question, x: Matrix, yes: Column, weight: Column, steps: int = 600) -> Model:
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    rows = np.column_stack([(x - mean) / scale, np.ones(len(x))])
    penalty = np.append(np.full(x.shape[1], question.penalty), 0.0)
    floor = np.array([-np.inf if name in question.free else 0.0 for name in question.inputs] + [-np.inf])
    step = 1 / (np.linalg.eigvalsh((rows * weight[:, None]).T @ rows)[-1] / 4 + question.penalty)
    beta = ahead = np.zeros(rows.shape[1])
    momentum = 1.0
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(rows @ ahead)))
        new = np.maximum(ahead - step * (rows.T @ (weight * (p - yes)) + penalty * ahead), floor)
        next_momentum = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / next_momentum * (new - beta)
        moved, beta, momentum = np.abs(new - beta).max(), new, next_momentum
        if moved < 1e-6:
            break
    return Model(question.inputs, tuple(mean), tuple(scale), tuple(beta[:-1]), float(beta[-1]))


def load_weights() -> Weights:
    """The weights that come with the package."""
    return weights_from(
        json.loads(files("graph.compare").joinpath("weights.json").read_text(encoding="utf-8"))
    )


def weights_from(data: Mapping[str, object]) -> Weights:
    """Weights as they stand in a JSON file."""
    models, shares, fitted_on = data["models"], data["shares"], data["fitted_on"]
    assert isinstance(models, dict) and isinstance(shares, list) and isinstance(fitted_on, dict)
    return Weights(
        models={
            name: Model(
                inputs=tuple(model["weights"]),
                mean=tuple(row["mean"] for row in model["weights"].values()),
                scale=tuple(row["scale"] for row in model["weights"].values()),
                weight=tuple(row["weight"] for row in model["weights"].values()),
                intercept=float(model["intercept"]),
            )
            for name, model in models.items()
        },
        shares=tuple(map(float, shares)),
        fitted_on=fitted_on,
    )


def weights_as_json(weights: Weights) -> str:
    """The weights as the JSON file that `load_weights` reads, each number with the name of its input."""
    data = {
        "fitted_on": dict(weights.fitted_on),
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
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
