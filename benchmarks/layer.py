"""What the HTTP layer costs: the service beside pyoxigraph in process, a bare route, rdflib-endpoint and Oxigraph.

    python benchmarks/layer.py [--rounds 30] [--json]

All answer the same queries on the same quads (about 100,000 accepted triples, domain-like, fixed seed) in one run, in
alternating order; the table gives medians and their ratios. Ratios hold on another machine, milliseconds do not.
Needs the dependency groups `dev` and `benchmark`.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import pyoxigraph as ox
import rdflib
import uvicorn
from fastapi import FastAPI
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS
from rdflib_endpoint import SparqlEndpoint

from api.app import create_app
from api.findings import Findings
from api.service import Service, Shown
from api.settings import Settings
from api.sparql.engine import Engine
from graph.dataset import Dataset
from graph.home import Home
from ontology import themes
from ontology.namespaces import ID, ZG

MEASURES, ACTORS, DISTRICTS = 6_300, 1_500, 400
PREFIXES = f"PREFIX zg: <{ZG}> PREFIX skos: <{SKOS}> "
SMALL = {
    "ASK": f"{PREFIXES} ASK {{ <{ID['measure/m17']}> a zg:Measure }}",
    "one subject": f"SELECT ?p ?o {{ <{ID['measure/m17']}> ?p ?o }}",
}
HEAVY = {
    "aggregate": PREFIXES
    + """SELECT ?district ?theme (COUNT(DISTINCT ?measure) AS ?measures) (COUNT(DISTINCT ?actor) AS ?actors) {
        ?measure zg:ofAuthority ?district ; zg:hasTheme ?theme ; zg:involves ?actor
    } GROUP BY ?district ?theme ORDER BY DESC(?measures) ?district ?theme LIMIT 100""",
    "optional": PREFIXES
    + """SELECT ?measure ?label ?partner ?name {
        ?measure a zg:Measure ; skos:prefLabel ?label
        OPTIONAL { ?measure zg:partner ?partner OPTIONAL { ?partner skos:prefLabel ?name } }
    } ORDER BY ?label ?name LIMIT 1000""",
    "join": PREFIXES
    + """SELECT (COUNT(*) AS ?pairs) {
        ?a zg:hasTheme ?theme ; zg:ledBy ?lead ; zg:ofAuthority ?here .
        ?b zg:hasTheme ?theme ; zg:involves ?lead ; zg:ofAuthority ?there .
        FILTER(STR(?here) < STR(?there))
    }""",
}
LONG = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 100000"
JSON = "application/sparql-results+json"
IDLE = 2.0
"""Seconds after which a server may have closed a connection."""


def measures(seed: int = 8118) -> Dataset:
    """An invented dataset with the shape of ours: measures of districts with themes, leads and partners."""
    draw = random.Random(seed)
    iri, graph, description = ID["dataset/benchmark"], Graph(), Graph()
    description.add((iri, RDF.type, ZG.Dataset))
    description.add((iri, DCTERMS.title, Literal("Benchmark", lang="de")))
    description.add((iri, ZG.visibility, ID["code/visibility/public"]))
    known = sorted(themes().subjects(RDF.type, SKOS.Concept), key=str)
    actors = [_named(graph, f"actor/a{n}", ZG.Organization, f"Akteur {n}") for n in range(ACTORS)]
    districts = [
        _named(graph, f"authority/d{n}", ZG.TerritorialAuthority, f"Kreis {n}") for n in range(DISTRICTS)
    ]
    for n in range(MEASURES):
        measure = _named(
            graph, f"measure/m{n}", ZG.Measure, f"Maßnahme {draw.randrange(MEASURES)} im Feld {n}"
        )
        graph.add((measure, ZG.ofAuthority, draw.choice(districts)))
        graph.add((measure, ZG.ledBy, draw.choice(actors)))
        for theme in draw.sample(known, draw.randint(1, 3)):
            graph.add((measure, ZG.hasTheme, theme))
        for partner in draw.sample(actors, draw.randint(0, 3)):
            graph.add((measure, ZG.partner, partner))
    return Dataset(iri, graph, Graph(), description)


def _named(graph: Graph, path: str, kind: URIRef, label: str) -> URIRef:
    thing: URIRef = ID[path]
    graph.add((thing, RDF.type, kind))
    graph.add((thing, SKOS.prefLabel, Literal(label, lang="de")))
    return thing


class Peer:
    """Somebody who answers: `ask(text)` returns the seconds until the whole answer is there, and its bytes."""

    def __init__(self, name: str, ask: Callable[[str], tuple[float, bytes]]) -> None:
        self.name, self.ask = name, ask


def over_http(name: str, port: int, path: str) -> Peer:
    """A server, asked over one connection that stays open, or a new one where the server may have closed it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    used = time.perf_counter()

    def ask(text: str) -> tuple[float, bytes]:
        nonlocal used
        begin = time.perf_counter()
        if begin - used > IDLE:
            connection.close()
        connection.request("GET", f"{path}?query={quote(text)}", headers={"Accept": JSON})
        answer = connection.getresponse()
        body = answer.read()
        used = time.perf_counter()
        seconds = used - begin
        if answer.status != 200:
            raise RuntimeError(f"{name}: {answer.status} {body[:200]!r}")
        return seconds, body

    return Peer(name, ask)


