"""The workbench: every question with its form, own queries, what is shown of an answer, and how it is taken along."""

import asyncio
import csv
import html
import io
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph
from test_clients import tool
from whole import Whole, whole

from api import sheets
from api.asked import CONTROLS, MOST_ADDRESS
from api.excel import XLSX
from api.solutions import (
    Table,
    Term,
    bars,
    chartable,
    district_values,
    first_rows,
    key,
    links,
    short,
    shown,
    term,
)
from graph.errors import LimitReached
from graph.glossary import glossary
from graph.home import Home
from graph.labels import labels, things_below
from graph.language import speaking
from graph.network import network
from graph.pairs import joined
from graph.store import Store
from graph.vocabulary import vocabulary
from ontology.namespaces import ID, ZG
from queries import named, names
from queries.catalogue import WrongHeader, divided, parsed, titled
from visualizations.measured import measured_drawing

XSD = "http://www.w3.org/2001/XMLSchema#"
DISTRICT = f"{ID}district/landkreis-ludwigsburg-08118"
LINK = re.compile(r'href="([^"]*)"')
COUNT = "SELECT ?n { VALUES ?n { %s } }"


@pytest.fixture(scope="module")
def running(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """A service on a copy of the shipped graph."""
    directory = tmp_path_factory.mktemp("workbench") / "data"
    shutil.copytree(home.directory, directory)
    with whole(Home(directory)) as found:
        yield found


def asked(running: Whole, text: str, **more: str) -> str:
    """The page that answers an own query."""
    answer = running.anonymous.get("/abfragen", params={"query": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.text


def status(text: str) -> str:
    """What the page says about the answer, without the time it took."""
    found = re.search(r'id="ergebnis".*?role="status">(.*?)</p>', text, re.DOTALL)
    assert found
    said = re.sub(r'<span class="duration">.*?</span>', "", found[1], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", said)).split()).strip(" ·")


# The library.


def test_the_library_holds_every_question_once_below_who_asks_it_first(running: Whole) -> None:
    text = running.anonymous.get("/abfragen").text
    listed = [
        parse_qs(urlsplit(html.unescape(link)).query)["frage"][0]
        for link in LINK.findall(text)
        if "frage=" in link
    ]
    assert sorted(listed) == list(names())
    assert f"{len(names())} Fragen" in text


@pytest.mark.parametrize(
    "words", ["Förderprogramm kennt", "FOERDERPROGRAMM kennt", "funding programme", "programmes and"]
)
def test_questions_are_found_by_words_of_either_language(running: Whole, words: str) -> None:
    text = running.anonymous.get("/abfragen", params={"q": words}).text
    assert "frage=programmes-and-their-districts" in text and "frage=who-leads-how-much" not in text


def test_questions_are_grouped_by_who_asks_them(running: Whole) -> None:
    text = running.anonymous.get("/abfragen", params={"fuer": "Kämmerei"}).text
    assert "frage=money-by-year-with-gap" in text and "frage=themes-in-other-vocabularies" not in text
    assert running.anonymous.get("/abfragen", params={"fuer": "Niemand"}).status_code == 404
    assert "Keine Frage enthält diese Wörter" in running.anonymous.get("/abfragen?q=xyzxyz").text


@pytest.mark.parametrize("name", names())
def test_every_question_has_a_page_with_form_text_and_answer(running: Whole, name: str) -> None:
    query = named(name)
    answer = running.anonymous.get("/abfragen", params={"frage": name})
    assert answer.status_code == 200
    text = html.unescape(answer.text)
    assert f'<h1 class="kern-heading-x-large">{query.summary}</h1>' in text and query.question in text
    assert divided(query.text)[1].strip() in text
    for parameter in query.parameters:
        assert f'name="{parameter.name}"' in text and parameter.label in text
    assert re.search(r"\d Zeilen?", status(answer.text)), status(answer.text)


@pytest.mark.parametrize("name", names())
def test_every_question_stands_in_english_too(name: str) -> None:
    query = named(name)
    english = query.spoken("en")
    for word in ("summary", "question", "audience"):
        assert getattr(english, word) not in ("", getattr(query, word))
    assert english.question.endswith("?") and " – " in english.audience
    assert {p.name for p in query.parameters} == set(query.english_labels)
    assert query.spoken("de") is query


def test_a_question_speaks_english(running: Whole) -> None:
    text = running.anonymous.get("/en/abfragen?frage=measures-by-activity").text
    assert named("measures-by-activity").spoken("en").summary in html.unescape(text)
    assert '<html lang="en">' in text and "Abfrage ausführen" not in text


def test_an_unknown_question_is_a_404_with_near_ones(running: Whole) -> None:
    answer = running.anonymous.get("/abfragen?frage=measures-of-a-distrikt")
    assert answer.status_code == 404 and "measures-of-a-district" in answer.text


# Parameters.


def test_choices_are_shown_by_their_label(running: Whole) -> None:
    text = running.anonymous.get("/abfragen?frage=measures-by-activity&activity=network").text
    assert '<option value="network" selected>Vernetzung</option>' in text
    text = running.anonymous.get("/abfragen?frage=measures-on-a-theme").text
    assert re.search(r'<option value="theme/klima">Klima[^<]*</option>', text)
    text = running.anonymous.get("/abfragen?frage=measures-of-a-district&district=08116").text
    assert '<option value="08116" selected>Landkreis Esslingen (08116)</option>' in text
    text = running.anonymous.get("/abfragen?frage=goals-and-fields-of-a-strategy").text
    assert 'value="strategy/zukunftsstrategie-landkreis-ludwigsburg" selected' in text


def test_the_answer_follows_the_parameters(running: Whole) -> None:
    one, other = (
        running.anonymous.get("/abfragen", params={"frage": "neighbours-of-a-district", "district": key}).text
        for key in ("08118", "08116")
    )
    assert "Landkreis Heilbronn" in one[one.index("<table") :]
    assert "Landkreis Göppingen" in other[other.index("<table") :]


def test_a_district_that_is_not_given_is_the_visitors_own(running: Whole) -> None:
    cookie = {"Cookie": "kreis=08116"}
    text = running.anonymous.get("/abfragen?frage=measures-of-a-district", headers=cookie).text
    assert '<option value="08116" selected>' in text
    assert "district=08116&amp;format=csv" in text  # what is taken along says so
    text = running.anonymous.get("/abfragen?frage=measures-of-a-district&district=08118", headers=cookie).text
    assert '<option value="08118" selected>' in text


def test_a_thing_may_be_called_by_its_name(running: Whole) -> None:
    by_name = running.anonymous.get(
        "/abfragen", params={"frage": "sources-of-a-thing", "thing": "Breitbandausbau"}
    ).text
    by_address = running.anonymous.get(
        "/abfragen", params={"frage": "sources-of-a-thing", "thing": f"{ID}project/breitbandausbau"}
    ).text
    assert status(by_name) == status(by_address) != "0 Zeilen"
    assert 'value="project/breitbandausbau"' in by_name


def test_names_are_suggested_as_links_to_the_question(running: Whole) -> None:
    text = running.anonymous.get("/abfragen/vorschlaege/sources-of-a-thing/thing?q=breitband").text
    assert "/abfragen?frage=sources-of-a-thing&amp;thing=project%2Fbreitbandausbau" in text
    assert running.anonymous.get("/abfragen/vorschlaege/sources-of-a-thing/x?q=a").status_code == 404


def test_a_wrong_value_is_said_beside_the_form(running: Whole) -> None:
    answer = running.anonymous.get("/abfragen?frage=programmes-and-their-districts&least=viele")
    assert answer.status_code == 422 and "ist kein Wert vom Typ „ganze Zahl“" in answer.text
    assert 'value="viele"' in answer.text


def test_an_own_query_brings_parameters_in_its_header(running: Whole) -> None:
    text = (
        "#+ summary: Wer heißt so?\n#+ parameters:\n#+   word:\n#+     type: string\n#+     label: Wort\n#+     "
        "default: Klima\n"
        "SELECT ?x { VALUES ?x { ?_word } }"
    )
    page = asked(running, text.replace("VALUES ?x { ?_word }", "BIND(?_word AS ?x)"), word="<Wetter>")
    assert "<td>&lt;Wetter&gt;</td>" in page and 'name="word"' in page and ">Wort</label>" in page
    taken = asked_status(running, text.replace("word", "query"))
    assert taken[0] == 422 and "heißt hier schon etwas anderes" in taken[1]


def asked_status(running: Whole, text: str) -> tuple[int, str]:
    answer = running.anonymous.get("/abfragen", params={"query": text})
    return answer.status_code, html.unescape(answer.text)


# Own queries.


def test_people_come_from_the_address_of_the_protocol_to_the_workbench(running: Whole) -> None:
    for address, where in (
        ("/sparql", "/abfragen"),
        ("/sparql?beispiel=needs-without-project", "/abfragen?frage=needs-without-project"),
        ("/sparql?query=ASK+%7B%7D&format=html", "/abfragen?query=ASK+%7B%7D"),
    ):
        answer = running.anonymous.get(address, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, where)


def test_an_empty_editor_asks_nothing(running: Whole) -> None:
    text = running.anonymous.get("/abfragen?neu").text
    assert "a zg:Project" in html.unescape(text) and 'role="status">' in text and "Zeilen" not in text


def test_a_fault_is_said_with_its_line_and_the_text_stays(running: Whole) -> None:
    text = "#+ summary: Falsch\nSELECT ?x WHERE {\n  ?x a\n}"
    code, page = asked_status(running, text)
    assert code == 400 and "Zeile 3" in page and "SELECT ?x WHERE {\n  ?x a\n}</textarea>" in page
    code, page = asked_status(running, "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    assert code == 403 and "fragt keine fremden Server" in page
    code, page = asked_status(running, "INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    assert code == 400


@pytest.mark.parametrize(
    "head",
    [
        "#+ summary: [",
        "#+ parameters: x",
        "#+ parameters:\n#+   x: y",
        "#+ parameters:\n#+   x:\n#+     type: farbe",
        "#+ parameters:\n#+   'ä b':\n#+     type: string",
        "#+ summary: &a [x]\n#+ question: *a",
        "#+ summary: 2024-99-99",
        "#+ summary: {a: b}",
        "#+ " + "[" * 3000,
        "#+ " + "x" * 30_000,
    ],
)
def test_a_header_that_cannot_be_read_is_refused_with_advice(running: Whole, head: str) -> None:
    with pytest.raises(WrongHeader):
        parsed("x", f"{head}\nASK {{}}")
    answer = running.anonymous.post("/abfragen", data={"query": f"{head}\nASK {{}}"})
    assert answer.status_code == 422 and "Darauf gibt es keine Antwort" in answer.text


def test_a_form_leads_to_an_address_that_can_be_passed_on(running: Whole) -> None:
    def sent(**fields: str) -> str:
        answer = running.anonymous.post("/abfragen", data=fields, follow_redirects=False)
        assert answer.status_code == 303
        return str(answer.headers["location"])

    head, text = divided(named("neighbours-of-a-district").text)
    form = {"frage": "neighbours-of-a-district", "kopf": head, "district": "08116"}
    as_sent = text.replace("\n", "\r\n")  # as browsers send it
    assert sent(**form, query=as_sent) == "/abfragen?frage=neighbours-of-a-district&district=08116#ergebnis"
    changed = sent(**form, query=as_sent + "LIMIT 1")
    given = parse_qs(urlsplit(changed).query)
    assert given["district"] == ["08116"] and given["query"][0].startswith("#+ summary:")
    page = running.anonymous.get(changed).text
    assert status(page) == "1 Zeile" and "Der Text wurde geändert" in page
    assert sent(query="ASK {}") == "/abfragen?query=ASK+%7B%7D#ergebnis"


def test_what_is_too_long_for_an_address_is_answered_all_the_same(running: Whole) -> None:
    long = COUNT % " ".join(map(str, range(10_000, 13_000)))
    answer = running.anonymous.post("/abfragen", data={"query": long}, follow_redirects=False)
    assert answer.status_code == 200 and "zu lang für eine Adresse" in answer.text
    assert status(answer.text).startswith("Die ersten 1.000 von 3.000 Zeilen")
    assert answer.headers["hx-push-url"] == "false"
    # The files are sent for; the form holds the text as it is.
    form = re.search(r'action="/sparql".*?name="query" value="([^"]*)"', answer.text, re.DOTALL)
    assert form and html.unescape(form[1]).strip() == long
    whole_file = running.anonymous.post("/sparql", data={"query": html.unescape(form[1]), "format": "csv"})
    assert len(whole_file.text.splitlines()) == 3001
    assert running.anonymous.post("/abfragen", data={"query": "#" * 300_000}).status_code == 413


def test_a_query_is_kept_as_a_file_and_opened_again(running: Whole) -> None:
    text = "SELECT ?x { BIND(1 AS ?x) }"
    found = running.anonymous.post("/abfragen/datei", data={"query": text, "titel": 'Größe: „eins“ # "zwei"'})
    assert 'filename="grosse-eins-zwei.rq"' in found.headers["content-disposition"]
    query = parsed("x", found.text)
    assert (query.summary, divided(found.text)[1]) == ('Größe: „eins“ # "zwei"', text)
    opened = running.anonymous.post(
        "/abfragen", files={"datei": ("eins.rq", "\ufeff" + found.text)}, follow_redirects=True
    )
    assert (
        "<h1" in opened.text
        and "Größe: „eins“" in html.unescape(opened.text)
        and status(opened.text) == "1 Zeile"
    )
    whole_question = running.anonymous.get("/abfragen/datei?frage=measures-by-activity")
    assert whole_question.text == named("measures-by-activity").text
    assert 'filename="measures-by-activity.rq"' in whole_question.headers["content-disposition"]


@given(
    title=st.text(max_size=60),
    text=st.sampled_from(["ASK {}", "#+ question: Was?\nASK {}", "#+ en:\n#+   summary: x\nASK {}"]),
)
def test_any_title_is_read_back(title: str, text: str) -> None:
    try:
        written = titled(text, title)
    except WrongHeader:  # the reader refuses what YAML cannot hold
        return
    query = parsed("x", written)
    assert " ".join(query.summary.split()) == " ".join(title.split()) or not title.isprintable()
    assert divided(written)[1] == divided(text)[1]


def test_controls_and_parameters_of_the_library_do_not_clash() -> None:
    assert not CONTROLS & {parameter.name for name in names() for parameter in named(name).parameters}


# What is shown of an answer.


def test_things_are_called_by_name_and_their_address_is_there(running: Whole) -> None:
    page = asked(
        running, f"SELECT ?x ?t (1234567 AS ?n) {{ BIND(<{DISTRICT}> AS ?x) BIND(<{ZG.District}> AS ?t) }}"
    )
    assert (
        f'<a href="/doc/district/landkreis-ludwigsburg-08118" title="{DISTRICT}">Landkreis Ludwigsburg</a>'
        in page
    )
    assert f'title="{ZG.District}">Kreis</a>' in page
    assert '<td class="amount">1.234.567</td>' in page
    english = running.anonymous.get(
        "/en/abfragen", params={"query": f"SELECT ?t {{ BIND(<{ZG.District}> AS ?t) }}"}
    )
    assert ">district</a>" in english.text


def test_a_column_of_names_stands_in_the_place_of_its_addresses(running: Whole) -> None:
    page = asked(
        running, f'SELECT ?x ?xLabel {{ VALUES (?x ?xLabel) {{ (<{DISTRICT}> "Unser Kreis"@de) }} }}'
    )
    assert page.count('<th scope="col">') == 1 and ">Unser Kreis</a>" in page
    assert "auch die Spalten xLabel" in page


def test_values_stay_inert(running: Whole) -> None:
    page = asked(
        running,
        r"""SELECT * { VALUES (?a ?b ?c ?d ?e) { ('<b>\t\"ä'@de 1 UNDEF <javascript:x> _:b) } }""".replace(
            " _:b", " <urn:x>"
        ),
    )
    assert "&lt;b&gt;\t&#34;ä" in page and "<b>" not in page[page.index("<table") :]
    assert '<span title="javascript:x">javascript:x</span>' in page


def test_rows_are_counted_and_what_is_cut_is_said(running: Whole) -> None:
    assert status(asked(running, "SELECT * { <urn:none> ?p ?o }")) == "0 Zeilen"
    assert status(asked(running, COUNT % "1")) == "1 Zeile"
    page = asked(running, COUNT % " ".join(map(str, range(1000))))
    assert status(page) == "1.000 Zeilen" and page.count("<tr>") == 1001
    page = asked(running, COUNT % " ".join(map(str, range(1001))))
    assert status(page) == "Die ersten 1.000 von 1.001 Zeilen; die Dateien enthalten alle"
    assert page.count("<tr>") == 1001
    assert re.search(r'<span class="duration">nach \d+(,\d+)? s</span>', page)
    english = running.anonymous.get(
        "/en/abfragen", params={"query": COUNT % " ".join(map(str, range(1001)))}
    ).text
    assert "1,001" in english


def test_truths_and_graphs_are_shown_too(running: Whole) -> None:
    assert status(asked(running, "ASK {}")) == "Ja"
    assert status(asked(running, "ASK { <urn:none> ?p ?o }")) == "Nein"
    page = asked(running, "CONSTRUCT { _:b <urn:p> 'x y', <urn:o> } {}")
    assert page.count("<tr>") == 3 and "<td>x y</td>" in page and "Subjekt" in page and "ohne Adresse" in page


def test_an_answer_that_breaks_off_says_so() -> None:
    class Breaking:
        content_type = "text/tab-separated-values"
        closed = False

        async def close(self) -> None:
            self.closed = True

        @property
        async def chunks(self) -> AsyncIterator[bytes]:
            yield b"?x\n1\n2\n3"
            raise LimitReached("Zu lang.", 5)

    found: Any = Breaking()
    table = asyncio.run(first_rows(found))
    assert (len(table.rows), table.complete, table.limit, found.closed) == (2, False, "Zu lang.", True)
    with pytest.raises(LimitReached):
        asyncio.run(first_rows(of(b"", error=LimitReached("Zu lang.", 5))))


def of(*pieces: bytes, kind: str = "text/tab-separated-values", error: Exception | None = None) -> Any:
    """An answer in pieces."""

    class Found:
        content_type = kind

        async def close(self) -> None:
            pass

        @property
        async def chunks(self) -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece
            if error:
                raise error

    return Found()


@given(cuts=st.lists(st.integers(0, 40), max_size=6), ended=st.booleans(), most=st.integers(1, 6))
def test_however_an_answer_is_cut_into_pieces_its_rows_are_the_same(
    cuts: list[int], ended: bool, most: int
) -> None:
    text = b"?x\t?y\n<urn:a>\t1\n\t2\n<urn:b>\t\n<urn:c>\t4" + (b"\n" if ended else b"")
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    table = asyncio.run(first_rows(of(*(text[a:b] for a, b in pairwise(places))), most))
    assert (table.counted, table.complete) == (4, True)
    assert [row[0].value if row[0] else None for row in table.rows] == ["urn:a", None, "urn:b", "urn:c"][
        :most
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("<urn:a>", Term("iri", "urn:a")),
        ("_:b1", Term("blank", "_:b1")),
        ('"a\\tb"@de-DE', Term("literal", "a\tb", "de-DE")),
        ('"1"^^<urn:t>', Term("literal", "1", "", "urn:t")),
        ("7", Term("literal", "7", "", f"{XSD}integer")),
        ("-7.5", Term("literal", "-7.5", "", f"{XSD}decimal")),
        ("1.0E3", Term("literal", "1.0E3", "", f"{XSD}double")),
        ("true", Term("literal", "true", "", f"{XSD}boolean")),
    ],
)
def test_terms_are_read(text: str, found: Term | None) -> None:
    assert term(text) == found


def number(value: str) -> Term:
    return Term("literal", value, datatype=f"{XSD}integer")


def iri(name: str) -> Term:
    return Term("iri", f"{ID}{name}")


MEASURES = Table(
    ("district", "districtLabel", "measures", "note"),
    (
        (iri("district/a-08118"), Term("literal", "A", "de"), number("3"), None),
        (iri("district/b-08116"), Term("literal", "B", "de"), number("-1"), Term("literal", "x")),
        (iri("district/c-08115"), None, None, None),
    ),
)


def test_charts_and_maps_are_offered_where_they_make_sense() -> None:
    displayed = shown(MEASURES, {f"{ID}district/c-08115": "C"})
    assert [column.name for column in displayed.columns] == ["district", "measures", "note"]
    assert [row[0].text for row in displayed.rows] == ["A", "B", "C"]
    by_name, by_number = chartable(displayed)
    assert ([c.name for c in by_name], [c.name for c in by_number]) == (["district", "note"], ["measures"])
    assert bars(MEASURES, displayed, "district", "measures") == [("A", Decimal(3)), ("B", Decimal(-1))]
    assert district_values(MEASURES, "measures") == {"08118": Decimal(3), "08116": Decimal(-1)}
    assert district_values(MEASURES) == {"08118": 1, "08116": 1, "08115": 1}
    doubled = Table(MEASURES.columns, (*MEASURES.rows, MEASURES.rows[0]))
    assert district_values(doubled, "measures")["08118"] == 2  # rows are counted, numbers never added up
    assert district_values(Table(("code",), ((Term("literal", "08118"),),))) == {}
    assert district_values(Table(("ags",), ((Term("literal", "08118"),),))) == {"08118": 1}
    assert key(None) == "" == key(iri("theme/x-08118"))


def test_links_join_the_first_two_columns_of_things() -> None:
    def is_term(value: str) -> bool:
        return value.startswith(str(ZG))

    table = Table(
        ("a", "how", "b", "n"),
        ((iri("x"), Term("iri", str(ZG.ledBy)), iri("y"), number("1")), (iri("x"), None, None, None)),
    )
    assert links(table, is_term) == [(f"{ID}x", str(ZG.ledBy), f"{ID}y")]
    assert links(Table(("a", "b"), ((iri("x"), iri("y")),)), is_term) == [(f"{ID}x", "b", f"{ID}y")]
    assert links(Table(("a",), ((iri("x"),),)), is_term) == []
    graph = Table(
        ("s", "p", "o"),
        ((iri("x"), Term("iri", "urn:p"), iri("y")), (iri("x"), Term("iri", "urn:p"), number("1"))),
        is_graph=True,
    )
    assert links(graph, is_term) == [(f"{ID}x", "urn:p", f"{ID}y")]


def test_a_chart_is_well_formed_whatever_it_is_called(running: Whole) -> None:
    page = running.anonymous.get("/abfragen?frage=who-leads-how-much&ansicht=diagramm").text
    drawing = ElementTree.fromstring(
        page[page.index("<svg xmlns") : page.index("</svg>", page.index("<svg xmlns")) + 6]
    )
    found = running.anonymous.get("/api/v1/queries/who-leads-how-much?format=json").json()["results"][
        "bindings"
    ]
    bars = drawing.findall("{http://www.w3.org/2000/svg}g")
    assert drawing.get("role") == "img" and len(bars) == len(found) > 1  # one group for each row
    saved = html.unescape(re.search(r'href="(/abfragen/bild[^"]*)"', page)[1])  # type: ignore[index]
    answer = running.anonymous.get(saved)
    assert (
        answer.headers["content-type"] == "image/svg+xml"
        and ElementTree.fromstring(answer.content) is not None
    )
    assert "Jeder Balken ist eine Zeile" in page and "Als Tabelle" in page
    made = measured_drawing(
        "d", "<t>", ("a", "b"), [("<script>&\x00", Decimal("1.5")), ("", Decimal(-2)), ("c", Decimal(0))]
    )
    ElementTree.fromstring(made.svg)
    assert "<script" not in made.svg and "1,5" in made.svg
    measured_drawing("d", "", ("a", "b"), [])


def test_a_map_shows_the_districts_of_the_answer(running: Whole) -> None:
    query = (
        "PREFIX zg: <https://w3id.org/zukunftsgraph/def#> SELECT ?district (COUNT(?m) AS ?measures) "
        "{ ?m a zg:Measure ; zg:ofAuthority ?district . ?district a zg:District } GROUP BY ?district"
    )
    page = asked(running, query, ansicht="karte")
    assert "measures nach Kreis" in page and "<svg" in page and 'aria-current="true">Karte' in page
    assert "Grenzen:" in page  # whose they are


def test_an_answer_becomes_a_network(running: Whole) -> None:
    asking = {"frage": "who-sits-in-which-body"}
    page = running.anonymous.get("/abfragen", params=asking).text
    assert "/abfragen/netz?frage=who-sits-in-which-body&amp;form=html" in page
    drawn = running.anonymous.get("/abfragen/netz", params=asking)
    assert drawn.status_code == 200 and "Wer sitzt in welchem Gremium?" in drawn.text
    assert "sha256-" in drawn.headers["content-security-policy"]
    graph = running.anonymous.get("/abfragen/netz", params={**asking, "form": "graphml"})
    assert ElementTree.fromstring(graph.content).tag.endswith("graphml")
    assert "attachment" in graph.headers["content-disposition"]
    constructed = running.anonymous.get("/abfragen/netz?frage=network-of-actors-and-bodies&form=edges")
    assert len(list(csv.DictReader(io.StringIO(constructed.text)))) > 10
    for wrong in ({"frage": "measures-on-a-theme", "form": "docx"}, {"query": COUNT % "1"}):
        assert running.anonymous.get("/abfragen/netz", params=wrong).status_code in (400, 404)


def test_a_network_takes_what_is_known_and_names_the_rest(store: Store) -> None:
    network_ = network(store)
    known = next(iter(network_))
    made = joined(
        [
            (known, "mit", "urn:x"),
            (known, "mit", "urn:x"),
            ("urn:x", "mit", "urn:x"),
            ("urn:y", "mit", "urn:z"),
        ],
        network_,
        {"urn:x": "Iks"},
        vocabulary(store),
        2,
    )
    assert set(made) == {known, "urn:x"} and made.number_of_edges() == 1 and made.graph["unplaced"] == 1
    assert made.nodes["urn:x"]["label"] == "Iks" and made.nodes[known] == network_.nodes[known]


# Taking it along.


def test_every_file_of_a_question_holds_all_rows(running: Whole) -> None:
    page = running.anonymous.get("/abfragen?frage=neighbours-of-a-district&district=08116").text
    files = {
        parse_qs(urlsplit(link).query).get("format", [""])[0]: link
        for link in map(html.unescape, LINK.findall(page))
        if "/api/v1/queries/" in link
    }
    assert list(files) == ["csv", "xlsx", "tsv", "json", "xml"]
    rows = len(running.anonymous.get(files["csv"]).text.splitlines()) - 1
    assert rows == int(status(page).split()[0]) > 5
    assert len(running.anonymous.get(files["json"]).json()["results"]["bindings"]) == rows
    found = running.anonymous.get(files["xlsx"])
    assert found.headers["content-type"] == XLSX
    assert openpyxl.load_workbook(io.BytesIO(found.content)).worksheets[0].max_row == rows + 1


def test_every_file_of_an_own_query_holds_all_rows(running: Whole) -> None:
    text = COUNT % " ".join(map(str, range(1200)))
    page = asked(running, text)
    files = {
        parse_qs(urlsplit(link).query).get("format", [""])[0]: link
        for link in map(html.unescape, LINK.findall(page))
        if link.startswith("/sparql?")
    }
    assert list(files) == ["csv", "xlsx", "tsv", "json", "xml"]
    assert len(running.anonymous.get(files["tsv"]).text.splitlines()) == 1201
    found = running.anonymous.get(files["xlsx"])
    assert 'filename="abfrage.xlsx"' in found.headers["content-disposition"]
    assert openpyxl.load_workbook(io.BytesIO(found.content)).worksheets[0].max_row == 1201
    assert running.anonymous.get("/sparql", params={"query": "ASK {}", "format": "xlsx"}).status_code == 406
    graph = asked(running, "CONSTRUCT { <urn:a> <urn:b> <urn:c> } {}")
    assert 'format=jsonld"' in graph and 'format=csv"' not in graph


def test_a_workbook_of_many_rows_is_streamed(running: Whole) -> None:
    digits = " ".join(map(str, range(10)))
    text = f"SELECT ?a ?b ?c ?d ?e {{ {' '.join(f'VALUES ?{name} {{ {digits} }}' for name in 'abcde')} }}"
    found = running.anonymous.get("/sparql", params={"query": text, "format": "xlsx"})
    assert "content-length" not in found.headers
    sheet = openpyxl.load_workbook(io.BytesIO(found.content), read_only=True).worksheets[0]
    assert sum(1 for _ in sheet.iter_rows()) == 100_001


@pytest.mark.parametrize(
    "address",
    [
        "/abfragen?frage=measures-on-a-theme&theme=theme/klima",
        "/abfragen?" + urlencode({"query": 'SELECT ("it\'s 5 % \\"über\\" $HOME `x` &" AS ?x) {}'}),
        "/abfragen?" + urlencode({"query": "# ein Kommentar\nCONSTRUCT { <urn:a> <urn:b> 'ü' } {}"}),
        "/abfragen?" + urlencode({"query": "ASK {}"}),
    ],
)
def test_the_same_by_curl_is_right(running: Whole, address: str) -> None:
    tool("curl")
    page = running.anonymous.get(address).text
    command = html.unescape(re.search(r"<code>(curl .*?)</code>", page, re.DOTALL)[1])  # type: ignore[index]
    assert command.startswith(f"curl {running.url}") or command.startswith(f"curl '{running.url}")
    said = subprocess.run(
        ["sh", "-c", command.replace("curl ", "curl -sS --fail ", 1)],
        capture_output=True,
        check=True,
        timeout=60,
    )
    if "frage=" in address:
        assert (
            said.stdout.decode()
            == running.anonymous.get("/api/v1/queries/measures-on-a-theme?theme=theme/klima&format=csv").text
        )
    elif "ASK" in address:
        assert json.loads(said.stdout)["boolean"] is True
    elif "CONSTRUCT" in address:
        assert len(Graph().parse(data=said.stdout.decode(), format="turtle")) == 1
    else:
        assert next(csv.DictReader(io.StringIO(said.stdout.decode())))["x"] == 'it\'s 5 % "über" $HOME `x` &'


def test_internal_things_are_for_visitors_only(running: Whole) -> None:
    running.administrator.post(
        "/sparql",
        content='INSERT DATA { <urn:geheim> <urn:p> "ganz geheim" }',
        headers={"Content-Type": "application/sparql-update"},
    ).raise_for_status()
    asking = {"query": "SELECT ?o { <urn:geheim> <urn:p> ?o }"}
    assert "ganz geheim" in running.administrator.get("/abfragen", params=asking).text
    page = running.anonymous.get("/abfragen", params=asking).text
    assert "ganz geheim" not in page and status(page) == "0 Zeilen"


# Workbooks.


def read(file: io.BytesIO) -> list[list[object]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(file).worksheets[0].iter_rows()]


def test_a_workbook_keeps_text_text_and_numbers_numbers() -> None:
    out = io.BytesIO()
    rows = [["=HYPERLINK(1)", 7, 1.5, None], ["a\x00b", "", "x" * 40_000, "ü<&>"]]
    assert sheets.write(["a", "b", "c", "d"], rows, out, "Wer: was? [1]") == 2
    head, one, two = read(out)
    assert head == ["a", "b", "c", "d"] and one == ["=HYPERLINK(1)", 7, 1.5, None]
    assert (
        two[0] == "a\ufffdb"
        and len(str(two[2])) == 32_767
        and str(two[2]).endswith("[gekürzt]")
        and two[3] == "ü<&>"
    )
    book = openpyxl.load_workbook(out)
    assert (
        book.sheetnames == ["Wer was 1"]
        and book.active["A2"].data_type == "s"
        and book.active.freeze_panes == "A2"
    )
    with ZipFile(out) as parts:
        assert parts.testzip() is None


def test_what_is_too_much_for_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS", 150)
    for count, expected in ((0, [1]), (149, [150]), (150, [151]), (151, [151, 2]), (400, [151, 151, 101])):
        out = io.BytesIO()
        assert sheets.write(["n"], ([n] for n in range(count)), out, "Zahlen") == count
        book = openpyxl.load_workbook(out)
        assert [sheet.max_row for sheet in book.worksheets] == expected
        assert len(set(book.sheetnames)) == len(expected)


def test_a_workbook_needs_no_seeking_and_is_the_same_bytes_each_time() -> None:
    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.parts.append(bytes(data))
            return len(data)

    found = []
    for _ in range(2):
        stream = Stream()
        sheets.write(["a"], [["x"]], stream, "t")  # type: ignore[arg-type]
        found.append(b"".join(stream.parts))
    assert found[0] == found[1] and read(io.BytesIO(found[0])) == [["a"], ["x"]]


@given(text=st.text(max_size=40))
def test_any_text_survives_a_workbook(text: str) -> None:
    out = io.BytesIO()
    sheets.write(["a"], [[text]], out, text)
    [[_], [value]] = read(out)
    expected = sheets.UNWRITABLE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    assert (value or "") == expected or "_x" in text


# Words.


def test_everything_is_called_by_its_name_whichever_graph_has_it(store: Store) -> None:
    asked_for = [
        f"{ID}theme/klima",
        DISTRICT,
        str(ZG.District),
        f"{ID}code/state/running",
        "urn:nichts",
        "kein IRI",
    ]
    found = labels(store, asked_for)
    assert found[DISTRICT] == "Landkreis Ludwigsburg" and found[str(ZG.District)] == "Kreis"
    assert found[f"{ID}code/state/running"] == "läuft" and "urn:nichts" not in found
    with speaking("en"):
        assert labels(store, [str(ZG.District)]) == {str(ZG.District): "district"}
    things = dict(things_below(store, f"{ID}theme/", 400))
    assert things[f"{ID}theme/klima"].startswith("Klima") and things_below(store, f"{ID}theme/", 3) == []
    with pytest.raises(ValueError):
        things_below(store, 'x") } #', 3)


def test_addresses_are_short_where_they_can_be() -> None:
    assert short(f"{ID}theme/klima") == "theme/klima" and short(str(ZG.Measure)) == "zg:Measure"
    assert (
        short("http://www.w3.org/2004/02/skos/core#prefLabel") == "skos:prefLabel"
        and short("urn:x") == "urn:x"
    )


def test_the_vocabulary_names_terms_in_the_language_of_the_page(running: Whole, store: Store) -> None:
    answer = running.anonymous.get("/api/v1/vocabulary")
    terms = {each["name"]: each for each in answer.json()["terms"]}
    assert (terms["zg:District"]["label"], terms["zg:District"]["kind"]) == ("Kreis", "class")
    assert "district" in terms["zg:District"]["also"] and "Landkreis" in terms["zg:District"]["definition"]
    assert terms["zg:inActionField"]["kind"] == "property" and "skos:prefLabel" in terms
    assert answer.json()["prefixes"]["zg"] == str(ZG)
    again = running.anonymous.get("/api/v1/vocabulary", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and "max-age" in answer.headers["cache-control"]
    english = running.anonymous.get("/en/api/v1/vocabulary")
    assert {each["name"]: each["label"] for each in english.json()["terms"]}["zg:District"] == "district"
    assert len(glossary(store)) > 150


def test_an_address_is_never_longer_than_proxies_take(running: Whole) -> None:
    page = running.anonymous.get("/abfragen?frage=measures-by-activity").text
    assert all(len(link) <= MOST_ADDRESS + 200 for link in LINK.findall(page))


def test_every_view_leads_to_a_question_that_there_is() -> None:
    linked = re.compile(r'query_link\("([^"]+)"(?:, \{([^}]*)\})?')
    found = 0
    for template in (files("api") / "templates").iterdir():
        for name, values in linked.findall(template.read_text(encoding="utf-8")):
            known = {parameter.name for parameter in named(name).parameters}
            assert set(re.findall(r'"(\w+)":', values)) <= known, (template.name, name)
            found += 1
    assert found > 5
