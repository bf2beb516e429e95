"""Why a pair was found: the dimensions in German words, one sentence as the reason, and what the two share."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from graph.compare.dimensions import DIMENSIONS
from graph.compare.fingerprint import fingerprint
from graph.compare.profile import NEED, PLAN, Profile, Source, same_district
from graph.compare.words import Lexicon, lexicon, theme_lexicon

OWN_DISTRICT = "im eigenen Kreis"
OPEN = "open"


@dataclass(frozen=True)
class Side:
    """One of the two measures of an overlap."""

    iri: str
    title: str
    district: str
    ags: str
    lead: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    fingerprint: str = ""
    """Changes when the measure changes materially; a judgement keeps it."""


@dataclass(frozen=True)
class Dimension:
    """One dimension of a pair: its value from 0 to 1, None when it is unknown, and the reason in German words."""

    name: str
    value: float | None
    reason: str


@dataclass(frozen=True)
class Overlap:
    """A result of the comparison. `score` is the relatedness, `confidence` how sure the class is, both 0 to 1."""

    id: str
    kind: str
    """One of the classes; it is called `class` in JSON."""
    score: float
    confidence: float
    duplicate: float
    a: Side
    b: Side
    dimensions: tuple[Dimension, ...]
    reason: str
    shared: tuple[str, ...]
    status: str = OPEN
    own_district: bool = False
    """Whether both are measures of one district ("im eigenen Kreis")."""
    decided: bool = True
    """False where there is too little to go by: then the class is a guess, and "unrelated" no "there is nothing"."""
    rank: int = 0
    """The place in the order of what is worth most to look at, from 1; a list of n takes the ranks up to n."""

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` and the HTTP interface give out (design.md, "Command line")."""
        data = asdict(self)
        data["class"] = data.pop("kind")
        order = ("id", "class", "score", "confidence", "a", "b", "dimensions", "reason", "shared", "status")
        return {name: data[name] for name in order} | {
            "own_district": self.own_district,
            "decided": self.decided,
            "rank": self.rank,
        }


@dataclass(frozen=True)
class Verdict:
    """What the classifier says of one pair."""

    kind: str
    score: float
    duplicate: float
    confidence: float
    decided: bool = True
    """False where there is too little to go by: then the class says "not decided", not "no match"."""


@dataclass(frozen=True)
class _Lists:
    """Two sets of codes in words: what both have, what only one has."""

    both: list[str] = field(default_factory=list)
    only_a: list[str] = field(default_factory=list)
    only_b: list[str] = field(default_factory=list)


def explain(a: Profile, b: Profile, values: Mapping[str, float], verdict: Verdict) -> Overlap:
    """The overlap of two measures with every reason spelt out; `values` are the numbers of `dimensions` for it."""
    own = same_district(a, b)
    dimensions = tuple(
        Dimension(name, _value(values[name]), _REASONS[name](a, b, values[name])) for name in DIMENSIONS
    )
    return Overlap(
        id=overlap_id(a.measure.iri, b.measure.iri),
        kind=verdict.kind,
        score=round(verdict.score, 4),
        confidence=round(verdict.confidence, 4),
        duplicate=round(verdict.duplicate, 4),
        a=_side(a),
        b=_side(b),
        dimensions=dimensions,
        reason=_sentence(a, b, verdict.kind, values) + (f" ({OWN_DISTRICT})" if own else ""),
        shared=tuple(_shared(a, b)),
        own_district=own,
        decided=verdict.decided,
    )


def overlap_id(a: str, b: str) -> str:
    """A name for the pair that does not depend on the order: the first 16 hex digits of a SHA-256 over both IRIs."""
    return hashlib.sha256("\n".join(sorted((a, b))).encode()).hexdigest()[:16]


def _value(number: float) -> float | None:
    return None if math.isnan(number) else round(float(number), 3)


def _side(p: Profile) -> Side:
    m = p.measure
    return Side(m.iri, m.title, m.district, m.ags, m.lead, m.sources, fingerprint(m))


