"""What sounds alike stays apart: nothing is merged by likeness, and proposed only with evidence."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS
from starlette.testclient import TestClient
from tiny import Triple, dataset

from api.accounts import FILE, Accounts
from api.app import create_app
from api.cli import main
from api.service import Service, Shown
from api.sparql.engine import Engine
from graph import derivation
from graph.dataset import Dataset
from graph.derivation import ONTOLOGY, State
from graph.entities import plain, proposals, stem
from graph.errors import InvalidData, Unknown
from graph.home import Home
from graph.identities import (
    IDENTITIES,
    IdentityDraft,
    disagreements,
    identity_judgements,
    judge_identity,
    linked,
    withdraw_identity,
)
from graph.store import Store, quads_of_triples
from ontology import codes
from ontology.namespaces import ID, ZG
from queries import named

APART = [
    (
        "body/ausschuss-fuer-umwelt-und-technik-ludwigsburg",
        "body/ausschuss-fuer-technik-und-umwelt-esslingen",
    ),
    ("actor/kreissparkasse-ludwigsburg", "actor/kreissparkasse-esslingen-nuertingen"),
    ("actor/wuestenrot-bausparkasse-ag", "actor/wuestenrot-wuerttembergische"),
    ("authority/stadt-esslingen-am-neckar", "district/landkreis-esslingen-08116"),
    ("territory/esslingen-am-neckar-08116019", "territory/esslingen-08116"),
    ("body/gemeinderat-esslingen-am-neckar", "body/kreistag-esslingen"),
]
SAME = "<http://www.w3.org/2002/07/owl#sameAs>|<http://www.w3.org/2004/02/skos/core#exactMatch>"


def _statements(store: Store, thing: str) -> set[tuple[object, object]]:
    return {(r["p"], r["o"]) for r in store.select(f"SELECT ?p ?o {{ <{ID[thing]}> ?p ?o }}")}


@pytest.mark.parametrize(("one", "other"), APART)
def test_they_are_two(one: str, other: str, store: Store) -> None:
    assert _statements(store, one), one
    assert _statements(store, other), other
    assert not store.ask(f"ASK {{ <{ID[one]}> ({SAME})+ <{ID[other]}> }}")
    assert not store.ask(f"ASK {{ <{ID[other]}> ({SAME})+ <{ID[one]}> }}")


@pytest.mark.parametrize(("one", "other"), APART)
def test_they_have_names_of_their_own(one: str, other: str, store: Store) -> None:
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    assert not store.ask(f"ASK {{ <{ID[one]}> {label} ?l . <{ID[other]}> {label} ?l }}")


def test_the_committees_belong_to_their_own_county(store: Store) -> None:
    rows = store.select(
        f"SELECT ?b ?d {{ ?b <{ZG.bodyOf}> ?d FILTER(CONTAINS(STR(?b), '/ausschuss-fuer-')) }} ORDER BY ?b"
    )
    assert {(str(r["b"]).rsplit("-", 1)[1], str(r["d"]).rsplit("-", 1)[1]) for r in rows} == {
        ("esslingen", "08116"),
        ("esslingen", "esslingen"),  # it is a body of the Kreistag, which is a body of the county
        ("ludwigsburg", "08118"),
    }


def test_no_dataset_says_that_two_things_are_the_same(shipped: list[Dataset]) -> None:
    assert not any("sameAs" in str(p) for dataset in shipped for p in dataset.statements.predicates())


# Proposals

LB, ES = "district/ludwigsburg", "district/esslingen"


def entry(name: str, label: str, *more: tuple[URIRef, object], cls: URIRef = ZG.Organization) -> list[Triple]:
    said = [(RDF.type, cls), (SKOS.prefLabel, label), *more]
    return [
        (
            ID[name],
            predicate,
            value
            if isinstance(value, URIRef)
            else ID[str(value)]
            if "/" in str(value) and not str(value).startswith("http")
            else Literal(str(value), lang="de"),
        )
        for predicate, value in said
    ]


def county(name: str, label: str, key: str) -> list[Triple]:
    return [
        *entry(
            f"district/{name}", f"Landkreis {label}", (ZG.administers, f"territory/{name}"), cls=ZG.District
        ),
        (ID[f"district/{name}"], RDF.type, ZG.TerritorialAuthority),
        (ID[f"district/{name}"], ZG.ags, Literal(key)),
        (ID[f"district/{name}"], SKOS.altLabel, Literal(label, lang="de")),
        *entry(
            f"authority/{name}",
            f"Stadt {label}",
            (SKOS.altLabel, label),
            (ZG.administers, f"territory/stadt-{name}"),
            cls=ZG.TerritorialAuthority,
        ),
        (ID[f"authority/{name}"], ZG.level, ID["code/level/municipality"]),
        (ID[f"territory/stadt-{name}"], ZG.within, ID[f"territory/{name}"]),
    ]


COUNTIES = [*county("ludwigsburg", "Ludwigsburg", "08118"), *county("esslingen", "Esslingen", "08116")]


def _words() -> State:
    return {
        ONTOLOGY: {
            q
            for code, word in IDENTITIES.items()
            for q in quads_of_triples(
                [(ID[f"code/identity/{code}"], SKOS.prefLabel, Literal(word, lang="de"))], ONTOLOGY
            )
        }
    }


@pytest.fixture
def few_words() -> Iterator[None]:
    """Of the ontology hardly anything is stored, which takes less time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivation, "vocabulary", _words)
        yield


