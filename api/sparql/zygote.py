"""The process from which those that answer foreign queries are forked: it holds an edition, stays single and small.

    python -m api.sparql.zygote SOCKET public FILE   loads a file of N-Quads; its workers answer from memory
    python -m api.sparql.zygote SOCKET bare          holds nothing; a worker opens a snapshot, or writes, and ends

It is started with an empty environment, so no token of the service can be found in it, and imports no more than
pyoxigraph until it has nothing to do. A fork costs 3 ms. Only the service speaks to it, in messages of nine bytes: an
order, the number of a worker, an argument. Workers get a socket each and can make no other (seccomp), so that SERVICE
and LOAD reach nothing; those that have the edition in memory may not even open a file (RLIMIT_NOFILE), the others need
the files of their snapshot. They may grow by a fixed amount (RLIMIT_AS), leave no core dump, and die with the zygote.

On macOS RLIMIT_AS may not hold, and there is no seccomp, PDEATHSIG or /proc: there the limits of time, CPU and files
remain, and that the service refuses SERVICE and LOAD before anything gets here.
"""

import contextlib
import ctypes
import errno
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import threading
from pathlib import Path

import pyoxigraph as ox

from api.sparql.frames import receive
from api.sparql.order import UNCOUNTED, Statistics
from api.sparql.worker import answer, peak, serve

MESSAGE = struct.Struct(">cII")
FORK, SIGNAL, BEHIND = b"F", b"S", b"L"
"""Orders: fork a worker with so many MB to grow by; send it a signal; put it behind all others."""
READY, BORN, DIED, BROKEN = b"R", b"P", b"D", b"B"
"""Reports: loaded (so many quads); forked with this pid; ended with this status; could not load."""

WRITER = 0
"""The memory argument of a worker that writes: it is ours and has no limit."""
PRIORITY = 5
"""Niceness of a worker that writes or reads the internal edition; one that stands ready for short queries has none."""
LAST = 19
"""Niceness of a slow one where there is no class of its own for what may wait."""
CPU_SECONDS = 900
"""What the kernel lets one query compute at most, should the service not look after it any more."""

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_FILTER, SECCOMP_ERRNO, SECCOMP_ALLOW = 2, 0x0005_0000, 0x7FFF_0000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
SOCKET_CALL = {"x86_64": (0xC000_003E, 41), "aarch64": (0xC000_00B7, 198)}
"""The kernel's names of an architecture and of the call that makes a socket there."""
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Zygote:
    """The loop between the orders of the service and the deaths of the workers."""

    def __init__(
        self, control: socket.socket, store: ox.Store | None, statistics: Statistics | None = None
    ) -> None:
        self.control, self.store, self.statistics = control, store, statistics
        self.workers: dict[int, int] = {}
        self.woken, self.wake = os.pipe()
        os.set_blocking(self.woken, False)
        os.set_blocking(self.wake, False)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        """Serves until the service goes; then nothing of this process is left."""
        idle = None if self.store is not None else 0.2
        try:
            while True:
                ready = select.select([self.control.fileno(), self.woken], [], [], idle)[0]
                if not ready:
                    idle = None
                    importlib.import_module("api.sparql.writing")  # spares every write 0.6 s
                if self.woken in ready:
                    self._bury()
                if self.control.fileno() in ready and not self._obey():
                    return
        except ConnectionError:
            return
        finally:
            for pid in self.workers.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _obey(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self.control, MESSAGE.size, 1)
        while message and len(message) < MESSAGE.size:
            message += self.control.recv(MESSAGE.size - len(message))
        if not message:
            return False
        order, number, argument = MESSAGE.unpack(message)
        if order == FORK:
            self._fork(number, socket.socket(fileno=descriptors[0]), argument)
        elif pid := self.workers.get(number):  # not buried yet, so the pid is still its own
            with contextlib.suppress(ProcessLookupError):
                if order == SIGNAL:
                    os.kill(pid, argument)
                else:
                    _put_behind(pid)
        return True

    def _fork(self, number: int, peer: socket.socket, megabytes: int) -> None:
        parent, pid = os.getpid(), os.fork()
        if pid:
            peer.close()
            self.workers[number] = pid
            self.control.sendall(MESSAGE.pack(BORN, number, pid))
            return
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _die_with(parent)
            os.close(self.woken)
            os.close(self.wake)
            self.control.close()
            become_worker(peer, self.store, megabytes, self.statistics)
            status = 0
        finally:
            os._exit(status)

    def _bury(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self.woken, 4096):
                pass
        for number, pid in list(self.workers.items()):
            gone, status = os.waitpid(pid, os.WNOHANG)
            if gone:
                del self.workers[number]
                self.control.sendall(MESSAGE.pack(DIED, number, status))


