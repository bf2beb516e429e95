"""Makes the compact borders from official ones: `python -m graph.generalise kreise.geo.json CREDIT LICENCE`.

Input is GeoJSON in WGS 84 with one feature for each district. Borders are cut where three areas meet, so that each
shared border is one arc; each arc is simplified once (Douglas-Peucker), projected to UTM zone 32N (EPSG:25832, the
system of the German surveys) and rounded. Islands and exclaves below `SMALLEST` fall away. Where the input is older
than today's districts, `JOINED` says which have become which. docs/how-to/update-the-borders.md tells where the input
comes from.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import asinh, atan2, atanh, cos, cosh, hypot, radians, sin, sinh, sqrt
from pathlib import Path
from typing import Any

TOLERANCE = 350
"""Metres by which a simplified border may differ."""
STEP = 50
"""Metres to which points are rounded."""
SMALLEST = 4_000_000
"""Square metres below which an island or exclave falls away."""
JOINED = {"16056": "16063", "03152": "03159", "03156": "03159"}
"""Eisenach joined the Wartburgkreis (2021); Göttingen and Osterode am Harz became Göttingen (2016)."""

Point = tuple[float, float]
Ring = list[Point]


def compact(features: Iterable[tuple[str, Any]], credit: str, licence: str) -> dict[str, Any]:
    """The compact form of features: AGS and coordinates, however deeply the rings are nested."""
    rings: dict[str, list[Ring]] = defaultdict(list)
    for key, coordinates in features:
        rings[JOINED.get(key, key)] += [
            ring[:-1] if ring[0] == ring[-1] else ring for ring in _rings(coordinates)
        ]
    arcs, districts = _cut(rings)
    districts = {key: _dissolved(of, arcs) for key, of in districts.items()}
    drawn = [_simplified([utm32(*point) for point in arc]) for arc in arcs]
    kept = {key: _large(of, drawn) for key, of in districts.items()}
    rings_of = {key: [_joined(ring, drawn) for ring in of] for key, of in kept.items()}
    used = sorted({_number(number) for of in kept.values() for ring in of for number in ring})
    new = {old: place for place, old in enumerate(used)}
    return {
        "crs": "EPSG:25832",
        "credit": credit,
        "licence": licence,
        "tolerance": TOLERANCE,
        "step": STEP,
        "arcs": [_differences(drawn[number]) for number in used],
        "centres": {key: [round(v / STEP) for v in _centre(of)] for key, of in sorted(rings_of.items())},
        "districts": {
            key: [[new[n] if n >= 0 else ~new[~n] for n in ring] for ring in of]
            for key, of in sorted(kept.items())
        },
    }


def utm32(longitude: float, latitude: float) -> Point:
    """Easting and northing in UTM zone 32N on GRS 80, by Krüger's series (L. Krüger 1912; error below a millimetre)."""
    flattening = 1 / 298.257222101
    n = flattening / (2 - flattening)
    radius = 6378137 / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16, 13 * n**2 / 48 - 3 * n**3 / 5, 61 * n**3 / 240)
    phi, lam = radians(latitude), radians(longitude - 9)
    k = 2 * sqrt(n) / (1 + n)
    t = sinh(atanh(sin(phi)) - k * atanh(k * sin(phi)))
    xi, eta = atan2(t, cos(lam)), asinh(sin(lam) / hypot(t, cos(lam)))
    east = eta + sum(a * cos(2 * j * xi) * sinh(2 * j * eta) for j, a in enumerate(alpha, 1))
    north = xi + sum(a * sin(2 * j * xi) * cosh(2 * j * eta) for j, a in enumerate(alpha, 1))
    return 500000 + 0.9996 * radius * east, 0.9996 * radius * north


def _rings(coordinates: Any) -> Iterator[Ring]:
    if coordinates and isinstance(coordinates[0][0], (int, float)):
        yield [(round(x, 6), round(y, 6)) for x, y, *_ in coordinates]
    else:
        for inner in coordinates:
            yield from _rings(inner)


Arcs = list[list[Point]]
Numbers = list[list[int]]
"""Rings as numbers of arcs."""


def _cut(rings: dict[str, list[Ring]]) -> tuple[Arcs, dict[str, Numbers]]:
    """All arcs, and the rings of each district as numbers of them."""
    beside: dict[Point, set[frozenset[Point]]] = defaultdict(set)
    for of in rings.values():
        for ring in of:
            for place, point in enumerate(ring):
                beside[point].add(frozenset((ring[place - 1], ring[(place + 1) % len(ring)])))
    knots = {point for point, pairs in beside.items() if len(pairs) > 1}
    arcs: Arcs = []
    numbers: dict[tuple[Point, ...], int] = {}

    def number(arc: list[Point]) -> int:
        forward, backward = tuple(arc), tuple(arc[::-1])
        if backward in numbers and forward not in numbers:
            return ~numbers[backward]
        if forward not in numbers:
            numbers[forward] = len(arcs)
            arcs.append(arc)
        return numbers[forward]

    cut: dict[str, Numbers] = {}
    for key, of in rings.items():
        cut[key] = [[number(arc) for arc in _pieces(ring, knots)] for ring in of]
    return arcs, cut


def _pieces(ring: Ring, knots: set[Point]) -> Iterator[list[Point]]:
    places = [place for place, point in enumerate(ring) if point in knots]
    if not places:  # an island: from its smallest point, in one sense, so that both sides name it alike
        first = ring.index(min(ring))
        around = ring[first:] + ring[:first]
        yield [*around, around[0]] if around[1] < around[-1] else [around[0], *around[:0:-1], around[0]]
        return
    for start, end in zip(places, [*places[1:], places[0] + len(ring)], strict=True):
        yield [ring[place % len(ring)] for place in range(start, end + 1)]


