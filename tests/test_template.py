"""The template: what it offers, what is read of a filled one, and what is told about every cell that has to be
mended."""

import csv
import json
import shutil
import warnings
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS, XSD
from templates import GOOD, filled_file, known_of, part, read, saved, table, with_parts

from api.cli import main
from graph import rdf_file, spreadsheet_file, template
from graph.cells import CELLS, LARGEST, UNPACKED, Area, Cell, Row, Sheet
from graph.compare.index import build
from graph.compare.lists import check_list
from graph.compare.measures import measures
from graph.errors import InvalidData
from graph.filled import measures as measures_of
from graph.home import Home
from graph.store import Store
from graph.template_dataset import dataset as dataset_of
from graph.template_dataset import whole
from graph.template_file import FIRST_ROW, HEADER_ROW, PROMPT, TITLE, workbook
from graph.template_file import table as bare_table
from graph.template_reading import Reading, fill
from graph.validation import validate
from ontology.namespaces import ID, ZG

HEADERS = ("Titel", "Gebietskörperschaft")
ROW = FIRST_ROW + 1
"""The first row below the example."""


# --- the template itself ------------------------------------------------------------------------------------------


def test_the_template_has_guide_columns_and_lists() -> None:
    lists = known_of().lists
    book = load_workbook(BytesIO(workbook(lists)))
    assert book.sheetnames == ["Anleitung", "Maßnahmen", "Codelisten"]
    sheet = book["Maßnahmen"]
    heads = list(sheet[HEADER_ROW])
    assert [str(cell.value).removesuffix(" *") for cell in heads] == [c.header for c in template.COLUMNS]
    for cell, column in zip(heads, template.COLUMNS, strict=True):
        assert column.help in cell.comment.text and column.english in cell.comment.text
        assert len(column.help) <= PROMPT and len(column.header) <= TITLE
        assert str(cell.value).endswith("*") == column.required
    assert str(sheet.cell(FIRST_ROW, 1).value).startswith("Beispiel")
    version = {row[0].value: row[1].value for row in book["Anleitung"].iter_rows(max_col=2)}[
        "Fassung der Vorlage"
    ]
    assert version == template.VERSION


def test_every_list_can_be_chosen_from_in_full() -> None:
    lists = known_of().lists
    book = load_workbook(BytesIO(workbook(lists)))
    offered: dict[str, str] = {}
    for rule in book["Maßnahmen"].data_validations.dataValidation:
        if rule.type == "list":
            offered[str(rule.sqref)] = rule.formula1.removeprefix("=")
    assert len(offered) == sum(1 for column in template.COLUMNS if column.choices)
    for at, column in enumerate(template.COLUMNS, 1):
        if column.choices:
            letter = spreadsheet_file.address(at, 1)[:-1]
            [source] = [
                formula for cells, formula in offered.items() if cells.startswith(f"{letter}{FIRST_ROW}:")
            ]
            sheet, _, cells = source.rpartition("!")
            values = [cell[0].value for cell in book[sheet.strip("'")][cells.replace("$", "")]]
            assert values == [choice.label for choice in lists[column.choices]], column.header


def test_lists_name_nothing_twice() -> None:
    for name, choices in known_of().lists.items():
        labels = [template.normal(choice.label) for choice in choices]
        assert len(labels) == len(set(labels)), name
    assert len(template.closed_lists()["theme"]) > 100
    assert [choice.label for choice in template.closed_lists()["state"]][:3] == ["Idee", "geplant", "läuft"]


def test_headers_mean_one_column_each() -> None:
    names = [template.normal(n) for column in template.COLUMNS for n in (column.header, column.english)]
    assert len(names) == len(set(names))
    assert template.headers()[template.normal("  TITEL *")].key == "title"
    assert template.headers()["kreis"].key == "authority"


def test_the_empty_template_is_told_to_be_empty() -> None:
    for content, name in ((filled_file(), "vorlage.xlsx"), (bare_table(), "vorlage.csv")):
        found = read(content, name)
        assert found.entries == ()
        [fault] = found.faults
        assert "mindestens eine Maßnahme" in fault.asked


# --- what is read -------------------------------------------------------------------------------------------------


