"""The rules that follow from the ontology, read from its Turtle, and their application to plain triples.

Every axiom of the files becomes one rule of OWL 2 RL (the `cax-`, `prp-` and `scm-` entailments of named
individuals). An axiom for which we have no rule is an error, never a silent gap: what we materialise is
complete, which a test compares with Pellet. Disjointness gives no rule; it is the gate's matter.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from ontology import ontology
from ontology.namespaces import PREFIXES, ZG

T = TypeVar("T")
Pattern = tuple[str, str, str]
"""A triple pattern; a variable starts with a question mark, everything else is an IRI."""
Triple = tuple[T, T, T]

TYPE = str(RDF.type)
LEFT_TO_QUERIES = frozenset({ZG.contributesTo})
"""Their chains are a modelling assumption: a query offers what follows as possible, no rule asserts it."""
WITHOUT_RULE = frozenset(
    {
        OWL.Ontology,
        OWL.Class,
        OWL.ObjectProperty,
        OWL.DatatypeProperty,
        OWL.AnnotationProperty,
        OWL.AllDisjointClasses,
    }
)
"""Types in the ontology from which no fact about an individual follows."""


@dataclass(frozen=True)
class Rule:
    """Where all patterns of `where` hold, `head` holds; `description` says so in German."""

    name: str
    description: str
    where: tuple[Pattern, ...]
    head: Pattern

    @property
    def sparql(self) -> str:
        """The rule as an update; repeated until nothing is new, all rules together give the closure."""
        return f"INSERT {{ {_text(self.head)} }} WHERE {{ {' . '.join(map(_text, self.where))} }}"

    @property
    def construct(self) -> str:
        """The rule as a query that gives what it would insert."""
        return f"CONSTRUCT {{ {_text(self.head)} }} WHERE {{ {' . '.join(map(_text, self.where))} }}"


@dataclass(frozen=True)
class Derivation(Generic[T]):
    """Why a triple holds: the rule, and the triples it was applied to."""

    rule: Rule
    premises: tuple[Triple[T], ...]


def rules(graph: Graph | None = None) -> tuple[Rule, ...]:
    """The rules of an ontology (by default ours with its alignment), sorted by name.

    Raises `ValueError` for an axiom that has consequences for individuals and no rule here.
    """
    return tuple(sorted(_Reading(ontology() if graph is None else graph).rules(), key=lambda rule: rule.name))


def materialise(
    triples: Iterable[Triple[T]],
    iri: Callable[[str], T] = URIRef,  # type: ignore[assignment]
    by: Iterable[Rule] | None = None,
    resource: Callable[[T], bool] = lambda term: not hasattr(term, "datatype"),
) -> dict[Triple[T], Derivation[T]]:
    """What follows from the triples and is not among them, each with one shortest reason.

    Terms may be of any hashable kind: `iri` makes one from an IRI's text, `resource` says whether one may be
    a subject (literals of rdflib and pyoxigraph may not). The same triples give the same reasons in any order.
    """
    return _Closure(rules() if by is None else by, iri, resource).of(triples)


class _Reading:
    """Reads rules from the axioms of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def rules(self) -> Iterator[Rule]:
        """One rule for each axiom."""
        for subject, kind in self.graph.subject_objects(RDF.type):
            yield from self._characteristic(subject, kind)
        for sub, sup in self._pairs(RDFS.subClassOf):
            yield Rule(
                f"subclass-{self._id(sub)}-{self._id(sup)}",
                f"Was {self._label(sub)} ist, ist auch {self._label(sup)}.",
                (("?x", TYPE, str(sub)),),
                ("?x", TYPE, str(sup)),
            )
        for sub, sup in self._pairs(RDFS.subPropertyOf):
            yield Rule(
                f"subproperty-{self._id(sub)}-{self._id(sup)}",
                f"Wo {self._label(sub)} gilt, gilt auch {self._label(sup)}.",
                (("?x", str(sub), "?y"),),
                ("?x", str(sup), "?y"),
            )
        for prop, cls in self._pairs(RDFS.domain):
            yield Rule(
                f"domain-{self._id(prop)}",
                f"Was die Angabe {self._label(prop)} trägt, ist {self._label(cls)}.",
                (("?x", str(prop), "?y"),),
                ("?x", TYPE, str(cls)),
            )
        for prop, cls in self._pairs(RDFS.range):
            if (prop, RDF.type, OWL.ObjectProperty) in self.graph:
                yield Rule(
                    f"range-{self._id(prop)}",
                    f"Was unter {self._label(prop)} genannt ist, ist {self._label(cls)}.",
                    (("?x", str(prop), "?y"),),
                    ("?y", TYPE, str(cls)),
                )
        for prop, head in self.graph.subject_objects(OWL.propertyChainAxiom):
            if prop not in LEFT_TO_QUERIES:
                yield self._chain(prop, list(Collection(self.graph, head)))
        self._refuse_unknown()

    def _characteristic(self, prop: Node, kind: Node) -> Iterator[Rule]:
        if kind == OWL.SymmetricProperty:
            yield Rule(
                f"symmetric-{self._id(prop)}",
                f"{self._label(prop)} gilt in beide Richtungen.",
                (("?x", str(prop), "?y"),),
                ("?y", str(prop), "?x"),
            )
        elif kind == OWL.TransitiveProperty:
            yield Rule(
                f"transitive-{self._id(prop)}",
                f"{self._label(prop)} setzt sich fort: von A zu B und von B zu C, dann auch von A zu C.",
                (("?x", str(prop), "?y"), ("?y", str(prop), "?z")),
                ("?x", str(prop), "?z"),
            )
        elif kind not in WITHOUT_RULE:
            raise ValueError(f"{self._label(prop)}: für {kind} gibt es keine Regel.")

    def _chain(self, prop: Node, links: list[Node]) -> Rule:
        where, names, labels = [], [], []
        for position, link in enumerate(links):
            start, end = f"?x{position}", f"?x{position + 1}"
            if isinstance(link, BNode):
                [link] = self.graph.objects(link, OWL.inverseOf)
                start, end = end, start
                names.append(f"inverse-{self._id(link)}")
                labels.append(f"{self._label(link)} (rückwärts gelesen)")
            else:
                names.append(self._id(link))
                labels.append(self._label(link))
            where.append((start, str(link), end))
        return Rule(
            f"chain-{'-'.join(names)}-{self._id(prop)}",
            f"Aus {' und '.join(labels)} folgt {self._label(prop)}.",
            tuple(where),
            ("?x0", str(prop), f"?x{len(links)}"),
        )

    def _pairs(self, predicate: URIRef) -> Iterator[tuple[Node, Node]]:
        for subject, value in self.graph.subject_objects(predicate):
            if isinstance(subject, BNode) or isinstance(value, BNode):
                raise ValueError(
                    f"{self._label(subject)}: für zusammengesetzte Ausdrücke gibt es keine Regel."
                )
            yield subject, value

    def _refuse_unknown(self) -> None:
        known = {RDF.type, RDF.first, RDF.rest, RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range}
        known |= {
            RDFS.isDefinedBy,
            RDFS.seeAlso,
            RDFS.label,
            RDFS.comment,
            OWL.members,
            OWL.propertyChainAxiom,
        }
        known |= {OWL.inverseOf, OWL.imports, OWL.versionIRI, OWL.versionInfo, OWL.disjointWith}
        for subject, predicate in self.graph.subject_predicates():
            ours = str(predicate).startswith((str(OWL), str(RDFS), str(RDF)))
            if ours and predicate not in known:
                raise ValueError(f"{self._label(subject)}: für {predicate} gibt es keine Regel.")
            if predicate == OWL.inverseOf and not isinstance(subject, BNode):
                raise ValueError(f"{self._label(subject)}: eine Beziehung hat bei uns nur eine Richtung.")

    def _label(self, term: Node) -> str:
        for label in self.graph.objects(term, SKOS.prefLabel):
            if getattr(label, "language", None) == "de":
                return f"„{label}“"
        return f"„{_prefixed(term)}“"

    def _id(self, term: Node) -> str:
        return _prefixed(term).removeprefix("zg:").replace(":", "-")


