"""The engine: answers foreign queries in processes of its own, so that none can starve, crash or leak the service.

`Engine.answer` takes a `Job` and returns an `Answer` as soon as it is complete or too big or too slow to hold back;
`Engine.write` carries out a raw change. All of it runs in the event loop and blocks nothing.

    engine ─── zygote (public edition in memory) ─── workers: two stand ready and one for quick queries; slow ones
       │           replaced as a whole when the public edition changes
       └────── bare zygote ─── a worker for each internal query (on a pinned snapshot) and for each write

See `lanes` for who computes when, `zygote` for what a process may do, `run` for what becomes of an answer.
"""

import asyncio
import json
import logging
import os
import pickle
import sys
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import api
from api.sparql.experience import Experience, shape
from api.sparql.job import Job, Limits, Write
from api.sparql.lanes import InternalLanes, PublicLanes
from api.sparql.processes import Worker, Zygote
from api.sparql.run import RETRY, Answer, Crowded, Run
from api.sparql.zygote import WRITER
from graph.errors import (
    InvalidData,
    InvalidQuery,
    LimitReached,
    Locked,
    Refused,
    StoreUnavailable,
    TooLarge,
    WrongSetting,
    ZukunftsgraphError,
)
from graph.home import Home
from graph.language import N_, _
from graph.servers import EMBEDDED

__all__ = ["Answer", "Engine", "Job", "Limits", "Write"]

log = logging.getLogger(__name__)

TRIALS = 3
"""How often a zygote is started before a question is answered with a refusal."""
RESTART = 1.0
"""Seconds until a process that ended by itself is started again."""
REJECTIONS: dict[str, type[ZukunftsgraphError]] = {
    error.__name__: error
    for error in (InvalidQuery, InvalidData, Locked, Refused, StoreUnavailable, TooLarge, WrongSetting)
}
"""Why a change is not made; anything else is a bug."""
INTERRUPTED = N_(
    "Die Änderung wurde unterbrochen. Bitte nachsehen, ob sie wirksam wurde, und sie sonst wiederholen."
)
MOST_PAUSING = 1000
"""So many refusals are held back at a time; more than these are given at once."""


class Public(NamedTuple):
    """Which public edition there is."""

    number: int
    fingerprint: str
    dump: Path | None


class Pin:
    """A view of the internal edition that is kept as long as somebody reads it."""

    def __init__(self, number: int, view: AbstractContextManager[Path]) -> None:
        self.number, self._view = number, view
        self.path = str(view.__enter__())
        self.readers = 0
        self.outdated = False

    def drop(self) -> None:
        """Clears it away."""
        self._view.__exit__(None, None, None)


