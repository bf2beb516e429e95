"""The processes behind `/sparql` as the event loop sees them: nothing here waits, everything comes as a call.

A `Zygote` forks `Worker`s and tells of their deaths; a worker takes one run at a time and hands it what comes back.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import api
from api.sparql.frames import DATA, END, ERROR, HEAD, HEADER, JOB, LARGEST, frame
from api.sparql.zygote import BEHIND, BORN, BROKEN, DIED, FORK, MESSAGE, READY, SIGNAL

log = logging.getLogger(__name__)

RECEIVE = 262_144
REPORT_LATENCY = 1.0
"""Seconds until a process that closed its socket counts as dead even if nobody says of what."""
NUMBERS = count(1)


class Client(Protocol):
    """Who waits for a worker."""

    def on_header(self, header: dict[str, Any]) -> None: ...
    def on_data(self, data: bytes) -> None: ...
    def on_end(self, cost: dict[str, Any]) -> None: ...
    def on_failure(self, kind: str, message: str) -> None: ...
    def on_death(self, status: int | None) -> None: ...


class Zygote:
    """A process to fork from, started with `what` it is to hold.

    `ready` is done when it has loaded; `on_close` is called when it is gone, with whether somebody wanted that.
    """

    def __init__(self, on_close: Callable[["Zygote", bool], None], *what: str) -> None:
        self.loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[int] = self.loop.create_future()
        self.workers: dict[int, Worker] = {}
        self.closed = False
        self._on_close = on_close
        self._outbox: deque[tuple[bytes, socket.socket | None]] = deque()
        self.ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.sparql.zygote", str(theirs.fileno()), *what],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environment(),
                process_group=0,  # no session: the kernel weighs those against each other, whatever their priority
            )
        self.control.setblocking(False)
        self._inbox = b""
        self.loop.add_reader(self.control, self._readable)

    def fork(self, megabytes: int) -> "Worker":
        """A new worker; it can be given work at once."""
        ours, theirs = socket.socketpair()
        worker = Worker(self, next(NUMBERS), ours)
        self.workers[worker.number] = worker
        if self.closed:
            theirs.close()
            self.loop.call_soon(worker.settle, None)
        else:
            self._outbox.append((MESSAGE.pack(FORK, worker.number, megabytes), theirs))
            self._push()
        return worker

    def order(self, order: bytes, worker: "Worker", argument: int) -> None:
        """Sends a worker a signal or lowers its priority; what has ended meanwhile is left alone."""
        if not self.closed:
            self._outbox.append((MESSAGE.pack(order, worker.number, argument), None))
            self._push()

    def unborn(self) -> int:
        """How many forks are asked for and not made yet."""
        return sum(1 for worker in self.workers.values() if not worker.pid)

    def close(self, expected: bool = True) -> None:
        """Ends the process and with it all its workers."""
        if self.closed:
            return
        self.closed = True
        self.loop.remove_reader(self.control)
        self.loop.remove_writer(self.control)
        self.control.close()
        for _, peer in self._outbox:
            if peer:
                peer.close()
        self._outbox.clear()
        if not self.ready.done():
            self.ready.cancel()
        self._on_close(self, expected)
        for worker in list(self.workers.values()):
            worker.settle(None)

    async def ended(self) -> None:
        """Waits until the process is gone, and kills it should it not go."""
        try:
            await asyncio.to_thread(self.process.wait, 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            await asyncio.to_thread(self.process.wait)

    def _push(self) -> None:
        """Sends what waits; the rest as soon as the zygote, busy with forking, has read."""
        try:
            while self._outbox:
                message, peer = self._outbox[0]
                if peer is None:
                    self.control.send(message)
                else:
                    socket.send_fds(self.control, [message], [peer.fileno()])
                    peer.close()
                self._outbox.popleft()
            self.loop.remove_writer(self.control)
        except BlockingIOError:
            self.loop.add_writer(self.control, self._push)
        except OSError:
            self._gone()

    def _gone(self) -> None:
        if not self.closed:
            if not self.ready.done():
                self.ready.set_exception(OSError("the process that holds the edition did not start"))
            self.close(expected=False)

    def _readable(self) -> None:
        try:
            data = self.control.recv(RECEIVE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._gone()
            return
        data = self._inbox + data
        whole = len(data) - len(data) % MESSAGE.size
        self._inbox = data[whole:]
        for report, number, argument in MESSAGE.iter_unpack(data[:whole]):
            if report == READY:
                self.ready.set_result(argument)
            elif report == BROKEN:
                self._gone()
                return
            elif worker := self.workers.get(number):
                if report == BORN:
                    worker.born(argument)
                elif report == DIED:
                    worker.died(argument)


class Worker:
    """One process at the other end of a socket."""

    def __init__(self, zygote: Zygote, number: int, peer: socket.socket) -> None:
        self.zygote, self.number, self.peer = zygote, number, peer
        self.loop = zygote.loop
        self.client: Client | None = None
        self.pid = 0
        self.gone = False
        """Nothing more comes from it, and nothing may be asked of it."""
        self._inbox = b""
        self._reading = False
        self._resident_at_birth = 0
        self._cpu_before = 0.0
        self._sending: asyncio.Task[None] | None = None
        peer.setblocking(False)
        self.read(True)

    def give(self, client: Client, payload: bytes) -> None:
        """Gives it work; what comes back goes to `client`."""
        self.client = client
        message = frame(JOB, payload)
        try:
            sent = self.peer.send(message)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.loop.call_soon(self._closed)
            return
        if sent < len(message):
            self._sending = self.loop.create_task(self._send(message[sent:]))

    def read(self, wanted: bool) -> None:
        """Whether to take what it says; where nobody takes it, it soon stops saying more."""
        if wanted and not self._reading and not self.gone:
            self.loop.add_reader(self.peer, self._readable)
        elif not wanted and self._reading:
            self.loop.remove_reader(self.peer)
        self._reading = wanted and not self.gone

    def signal(self, number: int) -> None:
        """Sends the process a signal."""
        self.zygote.order(SIGNAL, self, number)

    def put_behind(self) -> None:
        """From now on all others come first."""
        self.zygote.order(BEHIND, self, 0)

    def kill(self) -> None:
        """Ends the process; its client hears nothing more."""
        self.client = None
        self.signal(signal.SIGKILL)
        self.settle(None)

    def grown(self) -> int:
        """By how many bytes it has grown since it was forked; 0 where the system does not tell."""
        return max(0, self._resident() - self._resident_at_birth) if self.pid and not self.gone else 0

    def cpu(self) -> float | None:
        """How many seconds of a processor its present work has taken; None where the system does not tell."""
        try:
            with open(f"/proc/{self.pid}/schedstat", "rb") as file:  # noqa: PTH123
                return int(file.read().split()[0]) / 1e9 - self._cpu_before
        except (OSError, IndexError, ValueError):
            return None

    def born(self, pid: int) -> None:
        """Its process id is known."""
        self.pid = pid
        self._resident_at_birth = self._resident()

    def died(self, status: int) -> None:
        """The process has ended; what it said before still counts."""
        while not self.gone and self._reading and self._receive():
            pass
        self.settle(status)

    def settle(self, status: int | None) -> None:
        """Closes this side, and says so to whoever still waits."""
        if self.gone:
            return
        self.read(False)
        self.gone = True
        if self._sending:
            self._sending.cancel()
            # Not left to the cancelling: that comes later, when the next worker may have this file number.
            self.loop.remove_writer(self.peer)
        self.peer.close()
        self.zygote.workers.pop(self.number, None)
        client, self.client = self.client, None
        if client:
            client.on_death(status)

    def _resident(self) -> int:
        try:
            with open(f"/proc/{self.pid}/statm", "rb") as file:  # noqa: PTH123
                return int(file.read().split()[1]) * PAGE
        except (OSError, IndexError, ValueError):
            return 0

    async def _send(self, message: bytes) -> None:
        try:
            await self.loop.sock_sendall(self.peer, message)
        except OSError:
            self._closed()

    def _readable(self) -> None:
        self._receive()

    def _receive(self) -> bool:
        try:
            data = self.peer.recv(RECEIVE)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._closed()
            return False
        if self._inbox:
            data = self._inbox + data
        start = 0
        while len(data) - start >= HEAD.size and not self.gone:
            kind, size = HEAD.unpack_from(data, start)
            end = start + HEAD.size + size
            if size > LARGEST or self.client is None:
                log.error("Ein Prozess für Anfragen spricht nicht, wie er soll, und wird beendet.")
                self.signal(signal.SIGKILL)
                self.settle(None)
                return False
            if end > len(data):
                break
            self._hand_on(self.client, kind, data[start + HEAD.size : end])
            start = end
        self._inbox = data[start:]
        return True

    def _hand_on(self, client: Client, kind: bytes, payload: bytes) -> None:
        if kind == DATA:
            client.on_data(payload)
        elif kind == HEADER:
            client.on_header(json.loads(payload))
        elif kind == END:
            self.client = None
            cost = json.loads(payload)
            self._cpu_before = float(cost["cpu_total"])
            client.on_end(cost)
        elif kind == ERROR:
            self.client = None
            error = json.loads(payload)
            client.on_failure(str(error["kind"]), str(error["message"]))

    def _closed(self) -> None:
        """It has closed its socket: it is ending, and the zygote will soon say of what."""
        if not self.gone and self._reading:
            self.read(False)
            self.loop.call_later(REPORT_LATENCY, self.settle, None)


def environment() -> dict[str, str]:
    """All that a zygote gets of our environment: where the program lies. No token, no password."""
    return {
        "PYTHONPATH": str(Path(api.__file__).parent.parent),
        "LC_ALL": "C.UTF-8",
        "MALLOC_ARENA_MAX": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


PAGE = os.sysconf("SC_PAGE_SIZE")
