"""A calendar as a picture: what is told to the day is a mark, what is not is a hatched span in which it lies.

Dates without a year have no place on the line; their words stand in the row instead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from graph.calendar import KINDS, LASTING, Calendar, Entry, When
from graph.language import _, ngettext
from graph.spelling import date as spelled
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, width, wrapped

WIDTH = 1160.0
LABELS = 360.0
RIGHT = 24.0
ROW = 10.0
"""Free height above and below the words of a row."""
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
"""How many months may lie between two lines."""
TICK = 64.0
"""Room that the label of a line needs."""


@dataclass(frozen=True)
class Scale:
    """Days on the width of the picture."""

    first: date
    last: date

    def x(self, day: date) -> float:
        """Where a day begins."""
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return LABELS + share * (WIDTH - LABELS - RIGHT)

    @property
    def ticks(self) -> Iterator[tuple[date, str]]:
        """The days with a line and what stands above it."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        room = (WIDTH - LABELS - RIGHT) / TICK
        step = next((step for step in MONTHS if months / step <= room), MONTHS[-1])
        month = self.first.year * 12 + self.first.month - 1
        month += -month % step
        while (day := date(month // 12, month % 12 + 1, 1)) <= self.last:
            yield day, str(day.year) if step >= 12 else f"{day.month:02}/{day.year}"
            month += step


def timeline_drawing(
    found: Calendar, name: str, title: str, today: date | None = None, grouped: bool = True
) -> Drawing:
    """The picture of a calendar. `name` is the picture's, `today` draws a line, `grouped` says the groups by
    heading."""
    entries = found.entries
    told = [entry for entry in entries if entry.when.known]
    description = _("{n} im Zeitverlauf").format(
        n=ngettext("{n} Eintrag", "{n} Einträge", len(entries)).format(n=len(entries))
    )
    if span := found.span:
        description += _(", von {first} bis {last}").format(first=spelled(span[0]), last=spelled(span[1]))
    description += _("; {n} ohne Datum. Alle Angaben stehen in der Tabelle darunter.").format(
        n=len(entries) - len(told)
    )
    picture = Picture(name, WIDTH, title, description)
    scale = _scale(found)
    y = 34.0
    lines = picture.group()
    for group in found.groups:
        if grouped:
            y = picture.text(_heading(group.label), 0, y + 10, 15, bold=True) + 4
        for entry in group.entries:
            y = _row(picture, scale, entry, y)
    if scale:
        _axis(picture, scale, lines, y, today)
    y = _legend(picture, entries, y + 14)
    return Drawing(name, title, description, picture.finished(y + 4), _twin(found), _notes(entries))


def _heading(label: str) -> list[str]:
    return wrapped(label or _("gehört zu keiner Strategie"), WIDTH - RIGHT, 15, bold=True)


def _scale(found: Calendar) -> Scale | None:
    if not found.span:
        return None
    first, last = found.span
    months = max(2, (last - first).days // 30)
    margin = timedelta(days=max(12, months))
    if any(entry.goes_on for entry in found.entries):
        margin *= 2
    return Scale(first.replace(day=1), last + margin)


def _axis(picture: Picture, scale: Scale, lines: Element, bottom: float, today: date | None) -> None:
    for day, label in scale.ticks:
        x = scale.x(day)
        picture.line(x, 26, x, bottom, "rule", lines)
        picture.text(label, min(x, WIDTH - width(label, 13) / 2), 4, 13, "mute", "middle")
    if today and scale.first <= today <= scale.last:
        x = scale.x(today)
        picture.line(x, 22, x, bottom, "mark", stroke_width=2)
        picture.text(_("heute"), x, bottom, 12, "ink", "middle")


def _row(picture: Picture, scale: Scale | None, entry: Entry, y: float) -> float:
    label = wrapped(entry.label, LABELS - 24, 14)
    under = wrapped(_under(entry), LABELS - 24, 12)
    tall = len(label) * 14 * LINE + len(under) * 12 * LINE + ROW
    group = picture.group(f"{entry.label}: {spoken(entry)}")
    picture.line(0, y + tall, WIDTH - RIGHT, y + tall, "rule", group)
    below = picture.text(label, 8, y + ROW / 2, 14, "ink", parent=group)
    picture.text(under, 8, below, 12, "mute", parent=group)
    middle = y + tall / 2
    if scale and entry.when.known:
        left, right = _marked(picture, scale, entry, middle, group)
        _date(picture, entry, left, right, middle, group)
    else:
        lines = wrapped(spoken(entry), WIDTH - RIGHT - LABELS - 8, 13)
        picture.text(lines, LABELS, middle - len(lines) * 13 * LINE / 2, 13, "mute", parent=group)
    return y + tall


def _under(entry: Entry) -> str:
    state = entry.state_label or entry.said
    return f"{_(KINDS[entry.kind])} · {state}" if state else _(KINDS[entry.kind])


def _marked(picture: Picture, scale: Scale, entry: Entry, y: float, group: Element) -> tuple[float, float]:
    """Draws the time of an entry; gives the left and right end of what was drawn."""
    when = entry.when
    starts, ends = when.starts, when.ends
    day = timedelta(days=1)
    if starts and not ends and starts[0] == starts[1] and not entry.goes_on:
        return _point(picture, entry, scale.x(starts[0]), y, group)
    if starts and ends and starts == ends and starts[0] == starts[1]:
        return _point(picture, entry, scale.x(starts[0]), y, group)
    look = {"measure": "s4", "phase": "s2"}.get(entry.kind, "s0")
    low, high = y - 8, y + 8
    left = scale.x(starts[0]) if starts else scale.x(ends[0]) if ends else LABELS
    right = scale.x((ends or starts or (scale.last, scale.last))[1] + day)
    if starts and ends:
        core = (
            scale.x(starts[1]) if starts[0] != starts[1] else left,
            scale.x(ends[0] if ends[0] != ends[1] else ends[1] + day),
        )
        picture.rect(left, low, max(right - left, 3), high - low, "edge", fill=picture.hatch(), parent=group)
        if core[1] > core[0]:
            picture.rect(core[0], low, core[1] - core[0], high - low, look, parent=group)
        return left, right
    picture.rect(left, low, max(right - left, 3), high - low, "edge", fill=picture.hatch(), parent=group)
    if entry.goes_on:
        end = WIDTH - RIGHT - 4
        picture.line(right, y, end, y, "strong dash", stroke_width=2, parent=group)
        picture.path(
            f"M{end - 7:.1f} {y - 5:.1f}L{end:.1f} {y:.1f}L{end - 7:.1f} {y + 5:.1f}",
            "strong",
            fill="none",
            stroke_width=2,
            parent=group,
        )
    elif not starts:
        picture.path(
            f"M{left:.1f} {y:.1f}H{max(LABELS, left - 40):.1f}",
            "strong dash",
            fill="none",
            stroke_width=2,
            parent=group,
        )
        left = max(LABELS, left - 40)
    return left, right


def _point(picture: Picture, entry: Entry, x: float, y: float, group: Element) -> tuple[float, float]:
    """A day: a square for a decision, a hollow diamond for what was only announced, a diamond for all else."""
    if entry.kind in ("decision", "proposal"):
        look = "spot mark" if entry.kind == "decision" else "paper mark"
        picture.rect(x - 7, y - 7, 14, 14, look, group, stroke_width=2)
    else:
        look = "paper mark" if entry.kind == "milestone" or entry.state == "planned" else "spot mark"
        picture.draw(
            "polygon",
            look,
            group,
            points=f"{x:.1f},{y - 9:.1f} {x + 9:.1f},{y:.1f} {x:.1f},{y + 9:.1f} {x - 9:.1f},{y:.1f}",
            stroke_width=2,
        )
    return x - 10, x + 10


def _date(picture: Picture, entry: Entry, left: float, right: float, y: float, group: Element) -> None:
    """The date in words: right of what was drawn, else left of it, else upon it; above the line to an arrow."""
    text = period(entry.when)
    wide = width(text, 12)
    x, top = right + 6, y - 8 - (12 if entry.goes_on else 0)
    if x + wide > WIDTH:
        x = left - 6 - wide
        if x < LABELS - 10 or entry.goes_on:
            x = (
                WIDTH - wide - 2
                if entry.goes_on
                else min(max((left + right - wide) / 2, LABELS - 10), WIDTH - wide)
            )
    picture.text(text, x, top, 12, "ink halo", parent=group)


def period(when: When) -> str:
    """A time in words: those of the source if they tell it by themselves, else the dates as exact as they are told."""
    if when.written and (any(map(str.isdigit, when.written)) or not when.known):
        return when.written
    if when.begin and when.end and when.begin != when.end:
        told = f"{spelled(when.begin)} – {spelled(when.end)}"
    elif when.begin or when.end:
        told = spelled(when.begin) if when.begin else _("bis {end}").format(end=spelled(when.end))
    else:
        return ""
    return f"{told} („{when.written}“)" if when.written else told


def spoken(entry: Entry) -> str:
    """When something is, in words, also where nothing is told."""
    told = period(entry.when)
    if entry.when.known:
        return (
            _("ab {begin}, Ende nicht genannt").format(begin=told)
            if entry.goes_on and not entry.when.written
            else told
        )
    parts = [_("ohne Datum")]
    if told:
        dated = re.search(r"\d{4}", told)
        parts = [f"„{told}“" if dated else _("„{words}“, ohne Jahr").format(words=told)]
    if entry.after:
        parts.append(_("nach: {what}").format(what=", ".join(entry.after)))
    if entry.said and entry.said != entry.state_label:
        parts.append(_("Stand: {state}").format(state=entry.said))
    return " · ".join(parts)


def _legend(picture: Picture, entries: tuple[Entry, ...], y: float) -> float:
    """What the signs mean, only those that are drawn."""
    kinds = {entry.kind for entry in entries if entry.when.known}
    x = 8.0
    signs: list[tuple[str, str]] = []
    if kinds - {"decision", "proposal"}:
        signs.append(("diamond", _("auf den Tag genau")))
    if any(e.kind == "milestone" or e.state == "planned" for e in entries if e.when.known):
        signs.append(("hollow", _("angekündigt")))
    if kinds & {"decision", "proposal"}:
        signs.append(("square", _("Beschluss")))
    if kinds & set(LASTING):
        signs.append(("bar", _("Dauer")))
    if any(e.when.known and not e.when.exact for e in entries):
        signs.append(("hatch", _("liegt irgendwo in diesem Zeitraum")))
    if any(e.goes_on for e in entries if e.when.known):
        signs.append(("arrow", _("Ende nicht genannt")))
    for sign, text in signs:
        wide = 34 + width(text, 13) + 18
        if x + wide > WIDTH:
            x, y = 8.0, y + 24
        _sign(picture, sign, x, y + 9)
        picture.text(text, x + 34, y, 13, "mute")
        x += wide
    return y + 24 if signs else y


def _sign(picture: Picture, sign: str, x: float, y: float) -> None:
    if sign in ("diamond", "hollow"):
        look = "spot mark" if sign == "diamond" else "paper mark"
        picture.draw(
            "polygon",
            look,
            points=f"{x + 13:.1f},{y - 8:.1f} {x + 21:.1f},{y:.1f} {x + 13:.1f},{y + 8:.1f} {x + 5:.1f},{y:.1f}",
            stroke_width=2,
        )
    elif sign == "square":
        picture.rect(x + 6, y - 7, 14, 14, "spot mark", stroke_width=2)
    elif sign == "bar":
        picture.rect(x, y - 6, 26, 12, "s0")
    elif sign == "hatch":
        picture.rect(x, y - 6, 26, 12, "edge", fill=picture.hatch())
    else:
        picture.path(
            f"M{x:.1f} {y:.1f}H{x + 24:.1f}m-6 -5l6 5l-6 5", "strong dash", fill="none", stroke_width=2
        )


def _notes(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    if not any(entry.when.known and not entry.when.exact for entry in entries):
        return ()
    return (
        _(
            "Schraffiert ist der Zeitraum, den die Angabe zulässt: ein Jahr, ein Monat, oder was ihre Worte davon "
            "übrig lassen "
            "(Frühjahr: März bis Mai, Sommer: Juni bis August, Herbst: September bis November; Anfang, Mitte und "
            "Ende: je ein "
            "Drittel des Jahres)."
        ),
    )


def _twin(found: Calendar) -> Twin:
    rows = [
        (
            Cell(entry.label, entry.iri, entry.sources),
            Cell(_(KINDS[entry.kind])),
            Cell(spoken(entry)),
            Cell(entry.state_label or entry.said or _("unbekannt")),
            Cell(group.label or "–", group.iri),
        )
        for group in found.groups
        for entry in group.entries
    ]
    columns = (_("Was"), _("Art"), _("Wann"), _("Stand"), _("gehört zu"))
    return Twin(_("Zeitplan als Tabelle"), columns, tuple(rows))
