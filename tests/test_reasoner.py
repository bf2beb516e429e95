"""What follows, and what contradicts: rules, reasoner and gate agree, and say it in German."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import FOAF, ORG, OWL, PROV, RDF, RDFS, SKOS
from rdflib.term import Node

from graph.dataset import Dataset
from graph.inference import infer
from ontology import ontology
from ontology.gate import check
from ontology.namespaces import ID, ZG
from ontology.pellet import Pellet, ReasonerFailed, ReasonerMissing, reasonable
from ontology.profile import DL, fitted, offences
from ontology.rules import materialise, rules
from ontology.standards import axioms_of, standards

Triple = tuple[Node, Node, Node]
PREFIXES = "".join(
    f"@prefix {prefix}: <{space}> .\n"
    for prefix, space in {"zg": ZG, "org": ORG, "skos": SKOS, "owl": OWL, "rdfs": RDFS, "foaf": FOAF}.items()
)
SMALL = """
<project/p> a zg:Project ; zg:inActionField <action-field/f> ; zg:ledBy <actor/a> ; zg:partOf <process/x> ;
  zg:hasTheme <theme/t> ; foaf:page <https://www.example.org/> ; zg:contributesTo <goal/g> .
<strategy/s> zg:hasActionField <action-field/f> ; zg:developedBy <actor/a> ; zg:linkedWith <strategy/r> .
<process/x> zg:partOf <process/y> ; zg:produces <strategy/s> .
<person/c> zg:chairs <body/b> ; zg:affiliatedWith <actor/a> .
<body/b> a zg:Committee ; zg:bodyOf <district/d> .
<need/n> zg:inNeedGroup <need-group/g> . <need-group/g> zg:underSuccessFactor <success-factor/m> .
<territory/a> zg:within <territory/b> ; zg:adjacentTo <territory/c> ; zg:population 5 .
<territory/b> zg:within <territory/c> .
<membership/m> a zg:Membership ; org:member <actor/a> ; org:organization <body/b> ; zg:byOffice <office/o> .
<goal/g> zg:subGoalOf <goal/h> .
<budget/i> zg:amount 20000.0 ; zg:partOfBudget <budget/j> .
"""


def turtle(text: str) -> Graph:
    """A graph from Turtle with our prefixes; `<x>` is a thing of ours."""
    return Graph().parse(data=PREFIXES + text, format="turtle", publicID=str(ID))


def facts(triples: Iterable[Triple]) -> set[Triple]:
    """Class memberships and object-property values that both sides can say, chains to contributesTo left out."""
    terms = ontology()
    classes = set(terms.subjects(RDF.type, OWL.Class))
    relations = set(terms.subjects(RDF.type, OWL.ObjectProperty)) - {ZG.contributesTo}
    return {
        (s, p, o)
        for s, p, o in triples
        if (p == RDF.type and o in classes) or (p in relations and isinstance(o, URIRef))
    }


def said_by_pellet(data: Graph) -> set[Triple]:
    """All that Pellet says of the data's things."""
    conclusions = Pellet(reasonable(ontology(), data)).conclusions()
    assert conclusions.consistent
    return facts({(thing, RDF.type, cls) for thing, cls in conclusions.types} | conclusions.values)


def said_by_rules(data: Graph) -> set[Triple]:
    """All that the data say and the rules add."""
    return facts(set(data) | set(materialise(data)))


# Rules


def test_rules_say_what_pellet_says_on_small_data() -> None:
    data = turtle(SMALL)
    assert said_by_rules(data) == said_by_pellet(data)


def test_rules_say_what_pellet_says_on_all_shipped_data(shipped: list[Dataset]) -> None:
    data = Graph()
    for dataset in shipped:
        data += dataset.statements
    ours, theirs = said_by_rules(data), said_by_pellet(data)
    assert len(ours) > 10_000
    assert ours - theirs == set()
    assert theirs - ours == set()


