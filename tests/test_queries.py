"""The catalogue of questions: every one has its exact answer, says for whom it is, and cannot be tampered with.

The answers on the invented counties stand in `data/answers.yaml` beside `data/questions.trig`; the tests by name ask
the shipped graph and can be checked against the sources.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Dataset, Graph, Literal, Node, Variable
from rdflib.compare import graph_diff, to_isomorphic
from rdflib.plugins import sparql as rdflib_sparql

from graph.store import Store
from ontology.namespaces import RDF, SKOS, XSD, ZG
from queries import WrongParameter, named, names
from queries.catalogue import BASE, Parameter, Query, parsed
from queries.lexer import substituted

DATA = Path(__file__).parent / "data"
COUNTIES = (DATA / "questions.trig").read_text("utf-8")
PREFIXES = "\n".join(line for line in COUNTIES.splitlines() if line.startswith("@prefix"))
ANSWERS: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "answers.yaml").read_text("utf-8"))
USERS = ["Strategin", "Analyst", "Anderer Kreis", "Gremienmitglied", "Kämmerei", "Open-Data-Stelle"]


@pytest.fixture(scope="module")
def counties() -> Store:
    """The invented counties, where every German word has a French twin that no answer may hold."""
    inner = ox.Store()
    inner.load(COUNTIES.encode(), format=ox.RdfFormat.TRIG)
    for quad in list(inner):
        said = quad.predicate.value == str(RDF.object)
        if isinstance(quad.object, ox.Literal) and quad.object.language == "de" and not said:
            twin = ox.Literal(f"fr: {quad.object.value}", language="fr")
            inner.add(ox.Quad(quad.subject, quad.predicate, twin, quad.graph_name))
    return Store(inner)


@pytest.fixture(scope="module")
def elsewhere() -> Dataset:
    """The same in rdflib, whose evaluator shares no line with Oxigraph's."""
    dataset = Dataset(default_union=False)
    dataset.parse(data=COUNTIES, format="trig")
    return dataset


def told(store: Store, name: str, columns: str, **values: str) -> list[tuple[Any, ...]]:
    """Some columns of an answer; addresses without their common beginning."""
    rows = named(name).select(store, values)
    return [tuple(_short(row[column]) for column in columns.split()) for row in rows]


