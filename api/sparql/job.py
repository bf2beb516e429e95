"""What is asked of the processes behind `/sparql`, and what they may spend on it.

Standard library only: this module is part of processes that have to start in milliseconds.
"""

from dataclasses import dataclass
from typing import Literal

PREFIXES = {
    "zg": "https://w3id.org/zukunftsgraph/def#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "m8g": "http://data.europa.eu/m8g/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The prefixes in which Turtle, TriG and RDF/XML are written."""

JSON_RESULTS = "application/sparql-results+json"
TURTLE = "text/turtle"


@dataclass(frozen=True)
class Job:
    """A query (`text`), or a graph to be read as a whole (`graph`, "" is the default graph).

    `default_graphs` and `named_graphs` replace the dataset that the text names; where only one of the two is given,
    the other is empty, and "" among the default graphs stands for the store's own. Which of the three media types
    is used depends on the kind of answer; None says that the client takes none of that kind.
    """

    text: str = ""
    graph: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base: str = ""
    solutions: str | None = JSON_RESULTS
    boolean: str | None = JSON_RESULTS
    triples: str | None = TURTLE
    head_only: bool = False
    """Status and content type are asked for, no body."""


@dataclass(frozen=True)
class Write:
    """A raw change of the internal edition: an update, or a graph put, added to or deleted (None: the default graph).

    The triples are `data` in `media_type`, or several such `parts`; relative IRIs in them are resolved against `base`.
    """

    operation: Literal["update", "put", "add", "delete"]
    text: str = ""
    graph: str | None = None
    data: bytes = b""
    media_type: str = ""
    base: str = ""
    actor: str = "lokal"
    command: str = "sparql"
    parts: tuple[tuple[bytes, str], ...] = ()


@dataclass(frozen=True)
class Limits:
    """What foreign queries may spend; times in seconds, `…_mb` in megabytes."""

    seconds: float = 30
    """Time to compute of a query on the public edition."""
    internal_seconds: float = 120
    write_seconds: float = 300
    memory_mb: int = 256
    """Of one query, beyond the edition itself."""
    memory_total_mb: int = 500
    """Of all queries together."""
    answer_mb: int = 500
    held_back_seconds: float = 2
    held_back_bytes: int = 1_000_000
    """So much of an answer is kept until it is sent, so that a limit met meanwhile is a clean refusal."""

    workers: int = 2
    """Processes that stand ready for queries never seen before; one more is kept for those known to be quick."""
    quantum: float = 0.1
    """A query that takes longer is slow: it goes on at low priority, and another process takes the fast lane."""
    impatient_quantum: float = 0.025
    """The same while others wait."""
    slow_places: int = 2
    """So many slow queries compute at once; more would only take the processors' memory from the quick ones."""
    frozen_places: int = 5
    """So many slow ones that have begun may be stopped to wait for a place."""
    internal_places: int = 4
    """So many queries on the internal edition compute at once."""
    processes: int = 12
    """All processes for the public edition: beyond that, readers who do not read are dropped first."""
    waiting_fast: int = 400
    waiting_slow: int = 16
    """How many may wait before they have begun."""
    patience: float = 10
    """So long a query waits for a place, and a process for a client that does not read."""
    refusal_pause: float = 1
    """Refusals are held back so long, so that a client that asks in a loop does not keep the service busy."""
    forget: float = 60
    """So long a query that met a limit is refused unasked, as long as the edition stays the same."""
