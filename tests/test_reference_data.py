"""All 400 districts, their states, regions and neighbours; and which district somebody means."""

import pytest

from graph.errors import Unknown
from graph.gazetteer import districts, named_district
from graph.reference import kebab
from graph.store import Store

PREFIX = "PREFIX zg: <https://w3id.org/zukunftsgraph/def#> PREFIX id: <https://w3id.org/zukunftsgraph/id/> "


def _neighbours(store: Store, key: str) -> set[str]:
    return {
        str(row["k"])
        for row in store.select(
            PREFIX + f'SELECT ?k {{ ?a a zg:Territory ; zg:ags "{key}" ; zg:adjacentTo ?b . ?b zg:ags ?k }}'
        )
    }


def test_there_are_400_districts_without_eisenach(store: Store) -> None:
    keys = [district.key for district in districts(store)]
    assert len(keys) == len(set(keys)) == 400
    assert "16056" not in keys


def test_107_are_cities_and_saarbruecken_keeps_its_name(store: Store) -> None:
    known = districts(store)
    assert sum(d.is_city for d in known) == 106
    assert named_district(store, "10041")[0].label == "Regionalverband Saarbrücken"


def test_the_wartburgkreis_has_the_people_of_eisenach(store: Store) -> None:
    [row] = store.select(PREFIX + 'SELECT ?n { ?t zg:ags "16063" ; zg:population ?n }')
    assert row["n"] == 123025 + 42370


def test_ludwigsburg_and_esslingen_do_not_touch_but_share_three_neighbours(store: Store) -> None:
    ludwigsburg, esslingen = _neighbours(store, "08118"), _neighbours(store, "08116")
    assert "08116" not in ludwigsburg
    assert {"08111", "08115", "08119"} == ludwigsburg & esslingen


def test_adjacency_holds_in_both_directions(store: Store) -> None:
    assert not store.ask(PREFIX + "ASK { ?a zg:adjacentTo ?b MINUS { ?b zg:adjacentTo ?a } }")


def test_the_stuttgart_region_has_five_counties_and_the_city(store: Store) -> None:
    rows = store.select(
        PREFIX
        + "SELECT ?k { ?t zg:within <https://w3id.org/zukunftsgraph/id/territory/region-stuttgart> ; zg:ags ?k }"
    )
    assert {row["k"] for row in rows if len(str(row["k"])) == 5} == {
        "08111",
        "08115",
        "08116",
        "08117",
        "08118",
        "08119",
    }


def test_every_district_lies_in_its_state(store: Store) -> None:
    rows = store.select(
        PREFIX + "SELECT ?k ?s { ?d a zg:District ; zg:administers ?t ; zg:ags ?k . "
        "?t zg:within ?l . ?l zg:ags ?s FILTER(STRLEN(?s) = 2) }"
    )
    assert len(rows) == 400
    assert all(str(row["k"]).startswith(str(row["s"])) for row in rows)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("08118", "08118"),
        ("Ludwigsburg", "08118"),
        ("landkreis ludwigsburg", "08118"),
        ("Heilbronn", "08125"),
        ("Stadt Heilbronn", "08121"),
        ("Rems-Murr-Kreis", "08119"),
        ("Stuttgart", "08111"),
        ("Region Hannover", "03241"),
    ],
)
def test_a_name_means_the_county_first(asked: str, key: str, store: Store) -> None:
    assert named_district(store, asked)[0].key == key


def test_another_meaning_is_told(store: Store) -> None:
    assert [other.key for other in named_district(store, "Heilbronn")[1]] == ["08121"]


def test_an_unknown_name_gets_the_five_nearest(store: Store) -> None:
    with pytest.raises(Unknown, match="Ludwigsburg") as caught:
        named_district(store, "Ludwigsburk")
    assert 1 <= len(caught.value.near) <= 5


def test_slugs_are_ascii_kebab() -> None:
    assert (
        kebab("Weißenburg-Gunzenhausen, Fürstenfeldbruck & Čakovec")
        == "weissenburg-gunzenhausen-fuerstenfeldbruck-cakovec"
    )
