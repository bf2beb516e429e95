"""Hostile and careless input: what no shape can say well is refused before anything is stored."""

from pathlib import Path

import pytest

from graph import authored, rdf_file
from graph.dataset import Dataset
from graph.errors import InvalidData
from graph.home import Home
from graph.soundness import holds_contact
from graph.store import Store
from graph.validation import require_valid, validate
from queries.catalogue import reaches_out

HEAD = """@prefix zg: <https://w3id.org/zukunftsgraph/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@base <https://w3id.org/zukunftsgraph/id/> .

"""
PROJECT = '<project/probe>\n    a zg:Project ;\n    skos:prefLabel "Probe"@de .\n'
SOUNDING_BOARD = "<body/sounding-board-ludwigsburg>"


def _read(folder: Path, text: str, name: str = "probe.ttl") -> Dataset:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return rdf_file.read(file)


@pytest.mark.parametrize(
    "text",
    [
        "07000/123-40123",
        "+49 (0) 7000 / 123-40123",
        "+4970001234012",
        "01700000000",
        "07000.123.40123",
        "07000–123–40123",
        "07000\u00a0123\u200b40123",
        "Tel.-Nr. 12340",
        "Rufnummer 123 40123",
        "muster[at]beispiel[dot]de",
        "muster(ät)beispiel.de",
        "muster @ beispiel.de",
        "muster＠beispiel.de",
        "muster&#64;beispiel.de",
        "muster%40beispiel.de",
        "muster@bürgeramt-beispiel.de",
    ],
)
def test_contact_data_are_found_in_every_usual_spelling(text: str) -> None:
    assert holds_contact(f"Auskunft: {text}")


@pytest.mark.parametrize(
    "text",
    [
        "am 01.10.2024 und am 05.12.2017",
        "Vorlage AUT_18/2025",
        "132.577 €",
        "08118",
        "25.2. – 16.3.2025",
        "09/2022–2025",
    ],
)
def test_dates_keys_and_amounts_are_no_contact_data(text: str) -> None:
    assert not holds_contact(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"<project/probe> zg:memberOf {SOUNDING_BOARD} .\n", "schließt sich aus"),
        ("<project/probe> a zg:Goal .\n", "schließt sich aus"),
        ("zg:Project rdfs:subClassOf zg:Body .\n", "nicht ändern"),
        ("<project/probe> owl:sameAs <project/anderes> .\n", "nicht ändern"),
        ('<project/probe> skos:altLabel "' + "a." * 6000 + '" .\n', "zu lang"),
    ],
)
def test_contradictions_and_changes_of_our_terms_are_refused(
    text: str, message: str, tmp_path: Path, store: Store
) -> None:
    faults = validate(_read(tmp_path, HEAD + PROJECT + text), store)
    assert any(message in fault.message for fault in faults)


def test_relative_addresses_have_their_line(tmp_path: Path, store: Store) -> None:
    [fault] = validate(_read(tmp_path, HEAD + PROJECT.replace("zg:Project", "zg:Projekt")), store)
    assert (fault.file, fault.line) == ("probe.ttl", 7)


@pytest.mark.parametrize(
    "context", ['"http://127.0.0.1:9/c"', '["file:///etc/hostname"]', '{"@import": "http://127.0.0.1:9/c"}']
)
def test_reading_json_ld_opens_no_connection(context: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="wird nicht geladen"):
        _read(tmp_path, f'{{"@context": {context}, "@id": "urn:a", "urn:p": "x"}}', "probe.jsonld")


@pytest.mark.parametrize("entity", ['<!ENTITY b "&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/hostname">'])
def test_xml_entities_that_grow_or_fetch_are_refused(entity: str, tmp_path: Path) -> None:
    text = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "x">{entity}]><r>&b;</r>'
    with pytest.raises(InvalidData, match="Entitäten"):
        _read(tmp_path, text, "probe.rdf")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dataset: &a {id: dataset/x}\nthings: *a\n", "Verweise"),
        ("dataset: {id: dataset/x}\nthings:\n  project/x: {at: {a: b}, a: Project}\n", "Autorenform"),
        (
            "dataset: {id: dataset/x}\nthings:\n  project/x: {begin: 2025-13-45, at: document/y}\n",
            "kein Datum",
        ),
    ],
)
def test_careless_authored_files_get_a_german_error(text: str, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        authored.read_text(text, "probe.yaml")


def test_files_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    assert len(_read(tmp_path, "\ufeff" + HEAD + PROJECT).statements) > 0


def test_blank_nodes_everywhere_can_be_loaded_twice_and_rebuilt(empty: Home, tmp_path: Path) -> None:
    text = (
        HEAD
        + PROJECT
        + '<dataset/probe> a zg:Dataset ; <http://purl.org/dc/terms/publisher> [ skos:prefLabel "Amt"@de ] .\n'
    )
    text += "<project/probe> zg:hasQuantity [ a zg:Quantity ; zg:value 3.0 ] .\n"
    with empty.writing("test") as writer:
        assert writer.load([_read(tmp_path, text)]) is not None
        assert writer.load([_read(tmp_path, text)]) is None
        assert writer.rebuild() is None


def test_files_loaded_together_may_refer_to_each_other(tmp_path: Path, store: Store) -> None:
    lead = _read(tmp_path, HEAD + PROJECT + "<project/probe> zg:ledBy <actor/neu> .\n", "a.ttl")
    actor = _read(tmp_path, HEAD + '<actor/neu> a zg:Organization ; skos:prefLabel "Neu"@de .\n', "b.ttl")
    require_valid([lead, actor], store)
    with pytest.raises(InvalidData):
        require_valid([lead], store)


def test_a_rejected_dataset_of_somebody_else_is_not_accepted(empty: Home, tmp_path: Path) -> None:
    text = (
        HEAD
        + PROJECT
        + (
            "<https://example.org/r> a zg:Dataset ; zg:reviewStatus "
            "<https://w3id.org/zukunftsgraph/id/code/review-status/rejected> .\n"
        )
    )
    with empty.writing("test") as writer:
        writer.load([_read(tmp_path, text)])
    assert not empty.internal.read().ask("ASK { <https://w3id.org/zukunftsgraph/id/project/probe> ?p ?o }")


def test_queries_that_ask_elsewhere_are_known() -> None:
    assert reaches_out("SELECT * { service <http://127.0.0.1:9/> { ?s ?p ?o } }")
    assert not reaches_out('SELECT * { ?s ?p "SERVICE" } # SERVICE')
