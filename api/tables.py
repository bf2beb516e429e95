"""Rows as people take them with them: a table for the terminal, CSV, JSON, Excel."""

import csv
import io
import json
import shutil
from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cells import cell_text
from graph.spreadsheet import as_text
from ontology.namespaces import ID
from queries import Row

WIDE_CELL = 40
"""Characters from which on cells are likely to be wrapped, so that rows need a line between them."""
PIPED_WIDTH = 160
"""Width of a table that does not go to a terminal."""


def as_json(content: object) -> str:
    """Indented JSON; numbers stay numbers."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain)


def as_csv(rows: Sequence[Row]) -> str:
    """Comma-separated values with a header line (RFC 4180), in which nothing is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(map(as_text, rows[0]))
        writer.writerows([as_text(cell_text(value)) for value in row.values()] for row in rows)
    return text.getvalue()


def as_table(rows: Sequence[Row]) -> str:
    """Columns as wide as the terminal allows, long cells wrapped, nothing cut; the last line counts the rows."""
    count = f"{len(rows)} Zeile{'' if len(rows) == 1 else 'n'}"
    if not rows:
        return count
    table = Table(
        box=box.SIMPLE_HEAD, show_lines=any(len(cell_text(v)) > WIDE_CELL for v in rows[0].values())
    )
    for name, value in rows[0].items():
        table.add_column(
            name, justify="right" if isinstance(value, int | float | Decimal) else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell_text(value).removeprefix(str(ID))) for value in row.values()))
    width = shutil.get_terminal_size((PIPED_WIDTH, 24)).columns
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(table)
    return "\n".join([*(line.rstrip() for line in capture.get().strip("\n").splitlines()), "", count])


def show(rows: Sequence[Row], format: str, out: Path | None, title: str) -> None:
    """Writes rows in a format to a file, or to stdout; Excel needs a file."""
    if format == "xlsx":
        if out is None:
            raise click.UsageError("Für xlsx bitte mit --out eine Datei nennen.")
        # openpyxl takes half a second to import: paid for only by who wants a workbook.
        import_module("api.workbook").write_xlsx(list(rows[0]) if rows else [], rows, out, title)
        return
    put({"table": as_table, "csv": as_csv, "json": as_json}[format](rows), out)


def put(text: str, out: Path | None) -> None:
    """Writes a text to a file, or to stdout, with one line break at its end."""
    if out is None:
        click.echo(text.rstrip("\n"))
    else:
        out.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8", newline="")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
