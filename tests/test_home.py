"""Two editions of one data directory: shown together, raw writes stay internal, nothing is lost on the way."""

import gzip
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from tiny import CHAMBER, IS_PROJECT, LEADS, NAMED, PROBE, dataset

from graph.edition import Current, public_view
from graph.errors import InvalidQuery, Locked
from graph.home import Home, backup, restore
from graph.store import Store
from ontology.namespaces import GRAPH, ID, ZG

SOURCE = GRAPH["source/offen"]
LED_BY = f"<{PROBE}> <{ZG.ledBy}> <{CHAMBER}>"
INVOLVES = f"<{PROBE}> <{ZG.involves}> <{CHAMBER}>"
TRIPLE = ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.BlankNode("c"))


@pytest.fixture
def open_home(empty: Home) -> Home:
    """A home with one public dataset."""
    with empty.writing("test") as writer:
        writer.load([dataset("offen", [IS_PROJECT, NAMED, LEADS])])
    return empty


def _shows(home: Home, pattern: str) -> tuple[bool, bool]:
    """Whether the internal and the public edition hold a pattern, in whatever graph."""
    text = f"ASK {{ {{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} }} }}"
    return home.internal.read().ask(text), home.public.read().ask(text)


# Shown together


def test_both_editions_show_a_load_at_once(open_home: Home) -> None:
    assert _shows(open_home, INVOLVES) == (True, True)
    assert open_home.internal.number == open_home.public.number == 1


def test_what_changes_nothing_public_leaves_the_public_edition_untouched(open_home: Home) -> None:
    before = json.loads((open_home.directory / "current.json").read_text())
    made = open_home.public.dump.stat().st_mtime_ns
    with open_home.writing("test") as writer:
        writer.load([dataset("intern", [LEADS], "internal")])
        writer.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
        writer.update("DELETE DATA { <urn:a> <urn:b> <urn:c> }")
        assert writer.rebuild() is None
    after = json.loads((open_home.directory / "current.json").read_text())
    assert after == before | {"internal": 4, "facts": 4}
    assert open_home.public.dump.stat().st_mtime_ns == made
    assert [p.name for p in (open_home.directory / "public").iterdir()] == ["000001"]


def test_the_public_file_is_sorted_and_holds_what_the_public_store_holds(open_home: Home) -> None:
    lines = open_home.public.dump.read_text().splitlines()
    assert lines == sorted(lines)
    assert lines == sorted(f"{quad} ." for quad in open_home.public.read())


def test_a_change_withdraws_from_a_dataset_what_it_says_no_more(open_home: Home) -> None:
    with open_home.writing("test") as writer:
        writer.load([dataset("offen", [IS_PROJECT, NAMED])])
    assert _shows(open_home, LED_BY) == _shows(open_home, INVOLVES) == (False, False)


def test_a_dataset_that_becomes_internal_is_withdrawn(open_home: Home) -> None:
    with open_home.writing("test") as writer:
        writer.load([dataset("offen", [IS_PROJECT, NAMED, LEADS], "internal")])
    assert len(open_home.public.read()) == 0
    assert _shows(open_home, LED_BY) == (True, False)


def test_old_views_are_cleared_away_but_never_the_ones_that_are_shown(open_home: Home) -> None:
    with open_home.writing("test") as writer:
        for number in range(5):
            writer.update(f"INSERT DATA {{ <urn:a> <urn:b> {number} }}")
        assert sorted(p.name for p in (open_home.directory / "snapshots").iterdir()) == [
            "000004",
            "000005",
            "000006",
        ]
        for number in range(5):
            writer.load([dataset(f"offen-{number}", [NAMED])])
    assert open_home.public.number == open_home.internal.number == 11
    assert sorted(p.name for p in (open_home.directory / "public").iterdir()) == [
        "000009",
        "000010",
        "000011",
    ]


