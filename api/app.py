"""The HTTP service: `create_app(service)` puts pages and JSON behind safe headers and German errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import (
    boards,
    cases,
    check,
    contribution,
    explorer,
    glossary,
    ideas,
    identities,
    judgements,
    legal,
    login,
    networks,
    opendata,
    overlaps,
    pages,
    pictures,
    questions,
    report,
    resources,
    strategies,
    strategist,
    v1,
    workbench,
)
from api.accounts import Accounts
from api.backroom import Backroom
from api.bodies import Bounded
from api.identity import Guard
from api.language import Languages, heard
from api.negotiation import HTML, RDF_TYPES, best
from api.service import Service
from api.sparql import endpoint, graph_store
from api.sparql.engine import Engine
from api.templating import page
from graph.errors import (
    Forbidden,
    InvalidData,
    InvalidQuery,
    LimitReached,
    Locked,
    NotAcceptable,
    NotEmpty,
    Refused,
    StoreUnavailable,
    TooLarge,
    Unauthorized,
    Unknown,
    ZukunftsgraphError,
)
from graph.language import N_, _, speaking

HTTP_STATUS: dict[type[ZukunftsgraphError], int] = {
    Forbidden: 403,
    InvalidData: 422,
    InvalidQuery: 400,
    LimitReached: 503,
    Locked: 503,
    NotAcceptable: 406,
    NotEmpty: 409,
    Refused: 403,
    StoreUnavailable: 503,
    TooLarge: 413,
    Unauthorized: 401,
    Unknown: 404,
}
LOCKED_FOR = 10
"""Seconds after which to ask again while another process writes."""
BUSY = N_("Der Graph wird gerade von anderer Stelle geändert. Bitte gleich noch einmal versuchen.")
"""Which process holds which directory, is for the command line to say."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer that does not bring its own. Scripts only from our files, none inside of pages; `data:` serves
KERN's icons."""

STREAMS = ("/sparql", "/store", "/api/v1/queries/", "/export/")
"""Addresses that the engine answers, or that give large files, mostly to programs."""

TITLES = {
    400: N_("Die Anfrage ist nicht verständlich"),
    401: N_("Hier muss man angemeldet sein"),
    403: N_("Das ist nicht erlaubt"),
    404: N_("Nicht gefunden"),
    405: N_("Das geht an dieser Adresse nicht"),
    406: N_("In dieser Form gibt es das nicht"),
    408: N_("Das hat zu lange gedauert"),
    413: N_("Das ist zu groß"),
    415: N_("Diese Form kann der Dienst nicht lesen"),
    422: N_("Eine Angabe stimmt nicht"),
    429: N_("Zu viele Versuche"),
    500: N_("Hier ist etwas schiefgegangen"),
    503: N_("Gerade nicht möglich"),
}
HINTS = {
    400: N_(
        "Der Inhalt der Anfrage ist nicht zu lesen. Erwartet wird JSON in UTF-8, nicht zu tief geschachtelt."
    ),
    404: N_("Unter dieser Adresse gibt es nichts. Die Suche findet Dinge nach ihrem Namen."),
    405: N_("Diese Adresse kann nur gelesen werden."),
    406: N_("Es gibt HTML, {formats}. Bitte eine davon im Kopf „Accept“ nennen."),
    500: N_("Der Fehler steht im Protokoll des Dienstes. Bitte versuchen Sie es noch einmal."),
}

UNREADABLE = "There was an error parsing the body"
"""What FastAPI says of a body that it cannot read."""


class SafeHeaders:
    """Adds the security headers to every answer that has none of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # The name of the host is only the visitor's word: a redirect does not repeat it.
                if "location" in headers and 300 <= message["status"] < 400:
                    here = str(Request(scope).base_url.replace(path="/"))
                    if headers["location"].startswith(here):
                        headers["location"] = f"/{headers['location'].removeprefix(here).lstrip('/')}"
            await send(message)

        with suppress(ClientDisconnect):  # who has gone needs no answer, and is no error
            await self.app(scope, receive, send_safely)


class Files(StaticFiles):
    """Our files; asked for by what they hold (`?v=…`), they stay with the visitor for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if answer.status_code == 200 and scope["query_string"].startswith(b"v="):
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


