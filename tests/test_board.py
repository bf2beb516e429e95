"""Crosswalk, board, two counties, gaps, priorities, on three invented counties small enough to check by eye.

Ahorn has a strategy with three fields, two measures and three needs; Birke touches it and has a strategy of which no
field is known and one measure; of Erle, which touches Ahorn as well, nothing is known.
"""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from rdflib import Graph, Literal
from rdflib.namespace import RDF, SKOS
from tiny import dataset

from api.accounts import FILE, Accounts, Role
from api.app import create_app
from api.cli import main
from api.service import Service, Shown
from api.sparql.engine import Engine
from graph.board import Board, board, details, matrix
from graph.counties import Counties, counties, table
from graph.crosswalk import Crosswalk, crosswalk
from graph.dataset import Dataset, source_graph
from graph.errors import InvalidData, Unknown
from graph.evidence import Passage, describe_passage, describe_statement
from graph.gaps import Gaps, gaps
from graph.home import Home
from graph.inventory import Inventory, inventory
from graph.mapping import OWN as OWN_MAPPINGS
from graph.mapping import OWN_INTERNAL, assign, withdraw
from graph.priorities import Priorities, priorities
from graph.scores import read_scores, template
from graph.store import Store
from graph.themes import Themes, theme_tree
from ontology.namespaces import GRAPH, ID, ZG

TODAY = date(2026, 11, 22)
PREFIXES = """
@prefix zg: <https://w3id.org/zukunftsgraph/def#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix id: <https://w3id.org/zukunftsgraph/id/> . @prefix : <https://w3id.org/zukunftsgraph/id/measure/> .
@prefix theme: <https://w3id.org/zukunftsgraph/id/theme/> . @prefix need: <https://w3id.org/zukunftsgraph/id/need/> .
@prefix field: <https://w3id.org/zukunftsgraph/id/action-field/> .
@prefix strategy: <https://w3id.org/zukunftsgraph/id/strategy/> .
@prefix goal: <https://w3id.org/zukunftsgraph/id/goal/> . @prefix actor: <https://w3id.org/zukunftsgraph/id/actor/> .
@prefix district: <https://w3id.org/zukunftsgraph/id/district/> .
@prefix t: <https://w3id.org/zukunftsgraph/id/territory/> .
@prefix relation: <https://w3id.org/zukunftsgraph/id/code/mapping-relation/> .
@prefix list: <https://w3id.org/zukunftsgraph/id/code/open-list/> .
@prefix mapping: <https://w3id.org/zukunftsgraph/id/field-mapping/> .
@prefix point: <https://w3id.org/zukunftsgraph/id/open-point/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
THEMES = """
theme:digitalisierung a skos:Concept ; skos:prefLabel "Digitales"@de .
theme:breitbandversorgung a skos:Concept ; skos:prefLabel "Breitband"@de ; skos:broader theme:digitalisierung .
theme:digitale-verwaltung a skos:Concept ; skos:prefLabel "Digitales Amt"@de ; skos:broader theme:digitalisierung .
theme:wohnen a skos:Concept ; skos:prefLabel "Wohnen"@de .
theme:agenda-2030 a skos:Concept ; skos:prefLabel "Kultur"@de .
"""
PLACES = """
district:ahorn a zg:District, zg:TerritorialAuthority ; zg:ags "00001" ;
    zg:administers t:ahorn ; skos:prefLabel "Kreis Ahorn"@de .
district:birke a zg:District, zg:TerritorialAuthority ; zg:ags "00002" ;
    zg:administers t:birke ; skos:prefLabel "Kreis Birke"@de .
district:erle a zg:District, zg:TerritorialAuthority ; zg:ags "00003" ;
    zg:administers t:erle ; skos:prefLabel "Kreis Erle"@de .
t:ahorn a zg:Territory ; zg:adjacentTo t:birke, t:erle .
"""
AHORN = """
strategy:alt a zg:Strategy ; zg:ofAuthority district:ahorn ; skos:prefLabel "Alt"@de ; zg:hasActionField field:frueher .
strategy:neu a zg:Strategy ; zg:ofAuthority district:ahorn ; skos:prefLabel "Neu"@de ; zg:continues strategy:alt ;
    zg:hasGoal goal:schnell ; zg:hasActionField field:digital, field:wohnen, field:neues .
field:frueher a zg:ActionField ; skos:prefLabel "Digitales früher"@de ; skos:exactMatch theme:digitalisierung .
field:digital a zg:ActionField ; skos:prefLabel "Digital werden"@de ;
    skos:closeMatch theme:digitalisierung ; skos:narrowMatch theme:agenda-2030 .
field:wohnen a zg:ActionField ; skos:prefLabel "Wohnraum"@de ; zg:hasTheme theme:wohnen ; zg:addresses need:wohnung .
field:neues a zg:ActionField ; skos:prefLabel "Neues Feld"@de .
mapping:digital a zg:FieldMapping ; skos:prefLabel "Digital → Digitales"@de ;
    zg:mappedField field:digital ; zg:mappedTheme theme:digitalisierung ;
    zg:mappingRelation relation:close ; zg:assignedBy "Redaktion" ; zg:begin "2026-01-02"^^xsd:date ;
    zg:reason "Fast dasselbe." .
mapping:weg a zg:FieldMapping ; skos:prefLabel "Wohnraum → Kultur"@de ;
    zg:mappedField field:wohnen ; zg:mappedTheme theme:agenda-2030 ;
    zg:mappingRelation relation:exact ; zg:assignedBy "Redaktion" ; zg:begin "2026-01-02"^^xsd:date ;
    zg:reason "Irrtum." ;
    zg:end "2026-01-03"^^xsd:date ; zg:withdrawnBy "Stabsstelle" ; zg:withdrawalReason "War falsch." .
goal:schnell a zg:Goal ; skos:prefLabel "Schnell sein"@de ; zg:hasTheme theme:breitbandversorgung .
:portal a zg:Measure ; zg:ofAuthority district:ahorn ; skos:prefLabel "Portal"@de ;
    zg:hasTheme theme:digitale-verwaltung ; zg:inActionField field:digital ;
    zg:addresses need:amt ; zg:involves actor:verein, actor:bank .
:ohne a zg:Measure ; zg:ofAuthority district:ahorn ; skos:prefLabel "Ohne Thema"@de .
need:amt a zg:Need ; zg:ofAuthority district:ahorn ; skos:prefLabel "Schnelleres Amt"@de ;
    zg:hasTheme theme:digitale-verwaltung .
need:netz a zg:Need ; zg:ofAuthority district:ahorn ; skos:prefLabel "Schnelles Netz"@de ;
    zg:hasTheme theme:breitbandversorgung .
need:wohnung a zg:Need ; zg:ofAuthority district:ahorn ; skos:prefLabel "Wohnungen"@de ; zg:hasTheme theme:wohnen .
actor:verein a zg:Actor ; skos:prefLabel "Verein"@de . actor:bank a zg:Actor ; skos:prefLabel "Bank"@de .
"""
BIRKE = """
strategy:birke a zg:Strategy ; zg:ofAuthority district:birke ; skos:prefLabel "Birkenplan"@de ; zg:hasGoal goal:netz .
goal:netz a zg:Goal ; skos:prefLabel "Netz für alle"@de ; zg:hasTheme theme:breitbandversorgung .
goal:ablauf a zg:Goal, zg:ProcessGoal ; skos:prefLabel "Gut zusammenarbeiten"@de ; zg:ofAuthority district:birke .
:kabel a zg:Measure ; zg:ofAuthority district:birke ; skos:prefLabel "Kabel"@de ;
    zg:hasTheme theme:breitbandversorgung ; zg:involves actor:verein .
