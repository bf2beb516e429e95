"""Where a statement stands: the passages that carry it, read from the evidence graph."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from graph.language import _
from graph.store import Askable, Row
from graph.vocabulary import PREFIXES, reference

METHODS = {
    "asserted": "ausdrücklich im Text",
    "extracted": "aus dem Text gelesen",
    "inferred": "gefolgert",
    "judged": "beurteilt",
    "assigned": "von der Redaktion zugeordnet",
}


@dataclass(frozen=True)
class Source:
    """One passage: document, heading, code points [start, end), and how the statement came about."""

    document: str
    iri: str
    section: str = ""
    start: int | None = None
    end: int | None = None
    page: str = ""
    url: str = ""
    method: str = ""
    confidence: float | None = None
    dataset: str = ""

    def __lt__(self, other: "Source") -> bool:
        return (self.document, self.start or 0, self.end or 0) < (
            other.document,
            other.start or 0,
            other.end or 0,
        )

    def __str__(self) -> str:
        parts = [self.document]
        if self.section:
            parts.append(_("Abschnitt „{section}“").format(section=self.section))
        if self.page:
            parts.append(_("Seite {page}").format(page=self.page))
        if self.start is not None and self.end is not None:
            parts.append(_("Zeichen {start}–{end}").format(start=self.start, end=self.end))
        return ", ".join(parts)


Key = tuple[str, str, str]
"""Subject, predicate, object of a statement, the object as its text."""


def sources_between_things(store: Askable) -> dict[Key, list[Source]]:
    """The sources of all statements that join two things, and of those that say what a thing is called."""
    between = "isIRI(?o) && (STRSTARTS(STR(?p), STR(zg:)) || ?p IN (org:postIn, org:heldBy))"
    return _sources(store, f"?st rdf:predicate ?p . FILTER(?p = skos:prefLabel || ({between}))")


def sources_of(store: Askable, subject: str) -> dict[Key, list[Source]]:
    """The sources of every statement about a thing."""
    return _sources(store, f"?st rdf:subject {reference(subject)} ; rdf:predicate ?p .")


def sources_of_these(store: Askable, subjects: Iterable[str]) -> dict[Key, list[Source]]:
    """The sources of every statement about any of some things."""
    values = " ".join(map(reference, subjects))
    return _sources(store, f"VALUES ?s {{ {values} }} ?st rdf:subject ?s ; rdf:predicate ?p .")


def sources_about(store: Askable, thing: str) -> dict[Key, list[Source]]:
    """The sources of every statement in which another thing points to this one."""
    return _sources(store, f"?st rdf:object {reference(thing)} ; rdf:predicate ?p .")


def _sources(store: Askable, pattern: str) -> dict[Key, list[Source]]:
    rows = store.select(
        PREFIXES
        + f"""
        SELECT ?s ?p (STR(?o) AS ?object) ?in ?document ?section ?page ?start ?end
               ?method ?confidence ?dataset
        WHERE {{ GRAPH graph:evidence {{
            ?st rdf:object ?o . {pattern}
            ?st rdf:subject ?s ; zg:evidencedBy ?e .
            ?e oa:hasSource ?in .
            OPTIONAL {{ ?in zg:snapshotOf ?document }}
            OPTIONAL {{ ?e zg:sectionTitle ?section }}
            OPTIONAL {{ ?e zg:page ?page }}
            OPTIONAL {{ ?e oa:hasSelector ?selector . ?selector oa:start ?start ; oa:end ?end }}
            OPTIONAL {{ ?st zg:method ?method }}
            OPTIONAL {{ ?st zg:confidence ?confidence }}
            OPTIONAL {{ ?st zg:inDataset ?dataset }}
        }} }}"""
    )
    found: dict[Key, dict[tuple[object, ...], Row]] = defaultdict(dict)
    for row in rows:
        place = (row["document"] or row["in"], row["start"], row["end"], row["method"])
        found[str(row["s"]), str(row["p"]), str(row["object"])].setdefault(place, row)
    documents = {str(row["document"] or row["in"]) for places in found.values() for row in places.values()}
    names, urls = _documents(store, documents)
    return {
        key: sorted(_source(row, names, urls) for row in places.values()) for key, places in found.items()
    }


def _documents(store: Askable, iris: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    values = " ".join(map(reference, iris))
    names: dict[str, str] = {}
    urls: dict[str, str] = {}
    for row in store.select(
        PREFIXES
        + f"""SELECT ?d ?label ?url WHERE {{ VALUES ?d {{ {values} }}
            OPTIONAL {{ ?d skos:prefLabel ?label FILTER(LANG(?label) IN ("de", "")) }}
            OPTIONAL {{ ?d foaf:page|dcterms:source ?url FILTER(isIRI(?url)) }} }} ORDER BY ?d ?label ?url"""
    ):
        if row["label"]:
            names.setdefault(str(row["d"]), str(row["label"]))
        if row["url"]:
            urls.setdefault(str(row["d"]), str(row["url"]))
    return names, urls


def _source(row: Row, names: dict[str, str], urls: dict[str, str]) -> Source:
    document = str(row["document"] or row["in"])
    method = str(row["method"] or "").rsplit("/", 1)[-1]
    return Source(
        document=names.get(document) or document.rsplit("/", 1)[-1],
        iri=document,
        section=str(row["section"] or ""),
        start=_integer(row["start"]),
        end=_integer(row["end"]),
        page=str(row["page"] or ""),
        url=urls.get(document, ""),
        method=METHODS.get(method, method),
        confidence=float(row["confidence"]) if row["confidence"] is not None else None,
        dataset=str(row["dataset"] or ""),
    )


def _integer(value: object) -> int | None:
    return int(str(value)) if value is not None else None
