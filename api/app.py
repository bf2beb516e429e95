"""The HTTP service: `create_app(service)` puts pages and JSON behind safe headers and German errors."""

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

from api import boards, check, identities, judgements, login, networks, pages, questions, resources, v1
from api.accounts import Accounts
from api.backroom import Backroom
from api.bodies import Bounded
from api.identity import Guard
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
BUSY = "Der Graph wird gerade von anderer Stelle geändert. Bitte gleich noch einmal versuchen."
"""Which process holds which directory, is for the command line to say."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer that does not bring its own. The pages run no script; `data:` serves KERN's icons."""

STREAMS = ("/sparql", "/store", "/api/v1/queries/")
"""Addresses that the engine answers, mostly to programs."""

TITLES = {
    400: "Die Anfrage ist nicht verständlich",
    401: "Hier muss man angemeldet sein",
    403: "Das ist nicht erlaubt",
    404: "Nicht gefunden",
    405: "Das geht an dieser Adresse nicht",
    406: "In dieser Form gibt es das nicht",
    408: "Das hat zu lange gedauert",
    413: "Das ist zu groß",
    415: "Diese Form kann der Dienst nicht lesen",
    422: "Eine Angabe stimmt nicht",
    429: "Zu viele Versuche",
    500: "Hier ist etwas schiefgegangen",
    503: "Gerade nicht möglich",
}
HINTS = {
    400: "Der Inhalt der Anfrage ist nicht zu lesen. Erwartet wird JSON in UTF-8, nicht zu tief geschachtelt.",
    404: "Unter dieser Adresse gibt es nichts. Die Suche findet Dinge nach ihrem Namen.",
    405: "Diese Adresse kann nur gelesen werden.",
    406: "Es gibt HTML, " + ", ".join(RDF_TYPES.values()) + ". Bitte eine davon im Kopf „Accept“ nennen.",
    500: "Der Fehler steht im Protokoll des Dienstes. Bitte versuchen Sie es noch einmal.",
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
            await send(message)

        with suppress(ClientDisconnect):  # who has gone needs no answer, and is no error
            await self.app(scope, receive, send_safely)


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
        try:
            yield
        finally:
            if backroom:
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
    app.add_middleware(SafeHeaders)
    app.include_router(login.router)
    app.include_router(v1.router)
    app.include_router(networks.router)
    app.include_router(check.router)
    app.include_router(boards.router)
    app.include_router(boards.costly)
    app.include_router(judgements.router)
    app.include_router(identities.costly)
    app.include_router(identities.router)
    if engine:
        app.router.routes += [*endpoint.routes, *graph_store.routes]
        app.include_router(questions.router)
    app.include_router(pages.router)
    app.include_router(pages.costly)
    app.include_router(resources.router)
    app.mount("/static", StaticFiles(directory=str(files("api") / "static")), name="static")
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
    answer = _error(request, error.status_code, said or HINTS.get(error.status_code, ""))
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    broken = next((fault for fault in error.errors() if fault["type"] == "json_invalid"), None)
    if broken:
        at = broken["loc"][-1]
        return _error(
            request, 422, f"Der Inhalt ist kein gültiges JSON; nicht zu verstehen ist er ab Zeichen {at}."
        )
    wrong = ", ".join(dict.fromkeys(str(fault["loc"][-1]) for fault in error.errors()))
    return _error(request, 422, f"Fehlt oder ist ungültig: {wrong}.")


async def _domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ZukunftsgraphError)
    return _refused(request, error)


def _refused(request: Request, error: ZukunftsgraphError) -> Response:
    status = next((HTTP_STATUS[kind] for kind in type(error).__mro__ if kind in HTTP_STATUS), 500)
    said = BUSY if isinstance(error, Locked) else str(error)
    answer = _error(request, status, said, error.near if isinstance(error, Unknown) else ())
    if isinstance(error, Unauthorized):
        answer.headers["WWW-Authenticate"] = "Bearer"
    elif status == 503:
        answer.headers["Retry-After"] = str(
            error.retry_after if isinstance(error, LimitReached) else LOCKED_FOR
        )
    return answer


def _bug(request: Request, error: Exception) -> Response:
    answer = _error(request, 500, HINTS[500])
    answer.headers.update(HEADERS)  # this answer is made outside of `SafeHeaders`
    return answer


def _error(request: Request, status: int, detail: str, near: tuple[str, ...] = ()) -> Response:
    """A German page for people; problem+json (RFC 9457) for the API and for whoever does not take HTML."""
    title = TITLES.get(status, "Die Anfrage ist gescheitert")
    offers = ["application/problem+json", "application/json", HTML]
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    accept = request.headers.get("accept", "")
    machine = path.startswith("/api/v1") or (path.startswith(STREAMS) and HTML not in accept)
    wanted = HTML if status == 406 and not machine else best(accept, offers[::-1])
    if machine or wanted != HTML:
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return JSONResponse(body | ({"near": list(near)} if near else {}), status, media_type=offers[0])
    return page(request, "error.html", status, code=status, title=title, detail=detail, near=near)
