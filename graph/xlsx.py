"""Workbooks (XLSX) that strangers send, read with care.

They are read without a library for workbooks: those do what the file asks for (a merged cell over a million rows), and
a stranger's file must not decide what happens here. Macros, links to other workbooks, passwords and archives that
unpack to too much are refused as a whole, with the reason.

The format is ECMA-376, part 1, section 18;
https://ecma-international.org/publications-and-standards/standards/ecma-376/
"""

import posixpath
import re
import zlib
from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Protocol
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel
from openpyxl.utils.escape import unescape

from graph.cells import (
    CELLS,
    CHARACTERS,
    DATE,
    ERROR,
    FORMULA,
    LONGEST,
    MERGED,
    NUMBER,
    PARTS,
    SHEETS,
    TRUTH,
    UNPACKED,
    Area,
    Cell,
    Row,
    Sheet,
    refused,
    too_much,
)
from graph.errors import InvalidData
from graph.language import _

XML_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}

DAMAGED, TOO_MUCH = "damaged", "too much"
LONGEST_NAMESPACE = 1_000
"""Characters; each element below carries the address of its namespace once more."""
ACTIVE = re.compile(r"vbaproject|/macrosheets/|/activex/|/embeddings/|/ctrlprops/", re.IGNORECASE)
"""Parts that hold programs or foreign objects."""
LINKED = re.compile(r"/externallinks/|/querytables/|(^|/)connections\.xml$|/webextensions/", re.IGNORECASE)
"""Parts that fetch from elsewhere. (A web address in a cell is none of these: it only stands there.)"""
PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def workbook(content: bytes, name: str) -> list[Sheet]:
    """The sheets of a workbook. Raises `InvalidData`."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = _Parts(archive, name)
            formats, epoch, sheets = _formats(parts), WINDOWS_EPOCH, _Sheets()
            parts.feed("xl/workbook.xml", sheets)
            if sheets.from_1904:
                epoch = MAC_EPOCH
            targets = _Targets()
            parts.feed("xl/_rels/workbook.xml.rels", targets)
            strings = _Strings()
            parts.feed("xl/sharedStrings.xml", strings, needed=False)
            found: dict[str, Sheet] = {}
            budget = _Budget()
            for title, relation in sheets.found[:SHEETS]:
                path = targets.found.get(relation, "")
                if path in parts and path not in found:
                    cells = _Cells(strings.found, formats, epoch, budget)
                    parts.feed(path, cells)
                    found[path] = Sheet(title, cells.result(), tuple(cells.merged))
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise _damaged(name) from error
    except (ElementTree.ParseError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise (too_much(name) if str(error) == TOO_MUCH else _damaged(name)) from error
    if not found:
        raise refused(name, _("In der Datei steht kein Tabellenblatt."))
    return list(found.values())


class _Parts:
    """The parts of a workbook, looked at as a whole before any is unpacked."""

    def __init__(self, archive: ZipFile, name: str) -> None:
        self._archive, self._infos = archive, {info.filename: info for info in archive.infolist()}
        infos = archive.infolist()
        paths = [f"/{info.filename}" for info in infos]
        if "mimetype" in self._infos:
            raise refused(name, _("Das ist eine OpenDocument-Datei. Bitte als XLSX oder CSV speichern."))
        if any(map(ACTIVE.search, paths)) or name.lower().endswith((".xlsm", ".xlsb", ".xlam", ".xltm")):
            raise refused(
                name,
                _(
                    "Die Datei enthält Makros oder eingebettete Objekte und wird nicht geöffnet. "
                    "Bitte als „Excel-Arbeitsmappe (.xlsx)“ ohne Makros speichern."
                ),
            )
        if any(map(LINKED.search, paths)):
            raise refused(
                name,
                _(
                    "Die Datei ist mit anderen Dateien verknüpft. Bitte die Verknüpfungen lösen "
                    "(in Excel: Daten, Verknüpfungen bearbeiten) oder nur die Werte in eine neue Vorlage einfügen."
                ),
            )
        if any(info.flag_bits & 1 for info in infos):
            raise refused(
                name, _("Die Datei ist mit einem Passwort geschützt. Bitte ohne Passwort speichern.")
            )
        if (
            len(infos) > PARTS
            or len(self._infos) < len(infos)
            or sum(info.file_size for info in infos) > UNPACKED
            or any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in infos)
        ):
            raise too_much(name)
        if "xl/workbook.xml" not in self._infos:
            raise refused(name, _("Das ist keine Excel-Arbeitsmappe. Lesbar sind XLSX und CSV."))
        types = self._raw(self._infos["[Content_Types].xml"]) if "[Content_Types].xml" in self._infos else b""
        if b"macroenabled" in types.lower():
            raise refused(
                name,
                _(
                    "Die Datei ist eine Arbeitsmappe mit Makros. Bitte als „Excel-Arbeitsmappe (.xlsx)“ speichern."
                ),
            )

    def __contains__(self, path: str) -> bool:
        return path in self._infos

    def feed(self, path: str, target: "_Target", needed: bool = True) -> None:
        """Reads a part into a target, element by element: nothing is built that could grow."""
        if path not in self._infos:
            if needed:
                raise KeyError(path)
            return
        raw = self._raw(self._infos[path])
        declared = re.match(
            rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", raw.removeprefix(b"\xef\xbb\xbf")
        )
        encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
        # Entities could make a small part endless. No program writes them, nor another encoding they could hide in.
        if (
            b"\x00" in raw
            or encoding not in XML_ENCODINGS
            or re.search(rb"<!\s*(DOCTYPE|ENTITY)", raw, re.IGNORECASE)
        ):
            raise ValueError(DAMAGED)
        parser = ElementTree.XMLParser(target=target)
        parser.feed(raw)
        parser.close()

    def _raw(self, info: ZipInfo) -> bytes:
        """The content; no more is unpacked than the list of contents says, whatever the archive holds."""
        with self._archive.open(info) as file:
            return file.read(info.file_size + 1)


class _Target(Protocol):
    def start_ns(self, prefix: str, uri: str) -> None: ...
    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...
    def close(self) -> None: ...


class _Elements:
    """A target that listens to nothing."""

    def start_ns(self, prefix: str, uri: str) -> None:
        if len(uri) > LONGEST_NAMESPACE:
            raise ValueError(DAMAGED)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


class _Sheets(_Elements):
    """Names of the sheets and the relations they lie under."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.from_1904 = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            relation = next((value for name, value in attributes.items() if name.endswith("}id")), "")
            self.found.append((attributes.get("name", "")[:100], relation))
        elif _local(tag) == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")


