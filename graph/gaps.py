"""Gaps: needs that nobody serves, action fields without project, themes that nobody in the circle works on.

What is found is a question, not a verdict: a source that names no project does not say that there is none, and a
project that is named need not be enough. So every gap says on what it rests and which lists are known to be incomplete.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.circle import circle
from graph.compare.profile import Source
from graph.crosswalk import WHOLE, Crosswalk
from graph.inventory import FIELD, MEASURE, NEED, Inventory, Item
from graph.language import N_, _, ngettext
from graph.partners import Partner, at_most, partners, set_apart, told_apart
from graph.store import Askable
from graph.themes import Themes
from graph.vocabulary import quoted
from queries import Row

ADDRESSED, POSSIBLE, ELSEWHERE, REMOTE, JUDGED, NOWHERE = (
    "addressed", "possible", "elsewhere", "remote", "judged", "nowhere",
)  # fmt: skip
SERVICE = {
    ADDRESSED: N_("die Quelle nennt ein Projekt dazu"),
    POSSIBLE: N_("im eigenen Kreis passt etwas"),
    ELSEWHERE: N_("anderswo gibt es etwas"),
    REMOTE: N_("nur entfernt Verwandtes"),
    JUDGED: N_("der Fund gilt nach einem Urteil nicht"),
    NOWHERE: N_("nirgends gefunden"),
}
"""How a need is served → German, the surest first."""
NO_PROJECT, INCOMPLETE, UNKNOWN = "none", "incomplete", "unknown"
FIELD_STATES = {
    NO_PROJECT: N_("kein Projekt genannt"),
    INCOMPLETE: N_("kein Projekt genannt, Liste unvollständig"),
    UNKNOWN: N_("unbekannt"),
}
MOST = 5
"""Partners that are named with a need or a field."""
FAR = 0.6
"""What a finding counts for that is neither of a neighbour nor of the own region, as in the list of findings."""
CAUTION = N_(
    "Ein genanntes Projekt heißt nicht, dass der Bedarf gedeckt ist; und wo keines genannt ist, kann es trotzdem eines "
    "geben."
)


@dataclass(frozen=True)
class Helper:
    """A measure that may serve a need or lies in a field's themes, and why it is named."""

    iri: str
    label: str
    district: str
    reason: str
    finding: str = ""
    """The finding's id, where one says so."""
    score: float | None = None
    near: bool = False
    """Of a neighbouring county or of the own planning region."""
    theme: str = ""
    """The theme that holds those of both, by name; empty where only one of the broadest does, or none."""


@dataclass(frozen=True)
class NeedGap:
    """A need and who serves it."""

    iri: str
    label: str
    themes: tuple[str, ...]
    service: str
    """A key of SERVICE."""
    here: tuple[Helper, ...]
    elsewhere: tuple[Helper, ...]
    sentence: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class FieldGap:
    """An action field for which no project is named, and who works on its themes."""

    iri: str
    label: str
    strategy: str
    strategy_label: str
    state: str
    """A key of FIELD_STATES."""
    here: tuple[Helper, ...]
    elsewhere: tuple[Helper, ...]
    sentence: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class ThemeGap:
    """A theme that is asked for in the district and on which nobody in the circle has a measure."""

    iri: str
    label: str
    asked_by: tuple[str, ...]
    """Names of the needs and fields that ask for it."""
    broader: str
    """The narrowest broader theme on which somebody does have a measure, by name; may be empty."""
    sentence: str


@dataclass(frozen=True)
class Gaps:
    """All gaps of a district in its circle."""

    district: str
    circle: str
    label: str
    needs: tuple[NeedGap, ...]
    fields: tuple[FieldGap, ...]
    themes: tuple[ThemeGap, ...]
    open_points: tuple[str, ...]
    sentence: str
    caution: str = CAUTION


