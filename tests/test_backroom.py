"""What takes long is answered by a second process: the same answers, to whom they are due, as long as there is one."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator

import httpx2
import psutil
import pytest
from rdflib import Literal
from rdflib.namespace import RDF, SKOS
from sample import Client
from starlette.types import Message
from tiny import CHAMBER, IS_PROJECT, LEADS, NAMED, dataset

from api.backroom import Backroom, Passed
from api.commands.serve import application
from api.settings import Settings
from graph.home import Home
from ontology.namespaces import ID, ZG

TOKEN = "ein-token-zum-testen-mit-genug-zeichen"
SECRET = ID["actor/geheim"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("backroom") / "data")
    chamber = ((CHAMBER, RDF.type, ZG.Organization), (CHAMBER, SKOS.prefLabel, Literal("Kammer", lang="de")))
    secret = (
        (SECRET, RDF.type, ZG.Organization),
        (SECRET, SKOS.prefLabel, Literal("Geheimer Partner", lang="de")),
        (NAMED[0], ZG.partner, SECRET),
    )
    with home.writing("test") as writer:
        writer.load(
            [dataset("offen", [LEADS, NAMED, IS_PROJECT, *chamber]), dataset("intern", secret, "internal")]
        )
    return home


@pytest.fixture
def client(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("ZUKUNFTSGRAPH_TOKEN", TOKEN)
    app = application(home, Settings(), Backroom(home.directory, "/kreis"))
    with Client(app, root_path="/kreis") as client:
        yield client


def rooms() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if child.is_running() and child.status() != psutil.STATUS_ZOMBIE and "api.backroom" in child.cmdline()
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/network?format=gexf",
        "/api/v1/crosswalk",
        "/api/v1/bridges?format=csv",
        "/netz",
        "/en/netz?focus=x",
        "/en/strategien",
    ],
)
def test_answers_are_the_same_as_without_it(home: Home, client: Client, path: str) -> None:
    with Client(application(home, Settings()), root_path="/kreis") as alone:
        for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}, {"Accept": "text/html"}):
            here, there = alone.get(path, headers=headers), client.get(path, headers=headers)
            # The client of the tests leaves the path of the proxy out of its addresses.
            plain = [answer.text.replace("testserver/kreis", "testserver") for answer in (there, here)]
            assert there.status_code == here.status_code and plain[0] == plain[1]
            known = [
                {name: value for name, value in answer.headers.items() if name != "content-length"}
                for answer in (there, here)
            ]
            assert known[0] == known[1]
    assert len(rooms()) == 1


def test_only_who_is_known_sees_what_is_internal(client: Client) -> None:
    known = {"Authorization": f"Bearer {TOKEN}"}
    assert "Geheimer Partner" not in client.get("/api/v1/network?format=gexf").text
    assert "Geheimer Partner" in client.get("/api/v1/network?format=gexf", headers=known).text
    wrong = client.get("/api/v1/network?format=gexf", headers={"Authorization": "Bearer falsch"})
    assert wrong.status_code == 401


def test_a_body_reaches_it_and_a_wrong_one_is_refused(client: Client) -> None:
    answer = client.post("/api/v1/priorities", json={"unbekannt": 1})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    large = client.post("/api/v1/priorities", content=b" " * 1_000_001)
    assert large.status_code == 413


def test_another_one_takes_its_place_when_it_dies_and_it_ends_with_the_service(home: Home) -> None:
    with Client(application(home, Settings(), Backroom(home.directory))) as client:
        assert client.get("/api/v1/crosswalk").status_code == 200
        [first] = rooms()
        os.kill(first.pid, signal.SIGKILL)
        first.wait(10)
        assert client.get("/api/v1/crosswalk").status_code == 200
        [second] = rooms()
        assert second.pid != first.pid
    until = time.monotonic() + 10
    while rooms() and time.monotonic() < until:
        time.sleep(0.05)
    assert not rooms()


@pytest.mark.parametrize(("pieces", "held"), [(3, True), (30, False)])
def test_a_place_is_free_before_a_slow_client_has_read(pieces: int, held: bool) -> None:
    """But for what is too large to be held, of which hardly anything is."""
    happened = list[str]()

    class Long(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for _ in range(pieces):
                yield b"x" * 100_000

    async def send(message: Message) -> None:
        happened.append("sent" * bool(message.get("body")))
        size.append(len(message.get("body", b"")))

    async def receive() -> Message:
        await asyncio.sleep(10)
        return {"type": "http.disconnect"}

    size = list[int]()
    passed = Passed(httpx2.Response(200, stream=Long()), lambda: happened.append("left"))
    asyncio.run(passed({"type": "http"}, receive, send))
    assert sum(size) == pieces * 100_000
    assert (happened.index("left") < happened.index("sent")) == held


def test_a_service_without_it_computes_itself(home: Home) -> None:
    with Client(application(home, Settings())) as alone:
        assert alone.get("/api/v1/crosswalk").status_code == 200
    assert not rooms()
