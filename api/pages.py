"""The pages for people: start, search, findings, one finding, the network. They work without JavaScript."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import HTMLResponse, Response

from api.backroom import Costly
from api.identity import visitor
from api.service import CIRCLES, Overlap, Reading, Service, Shown, href, strongest
from api.templating import page
from graph.errors import Unknown
from graph.gazetteer import named_district
from graph.network import node_of
from graph.partners import at_most

router = APIRouter(include_in_schema=False)
costly = APIRouter(include_in_schema=False, route_class=Costly)
READ = ["GET", "HEAD"]
STRONGEST = 10
"""Findings on the start page."""
PER_PAGE = 50
"""Findings on a page of the list."""


def service(request: Request) -> Service:
    """The service behind a request."""
    return cast(Service, request.app.state.service)


def shown(request: Request) -> Shown:
    """The edition that the visitor may see."""
    here = service(request)
    return here.internal if visitor(request) else here.public


def reading(request: Request) -> Reading:
    """That edition as it is now."""
    return shown(request).reading()


async def _here(request: Request) -> Service:
    return service(
        request
    )  # a coroutine, since it only looks: for a function a thread would have to be found


Here = Annotated[Service, Depends(_here)]
Seen = Annotated[Shown, Depends(shown)]
Now = Annotated[Reading, Depends(reading)]


@router.api_route("/", methods=READ)
def start(request: Request, here: Here, seen: Seen, now: Now, district: str = "") -> HTMLResponse:
    """Key figures, search, strongest overlaps of a district, open points."""
    chosen, found = _findings(here, seen, now, district, "all")
    return page(
        request,
        "start.html",
        figures=now.figures,
        districts=now.districts,
        district=chosen,
        overlaps=strongest(found, STRONGEST),
        total=len(found),
        limit=at_most(found),
        counts=Counter(str(overlap["class"]) for overlap in found),
        open_points=now.open_points,
    )


@router.api_route("/suche", methods=READ)
def find(request: Request, now: Now, q: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Things by name, grouped by what they are."""
    hits = now.names.search(q)
    best = {hit.type: place for place, hit in reversed(list(enumerate(hits)))}
    ordered = sorted(enumerate(hits), key=lambda pair: (best[pair[1].type], pair[1].type, pair[0]))
    groups = [
        (kind, [hit for _, hit in group]) for kind, group in groupby(ordered, key=lambda pair: pair[1].type)
    ]
    return page(request, "search.html", q=q, hits=hits, groups=groups)


@router.api_route("/ueberschneidungen", methods=READ)
def overlaps(
    request: Request,
    here: Here,
    seen: Seen,
    now: Now,
    district: str = "",
    circle: str = "all",
    klasse: str = "",
    seite: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The findings of a district, strongest first."""
    if circle not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle, tuple(CIRCLES))
    chosen, found = _findings(here, seen, now, district, circle)
    counts = Counter(str(overlap["class"]) for overlap in found)
    shown = [overlap for overlap in found if not klasse or overlap["class"] == klasse]
    first = (seite - 1) * PER_PAGE
    pages = max(1, -(-len(shown) // PER_PAGE))
    if seite > pages:
        raise HTTPException(404)
    asked = {"district": chosen, "circle": circle, "klasse": klasse}
    return page(
        request,
        "overlaps.html",
        districts=now.districts,
        district=chosen,
        name=_name(now, chosen),
        circle=circle,
        klasse=klasse,
        overlaps=shown[first : first + PER_PAGE],
        first=first,
        total=len(shown),
        limit=at_most(found),
        counts=counts,
        seite=seite,
        pages=pages,
        address=lambda number: "?" + urlencode({k: v for k, v in asked.items() if v} | {"seite": number}),
    )


@router.api_route("/ueberschneidungen/{identity}", methods=READ)
def overlap(request: Request, here: Here, seen: Seen, identity: str, district: str = "") -> HTMLResponse:
    """One finding: both measures side by side, that of `district` (AGS) first, with dimensions and passages."""
    found = seen.overlap(identity)
    if found is None:
        raise Unknown("Die Überschneidung", identity)
    own = district or here.district
    if found["b"]["ags"] == own != found["a"]["ags"]:
        found = {**found, "a": found["b"], "b": found["a"]}
    return page(request, "overlap.html", overlap=found)


@costly.api_route("/netz", methods=READ)
def network(request: Request, here: Here, now: Now, focus: str = "") -> Response:
    """The network around a thing, or the strategic core, as a page of its own."""
    focus = node_of(now.network, focus)
    if focus and focus not in now.network:
        raise Unknown("Der Knoten", focus)
    root = str(request.scope.get("root_path", ""))
    title = f"Netz um {now.network.nodes[focus]['label']}" if focus else "Netz der Zukunftsstrategien"
    title += " (mit internen Angaben)" if visitor(request) else ""
    text, policy = now.network_page(
        title,
        focus or None,
        address=lambda iri: href(here, root, iri),
        focus_address=lambda iri: f"{root}/netz?{urlencode({'focus': iri})}",
        home=f"{root}/",
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def district_of(now: Reading, asked: str) -> str:
    """The AGS of a district given by AGS, name or IRI. Raises `Unknown` with near names."""
    for district in now.districts:
        if asked in (district.ags, district.label, district.iri):
            return district.ags
    return named_district(now.store, asked)[0].key


def _findings(
    here: Service, seen: Shown, now: Reading, asked: str, circle: str
) -> tuple[str, Sequence[Overlap]]:
    """A district (AGS), by default the first, and its findings; none in a graph that does not know the first yet."""
    try:
        chosen = district_of(now, asked or here.district)
    except Unknown:
        if asked:
            raise
        return here.district, ()
    return chosen, seen.overlaps(chosen, circle)


def _name(now: Reading, ags: str) -> str:
    return next((d.label for d in now.districts if d.ags == ags), ags)
