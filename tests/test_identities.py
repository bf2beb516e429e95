"""What people judged the same is one wherever actors are drawn, counted or compared, and in the graph it stays two.

Two counties, each with a measure; the university of the one goes by another name in the other.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from rdflib import Literal
from rdflib.namespace import RDF, RDFS, SKOS
from test_entities import COUNTIES, _words, entry
from tiny import Triple, dataset

from graph import derivation
from graph.bridges import bridges
from graph.common import common
from graph.counties import Both, counties
from graph.crosswalk import crosswalk
from graph.derivation import ONTOLOGY, State
from graph.fragmentation import fragmentation
from graph.home import Home
from graph.identities import IdentityDraft, identities, judge_identity, withdraw_identity
from graph.inventory import inventory
from graph.network import Network, network, node_of, nodes_csv
from graph.store import Askable, quads_of_triples
from graph.themes import Themes, theme_tree
from graph.way import way
from ontology.namespaces import ID, ZG

A, B, C, BANK = (str(ID[f"actor/{name}"]) for name in ("a", "b", "c", "bank"))
LB, ES = str(ID["district/ludwigsburg"]), str(ID["district/esslingen"])
SOLAR, BUS = str(ID["measure/solar"]), str(ID["measure/bus"])


def measure(name: str, label: str, county: str, *actors: str) -> list[Triple]:
    said = entry(f"measure/{name}", label, (ZG.ofAuthority, f"district/{county}"), cls=ZG.Measure)
    said.append((ID[f"measure/{name}"], ZG.hasTheme, ID["theme/energie"]))
    return [*said, *((ID[f"measure/{name}"], ZG.partner, ID[f"actor/{actor}"]) for actor in actors)]


def words() -> State:
    """Of the ontology as much as is needed to tell that a partner is involved."""
    known = _words()
    known[ONTOLOGY] |= quads_of_triples([(ZG.partner, RDFS.subPropertyOf, ZG.involves)], ONTOLOGY)
    return known


FACTS = [
    *measure("solar", "Solardächer", "ludwigsburg", "a"),
    *measure("bus", "Bürgerbus", "esslingen", "b"),
    *entry("actor/a", "Hochschule Ludwigsburg"),
    *entry("actor/b", "HLB"),
    *entry("actor/c", "Hochschule für Technik"),
    *entry("body/rat", "Rat", (ZG.bodyOf, "district/ludwigsburg"), cls=ZG.Body),
]
SAME = IdentityDraft(A, B, "same", "body/rat", "Geschäftsstelle", "Eine Hochschule, zwei Namen.")


@pytest.fixture
def home(empty: Home) -> Iterator[Home]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivation, "vocabulary", words)
        with empty.writing("test") as writer:
            writer.load([dataset("kreise", COUNTIES), dataset("akteure", FACTS)])
        yield empty


def judged(home: Home, a: str, b: str, identity: str = "same", **more: str) -> str:
    return judge_identity(home, replace(SAME, a=a, b=b, identity=identity, **more)).id


def internal(home: Home) -> Askable:
    return home.internal.read()


def seen(home: Home) -> Network:
    return network(internal(home))


def found_bridges(home: Home) -> list[tuple[str, str, list[str]]]:
    return [(b.iri, b.label, [d.label for d in b.districts]) for b in bridges(seen(home))]


def actors_of_both(store: Askable) -> list[Both]:
    told = counties(inventory(store), crosswalk(store), theme_tree(store), [], "08118", "08116")
    return list(told.sections[-1].both)


def test_one_actor_by_two_names_is_a_bridge_and_is_named_by_both(home: Home) -> None:
    assert found_bridges(home) == []
    identity = judged(home, A, B)
    assert found_bridges(home) == [
        (A, "Hochschule Ludwigsburg (auch „HLB“)", ["Landkreis Esslingen", "Landkreis Ludwigsburg"])
    ]
    withdraw_identity(home, identity, "Verwechslung")
    assert found_bridges(home) == []


def test_the_node_has_what_both_have_and_says_who_judged(home: Home) -> None:
    judged(home, A, B)
    whole = seen(home)
    assert A in whole and B not in whole and node_of(whole, B) == node_of(whole, A) == A
    node = whole.nodes[A]
    assert (node["label"], node["same_as"]) == ("Hochschule Ludwigsburg (auch „HLB“)", (A, B))
    assert node["note"].startswith("Rat (Geschäftsstelle) am ")
    assert "dasselbe. Grund: Eine Hochschule" in node["note"]
    assert sorted(whole.predecessors(A)) == [BUS, SOLAR]
    assert whole.number_of_edges(BUS, A) == 1  # the most specific relation, once
    assert "dasselbe" in nodes_csv(whole).decode()


def test_in_the_graph_nothing_is_merged(home: Home) -> None:
    before = set(home.internal.read().quads())
    judged(home, A, B)
    assert set(home.internal.read().quads()) == before


def test_whoever_asks_for_the_other_entry_gets_the_one_node(home: Home) -> None:
    judged(home, A, B)
    assert set(network(internal(home), focus=B)) == {A, BUS, SOLAR}
    found = way(seen(home), SOLAR, BUS, "involved")
    assert found.same == ((A, "Hochschule Ludwigsburg (auch „HLB“)"),)


def test_counties_share_an_actor_that_was_judged_the_same_and_say_why(home: Home) -> None:
    assert actors_of_both(internal(home)) == []
    judged(home, A, B)
    [pair] = actors_of_both(internal(home))
    assert (pair.a.iri, pair.b.iri, pair.how) == (A, A, "same")
    assert pair.a.label == pair.b.label == "Hochschule Ludwigsburg (auch „HLB“)"
    assert pair.reason.startswith(
        "Hochschule Ludwigsburg (auch „HLB“): in Landkreis Ludwigsburg bei „Solardächer“; "
        "in Landkreis Esslingen bei „Bürgerbus“. Rat (Geschäftsstelle)"
    )
    assert len(pair.a.sources) == 2  # of both names


def test_a_sponsor_by_two_names_is_shared_by_two_counties(home: Home) -> None:
    with home.writing("test") as writer:
        paid: list[Triple] = [
            (ID["measure/solar"], ZG.sponsoredBy, ID["actor/a"]),
            (ID["measure/bus"], ZG.sponsoredBy, ID["actor/b"]),
        ]
        writer.load([dataset("geld", paid)])
    assert [c for c in common(seen(home)) if c.kind == "sponsor"] == []
    judged(home, A, B)
    [shared] = [c for c in common(seen(home)) if c.kind == "sponsor"]
    assert (shared.iri, shared.label) == (A, "Hochschule Ludwigsburg (auch „HLB“)")
    assert [iri for iri, _ in shared.districts] == [ES, LB]


def test_a_theme_is_spread_over_one_actor_instead_of_two(home: Home) -> None:
    def actors() -> list[str]:
        energy = str(ID["theme/energie"])
        [spread] = fragmentation(seen(home), Themes({energy: "Energie"}, {}))
        return sorted(share.label for share in spread.shares if "Landkreis" not in share.label)

    assert actors() == ["HLB", "Hochschule Ludwigsburg"]
    judged(home, A, B)
    assert actors() == ["Hochschule Ludwigsburg (auch „HLB“)"]


def test_who_is_the_same_as_the_same_is_the_same(home: Home) -> None:
    judged(home, A, B)
    judged(home, B, C)
    found = identities(internal(home))
    assert {iri: one.kept for iri, one in found.items()} == {A: A, B: A, C: A}
    assert found[C].label == "Hochschule Ludwigsburg (auch „HLB“, „Hochschule für Technik“)"
    assert len(found[A].judgements) == 2


def test_who_was_judged_different_stays_apart_also_by_a_detour(home: Home) -> None:
    judged(home, A, B)
    judged(home, B, C)
    judged(home, A, C, "different")
    assert identities(internal(home)) == {} and found_bridges(home) == []
    judged(home, A, B, "different", body="Runde")  # another body contradicts: only the other pair is left
    assert {iri: one.kept for iri, one in identities(internal(home)).items()} == {B: B, C: B}


def test_unsure_is_not_the_same(home: Home) -> None:
    judged(home, A, B, "unsure")
    assert identities(internal(home)) == {}


def test_two_districts_are_never_one_and_an_office_judged_the_same_as_its_district_is_the_district(
    home: Home,
) -> None:
    judged(home, LB, ES)
    assert identities(internal(home)) == {}
    judged(home, LB, A)  # the district hangs together with another one now
    assert identities(internal(home)) == {}
    judged(home, LB, ES, "different")
    whole = seen(home)
    assert node_of(whole, A) == LB and whole.nodes[LB]["kind"] == "district"
    assert whole.nodes[SOLAR]["districts"] == (LB,)
    assert not inventory(internal(home)).actors.get("08118")


def test_an_entry_that_is_gone_is_one_with_nobody(home: Home) -> None:
    judged(home, A, B)
    with home.writing("test") as writer:
        writer.load([dataset("akteure", [t for t in FACTS if ID["actor/b"] not in t])])
    assert identities(internal(home)) == {}
    assert A in seen(home)


def test_in_public_only_public_judgements_act(home: Home) -> None:
    judged(home, A, B)
    public = home.public.read()
    assert identities(public) == {} and bridges(network(public)) == []
    assert B in network(public) and actors_of_both(public) == []
    judged(home, A, B, visibility="public")
    public = home.public.read()
    assert [b.label for b in bridges(network(public))] == ["Hochschule Ludwigsburg (auch „HLB“)"]
    judged(home, A, B, "different", body="Runde")  # an internal doubt
    assert bridges(network(home.public.read())) and not bridges(seen(home))


def test_entries_of_one_name_are_named_once(home: Home) -> None:
    with home.writing("test") as writer:
        again: list[Triple] = [
            (ID["actor/bank"], RDF.type, ZG.Organization),
            (ID["actor/bank"], SKOS.prefLabel, Literal("HLB", lang="de")),
        ]
        writer.load([dataset("noch-einmal", again)])
    judged(home, B, BANK)
    assert identities(internal(home))[BANK].label == "HLB"
