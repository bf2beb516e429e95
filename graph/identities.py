"""Identities: what people decided on whether two entries for actors or bodies mean the same, kept as RDF.

Judgements are verdicts as all others (`graph.verdicts`), with history and withdrawal; a pair with one in force is not
proposed again (`graph.entities`). Nothing is ever merged in the graph: `same` is a link that is stated and dated, and
whoever draws, counts or compares actors shows such entries as one (`identities`), named by all their names.

    judgement/X     a zg:IdentityJudgement ; zg:identityOf one, other ; zg:identity code/identity/… ; and what every
                    verdict says
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

from rdflib import URIRef
from rdflib.namespace import RDF

from graph.errors import Fault, InvalidData, Unknown
from graph.language import N_, _
from graph.store import Askable, is_iri
from graph.verdicts import (
    IN_FORCE,
    Nodes,
    Party,
    Signed,
    Verdict,
    common,
    in_force_of,
    labels,
    local,
    moment,
    must_be_public,
    new_id,
    nodes,
    now,
    of_class,
    quads,
    signature,
    signed,
    successors,
    value,
    values,
    with_id,
    withdrawal,
)
from graph.vocabulary import quoted
from ontology.namespaces import ID, ZG

if TYPE_CHECKING:
    from graph.home import Home

IDENTITIES = {"same": N_("dasselbe"), "different": N_("verschieden"), "unsure": N_("unklar")}
"""The code list `identity` in words."""


@dataclass(frozen=True, kw_only=True)
class IdentityJudgement(Verdict):
    """A dated verdict on whether two entries mean the same."""

    a: Party
    b: Party
    identity: str
    """Same, different or unsure."""

    @property
    def pair(self) -> frozenset[str]:
        """Both entries (IRIs)."""
        return frozenset((self.a.iri, self.b.iri))

    @property
    def sentence(self) -> str:
        """The whole judgement in words."""
        said = _("{signature}: „{a}“ und „{b}“: {identity}. Grund: {reason}.").format(
            signature=self.signature,
            a=self.a.label,
            b=self.b.label,
            identity=_(IDENTITIES.get(self.identity, "?")),
            reason=self.reason.rstrip(".") or _("nicht genannt"),
        )
        return f"{said} {self.fate}".strip()

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` and the HTTP interface give out."""
        data = asdict(self)
        data["on"] = self.on.isoformat() if self.on else None
        told = {"iri": self.iri, "status": self.status, "sentence": self.sentence, "seen_by": self.seen_by}
        return data | told


@dataclass(frozen=True)
class IdentityDraft:
    """What somebody wants to have recorded: two entries (IRIs), the verdict, and who says so."""

    a: str
    b: str
    identity: str
    body: str
    role: str
    reason: str
    on: date | None = None
    visibility: str = "internal"


# Reading


def identity_judgements(store: Askable) -> list[IdentityJudgement]:
    """All verdicts on identity, those replaced and withdrawn as well, by time."""
    known = nodes(store)
    found = of_class(known, ZG.IdentityJudgement)
    if not found:
        return []
    named = {value(known, iri, ZG.judgedBy) for iri in found}
    things = {thing for iri in found for thing in values(known, iri, ZG.identityOf)}
    names, after = labels(store, named | things), successors(known)
    read = [_judgement(known, iri, names, after) for iri in found]
    return sorted(
        (judgement for judgement in read if judgement),
        key=lambda j: (moment(j.recorded), j.on or date.min, j.id),
    )


def identity_judgement(store: Askable, identity: str) -> IdentityJudgement:
    """The verdict of that id. Raises `Unknown`."""
    return with_id(identity_judgements(store), identity, "Das Urteil zur Identität")


def disagreements(found: Sequence[IdentityJudgement]) -> list[tuple[IdentityJudgement, IdentityJudgement]]:
    """Verdicts in force of different bodies on one pair, of which one says same and the other different."""
    in_force = [judgement for judgement in found if judgement.status == IN_FORCE]
    return [
        (one, other)
        for one, other in combinations(in_force, 2)
        if one.pair == other.pair and {one.identity, other.identity} == {"same", "different"}
    ]


