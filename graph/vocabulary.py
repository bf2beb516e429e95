"""The words for terms: German labels of classes, properties and codes, and which class tells most."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from graph.store import Askable
from ontology import namespaces
from ontology.namespaces import GRAPH, ID

PREFIXES = "".join(f"PREFIX {name}: <{space}>\n" for name, space in namespaces.PREFIXES.items())
"""What our SPARQL texts written in Python begin with."""

ONTOLOGY = str(GRAPH["ontology"])

FORBIDDEN = frozenset('<>"{}|^`\\')
"""Signs that may not stand in an IRI reference: https://www.w3.org/TR/sparql11-query/#rIRIREF"""

FOREIGN = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": "ist ein",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject": "Subjekt",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate": "Prädikat",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#object": "Objekt",
    "http://www.w3.org/2000/01/rdf-schema#seeAlso": "siehe auch",
    "http://www.w3.org/2000/01/rdf-schema#label": "Bezeichnung",
    "http://www.w3.org/2000/01/rdf-schema#comment": "Anmerkung",
    "http://www.w3.org/2000/01/rdf-schema#isDefinedBy": "definiert in",
    "http://www.w3.org/2000/01/rdf-schema#subClassOf": "Unterklasse von",
    "http://www.w3.org/2000/01/rdf-schema#subPropertyOf": "Untereigenschaft von",
    "http://www.w3.org/2000/01/rdf-schema#domain": "Gegenstand",
    "http://www.w3.org/2000/01/rdf-schema#range": "Wertebereich",
    "http://www.w3.org/2004/02/skos/core#prefLabel": "Bezeichnung",
    "http://www.w3.org/2004/02/skos/core#altLabel": "auch genannt",
    "http://www.w3.org/2004/02/skos/core#hiddenLabel": "Suchwort",
    "http://www.w3.org/2004/02/skos/core#definition": "Definition",
    "http://www.w3.org/2004/02/skos/core#example": "Beispiel",
    "http://www.w3.org/2004/02/skos/core#scopeNote": "Hinweis",
    "http://www.w3.org/2004/02/skos/core#notation": "Notation",
    "http://www.w3.org/2004/02/skos/core#broader": "Oberbegriff",
    "http://www.w3.org/2004/02/skos/core#narrower": "Unterbegriff",
    "http://www.w3.org/2004/02/skos/core#related": "verwandt mit",
    "http://www.w3.org/2004/02/skos/core#inScheme": "in der Liste",
    "http://www.w3.org/2004/02/skos/core#topConceptOf": "oberster Begriff von",
    "http://www.w3.org/2004/02/skos/core#exactMatch": "entspricht genau",
    "http://www.w3.org/2004/02/skos/core#closeMatch": "entspricht ungefähr",
    "http://www.w3.org/2004/02/skos/core#broadMatch": "entspricht dem weiteren Begriff",
    "http://www.w3.org/2004/02/skos/core#narrowMatch": "entspricht dem engeren Begriff",
    "http://www.w3.org/2004/02/skos/core#relatedMatch": "steht in Beziehung zu",
    "http://purl.org/dc/terms/title": "Titel",
    "http://purl.org/dc/terms/description": "Beschreibung",
    "http://purl.org/dc/terms/identifier": "Kennung",
    "http://purl.org/dc/terms/source": "Quelle",
    "http://purl.org/dc/terms/created": "erstellt am",
    "http://purl.org/dc/terms/issued": "veröffentlicht am",
    "http://purl.org/dc/terms/modified": "geändert am",
    "http://purl.org/dc/terms/publisher": "herausgegeben von",
    "http://purl.org/dc/terms/creator": "erstellt von",
    "http://purl.org/dc/terms/license": "Lizenz",
    "http://purl.org/dc/terms/spatial": "räumlicher Bezug",
    "http://purl.org/dc/terms/subject": "Thema",
    "http://purl.org/dc/terms/isPartOf": "ist Teil von",
    "http://purl.org/dc/terms/replaces": "ersetzt",
    "http://purl.org/dc/terms/language": "Sprache",
    "http://xmlns.com/foaf/0.1/page": "Seite im Netz",
    "http://xmlns.com/foaf/0.1/homepage": "Internetauftritt",
    "http://xmlns.com/foaf/0.1/name": "Name",
    "http://www.w3.org/ns/org#member": "Mitglied",
    "http://www.w3.org/ns/org#organization": "in der Organisation",
    "http://www.w3.org/ns/org#role": "Rolle",
    "http://www.w3.org/ns/org#classification": "Art",
    "http://www.w3.org/ns/org#heldBy": "innegehabt von",
    "http://www.w3.org/ns/org#postIn": "Amt in",
    "http://www.w3.org/ns/org#memberOf": "Mitglied von",
    "http://www.w3.org/ns/org#headOf": "leitet",
    "http://www.w3.org/ns/org#subOrganizationOf": "Teil der Organisation",
    "http://www.w3.org/ns/oa#hasSource": "im Text",
    "http://www.w3.org/ns/oa#hasSelector": "an der Stelle",
    "http://www.w3.org/ns/oa#start": "von Zeichen",
    "http://www.w3.org/ns/oa#end": "bis Zeichen",
    "http://www.w3.org/ns/prov#wasDerivedFrom": "abgeleitet aus",
    "http://www.w3.org/ns/dcat#theme": "Thema (Katalog)",
}  # fmt: skip
"""German words for terms of the standards we reuse; the standards themselves carry none."""


