"""An edition: what readers see of a data directory, the internal or the public one.

`current.json` names the state of both at once, so that a change shows everywhere in the same moment. A reader takes the
view that it names; should the view have been cleared away meanwhile, it takes the newer one.
"""

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from graph.errors import Fault, InvalidData
from graph.servers import ServerStore, belongs
from graph.store import QuadStore, Store

T = TypeVar("T")
INTERNAL, PUBLIC = "internal", "public"


@dataclass(frozen=True)
class Current:
    """What readers see now: the change behind each edition, and a hash of everything that is public.

    `facts` and `public_facts` say the same of everything but the judgements, so that what was computed from an edition
    need not be computed again when somebody judges; older versions did not write them down.
    """

    internal: int
    public: int
    fingerprint: str
    facts: int = 0
    public_facts: str = ""

    @classmethod
    def of(cls, directory: Path) -> "Current | None":
        """The state of a data directory, None where nothing has been shown yet."""
        try:
            return cls(**json.loads((directory / "current.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def show(self, directory: Path) -> None:
        """Shows both editions in this state to everybody at once."""
        unfinished = directory / "current.json.neu"
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(directory / "current.json")


def internal_view(directory: Path, number: int) -> Path:
    """Where the internal quads after a change lie."""
    return directory / "snapshots" / f"{number:06d}"


def public_view(directory: Path, number: int) -> Path:
    """Where the public edition lies that a change gave: `store` and `quads.nq`."""
    return directory / "public" / f"{number:06d}"


class Edition:
    """What readers see: `name` is internal or public."""

    def __init__(self, directory: Path, name: str, server: ServerStore | None = None) -> None:
        self.directory, self.name, self.server = directory, name, server

    @property
    def exists(self) -> bool:
        """Whether something has been shown here."""
        return Current.of(self.directory) is not None

    @property
    def number(self) -> int:
        """The number of the change that this edition was built from, 0 where nothing is stored."""
        current = Current.of(self.directory)
        return (current.internal if self.name == INTERNAL else current.public) if current else 0

    @property
    def fingerprint(self) -> str:
        """What names the content. The public one depends on nothing but the public quads; empty where nothing is."""
        current = Current.of(self.directory)
        return (str(current.internal) if self.name == INTERNAL else current.fingerprint) if current else ""

    @property
    def facts(self) -> str:
        """What names the content apart from the judgements, from which nothing follows that would be computed."""
        current = Current.of(self.directory)
        if current is None:
            return ""
        if self.name == INTERNAL:
            return str(current.facts or current.internal)
        return current.public_facts or current.fingerprint

    @property
    def dump(self) -> Path:
        """The public edition as sorted N-Quads."""
        if self.name == INTERNAL:
            raise ValueError("only the public edition is kept as a file")
        return public_view(self.directory, self._current().public) / "quads.nq"

    def read(self) -> QuadStore:
        """The newest view, or the server as it is. Raises `InvalidData` where nothing has been stored yet."""
        self._current()
        if self.name == INTERNAL:
            belongs(self.directory, self.server)
        return self._newest(Store.snapshot) if self.server is None else self.server.fresh()

    @contextmanager
    def pinned(self) -> Iterator[Path]:
        """The newest view as a copy by hard links that nobody clears away; it is gone afterwards."""
        folder = self.directory / "pinned"
        folder.mkdir(exist_ok=True)
        copy = folder / uuid.uuid4().hex
        with _held(folder / f"{copy.name}.lock"):
            try:
                self._newest(lambda view: self._copy(view, copy))
                yield copy
            finally:
                shutil.rmtree(copy, ignore_errors=True)

    def _copy(self, view: Path, copy: Path) -> None:
        """A view for a process of its own; of a server's quads one is made here and kept until the next change."""
        if self.name == INTERNAL and self.server is not None and not view.exists():
            made = copy.with_suffix(".neu")
            self.server.fresh().backup(made)
            with suppress(OSError):  # another process was quicker
                made.rename(view)
            shutil.rmtree(made, ignore_errors=True)
        _link(view, copy)

    def _newest(self, use: Callable[[Path], T]) -> T:
        """Uses the view that is current; once more with a newer one where it was cleared away under our hands."""
        while True:
            current = self._current()
            try:
                if self.name == INTERNAL:
                    return use(internal_view(self.directory, current.internal))
                return use(public_view(self.directory, current.public) / "store")
            except (OSError, RuntimeError):  # the engine calls a view that is half gone corrupt
                if Current.of(self.directory) == current:
                    raise

    def _current(self) -> Current:
        current = Current.of(self.directory)
        if current is None:
            raise InvalidData([Fault("Hier liegt noch kein Graph.", str(self.directory))])
        return current


def sweep_pins(directory: Path) -> None:
    """Clears away pinned views whose process has ended without doing so."""
    folder = directory / "pinned"
    for lock in folder.glob("*.lock"):
        with lock.open("a") as file, suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for folder_of_it in (lock.with_suffix(""), lock.with_suffix(".neu")):
                shutil.rmtree(folder_of_it, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _link(view: Path, copy: Path) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(view, copy, copy_function=os.link)


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Holds a lock file as long as this process lives; a sweep between making and locking it only means once more."""
    while True:
        file = lock.open("a")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            break
        file.close()
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        file.close()
