"""Who is joined with whom: the one projection of the graph into a network, and what can be read from it.

Nodes are IRIs with `iri, label, kind, type, district, level, actor_type`, edges carry `relation, label, source,
document, section, inferred, passages`. Everything drawn, counted or exported as a network comes from `network`; what
follows from it stands in modules of its own (`bridges`, `common`, `fragmentation`, `way`, `structure`).
"""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any, TypeAlias

from rdflib.namespace import SKOS

from graph.districts import districts_of
from graph.errors import Unknown
from graph.identities import Identity, identities
from graph.kinds import KINDS
from graph.language import _, preference
from graph.lazy import networkx as nx
from graph.sources import Key, Source, sources_between_things
from graph.spelling import number as spelled
from graph.spreadsheet import as_text
from graph.store import Askable
from graph.structure import betweenness
from graph.vocabulary import PREFIXES, Vocabulary, address, local_name, reference, vocabulary
from ontology.namespaces import ZG

Network: TypeAlias = "nx.MultiDiGraph[str]"

CORE = ("district", "strategy", "process", "body", "programme", "person", "actor")
"""The strategic core: who works on what strategy; measures, goals and needs are seen from a focus."""

LIMIT = 300
"""Nodes that a picture still shows readably (findings 20)."""

ONE = "one"
"""Attribute of a network: entry → the node that stands for it and others (`node_of`)."""
NAME = str(SKOS.prefLabel)

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry: https://www.w3.org/TR/xml/#charsets"""


def network(store: Askable, focus: str | None = None) -> Network:
    """The network of actors, bodies, strategies, measures and what they belong to.

    Entries that people judged the same are one node (`graph.identities`): it has the address of one of them, `same_as`
    has all, the label names all, and `note` says who judged so. With `focus` (an IRI) only that node and its
    neighbours, whatever the direction. Raises `Unknown` for a focus that is no node. Territorial authorities of which
    nothing but their key is known are left out.
    """
    words = vocabulary(store)
    whole: Network = nx.MultiDiGraph()
    called = _add_nodes(whole, store, words, identities(store))
    _add_edges(whole, store, words, called)
    authorities = [n for n in whole if _kind(whole, n) == "district"]
    focus = focus and node_of(whole, focus)
    whole.remove_nodes_from([n for n in authorities if whole.degree(n) == 0 and n != focus])
    if focus is None:
        return whole
    if focus not in whole:
        raise Unknown("Der Knoten", focus)
    return around(whole, focus, limit=None)


def node_of(network: Network, iri: str) -> str:
    """The node of an entry: its own, or that of the entry it is one with."""
    return str(network.graph.get(ONE, {}).get(iri, iri))


def around(network: Network, focus: str, depth: int = 1, limit: int | None = LIMIT) -> Network:
    """The surroundings of a node: all within `depth` steps, nearest first, at most `limit` nodes.

    `left_out` in the graph's attributes counts what the limit cut off.
    """
    either_way = network.to_undirected(as_view=True)
    distances = nx.single_source_shortest_path_length(either_way, focus, cutoff=depth)
    order = sorted(distances, key=lambda n: (distances[n], -network.degree(n), network.nodes[n]["label"], n))
    kept = order[:limit]
    part = network.subgraph(kept).copy()
    part.graph.update(focus=focus, depth=depth, left_out=len(order) - len(kept))
    return part


def core(network: Network, limit: int = LIMIT) -> Network:
    """Strategies, bodies, authorities and actors, the best connected first, at most `limit` of them.

    `left_out` in the graph's attributes counts the nodes not shown, `left_out_kinds` by German word.
    """
    rank = {kind: place for place, kind in enumerate(("strategy", "body", "process", "district"))}
    members = network.subgraph([n for n in network if _kind(network, n) in CORE])
    joined = [n for n in members if members.degree(n)]
    order = sorted(
        joined,
        key=lambda n: (
            rank.get(members.nodes[n]["kind"], len(rank)),
            -len(set(nx.all_neighbors(members, n))),
            members.nodes[n]["label"],
            n,
        ),
    )
    part: Network = network.subgraph(order[:limit]).copy()
    part.remove_nodes_from([n for n in list(part) if part.degree(n) == 0])
    rest = Counter(_kind(network, n) for n in network if n not in part)
    part.graph["left_out"] = sum(rest.values())
    part.graph["left_out_kinds"] = {_(KINDS[kind][0]): rest[kind] for kind in KINDS if rest[kind]}
    return part


