"""The findings of the comparison for pages and commands: computed once for each state of the graph, then kept.

They lie beside the store, by the state of the edition and by the weights they rest on; whoever asks second finds them
ready. A command computes the one list it needs itself (`Findings`). The service must not: a comparison takes seconds
that all visitors would feel. It has one process of its own compute every list (`Beside`):
`python -m api.findings DIRECTORY internal|public AGS`.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import api
from graph.circle import KINDS, circle
from graph.edition import PUBLIC, Edition
from graph.errors import LimitReached, Unknown
from graph.judgements import Judgement, by_overlap, judgements, with_standing
from graph.language import SOURCE, _, language, speaking
from graph.partners import MOST

T = TypeVar("T")
Finding = dict[str, Any]
IDENTIFIER = re.compile(r"[0-9a-f]{16}")
GROUPS = "groups.json"
"""The groups of measures that follow from all lists of the circle of all."""
ABOUT = "about.json"
"""With which encoder the lists were compared. Written before the lists."""
INDEX = "index.json"
"""The districts that have anything to compare, and in which list each finding stands. Written after the lists."""
COMPLETE = "complete.json"
"""Written last: nothing of this state is left to be computed."""
MEMORY = 2_000_000
"""Bytes of JSON whose values stay in memory, which takes about six times as much there."""
WAITING = 12
"""Visitors that may wait for a comparison at once: each takes one of the 40 threads that all pages share."""
PATIENCE, AGAIN, PAUSE = 30.0, 10, 0.05
"""Seconds that a visitor waits, after which he should ask again, and between two looks."""
NICE = 5
"""The comparison yields to the pages, but not to strangers' queries, which have 19."""


