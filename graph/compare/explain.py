"""Why a pair was found: the dimensions in words, one sentence as the reason, and what the two share.

What is said is kept in German and in English, since a finding is computed once and read in both.
"""

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from graph.compare.dimensions import DIMENSIONS, HOUSE
from graph.compare.fingerprint import fingerprint
from graph.compare.profile import NEED, PLAN, Profile, Source, same_district
from graph.compare.words import Lexicon, english_themes, lexicon, normal, theme_lexicon
from graph.language import N_, SOURCE, _, language, speaking

OWN_DISTRICT = N_("im eigenen Kreis")
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
    """One dimension of a pair: its value from 0 to 1, None when it is unknown, and the reason in words."""

    name: str
    value: float | None
    reason: str


@dataclass(frozen=True)
class Told:
    """What is said of a pair in one language: the reason, those of its dimensions in their order, what is shared."""

    reason: str
    dimensions: tuple[str, ...]
    shared: tuple[str, ...]


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
    english: Told | None = None
    """The reasons in English; they are called `en` in JSON."""

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
            "en": data["english"],
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
    pair = _Pair(a, b, values)
    with speaking(SOURCE):
        german = _told(pair, verdict.kind)
    with speaking("en"):
        english = _told(pair, verdict.kind)
    return Overlap(
        id=overlap_id(a.measure.iri, b.measure.iri),
        kind=verdict.kind,
        score=round(verdict.score, 4),
        confidence=round(verdict.confidence, 4),
        duplicate=round(verdict.duplicate, 4),
        a=_side(a),
        b=_side(b),
        dimensions=tuple(
            Dimension(name, _value(values[name]), reason)
            for name, reason in zip(DIMENSIONS, german.dimensions, strict=True)
        ),
        reason=german.reason,
        shared=german.shared,
        own_district=pair.own,
        decided=verdict.decided,
        english=english,
    )


def overlap_id(a: str, b: str) -> str:
    """A name for the pair that does not depend on the order: the first 16 hex digits of a SHA-256 over both IRIs."""
    return hashlib.sha256("\n".join(sorted((a, b))).encode()).hexdigest()[:16]


def _value(number: float) -> float | None:
    return None if math.isnan(number) else round(float(number), 3)


def _side(p: Profile) -> Side:
    m = p.measure
    return Side(m.iri, m.title, m.district, m.ags, m.lead, m.sources, fingerprint(m))


@dataclass(frozen=True)
class _Pair:
    """Two measures with what they have in common and what not, each list made once for all that is said of it."""

    a: Profile
    b: Profile
    values: Mapping[str, float]

    @cached_property
    def own(self) -> bool:
        return same_district(self.a, self.b)

    @cached_property
    def telling(self) -> _Common:
        """The themes in common, or the finer subjects, which no editor assigns, where one side has no assigned
        themes."""
        a, b = self.a, self.b
        themes = _common(
            _shown(a.measure.themes, a.themes), _shown(b.measure.themes, b.themes), theme_lexicon()
        )
        if a.measure.themes and b.measure.themes:
            return themes
        subjects = _common(a.subjects, b.subjects, lexicon("subjects"))
        first, second = (themes, subjects) if a.measure.themes or b.measure.themes else (subjects, themes)
        return first if first.both or not second.both else second

    @cached_property
    def activities(self) -> _Common:
        x, y = (_shown(p.measure.activities, p.activities) for p in (self.a, self.b))
        return _common(x, y, lexicon("activities"))

    @cached_property
    def beneficiaries(self) -> _Common:
        x, y = (_shown(p.measure.beneficiaries, p.beneficiaries) for p in (self.a, self.b))
        return _common(x, y, lexicon("beneficiaries"))

    @cached_property
    def goals(self) -> _Common:
        x, y = self.a.goals, self.b.goals

        def labels(codes: Iterable[str]) -> tuple[str, ...]:
            order = sorted(codes, key=lambda code: (-x.get(code, 0.0) - y.get(code, 0.0), code))
            return tuple(goal_labels().get(code, code) for code in order)

        here, there = x.keys(), y.keys()
        return _Common(labels(here & there), (), labels(here - there), labels(there - here))

    @cached_property
    def actors(self) -> list[str]:
        """Those of both, as the first writes them."""
        names = {normal(actor): actor for actor in self.a.measure.actors}
        return [names[key] for key in sorted(names.keys() & set(map(normal, self.b.measure.actors)))]

    @property
    def partners(self) -> list[str]:
        """Those of them who are named beside the authority itself."""
        return [actor for actor in self.actors if normal(actor) in self.a.offices]

    @cached_property
    def funds(self) -> list[str]:
        return sorted(self.a.funds & self.b.funds)

    @cached_property
    def wording(self) -> list[str]:
        """Long words that stand in both texts, as the first writes them first."""
        known = {normal(word) for word in _WORD.findall(self.b.wording)} - _EMPTY
        spelled = {normal(word): word for word in reversed(_WORD.findall(self.a.wording))}
        return [word for plain, word in reversed(spelled.items()) if len(plain) > 5 and plain in known]

    @property
    def themes(self) -> str:
        """The themes that a sentence names, in the language in force."""
        return self.named_themes or _("dasselbe Feld")

    @property
    def named_themes(self) -> str:
        """The same, empty where none is in common."""
        return _words(self.telling.both[:2] or self.telling.kin[:2])


