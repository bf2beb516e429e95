"""Judgements: what bodies decided about overlaps, kept as RDF with their history, and what that means for the status.

A judgement is about one overlap and has a class (how two measures are related), a course (what is to be done), a
reason, somebody who sees to it and a day by which. It keeps the fingerprints of both measures as they were
(`graph.compare.fingerprint` says what is material), so that a decided pair is not asked again unless one of its
measures changed. Judgements hide nothing: an overlap stays in every list, with its status.

In the graph of judgements:

    judgement/X     a zg:Judgement ; zg:judgementOf overlap/O ; zg:overlapClass, zg:consequence, zg:reason, zg:begin,
                    zg:judgedBy | zg:judgedByAsWritten, zg:inRole, zg:responsible | zg:responsibleAsWritten, zg:due,
                    zg:doneOn, zg:visibility, prov:generatedAtTime, prov:wasRevisionOf, prov:invalidatedAtTime,
                    zg:withdrawalReason ; prov:wasDerivedFrom judgement/X/1, judgement/X/2
    judgement/X/1   a zg:JudgedState ; prov:specializationOf the measure ; zg:fingerprint, skos:prefLabel as they were
    overlap/O       a zg:Overlap ; zg:compares both measures

A public judgement has states of the internal and of the public edition, each marked as such: in the public one the
fingerprint of what is public is looked at, and nothing internal can be told from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any

from rdflib import Literal, URIRef
from rdflib.namespace import PROV, RDF, SKOS, XSD

from graph.compare.fingerprint import fingerprint
from graph.compare.measures import measures
from graph.districts import districts_of
from graph.errors import Fault, InvalidData, Unknown
from graph.language import N_, _, ngettext
from graph.store import Askable, Quad
from graph.verdicts import (
    IN_FORCE,
    JUDGEMENTS,
    Nodes,
    Party,
    Signed,
    Verdict,
    common,
    dated,
    day,
    in_force_of,
    labels,
    local,
    moment,
    must_be_public,
    named,
    new_id,
    nodes,
    now,
    of_class,
    party,
    party_of,
    quads,
    require_in_force,
    signature,
    signed,
    successors,
    value,
    values,
    with_id,
    withdrawal,
    written,
)
from graph.vocabulary import quoted
from ontology.namespaces import ID, ZG

if TYPE_CHECKING:
    from graph.home import Home

OPEN, DECIDED, CHANGED, CONTRADICTORY = "open", "decided", "changed", "contradictory"
"""The states of an overlap: nobody judged it; judged; judged, but a measure changed since; judged differently."""
CLASSES = {
    "duplicate": N_("Dopplung"),
    "overlap": N_("Überschneidung"),
    "complement": N_("Ergänzung"),
    "same_field": N_("gleiches Feld"),
    "unrelated": N_("kein Zusammenhang"),
}
COURSES = {
    "coordinate": N_("abstimmen"),
    "merge": N_("zusammenlegen"),
    "adopt": N_("übernehmen"),
    "keep-apart": N_("getrennt lassen"),
    "deliberately-double": N_("bewusst doppelt"),
    "drop": N_("nicht weiterverfolgen"),
    "none": N_("keine Folgerung"),
}
"""The code lists `overlap-class` and `consequence` in German."""
HAPPENS = ("recorded", "replaced", "done", "withdrawn")
"""What happens to a judgement, in this order where it is the same moment."""
NOTHING_TO_DO = frozenset({"keep-apart", "deliberately-double", "none", ""})
"""Courses that ask nobody to do anything."""


@dataclass(frozen=True)
class State:
    """One of the two measures as it was judged: its fingerprint is empty where nobody kept it."""

    iri: str
    title: str
    fingerprint: str = ""
    district: str = ""
    """The district it belongs to today (IRI), empty where that is not known."""


@dataclass(frozen=True, kw_only=True)
class Judgement(Verdict):
    """A dated verdict on an overlap by a role in a body."""

    overlap: str
    """The overlap's id."""
    sides: tuple[State, ...]
    kind: str
    """The class that was decided, one of `CLASSES`."""
    course: str
    """What is to be done, one of `COURSES`; empty where nobody said."""
    owner: Party | None = None
    due: date | None = None
    done: date | None = None
    districts: tuple[str, ...] = ()
    """The districts (IRIs) whose body judged; empty where that is not known."""

    @property
    def side(self) -> State | None:
        """The measure on whose side the body stands; None where it stands on both or on neither."""
        own = [state for state in self.sides if state.district and state.district in self.districts]
        return own[0] if len(own) == 1 else None

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.status == IN_FORCE and self.done is None and self.course not in NOTHING_TO_DO

    @property
    def verdict(self) -> str:
        """Class and course in words."""
        course = f", {_(COURSES.get(self.course, self.course))}" if self.course else ""
        return f"{_(CLASSES.get(self.kind, self.kind))}{course}"

    @property
    def sentence(self) -> str:
        """The whole judgement in words."""
        parts = [f"{self.signature}: {self.verdict}.", self.why]
        if self.owner:
            parts.append(
                _("Zuständig: {name}").format(name=self.owner.label) + dated(N_(", bis "), self.due) + "."
            )
        elif self.due:
            parts.append(_("Fällig") + dated(N_(" am "), self.due) + ".")
        if self.done:
            parts.append(_("Erledigt") + dated(N_(" am "), self.done) + ".")
        return " ".join(filter(None, (*parts, self.fate)))

    @property
    def why(self) -> str:
        """The reason as a sentence."""
        return _("Grund: {reason}.").format(reason=self.reason.rstrip(".") or _("nicht genannt"))

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` and the HTTP interface give out; dates as ISO 8601."""
        data = asdict(self)
        data["class"] = data.pop("kind")
        for name in ("on", "due", "done"):
            data[name] = data[name].isoformat() if data[name] else None
        order = (
            *("id", "overlap", "class", "course", "body", "role", "reason", "owner", "due", "done", "on"),
            *("recorded", "visibility", "replaces", "replaced_by", "withdrawn", "withdrawal_reason", "sides"),
        )
        told = {"iri": self.iri, "status": self.status, "open": self.open, "sentence": self.sentence}
        told["seen_by"] = self.seen_by
        return {name: data[name] for name in order} | told


@dataclass(frozen=True)
class Contradiction:
    """Two judgements in force on one overlap that do not go together: `about` is class or course."""

    about: str
    between: tuple[str, str]
    """The ids of both judgements."""
    sentence: str


@dataclass(frozen=True)
class Standing:
    """What the judgements on one overlap come to, and why."""

    overlap: str
    status: str
    judgements: tuple[Judgement, ...] = ()
    """All of them, the oldest first, those withdrawn and replaced as well."""
    contradictions: tuple[Contradiction, ...] = ()
    sentence: str = N_("Noch nicht bewertet.")
    outdated: bool = False
    """Whether one of several bodies judged before a measure changed."""

    @property
    def to_do(self) -> bool:
        """Whether somebody still has to do something: carry out a course, judge again, or talk to each other."""
        again = self.outdated or self.status in (CHANGED, CONTRADICTORY)
        return again or any(judgement.open for judgement in self.judgements)

    def with_history(self) -> dict[str, Any]:
        """Everything about one judged overlap, for `--json` and the HTTP interface."""
        events = [asdict(event) for event in history(self.judgements)]
        return {"overlap": self.overlap, **self.as_json(), "history": events}

    def as_json(self) -> dict[str, Any]:
        """The fields that an overlap gets from it."""
        return {
            "status": self.status,
            "status_reason": _(self.sentence),
            "judgements": [judgement.as_json() for judgement in self.judgements],
            "contradictions": [asdict(contradiction) for contradiction in self.contradictions],
        }


@dataclass(frozen=True)
class Event:
    """Something that happened to a judgement: recorded, replaced, done or withdrawn, at a time or on a day."""

    at: str
    what: str
    judgement: str
    sentence: str


@dataclass(frozen=True)
class Draft:
    """What somebody wants to have recorded; `a` and `b` are the measures (IRIs), texts are as they were typed."""

    a: str
    b: str
    kind: str
    course: str
    body: str
    role: str
    reason: str
    owner: str = ""
    due: date | None = None
    on: date | None = None
    visibility: str = "internal"


# Reading


def judgements(store: Askable) -> list[Judgement]:
    """All judgements of an edition, those replaced and withdrawn as well, by overlap and time."""
    known = nodes(store)
    found = of_class(known, ZG.Judgement)
    if not found:
        return []
    parties = {value(known, iri, predicate) for iri in found for predicate in (ZG.judgedBy, ZG.responsible)}
    names, after, districts = labels(store, parties), successors(known), districts_of(store)
    read = [_judgement(known, iri, names, after, districts) for iri in found]
    return sorted(read, key=lambda j: (j.overlap, moment(j.recorded), j.on or date.min, j.id))


def by_overlap(found: Iterable[Judgement]) -> dict[str, tuple[Judgement, ...]]:
    """The judgements on each overlap, in their order."""
    grouped: dict[str, tuple[Judgement, ...]] = {}
    for judgement in found:
        grouped[judgement.overlap] = (*grouped.get(judgement.overlap, ()), judgement)
    return grouped


def judgement_of(store: Askable, identity: str) -> Judgement:
    """The judgement of that id. Raises `Unknown`."""
    return with_id(judgements(store), identity, "Das Urteil")


def standing(overlap: str, found: Sequence[Judgement], fingerprints: Mapping[str, str | None]) -> Standing:
    """What the judgements on an overlap come to. `fingerprints` are those of the measures (IRI) today.

    None stands for a measure that is not there any more, the empty text for one of which it is not known.
    """
    in_force = [judgement for judgement in found if judgement.status == IN_FORCE]
    valid = [judgement for judgement in in_force if not changed(judgement, fingerprints)]
    against = contradictions(valid)
    if not found:
        return Standing(overlap, OPEN)
    if not in_force:
        last = found[-1]
        return Standing(
            overlap,
            OPEN,
            tuple(found),
            (),
            _("Wieder offen: {who}. {fate}").format(who=last.signature, fate=last.fate),
        )
    if not valid:
        last = in_force[-1]
        titles = [quoted(state.title or local(state.iri)) for state in changed(last, fingerprints)]
        between = _(" und ")
        since = ngettext(
            "Seither hat sich {titles} geändert; bitte neu bewerten.",
            "Seither haben sich {titles} geändert; bitte neu bewerten.",
            len(titles),
        )
        said = f"{last.sentence} {since.format(titles=between.join(titles))}"
        return Standing(overlap, CHANGED, tuple(found), (), said)
    if against:
        said = " ".join(contradiction.sentence for contradiction in against)
        return Standing(overlap, CONTRADICTORY, tuple(found), against, said)
    outdated = tuple(judgement for judgement in in_force if judgement not in valid)
    sentences = [judgement.sentence for judgement in valid]
    said = _("{who} hat vor einer Änderung geurteilt: {verdict}; bitte neu bewerten.")
    sentences += [said.format(who=judgement.signature, verdict=judgement.verdict) for judgement in outdated]
    return Standing(overlap, DECIDED, tuple(found), (), " ".join(sentences), bool(outdated))


def standings(store: Askable, found: Sequence[Judgement] | None = None) -> list[Standing]:
    """What the judgements on each judged overlap come to, by the overlap's id."""
    found = judgements(store) if found is None else found
    present = fingerprints(store, {state.iri for judgement in found for state in judgement.sides})
    return [standing(overlap, some, present) for overlap, some in sorted(by_overlap(found).items())]


def fingerprints(store: Askable, iris: Iterable[str]) -> dict[str, str | None]:
    """The fingerprints of measures as they are now; None for what is no measure (any more)."""
    asked = sorted(set(iris))
    found = {measure.iri: fingerprint(measure) for measure in measures(store, only=asked)} if asked else {}
    return {iri: found.get(iri) for iri in asked}


def changed(judgement: Judgement, fingerprints: Mapping[str, str | None]) -> tuple[State, ...]:
    """The measures that changed materially since they were judged, or that are not there any more."""

    def differs(state: State) -> bool:
        today = fingerprints.get(state.iri, "")
        return today is None or bool(today and state.fingerprint and today != state.fingerprint)

    return tuple(state for state in judgement.sides if differs(state))


def contradictions(found: Sequence[Judgement]) -> tuple[Contradiction, ...]:
    """Where judgements in force of different bodies on one overlap differ in class, or else in what is to be done."""
    against = []
    for one, other in combinations(found, 2):
        if one.body.key == other.body.key:
            continue
        about = "class" if one.kind != other.kind else "course"
        if about == "class" or (one.course and other.course and one.course != other.course):
            said = (
                _("Widerspruch in der Art: {one} sagt {this}; {other} sagt {that}.")
                if about == "class"
                else _("Widerspruch in der Folgerung: {one} sagt {this}; {other} sagt {that}.")
            ).format(one=_stand(one), this=one.verdict, other=_stand(other), that=other.verdict)
            against.append(Contradiction(about, (one.id, other.id), said))
    return tuple(against)


def with_standing(finding: Mapping[str, Any], found: Sequence[Judgement]) -> dict[str, Any]:
    """An overlap in its JSON form with status and judgements; its sides know their own fingerprints."""
    present = {str(side["iri"]): str(side.get("fingerprint", "")) for side in (finding["a"], finding["b"])}
    return {**finding, **standing(str(finding["id"]), found, present).as_json()}


def history(found: Sequence[Judgement]) -> list[Event]:
    """What happened to the judgements on one overlap, the oldest first."""
    by_id = {judgement.id: judgement for judgement in found}
    events: list[tuple[datetime, Event]] = []

    def add(judgement: Judgement, at: str, what: str, said: str) -> None:
        # A day has no time: what was done on the day of the verdict was done after it.
        time = max(moment(at), moment(judgement.recorded))
        events.append((time, Event(at, what, judgement.id, said)))

    for judgement in found:
        said = f"{judgement.signature}: {judgement.verdict}. {judgement.why}"
        old = by_id.get(judgement.replaces)
        what = _("Ersetzt das Urteil") + dated(N_(" vom "), old.on) + ". " if old else ""
        add(judgement, judgement.recorded, "replaced" if old else "recorded", what + said)
        if judgement.done:
            done = _("Erledigt: {what}.").format(what=judgement.verdict)
            add(judgement, judgement.done.isoformat(), "done", done)
        if judgement.withdrawn:
            add(judgement, judgement.withdrawn, "withdrawn", judgement.fate)
    events.sort(key=lambda event: (event[0], event[1].judgement, HAPPENS.index(event[1].what)))
    return [event for _time, event in events]


def due(found: Iterable[Judgement], until: date) -> list[Judgement]:
    """The judgements in force whose course should be carried out by that day and is not, the most urgent first."""
    late = [j for j in found if j.status == IN_FORCE and j.due and j.due <= until and j.done is None]
    return sorted(late, key=lambda j: (j.due or date.max, j.overlap, j.id))


# Writing


def judge(home: "Home", draft: Draft, overlap: str, actor: str = "lokal", wait: float = 0) -> Judgement:
    """Records a judgement and returns it; the one of the same body on the same overlap is replaced by it, by a public
    one also the one that was in force in public until now.

    `overlap` is the id of the pair. Who says once more what is in force already changes nothing and gets that one.
    Raises `Unknown`, `InvalidData`, and `Locked` while another process writes.
    """
    with home.writing("judge", actor, wait) as writer:
        store = writer.store
        who, owner = _checked(store, draft)
        states = _states(store, draft)
        shown: tuple[State, ...] = ()
        if draft.visibility == "public":
            shown = _public_states(home.public.read(), draft, who, owner)
        earlier = [j for j in judgements(store) if j.overlap == overlap]
        old = next(in_force_of(earlier, who.body), None)
        if old and _says_the_same(old, draft, who, owner, states):
            return old
        recorded, replaces = now(), {old.id} if old else set()
        if draft.visibility == "public":  # an internal verdict may have come between
            told = (j for j in judgements(home.public.read()) if j.overlap == overlap)
            replaces |= {j.id for j in in_force_of(told, who.body)}
        identity = new_id(overlap, who.body.key, draft.kind, draft.course, recorded)
        added = _quads(identity, overlap, draft, who, owner, recorded, replaces) | _state_quads(
            identity, {"internal": states, "public": shown}
        )
        kept = _overlap_quads(overlap, draft, store)
        writer.record(added | kept[0], kept[1])
        return judgement_of(store, identity)


def withdraw(home: "Home", identity: str, reason: str, actor: str = "lokal", wait: float = 0) -> Judgement:
    """Withdraws a judgement, with the reason why; it stays in the history. Raises as `judge`."""
    with home.writing("judge --withdraw", actor, wait) as writer:
        found = judgement_of(writer.store, identity)
        writer.record(withdrawal(found, _shown(home, found), reason, now()), set())
        return judgement_of(writer.store, identity)


def complete(
    home: "Home", identity: str, on: date | None = None, actor: str = "lokal", wait: float = 0
) -> Judgement:
    """Says that the course of a judgement has been carried out, today or on a day before. Raises as `judge`."""
    with home.writing("judge --done", actor, wait) as writer:
        found, today = judgement_of(writer.store, identity), date.today()
        faults: list[Fault] = []
        require_in_force(found, _shown(home, found), faults)
        if found.done:
            said = _("Das Urteil {name} ist schon{when} erledigt.")
            faults.append(Fault(said.format(name=identity, when=dated(N_(" am "), found.done))))
        if on and on > today:
            said = _("Der {day} liegt in der Zukunft. Bitte den Tag prüfen.")
            faults.append(Fault(said.format(day=written(on))))
        if on and found.on and on < found.on:
            said = _("Der {day} liegt vor dem Tag des Urteils. Bitte den Tag prüfen.")
            faults.append(Fault(said.format(day=written(on))))
        if faults:
            raise InvalidData(faults)
        day_done = Literal((on or today).isoformat(), datatype=XSD.date)
        writer.record(quads(found.iri, {ZG.doneOn: day_done}), set())
        return judgement_of(writer.store, identity)


def _shown(home: "Home", judgement: Judgement) -> Judgement | None:
    """The same judgement as the public edition has it."""
    return next((j for j in judgements(home.public.read()) if j.id == judgement.id), None)


def _judgement(
    known: Nodes,
    iri: str,
    names: Mapping[str, str],
    after: Mapping[str, str],
    districts: Mapping[str, tuple[str, ...]],
) -> Judgement:
    overlap = value(known, iri, ZG.judgementOf)
    owner = party(known, iri, ZG.responsible, ZG.responsibleAsWritten, names)
    fields: dict[str, Any] = common(known, iri, names, after)
    return Judgement(
        **fields,
        overlap=local(overlap),
        sides=_sides(known, iri, overlap, districts),
        kind=local(value(known, iri, ZG.overlapClass)).replace("-", "_"),
        course=local(value(known, iri, ZG.consequence)),
        owner=owner if owner.label else None,
        due=day(value(known, iri, ZG.due)),
        done=day(value(known, iri, ZG.doneOn)),
        districts=districts.get(value(known, iri, ZG.judgedBy), ()),
    )


def _sides(
    known: Nodes, iri: str, overlap: str, districts: Mapping[str, tuple[str, ...]]
) -> tuple[State, ...]:
    """Both measures as they were judged; of a public judgement the internal state, if this edition knows it."""
    states: dict[str, State] = {
        measure: State(measure, "") for measure in values(known, overlap, ZG.compares)
    }
    public = str(ID["code/visibility/public"])
    derived = values(known, iri, PROV.wasDerivedFrom)
    for node in sorted(derived, key=lambda node: (value(known, node, ZG.visibility) != public, node)):
        measure = value(known, node, PROV.specializationOf)
        title = value(known, node, SKOS.prefLabel)
        states[measure] = State(measure, title, value(known, node, ZG.fingerprint))
    return tuple(
        State(state.iri, state.title, state.fingerprint, next(iter(districts.get(state.iri, ())), ""))
        for _iri, state in sorted(states.items())
        if state.iri
    )


def _stand(judgement: Judgement) -> str:
    side = judgement.side
    if side is None:
        return judgement.signature
    return judgement.signature + _(", auf der Seite von {title},").format(
        title=quoted(side.title or local(side.iri))
    )


def _checked(store: Askable, draft: Draft) -> tuple[Signed, Party | None]:
    """Who judges, and who sees to it. Raises `InvalidData` and `Unknown`."""
    faults: list[Fault] = []
    if draft.a == draft.b:
        faults.append(
            Fault(_("Eine Maßnahme lässt sich nicht mit sich selbst vergleichen. Bitte zwei nennen."))
        )
    if draft.kind not in CLASSES:
        faults.append(
            Fault(
                _("Die Art „{asked}“ gibt es nicht: {known}.").format(
                    asked=draft.kind, known=", ".join(CLASSES)
                )
            )
        )
    if draft.course not in COURSES:
        said = _("Die Folgerung „{asked}“ gibt es nicht: {known}.")
        faults.append(Fault(said.format(asked=draft.course, known=", ".join(COURSES))))
    if draft.due and draft.due < (draft.on or date.today()):
        faults.append(Fault(_("Die Frist endet vor dem Tag des Urteils. Bitte beide Tage prüfen.")))
    owner = party_of(store, draft.owner, N_("die zuständige Stelle"), faults) if draft.owner.strip() else None
    try:
        who = signed(
            store, draft.body, draft.role, draft.reason, draft.on, draft.visibility, today=date.today()
        )
    except InvalidData as error:
        raise InvalidData([*faults, *error.faults]) from error
    if faults:
        raise InvalidData(faults)
    return who, owner


def _states(store: Askable, draft: Draft) -> tuple[State, ...]:
    """Both measures as they are. Raises `Unknown`."""
    found = {
        measure.iri: State(measure.iri, measure.title, fingerprint(measure))
        for measure in measures(store, only=sorted({draft.a, draft.b}))
    }
    for iri in (draft.a, draft.b):
        if iri not in found:
            raise Unknown("Die Maßnahme", iri.removeprefix(str(ID)))
    return tuple(state for _, state in sorted(found.items()))


def _public_states(public: Askable, draft: Draft, who: Signed, owner: Party | None) -> tuple[State, ...]:
    faults: list[Fault] = []
    what = {
        draft.a: N_("eine der Maßnahmen"),
        draft.b: N_("eine der Maßnahmen"),
        who.body.iri: N_("das Gremium"),
    }
    must_be_public(public, what | ({owner.iri: N_("die zuständige Stelle")} if owner else {}), faults)
    if faults:
        raise InvalidData(faults)
    return _states(public, draft)


def _says_the_same(
    old: Judgement, draft: Draft, who: Signed, owner: Party | None, states: tuple[State, ...]
) -> bool:
    kept = {(state.iri, state.fingerprint) for state in old.sides}
    return kept == {(state.iri, state.fingerprint) for state in states} and (
        old.kind, old.course, old.role, old.reason, old.owner, old.due, old.on, old.visibility
    ) == (draft.kind, draft.course, who.role, who.reason, owner, draft.due, who.on, who.visibility)  # fmt: skip


def _quads(
    identity: str,
    overlap: str,
    draft: Draft,
    who: Signed,
    owner: Party | None,
    recorded: str,
    replaces: Iterable[str],
) -> set[Quad]:
    iri = str(ID[f"judgement/{identity}"])
    return quads(
        iri,
        {
            RDF.type: ZG.Judgement,
            ZG.judgementOf: ID[f"overlap/{overlap}"],
            ZG.overlapClass: ID[f"code/overlap-class/{draft.kind.replace('_', '-')}"],
            ZG.consequence: ID[f"code/consequence/{draft.course}"],
            ZG.due: Literal(draft.due.isoformat(), datatype=XSD.date) if draft.due else None,
            **named(owner, ZG.responsible, ZG.responsibleAsWritten),
            **signature(who, recorded, replaces),
        },
    )


def _state_quads(identity: str, states: Mapping[str, tuple[State, ...]]) -> set[Quad]:
    """The measures as they were judged, each state under the judgement's address and with its own visibility."""
    iri, said = str(ID[f"judgement/{identity}"]), set[Quad]()
    for visibility, several in states.items():
        for number, state in enumerate(several, 1):
            node = f"{iri}/{number}" + ("-public" if visibility == "public" else "")
            said |= quads(iri, {PROV.wasDerivedFrom: URIRef(node)})
            said |= quads(
                node,
                {
                    RDF.type: ZG.JudgedState,
                    PROV.specializationOf: URIRef(state.iri),
                    SKOS.prefLabel: Literal(state.title, lang="de"),
                    ZG.fingerprint: Literal(state.fingerprint),
                    ZG.visibility: ID[f"code/visibility/{visibility}"],
                },
            )
    return said


def _overlap_quads(overlap: str, draft: Draft, store: Askable) -> tuple[set[Quad], set[Quad]]:
    """What is said of the overlap and what is said no more: it is public as soon as one judgement of it is."""
    iri = str(ID[f"overlap/{overlap}"])
    marks = {
        name: quads(iri, {ZG.visibility: ID[f"code/visibility/{name}"]}) for name in ("internal", "public")
    }
    [mark] = marks["public"]
    already = store.ask(f"ASK {{ GRAPH <{JUDGEMENTS}> {{ {mark.subject} {mark.predicate} {mark.object} }} }}")
    said = quads(iri, {RDF.type: ZG.Overlap, ZG.compares: [URIRef(draft.a), URIRef(draft.b)]})
    if draft.visibility == "public":
        return said | marks["public"], marks["internal"]
    return (said, set()) if already else (said | marks["internal"], set())
