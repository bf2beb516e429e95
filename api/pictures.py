"""Time, money, progress and map of a district as pages: what `graph` knows, as `visualizations` draws it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.backroom import Costly
from api.choice import district_of, my_district, name_of
from api.drawings import saved
from api.pages import READ, Here, Now
from api.service import CIRCLES, Reading
from api.templating import page
from graph.board import Board, board
from graph.borders import borders
from graph.budget import Budget, budgets
from graph.calendar import Calendar, calendar
from graph.errors import Unknown
from graph.language import _
from graph.progress import Progress, progress, tallies
from graph.spread import Spread, spread
from graph.vocabulary import local_name
from ontology.namespaces import ID
from visualizations.bars import amounts_drawing, budget_drawing, items_twin, tallies_drawing
from visualizations.heat import heat_drawing
from visualizations.ladder import ladder_drawing
from visualizations.map import map_drawing
from visualizations.sankey import money_drawing
from visualizations.svg import Drawing, Twin
from visualizations.timeline import timeline_drawing

router = APIRouter(include_in_schema=False, route_class=Costly)
data = APIRouter(prefix="/api/v1", tags=["Strategien, Zeit, Geld, Fortschritt"], route_class=Costly)
Asked = Annotated[str, Query(max_length=200)]
KIND = Literal["", "verfahren", "massnahmen"]
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "": (),
    "verfahren": ("measure",),
    "massnahmen": ("strategy", "process", "phase", "milestone", "meeting", "event", "decision", "proposal"),
}
"""What a choice of kinds leaves out of the calendar."""
CIRCLE = "region"


# Time


@router.api_route("/zeitplan", methods=READ)
def schedule(
    request: Request, here: Here, now: Now, district: Asked = "", strategie: Asked = "", art: KIND = ""
) -> Response:
    """What happens when in a district; `strategie` (a slug) shows one strategy only."""
    own = my_district(request, here, now, district)
    whole = _calendar(now, own)
    found = _chosen(whole, strategie, art)
    asked = {"district": own, "strategie": strategie, "art": art}
    return page(
        request,
        "schedule.html",
        calendar=found,
        strategies=[(local_name(group.iri), group.label) for group in whole.groups if group.iri],
        strategie=strategie,
        art=art,
        district=own,
        name=name_of(now, own),
        districts=now.districts,
        drawings=_schedule(found, name_of(now, own)),
        address=_address("/zeitplan", asked),
    )


@router.api_route("/zeitplan/bild/{name}.svg", methods=READ)
def schedule_picture(
    request: Request,
    here: Here,
    now: Now,
    name: str,
    district: Asked = "",
    strategie: Asked = "",
    art: KIND = "",
) -> Response:
    """The picture of that page as a file."""
    own = my_district(request, here, now, district)
    return saved(request, _schedule(_chosen(_calendar(now, own), strategie, art), name_of(now, own)), name)


@data.get("/calendar", summary="Zeitplan eines Kreises")
def get_calendar(here: Here, now: Now, district: Asked = "") -> Calendar:
    """Strategien, Phasen, Veranstaltungen, Beschlüsse und Maßnahmen, so genau datiert wie die Quelle."""
    return _calendar(now, district_of(now, district or here.district))


def _calendar(now: Reading, own: str) -> Calendar:
    return now.kept(("calendar", own), lambda: calendar(now.store, now.inventory, own))


def _chosen(found: Calendar, strategy: str, kind: KIND) -> Calendar:
    """The part of a calendar that was asked for. Raises `Unknown`."""
    if strategy:
        iri = next(
            (group.iri for group in found.groups if group.iri and local_name(group.iri) == strategy), ""
        )
        if not iri:
            near = tuple(local_name(group.iri) for group in found.groups if group.iri)
            raise Unknown("Die Strategie", strategy, near)
        found = found.of(iri)
    return found.without(LEFT_OUT[kind])


def _schedule(found: Calendar, name: str) -> list[Drawing]:
    title = _("Zeitplan: {name}").format(name=name)
    return [timeline_drawing(found, "zeitplan", title, date.today())] if found.entries else []


# Money


@router.api_route("/budget", methods=READ)
def money(request: Request, here: Here, now: Now, district: Asked = "") -> Response:
    """The amounts of a district's strategies and measures, with the gap of each year."""
    own = my_district(request, here, now, district)
    every = now.kept("budgets", lambda: budgets(now.store, now.inventory))
    keys = {item.key for budget in every if (item := now.inventory.items.get(budget.owner))} - {own}
    found = _budgets(now, own)
    return page(
        request,
        "budget.html",
        budgets=found,
        district=own,
        name=name_of(now, own),
        districts=now.districts,
        others=sorted(
            ((key, now.inventory.name(key)) for key in keys if key.isdecimal()), key=lambda pair: pair[1]
        ),
        drawings=_money(found),
        tables=_tables(found),
        address=_address("/budget", {"district": own}),
    )


