"""Every error that the domain raises on purpose.

ZukunftsgraphError
├── InvalidData        data must be mended: syntax, shapes, authored form (file, line, value)
├── Unknown            a district, query, thing or code that nobody knows; carries near names
├── Locked             another process holds the store for writing
├── NotEmpty           a directory that should be empty holds data
├── InvalidQuery       a query or update that is no SPARQL, or a request that contradicts itself
├── Refused            a query that would reach outside of the graph
├── Unauthorized       no name, or a wrong one, where one is needed
├── Forbidden          a name that may not do this
├── NotAcceptable      none of the forms that are asked for exists
├── TooLarge           more than the service takes in
├── LimitReached       an answer that would cost more time or memory than there is; says when to try again
├── StoreUnavailable   the database server does not answer, or not as the SPARQL 1.1 Protocol has it
└── WrongSetting       a setting that cannot be

Errors know nothing of HTTP or exit codes: the borders in `api` have one table each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.language import Later, _


class ZukunftsgraphError(Exception):
    """Base of every error this package raises on purpose; the message says what to do, in the language in force."""

    def __str__(self) -> str:
        message = self.args[0] if self.args else ""
        return message.said() if isinstance(message, Later) else str(message)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file: where, what was found, what to do."""

    message: str
    file: str = ""
    line: int | None = None
    node: str = ""
    path: str = ""

    def __str__(self) -> str:
        place = self.file + (_(", Zeile {line}").format(line=self.line) if self.line else "")
        about = " · ".join(part for part in (place, self.node, self.path) if part)
        return f"{about}: {self.message}" if about else self.message


class InvalidData(ZukunftsgraphError):
    """Data that must be mended before anything is stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Unknown(ZukunftsgraphError):
    """What was asked for is not known; `near` holds up to five names that look like it.

    `what` goes to the catalogue of messages by itself (`make messages` collects first arguments of `Unknown`).
    """

    def __init__(self, what: str, asked: str, near: Sequence[str] = ()) -> None:
        self.asked, self.near = asked, tuple(near)
        said = _("{what} „{asked}“ ist nicht bekannt.").format(what=_(what), asked=asked)
        hint = _("Meinten Sie: {names}?").format(names=", ".join(near)) if near else ""
        super().__init__(f"{said} {hint}".rstrip())


class Locked(ZukunftsgraphError):
    """Another process holds the store for writing."""

    def __init__(self, directory: Path, holder: str) -> None:
        super().__init__(
            _(
                "Das Verzeichnis {directory} wird gerade von {holder} beschrieben. "
                "Bitte warten, bis der Vorgang beendet ist, und den Befehl dann wiederholen."
            ).format(directory=directory, holder=holder)
        )


class NotEmpty(ZukunftsgraphError):
    """A directory that should be empty holds data already."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"Das Verzeichnis {directory} enthält bereits Daten. Bitte ein leeres Verzeichnis nennen (--data-dir)."
        )


class InvalidQuery(ZukunftsgraphError):
    """A query or update that cannot be understood."""


class Refused(ZukunftsgraphError):
    """A query that would reach outside of the graph: another server, a file."""


class Unauthorized(ZukunftsgraphError):
    """Nobody is logged in where somebody has to be, or the token is wrong."""


class Forbidden(ZukunftsgraphError):
    """Whoever is logged in may not do this."""


class NotAcceptable(ZukunftsgraphError):
    """None of the forms that the client takes exists for this answer."""


class TooLarge(ZukunftsgraphError):
    """More than the service takes in at once."""


class LimitReached(ZukunftsgraphError):
    """An answer that would cost more than there is; `retry_after` says in how many seconds to ask again."""

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class StoreUnavailable(ZukunftsgraphError):
    """The database server cannot be used; `open` says that it may have carried out the change all the same."""

    def __init__(self, message: str, open: bool = False) -> None:
        self.open = open
        super().__init__(message)


class WrongSetting(ZukunftsgraphError):
    """A setting that cannot be; the message names it and what it may be."""
