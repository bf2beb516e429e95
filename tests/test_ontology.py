"""The terms, code lists and shapes: complete, in one spelling, and able to say in German what is wrong."""

import re
from collections import defaultdict
from time import perf_counter

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from ontology import OA, canonical, codes, core, ontology, shapes, style
from ontology.__main__ import generated, written
from ontology.closed_world import SHAPE
from ontology.namespaces import ID, ZG
from ontology.profile import DL, RL, offences

PREFIXES = "".join(
    f"@prefix {prefix}: <{space}> .\n"
    for prefix, space in {
        "zg": ZG, "id": ID, "oa": OA, "org": ORG, "skos": SKOS, "dcterms": DCTERMS, "foaf": FOAF, "rdf": RDF,
        "rdfs": RDFS, "owl": OWL, "xsd": XSD, "ex": "http://example.org/",
    }.items()
)  # fmt: skip
CODE = f"{ID}code/"


def turtle(text: str) -> Graph:
    """A graph from Turtle with our prefixes; `<x>` is a thing of ours."""
    return Graph().parse(data=PREFIXES + text, format="turtle", publicID=str(ID))


def nameless(text: str) -> set[ox.Quad]:
    """Its triples with names for nameless nodes that follow from what is said about them (RDFC 1.0)."""
    found = ox.Dataset(ox.parse(text, ox.RdfFormat.TURTLE))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(found)


# Files


def test_every_file_is_in_its_one_spelling_and_up_to_date() -> None:
    stale = [f.name for f, text in (written() | generated()).items() if f.read_text(encoding="utf-8") != text]
    assert stale == [], "bitte: python -m ontology"


def test_the_spelling_keeps_every_triple() -> None:
    assert nameless(canonical(core())) == nameless(core().serialize(format="nt"))
    assert len(Graph().parse(data=canonical(shapes()), format="turtle")) == len(shapes())


def test_the_spelling_does_not_depend_on_the_order_of_the_file() -> None:
    union = "zg:a rdfs:subClassOf [ owl:unionOf ( zg:b zg:c ) ] ."
    one = f'zg:b a owl:Class ; skos:example "x\\n\\"y\\\\" . {union}'
    other = f'{union} zg:b skos:example "x\\n\\"y\\\\" ; a owl:Class .'
    assert canonical(turtle(one)) == canonical(turtle(other))
    assert canonical(turtle(one)) != canonical(turtle(one.replace("zg:b zg:c", "zg:c zg:b")))


def test_a_shared_nameless_node_is_refused() -> None:
    with pytest.raises(ValueError, match="mehrfach"):
        canonical(turtle("zg:a zg:p _:x . zg:b zg:p _:x . _:x zg:q 1 ."))


# Terms


def test_every_term_and_every_code_keeps_the_style() -> None:
    conforms, _, text = pyshacl.validate(core() + codes(), shacl_graph=style(), advanced=True)
    assert conforms, text


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (
            'zg:Thing a owl:Class ; skos:prefLabel "Ding"@de .',
            "genau eine deutsche und eine englische Bezeichnung",
        ),
        ("zg:thing a owl:Class .", "Klassen schreiben wir mit großem Anfangsbuchstaben"),
        ("zg:HasIt a owl:ObjectProperty .", "Eigenschaften schreiben wir mit kleinem"),
        ('zg:Thing a owl:Class ; skos:definition "ein ding"@de .', "Eine Definition ist ein Satz"),
        (
            "zg:has a owl:ObjectProperty , owl:FunctionalProperty .",
            "Funktionale Eigenschaften sind nicht erlaubt",
        ),
        ("zg:Thing a owl:Class .", "Beispiel aus einer echten Quelle"),
    ],
)
def test_a_careless_term_is_named(term: str, message: str) -> None:
    _, _, text = pyshacl.validate(turtle(term), shacl_graph=style(), advanced=True)
    assert message in text


def test_nothing_can_be_merged_by_inference() -> None:
    graph = ontology()
    for kind in (OWL.FunctionalProperty, OWL.InverseFunctionalProperty):
        assert not list(graph.subjects(RDF.type, kind))
    assert not list(graph.triples((None, OWL.sameAs, None)))
    assert not list(graph.triples((None, OWL.hasKey, None)))


