"""The borders of the districts, for maps: simplified, every shared border once, so that neighbours keep fitting
together.

`graph/data/reference/borders.json` is made by `graph.generalise`, which says how; the file itself says in which
coordinates it is, how much was simplified, and whose data they are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FILE = "borders.json"
Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""West, south, east, north in metres."""


@dataclass(frozen=True)
class Borders:
    """Arcs in metres, and of which arcs the rings of each district (AGS) are made: `~i` is arc `i` backwards."""

    crs: str
    credit: str
    licence: str
    tolerance: int
    """By how many metres at most a border was moved when it was simplified."""
    arcs: tuple[tuple[Point, ...], ...]
    districts: Mapping[str, tuple[tuple[int, ...], ...]]
    centres: Mapping[str, Point]
    """Inside of each district the point farthest from its border: where a label stands."""

    def rings(self, key: str, arcs: Iterable[tuple[Point, ...]] | None = None) -> list[list[Point]]:
        """The closed rings of a district; holes are rings too. `arcs` may stand for ours, thinned out for a picture."""
        drawn = self.arcs if arcs is None else tuple(arcs)
        found = []
        for ring in self.districts.get(key, ()):
            points: list[Point] = []
            for number in ring:
                arc = drawn[number] if number >= 0 else drawn[~number][::-1]
                points += arc[1:] if points else arc
            found.append(points[:-1])
        return found

    def box(self, key: str) -> Box | None:
        """The smallest box around a district; None where its borders are not known."""
        return around(point for number in self._numbers(key) for point in self.arcs[number])

    def _numbers(self, key: str) -> set[int]:
        return {number if number >= 0 else ~number for ring in self.districts.get(key, ()) for number in ring}


def around(points: Iterable[Point]) -> Box | None:
    """The smallest box around points."""
    found = list(points)
    if not found:
        return None
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return min(xs), min(ys), max(xs), max(ys)


@cache
def borders() -> Borders:
    """The shipped borders."""
    return read((files("graph") / "data" / "reference" / FILE).read_text(encoding="utf-8"))


def read(text: str) -> Borders:
    """Borders from their compact form: each arc begins at a point and goes on by differences, in steps of some
    metres."""
    data = json.loads(text)
    step = data["step"]
    return Borders(
        crs=data["crs"],
        credit=data["credit"],
        licence=data["licence"],
        tolerance=data["tolerance"],
        arcs=tuple(tuple((x * step, y * step) for x, y in _walked(arc)) for arc in data["arcs"]),
        districts={key: tuple(map(tuple, rings)) for key, rings in data["districts"].items()},
        centres={key: (x * step, y * step) for key, (x, y) in data["centres"].items()},
    )


def _walked(arc: list[int]) -> Iterable[tuple[int, int]]:
    x = y = 0
    for dx, dy in zip(arc[::2], arc[1::2], strict=True):
        x, y = x + dx, y + dy
        yield x, y
