"""What the mere structure of a network says: who stands between, who belongs together, on whom a connection hangs.

Every measure is one function of ours. networkx computes it where the network is small; beyond the sizes below
networkit and scipy (the optional extra `large`) do, and where they are not installed networkx goes on with what is
said of each function. Tests compare both on small networks. networkx and networkit were measured on 50,000 nodes and
200,000 edges (findings 40): betweenness with 200 sources 105 s and 2.8 s, Louvain 7.5 s and 0.09 s; the projection of
two sorts of nodes 43 s, in scipy 0.21 s.

Nodes are numbered in their order before anything is computed, so that the same network gives the same answer whatever
the hash of its names is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from itertools import combinations
from typing import Any, TypeAlias

from graph.lazy import networkx as nx
from graph.lazy import numpy as np

Simple: TypeAlias = "nx.Graph[str]"
"""A network without directions and with at most one edge between two nodes; `weight` of an edge counts where given."""

EXACT = 1_500
"""Up to so many nodes networkx computes betweenness exactly (about a second)."""
EXACT_LARGE = 10_000
"""Up to so many nodes networkit does."""
SOURCES = 200
"""Beyond, so many sampled sources estimate it."""
EDGES = 20_000
"""Up to so many edges networkx finds the communities."""
PAIRS = 500_000
"""Up to so many pairs a projection is counted in Python."""
SEED = 1


def large() -> bool:
    """Whether the extra `large` is installed: networkit, and with it scipy."""
    return find_spec("networkit") is not None and find_spec("scipy") is not None


def betweenness(network: Simple) -> tuple[dict[str, float], bool]:
    """The share (0 to 1) of all shortest paths between two others that run through each node; and whether it is exact.

    Freeman's betweenness (Sociometry 40, 1977) by Brandes' algorithm (J. Math. Sociol. 25, 2001), edges unweighted.
    Exact up to `EXACT` nodes, with networkit up to `EXACT_LARGE`; beyond estimated from `SOURCES` seeded sources.
    """
    nodes, count = sorted(network), len(network)
    if count <= EXACT:
        return _by_name(nodes, nx.betweenness_centrality(_numbered(network, nodes))), True
    if not large():
        found = nx.betweenness_centrality(_numbered(network, nodes), k=SOURCES, seed=SEED)
        return _by_name(nodes, found), False
    return networkit_betweenness(network, exact=count <= EXACT_LARGE), count <= EXACT_LARGE


def networkit_betweenness(network: Simple, exact: bool = True) -> dict[str, float]:
    """The same by networkit. Estimates come from Geisberger, Sanders and Schultes (ALENEX 2008)."""
    nk, nodes = _networkit(), sorted(network)
    graph = _handed_over(nk, network, nodes, weighted=False)
    way = (
        nk.centrality.Betweenness(graph, normalized=True)
        if exact
        else nk.centrality.EstimateBetweenness(graph, SOURCES, normalized=True)
    )
    return dict(zip(nodes, map(float, way.run().scores()), strict=True))


def communities(network: Simple) -> list[tuple[str, ...]]:
    """The nodes in groups that are denser within than between, by greatest modularity; the largest group first.

    The Louvain method (Blondel and others, J. Stat. Mech. P10008, 2008) with weights, seeded; a heuristic: another
    seed may put a node between two groups into the other one. Beyond `EDGES` edges by networkit where it is there
    (its parallel Louvain method with refinement, on one thread, so that it answers the same every time).
    """
    if network.number_of_edges() > EDGES and large():
        return networkit_communities(network)
    nodes = sorted(network)
    found = nx.community.louvain_communities(_numbered(network, nodes), weight="weight", seed=SEED)
    return _ordered([nodes[number] for number in part] for part in found)


def networkit_communities(network: Simple) -> list[tuple[str, ...]]:
    """The same by networkit."""
    nk, nodes = _networkit(), sorted(network)
    graph = _handed_over(nk, network, nodes, weighted=True)
    partition = nk.community.PLM(graph, refine=True, gamma=1.0, par="none").run().getPartition()
    parts: dict[int, list[str]] = defaultdict(list)
    for number, part in enumerate(partition.getVector()):
        parts[part].append(nodes[number])
    return _ordered(parts.values())


def projection(members: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], int]:
    """How many things two members have in common: of thing → its members, pair (in order) → number of things.

    The one-mode projection of a network of two sorts (Newman, Networks, 2nd ed. 2018, 6.6.1). Beyond `PAIRS` pairs
    as a sparse matrix product where scipy is there.
    """
    sets = {thing: sorted(set(of)) for thing, of in members.items()}
    if sum(len(of) ** 2 for of in sets.values()) // 2 > PAIRS and large():
        return scipy_projection(sets)
    return dict(sorted(Counter(pair for of in sets.values() for pair in combinations(of, 2)).items()))


def scipy_projection(members: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], int]:
    """The same by scipy."""
    sparse = import_module("scipy.sparse")
    sets = [set(of) for of in members.values()]
    names = sorted(set().union(*sets))
    place = {name: number for number, name in enumerate(names)}
    rows = [place[name] for of in sets for name in of]
    columns = [number for number, of in enumerate(sets) for _ in of]
    incidence = sparse.csr_matrix(
        (np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=(len(names), len(sets))
    )
    common = sparse.triu(incidence @ incidence.T, k=1).tocoo()
    found = {
        (names[i], names[j]): int(n) for i, j, n in zip(common.row, common.col, common.data, strict=True)
    }
    return dict(sorted(found.items()))


def alone_without(network: Simple, marked: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The marked nodes that reach no other marked node any more once a node is taken away: node → those nodes.

    Only articulation points can have any (Tarjan, SIAM J. Comput. 1, 1972). Read from the tree of blocks and
    articulation points, in time linear in the size of the network; so it needs nobody else, whatever the size.
    """
    wanted = set(marked)
    found: dict[str, tuple[str, ...]] = {}
    for component in nx.connected_components(network):
        inside = wanted & component
        if len(inside) > 1:
            found |= _alone(network.subgraph(component), inside)
    return dict(sorted(found.items()))


