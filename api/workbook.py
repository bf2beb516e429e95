"""Tables as Excel workbooks, written as the rows come.

As a program (`python -m api.workbook ANSWER FILE TITLE MOST`) it turns a SPARQL answer in JSON, or the rows of a table,
into a workbook beside the service, whose visitors would otherwise wait for it, and prints how many rows it wrote.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from api.cells import ROWS, cell_text
from graph.store import NUMBERS, XSD
from queries import Row, Value

WIDEST = 60
MEASURED = 100
"""Rows that a column's width is measured by."""
BOOLEAN = f"{XSD}boolean"


def write_xlsx(names: Sequence[str], rows: Iterable[Row], file: Path | BytesIO, title: str) -> int:
    """Writes a workbook with one sheet, a fixed header and a filter, and says how many rows it has.

    Text stays text, also where it begins with „=“: a name from a source must not become a formula in somebody's office.
    """
    workbook = Workbook(write_only=True)
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
    workbook.save(file)
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


def _value(term: object) -> Value:
    if isinstance(term, ox.Literal):
        if term.datatype.value == BOOLEAN:
            return term.value in ("true", "1")
        kind = NUMBERS.get(term.datatype.value)
        return kind(term.value) if kind else term.value
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode) else None


def main(answer: str, file: str, title: str, most: str) -> None:
    """Writes the table in one file as a workbook into the other; a row more than `most` shows that it is too long."""
    os.nice(10)  # visitors first
    names, rows = _handed(Path(answer)) if Path(answer).name == ROWS else _answered(answer)
    sys.stdout.write(str(write_xlsx(names, islice(rows, int(most) + 1), Path(file), title)))


def _handed(file: Path) -> tuple[list[str], Iterable[Row]]:
    """The rows that the service computed."""
    table = json.loads(file.read_bytes())
    return table["names"], (dict(zip(table["names"], row, strict=True)) for row in table["rows"])


def _answered(file: str) -> tuple[list[str], Iterable[Row]]:
    """The rows of a SPARQL answer."""
    solutions = ox.parse_query_results(path=file, format=ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return names, ({name: _value(solution[name]) for name in names} for solution in solutions)


if __name__ == "__main__":
    main(*sys.argv[1:])
