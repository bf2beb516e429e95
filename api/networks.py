"""`/api/v1`: what follows from the network: similar districts, groups, bridges, what is shared, fragmentation, ways.

Every answer is JSON, or a table as CSV or Excel; what is a network also comes as GEXF, GraphML, node-link JSON, and CSV
of edges or nodes. All is read from the edition that the visitor may see.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from types import GenericAlias
from typing import Annotated, Any, Literal, TypeVar, cast, get_type_hints
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, create_model
from starlette.responses import Response

from api import told
from api.pages import Here, Now, Seen, district_of
from api.questions import XLSX
from api.service import CIRCLES, DRAWING, Reading
from api.tables import as_csv
from api.workbook import write_xlsx
from graph.bridges import Bridge, bridge_network, bridges
from graph.circle import Circle, Likeness, circle, similar
from graph.common import KINDS, Common, Pair, common, common_network, pair_network, pairs
from graph.compare.measures import measures
from graph.errors import Unknown
from graph.fragmentation import Fragmentation, themes_spread
from graph.groups import MANY, Group, group_network, group_of, with_district
from graph.network import FORMS, Network, resolve, written
from graph.way import Way, way, way_network
from queries import Row

T = TypeVar("T")
router = APIRouter(prefix="/api/v1", tags=["Netz"])

TABLE = Annotated[Literal["json", "csv", "xlsx"], Query(alias="format", description="Form der Antwort")]
NETWORK = Annotated[
    Literal["json", "csv", "xlsx", "gexf", "graphml", "node-link", "edges", "nodes"],
    Query(alias="format", description="Form der Antwort: Tabelle, oder das Netz für andere Programme"),
]
DISTRICT = Annotated[str, Query(description="Amtlicher Schlüssel (AGS) oder Name", max_length=200)]
LEAST = Annotated[int, Query(ge=2, le=400, description="In mindestens so vielen Kreisen")]
PART = Literal["any", "yes", "no"]


def _model(result: type, **more: Any) -> type[BaseModel]:
    """The answer's model: the fields of a result, its sentence, and further properties."""
    known = get_type_hints(result)
    shown: dict[str, Any] = {field.name: (known[field.name], ...) for field in fields(result)}
    shown |= {name: (kind, ...) for name, kind in more.items()}
    return create_model(f"{result.__name__}Answer", __doc__=result.__doc__, sentence=(str, ...), **shown)


GROUP, WAY = _model(Group), _model(Way)
GROUPS = GenericAlias(list, (GROUP,))
LIKENESSES = GenericAlias(list, (_model(Likeness, in_circle=bool),))
BRIDGES = GenericAlias(list, (_model(Bridge, roles=tuple[str, ...]),))
COMMON = GenericAlias(list, (_model(Common, districts=tuple[tuple[str, str], ...]),))
PAIRS = GenericAlias(list, (_model(Pair),))
FRAGMENTATION = GenericAlias(list, (_model(Fragmentation),))
"""The models of the answers, for their description."""


@router.get("/similar", summary="Ähnliche Kreise", response_model=LIKENESSES)
def get_similar(here: Here, now: Now, district: DISTRICT = "", form: TABLE = "json") -> Any:
    """Kreise, von denen Maßnahmen bekannt sind, nach Themen, Größe und Struktur verglichen; mit Wert und Grund je Teil.

    Unbekanntes ist unbekannt und nicht 0. `in_circle` sagt, wer zum Vergleichskreis „similar“ gehört.
    """
    found = similar(now.store, district_of(now, district or here.district))
    inside = told.in_ring(found)
    return _given(
        [told.told(each) | {"in_circle": each.ags in inside} for each in found],
        lambda: told.similar_rows(found),
        form,
        "aehnliche-kreise",
    )