def _alone(part: Simple, marked: set[str]) -> dict[str, tuple[str, ...]]:
    """The same for a connected part with two or more marked nodes."""
    components: Any = nx.biconnected_components(part)  # the stubs take nodes for sets of nodes
    blocks: list[frozenset[str]] = [frozenset(block) for block in components]
    cuts = {node for node, n in Counter(node for block in blocks for node in block).items() if n > 1}
    tree: nx.Graph[Any] = nx.Graph()
    for number, block in enumerate(blocks):
        tree.add_edges_from((number, node) for node in block & cuts)
        tree.add_node(number)
    own: dict[Any, set[str]] = {number: set(block - cuts) & marked for number, block in enumerate(blocks)}
    own |= {node: {node} & marked for node in cuts}
    order = list(nx.dfs_postorder_nodes(tree, 0))
    above: dict[Any, Any] = nx.dfs_predecessors(tree, 0)
    # How many marked nodes hang below, and the sum of their numbers: of a single one that is its own number.
    names = sorted(marked)
    number_of = {name: number for number, name in enumerate(names)}
    count = {knot: len(own[knot]) for knot in order}
    sums = {knot: sum(number_of[name] for name in own[knot]) for knot in order}
    for knot in order:
        if (upper := above.get(knot)) is not None:
            count[upper] += count[knot]
            sums[upper] += sums[knot]
    everything = sum(range(len(names)))
    found: dict[str, tuple[str, ...]] = {}
    for node in cuts:
        if len(names) - (node in marked) < 2:
            continue
        branches = [(count[knot], sums[knot]) for knot in tree[node] if knot != above.get(node)]
        branches.append((len(names) - count[node], everything - sums[node]))
        if alone := sorted(names[place] for size, place in branches if size == 1):
            found[node] = tuple(alone)
    return found


def _numbered(network: Simple, nodes: list[str]) -> "nx.Graph[int]":
    place = {node: number for number, node in enumerate(nodes)}
    numbered: nx.Graph[int] = nx.Graph()
    numbered.add_nodes_from(range(len(nodes)))
    edges = []
    for a, b, weight in network.edges(data="weight", default=1.0):
        low, high = sorted((place[a], place[b]))
        edges.append((low, high, float(weight)))
    numbered.add_weighted_edges_from(sorted(edges))
    return numbered


def _by_name(nodes: list[str], values: Mapping[int, float]) -> dict[str, float]:
    return {node: float(values[number]) for number, node in enumerate(nodes)}


def _ordered(parts: Iterable[Iterable[str]]) -> list[tuple[str, ...]]:
    return sorted((tuple(sorted(part)) for part in parts), key=lambda part: (-len(part), part))


def _networkit() -> Any:
    """networkit with its one seed and one thread; its import takes seconds, paid for by who has a large network."""
    nk = import_module("networkit")
    nk.setSeed(SEED, False)
    nk.setNumberOfThreads(1)
    return nk


def _handed_over(nk: Any, network: Simple, nodes: list[str], weighted: bool) -> Any:
    numbered = _numbered(network, nodes)
    edges: list[tuple[int, int, float]] = list(numbered.edges(data="weight"))
    rows, columns = [a for a, _, _ in edges], [b for _, b, _ in edges]
    sparse = import_module("scipy.sparse")
    weights = np.array([weight for *_, weight in edges], dtype=np.float64)
    matrix = sparse.coo_matrix((weights, (rows, columns)), shape=(len(nodes), len(nodes)))
    return nk.GraphFromCoo(matrix, n=len(nodes), weighted=weighted)
