"""How pages show drawings, and how one of them is saved as a file of its own."""

from collections.abc import Sequence
from datetime import date

from fastapi import Request
from starlette.responses import Response

from graph.errors import Unknown
from graph.language import _
from graph.spelling import date as spelled
from visualizations.svg import Drawing, standalone

SVG = "image/svg+xml"


def saved(request: Request, drawings: Sequence[Drawing], name: str) -> Response:
    """The drawing of that name as an SVG file, with source, date and licence in it. Raises `Unknown`."""
    found = next((drawing for drawing in drawings if drawing.name == name), None)
    if found is None:
        raise Unknown("Das Bild", name, tuple(drawing.name for drawing in drawings))
    address = str(request.url).partition("/bild/")[0]
    query = f"?{request.url.query}" if request.url.query else ""
    headers = {"Content-Disposition": f'attachment; filename="{name}.svg"'}
    return Response(standalone(found, remark(found.title, address + query)), media_type=SVG, headers=headers)


def remark(title: str, address: str) -> str:
    """The line of source, date and licence below a picture that is saved; `address` is the page with its table."""
    said = _("{title}. Zukunftsgraph, {day}; Daten gemeinfrei (CC0), Quellen in der Tabelle unter {address}")
    return said.format(title=title, day=spelled(date.today().isoformat()), address=address)
