"""What the explorer shows as a picture: signs with names, lines with arrows, or groups; and where everything stands.

Places are computed here, so that every run gives the same picture. A picture that grows out of another one begins at
the places of that one. The browser only moves and enlarges what stands here already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from graph.exploration import DISTRICT, GROUPINGS, KIND, Exploration, Overview
from graph.kinds import KINDS
from graph.language import _, ngettext
from graph.lazy import networkx as nx
from graph.network import Network
from graph.spelling import number
from visualizations.layout import Positions, positions
from visualizations.signs import look, outline
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, width, wrapped

SIZE = 13.0
"""Of the words, in the picture's units."""
ROOM, LINES = 150.0, 3
"""Width of a name, and how many lines of it the picture shows; the list has it whole."""
PAD = 26.0
STEP, ROW, IN_A_ROW = 280.0, 170.0, 4
"""Distances of the steps of a way, and how many stand side by side."""
SMALLEST, LARGEST = 12.0, 46.0
"""Radius of a group."""
DISTRICTS, THEMES = "s2 full", "s1 full"
"""How the circles of groups look."""


@dataclass(frozen=True)
class Spot:
    """Where a node or group stands: its sign of radius `r` around (x, y), its name of `wide` × `high` below."""

    iri: str
    x: float
    y: float
    r: float
    lines: tuple[str, ...]
    wide: float
    high: float


@dataclass(frozen=True)
class Line:
    """Two nodes, by their number among the spots, and all that joins them in this direction."""

    a: int
    b: int
    label: str
    inferred: bool
    on_the_way: bool = False
    weight: int = 1


@dataclass(frozen=True)
class Scene:
    """Spots, in the order in which lists name them, and lines; a picture that grows out of it begins at `places`."""

    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    places: Positions


def scene(found: Exploration, before: Scene | None = None) -> Scene:
    """Where everything stands that was found."""
    if found.overview:
        return _overview_scene(found.overview)
    network, way = found.network, found.way
    nodes = ordered(network)
    strong = {found.asked.focus, found.asked.start, found.asked.end, *found.asked.expanded}
    radius = {node: 15.0 if node in strong else 8.0 + min(5, _degree(network, node)) for node in nodes}
    spots = {node: _spot(node, str(network.nodes[node]["label"]), radius[node]) for node in nodes}
    sizes = {node: _box(spot) for node, spot in spots.items()}
    if way and len(way) == len(nodes):
        places = _in_rows(way)
    else:
        places = positions(network, sizes, before.places if before else None)
    index = {node: place for place, node in enumerate(nodes)}
    steps = {frozenset(pair) for pair in pairwise(way)}
    pairs: dict[tuple[str, str], list[dict[str, object]]] = {}
    for a, b, data in network.edges(data=True):
        pairs.setdefault((a, b), []).append(data)
    lines = tuple(
        Line(
            index[a],
            index[b],
            " · ".join(dict.fromkeys(str(data["label"]) for data in several)),
            all(data["inferred"] for data in several),
            frozenset((a, b)) in steps,
        )
        for (a, b), several in sorted(pairs.items())
    )
    return _framed([spots[node] for node in nodes], lines, places, sizes)


def drawing(
    found: Exploration,
    where: Scene,
    title: str,
    legend: bool = False,
    name: str = "netz",
) -> Drawing:
    """The picture, with the same nodes and lines as a table; with a legend for files that stand alone."""
    picture = Picture(name, where.width, title, found.sentence)
    arrow = "" if found.overview else _arrow(picture)
    lines = picture.group()
    lines.set("class", "lines")
    doubled = {(line.b, line.a) for line in where.lines}
    for line in where.lines:
        _draw_line(picture, lines, where, line, arrow, (line.a, line.b) in doubled)
    signs = picture.group()
    signs.set("class", "spots")
    for place, spot in enumerate(where.spots):
        _draw_spot(picture, signs, found, spot, place)
    if found.way:
        _draw_relations(picture, where)
    height = where.height
    if legend and not found.overview:
        height = _draw_legend(picture, found, height)
    return Drawing(name, title, found.sentence, picture.finished(height), twin(found, title))


def twin(found: Exploration, title: str) -> Twin:
    """The lines of the picture as a table, each with the passages that say so."""
    if found.overview:
        return _overview_twin(found.overview, title)
    nodes = found.network.nodes
    rows = [
        (
            Cell(nodes[a]["label"], a),
            Cell(data["label"]),
            Cell(nodes[b]["label"], b),
            Cell(_("gefolgert") if data["inferred"] else _("steht in der Quelle"), sources=data["passages"]),
        )
        for a, b, data in edges(found.network)
    ]
    return Twin(title, (_("Von"), _("Beziehung"), _("Nach"), _("Beleg")), tuple(rows))