@pytest.mark.parametrize(
    ("triple", "follows"),
    [
        ((ID["project/p"], ZG.partOfStrategy, ID["strategy/s"]), True),
        ((ID["project/p"], ZG.involves, ID["actor/a"]), True),
        ((ID["project/p"], ZG.partOf, ID["process/y"]), True),
        ((ID["need/n"], ZG.underSuccessFactor, ID["success-factor/m"]), True),
        ((ID["territory/c"], ZG.adjacentTo, ID["territory/a"]), True),
        ((ID["territory/a"], ZG.within, ID["territory/c"]), True),
        ((ID["strategy/r"], ZG.linkedWith, ID["strategy/s"]), True),
        ((ID["person/c"], ORG.memberOf, ID["body/b"]), True),
        ((ID["person/c"], RDF.type, FOAF.Agent), True),
        ((ID["body/b"], RDF.type, PROV.Agent), True),
        ((ID["project/p"], ZG.contributesTo, ID["goal/h"]), False),
        ((ID["strategy/s"], ZG.partOfStrategy, ID["strategy/s"]), False),
        ((ID["actor/a"], ZG.memberOf, ID["body/b"]), False),
        ((ID["territory/b"], ZG.within, ID["territory/a"]), False),
        ((ID["budget/i"], ZG.partOf, ID["budget/j"]), False),
    ],
)
def test_what_follows_and_what_does_not(triple: Triple, follows: bool) -> None:
    assert (triple in materialise(turtle(SMALL))) is follows


def test_a_conclusion_names_its_rule_and_its_premises() -> None:
    reason = infer(turtle(SMALL))[ID["project/p"], ZG.partOfStrategy, ID["strategy/s"]]
    assert reason.rule.name == "chain-inActionField-inverse-hasActionField-partOfStrategy"
    assert reason.rule.description.startswith(
        "Aus „liegt im Handlungsfeld“ und „hat Handlungsfeld“ (rückwärts"
    )
    assert reason.premises == (
        (ID["project/p"], ZG.inActionField, ID["action-field/f"]),
        (ID["strategy/s"], ZG.hasActionField, ID["action-field/f"]),
    )


def test_the_same_statements_give_the_same_reasons_in_any_order() -> None:
    triples = sorted(turtle(SMALL))
    assert materialise(triples) == materialise(triples[::-1])


def test_no_literal_becomes_a_subject() -> None:
    assert all(isinstance(s, URIRef) for s, _, _ in materialise([(ID["a"], ZG.partner, Literal("IHK"))]))


def test_the_rules_as_sparql_updates_give_the_same() -> None:
    data = turtle(SMALL)
    store = pyoxigraph.Store()
    store.load(data.serialize(format="nt", encoding="utf-8"), format=pyoxigraph.RdfFormat.N_TRIPLES)
    before = -1
    while before != len(store):
        before = len(store)
        for rule in rules():
            store.update(rule.sparql)
    literal = pyoxigraph.Literal
    written = {
        (str(q.subject), str(q.predicate), str(q.object)) for q in store if not isinstance(q.object, literal)
    }
    both = {*data, *materialise(data)}
    assert written == {(s.n3(), p.n3(), o.n3()) for s, p, o in both if isinstance(o, URIRef)}


def test_every_axiom_has_its_rule() -> None:
    graph = ontology()
    axioms = sum(
        len(list(graph.triples((None, p, None)))) for p in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain)
    )
    ranges = [p for p in graph.subjects(RDFS.range) if (p, RDF.type, OWL.ObjectProperty) in graph]
    kinds = [k for k in graph.objects(None, RDF.type) if k in (OWL.TransitiveProperty, OWL.SymmetricProperty)]
    chains = [p for p in graph.subjects(OWL.propertyChainAxiom) if p != ZG.contributesTo]
    assert len(rules()) == axioms + len(ranges) + len(kinds) + len(chains)
    assert len({rule.name for rule in rules()}) == len(rules())


@pytest.mark.parametrize(
    "axiom",
    [
        "zg:partner a owl:FunctionalProperty .",
        "zg:Goal owl:equivalentClass zg:Vision .",
        "zg:Goal rdfs:subClassOf [ owl:unionOf ( zg:Need zg:Vision ) ] .",
        "zg:partner owl:inverseOf zg:ledBy .",
    ],
)
def test_an_axiom_without_rule_is_an_error(axiom: str) -> None:
    with pytest.raises(ValueError, match=r"keine Regel|nur eine Richtung"):
        rules(ontology() + turtle(axiom))


# Gate


def test_the_gate_opens_for_our_terms_and_all_shipped_data(shipped: list[Dataset]) -> None:
    data = Graph()
    for dataset in shipped:
        data += dataset.statements
    report = check(data)
    assert report.passed, report.text
    assert [c.passed for c in report.checks] == [True] * 5


