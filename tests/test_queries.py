"""The catalogue of questions: every one is answerable, says for whom it is, and cannot be tampered with."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.store import Store
from queries import WrongParameter, named, names
from queries.catalogue import Parameter, Query, parsed, replaced

PREFIX = "https://w3id.org/zukunftsgraph/id/"


@pytest.mark.parametrize("name", names())
def test_every_question_says_what_is_asked_and_for_whom_and_has_rows(name: str, store: Store) -> None:
    query = named(name)
    assert query.question.endswith("?")
    assert query.summary.endswith("?")
    assert " – " in query.audience
    assert "ORDER BY" in query.text
    assert len(query.select(store)) > 0


def test_who_sits_in_the_sounding_board(store: Store) -> None:
    rows = [r for r in named("who-sits-in-which-body").select(store) if r["bodyLabel"] == "Sounding Board"]
    members = {r["memberLabel"] for r in rows}
    assert {"Bosch", "Dürr", "Mann+Hummel", "Marabu", "Pflugfelder", "Porsche", "USU"} <= members
    assert "Wüstenrot & Württembergische" in members
    assert "Wüstenrot Bausparkasse AG" not in members
    offices = {str(r["officeLabel"]).partition(" (")[0] for r in rows}
    assert {"IHK-Präsident", "Kreishandwerksmeister"} <= offices


def test_the_35_needs_of_the_workshop_have_no_project(store: Store) -> None:
    rows = [r for r in named("needs-without-project").select(store) if r["factorLabel"]]
    assert len(rows) == 35
    assert sum(r["groupLabel"] is None for r in rows) == 6


def test_infrastructure_and_space_is_the_one_known_white_spot(store: Store) -> None:
    rows = named("fields-without-project").select(store)
    assert [r["fieldLabel"] for r in rows if r["finding"] == "kein Projekt genannt"] == [
        "Infrastruktur und Raum als Erfolgsfaktoren ausbauen"
    ]
    assert "Digitalisierung" in [r["fieldLabel"] for r in rows if r["finding"] == "unbekannt"]


def test_the_regional_agency_connects_counties(store: Store) -> None:
    found = {r["actorLabel"]: r["where"] for r in named("who-is-active-in-two-districts").select(store)}
    assert "Landkreis Ludwigsburg" in str(found["Wirtschaftsförderung Region Stuttgart"])
    assert "Prognos AG" in found
    assert not any("Kreissparkasse" in str(a) and "Ludwigsburg" in str(w) for a, w in found.items())


def test_money_by_year_leaves_a_gap_of_60000_euros(store: Store) -> None:
    rows = named("money-by-year-with-gap").select(store)
    assert [(r["year"], r["available"], r["needed"], r["gap"]) for r in rows] == [
        (2025, 72577, 72577, 0),
        (2026, 0, 20000, 20000),
        (2027, 0, 20000, 20000),
        (2028, 0, 20000, 20000),
    ]


def test_open_points_name_the_tenth_project_and_the_strategy_house(store: Store) -> None:
    rows = named("open-points-and-missing-documents").select(store)
    assert any("zehnte" in str(r["label"]).lower() for r in rows)
    assert any("Strategiehaus" in str(r["label"]) for r in rows)
    assert sum("Anlage" in str(r["thing"]) or "anlage" in str(r["thing"]) for r in rows) >= 4


def test_formats_carry_qualified_numbers(store: Store) -> None:
    rows = named("formats-with-numbers").select(store)
    numbers = {(r["formatLabel"], r["qualifierLabel"], r["value"]) for r in rows}
    assert {
        ("Kickoff-Veranstaltung", "mehr als", 60),
        ("Strategiewerkstatt", "ungefähr", 40),
        ("Unternehmensbefragung", "ungefähr", 190),
        ("Unternehmensworkshop", "genau", 15),
    } <= numbers


def test_all_that_the_strategy_workshop_says(store: Store) -> None:
    rows = named("all-that-one-source-says").select(
        store, {"dataset": f"{PREFIX}dataset/ludwigsburg-strategiewerkstatt-2025"}
    )
    assert {r["document"] for r in rows} == {f"{PREFIX}document/ergebnisse-der-strategiewerkstatt"} or len(
        rows
    ) > 150
    assert all(r["start"] is not None for r in rows)


def test_possible_contributions_are_no_accepted_statements(store: Store) -> None:
    assert named("possible-contributions").select(store)
    assert not store.ask(
        "PREFIX zg: <https://w3id.org/zukunftsgraph/def#> ASK { ?project a zg:Measure ; zg:contributesTo ?goal }"
    )


def test_parameters_are_replaced_outside_strings_iris_and_comments_only() -> None:
    text = "SELECT * { ?s ?p ?_x . # ?_x\n FILTER(?s = \"?_x\" || ?s = <urn:?_x> || ?s = '''?_x''') }"
    assert replaced(text, {"?_x": "<urn:y>"}) == text.replace("?p ?_x", "?p <urn:y>")


def test_wrong_parameters_are_refused() -> None:
    query = Query("q", "?", "?", "x", "SELECT ?_a", (Parameter("a", "integer", "Zahl"),))
    for values in ({}, {"b": "1"}, {"a": "eins"}, {"a": "1", "b": "2"}):
        with pytest.raises(WrongParameter):
            query.filled(values)
    assert query.filled({"a": "7"}).endswith('"7"^^<http://www.w3.org/2001/XMLSchema#integer>')


SECRET = ox.Store()
SECRET.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:geheim"), ox.Literal("geheim")))
STRINGS = Query("q", "?", "?", "x", "SELECT ?o { BIND(?_a AS ?o) }", (Parameter("a", "string", "Text"),))
THINGS = Query("q", "?", "?", "x", "SELECT ?o { BIND(?_a_iri AS ?o) }", (Parameter("a", "iri", "Ding"),))


@given(st.text() | st.sampled_from(['" } UNION { ?s ?p ?o } #', '\\" AS ?x) ?s <urn:geheim> ?o BIND("']))
def test_a_string_parameter_stays_a_string(value: str) -> None:
    try:
        rows = Store(SECRET).select(STRINGS.filled({"a": value}))
    except SyntaxError:  # signs that no SPARQL text may hold, refused by the engine
        assert any(ord(sign) < 32 or 0xD800 <= ord(sign) <= 0xDFFF or sign == "\ufffe" for sign in value)
        return
    assert [row["o"] for row in rows] == [value]


@given(st.text() | st.sampled_from(["urn:x> } UNION { ?s ?p ?o } #", "urn:a b", "urn:<x>"]))
def test_an_iri_parameter_stays_an_iri(value: str) -> None:
    try:
        text = THINGS.filled({"a": value})
    except WrongParameter:
        return
    assert [row["o"] for row in Store(SECRET).select(text)] in ([value], [None])


def test_a_file_without_header_is_a_question_too() -> None:
    assert parsed("frei", "SELECT * { ?s ?p ?o }").parameters == ()