def in_process(quads: Path) -> Peer:
    """pyoxigraph in memory, without any layer but the writing of the answer."""
    store = ox.Store()
    store.load(path=str(quads), format=ox.RdfFormat.N_QUADS)

    def ask(text: str) -> tuple[float, bytes]:
        begin = time.perf_counter()
        found = store.query(text)
        assert not isinstance(found, ox.QueryTriples)
        body = found.serialize(format=ox.QueryResultsFormat.JSON)
        return time.perf_counter() - begin, body or b""

    return Peer("in process", ask)


@contextlib.contextmanager
def server(*command: str, port: int, path: str = "/") -> Iterator[subprocess.Popen[bytes]]:
    """A process that listens, ended afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def first_byte(port: int) -> tuple[float, float, int]:
    """Seconds until the first byte and the last of a long answer, and its rows."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    begin = time.perf_counter()
    connection.request("GET", f"/sparql?query={quote(LONG)}", headers={"Accept": "text/csv"})
    answer = connection.getresponse()
    answer.read(1)
    first = time.perf_counter() - begin
    rows = answer.read().count(b"\n") - 1
    return first, time.perf_counter() - begin, rows


def memory(process: subprocess.Popen[bytes]) -> float:
    """MiB that a process and its children hold for themselves (shared pages counted once)."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    held: int = sum(p.memory_full_info().uss for p in family if p.is_running())
    return held / 2**20


def run(rounds: int) -> dict[str, object]:
    """Starts everybody, asks in turn, and gives medians in milliseconds by query and peer."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        home = Home(Path(folder) / "data")
        with home.writing("benchmark") as writer:
            writer.load([measures()])
        quads, accepted = home.public.dump, sum(1 for _ in home.public.read().quads())
        ours, bare, endpoint, oxigraph = (free_port() for _ in range(4))
        os.environ["ZUKUNFTSGRAPH_DATA_DIR"] = str(home.directory)
        service = stack.enter_context(
            server(sys.executable, "-m", "benchmarks.layer", "--serve", "ours", str(ours), port=ours)
        )
        stack.enter_context(
            server(sys.executable, "-m", "benchmarks.layer", "--serve", "bare", str(bare), port=bare)
        )
        stack.enter_context(
            server(
                sys.executable,
                "-m",
                "benchmarks.layer",
                "--serve",
                "rdflib",
                str(endpoint),
                str(quads),
                port=endpoint,
            )
        )
        binary = str(Path(sys.executable).parent / "oxigraph")
        location = str(Path(folder) / "oxigraph")
        subprocess.run(
            [binary, "load", "--location", location, "--file", str(quads)], check=True, capture_output=True
        )
        stack.enter_context(
            server(
                binary,
                "serve-read-only",
                "--location",
                location,
                "--bind",
                f"127.0.0.1:{oxigraph}",
                port=oxigraph,
            )
        )
        peers = [
            in_process(quads),
            over_http("bare route", bare, "/"),
            over_http("service", ours, "/sparql"),
            over_http("rdflib-endpoint", endpoint, "/"),
            over_http("Oxigraph server (disk)", oxigraph, "/query"),
        ]
        times: dict[str, dict[str, list[float]]] = {q: {p.name: [] for p in peers} for q in (*SMALL, *HEAVY)}
        for queries in (SMALL, HEAVY):  # apart: after a peer's join every small question would be a cold one
            for turn in range(rounds + 1):  # the first round warms up
                for name, text in queries.items():
                    for peer in peers[turn % len(peers) :] + peers[: turn % len(peers)]:
                        if peer.name == "bare route" and name in HEAVY:
                            continue
                        seconds, _ = peer.ask(text)
                        if turn:
                            times[name][peer.name].append(seconds * 1000)
        before = memory(service)
        stream = [first_byte(ours) for _ in range(rounds)]
        after = memory(service)
    medians = {q: {p: statistics.median(t) for p, t in by.items() if t} for q, by in times.items()}
    return {
        "accepted triples": accepted,
        "rounds": rounds,
        "milliseconds": medians,
        "first byte of 100,000 rows (ms)": statistics.median(first for first, _, _ in stream) * 1000,
        "last byte of 100,000 rows (ms)": statistics.median(last for _, last, _ in stream) * 1000,
        "rows": stream[-1][2],
        "memory before and after (MiB)": (before, after),
    }