@router.get("/groups", summary="Was viele Kreise tun", response_model=GROUPS)
def get_groups(
    now: Now,
    seen: Seen,
    district: DISTRICT = "",
    part: Annotated[
        PART, Query(description="mit district: nur Gruppen mit ihm (yes) oder ohne ihn (no)")
    ] = "any",
    least: LEAST = MANY,
    form: NETWORK = "json",
) -> Any:
    """Gruppen von Maßnahmen, die über die Befunde zusammenhängen, die in den meisten Kreisen zuerst.

    Vorhanden heißt nicht ausreichend.
    """
    found = [group for data in seen.groups() if len((group := group_of(data)).districts) >= least]
    if district:
        mine, others = with_district(found, district_of(now, district))
        found = {"any": found, "yes": mine, "no": others}[part]
    answer = [told.told(each) for each in found]
    return _given(answer, lambda: told.group_rows(found), form, "gruppen", lambda: group_network(found))


@router.get("/groups/{identity}", summary="Eine Gruppe von Maßnahmen", response_model=GROUP)
def get_group(seen: Seen, identity: Annotated[str, InPath(max_length=40)], form: NETWORK = "json") -> Any:
    """Eine Gruppe mit allen Maßnahmen und Befunden."""
    found = [group_of(data) for data in seen.groups() if data["id"] == identity]
    if not found:
        raise Unknown("Die Gruppe", identity)
    if form == "json":
        return told.told(found[0])
    rows = told.member_rows(found[0])
    return _given([], lambda: rows, form, f"gruppe-{identity}", lambda: group_network(found))


@router.get("/bridges", summary="Wer in mehreren Kreisen tätig ist", response_model=BRIDGES)
def get_bridges(now: Now, district: DISTRICT = "", form: NETWORK = "json") -> Any:
    """Akteure mit Rollen in zwei oder mehr Kreisen, und für wen sie die einzige Verbindung zu anderen sind."""
    found = _kept(now, "bridges", lambda: bridges(now.network))
    if district:
        iri = _authority(now, district)
        found = [bridge for bridge in found if iri in {place.district for place in bridge.districts}]
    return _given(
        [told.told(bridge, "roles") for bridge in found],
        lambda: told.bridge_rows(found),
        form,
        "bruecken",
        lambda: bridge_network(now.network, found),
    )


@router.get("/common", summary="Was mehrere Kreise gemeinsam haben", response_model=COMMON)
def get_common(
    now: Now,
    district: DISTRICT = "",
    kind: Annotated[str, Query(description=" | ".join(KINDS))] = "",
    least: LEAST = 2,
    form: NETWORK = "json",
) -> Any:
    """Förderprogramme, gemeinsame Vorhaben, Beratungen und Sponsoren, die mehrere Kreise verbinden."""
    if kind and kind not in KINDS:
        raise Unknown("Die Art von Gemeinsamem", kind, tuple(KINDS))
    found = [
        each for each in _common(now, district) if len(each.districts) >= least and kind in ("", each.kind)
    ]
    return _given(
        [told.told(each, "districts") for each in found],
        lambda: told.common_rows(found),
        form,
        "gemeinsames",
        lambda: common_network(now.network, found),
    )


@router.get("/common/pairs", summary="Wie viel je zwei Kreise teilen", response_model=PAIRS)
def get_pairs(now: Now, district: DISTRICT = "", form: NETWORK = "json") -> Any:
    """Paare von Kreisen mit dem, was sie gemeinsam haben, die mit dem meisten zuerst."""
    found = pairs(_common(now, ""))
    if district:
        iri = _authority(now, district)
        found = [pair for pair in found if iri in (pair.a, pair.b)]
    return _given(
        [told.told(pair) for pair in found],
        lambda: told.pair_rows(found),
        form,
        "gemeinsames-je-paar",
        lambda: pair_network(found),
    )