class Findings:
    """The overlaps of every district with every circle in one edition, as JSON values (design.md, "Command line")."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._lock = threading.Lock()
        self._state: tuple[str, Path] | None = None
        self._judged: tuple[str, Mapping[str, Sequence[Judgement]]] | None = None
        self._memory: OrderedDict[Path, tuple[int, int, Any]] = OrderedDict()
        self._memory_lock = threading.Lock()

    def of(self, district: str, kind: str) -> list[Finding]:
        """The overlaps of a district (AGS) with its circle, strongest first. Raises `Unknown` for either."""
        judged = self._judgements()
        return [
            told(with_standing(finding, judged.get(finding["id"], ())))
            for finding in self._found(district, kind)
        ]

    def _found(self, district: str, kind: str) -> list[Finding]:
        """The overlaps as they were computed, which nobody may change: they are shared."""
        found: list[Finding] | None = self._kept(self._folder() / _name(district, kind))
        return self._missing(district, kind) if found is None else found

    def one(self, identifier: str) -> Finding | None:
        """The overlap of that id, None where there is none."""
        if not IDENTIFIER.fullmatch(identifier):
            return None
        place = self._index()["ids"].get(identifier)
        found = self.of(*place) if place else []
        return next((finding for finding in found if finding["id"] == identifier), None)

    def encoder(self) -> dict[str, str]:
        """The encoder that the lists are compared with, as `compared_with` says it."""
        kept: dict[str, str] | None = self._kept(self._folder() / ABOUT)
        if kept and language() == SOURCE:
            return kept
        return compared_with(kept["encoder"] if kept else "")

    def groups(self) -> list[dict[str, Any]]:
        """What two or more districts do (`graph.groups`), as JSON values."""
        found: list[dict[str, Any]] | None = self._kept(self._folder() / GROUPS)
        return self._missing_groups() if found is None else found

    def check(self, idea: str, district: str, limit: int) -> list[Finding]:
        """What is already there like an idea (title, then after a line break its description), the most related first;
        `district` is the AGS of the county that has it, or empty."""
        overlaps = import_module("graph.compare.overlaps")
        found = overlaps.check_in(self._measures(), idea, district, limit)
        return [told(overlap.as_json()) for overlap in found]

    def vague(self, idea: str) -> bool:
        """Whether an idea says too little to be compared (`graph.compare.overlaps`)."""
        overlaps = import_module("graph.compare.overlaps")
        return bool(overlaps.vague(idea, self._measures().places))

    def _measures(self) -> Any:
        """The index of what is known now."""
        return import_module("graph.compare.index").current(self.edition)

    def prepare(self, first: str, wanted: Callable[[], bool] = lambda: True) -> None:
        """Computes every list, the district `first` first, and the index; stops when the state changes."""
        folder = self._folder()
        if self._complete():
            return
        store = self.edition.read()
        lists: dict[tuple[bool, str, str], list[str]] = {}
        related: dict[str, Any] = {}

        def current() -> bool:
            # What was computed from another state must not be kept under the name of this one: when this one comes
            # back, it would show what has been withdrawn.
            return wanted() and self._folder() == folder

        def write_index() -> None:
            ids: dict[str, tuple[str, str]] = {}
            for (_other, district, kind), found in sorted(
                lists.items()
            ):  # the order does not depend on `first`
                for identifier in found:
                    ids.setdefault(identifier, (district, kind))
            districts = sorted({district for _, district, _ in lists})
            _write(folder / INDEX, {"districts": districts, "ids": ids})

        def write_groups() -> None:
            groups = import_module("graph.compare.findings").every_group(store, known, related.values())
            if current():
                _write(folder / GROUPS, groups)

        if not current():
            return
        _begin(folder)
        index = import_module("graph.compare.index")
        known = index.current(self.edition)
        if not current() or (now := index.ready(self.edition)) is None or now.folder != known.folder:
            return
        for district, kind, found in import_module("graph.compare.findings").every_finding(
            store, known, first, MOST
        ):
            if not current():
                return
            if kind != "all" and not (folder / INDEX).exists():
                write_index()  # whatever is in a part is in the whole: nobody need wait for the parts
            if kind == "all":
                related |= {link.finding: link for link in import_module("graph.groups").links_of(found)}
            elif not (folder / GROUPS).exists():
                write_groups()
            _write(folder / _name(district, kind), found)
            lists[kind != "all", district, kind] = [finding["id"] for finding in found]
        if current():
            write_index()
            if not (folder / GROUPS).exists():
                write_groups()
            _write(folder / COMPLETE, True)

    def _complete(self) -> bool:
        """Whether all of this state is there."""
        done = (self._folder() / COMPLETE).exists()
        return done and import_module("graph.compare.index").ready(self.edition) is not None

    def _judgements(self) -> Mapping[str, Sequence[Judgement]]:
        """What was judged, by overlap: read again when somebody judges, while the findings stay."""
        state = self.edition.fingerprint
        if not state:
            return {}
        known = self._judged
        if known is None or known[0] != state:
            store = self.edition.read()
            while (now := self.edition.fingerprint) != state:  # nobody knows of which state this store is
                state, store = now, self.edition.read()
            self._judged = known = state, by_overlap(judgements(store))
        return known[1]

    def _missing(self, district: str, kind: str) -> list[Finding]:
        """A list that is not kept yet."""
        with self._lock:
            folder = self._folder()
            file = folder / _name(district, kind)
            found: list[Finding] | None = self._kept(file)
            if found is not None:
                return found
            store = self.edition.read()
            known = self._folder() == folder
            # The comparison brings numpy and its tables: paid for only when nothing is at hand.
            found = import_module("graph.compare.findings").findings(store, district, kind, MOST)
            if known and self._folder() == folder:
                _begin(folder)
                _write(file, found)
            return found

    def _missing_groups(self) -> list[dict[str, Any]]:
        """The groups where they are not kept yet."""
        while (found := self._kept(self._folder() / GROUPS)) is None:
            with self._lock:
                self.prepare("", lambda: not (self._folder() / GROUPS).exists())
        groups: list[dict[str, Any]] = found
        return groups

    def _index(self) -> dict[str, Any]:
        while (found := self._kept(self._folder() / INDEX)) is None:
            with self._lock:
                self.prepare("")
        index: dict[str, Any] = found
        return index

    def _kept(self, file: Path) -> Any:
        """What a file holds, from memory if it was read lately; None where it is not there."""
        with self._memory_lock:  # held while reading: of many who ask for the same, one reads
            try:
                written = file.stat().st_mtime_ns
                if file in self._memory and self._memory[file][0] == written:
                    self._memory.move_to_end(file)
                    return self._memory[file][2]
                text = file.read_bytes()
            except FileNotFoundError:
                return None
            found = json.loads(text)
            self._memory[file] = written, len(text), found
            self._memory.move_to_end(file)
            while len(self._memory) > 1 and sum(size for _, size, _ in self._memory.values()) > MEMORY:
                self._memory.popitem(last=False)
            return found

    def _folder(self) -> Path:
        """Where the findings of this state lie; those of other states are cleared away."""
        state, known = self.edition.facts, self._state
        if known is not None and known[0] == state:
            return known[1]
        folder = self.edition.directory / "findings" / self.edition.name
        name = f"{state}-{_rests_on()}"
        for old in folder.iterdir() if folder.is_dir() else ():
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)
        with self._memory_lock:
            self._memory.clear()
        self._state = state, folder / name
        return folder / name


class Beside(Findings):
    """The same for the service: one process at a time computes all lists of the state, for all who wait."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(edition)
        self._places = threading.BoundedSemaphore(WAITING)
        self._asking, self._checking = threading.BoundedSemaphore(WAITING), threading.Lock()
        self._known: Any = None
        self._process: subprocess.Popen[bytes] | None = None
        self._failed: tuple[Path, float] | None = None

    def _missing(self, district: str, kind: str) -> list[Finding]:
        if kind not in KINDS:
            raise Unknown("Der Kreis der Vergleichspartner", kind, KINDS)
        return self._awaited(lambda: self._list(district, kind), district)

    def _list(self, district: str, kind: str) -> list[Finding] | None:
        folder = self._folder()
        file = folder / _name(district, kind)
        found: list[Finding] | None = self._kept(file)
        index = self._kept(folder / INDEX)
        if found is None and index is not None and district not in index["districts"]:
            circle(self.edition.read(), district, kind)  # which knows whether there is such a district
            _write(file, found := [])
        return found

    def _missing_groups(self) -> list[dict[str, Any]]:
        return self._awaited(lambda: self._kept(self._folder() / GROUPS), "")

    def _index(self) -> dict[str, Any]:
        return self._awaited(lambda: self._kept(self._folder() / INDEX), "")

    def check(self, idea: str, district: str, limit: int) -> list[Finding]:
        """The same; one at a time, since each takes a core for a tenth of a second."""
        if not self._asking.acquire(blocking=False):
            raise LimitReached(
                _(
                    "Gerade werden zu viele Ideen zugleich geprüft. Bitte versuchen Sie es gleich noch einmal."
                ),
                2,
            )
        try:
            with self._checking:
                return super().check(idea, district, limit)
        finally:
            self._asking.release()

    def _measures(self) -> Any:
        index = import_module("graph.compare.index")
        folder = index.place(self.edition)
        if self._known is None or self._known.folder != folder:
            self._known = self._awaited(lambda: index.ready(self.edition), "")
        return self._known

    def _awaited(self, look: Callable[[], T | None], first: str) -> T:
        """What `look` finds, as soon as it is computed. Raises `LimitReached` where that takes too long."""
        found = look()
        if found is not None:
            return found
        if self._failed and self._failed[0] == self._folder() and time.monotonic() < self._failed[1] + AGAIN:
            raise LimitReached(
                _(
                    "Der Vergleich ist gerade gescheitert; der Grund steht im Protokoll des Dienstes. Bitte versuchen "
                    "Sie es in {seconds} Sekunden noch einmal."
                ).format(seconds=AGAIN),
                AGAIN,
            )
        if not self._places.acquire(blocking=False):
            raise _later()
        try:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                state, process = self._folder(), self._running(first)
                status = process.poll()  # before looking: what it wrote until its end is there
                found = look()
                if found is not None:
                    return found
                if status and self._folder() == state:
                    self._failed = state, time.monotonic()
                    raise RuntimeError(f"the comparison ended with status {status}")
                time.sleep(PAUSE)
            raise _later()
        finally:
            self._places.release()

    def _running(self, first: str) -> "subprocess.Popen[bytes]":
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                edition, root = self.edition, str(Path(api.__file__).parent.parent)
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "api.findings", str(edition.directory), edition.name, first],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    env={**os.environ, "PYTHONPATH": root, "OPENBLAS_NUM_THREADS": "1"},
                    process_group=0,  # Ctrl+C is for the service; a session of its own would undo NICE
                )
                # Whoever waits may have gone when it ends.
                threading.Thread(target=self._process.wait, daemon=True).start()
            return self._process


