"""The circle: with whom a district is compared. Neighbours, their neighbours, the planning region, the levels, all.

Read from the graph alone: which territories touch (`zg:adjacentTo`), which lies within which (`zg:within`), who
administers what (`zg:administers`). A municipality's measure counts to the district around it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from graph.errors import Unknown
from graph.store import Askable
from graph.vocabulary import PREFIXES

KINDS = ("adjacent", "second", "region", "levels", "all")


@dataclass(frozen=True)
class Place:
    """An authority in its territory: its level, the AGS of the district it is or lies in, and what lies around it."""

    authority: str
    name: str
    level: str
    """state, region, county or municipality."""
    ags: str
    """Of the district around it; empty for a region or a state."""
    territory: str
    around: frozenset[str] = frozenset()
    """Territories that hold this one."""


@dataclass(frozen=True)
class Circle:
    """The authorities a district is compared with; its own measures are always part of the comparison."""

    kind: str
    district: str
    authorities: frozenset[str]
    near: frozenset[str] = frozenset()
    """The authorities that one can meet: of the neighbouring counties and of the own planning region."""

    def holds(self, authority: str) -> bool:
        """Whether the measures of this authority (IRI) are compared with."""
        return self.kind == "all" or authority in self.authorities


def circle(
    store: Askable, district: str, kind: str = "all", known: Mapping[str, Place] | None = None
) -> Circle:
    """The circle of a district (AGS); `known` are the `places` of the store, for who has them already.

    Raises `Unknown` for a kind that is not one of KINDS or an AGS that no district has.
    """
    if kind not in KINDS:
        raise Unknown("Der Kreis der Vergleichspartner", kind, KINDS)
    known = places(store) if known is None else known
    own = next((p for p in known.values() if p.ags == district and p.level == "county"), None)
    if own is None:
        raise Unknown("Der Kreis mit dem Schlüssel", district)
    near = _members(store, known, own, "adjacent") | _members(store, known, own, "region") | {own.authority}
    return Circle(kind, district, frozenset(_members(store, known, own, kind)), frozenset(near))


def _members(store: Askable, known: Mapping[str, Place], own: Place, kind: str) -> set[str]:
    if kind == "all":
        return set(known)
    if kind == "levels":
        below = {p.authority for p in known.values() if own.territory in p.around}
        above = {p.authority for p in known.values() if p.territory in own.around}
        return below | above
    if kind == "region":
        regions = {p.territory for p in known.values() if p.level == "region" and p.territory in own.around}
        return {p.authority for p in known.values() if p.territory in regions or p.around & regions}
    touching = _touching(store)
    ring = touching[own.territory]
    if kind == "second":
        ring = ring | {further for near in ring for further in touching[near]}
    districts = {p.ags for p in known.values() if p.level == "county" and p.territory in ring}
    return {p.authority for p in known.values() if p.ags in districts}


def places(store: Askable) -> dict[str, Place]:
    """All territorial authorities that administer a territory, by IRI."""
    rows = store.select(
        PREFIXES
        + """SELECT DISTINCT ?authority ?name ?level ?ags ?territory WHERE {
            ?authority zg:administers ?territory ; skos:prefLabel ?name ; a zg:TerritorialAuthority .
            OPTIONAL { ?authority a zg:District ; zg:ags ?ags }
            OPTIONAL { ?authority zg:level ?level }
            FILTER(LANG(?name) IN ("de", "")) } ORDER BY ?authority ?level"""
    )
    around: dict[str, set[str]] = defaultdict(set)
    for row in store.select(PREFIXES + "SELECT ?inner ?outer WHERE { ?inner zg:within ?outer }"):
        around[str(row["inner"])].add(str(row["outer"]))
    for territory in list(around):
        around[territory] = _closure(territory, around)
    ags_of = {str(row["territory"]): str(row["ags"]) for row in rows if row["ags"]}
    found: dict[str, Place] = {}
    for row in rows:
        authority, territory = str(row["authority"]), str(row["territory"])
        own = str(row["ags"] or "")
        district = own or next((ags_of[outer] for outer in sorted(around[territory]) if outer in ags_of), "")
        level = "county" if own else str(row["level"] or "").rpartition("/")[2]
        found.setdefault(
            authority,
            Place(authority, str(row["name"]), level, district, territory, frozenset(around[territory])),
        )
    return found


def _touching(store: Askable) -> dict[str, set[str]]:
    touching: dict[str, set[str]] = defaultdict(set)
    for row in store.select(PREFIXES + "SELECT ?a ?b WHERE { ?a zg:adjacentTo ?b }"):
        touching[str(row["a"])].add(str(row["b"]))
        touching[str(row["b"])].add(str(row["a"]))
    return touching


def _closure(territory: str, around: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    open_ = [territory]
    while open_:
        for outer in around.get(open_.pop(), ()):
            if outer not in seen:
                seen.add(outer)
                open_.append(outer)
    return seen
