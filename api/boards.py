"""`/api/v1`: crosswalk, board, two counties, gaps, priorities. What they answer is computed in `graph`."""

from datetime import date
from importlib import import_module
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.answers import answered
from api.backroom import Costly
from api.pages import Here, Now, Seen, district_of
from api.service import CIRCLES, COMPUTING, Reading
from api.writing import Editor, RoleFirst, Writable
from graph.board import Board, board, details, matrix
from graph.counties import Counties, counties
from graph.crosswalk import RELATIONS, FieldMapping, MappableField
from graph.errors import Fault, InvalidData, InvalidQuery, Unknown
from graph.gaps import Gaps, gaps
from graph.language import _
from graph.partners import joined
from graph.verdicts import LONGEST_REASON
from graph.vocabulary import address
from ontology.namespaces import ID

router = APIRouter(prefix="/api/v1", tags=["Tafel, Vergleich, Lücken, Rangfolge"], route_class=RoleFirst)
costly = APIRouter(prefix=router.prefix, tags=router.tags, route_class=Costly)
District = Annotated[str, Query(description="Amtlicher Schlüssel (AGS) oder Name")]
Around = Annotated[str, Query(description=" | ".join(CIRCLES))]


class CrosswalkAnswer(BaseModel):
    """Die Zuordnung der Handlungsfelder."""

    mappings: list[FieldMapping]
    withdrawn: list[FieldMapping]
    unmapped: list[MappableField]
    sentence: str


@costly.get("/crosswalk", summary="Zuordnung der Handlungsfelder zu gemeinsamen Themen")
def get_crosswalk(
    now: Now, strategy: Annotated[str, Query(description="Nur diese Strategie (Kurzname oder Adresse)")] = ""
) -> CrosswalkAnswer:
    """Welches Handlungsfeld zu welchem Thema gehört, mit Stelle, Datum und Grund; auch Zurückgenommenes."""
    found = now.crosswalk
    if strategy:
        iri = address(strategy)
        if iri not in {item.iri for item in now.inventory.items.values() if item.kind == "strategy"}:
            raise Unknown("Die Strategie", strategy)
        found = found.of_strategy(iri)
    return CrosswalkAnswer.model_validate(found, from_attributes=True)


FIELD = Annotated[str, Path(description="Handlungsfeld: Kurzname, Adresse oder Name", max_length=500)]
THEME = Annotated[str, Path(description="Thema: Kurzname oder Name", max_length=200)]


class Assignment(BaseModel):
    """Wie ein Handlungsfeld zu einem Thema steht, und wer das sagt."""

    model_config = ConfigDict(extra="forbid")

    relation: str = Field(description=" | ".join(RELATIONS), max_length=20)
    by: str = Field(
        description="Stelle, Amt oder Rolle, die das sagt; kein Name einer Person", max_length=LONGEST_REASON
    )
    reason: str = Field(description="Der Grund, in einem Satz", max_length=LONGEST_REASON)
    on: date | None = Field(None, description="Tag der Zuordnung; heute, wenn nichts dasteht")


@router.put("/crosswalk/{field:path}/{theme}", summary="Ein Handlungsfeld einem Thema zuordnen")
def put_mapping(
    visitor: Editor, home: Writable, field: FIELD, theme: THEME, said: Assignment
) -> FieldMapping:
    """Ordnet zu; ein anderes Verhältnis derselben beiden wird dabei zurückgenommen. Wer dasselbe noch einmal sagt,
    ändert nichts."""
    made: FieldMapping = _mapping().assign(
        home, field, theme, said.relation, said.by, said.reason, said.on or date.today(), visitor.name
    )
    return made


@router.delete("/crosswalk/{field:path}/{theme}", summary="Eine Zuordnung zurücknehmen")
def delete_mapping(
    visitor: Editor,
    home: Writable,
    field: FIELD,
    theme: THEME,
    by: Annotated[str, Query(description="Stelle, Amt oder Rolle", max_length=LONGEST_REASON)],
    reason: Annotated[str, Query(description="Der Grund", max_length=LONGEST_REASON)],
    on: Annotated[date | None, Query(description="Tag; heute, wenn nichts dasteht")] = None,
) -> list[FieldMapping]:
    """Nimmt jede Zuordnung zwischen beiden zurück; sie bleibt mit Datum, Stelle und Grund stehen."""
    gone: list[FieldMapping] = _mapping().withdraw(
        home, field, theme, by, reason, on or date.today(), visitor.name
    )
    return gone


