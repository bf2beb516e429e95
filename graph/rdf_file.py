"""RDF files as datasets: every format that rdflib reads, and where in the file a thing stands.

A file may carry its own evidence (`zg:Statement` with passages). A statement without any is taken as what the file
itself says: the file is its document.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox
from rdflib import Dataset as QuadSet
from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS
from rdflib.util import guess_format

from graph.dataset import Dataset, skolemised
from graph.errors import Fault, InvalidData
from graph.evidence import Passage, describe_passage, describe_statement
from graph.reference import kebab
from graph.store import from_ox, is_iri
from ontology.namespaces import ID, OA, ZG

LINE_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
}
"""Formats in which a thing has a line; pyoxigraph reads them, because it says where a mistake is."""
TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<space>\s+)
    |(?P<string>(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<iri><[^<>"{}|^`\\\s]*>)|(?P<open>[\[(])|(?P<close>[\])])|(?P<brace>[{}])|(?P<end>\.(?=\s|$|\}))
    |(?P<word>(?:\\.|\.(?!\s|$)|[^\s<>"'{}\[\]().;,\\])+)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
EVIDENCE_TYPES = {ZG.Statement, ZG.Evidence, ZG.TextSnapshot, OA.TextPositionSelector}


def read(path: Path, dataset: str | None = None) -> Dataset:
    """The dataset in an RDF file; `dataset` overrides its id, else the file's `zg:Dataset` or its name gives it.

    Raises `InvalidData` with the line of a syntax error where the format has lines.
    """
    format = guess_format(path.name) or ("hext" if path.suffix == ".hext" else None)
    if format is None:
        known = ".ttl, .trig, .nt, .nq, .rdf, .xml, .jsonld, .n3, .trix, .hext"
        raise InvalidData([Fault(f"Unbekanntes Format „{path.suffix}“; lesbar sind {known}.", path.name)])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidData(
            [Fault(f"Die Datei ist nicht in UTF-8 geschrieben (Byte {error.start}).", path.name)]
        ) from error
    content = _parsed(text, format, path.name)
    iri = _dataset_iri(content, dataset, path)
    statements, evidence, description = _parts(skolemised(content), iri)
    _complete_evidence(statements, evidence, iri, ID[f"document/{kebab(path.stem)}"], path.name)
    description.add((iri, RDF.type, ZG.Dataset))
    if (iri, DCTERMS.title, None) not in description:
        description.add((iri, DCTERMS.title, Literal(path.stem, lang="de")))
    if (iri, ZG.reviewStatus, None) not in description:
        description.add((iri, ZG.reviewStatus, ID["code/review-status/unchecked"]))
    if (iri, ZG.visibility, None) not in description:
        description.add((iri, ZG.visibility, ID["code/visibility/internal"]))
    lines = subject_lines(text, content) if format in LINE_FORMATS else {}
    return Dataset(iri, statements, evidence, description, path.name, lines)


def subject_lines(text: str, content: Graph) -> dict[str, int]:
    """For each IRI the line (1-based) where it first stands as a subject in Turtle, TriG, N-Triples or N-Quads."""
    prefixes = {f"{prefix}:": str(space) for prefix, space in content.namespaces()}
    declared = re.search(r"(?:@base|\bBASE)\s*<([^>]*)>", text)
    base = declared[1] if declared else ""
    lines: dict[str, int] = {}
    for token, line in _subjects(text):
        if token.startswith("<"):
            iri = urljoin(base, token[1:-1])
        else:
            prefix, _, local = token.partition(":")
            iri = prefixes.get(f"{prefix}:", "") + re.sub(r"\\(.)", r"\1", local)
        lines.setdefault(iri, line)
    return lines


def _subjects(text: str) -> Iterator[tuple[str, int]]:
    """The first token of every statement with its line; directives and graph names are no harm: they are no things."""
    depth, fresh, line = 0, True, 1
    for match in TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind in ("iri", "word") and fresh and depth == 0:
            if token.lower() not in ("@prefix", "@base", "prefix", "base", "graph"):
                yield token, line
            fresh = token.lower() == "graph"
        elif kind == "open":
            depth, fresh = depth + 1, False
        elif kind == "close":
            depth -= 1
        elif kind == "brace" or (kind == "end" and depth == 0):
            fresh = True
        elif kind == "string":
            fresh = False
        line += token.count("\n")


def _parsed(text: str, format: str, file: str) -> Graph:
    """All triples of a file, of its named graphs too."""
    content = Graph()
    try:
        if format in LINE_FORMATS:
            parser = ox.parse(text.encode(), format=LINE_FORMATS[format])
            for quad in parser:
                content.add((from_ox(quad.subject), from_ox(quad.predicate), from_ox(quad.object)))
            for prefix, space in parser.prefixes.items():
                content.bind(prefix, space, override=True, replace=True)
        else:
            if format == "json-ld" and _remote_context(json.loads(text)):
                raise SyntaxError(
                    "ein „@context“ im Netz wird nicht geladen; bitte den Kontext in die Datei schreiben"
                )
            if format in ("xml", "trix") and re.search(r"<!ENTITY[^>]*(&|SYSTEM|PUBLIC|%)", text):
                raise SyntaxError(
                    "verschachtelte oder fremde Entitäten in der Dokumentart sind nicht erlaubt"
                )
            quads = QuadSet()
            quads.parse(data=text, format=format)
            for subject, predicate, object_, _ in quads.quads():
                content.add((subject, predicate, object_))
            wrong = sorted(
                {t for triple in content for t in triple if isinstance(t, URIRef) and not is_iri(t)}
            )
            if wrong:
                raise SyntaxError(f"{wrong[0]} ist keine Adresse (IRI)")
    except SyntaxError as error:
        raise InvalidData(
            [Fault(f"Fehler in der Schreibweise: {_reason(error)}", file, error.lineno)]
        ) from error
    except Exception as error:  # rdflib's parsers have no common error
        line = getattr(error, "lineno", None) or getattr(error, "lines", None)
        raise InvalidData([Fault(f"Fehler in der Schreibweise: {_reason(error)}", file, line)]) from error
    return content


def _remote_context(value: object) -> bool:
    """Whether JSON-LD asks for a context at an address: reading a file must open no connection."""
    if isinstance(value, dict):
        contexts = value.get("@context")
        listed = contexts if isinstance(contexts, list) else [contexts]
        if any(isinstance(c, str) or (isinstance(c, dict) and "@import" in c) for c in listed):
            return True
        return any(map(_remote_context, value.values()))
    return isinstance(value, list) and any(map(_remote_context, value))


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]


def _dataset_iri(content: Graph, asked: str | None, path: Path) -> URIRef:
    if asked:
        return URIRef(asked) if asked.startswith("http") else ID[f"dataset/{asked.removeprefix('dataset/')}"]
    described = sorted(str(s) for s in content.subjects(RDF.type, ZG.Dataset) if isinstance(s, URIRef))
    if len(described) > 1:
        raise InvalidData(
            [
                Fault(
                    f"Die Datei beschreibt {len(described)} Datensätze; bitte mit --dataset einen nennen.",
                    path.name,
                )
            ]
        )
    return URIRef(described[0]) if described else ID[f"dataset/{kebab(path.stem)}"]


def _parts(content: Graph, dataset: URIRef) -> tuple[Graph, Graph, Graph]:
    """Statements, evidence, and description of the dataset."""
    statements, evidence, description = Graph(), Graph(), Graph()
    bookkeeping = {s for kind in EVIDENCE_TYPES for s in content.subjects(RDF.type, kind)}
    for triple in content.triples((None, None, None)):
        target = description if triple[0] == dataset else evidence if triple[0] in bookkeeping else statements
        target.add(triple)
    return statements, evidence, description


def _complete_evidence(
    statements: Graph, evidence: Graph, dataset: URIRef, document: URIRef, file: str
) -> None:
    """Gives every statement without evidence the file as its document."""
    parts = (RDF.subject, RDF.predicate, RDF.object)
    backed: set[tuple[Node | None, ...]] = set()
    for statement in evidence.subjects(RDF.type, ZG.Statement):
        backed.add(tuple(evidence.value(statement, part) for part in parts))
        evidence.add((statement, ZG.inDataset, dataset))
    bare = [triple for triple in statements if triple not in backed and isinstance(triple[0], URIRef)]
    if bare:
        statements.add((document, RDF.type, ZG.Document))
        statements.add((document, SKOS.prefLabel, Literal(f"Datei {file}", lang="de")))
        passage = describe_passage(evidence, Passage(document))
        for triple in bare:
            describe_statement(evidence, triple, dataset, [passage], ID["code/method/asserted"])
