"""An edition: the store of one data directory with everything that keeps it whole.

What a data directory holds:

    store/            the quads; one process at a time opens it, and only to write
    snapshots/NNN/    read-only views by change number; every reader opens the newest
    journal.sqlite    the changes, outside of what queries see
    writer            which process writes, for the message others get

So commands that read work beside a service, a service sees a change as soon as it is stored, and nobody who reads
ever waits. There is one edition for now, the internal one; `Publication` is the seam for the public one.
"""

import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rdflib.namespace import RDF

from graph.dataset import Dataset, skolemised, source_graph
from graph.errors import Fault, InvalidData, Locked, NotEmpty
from graph.inference import infer
from graph.journal import Change, Journal
from graph.store import Quad, Store, canonical, from_ox, quads_of, to_ox
from ontology import codes, ontology, themes
from ontology.namespaces import GRAPH, ID, OA, ZG

SOURCE, EVIDENCE, CATALOGUE = f"{GRAPH}source/", str(GRAPH.evidence), str(GRAPH.catalogue)
REJECTED = ox.NamedNode(str(ID["code/review-status/rejected"]))
KEPT = {EVIDENCE, CATALOGUE, str(GRAPH.judgements)}
"""Graphs that are not derived: what was put there stays."""
KEPT_SNAPSHOTS = 2
"""The newest view and the one before it, which a reader may still be opening."""
ARCHIVE_FORMAT = 1

State = dict[str, set[Quad]]
"""Graph IRI → quads; the default graph stands under the empty string."""


@dataclass(frozen=True)
class Publication:
    """Which datasets an edition takes in. The public edition will have another rule, in this one place."""

    name: str
    admits: Callable[[str, set[Quad]], bool]


def _not_rejected(dataset: str, catalogue: set[Quad]) -> bool:
    status = ox.Quad(
        ox.NamedNode(dataset), ox.NamedNode(str(ZG.reviewStatus)), REJECTED, ox.NamedNode(CATALOGUE)
    )
    return status not in catalogue


INTERNAL = Publication("internal", _not_rejected)


