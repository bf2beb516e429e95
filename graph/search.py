"""Finding things by their names: preferred and alternative labels, every word, umlauts written either way."""

import re
from dataclasses import dataclass

from graph.store import Askable
from graph.vocabulary import PREFIXES, Vocabulary

SPELLINGS = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß"))
SHOWN = 200
"""Hits that are returned at most; a page with more is no answer."""


@dataclass(frozen=True)
class Hit:
    """A thing whose name holds all the words; `name` is the alternative name that did, if it was one."""

    iri: str
    label: str
    type: str
    name: str = ""


def search(store: Askable, words: Vocabulary, text: str, limit: int = SHOWN) -> list[Hit]:
    """The things whose names hold every word of `text`, best first: whole name, beginning, word, anywhere."""
    asked = [word for word in re.split(r"[^\w\-&+.]+", _folded(text)) if word][:8]
    if not asked:
        return []
    filters = " && ".join(f'REGEX(LCASE(STR(?name)), "{_pattern(word)}")' for word in asked)
    rows = store.select(
        PREFIXES
        + f"""SELECT ?s ?label ?name ?type WHERE {{
            ?s skos:prefLabel|skos:altLabel ?name ; skos:prefLabel ?label ; a ?type .
            FILTER({filters}) FILTER(LANG(?label) IN ("de", "")) }}"""
    )
    types: dict[str, set[str]] = {}
    names: dict[str, tuple[tuple[int, int], str, str]] = {}
    for row in rows:
        iri, label, name = str(row["s"]), str(row["label"]), str(row["name"])
        types.setdefault(iri, set()).add(str(row["type"]))
        found = (_rank(name, asked, name != label), name, label)
        names[iri] = min(names.get(iri, found), found)
    hits = []
    for iri in sorted(names, key=lambda iri: (names[iri][0], names[iri][2].casefold(), iri))[:limit]:
        _, name, label = names[iri]
        telling = words.most_specific(types[iri])
        hits.append(Hit(iri, label, words.label(telling[0]), name if name != label else ""))
    return hits


def nearest(store: Askable, words: Vocabulary, iri: str) -> list[Hit]:
    """Things whose names resemble the last word of an address that nobody knows."""
    parts = [part for part in iri.rsplit("/", 1)[-1].split("-") if len(part) > 3 and not part.isdigit()]
    for part in sorted(parts, key=len, reverse=True)[:3]:
        if hits := search(store, words, part, 5):
            return hits
    return []


def _folded(text: str) -> str:
    """The text in small letters with umlauts written out."""
    folded = text.casefold()
    for ascii_, sign in SPELLINGS:
        folded = folded.replace(sign, ascii_)
    return folded


def _pattern(word: str) -> str:
    """A folded word as a regular expression in a SPARQL string; `strasse` finds `straße` and `ae` finds `ä`."""
    pattern = re.escape(word)
    for ascii_, sign in SPELLINGS:
        pattern = pattern.replace(ascii_, f"({ascii_}|{sign})")
    return pattern.replace("\\", "\\\\").replace('"', '\\"')


def _rank(name: str, asked: list[str], alternative: bool) -> tuple[int, int]:
    folded, phrase = _folded(name), " ".join(asked)
    if folded == phrase:
        place = 0
    elif folded.startswith(phrase):
        place = 1
    elif all(re.search(rf"\b{re.escape(word)}", folded) for word in asked):
        place = 2
    else:
        place = 3
    return place + alternative, len(name)
