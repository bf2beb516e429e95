"""Bars: the money of each year with its gap, amounts that stand alone, and how many measures are in which state."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from graph.budget import Budget, Check, Item, Year
from graph.language import _, ngettext
from graph.progress import BESIDE, STATES, STEPS, UNKNOWN, Tally
from graph.sources import Source
from graph.spelling import money
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, width, wrapped

WIDTH = 1000.0
LEFT = 170.0
RIGHT = 190.0
BAR = 24.0


def budget_drawing(found: Budget, name: str = "budget") -> Drawing:
    """What each year has, what it needs, and the gap between them."""
    title = _("Budget: {name}").format(name=found.owner_label)
    picture = Picture(name, WIDTH, title, _told(found))
    largest = max(
        (value for year in found.years for value in (year.available, year.needed) if value),
        default=Decimal(1),
    )

    def wide(value: Decimal) -> float:
        return float(value / largest) * (WIDTH - LEFT - RIGHT)

    y = 6.0
    for year in found.years:
        y = _year(picture, year, wide, y)
    y = _key(picture, y + 6)
    return Drawing(
        name, title, picture.description, picture.finished(y + 4), _budget_twin(found), notes(found)
    )


def _told(found: Budget) -> str:
    told = [
        _("{year}: verfügbar {available}, benötigt {needed}, Lücke {gap}").format(
            year=year.year, available=money(year.available), needed=money(year.needed), gap=money(year.gap)
        )
        for year in found.years
    ]
    if found.gap is not None:
        told.append(_("Lücke zusammen: {gap}").format(gap=money(found.gap)))
    return "; ".join(told) + "."


def _year(picture: Picture, year: Year, wide: Callable[[Decimal], float], y: float) -> float:
    group = picture.group(str(year.year))
    picture.text(str(year.year), 4, y + BAR - 9, 18, "ink", bold=True, parent=group)
    for value, word, look in (
        (year.available, _("verfügbar"), "s4"),
        (year.needed, _("benötigt"), "soft edge"),
    ):
        picture.text(word, LEFT - 8, y + 5, 13, "mute", "end", parent=group)
        length = wide(value) if value is not None else 0.0
        if value:
            picture.rect(LEFT, y, length, BAR, look, group)
        if word == _("benötigt") and year.gap:
            gap = wide(year.gap)
            picture.rect(LEFT + length - gap, y, gap, BAR, "mark", group, fill=picture.hatch("mark"))
        text = money(value)
        if word == _("benötigt") and year.gap:
            text = _("{amount}, davon fehlen {gap}").format(amount=text, gap=money(year.gap))
        lines = wrapped(text, WIDTH - LEFT - length - 10, 14)
        picture.text(
            lines, LEFT + length + 8, y + (BAR - len(lines) * 14 * LINE) / 2, 14, "ink", parent=group
        )
        y += BAR + 4
    picture.line(LEFT, y - 2 * BAR - 10, LEFT, y, "edge", group)
    return y + 16


def _key(picture: Picture, y: float) -> float:
    x = LEFT
    for look, text in (("s4", _("verfügbar")), ("soft edge", _("benötigt")), ("gap", _("Lücke, berechnet"))):
        if look == "gap":
            picture.rect(x, y, 26, 14, "mark", fill=picture.hatch("mark"))
        else:
            picture.rect(x, y, 26, 14, look)
        picture.text(text, x + 34, y - 2, 13, "mute")
        x += 34 + width(text, 13) + 28
    return y + 22


def notes(found: Budget) -> tuple[str, ...]:
    """What is to be said about sums: whether they are right, and what was not added."""
    told = [_checked(check) for check in found.checks]
    if found.single and found.years:
        told.append(
            _("Nicht mitgezählt, weil keine Quelle sagt, ob es dieselben Mittel sind: {what}").format(
                what="; ".join(f"{item.label} ({money(item.amount)})" for item in found.single)
            )
        )
    if any(item.whole or item.total for item in found.items):
        told.append(_("Summen und ihre Teile werden nie zusammengezählt."))
    return tuple(told)


def _checked(check: Check) -> str:
    parts = " + ".join(money(part.amount) for part in check.parts)
    if check.right:
        return _("Geprüft: {whole} = {parts} ({label}).").format(
            whole=money(check.whole.amount), parts=parts, label=check.whole.label
        )
    return _("Die Teile ergeben {sum} und nicht {whole}, wie die Quelle für „{label}“ sagt.").format(
        sum=money(check.sum), whole=money(check.whole.amount), label=check.whole.label
    )


def _budget_twin(found: Budget) -> Twin:
    rows: list[tuple[Cell, ...]] = []
    for year in found.years:
        rows.append(
            (
                Cell(str(year.year)),
                Cell(money(year.available), sources=_passages(found, year, "available"), number=True),
                Cell(money(year.needed), sources=_passages(found, year, "needed"), number=True),
                Cell(money(year.gap), number=True),
            )
        )
    if found.years:
        rows.append(
            (
                Cell(_("zusammen")),
                Cell(money(found.whole("available")), sources=_total(found, "available"), number=True),
                Cell(money(found.whole("needed")), sources=_total(found, "needed"), number=True),
                Cell(money(found.gap), number=True),
            )
        )
    columns = (_("Jahr"), _("verfügbar"), _("benötigt"), _("Lücke (berechnet)"))
    return Twin(_("Budget „{name}“ nach Jahren").format(name=found.owner_label), columns, tuple(rows))


def _passages(found: Budget, year: Year, kind: str) -> tuple[Source, ...]:
    return tuple(
        s
        for item in found.items
        if item.year == year.year and item.kind == kind and not item.total
        for s in item.sources
    )


def _total(found: Budget, kind: str) -> tuple[Source, ...]:
    item = found.stated(kind)
    return item.sources if item else ()


def items_twin(found: Budget) -> Twin:
    """Every amount as it stands, with what it is a sum or a part of."""
    names = {item.iri: item.label for item in found.items}

    def role(item: Item) -> str:
        if item.whole:
            return _("Teil von: {whole}").format(whole=names.get(item.whole, ""))
        return _("Summe") if item.total else _("Einzelbetrag")

    rows = tuple(
        (
            Cell(item.label, item.iri, item.sources),
            Cell(str(item.year) if item.year else item.written or _("ohne Jahr")),
            Cell(item.kind_label or _("unbekannt")),
            Cell(money(item.amount), number=True),
            Cell(role(item)),
        )
        for item in found.items
    )
    columns = (_("Betrag"), _("Jahr oder Zeitraum"), _("Art"), _("Höhe"), _("Summe oder Teil"))
    return Twin(_("Alle Beträge zu „{name}“").format(name=found.owner_label), columns, rows)


def amounts_drawing(found: Sequence[Budget], name: str = "betraege") -> Drawing:
    """Amounts without a year that could be compared: each beside the other, none added to another."""
    pairs = [(budget, item) for budget in found for item in budget.single]
    title = _("Beträge, die für sich stehen")
    told = ngettext("{n} Betrag", "{n} Beträge", len(pairs)).format(n=len(pairs))
    picture = Picture(
        name, WIDTH, title, _("{n}; sie sind verschieden und werden nicht zusammengezählt.").format(n=told)
    )
    left = 430.0
    largest = max((item.amount for _budget, item in pairs), default=Decimal(1)) or Decimal(1)
    y = 6.0
    for _budget, item in sorted(pairs, key=lambda pair: -pair[1].amount):
        label = wrapped(item.label, left - 24, 14)
        tall = max(BAR, len(label) * 14 * LINE) + 10
        group = picture.group()
        picture.text(
            label, left - 12, y + (tall - len(label) * 14 * LINE) / 2, 14, "ink", "end", parent=group
        )
        length = float(item.amount / largest) * (WIDTH - left - RIGHT)
        picture.rect(left, y + (tall - BAR) / 2, max(length, 1), BAR, "s0", group)
        told = f"{money(item.amount)}, {item.written}" if item.written else money(item.amount)
        text = wrapped(told, WIDTH - left - length - 10, 13)
        picture.text(text, left + length + 8, y + (tall - len(text) * 13 * LINE) / 2, 13, "ink", parent=group)
        y += tall
    picture.line(left, 6, left, y, "edge")
    rows = tuple(
        (
            Cell(item.label, item.iri, item.sources),
            Cell(money(item.amount), number=True),
            Cell(item.written or (str(item.year) if item.year else _("ohne Jahr"))),
            Cell(item.kind_label or _("unbekannt")),
            Cell(budget.owner_label, budget.owner),
        )
        for budget, item in sorted(pairs, key=lambda pair: -pair[1].amount)
    )
    columns = (_("Betrag"), _("Höhe"), _("wie die Quelle es sagt"), _("Art"), _("gehört zu"))
    twin = Twin(_("Beträge, die für sich stehen"), columns, rows)
    return Drawing(name, title, picture.description, picture.finished(y + 8), twin)


LOOK = {
    "idea": "q1",
    "planned": "q2",
    "running": "q3",
    "completed": "q4",
    "open": "tint",
    "paused": "soft",
    "failed": "s6",
}
"""States in ever darker steps; those beside the way in grey; the unknown is hatched."""
ON = {"idea": "t1", "planned": "t2", "running": "t3", "completed": "t4", "failed": "on"}


def tallies_drawing(found: Sequence[Tally], own: str, name: str = "stand") -> Drawing:
    """How many measures of each district are in which state, the own district first."""
    ordered = sorted(found, key=lambda tally: tally.district != own)
    title = _("Stand der Maßnahmen je Kreis")
    known = sum(tally.total - tally.counts.get(UNKNOWN, 0) for tally in ordered)
    total = sum(tally.total for tally in ordered)
    description = _("Von {known} der {total} Maßnahmen sagt eine Quelle, wie weit sie sind.").format(
        known=known, total=total
    )
    picture = Picture(name, WIDTH, title, description)
    left, most = 290.0, max((tally.total for tally in ordered), default=1)
    unit = (WIDTH - left - 60) / most
    y = 6.0
    for tally in ordered:
        label = wrapped(tally.label, left - 20, 14, tally.district == own)
        tall = max(BAR, len(label) * 14 * LINE) + 8
        group = picture.group(tally.label)
        top = y + (tall - BAR) / 2
        picture.text(
            label,
            left - 10,
            y + (tall - len(label) * 14 * LINE) / 2,
            14,
            "ink",
            "end",
            tally.district == own,
            group,
        )
        x = left
        for state, count in tally.counts.items():
            _piece(picture, state, count, x, top, unit * count, group)
            x += unit * count
        picture.text(str(tally.total), x + 8, top + 4, 13, "mute", parent=group)
        y += tall
    y = _states(picture, {state for tally in ordered for state in tally.counts}, left, y + 10)
    states = [state for state in STATES if any(tally.counts.get(state) for tally in ordered)]
    rows = tuple(
        (
            Cell(tally.label),
            *(Cell(str(tally.counts.get(state, 0)), number=True) for state in states),
            Cell(str(tally.total), number=True),
        )
        for tally in ordered
    )
    columns = (_("Kreis"), *(_(STATES[state]) for state in states), _("zusammen"))
    twin = Twin(_("Zahl der Maßnahmen nach Kreis und Stand"), columns, rows)
    return Drawing(name, title, description, picture.finished(y), twin)


def _piece(picture: Picture, state: str, count: int, x: float, y: float, wide: float, group: Element) -> None:
    if state == UNKNOWN:
        picture.rect(x, y, wide, BAR, "edge", group, fill=picture.hatch("rule"))
    else:
        picture.rect(x, y, wide, BAR, f"{LOOK[state]} edge", group)
    if wide > width(str(count), 13) + 6:
        look = ON.get(state, "ink halo" if state == UNKNOWN else "ink")
        picture.text(str(count), x + wide / 2, y + 4, 13, look, "middle", parent=group)


def _states(picture: Picture, states: set[str], x: float, y: float) -> float:
    start = x
    for state in (*STEPS, *BESIDE, UNKNOWN):
        if state not in states:
            continue
        text = _(STATES[state])
        wide = 34 + width(text, 13) + 22
        if x + wide > WIDTH:
            x, y = start, y + 22
        if state == UNKNOWN:
            picture.rect(x, y, 26, 14, "edge", fill=picture.hatch("rule"))
        else:
            picture.rect(x, y, 26, 14, f"{LOOK[state]} edge")
        picture.text(text, x + 34, y - 2, 13, "mute")
        x += wide
    return y + 24
