"""The report: what it holds, that all three forms say the same and are well made, and that nothing internal gets out.

The counties are those of `test_board`; of the findings one is a guess, one decided by a body.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from docx import Document as read_docx
from fastapi.testclient import TestClient
from pypdf import PdfReader
from test_board import AHORN, BIRKE, PLACES, PREFIXES, iri, store_of
from test_leaks import COUNTIES, RESEMBLING, TWINS, load
from test_strategist import FOUND, MORE, finding, found_for
from tiny import dataset

from api.app import create_app
from api.cli import main
from api.paper import paper
from api.report import WRITERS, collected
from api.service import Reading, Service, Shown
from graph.home import Home
from graph.judgements import CLASSES, DECIDED, Judgement, Standing, State
from graph.language import speaking
from graph.report import USUAL, Report
from graph.verdicts import Party
from visualizations.paper import Paper
from visualizations.svg import Twin
from visualizations.ties import Place, Tie, ties_drawing
from visualizations.typeset import pages, png

DAY = date(2026, 11, 22)
HOSTILE = '<script>alert(1)</script> #import "x" \\ $x$ *a* _b_ @c \x00'
JUDGED = Judgement(
    id="j1", body=Party("", "Kreistag Ahorn"), role="Geschäftsstelle", reason="Gleiche Zielgruppe.", on=DAY,
    recorded="2026-11-22T10:00:00Z", visibility="public", replaces="", replaced_by="", withdrawn="",
    withdrawal_reason="", overlap="f2", sides=(State(iri("measure/kabel"), "Kabel", "", iri("district/birke")),
                                              State(iri("measure/portal"), "Portal", "", iri("district/ahorn"))),
    kind="overlap", course="coordinate", owner=Party("", "Wirtschaftsförderung"), due=date(2027, 3, 31),
)  # fmt: skip


class Judged(Reading):
    """A reading with one judgement."""

    standings = (Standing("f2", DECIDED, (JUDGED,)),)  # type: ignore[assignment]


def collect(most: int = USUAL, findings: Any = found_for, reading: type[Reading] = Judged) -> Report:
    """The report on Ahorn."""
    store = store_of(PREFIXES + PLACES + AHORN + BIRKE + MORE)
    shown = Shown(lambda: store, lambda: "1", findings, lambda identity: None)
    return collected(shown, reading(store, "1"), "00001", "adjacent", most, False, DAY)


@pytest.fixture(scope="module")
def found() -> Report:
    return collect()


@pytest.fixture(scope="module")
def written(found: Report) -> Paper:
    return paper(found, "0.1.0")


@pytest.fixture(scope="module")
def files(written: Paper) -> Mapping[str, bytes]:
    return {form: write(written) for form, write in WRITERS.items()}


# Values


def test_findings_come_by_class_and_are_numbered_through(found: Report) -> None:
    assert [(part.kind, part.decided, len(part.entries)) for part in found.parts] == [
        ("duplicate", 0, 1),
        ("overlap", 1, 1),
        ("complement", 1, 1),
    ]
    assert [(e.number, e.id) for e in found.entries] == [(1, "f3"), (2, "f2"), (3, "f1")]
    assert found.counts == {"duplicate": 1, "overlap": 1, "complement": 1}


def test_the_side_of_the_district_stands_first() -> None:
    turned = [finding("f9", "overlap", 0.6, "measure/kabel", "measure/portal")]
    [entry] = collect(findings=lambda district, circle: turned).entries
    assert (entry.a.title, entry.b.title) == ("Portal", "Kabel")


def test_only_so_many_findings_as_asked_for_and_the_report_says_so() -> None:
    found = collect(most=1)
    assert [entry.id for entry in found.entries] == ["f2"], "the one most worth looking at"
    assert (found.limits["findings"].shown, found.limits["findings"].total) == (1, 3)
    assert "die 1 wichtigsten von 3" in text_of(paper(found, "0"))


def test_every_passage_has_a_mark_and_names_its_findings(found: Report) -> None:
    [document] = found.documents
    [passage] = document.passages
    assert (document.label, passage.mark, passage.start, passage.end) == ("Vorlage 1", "1.1", 10, 60)
    assert passage.findings == (1, 2, 3)
    assert all(side.marks == ("1.1",) for entry in found.entries for side in (entry.a, entry.b))


def test_the_judgement_in_force_stands_with_its_finding(found: Report) -> None:
    [decision] = found.decisions
    assert (decision.number, decision.a, decision.b) == (2, "Portal", "Kabel")
    said = text_of(paper(found, "0"))
    for words in (
        "Kreistag Ahorn (Geschäftsstelle) am 22.11.2026",
        "Gleiche Zielgruppe.",
        "fällig am 31.03.2027",
    ):
        assert words in said


def test_open_points_are_those_of_the_district(found: Report) -> None:
    assert [point.label for point in found.points] == ["Das zehnte Projekt fehlt"]


def test_without_findings_it_says_so_and_is_a_paper_all_the_same() -> None:
    empty = paper(collect(findings=lambda district, circle: [], reading=Reading), "0")
    said = text_of(empty)
    assert "In diesem Vergleichskreis gibt es keine Befunde." in said
    assert "Zu keinem dieser Befunde gilt ein Urteil." in said
    assert PdfReader(BytesIO(WRITERS["pdf"](empty))).pages


def test_it_speaks_english() -> None:
    with speaking("en"):
        written = paper(collect(), "0")
    said = text_of(written)
    assert written.language == "en" and "Report for the committee, 22 November 2026" in said
    assert not re.search(r"\b(?:Befund|Quellen|Verfahren|Entscheidungen|nicht)\b", said), said


# Forms


def text_of(written: Paper) -> str:
    """Every word of a paper."""
    root = WRITERS["html"](written).decode()
    plain = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", root, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", plain)))


def pdf_text(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def tags(content: bytes) -> list[str]:
    """The structure types of a PDF, in the order in which they are read."""

    def below(element: Any) -> Iterator[str]:
        element = element.get_object()
        if isinstance(element, list):
            for inner in element:
                yield from below(inner)
        elif isinstance(element, dict) and "/S" in element:
            yield str(element["/S"])
            yield from below(element.get("/K", []))

    root = PdfReader(BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]
    return list(below(root["/K"]))


def test_the_pdf_is_tagged_and_says_what_it_is(files: Mapping[str, bytes]) -> None:
    reader = PdfReader(BytesIO(files["pdf"]))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert str(root["/Lang"]).startswith("de")
    assert b"pdfuaid" in reader.xmp_metadata.stream.get_data()  # type: ignore[union-attr]
    found = tags(files["pdf"])
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/L"} <= set(found)
    assert found.index("/H1") < found.index("/H2")


def test_no_page_is_blank_and_nothing_is_cut(written: Paper, files: Mapping[str, bytes]) -> None:
    reader = PdfReader(BytesIO(files["pdf"]))
    assert 3 <= len(reader.pages) <= 12
    for page in reader.pages:
        assert len(page.extract_text().split()) > 30
    assert len(pages(written, 20)) == len(reader.pages)


def test_every_form_says_every_word_of_the_tables(written: Paper, files: Mapping[str, bytes]) -> None:
    words = [
        cell.text for block in written.blocks if block.kind == "table" for row in block.rows for cell in row
    ]
    assert "Portal" in words
    squeezed = {
        "pdf": re.sub(r"[\s\u00ad-]", "", pdf_text(files["pdf"])),
        "html": re.sub(r"[\s-]", "", text_of(written)),
        "docx": re.sub(r"[\s-]", "", docx_text(files["docx"])),
    }
    for form, said in squeezed.items():
        for word in words:
            assert re.sub(r"[\s-]", "", word) in said, (form, word)


def docx_text(content: bytes) -> str:
    body = read_docx(BytesIO(content)).element.body
    return " ".join(node.text or "" for node in body.iter("{*}t"))


def test_the_text_file_has_headings_heads_and_pictures_told_in_words(files: Mapping[str, bytes]) -> None:
    document = read_docx(BytesIO(files["docx"]))
    styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style]
    assert styles[0] == "Title" and styles.count("Heading 1") == 10 and styles.count("Heading 2") == 3
    assert document.core_properties.language == "de-DE" and document.core_properties.title
    assert document.tables
    for table in document.tables:
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader") and table._tbl.xpath("./w:tblPr/w:tblCaption")
    told = document.element.body.xpath(".//wp:docPr/@descr")
    assert len(told) == len(document.inline_shapes) >= 2 and all(len(text) > 20 for text in told)
    assert {section.orientation for section in document.sections} <= {0, 1}


def test_the_page_asks_nobody_and_allows_nothing(files: Mapping[str, bytes]) -> None:
    text = files["html"].decode()
    assert re.search(r"""content="default-src 'none'; style-src 'sha256-[^']+'""", text)
    assert not re.search(r'(?:src|href)="(?!https://)[^"]+"', text) and "<script" not in text
    assert not re.search(r"url\((?!#)|@import|\sstyle=", text)


