"""Pages from templates: every value escaped, links only where `href` allows them."""

from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import german
from api.identity import accounts, known, masked
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
        auto_reload=False,  # they come with the package
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
        "ROLES": german.ROLES,
        "ROLE_MEANINGS": german.ROLE_MEANINGS,
        "literal": german.literal,
        "visitor": None,
        "login": False,
    }
    return found


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A rendered page; templates know `root`, `link(iri)`, `version` and `here` (the path asked for).

    Forms that change something carry `csrf`; `login` says whether one can log in, `back` where to go afterwards.
    """
    service: Service = request.app.state.service
    root = str(request.scope.get("root_path", ""))
    here = request.scope["path"].removeprefix(root)
    visitor = known(request)
    text = (
        environment()
        .get_template(template)
        .render(
            root=root,
            link=lambda iri: href(service, root, str(iri)),
            version=service.version,
            here=here,
            visitor=visitor,
            csrf=masked(visitor.csrf) if visitor else "",
            login=accounts(request) is not None,
            back=_back(request, here),
            **values,
        )
    )
    return HTMLResponse(text, status_code=status)


def _back(request: Request, here: str) -> str:
    """The local address of this page, to return to after logging in."""
    if request.method not in ("GET", "HEAD") or here in ("/", "/anmelden"):
        return ""
    query = request.url.query
    return quote(here, safe="/:@!$&()*+,;=~") + (f"?{query}" if query else "")