def gaps(
    store: Askable,
    known: Inventory,
    mapped: Crosswalk,
    tree: Themes,
    findings: Iterable[Mapping[str, Any]],
    district: str,
    kind: str = "all",
) -> Gaps:
    """The gaps of a district (AGS); `findings` are its overlaps with the same circle.

    Needs nobody serves come first. Raises `Unknown` for a district or circle that there is not.
    """
    around = circle(store, district, kind, known.places)
    near = {known.key_of(authority) for authority in around.near} | {district}
    keys = {known.key_of(authority) for authority in around.authorities} | {district}
    findings = list(findings)
    sides, apart, limit = partners(findings, known), set_apart(findings, known), at_most(findings)
    needs = sorted(
        (
            _need(item, known, tree, sides.get(item.iri, ()), apart.get(item.iri, ()), near, limit)
            for item in known.of(district, NEED)
        ),
        key=lambda gap: (-list(SERVICE).index(gap.service), gap.label.casefold(), gap.iri),
    )
    fields = [
        _field(item, known, mapped, tree, sides.get(item.iri, ()), keys, near)
        for item in known.current(district, FIELD)
        if not any(item.iri in measure.fields for measure in known.items.values())
    ]
    themes = _themes(known, mapped, tree, district, keys)
    open_points = list(
        dict.fromkeys(r for k in (MEASURE, FIELD, NEED) for r in known.incomplete(district, k))
    )
    if limit:
        open_points.append(limit)
    label = known.name(district)
    if not needs:
        open_points.append(
            _("Für {name} sind keine Bedarfe bekannt; das heißt nicht, dass es keine gibt.").format(
                name=label
            )
        )
    if not known.of(district, FIELD):
        open_points.append(_("Für {name} sind keine Handlungsfelder bekannt.").format(name=label))
    silent = sorted(
        known.name(k) for k in keys - {item.key for item in known.items.values()} if k not in known.places
    )
    if silent and kind != "all":
        open_points.append(_("Nichts bekannt ist über: {names}.").format(names=", ".join(silent)))
    return Gaps(
        district, kind, label, tuple(needs), tuple(fields), tuple(themes), tuple(open_points),
        _sentence(label, needs, fields, themes, bool(known.of(district, FIELD))),
    )  # fmt: skip


def table(found: Gaps) -> list[Row]:
    """The gaps as one list, a line for each."""
    rows = [
        ("Bedarf", need.label, SERVICE[need.service], need.here, need.elsewhere, need.sentence)
        for need in found.needs
    ]
    rows += [
        ("Handlungsfeld", gap.label, FIELD_STATES[gap.state], gap.here, gap.elsewhere, gap.sentence)
        for gap in found.fields
    ]
    rows += [("Thema", gap.label, "niemand im Vergleichskreis", (), (), gap.sentence) for gap in found.themes]
    return [
        {
            "Was": what,
            "Name": name,
            "Stand": state,
            "im eigenen Kreis": "; ".join(helper.label for helper in here),
            "anderswo": "; ".join(f"{helper.label} ({helper.district})" for helper in away),
            "Erklärung": sentence,
        }
        for what, name, state, here, away, sentence in rows
    ]


def _need(
    item: Item,
    known: Inventory,
    tree: Themes,
    of: Sequence[Partner],
    apart: Sequence[Partner],
    near: set[str],
    limit: str,
) -> NeedGap:
    says = _("Die Quelle sagt, dass es diesem Bedarf dient.")
    named = [m for m in known.items.values() if m.kind == MEASURE and item.iri in m.addresses]
    told = {
        m.iri: Helper(m.iri, m.label, known.name(m.key), says, near=m.key in near)
        for m in sorted(named, key=lambda m: m.key != item.key)
    }
    told_here = [told[m.iri] for m in named if m.key == item.key]
    told_away = [told[m.iri] for m in named if m.key != item.key]
    fields = [f.label for f in known.of(item.key, FIELD) if item.iri in f.addresses]
    found = [
        (p, _helper(item, p, known, tree, near)) for p in of if _is_measure(p, known) and p.iri not in told
    ]
    judged = [p for p in apart if _is_measure(p, known)]
    here = sorted((helper for p, helper in found if p.own_district), key=_best_first)
    elsewhere = sorted((helper for p, helper in found if not p.own_district), key=_best_first)
    if told:
        service = ADDRESSED
    elif here and here[0].theme:
        service = POSSIBLE
    elif elsewhere and elsewhere[0].theme:
        service = ELSEWHERE
    else:
        service = REMOTE if here or elsewhere else JUDGED if judged else NOWHERE
    return NeedGap(
        item.iri,
        item.label,
        tuple(map(tree.label, item.themes)),
        service,
        tuple([*told_here, *here][:MOST]),
        tuple([*told_away, *elsewhere][:MOST]),
        _need_sentence(item, service, [*told.values(), *here], elsewhere, fields, told_apart(judged), limit),
        item.sources,
    )