def ordered(network: Network) -> list[str]:
    """The nodes as lists name them: by kind, then by name."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(
        network, key=lambda n: (order[network.nodes[n]["kind"]], network.nodes[n]["label"].casefold(), n)
    )


def edges(network: Network) -> list[tuple[str, str, dict[str, Any]]]:
    """The edges as tables name them: by the names of their ends."""
    nodes = network.nodes
    return sorted(
        network.edges(data=True),
        key=lambda e: (nodes[e[0]]["label"].casefold(), e[0], e[2]["label"], nodes[e[1]]["label"], e[1]),
    )


def _degree(network: Network, node: str) -> int:
    return len(set(nx.all_neighbors(network, node)))


def _spot(iri: str, label: str, r: float, room: float = ROOM) -> Spot:
    lines = wrapped(label, room, SIZE)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"{lines[LINES - 1].rstrip('-')} …"]
    return Spot(
        iri, 0, 0, r, tuple(lines), max(width(line, SIZE) for line in lines), len(lines) * SIZE * LINE
    )


def _box(spot: Spot) -> tuple[float, float]:
    return max(2.4 * spot.r, spot.wide) + 8, 2.2 * spot.r + spot.high + 10


def _in_rows(way: tuple[str, ...]) -> Positions:
    """A way from left to right and back again, as one reads along it."""
    places = {}
    for step, node in enumerate(way):
        row, column = divmod(step, IN_A_ROW)
        places[node] = ((column if row % 2 == 0 else IN_A_ROW - 1 - column) * STEP, row * ROW)
    return places


def _framed(
    spots: list[Spot], lines: tuple[Line, ...], places: Positions, sizes: Mapping[str, tuple[float, float]]
) -> Scene:
    """The spots at their places, moved so that everything lies inside of the frame."""
    if not spots:
        return Scene((), (), 320, 60, {})
    left = min(places[spot.iri][0] - sizes[spot.iri][0] / 2 for spot in spots)
    top = min(places[spot.iri][1] - sizes[spot.iri][1] / 2 for spot in spots)
    right = max(places[spot.iri][0] + sizes[spot.iri][0] / 2 for spot in spots)
    bottom = max(places[spot.iri][1] + sizes[spot.iri][1] / 2 for spot in spots)
    moved = []
    for spot in spots:
        x, y = places[spot.iri]
        upper = y - sizes[spot.iri][1] / 2 + 1.1 * spot.r
        moved.append(
            Spot(
                spot.iri,
                round(x - left + PAD, 1),
                round(upper - top + PAD, 1),
                spot.r,
                spot.lines,
                round(spot.wide, 1),
                round(spot.high, 1),
            )
        )
    wide = max(320.0, right - left + 2 * PAD)
    return Scene(tuple(moved), lines, round(wide, 1), round(bottom - top + 2 * PAD, 1), places)


def _overview_scene(found: Overview) -> Scene:
    most = max((group.count for group in found.groups), default=1)
    spots = {
        group.value: _spot(
            group.value,
            f"{group.label} ({number(group.count)})",
            SMALLEST + (LARGEST - SMALLEST) * sqrt(group.count / most),
        )
        for group in found.groups
    }
    simple: Network = nx.MultiDiGraph()
    simple.add_nodes_from(spots)
    simple.add_edges_from((tie.a, tie.b) for tie in found.ties)
    sizes = {value: _box(spot) for value, spot in spots.items()}
    index = {value: place for place, value in enumerate(spots)}
    lines = tuple(
        Line(index[tie.a], index[tie.b], joined_by(tie.relations, tie.shared), False, weight=tie.weight)
        for tie in found.ties
    )
    return _framed(list(spots.values()), lines, positions(simple, sizes), sizes)


def joined_by(relations: int, shared: int) -> str:
    """What joins two groups, in words."""
    parts = []
    if relations:
        parts.append(
            ngettext("{count} Verbindung", "{count} Verbindungen", relations).format(count=number(relations))
        )
    if shared:
        parts.append(
            ngettext("{count} gemeinsamer Knoten", "{count} gemeinsame Knoten", shared).format(
                count=number(shared)
            )
        )
    return ", ".join(parts)


def _overview_twin(found: Overview, title: str) -> Twin:
    label = {group.value: group.label for group in found.groups}
    rows = tuple(
        (
            Cell(label[tie.a]),
            Cell(label[tie.b]),
            Cell(number(tie.relations), number=True),
            Cell(number(tie.shared), number=True),
        )
        for tie in found.ties
    )
    return Twin(title, (_("Gruppe"), _("Andere Gruppe"), _("Verbindungen"), _("Gemeinsame Knoten")), rows)


def _arrow(picture: Picture) -> str:
    name = f"{picture.name}-pfeil"
    marker = SubElement(
        picture.defs,
        "marker",
        {
            "id": name,
            "viewBox": "0 0 10 10",
            "refX": "5",
            "refY": "5",
            "markerWidth": "9",
            "markerHeight": "9",
            "markerUnits": "userSpaceOnUse",
            "orient": "auto",
        },
    )
    picture.path("M1.500 1.500 8 5 1.500 8.500", "edge none", marker, stroke_width=1.5)
    return f"url(#{name})"


def _draw_line(picture: Picture, group: Element, where: Scene, line: Line, arrow: str, doubled: bool) -> None:
    a, b = where.spots[line.a], where.spots[line.b]
    far = 0.36 if doubled else 0.5  # two arrows on one line stand apart
    x, y = a.x + (b.x - a.x) * far, a.y + (b.y - a.y) * far
    dress = "mark" if line.on_the_way else "edge"
    if line.inferred:
        dress += " dash"
    thick = 3.0 if line.on_the_way else 1.0 if line.weight == 1 else min(9.0, 1 + sqrt(line.weight) / 2)
    path = picture.path(
        f"M{a.x:.5g} {a.y:.5g}L{x:.5g} {y:.5g}L{b.x:.5g} {b.y:.5g}", dress, group, stroke_width=thick
    )
    if arrow:
        path.set("marker-mid", arrow)
    path.set("data-a", str(line.a))
    path.set("data-b", str(line.b))


def _draw_spot(picture: Picture, parent: Element, found: Exploration, spot: Spot, place: int) -> None:
    by_district = found.overview is not None and found.overview.by == DISTRICT
    if found.overview:
        title = " ".join(spot.lines)
        kind = spot.iri if found.overview.by == KIND else ""
    else:
        title, kind = found.label(spot.iri), str(found.network.nodes[spot.iri]["kind"])
    group = picture.group(title, parent)
    group.set("data-n", str(place))
    group.set("transform", f"translate({spot.x:.5g} {spot.y:.5g})")
    marked = spot.iri in (found.asked.focus, found.asked.start, found.asked.end)
    if marked and spot.iri:
        picture.draw("circle", "mark none", group, r=spot.r * 1.45, stroke_width=2.5)
    if kind:
        picture.path(outline(kind, spot.r), look(kind), group, stroke_width=2)
    else:
        picture.draw("circle", DISTRICTS if by_district else THEMES, group, r=spot.r)
    words = picture.group(parent=group)
    words.set("transform", f"translate(0 {spot.r * 1.2 + 2:.4g})")
    words.set("class", "words")
    picture.text(spot.lines, 0, 0, SIZE, "ink halo", "middle", bold=marked and bool(spot.iri), parent=words)


def _draw_relations(picture: Picture, where: Scene) -> None:
    """What the steps of the way are, on their lines."""
    group = picture.group()
    group.set("class", "said")
    drawn = set()
    for line in where.lines:
        pair = frozenset((line.a, line.b))
        if not line.on_the_way or pair in drawn:
            continue
        drawn.add(pair)
        a, b = where.spots[line.a], where.spots[line.b]
        lines = wrapped(line.label, STEP - 90, 12)
        top = (a.y + b.y) / 2 - 12 * LINE * len(lines) - 5
        if abs(a.x - b.x) < 60:  # the line runs downwards
            side, anchor = (8, "start") if a.x < STEP else (-8, "end")
            x, y = (a.x + b.x) / 2 + side, (a.y + b.y) / 2 + 18
            picture.text(lines, x, y, 12, "ink halo", anchor, parent=group)
        else:
            picture.text(lines, (a.x + b.x) / 2, top, 12, "ink halo", "middle", parent=group)


def _draw_legend(picture: Picture, found: Exploration, height: float) -> float:
    """The signs with their words, below the picture; gives its height with them."""
    x, y = PAD, height + 14
    picture.line(PAD, height, picture.width - PAD, height)
    group = picture.group()
    entries = [(f"{_(KINDS[kind][0])} ({number(count)})", kind) for kind, count in found.kinds.items()]
    entries += [(_("steht in der Quelle"), "edge"), (_("gefolgert"), "edge dash")]
    for word, what in entries:
        wide = 30 + width(word, SIZE) + 22
        if x > PAD and x + wide > picture.width:
            x, y = PAD, y + 24
        if what in KINDS:
            sign = picture.path(outline(what, 7), look(what), group, stroke_width=2)
            sign.set("transform", f"translate({x + 10:g} {y + 9:g})")
        else:
            picture.line(x, y + 9, x + 24, y + 9, what, group, stroke_width=2)
        picture.text(word, x + 28, y + 1, SIZE, "ink", parent=group)
        x += wide
    return y + 36


def title_of(found: Exploration) -> str:
    """What the picture is called."""
    asked = found.asked
    if asked.start and asked.end:
        return _("Weg von {start} nach {end}").format(
            start=found.label(asked.start), end=found.label(asked.end)
        )
    thing = asked.focus or asked.start or asked.end
    if thing:
        return _("Netz um {name}").format(name=found.label(thing))
    if found.overview:
        return _("Überblick über das Netz: {by}").format(by=_(GROUPINGS[found.overview.by]))
    return _("Netz der Zukunftsstrategien")