class Compressed(GZipMiddleware):
    """Compresses pages; answers of the engine stream as they come, compressing them would hold up everybody."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streams = scope["type"] == "http" and scope["path"].removeprefix(
            scope.get("root_path", "")
        ).startswith(STREAMS)
        if streams:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    service: Service,
    engine: Engine | None = None,
    accounts: Accounts | None = None,
    backroom: Backroom | None = None,
) -> FastAPI:
    """The application on a service; nothing is read or computed before the first request.

    Without `engine` there are no SPARQL addresses, without `accounts` everybody is anonymous, without `backroom` this
    process computes everything itself.
    """

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        if engine:
            await engine.start()
        beginning = asyncio.create_task(backroom.begin()) if backroom else None
        try:
            yield
        finally:
            if backroom and beginning:
                beginning.cancel()
                await backroom.close()
            if engine:
                await engine.stop()

    app = FastAPI(
        lifespan=running,
        title="Zukunftsgraph",
        summary="Wer macht in den Kreisen schon was, und wo steht es?",
        version=service.version or "0",
        docs_url=None,  # the stock pages call CDNs
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.service, app.state.engine, app.state.accounts = service, engine, accounts
    app.state.backroom = backroom
    app.add_middleware(Bounded)
    app.add_middleware(Guard, refuse=_refused)
    app.add_middleware(Compressed, minimum_size=1000)
    app.add_middleware(Languages)
    app.add_middleware(SafeHeaders)
    if engine:  # first, since every route before them is tried for each small question
        app.router.routes += [*endpoint.routes, *graph_store.routes]
        app.include_router(questions.router)
    app.include_router(login.router)
    app.include_router(legal.router)
    app.include_router(v1.router)
    app.include_router(networks.router)
    app.include_router(check.router)
    app.include_router(boards.router)
    app.include_router(boards.costly)
    app.include_router(judgements.router)
    app.include_router(identities.costly)
    app.include_router(identities.router)
    app.include_router(pages.router)
    app.include_router(explorer.data)
    app.include_router(explorer.router)
    app.include_router(explorer.steps)
    app.include_router(overlaps.router)
    app.include_router(cases.router)
    app.include_router(ideas.router)
    app.include_router(report.router)
    app.include_router(strategist.router)
    app.include_router(strategies.data)
    app.include_router(strategies.router)
    app.include_router(pictures.data)
    app.include_router(pictures.router)
    app.include_router(glossary.router)
    app.include_router(workbench.router)
    app.include_router(opendata.data)
    app.include_router(opendata.router)
    app.include_router(contribution.data)
    app.include_router(contribution.router)
    app.include_router(resources.things)
    app.include_router(resources.router)
    app.mount("/static", Files(directory=str(files("api") / "static")), name="static")
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ZukunftsgraphError, _domain_error)
    app.add_exception_handler(Exception, _bug)

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, Any]:
        return {"status": "ok", "edition": service.public.state(), "version": service.version}

    @app.api_route("/api", methods=["GET", "HEAD"], include_in_schema=False)
    def interface(request: Request) -> Response:
        return page(request, "interface.html", schema=app.openapi())

    return app


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = error.detail if error.detail not in (HTTPStatus(error.status_code).phrase, UNREADABLE) else ""
    answer = _error(request, error.status_code, said or _hint(error.status_code))
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    broken = next((fault for fault in error.errors() if fault["type"] == "json_invalid"), None)
    if broken:
        said = _("Der Inhalt ist kein gültiges JSON; nicht zu verstehen ist er ab Zeichen {place}.")
        return _error(request, 422, said.format(place=broken["loc"][-1]))
    wrong = ", ".join(dict.fromkeys(str(fault["loc"][-1]) for fault in error.errors()))
    return _error(request, 422, _("Fehlt oder ist ungültig: {names}.").format(names=wrong))


async def _domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ZukunftsgraphError)
    return _refused(request, error)


def _refused(request: Request, error: ZukunftsgraphError) -> Response:
    status = next((HTTP_STATUS[kind] for kind in type(error).__mro__ if kind in HTTP_STATUS), 500)
    said = _(BUSY) if isinstance(error, Locked) else str(error)
    answer = _error(request, status, said, error.near if isinstance(error, Unknown) else ())
    if isinstance(error, Unauthorized):
        answer.headers["WWW-Authenticate"] = "Bearer"
    elif status == 503:
        answer.headers["Retry-After"] = str(
            error.retry_after if isinstance(error, LimitReached) else LOCKED_FOR
        )
    return answer


def _bug(request: Request, error: Exception) -> Response:
    scope, lang = heard(request.scope)  # this answer is made outside of `Languages`
    with speaking(lang):
        answer = _error(Request(scope), 500, _hint(500))
    answer.headers.update(HEADERS | {"Content-Language": lang})  # and outside of `SafeHeaders`
    return answer


def _hint(status: int) -> str:
    return _(HINTS.get(status, "")).format(formats=", ".join(RDF_TYPES.values()))


def _error(request: Request, status: int, detail: str, near: tuple[str, ...] = ()) -> Response:
    """A page for people; problem+json (RFC 9457) for the API and for whoever does not take HTML."""
    title = _(TITLES.get(status, N_("Die Anfrage ist gescheitert")))
    offers = ["application/problem+json", "application/json", HTML]
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    accept = request.headers.get("accept", "")
    machine = path.startswith("/api/v1") or (path.startswith(STREAMS) and HTML not in accept)
    wanted = HTML if status == 406 and not machine else best(accept, offers[::-1])
    if machine or wanted != HTML:
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return JSONResponse(body | ({"near": list(near)} if near else {}), status, media_type=offers[0])
    return page(request, "error.html", status, code=status, title=title, detail=detail, near=near)
