"""The journal of changes: who changed which dataset when, and exactly which quads.

It lies beside the store, never inside it, so that no query sees it. An entry is written before the store changes
and closed afterwards; an entry that is still open after a crash is settled by looking at the store, which holds
either all of the change or nothing.
"""

import gzip
import sqlite3
from collections.abc import Callable
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
    done     INTEGER NOT NULL DEFAULT 0
)
"""


@dataclass(frozen=True)
class Change:
    """One change of the store: its number, time (UTC), author, command, datasets, and count of quads."""

    number: int
    at: str
    actor: str
    command: str
    datasets: tuple[str, ...]
    added: int
    removed: int


class Journal:
    """The changes of one store, in a SQLite file."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(SCHEMA)

    def open_entry(
        self, actor: str, command: str, datasets: tuple[str, ...], added: list[str], removed: list[str]
    ) -> int:
        """Announces a change of N-Quads lines and returns its number."""
        patch = "".join([*(f"A {line}\n" for line in added), *(f"D {line}\n" for line in removed)])
        cursor = self._connection.execute(
            "INSERT INTO change (at, actor, command, datasets, added, removed, patch) VALUES (?,?,?,?,?,?,?)",
            (
                datetime.now(UTC).isoformat(timespec="seconds"),
                actor,
                command,
                "\n".join(datasets),
                len(added),
                len(removed),
                gzip.compress(patch.encode(), 6),
            ),
        )
        return int(cursor.lastrowid or 0)

    def close_entry(self, number: int) -> None:
        """Says that the change has been stored."""
        self._connection.execute("UPDATE change SET done = 1 WHERE number = ?", (number,))

    def settle(self, holds: Callable[[str], bool]) -> None:
        """Settles entries that a crash left open; `holds(line)` says whether the store has an N-Quads line."""
        rows = self._connection.execute("SELECT number, patch FROM change WHERE done = 0").fetchall()
        for number, patch in rows:
            first = gzip.decompress(patch).decode().partition("\n")[0]
            stored = not first or holds(first[2:]) == first.startswith("A ")
            if stored:
                self.close_entry(number)
            else:
                self._connection.execute("DELETE FROM change WHERE number = ?", (number,))

    def changes(self) -> list[Change]:
        """All changes that were stored, oldest first."""
        rows = self._connection.execute(
            "SELECT number, at, actor, command, datasets, added, removed FROM change WHERE done = 1 ORDER BY number"
        )
        return [Change(n, at, who, what, tuple(d.split()), a, r) for n, at, who, what, d, a, r in rows]

    def last(self) -> int:
        """The number of the last stored change, 0 where there is none."""
        [(number,)] = self._connection.execute("SELECT coalesce(max(number), 0) FROM change WHERE done = 1")
        return int(number)

    def copy_to(self, file: Path) -> None:
        """A consistent copy, also while the journal is open."""
        with sqlite3.connect(file) as target:
            self._connection.backup(target)
        target.close()

    def close(self) -> None:
        self._connection.close()
