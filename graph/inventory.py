"""What each district has, as plain values: strategies, goals, action fields, needs, measures, actors, and what is open.

Everything that compares districts field by field rests on this. Whose a thing is, says `zg:ofAuthority` of the thing
or of the strategy or process that has it; a municipality's thing counts to the district around it. What belongs to a
region or a state stands under the address of its authority.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from graph.circle import Place, places
from graph.compare.measures import label_sources
from graph.compare.profile import Source
from graph.errors import Unknown
from graph.identities import Identity, identities
from graph.language import N_, _
from graph.store import Askable
from graph.vocabulary import PREFIXES, local_name, quoted
from ontology.namespaces import ID

STRATEGY, GOAL, FIELD, NEED, MEASURE = "strategy", "goal", "field", "need", "measure"
KINDS = {
    STRATEGY: (N_("Strategie"), N_("Strategien")),
    GOAL: (N_("Ziel"), N_("Ziele")),
    FIELD: (N_("Handlungsfeld"), N_("Handlungsfelder")),
    NEED: (N_("Bedarf"), N_("Bedarfe")),
    MEASURE: (N_("Maßnahme oder Projekt"), N_("Maßnahmen und Projekte")),
}
"""What can be had, in German, one and several."""
LISTS = {"measures": MEASURE, "fields": FIELD, "needs": NEED, "goals": GOAL}
"""Code of the list `open-list` → kind of what it lists."""


@dataclass(frozen=True)
class Item:
    """One thing that a district has. `key` is the district's AGS, or the authority's IRI where it has none."""

    iri: str
    label: str
    kind: str
    key: str
    authority: str = ""
    themes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    """Of a measure: the action fields it lies in (IRIs)."""
    strategy: str = ""
    """Of a field, goal or measure: the strategy it is part of (IRI)."""
    addresses: tuple[str, ...] = ()
    """Of a measure or a field: the needs that a source says it addresses (IRIs)."""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class ActorRole:
    """Somebody who takes part in what a district has, and in what. `label` names all entries judged the same."""

    iri: str
    label: str
    things: tuple[str, ...]
    """Names of the measures and strategies, sorted."""
    sources: tuple[Source, ...] = ()
    note: str = ""
    """Who judged several entries the same, in German; empty where it is one entry."""


@dataclass(frozen=True)
class OpenList:
    """A list that a source itself calls incomplete: the open point (IRI and name), and what is listed."""

    iri: str
    label: str
    kind: str


@dataclass(frozen=True)
class Inventory:
    """What is known of every district."""

    places: dict[str, Place] = field(default_factory=dict)
    """Authorities by IRI."""
    items: dict[str, Item] = field(default_factory=dict)
    actors: dict[str, tuple[ActorRole, ...]] = field(default_factory=dict)
    """By the key of the district."""
    open_lists: dict[str, tuple[OpenList, ...]] = field(default_factory=dict)
    """By the key of the district."""
    former: frozenset[str] = frozenset()
    """Strategies that another one continues."""

    def of(self, key: str, kind: str = "") -> list[Item]:
        """What a district has, by name."""
        return [item for item in self._by_key.get(key, ()) if kind in ("", item.kind)]

    def current(self, key: str, kind: str) -> list[Item]:
        """The same without fields and goals of strategies that were continued by another one.

        Measures of such a strategy stay: a strategy that ends does not end its projects.
        """
        former = self.former if kind in (FIELD, GOAL) else ()
        return [item for item in self.of(key, kind) if item.strategy not in former]

    def name(self, key: str) -> str:
        """The name of a district or of an authority without one."""
        if key in self.places:
            return self.places[key].name
        return self.places[self._districts[key]].name if key in self._districts else key

    def iri(self, key: str) -> str:
        """The address of a district or of an authority without one; empty where there is none."""
        return key if key in self.places else self._districts.get(key, "")

    def key_of(self, authority: str) -> str:
        """The key under which things of an authority stand."""
        place = self.places.get(authority)
        return place.ags if place and place.ags else authority

    def require(self, key: str) -> str:
        """The key, if there is such a district. Raises `Unknown`."""
        if not self.iri(key):
            raise Unknown("Der Kreis mit dem Schlüssel", key)
        return key

    def is_known(self, key: str) -> bool:
        """Whether anything at all is known of a district."""
        return key in self._by_key

    @property
    def told(self) -> frozenset[str]:
        """The keys of which something is known."""
        return frozenset(self._by_key)

    @cached_property
    def _by_key(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = defaultdict(list)
        for item in sorted(self.items.values(), key=lambda item: (item.label.casefold(), item.iri)):
            found[item.key].append(item)
        return dict(found)

    @cached_property
    def _districts(self) -> dict[str, str]:
        """AGS → the district's address."""
        counties = ((p.ags, iri) for iri, p in sorted(self.places.items()) if p.level == "county")
        found: dict[str, str] = {}
        for ags, iri in counties:
            found.setdefault(ags, iri)
        return found

    def without_fields(self, key: str) -> list[Item]:
        """The strategies of a district whose action fields are not known, former ones left out."""
        known = {item.strategy for item in self.of(key, FIELD)}
        return [s for s in self.of(key, STRATEGY) if s.iri not in known and s.iri not in self.former]

    def incomplete(self, key: str, kind: str) -> list[str]:
        """Why the list of what a district has of a kind is not complete, in words; empty where nothing says so."""
        reasons = [
            _("Nach der Quelle ist die Liste nicht vollständig: {point}.").format(point=point.label)
            for point in self.open_lists.get(key, ())
            if point.kind == kind
        ]
        if kind in (FIELD, MEASURE) and (bare := self.without_fields(key)):
            which = ", ".join(quoted(strategy.label) for strategy in bare[:3])
            if len(bare) > 3:
                which = _("{names} und {count} weiteren").format(names=which, count=len(bare) - 3)
            reasons.append(_("Nicht bekannt sind die Handlungsfelder von {which}.").format(which=which))
        if kind in (FIELD, MEASURE) and self.is_known(key) and not self.of(key, STRATEGY):
            reasons.append(_("Eine Strategie ist für {name} nicht bekannt.").format(name=self.name(key)))
        return reasons


