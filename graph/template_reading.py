"""Reading a filled template: finds the measures wherever they stand, and tells of every cell that has to be mended."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from graph.cells import DATE, ERROR, FORMULA, NUMBER, WIDE, Cell, Row, Sheet
from graph.errors import Fault, InvalidData
from graph.filled import Entry, Filled, Head, Known, Remark, key_of, slug
from graph.language import _
from graph.soundness import holds_contact
from graph.spelling import number
from graph.spreadsheet_file import address, filled, read
from graph.template import (
    AUTHORITY,
    CODE,
    COLUMNS,
    DAY,
    EXAMPLE,
    GUIDE,
    HEAD,
    LENGTHS,
    LICENCE,
    LINK,
    LIST_NAMES,
    LONG,
    MEASURES,
    MONEY,
    MOST,
    NAMES,
    SEPARATOR,
    TEXT,
    VERSION,
    YEAR,
    Choice,
    Column,
    headers,
    normal,
)
from graph.written import amount_of, day_of
from ontology.namespaces import ID, ZG

HEADER_WITHIN = 40
"""The header stands in one of the first rows."""
REMARKS = 500
"""Faults that are told; who has more mends these first."""
NEAR = 3
"""Values of a list that are named as what may be meant."""
LOOKED_UP = 100
"""Different words of a file for which names like them are looked for: each takes tens of milliseconds."""
SHOWN = 120
"""Characters of a cell that a remark repeats."""
LONGEST_NAME = 200
PERSON = re.compile(r"(herrn?|frau|hr\.|fr\.)\s+(?!und\b)", re.IGNORECASE)
"""How a person is named; „Frau und Beruf“ is none."""
Wrong = Callable[..., list[Any]]
"""Says what is wrong with a cell (what was expected, what to do, what was found) and gives no value."""


def fill(content: bytes, name: str, known: Known) -> Filled:
    """What a filled template says. Raises `InvalidData` where the file as a whole cannot be read."""
    return Reading(name, known).read(read(content, name))


@dataclass
class _Line:
    """A row while it is read: the values of its cells by the key of their column."""

    row: int
    values: dict[str, list[Any]] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    """Key → the first cell of that key."""

    def one(self, key: str, otherwise: Any = "") -> Any:
        return next(iter(self.values.get(key, ())), otherwise)

    def all(self, key: str) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(self.values.get(key, ())))


class Reading:
    """One file while it is read."""

    def __init__(self, file: str, known: Known) -> None:
        self.file, self.known = PurePath(file).name or _("Datei"), known
        self.sheet = ""
        self.remarks: list[Remark] = []
        self._counts = Counter[bool]()
        """How many remarks are faults (True), how many are hints."""
        self._names = {name: _by_name(choices) for name, choices in known.lists.items()}
        self._near: dict[tuple[str, str], list[str]] = {}

    def read(self, sheets: Sequence[Sheet]) -> Filled:
        """Finds the sheet with the measures and reads every row of it."""
        head = self._head(sheets)
        sheet, header = self._header(sheets)
        if max(header.cells) > WIDE:
            raise InvalidData([self._too_wide(max(header.cells))])
        self.sheet = sheet.name
        columns = self._columns(header)
        lines = []
        for row, borrowed in filled(sheet):
            if row.number <= header.number or _is_example(row, columns):
                continue
            line = self._line(row, columns, borrowed)
            if line is not None:
                lines.append(line)
            if self._is_full(is_fault=True):
                break  # who has so many faults mends these first
            if len(lines) > MOST:
                raise InvalidData(
                    [
                        Fault(
                            _(
                                "Die Datei enthält mehr als {most} Maßnahmen. Bitte auf mehrere Dateien verteilen."
                            ).format(most=MOST),
                            self.file,
                        )
                    ]
                )
        if not lines and not any(remark.is_fault for remark in self.remarks):
            self._say(
                header.number, "", "", _("mindestens eine Maßnahme"), "", _("Bitte eine Zeile ausfüllen.")
            )
        entries = self._entries(lines)
        order = sorted(self.remarks, key=lambda r: (not r.is_fault, r.row or 0))
        return Filled(self.file, self.sheet, head, () if self._counts[True] else tuple(entries), tuple(order))

    # Where things stand

    def _header(self, sheets: Sequence[Sheet]) -> tuple[Sheet, Row]:
        """The sheet with the measures and its header row: the one with most names that we know."""
        best: tuple[int, int, Sheet, Row] | None = None
        for sheet in sheets:
            for row in sheet.rows[:HEADER_WITHIN]:
                meant = [headers().get(normal(cell.text)) for cell in row.cells.values()]
                keys = {column.key for column in meant if column}
                score = (len(keys), normal(sheet.name) == normal(MEASURES))
                if "title" in keys and len(keys) > 1 and (best is None or score > best[:2]):
                    best = (*score, sheet, row)
        if best is None:
            wanted = ", ".join(f"„{column.header}“" for column in COLUMNS if column.required)
            raise InvalidData(
                [
                    Fault(
                        _(
                            "Keine Zeile mit den Überschriften der Vorlage gefunden (nötig sind {wanted}). "
                            "Bitte die Vorlage herunterladen und die Maßnahmen dort einfügen."
                        ).format(wanted=wanted),
                        self.file,
                    )
                ]
            )
        return best[2], best[3]

    def _columns(self, header: Row) -> dict[int, Column]:
        """Place → column. What is there twice or not known is said."""
        found: dict[int, Column] = {}
        seen: dict[str, int] = {}
        for place in sorted(header.cells):
            text = header.cells[place].text
            column = headers().get(normal(text))
            if column is None:
                self._hint(
                    header.number, address(place, header.number), text, _("eine Überschrift der Vorlage"), text,
                    _("Diese Spalte wird nicht gelesen."),
                )  # fmt: skip
            elif column.header in seen:
                self._say(
                    header.number, address(place, header.number), column.header, _("jede Spalte nur einmal"), text,
                    _("Steht schon in Spalte {place}. Bitte eine der beiden streichen oder umbenennen.").format(
                        place=address(seen[column.header], header.number)
                    ),
                )  # fmt: skip
            else:
                found[place], seen[column.header] = column, place
        for column in COLUMNS:
            if column.required and column.header not in seen:
                self._say(
                    header.number, "", column.header, _("die Spalte „{name}“").format(name=column.header), "",
                    _("Bitte die Spalte ergänzen."),
                )  # fmt: skip
        return found

    def _head(self, sheets: Sequence[Sheet]) -> Head:
        """What the guide says of the file: the value stands right of its label."""
        guide = next((sheet for sheet in sheets if normal(sheet.name) == normal(GUIDE)), None)
        if guide is None:
            return Head()
        self.sheet = guide.name
        labels = {normal(label): key for key, (label, _english, _hint) in HEAD.items()}
        said: dict[str, tuple[Row, Cell]] = {}
        for row in guide.rows:
            key = labels.get(normal(row.cells[1].text)) if 1 in row.cells else None
            if key and 2 in row.cells and row.cells[2].text:
                said.setdefault(key, (row, row.cells[2]))
        values: dict[str, str] = {}
        for key, (row, cell) in said.items():
            kind = {"day": DAY, "licence": CODE, "version": TEXT}.get(key, TEXT)
            column = Column(
                key, HEAD[key][0], HEAD[key][1], "", "", kind, LICENCE if key == "licence" else ""
            )
            value = self._value(row, 2, column, cell)
            if value:
                values[key] = value[0].iri if isinstance(value[0], Choice) else str(value[0])
        version = values.pop("version", "")
        if version.isdecimal() and int(version) > VERSION:
            row, cell = said["version"]
            self._say(
                row.number, address(2, row.number), HEAD["version"][0],
                _("eine Fassung der Vorlage bis {version}").format(version=VERSION), cell.text,
                _("Diese Vorlage ist neuer als das Programm. Bitte die Vorlage von hier nehmen."),
            )  # fmt: skip
        return Head(**values)

    # Rows

    def _line(self, row: Row, columns: Mapping[int, Column], borrowed: frozenset[int]) -> _Line | None:
        """The values of a row; None where nothing of ours stands in it."""
        own = {place: cell for place, cell in row.cells.items() if place in columns}
        if {columns[place].key for place in own if place not in borrowed} <= {"number"}:
            return None  # nothing, or a number that somebody wrote down beforehand
        line = _Line(row.number)
        for place in sorted(own):
            column, cell = columns[place], own[place]
            line.cells.setdefault(column.key, address(place, row.number))
            if place in borrowed:
                where = address(place, row.number)
                if column.key == "title":
                    self._say(
                        row.number, where, column.header, _("je Maßnahme eine Zeile"), cell.text,
                        _("Die Zelle ist mit der darüber verbunden. Bitte trennen; mehrere Werte gehören mit "
                          "Semikolon in eine Zelle."),
                    )  # fmt: skip
                else:
                    self._hint(
                        row.number, where, column.header, _("unverbundene Zellen"), cell.text,
                        _("Die Zelle ist mit der darüber verbunden; deren Wert gilt auch hier."),
                    )  # fmt: skip
            line.values.setdefault(column.key, []).extend(self._value(row, place, column, cell))
        for column in COLUMNS:
            if column.required and column.key not in line.cells and column in columns.values():
                place = next(place for place, other in columns.items() if other is column)
                self._say(
                    row.number,
                    address(place, row.number),
                    column.header,
                    _("ein Wert (Pflichtfeld)"),
                    "",
                    column.help,
                )
        return line

    def _value(self, row: Row, place: int, column: Column, cell: Cell) -> list[Any]:
        """What a cell says, none where it has to be mended."""
        where = address(place, row.number)

        def wrong(asked: str, todo: str, found: str | None = None) -> list[Any]:
            self._say(row.number, where, column.header, asked, cell.text if found is None else found, todo)
            return []

        if cell.kind == FORMULA:
            return wrong(
                _("ein fester Wert"),
                _("Bitte die Formel durch ihren Wert ersetzen (kopieren, dann nur die Werte einfügen)."),
            )
        if cell.kind == ERROR:
            return wrong(
                _("ein Wert"),
                _("Die Zelle zeigt einen Fehler des Tabellenprogramms. Bitte den Wert eintragen."),
            )
        if not cell.text:
            return []
        if len(cell.text) > LENGTHS[column.kind]:
            return wrong(
                _("höchstens {most} Zeichen").format(most=LENGTHS[column.kind]),
                _("Der Text hat {count} Zeichen. Bitte kürzen.").format(count=len(cell.text)),
            )
        if (
            cell.kind not in (DATE, NUMBER)
            and column.kind not in (LINK, DAY, MONEY, YEAR)
            and holds_contact(cell.text)
        ):
            return wrong(
                _("Angaben ohne Telefonnummer und Mailadresse"),
                _("Kontaktdaten gehören nicht hierher. Bitte streichen."),
                _("Kontaktdaten"),
            )
        readers = {
            DAY: self._day, MONEY: self._money, YEAR: self._year, LINK: self._link, NAMES: self._names_of,
            LONG: self._long,
        }  # fmt: skip
        if column.kind == CODE:
            return self._codes(cell, column, wrong)
        return readers.get(column.kind, self._line_of)(cell, wrong)

    def _entries(self, lines: Sequence[_Line]) -> list[Entry]:
        entries: list[Entry] = []
        seen: dict[tuple[str, str], int] = {}
        used: set[str] = set()
        for line in lines:
            title, authority = line.one("title"), line.one("authority", None)
            self._check_pair(line)
            if not title or authority is None:
                continue
            same = (normal(title), authority.iri)
            if same in seen:
                self._say(
                    line.row, line.cells["title"], COLUMNS[1].header, _("jede Maßnahme nur einmal"), title,
                    _("Steht schon in Zeile {row}. Bitte zusammenfassen oder den Titel unterscheiden.").format(
                        row=seen[same]
                    ),
                )  # fmt: skip
                continue
            seen[same] = line.row
            entry = self._entry(line, title, authority)
            if entry.known:
                self._hint(
                    line.row, line.cells["title"], COLUMNS[1].header, _("eine neue Maßnahme"), title,
                    _("Sie steht schon im Graphen; die Angaben gelten als Ergänzung."),
                )  # fmt: skip
            number, iri = 2, entry.iri
            while iri in used:
                number, iri = number + 1, f"{entry.iri}-{number}"
            used.add(iri)
            entries.append(replace(entry, iri=iri))
        return entries

    def _entry(self, line: _Line, title: str, authority: Choice) -> Entry:
        existing = self.known.measures.get((normal(title), authority.iri), "")
        return Entry(
            row=line.row,
            iri=existing or str(ID[f"measure/{slug(title)}-{key_of(authority)}"]),
            title=title,
            authority=authority,
            known=bool(existing),
            number=line.one("number"),
            description=line.one("description"),
            kind=line.one("kind", Choice(str(ZG.Measure), "")).iri,
            place=line.one("place"),
            strategy=line.one("strategy"),
            field=line.one("field"),
            themes=line.all("theme"),
            activities=line.all("activity"),
            beneficiaries=line.all("beneficiary"),
            status=line.one("status", None),
            begin=line.one("begin"),
            end=line.one("end"),
            lead=line.all("lead"),
            partners=line.all("partner"),
            support=line.all("support"),
            programmes=line.all("programme"),
            amount=line.one("amount", None),
            year=line.one("year"),
            budget=line.one("budget", None),
            document=line.one("document"),
            passage=line.one("passage"),
            address=line.one("address"),
        )

    def _check_pair(self, line: _Line) -> None:
        """What only two cells together can get wrong."""
        begin, end = line.one("begin"), line.one("end")
        length = min(len(begin), len(end))
        if begin and end and end[:length] < begin[:length]:
            self._say(
                line.row, line.cells["end"], "Ende", _("ein Ende nach dem Beginn"), end,
                _("Der Beginn ist {begin}. Bitte beide Angaben an der Quelle prüfen.").format(begin=begin),
            )  # fmt: skip
        if (
            (line.one("year") or line.one("budget", None))
            and line.one("amount", None) is None
            and "amount" not in line.cells
        ):
            key = "year" if line.one("year") else "budget"
            self._say(
                line.row, line.cells[key], "Betrag in Euro", _("ein Betrag zum Haushaltsjahr"), "",
                _("Bitte den Betrag eintragen oder das Jahr und die Art des Betrags streichen."),
            )  # fmt: skip

    # Cells

    def _line_of(self, cell: Cell, wrong: Wrong) -> list[Any]:
        return [" ".join(cell.text.split())]

    def _long(self, cell: Cell, wrong: Wrong) -> list[Any]:
        lines = (" ".join(part.split()) for part in cell.text.split("\n"))
        return ["\n".join(line for line in lines if line)]

    def _names_of(self, cell: Cell, wrong: Wrong) -> list[Any]:
        parts = [" ".join(part.split()) for part in re.split(rf"[{SEPARATOR}\n]", cell.text)]
        names = [part for part in parts if part]
        for name in names:
            if PERSON.match(name):
                return wrong(
                    _("Stellen, keine Personen"),
                    _("Bitte Amt, Einrichtung oder Unternehmen nennen statt einer Person."),
                    name,
                )
            if len(name) > LONGEST_NAME:
                return wrong(
                    _("Namen mit höchstens {most} Zeichen").format(most=LONGEST_NAME),
                    _("Bitte mehrere Namen mit Semikolon trennen."),
                    name,
                )
        return names

    def _codes(self, cell: Cell, column: Column, wrong: Wrong) -> list[Any]:
        names = self._names[column.choices]
        whole = names.get(normal(cell.text))
        parts = (
            [cell.text]
            if whole
            else [part for part in re.split(rf"[{SEPARATOR}\n]", cell.text) if part.strip()]
        )
        if column.required and len(parts) > 1:
            return wrong(
                _("eine einzige Angabe"), _("Bitte je Maßnahme eine Zeile und eine Gebietskörperschaft.")
            )
        if not parts:
            return wrong(*self._not_in_list(column, cell.text))
        found = []
        for part in parts:
            meant = names.get(normal(part))
            if meant is None:
                return wrong(*self._not_in_list(column, part))
            if len(meant) > 1:
                both = ", ".join(f"„{choice.label}“" for choice in meant[:NEAR])
                return wrong(
                    _("eine eindeutige Angabe"),
                    _("Das kann mehreres heißen: {names}. Bitte eines davon eintragen.").format(names=both),
                    part,
                )
            found.append(meant[0])
        return found

    def _not_in_list(self, column: Column, part: str) -> tuple[str, str, str]:
        labels = self._labels_like(column.choices, normal(part)[:LONGEST_NAME])
        meant = (
            _("Meinten Sie: {names}?").format(names=", ".join(f"„{label}“" for label in labels))
            if labels
            else ""
        )
        todo = _("Bitte aus der Liste wählen.") + (f" {meant}" if meant else "")
        if column.choices == AUTHORITY and not labels:
            todo = _("Bitte den Kreis aus der Liste wählen und die Gemeinde in die Spalte „Ort“ schreiben.")
        return _("ein Wert der Liste „{name}“").format(name=_(LIST_NAMES[column.choices])), todo, part

    def _labels_like(self, list_name: str, word: str) -> list[str]:
        """The values of a list that may be meant by a word; after many words none, since each costs time."""
        asked = list_name, word
        if asked not in self._near and len(self._near) < LOOKED_UP:
            labels = {normal(name): c.label for c in self.known.lists[list_name] for name in c.names}
            near = get_close_matches(word, labels, 2 * NEAR, 0.6)
            self._near[asked] = list(dict.fromkeys(labels[name] for name in near))[:NEAR]
        return self._near.get(asked, [])

    def _day(self, cell: Cell, wrong: Wrong) -> list[Any]:
        day = day_of(cell)
        if not day:
            return wrong(
                _("ein Datum: Tag, Monat oder Jahr"), _("Bitte so schreiben: 14.01.2025, 01.2025 oder 2025.")
            )
        return [day]

    def _money(self, cell: Cell, wrong: Wrong) -> list[Any]:
        amount = amount_of(cell)
        if amount is None:
            return wrong(
                _("ein Betrag in Euro"), _("Bitte nur die Zahl schreiben, zum Beispiel 72.577 oder 72577,50.")
            )
        if amount < 0:
            return wrong(
                _("ein Betrag ohne Minus"), _("Ob Geld da ist oder fehlt, sagt die Spalte „Art des Betrags“.")
            )
        return [amount]

    def _year(self, cell: Cell, wrong: Wrong) -> list[Any]:
        text = cell.text.strip().removesuffix(".0")[: 4 if cell.kind == DATE else None]
        if not re.fullmatch(r"(19|20)[0-9]{2}", text):
            return wrong(_("ein Jahr mit vier Ziffern"), _("Bitte so schreiben: 2026."))
        return [text]

    def _link(self, cell: Cell, wrong: Wrong) -> list[Any]:
        text = cell.text.strip()
        try:
            parts = urlsplit(text)
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            fits = False
        if not fits or re.search(r"[\s<>\"{}|\\^`\x00-\x20]", text):
            return wrong(
                _("eine Internetadresse"),
                _(
                    "Sie beginnt mit https:// oder http:// und enthält keine Leerzeichen. Mehrere bitte auf Zeilen "
                    "verteilen."
                ),
            )
        return [text]

    # Remarks

    def _say(self, row: int | None, cell: str, column: str, asked: str, found: str, todo: str) -> None:
        self._remark(Remark(self.sheet, row, cell, column, asked, _shown(found), todo))

    def _hint(self, row: int | None, cell: str, column: str, asked: str, found: str, todo: str) -> None:
        self._remark(Remark(self.sheet, row, cell, column, asked, _shown(found), todo, is_fault=False))

    def _remark(self, remark: Remark) -> None:
        if not self._is_full(remark.is_fault):
            self._counts[remark.is_fault] += 1
            self.remarks.append(remark)

    def _is_full(self, is_fault: bool) -> bool:
        return self._counts[is_fault] >= REMARKS

    def _too_wide(self, last: int) -> Fault:
        said = _("Die Zeile mit den Überschriften reicht bis Spalte {found}; höchstens {most} Spalten sind möglich. "
                 "Bitte die Spalten löschen, die nicht zur Vorlage gehören.")  # fmt: skip
        return Fault(said.format(found=number(last), most=WIDE), self.file)


def _is_example(row: Row, columns: Mapping[int, Column]) -> bool:
    """Whether the number of a row says that it only shows how to do it; a title may well begin with that word."""
    numbers = [
        cell for place, cell in row.cells.items() if place in columns and columns[place].key == "number"
    ]
    return any(normal(cell.text).startswith(normal(EXAMPLE)) for cell in numbers)


def _shown(found: str) -> str:
    plain = " ".join(found.split())
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…"


def _by_name(choices: Iterable[Choice]) -> dict[str, list[Choice]]:
    """Every name and whom it may mean; a label counts before what it is also called."""
    found: dict[str, list[Choice]] = {}
    first: dict[str, list[Choice]] = {}
    for choice in choices:
        first.setdefault(normal(choice.label), []).append(choice)
        for name in choice.names:
            if choice not in found.setdefault(normal(name), []):
                found[normal(name)].append(choice)
    return found | first
