"""`/sparql` follows the SPARQL 1.1 Protocol and Service Description; each test is named by the rule it checks.

https://www.w3.org/TR/sparql11-protocol/ https://www.w3.org/TR/sparql11-service-description/
"""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, urlencode

import httpx2
import pytest
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCAT, RDF, Namespace
from served import Served, served

from api.accounts import Role
from api.sparql.engine import Limits
from api.sparql.formats import BOOLEAN, SOLUTIONS, TRIPLES, wanted

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = "http://www.w3.org/ns/formats/"
QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
G = "https://example.org/g/"
DATA = f"""
PREFIX g: <{G}>
CLEAR ALL ;
INSERT DATA {{
  <urn:s> <urn:p> "default" .
  GRAPH g:1 {{ <urn:s> <urn:p> "one", "both" }}
  GRAPH g:2 {{ <urn:s> <urn:p> "two", "both" }}
  GRAPH g:3 {{ <urn:s> <urn:p> "three" }}
}}"""
OBJECTS = "SELECT ?o { ?s <urn:p> ?o } ORDER BY ?o"
NAMES = "SELECT ?o { GRAPH ?g { ?s <urn:p> ?o } } ORDER BY ?o"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("protocol") / "data") as found:
        yield found


@pytest.fixture
def client(service: Served) -> httpx2.Client:
    """An administrator before the same small dataset each time."""
    updated(service.administrator, DATA)
    return service.administrator


def updated(client: httpx2.Client, text: str, **parameters: str | list[str]) -> httpx2.Response:
    answer = client.post(
        "/sparql", params=parameters, content=text.encode(), headers={"Content-Type": UPDATE}
    )
    assert answer.status_code in (200, 204), answer.text
    return answer


def rows(answer: httpx2.Response, variable: str = "o") -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row[variable]["value"] for row in answer.json()["results"]["bindings"]]


def posted(
    client: httpx2.Client, text: str, kind: str = QUERY, **parameters: str | list[str]
) -> httpx2.Response:
    return client.post("/sparql", params=parameters, content=text.encode(), headers={"Content-Type": kind})


# 2.1 query operation


def test_query_via_get(client: httpx2.Client) -> None:
    assert rows(client.get("/sparql", params={"query": OBJECTS})) == ["default"]


def test_query_via_post_with_a_form(client: httpx2.Client) -> None:
    assert rows(client.post("/sparql", data={"query": OBJECTS})) == ["default"]


def test_query_via_post_directly(client: httpx2.Client) -> None:
    assert rows(posted(client, OBJECTS)) == ["default"]


@pytest.mark.parametrize("kind", [f"{QUERY}; charset=utf-8", f'{QUERY};charset="UTF-8"', QUERY.upper()])
def test_a_media_type_may_name_utf8_and_be_written_in_capitals(client: httpx2.Client, kind: str) -> None:
    assert rows(posted(client, "SELECT ('ä' AS ?o) {}", kind)) == ["ä"]


def test_the_address_with_a_slash_is_the_same_without_redirect(client: httpx2.Client) -> None:
    assert rows(client.get("/sparql/", params={"query": OBJECTS})) == ["default"]
    assert rows(client.post("/sparql/", content=OBJECTS, headers={"Content-Type": QUERY})) == ["default"]


