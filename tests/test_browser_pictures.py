"""Pictures in a real browser: readable in light and dark, within their frame, by keyboard, without JavaScript."""

from collections.abc import Iterator

import pytest
from pictured import service
from playwright.sync_api import Browser
from visit import DARK, Visit, listening

from api.app import create_app

pytestmark = pytest.mark.browser

PAGES = [
    "/strategien",
    "/strategiehaus/plan-2024",
    "/zeitplan?district=08118",
    "/budget?district=08118",
    "/fortschritt?district=08118",
    "/karte?district=08118&circle=adjacent",
]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with listening(create_app(service())) as address:
        yield address


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(browser: Browser, base: str, address: str, language: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(base + language + address)
        for summary in visit.page.locator("details.twin > summary").all():
            summary.click()
        visit.has_no_barriers(DARK)


@pytest.mark.parametrize("address", PAGES)
def test_pages_ask_only_us_and_fit_a_small_screen(browser: Browser, base: str, address: str) -> None:
    with Visit(browser, width=320) as visit:
        visit.page.goto(base + address)
        visit.stays_within(base)


OUTSIDE = """() => { const outside = [];
  const holds = (frame, box, slack) => box.x >= frame.x - slack && box.y >= frame.y - slack &&
    box.x + box.width <= frame.x + frame.width + slack && box.y + box.height <= frame.y + frame.height + slack;
  for (const svg of document.querySelectorAll('svg.picture-svg'))
    for (const text of svg.querySelectorAll('text'))
      if (!holds(svg.viewBox.baseVal, text.getBBox(), 4)) outside.push(text.textContent);
  for (const group of document.querySelectorAll('svg[aria-labelledby^="haus"] g')) {
    const frames = group.querySelectorAll(':scope > rect');
    if (frames.length !== 1) continue;
    for (const text of group.querySelectorAll(':scope > text'))
      if (!holds(frames[0].getBBox(), text.getBBox(), 1)) outside.push('box: ' + text.textContent);
  }
  return outside; }"""
"""Words that stick out of their picture or, in the house, out of their box, in the font that the browser found."""


@pytest.mark.parametrize("address", PAGES)
def test_no_word_sticks_out(browser: Browser, base: str, address: str) -> None:
    with Visit(browser) as visit:
        visit.page.goto(base + address)
        assert visit.page.evaluate(OUTSIDE) == []


def test_picture_and_table_work_by_keyboard_and_without_javascript(browser: Browser, base: str) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{base}/strategien")
        page.get_by_role("link", name="Plan 2024").first.click()
        assert page.get_by_role("img", name="Strategiehaus: Plan 2024").is_visible()
        summary = page.locator("details.twin > summary").first
        summary.focus()
        page.keyboard.press("Enter")
        table = page.get_by_role("table", name="Strategiehaus „Plan 2024“ als Tabelle")
        assert table.is_visible() and table.get_by_role("row").count() == 24
        assert "Zeichen 100–160" in table.inner_text()
        page.goto(f"{base}/zeitplan?district=08118")
        page.get_by_label("Was", exact=True).select_option("massnahmen")
        page.get_by_role("button", name="Anzeigen").click()
        assert "Dazu nennt keine Quelle einen Zeitpunkt." in page.locator("main").inner_text()


def test_colours_follow_the_scheme_and_survive_forced_colours(browser: Browser, base: str) -> None:
    found = {}
    for name, options in {
        "light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}, "forced": {"forced_colors": "active"},
    }.items():  # fmt: skip
        with Visit(browser, **options) as visit:
            visit.page.goto(f"{base}/strategiehaus/plan-2024")
            roof = "document.querySelector('svg.picture-svg polygon.s0')"
            text = "document.querySelector('svg.picture-svg text.on')"
            found[name] = visit.page.evaluate(
                f"[getComputedStyle({roof}).fill, getComputedStyle({text}).fill]"
            )
    assert len({tuple(colours) for colours in found.values()}) == 3
    assert all(roof != text for roof, text in found.values())