def loaded(home: Home, *entries: list[Triple]) -> Home:
    with home.writing("test") as writer:
        writer.load([dataset("kreise", COUNTIES), dataset("akteure", [t for said in entries for t in said])])
    return home


def pairs(home: Home) -> list[tuple[str, str, list[str]]]:
    return [
        (
            p.a.iri.removeprefix(str(ID)),
            p.b.iri.removeprefix(str(ID)),
            [e.kind for e in (*p.evidence, *p.against)],
        )
        for p in proposals(home.internal.read())
    ]


UT = "Ausschuss für Umwelt und Technik"
TU = "Ausschuss für Technik und Umwelt"
TRAPS = {
    "permuted names in two counties": [
        entry("body/a", UT, (ZG.bodyOf, LB), cls=ZG.Body),
        entry("body/b", TU, (ZG.bodyOf, ES), cls=ZG.Body),
    ],
    "permuted names in one county": [
        entry("body/a", UT, (ZG.bodyOf, LB), cls=ZG.Body),
        entry("body/b", TU, (ZG.bodyOf, LB), cls=ZG.Body),
    ],
    "the same body name in two counties": [
        entry("body/a", UT, (ZG.bodyOf, LB), cls=ZG.Body),
        entry("body/b", UT, (ZG.bodyOf, ES), cls=ZG.Body),
    ],
    "sister companies": [
        entry("actor/a", "Wüstenrot Bausparkasse AG", (SKOS.altLabel, "Wüstenrot"), cls=ZG.Company),
        entry("actor/b", "Wüstenrot & Württembergische", (SKOS.altLabel, "Wüstenrot"), cls=ZG.Company),
    ],
    "sister companies with one home page": [
        entry("actor/a", "Wüstenrot", (FOAF.homepage, URIRef("https://ww.example")), cls=ZG.Company),
        entry(
            "actor/b",
            "Wüstenrot & Württembergische",
            (FOAF.homepage, URIRef("https://www.ww.example/")),
            cls=ZG.Company,
        ),
    ],
    "two legal forms": [
        entry("actor/a", "Beispiel Energie GmbH", (ZG.unitOf, LB), cls=ZG.Company),
        entry("actor/b", "Beispiel Energie e. V.", (ZG.unitOf, LB), cls=ZG.Organization),
    ],
    "two savings banks": [
        entry("actor/a", "Kreissparkasse Ludwigsburg", (SKOS.altLabel, "Kreissparkasse")),
        entry("actor/b", "Kreissparkasse Esslingen-Nürtingen", (SKOS.altLabel, "Kreissparkasse")),
        entry("actor/c", "Kreissparkasse"),
    ],
    "a branch": [
        entry("actor/a", "Prognos AG", (SKOS.altLabel, "Prognos AG, Stuttgarter Büro"), cls=ZG.Company),
        entry("actor/b", "Prognos AG, Stuttgarter Büro", (ZG.unitOf, "actor/a"), cls=ZG.Company),
    ],
    "an office that is anywhere": [
        entry("actor/a", "Landratsamt"),
        entry("actor/b", "Landkreis-Verwaltung Ludwigsburg", (SKOS.altLabel, "Landratsamt"), (ZG.unitOf, LB)),
    ],
    "an abbreviation in two counties": [
        entry("actor/a", "Energieagentur Kreis", (SKOS.altLabel, "LEA"), (ZG.unitOf, LB)),
        entry("actor/b", "Landesagentur", (SKOS.altLabel, "LEA"), (ZG.unitOf, ES)),
    ],
    "two members side by side": [
        entry("actor/a", "Forum Region Mitte", (ZG.memberOf, "body/rat")),
        entry("actor/b", "Das Forum", (SKOS.altLabel, "Forum Region Mitte"), (ZG.memberOf, "body/rat")),
    ],
    "names that are merely alike": [
        entry("actor/a", "Wirtschaftsförderung Region Stuttgart", (ZG.unitOf, LB)),
        entry("actor/b", "Wirtschaftsförderung der Region Stuttgarts", (ZG.unitOf, LB)),
    ],
    "persons": [
        entry("person/a", "Ada Abel", (DCTERMS.identifier, "Q1"), cls=ZG.Person),
        entry("person/b", "Ada Abel", (DCTERMS.identifier, "Q1"), cls=ZG.Person),
    ],
    "an article that names both": [
        entry("actor/a", "Alpha", (FOAF.page, URIRef("https://zeitung.example/artikel/1"))),
        entry("actor/b", "Beta", (FOAF.page, URIRef("https://zeitung.example/artikel/1"))),
    ],
}


