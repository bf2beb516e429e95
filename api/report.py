"""The report for the committee: to read here, and as HTML, PDF and DOCX to take along."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from importlib import import_module
from importlib.resources import files
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from api.backroom import Costly
from api.choice import my_district, name_of
from api.identity import visitor
from api.overlaps import attached
from api.pages import READ, Here, Now, Seen, findings_of, gaps_of
from api.paper import paper
from api.service import CIRCLES, Reading, Shown
from api.templating import environment, page
from graph.board import board
from graph.bridges import bridges
from graph.errors import Unknown
from graph.figures import OpenPoint
from graph.language import _
from graph.report import MOST, USUAL, Report, report
from visualizations.paper import Paper

router = APIRouter(include_in_schema=False, route_class=Costly)
FORM = Literal["", "html", "pdf", "docx"]
FORMS: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Ending of the file → media type."""
NAMES = {"html": "HTML", "pdf": "PDF", "docx": "Word (DOCX)"}
OF_BOARD = "region"
"""The circle of the board where findings are of everybody: a board of all districts fits no page."""
NUMBERS = (10, 25, 50, 100, 200)
"""How many findings one can choose."""


@router.api_route("/bericht", methods=READ)
def committee(
    request: Request,
    here: Here,
    seen: Seen,
    now: Now,
    district: Annotated[str, Query(max_length=200)] = "",
    circle: str = "all",
    anzahl: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    format: FORM = "",
) -> Response:
    """The report on a district, to read and to print; with `format` as a file."""
    own = my_district(request, here, now, district)
    internal = visitor(request) is not None
    day = date.today()
    key = ("report", own, circle, anzahl, day, internal)
    holds = seen.holds(now)
    made = now.kept(key, lambda: collected(seen, now, own, circle, anzahl, internal, day), holds)
    written = now.kept((*key, "paper"), lambda: paper(made, here.version), holds)
    if format:
        content = now.kept((*key, format), lambda: file(written, format), holds)
        return attached(content, FORMS[format], f"bericht-{own}-{day.isoformat()}.{format}")
    asked = f"?district={own}&circle={circle}&anzahl={anzahl}"
    return page(
        request,
        "report.html",
        paper=written,
        districts=now.districts,
        district=own,
        name=name_of(now, own),
        circle=circle,
        number=anzahl,
        numbers=sorted({*NUMBERS, anzahl}),
        files=[(text, f"{asked}&format={form}") for form, text in NAMES.items()],
    )


def collected(
    seen: Shown, now: Reading, district: str, circle: str, most: int, internal: bool, day: date
) -> Report:
    """The values of the report on a district (AGS), all of the edition that is shown. Raises `Unknown`."""
    if circle not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle, tuple(CIRCLES))
    return report(
        now.inventory,
        findings_of(seen, now, district, circle),
        now.standings,
        board(
            now.store,
            now.inventory,
            now.crosswalk,
            now.themes,
            district,
            OF_BOARD if circle == "all" else circle,
        ),
        gaps_of(seen, now, district, circle),
        bridges(now.network),
        open_points_of(now, district),
        district=district,
        circle=circle,
        day=day,
        most=most,
        internal=internal,
        encoder=_(seen.encoder()["sentence"]),
    )


def open_points_of(now: Reading, district: str) -> list[OpenPoint]:
    """The open points that are about something of the district."""
    iri, places = now.inventory.iri(district), now.districts_of_things
    return [
        point
        for point in now.open_points
        if any(
            iri in places.get(thing, ()) for thing in (point.iri, *(thing for thing, _name in point.about))
        )
    ]


def file(found: Paper, form: str) -> bytes:
    """The paper as a file of one of FORMS."""
    return WRITERS[form](found)


def html(found: Paper) -> bytes:
    """The paper as one page that asks nobody anything."""
    style = files("api").joinpath("static", "report-file.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    template = environment().get_template("report_file.html")
    return template.render(paper=found, root="", style=Markup(style), style_hash=f"sha256-{digest}").encode()


def pdf(found: Paper) -> bytes:
    """The paper as PDF. The typesetter is loaded by the first who asks."""
    made: bytes = import_module("visualizations.typeset").pdf(found)
    return made


def docx(found: Paper) -> bytes:
    """The paper as DOCX."""
    made: bytes = import_module("visualizations.word").docx(found)
    return made


WRITERS: Mapping[str, Callable[[Paper], bytes]] = {"html": html, "pdf": pdf, "docx": docx}