def inventory(store: Askable) -> Inventory:
    """Everything of every district."""
    known = places(store)
    found: dict[str, Item] = {}

    def key_of(authority: str) -> str:
        place = known.get(authority)
        return place.ags if place and place.ags else authority

    labels = dict(_pairs(store, f"{{ {_NAMED} }} ?a skos:prefLabel ?b FILTER(LANG(?b) IN ('de', ''))"))
    for iri, kind, authority, strategy in _owned(store):
        label = labels.get(iri, local_name(iri))
        found.setdefault(iri, Item(iri, label, kind, key_of(authority), authority, strategy=strategy))
    themes, fields, addressed = (
        _many(store, pattern)
        for pattern in ("?a zg:hasTheme ?b", "?a zg:inActionField ?b", "?a zg:addresses ?b . ?b a zg:Need")
    )
    part_of = dict(_pairs(store, "?a zg:partOfStrategy ?b . ?b a zg:Strategy"))
    same = identities(store)
    actors = _taking_part(store, found, known, same)
    entries = {iri: [entry.iri for entry in one.entries] for iri, one in same.items()}
    taking_part = {entry for of in actors.values() for iri in of for entry in entries.get(iri, [iri])}
    sources = label_sources(store, {*found, *taking_part})
    items = {
        iri: replace(
            item,
            themes=tuple(t for t in themes.get(iri, ()) if t.startswith(f"{ID}theme/")),
            fields=tuple(fields.get(iri, ())),
            addresses=tuple(addressed.get(iri, ())),
            strategy=item.strategy or part_of.get(iri, ""),
            sources=tuple(sources.get(iri, ())),
        )
        for iri, item in sorted(found.items())
    }
    return Inventory(
        places=known,
        items=items,
        actors={
            key: tuple(
                ActorRole(
                    iri,
                    label,
                    tuple(sorted(things)),
                    tuple(
                        dict.fromkeys(s for entry in entries.get(iri, [iri]) for s in sources.get(entry, ()))
                    ),
                    same[iri].note if iri in same else "",
                )
                for iri, (label, things) in sorted(of.items(), key=lambda a: (a[1][0].casefold(), a[0]))
            )
            for key, of in sorted(actors.items())
        },
        open_lists=_open_lists(store, key_of),
        former=frozenset(older for _, older in _pairs(store, "?a zg:continues ?b . ?b a zg:Strategy")),
    )


