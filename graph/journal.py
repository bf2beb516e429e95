"""The journal of changes: who changed which dataset when, and exactly which quads.

It lies beside the store, never inside it, so that no query sees it. An entry is written before the store changes
and closed afterwards; an entry that is still open after a crash is settled by looking at the store, which holds
either all of the change or nothing. Of a raw write the entry keeps the request: nobody counts its quads.
"""

import gzip
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS change (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    at       TEXT NOT NULL,
    actor    TEXT NOT NULL,
    command  TEXT NOT NULL,
    datasets TEXT NOT NULL,
    added    INTEGER NOT NULL,
    removed  INTEGER NOT NULL,
    patch    BLOB NOT NULL,
    done     INTEGER NOT NULL DEFAULT 0,
    raw      INTEGER NOT NULL DEFAULT 0
)
"""
UNCOUNTED = -1
"""Stands in the columns `added` and `removed` of a raw write."""
COLUMNS = "number, at, actor, command, datasets, added, removed"


@dataclass(frozen=True)
class Change:
    """One change of the store: its number, time (UTC), author, command, datasets, and count of quads.

    Nobody counts the quads of a raw write: None.
    """

    number: int
    at: str
    actor: str
    command: str
    datasets: tuple[str, ...]
    added: int | None
    removed: int | None


@dataclass(frozen=True)
class Entry:
    """An entry that is still open: its number, whether it is a raw write, and its patch or request."""

    number: int
    raw: bool
    patch: str


class Journal:
    """The changes of one store, in a SQLite file."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(SCHEMA)
        if not any(row[1] == "raw" for row in self._connection.execute("PRAGMA table_info(change)")):
            self._connection.execute("ALTER TABLE change ADD COLUMN raw INTEGER NOT NULL DEFAULT 0")

    def open_entry(
        self, actor: str, command: str, datasets: tuple[str, ...], added: list[str], removed: list[str]
    ) -> int:
        """Announces a change of N-Quads lines and returns its number."""
        patch = "".join([*(f"A {line}\n" for line in added), *(f"D {line}\n" for line in removed)])
        return self._open(actor, command, datasets, len(added), len(removed), patch, raw=False)

    def open_raw(self, actor: str, command: str, request: str) -> int:
        """Announces a raw write, given as an update request, and returns its number."""
        return self._open(actor, command, (), UNCOUNTED, UNCOUNTED, request, raw=True)

    def close_entry(self, number: int) -> None:
        """Says that the change has been stored and is shown."""
        self._connection.execute("UPDATE change SET done = 1 WHERE number = ?", (number,))

    def drop_entry(self, number: int) -> None:
        """Takes back the announcement of a change that did not come about."""
        self._connection.execute("DELETE FROM change WHERE number = ? AND done = 0", (number,))

    def open_entries(self) -> list[Entry]:
        """What a crash left open, oldest first."""
        rows = self._connection.execute(
            "SELECT number, raw, patch FROM change WHERE done = 0 ORDER BY number"
        )
        return [Entry(number, bool(raw), gzip.decompress(patch).decode()) for number, raw, patch in rows]

    def changes(self) -> list[Change]:
        """All changes that were stored, oldest first."""
        rows = self._connection.execute(f"SELECT {COLUMNS} FROM change WHERE done = 1 ORDER BY number")
        return [_change(*row) for row in rows]

    def change(self, number: int) -> Change:
        """One change."""
        [row] = self._connection.execute(f"SELECT {COLUMNS} FROM change WHERE number = ?", (number,))
        return _change(*row)

    def last(self) -> int:
        """The number of the last stored change, 0 where there is none."""
        [(number,)] = self._connection.execute("SELECT coalesce(max(number), 0) FROM change WHERE done = 1")
        return int(number)

    def has_raw_writes(self) -> bool:
        """Whether somebody has written past the datasets."""
        return bool(self._connection.execute("SELECT 1 FROM change WHERE raw = 1 LIMIT 1").fetchall())

    def copy_to(self, file: Path) -> None:
        """A consistent copy, also while the journal is open."""
        with sqlite3.connect(file) as target:
            self._connection.backup(target)
        target.close()

    def close(self) -> None:
        self._connection.close()

    def _open(
        self,
        actor: str,
        command: str,
        datasets: tuple[str, ...],
        added: int,
        removed: int,
        patch: str,
        raw: bool,
    ) -> int:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        packed = gzip.compress(patch.encode(), 6)
        cursor = self._connection.execute(
            "INSERT INTO change (at, actor, command, datasets, added, removed, patch, raw) VALUES (?,?,?,?,?,?,?,?)",
            (now, actor, command, "\n".join(datasets), added, removed, packed, raw),
        )
        return int(cursor.lastrowid or 0)


def _change(
    number: int, at: str, actor: str, command: str, datasets: str, added: int, removed: int
) -> Change:
    counts = (None if count == UNCOUNTED else count for count in (added, removed))
    return Change(number, at, actor, command, tuple(datasets.split()), *counts)
