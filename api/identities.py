"""`/api/v1/identities`: which entries for actors and bodies may mean the same, and what people decided about them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.backroom import Costly
from api.judgements import IDENTIFIER, PartyAnswer, SignedRequest, VerdictAnswer, Withdrawal
from api.pages import Now
from api.writing import PATIENCE, Reviewer, RoleFirst, Writable
from graph.errors import Unknown
from graph.gazetteer import named_district
from graph.identities import IdentityDraft, judge_identity, withdraw_identity
from graph.vocabulary import address

router = APIRouter(prefix="/api/v1/identities", tags=["Identität"], route_class=RoleFirst)
costly = APIRouter(prefix=router.prefix, tags=router.tags, route_class=Costly)


class SourceAnswer(BaseModel):
    """Eine Fundstelle: Dokument, Abschnitt, Zeichen von bis."""

    document: str
    iri: str
    section: str
    start: int | None
    end: int | None
    page: str
    url: str
    method: str
    confidence: float | None
    dataset: str


class EntityAnswer(BaseModel):
    """Ein Eintrag für einen Akteur oder ein Gremium."""

    iri: str
    label: str
    names: list[str]
    districts: list[str]
    sources: list[SourceAnswer]


class EvidenceAnswer(BaseModel):
    """Was für oder gegen ein Paar spricht."""

    kind: str
    sentence: str


class ProposalAnswer(BaseModel):
    """Zwei Einträge, die dasselbe meinen könnten."""

    a: EntityAnswer
    b: EntityAnswer
    evidence: list[EvidenceAnswer]
    against: list[EvidenceAnswer]
    sentence: str


class IdentityAnswer(VerdictAnswer):
    """Ein Urteil, ob zwei Einträge dasselbe meinen."""

    a: PartyAnswer
    b: PartyAnswer
    identity: str


class IdentityHistory(BaseModel):
    """Ein Urteil und alle Urteile über dasselbe Paar, das älteste zuerst."""

    judgement: IdentityAnswer
    history: list[IdentityAnswer]


class IdentityRequest(SignedRequest):
    """Ein Urteil, wie es festgehalten werden soll."""

    a: str = Field(description="Adresse des einen Eintrags", max_length=500)
    b: str = Field(description="Adresse des anderen Eintrags", max_length=500)
    identity: str = Field(description="same, different oder unsure", max_length=100)


@router.get("", summary="Urteile zur Identität", response_model=list[IdentityAnswer])
def get_identities(now: Now) -> list[dict[str, Any]]:
    """Alle Urteile, ob zwei Einträge dasselbe meinen, auch ersetzte und zurückgenommene."""
    return [judgement.as_json() for judgement in now.identities]


@costly.get("/proposals", summary="Was dasselbe meinen könnte", response_model=list[ProposalAnswer])
def get_proposals(
    now: Now,
    district: Annotated[str, Query(description="nur dieses Kreises: AGS oder Name", max_length=200)] = "",
) -> list[dict[str, Any]]:
    """Paare, für die es einen Beleg gibt und über die noch niemand geurteilt hat."""
    meant = named_district(now.store, district)[0].iri if district else ""
    found = now.proposals
    some = [p for p in found if not meant or meant in {*p.a.districts, *p.b.districts}]
    return [proposal.as_json() for proposal in some]


@router.get("/{identity}", summary="Ein Urteil zur Identität", response_model=IdentityHistory)
def get_identity(now: Now, identity: IDENTIFIER) -> dict[str, Any]:
    """Das Urteil mit allen Urteilen über dasselbe Paar."""
    found = next((one for one in now.identities if one.id == identity), None)
    if found is None:
        raise Unknown("Das Urteil zur Identität", identity)
    about = [one.as_json() for one in now.identities if one.pair == found.pair]
    return {"judgement": found.as_json(), "history": about}


@router.post(
    "", status_code=201, summary="Ein Urteil zur Identität festhalten", response_model=IdentityAnswer
)
def post_identity(visitor: Reviewer, home: Writable, said: IdentityRequest) -> dict[str, Any]:
    """Hält fest, ob zwei Einträge dasselbe meinen. Im Graphen bleiben es zwei; Netze zeigen sie als einen."""
    draft = IdentityDraft(
        address(said.a),
        address(said.b),
        said.identity,
        said.body,
        said.role,
        said.reason,
        said.on,
        said.visibility,
    )
    return judge_identity(home, draft, actor=visitor.name, wait=PATIENCE).as_json()


@router.post("/{identity}/withdrawal", summary="Ein Urteil zurücknehmen", response_model=IdentityAnswer)
def post_withdrawal(
    visitor: Reviewer, home: Writable, identity: IDENTIFIER, withdrawal: Withdrawal
) -> dict[str, Any]:
    """Nimmt ein Urteil mit Grund zurück; das Paar kann wieder vorgeschlagen werden."""
    return withdraw_identity(home, identity, withdrawal.reason, actor=visitor.name, wait=PATIENCE).as_json()
