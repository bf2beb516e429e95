"""A dataset: what one source says, the evidence of every statement, and the description of the whole."""

from dataclasses import dataclass, field
from urllib.parse import quote

from rdflib import BNode, Graph, URIRef
from rdflib.compare import to_canonical_graph

from ontology.namespaces import GRAPH, ID


@dataclass(frozen=True)
class Section:
    """A heading of a text and the code points it governs; `of` are the things the heading names."""

    title: str
    start: int
    end: int
    of: tuple[URIRef, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """One source as it enters the store.

    `statements` is what the source says, `evidence` the `zg:Statement`s with their passages, `description` the
    triples of the catalogue. `lines` says where a thing stands in the file it was read from (1-based).
    """

    iri: URIRef
    statements: Graph
    evidence: Graph
    description: Graph
    file: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()

    @property
    def slug(self) -> str:
        """The last part of the dataset's IRI, which also names its graph."""
        return slug_of(self.iri)

    @property
    def graph(self) -> URIRef:
        """The named graph that holds what this source says."""
        return source_graph(self.iri)


def slug_of(iri: str) -> str:
    """Everything after the type word of one of our IRIs: `…/id/dataset/x` gives `x`."""
    return str(iri).removeprefix(str(ID)).partition("/")[2] or str(iri).rsplit("/", 1)[-1]


def source_graph(dataset: str) -> URIRef:
    """The named graph of a dataset's statements: by its slug, or for somebody else's dataset by its whole address."""
    ours = str(dataset).startswith(str(ID))
    return GRAPH[f"source/{slug_of(dataset) if ours else quote(str(dataset), safe='')}"]


def skolemised(graph: Graph) -> Graph:
    """The graph with an address for every blank node, the same one for the same content (RDF 1.1, section 3.5).

    So a file loaded twice says nothing twice.
    """
    if not any(isinstance(term, BNode) for triple in graph for term in triple):
        return graph
    canonical: Graph = to_canonical_graph(graph)
    return canonical.skolemize(authority="https://w3id.org", basepath="/zukunftsgraph/.well-known/genid/")
