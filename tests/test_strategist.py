"""The strategist's pages: what they show, that their lists can be narrowed and taken along, and that numbers agree.

The counties are those of `test_board`: Ahorn with a portal, a measure without theme and three needs, Birke with a
cable, Erle of which nothing is known.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from rdflib import Graph
from rdflib.namespace import RDF, SKOS
from test_board import AHORN, BIRKE, PLACES, PREFIXES, iri, store_of

from api.accounts import FILE, Accounts, Role
from api.app import create_app
from api.service import Service, Shown
from graph.actors import actors, chosen
from graph.bridges import bridges
from graph.company import company
from graph.compare.overlaps import vague
from graph.facets import CLASS, DECIDED, PARTNER, STATE, THEME, alphabetical, counts, ordered, values
from graph.inventory import inventory
from graph.network import network
from graph.news import dated_datasets, last_stored
from graph.partners import MOST
from graph.store import Store
from graph.themes import theme_tree
from graph.vocabulary import vocabulary
from ontology.namespaces import ID, ZG

MORE = """
point:liste a zg:OpenPoint ; skos:prefLabel "Das zehnte Projekt fehlt"@de ; zg:about strategy:neu .
point:anderswo a zg:OpenPoint ; skos:prefLabel "Anderswo offen"@de ; zg:about strategy:birke .
"""
HTML = {"Accept": "text/html"}
SOURCE = {
    "document": "Vorlage 1", "section": "2 Projekte", "start": 10, "end": 60, "url": "",
    "iri": str(ID["document/vorlage-1"]),
}  # fmt: skip
PLACE = {"00001": "Kreis Ahorn", "00002": "Kreis Birke"}


def finding(identity: str, klass: str, score: float, a: str, b: str, **more: Any) -> dict[str, Any]:
    """A finding as the comparison keeps it."""
    sides = [
        {
            "iri": iri(name),
            "title": name.partition("/")[2].title(),
            "district": PLACE[key],
            "ags": key,
            "lead": [],
            "sources": [SOURCE],
            "fingerprint": "",
        }
        for name, key in ((x, "00002" if x == "measure/kabel" else "00001") for x in (a, b))
    ]
    base = {
        "id": identity, "class": klass, "score": score, "confidence": score / 2, "a": sides[0], "b": sides[1],
        "dimensions": [{"name": "theme", "value": 0.9, "reason": "beide: Digitales"}], "reason": "Darum.",
        "shared": ["Thema: Digitales"], "status": "open", "decided": True, "rank": 1,
        "own_district": sides[0]["ags"] == sides[1]["ags"],
    }  # fmt: skip
    return base | more


FOUND = [
    finding("f3", "duplicate", 0.9, "measure/portal", "measure/ohne", decided=False, rank=3),
    finding("f2", "overlap", 0.6, "measure/portal", "measure/kabel", status="decided", rank=1),
    finding("f1", "complement", 0.8, "need/netz", "measure/kabel", rank=2),
]


def found_for(district: str, circle: str) -> list[dict[str, Any]]:
    return FOUND if district in PLACE else []


def check(idea: str, district: str, limit: int) -> list[dict[str, Any]]:
    """Knows a portal, guesses at a cable, and nothing else."""
    asked = finding("c1", "duplicate", 0.9, "measure/portal", "measure/kabel")
    asked["a"] = asked["a"] | {"iri": "", "title": idea.partition("\n")[0]}
    if "Portal" in idea:
        return [asked]
    return [asked | {"decided": False}] if "Kabel" in idea else []


@pytest.fixture(scope="module")
def store() -> Store:
    return store_of(PREFIXES + PLACES + AHORN + BIRKE + MORE)


@pytest.fixture(scope="module")
def shown(store: Store) -> Shown:
    return Shown(
        lambda: store,
        lambda: "1",
        found_for,
        lambda identity: next((one for one in FOUND if one["id"] == identity), None),
        check=check,
        vague=vague,
    )


@pytest.fixture(scope="module")
def app(shown: Shown) -> Any:
    return create_app(Service(shown, shown, "00001", "0"))


@pytest.fixture
def client(app: Any) -> Iterator[TestClient]:
    with TestClient(app, headers=HTML) as found:
        yield found


PAGES = [
    "/",
    "/suche?q=portal",
    "/suche/vorschlaege?q=po",
    "/ueberschneidungen",
    "/ueberschneidungen?district=alle",
    "/ueberschneidungen?klasse=overlap&klasse=duplicate&partner=00002&thema=digitalisierung&stand=open&sort=title",
    "/ueberschneidungen?q=nirgends",
    "/ueberschneidungen?district=00003&circle=adjacent",
    "/ueberschneidungen/f2",
    "/ueberschneidungen/f2?weg=involved&district=00002",
    "/pruefen",
    "/pruefen?idee=Portal",
    "/pruefen?idee=Portal&bericht=1",
    "/wer-macht-was?circle=adjacent",
    "/wer-macht-was?circle=adjacent&unter=digitalisierung",
    "/wer-macht-was/zelle?circle=adjacent&thema=digitalisierung&kreis=00002",
    "/wer-macht-was/zelle?circle=adjacent&thema=ohne&kreis=00001",
    "/vergleich",
    "/vergleich?b=00002",
    "/vergleich?a=00001&b=00001",
    "/akteure",
    "/akteure?district=alle&nur=bruecken&rolle=involved",
    "/bedarfe?circle=adjacent",
    "/bedarfe?stand=nowhere",
    "/gewichten",
]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers_whole_and_safe(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    if "vorschlaege" not in address:
        assert answer.text.count("<h1") == 1 and '<html lang="de">' in answer.text
        assert answer.text.count("<table") == answer.text.count("<caption")
    assert not re.search(r"\s(style|onclick|onchange)=", answer.text)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert client.head(address).status_code == 200


def test_every_page_answers_who_is_logged_in(shown: Shown, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / FILE)
    accounts.add("Lena", Role.READER, "ein gutes Passwort")
    token = {"Authorization": f"Bearer {accounts.issue('Lena')}"}
    with TestClient(create_app(Service(shown, shown, "00001", "0"), accounts=accounts)) as known:
        for address in PAGES:
            answer = known.get(address, headers=HTML | token)
            assert answer.status_code == 200, address
            assert "Lena" in answer.text or "vorschlaege" in address


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/ueberschneidungen?seite=2", 404),
        ("/ueberschneidungen?circle=mond", 404),
        ("/ueberschneidungen?sort=mond", 404),
        ("/ueberschneidungen?format=pdf", 422),
        ("/ueberschneidungen/nirgends", 404),
        ("/wer-macht-was?circle=mond", 404),
        ("/wer-macht-was?unter=mond", 404),
        ("/wer-macht-was/zelle?thema=mond&kreis=00001", 404),
        ("/wer-macht-was/zelle?thema=digitalisierung&kreis=99999", 404),
        ("/vergleich?b=Mond", 404),
        ("/akteure?seite=2", 404),
        ("/bedarfe?circle=mond", 404),
        ("/bedarfe?district=Mond", 404),
        ("/gewichten?circle=mond", 404),
        ("/gewichten?w-synergy=viel", 422),
    ],
)
def test_wrong_addresses_get_a_page_that_says_so(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status and '<html lang="de">' in answer.text


# Facets


def test_a_number_beside_a_choice_counts_what_the_other_facets_let_through(store: Store) -> None:
    known, tree = inventory(store), theme_tree(store)
    rows = [values(one, known, tree, "00001") for one in FOUND]
    everything: dict[str, tuple[str, ...]] = {}
    found = counts(everything, rows)
    assert found[CLASS] == {"duplicate": 1, "overlap": 1, "complement": 1}
    assert found[PARTNER] == {"00002": 2, "00001": 1}
    assert found[THEME] == {iri("theme/digitalisierung"): 3}
    assert (found[STATE], found[DECIDED]) == ({"open": 2, "decided": 1}, {"yes": 2, "no": 1})
    found = counts({CLASS: ("overlap", "complement"), STATE: ("open",)}, rows)
    assert found[CLASS] == {"duplicate": 1, "complement": 1}, "open ones, whatever their class"
    assert found[STATE] == {"decided": 1, "open": 1}, "overlaps and complements, whatever their state"
    assert found[PARTNER] == {"00002": 1}, "open complements and overlaps"


def test_the_list_stands_in_every_order() -> None:
    def ids(by: str) -> str:
        return " ".join(one["id"] for one in ordered(FOUND, by))

    assert ids("class") == "f3 f2 f1" and ids("rank") == "f2 f1 f3"
    assert ids("score") == ids("confidence") == "f3 f1 f2"
    assert ids("title") == "f1 f2 f3"
    assert sorted(["Zebra", "Äpfel", "ähnlich", "Apfel"], key=alphabetical) == [
        "ähnlich",
        "Äpfel",
        "Apfel",
        "Zebra",
    ]


def test_choices_are_shown_with_numbers_and_can_be_taken_back(client: TestClient) -> None:
    text = client.get("/ueberschneidungen?klasse=overlap&klasse=complement").text
    assert "2 Befunde" in text and "von 3" in text
    assert re.search(r'value="duplicate">\s*<label [^>]+>Dopplung <span class="muted">\(1\)', text)
    assert re.search(r'value="overlap" checked>', text)
    assert 'href="/ueberschneidungen?district=00001&amp;klasse=complement"' in text
    assert re.search(r"Kreis Birke <span class=\"muted\">\(2\)", text)


def ids_of(client: TestClient, query: str) -> dict[str, set[str]]:
    """The findings of a list in every form it can be had in."""
    rows = list(csv.DictReader(io.StringIO(client.get(f"/ueberschneidungen?{query}&format=csv").text)))
    book = load_workbook(io.BytesIO(client.get(f"/ueberschneidungen?{query}&format=xlsx").content))
    sheet = book.worksheets[0]
    graph = Graph().parse(data=client.get(f"/ueberschneidungen?{query}&format=ttl").content, format="turtle")
    return {
        "csv": {row["Kennung"] for row in rows},
        "xlsx": {str(row[0].value) for row in list(sheet)[1:]},
        "json": {one["id"] for one in client.get(f"/ueberschneidungen?{query}&format=json").json()},
        "ttl": {str(one).rpartition("/")[2] for one in graph.subjects(RDF.type, ZG.Overlap)},
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("district=00001", {"f1", "f2", "f3"}),
        ("district=00001&klasse=overlap", {"f2"}),
        ("district=00001&partner=00002&stand=open", {"f1"}),
        ("district=00001&entschieden=no", {"f3"}),
        ("district=00001&thema=none", set()),
        ("district=00001&q=birke%20netz", {"f1"}),
        ("district=alle&partner=00002", {"f1", "f2"}),
    ],
)
def test_every_file_has_exactly_the_filtered_list(client: TestClient, query: str, expected: set[str]) -> None:
    assert ids_of(client, query) == dict.fromkeys(("csv", "xlsx", "json", "ttl"), expected)


def test_the_files_say_what_is_compared_and_why(client: TestClient) -> None:
    graph = Graph().parse(
        data=client.get("/ueberschneidungen?klasse=overlap&format=ttl").content, format="turtle"
    )
    overlap = ID["overlap/f2"]
    assert {str(one) for one in graph.objects(overlap, ZG.compares)} == {
        iri("measure/portal"),
        iri("measure/kabel"),
    }
    assert str(graph.value(overlap, ZG.overlapClass)) == iri("code/overlap-class/overlap")
    assert str(graph.value(overlap, ZG.reason)) == "Darum." and graph.value(overlap, SKOS.prefLabel)
    [row] = csv.DictReader(io.StringIO(client.get("/ueberschneidungen?klasse=overlap&format=csv").text))
    assert (row["Art"], row["Hier"], row["Kreis dort"]) == ("Überschneidung", "Portal", "Kreis Birke")
    [whole] = client.get("/ueberschneidungen?district=alle&klasse=overlap&format=json").json()
    assert whole["dimensions"] and whole["shared"], "a list of all keeps less, its file has everything"


def test_five_thousand_findings_are_shown_fifty_at_a_time(shown: Shown, store: Store) -> None:
    many = [
        finding(
            f"{n:016x}",
            ("duplicate", "overlap", "complement")[n % 3],
            n / 5000,
            "measure/portal",
            "measure/kabel",
        )
        for n in range(5000)
    ]
    lots = Shown(lambda: store, lambda: "1", lambda district, circle: many, lambda identity: None)
    with TestClient(create_app(Service(lots, lots, "00001", "0")), headers=HTML) as client:
        text = client.get("/ueberschneidungen?seite=100").text
        assert "5.000 Befunde" in text and "Seite 100 von 100" in text and "4.951 bis 5.000" in text
        assert text.count("<tr>") == 51
        assert client.get("/ueberschneidungen?seite=101").status_code == 404
        assert "1.667 Befunde" in client.get("/ueberschneidungen?klasse=overlap").text
        assert f"Berücksichtigt sind die {MOST} stärksten Befunde" in text, "that a list is cut is said"


# My district


def test_the_district_is_chosen_once(client: TestClient) -> None:
    assert "Kreis Ahorn" in client.get("/bedarfe").text
    chosen = client.get("/?district=00002")
    kept = chosen.headers["set-cookie"]
    assert kept.startswith("kreis=00002;") and "HttpOnly" in kept and "SameSite=lax" in kept
    assert "Mein Kreis</h2>" not in chosen.text and "Mein Kreis: Kreis Birke" in re.sub(
        r"\s+", " ", chosen.text
    )
    assert "Bedarfe: Kreis Birke" in client.get("/bedarfe").text
    assert "Bedarfe: Kreis Ahorn" in client.get("/bedarfe?district=00001").text, "an address counts more"
    assert "set-cookie" not in client.get("/bedarfe?district=00001").headers, "a link changes nothing"
    assert "Bedarfe: Kreis Birke" in client.get("/bedarfe").text


@pytest.mark.parametrize("kept", ["99999", "Kreis Birke", "<script>", ""])
def test_a_cookie_that_means_nothing_counts_for_nothing(client: TestClient, kept: str) -> None:
    answer = client.get("/bedarfe", headers={"Cookie": f"kreis={kept}"} if kept.isdigit() else {})
    assert "Bedarfe: Kreis Ahorn" in answer.text


def test_the_overview_has_my_findings_white_spots_and_open_points(client: TestClient) -> None:
    text = re.sub(r"\s+", " ", client.get("/").text)
    assert "3 Befunde" in text and "Wohnungen" in text and "Neues Feld" in text
    mine, other = text.index("Das zehnte Projekt fehlt"), text.index("Anderswo offen")
    assert mine < other and "mein Kreis" in text[mine:other]


def test_suggestions_are_a_part_of_a_page(client: TestClient) -> None:
    text = client.get("/suche/vorschlaege?q=port").text
    assert "<html" not in text and f'href="/doc/{iri("measure/portal").removeprefix(str(ID))}"' in text
    assert "<li>" not in client.get("/suche/vorschlaege?q=xyz").text


def test_datasets_are_told_by_the_day_of_their_source() -> None:
    facts = """
    <urn:alt> a zg:Dataset ; <http://purl.org/dc/terms/title> "Alt"@de .
    <urn:neu> a zg:Dataset ; <http://purl.org/dc/terms/title> "Neu"@de, "New"@en .
    """
    found = dated_datasets(
        store_of(PREFIXES + facts), last_stored([("2026-01-01", ["urn:neu"]), ("2026-02-01", ["urn:alt"])])
    )
    assert [(one.title, one.day, one.taken_in) for one in found] == [
        ("Alt", "", "2026-02-01"),
        ("Neu", "", "2026-01-01"),
    ]


# One finding


def test_a_case_tells_dimensions_passages_company_and_the_way(client: TestClient) -> None:
    text = client.get("/ueberschneidungen/f2").text
    assert "sehr stark (90 %)" in text and "Abschnitt „2 Projekte“, Zeichen 10–60" in text
    assert re.search(r"Wer an beiden beteiligt ist</h2>\s*<ul[^>]*>\s*<li><a [^>]+>Verein</a>", text)
    assert "Ein Urteil festhalten" not in text and "<textarea" not in text, "only reviewers judge"
    part = client.get("/ueberschneidungen/f2/weg?of=involved", headers={"HX-Request": "true"}).text
    assert "<html" not in part and "Verein ist an beiden beteiligt" in part
    moved = client.get("/ueberschneidungen/f2/weg?of=involved", follow_redirects=False)
    assert moved.headers["location"] == "/ueberschneidungen/f2?weg=involved#weg"
    assert "Verein ist an beiden beteiligt" in client.get(moved.headers["location"]).text


def test_the_own_measure_stands_first(client: TestClient) -> None:
    text = client.get("/ueberschneidungen/f2?district=00002").text
    assert text.index('id="seite-1"') < text.index(">Kabel</a>") < text.index('id="seite-2"')


def test_company_names_who_takes_part_in_both(store: Store) -> None:
    [found] = company(store, vocabulary(store), iri("measure/portal"), iri("measure/kabel"))
    assert found.label == "Verein" and [part.relation for part in found.a] == ["involves"]
    assert company(store, vocabulary(store), iri("measure/portal"), iri("measure/ohne")) == []


def test_nobody_judges_without_a_name(client: TestClient) -> None:
    assert client.post("/ueberschneidungen/f2", data={"kind": "overlap"}).status_code == 401


# The Dopplungs-Check


@pytest.mark.parametrize(
    ("idea", "said"),
    [
        ("", "Noch keine Idee"),
        ("Ein Portal für alle", "1 verwandtes Vorhaben gefunden"),
        ("Neues Kabel verlegen", "Es gibt 1 Vermutung"),
        ("Quorx", "Der Text ist zu knapp"),
        (
            "Regelmäßige Beratung zur energetischen Sanierung denkmalgeschützter Wohngebäude",
            "Nichts Ähnliches gefunden",
        ),
    ],
)
def test_the_check_says_what_it_comes_to(client: TestClient, idea: str, said: str) -> None:
    for headers, whole in (({}, True), ({"HX-Request": "true"}, False)):
        text = client.post("/pruefen", data={"idee": idea}, headers=headers).text
        assert said in text and ("<html" in text) == whole
    assert said in client.get("/pruefen", params={"idee": idea}).text


def test_what_is_too_thin_is_not_decided() -> None:
    assert vague("Quorx") and vague("Digitalisierung") and not vague("Digitalisierung der Verwaltung")


def test_an_idea_that_is_too_long_is_kept_and_refused(client: TestClient) -> None:
    answer = client.post("/pruefen", data={"idee": "x" * 5001})
    assert answer.status_code == 422 and "Die Idee hat 1 Zeichen zu viel" in answer.text


def test_an_idea_becomes_a_report_and_a_draft(client: TestClient) -> None:
    asked = {"idee": "Ein Portal für alle\r\nFür kleine Betriebe.", "district": "00001"}
    text = client.post("/pruefen", data=asked | {"bericht": "1"}).text
    assert "Dopplungs-Check: Ein Portal für alle" in text and "Für kleine Betriebe." in text
    assert "Wie geprüft wurde" in text and "beide: Digitales" in text
    graph = Graph().parse(
        data=client.post("/pruefen", data=asked | {"format": "ttl"}).content, format="turtle"
    )
    [measure] = graph.subjects(RDF.type, ZG.Measure)
    assert str(measure) == iri("measure/ein-portal-fuer-alle")
    assert str(graph.value(measure, ZG.ofAuthority)) == iri("district/ahorn")
    [found] = client.post("/pruefen", data=asked | {"format": "json"}).json()
    assert found["class"] in ("duplicate", "overlap", "complement")


# Board, two counties, actors, needs, priorities


def test_the_board_leads_to_what_stands_in_a_cell(client: TestClient) -> None:
    text = client.get("/wer-macht-was?circle=adjacent").text
    assert re.search(
        r'<td class="heat-1"><a href="([^"]+)" aria-label="Digitales, Kreis Birke: 1 M">1 M</a>', text
    )
    assert "nichts bekannt" in text and 'class="heat-0"' in text
    found = re.search(r'href="(/wer-macht-was/zelle[^"]+kreis=00002)"', text)
    assert found
    cell = client.get(found[1].replace("&amp;", "&")).text
    assert (
        "Kabel" in cell
        and 'href="/ueberschneidungen?district=00001&amp;partner=00002&amp;thema=digitalisierung"' in cell
    )
    rows = list(csv.reader(io.StringIO(client.get("/wer-macht-was?circle=adjacent&format=csv").text)))
    assert rows[0][:2] == ["Thema", "Kreis Ahorn"] and rows[1][0] == "Digitales"


def test_two_counties_stand_side_by_side(client: TestClient) -> None:
    text = client.get("/vergleich?b=00002").text
    assert "Nur Kreis Ahorn" in text and "Nur Kreis Birke" in text
    assert 'href="/ueberschneidungen/f2?district=00001"' in text
    rows = list(csv.DictReader(io.StringIO(client.get("/vergleich?b=00002&format=csv").text)))
    assert {row["Wo"] for row in rows} >= {"nur hier", "nur dort", "beide"}
    assert "zwei verschiedene Kreise" in client.get("/vergleich?a=00001&b=00001").text


def test_actors_have_roles_and_bridges_are_marked(client: TestClient, store: Store) -> None:
    text = client.get("/akteure").text
    assert ">Verein</a>" in text and ">Bank</a>" in text and "in 2 Kreisen" in text
    assert ">Bank</a>" not in client.get("/akteure?nur=bruecken").text
    assert "Kein Akteur passt dazu" in client.get("/akteure?q=niemand").text
    known = network(store)
    found = actors(known)
    assert [one.label for one in found] == ["Bank", "Verein"]
    assert [one.label for one in chosen(found, iri("district/birke"))] == ["Verein"]
    assert chosen(found, "", ("lead",)) == [] and [one.label for one in chosen(found, words="ver")] == [
        "Verein"
    ]
    assert {bridge.iri for bridge in bridges(known)} == {one.iri for one in found if len(one.districts) > 1}
    rows = list(csv.DictReader(io.StringIO(client.get("/akteure?district=alle&format=csv").text)))
    assert {(row["Akteur"], row["Kreis"]) for row in rows} == {
        ("Bank", "Kreis Ahorn"), ("Verein", "Kreis Ahorn"), ("Verein", "Kreis Birke"),
    }  # fmt: skip


def test_needs_lead_over_fields_to_projects(client: TestClient) -> None:
    text = re.sub(r"\s+", " ", client.get("/bedarfe").text)
    assert "Wohnungen" in text and "kein Projekt im Feld genannt" in text
    only = client.get("/bedarfe?stand=nowhere").text
    assert "Wohnungen" in only and "1 Bedarf, die weißen Flecken zuerst" in only
    assert "Neues Feld" in text and "Niemand im Vergleichskreis hat eine Maßnahme" in text


def test_weights_move_the_ranking_and_scores_narrow_it(client: TestClient) -> None:
    text = client.get("/gewichten").text
    assert "Rangfolge der Maßnahmen" in text and "unbekannt" in text
    body = {
        "district": "00001",
        "w-professional": "2,5",
        "s-professional-measure/ohne": "5",
        "s-resources-measure/ohne": "5",
    }
    answer = client.post("/gewichten", data=body)
    assert answer.status_code == 200 and 'value="2,5"' in answer.text
    first = re.search(r'<th scope="row"><a [^>]+>([^<]+)</a></th>', answer.text)
    assert first and first[1] == "Ohne Thema"
    wrong = client.post("/gewichten", data=body | {"s-professional-measure/portal": "9"})
    assert (
        wrong.status_code == 422 and "Portal, fachliches Gewicht" in wrong.text and 'value="9"' in wrong.text
    )


def test_the_pages_load_their_own_sheet(client: TestClient) -> None:
    sheet = re.search(r'href="(/static/strategist\.css[^"]*)"', client.get("/ueberschneidungen").text)
    assert sheet and client.get(sheet[1]).status_code == 200
    assert (Path(__file__).parents[1] / "api" / "static" / "strategist.css").stat().st_size < 10_000
