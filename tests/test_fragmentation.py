"""How a theme is spread over actors: counts, shares, index, and what is unknown."""

import pytest
from small import Small

from graph.circle import Circle
from graph.errors import Unknown
from graph.fragmentation import Fragmentation, fragmentation, themes_spread
from graph.themes import Themes

THEMES = Themes({"klima": "Klima", "solar": "Solarenergie", "wohnen": "Wohnen"}, {"solar": "klima"})


def counties() -> Small:
    small = Small()
    for name in ("ahorn", "birke"):
        small.county(name)
    small.measure("dach", "ahorn", themes=("solar",))
    small.measure("wald", "ahorn", themes=("klima",))
    small.measure("moor", "birke", themes=("klima",))
    return small


def main(small: Small, *triples: tuple[str, str, str], circle: Circle | None = None) -> Fragmentation:
    [found] = [f for f in fragmentation(small.joins(*triples), THEMES, circle) if f.theme == "klima"]
    return found


def test_shares_index_and_effective_number() -> None:
    found = main(counties())
    assert (found.undertakings, found.actors, found.districts) == (3, 2, ("Kreis Ahorn", "Kreis Birke"))
    assert [(s.label, s.count, s.share) for s in found.shares] == [
        ("Kreis Ahorn", 2, 0.6667),
        ("Kreis Birke", 1, 0.3333),
    ]
    assert (found.hhi, found.effective) == (pytest.approx(5 / 9, abs=1e-4), 1.8)
    assert found.sentence == (
        "Klima: Die Quellen nennen 3 Vorhaben in 2 Kreisen und 2 Akteure, am häufigsten Kreis Ahorn (67 % aller "
        "Beteiligungen). Das entspricht 1,8 gleich oft Beteiligten (Herfindahl-Hirschman-Index 0,56). "
        "Viele Akteure sind für sich kein Mangel."
    )


def test_an_office_counts_as_its_county_and_a_branch_as_its_whole() -> None:
    small = counties()
    for name in ("amt", "haus", "filiale"):
        small.actor(name)
    found = main(
        small,
        ("amt", "unitOf", "ahorn"),
        ("wald", "involves", "amt"),
        ("filiale", "partOf", "haus"),
        ("moor", "involves", "filiale"),
        ("moor", "partner", "haus"),
    )
    assert [(s.iri, s.count) for s in found.shares] == [("ahorn", 2), ("haus", 1), ("birke", 1)]


def test_groups_without_a_name_are_nobody_and_nobody_is_unknown_not_none() -> None:
    small = Small()
    small.actor("alle", classes=("ActorGroup",))
    for name in ("dach", "wald"):
        small.node(name, name, "measure", themes=("klima",))
    found = main(small, ("dach", "involves", "alle"))
    assert (found.unnamed, found.actors, found.hhi, found.effective) == (2, 0, None, None)
    assert found.sentence == "Klima: Die Quellen nennen 2 Vorhaben, aber niemanden, der beteiligt ist."


def test_only_the_circle_and_the_district_itself_count() -> None:
    small = counties()
    small.county("erle")
    small.measure("teich", "erle", themes=("klima",))
    circle = Circle("adjacent", "00002", frozenset({"erle"}), own="birke")
    assert main(small, circle=circle).districts == ("Kreis Birke", "Kreis Erle")


def test_a_main_theme_holds_its_parts_and_few_are_left_out() -> None:
    network = counties().network
    assert [(f.label, f.undertakings) for f in fragmentation(network, THEMES, least=1)] == [
        ("Klima", 3),
        ("Solarenergie", 1),
    ]
    assert [f.label for f in fragmentation(network, THEMES)] == ["Klima"]
    assert [f.label for f in themes_spread(network, THEMES, theme="solarenergie")] == ["Solarenergie"]


def test_an_unknown_theme_is_refused_with_near_names() -> None:
    with pytest.raises(Unknown, match="Wohnen"):
        themes_spread(counties().network, THEMES, theme="Wonen")
