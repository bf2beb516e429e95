"""With whom a district is compared: neighbours, second ring, planning region, levels, all."""

import pytest

from graph.circle import circle, places
from graph.errors import Unknown
from graph.store import Store
from ontology.namespaces import ID

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
