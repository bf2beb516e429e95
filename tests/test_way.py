"""The shortest way between the leads of two measures: steps, directions, sources, and what is no way."""

import os
import subprocess
import sys
from math import log
from pathlib import Path

import pytest
from small import Small

from graph.errors import Unknown
from graph.way import Way, ground, way, way_network


def measures() -> Small:
    small = Small()
    for county in ("ahorn", "birke"):
        small.county(county)
    small.measure("bus", "ahorn")
    small.measure("bahn", "birke")
    for name in ("verein", "kammer", "bank"):
        small.actor(name)
    small.node("beirat", "Beirat", "body")
    return small


def steps(found: Way) -> list[str]:
    return [str(step) for step in found.steps]


LEADS = (("bus", "ledBy", "verein"), ("bahn", "ledBy", "kammer"))


def test_two_members_of_a_body_meet_there() -> None:
    small = measures()
    network = small.joins(*LEADS, ("verein", "memberOf", "beirat"), ("kammer", "chairs", "beirat"))
    found = way(network, "bus", "bahn")
    assert steps(found) == ["Verein —memberOf→ Beirat", "Beirat ←chairs— Kammer"]
    assert [(s.forward, s.source) for s in found.steps] == [
        (True, "Vorlage verein"),
        (False, "Vorlage kammer"),
    ]
    assert found.sentence == (
        "Von Verein („Bus“) zu Kammer („Bahn“) in 2 Schritten: Verein —memberOf→ Beirat; Beirat ←chairs— Kammer."
    )
    assert {"bus", "bahn", "verein", "beirat", "kammer"} <= set(way_network(network, found))


def test_a_hub_costs_more_than_a_longer_way() -> None:
    small = measures()
    small.actor("hub")
    small.node("rat", "Rat", "body")
    for number in range(40):
        small.actor(f"x{number}")
    network = small.joins(
        *LEADS,
        *((f"x{number}", "memberOf", "hub") for number in range(40)),
        *(("verein", "memberOf", "hub"), ("kammer", "memberOf", "hub")),
        *(("verein", "memberOf", "beirat"), ("bank", "memberOf", "beirat"), ("kammer", "partOf", "bank")),
    )
    assert [step.end for step in way(network, "bus", "bahn").steps] == ["beirat", "bank", "kammer"]


@pytest.mark.parametrize("hub", ["group", "land", "field", "need"])
def test_what_joins_everybody_is_no_step(hub: str) -> None:
    small = measures()
    if hub == "group":
        small.actor("alle", classes=("ActorGroup",))
    elif hub == "land":
        small.node("alle", "Baden-Württemberg", "district", level="state")
    else:
        small.node("alle", "Alle", hub)
    found = way(
        small.joins(*LEADS, ("verein", "partOf", "alle"), ("kammer", "partOf", "alle")), "bus", "bahn"
    )
    assert not found.found and not found.steps
    assert found.sentence == (
        "Zwischen denen, die bei „Bus“ und bei „Bahn“ die Federführung haben, nennen die Quellen keine Verbindung."
    )


def test_of_several_leads_the_shortest_way_counts() -> None:
    network = measures().joins(
        *LEADS, ("bus", "managedBy", "bank"), ("verein", "memberOf", "beirat"), ("beirat", "bodyOf", "kammer"),
        ("bank", "partOf", "kammer"),
    )  # fmt: skip
    found = way(network, "bus", "bahn")
    assert steps(found) == ["Bank —partOf→ Kammer"]
    assert [iri for iri, _ in found.from_ends] == ["bank", "verein"]


def test_who_leads_both_needs_no_way() -> None:
    found = way(measures().joins(("bus", "ledBy", "verein"), ("bahn", "ledBy", "verein")), "bus", "bahn")
    assert (found.found, found.steps, found.same) == (True, (), (("verein", "Verein"),))
    assert found.sentence == "„Bus“ und „Bahn“: Verein führt beide."


def test_an_unknown_lead_is_unknown_and_all_who_take_part_can_be_asked() -> None:
    network = measures().joins(("bus", "ledBy", "verein"), ("bahn", "involves", "verein"))
    found = way(network, "bus", "bahn")
    assert not found.found and found.to_ends == ()
    assert found.sentence.startswith("Die Federführung von „Bahn“ ist unbekannt")
    together = way(network, "bus", "bahn", of="involved")
    assert together.same == (("verein", "Verein"),)
    assert [iri for iri, _ in together.to_ends] == ["birke", "verein"]


def test_a_stated_relation_with_a_source_is_told_before_an_inferred_one() -> None:
    network = measures().joins(*LEADS, ("verein", "partOf", "kammer"))
    network.add_edge(
        "verein",
        "kammer",
        key="x",
        relation="x",
        label="a",
        source="",
        document="",
        section="",
        inferred=True,
    )
    [step] = way(network, "bus", "bahn").steps
    assert (step.relation, step.inferred) == ("partOf", False)


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(Unknown, match="flug"):
        way(measures().network, "bus", "flug")


def test_who_asks_for_many_ways_keeps_the_ground() -> None:
    small = measures()
    network = small.joins(*LEADS, ("verein", "memberOf", "beirat"), ("kammer", "chairs", "beirat"))
    over = ground(network)
    assert set(over.joined) == {"ahorn", "birke", "bus", "bahn", "verein", "kammer", "bank", "beirat"}
    assert over.toll["bank"] == 1 and over.toll["beirat"] == pytest.approx(1 + log(2))
    assert way(network, "bus", "bahn", over=over) == way(network, "bus", "bahn")


def test_of_equal_ways_the_same_is_told_in_every_process() -> None:
    """Two leads that hang on the same body cost the same; which is named must not depend on the hash seed."""
    program = (
        "from test_way import measures; from graph.way import way\n"
        "small = measures()\n"
        "ends = [(f'lead{n}', 'memberOf', 'beirat') for n in range(9)]\n"
        "for n in range(9): small.actor(f'lead{n}')\n"
        "leads = [('bus', 'ledBy', f'lead{n}') for n in range(9)]\n"
        "network = small.joins(*leads, *ends, ('bahn', 'ledBy', 'kammer'), ('kammer', 'memberOf', 'beirat'))\n"
        "print(way(network, 'bus', 'bahn').steps[0].start)"
    )
    told = set()
    for seed in "0123":
        made = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(made.stdout.strip())
    assert told == {"lead0"}