"""
PUBLIC_TRIPLES = PREFIXES + PLACES + AHORN + BIRKE


def iri(name: str) -> str:
    return str(ID[name])


def store_of(facts: str) -> Store:
    inner = ox.Store()
    inner.load(facts.encode(), format=ox.RdfFormat.TURTLE)
    inner.load(
        (PREFIXES + THEMES).encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(str(GRAPH.themes))
    )
    return Store(inner)


def finding(identity: str, kind: str, score: float, a: str, b: str, **more: Any) -> dict[str, Any]:
    """A finding in the form in which the comparison keeps them."""
    sides = [
        {"iri": iri(x), "title": x, "ags": ags, "district": name} for x, ags, name in (_side(a), _side(b))
    ]
    own = sides[0]["ags"] == sides[1]["ags"]
    base = {"id": identity, "class": kind, "score": score, "a": sides[0], "b": sides[1], "reason": "Darum."}
    return base | {"own_district": own, "status": "open", "dimensions": []} | more


def _side(name: str) -> tuple[str, str, str]:
    ags = {"measure/kabel": "00002", "strategy/birke": "00002"}.get(name, "00001")
    return name, ags, {"00001": "Kreis Ahorn", "00002": "Kreis Birke"}[ags]


SERVES = finding("f1", "complement", 0.8, "need/netz", "measure/kabel")
SAME = finding("f2", "overlap", 0.6, "measure/portal", "measure/kabel")
OWN = finding("f3", "duplicate", 0.9, "measure/portal", "measure/ohne")


@pytest.fixture(scope="module")
def store() -> Store:
    return store_of(PUBLIC_TRIPLES)


@pytest.fixture(scope="module")
def known(store: Store) -> Inventory:
    return inventory(store)


@pytest.fixture(scope="module")
def mapped(store: Store) -> Crosswalk:
    return crosswalk(store)


@pytest.fixture(scope="module")
def tree(store: Store) -> Themes:
    return theme_tree(store)


# Themes and inventory.


def test_a_theme_knows_what_holds_it_and_what_it_shares(tree: Themes) -> None:
    netz, amt, digital, wohnen = (
        iri(f"theme/{name}")
        for name in ("breitbandversorgung", "digitale-verwaltung", "digitalisierung", "wohnen")
    )
    assert tree.path(netz) == (netz, digital)
    assert tree.below(digital) == (netz, amt)
    assert (tree.related(netz, digital), tree.related(netz, amt)) == (netz, "")
    assert tree.common(netz, netz) == netz
    assert tree.common(netz, digital) == digital
    assert tree.common(netz, amt) == ""  # one of the broadest holds nearly everything
    assert tree.common(netz, wohnen) == ""


def test_what_a_district_has_is_known_by_kind_and_process_goals_are_no_goals(known: Inventory) -> None:
    kinds = {
        kind: [i.label for i in known.of("00001", kind)] for kind in ("strategy", "field", "measure", "goal")
    }
    assert kinds == {
        "strategy": ["Alt", "Neu"],
        "field": ["Digital werden", "Digitales früher", "Neues Feld", "Wohnraum"],
        "measure": ["Ohne Thema", "Portal"],
        "goal": ["Schnell sein"],
    }
    assert [i.label for i in known.current("00001", "field")] == ["Digital werden", "Neues Feld", "Wohnraum"]
    assert [i.label for i in known.of("00002", "goal")] == ["Netz für alle"]
    assert known.incomplete("00001", "field") == []
    assert known.incomplete("00002", "field") == ["Nicht bekannt sind die Handlungsfelder von „Birkenplan“."]


def test_an_open_point_makes_a_list_incomplete() -> None:
    open_point = 'point:p a zg:OpenPoint ; skos:prefLabel "Zehn gewählt, neun genannt"@de ; '
    open_point += "zg:about strategy:neu ; zg:leavesOpenListOf list:measures ."
    found = inventory(store_of(PUBLIC_TRIPLES + open_point))
    reason = "Nach der Quelle ist die Liste nicht vollständig: Zehn gewählt, neun genannt."
    assert found.incomplete("00001", "measure") == [reason]
    assert found.incomplete("00001", "need") == []


# Crosswalk.


def test_the_crosswalk_tells_who_mapped_what_why_and_what_is_not_mapped(mapped: Crosswalk) -> None:
    told = [(m.field_label, m.theme_label, m.relation, m.by, m.on, m.reason) for m in mapped.mappings]
    assert told == [
        ("Digitales früher", "Digitales", "exact", "", "", ""),
        ("Digital werden", "Digitales", "close", "Redaktion", "2026-01-02", "Fast dasselbe."),
        ("Digital werden", "Kultur", "narrow", "", "", ""),
    ]
    assert [(f.label, f.strategy_label) for f in mapped.unmapped] == [
        ("Neues Feld", "Neu"),
        ("Wohnraum", "Neu"),
    ]
    [gone] = mapped.withdrawn
    assert (gone.withdrawn_on, gone.withdrawn_by, gone.withdrawal_reason) == (
        "2026-01-03",
        "Stabsstelle",
        "War falsch.",
    )
    assert mapped.mappings[1].sentence == (
        "„Digital werden“ (Neu) entspricht ungefähr dem Thema „Digitales“. Fast dasselbe."
    )
    assert mapped.sentence == (
        "2 Felder sind mit 3 Zuordnungen an das gemeinsame Themenverzeichnis gebunden, aus 2 Strategien; "
        "2 Handlungsfelder sind es nicht."
    )


def test_the_crosswalk_of_one_strategy_and_of_none(store: Store) -> None:
    assert [m.field_label for m in crosswalk(store, iri("strategy/alt")).mappings] == ["Digitales früher"]
    with pytest.raises(Unknown, match="strategy/gibt-es-nicht"):
        crosswalk(store, iri("strategy/gibt-es-nicht"))
    with pytest.raises(Unknown, match="strategy/Zukunft 2030"):
        crosswalk(store, iri("strategy/Zukunft 2030"))


def test_every_shipped_field_is_mapped_with_reason_and_triple_and_mapping_agree(
    shipped: list[Dataset],
) -> None:
    [found] = [d for d in shipped if d.file == "crosswalk.yaml"]
    triples = {
        (str(s), str(p).rpartition("#")[2].removesuffix("Match"), str(o))
        for s, p, o in found.statements
        if "Match" in p
    }
    mappings = {
        (
            str(found.statements.value(m, ZG.mappedField)),
            str(found.statements.value(m, ZG.mappingRelation)).rpartition("/")[2],
            str(found.statements.value(m, ZG.mappedTheme)),
        )
        for m in found.statements.subjects(None, ZG.FieldMapping)
    }
    assert triples == mappings
    assert len(triples) == len(set(found.statements.subjects(None, ZG.FieldMapping)))
    fields = {str(f) for d in shipped for f in d.statements.objects(None, ZG.hasActionField)}
    assert fields <= {field for field, _, _ in triples}
    reasons = [str(r) for r in found.statements.objects(None, ZG.reason)]
    assert len(reasons) == len(triples)
    assert all(len(reason) > 20 for reason in reasons)


# Changes of the crosswalk.


def _triples(text: str) -> list[Any]:
    graph = Graph()
    graph.parse(data=PREFIXES + text, format="turtle")
    return sorted(graph)


@pytest.fixture
def home(empty: Home) -> Home:
    with empty.writing("test") as writer:
        writer.load(
            [
                dataset("kreise", _triples(PLACES + AHORN + BIRKE)),
                dataset("geheim", _triples(SECRET), "internal"),
            ]
        )
    return empty


SECRET = """strategy:neu zg:hasActionField field:geheim .
field:geheim a zg:ActionField ; skos:prefLabel "Geheimes Feld"@de ."""


def _mapped(home: Home, field: str, public: bool = True) -> list[tuple[str, str]]:
    found = crosswalk((home.public if public else home.internal).read())
    return [(m.relation, m.theme_label) for m in found.of(iri(f"action-field/{field}"))]


def test_a_field_is_mapped_replaced_and_withdrawn_and_all_of_it_is_kept(home: Home) -> None:
    before = len(home.journal())
    made = assign(home, "neues", "wohnen", "close", "Stabsstelle", "Passt ungefähr.", TODAY)
    assert made.iri == iri("field-mapping/neues--wohnen")
    assert _mapped(home, "neues") == [("close", "Wohnen")]
    assign(home, "Neues Feld", "Wohnen", "exact", "Stabsstelle", "Passt genau.", TODAY)
    assert _mapped(home, "neues") == [("exact", "Wohnen")]
    [gone] = [m for m in crosswalk(home.public.read()).withdrawn if m.field_label == "Neues Feld"]
    assert (gone.relation, gone.withdrawal_reason) == ("close", "Ersetzt: Passt genau.")
    [back] = withdraw(home, "neues", "wohnen", "Landratsamt", "Doch nicht.", TODAY)
    assert (back.relation, back.withdrawn_by) == ("exact", "Landratsamt")
    assert _mapped(home, "neues") == []
    kept = [
        m.withdrawal_reason for m in crosswalk(home.public.read()).withdrawn if m.field_label == "Neues Feld"
    ]
    assert kept == ["Ersetzt: Passt genau.", "Doch nicht."]
    assert [c.command for c in home.journal()][before:] == ["crosswalk"] * 3
    with home.writing("test") as writer:
        writer.rebuild()
    assert [
        m.withdrawal_reason for m in crosswalk(home.public.read()).withdrawn if m.field_label == "Neues Feld"
    ] == kept


def test_the_same_mapping_twice_changes_nothing(home: Home) -> None:
    first = assign(home, "neues", "wohnen", "close", "Stabsstelle", "Passt.", TODAY)
    count = len(home.journal())
    again = assign(home, "neues", "wohnen", "close", "Andere Stelle", "Noch einmal.", TODAY)
    assert (again.iri, again.by, len(home.journal())) == (first.iri, "Stabsstelle", count)


def test_a_mapping_of_another_dataset_is_withdrawn_where_it_stands(home: Home) -> None:
    withdraw(home, "digital", "digitalisierung", "Stabsstelle", "Zu weit.", TODAY)
    assert _mapped(home, "digital") == [("narrow", "Agenda 2030")]
    withdraw(home, "digital", "agenda-2030", "Stabsstelle", "Ohne Angaben.", TODAY)  # a plain triple
    assert _mapped(home, "digital") == []
    assert [m.label for m in inventory(home.public.read()).of("00001", "measure")] == ["Ohne Thema", "Portal"]


def test_what_is_said_of_an_internal_field_stays_internal(home: Home) -> None:
    before = home.public.fingerprint
    assign(home, "geheim", "wohnen", "close", "Stabsstelle", "Passt.", TODAY)
    assert _mapped(home, "geheim", public=False) == [("close", "Wohnen")]
    assert home.public.fingerprint == before
    assert home.internal.read().ask(
        f"ASK {{ GRAPH <{GRAPH.catalogue}> {{ <{ID[f'dataset/{OWN_INTERNAL}']}> ?p ?o }} }}"
    )


WOHNEN = ID["action-field/wohnen"]


def _twin(home: Home, tmp_path: Path, *datasets: Dataset) -> Home:
    """A copy that knows more, internally."""
    shutil.copytree(home.directory, tmp_path / "twin")
    twin = Home(tmp_path / "twin")
    with twin.writing("test") as writer:
        writer.load(datasets)
    return twin


def _internal_note() -> Dataset:
    """An internal document names the field „Wohnraum“, too."""
    note = dataset("vermerk", [(WOHNEN, SKOS.prefLabel, Literal("Wohnraum", lang="de"))], "internal")
    for triple in list(note.statements):
        passage = describe_passage(note.evidence, Passage(ID["document/vermerk-haushaltssperre"], 120, 150))
        describe_statement(note.evidence, triple, note.iri, [passage], ID["code/method/asserted"])
    return note


def test_a_change_of_the_crosswalk_tells_nothing_of_internal_sources(home: Home, tmp_path: Path) -> None:
    twin = _twin(home, tmp_path, _internal_note())

    def public() -> bytes:
        assert home.public.dump.read_bytes() == twin.public.dump.read_bytes()
        return twin.public.dump.read_bytes()

    assert b"haushaltssperre" not in public()
    passage = ID["evidence/vermerk-haushaltssperre-120-150"]
    assert twin.internal.read().ask(f"ASK {{ GRAPH ?g {{ ?s ?p <{passage}> }} }}")
    for one in (home, twin):
        assign(one, "wohnen", "wohnen", "close", "Stabsstelle", "Passt.", TODAY)
    assert b"field-mapping/wohnen--wohnen" in public() and b"haushaltssperre" not in public()
    for one in (home, twin):
        assign(one, "wohnen", "wohnen", "exact", "Stabsstelle", "Passt genau.", TODAY)
        withdraw(one, "wohnen", "wohnen", "Stabsstelle", "Doch nicht.", TODAY)
    assert b"Doch nicht." in public() and b"haushaltssperre" not in public()


def test_the_number_of_a_public_mapping_tells_nothing_of_internal_ones(home: Home) -> None:
    assign(home, "geheim", "wohnen", "close", "Stabsstelle", "Passt.", TODAY)
    with home.writing("test") as writer:
        writer.load([dataset("geheim", _triples(SECRET))])
    made = assign(home, "geheim", "wohnen", "exact", "Stabsstelle", "Passt genau.", TODAY)
    assert made.iri == iri("field-mapping/geheim--wohnen")


def test_a_mapping_goes_and_comes_back_with_the_field(home: Home) -> None:
    assign(home, "wohnen", "wohnen", "close", "Stabsstelle", "Passt ungefähr.", TODAY)
    every = _triples(PLACES + AHORN + BIRKE)
    own = [triple for triple in every if WOHNEN in triple]
    rest = [triple for triple in every if WOHNEN not in triple]
    shown = home.public.dump.read_bytes()
    with home.writing("test") as writer:
        writer.load([dataset("kreise", rest), dataset("wohnen", own, "internal")])
    hidden = home.public.dump.read_bytes()
    assert b"action-field/wohnen" not in hidden and "Passt ungefähr".encode() not in hidden
    assert _mapped(home, "wohnen", public=False) == [("close", "Wohnen")]
    with home.writing("test") as writer:
        writer.rebuild()
    assert home.public.dump.read_bytes() == hidden
    with home.writing("test") as writer:
        writer.load([dataset("wohnen", own)])
    assert _mapped(home, "wohnen") == [("close", "Wohnen")]
    with home.writing("test") as writer:
        writer.load([dataset("kreise", every), dataset("wohnen", [], "internal")])
    assert home.public.dump.read_bytes() == shown


def test_what_an_editor_said_of_a_hidden_thing_is_hidden_as_well(home: Home) -> None:
    """Themes are assigned in a public dataset of their own, as in the shipped subject indexing."""
    said = ":geheimes zg:hasTheme theme:wohnen . :portal zg:hasTheme theme:wohnen ."
    indexed = dataset("verschlagwortung", _triples(said))
    for statement in list(indexed.evidence.subjects(RDF.type, ZG.Statement)):
        indexed.evidence.set((statement, ZG.method, ID["code/method/assigned"]))
    measure = _triples(':geheimes a zg:Measure ; skos:prefLabel "Geheimes"@de .')
    with home.writing("test") as writer:
        writer.load([indexed, dataset("massnahme", measure, "internal")])
    assert b"measure/geheimes" not in home.public.dump.read_bytes()
    assert inventory(home.public.read()).items[iri("measure/portal")].themes[-1] == iri("theme/wohnen")
    with home.writing("test") as writer:
        writer.load([dataset("massnahme", measure)])
    assert b"measure/geheimes" in home.public.dump.read_bytes()


def test_what_was_written_raw_into_a_dataset_is_not_published_by_a_change(home: Home) -> None:
    assign(home, "neues", "wohnen", "close", "Stabsstelle", "Passt.", TODAY)
    own = ID[f"dataset/{OWN_MAPPINGS}"]
    note = f'<{iri("note/1")}> <{SKOS.note}> "Notiz 030 23125001"'
    entry = f'<{own}> <{SKOS.note}> "Notiz im Katalog"'
    with home.writing("test") as writer:
        writer.update(
            f"INSERT DATA {{ GRAPH <{source_graph(str(own))}> {{ {note} }} GRAPH <{GRAPH.catalogue}> {{ {entry} }} }}"
        )
    withdraw(home, "neues", "wohnen", "Stabsstelle", "Doch nicht.", TODAY)
    assign(home, "wohnen", "wohnen", "close", "Stabsstelle", "Passt auch.", TODAY)
    shown = home.public.dump.read_text("utf-8")
    assert "Doch nicht." in shown and "Passt auch." in shown and "Notiz" not in shown
    assert home.internal.read().ask('ASK { GRAPH ?g { ?s ?p "Notiz 030 23125001" } }')


@pytest.mark.parametrize(
    ("field", "theme", "by", "reason", "said"),
    [
        ("neuse", "wohnen", "Stelle", "Grund", "Meinten Sie: action-field/neues"),
        ("neues", "wohne", "Stelle", "Grund", "Meinten Sie: theme/wohnen"),
        ("neues", "wohnen", " ", "Grund", "Es fehlt die Stelle"),
        ("neues", "wohnen", "Stelle", "", "Es fehlt der Grund"),
        ("neues", "wohnen", "Stelle", "x" * 501, "gefunden 501 Zeichen"),
        ("neues", "wohnen", "Stelle, muster@kreis.example", "Grund", "Kontaktdaten"),
        ("neues", "wohnen", "Frau Muster", "Grund", "„Frau Muster“ ist eine Person"),
    ],
)
def test_a_careless_change_is_refused_and_nothing_is_stored(
    home: Home, field: str, theme: str, by: str, reason: str, said: str
) -> None:
    count = len(home.journal())
    with pytest.raises((Unknown, InvalidData), match=said):
        assign(home, field, theme, "close", by, reason, TODAY)
    assert len(home.journal()) == count
    with pytest.raises(Unknown, match="digital digitalisierung"):
        withdraw(home, "digital", "wohnen", "Stelle", "Grund", TODAY)


# Board.


@pytest.fixture(scope="module")
def shown(store: Store, known: Inventory, mapped: Crosswalk, tree: Themes) -> Board:
    return board(store, known, mapped, tree, "00001", "adjacent")


def test_each_cell_says_what_is_named_there(shown: Board) -> None:
    assert [row.label for row in shown.rows] == ["Digitales", "Kultur", "Wohnen", "ohne Thema"]
    assert [[cell.text for cell in row.cells] for row in shown.rows] == [
        ["1 H, 1 M, 2 B", "1 M", "?"],
        ["1 H", "(–)", "?"],
        ["1 H, 1 B", "(–)", "?"],
        ["2 S, 1 H, 1 M", "1 S", "?"],
    ]
    entries = [(e.kind, e.label, e.via) for e in shown.rows[0].cells[0].entries]
    assert entries == [
        ("field", "Digital werden", "Zuordnung: entspricht ungefähr dem Thema „Digitales“"),
        ("measure", "Portal", "Thema „Digitales Amt“"),
        ("need", "Schnelleres Amt", "Thema „Digitales Amt“"),
        ("need", "Schnelles Netz", "Thema „Breitband“"),
    ]


def test_unknown_incomplete_and_none_are_three_things(shown: Board, tree: Themes, mapped: Crosswalk) -> None:
    kultur = shown.rows[1]
    assert [cell.state for cell in kultur.cells] == ["named", "incomplete", "unknown"]
    assert kultur.cells[1].reason == "Nicht bekannt sind die Handlungsfelder von „Birkenplan“."
    assert kultur.cells[2].reason == "Über Kreis Erle liegen keine Angaben vor."
    complete = store_of(
        PUBLIC_TRIPLES + "strategy:birke zg:hasActionField field:n . field:n skos:prefLabel 'N'@de ."
    )
    found = board(complete, inventory(complete), mapped, tree, "00001", "adjacent")
    assert found.rows[1].cells[1].state == "none"


def test_a_part_of_a_field_does_not_take_its_measures_along(shown: Board) -> None:
    assert [e.label for e in shown.rows[1].cells[0].entries] == ["Digital werden"]  # narrow: no „Portal“


def test_columns_count_each_thing_once_and_rows_say_what_they_mean(shown: Board) -> None:
    ahorn, birke, erle = shown.columns
    assert (ahorn.strategies, ahorn.fields, ahorn.measures, ahorn.needs) == (2, 3, 2, 3)
    assert (birke.measures, birke.known, erle.known) == (1, True, False)
    assert [row.load for row in shown.rows] == ["", "empty", "empty", ""]
    assert shown.rows[0].sentence == (
        "Digitales: 2 Maßnahmen in 2 von 2 bekannten Kreisen und Verbänden, die meisten: Kreis Ahorn."
    )
    assert shown.rows[2].sentence == (
        "Wohnen: In keinem der 2 bekannten Kreise und Verbände ist eine Maßnahme genannt, obwohl es dazu gibt: "
        "1 Bedarf und 1 Handlungsfeld."
    )
    assert "Nichts bekannt ist über: Kreis Erle." in shown.sentence


def test_what_has_no_theme_has_three_empty_states_as_well_and_so_have_the_totals(
    store: Store, known: Inventory, mapped: Crosswalk, tree: Themes, shown: Board
) -> None:
    assert [cell.state for cell in shown.rows[-1].cells] == ["named", "named", "unknown"]
    goal = 'goal:nur a zg:Goal ; skos:prefLabel "Nur ein Ziel"@de ; zg:ofAuthority district:erle .'
    more = store_of(PUBLIC_TRIPLES + goal)
    found = board(more, inventory(more), mapped, tree, "00001", "adjacent")
    assert found.rows[-1].cells[2].state == "incomplete"
    assert matrix(shown)[-1]["Kreis Erle"] == "?" and matrix(found)[-1]["Kreis Erle"] == "–"


def test_a_theme_opens_into_its_narrower_ones(
    store: Store, known: Inventory, mapped: Crosswalk, tree: Themes
) -> None:
    found = board(store, known, mapped, tree, "00001", "adjacent", "theme/digitalisierung")
    assert [(row.label, row.cells[0].text) for row in found.rows] == [
        ("Breitband", "1 B"),
        ("Digitales Amt", "1 M, 1 B"),
        ("Digitales (ohne engeres Thema)", "1 H, 1 M"),
    ]
    with pytest.raises(Unknown, match="theme/nichts"):
        board(store, known, mapped, tree, "00001", "adjacent", "theme/nichts")


def test_everybody_leaves_out_those_of_whom_nothing_is_known(
    store: Store, known: Inventory, mapped: Crosswalk, tree: Themes
) -> None:
    found = board(store, known, mapped, tree, "00001", "all")
    assert [column.label for column in found.columns] == ["Kreis Ahorn", "Kreis Birke"]
    assert "Über 1 weitere" in found.sentence


def test_the_board_is_a_table_and_a_list(shown: Board) -> None:
    lines = matrix(shown)
    assert lines[0] == {
        "Thema": "Digitales", "Kreis Ahorn": "1 H, 1 M, 2 B", "Kreis Birke": "1 M", "Kreis Erle": "?",
        "Kreise mit Maßnahmen": 2, "Lage": "",
    }  # fmt: skip
    assert lines[-1]["Kreis Ahorn"] == "2 S, 3 H, 2 M, 3 B"
    listed = details(shown)
    assert [line["Name"] for line in listed if line["Kreis"] == "Kreis Birke"] == [
        "Kabel",
        "",
        "",
        "Birkenplan",
    ]
    assert {line["Stand"] for line in listed} == {
        "genannt",
        "unbekannt",
        "nichts genannt, Liste unvollständig",
    }


# Two counties.


@pytest.fixture(scope="module")
def pair(known: Inventory, mapped: Crosswalk, tree: Themes) -> Counties:
    return counties(known, mapped, tree, [SERVES, SAME, OWN], "00001", "00002")


def _section(found: Counties, kind: str) -> tuple[list[str], list[tuple[str, str, str]], list[str]]:
    [section] = [s for s in found.sections if s.kind == kind]
    both = [(p.a.label, p.b.label, p.how) for p in section.both]
    return [t.label for t in section.only_a], both, [t.label for t in section.only_b]


def test_what_both_have_rests_on_findings_themes_and_identity(pair: Counties) -> None:
    assert _section(pair, "measure") == (["Ohne Thema"], [("Portal", "Kabel", "overlap")], [])
    assert _section(pair, "goal") == ([], [("Schnell sein", "Netz für alle", "theme")], [])
    assert _section(pair, "actor") == (["Bank"], [("Verein", "Verein", "same")], [])
    [measures] = [s for s in pair.sections if s.kind == "measure"]
    assert (measures.both[0].finding, measures.both[0].reason) == ("f2", "Überschneidung: Darum.")


def test_a_need_here_and_a_project_there_are_no_common_thing(pair: Counties) -> None:
    [needs] = [s for s in pair.sections if s.kind == "need"]
    assert ([t.label for t in needs.only_a], needs.both, needs.only_b) == (
        ["Schnelleres Amt", "Schnelles Netz", "Wohnungen"], (), (),
    )  # fmt: skip
    assert [(p.a.label, p.b.label, p.finding) for p in needs.complements] == [
        ("Schnelles Netz", "Kabel", "f1")
    ]
    assert needs.unknown == ("Für Kreis Birke sind keine Bedarfe bekannt.",)
    assert needs.sentence == "Bedarfe: 3 bekannt, für Kreis Birke keine; verglichen werden kann nichts."


def test_fields_of_two_strategies_meet_by_the_crosswalk() -> None:
    more = """strategy:birke zg:hasActionField field:b, field:k .
        field:b skos:prefLabel "Breitband überall"@de ; skos:exactMatch theme:breitbandversorgung .
        field:k skos:prefLabel "Kunst"@de ; skos:broadMatch theme:agenda-2030 ."""
    found = store_of(PUBLIC_TRIPLES + more)
    told = counties(inventory(found), crosswalk(found), theme_tree(found), [], "00001", "00002")
    assert _section(told, "field") == (
        ["Neues Feld", "Wohnraum"],
        [("Digital werden", "Breitband überall", "mapping"), ("Digital werden", "Kunst", "mapping")],
        [],
    )
    [fields] = [s for s in told.sections if s.kind == "field"]
    assert fields.both[0].reason == (
        "„Digital werden“ entspricht ungefähr dem Thema „Digitales“; „Breitband überall“ meint dasselbe wie das Thema "
        "„Breitband“. „Breitband“ liegt unter „Digitales“."
    )


def test_two_counties_are_a_table_and_an_unknown_one_is_refused(
    pair: Counties, known: Inventory, mapped: Crosswalk, tree: Themes
) -> None:
    where = [(line["Was"], line["Wo"], line["Kreis Ahorn"], line["Kreis Birke"]) for line in table(pair)]
    assert ("Maßnahmen und Projekte", "beide", "Portal", "Kabel") in where
    assert ("Akteure", "nur hier", "Bank", "") in where
    assert ("Bedarfe", "ergänzen sich", "Schnelles Netz", "Kabel") in where
    with pytest.raises(Unknown, match="99999"):
        counties(known, mapped, tree, [], "00001", "99999")


# Gaps.


@pytest.fixture(scope="module")
def missing(store: Store, known: Inventory, mapped: Crosswalk, tree: Themes) -> Gaps:
    return gaps(store, known, mapped, tree, [SERVES, SAME, OWN], "00001", "adjacent")


def test_a_need_is_served_by_a_source_elsewhere_or_nowhere(missing: Gaps) -> None:
    told = {need.label: (need.service, need.sentence) for need in missing.needs}
    assert told == {
        "Wohnungen": (
            "nowhere",
            "Weder hier noch im Vergleichskreis ist dazu ein Projekt gefunden. Das Handlungsfeld „Wohnraum“ nimmt den "
            "Bedarf auf.",
        ),
        "Schnelles Netz": (
            "elsewhere",
            "Hier Bedarf, dort Projekt: „measure/kabel“, Kreis Birke. Gemeinsames Thema: Breitband.",
        ),
        "Schnelleres Amt": (
            "addressed",
            "Nach der Quelle dient „Portal“ diesem Bedarf; ob es reicht, sagt sie nicht.",
        ),
    }
    assert [need.label for need in missing.needs] == ["Wohnungen", "Schnelles Netz", "Schnelleres Amt"]
    [helper] = missing.needs[1].elsewhere
    assert (helper.finding, helper.reason, helper.near) == ("f1", "Darum.", True)


def test_a_finding_without_a_common_theme_is_only_remotely_related(
    store: Store, known: Inventory, mapped: Crosswalk, tree: Themes
) -> None:
    remote = finding("f9", "complement", 0.7, "need/wohnung", "measure/kabel")
    found = gaps(store, known, mapped, tree, [remote], "00001", "adjacent")
    [need] = [need for need in found.needs if need.label == "Wohnungen"]
    assert need.service == "remote"
    assert "Ein gemeinsames Thema haben sie nicht." in need.sentence


def test_what_people_judged_counts_before_the_finding(
    store: Store, known: Inventory, mapped: Crosswalk, tree: Themes
) -> None:
    judged = {
        "status": "decided",
        "judgements": [{"status": "in_force", "class": "unrelated", "sentence": "Nein."}],
    }
    found = gaps(store, known, mapped, tree, [SERVES | judged], "00001", "adjacent")
    assert next(need.service for need in found.needs if need.label == "Schnelles Netz") == "judged"


def test_a_finding_that_people_judged_to_be_none_is_told(
    store: Store, known: Inventory, mapped: Crosswalk, tree: Themes
) -> None:
    judged = {
        "status": "decided",
        "judgements": [
            {"status": "in_force", "class": "unrelated", "sentence": "Kreistag am 01.02.2026: Nein."}
        ],
    }
    told = "Ein Fund gilt nach einem Urteil nicht; so ist „measure/kabel“ als „kein Zusammenhang“ bewertet. Kreistag"
    found = gaps(store, known, mapped, tree, [SERVES | judged], "00001", "adjacent")
    [need] = [need for need in found.needs if need.label == "Schnelles Netz"]
    assert (need.service, need.elsewhere) == ("judged", ())
    assert need.sentence.startswith(told)
    assert "Für 1 gilt der einzige Fund nach einem Urteil nicht." in found.sentence
    pair = counties(known, mapped, tree, [SAME | judged], "00001", "00002")
    assert told in pair.sections[4].sentence
    ranked = priorities(store, known, [SAME | judged], "00001", "adjacent", {iri("measure/portal"): {}})
    [_, _, _, duplication, synergy] = ranked.ranking[0].scores
    assert (duplication.value, synergy.value) == (5.0, 0.0)
    assert told in duplication.reason and told in synergy.reason


def test_an_outdated_verdict_decides_nothing(
    store: Store, known: Inventory, mapped: Crosswalk, tree: Themes
) -> None:
    sides = [{"iri": iri("measure/kabel"), "fingerprint": "old"}]
    outdated = {"status": "in_force", "class": "unrelated", "sentence": "Nein.", "sides": sides}
    valid = {"status": "in_force", "class": "complement", "sentence": "Doch.", "sides": []}
    changed = SERVES | {
        "status": "decided", "judgements": [valid, outdated], "b": SERVES["b"] | {"fingerprint": "new"},
    }  # fmt: skip
    found = gaps(store, known, mapped, tree, [changed], "00001", "adjacent")
    [need] = [need for need in found.needs if need.label == "Schnelles Netz"]
    assert (need.service, need.elsewhere[0].reason) == ("elsewhere", "Doch.")


def test_where_a_list_was_cut_nothing_is_said_to_be_none(
    store: Store, known: Inventory, mapped: Crosswalk, tree: Themes
) -> None:
    weak = [finding(f"w{n}", "same_field", 0.1, "measure/portal", "measure/ohne") for n in range(500)]
    said = "Berücksichtigt sind die 500 stärksten Befunde."
    found = gaps(store, known, mapped, tree, weak, "00001", "adjacent")
    assert said in found.open_points
    assert all(said in need.sentence for need in found.needs if need.service == "nowhere")
    pair = counties(known, mapped, tree, weak, "00001", "00002")
    assert said in pair.caution
    ranked = priorities(store, known, weak, "00001", "adjacent", {iri("measure/portal"): {}})
    assert all(said in score.reason for score in ranked.ranking[0].scores[3:])
    fewer = gaps(store, known, mapped, tree, weak[1:], "00001", "adjacent")
    assert said not in fewer.open_points


def test_who_serves_a_need_is_named_once_and_where_it_belongs(
    store: Store, mapped: Crosswalk, tree: Themes
) -> None:
    more = store_of(PUBLIC_TRIPLES + ":kabel zg:addresses need:amt .")
    found = gaps(
        more,
        inventory(more),
        mapped,
        tree,
        [finding("f8", "complement", 0.9, "need/amt", "measure/portal")],
        "00001",
    )
    [need] = [need for need in found.needs if need.label == "Schnelleres Amt"]
    assert [helper.label for helper in need.here] == ["Portal"]
    assert [helper.label for helper in need.elsewhere] == ["Kabel"]
    assert need.sentence.startswith("Nach der Quelle dient „Portal“ diesem Bedarf")


def test_fields_without_project_and_themes_nobody_works_on(missing: Gaps) -> None:
    assert [(gap.label, gap.state) for gap in missing.fields] == [
        ("Neues Feld", "none"),
        ("Wohnraum", "none"),
    ]
    assert [(gap.label, gap.asked_by) for gap in missing.themes] == [
        ("Wohnen", ("Wohnungen", "Wohnraum")),
        ("Kultur", ("Digital werden",)),
    ]
    assert "heißt nicht, dass der Bedarf gedeckt ist" in missing.caution
    assert "Nichts bekannt ist über: Kreis Erle." in missing.open_points


def test_where_no_project_has_a_field_nobody_knows() -> None:
    found = store_of(
        PUBLIC_TRIPLES + "strategy:birke zg:hasActionField field:n . field:n skos:prefLabel 'N'@de ."
    )
    told = gaps(found, inventory(found), crosswalk(found), theme_tree(found), [], "00002", "adjacent")
    assert [(gap.label, gap.state) for gap in told.fields] == [("N", "unknown")]
    assert told.needs == ()
    assert (
        "Für Kreis Birke sind keine Bedarfe bekannt; das heißt nicht, dass es keine gibt." in told.open_points
    )


def test_an_incomplete_list_says_so_with_the_field(mapped: Crosswalk, tree: Themes) -> None:
    point = """point:p a zg:OpenPoint ; skos:prefLabel "Neun von zehn"@de ; zg:about strategy:neu ;
        zg:leavesOpenListOf list:measures ."""
    found = store_of(PUBLIC_TRIPLES + point)
    told = gaps(found, inventory(found), mapped, tree, [], "00001", "adjacent")
    assert {gap.state for gap in told.fields} == {"incomplete"}
    assert "Neun von zehn" in told.fields[0].sentence


# Priorities.

GIVEN = {
    iri("measure/portal"): {"professional": 5.0, "resources": 3.0, "willingness": 4.0},
    iri("measure/ohne"): {"professional": 2.0, "resources": None, "willingness": 4.0, "synergy": 1.0},
}


def ranked(store: Store, known: Inventory, **more: Any) -> Priorities:
    return priorities(store, known, [SERVES, SAME, OWN], "00001", "adjacent", GIVEN, **more)


def test_the_value_is_the_weighted_sum_and_an_unknown_score_makes_it_an_interval(
    store: Store, known: Inventory
) -> None:
    portal, ohne = ranked(store, known).ranking
    # duplicate of its own district: 5 × (1 − 0.9); overlap with the neighbour: 5 × 0.7 × 0.6 ÷ 3
    assert [score.value for score in portal.scores] == [5.0, 3.0, 4.0, 0.5, 0.7]
    assert (portal.value, portal.lowest, portal.highest) == (0.528, 0.528, 0.528)
    assert [score.value for score in ohne.scores] == [2.0, None, 4.0, 0.5, 1.0]
    assert (ohne.value, ohne.lowest, ohne.highest) == (0.4, 0.3, 0.5)
    assert [(r.rank, r.best_rank, r.worst_rank) for r in (portal, ohne)] == [(1, 1, 1), (2, 2, 2)]
    assert portal.scores[3].reason == "Dopplung mit „measure/ohne“, im eigenen Kreis (Stärke 0,90)."
    assert portal.scores[3].findings == ("f3",)
    assert ohne.scores[4].by == "people"


def test_weights_change_the_ranking_and_unknown_ranks_are_intervals(store: Store, known: Inventory) -> None:
    found = ranked(
        store,
        known,
        weights={"professional": 0, "resources": 1, "willingness": 0, "no_duplication": 0, "synergy": 0},
    )
    assert found.weights["resources"] == 1
    first, second = found.ranking
    assert (first.label, first.best_rank, first.worst_rank) == ("Portal", 1, 2)
    assert (second.label, second.best_rank, second.worst_rank, second.lowest, second.highest) == (
        "Ohne Thema",
        1,
        2,
        0,
        1,
    )
    assert "je nach den unbekannten Angaben Platz 1 bis 2" in first.sentence


def test_what_swaps_two_neighbours(store: Store, known: Inventory) -> None:
    """Portal leads by 0.128 × 5; of its scores only synergy is lower (0.7 to 1.0), so that must weigh more."""
    [swap] = ranked(store, known).swaps
    # 0.2 × (3 + 0.5 + 0 + 0 − 0.3) = 0.64; professional would have to fall by 0.64 ÷ 3 = 0.2133, more than its 0.2
    assert (swap.criterion, swap.weight, swap.needed) == ("synergy", 0.2, round(0.2 + 0.64 / 0.3, 4))
    assert swap.change == pytest.approx(0.64 / 0.3 / 0.2, abs=1e-3)


def test_runs_are_the_same_with_the_same_seed_and_firm_where_nothing_is_open(
    store: Store, known: Inventory
) -> None:
    one, again = (ranked(store, known, top=1, spread=0) for _ in range(2))
    assert one == again
    assert ranked(store, known, top=1).ranking[0].in_top == ranked(store, known, top=1).ranking[0].in_top < 1
    assert [r.in_top for r in one.ranking] == [1.0, 0.0]  # 0.528 against at most 0.5
    both = ranked(store, known, top=2)
    assert [r.in_top for r in both.ranking] == [1.0, 1.0]


def test_without_scores_all_measures_of_the_district_are_ranked_and_what_people_did_not_say_is_unknown(
    store: Store, known: Inventory
) -> None:
    found = priorities(store, known, [], "00001", "adjacent")
    assert [r.label for r in found.ranking] == ["Ohne Thema", "Portal"]
    assert [s.value for s in found.ranking[0].scores] == [None, None, None, 5.0, 0.0]
    assert {r.rank for r in found.ranking} == {1}
    assert [
        r.in_top for r in priorities(store, known, [], "00001", "adjacent", top=1, spread=0).ranking
    ] == pytest.approx([0.5, 0.5], abs=0.05)
    alone = priorities(store, known, [], "00001", "levels")
    assert [s.value for s in alone.ranking[0].scores] == [None] * 5


def test_measures_of_another_district_can_be_ranked_but_are_not_compared(
    store: Store, known: Inventory
) -> None:
    given = {iri("measure/kabel"): {"professional": 5.0}, iri("measure/portal"): {"professional": 5.0}}
    found = priorities(store, known, [SERVES, SAME, OWN], "00001", "adjacent", given)
    kabel = next(ranked for ranked in found.ranking if ranked.label == "Kabel")
    assert [score.value for score in kabel.scores] == [5.0, None, None, None, None]
    assert kabel.scores[3].reason == "Gehört zu Kreis Birke; verglichen ist hier nur, was Kreis Ahorn hat."


def test_ranks_of_many_measures_are_those_of_each_pair(store: Store) -> None:
    names = [f"m{number}" for number in range(60)]
    facts = " ".join(
        f':{n} a zg:Measure ; zg:ofAuthority district:ahorn ; skos:prefLabel "{n}"@de .' for n in names
    )
    many = store_of(PREFIXES + PLACES + facts)
    given: dict[str, dict[str, float | None]] = {
        iri(f"measure/{n}"): {"professional": float(i % 6), "resources": None if i % 7 == 0 else float(i % 4)}
        for i, n in enumerate(names)
    }
    found = priorities(many, inventory(many), [], "00001", "adjacent", given, runs=1).ranking
    for one in found:
        others = [other for other in found if other is not one]
        assert one.rank == 1 + sum(other.value > one.value for other in others)
        assert one.best_rank == 1 + sum(other.lowest > one.highest for other in others)
        assert one.worst_rank == 1 + sum(other.highest > one.lowest for other in others)


def test_the_same_far_away_is_no_duplication_but_a_lesson(known: Inventory) -> None:
    apart = PLACES.replace("t:birke, t:erle", "t:erle")
    found = store_of(PREFIXES + apart + AHORN + BIRKE)
    told = priorities(found, inventory(found), [SAME], "00001", "all", {iri("measure/portal"): {}})
    [_, _, _, duplication, synergy] = told.ranking[0].scores
    assert (duplication.value, synergy.value) == (5.0, 0.0)
    assert "Lernen kann man weiter weg von „measure/kabel“" in duplication.reason


def test_where_each_works_on_its_own_only_half_is_duplicated(store: Store, known: Inventory) -> None:
    own_nets = SAME | {"dimensions": [{"name": "territory", "value": 0.0, "reason": ""}]}
    told = priorities(store, known, [own_nets], "00001", "adjacent", {iri("measure/portal"): {}})
    assert told.ranking[0].scores[3].value == 4.25  # 5 × (1 − 0.5 × 0.6 × 0.5)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"weights": {"schoen": 1}}, "schoen"),
        ({"weights": {"synergy": -1}}, "0 oder größer"),
        (
            {
                "weights": dict.fromkeys(
                    ("professional", "resources", "willingness", "no_duplication", "synergy"), 0
                )
            },
            "Mindestens ein",
        ),
        ({"runs": 0}, "Zahl der Läufe"),
        ({"spread": 1.0}, "Spanne"),
        ({"given": {iri("measure/portal"): {"synergy": 6}}}, "von 0 bis 5"),
        ({"given": {iri("measure/portal"): {"mut": 1}}}, "mut"),
        ({"given": {iri("need/netz"): {}}}, "Die Maßnahme „need/netz“"),
    ],
)
def test_what_cannot_be_is_refused(store: Store, known: Inventory, more: dict[str, Any], said: str) -> None:
    with pytest.raises((Unknown, InvalidData), match=said):
        priorities(store, known, [], "00001", "adjacent", **more)


# Scores from files.

CSV = "Maßnahme;Titel;fachliches Gewicht;resources\nGewicht;;2;1\nPortal;egal;4,5;?\nmeasure/ohne;;;3\n"


YAML = """
weights: {professional: 2, resources: 1}
scores:
  Portal: {professional: 4.5, resources: null}
  measure/ohne: {resources: 3, professional: "?"}
