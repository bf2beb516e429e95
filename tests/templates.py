"""Filled templates for tests: made from the real one as somebody in an office would fill it in."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook, load_workbook
from sample import store_of_two_counties

from graph.filled import Filled, Known, known
from graph.inventory import inventory
from graph.store import Askable
from graph.template import MEASURES
from graph.template_file import FIRST_ROW, HEADER_ROW, workbook
from graph.template_reading import fill

GOOD: Mapping[str, Any] = {
    "Titel *": "Netzwerk für Betriebe",
    "Gebietskörperschaft *": "Landkreis Ahorn (00001)",
    "Beschreibung": "Betriebe des Kreises treffen sich und lernen voneinander.",
    "Tätigkeit 1": "Vernetzung",
    "Nutznießende 1": "Unternehmen",
    "Beginn": "01.2025",
    "Ende": "2027",
    "Federführung": "Wirtschaftsförderung; Kammer",
    "Betrag in Euro": "72.577 €",
    "Haushaltsjahr": "2026",
    "Art des Betrags": "geplant",
    "Quelle": "Vorlage 7/2025",
    "Seite oder Abschnitt": "Seite 4",
    "Internetadresse": "https://example.org/vorlage-7",
}
"""A row without any fault, in the two counties of `sample`."""


def known_of(store: Askable | None = None) -> Known:
    """What the two counties' graph knows, or another one."""
    found = store or store_of_two_counties()
    return known(found, inventory(found))


def filled_file(*rows: Mapping[str, Any], store: Askable | None = None) -> bytes:
    """The template with these rows (header → value) below the example."""
    book = load_workbook(BytesIO(workbook(known_of(store).lists)))
    sheet = book[MEASURES]
    places = {cell.value: cell.column for cell in sheet[HEADER_ROW]}
    for number, row in enumerate(rows, FIRST_ROW + 1):
        for header, value in row.items():
            cell = sheet.cell(number, places[header], value)
            if not isinstance(value, str):
                cell.number_format = "General" if isinstance(value, int | float) else "DD.MM.YYYY"
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes, name: str = "vorlage.xlsx", store: Askable | None = None) -> Filled:
    """The file as it is read beside the two counties."""
    return fill(content, name, known_of(store))


def table(*lines: Sequence[str], separator: str = ";", encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    return "\r\n".join(separator.join(line) for line in lines).encode(encoding)


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """A workbook in which parts (their path, with `__` for `/` and `_dot_` for `.`) are added or replaced."""
    named = {name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()}
    out = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in named:
                new.writestr(info, old.read(info))
        for name, data in named.items():
            new.writestr(name, data)
    return out.getvalue()


def part(content: bytes, path: str) -> bytes:
    """One part of a workbook."""
    with ZipFile(BytesIO(content)) as archive:
        return archive.read(path)
