"""Every error that the domain raises on purpose.

ZukunftsgraphError
├── InvalidData        data must be mended: syntax, shapes, authored form (file, line, value)
├── Unknown            a district, query, thing or code that nobody knows; carries near names
├── Locked             another process holds the store for writing
└── NotEmpty           a directory that should be empty holds data

Errors know nothing of HTTP or exit codes: the borders in `api` have one table each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class ZukunftsgraphError(Exception):
    """Base of every error this package raises on purpose; the message is German and says what to do."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file: where, what was found, what to do."""

    message: str
    file: str = ""
    line: int | None = None
    node: str = ""
    path: str = ""

    def __str__(self) -> str:
        place = self.file + (f", Zeile {self.line}" if self.line else "")
        about = " · ".join(part for part in (place, self.node, self.path) if part)
        return f"{about}: {self.message}" if about else self.message


class InvalidData(ZukunftsgraphError):
    """Data that must be mended before anything is stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Unknown(ZukunftsgraphError):
    """What was asked for is not known; `near` holds up to five names that look like it."""

    def __init__(self, what: str, asked: str, near: Sequence[str] = ()) -> None:
        self.asked, self.near = asked, tuple(near)
        hint = f" Meinten Sie: {', '.join(near)}?" if near else ""
        super().__init__(f"{what} „{asked}“ ist nicht bekannt.{hint}")


class Locked(ZukunftsgraphError):
    """Another process holds the store for writing."""

    def __init__(self, directory: Path, holder: str) -> None:
        super().__init__(
            f"Das Verzeichnis {directory} wird gerade von {holder} beschrieben. "
            "Bitte warten, bis der Vorgang beendet ist, und den Befehl dann wiederholen."
        )


class NotEmpty(ZukunftsgraphError):
    """A directory that should be empty holds data already."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"Das Verzeichnis {directory} enthält bereits Daten. Bitte ein leeres Verzeichnis nennen (--data-dir)."
        )
