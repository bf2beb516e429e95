"""Facets: what a list of findings can be narrowed by, how many each choice would leave, in which order it stands.

Findings come as the JSON values that the comparison keeps (`Overlap.as_json`). Choices within a facet add up (the one
or the other), facets narrow each other; the number beside a choice counts what all other facets let through.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from graph.inventory import Inventory
from graph.judgements import OPEN
from graph.themes import Themes

Finding = Mapping[str, Any]
Values = Mapping[str, frozenset[str]]
"""Facet → the values of one finding."""

CLASS, PARTNER, THEME, STATE, DECIDED = FACETS = ("class", "partner", "theme", "state", "decided")
"""The class of the finding; the other district; its broadest themes; what people made of it; whether the comparison
could decide."""
YES, NO = "yes", "no"
NONE = "none"
"""Stands where a finding has no value, so that nothing falls out of every choice."""
CLASSES = ("duplicate", "overlap", "complement", "same_field", "unrelated")
"""In the order of relatedness."""


def values(finding: Finding, known: Inventory, tree: Themes, own: str = "") -> Values:
    """The values of a finding; `own` is the key of the district whose list it is, empty for a list of all.

    Its themes are the broadest ones that both sides have, or where they share none all that either has.
    """
    keys = [_key(side, known) for side in (finding["a"], finding["b"])]
    if own:
        keys = [keys[0] if keys[1] == own else keys[1]]
    a, b = (_themes(side, known, tree) for side in (finding["a"], finding["b"]))
    return {
        CLASS: frozenset((str(finding["class"]),)),
        PARTNER: frozenset(keys),
        THEME: (a & b) or (a | b) or frozenset((NONE,)),
        STATE: frozenset((str(finding.get("status") or OPEN),)),
        DECIDED: frozenset((YES if finding.get("decided", True) else NO,)),
    }


def lets_through(chosen: Mapping[str, Collection[str]], of: Values) -> bool:
    """Whether a finding is left when so is chosen; a facet without a choice lets everything through."""
    return all(not wanted or not of[facet].isdisjoint(wanted) for facet, wanted in chosen.items())


def counts(chosen: Mapping[str, Collection[str]], rows: Iterable[Values]) -> dict[str, Counter[str]]:
    """For every facet how many findings each value has, among those that the other facets let through."""
    found: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    for of in rows:
        failed = [facet for facet, wanted in chosen.items() if wanted and of[facet].isdisjoint(wanted)]
        if not failed:
            for facet in FACETS:
                found[facet].update(of[facet])
        elif len(failed) == 1:
            found[failed[0]].update(of[failed[0]])
    return found


def ordered(findings: Iterable[Finding], by: str = CLASS) -> list[Finding]:
    """The findings in one of the orders of `ORDERS`."""
    return sorted(findings, key=ORDERS[by])


def alphabetical(text: str) -> str:
    """What German names are sorted by: small letters, umlauts as their vowels (DIN 5007-1)."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _by_class(finding: Finding) -> tuple[Any, ...]:
    return CLASSES.index(finding["class"]), -finding["score"], finding["id"]


def _by_rank(finding: Finding) -> tuple[Any, ...]:
    return finding["rank"], -finding["score"], finding["id"]


def _by_score(finding: Finding) -> tuple[Any, ...]:
    return -finding["score"], finding["id"]


def _by_confidence(finding: Finding) -> tuple[Any, ...]:
    return -finding["confidence"], -finding["score"], finding["id"]


def _by_title(finding: Finding) -> tuple[Any, ...]:
    return alphabetical(finding["a"]["title"]), alphabetical(finding["b"]["title"]), finding["id"]


ORDERS: dict[str, Callable[[Finding], tuple[Any, ...]]] = {
    "class": _by_class,
    "rank": _by_rank,
    "score": _by_score,
    "confidence": _by_confidence,
    "title": _by_title,
}
"""Orders by name; `rank` is the order of what is most worth looking at."""


def page_of(rows: Sequence[Finding], number: int, size: int) -> tuple[Sequence[Finding], int]:
    """The rows of a page, counted from 1, and how many pages there are; there is always one."""
    return rows[(number - 1) * size : number * size], max(1, -(-len(rows) // size))


def _key(side: Mapping[str, Any], known: Inventory) -> str:
    item = known.items.get(str(side["iri"]))
    return (item.key if item else str(side["ags"])) or NONE


def _themes(side: Mapping[str, Any], known: Inventory, tree: Themes) -> frozenset[str]:
    item = known.items.get(str(side["iri"]))
    return frozenset(tree.root(theme) for theme in item.themes) if item else frozenset()
