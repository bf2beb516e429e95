"""The questions over HTTP: every address answers as the store does, in every form, to whoever may see it."""

import io
import shutil
from collections.abc import Iterator

import openpyxl
import pyoxigraph as ox
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic
from served import Served, served

from api import excel
from api.excel import XLSX
from graph.home import Home
from graph.store import Store
from queries import named, names

AT = "/api/v1/queries"
JSON = "application/sparql-results+json"
ID = "https://w3id.org/zukunftsgraph/id/"
SELECTS = [name for name in names() if named(name).form == "SELECT"]
GRAPHS = [name for name in names() if named(name).form == "CONSTRUCT"]


@pytest.fixture(scope="module")
def running(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service on a copy of the shipped graph."""
    directory = tmp_path_factory.mktemp("questions") / "data"
    shutil.copytree(home.directory, directory)
    with served(directory) as found:
        yield found


def rows(answer: bytes | ox.QuerySolutions) -> list[dict[str, str | None]]:
    """The rows of an answer, as JSON or fresh from the engine."""
    solutions = (
        ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
        if isinstance(answer, bytes)
        else answer
    )
    assert isinstance(solutions, ox.QuerySolutions)
    columns = [variable.value for variable in solutions.variables]
    return [{c: None if row[c] is None else str(row[c].value) for c in columns} for row in solutions]


@pytest.mark.parametrize("name", SELECTS)
def test_an_anonymous_visitor_gets_the_rows_of_the_public_edition(name: str, running: Served) -> None:
    answer = running.anonymous.get(f"{AT}/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == JSON
    expected = running.home.public.read().inner.query(named(name).filled({}))
    assert isinstance(expected, ox.QuerySolutions)
    assert rows(answer.content) == rows(expected)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_comes_as_turtle_and_is_the_same_in_every_form(name: str, running: Served) -> None:
    answer = running.anonymous.get(f"{AT}/{name}")
    assert answer.headers["content-type"].partition(";")[0] == "text/turtle"
    graph = Graph().parse(data=answer.text, format="turtle")
    assert isomorphic(graph, running.home.public.read().construct(named(name).filled({})))
    for choice, format_ in (("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld")):
        other = running.anonymous.get(f"{AT}/{name}", params={"format": choice})
        assert isomorphic(Graph().parse(data=other.text, format=format_), graph), choice


@pytest.mark.parametrize(
    ("choice", "media", "first"),
    [
        ("json", JSON, b"{"),
        ("xml", "application/sparql-results+xml", b"<?xml"),
        ("csv", "text/csv", b"ags,neighbour,neighbourLabel,relations\r\n08111,"),
        ("tsv", "text/tab-separated-values", b"?ags\t?neighbour\t"),
        ("xlsx", XLSX, b"PK"),
    ],
)
def test_a_table_comes_in_the_form_of_the_address_or_of_accept(
    choice: str, media: str, first: bytes, running: Served
) -> None:
    address = f"{AT}/neighbours-of-a-district"
    for answer in (
        running.anonymous.get(address, params={"format": choice}),
        running.anonymous.get(address, headers={"Accept": f"{media}, */*;q=0.1"}),
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == media
        assert answer.content.startswith(first)
    named_file = running.anonymous.get(address, params={"format": choice}).headers["content-disposition"]
    assert named_file == f'inline; filename="neighbours-of-a-district.{choice}"'


def test_parameters_of_the_address_are_used(running: Served) -> None:
    address = f"{AT}/measures-on-a-theme"
    short = running.anonymous.get(address, params={"theme": "theme/breitbandversorgung"})
    whole = running.anonymous.get(address, params={"theme": f"{ID}theme/breitbandversorgung"})
    assert rows(short.content) == rows(whole.content)
    assert {row["themeLabel"] for row in rows(short.content)} == {"Breitbandversorgung"}
    esslingen = running.anonymous.get(f"{AT}/neighbours-of-a-district", params={"district": "08116"})
    assert "Landkreis Reutlingen" in [row["neighbourLabel"] for row in rows(esslingen.content)]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("measures-of-a-district?district=8118", "fünf Ziffern"),
        ("measures-of-a-district?kreis=08118", "möglich: district"),
        ("measures-by-activity?activity=netzwerk", "network (Vernetzung)"),
        ("measures-on-a-theme?theme=%3E%20.%20?s%20?p%20?o", "keine Adresse"),
        ("themes-of-many-districts?least=viele", "ganze Zahl"),
        ("what-happened-when?from=", "Jahr"),
        ("measures-of-a-district?format=ttl", "möglich: json, xml, csv, tsv, xlsx"),
        ("open-data-of-a-district?format=csv", "möglich: ttl, nt, rdf, jsonld"),
    ],
)
def test_wrong_parameters_get_422_and_a_german_reason(address: str, said: str, running: Served) -> None:
    answer = running.anonymous.get(f"{AT}/{address}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_what_does_not_exist_is_refused(running: Served) -> None:
    twice = running.anonymous.get(f"{AT}/neighbours-of-a-district?district=08118&district=08116")
    assert (twice.status_code, "2 Mal" in twice.json()["detail"]) == (400, True)
    picture = running.anonymous.get(f"{AT}/neighbours-of-a-district", headers={"Accept": "image/png"})
    assert picture.status_code == 406
    unknown = running.anonymous.get(f"{AT}/neighbours-of-district")
    assert unknown.status_code == 404
    assert "neighbours-of-a-district" in unknown.json()["near"]
    posted = running.anonymous.post(f"{AT}/neighbours-of-a-district")
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", [f"{AT}/neighbours-of-a-district", AT])
def test_head_says_what_get_would(path: str, running: Served) -> None:
    for choice in ("csv", "xlsx") if path != AT else ("",):
        parameters = {"format": choice} if choice else {}
        asked = running.anonymous.head(path, params=parameters)
        got = running.anonymous.get(path, params=parameters)
        assert asked.status_code == 200
        assert asked.content == b""
        assert asked.headers["content-type"] == got.headers["content-type"]


def test_other_sites_may_ask_without_credentials_only(running: Served) -> None:
    address, origin = f"{AT}/neighbours-of-a-district", {"Origin": "https://example.org"}
    for path in (AT, address):
        assert running.anonymous.get(path, headers=origin).headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-origin" not in running.administrator.get(path, headers=origin).headers
    refused = running.anonymous.get(f"{address}?district=x", headers=origin)
    assert refused.headers["access-control-allow-origin"] == "*"
    before = running.anonymous.options(address, headers=origin | {"Access-Control-Request-Method": "GET"})
    assert before.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    vary = running.anonymous.get(address).headers["vary"]
    assert {"Accept", "Authorization", "Cookie"} <= {part.strip() for part in vary.split(",")}


def test_what_is_internal_is_told_to_visitors_only_and_never_becomes_a_formula(running: Served) -> None:
    district = f"{ID}district/landkreis-freudenstadt-08237"
    running.administrator.post(
        "/sparql",
        content=(
            "PREFIX zg: <https://w3id.org/zukunftsgraph/def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
            f"INSERT DATA {{ <urn:geheim> a zg:Measure ; zg:ofAuthority <{district}> ; zg:begin 7 ; "
            'skos:prefLabel "=HYPERLINK(\\"http://x\\")"@de }'
        ),
        headers={"Content-Type": "application/sparql-update"},
    ).raise_for_status()
    asked = {"district": "08237", "format": "xlsx"}
    found = running.administrator.get(f"{AT}/measures-of-a-district", params=asked)
    sheet = openpyxl.load_workbook(io.BytesIO(found.content)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [
        "measure", "measureLabel", "kind", "statusLabel", "begin", "end", "fieldLabel"
    ]  # fmt: skip
    label, begin = sheet["B2"], sheet["E2"]
    assert (label.value, label.data_type) == ('=HYPERLINK("http://x")', "s")
    assert (begin.value, begin.data_type) == (7, "n")
    assert sheet.max_row == 2
    hidden = running.anonymous.get(f"{AT}/measures-of-a-district", params=asked)
    assert openpyxl.load_workbook(io.BytesIO(hidden.content)).worksheets[0].max_row == 1


def test_an_excel_file_that_takes_too_long_or_finds_too_many_waiting_is_refused(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{AT}/neighbours-of-a-district?format=xlsx"
    monkeypatch.setattr(excel, "SECONDS", 0)
    slow = running.anonymous.get(address)
    assert (slow.status_code, slow.headers["retry-after"]) == (503, "30")
    assert "format=csv" in slow.json()["detail"]
    monkeypatch.undo()
    monkeypatch.setattr(excel, "MOST_WAITING", 0)
    monkeypatch.setattr(excel.Line, "locked", lambda line: True)
    full = running.anonymous.get(address)
    assert (full.status_code, full.headers["retry-after"]) == (503, "30")
    assert "format=csv" in full.json()["detail"]
    monkeypatch.undo()
    assert running.anonymous.get(address).status_code == 200
    assert running.anonymous.get(address.replace("xlsx", "csv")).status_code == 200


def test_the_list_holds_every_question_with_all_that_is_needed_to_ask_it(
    running: Served, store: Store
) -> None:
    listed = running.anonymous.get(AT).json()
    assert [question["name"] for question in listed] == list(names())
    by_name = {question["name"]: question for question in listed}
    found = by_name["measures-by-activity"]
    assert found["summary"] == named("measures-by-activity").summary
    assert found["text"] == named("measures-by-activity").text
    assert found["formats"] == ["json", "xml", "csv", "tsv", "xlsx"]
    [parameter] = found["parameters"]
    assert (parameter["name"], parameter["type"], parameter["default"]) == (
        "activity",
        "iri",
        "service-point",
    )
    assert parameter["choices"]["network"] == "Vernetzung"


def test_openapi_describes_every_question_as_it_is(running: Served) -> None:
    paths = running.anonymous.get("/api/v1/openapi.json").json()["paths"]
    described = {
        path.removeprefix(f"{AT}/"): item for path, item in paths.items() if path.startswith(f"{AT}/")
    }
    assert set(described) == set(names())
    for name, item in described.items():
        query, operation = named(name), item["get"]
        assert set(item) == {"get"}
        assert (operation["operationId"], operation["summary"]) == (name, query.summary)
        assert query.question in operation["description"]
        parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
        assert set(parameters) == {*(p.name for p in query.parameters), "format"}
        for parameter in query.parameters:
            assert parameters[parameter.name]["description"].startswith(parameter.label)
            assert str(parameters[parameter.name]["schema"]["default"]) == parameter.default
        offered = set(operation["responses"]["200"]["content"])
        assert (XLSX in offered) == (query.form == "SELECT")
        assert ("text/turtle" in offered) == (query.form == "CONSTRUCT")
        assert {"422", "503"} <= set(operation["responses"])
    operations = [o["operationId"] for item in paths.values() for o in item.values() if "operationId" in o]
    assert len(operations) == len(set(operations))
    [activity] = [
        p for p in described["measures-by-activity"]["get"]["parameters"] if p["name"] == "activity"
    ]
    assert "network" in activity["schema"]["enum"]
