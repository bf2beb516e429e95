"""A data directory with everything that keeps it whole, and the one writer it may have.

What a data directory holds:

    store/               the internal quads; one process at a time opens it, and only to write
    snapshots/NNNNNN/    internal views by change number
    public/NNNNNN/       the public edition as a change gave it: store/ for queries, quads.nq sorted
    current.json         which of them readers see, and the fingerprint of the public quads
    journal.sqlite       the changes, outside of what queries see
    pinned/              views that a process holds on to
    writer               which process writes, for the message others get

So commands that read work beside a service, a service sees a change as soon as it is stored, and nobody who reads
ever waits.

A change goes this way: journal entry opened; public edition built beside, if it changes; one transaction in the store;
internal view made; `current.json` renamed; entry closed; acknowledged. A raw write is known only after its transaction,
so that its public edition is built then. Whatever a crash left half done, the next writer settles.
"""

import gc
import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from graph.dataset import Dataset
from graph.derivation import (
    JUDGEMENTS,
    ONTOLOGY,
    THEMES,
    State,
    asserted,
    common,
    derived,
    difference,
    is_asserted,
    named,
    parts,
    state_of,
    union,
    with_datasets,
)
from graph.edition import INTERNAL, PUBLIC, Current, Edition, internal_view, public_view, sweep_pins
from graph.errors import Fault, InvalidData, InvalidQuery, Locked, NotEmpty
from graph.evidence import Term
from graph.journal import Change, Entry, Journal
from graph.publication import (
    Marks,
    assigned,
    marked_public,
    marks_in,
    marks_of,
    public_edition,
    publishable,
    published,
    published_judgements,
    stands_in_source,
    without_remains,
)
from graph.servers import EMBEDDED, Servers
from graph.store import Quad, QuadStore, Store

KEPT = 3
"""Views and public editions that are kept: a reader may still be opening an older one."""
ARCHIVE_FORMATS = (1, 2)
"""Of backups that can be read; the first held no public edition. The last one is written."""
SMALL = 5_000
"""Up to so many quads a public store is made from the one before, in a tenth of the time."""
TAKES_AWAY = re.compile(r"delete|clear|drop|move|copy|\\u", re.IGNORECASE)
"""What an update request has to say somewhere in order to take something away; said in a text it only costs time."""
WAIT = 0.05
"""Seconds between two looks whether another writer has finished."""
LATE = 5
"""Seconds in which a server may still finish a change that whoever sent it did not wait for."""
log = logging.getLogger(__name__)

Statement = ox.Triple | ox.Quad


