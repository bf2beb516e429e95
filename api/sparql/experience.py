"""What is known of queries before they run: what one like them took, and what met a limit."""

import time
from collections import OrderedDict
from dataclasses import dataclass

from api.sparql.run import Crowded, Run
from queries.lexer import TOKEN

KNOWN_QUERIES = 20_000
LONGEST_SHAPED = 4_000
"""So much of a text counts for its shape."""
GENERAL = {"word", "variable", "mark"}
"""The tokens that make the shape of a query."""
UNKNOWN = 0.2
"""Seconds that a query of which nothing is known is taken for."""


@dataclass(frozen=True)
class Met:
    """A limit that a query has met."""

    message: str
    at: float


def shape(text: str) -> str:
    """The query without what makes it particular: names, numbers, strings, comments and white space.

    Variables are numbered as they appear: how they are called costs nothing.
    """
    numbers: dict[str, str] = {}
    return " ".join(
        [
            numbers.setdefault(token[0][1:], f"?{len(numbers)}")
            if token.lastgroup == "variable"
            else token[0]
            for token in TOKEN.finditer(text[:LONGEST_SHAPED])
            if token.lastgroup in GENERAL
        ]
    )


class Experience:
    """What queries cost the last time, as long as the edition stays the same (it is part of their key).

    A query that is new is expected to cost what one of its shape did; what met a limit is refused for itself only.
    """

    def __init__(self, forget: float) -> None:
        self.forget = forget
        self._seconds: OrderedDict[int, float] = OrderedDict()
        self._met: OrderedDict[int, Met] = OrderedDict()

    def seconds(self, run: Run) -> float | None:
        """How long such a query computed, None where nobody knows. Raises where it met a limit a moment ago."""
        met = self._met.get(run.key)
        if met and (left := met.at + self.forget - time.monotonic()) > 0:
            raise Crowded(met.message, max(1, round(left)))
        return self._seconds.get(run.key, self._seconds.get(run.shape))

    def took(self, run: Run, seconds: float) -> None:
        """It computed for so long."""
        for key in (run.key, run.shape):
            self._seconds[key] = seconds
            self._seconds.move_to_end(key)
        while len(self._seconds) > KNOWN_QUERIES:
            self._seconds.popitem(last=False)

    def met(self, run: Run, message: str) -> None:
        """It met a limit."""
        self.took(run, run.seconds)
        self._met[run.key] = Met(message, time.monotonic())
        self._met.move_to_end(run.key)
        if len(self._met) > KNOWN_QUERIES:
            self._met.popitem(last=False)


def rank(run: Run) -> float:
    """How big a query is, as far as one can know: what is unknown goes on for at least as long as it has taken."""
    return max(run.attained, run.expected) if run.expected else max(2 * run.attained, UNKNOWN)
