"""The namespaces every other module speaks: our terms, our things, our graphs, and the standards we rest on."""

from rdflib import Namespace
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SKOS, XSD

ZG = Namespace("https://w3id.org/zukunftsgraph/def#")
"""Terms of the ontology."""
ID = Namespace("https://w3id.org/zukunftsgraph/id/")
"""Shared things: districts, themes, code lists, shipped datasets, the same in every instance."""
GRAPH = Namespace("https://w3id.org/zukunftsgraph/graph/")
"""Named graphs of the store."""
OA = Namespace("http://www.w3.org/ns/oa#")
CV = Namespace("http://data.europa.eu/m8g/")

PREFIXES: dict[str, Namespace] = {
    "zg": ZG,
    "id": ID,
    "graph": GRAPH,
    "oa": OA,
    "cv": CV,
    "rdf": Namespace(str(RDF)),
    "rdfs": Namespace(str(RDFS)),
    "owl": Namespace(str(OWL)),
    "xsd": Namespace(str(XSD)),
    "skos": Namespace(str(SKOS)),
    "dcterms": Namespace(str(DCTERMS)),
    "dcat": Namespace(str(DCAT)),
    "foaf": Namespace(str(FOAF)),
    "org": Namespace(str(ORG)),
    "prov": Namespace(str(PROV)),
}
"""Prefixes bound wherever we write Turtle or SPARQL."""