def told(finding: Finding) -> Finding:
    """The finding with its reasons in the language in force; the others it carries along go."""
    words = {**finding}
    english = words.pop("en", None)
    if language() == SOURCE or not english:
        return words
    dimensions = [
        {**dimension, "reason": reason}
        for dimension, reason in zip(finding["dimensions"], english["dimensions"], strict=True)
    ]
    return words | {"reason": english["reason"], "dimensions": dimensions, "shared": list(english["shared"])}


def _later() -> LimitReached:
    return LimitReached(
        _(
            "Die Überschneidungen werden nach einer Änderung gerade neu berechnet. Bitte rufen Sie die Seite in "
            "{seconds} Sekunden noch einmal auf."
        ).format(seconds=AGAIN),
        AGAIN,
    )


def _name(district: str, kind: str) -> str:
    return f"{quote(district, safe='')}-{kind}.json"


def compared_with(encoder: str = "") -> dict[str, str]:
    """The encoder of that name, or the one that this machine uses: its name, what it is called, and a sentence."""
    meaning = import_module("graph.compare.meaning")
    name: str = encoder or meaning.which()
    sentence = (
        _("Verglichen ohne Sprachmodell.")
        if name == meaning.NONE
        else _("Verglichen mit dem Sprachmodell {name}.").format(name=called(name))
    )
    return {"encoder": name, "label": called(name), "sentence": sentence}


