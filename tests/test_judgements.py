"""Judgements on overlaps: who decided what, what came of it, and that it stays."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyshacl import validate
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS
from starlette.testclient import TestClient
from tiny import Triple, dataset

from api.accounts import FILE, Accounts, Role
from api.app import create_app
from api.cli import main
from api.findings import Findings
from api.service import Service, Shown
from api.sparql.engine import Engine
from graph import derivation
from graph.compare.explain import overlap_id
from graph.compare.fingerprint import fingerprint
from graph.compare.measures import measures
from graph.compare.profile import Measure
from graph.derivation import ONTOLOGY, State
from graph.errors import InvalidData, Unknown
from graph.home import Home, backup, restore
from graph.identities import (
    IdentityDraft,
    identity_judgements,
    judge_identity,
    withdraw_identity,
)
from graph.judgements import (
    CHANGED,
    CLASSES,
    CONTRADICTORY,
    COURSES,
    DECIDED,
    OPEN,
    Draft,
    Judgement,
    complete,
    due,
    fingerprints,
    history,
    judge,
    judgement_of,
    judgements,
    standings,
    with_standing,
    withdraw,
)
from graph.store import from_ox, quads_of_triples
from graph.verdicts import JUDGEMENTS, VISIBILITIES
from ontology import codes, ontology, shapes
from ontology.namespaces import ID, PREFIXES, ZG
from queries import named

TREFF, ZENTRUM, GEHEIM = (str(ID[f"measure/{name}"]) for name in ("treff", "zentrum", "geheim"))
PAIR = overlap_id(TREFF, ZENTRUM)
AHORN, BIRKE, AMT = "body/kreistag-ahorn", "body/kreistag-birke", "office/wirtschaft"
TODAY = date.today()


def _thing(name: str, label: str, cls: URIRef, *more: tuple[URIRef, str]) -> list[Triple]:
    thing = ID[name]
    return [
        (thing, RDF.type, cls),
        (thing, SKOS.prefLabel, Literal(label, lang="de")),
        *((thing, predicate, ID[value]) for predicate, value in more),
    ]


def _county(name: str, label: str, key: str) -> list[Triple]:
    return [
        *_thing(f"district/{name}", label, ZG.District, (ZG.administers, f"territory/{name}")),
        (ID[f"district/{name}"], RDF.type, ZG.TerritorialAuthority),
        (ID[f"district/{name}"], ZG.ags, Literal(key)),
        (ID[f"district/{name}"], ZG.level, ID["code/level/county"]),
        *_thing(f"body/kreistag-{name}", f"Kreistag {label}", ZG.Body, (ZG.bodyOf, f"district/{name}")),
    ]


def _measure(name: str, label: str, county: str) -> list[Triple]:
    return _thing(
        f"measure/{name}",
        label,
        ZG.Measure,
        (ZG.ofAuthority, f"district/{county}"),
        (ZG.hasTheme, "theme/start-ups"),
        (ZG.activityType, "code/activity-type/network"),
        (ZG.beneficiary, "code/beneficiary/start-ups"),
    )


COUNTIES = [
    *_county("ahorn", "Ahorn", "00001"),
    *_county("birke", "Birke", "00002"),
    *_measure("treff", "Treff für Start-ups", "ahorn"),
    *_measure("zentrum", "Gründerzentrum", "birke"),
    *_thing(AMT, "Amtsleitung Wirtschaft", ZG.Office),
    *_thing("person/abel", "Ada Abel", ZG.Person),
]
SECRET = _thing("measure/geheim", "Geheimes Vorhaben", ZG.Measure, (ZG.ofAuthority, "district/birke"))
DRAFT = Draft(
    TREFF, ZENTRUM, "duplicate", "merge", AHORN, "Geschäftsstelle", "Beide laden dieselben Gründer ein."
)


def _words() -> State:
    """Of the ontology nothing but the names of classes and courses: loading is many times as fast."""
    listed = {"overlap-class": CLASSES, "consequence": COURSES}
    return {
        ONTOLOGY: {
            q
            for name, words in listed.items()
            for code, word in words.items()
            for q in quads_of_triples(
                [(ID[f"code/{name}/{code.replace('_', '-')}"], SKOS.prefLabel, Literal(word, lang="de"))],
                ONTOLOGY,
            )
        }
    }


@pytest.fixture(scope="module", autouse=True)
def few_words() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivation, "vocabulary", _words)
        yield


@pytest.fixture(scope="module")
def begun(few_words: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two counties with a measure each in public, and a measure that is internal."""
    home = Home(tmp_path_factory.mktemp("judgements") / "data")
    with home.writing("test") as writer:
        writer.load([dataset("kreise", COUNTIES), dataset("geheim", SECRET, "internal")])
    return home.directory


@pytest.fixture
def counties(begun: Path, tmp_path: Path) -> Home:
    """A copy of them."""
    shutil.copytree(begun, tmp_path / "data")
    return Home(tmp_path / "data")


def _said(home: Home, **changes: object) -> Judgement:
    return judge(home, replace(DRAFT, **changes), PAIR)  # type: ignore[arg-type]


def _status(home: Home) -> tuple[str, str]:
    [found] = standings(home.internal.read())
    return found.status, found.sentence


# What is kept


def test_a_judgement_comes_back_as_it_was_recorded(counties: Home) -> None:
    said = _said(counties, owner=AMT, due=TODAY + timedelta(30), on=date(2026, 2, 1), kind="same_field")
    [found] = judgements(counties.internal.read())
    assert found == said
    assert (found.kind, found.course, found.reason, found.on, found.due, found.done) == (
        "same_field", "merge", DRAFT.reason, date(2026, 2, 1), TODAY + timedelta(30), None,
    )  # fmt: skip
    assert (found.body.iri, found.body.label, found.role) == (
        str(ID[AHORN]),
        "Kreistag Ahorn",
        "Geschäftsstelle",
    )
    assert found.owner and (found.owner.iri, found.owner.label) == (str(ID[AMT]), "Amtsleitung Wirtschaft")
    assert [(side.iri, side.title) for side in found.sides] == [
        (TREFF, "Treff für Start-ups"),
        (ZENTRUM, "Gründerzentrum"),
    ]
    assert (found.status, found.open, found.visibility) == ("in_force", True, "internal")
    assert found.sentence == (
        "Kreistag Ahorn (Geschäftsstelle) am 01.02.2026: gleiches Feld, zusammenlegen. Grund: Beide laden dieselben "
        f"Gründer ein. Zuständig: Amtsleitung Wirtschaft, bis {TODAY + timedelta(30):%d.%m.%Y}."
    )