def linked(store: Askable) -> list[tuple[str, str]]:
    """The pairs (IRIs, sorted) that a judgement in force calls the same and none in force calls different."""
    same, apart = _said(store)
    return sorted((one, other) for one, other in (sorted(pair) for pair in same if pair not in apart))


@dataclass(frozen=True)
class Identity:
    """Entries that are shown as one, since people judged them the same; the first is the one that is kept."""

    entries: tuple[Party, ...]
    judgements: tuple[IdentityJudgement, ...]

    @property
    def kept(self) -> str:
        """The entry (IRI) that stands for all."""
        return self.entries[0].iri

    @property
    def label(self) -> str:
        """One name that names all."""
        first, *others = dict.fromkeys(entry.label for entry in self.entries)
        if not others:
            return first
        return _("{name} (auch {others})").format(name=first, others=", ".join(map(quoted, others)))

    @property
    def note(self) -> str:
        """Who judged so and why."""
        return " ".join(judgement.sentence for judgement in self.judgements)


def identities(store: Askable) -> dict[str, Identity]:
    """What each entry (IRI) is one with, for all who draw, count or compare: the one place that says so.

    What several judgements say together counts: who is the same as the same is the same. Entries stay apart, all that
    hang together, where two of them were judged different, for nobody knows then which judgement errs; and where two
    are districts, for everything is counted by them. Of the entries an authority is kept first, else the first address.
    """
    same, apart = _said(store)
    groups: list[set[str]] = []
    for pair in same:
        if pair not in apart:
            met = [group for group in groups if group & pair]
            groups = [group for group in groups if group not in met] + [set(pair).union(*met)]
    if not groups:
        return {}
    types = _types(store, set().union(*groups))
    found: dict[str, Identity] = {}
    for group in groups:
        entries = sorted((iri for iri in group if types[iri]), key=lambda iri: (_rank(types[iri]), iri))
        two_districts = sum(str(ZG.District) in types[iri] for iri in entries) > 1
        if len(entries) < 2 or two_districts or any(pair <= group for pair in apart):
            continue
        judgements = [judgement for pair, of in same.items() if pair <= group for judgement in of]
        names = {party.iri: party for judgement in judgements for party in (judgement.a, judgement.b)}
        identity = Identity(tuple(names[iri] for iri in entries), tuple(judgements))
        found |= dict.fromkeys(entries, identity)
    return found


def _said(store: Askable) -> tuple[dict[frozenset[str], list[IdentityJudgement]], set[frozenset[str]]]:
    """The pairs that a judgement in force calls the same, with these judgements; and those that one calls different."""
    same: dict[frozenset[str], list[IdentityJudgement]] = defaultdict(list)
    apart: set[frozenset[str]] = set()
    for judgement in identity_judgements(store):
        if judgement.status == IN_FORCE and judgement.identity == "same":
            same[judgement.pair].append(judgement)
        elif judgement.status == IN_FORCE and judgement.identity == "different":
            apart.add(judgement.pair)
    return same, apart


def _types(store: Askable, entries: Iterable[str]) -> dict[str, set[str]]:
    """The types of entries; none of one that is not there any more."""
    asked = " ".join(f"<{iri}>" for iri in sorted(entries) if is_iri(iri))
    found: dict[str, set[str]] = defaultdict(set)
    for row in store.select(f"SELECT ?x ?type WHERE {{ VALUES ?x {{ {asked} }} ?x a ?type }}"):
        found[str(row["x"])].add(str(row["type"]))
    return found


def _rank(types: set[str]) -> int:
    order = (str(ZG.District), str(ZG.TerritorialAuthority))
    return next((place for place, name in enumerate(order) if name in types), len(order))


# Writing