def _is_measure(partner: Partner, known: Inventory) -> bool:
    other = known.items.get(partner.iri)
    return other is not None and other.kind == MEASURE


def _helper(item: Item, partner: Partner, known: Inventory, tree: Themes, near: set[str]) -> Helper:
    themes = known.items[partner.iri].themes if partner.iri in known.items else ()
    shared = [common for x in item.themes for y in themes if (common := tree.common(x, y))]
    return Helper(
        partner.iri,
        partner.label,
        partner.district or known.name(partner.key),
        partner.reason,
        partner.finding,
        partner.score,
        partner.key in near,
        tree.label(max(shared, key=lambda theme: (len(tree.path(theme)), theme))) if shared else "",
    )


def _best_first(helper: Helper) -> tuple[bool, float, str, str]:
    """Who shares a theme first, then by the strength of the finding, of which that of strangers counts less."""
    worth = (helper.score or 0) * (1 if helper.near else FAR)
    return not helper.theme, -worth, helper.label.casefold(), helper.iri


def _need_sentence(
    item: Item,
    service: str,
    here: Sequence[Helper],
    elsewhere: Sequence[Helper],
    fields: Sequence[str],
    judged: str,
    limit: str,
) -> str:
    first = here[0].label if here else ""
    away = _first_of(elsewhere)
    if service == ADDRESSED:
        said = _("Nach der Quelle dient {name} diesem Bedarf; ob es reicht, sagt sie nicht.")
        text = [said.format(name=quoted(first))]
    elif service == POSSIBLE:
        said = _("Kein Projekt nennt diesen Bedarf; passen könnte {name} im eigenen Kreis.")
        text = [said.format(name=quoted(first))]
        if away:
            text.append(_("Anderswo: {names}.").format(names=away))
    elif service == ELSEWHERE:
        said = _("Hier Bedarf, dort Projekt: {names}. Gemeinsames Thema: {theme}.")
        text = [said.format(names=away, theme=elsewhere[0].theme)]
        if not elsewhere[0].near:
            text.append(_("Das ist weder Nachbar noch eigene Planungsregion."))
    elif service == REMOTE:
        where = away or _("{name} im eigenen Kreis").format(name=quoted(first))
        said = _("Nur entfernt Verwandtes ist gefunden: {names}. Ein gemeinsames Thema haben sie nicht.")
        text = [said.format(names=where)]
    elif service == JUDGED:
        text = [judged, _("Sonst ist weder hier noch im Vergleichskreis ein Projekt dazu gefunden.")]
    else:
        text = [_("Weder hier noch im Vergleichskreis ist dazu ein Projekt gefunden.")]
        if limit:
            text.append(limit)
        if not item.themes:
            text.append(_("Der Bedarf hat noch kein Thema; auch deshalb kann der Vergleich nichts finden."))
    if judged and service != JUDGED:
        text.append(judged)
    if fields:
        text.append(_("Das Handlungsfeld {name} nimmt den Bedarf auf.").format(name=quoted(fields[0])))
    return " ".join(text)


