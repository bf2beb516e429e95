"""The reference of all terms as Markdown, for `docs/reference/ontology.md`."""

from collections.abc import Iterator

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from ontology.namespaces import PREFIXES, ZG
from ontology.rules import rules

SECTIONS = {
    OWL.Class: "Klassen",
    OWL.ObjectProperty: "Beziehungen",
    OWL.DatatypeProperty: "Werte",
    OWL.AnnotationProperty: "Angaben über Begriffe",
}
CHARACTERISTICS = {
    OWL.TransitiveProperty: "setzt sich fort",
    OWL.SymmetricProperty: "gilt in beide Richtungen",
}


def markdown(terms: Graph, codes: Graph) -> str:
    """The page: every class, property and code with German name, definition and example, and every rule."""
    return "\n".join([*_terms(terms), *_codes(codes), *_rules(), ""])


def _terms(graph: Graph) -> Iterator[str]:
    yield "# Begriffe des Zukunftsgraphen"
    yield ""
    yield "Diese Seite wird mit `python -m ontology` aus den Turtle-Dateien in `ontology/` geschrieben."
    yield f"Präfix `zg:` = `{ZG}`. Was ein Begriff in anderen Vokabularen ist, steht in der letzten Spalte."
    for kind, title in SECTIONS.items():
        found = sorted(
            t for t in graph.subjects(RDF.type, kind) if isinstance(t, URIRef) and str(t).startswith(str(ZG))
        )
        yield from ("", f"## {title} ({len(found)})", "")
        yield "| Begriff | deutsch | englisch | Bedeutung | Beispiel | Einordnung |"
        yield "|---|---|---|---|---|---|"
        for term in found:
            cells = [
                f"`{str(term).removeprefix(str(ZG))}`",
                _text(graph, term, SKOS.prefLabel),
                _text(graph, term, SKOS.prefLabel, "en"),
                _text(graph, term, SKOS.definition),
                _text(graph, term, SKOS.example),
                "; ".join(_place(graph, term)),
            ]
            yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _place(graph: Graph, term: URIRef) -> Iterator[str]:
    """Where a term stands: domain and range, superiors, characteristics, code list."""
    domains = sorted(_name(d) for d in graph.objects(term, RDFS.domain))
    includes = sorted(_name(d) for d in graph.objects(term, URIRef("http://schema.org/domainIncludes")))
    ranges = sorted(_name(r) for r in graph.objects(term, RDFS.range))
    if domains or includes or ranges:
        yield f"{' / '.join(domains or includes) or '·'} → {' / '.join(ranges) or '·'}"
    superiors = [*graph.objects(term, RDFS.subClassOf), *graph.objects(term, RDFS.subPropertyOf)]
    if superiors:
        yield f"⊑ {', '.join(sorted(map(_name, superiors)))}"
    yield from (words for kind, words in CHARACTERISTICS.items() if (term, RDF.type, kind) in graph)
    for code_list in sorted(graph.objects(term, ZG.codeList), key=str):
        yield f"Werte aus `{str(code_list).removeprefix(str(PREFIXES['id']))}`"
    if (term, ZG.onlyOnce, None) in graph:
        yield "je Quelle höchstens einmal"


def _codes(codes: Graph) -> Iterator[str]:
    schemes = sorted(codes.subjects(RDF.type, SKOS.ConceptScheme), key=str)
    yield from ("", f"## Codelisten ({len(schemes)})")
    for scheme in schemes:
        name = str(scheme).removeprefix(str(PREFIXES["id"]))
        yield from ("", f"### {_text(codes, scheme, SKOS.prefLabel)} (`{name}`)", "")
        yield f"{_text(codes, scheme, SKOS.definition)}"
        yield ""
        yield "| Wert | deutsch | englisch | Bedeutung |"
        yield "|---|---|---|---|"
        for code in sorted(codes.subjects(SKOS.inScheme, scheme), key=str):
            cells = [_text(codes, code, SKOS.prefLabel), _text(codes, code, SKOS.prefLabel, "en")]
            cells.append(_text(codes, code, SKOS.definition))
            yield f"| `{str(code).rsplit('/', 1)[-1]}` | {' | '.join(cells)} |"


def _rules() -> Iterator[str]:
    found = rules()
    yield from ("", f"## Regeln ({len(found)})", "")
    yield "Aus diesen Regeln folgt, was der Graph über die Quellen hinaus weiß."
    yield ""
    yield "| Regel | in Worten |"
    yield "|---|---|"
    for rule in found:
        yield f"| `{rule.name}` | {rule.description} |"


def _text(graph: Graph, term: Node, predicate: URIRef, language: str = "de") -> str:
    return next(
        (str(t) for t in graph.objects(term, predicate) if getattr(t, "language", "") == language), ""
    )


def _name(term: Node) -> str:
    for prefix, space in PREFIXES.items():
        if str(term).startswith(space):
            return f"{prefix}:{str(term)[len(space) :]}".removeprefix("zg:")
    return str(term)
