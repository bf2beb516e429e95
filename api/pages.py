"""The first pages for people: overview and search. They work without JavaScript."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from api.choice import district_of, my_district, name_of, remember
from api.identity import visitor
from api.service import Overlap, Reading, Service, Shown, strongest
from api.templating import page
from graph.errors import LimitReached
from graph.figures import OpenPoint
from graph.gaps import FIELD_STATES, SERVICE, Gaps, gaps
from graph.judgements import COURSES
from graph.news import DatedDataset, dated_datasets, last_stored, newest_judgements
from graph.partners import at_most
from graph.verdicts import STATES as VERDICTS

__all__ = [
    "READ", "Here", "Now", "Seen", "datasets_of", "district_of", "findings_of", "gaps_of", "reading", "router",
    "service",
]  # fmt: skip

router = APIRouter(include_in_schema=False)
READ = ["GET", "HEAD"]
STRONGEST = 10
"""Findings on the start page."""
NEWEST = 5
"""Judgements and datasets on the start page."""
SHOWN = 5
"""Lines of each kind of white spot or open point on the start page; the others can be unfolded."""
SUGGESTED = 8
"""Names that are suggested while somebody types."""


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
Words = Annotated[str, Query(max_length=200)]


@router.api_route("/", methods=READ)
def start(request: Request, here: Here, seen: Seen, now: Now, district: str = "") -> HTMLResponse:
    """My district with its strongest findings, white spots and open points, what is new, what the graph holds."""
    chosen = my_district(request, here, now, district)
    found = findings_of(seen, now, chosen)
    white, busy = _white_spots(seen, now, chosen)
    answer = page(
        request,
        "start.html",
        figures=now.figures,
        districts=now.districts,
        district=chosen,
        name=name_of(now, chosen),
        overlaps=strongest(found, STRONGEST),
        total=len(found),
        limit=at_most(found),
        counts=Counter(str(overlap["class"]) for overlap in found),
        gaps=white,
        busy=busy,
        judgements=newest_judgements(now.standings, NEWEST),
        datasets=datasets_of(seen, now)[:NEWEST],
        open_points=_near_first(now, chosen),
        shown=SHOWN,
        SERVICE=SERVICE,
        FIELD_STATES=FIELD_STATES,
        COURSES=COURSES,
        VERDICTS=VERDICTS,
    )
    if district:
        remember(request, answer, chosen)
    return answer


@router.api_route("/suche", methods=READ)
def find(request: Request, now: Now, q: Words = "") -> HTMLResponse:
    """Things by name, grouped by what they are."""
    hits = now.names.search(q)
    best = {hit.type: place for place, hit in reversed(list(enumerate(hits)))}
    ordered = sorted(enumerate(hits), key=lambda pair: (best[pair[1].type], pair[1].type, pair[0]))
    groups_ = [
        (kind, [hit for _place, hit in group])
        for kind, group in groupby(ordered, key=lambda pair: pair[1].type)
    ]
    return page(request, "search.html", q=q, hits=hits, kinds=groups_)


@router.api_route("/suche/vorschlaege", methods=READ)
def suggest(request: Request, now: Now, q: Words = "") -> HTMLResponse:
    """The best names for what has been typed so far, as a part of a page."""
    return page(request, "suggestions.html", q=q, hits=now.names.search(q, SUGGESTED))


def findings_of(seen: Shown, now: Reading, district: str, circle: str = "all") -> Sequence[Overlap]:
    """The findings of a district (AGS); none in a graph that does not know it yet."""
    return seen.overlaps(district, circle) if _is_district(now, district) else ()


def gaps_of(seen: Shown, now: Reading, district: str, circle: str = "all") -> Gaps:
    """The white spots of a district (AGS), computed once for each state. Raises `LimitReached`."""
    holds = seen.holds(now)
    findings = seen.overlaps(district, circle)
    return now.kept(
        ("gaps", district, circle),
        lambda: gaps(now.store, now.inventory, now.crosswalk, now.themes, findings, district, circle),
        holds,
    )


def _white_spots(seen: Shown, now: Reading, district: str) -> tuple[Gaps | None, bool]:
    """The white spots, if there are any, and whether they must wait: the first page answers however busy we are."""
    try:
        return (gaps_of(seen, now, district) if _is_district(now, district) else None), False
    except LimitReached:
        return None, True


def _is_district(now: Reading, ags: str) -> bool:
    """Whether the graph knows such a district: one without measures has neighbours all the same."""
    return any(district.ags == ags for district in now.districts) or bool(now.inventory.iri(ags))


def datasets_of(seen: Shown, now: Reading) -> list[DatedDataset]:
    """The datasets, the newest first."""

    def dated() -> list[DatedDataset]:
        return dated_datasets(
            now.store, last_stored([(change.at, change.datasets) for change in seen.changes()])
        )

    return now.noted("datasets", dated)


def _near_first(now: Reading, ags: str) -> list[tuple[OpenPoint, bool]]:
    """The open points, those about a thing of the district first, and whether they are."""
    iri = next((district.iri for district in now.districts if district.ags == ags), "")
    places = now.districts_of_things

    def own(point: OpenPoint) -> bool:
        return any(
            iri in places.get(thing, ()) for thing in (point.iri, *(about for about, _label in point.about))
        )

    found = [(point, own(point)) for point in now.open_points]
    return sorted(found, key=lambda pair: not pair[1])