class Engine:
    """The processes behind `/sparql` and `/store` for one data directory."""

    def __init__(self, home: Home, limits: Limits = Limits()) -> None:  # noqa: B008
        self.home, self.limits = home, limits
        self._running = False

    async def start(self) -> None:
        """Begins to start the processes; who asks before they are up waits for them."""
        self._loop = asyncio.get_running_loop()
        self._experience = Experience(self.limits.forget)
        self._public = PublicLanes(self.limits, self._experience)
        self._internal = InternalLanes(self.limits, self._experience, self._fork_internal)
        self._zygotes: set[Zygote] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._writing, self._pinning = asyncio.Lock(), asyncio.Lock()
        self._pins: list[Pin] = []
        self._pausing = 0
        self._served: Public | None = None
        self._seen: tuple[object, Public] | None = None
        self._swapping: asyncio.Task[None] | None = None
        self._running = True
        self._bare = self._zygote("bare")
        self._swap()

    async def stop(self) -> None:
        """Ends all processes and waits until they are gone."""
        if not self._running:
            return
        self._running = False
        if self._swapping:
            self._swapping.cancel()
        self._public.stop()
        self._internal.stop()
        for zygote in list(self._zygotes):
            zygote.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pin in self._pins:
            await asyncio.to_thread(pin.drop)
        self._pins.clear()

    async def answer(self, job: Job, *, internal: bool = False, client: str = "") -> Answer:
        """The answer to a query or the content of a graph, complete or past the part that is held back.

        `client` tells visitors apart, so that they are served in turn. Raises `InvalidQuery`, `NotAcceptable`,
        `Unknown`, and `LimitReached` where the answer would take too much, or there is no place.
        """
        try:
            run = await (self._submit_internal(job, client) if internal else self._submit(job, client))
            try:
                await run.ready
            except asyncio.CancelledError:
                await Answer(run).close()
                raise
            if run.error:
                raise run.error
        except Crowded:
            await self._pause()
            raise
        return Answer(run)

    async def write(self, write: Write) -> dict[str, Any]:
        """Carries out a raw change, one at a time: `{"created", "existed", "change"}`.

        Raises `InvalidQuery`, `Locked` while another process writes, and `LimitReached` where it takes too long.
        """
        async with self._writing:
            if self.home.servers != EMBEDDED:
                return await self._write_on_server(write)
            worker = self._bare.fork(WRITER)
            report = Report(self._loop)
            worker.give(report, pickle.dumps((str(self.home.directory), write)))
            try:
                async with asyncio.timeout(self.limits.write_seconds):
                    return await report.result
            except TimeoutError:
                raise self._too_long() from None
            finally:
                worker.kill()

    async def _write_on_server(self, write: Write) -> dict[str, Any]:
        """The same by a process that may use the network: the data are on a database server.

        It does not come from the zygote, which knows no settings; its start takes about a second.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            *("-m", "api.sparql.writing", str(self.home.directory)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(api.__file__).parent.parent)},
            process_group=0,
        )
        try:
            async with asyncio.timeout(self.limits.write_seconds):
                said, _errors = await process.communicate(pickle.dumps(write))
        except TimeoutError:
            raise self._too_long() from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            log.error("A process that writes ended with status %s.", process.returncode)
            raise Crowded(_(INTERRUPTED), RETRY)
        outcome = json.loads(said)
        if "kind" in outcome:
            raise _rejection(outcome["kind"], outcome["message"])
        done: dict[str, Any] = outcome["done"]
        return done

    def _too_long(self) -> LimitReached:
        return LimitReached(
            _(
                "Eine Änderung darf höchstens {seconds} s dauern; sie wurde abgebrochen. "
                "Bitte nachsehen, ob sie noch wirksam wurde, und sie sonst in kleinere Änderungen teilen oder "
                "die Daten mit dem Befehl „load“ einspielen."
            ).format(seconds=f"{self.limits.write_seconds:g}"),
            RETRY,
        )

    def computing(self) -> list[Job]:
        """What computes just now."""
        return [run.job for lanes in (self._public, self._internal) for run in lanes.runs()]

    def processes(self) -> list[int]:
        """The ids of all processes."""
        workers = [worker.pid for zygote in self._zygotes for worker in zygote.workers.values()]
        return [zygote.process.pid for zygote in self._zygotes] + [pid for pid in workers if pid]

    # public

    async def _submit(self, job: Job, client: str) -> Run:
        while (state := self._state()) != self._served or self._public.zygote is None:
            await self._swapped()
        run = self._run(job, client, state.fingerprint)
        self._public.submit(run)
        return run

    def _state(self) -> Public:
        """Which public edition readers are to see; asked before each answer, so it costs one look at a file."""
        while True:
            stamp = self._stamp()
            if self._seen and self._seen[0] == stamp:
                return self._seen[1]
            public = self.home.public
            there = public.exists
            state = Public(public.number, public.fingerprint, public.dump if there else None)
            if self._stamp() == stamp:
                self._seen = stamp, state
                return state

    def _stamp(self) -> object:
        try:
            status = os.stat(self.home.directory / "current.json")  # noqa: PTH116
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    async def _swapped(self) -> None:
        """Waits until the edition of the moment can answer."""
        if not self._running:
            raise Crowded(_("Der Dienst wird gerade beendet."), RETRY)
        try:
            await asyncio.shield(self._swap())
        except OSError as error:
            log.error("The public edition cannot be loaded: %s", error)
            message = _("Der Graph kann gerade nicht geladen werden. Bitte später noch einmal fragen.")
            raise LimitReached(message, RETRY) from error

    def _swap(self) -> "asyncio.Task[None]":
        if not self._swapping or self._swapping.done():
            self._swapping = self._loop.create_task(self._load())
            self._swapping.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._swapping

    async def _load(self) -> None:
        """Starts a zygote with the newest public edition, and with a newer one if it changes meanwhile."""
        failed: OSError | None = None
        for _trial in range(TRIALS):
            while True:
                state = self._state()
                zygote = self._zygote("public", str(state.dump or ""))
                try:
                    await zygote.ready
                except OSError as error:
                    failed = error
                    break
                if self._state() == state:
                    self._served = state
                    self._public.use(zygote)
                    return
                zygote.close()
        raise failed or OSError("unreachable")

    # internal

    async def _submit_internal(self, job: Job, client: str) -> Run:
        if not self._running:
            raise Crowded(_("Der Dienst wird gerade beendet."), RETRY)
        pin = await self._pin()
        try:
            run = self._run(job, client, pin.number if pin else 0, internal=True)
            if pin:
                run.snapshot, run.at_end = pin.path, lambda: self._unpin(pin)
            self._internal.submit(run)
        except BaseException:
            if pin:
                self._unpin(pin)
            raise
        return run

    def _fork_internal(self, run: Run) -> tuple[Worker, bytes] | None:
        if self._bare.closed:
            return None
        return self._bare.fork(self.limits.memory_mb), pickle.dumps((run.snapshot, run.job))

    async def _pin(self) -> Pin | None:
        """The newest internal view, pinned; several queries share it."""
        async with self._pinning:
            if not self.home.internal.exists:
                return None
            number = self.home.internal.number
            if not self._pins or self._pins[-1].number != number:
                pin = await asyncio.to_thread(Pin, number, self.home.internal.pinned())
                for old in self._pins:
                    old.outdated = True
                self._pins.append(pin)
                for old in [old for old in self._pins if old.outdated and not old.readers]:
                    self._drop(old)
            self._pins[-1].readers += 1
            return self._pins[-1]

    def _unpin(self, pin: Pin) -> None:
        pin.readers -= 1
        if pin.outdated and not pin.readers and self._running:
            self._drop(pin)

    def _drop(self, pin: Pin) -> None:
        self._pins.remove(pin)
        self._background(asyncio.to_thread(pin.drop))

    # both

    def _run(self, job: Job, client: str, edition: object, internal: bool = False) -> Run:
        limits = self.limits
        graphs = (job.graph, job.default_graphs, job.named_graphs, edition, internal)
        return Run(
            job=job,
            lane=self._internal if internal else self._public,
            client=client,
            key=hash((job.text, job.base, *graphs)),
            shape=hash((shape(job.text), *graphs)),
            seconds=limits.internal_seconds if internal else limits.seconds,
            loop=self._loop,
            ready=self._loop.create_future(),
        )

    async def _pause(self) -> None:
        """Holds a refusal back, so that a client that asks in a loop does not keep the event loop busy."""
        if self._pausing < MOST_PAUSING:
            self._pausing += 1
            try:
                await asyncio.sleep(self.limits.refusal_pause)
            finally:
                self._pausing -= 1

    def _zygote(self, *what: str) -> Zygote:
        zygote = Zygote(self._zygote_closed, *what)
        self._zygotes.add(zygote)
        return zygote

    def _zygote_closed(self, zygote: Zygote, expected: bool) -> None:
        self._zygotes.discard(zygote)
        self._background(zygote.ended())
        if not expected:
            log.error("A process that holds an edition ended by itself.")
        if zygote is self._public.zygote:
            self._public.lost()
        if zygote is self._bare and self._running:
            self._loop.call_later(RESTART, self._restart)

    def _restart(self) -> None:
        if self._running and self._bare.closed:
            self._bare = self._zygote("bare")

    def _background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _rejection(kind: str, message: str) -> Exception:
    """Why a change was not made; the message is whole, as the process that writes raised it."""
    if kind not in REJECTIONS:
        return RuntimeError(f"a process that writes failed:\n{message}")
    rejection = REJECTIONS[kind]
    return rejection.__new__(rejection, message)


class Report:
    """What a worker that writes has to say."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.result: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._header: dict[str, Any] = {}

    def on_header(self, header: dict[str, Any]) -> None:
        """The outcome."""
        self._header = header

    def on_data(self, data: bytes) -> None:
        """There is none."""

    def on_end(self, cost: dict[str, Any]) -> None:
        """It is stored."""
        self._settle(self._header)

    def on_failure(self, kind: str, message: str) -> None:
        """It is not stored."""
        self._settle(_rejection(kind, message))

    def on_death(self, status: int | None) -> None:
        """It may be stored or not."""
        log.error("A process that writes ended by itself (status %s).", status)
        self._settle(Crowded(_(INTERRUPTED), RETRY))

    def _settle(self, outcome: dict[str, Any] | Exception) -> None:
        if self.result.done():
            return
        if isinstance(outcome, Exception):
            self.result.set_exception(outcome)
        else:
            self.result.set_result(outcome)
