"""The explorer in a browser: for everybody, by keyboard, on a small screen, without JavaScript, and soon there."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from playwright.sync_api import Browser, Page, expect
from sample import ID, sample_service
from visit import DARK, Visit, listening

from api.app import create_app
from api.service import Service, Shown
from graph.store import Store

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The service on two invented counties."""
    with listening(create_app(sample_service())) as address:
        yield address


def large(count: int) -> Store:
    """One programme that supports many measures, each led by one of a few actors."""
    zg, label = "https://w3id.org/zukunftsgraph/def#", "http://www.w3.org/2004/02/skos/core#prefLabel"
    lines = []

    def add(name: str, kind: str, text: str) -> str:
        iri = f"<{ID}{name}>"
        lines.append(f'{iri} a <{zg}{kind}> ; <{label}> "{text}"@de .')
        return iri

    actors = [add(f"actor/a{n}", "Actor", f"Gesellschaft für Aufgabe {n}") for n in range(count // 6)]
    for n in range(count - len(actors)):
        measure = add(f"measure/m{n}", "Measure", f"Vorhaben {n}: Netzwerk für Betriebe und Verwaltung")
        lines.append(f"{measure} <{zg}ledBy> {actors[n % len(actors)]} .")
        lines.append(f"{measure} <{zg}partner> {actors[(7 * n + 3) % len(actors)]} .")
    inner = ox.Store()
    inner.load("\n".join(lines).encode(), format=ox.RdfFormat.TURTLE)
    return Store(inner)


def service_of(store: Store) -> Service:
    shown = Shown(lambda: store, lambda: "1", lambda district, circle: [], lambda identity: None)
    return Service(shown, shown, "00001", "0")


READY = "#explorer[data-ready]"
PAGES = [
    "/netz",
    "/netz?focus=actor/hochschule-birkenau",
    "/netz?focus=actor/hochschule-birkenau&auf=project/start-up-treff&art=actor&art=measure",
    "/netz?von=project/start-up-treff&nach=body/beirat-birke",
    "/netz?gruppe=art",
    "/netz?von=Birke&nach=actor/hochschule-birkenau",
]


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(browser: Browser, base: str, address: str, lang: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(base + lang + address)
        for summary in visit.page.locator("main summary").all():
            if not summary.evaluate("one => one.parentElement.open"):
                summary.click()
        visit.has_no_barriers(*([] if lang else [DARK]))


@pytest.mark.parametrize(("script", "lang"), [(True, ""), (True, "/en"), (False, "")])
@pytest.mark.parametrize("address", PAGES)
def test_pages_ask_only_us_and_fit_a_small_screen(
    browser: Browser, base: str, address: str, lang: str, script: bool
) -> None:
    with Visit(browser, width=320, java_script_enabled=script) as visit:
        visit.page.goto(base + lang + address)
        for summary in visit.page.locator("main summary").all():
            summary.click()
        visit.stays_within(base)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_nodes_are_chosen_expanded_and_taken_back(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/netz?focus=actor/hochschule-birkenau")
        page.wait_for_selector(READY)
        details = page.locator("#einzelheiten")
        expect(details.get_by_role("heading", level=3)).to_have_text("Hochschule Birkenau")
        page.locator(".spots > [data-n]", has_text="Start-up-Treff").click()
        expect(details).to_contain_text("Partner → Hochschule Birkenau")
        expect(details).to_contain_text("Zeichen 100–160")
        expect(page.locator("#meldung")).to_contain_text("Gewählt: Start-up-Treff für den Mittelstand")
        assert page.get_by_label("Start-up-Treff").is_checked(), "list and picture choose the same"
        before = page.locator(".nodes label").count()
        page.get_by_role("button", name="Nachbarn dazu").click()
        expect(page.locator("ul.chosen")).to_contain_text("Nachbarn von: Start-up-Treff")
        assert query(page) == {"focus": ["actor/hochschule-birkenau"], "auf": ["project/start-up-treff"]}
        after = page.locator(".nodes label").count()
        assert after > before and page.locator(".spots > [data-n]").count() == after
        assert page.locator(".edges tbody tr").count() >= page.locator(".lines > path").count()
        page.get_by_role("button", name="Rückgängig").click()
        expect(page.locator(".nodes label")).to_have_count(before)
        assert query(page) == {"focus": ["actor/hochschule-birkenau"]}
        expect(page.get_by_role("button", name="Rückgängig")).to_be_disabled()
        page.go_forward()
        expect(page.locator(".nodes label")).to_have_count(after)
        page.reload()
        assert page.locator(".nodes label").count() == after, "the address is permanent"
        assert visit.complaints == []


def test_the_picture_is_walked_and_expanded_by_keyboard(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/netz?focus=actor/hochschule-birkenau")
        page.wait_for_selector(READY)
        page.locator(".view").focus()
        chosen = set()
        for key in (
            "ArrowLeft",
            "ArrowUp",
            "ArrowRight",
            "ArrowRight",
            "ArrowDown",
            "ArrowDown",
            "ArrowLeft",
        ):
            page.keyboard.press(key)
            chosen.add(page.locator("#einzelheiten h3").inner_text())
        assert len(chosen) == page.locator(".nodes label").count(), "each of them is reached"
        box = page.locator(".view > svg").get_attribute("viewBox")
        page.keyboard.press("+")
        page.wait_for_timeout(60)
        assert page.locator(".view > svg").get_attribute("viewBox") != box
        page.keyboard.press("0")
        name = page.locator("#einzelheiten h3").inner_text()
        page.keyboard.press("Enter")
        expect(page.locator("ul.chosen")).to_contain_text(f"Nachbarn von: {name}")
        assert page.evaluate("document.activeElement.tagName") == "H1", "one knows where one is"
        assert visit.complaints == []


def test_the_list_is_searched_and_walked_by_keyboard(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/netz")
        page.wait_for_selector(READY)
        page.get_by_label("In der Liste suchen").fill("birkenau gruenderzentrum")
        page.get_by_label("In der Liste suchen").fill("gründer")
        assert page.locator(".nodes label:visible").count() == 1
        page.keyboard.press("Enter")
        expect(page.locator("#einzelheiten h3")).to_have_text("Gründerzentrum Birkenau")
        page.get_by_label("In der Liste suchen").fill("")
        page.locator(".nodes input:checked").focus()
        page.keyboard.press("ArrowDown")
        assert page.locator("#einzelheiten h3").inner_text() != "Gründerzentrum Birkenau"
        assert page.locator(".spots > .picked").count() == 1


def test_a_way_is_looked_for_by_names_and_drawn(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/netz")
        page.wait_for_selector(READY)
        page.get_by_label("Weg von …").press_sequentially("start-up", delay=15)
        page.get_by_role("option", name="Start-up-Treff").click()
        assert page.get_by_label("Weg von …").input_value() == "Start-up-Treff für den Mittelstand"
        page.get_by_label("nach …").press_sequentially("beirat", delay=15)
        expect(page.get_by_role("option", name="Beirat Birke")).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Weg suchen").click()
        expect(page.locator("h1")).to_have_text(
            "Weg von Start-up-Treff für den Mittelstand nach Beirat Birke"
        )
        assert query(page) == {"von": ["project/start-up-treff"], "nach": ["body/beirat-birke"]}
        assert page.locator(".lines > path.mark").count() == 2
        assert visit.complaints == []


def test_a_filter_is_set_at_once_and_the_language_keeps_the_view(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/netz")
        page.wait_for_selector(READY)
        page.get_by_text("Filter: Arten").click()
        page.locator("#f-art-actor").click()
        expect(page.locator("ul.chosen")).to_contain_text("Akteur")
        assert query(page) == {"art": ["actor"]}
        assert page.locator("details.filter").evaluate("one => one.open")
        page.get_by_role("link", name="English").click()
        page.wait_for_selector(READY)
        assert query(page) == {"art": ["actor"]} and page.locator("html").get_attribute("lang") == "en"


def test_everything_works_without_javascript(browser: Browser, base: str) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{base}/netz")
        assert not page.get_by_label("In der Liste suchen").is_visible()
        page.get_by_label("Netz um …").fill("Hochschule Birkenau")
        page.get_by_role("button", name="Zeigen").click()
        assert page.locator("h1").inner_text() == "Netz um Hochschule Birkenau"
        assert page.get_by_role("img", name="Netz um Hochschule Birkenau").is_visible()
        page.get_by_label("Start-up-Treff").check()
        page.get_by_role("button", name="Nachbarn dazu").click()
        assert "auf=project/start-up-treff" in page.url
        page.get_by_text("Tabelle:").click()
        assert page.get_by_role("table").get_by_text("Zeichen 100–160").is_visible()
        page.get_by_label("Beirat Birke").check()
        page.get_by_role("button", name="Weg von hier").click()
        page.get_by_label("Zukunft Ahorn").check()
        page.get_by_role("button", name="Weg hierher").click()
        assert page.locator("h1").inner_text() == "Weg von Beirat Birke nach Zukunft Ahorn"
        page.get_by_role("link", name="Alles zurücknehmen").click()
        page.get_by_text("Filter: Arten").click()
        page.get_by_label("Darstellen").select_option("art")
        page.get_by_role("button", name="Anwenden").click()
        page.get_by_role("link", name="Gremium", exact=True).click()
        assert query(page) == {"art": ["body"]}


FOCUSED = """(() => { const one = document.activeElement, label = one.closest('label');
    const seen = (part) => part && getComputedStyle(part).outlineStyle !== 'none';
    return seen(one) || seen(label) || getComputedStyle(one).boxShadow !== 'none'; })()"""
CONTROLS = (
    "main a[href], main button, main input:not([type=hidden]), main select, main summary, main [tabindex='0']"
)


def test_every_control_is_reached_seen_and_large_enough(browser: Browser, base: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/netz?focus=actor/hochschule-birkenau&auf=project/start-up-treff")
        page.wait_for_selector(READY)
        page.get_by_text("Filter: Arten").click()
        wanted = page.evaluate(
            """(controls) => [...document.querySelectorAll(controls)].filter((one) => one.checkVisibility()
                && !one.disabled && (one.type !== 'radio' || one.checked)).length""",
            CONTROLS,
        )
        page.locator("main").focus()
        reached: set[int] = set()
        for _ in range(2 * wanted + 40):
            page.keyboard.press("Tab")
            place = page.evaluate(
                "(controls) => [...document.querySelectorAll(controls)].indexOf(document.activeElement)",
                CONTROLS,
            )
            if place >= 0:
                reached.add(place)
                assert page.evaluate(FOCUSED), page.evaluate("document.activeElement.outerHTML")
        assert len(reached) == wanted
        small = page.evaluate(
            """() => [...document.querySelectorAll('main button, main .nodes label, main .chosen a, main summary')]
                .filter((one) => one.checkVisibility()).map((one) => [one.textContent, one.getBoundingClientRect()])
                .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""
        )
        assert small == []


def test_colours_follow_the_scheme_and_survive_forced_colours(browser: Browser, base: str) -> None:
    found = {}
    for name, options in {
        "light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}, "forced": {"forced_colors": "active"},
    }.items():  # fmt: skip
        with Visit(browser, **options) as visit:  # type: ignore[arg-type]
            visit.page.goto(f"{base}/netz")
            visit.page.wait_for_selector(READY)
            found[name] = visit.page.evaluate(
                """['.view path.full', '.view .words text', '.view .lines path'].map((one) => {
                    const style = getComputedStyle(document.querySelector(one));
                    return [style.fill, style.stroke].join(); })"""
            )
    assert len({tuple(colours) for colours in found.values()}) == 3


@pytest.mark.alone
def test_three_hundred_nodes_are_usable_soon(browser: Browser) -> None:
    with listening(create_app(service_of(large(300)))) as base, Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/netz")
        page.wait_for_selector(READY)
        assert page.locator(".spots > [data-n]").count() == 300
        assert page.locator(".nodes label").count() == 300
        times = []
        for _ in range(3):
            began = time.monotonic()
            page.goto(f"{base}/netz", wait_until="commit")
            page.wait_for_selector(READY)
            page.keyboard.press("Tab")
            page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            times.append(time.monotonic() - began)
        assert min(times) < 1.5, times
        names = page.evaluate(
            """() => { const boxes = [...document.querySelectorAll('.view .words:not(.away) text')]
                .map((one) => one.getBoundingClientRect()).filter((b) => b.width);
                let over = 0;
                boxes.forEach((a, n) => boxes.slice(0, n).forEach((b) => {
                    over += a.left < b.right - 2 && b.left < a.right - 2
                        && a.top < b.bottom - 2 && b.top < a.bottom - 2; }));
                return [boxes.length, over, Math.min(...boxes.map((b) => b.height))]; }"""
        )
        assert names[0] > 10 and names[1] == 0 and names[2] > 11, (
            "names are readable and none lies on another"
        )
        assert visit.complaints == []


def test_thousands_of_nodes_come_in_groups_and_lead_on(browser: Browser) -> None:
    with listening(create_app(service_of(large(3000)))) as base, Visit(browser) as visit:
        page = visit.page
        page.goto(f"{base}/netz")
        page.wait_for_selector(READY)
        assert "3.000 Knoten" in page.locator("#gezeigt").inner_text()
        assert page.locator(".spots > [data-n]").count() <= 60
        page.goto(f"{base}/netz?gruppe=art")
        page.wait_for_selector(READY)
        page.locator(".spots > [data-n]", has_text="Akteur").click()
        expect(page.locator("ul.chosen")).to_contain_text("Akteur")
        assert query(page) == {"art": ["actor"]}
        assert visit.complaints == []