def test_what_is_recorded_keeps_the_shapes(counties: Home) -> None:
    first = _said(counties, visibility="public", owner="Stabsstelle", due=TODAY)
    _said(counties, kind="overlap", body="Arbeitskreis Wirtschaft")
    complete(counties, first.id)
    withdraw(counties, first.id, "Verwechslung")
    data = Graph()
    for quad in counties.internal.read():
        data.add((from_ox(quad.subject), from_ox(quad.predicate), from_ox(quad.object)))
    conforms, _, report = validate(data, shacl_graph=shapes(), ont_graph=ontology() + codes(), advanced=True)
    mine = [line for line in str(report).splitlines() if "/judgement/" in line or "/overlap/" in line]
    assert conforms or not mine, report


def test_classes_courses_and_visibilities_are_those_of_the_code_lists() -> None:
    def listed(name: str) -> dict[str, str]:
        scheme = codes().subjects(SKOS.inScheme, ID[f"code/{name}"])
        return {
            str(code).rpartition("/")[2]: str(label)
            for code in scheme
            for label in codes().objects(code, SKOS.prefLabel)
            if isinstance(label, Literal) and label.language == "de"
        }

    assert listed("consequence") == {**COURSES, "none": "keine"}
    assert set(listed("overlap-class")) == {name.replace("_", "-") for name in CLASSES}
    assert set(listed("visibility")) == set(VISIBILITIES)


def test_judging_derives_nothing_and_leaves_findings_as_they_are(counties: Home) -> None:
    before = set(counties.internal.read())
    facts = counties.internal.facts, counties.public.facts
    _said(counties)
    _said(counties, visibility="public", kind="overlap")
    after = set(counties.internal.read())
    assert {str(q.graph_name) for q in after - before} == {f"<{JUDGEMENTS}>"}
    assert before <= after
    assert (counties.internal.facts, counties.public.facts) == facts
    assert counties.internal.fingerprint == "3"
    with counties.writing("test") as writer:
        writer.load([dataset("kreise", COUNTIES[:-2])])
    assert counties.internal.facts == "4"
    assert counties.public.facts != facts[1]


# What it comes to


def test_an_overlap_is_open_decided_and_open_again_when_all_is_withdrawn(counties: Home) -> None:
    assert standings(counties.internal.read()) == []
    first = _said(counties)
    assert _status(counties) == (DECIDED, first.sentence)
    gone = withdraw(counties, first.id, "Die Maßnahmen waren verwechselt.")
    assert gone.status == "withdrawn"
    status, sentence = _status(counties)
    assert status == OPEN
    assert sentence.endswith(f"Zurückgenommen am {TODAY:%d.%m.%Y}: Die Maßnahmen waren verwechselt.")


def test_a_body_has_one_judgement_in_force_and_every_one_has_its_history(counties: Home) -> None:
    first = _said(counties)
    second = _said(counties, kind="overlap", course="coordinate")
    again = _said(counties, kind="overlap", course="coordinate")
    assert again == second
    found = judgements(counties.internal.read())
    assert [(j.id, j.status, j.replaces, j.replaced_by) for j in found] == [
        (first.id, "replaced", "", second.id),
        (second.id, "in_force", first.id, ""),
    ]
    assert _status(counties)[0] == DECIDED
    withdraw(counties, second.id, "Irrtum")
    found = judgements(counties.internal.read())
    assert [j.status for j in found] == ["replaced", "withdrawn"]  # the first does not come back
    assert _status(counties)[0] == OPEN
    assert [(e.what, e.judgement) for e in history(found)] == [
        ("recorded", first.id),
        ("replaced", second.id),
        ("withdrawn", second.id),
    ]


def test_two_bodies_of_different_opinion_are_shown_with_their_sides(counties: Home) -> None:
    first = _said(counties, on=date(2026, 1, 2))
    second = _said(counties, body=BIRKE, kind="overlap", course="keep-apart", on=date(2026, 1, 3))
    [found] = standings(counties.internal.read())
    assert (found.status, [(c.about, c.between) for c in found.contradictions]) == (
        CONTRADICTORY,
        [("class", (first.id, second.id))],
    )
    assert found.sentence == (
        "Widerspruch in der Art: Kreistag Ahorn (Geschäftsstelle) am 02.01.2026, auf der Seite von „Treff für "
        "Start-ups“, sagt Dopplung, zusammenlegen; Kreistag Birke (Geschäftsstelle) am 03.01.2026, auf der Seite von "
        "„Gründerzentrum“, sagt Überschneidung, getrennt lassen."
    )
    _said(counties, body=BIRKE, course="keep-apart")
    [found] = standings(counties.internal.read())
    assert [c.about for c in found.contradictions] == ["course"]
    _said(counties, body=BIRKE)
    assert _status(counties)[0] == DECIDED


def test_a_decided_pair_is_asked_again_only_if_a_measure_changed_materially(counties: Home) -> None:
    _said(counties)

    def loaded(*more: Triple, without: Sequence[Triple] = ()) -> tuple[str, str]:
        with counties.writing("test") as writer:
            writer.load([dataset("kreise", [*(t for t in COUNTIES if t not in without), *more])])
        return _status(counties)

    assert loaded((URIRef(TREFF), ZG.periodAsWritten, Literal("2026")))[0] == DECIDED
    status, sentence = loaded((URIRef(TREFF), DCTERMS.description, Literal("Jeden Monat.", lang="de")))
    assert status == CHANGED
    assert sentence.endswith("Seither hat sich „Treff für Start-ups“ geändert; bitte neu bewerten.")
    _said(counties)  # once more, for the measure as it is now
    assert _status(counties)[0] == DECIDED
    gone = [t for t in COUNTIES if t[0] == URIRef(ZENTRUM)]
    status, sentence = loaded(without=gone)
    assert status == CHANGED
    assert "„Treff für Start-ups“ und „Gründerzentrum“ geändert" in sentence
    assert [side.title for side in judgements(counties.internal.read())[0].sides][1] == "Gründerzentrum"