def test_a_reader_whose_view_is_cleared_away_takes_the_newer_one(
    open_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Store.snapshot
    waiting = [True]

    def slow(directory: Path) -> Store:
        if waiting.pop() if waiting else False:
            with open_home.writing("test") as writer:
                for number in range(4):
                    writer.update(f"INSERT DATA {{ <urn:a> <urn:b> {number} }}")
            assert not directory.exists()
        return opened(directory)

    monkeypatch.setattr(Store, "snapshot", slow)
    assert open_home.internal.read().ask("ASK { <urn:a> <urn:b> 3 }")


def test_a_view_that_is_gone_without_a_newer_one_is_an_error(open_home: Home) -> None:
    shutil.rmtree(open_home.directory / "snapshots" / "000001")
    with pytest.raises(FileNotFoundError):
        open_home.internal.read()


def test_readers_in_other_processes_always_see_one_whole_state(open_home: Home) -> None:
    """Two processes read while a third writes: every change has two statements, nobody ever sees one of them."""
    script = (
        "import sys; from pathlib import Path; from graph.home import Home\n"
        f"home = Home(Path({str(open_home.directory)!r}))\n"
        "print('go', flush=True)\n"
        "for _ in range(60):\n"
        "    for edition in (home.internal, home.public):\n"
        "        rows = edition.read().select('SELECT ?n { GRAPH ?g { ?s <urn:n> ?n } }')\n"
        "        assert len(rows) % 2 == 0, rows\n"
    )
    readers = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) for _ in range(2)]
    for reader in readers:
        assert reader.stdout and reader.stdout.readline()
    with open_home.writing("test") as writer:
        while any(reader.poll() is None for reader in readers):
            number = time.monotonic_ns()
            writer.update(
                f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:a> <urn:n> {number} . <urn:b> <urn:n> {number} }} }}"
            )
    for reader in readers:
        reader.communicate()
        assert reader.returncode == 0


# Held on to


def test_a_pinned_view_stays_whatever_is_cleared_away(open_home: Home) -> None:
    for edition in (open_home.internal, open_home.public):
        with edition.pinned() as view:
            with open_home.writing("test") as writer:
                for number in range(5):
                    writer.load([dataset(f"weitere-{number}", [LEADS])])
                    writer.load([dataset(f"weitere-{number}", [NAMED])])
            assert Store.snapshot(view).ask(f"ASK {{ {INVOLVES} }}")
        assert not view.exists()
    assert not list((open_home.directory / "pinned").iterdir())


