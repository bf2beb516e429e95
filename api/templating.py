"""Pages from templates: every value escaped, links only where `href` allows them, words in the language in force.

What depends on the language is asked for when a page is rendered, never when a template is compiled: its filters take
the context, so Jinja does not compute constants beforehand.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date as Day
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import words
from api.identity import accounts, known, masked
from api.language import SAFE, base, translations
from api.navigation import GROUPS, place
from api.service import CIRCLES, Service, href, web_address
from graph import spelling
from graph.language import SOURCE, _, language, ngettext

LEGAL = {"imprint": "/impressum", "privacy": "/datenschutz", "accessibility": "/barrierefreiheit"}
"""Setting → the page that shows it."""


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
        extensions=["jinja2.ext.i18n"],
    )
    found.policies["ext.i18n.trimmed"] = True
    found.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    found.filters |= {
        "number": _when_rendered(spelling.number),
        "money": _when_rendered(spelling.money),
        "percent": _when_rendered(spelling.percent),
        "strength": _when_rendered(spelling.strength),
        "date": _when_rendered(spelling.date),
        "tr": _when_rendered(_translated),
        "web_address": web_address,
    }
    found.globals |= {
        "CIRCLES": CIRCLES,
        "RELATED": ("duplicate", "overlap", "complement"),
        "CLASSES": words.CLASSES,
        "CLASS_MEANINGS": words.CLASS_MEANINGS,
        "DIMENSIONS": words.DIMENSIONS,
        "STATES": words.STATES,
        "ROLES": words.ROLES,
        "ROLE_MEANINGS": words.ROLE_MEANINGS,
        "SOURCE": SOURCE,
        "literal": spelling.literal,
        "language": language,
        "static": lambda name: static(name),
        **BESIDE_A_REQUEST,
    }
    return found


BESIDE_A_REQUEST: Mapping[str, Any] = {
    "visitor": None,
    "login": False,
    "back": "",
    "csrf": "",
    "base": "",
    "page_address": "",
    "today": "",
    "menu": GROUPS,
    "menu_group": None,
    "menu_page": None,
    "translations": (),
    "legal_pages": LEGAL,
}
"""What templates know of a request, for who renders one without."""


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A rendered page; templates know `root`, `link(iri)`, `static(name)`, `version`, and `here` (the path asked for).

    Forms that change something carry `csrf`; `login` says whether one can log in, `back` where to go afterwards.
    """
    shadowed = environment().globals.keys() & values.keys()
    assert not shadowed, f"{template} would take {shadowed} from the pages around it"
    service: Service = request.app.state.service
    root = str(request.scope.get("root_path", ""))
    outside = base(request.scope)
    here = request.scope["path"].removeprefix(root)
    visitor = known(request)
    group, entry = place(here)
    text = (
        environment()
        .get_template(template)
        .render(
            {
                "root": root,
                "base": outside,
                "link": lambda iri: href(service, root, str(iri)),
                "static": lambda name: static(name, outside),
                "version": service.version,
                "here": here,
                "page_address": str(request.url),
                "today": Day.today().isoformat(),
                "menu_group": group,
                "menu_page": entry,
                "translations": translations(request.scope, here),
                "legal_pages": {
                    name: web_address(service.legal.get(name, "")) or root + path
                    for name, path in LEGAL.items()
                },
                "visitor": visitor,
                "csrf": masked(visitor.csrf) if visitor else "",
                "login": accounts(request) is not None,
                "back": _back(request, here),
            }
            | values
        )
    )
    # Fragments and whole pages share addresses: without this, "back" might show a fragment out of the cache.
    return HTMLResponse(text, status_code=status, headers={"Vary": "HX-Request"})


def partial(request: Request) -> bool:
    """Whether htmx asks for a part of the page to put into the one that is shown."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"


def static(name: str, root: str = "") -> str:
    """The address of a file of ours, with what it holds in its name: it can be kept for good."""
    return f"{root}/static/{name}?v={_fingerprint(name)}"


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((files("api") / "static" / name).read_bytes()).hexdigest()[:12]


def _translated(text: object) -> str:
    return _(str(text))


def _when_rendered(function: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def filter_(context: Context, *values: Any) -> str:
        return function(*values)

    return filter_


def _back(request: Request, here: str) -> str:
    """The local address of this page, to return to after logging in."""
    if request.method not in ("GET", "HEAD") or here in ("/", "/anmelden"):
        return ""
    query = request.url.query
    return quote(here, safe=SAFE) + (f"?{query}" if query else "")