def test_only_what_the_comparison_reads_is_material() -> None:
    one = Measure(
        "urn:a", "Treff: Start-ups!", "Für alle.", actors=("B", "A"), themes=("x", "y"), period="2026"
    )
    same = replace(one, title="treff  start-ups", actors=("A", "B"), themes=("y", "x"), period="2027")
    assert fingerprint(same) == fingerprint(replace(one, iri="urn:b", sources=(), part_of=("urn:c",)))
    for change in (
        {"title": "Treff für Start-ups"},
        {"description": ""},
        {"field": "Wirtschaft"},
        {"kind": "need"},
        {"actors": ("A",)},
        {"lead": ("C",)},
        {"themes": ("x",)},
        {"activities": ("network",)},
        {"beneficiaries": ("smes",)},
    ):
        assert fingerprint(replace(one, **change)) != fingerprint(one), change


def test_an_overlap_in_a_list_gets_its_status_and_all_its_judgements(counties: Home) -> None:
    first = _said(counties)
    today = fingerprints(counties.internal.read(), [TREFF, ZENTRUM])
    finding = {
        "id": PAIR,
        "a": {"iri": TREFF, "fingerprint": today[TREFF]},
        "b": {"iri": ZENTRUM, "fingerprint": "x"},
    }
    shown = with_standing(finding, judgements(counties.internal.read()))
    assert (shown["status"], [j["id"] for j in shown["judgements"]]) == (CHANGED, [first.id])
    finding["b"] = {"iri": ZENTRUM, "fingerprint": today[ZENTRUM]}
    assert with_standing(finding, judgements(counties.internal.read()))["status"] == DECIDED
    assert with_standing(finding, [])["status"] == OPEN
    json.dumps(shown)


def test_what_is_due_and_done(counties: Home) -> None:
    first = _said(counties, due=TODAY, on=TODAY - timedelta(1))
    _said(counties, body=BIRKE, due=TODAY + timedelta(5))
    _said(counties, body="Arbeitskreis")
    found = judgements(counties.internal.read())
    assert [j.body.label for j in due(found, TODAY)] == ["Kreistag Ahorn"]
    assert [j.body.label for j in due(found, TODAY + timedelta(9))] == ["Kreistag Ahorn", "Kreistag Birke"]
    done = complete(counties, first.id, TODAY - timedelta(1))
    assert (done.done, done.open) == (TODAY - timedelta(1), False)
    assert due(judgements(counties.internal.read()), TODAY) == []
    with pytest.raises(InvalidData, match=r"ist schon am .* erledigt"):
        complete(counties, first.id)


# What is refused


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "twin"}, "Die Art „twin“ gibt es nicht: duplicate, overlap"),
        ({"course": "fight"}, "Die Folgerung „fight“ gibt es nicht: coordinate"),
        ({"reason": " "}, "Der Grund fehlt"),
        ({"reason": "Anruf: 07141 144 2020"}, "Telefonnummer oder Mailadresse"),
        ({"role": ""}, "Die Rolle, in der geurteilt wird fehlt"),
        ({"body": "Ada Abel"}, "„Ada Abel“ ist eine Person"),
        ({"body": "person/abel"}, "„person/abel“ ist eine Person"),
        ({"body": "Frau Muster"}, "„Frau Muster“ ist eine Person"),
        ({"body": "measure/treff"}, "ist weder ein Akteur noch ein Gremium oder Amt"),
        ({"owner": "Ada Abel"}, "für die zuständige Stelle das Gremium"),
        ({"on": TODAY + timedelta(1)}, "liegt in der Zukunft"),
        ({"on": TODAY, "due": TODAY - timedelta(1)}, "Die Frist endet vor dem Tag des Urteils"),
        ({"visibility": "secret"}, "Die Sichtbarkeit „secret“ gibt es nicht"),
        ({"b": TREFF}, "nicht mit sich selbst"),
    ],
)
def test_what_must_not_be_recorded_is_refused_in_german(
    counties: Home, change: dict[str, object], said: str
) -> None:
    before = counties.internal.number
    with pytest.raises(InvalidData, match=said):
        _said(counties, **change)
    assert counties.internal.number == before


def test_who_judges_is_found_by_name_address_or_kept_in_words(counties: Home) -> None:
    assert _said(counties, body="Kreistag Ahorn").body.iri == str(ID[AHORN])
    assert _said(counties, body=str(ID[BIRKE])).body.label == "Kreistag Birke"
    assert _said(counties, body="Arbeitskreis  Wirtschaft").body.label == "Arbeitskreis Wirtschaft"
    with pytest.raises(Unknown, match="Das Gremium oder die Stelle „body/nirgends“"):
        _said(counties, body="body/nirgends")
    with pytest.raises(Unknown, match="Die Maßnahme „measure/nirgends“"):
        _said(counties, b=str(ID["measure/nirgends"]))
    with pytest.raises(Unknown, match="Das Urteil „x“"):
        withdraw(counties, "x", "Grund")


def test_what_is_not_in_force_cannot_be_withdrawn(counties: Home) -> None:
    first = _said(counties)
    _said(counties, kind="overlap")
    with pytest.raises(InvalidData, match=r"gilt nicht mehr\. Durch ein späteres Urteil ersetzt"):
        withdraw(counties, first.id, "Irrtum")
    with pytest.raises(InvalidData, match="Der Grund der Rücknahme fehlt"):
        withdraw(counties, judgements(counties.internal.read())[1].id, "")


# Who sees it


def test_a_judgement_is_internal_unless_it_says_otherwise(counties: Home) -> None:
    public = counties.public.fingerprint
    _said(counties)
    _said(counties, visibility="body", kind="overlap")
    assert judgements(counties.public.read()) == []
    assert counties.public.fingerprint == public


