"""The open data as files: the public edition in every form that others read, for the command and for `/export/…`.

The service has a process of its own write a file when somebody first asks for it, and keeps it beside the graph until
the edition changes: `python -m api.exports DIRECTORY FORM FILE`. What is given away is public, so there is no choice of
another edition.
"""

import gzip
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

import api
from graph.edition import Edition
from graph.errors import LimitReached, Unknown
from graph.language import N_, _
from graph.store import Askable, QuadStore
from ontology import PREFIXES

MARK = 1
"""Goes up when the same graph gives other files."""
NAME = "zukunftsgraph"
WAITING, SECONDS, AGAIN = 8, 300, 15
"""So many may wait for a file to be written, so long it may take, and when to ask again (seconds)."""
KEPT = 2
"""Editions whose files are kept: somebody may still be reading the older ones."""
PIECE = 1 << 20


@dataclass(frozen=True)
class Form:
    """A form in which the open data come: what it is for, what its file is called."""

    label: str
    purpose: str
    suffix: str
    media_type: str
    write: Callable[[QuadStore, Path], int]
    """Writes the file and says how many statements or rows it has."""
    packed: bool = True
    """Whether the file gets smaller by packing."""

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{NAME}.{self.suffix}"


def _quads(store: QuadStore, file: Path) -> int:
    ox.serialize(sorted(store, key=str), str(file), format=ox.RdfFormat.N_QUADS)
    return len(store)


def _trig(store: QuadStore, file: Path) -> int:
    prefixes = {name: str(space) for name, space in PREFIXES.items()}
    ox.serialize(sorted(store, key=str), str(file), format=ox.RdfFormat.TRIG, prefixes=prefixes)
    return len(store)


def _accepted(form: ox.RdfFormat) -> Callable[[QuadStore, Path], int]:
    def write(store: QuadStore, file: Path) -> int:
        triples = {ox.Triple(quad.subject, quad.predicate, quad.object) for quad in store.quads()}
        prefixes = {name: str(space) for name, space in PREFIXES.items()}
        ox.serialize(sorted(triples, key=str), str(file), format=form, prefixes=prefixes)
        return len(triples)

    return write


def _csv(store: Askable, file: Path) -> int:
    rows = import_module("graph.measure_list").measure_rows(store)
    file.write_text(import_module("api.tables").as_csv(rows), encoding="utf-8", newline="")
    return len(rows)


def _xlsx(store: Askable, file: Path) -> int:
    rows = import_module("graph.measure_list").measure_rows(store)
    written: int = import_module("api.workbook").write_xlsx(
        list(rows[0]) if rows else [], rows, file, "Maßnahmen"
    )
    return written


def _graphml(store: Askable, file: Path) -> int:
    network = import_module("graph.network")
    found = network.network(store)
    file.write_bytes(network.written(found, "graphml"))
    return len(found.edges)


FORMS = {
    "nquads": Form(
        "N-Quads",
        N_("alle Graphen mit Belegen, zum Laden in eine Datenbank"),
        "nq",
        "application/n-quads",
        _quads,
    ),
    "trig": Form("TriG", N_("alle Graphen mit Belegen, zum Lesen"), "trig", "application/trig", _trig),
    "turtle": Form(
        "Turtle", N_("die gültigen Aussagen, zum Lesen"), "ttl", "text/turtle", _accepted(ox.RdfFormat.TURTLE)
    ),
    "rdfxml": Form(
        "RDF/XML",
        N_("die gültigen Aussagen, für ältere Programme und Protégé"),
        "rdf",
        "application/rdf+xml",
        _accepted(ox.RdfFormat.RDF_XML),
    ),
    "jsonld": Form(
        "JSON-LD",
        N_("die gültigen Aussagen, für Webprogramme"),
        "jsonld",
        "application/ld+json",
        _accepted(ox.RdfFormat.JSON_LD),
    ),
    "csv": Form("CSV", N_("die Maßnahmen als Tabelle, mit den Spalten der Vorlage"), "csv", "text/csv", _csv),
    "xlsx": Form(
        "Excel",
        N_("die Maßnahmen als Arbeitsmappe, mit den Spalten der Vorlage"),
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _xlsx,
        packed=False,
    ),
    "graphml": Form(
        "GraphML", N_("das Netz für yEd, Cytoscape und Gephi"), "graphml", "application/graphml+xml", _graphml
    ),
}
"""Every form, by the word that the command has for it."""
WHOLE = ("nquads", "trig")
"""Forms that hold all graphs."""


