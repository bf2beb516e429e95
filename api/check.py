"""`/api/v1/check`: is there something like this idea already?"""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.pages import Now, Seen, district_of

router = APIRouter(prefix="/api/v1", tags=["Zukunftsgraph"])


@router.get("/check", summary="Dopplungs-Check: gibt es diese Idee schon?")
def get_check(
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
    """Was es schon gibt, das Verwandteste zuerst; die Idee ist jeweils Seite `a`. Sie wird nirgends aufbewahrt."""
    found = seen.check(idea, district_of(now, district) if district else "", limit)
    return [dict(overlap) for overlap in found]
