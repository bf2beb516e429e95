"""`/api/v1/judgements`: what bodies decided about overlaps; everybody reads what is public, reviewers write."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.pages import Now, service
from api.writing import PATIENCE, Reviewer, RoleFirst, Writable
from graph.compare.explain import overlap_id
from graph.errors import Fault, InvalidData, Unknown
from graph.gazetteer import named_district
from graph.judgements import Draft, complete, judge, judgements, withdraw
from graph.language import _
from graph.store import Askable
from graph.verdicts import LONGEST_NAME, LONGEST_REASON, VISIBILITIES
from graph.vocabulary import address

router = APIRouter(prefix="/api/v1/judgements", tags=["Urteile"], route_class=RoleFirst)
IDENTIFIER = Annotated[str, Path(description="Kennung des Urteils", max_length=100)]


class PartyAnswer(BaseModel):
    """Ein Gremium, eine Stelle oder ein Amt; ohne Adresse, wo es nur in Worten genannt ist."""

    iri: str
    label: str


class VerdictAnswer(BaseModel):
    """Wer wann in welcher Rolle warum geurteilt hat, und was daraus wurde."""

    id: str
    iri: str
    body: PartyAnswer
    role: str
    reason: str
    on: date | None
    recorded: str
    visibility: str
    replaces: str
    replaced_by: str
    withdrawn: str
    withdrawal_reason: str
    status: str
    sentence: str
    seen_by: str


class StateAnswer(BaseModel):
    """Eine der beiden Maßnahmen, wie sie beim Urteil war."""

    iri: str
    title: str
    fingerprint: str
    district: str


class JudgementAnswer(VerdictAnswer):
    """Ein Urteil über eine Überschneidung."""

    model_config = ConfigDict(populate_by_name=True)

    overlap: str
    kind: str = Field(alias="class")
    course: str
    owner: PartyAnswer | None
    due: date | None
    done: date | None
    sides: list[StateAnswer]
    open: bool


class ContradictionAnswer(BaseModel):
    """Zwei geltende Urteile verschiedener Gremien, die nicht zusammenpassen."""

    about: str
    between: tuple[str, str]
    sentence: str


class EventAnswer(BaseModel):
    """Was wann mit einem Urteil geschah."""

    at: str
    what: str
    judgement: str
    sentence: str


class StandingAnswer(BaseModel):
    """Was die Urteile über eine Überschneidung ergeben, mit ihrer Geschichte."""

    overlap: str
    status: str
    status_reason: str
    judgements: list[JudgementAnswer]
    contradictions: list[ContradictionAnswer]
    history: list[EventAnswer]


class HistoryAnswer(BaseModel):
    """Ein Urteil und alles, was über dieselbe Überschneidung entschieden wurde."""

    judgement: JudgementAnswer
    standing: StandingAnswer


class SignedRequest(BaseModel):
    """Wer urteilt, warum, wann und für wen sichtbar."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    body: str = Field(
        description="Gremium oder Stelle: Adresse, Name oder in Worten", max_length=LONGEST_NAME
    )
    role: str = Field(description="Rolle darin, nie der Name einer Person", max_length=LONGEST_NAME)
    reason: str = Field(description="Grund", max_length=LONGEST_REASON)
    on: date | None = Field(None, description="Tag des Urteils; heute, wenn nichts dasteht")
    visibility: str = Field(
        "internal",
        description="Wer es sieht: "
        + "; ".join(f"{name} {seen_by}" for name, seen_by in VISIBILITIES.items()),
        max_length=100,
    )


class JudgementDraft(SignedRequest):
    """Ein Urteil, wie es festgehalten werden soll."""

    overlap: str = Field(
        "", description="Kennung der Überschneidung; oder statt dessen a und b", max_length=200
    )
    a: str = Field("", description="Adresse der einen Maßnahme", max_length=500)
    b: str = Field("", description="Adresse der anderen Maßnahme", max_length=500)
    kind: str = Field(
        alias="class", description="duplicate, overlap, complement, same_field, unrelated", max_length=100
    )
    course: str = Field(
        description="coordinate, merge, adopt, keep-apart, deliberately-double, drop, none", max_length=100
    )
    owner: str = Field("", description="Wer sich kümmert: Stelle oder Amt", max_length=LONGEST_NAME)
    due: date | None = Field(None, description="Frist")


