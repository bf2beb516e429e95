"""The network as one HTML page: a standalone file, safe with strangers' labels, that asks nobody anything.

pyvis models the network; its own template is not used, since it calls CDNs and puts labels into the page as
markup. Ours escapes every value, carries vis-network inside, and forbids the browser all requests by a
content security policy that knows our scripts and style by their hashes. All that the picture shows is there
as text too.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from textwrap import wrap
from typing import Any

import networkx as nx
import pyvis.network
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graph.bridges import bridges
from graph.kinds import KINDS
from graph.language import _, language, ngettext
from graph.network import LIMIT, Network, around, centrality, components, core
from visualizations.layout import positions
from visualizations.signs import SIGNS

SHAPES: Mapping[str, tuple[str, bool]] = {
    kind: (shape, filled) for kind, (shape, filled, _colour) in SIGNS.items()
}
"""Shape of a kind in vis-network's words, and whether it is filled."""

LINE = 22
"""Characters in one line of a label; longer ones are broken."""


@dataclass(frozen=True)
class Relation:
    """One connection of a node as the details panel says it."""

    label: str
    forward: bool
    other: int
    source: str
    inferred: bool


@dataclass(frozen=True)
class Knot:
    """A node as the page lists it."""

    number: int
    iri: str
    label: str
    kind: str
    type: str
    district: str
    source: str
    address: str
    focus_address: str
    relations: tuple[Relation, ...]


class NetworkPage(pyvis.network.Network):  # type: ignore[misc]
    """A pyvis network whose HTML is ours."""

    def __init__(self, title: str, context: Mapping[str, Any]) -> None:
        super().__init__(height="100%", directed=True, cdn_resources="in_line", heading=title)
        self.toggle_physics(False)
        self.context = context

    def generate_html(self, name: str = "index.html", local: bool = True, notebook: bool = False) -> str:
        """The page; the arguments are pyvis' own and change nothing."""
        return (
            _environment()
            .get_template("network.html")
            .render(
                title=self.heading,
                policy=content_security_policy(),
                style=Markup(_static("network.css")),
                scripts=[Markup(_static(script)) for script in SCRIPTS],
                data={"nodes": [_bare(node) for node in self.nodes], "edges": self.edges},
                **self.context,
            )
        )


def page(
    network: Network,
    title: str,
    focus: str | None = None,
    *,
    address: Callable[[str], str] | None = None,
    focus_address: Callable[[str], str] | None = None,
    home: str | None = None,
    whole: bool = False,
) -> str:
    """The network as a standalone page.

    With `focus` (an IRI in the network) its surroundings of two steps, as far as `LIMIT` nodes allow; without,
    the network itself if it is small enough, else its strategic core, and the page says what is left out; with
    `whole` the network as it is.
    Inside the service `address` gives the page of a thing, `focus_address` its network, `home` the start page.
    """
    shown = network if whole else _shown(network, focus)
    order = list(KINDS)
    nodes = sorted(
        shown, key=lambda n: (order.index(shown.nodes[n]["kind"]), shown.nodes[n]["label"].casefold(), n)
    )
    number = {node: index for index, node in enumerate(nodes)}
    knots = [_knot(shown, node, number, address, focus_address) for node in nodes]
    counts = {kind: sum(knot.kind == kind for knot in knots) for kind in KINDS}
    left_out = shown.graph.get("left_out_kinds", {})
    drawing = NetworkPage(
        title,
        {
            "knots": knots,
            "legend": [
                (kind, _(KINDS[kind][0]), *SHAPES[kind], counts[kind]) for kind in KINDS if counts[kind]
            ],
            "shapes": SHAPES,
            "sentences": _sentences(shown if focus else network),
            "left_out": shown.graph.get("left_out", 0),
            "left_out_kinds": left_out,
            "left_out_words": ", ".join(f"{name} ({count})" for name, count in left_out.items()),
            "edge_count": shown.number_of_edges(),
            "focus": number.get(focus) if focus else None,
            "home": home,
        },
    )
    _draw(drawing, shown, number, focus)
    return drawing.generate_html()


