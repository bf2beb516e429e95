"""German words as the comparison reads them: one spelling, compounds looked into, lexicons kept as data.

A lexicon is a table of codes and stems (`subjects.tsv`, `activities.tsv`, `beneficiaries.tsv`). A stem is looked for
inside words, because German writes "Elektromobilitätskonzept" as one word: no splitter of compounds is needed, the
known vocabulary is the splitter. `^stem` only begins a word, `=stem` is the whole word, `stem$` ends a word, a stem
with a space is a phrase. `~stem` is a weak sign ("Ausbau" of a network of firms builds nothing) that counts only in
a text where no strong sign of the same lexicon stands.

What comes first in a compound decides what the rest means: no stem counts that begins inside a known word of something
else in the same word list ("Wirtschaft" in "Landwirtschaft", "Mobilitätskonzept" in "Elektromobilitätskonzept"; but
"Energie" in "Energieagentur" does). Words that only look like a sign ("Gründungsmitglied") stand in `silent.tsv`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import BinaryIO
from zlib import crc32

import pyoxigraph as ox
from rdflib.namespace import RDF, SKOS

_BASE = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e", "è": "e", "’": "", "'": ""})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ENDING = re.compile(r"(en|er|es|e|n|s)$")
Span = tuple[int, int]
FIRST = 5
"""So many letters of a stem tell whether it can stand in a text."""
THEMES = "themes"


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
class Signs:
    """One pattern an entry that finds all of its stems in one pass, tried where a text has the first letters of one."""

    patterns: tuple[re.Pattern[str] | None, ...]
    begins: Mapping[str, tuple[int, ...]]
    """The entries by the first letters of their stems."""

    def spans(self, words: str) -> dict[int, list[Span]]:
        """Where in the (normalised) text the stems of which entry stand, the entries in their order."""
        likely = {at for first in self.begins.keys() & _runs(words) for at in self.begins[first]}
        return {
            at: found
            for at in sorted(likely)
            if (pattern := self.patterns[at])
            and (found := [match.span() for match in pattern.finditer(words)])
        }


@lru_cache(maxsize=8)  # the lexicons read one text after each other
def _runs(words: str) -> frozenset[str]:
    """All runs of up to FIRST letters."""
    ends = range(1, len(words) + 1)
    return frozenset(words[start:end] for end in ends for start in range(max(0, end - FIRST), end))


def signs(stems: Sequence[tuple[str, ...]]) -> Signs:
    """The signs of entries that have these stems."""
    begins: dict[str, list[int]] = {}
    for at, own in enumerate(stems):
        for first in {normal(stem)[:FIRST] for stem in own}:
            begins.setdefault(first, []).append(at)
    return Signs(tuple(map(_pattern, stems)), {first: tuple(found) for first, found in begins.items()})


@dataclass(frozen=True)
class Lexicon:
    """Codes with their stems."""

    entries: tuple[Entry, ...]
    strong: Signs
    weak: Signs
    above: tuple[frozenset[str], ...]
    """The codes above each entry on the tree."""
    name: str = ""
    silent: re.Pattern[str] | None = None
    """Words inside which no stem counts."""

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
        silent = [match.span() for match in self.silent.finditer(words)] if self.silent else []
        return self._hits(self.strong, words, silent) or self._hits(self.weak, words, silent)

    def _hits(self, these: Signs, words: str, silent: list[Span]) -> dict[str, str]:
        spans = these.spans(words)
        hits: dict[str, str] = {}
        for at, own in spans.items():
            kin = [span for other in spans if self._kin(at, other) for span in spans[other]]
            # Words, not phrases: in "Digitalisierung des Einzelhandels" both words keep their meaning.
            others = [
                (first, last)
                for other in spans
                if not self._kin(at, other)
                for first, last in spans[other]
                if " " not in words[first:last]
            ]
            counting = [
                span
                for span in own
                if (_begins_inside(span, kin) or not _begins_inside(span, others))
                and not (_begins_inside(span, silent) or _begins(span, silent))
            ]
            if counting:
                first, last = counting[0]
                start = words.rfind(" ", 0, first + 1) + 1
                end = words.find(" ", last)
                hits[self.entries[at].code] = words[start : end if end >= 0 else None]
        return hits

    def _kin(self, x: int, y: int) -> bool:
        """Whether one of two entries is the other or stands above it: a broader sign inside a narrower one is right.

        The labels of the shared scheme are not made to be told apart within words: there every label counts.
        """
        if self.name == THEMES:
            return True
        a, b = self.entries[x].code, self.entries[y].code
        return a == b or a in self.above[y] or b in self.above[x]


def _begins_inside(own: Span, spans: list[Span]) -> bool:
    return any(first < own[0] < last for first, last in spans)


def _begins(own: Span, spans: list[Span]) -> bool:
    """Whether one of the spans begins with this one and goes on."""
    return any(first == own[0] and own[1] < last for first, last in spans)


@cache
def lexicon(name: str) -> Lexicon:
    """The shipped lexicon of that name: "subjects", "activities" or "beneficiaries"."""
    rows = _rows(name)
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
    return lexicon_of(entries, name)


def _rows(name: str) -> list[list[str]]:
    text = files(__name__.rpartition(".")[0]).joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def theme_lexicon() -> Lexicon:
    """The shared theme scheme as a lexicon: every German label of a theme, hidden ones included, is a sign."""
    said: dict[str, dict[str, list[str]]] = {}
    # By pyoxigraph, which takes milliseconds where rdflib takes a third of a second: a command pays it each time.
    source = files("ontology").joinpath("themes.ttl").read_bytes()
    for triple in ox.parse(source, format=ox.RdfFormat.TURTLE):
        values = said.setdefault(str(triple.subject.value), {})
        if not isinstance(triple.object, ox.Literal) or triple.object.language == "de":
            values.setdefault(triple.predicate.value, []).append(triple.object.value)
    entries = []
    for concept in sorted(
        iri for iri, values in said.items() if str(SKOS.Concept) in values.get(str(RDF.type), ())
    ):
        values = said[concept]
        labels = [
            label
            for name in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
            for label in values.get(str(name), ())
        ]
        broader = min(values.get(str(SKOS.broader), ()), default="")
        entries.append(
            Entry(
                code=local_name(concept),
                label=labels[0],
                stems=tuple(dict.fromkeys(_stem_of(label) for label in labels)),
                parent=local_name(broader) if broader else "",
            )
        )
    return lexicon_of(entries, THEMES)


@cache
def english_themes() -> dict[str, str]:
    """German name of a theme of the shared scheme → its English name."""
    labels: dict[str, dict[str, str]] = {}
    source = files("ontology").joinpath("themes.ttl").read_bytes()
    for triple in ox.parse(source, format=ox.RdfFormat.TURTLE):
        if triple.predicate.value == str(SKOS.prefLabel) and isinstance(triple.object, ox.Literal):
            labels.setdefault(str(triple.subject), {})[triple.object.language or ""] = triple.object.value
    return {said["de"]: said["en"] for said in labels.values() if "de" in said and "en" in said}


def messages(
    file: BinaryIO, keywords: object, comment_tags: object, options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """The labels of a table, for the catalogue of messages (babel.cfg)."""
    head: list[str] = []
    for number, raw in enumerate(file, 1):
        line = raw.decode("utf-8").rstrip("\n")
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if "label" in head:
            yield number, "_", cells[head.index("label")], []
        elif not head:
            head = cells


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
            return lexicon_of(
                [replace(e, stems=kept(e.stems), weak=kept(e.weak)) for e in known.entries], known.name
            )

        return Vocabulary(*map(fewer, (self.subjects, self.activities, self.beneficiaries, self.themes)))

    def without_subjects(self) -> "Vocabulary":
        """The same with no word of `subjects.tsv`: only the shared theme scheme is left."""
        bare = [replace(e, stems=(), weak=()) for e in self.subjects.entries]
        return replace(self, subjects=lexicon_of(bare, self.subjects.name))


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


def lexicon_of(entries: list[Entry], name: str = "") -> Lexicon:
    """A lexicon made of entries, its patterns compiled; `name` says which words are silent in it."""
    parent = {entry.code: entry.parent for entry in entries}

    def above(code: str) -> frozenset[str]:
        found: list[str] = []
        while (code := parent.get(code, "")) and code not in found:
            found.append(code)
        return frozenset(found)

    return Lexicon(
        tuple(entries),
        signs([entry.stems for entry in entries]),
        signs([entry.weak for entry in entries]),
        tuple(above(entry.code) for entry in entries),
        name,
        _pattern(tuple(_silent().get(name, ()))),
    )


@cache
def _silent() -> dict[str, list[str]]:
    return {name: stems.split("|") for name, stems in _rows("silent")[1:]}


def _pattern(stems: tuple[str, ...]) -> re.Pattern[str] | None:
    parts = []
    for stem in sorted(
        stems, key=lambda stem: (-len(stem), stem)
    ):  # of those that begin alike the longest is found
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
