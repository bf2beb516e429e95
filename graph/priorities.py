"""Priorities: measures ranked by weighted criteria, with what is unknown, and how much hangs on the weights.

The value of a measure is the weighted sum of its scores over the best possible one (VDI 2225 sheet 3, "technische
Wertigkeit"); adding is right only where the criteria do not depend on each other (Keeney & Raiffa, Decisions with
Multiple Objectives, 1976, ch. 3). Three criteria are for people to score; two follow from the findings, unless people
say otherwise. An unknown score may be anything from 0 to 5: so a value is an interval, and a rank as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np

from graph.circle import circle
from graph.errors import Fault, InvalidData, Unknown
from graph.inventory import MEASURE, Inventory, Item
from graph.language import N_, SOURCE, _, language, ngettext
from graph.partners import (
    CLASSES,
    COMPLEMENT,
    DUPLICATE,
    OVERLAP,
    Partner,
    at_most,
    partners,
    set_apart,
    told_apart,
)
from graph.spelling import percent
from graph.store import Askable
from graph.vocabulary import quoted
from ontology.namespaces import ID
from queries import Row

BEST = 5.0
"""The highest score; 0 is the lowest."""
PROFESSIONAL, RESOURCES, WILLINGNESS, NO_DUPLICATION, SYNERGY = CRITERIA = (
    "professional", "resources", "willingness", "no_duplication", "synergy",
)  # fmt: skip
GERMAN = {
    PROFESSIONAL: N_("fachliches Gewicht"),
    RESOURCES: N_("eigenes Personal und Geld"),
    WILLINGNESS: N_("Bereitschaft anderer"),
    NO_DUPLICATION: N_("keine Dopplung"),
    SYNERGY: N_("Synergie mit Nachbarn"),
}
WEIGHTS = dict.fromkeys(CRITERIA, 1.0)
"""Without others given all criteria count alike: what weighs more is for people to say."""
HARM = {DUPLICATE: 1.0, OVERLAP: 0.5}
"""How much of a finding's strength counts as duplication: an overlap shares the goal and only one of activity and
beneficiaries. A convention of ours."""
ALONE = 0.5
"""Where each works on what is its own (its network, its site), half of that: only know-how is paid for twice."""
HELP = {DUPLICATE: 1.0, COMPLEMENT: 1.0, OVERLAP: 0.7}
"""How much of a finding's strength counts as a chance to work together; an overlap needs more agreement first."""
ENOUGH = 3.0
"""So much of it, the best finding of each near district added up, gives the full score: three good partners."""
SPREAD, RUNS, SEED, TOP = 0.25, 2000, 1, 3
"""Weights are moved by up to a quarter up or down, so often, from this seed; the share is that of the first three."""
MOST_MEASURES, MOST_RUNS = 500, 20_000
WHY = "aus den Befunden"
"""The column with the reasons that follow from findings."""
CAUTION = N_(
    "Die Rangfolge ist eine Rechnung mit Gewichten, die jemand gesetzt hat. Sie bereitet eine Entscheidung vor, "
    "sie trifft keine. „Keine Dopplung gefunden“ heißt nicht, dass es keine gibt."
)


@dataclass(frozen=True)
class Score:
    """The score of a measure for one criterion, None where it is unknown, and whence it comes."""

    criterion: str
    label: str
    value: float | None
    reason: str
    by: str
    """people, findings or nobody."""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ranked:
    """A measure with its place. All values are from 0 to 1."""

    iri: str
    label: str
    district: str
    rank: int
    best_rank: int
    worst_rank: int
    """With the weights given, whatever the unknown scores are."""
    value: float
    """With the unknown scores in the middle."""
    lowest: float
    highest: float
    scores: tuple[Score, ...]
    in_top: float
    """Share of the runs, with weights moved and unknown scores drawn, in which it is among the first."""
    sentence: str


@dataclass(frozen=True)
class Swap:
    """Which single weight would have to change, and to what, for two neighbours in the ranking to change places."""

    above: str
    below: str
    criterion: str
    """Empty where no single weight can do it."""
    weight: float | None
    needed: float | None
    change: float | None
    """Relative to the weight, 0.2 for a fifth more; None where the weight is 0."""
    sentence: str