def _short(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.removeprefix(BASE) if isinstance(value, str) else value


def _plain(term: Node | None) -> Any:
    if isinstance(term, Literal) and term.datatype in (XSD.integer, XSD.decimal):
        return _short(Decimal(term))
    return None if term is None else str(term).removeprefix(BASE)


def test_every_question_has_an_answer_and_every_answer_a_question() -> None:
    assert set(ANSWERS) == set(names())
    assert len(names()) >= 32
    assert sum(named(name).form == "CONSTRUCT" for name in names()) >= 3


@pytest.mark.parametrize("name", names())
def test_the_answer_on_the_invented_counties_is_exact(name: str, counties: Store) -> None:
    answer = ANSWERS[name]
    values = answer.get("with", {})
    if "triples" in answer:
        expected = Graph().parse(data=f"{PREFIXES}\n{answer['triples']}", format="turtle")
        found = counties.construct(named(name).filled(values))
        german = Graph()
        for triple in found:
            if not (
                isinstance(triple[2], Literal) and triple[2].language == "fr"
            ):  # a graph keeps every language
                german.add(triple)
        _, missing, surplus = graph_diff(to_isomorphic(expected), to_isomorphic(german))
        assert not set(missing), "missing"
        assert not set(surplus), "surplus"
    else:
        assert told(counties, name, " ".join(answer["columns"]), **values) == [
            tuple(r) for r in answer["rows"]
        ]


OTHERWISE = {"money-by-year-with-gap": "rdflib makes a group of a SUM without rows where it is joined"}


@pytest.mark.parametrize(
    "name", sorted({name for name in names() if "rows" in ANSWERS[name]} - set(OTHERWISE))
)
def test_another_implementation_answers_the_same_in_the_same_order(
    name: str, elsewhere: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What rdflib and Oxigraph answer alike does not hang on either; so the files may be taken to other engines."""
    monkeypatch.setattr(rdflib_sparql, "SPARQL_DEFAULT_GRAPH_UNION", False)
    answer = ANSWERS[name]
    found = elsewhere.query(named(name).filled(answer.get("with", {}))).bindings
    rows = [tuple(_plain(row.get(Variable(column))) for column in answer["columns"]) for row in found]
    assert rows == [tuple(row) for row in answer["rows"]]


def test_a_theme_of_one_district_is_none_of_many(counties: Store) -> None:
    assert told(counties, "themes-of-many-districts", "themeLabel", least="2") == [("Klimaschutz",)]
    assert told(counties, "themes-of-many-districts", "themeLabel", least="3") == []


OF_JUDGEMENTS = {
    *("history-of-an-overlap", "judgements-in-force", "judgements-that-contradict"),
    *("what-is-due", "what-was-judged-the-same"),
}
"""What people decide is not shipped."""


@pytest.mark.parametrize("name", names())
def test_every_question_says_what_is_asked_and_for_whom_and_finds_something(name: str, store: Store) -> None:
    query = named(name)
    assert query.question.endswith("?")
    assert "?" in query.summary
    assert query.audience.partition(" – ")[2]
    assert set(query.users) <= set(USERS)
    assert "ORDER BY" in query.text
    assert all(parameter.default for parameter in query.parameters)
    if query.form == "CONSTRUCT":
        assert len(store.construct(query.filled({}))) > 10
    else:
        assert bool(query.select(store)) is (name not in OF_JUDGEMENTS)


@pytest.mark.parametrize("name", names())
def test_a_question_has_exactly_the_parameters_of_its_header(name: str) -> None:
    query = named(name)
    marked = {p.name: f"?<{p.name}>" for p in query.parameters}
    variables = {f"?_{p.name}{'_iri' if p.type == 'iri' else ''}": marked[p.name] for p in query.parameters}
    text = substituted(query.text, variables)
    assert all(mark in text for mark in marked.values())
    assert "?_" not in text


@pytest.mark.parametrize("name", names())
def test_every_question_is_understood_by_another_implementation(name: str) -> None:
    """rdflib's parser knows SPARQL 1.1 and nothing of Oxigraph; an unfilled file may be pasted into an editor."""
    rdflib_sparql.prepareQuery(named(name).filled({}))
    rdflib_sparql.prepareQuery(named(name).text)


@pytest.mark.parametrize("name", ["measures-by-activity", "measures-for-a-group"])
def test_choices_are_the_values_of_their_code_list(name: str, store: Store) -> None:
    [parameter] = named(name).parameters
    codes = store.select(
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?code ?label { GRAPH ?g { "
        f"?code skos:inScheme <{parameter.base.rstrip('/')}> ; skos:prefLabel ?label FILTER(lang(?label) = 'de') }} }}"
    )
    assert {str(c["code"]).removeprefix(parameter.base): c["label"] for c in codes} == dict(parameter.choices)


# What the sources say, question by question.


def test_who_sits_in_the_sounding_board(store: Store) -> None:
    rows = told(store, "who-sits-in-which-body", "bodyLabel memberLabel officeLabel roleLabel")
    assert [row[1:] for row in rows if row[0] == "Sounding Board"] == [
        (None, "Geschäftsführer der Wirtschaftsförderung Region Stuttgart", "Mitglied"),
        (None, "IHK-Präsident", "Mitglied"),
        (None, "Kreishandwerksmeister", "Mitglied"),
        ("Bosch", None, "Mitglied"),
        ("Dietmar Allgaier", "Landrat des Landkreises Ludwigsburg", "Vorsitz"),
        ("Dürr", None, "Mitglied"),
        ("Mann+Hummel", None, "Mitglied"),
        ("Marabu", None, "Mitglied"),
        ("Pflugfelder", None, "Mitglied"),
        ("Porsche", None, "Mitglied"),
        ("USU", None, "Mitglied"),
        ("Wüstenrot & Württembergische", None, "Mitglied"),
    ]


def test_the_35_needs_of_the_workshop_have_no_project(store: Store) -> None:
    rows = [r for r in named("needs-without-project").select(store) if r["factorLabel"]]
    assert len(rows) == 35
    assert sum(r["groupLabel"] is None for r in rows) == 6


def test_the_needs_stand_under_four_success_factors_in_the_order_of_the_paper(store: Store) -> None:
    rows = told(store, "needs-of-the-success-factors", "factorLabel sequence")
    assert [number for _, number in rows] == list(range(1, 36))
    assert list(dict.fromkeys(factor for factor, _ in rows)) == [
        "Mensch als Erfolgsfaktor",
        "Infrastruktur als Erfolgsfaktor",
        "Politik/ Verwaltung als Erfolgsfaktor",
        "Image als Erfolgsfaktor",
    ]
    assert not [need for theme, need in told(store, "needs-and-their-themes", "theme need") if theme is None]


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


def test_boeblingen_and_esslingen_share_one_consultant(store: Store) -> None:
    assert told(store, "actors-two-districts-share", "actorLabel inFirst inSecond") == [
        (
            "Mobilitätswerk GmbH",
            "Ladeinfrastruktur-Konzept für den Landkreis Böblingen mit Standortumfrage",
            "Elektromobilitätskonzept für den Landkreis Esslingen",
        )
    ]


def test_money_by_year_leaves_a_gap_of_60000_euros(store: Store) -> None:
    assert told(store, "money-by-year-with-gap", "year available needed gap") == [
        (2025, 72577, 72577, 0),
        (2026, 0, 20000, 20000),
        (2027, 0, 20000, 20000),
        (2028, 0, 20000, 20000),
    ]


def test_the_money_of_2025_comes_from_two_parts(store: Store) -> None:
    rows = told(store, "budget-items-by-kind", "wholeLabel amount role kindLabel")
    assert sorted(row[1:] for row in rows if row[0] == "Verfügbares Budget 2025") == [
        (20000, "Teilbetrag", "geplant"),
        (52577, "Teilbetrag", "übertragen"),
    ]
    assert {row[1] for row in rows if row[2] == "Summe"} == {72577, 132577}


def test_open_points_name_the_tenth_project_and_the_strategy_house(store: Store) -> None:
    rows = named("open-points-and-missing-documents").select(store)
    assert any("zehnte" in str(r["label"]).lower() for r in rows)
    assert any("Strategiehaus" in str(r["label"]) for r in rows)
    assert sum("anlage" in str(r["thing"]) for r in rows) == 4


def test_four_attachments_of_the_paper_are_missing(store: Store) -> None:
    assert told(store, "papers-with-missing-attachments", "paperLabel attachmentLabel") == [
        ("Vorlage AUT_18/2025", "Anlage 1 zu AUT_18/2025: Sounding Board"),
        ("Vorlage AUT_18/2025", "Anlage 2 zu AUT_18/2025: Ergebnisse der Online-Befragung"),
        ("Vorlage AUT_18/2025", "Anlage 3 zu AUT_18/2025: Ergebnisse der Strategiewerkstatt"),
        ("Vorlage AUT_18/2025", "Anlage 4 zu AUT_18/2025: Strategiehaus"),
    ]


def test_formats_carry_qualified_numbers(store: Store) -> None:
    assert told(store, "formats-with-numbers", "begin formatLabel qualifierLabel value unit") == [
        ("2024-10-01", "Kickoff-Veranstaltung", "mehr als", 60, "Teilnehmende"),
        ("2025-01-14", "Strategiewerkstatt", "genau", 4, "Erfolgsfaktoren"),
        ("2025-01-14", "Strategiewerkstatt", "ungefähr", 40, "Teilnehmende"),
        ("2025-02-25", "Unternehmensbefragung", "ungefähr", 190, "Unternehmen"),
        ("2025-03-25", "Unternehmensworkshop", "genau", 15, "Vertreterinnen und Vertreter von Unternehmen"),
    ]


def test_all_that_the_strategy_workshop_says(store: Store) -> None:
    rows = told(
        store,
        "all-that-one-source-says",
        "document start",
        dataset="dataset/ludwigsburg-strategiewerkstatt-2025",
    )
    assert {document for document, _ in rows} == {"document/ergebnisse-der-strategiewerkstatt-14-01-2025"}
    assert all(start is not None for _, start in rows)


def test_possible_contributions_are_no_accepted_statements(store: Store) -> None:
    rows = told(store, "possible-contributions", "project goal")
    assert (
        "project/schaffung-einer-gemeinsamen-identitaet-und-zielgerichtete",
        "goal/der-wirtschaftsstandort-landkreis-ludwigsburg-hat-sich-als",
    ) in rows
    assert not store.ask(
        "PREFIX zg: <https://w3id.org/zukunftsgraph/def#> ASK { ?project a zg:Measure ; zg:contributesTo ?goal }"
    )


def test_ludwigsburg_has_seven_project_ideas_in_five_fields(store: Store) -> None:
    rows = told(store, "measures-of-a-district", "measureLabel kind statusLabel fieldLabel")
    ideas = [row for row in rows if row[2] == "Idee"]
    assert len(ideas) == 7
    assert {row[1] for row in ideas} == {"Projekt"}
    assert {row[3] for row in ideas} == {
        "Bildung und Fachkräfte für die Arbeitswelt von Morgen sichern",
        "Die Verwaltung und Wirtschaftsförderung als Lotse und Enabler",
        "Identität des Wirtschaftsstandorts schaffen und ausbauen",
        "Mit Wissenstransfer, Vernetzung und Gründungsförderung eine erfolgreiche Transformation gestalten",
        "Ressourceneffizienz in der Wirtschaft fördern",
    }


def test_lead_and_kind_of_the_seven_ideas_are_unknown(store: Store) -> None:
    rows = dict(told(store, "what-the-sources-do-not-say", "measure unknown"))
    ideas = [m for m, f in told(store, "measures-of-a-district", "measure fieldLabel") if f is not None]
    assert {rows[idea] for idea in ideas} == {"Beginn; Federführung; Geld; Projektart"}


def test_both_boards_confirmed_the_seven_ideas(store: Store) -> None:
    rows = told(store, "measures-that-bodies-confirmed", "measure bodies")
    ideas = [m for m, f in told(store, "measures-of-a-district", "measure fieldLabel") if f is not None]
    assert rows == [(idea, "Lenkungskreis der Kreiswirtschaftsförderung; Sounding Board") for idea in ideas]


def test_the_strategy_has_four_goals_six_fields_five_criteria_three_kinds(store: Store) -> None:
    rows = told(store, "goals-and-fields-of-a-strategy", "kind sequence")
    assert [n for kind, n in rows if kind == "2 Strategisches Ziel"] == [1, 2, 3, 4]
    assert [n for kind, n in rows if kind == "3 Handlungsfeld"] == [1, 2, 3, 4, 5, 6]
    assert [n for kind, n in rows if kind == "5 Projektart"] == [1, 2, 3]
    assert sum(kind == "4 Auswahlkriterium" for kind, _ in rows) == 5


def test_esslingen_kept_one_of_its_four_fields(store: Store) -> None:
    assert told(store, "fields-of-two-versions", "where fieldLabel") == [
        ("in beiden", "Digitalisierung"),
        ("nur in der neueren", "Attraktive Standortfaktoren zum Wohnen und Arbeiten"),
        ("nur in der neueren", "Fachkräftesicherung & Existenzgründung"),
        ("nur in der neueren", "New Work – Neue Arbeitsformen"),
        ("nur in der neueren", "Transformation & Strukturwandel"),
        ("nur in der älteren", "Fachkräftesicherung"),
        ("nur in der älteren", "Infrastruktur"),
        ("nur in der älteren", "Strukturwandel"),
    ]
    assert told(store, "history-of-a-strategy", "position strategyLabel begin end") == [
        ("1 davor", "Prognos Zukunftsdialog Landkreis Esslingen", "2017", "2020"),
        ("2 diese", "Zukunftsdialog Landkreis Esslingen", "2021", None),
    ]


def test_ludwigsburg_touches_five_districts_and_esslingen_is_none_of_them(store: Store) -> None:
    region = "in derselben Region: Verband Region Stuttgart"
    assert told(store, "neighbours-of-a-district", "ags neighbourLabel relations") == [
        ("08111", "Stadtkreis Stuttgart", f"grenzt an; {region}"),
        ("08115", "Landkreis Böblingen", f"grenzt an; {region}"),
        ("08116", "Landkreis Esslingen", region),
        ("08117", "Landkreis Göppingen", region),
        ("08119", "Rems-Murr-Kreis", f"grenzt an; {region}"),
        ("08125", "Landkreis Heilbronn", "grenzt an"),
        ("08236", "Enzkreis", "grenzt an"),
    ]


def test_four_decisions_one_notice_and_one_proposal(store: Store) -> None:
    rows = told(store, "decisions-and-proposals", "kind date bodyLabel resultLabel voteLabel")
    assert list(dict.fromkeys(rows)) == [
        (
            "Vorschlag, Ergebnis unbekannt",
            None,
            "Ausschuss für Umwelt und Technik",
            "vorgeschlagen: zur Kenntnis genommen",
            None,
        ),
        (
            "Beschluss",
            "2017-12-18",
            "Gemeinderat der Stadt Esslingen am Neckar",
            "Bewerbung beauftragt",
            None,
        ),
        (
            "Beschluss",
            "2017-12-18",
            "Gemeinderat der Stadt Esslingen am Neckar",
            "Auftrag erteilt",
            "einstimmig",
        ),
        ("Beschluss", "2021-03-11", "Ausschuss für Technik und Umwelt", "Fortführung beschlossen", None),
        ("Kenntnisnahme", "2021-03-11", "Ausschuss für Technik und Umwelt", "zur Kenntnis genommen", None),
        ("Beschluss", "2023", "Kreistag des Landkreises Ludwigsburg", "beschlossen", None),
    ]


def test_the_boards_of_ludwigsburg_advise_and_decide_nothing(store: Store) -> None:
    process = "Strategieprozess zur Zukunftsstrategie für den Landkreis Ludwigsburg"
    assert told(store, "bodies-of-a-district", "bodyLabel kinds tasks") == [
        ("Ausschuss für Umwelt und Technik", "Ausschuss", ""),
        ("Kreistag des Landkreises Ludwigsburg", "Vertretungskörperschaft", ""),
        (
            "Lenkungskreis der Kreiswirtschaftsförderung",
            "Beirat; Steuerungsgremium",
            f"berät: {process}; steuert: {process}",
        ),
        ("Sounding Board", "Beirat", f"berät: {process}"),
    ]


def test_offices_stay_offices_where_no_person_is_named(store: Store) -> None:
    holders = dict(told(store, "offices-and-who-holds-them", "officeLabel holderLabel"))
    assert holders["IHK-Präsident"] is None
    assert holders["Kreishandwerksmeister"] is None
    assert holders["Landrat des Landkreises Ludwigsburg"] == "Dietmar Allgaier"


def test_the_sponsors_of_ludwigsburg_do_not_include_the_savings_bank_of_esslingen(store: Store) -> None:
    rows = told(store, "consultants-and-sponsors", "role actorLabel authorityLabel")
    assert [
        actor for role, actor, where in rows if role == "Sponsor" and where == "Landkreis Ludwigsburg"
    ] == [
        "Gebr. Lotter KG",
        "Kreissparkasse Ludwigsburg",
        "Sponsoren der Kreiswirtschaftsförderung",
        "Wüstenrot Bausparkasse AG",
    ]
    assert {where for _, actor, where in rows if actor == "Prognos AG"} == {
        "Landkreis Esslingen",
        "Landkreis Göppingen",
    }


def test_who_works_on_the_digital_strategy_of_esslingen(store: Store) -> None:
    rows = told(store, "who-takes-part", "role actorLabel")
    assert set(rows) == {
        ("Partner", "Hochschule Ludwigsburg"),
        ("Projektleitung", "Ignazio Ceffalia"),
        ("Projektleitung", "Prof. Dr. Claudia Schneider"),
        ("Rolle unbekannt", "Gemeinderat der Stadt Esslingen am Neckar"),
        ("Rolle unbekannt", "Institut für Angewandte Forschung"),
        ("beauftragt von", "Dr. Jürgen Zieger"),
        ("beauftragt von", "Gemeinderat der Stadt Esslingen am Neckar"),
        ("erarbeitet von", "Stadtverwaltung Esslingen am Neckar"),
    }


def test_esslingen_stood_at_place_22_of_402(store: Store) -> None:
    assert told(store, "indicators-and-values", "aboutLabel value outOf unit period") == [
        ("Landkreis Esslingen", 22, 402, "Platz", "2016")
    ]


def test_the_climate_check_finds_nothing_today_and_much_as_possible(store: Store) -> None:
    assert told(store, "climate-checks", "paperLabel resultLabel possibleLabel asWritten") == [
        (
            "Vorlage AUT_18/2025",
            "keine Klimaauswirkung feststellbar",
            "starke positive Klimawirkung (++)",
            "Teilergebnis Strategie ++",
        )
    ]


def test_the_process_of_ludwigsburg_has_three_phases(store: Store) -> None:
    rows = told(store, "steps-of-a-process", "kind stepLabel statusLabel")
    assert [row[1:] for row in rows if row[0] == "Phase"] == [
        ("Analysephase", "abgeschlossen"),
        ("Projektentwicklungsphase", "läuft"),
        ("Strategische Ziele und Eckpunkte", "abgeschlossen"),
    ]


def test_no_press_contact_is_among_the_persons(store: Store) -> None:
    graph = store.construct(named("network-of-actors-and-bodies").filled({}))
    assert "Dietmar Allgaier" in {str(label) for label in graph.objects()}
    assert not any("@" in str(value) or "tel:" in str(value) for value in graph.objects())


def test_the_open_data_of_a_district_name_the_other_end_of_every_relation(store: Store) -> None:
    graph = store.construct(named("open-data-of-a-district").filled({}))
    labelled = set(graph.subjects(SKOS.prefLabel))
    for predicate in (ZG["inActionField"], ZG["hasTheme"], ZG["status"], ZG["partOfStrategy"]):
        assert set(graph.objects(predicate=predicate)) <= labelled
    assert (
        len(set(graph.subjects(ZG["ofAuthority"])))
        == store.select(
            "PREFIX zg: <https://w3id.org/zukunftsgraph/def#> SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x zg:ofAuthority "
            f"<{BASE}district/landkreis-ludwigsburg-08118> }}"
        )[0]["n"]
    )


# Parameters.


def test_parameters_are_replaced_outside_strings_iris_and_comments_only() -> None:
    text = "SELECT * { ?s ?p ?_x . # ?_x\n FILTER(?s = \"?_x\" || ?s = <urn:?_x> || ?s = '''?_x''') }"
    assert substituted(text, {"?_x": "<urn:y>"}) == text.replace("?p ?_x", "?p <urn:y>")


def test_wrong_parameters_are_refused() -> None:
    query = Query("q", "?", "?", "x", "SELECT ?_a", (Parameter("a", "integer", "Zahl"),))
    for values in ({}, {"b": "1"}, {"a": "eins"}, {"a": "1", "b": "2"}):
        with pytest.raises(WrongParameter):
            query.filled(values)
    assert query.filled({"a": "7"}).endswith('"7"^^<http://www.w3.org/2001/XMLSchema#integer>')


@pytest.mark.parametrize(
    ("type_", "right", "wrong"),
    [
        ("district", ["08118"], ["8118", "081180", "ludwig", "08118 "]),
        ("date", ["2025-05-26"], ["2025", "2025-13-01", "26.05.2025"]),
        ("year", ["2025"], ["25 n. Chr.", "2025-05"]),
        ("integer", ["3", "-3"], ["3.5", "drei", ""]),
    ],
)
def test_values_are_checked_against_their_type(type_: str, right: list[str], wrong: list[str]) -> None:
    parameter = Parameter("a", type_, "Angabe")
    for text in right:
        assert f'"{text}"' in parameter.term(text)
    for text in wrong:
        with pytest.raises(WrongParameter, match="a"):
            parameter.term(text)


def test_a_thing_may_be_named_shortly_or_by_its_whole_address() -> None:
    parameter = Parameter("thing", "iri", "Ding")
    assert parameter.term("theme/klima") == parameter.term(f"{BASE}theme/klima") == f"<{BASE}theme/klima>"
    assert parameter.term("urn:x") == "<urn:x>"
    for wrong in ("", "theme/klima> . ?s ?p ?o", "/theme", "ein Thema"):
        with pytest.raises(WrongParameter, match="Kurzname"):
            parameter.term(wrong)


def test_a_choice_is_one_of_the_values_and_the_error_names_them() -> None:
    [parameter] = named("measures-by-activity").parameters
    assert parameter.term("network") == parameter.term(f"{BASE}code/activity-type/network")
    with pytest.raises(WrongParameter, match=r"network \(Vernetzung\)"):
        parameter.term("netzwerk")


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


@given(st.text() | st.sampled_from(["urn:x> } UNION { ?s ?p ?o } #", "urn:a b", "urn:<x>", "theme/klima"]))
def test_an_iri_parameter_stays_an_iri(value: str) -> None:
    try:
        text = THINGS.filled({"a": value})
    except WrongParameter:
        return
    assert [row["o"] for row in Store(SECRET).select(text)] in ([value], [BASE + value], [None])


def test_a_file_without_header_is_a_question_too() -> None:
    assert parsed("frei", "SELECT * { ?s ?p ?o }").parameters == ()
