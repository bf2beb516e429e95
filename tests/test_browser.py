"""What only a browser can tell: nothing is asked of others, nothing foreign runs, everybody can use it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest
from playwright.sync_api import Browser
from sample import sample_service, store_of_two_counties
from visit import DARK, Visit, listening

from api.app import create_app
from graph.network import Network, network
from graph.store import Store
from visualizations.network import page as network_page

pytestmark = pytest.mark.browser

HOSTILE = "<script>document.title='x'</script><img src=https://example.org/x onerror=document.title='x'> href"
TRAITS = {"level": "", "actor_type": "", "classes": (), "themes": (), "authorities": ()}
"""What every node of the network carries, here without telling anything."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The network of two counties as a standalone file, with hostile words wherever words can be."""
    found = network(store_of_two_counties())
    shared = {"type": HOSTILE, "district": HOSTILE, "districts": (), "source": HOSTILE, **TRAITS}
    found.add_node("x", iri=HOSTILE, label=HOSTILE, kind="actor", **shared)
    found.add_edge(
        "x",
        "https://w3id.org/zukunftsgraph/id/body/beirat-birke",
        key="x",
        relation=HOSTILE,
        label=HOSTILE,
        source=HOSTILE,
        document=HOSTILE,
        section=HOSTILE,
        inferred=False,
    )
    target = tmp_path_factory.mktemp("netz") / "netz.html"
    target.write_text(network_page(found, f"Netz {HOSTILE}"), encoding="utf-8")
    return target.as_uri()


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The service on two invented counties."""
    with listening(create_app(sample_service())) as address:
        yield address


def test_the_network_file_asks_nobody_and_stays_itself(browser: Browser, file: str) -> None:
    with Visit(browser) as visit:
        visit.page.goto(file)
        visit.page.wait_for_selector("html[data-ready]")
        for number in range(visit.page.locator("#knoten a").count()):
            visit.page.locator("#knoten a").nth(number).click()
        visit.page.wait_for_timeout(400)
        assert visit.requests == [file] and visit.complaints == []
        assert visit.page.title().startswith("Netz <script>")
        assert visit.page.locator("article img, article script, #knoten img, h1 *").count() == 0
        assert any(HOSTILE in text for text in visit.page.locator("article").all_text_contents())
        assert visit.page.locator("#netz canvas").count() == 1


def test_the_policy_stops_what_would_be_injected(browser: Browser, file: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger, Visit(browser) as visit:
        visit.page.goto(file)
        visit.page.evaluate(
            """(address) => { const s = document.createElement('script');
                s.textContent = "document.title = 'x'";
                document.body.append(s); const i = new Image(); i.src = address + '/x';
                document.body.append(i); fetch(address + '/y').catch(() => {}); }""",
            f"http://127.0.0.1:{stranger.getsockname()[1]}",
        )
        visit.page.wait_for_timeout(300)
        assert visit.page.title() != "x"
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has called
            stranger.accept()


def test_the_picture_is_drawn(browser: Browser, file: str) -> None:
    with Visit(browser) as visit:
        visit.page.goto(file)
        visit.page.wait_for_selector("html[data-ready]")
        colours = visit.page.evaluate(
            """() => { const c = document.querySelector('#netz canvas');
                const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
                const seen = new Set();
                for (let i = 0; i < d.length; i += 4) if (d[i + 3]) seen.add([d[i], d[i+1], d[i+2]].join());
                return seen.size; }"""
        )
        assert colours > 20


def test_search_legend_and_details_work_by_keyboard(browser: Browser, file: str) -> None:
    with Visit(browser) as visit:
        page = visit.page
        page.goto(file)
        page.get_by_label("Knoten suchen").fill("gruendung vernetzung")
        assert page.locator("#treffer").inner_text() == "0 Treffer"
        page.get_by_label("Knoten suchen").fill("hochschule BIRKENAU")
        assert page.locator("#treffer").inner_text() == "1 Treffer"
        page.keyboard.press("Enter")
        details = page.locator("article.chosen")
        assert "Vorlage 1, Abschnitt „2 Projekte“, Zeichen 100–160" in details.inner_text()
        details.get_by_role("link", name="Beirat Birke").focus()
        page.keyboard.press("Enter")
        assert page.locator("article.chosen h3").inner_text().strip() == "Beirat Birke"
        page.keyboard.press("Escape")
        assert page.locator("article.chosen").count() == 0
        page.get_by_label("Knoten suchen").fill("")
        page.locator("#knoten a").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert page.locator("#knoten a[aria-current]").count() == 1
        before = page.locator("#knoten li:visible").count()
        page.get_by_label("Bedarf").uncheck()
        assert page.locator("#knoten li:visible").count() == before - 1


def test_without_javascript_everything_stands_there_as_text(browser: Browser, file: str) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        visit.page.goto(file)
        assert (
            visit.page.locator("article:visible").count() == visit.page.locator("#knoten li:visible").count()
        )
        assert not visit.page.locator("#suche").is_visible()


def test_three_hundred_nodes_are_ready_soon(browser: Browser, tmp_path: Path) -> None:
    big: Network = nx.MultiDiGraph()
    for number in range(300):
        big.add_node(
            f"n{number}",
            iri=f"n{number}",
            label=f"Knoten mit einem Namen {number}",
            kind=("actor", "measure", "body")[number % 3],
            type="Akteur",
            district="",
            districts=(),
            source="",
            **TRAITS,
        )
    for number in range(1, 300):
        big.add_edge(
            f"n{number}",
            f"n{number // 3}",
            key="p",
            relation="p",
            label="Partner",
            source="",
            document="",
            section="",
            inferred=False,
        )
    target = tmp_path / "netz.html"
    target.write_text(network_page(big, "Netz", "n0"), encoding="utf-8")
    with Visit(browser) as visit:
        visit.page.goto(target.as_uri())
        visit.page.wait_for_selector("html[data-ready]")
        assert visit.complaints == []


PAGES = [
    "/ueberschneidungen",
    "/ueberschneidungen/a-b",
    "/doc/project/start-up-treff",
    "/doc/actor/boese",
    "/netz?form=seite",
]
"""Those that no other file of browser tests visits on the same data: start page, search and terms are in
`test_browser_site.py`."""


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(browser: Browser, base: str, address: str) -> None:
    with Visit(browser, bypass_csp=True) as visit:
        visit.page.goto(base + address)
        if address == "/netz?form=seite":
            visit.page.wait_for_selector("html[data-ready]")
            visit.page.locator("#knoten a").first.click()
        visit.has_no_barriers(DARK)


@pytest.mark.parametrize("address", PAGES)
def test_pages_ask_only_us_and_fit_a_small_screen(browser: Browser, base: str, address: str) -> None:
    with Visit(browser, width=320) as visit:
        visit.page.goto(base + address)
        visit.stays_within(base)


def test_the_walk_from_start_to_source(browser: Browser, base: str) -> None:
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(base)
        page.get_by_role("link", name="Überschneidung: Start-up-Treff").first.click()
        page.get_by_role("link", name="Start-up-Treff für den Mittelstand").click()
        page.get_by_text("1 Fundstelle für Hochschule Birkenau").click()
        assert page.locator("details[open]").get_by_text("Zeichen 100–160").is_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_shipped_graph_is_drawn_without_complaint(browser: Browser, store: Store, tmp_path: Path) -> None:
    target = tmp_path / "netz.html"
    target.write_text(network_page(network(store), "Netz der Zukunftsstrategien"), encoding="utf-8")
    with Visit(browser) as visit:
        visit.page.goto(target.as_uri())
        visit.page.wait_for_selector("html[data-ready]")
        visit.page.get_by_label("Knoten suchen").fill("sounding")
        visit.page.keyboard.press("Enter")
        assert "Vorlage" in visit.page.locator("article.chosen").inner_text()
        assert visit.requests == [target.as_uri()] and visit.complaints == []