def test_a_public_judgement_is_public_without_what_was_internal_before_it(counties: Home) -> None:
    _said(counties)
    _said(counties, visibility="public", kind="overlap", on=date(2026, 1, 2))
    [found] = judgements(counties.public.read())
    assert (found.kind, found.replaces, found.body.label) == ("overlap", "", "Kreistag Ahorn")
    assert [side.title for side in found.sides] == ["Treff für Start-ups", "Gründerzentrum"]
    [shown] = standings(counties.public.read())
    assert shown.status == DECIDED
    quads = set(counties.public.read().quads(JUDGEMENTS))
    [before] = [j for j in judgements(counties.internal.read()) if j.status == "replaced"]
    assert not [q for q in quads if before.id in str(q)]
    _said(counties, kind="duplicate")  # internally they changed their mind
    assert set(counties.public.read().quads(JUDGEMENTS)) == quads


def test_the_public_state_of_a_measure_tells_nothing_of_what_is_internal(counties: Home) -> None:
    hidden: Triple = (URIRef(TREFF), DCTERMS.description, Literal("Geheim.", lang="de"))
    with counties.writing("test") as writer:
        writer.load([dataset("kreise", COUNTIES, withheld=[hidden])])
    _said(counties, visibility="public")
    internal, public = (judgements(e.read())[0] for e in (counties.internal, counties.public))
    assert [s.fingerprint for s in internal.sides] != [s.fingerprint for s in public.sides]
    for edition in (counties.internal, counties.public):
        assert standings(edition.read())[0].status == DECIDED
    with counties.writing("test") as writer:
        writer.load([dataset("kreise", COUNTIES)])
    assert standings(counties.internal.read())[0].status == CHANGED
    assert standings(counties.public.read())[0].status == DECIDED


def test_what_is_internal_cannot_be_judged_in_public(counties: Home) -> None:
    draft = replace(DRAFT, b=GEHEIM, visibility="public")
    with pytest.raises(InvalidData, match="eine der Maßnahmen ist es nicht"):
        judge(counties, draft, overlap_id(TREFF, GEHEIM))
    judge(counties, replace(draft, visibility="internal"), overlap_id(TREFF, GEHEIM))
    assert judgements(counties.public.read()) == []


def test_a_public_judgement_goes_and_comes_back_with_what_it_judges(counties: Home) -> None:
    _said(counties, visibility="public")
    rest = [t for t in COUNTIES if t[0] != URIRef(ZENTRUM)]
    own = [t for t in COUNTIES if t[0] == URIRef(ZENTRUM)]
    with counties.writing("test") as writer:
        writer.load([dataset("kreise", rest), dataset("zentrum", own, "internal")])
    assert judgements(counties.public.read()) == []
    assert len(judgements(counties.internal.read())) == 1
    with counties.writing("test") as writer:
        writer.load([dataset("zentrum", own)])
    assert len(judgements(counties.public.read())) == 1


def test_a_withdrawal_is_seen_wherever_the_judgement_is(counties: Home) -> None:
    first = _said(counties, visibility="public")
    withdraw(counties, first.id, "Irrtum")
    [found] = judgements(counties.public.read())
    assert (found.status, found.withdrawal_reason) == ("withdrawn", "Irrtum")


def _in_public(home: Home) -> list[tuple[str, str]]:
    return [(j.kind, j.status) for j in judgements(home.public.read())]


def test_a_public_verdict_replaces_the_last_public_one_though_an_internal_one_came_between(
    counties: Home,
) -> None:
    first = _said(counties, visibility="public")
    second = _said(counties, kind="overlap")
    assert _in_public(counties) == [("duplicate", "in_force")]
    third = _said(counties, kind="complement", visibility="public")
    assert (third.replaces, judgement_of(counties.internal.read(), first.id).replaced_by) == (
        second.id,
        second.id,
    )
    assert _in_public(counties) == [("duplicate", "replaced"), ("complement", "in_force")]
    [shown] = standings(counties.public.read())
    assert shown.sentence == third.sentence
    [public] = [j for j in judgements(counties.public.read()) if j.status == "in_force"]
    assert public.replaces == first.id
    assert second.id not in counties.public.dump.read_text("utf-8")
    rows = _asked(counties, "history-of-an-overlap", "outcome", overlap=str(ID[f"overlap/{PAIR}"]))
    assert rows == [("ersetzt",), ("ersetzt",), ("gilt",)]


def test_a_public_verdict_replaces_the_last_public_one_also_after_the_internal_one_was_withdrawn(
    counties: Home,
) -> None:
    _said(counties, visibility="public")
    withdraw(counties, _said(counties, kind="overlap").id, "Irrtum")
    _said(counties, kind="complement", visibility="public")
    assert _in_public(counties) == [("duplicate", "replaced"), ("complement", "in_force")]
    with counties.writing("test") as writer:
        writer.rebuild()
    assert _in_public(counties) == [("duplicate", "replaced"), ("complement", "in_force")]


def test_what_is_still_in_force_in_public_can_be_withdrawn_and_completed(counties: Home) -> None:
    first = _said(counties, visibility="public")
    second = _said(counties, kind="overlap")
    complete(counties, first.id)
    assert judgements(counties.public.read())[0].done == TODAY
    withdraw(counties, first.id, "Irrtum")
    assert _in_public(counties) == [("duplicate", "withdrawn")]
    assert standings(counties.public.read())[0].status == OPEN
    assert _status(counties) == (DECIDED, second.sentence)
    with pytest.raises(InvalidData, match="gilt nicht mehr"):
        withdraw(counties, first.id, "Noch einmal")