class Withdrawal(BaseModel):
    """Warum ein Urteil zurückgenommen wird."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=LONGEST_REASON)


class Completion(BaseModel):
    """Wann eine Folgerung umgesetzt war."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = Field(None, description="heute, wenn nichts dasteht")


@router.get("", summary="Urteile über Überschneidungen", response_model=list[StandingAnswer])
def get_judgements(
    now: Now,
    overlap: Annotated[str, Query(description="nur über diese Überschneidung", max_length=200)] = "",
    district: Annotated[str, Query(description="nur dieses Kreises: AGS oder Name", max_length=200)] = "",
    open: Annotated[bool, Query(description="nur, was noch zu tun ist")] = False,
) -> list[dict[str, Any]]:
    """Je bewerteter Überschneidung ihr Stand, alle Urteile und ihre Geschichte."""
    found = now.standings
    if overlap:
        found = [standing for standing in found if standing.overlap == overlap.rpartition("/")[2]]
    if district:
        meant = named_district(now.store, district)[0].iri
        found = [s for s in found if any(side.district == meant for j in s.judgements for side in j.sides)]
    return [standing.with_history() for standing in found if standing.to_do or not open]


@router.get("/{identity}", summary="Ein Urteil mit seiner Geschichte", response_model=HistoryAnswer)
def get_judgement(now: Now, identity: IDENTIFIER) -> dict[str, Any]:
    """Das Urteil und alles, was über dieselbe Überschneidung entschieden wurde."""
    for standing in now.standings:
        for judgement in standing.judgements:
            if judgement.id == identity:
                return {"judgement": judgement.as_json(), "standing": standing.with_history()}
    raise Unknown("Das Urteil", identity)


@router.post("", status_code=201, summary="Ein Urteil festhalten", response_model=JudgementAnswer)
def post_judgement(
    request: Request, visitor: Reviewer, home: Writable, draft: JudgementDraft
) -> dict[str, Any]:
    """Hält fest, was ein Gremium entschieden hat; sein früheres Urteil über dieselbe Überschneidung ersetzt es."""
    a, b = (address(said) for said in (draft.a, draft.b))
    identity = draft.overlap.strip().rpartition("/")[2]
    if bool(identity) == bool(a or b) or bool(a) != bool(b):
        raise InvalidData([Fault(_("Bitte entweder „overlap“ oder „a“ und „b“ angeben, nicht beides."))])
    if identity:
        a, b = _sides(request, home.internal.read(), identity)
    else:
        identity = overlap_id(a, b)
    said = Draft(
        a,
        b,
        draft.kind,
        draft.course,
        draft.body,
        draft.role,
        draft.reason,
        draft.owner,
        draft.due,
        draft.on,
        draft.visibility,
    )
    return judge(home, said, identity, actor=visitor.name, wait=PATIENCE).as_json()


@router.post("/{identity}/withdrawal", summary="Ein Urteil zurücknehmen", response_model=JudgementAnswer)
def post_withdrawal(
    visitor: Reviewer, home: Writable, identity: IDENTIFIER, withdrawal: Withdrawal
) -> dict[str, Any]:
    """Nimmt ein Urteil mit Grund zurück; es bleibt in der Geschichte."""
    return withdraw(home, identity, withdrawal.reason, actor=visitor.name, wait=PATIENCE).as_json()


@router.post("/{identity}/completion", summary="Eine Folgerung ist erledigt", response_model=JudgementAnswer)
def post_completion(
    visitor: Reviewer, home: Writable, identity: IDENTIFIER, completion: Completion
) -> dict[str, Any]:
    """Meldet die Folgerung eines Urteils als umgesetzt."""
    return complete(home, identity, completion.on, actor=visitor.name, wait=PATIENCE).as_json()


def _sides(request: Request, store: Askable, identity: str) -> tuple[str, str]:
    """Both measures of an overlap that was judged before or that the comparison found. Raises `Unknown`."""
    for judgement in judgements(store):
        if judgement.overlap == identity and len(judgement.sides) == 2:
            a, b = judgement.sides
            return a.iri, b.iri
    finding = service(request).internal.overlap(identity)
    if finding is None:
        raise Unknown("Die Überschneidung", identity)
    return str(finding["a"]["iri"]), str(finding["b"]["iri"])
