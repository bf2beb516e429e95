"""The store: an embedded SPARQL engine that holds quads, read by queries and changed all or nothing.

rdflib reads and writes files; queries go to pyoxigraph directly, without a layer in between. The default graph
holds the accepted statements and what follows from them, each once; it is never a union of named graphs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, Node, URIRef

from queries import Askable, Row, Value

__all__ = [
    "Askable",
    "Quad",
    "QuadStore",
    "Row",
    "Store",
    "Value",
    "blank",
    "canonical",
    "from_ox",
    "graph_of",
    "is_iri",
    "quads_of",
    "quads_of_triples",
    "row",
    "to_ox",
]

Quad = ox.Quad
TermOrGraph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph

DEFAULT = ox.DefaultGraph()
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {f"{XSD}integer": int, f"{XSD}decimal": Decimal, f"{XSD}double": float, f"{XSD}float": float}


class QuadStore(Askable, Protocol):
    """What both implementations can: the embedded `Store` and the `RemoteStore` of a server."""

    keeps_views: bool
    """Whether every change leaves a view for readers; without, they read the store itself."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Quad]: ...
    def __contains__(self, quad: object) -> bool: ...
    def graphs(self) -> tuple[str, ...]: ...
    def quads(self, graph: str | None = None) -> Iterator[Quad]: ...
    def matching(
        self,
        graph: str,
        subject: ox.NamedNode | ox.BlankNode | None = None,
        predicate: ox.NamedNode | None = None,
    ) -> Iterator[Quad]: ...
    def holding(self, graph: str, quads: set[Quad]) -> set[Quad]: ...
    def change(self, added: set[Quad], removed: set[Quad]) -> None: ...
    def planned(self, request: str, base: str = "") -> tuple[str, Callable[[], None]]: ...
    def backup(self, directory: Path) -> None: ...


class Store:
    """Quads in memory or on disk, with queries that return plain Python values."""

    keeps_views = True

    def __init__(self, inner: ox.Store) -> None:
        self.inner = inner

    @classmethod
    def in_memory(cls, quads: Iterable[Quad] = ()) -> "Store":
        """A store that lives as long as the process."""
        store = ox.Store()
        store.extend(quads)
        return cls(store)

    @classmethod
    def on_disk(cls, directory: Path) -> "Store":
        """The store in `directory`, created where there is none. Raises OSError while another process writes."""
        return cls(ox.Store(str(directory)))

    @classmethod
    def snapshot(cls, directory: Path) -> "Store":
        """A static, read-only view; made by `backup`, so that reading never meets a writer's lock."""
        return cls(ox.Store.read_only(str(directory)))

    def __len__(self) -> int:
        return len(self.inner)

    def __iter__(self) -> Iterator[Quad]:
        return iter(self.inner)

    def __contains__(self, quad: object) -> bool:
        return quad in self.inner

    def select(self, text: str) -> list[Row]:
        """The rows of a SELECT query: IRIs and strings as `str`, numbers and booleans as such, unbound as None."""
        solutions = self.inner.query(text)
        if not isinstance(solutions, ox.QuerySolutions):
            raise TypeError("select() takes a SELECT query")
        names = [variable.value for variable in solutions.variables]
        return [row(names, solution) for solution in solutions]

    def ask(self, text: str) -> bool:
        """The answer of an ASK query."""
        return bool(self.inner.query(text))

    def construct(self, text: str) -> Graph:
        """The triples of a CONSTRUCT or DESCRIBE query as an rdflib graph."""
        triples = self.inner.query(text)
        if not isinstance(triples, ox.QueryTriples):
            raise TypeError("construct() takes a CONSTRUCT or DESCRIBE query")
        return graph_of(triples)

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """The quads of a named graph, or with None of the default graph."""
        return self.inner.quads_for_pattern(None, None, None, ox.NamedNode(graph) if graph else DEFAULT)

    def graphs(self) -> tuple[str, ...]:
        """The named graphs."""
        return tuple(name.value for name in self.inner.named_graphs() if isinstance(name, ox.NamedNode))

    def matching(
        self,
        graph: str,
        subject: ox.NamedNode | ox.BlankNode | None = None,
        predicate: ox.NamedNode | None = None,
    ) -> Iterator[Quad]:
        """The quads of a named graph with this subject and predicate, found by index."""
        return self.inner.quads_for_pattern(subject, predicate, None, ox.NamedNode(graph))

    def holding(self, graph: str, quads: set[Quad]) -> set[Quad]:
        """Those of the quads, all of one graph, that are here."""
        return {quad for quad in quads if quad in self.inner}

    def planned(self, request: str, base: str = "") -> tuple[str, Callable[[], None]]:
        """What the journal notes of an update request, and how to carry it out."""
        return request, lambda: self.inner.update(request, base_iri=base or None)

    def change(self, added: set[Quad], removed: set[Quad]) -> None:
        """Adds and removes in one transaction: after a crash either all of it holds or nothing.

        An update request is one transaction in this engine, several calls would be several. Blank nodes cannot
        be named in a request: none may be added, and a graph that loses some is written anew.
        """
        if not removed and not blank(added):
            self.inner.extend(added)  # one transaction, too, and many times as fast as a request
            return
        anew = {quad.graph_name for quad in removed if blank([quad])}
        for graph in anew:
            here = set(self.inner.quads_for_pattern(None, None, None, graph))
            added = added | (here - removed)
        if blank(added):
            raise ValueError("blank nodes have no name in an update request: give them an address first")
        requests = [f"CLEAR {_place(graph)}" for graph in anew]
        removed = {quad for quad in removed if quad.graph_name not in anew}
        if removed:
            requests.append(f"DELETE DATA {{ {_data(removed)} }}")
        if added:
            requests.append(f"INSERT DATA {{ {_data(added)} }}")
        self.inner.update(" ;\n".join(requests))

    def backup(self, directory: Path) -> None:
        """A copy by hard links, made in milliseconds, that can be opened read-only."""
        self.inner.flush()
        self.inner.backup(str(directory))


