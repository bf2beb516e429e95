"""The template as a file to fill in: a workbook with guide, columns, drop-downs and lists, or the bare columns as
CSV."""

import csv
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from graph.template import (
    AUTHORITY,
    COLUMNS,
    EXAMPLE,
    GUIDE,
    HEAD,
    LENGTHS,
    LICENCE,
    LIST_NAMES,
    LISTS,
    MEASURES,
    MOST,
    SAMPLE,
    SEPARATOR,
    VERSION,
    Column,
    Lists,
)

HEADER_ROW, FIRST_ROW = 2, 3
BLUE, PALE, GREY = "FF1F3A93", "FFE8EDF9", "FF5B6275"
"""Colours of the header, of what is to be filled in, and of the example; the colour never says anything alone."""
PROMPT, TITLE = 255, 32
"""Characters that Excel shows of a hint and of its heading."""

STEPS = (
    "Auf dem Blatt „Maßnahmen“ eine Zeile je Maßnahme ausfüllen. Spalten mit * sind Pflicht, alle anderen freiwillig.",
    "Was nicht bekannt ist, bleibt leer. Leer heißt unbekannt, nicht „nein“.",
    "Wo eine Liste aufklappt, bitte daraus wählen. Alle Listen stehen mit Erläuterung auf dem Blatt „Codelisten“.",
    f"Mehrere Namen in einer Zelle werden mit Semikolon getrennt: Hochschule A{SEPARATOR} Kammer B.",
    "Daten so genau, wie sie bekannt sind: 14.01.2025, 01.2025 oder 2025.",
    "Keine Telefonnummern, keine Mailadressen, keine Namen von Ansprechpersonen. Genannt werden Stellen.",
    "Texte in eigenen Worten. Wörtlich steht nur der Titel.",
    "Keine Formeln, keine Makros, keine verbundenen Zellen. Spalten dürfen fehlen, dazukommen und anders angeordnet "
    "sein.",
    "Die fertige Datei auf der Seite „Mitmachen“ prüfen lassen oder mit: zukunftsgraph validate DATEI.xlsx",
)
"""What the guide says."""


