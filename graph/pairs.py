"""Pairs of things out of an answer as a network, so that it can be drawn and exported as every other."""

from collections.abc import Iterable, Mapping

from graph.kinds import KINDS, OTHER
from graph.lazy import networkx as nx
from graph.network import Network
from graph.vocabulary import Vocabulary, local_name

Link = tuple[str, str, str]
"""Subject, what joins them (an IRI of a term, or words), object."""


def joined(
    links: Iterable[Link], whole: Network, names: Mapping[str, str], words: Vocabulary, most: int
) -> Network:
    """The network of these links, at most `most` nodes; the first ones count.

    What stands in the whole network is known from there, `names` hold what the others are called. `unplaced` in
    the graph's attributes counts the links that had no place.
    """
    found: Network = nx.MultiDiGraph()
    unplaced = 0
    for subject, relation, object_ in links:
        if subject == object_:
            continue
        new = [iri for iri in (subject, object_) if iri not in found]
        if len(found) + len(new) > most:
            unplaced += 1
            continue
        for iri in new:
            _add(found, iri, whole, names)
        label = (names.get(relation) or words.label(relation)) if ":" in relation else relation
        if not found.has_edge(subject, object_, relation):
            known = whole.get_edge_data(subject, object_, relation) or {}
            bare = {"source": "", "document": "", "section": "", "inferred": False}
            found.add_edge(
                subject, object_, key=relation, **{**bare, **known, "relation": relation, "label": label}
            )
    found.graph["unplaced"] = unplaced
    return found


def _add(network: Network, iri: str, whole: Network, names: Mapping[str, str]) -> None:
    if iri in whole:
        network.add_node(iri, **whole.nodes[iri])
        return
    network.add_node(
        iri,
        iri=iri,
        label=names.get(iri) or local_name(iri),
        kind=OTHER,
        type=KINDS[OTHER][0],
        district="",
        districts=(),
        level="",
        actor_type="",
        source="",
        classes=(),
        themes=(),
        authorities=(),
    )