@router.get(
    "/fragmentation",
    summary="Wie sich ein Thema auf Akteure verteilt",
    response_model=FRAGMENTATION,
)
def get_fragmentation(
    now: Now,
    district: DISTRICT = "",
    circle_kind: Annotated[str, Query(alias="circle", description=" | ".join(CIRCLES))] = "all",
    theme: Annotated[str, Query(description="Thema: Name oder Adresse", max_length=2000)] = "",
    every: Annotated[bool, Query(alias="all", description="auch Unterthemen")] = False,
    form: TABLE = "json",
) -> Any:
    """Je Thema: wie viele Akteure, Anteil des größten, Herfindahl-Hirschman-Index.

    Viele Akteure sind für sich kein Mangel.
    """
    if circle_kind not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle_kind, tuple(CIRCLES))
    found = themes_spread(now.network, now.themes, _circle(now, district, circle_kind), theme, every)
    return _given([told.told(each) for each in found], lambda: told.fragmentation_rows(found), form, "themen")


@router.get("/way", summary="Der kürzeste Weg zwischen zwei Federführungen", response_model=WAY)
def get_way(
    now: Now,
    start: Annotated[str, Query(alias="from", description="Maßnahme: Adresse, auch kurz", max_length=2000)],
    end: Annotated[str, Query(alias="to", description="andere Maßnahme", max_length=2000)],
    of: Annotated[
        Literal["lead", "involved"], Query(description="zwischen Federführenden oder allen Beteiligten")
    ] = "lead",
    form: NETWORK = "json",
) -> Any:
    """Über wen die einen zu den anderen kommen, jeder Schritt mit Beziehung, Richtung und Quelle."""
    found = way(now.network, resolve(start), resolve(end), of)
    if form == "json":
        return told.told(found)
    return _given([], lambda: told.way_rows(found), form, "weg", lambda: way_network(now.network, found))


@router.get("/network", summary="Das ganze Netz", response_class=Response)
def get_network(now: Now, form: Annotated[str, Query(alias="format")] = "gexf") -> Response:
    """Akteure, Gremien, Strategien, Maßnahmen und was sie verbindet, für andere Programme."""
    return _written(now.network, form, "netz")


def _circle(now: Reading, district: str, kind: str) -> Circle | None:
    """The circle that is asked for; None means everything, where no district is given."""
    if not district:
        if kind == "all":
            return None
        raise Unknown("Zum Vergleichskreis fehlt der Kreis (district):", kind)
    return circle(now.store, district_of(now, district), kind)


def _authority(now: Reading, district: str) -> str:
    """The IRI of the district that is meant."""
    return circle(now.store, district_of(now, district)).own


def _common(now: Reading, district: str) -> list[Common]:
    found = _kept(now, "common", lambda: common(now.network, measures(now.store)))
    if not district:
        return found
    iri = _authority(now, district)
    return [each for each in found if iri in {place for place, _ in each.districts}]


_KEPT: WeakKeyDictionary[Reading, dict[Hashable, Any]] = WeakKeyDictionary()
_LOCK = threading.Lock()


def _kept(now: Reading, name: str, make: Callable[[], T]) -> T:
    """What was computed of a state of the graph, once for all who ask while it stays."""
    with _LOCK:
        known = _KEPT.setdefault(now, {})
    if name not in known:
        with DRAWING.taken():
            if name not in known:
                known[name] = make()
    return cast(T, known[name])


def _given(
    answer: Sequence[dict[str, Any]],
    rows: Callable[[], Sequence[Row]],
    form: str,
    name: str,
    network: Callable[[], Network] | None = None,
) -> Any:
    """The answer in the form that is asked for."""
    if form == "json":
        return answer
    if form == "csv":
        return _file(as_csv(rows()).encode(), "text/csv; charset=utf-8", f"{name}.csv")
    if form == "xlsx":
        return _file(_workbook(rows(), name), XLSX, f"{name}.xlsx")
    assert network is not None, "the signature of the address offers no networks then"
    return _written(network(), form, name)


def _written(network: Network, form: str, name: str) -> Response:
    text = written(network, form)
    return _file(text, FORMS[form].media_type, f"{name}{FORMS[form].suffix}")


def _workbook(rows: Sequence[Row], title: str) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tabelle.xlsx"
        write_xlsx(list(rows[0]) if rows else [], rows, file, title)
        return file.read_bytes()


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
