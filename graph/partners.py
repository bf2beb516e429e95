"""Findings seen from one of their two sides: what else there is to a measure or a need, where, and why.

Findings come as the JSON values that the comparison keeps (`Overlap.as_json`), so that nothing is compared twice.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.inventory import Inventory
from graph.judgements import CLASSES as EVERY_CLASS
from graph.judgements import DECIDED
from graph.language import _, ngettext
from graph.verdicts import IN_FORCE
from graph.vocabulary import quoted

DUPLICATE, OVERLAP, COMPLEMENT = "duplicate", "overlap", "complement"
CLASSES = {kind: EVERY_CLASS[kind] for kind in (DUPLICATE, OVERLAP, COMPLEMENT)}
"""Classes that mean more than the same field, in German."""
MOST = 500
"""Findings of one district that are kept; a list for people never comes near."""


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

    A verdict of people counts before that of the comparison; what they put into no class of CLASSES is left out here,
    and `set_apart` has it: nothing that was found may be gone without a word.
    """
    return _sides(findings, known, lambda kind, compared: kind in CLASSES)


def set_apart(findings: Iterable[Mapping[str, Any]], known: Inventory) -> dict[str, tuple[Partner, ...]]:
    """For every thing the other sides of findings that people judged to be none: their class and their sentence."""
    return _sides(findings, known, lambda kind, compared: kind not in CLASSES and compared in CLASSES)


def told_apart(of: Sequence[Partner]) -> str:
    """What people judged to be no finding, in German; empty where there is nothing."""
    if not of:
        return ""
    said = ngettext(
        "Ein Fund gilt nach einem Urteil nicht; so ist {name} als {kind} bewertet. {reason}",
        "{count} Funde gelten nach Urteilen nicht; so ist {name} als {kind} bewertet. {reason}",
        len(of),
    )
    kind = _(EVERY_CLASS.get(of[0].kind, of[0].kind))
    return said.format(count=len(of), name=quoted(of[0].label), kind=quoted(kind), reason=of[0].reason)


def at_most(findings: Sequence[Mapping[str, Any]]) -> str:
    """Says that weaker findings may be missing, where a list is as long as one can be; else empty."""
    return (
        _("Berücksichtigt sind die {most} stärksten Befunde.").format(most=MOST)
        if len(findings) >= MOST
        else ""
    )


def _sides(
    findings: Iterable[Mapping[str, Any]], known: Inventory, counts: Callable[[str, str], bool]
) -> dict[str, tuple[Partner, ...]]:
    found: dict[str, list[Partner]] = defaultdict(list)
    for finding in findings:
        kind, reason = _class(finding)
        if counts(kind, str(finding["class"])):
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
            if judgement["status"] == IN_FORCE and not _changed_since(judgement, finding):
                kind, reason = str(judgement["class"]), str(judgement["sentence"])
    return kind, reason


def _changed_since(judgement: Mapping[str, Any], finding: Mapping[str, Any]) -> bool:
    """Whether one of the measures is not any more what was judged (`graph.judgements.changed`)."""
    present = {str(side["iri"]): side.get("fingerprint") for side in (finding["a"], finding["b"])}
    judged = ((str(state["iri"]), state["fingerprint"]) for state in judgement.get("sides", ()))
    return any(was and present.get(iri) and present[iri] != was for iri, was in judged)
