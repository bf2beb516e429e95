"""Since when a thing is known, from whom: the datasets and documents that speak of it, by day, and its other versions.

Everything comes from the edition that is shown; the journal of changes, which lies outside of it, is not asked.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from graph.labels import labels
from graph.news import DatedDataset, dated_datasets
from graph.store import Askable
from graph.vocabulary import PREFIXES, reference


@dataclass(frozen=True)
class Chapter:
    """What one dataset says of a thing, out of one document. Days are as exact as they are known; empty is unknown."""

    document: str
    label: str
    day: str
    """Of the document."""
    dataset: str
    dataset_label: str
    dataset_day: str
    about: int
    """Statements about the thing itself."""
    towards: int
    """Statements about others that name it."""


@dataclass(frozen=True)
class Version:
    """Another version of a thing: one that it continues, or one that continues it."""

    iri: str
    label: str
    day: str
    newer: bool


@dataclass(frozen=True)
class History:
    """The chapters, the oldest first and undated ones last, and the other versions."""

    chapters: tuple[Chapter, ...] = ()
    versions: tuple[Version, ...] = ()


def history(store: Askable, iri: str, datasets: Mapping[str, DatedDataset] | None = None) -> History:
    """The history of a thing; `datasets` are those of the store by IRI, for who has them. Raises ValueError for a text
    that is no IRI."""
    thing = reference(iri)
    known = {d.iri: d for d in dated_datasets(store)} if datasets is None else datasets
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for side, part in enumerate(("rdf:subject", "rdf:object")):
        for row in store.select(
            PREFIXES
            + f"""SELECT ?dataset ?document (COUNT(DISTINCT ?st) AS ?count) WHERE {{ GRAPH graph:evidence {{
                ?st {part} {thing} ; zg:evidencedBy ?passage . ?passage oa:hasSource ?in .
                OPTIONAL {{ ?st zg:inDataset ?dataset }}
                OPTIONAL {{ ?in zg:snapshotOf ?of }} BIND(COALESCE(?of, ?in) AS ?document) }} }}
                GROUP BY ?dataset ?document"""
        ):
            counts[str(row["dataset"] or ""), str(row["document"])][side] = int(str(row["count"]))
    documents = {document for _dataset, document in counts}
    names, days = labels(store, documents), _days(store, documents)
    chapters = [
        Chapter(
            document=document,
            label=names.get(document) or document.rsplit("/", 1)[-1],
            day=days.get(document, ""),
            dataset=dataset,
            dataset_label=known[dataset].title if dataset in known else dataset.rsplit("/", 1)[-1],
            dataset_day=known[dataset].day if dataset in known else "",
            about=about,
            towards=towards,
        )
        for (dataset, document), (about, towards) in counts.items()
    ]
    chapters.sort(key=lambda c: (not c.day, c.day, c.label.casefold(), c.document, c.dataset))
    return History(tuple(chapters), _versions(store, thing))


def _versions(store: Askable, thing: str) -> tuple[Version, ...]:
    rows = store.select(
        PREFIXES
        + f"""SELECT DISTINCT ?other ?newer WHERE {{
            {{ {thing} zg:continues ?other BIND(false AS ?newer) }}
            UNION {{ ?other zg:continues {thing} BIND(true AS ?newer) }}
            FILTER(isIRI(?other)) }} ORDER BY ?newer ?other"""
    )
    others = {str(row["other"]) for row in rows}
    names, days = labels(store, others), _days(store, others)
    found = [
        Version(iri, names.get(iri) or iri.rsplit("/", 1)[-1], days.get(iri, ""), bool(row["newer"]))
        for row in rows
        for iri in (str(row["other"]),)
    ]
    return tuple(sorted(found, key=lambda v: (v.newer, v.day, v.label.casefold(), v.iri)))


def _days(store: Askable, things: set[str]) -> dict[str, str]:
    """The day of each thing, as exact as it is known: when it was issued, dated or begun."""
    if not things:
        return {}
    values = " ".join(reference(thing) for thing in sorted(things) if _is_reference(thing))
    days: dict[str, str] = {}
    for row in store.select(
        PREFIXES
        + f"""SELECT ?thing (STR(?at) AS ?day) WHERE {{ VALUES ?thing {{ {values} }}
            VALUES ?p {{ dcterms:issued dcterms:date zg:begin }} ?thing ?p ?at }} ORDER BY ?thing ?day"""
    ):
        days.setdefault(str(row["thing"]), str(row["day"]))
    return days


def _is_reference(iri: str) -> bool:
    try:
        reference(iri)
    except ValueError:
        return False
    return True
