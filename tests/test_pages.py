"""The pages, the things behind their addresses, the JSON: what they say, in which form, and how safely."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS
from sample import Client, sample_overlaps, sample_service

from api.app import HEADERS, create_app
from api.negotiation import RDF_TYPES, best
from api.service import Service, Shown, web_address
from graph.description import describe, statements
from graph.errors import Unknown
from graph.search import search
from graph.store import Store
from graph.vocabulary import vocabulary

ID = "https://w3id.org/zukunftsgraph/id/"
PROJECT = "project/start-up-treff"
PAGES = [
    "/",
    "/?district=00002",
    "/suche",
    "/suche?q=birke",
    "/suche?q=gibtesnicht",
    "/ueberschneidungen",
    "/ueberschneidungen?klasse=overlap&circle=adjacent",
    "/ueberschneidungen/a-b",
    f"/doc/{PROJECT}",
    "/doc/actor/boese",
    f"/doc?iri={ID}statement/a",
    "/def",
    "/api",
    "/netz",
]


@pytest.fixture(scope="module")
def service() -> Service:
    return sample_service()


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[Client]:
    with Client(create_app(service)) as found:
        yield found


@pytest.fixture(autouse=True)
def forgotten(client: Client) -> None:
    """Nobody has chosen a district yet."""
    client.cookies.clear()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers_in_german_with_safe_headers(client: Client, address: str) -> None:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert '<html lang="de">' in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert client.head(address, headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("address", PAGES[:-1])
def test_pages_run_our_files_only_and_load_nothing_from_elsewhere(client: Client, address: str) -> None:
    found = Outline(client.get(address, headers={"Accept": "text/html"}).text)
    assert all(a["src"].startswith("/static/") for a in found.of("script"))
    assert not found.of("img") and not found.of("iframe")
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in found.tags)
    assert all(
        a["href"].startswith("/static/") for a in found.of("link") if a.get("rel") in ("stylesheet", "icon")
    )
    assert len(found.of("h1")) == 1 and len(found.of("main")) == 1
    elsewhere = [a["href"] for a in found.of("a") if not a["href"].startswith(("/", "?", "#"))]
    assert {address.partition(":")[0] for address in elsewhere} <= {"http", "https"}
    assert all("caption" in found.inside(table) for table in found.tables)


def test_the_start_page_shows_findings_figures_and_open_points(client: Client) -> None:
    text = client.get("/").text
    assert "Gründerzentrum Birkenau" in text and "73 %" in text
    assert "Zehn Projekte genannt, neun aufgezählt" in text and "Anlage 2" in text
    assert re.search(r'<dt>Kreise mit Maßnahmen</dt><dd class="value">2</dd>', text)


def test_search_finds_other_names_and_umlauts_written_out(client: Client) -> None:
    assert "Start-up-Treff" in client.get("/suche?q=gründertreff").text
    assert "Gründerzentrum Birkenau" in client.get("/suche?q=gruenderzentrum").text
    assert "Nichts gefunden" in client.get("/suche?q=xyz").text


def test_names_rank_the_same_however_umlauts_are_written() -> None:
    inner = ox.Store()
    for number, name in enumerate(("Existenzgründung", "Gründungsberatung der Kammern")):
        for predicate, value in ((RDF.type, ox.NamedNode("urn:t")), (SKOS.prefLabel, ox.Literal(name))):
            inner.add(ox.Quad(ox.NamedNode(f"urn:{number}"), ox.NamedNode(str(predicate)), value))
    for text in ("gründung", "gruendung"):
        hits = search(Store(inner), SEARCHED.words, text)
        assert [hit.label[0] for hit in hits] == ["G", "E"], text


SEARCHED = sample_service().public.reading()


@settings(deadline=None)
@given(text=st.text(max_size=80))
def test_search_takes_any_text(text: str) -> None:
    assert isinstance(search(SEARCHED.store, SEARCHED.words, text), list)


def test_an_overlap_says_why_and_where(client: Client) -> None:
    text = client.get("/ueberschneidungen/a-b").text
    assert "Art der Tätigkeit" in text and "teilweise (40 %)" in text and "keine Angabe" in text
    assert "Abschnitt „2 Projekte“, Zeichen 100–160" in text
    assert "In den Quellen nicht genannt." in text


def test_the_list_can_be_narrowed_and_turned(client: Client) -> None:
    assert "1 Befund von 4" in client.get("/ueberschneidungen?klasse=overlap").text
    assert client.get("/ueberschneidungen?seite=2").status_code == 404
    assert client.get("/ueberschneidungen?circle=mond").status_code == 404
    assert client.get("/ueberschneidungen?seite=x", headers={"Accept": "text/html"}).status_code == 422


TTL, JSONLD, XML, NT = RDF_TYPES.values()


@pytest.mark.parametrize(
    ("accept", "where"),
    [
        ("", "/doc/project/start-up-treff"),
        ("*/*", "/doc/project/start-up-treff"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "/doc/project/start-up-treff"),
        ("text/turtle", "/data/project/start-up-treff.ttl"),
        ("text/turtle;q=0.5, application/ld+json;q=0.9", "/data/project/start-up-treff.jsonld"),
        ("text/html;q=0.1, application/rdf+xml", "/data/project/start-up-treff.rdf"),
        ("application/n-triples", "/data/project/start-up-treff.nt"),
        ("text/*;q=0.3, text/turtle;q=0.2", "/doc/project/start-up-treff"),
        ("text/html;q=0, text/turtle", "/data/project/start-up-treff.ttl"),
        ("Text/Turtle ; Q=1", "/data/project/start-up-treff.ttl"),
    ],
)
def test_an_address_leads_to_what_the_client_wants(client: Client, accept: str, where: str) -> None:
    answer = client.get(f"/id/{PROJECT}", headers={"Accept": accept}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, where)
    assert "Accept" in answer.headers["vary"].split(", ")


def test_what_cannot_be_had_is_refused(client: Client) -> None:
    answer = client.get(f"/id/{PROJECT}", headers={"Accept": "image/png"}, follow_redirects=False)
    assert answer.status_code == 406 and "text/turtle" in answer.text


@pytest.mark.parametrize(
    ("suffix", "form"), [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml"), ("nt", "nt")]
)
def test_the_data_are_the_same_in_every_format(client: Client, suffix: str, form: str) -> None:
    answer = client.get(f"/data/{PROJECT}.{suffix}")
    assert answer.headers["content-type"].partition(";")[0] == RDF_TYPES[suffix]
    found = Graph().parse(data=answer.content, format=form)
    whole = Graph().parse(data=client.get(f"/data/{PROJECT}.nt").content, format="nt")
    assert set(found) == set(whole) and len(whole) > 10


@pytest.mark.parametrize(("accept", "form"), [(TTL, "turtle"), (XML, "xml")])
def test_the_ontology_is_served_at_its_address(client: Client, accept: str, form: str) -> None:
    answer = client.get("/def", headers={"Accept": accept})
    for response in (answer, client.get("/def", headers={"Accept": "text/html"})):
        assert "Accept" in response.headers["vary"].split(", ")
    assert len(Graph().parse(data=answer.content, format=form)) > 20


def test_a_thing_shows_labels_sources_and_what_is_inferred(client: Client) -> None:
    text = client.get(f"/doc/{PROJECT}").text
    assert "liegt im Handlungsfeld" in text and "Gründung und Vernetzung" in text
    assert "Zeichen 100–160" in text and "ausdrücklich im Text, Sicherheit 100 %" in text
    assert "gefolgert" in text and "März 2025" in text
    assert "Wer darauf verweist" in client.get("/doc/actor/hochschule-birkenau").text


@pytest.mark.parametrize(
    ("iri", "label"), [("theme/breitbandversorgung", "Breitbandversorgung"), ("code/state/running", "läuft")]
)
def test_a_theme_or_code_that_is_used_is_described_too(store: Store, iri: str, label: str) -> None:
    found = describe(store, vocabulary(store), f"{ID}{iri}")
    assert found is not None and found.label == label and found.incoming
    assert (URIRef(f"{ID}{iri}"), SKOS.prefLabel, Literal(label, "de")) in statements(store, f"{ID}{iri}")


def test_nobody_knows_this_address(client: Client) -> None:
    answer = client.get(
        "/id/project/start-up-trefft", headers={"Accept": "text/html"}, follow_redirects=False
    )
    assert answer.status_code == 404 and "Start-up-Treff für den Mittelstand" in answer.text
    assert (
        client.get("/doc", params={"iri": "not an iri"}, headers={"Accept": "text/html"}).status_code == 404
    )
    assert client.get("/netz", params={"focus": f"{ID}actor/niemand"}).status_code == 404


@pytest.mark.parametrize(
    "address", ["/nix", "/doc/project/nix", "/ueberschneidungen/nix", "/data/project/nix.ttl"]
)
def test_errors_are_german_pages_for_people_and_problems_for_programs(client: Client, address: str) -> None:
    page = client.get(address, headers={"Accept": "text/html"})
    assert page.status_code == 404 and "<h1" in page.text and "Nicht gefunden" in page.text
    problem = client.get(address, headers={"Accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["title"] == "Nicht gefunden"


def test_the_interface_gives_what_the_pages_show(client: Client, service: Service) -> None:
    assert client.get("/api/v1/overlaps?limit=2").json() == [dict(o) for o in sample_overlaps()[:2]]
    assert client.get("/api/v1/overlaps/a-b").json()["score"] == 0.73
    assert client.get("/api/v1/search?q=beirat").json()[0]["label"] == "Beirat Birke"
    figures = {figure["name"]: figure["value"] for figure in client.get("/api/v1/figures").json()}
    assert figures == {figure.name: figure.value for figure in service.public.reading().figures}
    assert client.get("/api/v1/overlaps?circle=mond").headers["content-type"] == "application/problem+json"
    assert "/api/v1/search" in client.get("/api/v1/openapi.json").json()["paths"]
    assert client.get("/health").json()["status"] == "ok"


def test_a_change_is_seen_by_the_next_request() -> None:
    state: dict[str, Any] = {"change": 1, "store": Store(ox.Store())}
    shown = Shown(
        open_store=lambda: state["store"],
        state=lambda: str(state["change"]),
        overlaps=lambda district, circle: [],
        overlap=lambda identity: None,
    )
    with Client(create_app(Service(shown, shown))) as client:
        assert client.get("/api/v1/search?q=beirat").json() == []
        state.update(change=2, store=sample_service().public.open_store())
        assert len(client.get("/api/v1/search?q=beirat").json()) == 1


def test_an_empty_graph_has_a_start_page() -> None:
    def refuse(district: str, circle: str) -> list[Any]:
        raise Unknown("Der Kreis mit dem Schlüssel", district)

    shown = Shown(lambda: Store(ox.Store()), lambda: "0", refuse, lambda identity: None)
    with Client(create_app(Service(shown, shown))) as client:
        for address in ("/", "/ueberschneidungen", "/def", "/netz", "/suche?q=x"):
            assert client.get(address).status_code == 200


def test_an_unknown_district_is_a_404() -> None:
    def refuse(district: str, circle: str) -> list[Any]:
        raise AssertionError(f"nobody compares {district}")

    shown = Shown(sample_service().public.open_store, lambda: "1", refuse, lambda identity: None)
    with Client(create_app(Service(shown, shown))) as client:
        for asked in ("Landkreis Ahron", "../ahorn", "9" * 400):
            for address in ("/", "/ueberschneidungen", "/api/v1/overlaps"):
                answer = client.get(address, params={"district": asked}, headers={"Accept": "text/html"})
                assert answer.status_code in ((404,) if len(asked) < 200 else (404, 422))
        assert "Landkreis Ahorn (00001)" in client.get("/?district=Landkreis Ahron").text


def test_a_district_may_be_named_as_on_the_command_line(client: Client) -> None:
    assert client.get("/api/v1/overlaps?district=landkreis ahorn").json()[0]["id"] == "a-b"


def test_behind_a_proxy_every_link_keeps_its_root() -> None:
    with Client(create_app(sample_service()), root_path="/graph") as client:
        for address in ("/", f"/doc/{PROJECT}", "/ueberschneidungen/a-b"):
            links = [a["href"] for a in Outline(client.get(f"/graph{address}").text).of("a")]
            assert all(h.startswith(("/graph/", "#", "http", "?")) for h in links), links


def test_labels_stay_inert(client: Client) -> None:
    for address in (
        "/doc/actor/boese",
        "/suche?q=alert",
        "/suche?q=<script>alert(1)</script>",
        "/doc/body/beirat-birke",
    ):
        text = client.get(address).text
        assert "<script>" not in text and "<img" not in text
        assert all(a["src"].startswith("/static/") for a in Outline(text).of("script"))
    assert "javascript:" not in "".join(
        a["href"] for a in Outline(client.get("/doc/actor/boese").text).of("a")
    )


SAID = {"value": ""}
"""What the finding of `SPEAKING` says."""


def _saying(identity: str) -> dict[str, Any]:
    value = SAID["value"]
    return dict(sample_overlaps()[0]) | {"reason": value, "shared": [value], "status": value}


SPEAKING = create_app(replace(sample_service(), public=replace(sample_service().public, overlap=_saying)))


@settings(deadline=None, max_examples=50)
@given(text=st.text(max_size=60))
def test_no_value_becomes_markup(text: str) -> None:
    client = Client(SPEAKING)

    def outline(value: str) -> list[str]:
        SAID["value"] = value
        return [tag for tag, _ in Outline(client.get("/ueberschneidungen/a-b").text).tags]

    assert outline(text) == outline("x")


@given(text=st.text(max_size=30))
def test_only_web_addresses_become_links(text: str) -> None:
    assert web_address(text) == "" or text.startswith(("http://", "https://", "HTTP", "Http"))
    assert web_address(f"javascript:{text}") == "" == web_address(f"data:{text}")


@given(accept=st.text(max_size=60))
def test_any_accept_header_has_an_answer(accept: str) -> None:
    assert best(accept, ["text/html", TTL]) in ("text/html", TTL, None)


def test_headers_allow_no_script_but_our_files() -> None:
    assert "script-src 'self';" in HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]


class Outline(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.tables: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "table":
            self.tables.append([])
        elif self.tables:
            self.tables[-1].append(tag)

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def inside(self, table: list[str]) -> list[str]:
        return table
