"""`/en/…` is the same page in English: the middleware that hears it, and the addresses in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.language import LANGUAGES, SOURCE, language, speaking

BASE = "zukunftsgraph.base"
"""Key of the scope: the root path without a language."""
SAFE = "/:@!$&()*+,;=~"
SPOKEN = ("text/html", "application/problem+json")
"""Media types of answers that are written in a language."""


@dataclass(frozen=True)
class Translation:
    """The same page in a language: its code, the language's own name, its address, whether it is this one."""

    code: str
    name: str
    address: str
    current: bool


class Languages:
    """Middleware: takes the language out of the address, so that the application sees the same path in each.

    The language becomes part of the root path, as if the service was mounted there a second time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope, lang = heard(scope)
        if scope["path"] == scope["root_path"] and lang != SOURCE:  # /en, without a stroke at the end
            query = scope["query_string"].decode("latin-1")
            address = quote(scope["path"], safe=SAFE) + "/" + (f"?{query}" if query else "")
            await RedirectResponse(address, 308)(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith(SPOKEN):
                    headers.setdefault("Content-Language", lang)
            await send(message)

        with speaking(lang):
            await self.app(scope, receive, send_named)


def heard(scope: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The scope with the language in its root path, and that language."""
    root = str(scope.get("root_path", ""))
    path = str(scope["path"])
    if BASE in scope:  # heard before
        lang = root.removeprefix(scope[BASE]).removeprefix("/") or SOURCE
        return dict(scope), lang
    rest = path.removeprefix(root)
    lang = next((code for code in LANGUAGES if code != SOURCE and _is_below(rest, f"/{code}")), SOURCE)
    inner = root if lang == SOURCE else f"{root}/{lang}"
    return {**scope, "root_path": inner, BASE: root}, lang


def base(scope: Mapping[str, Any]) -> str:
    """The root path of the service without a language: where files, cookies and programs' addresses lie."""
    return str(scope.get(BASE, scope.get("root_path", "")))


def translations(scope: Mapping[str, Any], here: str) -> list[Translation]:
    """The page at the local path `here`, with the query of this request, in every language."""
    query = scope.get("query_string", b"").decode("latin-1") if scope["method"] in ("GET", "HEAD") else ""
    below = "/" + quote(here.lstrip("/"), safe=SAFE) + (f"?{query}" if query else "")
    return [
        Translation(
            code, name, base(scope) + ("" if code == SOURCE else f"/{code}") + below, code == language()
        )
        for code, name in LANGUAGES.items()
    ]


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