def become_worker(
    peer: socket.socket, store: ox.Store | None, megabytes: int, statistics: Statistics | None = None
) -> None:
    """The life of a forked process."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)  # where the allocator says that it aborts
    os.close(nothing)
    _without_network()
    if store is not None:
        _confine(megabytes)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        serve(peer, store, CPU_SECONDS, statistics)
    elif megabytes == WRITER:
        os.nice(PRIORITY)
        writing = importlib.import_module("api.sparql.writing")
        writing.serve(peer)
    elif payload := receive(peer):
        born = peak()
        snapshot, job = pickle.loads(payload)
        store = ox.Store.read_only(snapshot) if snapshot else ox.Store()
        os.nice(PRIORITY)
        _confine(megabytes)
        answer(peer, store, job, CPU_SECONDS, born)


def load(file: str) -> tuple[ox.Store, Statistics]:
    """The edition in memory, and how often which property occurs in it.

    It is read in a thread that ends: the engine's random numbers are a thread's own, so a worker, forked from the main
    thread, starts its own row of them. Otherwise all workers would hand out the same UUIDs. In one transaction: what is
    loaded in bulk lies in memory in no order, takes more of it, and is read a tenth more slowly.
    """
    store, counted = ox.Store(), [UNCOUNTED]
    failed: list[BaseException] = []

    def read() -> None:
        try:
            store.load(path=file, format=ox.RdfFormat.N_QUADS)
            counted.append(Statistics.of(store))
        except (OSError, SyntaxError, ValueError) as error:
            failed.append(error)

    if file and Path(file).stat().st_size:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    if failed:
        raise failed[0]
    return store, counted[-1]


def _put_behind(pid: int) -> None:
    """Lets a process compute with what others leave: whoever wakes up goes before it at once (niceness only weighs)."""
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):  # not in every container
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
            return
    os.setpriority(os.PRIO_PROCESS, pid, LAST)


def _confine(megabytes: int) -> None:
    """No more memory than that."""
    with contextlib.suppress(OSError, ValueError):
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        limit = size + megabytes * (1 << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _without_network() -> None:
    """Lets the kernel refuse this process any socket, where it can (seccomp)."""
    if LIBC is None or (machine := SOCKET_CALL.get(os.uname().machine)) is None:
        return
    architecture, call = machine
    steps = [
        (LOAD, 0, 0, 4),  # which architecture
        (JUMP_IF_EQUAL, 0, 3, architecture),
        (LOAD, 0, 0, 0),  # which call
        (JUMP_IF_EQUAL, 0, 1, call),
        (RETURN, 0, 0, SECCOMP_ERRNO | errno.EACCES),
        (RETURN, 0, 0, SECCOMP_ALLOW),
    ]
    rules = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("H6xQ", len(steps), ctypes.addressof(rules))
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    LIBC.prctl(PR_SET_SECCOMP, SECCOMP_FILTER, program, 0, 0)


def _die_with(parent: int) -> None:
    """Lets the kernel end this process when its parent ends, where it can."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def main(arguments: list[str]) -> None:
    """Starts as the service orders it on the command line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    control = socket.socket(fileno=int(arguments[0]))
    try:
        store, statistics = load(arguments[2]) if arguments[1] == "public" else (None, None)
    except (OSError, SyntaxError, ValueError):
        control.sendall(MESSAGE.pack(BROKEN, 0, 0))
        raise
    control.sendall(MESSAGE.pack(READY, 0, len(store) if store is not None else 0))
    Zygote(control, store, statistics).run()


if __name__ == "__main__":
    main(sys.argv[1:])
