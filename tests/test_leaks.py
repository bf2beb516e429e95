"""Whatever internal data exist, somebody anonymous gets the same bytes as if they did not.

Two data directories hold the same public material, one of them internal material beside it. Both are served as `serve`
does it, and every address is asked at both: status, headers and body have to be equal to the byte. So nothing has to
be known of what an answer should look like, and a new page is covered as soon as a link or the OpenAPI leads to it.
"""

import difflib
import html
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit
from zipfile import ZipFile

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, ORG, RDF, SKOS
from starlette.testclient import TestClient
from tiny import Triple, dataset

from api.accounts import FILE, Accounts, Role
from api.cli import main
from api.commands.serve import application
from api.excel import XLSX
from api.findings import Findings
from api.service import Shown
from api.settings import Settings
from graph import derivation
from graph.compare.explain import overlap_id
from graph.dataset import Dataset, source_graph
from graph.home import Home, Writer
from graph.identities import IdentityDraft, judge_identity
from graph.judgements import Draft, judge
from graph.search import search
from graph.store import from_ox
from ontology.namespaces import GRAPH, ID, ZG

DATA = Path(__file__).parent / "data" / "questions.trig"
TOKEN = "ein-token-zum-testen-mit-genug-zeichen"
HOUSE = "00001"
"""The district that the service shows first: Kreis Ahorn."""
Step = Callable[[Writer], object]


# What is public: the counties of questions.trig, and two measures that resemble those.


def _triples() -> list[Triple]:
    quads = ox.parse(path=str(DATA), format=ox.RdfFormat.TRIG)
    return [
        (from_ox(q.subject), from_ox(q.predicate), from_ox(q.object))  # type: ignore[misc]
        for q in quads
        if isinstance(q.graph_name, ox.DefaultGraph)
    ]


def _measure(name: str, label: str, authority: str, *more: tuple[URIRef, Any]) -> list[Triple]:
    measure = ID[f"measure/{name}"]
    return [
        (measure, RDF.type, ZG.Measure),
        (measure, SKOS.prefLabel, Literal(label, lang="de")),
        (measure, ZG.ofAuthority, ID[authority]),
        (measure, ZG.hasTheme, ID["theme/start-ups"]),
        (measure, ZG.activityType, ID["code/activity-type/network"]),
        (measure, ZG.beneficiary, ID["code/beneficiary/start-ups"]),
        *((measure, predicate, value) for predicate, value in more),
    ]


def _named(thing: str, label: str, *more: tuple[URIRef, Any]) -> list[Triple]:
    said = [(SKOS.prefLabel, Literal(label, lang="de")), *more]
    return [(ID[thing], predicate, value) for predicate, value in said]


def _said(thing: str, predicate: URIRef, value: str) -> Triple:
    return ID[thing], predicate, ID[value]


COUNTIES = _triples()
RESEMBLING = [
    *_measure("gruendertreff", "Treff für Gründerinnen", "district/birke"),
    *_measure("treff-weide", "Treffpunkt Start-ups", "district/weide"),
]

# What is internal, each part made to move something that everybody sees.

TWINS = [
    *_measure("treff-geheim", "Treff", "district/ahorn", (ZG.partOfStrategy, ID["strategy/neu"])),
    *_measure("treff-zwilling", "Treff", "district/birke", (ZG.ledBy, ID["actor/hochschule"])),
    *_measure("gruendertreff-geheim", "Treff für Gründerinnen", "district/erle"),
]
"""Measures that would be the strongest findings, and shift the ranks of all others."""
NAMES = [
    (ID["measure/treff"], SKOS.altLabel, Literal("Radweg Geheim", lang="de")),
    (ID["measure/treff"], SKOS.prefLabel, Literal("Aaa geheim", lang="de")),
    (ID["measure/radweg"], DCTERMS.description, Literal("Ein Treff für Start-ups, geheim", lang="de")),
    (ID["theme/start-ups"], SKOS.prefLabel, Literal("Geheimthema", lang="de")),
    *_named("actor/hochschule-geheim", "Hochschule Geheim", (RDF.type, ZG.Actor)),
]
"""Names of public things, and names near to public ones, which "Meinten Sie" could give away."""
PLACES = [
    *_named("district/ahornau", "Kreis Ahornau", (RDF.type, ZG.District), (ZG.ags, Literal("00009"))),
    (ID["district/ahornau"], RDF.type, ZG.TerritorialAuthority),
    _said("district/ahornau", ZG.administers, "territory/ahornau"),
    _said("territory/ahornau", ZG.adjacentTo, "territory/ahorn"),
    _said("territory/ahorn", ZG.adjacentTo, "territory/weide"),
    _said("territory/region", ZG.within, "territory/land"),
    (ID["district/weide"], ZG.ags, Literal("00002")),
]
"""A county that nobody knows, and neighbours that change who is compared with whom."""
PEOPLE = [
    *_named("actor/spion", "Spion", (RDF.type, ZG.Actor), (ZG.memberOf, ID["body/beirat"])),
    _said("actor/bank", ZG.memberOf, "body/kreistag"),
    (ID["membership/geheim"], RDF.type, ZG.Membership),
    (ID["membership/geheim"], ORG.member, ID["actor/spion"]),
    (ID["membership/geheim"], ORG.organization, ID["body/beirat"]),
    _said("measure/solar", ZG.partner, "actor/spion"),
]
"""Members of public bodies."""
PAPERS = [
    *_named("document/geheim", "Vorlage 1 geheim", (RDF.type, ZG.Document), (RDF.type, ZG.Paper)),
    _said("document/geheim", ZG.availability, "code/availability/not-at-hand"),
    _said("document/vorlage", ZG.hasAttachment, "document/geheim"),
    *_named("open-point/geheim", "Geheime Frage", (RDF.type, ZG.OpenPoint)),
    _said("open-point/geheim", ZG.about, "strategy/neu"),
    _said("strategy/neu", ZG.continues, "strategy/fremd"),
    *_named("decision/geheim", "Geheimer Beschluss", (RDF.type, ZG.Decision)),
    _said("decision/geheim", ZG.decisionOn, "strategy/neu"),
]
PARTS = [TWINS, NAMES, PLACES, PEOPLE, PAPERS]
USED = {str(term) for triple in [*COUNTIES, *RESEMBLING] for term in triple}
INTERNAL_THINGS = sorted({str(t[0]) for part in PARTS for t in part} - USED)

