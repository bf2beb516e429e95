"""Who asks: the visitor behind a request, by bearer token or session cookie, and what he may do.

`visitor(request)` costs an anonymous request microseconds and anybody else one look into the accounts' file.
`Guard` is the middleware that no endpoint can forget: it asks unsafe requests of a session for the CSRF token and
keeps every answer for a visitor out of caches.
"""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.accounts import Accounts, Role
from api.language import base
from api.words import ROLES
from graph.errors import Forbidden, LimitReached, TooLarge, Unauthorized, ZukunftsgraphError
from graph.language import _
from graph.spelling import number

__all__ = ["Guard", "Required", "Role", "Visitor", "known", "require", "visitor"]

SAFE = {"GET", "HEAD", "OPTIONS"}
OURS = {"same-origin", "none"}
"""Values of `Sec-Fetch-Site` that come from our own pages or from the visitor himself."""
LARGEST = 1_000_000
"""Bytes of a body: the scores of 500 measures are a third of that, every other form or document is much smaller."""
WITH_LIMITS_OF_THEIR_OWN = ("/sparql", "/store", "/mitmachen", "/api/v1/template-check")
LARGEST_FORM = 16_000_000
"""There a form of a session is read whole to find its token; a long SPARQL update has room in it."""
SECONDS = 60
"""So long sending such a form may take."""
VARY = ("Cookie", "Authorization")


@dataclass(frozen=True)
class Visitor:
    """Somebody who is known by name; `csrf` is empty unless he came by a session cookie."""

    name: str
    role: Role
    csrf: str = field(default="", repr=False)

    def may(self, role: Role) -> bool:
        """Whether his role reaches that far."""
        return self.role >= role


def accounts(request: Request) -> Accounts | None:
    """The accounts of the service; None where it has none, and then everybody is anonymous."""
    found: Accounts | None = getattr(request.app.state, "accounts", None)
    return found


def visitor(request: Request) -> Visitor | None:
    """Who asks, None if he does not say. Raises `Unauthorized` where he says it wrongly."""
    headers = request.headers
    if "authorization" not in headers and "cookie" not in headers:
        return None
    state = request.state
    if not hasattr(state, "visitor"):
        state.visitor = _visitor(request)
    found: Visitor | None = state.visitor
    return found


def known(request: Request) -> Visitor | None:
    """Who asks; None also where he says it wrongly, for the page that tells him so."""
    try:
        return visitor(request)
    except Unauthorized:
        return None


@dataclass(frozen=True)
class Required:
    """A dependency that lets in who has this role, and gives the visitor."""

    role: Role

    async def __call__(self, request: Request) -> Visitor:
        return permitted(request, self.role)


def require(role: Role) -> Required:
    """What an endpoint depends on that only who has this role may use."""
    return Required(role)


def permitted(request: Request, role: Role) -> Visitor:
    """The visitor, if his role reaches that far. Raises `Unauthorized` or `Forbidden`."""
    found = visitor(request)
    if found is None:
        raise Unauthorized(
            _("Dafür ist eine Anmeldung nötig, oder ein Token im Kopf „Authorization: Bearer …“.")
        )
    if not found.may(role):
        raise Forbidden(
            _("Dafür braucht es die Rolle {role}; „{name}“ hat die Rolle {own}.").format(
                role=_(ROLES[role.name.lower()]), name=found.name, own=_(ROLES[found.role.name.lower()])
            )
        )
    return found


def cookie(request: Request) -> tuple[str, str]:
    """Name and path of the session cookie at the address by which the service is reached."""
    return _cookie(request.scope["scheme"] in ("https", "wss"), base(request.scope))


@cache
def _cookie(secure: bool, root: str) -> tuple[str, str]:
    """Under https nobody but this host can have set it (`__Host-`), which asks for the path `/`; so services under
    one host are told apart by the name."""
    name = "zukunftsgraph" + re.sub(r"[^A-Za-z0-9]+", "-", root)
    return (f"__Host-{name}", "/") if secure else (name, root or "/")


def masked(csrf: str) -> str:
    """The CSRF token for one page: never the same twice, so that compressed pages tell nothing of it (BREACH)."""
    if not csrf:
        return ""
    pad = secrets.token_bytes(32)
    return base64.urlsafe_b64encode(pad + _xor(pad, bytes.fromhex(csrf))).decode()


async def body(request: Request, largest: int) -> bytes:
    """The body as a whole. Raises `TooLarge` as soon as it is longer than `largest`."""
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > largest:
            raise TooLarge(
                _(
                    "Das Formular ist größer als {size} Bytes. "
                    "Größere Mengen nimmt der Dienst mit einem Token entgegen (Authorization: Bearer)."
                ).format(size=number(largest))
            )
    return b"".join(parts)