@router.api_route("/budget/bild/{name}.svg", methods=READ)
def money_picture(request: Request, here: Here, now: Now, name: str, district: Asked = "") -> Response:
    """A picture of that page as a file."""
    return saved(request, _money(_budgets(now, my_district(request, here, now, district))), name)


@data.get("/budgets", summary="Beträge und Lücken eines Kreises")
def get_budgets(here: Here, now: Now, district: Asked = "") -> list[dict[str, Any]]:
    """Je Strategie oder Maßnahme alle Beträge, die Jahre mit berechneter Lücke und die geprüften Summen."""
    return [_told(found) for found in _budgets(now, district_of(now, district or here.district))]


def _told(found: Budget) -> dict[str, Any]:
    """A budget with all that is computed; amounts are numbers."""
    return {
        "owner": found.owner,
        "label": found.owner_label,
        "items": [asdict(item) | {"amount": _number(item.amount)} for item in found.items],
        "years": [
            {
                "year": year.year,
                "available": _number(year.available),
                "needed": _number(year.needed),
                "gap": _number(year.gap),
            }
            for year in found.years
        ],
        "gap": _number(found.gap),
        "checks": [
            {
                "whole": check.whole.iri,
                "stated": _number(check.whole.amount),
                "sum": _number(check.sum),
                "right": check.right,
            }
            for check in found.checks
        ],
    }


def _number(amount: Decimal | None) -> int | float | None:
    """An amount as JSON has it."""
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _budgets(now: Reading, own: str) -> list[Budget]:
    return now.kept(("budgets", own), lambda: budgets(now.store, now.inventory, own))


def _money(found: list[Budget]) -> list[Drawing]:
    """For each budget with years two pictures, and one for the amounts that stand alone."""
    drawings = []
    for place, budget in enumerate((b for b in found if b.years), 1):
        suffix = "" if place == 1 else f"-{place}"
        drawings.append(budget_drawing(budget, f"budget{suffix}"))
        if streams := money_drawing(budget, f"mittel{suffix}"):
            drawings.append(streams)
    alone = [budget for budget in found if budget.single]
    return [*drawings, amounts_drawing(alone)] if alone else drawings


def _tables(found: list[Budget]) -> list[Twin]:
    return [items_twin(budget) for budget in found]


# Progress


@router.api_route("/fortschritt", methods=READ)
def standing(request: Request, here: Here, now: Now, district: Asked = "") -> Response:
    """How far the projects of a district are, and how far those of the others."""
    own = my_district(request, here, now, district)
    found = _progress(now, own)
    return page(
        request,
        "progress.html",
        progress=found,
        district=own,
        name=name_of(now, own),
        districts=now.districts,
        drawings=_standing(now, found, own),
        address=_address("/fortschritt", {"district": own}),
    )


