"""What every verdict of people has in common: who judged when and why, what it replaces, whether it is in force.

A verdict is one resource in the graph of judgements, never changed but for what happens to it: a later verdict of the
same body replaces it (`prov:wasRevisionOf`, said by the later one; a public one also replaces what until then was in
force in public, though an internal verdict came between), or somebody withdraws it (`prov:invalidatedAtTime` with a
reason). Nothing is ever deleted, so that every verdict has its history. A verdict that was replaced does not
come back when its successor is withdrawn: the pair is open again.

Verdicts are made by a role in a body, never by a private person: bodies, organisations and offices are named by their
entry in the graph or in words, persons and contact data are refused. What people are called cannot be told from words
alone; whoever records a verdict sees to that.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from rdflib import Literal, Node, URIRef
from rdflib.namespace import PROV, RDF, XSD

from graph.errors import Fault, InvalidData, Unknown
from graph.language import N_, SOURCE, _, language
from graph.publication import stands_in_source
from graph.soundness import holds_contact
from graph.store import Askable, Quad, canonical, is_iri, quads_of_triples
from graph.vocabulary import PREFIXES
from ontology.namespaces import GRAPH, ID, ZG

JUDGEMENTS = str(GRAPH.judgements)

IN_FORCE, REPLACED, WITHDRAWN = "in_force", "replaced", "withdrawn"
"""What became of a verdict."""
STATES = {IN_FORCE: N_("gilt"), REPLACED: N_("ersetzt"), WITHDRAWN: N_("zurückgenommen")}
VISIBILITIES = {
    "internal": N_("alle mit Konto"),
    "body": N_("gemeint für das Gremium; solange Konten keine Gremien kennen, sehen es alle mit Konto"),
    "public": N_("alle"),
}
"""Who sees a verdict."""
LONGEST_NAME, LONGEST_REASON = 200, 2000
"""Characters of a body, role or owner, and of a reason."""
BASE = str(ID["judgement/"])
SHORT = re.compile(r"[a-z][a-z-]*/\S+")
"""The short form of one of our addresses: `body/kreistag-ludwigsburg`."""
ADDRESSED = re.compile(
    r"\b(?P<salutation>Herrn?|Frau|Hr\.|Fr\.)\s+(?:(?:Prof|Dr|Dipl|Mag)\b\.?(?:-\w+\.?)?\s+)*"
    r"(?:(?:von|van|de|zu|vom|zum)\s+(?:(?:der|den|dem)\s+)?)?"
    r"(?P<first>[^\W\d_][\w’'-]*)(?:\s+(?P<second>[^\W\d_][\w’'-]*))?",
    re.IGNORECASE,
)
"""A salutation and the two words behind it, titles left out."""
BETWEEN = frozenset(
    ("und", "oder", "im", "in", "am", "an", "auf", "bei", "mit", "für", "des", "der", "die", "das", "aus")
)
"""Words behind a salutation that is none: „Kontaktstelle Frau und Beruf“."""
OFFICE = re.compile(
    r"(?:[\w-]*(?:bürgermeister|handwerksmeister|präsident|direktor|minister|dezernent|referent|beauftragte|"
    r"beigeordnete|vorsitzende|sprecher|leiter|leitung|geschäftsführer|kämmerer|sekretär)|"
    r"(?:land|kreis|stadt|gemeinde|regierungs|ministerial|verwaltungs|\w*bau)r[aä]t)(?:in|innen|n|r|s|es)?",
    re.IGNORECASE,
)
"""Offices by which people are addressed: „Frau Landrätin“."""

Nodes = Mapping[str, Mapping[str, list[str]]]
"""What the graph of judgements says: subject → property → values."""


@dataclass(frozen=True)
class Party:
    """A body, organisation or office: an entry of the graph, or words alone, and then without an IRI."""

    iri: str
    label: str

    @property
    def key(self) -> str:
        """The same for the same party; words count by their letters."""
        return self.iri or " ".join(self.label.casefold().split())


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Who judged, in which role, when and why, and what became of it."""

    id: str
    body: Party
    role: str
    reason: str
    on: date | None
    """The day of the verdict; `recorded` is the time (UTC) when it was written down."""
    recorded: str
    visibility: str
    replaces: str
    """The id of the verdict that this one took the place of, empty where there was none."""
    replaced_by: str
    withdrawn: str
    """The time (UTC) when it was withdrawn, empty if it was not."""
    withdrawal_reason: str

    @property
    def iri(self) -> str:
        """Its address."""
        return f"{BASE}{self.id}"

    @property
    def status(self) -> str:
        """In force, replaced or withdrawn."""
        return WITHDRAWN if self.withdrawn else REPLACED if self.replaced_by else IN_FORCE

    @property
    def signature(self) -> str:
        """Who and when: `Kreistag Ahorn (Geschäftsstelle) am 01.02.2026`."""
        role = f" ({self.role})" if self.role else ""
        return (self.body.label or _("Unbekannt")) + role + dated(N_(" am "), self.on)

    @property
    def seen_by(self) -> str:
        """Who sees it."""
        return _(VISIBILITIES.get(self.visibility, VISIBILITIES["internal"]))

    @property
    def fate(self) -> str:
        """What became of it; empty while it is in force."""
        if self.withdrawn:
            why = f": {self.withdrawal_reason}" if self.withdrawal_reason else ""
            return _("Zurückgenommen") + dated(N_(" am "), moment(self.withdrawn).date()) + why
        return _("Durch ein späteres Urteil ersetzt.") if self.replaced_by else ""


