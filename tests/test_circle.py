"""With whom a district is compared: neighbours, second ring, planning region, levels, similar districts, all."""

import pyoxigraph as ox
import pytest

from graph.circle import Features, Likeness, circle, features_of, likenesses, places, ring, similar
from graph.errors import Unknown
from graph.store import Store
from ontology.namespaces import ID, ZG

LUDWIGSBURG, ESSLINGEN = "08118", "08116"
COUNTY_ESSLINGEN = str(ID["district/landkreis-esslingen-08116"])
CITY_ESSLINGEN = str(ID["authority/stadt-esslingen-am-neckar"])
STUTTGART = str(ID["district/stadtkreis-stuttgart-08111"])
REGION = str(ID["authority/verband-region-stuttgart"])
OSTALB = str(ID["district/ostalbkreis-08136"])


def ags(store: Store, kind: str, district: str = LUDWIGSBURG) -> set[str]:
    known = places(store)
    return {
        known[iri].ags for iri in circle(store, district, kind).authorities if known[iri].level == "county"
    }


def test_ludwigsburg_touches_five_counties_and_not_esslingen(store: Store) -> None:
    assert ags(store, "adjacent") == {"08111", "08115", "08119", "08125", "08236", "08121"} - {"08121"}


def test_esslingen_is_in_the_second_ring(store: Store) -> None:
    assert ESSLINGEN in ags(store, "second") and ags(store, "adjacent") < ags(store, "second")


def test_the_planning_region_has_five_counties_and_stuttgart_and_its_own_authority(store: Store) -> None:
    assert ags(store, "region") == {"08111", "08115", "08116", "08117", "08118", "08119"}
    assert circle(store, LUDWIGSBURG, "region").holds(REGION)


def test_levels_are_the_region_and_the_state_above_and_the_towns_below(store: Store) -> None:
    levels = circle(store, ESSLINGEN, "levels")
    assert levels.holds(REGION) and levels.holds(CITY_ESSLINGEN)
    assert not levels.holds(STUTTGART) and not levels.holds(COUNTY_ESSLINGEN)


def test_a_town_counts_to_the_district_around_it(store: Store) -> None:
    town = places(store)[CITY_ESSLINGEN]
    assert (town.ags, town.level, town.name) == (ESSLINGEN, "municipality", "Stadt Esslingen am Neckar")
    assert circle(store, LUDWIGSBURG, "second").holds(CITY_ESSLINGEN)
    assert not circle(store, LUDWIGSBURG, "adjacent").holds(CITY_ESSLINGEN)


def test_all_is_everyone_and_near_is_who_one_can_meet(store: Store) -> None:
    everyone = circle(store, LUDWIGSBURG)
    assert everyone.holds(OSTALB)
    assert OSTALB not in everyone.near and {STUTTGART, COUNTY_ESSLINGEN, REGION} <= everyone.near


def test_an_unknown_kind_and_an_unknown_district_are_refused(store: Store) -> None:
    with pytest.raises(Unknown, match="adjacent"):
        circle(store, LUDWIGSBURG, "neighbours")
    with pytest.raises(Unknown, match="99999"):
        circle(store, "99999")


# Similar districts.


def features(ags: str, themes: dict[str, float], **more: object) -> Features:
    known = {"type": "county", "population": 1000, "area": 10.0, "measures": 4, **more}
    labels = {"klima": "Klima", "wohnen": "Wohnen", "energie": "Energie"}
    return Features(ags, f"kreis-{ags}", f"Kreis {ags}", themes=themes, theme_labels=labels, **known)  # type: ignore[arg-type]


OWN = features("1", {"klima": 0.75, "wohnen": 0.25})


def parts(likeness: Likeness) -> dict[str, float | None]:
    return {part.name: part.value for part in likeness.parts}


