"""The shapes that follow from the terms: who may carry a property, what may stand there, and how often.

OWL reads a domain as a conclusion, officials read it as a rule. This module says the same sentence once more
as SHACL, with a German message; `shapes-terms.ttl` is its output, rewritten by `python -m ontology`.
"""

from collections.abc import Iterable

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import ORG, OWL, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from ontology.namespaces import ID, ZG

SHAPE = Namespace("https://w3id.org/zukunftsgraph/shapes#")
SCHEMA = Namespace("http://schema.org/")
DATATYPES = {
    XSD.string: "ein Text ohne Sprachangabe",
    XSD.integer: "eine ganze Zahl",
    XSD.decimal: "eine Zahl mit Punkt statt Komma und ohne Tausenderpunkt",
    XSD.boolean: "true oder false",
}
"""The datatypes of our properties, in words."""
NO_CONTACT_DATA = (
    "Hier steht eine Telefonnummer oder E-Mail-Adresse. "
    "Kontaktdaten gehören nicht in den Graphen; bitte streichen."
)


def term_shapes(core: Graph, codes: Graph, pattern: Node) -> Graph:
    """One node shape for each property of ours, and for others that take their values from our lists.

    `pattern` is what a text without contact data matches; every property that may hold a text is held to it.
    """
    shapes = Graph()
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        for prop in core.subjects(RDF.type, kind):
            if isinstance(prop, URIRef) and (prop.startswith(str(ZG)) or (prop, ZG.codeList, None) in core):
                _Property(core, codes, shapes, prop).describe()
    for prop in _textual(core):
        shape = SHAPE[f"text-{prop.replace('#', '/').rstrip('/').rsplit('/', 1)[-1]}"]
        shapes.add((shape, RDF.type, SH.NodeShape))
        shapes.add((shape, SH.targetSubjectsOf, prop))
        _nested(
            shapes,
            shape,
            SH.property,
            {SH.path: prop, SH.pattern: pattern, SH.message: Literal(NO_CONTACT_DATA, "de")},
        )
    return shapes


def _textual(core: Graph) -> set[URIRef]:
    """Properties that may hold a text, ours and others; unknown ones are searched by a query."""
    ours = {
        p
        for p in core.subjects(RDF.type, OWL.DatatypeProperty)
        if core.value(p, RDFS.range) in (None, XSD.string)
    }
    others = set(core.subjects(RDF.type, OWL.AnnotationProperty))
    return {p for p in ours | others | {RDF.object, RDFS.label, RDFS.comment} if isinstance(p, URIRef)}


class _Property:
    """Writes the shape of one property."""

    def __init__(self, core: Graph, codes: Graph, shapes: Graph, prop: URIRef) -> None:
        self.core, self.codes, self.shapes, self.prop = core, codes, shapes, prop
        self.name = prop.removeprefix(str(ZG)).replace(str(ORG), "org:")
        label = core.value(prop, SKOS.prefLabel)
        self.title = f"„{_label(core, prop)}“ ({self.name})" if label else f"„{self.name}“"
        self.shape = SHAPE[self.name.replace(":", "-")]

    def describe(self) -> None:
        """Adds everything that is known of the property; nothing where nothing is."""
        domains = sorted(self.core.objects(self.prop, RDFS.domain | SCHEMA.domainIncludes), key=str)
        lists = sorted(self.core.objects(self.prop, ZG.codeList), key=str)
        range_ = self.core.value(self.prop, RDFS.range)
        if domains:
            self._domain(domains)
        if lists:
            values = {code for name in lists for code in self.codes.subjects(SKOS.inScheme, name)}
            head = BNode()
            Collection(self.shapes, head, sorted(values, key=str))
            names = " oder ".join(str(name).removeprefix(str(ID)) for name in lists)
            self._value({SH["in"]: head}, f"{self.title} nimmt nur Werte der Liste {names}.")
        elif isinstance(range_, URIRef) and range_ in DATATYPES:
            self._value({SH.datatype: range_}, f"{self.title} muss {DATATYPES[range_]} sein.")
        elif range_ is not None:
            self._value(
                {SH["class"]: range_},
                f"{self.title} muss auf etwas zeigen, das beschrieben ist und diese Art hat: "
                f"{_label(self.core, range_)}.",
            )
        elif (self.prop, RDF.type, OWL.ObjectProperty) in self.core:
            self._value(
                {SH.nodeKind: SH.IRI}, f"{self.title} muss auf einen Eintrag zeigen, nicht auf einen Text."
            )
        if self.core.value(self.prop, ZG.onlyOnce):
            self._value(
                {SH.maxCount: Literal(1)},
                f"{self.title} steht mehrmals da. Eine Quelle gibt es höchstens einmal an; "
                "bitte die richtige Angabe behalten.",
            )

    def _domain(self, classes: Iterable[Node]) -> None:
        classes = list(classes)
        self._target()
        names = " oder ".join(_label(self.core, cls) for cls in classes)
        remedy = "Bitte die Angabe streichen oder die Art („a“) berichtigen."
        message = f"{self.title} gibt es nur bei: {names}. {remedy}"
        self.shapes.add((self.shape, SH.message, Literal(message, "de")))
        if len(classes) == 1:
            self.shapes.add((self.shape, SH["class"], classes[0]))
        else:
            choices: list[Node] = []
            for cls in classes:
                choice = BNode()
                self.shapes.add((choice, SH["class"], cls))
                choices.append(choice)
            head = BNode()
            Collection(self.shapes, head, choices)
            self.shapes.add((self.shape, SH["or"], head))

    def _value(self, constraint: dict[URIRef, Node], message: str) -> None:
        self._target()
        parts = {SH.path: self.prop, SH.message: Literal(message, "de")} | constraint
        _nested(self.shapes, self.shape, SH.property, parts)

    def _target(self) -> None:
        self.shapes.add((self.shape, RDF.type, SH.NodeShape))
        self.shapes.add((self.shape, SH.targetSubjectsOf, self.prop))


def _nested(shapes: Graph, shape: URIRef, by: URIRef, parts: dict[URIRef, Node]) -> None:
    inner = BNode()
    shapes.add((shape, by, inner))
    for predicate, value in parts.items():
        shapes.add((inner, predicate, value))


def _label(core: Graph, term: Node) -> str:
    labels = [
        str(label) for label in core.objects(term, SKOS.prefLabel) if getattr(label, "language", "") == "de"
    ]
    return (
        labels[0] if labels else "Begriff einer Liste (skos:Concept)" if term == SKOS.Concept else str(term)
    )
