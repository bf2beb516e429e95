"""What several districts share: programmes, joint undertakings, consultants, sponsors; and which two share most."""

import pytest
from small import Small

from graph.common import Common, common, common_network, pair_network, pairs
from graph.compare.measures import measures
from graph.compare.profile import Measure
from graph.network import network
from graph.store import Store


def shared(small: Small, *triples: tuple[str, str, str]) -> list[tuple[str, str, list[str]]]:
    return [summary(each) for each in common(small.joins(*triples))]


def summary(each: Common) -> tuple[str, str, list[str]]:
    return each.kind, each.iri or each.label, [iri for iri, _ in each.districts]


def three_counties() -> Small:
    small = Small()
    for name in ("ahorn", "birke", "erle"):
        small.county(name)
        small.measure(f"bus-{name}", name)
    return small


def test_a_programme_is_shared_by_those_who_get_money_or_apply() -> None:
    small = three_counties()
    small.node("topf", "Topf", "programme")
    small.node("leer", "Leerer Topf", "programme")
    triples = (
        ("bus-ahorn", "fundedBy", "topf"),
        ("birke", "appliesFor", "topf"),
        ("bus-erle", "fundedBy", "leer"),
    )
    [found] = common(small.joins(*triples))
    assert summary(found) == ("programme", "topf", ["ahorn", "birke"])
    assert found.sentence == (
        "Topf (Förderprogramm oder Aufruf) verbindet 2 Kreise – Kreis Ahorn: „Bus-Ahorn“ (fundedBy); "
        "Kreis Birke: „Kreis Birke“ (appliesFor)."
    )
    assert found.uses[0].source == "Vorlage bus-ahorn"


def test_a_joint_undertaking_is_one_in_which_authorities_of_two_counties_take_part() -> None:
    small = three_counties()
    small.town("birkenau", "birke")
    small.actor("amt")
    assert shared(
        small,
        ("bus-ahorn", "involves", "birkenau"),
        ("amt", "unitOf", "erle"),
        ("bus-ahorn", "involves", "amt"),
        ("bus-birke", "involves", "birkenau"),
    ) == [("joint", "bus-ahorn", ["ahorn", "birke", "erle"])]


def test_consultants_and_sponsors_are_told_apart_and_others_left_out() -> None:
    small = three_counties()
    small.actor("buero", "consultant")
    small.actor("bank")
    small.actor("verein")
    small.actor("amt")
    assert shared(
        small,
        *((f"bus-{county}", "involves", "buero") for county in ("ahorn", "birke")),
        *((f"bus-{county}", "sponsoredBy", "bank") for county in ("ahorn", "erle")),
        *((f"bus-{county}", "involves", "verein") for county in ("ahorn", "erle")),
        ("amt", "unitOf", "ahorn"),
        ("amt", "sponsoredBy", "bank"),
    ) == [("consultant", "buero", ["ahorn", "birke"]), ("sponsor", "bank", ["ahorn", "erle"])]


def test_a_sponsor_of_offices_is_a_sponsor_of_their_counties() -> None:
    small = three_counties()
    small.actor("bank")
    triples: list[tuple[str, str, str]] = []
    for county in ("ahorn", "birke"):
        small.actor(f"amt-{county}")
        triples += [(f"amt-{county}", "unitOf", county), (f"amt-{county}", "sponsoredBy", "bank")]
    assert shared(small, *triples) == [("sponsor", "bank", ["ahorn", "birke"])]


def test_a_programme_in_the_text_is_a_kind_of_its_own_and_not_told_twice() -> None:
    small = three_counties()
    small.node("topf", "RegioWIN 2030", "programme")
    network = small.joins(("bus-erle", "fundedBy", "topf"))
    said = [
        Measure("bus-ahorn", "Bus", "Gefördert aus RegioWIN."),
        Measure("bus-birke", "Bus im RegioWIN-Wettbewerb"),
        Measure("bus-erle", "Bus mit RegioWIN"),
    ]
    [found] = common(network, said)
    assert summary(found) == ("named", "RegioWIN", ["ahorn", "birke"])
    assert "nur im Text genannt" in found.sentence
    part = common_network(network, [found])
    assert part.nodes["Programm im Text: RegioWIN"]["kind"] == "programme"
    assert part.number_of_edges("bus-birke", "Programm im Text: RegioWIN") == 1


