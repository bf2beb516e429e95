"""A database server in the place of the embedded store: the same answers, the same care, clear words when it fails."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import Literal
from rdflib.namespace import RDF, SKOS
from test_edition import (  # the rules of the embedded store, asked of the other one as well
    test_a_crash_between_journal_and_store_is_settled,
    test_a_crash_between_store_and_journal_is_settled,
    test_a_dataset_takes_the_place_of_its_older_self,
    test_a_second_writer_is_told_who_holds_the_store,
    test_accepted_statements_stand_once_in_the_default_graph,
    test_loading_the_same_twice_changes_nothing,
    test_rebuild_restores_what_raw_writes_broke,
    test_the_journal_is_invisible_to_queries,
    test_the_journal_knows_who_changed_what,
    test_what_follows_is_accepted_and_marked_as_inferred,
    tiny,
)
from tiny import IS_PROJECT, LEADS, NAMED
from tiny import dataset as tiny_dataset

from api.sparql.engine import Engine, Write
from graph.dataset import Dataset
from graph.errors import InvalidQuery, Refused, StoreUnavailable, TooLarge, WrongSetting
from graph.home import Home, backup, restore
from graph.judgements import Draft, judge, judgements
from graph.reference import reference_datasets
from graph.remote import ACCEPTED, RemoteStore, Server, server_of, servers_of
from graph.servers import Servers
from graph.store import Store
from ontology.namespaces import GRAPH, ID, ZG
from queries import named, names
from queries.lexer import form

__all__ = [
    "test_a_crash_between_journal_and_store_is_settled",
    "test_a_crash_between_store_and_journal_is_settled",
    "test_a_dataset_takes_the_place_of_its_older_self",
    "test_a_second_writer_is_told_who_holds_the_store",
    "test_accepted_statements_stand_once_in_the_default_graph",
    "test_loading_the_same_twice_changes_nothing",
    "test_rebuild_restores_what_raw_writes_broke",
    "test_the_journal_is_invisible_to_queries",
    "test_the_journal_knows_who_changed_what",
    "test_what_follows_is_accepted_and_marked_as_inferred",
    "tiny",
]

THEMES = str(GRAPH.themes)


@dataclass
class Running:
    """An Oxigraph server of this test run."""

    process: subprocess.Popen[bytes]
    url: str
    location: Path | None

    @property
    def server(self) -> Server:
        return Server(f"{self.url}/query", f"{self.url}/update")

    def store(self) -> RemoteStore:
        return RemoteStore(self.server)

    def stop(self, by: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(by)
        self.process.wait()


def started(location: Path | None = None, port: int = 0) -> Running:
    if not port:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    program = Path(sys.executable).with_name("oxigraph")
    where = ["--location", str(location)] if location else []
    process = subprocess.Popen(
        [program, "serve", *where, "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return Running(process, f"http://127.0.0.1:{port}", location)
        assert process.poll() is None, "the server did not start"
        time.sleep(0.05)
    process.kill()
    raise AssertionError("the server does not listen")


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Starts servers, in memory or in a directory; all are gone after the test."""
    running = []

    def one(location: Path | None = None, port: int = 0) -> Running:
        running.append(started(location, port))
        return running[-1]

    yield one
    for server in running:
        server.stop()


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    """An empty server."""
    return start()