Kind = TypeVar("Kind", bound=Verdict)


@dataclass(frozen=True)
class Signed:
    """What whoever judges says of himself, checked: see `signed`."""

    body: Party
    role: str
    reason: str
    on: date
    visibility: str


def dated(before: str, day: date | None) -> str:
    """A date after a word of the catalogue; nothing where there is none."""
    return f"{_(before)}{written(day)}" if day else ""


def written(day: date) -> str:
    """A date as forms and minutes have it, in the language in force."""
    return f"{day:%d.%m.%Y}" if language() == SOURCE else f"{day.day} {day:%B %Y}"


def moment(text: str) -> datetime:
    """A time as the graph writes it; the earliest there is where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def now() -> str:
    """The time as it is written into the graph (UTC)."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# Reading


def nodes(store: Askable) -> Nodes:
    """All that the graph of judgements says."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in store.select(
        f"SELECT ?s ?p ?o WHERE {{ GRAPH <{JUDGEMENTS}> {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o"
    ):
        found.setdefault(str(row["s"]), {}).setdefault(str(row["p"]), []).append(str(row["o"]))
    return found


def of_class(known: Nodes, cls: URIRef) -> list[str]:
    """The nodes of a class, sorted."""
    return sorted(iri for iri, about in known.items() if str(cls) in about.get(str(RDF.type), ()))


def value(known: Nodes, iri: str, predicate: URIRef) -> str:
    """The first value of a property, empty where there is none."""
    return next(iter(known.get(iri, {}).get(str(predicate), ())), "")


def values(known: Nodes, iri: str, predicate: URIRef) -> list[str]:
    """All values of a property, sorted."""
    return known.get(iri, {}).get(str(predicate), [])


def local(iri: str) -> str:
    """The last part of an address."""
    return iri.rpartition("/")[2]


def day(text: str) -> date | None:
    """A date of the graph, None where it is none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def with_id(found: Iterable[Kind], identity: str, what: str) -> Kind:
    """The verdict of that id, or of the address that ends in it. Raises `Unknown`, which calls it `what`."""
    wanted = identity.rpartition("/")[2]
    verdict = next((verdict for verdict in found if verdict.id == wanted), None)
    if verdict is None:
        raise Unknown(what, identity)
    return verdict


def in_force_of(found: Iterable[Kind], body: Party) -> Iterator[Kind]:
    """The verdicts of a body that are in force."""
    return (verdict for verdict in found if verdict.status == IN_FORCE and verdict.body.key == body.key)