def test_what_a_killed_process_had_pinned_is_swept_away(open_home: Home) -> None:
    script = (
        "from pathlib import Path; from graph.home import Home; import time\n"
        f"with Home(Path({str(open_home.directory)!r})).public.pinned() as view:\n"
        "    print(view, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    view = Path(process.stdout.readline().strip())
    with open_home.writing("test"):
        assert view.exists()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with open_home.writing("test"):
        assert not view.exists()


# One writer


def test_a_second_writer_may_wait(open_home: Home) -> None:
    entered = threading.Event()

    def first() -> None:
        with open_home.writing("first"):
            entered.set()
            time.sleep(0.4)

    thread = threading.Thread(target=first)
    thread.start()
    entered.wait()
    with pytest.raises(Locked, match="zukunftsgraph first"), open_home.writing("second", wait=0.1):
        pass
    with open_home.writing("second", wait=10) as writer:
        writer.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    thread.join()
    assert [change.command for change in open_home.journal()] == ["test", "second"]


# Raw writes


def test_what_is_written_raw_stays_internal_until_a_rebuild(open_home: Home) -> None:
    with open_home.writing("test") as writer:
        writer.update(f"INSERT DATA {{ GRAPH <{SOURCE}> {{ <urn:a> <{ZG.ledBy}> <urn:b> }} }}")
        writer.load([dataset("intern", [NAMED], "internal")])
        assert _shows(open_home, f"<urn:a> <{ZG.ledBy}> <urn:b>") == (True, False)
        writer.rebuild()
    assert _shows(open_home, f"<urn:a> <{ZG.involves}> <urn:b>") == (True, True)


def test_what_is_taken_away_and_given_back_raw_is_published_by_the_load_of_its_dataset(
    open_home: Home,
) -> None:
    with open_home.writing("test") as writer:
        whole = set(writer.store)
        writer.update(f"DELETE DATA {{ GRAPH <{SOURCE}> {{ {LED_BY} }} }}")
        writer.update(f"INSERT DATA {{ GRAPH <{SOURCE}> {{ {LED_BY} }} }}")
        assert set(writer.store) == whole
        assert _shows(open_home, LED_BY) == (True, False)
        change = writer.load([dataset("offen", [IS_PROJECT, NAMED, LEADS])])
    assert change and (change.added, change.removed) == (0, 0)
    assert _shows(open_home, INVOLVES) == (True, True)


@pytest.mark.parametrize(
    "request_",
    [
        f"DELETE DATA {{ GRAPH <{SOURCE}> {{ {LED_BY} }} }}",
        f"dElEtE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} VALUES ?p {{ <{ZG.ledBy}> }} }}",
        f"CLEAR GRAPH <{SOURCE}>",
        f"DROP GRAPH <{GRAPH.catalogue}>",
        f"MOVE <{SOURCE}> TO <urn:anderswo>",
        f"COPY <{GRAPH.evidence}> TO <{SOURCE}>",
        f"INSERT DATA {{ GRAPH <{GRAPH.catalogue}> {{ <{ID['dataset/offen']}> <{ZG.reviewStatus}> "
        f"<{ID['code/review-status/rejected']}> }} }}",
        f"INSERT DATA {{ GRAPH <{GRAPH.catalogue}> {{ <{ID['dataset/offen']}> <{ZG.visibility}> "
        f"<{ID['code/visibility/internal']}> }} }}",
        f"INSERT {{ GRAPH <{GRAPH.evidence}> {{ ?s <{ZG.visibility}> <{ID['code/visibility/body']}> }} }} WHERE "
        f"{{ GRAPH <{GRAPH.evidence}> {{ ?s ?p <{CHAMBER}> }} }}",
        f"ADD <urn:marken> TO <{GRAPH.catalogue}>",
    ],
)
def test_what_a_raw_write_removes_or_hides_leaves_the_public_edition_at_once(
    open_home: Home, request_: str
) -> None:
    with open_home.writing("test") as writer:
        writer.update(
            f"INSERT DATA {{ GRAPH <urn:marken> {{ <{ID['dataset/offen']}> <{ZG.visibility}> <urn:niemand> }} }}"
        )
        writer.update(request_)
        assert _shows(open_home, LED_BY)[1] is False
        assert _shows(open_home, INVOLVES)[1] is False
        assert str(CHAMBER) not in open_home.public.dump.read_text()


def test_the_evidence_of_a_triple_that_is_gone_is_withdrawn_with_it(open_home: Home) -> None:
    about = f"?s <http://www.w3.org/1999/02/22-rdf-syntax-ns#object> <{CHAMBER}>"
    with open_home.writing("test") as writer:
        writer.delete(str(SOURCE))
    assert _shows(open_home, about) == (True, False)
    assert b"/evidence/" not in open_home.public.dump.read_bytes()
    assert str(SOURCE) not in {g.value for g in open_home.public.read().inner.named_graphs()}


def test_put_add_and_delete_say_whether_the_graph_is_new(empty: Home) -> None:
    with empty.writing("test") as writer:
        writer.publish(even_empty=True)
        assert writer.delete("urn:g") is False
        assert writer.put("urn:g", []) is True
        assert writer.put("urn:g", [TRIPLE]) is False
        assert writer.add("urn:g", [TRIPLE]) is False
        assert writer.add("urn:h", []) is True
        assert writer.put(None, [TRIPLE]) is True
        assert writer.put(None, [TRIPLE]) is False
        inner = empty.internal.read().inner
        assert {graph.value for graph in inner.named_graphs()} == {"urn:g", "urn:h"}
        assert len(list(inner.quads_for_pattern(None, None, None, ox.NamedNode("urn:g")))) == 2
        assert writer.delete("urn:g") is True
        assert writer.delete(None) is True
        assert {graph.value for graph in empty.internal.read().inner.named_graphs()} == {"urn:h"}
        assert len(empty.internal.read()) == 0


def test_a_put_in_the_place_of_a_published_source_withdraws_what_it_says_no_more(open_home: Home) -> None:
    kept = ox.Triple(ox.NamedNode(PROBE), ox.NamedNode(NAMED[1]), ox.Literal("Probe", language="de"))
    with open_home.writing("test") as writer:
        writer.put(str(SOURCE), [kept, ox.Triple(kept.subject, kept.predicate, ox.Literal("neu"))])
    assert _shows(open_home, LED_BY) == (True, False)  # the internal default graph is not mirrored
    assert _shows(open_home, f"<{PROBE}> ?p 'Probe'@de") == (True, True)
    assert _shows(open_home, f"<{PROBE}> ?p 'neu'") == (True, False)


@pytest.mark.parametrize("value", ['x\\u0041 "q" \n \r \\ }', "\u2028\x85\x0b\U0001f600", "'''"])
def test_what_is_put_comes_back_as_it_was(empty: Home, value: str) -> None:
    triple = ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal(value))
    with empty.writing("test") as writer:
        writer.put("urn:g", [triple])
    [quad] = empty.internal.read()
    assert quad.triple == triple


