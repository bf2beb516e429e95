"""Rows of an answer as bars: one bar for each row, as long as its number, in the order of the answer."""

from collections.abc import Sequence
from decimal import Decimal

from graph.language import _, ngettext
from graph.spelling import number
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, cut, widest, width, wrapped

WIDTH = 1000.0
NAMES = 380.0
"""Room for the names; what is shorter leaves it to the bars."""
LONGEST = 200
"""Characters of a name that stand beside its bar; its title and the table have all of it."""
BAR = 22.0
SIZE = 14.0
GAP = 10.0


def measured_drawing(
    name: str, title: str, columns: tuple[str, str], amounts: Sequence[tuple[str, Decimal]]
) -> Drawing:
    """The bars; `columns` are what names them and what measures them. Nothing is added up."""
    largest = max((amount for _name, amount in amounts), default=Decimal())
    smallest = min((amount for _name, amount in amounts), default=Decimal())
    told = ngettext(
        "{count} Balken, von {least} bis {most}.", "{count} Balken, von {least} bis {most}.", len(amounts)
    )
    description = told.format(count=number(len(amounts)), least=number(smallest), most=number(largest))
    picture = Picture(name, WIDTH, title, description)
    names = [wrapped(cut(label, LONGEST), NAMES, SIZE) for label, _amount in amounts]
    left = max((widest(lines, SIZE) for lines in names), default=0.0) + 20
    written = [number(amount) for _name, amount in amounts]
    right = max((width(text, SIZE) for text in written), default=0.0) + 16
    low, high = min(smallest, Decimal()), max(largest, Decimal())
    room = WIDTH - left - right - (right if low else 0)
    scale = room / float(high - low) if high > low else 0.0
    zero = left + (right if low else 0) + float(-low) * scale
    y = 6.0
    for (label, amount), lines, text in zip(amounts, names, written, strict=True):
        tall = max(BAR, len(lines) * SIZE * LINE) + GAP
        group = picture.group(f"{label}: {text}")
        picture.text(
            lines, left - 12, y + (tall - len(lines) * SIZE * LINE) / 2, SIZE, "ink", "end", parent=group
        )
        length = float(abs(amount)) * scale
        start = zero if amount >= 0 else zero - length
        picture.rect(start, y + (tall - BAR) / 2, max(length, 1.0), BAR, "s0", group)
        where, anchor = (start + length + 8, "start") if amount >= 0 else (start - 8, "end")
        picture.text(text, where, y + (tall - SIZE * LINE) / 2, SIZE, "ink", anchor, parent=group)
        y += tall
    picture.line(zero, 2, zero, y + 2, "edge")
    rows = tuple(
        (Cell(label), Cell(text, number=True))
        for (label, _amount), text in zip(amounts, written, strict=True)
    )
    twin = Twin(title, columns, rows)
    return Drawing(
        name,
        title,
        description,
        picture.finished(y + 8),
        twin,
        (_("Jeder Balken ist eine Zeile der Antwort."),),
    )
