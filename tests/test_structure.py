"""What the structure of a network says, and that both engines say the same on small ones."""

from importlib.util import find_spec

import networkx as nx
import pytest

from graph import structure
from graph.structure import Simple, alone_without, betweenness, communities, projection

needs_large = pytest.mark.skipif(find_spec("networkit") is None, reason="das Extra „large“ ist nicht da")


def named(graph: "nx.Graph[int]") -> Simple:
    return nx.relabel_nodes(graph, {node: f"n{node:03}" for node in graph})


def cliques() -> Simple:
    """Five groups of six, each joined with the next by one edge, and two that nobody knows."""
    graph = named(nx.connected_caveman_graph(5, 6))
    graph.add_node("einsam")
    graph.add_edge("zwei", "paar")
    return graph


def test_betweenness_of_a_star_is_all_in_its_middle() -> None:
    assert betweenness(named(nx.star_graph(4))) == (
        {"n000": 1.0, "n001": 0.0, "n002": 0.0, "n003": 0.0, "n004": 0.0},
        True,
    )


def test_communities_are_the_cliques() -> None:
    found = communities(cliques())
    assert sorted(map(len, found), reverse=True) == [6, 6, 6, 6, 6, 2, 1]
    assert found[-2:] == [("paar", "zwei"), ("einsam",)]


def test_a_heavy_edge_moves_a_node_into_the_other_group() -> None:
    graph: Simple = nx.Graph()
    for group in ("a", "b"):
        graph.add_edges_from(
            [(f"{group}1", f"{group}2"), (f"{group}2", f"{group}3"), (f"{group}1", f"{group}3")]
        )
    graph.add_edge("x", "a1", weight=5.0)
    graph.add_edge("x", "b1", weight=0.5)
    assert any({"x", "a1"} <= set(part) and "b1" not in part for part in communities(graph))


def test_a_projection_counts_what_two_have_in_common() -> None:
    shared = {"fund": ["a", "b", "b"], "firm": ["b", "a", "c"], "bank": ["d"]}
    assert projection(shared) == {("a", "b"): 2, ("a", "c"): 1, ("b", "c"): 1}


def path(*nodes: str) -> Simple:
    graph: Simple = nx.Graph()
    nx.add_path(graph, nodes)
    return graph


def test_on_a_path_both_ends_hang_on_what_is_between() -> None:
    assert alone_without(path("A", "m", "x", "n", "B"), ["A", "B"]) == {
        "m": ("A", "B"),
        "n": ("A", "B"),
        "x": ("A", "B"),
    }


def test_who_has_a_second_way_is_not_cut_off() -> None:
    graph = path("A", "x", "B")
    nx.add_path(graph, ["A", "y", "B", "z", "C"])
    assert alone_without(graph, ["A", "B", "C"]) == {"B": ("A", "C"), "z": ("C",)}
    assert "z" not in alone_without(graph, ["A", "B"])


def test_three_at_one_middle_are_all_alone_without_it_but_a_pair_is_not() -> None:
    graph: Simple = nx.Graph([("x", "A"), ("x", "B"), ("x", "C")])
    assert alone_without(graph, "ABC") == {"x": ("A", "B", "C")}
    graph.add_edge("B", "C")
    assert alone_without(graph, "ABC") == {"x": ("A",)}


def test_alone_without_agrees_with_taking_every_node_away() -> None:
    for seed in range(60):
        graph = named(nx.gnm_random_graph(12, 13, seed=seed))
        marked = sorted(graph)[:: 1 + seed % 4]
        found = alone_without(graph, marked)
        for node in graph:
            rest = graph.subgraph(set(graph) - {node})
            before = nx.node_connected_component(graph, node)
            alone = []
            for other in sorted(set(marked) & before - {node}):
                had = len(set(marked) & (before - {node})) > 1
                if had and not set(marked) & (nx.node_connected_component(rest, other) - {other}):
                    alone.append(other)
            assert found.get(node, ()) == tuple(alone), (seed, node)


@needs_large
def test_networkit_says_the_same_as_networkx() -> None:
    graph = cliques()
    exact, _ = betweenness(graph)
    assert structure.networkit_betweenness(graph) == pytest.approx(exact)
    assert structure.networkit_communities(graph) == communities(graph)


@needs_large
def test_scipy_says_the_same_as_counting() -> None:
    members = {f"thing{n}": [f"m{(n * k) % 7}" for k in range(1, 5)] for n in range(20)}
    assert structure.scipy_projection(members) == projection(members)


@needs_large
def test_beyond_a_size_the_others_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EXACT", "EXACT_LARGE", "EDGES", "PAIRS"):
        monkeypatch.setattr(structure, name, 1)
    graph = cliques()
    estimated, exact = betweenness(graph)
    assert not exact and estimated["einsam"] == 0
    assert communities(graph)[-1] == ("einsam",)
    assert projection({"fund": ["a", "b"], "firm": ["a", "b"]}) == {("a", "b"): 2}


def test_without_the_extra_networkx_estimates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "EXACT", 1)
    monkeypatch.setattr(structure, "SOURCES", 4)
    monkeypatch.setattr(structure, "large", lambda: False)
    found, exact = betweenness(named(nx.star_graph(4)))
    assert not exact and found["n000"] > max(found[f"n00{n}"] for n in (1, 2, 3, 4))
