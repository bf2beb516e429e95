"""A filled template: the measures that its rows tell of, and a remark on every cell that has to be mended.

All or nothing: only a file without faults gives measures. What is merely worth knowing (an unknown column, merged
cells) is said, too, and hinders nothing. `template_reading` reads one, `template_dataset` makes it a dataset.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from graph.compare.profile import Measure, Source
from graph.compare.words import local_name
from graph.dataset import slug_of
from graph.errors import Fault, InvalidData
from graph.inventory import Inventory
from graph.language import _
from graph.reference import kebab
from graph.store import Askable
from graph.template import Choice, Lists, lists, normal
from graph.vocabulary import PREFIXES
from ontology.namespaces import ZG

LONGEST_SLUG = 60
"""Characters of a title that an address takes."""


@dataclass(frozen=True)
class Remark:
    """Something about a place in the file: what was expected there, what was found, what to do."""

    sheet: str
    row: int | None
    cell: str
    column: str
    asked: str
    found: str
    todo: str
    is_fault: bool = True

    @property
    def place(self) -> str:
        """The cell or the row, in words."""
        if self.cell:
            return _("Zelle {cell}").format(cell=self.cell)
        return _("Zeile {row}").format(row=self.row) if self.row else ""

    def as_fault(self, file: str) -> Fault:
        """The same for the report of a command."""
        found = (
            _("Gefunden: {found}.").format(found=f"„{self.found}“") if self.found else _("Gefunden: nichts.")
        )
        node = f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.cell
        expected = _("Erwartet: {asked}.").format(asked=self.asked)
        return Fault(f"{expected} {found} {self.todo}", file, self.row, node, self.column)


@dataclass(frozen=True)
class Head:
    """What the file says of itself; empty is unknown."""

    title: str = ""
    publisher: str = ""
    day: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Entry:
    """One measure as its row says it; empty is unknown."""

    row: int
    iri: str
    title: str
    authority: Choice
    known: bool = False
    """Whether the graph has this measure already."""
    number: str = ""
    description: str = ""
    kind: str = str(ZG.Measure)
    place: str = ""
    strategy: str = ""
    field: str = ""
    themes: tuple[Choice, ...] = ()
    activities: tuple[Choice, ...] = ()
    beneficiaries: tuple[Choice, ...] = ()
    status: Choice | None = None
    begin: str = ""
    end: str = ""
    lead: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    amount: Decimal | None = None
    year: str = ""
    budget: Choice | None = None
    document: str = ""
    passage: str = ""
    address: str = ""


@dataclass(frozen=True)
class Known:
    """What the graph has already, so that a file can speak of it by name."""

    lists: Lists
    keys: Mapping[str, str] = field(default_factory=dict)
    """Authority (IRI) → the AGS of the district that it is or lies in."""
    measures: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Name (as `normal` writes it) and authority (IRI) → measure (IRI)."""
    strategies: Mapping[tuple[str, str], str] = field(default_factory=dict)
    actors: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Name and AGS → actor (IRI): somebody of that name elsewhere may be somebody else."""
    programmes: Mapping[str, str] = field(default_factory=dict)


def known(store: Askable, inventory: Inventory) -> Known:
    """What a graph knows; `inventory` is that of the store."""
    items = inventory.items.values()
    programmes = store.select(
        PREFIXES + "SELECT ?p ?label WHERE { ?p a zg:FundingProgramme ; skos:prefLabel ?label } ORDER BY ?p"
    )
    return Known(
        lists=lists(inventory.places.values()),
        keys={iri: place.ags for iri, place in inventory.places.items()},
        measures={(normal(i.label), i.authority): i.iri for i in items if i.kind == "measure"},
        strategies={(normal(i.label), i.authority): i.iri for i in items if i.kind == "strategy"},
        actors={
            (normal(actor.label), key): actor.iri
            for key, actors in inventory.actors.items()
            for actor in actors
        },
        programmes={normal(str(row["label"])): str(row["p"]) for row in programmes},
    )


@dataclass(frozen=True)
class Filled:
    """A file as it was read: its measures, and what there is to say about it."""

    file: str
    sheet: str = ""
    head: Head = Head()
    entries: tuple[Entry, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def faults(self) -> tuple[Remark, ...]:
        """What has to be mended."""
        return tuple(remark for remark in self.remarks if remark.is_fault)

    @property
    def hints(self) -> tuple[Remark, ...]:
        """What is worth knowing."""
        return tuple(remark for remark in self.remarks if not remark.is_fault)

    def require(self) -> "Filled":
        """The same, if nothing has to be mended. Raises `InvalidData` with every fault."""
        if self.faults:
            raise InvalidData([fault.as_fault(self.file) for fault in self.faults])
        return self


def measures(filled: Filled, known: Known) -> list[Measure]:
    """The measures as the comparison takes them, in the order of their rows."""
    return [_measure(entry, known.keys.get(entry.authority.iri, "")) for entry in filled.entries]


def _measure(entry: Entry, ags: str) -> Measure:
    actors = dict.fromkeys([*entry.lead, *entry.partners, *entry.support])
    district = entry.authority.others[0] if entry.authority.others else entry.authority.label
    return Measure(
        iri=entry.iri,
        title=entry.title,
        description=" ".join(entry.description.split()),
        district=district,
        ags=ags,
        authority=entry.authority.iri,
        actors=tuple(actors),
        field=entry.field,
        period="–".join(dict.fromkeys(part[:4] for part in (entry.begin, entry.end) if part)),
        kind="project" if entry.kind == str(ZG.Project) else "measure",
        themes=tuple(local_name(choice.iri) for choice in entry.themes),
        activities=tuple(local_name(choice.iri) for choice in entry.activities),
        beneficiaries=tuple(local_name(choice.iri) for choice in entry.beneficiaries),
        lead=entry.lead,
        sources=(Source(entry.document, entry.passage, url=entry.address),) if entry.document else (),
    )


def key_of(authority: Choice) -> str:
    """What tells the things of one authority from those of the same name elsewhere: its AGS, else its own name."""
    found = re.search(r"-(\d{5,8})$", authority.iri)
    return found[1] if found else slug_of(authority.iri)


def slug(title: str) -> str:
    """The first words of a title as a part of an address."""
    whole = kebab(title)
    cut = whole[:LONGEST_SLUG]
    if len(whole) > LONGEST_SLUG and "-" in cut:
        cut = cut.rpartition("-")[0]
    return cut.strip("-") or "ohne-namen"
