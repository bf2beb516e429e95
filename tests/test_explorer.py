"""The explorer of the network: what is shown of what is asked, the same in page, picture, table, files and JSON."""

import re
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import networkx as nx
import pytest
from sample import ID, Client, sample_service

from api.app import create_app
from graph.errors import Unknown
from graph.exploration import Asked, Exploration, explore
from graph.language import speaking
from graph.network import LIMIT, Network
from graph.themes import Themes
from graph.way import ground
from visualizations.explorer import drawing, scene, title_of

SCHOOL = f"{ID}actor/hochschule-birkenau"
MEETING = f"{ID}project/start-up-treff"
BOARD = f"{ID}body/beirat-birke"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(create_app(sample_service())) as found:
        yield found


@pytest.fixture(scope="module")
def whole() -> Network:
    return sample_service().public.reading().network


def crowd(count: int, districts: int = 3) -> Network:
    """A network of measures and actors in a few districts, all joined with one hub."""
    made: Network = nx.MultiDiGraph()
    empty = {"type": "Akteur", "level": "", "actor_type": "", "classes": (), "themes": (), "authorities": ()}

    def add(node: str, kind: str, **more: object) -> None:
        told = {
            "iri": node,
            "label": f"Knoten {node}",
            "kind": kind,
            "district": "",
            "districts": (),
            "source": "",
        }
        made.add_node(node, **(empty | told | more))

    add("urn:hub", "programme")
    for number in range(count - 1):
        place = number % districts
        node = f"urn:n{number}"
        add(
            node,
            ("measure", "actor")[number % 2],
            district=f"Kreis {place}",
            districts=(f"urn:kreis{place}",),
            themes=("urn:t1",) if number % 4 == 0 else (),
        )
        edge = {"relation": "urn:p", "label": "fördert", "source": "", "document": "", "section": ""}
        made.add_edge(node, "urn:hub", key="p", inferred=False, passages=(), **edge)
    return made


def shown(network: Network, asked: Asked, themes: Themes | None = None) -> Exploration:
    return explore(network, themes or Themes(), lambda: ground(network), asked)


def names(found: Exploration) -> set[str]:
    return {str(found.network.nodes[node]["label"]) for node in found.network}


# What is shown


def test_around_a_thing_stand_its_neighbours_and_what_joins_them(whole: Network) -> None:
    found = shown(whole, Asked(focus=SCHOOL))
    assert names(found) == {"Hochschule Birkenau", "Start-up-Treff für den Mittelstand", "Beirat Birke"}
    assert found.sentence.startswith(
        "Gezeigt ist, was mit „Hochschule Birkenau“ unmittelbar verbunden ist. 3 Knoten"
    )
    assert len(shown(whole, Asked(focus=SCHOOL, depth=2)).network) > 3


def test_expanding_adds_the_neighbours_of_a_node_and_nothing_else(whole: Network) -> None:
    before = shown(whole, Asked(focus=SCHOOL))
    after = shown(whole, Asked(focus=SCHOOL, expanded=(MEETING,)))
    assert names(after) - names(before) == {
        "Gründung und Vernetzung", "Zukunft Ahorn",
    }  # fmt: skip
    assert names(before) <= names(after)


def test_a_filter_leaves_kinds_out_but_never_the_focus(whole: Network) -> None:
    found = shown(whole, Asked(focus=SCHOOL, kinds=("body",)))
    assert names(found) == {"Hochschule Birkenau", "Beirat Birke"}


def test_a_district_keeps_who_belongs_to_none_and_works_with_it(whole: Network) -> None:
    district = f"{ID}district/landkreis-ahorn-00001"
    found = shown(whole, Asked(districts=(district,)))
    assert "Hochschule Birkenau" in names(found), (
        "it belongs to no district and is partner of a project there"
    )
    assert "Gründerzentrum Birkenau" not in names(found) and "Einsame Bank" not in names(found)


def test_a_theme_includes_the_narrower_ones() -> None:
    network = crowd(20)
    themes = Themes({"urn:t": "Oben", "urn:t1": "Unten"}, {"urn:t1": "urn:t"})
    found = shown(network, Asked(themes=("urn:t",)), themes)
    about = [node for node in found.network if found.network.nodes[node]["themes"]]
    assert len(about) == 5 and set(found.network) - set(about) == {"urn:hub"}
    assert found.options["thema"] == {"urn:t": 5, "urn:t1": 5, "ohne": 15}