def test_a_public_verdict_on_identity_replaces_the_last_public_one_as_well(counties: Home) -> None:
    def said(identity: str, visibility: str) -> str:
        a, b = (str(ID[name]) for name in (AHORN, BIRKE))
        draft = IdentityDraft(a, b, identity, AMT, "Leitung", "Geprüft.", visibility=visibility)
        return judge_identity(counties, draft).id

    def shown() -> list[tuple[str, str]]:
        return [(j.identity, j.status) for j in identity_judgements(counties.public.read())]

    first, second = said("same", "public"), said("unsure", "internal")
    assert shown() == [("same", "in_force")]
    said("different", "public")
    assert shown() == [("same", "replaced"), ("different", "in_force")]
    assert second not in counties.public.dump.read_text("utf-8")
    withdraw_identity(counties, said("same", "public"), "Irrtum")
    again = said("same", "public")
    said("unsure", "internal")
    withdraw_identity(counties, again, "Irrtum")
    assert shown()[-1] == ("same", "withdrawn")
    with pytest.raises(InvalidData, match="gilt nicht mehr"):
        withdraw_identity(counties, first, "Irrtum")


def test_what_only_follows_for_a_thing_does_not_make_it_public(counties: Home) -> None:
    """A public measure is led by somebody whom only an internal dataset describes: that he acts, follows in public."""
    hidden = _thing("actor/verein", "Verein", ZG.Actor)
    leads: Triple = (URIRef(TREFF), ZG.ledBy, ID["actor/verein"])
    with counties.writing("test") as writer:
        writer.load([dataset("kreise", [*COUNTIES, leads]), dataset("verein", hidden, "internal")])
    assert counties.public.read().ask(f"ASK {{ <{ID['actor/verein']}> ?p ?o }}")
    with pytest.raises(InvalidData, match="das Gremium ist es nicht"):
        _said(counties, body="actor/verein", visibility="public")
    _said(counties, body="actor/verein")
    assert judgements(counties.public.read()) == []


@pytest.mark.parametrize(
    "body",
    [
        "Kontaktstelle Frau und Beruf Ludwigsburg",
        "FRAU UND BERUF",
        "Frau Landrätin",
        "Herr Oberbürgermeister",
        "Frau Dezernentin",
        "Haus der Frau",
        "Stadt Herrenberg",
        "Frau Holle gGmbH",
    ],
)
def test_an_institution_or_an_office_is_no_person(counties: Home, body: str) -> None:
    with counties.writing("test") as writer:
        writer.load([dataset("kreise", [*COUNTIES, *_thing("actor/holle", "Frau Holle gGmbH", ZG.Actor)])])
    assert _said(counties, body=body).body.label == body


@pytest.mark.parametrize(
    "name",
    [
        "Frau Müller",
        "frau müller",
        "Herrn Dr. Meier",
        "Hr. von Hofen",
        "Frau Dipl.-Ing. Özdemir",
        "Frau Landrätin Müller",
        "Geschäftsstelle, Frau M.",
        "Ada Abel",
        "Vorsitz: Ada  Abel",
    ],
)
def test_a_person_is_no_body_no_role_and_no_owner(counties: Home, name: str) -> None:
    for place, what in (("body", "das Gremium"), ("role", "die Rolle"), ("owner", "die zuständige Stelle")):
        with pytest.raises(InvalidData, match=f"ist eine Person. Bitte für {what}"):
            _said(counties, **{place: name})


def test_who_sees_a_verdict_is_said_truthfully(client: TestClient) -> None:
    said = client.post(AT, json=BODY | {"visibility": "body"}, headers=BEARER).json()
    assert said["seen_by"].startswith("gemeint für das Gremium") and "alle mit Konto" in said["seen_by"]
    client.post("/anmelden", data={"name": "Lena", "password": PASSWORD}, follow_redirects=False)
    assert [s["judgements"][0]["id"] for s in client.get(AT).json()] == [said["id"]]


def test_a_day_that_has_passed_is_no_deadline_and_none_before_the_verdict_is_the_day_it_was_done(
    counties: Home,
) -> None:
    with pytest.raises(InvalidData, match="Die Frist endet vor dem Tag des Urteils"):
        _said(counties, due=TODAY - timedelta(1))
    said = _said(counties, on=TODAY - timedelta(3))
    with pytest.raises(InvalidData, match="liegt vor dem Tag des Urteils"):
        complete(counties, said.id, TODAY - timedelta(4))


def test_what_was_done_on_the_day_of_the_verdict_was_done_after_it(counties: Home) -> None:
    complete(counties, _said(counties).id)
    assert [event.what for event in history(judgements(counties.internal.read()))] == ["recorded", "done"]


def test_of_two_verdicts_the_outdated_one_is_asked_for_again(counties: Home) -> None:
    _said(counties, course="none")
    changed = [t for t in COUNTIES if t[:2] != (URIRef(TREFF), SKOS.prefLabel)]
    changed.append((URIRef(TREFF), SKOS.prefLabel, Literal("Treffpunkt für Gründerinnen", lang="de")))
    with counties.writing("test") as writer:
        writer.load([dataset("kreise", changed)])
    later = _said(counties, body=BIRKE, course="none")
    [found] = standings(counties.internal.read())
    assert (found.status, found.to_do) == (DECIDED, True)
    assert found.sentence.startswith(later.sentence)
    assert "Kreistag Ahorn (Geschäftsstelle)" in found.sentence and "bitte neu bewerten" in found.sentence


# It stays


def test_judgements_survive_load_rebuild_backup_and_restore(counties: Home, tmp_path: Path) -> None:
    _said(counties, visibility="public")
    _said(counties, body=BIRKE)
    kept = judgements(counties.internal.read()), judgements(counties.public.read())
    assert [len(several) for several in kept] == [2, 1]
    with counties.writing("test") as writer:
        writer.load([dataset("kreise", [*COUNTIES, *_thing("measure/neu", "Neu", ZG.Measure)])])
        writer.rebuild()
    again = Home(counties.directory)
    assert (judgements(again.internal.read()), judgements(again.public.read())) == kept
    backup(counties, tmp_path / "archive.tgz")
    restore(tmp_path / "archive.tgz", tmp_path / "restored")
    restored = Home(tmp_path / "restored")
    assert (judgements(restored.internal.read()), judgements(restored.public.read())) == kept
    assert b"/judgement/" in counties.public.dump.read_bytes()
    assert [change.command for change in counties.journal()].count("judge") == 2


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
import test_judgements as t
from graph.home import Home
home = Home(Path(sys.argv[1]))
for number in range(1000):
    said = t._said(home, body=f"Runde {number}", visibility="public" if number % 2 else "internal")
    print(said.id, flush=True)