def _told(pair: _Pair, kind: str) -> Told:
    """What is said of the pair in the language in force."""
    return Told(
        reason=_sentence(pair, kind) + (f" ({_(OWN_DISTRICT)})." if pair.own else "."),
        dimensions=tuple(_REASONS[name](pair) for name in DIMENSIONS),
        shared=tuple(_shared(pair)),
    )


def _sentence(pair: _Pair, kind: str) -> str:
    """Why the two are a finding of this kind, as a sentence without its full stop."""
    said = {
        "complement": _complement_sentence,
        "duplicate": _duplicate_sentence,
        "overlap": _overlap_sentence,
    }
    if kind in said:
        return said[kind](pair)
    if kind == "same_field":
        return _("Nur das Handlungsfeld ist gemeinsam: {themes}").format(themes=pair.themes)
    return _("Weder Ziel noch Feld sind gemeinsam")


def _complement_sentence(pair: _Pair) -> str:
    a, b, values = pair.a, pair.b, pair.values
    if NEED in (a.role, b.role):
        return _need_sentence(pair)
    if values["one_plan"]:
        plan, part = (a, b) if a.role == PLAN else (b, a)
        if plan.measure.iri in part.measure.part_of:
            said = _("Teil des Plans: {themes}")
        elif pair.own:
            said = _("Ein Plan und eine Maßnahme, wie er sie vorsehen kann: {themes}")
        elif not (plan.measure.district and part.measure.district):
            said = _("Ein Plan und eine Maßnahme, wie sie ein solcher Plan vorsieht: {themes}")
        else:
            said = _("{a} hat einen Plan, {b} eine Maßnahme, wie sie ein solcher Plan vorsieht: {themes}")
        return said.format(a=plan.measure.district, b=part.measure.district, themes=pair.themes)
    if values["one_region"] and values["both_bodies"]:
        said = _("Das eine ist womöglich Teil oder Träger des anderen: {themes}")
    elif values["plan_build"]:
        said = _("Das eine untersucht oder regelt, was das andere baut: {themes}")
    elif values["serve_build"]:
        said = _("Das eine ist die Grundlage, auf der das andere seinen Dienst leistet: {themes}")
    else:
        said = _("Das eine baut auf dem anderen auf oder trägt es: {themes}")
    return said.format(themes=pair.themes)


