"""Findings seen from one of their two sides: what else there is to a measure or a need, where, and why.

Findings come as the JSON values that the comparison keeps (`Overlap.as_json`), so that nothing is compared twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graph.inventory import Inventory
from graph.judgements import DECIDED
from graph.verdicts import IN_FORCE

DUPLICATE, OVERLAP, COMPLEMENT = "duplicate", "overlap", "complement"
CLASSES = {DUPLICATE: "Dopplung", OVERLAP: "Überschneidung", COMPLEMENT: "Ergänzung"}
"""Classes that mean more than the same field, in German."""


@dataclass(frozen=True)
class Partner:
    """The other side of a finding."""

    finding: str
    """The finding's id."""
    kind: str
    """Class of the finding, a key of CLASSES."""
    score: float
    reason: str
    iri: str
    label: str
    key: str
    """Of the district, or of an authority without one."""
    district: str
    own_district: bool = False
    only_knowledge: bool = False
    """Whether each works on what is its own, so that only know-how can be shared."""


def partners(findings: Iterable[Mapping[str, Any]], known: Inventory) -> dict[str, tuple[Partner, ...]]:
    """For every thing the other sides of its findings, the strongest first.

    A verdict of people counts before that of the comparison; what they call unrelated is left out.
    """
    found: dict[str, list[Partner]] = defaultdict(list)
    for finding in findings:
        kind, reason = _class(finding)
        if kind in CLASSES:
            for own, other in _both_ways(finding):
                item = known.items.get(str(other["iri"]))
                key = item.key if item else str(other["ags"])
                score, own_district = float(finding["score"]), bool(finding.get("own_district"))
                side = str(other["iri"]), str(other["title"]), key, str(other["district"])
                alone = any(
                    d["name"] == "territory" and d["value"] == 0 for d in finding.get("dimensions", ())
                )
                partner = Partner(str(finding["id"]), kind, score, reason, *side, own_district, alone)
                found[str(own["iri"])].append(partner)
    return {iri: tuple(sorted(of, key=_strongest)) for iri, of in found.items()}


def joined(lists: Iterable[Iterable[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """Findings of several lists, each once."""
    return list({str(finding["id"]): finding for findings in lists for finding in findings}.values())


def _both_ways(finding: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    yield finding["a"], finding["b"]
    yield finding["b"], finding["a"]


def _strongest(partner: Partner) -> tuple[float, str, str]:
    return -partner.score, partner.finding, partner.iri


def _class(finding: Mapping[str, Any]) -> tuple[str, str]:
    """Class and reason: where people have decided without contradiction, theirs count and not the comparison's."""
    kind, reason = str(finding["class"]), str(finding["reason"])
    if finding.get("status") == DECIDED:
        for judgement in finding.get("judgements", ()):
            if judgement["status"] == IN_FORCE:
                kind, reason = str(judgement["class"]), str(judgement["sentence"])
    return kind, reason