"""


def test_acknowledged_judgements_survive_being_killed(counties: Home) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(counties.directory)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent,
        text=True,
    )
    assert process.stdout
    acknowledged = [process.stdout.readline().strip() for _ in range(4)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with counties.writing("test"):
        pass
    found = {j.id: j for j in judgements(counties.internal.read())}
    assert set(acknowledged) <= set(found)
    assert all(len(j.sides) == 2 and j.reason for j in found.values())
    public = {j.id for j in judgements(counties.public.read())}
    assert public == {j.id for j in found.values() if j.visibility == "public"}


# The questions


def _asked(home: Home, name: str, columns: str, **values: str) -> list[tuple[object, ...]]:
    rows = named(name).select(home.internal.read(), values)
    return [tuple(row[column] for column in columns.split()) for row in rows]


def test_the_questions_on_judgements_have_exact_answers(counties: Home) -> None:
    first = _said(counties, on=date(2026, 1, 1))
    second = _said(counties, kind="overlap", due=date(2026, 3, 1), owner=AMT, on=date(2026, 1, 2))
    third = _said(counties, body=BIRKE, course="drop", on=date(2026, 1, 3))
    fourth = _said(counties, body="Arbeitskreis", due=date(2026, 2, 1), on=date(2026, 1, 4))
    withdraw(counties, fourth.id, "Irrtum")
    assert _asked(counties, "judgements-in-force", "date bodyLabel classLabel courseLabel") == [
        ("2026-01-02", "Kreistag Ahorn", "Überschneidung", "zusammenlegen"),
        ("2026-01-03", "Kreistag Birke", "Dopplung", "nicht weiterverfolgen"),
    ]
    assert _asked(
        counties, "history-of-an-overlap", "date bodyLabel classLabel outcome", overlap=f"overlap/{PAIR}"
    ) == [
        ("2026-01-01", "Kreistag Ahorn", "Dopplung", "ersetzt"),
        ("2026-01-02", "Kreistag Ahorn", "Überschneidung", "gilt"),
        ("2026-01-03", "Kreistag Birke", "Dopplung", "gilt"),
        ("2026-01-04", "Arbeitskreis", "Dopplung", "zurückgenommen"),
    ]
    assert _asked(counties, "what-is-due", "due ownerLabel measures", until="2026-12-31") == [
        ("2026-03-01", "Amtsleitung Wirtschaft", "Gründerzentrum – Treff für Start-ups")
    ]
    assert _asked(counties, "what-is-due", "due", until="2026-02-28") == []
    assert _asked(counties, "judgements-that-contradict", "bodyLabel otherBodyLabel about") == [
        ("Kreistag Ahorn", "Kreistag Birke", "Art")
    ]
    complete(counties, second.id)
    assert _asked(counties, "what-is-due", "due", until="2026-12-31") == []
    withdraw(counties, third.id, "Irrtum")
    assert _asked(counties, "judgements-that-contradict", "about") == []
    assert judgement_of(counties.internal.read(), first.iri) == judgements(counties.internal.read())[0]
    assert PREFIXES["zg"] == ZG


# The service and the command line

TOKEN = "ein-token-zum-testen-mit-genug-zeichen"
PASSWORD = "ein gutes Passwort"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
AT = "/api/v1/judgements"
BODY = {
    "overlap": PAIR,
    "class": "overlap",
    "course": "coordinate",
    "body": AHORN,
    "role": "Geschäftsstelle",
    "reason": "Gleiches Ziel.",
    "due": "2030-01-01",
}


class Compared(Findings):
    """A comparison that finds one overlap, which the two measures as they are now have."""

    def _missing(self, district: str, kind: str) -> list[dict[str, Any]]:
        sides = [
            {
                "iri": m.iri,
                "title": m.title,
                "district": m.district,
                "ags": m.ags,
                "lead": [],
                "sources": [],
                "fingerprint": fingerprint(m),
            }
            for m in measures(self.edition.read(), only=[TREFF, ZENTRUM])
        ]
        if len(sides) < 2 or district not in ("00001", "00002"):
            return []
        one = {"id": PAIR, "class": "overlap", "score": 0.7, "confidence": 0.6, "a": sides[0], "b": sides[1]}
        return [
            one | {"dimensions": [], "reason": "Gründung", "shared": [], "own_district": False, "rank": 1}
        ]

    def _index(self) -> dict[str, Any]:
        return {"districts": ["00001", "00002"], "ids": {PAIR: ("00001", "all")}}


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.commands.judge.Findings", Compared)


@pytest.fixture
def client(counties: Home, compared: None) -> TestClient:
    """The service on the counties, with a reader, a reviewer and an administrator's token."""
    accounts = Accounts(counties.directory / FILE, TOKEN)
    accounts.add("Lena", Role.READER, PASSWORD)
    accounts.add("Rita", Role.REVIEWER, PASSWORD)
    shown = []
    for edition in (counties.public, counties.internal):
        found = Compared(edition)
        shown.append(Shown(edition.read, lambda e=edition: e.fingerprint, found.of, found.one))  # type: ignore[misc]
    service = Service(public=shown[0], internal=shown[1], district="00001")
    return TestClient(create_app(service, Engine(counties), accounts))