@pytest.mark.parametrize("trap", TRAPS)
def test_without_evidence_nothing_is_proposed(trap: str, empty: Home, few_words: None) -> None:
    assert pairs(loaded(empty, *TRAPS[trap])) == []


FOUND = {
    "the same number in a register": (
        [
            entry("actor/a", "WRS", (SKOS.exactMatch, URIRef("http://www.wikidata.org/entity/Q1"))),
            entry("actor/b", "Förderung", (SKOS.exactMatch, URIRef("http://www.wikidata.org/entity/Q1"))),
        ],
        ["register"],
    ),
    "the same number, though the names are permuted": (
        [
            entry("body/a", UT, (ZG.bodyOf, LB), (DCTERMS.identifier, "ris-7"), cls=ZG.Body),
            entry("body/b", TU, (ZG.bodyOf, LB), (DCTERMS.identifier, "ris-7"), cls=ZG.Body),
        ],
        ["register", "permuted"],
    ),
    "the same home page": (
        [
            entry("actor/a", "Alpha Netz", (FOAF.homepage, URIRef("https://www.alpha.example/"))),
            entry("actor/b", "Alpha", (FOAF.page, URIRef("http://alpha.example"))),
        ],
        ["page"],
    ),
    "the same abbreviation at the same seat": (
        [
            entry("actor/a", "Energieagentur", (SKOS.altLabel, "LEA"), (ZG.unitOf, LB)),
            entry("actor/b", "Ludwigsburger Agentur", (SKOS.altLabel, "LEA"), (ZG.unitOf, LB)),
        ],
        ["abbreviation"],
    ),
    "another name that a source gives": (
        [
            entry("actor/a", "Wirtschaftsförderung Region Stuttgart GmbH"),
            entry("actor/b", "WRS", (SKOS.altLabel, "Wirtschaftsförderung Region Stuttgart")),
        ],
        ["alias"],
    ),
    "the same name in the same district": (
        [
            entry("body/a", "Kreistag des Landkreises Ludwigsburg", (ZG.bodyOf, LB), cls=ZG.Body),
            entry("body/b", "Kreistag Landkreis Ludwigsburg", (ZG.bodyOf, LB), cls=ZG.Body),
        ],
        ["name"],
    ),
    "a firm of one word, whose other name comes first": (
        [
            entry("actor/a", "Robert Werke", (SKOS.altLabel, "Zündfix")),
            entry("actor/b", "Zündfix GmbH", cls=ZG.Company),
        ],
        ["alias"],
    ),
    "a firm of one word, which comes first": (
        [
            entry("actor/a", "Zündfix GmbH", cls=ZG.Company),
            entry("actor/b", "Robert Werke", (SKOS.altLabel, "Zündfix")),
        ],
        ["alias"],
    ),
    "the same firm with the same legal form": (
        [
            entry("actor/a", "B.A.U.M. Consult GmbH", cls=ZG.Company),
            entry("actor/b", "B.A.U.M. Consult gmbh", cls=ZG.Company),
        ],
        ["name"],
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_is_proposed_says_why(case: str, empty: Home, few_words: None) -> None:
    entries, kinds = FOUND[case]
    [(one, other, why)] = pairs(loaded(empty, *entries))
    assert ({one, other}, why) == ({str(said[0][0]).removeprefix(str(ID)) for said in entries}, kinds)
    [proposal] = proposals(empty.internal.read())
    assert proposal.sentence.startswith(
        f"„{proposal.a.label}“ und „{proposal.b.label}“ könnten dasselbe meinen: "
    )
    assert ("Dagegen spricht:" in proposal.sentence) is bool(proposal.against)
    assert all(side.sources[0].document == "vorlage" for side in (proposal.a, proposal.b))
    json.dumps(proposal.as_json())


def test_names_are_compared_in_one_spelling_and_in_their_order() -> None:
    assert plain("Wüstenrot & Württembergische") == "wuestenrot wuerttembergische"
    assert stem("Kreistag des Landkreises Ludwigsburg") == stem("KREISTAG Landkreis  Ludwigsburg")
    assert stem("KEA GmbH & Co. KG") == stem("KEA e. V.") == "kea"
    assert stem(UT) != stem(TU)


# Judgements

AB = [*FOUND["another name that a source gives"][0], entry("body/rat", "Rat", (ZG.bodyOf, LB), cls=ZG.Body)]
DRAFT = IdentityDraft(
    str(ID["actor/a"]), str(ID["actor/b"]), "same", "body/rat", "Geschäftsstelle", "Gleicher Sitz."
)


@pytest.mark.parametrize("identity", ["same", "different", "unsure"])
def test_a_judged_pair_is_not_proposed_again_until_the_judgement_is_withdrawn(
    identity: str, empty: Home, few_words: None
) -> None:
    home = loaded(empty, *AB)
    assert len(pairs(home)) == 1
    before = set(home.internal.read().quads())
    found = judge_identity(home, DRAFT.__class__(**(DRAFT.__dict__ | {"identity": identity})))
    assert pairs(home) == []
    assert linked(home.internal.read()) == ([(DRAFT.a, DRAFT.b)] if identity == "same" else [])
    assert set(home.internal.read().quads()) == before  # nothing is merged
    with home.writing("test") as writer:
        writer.rebuild()
    assert identity_judgements(home.internal.read()) == [found]
    gone = withdraw_identity(home, found.id, "Verwechslung")
    assert (gone.status, gone.withdrawal_reason) == ("withdrawn", "Verwechslung")
    assert (len(pairs(home)), linked(home.internal.read())) == (1, [])


def test_a_body_may_change_its_mind_and_bodies_may_disagree(empty: Home, few_words: None) -> None:
    home = loaded(empty, *AB)
    first = judge_identity(home, DRAFT)
    assert judge_identity(home, DRAFT) == first
    second = judge_identity(
        home, IdentityDraft(DRAFT.b, DRAFT.a, "unsure", *list(DRAFT.__dict__.values())[3:])
    )
    assert [(j.id, j.status) for j in identity_judgements(home.internal.read())] == [
        (first.id, "replaced"),
        (second.id, "in_force"),
    ]
    third = judge_identity(home, DRAFT)
    other = judge_identity(
        home, IdentityDraft(DRAFT.a, DRAFT.b, "different", "Runde", "Vorsitz", "Zwei Häuser.")
    )
    decided = identity_judgements(home.internal.read())
    assert disagreements(decided) == [(third, other)]
    assert linked(home.internal.read()) == []
    rows = named("what-was-judged-the-same").select(home.internal.read())
    assert sorted((r["oneLabel"], r["otherLabel"], r["identityLabel"], r["bodyLabel"]) for r in rows) == [
        ("Wirtschaftsförderung Region Stuttgart GmbH", "WRS", "dasselbe", "Rat"),
        ("Wirtschaftsförderung Region Stuttgart GmbH", "WRS", "verschieden", "Runde"),
    ]


def test_what_cannot_be_judged_is_refused(empty: Home, few_words: None) -> None:
    home = loaded(empty, *AB, entry("person/abel", "Ada Abel", cls=ZG.Person))
    draft = DRAFT.__dict__
    for change, said in (
        ({"identity": "alike"}, "Das Ergebnis „alike“ gibt es nicht: same, different, unsure"),
        ({"b": DRAFT.a}, "zweimal derselbe Eintrag"),
        ({"b": str(ID["person/abel"])}, "nie über Personen"),
        ({"body": "Ada Abel"}, "ist eine Person"),
    ):
        with pytest.raises(InvalidData, match=said):
            judge_identity(home, IdentityDraft(**(draft | change)))
    with pytest.raises(Unknown, match="Der Eintrag „actor/x“"):
        judge_identity(home, IdentityDraft(**(draft | {"b": str(ID["actor/x"])})))


def test_a_verdict_on_identity_is_internal_unless_it_says_otherwise(empty: Home, few_words: None) -> None:
    home = loaded(empty, *AB)
    judge_identity(home, DRAFT)
    assert identity_judgements(home.public.read()) == []
    assert len(proposals(home.public.read())) == 1
    judge_identity(home, IdentityDraft(**(DRAFT.__dict__ | {"visibility": "public"})))
    [public] = identity_judgements(home.public.read())
    assert (public.identity, public.replaces) == ("same", "")
    assert proposals(home.public.read()) == []


def test_the_values_are_those_of_the_code_list() -> None:
    words = {
        str(code).rpartition("/")[2]: str(label)
        for code in codes().subjects(SKOS.inScheme, ID["code/identity"])
        for label in codes().objects(code, SKOS.prefLabel)
        if isinstance(label, Literal) and label.language == "de"
    }
    assert words == IDENTITIES


def test_the_command_proposes_and_records(empty: Home, few_words: None) -> None:
    home = loaded(empty, *AB)

    def run(*arguments: str) -> tuple[int, str]:
        made = CliRunner().invoke(main, ["same", *arguments, "--data-dir", str(home.directory)])
        return made.exit_code, made.output

    code, said = run("--json")
    assert (code, len(json.loads(said))) == (0, 1)
    assert run("--district", "Esslingen")[1].startswith("Nichts vorzuschlagen")
    assert run("actor/a", "--judgement", "same")[0] == 2
    who = ("--body", "body/rat", "--role", "Vorsitz", "--reason", "Ja.")
    code, said = run("actor/a", "actor/b", "--judgement", "same", *who)
    assert (code, "dasselbe. Grund: Ja." in said) == (0, True)
    assert run("--json")[1].strip() == "[]"
    [found] = json.loads(run("--judged", "--json")[1])
    assert run("--withdraw", found["id"], "--reason", "Nein.")[0] == 0
    [found] = json.loads(run("--judged", "--json")[1])
    assert found["withdrawn"]


def test_the_service_proposes_and_records(empty: Home, few_words: None, tmp_path: Path) -> None:
    home = loaded(empty, *AB)
    token = {"Authorization": "Bearer ein-token-zum-testen-mit-genug-zeichen"}
    shown = [
        Shown(e.read, lambda e=e: e.fingerprint, lambda *_: [], lambda _: None)  # type: ignore[misc]
        for e in (home.public, home.internal)
    ]
    accounts = Accounts(home.directory / FILE, token["Authorization"].partition(" ")[2])
    client = TestClient(create_app(Service(public=shown[0], internal=shown[1]), Engine(home), accounts))
    at = "/api/v1/identities"
    [proposal] = client.get(f"{at}/proposals").json()
    assert [e["kind"] for e in proposal["evidence"]] == ["alias"]
    body = {name: value for name, value in DRAFT.__dict__.items() if value}
    assert client.post(at, json=body).status_code == 401
    made = client.post(at, json=body, headers=token)
    assert made.status_code == 201, made.text
    one = f"{at}/{made.json()['id']}"
    assert client.get(at).json() == []
    assert client.get(one).status_code == 404
    assert client.get(f"{at}/proposals", headers=token).json() == []
    assert len(client.get(f"{at}/proposals").json()) == 1
    assert len(client.get(one, headers=token).json()["history"]) == 1
    gone = client.post(f"{one}/withdrawal", json={"reason": "Irrtum"}, headers=token).json()
    assert gone["status"] == "withdrawn"


def test_the_shipped_data_propose_nothing_that_is_known_to_be_two(store: Store) -> None:
    proposed = {frozenset((p.a.iri, p.b.iri)) for p in proposals(store)}
    for one, other in APART:
        assert frozenset((str(ID[one]), str(ID[other]))) not in proposed
