"""The map of a circle: districts by the number of their measures, with the number written on each.

The picture itself says whose borders these are, in which coordinates, and how much they were simplified.
"""

from collections.abc import Mapping, Sequence
from math import hypot
from xml.etree.ElementTree import Element

from graph.borders import Borders, Box, Point, around
from graph.language import _, ngettext
from graph.spread import Spot, Spread
from visualizations.heat import limits, ranges, step
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, width, wrapped

WIDTH = 900.0
TALLEST = 940.0
MARGIN = 0.06
"""Free room around the circle, as a share of it."""
DETAIL = 0.9
"""Points of a border that are nearer than so many pixels are left out."""
NAMES = {"EPSG:25832": "ETRS89 / UTM 32N (EPSG:25832)"}


def map_drawing(borders: Borders, found: Spread, name: str = "karte") -> Drawing:
    """The map of a spread."""
    drawn = [spot for spot in found.spots if spot.key in borders.districts]
    title = (
        _("Karte: Maßnahmen zum Thema „{theme}“").format(theme=found.theme_label)
        if found.theme
        else _("Karte: Maßnahmen der Kreise")
    )
    known = [spot for spot in drawn if spot.count is not None]
    description = _(
        "{n} auf der Karte, von {known} ist etwas bekannt. Je dunkler, desto mehr Maßnahmen; die Zahl steht im Kreis."
    ).format(n=ngettext("{n} Kreis", "{n} Kreise", len(drawn)).format(n=len(drawn)), known=len(known))
    view = _view(borders, drawn)
    scale = min(WIDTH / (view[2] - view[0]), TALLEST / (view[3] - view[1]))
    wide, high = (view[2] - view[0]) * scale, (view[3] - view[1]) * scale
    picture = Picture(name, max(wide, 640.0), title, description)

    def on_paper(point: Point) -> Point:
        return (point[0] - view[0]) * scale, (view[3] - point[1]) * scale

    arcs = [thinned([on_paper(point) for point in arc]) for arc in borders.arcs]
    window = picture.draw("svg", "", x=0, y=0, width=round(wide, 1), height=round(high, 1))
    shown = {spot.key for spot in drawn}
    background = "".join(
        outline(borders.rings(key, arcs))
        for key in borders.districts
        if key not in shown and meets(borders.box(key), view)
    )
    picture.path(background, "tint rule", window, fill_rule="evenodd", stroke_width=0.8)
    steps = limits(spot.count or 0 for spot in drawn)
    for spot in sorted(drawn, key=lambda spot: spot.own):
        _district(picture, spot, steps, outline(borders.rings(spot.key, arcs)), window)
    _labels(picture, drawn, steps, {s.key: on_paper(borders.centres[s.key]) for s in drawn}, window)
    y = _key(picture, drawn, steps, high + 12)
    y = picture.text(wrapped(credit(borders), picture.width - 16, 12), 8, y + 4, 12, "mute")
    return Drawing(name, title, description, picture.finished(y + 6), _twin(found), _notes(found, shown))


def _view(borders: Borders, drawn: list[Spot]) -> Box:
    """The window in metres around the districts; around everything where none of them is known."""
    boxes = [box for spot in drawn if (box := borders.box(spot.key))]
    found = around([corner for w, s, e, n in boxes for corner in ((w, s), (e, n))])
    west, south, east, north = (
        found or around(point for arc in borders.arcs for point in arc) or (0.0, 0.0, 1.0, 1.0)
    )
    margin = MARGIN * max(east - west, north - south)
    return west - margin, south - margin, east + margin, north + margin


def meets(box: Box | None, view: Box) -> bool:
    """Whether two boxes overlap."""
    return box is not None and box[0] < view[2] and view[0] < box[2] and box[1] < view[3] and view[1] < box[3]


def thinned(arc: list[Point]) -> tuple[Point, ...]:
    """The arc without points that nobody would see; both districts beside it get the same."""
    kept = [arc[0]]
    for point in arc[1:-1]:
        if hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= DETAIL:
            kept.append(point)
    return (*kept, arc[-1])


def outline(rings: list[list[Point]]) -> str:
    """Rings as the data of a path."""
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings if len(ring) > 2
    )


def _district(picture: Picture, spot: Spot, steps: Sequence[int], d: str, window: Element) -> None:
    group = picture.group(f"{spot.label}: {_told(spot)}", window)
    edge = "strong" if spot.own else "edge"
    more = {"fill_rule": "evenodd", "stroke_width": 3.5 if spot.own else 1, "stroke_linejoin": "round"}
    if spot.count is None:
        picture.path(d, edge, group, fill=picture.hatch("rule"), **more)
    else:
        picture.path(d, f"q{step(spot.count, steps)} {edge}", group, **more)