def test_the_way_between_two_things_says_each_step(whole: Network) -> None:
    found = shown(whole, Asked(start=MEETING, end=BOARD))
    assert [found.label(node) for node in found.way] == [
        "Start-up-Treff für den Mittelstand", "Hochschule Birkenau", "Beirat Birke",
    ]  # fmt: skip
    assert (
        "in 2 Schritten" in found.sentence
        and "Hochschule Birkenau —Mitglied von→ Beirat Birke" in found.sentence
    )
    assert "in einem Schritt." in shown(whole, Asked(start=SCHOOL, end=BOARD)).sentence


def test_a_way_reaches_goals_too_and_none_is_said_in_words(whole: Network) -> None:
    goal = shown(whole, Asked(start=f"{ID}goal/starker-standort", end=SCHOOL))
    assert goal.way[0] == f"{ID}goal/starker-standort" and goal.way[-1] == SCHOOL
    alone = shown(whole, Asked(start=f"{ID}actor/einsame-bank", end=SCHOOL))
    assert not alone.way and "nennen die Quellen keine Verbindung" in alone.sentence
    assert names(alone) == {"Einsame Bank", "Hochschule Birkenau"}


def test_what_is_too_large_for_a_picture_comes_in_groups_and_never_as_a_tangle() -> None:
    network = crowd(10_000, districts=44)
    found = shown(network, Asked())
    assert found.overview and not len(found.network) and found.total == 10_000
    assert found.overview.by == "kreis" and len(found.overview.groups) == 45
    assert "10.000 Knoten" in found.sentence and "höchstens 300" in found.sentence
    assert sum(group.count for group in found.overview.groups) == 10_000
    assert len(found.overview.ties) <= 3 * len(found.overview.groups)
    ego = shown(network, Asked(focus="urn:hub"))
    assert ego.overview and ego.overview.by == "art" and set(ego.network) == {"urn:hub"}
    part = shown(network, Asked(districts=("urn:kreis7",)))
    assert part.overview is None and 200 < len(part.network) < LIMIT


def test_where_no_group_is_left_the_nearest_are_shown_and_the_others_counted() -> None:
    network = crowd(2000, districts=1)
    network.remove_node("urn:hub")
    found = shown(network, Asked(kinds=("actor",), districts=("urn:kreis0",)))
    assert len(found.network) == LIMIT and found.left_out == found.total - LIMIT > 0
    assert f"Dazu gehören {found.total:,}".replace(",", ".") in found.sentence


def test_three_hundred_nodes_are_the_most_that_a_picture_shows() -> None:
    assert shown(crowd(LIMIT), Asked()).overview is None
    assert shown(crowd(LIMIT + 1), Asked()).overview is not None


def test_groups_can_be_asked_for(whole: Network) -> None:
    found = shown(whole, Asked(grouping="art"))
    assert found.overview and {group.label for group in found.overview.groups} >= {"Akteur", "Gremium"}
    with pytest.raises(Unknown, match="Die Gruppierung"):
        shown(whole, Asked(grouping="farbe"))


@pytest.mark.parametrize(
    "asked", [Asked(focus="urn:x"), Asked(expanded=("urn:x",)), Asked(kinds=("x",)), Asked(themes=("urn:x",))]
)
def test_what_the_network_does_not_have_is_unknown(whole: Network, asked: Asked) -> None:
    with pytest.raises(Unknown):
        shown(whole, asked)


# The picture


