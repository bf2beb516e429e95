"""Bridges: who is active in several districts, in which role, and for whom that is the only tie to others.

A bridge is somebody whom two districts can ask about each other. A district's own administration and its towns are
none (what they do with neighbours is the work of both), nor is the Land, which stands above all of them, nor a group
without a name („die Kommunen“). Where a source says that one is part of another, what the part does counts to the
whole as well, and says so; nothing is merged by likeness.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from graph.language import N_, _, ngettext
from graph.lazy import networkx as nx
from graph.network import Network, excerpt, incident
from graph.structure import Simple, alone_without, betweenness
from ontology.namespaces import ZG

THINGS = frozenset({"body", "strategy", "process", "measure", "event"})
"""Kinds of things that somebody can be active in."""
ROLES = {
    "lead": N_("federführend"),
    "partner": N_("als Partner"),
    "sponsor": N_("als Sponsor oder Förderer"),
    "consultant": N_("beratend"),
    "developed": N_("hat erarbeitet"),
    "commissioned": N_("hat beauftragt"),
    "member": N_("in Gremien"),
    "participant": N_("teilnehmend"),
    "involved": N_("beteiligt, Rolle nicht genannt"),
}
"""The roles, the most telling first."""
_ROLE_OF = {
    **dict.fromkeys(("ledBy", "managedBy", "initiatedBy"), "lead"),
    "partner": "partner",
    **dict.fromkeys(("sponsoredBy", "fundedBy"), "sponsor"),
    "supportedBy": "consultant",
    "developedBy": "developed",
    "commissionedBy": "commissioned",
    **dict.fromkeys(("memberOf", "chairs", "byOffice", "steers", "advises"), "member"),
    **dict.fromkeys(("participant", "presentedBy", "hostedBy", "addressedTo"), "participant"),
}
_SHOWN = 2
"""Roles of a district that a sentence names; the others are counted."""


@dataclass(frozen=True)
class Role:
    """What an actor is to a thing of a district: member of a body, partner of a measure.

    `role` is one of ROLES, `relation` the word of the ontology; `forward` says whether the actor is its subject.
    `through` names the part of the actor that has the role, where it is not the actor itself.
    """

    role: str
    relation: str
    thing: str
    iri: str
    forward: bool
    through: str = ""
    source: str = ""

    def __str__(self) -> str:
        through = _("durch {part}").format(part=self.through) if self.through else ""
        thing = _("„{name}“").format(name=self.thing)
        if self.forward:
            return f"{self.relation} {thing}" + (f" ({through})" if through else "")
        return f"{thing} ({', '.join(filter(None, (self.relation, through)))})"


@dataclass(frozen=True)
class Presence:
    """A district with the roles that somebody has there."""

    district: str
    label: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Bridge:
    """An actor with roles in two or more districts.

    `betweenness` is the share (0 to 1) of all shortest paths in the network of actors, measures and bodies that run
    through it, `exact` whether that was counted or estimated (`graph.structure`). `only_tie` names the districts
    for which it is the only tie to other districts that the sources name.
    """

    iri: str
    label: str
    districts: tuple[Presence, ...]
    betweenness: float
    exact: bool
    only_tie: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles it has anywhere, the most telling first."""
        had = {role.role for presence in self.districts for role in presence.roles}
        return tuple(role for role in ROLES if role in had)

    @property
    def sentence(self) -> str:
        """The finding in words."""
        parts = [f"{presence.label}: {_some(presence.roles)}" for presence in self.districts]
        said = _("{name} ist in {count} Kreisen tätig – {parts}.").format(
            name=self.label, count=len(parts), parts="; ".join(parts)
        )
        if self.only_tie:
            names = _(" und ").join(filter(None, (", ".join(self.only_tie[:-1]), self.only_tie[-1])))
            said += " " + _(
                "Für {names} ist das die einzige Verbindung zu anderen Kreisen, die die Quellen nennen "
                "(gemeinsame Maßnahmen, Gremien und Beteiligte zählen, Förderprogramme nicht)."
            ).format(names=names)
        return said


def _some(roles: tuple[Role, ...]) -> str:
    named, left = ", ".join(map(str, roles[:_SHOWN])), len(roles) - _SHOWN
    if left <= 0:
        return named
    more = ngettext("{named} und {count} weitere", "{named} und {count} weitere", left)
    return more.format(named=named, count=left)


def bridges(network: Network) -> list[Bridge]:
    """The bridges, those first whose ties lead to the most different districts; one joint measure is the weakest."""
    actors = [node for node in network if is_named_actor(network, node)]
    if not actors:
        return []
    between, exact = betweenness(_among_actors_and_things(network, actors))
    names = {node: str(data["label"]) for node, data in network.nodes(data=True)}
    found = []
    for actor in actors:
        roles: dict[str, set[Role]] = defaultdict(set)
        for role in roles_of(network, actor):
            for district in network.nodes[role.iri]["districts"]:
                roles[district].add(role)
        if len(roles) > 1:
            places = [
                Presence(d, names.get(d, d.rsplit("/", 1)[-1]), tuple(sorted(roles[d], key=_order)))
                for d in roles
            ]
            places.sort(key=lambda presence: (presence.label, presence.district))
            found.append(Bridge(actor, names[actor], tuple(places), between.get(actor, 0.0), exact))
    if not found:
        return []
    alone = alone_without(ties(network), {d for data in _data(network) for d in data["districts"]})
    found = [
        Bridge(b.iri, b.label, b.districts, b.betweenness, exact, _names(alone.get(b.iri, ()), names))
        for b in found
    ]

    def weight(bridge: Bridge) -> tuple[int, int, int, str, str]:
        things = {role.iri for presence in bridge.districts for role in presence.roles}
        ways = {network.nodes[thing]["districts"] for thing in things}
        return -len(ways), -len(bridge.districts), -len(things), bridge.label, bridge.iri

    return sorted(found, key=weight)