class Edition:
    """The store of a data directory."""

    def __init__(self, directory: Path, publication: Publication = INTERNAL) -> None:
        self.directory, self.publication = directory, publication

    @property
    def exists(self) -> bool:
        """Whether something has been stored here."""
        return self._newest_snapshot() is not None

    def read(self) -> Store:
        """The newest view. Raises `InvalidData` where nothing has been stored yet."""
        newest = self._newest_snapshot()
        if newest is None:
            raise InvalidData([Fault("Hier liegt noch kein Graph.", str(self.directory))])
        return Store.snapshot(newest)

    @property
    def number(self) -> int:
        """The number of the change that readers see, 0 where nothing is stored."""
        newest = self._newest_snapshot()
        return int(newest.name) if newest else 0

    @contextmanager
    def writing(self, command: str, actor: str = "lokal") -> Iterator["Writer"]:
        """The one writer of this directory. Raises `Locked`, naming the process that holds it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        note = self.directory / "writer"
        try:
            store = Store.on_disk(self.directory / "store")
        except OSError as error:
            if "lock" not in str(error).lower():
                raise
            holder = note.read_text(encoding="utf-8") if note.exists() else "einem anderen Prozess"
            raise Locked(self.directory, holder) from error
        note.write_text(f"Prozess {os.getpid()} (zukunftsgraph {command})", encoding="utf-8")
        journal = Journal(self.directory / "journal.sqlite")
        writer = Writer(self, store, journal, command, actor)
        try:
            journal.settle(lambda line: _quad(line) in writer.store.inner)
            writer.publish()
            yield writer
        finally:
            journal.close()
            note.unlink(missing_ok=True)
            # The engine gives its lock back when nobody refers to it any more.
            del store, writer.store

    def journal(self) -> list[Change]:
        """All changes, oldest first."""
        file = self.directory / "journal.sqlite"
        if not file.exists():
            return []
        journal = Journal(file)
        try:
            return journal.changes()
        finally:
            journal.close()

    def _newest_snapshot(self) -> Path | None:
        folder = self.directory / "snapshots"
        numbers = [p for p in folder.iterdir() if p.name.isdecimal()] if folder.is_dir() else []
        return max(numbers, key=lambda p: int(p.name), default=None)


class Writer:
    """What may be done while holding the store of an edition."""

    def __init__(self, edition: Edition, store: Store, journal: Journal, command: str, actor: str) -> None:
        self.edition, self.store, self.journal = edition, store, journal
        self.command, self.actor = command, actor

    def load(self, datasets: Sequence[Dataset]) -> Change | None:
        """Stores the datasets, each in the place of an older one of its name; None where nothing changes."""
        state = _state(self.store)
        for dataset in datasets:
            _replace(state, dataset)
        return self._commit(state, tuple(str(dataset.iri) for dataset in datasets))

    def rebuild(self) -> Change | None:
        """Derives everything anew from the sources: restores the invariants after raw writes or an upgrade."""
        return self._commit(_state(self.store), ())

    def publish(self, even_empty: bool = False) -> None:
        """Makes the last change visible to readers; `even_empty` shows them a store in which nothing is yet."""
        number = self.journal.last()
        folder = self.edition.directory / "snapshots"
        if number == self.edition.number and (number or not even_empty):
            return
        folder.mkdir(exist_ok=True)
        fresh = folder / f"neu-{number}"
        shutil.rmtree(fresh, ignore_errors=True)
        self.store.backup(fresh)
        fresh.rename(folder / f"{number:06d}")
        for old in sorted(p for p in folder.iterdir() if p.name.isdecimal())[:-KEPT_SNAPSHOTS]:
            shutil.rmtree(old)

    def _commit(self, state: State, datasets: tuple[str, ...]) -> Change | None:
        before = set(self.store.inner)
        after = canonical(
            quad for quads in _derived(state, self.edition.publication).values() for quad in quads
        )
        added, removed = after - before, before - after
        if not added and not removed:
            return None
        number = self.journal.open_entry(
            self.actor, self.command, datasets, [str(quad) for quad in added], [str(quad) for quad in removed]
        )
        self.store.change(added, removed)
        self.journal.close_entry(number)
        self.publish()
        return self.journal.changes()[-1]


def backup(edition: Edition, archive: Path) -> int:
    """Writes store and journal to one file and returns the number of the change it holds.

    The file is complete or not there: it is written beside its place and renamed.
    """
    with (
        tempfile.TemporaryDirectory(dir=archive.absolute().parent) as folder,
        edition.writing("backup") as writer,
    ):
        writer.store.backup(Path(folder) / "store")
        writer.journal.copy_to(Path(folder) / "journal.sqlite")
        number = writer.journal.last()
        manifest = {"format": ARCHIVE_FORMAT, "change": number, "quads": len(writer.store)}
        (Path(folder) / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        unfinished = Path(folder) / "archive"
        with tarfile.open(unfinished, "w:gz") as tar:
            for name in ("manifest.json", "journal.sqlite", "store"):
                tar.add(Path(folder) / name, name)
        unfinished.replace(archive)
    return number


def restore(archive: Path, directory: Path) -> int:
    """Unpacks a backup into an empty directory and returns the number of the change it holds.

    Raises `NotEmpty` where data are, `InvalidData` where the file is no backup or is broken.
    """
    if directory.exists() and any(directory.iterdir()):
        raise NotEmpty(directory)
    directory.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.absolute().parent) as folder:
        unpacked = Path(folder) / "data"
        try:
            with tarfile.open(archive, "r:gz") as tar:
                tar.extractall(unpacked, filter="data")
            manifest = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, tarfile.TarError, EOFError, ValueError, zlib.error) as error:
            raise InvalidData(
                [Fault(f"Das ist keine vollständige Sicherung ({error}).", str(archive))]
            ) from error
        if manifest.get("format") != ARCHIVE_FORMAT:
            raise InvalidData([Fault("Diese Sicherung stammt aus einer anderen Version.", str(archive))])
        try:
            with Edition(unpacked).writing("restore") as writer:
                complete = len(writer.store) == manifest.get(
                    "quads"
                ) and writer.journal.last() == manifest.get("change")
        except (RuntimeError, OSError, sqlite3.DatabaseError) as error:
            raise InvalidData([Fault(f"Die Sicherung ist beschädigt ({error}).", str(archive))]) from error
        if not complete:
            raise InvalidData([Fault("Die Sicherung ist unvollständig.", str(archive))])
        if directory.exists():
            directory.rmdir()
        unpacked.rename(directory)
    return int(manifest["change"])


def _state(store: Store) -> State:
    state: State = {}
    for quad in store.inner:
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        state.setdefault(name, set()).add(quad)
    return state


def _replace(state: State, dataset: Dataset) -> None:
    """Puts a dataset in the place of its older self, with its evidence and its description."""
    iri = ox.NamedNode(str(dataset.iri))
    state[str(dataset.graph)] = quads_of(skolemised(dataset.statements), str(dataset.graph))
    catalogue = state.setdefault(CATALOGUE, set())
    state[CATALOGUE] = {q for q in catalogue if q.subject != iri} | quads_of(dataset.description, CATALOGUE)
    evidence = state.setdefault(EVIDENCE, set())
    in_dataset = ox.NamedNode(str(ZG.inDataset))
    old = {q.subject for q in evidence if q.predicate == in_dataset and q.object == iri}
    kept = {q for q in evidence if q.subject not in old} | quads_of(skolemised(dataset.evidence), EVIDENCE)
    state[EVIDENCE] = _reachable(kept)


def _reachable(evidence: set[Quad]) -> set[Quad]:
    """The evidence without passages that no statement needs any more."""
    by_subject: dict[object, list[Quad]] = {}
    for quad in evidence:
        by_subject.setdefault(quad.subject, []).append(quad)
    statement, a = ox.NamedNode(str(ZG.Statement)), ox.NamedNode(str(RDF.type))
    waiting = [q.subject for q in evidence if q.predicate == a and q.object == statement]
    seen = set(waiting)
    follow = {ox.NamedNode(str(p)) for p in (ZG.evidencedBy, OA.hasSource, OA.hasSelector)}
    while waiting:
        for quad in by_subject.get(waiting.pop(), ()):
            if quad.predicate in follow and quad.object not in seen and quad.object in by_subject:
                seen.add(quad.object)  # type: ignore[arg-type]
                waiting.append(quad.object)  # type: ignore[arg-type]
    return {quad for subject in seen for quad in by_subject[subject]}


def _derived(state: State, publication: Publication) -> State:
    """The whole edition as it follows from its sources: accepted, inferred, ontology, themes."""
    catalogue = state.get(CATALOGUE, set())
    a, kind = ox.NamedNode(str(RDF.type)), ox.NamedNode(str(ZG.Dataset))
    datasets = {str(q.subject.value) for q in catalogue if q.predicate == a and q.object == kind}  # type: ignore[union-attr]
    admitted = {str(source_graph(iri)) for iri in datasets if publication.admits(iri, catalogue)}
    asserted = {
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for name, quads in state.items()
        if name in admitted
        for quad in quads
    }
    triples = ((from_ox(q.subject), from_ox(q.predicate), from_ox(q.object)) for q in asserted)
    inferred = {ox.Quad(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in infer(triples)}  # type: ignore[arg-type]
    inferred_graph = ox.NamedNode(str(GRAPH.inferred))
    kept = {name: quads for name, quads in state.items() if name.startswith(SOURCE) or name in KEPT}
    return kept | {
        "": asserted | inferred,
        str(GRAPH.inferred): {ox.Quad(q.subject, q.predicate, q.object, inferred_graph) for q in inferred},
        str(GRAPH.ontology): quads_of(skolemised(ontology() + codes()), str(GRAPH.ontology)),
        str(GRAPH.themes): quads_of(skolemised(themes()), str(GRAPH.themes)),
    }


def _quad(line: str) -> Quad:
    quad: Quad
    [quad] = ox.parse(f"{line} .".encode(), format=ox.RdfFormat.N_QUADS)
    return quad