def _labels(
    picture: Picture, drawn: list[Spot], steps: Sequence[int], centres: Mapping[str, Point], window: Element
) -> None:
    """Numbers first, then names where they find room; all of them stand in the table."""
    taken: list[Box] = []
    ordered = sorted(drawn, key=lambda spot: (not spot.own, -(spot.count or 0), spot.key))
    for spot in ordered:
        x, y = centres[spot.key]
        text = _sign(spot)
        box = _box(text, x, y - 9, 14)
        if not free(box, taken):
            continue
        taken.append(box)
        picture.text(text, x, y - 9, 14, _ink(spot, steps), "middle", True, window)
    for spot in ordered:
        x, y = centres[spot.key]
        label = short(spot.label)
        for top in (y + 10, y - 27):
            box = _box(label, x, top, 12)
            if free(box, taken) and box[0] > 0 and box[2] < picture.width:
                taken.append(box)
                picture.text(label, x, top, 12, _ink(spot, steps), "middle", spot.own, window)
                break


def _sign(spot: Spot) -> str:
    """The number as the board has it: unknown, nothing so far in a list that is not complete, or that many."""
    if spot.count is None:
        return "?"
    return str(spot.count) if spot.count or not spot.incomplete else "(0)"


def _ink(spot: Spot, steps: Sequence[int]) -> str:
    """Words on a district, in a rim of its colour where they stand beyond its border."""
    if not spot.count:
        return "ink halo"
    dark = step(spot.count, steps)
    return f"t{dark} h{dark}"


def _box(text: str, x: float, y: float, size: float) -> Box:
    half = width(text, size, True) / 2 + 1
    return x - half, y, x + half, y + size * LINE


def free(box: Box, taken: list[Box]) -> bool:
    """Whether a label finds room."""
    return not any(meets(box, other) for other in taken)


def short(label: str) -> str:
    """The name of a district as it stands on a map: without its kind, where the kind goes without saying."""
    for kind, suffix in (("Landkreis ", ""), ("Kreis ", ""), ("Stadtkreis ", " (Stadt)")):
        if label.startswith(kind):
            return label.removeprefix(kind) + suffix
    return label


def _key(picture: Picture, drawn: list[Spot], steps: Sequence[int], y: float) -> float:
    x = 8.0
    entries = [(f"q{place} edge", "", text) for place, text in enumerate(ranges(steps))]
    if any(spot.count is None for spot in drawn):
        entries.append(("edge", picture.hatch("rule"), _("unbekannt")))
    if any(spot.own for spot in drawn):
        entries.append(("paper strong", "", _("eigener Kreis")))
    for look, fill, text in entries:
        wide = 32 + width(text, 13) + 18
        if x + wide > picture.width:
            x, y = 8.0, y + 24
        more = {"fill": fill} if fill else {"stroke_width": 3.5} if "strong" in look else {}
        picture.rect(x + 1, y, 24, 16, look, **more)
        picture.text(text, x + 32, y - 1, 13, "mute")
        x += wide
    y += 24
    if any(_sign(spot) == "(0)" for spot in drawn):
        y = picture.text(f"(0) {_('keine genannt, Liste unvollständig')}", 9, y, 13, "mute") + 2
    return y


def credit(borders: Borders) -> str:
    """Whose borders these are, and how far they were changed."""
    return _(
        "Grenzen: {credit} ({licence}), verändert: vereinfacht, Abweichung höchstens {metres} m. Koordinaten: {crs}."
    ).format(
        credit=borders.credit,
        licence=borders.licence,
        metres=borders.tolerance,
        crs=NAMES.get(borders.crs, borders.crs),
    )


def _told(spot: Spot) -> str:
    if spot.count is None:
        return _("unbekannt")
    return ngettext("{n} Maßnahme", "{n} Maßnahmen", spot.count).format(n=spot.count)


def _notes(found: Spread, shown: set[str]) -> tuple[str, ...]:
    notes = [
        _(
            "Gezählt ist, was die Quellen nennen. Genannt heißt nicht ausreichend, und nicht genannt heißt nicht, "
            "dass es nichts gibt."
        )
    ]
    beside = [spot for spot in found.spots if spot.key not in shown]
    if beside:
        told = "; ".join(f"{spot.label} ({_told(spot)})" for spot in beside)
        notes.append(
            _(
                "Nicht auf der Karte, weil es kein Kreis ist oder seine Grenzen nicht vorliegen: {what}"
            ).format(what=told)
        )
    return tuple(notes)


def _twin(found: Spread) -> Twin:
    rows = []
    for spot in found.spots:
        row = [Cell(spot.label, spot.iri), Cell(_told(spot), number=True)]
        if found.theme:
            row.append(Cell("; ".join(label for _iri, label in spot.measures) or "–"))
        rows.append((*row, Cell(" ".join(spot.incomplete) or "–")))
    columns = [_("Kreis"), _("Maßnahmen")]
    if found.theme:
        columns.append(_("welche"))
    return Twin(_("Maßnahmen nach Kreis"), (*columns, _("Hinweis")), tuple(rows))
