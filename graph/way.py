"""The shortest way between the leads of two measures: over whom the one office gets to the other.

A way runs over actors, bodies, offices and persons, programmes, measures, strategies and processes, whatever the
direction of what joins them. It should tell something: a way over a hub that is joined with everything tells nothing.
So stepping on a node costs one plus the logarithm of the number of its neighbours (after Croes, Couche, Wodak and van
Helden, J. Mol. Biol. 356, 2006, who weigh each node by its degree to find ways that mean something), and themes,
territories, the Land, goals, fields, needs and groups without a name are no steps at all.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

from graph.errors import Unknown
from graph.language import _, ngettext
from graph.lazy import networkx as nx
from graph.network import Network, excerpt, incident, node_of
from graph.structure import Simple
from graph.vocabulary import quoted

LEADS = ("ledBy", "managedBy")
"""Relations from a measure to who leads it."""
TAKING_PART = (*LEADS, "involves", "partner", "supportedBy", "sponsoredBy", "developedBy", "commissionedBy")
STEPS = frozenset(
    {"actor", "person", "body", "programme", "measure", "strategy", "process", "event", "district"}
)
"""Kinds of nodes a way may run over."""


@dataclass(frozen=True)
class Step:
    """One step of a way: from whom to whom, by which relation, and where it stands.

    `forward` says that the statement has `start` as its subject; else it runs the other way round. `source` is empty
    for what is inferred without a passage of its own.
    """

    start: str
    start_label: str
    relation: str
    end: str
    end_label: str
    forward: bool
    inferred: bool
    source: str

    def __str__(self) -> str:
        arrow = f"—{self.relation}→" if self.forward else f"←{self.relation}—"
        return f"{self.start_label} {arrow} {self.end_label}"


@dataclass(frozen=True)
class Way:
    """The shortest way between two measures; `from_ends` and `to_ends` are the leads it was looked for between.

    `steps` is empty where a lead is unknown, where both have the same one, or where no way is known; `found` tells.
    """

    start: str
    start_label: str
    end: str
    end_label: str
    of: str
    """Between whom: `lead` those who lead, `involved` all who take part."""
    from_ends: tuple[tuple[str, str], ...]
    to_ends: tuple[tuple[str, str], ...]
    found: bool
    same: tuple[tuple[str, str], ...]
    """Those whom both have."""
    steps: tuple[Step, ...]
    cost: float | None = None

    @property
    def sentence(self) -> str:
        """The finding in words."""
        lead = self.of == "lead"
        unknown = [
            quoted(label)
            for label, ends in ((self.start_label, self.from_ends), (self.end_label, self.to_ends))
            if not ends
        ]
        start, end = quoted(self.start_label), quoted(self.end_label)
        if unknown:
            said = (
                _(
                    "Die Federführung von {things} ist unbekannt: Keine Quelle nennt sie. "
                    "Gefragt werden kann auch nach allen Beteiligten."
                )
                if lead
                else _("Die Beteiligung von {things} ist unbekannt: Keine Quelle nennt sie.")
            )
            return said.format(things=_(" und ").join(unknown))
        if self.same:
            said = (
                _("{start} und {end}: {names} führt beide.")
                if lead
                else _("{start} und {end}: {names} ist an beiden beteiligt.")
            )
            return said.format(start=start, end=end, names=", ".join(label for _iri, label in self.same))
        if not self.found:
            said = (
                _(
                    "Zwischen denen, die bei {start} und bei {end} die Federführung haben, "
                    "nennen die Quellen keine Verbindung."
                )
                if lead
                else _(
                    "Zwischen denen, die bei {start} und bei {end} beteiligt sind, nennen die Quellen keine Verbindung."
                )
            )
            return said.format(start=start, end=end)
        return ngettext(
            "Von {first} ({start}) zu {last} ({end}) in einem Schritt: {steps}.",
            "Von {first} ({start}) zu {last} ({end}) in {count} Schritten: {steps}.",
            len(self.steps),
        ).format(
            first=self.steps[0].start_label,
            start=start,
            last=self.steps[-1].end_label,
            end=end,
            count=len(self.steps),
            steps="; ".join(map(str, self.steps)),
        )


@dataclass(frozen=True)
class Ground:
    """What a way may run over: the nodes that tell something, joined whatever the direction, and what each costs."""

    joined: Simple
    toll: Mapping[str, float]


def ground(network: Network) -> Ground:
    """The ground of every way in a network, for who looks for several."""
    inside = {node for node in network if _is_step(network, node)}
    joined: Simple = nx.Graph()
    joined.add_nodes_from(sorted(inside))
    joined.add_edges_from(sorted({(a, b) for a, b in network.edges() if a != b and {a, b} <= inside}))
    return Ground(joined, {node: 1 + log(max(1, joined.degree(node))) for node in joined})


def way(network: Network, start: str, end: str, of: str = "lead", over: Ground | None = None) -> Way:
    """The shortest way between the leads of two things (IRIs), or with `of="involved"` between all who take part, the
    authority that each belongs to among them.

    Of several leads the shortest way of all pairs is taken. Raises `Unknown` for a thing that is no node.
    """
    start, end = (node_of(network, thing) for thing in (start, end))
    for thing in (start, end):
        if thing not in network:
            raise Unknown("Die Maßnahme", thing)
    ends = [_ends(network, thing, of) for thing in (start, end)]
    labels = [tuple((node, _label(network, node)) for node in sorted(nodes)) for nodes in ends]
    both = tuple(pair for pair in labels[0] if pair in labels[1])
    path: list[str] = []
    cost = None
    if all(ends) and not both:
        path, cost = _cheapest(over or ground(network), *ends)
    return Way(
        start=start,
        start_label=_label(network, start),
        end=end,
        end_label=_label(network, end),
        of=of,
        from_ends=labels[0],
        to_ends=labels[1],
        found=bool(path) or bool(both),
        same=both,
        steps=tuple(_step(network, a, b) for a, b in pairwise(path)),
        cost=None if cost is None else round(cost, 3),
    )


def way_network(network: Network, found: Way) -> Network:
    """The network of a way, with the two things at its ends."""
    nodes = {found.start, found.end, *(n for n, _name in (*found.from_ends, *found.to_ends))}
    return excerpt(network, nodes | {node for step in found.steps for node in (step.start, step.end)})


def _ends(network: Network, thing: str, of: str) -> set[str]:
    wanted = tuple(f"#{name}" for name in (LEADS if of == "lead" else TAKING_PART))
    found = {
        other
        for other, edge, forward in incident(network, thing)
        if forward and edge["relation"].endswith(wanted)
    }
    if of == "involved":
        found |= {owner for owner in network.nodes[thing]["authorities"] if owner in network}
    return {node for node in found if _is_step(network, node)}


def _cheapest(over: Ground, starts: Collection[str], ends: Collection[str]) -> tuple[list[str], float | None]:
    """The nodes of the cheapest way from any of the ones to any of the others, and what it costs."""
    toll = over.toll

    def cost(a: str, b: str, _edge: object) -> float:
        return toll[b]

    lengths: Any
    paths: Any  # the stubs know only the answer for one target
    lengths, paths = nx.multi_source_dijkstra(over.joined, sorted(starts), weight=cost)
    reached = sorted((round(lengths[node] - toll[node], 9), paths[node]) for node in ends if node in lengths)
    return (reached[0][1], reached[0][0]) if reached else ([], None)


def _is_step(network: Network, node: str) -> bool:
    data = network.nodes[node]
    if data["kind"] == "district":
        return data["level"] in ("county", "municipality", "region")
    return data["kind"] in STEPS and "ActorGroup" not in data["classes"]


def _step(network: Network, a: str, b: str) -> Step:
    """The best backed statement that joins two nodes: with a source before without, stated before inferred."""
    edges = [(data, True) for data in _between(network, a, b)]
    edges += [(data, False) for data in _between(network, b, a)]
    data, forward = min(
        edges, key=lambda edge: (edge[0]["inferred"], not edge[0]["source"], edge[0]["label"], not edge[1])
    )
    return Step(
        start=a,
        start_label=_label(network, a),
        relation=str(data["label"]),
        end=b,
        end_label=_label(network, b),
        forward=forward,
        inferred=bool(data["inferred"]),
        source=str(data["source"]),
    )


def _between(network: Network, a: str, b: str) -> Iterable[dict[str, object]]:
    return (network.get_edge_data(a, b) or {}).values()


def _label(network: Network, node: str) -> str:
    return str(network.nodes[node]["label"])