"""
AS_JSON = {
    "weights": {"professional": 2, "resources": 1},
    "scores": {
        "Portal": {"professional": 4.5, "resources": None},
        "measure/ohne": {"professional": None, "resources": 3},
    },
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", CSV),
        ("a.yaml", YAML),
        ("a.json", json.dumps(AS_JSON)),
    ],
)  # fmt: skip
def test_scores_are_read_from_every_form(name: str, text: str, tmp_path: Path, known: Inventory) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    found = read_scores(file, known, "00001")
    assert found.weights == {"professional": 2, "resources": 1}
    assert found.scores == {
        iri("measure/portal"): {"professional": 4.5, "resources": None},
        iri("measure/ohne"): {"professional": None, "resources": 3},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Maßnahme;synergy\nPortal;6\n", "Zeile 2.*6 liegt nicht zwischen 0 und 5"),
        ("Maßnahme;synergy\nPortal;viel\n", "Zeile 2.*„viel“ ist keine Zahl"),
        ("Maßnahme;schön\nPortal;1\n", "Das Kriterium „schön“ gibt es nicht"),
        ("Maßnahme;synergy\nPortel;1\n", "Zeile 2.*Meinten Sie: measure/portal"),
        ("Maßnahme;synergy\nPortal;1\nPortal;2\n", "Zeile 3.*zweimal"),
        ("Name;synergy\nPortal;1\n", "Spalte „Maßnahme“"),
        ("Maßnahme;synergy\n", "nennt keine Maßnahme"),
    ],
)
def test_a_careless_table_is_named_with_its_line(
    text: str, said: str, tmp_path: Path, known: Inventory
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidData, match=said):
        read_scores(file, known, "00001")


def test_the_empty_table_can_be_filled_in_and_read(known: Inventory, tmp_path: Path) -> None:
    file = tmp_path / "leer.csv"
    file.write_text(template(known, "00001"), encoding="utf-8-sig")
    found = read_scores(file, known, "00001")
    assert set(found.scores) == {iri("measure/portal"), iri("measure/ohne")}
    assert {value for said in found.scores.values() for value in said.values()} == {None}


# HTTP and command line.


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    shown = Shown(
        lambda: store, lambda: "1", lambda district, circle: [SERVES, SAME, OWN], lambda identity: None
    )
    with TestClient(create_app(Service(shown, shown, "00001", "0"))) as found:
        yield found


def test_every_answer_is_to_be_had_over_http(client: TestClient, shown: Board) -> None:
    assert len(client.get("/api/v1/crosswalk").json()["mappings"]) == 3
    assert [
        m["field_label"] for m in client.get("/api/v1/crosswalk?strategy=strategy/alt").json()["mappings"]
    ] == ["Digitales früher"]
    answer = client.get("/api/v1/board?circle=adjacent").json()
    assert [row["sentence"] for row in answer["rows"]] == [row.sentence for row in shown.rows]
    assert answer["rows"][0]["cells"][0]["entries"][1]["iri"] == iri("measure/portal")
    assert client.get("/api/v1/counties?a=00001&b=00002").json()["sections"][4]["both"][0]["finding"] == "f2"
    assert client.get("/api/v1/gaps?circle=adjacent").json()["needs"][0]["service"] == "nowhere"
    body = {"circle": "adjacent", "scores": {"measure/portal": {"professional": 5, "resources": None}}}
    assert client.post("/api/v1/priorities", json=body).json()["ranking"][0]["label"] == "Portal"


def test_the_board_comes_as_csv_and_as_a_workbook(client: TestClient, tmp_path: Path) -> None:
    answer = client.get("/api/v1/board?circle=adjacent&format=csv")
    assert answer.text.splitlines()[1].startswith('Digitales,"1 H, 1 M, 2 B",1 M,?')
    file = tmp_path / "tafel.xlsx"
    file.write_bytes(client.get("/api/v1/board?circle=adjacent&format=xlsx&list=true").content)
    sheet = load_workbook(file).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][:3] == ["Thema", "Kreis", "Stand"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("board?circle=quer", 404),
        ("board?under=theme/nichts&circle=adjacent", 404),
        ("board?district=99999", 404),
        ("counties?a=00001&b=00001", 400),
        ("counties?a=00001", 422),
        ("crosswalk?strategy=strategy/nichts", 404),
        ("gaps?circle=quer", 404),
    ],
)
def test_wrong_addresses_get_a_german_reason(client: TestClient, address: str, status: int) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"scores": {"measure/nichts": {}}}, 404),
        ({"scores": {"measure/portal": {"synergy": 9}}}, 422),
        ({"runs": 10**6}, 422),
        ({"fremd": 1}, 422),
        ({"weights": {"synergy": -1}}, 422),
    ],
)
def test_wrong_priorities_get_a_german_reason(client: TestClient, body: dict[str, Any], status: int) -> None:
    answer = client.post("/api/v1/priorities", json={"circle": "adjacent", **body})
    assert answer.status_code == status


def test_the_command_line_says_the_same(home: Home, tmp_path: Path) -> None:
    def said(*command: str) -> str:
        made = CliRunner().invoke(main, [*command, "--data-dir", str(home.directory)], env={"COLUMNS": "200"})
        assert made.exit_code == 0, made.output
        return made.output

    assert len(json.loads(said("crosswalk", "--json"))["mappings"]) == 3
    told = said(
        "crosswalk",
        "--set",
        "neues",
        "wohnen",
        "--relation",
        "close",
        "--by",
        "Stabsstelle",
        "--reason",
        "Passt.",
    )
    assert told.startswith("„Neues Feld“ (Neu) entspricht ungefähr dem Thema „Wohnen“. Passt.")
    assert "Zurückgenommen am" in said(
        "crosswalk", "--withdraw", "neues", "wohnen", "--by", "Amt", "--reason", "Doch nicht."
    )
    history = json.loads(said("crosswalk", "--history", "--json"))
    assert "Doch nicht." in json.dumps(history, ensure_ascii=False)
    assert "Kreis Birke" in said("board", "--district", "00001", "--circle", "adjacent")
    assert (
        json.loads(said("board", "--district", "Kreis Ahorn", "--circle", "adjacent", "--json"))["district"]
        == "00001"
    )
    assert "Akteure: 1 nur in Kreis Ahorn, 0 nur in Kreis Birke, 1 in beiden." in said(
        "counties", "00001", "Kreis Birke"
    )
    assert "Kreis Ahorn: 3 Bedarfe" in said("gaps", "--district", "00001")
    scores = tmp_path / "scores.csv"
    scores.write_text("Maßnahme;professional\nPortal;5\n", encoding="utf-8")
    assert "Portal" in said(
        "priorities",
        "--district",
        "00001",
        "--scores",
        str(scores),
        "--weights",
        "professional=3;synergy=1,5",
    )
    wrong = CliRunner().invoke(
        main, ["crosswalk", "--set", "neues", "wohnen", "--data-dir", str(home.directory)]
    )
    assert (wrong.exit_code, "--relation" in wrong.output) == (2, True)


# Changes of the crosswalk over HTTP.

BEARER = {"Authorization": "Bearer ein-token-zum-testen-mit-genug-zeichen"}
PASSWORD = "ein gutes Passwort"
SAID = {"relation": "close", "by": "Stabsstelle", "reason": "Passt ungefähr."}


@pytest.fixture
def writable(home: Home) -> TestClient:
    """The service on the counties, with an editor, a reader and an administrator's token."""
    accounts = Accounts(home.directory / FILE, BEARER["Authorization"].removeprefix("Bearer "))
    accounts.add("Edda", Role.EDITOR, PASSWORD)
    accounts.add("Lena", Role.READER, PASSWORD)
    shown = [
        Shown(edition.read, lambda e=edition: e.fingerprint, lambda *_: [], lambda _: None)  # type: ignore[misc]
        for edition in (home.public, home.internal)
    ]
    return TestClient(create_app(Service(*shown, "00001"), Engine(home), accounts))