def foreign(request: Request) -> bool:
    """Whether a browser says that another site's page sent this."""
    site = request.headers.get("sec-fetch-site")
    return site is not None and site not in OURS


class Guard:
    """Middleware: CSRF tokens are asked for, and answers for a visitor stay in no cache.

    `refuse` renders an error as the application does. Belongs inside of compression and security headers, so it is
    the first that `add_middleware` gets.
    """

    def __init__(self, app: ASGIApp, refuse: Callable[[Request, ZukunftsgraphError], Response]) -> None:
        self.app, self.refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")).startswith(
            "/static/"
        ):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        named = "authorization" in request.headers or cookie(request)[0] in request.cookies

        async def send_privately(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                varies = headers.get("vary", "").lower()
                for name in VARY:
                    if name.lower() not in varies:
                        headers.add_vary_header(name)
                if named:
                    headers["Cache-Control"] = "private, no-store"
            await send(message)

        if named and scope["method"] not in SAFE:
            try:
                receive = await _checked(request, receive)
            except ZukunftsgraphError as error:
                await self.refuse(request, error)(scope, receive, send_privately)
                return
            except ClientDisconnect:
                return
        await self.app(scope, receive, send_privately)


def _visitor(request: Request) -> Visitor | None:
    here = accounts(request)
    given = request.headers.getlist("authorization")
    if given:
        scheme, _blank, token = given[0].strip().partition(" ")
        token = token.strip().encode("latin-1").decode("utf-8", "surrogateescape")
        if len(given) > 1 or scheme.lower() != "bearer" or not token:
            raise Unauthorized(
                _("Der Kopf „Authorization“ ist nicht verständlich. Erwartet wird: Bearer TOKEN.")
            )
        holder = here.bearer(token) if here is not None else None
        if holder is None:
            raise Unauthorized(
                _("Das Token gilt nicht (mehr). Ein neues gibt die Verwaltung des Dienstes aus.")
            )
        return Visitor(*holder)
    secret = request.cookies.get(cookie(request)[0])
    holder = here.session(secret) if here is not None and secret else None
    return Visitor(*holder, csrf=_csrf(secret)) if holder and secret else None


def _csrf(secret: str) -> str:
    """The CSRF token of a session; it follows from the session's secret, so it need not be kept."""
    return hmac.new(secret.encode("utf-8", "surrogateescape"), b"csrf", hashlib.sha256).hexdigest()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _is_token(text: str, csrf: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        return False
    return len(raw) == 64 and hmac.compare_digest(_xor(raw[:32], raw[32:]), bytes.fromhex(csrf))


async def _checked(request: Request, receive: Receive) -> Receive:
    """What the application reads the body from, once the request has shown the CSRF token of its session.

    Whoever came by a bearer token needs none: another site cannot send that. Raises `Unauthorized`, `Forbidden`, and
    `TooLarge`.
    """
    found = visitor(request)
    if found is None or not found.csrf:
        return receive
    if foreign(request):
        raise Forbidden(_("Diese Anfrage kam von einer fremden Seite und wurde nicht ausgeführt."))
    if (shown := request.headers.get("x-csrf-token")) is not None:
        again: Receive = receive
    else:
        shown, again = await _token_in_form(request, receive)
    if not _is_token(shown, found.csrf):
        raise Forbidden(
            _(
                "Die Anfrage trägt kein gültiges Sicherheitsmerkmal (Feld „csrf“ oder Kopf „X-CSRF-Token“). "
                "Bitte die Seite neu laden und noch einmal absenden."
            )
        )
    return again


async def _token_in_form(request: Request, receive: Receive) -> tuple[str, Receive]:
    """The field `csrf` of a form, and the body once more for the application."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return "", receive
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    most = LARGEST_FORM if path.startswith(WITH_LIMITS_OF_THEIR_OWN) else LARGEST
    try:
        async with asyncio.timeout(SECONDS):
            whole = await body(request, most)
    except TimeoutError:
        raise LimitReached(
            _("Das Formular ist unvollständig angekommen. Bitte noch einmal senden."), 1
        ) from None

    def replayed() -> Receive:
        parts: list[Message] = [{"type": "http.request", "body": whole, "more_body": False}]

        async def replay() -> Message:
            return parts.pop() if parts else await receive()

        return replay

    copy: dict[str, Any] = {**request.scope}
    try:
        async with Request(copy, replayed()).form(max_part_size=most) as form:
            shown = form.get("csrf")
    except HTTPException:  # no form after all; what it is, is for the application to say
        shown = None
    return shown if isinstance(shown, str) else "", replayed()