class Home:
    """A data directory: its two editions, its journal, its writer."""

    def __init__(self, directory: Path, servers: Servers = EMBEDDED) -> None:
        self.directory, self.servers = directory, servers
        self.internal = Edition(directory, INTERNAL, servers.internal)
        self.public = Edition(directory, PUBLIC, servers.public)

    @property
    def exists(self) -> bool:
        """Whether something has been stored here."""
        return self.internal.exists

    @contextmanager
    def writing(self, command: str, actor: str = "lokal", wait: float = 0) -> Iterator["Writer"]:
        """The one writer of this directory; waits so many seconds for another one to finish.

        Raises `Locked`, naming the process that holds it.
        """
        # What is internal is nobody else's on this machine.
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        store, release = self._opened(time.monotonic() + wait)
        note = self.directory / "writer"
        note.write_text(f"Prozess {os.getpid()} (zukunftsgraph {command})", encoding="utf-8")
        journal = Journal(self.directory / "journal.sqlite")
        writer = Writer(self.directory, store, journal, command, actor, self.servers)
        try:
            writer.mend()
            yield writer
        finally:
            journal.close()
            note.unlink(missing_ok=True)
            del store, writer.store
            release()

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

    def _opened(self, until: float) -> tuple[QuadStore, Callable[[], None]]:
        note = self.directory / "writer"
        while True:
            try:
                return self.servers.opened(self.directory)
            except OSError as error:
                if "lock" not in str(error).lower():
                    raise
                if time.monotonic() >= until:
                    holder = note.read_text(encoding="utf-8") if note.exists() else "einem anderen Prozess"
                    raise Locked(self.directory, holder) from error
            time.sleep(WAIT)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without looking for garbage among some hundred thousand quads that all stay: a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Writer:
    """What may be done while holding the store of a data directory."""

    def __init__(
        self,
        directory: Path,
        store: QuadStore,
        journal: Journal,
        command: str,
        actor: str,
        servers: Servers = EMBEDDED,
    ) -> None:
        self.directory, self.store, self.journal = directory, store, journal
        self.command, self.actor, self.servers = command, actor, servers

    # Datasets: these ways keep the invariants, and publish.

    @_undisturbed()
    def load(self, datasets: Sequence[Dataset], new: Sequence[Dataset] | None = None) -> Change | None:
        """Stores the datasets, each in the place of an older one of its name; None where nothing changes.

        Publishes what the rule lets through of these datasets. Where they were read from the store, which may hold what
        somebody wrote raw, `new` is what is said anew: of the rest nothing is published.
        """
        self._settle()
        before, shown = state_of(self.store), self._shown()
        contents = {str(dataset.iri): parts(dataset) for dataset in datasets}
        stored = with_datasets(named(before), contents)
        after = derived(without_remains(stored, before, shown, contents.values()))
        marks = marks_of(after)
        # Of each dataset by itself: what an internal one says of a passage that it shares stays internal.
        said = contents.values() if new is None else map(parts, new)
        allowed = union(asserted(shown), *(published(content, marks, alone=True) for content in said))
        if not self.journal.has_raw_writes():  # what was judged or assigned comes back with what it is about
            allowed = union(allowed, {JUDGEMENTS: after.get(JUDGEMENTS, set())}, assigned(after))
        public = published(common(asserted(after), allowed), marks)
        return self._commit(before, after, shown, public, tuple(contents))

    @_undisturbed()
    def rebuild(self) -> Change | None:
        """Derives everything anew from the sources: restores the invariants after raw writes or an upgrade.

        Publishes everything that the rule lets through.
        """
        self._settle()
        before, shown = state_of(self.store), self._shown()
        after = derived(named(before))
        allowed = union(common(asserted(shown), after), publishable(asserted(after)))
        return self._commit(before, after, shown, published(allowed, marks_of(after)), (), upgrade=True)

    def record(self, added: set[Quad], removed: set[Quad]) -> Change | None:
        """Changes the graph of judgements, all or nothing; None where nothing changes.

        Publishes what the rule lets through of those judgements that change. Nothing follows from a judgement, so
        nothing is derived anew.
        """
        self._settle()
        held = set(self.store.quads(JUDGEMENTS))
        added, removed = added - held, (removed & held) - added
        if not (added or removed):
            return None
        touched: set[Term] = {quad.subject for quad in added | removed}
        published_anew = self._judgements_to_publish((held - removed) | added, touched)
        number = self.journal.open_entry(
            self.actor, self.command, (), [str(quad) for quad in added], [str(quad) for quad in removed]
        )
        if any(published_anew):
            self._alter(number, *published_anew)
        self.store.change(added, removed)
        self._show(number, facts=False)
        self.journal.close_entry(number)
        return self.journal.change(number)

    # Raw writes: exactly what SPARQL says, no validation, no mirroring. Nothing is published, but what is taken away
    # or hidden leaves the public edition before the call returns.

    def update(self, text: str, base: str = "") -> Change:
        """Carries out a SPARQL update request as one transaction. Raises `InvalidQuery`."""
        return self._raw(text, base, harmless=TAKES_AWAY.search(text) is None)

    def put(self, graph: str | None, triples: Iterable[Statement]) -> bool:
        """Puts the triples in the place of what a graph holds, None for the default graph; True if it is new.

        The default graph is always there; it counts as new as long as it holds nothing.
        """
        new = not self._has(graph) or (graph is None and not any(True for _ in self.store.quads()))
        place = f"DROP SILENT GRAPH {_iri(graph)} ; CREATE GRAPH {_iri(graph)}" if graph else "CLEAR DEFAULT"
        self._raw(f"{place} ; {_insertion(graph, triples)}", harmless=new or not is_asserted(graph or ""))
        return new

    def add(self, graph: str | None, triples: Iterable[Statement]) -> bool:
        """Adds triples to a graph; True if it is new."""
        new = not self._has(graph)
        place = f"CREATE SILENT GRAPH {_iri(graph)} ; " if graph else ""
        self._raw(f"{place}{_insertion(graph, triples)}", harmless=True)
        return new

    def delete(self, graph: str | None) -> bool:
        """Deletes a graph, or empties the default graph; False if there was none."""
        if not self._has(graph):
            return False
        request = f"DROP GRAPH {_iri(graph)}" if graph else "CLEAR DEFAULT"
        self._raw(request, harmless=not is_asserted(graph or ""))
        return True

    def publish(self, even_empty: bool = False) -> None:
        """Makes sure that readers see the last change; `even_empty` shows them a store in which nothing is yet."""
        self._settle()
        current, last = Current.of(self.directory), self.journal.last()
        if current is None and (last or even_empty):
            self._build(last, public_edition(publishable(asserted(state_of(self.store)))) if last else {})
            self._show(last)
        elif current is not None and current.internal < last:
            self._withdraw(last, None)
            self._show(last)

    def mend(self) -> None:
        """Brings a directory in order that a crash, an older version or a restored backup left."""
        for name in ("snapshots", "public"):
            (self.directory / name).mkdir(exist_ok=True)
            for unfinished in (self.directory / name).glob("neu-*"):
                shutil.rmtree(unfinished)
        sweep_pins(self.directory)
        self.publish()
        current = Current.of(self.directory)
        if current is None:
            return
        for stray in (self.directory / "public").iterdir():
            if int(stray.name) > current.public:  # built, but never shown
                shutil.rmtree(stray)
        if not internal_view(self.directory, current.internal).exists():
            self._take_view(current.internal)
        public = public_view(self.directory, current.public)
        if not (public / "quads.nq").exists():
            log.warning("public edition %s is gone and is built anew", current.public)
            shutil.rmtree(public, ignore_errors=True)
            self._build(current.public, public_edition(self._lost()))
            public_facts = _facts(public)
            replace(current, fingerprint=_fingerprint(public), public_facts=public_facts).show(self.directory)
        elif not (public / "store").exists():
            _fill(public)
        self._give(Current.of(self.directory) or current)

    # How a change is carried out.

    def _commit(
        self,
        before: State,
        after: State,
        shown: State,
        public: State,
        datasets: tuple[str, ...],
        upgrade: bool = False,
    ) -> Change | None:
        """Stores a state and shows it; `public` is what of it is published, `shown` the public edition until now."""
        edition = public_edition(public) if upgrade or public != asserted(shown) else shown
        published_anew = any(difference(shown, edition))
        added, removed = difference(before, after)
        if not (added or removed or published_anew):
            return None
        number = self.journal.open_entry(
            self.actor, self.command, datasets, [str(quad) for quad in added], [str(quad) for quad in removed]
        )
        if published_anew:
            self._build(number, edition)
        self.store.change(added, removed)
        self._show(number)
        self.journal.close_entry(number)
        return self.journal.change(number)

    def _raw(self, request: str, base: str = "", harmless: bool = False) -> Change:
        """Carries out a request; a `harmless` one adds only, so that it is enough to look whether marks changed."""
        self._settle()
        marks, number = marks_in(self.store), 0
        try:
            noted, carry_out = self.store.planned(request, base)
            number = self.journal.open_raw(self.actor, self.command, noted)
            carry_out()
        except (SyntaxError, RuntimeError, ValueError) as error:
            self.journal.drop_entry(number)
            raise InvalidQuery(f"Diese Änderung lässt sich nicht ausführen: {error}") from error
        except OSError as error:
            self._settle()  # LOAD or SERVICE met it, or the disk did: only the store can say what holds
            if not number or self.journal.last() < number:
                raise InvalidQuery(f"Diese Änderung lässt sich nicht ausführen: {error}") from error
            return self.journal.change(number)
        if not harmless or marks_in(self.store) != marks:
            self._withdraw(number, marks)
        self._show(number)
        self.journal.close_entry(number)
        return self.journal.change(number)

    @_undisturbed()
    def _withdraw(self, number: int, before: Marks | None) -> None:
        """Builds a public edition without what the store does not hold, or does not show, any more."""
        shown, marks = self._shown(), marks_in(self.store)
        held = asserted(shown)
        rest = {name: self.store.holding(name, quads) for name, quads in held.items()}
        if rest == held and marks == before:
            return
        public = published(rest, marks)
        if public != held:
            terms = {name: shown.get(name, set()) for name in (ONTOLOGY, THEMES)}
            self._build(number, public_edition(public, terms), shown)

    def _judgements_to_publish(self, judged: set[Quad], touched: set[Term]) -> tuple[set[Quad], set[Quad]]:
        """What the public edition gains and loses when the judgements are these, of which some were `touched`."""
        current = Current.of(self.directory)
        if current is None:
            return set(), set()
        public = Store.snapshot(public_view(self.directory, current.public) / "store")
        shown = set(public.quads(JUDGEMENTS))
        marked = marked_public(judged)
        candidates = {q for q in judged if q.subject in marked and (q.subject in touched or q in shown)}

        @cache
        def known(thing: Term) -> bool:
            return isinstance(thing, ox.NamedNode) and stands_in_source(public, thing.value)

        after = published_judgements(candidates, known)
        return after - shown, shown - after

    def _shown(self) -> State:
        """The public edition that is shown now."""
        current = Current.of(self.directory)
        if current is None:
            return {}
        file = public_view(self.directory, current.public) / "quads.nq"
        return state_of(ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS))

    def _lost(self) -> State:
        """What is to be published where the public edition is lost: all, unless somebody wrote raw meanwhile.

        What was written raw may be published by a rebuild alone.
        """
        if self.journal.has_raw_writes():
            return {}
        return publishable(asserted(state_of(self.store)))

    def _build(self, number: int, state: State, shown: State | None = None) -> None:
        """Builds a public edition beside the others; nobody sees it yet.

        Where the one that is `shown` differs little, it is made from that one.
        """
        added, removed = difference(shown or {}, state)
        if shown and len(added) + len(removed) <= SMALL and Current.of(self.directory):
            self._alter(number, added, removed)
            return
        with self._beside(number) as folder:
            _write_lines(folder, [_line(quad) for quads in state.values() for quad in quads])
            _fill(folder)

    def _alter(self, number: int, added: set[Quad], removed: set[Quad]) -> None:
        """Builds a public edition that differs from the one shown by these quads."""
        current = Current.of(self.directory)
        assert current is not None
        last, gone = public_view(self.directory, current.public), {_line(quad) for quad in removed}
        with self._beside(number) as folder:
            lines = [line for line in (last / "quads.nq").read_bytes().splitlines(True) if line not in gone]
            _write_lines(folder, [*lines, *map(_line, added)])
            _altered(last, folder, added, removed)

    @contextmanager
    def _beside(self, number: int) -> Iterator[Path]:
        """A folder in which a public edition is built; it takes its place when it is whole."""
        folder = self.directory / "public" / f"neu-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
        target = public_view(self.directory, number)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)

    def _take_view(self, number: int) -> None:
        if not self.store.keeps_views:
            return
        fresh = self.directory / "snapshots" / f"neu-{number}"
        shutil.rmtree(fresh, ignore_errors=True)
        self.store.backup(fresh)
        view = internal_view(self.directory, number)
        shutil.rmtree(view, ignore_errors=True)
        fresh.rename(view)

    def _show(self, number: int, facts: bool = True) -> None:
        """Shows the store under this number, with the public edition of that number where one was built.

        Without `facts` nothing but judgements has changed.
        """
        current = Current.of(self.directory)
        said = number if facts or current is None else current.facts or current.internal
        if current is None and not public_view(self.directory, number).exists():
            self._build(number, {})
        self._take_view(number)
        public = public_view(self.directory, number)
        if public.exists():
            current = Current(number, number, _fingerprint(public), said, _facts(public))
        else:
            assert current is not None
            current = replace(current, internal=number, facts=said)
        self._give(current)
        current.show(self.directory)
        self._prune("snapshots", current.internal)
        self._prune("public", current.public)

    def _give(self, current: Current, anew: bool = False) -> None:
        """Gives the public edition to its server, if it has one."""
        quads = public_view(self.directory, current.public) / "quads.nq"
        self.servers.show(self.directory, quads, current.fingerprint, anew)

    def _prune(self, name: str, shown: int) -> None:
        """Clears old views away: first out of sight, so that nobody opens half of one."""
        folder = self.directory / name
        for old in sorted((p for p in folder.iterdir() if p.name.isdecimal()), key=lambda p: int(p.name))[
            :-KEPT
        ]:
            if int(old.name) != shown:
                shutil.rmtree(old.rename(folder / f"neu-{old.name}-alt"))

    def _settle(self) -> None:
        """Settles what a crash left open: the store holds all of a change or nothing of it."""
        for entry in self.journal.open_entries():
            current = Current.of(self.directory)
            if current and entry.number <= current.internal:  # shown already
                self.journal.close_entry(entry.number)
            elif self._holds(entry, current):
                if entry.raw:
                    shutil.rmtree(public_view(self.directory, entry.number), ignore_errors=True)
                    self._withdraw(entry.number, None)
                self._show(entry.number)
                self.journal.close_entry(entry.number)
            else:
                shutil.rmtree(public_view(self.directory, entry.number), ignore_errors=True)
                self.journal.drop_entry(entry.number)

    def _holds(self, entry: Entry, current: Current | None) -> bool:
        """Whether the store holds the change; a raw write is looked for in the difference to the last view.

        One that only publishes changes nothing in the store: it came about when its public edition was built.
        """
        if not entry.patch:
            return public_view(self.directory, entry.number).exists()
        if not entry.raw or not self.store.keeps_views:
            first = entry.patch.partition("\n")[0]
            if self._agrees(first) or self.store.keeps_views:
                return self._agrees(first)
            time.sleep(LATE)
            return self._agrees(first)
        if current is None:
            return len(self.store) > 0 or bool(self.store.graphs())
        last = Store.snapshot(internal_view(self.directory, current.internal))
        return set(self.store) != set(last) or set(self.store.graphs()) != set(last.graphs())

    def _agrees(self, line: str) -> bool:
        """Whether the store is as a line of a patch wants it."""
        return not line or (_quad(line[2:]) in self.store) == line.startswith("A ")

    def _has(self, graph: str | None) -> bool:
        return graph is None or graph in self.store.graphs()


