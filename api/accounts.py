"""Who may log in: accounts, their bearer tokens and their sessions, in an SQLite file beside the store.

Secrets are kept only as digests: passwords as argon2id, tokens and sessions (256 random bits each, so there is
nothing to guess) as SHA-256. The command line writes beside a running service, which looks at the file at every
request: a removed account ends at once.
"""

import hashlib
import hmac
import os
import secrets
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from api.throttle import Throttle
from graph.errors import Unknown, ZukunftsgraphError

FILE = "accounts.sqlite"
"""Its name in a data directory."""
AUTOMATION = "token"
"""The name of whoever holds the token of the settings."""
RESERVED = {AUTOMATION, "lokal"}
LONGEST_NAME = 64
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024
"""In bytes: argon2 takes any length, a service should not."""
SESSION = 12 * 3600
IDLE = 2 * 3600
TOUCH = 60
"""A session in use is noted at most once in so many seconds."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT, created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS tokens (
  digest BLOB PRIMARY KEY, key TEXT NOT NULL REFERENCES users ON DELETE CASCADE, label TEXT NOT NULL,
  created REAL NOT NULL, expires REAL
);
CREATE TABLE IF NOT EXISTS sessions (
  digest BLOB PRIMARY KEY, key TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  created REAL NOT NULL, seen REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS tokens_of ON tokens (key);
CREATE INDEX IF NOT EXISTS sessions_of ON sessions (key);
"""


class Role(IntEnum):
    """What somebody may do; each may what those before him may."""

    READER = 1
    EDITOR = 2
    REVIEWER = 3
    ADMINISTRATOR = 4


Holder = tuple[str, Role]
"""Whose a secret is: name and role."""


class InvalidAccount(ZukunftsgraphError):
    """A name or password that cannot be taken; the message says which rule it breaks."""


@dataclass(frozen=True)
class Account:
    """An account as it is listed."""

    name: str
    role: Role
    created: float
    has_password: bool
    tokens: int


