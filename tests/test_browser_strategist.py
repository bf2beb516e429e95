"""The strategist's pages in a browser: for everybody, on a small screen, by keyboard, with and without JavaScript."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from test_board import AHORN, BIRKE, PLACES, PREFIXES, store_of
from test_strategist import FOUND, MORE, check, finding, found_for
from visit import DARK, Visit, listening

from api.app import create_app
from api.service import Service, Shown

pytestmark = pytest.mark.browser
MANY = [
    finding(f"m{n:03}", "complement", 0.5 - n / 1000, "need/netz", "measure/kabel", rank=9 + n)
    for n in range(60)
]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The service on three invented counties; Birke has more findings than fit on a page."""
    store = store_of(PREFIXES + PLACES + AHORN + BIRKE + MORE)
    shown = Shown(
        lambda: store,
        lambda: "1",
        lambda district, circle: [*found_for(district, circle), *(MANY if district == "00002" else [])],
        lambda identity: next((one for one in [*FOUND, *MANY] if one["id"] == identity), None),
        check=check,
    )
    with listening(create_app(Service(shown, shown, "00001", "0"))) as address:
        yield address


PAGES = [
    "/",
    "/suche?q=portal",
    "/ueberschneidungen?district=00002&klasse=complement",
    "/ueberschneidungen?q=nirgends",
    "/ueberschneidungen/f2?weg=involved",
    "/pruefen?idee=Portal",
    "/pruefen?idee=Portal&bericht=1",
    "/wer-macht-was?circle=adjacent",
    "/wer-macht-was/zelle?circle=adjacent&thema=digitalisierung&kreis=00002",
    "/vergleich",
    "/vergleich?b=00002",
    "/akteure?district=alle",
    "/bedarfe?circle=adjacent",
    "/gewichten",
]


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(browser: Browser, base: str, address: str, lang: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(base + lang + address)
        visit.has_no_barriers(*([] if lang else [DARK]))


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_pages_ask_only_us_and_fit_a_small_screen(
    browser: Browser, base: str, address: str, lang: str
) -> None:
    with Visit(browser, width=320) as visit:
        visit.page.goto(base + lang + address)
        visit.stays_within(base)


def test_a_facet_narrows_the_list_at_once_and_the_address_keeps_it(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/ueberschneidungen?district=00002")
        assert "63 Befunde" in page.locator("#anzahl").inner_text()
        page.get_by_label("Überschneidung (1)").click()
        expect(page.locator("#anzahl")).to_contain_text("1 Befund von 63")
        assert parse_qs(urlsplit(page.url).query)["klasse"] == ["overlap"]
        assert page.evaluate("document.activeElement.value") == "overlap", "the focus stays where it was"
        expect(page.locator("#meldung")).to_contain_text("1 Befund von 63")
        page.reload()
        assert page.get_by_label("Überschneidung (1)").is_checked()
        page.get_by_role("link", name="Auswahl aufheben").click()
        expect(page.locator("#anzahl")).to_contain_text("63 Befunde")
        assert visit.complaints == []


def test_the_list_works_without_javascript(browser: Browser, base: str) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{base}/ueberschneidungen?district=00002")
        page.get_by_label("Ergänzung (61)").check()
        page.get_by_label("Ordnen nach").select_option("score")
        page.get_by_role("button", name="Eingrenzen").click()
        assert "61 Befunde von 63" in page.locator("#anzahl").inner_text()
        page.get_by_role("link", name="Weiter").click()
        assert "Seite 2 von 2" in page.content() and "sort=score" in page.url
        page.get_by_role("link", name="Ergänzung:").first.click()
        assert page.locator("h1").inner_text() == "Ergänzung"
        page.get_by_role("link", name="Weg suchen").click()
        assert page.locator("#weg-antwort [role=status]").count() == 1


def test_the_district_is_chosen_once(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base)
        page.get_by_label("Kreis wählen").select_option("00002")
        page.get_by_role("button", name="Übernehmen").click()
        assert "district=00002" in page.url
        page.goto(f"{base}/bedarfe")
        assert page.locator("h1").inner_text() == "Bedarfe: Kreis Birke"
        [cookie] = visit.context.cookies()
        assert (cookie["name"], cookie["value"], cookie["httpOnly"]) == ("kreis", "00002", True)


def test_the_check_answers_while_one_types(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/pruefen")
        page.get_by_label("Idee", exact=True).press_sequentially("Kabel", delay=20)
        expect(page.locator("#antwort")).to_contain_text("Nicht entschieden.")
        asked = [url for url in visit.requests if url.endswith("/pruefen")]
        assert len(asked) == 2, "the page, and only when one stops typing"
        page.get_by_label("Idee", exact=True).press_sequentially(" und Portal", delay=20)
        expect(page.locator("#antwort")).to_contain_text("1 verwandtes Vorhaben gefunden.")
        assert page.evaluate("document.activeElement.id") == "idee"
        page.get_by_role("button", name="Als Bericht zum Drucken").click()
        assert page.locator("h1").inner_text() == "Dopplungs-Check: Kabel und Portal"
        page.get_by_role("button", name="Zurück zum Dopplungs-Check").click()
        assert page.get_by_label("Idee", exact=True).input_value() == "Kabel und Portal"
        assert not [url for url in visit.requests if "Portal" in url]
        assert visit.complaints == []


def test_the_way_comes_when_it_is_looked_at(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/ueberschneidungen/f2")
        page.locator("#weg").scroll_into_view_if_needed()
        expect(page.locator("#weg-antwort [role=status]")).to_contain_text("Federführung")
        page.get_by_role("link", name="Weg zwischen allen Beteiligten").click()
        expect(page.locator("#weg-antwort [role=status]")).to_contain_text("Verein ist an beiden beteiligt")
        assert visit.complaints == []


def test_a_name_is_suggested_and_reached_by_keyboard(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base)
        page.locator("#suche").press_sequentially("Portal", delay=20)
        expect(page.get_by_role("option", name=re.compile("^Portal"))).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/doc/measure/portal")


FOCUSED = """(() => { const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; })()"""
CONTROLS = (
    "main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary"
)


def visible(page: Page) -> int:
    """How many controls there are to be reached."""
    return int(
        page.evaluate(
            """(controls) => [...document.querySelectorAll(controls)].filter((one) =>
                one.checkVisibility() && !one.disabled).length""",
            CONTROLS,
        )
    )


@pytest.mark.parametrize(
    "address", ["/ueberschneidungen", "/wer-macht-was?circle=adjacent", "/gewichten", "/akteure"]
)
def test_every_control_is_reached_by_keyboard(browser: Browser, base: str, address: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(base + address)
        wanted = visible(page)
        page.locator("main").focus()
        reached: set[int] = set()
        for _ in range(3 * wanted + 40):
            page.keyboard.press("Tab")
            place = page.evaluate(
                "(controls) => [...document.querySelectorAll(controls)].indexOf(document.activeElement)",
                CONTROLS,
            )
            if place >= 0:
                reached.add(place)
                assert page.evaluate(FOCUSED), "where one is can be seen"
        assert len(reached) == wanted


@pytest.mark.parametrize("address", PAGES)
def test_printed_pages_cut_nothing(browser: Browser, base: str, address: str) -> None:
    with Visit(browser, width=720) as visit:
        visit.page.emulate_media(media="print")
        visit.page.goto(base + address)
        cut = visit.page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter((one) => one.checkVisibility() &&
                getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1
                && one.clientWidth > 1).map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert cut == []
