"""One question on its way: what has come back so far, how long it has computed, and who reads it.

The first part of an answer is held back, so that a limit that is met meanwhile is a clean refusal. A client that does
not read stops its process, by nobody reading on, and then its clock stands still too.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from api.sparql.job import Job, Limits
from api.sparql.processes import Worker
from graph.errors import InvalidQuery, LimitReached, NotAcceptable, Refused, Unknown, ZukunftsgraphError
from graph.language import N_, Later

log = logging.getLogger(__name__)

ADVICE = N_(
    "bitte eingrenzen (z. B. mit LIMIT oder einem Graphen) oder die Daten als Datei herunterladen: /export"
)
RETRY = 5
"""Seconds after which to ask again when it is merely crowded."""
KINDS: dict[str, type[ZukunftsgraphError]] = {
    "InvalidQuery": InvalidQuery,
    "NotAcceptable": NotAcceptable,
    "Refused": Refused,
}


class Crowded(LimitReached):
    """Refused without computing: there is no place just now, or it is known that the query would take too much."""


class Lane(Protocol):
    """Who finds a run its place."""

    limits: Limits

    def on_full(self, run: "Run") -> None:
        """The client does not read: its worker stands still."""

    def on_drained(self, run: "Run") -> None:
        """The client has read: its worker may go on."""

    def on_done(self, run: "Run", worker: Worker, cost: dict[str, Any] | None) -> None:
        """The worker has given everything (`cost` says what it took) or an error, and is free."""

    def on_lost(self, run: "Run", worker: Worker, status: int | None) -> None:
        """The worker is dead."""

    def on_abandoned(self, run: "Run") -> None:
        """Nobody wants the answer any more."""


@dataclass(eq=False)
class Run:
    """A question and its answer, between a lane that gives it a worker and a client who reads."""

    job: Job
    lane: Lane
    client: str
    key: int
    shape: int
    """What it has in common with queries that differ in names, numbers and strings only."""
    seconds: float
    loop: asyncio.AbstractEventLoop
    ready: asyncio.Future[None]
    snapshot: str = ""
    """Where its worker finds the data, should it not hold them already."""
    at_end: Callable[[], None] | None = None
    """What to do when nothing more will come."""
    worker: Worker | None = None
    expected: float = 0.0
    """Seconds of computing that such a query took before, 0 where nobody knows."""
    attained: float = 0.0
    """Seconds that it has had a processor, when somebody last looked."""
    behind: bool = False
    """Its process is put behind all others."""
    content_type: str = ""
    chunks: deque[bytes] = field(default_factory=deque)
    buffered: int = 0
    total: int = 0
    complete: bool = False
    error: ZukunftsgraphError | None = None
    full: bool = False
    """The client does not read; the worker is not read either."""
    asked_at: float = field(default_factory=time.monotonic)
    waiting_since: float = field(default_factory=time.monotonic)
    """Since when it has stood where it stands: in a line, frozen, or with a client that does not read."""
    _computed: float = 0.0
    _computing_since: float | None = None
    _wanted: asyncio.Future[None] | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.complete or self.error is not None

    @property
    def computed(self) -> float:
        """For how many seconds it has computed."""
        running = time.monotonic() - self._computing_since if self._computing_since is not None else 0.0
        return self._computed + running

    def measure(self) -> float:
        """Notes and returns how long it has had a processor, which is less where there are more who want one."""
        cpu = self.worker.cpu() if self.worker and self.worker.pid else None
        self.attained = self.computed if cpu is None else cpu
        return self.attained

    def clock(self, running: bool) -> None:
        """Starts or stops the clock of its computing."""
        self._computed = self.computed
        self._computing_since = time.monotonic() if running else None

    def stand(self) -> None:
        """Notes that from now on it waits."""
        self.clock(False)
        self.waiting_since = time.monotonic()

    def stood(self) -> float:
        """For how many seconds it has waited."""
        return time.monotonic() - self.waiting_since

    # what the worker says

    def on_header(self, header: dict[str, Any]) -> None:
        self.content_type = str(header["content_type"])

    def on_data(self, data: bytes) -> None:
        if self.over:
            return
        self.chunks.append(data)
        self.buffered += len(data)
        self.total += len(data)
        limits = self.lane.limits
        if self.total > limits.answer_mb * 1_000_000:
            said = N_("Eine Antwort darf höchstens {most} MB groß sein; {advice}.")
            self.lane.on_abandoned(self)
            self.fail(LimitReached(Later(said, most=limits.answer_mb, advice=ADVICE), RETRY))
            return
        if self.buffered >= limits.held_back_bytes:
            self.release()
            if not self.full and self.worker:
                self.full = True
                self.worker.read(False)
                self.stand()
                self.lane.on_full(self)
        else:
            self.release_late()
        self._wake()

    def on_end(self, cost: dict[str, Any]) -> None:
        self.complete = True
        self.clock(False)
        self._finish()
        worker, self.worker = self.worker, None
        if worker:
            self.lane.on_done(self, worker, cost)
        self.release()
        self._wake()

    def on_failure(self, kind: str, message: str) -> None:
        if kind == "Unknown":
            error: ZukunftsgraphError = Unknown("Der Graph", message)
        elif kind in KINDS:
            error = KINDS[kind](message)
        else:
            log.error("A process for queries failed:\n%s", message)
            error = LimitReached(Later(N_("Bei dieser Anfrage ist im Dienst etwas schiefgegangen.")), RETRY)
        self.clock(False)
        worker, self.worker = self.worker, None
        if worker:
            self.lane.on_done(self, worker, None)
        self.fail(error)

    def on_death(self, status: int | None) -> None:
        self.clock(False)
        worker, self.worker = self.worker, None
        if worker:
            self.lane.on_lost(self, worker, status)

    # what becomes of it

    def fail(self, error: ZukunftsgraphError) -> None:
        """There will be no (further) answer."""
        if not self.over:
            self.error = error
            self._finish()
            self.release()
            self._wake()

    def release_late(self) -> None:
        """Hands out what has been held back long enough."""
        if self.total and time.monotonic() - self.asked_at >= self.lane.limits.held_back_seconds:
            self.release()

    def release(self) -> None:
        """From now on the client gets what there is."""
        if not self.ready.done():
            self.ready.set_result(None)

    async def next(self) -> bytes | None:
        """The next piece of the answer, None at its end. Raises where it breaks off."""
        while not self.chunks:
            if self.error:
                raise self.error
            if self.complete:
                return None
            self._wanted = self.loop.create_future()
            await self._wanted
        if self.error:
            raise self.error
        chunk = self.chunks.popleft()
        self.buffered -= len(chunk)
        self.waiting_since = time.monotonic()
        if self.full and self.buffered <= self.lane.limits.held_back_bytes // 2:
            self.full = False
            if self.worker:
                self.lane.on_drained(self)
        return chunk

    def _finish(self) -> None:
        at_end, self.at_end = self.at_end, None
        if at_end:
            at_end()

    def _wake(self) -> None:
        if self._wanted and not self._wanted.done():
            self._wanted.set_result(None)


class Answer:
    """An answer that has begun: its content type and its bytes.

    `body` is the whole of it where it is complete already (most are), else None; `chunks` gives it in pieces and raises
    where it breaks off. Whoever stops reading early calls `close`.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.content_type = run.content_type
        self.body = b"".join(run.chunks) if run.complete else None
        self.chunks: AsyncIterator[bytes] = _Chunks(run, self)

    async def close(self) -> None:
        """Nobody reads on: the process behind it ends if it still computes. Harmless when all has been read."""
        self._run.chunks.clear()
        if not self._run.over:
            self._run.lane.on_abandoned(self._run)
            self._run.fail(Crowded(Later(N_("Die Anfrage wurde abgebrochen.")), RETRY))


class _Chunks:
    def __init__(self, run: Run, answer: Answer) -> None:
        self._run, self._answer = run, answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await self._run.next()
        except asyncio.CancelledError:
            await self._answer.close()
            raise
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        """As `Answer.close`, for those who treat it like a generator."""
        await self._answer.close()
