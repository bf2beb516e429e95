"""The engine: real processes, real queries, among them hostile ones."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from api.sparql.engine import Answer, Engine, Job, Limits, Report, Write
from api.sparql.experience import shape
from api.sparql.job import PREFIXES
from graph.errors import InvalidQuery, LimitReached, Locked, NotAcceptable, Unknown
from graph.home import Home
from graph.journal import Journal
from ontology.namespaces import ZG

pytestmark = pytest.mark.alone

T = TypeVar("T")

SUBJECTS = 20_000
ASK = Job("ASK { ?s ?p ?o }")
ROWS = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
CARTESIAN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LONGER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?a ?e ?f . ?a ?g ?h }"
SOON = Limits(seconds=1, refusal_pause=0, patience=1)
"""Limits that a test does not wait long for."""
linux = pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS and /proc are Linux's")


@dataclass
class Shown:
    """An edition as the engine reads it."""

    number: int = 0
    dump: Path = Path()

    @property
    def exists(self) -> bool:
        return self.number > 0

    @property
    def fingerprint(self) -> str:
        return f"{self.number:032x}" if self.number else ""


class Published:
    """A data directory with nothing but a public edition, shown by one rename as `Home` does it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.internal, self.public = Shown(), Shown()

    def publish(self, trig: str) -> None:
        """Shows these quads from now on."""
        number = self.public.number + 1
        file = self.directory / f"{number}.nq"
        quads = ox.parse(trig, ox.RdfFormat.TRIG)
        file.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        self.public = Shown(number, file)
        beside = self.directory / "beside.json"
        beside.write_text(json.dumps({"public": number}))
        beside.rename(self.directory / "current.json")


@pytest.fixture
def small(tmp_path: Path) -> Published:
    """One triple in the default graph, one and two in graphs, one of them in both."""
    home = Published(tmp_path)
    home.publish(
        "@prefix : <https://example.org/> . :s :p 0 . "
        ":g1 { :a :label 'Ährenfeld'@de } :g2 { :a :label 'Ährenfeld'@de . :b :label 'x,\"y\"' }"
    )
    return home


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """100,000 quads."""
    home = Published(tmp_path_factory.mktemp("large"))
    lines = [
        f"<https://example.org/s{i}> <https://example.org/{p}> {o} ."
        for i in range(SUBJECTS)
        for p, o in (("p", i), ("label", f'"Maßnahme {i}"@de'), ("q", i % 7))
    ]
    copy = "\n".join(lines[: SUBJECTS * 2])
    home.publish("\n".join(lines) + f"\n<https://example.org/g> {{ {copy} }}")
    return home


@asynccontextmanager
async def running(home: Any, limits: Limits = Limits(refusal_pause=0)) -> AsyncIterator[Engine]:  # noqa: B008
    engine = Engine(home, limits)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


def ask(home: Any, job: Job, limits: Limits = Limits(refusal_pause=0)) -> Answer:  # noqa: B008
    """The complete answer of one job."""

    async def scenario() -> Answer:
        async with running(home, limits) as engine:
            return await engine.answer(job)

    return asyncio.run(scenario())


def run(
    home: Any,
    scenario: Callable[[Engine], Coroutine[Any, Any, T]],
    limits: Limits = Limits(refusal_pause=0),  # noqa: B008
) -> T:
    """What a scenario returns."""

    async def whole() -> T:
        async with running(home, limits) as engine:
            return await scenario(engine)

    return asyncio.run(whole())


async def timed(work: Awaitable[T]) -> tuple[float, T | Exception]:
    """How long it took, and what came of it."""
    start = time.monotonic()
    try:
        result: T | Exception = await work
    except LimitReached as error:
        result = error
    return time.monotonic() - start, result


