"""The command line: answers on stdout, words on stderr, and the same answers as everywhere else."""

import csv
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from api.cli import main
from api.commands.serve import application
from api.settings import Settings
from graph.errors import LimitReached
from graph.home import Home


def _run(*arguments: str, home: Home) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data-dir", str(home.directory)])


def test_overlaps_has_the_form_that_others_rely_on(home: Home) -> None:
    result = _run("overlaps", "--district", "Ludwigsburg", "--limit", "5", "--json", home=home)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert len(found) == 5
    wanted = {"id", "class", "score", "confidence", "a", "b", "dimensions", "reason", "shared", "status"}
    side = {"iri", "title", "district", "ags", "lead", "sources"}
    for overlap in found:
        assert wanted <= overlap.keys()
        assert side <= overlap["a"].keys() & overlap["b"].keys()
        assert overlap["a"]["ags"] == "08118"
        assert all({"name", "value", "reason"} <= dimension.keys() for dimension in overlap["dimensions"])
        for source in (*overlap["a"]["sources"], *overlap["b"]["sources"]):
            assert {"document", "section", "start", "end", "url"} <= source.keys()


def test_overlaps_are_sorted_by_class_score_and_id(home: Home) -> None:
    found = json.loads(_run("overlaps", "--district", "08118", "--limit", "200", "--json", home=home).stdout)
    classes = list(dict.fromkeys(o["class"] for o in found))
    assert len(classes) == len(set(classes)) <= 3
    assert found == sorted(found, key=lambda o: (classes.index(o["class"]), -o["score"], o["id"]))


def test_command_line_and_service_give_the_same_overlaps(home: Home) -> None:
    told = json.loads(_run("overlaps", "--district", "08118", "--limit", "40", "--json", home=home).stdout)
    shown = application(home, Settings()).state.service.internal
    assert told == [o for o in shown.overlaps("08118", "all") if o["rank"] <= 40]


def test_a_circle_is_a_part_of_all(home: Home) -> None:
    ids = {
        kind: {
            o["id"]
            for o in json.loads(
                _run(
                    "overlaps", "--district", "08118", "--circle", kind, "--limit", "500", "--json", home=home
                ).stdout
            )
        }
        for kind in ("adjacent", "region", "all")
    }
    assert ids["adjacent"] < ids["all"]
    assert ids["region"] < ids["all"]


def test_an_unknown_district_is_a_wrong_call_with_near_names(home: Home) -> None:
    result = _run("overlaps", "--district", "Ludwigsburk", home=home)
    assert result.exit_code == 2
    assert "Ludwigsburg" in result.stderr


def test_another_meaning_of_a_name_is_told_on_stderr(home: Home) -> None:
    result = _run("overlaps", "--district", "Heilbronn", "--json", home=home)
    assert "08121" in result.stderr
    json.loads(result.stdout)


def test_check_finds_what_is_there_already(home: Home) -> None:
    result = _run("check", "Welcome Center für internationale Fachkräfte", "--json", home=home)
    titles = [overlap["b"]["title"] for overlap in json.loads(result.stdout)[:3]]
    assert "Welcome Center Stuttgart" in titles


def test_check_of_nothing_known_says_so(home: Home) -> None:
    result = _run("check", "Zucht von Seepferdchen", home=home)
    assert (result.exit_code, "nichts Ähnliches" in result.stdout) == (0, True)


def test_tables_come_as_csv_and_excel(home: Home, tmp_path: Path) -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(_run("query", "money-by-year-with-gap", "--format", "csv", home=home).stdout)
        )
    )
    assert [row["gap"] for row in rows] == ["0", "20000", "20000", "20000"]
    file = tmp_path / "geld.xlsx"
    assert (
        _run("query", "money-by-year-with-gap", "--format", "xlsx", "--out", str(file), home=home).exit_code
        == 0
    )
    sheet = load_workbook(file).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][2:] == [2025, 72577, 72577, 0]


def test_an_unknown_question_gets_near_names(home: Home) -> None:
    result = _run("query", "needs-without-projekt", home=home)
    assert result.exit_code == 2
    assert "needs-without-project" in result.stderr


def test_a_wrong_query_is_named(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "falsch.rq"
    file.write_text("SELECT ?x WHERE { ?x ", encoding="utf-8")
    result = _run("query", str(file), home=home)
    assert result.exit_code == 1
    assert "kein gültiges SPARQL" in result.stderr


@pytest.mark.parametrize("format_", ["nquads", "trig", "turtle", "jsonld", "rdfxml"])
def test_export_can_be_read_again(format_: str, home: Home, tmp_path: Path) -> None:
    suffix = {"nquads": "nq", "trig": "trig", "turtle": "ttl", "jsonld": "jsonld", "rdfxml": "rdf"}[format_]
    file = tmp_path / f"daten.{suffix}"
    assert _run("export", "--format", format_, "--out", str(file), home=home).exit_code == 0
    text = file.read_text("utf-8")
    assert "Sounding Board" in text
    assert ("TextPositionSelector" in text) == (format_ in ("nquads", "trig"))
    if format_ == "nquads":
        assert len(text.splitlines()) == len(home.internal.read())


def test_no_command_writes_a_person_to_be_called(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "daten.nq"
    _run("export", "--format", "nquads", "--out", str(file), home=home)
    text = file.read_text("utf-8").lower()
    assert not any(
        word in text for word in ("karpentier", "grupp,", "@esslingen", "0711 ", "0711/", "telefon ")
    )


def test_reason_refuses_a_project_made_member_of_a_body_and_says_why(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "widerspruch.ttl"
    file.write_text(
        "@prefix zg: <https://w3id.org/zukunftsgraph/def#> .\n@base <https://w3id.org/zukunftsgraph/id/> .\n"
        "<project/breitbandausbau> zg:memberOf <body/sounding-board-ludwigsburg> .\n",
        encoding="utf-8",
    )
    refused = _run("reason", str(file), home=home)
    assert refused.exit_code == 1
    assert "Mitglied von" in refused.output
    assert _run("load", str(file), home=home).exit_code == 1


def test_serve_empty_refuses_a_directory_with_data(home: Home) -> None:
    assert _run("serve", "--empty", home=home).exit_code == 2


def test_the_embedded_database_may_be_named_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZUKUNFTSGRAPH_STORE", "oxigraph:/srv/graph")
    assert (Settings().directory, Settings().server) == (Path("/srv/graph"), "")
    monkeypatch.setenv("ZUKUNFTSGRAPH_DATA_DIR", "/anderswo")
    assert Settings().directory == Path("/anderswo")
    monkeypatch.setenv("ZUKUNFTSGRAPH_STORE", "sparql:http://127.0.0.1:1/query")
    assert Settings().server == "sparql:http://127.0.0.1:1/query"


def test_the_service_starts_and_answers(home: Home) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--data-dir", str(home.directory)], env={**os.environ, "PYTHONWARNINGS": "ignore"}
    )
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    assert "Landkreis Ludwigsburg" in answer.read().decode()
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail("Der Dienst antwortet nicht.")
    finally:
        process.terminate()
        process.wait(10)


def test_an_error_that_no_table_knows_is_still_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def limited(*_: object) -> None:
        raise LimitReached("Gerade nicht.", 5)

    monkeypatch.setattr("api.commands.board.board_command", click.Command("board", callback=limited))
    made = CliRunner().invoke(main, ["board"])
    assert (made.exit_code, made.output) == (1, "Fehler: Gerade nicht.\n")
