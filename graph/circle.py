"""The circle: with whom a district is compared. Neighbours, their neighbours, the region, the levels, the similar, all.

Read from the graph alone: which territories touch (`zg:adjacentTo`), which lies within which (`zg:within`), who
administers what (`zg:administers`). A municipality's measure counts to the district around it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.errors import Unknown
from graph.store import Askable
from graph.themes import theme_tree
from graph.vocabulary import PREFIXES, local_name

KINDS = ("adjacent", "second", "region", "levels", "similar", "all")

SIMILAR = 12
"""So many of the most similar districts make the circle `similar`: a choice, as many as can be asked one by one."""
ALIKE = 0.5
"""Whoever is less alike is not in the circle: half of what is known is alike."""
FEWEST = 3
"""A profile of themes that rests on fewer measures tells nothing and is unknown."""
PARTS = {
    "themes": "Themen",
    "population": "Einwohner",
    "area": "Fläche",
    "type": "Kreisart",
    "density": "Dichte",
}
"""The parts of a likeness; themes, size (the next two) and structure (the last two) count a third each."""
_GROUPS = (("themes",), ("population", "area"), ("type", "density"))


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
class Features:
    """What a district is like, as far as the graph knows. None is unknown.

    `themes` are the shares of its measures and strategies (its towns' included) by main theme, adding up to 1.
    """

    ags: str
    authority: str
    name: str
    type: str
    """county or city (a Stadtkreis or a kreisfreie Stadt); empty is unknown."""
    population: int | None
    area: float | None
    """In km²."""
    measures: int
    """Measures and strategies with a theme."""
    themes: Mapping[str, float]
    theme_labels: Mapping[str, str]
    without_theme: int = 0
    """Those without one: of what they are about nothing is known."""


@dataclass(frozen=True)
class Part:
    """One part of a likeness: its value from 0 to 1, None where it is unknown, and the reason in German words."""

    name: str
    value: float | None
    reason: str


@dataclass(frozen=True)
class Likeness:
    """How much a district is like another one. `score` is the mean of what is known of themes, size and structure."""

    ags: str
    district: str
    label: str
    score: float
    parts: tuple[Part, ...]

    @property
    def sentence(self) -> str:
        """The finding in one German sentence."""
        told = "; ".join(f"{PARTS[part.name]}: {part.reason}" for part in self.parts)
        return f"{self.label} ähnelt zu {round(100 * self.score)} %. {told}."


@dataclass(frozen=True)
class Circle:
    """The authorities a district is compared with; its own measures are always part of the comparison."""

    kind: str
    district: str
    authorities: frozenset[str]
    near: frozenset[str] = frozenset()
    """The authorities that one can meet: of the neighbouring counties and of the own planning region."""
    own: str = ""
    """The district's own authority (IRI)."""

    def holds(self, authority: str) -> bool:
        """Whether the measures of this authority (IRI) are compared with."""
        return self.kind == "all" or authority in self.authorities


def circle(
    store: Askable,
    district: str,
    kind: str = "all",
    known: Mapping[str, Place] | None = None,
    features: Mapping[str, Features] | None = None,
) -> Circle:
    """The circle of a district (AGS); `known` are the `places` of the store, `features` its `features_of`, for who has
    them already.

    Raises `Unknown` for a kind that is not one of KINDS or an AGS that no district has.
    """
    if kind not in KINDS:
        raise Unknown("Der Kreis der Vergleichspartner", kind, KINDS)
    known = places(store) if known is None else known
    own = _own(known, district)
    near = _members(store, known, own, "adjacent") | _members(store, known, own, "region") | {own.authority}
    if kind == "similar":
        features = features_of(store, known) if features is None else features
        alike = {each.ags for each in ring(likenesses(features, district))}
        members = {p.authority for p in known.values() if p.ags in alike}
    else:
        members = _members(store, known, own, kind)
    return Circle(kind, district, frozenset(members), frozenset(near), own.authority)


def _own(known: Mapping[str, Place], district: str) -> Place:
    own = next((p for p in known.values() if p.ags == district and p.level == "county"), None)
    if own is None:
        raise Unknown("Der Kreis mit dem Schlüssel", district)
    return own


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


def similar(store: Askable, district: str) -> list[Likeness]:
    """The districts of which measures are known, the most similar to the district (AGS) first; see `ring`.

    Raises `Unknown` for an AGS that no district has.
    """
    known = places(store)
    _own(known, district)
    return likenesses(features_of(store, known), district)


def ring(found: Sequence[Likeness]) -> list[Likeness]:
    """Those that make the circle `similar`: the first `SIMILAR` that are alike by `ALIKE` or more."""
    return [likeness for likeness in found if likeness.score >= ALIKE][:SIMILAR]


def likenesses(features: Mapping[str, Features], district: str) -> list[Likeness]:
    """How much each other district with measures is like the one (AGS); those come last of whom less is known.

    Sizes are compared by the quotient of the smaller and the larger. Profiles of themes by the part that they have in
    common, the sum of the smaller shares (proportional similarity; O. Renkonen 1938, T. W. Schoener, Ecology 51, 1970).
    """
    own = features.get(district)
    if own is None:
        return []
    found = []
    for other in features.values():
        if other.ags == district or not (other.measures or other.without_theme):
            continue
        parts = _parts(own, other)
        value = {part.name: part.value for part in parts}
        groups = [[v for name in names if (v := value[name]) is not None] for names in _GROUPS]
        known = [sum(group) / len(group) for group in groups if group]
        if known:
            score = round(sum(known) / len(known), 4)
            found.append((len(known), Likeness(other.ags, other.authority, other.name, score, parts)))
    found.sort(key=lambda pair: (-pair[0], -pair[1].score, pair[1].ags))
    return [likeness for _, likeness in found]


def features_of(store: Askable, known: Mapping[str, Place] | None = None) -> dict[str, Features]:
    """What every district is like, by AGS."""
    known = places(store) if known is None else known
    facts = {
        str(row["t"]): row
        for row in store.select(
            PREFIXES
            + """SELECT ?t (MAX(?p) AS ?population) (MAX(?a) AS ?area) WHERE {
                ?d zg:administers ?t . OPTIONAL { ?t zg:population ?p } OPTIONAL { ?t zg:areaKm2 ?a } } GROUP BY ?t"""
        )
    }
    types = {
        str(row["d"]): local_name(str(row["type"]))
        for row in store.select(
            PREFIXES
            + "SELECT ?d ?type WHERE { ?d a zg:District ; org:classification ?type } ORDER BY DESC(?type)"
        )
    }
    tree = theme_tree(store)
    roots: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in store.select(
        PREFIXES
        + """SELECT DISTINCT ?m ?authority ?theme WHERE { VALUES ?class { zg:Measure zg:Strategy }
            ?m a ?class ; zg:ofAuthority ?authority ; zg:hasTheme ?theme }"""
    ):
        place = known.get(str(row["authority"]))
        if place and place.ags:
            roots[place.ags][str(row["m"])].add(tree.root(str(row["theme"])))
    without: dict[str, int] = defaultdict(int)
    for row in store.select(
        PREFIXES
        + """SELECT DISTINCT ?m ?authority WHERE { VALUES ?class { zg:Measure zg:Strategy }
            ?m a ?class ; zg:ofAuthority ?authority MINUS { ?m zg:hasTheme ?theme } }"""
    ):
        if (owner := known.get(str(row["authority"]))) and owner.ags:
            without[owner.ags] += 1
    found = {}
    for place in known.values():
        if place.level != "county" or not place.ags:
            continue
        fact = facts.get(place.territory)
        of = roots.get(place.ags, {})
        shares: dict[str, float] = defaultdict(float)
        for themes in of.values():  # a measure of two themes counts half to each
            for theme in themes:
                shares[theme] += 1 / len(themes) / len(of)
        found[place.ags] = Features(
            ags=place.ags,
            authority=place.authority,
            name=place.name,
            type=types.get(place.authority, ""),
            population=int(str(fact["population"])) if fact and fact["population"] is not None else None,
            area=float(str(fact["area"])) if fact and fact["area"] is not None else None,
            measures=len(of),
            themes=dict(sorted(shares.items())),
            theme_labels={theme: tree.label(theme) for theme in shares},
            without_theme=without[place.ags],
        )
    return found


def _parts(own: Features, other: Features) -> tuple[Part, ...]:
    def ratio(name: str, a: float | None, b: float | None, unit: str) -> Part:
        if not a or not b:
            return Part(name, None, "unbekannt")
        return Part(name, round(min(a, b) / max(a, b), 4), f"{_number(b)} {unit} (hier {_number(a)})")

    return (
        _themes(own, other),
        ratio("population", own.population, other.population, "Einwohner"),
        ratio("area", own.area, other.area, "km²"),
        _type(own, other),
        ratio("density", _density(own), _density(other), "Einwohner je km²"),
    )


def _themes(own: Features, other: Features) -> Part:
    few = [each.name for each in (own, other) if each.measures < FEWEST]
    if few:
        return Part("themes", None, f"unbekannt, von {' und '.join(few)} sind zu wenige Maßnahmen bekannt")
    common = {t: min(own.themes[t], share) for t, share in other.themes.items() if t in own.themes}
    labels = {**own.theme_labels, **other.theme_labels}
    top = sorted(common, key=lambda t: (-common[t], labels[t], t))[:3]
    shares = (f"{labels[t]} ({_percent(other.themes[t])}, hier {_percent(own.themes[t])})" for t in top)
    told = f"gemeinsam vor allem {', '.join(shares)}" if top else "kein gemeinsames"
    return Part("themes", round(sum(common.values()), 4), told)


_TYPES = {"county": "Landkreis", "city": "Stadtkreis"}


def _type(own: Features, other: Features) -> Part:
    if not own.type or not other.type:
        return Part("type", None, "unbekannt")
    if own.type == other.type:
        return Part("type", 1.0, f"beide {_TYPES.get(own.type, own.type)}")
    return Part("type", 0.0, f"{_TYPES.get(other.type, other.type)} (hier {_TYPES.get(own.type, own.type)})")


def _density(of: Features) -> float | None:
    return of.population / of.area if of.population and of.area else None


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
