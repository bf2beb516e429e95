"""What an edition holds, as it follows from what is asserted: a pure function, the same for both editions.

Asserted are the graphs of the sources, their evidence, the catalogue and the judgements. From them follow the
accepted statements in the default graph and what the rules infer; ontology and themes come with the program.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache

import pyoxigraph as ox
from rdflib.namespace import RDF

from graph.dataset import Dataset, skolemised, source_graph
from graph.evidence import needed
from graph.inference import our_rules
from graph.store import Quad, blank, canonical, quads_of
from ontology import codes, ontology, themes
from ontology.namespaces import GRAPH, ID, ZG
from ontology.rules import materialise

SOURCE = f"{GRAPH}source/"
EVIDENCE, CATALOGUE, JUDGEMENTS = str(GRAPH.evidence), str(GRAPH.catalogue), str(GRAPH.judgements)
INFERRED, ONTOLOGY, THEMES = str(GRAPH.inferred), str(GRAPH.ontology), str(GRAPH.themes)
DERIVED = {"", INFERRED, ONTOLOGY, THEMES}
"""Graphs that are made anew each time; whatever else somebody wrote there is gone afterwards."""
GENID = "https://w3id.org/zukunftsgraph/.well-known/genid/"

TYPE, DATASET = ox.NamedNode(str(RDF.type)), ox.NamedNode(str(ZG.Dataset))
REVIEW_STATUS, REJECTED = (
    ox.NamedNode(str(ZG.reviewStatus)),
    ox.NamedNode(str(ID["code/review-status/rejected"])),
)
IN_DATASET = ox.NamedNode(str(ZG.inDataset))

State = dict[str, set[Quad]]
"""Graph IRI → quads; the default graph stands under the empty string."""


def state_of(quads: Iterable[Quad]) -> State:
    """Quads by their graph."""
    state: State = {}
    for quad in quads:
        state.setdefault(_graph_name(quad), set()).add(quad)
    return state


def union(*states: State) -> State:
    """What any of several states holds."""
    whole: State = {}
    for state in states:
        for name, quads in state.items():
            whole.setdefault(name, set()).update(quads)
    return whole


def common(one: State, other: State) -> State:
    """What both of two states hold."""
    return {name: quads & other[name] for name, quads in one.items() if name in other}


def difference(before: State, after: State) -> tuple[set[Quad], set[Quad]]:
    """What has to be added and removed to get from one state to the other."""
    pairs = [(before.get(name, set()), after.get(name, set())) for name in {*before, *after}]
    return set().union(*(new - old for old, new in pairs)), set().union(*(old - new for old, new in pairs))


def is_asserted(graph: str) -> bool:
    """Whether a graph holds what somebody asserted."""
    return graph.startswith(SOURCE) or graph in (EVIDENCE, CATALOGUE, JUDGEMENTS)


def asserted(state: State) -> State:
    """The part of a state that everything else follows from."""
    return {name: quads for name, quads in state.items() if is_asserted(name)}


def parts(dataset: Dataset) -> State:
    """What one dataset asserts, as the store gives it back."""
    return state_of(
        canonical(
            quads_of(skolemised(dataset.statements), str(dataset.graph))
            | quads_of(skolemised(dataset.evidence), EVIDENCE)
            | quads_of(dataset.description, CATALOGUE)
        )
    )


def with_datasets(state: State, datasets: Mapping[str, State]) -> State:
    """The state with datasets (by their IRI) in the place of their older selves, evidence and description included."""
    iris = {ox.NamedNode(iri) for iri in datasets}
    described = {q for q in state.get(CATALOGUE, ()) if q.subject not in iris}
    evidence = state.get(EVIDENCE, set())
    old = {q.subject for q in evidence if q.predicate == IN_DATASET and q.object in iris}
    kept = {q for q in evidence if q.subject not in old}
    for iri, content in datasets.items():
        graph = str(source_graph(iri))
        state = state | {graph: content.get(graph, set())}
        described |= content.get(CATALOGUE, set())
        kept |= content.get(EVIDENCE, set())
    return state | {CATALOGUE: described, EVIDENCE: needed(kept)}


def named(state: State) -> State:
    """The state with an address for every blank node that a raw write left in an asserted graph."""
    return {
        name: _named(quads) if is_asserted(name) and blank(quads) else quads for name, quads in state.items()
    }


def derived(state: State, terms: State | None = None) -> State:
    """The whole edition as it follows from what its state asserts; graphs that are nobody's stay as they are.

    `terms` are the ontology and the themes that go with it; those of the program where none are given.
    """
    catalogue = state.get(CATALOGUE, set())
    datasets = {q.subject for q in catalogue if q.predicate == TYPE and q.object == DATASET}
    rejected = {q.subject for q in catalogue if q.predicate == REVIEW_STATUS and q.object == REJECTED}
    admitted = {str(source_graph(iri.value)) for iri in datasets - rejected if isinstance(iri, ox.NamedNode)}
    accepted = {
        (quad.subject, quad.predicate, quad.object) for name in admitted for quad in state.get(name, ())
    }
    follows = materialise(accepted, ox.NamedNode, our_rules(), lambda term: not isinstance(term, ox.Literal))
    inferred = ox.NamedNode(INFERRED)
    return (
        {name: quads for name, quads in state.items() if name not in DERIVED}
        | (vocabulary() if terms is None else terms)
        | {
            "": {ox.Quad(s, p, o) for s, p, o in (*accepted, *follows)},  # type: ignore[arg-type]
            INFERRED: {ox.Quad(s, p, o, inferred) for s, p, o in follows},  # type: ignore[arg-type]
        }
    )


@cache
def vocabulary() -> State:
    """Ontology, code lists and themes, as the store gives them back."""
    terms = quads_of(skolemised(ontology() + codes()), ONTOLOGY)
    return state_of(canonical(terms | quads_of(skolemised(themes()), THEMES)))


def _graph_name(quad: Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def _named(quads: set[Quad]) -> set[Quad]:
    """The quads of one graph with addresses that depend on its content alone (RDFC-1.0)."""
    content = ox.Dataset(quads)
    content.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    mark = hashlib.sha256("\n".join(sorted(map(str, content))).encode()).hexdigest()[:24]
    return {
        ox.Quad(_address(q.subject, mark), q.predicate, _address(q.object, mark), q.graph_name)
        for q in content
    }


def _address(term, mark: str):  # type: ignore[no-untyped-def]
    if isinstance(term, ox.Triple):
        return ox.Triple(_address(term.subject, mark), term.predicate, _address(term.object, mark))
    return ox.NamedNode(f"{GENID}{mark}-{term.value}") if isinstance(term, ox.BlankNode) else term