def _need_sentence(pair: _Pair) -> str:
    need, offer = (pair.a, pair.b) if pair.a.role == NEED else (pair.b, pair.a)
    if pair.own or not (need.measure.district and offer.measure.district):
        said = (
            _("Ein Bedarf und ein Plan, der ihn aufgreift: {themes}")
            if offer.role == PLAN
            else _("Ein Bedarf und ein Vorhaben, das ihn decken kann: {themes}")
        )
    else:
        said = (
            _("{a} hat den Bedarf, {b} einen Plan, der ihn aufgreift: {themes}")
            if offer.role == PLAN
            else _("{a} hat den Bedarf, {b} ein Vorhaben, das ihn decken kann: {themes}")
        )
    text = said.format(a=need.measure.district, b=offer.measure.district, themes=pair.themes)
    if pair.own or not offer.own_place:
        return text
    return text + _("; zu übertragen ist das Vorgehen, nicht Fläche oder Anlage")


def _duplicate_sentence(pair: _Pair) -> str:
    activities, people = (_words(of.both[:2]) for of in (pair.activities, pair.beneficiaries))
    if activities and people:
        said = _(
            "Beide: dieselbe Art von Tätigkeit ({activities}) für dieselben Begünstigten ({people}), Thema {themes}"
        )
    elif activities:
        said = _("Beide: dieselbe Art von Tätigkeit ({activities}) für denselben Gegenstand, Thema {themes}")
    elif people:
        said = _("Beide: dieselbe Art von Tätigkeit für dieselben Begünstigten ({people}), Thema {themes}")
    else:
        said = _("Beide: dieselbe Art von Tätigkeit für denselben Gegenstand, Thema {themes}")
    return said.format(activities=activities, people=people, themes=pair.themes)


def _overlap_sentence(pair: _Pair) -> str:
    values, programmes = pair.values, _words(pair.funds)
    if values["both_plans"]:
        return _plans_sentence(pair)
    apart = values["both_places"] and not pair.own
    if apart and programmes:
        said = _("Gemeinsames Programm ({programmes}), jeder baut am eigenen Ort: {themes}")
        return said.format(programmes=programmes, themes=pair.themes)
    if apart:
        said = _("Gleiches Vorhaben, jeder am eigenen Ort (teilbar sind Wissen und Ausschreibung): {themes}")
        return said.format(themes=pair.themes)
    parts = [part for part in (_roles(pair), _aim(pair)) if part]
    if programmes:
        parts.append(_("gemeinsames Programm ({programmes})").format(programmes=programmes))
    if values["one_house"]:
        parts.append(_("Bei beiden dabei: {names}").format(names="; ".join(pair.partners[:2])))
    parts += _alike_and_different(pair)
    return ". ".join(part[0].upper() + part[1:] for part in parts)


def _plans_sentence(pair: _Pair) -> str:
    goals = _words(pair.goals.both[:2])
    if not pair.named_themes and goals:
        return _("Zwei Pläne mit gleichem Ziel: {goals}").format(goals=goals)
    said = (
        _("Zwei Pläne im selben Kreis: {themes}")
        if pair.own
        else _("Zwei Pläne für verschiedene Gebiete: {themes}")
    )
    return said.format(themes=pair.themes)


def _roles(pair: _Pair) -> str:
    """What the two are, where one of them is a need."""
    roles = {pair.a.role, pair.b.role}
    if roles == {NEED}:
        return _("zwei Bedarfe")
    if NEED in roles:
        return _("ein Bedarf und ein Plan") if PLAN in roles else _("ein Bedarf und ein Vorhaben")
    return ""


def _aim(pair: _Pair) -> str:
    if goals := _words(pair.goals.both[:2]):
        return _("Gleiches Ziel: {goals}").format(goals=goals)
    return _("Gleiches Thema: {themes}").format(themes=pair.themes)