def test_equal_reports_are_equal_files(written: Paper, files: Mapping[str, bytes]) -> None:
    assert {form: write(written) for form, write in WRITERS.items()} == files


def test_hostile_words_stay_words() -> None:
    worst = [
        finding("f1", "overlap", 0.6, "measure/portal", "measure/kabel", reason=HOSTILE) | {
            "a": FOUND[1]["a"] | {"title": HOSTILE, "lead": [HOSTILE]}
        }
    ]  # fmt: skip
    written = paper(collect(findings=lambda district, circle: worst), "0")
    content = {form: write(written) for form, write in WRITERS.items()}
    assert "<script" not in content["html"].decode()
    for said in (text_of(written), docx_text(content["docx"])):
        assert '<script>alert(1)</script> #import "x" \\ $x$ *a* _b_ @c' in said
    assert '#import"x"\\$x$*a*_b_@c' in pdf_text(content["pdf"]).replace(" ", "")


# Pictures


def test_ties_are_drawn_once_each_and_their_kinds_named() -> None:
    left = [Place("a", "Eins"), Place("b", "Zwei")]
    right = [Place("c", "Drei", "Birke"), Place("d", "Vier", "Erle"), Place("e", "Fünf", "Birke")]
    ties = [Tie("a", "c"), Tie("a", "d", 1), Tie("b", "e", 2)]
    kinds = [CLASSES[kind] for kind in ("duplicate", "overlap", "complement")]
    drawn = ties_drawing("x", "Titel", "Worum es geht.", left, right, ties, kinds, Twin("x", (), ()))
    root = ElementTree.fromstring(drawn.svg)
    svg = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f".//{svg}path")) == 3 and len(root.findall(f".//{svg}circle")) == 5
    said = "".join(root.itertext())
    assert all(word in said for word in ("Eins", "Zwei", "Drei", "Vier", "Fünf", "Erle", *kinds))
    assert said.count("Birke") == 1, "a district stands once above what it has"
    assert png(drawn.svg).startswith(b"\x89PNG")


