"""`/api/v1/vocabulary`: the terms that a query may use, for the completion of editors; to be kept by browsers."""

import hashlib
import json
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.pages import Now
from api.service import Reading
from graph.glossary import glossary
from ontology.namespaces import PREFIXES

router = APIRouter(prefix="/api/v1", tags=["Fragen"])
KEPT = "public, max-age=300"
"""Terms change with a release; whoever edits the ontology sees it within five minutes."""


@router.get(
    "/vocabulary",
    summary="Begriffe für Abfragen",
    responses={200: {"description": "Präfixe und Begriffe", "content": {"application/json": {}}}},
    response_class=Response,
)
async def get_vocabulary(
    now: Now, if_none_match: Annotated[str, Header(include_in_schema=False)] = ""
) -> Response:
    """Die Präfixe und alle Klassen und Eigenschaften mit Bezeichnung, anderen Bezeichnungen und Definition."""
    text = await run_in_threadpool(_written, now)
    tag = f'"{hashlib.sha256(text).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": KEPT}
    if tag in (part.strip().removeprefix("W/") for part in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/json", headers=headers)


def _written(now: Reading) -> bytes:
    found = {
        "prefixes": {name: str(space) for name, space in PREFIXES.items()},
        "terms": [asdict(entry) for entry in glossary(now.store)],
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
