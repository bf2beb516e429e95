"""Where nodes stand in a picture: computed here, so that the browser only draws and every run is the same.

Each connected part is laid out by springs, its labels are pushed apart as boxes, the parts packed in rows.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from graph.lazy import networkx as nx
from graph.network import Network

Positions = dict[str, tuple[float, float]]
Boxes = NDArray[np.float64]

GAP = 60.0
"""Free space between two parts of the network, in the picture's units (about one pixel at scale 1)."""


def positions(
    network: Network, sizes: Mapping[str, tuple[float, float]], before: Positions | None = None
) -> Positions:
    """A place for every node; `sizes` are the width and height of a node with its label.

    `before` are the places in a picture that this one grows out of: what stood there stays near them.
    """
    simple: nx.Graph[str] = nx.Graph()
    simple.add_nodes_from(sorted(network))
    simple.add_edges_from(sorted({(min(a, b), max(a, b)) for a, b in network.edges() if a != b}))
    parts = sorted(nx.connected_components(simple), key=lambda part: (-len(part), min(part)))
    blocks = [_block(simple.subgraph(sorted(part)), sizes, before or {}) for part in parts]
    return _packed(blocks)


def _block(
    part: "nx.Graph[str]", sizes: Mapping[str, tuple[float, float]], before: Positions
) -> tuple[list[str], Boxes, Boxes]:
    """The nodes of one part, their places with the upper left corner at the origin, and their boxes."""
    nodes = sorted(part)
    boxes = np.array([sizes[node] for node in nodes], dtype=float)
    if len(nodes) == 1:
        places = np.zeros((1, 2))
    else:
        ordered: nx.Graph[str] = nx.Graph()
        ordered.add_nodes_from(nodes)
        ordered.add_edges_from(sorted(part.edges()))
        room = 70.0 * np.sqrt(len(nodes)) * np.array([1.2, 1.0])  # labels are wider than high
        begin = _begun(ordered, before, room)
        found = nx.spring_layout(
            ordered, k=2.2 / np.sqrt(len(nodes)), pos=begin, iterations=50 if begin else 120, seed=7
        )
        places = np.array([found[node] for node in nodes], dtype=float) * room
        places = _apart(places, boxes)
    places = places - (places - boxes / 2).min(axis=0)
    return nodes, places, boxes


def _begun(part: "nx.Graph[str]", before: Positions, room: Boxes) -> dict[str, Boxes] | None:
    """Where the nodes begin: at their place before, new ones beside what they hang on, none on the same spot."""
    known = [node for node in part if node in before]
    if len(known) < 2:
        return None
    middle = np.mean([before[node] for node in known], axis=0)
    begin = {node: (np.array(before[node]) - middle) / room for node in known}
    for turn, node in enumerate(node for node in part if node not in before):
        beside = [begin[other] for other in part[node] if other in before]
        centre = np.mean(beside, axis=0) if beside else np.zeros(2)
        away = 0.15 * np.array([np.cos(2.4 * turn), np.sin(2.4 * turn)])  # the golden angle spreads them
        begin[node] = centre + away
    return begin


def _apart(places: Boxes, boxes: Boxes, rounds: int = 220) -> Boxes:
    """Pushes overlapping boxes apart along the axis on which they overlap less."""
    places = places.copy()
    half = (boxes[:, None, :] + boxes[None, :, :]) / 2 + np.array([10.0, 6.0])
    order = np.arange(len(places))
    for _ in range(rounds):
        delta = places[:, None, :] - places[None, :, :]
        overlap = half - np.abs(delta)
        hit = (overlap > 0).all(axis=2)
        np.fill_diagonal(hit, False)
        if not hit.any():
            break
        # Two nodes on the very same spot part by their order.
        sign = np.where(delta == 0, np.sign(order[:, None] - order[None, :])[:, :, None], np.sign(delta))
        sideways = overlap[:, :, 0] < overlap[:, :, 1]
        push = np.where(hit, 0.26, 0.0)[:, :, None] * overlap * sign
        push[:, :, 0] *= sideways
        push[:, :, 1] *= ~sideways
        places += push.sum(axis=1)
    return places


def _packed(blocks: list[tuple[list[str], Boxes, Boxes]]) -> Positions:
    """Sets the parts beside and under each other, the largest first, in a frame a little wider than high, as
    the picture is between its two panels."""
    extents = [(places + boxes / 2).max(axis=0) for _, places, boxes in blocks]
    area = sum(float((extent[0] + GAP) * (extent[1] + GAP)) for extent in extents)
    width = max([float(extent[0]) for extent in extents] + [float(np.sqrt(area * 1.15))], default=0.0)
    found: Positions = {}
    left = top = height = 0.0
    for (nodes, places, _), extent in zip(blocks, extents, strict=True):
        if left and left + extent[0] > width:
            left, top, height = 0.0, top + height + GAP, 0.0
        for node, (x, y) in zip(nodes, places, strict=True):
            found[node] = (round(left + float(x), 1), round(top + float(y), 1))
        left += float(extent[0]) + GAP
        height = max(height, float(extent[1]))
    return found
