"""`/api/v1/check`: is there something like this idea already?"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.pages import Now, Seen, district_of
from api.service import Reading, Shown
from api.v1 import ENCODER

router = APIRouter(prefix="/api/v1", tags=["Zukunftsgraph"])
NOTE, UNDECIDED = "Zukunftsgraph-Note", "nicht entschieden - bitte genauer beschreiben"
"""A header, which takes plain letters only, and what it says of an idea that is too vague for an answer."""


@router.get("/check", summary="Dopplungs-Check: gibt es diese Idee schon?")
def get_check(
    response: Response,
    seen: Seen,
    now: Now,
    idea: Annotated[
        str,
        Query(
            min_length=3,
            max_length=5000,
            pattern=r"\S",
            description="Titel der Idee, nach einem Zeilenumbruch ihre Beschreibung",
        ),
    ],
    district: Annotated[str, Query(description="Kreis, für den sie ist: Schlüssel (AGS) oder Name")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> list[dict[str, Any]]:
    """Was es schon gibt, das Verwandteste zuerst; die Idee ist jeweils Seite `a`. Der Dienst bewahrt sie nirgends auf.

    Hier steht die Idee in der Adresse, und Adressen halten andere fest: das Protokoll eines Proxys, der Verlauf eines
    Browsers. Wer das nicht will, nimmt `POST`.

    Sagt die Idee zu wenig, heißt eine leere Liste nicht, dass es nichts gibt: Das steht dann im Kopf
    `Zukunftsgraph-Note`. Das Sprachmodell, mit dem verglichen wurde, steht im Kopf `Zukunftsgraph-Encoder`.
    """
    return _checked(response, seen, now, idea, district, limit)


class Idea(BaseModel):
    """Eine Idee, die geprüft werden soll."""

    model_config = ConfigDict(extra="forbid")

    idea: str = Field(
        min_length=3,
        max_length=5000,
        pattern=r"\S",
        description="Titel der Idee, nach einem Zeilenumbruch ihre Beschreibung",
    )
    district: str = Field("", max_length=200, description="Kreis, für den sie ist: Schlüssel (AGS) oder Name")
    limit: int = Field(10, ge=1, le=100)


@router.post("/check", summary="Dopplungs-Check, ohne dass die Idee in der Adresse steht")
def post_check(response: Response, seen: Seen, now: Now, asked: Idea) -> list[dict[str, Any]]:
    """Dasselbe; die Idee steht im Inhalt der Anfrage, den niemand festhält."""
    return _checked(response, seen, now, asked.idea, asked.district, asked.limit)


def _checked(
    response: Response, seen: Shown, now: Reading, idea: str, district: str, limit: int
) -> list[dict[str, Any]]:
    found = seen.check(idea, district_of(now, district) if district else "", limit)
    response.headers[ENCODER] = seen.encoder()["encoder"]
    if not found and seen.vague(idea):
        response.headers[NOTE] = UNDECIDED
    return [dict(overlap) for overlap in found]
