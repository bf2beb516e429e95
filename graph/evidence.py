"""Evidence: which passage of which text carries a statement.

A statement about a statement is `rdf:Statement` (our `zg:Statement`), its passage a Web Annotation
`oa:SpecificResource` with an `oa:TextPositionSelector` on a text snapshot. Offsets are code points of the
snapshot, which is never normalised. https://www.w3.org/TR/annotation-model/#text-position-selector
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import RDF, XSD

from graph.dataset import Section, slug_of
from ontology.namespaces import ID, OA, ZG

Triple = tuple[Node, Node, Node]


@dataclass(frozen=True)
class Passage:
    """Where in a document something stands; without `start` the document as a whole."""

    document: URIRef
    start: int | None = None
    end: int | None = None


def snapshot_of(document: str) -> URIRef:
    """The text snapshot of a document: the exact characters that ranges count in."""
    return ID[f"snapshot/{slug_of(document)}"]


def statement_iri(triple: Triple, source: str) -> URIRef:
    """The address of a statement: a hash of subject, predicate, object and the source that makes it."""
    text = "\n".join([*(term.n3() for term in triple), str(source)])
    return ID[f"statement/{hashlib.sha256(text.encode()).hexdigest()[:24]}"]


def describe_snapshot(evidence: Graph, document: URIRef, sha256: str, characters: int) -> None:
    """Adds the snapshot of a document, with its hash and its length in code points."""
    snapshot = snapshot_of(document)
    evidence.add((snapshot, RDF.type, ZG.TextSnapshot))
    evidence.add((snapshot, ZG.snapshotOf, document))
    evidence.add((snapshot, ZG.sha256, Literal(sha256)))
    evidence.add((snapshot, ZG.characters, Literal(characters)))


def describe_passage(evidence: Graph, passage: Passage, sections: tuple[Section, ...] = ()) -> URIRef:
    """Adds a passage and returns its IRI; the smallest section around it gives the heading."""
    if passage.start is None or passage.end is None:
        node = ID[f"evidence/{slug_of(passage.document)}"]
        evidence.add((node, RDF.type, ZG.Evidence))
        evidence.add((node, OA.hasSource, passage.document))
        return node
    name = f"{slug_of(passage.document)}-{passage.start}-{passage.end}"
    node, selector = ID[f"evidence/{name}"], ID[f"selector/{name}"]
    evidence.add((node, RDF.type, ZG.Evidence))
    evidence.add((node, OA.hasSource, snapshot_of(passage.document)))
    evidence.add((node, OA.hasSelector, selector))
    evidence.add((selector, RDF.type, OA.TextPositionSelector))
    evidence.add((selector, OA.start, Literal(passage.start, datatype=XSD.nonNegativeInteger)))
    evidence.add((selector, OA.end, Literal(passage.end, datatype=XSD.nonNegativeInteger)))
    around = [s for s in sections if s.start <= passage.start and passage.end <= s.end]
    if around:
        evidence.add((node, ZG.sectionTitle, Literal(min(around, key=lambda s: s.end - s.start).title)))
    return node


def describe_statement(
    evidence: Graph,
    triple: Triple,
    source: URIRef,
    passages: list[URIRef],
    method: URIRef,
    stand_ins: dict[str, str] | None = None,
) -> URIRef:
    """Adds the statement that `source` makes, by which method, carried by which passages.

    `stand_ins` may name the words that stand for the subject or the object in the passage.
    """
    statement = statement_iri(triple, source)
    evidence.add((statement, RDF.type, ZG.Statement))
    for part, term in zip((RDF.subject, RDF.predicate, RDF.object), triple, strict=True):
        evidence.add((statement, part, term))
    evidence.add((statement, ZG.inDataset, source))
    evidence.add((statement, ZG.method, method))
    evidence.add((statement, ZG.confidence, Literal(Decimal(1))))
    for passage in passages:
        evidence.add((statement, ZG.evidencedBy, passage))
    for role, words in (stand_ins or {}).items():
        evidence.add((statement, {"subject": ZG.subjectAs, "object": ZG.objectAs}[role], Literal(words)))
    return statement
