"""The sign of each kind of node: a shape and a colour, told apart without colours too."""

from collections.abc import Mapping
from math import cos, pi, sin

SIGNS: Mapping[str, tuple[str, bool, int]] = {
    "district": ("square", True, 6),
    "strategy": ("star", True, 1),
    "process": ("star", False, 1),
    "body": ("hexagon", True, 2),
    "goal": ("triangle", True, 5),
    "field": ("diamond", True, 3),
    "measure": ("dot", True, 4),
    "need": ("triangleDown", True, 6),
    "event": ("diamond", False, 3),
    "programme": ("hexagon", False, 2),
    "person": ("dot", False, 0),
    "actor": ("square", False, 0),
    "other": ("triangleDown", False, 6),
}
"""Kind → shape (in vis-network's words), whether it is filled, and which colour of the series (`svg`)."""


def look(kind: str) -> str:
    """The classes of the sign of a kind, as `visualizations.svg` knows them."""
    _shape, filled, colour = SIGNS[kind]
    return f"s{colour} full" if filled else f"paper e{colour}"


def outline(kind: str, r: float) -> str:
    """The sign of a kind as a path around the origin, about `r` from its middle to its rim."""
    shape = SIGNS[kind][0]
    if shape == "dot":
        return f"M{-r:.4g} 0A{r:.4g} {r:.4g} 0 1 1 {r:.4g} 0A{r:.4g} {r:.4g} 0 1 1 {-r:.4g} 0Z"
    corners = {
        "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
        "diamond": [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)],
        "triangle": [(0, -1.15), (1.15, 0.9), (-1.15, 0.9)],
        "triangleDown": [(0, 1.15), (1.15, -0.9), (-1.15, -0.9)],
        "hexagon": [(1.1 * cos(pi * n / 3), 1.1 * sin(pi * n / 3)) for n in range(6)],
        "star": [
            (reach * cos(pi * n / 5 - pi / 2), reach * sin(pi * n / 5 - pi / 2))
            for n, reach in enumerate([1.3, 0.6] * 5)
        ],
    }[shape]
    return "M" + "L".join(f"{x * r:.4g} {y * r:.4g}" for x, y in corners) + "Z"