def values(answer: Answer) -> list[dict[str, str]]:
    """The rows of an answer in JSON."""
    assert answer.body is not None
    rows = json.loads(answer.body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


# Forms of answers


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/sparql-results+json", b'"value":"\xc3\x84hrenfeld","xml:lang":"de"'),
        ("application/sparql-results+xml", b'<literal xml:lang="de">\xc3\x84hrenfeld</literal>'),
        ("text/csv", b"l\r\n\xc3\x84hrenfeld\r\n"),
        ("text/tab-separated-values", b'?l\n"\xc3\x84hrenfeld"@de\n'),
    ],
)
def test_solutions_come_in_every_form(small: Published, media_type: str, expected: bytes) -> None:
    job = Job("SELECT ?l { GRAPH <https://example.org/g1> { ?s ?p ?l } }", solutions=media_type)
    answer = ask(small, job)
    assert answer.content_type.partition(";")[0] == media_type
    assert answer.body is not None and expected in answer.body


@pytest.mark.parametrize(
    ("media_type", "form"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/n-quads", ox.RdfFormat.N_QUADS),
        ("application/trig", ox.RdfFormat.TRIG),
    ],
)
def test_triples_and_graphs_come_in_every_form(small: Published, media_type: str, form: ox.RdfFormat) -> None:
    async def scenario(engine: Engine) -> list[Answer]:
        query = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <https://example.org/g2> { ?s ?p ?o } }"
        graph = Job(graph="https://example.org/g2", triples=media_type)
        return [await engine.answer(Job(query, triples=media_type)), await engine.answer(graph)]

    for answer in run(small, scenario):
        assert answer.content_type.partition(";")[0] == media_type and answer.body
        assert {str(q.object) for q in ox.parse(answer.body, form)} == {'"Ährenfeld"@de', '"x,\\"y\\""'}


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/sparql-results+json", b'{"head":{},"boolean":true}'),
        ("application/sparql-results+xml", b"<boolean>true</boolean>"),
    ],
)
def test_a_boolean_comes_in_the_forms_that_have_one(
    small: Published, media_type: str, expected: bytes
) -> None:
    assert expected in (ask(small, replace(ASK, boolean=media_type)).body or b"")


@pytest.mark.parametrize(
    "job",
    [
        replace(ASK, boolean="text/csv"),
        replace(ASK, boolean=None),
        Job(ROWS, solutions=None),
        Job("CONSTRUCT WHERE { ?s ?p ?o }", triples=None),
        Job(graph="", triples=None),
    ],
)
def test_a_form_that_does_not_exist_is_refused(small: Published, job: Job) -> None:
    with pytest.raises(NotAcceptable, match=r"Möglich sind: (application|text)/"):
        ask(small, job)


def test_turtle_is_written_with_the_usual_prefixes(small: Published) -> None:
    small.publish(f"<https://example.org/a> a <{ZG}Project> .")
    assert b"<https://example.org/a> a zg:Project" in (ask(small, Job(graph="")).body or b"")
    assert PREFIXES["zg"] == str(ZG)


def test_what_xml_cannot_hold_is_refused_and_a_carriage_return_survives(small: Published) -> None:
    async def scenario(engine: Engine) -> bytes | None:
        select = Job('SELECT ("\\u0001" AS ?x) {}', solutions="application/sparql-results+xml")
        with pytest.raises(NotAcceptable, match="XML nicht darstellen"):
            await engine.answer(select)
        nameless = 'CONSTRUCT { <urn:a> <http://e/> "x" } WHERE {}'
        with pytest.raises(NotAcceptable, match="XML nicht darstellen"):
            await engine.answer(Job(nameless, triples="application/rdf+xml"))
        returned = 'CONSTRUCT { <urn:a> <http://e/p> "x\\ry" } WHERE {}'
        return (await engine.answer(Job(returned, triples="application/rdf+xml"))).body

    [triple] = ox.parse(run(small, scenario) or b"", ox.RdfFormat.RDF_XML)
    assert isinstance(triple.object, ox.Literal) and triple.object.value == "x\ry"


def test_a_head_job_has_a_content_type_and_no_body(small: Published) -> None:
    for job in (Job(ROWS, head_only=True), Job(graph="", head_only=True), replace(ASK, head_only=True)):
        answer = ask(small, job)
        assert answer.content_type and answer.body == b""


# What queries mean


