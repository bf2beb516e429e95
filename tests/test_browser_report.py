"""The report in a real browser: for everybody, on a small screen, on paper, as a page of the service and as a file."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from test_board import AHORN, BIRKE, PLACES, PREFIXES, store_of
from test_strategist import MORE, found_for
from visit import DARK, Visit, listening

from api.app import create_app
from api.service import Service, Shown

pytestmark = pytest.mark.browser
ADDRESS = "/bericht?circle=adjacent"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The service on three invented counties."""
    store = store_of(PREFIXES + PLACES + AHORN + BIRKE + MORE)
    shown = Shown(lambda: store, lambda: "1", found_for, lambda identity: None)
    with listening(create_app(Service(shown, shown, "00001", "0"))) as address:
        yield address


@pytest.fixture(scope="module")
def file(browser: Browser, base: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report as one takes it along."""
    target = tmp_path_factory.mktemp("bericht") / "bericht.html"
    with Visit(browser) as visit:
        visit.page.goto(base + ADDRESS)
        with visit.page.expect_download() as download:
            visit.page.get_by_role("link", name="HTML", exact=True).click()
        download.value.save_as(target)
    return target.as_uri()


@pytest.mark.parametrize("lang", ["", "/en"])
def test_axe_finds_nothing_on_the_page(browser: Browser, base: str, lang: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(base + lang + ADDRESS)
        for summary in visit.page.locator("details > summary").all():
            summary.click()
        visit.has_no_barriers(DARK)


def test_axe_finds_nothing_in_the_file(browser: Browser, file: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(file)
        visit.has_no_barriers(DARK)


@pytest.mark.parametrize("lang", ["", "/en"])
def test_the_page_asks_only_us_and_fits_a_small_screen(browser: Browser, base: str, lang: str) -> None:
    with Visit(browser, width=320) as visit:
        visit.page.goto(base + lang + ADDRESS)
        visit.page.wait_for_load_state("networkidle")
        visit.stays_within(base)


def test_the_file_asks_nobody_and_fits_a_small_screen(browser: Browser, file: str) -> None:
    with Visit(browser, width=320) as visit:
        visit.page.goto(file)
        visit.page.wait_for_load_state("networkidle")
        assert visit.requests == [file] and visit.complaints == []
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert visit.page.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(0, 0, 0)"


def test_every_control_is_reached_by_keyboard_and_pdf_comes_without_javascript(
    browser: Browser, base: str, tmp_path: Path
) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(base + ADDRESS)
        page.get_by_label("Höchstens so viele Befunde").select_option("10")
        page.get_by_role("button", name="Anzeigen").click()
        assert "anzahl=10" in page.url
        link = page.get_by_role("link", name="PDF", exact=True)
        link.focus()
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        download.value.save_as(tmp_path / "bericht.pdf")
        assert (tmp_path / "bericht.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("what", ["page", "file"])
def test_printed_no_page_is_blank_and_no_table_is_cut(
    browser: Browser, base: str, file: str, what: str
) -> None:
    with Visit(browser, width=800) as visit:
        visit.page.goto(base + ADDRESS if what == "page" else file)
        visit.page.emulate_media(media="print")
        printed = PdfReader(BytesIO(visit.page.pdf(format="A4", prefer_css_page_size=True)))
        said = [page.extract_text() for page in printed.pages]
        assert all(len(text.split()) > 15 for text in said)
        words = " ".join(" ".join(said).split())
        assert "Akteure in mehreren Kreisen" in words or "keinen Akteur" in words
        assert "Herunterladen" not in words and "Anzeigen" not in words