def _field(
    item: Item,
    known: Inventory,
    mapped: Crosswalk,
    tree: Themes,
    of: Sequence[Partner],
    keys: set[str],
    near: set[str],
) -> FieldGap:
    assigned = {f for m in known.items.values() for f in m.fields}
    siblings = [f for f in known.items.values() if f.kind == FIELD and f.strategy == item.strategy]
    incomplete = known.incomplete(item.key, MEASURE)
    if not any(f.iri in assigned for f in siblings):
        state = UNKNOWN
    else:
        state = (
            INCOMPLETE if any(p.kind == MEASURE for p in known.open_lists.get(item.key, ())) else NO_PROJECT
        )
    here: list[Helper] = []
    elsewhere: list[Helper] = []
    found = {p.iri: p for p in reversed(of) if _is_measure(p, known)}
    for other in known.items.values():
        if other.kind == MEASURE and other.key in keys:
            why = _in_themes(item, other, mapped, tree)
            if other.iri in found:
                helper = _helper(item, found[other.iri], known, tree, near)
            elif why:
                shared = next((n for x in item.themes for y in other.themes if (n := tree.common(x, y))), "")
                name = tree.label(shared) if shared else ""
                helper = Helper(
                    other.iri, other.label, known.name(other.key), why, near=other.key in near, theme=name
                )
            else:
                continue
            (here if other.key == item.key else elsewhere).append(helper)
    here.sort(key=_best_for_field)
    elsewhere.sort(key=_best_for_field)
    strategy = known.items[item.strategy].label if item.strategy in known.items else ""
    return FieldGap(
        item.iri, item.label, item.strategy, strategy, state, tuple(here[:MOST]), tuple(elsewhere[:MOST]),
        _field_sentence(state, here, elsewhere, incomplete), item.sources,
    )  # fmt: skip


def _best_for_field(helper: Helper) -> tuple[bool, bool, float, str, str]:
    """The near before strangers; of them who shares a theme first, then by the strength of the finding."""
    return not helper.near, not helper.theme, -(helper.score or 0), helper.label.casefold(), helper.iri


def _in_themes(field: Item, measure: Item, mapped: Crosswalk, tree: Themes) -> str:
    """By which theme a measure lies in a field; empty where by none."""
    mappings = mapped.of(field.iri)
    wanted = [m.theme for m in mappings if m.relation != "broad"] or [m.theme for m in mappings]
    if not mappings:
        wanted = list(field.themes)
    for theme in measure.themes:
        for upper in wanted:
            if tree.within(theme, upper):
                name = quoted(tree.label(theme))
                if theme == upper:
                    return _("Thema {name}").format(name=name)
                return _("Thema {name} (unter {upper})").format(name=name, upper=quoted(tree.label(upper)))
    return ""


def _field_sentence(
    state: str, here: Sequence[Helper], elsewhere: Sequence[Helper], incomplete: Sequence[str]
) -> str:
    if state == UNKNOWN:
        text = [
            _("Die Quelle ordnet kein einziges Projekt einem Feld zu; ob hier eines liegt, ist unbekannt.")
        ]
    else:
        text = [_("In diesem Feld nennt die Quelle kein Projekt.")]
        if state == INCOMPLETE and incomplete:
            text.append(incomplete[0])
    if here:
        first = quoted(here[0].label)
        if more := _more(here):
            first += f" {more}"
        said = (
            _("Am selben Thema arbeitet im eigenen Kreis {names}.")
            if _shares_theme(here[0])
            else _("Nach dem Vergleich verwandt, ohne gemeinsames Thema, ist im eigenen Kreis {names}.")
        )
        text.append(said.format(names=first))
    if elsewhere:
        said = (
            _("Am selben Thema arbeitet {names}.")
            if _shares_theme(elsewhere[0])
            else _("Nach dem Vergleich verwandt, ohne gemeinsames Thema, ist {names}.")
        )
        text.append(said.format(names=_first_of(elsewhere)))
    if not (here or elsewhere):
        text.append(_("Auch sonst ist im Vergleichskreis keine Maßnahme zum selben Thema genannt."))
    return " ".join(text)


def _first_of(found: Sequence[Helper]) -> str:
    """The first with its district, and how many more there are; empty for none."""
    if not found:
        return ""
    more = _more(found)
    return f"{quoted(found[0].label)}, {found[0].district}" + (f" {more}" if more else "")


def _shares_theme(helper: Helper) -> bool:
    return bool(helper.theme) or not helper.finding


