"""What is computed from the whole graph is computed in turn: nobody takes all threads, nothing is computed twice."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sample import ID, Client, sample_service

from api import excel, networks, workbook
from api import service as service_module
from api.app import create_app
from api.service import COMPUTING, Reading, Turns, costly
from graph.errors import LimitReached

COMPUTED = [
    "network?format=gexf",
    "network?format=edges",
    "similar?district=00001",
    "bridges",
    "bridges?district=00001&format=csv",
    "common",
    "common/pairs",
    "fragmentation",
    "groups?least=2",
    f"way?from={ID}project/start-up-treff&to={ID}measure/gruenderzentrum",
    "board?district=00001&circle=all",
    "board?district=00001&circle=all&format=xlsx",
    "counties?a=00001&b=00002",
    "gaps?district=00001",
    "crosswalk",
    "identities/proposals",
]


@pytest.fixture
def client() -> Client:
    return Client(create_app(sample_service()))


@contextmanager
def all_places_taken() -> Iterator[None]:
    """As if others were computing, and as many waiting as may."""
    with ExitStack() as held:
        while COMPUTING._places.acquire(blocking=False):
            held.callback(COMPUTING._places.release)
        yield


@pytest.mark.parametrize("address", COMPUTED)
def test_who_finds_no_place_is_sent_away_and_pages_go_on(client: Client, address: str) -> None:
    with all_places_taken():
        answer = client.get(f"/api/v1/{address}")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "zu viele Antworten zugleich berechnet" in answer.json()["detail"]
        assert client.get("/").status_code == client.get("/suche?q=Ahorn").status_code == 200
    assert client.get(f"/api/v1/{address}").status_code == 200


def test_a_ranking_is_computed_in_turn_and_no_longer_than_by_default(client: Client) -> None:
    with all_places_taken():
        assert client.post("/api/v1/priorities", json={"district": "00001"}).status_code == 503
    assert client.post("/api/v1/priorities", json={"district": "00001"}).status_code == 200
    assert client.post("/api/v1/priorities", json={"runs": 2001}).status_code == 422


def test_a_drawing_that_is_at_hand_waits_for_nobody(client: Client) -> None:
    assert client.get("/netz").status_code == 200
    with all_places_taken():
        assert client.get("/netz").status_code == 200


def test_who_asks_for_the_same_gets_what_is_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def written(network: Any, form: str) -> bytes:
        made.append(form)
        return form.encode()

    monkeypatch.setattr(networks, "written", written)
    for form in ("gexf", "graphml", "gexf", "gexf"):
        assert client.get(f"/api/v1/network?format={form}").text == form
    assert made == ["gexf", "graphml"]
    with all_places_taken():
        assert client.get("/api/v1/network?format=gexf").status_code == 200


def test_only_so_many_answers_and_bytes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "ANSWERS", 3)
    monkeypatch.setattr(service_module, "ANSWERS_BYTES", 10)
    now: Reading = sample_service().public.reading()
    for name in "abcd":
        assert now.kept(name, lambda name=name: f"answer {name}") == f"answer {name}"  # type: ignore[misc]
    assert [key for _, key in now._answers] == ["b", "c", "d"]
    now.kept("b", lambda: "not made again")
    now.kept("six", lambda: b"123456")
    now.kept("five", lambda: b"12345")
    assert [key for _, key in now._answers] == ["five"]
    assert now.kept("large", lambda: b"x" * 11) == b"x" * 11
    assert list(now._answers) == []


def test_whose_turn_it_is_need_not_wait_for_himself() -> None:
    turns = Turns(waiting=0)
    with turns.taken(), turns.taken():
        pass
    with turns.taken():
        pass


def test_of_many_who_ask_at_once_one_computes_and_few_wait() -> None:
    made: list[float] = []

    class Slow:
        @costly
        def answer(self) -> float:
            """Takes its time."""
            made.append(time.monotonic())
            time.sleep(0.2)
            return made[-1]

    slow, refused = Slow(), threading.Event()

    def ask() -> float | None:
        try:
            return slow.answer
        except LimitReached:
            refused.set()
            return None

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _: ask(), range(12)))
    assert len(made) == 1 and refused.is_set()
    assert {answer for answer in found if answer} == set(made)


# Excel files


@pytest.mark.parametrize(
    "address", ["board?district=00001&circle=all", "bridges", "fragmentation", "similar"]
)
def test_a_workbook_is_written_beside_the_service(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def here(*_: object) -> int:
        raise AssertionError("written by the service itself")

    monkeypatch.setattr(workbook, "write_xlsx", here)
    answer = client.get(f"/api/v1/{address}{'&' if '?' in address else '?'}format=xlsx")
    assert answer.status_code == 200 and answer.content.startswith(b"PK")
    assert answer.headers["content-type"] == excel.XLSX
    assert answer.headers["content-disposition"].endswith('.xlsx"')


def test_few_wait_for_a_workbook(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "PLACES", 0)
    monkeypatch.setattr(excel, "MOST_WAITING", 0)
    answer = client.get("/api/v1/bridges?format=xlsx")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_another_state_is_computed_anew() -> None:
    state = ["1"]
    shown = replace(sample_service().public, state=lambda: state[0])
    first = shown.reading()
    assert first.kept("x", lambda: 1) == shown.reading().kept("x", lambda: 2) == 1
    state[0] = "2"
    assert shown.reading().kept("x", lambda: 3) == 3
