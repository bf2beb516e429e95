"""Bodies of requests: none is taken in beyond a size, nor for longer than sending it takes.

FastAPI and Starlette read a body whole, as long as it comes. `Bounded` is the middleware that no endpoint can forget.
It reads nothing itself: whoever reads the body meets the limit, and an endpoint that sends a visitor away first
(`api.writing.RoleFirst`) has read nothing. `/sparql`, `/store` and the pages that take a file take more and know their
own limits.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.identity import LARGEST, SAFE, WITH_LIMITS_OF_THEIR_OWN
from api.sparql.http import BODY_SECONDS, SLOWEST
from graph.language import _
from graph.spelling import number


class Bounded:
    """Middleware: a body breaks off at the limit, with a 413 that names it, or a 408 where it comes too slowly."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            if not path.startswith(WITH_LIMITS_OF_THEIR_OWN):
                receive = bounded(scope, receive, LARGEST)
        await self.app(scope, receive, send)


def bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """The body of a request up to `most` bytes; whoever reads on gets an `HTTPException`."""
    announced = Headers(scope=scope).get("content-length", "")
    size = int(announced) if announced.isdecimal() else 0
    taken, begun, whole = 0, 0.0, False

    async def limited() -> Message:
        nonlocal taken, begun, whole
        if whole:  # now somebody only waits for the client to go
            return await receive()
        if size > most:
            raise _too_large(most)
        begun = begun or asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(begun + BODY_SECONDS + taken / SLOWEST):
                message = await receive()
        except TimeoutError:
            raise HTTPException(
                408,
                _(
                    "Der Inhalt kam nicht vollständig an: Nach {seconds} s waren es erst {count} Bytes. Bitte noch "
                    "einmal senden, in kleineren Teilen oder über eine schnellere Verbindung."
                ).format(seconds=BODY_SECONDS, count=number(taken)),
                headers={"Connection": "close"},
            ) from None
        taken += len(message.get("body", b""))
        if taken > most:
            raise _too_large(most)
        whole = not message.get("more_body", False)
        return message

    return limited


def _too_large(most: int) -> HTTPException:
    return HTTPException(
        413,
        _(
            "Der Inhalt der Anfrage hat mehr als {most} Bytes, mehr nimmt der Dienst hier nicht an. Bitte in kleineren "
            "Teilen senden."
        ).format(most=number(most)),
        headers={"Connection": "close"},
    )