def _sentence(a: Profile, b: Profile, kind: str, values: Mapping[str, float]) -> str:
    themes = _words(_telling(a, b).both[:2]) or "dasselbe Feld"
    activities = _words(_activities(a, b).both[:2])
    people = _words(_beneficiaries(a, b).both[:2])
    if kind == "complement":
        if NEED in (a.role, b.role):
            return f"Hier ein Bedarf, dort ein Vorhaben, das ihn beantworten kann: {themes}."
        if PLAN in (a.role, b.role) and a.role != b.role:
            return f"Das eine plant, was das andere umsetzt: {themes}."
        if values["one_region"] and values["both_bodies"]:
            return f"Das eine ist womöglich Teil oder Träger des anderen: {themes}."
        if values["plan_build"]:
            return f"Das eine untersucht oder regelt, was das andere baut: {themes}."
        if values["serve_build"]:
            return f"Das eine ist die Grundlage, auf der das andere seinen Dienst leistet: {themes}."
        return f"Das eine baut auf dem anderen auf oder trägt es: {themes}."
    if kind == "duplicate":
        what = f"dieselbe Art von Tätigkeit ({activities})" if activities else "dieselbe Art von Tätigkeit"
        whom = f" für dieselben Begünstigten ({people})" if people else " für denselben Gegenstand"
        return f"Beide: {what}{whom}, Thema {themes}."
    if kind == "overlap":
        if a.role == b.role == PLAN:
            return f"Zwei Pläne gleicher Art für verschiedene Gebiete: {themes}."
        if (a.own_object or a.own_place) and (b.own_object or b.own_place):
            return f"Gleiches Vorhaben, jeder am eigenen Objekt (nur Wissen und Ausschreibung sind teilbar): {themes}."
        alike = [
            f"gleiche Tätigkeit ({activities})" if activities else "",
            f"gleiche Begünstigte ({people})" if people else "",
        ]
        joined = " und ".join(filter(None, alike))
        return f"Gleiches Ziel: {themes}" + (
            f"; {joined}." if joined else "; Tätigkeit oder Begünstigte verschieden oder unbekannt."
        )
    if kind == "same_field":
        return f"Nur das Handlungsfeld ist gemeinsam: {themes}."
    return "Weder Ziel noch Feld sind gemeinsam."


def _shared(a: Profile, b: Profile) -> Iterable[str]:
    yield from (f"Thema: {label}" for label in _telling(a, b).both)
    yield from (f"Tätigkeit: {label}" for label in _activities(a, b).both)
    yield from (f"Begünstigte: {label}" for label in _beneficiaries(a, b).both)
    names = {actor.casefold(): actor for actor in a.measure.actors}
    yield from (
        f"Akteur: {names[key]}" for key in sorted(names.keys() & {n.casefold() for n in b.measure.actors})
    )
    yield from (f"Programm: {fund.upper()}" for fund in sorted(a.funds & b.funds))


def _compare(x: Mapping[str, float], y: Mapping[str, float], label: Callable[[str], str]) -> _Lists:
    def labels(codes: Iterable[str], weight: Callable[[str], float]) -> list[str]:
        return list(
            dict.fromkeys(label(code) for code in sorted(codes, key=lambda code: (-weight(code), code)))
        )

    return _Lists(
        labels(x.keys() & y.keys(), lambda code: x[code] * y[code]),
        labels(x.keys() - y.keys(), lambda code: x[code]),
        labels(y.keys() - x.keys(), lambda code: y[code]),
    )


def _telling(a: Profile, b: Profile) -> _Lists:
    """Themes and subjects, those left out of which a narrower one is shared as well."""
    lists = [
        _compare(_narrow(x, y, known), _narrow(y, x, known), known.label)
        for x, y, known in (
            (a.subjects, b.subjects, lexicon("subjects")),
            (a.themes, b.themes, theme_lexicon()),
        )
    ]
    both = list(dict.fromkeys([*lists[0].both, *lists[1].both]))
    return _Lists(
        both, [x for x in lists[0].only_a if x not in both], [x for x in lists[0].only_b if x not in both]
    )


def _narrow(codes: Mapping[str, float], others: Mapping[str, float], known: Lexicon) -> dict[str, float]:
    parent = {entry.code: entry.parent for entry in known.entries}
    broad: set[str] = set()
    for code in codes.keys() & others.keys():
        current = parent.get(code, "")
        while current:
            broad.add(current)
            current = parent[current]
    return {code: weight for code, weight in codes.items() if code not in broad}


def _activities(a: Profile, b: Profile) -> _Lists:
    return _compare(a.activities, b.activities, lexicon("activities").label)


def _beneficiaries(a: Profile, b: Profile) -> _Lists:
    return _compare(a.beneficiaries, b.beneficiaries, lexicon("beneficiaries").label)


def _goals(a: Profile, b: Profile) -> _Lists:
    return _compare(a.goals, b.goals, lambda code: goal_labels().get(code, code))