def test_reviewers_write_and_everybody_reads_what_is_public(client: TestClient) -> None:
    assert client.get(AT).json() == client.get(AT, headers=BEARER).json() == []
    assert client.post(AT, json=BODY).status_code == 401
    answer = client.post(AT, json=BODY, headers=BEARER)
    assert answer.status_code == 201, answer.text
    first = answer.json()
    assert (first["class"], first["course"], first["due"]) == ("overlap", "coordinate", "2030-01-01")
    assert first["body"] == {"iri": str(ID[AHORN]), "label": "Kreistag Ahorn"}
    assert client.get(AT).json() == []
    assert client.get(f"{AT}/{first['id']}").status_code == 404
    [standing] = client.get(AT, headers=BEARER).json()
    assert (standing["overlap"], standing["status"]) == (PAIR, DECIDED)
    second = client.post(AT, json=BODY | {"visibility": "public", "course": "merge"}, headers=BEARER).json()
    assert second["replaces"] == first["id"]
    [public] = client.get(AT).json()
    assert [(j["id"], j["replaces"]) for j in public["judgements"]] == [(second["id"], "")]
    told = client.get(f"{AT}/{second['id']}", headers=BEARER).json()
    assert [event["what"] for event in told["standing"]["history"]] == ["recorded", "replaced"]
    gone = client.post(f"{AT}/{second['id']}/withdrawal", json={"reason": "Irrtum"}, headers=BEARER).json()
    assert gone["status"] == client.get(AT).json()[0]["judgements"][0]["status"] == "withdrawn"


def test_a_session_needs_the_role_and_its_token_against_forgery(client: TestClient) -> None:
    for name, status in (("Lena", 403), ("Rita", 201)):
        client.cookies.clear()
        client.post("/anmelden", data={"name": name, "password": PASSWORD}, follow_redirects=False)
        assert client.post(AT, json=BODY).status_code == 403
        shown = re.search(r'name="csrf" value="([^"]+)"', client.get("/anmelden").text)
        assert shown
        assert client.post(AT, json=BODY, headers={"X-CSRF-Token": shown[1]}).status_code == status


def test_who_wrote_stands_in_the_journal_and_not_in_the_graph(client: TestClient, counties: Home) -> None:
    client.post("/anmelden", data={"name": "Rita", "password": PASSWORD}, follow_redirects=False)
    shown = re.search(r'name="csrf" value="([^"]+)"', client.get("/anmelden").text)
    assert shown
    client.post(AT, json=BODY, headers={"X-CSRF-Token": shown[1]})
    assert [(c.actor, c.command) for c in counties.journal()][-1] == ("Rita", "judge")
    assert not [quad for quad in counties.internal.read() if "Rita" in str(quad)]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"class": "twin"}, 422, "Die Art „twin“ gibt es nicht"),
        ({"body": "body/nirgends"}, 404, "Das Gremium oder die Stelle „body/nirgends“ ist nicht bekannt"),
        ({"overlap": "0123456789abcdef"}, 404, "Die Überschneidung „0123456789abcdef“"),
        ({"overlap": "", "a": "measure/treff"}, 422, "entweder „overlap“ oder „a“ und „b“"),
        ({"a": "measure/treff"}, 422, "entweder „overlap“ oder „a“ und „b“"),
        ({"class": "x" * 101}, 422, "Fehlt oder ist ungültig: class"),
        ({"overlap": "", "a": "measure/treff", "b": "measure/nirgends"}, 404, "measure/nirgends"),
        ({"due": "bald"}, 422, "Fehlt oder ist ungültig: due"),
        ({"more": "x"}, 422, "Fehlt oder ist ungültig: more"),
    ],
)
def test_the_service_refuses_what_must_not_be_recorded(
    client: TestClient, change: dict[str, str], status: int, said: str
) -> None:
    answer = client.post(AT, json=BODY | change, headers=BEARER)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


def test_an_overlap_shows_its_judgements_in_lists_and_on_its_page(client: TestClient) -> None:
    at = "/api/v1/overlaps?district=00001"
    [found] = client.get(at, headers=BEARER).json()
    assert (found["id"], found["status"], found["judgements"]) == (PAIR, OPEN, [])
    client.post(AT, json=BODY, headers=BEARER)
    client.post(AT, json=BODY | {"body": BIRKE, "class": "duplicate"}, headers=BEARER)
    [again] = client.get(at, headers=BEARER).json()
    assert (again["status"], len(again["judgements"])) == (CONTRADICTORY, 2)
    assert "sagt Überschneidung, abstimmen; Kreistag Birke" in again["status_reason"]
    page = client.get(f"/ueberschneidungen/{PAIR}", headers=BEARER).text
    assert "widersprüchlich bewertet" in page and "Widerspruch in der Art: Kreistag Ahorn" in page
    [public] = client.get(at).json()
    assert (public["status"], public["judgements"]) == (OPEN, [])
    assert "Widerspruch" not in client.get(f"/ueberschneidungen/{PAIR}").text


def test_the_questions_to_the_list(client: TestClient) -> None:
    first = client.post(AT, json=BODY, headers=BEARER).json()

    def count(**asked: str) -> int:
        return len(client.get(AT, params=asked, headers=BEARER).json())

    assert (
        count(overlap=PAIR) == count(district="00001") == count(district="Birke") == count(open="true") == 1
    )
    assert count(overlap="0" * 16) == 0
    assert client.get(AT, params={"district": "Nirgends"}, headers=BEARER).status_code == 404
    done = client.post(f"{AT}/{first['id']}/completion", json={}, headers=BEARER).json()
    assert done["done"] == TODAY.isoformat()
    assert count(open="true") == 0


# The page's form

CASE = f"/ueberschneidungen/{PAIR}"
FORM = {
    "kind": "overlap",
    "course": "coordinate",
    "body": "Kreistag Ahorn",
    "role": "Geschäftsstelle",
    "reason": "Gleiches Ziel.",
    "due": "01.01.2030",
    "visibility": "internal",
}


def _logged_in(client: TestClient, name: str) -> dict[str, str]:
    """Logs somebody in and gives the field that a form of his carries."""
    client.cookies.clear()
    client.post("/anmelden", data={"name": name, "password": PASSWORD}, follow_redirects=False)
    shown = re.search(r'name="csrf" value="([^"]+)"', client.get("/anmelden").text)
    assert shown
    return {"csrf": shown[1]}


