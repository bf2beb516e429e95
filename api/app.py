"""The HTTP service: `create_app(service)` puts pages and JSON behind safe headers and German errors."""

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import pages, resources, v1
from api.negotiation import HTML, RDF_TYPES, best
from api.service import Service
from api.templating import page
from graph.errors import InvalidData, Locked, NotEmpty, Unknown, ZukunftsgraphError

HTTP_STATUS: dict[type[ZukunftsgraphError], int] = {
    Unknown: 404,
    InvalidData: 422,
    Locked: 503,
    NotEmpty: 409,
}

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

TITLES = {
    400: "Die Anfrage ist nicht verständlich",
    404: "Nicht gefunden",
    405: "Das geht an dieser Adresse nicht",
    406: "In dieser Form gibt es das nicht",
    422: "Eine Angabe stimmt nicht",
    500: "Hier ist etwas schiefgegangen",
    503: "Gerade nicht möglich",
}
HINTS = {
    404: "Unter dieser Adresse gibt es nichts. Die Suche findet Dinge nach ihrem Namen.",
    405: "Diese Adresse kann nur gelesen werden.",
    406: "Es gibt HTML, " + ", ".join(RDF_TYPES.values()) + ". Bitte eine davon im Kopf „Accept“ nennen.",
    500: "Der Fehler steht im Protokoll des Dienstes. Bitte versuchen Sie es noch einmal.",
}


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

        await self.app(scope, receive, send_safely)


def create_app(service: Service) -> FastAPI:
    """The application on a service; nothing is read or computed before the first request."""
    app = FastAPI(
        title="Zukunftsgraph",
        summary="Wer macht in den Kreisen schon was, und wo steht es?",
        version=service.version or "0",
        docs_url=None,  # the stock pages call CDNs
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.service = service
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SafeHeaders)
    app.include_router(v1.router)
    app.include_router(pages.router)
    app.include_router(resources.router)
    app.mount("/static", StaticFiles(directory=str(files("api") / "static")), name="static")
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ZukunftsgraphError, _domain_error)
    app.add_exception_handler(Exception, _bug)

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, Any]:
        return {"status": "ok", "change": service.change(), "version": service.version}

    @app.api_route("/api", methods=["GET", "HEAD"], include_in_schema=False)
    def interface(request: Request) -> Response:
        return page(request, "interface.html", schema=app.openapi())

    return app


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = _error(request, error.status_code, HINTS.get(error.status_code, ""))
    answer.headers.update(error.headers or {})
    return answer


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = ", ".join(dict.fromkeys(str(fault["loc"][-1]) for fault in error.errors()))
    return _error(request, 422, f"Fehlt oder ist ungültig: {wrong}.")


def _domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ZukunftsgraphError)
    status = next((HTTP_STATUS[kind] for kind in type(error).__mro__ if kind in HTTP_STATUS), 500)
    return _error(request, status, str(error), error.near if isinstance(error, Unknown) else ())


def _bug(request: Request, error: Exception) -> Response:
    answer = _error(request, 500, HINTS[500])
    answer.headers.update(HEADERS)  # this answer is made outside of `SafeHeaders`
    return answer


def _error(request: Request, status: int, detail: str, near: tuple[str, ...] = ()) -> Response:
    """A German page for people; problem+json (RFC 9457) for the API and for whoever does not take HTML."""
    title = TITLES.get(status, "Die Anfrage ist gescheitert")
    offers = ["application/problem+json", "application/json", HTML]
    machine = request.url.path.startswith("/api/v1")
    wanted = HTML if status == 406 and not machine else best(request.headers.get("accept", ""), offers[::-1])
    if machine or wanted != HTML:
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return JSONResponse(body | ({"near": list(near)} if near else {}), status, media_type=offers[0])
    return page(request, "error.html", status, code=status, title=title, detail=detail, near=near)
