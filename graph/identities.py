"""Identities: what people decided on whether two entries for actors or bodies mean the same, kept as RDF.

Judgements are verdicts as all others (`graph.verdicts`), with history and withdrawal; a pair with one in force is not
proposed again (`graph.entities`). Nothing is ever merged: `same` is a link that is stated and dated, and whoever draws
a network may follow it (`linked`).

    judgement/X     a zg:IdentityJudgement ; zg:identityOf one, other ; zg:identity code/identity/… ; and what every
                    verdict says
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

from rdflib import URIRef
from rdflib.namespace import RDF

from graph.errors import Fault, InvalidData, Unknown
from graph.store import Askable, is_iri
from graph.verdicts import (
    IN_FORCE,
    Nodes,
    Party,
    Signed,
    Verdict,
    common,
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
    withdrawal,
)
from ontology.namespaces import ID, ZG

if TYPE_CHECKING:
    from graph.home import Home

IDENTITIES = {"same": "dasselbe", "different": "verschieden", "unsure": "unklar"}
"""The code list `identity` in German."""


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
        """The whole judgement in German."""
        said = (
            f"{self.signature}: „{self.a.label}“ und „{self.b.label}“: {IDENTITIES.get(self.identity, '?')}."
        )
        return f"{said} Grund: {self.reason.rstrip('.') or 'nicht genannt'}. {self.fate}".strip()

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` and the HTTP interface give out."""
        data = asdict(self)
        data["on"] = self.on.isoformat() if self.on else None
        return {**data, "iri": self.iri, "status": self.status, "sentence": self.sentence}


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
    wanted = identity.rpartition("/")[2]
    for judgement in identity_judgements(store):
        if judgement.id == wanted:
            return judgement
    raise Unknown("Das Urteil zur Identität", identity)


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
    said: dict[frozenset[str], set[str]] = defaultdict(set)
    for judgement in identity_judgements(store):
        if judgement.status == IN_FORCE:
            said[judgement.pair].add(judgement.identity)
    pairs = [
        sorted(pair) for pair, verdicts in said.items() if "same" in verdicts and "different" not in verdicts
    ]
    return sorted((one, other) for one, other in pairs)


# Writing


def judge_identity(
    home: "Home", draft: IdentityDraft, actor: str = "lokal", wait: float = 0
) -> IdentityJudgement:
    """Records a verdict and returns it; the one of the same body on the same pair is replaced by it.

    Who says once more what is in force already changes nothing and gets that one. Raises `Unknown`, `InvalidData`, and
    `Locked` while another process writes.
    """
    with home.writing("same", actor, wait) as writer:
        store = writer.store
        who = _checked(store, draft)
        if draft.visibility == "public":
            faults: list[Fault] = []
            must_be_public(
                home.public.read(), {draft.a: "einer der Einträge", draft.b: "einer der Einträge"}, faults
            )
            must_be_public(home.public.read(), {who.body.iri: "das Gremium"}, faults)
            if faults:
                raise InvalidData(faults)
        pair = frozenset((draft.a, draft.b))
        old = next(
            (
                j
                for j in identity_judgements(store)
                if j.pair == pair and j.status == IN_FORCE and j.body.key == who.body.key
            ),
            None,
        )
        said = draft.identity, who.role, who.reason, who.on, who.visibility
        if old and (old.identity, old.role, old.reason, old.on, old.visibility) == said:
            return old
        recorded, replaces = now(), old.id if old else ""
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
        writer.record(withdrawal(found, reason, now()), set())
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
        faults.append(Fault(f"Das Ergebnis „{draft.identity}“ gibt es nicht: {', '.join(IDENTITIES)}."))
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
                    "Geurteilt wird nur über Akteure und Gremien, nie über Personen. Bitte anderes nennen.",
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