def successors(known: Nodes) -> dict[str, str]:
    """Verdict (IRI) → the verdict that took its place; of several the first in time."""
    latest_first = sorted(known, key=lambda iri: _recorded(known, iri), reverse=True)
    return {old: iri for iri in latest_first for old in values(known, iri, PROV.wasRevisionOf)}


def _recorded(known: Nodes, iri: str) -> tuple[datetime, str]:
    return moment(value(known, iri, PROV.generatedAtTime)), iri


def labels(store: Askable, iris: Iterable[str]) -> dict[str, str]:
    """The German names of things, the address itself where there is none."""
    asked = sorted({iri for iri in iris if iri and is_iri(iri)})
    if not asked:
        return {}
    rows = store.select(
        PREFIXES
        + f"SELECT ?x ?label WHERE {{ VALUES ?x {{ {' '.join(f'<{iri}>' for iri in asked)} }} "
        + '?x skos:prefLabel ?label FILTER(LANG(?label) IN ("de", "")) } ORDER BY ?x ?label'
    )
    found = dict.fromkeys(asked, "")
    for row in rows:
        found[str(row["x"])] = found[str(row["x"])] or str(row["label"])
    return {iri: label or local(iri) for iri, label in found.items()}


def party(known: Nodes, iri: str, by: URIRef, in_words: URIRef, names: Mapping[str, str]) -> Party:
    """Whom a verdict names by a property, or in words by another."""
    entry = value(known, iri, by)
    return Party(entry, names.get(entry, local(entry))) if entry else Party("", value(known, iri, in_words))


def common(known: Nodes, iri: str, names: Mapping[str, str], after: Mapping[str, str]) -> dict[str, object]:
    """The fields of a `Verdict`."""
    return {
        "id": iri.removeprefix(BASE),
        "body": party(known, iri, ZG.judgedBy, ZG.judgedByAsWritten, names),
        "role": value(known, iri, ZG.inRole),
        "reason": value(known, iri, ZG.reason),
        "on": day(value(known, iri, ZG.begin)),
        "recorded": value(known, iri, PROV.generatedAtTime),
        "visibility": local(value(known, iri, ZG.visibility)) or "internal",
        "replaces": max(
            values(known, iri, PROV.wasRevisionOf), key=lambda old: _recorded(known, old), default=""
        ).removeprefix(BASE),
        "replaced_by": after.get(iri, "").removeprefix(BASE),
        "withdrawn": value(known, iri, PROV.invalidatedAtTime),
        "withdrawal_reason": value(known, iri, ZG.withdrawalReason),
    }


# Checking what people say


def signed(
    store: Askable, body: str, role: str, reason: str, on: date | None, visibility: str, today: date
) -> Signed:
    """Who judges, as far as it may be written down. Raises `InvalidData` with every fault, and `Unknown`."""
    faults: list[Fault] = []
    if visibility not in VISIBILITIES:
        faults.append(
            Fault(
                _("Die Sichtbarkeit „{asked}“ gibt es nicht: {known}.").format(
                    asked=visibility, known=", ".join(VISIBILITIES)
                )
            )
        )
    if on and on > today:
        faults.append(
            Fault(
                _("Das Urteil vom {day} liegt in der Zukunft. Bitte den Tag prüfen.").format(day=written(on))
            )
        )
    found = {
        "role": checked(role, N_("die Rolle, in der geurteilt wird"), LONGEST_NAME, faults),
        "reason": checked(reason, N_("der Grund"), LONGEST_REASON, faults),
    }
    if not_a_person := person_fault(store, found["role"], N_("die Rolle")):
        faults.append(not_a_person)
    who = party_of(store, body, N_("das Gremium oder die Stelle"), faults)
    if faults or who is None:
        raise InvalidData(faults)
    return Signed(who, found["role"], found["reason"], on or today, visibility)


