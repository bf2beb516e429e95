"""What happens when: strategies, processes, phases, events, decisions and measures of a district, as exact as sources
are.

A date is a span of days within which it lies: a day, a month, a year, or what the words of the source narrow it to
("im Sommer 2024" is June to August 2024). What has no year ("im Herbst") has no place on the line and keeps its words.
"""

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from graph.facts import Facts, facts, merged
from graph.inventory import Inventory
from graph.language import N_
from graph.sources import Source
from graph.store import Askable
from graph.vocabulary import PREFIXES, local_name

KINDS = {
    "strategy": N_("Strategie"),
    "process": N_("Strategieprozess"),
    "phase": N_("Phase"),
    "milestone": N_("angekündigter Schritt"),
    "meeting": N_("Sitzung"),
    "event": N_("Veranstaltung oder Befragung"),
    "decision": N_("Beschluss"),
    "proposal": N_("Beschlussvorschlag"),
    "measure": N_("Maßnahme oder Projekt"),
}
"""What can stand in the calendar; a thing of several kinds counts to the first."""
CLASSES = {
    "strategy": "Strategy",
    "process": "StrategyProcess",
    "phase": "ProcessPhase",
    "milestone": "Milestone",
    "meeting": "Meeting",
    "event": "ParticipationActivity",
    "decision": "Decision",
    "proposal": "ProposedDecision",
    "measure": "Measure",
}
LASTING = ("strategy", "process", "phase", "measure")
"""What goes on until its end; of the others a beginning alone is the day itself."""
OVER = ("completed", "failed")
"""States after which nothing goes on."""

SEASONS = {
    "frühjahr": (3, 5),
    "frühling": (3, 5),
    "sommer": (6, 8),
    "herbst": (9, 11),
    "anfang": (1, 4),
    "mitte": (5, 8),
    "ende": (9, 12),
}
"""Months that a word means: seasons as the German weather service counts them, and thirds of the year. A winter lies in
two years and narrows nothing."""

UPWARD = ("partOf", "partOfStrategy", "decidedIn", "decidedBy", "meetingOf", "decisionOn", "bodyOf", "unitOf")
"""Relations over which a thing belongs to whom the other one belongs to, the nearest first."""

Days = tuple[date, date]
"""From the first possible day to the last."""


@dataclass(frozen=True)
class When:
    """A time as the source gives it: ISO dates of any exactness, and its own words."""

    begin: str = ""
    end: str = ""
    written: str = ""

    @property
    def starts(self) -> Days | None:
        """The days among which the beginning lies; where only the words of the source tell a month or a year, those."""
        if not self.begin and not self.end:
            return self._days(self._dated(), narrowed=False)
        return self._days(self.begin, narrowed=not self.end)

    @property
    def ends(self) -> Days | None:
        """The days among which the end lies."""
        return self._days(self.end, narrowed=not self.begin)

    @property
    def known(self) -> bool:
        """Whether it has a place on the line."""
        return self.starts is not None or self.ends is not None

    @property
    def exact(self) -> bool:
        """Whether it is told to the day."""
        told = [days for days in (self.starts, self.ends) if days]
        return bool(told) and all(first == last for first, last in told)

    def _dated(self) -> str:
        """The ISO date of words that are nothing but a month with its year, or a year."""
        found = re.fullmatch(r"(?:(\d\d)/)?(\d{4})", self.written.strip())
        return "-".join(part for part in reversed(found.groups()) if part) if found else ""

    def _days(self, text: str, narrowed: bool) -> Days | None:
        found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:[T Z+].*)?", text)
        if not found:
            return None
        year, month, day = (int(part) if part else 0 for part in found.groups())
        try:
            if day:
                return date(year, month, day), date(year, month, day)
            first, last = (month, month) if month else self._months(year) if narrowed else (1, 12)
            return date(year, first, 1), date(year, last, monthrange(year, last)[1])
        except ValueError:
            return None

    def _months(self, year: int) -> tuple[int, int]:
        """The months that the words leave of a year. With a beginning and an end nobody knows which they are about."""
        words = re.findall(r"\w+", self.written.casefold())
        if str(year) in words:
            for word in words:
                if word in SEASONS:
                    return SEASONS[word]
        return 1, 12


