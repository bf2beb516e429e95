"""Districts of an answer on a map: the larger the number, the darker the district, and the number is written on it."""

from collections.abc import Mapping
from decimal import Decimal

from graph.borders import Borders, Box, Point, around
from graph.language import _, ngettext
from graph.spelling import number
from visualizations.map import MARGIN, TALLEST, WIDTH, credit, free, meets, outline, short, thinned
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, width, wrapped

DARKEST = 4


def measured_map(
    borders: Borders,
    amounts: Mapping[str, Decimal],
    names: Mapping[str, str],
    value: str = "",
    name: str = "karte",
) -> Drawing:
    """The map of some districts (official key) with a number each; `value` is the name of the number."""
    what = value or _("Zeilen")
    title = _("{value} nach Kreis").format(value=what)
    drawn = {key: amount for key, amount in amounts.items() if borders.box(key)}
    told = ngettext("{n} Kreis auf der Karte.", "{n} Kreise auf der Karte.", len(drawn)).format(n=len(drawn))
    description = told + " " + _("Je dunkler, desto größer die Zahl; sie steht im Kreis.")
    view = _window(borders, drawn)
    scale = min(WIDTH / (view[2] - view[0]), TALLEST / (view[3] - view[1]))
    wide, high = (view[2] - view[0]) * scale, (view[3] - view[1]) * scale
    picture = Picture(name, max(wide, 640.0), title, description)

    def on_paper(point: Point) -> Point:
        return (point[0] - view[0]) * scale, (view[3] - point[1]) * scale

    arcs = [thinned([on_paper(point) for point in arc]) for arc in borders.arcs]
    window = picture.draw("svg", "", x=0, y=0, width=round(wide, 1), height=round(high, 1))
    others = [key for key in borders.districts if key not in drawn and meets(borders.box(key), view)]
    beside = "".join(outline(borders.rings(key, arcs)) for key in others)
    picture.path(beside, "tint rule", window, fill_rule="evenodd", stroke_width=0.8)
    most = max((abs(amount) for amount in drawn.values()), default=Decimal())
    for key, amount in drawn.items():
        group = picture.group(f"{names.get(key, key)}: {number(amount)}", window)
        look = f"q{_step(amount, most)} edge"
        picture.path(
            outline(borders.rings(key, arcs)), look, group, fill_rule="evenodd", stroke_linejoin="round"
        )
    taken: list[Box] = []
    for key, amount in sorted(drawn.items(), key=lambda pair: (-abs(pair[1]), pair[0])):
        x, y = on_paper(borders.centres[key])
        step = _step(amount, most)
        for text, top, size, look in (
            (number(amount), y - 9, 14, f"t{step}" if step else "ink halo"),
            (short(names.get(key, key)), y + 10, 12, "ink halo"),
        ):
            half = width(text, size, True) / 2 + 1
            box = (x - half, top, x + half, top + size * LINE)
            if free(box, taken):
                taken.append(box)
                picture.text(text, x, top, size, look, "middle", size == 14, window)
    y = picture.text(wrapped(credit(borders), picture.width - 16, 12), 8, high + 12, 12, "mute")
    rows = tuple(
        (Cell(names.get(key, key)), Cell(number(amount), number=True))
        for key, amount in sorted(amounts.items(), key=lambda pair: (-pair[1], names.get(pair[0], pair[0])))
    )
    notes = []
    if missing := [names.get(key, key) for key in amounts if key not in drawn]:
        notes.append(_("Nicht auf der Karte: {what}").format(what=", ".join(missing)))
    return Drawing(
        name, title, description, picture.finished(y + 6), Twin(title, (_("Kreis"), what), rows), tuple(notes)
    )


def _step(amount: Decimal, most: Decimal) -> int:
    """How dark a district is, from 0 for nothing to 4 for the largest number."""
    return (
        0
        if not amount or not most
        else max(1, min(DARKEST, int(abs(amount) / most * DARKEST + Decimal("0.999"))))
    )


def _window(borders: Borders, drawn: Mapping[str, Decimal]) -> Box:
    """The part of the country around the districts, all of it where none is known."""
    boxes = [box for key in drawn if (box := borders.box(key))]
    found = around([corner for w, s, e, n in boxes for corner in ((w, s), (e, n))])
    west, south, east, north = (
        found or around(point for arc in borders.arcs for point in arc) or (0.0, 0.0, 1.0, 1.0)
    )
    margin = MARGIN * max(east - west, north - south)
    return west - margin, south - margin, east + margin, north + margin