def _mapping() -> Any:
    # A change is a load, with validation: its libraries are paid for by the first who makes one.
    return import_module("graph.mapping")


@costly.get("/board", summary="Wer macht was wo: Themen und Kreise", response_model=Board)
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
) -> Any:
    """Je Thema und Kreis, was die Quellen nennen; leer, unvollständig und unbekannt werden unterschieden."""
    key = district_of(now, district or here.district)
    found = now.kept(
        ("board", key, _circle(circle), under),
        lambda: board(now.store, now.inventory, now.crosswalk, now.themes, key, circle, under),
    )
    return answered(found, lambda: details(found) if list else matrix(found), format, "tafel")


@costly.get("/counties", summary="Zwei Kreise nebeneinander")
def get_counties(
    seen: Seen,
    now: Now,
    a: Annotated[str, Query(description="Der eine Kreis: Schlüssel oder Name")],
    b: Annotated[str, Query(description="Der andere Kreis: Schlüssel oder Name")],
) -> Counties:
    """Nur hier, beide, nur dort: Strategien, Ziele, Handlungsfelder, Bedarfe, Maßnahmen, Akteure."""
    one, other = district_of(now, a), district_of(now, b)
    if one == other:
        raise InvalidQuery(_("Bitte zwei verschiedene Kreise nennen."))
    findings = joined(seen.overlaps(key, "all") for key in (one, other))
    with COMPUTING.taken():
        return counties(now.inventory, now.crosswalk, now.themes, findings, one, other)


@costly.get("/gaps", summary="Weiße Flecken eines Kreises")
def get_gaps(here: Here, seen: Seen, now: Now, district: District = "", circle: Around = "all") -> Gaps:
    """Bedarfe, denen hier oder nirgends jemand dient, Handlungsfelder ohne Projekt, Themen ohne Maßnahme."""
    key = district_of(now, district or here.district)
    findings = seen.overlaps(key, _circle(circle))
    with COMPUTING.taken():
        return gaps(now.store, now.inventory, now.crosswalk, now.themes, findings, key, circle)


Name = Annotated[str, Field(max_length=500)]


class Asked(BaseModel):
    """Bewertungen und Gewichte. Es wird nichts gespeichert."""

    model_config = ConfigDict(extra="forbid")

    district: str = Field("", max_length=200, description="Amtlicher Schlüssel (AGS) oder Name")
    circle: str = Field("all", max_length=20, description=" | ".join(CIRCLES))
    scores: dict[Name, Annotated[dict[Name, float | None], Field(max_length=5)]] = Field(
        default={},
        max_length=500,
        description="Maßnahme → Kriterium → Zahl von 0 bis 5 oder null für unbekannt",
    )
    weights: dict[Name, float] = Field(default={}, max_length=5, description="Kriterium → Gewicht")
    top: int = Field(3, ge=1, le=500, description="Um wie viele erste Plätze es geht")
    spread: float = Field(0.25, ge=0, lt=1, description="Um welchen Teil die Gewichte schwanken")
    runs: int = Field(2000, ge=1, le=2000, description="Zahl der Läufe")
    seed: int = Field(1, ge=0, le=2**31, description="Startwert des Zufalls")


@costly.post("/priorities", summary="Maßnahmen nach gewichteten Kriterien ordnen")
def post_priorities(here: Here, seen: Seen, now: Now, asked: Asked) -> dict[str, Any]:
    """Rangfolge mit Spannen für Unbekanntes und Prüfung der Gewichte; zwei Kriterien kommen aus den Befunden."""
    key = district_of(now, asked.district or here.district)
    findings = seen.overlaps(key, _circle(asked.circle))
    scores: dict[str, dict[str, float | None]] = {}
    for name, said in asked.scores.items():
        if (iri := _measure(now, name)) in scores:
            twice = _("Die Maßnahme „{name}“ steht zweimal da, in zwei Schreibweisen.")
            raise InvalidData([Fault(twice.format(name=name))])
        scores[iri] = said
    with COMPUTING.taken():
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
