"""Which databases a data directory belongs to: the embedded one inside of it, or servers beside it.

With a server for the internal edition the quads are there; journal and lock stay in the directory. Readers read the
server as it is, so there are no views. With a server for the public edition the directory keeps what is published, and
the server is made to hold the same, in one request, before anybody is told of the new state.

    server               the address of the server that holds the internal quads
    public-server        the address of the public server and the fingerprint of what was last given to it
    lock                 held by the one writer, where the embedded store has a lock of its own
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from graph.errors import StoreUnavailable
from graph.store import Quad, QuadStore, Store


class ServerStore(QuadStore, Protocol):
    """A store on a server: `graph.remote.RemoteStore`, which only who has a server imports."""

    @property
    def address(self) -> str: ...
    def fresh(self) -> "ServerStore": ...
    def become(self, quads: set[Quad]) -> None: ...


@dataclass(frozen=True)
class Servers:
    """The servers that hold the editions; None means the embedded database."""

    internal: ServerStore | None = None
    public: ServerStore | None = None

    def opened(self, directory: Path) -> tuple[QuadStore, Callable[[], None]]:
        """The internal quads, to be written, and what gives them free. Raises OSError while another process writes."""
        belongs(directory, self.internal)
        if self.internal is None:
            # The engine gives its lock back when nobody refers to it any more.
            return Store.on_disk(directory / "store"), lambda: None
        held = _locked(directory / "lock")
        try:
            store = self.internal.fresh()
            if not _note(directory).exists():
                self._take(directory, store)
        except BaseException:
            os.close(held)
            raise
        return store, lambda: os.close(held)

    def move_in(self, directory: Path, quads: Iterable[Quad]) -> None:
        """Moves a directory that was restored with the embedded database to its server."""
        if self.internal is not None:
            store = self.internal.fresh()
            _refuse_others(store, self.internal.address)
            store.change(set(quads), set())
            _note(directory).write_text(self.internal.address, encoding="utf-8")
            for name in ("store", "snapshots"):
                shutil.rmtree(directory / name)

    def show(self, directory: Path, quads: Path, fingerprint: str, anew: bool = False) -> None:
        """Makes the public server hold what the file holds; `anew` even if it should do so already."""
        note = directory / "public-server"
        if self.public is None:
            note.unlink(missing_ok=True)
            return
        given = f"{self.public.address}\n{fingerprint}\n"
        if anew or not note.exists() or note.read_text(encoding="utf-8") != given:
            note.unlink(missing_ok=True)
            self.public.become(set(ox.parse(path=str(quads), format=ox.RdfFormat.N_QUADS)))
            note.write_text(given, encoding="utf-8")

    def _take(self, directory: Path, store: QuadStore) -> None:
        assert self.internal is not None
        _refuse_others(store, self.internal.address)
        _note(directory).write_text(self.internal.address, encoding="utf-8")


EMBEDDED = Servers()
"""Everything lies in the data directory."""


def belongs(directory: Path, server: ServerStore | None) -> None:
    """Whether the quads of a directory are where the settings say. Raises `StoreUnavailable` if not."""
    note = _note(directory)
    there = note.read_text(encoding="utf-8").strip() if note.exists() else ""
    meant = "" if server is None else server.address
    if there != meant and (there or (directory / "current.json").exists()):
        raise StoreUnavailable(
            f"Der Graph von {directory} liegt {_place(there)}, eingestellt ist aber {_place(meant, 'die')} "
            "(ZUKUNFTSGRAPH_STORE). Zum Umziehen bitte mit der alten Einstellung „zukunftsgraph backup“ und mit der "
            "neuen „zukunftsgraph restore“ in ein leeres Verzeichnis aufrufen. Hat sich nur die Adresse des Servers "
            f"geändert, bitte sie in {note} nachtragen."
        )


def _place(address: str, article: str = "in der") -> str:
    if not address:
        return f"{article} eingebaute{'n' if article == 'in der' else ''} Datenbank"
    return f"{'auf dem' if article == 'in der' else 'der'} Datenbankserver {address}"


def _refuse_others(store: QuadStore, address: str) -> None:
    if store.graphs() or any(True for _ in store.quads()):
        raise StoreUnavailable(
            f"Auf dem Datenbankserver {address} liegt schon der Zukunftsgraph eines anderen Verzeichnisses. Bitte "
            "jenes Verzeichnis verwenden (--data-dir) oder einen leeren Datenbestand einstellen."
        )


def _note(directory: Path) -> Path:
    return directory / "server"


def _locked(file: Path) -> int:
    held = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        raise OSError("the lock is held by another process") from error
    return held
