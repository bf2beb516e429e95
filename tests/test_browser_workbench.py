"""The workbench in a browser: for everybody, by keyboard, with and without JavaScript, and the editor in particular."""

import io
import json
import shutil
from collections.abc import Iterator
from urllib.parse import urlencode

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from visit import DARK, FORCED, Visit
from whole import whole

from graph.home import Home
from queries import named, names
from queries.catalogue import divided

pytestmark = pytest.mark.browser
OWN = "/abfragen?" + urlencode({"query": "SELECT ?x { VALUES ?x { 1 2 } }"})
PAGES = [
    "/abfragen",
    "/abfragen?q=geld&fuer=Strategin",
    "/abfragen?neu",
    "/abfragen?frage=measures-by-activity",
    "/abfragen?frage=sources-of-a-thing",
    "/abfragen?frage=who-leads-how-much&ansicht=diagramm",
    "/abfragen?frage=neighbours-of-a-district",
    OWN,
    "/abfragen?" + urlencode({"query": "SELECT ?x WHERE { ?x a"}),
    "/abfragen?" + urlencode({"query": "ASK {}"}),
]
LONG = "SELECT ?n {{ VALUES ?n {{ {} }} }}".format(" ".join(map(str, range(10_000, 12_000))))


@pytest.fixture(scope="module")
def base(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service on a copy of the shipped graph."""
    directory = tmp_path_factory.mktemp("browser") / "data"
    shutil.copytree(home.directory, directory)
    with whole(Home(directory)) as found:
        yield found.url


def editor(page: Page) -> None:
    """Puts the cursor into the editor."""
    page.get_by_role("textbox", name="SPARQL-Text der Abfrage").focus()


def written(page: Page) -> str:
    """The text that would be sent."""
    return str(page.locator("#anfrage").input_value())


def write(page: Page, text: str) -> None:
    """Replaces the text of the editor."""
    editor(page)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


KINDS = [PAGES[0], PAGES[3], PAGES[5]]
"""One page of each kind: the library, a question with its answer, a diagram. Colours differ by kind only."""


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(browser: Browser, base: str, address: str, lang: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(base + lang + address)
        visit.page.evaluate("document.querySelectorAll('main details').forEach((e) => { e.open = true })")
        visit.has_no_barriers(*([] if lang or address not in KINDS else [DARK, FORCED]))


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_pages_ask_only_us_and_fit_a_small_screen(
    browser: Browser, base: str, address: str, lang: str
) -> None:
    with Visit(browser, width=320) as visit:
        visit.page.goto(base + lang + address)
        visit.stays_within(base, "400 (Bad Request)")


def test_without_javascript_there_is_a_text_field_and_a_form_that_do_the_same(
    browser: Browser, base: str
) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(base + "/abfragen")
        page.get_by_label("Wörter der Frage").fill("Nachbarn")
        page.get_by_role("button", name="Eingrenzen").click()
        page.get_by_role("link", name="Wer sind die Nachbarn?").click()
        page.get_by_label("Kreis (Kreisschlüssel)").select_option("08116")
        page.get_by_role("button", name="Abfrage ausführen").click()
        assert "district=08116" in page.url
        table = page.locator("#ergebnis table")
        expect(table).to_contain_text("Landkreis Göppingen")
        field = page.get_by_label("SPARQL-Text der Abfrage")
        field.fill(field.input_value() + "\nLIMIT 1")
        page.get_by_role("button", name="Abfrage ausführen").click()
        expect(page.locator("#ergebnis [role=status]")).to_contain_text("1 Zeile")
        expect(page.locator("main")).to_contain_text("Der Text wurde geändert")
        with page.expect_download() as download:
            page.get_by_role("link", name="Excel").click()
        sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).worksheets[0]
        assert sheet.max_row == 2
        with page.expect_download() as download:
            page.get_by_role("button", name="Als Datei (.rq) speichern").click()
        kept = download.value.path()
        page.goto(base + "/abfragen?neu")
        page.get_by_label("Abfrage aus einer Datei").set_input_files(kept)
        page.get_by_role("button", name="Öffnen und ausführen").click()
        expect(page.locator("h1")).to_have_text("Wer sind die Nachbarn?")


def test_a_query_is_run_from_the_keyboard_and_its_address_can_be_passed_on(
    browser: Browser, base: str
) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + "/abfragen?neu")
        write(page, "SELECT ?x { VALUES ?x { 1 2 3 } }")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#ergebnis [role=status]")).to_contain_text("3 Zeilen")
        expect(page.locator("#meldung")).to_contain_text("3 Zeilen")
        assert "query=SELECT" in page.url
        assert page.evaluate("document.activeElement.classList.contains('editor')")  # the cursor stays
        page.reload()
        expect(page.locator("#ergebnis tbody tr")).to_have_count(3)
        page.go_back()
        page.wait_for_load_state("networkidle")
        assert visit.complaints == []


def test_what_is_wrong_is_said_while_one_writes(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + "/abfragen?neu")
        said = page.locator("#pruefung")
        expect(said).to_have_text("Der Text ist gültiges SPARQL.")
        for text, message in (
            ("SELECT ?x WHERE {\n  ?x a ;; }", "Zeile 2, Spalte 8: Hier passt „;“ nicht."),
            ("SELECT ?x WHERE {", "Hier endet der Text zu früh."),
            ("SELECT ?x { ?x a foo:Bar }", "Zeile 1, Spalte 18: Das Präfix „foo:“ ist nicht erklärt."),
            (
                "SELECT ?x (COUNT(?y) AS ?n) { ?x ?y 1 } GROUP BY ?y",
                "„?x“ steht im Ergebnis, aber nicht in GROUP BY.",
            ),
            ("SELECT ?x { ?x a ?y BIND(2 AS ?x) }", "„?x“ hat schon einen Wert"),
            ("INSERT DATA { <urn:a> <urn:b> 1 }", "Hier wird nur gelesen"),
        ):
            write(page, text)
            expect(said).to_contain_text(message)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#ergebnis")).to_contain_text("Darauf gibt es keine Antwort")
        page.goto(base + "/en/abfragen?neu")
        page.get_by_role("textbox", name="SPARQL text of the query").focus()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("SELECT")
        expect(said).not_to_contain_text("Hier")
        expect(said).to_contain_text("ends too early")


def test_terms_are_completed_by_what_they_are_called(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + "/abfragen?neu")
        write(page, "SELECT ?x { ?x a ")
        page.keyboard.type("Handlungsf")
        options = page.get_by_role("option")
        expect(options.filter(has_text="zg:ActionField").first).to_be_visible()
        page.wait_for_timeout(150)  # CodeMirror takes no choice that comes sooner than somebody can mean it
        page.keyboard.press("Enter")
        assert written(page) == (
            "PREFIX zg: <https://w3id.org/zukunftsgraph/def#>\nSELECT ?x { ?x a zg:ActionField"
        ), written(page)
        page.keyboard.type(" ; liegt")
        expect(options.filter(has_text="zg:inActionField")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.type(" ?")
        expect(options.filter(has_text="?x")).to_be_visible()
        assert visit.complaints == []


def test_the_keyboard_gets_into_the_editor_and_out_of_it(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + "/abfragen?neu")
        editor(page)
        page.keyboard.press("Home")
        before = written(page)
        page.keyboard.press("Tab")
        assert written(page) == "  " + before
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        assert written(page) == "  " + before
        assert page.evaluate("document.activeElement.textContent").strip() == "Abfrage ausführen"
        page.keyboard.press("Shift+Tab")
        described = page.evaluate(
            """() => { const root = document.querySelector('.editor').shadowRoot;
                const field = root.activeElement;
                return [field.getAttribute('role'),
                    root.getElementById(field.getAttribute('aria-describedby')).textContent]; }"""
        )
        assert described[0] == "textbox" and "Esc" in described[1]


def test_the_editor_takes_texts_of_the_library_as_valid(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + "/abfragen?neu")
        said = page.locator("#pruefung")
        for name in names()[::12]:
            write(page, "SELECT")
            expect(said).to_have_class("checked wrong")
            write(page, divided(named(name).text)[1])
            expect(said).to_have_text("Der Text ist gültiges SPARQL.")


def test_what_is_too_long_for_an_address_is_sent_and_can_be_taken_along(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + "/abfragen?neu")
        write(page, LONG)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#ergebnis [role=status]")).to_contain_text("Die ersten 1.000 von 2.000 Zeilen")
        expect(page.locator("#antwort")).to_contain_text("zu lang für eine Adresse")
        assert page.url.endswith("/abfragen?neu")
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV").click()
        assert len(download.value.path().read_text().splitlines()) == 2001


def test_a_view_keeps_what_is_asked(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + "/abfragen?frage=who-leads-how-much")
        page.get_by_role("link", name="Diagramm").click()
        expect(page.locator("figure svg[role=img]")).to_be_visible()
        page.get_by_label("Beschriftung").select_option("role")
        page.get_by_role("button", name="Zeichnen").click()
        expect(page.get_by_label("Beschriftung")).to_have_value("role")
        page.get_by_text("Als Tabelle").click()
        expect(page.locator("details.twin table")).to_be_visible()
        assert visit.complaints == []


def test_a_name_is_suggested_for_a_thing(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + "/abfragen?frage=sources-of-a-thing")
        field = page.get_by_label("Ding")
        field.fill("")
        field.press_sequentially("breitbandau")
        page.get_by_role("option").first.click()
        page.wait_for_url("**thing=project**")
        expect(page.locator("#ergebnis tbody tr").first).to_be_visible()


def test_the_texts_of_the_editor_are_data_and_run_nothing(browser: Browser, base: str) -> None:
    hostile = "# </textarea></script><script>document.title='x'</script>\nASK {}"
    with Visit(browser) as visit:
        visit.page.goto(base + "/abfragen?" + urlencode({"query": hostile}))
        visit.page.wait_for_load_state("networkidle")
        assert visit.page.title() != "x" and written(visit.page) == hostile
        assert json.loads(visit.page.locator("#editor-texte").text_content() or "")["label"]
        assert visit.complaints == []