def reference(iri: str) -> str:
    """An IRI as it stands in a query. Raises ValueError for a text that could break out of its brackets."""
    if not iri or any(sign in FORBIDDEN or sign <= " " for sign in iri):
        raise ValueError(f"not an IRI: {iri!r}")
    return f"<{iri}>"


def address(said: str) -> str:
    """The IRI that somebody means, whole or short (`actor/prognos-ag`); what is empty stays empty."""
    text = said.strip()
    return text if not text or ":" in text.split("/", 1)[0] else str(ID[text])


def quoted(text: str) -> str:
    """A name in German quotation marks; its own become single ones."""
    return f"„{text.replace('„', '‚').replace('“', '‘')}“"


def local_name(iri: str) -> str:
    """The last word of an IRI, for want of a label."""
    return iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1] or iri


@dataclass(frozen=True)
class Vocabulary:
    """Labels of terms and the order among classes and properties, read once from the ontology graph."""

    labels: dict[str, str]
    above: dict[str, frozenset[str]]
    """For a class or property all that stand above it, itself excluded."""

    def label(self, iri: str) -> str:
        """The German word for a term, else its English label, else the last word of its IRI."""
        return self.labels.get(iri) or FOREIGN.get(iri) or local_name(iri)

    def most_specific(self, terms: Iterable[str]) -> list[str]:
        """Those terms that none of the others refines, our own first."""
        known = set(terms)
        implied = {upper for term in known for upper in self.above.get(term, ())}
        return sorted(known - implied, key=lambda term: (term not in self.labels, self.label(term), term))


def vocabulary(store: Askable) -> Vocabulary:
    """The vocabulary in the store's ontology graph."""
    labels: dict[str, str] = {}
    rows = store.select(
        PREFIXES
        + f"""SELECT ?term ?label (LANG(?label) AS ?language) WHERE {{
            GRAPH <{ONTOLOGY}> {{ ?term skos:prefLabel|rdfs:label ?label }} }}"""
    )
    for row in sorted(rows, key=lambda row: (row["language"] != "de", str(row["label"]))):
        labels.setdefault(str(row["term"]), str(row["label"]))
    upper: dict[str, set[str]] = defaultdict(set)
    for row in store.select(
        PREFIXES
        + f"""SELECT ?term ?upper WHERE {{ GRAPH <{ONTOLOGY}> {{
            ?term rdfs:subClassOf|rdfs:subPropertyOf ?upper FILTER(isIRI(?upper)) }} }}"""
    ):
        upper[str(row["term"])].add(str(row["upper"]))
    return Vocabulary(labels, {term: frozenset(_closure(term, upper)) for term in upper})


def _closure(term: str, upper: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    open_ = [term]
    while open_:
        for above in upper.get(open_.pop(), ()):
            if above not in seen:
                seen.add(above)
                open_.append(above)
    return seen - {term}
