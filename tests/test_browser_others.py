"""The pages of other districts in a browser: data, taking part with a file, things; for everybody, on every screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sample import sample_service
from templates import GOOD, filled_file
from test_data_page import compared
from visit import DARK, FORCED, Visit, listening

from api.app import create_app
from api.service import Service, Shown

pytestmark = pytest.mark.browser
CONTROLS = "main a[href], main button, main input:not([type=hidden]), main summary, main [tabindex='0']"
PAGES = [
    "/daten",
    "/mitmachen",
    "/doc/project/start-up-treff",
    "/doc/actor/boese",
    "/doc/district/landkreis-birke-00002",
]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The service on two invented counties, with a comparison that finds something for the first measure."""
    sample = sample_service().public
    shown = Shown(sample.open_store, sample.state, sample.overlaps, sample.overlap, compare=compared)
    with listening(create_app(Service(shown, shown, "00001", "0.1.0"))) as address:
        yield address


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A template without faults and one with three."""
    folder = tmp_path_factory.mktemp("vorlagen")
    wrong = GOOD | {"Beginn": "bald", "Betrag in Euro": "rund 5", "Titel *": "x" * 400}
    made = {"gut": filled_file(GOOD, GOOD | {"Titel *": "Zweites Netzwerk"}), "schlecht": filled_file(wrong)}
    for name, content in made.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    return {name: folder / f"{name}.xlsx" for name in made}


def send(page: Page, address: str, file: Path, button: str = "Prüfen und vergleichen") -> None:
    """Chooses a file and sends it."""
    page.goto(address)
    page.set_input_files("#datei", file)
    page.get_by_role("button", name=button).click()
    page.locator("#ergebnis").wait_for()


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(browser: Browser, base: str, address: str, lang: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(base + lang + address)
        visit.has_no_barriers(*([] if lang else [DARK, FORCED]))


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_pages_ask_only_us_and_fit_a_small_screen(
    browser: Browser, base: str, address: str, lang: str
) -> None:
    with Visit(browser, width=320) as visit:
        visit.page.goto(base + lang + address)
        visit.stays_within(base)


@pytest.mark.parametrize("name", ["gut", "schlecht"])
@pytest.mark.parametrize(("lang", "button"), [("", "Prüfen und vergleichen"), ("/en", "Check and compare")])
def test_the_answer_to_a_file_is_for_everybody(
    browser: Browser, base: str, files: dict[str, Path], name: str, lang: str, button: str
) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        send(visit.page, f"{base}{lang}/mitmachen", files[name], button)
        visit.has_no_barriers(DARK)
    with Visit(browser, width=320) as visit:
        send(visit.page, f"{base}{lang}/mitmachen", files[name], button)
        visit.stays_within(base, "422")


def test_the_walk_of_another_district_works_without_javascript(
    browser: Browser, base: str, files: dict[str, Path], tmp_path: Path
) -> None:
    with Visit(browser, java_script_enabled=False, accept_downloads=True) as visit:
        page = visit.page
        page.goto(f"{base}/daten")
        page.get_by_role("link", name="So macht Ihr Kreis mit").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Excel-Datei mit Auswahllisten").click()
        download.value.save_as(tmp_path / "leer.xlsx")
        send(page, f"{base}/mitmachen", tmp_path / "leer.xlsx")
        assert "mindestens eine Maßnahme" in page.locator("main").inner_text()
        send(page, f"{base}/mitmachen", files["schlecht"])
        assert "3 Angaben sind zu verbessern." in page.locator("[role=alert]").inner_text()
        assert "Zelle Q4" in page.locator("table.report").inner_text()
        send(page, f"{base}/mitmachen", files["gut"])
        assert "Alles in Ordnung: 2 Maßnahmen gelesen." in page.locator("[role=status]").first.inner_text()
        with page.expect_download() as download:
            page.get_by_role("button", name="Maßnahmen als Turtle").click()
        download.value.save_as(tmp_path / "m.ttl")
        assert "Zweites Netzwerk" in (tmp_path / "m.ttl").read_text("utf-8")
        page.get_by_role("link", name="Gründerzentrum Birkenau").click()
        assert page.locator("h1").inner_text() == "Gründerzentrum Birkenau"


def test_a_thing_brings_what_is_like_it(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/doc/project/start-up-treff")
        expect(page.locator("table.related")).to_contain_text("Gründerzentrum Birkenau")
        page.locator("table.related").get_by_role("link").first.click()
        assert "/ueberschneidungen/" in page.url
        assert visit.complaints == []
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{base}/doc/project/start-up-treff")
        page.get_by_role("link", name="Ansehen, was es Ähnliches gibt").click()
        assert page.locator("table.related").count() == 1


@pytest.mark.parametrize("address", PAGES[:3])
def test_every_control_is_reached_by_keyboard(browser: Browser, base: str, address: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + address)
        page.wait_for_load_state("networkidle")
        wanted = page.evaluate(
            "(s) => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility() && !e.disabled).length",
            CONTROLS,
        )
        page.evaluate("document.querySelector('main').focus()")
        reached = 0
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            inside = page.evaluate(
                "document.activeElement.closest('main') !== null && document.activeElement.tagName !== 'MAIN'"
            )
            if not inside:
                break
            reached += 1
            assert page.evaluate(
                """(() => { const style = getComputedStyle(document.activeElement);
                    return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; })()"""
            ), page.evaluate("document.activeElement.outerHTML")
        assert reached >= wanted


@pytest.mark.parametrize("address", PAGES[:3])
def test_nothing_is_cut_on_paper(browser: Browser, base: str, address: str) -> None:
    with Visit(browser, width=794) as visit:
        visit.page.goto(base + address)
        visit.page.emulate_media(media="print")
        wide = visit.page.evaluate(
            """[...document.querySelectorAll('main *')].filter((e) => e.checkVisibility()
                && !e.classList.contains('kern-sr-only') && !e.closest('.kern-sr-only')
                && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 100))"""
        )
        assert wide == []
