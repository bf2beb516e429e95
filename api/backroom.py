"""The back room: what takes long to compute is answered by a second process of the service.

Networks, boards and rankings keep Python's interpreter busy for seconds, and nobody else in that process could be
served meanwhile. So the service hands requests for them (`Costly`) over a local socket to a process of its own, which
is the same application on the same data directory, without an engine. It knows the visitor by the same headers, keeps
its own answers by state, and yields to the pages. It begins and ends with the service:

    python -m api.backroom DIRECTORY SOCKET ROOT_PATH
"""

import asyncio
import importlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

import api
from api.bodies import bounded
from graph.errors import LimitReached
from graph.language import _, ngettext

NICE = 5
"""The back room yields to the pages, but not to strangers' queries."""
WAITING = 24
"""Requests that may wait for the back room at once; which of them it computes, it decides itself (`Turns`)."""
PATIENCE = 60.0
"""Seconds without a byte after which an answer is given up."""
BIRTH, PAUSE = 30.0, 0.02
"""Seconds that the process may take to begin, and between two looks."""
GRACE = 5
"""Seconds for what is under way when the process is ended."""
MOST = 12_000_000
"""Bytes of a body that is handed over; the limits of each address are below."""
HELD = 2_000_000
"""Bytes of an answer that are held for a client who reads slowly; hardly one is larger."""
HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "date", "server", "expect"}
"""Headers that belong to one connection (RFC 9110, 7.6.1) or that every server writes itself."""


class Costly(APIRoute):
    """A route whose answer comes from the back room, where the service has one."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler as it is made elsewhere, or the way to the back room."""
        handle = super().get_route_handler()

        async def handed_over(request: Request) -> Response:
            room: Backroom | None = request.app.state.backroom
            return await room.answer(request) if room else await handle(request)

        return handed_over


class Passed(Response):
    """An answer of the back room, passed on, and closed however it ends.

    It is taken in before it is sent, so that the place is free again however slowly the client reads; what is too large
    for that is passed on as it comes.
    """

    def __init__(self, said: httpx2.Response, leave: Callable[[], None]) -> None:
        super().__init__(status_code=said.status_code)
        self.raw_headers = [
            (name.lower(), value) for name, value in said.headers.raw if name.lower().decode() not in HOP
        ]
        self.said, self.leave = said, leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pieces, taken = self.said.aiter_raw(), bytearray()
        try:
            async for piece in pieces:
                taken += piece
                if len(taken) > HELD:
                    await self._send(StreamingResponse(_after(bytes(taken), pieces)), scope, receive, send)
                    return
        finally:
            self.leave()
            await self.said.aclose()
        await self._send(Response(bytes(taken)), scope, receive, send)

    async def _send(self, answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
        answer.status_code, answer.raw_headers = self.status_code, self.raw_headers
        await answer(scope, receive, send)


async def _after(taken: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield taken
    async for piece in pieces:
        yield piece


class Backroom:
    """The second process of a service on a data directory, and the way to it."""

    def __init__(self, directory: Path, root_path: str = "") -> None:
        self.directory, self.root_path = directory, root_path
        self._beginning = asyncio.Lock()
        self._places = WAITING
        self._folder: TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._client: httpx2.AsyncClient | None = None

    async def answer(self, request: Request) -> Response:
        """What the back room answers, passed on as it comes. Raises `LimitReached` where too many wait already, or
        where the process ends meanwhile."""
        body = await Request(request.scope, bounded(request.scope, request.receive, MOST)).body()
        if not self._places:
            raise _later(_("Gerade werden zu viele Antworten zugleich berechnet."), 5)
        self._places -= 1
        try:
            said = await self._sent(request, body)
        except BaseException as error:
            self._leave()
            if isinstance(error, httpx2.TransportError):
                raise _later(_("Die Berechnung wurde unterbrochen."), 1) from error
            raise
        return Passed(said, self._leave)

    async def _sent(self, request: Request, body: bytes) -> httpx2.Response:
        """The beginning of the answer. Who only asks is asked for once more where the way broke off: the connection
        may have been closed a moment ago, or the process has died."""
        try:
            return await self._passed_on(request, body)
        except httpx2.TransportError:
            if request.method not in ("GET", "HEAD"):
                raise
            return await self._passed_on(request, body)

    async def _passed_on(self, request: Request, body: bytes) -> httpx2.Response:
        client = await self.begin()
        asked = client.build_request(
            request.method, _address(request.scope, self.root_path), headers=_headers(request), content=body
        )
        return await client.send(asked, stream=True)

    def _leave(self) -> None:
        self._places += 1

    async def close(self) -> None:
        """Ends the process."""
        await self._end()
        if self._folder:
            self._folder.cleanup()

    async def _end(self) -> None:
        if self._client:
            await self._client.aclose()
        if self._process:
            self._process.terminate()
            try:
                # It closes the pipe, too.
                await asyncio.to_thread(self._process.communicate, timeout=GRACE)
            except subprocess.TimeoutExpired:  # threads that compute do not hear it
                self._process.kill()
                await asyncio.to_thread(self._process.communicate)

    async def begin(self) -> httpx2.AsyncClient:
        """The way to the process, which is begun where it is not there."""
        async with self._beginning:
            if self._client and self._process and self._process.poll() is None:
                return self._client
            await self._end()
            self._folder = self._folder or TemporaryDirectory(prefix="zukunftsgraph-")
            place = Path(self._folder.name) / "backroom"
            place.unlink(missing_ok=True)
            self._process = _begun(self.directory, place, self.root_path)
            await _listening(self._process, place)
            self._client = httpx2.AsyncClient(
                transport=httpx2.AsyncHTTPTransport(
                    uds=str(place), limits=httpx2.Limits(max_connections=WAITING)
                ),
                timeout=httpx2.Timeout(PATIENCE),
                trust_env=False,
            )
            return self._client


def _begun(directory: Path, place: Path, root: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "api.backroom", str(directory), str(place), root],
        stdin=subprocess.PIPE,  # which ends with us, however we end
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(api.__file__).parent.parent)},
        process_group=0,  # Ctrl+C is for the service
    )


