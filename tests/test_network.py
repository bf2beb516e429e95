"""The network: what it joins, what it tells, and that it can be written in every format."""

import csv
import json
from io import BytesIO, StringIO
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample import store_of_two_counties

from graph.errors import Unknown
from graph.network import (
    Network,
    around,
    centrality,
    components,
    core,
    edges_csv,
    gexf,
    graphml,
    network,
    node_link,
    nodes_csv,
    resolve,
    written,
)
from graph.store import Store
from visualizations.layout import positions
from visualizations.network import content_security_policy, page

ID = "https://w3id.org/zukunftsgraph/id/"
PROJECT = f"{ID}project/start-up-treff"
UNIVERSITY = f"{ID}actor/hochschule-birkenau"


@pytest.fixture(scope="module")
def two_counties() -> Store:
    return store_of_two_counties()


@pytest.fixture(scope="module")
def whole(two_counties: Store) -> Network:
    return network(two_counties)


def relations(of: Network, subject: str, object_: str) -> list[tuple[str, bool]]:
    edges = of.get_edge_data(subject, object_, default={}).values()
    return [(edge["label"], edge["inferred"]) for edge in edges]


def test_a_node_says_what_it_is_and_where_it_belongs(whole: Network) -> None:
    project = whole.nodes[PROJECT]
    assert (project["kind"], project["type"], project["district"]) == (
        "measure",
        "Projekt",
        "Landkreis Ahorn",
    )
    assert project["source"] == "Vorlage 1, Abschnitt „2 Projekte“, Zeichen 100–160"


def test_a_municipality_belongs_to_the_county_around_it(whole: Network) -> None:
    assert whole.nodes[f"{ID}authority/stadt-birkenau"]["district"] == "Landkreis Birke"


def test_a_county_of_which_only_the_key_is_known_is_left_out(whole: Network) -> None:
    assert f"{ID}district/landkreis-eiche-00003" not in whole


def test_an_edge_carries_its_source_and_only_the_most_specific_relation(whole: Network) -> None:
    [edge] = whole.get_edge_data(PROJECT, UNIVERSITY).values()
    assert (edge["label"], edge["document"], edge["section"]) == ("Partner", "Vorlage 1", "2 Projekte")
    assert not edge["inferred"]


def test_what_is_inferred_is_marked(whole: Network) -> None:
    assert relations(whole, PROJECT, f"{ID}strategy/zukunft-ahorn") == [("gehört zur Strategie", True)]


def test_a_symmetric_relation_is_drawn_once(whole: Network) -> None:
    one, two = f"{ID}strategy/dialog-birke", f"{ID}strategy/zukunft-ahorn"
    assert len(relations(whole, one, two)) == 1
    assert not relations(whole, two, one)


def test_who_sits_in_a_body_by_office_is_joined_with_it(whole: Network) -> None:
    joined = relations(whole, f"{ID}office/praesident-kammer", f"{ID}body/beirat-birke")
    assert joined == [("Mitglied kraft Amtes", False)]


def test_centrality_counts_different_neighbours(whole: Network) -> None:
    by_iri = {central.iri: central for central in centrality(whole)}
    assert by_iri[UNIVERSITY].degree == 2
    assert by_iri[f"{ID}actor/einsame-bank"].betweenness == 0
    assert "2 anderen unmittelbar verbunden" in by_iri[UNIVERSITY].sentence


def test_components_name_who_stands_alone(whole: Network) -> None:
    assert [c.label for c in components(whole) if len(c.nodes) == 1] == [
        "Einsame Bank",
        "Räume für junge Unternehmen",
    ]


def test_the_surroundings_of_a_node_are_cut_and_say_so(whole: Network) -> None:
    near = around(whole, UNIVERSITY, depth=2, limit=4)
    assert UNIVERSITY in near and PROJECT in near
    assert (len(near), near.graph["left_out"]) == (4, 4)


def test_a_focus_gives_the_ego_network(two_counties: Store) -> None:
    near = network(two_counties, focus=UNIVERSITY)
    assert set(near) == {UNIVERSITY, PROJECT, f"{ID}body/beirat-birke"}


def test_an_unknown_focus_is_refused(two_counties: Store) -> None:
    with pytest.raises(Unknown):
        network(two_counties, focus=f"{ID}actor/niemand")


def test_the_core_leaves_out_measures_and_counts_them(whole: Network) -> None:
    part = core(whole)
    assert PROJECT not in part and f"{ID}body/beirat-birke" in part
    assert part.graph["left_out_kinds"]["Maßnahme oder Projekt"] == 2


def test_an_address_is_short_or_whole() -> None:
    assert resolve("actor/hochschule-birkenau") == UNIVERSITY == resolve(UNIVERSITY)
    with pytest.raises(Unknown):
        resolve("https://example.org/<>")


def test_positions_are_the_same_every_time_and_never_coincide(whole: Network) -> None:
    sizes = dict.fromkeys(whole, (80.0, 40.0))
    first = positions(whole, sizes)
    assert first == positions(whole.copy(), sizes)
    assert len(set(first.values())) == len(whole)


