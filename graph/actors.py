"""Actors: who is active in which district, and in which roles.

Those who tie districts together are told by `graph.bridges`; this is the list of all of them, also of those that the
sources name in one district only, and of those of whom they name no role at all.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from graph.bridges import ROLES, Presence, Role, is_named_actor, roles_of
from graph.facets import alphabetical
from graph.network import Network


@dataclass(frozen=True)
class Active:
    """An actor with its roles by district; what belongs to no district stands under an empty one."""

    iri: str
    label: str
    type: str
    places: tuple[Presence, ...]

    @property
    def districts(self) -> tuple[str, ...]:
        """The districts (IRIs) that it is active in."""
        return tuple(place.district for place in self.places if place.district)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles it has anywhere, the most telling first."""
        had = {role.role for place in self.places for role in place.roles}
        return tuple(role for role in ROLES if role in had)


def actors(network: Network) -> list[Active]:
    """The organisations and regions that are named, by name; offices of a county or town are its own and left out.

    Persons stand in the graph for their office only and are left out as well.
    """
    names = {node: str(data["label"]) for node, data in network.nodes(data=True)}
    found = []
    for node, data in network.nodes(data=True):
        if data["kind"] == "person" or not is_named_actor(network, node):
            continue
        roles: dict[str, set[Role]] = defaultdict(set)
        for role in roles_of(network, node):
            for district in network.nodes[role.iri]["districts"] or ("",):
                roles[district].add(role)
        places = [Presence(d, names.get(d, d), tuple(sorted(roles[d], key=_order))) for d in roles]
        places.sort(key=lambda place: (not place.district, alphabetical(place.label), place.district))
        found.append(Active(node, names[node], str(data["type"]), tuple(places)))
    return sorted(found, key=lambda active: (alphabetical(active.label), active.iri))


def chosen(
    found: Sequence[Active], district: str = "", roles: Collection[str] = (), words: str = ""
) -> list[Active]:
    """Those active in a district (IRI), in one of the roles, whose name holds every word."""
    asked = [alphabetical(word) for word in words.split()]
    return [
        active
        for active in found
        if (not district or district in active.districts)
        and (not roles or any(_has(active, role, district) for role in roles))
        and all(word in alphabetical(active.label) for word in asked)
    ]


def _has(active: Active, role: str, district: str) -> bool:
    return any(
        had.role == role for place in active.places if district in ("", place.district) for had in place.roles
    )


def _order(role: Role) -> tuple[int, str, str, str, str]:
    return list(ROLES).index(role.role), role.relation, role.thing, role.iri, role.through