def test_a_relation_has_one_direction() -> None:
    assert not [s for s in ontology().subjects(OWL.inverseOf) if isinstance(s, URIRef)]


def test_measures_goals_and_actors_stay_apart() -> None:
    graph = core()
    [head] = graph.objects(None, OWL.members)
    members = {str(m).removeprefix(str(ZG)) for m in Collection(graph, head)}
    assert members == {
        "Measure", "Goal", "Issue", "Actor", "Territory", "Document", "ParticipationActivity", "Decision",
        "BudgetItem", "Indicator", "ActionField",
    }  # fmt: skip


def test_provenance_does_not_enter_the_reasoner() -> None:
    assert (ZG.Statement, RDFS.subClassOf, RDF.Statement) not in ontology()
    assert (ZG.Statement, RDFS.seeAlso, RDF.Statement) in ontology()


def test_dates_have_no_range() -> None:
    assert not [r for p in (ZG.begin, ZG.end) for r in core().objects(p, RDFS.range)]


def test_every_code_list_that_a_property_draws_from_exists() -> None:
    lists = set(codes().subjects(RDF.type, SKOS.ConceptScheme))
    named = {o for o in ontology().objects(None, ZG.codeList) if str(o).startswith(CODE)}
    assert named <= lists
    assert lists - named == set(), "eine Liste, die niemand benutzt"


@pytest.mark.parametrize(
    ("code_list", "values"),
    [
        ("state", "idea planned running paused completed failed open"),
        ("level", "state region county municipality joint-body"),
        ("overlap-class", "duplicate overlap complement same-field unrelated"),
        ("review-status", "unchecked checked accepted rejected"),
        ("visibility", "public internal body"),
        ("qualifier", "exact about over almost under at-least up-to"),
        ("consequence", "coordinate merge adopt keep-apart deliberately-double drop none"),
        ("identity", "same different unsure"),
    ],
)
def test_which_values_does_a_list_have(code_list: str, values: str) -> None:
    found = {
        str(code).rsplit("/", 1)[-1] for code in codes().subjects(SKOS.inScheme, URIRef(CODE + code_list))
    }
    assert found == set(values.split())


# Profile


def test_our_terms_stay_in_both_profiles() -> None:
    assert offences(ontology()) == ()


