"""What `/sparql` says of itself: the service description for machines; people are sent to the workbench.

https://www.w3.org/TR/sparql11-service-description/ The same resource is the `dcat:DataService` of our catalogue.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.accounts import Role
from api.identity import visitor
from api.negotiation import HTML
from api.sparql.formats import JSON, REGISTERED, SERIALISED, TRIPLES, chosen, listed
from api.sparql.http import Parameters, accepted, address
from api.sparql.job import PREFIXES, Job
from graph.errors import NotAcceptable
from queries import names

SD = "http://www.w3.org/ns/sparql-service-description#"
DCAT = PREFIXES["dcat"]
DCTERMS = PREFIXES["dcterms"]
RDF = PREFIXES["rdf"]
NAMED_GRAPHS = Job("SELECT DISTINCT ?g WHERE { GRAPH ?g {} } ORDER BY ?g", solutions=JSON)


async def description(request: Request) -> Response:
    """The description in the form that the client wants. Raises `NotAcceptable`."""
    offers = {**TRIPLES, HTML: HTML}
    wanted = chosen(accepted(request), offers)
    if wanted is None:
        raise NotAcceptable(
            f"Die Beschreibung des Dienstes gibt es als {listed(offers.values())}. Bitte eine Form davon verlangen."
        )
    if wanted == HTML:
        example = Parameters(request.scope["query_string"]).one("beispiel")  # where the library was before
        asked = f"?{urlencode({'frage': example})}" if example in names() else ""
        return RedirectResponse(f"{request.scope.get('root_path', '')}/abfragen{asked}", status_code=303)
    who = visitor(request)
    engine = request.app.state.engine
    answer = await engine.answer(NAMED_GRAPHS, internal=who is not None)
    graphs = _graphs(b"".join([chunk async for chunk in answer.chunks]))
    writes = who is not None and who.may(Role.ADMINISTRATOR)
    triples = described(address(request), graphs, writes)
    prefixes = {name: iri for name, iri in PREFIXES.items() if name in ("dcat", "dcterms")} | {"sd": SD}
    raw = ox.serialize(triples, format=SERIALISED[wanted], prefixes=prefixes)
    return Response(raw, media_type=wanted)


def described(endpoint: str, graphs: Sequence[str], writes: bool) -> Iterator[ox.Triple]:
    """The description of the service at this address, with the named graphs that its visitor sees."""
    here = ox.NamedNode(endpoint)
    # Labels of our own, so that the same description is the same bytes: engines make up new ones each time.
    dataset, default = ox.BlankNode("dataset"), ox.BlankNode("default")
    languages = ["SPARQL11Query", *(["SPARQL11Update"] if writes else [])]

    def say(subject: Any, name: str, value: Any) -> ox.Triple:
        return ox.Triple(
            subject, ox.NamedNode(name), ox.NamedNode(value) if isinstance(value, str) else value
        )

    yield say(here, f"{RDF}type", f"{SD}Service")
    yield say(here, f"{RDF}type", f"{DCAT}DataService")
    yield say(here, f"{DCTERMS}title", ox.Literal("SPARQL-Zugang zum Zukunftsgraphen", language="de"))
    yield say(here, f"{SD}endpoint", here)
    yield say(here, f"{DCAT}endpointURL", here)
    yield say(here, f"{DCAT}endpointDescription", here)
    yield say(here, f"{DCTERMS}conformsTo", "https://www.w3.org/TR/sparql11-protocol/")
    for language in languages:
        yield say(here, f"{SD}supportedLanguage", f"{SD}{language}")
    for name in REGISTERED.values():
        yield say(here, f"{SD}resultFormat", f"http://www.w3.org/ns/formats/{name}")
    if writes:
        yield say(here, f"{SD}feature", f"{SD}EmptyGraphs")
        for form in SERIALISED:
            yield say(here, f"{SD}inputFormat", f"http://www.w3.org/ns/formats/{REGISTERED[form]}")
    yield say(here, f"{SD}defaultEntailmentRegime", "http://www.w3.org/ns/entailment/Simple")
    yield say(here, f"{SD}defaultDataset", dataset)
    yield say(dataset, f"{RDF}type", f"{SD}Dataset")
    yield say(dataset, f"{SD}defaultGraph", default)
    yield say(default, f"{RDF}type", f"{SD}Graph")
    for number, iri in enumerate(graphs, 1):
        entry, graph = ox.BlankNode(f"entry{number}"), ox.BlankNode(f"graph{number}")
        yield say(dataset, f"{SD}namedGraph", entry)
        yield say(entry, f"{RDF}type", f"{SD}NamedGraph")
        yield say(entry, f"{SD}name", iri)
        yield say(entry, f"{SD}graph", graph)
        yield say(graph, f"{RDF}type", f"{SD}Graph")


def _graphs(raw: bytes) -> list[str]:
    return [row["g"]["value"] for row in json.loads(raw)["results"]["bindings"] if row["g"]["type"] == "uri"]
