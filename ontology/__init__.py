"""What may be said: terms, code lists, themes and shapes, each as a graph, and their namespaces."""

from importlib.resources import files

from rdflib import Graph

from ontology.namespaces import CV, GRAPH, ID, OA, PREFIXES, ZG
from ontology.turtle import canonical

__all__ = [
    "CV",
    "GRAPH",
    "ID",
    "OA",
    "PREFIXES",
    "ZG",
    "alignment",
    "canonical",
    "codes",
    "core",
    "ontology",
    "shapes",
    "style",
    "themes",
]


def core() -> Graph:
    """The classes and properties of `zg:` alone."""
    return _parsed("zukunftsgraph.ttl")


def alignment() -> Graph:
    """What our terms are in the words of FOAF, ORG, PROV-O, Dublin Core and others."""
    return _parsed("alignment.ttl")


def ontology() -> Graph:
    """Core and alignment together: what the reasoner and the rules work with."""
    return core() + alignment()


def codes() -> Graph:
    """The code lists: one concept scheme for each closed set of values."""
    return _parsed("codes.ttl")


def themes() -> Graph:
    """The theme scheme that all strategies share."""
    return _parsed("themes.ttl")


def shapes() -> Graph:
    """The SHACL shapes that data have to satisfy, with German messages."""
    return _parsed("shapes.ttl") + _parsed("shapes-terms.ttl")


def style() -> Graph:
    """The SHACL shapes that the terms themselves have to satisfy."""
    return _parsed("style.ttl")


def _parsed(name: str) -> Graph:
    graph = Graph()
    for prefix, space in PREFIXES.items():
        graph.bind(prefix, space)
    source = files(__name__).joinpath(name)
    if source.is_file():
        graph.parse(data=source.read_text(encoding="utf-8"), format="turtle")
    return graph
