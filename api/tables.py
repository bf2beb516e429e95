"""Rows as people take them with them: a table for the terminal, CSV, JSON, Excel."""

import csv
import io
import json
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import click
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from queries import Row, Value

WIDEST = 48
"""Characters of a column in the terminal before its cells are shortened."""
EXCEL_WIDTH = 60


def as_json(content: object) -> str:
    """Indented JSON; numbers stay numbers."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain)


def as_csv(rows: Sequence[Row]) -> str:
    """Comma-separated values with a header line (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def as_table(rows: Sequence[Row]) -> str:
    """Aligned columns as wide as the terminal allows; the last line counts the rows."""
    count = f"{len(rows)} Zeile{'' if len(rows) == 1 else 'n'}"
    if not rows:
        return count
    names = list(rows[0])
    cells = [[_cell(row[name]).replace("\n", " ") for name in names] for row in rows]
    limit = max(WIDEST, (shutil.get_terminal_size((160, 24)).columns - 2 * len(names)) // len(names))
    widths = [min(limit, max(len(text) for text in column)) for column in zip(names, *cells, strict=True)]
    lines = [names, ["─" * width for width in widths], *cells]
    return "\n".join([*("  ".join(map(_fitted, line, widths)).rstrip() for line in lines), "", count])


def write_xlsx(rows: Sequence[Row], file: Path, title: str) -> None:
    """An Excel workbook with one sheet, a fixed header and a filter. Text stays text, also where it begins with „=“."""
    workbook = Workbook()
    sheet = workbook.active
    if sheet is None:
        raise RuntimeError("a new workbook has a sheet")
    sheet.title = "".join(sign for sign in title if sign not in "[]:*?/\\")[:31] or "Tabelle"
    names = list(rows[0]) if rows else []
    for column, name in enumerate(names, 1):
        sheet.cell(1, column, name).font = Font(bold=True)
        longest = max(len(_cell(row[name])) for row in rows)
        sheet.column_dimensions[get_column_letter(column)].width = min(
            EXCEL_WIDTH, max(len(name), longest) + 2
        )
        for line, row in enumerate(rows, 2):
            value = row[name]
            cell = sheet.cell(
                line, column, value if isinstance(value, int | float | Decimal) else _cell(value)
            )
            if isinstance(value, str):
                cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    if names:
        sheet.auto_filter.ref = sheet.dimensions
    workbook.save(file)


def show(rows: Sequence[Row], format: str, out: Path | None, title: str) -> None:
    """Writes rows in a format to a file, or to stdout; Excel needs a file."""
    if format == "xlsx":
        if out is None:
            raise click.UsageError("Für xlsx bitte mit --out eine Datei nennen.")
        write_xlsx(rows, out, title)
        return
    text = {"table": as_table, "csv": as_csv, "json": as_json}[format](rows)
    if out is None:
        click.echo(text.rstrip("\n"))
    else:
        out.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8", newline="")


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return "" if value is None else str(value)


def _fitted(text: str, width: int) -> str:
    return (text if len(text) <= width else f"{text[: width - 1]}…").ljust(width)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
