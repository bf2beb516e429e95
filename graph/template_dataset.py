"""A filled template as a dataset that `load` takes: what is said, by which document, and where it stands there."""

import re
from decimal import Decimal
from itertools import chain
from pathlib import PurePath

from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS, XSD

from graph.dataset import Dataset
from graph.evidence import Passage, describe_passage, describe_statement
from graph.filled import LONGEST_SLUG, Entry, Filled, Known, key_of, slug
from graph.reference import kebab
from graph.template import normal
from ontology.namespaces import ID, OA, ZG

DATATYPES = (XSD.gYear, XSD.gYearMonth, XSD.date)
"""Of a day, by how many hyphens it has."""


def dataset(filled: Filled, known: Known, name: str = "") -> Dataset:
    """The dataset of a file; without a name of its own it is called after its title.

    Whose measure it is, is told by the file; themes, activities and who benefits are assigned by who filled it in.
    """
    return _Writing(filled, known, name).dataset()


class _Writing:
    """One file while its dataset is written."""

    def __init__(self, filled: Filled, known: Known, name: str) -> None:
        self.filled, self.known = filled, known
        stem = PurePath(filled.file).stem
        self.name = name or kebab(filled.head.title or stem)[:LONGEST_SLUG].strip("-") or "vorlage"
        self.iri = ID[f"dataset/{self.name}"]
        self.statements, self.evidence, self.description = Graph(), Graph(), Graph()
        self.lines: dict[str, int] = {}
        self.passage: URIRef = self.iri

    def dataset(self) -> Dataset:
        self._describe()
        for entry in self.filled.entries:
            self.passage = self._passage(entry)
            self._write(entry)
        return Dataset(
            self.iri, self.statements, self.evidence, self.description, self.filled.file, dict(self.lines)
        )

    def _describe(self) -> None:
        head = self.filled.head
        about = [
            (RDF.type, ZG.Dataset),
            (DCTERMS.title, Literal(head.title or PurePath(self.filled.file).stem, lang="de")),
            (ZG.reviewStatus, ID["code/review-status/unchecked"]),
            (ZG.visibility, ID["code/visibility/internal"]),
        ]
        if head.publisher:
            about.append((DCTERMS.provenance, Literal(f"Angaben von: {head.publisher}", lang="de")))
        if head.day:
            about.append((DCTERMS.issued, Literal(head.day, datatype=DATATYPES[head.day.count("-")])))
        if head.licence:
            about.append((DCTERMS.license, URIRef(head.licence)))
        for predicate, value in about:
            self.description.add((self.iri, predicate, value))

    def _passage(self, entry: Entry) -> URIRef:
        """The passage that a row names; a row that names none rests on the file itself."""
        name, url = entry.document, entry.address
        if not name and not url:
            document, name, path = (
                ID[f"document/{self.name}"],
                f"Ausgefüllte Vorlage {self.filled.file}",
                self.name,
            )
        else:
            name = name or url
            path = f"{slug(name)}-{key_of(entry.authority)}"
            document = ID[f"document/{path}"]
        passage = describe_passage(self.evidence, Passage(document))
        self._say(document, RDF.type, ZG.WebPage if url else ZG.Document, passage)
        if (
            document,
            SKOS.prefLabel,
            None,
        ) not in self.statements:  # two spellings of one title give one address
            self._say(document, SKOS.prefLabel, Literal(name, lang="de"), passage)
        if url:
            self._say(document, FOAF.page, URIRef(url), passage)
        if not entry.passage or not (entry.document or url):
            return passage
        place = ID[f"evidence/{path}-{kebab(entry.passage)[:LONGEST_SLUG] or 'stelle'}"]
        page = re.fullmatch(
            r"(?:s\.?|seiten?|p\.?|page)?\s*(\d{1,5}(?:\s*[-–]\s*\d{1,5})?)", entry.passage, re.IGNORECASE
        )
        self.evidence.add((place, RDF.type, ZG.Evidence))
        self.evidence.add((place, OA.hasSource, document))
        self.evidence.add(
            (place, ZG.page if page else ZG.sectionTitle, Literal(page[1] if page else entry.passage))
        )
        return place

    def _write(self, entry: Entry) -> None:
        measure = URIRef(entry.iri)
        authority = URIRef(entry.authority.iri)
        self.lines[entry.iri] = entry.row
        self._say(measure, RDF.type, URIRef(entry.kind))
        if not entry.known:  # else it has its name already, and two would be one too many
            self._say(measure, SKOS.prefLabel, Literal(entry.title, lang="de"))
        self._say(measure, ZG.ofAuthority, authority)
        if entry.description:
            self._say(measure, DCTERMS.description, Literal(entry.description, lang="de"))
        plain = (
            (DCTERMS.identifier, entry.number),
            (ZG.placeAsWritten, entry.place),
            (ZG.fieldAsWritten, entry.field),
        )
        for predicate, text in plain:
            if text:
                self._say(measure, predicate, Literal(text))
        for predicate, day in ((ZG.begin, entry.begin), (ZG.end, entry.end)):
            if day:
                self._say(measure, predicate, Literal(day, datatype=DATATYPES[day.count("-")]))
        if entry.status:
            self._say(measure, ZG.status, URIRef(entry.status.iri))
        assigned = (
            *((ZG.hasTheme, choice) for choice in entry.themes),
            *((ZG.activityType, choice) for choice in entry.activities),
            *((ZG.beneficiary, choice) for choice in entry.beneficiaries),
        )
        for predicate, choice in assigned:
            self._say(measure, predicate, URIRef(choice.iri), method="assigned")
        if entry.strategy:
            self._say(measure, ZG.partOfStrategy, self._strategy(entry))
        roles = ((ZG.ledBy, entry.lead), (ZG.partner, entry.partners), (ZG.supportedBy, entry.support))
        for predicate, name in chain.from_iterable(((p, n) for n in names) for p, names in roles):
            self._say(measure, predicate, self._actor(entry, name))
        for name in entry.programmes:
            self._say(measure, ZG.fundedBy, self._programme(entry, name))
        if entry.amount is not None:
            self._say(measure, ZG.hasBudget, self._budget(entry))

    def _strategy(self, entry: Entry) -> URIRef:
        authority = entry.authority
        found = self.known.strategies.get((normal(entry.strategy), authority.iri))
        if found:
            return URIRef(found)
        strategy = self._thing(
            entry, f"strategy/{slug(entry.strategy)}-{key_of(authority)}", ZG.Strategy, entry.strategy
        )
        self._say(strategy, ZG.ofAuthority, URIRef(authority.iri))
        return strategy

    def _actor(self, entry: Entry, name: str) -> URIRef:
        """Somebody of that name in the same district, the authority itself, or somebody new: never one from
        elsewhere."""
        if normal(name) in map(normal, entry.authority.names):
            return URIRef(entry.authority.iri)
        key = key_of(entry.authority)
        found = self.known.actors.get(
            (normal(name), self.known.keys.get(entry.authority.iri) or entry.authority.iri)
        )
        return URIRef(found) if found else self._thing(entry, f"actor/{slug(name)}-{key}", ZG.Actor, name)

    def _programme(self, entry: Entry, name: str) -> URIRef:
        found = self.known.programmes.get(normal(name))
        return (
            URIRef(found)
            if found
            else self._thing(entry, f"funding-programme/{slug(name)}", ZG.FundingProgramme, name)
        )

    def _budget(self, entry: Entry) -> URIRef:
        name = entry.iri.rsplit("/", 1)[-1]
        label = f"Betrag {entry.year}: {entry.title}" if entry.year else f"Betrag: {entry.title}"
        item = self._thing(entry, f"budget/{name}-{entry.year or 'ohne-jahr'}", ZG.BudgetItem, label)
        self._say(item, ZG.amount, Literal(format(entry.amount or Decimal(0), "f"), datatype=XSD.decimal))
        if entry.year:
            self._say(item, ZG.fiscalYear, Literal(entry.year, datatype=XSD.integer))
        if entry.budget:
            self._say(item, ZG.budgetKind, URIRef(entry.budget.iri))
        return item

    def _thing(self, entry: Entry, path: str, kind: URIRef, label: str) -> URIRef:
        thing = ID[path]
        self.lines.setdefault(str(thing), entry.row)
        self._say(thing, RDF.type, kind)
        if (thing, SKOS.prefLabel, None) not in self.statements:
            self._say(thing, SKOS.prefLabel, Literal(label, lang="de"))
        return thing

    def _say(
        self,
        thing: URIRef,
        predicate: URIRef,
        value: Node,
        passage: URIRef | None = None,
        method: str = "asserted",
    ) -> None:
        triple = (thing, predicate, value)
        self.statements.add(triple)
        describe_statement(
            self.evidence, triple, self.iri, [passage or self.passage], ID[f"code/method/{method}"]
        )


def whole(dataset: Dataset) -> Graph:
    """All that a dataset says, with its evidence and its description, as one graph to hand on."""
    graph = Graph()
    for part in (dataset.statements, dataset.evidence, dataset.description):
        for triple in part:
            graph.add(triple)
    return graph