@pytest.mark.parametrize(
    ("axioms", "profile", "message"),
    [
        ("zg:memberOf a owl:DatatypeProperty .", DL, "„Mitglied von“ (zg:memberOf) ist zugleich Beziehung"),
        ("zg:begin rdfs:range xsd:gYear .", DL, "xsd:gYear ist kein Datentyp von OWL 2"),
        ("zg:begin rdfs:range owl:real .", RL, "owl:real ist kein Datentyp von OWL 2 RL"),
        ("zg:Unheard rdfs:subClassOf zg:Goal .", DL, "zg:Unheard ist nicht als Klasse erklärt"),
        ("zg:Goal rdfs:subClassOf zg:Unheard .", DL, "zg:Unheard ist nicht als Klasse erklärt"),
        ("zg:partner zg:unheard zg:ledBy .", DL, "zg:unheard ist als Eigenschaft nicht erklärt"),
        ("zg:begin rdfs:subPropertyOf zg:partner .", DL, "sind nicht von derselben Art"),
        ("zg:partOf a owl:FunctionalProperty .", DL, "darf nicht owl:FunctionalProperty sein"),
        ("zg:underSuccessFactor a owl:AsymmetricProperty .", DL, "darf nicht owl:AsymmetricProperty sein"),
        ("zg:begin a owl:TransitiveProperty .", DL, "ist nicht als Beziehung"),
        (
            "zg:Goal rdfs:subClassOf [ owl:onProperty zg:partOf ; owl:maxCardinality 1 ] .",
            DL,
            "darf nicht gezählt werden",
        ),
        ("zg:partner owl:propertyChainAxiom ( zg:ledBy zg:partner zg:ledBy ) .", DL, "führt in sich selbst"),
        (
            "zg:partner owl:propertyChainAxiom ( zg:hasGoal zg:ledBy ) . zg:ledBy owl:propertyChainAxiom "
            "( zg:hasGoal zg:partner ) .",
            DL,
            "führt über andere Eigenschaften in sich selbst zurück",
        ),
        ("zg:involves owl:propertyChainAxiom ( zg:hasGoal zg:ledBy ) .", None, ""),
        ("zg:ledBy owl:propertyChainAxiom ( zg:hasGoal zg:involves ) .", DL, "in sich selbst zurück"),
        ("owl:Thing rdfs:subClassOf zg:Goal .", RL, "owl:Thing darf in OWL 2 RL"),
        ("zg:addresses rdfs:range [ owl:unionOf ( zg:Need zg:Goal ) ] .", RL, "owl:unionOf darf in OWL 2 RL"),
        (
            "zg:Goal rdfs:subClassOf [ a owl:Restriction ; owl:onProperty zg:addresses ; "
            "owl:someValuesFrom zg:Need ] .",
            RL,
            "owl:someValuesFrom darf in OWL 2 RL nicht als Oberklasse",
        ),
        (
            "[ a owl:Restriction ; owl:onProperty zg:addresses ; owl:someValuesFrom zg:Need ] "
            "rdfs:subClassOf zg:Measure .",
            None,
            "",
        ),
        ("zg:Goal owl:equivalentClass [ owl:unionOf ( zg:Need zg:Vision ) ] .", RL, "als Gleichsetzung"),
        ("zg:partner a owl:ReflexiveProperty .", RL, "rückbezüglichen"),
        ("zg:Goal owl:disjointUnionOf ( zg:Objective zg:StrategicGoal ) .", RL, "Zerlegung"),
        ("[] a owl:AllDisjointClasses ; owl:members ( zg:Goal ) .", DL, "mindestens zwei"),
        ("<x> a rdf:Statement .", DL, "rdf:Statement ist in OWL 2 DL als Typ nicht erlaubt"),
        ("rdf:Statement a owl:Class .", DL, "gehört zum Wortschatz von OWL"),
        ("<x> zg:partner 'Text' .", DL, "verlangt einen Eintrag, hier steht ein Text"),
        ("[] a zg:Goal .", DL, "Namenlose Einzeldinge"),
    ],
)  # fmt: skip
def test_which_axiom_leaves_a_profile(axioms: str, profile: str | None, message: str) -> None:
    found = offences(ontology() + turtle(axioms))
    if profile is None:
        assert found == ()
    else:
        assert [o for o in found if o.profile == profile and message in o.message], found


# Shapes

