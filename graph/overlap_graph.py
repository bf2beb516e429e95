"""Findings as RDF: each a `zg:Overlap` with what it compares, its class, its values and the reason."""

from collections.abc import Iterable, Mapping
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import PROV, RDF, SKOS, XSD

from graph.store import is_iri
from ontology.namespaces import ID, PREFIXES, ZG


def overlap_graph(findings: Iterable[Mapping[str, Any]]) -> Graph:
    """The findings (`Overlap.as_json`) as a graph, with the names of what they compare and their judgements'
    addresses."""
    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    for finding in findings:
        overlap = ID[f"overlap/{finding['id']}"]
        a, b = finding["a"], finding["b"]
        code = str(finding["class"]).replace("_", "-")
        graph.add((overlap, RDF.type, ZG.Overlap))
        graph.add((overlap, ZG.overlapClass, ID[f"code/overlap-class/{code}"]))
        graph.add((overlap, ZG.score, _share(finding["score"])))
        graph.add((overlap, ZG.confidence, _share(finding["confidence"])))
        graph.add((overlap, ZG.reason, Literal(finding["reason"])))
        graph.add((overlap, SKOS.prefLabel, Literal(f"{a['title']} – {b['title']}", lang="de")))
        for side in (a, b):
            if not is_iri(str(side["iri"])):
                continue
            thing = URIRef(side["iri"])
            graph.add((overlap, ZG.compares, thing))
            graph.add((thing, SKOS.prefLabel, Literal(side["title"], lang="de")))
            for source in side["sources"]:
                if is_iri(str(source["iri"])):
                    graph.add((overlap, PROV.wasDerivedFrom, URIRef(source["iri"])))
        for judgement in finding.get("judgements", ()):
            graph.add((URIRef(judgement["iri"]), ZG.judgementOf, overlap))
    return graph


def _share(value: object) -> Literal:
    return Literal(str(value), datatype=XSD.decimal)