def test_a_reviewer_judges_and_withdraws_on_the_page(client: TestClient) -> None:
    csrf = _logged_in(client, "Rita")
    assert "Ein Urteil festhalten" in client.get(CASE).text
    answer = client.post(CASE, data=FORM | csrf | {"district": "00002"}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{CASE}?district=00002&getan=gespeichert#stand"
    page = client.get(answer.headers["location"]).text
    assert "Das Urteil ist gespeichert." in page and "Gleiches Ziel." in page and "1. Januar 2030" in page
    [standing] = client.get(AT).json()
    [judgement] = standing["judgements"]
    done = client.post(f"{CASE}/erledigt", data=csrf | {"judgement": judgement["id"]}, follow_redirects=False)
    assert done.status_code == 303 and client.get(AT).json()[0]["judgements"][0]["done"] == TODAY.isoformat()
    gone = {"judgement": judgement["id"], "reason": "Irrtum"}
    assert client.post(f"{CASE}/ruecknahme", data=csrf | gone, follow_redirects=False).status_code == 303
    page = client.get(CASE).text
    assert page.index("festgehalten") < page.index("zurückgenommen</span>") and "Irrtum" in page
    assert "Irrtum" not in client.get("/").text and "zurückgenommen" in client.get("/").text
    client.cookies.clear()
    assert "Gleiches Ziel." not in client.get(CASE).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": ""}, "Bitte wählen, wie die beiden zusammenhängen."),
        ({"course": ""}, "Bitte wählen, was daraus folgt."),
        ({"due": "bald"}, "Die Frist ist kein Datum."),
        ({"reason": " "}, "Der Grund fehlt."),
        ({"reason": "x" * 2001}, "Der Grund ist zu lang"),
        ({"reason": "Ruf an: 07141 144-0"}, "enthält eine Telefonnummer"),
        ({"body": "body/nirgends"}, "ist nicht bekannt"),
        ({"visibility": "geheim"}, "Die Sichtbarkeit „geheim“ gibt es nicht"),
    ],
)
def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(
    client: TestClient, change: dict[str, str], said: str
) -> None:
    answer = client.post(CASE, data=FORM | _logged_in(client, "Rita") | change)
    assert answer.status_code == 422 and said in answer.text
    if "reason" not in change:
        assert "Gleiches Ziel.</textarea>" in answer.text
    assert client.get(AT).json() == []


def test_the_form_is_for_reviewers_with_their_token(client: TestClient) -> None:
    assert client.post(CASE, data=FORM).status_code == 401
    csrf = _logged_in(client, "Lena")
    assert "Ein Urteil festhalten" not in client.get(CASE).text
    assert client.post(CASE, data=FORM | csrf).status_code == 403
    _logged_in(client, "Rita")
    assert client.post(CASE, data=FORM).status_code == 403
    assert client.get(AT).json() == []


def test_what_was_judged_has_its_page_though_the_comparison_finds_it_no_more(
    client: TestClient, counties: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    csrf = _logged_in(client, "Rita")
    client.post(CASE, data=FORM | csrf)
    monkeypatch.setattr(Compared, "_index", lambda self: {"districts": [], "ids": {}})
    page = client.get(CASE).text
    assert "der Vergleich nennt es zurzeit nicht" in page and "Gleiches Ziel." in page
    client.cookies.clear()
    assert client.get(CASE).status_code == 404


def _run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data-dir", str(home.directory)])


JUDGE = (
    "--class",
    "nothing",
    "--course",
    "keep-apart",
    "--body",
    AHORN,
    "--role",
    "Vorsitz",
    "--reason",
    "Anders.",
)


def test_the_commands_record_show_and_withdraw(counties: Home, compared: None) -> None:
    made = _run(counties, "judge", "measure/treff|measure/zentrum", *JUDGE, "--on", "2026-02-01", "--json")
    assert made.exit_code == 0, made.output
    first = json.loads(made.stdout)
    assert (first["overlap"], first["class"], first["on"]) == (PAIR, "unrelated", "2026-02-01")
    again = _run(
        counties, "judge", PAIR, *JUDGE[:2], "--course", "merge", *JUDGE[4:], "--owner", "Stabsstelle"
    )
    assert "kein Zusammenhang, zusammenlegen. Grund: Anders. Zuständig: Stabsstelle." in again.output
    shown = json.loads(_run(counties, "judgements", "--json").stdout)
    assert [s["status"] for s in shown] == [DECIDED]
    second = shown[0]["judgements"][1]["id"]
    assert "Ersetzt das Urteil vom 01.02.2026." in " ".join(_run(counties, "judgements", PAIR).output.split())
    assert (
        len(json.loads(_run(counties, "judgements", "--open", "--district", "Ahorn", "--json").stdout)) == 1
    )
    assert json.loads(_run(counties, "judgements", "--public", "--json").stdout) == []
    assert _run(counties, "judge", "--done", second).exit_code == 0
    assert json.loads(_run(counties, "judgements", "--open", "--json").stdout) == []
    gone = _run(counties, "judge", "--withdraw", second, "--reason", "Irrtum")
    assert "Zurückgenommen am" in gone.output
    assert json.loads(_run(counties, "judgements", "--json").stdout)[0]["status"] == OPEN


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["judge"], 2, "genau eines angeben"),
        (["judge", PAIR], 2, "Es fehlt: --class, --course"),
        (["judge", "0" * 16, *JUDGE], 2, "Die Überschneidung „0000000000000000“ ist nicht bekannt"),
        (["judge", "measure/x|measure/treff", *JUDGE], 2, "Die Maßnahme „measure/x“"),
        (["judge", f"measure/treff|{ZENTRUM}", *JUDGE[:-1], ""], 1, "Der Grund fehlt"),
        (["judge", "--withdraw", "x"], 2, "Das Urteil „x“"),
        (["judgements", "x"], 2, "Eine bewertete Überschneidung „x“"),
    ],
)
def test_the_commands_say_what_is_wrong(
    counties: Home, compared: None, arguments: list[str], code: int, said: str
) -> None:
    made = _run(counties, *arguments)
    assert (made.exit_code, said in made.output) == (code, True), made.output


def test_who_waits_for_another_writer_learns_nothing_of_the_machine(
    client: TestClient, counties: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.judgements.PATIENCE", 0.1)
    with counties.writing("test"):
        answer = client.post(AT, json=BODY, headers=BEARER)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert str(counties.directory) not in answer.text and "Prozess" not in answer.text
