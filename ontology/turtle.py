"""One spelling for every Turtle file: a difference between two versions is a difference in meaning."""

from functools import partial
from re import compile as pattern

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, XSD
from rdflib.term import Node

from ontology.namespaces import PREFIXES

LOCAL = pattern(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")
"""Local names that need no escape in Turtle (a careful part of PN_LOCAL: no slash, no leading hyphen)."""
BARE = {
    XSD.integer: pattern(r"[+-]?[0-9]+"),
    XSD.decimal: pattern(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.boolean: pattern(r"true|false"),
}
"""Lexical forms that Turtle writes without quotes."""
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
STEP = "    "


def canonical(graph: Graph, prefixes: dict[str, str] | None = None) -> str:
    """Turtle text of a graph: subjects by name (the ontology header first), one predicate a line.

    The same triples give the same text whatever file they came from. Comments are not kept. `prefixes` are
    bound in addition to the project's own; only those in use are written.

    Raises `ValueError` when a blank node is shared or stands in a circle: our files give such nodes an IRI.
    """
    known = {name: str(space) for name, space in PREFIXES.items()} | (prefixes or {})
    return _Writer(graph, known).text()


class _Writer:
    """Turns one graph into text; keeps the prefixes that were used."""

    def __init__(self, graph: Graph, prefixes: dict[str, str]) -> None:
        self.graph = graph
        self.spaces = sorted(
            ((space, name) for name, space in prefixes.items()), key=lambda pair: -len(pair[0])
        )
        self.used: set[str] = set()
        self.open: list[BNode] = []

    def text(self) -> str:
        """The whole document."""
        named = {s for s in self.graph.subjects() if isinstance(s, URIRef)}
        loose = {
            s
            for s in self.graph.subjects()
            if isinstance(s, BNode) and not any(self.graph.triples((None, None, s)))
        }
        self._refuse_shared()
        blocks = [self._subject(s) for s in sorted(named, key=self._order)]
        blocks += sorted(self._subject(s) for s in loose)
        header = "".join(
            f"@prefix {name}: <{space}> .\n"
            for space, name in sorted(self.spaces, key=lambda pair: pair[1])
            if name in self.used
        )
        return "\n".join([header, *blocks])

    def _refuse_shared(self) -> None:
        for node in set(self.graph.objects()):
            if isinstance(node, BNode) and len(list(self.graph.subject_predicates(node))) > 1:
                raise ValueError(
                    f"Ein namenloser Knoten wird mehrfach benutzt: {node!r}. Er braucht eine IRI."
                )

    def _order(self, subject: Node) -> tuple[bool, str]:
        return (subject, RDF.type, OWL.Ontology) not in self.graph, str(subject)

    def _subject(self, subject: Node) -> str:
        head = self.name(subject) if isinstance(subject, URIRef) else "[]"
        return f"{head}\n{self._predicates(subject, STEP)}\n{STEP}.\n"

    def _predicates(self, subject: Node, indent: str) -> str:
        predicates = sorted(set(self.graph.predicates(subject)), key=lambda p: (p != RDF.type, str(p)))
        return " ;\n".join(self._predicate(subject, predicate, indent) for predicate in predicates)

    def _predicate(self, subject: Node, predicate: Node, indent: str) -> str:
        word = "a" if predicate == RDF.type else self.name(predicate)
        objects = sorted(map(partial(self._object, indent=indent), self.graph.objects(subject, predicate)))
        return f"{indent}{word} " + f" ,\n{indent}{STEP}".join(objects)

    def _object(self, node: Node, indent: str) -> str:
        if isinstance(node, Literal):
            return self._literal(node)
        if isinstance(node, URIRef):
            return self.name(node)
        assert isinstance(node, BNode)
        if node in self.open:
            raise ValueError("Ein namenloser Knoten steht in einem Kreis. Er braucht eine IRI.")
        self.open.append(node)
        if (node, RDF.first, None) in self.graph:
            text = self._list(node, indent)
        else:
            inner = self._predicates(node, indent + STEP)
            short = inner.strip() if "\n" not in inner else ""
            text = f"[ {short} ]" if short else f"[\n{inner}\n{indent}]" if inner else "[]"
        self.open.pop()
        return text

    def _list(self, head: Node, indent: str) -> str:
        items = [self._object(item, indent + STEP) for item in self.graph.items(head)]
        if sum(map(len, items)) < 80 and not any("\n" in item for item in items):
            return f"( {' '.join(items)} )"
        lines = "".join(f"\n{indent}{STEP}{item}" for item in items)
        return f"({lines}\n{indent})"

    def _literal(self, literal: Literal) -> str:
        if literal.datatype in BARE and BARE[literal.datatype].fullmatch(str(literal)):
            return str(literal)
        quoted = f'"{str(literal).translate(ESCAPES)}"'
        if "\n" in literal and '"""' not in literal and not literal.endswith('"'):
            backslashed = literal.replace("\\", "\\\\").replace("\r", "\\r")
            quoted = f'"""{backslashed}"""'
        if literal.language:
            return f"{quoted}@{literal.language}"
        if literal.datatype and literal.datatype != XSD.string:
            return f"{quoted}^^{self.name(literal.datatype)}"
        return quoted

    def name(self, term: Node) -> str:
        """The IRI as a prefixed name where that is safe, else in angle brackets."""
        iri = str(term)
        if term == RDF.nil:
            return "()"
        for space, prefix in self.spaces:
            if iri.startswith(space) and LOCAL.fullmatch(iri[len(space) :]):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(space) :]}"
        return f"<{iri}>"
