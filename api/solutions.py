"""An answer of the engine as people see it: its first rows, names instead of addresses, and what can be drawn of it."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from api.sparql.formats import JSON, NTRIPLES, TSV
from api.sparql.run import Answer
from graph.errors import LimitReached
from graph.language import N_
from ontology.namespaces import ID, PREFIXES

MOST_ROWS = 1000
MOST_COLUMNS, CELLS_A_ROW = 100, 20
"""So many columns are shown; and fewer rows where they have more cells than these, taken together."""
MOST_BYTES = 5_000_000
"""So much of an answer is shown on a page; downloads have all of it."""
COUNTING = 1.0
COUNTED_BYTES = 50_000_000
"""So long (seconds), and so far, the rows that are not shown are counted."""

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float")}
TERM = re.compile(r'<([^>]*)>|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?', re.DOTALL)
"""A term in Turtle, as TSV and N-Triples write it."""
TRIPLE = re.compile(rf"({TERM.pattern}|_:[^\s<>\"]+)\s*", re.DOTALL)
ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
CHARACTERS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
SHORT = (
    (re.compile(r"[+-]?[0-9]+"), f"{XSD}integer"),
    (re.compile(r"[+-]?[0-9]*\.[0-9]+"), f"{XSD}decimal"),
    (re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"), f"{XSD}double"),
    (re.compile(r"true|false"), f"{XSD}boolean"),
)
"""Literals that may stand without quotation marks, and their types."""
GRAPH_COLUMNS = (N_("Subjekt"), N_("Prädikat"), N_("Objekt"))
NAMED = "Label"
"""A column `xLabel` holds the names of the things in `x`."""
DISTRICT = f"{ID}district/"
KEY = re.compile(r"[0-9]{5}")
IN_DISTRICT = re.compile(r".*-([0-9]{5})")
"""Districts carry their official key at the end of their IRI."""


@dataclass(frozen=True)
class Term:
    """A value of an answer: `iri`, `literal`, or `blank` for a thing without address."""

    kind: str
    value: str
    language: str = ""
    datatype: str = ""

    @property
    def number(self) -> Decimal | None:
        """The value as a number, None if it is none."""
        if self.datatype not in NUMBERS:
            return None
        try:
            found = Decimal(self.value)
        except InvalidOperation:
            return None
        return found if found.is_finite() else None


Row = tuple[Term | None, ...]


@dataclass(frozen=True)
class Table:
    """The first rows of an answer.

    `counted` are the rows that came until nobody counted on; `complete` says that these are all, and `limit` why the
    engine broke off, if it did. `truth` is the answer to ASK.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    counted: int = 0
    complete: bool = True
    limit: str = ""
    is_graph: bool = False
    truth: bool | None = None
    left_columns: int = 0
    """Columns beyond those that are shown."""

    def iris(self) -> set[str]:
        """Every IRI in it."""
        return {term.value for row in self.rows for term in row if term and term.kind == "iri"}


@dataclass(frozen=True)
class Cell:
    """A value as the page shows it; `iri` is empty for anything but an IRI."""

    text: str
    iri: str = ""
    language: str = ""
    datatype: str = ""
    blank: bool = False


@dataclass(frozen=True)
class Column:
    """A column as the page shows it; `names` is the column of the answer that its words come from, if another."""

    name: str
    place: int
    names: int | None = None
    numeric: bool = False


