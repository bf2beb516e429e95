"""What no shape can say well: contact data in any spelling, statements about our own terms, contradictions.

It runs before the shapes: their patterns are slow on very long texts, and a contradiction needs the rules.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import combinations

from rdflib import Graph, Literal, Node, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from graph.dataset import Dataset
from graph.inference import infer
from ontology import ontology
from ontology.namespaces import ID, ZG

LONGEST_TEXT = 10_000
"""Signs of one text: a paraphrase is a few sentences."""
DATE = re.compile(r"\b\d{1,2}/\d{4}(-\d{4})?\b|\b\d{1,2}\. ?\d{1,2}\.( ?\d{2,4})?|\b\d{4}-\d{2}(-\d{2})?\b")
PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00|0)[ /().-]{0,3}\d(?:[ /().-]{0,3}\d){6,13}(?!\d)")
CALL = re.compile(
    r"\b(?:tel|telefon|fon|fax|telefax|mobil|handy|rufnummer|durchwahl)\W{0,3}(?:nr|nummer)?\W{0,12}\d(?:\W?\d){3,}",
    re.IGNORECASE,
)
MAIL = re.compile(r"[^\s@]{1,64} ?@ ?[^\s@]{1,64}\.[^\W\d_]{2,}")
AT, DOT = (
    re.compile(r"\s?[\[({<](?:at|ät)[\])}>]\s?", re.IGNORECASE),
    re.compile(r"\s?[\[({<](?:dot|punkt)[\])}>]\s?", re.IGNORECASE),
)
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | {
    0x200B: None,
    0x200C: None,
    0x200D: None,
    0xFEFF: None,
    0xAD: None,
}
AXIOMS = {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range}
PROTECTED = (str(ZG), str(ID["theme/"]), str(ID["code/"]))


def holds_contact(text: str) -> bool:
    """Whether a phone number or mail address stands in the text, also in the usual disguises."""
    plain = unicodedata.normalize("NFKC", html.unescape(text)).translate(DASHES)
    plain = re.sub(r"\s+", " ", DOT.sub(".", AT.sub("@", plain.replace("%40", "@"))))
    without_dates = DATE.sub(" ", plain)
    return bool(MAIL.search(plain) or CALL.search(plain) or PHONE.search(without_dates))


def unsound(dataset: Dataset, known: Graph) -> Iterator[tuple[Node, str, str]]:
    """Node, property and German message of everything that must not be stored.

    `known` holds the classes of things that others describe.
    """
    for subject, predicate, value in dataset.statements + dataset.description:
        if isinstance(value, Literal) and len(value) > LONGEST_TEXT:
            yield (
                subject,
                str(predicate),
                f"Der Text ist zu lang ({len(value)} Zeichen, höchstens {LONGEST_TEXT}).",
            )
        elif isinstance(value, Literal) and not value.datatype and holds_contact(str(value)):
            yield (
                subject,
                str(predicate),
                "Hier steht eine Telefonnummer oder Mailadresse. Kontaktdaten bitte entfernen.",
            )
        if isinstance(subject, URIRef) and "@" in subject:
            yield (
                subject,
                "",
                "Die Adresse des Dings enthält eine Mailadresse. Bitte einen anderen Namen wählen.",
            )
        if str(subject).startswith(PROTECTED) or predicate in AXIOMS or str(predicate).startswith(str(OWL)):
            yield (
                subject,
                str(predicate),
                "Daten dürfen Begriffe, Themen und Codelisten nicht ändern. Bitte streichen.",
            )
    yield from _contradictions(dataset.statements, known)


def _contradictions(data: Graph, known: Graph) -> Iterator[tuple[Node, str, str]]:
    classes: dict[Node, set[Node]] = {}
    facts = [triple for triple in data + known if not isinstance(triple[2], Literal)]
    for subject, predicate, value in [*facts, *infer(facts)]:
        if predicate == RDF.type:
            classes.setdefault(subject, set()).add(value)
    for subject, types in classes.items():
        for pair in combinations(sorted(types & _disjoint(), key=str), 2):
            one, other = (_word(term) for term in pair)
            yield (
                subject,
                "",
                f"Das wäre zugleich „{one}“ und „{other}“; beides schließt sich aus. Bitte die Angaben prüfen.",
            )


@cache
def _disjoint() -> frozenset[Node]:
    """The classes of which nothing can be two."""
    [axiom] = _ontology().subjects(RDF.type, OWL.AllDisjointClasses)
    [members] = _ontology().objects(axiom, OWL.members)
    return frozenset(Collection(_ontology(), members))


@cache
def _ontology() -> Graph:
    """Read once: a file with many contradictions asks for many names."""
    return ontology()


def _word(term: Node) -> str:
    labels = (
        label for label in _ontology().objects(term, SKOS.prefLabel) if getattr(label, "language", "") == "de"
    )
    return str(next(labels, term))
