"""How far projects are: the state that the sources tell, project by project and district by district.

The state is as old as its source. Of most measures no source tells one; that is *unknown*, and no state of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from graph.facts import facts
from graph.house import Part, part
from graph.inventory import MEASURE, Inventory
from graph.language import N_
from graph.store import Askable
from graph.vocabulary import PREFIXES, local_name

STEPS = ("idea", "planned", "running", "completed")
"""The states that follow one another."""
BESIDE = ("open", "paused", "failed")
"""States beside the way."""
UNKNOWN = ""
STATES = {
    "idea": N_("Idee"),
    "planned": N_("geplant"),
    "running": N_("läuft"),
    "completed": N_("abgeschlossen"),
    "open": N_("offen"),
    "paused": N_("unterbrochen"),
    "failed": N_("gescheitert"),
    UNKNOWN: N_("unbekannt"),
}
"""What a state is called where the code list is not at hand."""


@dataclass(frozen=True)
class Standing:
    """A project and how far it is."""

    project: Part
    strategy: str = ""
    strategy_label: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    """Action fields: IRI and name."""
    leads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """The projects of a district, those of a strategy together."""

    district: str
    label: str
    standings: tuple[Standing, ...] = ()
    incomplete: tuple[str, ...] = ()
    """Why the list is not complete, in words."""

    @property
    def counts(self) -> dict[str, int]:
        """How many projects are in which state, in the order of the states."""
        found = Counter(s.project.state if s.project.state in STATES else UNKNOWN for s in self.standings)
        return {state: found[state] for state in STATES if found[state]}

    @property
    def groups(self) -> tuple[tuple[str, str, tuple[Standing, ...]], ...]:
        """The projects by strategy (IRI and name); those of none come last."""
        by: dict[tuple[str, str], list[Standing]] = defaultdict(list)
        for standing in self.standings:
            by[standing.strategy, standing.strategy_label].append(standing)
        ordered = sorted(by.items(), key=lambda group: (not group[0][0], group[0][1].casefold(), group[0][0]))
        return tuple((iri, label, tuple(found)) for (iri, label), found in ordered)


@dataclass(frozen=True)
class Tally:
    """How many measures of a district are in which state."""

    district: str
    label: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All measures."""
        return sum(self.counts.values())


def progress(store: Askable, known: Inventory, district: str) -> Progress:
    """The measures and projects of a district (AGS or address of an authority) and how far they are."""
    items = known.of(district, MEASURE)
    said = facts(store, [item.iri for item in items])
    found = []
    for item in items:
        code, written = said.one(item.iri, "status"), said.text(item.iri, "statusAsWritten")
        told = said.where(item.iri, "status", code) or said.where(item.iri, "statusAsWritten", written)
        strategy = item.strategy or said.one(item.iri, "partOfStrategy")
        fields = said.all(item.iri, "inActionField")
        found.append(
            Standing(
                project=part(said, item.iri, told),
                strategy=strategy,
                strategy_label=said.name(strategy) if strategy else "",
                fields=tuple((field, said.name(field)) for field in fields),
                leads=tuple(said.name(lead) for lead in said.all(item.iri, "ledBy")),
            )
        )
    found.sort(key=lambda s: (_place(s.project.state), s.project.order))
    return Progress(district, known.name(district), tuple(found), tuple(known.incomplete(district, MEASURE)))


def tallies(store: Askable, known: Inventory) -> list[Tally]:
    """Every district with measures and how many are in which state; those with most known states first."""
    states = {
        str(row["m"]): local_name(str(row["state"]))
        for row in store.select(
            PREFIXES
            + "SELECT ?m ?state WHERE { ?m a zg:Measure ; zg:status ?state } ORDER BY ?m DESC(?state)"
        )
    }
    found = []
    for key in known.told:
        counted = Counter(states.get(item.iri, UNKNOWN) for item in known.of(key, MEASURE))
        if counted:
            counts = {state: counted[state] for state in STATES if counted[state]}
            found.append(Tally(key, known.name(key), counts))
    return sorted(
        found, key=lambda t: (-(t.total - t.counts.get(UNKNOWN, 0)), -t.total, t.label.casefold(), t.district)
    )


def _place(state: str) -> int:
    """The furthest first, the unknown last."""
    order = (*STEPS[::-1], *BESIDE)
    return order.index(state) if state in order else len(order)