def backup(home: Home, archive: Path) -> int:
    """Writes store, journal and public edition to one file and returns the number of the change it holds.

    The file is complete or not there: it is written beside its place and renamed.
    """
    with (
        tempfile.TemporaryDirectory(dir=archive.absolute().parent) as folder,
        home.writing("backup") as writer,
    ):
        writer.store.backup(Path(folder) / "store")
        writer.journal.copy_to(Path(folder) / "journal.sqlite")
        number = writer.journal.last()
        manifest = {"format": ARCHIVE_FORMATS[-1], "change": number, "quads": len(writer.store)}
        (Path(folder) / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        unfinished = Path(folder) / "archive"
        with tarfile.open(unfinished, "w:gz") as tar:
            for name in ("manifest.json", "journal.sqlite", "store"):
                tar.add(Path(folder) / name, name)
            if home.exists:
                dump = home.public.dump
                tar.add(home.directory / "current.json", "current.json")
                tar.add(dump, str(dump.relative_to(home.directory)))
        unfinished.replace(archive)
    return number


def restore(archive: Path, directory: Path, servers: Servers = EMBEDDED) -> int:
    """Unpacks a backup into an empty directory, or its server, and returns the number of the change it holds.

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
        if manifest.get("format") not in ARCHIVE_FORMATS:
            raise InvalidData([Fault("Diese Sicherung stammt aus einer anderen Version.", str(archive))])
        try:
            home = Home(unpacked)
            with home.writing("restore") as writer:
                complete = (
                    len(writer.store) == manifest.get("quads")
                    and writer.journal.last() == manifest.get("change")
                    and (not home.exists or _fingerprint(home.public.dump.parent) == home.public.fingerprint)
                )
        except (RuntimeError, OSError, SyntaxError, sqlite3.DatabaseError) as error:
            raise InvalidData([Fault(f"Die Sicherung ist beschädigt ({error}).", str(archive))]) from error
        if not complete:
            raise InvalidData([Fault("Die Sicherung ist unvollständig.", str(archive))])
        (unpacked / "manifest.json").unlink()
        if servers != EMBEDDED:
            servers.move_in(unpacked, home.internal.read() if home.exists else ())
            with Home(unpacked, servers).writing("restore"):
                pass
        if directory.exists():
            directory.rmdir()
        unpacked.chmod(0o700)
        unpacked.rename(directory)
    return int(manifest["change"])


def _fill(folder: Path) -> None:
    """Makes the store of a public edition from its quads."""
    unfinished = folder / "neu"
    shutil.rmtree(unfinished, ignore_errors=True)
    store = Store.on_disk(unfinished)
    store.inner.bulk_load(path=str(folder / "quads.nq"), format=ox.RdfFormat.N_QUADS)
    del store
    unfinished.rename(folder / "store")


def _altered(last: Path, folder: Path, added: set[Quad], removed: set[Quad]) -> None:
    """Makes the store of a public edition from the one before, by hard links. A graph that is empty now is gone."""
    unfinished = folder / "neu"
    Store.snapshot(last / "store").inner.backup(str(unfinished))
    store = Store.on_disk(unfinished)
    store.change(added, removed)
    for graph in list(store.inner.named_graphs()):
        if next(iter(store.inner.quads_for_pattern(None, None, None, graph)), None) is None:
            store.inner.remove_graph(graph)
    store.inner.flush()
    del store
    unfinished.rename(folder / "store")


def _line(quad: Quad) -> bytes:
    return f"{quad} .\n".encode()


def _write_lines(folder: Path, lines: list[bytes]) -> None:
    lines.sort()
    (folder / "quads.nq").write_bytes(b"".join(lines))


def _fingerprint(public: Path) -> str:
    return hashlib.sha256((public / "quads.nq").read_bytes()).hexdigest()[:32]


def _facts(public: Path) -> str:
    """The same of everything but the judgements."""
    mark, judged = hashlib.sha256(), f" <{JUDGEMENTS}> .\n".encode()
    with (public / "quads.nq").open("rb") as lines:
        for line in lines:
            if not line.endswith(judged):
                mark.update(line)
    return mark.hexdigest()[:32]


def _iri(graph: str | None) -> str:
    try:
        return str(ox.NamedNode(graph or ""))
    except ValueError as error:
        raise InvalidQuery(f"„{graph}“ ist keine Adresse eines Graphen: {error}") from error


def _insertion(graph: str | None, triples: Iterable[Statement]) -> str:
    data = "\n".join(f"{t.triple if isinstance(t, ox.Quad) else t} ." for t in triples)
    return f"INSERT DATA {{ GRAPH {_iri(graph)} {{ {data} }} }}" if graph else f"INSERT DATA {{ {data} }}"


def _quad(line: str) -> Quad:
    quad: Quad
    [quad] = ox.parse(f"{line} .".encode(), format=ox.RdfFormat.N_QUADS)
    return quad