# Page and command


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    store = store_of(PREFIXES + PLACES + AHORN + BIRKE + MORE)
    shown = Shown(lambda: store, lambda: "1", found_for, lambda identity: None)
    with TestClient(
        create_app(Service(shown, shown, "00001", "0")), headers={"Accept": "text/html"}
    ) as client:
        yield client


def test_the_page_shows_it_and_gives_every_form(client: TestClient) -> None:
    text = client.get("/bericht?circle=adjacent").text
    assert "Überschneidungen: Kreis Ahorn" in text and 'href="/ueberschneidungen/f2"' in text
    for form, beginning in (("html", b"<!DOCTYPE"), ("pdf", b"%PDF-"), ("docx", b"PK")):
        answer = client.get(f"/bericht?circle=adjacent&format={form}")
        assert answer.status_code == 200 and answer.content.lstrip().startswith(beginning)
        assert f"bericht-00001-{date.today().isoformat()}.{form}" in answer.headers["content-disposition"]


def test_what_cannot_be_is_refused_with_words(client: TestClient) -> None:
    assert client.get("/bericht?circle=x").status_code == 404
    assert client.get("/bericht?district=nirgends").status_code == 404
    assert client.get("/bericht?anzahl=0").status_code == 422
    assert client.get("/bericht?format=exe").status_code == 422


def test_a_district_without_anything_has_a_report_too(client: TestClient) -> None:
    assert "keine Befunde" in client.get("/bericht?district=00003").text


def run(home: Home, target: Path, *more: str) -> Any:
    asked = [
        "report",
        "--district",
        "00001",
        "--output",
        str(target),
        "--data-dir",
        str(home.directory),
        *more,
    ]
    return CliRunner().invoke(main, asked)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    """The same public counties, once with internal measures beside them."""
    public = load(dataset("kreise", COUNTIES), dataset("aehnlich", RESEMBLING))
    found = []
    for name, steps in (
        ("mit", [public, load(dataset("geheim", TWINS, visibility="internal"))]),
        ("ohne", [public]),
    ):
        home = Home(tmp_path_factory.mktemp(name) / "data")
        with home.writing("test") as writer:
            for step in steps:
                step(writer)
        found.append(home)
    return found[0], found[1]


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_a_public_report_has_nothing_internal(homes: tuple[Home, Home], tmp_path: Path, form: str) -> None:
    here, there, inside = (tmp_path / f"{name}.{form}" for name in ("mit", "ohne", "intern"))
    for home, target in zip(homes, (here, there), strict=True):
        assert run(home, target, "--public").exit_code == 0
    assert here.read_bytes() == there.read_bytes()
    assert run(homes[0], inside).exit_code == 0
    assert inside.read_bytes() != here.read_bytes()
    if form == "html":
        text = inside.read_text("utf-8")
        assert "interne Ausgabe" in text and "/measure/treff-zwilling" not in here.read_text("utf-8")
        assert "öffentliche Ausgabe" in here.read_text("utf-8")


def test_the_command_speaks_english_and_refuses_other_endings(
    homes: tuple[Home, Home], tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    assert run(homes[0], target, "--language", "en", "--public").exit_code == 0
    assert '<html lang="en">' in target.read_text("utf-8") and "public edition" in target.read_text("utf-8")
    refused = run(homes[0], tmp_path / "bericht.odt")
    assert refused.exit_code == 2 and ".docx" in refused.output


def test_the_text_file_is_packed_without_the_time(files: Mapping[str, bytes]) -> None:
    with ZipFile(BytesIO(files["docx"])) as packed:
        assert {part.date_time for part in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