def _number(number: int) -> int:
    return number if number >= 0 else ~number


def _dissolved(rings: Numbers, arcs: Arcs) -> Numbers:
    """The rings of a district without the arcs between its own parts."""
    count: dict[int, int] = defaultdict(int)
    for ring in rings:
        for number in ring:
            count[_number(number)] += 1
    if all(times == 1 for times in count.values()):
        return rings
    outer = [number for ring in rings for number in ring if count[_number(number)] == 1]
    starting: dict[Point, list[int]] = defaultdict(list)
    for number in outer:
        starting[_ends(number, arcs)[0]].append(number)
    found: Numbers = []
    while any(starting.values()):
        first = next(of[-1] for of in starting.values() if of)
        start, here = _ends(first, arcs)
        starting[start].remove(first)
        ring = [first]
        while here != start:
            following = starting[here].pop()
            ring.append(following)
            here = _ends(following, arcs)[1]
        found.append(ring)
    return found


def _ends(number: int, arcs: Arcs) -> tuple[Point, Point]:
    arc = arcs[_number(number)]
    return (arc[0], arc[-1]) if number >= 0 else (arc[-1], arc[0])


def _simplified(arc: Sequence[Point]) -> list[Point]:
    """Douglas and Peucker 1973; a closed arc is first cut at the point farthest from its start."""
    if len(arc) < 3:
        return list(arc)
    if arc[0] == arc[-1]:
        far = max(
            range(len(arc)), key=lambda place: hypot(arc[place][0] - arc[0][0], arc[place][1] - arc[0][1])
        )
        return [*_simplified(arc[: far + 1])[:-1], *_simplified(arc[far:])]
    keep = {0, len(arc) - 1}
    waiting = [(0, len(arc) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        far, distance = max(
            ((place, _distance(arc[place], arc[first], arc[last])) for place in range(first + 1, last)),
            key=lambda found: found[1],
        )
        if distance > TOLERANCE:
            keep.add(far)
            waiting += [(first, far), (far, last)]
    return [arc[place] for place in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = hypot(x2 - x1, y2 - y1)
    if not length:
        return hypot(x - x1, y - y1)
    along = max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length**2))
    return hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1))


def _large(rings: Numbers, arcs: Arcs) -> Numbers:
    """Without small islands and exclaves; the largest ring always stays, and so does every ring of several arcs."""
    sizes = [_area(ring, arcs) for ring in rings]
    largest = max(sizes)
    return [
        r for r, size in zip(rings, sizes, strict=True) if len(r) > 1 or size >= SMALLEST or size == largest
    ]


def _area(ring: list[int], arcs: Arcs) -> float:
    points = _joined(ring, arcs)
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _joined(ring: list[int], arcs: Arcs) -> Ring:
    """The points of a ring of arcs, each once."""
    points: Ring = []
    for number in ring:
        points += (arcs[number] if number >= 0 else arcs[~number][::-1])[:-1]
    return points


def _centre(rings: list[list[Point]]) -> Point:
    """The point inside of the rings that is farthest from all of them, on ever finer grids (after Garcia-Castellanos
    and Lombardo, Poles of inaccessibility, 2007)."""
    points = [point for ring in rings for point in ring]
    west, south = min(x for x, _ in points), min(y for _, y in points)
    east, north = max(x for x, _ in points), max(y for _, y in points)
    edges = [edge for ring in rings for edge in zip(ring, [*ring[1:], ring[0]], strict=True)]
    best, depth = points[0], -1.0
    for _round in range(4):
        for column in range(13):
            for row in range(13):
                spot = (west + (east - west) * column / 12, south + (north - south) * row / 12)
                if _inside(spot, edges) and (found := min(_distance(spot, a, b) for a, b in edges)) > depth:
                    best, depth = spot, found
        half_x, half_y = (east - west) / 8, (north - south) / 8
        west, east, south, north = best[0] - half_x, best[0] + half_x, best[1] - half_y, best[1] + half_y
    return best


def _inside(spot: Point, edges: Sequence[tuple[Point, Point]]) -> bool:
    """Whether a point lies within rings, holes counted out."""
    x, y = spot
    crossed = 0
    for (x1, y1), (x2, y2) in edges:
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossed += 1
    return crossed % 2 == 1


def _differences(arc: Sequence[Point]) -> list[int]:
    steps = [(round(x / STEP), round(y / STEP)) for x, y in arc]
    steps = [
        point
        for place, point in enumerate(steps)
        if place in (0, len(steps) - 1) or point != steps[place - 1]
    ]
    found = [*steps[0]]
    for (x1, y1), (x2, y2) in pairwise(steps):
        found += [x2 - x1, y2 - y1]
    return found


def main(source: Path, target: Path, credit: str, licence: str) -> None:
    """Reads the official file, writes ours."""
    features = _features(json.loads(source.read_text(encoding="utf-8")))
    found = compact(
        ((_key(f["properties"]), f["geometry"]["coordinates"]) for f in features), credit, licence
    )
    target.write_text(json.dumps(found, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")


def _features(data: Any) -> Iterator[dict[str, Any]]:
    """The features of a file, also of collections inside of a collection or of a list."""
    if isinstance(data, list):
        for each in data:
            yield from _features(each)
    elif "features" in data:
        yield from _features(data["features"])
    else:
        yield data


def _key(properties: dict[str, Any]) -> str:
    """The official key of a district in the spelling of its data set."""
    name = next(name for name in ("AGS", "ags", "RS", "rs", "ARS") if name in properties)
    return str(properties[name])[:5]


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        Path(__file__).parent / "data" / "reference" / "borders.json",
        sys.argv[2],
        sys.argv[3],
    )
