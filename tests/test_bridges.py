"""Bridges between districts: who they are, in which role, and for whom they are the only tie."""

from dataclasses import replace
from itertools import permutations

import pytest
from sample import store_of_two_counties
from small import Small

from graph.bridges import Bridge, Role, _order, bridge_network, bridges
from graph.network import Network, network
from graph.store import Store


def two_counties() -> Small:
    small = Small()
    for name in ("ahorn", "birke", "erle"):
        small.county(name)
        small.measure(f"radweg-{name}", name)
    small.actor("hochschule")
    return small


def districts(bridge: Bridge) -> list[str]:
    return [place.label for place in bridge.districts]


def test_who_works_in_two_districts_is_a_bridge_with_its_roles() -> None:
    small = two_counties()
    found = bridges(
        small.joins(("radweg-ahorn", "ledBy", "hochschule"), ("radweg-birke", "partner", "hochschule"))
    )
    [bridge] = found
    assert (bridge.iri, districts(bridge), bridge.roles) == (
        "hochschule",
        ["Kreis Ahorn", "Kreis Birke"],
        ("lead", "partner"),
    )
    assert (bridge.betweenness, bridge.exact) == (
        pytest.approx(1 / 3),
        True,
    )  # one of the three pairs of others
    assert bridge.only_tie == ("Kreis Ahorn", "Kreis Birke")
    assert bridge.sentence == (
        "Hochschule ist in 2 Kreisen tätig – Kreis Ahorn: „Radweg-Ahorn“ (ledBy); Kreis Birke: „Radweg-Birke“ "
        "(partner). Für Kreis Ahorn und Kreis Birke ist das die einzige Verbindung zu anderen Kreisen, die die Quellen "
        "nennen (gemeinsame Maßnahmen, Gremien und Beteiligte zählen, Förderprogramme nicht)."
    )


def test_a_second_actor_or_a_joint_measure_is_another_tie() -> None:
    small = two_counties()
    small.actor("buero", "consultant")
    found = bridges(
        small.joins(
            *(("radweg-ahorn", "partner", "hochschule"), ("radweg-birke", "partner", "hochschule")),
            *(("radweg-ahorn", "involves", "buero"), ("radweg-birke", "involves", "buero")),
            *(("radweg-erle", "involves", "buero"),),
        )
    )
    assert [(b.iri, b.only_tie) for b in found] == [("buero", ("Kreis Erle",)), ("hochschule", ())]
    assert found[0].roles == ("consultant",)
    joint = two_counties()
    joint.measure("bus", "ahorn", "birke")
    [tied] = bridges(
        joint.joins(("radweg-ahorn", "partner", "hochschule"), ("radweg-birke", "partner", "hochschule"))
    )
    assert tied.only_tie == ()


def test_what_a_county_does_with_its_neighbour_ties_them_but_is_no_bridge() -> None:
    small = two_counties()
    small.actor("amt")
    small.town("birkenau", "birke")
    found = bridges(
        small.joins(
            ("amt", "unitOf", "ahorn"),
            ("radweg-birke", "involves", "amt"),
            ("radweg-ahorn", "involves", "birkenau"),
            ("radweg-birke", "involves", "birkenau"),
            ("radweg-ahorn", "partner", "hochschule"),
            ("radweg-birke", "partner", "hochschule"),
        )
    )
    assert [(b.iri, b.only_tie) for b in found] == [("hochschule", ())]


@pytest.mark.parametrize("who", ["group", "land"])
def test_groups_without_a_name_and_the_land_are_no_bridges(who: str) -> None:
    small = two_counties()
    if who == "group":
        small.actor("alle", classes=("ActorGroup",))
    else:
        small.node("alle", "Land", "district", level="state")
    assert not bridges(
        small.joins(("radweg-ahorn", "involves", "alle"), ("radweg-birke", "involves", "alle"))
    )


def test_what_a_branch_does_counts_to_the_whole_and_says_so() -> None:
    small = two_counties()
    small.actor("filiale")
    found = bridges(
        small.joins(
            ("filiale", "partOf", "hochschule"),
            ("radweg-ahorn", "partner", "filiale"),
            ("radweg-birke", "partner", "hochschule"),
        )
    )
    [bridge] = found
    assert bridge.iri == "hochschule"
    assert str(bridge.districts[0].roles[0]) == "„Radweg-Ahorn“ (partner, durch Filiale)"


def test_membership_in_bodies_is_a_role() -> None:
    small = two_counties()
    small.node("beirat", "Beirat", "body", ("birke",))
    [bridge] = bridges(
        small.joins(("hochschule", "memberOf", "beirat"), ("radweg-ahorn", "partner", "hochschule"))
    )
    assert bridge.roles == ("partner", "member")
    assert "memberOf „Beirat“" in bridge.sentence


def test_the_network_of_a_bridge_holds_what_it_joins() -> None:
    whole = two_counties().joins(
        ("radweg-ahorn", "partner", "hochschule"), ("radweg-birke", "partner", "hochschule")
    )
    part = bridge_network(whole, bridges(whole))
    assert set(part) == {"hochschule", "radweg-ahorn", "radweg-birke", "ahorn", "birke"}
    assert part.has_edge("radweg-ahorn", "ahorn")


def test_a_joint_measure_of_two_counties_is_a_weaker_bridge_than_two_measures() -> None:
    small = two_counties()
    small.measure("bus", "ahorn", "birke")
    small.actor("a-firma")
    found = bridges(
        small.joins(
            ("bus", "partner", "a-firma"),
            ("radweg-ahorn", "partner", "hochschule"),
            ("radweg-birke", "partner", "hochschule"),
        )
    )
    assert [bridge.iri for bridge in found] == ["hochschule", "a-firma"]


def whole() -> Network:
    return network(store_of_two_counties())


def test_the_university_is_the_only_bridge_of_the_two_counties() -> None:
    [bridge] = bridges(whole())
    assert bridge.sentence.startswith(
        "Hochschule Birkenau ist in 2 Kreisen tätig – Landkreis Ahorn: „Start-up-Treff für den Mittelstand“ "
        "(Partner); Landkreis Birke: Mitglied von „Beirat Birke“."
    )


def test_on_the_shipped_data_a_regional_agency_is_a_bridge_and_no_office_is(store: Store) -> None:
    found = {bridge.label: bridge for bridge in bridges(network(store))}
    assert {"Landkreis Ludwigsburg", "Landkreis Böblingen"} <= set(
        districts(found["Wirtschaftsförderung Region Stuttgart"])
    )
    assert not any(
        label.startswith(("Städte und Gemeinden", "Landkreis", "Kreiswirtschaft")) for label in found
    )


def test_roles_that_differ_by_their_source_alone_are_told_in_one_order() -> None:
    one = Role("partner", "partner", "Bus", "urn:bus", False, "", "Vorlage 1")
    roles = [replace(one, source="Vorlage 2"), one, replace(one, source="Vorlage 2", forward=True)]
    ordered = [one, *roles[::2]]
    assert all(sorted(some, key=_order) == ordered for some in permutations(roles))
