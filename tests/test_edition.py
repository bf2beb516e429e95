"""What is stored is whole, is journalled, survives a crash, and can be taken away and brought back."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph
from tiny import dataset

from graph.dataset import Dataset, skolemised
from graph.errors import InvalidData, Locked, NotEmpty
from graph.home import Home, Writer, backup, restore
from graph.rdf_file import read
from graph.reference import reference_datasets
from graph.store import Store
from ontology.namespaces import GRAPH, ID, ZG

TINY = """
@prefix zg: <https://w3id.org/zukunftsgraph/def#> .
@prefix id: <https://w3id.org/zukunftsgraph/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://w3id.org/zukunftsgraph/id/project/probe>
    a zg:Project ;
    skos:prefLabel "Probe"@de ;
    zg:ledBy <https://w3id.org/zukunftsgraph/id/actor/kammer> .

<https://w3id.org/zukunftsgraph/id/actor/kammer>
    a zg:Organization ;
    skos:prefLabel "Kammer"@de .
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Dataset:
    file = tmp_path / "probe.ttl"
    file.write_text(TINY, encoding="utf-8")
    return read(file)


def _count(store: Store, pattern: str) -> int:
    [row] = store.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    return int(str(row["n"]))


def test_accepted_statements_stand_once_in_the_default_graph(empty: Home, tiny: Dataset) -> None:
    with empty.writing("test") as writer:
        writer.load([tiny])
    store = empty.internal.read()
    lead = "<https://w3id.org/zukunftsgraph/id/project/probe> zg:ledBy ?who"
    assert _count(store, f"{lead}".replace("zg:ledBy", f"<{ZG.ledBy}>")) == 1
    assert _count(store, f"GRAPH <{tiny.graph}> {{ ?s <{ZG.ledBy}> ?o }}") == 1


def test_what_follows_is_accepted_and_marked_as_inferred(empty: Home, tiny: Dataset) -> None:
    with empty.writing("test") as writer:
        writer.load([tiny])
    store = empty.internal.read()
    follows = f"<{ID['project/probe']}> <{ZG.involves}> <{ID['actor/kammer']}>"
    assert store.ask(f"ASK {{ {follows} }}")
    assert store.ask(f"ASK {{ GRAPH <{GRAPH.inferred}> {{ {follows} }} }}")
    assert not store.ask(f"ASK {{ GRAPH <{tiny.graph}> {{ {follows} }} }}")


def test_a_dataset_takes_the_place_of_its_older_self(empty: Home, tiny: Dataset, tmp_path: Path) -> None:
    shorter = tmp_path / "probe.ttl"
    with empty.writing("test") as writer:
        writer.load([tiny])
        shorter.write_text(
            TINY.replace("zg:ledBy <https://w3id.org/zukunftsgraph/id/actor/kammer> .", "."), "utf-8"
        )
        writer.load([read(shorter)])
    store = empty.internal.read()
    assert not store.ask(f"ASK {{ ?s <{ZG.involves}> ?o }}")
    assert not store.ask(f"ASK {{ GRAPH <{GRAPH.evidence}> {{ ?s ?p <{ZG.ledBy}> }} }}")


def test_loading_the_same_twice_changes_nothing(empty: Home, tiny: Dataset) -> None:
    with empty.writing("test") as writer:
        assert writer.load([tiny]) is not None
        assert writer.load([tiny]) is None
        assert writer.rebuild() is None


def test_blank_nodes_get_the_same_address_every_time() -> None:
    text = "@prefix org: <http://www.w3.org/ns/org#> . [] a org:Membership ; org:member <urn:a> ."
    first, second = (skolemised(Graph().parse(data=text)) for _ in range(2))
    assert set(first) == set(second)
    assert all(
        str(s).startswith("https://w3id.org/zukunftsgraph/.well-known/genid/") for s in first.subjects()
    )


def test_rebuild_restores_what_raw_writes_broke(empty: Home, tiny: Dataset) -> None:
    with empty.writing("test") as writer:
        writer.load([tiny])
        whole = set(writer.store)
        writer.update("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }; INSERT DATA { <urn:a> <urn:b> <urn:c> }")
        writer.rebuild()
        assert set(writer.store) == whole


def test_the_journal_knows_who_changed_what(empty: Home, tiny: Dataset) -> None:
    with empty.writing("load", actor="Frau Probe") as writer:
        writer.load([tiny])
    [change] = empty.journal()
    assert (change.number, change.actor, change.command) == (1, "Frau Probe", "load")
    assert change.datasets == (str(tiny.iri),)
    assert change.added == len(empty.internal.read())


def test_the_journal_is_invisible_to_queries(empty: Home, tiny: Dataset) -> None:
    with empty.writing("load", actor="Frau Probe") as writer:
        writer.load([tiny])
    assert not any("Probe" in str(q.object) and "Frau" in str(q.object) for q in empty.internal.read())


