"""`/store` follows the SPARQL 1.1 Graph Store HTTP Protocol; each test is named by the rule it checks.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import FOAF
from served import TOKEN, Served, served

from api.accounts import Role
from api.sparql.formats import SERIALISED

JANE = URIRef("https://example.org/person/1")
PERSON = "https://example.org/graph/person 1/ä?x=1&y=2#z".replace(" ", "%20")
TURTLE = {"Content-Type": "text/turtle; charset=utf-8"}
CARD = """@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<https://example.org/person/1> a foaf:Person ; foaf:knows [ foaf:name "John" ] ."""
NAME = f'<{JANE}> <{FOAF.name}> "Jane Döe" .'


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("store") / "data") as found:
        yield found


@pytest.fixture
def client(service: Served) -> httpx2.Client:
    """An administrator before an empty store."""
    assert service.administrator.post("/sparql", data={"update": "DROP ALL"}).status_code == 204
    return service.administrator


def at(iri: str | URIRef) -> str:
    return f"/store?graph={quote(str(iri), safe='')}"


def content(client: httpx2.Client, address: str) -> Graph:
    answer = client.get(address, headers={"Accept": "text/turtle"})
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.text, format="turtle")


def turtle(text: str) -> Graph:
    return Graph().parse(data=text, format="turtle")


def put(client: httpx2.Client, address: str, text: str) -> int:
    return client.put(address, content=text.encode(), headers=TURTLE).status_code


# 4: which graph


def test_the_iri_of_a_graph_is_percent_encoded(client: httpx2.Client) -> None:
    assert put(client, at(PERSON), CARD) == 201
    assert isomorphic(content(client, at(PERSON)), turtle(CARD))
    names = client.get("/sparql", params={"query": "SELECT ?g { GRAPH ?g {} }"}).json()["results"]["bindings"]
    assert [row["g"]["value"] for row in names] == [PERSON]


