"""The money of strategies and measures: every amount as it stands, sums checked, the gap computed.

An amount that is a sum, or a part of another amount, is never added to it. The gap of a year is what is needed less
what is available, and is only known where both are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from graph.facts import Facts, facts
from graph.inventory import Inventory
from graph.sources import Source
from graph.store import Askable
from graph.vocabulary import PREFIXES, local_name

AVAILABLE, NEEDED = "available", "needed"
"""Kinds of which a gap follows."""


@dataclass(frozen=True)
class Item:
    """One amount in euros."""

    iri: str
    label: str
    amount: Decimal
    kind: str = ""
    """Code of the kind: available, needed, planned, carried-over; empty is unknown."""
    kind_label: str = ""
    year: int | None = None
    written: str = ""
    """Amount or period in the words of the source."""
    total: bool = False
    whole: str = ""
    """The amount this is a part of (IRI)."""
    sources: tuple[Source, ...] = ()

    @property
    def order(self) -> tuple[int, str, str]:
        """By year, then by name; without a year last."""
        return (self.year or 9999, self.label.casefold(), self.iri)


@dataclass(frozen=True)
class Year:
    """What one year has and needs; None is unknown."""

    year: int
    available: Decimal | None
    needed: Decimal | None
    made_of: tuple[Item, ...] = ()
    """The parts of which a source says the available amount is made."""

    @property
    def gap(self) -> Decimal | None:
        """What is missing; nothing is missing where more is there than needed."""
        if self.available is None or self.needed is None:
            return None
        return max(self.needed - self.available, Decimal(0))


@dataclass(frozen=True)
class Check:
    """A sum that a source states, and what its parts come to."""

    whole: Item
    parts: tuple[Item, ...]

    @property
    def sum(self) -> Decimal:
        """The parts together."""
        return sum((part.amount for part in self.parts), Decimal(0))

    @property
    def right(self) -> bool:
        """Whether the parts come to the stated sum."""
        return self.sum == self.whole.amount


@dataclass(frozen=True)
class Budget:
    """The money of one strategy or measure."""

    owner: str
    owner_label: str
    items: tuple[Item, ...]
    years: tuple[Year, ...] = ()
    checks: tuple[Check, ...] = ()

    def stated(self, kind: str) -> Item | None:
        """The total that a source states of a kind."""
        return next((item for item in self.items if item.total and item.kind == kind), None)

    def whole(self, kind: str) -> Decimal | None:
        """What a kind comes to: as stated, else the sum of the years if each is known."""
        if found := self.stated(kind):
            return found.amount
        values = [getattr(year, kind) for year in self.years]
        return sum(values, Decimal(0)) if values and None not in values else None

    @property
    def gap(self) -> Decimal | None:
        """What is missing in all years together; None where it is not known of every year."""
        gaps = [year.gap for year in self.years]
        return (
            sum((gap for gap in gaps if gap is not None), Decimal(0)) if gaps and None not in gaps else None
        )

    @property
    def single(self) -> tuple[Item, ...]:
        """The amounts that are in no year with a gap and part of no sum: each stands alone and is added to nothing."""
        counted = {AVAILABLE, NEEDED}
        return tuple(
            item
            for item in self.items
            if not item.total and not item.whole and not (item.kind in counted and item.year)
        )

    def parts(self, whole: str) -> tuple[Item, ...]:
        """The parts of an amount (IRI)."""
        return tuple(item for item in self.items if item.whole == whole)


def budgets(store: Askable, known: Inventory, district: str = "", owner: str = "") -> list[Budget]:
    """The budgets of a district (AGS or address of an authority), of one owner (IRI), or of all; the fullest first."""
    rows = store.select(
        PREFIXES
        + """SELECT DISTINCT ?owner ?item WHERE { ?owner zg:hasBudget ?item . ?item zg:amount ?amount }
            ORDER BY ?owner ?item"""
    )
    of: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        thing = str(row["owner"])
        item = known.items.get(thing)
        if (not owner or thing == owner) and (not district or (item is not None and item.key == district)):
            of[thing].append(str(row["item"]))
    said = facts(store, {*of, *(iri for items in of.values() for iri in items)})
    found = [budget(said, thing, items) for thing, items in of.items()]
    return sorted(found, key=lambda b: (-len(b.years), -len(b.items), b.owner_label.casefold(), b.owner))


def budget(said: Facts, owner: str, iris: Iterable[str]) -> Budget:
    """The budget of one owner from what is said of it and of its amounts."""
    items = sorted((found for iri in iris if (found := _item(said, iri))), key=lambda item: item.order)
    by_iri = {item.iri: item for item in items}
    checks = [
        Check(whole, parts)
        for whole in items
        if (parts := tuple(item for item in items if item.whole == whole.iri))
    ]
    return Budget(owner, said.name(owner), tuple(items), tuple(_years(items, by_iri)), tuple(checks))


def _years(items: Sequence[Item], by_iri: dict[str, Item]) -> list[Year]:
    found = []
    for year in sorted({item.year for item in items if item.year and item.kind in (AVAILABLE, NEEDED)}):
        sums: dict[str, Decimal] = {}
        parts: list[Item] = []
        for item in items:
            if item.year != year or item.total or item.kind not in (AVAILABLE, NEEDED):
                continue
            above = by_iri.get(item.whole)
            if above and above.kind == item.kind and above.year == year:  # a part of what is counted already
                continue
            sums[item.kind] = sums.get(item.kind, Decimal(0)) + item.amount
            if item.kind == AVAILABLE:
                parts += [part for part in items if part.whole == item.iri]
        found.append(Year(year, sums.get(AVAILABLE), sums.get(NEEDED), tuple(parts)))
    return found


def _item(said: Facts, iri: str) -> Item | None:
    text = said.one(iri, "amount")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    kind = said.one(iri, "budgetKind")
    return Item(
        iri=iri,
        label=said.name(iri),
        amount=amount,
        kind=local_name(kind) if kind else "",
        kind_label=said.name(kind) if kind else "",
        year=said.number(iri, "fiscalYear"),
        written=said.text(iri, "asWritten") or said.text(iri, "periodAsWritten"),
        total=said.one(iri, "isTotal") in ("true", "1"),
        whole=said.one(iri, "partOfBudget"),
        sources=said.where(iri, "amount", text) or said.named_where(iri),
    )