def test_a_home_begun_empty_stays_so_whatever_is_written_raw(empty: Home) -> None:
    with empty.writing("serve --empty") as writer:
        writer.publish(even_empty=True)
        for edition in (empty.internal, empty.public):
            assert edition.exists and edition.number == 0
            assert not list(edition.read()) and not list(edition.read().inner.named_graphs())
        writer.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> <urn:c> } }")
        writer.update("DROP ALL")
    with empty.writing("test"):
        assert not list(empty.internal.read().inner.named_graphs())
        assert not list(empty.public.read().inner.named_graphs())
        assert empty.public.number == 0


@pytest.mark.parametrize(
    "request_",
    [
        "INSERT DATA {",
        "INSERT DATA { <urn:a> <urn:b> <urn:c> } ; CREATE GRAPH <urn:g> ; CREATE GRAPH <urn:g>",
        "INSERT DATA { <a> <b> <c> }",
    ],
)
def test_a_wrong_request_changes_nothing_and_is_not_in_the_journal(open_home: Home, request_: str) -> None:
    with open_home.writing("test") as writer:
        before = set(writer.store)
        with pytest.raises(InvalidQuery, match="Diese Änderung lässt sich nicht ausführen"):
            writer.update(request_)
        with pytest.raises(InvalidQuery, match="keine Adresse"):
            writer.put("kein IRI", [])
        assert set(writer.store) == before
    assert len(open_home.journal()) == 1


def test_a_request_may_have_a_base(empty: Home) -> None:
    with empty.writing("test") as writer:
        writer.update("INSERT DATA { <a> <b> <c> }", base="http://example.org/x/")
    assert empty.internal.read().ask("ASK { <http://example.org/x/a> ?p ?o }")


def test_the_journal_keeps_the_request_of_a_raw_write(open_home: Home) -> None:
    request = "INSERT DATA { <urn:a> <urn:b> 'Käse' }"
    with open_home.writing("sparql", actor="Frau Probe") as writer:
        change = writer.update(request)
    assert change == open_home.journal()[-1]
    assert (change.number, change.actor, change.command, change.added) == (2, "Frau Probe", "sparql", None)
    with sqlite3.connect(open_home.directory / "journal.sqlite") as connection:
        [(patch,)] = connection.execute("SELECT patch FROM change WHERE number = 2")
    connection.close()
    assert gzip.decompress(patch).decode() == request


def test_nameless_things_written_raw_get_names_at_the_next_rebuild(open_home: Home, tmp_path: Path) -> None:
    request = f"""INSERT DATA {{ [] <urn:q> [] . GRAPH <urn:fremd> {{ <urn:a> <urn:b> [] }}
        GRAPH <{SOURCE}> {{
            <{PROBE}> <{ZG.partner}> [ <{ZG.partner}> _:x ] . _:x <urn:says> <<( _:x <urn:p> 1 )>> }} }}"""
    again = Home(tmp_path / "again")
    for home in (open_home, again):
        with home.writing("test") as writer:
            writer.load([dataset("offen", [IS_PROJECT, NAMED, LEADS])])
            writer.update(request)
            writer.rebuild()
            assert writer.rebuild() is None
    assert "_:" not in open_home.public.dump.read_text()
    assert open_home.public.dump.read_text().count("genid") > 3
    assert open_home.public.fingerprint == again.public.fingerprint
    assert open_home.internal.read().ask(
        "ASK { GRAPH <urn:fremd> { <urn:a> <urn:b> ?x FILTER(ISBLANK(?x)) } }"
    )
    assert not open_home.internal.read().ask("ASK { ?x <urn:q> ?y }")


# Taken over, carried away, brought back


def _as_before_the_two_editions(home: Home) -> None:
    """The directory as an older version left it: views, a journal without raw writes, nothing public."""
    (home.directory / "current.json").unlink()
    shutil.rmtree(home.directory / "public")
    with sqlite3.connect(home.directory / "journal.sqlite") as connection:
        connection.execute("ALTER TABLE change DROP COLUMN raw")
    connection.close()