def content_security_policy() -> str:
    """What the page allows the browser: its own scripts and style by their hashes, and no request at all."""
    scripts = " ".join(_hash(_static(name)) for name in SCRIPTS)
    return (
        f"default-src 'none'; script-src {scripts}; style-src {_hash(_static('network.css'))}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


SCRIPTS = ("vis-data.min.js", "vis-network.min.js", "network.js")


def _shown(network: Network, focus: str | None) -> Network:
    if focus is None:
        return network if len(network) <= LIMIT // 2 else core(network)
    near = around(network, focus, depth=2)
    return near if not near.graph["left_out"] else around(network, focus, depth=1)


def _knot(
    network: Network,
    node: str,
    number: Mapping[str, int],
    address: Callable[[str], str] | None,
    focus_address: Callable[[str], str] | None,
) -> Knot:
    data = network.nodes[node]
    relations = [
        Relation(edge["label"], True, number[other], edge["source"], edge["inferred"])
        for _, other, edge in network.out_edges(node, data=True)
    ] + [
        Relation(edge["label"], False, number[other], edge["source"], edge["inferred"])
        for other, _, edge in network.in_edges(node, data=True)
    ]
    return Knot(
        number=number[node],
        iri=node,
        label=data["label"],
        kind=data["kind"],
        type=data["type"],
        district=data["district"],
        source=data["source"],
        address=address(node) if address else "",
        focus_address=focus_address(node) if focus_address else "",
        relations=tuple(sorted(relations, key=lambda r: (not r.forward, r.label, r.other))),
    )


def _draw(drawing: NetworkPage, network: Network, number: Mapping[str, int], focus: str | None) -> None:
    """Fills the pyvis model: numbered nodes at computed places, and one line for each pair of nodes."""
    lines = {node: wrap(network.nodes[node]["label"], LINE)[:3] or [""] for node in network}
    # Labels keep their size on the screen and yield to each other; about half their box is kept free here.
    sizes = {node: (40.0 + 3.0 * max(map(len, text)), 40.0 + 7.0 * len(text)) for node, text in lines.items()}
    places = positions(network, sizes)
    for node, index in number.items():
        data = network.nodes[node]
        shape, filled = SHAPES[data["kind"]]
        x, y = places[node]
        drawing.add_node(
            index,
            label=data["label"],
            shape=shape,
            x=x,
            y=y,
            size=16 if node == focus else 8 + min(6, len(set(nx.all_neighbors(network, node)))),
            physics=False,
            kind=data["kind"],
            filled=filled,
        )
    pairs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for subject, object_, edge in network.edges(data=True):
        pairs.setdefault((subject, object_), []).append(edge)
    for (subject, object_), edges in sorted(pairs.items()):
        drawing.add_edge(
            number[subject],
            number[object_],
            relation=" · ".join(dict.fromkeys(edge["label"] for edge in edges)),
            dashes=all(edge["inferred"] for edge in edges),
        )


def _bare(node: Mapping[str, Any]) -> dict[str, Any]:
    """A node of the model without pyvis' colour: colours come from the style sheet, light or dark."""
    return {name: value for name, value in node.items() if name != "color"}


def _sentences(network: Network) -> list[str]:
    """What the network says, in a few sentences."""
    if not len(network):
        return []
    parts = components(network)
    found = [bridge.sentence for bridge in bridges(network)[:5]]
    found += [central.sentence for central in centrality(network)[:3] if central.betweenness > 0]
    if len(parts) > 1:
        found.append(
            _("Das Netz hat {count} Teile ohne Verbindung.").format(count=len(parts))
            + f" {parts[0].sentence}"
        )
    else:
        found.append(_("Alle Knoten hängen zusammen."))
    return found


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader(__name__.partition(".")[0]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.policies["ext.i18n.trimmed"] = True
    found.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    found.globals["language"] = language
    return found


@cache
def _static(name: str) -> str:
    return files(__name__.partition(".")[0]).joinpath("static", name).read_text(encoding="utf-8")


@cache
def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