def _alike_and_different(pair: _Pair) -> list[str]:
    """What speaks for an overlap and what against a duplicate."""
    activities, people = pair.activities, pair.beneficiaries
    doing = _words(activities.both[:2])
    served = _words([label for label in people.both if label != _house()][:2])
    alike = [
        _("gleiche Tätigkeit ({labels})").format(labels=doing) if doing else "",
        _("gleiche Begünstigte ({labels})").format(labels=served) if served else "",
    ]
    different = [
        "" if activities.both else _different(_unlike(activities), "", activities),
        "" if people.both else _different(_("Begünstigte verschieden ({here} – {there})"), "", people),
    ]
    if all(alike):  # the definition of a duplicate: then it has to be said what is different all the same
        different = [
            _different(
                _("Tätigkeit daneben verschieden ({here} – {there})"),
                _("Tätigkeit daneben nur bei einem ({labels})"),
                activities,
            ),
            _different(
                _("Begünstigte daneben verschieden ({here} – {there})"),
                _("Begünstigte daneben nur bei einem ({labels})"),
                people,
            ),
            _different(
                _("Thema daneben verschieden ({here} – {there})"),
                _("Thema daneben nur bei einem ({labels})"),
                pair.telling,
            ),
        ]
    told = [part for part in (*alike, *different) if part]
    silent = [p for p in (pair.a, pair.b) if p.role != NEED and not p.activities]
    if len(silent) == 2:
        return [*told, _("was genau getan wird, ist bei beiden nicht erkannt")]
    if silent:
        said = _("was genau getan wird, ist bei „{title}“ nicht erkannt")
        return [*told, said.format(title=silent[0].measure.title)]
    return told if any(different) else [*told, _("ein Unterschied ist nicht erkannt")]


def _unlike(activities: _Common) -> str:
    if activities.kin:
        return _("Tätigkeit verwandt ({here} – {there})")
    return _("Tätigkeit verschieden ({here} – {there})")


def _different(both: str, one: str, common: _Common) -> str:
    """What only one has: as `both` says where each has something, as `one` where it may be said of one alone."""
    if common.only_a and common.only_b:
        return both.format(here=_words(common.only_a[:2]), there=_words(common.only_b[:2]))
    if one and (common.only_a or common.only_b):
        return one.format(labels=_words((common.only_a or common.only_b)[:2]))
    return ""


def _shared(pair: _Pair) -> Iterable[str]:
    yield from (_("Thema: {label}").format(label=_word(label)) for label in pair.telling.both)
    yield from (_("Tätigkeit: {label}").format(label=_word(label)) for label in pair.activities.both)
    yield from (_("Begünstigte: {label}").format(label=_word(label)) for label in pair.beneficiaries.both)
    yield from (_("Akteur: {label}").format(label=name) for name in pair.actors)
    yield from (_("Programm: {label}").format(label=fund) for fund in pair.funds)


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


def _shown(assigned: Sequence[str], recognised: Mapping[str, float]) -> Mapping[str, float]:
    """What is shown of a dimension: what an editor has assigned; the words that were recognised only without him."""
    return dict.fromkeys(assigned, 1.0) if assigned else recognised


@cache
def _house() -> str:
    return lexicon("beneficiaries").label(HOUSE)


