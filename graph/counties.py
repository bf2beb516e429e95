"""Two counties side by side: what only one has, what only the other has, what both have, and what is not known.

"Both" is never likeness of words alone: measures by the findings of the comparison (duplicate or overlap), action
fields by the crosswalk, goals and needs by their themes or a finding, actors by identity: the same entry, or several
that people judged the same. Each pair says why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.compare.profile import Source
from graph.crosswalk import Crosswalk, FieldMapping
from graph.inventory import FIELD, GOAL, KINDS, MEASURE, NEED, STRATEGY, ActorRole, Inventory, Item
from graph.language import N_, _, ngettext
from graph.partners import (
    CLASSES,
    COMPLEMENT,
    DUPLICATE,
    OVERLAP,
    Partner,
    at_most,
    partners,
    set_apart,
    told_apart,
)
from graph.themes import Themes
from graph.vocabulary import quoted
from queries import Row

ACTOR = "actor"
SECTIONS = {kind: KINDS[kind][1] for kind in (STRATEGY, GOAL, FIELD, NEED, MEASURE)} | {ACTOR: N_("Akteure")}
"""Kind → heading, in the order of the answer."""
CAUTION = N_(
    "Verglichen ist, was die Quellen nennen. Steht etwas nur bei einem Kreis, kann es der andere trotzdem haben."
)


@dataclass(frozen=True)
class Thing:
    """Something that one of the two has."""

    iri: str
    label: str
    note: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Both:
    """A thing of each side that belong together, and why. `a` and `b` are the same for an actor of both."""

    a: Thing
    b: Thing
    how: str
    """duplicate, overlap or complement (a finding), mapping, theme, or same."""
    reason: str
    finding: str = ""
    score: float | None = None


@dataclass(frozen=True)
class Section:
    """One kind of thing."""

    kind: str
    label: str
    only_a: tuple[Thing, ...]
    both: tuple[Both, ...]
    only_b: tuple[Thing, ...]
    complements: tuple[Both, ...]
    """Pairs of which one offers what the other needs; both sides stand under "only" as well."""
    unknown: tuple[str, ...]
    """What is not known of either side, in German."""
    sentence: str


@dataclass(frozen=True)
class Counties:
    """The comparison of two counties."""

    a: str
    a_label: str
    b: str
    b_label: str
    sections: tuple[Section, ...]
    sentence: str
    caution: str = CAUTION


def counties(
    known: Inventory,
    mapped: Crosswalk,
    tree: Themes,
    findings: Iterable[Mapping[str, Any]],
    a: str,
    b: str,
) -> Counties:
    """Compares two districts (keys). `findings` are overlaps of one of them with a circle that holds the other.

    Raises `Unknown` where there is no such district.
    """
    known.require(a), known.require(b)
    findings = list(findings)
    sides, apart = partners(findings, known), set_apart(findings, known)
    sections = [
        _section(kind, known, mapped, tree, sides, apart, a, b)
        for kind in (STRATEGY, GOAL, FIELD, NEED, MEASURE)
    ]
    sections.append(_actors(known, a, b))
    names = known.name(a), known.name(b)
    shared = [f"{_(s.label)} ({_pairs(len(s.both))})" for s in sections if s.both]
    # The list of each holds its strongest findings with all others; between two that are far apart some may be missing.
    limit = at_most(max(([f for f in findings if key in _ags(f)] for key in (a, b)), key=len))
    said = (
        _("{a} und {b}: Gemeinsames bei {what}.")
        if shared
        else _("{a} und {b}: nach den Quellen ist nichts gemeinsam.")
    )
    sentence = said.format(a=names[0], b=names[1], what=", ".join(shared))
    if not shared:
        sentence = f"{sentence} {limit}".rstrip()
    caution = f"{_(CAUTION)} {limit}".strip()
    return Counties(a, names[0], b, names[1], tuple(sections), sentence, caution)


def _ags(finding: Mapping[str, Any]) -> tuple[str, str]:
    return str(finding["a"]["ags"]), str(finding["b"]["ags"])


def _pairs(count: int) -> str:
    return ngettext("ein Paar", "{count} Paare", count).format(count=count)


def table(found: Counties) -> list[Row]:
    """The comparison as one list, a line for each thing or pair."""
    lines: list[Row] = []
    for section in found.sections:
        rows: list[tuple[Thing, Thing | None, str, str]] = [
            (thing, None, "nur hier", "") for thing in section.only_a
        ]
        rows += [(pair.a, pair.b, "beide", pair.reason) for pair in section.both]
        rows += [(pair.a, pair.b, "ergänzen sich", pair.reason) for pair in section.complements]
        for here, there, where, why in rows:
            lines.append(_line(section, found, where, here, there, why))
        lines += [_line(section, found, "nur dort", None, thing, "") for thing in section.only_b]
        lines += [
            {"Was": section.label, "Wo": "unbekannt", found.a_label: "", found.b_label: "", "Warum": text}
            for text in section.unknown
        ]
    return lines


def _line(
    section: Section, found: Counties, where: str, here: Thing | None, there: Thing | None, why: str
) -> Row:
    return {
        "Was": section.label,
        "Wo": where,
        found.a_label: here.label if here else "",
        found.b_label: there.label if there else "",
        "Warum": why
        or "; ".join(str(s.document) for s in ((here or there).sources[:1] if here or there else ())),  # type: ignore[union-attr]
    }


def _section(
    kind: str,
    known: Inventory,
    mapped: Crosswalk,
    tree: Themes,
    sides: Mapping[str, Sequence[Partner]],
    apart: Mapping[str, Sequence[Partner]],
    a: str,
    b: str,
) -> Section:
    here, there = known.current(a, kind), known.current(b, kind)
    pairs, complements = [], []
    for one in here:
        for partner in sides.get(one.iri, ()):
            other = known.items.get(partner.iri)
            if other is None or other.key != b:
                continue
            reason = f"{_(CLASSES[partner.kind])}: {partner.reason}"
            things = _thing(one, known), _thing(other, known)
            pair = Both(*things, partner.kind, reason, partner.finding, partner.score)
            if partner.kind == COMPLEMENT:
                complements.append(pair)
            elif other.kind == kind and partner.kind in (DUPLICATE, OVERLAP):
                pairs.append(pair)
    judged: Callable[[Item, Item], Both | None] | None = None
    if kind == FIELD:
        judged = lambda x, y: _by_mapping(x, y, known, mapped, tree)  # noqa: E731
    elif kind in (GOAL, NEED):
        judged = lambda x, y: _by_theme(x, y, known, tree)  # noqa: E731
    if judged:
        told = {(pair.a.iri, pair.b.iri) for pair in pairs}
        pairs += [p for x in here for y in there if (x.iri, y.iri) not in told and (p := judged(x, y))]
    pairs.sort(key=_order)
    complements.sort(key=_order)
    of_a, of_b = {pair.a.iri for pair in pairs}, {pair.b.iri for pair in pairs}
    only_a = tuple(_thing(item, known) for item in here if item.iri not in of_a)
    only_b = tuple(_thing(item, known) for item in there if item.iri not in of_b)
    unknown = tuple(text for key in (a, b) for text in _unknown(known, key, kind))
    theirs = {item.iri for item in there}
    none = [p for one in here for p in apart.get(one.iri, ()) if p.iri in theirs]
    return Section(
        kind, SECTIONS[kind], only_a, tuple(pairs), only_b, tuple(complements), unknown,
        f"{_sentence(kind, known, a, b, only_a, pairs, only_b, complements)} {told_apart(none)}".rstrip(),
    )  # fmt: skip


def _order(pair: Both) -> tuple[float, str, str, str, str]:
    return -(pair.score or 0), pair.a.label.casefold(), pair.a.iri, pair.b.label.casefold(), pair.b.iri


def _thing(item: Item, known: Inventory) -> Thing:
    note = known.items[item.strategy].label if item.strategy in known.items else ""
    return Thing(item.iri, item.label, _("abgelöst") if item.iri in known.former else note, item.sources)


def _by_mapping(x: Item, y: Item, known: Inventory, mapped: Crosswalk, tree: Themes) -> Both | None:
    """Two fields belong together where one's theme is the other's, or lies below it."""
    best: tuple[tuple[int, int], FieldMapping, FieldMapping, str] | None = None
    for one in mapped.of(x.iri):
        for other in mapped.of(y.iri):
            shared = tree.related(one.theme, other.theme)
            # Of two fields that are both mere parts of a theme nobody knows whether the parts meet.
            if not shared or (one.relation == other.relation == "broad"):
                continue
            same = one.theme == other.theme
            worth = (2 if same else 1, sum(m.relation in ("exact", "close") for m in (one, other)))
            if best is None or worth > best[0]:
                best = worth, one, other, shared
    if best is None:
        return None
    _worth, one, other, shared = best
    reason = f"{quoted(x.label)} {one.meaning}; {quoted(y.label)} {other.meaning}."
    if one.theme != other.theme:
        upper = other.theme if shared == one.theme else one.theme
        said = _("{theme} liegt unter {upper}.")
        reason += " " + said.format(theme=quoted(tree.label(shared)), upper=quoted(tree.label(upper)))
    return Both(_thing(x, known), _thing(y, known), "mapping", reason)


def _by_theme(x: Item, y: Item, known: Inventory, tree: Themes) -> Both | None:
    both = [theme for theme in x.themes if theme in y.themes]
    if not both:
        return None
    names = ", ".join(f"{quoted(tree.label(theme))}" for theme in both)
    return Both(
        _thing(x, known), _thing(y, known), "theme", _("Gleiches Thema: {names}.").format(names=names)
    )


def _unknown(known: Inventory, key: str, kind: str) -> list[str]:
    name = known.name(key)
    texts = [f"{name}: {text}" for text in known.incomplete(key, kind)] if kind != FIELD else []
    if not known.of(key, kind):
        texts.insert(0, _("Für {name} sind keine {what} bekannt.").format(name=name, what=_(SECTIONS[kind])))
    elif kind == FIELD:
        texts = [f"{name}: {text}" for text in known.incomplete(key, kind)]
    return texts


def _sentence(
    kind: str,
    known: Inventory,
    a: str,
    b: str,
    only_a: Sequence[Thing],
    pairs: Sequence[Both],
    only_b: Sequence[Thing],
    complements: Sequence[Both] = (),
) -> str:
    names = known.name(a), known.name(b)
    silent = [name for name, key in zip(names, (a, b), strict=True) if not _has(known, key, kind)]
    if len(silent) == 2:
        return _("{what}: für beide nicht bekannt.").format(what=_(SECTIONS[kind]))
    if silent:
        said = _("{what}: {count} bekannt, für {name} keine; verglichen werden kann nichts.")
        return said.format(what=_(SECTIONS[kind]), count=len(only_a) or len(only_b), name=silent[0])
    matched = len({pair.a.iri for pair in pairs}), len({pair.b.iri for pair in pairs})
    text = _("{what}: {of_a} nur in {a}, {of_b} nur in {b}").format(
        what=_(SECTIONS[kind]), of_a=len(only_a), a=names[0], of_b=len(only_b), b=names[1]
    )
    if matched[0] == matched[1]:
        text += _(", {count} in beiden").format(count=matched[0])
    else:
        text += _("; {here} hier und {there} dort gehören zusammen").format(here=matched[0], there=matched[1])
    if complements:
        text += _("; {count}-mal bietet der eine, was dem anderen dient").format(count=len(complements))
    return f"{text}."


def _has(known: Inventory, key: str, kind: str) -> bool:
    return bool(known.actors.get(key)) if kind == ACTOR else bool(known.current(key, kind))


def _actors(known: Inventory, a: str, b: str) -> Section:
    here = {actor.iri: actor for actor in known.actors.get(a, ())}
    there = {actor.iri: actor for actor in known.actors.get(b, ())}
    both = []
    for iri in here:
        if iri in there:
            said = _("in {name} bei {things}")
            roles = [
                said.format(name=known.name(k), things=_some(of[iri])) for k, of in ((a, here), (b, there))
            ]
            reason = f"{here[iri].label}: {'; '.join(roles)}. {here[iri].note}".rstrip()
            both.append(Both(_part(here[iri]), _part(there[iri]), "same", reason))
    only_a = tuple(_part(actor) for iri, actor in here.items() if iri not in there)
    only_b = tuple(_part(actor) for iri, actor in there.items() if iri not in here)
    unknown = tuple(
        _("Für {name} sind keine {what} bekannt.").format(name=known.name(key), what=_(SECTIONS[ACTOR]))
        for key, of in ((a, here), (b, there))
        if not of
    )
    return Section(
        ACTOR, SECTIONS[ACTOR], only_a, tuple(both), only_b, (), unknown,
        _sentence(ACTOR, known, a, b, only_a, both, only_b),
    )  # fmt: skip


def _part(actor: ActorRole) -> Thing:
    return Thing(actor.iri, actor.label, _some(actor), actor.sources)


def _some(actor: ActorRole) -> str:
    names = ", ".join(f"{quoted(thing)}" for thing in actor.things[:2])
    more = len(actor.things) - 2
    return _("{names} und {count} weiteren").format(names=names, count=more) if more > 0 else names
