"""The terms of the ontology as a page lists them, and the ontology itself as RDF."""

from dataclasses import dataclass

from rdflib import Graph

from graph.language import N_, preference
from graph.store import Askable
from graph.vocabulary import ONTOLOGY, PREFIXES, Vocabulary
from ontology.namespaces import ZG

SECTIONS = (
    (N_("Klassen"), ("owl:Class", "rdfs:Class")),
    (N_("Beziehungen"), ("owl:ObjectProperty",)),
    (N_("Angaben"), ("owl:DatatypeProperty",)),
)


@dataclass(frozen=True)
class Term:
    """A class or property of ours; `uppers`, `domains` and `ranges` are (IRI, word)."""

    iri: str
    name: str
    label: str
    definition: str
    example: str
    uppers: tuple[tuple[str, str], ...]
    domains: tuple[tuple[str, str], ...]
    ranges: tuple[tuple[str, str], ...]


def terms(store: Askable, words: Vocabulary) -> list[tuple[str, list[Term]]]:
    """Our classes and properties by section, in the order of their labels."""
    return [(title, found) for title, kinds in SECTIONS if (found := _terms(store, words, kinds))]


def definition(store: Askable) -> Graph:
    """Everything that the ontology graph says."""
    return store.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{ONTOLOGY}> {{ ?s ?p ?o }} }}")


def _terms(store: Askable, words: Vocabulary, kinds: tuple[str, ...]) -> list[Term]:
    rows = store.select(
        PREFIXES
        + f"""SELECT ?t ?p ?o (LANG(?o) AS ?language) WHERE {{ GRAPH <{ONTOLOGY}> {{
            VALUES ?kind {{ {" ".join(kinds)} }} ?t a ?kind ; ?p ?o .
            FILTER(STRSTARTS(STR(?t), STR(zg:)) && !isBlank(?o)) }} }}"""
    )
    facts: dict[str, dict[str, list[str]]] = {}
    for row in sorted(rows, key=lambda row: (preference(str(row["language"] or "")), str(row["o"]))):
        name = str(row["p"]).replace("#", "/").rsplit("/", 1)[-1]
        values = facts.setdefault(str(row["t"]), {}).setdefault(name, [])
        if str(row["o"]) not in values:
            values.append(str(row["o"]))

    def linked(fact: dict[str, list[str]], *names: str) -> tuple[tuple[str, str], ...]:
        return tuple((iri, words.label(iri)) for name in names for iri in fact.get(name, ()))

    found = [
        Term(
            iri=iri,
            name=iri.removeprefix(str(ZG)),
            label=words.label(iri),
            definition=next(iter(fact.get("definition", [])), ""),
            example=next(iter(fact.get("example", [])), ""),
            uppers=linked(fact, "subClassOf", "subPropertyOf"),
            domains=linked(fact, "domain"),
            ranges=linked(fact, "range"),
        )
        for iri, fact in facts.items()
    ]
    return sorted(found, key=lambda term: (term.label.casefold(), term.iri))
