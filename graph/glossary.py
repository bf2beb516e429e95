"""The words for who writes queries: every class and property by name, with its labels in all languages.

Ours come from the ontology, with their definitions; those of the standards we reuse have German words only.
"""

from collections import defaultdict
from dataclasses import dataclass

from graph.language import _, best
from graph.store import Askable
from graph.vocabulary import FOREIGN, ONTOLOGY, PREFIXES
from ontology import namespaces
from ontology.namespaces import ZG

CLASS, PROPERTY = "class", "property"
KINDS = {
    "owl:Class": CLASS,
    "rdfs:Class": CLASS,
    "owl:ObjectProperty": PROPERTY,
    "owl:DatatypeProperty": PROPERTY,
    "rdf:Property": PROPERTY,
}


@dataclass(frozen=True)
class Entry:
    """A term: its prefixed name as it stands in a query, what it is called here and elsewhere, what it means."""

    name: str
    kind: str
    label: str
    also: tuple[str, ...] = ()
    definition: str = ""


def glossary(store: Askable) -> list[Entry]:
    """Our terms and those of the standards, in the language in force, by their labels."""
    kinds: dict[str, str] = {}
    said: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for row in store.select(
        PREFIXES
        + f"""SELECT ?term ?kind ?about ?words (LANG(?words) AS ?language) WHERE {{ GRAPH <{ONTOLOGY}> {{
            VALUES ?kind {{ {" ".join(KINDS)} }}
            VALUES ?about {{ skos:prefLabel skos:altLabel skos:definition }}
            ?term a ?kind ; ?about ?words .
            FILTER(STRSTARTS(STR(?term), STR(zg:))) }} }} ORDER BY ?term ?about ?words"""
    ):
        iri, about = str(row["term"]), str(row["about"]).rsplit("#", 1)[-1]
        kinds[iri] = KINDS[_short(str(row["kind"]))]
        said[iri][about].setdefault(str(row["language"]), str(row["words"]))
    found = []
    for iri, kind in kinds.items():
        labels = said[iri]["prefLabel"]
        label = best(labels, iri.removeprefix(str(ZG)))
        others = {*labels.values(), *said[iri]["altLabel"].values()} - {label}
        definition = best(said[iri]["definition"])
        found.append(Entry(_short(iri), kind, label, tuple(sorted(others)), definition))
    found += [Entry(_short(iri), PROPERTY, _(word)) for iri, word in FOREIGN.items()]
    return sorted(found, key=lambda entry: (entry.label.casefold(), entry.name))


def _short(iri: str) -> str:
    """The prefixed name of a term, as queries have it."""
    for prefix, space in namespaces.PREFIXES.items():
        if iri.startswith(str(space)):
            return f"{prefix}:{iri.removeprefix(str(space))}"
    return f"<{iri}>"
