"""Why a pair was found: the dimensions in German words, one sentence as the reason, and what the two share."""

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from graph.compare.dimensions import DIMENSIONS, HOUSE
from graph.compare.fingerprint import fingerprint
from graph.compare.profile import NEED, PLAN, Profile, Source, same_district
from graph.compare.words import Lexicon, lexicon, normal, theme_lexicon

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
    """A result of the comparison. `score` is the relatedness as learnt from labelled pairs, `confidence` how sure it is
    that the two hang together in a real circle and with so little text; both 0 to 1."""

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
    """Whether the confidence reaches one half. Below it the class is a guess, and "unrelated" no "there is nothing"."""
    rank: int = 0
    """The place in the order of what is worth most to look at, from 1; a list of n takes the ranks up to n."""
    also: tuple[str, ...] = ()
    """The ids of more findings of this kind on one of the two measures that the limited list leaves out in favour of
    this one; in the whole list they stand behind all others."""

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` and the HTTP interface give out (design.md, "Command line")."""
        data = asdict(self)
        data["class"] = data.pop("kind")
        order = ("id", "class", "score", "confidence", "a", "b", "dimensions", "reason", "shared", "status")
        return {name: data[name] for name in order} | {
            "own_district": self.own_district,
            "decided": self.decided,
            "rank": self.rank,
            "also": list(self.also),
        }


@dataclass(frozen=True)
class Verdict:
    """What the classifier says of one pair."""

    kind: str
    score: float
    duplicate: float
    confidence: float
    decided: bool = True


@dataclass(frozen=True)
class _Common:
    """Two sets of codes in words: what both have, what both are a kind of without sharing it, what only one has."""

    both: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()


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
        reason=_sentence(a, b, verdict.kind, values) + (f" ({OWN_DISTRICT})." if own else "."),
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
    """Why the two are a finding of this kind, as a sentence without its full stop."""
    said = {
        "complement": _complement_sentence,
        "duplicate": _duplicate_sentence,
        "overlap": _overlap_sentence,
    }
    if kind in said:
        return said[kind](a, b, values)
    if kind == "same_field":
        return f"Nur das Handlungsfeld ist gemeinsam: {_themes(a, b)}"
    return "Weder Ziel noch Feld sind gemeinsam"


def _complement_sentence(a: Profile, b: Profile, values: Mapping[str, float]) -> str:
    themes, own = _themes(a, b), same_district(a, b)
    if NEED in (a.role, b.role):
        need, offer = (a, b) if a.role == NEED else (b, a)
        what = "einen Plan, der ihn aufgreift" if offer.role == PLAN else "ein Vorhaben, das ihn decken kann"
        apart = (
            "" if own or not offer.own_place else "; zu übertragen ist das Vorgehen, nicht Fläche oder Anlage"
        )
        if own or not (need.measure.district and offer.measure.district):
            return f"Ein Bedarf und {what.replace('einen', 'ein')}: {themes}{apart}"
        return f"{need.measure.district} hat den Bedarf, {offer.measure.district} {what}: {themes}{apart}"
    if values["one_plan"]:
        plan, part = (a, b) if a.role == PLAN else (b, a)
        if plan.measure.iri in part.measure.part_of:
            return f"Teil des Plans: {themes}"
        if own:
            return f"Ein Plan und eine Maßnahme, wie er sie vorsehen kann: {themes}"
        if not (plan.measure.district and part.measure.district):
            return f"Ein Plan und eine Maßnahme, wie sie ein solcher Plan vorsieht: {themes}"
        return (
            f"{plan.measure.district} hat einen Plan, {part.measure.district} eine Maßnahme, "
            f"wie sie ein solcher Plan vorsieht: {themes}"
        )
    if values["one_region"] and values["both_bodies"]:
        return f"Das eine ist womöglich Teil oder Träger des anderen: {themes}"
    if values["plan_build"]:
        return f"Das eine untersucht oder regelt, was das andere baut: {themes}"
    if values["serve_build"]:
        return f"Das eine ist die Grundlage, auf der das andere seinen Dienst leistet: {themes}"
    return f"Das eine baut auf dem anderen auf oder trägt es: {themes}"


def _duplicate_sentence(a: Profile, b: Profile, values: Mapping[str, float]) -> str:
    activities, people = _activities(a, b).both[:2], _beneficiaries(a, b).both[:2]
    what = "dieselbe Art von Tätigkeit" + (f" ({_words(activities)})" if activities else "")
    whom = f"dieselben Begünstigten ({_words(people)})" if people else "denselben Gegenstand"
    return f"Beide: {what} für {whom}, Thema {_themes(a, b)}"


def _overlap_sentence(a: Profile, b: Profile, values: Mapping[str, float]) -> str:
    themes, programmes = _themes(a, b), sorted(a.funds & b.funds)
    if values["both_plans"]:
        where = "im selben Kreis" if same_district(a, b) else "für verschiedene Gebiete"
        return f"Zwei Pläne {where}: {themes}"
    if values["both_places"] and programmes:
        return f"Gemeinsames Programm ({_words(programmes)}), jeder baut am eigenen Ort: {themes}"
    if values["both_places"]:
        return f"Gleiches Vorhaben, jeder am eigenen Ort (teilbar sind Wissen und Ausschreibung): {themes}"
    goals = _goals(a, b).both[:2]
    parts = [f"Gleiches Ziel: {_words(goals)}" if goals else f"Gleiches Thema: {themes}"]
    if programmes:
        parts.append(f"gemeinsames Programm ({_words(programmes)})")
    if values["one_house"]:
        parts.append("beides beim selben Amt")
    parts += _alike_and_different(a, b)
    return ". ".join(part[0].upper() + part[1:] for part in parts)


def _alike_and_different(a: Profile, b: Profile) -> list[str]:
    """What speaks for an overlap and what against a duplicate."""
    activities, people = _activities(a, b), _beneficiaries(a, b)
    served = tuple(label for label in people.both if label != _house())
    alike = [
        f"gleiche Tätigkeit ({_words(activities.both[:2])})" if activities.both else "",
        f"gleiche Begünstigte ({_words(served[:2])})" if served else "",
    ]
    different = [
        _different("Tätigkeit", activities) if not activities.both else "",
        _different("Begünstigte", people) if not people.both else "",
    ]
    if all(alike):  # the definition of a duplicate: then it has to be said what is different all the same
        different = [
            _different("Tätigkeit daneben", activities),
            _different("Begünstigte daneben", people),
            _different("Thema daneben", _telling(a, b)),
        ]
    told = [part for part in (*alike, *different) if part]
    return told if any(different) else [*told, "was sie unterscheidet, steht nicht im Text"]


def _different(what: str, common: _Common) -> str:
    if common.only_a and common.only_b:
        return f"{what} verschieden ({_words(common.only_a[:2])} – {_words(common.only_b[:2])})"
    if what.endswith("daneben") and (common.only_a or common.only_b):
        return f"{what} nur bei einem ({_words((common.only_a or common.only_b)[:2])})"
    return ""


def _shared(a: Profile, b: Profile) -> Iterable[str]:
    yield from (f"Thema: {label}" for label in _telling(a, b).both)
    yield from (f"Tätigkeit: {label}" for label in _activities(a, b).both)
    yield from (f"Begünstigte: {label}" for label in _beneficiaries(a, b).both)
    names = {actor.casefold(): actor for actor in a.measure.actors}
    yield from (
        f"Akteur: {names[key]}" for key in sorted(names.keys() & {n.casefold() for n in b.measure.actors})
    )
    yield from (f"Programm: {fund}" for fund in sorted(a.funds & b.funds))


def _common(x: Mapping[str, float], y: Mapping[str, float], known: Lexicon) -> _Common:
    """What two sets of codes of a tree have in common, the narrowest alone: who shares "Start-ups" need not read
    "Gründerinnen und Gründer" beside it."""
    above = dict(zip(known.codes, known.above, strict=True))
    wide_x, wide_y = ({up for code in codes for up in (code, *above.get(code, ()))} for codes in (x, y))
    shared = wide_x & wide_y
    narrowest = shared - {up for code in shared for up in above.get(code, ())}
    both = {code for code in narrowest if code in x or code in y}

    def labels(codes: Iterable[str]) -> tuple[str, ...]:
        order = sorted(codes, key=lambda code: (-(x.get(code, 0.0) + y.get(code, 0.0)), code))
        return tuple(dict.fromkeys(map(known.label, order)))

    def alone(codes: Iterable[str]) -> tuple[str, ...]:
        return labels(
            code
            for code in codes
            if code not in both
            and not both & above.get(code, frozenset())
            and not any(code in above.get(other, ()) for other in both)
        )

    return _Common(labels(both), labels(narrowest - both), alone(x), alone(y))


def _told(assigned: Sequence[str], recognised: Mapping[str, float]) -> Mapping[str, float]:
    """What is shown of a dimension: what an editor has assigned; the words that were recognised only without him."""
    return dict.fromkeys(assigned, 1.0) if assigned else recognised


def _telling(a: Profile, b: Profile) -> _Common:
    """The themes in common, or the finer subjects, which no editor assigns, where one side has no assigned themes."""
    themes = _common(_told(a.measure.themes, a.themes), _told(b.measure.themes, b.themes), theme_lexicon())
    if a.measure.themes and b.measure.themes:
        return themes
    subjects = _common(a.subjects, b.subjects, lexicon("subjects"))
    first, second = (themes, subjects) if a.measure.themes or b.measure.themes else (subjects, themes)
    return first if first.both or not second.both else second


def _themes(a: Profile, b: Profile) -> str:
    common = _telling(a, b)
    return _words(common.both[:2] or common.kin[:2]) or "dasselbe Feld"


def _activities(a: Profile, b: Profile) -> _Common:
    x, y = (_told(p.measure.activities, p.activities) for p in (a, b))
    return _common(x, y, lexicon("activities"))


def _beneficiaries(a: Profile, b: Profile) -> _Common:
    x, y = (_told(p.measure.beneficiaries, p.beneficiaries) for p in (a, b))
    return _common(x, y, lexicon("beneficiaries"))


def _goals(a: Profile, b: Profile) -> _Common:
    def labels(codes: Iterable[str]) -> tuple[str, ...]:
        order = sorted(codes, key=lambda code: (-a.goals.get(code, 0.0) - b.goals.get(code, 0.0), code))
        return tuple(goal_labels().get(code, code) for code in order)

    x, y = a.goals.keys(), b.goals.keys()
    return _Common(labels(x & y), (), labels(x - y), labels(y - x))


@cache
def _house() -> str:
    return lexicon("beneficiaries").label(HOUSE)


@cache
def goal_labels() -> dict[str, str]:
    """The goals in German words."""
    lines = files("graph.compare").joinpath("goals.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.partition("\t") for line in lines if line and not line.startswith("#")]
    return {code: label for code, _, label in rows[1:]}


def _words(labels: Iterable[str]) -> str:
    """Labels in a row, parted by semicolons: many have commas of their own."""
    return "; ".join(labels)


def _in_words(common: _Common, nothing: str) -> str:
    if common.both:
        return f"beide: {_words(common.both[:4])}"
    if common.only_a and common.only_b:
        word = f"verwandt, beides {_words(common.kin[:2])}" if common.kin else "verschieden"
        return f"{word}: {_words(common.only_a[:3])} – {_words(common.only_b[:3])}"
    return nothing


def _theme_reason(a: Profile, b: Profile) -> str:
    return _in_words(_telling(a, b), "kein gemeinsames Thema erkannt")


def _goal_reason(a: Profile, b: Profile) -> str:
    return _in_words(_goals(a, b), "Ziel nicht erkennbar")


def _activity_reason(a: Profile, b: Profile) -> str:
    return _in_words(_activities(a, b), "Art der Tätigkeit nicht erkennbar")


def _beneficiary_reason(a: Profile, b: Profile) -> str:
    common = _beneficiaries(a, b)
    if common.both == (_house(),):
        return f"beide: {_house()} (zählt halb: sie ist meist nur Träger)"
    return _in_words(common, "Begünstigte nicht genannt")


def _actor_reason(a: Profile, b: Profile) -> str:
    if not (a.actors and b.actors):
        return "Akteure nicht genannt"
    names = {actor.casefold(): actor for actor in a.measure.actors}
    both = [names[key] for key in sorted(names.keys() & {n.casefold() for n in b.measure.actors})]
    return f"gemeinsam: {_words(both[:4])}" if both else "keine gemeinsamen Akteure"


def _territory_reason(a: Profile, b: Profile) -> str:
    alone = sum(p.own_object or p.own_place for p in (a, b))
    where = (
        "an kein eigenes Objekt gebunden, gemeinsam möglich",
        "nur eines ist an einen eigenen Ort oder ein eigenes Objekt gebunden",
        "jeder am eigenen Ort oder Objekt (Fläche, Gebäude, Fahrzeuge, Netz); nur Wissen ist teilbar",
    )[alone]
    return where + (f"; {OWN_DISTRICT}" if same_district(a, b) else "")


def _time_reason(a: Profile, b: Profile) -> str:
    periods = f"„{a.measure.period}“ und „{b.measure.period}“"
    if not (a.measure.period and b.measure.period):
        return "Zeitraum nicht genannt"
    if a.years is None or b.years is None:
        return f"nicht sicher, ob zur gleichen Zeit: {periods}"
    word = "gleichzeitig" if max(a.years[0], b.years[0]) <= min(a.years[1], b.years[1]) else "nacheinander"
    return f"{word}: {periods}"


def _money_reason(a: Profile, b: Profile) -> str:
    both = sorted(a.funds & b.funds)
    return f"gemeinsames Programm: {_words(both)}" if both else "kein gemeinsames Programm bekannt"


def _text_reason(a: Profile, b: Profile) -> str:
    known = {normal(word) for word in _WORD.findall(b.wording)} - _EMPTY
    spelled = {normal(word): word for word in reversed(_WORD.findall(a.wording))}  # as it is first written
    both = [word for plain, word in reversed(spelled.items()) if len(plain) > 5 and plain in known]
    return f"gleiche Wörter: {_words(both[:5])}" if both else "keine gleichen Wörter von Gewicht"


def _field_reason(a: Profile, b: Profile) -> str:
    if not (a.field and b.field):
        return "Handlungsfeld nicht genannt"
    return f"{a.measure.field} – {b.measure.field}"


def _meaning_reason(a: Profile, b: Profile, value: float) -> str:
    if math.isnan(value):
        return "Sinn unbekannt: kein Sprachmodell zur Hand oder kein Text"
    return next(words for bound, words in _NEARNESS if value >= bound)


_WORD = re.compile(r"\w+")
_EMPTY = frozenset(
    """
    landkreis landkreise landkreises landkreisen kreises kreisweit prozent million millionen projekt
    projekte projekten projekts massnahme massnahmen gemeinde gemeinden gemeinsam gemeinsame gemeinsamen
    gemeinsamer weitere weiteren weiterer sollen konnen werden wurden wurde zwischen eigene eigenen
    eigener mehrere mehreren bereits insgesamt jahrlich jahren bereich bereiche umsetzung angebot
    angebote themen
    """.split()  # noqa: SIM905
)
"""Words of office language, as `normal` spells them, that two texts may share without having anything in common."""
_NEARNESS = (
    (0.75, "dem Sinn nach fast dasselbe"),
    (0.5, "dem Sinn nach nah beieinander"),
    (0.25, "dem Sinn nach entfernt verwandt"),
    (0.1, "dem Sinn nach kaum verwandt"),
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
