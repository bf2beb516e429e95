"""Pages from templates: every value escaped, links only where `href` allows them."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import german
from api.service import CIRCLES, Service, href, web_address


@cache
def environment() -> Environment:
    """The templates with our filters."""
    found = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "number": german.number,
        "percent": german.percent,
        "strength": german.strength,
        "date": german.date,
        "web_address": web_address,
    }
    found.globals |= {
        "CIRCLES": CIRCLES,
        "RELATED": ("duplicate", "overlap", "complement"),
        "CLASSES": german.CLASSES,
        "CLASS_MEANINGS": german.CLASS_MEANINGS,
        "DIMENSIONS": german.DIMENSIONS,
        "STATES": german.STATES,
        "literal": german.literal,
    }
    return found


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A rendered page; templates know `root`, `link(iri)`, `version` and `here` (the path asked for)."""
    service: Service = request.app.state.service
    root = str(request.scope.get("root_path", ""))
    text = (
        environment()
        .get_template(template)
        .render(
            root=root,
            link=lambda iri: href(service, root, str(iri)),
            version=service.version,
            here=request.scope["path"].removeprefix(root),
            **values,
        )
    )
    return HTMLResponse(text, status_code=status)