def test_editors_map_a_field_and_take_it_back(writable: TestClient, home: Home) -> None:
    at = "/api/v1/crosswalk/neues/wohnen"
    made = writable.put(at, json=SAID, headers=BEARER)
    assert (made.status_code, made.json()["theme"]) == (200, iri("theme/wohnen"))
    assert made.json()["sentence"].startswith("„Neues Feld“ (Neu) entspricht ungefähr dem Thema „Wohnen“.")
    assert _mapped(home, "neues") == [("close", "Wohnen")]
    again = writable.put(at, json=SAID | {"by": "Andere"}, headers=BEARER).json()
    assert (again["iri"], again["by"]) == (made.json()["iri"], "Stabsstelle")
    shown = {m["field_label"] for m in writable.get("/api/v1/crosswalk").json()["mappings"]}
    assert "Neues Feld" in shown  # for everybody, at once
    asked = {"by": "Amt", "reason": "Doch nicht."}
    [gone] = writable.delete(at, params=asked, headers=BEARER).json()
    assert (gone["withdrawn_by"], gone["withdrawal_reason"]) == ("Amt", "Doch nicht.")
    assert _mapped(home, "neues") == []
    assert writable.delete(at, params=asked, headers=BEARER).status_code == 404


def test_a_field_is_named_by_short_name_address_or_name(writable: TestClient, home: Home) -> None:
    for field in ("action-field/neues", quote(iri("action-field/neues"), safe=""), "Neues%20Feld"):
        asked = f"/api/v1/crosswalk/{field}/Wohnen"
        assert writable.put(asked, json=SAID, headers=BEARER).json()["field"] == iri("action-field/neues")
    assert len(home.journal()) == 2  # the load of the fixture, and one change


