"""Every statement of the five sources points to the narrowest passage that carries it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from rdflib import Literal, Node, URIRef
from rdflib.namespace import RDF, SKOS, XSD

from graph.dataset import Dataset
from ontology.namespaces import ID, OA, ZG

LONGEST = 600
MONTHS = [
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
]
LITERAL_IN_OWN_WORDS = {"description", "unit", "reason", "begin", "end"}
"""Properties whose value is our wording, or is checked by `test_dates_stand_in_their_passage`."""


@dataclass(frozen=True)
class Cited:
    """One statement with one passage, as text."""

    dataset: Dataset
    statement: Node
    subject: Node
    predicate: Node
    object: Node
    start: int
    end: int
    text: str

    @property
    def passage(self) -> str:
        return self.text[self.start : self.end]

    def __str__(self) -> str:
        s, p, o = (
            str(t).removeprefix(str(ID)).rsplit("#", 1)[-1][:70]
            for t in (self.subject, self.predicate, self.object)
        )
        return f"{self.dataset.file} {self.start}-{self.end}: {s} {p} {o}"


@pytest.fixture(scope="session")
def cited(shipped: list[Dataset], texts: dict[str, str]) -> list[Cited]:
    return [citation for dataset in shipped for citation in _citations(dataset, texts)]


@pytest.fixture(scope="session")
def passages(cited: list[Cited]) -> dict[Node, list[str]]:
    """The passages of each statement; several may carry it together."""
    found: dict[Node, list[str]] = {}
    for c in cited:
        found.setdefault(c.statement, []).append(c.passage)
    return found


def _citations(dataset: Dataset, texts: dict[str, str]) -> Iterator[Cited]:
    evidence = dataset.evidence
    for statement in evidence.subjects(RDF.type, ZG.Statement):
        for passage in evidence.objects(statement, ZG.evidencedBy):
            selector = evidence.value(passage, OA.hasSelector)
            sha = evidence.value(evidence.value(passage, OA.hasSource), ZG.sha256)
            if selector is None or sha is None:
                continue
            parts = (evidence.value(statement, part) for part in (RDF.subject, RDF.predicate, RDF.object))
            start, end = (int(str(evidence.value(selector, side))) for side in (OA.start, OA.end))
            yield Cited(dataset, statement, *parts, start, end, texts[str(sha)])  # type: ignore[arg-type]


def test_all_five_sources_are_cited(cited: list[Cited], texts: dict[str, str]) -> None:
    assert len({citation.dataset.iri for citation in cited}) == 5 == len(texts)


def test_snapshots_have_the_length_and_hash_of_the_texts(
    shipped: list[Dataset], texts: dict[str, str]
) -> None:
    found = {
        str(sha): int(str(dataset.evidence.value(snapshot, ZG.characters)))
        for dataset in shipped
        for snapshot, sha in dataset.evidence.subject_objects(ZG.sha256)
    }
    assert found == {sha: len(text) for sha, text in texts.items()}


def test_every_statement_of_a_source_has_evidence(shipped: list[Dataset]) -> None:
    for dataset in shipped:
        stated = {
            tuple(dataset.evidence.value(node, part) for part in (RDF.subject, RDF.predicate, RDF.object))
            for node in dataset.evidence.subjects(ZG.evidencedBy, None)
        }
        if stated:
            assert set(dataset.statements) == stated, dataset.file


def test_passages_are_short_and_hold_whole_words(cited: list[Cited]) -> None:
    wrong = [
        str(c)
        for c in cited
        if c.end - c.start > LONGEST
        or c.passage != c.passage.strip()
        or re.match(r"\w\w", c.text[max(0, c.start - 1) : c.start + 1])
        or re.match(r"\w\w", c.text[c.end - 1 : c.end + 1])
    ]
    assert wrong == []


def test_names_and_numbers_stand_in_their_passage(cited: list[Cited]) -> None:
    wrong = [
        f"{c} — „{c.passage[:160]}“"
        for c in cited
        if isinstance(c.object, Literal)
        and _name(c.predicate) not in LITERAL_IN_OWN_WORDS
        and not _method(c, "assigned")
        and not _stands_in(c, c.object)
    ]
    assert wrong == []


def test_dates_stand_in_their_passage(cited: list[Cited]) -> None:
    wrong = [
        f"{c} — „{c.passage[:160]}“"
        for c in cited
        if _name(c.predicate) in ("begin", "end") and not _date_stands_in(c)
    ]
    assert wrong == []


def test_both_sides_of_a_relation_stand_in_its_passage(
    cited: list[Cited], passages: dict[Node, list[str]], shipped: list[Dataset]
) -> None:
    """Both labels or their documented stand-ins, or a heading over the passage names the missing one."""
    labels: dict[Node, set[str]] = {}
    for dataset in shipped:
        for predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel):
            for thing, label in dataset.statements.subject_objects(predicate):
                labels.setdefault(thing, set()).add(str(label))
    wrong = []
    for c in cited:
        if (
            not isinstance(c.object, URIRef)
            or c.predicate == RDF.type
            or str(c.object).startswith(str(ID["code/"]))
        ):
            continue
        headed = {
            thing for s in c.dataset.sections if s.start <= c.start and c.end <= s.end for thing in s.of
        }
        missing = [
            side
            for side, thing, role in (("Subjekt", c.subject, ZG.subjectAs), ("Objekt", c.object, ZG.objectAs))
            if thing not in headed
            and not any(
                _contains(passage, words)
                for passage in passages[c.statement]
                for words in _stand_ins(c, role) | labels.get(thing, set())
            )
        ]
        if missing:
            wrong.append(f"{c} — {missing} — „{c.passage[:120]}“")
    assert wrong == []


def test_stand_ins_are_words_of_the_passage(cited: list[Cited], passages: dict[Node, list[str]]) -> None:
    wrong = [
        f"{c} — „{words}“"
        for c in cited
        for role in (ZG.subjectAs, ZG.objectAs)
        for words in _stand_ins(c, role)
        if not any(_contains(passage, words) for passage in passages[c.statement])
    ]
    assert wrong == []


def _name(predicate: Node) -> str:
    return re.split(r"[#/]", str(predicate))[-1]


def _method(c: Cited, name: str) -> bool:
    return (c.statement, ZG.method, ID[f"code/method/{name}"]) in c.dataset.evidence


def _stand_ins(c: Cited, role: URIRef) -> set[str]:
    return {str(words) for words in c.dataset.evidence.objects(c.statement, role)}


def _contains(passage: str, words: str) -> bool:
    return _normal(words) in _normal(passage)


def _normal(text: str) -> str:
    """Case, punctuation, hyphens at line ends and spacing do not count."""
    joined = re.sub(r"-\n+", "", text.lower()).replace("ß", "ss")
    return " ".join(re.findall(r"\w+", joined))


def _stands_in(c: Cited, literal: Literal) -> bool:
    if any(_contains(c.passage, words) for words in _stand_ins(c, ZG.objectAs)):
        return True
    if literal.datatype in (XSD.integer, XSD.decimal):
        numbers = {
            re.sub(r"[.,]00?$|\.(?=\d{3})", "", n).replace(",", ".")
            for n in re.findall(r"\d+(?:[.,]\d+)*", c.passage)
        }
        return any(float(n) == float(literal) for n in numbers if re.fullmatch(r"\d+(\.\d+)?", n))
    if literal.datatype == XSD.date:
        return _date_stands_in(c)
    return literal.datatype == XSD.boolean or _contains(c.passage, str(literal))


def _date_stands_in(c: Cited) -> bool:
    if any(_contains(c.passage, words) for words in _stand_ins(c, ZG.objectAs)):
        return True
    year, *rest = str(c.object).split("-")
    text = c.passage.lower()
    if not rest:
        return year in text
    month, day = int(rest[0]), int(rest[1]) if len(rest) > 1 else None
    named = rf"{MONTHS[month - 1]}\.?\s+{year}"
    if day is None:
        return bool(re.search(rf"{named}|\b0?{month}[./]{year}", text))
    return bool(
        re.search(
            rf"\b0?{day}\.\s*0?{month}\.\s*({year}|[–-])|\b0?{day}\.\s*{named}|\b0?{month}/0?{day}/{year}",
            text,
        )
    )