def test_what_stands_before_the_colon_of_titles_in_two_counties_is_a_programme() -> None:
    small = three_counties()
    said = [
        Measure("bus-ahorn", "IBA’27: Neue Mitte"),
        Measure("bus-birke", "IBA’27: Altes Werk"),
        Measure("bus-erle", "IBA-Projekte"),
    ]
    [found] = common(small.network, said)
    assert summary(found) == ("named", "IBA’27", ["ahorn", "birke", "erle"])
    assert found.sentence == (
        "IBA’27 (Programm, nur im Text genannt) verbindet 3 Kreise – Kreis Ahorn: „Bus-Ahorn“ (im Text genannt); "
        "Kreis Birke: „Bus-Birke“ (im Text genannt); Kreis Erle: „Bus-Erle“ (im Text genannt)."
    )


@pytest.mark.parametrize(
    "head", ["Klimaschutz 2030", "ÖPNV", "Projekt 12", "BAB 81", "VVS 2030", "ZO-Ziel 1"]
)
def test_a_field_a_number_and_an_actor_before_the_colon_are_no_programme(head: str) -> None:
    small = three_counties()
    small.node("vvs", "VVS", "actor")
    said = [Measure(f"bus-{county}", f"{head}: Etwas {county}") for county in ("ahorn", "birke")]
    assert common(small.network, said) == []


def test_one_county_alone_makes_no_programme() -> None:
    said = [Measure("bus-ahorn", "IBA’27: Neue Mitte"), Measure("bus-birke", "IBA-Projekte")]
    assert common(three_counties().network, said) == []


def test_a_programme_of_the_graph_is_found_in_the_texts_of_others() -> None:
    small = three_counties()
    small.node("topf", "Zukunftsdörfer BW 2030 (Landesprogramm)", "programme")
    network = small.joins(("bus-erle", "fundedBy", "topf"))
    said = [
        Measure("bus-ahorn", "Bus", "Aus dem Programm Zukunftsdörfer BW."),
        Measure("bus-birke", "Bus der Zukunftsdörfer BW"),
        Measure("bus-erle", "Bus der Zukunftsdörfer BW"),
    ]
    [found] = common(network, said)
    assert summary(found) == ("named", "Zukunftsdörfer BW 2030 (Landesprogramm)", ["ahorn", "birke"])


def test_the_building_exhibition_ties_counties_of_the_shipped_data(store: Store) -> None:
    [found] = [each for each in common(network(store), measures(store)) if each.label == "IBA’27"]
    assert found.kind == "named" and {"Landkreis Böblingen", "Landkreis Esslingen", "Stuttgart"} <= {
        label.removeprefix("Stadtkreis ").removeprefix("Landeshauptstadt ") for _, label in found.districts
    }
    assert {use.thing_label for use in found.uses} >= {"IBA-Projekte", "IBA’27: KaepseLE Goldäcker"}


def test_pairs_count_what_two_share_those_first_that_share_most() -> None:
    small = three_counties()
    small.actor("buero", "consultant")
    small.measure("bahn", "ahorn", "birke")
    found = common(
        small.joins(*((f"bus-{county}", "involves", "buero") for county in ("ahorn", "birke", "erle")))
    )
    told = pairs(found)
    assert [(p.a, p.b, p.count, p.shared) for p in told] == [
        ("ahorn", "birke", 2, ("Bahn", "Buero")),
        ("ahorn", "erle", 1, ("Buero",)),
        ("birke", "erle", 1, ("Buero",)),
    ]
    assert told[0].sentence == "Kreis Ahorn und Kreis Birke haben 2 gemeinsam: Bahn, Buero."
    assert pair_network(told).get_edge_data("ahorn", "birke")["shares"]["weight"] == 2
