"""Bad input gets a clear German error with file and line, and nothing of it is stored."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import Dataset as Quads

from api.cli import main
from graph.authored import read_text
from graph.dataset import Dataset
from graph.errors import InvalidData
from graph.home import Home
from graph.rdf_file import read
from graph.validation import merged, validate

HEAD = """@prefix zg: <https://w3id.org/zukunftsgraph/def#> .
@prefix id: <https://w3id.org/zukunftsgraph/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""
GOOD = '<https://w3id.org/zukunftsgraph/id/project/a>\n    a zg:Project ;\n    skos:prefLabel "Probe"@de .\n'
PROJECT = "<https://w3id.org/zukunftsgraph/id/project/b>"
BROKEN = {
    "Schreibweise": (f'{PROJECT} a zg:Project ;\n    skos:prefLabel "offen .\n', 10, "Schreibweise"),
    "unbekannte Klasse": (f'{PROJECT}\n    a zg:Projekt ;\n    skos:prefLabel "B"@de .\n', 9, "Projekt"),
    "zwei deutsche Namen": (f'{PROJECT} a zg:Project ;\n    skos:prefLabel "B"@de , "C"@de .\n', 9, "ein"),
    "falscher Schlüssel": (
        "<https://w3id.org/zukunftsgraph/id/district/x>\n    a zg:District ;\n"
        '    skos:prefLabel "X"@de ;\n    zg:ags "99118" .\n',
        9,
        "Gemeindeschlüssel",
    ),
    "Ende vor Beginn": (
        f'{PROJECT} a zg:Project ;\n    skos:prefLabel "B"@de ;\n'
        '    zg:begin "2025"^^xsd:gYear ;\n    zg:end "2024-05-01"^^xsd:date .\n',
        9,
        "Ende",
    ),
    "Telefonnummer": (
        f'{PROJECT} a zg:Project ;\n    skos:prefLabel "B"@de ;\n'
        '    <http://purl.org/dc/terms/description> "Auskunft unter Tel. 07000 123-4567"@de .\n',
        9,
        "Telefon",
    ),
}


@pytest.fixture
def zukunftsgraph(home: Home, tmp_path: Path) -> Callable[..., Result]:
    """Runs a command on a copy of the shipped graph."""
    data = tmp_path / "data"
    shutil.copytree(home.directory, data)
    return lambda *arguments: CliRunner().invoke(main, [*arguments, "--data-dir", str(data)])


@pytest.mark.parametrize("case", BROKEN)
def test_broken_input_is_named_with_file_and_line_and_not_stored(
    case: str, zukunftsgraph: Callable[..., Result], tmp_path: Path
) -> None:
    content, line, word = BROKEN[case]
    good, broken = tmp_path / "gut.ttl", tmp_path / "kaputt.ttl"
    good.write_text(HEAD + GOOD, encoding="utf-8")
    broken.write_text(HEAD + GOOD + content, encoding="utf-8")
    before = zukunftsgraph("query", "measures-by-theme-and-district", "--json").output
    result = zukunftsgraph("load", str(good), str(broken))
    assert result.exit_code == 1
    assert f"kaputt.ttl, Zeile {line}" in result.output
    assert word in result.output
    assert zukunftsgraph("query", "measures-by-theme-and-district", "--json").output == before
    assert zukunftsgraph("validate", str(broken)).exit_code == 1


def test_good_input_is_stored_and_found(zukunftsgraph: Callable[..., Result], tmp_path: Path) -> None:
    good, question = tmp_path / "gut.ttl", tmp_path / "frage.rq"
    good.write_text(HEAD + GOOD, encoding="utf-8")
    question.write_text(
        "SELECT ?l { <https://w3id.org/zukunftsgraph/id/project/a> ?p ?l FILTER(isLiteral(?l)) }"
    )
    dry = zukunftsgraph("load", str(good), "--dry-run")
    assert (dry.exit_code, "nichts gespeichert" in dry.output) == (0, True)
    assert "0 Zeilen" in zukunftsgraph("query", str(question)).output
    assert zukunftsgraph("load", str(good)).exit_code == 0
    assert "Probe" in zukunftsgraph("query", str(question)).output


@pytest.mark.parametrize("suffix", ["ttl", "nt", "nq", "trig", "rdf", "jsonld", "n3", "trix", "hext"])
def test_every_format_of_rdflib_is_read(suffix: str, tmp_path: Path) -> None:
    source = read(_written(tmp_path / "quelle.ttl", HEAD + GOOD))
    formats = {"rdf": "xml", "nq": "nquads", "jsonld": "json-ld"}
    file = tmp_path / f"probe.{suffix}"
    _quads(source).serialize(destination=file, format=formats.get(suffix, suffix), encoding="utf-8")
    labels = {str(o) for o in read(file).statements.objects() if str(o) == "Probe"}
    assert labels == {"Probe"}


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"Unbekanntes Format „\.docx“"):
        read(_written(tmp_path / "plan.docx", "…"))


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "alt.ttl"
    file.write_bytes("# Größe".encode("latin-1"))
    with pytest.raises(InvalidData, match="nicht in UTF-8"):
        read(file)


def test_all_shipped_data_are_valid(shipped: list[Dataset]) -> None:
    assert [str(fault) for fault in validate(merged(shipped))] == []


AUTHORED = """dataset:
  id: dataset/probe
  title: Probe
document:
  id: document/probe
  sha256: 0000
  characters: 100
things:
  project/a:
    a: Project
    label: Probe
    at: 10-20
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("a: Project", "a: Projekt", 10, "Die Klasse „Projekt“ gibt es nicht"),
        ("    at: 10-20\n", "", 10, "Fundstelle fehlt"),
        ("10-20", "90-120", 12, "liegt nicht im Text"),
        ("label: Probe", "label: Probe\n    farbe: rot", 12, "Die Eigenschaft „farbe“ gibt es nicht"),
        ("label: Probe", "label: Probe\n    begin: gestern", 12, "ist kein Datum"),
        ("label: Probe", "label: Probe\n    partner: Herr X", 12, "kein Name der Form typ/name"),
        ("label: Probe", "label: Probe\n    label: Andere", 12, "steht hier zweimal"),
        ("    at: 10-20", "    at: [10-20", 13, "Kein gültiges YAML"),
    ],
)
def test_mistakes_in_the_authored_form_are_named_with_their_line(
    old: str, new: str, line: int, message: str
) -> None:
    with pytest.raises(InvalidData) as caught:
        read_text(AUTHORED.replace(old, new), "probe.yaml")
    assert any(
        message in f.message and f.line == line and f.file == "probe.yaml" for f in caught.value.faults
    )


def _written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _quads(dataset: Dataset) -> Quads:
    quads = Quads()
    for triple in dataset.statements:
        quads.add(triple)
    return quads