SOUND = """
<dataset/d> a zg:Dataset ; dcterms:title "Vorlage"@de , "Paper"@en ;
  zg:reviewStatus <code/review-status/checked> ; zg:visibility <code/visibility/public> .
<district/d> a zg:District ; skos:prefLabel "Landkreis Ludwigsburg"@de ; zg:ags "08118" ;
  zg:level <code/level/county> ; zg:administers <territory/t> ; org:classification <code/actor-type/county> .
<territory/t> a zg:Territory ; skos:prefLabel "Ludwigsburg"@de ; zg:nutsCode "DE115" ; zg:population 544679 ;
  zg:areaKm2 686.77 ; zg:ags "08118" .
<authority/s> a zg:TerritorialAuthority ; skos:prefLabel "Land"@de ; zg:ags "08" ;
  zg:level <code/level/state> .
<authority/g> a zg:TerritorialAuthority ; skos:prefLabel "Stadt"@de ; zg:ags "08116019" ;
  zg:level <code/level/municipality> .
<authority/r> a zg:TerritorialAuthority ; skos:prefLabel "Region"@de ; zg:level <code/level/region> .
<district/k> a zg:District ; skos:prefLabel "Stadtkreis Stuttgart"@de ; zg:ags "08111" ;
  zg:level <code/level/county> , <code/level/municipality> .
<project/p> a zg:Project ; skos:prefLabel "Breitbandausbau"@de , "Broadband"@en ;
  zg:status <code/state/running> ;
  zg:begin "2018-06"^^xsd:gYearMonth ; zg:end "2018"^^xsd:gYear ;
  zg:activityType <code/activity-type/network> ;
  zg:beneficiary <code/beneficiary/companies> ; zg:partner <actor/a> ;
  foaf:page <https://www.example.org/0711-3902> ;
  zg:hasQuantity <quantity/q> ; zg:sequence 4 ; zg:inDataset <dataset/d> ;
  dcterms:description "Von 2017-2020, Vorlage 010/2024-12, 72.577 € für 2025, 01.10.2024, 08118, DE115"@de .
<quantity/q> a zg:Quantity ; skos:prefLabel "rund 190"@de ; zg:value 190.0 ;
  zg:qualifier <code/qualifier/about> ;
  zg:asWritten "rund 190 Unternehmen" ; zg:unit "Unternehmen" .
<actor/a> a zg:Organization ; skos:prefLabel "IHK"@de ; org:classification <code/actor-type/chamber> .
<body/b> a zg:AdvisoryBody ; skos:prefLabel "Sounding Board"@de .
<office/o> a zg:Office ; skos:prefLabel "IHK-Präsident"@de .
<membership/m> a zg:Membership ; skos:prefLabel "IHK im Sounding Board"@de ; org:member <actor/a> ;
  org:organization <body/b> ; org:role <code/role/member> .
<membership/n> a zg:Membership ; skos:prefLabel "IHK-Präsident im Sounding Board"@de ;
  zg:byOffice <office/o> ;
  org:organization <body/b> ; org:role <code/role/member> .
<budget/x> a zg:BudgetItem ; skos:prefLabel "2025"@de ; zg:amount 72577.0 ; zg:fiscalYear 2025 ;
  zg:budgetKind <code/budget-kind/available> ; zg:isTotal true .
<document/v> a zg:Paper ; skos:prefLabel "Vorlage AUT_18/2025"@de ; dcterms:identifier "AUT_18/2025" .
<snapshot/v> a zg:TextSnapshot ; zg:snapshotOf <document/v> ; zg:characters 26010 ;
  zg:sha256 "0a1c423c6d565df56387e62b584579a7eda6cea99186a4ae53dd62e380d229fb" .
<evidence/e> a zg:Evidence ; oa:hasSource <snapshot/v> ; oa:hasSelector <selector/e> ; zg:sectionTitle "2.3" .
<selector/e> a oa:TextPositionSelector ; oa:start "0"^^xsd:nonNegativeInteger ;
  oa:end "600"^^xsd:nonNegativeInteger .
<statement/s> a zg:Statement ; rdf:subject <project/p> ; rdf:predicate zg:sequence ; rdf:object 4 ;
  zg:evidencedBy <evidence/e> ; zg:method <code/method/asserted> ;
  zg:inDataset <dataset/d> ; zg:confidence 1.0 .
<statement/t> a zg:Statement ; rdf:subject <project/p> ; rdf:predicate zg:hasTheme ; rdf:object <theme/x> ;
  zg:method <code/method/assigned> .
<overlap/o> a zg:Overlap ; zg:compares <project/p> , <project/q> ;
  zg:overlapClass <code/overlap-class/overlap> ; zg:score 0.7 .
<project/q> a zg:Project ; skos:prefLabel "Anderes"@de ;
  zg:begin "2018"^^xsd:gYear ; zg:end "2019-01-31"^^xsd:date .
<judgement/j> a zg:Judgement ; zg:judgementOf <overlap/o> ; zg:judgedBy <body/b> ;
  zg:begin "2025-05-26"^^xsd:date ; zg:inRole "Vorsitz" ; zg:reason "Es passt zusammen." ;
  zg:overlapClass <code/overlap-class/complement> ; zg:consequence <code/consequence/coordinate> .
<judgement/i> a zg:IdentityJudgement ; zg:identityOf <body/a> , <body/b> ; zg:identity <code/identity/different> ;
  zg:begin "2025-05-26"^^xsd:date ; zg:judgedByAsWritten "Runde" ; zg:inRole "Vorsitz" ; zg:reason "Es sind zwei." .
"""
"""Data that keep every rule, with numbers that look a little like telephone numbers."""

