"""What follows from the network, as commands and as addresses: the same answers, in every form."""

import csv
import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sample import ID, Client, sample_service
from test_groups import CLIMATE, LINKS

from api.app import create_app
from api.cli import main
from api.commands.serve import application
from api.settings import Settings
from graph.groups import groups
from graph.home import Home
from graph.network import FORMS

PROJECT, UNIVERSITY = f"{ID}project/start-up-treff", f"{ID}actor/hochschule-birkenau"


@pytest.fixture(scope="module")
def client() -> Client:
    service = sample_service()
    found = [asdict(group) for group in groups(LINKS[:6], CLIMATE)]
    shown = replace(service.public, groups=lambda: found)
    return Client(create_app(replace(service, public=shown, internal=shown)))


def asked(client: Client, address: str) -> Any:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_bridges_have_roles_districts_and_a_sentence(client: Client) -> None:
    [bridge] = asked(client, "bridges")
    assert (bridge["iri"], bridge["roles"]) == (UNIVERSITY, ["partner", "member"])
    assert [place["label"] for place in bridge["districts"]] == ["Landkreis Ahorn", "Landkreis Birke"]
    assert bridge["sentence"].startswith("Hochschule Birkenau ist in 2 Kreisen tätig")
    assert asked(client, "bridges?district=00001") == [bridge]
    assert asked(client, "bridges?district=00003") == []


def test_groups_are_filtered_by_district_and_told_one_by_one(client: Client) -> None:
    [group] = asked(client, "groups")
    assert (group["name"], len(group["members"])) == ("Klimaschutz – Studie, Konzept", 4)
    assert asked(client, "groups?least=5") == []
    assert asked(client, "groups?district=00001&part=no") == []
    assert asked(client, "groups?district=00001&part=yes") == [group]
    assert asked(client, "groups?district=Landkreis Eiche&part=yes") == [group]
    assert asked(client, f"groups/{group['id']}") == group
    assert client.get("/api/v1/groups/x").status_code == 404


def test_the_way_between_two_things(client: Client) -> None:
    found = asked(client, "way?from=project/start-up-treff&to=measure/gruenderzentrum")
    assert (found["found"], found["of"]) == (False, "lead")
    assert "ist unbekannt" in found["sentence"]
    assert client.get("/api/v1/way?from=project/gibt-es-nicht&to=measure/gruenderzentrum").status_code == 404
    assert client.get("/api/v1/way?from=project/start-up-treff").status_code == 422


def test_wrong_questions_are_refused_in_german(client: Client) -> None:
    assert "Kreis (district)" in client.get("/api/v1/fragmentation?circle=adjacent").json()["detail"]
    assert client.get("/api/v1/fragmentation?circle=mond").status_code == 404
    assert client.get("/api/v1/fragmentation?theme=Mondfahrt").status_code == 404
    assert client.get("/api/v1/common?kind=mond").status_code == 404
    assert client.get("/api/v1/similar?district=Mond").status_code == 404
    assert client.get("/api/v1/bridges?format=docx").status_code == 422
    assert client.get("/api/v1/network?format=docx").status_code == 404