def judge_identity(
    home: "Home", draft: IdentityDraft, actor: str = "lokal", wait: float = 0
) -> IdentityJudgement:
    """Records a verdict and returns it; the one of the same body on the same pair is replaced by it, by a public one
    also the one that was in force in public until now.

    Who says once more what is in force already changes nothing and gets that one. Raises `Unknown`, `InvalidData`, and
    `Locked` while another process writes.
    """
    with home.writing("same", actor, wait) as writer:
        store = writer.store
        who = _checked(store, draft)
        if draft.visibility == "public":
            faults: list[Fault] = []
            must_be_public(
                home.public.read(),
                {draft.a: N_("einer der Einträge"), draft.b: N_("einer der Einträge")},
                faults,
            )
            must_be_public(home.public.read(), {who.body.iri: "das Gremium"}, faults)
            if faults:
                raise InvalidData(faults)
        pair = frozenset((draft.a, draft.b))
        old = next(in_force_of((j for j in identity_judgements(store) if j.pair == pair), who.body), None)
        said = draft.identity, who.role, who.reason, who.on, who.visibility
        if old and (old.identity, old.role, old.reason, old.on, old.visibility) == said:
            return old
        recorded, replaces = now(), {old.id} if old else set()
        if draft.visibility == "public":  # an internal verdict may have come between
            told = (j for j in identity_judgements(home.public.read()) if j.pair == pair)
            replaces |= {j.id for j in in_force_of(told, who.body)}
        identity = new_id(*sorted(pair), who.body.key, draft.identity, recorded)
        writer.record(
            quads(
                str(ID[f"judgement/{identity}"]),
                {
                    RDF.type: ZG.IdentityJudgement,
                    ZG.identityOf: [URIRef(iri) for iri in sorted(pair)],
                    ZG.identity: ID[f"code/identity/{draft.identity}"],
                    **signature(who, recorded, replaces),
                },
            ),
            set(),
        )
        return identity_judgement(store, identity)


def withdraw_identity(
    home: "Home", identity: str, reason: str, actor: str = "lokal", wait: float = 0
) -> IdentityJudgement:
    """Withdraws a verdict on identity, with the reason why; the pair may be proposed again."""
    with home.writing("same --withdraw", actor, wait) as writer:
        found = identity_judgement(writer.store, identity)
        shown = next((j for j in identity_judgements(home.public.read()) if j.id == found.id), None)
        writer.record(withdrawal(found, shown, reason, now()), set())
        return identity_judgement(writer.store, identity)


def _judgement(
    known: Nodes, iri: str, names: Mapping[str, str], after: Mapping[str, str]
) -> IdentityJudgement | None:
    things = sorted(values(known, iri, ZG.identityOf))
    if len(things) != 2:
        return None  # a raw write
    a, b = (Party(thing, names.get(thing, local(thing))) for thing in things)
    fields: dict[str, Any] = common(known, iri, names, after)
    return IdentityJudgement(**fields, a=a, b=b, identity=local(value(known, iri, ZG.identity)))


def _checked(store: Askable, draft: IdentityDraft) -> Signed:
    faults: list[Fault] = []
    if draft.identity not in IDENTITIES:
        said = _("Das Ergebnis „{asked}“ gibt es nicht: {known}.")
        faults.append(Fault(said.format(asked=draft.identity, known=", ".join(IDENTITIES))))
    if draft.a == draft.b:
        faults.append(Fault("Das ist zweimal derselbe Eintrag. Bitte zwei verschiedene nennen."))
    for iri in (draft.a, draft.b):
        rows = store.select(f"SELECT ?t WHERE {{ <{iri}> a ?t }}") if is_iri(iri) else []
        types = {str(row["t"]) for row in rows}
        if not types:
            raise Unknown("Der Eintrag", iri.removeprefix(str(ID)))
        if str(ZG.Actor) not in types or str(ZG.Person) in types:
            faults.append(
                Fault(
                    _(
                        "Geurteilt wird nur über Akteure und Gremien, nie über Personen. Bitte anderes nennen."
                    ),
                    node=iri,
                )
            )
    try:
        who = signed(store, draft.body, draft.role, draft.reason, draft.on, draft.visibility, date.today())
    except InvalidData as error:
        raise InvalidData([*faults, *error.faults]) from error
    if faults:
        raise InvalidData(faults)
    return who
