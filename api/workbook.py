"""Tables of ours as Excel workbooks. Answers of the engine are written by `api.sheets`."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from api.cells import cell_text
from queries import Row, Value

WIDEST = 60
MEASURED = 100
"""Rows that a column's width is measured by."""


def write_xlsx(names: Sequence[str], rows: Iterable[Row], file: Path | BytesIO, title: str) -> int:
    """Writes a workbook with one sheet, a fixed header and a filter, and says how many rows it has.

    Text stays text, also where it begins with „=“: a name from a source must not become a formula in somebody's office.
    """
    workbook = Workbook(write_only=True)
    count = add_sheet(workbook, names, rows, title)
    workbook.save(file)
    return count


def add_sheet(workbook: Workbook, names: Sequence[str], rows: Iterable[Row], title: str) -> int:
    """Adds a sheet with a fixed header and a filter to a workbook that is only written, and says how many rows it
    has."""
    sheet = workbook.create_sheet("".join(sign for sign in title if sign not in "[]:*?/\\")[:31] or "Tabelle")
    coming = iter(rows)
    first = list(islice(coming, MEASURED))
    for column, name in enumerate(names, 1):
        longest = max((len(cell_text(row[name])) for row in first), default=0)
        width = min(WIDEST, max(len(name), longest) + 2)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    head, body = _text(sheet, ""), _text(sheet, "")
    head.font = Font(bold=True)
    head.alignment = body.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.append([_styled(_text(sheet, name), head) for name in names])
    count = 0
    for row in chain(first, coming):
        sheet.append([_styled(_cell(sheet, row[name]), body) for name in names])
        count += 1
    if names:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{count + 1}"
    return count


def _cell(sheet: Any, value: Value) -> Cell:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and isfinite(value):
        return WriteOnlyCell(sheet, float(value) if isinstance(value, Decimal) else value)
    return _text(sheet, cell_text(value))


def _text(sheet: Any, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))
    cell.data_type = "s"
    return cell


def _styled(cell: Cell, model: Cell) -> Cell:
    """The cell with the model's style; to work the style out anew for each takes twice as long as all the rest."""
    cell._style = model._style  # type: ignore[attr-defined]
    return cell
