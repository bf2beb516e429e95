"""The strategist's comparisons as pages: who does what where, two districts, actors, needs, priorities.

What they show is computed in `graph` and the same as under `/api/v1`; each can be taken along as CSV or Excel.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from math import isfinite
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from api.backroom import Costly
from api.choice import district_of, my_district, name_of
from api.excel import Table
from api.overlaps import attached, short, whole
from api.pages import READ, Here, Now, Seen, gaps_of
from api.service import CIRCLES, Reading, Shown
from api.tables import as_csv
from api.templating import page
from graph.actors import Active, actors, chosen
from graph.board import CAUTION as BOARD_CAUTION
from graph.board import LOADS, STATES, Board, Cell, board, details, matrix
from graph.bridges import ROLES, bridges
from graph.circle import similar
from graph.counties import CAUTION as COUNTIES_CAUTION
from graph.counties import SECTIONS, Counties, counties
from graph.counties import table as counties_table
from graph.errors import InvalidData, Unknown
from graph.facets import THEME
from graph.gaps import CAUTION as GAPS_CAUTION
from graph.gaps import FIELD_STATES, SERVICE, Gaps
from graph.gaps import table as gaps_table
from graph.inventory import FIELD, KINDS, MEASURE, Inventory, Item
from graph.language import _
from graph.partners import joined
from queries import Row

router = APIRouter(include_in_schema=False, route_class=Costly)
PER_PAGE = 50
FORM = Literal["", "csv", "xlsx"]
Asked = Annotated[str, Query(max_length=200)]
Several = Annotated[list[str], Query(max_length=20)]
NO_THEME = "ohne"
"""In the address in place of a theme: what belongs to none."""
ALIKE = 6
"""Similar districts that are offered for a comparison."""
EVERYWHERE = "alle"
SHOWN = 12
"""Things of a column that are shown at once."""
NAMED = 3
"""Roles of an actor in a district that are shown at once."""
SCORED = 100
"""Measures whose scores can be typed into the form."""


# Who does what where


@router.api_route("/wer-macht-was", methods=READ)
def who_does_what(
    request: Request,
    here: Here,
    now: Now,
    district: Asked = "",
    circle: Asked = "region",
    unter: Asked = "",
    liste: Literal["", "1"] = "",
    format: FORM = "",
) -> Response:
    """Themes × districts; with `unter` the narrower themes of one, with `format` as a file."""
    own = my_district(request, here, now, district)
    found = _board(now, own, circle, unter)
    if format:
        return _file(
            details(found) if liste else matrix(found), format, f"wer-macht-was-{own}", _("Wer macht was wo")
        )
    asked = {"district": own, "circle": circle} | ({"unter": short(found.under)} if found.under else {})
    return page(
        request,
        "board.html",
        board=found,
        districts=now.districts,
        district=own,
        circle=circle,
        name=name_of(now, own),
        path=[(theme, now.themes.label(theme)) for theme in reversed(now.themes.path(found.under))]
        if found.under
        else [],
        below=lambda theme: bool(theme) and theme != found.under and bool(now.themes.below(theme)),
        heat=heat,
        to=lambda **more: "?" + urlencode(asked | more),
        theme=lambda row: short(row.theme) or NO_THEME,
        CELL_STATES=STATES,
        LOADS=LOADS,
        caution=BOARD_CAUTION,
    )


@router.api_route("/wer-macht-was/zelle", methods=READ)
def cell(
    request: Request,
    here: Here,
    now: Now,
    thema: Asked,
    kreis: Asked,
    district: Asked = "",
    circle: Asked = "region",
    unter: Asked = "",
) -> Response:
    """What stands in one cell of the board, with the reason and the passage of each."""
    own = my_district(request, here, now, district)
    found = _board(now, own, circle, unter)
    theme = "" if thema == NO_THEME else whole(THEME, thema)
    key = whole("partner", kreis)
    row = next((row for row in found.rows if row.theme == theme), None)
    if row is None:
        raise Unknown("Das Thema", thema)
    column = next((column for column in found.columns if column.key == key), None)
    if column is None:
        raise Unknown("Der Kreis", kreis)
    shown = row.cells[found.columns.index(column)]
    back = {"district": own, "circle": circle} | ({"unter": unter} if unter else {})
    partner = {} if key == own else {"partner": short(key)}
    root = now.themes.root(theme) if theme else ""
    return page(
        request,
        "board_cell.html",
        row=row,
        column=column,
        cell=shown,
        groups_=[(kind, [e for e in shown.entries if e.kind == kind]) for kind in KINDS],
        items=now.inventory.items,
        district=own,
        returning="?" + urlencode(back),
        findings="?" + urlencode({"district": own} | partner | ({"thema": short(root)} if root else {})),
        KINDS=KINDS,
        CELL_STATES=STATES,
    )


def heat(found: Cell) -> int:
    """How dark a cell is: by its measures, from 0 to 3."""
    count = found.count(MEASURE)
    return 0 if not count else 1 if count == 1 else 2 if count <= 3 else 3


def _board(now: Reading, own: str, circle: str, under: str) -> Board:
    if circle not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle, tuple(CIRCLES))
    make = partial(board, now.store, now.inventory, now.crosswalk, now.themes, own, circle, under)
    return now.kept(("board", own, circle, under), make)


# Two districts


@router.api_route("/vergleich", methods=READ)
def two_districts(
    request: Request, here: Here, seen: Seen, now: Now, a: Asked = "", b: Asked = "", format: FORM = ""
) -> Response:
    """Only here, both, only there; without a second district whom to compare with."""
    one = my_district(request, here, now, a)
    other = district_of(now, b) if b else ""
    found = _counties(seen, now, one, other) if other and other != one else None
    if format and found:
        return _file(counties_table(found), format, f"vergleich-{one}-{other}", _("Zwei Kreise"))
    return page(
        request,
        "counties.html",
        found=found,
        districts=now.districts,
        a=one,
        b=other,
        name=name_of(now, one),
        same=bool(other) and other == one,
        alike=[] if found else _alike(now, one),
        SECTIONS=SECTIONS,
        shown=SHOWN,
        caution=found.caution if found else COUNTIES_CAUTION,
    )


def _counties(seen: Shown, now: Reading, one: str, other: str) -> Counties:
    def compared() -> Counties:
        return counties(now.inventory, now.crosswalk, now.themes, findings, one, other)

    holds = seen.holds(now)
    findings = joined(seen.overlaps(key, "all") for key in (one, other))
    return now.kept(("counties", one, other), compared, holds)


def _alike(now: Reading, own: str) -> list[tuple[str, str]]:
    """The districts most like one, of which measures are known: AGS and name."""
    try:
        return now.kept(("alike", own), lambda: [(x.ags, x.label) for x in similar(now.store, own)[:ALIKE]])
    except Unknown:
        return []


# Actors


@router.api_route("/akteure", methods=READ)
def all_actors(
    request: Request,
    here: Here,
    now: Now,
    rolle: Several = [],  # noqa: B006  (FastAPI copies it)
    district: Asked = "",
    q: Asked = "",
    nur: Literal["", "bruecken"] = "",
    seite: Annotated[int, Query(ge=1, le=100_000)] = 1,
    format: FORM = "",
) -> Response:
    """Who is active in a district or anywhere, in which roles, and who ties districts together."""
    everywhere = district == EVERYWHERE
    own = EVERYWHERE if everywhere else my_district(request, here, now, district)
    iri = "" if everywhere else now.inventory.iri(own)
    known = now.kept("actors", lambda: actors(now.network))
    ties = now.kept("bridges by actor", lambda: {bridge.iri: bridge for bridge in bridges(now.network)})
    roles = tuple(role for role in dict.fromkeys(rolle) if role in ROLES)
    there = [active for active in chosen(known, iri, (), q) if not nur or active.iri in ties]
    found = chosen(there, iri, roles)
    if format:
        return _file(_actor_rows(found, iri), format, "akteure", _("Akteure"))
    last = max(1, -(-len(found) // PER_PAGE))
    if seite > last:
        raise HTTPException(404)
    count = Counter(role for active in there for role in _roles_in(active, iri))
    asked: list[tuple[str, str]] = [("district", own), *(("rolle", role) for role in roles)]
    asked += [(name, value) for name, value in (("q", q), ("nur", nur)) if value]
    facet = {
        "name": "rolle",
        "label": _("Rolle"),
        "options": [
            {"value": role, "label": _(name), "count": count[role], "chosen": role in roles}
            for role, name in ROLES.items()
            if count[role] or role in roles
        ],
        "more": [],
    }
    return page(
        request,
        "actors.html",
        actors=found[(seite - 1) * PER_PAGE : seite * PER_PAGE],
        total=len(found),
        everyone=len(known),
        districts=now.districts,
        district=own,
        everywhere=EVERYWHERE,
        name=_("alle Kreise") if everywhere else name_of(now, own),
        within=iri,
        ties=ties,
        facet=facet,
        q=q,
        nur=nur,
        seite=seite,
        last=last,
        most=NAMED,
        turn=lambda number: "?" + urlencode([*asked, ("seite", number)]),
        files=[(text, "?" + urlencode([*asked, ("format", form)])) for form, text in FILES],
        ACTOR_ROLES=ROLES,
    )


FILES = (("csv", "CSV"), ("xlsx", "Excel"))


def _roles_in(active: Active, place: str) -> set[str]:
    """The roles of an actor in a district, or anywhere."""
    return {role.role for there in active.places if place in ("", there.district) for role in there.roles}


def _actor_rows(found: Sequence[Active], place: str) -> list[Row]:
    return [
        {
            _("Akteur"): active.label,
            _("Art"): active.type,
            _("Kreis"): there.label,
            _("Rolle"): _(ROLES[role.role]),
            _("Beziehung"): role.relation,
            _("worin"): role.thing,
            _("durch"): role.through,
            _("Quelle"): role.source,
            _("Adresse"): active.iri,
        }
        for active in found
        for there in active.places
        if place in ("", there.district)
        for role in there.roles
    ]


# Needs


TONES = {
    "nowhere": "duplicate",
    "remote": "overlap",
    "elsewhere": "same_field",
    "possible": "same_field",
    "addressed": "complement",
}
"""How a need is served → the colour of its mark, beside the words."""


@dataclass(frozen=True)
class Chain:
    """An action field that takes up a need, and the projects that lie in it."""

    field: Item
    projects: tuple[Item, ...]


@router.api_route("/bedarfe", methods=READ)
def needs(
    request: Request,
    here: Here,
    seen: Seen,
    now: Now,
    stand: Several = [],  # noqa: B006  (FastAPI copies it)
    district: Asked = "",
    circle: Asked = "all",
    format: FORM = "",
) -> Response:
    """Needs → fields → projects of a district, and what nobody serves."""
    if circle not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle, tuple(CIRCLES))
    own = my_district(request, here, now, district)
    found = gaps_of(seen, now, own, circle)
    if format:
        return _file(gaps_table(found), format, f"bedarfe-{own}", _("Bedarfe"))
    picked = tuple(service for service in dict.fromkeys(stand) if service in SERVICE)
    count = Counter(need.service for need in found.needs)
    facet = {
        "name": "stand",
        "label": _("Was es dazu gibt"),
        "options": [
            {"value": service, "label": _(text), "count": count[service], "chosen": service in picked}
            for service, text in reversed(SERVICE.items())
            if count[service] or service in picked
        ],
        "more": [],
    }
    asked = {"district": own, "circle": circle}
    return page(
        request,
        "needs.html",
        gaps=found,
        needs=[need for need in found.needs if not picked or need.service in picked],
        chains=_chains(now.inventory, found),
        facet=facet,
        districts=now.districts,
        district=own,
        circle=circle,
        name=name_of(now, own),
        files=[(text, "?" + urlencode(asked | {"format": form})) for form, text in FILES],
        SERVICE=SERVICE,
        FIELD_STATES=FIELD_STATES,
        tones=TONES,
        caution=GAPS_CAUTION,
    )


def _chains(known: Inventory, found: Gaps) -> dict[str, tuple[Chain, ...]]:
    """For every need the fields that a source says take it up, with their projects."""
    projects: dict[str, list[Item]] = {}
    for item in known.of(found.district, MEASURE):
        for field in item.fields:
            projects.setdefault(field, []).append(item)
    fields = known.current(found.district, FIELD)
    return {
        need.iri: tuple(
            Chain(field, tuple(projects.get(field.iri, ())))
            for field in fields
            if need.iri in field.addresses
        )
        for need in found.needs
    }


# Priorities


async def _said(request: Request) -> Mapping[str, str]:
    """The fields of the form, from the address or the body; of several with one name the last."""
    if request.method != "POST":
        return dict(request.query_params)
    async with request.form(max_fields=5000) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


Said = Annotated[Mapping[str, str], Depends(_said)]


@router.api_route("/gewichten", methods=[*READ, "POST"])
def weigh(request: Request, here: Here, seen: Seen, now: Now, said: Said) -> Response:
    """Measures of a district ranked by weighted criteria, with what is unknown and how firm the ranking is."""
    priorities = import_module("graph.priorities")  # numpy is paid for by the first who asks
    own = my_district(request, here, now, said.get("district", ""))
    circle = said.get("circle") or "all"
    if circle not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle, tuple(CIRCLES))
    faults: list[str] = []
    weights = {
        name: _number(said.get(f"w-{name}", ""), 1.0, _(priorities.GERMAN[name]), 100, faults)
        for name in priorities.CRITERIA
    }
    top = int(_number(said.get("top", ""), 3.0, _("Erste Plätze"), 500, faults))
    measures = now.inventory.of(own, MEASURE)
    scores = _scores(said, measures, priorities.GERMAN, faults)
    found = None
    if not faults and measures:
        findings = seen.overlaps(own, circle)
        given = {item.iri: scores.get(item.iri, {}) for item in measures}
        try:
            found = priorities.priorities(
                now.store, now.inventory, findings, own, circle, given, weights, top=max(1, top)
            )
        except InvalidData as error:
            faults += [fault.message for fault in error.faults]
    if said.get("format") in ("csv", "xlsx") and found is not None:
        return _file(priorities.table(found), said["format"], f"rangfolge-{own}", _("Rangfolge"))
    return page(
        request,
        "weigh.html",
        422 if faults else 200,
        found=found,
        faults=faults,
        weights=weights,
        top=max(1, top),
        circle=circle,
        districts=now.districts,
        district=own,
        name=name_of(now, own),
        measures=measures[:SCORED],
        people=("professional", "resources", "willingness"),
        typed={name: value for name, value in said.items() if name.startswith("s-")},
        spread=round(100 * priorities.SPREAD),
        runs=priorities.RUNS,
        GERMAN=priorities.GERMAN,
        caution=priorities.CAUTION,
        short=short,
    )


def _number(text: str, otherwise: float, what: str, most: float, faults: list[str]) -> float:
    """A number from 0 to `most` as people write it here; what is none is added to the faults."""
    said = text.strip().replace(",", ".")
    if not said:
        return otherwise
    try:
        value = float(said)
    except ValueError:
        value = -1.0
    if not isfinite(value) or not 0 <= value <= most:
        faults.append(
            _("{what}: erwartet wird eine Zahl von 0 bis {most}, gefunden: {text}").format(
                what=what, most=round(most), text=text[:40]
            )
        )
        return otherwise
    return value


def _scores(
    said: Mapping[str, str], measures: Sequence[Item], names: Mapping[str, str], faults: list[str]
) -> dict[str, dict[str, float | None]]:
    """What people scored: fields named `s-CRITERION-PATH`; empty ones are unknown."""
    found: dict[str, dict[str, float | None]] = {}
    for item in measures:
        for criterion, name in names.items():
            text = said.get(f"s-{criterion}-{short(item.iri)}", "")
            if text.strip():
                value = _number(text, -1.0, f"{item.label}, {_(name)}", 5, faults)
                if value >= 0:
                    found.setdefault(item.iri, {})[criterion] = value
    return found


def _file(rows: Sequence[Row], form: str, name: str, title: str) -> Response:
    if form == "csv":
        return attached(as_csv(rows), "text/csv; charset=utf-8", f"{name}.csv")
    return Table(rows, name, title, saved=True)