@router.api_route("/fortschritt/bild/{name}.svg", methods=READ)
def standing_picture(request: Request, here: Here, now: Now, name: str, district: Asked = "") -> Response:
    """A picture of that page as a file."""
    own = my_district(request, here, now, district)
    return saved(request, _standing(now, _progress(now, own), own), name)


@data.get("/progress", summary="Stand der Projekte eines Kreises")
def get_progress(here: Here, now: Now, district: Asked = "") -> Progress:
    """Je Maßnahme oder Projekt der Stand, den eine Quelle nennt, und wo er steht."""
    return _progress(now, district_of(now, district or here.district))


def _progress(now: Reading, own: str) -> Progress:
    return now.kept(("progress", own), lambda: progress(now.store, now.inventory, own))


def _standing(now: Reading, found: Progress, own: str) -> list[Drawing]:
    every = now.kept("tallies", lambda: tallies(now.store, now.inventory))
    drawings = [ladder_drawing(found)] if found.standings else []
    return [*drawings, tallies_drawing(every, own)] if every else drawings


# Map


@router.api_route("/karte", methods=READ)
def charted(
    request: Request, here: Here, now: Now, district: Asked = "", circle: Asked = CIRCLE, thema: Asked = ""
) -> Response:
    """The districts of a circle by their measures, all or those of a theme, as map and as board."""
    own = my_district(request, here, now, district)
    found, spots = _spread(now, own, circle, thema)
    return page(
        request,
        "map.html",
        spread=spots,
        board=found,
        themes=_themes(now),
        thema=local_name(spots.theme) if spots.theme else "",
        circle=circle,
        district=own,
        name=name_of(now, own),
        districts=now.districts,
        drawings=_charted(found, spots),
        address=_address("/karte", {"district": own, "circle": circle, "thema": thema}),
    )


@router.api_route("/karte/bild/{name}.svg", methods=READ)
def charted_picture(
    request: Request,
    here: Here,
    now: Now,
    name: str,
    district: Asked = "",
    circle: Asked = CIRCLE,
    thema: Asked = "",
) -> Response:
    """A picture of that page as a file."""
    return saved(
        request, _charted(*_spread(now, my_district(request, here, now, district), circle, thema)), name
    )


@data.get("/map", summary="Maßnahmen je Kreis, alle oder zu einem Thema")
def get_map(here: Here, now: Now, district: Asked = "", circle: Asked = CIRCLE, theme: Asked = "") -> Spread:
    """Je Kreis des Vergleichskreises die Zahl der genannten Maßnahmen; null heißt unbekannt."""
    return _spread(now, district_of(now, district or here.district), circle, theme)[1]


def _spread(now: Reading, own: str, circle: str, theme: str) -> tuple[Board, Spread]:
    """The board in which a theme is a row, and what it says of the theme. Raises `Unknown`."""
    if circle not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle, tuple(CIRCLES))
    iri = ""
    if theme:
        iri = next((found for found in (theme, f"{ID}theme/{theme}") if found in now.themes.labels), "")
        if not iri:
            raise Unknown("Das Thema", theme)
    under = now.themes.above.get(iri, "") if iri else ""
    found = now.kept(
        ("map board", own, circle, under),
        lambda: board(now.store, now.inventory, now.crosswalk, now.themes, own, circle, under),
    )
    return found, spread(found, iri)


def _charted(found: Board, spots: Spread) -> list[Drawing]:
    drawings = [map_drawing(borders(), spots)]
    return [*drawings, heat_drawing(found)] if found.rows else drawings


def _themes(now: Reading) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The broadest themes with the next narrower: slug, name, and those below."""
    tree = now.themes
    return [
        (
            local_name(root),
            tree.label(root),
            [(local_name(theme), tree.label(theme)) for theme in tree.below(root)],
        )
        for root in tree.roots
    ]


def _address(path: str, asked: Mapping[str, str]) -> Any:
    """Where a picture of a page is saved from: the same choices, another ending."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return lambda name: f"{path}/bild/{name}.svg" + (f"?{query}" if query else "")
