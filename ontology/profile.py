"""Does an ontology stay within OWL 2 DL and OWL 2 RL? A structural check that names every offending axiom.

It follows "OWL 2 Structural Specification" (sections 5.8.1, 5.8.2, 11.1, 11.2) and "OWL 2 Profiles"
(section 4.2) for the constructs that a strategy ontology can need. What it does not know, it refuses:
anonymous individuals, keys and negative assertions are not read and count as an offence.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from ontology.namespaces import PREFIXES

N = TypeVar("N", bound=Hashable)
DL, RL = "OWL 2 DL", "OWL 2 RL"
KINDS = {
    OWL.Class: "Klasse",
    OWL.ObjectProperty: "Beziehung (ObjectProperty)",
    OWL.DatatypeProperty: "Wertangabe (DatatypeProperty)",
    OWL.AnnotationProperty: "Anmerkung (AnnotationProperty)",
    RDFS.Datatype: "Datentyp",
    OWL.NamedIndividual: "Einzelding",
}
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
CHARACTERISTICS = {
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.TransitiveProperty,
    OWL.SymmetricProperty,
    OWL.AsymmetricProperty,
    OWL.ReflexiveProperty,
    OWL.IrreflexiveProperty,
}
FOR_SIMPLE_ONLY = {
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.AsymmetricProperty,
    OWL.IrreflexiveProperty,
}
"""Characteristics that a transitive property, or one above a chain, may not have."""
COMPOSITE = "ist transitiv oder folgt aus einer Kette und darf"
CARDINALITIES = {
    OWL.cardinality,
    OWL.minCardinality,
    OWL.maxCardinality,
    OWL.qualifiedCardinality,
    OWL.minQualifiedCardinality,
    OWL.maxQualifiedCardinality,
}
RESTRICTIONS = CARDINALITIES | {OWL.someValuesFrom, OWL.allValuesFrom, OWL.hasValue, OWL.hasSelf}
CONNECTIVES = {OWL.unionOf, OWL.intersectionOf, OWL.complementOf, OWL.oneOf}
ANNOTATIONS = {
    RDFS.label,
    RDFS.comment,
    RDFS.seeAlso,
    RDFS.isDefinedBy,
    OWL.versionInfo,
    OWL.deprecated,
    OWL.priorVersion,
    OWL.backwardCompatibleWith,
    OWL.incompatibleWith,
}
HEADER = {OWL.imports, OWL.versionIRI}
# fmt: off
RL_DATATYPES = {RDF.PlainLiteral, RDF.XMLLiteral, RDFS.Literal} | {
    XSD[name]
    for name in (
        "decimal", "integer", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger",
        "negativeInteger", "long", "int", "short", "byte", "unsignedLong", "unsignedInt",
        "unsignedShort", "unsignedByte", "float", "double", "string", "normalizedString", "token",
        "language", "Name", "NCName", "NMTOKEN", "boolean", "hexBinary", "base64Binary", "anyURI",
        "dateTime", "dateTimeStamp",
    )
}
# fmt: on
DL_DATATYPES = RL_DATATYPES | {OWL.real, OWL.rational}
RESERVED = tuple(map(str, (RDF, RDFS, OWL, XSD)))
BUILT_IN = {OWL.Thing, OWL.Nothing} | {
    OWL[f"{end}{kind}Property"] for end in ("top", "bottom") for kind in ("Object", "Data")
}
SUB_IN_RL = {OWL.unionOf, OWL.intersectionOf, OWL.oneOf, OWL.someValuesFrom, OWL.hasValue}
SUPER_IN_RL = {OWL.intersectionOf, OWL.complementOf, OWL.allValuesFrom, OWL.hasValue}
SUPER_IN_RL |= {OWL.maxCardinality, OWL.maxQualifiedCardinality}
EQUIVALENT_IN_RL = {OWL.intersectionOf, OWL.hasValue}


@dataclass(frozen=True)
class Offence:
    """An axiom that leaves a profile: which profile, which axiom, and why, in German."""

    profile: str
    axiom: str
    message: str


def offences(graph: Graph) -> tuple[Offence, ...]:
    """Everything in the graph that leaves OWL 2 DL or OWL 2 RL, sorted; nothing where it conforms to both."""
    return tuple(
        sorted(_Check(graph).run(), key=lambda offence: (offence.profile, offence.axiom, offence.message))
    )


def fitted(graph: Graph) -> tuple[Graph, tuple[Offence, ...]]:
    """The part of a foreign vocabulary that is OWL 2 DL, and what was left out with the reason for it.

    Only single axioms are left out, and annotation declarations of what is a relation as well; whether the
    rest keeps the global restrictions of OWL 2 DL is for `offences` to say.
    """
    kept = Graph() + graph
    left_out = set()
    for subject in set(kept.subjects(RDF.type, OWL.AnnotationProperty)):
        if (subject, RDF.type, OWL.ObjectProperty) in kept or (
            subject,
            RDF.type,
            OWL.DatatypeProperty,
        ) in kept:
            kept.remove((subject, RDF.type, OWL.AnnotationProperty))
    check = _Check(kept)
    for triple in list(kept):
        found = [offence for offence in check.triple(*triple) if offence.profile == DL]
        if found:
            kept.remove(triple)
            left_out.update(found)
    used = set(kept.objects())
    while loose := {
        s for s in kept.subjects() if isinstance(s, BNode) and s not in used and s in check.inner
    }:
        for node in loose:
            kept.remove((node, None, None))
        used = set(kept.objects())
    return kept, tuple(sorted(left_out, key=lambda offence: offence.axiom))


class _Check:
    """One pass over one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.kinds: dict[Node, set[Node]] = defaultdict(set)
        for subject, kind in graph.subject_objects(RDF.type):
            if kind in KINDS:
                self.kinds[subject].add(kind)
        self.inner = {
            node
            for predicate in (RDF.first, RDF.rest, OWL.onProperty, *RESTRICTIONS, *CONNECTIVES)
            for node in graph.subjects(predicate)
        }
        """Blank nodes that stand for lists and class expressions."""

    def run(self) -> Iterator[Offence]:
        """All offences, in no order."""
        yield from self._declarations()
        for triple in self.graph:
            yield from self.triple(*triple)
        yield from self._simplicity()
        yield from self._regularity()

    # Entities

    def _declarations(self) -> Iterator[Offence]:
        for entity, kinds in self.kinds.items():
            as_property = [kind for kind in PROPERTIES if kind in kinds]
            if len(as_property) > 1 or {OWL.Class, RDFS.Datatype} <= kinds:
                names = " und ".join(KINDS[kind] for kind in KINDS if kind in kinds)
                yield Offence(DL, self._name(entity), f"{self._label(entity)} ist zugleich {names}.")
            if str(entity).startswith(RESERVED) and entity not in BUILT_IN | DL_DATATYPES | ANNOTATIONS:
                message = (
                    f"{self._label(entity)} gehört zum Wortschatz von OWL und darf nichts anderes bedeuten."
                )
                yield Offence(DL, self._name(entity), message)

    def triple(self, subject: Node, predicate: Node, value: Node) -> Iterator[Offence]:
        """What is wrong with one triple."""
        axiom = f"{self._name(subject)} {self._name(predicate)} {self._name(value)}"
        if subject in self.inner:
            if (subject, RDF.first, None) not in self.graph and predicate == OWL.onProperty:
                yield from self._entity(value, {OWL.ObjectProperty, OWL.DatatypeProperty}, axiom)
        elif predicate == RDF.type:
            yield from self._type(subject, value, axiom)
        elif predicate == RDFS.subClassOf:
            yield from self._expression(subject, "sub", axiom)
            yield from self._expression(value, "super", axiom)
        elif predicate == OWL.equivalentClass:
            yield from self._expression(subject, "equivalent", axiom)
            yield from self._expression(value, "equivalent", axiom)
        elif predicate == OWL.disjointWith:
            yield from self._expression(subject, "sub", axiom)
            yield from self._expression(value, "sub", axiom)
        elif predicate in (RDFS.domain, RDFS.range):
            yield from self._domain_or_range(subject, predicate, value, axiom)
        elif predicate in (RDFS.subPropertyOf, OWL.equivalentProperty, OWL.propertyDisjointWith):
            yield from self._same_kind(subject, value, axiom)
        elif predicate == OWL.inverseOf:
            for end in (subject, value):
                if isinstance(end, URIRef):
                    yield from self._entity(end, {OWL.ObjectProperty}, axiom)
        elif predicate == OWL.propertyChainAxiom:
            for link in [subject, *Collection(self.graph, value)]:
                yield from self._entity(self._named(link), {OWL.ObjectProperty}, axiom)
        elif predicate == OWL.members:
            yield from self._members(subject, list(Collection(self.graph, value)), axiom)
        elif predicate in HEADER and (subject, RDF.type, OWL.Ontology) in self.graph:
            return
        elif predicate in ANNOTATIONS or OWL.AnnotationProperty in self.kinds[predicate]:
            if isinstance(subject, BNode):
                yield Offence(DL, axiom, "Eine Anmerkung an einem namenlosen Knoten ist nicht vorgesehen.")
        elif predicate == OWL.disjointUnionOf:
            yield Offence(RL, axiom, "Eine Zerlegung (disjointUnionOf) gibt es in OWL 2 RL nicht.")
        else:
            yield from self._fact(subject, predicate, value, axiom)

    def _type(self, subject: Node, kind: Node, axiom: str) -> Iterator[Offence]:
        if kind in KINDS or kind in (OWL.Ontology, OWL.AllDisjointClasses, OWL.AllDisjointProperties):
            return
        if kind in CHARACTERISTICS:
            allowed = {OWL.ObjectProperty}
            if kind == OWL.FunctionalProperty:
                allowed.add(OWL.DatatypeProperty)
            yield from self._entity(subject, allowed, axiom)
            if kind == OWL.ReflexiveProperty:
                yield Offence(
                    RL, axiom, f"{self._label(subject)}: OWL 2 RL kennt keine rückbezüglichen Beziehungen."
                )
        elif (
            isinstance(kind, URIRef)
            and str(kind).startswith(RESERVED)
            and kind not in (OWL.Thing, OWL.Nothing)
        ):
            yield Offence(DL, axiom, f"{self._name(kind)} ist in OWL 2 DL als Typ nicht erlaubt.")
        elif isinstance(subject, BNode):
            yield Offence(DL, axiom, "Namenlose Einzeldinge sind nicht vorgesehen; bitte eine IRI vergeben.")
        else:
            yield from self._expression(kind, "super", axiom)

    def _domain_or_range(self, prop: Node, predicate: Node, value: Node, axiom: str) -> Iterator[Offence]:
        if predicate == RDFS.range and OWL.DatatypeProperty in self.kinds[prop]:
            yield from self._datatype(value, axiom)
            return
        yield from self._entity(prop, {OWL.ObjectProperty, OWL.DatatypeProperty}, axiom)
        yield from self._expression(value, "super", axiom)

    def _datatype(self, datatype: Node, axiom: str) -> Iterator[Offence]:
        if datatype not in DL_DATATYPES:
            yield Offence(DL, axiom, f"{self._name(datatype)} ist kein Datentyp von OWL 2.")
        elif datatype not in RL_DATATYPES:
            yield Offence(RL, axiom, f"{self._name(datatype)} ist kein Datentyp von OWL 2 RL.")

    def _same_kind(self, subject: Node, value: Node, axiom: str) -> Iterator[Offence]:
        ends = [self._named(subject), self._named(value)]
        for kind in PROPERTIES:
            if all(kind in self.kinds[end] or end in BUILT_IN for end in ends):
                return
        for end in ends:
            yield from self._entity(end, {OWL.ObjectProperty, OWL.DatatypeProperty}, axiom)
        message = f"{self._label(ends[0])} und {self._label(ends[1])} sind nicht von derselben Art."
        yield Offence(DL, axiom, message)

    def _members(self, subject: Node, members: list[Node], axiom: str) -> Iterator[Offence]:
        if len(members) < 2:
            yield Offence(DL, axiom, "Unvereinbarkeit braucht mindestens zwei Glieder.")
        classes = (subject, RDF.type, OWL.AllDisjointClasses) in self.graph
        for member in members:
            if classes:
                yield from self._expression(member, "sub", axiom)
            else:
                yield from self._entity(
                    self._named(member), {OWL.ObjectProperty, OWL.DatatypeProperty}, axiom
                )

    def _fact(self, subject: Node, predicate: Node, value: Node, axiom: str) -> Iterator[Offence]:
        kinds = self.kinds[predicate]
        if not kinds & {OWL.ObjectProperty, OWL.DatatypeProperty}:
            yield Offence(DL, axiom, f"{self._name(predicate)} ist als Eigenschaft nicht erklärt.")
        elif isinstance(subject, BNode) or isinstance(value, BNode):
            yield Offence(DL, axiom, "Namenlose Einzeldinge sind nicht vorgesehen; bitte eine IRI vergeben.")
        elif isinstance(value, Literal):
            if OWL.DatatypeProperty not in kinds:
                yield Offence(
                    DL, axiom, f"{self._label(predicate)} verlangt einen Eintrag, hier steht ein Text."
                )
            yield from self._datatype(
                RDF.PlainLiteral if value.language else value.datatype or XSD.string, axiom
            )
        elif OWL.ObjectProperty not in kinds:
            yield Offence(DL, axiom, f"{self._label(predicate)} verlangt einen Wert, hier steht ein Eintrag.")

    def _entity(self, entity: Node, allowed: set[URIRef], axiom: str) -> Iterator[Offence]:
        if entity in BUILT_IN or self.kinds[entity] & allowed:
            return
        names = " oder ".join(KINDS[kind] for kind in KINDS if kind in allowed)
        yield Offence(DL, axiom, f"{self._label(entity)} ist nicht als {names} erklärt.")

    # Class expressions

    def _expression(self, node: Node, position: str, axiom: str) -> Iterator[Offence]:
        """A class expression in the place of a subclass, a superclass, or one side of an equivalence."""
        if isinstance(node, URIRef):
            yield from self._entity(node, {OWL.Class}, axiom)
            if node == OWL.Thing:
                yield Offence(RL, axiom, "owl:Thing darf in OWL 2 RL an dieser Stelle nicht stehen.")
            return
        if isinstance(node, Literal):
            yield Offence(DL, axiom, "Hier steht ein Text, wo eine Klasse stehen muss.")
            return
        used = [p for p in self.graph.predicates(node) if p in CONNECTIVES | RESTRICTIONS]
        if len(used) != 1:
            yield Offence(DL, axiom, "Der Klassenausdruck ist nicht lesbar.")
            return
        [constructor] = used
        [value] = self.graph.objects(node, constructor)
        allowed = {"sub": SUB_IN_RL, "super": SUPER_IN_RL, "equivalent": EQUIVALENT_IN_RL}[position]
        if constructor not in allowed:
            place = {"sub": "Unterklasse", "super": "Oberklasse", "equivalent": "Gleichsetzung"}[position]
            yield Offence(RL, axiom, f"{self._name(constructor)} darf in OWL 2 RL nicht als {place} stehen.")
        if position == "super" and constructor in CARDINALITIES and str(value) not in ("0", "1"):
            yield Offence(RL, axiom, "In OWL 2 RL sind nur die Höchstzahlen 0 und 1 erlaubt.")
        for part, place in self._parts(constructor, value, node, position):
            yield from self._expression(part, place, axiom)

    def _parts(self, constructor: Node, value: Node, node: Node, position: str) -> Iterator[tuple[Node, str]]:
        data = any(OWL.DatatypeProperty in self.kinds[p] for p in self.graph.objects(node, OWL.onProperty))
        if constructor in (OWL.unionOf, OWL.intersectionOf):
            yield from ((part, position) for part in Collection(self.graph, value))
        elif constructor == OWL.complementOf:
            yield value, "sub"
        elif constructor in (OWL.someValuesFrom, OWL.allValuesFrom) and not data and value != OWL.Thing:
            yield value, position
        elif constructor in CARDINALITIES:
            yield from ((cls, "sub") for cls in self.graph.objects(node, OWL.onClass) if cls != OWL.Thing)

    # Global restrictions on the property hierarchy

    def _simplicity(self) -> Iterator[Offence]:
        composite = {self._named(p) for p in self.graph.subjects(OWL.propertyChainAxiom)}
        composite |= set(self.graph.subjects(RDF.type, OWL.TransitiveProperty))
        above = self._hierarchy()
        not_simple = {self._named_end(upper) for p in composite for upper in _reach((p, False), above)}
        for prop in not_simple:
            for kind in self.graph.objects(prop, RDF.type):
                if kind in FOR_SIMPLE_ONLY:
                    message = f"{self._label(prop)} {COMPOSITE} nicht {self._name(kind)} sein."
                    yield Offence(DL, f"{self._name(prop)} a {self._name(kind)}", message)
            for other in [
                *self.graph.objects(prop, OWL.propertyDisjointWith),
                *self.graph.subjects(OWL.propertyDisjointWith, prop),
            ]:
                message = f"{self._label(prop)} {COMPOSITE} nicht unvereinbar gesetzt werden."
                yield Offence(DL, f"{self._name(prop)} owl:propertyDisjointWith {self._name(other)}", message)
            for restriction in self.graph.subjects(OWL.onProperty, prop):
                for predicate in self.graph.predicates(restriction):
                    if predicate in CARDINALITIES or predicate == OWL.hasSelf:
                        message = f"{self._label(prop)} {COMPOSITE} nicht gezählt werden."
                        yield Offence(DL, f"{self._name(predicate)} auf {self._name(prop)}", message)

    def _regularity(self) -> Iterator[Offence]:
        """The chains must allow an order of the properties in which each chain leads upwards."""
        below: dict[Node, set[Node]] = defaultdict(set)
        for prop, head in self.graph.subject_objects(OWL.propertyChainAxiom):
            links = list(Collection(self.graph, head))
            rest = links[1:] if links[0] == prop else links[:-1] if links[-1] == prop else links
            if links == [prop, prop]:
                continue
            names = " ∘ ".join(self._name(self._named(link)) for link in links)
            axiom = f"{names} ⊑ {self._name(prop)}"
            if len(links) < 2 or any(self._named(link) == prop for link in rest):
                yield Offence(DL, axiom, f"Die Kette zu {self._label(prop)} führt in sich selbst zurück.")
                continue
            for link in rest:
                below[prop].add(self._named(link))
        hierarchy = self._hierarchy()
        for prop in list(below):
            smaller = {p for lower in below[prop] for p in _reach(lower, below)}
            upper = {self._named_end(end) for end in _reach((prop, False), hierarchy)}
            if prop in smaller or upper & smaller:
                message = (
                    f"Die Kette zu {self._label(prop)} führt über andere Eigenschaften in sich selbst zurück."
                )
                yield Offence(DL, f"owl:propertyChainAxiom zu {self._name(prop)}", message)

    def _hierarchy(self) -> dict[tuple[Node, bool], set[tuple[Node, bool]]]:
        """For a property, or its inverse (True), what stands directly above it."""
        above: dict[tuple[Node, bool], set[tuple[Node, bool]]] = defaultdict(set)

        def add(lower: tuple[Node, bool], upper: tuple[Node, bool]) -> None:
            above[lower].add(upper)
            above[lower[0], not lower[1]].add((upper[0], not upper[1]))

        for sub, sup in self.graph.subject_objects(RDFS.subPropertyOf):
            add(self._end(sub), self._end(sup))
        for one, other in self.graph.subject_objects(OWL.equivalentProperty):
            add(self._end(one), self._end(other))
            add(self._end(other), self._end(one))
        for one, other in self.graph.subject_objects(OWL.inverseOf):
            if isinstance(one, URIRef):
                add((one, False), (other, True))
                add((other, False), (one, True))
        for prop in self.graph.subjects(RDF.type, OWL.SymmetricProperty):
            add((prop, False), (prop, True))
        return above

    def _end(self, prop: Node) -> tuple[Node, bool]:
        return self._named(prop), isinstance(prop, BNode)

    def _named_end(self, end: tuple[Node, bool]) -> Node:
        return end[0]

    def _named(self, prop: Node) -> Node:
        """The property itself, or the one whose inverse a blank node stands for."""
        return self.graph.value(prop, OWL.inverseOf) or prop if isinstance(prop, BNode) else prop

    # Words

    def _label(self, term: Node) -> str:
        for label in self.graph.objects(term, SKOS.prefLabel):
            if getattr(label, "language", None) == "de":
                return f"„{label}“ ({self._name(term)})"
        return self._name(term)

    def _name(self, term: Node) -> str:
        if isinstance(term, BNode):
            return "[…]"
        if isinstance(term, Literal):
            return f"„{term}“"
        for prefix, space in PREFIXES.items():
            if str(term).startswith(space):
                return f"{prefix}:{str(term)[len(space) :]}"
        return f"<{term}>"


def _reach(start: N, edges: Mapping[N, set[N]]) -> set[N]:
    """Everything that can be reached, the start included."""
    seen, open_ = {start}, [start]
    while open_:
        for node in edges.get(open_.pop(), ()):
            if node not in seen:
                seen.add(node)
                open_.append(node)
    return seen
