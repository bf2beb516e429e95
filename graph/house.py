"""The Strategiehaus: what one strategy is built of, each part with its source, and what is not known of it.

Roof: the vision. Below: goals. Pillars: action fields with their projects. Foundation: who advises, steers and leads,
and the money (`graph.budget`). A field without a project is one of two: *none named* (the source assigns projects to
fields, to this one none) or *unknown* (it assigns no project to any field). Which field serves which goal is only said
where a source says so (`zg:contributesTo`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from graph.errors import Unknown
from graph.facts import Facts, facts, merged, term
from graph.labels import labels
from graph.sources import METHODS, Source
from graph.store import Askable
from graph.vocabulary import PREFIXES, local_name, reference
from ontology.namespaces import ID

ADVISING = ("advises", "steers")
"""What a body does for a strategy or its process."""
LEADING = ("ledBy", "developedBy", "supportedBy", "initiatedBy", "commissionedBy")
"""Who carries a strategy or its process."""


@dataclass(frozen=True)
class Part:
    """Something the house is built of."""

    iri: str
    label: str
    number: int | None = None
    """Its place in the order of the source."""
    numbered: bool = False
    """Whether the source itself writes that number."""
    state: str = ""
    """Code of the state: idea, planned, running, …; empty is unknown."""
    state_label: str = ""
    said: str = ""
    """The state in the words of the source."""
    sources: tuple[Source, ...] = ()
    """Where it stands that it belongs here."""

    @property
    def order(self) -> tuple[bool, int, str, str]:
        """By number, then by name."""
        return (self.number is None, self.number or 0, self.label.casefold(), self.iri)


@dataclass(frozen=True)
class Pillar:
    """An action field, its projects, the goals it serves and the needs it answers, as far as sources say so."""

    field: Part
    projects: tuple[Part, ...] = ()
    goals: tuple[Part, ...] = ()
    needs: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Role:
    """Somebody, and what they do for the strategy."""

    who: Part
    what: str


@dataclass(frozen=True)
class House:
    """A strategy with everything it is built of."""

    strategy: Part
    owners: tuple[Part, ...] = ()
    begin: str = ""
    end: str = ""
    written: str = ""
    """The period in the words of the source."""
    visions: tuple[Part, ...] = ()
    goals: tuple[Part, ...] = ()
    """What the source calls strategic goals."""
    further_goals: tuple[Part, ...] = ()
    process_goals: tuple[Part, ...] = ()
    """What the process wants to bring about; no goals of the county."""
    pillars: tuple[Pillar, ...] = ()
    loose: tuple[Part, ...] = ()
    """Projects that no source assigns to one of the fields."""
    bodies: tuple[Role, ...] = ()
    leads: tuple[Role, ...] = ()
    older: tuple[Part, ...] = ()
    newer: tuple[Part, ...] = ()
    open_points: tuple[Part, ...] = ()
    incomplete: tuple[Part, ...] = ()
    """Open points by which the list of projects is not complete."""
    processes: tuple[str, ...] = ()

    @property
    def projects(self) -> tuple[Part, ...]:
        """All projects, each once."""
        found = {part.iri: part for pillar in self.pillars for part in pillar.projects}
        return tuple(
            sorted({**found, **{part.iri: part for part in self.loose}}.values(), key=lambda p: p.order)
        )

    @property
    def assigned(self) -> bool:
        """Whether a source assigns any project to a field: only then a field without one is empty."""
        return any(pillar.projects for pillar in self.pillars)

    @property
    def linked(self) -> bool:
        """Whether a source says of any field which goal it serves."""
        return any(pillar.goals for pillar in self.pillars)

    @property
    def slug(self) -> str:
        """The name of the strategy in addresses."""
        return local_name(self.strategy.iri)


@dataclass(frozen=True)
class Entry:
    """A strategy in the list of all; the counts are of what sources name."""

    strategy: Part
    owner: str
    owner_label: str
    begin: str
    end: str
    written: str
    goals: int
    fields: int
    projects: int
    older: tuple[Part, ...] = ()
    newer: tuple[Part, ...] = ()

    @property
    def slug(self) -> str:
        """The name of the strategy in addresses."""
        return local_name(self.strategy.iri)


def house(store: Askable, strategy: str) -> House:
    """The house of a strategy (IRI). Raises `Unknown`."""
    if not store.ask(PREFIXES + f"ASK {{ {reference(strategy)} a zg:Strategy }}"):
        raise Unknown("Die Strategie", strategy.removeprefix(str(ID)))
    roles = _roles(store, strategy)
    helpers = _helpers(store, [strategy, *roles["process"]])
    known = facts(
        store, {strategy, *(iri for of in roles.values() for iri in of), *(body for body, _, _ in helpers)}
    )
    relations = labels(store, map(term, (*ADVISING, *LEADING, "involves")))

    def parts(role: str, where: Callable[[str], tuple[Source, ...]]) -> tuple[Part, ...]:
        return _sorted(part(known, iri, where(iri)) for iri in roles[role])

    def from_strategy(name: str) -> Callable[[str], tuple[Source, ...]]:
        return lambda iri: known.where(strategy, name, iri)

    goals = parts("goal", from_strategy("hasGoal"))
    process_goals = tuple(goal for goal in goals if known.is_a(goal.iri, "ProcessGoal"))
    strategic = tuple(goal for goal in goals if known.is_a(goal.iri, "StrategicGoal"))
    pillars = tuple(
        _pillar(known, field, roles["measure"], goals)
        for field in parts("field", from_strategy("hasActionField"))
    )
    standing = {project.iri for pillar in pillars for project in pillar.projects}
    loose = _sorted(
        part(known, iri, known.where(iri, "partOfStrategy", strategy))
        for iri in roles["measure"]
        if iri not in standing
    )
    points = parts("open", lambda iri: known.where(iri, "about", strategy))
    return House(
        strategy=part(known, strategy, known.named_where(strategy)),
        owners=parts("owner", from_strategy("ofAuthority")),
        begin=known.one(strategy, "begin"),
        end=known.one(strategy, "end"),
        written=known.text(strategy, "periodAsWritten"),
        visions=parts("vision", from_strategy("hasVision")),
        goals=strategic,
        further_goals=tuple(goal for goal in goals if goal not in strategic and goal not in process_goals),
        process_goals=process_goals,
        pillars=pillars,
        loose=loose,
        bodies=tuple(
            Role(part(known, body, known.where(body, name, of)), relations.get(term(name), name))
            if name in ADVISING
            else Role(part(known, body, known.where(of, name, body)), relations.get(term(name), name))
            for body, name, of in helpers
        ),
        leads=_leads(known, [strategy, *roles["process"]], relations),
        older=parts("older", from_strategy("continues")),
        newer=parts("newer", lambda iri: known.where(iri, "continues", strategy)),
        open_points=points,
        incomplete=tuple(
            p
            for p in points
            if any(code.endswith("/measures") for code in known.all(p.iri, "leavesOpenListOf"))
        ),
        processes=tuple(roles["process"]),
    )


def strategies(store: Askable) -> list[Entry]:
    """All strategies, by owner and name."""
    owners: dict[str, str] = {}
    for row in store.select(
        PREFIXES
        + "SELECT ?s ?owner WHERE { ?s a zg:Strategy OPTIONAL { ?s zg:ofAuthority ?owner } } ORDER BY ?s ?owner"
    ):
        owners.setdefault(str(row["s"]), str(row["owner"] or ""))
    known = facts(store, owners)
    counts = {name: _counts(store, pattern) for name, pattern in COUNTED.items()}
    newer: dict[str, list[str]] = {}
    for iri in sorted(owners):
        for older in known.all(iri, "continues"):
            newer.setdefault(older, []).append(iri)
    found = [
        Entry(
            strategy=part(known, iri, known.named_where(iri)),
            owner=owner,
            owner_label=known.name(owner) if owner else "",
            begin=known.one(iri, "begin"),
            end=known.one(iri, "end"),
            written=known.text(iri, "periodAsWritten"),
            goals=counts["goals"].get(iri, 0),
            fields=counts["fields"].get(iri, 0),
            projects=counts["projects"].get(iri, 0),
            older=tuple(
                part(known, other, known.where(iri, "continues", other))
                for other in known.all(iri, "continues")
            ),
            newer=tuple(
                part(known, other, known.where(other, "continues", iri)) for other in newer.get(iri, ())
            ),
        )
        for iri, owner in owners.items()
    ]
    return sorted(found, key=lambda e: (not e.owner, e.owner_label.casefold(), e.begin, e.strategy.order))


COUNTED = {
    "goals": "?s zg:hasGoal ?x MINUS { ?x a zg:ProcessGoal }",
    "fields": "?s zg:hasActionField ?x",
    "projects": "?x zg:partOfStrategy ?s ; a zg:Measure",
}


def part(known: Facts, iri: str, sources: Sequence[Source] = ()) -> Part:
    """A thing as a part; without passages of its own those of its name."""
    number = known.number(iri, "sequence")
    code = known.one(iri, "status")
    return Part(
        iri=iri,
        label=known.name(iri),
        number=number,
        numbered=number is not None and _written(known, iri, number),
        state=local_name(code) if code else "",
        state_label=known.name(code) if code else "",
        said=known.text(iri, "statusAsWritten"),
        sources=tuple(sources) or known.named_where(iri),
    )


def _written(known: Facts, iri: str, number: int) -> bool:
    """Whether a number stands in the source; else an editor counted."""
    found = known.where(iri, "sequence", str(number))
    return bool(found) and all(source.method != METHODS["assigned"] for source in found)


def _sorted(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda found: found.order))


def _roles(store: Askable, strategy: str) -> dict[str, list[str]]:
    """What belongs to a strategy, by what it is there."""
    s = reference(strategy)
    patterns = {
        "vision": f"{s} zg:hasVision ?part",
        "goal": f"{s} zg:hasGoal ?part",
        "field": f"{s} zg:hasActionField ?part",
        "measure": f"{{ ?part zg:partOfStrategy {s} }} "
        f"UNION {{ {s} zg:hasActionField ?f . ?part zg:inActionField ?f }} "
        "?part a zg:Measure",
        "process": f"?part zg:produces {s}",
        "open": f"?part zg:about {s} ; a zg:OpenPoint",
        "owner": f"{s} zg:ofAuthority ?part",
        "older": f"{s} zg:continues ?part",
        "newer": f"?part zg:continues {s}",
        "need": f"{s} zg:hasActionField ?f . ?f zg:addresses ?part . ?part a zg:Need",
    }
    return {
        role: [
            str(row["part"])
            for row in store.select(f"{PREFIXES}SELECT DISTINCT ?part WHERE {{ {pattern} }} ORDER BY ?part")
        ]
        for role, pattern in patterns.items()
    }


def _helpers(store: Askable, served: Sequence[str]) -> list[tuple[str, str, str]]:
    """Bodies, the relation, and the strategy or process it is to; of a body the most telling relation only."""
    rows = store.select(
        PREFIXES
        + f"""SELECT DISTINCT ?body ?name ?of WHERE {{ VALUES ?of {{ {" ".join(map(reference, served))} }}
            {{ ?body zg:advises ?of BIND("advises" AS ?name) }}
            UNION {{ ?body zg:steers ?of BIND("steers" AS ?name) }}
            UNION {{ ?of zg:involves ?body . ?body a zg:Body BIND("involves" AS ?name) }} }} ORDER BY ?body ?name ?of"""
    )
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        found.setdefault((str(row["body"]), str(row["name"])), str(row["of"]))
    telling = {body for body, name in found if name in ADVISING}
    return [
        (body, name, of)
        for (body, name), of in sorted(found.items())
        if name in ADVISING or body not in telling
    ]


def _leads(known: Facts, carried: Sequence[str], relations: dict[str, str]) -> tuple[Role, ...]:
    found: dict[tuple[str, str], list[tuple[Source, ...]]] = {}
    for name in LEADING:
        for of in carried:
            for who in known.all(of, name):
                found.setdefault((who, name), []).append(known.where(of, name, who))
    return tuple(
        Role(Part(who, known.name(who), sources=merged(passages)), relations.get(term(name), name))
        for (who, name), passages in found.items()
    )


def _pillar(known: Facts, field: Part, measures: Sequence[str], goals: Sequence[Part]) -> Pillar:
    serves = known.all(field.iri, "contributesTo")
    return Pillar(
        field=field,
        projects=_sorted(
            part(known, iri, known.where(iri, "inActionField", field.iri))
            for iri in measures
            if field.iri in known.all(iri, "inActionField")
        ),
        goals=tuple(
            Part(
                goal.iri,
                goal.label,
                goal.number,
                goal.numbered,
                sources=known.where(field.iri, "contributesTo", goal.iri),
            )
            for goal in goals
            if goal.iri in serves
        ),
        needs=_sorted(
            part(known, iri, known.where(field.iri, "addresses", iri))
            for iri in known.all(field.iri, "addresses")
            if known.is_a(iri, "Need")
        ),
    )


def _counts(store: Askable, pattern: str) -> dict[str, int]:
    rows = store.select(
        f"{PREFIXES}SELECT ?s (COUNT(DISTINCT ?x) AS ?n) WHERE {{ ?s a zg:Strategy . {pattern} }} GROUP BY ?s"
    )
    return {str(row["s"]): int(str(row["n"])) for row in rows}
