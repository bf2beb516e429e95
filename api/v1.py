"""`/api/v1`: as JSON what the pages show."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.pages import Here, Now, Seen, datasets_of, district_of
from api.service import CIRCLES, strongest
from graph.actors import actors, chosen
from graph.bridges import ROLES
from graph.errors import Unknown
from graph.figures import DistrictFigure, Figure, OpenPoint
from graph.news import newest_judgements
from graph.search import Hit

router = APIRouter(prefix="/api/v1", tags=["Zukunftsgraph"])
ENCODER = "Zukunftsgraph-Encoder"
"""Header: the encoder that the findings of an answer were compared with."""


@router.get("/figures", summary="Kennzahlen des Graphen")
def get_figures(now: Now) -> list[Figure]:
    """Die Zahlen der Startseite, jede mit dem, was sie zählt."""
    return now.figures


@router.get("/districts", summary="Kreise mit Maßnahmen")
def get_districts(now: Now) -> list[DistrictFigure]:
    """Die Kreise, von denen Maßnahmen bekannt sind."""
    return now.districts


@router.get("/open-points", summary="Offene Punkte")
def get_open_points(now: Now) -> list[OpenPoint]:
    """Was die Quellen offen lassen, und Dokumente, die nicht vorliegen."""
    return now.open_points


@router.get("/search", summary="Suche")
def get_search(
    now: Now,
    q: Annotated[str, Query(max_length=200, description="Wörter, die alle im Namen vorkommen")],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[Hit]:
    """Dinge, deren Name oder anderer Name alle Wörter enthält, die besten zuerst."""
    return now.names.search(q, limit)


@router.get("/news", summary="Was neu ist")
def get_news(
    seen: Seen, now: Now, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> dict[str, list[dict[str, Any]]]:
    """Die zuletzt festgehaltenen Urteile, und die Datensätze mit dem Tag ihrer Quelle, die neuesten zuerst."""
    datasets = [{"title": one.title, **asdict(one)} for one in datasets_of(seen, now)[:limit]]
    return {
        "judgements": [judgement.as_json() for judgement in newest_judgements(now.standings, limit)],
        "datasets": datasets,
    }


@router.get("/actors", summary="Akteure und ihre Rollen")
def get_actors(
    now: Now,
    district: Annotated[str, Query(description="Amtlicher Schlüssel (AGS) oder Name")] = "",
    role: Annotated[list[str], Query(description=" | ".join(ROLES), max_length=20)] = [],  # noqa: B006
    q: Annotated[str, Query(max_length=200, description="Wörter, die alle im Namen vorkommen")] = "",
) -> list[dict[str, Any]]:
    """Wer woran beteiligt ist, je Kreis mit Rolle, Beziehung und Quelle."""
    iri = now.inventory.iri(district_of(now, district)) if district else ""
    found = chosen(now.kept("actors", lambda: actors(now.network)), iri, role, q)
    return [asdict(active) | {"roles": active.roles} for active in found]


class ComparisonAnswer(BaseModel):
    """Womit verglichen wird."""

    encoder: str
    label: str
    sentence: str


@router.get("/comparison", summary="Womit verglichen wird", response_model=ComparisonAnswer)
def get_comparison(seen: Seen) -> Any:
    """Das Sprachmodell der Befunde: `e5`, `use` oder `none`, wie es heißt, und ein Satz."""
    return seen.encoder()


@router.get("/overlaps", summary="Überschneidungen eines Kreises")
def get_overlaps(
    response: Response,
    here: Here,
    seen: Seen,
    now: Now,
    district: Annotated[str, Query(description="Amtlicher Schlüssel (AGS) oder Name")] = "",
    circle: Annotated[str, Query(description=" | ".join(CIRCLES))] = "all",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> list[dict[str, Any]]:
    """Die Ergebnisse des Vergleichs, die stärksten zuerst; der Kopf `Zukunftsgraph-Encoder` nennt das Sprachmodell."""
    if circle not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle, tuple(CIRCLES))
    found = seen.overlaps(district_of(now, district or here.district), circle)
    response.headers[ENCODER] = seen.encoder()["encoder"]
    return [dict(overlap) for overlap in strongest(found, limit)]


@router.get("/overlaps/{identity}", summary="Eine Überschneidung")
def get_overlap(seen: Seen, identity: str) -> dict[str, Any]:
    """Ein Ergebnis des Vergleichs mit allen Dimensionen und Fundstellen."""
    found = seen.overlap(identity)
    if found is None:
        raise Unknown("Die Überschneidung", identity)
    return dict(found)