@cache
def goal_labels() -> dict[str, str]:
    """The goals in German words."""
    lines = files("graph.compare").joinpath("goals.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.partition("\t") for line in lines if line and not line.startswith("#")]
    return {code: label for code, _, label in rows[1:]}


def _words(labels: Iterable[str]) -> str:
    return ", ".join(labels)


def _in_words(lists: _Lists, nothing: str) -> str:
    if lists.both:
        return f"beide: {_words(lists.both[:4])}"
    if lists.only_a and lists.only_b:
        return f"verschieden: {_words(lists.only_a[:3])} – {_words(lists.only_b[:3])}"
    return nothing


def _theme_reason(a: Profile, b: Profile) -> str:
    return _in_words(_telling(a, b), "kein gemeinsames Thema erkannt")


def _goal_reason(a: Profile, b: Profile) -> str:
    return _in_words(_goals(a, b), "Ziel nicht erkennbar")


def _activity_reason(a: Profile, b: Profile) -> str:
    return _in_words(_activities(a, b), "Art der Tätigkeit nicht erkennbar")


def _beneficiary_reason(a: Profile, b: Profile) -> str:
    return _in_words(_beneficiaries(a, b), "Begünstigte nicht genannt")


def _actor_reason(a: Profile, b: Profile) -> str:
    if not (a.actors and b.actors):
        return "Akteure nicht genannt"
    names = {actor.casefold(): actor for actor in a.measure.actors}
    both = [names[key] for key in sorted(names.keys() & {n.casefold() for n in b.measure.actors})]
    return f"gemeinsam: {_words(both[:4])}" if both else "keine gemeinsamen Akteure"


def _territory_reason(a: Profile, b: Profile) -> str:
    if (a.own_object or a.own_place) and (b.own_object or b.own_place):
        return "jeder am eigenen Objekt (Gebäude, Fahrzeuge, Netz); nur Wissen ist teilbar"
    return "an kein eigenes Objekt gebunden, gemeinsam möglich" + (
        f"; {OWN_DISTRICT}" if same_district(a, b) else ""
    )


def _time_reason(a: Profile, b: Profile) -> str:
    if a.years is None or b.years is None:
        return "Zeitraum nicht genannt"
    word = "gleichzeitig" if max(a.years[0], b.years[0]) <= min(a.years[1], b.years[1]) else "nacheinander"
    return f"{word}: {a.measure.period} – {b.measure.period}"


def _money_reason(a: Profile, b: Profile) -> str:
    both = sorted(a.funds & b.funds)
    return (
        f"gemeinsames Programm: {_words(fund.upper() for fund in both)}"
        if both
        else "kein gemeinsames Programm bekannt"
    )


def _text_reason(a: Profile, b: Profile) -> str:
    both = [word for word in dict.fromkeys(a.text.split()) if len(word) > 5 and word in set(b.text.split())]
    return f"gleiche Wörter: {_words(both[:5])}" if both else "keine gleichen Wörter von Gewicht"


def _field_reason(a: Profile, b: Profile) -> str:
    if not (a.field and b.field):
        return "Handlungsfeld nicht genannt"
    return f"{a.measure.field} – {b.measure.field}"


def _meaning_reason(a: Profile, b: Profile, value: float) -> str:
    if math.isnan(value):
        return "Sinn unbekannt: kein Sprachmodell zur Hand oder kein Text"
    return next(words for bound, words in _NEARNESS if value >= bound)


_NEARNESS = (
    (0.75, "dem Sinn nach fast dasselbe"),
    (0.5, "dem Sinn nach nah beieinander"),
    (0.25, "dem Sinn nach entfernt verwandt"),
    (0.0, "dem Sinn nach so verschieden wie irgend zwei Texte"),
)
"""From which value on, and how it is said; 0 is the likeness of any two German texts, 1 that of the same text."""
Reason = Callable[[Profile, Profile, float], str]


def _plain(reason: Callable[[Profile, Profile], str]) -> Reason:
    return lambda a, b, _: reason(a, b)


_REASONS: Mapping[str, Reason] = {
    "theme": _plain(_theme_reason),
    "goal": _plain(_goal_reason),
    "activity": _plain(_activity_reason),
    "beneficiary": _plain(_beneficiary_reason),
    "actors": _plain(_actor_reason),
    "territory": _plain(_territory_reason),
    "time": _plain(_time_reason),
    "money": _plain(_money_reason),
    "text": _plain(_text_reason),
    "field": _plain(_field_reason),
    "meaning": _meaning_reason,
}
