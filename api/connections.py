"""Connections that only cost are closed: who sends no request, who does not read an answer, who sends crumbs.

The server itself waits without end for the first two, and each holds a place and up to a megabyte. A body in chunks
of a byte or so keeps it busy for a microsecond a chunk, while nobody else is served.
"""

import asyncio
import fcntl
import struct
import termios
from contextlib import suppress
from typing import TYPE_CHECKING

from uvicorn.protocols.http.auto import AutoHTTPProtocol

PATIENCE = 10.0
"""Seconds in which something has to move; looked at that often, so it may take twice as long."""

MUCH, LEAST = 65_536, 40_000
"""As long as a client is so many bytes behind, it has to read so many from one look to the next (4 kB a second)."""

CRUMBS, CRUMB = 5_000, 64
"""A body may come in so many pieces; in more only if they hold so many bytes each on the average."""

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Base
else:
    Base = AutoHTTPProtocol


class Connection(Base):
    """A connection as uvicorn has it, looked after."""

    patience, least = PATIENCE, LEAST
    _unsent = 0
    _seen: object = None
    _drained = _idle = False
    _pieces = _bytes = 0
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch = self.loop.call_later(self.patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch:
            self._watch.cancel()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        self._drained = True
        super().resume_writing()

    def on_message_begin(self) -> None:
        self._pieces = self._bytes = 0
        super().on_message_begin()  # type: ignore[misc]

    def on_body(self, body: bytes) -> None:
        """Takes a piece of a body. Raises where it comes in crumbs, which the server answers with 400."""
        self._pieces += 1
        self._bytes += len(body)
        if self._pieces > CRUMBS and self._bytes < CRUMB * self._pieces:
            raise ValueError("a body in too many pieces")
        super().on_body(body)  # type: ignore[misc]

    def _look(self) -> None:
        """Closes the connection if nothing has moved since the last look, or hardly anything of much."""
        unsent, idle = self._pending(), self.cycle is None or self.cycle.response_complete
        behind = min(unsent, self._unsent) > MUCH and self._unsent - unsent < self.least
        stuck = (0 < unsent == self._unsent or behind) and not self._drained
        silent = idle and not unsent and self._idle and self._seen is self.cycle
        if stuck or silent:
            self.transport.abort()
            return
        self._unsent, self._seen, self._idle, self._drained = unsent, self.cycle, idle and not unsent, False
        self._watch = self.loop.call_later(self.patience, self._look)

    def _pending(self) -> int:
        """How many bytes the client has not got yet; those in the hands of the system count as far as it tells."""
        waiting = self.transport.get_write_buffer_size()
        peer = self.transport.get_extra_info("socket")
        with suppress(OSError, AttributeError):
            waiting += struct.unpack("i", fcntl.ioctl(peer.fileno(), termios.TIOCOUTQ, bytes(4)))[0]
        return waiting