def test_a_session_needs_the_role_of_an_editor_and_its_token_against_forgery(writable: TestClient) -> None:
    at = "/api/v1/crosswalk/neues/wohnen"
    assert writable.put(at, json=SAID).status_code == 401
    assert writable.delete(at, params={"by": "Amt", "reason": "So."}).status_code == 401
    for name, status in (("Lena", 403), ("Edda", 200)):
        writable.cookies.clear()
        writable.post("/anmelden", data={"name": name, "password": PASSWORD}, follow_redirects=False)
        assert writable.put(at, json=SAID).status_code == 403  # without the token of the page
        shown = re.search(r'name="csrf" value="([^"]+)"', writable.get("/anmelden").text)
        assert shown
        assert writable.put(at, json=SAID, headers={"X-CSRF-Token": shown[1]}).status_code == status


@pytest.mark.parametrize(
    ("address", "change", "status", "said"),
    [
        ("neues/wohnne", {}, 404, "Das Thema „wohnne“"),
        ("neu/wohnen", {}, 404, "Das Handlungsfeld „neu“"),
        ("neues/wohnen", {"relation": "fast"}, 404, "Das Verhältnis „fast“"),
        ("neues/wohnen", {"by": " "}, 422, "Es fehlt die Stelle"),
        ("neues/wohnen", {"fremd": 1}, 422, "fremd"),
    ],
)
def test_a_wrong_change_gets_a_german_reason(
    writable: TestClient, address: str, change: dict[str, Any], status: int, said: str
) -> None:
    answer = writable.put(f"/api/v1/crosswalk/{address}", json=SAID | change, headers=BEARER)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
