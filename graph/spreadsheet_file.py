"""A spreadsheet that somebody sends: its sheets as cells of text, whether XLSX or CSV.

CSV is read in whatever encoding and with whatever separator German offices write it.
"""

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from io import StringIO

from openpyxl.utils import get_column_letter

from graph import xlsx
from graph.cells import CELLS, FORMULA, LARGEST, LONGEST, TEXT, Cell, Row, Sheet, refused, too_much
from graph.language import _
from graph.spelling import number


def read(content: bytes, name: str) -> list[Sheet]:
    """The sheets of an XLSX or CSV file; `name` is what its errors carry. Raises `InvalidData`."""
    if len(content) > LARGEST:
        raise refused(
            name,
            _(
                "Die Datei hat {found} Bytes; höchstens {most} sind möglich. Bitte nur die Maßnahmen darin lassen."
            ).format(found=number(len(content)), most=number(LARGEST)),
        )
    if not content.strip():
        raise refused(name, _("Die Datei ist leer."))
    if content.startswith(b"PK"):
        return xlsx.workbook(content, name)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused(
            name,
            _(
                "Die Datei ist mit einem Passwort geschützt oder im alten Format .xls. "
                "Bitte ohne Passwort als „Excel-Arbeitsmappe (.xlsx)“ speichern."
            ),
        )
    if content.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"<html", b"<!DOCTYPE")):
        raise refused(name, _("Das ist keine Tabelle. Lesbar sind XLSX und CSV."))
    return [_table(content, name)]


def address(column: int, row: int) -> str:
    """The name of a cell as people know it: `D7`."""
    return f"{get_column_letter(column)}{row}"


def filled(sheet: Sheet) -> Iterator[tuple[Row, frozenset[int]]]:
    """The rows, each with the values of cells that are merged from above, and the columns that got theirs so."""
    above = {row.number: row.cells for row in sheet.rows}
    numbers, borrowed, count = list(above), defaultdict[int, dict[int, Cell]](dict), 0
    for area in sheet.merged:
        value = above.get(area.top, {}).get(area.left)
        reached = numbers[bisect_right(numbers, area.top) : bisect_right(numbers, area.bottom)]
        count += len(reached)
        if value is None or count > CELLS:
            continue
        for place in reached:
            borrowed[place].setdefault(area.left, value)
    for row in sheet.rows:
        own = borrowed.get(row.number, {}).keys() - row.cells.keys()
        yield Row(row.number, {**borrowed.get(row.number, {}), **row.cells}), frozenset(own)


def _table(content: bytes, name: str) -> Sheet:
    text = _decoded(content)
    if "\x00" in text:
        raise refused(name, _("Das ist keine Tabelle. Lesbar sind XLSX und CSV."))
    try:
        lines = list(csv.reader(StringIO(text, newline=""), delimiter=_separator(text)))
    except csv.Error as error:
        raise refused(
            name, _("Die CSV-Datei lässt sich nicht lesen: {reason}.").format(reason=error)
        ) from error
    rows, count = [], 0
    for position, line in enumerate(lines, 1):
        cells = {column: _typed(value) for column, value in enumerate(line, 1) if value.strip()}
        count += len(cells)
        if count > CELLS:
            raise too_much(name)
        if cells:
            rows.append(Row(position, cells))
    return Sheet("", tuple(rows))


def _typed(value: str) -> Cell:
    text = value.strip()[:LONGEST]
    return Cell(text, FORMULA if text.startswith("=") else TEXT)


def _decoded(content: bytes) -> str:
    """UTF-8, else UTF-16 with its mark, else what Excel writes on Windows, in which every byte means something."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _separator(text: str) -> str:
    """Of semicolon, tab and comma the one that stands most evenly in the first lines."""
    first = [line for line in text.splitlines()[:20] if line.strip()]

    def fits(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in first]
        return sum(1 for count in counts if count), max(counts, default=0)

    return max(";\t,", key=fits)
