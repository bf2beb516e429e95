"""What `/sparql` and `/store` share: reading a request strictly, and sending an answer while it is computed."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import Message, Receive, Scope, Send

from api.identity import visitor
from api.sparql.job import Job
from api.sparql.run import Answer
from graph.errors import InvalidQuery, LimitReached, TooLarge
from graph.spelling import number

Handler = Callable[[Request], Awaitable[Response]]

MOST_PARAMETERS = 1000
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\\x7f]*")
BODY_SECONDS = 30
"""So long a body may take …"""
SLOWEST = 10_000
"""… and a second more for so many bytes that have come: more than a slow line, less than who only wants to wait."""
QUICK = 0.1
"""Seconds within which most answers are there; only after that it pays to watch whether the client is."""
log = logging.getLogger(__name__)


class Resource:
    """One address: finds the handler of a method and adds the headers that every answer has, errors too.

    Whoever comes without credentials may read from any web page (`readable` names the methods); with credentials
    nothing is shared across origins.
    """

    def __init__(self, readable: Collection[str], **handlers: Handler) -> None:
        self.handlers = {"OPTIONS": self._options, **handlers}
        if "GET" in handlers:
            self.handlers["HEAD"] = handlers["GET"]
        self.apps = {method: request_response(handler) for method, handler in self.handlers.items()}
        self.other = request_response(self._refused)
        self.allow = ", ".join(sorted(self.handlers))
        self.readable = frozenset(readable)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope)
        shared = scope["method"] in self.readable and not ("authorization" in given or "cookie" in given)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Accept")  # what credentials change, `Guard` says
                if shared:
                    headers["Access-Control-Allow-Origin"] = "*"
            await send(message)

        # Who has gone needs no answer.
        with suppress(ClientDisconnect):
            await self.apps.get(scope["method"], self.other)(scope, receive, send_with_headers)

    async def _options(self, request: Request) -> Response:
        headers = {"Allow": self.allow}
        if "origin" in request.headers:
            headers |= {
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": ", ".join(sorted({*self.readable, "OPTIONS"})),
                "Access-Control-Allow-Headers": "Accept, Content-Type",
                "Access-Control-Max-Age": "86400",
            }
        return Response(status_code=204, headers=headers)

    async def _refused(self, request: Request) -> Response:
        raise HTTPException(
            405,
            f"Die Methode {request.method} gibt es an dieser Adresse nicht; möglich sind {self.allow}.",
            headers={"Allow": self.allow},
        )


class Parameters(dict[str, list[str]]):
    """The parameters of an address or a form by name; none is lost, none is changed."""

    def __init__(self, text: str | bytes) -> None:
        super().__init__()
        try:
            pairs = parse_qsl(
                text if isinstance(text, str) else text.decode("utf-8"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MOST_PARAMETERS,
            )
        except UnicodeDecodeError as error:
            raise InvalidQuery(
                "Die Angaben sind nicht in UTF-8 geschrieben. Bitte in UTF-8 kodieren und dann mit %XX maskieren."
            ) from error
        except ValueError as error:
            raise InvalidQuery(
                f"Es sind mehr als {MOST_PARAMETERS} Angaben. Bitte weniger senden."
            ) from error
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that name."""
        return tuple(self.get(name, ()))

    def one(self, name: str) -> str | None:
        """The value of that name, None without one. Raises `InvalidQuery` if there are several."""
        values = self.get(name, [])
        if len(values) > 1:
            raise InvalidQuery(f"Die Angabe „{name}“ kommt {len(values)} Mal vor. Bitte nur einmal senden.")
        return values[0] if values else None

    def iris(self, name: str) -> tuple[str, ...]:
        """Every value of that name, as absolute IRIs. Raises `InvalidQuery`."""
        return tuple(absolute(value, name) for value in self.all(name))


def absolute(iri: str, name: str) -> str:
    """The IRI. Raises `InvalidQuery` if it is none, or a relative one."""
    if not ABSOLUTE.fullmatch(iri):
        raise InvalidQuery(
            f"„{iri[:200]}“ ist keine vollständige Adresse (IRI) für „{name}“. "
            "Sie muss mit einem Schema wie https: oder urn: beginnen."
        )
    return iri