def test_a_row_is_read_with_everything_it_says() -> None:
    found = read(filled_file(GOOD))
    assert found.remarks == ()
    [entry] = found.entries
    assert (entry.row, entry.title, entry.authority.iri) == (
        ROW, "Netzwerk für Betriebe", f"{ID}district/landkreis-ahorn-00001",
    )  # fmt: skip
    assert entry.iri == f"{ID}measure/netzwerk-fuer-betriebe-00001"
    assert (entry.begin, entry.end, entry.amount, entry.year) == ("2025-01", "2027", Decimal(72577), "2026")
    assert entry.lead == ("Wirtschaftsförderung", "Kammer")
    assert [choice.iri.removeprefix(str(ID)) for choice in (*entry.activities, *entry.beneficiaries)] == [
        "code/activity-type/network", "code/beneficiary/companies",
    ]  # fmt: skip


def test_numbers_and_dates_of_excel_are_understood() -> None:
    row = GOOD | {"Beginn": date(2025, 1, 14), "Ende": 2027, "Betrag in Euro": 72577.5, "Haushaltsjahr": 2026}
    [entry] = read(filled_file(row)).entries
    assert (entry.begin, entry.end, entry.amount, entry.year) == (
        "2025-01-14",
        "2027",
        Decimal("72577.5"),
        "2026",
    )


@pytest.mark.parametrize("key", ["08118", "8118", "Landkreis Ludwigsburg", "landkreis  ludwigsburg (08118)"])
def test_a_district_is_known_by_key_or_name(key: str, store: Store) -> None:
    content = table(HEADERS, ("Probe", key))
    [entry] = read(content, "a.csv", store).entries
    assert entry.authority.label == "Landkreis Ludwigsburg (08118)"


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_as_offices_write_it(separator: str, encoding: str) -> None:
    content = table(
        ("Liste für den Ausschuss",), (), ("Kreis", "Maßnahme", "Beginn"), ("Landkreis Ahorn", "Grünfläche", "3/2025"),
        separator=separator, encoding=encoding,
    )  # fmt: skip
    [entry] = read(content, "liste.csv").entries
    assert (entry.title, entry.begin, entry.row) == ("Grünfläche", "2025-03", 4)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("14.01.2025", "2025-01-14"), ("14.1.2025", "2025-01-14"), ("14. Januar 2025", "2025-01-14"),
        ("2025-01-14", "2025-01-14"), ("2025-01-14T00:00:00", "2025-01-14"), ("01.2025", "2025-01"),
        ("1/2025", "2025-01"),
        ("Januar 2025", "2025-01"), ("März 2025", "2025-03"), ("Dez. 2025", "2025-12"), ("2025", "2025"),
        ("14.01.25", ""), ("31.02.2025", ""), ("Herbst 2025", ""), ("13.2025", ""), ("45671", ""), ("gestern", ""),
        ("2025/26", ""), ("0025", ""),
    ],
)  # fmt: skip
def test_german_dates(written: str, meant: str) -> None:
    found = read(table((*HEADERS, "Beginn"), ("Probe", "00001", written)), "a.csv")
    if meant:
        assert found.entries[0].begin == meant
    else:
        [fault] = found.faults
        assert (fault.cell, fault.column, fault.found) == ("C2", "Beginn", written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("72577", "72577"), ("72.577", "72577"), ("72.577 €", "72577"), ("72.577,50 EUR", "72577.5"),
        ("72577,5", "72577.5"),
        ("1.000.000", "1000000"), ("20.000,-", "20000"), ("72 577", "72577"), ("72577.50", "72577.5"), ("0", "0"),
        ("rund 50.000", None), ("72,577", None), ("1.00.000", None), ("-5", None), ("NaN", None), ("1e9", None),
    ],
)  # fmt: skip
def test_german_money(written: str, meant: str | None) -> None:
    found = read(table((*HEADERS, "Betrag"), ("Probe", "00001", f'"{written}"')), "a.csv")
    if meant is None:
        assert [fault.cell for fault in found.faults] == ["C2"]
    else:
        assert found.entries[0].amount == Decimal(meant)


