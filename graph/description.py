"""Everything that is known about one thing: its statements with their sources, and what points to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rdflib import Graph

from graph.language import language, preference
from graph.sources import Key, Source, sources_about, sources_of
from graph.store import Askable, Row
from graph.vocabulary import PREFIXES, Vocabulary, reference
from ontology.namespaces import GRAPH, ZG

SIDE_GRAPHS = ("catalogue", "themes", "ontology", "evidence", "judgements")
"""Where else things are described that are no part of the accepted graph."""
PLACES = ("{}", *(f"GRAPH <{GRAPH[name]}> {{}}" for name in SIDE_GRAPHS))
"""Patterns of where a thing may be described, the accepted graph first; the braces take a triple."""
POINTING = 300
"""Incoming links that are read at most."""

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
TITLE = "http://purl.org/dc/terms/title"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True)
class Value:
    """One value of a property: a thing (with `iri`) or a literal, and where that is said."""

    text: str
    iri: str = ""
    language: str = ""
    datatype: str = ""
    inferred: bool = False
    sources: tuple[Source, ...] = ()
    by_standard: bool = False
    """Inferred, and in a word of another standard: it says nothing that our own words do not."""


@dataclass(frozen=True)
class Property:
    """A property with its word and its values; for incoming links the values are the subjects."""

    iri: str
    label: str
    values: tuple[Value, ...]

    @property
    def has_by_standard(self) -> bool:
        """Whether some values follow in the words of another standard only."""
        return any(value.by_standard for value in self.values)

    @property
    def only_by_standard(self) -> bool:
        """Whether all values do."""
        return all(value.by_standard for value in self.values)


@dataclass(frozen=True)
class Description:
    """A thing with its label, its most telling classes, its statements, and the links that point to it."""

    iri: str
    label: str
    types: tuple[str, ...]
    properties: tuple[Property, ...]
    incoming: tuple[Property, ...] = ()
    more: bool = False
    """Whether more links point here than are listed."""
    classes: frozenset[str] = frozenset()
    """The IRIs of all its classes."""


def describe(store: Askable, words: Vocabulary, iri: str) -> Description | None:
    """What is said of a thing, and what points to it in the first graph that names it; None if nothing is said.

    A theme or a code is used in the accepted graph and described beside it.
    """
    thing = reference(iri)
    pattern = _place(store, thing)
    if pattern is None:
        return None
    outgoing, incoming = _outgoing(store, thing), _incoming(store, thing, pattern)
    inferred = _inferred(store, thing)
    sources = sources_of(store, iri) | sources_about(store, iri)
    properties = _grouped(outgoing, words, inferred, sources, iri, forward=True)
    types = words.most_specific(str(row["o"]) for row in outgoing if row["p"] == TYPE)
    labels = sorted(
        (row["p"] != LABEL, preference(str(row["language"] or "")), str(row["o"]))
        for row in outgoing
        if row["p"] in (LABEL, TITLE)
    )
    return Description(
        iri=iri,
        label=labels[0][2] if labels else words.label(iri),
        types=tuple(words.label(t) for t in types),
        properties=properties,
        incoming=_grouped(incoming[:POINTING], words, inferred, sources, iri, forward=False),
        more=len(incoming) > POINTING,
        classes=frozenset(str(row["o"]) for row in outgoing if row["p"] == TYPE),
    )


def statements(store: Askable, iri: str) -> Graph:
    """What is said of a thing, as RDF: its triples, those pointing to it, the labels of its neighbours."""
    thing = reference(iri)
    graph = Graph()
    pattern = _place(store, thing)
    if pattern is None:
        return graph
    pointing = _inside(pattern, f"?s ?q {thing}")
    graph += store.construct(
        f"CONSTRUCT {{ {thing} ?p ?o . ?s ?q {thing} }} WHERE {{ {_said_of(thing)} UNION {{ {pointing} }} }}"
    )
    graph += store.construct(
        PREFIXES
        + f"""CONSTRUCT {{ ?n skos:prefLabel ?label }} WHERE {{
            {{ SELECT DISTINCT ?n WHERE {{
                {{ {thing} ?p ?n }} UNION {{ ?n ?p {thing} }} FILTER(isIRI(?n)) }} }}
            ?n skos:prefLabel ?label }}"""
    )
    return graph


def is_described(store: Askable, iri: str) -> bool:
    """Whether anything is said of a thing. Raises ValueError for a text that is no IRI."""
    return _place(store, reference(iri)) is not None


def _place(store: Askable, thing: str) -> str | None:
    """The first of the places in which a thing stands as subject or object."""
    for pattern in PLACES:
        outgoing, pointing = _inside(pattern, f"{thing} ?p ?o"), _inside(pattern, f"?s ?p {thing}")
        if store.ask(f"ASK {{ {{ {outgoing} }} UNION {{ {pointing} }} }}"):
            return pattern
    return None


def _inside(pattern: str, triple: str) -> str:
    return pattern.replace("{}", "{ " + triple + " }")


def _said_of(thing: str) -> str:
    """The pattern of all statements about a thing, in whatever graph."""
    return " UNION ".join(f"{{ {_inside(pattern, f'{thing} ?p ?o')} }}" for pattern in PLACES)


def _outgoing(store: Askable, thing: str) -> list[Row]:
    return store.select(
        PREFIXES
        + f"""SELECT ?p (STR(?o) AS ?text) ?o (isIRI(?o) AS ?iri) (LANG(?o) AS ?language)
            (DATATYPE(?o) AS ?datatype) ?label WHERE {{ {_said_of(thing)} {_labelled("?o")} }}"""
    )


def _incoming(store: Askable, thing: str, pattern: str) -> list[Row]:
    inside = _inside(pattern, f"?o ?p {thing}")
    return store.select(
        PREFIXES
        + f"""SELECT ?p (STR(?o) AS ?text) ?o (isIRI(?o) AS ?iri) ?label
            WHERE {{ {inside} FILTER(isIRI(?o)) {_labelled("?o")} }} ORDER BY ?p ?o LIMIT {POINTING + 1}"""
    )


def _labelled(variable: str) -> str:
    """The pattern for the label of a thing, in the language in force if it has one, wherever it is described."""
    side = " ".join(f"<{GRAPH[name]}>" for name in ("themes", "ontology", "catalogue"))
    german, english = '"de", ""', '"en"'
    parts, names = [], []
    for place, languages in enumerate((german, english) if language() == "de" else (english, german)):
        parts.append(
            f"""OPTIONAL {{ {variable} skos:prefLabel ?here{place} FILTER(LANG(?here{place}) IN ({languages})) }}
            OPTIONAL {{ VALUES ?side{place} {{ {side} }}
                GRAPH ?side{place} {{ {variable} skos:prefLabel|dcterms:title ?there{place}
                    FILTER(LANG(?there{place}) IN ({languages})) }} }}"""
        )
        names += [f"?here{place}", f"?there{place}"]
    return "\n".join([*parts, f"BIND(COALESCE({', '.join(names)}) AS ?label)"])


def _inferred(store: Askable, thing: str) -> set[Key]:
    rows = store.select(
        f"""SELECT ?s ?p (STR(?o) AS ?text) WHERE {{ GRAPH <{GRAPH.inferred}> {{
            {{ {thing} ?p ?o BIND({thing} AS ?s) }} UNION {{ ?s ?p {thing} BIND({thing} AS ?o) }} }} }}"""
    )
    return {(str(row["s"]), str(row["p"]), str(row["text"])) for row in rows}


def _is_ours(predicate: str, text: str) -> bool:
    return predicate.startswith(str(ZG)) or (predicate == TYPE and text.startswith(str(ZG)))


def _grouped(
    rows: Sequence[Row],
    words: Vocabulary,
    inferred: set[Key],
    sources: dict[Key, list[Source]],
    thing: str,
    forward: bool,
) -> tuple[Property, ...]:
    found: dict[str, dict[tuple[str, str], Value]] = {}
    for row in rows:
        predicate, text = str(row["p"]), str(row["text"])
        triple = (thing, predicate, text) if forward else (text, predicate, thing)
        is_thing = bool(row["iri"])
        value = Value(
            text=(str(row["label"]) if row["label"] else words.label(text)) if is_thing else text,
            iri=text if is_thing else "",
            language=str(row.get("language") or ""),
            datatype=str(row.get("datatype") or "") if not is_thing else "",
            inferred=triple in inferred,
            sources=tuple(sources.get(triple, ())),
            by_standard=triple in inferred and not _is_ours(predicate, text),
        )
        found.setdefault(predicate, {}).setdefault((text, value.language), value)
    groups = [
        Property(
            predicate,
            words.label(predicate),
            tuple(sorted(values.values(), key=lambda v: (v.inferred, v.text.casefold(), v.iri))),
        )
        for predicate, values in found.items()
    ]
    first = {LABEL: 0, TITLE: 0, TYPE: 1}
    return tuple(sorted(groups, key=lambda g: (first.get(g.iri, 2), g.label.casefold(), g.iri)))
