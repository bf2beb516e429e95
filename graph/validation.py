"""Validation: what is wrong with a dataset before anything of it is stored.

The shapes (`ontology/shapes.ttl`) speak German. They see the dataset together with what the store already knows of
the things it refers to; only faults of the dataset's own things count.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import pyshacl
import rdflib.plugins.sparql
from rdflib import Graph, Node, URIRef
from rdflib.namespace import RDF, SH, SKOS

from graph.dataset import Dataset
from graph.errors import Fault, InvalidData
from graph.soundness import unsound
from graph.store import Askable
from ontology import codes, ontology, shapes, themes
from ontology.namespaces import GRAPH, ID, ZG

rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
rdflib.plugins.sparql.SPARQL_DEFAULT_GRAPH_UNION = False
# The shapes' own queries run in rdflib, whose defaults are not SPARQL's: `FROM <iri>` must fetch nothing.

CONTEXT_LIMIT = 5000
"""How many IRIs one look-up of the store names at most."""


def validate(dataset: Dataset, store: Askable | None = None, together: Sequence[Dataset] = ()) -> list[Fault]:
    """The faults of a dataset with file, line, thing and property; none means that it may be stored.

    `store` and the datasets that come `together` with it say what the things are that it refers to.
    """
    data = dataset.statements + dataset.evidence + dataset.description
    context = _known(dataset, data, store) if store is not None else Graph()
    for other in together:
        if other is not dataset:
            context += _named_and_classed(other.statements + other.evidence, data)
    faults = [
        Fault(
            message,
            dataset.file,
            dataset.lines.get(str(node)),
            _short(node),
            _short(URIRef(path)) if path else "",
        )
        for node, path, message in unsound(dataset, context)
    ]
    if faults:  # the shapes are slow on hostile texts, and would say much of it again
        return _sorted(faults)
    own = set(data.subjects())
    _, report, _ = pyshacl.validate(
        data + context, shacl_graph=_shapes(), ont_graph=_background(), advanced=True, inplace=True
    )
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        if focus in own and report.value(result, SH.resultSeverity) == SH.Violation:
            faults.append(_fault(dataset, report, result, focus))
    return _sorted(faults)


def require_valid(datasets: Sequence[Dataset], store: Askable | None = None) -> None:
    """Raises `InvalidData` with every fault of every dataset; does nothing where there is none.

    The datasets may refer to each other: each is seen together with what the others say of the same things.
    """
    faults = [fault for dataset in datasets for fault in validate(dataset, store, datasets)]
    if faults:
        raise InvalidData(faults)


def _sorted(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(set(faults), key=lambda fault: (fault.line or 0, fault.node, fault.path, fault.message))


def merged(datasets: Iterable[Dataset]) -> Dataset:
    """Several datasets as one, for validating them in one pass. Lines are those of the first that has them."""
    statements, evidence, description, lines = Graph(), Graph(), Graph(), dict[str, int]()
    for dataset in datasets:
        statements += dataset.statements
        evidence += dataset.evidence
        description += dataset.description
        lines = dataset.lines | lines
    return Dataset(ID["dataset/alle"], statements, evidence, description, "alle Datensätze", lines)


def _fault(dataset: Dataset, report: Graph, result: Node, focus: Node | None) -> Fault:
    value, path = report.value(result, SH.value), report.value(result, SH.resultPath)
    message = " ".join(str(text) for text in report.objects(result, SH.resultMessage))
    shown = (
        f"{message} Gefunden: „{value}“."
        if value is not None and value != focus and str(value) not in message
        else message
    )
    line = dataset.lines.get(str(focus)) or _line_of_statement(dataset, focus)
    return Fault(shown, dataset.file, line, _short(focus), _short(path))


def _line_of_statement(dataset: Dataset, focus: Node | None) -> int | None:
    """A `zg:Statement` made from an authored file stands where its subject stands."""
    subject = dataset.evidence.value(focus, RDF.subject) if focus is not None else None
    return dataset.lines.get(str(subject)) if subject is not None else None


def _named_and_classed(others: Graph, data: Graph) -> Graph:
    """Classes, and the names of what is not named here, from a dataset that comes together with this one."""
    found = Graph()
    for triple in others.triples((None, RDF.type, None)):
        found.add(triple)
    for subject, _, label in others.triples((None, SKOS.prefLabel, None)):
        if (subject, SKOS.prefLabel, None) not in data:
            found.add((subject, SKOS.prefLabel, label))
    return found


def _known(dataset: Dataset, data: Graph, store: Askable) -> Graph:
    """What other datasets say of the same things: their classes, and the names of those not named here."""
    mentioned = sorted({t for s, _, o in data for t in (s, o) if isinstance(t, URIRef)})
    named = {str(s) for s in data.subjects(SKOS.prefLabel)}
    known = Graph()
    for first in range(0, len(mentioned), CONTEXT_LIMIT):
        things = " ".join(thing.n3() for thing in mentioned[first : first + CONTEXT_LIMIT])
        known += store.construct(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?p {{ {RDF.type.n3()} {SKOS.prefLabel.n3()} }} "
            f"VALUES ?s {{ {things} }} GRAPH ?g {{ ?s ?p ?o }} "
            f"FILTER(?g != {dataset.graph.n3()} && ?g != {GRAPH.inferred.n3()}) }}"
        )
    for subject, _, label in list(known.triples((None, SKOS.prefLabel, None))):
        if str(subject) in named:
            known.remove((subject, SKOS.prefLabel, label))
    return known


def _short(term: Node | None) -> str:
    return "" if term is None else str(term).removeprefix(str(ID)).replace(str(ZG), "zg:")


@cache
def _shapes() -> Graph:
    return shapes()


@cache
def _background() -> Graph:
    return ontology() + codes() + themes()
