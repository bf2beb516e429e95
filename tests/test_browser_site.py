"""What all pages share, in a browser: menu, languages, search suggestions, keyboard, small screens, paper."""

from collections.abc import Iterator

import pytest
import test_browser
from playwright.sync_api import Browser, Page, Route, expect
from visit import DARK, Visit

from api.navigation import PAGES

pytestmark = pytest.mark.browser
base = test_browser.base
ADDRESSES = ["/", "/suche?q=birke", "/def", "/api", "/impressum", "/datenschutz", "/barrierefreiheit", "/nix"]
FIRST_VIEW = 150_000
"""Bytes that the first visit of the start page may take, compressed."""
FOCUSABLE = (
    "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)
REACHED = """(selector) => [...document.querySelectorAll(selector)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]'))
    .filter((element) => element.type !== 'radio')
    .filter((element) => !element.dataset.reached).map((element) => element.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing(browser: Browser, base: str, address: str, lang: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(base + lang + address)
        visit.has_no_barriers(*([] if lang else [DARK]))


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_ask_only_us_and_complain_of_nothing(
    browser: Browser, base: str, address: str, lang: str
) -> None:
    with Visit(browser, width=320) as visit:
        visit.page.goto(base + lang + address)
        visit.stays_within(base, "404" if address == "/nix" else None)
        assert visit.page.evaluate("document.querySelectorAll('style').length") == 0


@pytest.mark.parametrize("lang", ["", "/en"])
def test_the_menu_keeps_its_shape(browser: Browser, base: str, lang: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        for address in [*(entry.address for entry in PAGES), "/nix"]:
            page.goto(base + lang + address)
            for width in (320, 480, 768, 1024, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                where = f"{address} at {width}"
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
                rows = 3 if width < 480 else 2 if width < 1024 else 1
                assert page.evaluate(_rows("nav.menu a")) <= rows, where
                assert page.locator("nav.menu [aria-current]").count() == (address != "/nix"), where
                most = 4 if width < 480 else 2 if width < 1024 else 1
                assert page.evaluate(_rows("nav.submenu a")) <= most, where


def _rows(selector: str) -> str:
    return f"new Set([...document.querySelectorAll('{selector}')].map((a) => a.offsetTop)).size"


@pytest.mark.parametrize("address", ADDRESSES[:-1])
def test_every_control_is_reached_by_keyboard(browser: Browser, base: str, address: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + address)
        for _press in range(600):
            page.keyboard.press("Tab")
            done = page.evaluate(
                """() => { const e = document.activeElement; if (!e || e === document.body) return true;
                    const again = e.dataset.reached; e.dataset.reached = '1'; return Boolean(again); }"""
            )
            if done:
                break
        assert page.evaluate(REACHED, FOCUSABLE) == []


def test_the_language_is_changed_on_the_same_page(browser: Browser, base: str) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{base}/suche?q=birke")
        page.get_by_role("link", name="English").click()
        assert page.url == f"{base}/en/suche?q=birke"
        assert page.locator("html").get_attribute("lang") == "en"
        page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Data").click()
        assert "/en/daten" in page.url
        page.go_back()
        page.get_by_role("link", name="Deutsch").click()
        assert page.url == f"{base}/suche?q=birke"


def test_the_search_suggests_names_by_keyboard(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/def")
        field = page.get_by_role("combobox", name="Im Graphen suchen")
        field.fill("birke")
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        assert field.get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        chosen = field.get_attribute("aria-activedescendant")
        assert chosen and page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
        page.keyboard.press("Escape")
        expect(options.first).to_be_hidden()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{base}/doc/**")
        assert visit.complaints == []


def test_a_late_answer_leaves_the_choice(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page, held = visit.page, list[Route]()
        page.route(f"{base}/**?q=birke", lambda route: held.append(route))
        page.goto(f"{base}/def")
        field = page.get_by_role("combobox", name="Im Graphen suchen")
        field.fill("birk")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowUp")
        with page.expect_request(f"{base}/**?q=birke"):
            field.press("e")
        expect(page.locator("[role=option][aria-selected=true]")).to_have_count(
            0
        )  # who types on has not chosen
        page.keyboard.press("ArrowDown")
        chosen = page.locator("[role=option][aria-selected=true]")
        before, option = chosen.get_attribute("data-address"), chosen.element_handle()
        held[0].continue_()
        page.wait_for_function("option => !option.isConnected", arg=option)  # the answer has come
        assert chosen.get_attribute("data-address") == before
        assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
        assert visit.complaints == []


def test_the_search_works_without_suggestions(browser: Browser, base: str) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        visit.page.goto(f"{base}/def")
        visit.page.get_by_role("searchbox", name="Im Graphen suchen").fill("birke")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url(f"{base}/suche?q=birke")


def test_paper_has_source_date_and_licence_and_no_menu(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/ueberschneidungen/a-b")
        page.emulate_media(media="print")
        assert not page.locator("nav.menu").is_visible() and not page.locator("form.quick").is_visible()
        printed = page.locator(".printed")
        assert printed.is_visible()
        assert f"{base}/ueberschneidungen/a-b" in printed.inner_text() and "CC0" in printed.inner_text()
        page.emulate_media(media="screen")
        assert not printed.is_visible()


def test_forced_colours_leave_everything_visible(browser: Browser, base: str) -> None:
    with Visit(browser, forced_colors="active") as visit:
        visit.page.goto(f"{base}/ueberschneidungen/a-b")
        assert visit.page.locator("nav.menu [aria-current]").is_visible()
        assert visit.page.evaluate("matchMedia('(forced-colors: active)').matches")


def test_the_first_view_is_light(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        assert sum(_received(visit.page, f"{base}/")) <= FIRST_VIEW


def _received(page: Page, address: str) -> Iterator[int]:
    """The bytes of every answer as they came over the wire."""
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    session.send("Network.enable")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    yield from sizes
