"""Open data, taking part, and the pages of things: what other districts and programs get."""

import gzip
import html
import json
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from openpyxl import load_workbook
from rdflib import Graph
from sample import Client, sample_overlaps, sample_service, store_of_two_counties
from templates import GOOD, filled_file, known_of, read, table
from whole import Whole, whole

from api import contribution, opendata
from api.app import create_app
from api.exports import FORMS, Exports
from api.given import Given
from api.service import Service, Shown
from graph.errors import LimitReached
from graph.filled import measures
from graph.history import history
from graph.holdings import OWN_LICENCE, holdings
from graph.home import Home
from graph.store import Store
from ontology.namespaces import ID

PEOPLE = {"Accept": "text/html"}
PROJECT = f"{ID}project/start-up-treff"
FILE = "vorlage.xlsx"


def compared(asked: Sequence[Any], limit: int) -> list[list[dict[str, Any]]]:
    """Finds for the first measure what the sample has, for the others nothing."""
    found = sample_overlaps()[0] | {
        "id": "neu",
        "a": {**sample_overlaps()[0]["a"], "iri": asked[0].iri},
        "decided": True,
    }
    return [[found], *([] for _ in asked[1:])]


@pytest.fixture(scope="module")
def service() -> Service:
    sample = sample_service()
    shown = Shown(
        sample.public.open_store, lambda: "1", sample.public.overlaps, sample.public.overlap, compare=compared
    )
    return Service(shown, shown, "00001", "0.1.0")


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[Client]:
    with Client(create_app(service)) as found:
        yield found