def bridge_network(network: Network, found: Collection[Bridge]) -> Network:
    """The network of these bridges, of what they are active in, and of the districts it belongs to."""
    nodes = {bridge.iri for bridge in found}
    for bridge in found:
        nodes |= {role.iri for presence in bridge.districts for role in presence.roles}
        nodes |= set(parts_of(network, bridge.iri))
    return excerpt(network, nodes)


def is_named_actor(network: Network, node: str) -> bool:
    """Whether a node is an actor that can tie districts together: no own office, town, Land or nameless group."""
    data = network.nodes[node]
    if data["kind"] == "district":
        return bool(data["level"] == "region")
    return (
        data["kind"] in ("actor", "person")
        and "ActorGroup" not in data["classes"]
        and authority_of(network, node) is None
    )


def authority_of(network: Network, node: str) -> str | None:
    """The county or town whose office a node is, or which it is itself; None for everybody else."""
    seen, open_ = {node}, [node]
    while open_:
        here = open_.pop(0)
        data = network.nodes[here]
        if data["kind"] == "district":
            if data["level"] in ("county", "municipality"):
                return here
            continue
        for _part, whole, relation in network.out_edges(here, keys=True):
            is_whole = network.nodes[whole]["kind"] in ("actor", "district")
            if _word(relation) in ("unitOf", "partOf", "postIn") and is_whole and whole not in seen:
                seen.add(whole)
                open_.append(whole)
    return None


def parts_of(network: Network, actor: str) -> list[str]:
    """Those of whom a source says that they are part of this actor, directly or through another."""
    found: list[str] = []
    open_ = [actor]
    while open_:
        for part, _whole, relation in sorted(network.in_edges(open_.pop(), keys=True)):
            is_part = _word(relation) in ("unitOf", "partOf") and network.nodes[part]["kind"] == "actor"
            if is_part and part not in found and part != actor:
                found.append(part)
                open_.append(part)
    return found


def roles_of(network: Network, actor: str) -> Iterator[Role]:
    """What an actor and its parts are to measures, strategies, processes, events and bodies."""
    for node in (actor, *parts_of(network, actor)):
        through = "" if node == actor else str(network.nodes[node]["label"])
        for other, edge, forward in incident(network, node):
            if network.nodes[other]["kind"] in THINGS and edge["relation"] not in _NO_ROLES:
                thing = str(network.nodes[other]["label"])
                role = _role(network, node, edge["relation"])
                yield Role(role, str(edge["label"]), thing, other, forward, through, str(edge["source"]))


def ties(network: Network) -> Simple:
    """Districts, what is done in them, and who takes part: the network in which a tie between districts is a path.

    What an office or a town does is its district's doing. Programmes, the Land and nameless groups tie nobody.
    """
    found: Simple = nx.Graph()
    node_of: dict[str, tuple[str, ...]] = {}
    for node, data in network.nodes(data=True):
        if data["kind"] in THINGS:
            node_of[node] = (node,)
            found.add_edges_from((node, district) for district in data["districts"])
        elif (authority := authority_of(network, node)) is not None:
            node_of[node] = tuple(network.nodes[authority]["districts"])
        elif is_named_actor(network, node):
            node_of[node] = (node,)
    for a, b, relation in network.edges(keys=True):
        if relation not in _NO_ROLES:
            found.add_edges_from((x, y) for x in node_of.get(a, ()) for y in node_of.get(b, ()) if x != y)
    return found


_NO_ROLES = frozenset({str(ZG.ofAuthority)})
"""That a thing belongs to an authority is no role in it."""


def _among_actors_and_things(network: Network, actors: Collection[str]) -> Simple:
    kept = {node for node, data in network.nodes(data=True) if data["kind"] in THINGS} | set(actors)
    found: Simple = nx.Graph()
    found.add_nodes_from(kept)
    found.add_edges_from((a, b) for a, b in network.edges() if a in kept and b in kept)
    return found


def _role(network: Network, actor: str, relation: str) -> str:
    role = _ROLE_OF.get(_word(relation), "involved")
    if role == "involved" and network.nodes[actor]["actor_type"] == "consultant":
        return "consultant"
    return role


def _word(relation: str) -> str:
    return relation.rpartition("#")[2]


def _order(role: Role) -> tuple[int, str, str, str, str, str, bool]:
    place = list(ROLES).index(role.role)
    return place, role.relation, role.thing, role.iri, role.through, role.source, role.forward


def _names(iris: Collection[str], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(names.get(iri, iri.rsplit("/", 1)[-1]) for iri in iris))


def _data(network: Network) -> Iterator[dict[str, Any]]:
    for _node, data in network.nodes(data=True):
        yield data
