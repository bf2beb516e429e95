"""Which district a thing belongs to: by authority or territory, else by the larger thing, else by its lead.

A measure seldom names its county: it stands in a strategy, the strategy is for a territory, and a district
administers that territory. A municipality's thing counts to the district around it. What belongs to a whole
region or the Land has no district.
"""

from collections import defaultdict

from graph.store import Askable
from ontology.namespaces import ZG

UP = (
    "partOfStrategy", "partOf", "inActionField", "bodyOf", "meetingOf", "inNeedGroup", "underSuccessFactor",
    "decidedIn", "decidedBy", "proposedTo", "identifiedIn", "advises", "steers", "about", "produces",
    "subGoalOf",
)  # fmt: skip
"""Relations that lead from a thing to the larger one whose district is also its own."""
DOWN = ("hasActionField", "hasGoal", "hasVision", "hasFocusTopic", "hasPhase", "hasBudget", "hasProjectKind")
"""Relations that lead from the larger thing to its part."""
LEAD = ("ledBy", "developedBy", "initiatedBy", "commissionedBy", "hostedBy", "publishedBy")
"""Last resort: the authority that leads a thing, when neither it nor what it is part of names a territory."""


def districts_of(store: Askable) -> dict[str, tuple[str, ...]]:
    """The districts (IRIs, sorted) of everything that has one; a thing of several districts has them all."""
    pairs = _pairs(store)
    home = _districts_of_territories(store, pairs)
    found: dict[str, set[str]] = defaultdict(set)
    for name in ("forTerritory", "administers"):
        for thing, territory in pairs[name]:
            found[thing] |= home.get(territory, set())
    placed = {thing for name in ("forTerritory", "administers") for thing, _ in pairs[name]}
    for thing, authority in pairs["ofAuthority"]:
        found[thing] |= found.get(authority, set())
    placed |= {thing for thing, _ in pairs["ofAuthority"]}
    upward: dict[str, set[str]] = defaultdict(set)
    for name in UP:
        for thing, larger in pairs[name]:
            upward[thing].add(larger)
    for name in DOWN:
        for larger, thing in pairs[name]:
            upward[thing].add(larger)
    _inherit(found, upward, placed)
    led: dict[str, set[str]] = defaultdict(set)
    for name in LEAD:
        for thing, lead in pairs[name]:
            led[thing] |= found.get(lead, set()) if lead in placed else set()
    for thing, districts in led.items():
        if districts and thing not in placed and not found.get(thing):
            found[thing] = set(districts)
    _inherit(found, upward, placed)
    return {thing: tuple(sorted(districts)) for thing, districts in found.items() if districts}


def _pairs(store: Askable) -> dict[str, list[tuple[str, str]]]:
    names = ("ofAuthority", "forTerritory", "administers", "within", *UP, *DOWN, *LEAD)
    values = " ".join(f"<{ZG}{name}>" for name in names)
    rows = store.select(f"SELECT ?s ?p ?o WHERE {{ VALUES ?p {{ {values} }} ?s ?p ?o }}")
    pairs: dict[str, list[tuple[str, str]]] = {name: [] for name in names}
    for row in rows:
        pairs[str(row["p"]).removeprefix(str(ZG))].append((str(row["s"]), str(row["o"])))
    return pairs


def _districts_of_territories(store: Askable, pairs: dict[str, list[tuple[str, str]]]) -> dict[str, set[str]]:
    districts = {str(row["d"]) for row in store.select(f"SELECT ?d WHERE {{ ?d a <{ZG}District> }}")}
    home: dict[str, set[str]] = defaultdict(set)
    for authority, territory in pairs["administers"]:
        if authority in districts:
            home[territory].add(authority)
    around: dict[str, set[str]] = defaultdict(set)
    for inner, outer in pairs["within"]:
        around[inner].add(outer)
    for territory in list(around):
        if territory in home:
            continue  # a county lies in its Land: that adds nothing
        open_, seen = [territory], {territory}
        while open_:
            for outer in around.get(open_.pop(), ()):
                if outer not in seen:
                    seen.add(outer)
                    open_.append(outer)
        outer_districts = {district for outer in seen - {territory} for district in home.get(outer, ())}
        if outer_districts:
            home[territory] = outer_districts
    return home


def _inherit(found: dict[str, set[str]], upward: dict[str, set[str]], placed: set[str]) -> None:
    """Passes districts down to the parts until nothing changes; a territory of one's own stays."""
    downward: dict[str, set[str]] = defaultdict(set)
    for thing, largers in upward.items():
        for larger in largers:
            downward[larger].add(thing)
    fixed = {thing for thing, districts in found.items() if districts} | placed
    wave = [thing for thing, districts in found.items() if districts]
    while wave:
        larger = wave.pop()
        for thing in downward.get(larger, ()):
            if thing not in fixed and not found[larger] <= found[thing]:
                found[thing] |= found[larger]
                wave.append(thing)
