"""`zukunftsgraph query`: the catalogue on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import Graph

from api.cli import main
from graph.home import Home
from queries import named, names


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["query", *arguments, "--data-dir", str(home.directory)])


def test_without_a_name_every_question_stands_below_who_asks_it(home: Home) -> None:
    lines = run(home).stdout.splitlines()
    below: dict[str, str] = {}
    user = ""
    for line in lines[:-1]:
        if line.startswith("  "):
            name, _, summary = line.strip().partition("  ")
            assert summary.strip() == named(name).summary
            below[name] = user
        elif line:
            user = line
    assert below == {name: named(name).users[0] for name in names()}
    assert lines[-1].startswith(f"{len(names())} Fragen.")


def test_show_explains_parameters_with_examples_and_choices_and_asks_nothing(home: Home) -> None:
    shown = run(home, "measures-by-activity", "--show").stdout
    assert named("measures-by-activity").question in shown
    assert "-p activity=service-point" in shown
    assert "network              Vernetzung" in shown
    assert "zg:activityType ?_activity_iri" in shown
    assert "#+" not in shown
    assert "-p thing=project/breitbandausbau" in run(home, "sources-of-a-thing", "--show").stdout


def test_parameters_select_what_is_answered(home: Home) -> None:
    rows = json.loads(run(home, "neighbours-of-a-district", "-p", "district=08116", "--json").stdout)
    assert "Landkreis Reutlingen" in [row["neighbourLabel"] for row in rows]
    assert "Landkreis Heilbronn" not in [row["neighbourLabel"] for row in rows]
    wrong = run(home, "neighbours-of-a-district", "-p", "district=Esslingen")
    assert wrong.exit_code == 2
    assert "fünf Ziffern" in wrong.stderr
    assert "--show" in wrong.stderr


@pytest.mark.parametrize(("choice", "format_"), [((), "turtle"), (("--format", "nt"), "nt")])
def test_a_graph_is_written_as_a_graph(
    choice: tuple[str, ...], format_: str, home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "graph"
    assert run(home, "network-of-actors-and-bodies", *choice, "--out", str(file)).exit_code == 0
    from_file = Graph().parse(data=file.read_text("utf-8"), format=format_)
    shown = Graph().parse(data=run(home, "network-of-actors-and-bodies", *choice).stdout, format=format_)
    assert len(shown) == len(from_file) == 66


@pytest.mark.parametrize(
    ("name", "choice", "said"),
    [
        ("network-of-actors-and-bodies", "csv", "ein Graph"),
        ("neighbours-of-a-district", "ttl", "eine Tabelle"),
    ],
)
def test_a_form_that_the_answer_does_not_have_is_refused(
    name: str, choice: str, said: str, home: Home
) -> None:
    result = run(home, name, "--format", choice)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_yes_or_no_question_from_a_file_is_answered(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "frage.rq"
    file.write_text("ASK { ?s ?p ?o }", encoding="utf-8")
    assert "ja" in run(home, str(file)).stdout
    file.write_text("ASK { ?s <urn:nie> ?o }", encoding="utf-8")
    assert "nein" in run(home, str(file)).stdout


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    ],
)
def test_a_query_that_reaches_outside_is_refused(text: str, home: Home, tmp_path: Path) -> None:
    file = tmp_path / "frage.rq"
    file.write_text(text, encoding="utf-8")
    result = run(home, str(file))
    assert result.exit_code == 2
    assert "Bitte" in result.stderr
