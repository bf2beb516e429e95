"""Measures that somebody brings along, compared with what an edition knows: in a process of its own.

The sentences of two hundred measures take seconds to understand, and nobody else should feel that. The process gets the
measures on its standard input and gives the findings on its standard output; neither is kept anywhere:
`python -m api.given DIRECTORY internal|public LIMIT`.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import api
from api.findings import Finding, told
from graph.edition import PUBLIC, Edition
from graph.errors import LimitReached
from graph.language import _

if TYPE_CHECKING:
    from graph.compare.profile import Measure

WAITING = 4
"""So many files may wait for their turn; each waiting one holds a thread that all pages share."""
SECONDS = 120
"""So long a comparison may take."""
AGAIN = 20
NICE = 5
"""Others go first."""


class Given:
    """Compares lists with one edition, one list at a time."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._places, self._turn = threading.BoundedSemaphore(WAITING), threading.Lock()

    def compared(self, measures: "Sequence[Measure]", limit: int) -> list[list[Finding]]:
        """For each measure what is most like it. Raises `LimitReached` where that takes too long."""
        if not measures:
            return []
        if not self._places.acquire(blocking=False):
            raise _later()
        try:
            with self._turn:
                return [[told(finding) for finding in found] for found in self._run(measures, limit)]
        finally:
            self._places.release()

    def _run(self, measures: "Sequence[Measure]", limit: int) -> list[list[Finding]]:
        encode = import_module("graph.compare.index").encode
        lines = b"".join(encode(measure) for measure in measures)
        command = [
            sys.executable,
            "-P",
            "-m",
            "api.given",
            str(self.edition.directory),
            self.edition.name,
            str(limit),
        ]
        root = str(Path(api.__file__).parent.parent)
        try:
            done = subprocess.run(
                command,
                input=lines,
                stdout=subprocess.PIPE,
                timeout=SECONDS,
                check=False,
                env={**os.environ, "PYTHONPATH": root, "OPENBLAS_NUM_THREADS": "1"},
                process_group=0,
            )
        except subprocess.TimeoutExpired as error:
            raise _later() from error
        if done.returncode:
            raise RuntimeError(f"the comparison of a list ended with status {done.returncode}")
        found: list[list[Finding]] = json.loads(done.stdout)
        return found


def _later() -> LimitReached:
    return LimitReached(
        _(
            "Gerade werden zu viele Dateien verglichen, oder diese ist zu groß dafür. Bitte versuchen Sie es in "
            "{seconds} Sekunden noch einmal, sonst mit weniger Maßnahmen in einer Datei."
        ).format(seconds=AGAIN),
        AGAIN,
    )


def _main(directory: str, name: str, limit: str) -> None:
    os.nice(NICE)
    home = import_module("api.home").home_in(Path(directory))
    index = import_module("graph.compare.index")
    profile = import_module("graph.compare.profile")
    lists = import_module("graph.compare.lists")
    asked: list[Any] = [index.decode(profile.Measure, json.loads(line)) for line in sys.stdin.buffer]
    known = index.current(home.public if name == PUBLIC else home.internal)
    found = lists.check_list(known, asked, int(limit))
    answer = [[overlap.as_json() for overlap in of] for of in found]
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


if __name__ == "__main__":
    _main(*sys.argv[1:])
