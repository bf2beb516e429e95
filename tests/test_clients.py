"""Clients we do not choose: each does one real job against a service as it runs, and gets the exact answer."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen
from xml.dom.minidom import Document

import pytest
import SPARQLWrapper as Wrapped
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from served import TOKEN, Served, served
from test_remote import started
from tiny import dataset

from graph.home import Home
from ontology.namespaces import GRAPH, ID, ZG

COMUNICA = Path(__file__).parent / "comunica"

START_UP, CYCLEWAY, SECRET = ID["project/gründung"], ID["project/radweg"], ID["project/geheim"]
CHAMBER = ID["actor/kammer"]
NAMES = {
    START_UP: Literal("Gründungsförderung für „Töchter“ & Söhne", lang="de"),
    CYCLEWAY: Literal('Radweg "Öhringen", Straße <5>', lang="de"),
}
NAMED = {(project, SKOS.prefLabel, name) for project, name in NAMES.items()}
LED = (START_UP, ZG.ledBy, CHAMBER)
SOURCE = GRAPH["source/offen"]

QUERY = f"SELECT ?name {{ ?project <{SKOS.prefLabel}> ?name }} ORDER BY ?name"
CSV = 'name\r\nGründungsförderung für „Töchter“ & Söhne\r\n"Radweg ""Öhringen"", Straße <5>"\r\n'
TSV = '?name\n"Gründungsförderung für „Töchter“ & Söhne"@de\n"Radweg \\"Öhringen\\", Straße <5>"@de\n'
COSTS = f"""
@prefix : <https://example.org/> .
<{START_UP}> :costs 120000 .
<{SECRET}> :costs 5000 .
"""
"""What somebody else knows: a graph that is joined with ours."""
COSTLY = (str(NAMES[START_UP]), str(CHAMBER), "120000")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("clients") / "data"
    secret = [(SECRET, SKOS.prefLabel, Literal("Geheime Prüfung", lang="de")), (SECRET, ZG.ledBy, CHAMBER)]
    with Home(directory).writing("test") as writer:
        writer.load([dataset("offen", [*NAMED, LED]), dataset("intern", secret, "internal")])
    with served(directory) as found:
        yield found


def tool(name: str) -> str:
    """Where a program is; without it the test is skipped, with CI=true that is a failure."""
    return shutil.which(name) or absent(f"Das Programm „{name}“ ist nicht da.")


def absent(message: str) -> str:
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


# rdflib


def test_rdflib_reads_by_sparql(service: Served) -> None:
    graph = Graph(SPARQLStore(f"{service.url}/sparql"))
    assert [row.name for row in graph.query(QUERY)] == [NAMES[START_UP], NAMES[CYCLEWAY]]
    assert set(graph.triples((None, SKOS.prefLabel, None))) == NAMED
    assert list(graph.objects(START_UP, ZG.involves)) == [CHAMBER]
    assert LED in graph
    assert (SECRET, None, None) not in graph
    built = graph.query(f"CONSTRUCT {{ ?p <urn:heißt> ?n }} WHERE {{ ?p <{SKOS.prefLabel}> ?n }}").graph
    assert set(built) == {(project, URIRef("urn:heißt"), name) for project, name in NAMES.items()}


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_reads_every_result_format_by_every_method(service: Served, method: str, form: str) -> None:
    graph = Graph(SPARQLStore(f"{service.url}/sparql", returnFormat=form, method=method))
    assert [str(row.name) for row in graph.query(QUERY)] == [str(name) for name in NAMES.values()]


def test_rdflib_reads_named_graphs(service: Served) -> None:
    store = SPARQLStore(f"{service.url}/sparql")
    assert set(Graph(store, SOURCE)) == {*NAMED, LED}
    assert len(Graph(store, SOURCE)) == 3
    ours = [GRAPH.catalogue, GRAPH.evidence, GRAPH.inferred, GRAPH.ontology, GRAPH.themes]
    assert sorted(store.contexts()) == sorted([*ours, SOURCE])
    assert list(store.contexts(LED)) == [SOURCE]
    assert list(store.contexts((START_UP, ZG.involves, CHAMBER))) == [GRAPH.inferred]


def test_rdflib_writes_with_the_token(service: Served) -> None:
    url = f"{service.url}/sparql"
    graph = Graph(SPARQLUpdateStore(url, url, headers={"Authorization": f"Bearer {TOKEN}"}), "urn:rdflib")
    kept = (URIRef("urn:s"), SKOS.note, Literal('Maß „voll“\n"schön" \\ 😀', lang="de"))
    graph.add(kept)
    graph.addN((URIRef("urn:s"), SKOS.notation, Literal(n), graph) for n in (1, 2))
    graph.remove((None, SKOS.notation, Literal(1)))
    graph.update(f"INSERT {{ ?s <{SKOS.editorialNote}> 'ü' }} WHERE {{ ?s <{SKOS.notation}> 2 }}")
    there = {
        kept,
        (URIRef("urn:s"), SKOS.notation, Literal(2)),
        (URIRef("urn:s"), SKOS.editorialNote, Literal("ü")),
    }
    assert set(graph) == there
    assert set(Graph(SPARQLStore(url), "urn:rdflib")) == set()
    graph.remove((None, None, None))
    assert len(graph) == 0


def test_rdflib_loads_a_graph_from_its_address(service: Served) -> None:
    graph = Graph().parse(f"{service.url}/store?graph={quote(SOURCE, safe='')}")
    assert set(graph) == {*NAMED, LED}


# SPARQLWrapper


def wrapped(service: Served, query: str, form: str) -> Wrapped.SPARQLWrapper:
    client = Wrapped.SPARQLWrapper(f"{service.url}/sparql", returnFormat=form)
    client.setQuery(query)
    return client


@pytest.mark.parametrize(
    ("method", "way"),
    [
        (Wrapped.GET, Wrapped.URLENCODED),
        (Wrapped.POST, Wrapped.URLENCODED),
        (Wrapped.POST, Wrapped.POSTDIRECTLY),
    ],
)
def test_sparqlwrapper_reads_json(service: Served, method: str, way: str) -> None:
    client = wrapped(service, QUERY, Wrapped.JSON)
    client.setMethod(method)
    client.setRequestMethod(way)
    rows = client.queryAndConvert()["results"]["bindings"]
    assert [row["name"] for row in rows] == [
        {"type": "literal", "value": str(name), "xml:lang": "de"} for name in NAMES.values()
    ]


def test_sparqlwrapper_reads_xml(service: Served) -> None:
    document = wrapped(service, QUERY, Wrapped.XML).queryAndConvert()
    assert isinstance(document, Document)
    found = document.getElementsByTagName("literal")
    assert [node.firstChild.data for node in found] == [str(name) for name in NAMES.values()]
    assert {node.getAttribute("xml:lang") for node in found} == {"de"}


@pytest.mark.parametrize(("form", "text"), [(Wrapped.CSV, CSV), (Wrapped.TSV, TSV)], ids=["csv", "tsv"])
def test_sparqlwrapper_reads_tables(service: Served, form: str, text: str) -> None:
    assert wrapped(service, QUERY, form).queryAndConvert() == text.encode()


@pytest.mark.parametrize("only_accept", [False, True], ids=["format", "accept"])
@pytest.mark.parametrize("form", [Wrapped.RDFXML, Wrapped.XML, Wrapped.JSONLD])
def test_sparqlwrapper_reads_a_built_graph(service: Served, form: str, only_accept: bool) -> None:
    client = wrapped(service, f"CONSTRUCT WHERE {{ ?p <{SKOS.prefLabel}> ?n }}", form)
    client.setOnlyConneg(only_accept)
    assert {triple[:3] for triple in client.queryAndConvert().triples((None, None, None))} == NAMED


@pytest.mark.parametrize("form", [Wrapped.TURTLE, Wrapped.N3])
def test_sparqlwrapper_reads_turtle(service: Served, form: str) -> None:
    text = wrapped(service, f"DESCRIBE <{CYCLEWAY}>", form).queryAndConvert()
    assert isinstance(text, bytes)
    assert set(Graph().parse(text, format="turtle")) == {(CYCLEWAY, SKOS.prefLabel, NAMES[CYCLEWAY])}


def test_sparqlwrapper_asks(service: Served) -> None:
    for project, there in ((START_UP, True), (SECRET, False)):
        assert (
            wrapped(service, f"ASK {{ <{project}> ?p ?o }}", Wrapped.JSON).queryAndConvert()["boolean"]
            is there
        )


@pytest.mark.parametrize("way", [Wrapped.URLENCODED, Wrapped.POSTDIRECTLY])
def test_sparqlwrapper_writes_with_the_token(service: Served, way: str) -> None:
    graph = f"urn:wrapper:{way}"

    def done(text: str) -> int:
        client = wrapped(service, text, Wrapped.JSON)
        client.addCustomHttpHeader("Authorization", f"Bearer {TOKEN}")
        client.setMethod(Wrapped.POST)
        client.setRequestMethod(way)
        return client.query().response.status

    def values(headers: dict[str, str]) -> list[str]:
        client = wrapped(service, f"SELECT ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", Wrapped.JSON)
        for name, value in headers.items():
            client.addCustomHttpHeader(name, value)
        return [row["o"]["value"] for row in client.queryAndConvert()["results"]["bindings"]]

    assert done(f"INSERT DATA {{ GRAPH <{graph}> {{ <urn:s> <urn:p> 'Größe' }} }}") == 204
    assert values({"Authorization": f"Bearer {TOKEN}"}) == ["Größe"]
    assert values({}) == []
    assert done(f"DROP GRAPH <{graph}>") == 204
    assert values({"Authorization": f"Bearer {TOKEN}"}) == []


def test_sparqlwrapper_understands_refusals(service: Served) -> None:
    with pytest.raises(Wrapped.SPARQLExceptions.QueryBadFormed):
        wrapped(service, "SELECT ?s { ?s ?p }", Wrapped.JSON).query()
    client = wrapped(service, "CLEAR ALL", Wrapped.JSON)
    client.setMethod(Wrapped.POST)
    with pytest.raises(Wrapped.SPARQLExceptions.Unauthorized):
        client.query()


# other engines that ask us as a part of their own queries


def federated(service: Served) -> str:
    ours = f"?project <{SKOS.prefLabel}> ?name ; <{ZG.involves}> ?actor"
    return f"""
        SELECT ?name ?actor ?costs {{
          ?project <https://example.org/costs> ?costs
          SERVICE <{service.url}/sparql> {{ {ours} }}
        }}"""


def rows(answer: bytes | str) -> list[tuple[str, ...]]:
    found = json.loads(answer)
    return [
        tuple(row[name]["value"] for name in found["head"]["vars"]) for row in found["results"]["bindings"]
    ]


def test_oxigraph_joins_us_with_its_own_data(service: Served) -> None:
    server = started()
    try:
        data = Request(f"{server.url}/store?default", COSTS.encode(), {"Content-Type": "text/turtle"})
        with urlopen(data) as answer:
            assert answer.status == 204
        kind = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json"}
        with urlopen(Request(f"{server.url}/query", federated(service).encode(), kind)) as answer:
            assert rows(answer.read()) == [COSTLY]
    finally:
        server.stop()


@pytest.fixture(scope="module")
def comunica() -> list[str]:
    """The command that asks by Comunica, which npm installs beside it as its lock file says."""
    node, npm = tool("node"), tool("npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < 20:
        absent(f"Comunica braucht Node 20 oder neuer, hier ist {version}.")
    lock = hashlib.sha256((COMUNICA / "package-lock.json").read_bytes()).hexdigest()
    installed = COMUNICA / "node_modules" / ".installed"
    if not installed.exists() or installed.read_text() != lock:
        done = subprocess.run([npm, "ci"], cwd=COMUNICA, capture_output=True, text=True, timeout=600)
        if done.returncode:
            absent(f"npm kann Comunica nicht installieren: {done.stderr}")
        installed.write_text(lock)
    return [node, str(COMUNICA / "federate.mjs")]


def test_comunica_joins_us_with_a_file(service: Served, comunica: list[str], tmp_path: Path) -> None:
    file = tmp_path / "costs.ttl"
    file.write_text(COSTS)
    query = f"""
        SELECT ?name ?actor ?costs {{
          ?project <https://example.org/costs> ?costs ;
            <{SKOS.prefLabel}> ?name ; <{ZG.involves}> ?actor
        }}"""
    done = subprocess.run(
        [*comunica, f"{service.url}/sparql", str(file), query], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert rows(done.stdout) == [COSTLY]


# curl, and Python without any library


def curl(*arguments: str, given: bytes = b"") -> tuple[int, str, bytes]:
    """Status, media type and body."""
    program = tool("curl")
    shown = [
        "--silent",
        "--show-error",
        "--max-time",
        "30",
        "--write-out",
        "%{stderr}%{http_code} %{content_type}",
    ]
    done = subprocess.run([program, *shown, *arguments], input=given, capture_output=True)
    assert done.returncode == 0, done.stderr
    status, _, kind = done.stderr.decode().partition(" ")
    return int(status), kind, done.stdout


BEARER = f"Authorization: Bearer {TOKEN}"


def test_curl_asks_by_get(service: Served) -> None:
    asked = ["--get", "--data-urlencode", f"query={QUERY}", "--header", "Accept: text/csv"]
    assert curl(*asked, f"{service.url}/sparql") == (200, "text/csv; charset=utf-8", CSV.encode())


def test_curl_asks_by_post(service: Served) -> None:
    direct = ["--header", "Content-Type: application/sparql-query", "--data-binary", "@-"]
    form = ["--data-urlencode", "query@-"]
    for way in (direct, form):
        tsv = ["--header", "Accept: text/tab-separated-values", *way]
        status, kind, body = curl(*tsv, f"{service.url}/sparql", given=QUERY.encode())
        assert (status, kind.partition(";")[0], body) == (200, "text/tab-separated-values", TSV.encode())
        status, kind, body = curl(*way, f"{service.url}/sparql", given=QUERY.encode())
        assert (status, kind) == (200, "application/sparql-results+json")
        assert rows(body) == [(str(name),) for name in NAMES.values()]


def test_curl_asks_for_the_head_only(service: Served) -> None:
    asked = ["--get", "--data-urlencode", f"query={QUERY}", "--header", "Accept: text/csv"]
    status, kind, head = curl("--head", *asked, f"{service.url}/sparql")
    assert (status, kind) == (200, "text/csv; charset=utf-8")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        ("application/sparql-results+json;q=0.2, text/csv;q=0.9", 200, "text/csv; charset=utf-8"),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.3", 200, "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*;q=0.1", 200, "application/sparql-results+xml"),
        ("text/turtle, text/*;q=0.5", 200, "text/csv; charset=utf-8"),
        ("image/png", 406, "application/problem+json"),
    ],
)
def test_curl_gets_the_form_that_it_likes_best(service: Served, accept: str, status: int, kind: str) -> None:
    asked = ["--get", "--data-urlencode", f"query={QUERY}", "--header", f"Accept: {accept}"]
    assert curl(*asked, f"{service.url}/sparql")[:2] == (status, kind)


def test_curl_may_offer_to_decompress(service: Served) -> None:
    asked = ["--get", "--data-urlencode", f"query={QUERY}", "--header", "Accept: text/csv", "--compressed"]
    assert curl(*asked, f"{service.url}/sparql")[2] == CSV.encode()


def test_curl_writes_a_graph_and_deletes_it(service: Served, tmp_path: Path) -> None:
    address = f"{service.url}/store?graph=urn:curl"
    turtle = ["--header", "Content-Type: text/turtle"]
    large = tmp_path / "large.ttl"
    large.write_text("\n".join(f"<urn:s{n}> <urn:p> 'Straße {n:0100}' ." for n in range(10_000)))
    assert large.stat().st_size > 1 << 20  # from here on curl asks before it sends (Expect: 100-continue)
    for file in ("-", str(large)):
        assert curl("--upload-file", file, *turtle, address, given=b"<urn:s> <urn:p> 'x' .")[0] == 401

    token = ["--header", BEARER]
    assert curl(*token, "--upload-file", str(large), *turtle, address)[0] == 201
    counted = ["--get", "--data-urlencode", "query=SELECT (COUNT(*) AS ?n) { GRAPH <urn:curl> { ?s ?p ?o } }"]
    assert rows(curl(*token, *counted, f"{service.url}/sparql")[2]) == [("10000",)]
    # `-` is sent in chunks, without a length
    assert (
        curl(*token, "--upload-file", "-", *turtle, address, given="<urn:s> <urn:p> 'ß' .".encode())[0] == 204
    )
    triples = ["--header", "Accept: application/n-triples"]
    assert curl(*token, *triples, address)[2].decode() == '<urn:s> <urn:p> "ß" .\n'
    assert curl(*triples, address)[0] == 404
    assert curl(*token, "--request", "DELETE", address)[0] == 200
    assert curl(*token, *triples, address)[0] == 404
    assert curl(*token, "--request", "DELETE", address)[0] == 404


def test_python_reads_a_graph_without_any_library(service: Served) -> None:
    kind = {"Accept": "application/n-triples"}
    with urlopen(Request(f"{service.url}/store?graph={quote(SOURCE, safe='')}", headers=kind)) as answer:
        assert (answer.status, answer.headers.get_content_type()) == (200, "application/n-triples")
        lines = answer.read().decode("utf-8").splitlines()
    assert sorted(lines) == [
        f'<{START_UP}> <{SKOS.prefLabel}> "Gründungsförderung für „Töchter“ & Söhne"@de .',
        f"<{START_UP}> <{ZG.ledBy}> <{CHAMBER}> .",
        f'<{CYCLEWAY}> <{SKOS.prefLabel}> "Radweg \\"Öhringen\\", Straße <5>"@de .',
    ]
