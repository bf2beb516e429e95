"""The media types of SPARQL answers and RDF payloads, and which of them a client gets.

An answer carries the media type that the recommendation of its format registers, also where a client asks for it by a
common name such as `application/json`.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from api.negotiation import best

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
TURTLE, NTRIPLES = "text/turtle", "application/n-triples"
RDFXML, JSONLD = "application/rdf+xml", "application/ld+json"
NQUADS, TRIG = "application/n-quads", "application/trig"

BOOLEAN: Mapping[str, str] = {
    JSON: JSON,
    XML: XML,
    "application/json": JSON,
    "application/xml": XML,
    "text/xml": XML,
}
"""What a client may ask for and what it gets, the favourite first. ASK has no CSV and no TSV."""
SOLUTIONS: Mapping[str, str] = {JSON: JSON, XML: XML, CSV: CSV, TSV: TSV, **BOOLEAN}
TRIPLES: Mapping[str, str] = {
    TURTLE: TURTLE,
    NTRIPLES: NTRIPLES,
    RDFXML: RDFXML,
    JSONLD: JSONLD,
    NQUADS: NQUADS,
    TRIG: TRIG,
    "application/x-turtle": TURTLE,
    "application/json": JSONLD,
    "application/xml": RDFXML,
    "text/xml": RDFXML,
    "text/plain": NTRIPLES,
}
SERIALISED = {
    TURTLE: ox.RdfFormat.TURTLE,
    NTRIPLES: ox.RdfFormat.N_TRIPLES,
    RDFXML: ox.RdfFormat.RDF_XML,
    JSONLD: ox.RdfFormat.JSON_LD,
    NQUADS: ox.RdfFormat.N_QUADS,
    TRIG: ox.RdfFormat.TRIG,
}
"""What RDF is written in, and read from."""
TABLES = {
    JSON: ox.QueryResultsFormat.JSON,
    XML: ox.QueryResultsFormat.XML,
    CSV: ox.QueryResultsFormat.CSV,
    TSV: ox.QueryResultsFormat.TSV,
}
"""What the answers to SELECT and ASK are written in."""
REGISTERED = {
    JSON: "SPARQL_Results_JSON",
    XML: "SPARQL_Results_XML",
    CSV: "SPARQL_Results_CSV",
    TSV: "SPARQL_Results_TSV",
    TURTLE: "Turtle",
    NTRIPLES: "N-Triples",
    RDFXML: "RDF_XML",
    JSONLD: "JSON-LD",
    NQUADS: "N-Quads",
    TRIG: "TriG",
}
"""The names that the W3C gives the formats, under http://www.w3.org/ns/formats/."""
SUFFIXES = {
    "ttl": TURTLE,
    "nt": NTRIPLES,
    "rdf": RDFXML,
    "xml": RDFXML,
    "owl": RDFXML,
    "jsonld": JSONLD,
    "json": JSONLD,
    "nq": NQUADS,
    "trig": TRIG,
}
"""By the name of a file, where no media type is given."""
CHOICES = {
    "json": f"{JSON}, {JSONLD}",
    "xml": f"{XML}, {RDFXML}",
    "csv": CSV,
    "tsv": TSV,
    "ttl": TURTLE,
    "nt": NTRIPLES,
    "rdf": RDFXML,
    "jsonld": JSONLD,
    "nq": NQUADS,
    "trig": TRIG,
}
"""Values of the parameter `format`, for those who cannot set an Accept header, and the header they stand for."""
LONGEST_ACCEPT = 1000
"""Longer headers are weighed each time anew instead of kept."""


class Wanted(NamedTuple):
    """The media type for each kind of answer; None where the client takes none of that kind."""

    solutions: str | None
    boolean: str | None
    triples: str | None


def wanted(accept: str) -> Wanted:
    """What a client with this Accept header gets."""
    return _remembered(accept) if len(accept) <= LONGEST_ACCEPT else _wanted(accept)


def chosen(accept: str, offers: Mapping[str, str]) -> str | None:
    """The media type of an answer that has only one kind; None if the client takes none."""
    found = best(accept, list(offers))
    return offers[found] if found else None


def listed(media_types: Iterable[str]) -> str:
    """The media types for a message, each once."""
    return ", ".join(dict.fromkeys(media_types))


def _wanted(accept: str) -> Wanted:
    return Wanted(chosen(accept, SOLUTIONS), chosen(accept, BOOLEAN), chosen(accept, TRIPLES))


_remembered = lru_cache(maxsize=256)(_wanted)
