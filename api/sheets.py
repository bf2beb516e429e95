"""A table as an Excel file, written while its rows come: the first bytes go out before the last row is known.

As a program (`python -m api.sheets TITLE [NAMES]`) it turns a SPARQL answer in JSON on its standard input into a
workbook on its standard output, beside the service, whose visitors would otherwise wait for it. It imports little,
since it is started for every file. Commands write theirs by `api.workbook`.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pyoxigraph as ox

Cell = str | int | float | None

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float")}
BOOLEAN = f"{XSD}boolean"
PLAIN = re.compile(r"[+-]?[0-9]{1,15}|[+-]?(?=[0-9.]{1,16}(?![0-9.]))[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?")
"""Numbers that Excel keeps as they are; it has fifteen digits, a longer one stays text."""
ROWS = 1_000_000
"""Rows of one sheet; Excel takes 1,048,576. What is more goes on in the next one."""
MEASURED = 100
"""Rows that a column's width is measured by."""
WIDEST = 60
LONGEST = 32_767
"""Characters that a cell may have."""
CUT = " … [gekürzt]"
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry: https://www.w3.org/TR/xml/#charsets"""
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Excel reads `_x0041_` as A; an underscore that stands for itself is `_x005F_` then."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPES = (
    f'{XML}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>'
)
"""Every sheet is of the kind that XML has here by default, so their number need not be known beforehand."""
ROOT = (
    f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
TOP = '<alignment vertical="top" wrapText="1"/>'
STYLES = (
    f'{XML}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    f'<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">{TOP}</xf>'
    f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">{TOP}</xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Standard" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
HEAD, BODY = 1, 2
"""Styles of the first row and of the others."""


def write(names: Sequence[str], rows: Iterable[Sequence[Cell]], out: IO[bytes], title: str) -> int:
    """Writes a workbook into a stream that need not be seekable, and says how many rows it has.

    Text stays text, also where it begins with „=“: a name from a source must not become a formula in somebody's office.
    """
    coming, count, sheets = iter(rows), 0, 0
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        _put(package, "[Content_Types].xml", TYPES)
        _put(package, "_rels/.rels", ROOT)
        _put(package, "xl/styles.xml", STYLES)
        more: list[Sequence[Cell]] = []
        while not sheets or more:
            sheets += 1
            written, more = _sheet(
                package, sheets, names, [*more, *islice(coming, MEASURED - len(more))], coming
            )
            count += written
        _put(package, "xl/_rels/workbook.xml.rels", _relations(sheets))
        _put(package, "xl/workbook.xml", _workbook(title, sheets))
    return count


def _sheet(
    package: ZipFile,
    number: int,
    names: Sequence[str],
    first: Sequence[Sequence[Cell]],
    coming: Iterator[Sequence[Cell]],
) -> tuple[int, list[Sequence[Cell]]]:
    """Writes one sheet; how many rows it has, and the row that had no place, if there is one."""
    count = 0
    with package.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w") as file:
        selected = ' tabSelected="1"' if number == 1 else ""
        file.write(
            f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView{selected} workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"{_columns(names, first)}<sheetData>{_row(names, HEAD)}".encode()
        )
        for row in first:
            file.write(_row(row, BODY).encode())
            count += 1
        for row in islice(coming, ROWS - count):
            file.write(_row(row, BODY).encode())
            count += 1
        reference = f'<autoFilter ref="A1:{_letter(len(names))}{count + 1}"/>' if names else ""
        file.write(f"</sheetData>{reference}</worksheet>".encode())
    return count, list(islice(coming, 1))


def _row(cells: Sequence[Cell], style: int) -> str:
    return f"<row>{''.join([_cell(cell, style) for cell in cells])}</row>"


def _cell(value: Cell, style: int) -> str:
    if value is None or value == "":
        return f'<c s="{style}"/>'
    if isinstance(value, str):
        return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
    return f'<c s="{style}"><v>{value}</v></c>'


def _text(value: str) -> str:
    if len(value) > LONGEST:
        value = value[: LONGEST - len(CUT)] + CUT
    return escape(ESCAPE.sub("_x005F_", UNWRITABLE.sub("\ufffd", value)))


def _columns(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    if not names:
        return ""
    widths = [
        min(WIDEST, max(len(name), *(len(str(row[place] or "")) for row in rows), 0) + 2)
        for place, name in enumerate(names)
    ]
    columns = (
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
    )
    return f"<cols>{''.join(columns)}</cols>"


def _letter(number: int) -> str:
    """The letters of a column: A, …, Z, AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _relations(sheets: int) -> str:
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, sheets + 1)
    )
    styles = f'<Relationship Id="rId{sheets + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{each}{styles}</Relationships>'


def _workbook(title: str, sheets: int) -> str:
    plain = (
        UNWRITABLE.sub("", "".join(sign for sign in title if sign not in "[]:*?/\\")).strip("' ") or "Tabelle"
    )
    named = [plain[:31].strip("' "), *(f"{plain[:24].strip()} ({n})" for n in range(2, sheets + 1))]
    quoted = {'"': "&quot;"}
    each = "".join(
        f'<sheet name="{escape(name, quoted)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(named, 1)
    )
    return f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{each}</sheets></workbook>'


def _put(package: ZipFile, name: str, text: str) -> None:
    package.writestr(_entry(name), text.encode())


def _entry(name: str) -> ZipInfo:
    """A part of the package; the same table is the same bytes, whenever it is written."""
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    return entry


def _value(term: object) -> Cell:
    """A term as a cell has it."""
    if isinstance(term, ox.Literal):
        kind = term.datatype.value
        if kind == BOOLEAN:
            return "ja" if term.value in ("true", "1") else "nein"
        if kind in NUMBERS and PLAIN.fullmatch(term.value):
            return float(term.value) if kind != f"{XSD}integer" else int(term.value)
        return term.value
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode) else None


def main(title: str, called: str = "") -> None:
    """Writes the answer that comes in as a workbook that goes out; `called` are other names of its columns, in JSON."""
    os.nice(10)  # visitors first
    solutions = ox.parse_query_results(sys.stdin.buffer, format=ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = ([_value(solution[name]) for name in names] for solution in solutions)
    write(json.loads(called) if called else names, rows, sys.stdout.buffer, title)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