def test_the_same_picture_every_time_and_everything_inside_its_frame(whole: Network) -> None:
    found = shown(whole, Asked())
    where = scene(found)
    assert where == scene(found) and len(where.spots) == len(found.network)
    for spot in where.spots:
        assert spot.wide / 2 <= spot.x <= where.width - spot.wide / 2
        assert spot.y - spot.r > 0 and spot.y + spot.r + spot.high < where.height
    boxes = [(s.x - s.wide / 2, s.y - s.r, s.x + s.wide / 2, s.y + s.r + s.high) for s in where.spots]
    over = [
        (a, b)
        for n, a in enumerate(boxes)
        for b in boxes[:n]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert not over, "no name lies on another one"


def test_what_stood_there_before_stays_about_where_it_was(whole: Network) -> None:
    before = shown(whole, Asked(focus=SCHOOL, depth=2))
    after = shown(whole, Asked(focus=SCHOOL, depth=2, expanded=(f"{ID}strategy/zukunft-ahorn",)))
    old = scene(before)
    new = scene(after, old)
    places = {spot.iri: (spot.x, spot.y) for spot in new.spots}
    shared = [spot for spot in old.spots if spot.iri in places]
    order = sorted(shared, key=lambda spot: spot.x)
    moved = [places[spot.iri][0] for spot in order]
    turned = sum(a > b for n, a in enumerate(moved) for b in moved[n + 1 :])
    assert turned <= len(moved) * (len(moved) - 1) / 8, "left stays left of right, mostly"


def test_picture_and_table_hold_the_same(whole: Network) -> None:
    found = shown(whole, Asked())
    made = drawing(found, scene(found), title_of(found), legend=True)
    root = ElementTree.fromstring(made.svg)
    groups = [e for e in root.iter() if "data-n" in e.attrib]
    assert len(groups) == len(found.network)
    assert len(made.twin.rows) == found.network.number_of_edges()
    drawn = {(e.get("data-a"), e.get("data-b")) for e in root.iter() if "data-a" in e.attrib}
    assert len(drawn) == len({(a, b) for a, b in found.network.edges()})
    assert "<script>" not in made.svg and "style=" not in made.svg
    assert any(cell.sources for row in made.twin.rows for cell in row)


# Addresses


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text[:500]
    return str(answer.text)


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?focus=actor/hochschule-birkenau",
        f"?focus={SCHOOL}",
        "?focus=Hochschule+Birkenau&schritte=2",
        "?focus=actor/hochschule-birkenau&auf=project/start-up-treff",
        "?von=project/start-up-treff&nach=body/beirat-birke",
        "?von=project/start-up-treff",
        "?art=measure&art=actor",
        "?kreis=00001",
        "?kreis=ohne",
        "?gruppe=art",
        "?gruppe=kreis",
        "?gruppe=thema",
    ],
)
def test_every_view_is_a_page_in_both_languages(client: Client, lang: str, query: str) -> None:
    text = page(client, f"{lang}/netz{query}")
    assert text.count("<h1") == 1 and 'id="netz-daten"' in text and " style=" not in text
    assert "<script>alert" not in text


def test_the_page_lists_the_nodes_and_names_the_passage_of_every_edge(client: Client) -> None:
    text = page(client, "/netz?focus=project/start-up-treff")
    found = shown(sample_service().public.reading().network, Asked(focus=MEETING))
    assert text.count('name="knoten"') == len(found.network)
    table = re.search(r'<table class="data edges">(.*?)</table>', text, re.S)
    assert table and table[1].count("<tr>") == found.network.number_of_edges() + 1
    assert "Zeichen 100–160" in table[1] and "keine Fundstelle verzeichnet" in table[1]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("focus=actor/niemand", "Der Knoten „actor/niemand“"),
        ("focus=Gibtesnicht", "Der Knoten „Gibtesnicht“"),
        ("art=stern", "Die Art von Knoten „stern“"),
        ("kreis=Landkreis+Ahron", "Landkreis Ahorn"),
        ("thema=quatsch", "Das Thema „quatsch“"),
        ("gruppe=farbe", "Die Gruppierung „farbe“"),
        ("form=pdf", "Die Form eines Netzes „pdf“"),
    ],
)
def test_what_is_unknown_is_said_in_german(client: Client, query: str, said: str) -> None:
    assert said in page(client, f"/netz?{query}", 404)


@pytest.mark.parametrize("query", ["schritte=9", "schritte=x", "auf=a" * 1 + "&auf=a" * 60])
def test_what_cannot_be_is_refused(client: Client, query: str) -> None:
    page(client, f"/netz?{query}", 422)


def test_near_names_are_offered(client: Client) -> None:
    text = page(client, "/netz?focus=Hochschule+Ahorn", 404)
    assert "Hochschule Birkenau" in text


def test_a_name_that_several_things_have_is_asked_back(client: Client) -> None:
    text = page(client, "/netz?von=Birke&nach=actor/hochschule-birkenau")
    assert "Welches „Birke“?" in text
    links = re.findall(r'href="/netz\?([^"]+)"', text.replace("&amp;", "&"))
    assert {parse_qs(link)["nach"][0] for link in links} == {"actor/hochschule-birkenau"}
    assert page(client, f"/netz?{links[0]}").count("<h1") == 1


@pytest.mark.parametrize(
    ("step", "leads"),
    [
        ("focus=a/b&knoten=c/d&tun=auf", {"focus": ["a/b"], "auf": ["c/d"]}),
        ("focus=a/b&auf=c/d&auf=e/f&knoten=c/d&tun=zu", {"focus": ["a/b"], "auf": ["e/f"]}),
        ("focus=a/b&auf=c/d&art=body&knoten=e/f&tun=mitte", {"focus": ["e/f"], "art": ["body"]}),
        ("focus=a/b&knoten=c/d&tun=von", {"focus": ["a/b"], "von": ["c/d"]}),
        ("focus=a/b&von=c/d&knoten=e/f&tun=nach", {"von": ["c/d"], "nach": ["e/f"]}),
        ("focus=a/b&tun=auf", {"focus": ["a/b"]}),
    ],
)
def test_a_step_leads_to_the_address_of_what_comes_next(
    client: Client, step: str, leads: dict[str, list[str]]
) -> None:
    answer = client.get(f"/netz/schritt?{step}", follow_redirects=False)
    assert answer.status_code == 303
    target = urlsplit(answer.headers["location"])
    assert target.path == "/netz" and parse_qs(target.query) == leads
    assert (
        client.get(f"/en/netz/schritt?{step}", follow_redirects=False)
        .headers["location"]
        .startswith("/en/netz")
    )