FAULTY = {
    '<x> a zg:Strategie ; NAMED .': "Diese Klasse gibt es nicht",
    '<x> a zg:Project ; NAMED ; zg:leitet <actor/a> .': "Diese Eigenschaft gibt es nicht",
    "<x> a zg:Project .": "Es fehlt die deutsche Bezeichnung",
    '<x> a zg:Project ; skos:prefLabel "Only English"@en .': "Es fehlt die deutsche Bezeichnung",
    '<x> a zg:Project ; skos:prefLabel "A"@de , "B"@de .': "mehrere Bezeichnungen in derselben Sprache",
    '<x> a zg:Project ; skos:prefLabel "A"@de , "ohne" .': "fehlt die Sprache",
    '<x> a zg:District ; NAMED ; zg:ags "8118" .': "kein Amtlicher Gemeindeschlüssel",
    '<x> a zg:District ; NAMED ; zg:ags "17118" .': "kein Amtlicher Gemeindeschlüssel",
    '<x> a zg:District ; NAMED ; zg:ags "08116019" .': "genau 5 Ziffern",
    '<x> a zg:TerritorialAuthority ; NAMED ; zg:ags "08118" ; '
    "zg:level <code/level/state> .": "Schlüssel und Ebene passen nicht zusammen",
    '<x> a zg:Territory ; NAMED ; zg:nutsCode "115" .': "kein NUTS-Code",
    '<x> a zg:Project ; NAMED ; zg:begin "2025"^^xsd:gYear ; zg:end "2024-12-31"^^xsd:date .': (
        "Das Ende (2024-12-31) liegt vor dem Beginn (2025)."
    ),
    '<x> a zg:Project ; NAMED ; zg:begin "2025-03"^^xsd:gYearMonth ; '
    'zg:end "2025-02-27"^^xsd:date .': "Das Ende (2025-02-27) liegt vor dem Beginn (2025-03).",
    '<x> a zg:Project ; NAMED ; zg:begin "14.1.2025" .': "Der Beginn ist kein Datum",
    '<x> a zg:Project ; NAMED ; zg:end "Herbst 2025" .': "Das Ende ist kein Datum",
    '<x> a zg:Project ; NAMED ; zg:begin "2024"^^xsd:gYear , "2025"^^xsd:gYear .': (
        "„Beginn“ (begin) steht mehrmals da"
    ),
    '<x> a zg:BudgetItem ; NAMED ; zg:amount "72.577 €" .': "eine Zahl mit Punkt statt Komma",
    '<x> a zg:BudgetItem ; NAMED ; zg:amount 1.0 ; zg:fiscalYear 26 .': "vier Ziffern",
    '<x> a zg:BudgetItem ; NAMED .': "fehlt der Betrag",
    '<x> a zg:Membership ; NAMED ; org:member <actor/a> ; org:role <code/role/member> .': (
        "fehlt die Organisation"
    ),
    '<x> a zg:Membership ; NAMED ; org:organization <body/b> ; org:role <code/role/member> .': (
        "fehlt, wer Mitglied ist"
    ),
    '<x> a zg:Membership ; NAMED ; org:organization <body/b> ; org:member <actor/a> .': (
        "fehlt die Rolle"
    ),
    '<x> a zg:Membership ; NAMED ; org:organization <body/b> ; org:member <actor/a> ; '
    "org:role <code/state/idea> .": "nimmt nur Werte der Liste code/role",
    "<x> a zg:Evidence .": "genau ein Dokument oder einen Textstand",
    "<x> a oa:TextPositionSelector ; oa:start 9 ; oa:end 9 .": "endet vor ihrem Anfang",
    "<x> a oa:TextPositionSelector ; oa:start 100 ; oa:end 701 .": "von 100 bis 701 hat 601 Zeichen",
    '<x> a zg:TextSnapshot ; zg:snapshotOf <document/v> ; zg:characters 1 ; zg:sha256 "A" .': "kein SHA-256-",
    "<x> a zg:Statement ; rdf:subject <project/p> ; rdf:predicate zg:sequence ; rdf:object 4 ; "
    "zg:method <code/method/asserted> .": "fehlt der Beleg",
    '<x> a zg:Project ; NAMED ; zg:status <code/vote/unanimous> .': (
        "nimmt nur Werte der Liste code/state"
    ),
    '<x> a zg:Project ; NAMED ; zg:memberOf <body/b> .': "gibt es nur bei: Akteur",
    '<x> a zg:Project ; NAMED ; zg:inActionField <actor/a> .': "diese Art hat: Handlungsfeld",
    '<x> a zg:Project ; NAMED ; zg:partner <actor/nobody> .': "das beschrieben ist",
    '<x> a zg:Actor ; skos:prefLabel "A"@de ; zg:activityType <code/activity-type/network> .': (
        "gibt es nur bei: Anliegen oder Maßnahme oder Strategie"
    ),
    "<x> a zg:Dataset ; zg:visibility <code/visibility/public> .": "fehlt der deutsche Titel",
    '<x> a zg:Dataset ; dcterms:title "D"@de ; zg:visibility <code/visibility/public> .': "der Prüfstand",
    '<x> a zg:Dataset ; dcterms:title "D"@de ; zg:reviewStatus <code/review-status/checked> .': (
        "fehlt die Sichtbarkeit"
    ),
    "<x> a zg:Overlap ; zg:compares <project/p> ; zg:overlapClass <code/overlap-class/overlap> .": (
        "genau zwei Seiten"
    ),
    "<x> a zg:Overlap ; zg:compares <project/p> , <project/q> ; zg:overlapClass <code/state/idea> .": (
        "nimmt nur Werte der Liste code/overlap-class"
    ),
    "<x> a zg:Judgement ; zg:judgementOf <overlap/o> ; zg:judgedBy <body/b> ; "
    "zg:overlapClass <code/overlap-class/overlap> .": "fehlt das Datum",
    '<x> a zg:Judgement ; zg:judgementOf <overlap/o> ; zg:begin "2025-05-26"^^xsd:date ; zg:inRole "V" ; '
    'zg:reason "R" ; zg:overlapClass <code/overlap-class/overlap> .': "fehlt, wer bewertet hat",
    '<x> a zg:IdentityJudgement ; zg:identityOf <body/b> ; zg:identity <code/identity/same> ; zg:judgedBy <body/b> ; '
    'zg:begin "2025-05-26"^^xsd:date .': "genau zwei Einträge",
    '<x> a zg:Person ; NAMED ; foaf:mbox <mailto:wer@example.org> .': "gehören nicht in den Graphen",
    '<x> a zg:Person ; NAMED ; skos:note "Tel. 0711 123" .': "Telefonnummer",
    '<x> a zg:Person ; NAMED ; ex:irgendwas "wer@example.org" .': "Telefonnummer",
    '<x> a zg:Person ; skos:prefLabel "P, 0700 1234-5678"@de .': "Telefonnummer",
    '<x> a zg:Quantity ; NAMED .': "fehlt die Zahl",
    '<x> a zg:Measurement ; NAMED ; zg:value 22.0 .': "fehlt die Kennzahl",
    '<x> a zg:Project ; NAMED ; foaf:page "www.example.org" .': "Internetadresse",
    '<x> a zg:Project ; NAMED ; zg:confidence 1.5 .': "eine Zahl von 0 bis 1",
}  # fmt: skip
"""A fault and what is said of it; NAMED stands for a German label."""


