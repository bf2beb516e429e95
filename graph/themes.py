"""The shared theme scheme as a tree: what a theme is called, what it lies under, what lies under it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph.language import preference
from graph.store import Askable
from graph.vocabulary import PREFIXES, local_name
from ontology.namespaces import GRAPH


@dataclass(frozen=True)
class Themes:
    """The tree of themes, by IRI; a theme that nobody knows is a root of its own."""

    labels: Mapping[str, str] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)
    """Theme → the next broader one."""

    @property
    def roots(self) -> tuple[str, ...]:
        """The broadest themes, by name."""
        return self._by_name(theme for theme in self.labels if theme not in self.above)

    def label(self, theme: str) -> str:
        """The name."""
        return self.labels.get(theme) or local_name(theme)

    def path(self, theme: str) -> tuple[str, ...]:
        """The theme itself and everything broader, the narrowest first."""
        found = [theme]
        while (upper := self.above.get(found[-1])) and upper not in found:
            found.append(upper)
        return tuple(found)

    def within(self, theme: str, upper: str) -> bool:
        """Whether a theme is another one or lies somewhere below it."""
        return upper in self.path(theme)

    def root(self, theme: str) -> str:
        """The broadest theme above it."""
        return self.path(theme)[-1]

    def below(self, theme: str) -> tuple[str, ...]:
        """The themes next below, by name."""
        return self._by_name(lower for lower, upper in self.above.items() if upper == theme)

    def related(self, one: str, other: str) -> str:
        """The narrower of two themes of which one holds the other; empty where neither does."""
        if self.within(one, other):
            return one
        return other if self.within(other, one) else ""

    def common(self, one: str, other: str) -> str:
        """The narrowest theme that holds both; empty where that is one of the broadest and neither of the two."""
        found = next((theme for theme in self.path(one) if theme in self.path(other)), "")
        return found if found in self.above or found in (one, other) else ""

    def _by_name(self, themes: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(themes, key=lambda theme: (self.label(theme).casefold(), theme)))


def theme_tree(store: Askable) -> Themes:
    """The tree in the store's graph of themes, with names in the language in force: else German ones."""
    rows = store.select(
        PREFIXES
        + f"""SELECT ?theme ?label (LANG(?label) AS ?language) ?upper WHERE {{ GRAPH <{GRAPH.themes}> {{
            ?theme a skos:Concept ; skos:prefLabel ?label
            OPTIONAL {{ ?theme skos:broader ?upper }} }} }} ORDER BY ?theme ?upper"""
    )
    labels: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: preference(str(row["language"] or ""))):
        labels.setdefault(str(row["theme"]), str(row["label"]))
    above: dict[str, str] = {}
    for row in rows:
        if row["upper"] and str(row["upper"]) in labels:
            above.setdefault(str(row["theme"]), str(row["upper"]))
    return Themes(labels, above)
