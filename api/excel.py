"""An answer of the engine, or a table of ours, as an Excel file: all rows, sent while they are written.

A process of its own writes the workbook (`api.sheets`): the answer goes in at one end, the file comes out at the
other. A few are written at a time, some may wait, the others are sent to CSV.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from math import isfinite
from typing import Any, Literal, Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.cells import cell_text
from api.sparql.formats import JSON
from api.sparql.http import Streamed, answer
from api.sparql.job import Job
from graph.errors import LimitReached
from graph.language import _
from queries import Row, Value

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACES = 2
MOST_WAITING = 8
RETRY = 30
"""So many Excel files are written at a time, so many may wait, and when to ask again (seconds)."""
SECONDS = 600
"""So long one may take, with a client who reads slowly."""
PIECE, AHEAD = 65_536, 1_000_000
"""Bytes that are read at once, and before the client gets the first: what is whole by then needs its place no more."""
ROWS_AT_ONCE = 500
"""Rows of a table of ours that are handed over at a time."""
DIGITS = 15
"""Digits of a number that Excel keeps."""
XSD = "http://www.w3.org/2001/XMLSchema#"


class Line(asyncio.Semaphore):
    """A few at a time, and it is known how many wait."""

    waiting = 0

    async def acquire(self) -> Literal[True]:
        """Waits for a place. Raises `LimitReached` where too many wait."""
        if self.locked() and self.waiting >= MOST_WAITING:
            raise LimitReached(
                _(
                    "Auf eine Excel-Datei warten schon viele. Bitte als CSV herunterladen (format=csv) oder später "
                    "noch einmal versuchen."
                ),
                RETRY,
            )
        self.waiting += 1
        try:
            return await super().acquire()
        finally:
            self.waiting -= 1


class Rows(Protocol):
    """A SPARQL answer in JSON as it comes: of the engine, or made of rows that are there already."""

    chunks: AsyncIterator[bytes]

    async def close(self) -> None: ...


class Workbook:
    """A workbook on its way, in the form of an answer of the engine."""

    content_type = XLSX
    body: bytes | None = None

    def __init__(self, found: Rows, line: Line, process: asyncio.subprocess.Process) -> None:
        self._found, self._line, self._process = found, line, process
        self._feeding = asyncio.ensure_future(self._feed())
        self._first: bytes | None = None
        self._closed = False
        self._until = asyncio.get_running_loop().time() + SECONDS
        self.chunks: AsyncIterator[bytes] = self._pieces()

    async def begin(self) -> None:
        """Waits for the first bytes, so that what goes wrong until then is a clean refusal."""
        self._first = await self._read()
        if not self._first:
            await self._finish()

    async def close(self) -> None:
        """Nobody reads on, or all has been read."""
        if self._closed:
            return
        self._closed = True
        self._line.release()
        self._feeding.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._feeding
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        await self._found.close()

    async def _pieces(self) -> AsyncIterator[bytes]:
        try:
            ahead, piece = bytearray(), self._first
            while piece and len(ahead) < AHEAD:
                ahead += piece
                piece = await self._read()
            if piece:
                yield bytes(ahead)
                while piece:
                    yield piece
                    piece = await self._read()
                await self._finish()
            else:
                await self._finish()
                await self.close()
                yield bytes(ahead)
        finally:
            await self.close()

    async def _read(self) -> bytes:
        """The next bytes; raises as soon as the answer breaks off."""
        assert self._process.stdout is not None
        reading = asyncio.ensure_future(self._process.stdout.read(PIECE))
        try:
            while not reading.done():
                waited: set[asyncio.Future[Any]] = (
                    {reading} if self._feeding.done() else {reading, self._feeding}
                )
                left = max(0.0, self._until - asyncio.get_running_loop().time())
                done, _pending = await asyncio.wait(waited, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if self._feeding.done():
                    self._feeding.result()
                if not done:
                    raise LimitReached(
                        _(
                            "Die Excel-Datei zu schreiben dauert zu lange. Bitte als CSV herunterladen (format=csv) "
                            "oder die Abfrage eingrenzen."
                        ),
                        RETRY,
                    )
            return reading.result()
        finally:
            reading.cancel()

    async def _finish(self) -> None:
        await self._feeding
        if await self._process.wait():
            raise RuntimeError(f"the workbook was not written: {self._process.returncode}")

    async def _feed(self) -> None:
        """Hands the answer to the process as fast as it takes it."""
        pipe = self._process.stdin
        assert pipe is not None
        try:
            async for chunk in self._found.chunks:
                pipe.write(chunk)
                await pipe.drain()
        finally:
            pipe.close()


async def excel(request: Request, job: Job, name: str, title: str) -> Response:
    """The answer to a SELECT as an Excel file with this name (without suffix) and title of its first sheet.

    Raises what the engine raises (`NotAcceptable` for what is no table), and `LimitReached`.
    """
    found = await answer(request, replace(job, solutions=JSON, boolean=None, triples=None))
    if job.head_only:
        await found.close()
        head = Response(headers={"Content-Type": XLSX})
        del head.headers["content-length"]
        return head
    response = Streamed(await _begun(request, found, title))
    response.headers["Content-Disposition"] = attachment(f"{name}.xlsx")
    return response


class Table(Response):
    """Rows that were computed already, as an Excel file with this name (without suffix), written when it is sent."""

    def __init__(self, rows: Sequence[Row], name: str, title: str = "", saved: bool = False) -> None:
        self.rows, self.title = rows, title or name
        shown = attachment(f"{name}.xlsx") if saved else f'inline; filename="{name}.xlsx"'
        super().__init__(media_type=XLSX, headers={"Content-Disposition": shown})
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises `LimitReached` where too many wait."""
        if scope["method"] == "HEAD":
            await super().__call__(scope, receive, send)
            return
        names = [*self.rows[0]] if self.rows else []
        response = Streamed(await _begun(Request(scope), _Solutions(self.rows), self.title, names))
        response.headers["Content-Disposition"] = self.headers["content-disposition"]
        await response(scope, receive, send)


