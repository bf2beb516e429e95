"""What strangers send costs little, whatever it is: bounds that an attacker's files, queries and forms meet."""

import asyncio
import time
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sample import Client, sample_service
from templates import known_of

from api import asked, explorer, identity
from api.app import create_app
from api.contribution import CHECKING
from api.solutions import CELLS_A_ROW, MOST_COLUMNS, MOST_ROWS, first_rows
from graph.cells import CELLS, WIDE
from graph.errors import InvalidData
from graph.spreadsheet_file import read
from graph.template import COLUMNS
from graph.template_reading import LOOKED_UP, REMARKS, fill
from queries.catalogue import WrongHeader, parsed
from visualizations.measured import LONGEST, measured_drawing
from visualizations.svg import wrapped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def book(sheet: str, strings: str = "") -> bytes:
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/>'
        "</Relationships>",
        "xl/worksheets/s.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(path, text)
    return file.getvalue()


def sharing(text: str, cells: int) -> bytes:
    """Cells that share one text."""
    row = '<c t="s"><v>0</v></c>' * cells
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row>{row}</row></sheetData></worksheet>'
    return book(sheet, f"<si><t>{text}</t></si>")


def seconds(action: Callable[[], object]) -> float:
    begun = time.process_time()
    action()
    return time.process_time() - begun


def refused(content: bytes, name: str = "x.xlsx") -> str:
    with pytest.raises(InvalidData) as error:
        read(content, name)
    return str(error.value)


def test_one_text_in_many_cells_is_kept_once() -> None:
    [sheet] = read(sharing("a" * 30_000, 3), "x.xlsx")
    texts = [cell.text for cell in sheet.rows[0].cells.values()]
    assert len(texts) == 3 and texts[0] is texts[1] is texts[2]


def test_cells_have_no_more_characters_than_fit() -> None:
    assert "5.000.000 Zeichen" in refused(sharing("a" * 20_000, 300))
    assert seconds(lambda: refused(sharing("a" * 6_000_000, 500))) < 2


def test_texts_and_cells_within_each_other_are_refused() -> None:
    deep = "<c>" * 500 + "<v>1</v>" + "</c>" * 500
    assert "beschädigt" in refused(book(f'<worksheet xmlns="{MAIN}"><row>{deep}</row></worksheet>'))
    assert "Zellen" in refused(book("<worksheet/>", "<si/>" * (CELLS + 1)))


def test_a_long_namespace_is_refused() -> None:
    assert "beschädigt" in refused(book(f'<x xmlns="{"u" * 2000}"><c/></x>'))


def line_of(word: str, title: str) -> str:
    return ";".join(word if c.kind == "code" else title if c.key == "title" else "" for c in COLUMNS)


def test_reading_stops_at_the_most_remarks_and_names_near_words_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[str] = []

    def near(word: str, *_rest: object) -> list[str]:
        asked_for.append(word)
        return []

    monkeypatch.setattr("graph.template_reading.get_close_matches", near)
    head = ";".join(c.header for c in COLUMNS)
    same = "\n".join([head, *(line_of("Landkries", f"Titel {n}") for n in range(900))]).encode()
    found = fill(same, "a.csv", known_of())
    assert len(found.faults) == REMARKS and found.entries == ()
    assert len(asked_for) == len({c.choices for c in COLUMNS if c.kind == "code"})
    asked_for.clear()
    other = "\n".join([head, *(line_of(f"Wort {n}", f"Titel {n}") for n in range(900))]).encode()
    assert len(fill(other, "a.csv", known_of()).faults) == REMARKS and len(asked_for) == LOOKED_UP


def test_a_table_that_is_too_wide_is_told_so() -> None:
    wide = ("Titel;Gebietskörperschaft;" + ";".join(f"x{n}" for n in range(20_000))).encode()
    with pytest.raises(InvalidData, match=rf"bis Spalte 20\.002; höchstens {WIDE}"):
        fill(wide, "a.csv", known_of())


@pytest.mark.parametrize("text", ["[" * 19_000, "]" * 9000 + "[" * 9000, '[ "]" ' * 2000, "[ #]\n#+ " * 3000])
def test_a_deep_header_is_refused_at_once(text: str) -> None:
    def ask() -> None:
        with pytest.raises(WrongHeader, match="Klammern ineinander"):
            parsed("x", f"#+ a: {text}")

    assert seconds(ask) < 2


class Told:
    """An answer of the engine."""

    content_type = "text/tab-separated-values"

    def __init__(self, text: str) -> None:
        self.chunks = self._pieces(text.encode())

    async def _pieces(self, raw: bytes):  # type: ignore[no-untyped-def]
        yield raw

    async def close(self) -> None:
        """There is nothing to let go."""


def test_a_wide_answer_is_shown_in_part() -> None:
    lines = ["\t".join(f"?a{n}" for n in range(300)), *["\t".join("1" * 300)] * 500]
    table = asyncio.run(first_rows(Told("\n".join(lines) + "\n")))  # type: ignore[arg-type]
    assert len(table.columns) == MOST_COLUMNS and table.left_columns == 200 and table.counted == 500
    assert len(table.rows) * MOST_COLUMNS <= MOST_ROWS * CELLS_A_ROW


def test_a_long_word_is_broken_in_time_that_grows_with_it() -> None:
    assert seconds(lambda: wrapped("a" * 200_000, 380, 14)) < 3


def test_a_long_name_is_cut_beside_its_bar_and_whole_in_title_and_table() -> None:
    name = "Wort " * 100 + "Ende"
    drawing = measured_drawing("d", "t", ("n", "v"), [(name, 1), (name, 2)])  # type: ignore[list-item]
    assert "…" in drawing.svg and f"<title>{name}: 1</title>" in drawing.svg
    assert drawing.twin.rows[0][0].text == name and len(name) > LONGEST


@pytest.fixture
def client() -> Client:
    return Client(create_app(sample_service()))


def test_a_query_has_no_more_parameters_than_can_be_looked_up(client: Client) -> None:
    head = "".join(f"#+   p{n}: {{type: iri}}\n" for n in range(asked.MOST_PARAMETERS + 1))
    answer = client.post("/abfragen", data={"query": f"#+ parameters:\n{head}SELECT * {{}}"})
    assert answer.status_code == 422 and "21 Parameter" in answer.text


def test_a_long_search_looks_for_its_beginning() -> None:
    names = sample_service().public.reading().names
    assert seconds(lambda: names.search("ae" * 100_000)) < 1


def test_redirects_name_no_host(client: Client) -> None:
    answer = client.get("/mitmachen/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/mitmachen")


def test_files_are_checked_in_turn(client: Client) -> None:
    held = 0
    while CHECKING._places.acquire(blocking=False):
        held += 1
    try:
        answer = client.post("/api/v1/template-check", files={"file": ("a.csv", b"Titel")})
        assert answer.status_code == 503 and "Dateien zugleich geprüft" in answer.json()["detail"]
    finally:
        for _ in range(held):
            CHECKING._places.release()


def test_dots_and_forms_have_bounds() -> None:
    assert explorer.MOST_DOTS <= 4_000_000 and identity.SECONDS <= 60