@dataclass(frozen=True)
class Shown:
    """A table as the page shows it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: tuple[str, ...]
    """Columns that only name what stands in another, and are not shown beside it."""


async def first_rows(found: Answer, most: int = MOST_ROWS) -> Table:
    """The beginning of an answer in TSV, JSON (a truth) or N-Triples. Raises `LimitReached` where there is none."""
    kind = found.content_type.partition(";")[0]
    head = 1 if kind == TSV else 0
    raw, lines, limit, complete = bytearray(), 0, "", False
    size, reading, until, last = 0, True, 0.0, b""
    now = asyncio.get_running_loop().time
    try:
        async for chunk in found.chunks:
            lines += chunk.count(b"\n")
            size, last = size + len(chunk), chunk[-1:] or last
            if reading:
                raw += chunk
                reading = lines <= most + head and size <= MOST_BYTES
                until = now() + COUNTING
            elif now() > until or size > COUNTED_BYTES:
                break
        else:
            complete = True
    except LimitReached as error:
        if b"\n" not in raw:
            raise
        limit = str(error)
    finally:
        await found.close()
    if kind == JSON:
        return Table(truth=bool(json.loads(raw)["boolean"]))
    return await asyncio.to_thread(
        _table, raw, kind, lines, complete, complete and reading, last, limit, most
    )


def _table(
    raw: bytearray, kind: str, lines: int, complete: bool, whole: bool, last: bytes, limit: str, most: int
) -> Table:
    """The bytes of an answer as a table; `whole` says that they are all of it."""
    head = 1 if kind == TSV else 0
    lines += complete and last not in (b"", b"\n")  # the last row may stand there without an end
    if not whole:
        del raw[raw.rfind(b"\n") + 1 :]
    text = raw.decode("utf-8").removesuffix("\n")
    written = text.split("\n") if text or head else []
    shown = written[head : head + most]
    if kind == TSV:
        columns = tuple(name.removeprefix("?") for name in written[0].split("\t")) if written[0] else ()
        width = min(len(columns), MOST_COLUMNS)
        shown = shown[: most * CELLS_A_ROW // max(width, CELLS_A_ROW)]
        rows = tuple(tuple(map(term, line.split("\t")[:width])) if columns else () for line in shown)
        left = len(columns) - width
        return Table(columns[:width], rows, max(0, lines - head), complete, limit, left_columns=left)
    assert kind == NTRIPLES
    triples = tuple(
        tuple(term(match[0].strip()) for match in list(TRIPLE.finditer(line))[:3]) for line in shown
    )
    return Table(GRAPH_COLUMNS, triples, lines, complete, limit, is_graph=True)


def term(text: str) -> Term | None:
    """A term as TSV or N-Triples write it; None for nothing."""
    if not text:
        return None
    match = TERM.fullmatch(text)
    if match is None:
        if text.startswith("_:"):
            return Term("blank", text)
        datatype = next((kind for pattern, kind in SHORT if pattern.fullmatch(text)), "")
        return Term("literal", text, datatype=datatype)
    if match[1] is not None:
        return Term("iri", ESCAPED.sub(_character, match[1]))
    return Term("literal", ESCAPED.sub(_character, match[2]), match[3] or "", match[4] or "")


def shown(table: Table, names: Mapping[str, str]) -> Shown:
    """The table with names instead of addresses; `names` holds those of IRIs that have one."""
    places = {name: place for place, name in enumerate(table.columns)}
    naming = {
        places[f"{name}{NAMED}"]: place
        for name, place in places.items()
        if f"{name}{NAMED}" in places and _all(table, place, lambda term: term.kind == "iri")
    }
    by_thing = {place: names_place for names_place, place in naming.items()}
    columns = tuple(
        Column(name, place, by_thing.get(place), _is_numeric(table, place))
        for name, place in places.items()
        if place not in naming
    )
    rows = tuple(tuple(_cell(row, column, names) for column in columns) for row in table.rows)
    return Shown(columns, rows, tuple(table.columns[place] for place in sorted(naming)))


def short(iri: str) -> str:
    """An IRI in the short form of tables and queries, as far as it has one."""
    for prefix, space in PREFIXES.items():
        if iri.startswith(str(space)) and len(iri) > len(str(space)):
            rest = iri[len(str(space)) :]
            return rest if prefix == "id" else f"{prefix}:{rest}"
    return iri


def chartable(table: Shown) -> tuple[list[Column], list[Column]]:
    """The columns that can name the bars of a chart, and those that can measure them."""
    labels = [
        column
        for place, column in enumerate(table.columns)
        if not column.numeric and any(row[place].text for row in table.rows)
    ]
    return labels, [column for column in table.columns if column.numeric]


def bars(table: Table, displayed: Shown, label: str, value: str) -> list[tuple[str, Decimal]]:
    """Name and number of each row that has a number, in the order of the answer. Nothing is added up."""
    names = [column.name for column in displayed.columns]
    name, place = names.index(label), table.columns.index(value)
    found = []
    for row, cells in zip(table.rows, displayed.rows, strict=True):
        measured = row[place]
        amount = measured.number if measured else None
        if amount is not None:
            found.append((cells[name].text or "–", amount))
    return found


def district_values(table: Table, value: str = "") -> dict[str, Decimal]:
    """District (official key) → the number of its row, or how many rows name it.

    Empty where no column holds districts. Where a district stands in several rows, these are counted: nothing is added
    up.
    """
    place = next((n for n, name in enumerate(table.columns) if _holds_districts(table, n, name)), None)
    if place is None:
        return {}
    keys = [(key(row[place]), row) for row in table.rows if row[place]]
    counts = Counter(each for each, _ in keys)
    if not value or max(counts.values(), default=0) > 1:
        return {each: Decimal(count) for each, count in counts.items()}
    measured = table.columns.index(value)
    return {
        each: number
        for each, row in keys
        if (term := row[measured]) is not None and (number := term.number) is not None
    }


def key(term: Term | None) -> str:
    """The official key of a district, empty for anything else."""
    if term is None:
        return ""
    if term.kind == "literal":
        return term.value if KEY.fullmatch(term.value) and term.datatype not in NUMBERS else ""
    found = IN_DISTRICT.fullmatch(term.value) if term.value.startswith(DISTRICT) else None
    return found[1] if found else ""


def links(table: Table, is_term: Callable[[str], bool]) -> list[tuple[str, str, str]]:
    """Subject, relation and object of every row that joins two things.

    The relation is the IRI in a column of terms between the two, else the name of the second column. Empty if fewer
    than two columns hold things.
    """
    if table.is_graph:
        return [
            (s.value, p.value, o.value)
            for s, p, o in (row for row in table.rows if len(row) == 3)
            if s and p and o and s.kind == o.kind == "iri" and not is_term(o.value)
        ]
    iris = [
        place for place in range(len(table.columns)) if _all(table, place, lambda term: term.kind == "iri")
    ]
    telling = [place for place in iris if _all(table, place, lambda term: is_term(term.value))]
    things = [place for place in iris if place not in telling]
    if len(things) < 2:
        return []
    first, second = things[:2]
    between = next((place for place in telling), None)
    found = []
    for row in table.rows:
        subject, object_ = row[first], row[second]
        said = row[between] if between is not None else None
        if subject and object_:
            found.append((subject.value, said.value if said else table.columns[second], object_.value))
    return found


def _cell(row: Row, column: Column, names: Mapping[str, str]) -> Cell:
    said = row[column.place] if column.place < len(row) else None
    named = row[column.names] if column.names is not None else None
    if said is None:
        return Cell(named.value if named else "", language=named.language if named else "")
    if said.kind == "iri":
        if named is not None:
            return Cell(named.value, said.value, named.language)
        return Cell(names.get(said.value) or short(said.value), said.value)
    return Cell(said.value, language=said.language, datatype=said.datatype, blank=said.kind == "blank")


def _all(table: Table, place: int, holds: Callable[[Term], bool]) -> bool:
    """Whether a column has values, and all of them are such."""
    found = [row[place] for row in table.rows if place < len(row) and row[place] is not None]
    return bool(found) and all(holds(term) for term in found if term is not None)


def _is_numeric(table: Table, place: int) -> bool:
    return _all(table, place, lambda term: term.number is not None)


def _holds_districts(table: Table, place: int, name: str) -> bool:
    """Whether all values are districts; five digits count only where the column is called so: others have them, too."""
    keys = name.lower().endswith("ags")
    return _all(table, place, lambda term: bool(key(term)) and (keys or term.kind == "iri"))


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else CHARACTERS.get(match[3], match[3])