def test_empty_rows_gaps_and_numbers_written_beforehand_do_not_matter() -> None:
    content = table(
        ("Nr.", *HEADERS),
        ("1", "Eins", "00001"),
        ("2", "", ""),
        (),
        ("", "", ""),
        ("3", "Drei", "00001"),
        ("4", "", ""),
    )
    assert [entry.title for entry in read(content, "a.csv").entries] == ["Eins", "Drei"]


def test_only_a_number_marks_an_example() -> None:
    content = table(HEADERS, ("Beispielhafte Sanierung", "00001"), ("Beispiel", "00001"))
    assert len(read(content, "a.csv").entries) == 2, "nothing is left out without a word"
    [fault] = read(table(HEADERS, ("Probe", '";"'), separator=";"), "a.csv").faults
    assert fault.column == "Gebietskörperschaft"


def test_columns_may_stand_anywhere_and_unknown_ones_are_told() -> None:
    found = read(table(("Bemerkung", "Kreis", "Projekt"), ("x", "00001", "Probe")), "a.csv")
    assert found.entries[0].title == "Probe"
    [hint] = found.hints
    assert (hint.cell, hint.found) == ("A1", "Bemerkung")


def test_merged_cells_hold_for_every_row_but_a_title_is_one_measure() -> None:
    rows = tuple(
        Row(n, {c: Cell(t) for c, t in cells.items()})
        for n, cells in (
            (1, {1: "Titel", 2: "Kreis"}),
            (2, {1: "Eins", 2: "00001"}),
            (3, {1: "Zwei"}),
            (4, {3: "x"}),
        )
    )
    found = Reading("a.xlsx", known_of()).read([Sheet("Maßnahmen", rows, (Area(2, 2, 2, 3),))])
    assert [entry.authority.iri for entry in found.entries] == [f"{ID}district/landkreis-ahorn-00001"] * 2
    assert [hint.cell for hint in found.hints] == ["B3"]
    rows = (*rows[:2], Row(3, {2: Cell("00002")}))
    found = Reading("a.xlsx", known_of()).read([Sheet("Maßnahmen", rows, (Area(1, 2, 1, 3),))])
    assert ["verbunden" in fault.todo for fault in found.faults] == [True]


def test_merged_cells_are_found_in_a_workbook() -> None:
    book = Workbook()
    sheet = book.active
    for row in (HEADERS, ("Eins", "00001"), ("Zwei", None)):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    assert len(read(saved(book)).entries) == 2


def test_the_file_says_of_itself_whose_and_when_it_is() -> None:
    book = load_workbook(BytesIO(filled_file(GOOD)))
    guide = book["Anleitung"]
    said = {
        "Titel des Datensatzes": "Maßnahmen Ahorn", "Herausgebende Stelle": "Landratsamt Ahorn",
        "Stand der Angaben": "14.01.2025", "Lizenz": "CC0 1.0",
    }  # fmt: skip
    for row in guide.iter_rows(max_col=2):
        if row[0].value in said:
            row[1].value = said[row[0].value]
    found = read(saved(book))
    assert (found.head.title, found.head.publisher, found.head.day) == (
        "Maßnahmen Ahorn",
        "Landratsamt Ahorn",
        "2025-01-14",
    )
    assert found.head.licence.endswith("cc-zero")
    assert str(dataset_of(found, known_of()).iri) == f"{ID}dataset/massnahmen-ahorn"


def test_a_newer_template_is_refused_with_the_reason() -> None:
    book = load_workbook(BytesIO(filled_file(GOOD)))
    for row in book["Anleitung"].iter_rows(max_col=2):
        if row[0].value == "Fassung der Vorlage":
            row[1].value = template.VERSION + 1
    [fault] = read(saved(book)).faults
    assert "neuer" in fault.todo and fault.sheet == "Anleitung"


def test_known_things_are_found_by_name_and_unknown_ones_are_new() -> None:
    row = GOOD | {
        "Titel *": "Start-up-Treff für den MITTELSTAND",
        "Strategie": "Zukunft Ahorn",
        "Partner": "Hochschule Birkenau",
    }
    found = read(filled_file(row))
    [entry] = found.entries
    assert entry.iri == f"{ID}project/start-up-treff" and entry.known
    assert "schon im Graphen" in found.hints[0].todo
    said = dataset_of(found, known_of()).statements
    measure = URIRef(entry.iri)
    partners = {str(o).removeprefix(str(ID)) for o in said.objects(measure, ZG.partner)}
    assert partners == {"actor/hochschule-birkenau"}, "she takes part in this county already"
    leads = {str(o).removeprefix(str(ID)) for o in said.objects(measure, ZG.ledBy)}
    assert leads == {"actor/wirtschaftsfoerderung-00001", "actor/kammer-00001"}