_NAMED = (
    "{ ?a a zg:Measure } UNION { ?a a zg:Strategy } UNION { ?a a zg:Need } UNION { ?a a zg:Goal }"
    " UNION { ?x zg:hasActionField ?a } UNION { ?x zg:hasGoal ?a }"
)
"""What can be had, as a pattern."""


OF_PROCESS = "MINUS { ?thing a zg:ProcessGoal }"
"""What a process wants to bring about ("Schwächen identifizieren") is no goal of the county."""


def _owned(store: Askable) -> Iterator[tuple[str, str, str, str]]:
    """Thing, kind, authority and strategy; of several owners the first by address."""
    patterns = (
        (STRATEGY, "?thing a zg:Strategy ; zg:ofAuthority ?owner"),
        (NEED, "?thing a zg:Need ; zg:ofAuthority ?owner"),
        (MEASURE, "?thing a zg:Measure ; zg:ofAuthority ?owner"),
        (FIELD, "?strategy zg:hasActionField ?thing ; zg:ofAuthority ?owner"),
        (GOAL, f"?strategy a zg:Strategy ; zg:hasGoal ?thing ; zg:ofAuthority ?owner {OF_PROCESS}"),
        (GOAL, f"?process zg:hasGoal ?thing ; zg:ofAuthority ?owner {OF_PROCESS}"),
        (GOAL, f"?owner a zg:TerritorialAuthority ; zg:hasGoal ?thing {OF_PROCESS}"),
        (GOAL, f"?thing a zg:Goal ; zg:ofAuthority ?owner {OF_PROCESS}"),
    )
    for kind, pattern in patterns:
        strategy = "?strategy" if "?strategy" in pattern else ""
        rows = store.select(
            PREFIXES
            + f"SELECT DISTINCT ?thing ?owner {strategy} WHERE {{ {pattern} }} ORDER BY ?thing ?owner {strategy}"
        )
        for row in rows:
            yield str(row["thing"]), kind, str(row["owner"]), str(row.get("strategy") or "")


def _taking_part(
    store: Askable, items: Mapping[str, Item], known: Mapping[str, Place], same: Mapping[str, Identity]
) -> dict[str, dict[str, tuple[str, set[str]]]]:
    """By district: actor → name, and names of what it takes part in. Districts themselves and persons are left out."""
    rows = store.select(
        PREFIXES
        + """SELECT DISTINCT ?thing ?actor ?label WHERE {
            ?thing zg:involves ?actor ; zg:ofAuthority ?owner . ?actor skos:prefLabel ?label
            FILTER(LANG(?label) IN ("de", ""))
            MINUS { ?actor a zg:Person } MINUS { ?actor a zg:District } } ORDER BY ?actor ?thing"""
    )
    found: dict[str, dict[str, tuple[str, set[str]]]] = defaultdict(dict)
    for row in rows:
        item = items.get(str(row["thing"]))
        if item:
            actor, label = str(row["actor"]), str(row["label"])
            if actor in same:
                actor, label = same[actor].kept, same[actor].label
                if actor in known and known[actor].level == "county":
                    continue
            _, things = found[item.key].setdefault(actor, (label, set()))
            things.add(item.label)
    return found


def _open_lists(store: Askable, key_of: Callable[[str], str]) -> dict[str, tuple[OpenList, ...]]:
    rows = store.select(
        PREFIXES
        + """SELECT DISTINCT ?point ?label ?list ?owner WHERE {
            ?point zg:leavesOpenListOf ?list ; skos:prefLabel ?label ; zg:about ?thing . ?thing zg:ofAuthority ?owner
            FILTER(LANG(?label) IN ("de", "")) } ORDER BY ?owner ?list ?label ?point"""
    )
    found: dict[str, list[OpenList]] = defaultdict(list)
    for row in rows:
        kind = LISTS.get(local_name(str(row["list"])))
        point = OpenList(str(row["point"]), str(row["label"]), kind or "")
        if kind and point not in found[key_of(str(row["owner"]))]:
            found[key_of(str(row["owner"]))].append(point)
    return {key: tuple(points) for key, points in found.items()}


def _pairs(store: Askable, pattern: str) -> list[tuple[str, str]]:
    rows = store.select(PREFIXES + f"SELECT DISTINCT ?a ?b WHERE {{ {pattern} }} ORDER BY ?a ?b")
    return [(str(row["a"]), str(row["b"])) for row in rows]


def _many(store: Askable, pattern: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in _pairs(store, pattern):
        found[one].append(other)
    return found