def _more(found: Sequence[Helper]) -> str:
    count = len(found) - 1
    if count < 1:
        return ""
    return ngettext("(und ein weiteres)", "(und {count} weitere)", count).format(count=count)


def _themes(
    known: Inventory, mapped: Crosswalk, tree: Themes, district: str, keys: set[str]
) -> list[ThemeGap]:
    served = {t for m in known.items.values() if m.kind == MEASURE and m.key in keys for t in m.themes}
    served |= {
        mapping.theme
        for m in known.items.values()
        if m.kind == MEASURE and m.key in keys
        for f in m.fields
        for mapping in mapped.of(f)
        if mapping.relation in WHOLE
    }
    held = {upper for theme in served for upper in tree.path(theme)}
    asked: dict[str, list[str]] = {}
    for item in [*known.of(district, NEED), *known.current(district, FIELD)]:
        themes = [m.theme for m in mapped.of(item.iri)] or list(item.themes)
        for theme in themes:
            asked.setdefault(theme, []).append(item.label)
    found = []
    for theme in sorted(asked, key=lambda t: (-len(asked[t]), tree.label(t).casefold(), t)):
        if theme in held:
            continue
        upper = next((t for t in tree.path(theme)[1:] if t in held), "")
        who = tuple(dict.fromkeys(asked[theme]))
        text = ngettext(
            "Niemand im Vergleichskreis hat eine Maßnahme zu {name}; gefragt ist es hier einmal.",
            "Niemand im Vergleichskreis hat eine Maßnahme zu {name}; gefragt ist es hier {count}-mal.",
            len(who),
        ).format(name=quoted(tree.label(theme)), count=len(who))
        if upper:
            text += " " + _("Breiter, zu {name}, gibt es welche.").format(name=quoted(tree.label(upper)))
        found.append(ThemeGap(theme, tree.label(theme), who, tree.label(upper) if upper else "", text))
    return found


def _sentence(
    label: str,
    needs: Sequence[NeedGap],
    fields: Sequence[FieldGap],
    themes: Sequence[ThemeGap],
    has_fields: bool,
) -> str:
    counts = {service: sum(gap.service == service for gap in needs) for service in SERVICE}
    parts = []
    if needs:
        said = {service: str(count) if count else _("keinen") for service, count in counts.items()}
        parts.append(
            ngettext(
                "{label}: {count} Bedarf; für {nowhere} ist nirgends ein Projekt gefunden, für {remote} nur entfernt "
                "Verwandtes, für {elsewhere} etwas anderswo; für {possible} passt etwas im eigenen Kreis, für "
                "{addressed} nennt die Quelle selbst ein Projekt.",
                "{label}: {count} Bedarfe; für {nowhere} ist nirgends ein Projekt gefunden, für {remote} nur entfernt "
                "Verwandtes, für {elsewhere} etwas anderswo; für {possible} passt etwas im eigenen Kreis, für "
                "{addressed} nennt die Quelle selbst ein Projekt.",
                len(needs),
            ).format(label=label, count=len(needs), **said)
        )
        if counts[JUDGED]:
            said_of = _("Für {count} gilt der einzige Fund nach einem Urteil nicht.")
            parts.append(said_of.format(count=counts[JUDGED]))
    else:
        parts.append(_("{label}: Bedarfe sind nicht bekannt.").format(label=label))
    if fields:
        text = ngettext(
            "{count} Feld hat kein genanntes Projekt.",
            "{count} Felder haben kein genanntes Projekt.",
            len(fields),
        )
        parts.append(text.format(count=len(fields)))
    elif not has_fields:
        parts.append(
            _("Handlungsfelder sind nicht bekannt.")
            if needs
            else _("Auch Handlungsfelder sind nicht bekannt.")
        )
    if themes:
        text = ngettext(
            "Zu {count} gefragtem Thema hat niemand im Vergleichskreis eine Maßnahme.",
            "Zu {count} gefragten Themen hat niemand im Vergleichskreis eine Maßnahme.",
            len(themes),
        )
        parts.append(text.format(count=len(themes)))
    return " ".join(parts)