def test_similar_is_the_mean_of_themes_size_and_structure_with_a_value_and_a_reason_each() -> None:
    other = features("2", {"klima": 0.25, "energie": 0.75}, population=500, area=20.0, type="city")
    [found] = likenesses({"1": OWN, "2": other}, "1")
    assert parts(found) == {"themes": 0.25, "population": 0.5, "area": 0.5, "type": 0.0, "density": 0.25}
    assert found.score == round((0.25 + 0.5 + 0.125) / 3, 4)
    assert found.sentence == (
        "Kreis 2 ähnelt zu 29 %. Themen: gemeinsam vor allem Klima (25 %, hier 75 %); Einwohner: 500 Einwohner "
        "(hier 1.000); Fläche: 20 km² (hier 10); Kreisart: Stadtkreis (hier Landkreis); Dichte: 25 Einwohner je km² "
        "(hier 100)."
    )


def test_a_twin_is_wholly_alike() -> None:
    [found] = likenesses({"1": OWN, "2": features("2", dict(OWN.themes))}, "1")
    assert found.score == 1 and set(parts(found).values()) == {1.0}


def test_what_is_unknown_is_unknown_and_not_zero_and_such_districts_come_last() -> None:
    few = features("2", dict(OWN.themes), measures=2, population=None)
    unlike = features("3", {"energie": 1.0}, population=10, area=1000.0, type="city")
    found = likenesses({"1": OWN, "2": few, "3": unlike}, "1")
    assert [likeness.ags for likeness in found] == ["3", "2"]
    assert parts(found[1]) == {"themes": None, "population": None, "area": 1.0, "type": 1.0, "density": None}
    assert found[1].score == 1
    assert "unbekannt, von Kreis 2 sind zu wenige Maßnahmen bekannt" in found[1].sentence
    assert [likeness.ags for likeness in ring(found)] == ["2"]


def test_of_whom_nothing_is_known_is_not_compared_with_and_the_ring_is_bounded() -> None:
    twins = {str(n): features(str(n), dict(OWN.themes)) for n in range(2, 30)}
    found = likenesses({"1": OWN, **twins, "99": features("99", {}, measures=0)}, "1")
    assert len(found) == 28 and len(ring(found)) == 12


def test_esslingen_is_most_similar_to_ludwigsburg(store: Store) -> None:
    assert similar(store, LUDWIGSBURG)[0].ags == ESSLINGEN
    alike = circle(store, LUDWIGSBURG, "similar")
    assert alike.holds(COUNTY_ESSLINGEN) and alike.holds(CITY_ESSLINGEN)
    assert not alike.holds(STUTTGART) and alike.own.endswith("landkreis-ludwigsburg-08118")


def test_features_are_what_the_graph_says(store: Store) -> None:
    known = features_of(store)
    assert (known[LUDWIGSBURG].population, known[LUDWIGSBURG].type) == (543984, "county")
    assert known["08111"].type == "city"
    assert sum(known[LUDWIGSBURG].themes.values()) == pytest.approx(1)
    assert not known["09162"].measures
    with pytest.raises(Unknown):
        similar(store, "99999")


def test_a_district_whose_measures_have_no_theme_is_compared_by_the_rest() -> None:
    other = features("2", {}, measures=0, without_theme=3)
    [found] = likenesses({"1": OWN, "2": other}, "1")
    assert parts(found)["themes"] is None and found.score == 1


def test_measures_without_a_theme_are_counted() -> None:
    inner = ox.Store()
    inner.load(
        f"""PREFIX zg: <{ZG}> PREFIX id: <{ID}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        <urn:a> a zg:District, zg:TerritorialAuthority ; zg:ags "00001" ; zg:administers <urn:t> ;
            skos:prefLabel "Kreis A"@de .
        <urn:m> a zg:Measure ; zg:ofAuthority <urn:a> .""".encode(),
        format=ox.RdfFormat.TURTLE,
    )
    found = features_of(Store(inner))["00001"]
    assert (found.measures, found.without_theme) == (0, 1)