def test_somebody_of_the_same_name_elsewhere_may_be_somebody_else() -> None:
    row = GOOD | {"Gebietskörperschaft *": "00002", "Federführung": "Hochschule Birkenau", "Partner": ""}
    found = read(filled_file(row))
    said = dataset_of(found, known_of()).statements
    assert (None, ZG.ledBy, ID["actor/hochschule-birkenau-00002"]) in said


# --- what has to be mended ----------------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "kein Titel": ({"Titel *": ""}, "B", "Pflichtfeld", ""),
    "kein Kreis": ({"Gebietskörperschaft *": ""}, "E", "Pflichtfeld", ""),
    "unbekannter Kreis": (
        {"Gebietskörperschaft *": "Landkreis Ahron"},
        "E",
        "Liste",
        "Landkreis Ahorn (00001)",
    ),
    "unbekanntes Thema": ({"Thema 1": "Digitalisirung"}, "I", "Liste „Themen“", "Digitalisierung"),
    "unbekannter Stand": ({"Stand": "fast fertig"}, "P", "Liste „Stände“", "aus der Liste"),
    "Datum": ({"Beginn": "demnächst"}, "Q", "Datum", "14.01.2025"),
    "Ende vor Beginn": ({"Beginn": "2026", "Ende": "12.2025"}, "R", "nach dem Beginn", "2026"),
    "Betrag": ({"Betrag in Euro": "rund 5.000"}, "W", "Betrag", "Zahl"),
    "Jahr": ({"Haushaltsjahr": "26"}, "X", "vier Ziffern", "2026"),
    "Jahr ohne Betrag": ({"Betrag in Euro": ""}, "X", "Betrag zum Haushaltsjahr", "Betrag eintragen"),
    "Adresse": ({"Internetadresse": "www.example.org"}, "AB", "Internetadresse", "https://"),
    "Skript als Adresse": ({"Internetadresse": "javascript:alert(1)"}, "AB", "Internetadresse", "https://"),
    "Person": ({"Federführung": "Frau Muster"}, "S", "keine Personen", "Amt"),
    "Telefon": ({"Beschreibung": "Auskunft: Tel. 07141 144-0000"}, "C", "Telefonnummer", "streichen"),
    "Mail": ({"Partner": "Kammer (info [at] example.org)"}, "T", "Mailadresse", "streichen"),
    "Formel": ({"Beschreibung": "=1+1"}, "C", "fester Wert", "Formel"),
    "zu lang": ({"Titel *": "x" * 400}, "B", "höchstens 300", "400"),
    "zwei Kreise": ({"Gebietskörperschaft *": "00001; 00002"}, "E", "einzige", "Zeile"),
}


@pytest.mark.parametrize("case", WRONG)
def test_every_fault_names_sheet_row_cell_and_what_to_do(case: str) -> None:
    changes, column, asked, todo = WRONG[case]
    found = read(filled_file(GOOD, GOOD | {"Titel *": "Zweite"} | changes))
    assert found.entries == (), "all or nothing"
    assert [(f.sheet, f.row, f.cell) for f in found.faults] == [("Maßnahmen", ROW + 1, f"{column}{ROW + 1}")]
    [fault] = found.faults
    assert asked in fault.asked and todo in fault.todo
    assert case not in ("Telefon", "Mail") or fault.found == "Kontaktdaten", "they are not repeated"


def test_a_measure_that_stands_there_twice_is_told() -> None:
    found = read(filled_file(GOOD, GOOD | {"Titel *": "Netzwerk  für BETRIEBE"}))
    [fault] = found.faults
    assert f"Zeile {ROW}" in fault.todo


