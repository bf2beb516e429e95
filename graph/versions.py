"""Two versions of a strategy: what stayed, what is like something before, what stands in one of them only.

The same wording is the same. Fields in other words are *alike* where the crosswalk binds both to one theme, or to two
of which one holds the other: that is our editor's reading and no source's. What the newer version does not name has not
therefore ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graph.crosswalk import Crosswalk
from graph.house import House, Part
from graph.themes import Themes

SAME, ALIKE, OLDER, NEWER = "same", "alike", "older", "newer"


@dataclass(frozen=True)
class Change:
    """One part in two versions, or in one of them."""

    kind: str
    """SAME, ALIKE, OLDER (only there) or NEWER (only there)."""
    older: Part | None = None
    newer: Part | None = None
    themes: tuple[str, ...] = ()
    """Of ALIKE: the shared themes (IRIs)."""


@dataclass(frozen=True)
class Versions:
    """Two houses and how their parts answer to each other, in the order of the older and then the newer."""

    older: House
    newer: House
    goals: tuple[Change, ...]
    fields: tuple[Change, ...]
    projects: tuple[Change, ...]

    def count(self, kind: str) -> int:
        """How many changes of a kind there are in all."""
        return sum(change.kind == kind for of in (self.goals, self.fields, self.projects) for change in of)


def versions(older: House, newer: House, mapped: Crosswalk, tree: Themes) -> Versions:
    """What changed from the older to the newer."""

    def shared(one: Part, other: Part) -> tuple[str, ...]:
        found = {
            theme
            for a in mapped.of(one.iri)
            for b in mapped.of(other.iri)
            if (theme := tree.related(a.theme, b.theme))
        }
        return tuple(sorted(found, key=lambda theme: (tree.label(theme).casefold(), theme)))

    return Versions(
        older,
        newer,
        goals=_changes(
            (*older.goals, *older.further_goals), (*newer.goals, *newer.further_goals), lambda a, b: ()
        ),
        fields=_changes([p.field for p in older.pillars], [p.field for p in newer.pillars], shared),
        projects=_changes(older.projects, newer.projects, lambda a, b: ()),
    )


def _changes(
    before: Sequence[Part], after: Sequence[Part], shared: Callable[[Part, Part], tuple[str, ...]]
) -> tuple[Change, ...]:
    same = {a.iri: b for a in before for b in after if a.iri == b.iri or _words(a) == _words(b)}
    kept = {b.iri for b in same.values()}
    pairs = [(a, b, shared(a, b)) for a in before for b in after if same.get(a.iri) != b]
    # Who has a twin of the same wording is not said to be like others as well: that would hide what is new.
    alike = [(a, b, themes) for a, b, themes in pairs if themes and a.iri not in same and b.iri not in kept]
    met = {part.iri for a, b, _ in alike for part in (a, b)}
    found = [Change(SAME, a, same[a.iri]) for a in before if a.iri in same]
    found += [Change(ALIKE, a, b, themes) for a, b, themes in alike]
    found += [Change(OLDER, older=a) for a in before if a.iri not in same and a.iri not in met]
    found += [Change(NEWER, newer=b) for b in after if b.iri not in kept and b.iri not in met]
    return tuple(found)


def _words(part: Part) -> str:
    return " ".join(part.label.casefold().split())