@cache
def goal_labels() -> dict[str, str]:
    """The goals in German words."""
    lines = files("graph.compare").joinpath("goals.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.partition("\t") for line in lines if line and not line.startswith("#")]
    return {code: label for code, _tab, label in rows[1:]}


def _word(label: str) -> str:
    """A German label of a lexicon in the language in force: themes have their own, the others are in the catalogue."""
    return label if language() == SOURCE else english_themes().get(label) or _(label)


def _words(labels: Iterable[str]) -> str:
    """Labels in a row, parted by semicolons: many have commas of their own."""
    return "; ".join(map(_word, labels))


def _in_words(common: _Common, nothing: str) -> str:
    if common.both:
        return _("beide: {labels}").format(labels=_words(common.both[:4]))
    if not (common.only_a and common.only_b):
        return nothing
    said = _("verwandt, beides {kin}: {here} – {there}") if common.kin else _("verschieden: {here} – {there}")
    return said.format(
        kin=_words(common.kin[:2]), here=_words(common.only_a[:3]), there=_words(common.only_b[:3])
    )


def _theme_reason(pair: _Pair) -> str:
    return _in_words(pair.telling, _("kein gemeinsames Thema erkannt"))


def _goal_reason(pair: _Pair) -> str:
    return _in_words(pair.goals, _("Ziel nicht erkennbar"))


def _activity_reason(pair: _Pair) -> str:
    return _in_words(pair.activities, _("Art der Tätigkeit nicht erkennbar"))


def _beneficiary_reason(pair: _Pair) -> str:
    if pair.beneficiaries.both == (_house(),):
        return _("beide: {label} (zählt halb: sie ist meist nur Träger)").format(label=_word(_house()))
    return _in_words(pair.beneficiaries, _("Begünstigte nicht genannt"))


def _actor_reason(pair: _Pair) -> str:
    if not (pair.a.actors and pair.b.actors):
        return _("Akteure nicht genannt")
    if not pair.actors:
        return _("keine gemeinsamen Akteure")
    return _("gemeinsam: {names}").format(names="; ".join(pair.actors[:4]))


def _territory_reason(pair: _Pair) -> str:
    alone = sum(p.own_object or p.own_place for p in (pair.a, pair.b))
    said = (
        _("an kein eigenes Objekt gebunden, gemeinsam möglich"),
        _("nur eines ist an einen eigenen Ort oder ein eigenes Objekt gebunden"),
        _("jeder am eigenen Ort oder Objekt (Fläche, Gebäude, Fahrzeuge, Netz); nur Wissen ist teilbar"),
    )[alone]
    return f"{said}; {_(OWN_DISTRICT)}" if pair.own else said


def _time_reason(pair: _Pair) -> str:
    a, b = pair.a, pair.b
    if not (a.measure.period and b.measure.period):
        return _("Zeitraum nicht genannt")
    if a.years is None or b.years is None:
        said = _("nicht sicher, ob zur gleichen Zeit: „{here}“ und „{there}“")
    elif max(a.years[0], b.years[0]) <= min(a.years[1], b.years[1]):
        said = _("gleichzeitig: „{here}“ und „{there}“")
    else:
        said = _("nacheinander: „{here}“ und „{there}“")
    return said.format(here=a.measure.period, there=b.measure.period)


def _money_reason(pair: _Pair) -> str:
    if not pair.funds:
        return _("kein gemeinsames Programm bekannt")
    return _("gemeinsames Programm: {names}").format(names="; ".join(pair.funds))


def _text_reason(pair: _Pair) -> str:
    if not pair.wording:
        return _("keine gleichen Wörter von Gewicht")
    return _("gleiche Wörter: {words}").format(words="; ".join(pair.wording[:5]))


def _field_reason(pair: _Pair) -> str:
    if not (pair.a.field and pair.b.field):
        return _("Handlungsfeld nicht genannt")
    return f"{pair.a.measure.field} – {pair.b.measure.field}"


def _meaning_reason(pair: _Pair) -> str:
    value = pair.values["meaning"]
    if math.isnan(value):
        return _("Sinn unbekannt: kein Sprachmodell zur Hand oder kein Text")
    return _(next(words for bound, words in _NEARNESS if value >= bound))


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
    (0.75, N_("dem Sinn nach fast dasselbe")),
    (0.5, N_("dem Sinn nach nah beieinander")),
    (0.25, N_("dem Sinn nach entfernt verwandt")),
    (0.1, N_("dem Sinn nach kaum verwandt")),
    (0.0, N_("dem Sinn nach so verschieden wie irgend zwei Texte")),
)
"""From which value on, and how it is said; 0 is the likeness of any two German texts, 1 that of the same text."""
_REASONS: Mapping[str, Callable[[_Pair], str]] = {
    "theme": _theme_reason,
    "goal": _goal_reason,
    "activity": _activity_reason,
    "beneficiary": _beneficiary_reason,
    "actors": _actor_reason,
    "territory": _territory_reason,
    "time": _time_reason,
    "money": _money_reason,
    "text": _text_reason,
    "field": _field_reason,
    "meaning": _meaning_reason,
}
