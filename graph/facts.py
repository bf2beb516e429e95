"""What the graph says of some things, read in one go: values, names in the language in force, and where it stands."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.labels import labels
from graph.language import best
from graph.sources import Key, Source, sources_of_these
from graph.store import Askable
from graph.vocabulary import PREFIXES, local_name, reference
from ontology import namespaces


@dataclass(frozen=True)
class Facts:
    """Values by thing and property. A property of ours goes by its bare name, others with a prefix (`org:role`)."""

    values: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    """Values with a language, by language."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What things are called, also those that are only pointed to."""
    sources: Mapping[Key, Sequence[Source]] = field(default_factory=dict)

    def all(self, thing: str, name: str) -> tuple[str, ...]:
        """Every value, sorted."""
        return self.values.get((thing, term(name)), ())

    def one(self, thing: str, name: str) -> str:
        """The first value; empty where nothing is said."""
        return next(iter(self.all(thing, name)), "")

    def text(self, thing: str, name: str) -> str:
        """The value in the language in force, or in whichever there is one."""
        return best(self.texts.get((thing, term(name)), {}))

    def number(self, thing: str, name: str) -> int | None:
        """The smallest whole number among the values; None where none is said."""
        return min((int(value) for value in self.all(thing, name) if value.isdecimal()), default=None)

    def is_a(self, thing: str, *classes: str) -> bool:
        """Whether a thing is of one of our classes."""
        kinds = self.all(thing, "rdf:type")
        return any(term(name) in kinds for name in classes)

    def name(self, thing: str) -> str:
        """What a thing is called, else the last word of its address."""
        return self.names.get(thing) or local_name(thing)

    def where(self, thing: str, name: str, value: str) -> tuple[Source, ...]:
        """The passages of one statement."""
        return tuple(self.sources.get((thing, term(name), value), ()))

    def named_where(self, thing: str) -> tuple[Source, ...]:
        """The passages of a thing's name."""
        said = self.texts.get((thing, term("skos:prefLabel")), {}).values()
        return merged(self.where(thing, "skos:prefLabel", label) for label in sorted(said))


def facts(store: Askable, things: Iterable[str]) -> Facts:
    """All that is said of some things (IRIs)."""
    wanted = sorted(set(things))
    if not wanted:
        return Facts()
    rows = store.select(
        PREFIXES
        + f"""SELECT ?s ?p (STR(?o) AS ?text) (LANG(?o) AS ?language) (isIRI(?o) AS ?pointing) WHERE {{
            VALUES ?s {{ {_listed(wanted)} }} ?s ?p ?o }}"""
    )
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    texts: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    others: set[str] = set(wanted)
    for row in sorted(rows, key=lambda row: str(row["text"])):
        key, text = (str(row["s"]), str(row["p"])), str(row["text"])
        values[key].add(text)
        if row["pointing"]:
            others.add(text)
        else:
            texts[key].setdefault(str(row["language"] or ""), text)
    return Facts(
        values={key: tuple(sorted(found)) for key, found in values.items()},
        texts=dict(texts),
        names=labels(store, others),
        sources=sources_of_these(store, wanted),
    )


def merged(passages: Iterable[Iterable[Source]]) -> tuple[Source, ...]:
    """Passages of several statements, each once."""
    return tuple(dict.fromkeys(source for of in passages for source in of))


def term(name: str) -> str:
    """The address of a property or class."""
    prefix, _, rest = name.rpartition(":")
    return str(namespaces.PREFIXES[prefix or "zg"][rest])


def _listed(things: Collection[str]) -> str:
    return " ".join(map(reference, sorted(things)))