def test_head_gives_status_and_type_of_get_without_a_body(client: httpx2.Client) -> None:
    answer = client.head("/sparql", params={"query": OBJECTS}, headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "content-length" not in answer.headers
    assert client.head("/sparql", params={"query": "SELECT"}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_no_other_method_asks_or_changes(client: httpx2.Client, method: str) -> None:
    answer = client.request(method, "/sparql", params={"query": OBJECTS, "update": "CLEAR ALL"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert rows(posted(client, OBJECTS)) == ["default"]


# 2.1.4 dataset of a query


@pytest.mark.parametrize("way", ["get", "form", "form and address", "direct"])
def test_the_dataset_of_the_request_is_asked(client: httpx2.Client, way: str) -> None:
    def ask(text: str, **graphs: list[str]) -> list[str]:
        if way == "get":
            return rows(client.get("/sparql", params={"query": text, **graphs}))
        if way == "form":
            return rows(client.post("/sparql", data={"query": text, **graphs}))
        if way == "form and address":
            return rows(client.post("/sparql", params=graphs, data={"query": text}))
        return rows(posted(client, text, **graphs))

    both = [f"{G}1", f"{G}2"]
    assert ask(OBJECTS, **{"default-graph-uri": [f"{G}1"]}) == ["both", "one"]
    assert ask(OBJECTS, **{"default-graph-uri": both}) == ["both", "one", "two"]
    assert ask(OBJECTS, **{"named-graph-uri": both}) == []
    assert ask(NAMES, **{"named-graph-uri": both}) == ["both", "both", "one", "two"]
    assert ask(NAMES, **{"default-graph-uri": both}) == []
    full = {"default-graph-uri": [f"{G}3"], "named-graph-uri": both}
    assert ask(OBJECTS, **full) == ["three"]
    assert ask(NAMES, **full) == ["both", "both", "one", "two"]


def test_the_dataset_of_the_request_overrides_that_of_the_text(client: httpx2.Client) -> None:
    either = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    text = f"SELECT ?o FROM <{G}3> FROM NAMED <{G}3> {either} ORDER BY ?o"
    assert rows(posted(client, text)) == ["three", "three"]
    assert rows(posted(client, text, **{"default-graph-uri": f"{G}1"})) == ["both", "one"]
    assert rows(posted(client, text, **{"named-graph-uri": f"{G}2"})) == ["both", "two"]


def test_several_default_graphs_of_the_text_are_merged_as_a_set(client: httpx2.Client) -> None:
    text = f"PREFIX g: <{G}> SELECT ?o FROM g:1 FROM <{G}2> {{ ?s ?p ?o }} ORDER BY ?o"
    assert rows(posted(client, text)) == ["both", "one", "two"]


def test_a_graph_that_is_not_there_is_empty(client: httpx2.Client) -> None:
    assert rows(posted(client, OBJECTS, **{"default-graph-uri": "http://127.0.0.1:9/none"})) == []
    assert (
        posted(client, "ASK {}", **{"default-graph-uri": "http://127.0.0.1:9/none"}).json()["boolean"] is True
    )


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_of_the_request_is_an_absolute_iri(client: httpx2.Client, name: str) -> None:
    for iri in ("g/1", "", "urn:a b", "urn:a> <urn:b"):
        assert posted(client, OBJECTS, **{name: iri}).status_code == 400


# 2.2 update operation


def test_update_via_post_with_a_form(client: httpx2.Client) -> None:
    assert client.post("/sparql", data={"update": "INSERT DATA { <urn:s> <urn:p> 'ä+%' }"}).status_code == 204
    assert rows(posted(client, OBJECTS)) == ["default", "ä+%"]


def test_update_via_post_directly(client: httpx2.Client) -> None:
    assert posted(client, "CLEAR ALL", UPDATE).status_code == 204
    assert rows(posted(client, NAMES)) == rows(posted(client, OBJECTS)) == []


@pytest.mark.parametrize("in_form", [False, True])
def test_the_dataset_of_the_request_stands_for_using(client: httpx2.Client, in_form: bool) -> None:
    both = [f"{G}1", f"{G}2"]
    text = f"""INSERT {{ GRAPH <{G}new> {{ ?s <urn:p> ?new }} }} WHERE {{
        {{ ?s <urn:p> ?o BIND(CONCAT("default ", ?o) AS ?new) }}
        UNION {{ GRAPH ?g {{ ?s <urn:p> ?o }} BIND(CONCAT("named ", ?o) AS ?new) }} }}"""
    for graphs, expected in (
        ({"using-graph-uri": [f"{G}1"]}, ["default both", "default one"]),
        ({"using-graph-uri": both}, ["default both", "default one", "default two"]),
        ({"using-named-graph-uri": [f"{G}2"]}, ["named both", "named two"]),
        (
            {"using-graph-uri": [f"{G}3"], "using-named-graph-uri": [f"{G}2"]},
            ["default three", "named both", "named two"],
        ),
    ):
        if in_form:
            assert client.post("/sparql", data={"update": text, **graphs}).status_code == 204
        else:
            updated(client, text, **graphs)  # type: ignore[arg-type]
        assert rows(posted(client, f"SELECT ?o {{ GRAPH <{G}new> {{ ?s ?p ?o }} }} ORDER BY ?o")) == expected
        updated(client, f"DROP GRAPH <{G}new>")


@pytest.mark.parametrize("clause", ["USING <urn:a>", "USING NAMED <urn:a>"])
@pytest.mark.parametrize("name", ["using-graph-uri", "using-named-graph-uri"])
def test_two_datasets_for_one_update_are_an_error(client: httpx2.Client, clause: str, name: str) -> None:
    text = f"DELETE {{ ?s ?p ?o }} {clause} WHERE {{ ?s ?p ?o }}"
    assert posted(client, text, UPDATE, **{name: f"{G}1"}).status_code == 400
    with_clause = f"WITH <{G}1> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}"
    assert posted(client, with_clause, UPDATE, **{name: f"{G}1"}).status_code == 400


# bad requests


def test_an_update_by_get_is_refused(client: httpx2.Client) -> None:
    assert client.get("/sparql", params={"update": "CLEAR ALL"}).status_code == 400
    assert rows(posted(client, OBJECTS)) == ["default"]


@pytest.mark.parametrize("name", ["query", "update"])
def test_exactly_one_query_or_update(client: httpx2.Client, name: str) -> None:
    twice = (
        {name: ["CLEAR NAMED", "CLEAR DEFAULT"]} if name == "update" else {name: ["ASK {}", "SELECT * {}"]}
    )
    assert client.get("/sparql", params=twice).status_code == 400
    assert client.post("/sparql", data=twice).status_code == 400
    assert client.post("/sparql", data={"query": "ASK {}", "update": "CLEAR ALL"}).status_code == 400
    assert client.post("/sparql", data={"other": "1"}).status_code == 400
    assert client.get("/sparql", params={"default-graph-uri": "urn:a"}).status_code == 400
    assert rows(posted(client, NAMES)) == ["both", "both", "one", "three", "two"]


@pytest.mark.parametrize("name", ["query", "update"])
def test_what_is_posted_stands_in_the_body(client: httpx2.Client, name: str) -> None:
    text = {"query": "ASK {}", "update": "CLEAR ALL"}[name]
    for kind, content in (
        (FORM, ""),
        (QUERY, "ASK {}"),
        (UPDATE, "CLEAR ALL"),
        (FORM, urlencode({name: text})),
    ):
        answer = client.post("/sparql", params={name: text}, content=content, headers={"Content-Type": kind})
        assert answer.status_code == 400
    assert rows(posted(client, OBJECTS)) == ["default"]


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/turtle", "application/sparql", ""])
@pytest.mark.parametrize("content", ["ASK {}", "CLEAR ALL", "query=ASK%20%7B%7D", "update=CLEAR+ALL"])
def test_a_wrong_or_missing_media_type_is_refused(client: httpx2.Client, kind: str, content: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    assert client.post("/sparql", content=content.encode(), headers=headers).status_code == 415
    assert rows(posted(client, OBJECTS)) == ["default"]


@pytest.mark.parametrize(
    ("kind", "text"), [(QUERY, "ASK {}"), (UPDATE, "CLEAR NAMED"), (FORM, "query=ASK+%7B%7D")]
)
def test_only_utf8(client: httpx2.Client, kind: str, text: str) -> None:
    for charset in ("UTF-16", "iso-8859-1"):
        headers = {"Content-Type": f"{kind}; charset={charset}"}
        assert client.post("/sparql", content=text.encode(charset), headers=headers).status_code == 415
    for raw in (text.encode("utf-16"), text.encode() + "# ä".encode("latin-1")):
        assert client.post("/sparql", content=raw, headers={"Content-Type": kind}).status_code == 400
    assert client.post("/sparql", content=b"query=%E4", headers={"Content-Type": FORM}).status_code == 400
    assert client.get("/sparql?query=ASK%20%7B%7D%23%E4").status_code == 400


def test_syntax_errors_are_bad_requests_in_german(client: httpx2.Client) -> None:
    for answer in (
        client.get("/sparql", params={"query": "ASK {"}, headers={"Accept": "application/json"}),
        posted(client, "CLEAR XYZ", UPDATE),
        posted(client, "CLEAR ALL"),
        posted(client, "ASK {}", UPDATE),
    ):
        assert answer.status_code == 400
    problem = client.get("/sparql", params={"query": "ASK {"}, headers={"Accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert "Zeile" in problem.json()["detail"]


def test_unknown_parameters_are_ignored(client: httpx2.Client) -> None:
    assert rows(
        client.get("/sparql", params={"query": OBJECTS, "timeout": "1", "format": "?", "x": ["", "y"]})
    ) == ["default"]


def test_too_many_parameters_are_refused(client: httpx2.Client) -> None:
    assert client.post("/sparql", data={"query": "ASK {}", "x": ["y"] * 1001}).status_code == 400


# 2.1.5 and 2.1.6: forms of the answer


@pytest.mark.parametrize(("asked", "given"), SOLUTIONS.items())
def test_solutions_come_in_the_form_that_is_asked_for(client: httpx2.Client, asked: str, given: str) -> None:
    answer = client.get("/sparql", params={"query": OBJECTS}, headers={"Accept": asked})
    assert answer.headers["content-type"].partition(";")[0] == given
    assert "default" in answer.text


@pytest.mark.parametrize(("asked", "given"), BOOLEAN.items())
def test_a_boolean_comes_in_the_form_that_is_asked_for(client: httpx2.Client, asked: str, given: str) -> None:
    answer = client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": asked})
    assert answer.headers["content-type"].partition(";")[0] == given
    assert "true" in answer.text


@pytest.mark.parametrize(("asked", "given"), TRIPLES.items())
@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <urn:s>"])
def test_a_graph_comes_in_the_form_that_is_asked_for(
    client: httpx2.Client, asked: str, given: str, text: str
) -> None:
    answer = client.get(
        "/sparql", params={"query": text.replace("?p", "<urn:p#>")}, headers={"Accept": asked}
    )
    assert answer.headers["content-type"].partition(";")[0] == given


def test_without_accept_solutions_are_json_and_graphs_turtle(service: Served, client: httpx2.Client) -> None:
    def kind(text: str) -> str:
        with closing(http.client.HTTPConnection(service.url.removeprefix("http://"))) as connection:
            connection.request("GET", f"/sparql?query={quote(text)}")  # sends no Accept
            return str(connection.getresponse().getheader("content-type")).partition(";")[0]

    assert kind(OBJECTS) == kind("ASK {}") == JSON
    assert kind("DESCRIBE <urn:s>") == "text/turtle"


@pytest.mark.parametrize(
    ("accept", "solutions", "triples"),
    [
        ("", JSON, "text/turtle"),
        ("*/*", JSON, "text/turtle"),
        ("text/*", "text/csv", "text/turtle"),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.3", XML, None),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", XML, "application/rdf+xml"),
        (
            "application/*;q=0.5, application/sparql-results+json;q=0, application/n-triples",
            XML,
            "application/n-triples",
        ),
        ("*/*;q=0.1, text/turtle;q=0", JSON, "application/n-triples"),
        ("application/json", JSON, "application/ld+json"),
        ("image/png", None, None),
        ("TEXT/CSV; header=present", "text/csv", None),
    ],
)
def test_accept_is_weighed(accept: str, solutions: str | None, triples: str | None) -> None:
    assert (wanted(accept).solutions, wanted(accept).triples) == (solutions, triples)


def test_accept_may_come_in_several_lines(client: httpx2.Client) -> None:
    lines = [("Accept", "text/turtle"), ("Accept", "text/csv;q=0.5"), *client.headers.items()]
    lines = [(name, value) for name, value in lines if (name, value) != ("accept", "*/*")]
    request = httpx2.Request("GET", str(client.base_url.join("/sparql?query=SELECT*{}")), headers=lines)
    assert client.send(request).headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("text", "accept"),
    [
        (OBJECTS, "text/turtle"),
        ("ASK {}", "text/csv"),
        ("DESCRIBE <urn:s>", JSON),
        (OBJECTS, "image/png"),
        (OBJECTS, "*/*;q=0"),
    ],
)
def test_what_cannot_be_given_is_not_acceptable(client: httpx2.Client, text: str, accept: str) -> None:
    assert client.get("/sparql", params={"query": text}, headers={"Accept": accept}).status_code == 406


def test_who_cannot_set_a_header_chooses_the_form_by_parameter(client: httpx2.Client) -> None:
    answer = client.get(
        "/sparql", params={"query": OBJECTS, "format": "csv"}, headers={"Accept": "text/html"}
    )
    assert answer.text.split() == ["o", "default"]


# what reaches outside


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    ],
)
def test_a_query_that_reaches_outside_is_refused(client: httpx2.Client, text: str) -> None:
    answer = client.get("/sparql", params={"query": text}, headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert "Bitte" in answer.json()["detail"]


def test_an_update_that_reaches_outside_is_refused_and_changes_nothing(client: httpx2.Client) -> None:
    for load in ("LOAD <http://127.0.0.1:9/>", "LOAD <file:///etc/passwd> INTO GRAPH <urn:x>"):
        assert posted(client, f"CLEAR ALL ; {load}", UPDATE).status_code == 403
    assert rows(posted(client, OBJECTS)) == ["default"]


def test_a_load_that_may_fail_silently_does_so(client: httpx2.Client) -> None:
    """It fetches nothing here: that is a failure, and SILENT asks to go on after one (SPARQL 1.1 Update, 3.1.4)."""
    for address in (f"{client.base_url}sparql", "file:///etc/hostname"):
        assert posted(client, f"LOAD SILENT <{address}>", UPDATE).status_code == 204
    assert rows(posted(client, OBJECTS)) == ["default"]


def test_words_in_strings_and_names_reach_nowhere(client: httpx2.Client) -> None:
    text = """PREFIX service: <urn:LOAD:> SELECT ('SERVICE <urn:x> {}' AS ?o) {
        OPTIONAL { ?service service:x <urn:SERVICE> } } # LOAD"""
    assert rows(posted(client, text)) == ["SERVICE <urn:x> {}"]


# base


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_relative_iris_are_resolved_against_the_endpoint(
    service: Served, client: httpx2.Client, path: str
) -> None:
    text = "INSERT DATA { GRAPH <urn:base> { <urn:s> <urn:p> <test> } }"
    assert client.post(path, content=text, headers={"Content-Type": UPDATE}).status_code == 204
    [found] = rows(posted(client, "SELECT ?o { GRAPH <urn:base> { ?s ?p ?o } }"))
    assert found == f"{service.url}{path.removesuffix('sparql')}test"
    [asked] = rows(client.get(path, params={"query": "SELECT (<test> AS ?o) {}"}))
    assert asked == found


# how much


def test_a_query_over_a_megabyte_is_too_large(service: Served, client: httpx2.Client) -> None:
    long = "ASK {} # " + "x" * 1_000_000
    assert posted(client, long).status_code == 413
    assert service.anonymous.post("/sparql", data={"query": long}).status_code == 413
    assert posted(client, "ASK {} # " + "ä" * 499_000).status_code == 200


def test_a_body_without_end_is_given_up_at_the_limit(service: Served) -> None:
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        head = f"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Type: {QUERY}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        for _ in range(11):
            connection.sendall(b"186a0\r\n" + b"#" * 100_000 + b"\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_updates_may_be_longer_than_queries(client: httpx2.Client) -> None:
    triples = "\n".join(f"<urn:s> <urn:p> 'service {n:05}' ." for n in range(50_000))
    assert len(triples) > 1_000_000
    assert posted(client, f"INSERT DATA {{ {triples} }}", UPDATE).status_code == 204
    assert client.post("/sparql", data={"update": f"DELETE DATA {{ {triples} }}"}).status_code == 204
    assert rows(posted(client, OBJECTS)) == ["default"]


# who may


def test_updates_are_for_administrators(service: Served, client: httpx2.Client) -> None:
    for answer in (
        service.anonymous.post("/sparql", data={"update": "CLEAR ALL"}),
        service.anonymous.post("/sparql", content="CLEAR ALL", headers={"Content-Type": UPDATE}),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    service.accounts.add("lese", Role.READER, "ein langes Passwort")
    bearer = {"Authorization": f"Bearer {service.accounts.issue('lese')}"}
    assert service.anonymous.post("/sparql", data={"update": "CLEAR ALL"}, headers=bearer).status_code == 403
    assert rows(posted(client, OBJECTS)) == ["default"]


def test_the_internal_edition_is_for_visitors_only(service: Served, client: httpx2.Client) -> None:
    assert rows(service.anonymous.get("/sparql", params={"query": OBJECTS})) == []
    wrong = service.anonymous.get(
        "/sparql", params={"query": OBJECTS}, headers={"Authorization": "Bearer falsch"}
    )
    assert wrong.status_code == 401


# other origins and caches


def test_web_pages_may_read_anonymously_and_never_with_credentials(
    service: Served, client: httpx2.Client
) -> None:
    origin = {"Origin": "https://example.org"}
    anonymous = service.anonymous
    for answer in (
        anonymous.get("/sparql", params={"query": "ASK {}"}, headers=origin),
        anonymous.get("/sparql", params={"query": "ASK {"}, headers=origin),
        anonymous.get("/sparql", headers=origin),
        anonymous.post("/sparql", content="ASK {}", headers=origin | {"Content-Type": QUERY}),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    for answer in (
        client.get("/sparql", params={"query": "ASK {}"}, headers=origin),
        anonymous.get("/sparql", params={"query": "ASK {}"}, headers=origin | {"Cookie": "zukunftsgraph=x"}),
        anonymous.get(
            "/sparql", params={"query": "ASK {}"}, headers=origin | {"Authorization": "Bearer falsch"}
        ),
    ):
        assert "access-control-allow-origin" not in answer.headers


def test_a_browser_is_told_before_what_web_pages_may(service: Served) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    answer = service.anonymous.options("/sparql", headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    assert "authorization" not in answer.headers["access-control-allow-headers"].lower()
    plain = service.anonymous.options("/sparql")
    assert (plain.status_code, plain.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


def test_caches_tell_forms_and_visitors_apart(service: Served, client: httpx2.Client) -> None:
    for who in (service.anonymous, client):
        answer = who.get("/sparql", params={"query": "ASK {}"})
        assert {v.strip() for v in answer.headers["vary"].split(",")} >= {"Accept", "Authorization", "Cookie"}
    assert client.get("/sparql", params={"query": "ASK {}"}).headers["cache-control"] == "private, no-store"


# service description


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize("kind", list(dict.fromkeys(TRIPLES.values())))
def test_get_without_query_gives_the_description_in_rdf(service: Served, path: str, kind: str) -> None:
    answer = service.anonymous.get(path, headers={"Accept": kind})
    assert answer.headers["content-type"].partition(";")[0] == kind
    graph = described(answer)
    [found] = graph.subjects(RDF.type, SD.Service)
    assert list(graph.objects(found, SD.endpoint)) == [URIRef(service.url + path)]
    assert (found, RDF.type, DCAT.DataService) in graph
    assert list(graph.objects(found, DCAT.endpointURL)) == [URIRef(service.url + path)]


def described(answer: httpx2.Response) -> Graph:
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    data = Dataset()
    data.parse(data=answer.text, format=kind)
    graph = Graph()
    for subject, predicate, value, _ in data.quads():
        graph.add((subject, predicate, value))
    return graph


def test_the_description_says_what_the_visitor_can_ask(service: Served, client: httpx2.Client) -> None:
    graphs = {}
    for name, who in (("anonymous", service.anonymous), ("administrator", client)):
        graph = described(who.get("/sparql", headers={"Accept": "text/turtle"}))
        [found] = graph.subjects(RDF.type, SD.Service)
        languages = {SD.SPARQL11Query, SD.SPARQL11Update} if name == "administrator" else {SD.SPARQL11Query}
        assert set(graph.objects(found, SD.supportedLanguage)) == languages
        results = {str(f).removeprefix(FORMATS) for f in graph.objects(found, SD.resultFormat)}
        assert results >= {
            "SPARQL_Results_JSON",
            "SPARQL_Results_XML",
            "SPARQL_Results_CSV",
            "Turtle",
            "RDF_XML",
        }
        [dataset] = graph.objects(found, SD.defaultDataset)
        assert (dataset, RDF.type, SD.Dataset) in graph
        [default] = graph.objects(dataset, SD.defaultGraph)
        assert (default, RDF.type, SD.Graph) in graph
        entries = list(graph.objects(dataset, SD.namedGraph))
        assert all((entry, RDF.type, SD.NamedGraph) in graph for entry in entries)
        graphs[name] = {str(iri) for entry in entries for iri in graph.objects(entry, SD.name)}
    assert graphs == {"anonymous": set(), "administrator": {f"{G}1", f"{G}2", f"{G}3"}}


def test_the_description_keeps_to_the_vocabulary(service: Served, client: httpx2.Client) -> None:
    graph = described(client.get("/sparql", headers={"Accept": "text/turtle"}))
    resources = (URIRef, BNode)
    domains = {
        SD.endpoint: SD.Service,
        SD.feature: SD.Service,
        SD.defaultEntailmentRegime: SD.Service,
        SD.supportedLanguage: SD.Service,
        SD.resultFormat: SD.Service,
        SD.inputFormat: SD.Service,
        SD.defaultDataset: SD.Service,
        SD.defaultGraph: SD.Dataset,
        SD.namedGraph: SD.Dataset,
        SD.name: SD.NamedGraph,
        SD.graph: SD.NamedGraph,
    }
    for subject, predicate, value in graph:
        if predicate in domains:
            assert (subject, RDF.type, domains[predicate]) in graph
            assert isinstance(value, resources)
        else:
            assert not str(predicate).startswith(str(SD))
            assert isinstance(value, (*resources, Literal))


def test_people_are_sent_to_the_workbench(service: Served) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    answer = service.anonymous.get("/sparql", headers=browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/abfragen")
    assert "Accept" in answer.headers["vary"]
    assert service.anonymous.get("/sparql", headers={"Accept": "image/png"}).status_code == 406


def test_people_get_errors_as_a_page(service: Served) -> None:
    asked = {"query": "ASK {", "format": "html"}
    sent = service.anonymous.get("/sparql", params=asked, headers={"Accept": "text/html"})
    assert (sent.status_code, sent.headers["location"].partition("?")[0]) == (303, "/abfragen")
    answer = service.anonymous.get(sent.headers["location"], headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


# the way of an answer


def test_a_small_answer_has_a_length_and_a_large_one_streams(client: httpx2.Client) -> None:
    small = client.get("/sparql", params={"query": OBJECTS})
    assert int(small.headers["content-length"]) == len(small.content)
    values = " ".join(str(n) for n in range(1000))
    large = f"SELECT * {{ VALUES ?a {{ {values} }} VALUES ?b {{ {values} }} }} LIMIT 200000"
    with client.stream("GET", "/sparql", params={"query": large}, headers={"Accept": "text/csv"}) as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        assert sum(1 for _ in answer.iter_lines()) == 200_001


def test_a_limit_met_late_breaks_the_connection(
    tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path_factory.mktemp("limits") / "data"
    with served(directory, Limits(answer_mb=3)) as service:
        values = " ".join(str(n) for n in range(1000))
        text = f"SELECT * {{ VALUES ?a {{ {values} }} VALUES ?b {{ {values} }} }}"
        with closing(http.client.HTTPConnection(service.url.removeprefix("http://"))) as connection:
            connection.request("POST", "/sparql", text, {"Content-Type": QUERY, "Accept": "text/csv"})
            answer = connection.getresponse()
            assert answer.status == 200
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
        assert "Traceback" not in capfd.readouterr().err
        assert service.anonymous.get("/sparql", params={"query": "ASK {}"}).json() == {
            "head": {},
            "boolean": True,
        }


def test_a_limit_met_early_is_a_refusal_that_says_when_to_come_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with served(tmp_path_factory.mktemp("limits") / "data", Limits(seconds=0.5, refusal_pause=0)) as service:
        values = " ".join(str(n) for n in range(1000))
        text = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?{v} {{ {values} }}' for v in 'abcd')} }}"
        answer = service.anonymous.get(
            "/sparql", params={"query": text}, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "0,5" in answer.json()["detail"] or "0.5" in answer.json()["detail"]


def test_who_leaves_leaves_no_query_behind(service: Served, client: httpx2.Client) -> None:
    host, port = service.url.removeprefix("http://").split(":")
    values = " ".join(str(n) for n in range(1000))
    text = quote(f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?{v} {{ {values} }}' for v in 'abcd')} }}")
    for _ in range(8):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"GET /sparql?query={text} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    answer = service.anonymous.get("/sparql", params={"query": "ASK {}"})
    assert json.loads(answer.content)["boolean"] is True
