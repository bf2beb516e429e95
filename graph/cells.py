"""Cells of a spreadsheet as text, and the words in which a file is refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.errors import Fault, InvalidData
from graph.language import _
from graph.spelling import number

LARGEST = 1_000_000
"""Bytes of a file; the template with a thousand measures has a quarter of that."""
UNPACKED = 12_000_000
"""Bytes of all parts of a workbook."""
PARTS, SHEETS, CELLS = 400, 20, 200_000
"""So many parts, sheets and filled cells a workbook may have."""
MERGED = 2_000
"""Merged areas of a sheet."""
LONGEST = 20_000
"""Characters of a cell that are kept; so many are too many wherever they stand."""
CHARACTERS = 5_000_000
"""Characters of all cells of a workbook; many cells can share one text that stands in the file once."""
WIDE = 200
"""Columns of a table; the template has thirty."""

TEXT, NUMBER, DATE, TRUTH, FORMULA, ERROR = "text", "number", "date", "truth", "formula", "error"
"""What a cell holds."""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, as text: a number as `72577.5`, a date as exact as it is shown (`2025-01-14`)."""

    text: str
    kind: str = TEXT


@dataclass(frozen=True)
class Row:
    """The filled cells of a row by column; rows and columns count from 1."""

    number: int
    cells: Mapping[int, Cell]


@dataclass(frozen=True)
class Area:
    """Cells that are merged into one."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Sheet:
    """A sheet with its filled rows in their order; a CSV file is one without a name."""

    name: str
    rows: tuple[Row, ...]
    merged: tuple[Area, ...] = ()


def refused(name: str, reason: str) -> InvalidData:
    """The error of a file that is not read at all."""
    return InvalidData([Fault(reason, name)])


def too_much(name: str) -> InvalidData:
    """The error of a file that holds more than is read."""
    return refused(
        name,
        _(
            "Die Datei enthält ausgepackt mehr, als gelesen wird (höchstens {bytes} Bytes, {cells} Zellen und "
            "{characters} Zeichen). Bitte die Maßnahmen in eine neue Vorlage einfügen oder auf mehrere Dateien "
            "verteilen."
        ).format(bytes=number(UNPACKED), cells=number(CELLS), characters=number(CHARACTERS)),
    )