def test_all_that_is_known_of_a_node_is_its_own_page(client: Client) -> None:
    step = "/netz/schritt?knoten=actor/hochschule-birkenau&tun=alles"
    assert client.get(step, follow_redirects=False).headers["location"] == "/doc/actor/hochschule-birkenau"
    outside = client.get("/netz/schritt?knoten=//example.org/x&tun=alles", follow_redirects=False)
    assert not outside.headers["location"].startswith(("//", "http"))


def test_what_is_chosen_can_be_taken_back_one_by_one(client: Client) -> None:
    text = page(
        client, "/netz?focus=actor/hochschule-birkenau&auf=project/start-up-treff&art=actor&art=measure"
    )
    marks = re.search(r'<ul class="chosen".*?</ul>', text, re.S)
    assert marks and marks[0].count("<li>") == 5
    assert "Nachbarn von: Start-up-Treff für den Mittelstand" in marks[0]
    for address in re.findall(r'href="([^"]+)"', marks[0].replace("&amp;", "&")):
        page(client, address)


def test_names_are_suggested_that_stand_in_the_network(client: Client) -> None:
    text = page(client, "/netz/vorschlaege?q=hochsch")
    assert 'href="/netz?focus=actor%2Fhochschule-birkenau"' in text
    assert "Vorlage" not in page(client, "/netz/vorschlaege?q=vorlage"), "documents are no nodes"


# Files


@pytest.mark.parametrize(
    "query",
    [
        "focus=actor/hochschule-birkenau",
        "von=project/start-up-treff&nach=body/beirat-birke",
        "gruppe=art",
    ],
)
def test_what_is_shown_can_be_taken_along_in_every_form(client: Client, query: str) -> None:
    svg = client.get(f"/netz?{query}&form=svg")
    assert (
        svg.headers["content-type"] == "image/svg+xml" and "attachment" in svg.headers["content-disposition"]
    )
    root = ElementTree.fromstring(svg.text)
    spots = [e for e in root.iter() if "data-n" in e.attrib]
    assert root.find("{http://www.w3.org/2000/svg}title") is not None and "CC0" in svg.text
    png = client.get(f"/netz?{query}&form=png")
    assert png.content[:8] == b"\x89PNG\r\n\x1a\n"
    gexf = nx.read_gexf(_file(client.get(f"/netz?{query}&form=gexf").content))
    graphml = nx.read_graphml(_file(client.get(f"/netz?{query}&form=graphml").content))
    assert len(gexf) == len(graphml) == len(spots)
    alone = client.get(f"/netz?{query}&form=seite")
    assert "script-src 'sha256-" in alone.headers["content-security-policy"]
    assert alone.text.count('<article id="knoten-') == len(spots)
    for form in ("edges", "nodes", "node-link"):
        assert client.get(f"/netz?{query}&form={form}").status_code == 200


def _file(content: bytes) -> BytesIO:
    return BytesIO(content)


# JSON


def test_programs_get_the_same_with_places(client: Client) -> None:
    found = client.get("/api/v1/network/part?focus=actor/hochschule-birkenau").json()
    assert {node["label"] for node in found["nodes"]} == {
        "Hochschule Birkenau", "Start-up-Treff für den Mittelstand", "Beirat Birke",
    }  # fmt: skip
    assert all(0 < node["x"] < found["width"] and 0 < node["y"] < found["height"] for node in found["nodes"])
    [partner] = [edge for edge in found["edges"] if edge["sources"]]
    assert (partner["label"], partner["sources"][0]["start"]) == ("Partner", 100)
    groups = client.get("/api/v1/network/part?group=art").json()
    assert groups["mode"] == "groups" and groups["groups"] and not groups["nodes"]
    way = client.get("/api/v1/network/part?from=project/start-up-treff&to=body/beirat-birke").json()
    assert len(way["way"]) == 3
    assert client.get("/api/v1/network/part?focus=Birke").status_code == 404


def test_words_are_english_where_english_is_asked_for(whole: Network) -> None:
    with speaking("en"):
        found = shown(whole, Asked(focus=SCHOOL))
        assert "nodes" in found.sentence and "Knoten" not in found.sentence
        assert title_of(found).startswith("Network around")