def workbook(lists: Lists) -> bytes:
    """The template as XLSX, with these lists."""
    book = Workbook()
    book.properties.title = "Zukunftsgraph: Vorlage für Maßnahmen"
    book.properties.creator = "Zukunftsgraph"
    book.properties.keywords = f"zukunftsgraph-template/{VERSION}"
    book.properties.language = "de"
    guide = book.active
    assert isinstance(guide, Worksheet)
    guide.title = GUIDE
    measures, codes = book.create_sheet(MEASURES), book.create_sheet(LISTS)
    ranges = _write_lists(codes, lists)
    _write_guide(guide, ranges)
    _write_measures(measures, ranges)
    book.active = book.index(measures)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def table() -> bytes:
    """The columns as CSV with the example row, for who has no program for workbooks; Excel knows its UTF-8 by the
    mark."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([_header(column) for column in COLUMNS])
    writer.writerow([SAMPLE.get(column.header, "") for column in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _header(column: Column) -> str:
    return f"{column.header} *" if column.required else column.header


def _write_guide(sheet: Worksheet, ranges: dict[str, str]) -> None:
    sheet.column_dimensions["A"].width = 30
    for letter, width in (("B", 62), ("C", 30), ("D", 62)):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.append(["Zukunftsgraph: Vorlage für Maßnahmen"])
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.append(["So geht es"])
    _head(sheet["A2"])
    for position, step in enumerate(STEPS, 1):
        sheet.append([f"{position}.", step])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(horizontal="right", vertical="top")
        _wrap(sheet.cell(sheet.max_row, 2))
    sheet.append([])
    sheet.append(["Angaben zum Datensatz (freiwillig)", "", "English", "Hinweis"])
    for cell in sheet[sheet.max_row]:
        _head(cell)
    edge = Side(style="thin", color=GREY)
    for key, (label, english, hint) in HEAD.items():
        sheet.append([label, VERSION if key == "version" else "", english, hint])
        row = sheet.max_row
        if key != "version":
            sheet.cell(row, 2).fill = PatternFill("solid", fgColor=PALE)
            sheet.cell(row, 2).border = Border(bottom=edge, top=edge, left=edge, right=edge)
            sheet.cell(row, 2).number_format = "@"
        if key == "licence":
            _offer(sheet, f"B{row}", ranges[LICENCE], label, hint)
        _wrap(sheet.cell(row, 4))
    sheet.append([])
    sheet.append(["Spalte", "Was hineingehört", "English", "What belongs there"])
    for cell in sheet[sheet.max_row]:
        _head(cell)
    for column in COLUMNS:
        sheet.append([_header(column), column.help, column.english, column.english_help])
        for place in (2, 4):
            _wrap(sheet.cell(sheet.max_row, place))
    _print_wide(sheet)


def _write_measures(sheet: Worksheet, ranges: dict[str, str]) -> None:
    sheet.append(
        [
            f"Eine Zeile je Maßnahme, * ist Pflicht. Die Zeile mit „{EXAMPLE}“ wird nicht gelesen und darf stehen "
            "bleiben. "
            "Hilfe steht an jeder Überschrift und auf dem Blatt „Anleitung“."
        ]
    )
    sheet["A1"].font = Font(italic=True, color=GREY)
    sheet.append([_header(column) for column in COLUMNS])
    sheet.append([SAMPLE.get(column.header, "") for column in COLUMNS])
    last = FIRST_ROW + MOST
    for position, column in enumerate(COLUMNS, 1):
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = column.width
        head = sheet.cell(HEADER_ROW, position)
        _head(head)
        head.comment = Comment(
            f"{column.help}\n\n{column.english}: {column.english_help}",
            "Zukunftsgraph",
            height=150,
            width=320,
        )
        example = sheet.cell(FIRST_ROW, position)
        example.font = Font(italic=True, color=GREY)
        for styled in (
            example,
            sheet.column_dimensions[letter],
        ):  # as text, or Excel makes 01.2025 a day of its own
            styled.number_format = "@"
            styled.alignment = Alignment(wrap_text=True, vertical="top")
        cells = f"{letter}{FIRST_ROW}:{letter}{last}"
        if column.choices:
            _offer(
                sheet, cells, ranges[column.choices], column.header, column.help, column.choices != AUTHORITY
            )
        else:
            _hint(sheet, cells, column)
    sheet.freeze_panes = f"C{FIRST_ROW}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(COLUMNS))}{last}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    _print_wide(sheet)


def _write_lists(sheet: Worksheet, lists: Lists) -> dict[str, str]:
    """Writes every list with what its values mean, and says where each stands."""
    sheet["A1"] = "Diese Listen gehören zur Vorlage. Bitte hier nichts ändern."
    sheet["A1"].font = Font(italic=True, color=GREY)
    ranges, place = dict[str, str](), 1
    for name, title in LIST_NAMES.items():
        choices = lists[name]
        words = [title, "English", "Bedeutung"] if any(c.meaning or c.english for c in choices) else [title]
        if any(choice.above for choice in choices):
            words.append("gehört zu")
        for offset, word in enumerate(words):
            _head(sheet.cell(HEADER_ROW, place + offset, word))
            sheet.column_dimensions[get_column_letter(place + offset)].width = (
                60 if word == "Bedeutung" else 34
            )
        for row, choice in enumerate(choices, FIRST_ROW):
            given = {"English": choice.english, "Bedeutung": choice.meaning, "gehört zu": choice.above}
            for offset, word in enumerate(words):
                written = sheet.cell(row, place + offset, given.get(word, choice.label))
                written.number_format = "@"
        letter, last = get_column_letter(place), FIRST_ROW + max(len(choices), 1) - 1
        ranges[name] = f"{quote_sheetname(LISTS)}!${letter}${FIRST_ROW}:${letter}${last}"
        place += len(words) + 1
    sheet.freeze_panes = f"A{FIRST_ROW}"
    return ranges


def _offer(sheet: Worksheet, cells: str, source: str, title: str, hint: str, strictly: bool = True) -> None:
    """A drop-down; where one may also write what is not in the list, Excel only asks back."""
    rule = DataValidation(type="list", formula1=source, allow_blank=True)
    rule.errorStyle = "stop" if strictly else "warning"
    rule.errorTitle, rule.error = (
        "Nicht in der Liste",
        "Bitte einen Wert aus der Liste wählen (Blatt „Codelisten“).",
    )
    rule.promptTitle, rule.prompt = title[:TITLE], hint[:PROMPT]
    rule.showErrorMessage = rule.showInputMessage = True
    rule.add(cells)
    sheet.add_data_validation(rule)


def _hint(sheet: Worksheet, cells: str, column: Column) -> None:
    rule = DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1=str(LENGTHS[column.kind]), allow_blank=True
    )
    rule.errorTitle, rule.error = "Zu lang", f"Höchstens {LENGTHS[column.kind]} Zeichen."
    rule.promptTitle, rule.prompt = column.header[:TITLE], column.help[:PROMPT]
    rule.showErrorMessage = rule.showInputMessage = True
    rule.add(cells)
    sheet.add_data_validation(rule)


def _head(cell: Cell | MergedCell) -> None:
    cell.font = Font(bold=True, color="FFFFFFFF")
    cell.fill = PatternFill("solid", fgColor=BLUE)
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _wrap(cell: Cell | MergedCell) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _print_wide(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
