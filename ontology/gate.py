"""The gate: may these terms, and these data with them, be relied on?

It checks that the terms stay within OWL 2 DL and OWL 2 RL, that nothing contradicts anything, and that every
class can have members: alone, with the data, and together with FOAF, ORG and PROV-O. Whoever is refused gets
the reason in German.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter

from rdflib import Graph
from rdflib.namespace import SKOS
from rdflib.term import Node

from ontology import ontology
from ontology.namespaces import PREFIXES
from ontology.pellet import TERM, Pellet, reasonable
from ontology.profile import fitted, offences
from ontology.standards import standards

SECONDS = 300.0
"""How long one run of the reasoner may take."""
NOT_BOTH = re.compile(r"DisjointClasses\((.*)\)|(t\d+) disjointWith (t\d+)")
SENTENCES = {
    "type": "{} ist {}.",
    "subClassOf": "Was {} ist, ist auch {}.",
    "equivalentTo": "{} und {} sind dasselbe.",
    "subPropertyOf": "Wo {} gilt, gilt auch {}.",
    "domain": "Was die Angabe {} trägt, ist {}.",
    "range": "Was unter {} genannt ist, ist {}.",
    "inverseOf": "{} ist die Umkehrung von {}.",
}
"""Pellet's verbs in German."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, and the statements from which it follows."""

    message: str
    explanation: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One question that was asked, its answer, and how long that took."""

    name: str
    passed: bool
    seconds: float


@dataclass(frozen=True)
class Report:
    """The answer of the gate."""

    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def text(self) -> str:
        """The report in German, for a terminal."""
        lines = [
            f"{'bestanden' if check.passed else 'NICHT BESTANDEN'}: {check.name} ({check.seconds:.1f} s)"
            for check in self.checks
        ]
        for finding in self.findings:
            lines += ["", finding.message, *(f"  - {reason}" for reason in finding.explanation)]
        return "\n".join(lines)


def check(data: Graph | None = None, terms: Graph | None = None, seconds: float = SECONDS) -> Report:
    """Asks everything of the terms (by default ours with their alignment) and of the data.

    Raises `ontology.pellet.ReasonerMissing` without Java, `ReasonerFailed` when the reasoner does not finish.
    """
    terms = ontology() if terms is None else terms
    begin = perf_counter()
    outside = offences(terms)
    profile = Check("Die Begriffe bleiben in OWL 2 DL und OWL 2 RL", not outside, perf_counter() - begin)
    findings = [
        Finding(f"{offence.message} Das verlässt {offence.profile}.", (f"Stelle: {offence.axiom}",))
        for offence in outside
    ]
    checks, contradictions = _contradictions(terms, data, seconds)
    return Report((profile, *checks), (*findings, *contradictions))


def _contradictions(
    terms: Graph, data: Graph | None, seconds: float
) -> tuple[tuple[Check, ...], tuple[Finding, ...]]:
    """Whatever contradicts the larger graph may do so in the smaller: only on failure are the parts asked."""
    everything, _ = fitted(standards() + terms)
    parts: list[tuple[str, Graph, Graph | None]] = [
        ("die Begriffe allein", terms, None),
        ("die Begriffe mit FOAF, ORG und PROV-O", everything, None),
    ]
    if data is not None:
        parts += [("die Begriffe mit den Daten", terms, data), ("alles zusammen", everything, data)]
    name, axioms, facts = parts[-1]
    begin = perf_counter()
    if not _findings(axioms, facts, seconds, explain=False):
        spent = perf_counter() - begin
        return tuple(
            Check(f"Ohne Widerspruch und ohne leere Klasse: {name}", True, spent) for name, *_ in parts
        ), ()
    checks = []
    for name, axioms, facts in parts:
        begin = perf_counter()
        found = _findings(axioms, facts, seconds, explain=True)
        spent = perf_counter() - begin
        checks.append(Check(f"Ohne Widerspruch und ohne leere Klasse: {name}", not found, spent))
        if found:
            return tuple(checks), found
    return tuple(checks), ()


def _findings(axioms: Graph, data: Graph | None, seconds: float, explain: bool) -> tuple[Finding, ...]:
    pellet = Pellet(reasonable(axioms, data), seconds)
    conclusions = pellet.conclusions()
    words = _Words(axioms, data, pellet)
    if not conclusions.consistent:
        reasons = tuple(words.sentences(pellet.explanation())) if explain else ()
        known = (
            "weil diese Angaben nicht zugleich wahr sein können:"
            if reasons
            else "der Grund ließ sich nicht eingrenzen."
        )
        return (Finding(f"Die Angaben widersprechen sich, {known}", reasons),)
    return tuple(
        Finding(
            f"{words.label(cls)} kann nie auf etwas zutreffen:",
            tuple(words.sentences(pellet.explanation(cls))) if explain else (),
        )
        for cls in sorted(conclusions.unsatisfiable, key=str)
    )


class _Words:
    """Turns the reasoner's lines into German sentences."""

    def __init__(self, axioms: Graph, data: Graph | None, pellet: Pellet) -> None:
        self.graphs = [axioms] if data is None else [axioms, data]
        self.pellet = pellet

    def sentences(self, lines: Iterable[str]) -> Iterator[str]:
        """One sentence a line, facts first."""
        lines = list(lines)
        elsewhere = {
            name for line in lines if not NOT_BOTH.match(line) for name in re.findall(r"\bt\d+\b", line)
        }
        said = sorted((_rank(line), self._sentence(line, elsewhere)) for line in lines)
        return (sentence for _, sentence in said)

    def label(self, term: Node) -> str:
        """The German name of a term or thing, in quotation marks."""
        for graph in self.graphs:
            for label in graph.objects(term, SKOS.prefLabel):
                if getattr(label, "language", None) == "de":
                    return f"„{label}“"
        for prefix, space in PREFIXES.items():
            if str(term).startswith(space):
                return f"„{prefix}:{str(term)[len(space) :]}“"
        return f"„{term}“"

    def _sentence(self, line: str, elsewhere: set[str]) -> str:
        disjoint = NOT_BOTH.match(line)
        if disjoint:
            names = re.findall(r"t\d+", line)
            concerned = [name for name in names if name in elsewhere] or names
            labels = sorted(self._named(name) for name in concerned)
            return f"Nichts kann zugleich {' und '.join(labels)} sein."
        parts = line.split()
        if len(parts) == 3 and TERM.fullmatch(parts[0]) and TERM.fullmatch(parts[2]):
            if parts[1] in SENTENCES:
                return SENTENCES[parts[1]].format(self._named(parts[0]), self._named(parts[2]))
            return f"{self._named(parts[0])} – {self._named(parts[1])} – {self._named(parts[2])}."
        return TERM.sub(lambda match: self._named(match[0]), line)

    def _named(self, name: str) -> str:
        return self.label(self.pellet.term(name)) if TERM.fullmatch(name) else name


def _rank(line: str) -> int:
    """Facts before axioms, the contradiction last."""
    parts = line.split()
    if NOT_BOTH.match(line):
        return 3
    if len(parts) == 3 and parts[1] not in SENTENCES:
        return 0
    return 1 if len(parts) == 3 and parts[1] == "type" else 2