def write(store: QuadStore, form: str, file: Path) -> int:
    """Writes the graph in a form; a file that is there already is replaced when the new one is whole."""
    unfinished = file.with_name(f".{file.name}.unfertig")
    try:
        count = FORMS[form].write(store, unfinished)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def form_of(name: str) -> str:
    """The form that a file name stands for. Raises `Unknown`."""
    found = next((key for key, form in FORMS.items() if form.name == name), None)
    if found is None:
        raise Unknown("Die Datei", name, [form.name for form in FORMS.values()])
    return found


class Exports:
    """The files of an edition, each written once for every state of it."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._places, self._turn = threading.BoundedSemaphore(WAITING), threading.Lock()

    def file(self, form: str) -> Path:
        """The file in that form. Raises `LimitReached` where too many wait for it to be written."""
        found = self._folder() / FORMS[form].name
        if found.exists():
            return found
        if not self._places.acquire(blocking=False):
            raise _later()
        try:
            with self._turn:
                while not (found := self._folder() / FORMS[form].name).exists():
                    self._write(form, found)
            return found
        finally:
            self._places.release()

    def size(self, form: str) -> int | None:
        """The bytes of the file, None as long as it is not written."""
        try:
            return (self._folder() / FORMS[form].name).stat().st_size
        except FileNotFoundError:
            return None

    def _folder(self) -> Path:
        return self.edition.directory / "exports" / f"{self.edition.fingerprint or 'leer'}-{MARK}"

    def _write(self, form: str, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        state = self.edition.fingerprint
        finished = file.with_name(f".{file.name}.{os.getpid()}")
        command = [
            sys.executable,
            "-P",
            "-m",
            "api.exports",
            str(self.edition.directory),
            form,
            str(finished),
        ]
        env = {**os.environ, "PYTHONPATH": str(Path(api.__file__).parent.parent)}
        packed = finished.with_name(f"{finished.name}.gz")
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False, env=env, process_group=0
            )
            if done.returncode:
                raise RuntimeError(f"the export ended with status {done.returncode}")
            if self.edition.fingerprint == state:  # else nobody knows what it holds
                if packed.exists():
                    packed.replace(file.with_name(f"{file.name}.gz"))
                finished.replace(file)
        except subprocess.TimeoutExpired as error:
            raise _later() from error
        finally:
            for left in (finished, packed):
                left.unlink(missing_ok=True)
        self._clear(file.parent)

    def _clear(self, current: Path) -> None:
        """Clears away the files of older editions but the newest ones."""
        others = [path for path in current.parent.iterdir() if path.is_dir() and path != current]
        others.sort(key=lambda path: path.stat().st_mtime_ns)
        for old in others[: max(0, len(others) - KEPT + 1)]:
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def written_for_once(store: QuadStore, form: str) -> Iterator[Path]:
    """The file in that form for as long as the block lasts: for a service that keeps no files."""
    with TemporaryDirectory(prefix="zukunftsgraph-") as folder:
        file = Path(folder) / FORMS[form].name
        write(store, form, file)
        yield file


def _later() -> LimitReached:
    return LimitReached(
        _(
            "Die Datei wird nach einer Änderung gerade neu geschrieben. Bitte versuchen Sie es in {seconds} Sekunden "
            "noch einmal."
        ).format(seconds=AGAIN),
        AGAIN,
    )


def _main(directory: str, form: str, target: str) -> None:
    with suppress(OSError):
        os.nice(5)
    home, file = import_module("api.home").home_in(Path(directory)), Path(target)
    FORMS[form].write(home.public.read(), file)
    if FORMS[form].packed:
        with file.open("rb") as plain, gzip.GzipFile(f"{target}.gz", "wb", 6, mtime=0) as packed:
            shutil.copyfileobj(plain, packed, PIECE)


if __name__ == "__main__":
    _main(*sys.argv[1:])
