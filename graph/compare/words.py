"""German words as the comparison reads them: one spelling, compounds looked into, lexicons kept as data.

A lexicon is a table of codes and stems (`subjects.tsv`, `activities.tsv`, `beneficiaries.tsv`). A stem is looked for
inside words, because German writes "Elektromobilitätskonzept" as one word: no splitter of compounds is needed, the
known vocabulary is the splitter. `^stem` only begins a word, `=stem` is the whole word, `stem$` ends a word, a stem
with a space is a phrase. `~stem` is a weak sign ("Ausbau" of a network of firms builds nothing) that counts only in
a text where no strong sign of the same lexicon stands.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from zlib import crc32

from rdflib import Literal
from rdflib.namespace import RDF, SKOS

from ontology import themes

_BASE = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e", "è": "e", "’": "", "'": ""})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ENDING = re.compile(r"(en|er|es|e|n|s)$")


def normal(text: str) -> str:
    """The text in lower case, umlauts as base vowels, hyphens and punctuation as single spaces."""
    return _NOT_WORD.sub(" ", text.lower().translate(_BASE)).strip()


@dataclass(frozen=True)
class Entry:
    """One code of a lexicon: what it is called in German and by which stems it is recognised."""

    code: str
    label: str
    stems: tuple[str, ...]
    weak: tuple[str, ...] = ()
    parent: str = ""
    goal: str = ""


@dataclass(frozen=True)
class Lexicon:
    """Codes with their stems, and one pattern that finds all of them in a text in one pass per code."""

    entries: tuple[Entry, ...]
    patterns: tuple[re.Pattern[str] | None, ...]
    weak_patterns: tuple[re.Pattern[str] | None, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order of the table: the columns of the matrices built from it."""
        return tuple(entry.code for entry in self.entries)

    def label(self, code: str) -> str:
        """The German name of a code, the code itself when the lexicon does not know it."""
        return next((entry.label for entry in self.entries if entry.code == code), code)

    def found(self, text: str) -> dict[str, str]:
        """For every code that the text names: the word of the (normalised) text that named it."""
        words = normal(text)
        return self._hits(self.patterns, words) or self._hits(self.weak_patterns, words)

    def _hits(self, patterns: tuple[re.Pattern[str] | None, ...], words: str) -> dict[str, str]:
        hits: dict[str, str] = {}
        for entry, pattern in zip(self.entries, patterns, strict=True):
            if pattern and (match := pattern.search(words)):
                start = words.rfind(" ", 0, match.start() + 1) + 1
                end = words.find(" ", match.end())
                hits[entry.code] = words[start : end if end >= 0 else None]
        return hits


@cache
def lexicon(name: str) -> Lexicon:
    """The shipped lexicon of that name: "subjects", "activities" or "beneficiaries"."""
    lines = (
        files(__name__.rpartition(".")[0]).joinpath(f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    )
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    head = rows[0]
    entries = []
    for row in rows[1:]:
        cells = dict(zip(head, row, strict=True))
        code = cells.get("slug") or cells["code"]
        stems = cells["stems"].split("|") if cells["stems"] else []
        entries.append(
            Entry(
                code=code,
                label=cells["label"],
                stems=tuple(stem for stem in stems if not stem.startswith("~")),
                weak=tuple(stem[1:] for stem in stems if stem.startswith("~")),
                parent=cells.get("parent", ""),
                goal=cells.get("goal", ""),
            )
        )
    return lexicon_of(entries)


@cache
def theme_lexicon() -> Lexicon:
    """The shared theme scheme as a lexicon: every German label of a theme, hidden ones included, is a sign."""
    graph = themes()
    entries = []
    for concept in sorted(graph.subjects(RDF.type, SKOS.Concept), key=str):
        labels = [
            str(label)
            for name in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
            for label in graph.objects(concept, name)
            if isinstance(label, Literal) and label.language == "de"
        ]
        broader = min(map(str, graph.objects(concept, SKOS.broader)), default="")
        entries.append(
            Entry(
                code=local_name(str(concept)),
                label=labels[0],
                stems=tuple(dict.fromkeys(_stem_of(label) for label in labels)),
                parent=local_name(broader) if broader else "",
            )
        )
    return lexicon_of(entries)


@dataclass(frozen=True)
class Vocabulary:
    """All the words that a text is read with."""

    subjects: Lexicon
    activities: Lexicon
    beneficiaries: Lexicon
    themes: Lexicon

    def forgetting(self, share: float, seed: int) -> "Vocabulary":
        """The same with that share of all stems forgotten by chance: what unseen measures look like to it."""

        def kept(stems: tuple[str, ...]) -> tuple[str, ...]:
            # By the stem itself, so that a word more in a list does not change which of the others are forgotten.
            return tuple(s for s in stems if crc32(f"{seed} {s}".encode()) / 2**32 >= share)

        def fewer(known: Lexicon) -> Lexicon:
            return lexicon_of([replace(e, stems=kept(e.stems), weak=kept(e.weak)) for e in known.entries])

        return Vocabulary(*map(fewer, (self.subjects, self.activities, self.beneficiaries, self.themes)))

    def without_subjects(self) -> "Vocabulary":
        """The same with no word of `subjects.tsv`: only the shared theme scheme is left."""
        return replace(
            self, subjects=lexicon_of([replace(e, stems=(), weak=()) for e in self.subjects.entries])
        )


@cache
def vocabulary() -> Vocabulary:
    """The words that come with the package."""
    return Vocabulary(lexicon("subjects"), lexicon("activities"), lexicon("beneficiaries"), theme_lexicon())


def _stem_of(label: str) -> str:
    """A label as a stem: abbreviations as whole words, the ending of a longer last word taken off."""
    word = normal(label)
    if len(word) <= 4:
        return f"={word}"
    return _ENDING.sub("", word) if len(word) > 7 else word


def local_name(iri: str) -> str:
    """The last part of an IRI: the code of a theme, an activity type or a beneficiary."""
    return iri.rstrip("/").rpartition("/")[2]


def lexicon_of(entries: list[Entry]) -> Lexicon:
    """A lexicon made of entries, its patterns compiled."""
    return Lexicon(
        tuple(entries),
        tuple(_pattern(entry.stems) for entry in entries),
        tuple(_pattern(entry.weak) for entry in entries),
    )


def _pattern(stems: tuple[str, ...]) -> re.Pattern[str] | None:
    parts = []
    for stem in stems:
        word = re.escape(normal(stem))
        if stem.startswith("="):
            parts.append(rf"\b{word}\b")
        elif stem.startswith("^") or " " in stem:
            parts.append(rf"\b{word}")
        elif stem.endswith("$"):
            parts.append(rf"{word}\b")
        elif len(word) <= 4:  # short stems only begin words: "rat" is no part of "Beratung"
            parts.append(rf"\b{word}")
        else:
            parts.append(word)
    return re.compile("|".join(parts)) if parts else None
