"""Evidence: which passage of which text carries a statement.

A statement about a statement is `rdf:Statement` (our `zg:Statement`), its passage a Web Annotation
`oa:SpecificResource` with an `oa:TextPositionSelector` on a text snapshot. Offsets are code points of the
snapshot, which is never normalised. https://www.w3.org/TR/annotation-model/#text-position-selector
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox
from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import RDF, XSD

from graph.dataset import Section, slug_of
from graph.store import Quad
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
    visibility: URIRef | None = None,
) -> URIRef:
    """Adds the statement that `source` makes, by which method, carried by which passages.

    `stand_ins` may name the words that stand for the subject or the object in the passage; `visibility` who may see
    this one statement, if not everybody who may see the source.
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
    if visibility is not None:
        evidence.add((statement, ZG.visibility, visibility))
    for role, words in (stand_ins or {}).items():
        evidence.add((statement, {"subject": ZG.subjectAs, "object": ZG.objectAs}[role], Literal(words)))
    return statement


Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
STATEMENT, TYPE = ox.NamedNode(str(ZG.Statement)), ox.NamedNode(str(RDF.type))
LEADING_ON = {ox.NamedNode(str(p)) for p in (ZG.evidencedBy, OA.hasSource, OA.hasSelector)}


def by_subject(quads: Iterable[Quad]) -> dict[Term, list[Quad]]:
    """Quads by what they are about."""
    grouped: dict[Term, list[Quad]] = {}
    for quad in quads:
        grouped.setdefault(quad.subject, []).append(quad)
    return grouped


def statements_of(about: Mapping[Term, list[Quad]]) -> set[Term]:
    """The `zg:Statement`s among things that quads are about."""
    return {
        node
        for node, quads in about.items()
        if any(quad.predicate == TYPE and quad.object == STATEMENT for quad in quads)
    }


def reached(
    about: Mapping[Term, list[Quad]], start: Iterable[Term], barred: Collection[Term] = ()
) -> set[Term]:
    """The nodes from which a walk begins and the passages, selectors and snapshots it comes to, past no barred one."""
    waiting = list(start)
    seen = set(waiting)
    while waiting:
        for quad in about.get(waiting.pop(), ()):
            if quad.predicate in LEADING_ON:
                node = quad.object
                if node not in seen and node in about and node not in barred:
                    seen.add(node)
                    waiting.append(node)
    return seen


def needed(evidence: set[Quad]) -> set[Quad]:
    """The evidence without passages that no statement needs any more."""
    about = by_subject(evidence)
    return {quad for node in reached(about, statements_of(about)) for quad in about[node]}