EVIDENCE = ID["evidence/vorlage-10-17"]
RAW = [
    f'<{ID["measure/treff"]}> <{SKOS.prefLabel}> "Roh geheim"@de . <urn:geheim> a <{ZG.Measure}> .',
    f"GRAPH <urn:geheim> {{ <{ID['measure/treff']}> <urn:p> [ <urn:p> _:b ] }}",
    f'GRAPH <{GRAPH.ontology}> {{ <{ZG.Measure}> <{SKOS.prefLabel}> "Aaa geheim"@de . '
    f"<{ZG.Actor}> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <{ZG.Measure}> }}",
    f'GRAPH <{GRAPH.themes}> {{ <{ID["theme/start-ups"]}> <{SKOS.altLabel}> "Geheimthema"@de }}',
    f"GRAPH <{GRAPH.inferred}> {{ <{ID['measure/treff']}> <{ZG.ledBy}> <{ID['actor/hochschule']}> }}",
    f'GRAPH <{GRAPH.evidence}> {{ <{EVIDENCE}> <{ZG.sectionTitle}> "Geheim" . '
    f"<urn:s> a <{ZG.Statement}> ; <{ZG.evidencedBy}> <{EVIDENCE}> }}",
    f'GRAPH <{GRAPH.catalogue}> {{ <{ID["dataset/kreise"]}> <{DCTERMS.title}> "Geheim"@de }}',
    f'GRAPH <{GRAPH["source/kreise"]}> {{ <{ID["measure/treff"]}> <{SKOS.altLabel}> "Geheim"@de }}',
    f"GRAPH <{GRAPH.judgements}> {{ <{ID['judgement/geheim']}> a <{ZG.Judgement}> ; "
    f"<{ZG.visibility}> <{ID['code/visibility/internal']}> }}",
]
"""What an administrator may write past all rules, into any graph."""

INTERNAL_GRAPHS = [str(source_graph(str(ID[f"dataset/{name}"]))) for name in ("geheim", "gremium", "roh")]


# Two services.