def row(names: Sequence[str], solution: ox.QuerySolution) -> Row:
    """A solution as plain values, the same from every engine."""
    return {name: _value(solution[name]) for name in names}


def graph_of(triples: Iterable[ox.Triple]) -> Graph:
    """An engine's triples as an rdflib graph."""
    graph = Graph()
    for triple in triples:
        graph.add((from_ox(triple.subject), from_ox(triple.predicate), from_ox(triple.object)))
    return graph


def blank(quads: Iterable[Quad]) -> bool:
    """Whether blank nodes are among them."""
    return any(_is_blank(term) for quad in quads for term in (quad.subject, quad.object))


def quads_of(graph: Graph, name: str | None = None) -> set[Quad]:
    """The triples of an rdflib graph as quads of a named graph, or with None of the default graph."""
    target: TermOrGraph = ox.NamedNode(name) if name else DEFAULT
    return {ox.Quad(to_ox(s), to_ox(p), to_ox(o), target) for s, p, o in graph}  # type: ignore[arg-type]


def quads_of_triples(triples: Iterable[tuple[Node, Node, Node]], name: str) -> set[Quad]:
    """Triples of rdflib terms as quads of a named graph."""
    target = ox.NamedNode(name)
    return {ox.Quad(to_ox(s), to_ox(p), to_ox(o), target) for s, p, o in triples}  # type: ignore[arg-type]


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    """The quads as the store gives them back: it canonicalises literals (`01` becomes `1`)."""
    store = ox.Store()
    store.extend(quads)
    return set(store)


def to_ox(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """An rdflib term in the engine's own form."""
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return (
            ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)))
            if term.datatype
            else ox.Literal(str(term))
        )
    raise TypeError(f"not an RDF term: {term!r}")


def is_iri(text: str) -> bool:
    """Whether the engine takes the text as an IRI (RFC 3987); rdflib lets some pass that are none."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def from_ox(term: object) -> Node:
    """An engine's term as rdflib has it."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        plain = term.datatype.value == f"{XSD}string"
        return Literal(term.value) if plain else Literal(term.value, datatype=URIRef(term.datatype.value))
    raise TypeError(f"not a term that rdflib knows: {term!r}")


def _value(term: object) -> Value:
    if isinstance(term, ox.Literal):
        if term.datatype.value == f"{XSD}boolean":
            return term.value in ("true", "1")
        kind = NUMBERS.get(term.datatype.value)
        return kind(term.value) if kind else term.value
    if isinstance(term, ox.NamedNode | ox.BlankNode):
        return term.value
    return None


def _is_blank(term: object) -> bool:
    if isinstance(term, ox.Triple):
        return _is_blank(term.subject) or _is_blank(term.object)
    return isinstance(term, ox.BlankNode)


def _place(graph: TermOrGraph) -> str:
    return f"GRAPH {graph}" if isinstance(graph, ox.NamedNode) else "DEFAULT"


def _data(quads: Iterable[Quad]) -> str:
    """Quads in the syntax of `INSERT DATA`."""
    parts = []
    for quad in quads:
        triple = f"{quad.triple} ."
        named = isinstance(quad.graph_name, ox.NamedNode)
        parts.append(f"GRAPH {quad.graph_name} {{ {triple} }}" if named else triple)
    return "\n".join(parts)