awkward = st.one_of(
    st.none(), st.text(max_size=40), st.booleans(), st.integers(), st.lists(st.text(max_size=5), max_size=3)
)


@settings(max_examples=60, deadline=None)
@given(label=awkward, source=awkward, relation=awkward)
def test_every_format_takes_whatever_a_network_holds(label: object, source: object, relation: object) -> None:
    odd: Network = nx.MultiDiGraph()
    odd.add_node("a", iri="a", label=label, type=relation, district=None, districts=("x", "y"))
    odd.add_node("b", iri="b", label="B", type="Akteur", district="", districts=())
    odd.add_edge("a", "b", key="p", relation=relation, label=label, source=source, inferred=True)
    odd.add_edge("a", "b", key="q", relation="q", label="zweite", source=None, inferred=False)
    assert len(nx.read_gexf(BytesIO(gexf(odd)), version="1.2draft")) == 2
    assert nx.read_graphml(BytesIO(graphml(odd)), force_multigraph=True).number_of_edges() == 2
    assert len(nx.node_link_graph(json.loads(node_link(odd)), edges="edges").edges) == 2
    assert len(list(csv.DictReader(StringIO(edges_csv(odd).decode())))) == 2
    assert len(list(csv.DictReader(StringIO(nodes_csv(odd).decode())))) == 2


def test_the_formats_keep_labels_and_sources(whole: Network) -> None:
    data = nx.node_link_graph(json.loads(node_link(whole)), edges="edges")
    assert data.nodes[PROJECT]["label"] == "Start-up-Treff für den Mittelstand"
    assert any(edge["document"] == "Vorlage 1" for *_, edge in data.edges(data=True))
    assert ElementTree.fromstring(gexf(whole)).tag.endswith("gexf")


def test_the_tables_name_both_ends_and_the_source(whole: Network) -> None:
    edges = list(csv.DictReader(StringIO(written(whole, "edges").decode())))
    [edge] = [e for e in edges if (e["Source"], e["Target"]) == (PROJECT, UNIVERSITY)]
    assert (edge["Label"], edge["document"], edge["inferred"]) == ("Partner", "Vorlage 1", "false")
    nodes = {row["Id"]: row for row in csv.DictReader(StringIO(written(whole, "nodes").decode()))}
    assert len(nodes) == len(whole)
    assert nodes[PROJECT]["Label"] == "Start-up-Treff für den Mittelstand"


def test_another_form_is_refused(whole: Network) -> None:
    with pytest.raises(Unknown, match="graphml"):
        written(whole, "docx")


def test_the_page_holds_no_foreign_markup_and_no_foreign_address(whole: Network) -> None:
    html = page(whole, "Netz </title><script>alert(0)</script>", UNIVERSITY)
    own, _, _ = html.partition('<script type="application/json"')
    assert "<script>alert" not in html and "<img" not in own
    assert " src=" not in own.replace("img src=x", "") and 'href="http' not in own
    assert content_security_policy().startswith("default-src 'none'; script-src 'sha256-")


def test_the_page_says_what_is_left_out(whole: Network) -> None:
    big: Network = whole.copy()
    for number in range(200):
        big.add_node(
            f"{ID}need/{number}", **(whole.nodes[f"{ID}need/raeume"] | {"label": f"Bedarf {number}"})
        )
    html = page(big, "Netz")
    assert "Gezeigt ist der strategische Kern; weggelassen sind" in html
    assert "Bedarf (201)" in html


def test_the_same_network_gives_the_same_page(whole: Network) -> None:
    assert page(whole, "Netz") == page(whole.copy(), "Netz")


@settings(max_examples=40, deadline=None)
@given(label=st.text(max_size=60), relation=st.text(max_size=40), source=st.text(max_size=60))
def test_no_label_becomes_markup(label: str, relation: str, source: str) -> None:
    plain = _page_with("x", "x", "x")
    odd = _page_with(label, relation, source)
    assert odd.count("<script") == plain.count("<script")
    assert odd.count("</") == plain.count("</") or "</" not in label + relation + source
    assert odd.count("<a ") == plain.count("<a ")


def _page_with(label: str, relation: str, source: str) -> str:
    small: Network = nx.MultiDiGraph()
    shared = {"kind": "actor", "type": "Akteur", "district": "", "districts": (), "source": source}
    shared |= {"level": "", "actor_type": "", "classes": ()}
    small.add_node("a", iri="a", label=label, **shared)
    small.add_node("b", iri="b", label="B", **shared)
    small.add_edge(
        "a",
        "b",
        key="p",
        relation="p",
        label=relation,
        source=source,
        document="",
        section="",
        inferred=False,
    )
    return page(small, "Netz")


def test_two_savings_banks_and_two_committees_stay_two(store: Store) -> None:
    labels = [data["label"] for _, data in network(store).nodes(data=True)]
    for name in (
        "Kreissparkasse Ludwigsburg",
        "Kreissparkasse Esslingen-Nürtingen",
        "Ausschuss für Umwelt und Technik",
        "Ausschuss für Technik und Umwelt",
    ):
        assert labels.count(name) == 1