def test_a_triple_in_two_default_graphs_counts_once(small: Published) -> None:
    graphs = ("https://example.org/g1", "https://example.org/g2")
    [row] = values(
        ask(small, Job("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graphs=graphs, named_graphs=()))
    )
    assert row == {"n": "2"}


def test_the_request_names_the_whole_dataset(small: Published) -> None:
    g1, g2 = "https://example.org/g1", "https://example.org/g2"

    async def scenario(engine: Engine) -> list[list[tuple[str, str]]]:
        datasets = [
            (None, None),
            ((g1,), None),
            (None, (g2,)),
            ((g1, g2), (g1,)),
            (("",), ()),
            (("", g1), ()),
        ]
        answers = [await engine.answer(Job(ROWS, default_graphs=d, named_graphs=n)) for d, n in datasets]
        return [sorted((row["s"][-1], row.get("g", "")[-2:]) for row in values(answer)) for answer in answers]

    everything = [("a", "g1"), ("a", "g2"), ("b", "g2"), ("s", "")]
    assert run(small, scenario) == [
        everything,
        [("a", "")],
        [("a", "g2"), ("b", "g2")],
        [("a", ""), ("a", "g1"), ("b", "")],
        [("s", "")],
        [("a", ""), ("s", "")],
    ]


def test_an_unknown_function_is_an_error_of_its_expression_only(small: Published) -> None:
    text = "SELECT ?s ?x { ?s ?p ?o BIND(<urn:f>(?o) AS ?x) FILTER(!BOUND(?x) || <urn:g>(?x)) }"
    assert values(ask(small, Job(text))) == [{"s": "https://example.org/s"}]


def test_relative_iris_are_resolved_against_the_base(small: Published) -> None:
    answer = ask(small, Job("ASK { <s> <p> 0 }", base="https://example.org/"))
    assert answer.body == b'{"head":{},"boolean":true}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * {\n ?s ?p }", "Zeile 2"),
        ("INSERT DATA {}", "kein gültiges SPARQL"),
        ("SELECT * {" + "{" * 20_000 + "}" * 20_000 + "}", "zu tief geschachtelt"),
    ],
)
def test_what_is_no_query_is_refused_with_the_place(small: Published, text: str, message: str) -> None:
    with pytest.raises(InvalidQuery, match=message):
        ask(small, Job(text))


def test_a_graph_that_is_not_there_is_unknown(small: Published) -> None:
    with pytest.raises(Unknown, match=r"„https://example\.org/g9“"):
        ask(small, Job(graph="https://example.org/g9"))


@pytest.mark.parametrize("number", [0, 1])
def test_an_empty_edition_answers_too(tmp_path: Path, number: int) -> None:
    home = Published(tmp_path)
    if number:
        home.publish("")
    assert ask(home, ASK).body == b'{"head":{},"boolean":false}'


def test_workers_do_not_hand_out_the_same_random_numbers(small: Published) -> None:
    small.publish("<urn:a> <urn:p> _:blank .")

    async def scenario(engine: Engine) -> set[str]:
        text = "SELECT (STRUUID() AS ?u) { ?s ?p ?o }"
        answers = await asyncio.gather(*(engine.answer(Job(f"{text} # {i}")) for i in range(2)))
        answers += [await engine.answer(Job("SELECT (STRUUID() AS ?u) {}"), internal=True) for _ in range(2)]
        return {row["u"] for answer in answers for row in values(answer)}

    assert len(run(small, scenario)) == 4


# Streaming


def test_a_large_answer_begins_early_and_is_whole(large: Published) -> None:
    async def scenario(engine: Engine) -> tuple[float, float, bytes]:
        await engine.answer(ASK)
        start = time.monotonic()
        answer = await engine.answer(Job(ROWS, solutions="text/csv"))
        assert answer.body is None
        first, parts = 0.0, []
        async for chunk in answer.chunks:
            first = first or time.monotonic() - start
            assert len(chunk) <= 65_536
            parts.append(chunk)
        return first, time.monotonic() - start, b"".join(parts)

    first, whole, body = run(large, scenario)
    assert body.count(b"\r\n") == 1 + 5 * SUBJECTS
    assert first < max(0.5 * whole, 0.05)


