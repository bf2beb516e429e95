"""`/api/v1`: what follows from the network: similar districts, groups, bridges, what is shared, fragmentation, ways.

Every answer is JSON, or a table as CSV or Excel; what is a network also comes as GEXF, GraphML, node-link JSON, and CSV
of edges or nodes. All is read from the edition that the visitor may see.
"""

from dataclasses import fields
from types import GenericAlias
from typing import Annotated, Any, Literal, get_type_hints

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, create_model
from starlette.responses import Response

from api import told
from api.answers import answered, network_file
from api.backroom import Costly
from api.pages import Here, Now, Seen, district_of
from api.service import CIRCLES, COMPUTING, Reading
from graph.bridges import Bridge, bridge_network, bridges
from graph.circle import Circle, Likeness, circle, similar
from graph.common import KINDS, Common, Pair, common, common_network, pair_network, pairs
from graph.compare.measures import measures
from graph.errors import Unknown
from graph.fragmentation import Fragmentation, themes_spread
from graph.groups import MANY, Group, group_network, group_of, with_district
from graph.network import resolve, written
from graph.way import Way, ground, way, way_network

router = APIRouter(prefix="/api/v1", tags=["Netz"], route_class=Costly)

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
    key = district_of(now, district or here.district)
    found = now.kept(("similar", key), lambda: similar(now.store, key))
    inside = told.in_ring(found)
    return answered(
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
    groups = seen.groups()
    with COMPUTING.taken():
        found = [group for data in groups if len((group := group_of(data)).districts) >= least]
    if district:
        mine, others = with_district(found, district_of(now, district))
        found = {"any": found, "yes": mine, "no": others}[part]
    answer = [told.told(each) for each in found]
    return answered(answer, lambda: told.group_rows(found), form, "gruppen", lambda: group_network(found))


@router.get("/groups/{identity}", summary="Eine Gruppe von Maßnahmen", response_model=GROUP)
def get_group(seen: Seen, identity: Annotated[str, InPath(max_length=40)], form: NETWORK = "json") -> Any:
    """Eine Gruppe mit allen Maßnahmen und Befunden."""
    found = [group_of(data) for data in seen.groups() if data["id"] == identity]
    if not found:
        raise Unknown("Die Gruppe", identity)
    if form == "json":
        return told.told(found[0])
    rows = told.member_rows(found[0])
    return answered([], lambda: rows, form, f"gruppe-{identity}", lambda: group_network(found))


@router.get("/bridges", summary="Wer in mehreren Kreisen tätig ist", response_model=BRIDGES)
def get_bridges(now: Now, district: DISTRICT = "", form: NETWORK = "json") -> Any:
    """Akteure mit Rollen in zwei oder mehr Kreisen, und für wen sie die einzige Verbindung zu anderen sind."""
    found = now.kept("bridges", lambda: bridges(now.network))
    if district:
        iri = _authority(now, district)
        found = [bridge for bridge in found if iri in {place.district for place in bridge.districts}]
    return answered(
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
    return answered(
        [told.told(each, "districts") for each in found],
        lambda: told.common_rows(found),
        form,
        "gemeinsames",
        lambda: common_network(now.network, found),
    )


@router.get("/common/pairs", summary="Wie viel je zwei Kreise teilen", response_model=PAIRS)
def get_pairs(now: Now, district: DISTRICT = "", form: NETWORK = "json") -> Any:
    """Paare von Kreisen mit dem, was sie gemeinsam haben, die mit dem meisten zuerst."""
    found = now.kept("pairs", lambda: pairs(_common(now, "")))
    if district:
        iri = _authority(now, district)
        found = [pair for pair in found if iri in (pair.a, pair.b)]
    return answered(
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
    found = now.kept(
        ("fragmentation", district, circle_kind, theme, every),
        lambda: themes_spread(now.network, now.themes, _circle(now, district, circle_kind), theme, every),
    )
    answer = [told.told(each) for each in found]
    return answered(answer, lambda: told.fragmentation_rows(found), form, "themen")


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
    over = now.kept("ground", lambda: ground(now.network))
    with COMPUTING.taken():
        found = way(now.network, resolve(start), resolve(end), of, over)
    if form == "json":
        return told.told(found)
    return answered([], lambda: told.way_rows(found), form, "weg", lambda: way_network(now.network, found))


@router.get("/network", summary="Das ganze Netz", response_class=Response)
def get_network(now: Now, form: Annotated[str, Query(alias="format")] = "gexf") -> Response:
    """Akteure, Gremien, Strategien, Maßnahmen und was sie verbindet, für andere Programme."""
    return network_file(now.kept(("network", form), lambda: written(now.network, form)), form, "netz")


def _circle(now: Reading, district: str, kind: str) -> Circle | None:
    """The circle that is asked for; None means everything, where no district is given."""
    if not district:
        if kind == "all":
            return None
        raise Unknown("Zum Vergleichskreis fehlt der Kreis (district):", kind)
    return circle(now.store, district_of(now, district), kind)


def _authority(now: Reading, district: str) -> str:
    """The IRI of the district that is meant."""
    key = district_of(now, district)
    return now.kept(("authority", key), lambda: circle(now.store, key).own)


def _common(now: Reading, district: str) -> list[Common]:
    found = now.kept("common", lambda: common(now.network, measures(now.store)))
    if not district:
        return found
    iri = _authority(now, district)
    return [each for each in found if iri in {place for place, _ in each.districts}]
