"""`/api/v1`: crosswalk, board, two counties, gaps, priorities. What they answer is computed in `graph`."""

from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.pages import Here, Now, Seen, district_of
from api.questions import XLSX
from api.service import CIRCLES, Reading
from api.tables import as_csv
from api.workbook import write_xlsx
from graph.board import Board, board, details, matrix
from graph.counties import Counties, counties
from graph.crosswalk import FieldMapping, MappableField
from graph.errors import InvalidQuery, Unknown
from graph.gaps import Gaps, gaps
from graph.partners import joined
from ontology.namespaces import ID

router = APIRouter(prefix="/api/v1", tags=["Tafel, Vergleich, Lücken, Rangfolge"])
District = Annotated[str, Query(description="Amtlicher Schlüssel (AGS) oder Name")]
Around = Annotated[str, Query(description=" | ".join(CIRCLES))]


class CrosswalkAnswer(BaseModel):
    """Die Zuordnung der Handlungsfelder."""

    mappings: list[FieldMapping]
    withdrawn: list[FieldMapping]
    unmapped: list[MappableField]
    sentence: str


@router.get("/crosswalk", summary="Zuordnung der Handlungsfelder zu gemeinsamen Themen")
def get_crosswalk(
    now: Now, strategy: Annotated[str, Query(description="Nur diese Strategie (Kurzname oder Adresse)")] = ""
) -> CrosswalkAnswer:
    """Welches Handlungsfeld zu welchem Thema gehört, mit Stelle, Datum und Grund; auch Zurückgenommenes."""
    found = now.crosswalk
    if strategy:
        iri = strategy if strategy.startswith(("http://", "https://")) else str(ID[strategy])
        if iri not in {item.iri for item in now.inventory.items.values() if item.kind == "strategy"}:
            raise Unknown("Die Strategie", strategy)
        found = found.of_strategy(iri)
    return CrosswalkAnswer.model_validate(found, from_attributes=True)


@router.get("/board", summary="Wer macht was wo: Themen und Kreise", response_model=Board)
def get_board(
    here: Here,
    now: Now,
    district: District = "",
    circle: Around = "region",
    under: Annotated[str, Query(description="Thema, dessen engere Themen die Zeilen sind")] = "",
    format: Annotated[Literal["json", "csv", "xlsx"], Query(description="Form der Antwort")] = "json",
    list: Annotated[
        bool, Query(description="csv und xlsx: eine Zeile für jedes Ding statt der Tafel")
    ] = False,
) -> Board | Response:
    """Je Thema und Kreis, was die Quellen nennen; leer, unvollständig und unbekannt werden unterschieden."""
    key = district_of(now, district or here.district)
    found = board(now.store, now.inventory, now.crosswalk, now.themes, key, _circle(circle), under)
    if format == "json":
        return found
    rows = details(found) if list else matrix(found)
    if format == "csv":
        name = "tafel.csv"
        return Response(as_csv(rows), media_type="text/csv", headers=_named(name))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tafel.xlsx"
        write_xlsx([*rows[0]] if rows else [], rows, file, "Tafel")
        return Response(file.read_bytes(), media_type=XLSX, headers=_named(file.name))


@router.get("/counties", summary="Zwei Kreise nebeneinander")
def get_counties(
    seen: Seen,
    now: Now,
    a: Annotated[str, Query(description="Der eine Kreis: Schlüssel oder Name")],
    b: Annotated[str, Query(description="Der andere Kreis: Schlüssel oder Name")],
) -> Counties:
    """Nur hier, beide, nur dort: Strategien, Ziele, Handlungsfelder, Bedarfe, Maßnahmen, Akteure."""
    one, other = district_of(now, a), district_of(now, b)
    if one == other:
        raise InvalidQuery("Bitte zwei verschiedene Kreise nennen.")
    findings = joined(seen.overlaps(key, "all") for key in (one, other))
    return counties(now.inventory, now.crosswalk, now.themes, findings, one, other)


@router.get("/gaps", summary="Weiße Flecken eines Kreises")
def get_gaps(here: Here, seen: Seen, now: Now, district: District = "", circle: Around = "all") -> Gaps:
    """Bedarfe, denen hier oder nirgends jemand dient, Handlungsfelder ohne Projekt, Themen ohne Maßnahme."""
    key = district_of(now, district or here.district)
    findings = seen.overlaps(key, _circle(circle))
    return gaps(now.store, now.inventory, now.crosswalk, now.themes, findings, key, circle)


class Asked(BaseModel):
    """Bewertungen und Gewichte. Es wird nichts gespeichert."""

    model_config = ConfigDict(extra="forbid")

    district: str = Field("", max_length=200, description="Amtlicher Schlüssel (AGS) oder Name")
    circle: str = Field("all", max_length=20, description=" | ".join(CIRCLES))
    scores: dict[str, dict[str, float | None]] = Field(
        default={},
        max_length=500,
        description="Maßnahme → Kriterium → Zahl von 0 bis 5 oder null für unbekannt",
    )
    weights: dict[str, float] = Field(default={}, max_length=5, description="Kriterium → Gewicht")
    top: int = Field(3, ge=1, le=500, description="Um wie viele erste Plätze es geht")
    spread: float = Field(0.25, ge=0, lt=1, description="Um welchen Teil die Gewichte schwanken")
    runs: int = Field(2000, ge=1, le=5000, description="Zahl der Läufe")
    seed: int = Field(1, ge=0, le=2**31, description="Startwert des Zufalls")


@router.post("/priorities", summary="Maßnahmen nach gewichteten Kriterien ordnen")
def post_priorities(here: Here, seen: Seen, now: Now, asked: Asked) -> dict[str, Any]:
    """Rangfolge mit Spannen für Unbekanntes und Prüfung der Gewichte; zwei Kriterien kommen aus den Befunden."""
    key = district_of(now, asked.district or here.district)
    findings = seen.overlaps(key, _circle(asked.circle))
    scores = {_measure(now, name): said for name, said in asked.scores.items()}
    # numpy is paid for by the first who asks.
    found = import_module("graph.priorities").priorities(
        now.store, now.inventory, findings, key, asked.circle, scores, asked.weights,
        asked.top, asked.spread, asked.runs, asked.seed,
    )  # fmt: skip
    answer: dict[str, Any] = found.as_json()
    return answer


def _measure(now: Reading, name: str) -> str:
    return next((iri for iri in (name, str(ID[name])) if iri in now.inventory.items), name)


def _circle(kind: str) -> str:
    if kind not in CIRCLES:
        raise Unknown("Der Vergleichskreis", kind, tuple(CIRCLES))
    return kind


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="{file}"'}