@dataclass(frozen=True)
class Asked:
    """One request."""

    address: str
    method: str = "GET"
    accept: str = "text/html, */*;q=0.5"
    headers: tuple[tuple[str, str], ...] = ()
    content: str = ""

    def at(self, client: TestClient) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of the answer."""
        headers = {"Accept": self.accept, "Accept-Encoding": "identity", **dict(self.headers)}
        answer = client.request(
            self.method, self.address, headers=headers, content=self.content.encode() or None
        )
        assert answer.status_code != 500, self
        shown = sorted((k.lower(), v) for k, v in answer.headers.multi_items() if k.lower() != "date")
        if dict(shown).get("content-type") == XLSX and answer.content:
            # A workbook tells the second in which it was written, in itself and in these headers.
            shown = [(k, v) for k, v in shown if k not in ("etag", "last-modified", "content-length")]
            return answer.status_code, shown, _cells(answer.content)
        if self.address.startswith("/export/"):  # when a file was written, two services tell differently
            shown = [(k, v) for k, v in shown if k not in ("etag", "last-modified")]
        if DURATION.search(answer.content):
            shown = [(k, v) for k, v in shown if k != "content-length"]
            return answer.status_code, shown, DURATION.sub(b"", answer.content)
        return answer.status_code, shown, answer.content


DURATION = re.compile(rb'<span class="duration">.*?</span>', re.DOTALL)
"""How long an answer took is never the same twice."""


def _cells(workbook: bytes) -> bytes:
    """What a workbook says, but for its date."""
    with ZipFile(BytesIO(workbook)) as parts:
        names = [name for name in parts.namelist() if name != "docProps/core.xml"]
        return b"\n".join(name.encode() + b"\n" + parts.read(name) for name in names)


def _lines(answer: tuple[int, list[tuple[str, str]], bytes]) -> list[str]:
    status, headers, body = answer
    return [str(status), *map(str, headers), *body.decode("utf-8", "replace").splitlines()]


@dataclass
class Pair:
    """The two services; the first holds internal material."""

    with_it: TestClient
    without: TestClient
    homes: tuple[Home, Home]

    def same(self, asked: Asked) -> tuple[int, bytes]:
        """Status and body, after seeing that both services answer alike."""
        here, there = asked.at(self.with_it), asked.at(self.without)
        if here != there:
            lines = difflib.unified_diff(_lines(there), _lines(here), "without", "with", n=1)
            pytest.fail(f"{asked} gives something away:\n" + "\n".join(lines)[:3000], pytrace=False)
        return here[0], here[2]


@contextmanager
def pair(with_it: Home, without: Home) -> Iterator[Pair]:
    """Both data directories as `serve` serves them."""
    chosen = Settings(district=HOUSE, token=TOKEN)  # type: ignore[arg-type]
    with ExitStack() as stack:
        clients = [
            stack.enter_context(
                TestClient(
                    application(home, chosen),
                    follow_redirects=False,
                    raise_server_exceptions=False,
                )
            )
            for home in (with_it, without)
        ]
        yield Pair(clients[0], clients[1], (with_it, without))


def _home(directory: Path, steps: Sequence[Step]) -> Home:
    home = Home(directory)
    with home.writing("test") as writer:
        for step in steps:
            step(writer)
    return home


def load(*datasets: Dataset) -> Step:
    """A step that loads these together."""
    return lambda writer: writer.load(datasets)


def raw(data: str) -> Step:
    """A step that writes past all rules."""
    return lambda writer: writer.update(f"INSERT DATA {{ {data} }}")


# Every address.

LINK = re.compile(r'(?:href|src|action)="([^"]*)"')
RDF_TYPES = ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples")
RESULTS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "*/*",
    "image/png",
)
WORDS = (
    "Treff",
    "geheim",
    "Geheimtreff",
    "Ahornau",
    "Spion",
    "a",
    "Aaa",
    "zwilling",
    "Hochschule",
    "%00",
    "",
)
PUBLIC_THINGS = [
    str(ID[name])
    for name in (
        "measure/treff",
        "body/beirat",
        "strategy/neu",
        "theme/start-ups",
        "district/ahorn",
        "dataset/kreise",
        "document/vorlage",
        "code/visibility/internal",
        "evidence/vorlage-10-17",
    )
] + [str(ZG.Measure), "urn:geheim", "kein IRI", "javascript:alert(1)"]
UNKNOWN_THINGS = [
    str(ID[name]) for name in ("measure/treff-gibt-es-nicht", "judgement/geheim", "dataset/geheim")
]
UNKNOWN_THINGS += [*INTERNAL_GRAPHS, "urn:s"]


VARIETY, FEW = 6, 2
"""So many questions are asked of an address that answers many: the filters of a list can be combined without end."""


def crawled(both: Pair, start: Sequence[str], most: int = 1000) -> set[str]:
    """Every address that links lead to, each asked at both services.

    Left out are the data of each page, codes and themes that nothing uses, the way back from each login, and what the
    explorer of the network leads to step by step, which has no end. Of English pages, made of the same things, some of
    each kind are enough.
    """
    seen, waiting, asked = set(start), list(start), Counter[str]()
    unused = re.compile(
        r"(?:/en)?(?:/anmelden\?next=|/data[/?]|/abfragen\?frage=|/abfragen/netz|/netz\?(?!focus=[^&]*$))"
    )
    while waiting:
        here = waiting.pop()
        status, body = both.same(Asked(here))
        if status == 200 and body.lstrip()[:1] == b"<":
            for link in LINK.findall(body.decode("utf-8")):
                target = urlsplit(urljoin(here, html.unescape(link)))
                address = target.path + (f"?{target.query}" if target.query else "")
                if target.netloc or target.scheme or not address.startswith("/") or address in seen:
                    continue
                thing = re.fullmatch(r"/doc/(.*)", target.path)
                if unused.match(address) or (thing and ID[unquote(thing[1])].toPython() not in USED):
                    continue
                english = re.match(r"/en/[^/]*", target.path)
                kind = english[0] if english else target.path
                asked[kind] += 1
                if asked[kind] <= (FEW if english else VARIETY):
                    seen.add(address)
                    waiting.append(address)
        assert len(seen) <= most, "the crawl does not end"
    return seen


def about(iri: str) -> Iterator[Asked]:
    """What can be asked of one thing."""
    if iri.startswith(str(ID)):
        path = quote(iri.removeprefix(str(ID)))
        yield from (Asked(f"/id/{path}", accept=accept) for accept in ("text/html", *RDF_TYPES))
        yield from (Asked(f"/{place}/{path}") for place in ("doc", "data"))
        yield from (Asked(f"/data/{path}.{suffix}") for suffix in ("ttl", "jsonld", "rdf", "nt", "xyz"))
        yield from (Asked(f"/{place}/{path}", "HEAD") for place in ("id", "doc", "data"))
    named = urlencode({"iri": iri})
    yield Asked(f"/doc?{named}")
    yield from (Asked(f"/data?{named}&format={suffix}") for suffix in ("ttl", "nt"))
    yield Asked(f"/netz?{urlencode({'focus': iri})}")
    yield Asked(f"/api/v1/network/part?{urlencode({'focus': iri, 'depth': 2})}")
    text = f"DESCRIBE <{quote(iri, safe=':/#')}>"
    yield Asked(f"/sparql?{urlencode({'query': text})}", accept="application/n-triples")
    yield Asked(f"/store?{urlencode({'graph': iri})}", accept="application/n-triples")


JSON_BODY = (("Content-Type", "application/json"),)


def found(identities: Sequence[str]) -> Iterator[Asked]:
    """The findings, and everything that the API says."""
    for district, circle in product(
        (HOUSE, "00002", "00003", "00009", "Kreis Ahornau", "Ahornn"),
        ("all", "adjacent", "second", "region", "levels", "similar", "x"),
    ):
        asked = urlencode({"district": district, "circle": circle})
        yield Asked(f"/ueberschneidungen?{asked}")
        yield Asked(f"/api/v1/overlaps?{asked}&limit=1000", accept="application/json")
        yield from (Asked(f"/api/v1/{name}?{asked}") for name in ("board", "gaps"))
        yield Asked(f"/api/v1/board?{asked}&format=csv&list=true")
        yield Asked(f"/api/v1/counties?{urlencode({'a': HOUSE, 'b': district})}")
        ranking = json.dumps({"district": district, "circle": circle, "runs": 20})
        yield Asked("/api/v1/priorities", "POST", headers=JSON_BODY, content=ranking)
    for identity in (*identities, "0123456789abcdef", "x"):
        yield Asked(f"/ueberschneidungen/{identity}")
        yield Asked(f"/api/v1/overlaps/{identity}")
    for word in WORDS:
        yield Asked(f"/suche?{urlencode({'q': word})}")
        yield Asked(f"/api/v1/search?{urlencode({'q': word})}", accept="application/json")
    for idea in ("Treff für Gründerinnen", "Geheimtreff für Start-ups\nmit Zwillingen", "a"):
        yield Asked(f"/api/v1/check?{urlencode({'idea': idea})}", accept="application/json")
        yield Asked(
            f"/api/v1/check?{urlencode({'idea': idea, 'district': HOUSE})}", accept="application/json"
        )
    yield from (Asked(f"/?district={name}") for name in ("00002", "00009", "Kreis+Ahornau"))
    yield from networks()
    for name in (
        "crosswalk",
        "figures",
        "districts",
        "open-points",
        "search",
        "queries",
        "openapi.json",
        "gibt-es-nicht",
    ):
        yield Asked(f"/api/v1/{name}", accept="application/json")
    for name in ("judgements", "judgements?open=true", "judgements/x", "identities", "identities/proposals"):
        yield Asked(f"/api/v1/{name}", accept="application/json")
    yield from (Asked("/def", accept=accept) for accept in RDF_TYPES)


def networks() -> Iterator[Asked]:
    """What follows from the network, in every form."""
    forms = ("json", "csv", "xlsx", "gexf", "graphml", "node-link", "edges", "nodes", "docx")
    for name in ("groups", "bridges", "common", "common/pairs", "network"):
        yield from (Asked(f"/api/v1/{name}?format={form}", accept="*/*") for form in forms)
    for name in ("similar", "groups", "bridges", "common", "common/pairs", "fragmentation"):
        for district in (HOUSE, "00002", "00009", "Kreis Ahornau"):
            asked = urlencode({"district": district, "least": 2, "all": "true", "circle": "similar"})
            yield Asked(f"/api/v1/{name}?{asked}", accept="application/json")
    for theme in ("", "Geheimthema", "Start-ups"):
        yield Asked(f"/api/v1/fragmentation?{urlencode({'theme': theme})}", accept="application/json")
    things = ("measure/treff", "measure/treff-zwilling", "measure/solar", "strategy/neu", "x")
    for start, end, of in product(things, things, ("lead", "involved")):
        asked = urlencode({"from": start, "to": end, "of": of})
        yield Asked(f"/api/v1/way?{asked}", accept="application/json")
    yield Asked("/api/v1/groups/0123456789ab", accept="application/json")


G = "GRAPH ?g { ?s ?p ?o }"
QUERIES = [
    f"SELECT * {{ {G} }}",
    "SELECT * { ?s ?p ?o }",
    f"SELECT (COUNT(*) AS ?n) {{ {{ ?s ?p ?o }} UNION {{ {G} }} }}",
    f"SELECT ?g (COUNT(*) AS ?n) (SAMPLE(?s) AS ?one) (GROUP_CONCAT(?p) AS ?all) {{ {G} }} GROUP BY ?g",
    "SELECT DISTINCT ?g { GRAPH ?g {} } ORDER BY ?g",  # without, every process has an order of its own
    f"SELECT ?s {{ {G} }} LIMIT 10 OFFSET 100",
    'SELECT ?s { ?s ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), "geheim")) }',
    f"ASK {{ {G} FILTER(?g = <urn:geheim>) }}",
    f"ASK {{ {{ {G} }} UNION {{ ?s ?p ?o }} FILTER(CONTAINS(LCASE(STR(?o)), 'geheim')) }}",
    "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
    f"CONSTRUCT {{ ?g ?p ?o }} {{ {G} }}",
    f"SELECT * FROM <{GRAPH.evidence}> {{ ?s <{ZG.sectionTitle}> ?o }}",
    f"SELECT * FROM NAMED <urn:geheim> {{ {G} }}",
    *(f"SELECT (COUNT(*) AS ?n) FROM <{graph}> {{ ?s ?p ?o }}" for graph in INTERNAL_GRAPHS),
    *(f"ASK {{ GRAPH <{graph}> {{}} }}" for graph in [*INTERNAL_GRAPHS, "urn:geheim", "urn:unbekannt"]),
    "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT ?x WHERE { ?x",
    "SELECT (<urn:geheim>(1) AS ?x) {}",
]
UPDATES = [f"DROP GRAPH <{graph}>" for graph in [*INTERNAL_GRAPHS, "urn:unbekannt"]] + ["kein SPARQL"]


def protocol() -> Iterator[Asked]:
    """SPARQL, the graph store and what they refuse."""
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    for text in QUERIES:
        yield from (Asked(f"/sparql?{urlencode({'query': text})}", accept=a) for a in (*RESULTS, *RDF_TYPES))
        yield Asked(f"/sparql?{urlencode({'query': text})}", "HEAD", accept="*/*")
        yield Asked(f"/sparql?{urlencode({'query': text, 'format': 'html'})}")
        yield Asked(f"/abfragen?{urlencode({'query': text})}")
        yield Asked("/sparql", "POST", "*/*", form, urlencode({"query": text}))
    graphs = [*INTERNAL_GRAPHS, "urn:geheim", "urn:unbekannt", str(GRAPH.accepted), str(GRAPH.evidence)]
    for graph, name in product(graphs, ("default-graph-uri", "named-graph-uri")):
        for text in (QUERIES[0], QUERIES[1], QUERIES[2]):
            yield Asked(f"/sparql?{urlencode({'query': text, name: graph})}", accept="text/csv")
    for text in UPDATES:
        yield Asked("/sparql", "POST", "*/*", form, urlencode({"update": text}))
        yield Asked("/sparql", "POST", "*/*", (("Content-Type", "application/sparql-update"),), text)
    yield from (Asked("/sparql", accept=accept) for accept in ("text/html", *RDF_TYPES, "image/png"))
    turtle = (("Content-Type", "text/turtle"),)
    for graph in [*graphs, str(GRAPH.catalogue), str(GRAPH.judgements), str(GRAPH["source/kreise"])]:
        place = f"/store?{urlencode({'graph': graph})}"
        yield from (Asked(place, accept=accept) for accept in (*RDF_TYPES, "text/html"))
        yield from (Asked(place, method, "*/*", turtle) for method in ("HEAD", "PUT", "POST", "DELETE"))
    yield from (Asked(f"/store{rest}", accept="*/*") for rest in ("", "?default", "?graph=x", "/geheim"))
    # What a cache or another origin could learn.
    for address, method in product(
        ("/", "/sparql", "/store?default", "/api/v1/figures", "/health"), ("OPTIONS", "GET", "TRACE")
    ):
        yield Asked(address, method, "*/*", (("Origin", "https://example.org"),))
    yield Asked("/", headers=(("Accept-Encoding", "gzip"),))
    yield Asked("/", headers=(("Authorization", "Bearer geraten"),))
    yield Asked("/", headers=(("Cookie", "zukunftsgraph=geraten"),))
    yield Asked("/doc/measure/treff-geheim", headers=(("Authorization", "Basic YTpi"),))
    login = urlencode({"name": "erika", "password": "falsch falsch falsch"})
    yield Asked("/anmelden", "POST", "text/html", form, login)
    yield Asked("/health", accept="application/json")


VALUES = {
    "iri": ("measure/treff", "measure/treff-geheim", "dataset/geheim", "dataset/kreise", "body/beirat"),
    "string": ("Treff", "geheim"),
    "integer": ("1",),
    "date": ("2024-01-01",),
    "year": ("2024",),
    "district": (HOUSE, "00009"),
}


def questions(listed: Sequence[dict[str, Any]]) -> Iterator[Asked]:
    """Every question of the catalogue, with parameters that name public and internal things.

    The forms are those of `/sparql`; one each is enough, and a few workbooks.
    """
    for number, question in enumerate(listed):
        for turn in range(2):
            given = {
                p["name"]: VALUES[p["type"]][(turn + place) % len(VALUES[p["type"]])]
                for place, p in enumerate(question["parameters"])
                if not p.get("choices")
            }
            given |= {p["name"]: next(iter(p["choices"])) for p in question["parameters"] if p.get("choices")}
            for format_ in question["formats"][-1:] if number % 10 == 0 else question["formats"][:1]:
                yield Asked(f"/api/v1/queries/{question['name']}?{urlencode(given | {'format': format_})}")
            yield Asked(f"/abfragen?{urlencode({'frage': question['name']} | given)}")
            if not given:
                break


def walked(both: Pair) -> dict[int, int]:
    """Asks everything at both services; how often each status came."""
    identities = sorted(
        {str(finding["id"]) for home in both.homes for finding in Findings(home.internal).of(HOUSE, "all")}
    )
    listed = json.loads(both.same(Asked("/api/v1/queries"))[1])
    requests = [
        *(asked for iri in [*PUBLIC_THINGS, *INTERNAL_THINGS, *UNKNOWN_THINGS] for asked in about(iri)),
        *found(identities),
        *protocol(),
        *questions(listed),
    ]
    counts: dict[int, int] = {}
    for asked in requests:
        status, _ = both.same(asked)
        counts[status] = counts.get(status, 0) + 1
    return counts


# The rule.


def _internal(
    name: str,
    triples: Sequence[Triple],
    visibility: str = "internal",
    status: str = "checked",
    section: str = "",
) -> Dataset:
    return dataset(name, triples, visibility, status, section=section)


KREISE, MEHR = dataset("kreise", COUNTIES), dataset("mehr", RESEMBLING)
MEHR_WITHHELD = dataset("mehr", RESEMBLING, withheld=[*TWINS, *NAMES[:2]])


def _judged(writer: Writer) -> None:
    """Decides every overlap that there is, internally."""
    found = Findings(Home(writer.directory).internal).of(HOUSE, "all")
    assert found
    verdicts = [
        f"<{ID['judgement/geheim']}-{finding['id']}> a <{ZG.Judgement}> ; "
        f"<{ZG.judgementOf}> <{ID['overlap/']}{finding['id']}> ; "
        f"<{ZG.overlapClass}> <{ID['code/overlap-class/duplicate']}> ; "
        f"<{ZG.visibility}> <{ID['code/visibility/body']}> ."
        for finding in found
    ]
    raw(f"GRAPH <{GRAPH.judgements}> {{ {' '.join(verdicts)} }}")(writer)


def _recorded(home: Home, internally: bool) -> None:
    """Judges an overlap in public; between internal judgements of the same body and of another, if asked to."""
    pair = str(ID["measure/gruendertreff"]), str(ID["measure/treff"])
    overlap = overlap_id(*pair)
    draft = Draft(*pair, "overlap", "coordinate", "Runde", "Vorsitz", "Sie kennen sich.", visibility="public")
    secret = replace(draft, kind="duplicate", reason="Geheim.", visibility="internal")
    bank = IdentityDraft(
        str(ID["actor/bank"]), str(ID["actor/hochschule"]), "same", "Geheime Runde", "Vorsitz", "Geheim."
    )
    if internally:
        judge(home, secret, overlap)
        judge_identity(home, bank)
    judge(home, draft, overlap)
    if internally:
        judge(home, replace(secret, body="Geheime Runde", visibility="body"), overlap)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Public material with everything internal that one can think of beside it, and without."""
    folder = tmp_path_factory.mktemp("leaks")
    with_it = _home(
        folder / "with",
        [
            load(_internal("geheim", [*TWINS, *NAMES], section="Geheim")),
            load(MEHR_WITHHELD),
            load(_internal("gremium", [*PLACES, *PEOPLE], "body"), KREISE),
            load(_internal("roh", PAPERS, "public", "rejected", section="Geheim")),
            load(dataset("kurz-offen", PAPERS)),
            load(_internal("kurz-offen", PAPERS)),  # it was public once
            *map(raw, RAW),
            _judged,
        ],
    )
    without = _home(folder / "without", [load(KREISE), load(MEHR)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graph.judgements.now", lambda: "2026-01-01T00:00:00Z")  # both at the same time
        for home in (with_it, without):
            _recorded(home, internally=home is with_it)
    for home, names in ((with_it, ("erika", "otto", "leser")), (without, ("leser",))):
        accounts = Accounts(home.directory / FILE)
        for name in names:
            accounts.add(name, Role.READER, "ein langes Passwort")
        accounts.close()
    with pair(with_it, without) as both:
        yield both


def test_the_internal_material_would_be_seen_if_it_were_let_through(everything: Pair) -> None:
    """Without this, the tests below could not fail: whoever is logged in sees all of it."""
    shown = (("Authorization", f"Bearer {TOKEN}"),)
    for address in (
        "/",
        "/suche?q=geheim",
        f"/api/v1/overlaps?district={HOUSE}",
        "/ueberschneidungen?district=00009",
        "/doc/measure/treff",
        "/doc/measure/treff-geheim",
        "/doc/body/beirat",
        f"/netz?focus={quote(str(ID['body/beirat']))}",
        "/api/v1/figures",
        "/sparql?query=" + quote(QUERIES[2]),
        "/def",
    ):
        asked = Asked(address, headers=shown)
        inside = [asked.at(client) for client in (everything.with_it, everything.without)]
        assert inside[0] != inside[1], address
        assert inside[0][0] == 200, address
        everything.same(Asked(address))
    numbers = [home.internal.number for home in everything.homes]
    assert numbers[0] > numbers[1]


def test_every_address_answers_somebody_anonymous_as_if_nothing_internal_existed(everything: Pair) -> None:
    counts = walked(everything)
    assert counts[200] > 400
    assert counts[404] > 300
    assert {303, 400, 401, 403, 405, 406, 422} <= set(counts)


def test_every_link_leads_to_the_same_page(everything: Pair) -> None:
    public = crawled(everything, ["/", "/api", "/sparql", "/def", "/netz"])
    assert len(public) > 150


@pytest.mark.parametrize("thing", INTERNAL_THINGS)
def test_an_internal_thing_is_as_unknown_as_one_that_never_was(everything: Pair, thing: str) -> None:
    """But for its name, which is in the question."""
    path, never = thing.removeprefix(str(ID)), "measure/zzz"
    for place in ("id", "doc", "data"):
        status, headers, body = Asked(f"/{place}/{path}", accept="text/turtle").at(everything.with_it)
        other = Asked(f"/{place}/{never}", accept="text/turtle").at(everything.with_it)
        assert (status, other[0]) == (404, 404)
        assert dict(headers)["content-type"] == dict(other[1])["content-type"]
        assert body == other[2].replace(never.encode(), path.encode()) or b"near" in body


def test_a_public_judgement_tells_nothing_of_internal_ones(everything: Pair) -> None:
    _, said = everything.same(Asked("/api/v1/judgements", accept="application/json"))
    [standing] = json.loads(said)
    [judgement] = standing["judgements"]
    assert (judgement["class"], judgement["replaces"], standing["status"]) == ("overlap", "", "decided")
    overlap, identity = standing["overlap"], judgement["id"]
    for address in (
        f"/api/v1/judgements/{identity}",
        f"/api/v1/judgements?overlap={overlap}",
        f"/api/v1/queries/history-of-an-overlap?overlap=overlap/{overlap}",
        f"/ueberschneidungen/{overlap}",
        f"/api/v1/overlaps/{overlap}",
    ):
        status, _ = everything.same(Asked(address))
        assert status == 200, address
    inside = (("Authorization", f"Bearer {TOKEN}"),)
    told = Asked("/api/v1/judgements", headers=inside).at(everything.with_it)
    assert [s["status"] for s in json.loads(told[2]) if s["overlap"] == overlap] == ["contradictory"]


def test_what_somebody_logged_in_saw_is_kept_for_nobody_else(everything: Pair) -> None:
    addresses = [
        "/",
        "/suche?q=geheim",
        "/netz",
        "/ueberschneidungen?district=00001",
        "/doc/measure/treff",
        "/sparql?query=" + quote(QUERIES[2]),
    ]
    before = [everything.same(Asked(address)) for address in addresses]
    for address in addresses:
        inside = Asked(address, headers=(("Authorization", f"Bearer {TOKEN}"),)).at(everything.with_it)
        assert dict(inside[1])["cache-control"] == "private, no-store"
        assert "authorization" in dict(inside[1])["vary"].lower()
        assert "cookie" in dict(inside[1])["vary"].lower()
    assert [everything.same(Asked(address)) for address in addresses] == before


def test_only_internal_material_is_as_good_as_none(tmp_path: Path) -> None:
    empty = _home(tmp_path / "without", [lambda writer: writer.publish(even_empty=True)])
    with_it = _home(tmp_path / "with", [load(_internal("geheim", [*COUNTIES, *TWINS])), raw(RAW[0])])
    with pair(with_it, empty) as both:
        crawled(both, ["/", "/api", "/sparql", "/def", "/netz", "/health"])
        for asked in (*found(["0" * 16]), *protocol(), *about(INTERNAL_THINGS[0])):
            both.same(asked)


# Whatever comes in whatever order.

triples = st.lists(st.sampled_from([t for part in PARTS for t in part]), min_size=1, max_size=12, unique=True)


@st.composite
def internal_steps(draw: st.DrawFn) -> Step:
    """Something that nobody may see."""
    if draw(st.booleans()):
        return raw(draw(st.sampled_from(RAW)))
    visibility, status = draw(
        st.sampled_from([("internal", "checked"), ("body", "accepted"), ("public", "rejected")])
    )
    name = draw(st.sampled_from(["geheim", "gremium", "roh"]))
    said = draw(st.one_of(st.sampled_from(PARTS), triples))
    return load(_internal(name, said, visibility, status, section=draw(st.sampled_from(["", "Geheim"]))))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with the counties. Without ontology and themes, which are most of a small edition."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivation, "vocabulary", dict)
        yield _home(tmp_path_factory.mktemp("begun") / "data", [load(KREISE)]).directory


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # making an example smaller takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    before=st.lists(internal_steps(), max_size=3),
    between=st.lists(internal_steps(), max_size=3),
    after=st.lists(internal_steps(), min_size=1, max_size=3),
    withheld=st.booleans(),
)
def test_internal_steps_between_public_ones_change_no_answer(
    begun: Path, before: list[Step], between: list[Step], after: list[Step], withheld: bool
) -> None:
    more = dataset("mehr", RESEMBLING[6:])
    with tempfile.TemporaryDirectory() as folder:
        homes = []
        for name, steps in (
            ("with", [*before, load(MEHR_WITHHELD if withheld else MEHR), *between, load(more), *after]),
            ("without", [load(MEHR), load(more)]),
        ):
            shutil.copytree(begun, Path(folder) / name)
            homes.append(_home(Path(folder) / name, steps))
        with pair(*homes) as both:
            identities = [f["id"] for home in homes for f in Findings(home.internal).of(HOUSE, "all")]
            for asked in (
                *found(identities),
                *(asked for iri in INTERNAL_THINGS[:3] + PUBLIC_THINGS[:4] for asked in about(iri)),
                *(Asked(f"/sparql?{urlencode({'query': text})}", accept="*/*") for text in QUERIES),
                *map(Asked, ("/health", "/netz", "/")),
            ):
                both.same(asked)


# States that come back.


def _changing(home: Home, monkeypatch: pytest.MonkeyPatch, step: Step) -> None:
    """Lets a change come in between: just before a reader opens the store for the first time."""
    read, waiting = home.public.read, [step]

    def late() -> object:
        while waiting:
            with home.writing("test") as writer:
                waiting.pop()(writer)
        return read()

    monkeypatch.setattr(home.public, "read", late)


def test_pages_of_a_state_that_comes_back_do_not_show_what_was_public_in_between(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(begun, tmp_path / "data")
    home = Home(tmp_path / "data")
    state = home.public.fingerprint
    _changing(home, monkeypatch, load(MEHR))
    shown = Shown(home.public.read, lambda: home.public.fingerprint, lambda *_: [], lambda _: None)
    shown.reading()
    _home(home.directory, [load(dataset("mehr", RESEMBLING, "internal"))])
    assert home.public.fingerprint == state
    assert search(shown.reading().store, shown.reading().words, "Gründerinnen") == []


def test_findings_of_a_state_that_comes_back_do_not_show_what_was_public_in_between(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(begun, tmp_path / "data")
    home = Home(tmp_path / "data")
    state, before = home.public.fingerprint, Findings(Home(begun).public).of(HOUSE, "all")
    _changing(home, monkeypatch, load(MEHR))
    kept = Findings(home.public)
    assert kept.of(HOUSE, "all") != before
    _home(home.directory, [load(dataset("mehr", RESEMBLING, "internal"))])
    assert home.public.fingerprint == state
    assert kept.of(HOUSE, "all") == before
    kept_in_file = Findings(Home(home.directory).public).of(HOUSE, "all")
    assert json.dumps(kept_in_file) == json.dumps(before)


# The command line.


@pytest.mark.parametrize("format_", ["nquads", "trig", "turtle", "jsonld", "rdfxml"])
def test_an_export_holds_what_is_public(everything: Pair, format_: str, tmp_path: Path) -> None:
    files = []
    for home, name in zip(everything.homes, ("with", "without"), strict=True):
        files.append(tmp_path / name)
        made = CliRunner().invoke(
            main,
            ["export", "--format", format_, "--out", str(files[-1]), "--data-dir", str(home.directory)],
        )
        assert made.exit_code == 0, made.output
        assert made.stderr.replace(str(files[-1]), "") == ": " + made.stderr.partition(": ")[2]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"Treff" in files[0].read_bytes()


LOCAL = [
    ["query", "measures-of-a-district", "-p", f"district={HOUSE}", "--json"],
    ["overlaps", "--district", HOUSE, "--json"],
    ["board", "--district", HOUSE, "--json"],
    ["check", "Treff für Start-ups", "--json"],
    ["similar", "--district", HOUSE, "--json"],
    ["groups", "--least", "2", "--json"],
    ["bridges", "--json"],
    ["common", "--json"],
    ["fragmentation", "--all", "--json"],
    ["network", "--out", "netz.json"],
    ["network", "--out", "netz.html", "--focus", "body/beirat"],
    ["network", "--out", "netz.graphml"],
]


@pytest.mark.parametrize("command", LOCAL, ids=" ".join)
def test_the_command_line_leaves_out_what_is_internal_if_asked_to(
    everything: Pair, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may read the files reads everything, unless he says `--public`."""
    monkeypatch.chdir(tmp_path)

    def said(home: Home, *more: str) -> tuple[str, bytes]:
        made = CliRunner().invoke(main, [*command, *more, "--data-dir", str(home.directory)])
        assert made.exit_code == 0, made.output
        file = tmp_path / next((part for part in command if part.startswith("netz.")), "none")
        return made.output, file.read_bytes() if file.exists() else b""

    with_it, without = everything.homes
    assert said(with_it, "--public") == said(without, "--public")
    assert said(with_it) != said(without)
