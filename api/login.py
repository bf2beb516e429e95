"""Logging in and out: the pages `/anmelden` and `/abmelden`."""

import asyncio
import ipaddress
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.accounts import LONGEST_NAME
from api.identity import accounts, body, cookie, foreign
from api.templating import page
from api.throttle import TooManyAttempts
from graph.errors import Forbidden
from graph.language import _

router = APIRouter(include_in_schema=False)
LARGEST = 16_000
"""Bytes of a login form: a name, a password and an address to return to, each percent-encoded."""
HEADERS = {"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin"}
"""With `no-referrer` browsers send `Origin: null` from our own form, and we could not tell it from a foreign one."""
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}")


@router.api_route("/anmelden", methods=["GET", "HEAD"])
def show(request: Request, next: str = "", abgemeldet: str = "") -> Response:
    """The form, or who is logged in."""
    return _page(request, 200, next=local(next), left=bool(abgemeldet))


@router.post("/anmelden")
async def log_in(request: Request) -> Response:
    """Begins a session and goes on to where the visitor wanted to be."""
    if foreign(request) or _from_elsewhere(request):
        raise Forbidden(_("Diese Anmeldung kam von einer fremden Seite und wurde nicht ausgeführt."))
    fields = dict(parse_qsl((await body(request, LARGEST)).decode("utf-8", "replace")))
    name, password, target = fields.get("name", ""), fields.get("password", ""), local(fields.get("next", ""))
    here = accounts(request)
    if here is None:
        return _page(request, 404, next=target)
    if not name.strip() or not password:
        return _page(request, 422, _("Bitte Name und Passwort eingeben."), name=name, next=target)
    loop = asyncio.get_running_loop()
    try:
        secret = await loop.run_in_executor(here.verifying, here.login, name, password, _address(request))
    except TooManyAttempts as error:
        answer = _page(request, 429, str(error), name=name, next=target)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    if secret is None:
        answer = _page(request, 401, _("Name oder Passwort stimmen nicht."), name=name, next=target)
        answer.headers["WWW-Authenticate"] = (
            "Bearer"  # what a 401 has to name, though people come by this form
        )
        return answer
    cookie_name, path = cookie(request)
    old = request.cookies.get(cookie_name)
    if old:
        await loop.run_in_executor(here.verifying, here.logout, old)
    moved = RedirectResponse(_root(request) + (target or "/"), 303, HEADERS)
    moved.set_cookie(
        cookie_name, secret, path=path, secure=_secure(cookie_name), httponly=True, samesite="lax"
    )
    return moved


@router.post("/abmelden")
def log_out(request: Request) -> Response:
    """Ends the session; that its own page asked for it, `Guard` has seen."""
    here = accounts(request)
    cookie_name, path = cookie(request)
    secret = request.cookies.get(cookie_name)
    if here and secret:
        here.logout(secret)
    moved = RedirectResponse(f"{_root(request)}/anmelden?abgemeldet=1", 303, HEADERS)
    moved.delete_cookie(cookie_name, path=path, secure=_secure(cookie_name), httponly=True, samesite="lax")
    return moved


def local(address: str) -> str:
    """The address if it is a path of our own, else nothing: nobody is sent elsewhere after logging in."""
    return address if LOCAL.fullmatch(address) else ""


def _page(request: Request, status: int, fault: str = "", **values: Any) -> Response:
    here = accounts(request)
    values = {"name": "", "left": False, "longest": LONGEST_NAME} | values
    answer = page(
        request, "login.html", status, fault=fault, possible=here is not None and len(here) > 0, **values
    )
    answer.headers.update(HEADERS)
    return answer


def _from_elsewhere(request: Request) -> bool:
    """Whether the page that sent this lies elsewhere, as browsers say that do not send `Sec-Fetch-Site`."""
    origin = request.headers.get("origin")
    if "sec-fetch-site" in request.headers or origin is None:
        return False
    try:
        return urlsplit(origin).netloc != request.headers.get("host")
    except ValueError:  # no address at all
        return True


def _address(request: Request) -> str:
    """Where the attempt comes from; of IPv6 the network, since whoever has one address has many."""
    host = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return host


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _secure(cookie_name: str) -> bool:
    return cookie_name.startswith("__Host-")