@dataclass(frozen=True)
class Priorities:
    """The ranking, and how firm it is."""

    district: str
    circle: str
    weights: dict[str, float]
    """As shares that add up to 1."""
    ranking: tuple[Ranked, ...]
    swaps: tuple[Swap, ...]
    top: int
    spread: float
    runs: int
    seed: int
    sentence: str
    caution: str = CAUTION

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` and the HTTP interface give out."""
        return asdict(self)


Given = Mapping[str, Mapping[str, float | None]]
"""Measure (IRI) → criterion → score."""


def priorities(
    store: Askable,
    known: Inventory,
    findings: Iterable[Mapping[str, Any]],
    district: str,
    kind: str = "all",
    given: Given | None = None,
    weights: Mapping[str, float] | None = None,
    top: int = TOP,
    spread: float = SPREAD,
    runs: int = RUNS,
    seed: int = SEED,
) -> Priorities:
    """The ranking of the measures in `given`, or of all measures of the district (AGS) where none are given.

    `findings` are the overlaps of the district with the circle. Raises `Unknown` for a measure, criterion or district
    that there is not, and `InvalidData` for scores, weights or numbers that cannot be.
    """
    weighed = _weights(weights or {})
    _check(top, spread, runs, seed)
    chosen = _measures(known, district, given or {})
    around = circle(store, district, kind, known.places)
    near = {known.key_of(authority) for authority in around.near} - {district}
    others = {i.key for i in known.items.values() if i.kind == MEASURE} & {
        known.key_of(authority) for authority in around.authorities
    } - {district}
    findings = list(findings)
    sides, apart, limit = partners(findings, known), set_apart(findings, known), at_most(findings)
    table = []
    for item in chosen:
        but = f"{told_apart(apart.get(item.iri, ()))} {limit}".strip()
        computed = _computed(item, known, district, sides.get(item.iri, ()), near, bool(others), but)
        table.append(_scores(computed, (given or {}).get(item.iri, {})))
    low, high = _bounds(table)
    shares = np.array([weighed[criterion] for criterion in CRITERIA])
    middle = (low + high) / 2
    value, lowest, highest = (matrix @ shares / BEST for matrix in (middle, low, high))
    in_top = _in_top(low, high, shares, top, spread, runs, seed)
    order = sorted(
        range(len(chosen)), key=lambda i: (-_rounded(value[i]), chosen[i].label.casefold(), chosen[i].iri)
    )
    ranks = [_places(value, value), _places(highest, lowest), _places(lowest, highest, but_itself=True)]
    ranking = []
    for i in order:
        rank, best, worst = (places[i] for places in ranks)
        share = float(in_top[i])
        ranked = Ranked(
            iri=chosen[i].iri,
            label=chosen[i].label,
            district=known.name(chosen[i].key),
            rank=rank,
            best_rank=best,
            worst_rank=worst,
            value=_rounded(value[i]),
            lowest=_rounded(lowest[i]),
            highest=_rounded(highest[i]),
            scores=table[i],
            in_top=round(share, 3),
            sentence=_ranked_sentence(rank, best, worst, len(chosen), table[i], share, min(top, len(chosen))),
        )
        ranking.append(ranked)
    labels = [item.label for item in chosen]
    swaps = tuple(_swap(labels[i], labels[j], middle[i] - middle[j], shares) for i, j in pairwise(order))
    return Priorities(
        district, kind, {c: round(w, 4) for c, w in weighed.items()}, tuple(ranking), swaps, top, spread, runs, seed,
        _sentence(ranking, top),
    )  # fmt: skip


def table(found: Priorities) -> list[Row]:
    """The ranking as a list; an unknown score is a question mark."""
    rows: list[Row] = []
    for ranked in found.ranking:
        span = (
            f"{ranked.best_rank}–{ranked.worst_rank}"
            if ranked.best_rank != ranked.worst_rank
            else str(ranked.rank)
        )
        values = {
            score.label: _decimal(score.value) if score.value is not None else "?" for score in ranked.scores
        }
        why = " ".join(f"{score.label}: {score.reason}" for score in ranked.scores if score.by == "findings")
        rows.append(
            {
                "Platz": ranked.rank,
                "möglich": span,
                "Maßnahme": ranked.label,
                "Wert": round(ranked.value, 3),
                "von": round(ranked.lowest, 3),
                "bis": round(ranked.highest, 3),
                f"unter den ersten {found.top}": _percent(ranked.in_top) if ranked.in_top else "nie",
                **values,
                WHY: why,
            }
        )
    return rows


def _weights(given: Mapping[str, float]) -> dict[str, float]:
    """All weights as shares; a criterion that is not named keeps its own, which is 1."""
    for name in given:
        if name not in CRITERIA:
            raise Unknown("Das Kriterium", name, CRITERIA)
    weights = {name: float(given.get(name, WEIGHTS[name])) for name in CRITERIA}
    faults = [
        Fault(
            _("Das Gewicht für {criterion} ({name}) muss 0 oder größer sein, gefunden: {weight}.").format(
                criterion=_(GERMAN[name]), name=name, weight=f"{weight:g}"
            )
        )
        for name, weight in weights.items()
        if not isfinite(weight) or weight < 0
    ]
    total = sum(weights.values())
    if not faults and not (0 < total < float("inf")):
        faults.append(Fault(_("Mindestens ein Gewicht muss größer als 0 sein.")))
    if faults:
        raise InvalidData(faults)
    return {name: weight / total for name, weight in weights.items()}


def _check(top: int, spread: float, runs: int, seed: int) -> None:
    faults = []
    if top < 1:
        faults.append(
            Fault(
                _("Die Zahl der ersten Plätze muss mindestens 1 sein, gefunden: {found}.").format(found=top)
            )
        )
    if not 0 <= spread < 1:
        faults.append(Fault(f"Die Spanne der Gewichte muss von 0 bis unter 1 reichen, gefunden: {spread:g}."))
    if not 1 <= runs <= MOST_RUNS:
        faults.append(Fault(f"Die Zahl der Läufe muss zwischen 1 und {MOST_RUNS} liegen, gefunden: {runs}."))
    if seed < 0:
        faults.append(Fault(f"Der Startwert muss 0 oder größer sein, gefunden: {seed}."))
    if faults:
        raise InvalidData(faults)


def _measures(known: Inventory, district: str, given: Given) -> list[Item]:
    if not given:
        chosen = known.of(district, MEASURE)
    else:
        chosen = []
        for iri, scores in given.items():
            item = known.items.get(iri)
            if item is None or item.kind != MEASURE:
                raise Unknown("Die Maßnahme", iri.removeprefix(str(ID)))
            _check_scores(item.label, scores)
            chosen.append(item)
    if not chosen:
        raise InvalidData(
            [
                Fault(
                    _("Für {name} sind keine Maßnahmen bekannt, die man ordnen könnte.").format(
                        name=known.name(district)
                    )
                )
            ]
        )
    if len(chosen) > MOST_MEASURES:
        raise InvalidData(
            [
                Fault(
                    _("{count} Maßnahmen auf einmal sind zu viele; höchstens {most} sind möglich.").format(
                        count=len(chosen), most=MOST_MEASURES
                    )
                )
            ]
        )
    return chosen


def _check_scores(label: str, scores: Mapping[str, float | None]) -> None:
    for name, value in scores.items():
        if name not in CRITERIA:
            raise Unknown("Das Kriterium", name, CRITERIA)
        if value is not None and not (isfinite(value) and 0 <= value <= BEST):
            said = _(
                "{measure}, {criterion} ({name}): erwartet wird eine Zahl von 0 bis 5, gefunden: {value}."
            ).format(measure=quoted(label), criterion=_(GERMAN[name]), name=name, value=f"{value:g}")
            raise InvalidData([Fault(said)])


def _computed(
    item: Item,
    known: Inventory,
    district: str,
    of: Sequence[Partner],
    near: set[str],
    anybody: bool,
    but: str,
) -> dict[str, Score]:
    """What follows from the findings; of a measure of another district they are not those of this one.

    `but` says what people judged not to count, and whether findings may be missing.
    """
    if item.key != district:
        said = _("Gehört zu {name}; verglichen ist hier nur, was {district} hat.")
        reason = said.format(name=known.name(item.key), district=known.name(district))
        return {name: Score(name, GERMAN[name], None, reason, "nobody") for name in (NO_DUPLICATION, SYNERGY)}
    return {
        NO_DUPLICATION: _no_duplication(of, known, near, anybody, f" {but}".rstrip()),
        SYNERGY: _synergy(of, known, near, anybody, f" {but}".rstrip()),
    }


def _scores(computed: Mapping[str, Score], given: Mapping[str, float | None]) -> tuple[Score, ...]:
    found = []
    for name in CRITERIA:
        said = given.get(name)
        if said is not None:
            found.append(Score(name, GERMAN[name], float(said), _("von Menschen angegeben"), "people"))
        elif name in computed:
            found.append(computed[name])
        else:
            found.append(Score(name, GERMAN[name], None, _("Dazu liegt keine Angabe vor."), "nobody"))
    return tuple(found)


def _no_duplication(
    of: Sequence[Partner], known: Inventory, near: set[str], anybody: bool, but: str
) -> Score:
    """5 less the strongest finding of a measure here or near; the same far away duplicates nothing, one can learn."""
    name, label = NO_DUPLICATION, GERMAN[NO_DUPLICATION]
    alike = [p for p in of if p.kind in HARM and _is_measure(p, known)]
    close = [p for p in alike if p.own_district or p.key in near]
    away = max((p for p in alike if p not in close), key=_harm, default=None)
    lesson = ""
    if away:
        said = _("Lernen kann man weiter weg von {name}, {district}.")
        lesson = " " + said.format(name=quoted(away.label), district=away.district)
    if not close:
        if not anybody:
            reason = _("Im Vergleichskreis ist keine Maßnahme bekannt, mit der verglichen werden könnte.")
            return Score(name, label, None, reason, "nobody")
        reason = _("Hier und in der Nähe ist nichts Gleiches gefunden.") + lesson + but
        return Score(name, label, BEST, reason, "findings")
    worst = max(close, key=_harm)
    value = round(BEST * (1 - _harm(worst)[0]), 2)
    said = (
        _("{kind} mit {name}, {where} (Stärke {strength}; jeder am eigenen Objekt, nur Wissen ist teilbar).")
        if worst.only_knowledge
        else _("{kind} mit {name}, {where} (Stärke {strength}).")
    )
    reason = said.format(
        kind=_(CLASSES[worst.kind]),
        name=quoted(worst.label),
        where=_("im eigenen Kreis") if worst.own_district else worst.district,
        strength=_decimal(worst.score),
    )
    return Score(name, label, value, reason + lesson + but, "findings", (worst.finding,))


def _harm(partner: Partner) -> tuple[float, str]:
    return HARM[partner.kind] * partner.score * (ALONE if partner.only_knowledge else 1), partner.finding


def _synergy(of: Sequence[Partner], known: Inventory, near: set[str], anybody: bool, but: str) -> Score:
    """The best finding of each near district added up; three good partners give the full score."""
    best: dict[str, Partner] = {}
    for partner in of:
        if (
            partner.key in near
            and partner.kind in HELP
            and not partner.own_district
            and _is_measure(partner, known)
        ):
            before = best.get(partner.key)
            if before is None or HELP[partner.kind] * partner.score > HELP[before.kind] * before.score:
                best[partner.key] = partner
    if not best:
        if not anybody:
            reason = _("Im Vergleichskreis ist keine Maßnahme bekannt, mit der sie zusammenwirken könnte.")
            return Score(SYNERGY, GERMAN[SYNERGY], None, reason, "nobody")
        reason = _(
            "In den Nachbarkreisen und der Planungsregion ist nichts gefunden, womit sie zusammenwirken könnte."
        )
        return Score(SYNERGY, GERMAN[SYNERGY], 0.0, reason + but, "findings")
    chosen = sorted(best.values(), key=lambda p: (-HELP[p.kind] * p.score, p.finding))
    value = min(BEST, BEST * sum(HELP[p.kind] * p.score for p in chosen) / ENOUGH)
    said = _("{kind} mit {name}, {district}")
    named = "; ".join(
        said.format(kind=_(CLASSES[p.kind]), name=quoted(p.label), district=p.district) for p in chosen[:3]
    )
    if len(chosen) > 3:
        named = _("{names} und {count} weiteren").format(names=named, count=len(chosen) - 3)
    found = tuple(p.finding for p in chosen)
    return Score(SYNERGY, GERMAN[SYNERGY], round(value, 2), f"{named}.", "findings", found)


def _is_measure(partner: Partner, known: Inventory) -> bool:
    item = known.items.get(partner.iri)
    return item is not None and item.kind == MEASURE


Matrix = np.ndarray[Any, np.dtype[np.float64]]


def _places(of: Matrix, others: Matrix, but_itself: bool = False) -> list[int]:
    """The place of each value among others: one more than there are larger ones; `but_itself` leaves its own out."""
    own = np.array([_rounded(value) for value in of])
    against = np.array([_rounded(value) for value in others])
    larger = len(against) - np.searchsorted(np.sort(against), own, side="right")
    return [int(place) for place in 1 + larger - (against > own if but_itself else 0)]


def _bounds(table: Sequence[Sequence[Score]]) -> tuple[Matrix, Matrix]:
    low = np.array([[0.0 if s.value is None else s.value for s in scores] for scores in table])
    high = np.array([[BEST if s.value is None else s.value for s in scores] for scores in table])
    return low, high


def _in_top(
    low: Matrix, high: Matrix, shares: Matrix, top: int, spread: float, runs: int, seed: int
) -> Matrix:
    """How often each measure is among the first; of those that are equal at the edge each counts in part."""
    random = np.random.default_rng(seed)
    hits = np.zeros(len(low))
    for _run in range(runs):
        moved = shares * random.uniform(1 - spread, 1 + spread, len(shares))
        scores = low + (high - low) * random.random(low.shape)
        value = np.round(scores @ (moved / moved.sum()), 9)
        edge = np.sort(value)[::-1][min(top, len(value)) - 1]
        surely, maybe = value > edge, value == edge
        hits += surely + maybe * ((min(top, len(value)) - surely.sum()) / maybe.sum())
    return hits / runs


def _swap(above: str, below: str, difference: Matrix, shares: Matrix) -> Swap:
    """The weight with the smallest relative change that makes the two equal; a weight cannot fall below 0."""
    lead = float(difference @ shares)
    options = []
    for criterion, d, weight in zip(CRITERIA, difference, shares, strict=True):
        if abs(d) > 1e-12 and (needed := float(weight) - lead / float(d)) >= -1e-12:
            change = (needed - float(weight)) / float(weight) if weight > 0 else None
            far = abs(change) if change is not None else float("inf")
            options.append(
                (far, CRITERIA.index(criterion), criterion, float(weight), max(0.0, needed), change)
            )
    if abs(lead) < 1e-9:
        text = _("{above} und {below} liegen gleichauf.").format(above=quoted(above), below=quoted(below))
        return Swap(above, below, "", None, None, None, text)
    if not options:
        said = _("{above} bleibt vor {below}, welches einzelne Gewicht man auch ändert.")
        text = said.format(above=quoted(above), below=quoted(below))
        return Swap(above, below, "", None, None, None, text)
    _far, _place, criterion, weight, needed, change = min(options, key=lambda option: option[:2])
    rounded = round(change, 4) if change is not None else None
    if change is None:
        said = _("Damit {below} vor {above} kommt, müsste {criterion} überhaupt zählen.")
    elif needed < 1e-9:
        said = _("Damit {below} vor {above} kommt, dürfte {criterion} gar nicht zählen.")
    elif change > 0:
        said = _("Damit {below} vor {above} kommt, müsste {criterion} um {share} mehr zählen.")
    else:
        said = _("Damit {below} vor {above} kommt, müsste {criterion} um {share} weniger zählen.")
    text = said.format(
        below=quoted(below),
        above=quoted(above),
        criterion=quoted(_(GERMAN[criterion])),
        share=_percent(abs(change or 0)),
    )
    return Swap(above, below, criterion, round(weight, 4), round(needed, 4), rounded, text)


def _rounded(value: float) -> float:
    return round(float(value), 6)


def _decimal(value: float) -> str:
    return f"{value:.2f}" if language() != SOURCE else f"{value:.2f}".replace(".", ",")


def _percent(share: float) -> str:
    if share < 0.005:
        return _("weniger als 1 %")
    return percent(share)


def _ranked_sentence(
    rank: int, best: int, worst: int, count: int, scores: Sequence[Score], in_top: float, top: int
) -> str:
    unknown = [score.label for score in scores if score.value is None]
    text = _("Platz {rank} von {count}").format(rank=rank, count=count)
    if best != worst:
        text += _(", je nach den unbekannten Angaben Platz {best} bis {worst}").format(best=best, worst=worst)
    said = (
        _("; in {share} der Läufe an erster Stelle.")
        if top == 1
        else _("; in {share} der Läufe unter den ersten {top}.")
    )
    text += said.format(share=_percent(in_top) if in_top else _("keinem"), top=top)
    if unknown:
        text += " " + _("Unbekannt: {names}.").format(names=", ".join(map(_, unknown)))
    return text


def _sentence(ranking: Sequence[Ranked], top: int) -> str:
    top = min(top, len(ranking))
    firm = [ranked.label for ranked in ranking if ranked.in_top >= 0.9]
    unknown = sum(score.value is None for ranked in ranking for score in ranked.scores)
    total = len(CRITERIA) * len(ranking)
    text = ngettext("{count} Maßnahme", "{count} Maßnahmen", len(ranking)).format(count=len(ranking))
    if unknown:
        said = _("; {count} von {total} Bewertungen fehlen, die Rangfolge ist entsprechend offen")
        text += said.format(count=unknown, total=total)
    if len(ranking) == top:
        return f"{text}."
    if not firm:
        said = _("Keine ist in neun von zehn Läufen unter den ersten {top}.")
        return f"{text}. {said.format(top=top)}"
    names = ", ".join(f"{quoted(label)}" for label in firm)
    said = _("In mindestens neun von zehn Läufen unter den ersten {top}: {names}.")
    return f"{text}. {said.format(top=top, names=names)}"