@pytest.mark.parametrize("name", ["groups", "bridges", "common", "common/pairs", "network"])
@pytest.mark.parametrize("form", FORMS)
def test_every_network_comes_in_every_form(client: Client, name: str, form: str) -> None:
    answer = client.get(f"/api/v1/{name}?format={form}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMS[form].media_type
    assert answer.headers["content-disposition"].endswith(f'{FORMS[form].suffix}"')
    if form == "graphml":
        nx.read_graphml(io.BytesIO(answer.content), force_multigraph=True)
    if form == "node-link":
        nx.node_link_graph(answer.json(), edges="edges")


@pytest.mark.parametrize("name", ["similar", "groups", "bridges", "common", "common/pairs", "fragmentation"])
def test_every_table_comes_as_csv_and_excel(client: Client, name: str) -> None:
    table = client.get(f"/api/v1/{name}?format=csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(table.text)))
    sheet = load_workbook(io.BytesIO(client.get(f"/api/v1/{name}?format=xlsx").content)).active
    assert sheet is not None
    assert len(list(sheet.iter_rows())) == len(rows)


def test_the_answers_are_described(client: Client) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert {"sentence", "only_tie", "roles"} <= schemas["BridgeAnswer"]["properties"].keys()


# The commands, on the shipped data.


def run(home: Home, *arguments: str) -> Result:
    made = CliRunner().invoke(main, [*arguments, "--data-dir", str(home.directory)])
    assert made.exit_code == 0, made.output
    return made


def test_commands_and_addresses_give_the_same(home: Home) -> None:
    token = "ein-token-zum-testen-mit-genug-zeichen"
    with Client(application(home, Settings(token=token))) as client:  # type: ignore[arg-type]
        client.headers["Authorization"] = f"Bearer {token}"
        for command, address in (
            (["similar", "--district", "08118"], "similar?district=08118"),
            (["groups"], "groups"),
            (["bridges", "--district", "Esslingen"], "bridges?district=08116"),
            (["common"], "common"),
            (["common", "--pairs"], "common/pairs"),
            (["fragmentation", "--all"], "fragmentation?all=true"),
            (
                ["fragmentation", "--district", "08118", "--circle", "region"],
                "fragmentation?district=08118&circle=region",
            ),
        ):
            assert json.loads(run(home, *command, "--json").stdout) == asked(client, address), command


def test_similar_districts_are_a_circle_to_compare_with(home: Home) -> None:
    found = json.loads(
        run(home, "overlaps", "--district", "08118", "--circle", "similar", "--limit", "500", "--json").stdout
    )
    partners = {o[side]["ags"] for o in found for side in "ab"} - {"08118"}
    alike = json.loads(run(home, "similar", "--district", "08118", "--json").stdout)
    assert partners and partners <= {each["ags"] for each in alike if each["in_circle"]}


def test_what_many_districts_do_is_found_in_the_shipped_data(home: Home) -> None:
    found = {group["name"]: group for group in json.loads(run(home, "groups", "--json").stdout)}
    climate = next(group for name, group in found.items() if name.startswith("Klimaschutz"))
    assert len(climate["districts"]) >= 8
    assert any(name.startswith("Breitbandversorgung") for name in found)


def test_the_way_between_two_processes(home: Home) -> None:
    made = run(
        home,
        *("way", "process/zukunftsprozess-landkreis-esslingen"),
        "process/strategieprozess-landkreis-ludwigsburg",
        "--json",
    )
    found = json.loads(made.stdout)
    assert found["found"] and all(step["source"] or step["inferred"] for step in found["steps"])
    assert any(step["end_label"] == "Wirtschaftsförderung Region Stuttgart" for step in found["steps"])


@pytest.mark.parametrize("form", FORMS)
def test_a_command_writes_a_network_to_a_file(home: Home, form: str, tmp_path: Path) -> None:
    file = tmp_path / f"bruecken{FORMS[form].suffix}"
    run(home, "bridges", "--format", form, "--out", str(file))
    assert "Wirtschaftsförderung Region Stuttgart" in file.read_text("utf-8")
    whole = tmp_path / f"netz{FORMS[form].suffix}"
    run(home, "network", "--out", str(whole))
    assert whole.stat().st_size > file.stat().st_size


def test_tables_say_what_they_do_not(home: Home) -> None:
    made = run(home, "fragmentation", "--theme", "Klima")
    assert "Klima" in made.stdout and "Vorhanden heißt nicht ausreichend" in made.stderr
    wrong = CliRunner().invoke(
        main, ["fragmentation", "--circle", "region", "--data-dir", str(home.directory)]
    )
    assert wrong.exit_code == 2 and "--district" in wrong.output