def called(encoder: str) -> str:
    """What an encoder is called."""
    meaning = import_module("graph.compare.meaning")
    return _("ohne Sprachmodell") if encoder == meaning.NONE else str(meaning.ABOUT[encoder].label)


def _begin(folder: Path) -> None:
    """Notes with which encoder lists are compared from now on; those that were compared with another one go."""
    with speaking(SOURCE):
        file, about = folder / ABOUT, compared_with()
    if file.exists() and json.loads(file.read_text(encoding="utf-8")) != about:
        shutil.rmtree(folder, ignore_errors=True)
    if not file.exists():
        _write(file, about)


def _write(file: Path, value: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Others may compute the same: each writes a file of its own, the last one stays.
    unfinished = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    unfinished.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(file)


def _rests_on() -> str:
    """A mark of the program and the tables that the comparison rests on."""
    mark = hashlib.sha256()
    for package in ("graph.compare", "graph", "ontology"):
        for resource in sorted(files(package).iterdir(), key=lambda resource: resource.name):
            if resource.is_file() and resource.name.endswith((".py", ".json", ".tsv", "themes.ttl")):
                mark.update(resource.read_bytes())
    return mark.hexdigest()[:12]


def _main(directory: str, name: str, first: str) -> None:
    parent = os.getppid()
    os.nice(NICE)
    home = import_module("api.home").home_in(Path(directory))
    edition = home.public if name == PUBLIC else home.internal
    # The service has two processes that may ask for the same: the second waits, and finds it done.
    with import_module("graph.compare.index").alone(edition.directory / "findings" / f"{name}-lock"):
        # Should the service end, nobody waits any more.
        Findings(edition).prepare(first, lambda: os.getppid() == parent)


if __name__ == "__main__":
    _main(*sys.argv[1:])