@pytest.mark.parametrize("iri", ["person/1", "/store/person/1", "", "//example.org/a", "urn:a b", "urn:a>"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_the_iri_of_a_graph_is_absolute(client: httpx2.Client, iri: str, method: str) -> None:
    assert client.request(method, at(iri), content=NAME, headers=TURTLE).status_code == 400


@pytest.mark.parametrize("query", ["?default&graph=urn:a", "?graph=urn:a&graph=urn:b", "?default&default"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_exactly_one_graph_is_named(client: httpx2.Client, query: str, method: str) -> None:
    assert client.request(method, f"/store{query}", content=NAME, headers=TURTLE).status_code == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_the_store_itself_takes_new_graphs_only(client: httpx2.Client, method: str) -> None:
    assert client.request(method, "/store", content=NAME, headers=TURTLE).status_code == 400


def test_a_graph_below_the_store_is_addressed_directly(service: Served, client: httpx2.Client) -> None:
    assert put(client, "/store/person/1.ttl", CARD) == 201
    assert isomorphic(content(client, at(f"{service.url}/store/person/1.ttl")), turtle(CARD))
    assert client.delete("/store/person/1.ttl").status_code == 200
    assert client.get("/store/person/1.ttl").status_code == 404
    assert client.get("/store/person/1.ttl?default").status_code == 400


# 5.2 GET, 5.6 HEAD


def test_get_and_head_of_a_graph_that_is_not_there(client: httpx2.Client) -> None:
    assert client.get(at("urn:none")).status_code == 404
    head = client.head(at("urn:none"))
    assert (head.status_code, head.content) == (404, b"")


def test_head_is_get_without_a_body(client: httpx2.Client) -> None:
    put(client, at(PERSON), CARD)
    answer = client.head(at(PERSON), headers={"Accept": "application/n-triples"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("application/n-triples")


@pytest.mark.parametrize("kind", SERIALISED)
def test_a_graph_comes_in_every_rdf_format_and_goes_back(client: httpx2.Client, kind: str) -> None:
    put(client, at(PERSON), CARD + NAME)
    answer = client.get(at(PERSON), headers={"Accept": kind})
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert (
        client.put(at("urn:copy"), content=answer.content, headers={"Content-Type": kind}).status_code == 201
    )
    assert isomorphic(content(client, at("urn:copy")), turtle(CARD + NAME))


def test_without_accept_a_graph_is_rdf_and_without_choice_not_acceptable(client: httpx2.Client) -> None:
    put(client, at(PERSON), CARD)
    assert client.get(at(PERSON)).headers["content-type"].startswith("text/turtle")
    assert client.get(at(PERSON), headers={"Accept": "text/csv"}).status_code == 406


# 5.3 PUT


def test_put_creates_and_replaces(client: httpx2.Client) -> None:
    answer = client.put(at(PERSON), content=CARD, headers=TURTLE)
    assert answer.status_code == 201
    assert isomorphic(content(client, answer.headers["location"]), turtle(CARD))
    assert put(client, at(PERSON), NAME) == 204
    assert isomorphic(content(client, at(PERSON)), turtle(NAME))


def test_put_to_the_default_graph(client: httpx2.Client) -> None:
    put(client, at(PERSON), CARD)
    client.delete("/store?default")
    assert put(client, "/store?default", NAME) == 201
    assert put(client, "/store?default", CARD) == 204
    assert isomorphic(content(client, "/store?default"), turtle(CARD))


def test_put_of_an_empty_graph(client: httpx2.Client) -> None:
    assert put(client, at(PERSON), "") == 201
    assert len(content(client, at(PERSON))) == 0


def test_relative_iris_are_resolved_against_the_graph(client: httpx2.Client) -> None:
    put(client, at("https://example.org/g/1"), "<> <p> <#x> .")
    expected = turtle("@base <https://example.org/g/1> . <> <p> <#x> .")
    assert isomorphic(content(client, at("https://example.org/g/1")), expected)


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_payload_that_is_not_what_it_says_is_a_bad_request(client: httpx2.Client, method: str) -> None:
    put(client, at(PERSON), NAME)
    for kind, text in (
        ("application/rdf+xml", CARD),
        ("text/turtle", f"{CARD} <urn:x> <urn:y"),
        ("application/n-triples", CARD),
        ("application/ld+json", "{"),
        ("application/trig", f"GRAPH <urn:other> {{ {NAME} }}"),
    ):
        answer = client.request(method, at(PERSON), content=text, headers={"Content-Type": kind})
        assert answer.status_code == 400, kind
        assert (
            client.request(method, at("urn:new"), content=text, headers={"Content-Type": kind}).status_code
            == 400
        )
    assert isomorphic(content(client, at(PERSON)), turtle(NAME))
    assert client.get(at("urn:new")).status_code == client.get(at("urn:other")).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "text/csv", "image/png", "text/turtle; charset=utf-16"]
)
def test_a_media_type_that_is_not_understood(client: httpx2.Client, method: str, kind: str) -> None:
    assert client.request(method, at(PERSON), content=NAME, headers={"Content-Type": kind}).status_code == 415
    assert client.get(at(PERSON)).status_code == 404


def test_without_media_type_a_payload_is_rdf_xml(client: httpx2.Client) -> None:
    xml = turtle(CARD).serialize(format="xml")
    assert client.put(at(PERSON), content=xml.encode()).status_code == 201
    assert isomorphic(content(client, at(PERSON)), turtle(CARD))
    assert client.put(at(PERSON), content=CARD.encode()).status_code == 400


# 5.4 DELETE


def test_delete_and_delete_again(client: httpx2.Client) -> None:
    put(client, at(PERSON), CARD)
    assert client.delete(at(PERSON)).status_code == 200
    assert client.get(at(PERSON)).status_code == 404
    assert client.delete(at(PERSON)).status_code == 404


def test_delete_empties_the_default_graph(client: httpx2.Client) -> None:
    put(client, "/store?default", CARD)
    put(client, at(PERSON), NAME)
    assert client.delete("/store?default").status_code == 200
    assert len(content(client, "/store?default")) == 0
    assert len(content(client, at(PERSON))) == 1


# 5.5 POST


def test_post_adds_to_a_graph(client: httpx2.Client) -> None:
    put(client, at(PERSON), CARD)
    assert client.post(at(PERSON), content=NAME, headers=TURTLE).status_code == 200
    assert isomorphic(content(client, at(PERSON)), turtle(CARD + NAME))
    assert client.post("/store?default", content=NAME, headers=TURTLE).status_code == 200
    assert isomorphic(content(client, "/store?default"), turtle(NAME))


def test_post_is_a_merge_that_keeps_blank_nodes_apart(client: httpx2.Client) -> None:
    same = "_:a <urn:p> _:a ."
    put(client, at(PERSON), same)
    client.post(at(PERSON), content=same, headers=TURTLE)
    assert len(content(client, at(PERSON))) == 2


def test_post_to_a_graph_that_is_not_there_creates_it(client: httpx2.Client) -> None:
    answer = client.post(at(PERSON), content=CARD, headers=TURTLE)
    assert answer.status_code == 201
    assert isomorphic(content(client, answer.headers["location"]), turtle(CARD))


@pytest.mark.parametrize("path", ["/store", "/store/"])
def test_post_to_the_store_creates_a_graph_and_says_where(
    service: Served, client: httpx2.Client, path: str
) -> None:
    places = set()
    for _ in range(2):
        answer = client.post(path, content=CARD, headers=TURTLE)
        assert answer.status_code == 201
        places.add(answer.headers["location"])
        assert isomorphic(content(client, answer.headers["location"]), turtle(CARD))
        assert isomorphic(content(client, at(answer.headers["location"])), turtle(CARD))
    assert len(places) == 2
    assert not places & {f"{service.url}/store", f"{service.url}/store/"}


def test_post_of_nothing_has_no_content_and_changes_nothing(client: httpx2.Client) -> None:
    created = client.post("/store", content=CARD, headers=TURTLE).headers["location"]
    for address in (created, "/store", at("urn:new")):
        assert client.post(address, content=b"", headers=TURTLE).status_code == 204
    assert isomorphic(content(client, created), turtle(CARD))
    assert client.get(at("urn:new")).status_code == 404


def test_post_of_several_documents_in_one_form(client: httpx2.Client) -> None:
    put(client, at(PERSON), CARD)
    family, given = (
        f'<{JANE}> <{FOAF.familyName}> "Döe" .',
        f'@prefix : <{FOAF}> . <{JANE}> :givenName "Jane" .',
    )
    parts = [
        ("lastName.ttl", ("lastName.ttl", family.encode(), "text/turtle; charset=utf-8")),
        ("graphs", ("firstName.bin", given.encode(), "text/turtle")),
    ]
    assert client.post(at(PERSON), files=parts).status_code == 200
    assert isomorphic(content(client, at(PERSON)), turtle(f"{CARD}\n{family}\n{given}"))


def test_the_parts_of_a_form_have_types_of_their_own_or_of_their_file(client: httpx2.Client) -> None:
    xml = turtle(CARD).serialize(format="xml").encode()
    boundary = {"Content-Type": 'multipart/form-data; boundary="a b"'}
    raw = (
        b'--a b\r\nContent-Disposition: form-data; name="a"; filename="NAME.NT"\r\n\r\n'
        + NAME.encode()
        + b"\r\n"
        b'--a b\r\nContent-Disposition: form-data; name="b"; filename="card.rdf"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + xml + b"\r\n--a b--\r\n"
    )
    assert client.post("/store?graph=urn:parts", content=raw, headers=boundary).status_code == 201
    assert isomorphic(content(client, at("urn:parts")), turtle(CARD + NAME))


def test_blank_nodes_of_different_parts_are_different(client: httpx2.Client) -> None:
    same = "_:a <urn:p> _:a ."
    parts = [("a", ("a.ttl", same, "text/turtle")), ("b", ("b.ttl", same, "text/turtle"))]
    assert client.post(at(PERSON), files=parts).status_code == 201
    assert len(content(client, at(PERSON))) == 2


@pytest.mark.parametrize(
    ("part", "status"),
    [
        (("b.ttl", "<urn:x", "text/turtle"), 400),
        (("b.csv", "a;b", "text/csv"), 415),
        (("b.unknown", NAME, "application/octet-stream"), 400),
    ],
)
def test_a_form_is_added_as_a_whole_or_not_at_all(
    client: httpx2.Client, part: tuple[str, str, str], status: int
) -> None:
    parts = [("a", ("a.ttl", NAME, "text/turtle")), ("b", part)]
    assert client.post(at(PERSON), files=parts).status_code == status
    assert client.get(at(PERSON)).status_code == 404


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/form-data; boundary=x", f"multipart/form-data; boundary={'x' * 999}"],
)
@pytest.mark.parametrize("raw", [b"", b"no part", b"--x\r\nbroken", b"--x\r\n\r\n", b"--x--\r\n"])
def test_a_broken_form_is_a_bad_request(client: httpx2.Client, kind: str, raw: bytes) -> None:
    assert client.post(at(PERSON), content=raw, headers={"Content-Type": kind}).status_code == 400


# 5.7 and other methods


def test_other_methods_are_not_allowed(client: httpx2.Client) -> None:
    for address in ("/store", at(PERSON), "/store?default"):
        answer = client.patch(
            address, content="CLEAR ALL", headers={"Content-Type": "application/sparql-update"}
        )
        assert answer.status_code == 405
        assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT"
    options = client.options(at(PERSON))
    assert (options.status_code, options.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS, POST, PUT")


# how much, who, and what others see


def test_a_payload_over_the_limit_is_too_large(service: Served, client: httpx2.Client) -> None:
    with closing(http.client.HTTPConnection(service.url.removeprefix("http://"))) as connection:
        connection.putrequest("PUT", at(PERSON))
        for name, value in (
            TURTLE | {"Authorization": f"Bearer {TOKEN}", "Content-Length": "64000001"}
        ).items():
            connection.putheader(name, value)
        connection.endheaders()  # the announcement is enough
        assert connection.getresponse().status == 413
    answer = client.put(at(PERSON), content=(b" " * 1_000_000 for _ in range(65)), headers=TURTLE)
    assert answer.status_code == 413
    assert client.get(at(PERSON)).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_writing_is_for_administrators(service: Served, client: httpx2.Client, method: str) -> None:
    put(client, at(PERSON), CARD)
    anonymous = service.anonymous.request(method, at(PERSON), content=NAME, headers=TURTLE)
    assert (anonymous.status_code, anonymous.headers["www-authenticate"]) == (401, "Bearer")
    name = f"redaktion-{method}"
    service.accounts.add(name, Role.REVIEWER, "ein langes Passwort")
    bearer = TURTLE | {"Authorization": f"Bearer {service.accounts.issue(name)}"}
    assert service.anonymous.request(method, at(PERSON), content=NAME, headers=bearer).status_code == 403
    assert isomorphic(content(client, at(PERSON)), turtle(CARD))


def test_what_is_written_raw_stays_internal(service: Served, client: httpx2.Client) -> None:
    put(client, at(PERSON), CARD)
    put(client, "/store?default", NAME)
    assert service.anonymous.get(at(PERSON)).status_code == 404
    assert len(content(service.anonymous, "/store?default")) == 0


def test_web_pages_may_read_anonymously_and_never_write(service: Served, client: httpx2.Client) -> None:
    origin = {"Origin": "https://example.org"}
    assert (
        service.anonymous.get("/store?default", headers=origin).headers["access-control-allow-origin"] == "*"
    )
    assert service.anonymous.get(at("urn:none"), headers=origin).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/store?default", headers=origin).headers
    for method in ("PUT", "POST", "DELETE"):
        answer = service.anonymous.request(method, at(PERSON), content=NAME, headers=TURTLE | origin)
        assert "access-control-allow-origin" not in answer.headers
    asked = service.anonymous.options("/store", headers=origin | {"Access-Control-Request-Method": "PUT"})
    assert asked.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"


def test_the_way_of_a_graph_from_creation_to_deletion(client: httpx2.Client) -> None:
    """The steps of the examples of the recommendation in their order."""
    assert put(client, at(PERSON), CARD) == 201
    assert put(client, at(PERSON), CARD.replace("John", "Jack")) == 204
    assert client.post(at(PERSON), content=NAME, headers=TURTLE).status_code == 200
    graph = content(client, at(PERSON))
    assert (None, FOAF.name, Literal("Jack")) in graph
    assert (JANE, FOAF.name, Literal("Jane Döe")) in graph
    assert client.delete(at(PERSON)).status_code == 200
    assert client.head(at(PERSON)).status_code == 404


def test_an_acknowledged_write_is_on_disk(service: Served, client: httpx2.Client, tmp_path: Path) -> None:
    put(client, at(PERSON), NAME)
    [change] = service.home.journal()[-1:]
    assert (change.actor, change.command) == ("token", "store put")
    assert service.home.internal.read().ask(f"ASK {{ GRAPH <{PERSON}> {{ ?s ?p ?o }} }}")
