"""The board as a picture: themes and districts, each field as dark as measures are named there, and always with its
number."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil

from graph.board import INCOMPLETE, NAMED, NONE, UNKNOWN, Board, Column
from graph.board import Cell as Field
from graph.inventory import MEASURE
from graph.language import _, ngettext
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, balanced, widest, width, wrapped

LABELS = 260.0
ROW = 34.0
TILT = 60.0
"""Width of a column; wider ones are not needed, since names are broken."""
LIMITS = (1, 2, 4, 7)
"""From how many measures on a field is one step darker, where numbers are small."""


def limits(counts: Iterable[int]) -> tuple[int, ...]:
    """The steps that tell these numbers apart: ours, or quarters of the largest where most would be the darkest."""
    most = max(counts, default=0)
    quarter = ceil(most / 4)
    return LIMITS if most < 2 * LIMITS[-1] else (1, quarter + 1, 2 * quarter + 1, 3 * quarter + 1)


def step(count: int, steps: Sequence[int]) -> int:
    """How dark a field with so many measures is, from 0 to 4."""
    return sum(count >= limit for limit in steps)


def ranges(steps: Sequence[int]) -> list[str]:
    """What each step means, from nothing on."""
    told = (f"{low}–{high - 1}" if high - 1 > low else str(low) for low, high in pairwise(steps))
    return ["0", *told, f"≥ {steps[-1]}"]


def heat_drawing(found: Board, name: str = "tafel") -> Drawing:
    """The board."""
    columns = found.columns
    wide = max(TILT, min(104.0, (1160 - LABELS) / max(1, len(columns))))
    full = LABELS + wide * len(columns) + 4
    title = _("Themen und Kreise: wie viele Maßnahmen genannt sind")
    description = _(
        "{rows} Themen, {columns} Kreise und Verbände. Je dunkler, desto mehr Maßnahmen; die Zahl steht im Feld."
    ).format(rows=len(found.rows), columns=len(columns))
    picture = Picture(name, full, title, description)
    heads = [balanced(c.label, wide - 8, 12, c.key == found.district) for c in columns]
    head = max((len(lines) for lines in heads), default=1) * 12 * LINE + 10
    for place, (column, lines) in enumerate(zip(columns, heads, strict=True)):
        own = column.key == found.district
        top = head - len(lines) * 12 * LINE - 4
        picture.text(lines, LABELS + wide * (place + 0.5), top, 12, "ink", "middle", own)
    y = head
    steps = limits(cell.count(MEASURE) for row in found.rows for cell in row.cells)
    for row in found.rows:
        label = wrapped(row.label, LABELS - 14, 14)
        tall = max(ROW, len(label) * 14 * LINE + 8)
        picture.text(label, LABELS - 10, y + (tall - len(label) * 14 * LINE) / 2, 14, "ink", "end")
        for place, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
            shown = _shown(column, cell)
            _field(picture, shown, steps, LABELS + wide * place, y, wide, tall)
        y += tall
    y = _key(picture, found, steps, y + 12)
    return Drawing(name, title, description, picture.finished(y), _twin(found), (_(found.caution),))


def _shown(column: Column, cell: Field) -> Field:
    """The cell; of a district without any data it is unknown, also in the row of what has no theme."""
    return cell if column.known else Field(cell.key, UNKNOWN, reason=cell.reason)


def _field(
    picture: Picture, cell: Field, steps: Sequence[int], x: float, y: float, wide: float, tall: float
) -> None:
    count = cell.count(MEASURE)
    group = picture.group(cell.reason)
    dark = step(count, steps)
    if cell.state == UNKNOWN:
        picture.rect(x, y, wide, tall, "edge", group, fill=picture.hatch("rule"))
    else:
        picture.rect(x, y, wide, tall, f"q{dark} edge", group)
    picture.text(
        _sign(cell),
        x + wide / 2,
        y + tall / 2 - 9,
        14,
        f"t{dark}" if count else "ink halo",
        "middle",
        parent=group,
    )


def _sign(cell: Field) -> str:
    """The number of measures; where there is none, why."""
    if count := cell.count(MEASURE):
        return str(count)
    return {UNKNOWN: "?", INCOMPLETE: "(0)", NAMED: "0", NONE: "0"}[cell.state]


def _key(picture: Picture, found: Board, steps: Sequence[int], y: float) -> float:
    x = 8.0
    for place, text in enumerate(ranges(steps)):
        picture.rect(x, y, 26, 16, f"q{place} edge")
        picture.text(text, x + 32, y - 1, 13, "mute")
        x += 40 + widest([text], 13) + 14
    states = {cell.state for row in found.rows for cell in row.cells}
    for state, sign, text in (
        (INCOMPLETE, "(0)", _("keine genannt, Liste unvollständig")),
        (UNKNOWN, "?", _("unbekannt")),
    ):
        if state in states:
            told = f"{sign} {text}"
            if x + width(told, 13) > picture.width:
                x, y = 8.0, y + 22
            picture.text(told, x, y - 1, 13, "mute")
            x += width(told, 13) + 20
    return y + 26


def _twin(found: Board) -> Twin:
    rows = tuple(
        (
            Cell(row.label, row.theme),
            *(
                Cell(_told(_shown(c, cell)), number=True)
                for c, cell in zip(found.columns, row.cells, strict=True)
            ),
        )
        for row in found.rows
    )
    columns = (_("Thema"), *(column.label for column in found.columns))
    return Twin(_("Genannte Maßnahmen nach Thema und Kreis"), columns, rows)


def _told(cell: Field) -> str:
    if count := cell.count(MEASURE):
        return ngettext("{n} Maßnahme", "{n} Maßnahmen", count).format(n=count)
    return {
        UNKNOWN: _("unbekannt"),
        INCOMPLETE: _("keine genannt, Liste unvollständig"),
        NAMED: _("keine Maßnahme genannt"),
        NONE: _("keine genannt"),
    }[cell.state]