def messages(data: Graph) -> dict[Node, list[str]]:
    """What the shapes say, by thing."""
    _, report, _ = pyshacl.validate(
        data, shacl_graph=shapes(), ont_graph=ontology(), advanced=True, inplace=True
    )
    found: dict[Node, list[str]] = defaultdict(list)
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        assert focus is not None
        found[focus] += map(str, report.objects(result, SH.resultMessage))
    return found


@pytest.fixture(scope="module")
def said() -> dict[Node, list[str]]:
    """The messages on the sound data together with every planted fault, each at a thing of its own."""
    data = turtle(SOUND)
    for number, fault in enumerate(FAULTY):
        data += turtle(fault.replace("<x>", f"<faulty/{number}>").replace("NAMED", 'skos:prefLabel "N"@de'))
    return messages(data)


def test_sound_data_pass(said: dict[Node, list[str]]) -> None:
    assert {thing: words for thing, words in said.items() if "/faulty/" not in str(thing)} == {}


@pytest.mark.parametrize(("number", "message"), [*enumerate(FAULTY.values())], ids=str)
def test_what_is_said_of_a_fault(said: dict[Node, list[str]], number: int, message: str) -> None:
    assert [words for words in said[ID[f"faulty/{number}"]] if message in words], said[ID[f"faulty/{number}"]]


