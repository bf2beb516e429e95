"""The findings as the service has them: one process for all who wait, an index of ids, lists kept in memory."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib.namespace import RDF, SKOS
from sample import Client, sample_service

from api import findings as module
from api import service as service_module
from api.app import create_app
from api.findings import Beside, Findings, compared_with
from api.service import Reading, Turns
from graph.circle import KINDS
from graph.errors import LimitReached, Unknown
from graph.figures import districts
from graph.home import Home
from graph.search import Names
from graph.store import Store
from graph.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def prepared(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A data directory whose public lists were all computed by a process beside this one, for two who asked at once."""
    directory = tmp_path_factory.mktemp("findings") / "data"
    shutil.copytree(home.directory, directory, ignore=shutil.ignore_patterns("findings"))
    found = Home(directory)
    beside = Beside(found.public)
    with ThreadPoolExecutor(4) as pool:
        lists = list(pool.map(lambda _: beside._found("08118", "all"), range(4)))
    assert lists[0] and all(each is lists[0] for each in lists[1:])
    assert beside._process and beside._process.wait(120) == 0
    yield found


def test_the_process_gives_what_a_command_computes_itself(prepared: Home, home: Home) -> None:
    beside, alone = Beside(prepared.public), Findings(home.public)
    for kind in ("all", "adjacent"):
        assert json.dumps(beside.of("08118", kind)) == json.dumps(alone.of("08118", kind))
    assert beside._process is None


def test_every_id_of_every_list_is_found_and_no_other(prepared: Home) -> None:
    beside = Beside(prepared.public)
    known = {
        finding["id"]: finding
        for district in districts(prepared.public.read())
        for kind in KINDS
        for finding in beside.of(district.ags, kind)
    }
    assert len(known) > 100
    for identifier in known:
        found = beside.one(identifier)
        assert found and {found["a"]["iri"], found["b"]["iri"]} == {
            known[identifier][side]["iri"] for side in "ab"
        }
    started = time.perf_counter()
    assert not any(beside.one(f"{number:016x}") for number in range(1000))
    assert time.perf_counter() - started < 1
    assert beside._process is None


def test_a_list_is_read_once_and_memory_is_bounded(prepared: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Findings(prepared.public)
    assert kept._found("08118", "all") is kept._found("08118", "all")
    monkeypatch.setattr(module, "MEMORY", 1)
    for kind in KINDS:
        kept.of("08118", kind)
        assert len(kept._memory) == 1


def test_a_district_without_measures_costs_no_process(prepared: Home) -> None:
    beside = Beside(prepared.public)
    assert beside.of("09162", "all") == []
    with pytest.raises(Unknown):
        beside.of("00000", "all")
    with pytest.raises(Unknown):
        beside.of("08118", "mond")
    assert beside._process is None


def test_a_new_state_drops_what_was_kept(prepared: Home, tmp_path: Path) -> None:
    shutil.copytree(prepared.directory, tmp_path / "data")
    beside = Beside(Home(tmp_path / "data").public)
    finding = beside.of("08118", "all")[0]
    with Home(tmp_path / "data").writing("test") as writer:
        writer.update("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", "")
        writer.publish(even_empty=True)
    assert beside.one(finding["id"]) is None
    assert beside._process and beside._process.wait(120) == 0
    assert not any(
        finding["id"] in str(path.read_bytes()) for path in tmp_path.glob("data/findings/**/*.json")
    )


def test_the_lists_say_with_which_encoder_they_were_compared(prepared: Home, tmp_path: Path) -> None:
    shutil.copytree(prepared.directory, tmp_path / "data")
    kept = Findings(Home(tmp_path / "data").public)
    assert kept.encoder() == compared_with()
    folder = kept._folder()
    old = {
        "encoder": "alt",
        "label": "Altes Modell",
        "sentence": "Verglichen mit dem Sprachmodell Altes Modell.",
    }
    (folder / module.ABOUT).write_text(json.dumps(old), encoding="utf-8")
    assert kept.encoder() == old
    (folder / "08118-all.json").unlink()
    assert kept.of("08118", "all")  # computed anew, and with it goes what the other encoder found
    assert kept.encoder() == compared_with() and not (folder / module.INDEX).exists()


def test_few_wait_for_a_comparison_and_others_are_sent_away(
    prepared: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Beside(prepared.public)
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    monkeypatch.setattr(beside, "_list", lambda *_: None)
    monkeypatch.setattr(beside, "_running", lambda _: _Endless())
    with ThreadPoolExecutor(module.WAITING) as pool:
        waiting = [pool.submit(beside._missing, "08118", "all") for _ in range(module.WAITING)]
        time.sleep(0.2)
        started = time.perf_counter()
        with pytest.raises(LimitReached) as refused:
            beside._missing("08118", "all")
        assert time.perf_counter() - started < 0.2 and refused.value.retry_after == module.AGAIN
        assert all(isinstance(each.exception(), LimitReached) for each in waiting)


class _Endless:
    def poll(self) -> None:
        return None


def test_a_network_is_drawn_once_for_each_state_and_focus(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    real = service_module.import_module

    def imported(name: str) -> Any:
        drawn.append(name)
        return real(name)

    monkeypatch.setattr(service_module, "import_module", imported)
    service = sample_service()
    with Client(create_app(service)) as client:
        first = client.get("/netz?form=seite").text
        assert client.get("/netz?form=seite").text == first and drawn.count("visualizations.network") == 1
        focus = next(iter(service.public.reading().network))
        assert client.get("/netz", params={"focus": focus, "form": "seite"}).text != first
        assert drawn.count("visualizations.network") == 2


def test_only_so_many_networks_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "NETWORKS", 2)
    now: Reading = sample_service().public.reading()
    for title in "abc":
        now.network_page(title, None, str, str, "/")
    assert [title for title, _, _ in now._networks] == ["b", "c"]


def test_turns_are_taken_one_by_one_and_too_many_are_refused() -> None:
    turns, go = Turns(waiting=1), threading.Event()

    def take() -> None:
        with turns.taken():
            go.wait(10)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(take), pool.submit(take)]
        time.sleep(0.1)
        with pytest.raises(LimitReached), turns.taken():
            pass
        go.set()
        assert [each.result(10) for each in both] == [None, None]


def test_a_single_letter_is_searched_quickly_in_many_names() -> None:
    inner = ox.Store()
    for number in range(10_000):
        for predicate, value in ((RDF.type, ox.NamedNode("urn:t")), (SKOS.prefLabel, f"Kreis {number}")):
            node = ox.Literal(value) if isinstance(value, str) else value
            inner.add(ox.Quad(ox.NamedNode(f"urn:{number}"), ox.NamedNode(str(predicate)), node))
    names = Names(Store(inner), Vocabulary({}, {}))
    assert len(names.search("e", 200)) == 200
    started = time.process_time()
    names.search("e")
    assert time.process_time() - started < 0.3


def test_a_comparison_that_dies_is_not_begun_anew_for_everybody(
    prepared: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(prepared.directory, tmp_path / "data", ignore=shutil.ignore_patterns("findings"))
    beside, begun = Beside(Home(tmp_path / "data").public), list[str]()

    class Dead:
        def poll(self) -> int:
            return 1

    def running(first: str) -> Dead:
        begun.append(first)
        return Dead()

    monkeypatch.setattr(beside, "_running", running)
    with pytest.raises(RuntimeError, match="ended with status 1"):
        beside.of("08118", "all")
    for _ in range(3):
        with pytest.raises(LimitReached, match="gescheitert"):
            beside.of("08118", "all")
    assert len(begun) == 1