def checked(said: str, what: str, longest: int, faults: list[Fault]) -> str:
    """A text in one spelling of its blanks; what is wrong with it is added to the faults. `what` is in the
    catalogue."""
    text = " ".join(said.split())
    start = capital(what)
    if not text:
        faults.append(Fault(_("{what} fehlt. Bitte angeben.").format(what=start)))
    elif len(text) > longest:
        wrong = _("{what} hat {count} Zeichen; höchstens {most} sind möglich.")
        faults.append(Fault(wrong.format(what=start, count=len(text), most=longest)))
    elif not text.isprintable():
        faults.append(Fault(_("{what} enthält unsichtbare Zeichen. Bitte neu eingeben.").format(what=start)))
    elif holds_contact(text):
        wrong = _("{what} enthält eine Telefonnummer oder Mailadresse. Bitte streichen.")
        faults.append(Fault(wrong.format(what=start)))
    return text


def capital(what: str) -> str:
    """A word of the catalogue at the beginning of a sentence."""
    text = _(what)
    return text[0].upper() + text[1:]


def party_of(store: Askable, said: str, what: str, faults: list[Fault]) -> Party | None:
    """Who is meant: by an address, by the name of just one entry, or in words. Raises `Unknown` for an address.

    None where it cannot be; why, is added to the faults.
    """
    before = len(faults)
    text = checked(said, what, LONGEST_NAME, faults)
    if len(faults) > before:
        return None
    if "://" in text or SHORT.fullmatch(text):
        iri = text if "://" in text else str(ID[text])
        types = _types(store, f"VALUES ?x {{ <{iri}> }}").get(iri) if is_iri(iri) else None
        if types is None:
            raise Unknown(capital(what), said)
        if not _may_judge(types):
            faults.append(Fault(_no_party(what, text, types)))
            return None
        return Party(iri, labels(store, [iri])[iri])
    spelled = f"{Literal(text).n3()} {Literal(text, lang='de').n3()}"
    entries = _types(store, f"VALUES ?name {{ {spelled} }} ?x skos:prefLabel|skos:altLabel ?name .")
    able = [iri for iri, types in entries.items() if _may_judge(types)]
    if any(str(ZG.Person) in types for types in entries.values()):
        faults.append(Fault(_no_party(what, text, {str(ZG.Person)})))
        return None
    if not able and (a_person := person_fault(store, text, what)):
        faults.append(a_person)
        return None
    return Party(able[0], labels(store, able)[able[0]]) if len(able) == 1 else Party("", text)


def person_fault(store: Askable, text: str, what: str) -> Fault | None:
    """The fault where a text names a person in the place of an office, a body or a role."""
    if names_person(store, text):
        return Fault(_no_party(what, text, {str(ZG.Person)}))
    return None


def names_person(store: Askable, text: str) -> bool:
    """Whether a text names a person: by a salutation with a name, or as the graph names one of its persons."""
    if any(map(_is_name, ADDRESSED.finditer(text))):
        return True
    rows = store.select(
        PREFIXES + "SELECT DISTINCT ?name WHERE { ?x a zg:Person ; skos:prefLabel|skos:altLabel ?name }"
    )
    said = text.casefold()
    names = {" ".join(str(row["name"]).casefold().split()) for row in rows}
    # A single word may be anything else as well: „Neckar“ in „Wirtschaftsförderung Neckar“.
    return said in names or any(
        " " in name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) for name in names
    )


def _is_name(addressed: re.Match[str]) -> bool:
    """Whether a name stands behind a salutation, and no office: „Frau Müller“, but also „Frau Landrätin Müller“."""
    first, second = addressed["first"], addressed["second"] or ""
    if first.casefold() in BETWEEN or (first[0].islower() and addressed["salutation"][0].isupper()):
        return False
    return not OFFICE.fullmatch(first) or (second[:1].isupper() and not OFFICE.fullmatch(second))