CONTACTS = [
    "Telefon 0123 4567-890", "Tel.: 0123/456789", "01234 / 5678-90", "+49 1234 56789", "(01234) 56789-0",
    "Fax 01234567", "01234 567890", "wer@example.org", "wer (at) example.org", "wer.noch@stelle.example.de",
]  # fmt: skip
HARMLESS = [
    "Digitale Zukunftskommune@bw", "08116019", "08118", "72.577 €", "2017-2020", "14.1.2025",
    "25.2. – 16.3.2025",
    "AUT_18/2025", "Vorlage 010/2024-12", "0 € 2026 20.000 €", "L-01", "1110", "01.10.2024 bis 30.04.2025",
    "0a1c423c6d565df56387e62b584579a7eda6cea99186a4ae53dd62e380d229fb", "2024-10-01", "Nummer: 0514", "DE115",
    "Mobilitätskonzept 2030", "Telefonaktion", "§ 31", "132577", "081160190190",
]  # fmt: skip


@pytest.mark.parametrize(("text", "allowed"), [(t, False) for t in CONTACTS] + [(t, True) for t in HARMLESS])
def test_what_counts_as_contact_data(text: str, allowed: bool) -> None:
    pattern = shapes().value(SHAPE.WithoutContactData, SH.pattern)
    assert bool(re.search(str(pattern), text)) is allowed


def test_every_class_that_people_see_needs_a_label() -> None:
    graph = core()
    targets = set(shapes().objects(SHAPE.Label, SH.targetClass))
    hidden = {ZG.Evidence, ZG.Statement, ZG.TextSnapshot, ZG.Dataset, ZG.Overlap, ZG.Judgement}
    hidden |= {ZG.IdentityJudgement, ZG.JudgedState}
    for cls in graph.subjects(RDF.type, OWL.Class):
        if str(cls).startswith(str(ZG)):
            above = set(graph.transitive_objects(cls, RDFS.subClassOf))
            assert bool(above & targets) is (cls not in hidden), cls


def test_every_message_is_german_and_says_what_to_do() -> None:
    graph = shapes()
    spoken = {m for m in graph.objects(None, SH.message) if isinstance(m, Literal)}
    assert {m.language for m in spoken} == {"de"}
    for message in spoken:
        assert str(message)[-1] == "." and len(message) > 25, message


def test_shapes_are_fast_enough_for_an_import() -> None:
    data = Graph()
    for number in range(1500):
        text = SOUND if number < 1 else ""
        data += turtle(text)
        project = ID[f"project/{number}"]
        data.add((project, RDF.type, ZG.Project))
        data.add((project, SKOS.prefLabel, Literal(f"Projekt {number}", "de")))
        data.add((project, ZG.partner, ID["actor/a"]))
        data.add((project, ZG.status, ID["code/state/running"]))
        data.add((project, ZG.sequence, Literal(number, datatype=XSD.integer)))
        statement = ID[f"statement/{number}"]
        data.add((statement, RDF.type, ZG.Statement))
        data.add((statement, RDF.subject, project))
        data.add((statement, RDF.predicate, ZG.sequence))
        data.add((statement, RDF.object, Literal(number, datatype=XSD.integer)))
        data.add((statement, ZG.method, ID["code/method/asserted"]))
        data.add((statement, ZG.evidencedBy, ID["evidence/e"]))
        for text_property in (
            SKOS.altLabel,
            DCTERMS.description,
            SKOS.note,
            ZG.statusAsWritten,
            DCTERMS.identifier,
        ):
            data.add((project, text_property, Literal(f"Text {number}")))
    assert len(data) > 24_000
    begin = perf_counter()
    assert messages(data) == {}
    assert perf_counter() - begin < 30


def test_no_blank_node_stands_for_a_term() -> None:
    assert not [s for s in core().subjects(RDF.type, OWL.Class) if isinstance(s, BNode)]