def serve(kind: str, port: int, *rest: str) -> None:
    """One of the servers that are compared, on uvicorn with the same settings."""
    makers: dict[str, Callable[..., FastAPI]] = {"ours": _ours, "bare": _bare, "rdflib": _rdflib}
    uvicorn.run(
        makers[kind](*rest),
        host="127.0.0.1",
        port=port,
        log_level="error",
        server_header=False,
        timeout_keep_alive=600,
    )


def _ours() -> FastAPI:
    """The service without its findings, which would be computed beside the measurement."""
    home = Home(Settings().directory)
    findings = Findings(home.public)
    shown = Shown(home.public.read, lambda: home.public.fingerprint, findings.of, findings.one)
    return create_app(Service(shown, shown), Engine(home))


def _bare() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def constant() -> dict[str, object]:
        return {"head": {}, "boolean": True}

    return app


def _rdflib(quads: str) -> FastAPI:
    data = rdflib.Dataset()
    data.parse(quads, format="nquads")
    return SparqlEndpoint(graph=data.default_graph, path="/")


def table(found: dict[str, object]) -> str:
    """The result as Markdown."""
    medians: dict[str, dict[str, float]] = found["milliseconds"]  # type: ignore[assignment]
    names = ["in process", "bare route", "service", "rdflib-endpoint", "Oxigraph server (disk)"]
    lines = [
        "| query | " + " | ".join(f"{n} (ms)" for n in names) + " | what is asked of it |",
        "|---" * (len(names) + 2) + "|",
    ]
    for query, by in medians.items():
        cells = " | ".join(f"{by[n]:.2f}" if n in by else "–" for n in names)
        if query in SMALL:
            judged = f"{by['service'] - by['bare route']:.2f} ms over the bare route"
        else:
            judged = (
                f"{by['service'] / by['in process']:.2f} × in process, "
                f"{by['rdflib-endpoint'] / by['service']:.1f} × faster than rdflib-endpoint"
            )
        lines.append(f"| {query} | {cells} | {judged} |")
    rest = {key: value for key, value in found.items() if key != "milliseconds"}
    return "\n".join([*lines, "", *(f"- {key}: {value}" for key, value in rest.items())])


def main() -> None:
    """Runs the comparison, or one of its servers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve[0], int(asked.serve[1]), *asked.serve[2:])
        return
    found = run(asked.rounds)
    sys.stdout.write((json.dumps(found, indent=1) if asked.json else table(found)) + "\n")


if __name__ == "__main__":
    main()