class _Targets(_Elements):
    """Relation → part of the workbook."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
            self.found[attributes.get("Id", "")] = target


class _Strings(_Elements):
    """The texts that cells share, as cells show them. How they are pronounced (`rPh`) is no part of them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._inside, self._aside = False, False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._aside = True
        self._inside = name == "t" and not self._aside

    def data(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._inside = False
        if name == "rPh":
            self._aside = False
        elif name == "si":
            self.found.append(_tidy("".join(self._parts)))
            self._parts = []
            if len(self.found) > CELLS:
                raise ValueError(TOO_MUCH)


class _Styles(_Elements):
    """Which number format a cell's style has."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = dict(BUILTIN_FORMATS)
        self.styles: list[int] = []
        self._cells = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "numFmt":
            self.codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "cellXfs":
            self._cells = True
        elif name == "xf" and self._cells:
            self.styles.append(int(attributes.get("numFmtId", 0)))

    def end(self, tag: str) -> None:
        if _local(tag) == "cellXfs":
            self._cells = False


def _formats(parts: _Parts) -> list[str]:
    """For each style of a cell how much of a date it shows: `day`, `month`, `year`, or nothing."""
    styles = _Styles()
    parts.feed("xl/styles.xml", styles, needed=False)
    shown = {code: _shows(text) for code, text in styles.codes.items()}
    return [shown.get(code, "") for code in styles.styles]


def _shows(code: str) -> str:
    if not code or not is_date_format(code):
        return ""
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code.lower())
    if "d" in plain:
        return "day"
    if "y" not in plain:
        return ""  # a time of day
    return "month" if "m" in plain else "year"


@dataclass
class _Budget:
    """How many cells and characters all sheets together may still have."""

    cells: int = CELLS
    characters: int = CHARACTERS

    def spend(self, cell: Cell) -> None:
        """Takes a cell in. Raises `ValueError` where it is one too many."""
        self.cells -= 1
        self.characters -= len(cell.text)
        if self.cells < 0 or self.characters < 0:
            raise ValueError(TOO_MUCH)


@dataclass
class _Cells(_Elements):
    """The cells of one sheet."""

    strings: list[str]
    formats: list[str]
    epoch: datetime
    budget: _Budget
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    _row: int = 0
    _column: int = 0
    _kind: str = ""
    _style: int = 0
    _inside: str = ""
    _aside: bool = False
    _formula: bool = False
    _parts: dict[str, list[str]] = field(default_factory=dict)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = 0
        elif name == "c":
            place = _place(attributes["r"]) if "r" in attributes else (self._column + 1, self._row)
            self._column, self._row = place
            self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", 0))
            self._formula, self._parts = False, {"v": [], "t": [], "f": []}
        elif name == "rPh":
            self._aside = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        self._formula = self._formula or name == "f"
        self._inside = name if name in ("v", "t", "f") and not self._aside else ""

    def data(self, text: str) -> None:
        if self._inside and self._parts:
            self._parts[self._inside].append(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._inside = ""
        if name == "rPh":
            self._aside = False
        elif name == "c":
            cell = self._cell()
            self._parts = {}  # a cell around this one is damaged: no program writes it
            if cell.text or cell.kind == FORMULA:
                self.budget.spend(cell)
                self.rows.setdefault(self._row, {})[self._column] = cell

    def result(self) -> tuple[Row, ...]:
        """The rows in their order."""
        return tuple(Row(at, self.rows[at]) for at in sorted(self.rows))

    def _cell(self) -> Cell:
        value = "".join(self._parts["v"])
        if self._formula:
            return Cell(f"={''.join(self._parts['f'])}"[:LONGEST], FORMULA)
        if self._kind == "s":
            return Cell(self.strings[int(value)] if value else "")
        if self._kind == "inlineStr":
            return Cell(_tidy("".join(self._parts["t"])))
        if self._kind == "str":
            return Cell(_tidy(value))
        if self._kind == "b":
            return Cell(_("ja") if value == "1" else _("nein"), TRUTH)
        if self._kind == "e":
            return Cell(value[:LONGEST], ERROR)
        if self._kind == "d":
            return Cell(value[:10], DATE)
        return self._number(value.strip())

    def _number(self, value: str) -> Cell:
        if not value:
            return Cell("")
        shows = self.formats[self._style] if self._style < len(self.formats) else ""
        if shows:
            try:
                moment = from_excel(float(value), self.epoch)
            except (ValueError, OverflowError):
                return Cell(value[:LONGEST], NUMBER)
            if isinstance(moment, Day):
                length = {"day": 10, "month": 7, "year": 4}[shows]
                return Cell(moment.isoformat()[:length], DATE)
        return Cell(_plain(value), NUMBER)

    def _merge(self, reference: str) -> None:
        first, colon, last = reference.partition(":")
        if not colon:
            return
        (left, top), (right, bottom) = _place(first), _place(last)
        self.merged.append(Area(left, top, right, bottom))
        if len(self.merged) > MERGED:
            raise ValueError(TOO_MUCH)


def _tidy(value: str) -> str:
    """A text as a cell shows it."""
    return unescape(value).replace("\r\n", "\n").replace("\r", "\n").strip()[:LONGEST]


def _plain(value: str) -> str:
    """A number without exponent and without the noise of binary fractions: `72577.5`."""
    try:
        exact = Decimal(repr(float(value)))
    except (InvalidOperation, ValueError):
        return value[:LONGEST]
    if not exact.is_finite() or abs(exact) >= 10**15:
        return value[:LONGEST]
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _place(reference: str) -> tuple[int, int]:
    """Column and row of `D7`. Raises ValueError."""
    match = PLACE.fullmatch(reference)
    if not match:
        raise ValueError(DAMAGED)
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - 64
    return column, int(match[2])


def _local(tag: str) -> str:
    """The name of an element; there are two namespaces for the same (transitional and strict)."""
    return tag.rpartition("}")[2]


def _damaged(name: str) -> InvalidData:
    return refused(
        name,
        _("Die Datei ist beschädigt oder keine Excel-Arbeitsmappe. Bitte in Excel öffnen und neu speichern."),
    )
