"""From needs over action fields to projects, for one strategy: what answers what, and by which right that is said.

A need flows to a field because a source says that the field addresses it, else because both have one shared theme,
which is our editor's reading. A need that fits several fields is shared out among them in equal parts. A project flows
from its field because a source says so. Needs and projects are counted by themselves: no source says which project
answers which need, so a wide stream into a field and a narrow one out of it say nothing of enough or too little.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from graph.crosswalk import Crosswalk
from graph.facts import Facts, facts
from graph.house import House, Part, part
from graph.inventory import NEED, Inventory
from graph.labels import labels
from graph.sources import Source
from graph.store import Askable
from graph.themes import Themes

STATED, THEME = "stated", "theme"
"""Why a need flows to a field: a source says so, or a theme is shared."""


@dataclass(frozen=True)
class Answer:
    """A field that a need flows to."""

    field: str
    right: str
    """STATED or THEME."""
    theme: str = ""
    theme_label: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A need, where it was gathered, and the fields that answer it."""

    need: Part
    factor: str = ""
    """The success factor it stands under (IRI); empty where it stands under none."""
    answers: tuple[Answer, ...] = ()

    @property
    def share(self) -> Fraction:
        """The part of the need that flows to each of its fields."""
        return Fraction(1, max(1, len(self.answers)))


@dataclass(frozen=True)
class Flow:
    """The needs of a strategy's district, its fields and their projects."""

    house: House
    factors: tuple[Part, ...]
    needs: tuple[Asked, ...]

    def under(self, factor: str) -> tuple[Asked, ...]:
        """The needs under a success factor, or under none."""
        return tuple(asked for asked in self.needs if asked.factor == factor)

    def answered(self, field: str) -> tuple[Asked, ...]:
        """The needs that flow to a field."""
        return tuple(asked for asked in self.needs if any(answer.field == field for answer in asked.answers))

    def weight(self, factor: str, field: str, right: str) -> Fraction:
        """How many needs under a factor flow to a field by one right; an empty field stands for none."""
        return sum(
            (
                asked.share
                for asked in self.under(factor)
                if (not field and right == THEME and not asked.answers)
                or any(answer.field == field and answer.right == right for answer in asked.answers)
            ),
            Fraction(0),
        )


def flow(store: Askable, known: Inventory, mapped: Crosswalk, tree: Themes, found: House) -> Flow:
    """The flow of a strategy; the needs are those of its owner."""
    keys = {known.key_of(owner.iri) for owner in found.owners}
    needs = [item.iri for key in sorted(keys) for item in known.of(key, NEED)]
    said = facts(store, needs)
    groups = facts(store, {group for need in needs for group in said.all(need, "inNeedGroup")})
    factor_of = {need: _factor(said, groups, need) for need in needs}
    factors = facts(store, {factor for factor in factor_of.values() if factor})
    answers = {need: _answers(said, mapped, tree, found, need) for need in needs}
    themes = labels(store, {answer.theme for of in answers.values() for answer in of if answer.theme})
    asked = [
        Asked(
            part(said, need),
            factor_of[need],
            tuple(_labelled(answer, themes) for answer in answers[need]),
        )
        for need in needs
    ]
    return Flow(
        found,
        tuple(
            sorted(
                (part(factors, iri) for iri in {f for f in factor_of.values() if f}), key=lambda p: p.order
            )
        ),
        tuple(sorted(asked, key=lambda each: each.need.order)),
    )


def _factor(said: Facts, groups: Facts, need: str) -> str:
    direct = said.one(need, "underSuccessFactor")
    return direct or next(
        (
            factor
            for group in said.all(need, "inNeedGroup")
            if (factor := groups.one(group, "underSuccessFactor"))
        ),
        "",
    )


def _answers(said: Facts, mapped: Crosswalk, tree: Themes, found: House, need: str) -> list[Answer]:
    stated = [
        Answer(pillar.field.iri, STATED, sources=of.sources)
        for pillar in found.pillars
        for of in pillar.needs
        if of.iri == need
    ]
    if stated:
        return stated
    answers = []
    for pillar in found.pillars:
        shared = next(_shared(mapped, tree, pillar.field.iri, said.all(need, "hasTheme")), "")
        if shared:
            answers.append(Answer(pillar.field.iri, THEME, shared))
    return answers


def _shared(mapped: Crosswalk, tree: Themes, field: str, themes: Iterable[str]) -> Iterator[str]:
    """The themes of a need that lie in what a field is bound to. Where the theme is broader than the field, only the
    theme itself counts: what is narrower may lie outside of the field."""
    for mapping in mapped.of(field):
        for theme in themes:
            if theme == mapping.theme or (mapping.relation != "broad" and tree.within(theme, mapping.theme)):
                yield theme


def _labelled(answer: Answer, themes: dict[str, str]) -> Answer:
    return Answer(answer.field, answer.right, answer.theme, themes.get(answer.theme, ""), answer.sources)