class _Closure(Generic[T]):
    """Semi-naive evaluation: every new triple meets the rules once, joined with what is known by then."""

    def __init__(self, by: Iterable[Rule], iri: Callable[[str], T], resource: Callable[[T], bool]) -> None:
        self.iri = iri
        self.resource = resource
        self.type = iri(TYPE)
        self.by_class: dict[T, list[tuple[Rule, T]]] = defaultdict(list)
        self.by_property: dict[T, list[tuple[Rule, int]]] = defaultdict(list)
        self.made: dict[str, T] = {}
        by = tuple(by)
        for rule in by:
            if rule.where[0][1] == TYPE:
                self.by_class[self._term(rule.where[0][2])].append((rule, self._term(rule.head[2])))
            else:
                for position, (_, predicate, _) in enumerate(rule.where):
                    self.by_property[self._term(predicate)].append((rule, position))
        self.forward: dict[tuple[T, T], list[T]] = defaultdict(list)
        self.backward: dict[tuple[T, T], list[T]] = defaultdict(list)
        self.joined = {self._term(p) for rule in by if len(rule.where) > 1 for _, p, _ in rule.where}

    def of(self, triples: Iterable[Triple[T]]) -> dict[Triple[T], Derivation[T]]:
        """The closure less its input."""
        known = set(triples)
        queue = deque(sorted(known, key=lambda triple: tuple(map(str, triple))))
        derived: dict[Triple[T], Derivation[T]] = {}
        while queue:
            triple = queue.popleft()
            if triple[1] in self.joined:
                self.forward[triple[1], triple[0]].append(triple[2])
                self.backward[triple[1], triple[2]].append(triple[0])
            for new, rule, premises in self._step(triple):
                if new not in known:
                    known.add(new)
                    derived[new] = Derivation(rule, premises)
                    queue.append(new)
        return derived

    def _step(self, triple: Triple[T]) -> Iterator[tuple[Triple[T], Rule, tuple[Triple[T], ...]]]:
        subject, predicate, value = triple
        if predicate == self.type:
            for rule, superior in self.by_class.get(value, ()):
                yield (subject, predicate, superior), rule, (triple,)
            return
        for rule, position in self.by_property.get(predicate, ()):
            start, _, end = rule.where[position]
            for bound, premises in self._join(rule.where, {position: triple}, {start: subject, end: value}):
                head = self._head(rule.head, bound)
                if self.resource(head[0]):
                    yield head, rule, premises

    def _join(
        self, where: tuple[Pattern, ...], found: dict[int, Triple[T]], bound: dict[str, T]
    ) -> Iterator[tuple[Mapping[str, T], tuple[Triple[T], ...]]]:
        if len(found) == len(where):
            yield bound, tuple(found[position] for position in range(len(where)))
            return
        position = next(
            p for p, (a, _, b) in enumerate(where) if p not in found and (a in bound or b in bound)
        )
        start, name, end = where[position]
        predicate = self._term(name)
        if start in bound:
            pairs = [(bound[start], value) for value in self.forward.get((predicate, bound[start]), ())]
            pairs = [pair for pair in pairs if end not in bound or bound[end] == pair[1]]
        else:
            pairs = [(subject, bound[end]) for subject in self.backward.get((predicate, bound[end]), ())]
        for subject, value in pairs:
            step = {position: (subject, predicate, value)}
            yield from self._join(where, found | step, bound | {start: subject, end: value})

    def _head(self, head: Pattern, bound: Mapping[str, T]) -> Triple[T]:
        subject, predicate, value = (bound[part] if part[0] == "?" else self._term(part) for part in head)
        return subject, predicate, value

    def _term(self, iri: str) -> T:
        if iri not in self.made:
            self.made[iri] = self.iri(iri)
        return self.made[iri]


def _text(pattern: Pattern) -> str:
    return " ".join(part if part[0] == "?" else f"<{part}>" for part in pattern)


def _prefixed(term: Node) -> str:
    for prefix, space in PREFIXES.items():
        if str(term).startswith(space):
            return f"{prefix}:{str(term)[len(space) :]}"
    return str(term).rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
