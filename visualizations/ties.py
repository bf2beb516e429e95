"""Ties as a picture: what is here on the left, what is elsewhere on the right under its district, lines between them.

The kind of a tie is told by strength and dashes of its line, not by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from visualizations.svg import LINE, Drawing, Picture, Twin, width, wrapped

WIDTH = 820.0
LEFT, RIGHT = 320.0, 500.0
"""Where the two columns of marks stand."""
SIZE = 13.0
SPACE = 9.0
STROKES = (("e5", 3.0, ""), ("e3", 2.4, ""), ("e4", 2.0, "9 5"), ("edge", 1.4, "2 4"))
"""Colour, width and dashes of the kinds, the most serious first."""


@dataclass(frozen=True)
class Tie:
    """A line from one thing to another; `kind` is a place in the list of kinds."""

    left: str
    right: str
    kind: int = 0


@dataclass(frozen=True)
class Place:
    """A thing of the picture, under the head of a group (which may be empty)."""

    key: str
    label: str
    group: str = ""


def ties_drawing(
    name: str,
    title: str,
    description: str,
    left: Sequence[Place],
    right: Sequence[Place],
    ties: Sequence[Tie],
    kinds: Sequence[str],
    twin: Twin,
    notes: tuple[str, ...] = (),
) -> Drawing:
    """The picture. Things on the right stand by group, those on the left where their lines are shortest."""
    picture = Picture(name, WIDTH, title, description)
    lines = picture.group()
    groups = list(dict.fromkeys(place.group for place in right))
    right = sorted(right, key=lambda place: groups.index(place.group))
    order = {place.key: number for number, place in enumerate(right)}
    mean = {place.key: _mean([order[tie.right] for tie in ties if tie.left == place.key]) for place in left}
    left = sorted(left, key=lambda place: (mean[place.key], place.label.casefold(), place.key))
    tall = max(_height(left, LEFT - 20), _height(right, WIDTH - RIGHT - 20))
    starts = _column(picture, left, LEFT, LEFT - 20, "end", tall, "s0")
    ends = _column(picture, right, RIGHT, WIDTH - RIGHT - 20, "start", tall, "s2")
    for tie in ties:
        y1, y2, middle = starts[tie.left], ends[tie.right], (LEFT + RIGHT) / 2
        look, stroke, dashes = STROKES[min(tie.kind, len(STROKES) - 1)] if kinds else ("edge", 1.6, "")
        picture.path(
            f"M{LEFT + 6:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {RIGHT - 6:.1f} {y2:.1f}",
            look, lines, fill="none", stroke_width=stroke, **({"stroke_dasharray": dashes} if dashes else {}),
        )  # fmt: skip
    y = tall + 14
    if kinds:
        y = _key(picture, kinds, {tie.kind for tie in ties}, y)
    return Drawing(name, title, description, picture.finished(y + 6), twin, notes)


def _mean(places: list[int]) -> float:
    return sum(places) / len(places) if places else 0.0


def _height(places: Sequence[Place], room: float) -> float:
    """What a column needs."""
    return sum(high for _place, _head, _lines, high in _rows(places, room))


def _rows(places: Sequence[Place], room: float) -> list[tuple[Place, list[str], list[str], float]]:
    """Each place with the head above it (of the first of a group), its lines and its height."""
    rows, last = [], ""
    for place in places:
        head = wrapped(place.group, room, SIZE, True) if place.group and place.group != last else []
        last = place.group
        lines = wrapped(place.label, room, SIZE)
        rows.append((place, head, lines, (len(head) + len(lines)) * SIZE * LINE + SPACE + (4 if head else 0)))
    return rows


def _column(
    picture: Picture,
    places: Sequence[Place],
    x: float,
    room: float,
    anchor: str,
    tall: float,
    look: str,
) -> dict[str, float]:
    """Draws a column, evenly over the height; gives the middle of the mark of each place."""
    rows = _rows(places, room)
    spare = max(0.0, tall - sum(high for *_rest, high in rows)) / max(1, len(rows))
    at, y = {}, 4.0
    for place, head, lines, high in rows:
        group = picture.group(place.label)
        top = y + spare / 2
        text = x - 14 if anchor == "end" else x + 14
        if head:
            top = picture.text(head, text, top, SIZE, "mute", anchor, True, group) + 2
        picture.text(lines, text, top, SIZE, "ink", anchor, parent=group)
        at[place.key] = top + len(lines) * SIZE * LINE / 2
        picture.draw("circle", look, group, cx=x, cy=at[place.key], r=5)
        y += high + spare
    return at


def _key(picture: Picture, kinds: Sequence[str], used: set[int], y: float) -> float:
    x = 8.0
    for kind in sorted(used):
        look, stroke, dashes = STROKES[min(kind, len(STROKES) - 1)]
        if x + 60 + width(kinds[kind], SIZE) > WIDTH:
            x, y = 8.0, y + 22
        more: dict[str, Any] = {"stroke_dasharray": dashes} if dashes else {}
        picture.line(x, y + 8, x + 36, y + 8, look, stroke_width=stroke, **more)
        picture.text(kinds[kind], x + 44, y, SIZE, "mute")
        x += 44 + width(kinds[kind], SIZE) + 24
    return y + 22
