"""Datasets of a few statements, made by hand or by hypothesis, for the tests of the two editions."""

from collections.abc import Iterable

from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

from graph.dataset import Dataset, Section
from graph.evidence import Passage, describe_passage, describe_statement
from ontology.namespaces import ID, ZG

Triple = tuple[URIRef, URIRef, Node]

PROBE, CHAMBER = ID["project/probe"], ID["actor/kammer"]
LEADS: Triple = (PROBE, ZG.ledBy, CHAMBER)
"""From it follows that the chamber is involved."""
NAMED: Triple = (PROBE, SKOS.prefLabel, Literal("Probe", lang="de"))
IS_PROJECT: Triple = (PROBE, RDF.type, ZG.Project)


def dataset(
    name: str,
    triples: Iterable[Triple],
    visibility: str = "public",
    status: str = "unchecked",
    withheld: Iterable[Triple] = (),
    section: str = "",
) -> Dataset:
    """A dataset whose statements all rest on passages of one document, which other datasets share."""
    iri, document = ID[f"dataset/{name}"], ID["document/vorlage"]
    statements, evidence, description = Graph(), Graph(), Graph()
    sections = (Section(section, 0, 1000),) if section else ()
    kept_back = dict.fromkeys(withheld, ID["code/visibility/internal"])
    for triple in {*triples, *kept_back}:
        statements.add(triple)
        start = 10 * (len(str(triple[2])) % 5)
        passage = describe_passage(evidence, Passage(document, start, start + 7), sections)
        method = ID["code/method/asserted"]
        describe_statement(evidence, triple, iri, [passage], method, visibility=kept_back.get(triple))
    description.add((iri, RDF.type, ZG.Dataset))
    description.add((iri, DCTERMS.title, Literal(name, lang="de")))
    description.add((iri, ZG.reviewStatus, ID[f"code/review-status/{status}"]))
    description.add((iri, ZG.visibility, ID[f"code/visibility/{visibility}"]))
    return Dataset(iri, statements, evidence, description)
