"""How often somebody may guess: after a few failures under one key he waits."""

import math
import threading
from collections.abc import Callable, Sequence

from graph.errors import ZukunftsgraphError
from graph.language import _, ngettext

FAILURES = 5
WINDOW = 15 * 60
ENTRIES = 10_000
"""Keys that are remembered; beyond that the one that was tried longest ago is forgotten."""


class TooManyAttempts(ZukunftsgraphError):
    """Too many failures in too little time; `retry_after` says in how many seconds to try again."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        minutes = -(-retry_after // 60)
        said = _("Es gab zu viele Fehlversuche ({count} in {minutes} Minuten).")
        wait = ngettext(
            "Bitte warten Sie {minutes} Minute und versuchen Sie es dann noch einmal.",
            "Bitte warten Sie {minutes} Minuten und versuchen Sie es dann noch einmal.",
            minutes,
        )
        super().__init__(
            said.format(count=FAILURES, minutes=WINDOW // 60) + " " + wait.format(minutes=minutes)
        )


class Throttle:
    """Counts failures by key (a name, an address) in memory; a restart forgets them."""

    def __init__(self, clock: Callable[[], float], entries: int = ENTRIES) -> None:
        self._clock, self._entries = clock, entries
        self._times: dict[str, tuple[float, ...]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._times)

    def attempt(self, keys: Sequence[str]) -> None:
        """Notes a failure under every key before the guess is looked at, so that many at once win nothing.

        Raises `TooManyAttempts` without noting anything where one of the keys has to wait.
        """
        now = self._clock()
        with self._lock:
            recent = {key: [t for t in self._times.get(key, ()) if t > now - WINDOW] for key in keys}
            waits = [times[-FAILURES] + WINDOW - now for times in recent.values() if len(times) >= FAILURES]
            if waits:
                raise TooManyAttempts(math.ceil(max(waits)))
            for key, times in recent.items():
                self._times.pop(key, None)  # the newest stand last
                self._times[key] = (*times, now)
            while len(self._times) > self._entries:
                del self._times[next(iter(self._times))]

    def succeeded(self, name: str, address: str) -> None:
        """The guess was right: the name starts anew, the address loses only what this attempt noted.

        Otherwise somebody with an account of his own could clear his address between two guesses.
        """
        with self._lock:
            self._times.pop(name, None)
            times = self._times.pop(address, ())[:-1]
            if times:
                self._times[address] = times