def test_an_error_of_excel_is_told() -> None:
    sheet = part(filled_file(GOOD), "xl/worksheets/sheet2.xml").decode()
    broken = sheet.replace(f'r="C{ROW}"', f'r="C{ROW}" t="e"', 1)
    assert broken != sheet
    cell = broken[broken.index(f'r="C{ROW}"') :].partition("</c>")[0]
    content = with_parts(
        filled_file(GOOD),
        xl__worksheets__sheet2_dot_xml=broken.replace(cell, f'r="C{ROW}" t="e"><v>#NV</v>').encode(),
    )
    [fault] = read(content).faults
    assert (fault.cell, fault.found) == (f"C{ROW}", "#NV")


def test_a_missing_header_or_column_is_told() -> None:
    with pytest.raises(InvalidData, match="Überschriften der Vorlage"):
        read(table(("Alpha", "Beta"), ("1", "2")), "a.csv")
    found = read(table(("Titel", "Beginn"), ("Probe", "2025")), "a.csv")
    assert [fault.column for fault in found.faults] == ["Gebietskörperschaft"]
    found = read(table((*HEADERS, "Titel"), ("Probe", "00001", "x")), "a.csv")
    assert [fault.cell for fault in found.faults] == ["C1"]


def test_too_many_measures_are_told() -> None:
    lines = [(f"Maßnahme {n}", "00001") for n in range(template.MOST + 1)]
    with pytest.raises(InvalidData, match=str(template.MOST)):
        read(table(HEADERS, *lines), "a.csv")
    assert len(read(table(HEADERS, *lines[:-1]), "a.csv").entries) == template.MOST


# --- what is refused as a whole -----------------------------------------------------------------------------------


def _bomb() -> bytes:
    return with_parts(filled_file(GOOD), xl__media__image_dot_png=b"\0" * (UNPACKED + 1))


