"""The board: who does what where. Shared themes × districts of a circle, each cell with what is named there.

A thing stands in a row if it has a theme of that row, or lies in an action field that the crosswalk binds to it. It may
stand in several rows, so rows are never added up; each column counts every thing once. An empty cell is one of three:
*none* (nothing is named, and no list is known to be incomplete), *incomplete* (nothing is named, but a list is known to
be incomplete) or *unknown* (nothing at all is known of the district). Presence is not adequacy: the board counts what
sources name, not whether it is enough.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.circle import circle
from graph.crosswalk import WHOLE, Crosswalk
from graph.errors import Unknown
from graph.inventory import FIELD, KINDS, MEASURE, NEED, STRATEGY, Inventory, Item
from graph.language import N_, _, ngettext
from graph.store import Askable
from graph.themes import Themes
from graph.vocabulary import quoted
from ontology.namespaces import ID
from queries import Row as Line

NAMED, NONE, INCOMPLETE, UNKNOWN = "named", "none", "incomplete", "unknown"
STATES = {
    NAMED: N_("genannt"),
    NONE: N_("nichts genannt"),
    INCOMPLETE: N_("nichts genannt, Liste unvollständig"),
    UNKNOWN: N_("unbekannt"),
}
"""State of a cell → German."""
SIGNS = {NONE: "–", INCOMPLETE: "(–)", UNKNOWN: "?"}
SHORT = {STRATEGY: "S", FIELD: "H", MEASURE: "M", NEED: "B"}
"""The letter that stands behind a number: Strategie, Handlungsfeld, Maßnahme, Bedarf."""
CROWDED = 3
"""In so many districts measures have to be named, and in at least half of those known, for a row to be crowded."""
CAUTION = N_(
    "Gezählt ist, was die Quellen nennen. Genannt heißt nicht ausreichend, und nicht genannt heißt nicht, dass es "
    "nichts gibt."
)


@dataclass(frozen=True)
class Entry:
    """One thing in a cell, and why it stands there."""

    iri: str
    label: str
    kind: str
    via: str


@dataclass(frozen=True)
class Cell:
    """A theme in a district."""

    key: str
    state: str
    entries: tuple[Entry, ...] = ()
    reason: str = ""
    """Why an empty cell is not simply empty."""

    def count(self, kind: str) -> int:
        """How many things of a kind."""
        return sum(entry.kind == kind for entry in self.entries)

    @property
    def text(self) -> str:
        """The cell in signs: `2 M, 1 S`, or why it is empty."""
        counts = [f"{n} {letter}" for kind, letter in SHORT.items() if (n := self.count(kind))]
        return ", ".join(counts) or SIGNS[self.state]


@dataclass(frozen=True)
class Column:
    """A district of the board; the numbers count each thing once."""

    key: str
    iri: str
    label: str
    known: bool
    strategies: int = 0
    fields: int = 0
    measures: int = 0
    needs: int = 0
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A theme over all districts. `load` is crowded, empty or nothing; the numbers count each thing once."""

    theme: str
    label: str
    cells: tuple[Cell, ...]
    strategies: int
    fields: int
    measures: int
    needs: int
    districts: int
    """Districts with at least one measure."""
    load: str
    sentence: str


