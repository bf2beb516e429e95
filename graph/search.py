"""Finding things by their names: preferred and alternative labels, every word, umlauts written either way."""

import re
from dataclasses import dataclass

from graph.language import best
from graph.store import Askable
from graph.vocabulary import PREFIXES, Vocabulary

SPELLINGS = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß"))
SHOWN = 200
"""Hits that are returned at most; a page with more is no answer."""
LONGEST = 200
"""Characters of a search that are looked for; longer names than that are rare."""
PREFERRED = "http://www.w3.org/2004/02/skos/core#prefLabel"


@dataclass(frozen=True)
class Hit:
    """A thing whose name holds all the words; `name` is the alternative name that did, if it was one."""

    iri: str
    label: str
    type: str
    name: str = ""


@dataclass(frozen=True)
class Name:
    """One name of a thing, as it is written and as it is looked through."""

    iri: str
    label: str
    name: str
    lower: str
    folded: str


class Names:
    """All names of a store in every language, with labels in the language in force.

    Read once: looking through them takes a few milliseconds, even for a single letter.
    """

    def __init__(self, store: Askable, words: Vocabulary) -> None:
        self._words = words
        self._types: dict[str, set[str]] = {}
        labels: dict[str, dict[str, str]] = {}
        names: dict[str, set[str]] = {}
        for row in store.select(
            PREFIXES
            + """SELECT ?s ?kind ?name (LANG(?name) AS ?language) WHERE {
                VALUES ?kind { skos:prefLabel skos:altLabel } ?s ?kind ?name }"""
        ):
            iri, name = str(row["s"]), str(row["name"])
            names.setdefault(iri, set()).add(name)
            if str(row["kind"]) == PREFERRED:
                labels.setdefault(iri, {}).setdefault(str(row["language"] or ""), name)
        for row in store.select(PREFIXES + "SELECT ?s ?type WHERE { ?s skos:prefLabel ?label ; a ?type }"):
            self._types.setdefault(str(row["s"]), set()).add(str(row["type"]))
        self._names = [
            Name(iri, best(labels[iri]), name, name.lower(), _folded(name))
            for iri in labels
            if iri in self._types
            for name in sorted(names[iri])
        ]

    def search(self, text: str, limit: int = SHOWN) -> list[Hit]:
        """The things whose names hold every word of `text`, best first: whole name, beginning, word, anywhere."""
        asked = [word for word in re.split(r"[^\w\-&+.]+", _folded(text[:LONGEST])) if word][:8]
        if not asked:
            return []
        anywhere = [re.compile(_pattern(word)) for word in asked]
        words = [re.compile(rf"\b{re.escape(word)}") for word in asked]
        phrase = " ".join(asked)
        found: dict[str, tuple[tuple[int, int], str, str]] = {}
        for name in self._names:
            if all(pattern.search(name.lower) for pattern in anywhere):
                rank = _rank(name, phrase, words), name.name, name.label
                found[name.iri] = min(found.get(name.iri, rank), rank)
        hits = []
        for iri in sorted(found, key=lambda iri: (found[iri][0], found[iri][2].casefold(), iri))[:limit]:
            _, written, label = found[iri]
            telling = self._words.most_specific(self._types[iri])
            hits.append(Hit(iri, label, self._words.label(telling[0]), written if written != label else ""))
        return hits

    def nearest(self, iri: str) -> list[Hit]:
        """Things whose names resemble the last word of an address that nobody knows."""
        parts = [part for part in iri.rsplit("/", 1)[-1].split("-") if len(part) > 3 and not part.isdigit()]
        for part in sorted(parts, key=len, reverse=True)[:3]:
            if hits := self.search(part, 5):
                return hits
        return []


def search(store: Askable, words: Vocabulary, text: str, limit: int = SHOWN) -> list[Hit]:
    """One search in a store; who searches more than once keeps its `Names`."""
    return Names(store, words).search(text, limit)


def _folded(text: str) -> str:
    """The text in small letters with umlauts written out."""
    folded = text.casefold()
    for ascii_, sign in SPELLINGS:
        folded = folded.replace(sign, ascii_)
    return folded


def _pattern(word: str) -> str:
    """A folded word as a regular expression; `strasse` finds `straße` and `ae` finds `ä`."""
    pattern = re.escape(word)
    for ascii_, sign in SPELLINGS:
        pattern = pattern.replace(ascii_, f"({ascii_}|{sign})")
    return pattern


def _rank(name: Name, phrase: str, words: list[re.Pattern[str]]) -> tuple[int, int]:
    if name.folded == phrase:
        place = 0
    elif name.folded.startswith(phrase):
        place = 1
    elif all(word.search(name.folded) for word in words):
        place = 2
    else:
        place = 3
    return place + (name.name != name.label), len(name.name)