def _lying_bomb() -> bytes:
    """An archive whose list of contents says that a part is small."""
    content = with_parts(filled_file(GOOD), xl__sharedStrings_dot_xml=b" " * 20_000_000)
    return content.replace((20_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def _doctype() -> bytes:
    entities = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    strings = b'<?xml version="1.0"?>' + entities + b"<sst><si><t>&b;</t></si></sst>"
    return with_parts(filled_file(GOOD), xl__sharedStrings_dot_xml=strings)


def _utf16() -> bytes:
    hidden = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><sst/>'.encode("utf-16")
    return with_parts(filled_file(GOOD), xl__sharedStrings_dot_xml=hidden)


REFUSED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "Makros": (lambda: with_parts(filled_file(GOOD), xl__vbaProject_dot_bin=b"x"), "a.xlsx", "Makros"),
    "xlsm": (lambda: filled_file(GOOD), "a.xlsm", "Makros"),
    "eingebettet": (lambda: with_parts(filled_file(GOOD), xl__embeddings__a_dot_bin=b"x"), "a.xlsx", "eingebettete"),
    "Verknüpfung": (
        lambda: with_parts(filled_file(GOOD), xl__externalLinks__externalLink1_dot_xml=b"<x/>"), "a.xlsx", "verknüpft",
    ),
    "Verbindung": (lambda: with_parts(filled_file(GOOD), xl__connections_dot_xml=b"<x/>"), "a.xlsx", "verknüpft"),
    "Passwort": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xlsx", "Passwort"),
    "OpenDocument": (lambda: with_parts(filled_file(GOOD), mimetype=b"application/vnd.oasis"), "a.ods", "OpenDocument"),
    "Bombe": (_bomb, "a.xlsx", "ausgepackt"),
    "lügende Bombe": (_lying_bomb, "a.xlsx", "beschädigt"),
    "Entitäten": (_doctype, "a.xlsx", "beschädigt"),
    "versteckte Entitäten": (_utf16, "a.xlsx", "beschädigt"),
    "zu groß": (lambda: b"x" * (LARGEST + 1), "a.csv", "höchstens"),
    "leer": (lambda: b" \n", "a.csv", "leer"),
    "PDF": (lambda: b"%PDF-1.7\n", "a.csv", "keine Tabelle"),
    "kaputt": (lambda: filled_file(GOOD)[:5000], "a.xlsx", "beschädigt"),
    "anderes Archiv": (lambda: _zip_of(b"x"), "a.xlsx", "keine Excel"),
    "Nullbytes": (lambda: b"Titel;Kreis\n\x00;1", "a.csv", "keine Tabelle"),
}  # fmt: skip


def _zip_of(data: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("a.txt", data)
    return out.getvalue()


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_with_the_reason(case: str) -> None:
    make, name, reason = REFUSED[case]
    with pytest.raises(InvalidData, match=reason) as caught:
        read(make(), name)
    assert caught.value.faults[0].file


def test_a_merged_area_over_all_rows_costs_nothing() -> None:
    book = Workbook()
    sheet = book.active
    for row in (HEADERS, ("Eins", "00001"), ("Zwei", "00001")):
        sheet.append(row)
    plain = saved(book)
    merged = part(plain, "xl/worksheets/sheet1.xml").replace(
        b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="C1:XFD1048576"/></mergeCells>'
    )
    assert len(read(with_parts(plain, xl__worksheets__sheet1_dot_xml=merged)).entries) == 2


def test_more_cells_than_anybody_fills_in_are_refused() -> None:
    with pytest.raises(InvalidData, match="ausgepackt"):
        read(b";".join([b"a"] * 100) * 1 + b"\n" + b"1;1\n" * (CELLS // 2 + 1), "a.csv")


@settings(deadline=None, max_examples=60)
@given(cells=st.lists(st.text(max_size=60), min_size=len(template.COLUMNS), max_size=len(template.COLUMNS)))
def test_any_text_in_any_cell_gives_a_report_or_a_valid_dataset(cells: list[str]) -> None:
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([column.header for column in template.COLUMNS])
    row = [c.replace("\x00", "") for c in cells]
    row[0] = "1"
    writer.writerow(row)
    try:
        found = read(text.getvalue().encode("utf-8", "replace"), "a.csv")
    except InvalidData as error:
        assert error.faults
        return
    for remark in found.remarks:
        assert remark.asked and remark.todo
        assert str(remark.as_fault("a.csv"))


@settings(deadline=None, max_examples=80)
@given(content=st.binary(max_size=300))
def test_any_bytes_give_a_clear_answer(content: bytes) -> None:
    for data in (content, b"PK\x03\x04" + content, b"Titel;Kreis\n" + content):
        try:
            read(data, "a.csv")
        except InvalidData as error:
            assert error.faults[0].message


# --- as a dataset, in commands, in the comparison -----------------------------------------------------------------


def _full_row() -> dict[str, Any]:
    return {
        **GOOD, "Gebietskörperschaft *": "Landkreis Ludwigsburg (08118)", "Nr.": "7a", "Art": "Projekt",
        "Ort": "Kornwestheim",
        "Strategie": "Probestrategie", "Handlungsfeld": "Vernetzung", "Thema 1": "Digitalisierung",
        "Thema 2": "Klimaschutz",
        "Stand": "läuft", "Partner": "Landkreis Ludwigsburg; Eine Hochschule", "Begleitet von": "Ein Büro",
        "Förderprogramm": "LEADER",
    }  # fmt: skip


def _values(graph: Graph) -> set[tuple[Any, ...]]:
    """The statements with numbers by their value: Turtle writes the decimal 1 as 1.0."""
    return {
        tuple(Decimal(term) if getattr(term, "datatype", None) == XSD.decimal else term for term in triple)
        for triple in graph
    }


def test_what_is_read_can_be_loaded(store: Store, tmp_path: Path) -> None:
    known = known_of(store)
    bare = {"Titel *": "Nur das Nötigste", "Gebietskörperschaft *": "08116"}
    found = fill(filled_file(_full_row(), bare, store=store), "vorlage.xlsx", known)
    assert found.faults == ()
    dataset = dataset_of(found, known)
    assert [str(fault) for fault in validate(dataset, store)] == []
    file = tmp_path / "beitrag.ttl"
    whole(dataset).serialize(destination=file, format="turtle", encoding="utf-8")
    again = rdf_file.read(file)
    assert again.iri == dataset.iri
    assert _values(again.statements) >= _values(dataset.statements)
    assert _values(again.evidence) >= _values(dataset.evidence)
    assert [str(fault) for fault in validate(again, store)] == []
    measure = URIRef(found.entries[0].iri)
    assert (measure, RDF.type, ZG.Project) in again.statements
    assert (measure, SKOS.prefLabel, Literal("Netzwerk für Betriebe", lang="de")) in again.statements


@pytest.fixture
def command(home: Home, tmp_path: Path) -> Callable[..., Result]:
    """Runs a command on a copy of the shipped graph."""
    data = tmp_path / "data"
    shutil.copytree(home.directory, data)
    return lambda *arguments: CliRunner().invoke(main, [*arguments, "--data-dir", str(data)])


def test_commands_write_check_and_load_templates(
    command: Callable[..., Result], store: Store, tmp_path: Path
) -> None:
    empty, good, bad = (tmp_path / name for name in ("leer.xlsx", "gut.xlsx", "schlecht.xlsx"))
    assert command("template", "--out", str(empty)).exit_code == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_workbook(empty).sheetnames[1] == "Maßnahmen"
    assert command("template", "--out", str(tmp_path / "a.pdf")).exit_code == 2
    good.write_bytes(filled_file(_full_row(), store=store))
    bad.write_bytes(filled_file(_full_row() | {"Beginn": "bald"}, store=store))
    result = command("validate", str(good))
    assert (result.exit_code, "0 Verstöße" in result.output) == (0, True), result.output
    result = command("validate", str(bad))
    assert result.exit_code == 1
    assert (
        f"schlecht.xlsx, Zeile {ROW} · Maßnahmen!Q{ROW} · Beginn" in result.output
        and "„bald“" in result.output
    )
    told = json.loads(command("validate", str(bad), "--json").output)
    assert (told[0]["line"], told[0]["node"], told[0]["path"]) == (ROW, f"Maßnahmen!Q{ROW}", "Beginn")
    assert command("load", str(bad)).exit_code == 1
    assert command("load", str(good), "--dry-run").exit_code == 0
    assert command("load", str(good), "--dataset", "probe").exit_code == 0
    rows = json.loads(command("query", "measures-of-a-district", "-p", "district=08118", "--json").output)
    assert "Netzwerk für Betriebe" in json.dumps(rows, ensure_ascii=False)


def test_the_exported_list_is_a_filled_template(home: Home, store: Store, tmp_path: Path) -> None:
    for form in ("csv", "xlsx"):
        file = tmp_path / f"massnahmen.{form}"
        result = CliRunner().invoke(
            main, ["export", "--format", form, "--out", str(file), "--data-dir", str(home.directory)]
        )
        assert result.exit_code == 0, result.output
        found = fill(file.read_bytes(), file.name, known_of(store))
        assert [str(fault.as_fault("")) for fault in found.faults] == []
        assert len(found.entries) > 50
        assert sum(entry.known for entry in found.entries) / len(found.entries) > 0.9
        by_iri = {measure.iri: measure for measure in measures(store)}
        for entry in found.entries:
            if entry.iri in by_iri:
                assert {c.iri.rsplit("/", 1)[-1] for c in entry.themes} == set(by_iri[entry.iri].themes)


def test_what_is_brought_along_finds_what_is_like_it(store: Store, tmp_path: Path) -> None:
    known = measures(store)[:40]
    index = build(tmp_path / "index", known, encoder="none")
    rows = {
        "Titel *": known[0].title, "Gebietskörperschaft *": "Landkreis Dahme-Spreewald (12061)",
        "Beschreibung": known[0].description,
    }  # fmt: skip
    odd = {"Titel *": "Xylophon", "Gebietskörperschaft *": "08116"}
    read_ = fill(filled_file(rows, odd, store=store), "a.xlsx", known_of(store))
    asked = measures_of(read_, known_of(store))
    assert (asked[0].ags, asked[0].district) == ("12061", "Landkreis Dahme-Spreewald")
    first, second = check_list(index, asked, 3)
    assert first and first[0].b.iri == known[0].iri and first[0].a.iri == asked[0].iri
    assert len(first) <= 3 and [o.score for o in first] == sorted((o.score for o in first), reverse=True)
    assert all(overlap.a.iri == asked[1].iri for overlap in second)
    assert check_list(index, [], 3) == []
