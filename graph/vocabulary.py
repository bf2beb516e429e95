"""The words for terms: labels of classes, properties and codes, and which class tells most."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from graph.language import N_, SOURCE, _, language, preference
from graph.store import Askable
from ontology import namespaces
from ontology.namespaces import GRAPH, ID

PREFIXES = "".join(f"PREFIX {name}: <{space}>\n" for name, space in namespaces.PREFIXES.items())
"""What our SPARQL texts written in Python begin with."""

ONTOLOGY = str(GRAPH["ontology"])

FORBIDDEN = frozenset('<>"{}|^`\\')
"""Signs that may not stand in an IRI reference: https://www.w3.org/TR/sparql11-query/#rIRIREF"""

FOREIGN = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": N_("ist ein"),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject": N_("Subjekt"),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate": N_("Prädikat"),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#object": N_("Objekt"),
    "http://www.w3.org/2000/01/rdf-schema#seeAlso": N_("siehe auch"),
    "http://www.w3.org/2000/01/rdf-schema#label": N_("Bezeichnung"),
    "http://www.w3.org/2000/01/rdf-schema#comment": N_("Anmerkung"),
    "http://www.w3.org/2000/01/rdf-schema#isDefinedBy": N_("definiert in"),
    "http://www.w3.org/2000/01/rdf-schema#subClassOf": N_("Unterklasse von"),
    "http://www.w3.org/2000/01/rdf-schema#subPropertyOf": N_("Untereigenschaft von"),
    "http://www.w3.org/2000/01/rdf-schema#domain": N_("Gegenstand"),
    "http://www.w3.org/2000/01/rdf-schema#range": N_("Wertebereich"),
    "http://www.w3.org/2004/02/skos/core#prefLabel": N_("Bezeichnung"),
    "http://www.w3.org/2004/02/skos/core#altLabel": N_("auch genannt"),
    "http://www.w3.org/2004/02/skos/core#hiddenLabel": N_("Suchwort"),
    "http://www.w3.org/2004/02/skos/core#definition": N_("Definition"),
    "http://www.w3.org/2004/02/skos/core#example": N_("Beispiel"),
    "http://www.w3.org/2004/02/skos/core#scopeNote": N_("Hinweis"),
    "http://www.w3.org/2004/02/skos/core#notation": N_("Notation"),
    "http://www.w3.org/2004/02/skos/core#broader": N_("Oberbegriff"),
    "http://www.w3.org/2004/02/skos/core#narrower": N_("Unterbegriff"),
    "http://www.w3.org/2004/02/skos/core#related": N_("verwandt mit"),
    "http://www.w3.org/2004/02/skos/core#inScheme": N_("in der Liste"),
    "http://www.w3.org/2004/02/skos/core#topConceptOf": N_("oberster Begriff von"),
    "http://www.w3.org/2004/02/skos/core#exactMatch": N_("entspricht genau"),
    "http://www.w3.org/2004/02/skos/core#closeMatch": N_("entspricht ungefähr"),
    "http://www.w3.org/2004/02/skos/core#broadMatch": N_("entspricht dem weiteren Begriff"),
    "http://www.w3.org/2004/02/skos/core#narrowMatch": N_("entspricht dem engeren Begriff"),
    "http://www.w3.org/2004/02/skos/core#relatedMatch": N_("steht in Beziehung zu"),
    "http://purl.org/dc/terms/title": N_("Titel"),
    "http://purl.org/dc/terms/description": N_("Beschreibung"),
    "http://purl.org/dc/terms/identifier": N_("Kennung"),
    "http://purl.org/dc/terms/source": N_("Quelle"),
    "http://purl.org/dc/terms/created": N_("erstellt am"),
    "http://purl.org/dc/terms/issued": N_("veröffentlicht am"),
    "http://purl.org/dc/terms/modified": N_("geändert am"),
    "http://purl.org/dc/terms/publisher": N_("herausgegeben von"),
    "http://purl.org/dc/terms/creator": N_("erstellt von"),
    "http://purl.org/dc/terms/license": N_("Lizenz"),
    "http://purl.org/dc/terms/spatial": N_("räumlicher Bezug"),
    "http://purl.org/dc/terms/subject": N_("Thema"),
    "http://purl.org/dc/terms/isPartOf": N_("ist Teil von"),
    "http://purl.org/dc/terms/replaces": N_("ersetzt"),
    "http://purl.org/dc/terms/language": N_("Sprache"),
    "http://xmlns.com/foaf/0.1/page": N_("Seite im Netz"),
    "http://xmlns.com/foaf/0.1/homepage": N_("Internetauftritt"),
    "http://xmlns.com/foaf/0.1/name": N_("Name"),
    "http://www.w3.org/ns/org#member": N_("Mitglied"),
    "http://www.w3.org/ns/org#organization": N_("in der Organisation"),
    "http://www.w3.org/ns/org#role": N_("Rolle"),
    "http://www.w3.org/ns/org#classification": N_("Art"),
    "http://www.w3.org/ns/org#heldBy": N_("innegehabt von"),
    "http://www.w3.org/ns/org#postIn": N_("Amt in"),
    "http://www.w3.org/ns/org#memberOf": N_("Mitglied von"),
    "http://www.w3.org/ns/org#headOf": N_("leitet"),
    "http://www.w3.org/ns/org#subOrganizationOf": N_("Teil der Organisation"),
    "http://www.w3.org/ns/oa#hasSource": N_("im Text"),
    "http://www.w3.org/ns/oa#hasSelector": N_("an der Stelle"),
    "http://www.w3.org/ns/oa#start": N_("von Zeichen"),
    "http://www.w3.org/ns/oa#end": N_("bis Zeichen"),
    "http://www.w3.org/ns/prov#wasDerivedFrom": N_("abgeleitet aus"),
    "http://www.w3.org/ns/dcat#theme": N_("Thema (Katalog)"),
}  # fmt: skip
"""Words for terms of the standards we reuse; the standards themselves carry no German ones."""


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
    """A name in the quotation marks of the language in force; its own become single ones."""
    if language() == SOURCE:
        return f"„{text.replace('„', '‚').replace('“', '‘')}“"
    return f"“{text.replace('„', '‘').replace('“', '’')}”"


def local_name(iri: str) -> str:
    """The last word of an IRI, for want of a label."""
    return iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1] or iri


@dataclass(frozen=True)
class Vocabulary:
    """Labels of terms in one language, and the order among classes and properties, read once from the ontology
    graph."""

    labels: dict[str, str]
    above: dict[str, frozenset[str]]
    """For a class or property all that stand above it, itself excluded."""

    def label(self, iri: str) -> str:
        """The word for a term, else the last word of its IRI."""
        return self.labels.get(iri) or _(FOREIGN.get(iri, "")) or local_name(iri)

    def most_specific(self, terms: Iterable[str]) -> list[str]:
        """Those terms that none of the others refines, our own first."""
        known = set(terms)
        implied = {upper for term in known for upper in self.above.get(term, ())}
        return sorted(known - implied, key=lambda term: (term not in self.labels, self.label(term), term))


def vocabulary(store: Askable) -> Vocabulary:
    """The vocabulary in the store's ontology graph, in the language in force: else German, else any."""
    labels: dict[str, str] = {}
    rows = store.select(
        PREFIXES
        + f"""SELECT ?term ?label (LANG(?label) AS ?language) WHERE {{
            GRAPH <{ONTOLOGY}> {{ ?term skos:prefLabel|rdfs:label ?label }} }}"""
    )
    for row in sorted(rows, key=lambda row: (preference(str(row["language"] or "")), str(row["label"]))):
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