def excerpt(network: Network, nodes: Collection[str]) -> Network:
    """The network among these nodes, with the districts that they belong to."""
    districts = {d for node in nodes for d in network.nodes[node]["districts"] if d in network}
    part: Network = network.subgraph({*nodes, *districts}).copy()
    for node in sorted(set(nodes) - districts):
        for district in network.nodes[node]["districts"]:
            if district in part and not (part.has_edge(node, district) or part.has_edge(district, node)):
                _add_edge(part, (node, str(ZG.ofAuthority), district), _("gehört zum Kreis"), [], True)
    return part


def _kind(network: Network, node: str) -> str:
    return str(network.nodes[node]["kind"])


def _add_nodes(
    network: Network, store: Askable, words: Vocabulary, same: Mapping[str, Identity]
) -> dict[str, dict[str, str]]:
    """Adds the nodes, and gives for each its entries (IRIs) with their labels: one, or all judged the same."""
    kind_of = {str(ZG[name]): kind for kind, (_, names) in KINDS.items() for name in names}
    order = list(KINDS)
    types: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, tuple[int, str]] = {}
    rows = store.select(
        PREFIXES
        + "SELECT ?s ?type ?label (LANG(?label) AS ?language) WHERE { ?s a ?type ; skos:prefLabel ?label }"
    )
    for row in rows:
        iri = str(row["s"])
        types[iri].add(str(row["type"]))
        label = (preference(str(row["language"] or "")), str(row["label"]))
        labels[iri] = min(labels.get(iri, label), label)
    places = districts_of(store)
    levels = _codes(store, "zg:level")
    actor_types = _codes(store, "org:classification")
    themes = _many(store, "zg:hasTheme")
    authorities = _many(store, "zg:ofAuthority")
    one = {iri: i.kept for iri, i in same.items() if iri in types and i.kept in types}
    entries: dict[str, list[str]] = defaultdict(list)
    for iri in sorted(types):
        entries[one.get(iri, iri)].append(iri)
    called: dict[str, dict[str, str]] = {}
    for iri, of in sorted(entries.items()):
        own = {t for entry in of for t in types[entry]}
        upper = {above for t in own for above in (t, *words.above.get(t, ()))}
        kinds = [kind_of[t] for t in upper if t in kind_of]
        if not kinds:
            continue
        kind = min(kinds, key=order.index)
        telling = [t for t in words.most_specific(own) if t.startswith(str(ZG))]
        districts = _of_all(places, of)
        owners = _of_all(authorities, of)
        called[iri] = {entry: labels[entry][1] for entry in of}
        network.add_node(
            iri,
            iri=iri,
            label=same[iri].label if len(of) > 1 else labels[iri][1],
            kind=kind,
            type=" · ".join(words.label(t) for t in telling) or _(KINDS[kind][0]),
            district="; ".join(labels.get(d, (0, d))[1] for d in districts),
            districts=districts,
            level=next((levels[entry] for entry in of if entry in levels), ""),
            actor_type=next((actor_types[entry] for entry in of if entry in actor_types), ""),
            classes=tuple(sorted(local_name(t) for t in upper if t.startswith(str(ZG)))),
            themes=_of_all(themes, of),
            authorities=tuple(sorted({*owners, *(one.get(owner, owner) for owner in owners)})),
        )
        if len(of) > 1:
            network.nodes[iri].update(same_as=tuple(of), note=same[iri].note)
    network.graph[ONE] = {entry: iri for iri, of in called.items() for entry in of if entry != iri}
    return called


def _of_all(found: Mapping[str, tuple[str, ...]], entries: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for entry in entries for value in found.get(entry, ())}))


def _codes(store: Askable, relation: str) -> dict[str, str]:
    """Thing → code (last part of its IRI); of several the first: of county and municipality the county."""
    return {thing: local_name(codes[0]) for thing, codes in _many(store, relation).items()}