def test_readers_see_the_old_state_until_the_new_one_is_stored(empty: Home, tiny: Dataset) -> None:
    with empty.writing("test") as writer:
        writer.load(reference_datasets())
        before = empty.internal.read()
        writer.load([tiny])
        assert not before.ask(f"ASK {{ ?s <{ZG.ledBy}> ?o }}")
        assert empty.internal.read().ask(f"ASK {{ ?s <{ZG.ledBy}> ?o }}")


def test_a_second_writer_is_told_who_holds_the_store(empty: Home) -> None:
    with (
        empty.writing("rebuild"),
        pytest.raises(Locked, match=f"Prozess {os.getpid()} \\(zukunftsgraph rebuild\\)"),
        empty.writing("load"),
    ):
        pass


def test_a_crash_between_journal_and_store_is_settled(empty: Home, tiny: Dataset) -> None:
    """The entry is there, the change is not: as after a kill between the two writes."""
    with empty.writing("test") as writer:
        writer.load([tiny])
        line = str(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.NamedNode("urn:c")))
        writer.journal.open_entry("x", "load", (), [line], [])
    with empty.writing("test"):
        pass
    assert len(empty.journal()) == 1


def test_a_crash_between_store_and_journal_is_settled(empty: Home, tiny: Dataset) -> None:
    """The change is there, its entry is still open."""
    quad = ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.NamedNode("urn:c"))
    with empty.writing("test") as writer:
        writer.load([tiny])
        writer.journal.open_entry("x", "load", (), [str(quad)], [])
        writer.store.change({quad}, set())
    with empty.writing("test"):
        pass
    assert [change.number for change in empty.journal()] == [1, 2]
    assert empty.internal.number == 2
    assert empty.internal.read().ask("ASK { <urn:a> <urn:b> <urn:c> }")


@pytest.mark.parametrize(("step", "changes"), [("_build", 2), ("_show", 3)])
def test_a_crash_while_only_publishing_leaves_it_undone_or_done(
    empty: Home, monkeypatch: pytest.MonkeyPatch, step: str, changes: int
) -> None:
    """The rebuild changes nothing in the store, so that only the public edition can say whether it came about."""

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with empty.writing("test") as writer:
        writer.load([dataset("offen", [(ID["project/a"], ZG.ledBy, ID["actor/b"])])])
        writer.update(
            f"INSERT {{ GRAPH ?g {{ ?s <urn:b> 1 }} }} WHERE {{ GRAPH ?g {{ ?s a <{ZG.Statement}> }} }}"
        )
    before = empty.public.fingerprint
    with monkeypatch.context() as crashing, empty.writing("test") as writer:
        crashing.setattr(Writer, step, crash)
        with pytest.raises(KeyboardInterrupt):
            writer.rebuild()
    with empty.writing("test") as writer:
        assert len(empty.journal()) == changes
        assert (empty.public.fingerprint != before) == (changes == 3)
        assert (writer.rebuild() is None) == (changes == 3)
    assert empty.public.read().ask("ASK { GRAPH ?g { ?s <urn:b> 1 } }")


def test_kill_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from graph.home import Home; from graph.reference import reference_datasets\n"
        f"with Home(Path({str(tmp_path / 'data')!r})).writing('load') as w: print('go', flush=True); "
        "w.load(reference_datasets())"
    )
    for delay in (0.3, 0.9, 1.3):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        home = Home(tmp_path / "data")
        with home.writing("check") as writer:
            assert len(writer.store) in (0, home.journal()[-1].added if home.journal() else 0)
            assert writer.journal.last() == home.internal.number


def test_backup_and_restore_bring_everything_back(empty: Home, tiny: Dataset, tmp_path: Path) -> None:
    with empty.writing("test") as writer:
        writer.load([tiny])
    archive, elsewhere = tmp_path / "sicherung.tar.gz", tmp_path / "anderswo"
    assert backup(empty, archive) == 1 == restore(archive, elsewhere)
    restored = Home(elsewhere)
    assert set(restored.internal.read()) == set(empty.internal.read())
    assert restored.journal() == empty.journal()
    with restored.writing("load") as writer:
        assert writer.load(reference_datasets()) is not None


def test_restore_refuses_a_directory_with_data_and_a_broken_file(
    empty: Home, tiny: Dataset, tmp_path: Path
) -> None:
    with empty.writing("test") as writer:
        writer.load([tiny])
    archive = tmp_path / "sicherung.tar.gz"
    backup(empty, archive)
    with pytest.raises(NotEmpty):
        restore(archive, empty.directory)
    archive.write_bytes(archive.read_bytes()[:2000])
    with pytest.raises(InvalidData, match="keine vollständige Sicherung"):
        restore(archive, tmp_path / "neu")
    assert not (tmp_path / "neu").exists()
