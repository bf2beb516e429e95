"""The strategies as pages: all of them over time, and each as a Strategiehaus with needs, bodies and earlier
versions."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.backroom import Costly
from api.choice import district_of
from api.drawings import saved
from api.pages import READ, Here, Now
from api.service import Reading, Service
from api.templating import page
from graph.budget import budgets
from graph.calendar import strategy_calendar
from graph.errors import Unknown
from graph.flow import flow
from graph.house import Entry, House, Part, house, strategies
from graph.language import _
from graph.seats import seats
from graph.versions import versions
from graph.vocabulary import local_name
from visualizations.bodies import bodies_drawing
from visualizations.house import house_drawing
from visualizations.sankey import flow_drawing
from visualizations.svg import Drawing
from visualizations.timeline import timeline_drawing
from visualizations.versions import versions_drawing

router = APIRouter(include_in_schema=False, route_class=Costly)
data = APIRouter(prefix="/api/v1", tags=["Strategien, Zeit, Geld, Fortschritt"], route_class=Costly)
Asked = Annotated[str, Query(max_length=200)]


@router.api_route("/strategien", methods=READ)
def all_strategies(request: Request, now: Now, district: Asked = "") -> Response:
    """All strategies, by owner and over time, or those of one district."""
    key = district_of(now, district) if district else ""
    entries = [entry for entry in _entries(now) if not key or now.inventory.key_of(entry.owner) == key]
    return page(
        request,
        "strategies.html",
        entries=entries,
        owners=list(dict.fromkeys((entry.owner, entry.owner_label) for entry in entries)),
        district=key,
        name=now.inventory.name(key) if key else "",
        choices=_choices(now),
        drawings=_over_time(now),
        address=lambda name: f"/strategien/bild/{name}.svg",
    )


@router.api_route("/strategien/bild/{name}.svg", methods=READ)
def strategies_picture(request: Request, now: Now, name: str) -> Response:
    """A picture of that page as a file."""
    return saved(request, _over_time(now), name)


@router.api_route("/strategiehaus/{slug}", methods=READ)
def one_strategy(request: Request, here: Here, now: Now, slug: str, mit: Asked = "") -> Response:
    """A strategy as a house; `mit` is the slug of the version it is compared with."""
    found = _house(here, now, slug)
    beside = _beside(here, now, found, mit)
    drawings = _drawings(now, found, beside)
    asked = {"mit": mit} if mit else {}
    return page(
        request,
        "house.html",
        house=found,
        beside=beside,
        drawings={drawing.name: drawing for drawing in drawings},
        others=_others(found),
        slug=local_name,
        key=next((now.inventory.key_of(owner.iri) for owner in found.owners), ""),
        address=lambda name: (
            f"/strategiehaus/{slug}/bild/{name}.svg" + (f"?{urlencode(asked)}" if asked else "")
        ),
    )


@router.api_route("/strategiehaus/{slug}/bild/{name}.svg", methods=READ)
def house_picture(request: Request, here: Here, now: Now, slug: str, name: str, mit: Asked = "") -> Response:
    """A picture of that page as a file."""
    found = _house(here, now, slug)
    return saved(request, _drawings(now, found, _beside(here, now, found, mit)), name)


@data.get("/strategies", summary="Alle Strategien")
def get_strategies(now: Now) -> list[Entry]:
    """Mit Träger, Zeitraum, Stand, Vorgängern und Nachfolgern, und wie viele Ziele, Felder und Projekte genannt
    sind."""
    return _entries(now)


@data.get("/strategies/{slug}", summary="Eine Strategie als Strategiehaus")
def get_strategy(here: Here, now: Now, slug: str) -> House:
    """Vision, Ziele, Handlungsfelder mit Projekten, Gremien, Träger, offene Punkte; jedes mit Fundstellen."""
    return _house(here, now, slug)


def _entries(now: Reading) -> list[Entry]:
    return now.kept("strategies", lambda: strategies(now.store))


def _choices(now: Reading) -> list[tuple[str, str]]:
    """The districts with strategies: key and name."""
    keys = {now.inventory.key_of(entry.owner) for entry in _entries(now) if entry.owner}
    named = [(key, now.inventory.name(key)) for key in keys if key.isdecimal()]
    return sorted(named, key=lambda pair: (pair[1].split(" ", 1)[-1].casefold(), pair))


def _over_time(now: Reading) -> list[Drawing]:
    def drawn() -> list[Drawing]:
        found = strategy_calendar(now.store)
        return (
            [timeline_drawing(found, "zeit", _("Strategien im Zeitverlauf"), grouped=True)]
            if found.groups
            else []
        )

    return now.kept("strategies over time", drawn)


def _house(here: Service, now: Reading, slug: str) -> House:
    """The house of a strategy of ours or of the instance. Raises `Unknown`."""
    known = {entry.strategy.iri for entry in _entries(now)}
    iri = next((iri for iri in here.iris(f"strategy/{slug}") if iri in known), "")
    if not iri:
        raise Unknown("Die Strategie", slug, tuple(entry.strategy.label for entry in _entries(now)[:3]))
    return now.kept(("house", iri), lambda: house(now.store, iri))


def _others(found: House) -> tuple[Part, ...]:
    """The versions that this one can be compared with, the next older first."""
    return (*found.older, *found.newer)


def _beside(here: Service, now: Reading, found: House, asked: str) -> House | None:
    """The version to compare with: the one asked for, else the next older, else the next newer."""
    others = _others(found)
    if asked and asked not in map(local_name, (part.iri for part in others)):
        raise Unknown("Die Fassung", asked, tuple(local_name(part.iri) for part in others))
    chosen = asked or next((local_name(part.iri) for part in others), "")
    return _house(here, now, chosen) if chosen else None


def _drawings(now: Reading, found: House, beside: House | None) -> list[Drawing]:
    iri = found.strategy.iri

    def drawn() -> list[Drawing]:
        money = budgets(now.store, now.inventory, owner=iri)
        drawings = [house_drawing(found, money[0] if money else None)]
        if beside:
            older, newer = (
                (beside, found) if beside.strategy.iri in {p.iri for p in found.older} else (found, beside)
            )
            compared = versions(older, newer, now.crosswalk, now.themes)
            drawings.append(versions_drawing(compared, now.themes.label))
        streams = flow(now.store, now.inventory, now.crosswalk, now.themes, found)
        if streams.needs and found.pillars:
            drawings.append(flow_drawing(streams))
        sitting = seats(now.store, [role.who.iri for role in found.bodies])
        if sitting.seats:
            drawings.append(bodies_drawing(sitting))
        return drawings

    return now.kept(("house drawings", iri, beside.strategy.iri if beside else ""), drawn)