class Accounts:
    """The accounts in `file`; the file comes into being with the first account.

    `token` is that of the settings: who shows it is an administrator.
    """

    def __init__(
        self,
        file: Path,
        token: str = "",
        *,
        hasher: PasswordHasher | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.file = file
        self._automation = _digest(token) if token else None
        self._hasher = hasher or PasswordHasher()
        self._clock = clock
        self._throttle = Throttle(clock)
        self._lock = threading.RLock()
        self._open: tuple[tuple[int, int], sqlite3.Connection] | None = None

    @cached_property
    def verifying(self) -> ThreadPoolExecutor:
        """Where passwords are looked at: each costs 64 MB and a tenth of a second, so two at a time."""
        return ThreadPoolExecutor(2, "argon2")

    @cached_property
    def _dummy(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))

    def __len__(self) -> int:
        return int(self._rows("SELECT count(*) FROM users")[0][0]) if self.file.exists() else 0

    def all(self) -> list[Account]:
        """Every account by name."""
        rows = self._rows(
            "SELECT name, role, created, hash IS NOT NULL,"
            " (SELECT count(*) FROM tokens WHERE tokens.key = users.key AND (expires IS NULL OR expires > ?))"
            " FROM users ORDER BY key",
            self._clock(),
        )
        return [
            Account(name, Role[role], created, bool(has), count) for name, role, created, has, count in rows
        ]

    def add(self, name: str, role: Role, password: str | None = None) -> str:
        """Makes an account and returns its name as it is kept; one without a password has tokens only.

        Raises `InvalidAccount` where name or password break a rule or the name is taken.
        """
        name = _name(name)
        key = _key(name)
        hashed = None if password is None else self._hasher.hash(_password(password))
        with self._changing() as connection:
            taken = connection.execute("SELECT name, role FROM users WHERE key = ?", (key,)).fetchone()
            if taken:
                raise InvalidAccount(
                    f"Das Konto „{taken[0]}“ gibt es schon (Rolle {taken[1].lower()}). Eine andere Rolle bekommt es, "
                    f"wenn es entfernt (user remove) und neu angelegt wird."
                )
            connection.execute(
                "INSERT INTO users VALUES (?, ?, ?, ?, ?)", (key, name, role.name, hashed, self._clock())
            )
        return name

    def remove(self, name: str) -> str:
        """Removes an account with its sessions and tokens. Raises `Unknown` with near names."""
        key = _key(name)
        found = self._rows("SELECT name FROM users WHERE key = ?", key)
        if not found:
            raise Unknown("Das Konto", name, self._near(key))
        with self._changing() as connection:
            connection.execute("DELETE FROM users WHERE key = ?", (key,))
        return str(found[0][0])

    def issue(self, name: str, label: str = "", days: int | None = None) -> str:
        """A new bearer token of an account, told this once. Raises `Unknown`."""
        key, now = _key(name), self._clock()
        token = f"zg_{secrets.token_urlsafe(32)}"
        if not self._rows("SELECT 1 FROM users WHERE key = ?", key):
            raise Unknown("Das Konto", name, self._near(key))
        expires = None if days is None else now + days * 86400
        with self._changing() as connection:
            connection.execute("DELETE FROM tokens WHERE expires <= ?", (now,))
            connection.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?)", (_digest(token), key, label, now, expires)
            )
        return token

    def bearer(self, token: str) -> Holder | None:
        """Whose token that is, None if nobody's."""
        digest = _digest(token)
        if self._automation is not None and hmac.compare_digest(digest, self._automation):
            return AUTOMATION, Role.ADMINISTRATOR
        found = self._rows(
            "SELECT name, role FROM tokens JOIN users USING (key)"
            " WHERE digest = ? AND (expires IS NULL OR expires > ?)",
            digest,
            self._clock(),
        )
        return (found[0][0], Role[found[0][1]]) if found else None

    def login(self, name: str, password: str, address: str = "") -> str | None:
        """The secret of a new session, None if name or password is wrong; both cost the same time.

        Takes a tenth of a second: call it in `verifying`. Raises `TooManyAttempts`.
        """
        key = _key(name)[: 2 * LONGEST_NAME]
        name_key, address_key = f"name {key}", f"address {address}"
        self._throttle.attempt([name_key, address_key] if address else [name_key])
        found = self._rows("SELECT hash FROM users WHERE key = ?", key)
        hashed: str | None = found[0][0] if found else None
        if not self._matches(hashed, password) or hashed is None:
            return None
        self._throttle.succeeded(name_key, address_key)
        secret, now = secrets.token_urlsafe(32), self._clock()
        renewed = self._hasher.hash(_normal(password)) if self._hasher.check_needs_rehash(hashed) else hashed
        with self._changing() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE created <= ? OR seen <= ?", (now - SESSION, now - IDLE)
            )
            # The account may have been removed while its password was looked at.
            made = connection.execute(
                "INSERT INTO sessions SELECT ?, key, ?, ? FROM users WHERE key = ? AND hash = ?",
                (_digest(secret), now, now, key, hashed),
            )
            connection.execute("UPDATE users SET hash = ? WHERE key = ? AND hash = ?", (renewed, key, hashed))
        return secret if made.rowcount else None

    def session(self, secret: str) -> Holder | None:
        """Whose session that is, None if it has ended."""
        digest, now = _digest(secret), self._clock()
        found = self._rows(
            "SELECT name, role, seen FROM sessions JOIN users USING (key)"
            " WHERE digest = ? AND sessions.created > ? AND seen > ?",
            digest,
            now - SESSION,
            now - IDLE,
        )
        if not found:
            return None
        name, role, seen = found[0]
        if now - seen > TOUCH:
            self._touch(digest, now)
        return name, Role[role]

    def logout(self, secret: str) -> None:
        """Ends a session."""
        if self.file.exists():
            with self._changing() as connection:
                connection.execute("DELETE FROM sessions WHERE digest = ?", (_digest(secret),))

    def close(self) -> None:
        """Lets go of the file; the next question opens it again."""
        with self._lock:
            if self._open:
                self._open[1].close()
                self._open = None

    def _matches(self, hashed: str | None, password: str) -> bool:
        """Whether the password is right; where there is none, one that nobody knows is looked at instead."""
        dummy = self._dummy  # made in every case, so that the first stranger does not pay for it alone
        candidate = _normal(password)
        if len(candidate.encode()) > LONGEST_PASSWORD:
            candidate = ""
        try:
            return self._hasher.verify(hashed or dummy, candidate)
        except VerifyMismatchError:
            return False

    def _near(self, key: str) -> Sequence[str]:
        names = {_key(account.name): account.name for account in self.all()}
        return [names[near] for near in get_close_matches(key, names, 5)]

    def _touch(self, digest: bytes, now: float) -> None:
        """Notes that a session is in use; where somebody else writes just now, the next request does it."""
        with self._lock:
            connection = self._connection()
            if connection is None:
                return
            connection.execute("PRAGMA busy_timeout = 0")
            try:
                connection.execute("UPDATE sessions SET seen = ? WHERE digest = ?", (now, digest))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
            finally:
                connection.execute("PRAGMA busy_timeout = 5000")

    def _rows(self, text: str, *values: object) -> list[Any]:
        with self._lock:
            connection = self._connection()
            return [] if connection is None else connection.execute(text, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One short transaction; makes the file where there is none, for its owner only."""
        with self._lock:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with suppress(
                FileExistsError
            ):  # not opened by hand then: closing it would let go of SQLite's locks
                os.close(os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            connection = self._connection()
            if connection is None:
                raise FileNotFoundError(self.file)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection | None:
        """The connection to the file that lies there now, None where there is none."""
        try:
            status = self.file.stat()
        except FileNotFoundError:
            self.close()
            return None
        identity = (status.st_dev, status.st_ino)
        if self._open is None or self._open[0] != identity:
            self.close()
            if not os.access(self.file, os.R_OK | os.W_OK):
                raise PermissionError(13, "keine Berechtigung", str(self.file))
            connection = sqlite3.connect(self.file, timeout=5, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.executescript(SCHEMA)
            self._open = identity, connection
        return self._open[1]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _normal(text: str) -> str:
    """One spelling of what looks the same: an umlaut may be typed as one sign or as two."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())


def _key(name: str) -> str:
    """What is unique of a name."""
    return _normal(_normal(name.strip()).casefold())


def _name(name: str) -> str:
    name = unicodedata.normalize("NFC", name.strip())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidAccount(
            f"Der Name {name[:80]!r} geht nicht: er hat {len(name)} Zeichen oder unsichtbare darunter; "
            f"gebraucht werden 1 bis {LONGEST_NAME} sichtbare."
        )
    if _key(name) in RESERVED:
        raise InvalidAccount(
            f"Der Name „{name}“ ist vergeben: so nennt sich der Dienst selbst. Bitte einen anderen."
        )
    return name


def _password(password: str) -> str:
    """A password that keeps the rules, in one spelling; messages never repeat it."""
    password = _normal(password)
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidAccount(f"Das Passwort ist zu kurz: es braucht mindestens {SHORTEST_PASSWORD} Zeichen.")
    if len(password.encode()) > LONGEST_PASSWORD:
        raise InvalidAccount(f"Das Passwort ist zu lang: höchstens {LONGEST_PASSWORD} Bytes.")
    return password