class _Solutions:
    """Rows as a SPARQL answer in JSON; its columns are numbered, as their names would be no names of variables."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.chunks: AsyncIterator[bytes] = self._pieces(rows)

    async def close(self) -> None:
        """There is nothing to let go."""

    async def _pieces(self, rows: Sequence[Row]) -> AsyncIterator[bytes]:
        names = [f"c{place}" for place in range(len(rows[0]) if rows else 0)]
        yield f'{{"head":{{"vars":{json.dumps(names)}}},"results":{{"bindings":['.encode()
        for place in range(0, len(rows), ROWS_AT_ONCE):
            some = (dict(_terms(row)) for row in rows[place : place + ROWS_AT_ONCE])
            yield ("," * bool(place) + ",".join(map(json.dumps, some))).encode()
        yield b"]}}"


def _terms(row: Row) -> Iterator[tuple[str, dict[str, str]]]:
    for place, value in enumerate(row.values()):
        if value is not None:
            yield f"c{place}", _term(value)


def _term(value: Value) -> dict[str, str]:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and isfinite(value):
        if isinstance(value, int):
            return {"type": "literal", "value": str(value), "datatype": f"{XSD}integer"}
        return {"type": "literal", "value": f"{value:.{DIGITS}g}", "datatype": f"{XSD}double"}
    return {"type": "literal", "value": cell_text(value)}


async def _begun(request: Request, found: Rows, title: str, names: Sequence[str] | None = None) -> Workbook:
    """The workbook of an answer, with its first bytes written; `names` of the columns, if not those of the answer.

    Raises `LimitReached` where too many wait.
    """
    line = _line(request)
    try:
        await line.acquire()
    except BaseException:
        await found.close()
        raise
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api.sheets", title, *([] if names is None else [json.dumps(names)])),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
    except BaseException:
        line.release()
        await found.close()
        raise
    workbook = Workbook(found, line, process)
    try:
        await workbook.begin()
    except BaseException:
        await workbook.close()
        raise
    return workbook


def attachment(name: str) -> str:
    """The header that gives a file its name, also one with umlauts (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _line(request: Request) -> Line:
    """Where this service's Excel files wait for each other."""
    state = request.app.state
    if not hasattr(state, "excel"):
        state.excel = Line(PLACES)
    line: Line = state.excel
    return line