def test_an_answer_that_grows_too_big_breaks_off(large: Published) -> None:
    async def scenario(engine: Engine) -> int:
        answer = await engine.answer(Job(ROWS))
        size = 0
        with pytest.raises(LimitReached, match="höchstens 5 MB"):
            async for chunk in answer.chunks:
                size += len(chunk)
        return size

    assert 1_000_000 <= run(large, scenario, Limits(answer_mb=5)) <= 5_000_000


def test_a_time_limit_met_after_the_part_held_back_breaks_the_answer_off(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        answer = await engine.answer(Job("SELECT * { ?a ?b ?c . ?d ?e ?f }"))
        with pytest.raises(LimitReached, match="höchstens 1 s"):
            async for _ in answer.chunks:
                pass
        assert (await engine.answer(ASK)).body

    run(large, scenario, SOON)


def test_what_comes_slowly_is_sent_after_two_seconds(small: Published) -> None:
    """Some rows at once, then a long search for nothing."""
    small.publish("\n".join(f"<urn:s{i}> <urn:p> {i} ; <urn:q> 'Text {i}' ." for i in range(5000)))

    async def scenario(engine: Engine) -> float:
        await engine.answer(ASK)
        rows = "{ ?s ?p ?o FILTER(isNumeric(?o) && ?o < 500) }"
        search = '{ ?a ?b ?c . ?d ?e ?f . FILTER(CONCAT(STR(?c), STR(?f)) = "none") }'
        start = time.monotonic()
        answer = await engine.answer(Job(f"SELECT * {{ {rows} UNION {search} }}"))
        begun = time.monotonic() - start
        assert answer.body is None
        assert 0 < len(await anext(answer.chunks)) < 100_000
        await answer.close()
        return begun

    assert 0.5 <= run(small, scenario, Limits(held_back_seconds=0.5)) < 2


# Limits


def test_an_endless_query_is_ended_while_others_are_answered(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        await engine.answer(ASK)
        endless = asyncio.create_task(timed(engine.answer(Job(CARTESIAN))))
        await asyncio.sleep(0.3)
        beside = [(await timed(engine.answer(ASK)))[0] for _ in range(20)]
        seconds, error = await endless
        assert sorted(beside)[10] < 0.05
        assert 0.9 < seconds < 2.5
        assert isinstance(error, LimitReached)
        assert str(error).startswith("Eine Anfrage darf höchstens 1 s rechnen") and "/export" in str(error)
        again, refusal = await timed(engine.answer(Job(CARTESIAN)))
        assert again < 0.5 and isinstance(refusal, LimitReached)
        assert str(refusal) == str(error) and 0 < refusal.retry_after <= 60

    run(large, scenario, SOON)


@linux
def test_a_query_that_needs_too_much_memory_is_ended(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        with pytest.raises(LimitReached, match="höchstens 64 MB Speicher"):
            await engine.answer(Job("SELECT ?a ?b { ?a ?p ?x . ?b ?q ?y } ORDER BY ?x ?y"))
        assert (await engine.answer(ASK)).body

    run(large, scenario, Limits(memory_mb=64, refusal_pause=0))


@linux
def test_all_queries_together_have_a_memory_limit(large: Published) -> None:
    with pytest.raises(LimitReached, match="zusammen dürfen höchstens 30 MB"):
        ask(
            large,
            Job("SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f }"),
            Limits(memory_total_mb=30, memory_mb=2000, refusal_pause=0),
        )


@pytest.mark.parametrize(
    "bomb",
    [
        'SELECT * { ?s ?p ?o FILTER(REGEX(STR(?o), "((a{1,200}){1,200}){1,50}")) }',
        f"ASK {{ <https://example.org/s0> {'/'.join(['<https://example.org/p>*'] * 3000)} ?x }}",
        "SELECT * { VALUES ?x { "
        + "1 " * 100_000
        + "} VALUES ?y { "
        + "2 " * 100_000
        + "} FILTER(?x + ?y = 4) }",
    ],
    ids=["regex", "path", "values"],
)
def test_bombs_of_other_kinds_are_ended_too(large: Published, bomb: str) -> None:
    async def scenario(engine: Engine) -> None:
        seconds, error = await timed(engine.answer(Job(bomb)))
        assert isinstance(error, LimitReached) and seconds < 4
        assert (await engine.answer(ASK)).body

    run(large, scenario, SOON)


# Fairness


def test_known_quick_queries_pass_a_crowd_of_new_slow_ones(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        for _ in range(3):
            await engine.answer(ASK, client="everybody")
        bombs = [
            asyncio.create_task(timed(engine.answer(Job(f"{CARTESIAN} # {i}"), client="everybody")))
            for i in range(60)
        ]
        beside = []
        while not all(bomb.done() for bomb in bombs) and len(beside) < 100:
            beside.append((await timed(engine.answer(ASK, client="everybody")))[0])
            await asyncio.sleep(0.01)
        assert sorted(beside)[len(beside) // 2] < 0.1
        outcomes = [await bomb for bomb in bombs]
        assert all(isinstance(error, LimitReached) for _, error in outcomes)
        assert max(seconds for seconds, _ in outcomes) < 12
        crowded = [str(error) for _, error in outcomes if "zu viele" in str(error)]
        assert crowded and "noch einmal fragen" in crowded[0]

    run(large, scenario, SOON)


def test_a_shorter_query_takes_the_place_of_a_long_one(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        long = asyncio.create_task(timed(engine.answer(Job(CARTESIAN))))
        await asyncio.sleep(1.5)
        seconds, answer = await timed(engine.answer(Job(LONGER)))
        assert isinstance(answer, Answer) and seconds < 4
        assert not long.done()
        long.cancel()

    run(large, scenario, Limits(seconds=20, slow_places=1, quantum=0.05, refusal_pause=0))


def test_clients_take_turns(large: Published) -> None:
    """One client asks ten slow questions at once, another one afterwards: it is not the last to be answered."""

    async def scenario(engine: Engine) -> list[str]:
        done: list[str] = []

        async def one(client: str, number: int) -> None:
            await engine.answer(Job(f"{LONGER} # {client} {number}"), client=client)
            done.append(client)

        many = [asyncio.create_task(one("many", number)) for number in range(8)]
        await asyncio.sleep(0)
        await asyncio.gather(*many, asyncio.create_task(one("single", 0)))
        return done

    done = run(
        large, scenario, Limits(slow_places=1, frozen_places=20, waiting_slow=40, processes=40, patience=30)
    )
    assert done.index("single") < 6


def test_a_client_that_does_not_read_holds_nobody_up_and_is_dropped(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        answers = await asyncio.gather(
            *(engine.answer(Job(f"{ROWS} # {i}"), client="slow") for i in range(6))
        )
        assert all(answer.body is None for answer in answers)
        seconds, answer = await timed(engine.answer(Job("SELECT * { ?s <https://example.org/q> 3 }")))
        assert isinstance(answer, Answer) and seconds < 1
        await asyncio.sleep(1.5)
        for answer in answers:
            with pytest.raises(LimitReached, match="nicht abgeholt"):
                async for _ in answer.chunks:
                    pass

    run(large, scenario, SOON)


def test_a_slow_reader_gets_everything(large: Published) -> None:
    """Waiting for a client is no computing: the time limit does not count it."""

    async def scenario(engine: Engine) -> int:
        answer = await engine.answer(Job(ROWS, solutions="text/csv"))
        size = lines = 0
        async for chunk in answer.chunks:
            lines += chunk.count(b"\r\n")
            size += len(chunk)
            await asyncio.sleep(0.015)
        assert size > 4_000_000
        return lines

    assert run(large, scenario, SOON) == 1 + 5 * SUBJECTS


def test_when_the_client_goes_its_query_ends(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        asked = asyncio.create_task(engine.answer(Job(CARTESIAN)))
        begun = await engine.answer(Job("SELECT * { ?a ?b ?c . ?d ?e ?f }"))
        await asyncio.sleep(0.3)
        assert len(engine.computing()) == 2
        asked.cancel()
        await begun.close()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert engine.computing() == []

    run(large, scenario)


def test_refusals_for_lack_of_a_place_are_held_back_a_moment(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        with pytest.raises(LimitReached):
            await engine.answer(Job(CARTESIAN))
        seconds, error = await timed(engine.answer(Job(CARTESIAN)))
        assert isinstance(error, LimitReached) and seconds >= 0.5

    run(large, scenario, Limits(seconds=0.3, refusal_pause=0.5))


def test_a_process_that_is_killed_before_it_has_read_leaves_nothing_behind(small: Published) -> None:
    """The next one gets the same file number; the loop must not think that it knows it."""

    async def scenario(engine: Engine) -> None:
        await engine.answer(ASK)
        assert engine._public.zygote
        numbers = set()
        for _ in range(3):
            worker = engine._public.zygote.fork(64)
            numbers.add(worker.peer.fileno())
            worker.give(Report(asyncio.get_running_loop()), bytes(20_000_000))
            await asyncio.sleep(0)
            worker.kill()
        assert len(numbers) == 1
        assert (await engine.answer(ASK)).body

    run(small, scenario)


@linux
def test_slow_queries_are_put_behind_and_the_service_is_weighed_with_them(large: Published) -> None:
    async def scenario(engine: Engine) -> None:
        await engine.answer(ASK)
        asked = asyncio.create_task(timed(engine.answer(Job(CARTESIAN))))
        await asyncio.sleep(0.5)
        kinds = [os.sched_getscheduler(pid) for pid in engine.processes()]
        assert kinds.count(os.SCHED_IDLE) == 0  # it keeps nobody waiting
        other = asyncio.create_task(timed(engine.answer(Job(f"{CARTESIAN} # another"))))
        await asyncio.sleep(0.5)
        kinds = [os.sched_getscheduler(pid) for pid in engine.processes()]
        assert kinds.count(os.SCHED_IDLE) == 2 and kinds.count(os.SCHED_OTHER) >= 4
        for pid in engine.processes():
            assert os.getsid(pid) == os.getsid(0)  # the kernel shares time out by session first
            assert os.getpgid(pid) != os.getpgid(0)  # Ctrl+C ends the service, and the service ends them
        asked.cancel()
        other.cancel()

    run(large, scenario)


# Nothing gets out, nothing stays


def test_neither_edition_reaches_another_server(small: Published, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.writing("test") as writer:
        writer.publish(even_empty=True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        query = Job(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}")

        async def scenario(engine: Engine) -> None:
            for internal in (False, True):
                with pytest.raises(InvalidQuery):
                    await engine.answer(query, internal=internal)
            with pytest.raises(InvalidQuery, match="lässt sich nicht ausführen"):
                await engine.write(Write("update", text=f"LOAD <{address}>"))
            journal = Journal(home.directory / "journal.sqlite")
            assert journal.open_entries() == journal.changes() == []
            journal.close()

        run(home, scenario, SOON)
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


@linux
def test_no_process_for_queries_knows_a_secret(small: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZUKUNFTSGRAPH_TOKEN", "geheim")

    async def scenario(engine: Engine) -> None:
        await engine.answer(ASK)
        pids = engine.processes()
        assert len(pids) >= 4
        for pid in pids:
            assert b"geheim" not in Path(f"/proc/{pid}/environ").read_bytes()

    run(small, scenario)


def test_the_processes_start_without_web_framework_and_rdflib() -> None:
    code = "import sys, api.sparql.zygote; print(*({'fastapi', 'starlette', 'rdflib', 'pydantic'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@linux
def test_after_the_service_no_process_is_left(small: Published) -> None:
    async def scenario(engine: Engine) -> list[int]:
        await engine.answer(ASK)
        asyncio.get_running_loop().create_task(timed(engine.answer(Job(CARTESIAN))))
        return engine.processes()

    left = run(small, scenario)
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left and not any(Path(f"/proc/{pid}").exists() for pid in left)


@linux
def test_no_process_outlives_a_service_that_is_killed(small: Published) -> None:
    code = f"""
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_engine import ASK, CARTESIAN, Job, Published, Shown, running

async def main():
    home = Published(Path({str(small.directory)!r}))
    home.public = Shown(1, Path({str(small.public.dump)!r}))
    async with running(home) as engine:
        await engine.answer(ASK)
        asyncio.create_task(engine.answer(Job(CARTESIAN)))
        await asyncio.sleep(0.3)
        print(*engine.processes(), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        left = service.stdout.readline().split()
        service.kill()
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(left) >= 5 and not any(Path(f"/proc/{pid}").exists() for pid in left)


# Swaps and crashes


def test_a_new_edition_is_seen_by_the_next_query_and_the_old_one_by_none(small: Published) -> None:
    async def scenario(engine: Engine) -> list[list[dict[str, str]]]:
        job = Job("SELECT ?o { <urn:s> <urn:p> ?o }")
        seen = []
        for number in range(3):
            small.publish(f"<urn:s> <urn:p> {number} .")
            answers = await asyncio.gather(*(engine.answer(job) for _ in range(5)))
            seen += [values(answer) for answer in answers]
        await asyncio.sleep(0.3)
        assert (
            len(engine.processes()) <= 6
        )  # two zygotes, the standing processes: nothing of the older editions
        return seen

    assert run(small, scenario) == [[{"o": str(number)}] for number in (0, 1, 2) for _ in range(5)]


def test_an_answer_that_has_begun_is_finished_from_its_edition(large: Published, tmp_path: Path) -> None:
    home = Published(tmp_path)
    home.public = large.public
    (tmp_path / "current.json").write_text("{}")

    async def scenario(engine: Engine) -> int:
        answer = await engine.answer(Job(ROWS, solutions="text/csv"))
        home.publish("<urn:s> <urn:p> 1 .")
        [row] = values(await engine.answer(Job("SELECT ?o { ?s ?p ?o }")))
        assert row == {"o": "1"}
        return sum([chunk.count(b"\r\n") async for chunk in answer.chunks])

    assert run(home, scenario) == 1 + 5 * SUBJECTS


@linux
def test_a_process_that_is_killed_is_replaced(small: Published) -> None:
    async def scenario(engine: Engine) -> None:
        for _ in range(2):
            await engine.answer(ASK)
            for pid in engine.processes():
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.2)
            for _ in range(5):
                assert (await engine.answer(ASK)).body == b'{"head":{},"boolean":true}'

    run(small, scenario)


def test_an_edition_that_cannot_be_loaded_is_refused_not_taken_as_empty(small: Published) -> None:
    small.public.dump.unlink()
    with pytest.raises(LimitReached, match="nicht geladen"):
        ask(small, ASK)


# The internal edition and writing


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty data directory."""
    home = Home(tmp_path / "data")
    with home.writing("test") as writer:
        writer.publish(even_empty=True)
    return home


def test_what_is_written_is_read_at_once_and_stays_internal(home: Home) -> None:
    graph = "https://example.org/g"

    async def scenario(engine: Engine) -> None:
        async def content() -> set[str]:
            answer = await engine.answer(Job(graph=graph, triples="application/n-triples"), internal=True)
            return set((answer.body or b"").decode().splitlines())

        done = await engine.write(
            Write("put", graph=graph, data=b"<> <p> 1 .", media_type="text/turtle", base="https://e.org/x/")
        )
        assert done == {"created": True, "existed": False, "change": 1}
        number = '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
        assert await content() == {f"<https://e.org/x/> <https://e.org/x/p> {number} ."}
        done = await engine.write(
            Write(
                "put",
                graph=graph,
                parts=(
                    (b"<> <urn:p> 'a' .", "text/turtle"),
                    (b'<urn:x> <urn:p> "b" .', "application/n-triples"),
                ),
            )
        )
        assert done == {"created": False, "existed": True, "change": 2}
        assert await content() == {f'<{graph}> <urn:p> "a" .', '<urn:x> <urn:p> "b" .'}
        await engine.write(Write("add", graph=graph, data=b"<> <urn:q> 'c' .", media_type="text/turtle"))
        update = "PREFIX : <urn:> DELETE { GRAPH ?g { ?s :p ?o } } WHERE { GRAPH ?g { ?s :p ?o } }"
        assert (await engine.write(Write("update", text=update)))["change"] == 4
        assert await content() == {f'<{graph}> <urn:q> "c" .'}
        with pytest.raises(Unknown):
            await engine.answer(Job(graph=graph))
        assert (await engine.write(Write("delete", graph=graph)))["existed"]
        assert not (await engine.write(Write("delete", graph=graph)))["existed"]
        with pytest.raises(Unknown):
            await content()

    run(home, scenario)


def test_an_empty_graph_is_there(home: Home) -> None:
    async def scenario(engine: Engine) -> bytes | None:
        await engine.write(Write("put", graph="urn:g", data=b"", media_type="text/turtle"))
        job = Job(graph="urn:g", triples="application/n-triples")
        return (await engine.answer(job, internal=True)).body

    assert run(home, scenario) == b""


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (Write("put", graph="urn:g", data=b"<urn:a>\n<urn:b ?>\n", media_type="text/turtle"), "Zeile 2"),
        (Write("put", graph="urn:g", data=b"\xff\xfe", media_type="text/turtle"), "text/turtle"),
        (
            Write("put", graph="urn:g", data=b"x", media_type="text/x-y"),
            "text/x-y.*Möglich sind: text/turtle",
        ),
        (
            Write("add", graph="urn:g", data=b"<urn:g> { <a:> <b:> <c:> }", media_type="application/trig"),
            "trig",
        ),
        (Write("update", text="INSERT DATA { <urn:a> <urn:b> }"), "1:"),
    ],
)
def test_what_cannot_be_read_changes_nothing(home: Home, write: Write, message: str) -> None:
    async def scenario(engine: Engine) -> None:
        with pytest.raises(InvalidQuery, match=message):
            await engine.write(write)

    run(home, scenario)
    assert home.internal.number == 0


def test_writes_wait_for_each_other_and_say_who_holds_the_store(home: Home) -> None:
    async def scenario(engine: Engine) -> None:
        writes = [
            engine.write(Write("update", text=f"INSERT DATA {{ <urn:a> <urn:b> {i} }}")) for i in range(4)
        ]
        assert sorted([done["change"] for done in await asyncio.gather(*writes)]) == [1, 2, 3, 4]
        with home.writing("load"), pytest.raises(LimitReached, match="höchstens 3 s"):
            await engine.write(Write("update", text="CLEAR ALL"))

    run(home, scenario, Limits(write_seconds=3))


def test_a_store_held_by_another_process_is_named() -> None:
    async def scenario() -> None:
        report = Report(asyncio.get_running_loop())
        report.on_failure("Locked", "Das Verzeichnis wird gerade von Prozess 7 beschrieben.")
        with pytest.raises(Locked, match="Prozess 7"):
            await report.result

    asyncio.run(scenario())


def test_internal_queries_have_limits_too(home: Home) -> None:
    async def scenario(engine: Engine) -> None:
        values = " ".join(f"<urn:s> <urn:p> {i} ." for i in range(2000))
        await engine.write(Write("update", text=f"INSERT DATA {{ {values} }}"))
        seconds, error = await timed(engine.answer(Job(CARTESIAN), internal=True))
        assert isinstance(error, LimitReached) and "höchstens 1 s" in str(error) and seconds < 3
        assert (await engine.answer(ASK, internal=True)).body == b'{"head":{},"boolean":true}'

    run(home, scenario, replace(SOON, internal_seconds=1))


def test_queries_that_differ_in_names_and_numbers_only_have_one_shape() -> None:
    one = "SELECT * { <urn:a> ex:p ?o . FILTER(?o > 3 && ?x = 'a b') } # one"
    other = 'SELECT  *  { <urn:b> ey:q ?o . FILTER(?o > 77 && ?x = "}") }'
    assert shape(one) == shape(other) != shape(f"{one}\nLIMIT 3")
    assert shape("SELECT * { ?a ?b ?a }") == shape("SELECT * { ?x $y ?x }") != shape("SELECT * { ?a ?b ?b }")


def test_xml_results_are_well_formed(small: Published) -> None:
    answer = ask(small, Job(ROWS, solutions="application/sparql-results+xml"))
    assert ElementTree.fromstring(answer.body or b"").tag.endswith("sparql")
