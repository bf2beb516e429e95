"""Company: the actors that take part in both of two things, with what they do in each and where it stands."""

from collections import defaultdict
from dataclasses import dataclass

from graph.language import best
from graph.sources import Source, sources_of
from graph.store import Askable
from graph.vocabulary import PREFIXES, Vocabulary, local_name, reference


@dataclass(frozen=True)
class Part:
    """What an actor does in one of the two: the word of the ontology, and the passages that say it."""

    relation: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Companion:
    """An actor of both."""

    iri: str
    label: str
    a: tuple[Part, ...]
    b: tuple[Part, ...]


def company(store: Askable, words: Vocabulary, a: str, b: str) -> list[Companion]:
    """The actors that both things (IRIs) name, by name. Raises ValueError for a text that is no IRI."""
    one, other = reference(a), reference(b)
    rows = store.select(
        PREFIXES
        + f"""SELECT DISTINCT ?actor ?label (LANG(?label) AS ?language) ?p ?q WHERE {{
            {one} ?p ?actor . {other} ?q ?actor . ?actor a zg:Actor ; skos:prefLabel ?label
            FILTER(STRSTARTS(STR(?p), STR(zg:)) && STRSTARTS(STR(?q), STR(zg:))) }}"""
    )
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    said: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for row in rows:
        actor = str(row["actor"])
        labels[actor].setdefault(str(row["language"] or ""), str(row["label"]))
        said[actor][0].add(str(row["p"]))
        said[actor][1].add(str(row["q"]))
    if not said:
        return []
    known = sources_of(store, a), sources_of(store, b)

    def parts(thing: str, actor: str, side: int) -> tuple[Part, ...]:
        return tuple(
            Part(words.label(relation), tuple(known[side].get((thing, relation, actor), ())))
            for relation in words.most_specific(said[actor][side])
        )

    found = [
        Companion(actor, best(labels[actor], local_name(actor)), parts(a, actor, 0), parts(b, actor, 1))
        for actor in said
    ]
    return sorted(found, key=lambda companion: (companion.label.casefold(), companion.iri))
