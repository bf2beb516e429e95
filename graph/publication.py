"""The publication rule: which asserted statements everybody may see. This is the one place that says so.

A dataset is public if its catalogue entry says so, says nothing else, and it is not rejected. A `zg:Statement` may
carry a visibility of its own: anything but public withholds its triple from the graphs of its datasets, and its
evidence with it. Evidence is published for published triples alone, with the passages reachable from it; of the
catalogue the entries of public datasets; of the judgements those that are marked public and name nothing that is not:
whoever judges publicly what is internal is not heard. In the same way what editors assigned to a thing (its themes,
the mapping of a field) falls with a thing that no public dataset describes any more. Everything else that the public
edition holds is derived anew from these.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox
from rdflib.namespace import PROV, RDF

from graph.dataset import source_graph
from graph.derivation import (
    CATALOGUE,
    DATASET,
    EVIDENCE,
    IN_DATASET,
    JUDGEMENTS,
    REJECTED,
    REVIEW_STATUS,
    SOURCE,
    TYPE,
    State,
    derived,
)
from graph.evidence import Term, by_subject, reached, statements_of
from graph.store import Askable, Quad, QuadStore
from ontology.namespaces import ID, ZG

VISIBILITY, PUBLIC = ox.NamedNode(str(ZG.visibility)), ox.NamedNode(str(ID["code/visibility/public"]))
NAMING = frozenset(
    ox.NamedNode(str(p))
    for p in (
        *(ZG.compares, ZG.identityOf, ZG.judgedBy, ZG.judgementOf, ZG.responsible),
        PROV.specializationOf,
    )
)
"""By these a judgement names what it is about and who made it: a public one may name only what is public."""
JUDGED = str(ID["judgement/"])
METHOD, ASSIGNED = ox.NamedNode(str(ZG.method)), ox.NamedNode(str(ID["code/method/assigned"]))
MAPPED_FIELD = ox.NamedNode(str(ZG.mappedField))
SUBJECT, PREDICATE, OBJECT = (ox.NamedNode(str(p)) for p in (RDF.subject, RDF.predicate, RDF.object))


@dataclass(frozen=True)
class Marks:
    """What people decided about visibility, as far as it decides what is published.

    `datasets` are public, `graphs` are their source graphs, `withheld` are quads that a statement of its own
    withholds, `judgements` are marked public.
    """

    datasets: frozenset[Term]
    graphs: frozenset[str]
    withheld: frozenset[Quad]
    judgements: frozenset[Term]


def marks_of(state: State) -> Marks:
    """The marks of an internal state."""
    return _marks(state.get(CATALOGUE, ()), state.get(EVIDENCE, ()), state.get(JUDGEMENTS, ()))


def marks_in(store: QuadStore) -> Marks:
    """The marks of an internal store, read by index: no scan."""
    hidden = {q.subject for q in store.matching(EVIDENCE, predicate=VISIBILITY) if q.object != PUBLIC}
    return _marks(
        list(store.quads(CATALOGUE)),
        [q for node in hidden if not isinstance(node, ox.Triple) for q in store.matching(EVIDENCE, node)],
        list(store.matching(JUDGEMENTS, predicate=VISIBILITY)),
    )


def published(state: State, marks: Marks, alone: bool = False) -> State:
    """The rule: what may be published of a state of asserted graphs.

    Of a dataset `alone`, without those that describe the things it speaks of, nobody can tell yet whether these are
    public; of the whole it is told.
    """
    shown: State = {name: quads - marks.withheld for name, quads in state.items() if name in marks.graphs}
    about = by_subject(state.get(EVIDENCE, ()))
    if not alone:
        hidden = _assigned_to_hidden(shown, about)
        shown = {name: quads - hidden for name, quads in shown.items()}
    subjects = {q.subject for quads in shown.values() for q in quads} if marks.judgements else set()
    judgements = published_judgements(
        (q for q in state.get(JUDGEMENTS, ()) if q.subject in marks.judgements), subjects.__contains__
    )
    catalogue = {q for q in state.get(CATALOGUE, ()) if q.subject in marks.datasets}
    statements = statements_of(about)
    backed = {node for node in statements if _backs(about[node], shown, marks)}
    evidence = {q for node in reached(about, backed, statements - backed) for q in about[node]}
    parts = shown | {CATALOGUE: catalogue, EVIDENCE: evidence, JUDGEMENTS: judgements}
    return {name: quads for name, quads in parts.items() if quads}


def published_judgements(marked: Iterable[Quad], known: Callable[[Term], bool]) -> set[Quad]:
    """What may be published of judgements marked public; `known` says whether a thing stands in a public source.

    A judgement falls with the overlap it judges, and both with anything they name that is not public. A link to another
    judgement or state that is not public is left out: an earlier, internal judgement leaves no trace.
    """
    about = by_subject(marked)
    while True:
        fallen = {
            node
            for node, quads in about.items()
            if any(
                q.predicate in NAMING
                and isinstance(q.object, ox.NamedNode)
                and not (q.object in about or known(q.object))
                for q in quads
            )
        }
        if not fallen:
            break
        about = {node: quads for node, quads in about.items() if node not in fallen}
    return {
        q
        for quads in about.values()
        for q in quads
        if not (isinstance(q.object, ox.NamedNode) and _is_judgement(q.object)) or q.object in about
    }


def marked_public(judgements: Iterable[Quad]) -> frozenset[Term]:
    """The things in the graph of judgements that are marked public, and nothing else."""
    judged = by_subject(judgements)
    return frozenset(node for node, quads in judged.items() if _values(quads, VISIBILITY) == {PUBLIC})


def publishable(state: State) -> State:
    """What may be published of a whole internal state, where nobody knows whose quad is whose.

    A passage that an internal statement points at, too, may have been described by an internal dataset: what it says
    is left out. Whoever loads the public dataset again publishes its own description of it.
    """
    full = published(state, marks_of(state))
    doubtful = _of_internal_statements(state)
    return full | {EVIDENCE: {q for q in full.get(EVIDENCE, ()) if q.subject not in doubtful}}


def without_remains(state: State, before: State, shown: State, loaded: Iterable[State]) -> State:
    """The state after a load without what an internal dataset once said of passages that only public ones use now.

    What the public edition does not say of such a passage, nor a loaded dataset, came from the internal one; later
    nobody could tell any more whose it was.
    """
    freed = _of_internal_statements(before) - _of_internal_statements(state)
    public = shown.get(EVIDENCE, set())
    said = public.union(*(content.get(EVIDENCE, set()) for content in loaded))
    freed &= {q.subject for q in public}
    return state | {EVIDENCE: {q for q in state.get(EVIDENCE, ()) if q.subject not in freed or q in said}}


def stands_in_source(public: Askable, thing: str) -> bool:
    """Whether a public source says something of a thing (IRI): only such things may a public judgement name.

    What merely follows for a thing that others name does not make it public.
    """
    return public.ask(
        f'ASK {{ GRAPH ?source {{ <{thing}> ?p ?o }} FILTER(STRSTARTS(STR(?source), "{SOURCE}")) }}'
    )


def assigned(state: State) -> State:
    """What editors assigned to things, with its evidence: it comes back with them."""
    about = by_subject(state.get(EVIDENCE, ()))
    nodes = [node for node, quads in about.items() if _is_assigned(quads)]
    found: State = {EVIDENCE: {quad for node in nodes for quad in about[node]}}
    for node in nodes:
        for quad in _quads_said(about[node]):
            if isinstance(quad.graph_name, ox.NamedNode):
                found.setdefault(quad.graph_name.value, set()).add(quad)
    return found


def public_edition(state: State, terms: State | None = None) -> State:
    """The whole public edition of what is published; where nothing is, it is empty."""
    return derived(state, terms) if any(state.values()) else {}


def _marks(catalogue: Iterable[Quad], evidence: Iterable[Quad], judgements: Iterable[Quad]) -> Marks:
    entries = by_subject(catalogue)
    known = {node for node, quads in entries.items() if DATASET in _values(quads, TYPE)}
    public = frozenset(node for node in known if _is_public(entries[node]))
    # Two datasets may be told apart by their type word alone and share a graph: all of them have to be public.
    graphs = frozenset(map(_graph, public)) - frozenset(map(_graph, known - public))
    withheld = set()
    for quads in by_subject(evidence).values():
        if _values(quads, VISIBILITY) <= {PUBLIC}:
            continue
        for dataset in _values(quads, IN_DATASET) or known:
            withheld |= {
                quad
                for s in _values(quads, SUBJECT)
                for p in _values(quads, PREDICATE)
                for o in _values(quads, OBJECT)
                for quad in _said(s, p, o, _graph(dataset))
            }
    return Marks(public, graphs, frozenset(withheld), marked_public(judgements))


def _of_internal_statements(state: State) -> set[Term]:
    """Statements that internal datasets make or that are withheld, and the passages they come to.

    What a public dataset assigns to a hidden thing is not among them: its passages are those of public datasets.
    """
    public = published(state, marks_of(state), alone=True)
    about = by_subject(state.get(EVIDENCE, ()))
    return reached(about, statements_of(about) - {q.subject for q in public.get(EVIDENCE, ())})


def _assigned_to_hidden(shown: State, about: Mapping[Term, list[Quad]]) -> set[Quad]:
    """What editors assigned to things that nothing in these graphs describes, by a class at least."""
    every = [quad for quads in shown.values() for quad in quads]
    described = {quad.subject for quad in every if quad.predicate == TYPE}
    field_of = {quad.subject: quad.object for quad in every if quad.predicate == MAPPED_FIELD}
    said = (quad for quads in about.values() if _is_assigned(quads) for quad in _quads_said(quads))
    return {quad for quad in said if field_of.get(quad.subject, quad.subject) not in described}


def _is_assigned(statement: Iterable[Quad]) -> bool:
    return any(quad.predicate == METHOD and quad.object == ASSIGNED for quad in statement)


def _quads_said(statement: Iterable[Quad]) -> Iterator[Quad]:
    """The quads that a statement is about, one for each of its datasets."""
    quads = list(statement)
    for dataset in _values(quads, IN_DATASET):
        for s in _values(quads, SUBJECT):
            for p in _values(quads, PREDICATE):
                for o in _values(quads, OBJECT):
                    yield from _said(s, p, o, _graph(dataset))


def _is_judgement(thing: ox.NamedNode) -> bool:
    """Whether an address is that of a judgement or of a state that was judged."""
    return thing.value.startswith(JUDGED)


def _is_public(entry: Iterable[Quad]) -> bool:
    return _values(entry, VISIBILITY) == {PUBLIC} and REJECTED not in _values(entry, REVIEW_STATUS)


@cache
def _graph(dataset: Term) -> str:
    return str(source_graph(dataset.value if isinstance(dataset, ox.NamedNode) else str(dataset)))


def _values(quads: Iterable[Quad], predicate: ox.NamedNode) -> set[Term]:
    return {quad.object for quad in quads if quad.predicate == predicate}


def _backs(quads: list[Quad], shown: State, marks: Marks) -> bool:
    """Whether these are the quads of one statement whose triple is published in all of its datasets."""
    said: dict[ox.NamedNode, list[Term]] = {}
    for quad in quads:
        said.setdefault(quad.predicate, []).append(quad.object)
    if any(value != PUBLIC for value in said.get(VISIBILITY, ())):
        return False
    triple = [said.get(part, []) for part in (SUBJECT, PREDICATE, OBJECT)]
    datasets = said.get(IN_DATASET, [])
    if not datasets or any(len(part) != 1 for part in triple) or not marks.datasets.issuperset(datasets):
        return False
    [subject], [predicate], [object_] = triple
    return all(
        any(quad in shown.get(graph, ()) for quad in _said(subject, predicate, object_, graph))
        for graph in map(_graph, datasets)
    )


def _said(subject: Term, predicate: Term, object_: Term, graph: str) -> list[Quad]:
    """The quad that a statement is about; none where a raw write made it speak of what is no quad."""
    if isinstance(subject, ox.Literal) or not isinstance(predicate, ox.NamedNode):
        return []
    return [ox.Quad(subject, predicate, object_, ox.NamedNode(graph))]