def _many(store: Askable, relation: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in store.select(PREFIXES + f"SELECT ?s ?o WHERE {{ ?s {relation} ?o FILTER(isIRI(?o)) }}"):
        found[str(row["s"])].append(str(row["o"]))
    return {thing: tuple(sorted(objects)) for thing, objects in found.items()}


def _add_edges(
    network: Network, store: Askable, words: Vocabulary, called: Mapping[str, Mapping[str, str]]
) -> None:
    node = {entry: iri for iri, entries in called.items() for entry in entries}

    def joined(triple: Key) -> Key:
        """What is said of entries as what is said of their nodes."""
        subject, relation, object_ = triple
        return node.get(subject, subject), relation, node.get(object_, object_)

    sources: dict[Key, list[Source]] = defaultdict(list)
    for triple, several in sources_between_things(store).items():
        sources[joined(triple)] += several
    inferred = _inferred(store)
    relations: dict[tuple[str, str], set[str]] = defaultdict(set)
    stated: set[Key] = set()
    for row in store.select(
        PREFIXES
        + """SELECT ?s ?p ?o WHERE { ?s ?p ?o
             FILTER(isIRI(?o) && (STRSTARTS(STR(?p), STR(zg:)) || ?p = org:postIn || ?p = org:heldBy)) }"""
    ):
        triple = str(row["s"]), str(row["p"]), str(row["o"])
        subject, relation, object_ = joined(triple)
        if subject in network and object_ in network and subject != object_:
            relations[subject, object_].add(relation)
            if triple not in inferred:
                stated.add(joined(triple))
    for subject, object_ in sorted(relations):
        for relation in words.most_specific(relations[subject, object_]):
            triple = subject, relation, object_
            follows = triple not in stated
            if follows and relation in relations.get((object_, subject), ()):
                continue  # the mirror of a symmetric relation that is stated the other way round
            _add_edge(network, triple, words.label(relation), sources.get(triple, []), follows)
    for membership, office, body in _by_office(store):
        carried_by = sources.get(joined((membership, str(ZG.byOffice), office)), [])
        office, body = node.get(office, office), node.get(body, body)
        if office in network and body in network and (office, body) not in relations:
            _add_edge(network, (office, str(ZG.byOffice), body), _("Mitglied kraft Amtes"), carried_by, False)
    _drop_doubled_authorities(network)
    for iri, entries in called.items():
        named = [source for label in entries.values() for source in sources.get((iri, NAME, label), [])]
        network.nodes[iri]["source"] = "; ".join(_texts(named))


def _add_edge(network: Network, triple: Key, label: str, sources: list[Source], inferred: bool) -> None:
    subject, relation, object_ = triple
    network.add_edge(
        subject,
        object_,
        key=relation,
        relation=relation,
        label=label,
        source="; ".join(_texts(sources)),
        document="; ".join(dict.fromkeys(s.document for s in sources)),
        section="; ".join(dict.fromkeys(s.section for s in sources if s.section)),
        inferred=inferred,
        passages=tuple(sources),
    )


UP = (
    *(
        "partOfStrategy",
        "partOf",
        "inActionField",
        "bodyOf",
        "meetingOf",
        "inNeedGroup",
        "underSuccessFactor",
    ),
    *("decidedIn", "decidedBy", "proposedTo", "identifiedIn", "advises", "steers", "produces", "subGoalOf"),
)
"""Relations that hang a thing on a larger one."""
DOWN = ("hasActionField", "hasGoal", "hasVision", "hasFocusTopic", "hasPhase", "hasBudget", "hasProjectKind")
"""Relations that lead from the larger thing to its part."""


def _drop_doubled_authorities(network: Network) -> None:
    """Leaves out that a thing belongs to an authority where it hangs on something larger that does."""
    up, down = {str(ZG[name]) for name in UP}, {str(ZG[name]) for name in DOWN}
    hanging = {s for s, _, relation in network.edges(keys=True) if relation in up}
    hanging |= {o for _, o, relation in network.edges(keys=True) if relation in down}
    belongs = str(ZG.ofAuthority)
    network.remove_edges_from(
        [
            (s, o, relation)
            for s, o, relation in network.edges(keys=True)
            if relation == belongs and (s in hanging or network.number_of_edges(s, o) > 1)
        ]
    )


def _texts(sources: Iterable[Source]) -> list[str]:
    return list(dict.fromkeys(map(str, sources)))


def _inferred(store: Askable) -> set[Key]:
    rows = store.select(
        PREFIXES
        + """SELECT ?s ?p ?o WHERE { GRAPH graph:inferred { ?s ?p ?o
             FILTER(isIRI(?o) && STRSTARTS(STR(?p), STR(zg:))) } }"""
    )
    return {(str(row["s"]), str(row["p"]), str(row["o"])) for row in rows}


def _by_office(store: Askable) -> Iterator[tuple[str, str, str]]:
    rows = store.select(
        PREFIXES
        + "SELECT DISTINCT ?m ?office ?body WHERE { ?m zg:byOffice ?office ; org:organization ?body }"
    )
    for row in sorted(rows, key=str):
        yield str(row["m"]), str(row["office"]), str(row["body"])


def incident(network: Network, node: str) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """The edges at a node: the other end, what the edge carries, and whether it begins here."""
    for _node, other, data in network.out_edges(node, data=True):
        yield other, data, True
    for other, _node, data in network.in_edges(node, data=True):
        yield other, data, False


@dataclass(frozen=True)
class Central:
    """How central a node is.

    `degree` counts the different nodes it is joined with; `betweenness` is the share (0 to 1) of all shortest
    paths between two others that run through it. Both measure what the sources say, not importance.
    """

    iri: str
    label: str
    degree: int
    betweenness: float
    exact: bool = True

    @property
    def sentence(self) -> str:
        """The finding in one sentence."""
        said = (
            _(
                "{name} ist mit {count} anderen unmittelbar verbunden; {share} der kürzesten Wege zwischen zwei "
                "anderen führen darüber (gemessen an dem, was die Quellen nennen)."
            )
            if self.exact
            else _(
                "{name} ist mit {count} anderen unmittelbar verbunden; geschätzt {share} der kürzesten Wege zwischen "
                "zwei anderen führen darüber (gemessen an dem, was die Quellen nennen)."
            )
        )
        share = _("{number} %").format(number=spelled(round(100 * self.betweenness, 1)))
        return said.format(name=self.label, count=self.degree, share=share)


def centrality(network: Network) -> list[Central]:
    """Every node with its degree and betweenness, the most central first; directions do not count."""
    simple: nx.Graph[str] = nx.Graph(network)
    between, exact = betweenness(simple)
    found = [Central(n, network.nodes[n]["label"], int(simple.degree(n)), between[n], exact) for n in simple]
    return sorted(found, key=lambda c: (-c.betweenness, -c.degree, c.label, c.iri))


@dataclass(frozen=True)
class Component:
    """A part of the network that nothing joins with the rest: its nodes, and its districts by label."""

    nodes: tuple[str, ...]
    label: str
    districts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The finding in one sentence."""
        if len(self.nodes) == 1:
            return _("{name} steht allein: Die Quellen nennen keine Verbindung.").format(name=self.label)
        said = (
            _(
                "{count} Knoten aus {places} hängen zusammen, am stärksten verbunden ist {name}; zum übrigen Netz "
                "nennen die Quellen keine Verbindung."
            )
            if self.districts
            else _(
                "{count} Knoten hängen zusammen, am stärksten verbunden ist {name}; zum übrigen Netz nennen die "
                "Quellen keine Verbindung."
            )
        )
        return said.format(count=len(self.nodes), name=self.label, places=", ".join(self.districts))


def components(network: Network) -> list[Component]:
    """The connected parts, the largest first, named by its best connected node, whatever the direction."""
    found = []
    for part in nx.weakly_connected_components(network):
        nodes = sorted(part, key=lambda n: (-network.degree(n), network.nodes[n]["label"], n))
        districts = {d for n in nodes for d in network.nodes[n]["district"].split("; ") if d}
        found.append(Component(tuple(nodes), network.nodes[nodes[0]]["label"], tuple(sorted(districts))))
    return sorted(found, key=lambda c: (-len(c.nodes), c.label, c.nodes))


def gexf(network: Network) -> bytes:
    """The network as GEXF 1.2 for Gephi; attributes as text, as it knows neither absence nor lists."""
    out = BytesIO()
    nx.write_gexf(_plain(network), out, encoding="utf-8", version="1.2draft")
    return out.getvalue()


def graphml(network: Network) -> bytes:
    """The network as GraphML for yEd, Cytoscape or igraph."""
    out = BytesIO()
    nx.write_graphml_xml(_plain(network), out, encoding="utf-8")
    return out.getvalue()


def node_link(network: Network) -> bytes:
    """The network as node-link JSON, for d3 and `networkx.node_link_graph(data, edges="edges")`."""
    data = nx.node_link_data(_plain(network), edges="edges")
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def edges_csv(network: Network) -> bytes:
    """The edges as CSV that Gephi and Cytoscape read: Source, Target, then what each edge carries."""
    rows = [
        {"Source": subject, "Target": object_, "Type": "Directed"}
        | {_column(name): value for name, value in data.items()}
        for subject, object_, data in _plain(network).edges(data=True)
    ]
    return _csv(rows, ("Source", "Target", "Type"))


def nodes_csv(network: Network) -> bytes:
    """The nodes as CSV: Id, Label, then what each node carries."""
    rows = [
        {"Id": node} | {_column(name): value for name, value in data.items() if name != "iri"}
        for node, data in _plain(network).nodes(data=True)
    ]
    return _csv(rows, ("Id", "Label"))


def _column(name: str) -> str:
    return "Label" if name == "label" else name


def _csv(rows: Sequence[dict[str, str]], first: tuple[str, ...]) -> bytes:
    text = StringIO()
    names = dict.fromkeys([*first, *(name for row in rows for name in row)])
    writer = csv.DictWriter(text, list(names), restval="")
    writer.writeheader()
    writer.writerows({name: as_text(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode()


@dataclass(frozen=True)
class Form:
    """A form in which a network is written for other programs."""

    write: Callable[[Network], bytes]
    media_type: str
    suffix: str
    """Of the file's name."""


FORMS = {
    "gexf": Form(gexf, "application/gexf+xml", ".gexf"),
    "graphml": Form(graphml, "application/graphml+xml", ".graphml"),
    "node-link": Form(node_link, "application/json", ".json"),
    "edges": Form(edges_csv, "text/csv; charset=utf-8", ".edges.csv"),
    "nodes": Form(nodes_csv, "text/csv; charset=utf-8", ".nodes.csv"),
}
"""The forms every network can be had in, for commands and addresses alike."""


def written(network: Network, form: str) -> bytes:
    """The network in one of FORMS. Raises `Unknown` for another."""
    if form not in FORMS:
        raise Unknown("Die Form eines Netzes", form, tuple(FORMS))
    return FORMS[form].write(network)


TRAITS = ("districts", "classes", "themes", "authorities", "passages")
"""What nodes and edges carry for our own use: lists, where other programs take text."""


def _plain(network: Network) -> Network:
    """A copy with text only and edges numbered: the formats know one type for each attribute."""
    plain: Network = nx.MultiDiGraph()
    for node, data in network.nodes(data=True):
        attributes = {name: _flat(value) for name, value in data.items() if name not in TRAITS}
        plain.add_node(_text(node), **attributes)
    edges = sorted(network.edges(keys=True, data=True), key=lambda edge: edge[:3])
    for number, (subject, object_, _key, data) in enumerate(edges):
        attributes = {name: _flat(value) for name, value in data.items() if name not in TRAITS}
        plain.add_edge(_text(subject), _text(object_), key=number, **attributes)
    return plain


def _flat(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(_text(str(part)) for part in sorted(value, key=str))
    return _text(str(value))


def _text(text: str) -> str:
    """Without the control characters and surrogates that XML 1.0 cannot carry."""
    return NOT_XML.sub("", text)


def resolve(text: str) -> str:
    """The IRI meant by `actor/…` or by a whole IRI. Raises `Unknown` for a text that can be neither."""
    iri = address(text)
    try:
        reference(iri)
    except ValueError as error:
        raise Unknown("Die Adresse", text) from error
    return iri