@dataclass(frozen=True)
class Board:
    """The whole board."""

    district: str
    circle: str
    under: str
    """The theme whose narrower themes the rows are; empty for the broadest ones."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sentence: str
    caution: str = CAUTION


def board(
    store: Askable,
    known: Inventory,
    mapped: Crosswalk,
    tree: Themes,
    district: str,
    kind: str = "region",
    under: str = "",
) -> Board:
    """The board of a district (AGS) and its circle; rows are the broadest themes or, of one theme, the next narrower.

    Own column first, then districts by name, then regions and states. With the circle `all` those of which nothing is
    known are left out and counted in the sentence. Raises `Unknown`.
    """
    if under:
        under = next((i for i in (under, f"{ID}{under}", f"{ID}theme/{under}") if i in tree.labels), under)
        if under not in tree.labels:
            raise Unknown("Das Thema", under.removeprefix(str(ID)))
    keys, left_out = _keys(store, known, district, kind)
    columns = tuple(_column(known, key) for key in keys)
    themes = ((*tree.below(under), under) if under else tree.roots) if tree.labels else ()
    placed = {key: list(_placed(known, mapped, tree, key)) for key in keys}
    rows = []
    for theme in themes:
        alone = theme == under
        cells = tuple(_cell(known, tree, column, placed[column.key], theme, alone) for column in columns)
        if alone and not any(cell.entries for cell in cells):
            continue
        label = (
            _("{theme} (ohne engeres Thema)").format(theme=tree.label(theme))
            if alone and tree.below(under)
            else tree.label(theme)
        )
        rows.append(_row(theme, label, cells, columns))
    if not under and (row := _unassigned(known, columns, placed)):
        rows.append(row)
    return Board(district, kind, under, columns, tuple(rows), _sentence(columns, rows, left_out))


def matrix(found: Board) -> list[Line]:
    """The board as a table: a row a theme, a column a district, the last row the totals of the columns."""
    rows: list[Line] = []
    names = _column_names(found.columns)
    for row in found.rows:
        cells = {names[cell.key]: cell.text for cell in row.cells}
        rows.append(
            {"Thema": row.label, **cells, "Kreise mit Maßnahmen": row.districts, "Lage": LOADS[row.load]}
        )
    totals = {
        names[c.key]: ", ".join(
            f"{n} {SHORT[kind]}"
            for kind, n in (
                (STRATEGY, c.strategies),
                (FIELD, c.fields),
                (MEASURE, c.measures),
                (NEED, c.needs),
            )
            if n
        )
        or SIGNS[NONE if c.known else UNKNOWN]
        for c in found.columns
    }
    return [*rows, {"Thema": "zusammen, jedes einmal", **totals, "Kreise mit Maßnahmen": "", "Lage": ""}]


def details(found: Board) -> list[Line]:
    """The board as a list: one line for each thing in each cell, and one for each cell without any."""
    lines: list[Line] = []
    names = _column_names(found.columns)
    for row in found.rows:
        for cell in row.cells:
            for entry in cell.entries or (Entry("", "", "", cell.reason),):
                lines.append(
                    {
                        "Thema": row.label,
                        "Kreis": names[cell.key],
                        "Stand": STATES[cell.state],
                        "Art": KINDS[entry.kind][0] if entry.kind else "",
                        "Name": entry.label,
                        "warum hier": entry.via,
                        "Adresse": entry.iri,
                        "Thema (Adresse)": row.theme,
                    }
                )
    return lines


LOADS = {"crowded": N_("viele"), "empty": N_("keine Maßnahme"), "": ""}


def _column_names(columns: Sequence[Column]) -> dict[str, str]:
    """A name for each column; where two share one, with the key."""
    labels = [column.label for column in columns]
    return {c.key: c.label if labels.count(c.label) == 1 else f"{c.label} ({c.key})" for c in columns}


def _keys(store: Askable, known: Inventory, district: str, kind: str) -> tuple[list[str], int]:
    """The keys of the columns, and how many districts are left out since nothing is known of them."""
    around = circle(store, district, kind, known.places)
    keys = {known.key_of(authority) for authority in around.authorities} - {district}
    told = known.told
    # A region or the state has a column only where something is known of it.
    shown = keys & told if kind == "all" else {k for k in keys if k in told or k not in known.places}
    left_out = sum(key not in known.places for key in keys - shown)
    return [
        district,
        *sorted(shown, key=lambda k: (k in known.places, _short_name(known.name(k)), known.name(k), k)),
    ], left_out


def _short_name(name: str) -> str:
    return name.split(" ", 1)[-1].casefold()


def _column(known: Inventory, key: str) -> Column:
    incomplete = dict.fromkeys(
        reason for kind in (FIELD, MEASURE, NEED) for reason in known.incomplete(key, kind)
    )
    if known.is_known(key) and not known.of(key, NEED):
        incomplete[_("Bedarfe sind für {name} nicht bekannt.").format(name=known.name(key))] = None
    counts = {kind: len(known.current(key, kind)) for kind in SHORT}
    return Column(
        key, known.iri(key), known.name(key), known.is_known(key),
        counts[STRATEGY], counts[FIELD], counts[MEASURE], counts[NEED], tuple(incomplete),
    )  # fmt: skip


Placed = tuple[Item, tuple[tuple[str, str], ...]]
"""A thing with the themes it belongs to, each with the reason."""


def _placed(known: Inventory, mapped: Crosswalk, tree: Themes, key: str) -> Iterator[Placed]:
    for item in known.of(key):
        if item.kind not in SHORT or (item.kind == FIELD and item.strategy in known.former):
            continue
        why: dict[str, str] = {}
        if item.kind == FIELD:
            for mapping in mapped.of(item.iri):
                why.setdefault(mapping.theme, _("Zuordnung: {meaning}").format(meaning=mapping.meaning))
        for theme in item.themes if item.kind != FIELD or not why else ():
            why.setdefault(theme, _("Thema {name}").format(name=quoted(tree.label(theme))))
        for field in item.fields:
            of = known.items[field].label if field in known.items else field
            for mapping in mapped.of(field):
                if mapping.relation in WHOLE:
                    said = _("Handlungsfeld {name}: {meaning}")
                    why.setdefault(mapping.theme, said.format(name=quoted(of), meaning=mapping.meaning))
        yield item, tuple(why.items())


def _cell(
    known: Inventory, tree: Themes, column: Column, placed: Sequence[Placed], theme: str, alone: bool
) -> Cell:
    entries = []
    for item, why in placed:
        reason = next((r for t, r in why if (t == theme if alone else tree.within(t, theme))), None)
        if reason:
            entries.append(Entry(item.iri, item.label, item.kind, reason))
    entries.sort(key=lambda e: (list(SHORT).index(e.kind), e.label.casefold(), e.iri))
    return _stated(known, column, tuple(entries))


def _stated(known: Inventory, column: Column, entries: tuple[Entry, ...]) -> Cell:
    if entries:
        return Cell(column.key, NAMED, entries)
    if not column.known:
        return Cell(
            column.key, UNKNOWN, reason=_("Über {name} liegen keine Angaben vor.").format(name=column.label)
        )
    gaps = [*known.incomplete(column.key, FIELD), *known.incomplete(column.key, MEASURE)]
    if gaps:
        return Cell(column.key, INCOMPLETE, reason=" ".join(dict.fromkeys(gaps)))
    return Cell(column.key, NONE)


def _row(theme: str, label: str, cells: tuple[Cell, ...], columns: Sequence[Column]) -> Row:
    things = {(entry.kind, entry.iri) for cell in cells for entry in cell.entries}
    counts = {kind: sum(k == kind for k, _ in things) for kind in SHORT}
    served = [cell for cell in cells if cell.count(MEASURE)]
    known = sum(column.known for column in columns)
    load = ""
    if not served:
        load = "empty"
    elif len(served) >= CROWDED and 2 * len(served) >= known:
        load = "crowded"
    names = {column.key: column.label for column in columns}
    return Row(
        theme, label, cells,
        counts[STRATEGY], counts[FIELD], counts[MEASURE], counts[NEED], len(served), load,
        _row_sentence(label, cells, served, counts, names, load, known),
    )  # fmt: skip


def _row_sentence(
    label: str,
    cells: Sequence[Cell],
    served: Sequence[Cell],
    counts: dict[str, int],
    names: dict[str, str],
    load: str,
    known: int,
) -> str:
    own = cells[0] if cells else None
    if load == "empty":
        told = _listed([_counted(kind, counts[kind]) for kind in (NEED, FIELD, STRATEGY) if counts[kind]])
        text = _(
            "{theme}: In keinem der {count} bekannten Kreise und Verbände ist eine Maßnahme genannt"
        ).format(theme=label, count=known)
        return text + (_(", obwohl es dazu gibt: {things}.").format(things=told) if told else ".")
    most = max(served, key=lambda cell: cell.count(MEASURE))
    measures = _counted(MEASURE, counts[MEASURE])
    if len(served) == 1:
        text = _("{theme}: {measures}, alle: {name}").format(
            theme=label, measures=measures, name=names[most.key]
        )
    else:
        text = _(
            "{theme}: {measures} in {count} von {known} bekannten Kreisen und Verbänden, die meisten: {name}"
        ).format(theme=label, measures=measures, count=len(served), known=known, name=names[most.key])
    if load == "crowded":
        text += _("; viele arbeiten daran, fragen lohnt sich, ehe man neu anfängt")
    if own and not own.count(MEASURE):
        needs = own.count(NEED)
        text += _("; {name}: keine genannt").format(name=names[own.key])
        if needs:
            text += " " + ngettext("bei {count} Bedarf", "bei {count} Bedarfen", needs).format(count=needs)
    return f"{text}."


def _counted(kind: str, count: int) -> str:
    return {
        STRATEGY: ngettext("{count} Strategie", "{count} Strategien", count),
        FIELD: ngettext("{count} Handlungsfeld", "{count} Handlungsfelder", count),
        MEASURE: ngettext("{count} Maßnahme", "{count} Maßnahmen", count),
        NEED: ngettext("{count} Bedarf", "{count} Bedarfe", count),
    }[kind].format(count=count)


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return _("{several} und {last}").format(several=", ".join(parts[:-1]), last=parts[-1])


def _unassigned(known: Inventory, columns: Sequence[Column], placed: dict[str, list[Placed]]) -> Row | None:
    """The row of what has no theme: it would be missing without a word."""
    cells = []
    for column in columns:
        entries = tuple(
            Entry(item.iri, item.label, item.kind, _("noch keinem Thema zugeordnet"))
            for item, why in placed[column.key]
            if not why
        )
        cells.append(_stated(known, column, entries))
    if not any(cell.entries for cell in cells):
        return None
    row = _row("", _("ohne Thema"), tuple(cells), columns)
    count = sum(len(cell.entries) for cell in cells)
    text = ngettext(
        "{count} Angabe ist noch keinem Thema zugeordnet und fehlt in den Zeilen darüber.",
        "{count} Angaben sind noch keinem Thema zugeordnet und fehlen in den Zeilen darüber.",
        count,
    ).format(count=count)
    return Row(
        "", row.label, row.cells, row.strategies, row.fields, row.measures, row.needs, row.districts, "", text
    )


def _sentence(columns: Sequence[Column], rows: Sequence[Row], left_out: int) -> str:
    unknown = [column.label for column in columns if not column.known]
    crowded = [row.label for row in rows if row.load == "crowded"]
    empty = [row.label for row in rows if row.load == "empty"]
    parts = [
        _("{count} Kreise und Verbände, {measures} Maßnahmen.").format(
            count=sum(c.known for c in columns), measures=sum(c.measures for c in columns)
        )
    ]
    if crowded:
        parts.append(_("Viele arbeiten an: {names}.").format(names=", ".join(crowded)))
    if empty:
        parts.append(_("Keine Maßnahme ist genannt zu: {names}.").format(names=", ".join(empty)))
    if unknown:
        parts.append(_("Nichts bekannt ist über: {names}.").format(names=", ".join(unknown)))
    if left_out:
        said = _("Über {count} weitere Kreise ist nichts bekannt; sie sind weggelassen.")
        parts.append(said.format(count=left_out))
    return " ".join(parts)