async def _listening(process: "subprocess.Popen[bytes]", place: Path) -> None:
    for _look in range(round(BIRTH / PAUSE)):
        if process.poll() is not None:
            raise RuntimeError(f"the back room ended with status {process.returncode}")
        with suppress(OSError):
            _reader, writer = await asyncio.open_unix_connection(str(place))
            writer.close()
            return
        await asyncio.sleep(PAUSE)
    process.kill()
    raise _later(_("Was lange dauert, kann gerade nicht berechnet werden."), 10)


def _address(scope: Scope, root: str) -> httpx2.URL:
    """Path and query as they were sent, without the path under which a proxy shows the service."""
    path = bytes(scope["raw_path"]).removeprefix(root.encode())
    query: bytes = scope["query_string"]
    return httpx2.URL("http://backroom", raw_path=path + (b"?" + query if query else b""))


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    """The headers as they were sent, and by which scheme the service was reached."""
    sent = [
        (name, value)
        for name, value in request.headers.raw
        if name.decode() not in {*HOP, "content-length", "x-forwarded-proto", "x-forwarded-for"}
    ]
    plain = [] if "accept-encoding" in request.headers else [(b"accept-encoding", b"identity")]
    return [*sent, *plain, (b"x-forwarded-proto", request.scope["scheme"].encode())]


def _later(what: str, seconds: int) -> LimitReached:
    again = ngettext(
        "Bitte rufen Sie die Seite in {count} Sekunde noch einmal auf.",
        "Bitte rufen Sie die Seite in {count} Sekunden noch einmal auf.",
        seconds,
    )
    return LimitReached(f"{what} {again.format(count=seconds)}", seconds)


def _end_with_the_service() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def _main(directory: str, place: str, root: str) -> None:
    os.nice(NICE)
    threading.Thread(target=_end_with_the_service, daemon=True).start()
    serve = importlib.import_module("api.commands.serve")
    serve.in_backroom(Path(directory), place, root)


if __name__ == "__main__":
    _main(*sys.argv[1:])