@dataclass(frozen=True)
class Entry:
    """Something that happens at some time."""

    iri: str
    label: str
    kind: str
    when: When
    state: str = ""
    state_label: str = ""
    said: str = ""
    group: str = ""
    """The strategy it belongs to (IRI); empty where it belongs to none."""
    after: tuple[str, ...] = ()
    """What it follows on, by name."""
    number: int | None = None
    sources: tuple[Source, ...] = ()

    @property
    def goes_on(self) -> bool:
        """Whether it lasts from its beginning to an end that nobody has told."""
        return self.kind in LASTING and bool(self.when.begin) and not self.when.end and self.state not in OVER


@dataclass(frozen=True)
class Group:
    """The entries of one strategy, the strategy itself first, then by time; the group without one comes last."""

    iri: str
    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Calendar:
    """What is known of a district over time."""

    district: str
    groups: tuple[Group, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries."""
        return tuple(entry for group in self.groups for entry in group.entries)

    @property
    def span(self) -> Days | None:
        """From the first day that is told to the last."""
        told = [
            day
            for entry in self.entries
            for days in (entry.when.starts, entry.when.ends)
            if days
            for day in days
        ]
        return (min(told), max(told)) if told else None

    def of(self, strategy: str) -> "Calendar":
        """Only what belongs to a strategy (IRI)."""
        return replace(self, groups=tuple(group for group in self.groups if group.iri == strategy))

    def without(self, kinds: Iterable[str]) -> "Calendar":
        """The same without some kinds."""
        left_out = set(kinds)
        groups = (
            replace(group, entries=tuple(e for e in group.entries if e.kind not in left_out))
            for group in self.groups
        )
        return replace(self, groups=tuple(group for group in groups if group.entries))


def calendar(store: Askable, known: Inventory, district: str) -> Calendar:
    """The calendar of a district (AGS, or the address of an authority without one)."""
    kinds = _kinds(store)
    joined = _joined(store)
    mine = [iri for iri in sorted(kinds) if _key(known, joined, iri) == district]
    said = facts(store, mine)
    groups: dict[str, list[Entry]] = defaultdict(list)
    for iri in mine:
        entry = _entry(said, iri, kinds[iri], _strategy(joined, kinds, iri))
        # A measure or a strategy of which no time is told would only lengthen the list: pages of their own name them.
        if entry.when.known or entry.when.written or entry.kind in ("phase", "milestone"):
            groups[entry.group].append(entry)
    named = facts(store, [iri for iri in groups if iri])
    found = [
        Group(iri, named.name(iri) if iri else "", tuple(sorted(entries, key=_order)))
        for iri, entries in groups.items()
    ]
    return Calendar(
        district, tuple(sorted(found, key=lambda g: (not g.iri, -len(g.entries), g.label.casefold())))
    )


def strategy_calendar(store: Askable) -> Calendar:
    """All strategies over time, one group for each authority."""
    strategies = [iri for iri, kind in _kinds(store).items() if kind == "strategy"]
    said = facts(store, strategies)
    groups: dict[str, list[Entry]] = defaultdict(list)
    for iri in sorted(strategies):
        entry = _entry(said, iri, "strategy", said.one(iri, "ofAuthority"))
        if entry.when.known:
            groups[entry.group].append(entry)
    found = [
        Group(iri, said.name(iri) if iri else "", tuple(sorted(entries, key=_order)))
        for iri, entries in groups.items()
    ]
    return Calendar("", tuple(sorted(found, key=lambda g: (not g.iri, g.label.casefold(), g.iri))))


def _order(entry: Entry) -> tuple[bool, bool, date, int, str, str]:
    start = entry.when.starts or entry.when.ends
    return (
        entry.kind != "strategy", start is None, start[0] if start else date.max,
        entry.number or 0, entry.label.casefold(), entry.iri,
    )  # fmt: skip


def _entry(said: Facts, iri: str, kind: str, group: str) -> Entry:
    code = said.one(iri, "status")
    when = When(said.one(iri, "begin"), said.one(iri, "end"), said.text(iri, "periodAsWritten"))
    told = [
        said.where(iri, name, value)
        for name, value in (("begin", when.begin), ("end", when.end), ("periodAsWritten", when.written))
        if value
    ]
    return Entry(
        iri=iri,
        label=said.name(iri),
        kind=kind,
        when=when,
        state=local_name(code) if code else "",
        state_label=said.name(code) if code else "",
        said=said.text(iri, "statusAsWritten"),
        group=group,
        after=tuple(sorted(said.name(other) for other in said.all(iri, "precededBy"))),
        number=said.number(iri, "sequence"),
        sources=merged(told) or said.named_where(iri),
    )


def _kinds(store: Askable) -> dict[str, str]:
    """What can stand in a calendar, and what it is."""
    found: dict[str, str] = {}
    for kind, name in CLASSES.items():
        for row in store.select(f"{PREFIXES}SELECT DISTINCT ?x WHERE {{ ?x a zg:{name} }} ORDER BY ?x"):
            found.setdefault(str(row["x"]), kind)
    return found


Joined = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Relation → thing → others."""


def _joined(store: Askable) -> Joined:
    names = (*UPWARD, "ofAuthority", "produces", "hasPhase", "hasPaper")
    rows = store.select(
        PREFIXES
        + f"""SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?p {{ {" ".join(f"zg:{name}" for name in names)} }} ?s ?p ?o }}
            ORDER BY ?s ?p ?o"""
    )
    found: dict[str, dict[str, list[str]]] = {
        name: defaultdict(list) for name in (*names, "phaseOf", "paperOf")
    }
    for row in rows:
        s, o, name = str(row["s"]), str(row["o"]), local_name(str(row["p"]))
        found[name][s].append(o)
        if name == "hasPhase":
            found["phaseOf"][o].append(s)
        if name == "hasPaper":
            found["paperOf"][o].append(s)
    return {name: {s: tuple(others) for s, others in of.items()} for name, of in found.items()}


def _key(known: Inventory, joined: Joined, thing: str) -> str:
    """The key of the district that a thing belongs to, over the shortest way; empty where there is none."""
    waiting, seen = [thing], {thing}
    while waiting:
        here = waiting.pop(0)
        if here in known.places:
            return known.key_of(here)
        above = [
            *joined["ofAuthority"].get(here, ()), *joined["phaseOf"].get(here, ()),
            *(other for name in UPWARD for other in joined[name].get(here, ())),
        ]  # fmt: skip
        for other in above:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return ""


def _strategy(joined: Joined, kinds: Mapping[str, str], thing: str) -> str:
    """The strategy that a thing belongs to: itself, what it is part of, what its process brings about, what its paper
    is about; the nearest."""
    waiting, seen = [thing], {thing}
    while waiting:
        here = waiting.pop(0)
        if kinds.get(here) == "strategy":
            return here
        papers = joined["hasPaper"].get(here, ()) if kinds.get(here) == "meeting" else ()
        above = [
            *joined["partOfStrategy"].get(here, ()), *joined["produces"].get(here, ()),
            *joined["phaseOf"].get(here, ()),
            *joined["partOf"].get(here, ()), *joined["decisionOn"].get(here, ()),
            *(one for paper in papers for one in joined["paperOf"].get(paper, ()) if kinds.get(one) == "strategy"),
        ]  # fmt: skip
        for other in above:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return ""