def test_a_directory_of_an_older_version_is_taken_over(open_home: Home) -> None:
    with open_home.writing("test") as writer:
        writer.load([dataset("intern", [LEADS], "internal", section="Geheim")])
        quads = set(writer.store)
    journal, public = open_home.journal(), open_home.public.dump.read_bytes()
    _as_before_the_two_editions(open_home)
    assert not open_home.exists
    with open_home.writing("test") as writer:
        assert set(writer.store) == quads
        assert writer.rebuild() is None
    assert set(open_home.internal.read()) == quads
    assert open_home.journal() == journal
    assert open_home.internal.number == open_home.public.number == 2
    assert b"Geheim" not in open_home.public.dump.read_bytes()
    with open_home.writing(
        "test"
    ) as writer:  # both say it of the same passage: the public one once more by itself
        writer.load([dataset("offen", [IS_PROJECT, NAMED, LEADS])])
    assert open_home.public.dump.read_bytes() == public


def test_a_backup_brings_both_editions_back(open_home: Home, tmp_path: Path) -> None:
    secret = f"<urn:a> <{ZG.ledBy}> <urn:geheim>"
    with open_home.writing("test") as writer:
        writer.update(f"INSERT DATA {{ GRAPH <{SOURCE}> {{ {secret} }} }}")
    backup(open_home, tmp_path / "sicherung.tar.gz")
    restore(tmp_path / "sicherung.tar.gz", tmp_path / "neu")
    restored = Home(tmp_path / "neu")
    assert _shows(restored, secret) == (True, False)
    assert set(restored.public.read()) == set(open_home.public.read())
    assert restored.public.fingerprint == open_home.public.fingerprint
    assert (restored.internal.number, restored.public.number) == (2, 1)


def test_a_backup_of_an_older_version_is_read(open_home: Home, tmp_path: Path) -> None:
    archive = tmp_path / "alt.tar.gz"
    with open_home.writing("test") as writer:
        manifest = {"format": 1, "change": 1, "quads": len(writer.store)}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
        for name in ("journal.sqlite", "store"):
            tar.add(open_home.directory / name, name)
    restore(archive, tmp_path / "neu")
    assert Home(tmp_path / "neu").public.fingerprint == open_home.public.fingerprint


def test_a_lost_public_edition_is_built_anew(open_home: Home) -> None:
    fingerprint = open_home.public.fingerprint
    shutil.rmtree(public_view(open_home.directory, 1))
    with open_home.writing("test"):
        pass
    assert open_home.public.fingerprint == fingerprint
    shutil.rmtree(public_view(open_home.directory, 1) / "store")
    with open_home.writing("test"):
        pass
    assert _shows(open_home, LED_BY) == (True, True)


def test_a_lost_public_edition_never_shows_what_was_written_raw(open_home: Home) -> None:
    with open_home.writing("test") as writer:
        writer.update(f"INSERT DATA {{ GRAPH <{SOURCE}> {{ <urn:a> <{ZG.ledBy}> <urn:geheim> }} }}")
    shutil.rmtree(open_home.directory / "public")
    with open_home.writing("test") as writer:
        assert len(open_home.public.read()) == 0
        writer.rebuild()
    assert _shows(open_home, LED_BY) == (True, True)


def test_a_public_edition_that_nobody_names_is_never_shown(open_home: Home) -> None:
    """As after a kill between building it and showing it."""
    stray = public_view(open_home.directory, 2)
    shutil.copytree(public_view(open_home.directory, 1), stray)
    (stray / "quads.nq").write_text("<urn:a> <urn:b> <urn:c> .\n")
    with open_home.writing("test") as writer:
        writer.update("INSERT DATA { <urn:d> <urn:e> <urn:f> }")
    shown = Current.of(open_home.directory)
    assert shown and (shown.internal, shown.public) == (2, 1)
    assert shown.fingerprint == open_home.public.fingerprint
    assert not stray.exists()
    assert [p.name for p in (open_home.directory / "public").iterdir()] == ["000001"]


def test_a_data_directory_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "data")
    with home.writing("test") as writer:
        writer.publish(even_empty=True)
    backup(home, tmp_path / "sicherung.tar.gz")
    restore(tmp_path / "sicherung.tar.gz", tmp_path / "anderswo")
    for directory in (home.directory, tmp_path / "anderswo"):
        assert directory.stat().st_mode & 0o077 == 0
