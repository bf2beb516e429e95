"""FOAF, ORG and PROV-O as far as a reasoner can use them, shipped so that no check needs the network."""

from importlib.resources import files

from rdflib import Dataset, Graph
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from ontology.profile import CARDINALITIES, CONNECTIVES, KINDS, RESTRICTIONS
from ontology.turtle import canonical

NAMES = ("foaf", "org", "prov")
"""Files in `vocabularies/`; its README says where they come from."""
AXIOMS = {
    RDF.type,
    RDF.first,
    RDF.rest,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
    RDFS.domain,
    RDFS.range,
    OWL.equivalentClass,
    OWL.equivalentProperty,
    OWL.disjointWith,
    OWL.inverseOf,
    OWL.propertyChainAxiom,
    OWL.onProperty,
    OWL.onClass,
    OWL.members,
    *CARDINALITIES,
    *CONNECTIVES,
    *RESTRICTIONS,
}
"""Predicates of axioms. The rest is labels, comments and authors with addresses: we do not ship it."""


def standards() -> Graph:
    """The axioms of the three vocabularies in one graph."""
    graph = Graph()
    for name in NAMES:
        text = files(__package__).joinpath("vocabularies", f"{name}.ttl").read_text(encoding="utf-8")
        graph.parse(data=text, format="turtle")
    return graph


def axioms_of(nquads: str) -> str:
    """Turtle with the axioms of a vocabulary as npm's `@vocabulary/*` packages deliver it (N-Quads)."""
    dataset = Dataset()
    dataset.parse(data=nquads, format="nquads")
    graph = Graph()
    for subject, predicate, value, _ in dataset.quads():
        if predicate in AXIOMS and not (predicate == RDF.type and _says_nothing(value)):
            graph.add((subject, predicate, value))
    return canonical(graph)


def _says_nothing(kind: Node) -> bool:
    """Types that add nothing for a reasoner: RDFS's words beside OWL's, and annotated axioms."""
    return kind in (RDF.Property, RDFS.Class, OWL.Ontology, OWL.Axiom) or (
        kind not in KINDS and not str(kind).startswith(str(OWL))
    )