@pytest.fixture
def empty(tmp_path: Path, running: Running, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A data directory with nothing in it, whose internal edition is on a server."""
    monkeypatch.setattr("graph.home.LATE", 0.1)
    return Home(tmp_path / "data", Servers(running.store()))


@pytest.fixture(scope="module")
def full(home: Home) -> Iterator[Running]:
    """A server with the graph of the shipped datasets."""
    server = started()
    server.store().change(set(home.internal.read()), set())
    yield server
    server.stop()


def test_the_first_load_is_one_request_and_everything_comes_back(full: Running, store: Store) -> None:
    remote = full.store()
    assert len(remote) == len(store)
    assert set(remote) == set(store)
    assert remote.graphs() == tuple(sorted(store.graphs()))


@pytest.mark.parametrize("graph", [None, THEMES, str(GRAPH.evidence)])
def test_a_graph_is_the_same_by_query_and_by_graph_store_protocol(
    full: Running, store: Store, graph: str | None
) -> None:
    whole = RemoteStore(replace(full.server, graph=f"{full.url}/store"))
    assert set(full.store().quads(graph)) == set(whole.quads(graph)) == set(store.quads(graph)) != set()
    assert set(whole.quads(str(GRAPH.nothing))) == set()


@pytest.mark.parametrize("name", names())
def test_every_question_has_the_same_answer(full: Running, store: Store, name: str) -> None:
    question = named(name)
    text = question.filled({})
    if form(text) == "CONSTRUCT":
        assert set(full.store().construct(text)) == set(store.construct(text)) != set()
    else:
        assert sorted(map(repr, full.store().select(text))) == sorted(map(repr, store.select(text)))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 20",
        f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{THEMES}> {{ ?s ?p ?o }} }}",
        f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{ACCEPTED}> {{ ?s ?p ?o }} }}",
        "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        f"SELECT (COUNT(*) AS ?n) FROM <{THEMES}> WHERE {{ ?s ?p ?o }}",
        f"SELECT (COUNT(*) AS ?n) FROM NAMED <{THEMES}> WHERE {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}",
        "SELECT (COUNT(*) AS ?n) FROM <urn:nowhere> WHERE { ?s ?p ?o }",
        "SELECT (1 AS ?i) (1.50 AS ?d) (1e3 AS ?f) (true AS ?b) ('Ä\\n' AS ?s) ('x'@de AS ?l) ?none WHERE {}",
    ],
)
def test_datasets_and_values_are_those_of_the_embedded_store(full: Running, store: Store, text: str) -> None:
    rows = full.store().select(text)
    assert rows == store.select(text)
    assert [list(map(type, row.values())) for row in rows] == [
        list(map(type, row.values())) for row in store.select(text)
    ]


def test_typed_values(running: Running) -> None:
    [row] = running.store().select("SELECT (1 AS ?i) (1.50 AS ?d) (1e3 AS ?f) (true AS ?b) ?none WHERE {}")
    assert row == {"i": 1, "d": Decimal("1.5"), "f": 1000.0, "b": True, "none": None}


def test_graphs_that_are_not_ours_are_neither_seen_nor_changed(running: Running) -> None:
    def directly(text: str) -> None:
        remote._client.post(
            remote.server.update, content=text.encode(), headers={"Content-Type": "application/sparql-update"}
        )

    remote = running.store()
    directly("INSERT DATA { <urn:a> <urn:b> 1 . GRAPH <urn:others> { <urn:a> <urn:b> 2 } }")
    ours = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("x"))
    remote.change({ours}, set())
    assert set(remote) == {ours}
    assert not remote.ask("ASK { GRAPH <urn:others> { ?s ?p ?o } }")
    assert not remote.ask("ASK { <urn:a> ?p ?o }")
    remote.become(set())
    assert len(remote.fresh()) == 0
    foreign = ox.Quad(ours.subject, ours.predicate, ours.object, ox.NamedNode("urn:others"))
    with pytest.raises(ValueError, match="nur in Graphen unter"):
        remote.change({foreign}, set())
    left = remote._client.post(remote.server.query, data={"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }"})
    assert left.text.count("urn:others") == 1


def test_a_query_of_the_wrong_kind_or_without_sense_fails_as_embedded(running: Running) -> None:
    remote, embedded = running.store(), Store.in_memory()
    for store in (remote, embedded):
        with pytest.raises(TypeError):
            store.select("ASK {}")
        with pytest.raises(TypeError):
            store.select("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        with pytest.raises(TypeError):
            store.construct("SELECT * { ?s ?p ?o }")
        with pytest.raises(SyntaxError):
            store.select("SELECT { ?s ?p ?o")
    assert not list(remote.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"))


# Home over servers.


def test_the_public_server_holds_what_is_published_and_nothing_else(
    tmp_path: Path, tiny: Dataset, shipped: list[Dataset], start: Callable[..., Running]
) -> None:
    dataset = ID["dataset/ludwigsburg-vorlage-aut-18-2025"]
    internal, public = start(), start()
    home = Home(tmp_path / "data", Servers(internal.store(), public.store()))
    local = Home(tmp_path / "local")
    for each in (home, local):
        with each.writing("test") as writer:
            writer.load([tiny, *(each for each in shipped if each.iri == dataset)])
    published = set(local.public.read())
    assert published
    assert set(home.public.read()) == published == set(public.store())
    assert set(home.internal.read()) == set(local.internal.read()) == set(internal.store())
    assert home.public.fingerprint == local.public.fingerprint
    hide = (
        f"DELETE WHERE {{ GRAPH <{GRAPH.catalogue}> {{ <{dataset}> <{ZG.visibility}> ?v }} }} ; INSERT DATA {{ GRAPH "
        f"<{GRAPH.catalogue}> {{ <{dataset}> <{ZG.visibility}> <{ID['code/visibility/internal']}> }} }}"
    )
    for each in (home, local):
        with each.writing("test") as writer:
            writer.update(hide)
    assert set(public.store()) == set(local.public.read()) < published


def test_a_public_server_that_was_lost_is_filled_again(
    tmp_path: Path, tiny: Dataset, start: Callable[..., Running]
) -> None:
    internal, public, other = start(), start(), start()
    with Home(tmp_path / "data", Servers(internal.store(), public.store())).writing("test") as writer:
        writer.load([tiny])
    with Home(tmp_path / "data", Servers(internal.store(), other.store())).writing("test"):
        pass
    assert set(other.store()) == set(public.store())


def test_a_directory_knows_where_its_graph_is(
    tmp_path: Path, tiny: Dataset, start: Callable[..., Running]
) -> None:
    first, second = start(), start()
    with Home(tmp_path / "data", Servers(first.store())).writing("test") as writer:
        writer.load([tiny])
    for wrong in (Home(tmp_path / "data"), Home(tmp_path / "data", Servers(second.store()))):
        with pytest.raises(StoreUnavailable, match="Zum Umziehen"):
            wrong.internal.read()
        with pytest.raises(StoreUnavailable, match="Zum Umziehen"), wrong.writing("test"):
            pass
    with (
        pytest.raises(StoreUnavailable, match="Zukunftsgraph eines anderen Verzeichnisses"),
        Home(tmp_path / "another", Servers(first.store())).writing("test"),
    ):
        pass


def test_one_moves_to_a_server_and_back_by_backup_and_restore(
    tmp_path: Path, tiny: Dataset, start: Callable[..., Running]
) -> None:
    local, servers = Home(tmp_path / "a"), Servers(start().store(), start().store())
    with local.writing("test") as writer:
        writer.load([tiny])
    assert (
        backup(local, tmp_path / "1.tar.gz") == restore(tmp_path / "1.tar.gz", tmp_path / "b", servers) == 1
    )
    moved = Home(tmp_path / "b", servers)
    assert set(moved.internal.read()) == set(local.internal.read())
    assert set(moved.public.read()) == set(local.public.read())
    assert not (tmp_path / "b" / "store").exists()
    assert moved.journal() == local.journal()
    with moved.writing("test") as writer:
        assert writer.load([tiny]) is None
    assert backup(moved, tmp_path / "2.tar.gz") == restore(tmp_path / "2.tar.gz", tmp_path / "c")
    assert set(Home(tmp_path / "c").internal.read()) == set(local.internal.read())


def test_a_child_process_can_open_the_state_of_a_server(empty: Home, tiny: Dataset) -> None:
    with empty.writing("test") as writer:
        writer.load([tiny])
    for _ in range(2):
        with empty.internal.pinned() as view:
            assert set(Store.snapshot(view)) == set(empty.internal.read())
    assert [p.name for p in (empty.directory / "snapshots").iterdir()] == ["000001"]


@pytest.mark.parametrize("delay", [0.3, 1.0, 2.0])
def test_a_server_that_dies_in_the_middle_holds_all_or_nothing(
    tmp_path: Path, store: Store, start: Callable[..., Running], delay: float
) -> None:
    everything = set(store)
    first = start(tmp_path / "server")
    dying = threading.Timer(delay, first.stop)
    dying.start()
    with suppress(StoreUnavailable):
        first.store().change(everything, set())
    dying.join()
    assert len(start(tmp_path / "server").store()) in (0, len(everything))


def test_a_load_that_the_server_did_not_survive_is_settled_by_the_next_writer(
    tmp_path: Path, tiny: Dataset, start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.home.LATE", 0.1)
    first = start(tmp_path / "server")
    home = Home(tmp_path / "data", Servers(first.store()))
    with pytest.raises(StoreUnavailable, match="Gespeichert wurde nichts"), home.writing("load") as writer:
        change = writer.store.change
        monkeypatch.setattr(writer.store, "change", lambda *quads: first.stop() or change(*quads))
        writer.load([tiny])
    assert not home.exists
    start(tmp_path / "server", int(first.url.rpartition(":")[2]))
    with home.writing("load") as writer:
        assert len(writer.store) == 0
        loaded = writer.load([tiny])
    assert [loaded] == home.journal()


# What a server may answer instead.


class Odd(BaseHTTPRequestHandler):
    """Answers what the test wants."""

    answer: tuple[int, dict[str, str], bytes] = (200, {}, b"")
    seen = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        type(self).seen = self.headers["Authorization"]
        status, headers, body = self.answer
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def odd() -> Iterator[Callable[..., Server]]:
    httpd = HTTPServer(("127.0.0.1", 0), Odd)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()

    def answering(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Server:
        Odd.answer = status, headers or {}, body
        return Server(f"http://127.0.0.1:{httpd.server_port}/sparql", auth="frau:geheim")

    yield answering
    httpd.shutdown()
    thread.join()
    httpd.server_close()


JSON = {"Content-Type": "application/sparql-results+json"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "said"),
    [
        (401, {}, b"", r"verlangt eine Anmeldung \(HTTP 401\).*ZUKUNFTSGRAPH_STORE_AUTH"),
        (403, {}, b"", r"erlaubt das nicht"),
        (404, {}, b"nichts", r"antwortet kein SPARQL-Dienst \(HTTP 404: nichts\).*ZUKUNFTSGRAPH_STORE"),
        (302, {"Location": "/login"}, b"", r"antwortet kein SPARQL-Dienst"),
        (200, {"Content-Type": "text/html"}, b"<h1>Hallo</h1>", r"sondern eine Seite vom Typ text/html"),
        (500, {}, b"out of memory", r"nicht beantwortet \(HTTP 500: out of memory\)"),
        (200, JSON, b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"ty', r"unvollständig"),
        (200, {**JSON, "Content-Length": "5000"}, b'{"head":{"vars":["s"]},', r"abgebrochen|unvollständig"),
        (200, {**JSON, "X-SPARQL-MaxRows": "10000"}, b"{}", r"gekürzt.*Zeilengrenze"),
    ],
)
def test_what_is_said_when_a_query_fails(
    odd: Callable[..., Server], status: int, headers: dict[str, str], body: bytes, said: str
) -> None:
    server = odd(status, headers, body)
    with pytest.raises(StoreUnavailable, match=said) as caught:
        RemoteStore(server).select(f"SELECT ?s FROM <{THEMES}> WHERE {{ ?s ?p ?o }}")
    assert "geheim" not in str(caught.value) + repr(server)


@pytest.mark.parametrize(("status", "body"), [(413, b""), (400, b"payloads are limited to 134217728 bytes")])
def test_a_change_that_is_too_large_for_the_server_is_not_cut_in_pieces(
    odd: Callable[..., Server], status: int, body: bytes
) -> None:
    store = RemoteStore(odd(status, {}, body))
    with pytest.raises(
        TooLarge, match=r"MiB größer, als der Datenbankserver .* annimmt.*Gespeichert wurde nichts"
    ):
        store.change({ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("x"))}, set())


def test_what_is_said_when_the_server_dies_with_a_change(odd: Callable[..., Server]) -> None:
    with pytest.raises(StoreUnavailable, match="gilt dort ganz oder gar nicht") as caught:
        RemoteStore(odd(0)).change(
            {ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("x"))}, set()
        )
    assert caught.value.open


def test_names_and_passwords_are_sent_as_the_setting_says(odd: Callable[..., Server]) -> None:
    server = odd(200, JSON, b'{"head":{},"boolean":true}')
    for auth, sent in (("frau:geheim", "Basic ZnJhdTpnZWhlaW0="), ("bearer abc", "Bearer abc")):
        with RemoteStore(replace(server, auth=auth)).answer("ASK {}", JSON["Content-Type"], None, None) as (
            kind,
            body,
        ):
            assert (kind, body.read()) == (JSON["Content-Type"], b'{"head":{},"boolean":true}')
        assert Odd.seen == sent


# Settings.


def test_settings_name_a_server_or_none() -> None:
    assert server_of("") is None
    assert server_of("oxigraph:") is None
    assert server_of("sparql:http://db/q", "http://db/u", auth="a:b") == Server(
        "http://db/q", "http://db/u", "", "a:b"
    )
    assert Server("http://db/q").writes_to == "http://db/q"
    assert servers_of(None, None) == Servers()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"store": "fuseki:http://db"}, "gemeint ist „sparql:URL“"),
        ({"store": "sparql:db/q"}, "beginnt"),
        ({"store": "oxigraph:/srv/graph"}, "ZUKUNFTSGRAPH_DATA_DIR=/srv/graph"),
        ({"store": "sparql:http://a:b@db/q"}, "gehören nicht in die Adresse"),
        ({"store": "sparql:http://db/q", "update": "ftp://db"}, "ZUKUNFTSGRAPH_STORE_UPDATE_URL"),
    ],
)
def test_a_wrong_setting_is_explained(settings: dict[str, str], said: str) -> None:
    with pytest.raises(WrongSetting, match=said):
        server_of(**settings)


def test_both_editions_on_one_address_are_refused() -> None:
    with pytest.raises(WrongSetting, match="dieselbe Adresse"):
        servers_of(Server("http://db/q"), Server("http://db/q"))


# The command line.


STRATEGIES = ("ludwigsburg-zukunftsstrategie-webseite", "esslingen-zukunftsdialog")
"""Shipped datasets of two neighbours: enough to find overlaps in."""


def run(data: Path, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("zukunftsgraph")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ZUKUNFTSGRAPH_")} | settings
    return subprocess.run(
        [program, *arguments, "--data-dir", data],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_commands_give_the_same_bytes_with_servers(
    tmp_path: Path, shipped: list[Dataset], tiny: Dataset, start: Callable[..., Running]
) -> None:
    home = Home(tmp_path / "data")
    with home.writing("test") as writer:
        strategies = [dataset for dataset in shipped if dataset.slug in STRATEGIES]
        writer.load([*reference_datasets(), *strategies])
    internal, public = start(tmp_path / "internal"), start(tmp_path / "public")
    servers = {
        "ZUKUNFTSGRAPH_STORE": f"sparql:{internal.url}/query",
        "ZUKUNFTSGRAPH_STORE_UPDATE_URL": f"{internal.url}/update",
        "ZUKUNFTSGRAPH_STORE_GRAPH_URL": f"{internal.url}/store",
        "ZUKUNFTSGRAPH_PUBLIC_STORE": f"sparql:{public.url}/query",
        "ZUKUNFTSGRAPH_PUBLIC_STORE_UPDATE_URL": f"{public.url}/update",
    }
    backup(home, tmp_path / "all.tar.gz")
    told = {}
    for name, settings in (("embedded", {}), ("remote", servers)):
        data, out = tmp_path / f"{name}-data", tmp_path / name
        out.mkdir()
        for arguments in (
            ("restore", tmp_path / "all.tar.gz"),
            ("load", tmp_path / tiny.file),
            ("overlaps", "--district", "08118", "--json", "--out", out / "overlaps.json"),
            ("export", "--format", "nquads", "--out", out / "all.nq"),
            ("export", "--format", "turtle", "--out", out / "accepted.ttl"),
        ):
            done = run(data, *arguments, **settings)
            assert done.returncode == 0, done.stderr
        told[name] = {file.name: file.read_bytes() for file in out.iterdir()}
    assert all(told["embedded"].values())
    assert told["remote"] == told["embedded"]
    internal.stop()
    failed = run(tmp_path / "remote-data", "query", "who-leads-how-much", **servers)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith(f"Fehler: Der Datenbankserver {internal.url}/query ist nicht erreichbar")


def test_a_wrong_setting_is_a_wrong_call(tmp_path: Path) -> None:
    failed = run(tmp_path, "query", "who-leads-how-much", ZUKUNFTSGRAPH_STORE="fuseki:http://db")
    assert failed.returncode == 2
    assert "sparql:URL" in failed.stderr


# Raw writes and judgements of the service.


@pytest.fixture
def beside(tmp_path: Path, running: Running, monkeypatch: pytest.MonkeyPatch) -> tuple[Home, Running]:
    """A data directory whose internal edition is on a server that the settings name."""
    monkeypatch.setenv("ZUKUNFTSGRAPH_STORE", f"sparql:{running.server.query}")
    monkeypatch.setenv("ZUKUNFTSGRAPH_STORE_UPDATE_URL", running.server.update)
    home = Home(tmp_path / "data", Servers(running.store()))
    with home.writing("test") as writer:
        writer.load([tiny_dataset("offen", [IS_PROJECT, NAMED, LEADS])])
    return home, running


def test_raw_writes_reach_the_server_and_what_is_taken_away_is_gone_in_public(
    beside: tuple[Home, Running],
) -> None:
    home, running = beside
    public = set(home.public.read())
    assert public

    async def scenario() -> None:
        engine = Engine(home)
        await engine.start()
        try:
            added = Write("update", text="INSERT DATA { <urn:a> <urn:b> 1 }", actor="ada")
            assert (await engine.write(added))["change"] == 2
            assert home.internal.read().ask("ASK { <urn:a> <urn:b> 1 }")
            with pytest.raises(InvalidQuery, match="nur in Graphen unter"):
                await engine.write(
                    Write("update", text="INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }")
                )
            name = str(GRAPH["source/roh"])
            data = b"<urn:a> <urn:b> 2 ."
            put = Write("put", graph=name, data=data, media_type="text/turtle", actor="ada")
            assert (await engine.write(put))["created"] is True
            assert (await engine.write(put))["created"] is False
            assert name in running.store().graphs()
            with pytest.raises(InvalidQuery, match=r"lässt sich nicht ausführen|kein gültiges"):
                await engine.write(Write("update", text="INSERT DATA { <urn:a> <urn:b> }"))
            with pytest.raises(Refused):
                await engine.write(Write("update", text="LOAD <http://127.0.0.1:1/x>"))
            assert (await engine.write(Write("delete", graph=name)))["existed"] is True
            assert (await engine.write(Write("delete", graph=name)))["existed"] is False
            for graph in sorted({str(q.graph_name)[1:-1] for q in public if "/source/" in str(q.graph_name)}):
                await engine.write(Write("delete", graph=graph))
        finally:
            await engine.stop()

    asyncio.run(scenario())
    assert not [q for q in home.public.read() if "/source/" in str(q.graph_name)]
    assert {c.actor for c in home.journal()} == {"lokal", "ada"}


def test_judgements_lie_on_the_server_and_survive(tmp_path: Path, running: Running) -> None:
    home = Home(tmp_path / "data", Servers(running.store()))
    said = [
        (ID[f"measure/{name}"], predicate, value)
        for name in ("eins", "zwei")
        for predicate, value in (
            (RDF.type, ZG.Measure),
            (SKOS.prefLabel, Literal(name, lang="de")),
            (ZG.ofAuthority, ID["district/x"]),
        )
    ]
    with home.writing("test") as writer:
        writer.load([tiny_dataset("x", said)])
    a, b = (str(ID[f"measure/{name}"]) for name in ("eins", "zwei"))
    draft = Draft(a, b, "overlap", "merge", "Runde", "Vorsitz", "Weil.", visibility="public")
    found = judge(home, draft, "0123456789abcdef")
    with home.writing("test") as writer:
        writer.rebuild()
    assert judgements(home.internal.read()) == [found]
    assert [j.id for j in judgements(home.public.read())] == [found.id]
    assert set(running.store().quads(str(GRAPH.judgements)))
