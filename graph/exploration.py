"""What an explorer of the network shows: the surroundings of a thing, a way between two, a choice by kind or place.

`explore` answers an `Asked` with an `Exploration` of at most `LIMIT` nodes. Where more belong to it, no picture would
be readable: then it answers with groups of nodes, by kind, district or theme, and how they are joined.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from math import log
from typing import Any

from graph.errors import Unknown
from graph.kinds import KINDS, OTHER
from graph.language import N_, _, ngettext
from graph.lazy import networkx as nx
from graph.network import LIMIT, TRAITS, Network, node_of
from graph.spelling import number
from graph.structure import Simple
from graph.themes import Themes
from graph.vocabulary import quoted
from graph.way import Ground

MOST_STEPS = 3
"""Steps around a thing that one can ask for: beyond, everything is joined with everything."""
SHORT, DETOUR = 4, 2
"""Nodes of a way, and how many more it may have for running over actors, measures and strategies only."""
MOST_EXPANDED = 40
"""Things whose neighbours are shown as well."""
NONE = "ohne"
"""In the place of a district or theme: what belongs to none."""
KIND, DISTRICT, THEME = "art", "kreis", "thema"
GROUPINGS = {KIND: N_("Arten"), DISTRICT: N_("Kreise"), THEME: N_("Themen")}
"""By what nodes are put together in an overview, the dimensions of the filter too."""
MOST_GROUPS = 60
STRONGEST = 3
"""Lines that a group keeps at most in the overview, unless another group keeps them."""
AROUND, WAY, CHOICE, GROUPS = "around", "way", "choice", "groups"


@dataclass(frozen=True)
class Asked:
    """What is asked of the network; things and themes are IRIs, districts too. Nothing asked for means everything."""

    focus: str = ""
    expanded: tuple[str, ...] = ()
    """Things whose neighbours are shown as well, in the order in which they were asked for."""
    start: str = ""
    end: str = ""
    depth: int = 1
    kinds: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    grouping: str = ""


@dataclass(frozen=True)
class Group:
    """Nodes with something in common. `value` is a kind or an IRI, or `NONE`; `inside` counts relations among them."""

    value: str
    label: str
    count: int
    inside: int = 0


@dataclass(frozen=True)
class Tie:
    """How two groups (by value) are joined: relations between their nodes, and nodes that belong to both."""

    a: str
    b: str
    relations: int
    shared: int

    @property
    def weight(self) -> int:
        """How much joins them."""
        return self.relations + self.shared


@dataclass(frozen=True)
class Overview:
    """A choice that is too large for a picture, in groups. `left_out` are groups beyond `MOST_GROUPS`."""

    by: str
    groups: tuple[Group, ...]
    ties: tuple[Tie, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Exploration:
    """What is shown: a part of the network, or an overview of it.

    `total` counts the nodes that belong to the answer, `left_out` those of them that no group could hold.
    `way` are the nodes of the way, in its order. `options` count, for each dimension, what can be chosen.
    """

    asked: Asked
    mode: str
    network: Network
    total: int
    way: tuple[str, ...] = ()
    overview: Overview | None = None
    left_out: int = 0
    options: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is shown, and what not, in words."""
        return " ".join(part for part in (self._subject(), self._size()) if part)

    @property
    def brief(self) -> str:
        """The same without the steps of a way."""
        return " ".join(part for part in (self._subject(with_steps=False), self._size()) if part)

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the way, each in words."""
        return tuple(said(self.network, a, b) for a, b in pairwise(self.way))

    @property
    def kinds(self) -> dict[str, int]:
        """How many nodes of each kind are shown."""
        counts = Counter(str(kind) for _node, kind in self.network.nodes(data="kind"))
        return {kind: counts[kind] for kind in KINDS if counts[kind]}

    def label(self, iri: str) -> str:
        """The name of a thing that is shown."""
        return str(self.network.nodes[iri]["label"])

    def _subject(self, with_steps: bool = True) -> str:
        if self.asked.start and self.asked.end:
            start, end = quoted(self.label(self.asked.start)), quoted(self.label(self.asked.end))
            if not self.way:
                return _("Zwischen {start} und {end} nennen die Quellen keine Verbindung.").format(
                    start=start, end=end
                )
            found = ngettext(
                "Von {start} nach {end} in einem Schritt.",
                "Von {start} nach {end} in {count} Schritten.",
                len(self.steps),
            ).format(start=start, end=end, count=len(self.steps))
            return f"{found} {'; '.join(self.steps)}." if with_steps and self.steps else found
        if self.asked.focus:
            return ngettext(
                "Gezeigt ist, was mit {name} unmittelbar verbunden ist.",
                "Gezeigt ist, was von {name} aus in höchstens {count} Schritten zu erreichen ist.",
                self.asked.depth,
            ).format(name=quoted(self.label(self.asked.focus)), count=self.asked.depth)
        return ""

    def _size(self) -> str:
        if self.overview:
            said = _(
                "Dazu gehören {total} Knoten. Ein Bild zeigt höchstens {limit} noch lesbar, deshalb stehen hier "
                "Gruppen: {by}. Wer eine Gruppe wählt, sieht ihren Teil."
            )
            return said.format(
                total=number(self.total), limit=LIMIT, by=_(GROUPINGS[self.overview.by])
            ) + self._more_groups(self.overview)
        if not len(self.network):
            return _("Dazu gibt es keine Knoten. Nicht genannt heißt nicht, dass es nichts gibt.")
        size = _("{nodes} Knoten, {edges} Verbindungen.").format(
            nodes=number(len(self.network)), edges=number(self.network.number_of_edges())
        )
        if self.left_out:
            size += " " + _(
                "Dazu gehören {total} Knoten; gezeigt sind die {limit} nächsten und am besten verbundenen."
            ).format(total=number(self.total), limit=LIMIT)
        return size

    def _more_groups(self, overview: Overview) -> str:
        if not overview.left_out:
            return ""
        return " " + _("{count} kleinere Gruppen sind weggelassen; sie stehen im Filter.").format(
            count=number(overview.left_out)
        )


def said(network: Network, a: str, b: str) -> str:
    """How two nodes are joined, in the words of the best backed statement: `A —leitet→ B`."""
    edges = [(data, True) for data in (network.get_edge_data(a, b) or {}).values()]
    edges += [(data, False) for data in (network.get_edge_data(b, a) or {}).values()]
    data, forward = min(
        edges, key=lambda edge: (edge[0]["inferred"], not edge[0]["source"], edge[0]["label"], not edge[1])
    )
    arrow = f"—{data['label']}→" if forward else f"←{data['label']}—"
    return f"{network.nodes[a]['label']} {arrow} {network.nodes[b]['label']}"


def explore(network: Network, themes: Themes, over: Callable[[], Ground], asked: Asked) -> Exploration:
    """What the network shows of what is asked. Raises `Unknown` for things and values that it does not have."""
    asked = _checked(network, themes, asked)
    fits, options = _fitting(network, themes, asked)
    if asked.start and asked.end:
        way = _way(network, over, asked.start, asked.end)
        chosen = _with_neighbours(network, fits, [*way] or [asked.start, asked.end], asked.expanded)
        mode, near = WAY, {node: place for place, node in enumerate(way)}
    elif asked.focus:
        steps = nx.single_source_shortest_path_length(
            _joined(network.subgraph(fits | {asked.focus})), asked.focus, cutoff=asked.depth
        )
        chosen = _with_neighbours(network, fits, steps, asked.expanded)
        mode, way, near = AROUND, (), dict(steps)
    else:
        chosen = _with_neighbours(network, fits, fits, asked.expanded)
        mode, way, near = CHOICE, (), {}
    overview = None
    left_out = 0
    if asked.grouping or len(chosen) > LIMIT:
        overview = _overview(network, themes, chosen, asked)
    if overview:
        kept = {node for node in (asked.focus, asked.start, asked.end) if node}
    else:
        order = sorted(
            chosen, key=lambda n: (near.get(n, len(near)), -network.degree(n), network.nodes[n]["label"], n)
        )
        kept, left_out = set(order[:LIMIT]), max(0, len(order) - LIMIT)
    part: Network = network.subgraph(kept).copy()
    return Exploration(
        asked, GROUPS if overview else mode, part, len(chosen), way, overview, left_out, options
    )


def group_network(found: Overview) -> Network:
    """The groups as a network, for the forms in which networks are written."""
    made: Network = nx.MultiDiGraph()
    empty: dict[str, Any] = {"type": _("Gruppe"), "district": "", "level": "", "actor_type": "", "source": ""}
    empty |= dict.fromkeys(TRAITS, ())
    for group in found.groups:
        kind = group.value if found.by == KIND else OTHER
        made.add_node(
            group.value, iri=group.value, label=group.label, kind=kind, count=str(group.count), **empty
        )
    for tie in found.ties:
        label = ngettext("{count} Verbindung", "{count} Verbindungen", tie.weight)
        made.add_edge(
            tie.a,
            tie.b,
            key=str(tie.weight),
            relation="",
            label=label.format(count=number(tie.weight)),
            weight=str(tie.weight),
            source="",
            document="",
            section="",
            inferred=True,
            passages=(),
        )
    return made


def districts_by_name(network: Network) -> dict[str, str]:
    """The districts (IRIs) of which the network has things, with their names."""
    found: dict[str, str] = {}
    for _node, data in network.nodes(data=True):
        found.update(zip(data["districts"], data["district"].split("; "), strict=False))
    return found


def _checked(network: Network, themes: Themes, asked: Asked) -> Asked:
    """What is asked, by the nodes that stand for the things. Raises `Unknown`."""

    def node(iri: str) -> str:
        found = node_of(network, iri)
        if found and found not in network:
            raise Unknown("Der Knoten", iri)
        return found

    for kind in asked.kinds:
        if kind not in KINDS:
            raise Unknown("Die Art von Knoten", kind, tuple(KINDS))
    for theme in asked.themes:
        if theme != NONE and theme not in themes.labels:
            raise Unknown("Das Thema", theme)
    if asked.grouping and asked.grouping not in GROUPINGS:
        raise Unknown("Die Gruppierung", asked.grouping, tuple(GROUPINGS))
    return replace(
        asked,
        focus=node(asked.focus),
        expanded=tuple(dict.fromkeys(node(iri) for iri in asked.expanded))[:MOST_EXPANDED],
        start=node(asked.start),
        end=node(asked.end),
        depth=max(1, min(MOST_STEPS, asked.depth)),
    )


def _fitting(network: Network, themes: Themes, asked: Asked) -> tuple[set[str], dict[str, dict[str, int]]]:
    """The nodes that the filter lets through, and how many nodes each value of the filter would.

    A node fits where its district, its theme and its kind are among those asked for. What belongs to no district or
    no theme itself, such as an actor of the whole Land, fits where it is joined with something that does.
    """
    above = {theme: set(themes.path(theme)) for theme in themes.labels}
    wanted_themes, wanted_districts = set(asked.themes), set(asked.districts)
    strict: set[str] = set()
    loose: set[str] = set()
    options: dict[str, Counter[str]] = {KIND: Counter(), DISTRICT: Counter(), THEME: Counter()}
    for node, data in network.nodes(data=True):
        options[KIND][data["kind"]] += 1
        options[DISTRICT].update(data["districts"] or [NONE])
        own = {upper for theme in data["themes"] for upper in above.get(theme, {theme})}
        options[THEME].update(own or [NONE])
        here = not wanted_districts or bool(wanted_districts & set(data["districts"] or [NONE]))
        about = not wanted_themes or bool(wanted_themes & (own or {NONE}))
        if here and about:
            strict.add(node)
        elif (here or not data["districts"]) and (about or not own):
            loose.add(node)
    found = strict | {
        node for node in loose if any(other in strict for other in nx.all_neighbors(network, node))
    }
    if asked.kinds:
        found = {node for node in found if network.nodes[node]["kind"] in asked.kinds}
    return found, {name: dict(counts) for name, counts in options.items()}


def _joined(network: Network) -> Simple:
    simple: Simple = nx.Graph()
    simple.add_nodes_from(network)
    simple.add_edges_from((a, b) for a, b in network.edges() if a != b)
    return simple


def _with_neighbours(
    network: Network, fits: set[str], nodes: Iterable[str], expanded: Sequence[str]
) -> set[str]:
    """Nodes with the neighbours of some things, where the filter lets them through."""
    chosen = {*nodes, *expanded}
    for thing in expanded:
        chosen |= {other for other in nx.all_neighbors(network, thing) if other in fits}
    return chosen


def _way(network: Network, over: Callable[[], Ground], start: str, end: str) -> tuple[str, ...]:
    """The nodes of the shortest way that tells something: over actors, measures and strategies where there is one
    (`graph.way`) that is no detour, else over whatever joins them; hubs cost more than others."""
    if start == end:
        return (start,)
    ground = over()
    ends = [node for node in (start, end) if node not in ground.joined]
    joined = ground.joined.copy() if ends else ground.joined
    for node in ends:
        joined.add_edges_from(
            (node, other) for other in nx.all_neighbors(network, node) if other in joined or other in ends
        )
    telling = _cheapest(joined, ground.toll, start, end)
    if telling and len(telling) <= SHORT:
        return telling
    shorter = _cheapest(_joined(network), {}, start, end)
    return telling if telling and len(telling) <= len(shorter) + DETOUR else shorter


def _cheapest(joined: Simple, toll: Mapping[str, float], start: str, end: str) -> tuple[str, ...]:
    def cost(_a: str, b: str, _edge: object) -> float:
        return toll[b] if b in toll else 1 + log(max(1, joined.degree(b)))

    try:
        return tuple(nx.dijkstra_path(joined, start, end, weight=cost))
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return ()


def _overview(network: Network, themes: Themes, chosen: set[str], asked: Asked) -> Overview | None:
    """The chosen nodes in groups, by what was asked for or else by the first dimension that parts them."""
    if asked.grouping:
        return _grouped(network, themes, chosen, asked.grouping, asked)
    for by in (KIND, DISTRICT, THEME) if asked.focus else (DISTRICT, KIND, THEME):
        found = _grouped(network, themes, chosen, by, asked)
        if len(found.groups) > 1:
            return found
    return None


def _grouped(network: Network, themes: Themes, chosen: set[str], by: str, asked: Asked) -> Overview:
    """The nodes in groups, the largest first, with the strongest ties of each."""
    belongs = {node: _groups_of(network, themes, node, by, asked) for node in chosen}
    counts = Counter(group for groups in belongs.values() for group in groups)
    relations: Counter[tuple[str, str]] = Counter()
    inside: Counter[str] = Counter()
    for a, b in network.subgraph(chosen).edges():
        both = set(belongs[a]) & set(belongs[b])
        inside.update(both)
        if not both:
            relations.update({(min(x, y), max(x, y)) for x in belongs[a] for y in belongs[b]})
    shared: Counter[tuple[str, str]] = Counter(
        pair for groups in belongs.values() for pair in combinations(sorted(groups), 2)
    )
    order = sorted(counts, key=lambda group: (group == NONE, -counts[group], group))
    kept = order[:MOST_GROUPS]
    ties = [
        Tie(a, b, relations[a, b], shared[a, b])
        for a, b in sorted({*relations, *shared})
        if a in kept and b in kept
    ]
    label = _labels(network, themes, by)
    return Overview(
        by,
        tuple(Group(group, label(group), counts[group], inside[group]) for group in kept),
        _strongest(ties),
        len(order) - len(kept),
    )


def _groups_of(network: Network, themes: Themes, node: str, by: str, asked: Asked) -> tuple[str, ...]:
    data = network.nodes[node]
    if by == KIND:
        return (str(data["kind"]),)
    if by == DISTRICT:
        found = [d for d in data["districts"] if not asked.districts or d in asked.districts]
        return tuple(found or [NONE])
    tops = {_top(themes, theme, asked.themes) for theme in data["themes"]} - {""}
    return tuple(sorted(tops) or [NONE])


def _top(themes: Themes, theme: str, asked: Sequence[str]) -> str:
    """The theme under which another one is put: the broadest, or the one just below what was asked for."""
    if not asked:
        return themes.root(theme)
    path = themes.path(theme)
    return next((path[max(0, place - 1)] for place, upper in enumerate(path) if upper in asked), "")


def _labels(network: Network, themes: Themes, by: str) -> Callable[[str], str]:
    names = districts_by_name(network) if by == DISTRICT else {}

    def label(value: str) -> str:
        if value == NONE:
            return _("ohne Kreis") if by == DISTRICT else _("ohne Thema")
        if by == KIND:
            return _(KINDS[value][0])
        return names.get(value, value) if by == DISTRICT else themes.label(value)

    return label


def _strongest(ties: Sequence[Tie]) -> tuple[Tie, ...]:
    """For each group the strongest of its ties: all of them would be a tangle."""
    of: dict[str, list[Tie]] = defaultdict(list)
    for tie in ties:
        of[tie.a].append(tie)
        of[tie.b].append(tie)
    kept = {
        (tie.a, tie.b)
        for mine in of.values()
        for tie in sorted(mine, key=lambda t: (-t.weight, t.a, t.b))[:STRONGEST]
    }
    found = [tie for tie in ties if (tie.a, tie.b) in kept]
    return tuple(sorted(found, key=lambda tie: (-tie.weight, tie.a, tie.b)))