def address(request: Request) -> str:
    """The address that was asked for, without its query. Raises `InvalidQuery` if it is no IRI."""
    return absolute(str(request.url.replace(query="", fragment="")), "Adresse")


def accepted(request: Request) -> str:
    """The Accept header, which a client may send in several lines."""
    return ", ".join(request.headers.getlist("accept"))


def media_type(header: str) -> str:
    """The media type of a Content-Type header, empty without one. Raises 415 for another charset than UTF-8."""
    media, *parameters = (part.strip() for part in header.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8"):
            raise HTTPException(
                415, f"Der Inhalt ist in {value.strip()} geschrieben. Hier gilt nur UTF-8, bitte so senden."
            )
    return media.lower()


async def body(request: Request, most: int) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is longer than `most` bytes, and reads no further.

    Raises 408 where it comes too slowly.
    """
    announced = request.headers.get("content-length", "")
    parts, size = [], int(announced) if announced.isdigit() else 0
    if size <= most:
        size, begun = 0, asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(begun + BODY_SECONDS) as timeout:
                async for part in request.stream():
                    parts.append(part)
                    size += len(part)
                    if size > most:
                        break
                    timeout.reschedule(begun + BODY_SECONDS + size / SLOWEST)
        except TimeoutError:
            raise HTTPException(
                408,
                f"Der Inhalt kam nicht vollständig an: Nach {BODY_SECONDS} s waren es erst {number(size)} Bytes. "
                "Bitte noch einmal senden, in kleineren Teilen oder über eine schnellere Verbindung.",
                headers={"Connection": "close"},
            ) from None
    check_size(size, most)
    return b"".join(parts)


def check_size(size: int, most: int) -> None:
    """Raises `TooLarge` for more than `most` bytes."""
    if size > most:
        raise TooLarge(
            f"Der Inhalt hat mehr als {number(most)} Bytes, mehr nimmt der Dienst nicht an. Bitte kleiner senden."
        )


def decoded(raw: bytes) -> str:
    """The text. Raises `InvalidQuery` if it is not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidQuery(
            f"Der Inhalt ist nicht in UTF-8 geschrieben (Byte {number(error.start + 1)}). Bitte in UTF-8 senden."
        ) from error


async def answer(request: Request, job: Job) -> Answer:
    """The engine's answer, from the edition that the visitor sees; it is given up as soon as the client has gone."""
    internal = visitor(request) is not None
    client = request.client.host if request.client else ""
    work: asyncio.Future[Answer] = asyncio.ensure_future(
        request.app.state.engine.answer(job, internal=internal, client=client)
    )
    try:
        await asyncio.wait({work}, timeout=QUICK)
        if work.done() or await _outlasts(request.receive, work):
            return work.result()
    finally:
        work.cancel()
    raise ClientDisconnect


class Coming(Protocol):
    """What is sent while it comes: whole in `body`, or in pieces, and `close` where nobody reads on."""

    content_type: str
    body: bytes | None
    chunks: AsyncIterator[bytes]

    async def close(self) -> None: ...


class Streamed(Response):
    """An answer of the engine, whole where it is whole already, else piece by piece.

    Where it breaks off, the connection is closed without the final chunk: a client must not take a part for the whole.
    """

    def __init__(self, answer: Coming) -> None:
        self.answer = answer
        super().__init__(answer.body, headers={"Content-Type": answer.content_type})
        if answer.body is None:
            del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            del self.headers["content-length"]  # that of GET is not known
        if self.answer.body is not None:
            await super().__call__(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            await _outlasts(receive, asyncio.ensure_future(self._send(send)))
        except LimitReached as error:
            log.info("Eine Antwort bricht ab: %s", error)  # the server closes what is left without an end
        finally:
            await self.answer.close()

    async def _send(self, send: Send) -> None:
        async for chunk in self.answer.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _outlasts(receive: Receive, work: "asyncio.Future[Any]") -> bool:
    """Waits for the work and says whether it was done before the client went; if not, it is cancelled."""
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
        return work.done()
    finally:
        gone.cancel()
        if work.cancel():
            work.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