def test_a_project_made_a_member_of_a_body_is_refused_with_its_explanation() -> None:
    data = turtle(
        '<project/p> a zg:Project ; skos:prefLabel "Breitbandausbau"@de ; zg:memberOf <body/b> .'
        '<body/b> skos:prefLabel "Sounding Board"@de .'
    )
    report = check(data)
    [finding] = report.findings
    assert "widersprechen sich" in finding.message
    assert finding.explanation == (
        "„Breitbandausbau“ – „Mitglied von“ – „Sounding Board“.",
        "„Breitbandausbau“ ist „Projekt“.",
        "Was die Angabe „Mitglied von“ trägt, ist „Akteur“.",
        "Was „Projekt“ ist, ist auch „Maßnahme“.",
        "Nichts kann zugleich „Akteur“ und „Maßnahme“ sein.",
    )
    assert (
        "NICHT BESTANDEN: Ohne Widerspruch und ohne leere Klasse: die Begriffe mit den Daten" in report.text
    )


def test_an_organisation_made_a_member_of_a_body_passes() -> None:
    assert check(turtle("<actor/p> a zg:Company ; zg:memberOf <body/b> .")).passed


def test_what_contradicts_only_prov_is_found_too() -> None:
    """PROV-O keeps activities and entities apart; our own terms do not say so of processes and strategies."""
    data = turtle("<x> a zg:StrategyProcess ; zg:hasActionField <action-field/f> .")
    assert Pellet(reasonable(ontology(), data)).conclusions().consistent
    report = check(data)
    [finding] = report.findings
    assert "Nichts kann zugleich „prov:Activity“ und „prov:Entity“ sein." in finding.explanation


def test_a_class_that_can_have_no_members_is_named() -> None:
    terms = ontology() + turtle(
        'zg:Both a owl:Class ; skos:prefLabel "Beides"@de ; rdfs:subClassOf zg:Goal , zg:Company .'
    )
    [finding] = check(terms=terms).findings
    assert finding.message == "„Beides“ kann nie auf etwas zutreffen:"
    assert "Nichts kann zugleich „Akteur“ und „Ziel“ sein." in finding.explanation


def test_a_term_outside_the_profile_closes_the_gate() -> None:
    report = check(terms=ontology() + turtle("zg:partOf a owl:FunctionalProperty ."))
    assert not report.passed
    assert "„Teil von“ (zg:partOf) ist transitiv" in report.text
    assert "Das verlässt OWL 2 DL." in report.text


def test_dates_annotations_and_provenance_stay_outside_the_reasoner() -> None:
    data = turtle(
        '<p> a zg:Project ; zg:begin "2018"^^<http://www.w3.org/2001/XMLSchema#gYear> ; skos:prefLabel "P"@de ;'
        "  skos:broadMatch <q> ; zg:partner <a> ; zg:sequence 4 ."
    )
    seen = reasonable(ontology(), data).predicates(ID["p"])
    assert set(seen) == {RDF.type, ZG.partner, ZG.sequence}


def test_the_standards_fit_owl_2_dl_after_trimming() -> None:
    kept, left_out = fitted(standards() + ontology())
    assert [o for o in offences(kept) if o.profile == DL] == []
    axioms = {offence.axiom for offence in left_out}
    assert "foaf:mbox_sha1sum rdf:type owl:InverseFunctionalProperty" in axioms
    assert "prov:hadRevision owl:inverseOf prov:wasRevisionOf" in axioms
    assert not [a for a in axioms if "zg:" in a], "von unseren Begriffen wird nichts ausgelassen"
    assert (FOAF.Person, OWL.disjointWith, FOAF.Organization) in kept
    assert (PROV.Activity, OWL.disjointWith, PROV.Entity) in kept


def test_a_vocabulary_is_shipped_without_its_authors() -> None:
    nquads = (
        f"<{FOAF.Person}> <{RDF.type}> <{OWL.Class}> <http://g> .\n"
        f'<{FOAF.Person}> <{RDFS.comment}> "A person." <http://g> .\n'
        f"<http://o> <{FOAF.mbox}> <mailto:wer@example.org> <http://g> .\n"
    )
    assert set(Graph().parse(data=axioms_of(nquads), format="turtle")) == {(FOAF.Person, RDF.type, OWL.Class)}


def test_a_reasoner_that_does_not_finish_is_reported() -> None:
    with pytest.raises(ReasonerFailed, match="nicht fertig"):
        Pellet(reasonable(ontology()), seconds=0.05).conclusions()


def test_without_java_one_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing: Callable[[str], None] = lambda name: None  # noqa: E731
    monkeypatch.setattr("ontology.pellet.find_spec", nothing)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReasonerMissing, match="reasoner"):
        check()