def must_be_public(public: Askable, things: Mapping[str, str], faults: list[Fault]) -> None:
    """Adds a fault for each of the things (IRI → what it is, in German) of which no public source says anything.

    The rule is that of the publication: a judgement that it would not let through must not be recorded as public.
    """
    for iri, what in things.items():
        if iri and not stands_in_source(public, iri):
            faults.append(
                Fault(
                    _(
                        "Ein öffentliches Urteil darf nur nennen, was öffentlich ist; {what} ist es nicht. "
                        "Bitte das Urteil als internes festhalten."
                    ).format(what=_(what)),
                    node=iri,
                )
            )


def _types(store: Askable, pattern: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in store.select(PREFIXES + f"SELECT ?x ?type WHERE {{ {pattern} ?x a ?type }} ORDER BY ?x"):
        found.setdefault(str(row["x"]), set()).add(str(row["type"]))
    return found


def _may_judge(types: set[str]) -> bool:
    return bool(types & {str(ZG.Actor), str(ZG.Office)}) and str(ZG.Person) not in types


def _no_party(what: str, text: str, types: set[str]) -> str:
    if str(ZG.Person) in types:
        said = _("„{name}“ ist eine Person. Bitte für {what} das Gremium, die Stelle oder das Amt nennen.")
    else:
        said = _(
            "„{name}“ ist weder ein Akteur noch ein Gremium oder Amt. Bitte für {what} etwas anderes nennen."
        )
    return said.format(name=text, what=_(what))


# Writing


def quads(iri: str, said: Mapping[URIRef, Node | Iterable[Node] | None]) -> set[Quad]:
    """What is said of a thing, as the store gives it back; a property without a value is left out."""
    triples: list[tuple[Node, Node, Node]] = []
    for predicate, found in said.items():
        several = [found] if isinstance(found, Node) else found or ()
        triples += [(URIRef(iri), predicate, one) for one in several]
    return canonical(quads_of_triples(triples, JUDGEMENTS))


def signature(
    signed: Signed, recorded: str, replaces: Iterable[str]
) -> dict[URIRef, Node | Iterable[Node] | None]:
    """What every verdict says of who made it."""
    return {
        **named(signed.body, ZG.judgedBy, ZG.judgedByAsWritten),
        ZG.inRole: Literal(signed.role),
        ZG.reason: Literal(signed.reason),
        ZG.begin: Literal(signed.on.isoformat(), datatype=XSD.date),
        ZG.visibility: ID[f"code/visibility/{signed.visibility}"],
        PROV.generatedAtTime: Literal(recorded, datatype=XSD.dateTime),
        PROV.wasRevisionOf: [URIRef(f"{BASE}{old}") for old in replaces],
    }


def named(who: Party | None, by: URIRef, in_words: URIRef) -> dict[URIRef, Node | Iterable[Node] | None]:
    """Whom a verdict names, by its entry or in words."""
    if who is None:
        return {}
    return {by: URIRef(who.iri)} if who.iri else {in_words: Literal(who.label)}


def new_id(*parts: str) -> str:
    """A name for a verdict that tells nothing of whether there are others."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def withdrawal(verdict: Verdict, shown: Verdict | None, reason: str, recorded: str) -> set[Quad]:
    """What is to be said of a verdict that is withdrawn; `shown` is the same one as the public edition has it.

    Raises `InvalidData` where it is in force in neither.
    """
    faults: list[Fault] = []
    text = checked(reason, "der Grund der Rücknahme", LONGEST_REASON, faults)
    require_in_force(verdict, shown, faults)
    if faults:
        raise InvalidData(faults)
    return quads(
        verdict.iri,
        {
            PROV.invalidatedAtTime: Literal(recorded, datatype=XSD.dateTime),
            ZG.withdrawalReason: Literal(text),
        },
    )


def require_in_force(verdict: Verdict, shown: Verdict | None, faults: list[Fault]) -> None:
    """Adds a fault where a verdict is in force in neither edition any more.

    One that an internal verdict took the place of is still in force in public, and somebody must be able to end that.
    """
    if IN_FORCE not in (verdict.status, shown.status if shown else ""):
        faults.append(Fault(f"Das Urteil {verdict.id} gilt nicht mehr. {verdict.fate}".rstrip(".") + "."))