@pytest.fixture(scope="module")
def running(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The service with engine on a copy of the shipped graph."""
    data = tmp_path_factory.mktemp("offen") / "data"
    shutil.copytree(home.directory, data)
    with whole(Home(data)) as found:
        yield found


def sent(client: Client, content: bytes, name: str = FILE, address: str = "/mitmachen", **fields: str) -> Any:
    """The answer to a file sent by a form."""
    return client.post(address, files={"file": (name, content)}, data=fields, headers=PEOPLE)


# --- /daten -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ["", "/en"])
@pytest.mark.parametrize("address", ["/daten", "/mitmachen", "/doc/project/start-up-treff"])
def test_pages_answer_in_both_languages(client: Client, root: str, address: str) -> None:
    answer = client.get(root + address, headers=PEOPLE)
    assert answer.status_code == 200
    assert f'<html lang="{root[1:] or "de"}">' in answer.text
    assert "style=" not in answer.text and "onclick" not in answer.text
    assert client.head(root + address, headers=PEOPLE).status_code == 200


def test_every_dataset_is_listed_with_licence_date_and_size(store: Store) -> None:
    found = {holding.iri.removeprefix(f"{ID}dataset/"): holding for holding in holdings(store)}
    counties = found["kreise-deutschland"]
    assert (counties.licence_name, counties.own_licence) == ("CC BY 4.0", True)
    assert "Statistisches Bundesamt" in counties.provenance and counties.statements > 4000
    paper = found["ludwigsburg-vorlage-aut-18-2025"]
    assert (paper.licence, paper.own_licence, paper.checked) == (OWN_LICENCE, False, "geprüft")
    assert paper.sources >= 1 and paper.statements > 100
    asked = store.select(
        "SELECT (COUNT(*) AS ?n) { GRAPH "
        "<https://w3id.org/zukunftsgraph/graph/source/ludwigsburg-vorlage-aut-18-2025> { ?s ?p ?o } }"
    )
    assert paper.statements == asked[0]["n"]


def test_the_page_says_unknown_where_nothing_is_known(client: Client) -> None:
    text = client.get("/daten", headers=PEOPLE).text
    row = re.search(r"<tr><td><a[^>]*>Was Vorlage 1 sagt.*?</tr>", text, re.DOTALL)
    assert row and "unbekannt" in row[0] and "CC0 1.0" in row[0]
    assert [d["title"] for d in client.get("/api/v1/datasets").json()] == ["Was Vorlage 1 sagt"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_downloaded(client: Client, form: str) -> None:
    about = FORMS[form]
    answer = client.get(f"/export/{about.name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(about.media_type)
    assert answer.headers["content-disposition"] == f'attachment; filename="{about.name}"'
    assert answer.headers["access-control-allow-origin"] == "*"
    if form in ("nquads", "trig"):
        assert len(list(ox.parse(answer.content, format=ox.RdfFormat.from_extension(about.suffix)))) == len(
            store_of_two_counties()
        )
    elif form in ("turtle", "rdfxml", "jsonld"):
        names = {"turtle": "turtle", "rdfxml": "xml", "jsonld": "json-ld"}
        assert len(Graph().parse(data=answer.content, format=names[form])) == sum(
            1 for _ in store_of_two_counties().quads()
        )
    elif form == "xlsx":
        assert load_workbook(BytesIO(answer.content)).active.max_row == 3
    else:
        assert "Gründerzentrum Birkenau" in answer.text


def test_an_unknown_file_is_not_found_and_names_the_known_ones(client: Client) -> None:
    answer = client.get("/export/zukunftsgraph.exe", headers={"Accept": "application/json"})
    assert answer.status_code == 404 and "zukunftsgraph.nq" in answer.json()["near"]
    assert client.get("/export/..%2f..%2fetc%2fpasswd").status_code == 404


def test_files_are_written_once_for_each_state_and_come_packed(home: Home, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(home.directory, data)
    exports = Exports(Home(data).public)
    assert exports.size("csv") is None
    file = exports.file("csv")
    assert exports.file("csv") == file and exports.size("csv") == file.stat().st_size
    assert gzip.decompress(file.with_name(f"{file.name}.gz").read_bytes()) == file.read_bytes()
    assert file.read_text("utf-8").startswith("Nr.,Titel,")
    shown = Shown(Home(data).public.read, lambda: "1", lambda ags, circle: [], lambda identity: None)
    with Client(create_app(Service(shown, shown, exports=exports))) as client:
        answer = client.get(f"/export/{file.name}", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip" and answer.content == file.read_bytes()
        part = client.get(f"/export/{file.name}", headers={"Range": "bytes=0-2", "Accept-Encoding": "gzip"})
        assert (part.status_code, part.content) == (206, b"Nr.")
        assert "kB" in client.get("/daten", headers=PEOPLE).text


def test_the_export_holds_nothing_internal_even_for_who_is_logged_in(running: Whole) -> None:
    answer = running.administrator.get("/export/zukunftsgraph.nq")
    assert "access-control-allow-origin" not in answer.headers
    assert sorted(answer.text.splitlines()) == sorted(
        running.home.public.dump.read_text("utf-8").splitlines()
    )


def test_the_examples_do_what_they_say(running: Whole) -> None:
    text = running.anonymous.get("/daten").text
    commands = re.findall(r"<h4>([^<]*)</h4>\s*<pre[^>]*><code>(curl .*?)</code>", text, re.DOTALL)
    assert len(commands) == len(opendata.examples("", "", ""))
    for title, command in commands:
        answer = _called(running, command)
        if "template-check" in command:
            assert answer.status_code == 422 and "mindestens eine Maßnahme" in answer.text, (
                "the template is still empty"
            )
        elif "/check" in command or "/overlaps" in command:
            assert answer.status_code == 200 and answer.json() == [], "this service has no comparison"
        else:
            assert answer.status_code == 200 and answer.content, title
    first = next(command for _, command in commands if "/sparql" in command)
    assert _called(running, first).text.startswith("thema,zahl\r\n")


def _called(running: Whole, command: str) -> Any:
    """What curl would get."""
    words = shlex.split(html.unescape(command))[1:]
    headers: dict[str, str] = {}
    parameters: dict[str, str] = {}
    files: dict[str, Any] = {}
    address = ""
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "--data-urlencode":
            name, _, value = words.pop(0).partition("=")
            parameters[name] = value
        elif word == "-F":
            name, _, value = words.pop(0).partition("=@")
            files[name] = (value, running.anonymous.get("/mitmachen/vorlage.xlsx").content)
        elif word == "-o":
            words.pop(0)
        elif not word.startswith("-"):
            address = word
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | parameters
    assert address.startswith(running.url)
    if files:
        return running.anonymous.post(parts.path, files=files, headers=headers)
    return running.anonymous.get(parts.path, params=query, headers=headers, follow_redirects=True)


# --- /mitmachen ---------------------------------------------------------------------------------------------------


def test_the_template_can_be_downloaded(client: Client) -> None:
    answer = client.get("/mitmachen/vorlage.xlsx")
    assert 'filename="zukunftsgraph-vorlage-1.xlsx"' in answer.headers["content-disposition"]
    labels = [cell.value for cell in load_workbook(BytesIO(answer.content))["Codelisten"]["A"]]
    assert "Landkreis Ahorn (00001)" in labels
    assert client.get("/mitmachen/vorlage.csv").content.startswith(b"\xef\xbb\xbfNr.;Titel *;")


def test_a_good_file_is_read_and_compared(client: Client) -> None:
    answer = sent(client, filled_file(GOOD, GOOD | {"Titel *": "Zweites Netzwerk"}))
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert "Alles in Ordnung: 2 Maßnahmen gelesen." in answer.text
    assert "Zu 1 von 2 Maßnahmen ist Ähnliches bekannt." in answer.text
    assert "Gründerzentrum Birkenau" in answer.text and "73 %" in answer.text


def test_a_file_with_faults_gets_a_report_and_no_comparison(client: Client) -> None:
    answer = sent(client, filled_file(GOOD | {"Beginn": "<b>bald</b>"}))
    assert answer.status_code == 422
    assert "1 Angabe ist zu verbessern." in answer.text
    assert "Zelle Q4, Blatt „Maßnahmen“" in answer.text and "&lt;b&gt;bald&lt;/b&gt;" in answer.text
    assert "Gründerzentrum" not in answer.text


@pytest.mark.parametrize(
    ("root", "word"), [("", "konnte nicht geprüft werden"), ("/en", "could not be checked")]
)
def test_a_file_that_is_refused_says_why(client: Client, root: str, word: str) -> None:
    answer = sent(client, b"%PDF-1.7", "plan.pdf", f"{root}/mitmachen")
    assert answer.status_code == 422 and word in answer.text
    assert sent(client, b"", "", f"{root}/mitmachen").status_code == 422


def test_a_file_that_is_too_large_is_told(client: Client) -> None:
    answer = sent(client, b"x" * (contribution.LARGEST_FORM + 1))
    assert answer.status_code == 413 and "zu groß" in answer.text


def test_forms_that_are_none_are_refused(client: Client) -> None:
    assert client.post("/mitmachen", content=b"x", headers=PEOPLE).status_code == 415
    broken = {"Content-Type": "multipart/form-data"}
    assert client.post("/mitmachen", content=b"x", headers=PEOPLE | broken).status_code == 400
    assert (
        client.post("/mitmachen", files={"x": b"1"}, data={"content": "%%"}, headers=PEOPLE).status_code
        == 400
    )
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (
        client.post("/mitmachen", files={"file": ("a.csv", b"a")}, headers=PEOPLE | foreign).status_code
        == 403
    )


def test_the_answer_can_be_had_as_a_file(client: Client) -> None:
    page = sent(client, filled_file(GOOD)).text
    content = re.search(r'name="content" value="([^"]+)"', page)
    assert content
    again = {"content": content[1], "name": FILE}

    def answered(form: str) -> Any:
        return client.post("/mitmachen", files={"leer": ("", b"")}, data=again | {"format": form})

    told = answered("json").json()
    assert (told["valid"], told["measures"][0]["row"], len(told["measures"][0]["overlaps"])) == (True, 4, 1)
    book = load_workbook(BytesIO(answered("xlsx").content))
    assert book.sheetnames == ["Bericht", "Überschneidungen"]
    assert book["Überschneidungen"]["G2"].value == "Gründerzentrum Birkenau"
    turtle = Graph().parse(data=answered("ttl").content, format="turtle")
    assert "Netzwerk für Betriebe" in {str(label) for label in turtle.objects()}


def test_a_report_with_faults_can_be_had_as_a_file_but_no_turtle(client: Client) -> None:
    wrong = filled_file(GOOD | {"Beginn": "=1+1"})
    book = load_workbook(BytesIO(sent(client, wrong, format="xlsx").content))
    rows = list(book["Bericht"].iter_rows(values_only=True))
    assert rows[1][:5] == ("Fehler", "Maßnahmen", 4, "Q4", "Beginn") and rows[1][6] == "=1+1"
    assert book["Bericht"]["G2"].data_type == "s", "text stays text"
    assert sent(client, wrong, format="ttl").status_code == 422


def test_programs_get_the_same_report(client: Client) -> None:
    answer = sent(client, filled_file(GOOD | {"Ende": "nie"}), address="/api/v1/template-check")
    assert answer.status_code == 422
    [fault] = answer.json()["faults"]
    assert (fault["row"], fault["cell"], fault["found"]) == (4, "R4", "nie")
    good = sent(client, filled_file(GOOD), address="/api/v1/template-check")
    assert (good.status_code, good.json()["valid"]) == (200, True)
    assert "/api/v1/template-check" in client.get("/api/v1/openapi.json").json()["paths"]


def test_nothing_of_a_file_is_stored(running: Whole, home: Home) -> None:
    def files() -> dict[Path, int]:
        folder = running.home.directory
        return {
            path.relative_to(folder): path.stat().st_size
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    before = files()
    row = GOOD | {"Gebietskörperschaft *": "08118"}
    answer = running.anonymous.post(
        "/mitmachen", files={"file": (FILE, filled_file(row, store=running.home.public.read()))}
    )
    assert answer.status_code == 200, re.sub(r"<[^>]+>", " ", answer.text)[:3000]
    changed = {path for path in files().keys() ^ before.keys() if "accounts" not in path.name}
    assert changed == set()


def test_a_comparison_that_takes_too_long_is_told(service: Service) -> None:
    def slow(asked: Sequence[Any], limit: int) -> list[list[Mapping[str, Any]]]:
        raise LimitReached("Gerade werden zu viele Dateien verglichen.", 20)

    shown = Shown(service.public.open_store, lambda: "1", lambda a, c: [], lambda i: None, compare=slow)
    with Client(create_app(Service(shown, shown, "00001"))) as client:
        answer = sent(client, filled_file(GOOD))
        assert answer.status_code == 200 and "zu viele Dateien" in answer.text


def test_long_lists_say_what_was_not_compared(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contribution, "MOST_COMPARED", 1)
    answer = sent(client, filled_file(GOOD, GOOD | {"Titel *": "Zwei"}))
    assert "1 weitere" in answer.text and "zukunftsgraph compare" in answer.text


def test_lists_are_compared_in_a_process_of_their_own(running: Whole) -> None:
    store = running.home.public.read()
    row = {
        "Titel": "Gründerlotsen",
        "Kreis": "08117",
        "Beschreibung": "Lotsen für die Gründung von Unternehmen.",
    }
    found = read(table(tuple(row), tuple(row.values())), "a.csv", store)
    [overlaps] = Given(running.home.public).compared(measures(found, known_of(store)), 3)
    assert "Gründerlotsen" in [overlap["b"]["title"] for overlap in overlaps]
    assert {"id", "class", "score", "reason"} <= overlaps[0].keys() and "en" not in overlaps[0]
    assert Given(running.home.public).compared([], 3) == []


# --- the pages of things ------------------------------------------------------------------------------------------


def test_a_thing_has_its_history(store: Store, client: Client) -> None:
    iri = f"{ID}strategy/zukunftsstrategie-landkreis-ludwigsburg"
    found = history(store, iri)
    assert {chapter.dataset.rsplit("/", 1)[-1] for chapter in found.chapters} >= {
        "ludwigsburg-vorlage-aut-18-2025",
        "verschlagwortung",
    }
    assert all(chapter.about or chapter.towards for chapter in found.chapters)
    days = [chapter.day for chapter in found.chapters if chapter.day]
    assert days == sorted(days) and [c.day == "" for c in found.chapters] == sorted(
        c.day == "" for c in found.chapters
    )
    text = client.get("/doc/project/start-up-treff", headers=PEOPLE).text
    rows = re.findall(r"<tr><td>unbekannt</td>.*?</tr>", text, re.DOTALL)
    assert len(rows) == 2 and "Vorlage 1" in rows[0] and "Was Vorlage 1 sagt" in rows[1]


def test_versions_of_a_thing_are_linked(store: Store) -> None:
    rows = store.select(
        "SELECT ?a ?b { ?a <https://w3id.org/zukunftsgraph/def#continues> ?b } ORDER BY ?a ?b LIMIT 1"
    )
    newer, older = str(rows[0]["a"]), str(rows[0]["b"])
    assert older in {v.iri for v in history(store, newer).versions if not v.newer}
    assert newer in {v.iri for v in history(store, older).versions if v.newer}
    with pytest.raises(ValueError, match="IRI"):
        history(store, "kein> iri")


def test_a_measure_shows_what_is_like_it(client: Client) -> None:
    text = client.get("/doc/project/start-up-treff", headers=PEOPLE).text
    [address] = re.findall(r'hx-get="([^"]+doc-ueberschneidungen[^"]+)"', text)
    for headers in (PEOPLE, {"HX-Request": "true"}):
        answer = client.get(address.replace("&amp;", "&"), headers=headers)
        assert "Gründerzentrum Birkenau" in answer.text
        assert ("<html" in answer.text) == (headers is PEOPLE)
    assert client.get("/doc-ueberschneidungen?iri=urn:x", headers=PEOPLE).status_code == 404


def test_overlaps_that_are_being_computed_are_said_to_be(service: Service) -> None:
    def later(district: str, circle: str) -> list[Any]:
        raise LimitReached("später", 5)

    shown = Shown(service.public.open_store, lambda: "1", later, lambda i: None)
    with Client(create_app(Service(shown, shown, "00001"))) as client:
        answer = client.get(f"/doc-ueberschneidungen?iri={PROJECT}", headers={"HX-Request": "true"})
        assert answer.status_code == 200 and "neu berechnet" in answer.text
        assert client.get("/doc/project/start-up-treff", headers=PEOPLE).status_code == 200


def test_a_thing_leads_to_network_questions_and_data(client: Client) -> None:
    text = client.get("/doc/project/start-up-treff", headers=PEOPLE).text
    for target in (
        "/netz?focus=",
        "/abfragen?frage=sources-of-a-thing",
        "/abfragen?frage=measure-with-its-evidence",
        "/api/v1/thing?iri=",
    ):
        assert target in text
    for suffix in ("ttl", "jsonld", "rdf", "nt"):
        assert f"/data/project/start-up-treff.{suffix}" in text
    told = client.get("/api/v1/thing", params={"iri": PROJECT}).json()
    assert (
        told["label"] == "Start-up-Treff für den Mittelstand"
        and told["history"]["chapters"][0]["label"] == "Vorlage 1"
    )
    assert client.get("/api/v1/thing", params={"iri": "urn:nix"}).status_code == 404


def test_many_links_are_folded_away(service: Service) -> None:
    inner = ox.Store()
    for number in range(30):
        thing = ox.NamedNode(f"{ID}project/p{number:02}")
        inner.add(
            ox.Quad(
                thing, ox.NamedNode("https://w3id.org/zukunftsgraph/def#ledBy"), ox.NamedNode(f"{ID}actor/x")
            )
        )
    shown = Shown(lambda: Store(inner), lambda: "1", lambda a, c: [], lambda i: None)
    with Client(create_app(Service(shown, shown))) as client:
        text = client.get("/doc/actor/x", headers=PEOPLE).text
    assert "18 weitere" in text and text.count("/doc/project/p") == 30


def test_json_of_everything_is_json(client: Client) -> None:
    for address in ("/api/v1/datasets", f"/api/v1/thing?iri={PROJECT}"):
        json.dumps(client.get(address).json())
