"""The theme scheme and the editor's assignment: complete, unambiguous, in use."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

import pytest
from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

from graph.dataset import Dataset
from ontology import codes, themes
from ontology.namespaces import ID, ZG

SCHEME = ID["theme/themen-der-kreisstrategien"]
EU_THEMES = "http://publications.europa.eu/resource/authority/data-theme/"
EU_CODES = "AGRI ECON EDUC ENER ENVI GOVE HEAL INTR JUST REGI SOCI TECH TRAN"
STW = "http://zbw.eu/stw/descriptor/"
MAPPINGS = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch)
LABELS = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
CLASSIFIED = ("measure", "project", "strategy", "need", "goal", "process-goal", "action-field")
"""Type words of the things that the classification owes a theme."""
EVERYDAY = {"netz", "plan", "konzept", "region", "projekt", "maßnahme", "kommune", "unternehmen", "zukunft"}
"""Words that stand in the titles of every field and therefore name none."""
UNSAID = {
    "measure/klimahausprogramm",
    "measure/nutzung-von-gruenem-wasserstoff",
    "measure/startup-bb",
    "project/drei-pilotprojekte-fuer-fachkraefte-und-gruene-energie",
    "project/existenzgruendungsaktivitaeten",
    "project/fachkraefte-fuer-den-landkreis",
    "project/h2-pure-hyexpert-wasserstoffregion-bundesprogramm-hyland",
    "project/massnahmen-zur-fachkraeftesicherung",
    "project/meine-heimat-dingolfing-landau",
    "project/zo-ziel-1-wasserstoffregion-ostwuerttemberg",
}
"""What is done there, no text says; naming an activity would be inventing it."""


@pytest.fixture(scope="module")
def scheme() -> Graph:
    """The shipped theme scheme."""
    return themes()


@pytest.fixture(scope="module")
def assigned(shipped: list[Dataset]) -> Graph:
    """What the editor assigned."""
    [classification] = [d.statements for d in shipped if d.iri == ID["dataset/verschlagwortung"]]
    return classification


@pytest.fixture(scope="module")
def described(shipped: list[Dataset]) -> set[Node]:
    """Everything that some shipped dataset gives a type."""
    return set(chain.from_iterable(d.statements.subjects(RDF.type) for d in shipped))


def concepts(scheme: Graph) -> list[Node]:
    return sorted(scheme.subjects(RDF.type, SKOS.Concept), key=str)


def level(scheme: Graph, concept: Node | None) -> int:
    broader = scheme.value(concept, SKOS.broader)
    return 1 if broader is None else 1 + level(scheme, broader)


def type_word(thing: Node) -> str:
    return str(thing).removeprefix(str(ID)).split("/")[0]


def names(things: Iterable[Node]) -> list[str]:
    return sorted(str(thing).removeprefix(str(ID)) for thing in things)


def said(scheme: Graph, concept: Node | None, language: str, *predicates: Node) -> list[str]:
    """The labels of a concept (of all of them with None) in one language."""
    objects = chain.from_iterable(scheme.objects(concept, predicate) for predicate in predicates or LABELS)
    return [str(label) for label in objects if isinstance(label, Literal) and label.language == language]


def test_the_scheme_has_between_100_and_200_concepts(scheme: Graph) -> None:
    assert 100 <= len(concepts(scheme)) <= 200


def test_every_concept_has_one_label_in_each_language_and_a_german_definition(scheme: Graph) -> None:
    for concept in concepts(scheme):
        assert len(said(scheme, concept, "de", SKOS.prefLabel)) == 1, concept
        assert len(said(scheme, concept, "en", SKOS.prefLabel)) == 1, concept
        [definition] = scheme.objects(concept, SKOS.definition)
        assert isinstance(definition, Literal) and definition.language == "de", concept
        assert str(concept).startswith(str(ID["theme/"])), concept
        assert (concept, SKOS.inScheme, SCHEME) in scheme, concept


def test_every_concept_has_synonyms_for_titles_never_seen(scheme: Graph) -> None:
    for concept in concepts(scheme):
        assert len(said(scheme, concept, "de", SKOS.altLabel, SKOS.hiddenLabel)) >= 5, concept


def test_there_are_exactly_three_levels(scheme: Graph) -> None:
    assert {level(scheme, concept) for concept in concepts(scheme)} == {1, 2, 3}
    for concept in concepts(scheme):
        assert len(list(scheme.objects(concept, SKOS.broader))) <= 1, concept
        assert ((concept, SKOS.topConceptOf, SCHEME) in scheme) == (level(scheme, concept) == 1), concept


def test_no_label_belongs_to_two_concepts(scheme: Graph) -> None:
    owners = Counter(
        label
        for concept in concepts(scheme)
        for label in {text.casefold() for text in said(scheme, concept, "de")}
    )
    assert [label for label, count in owners.items() if count > 1] == []


def test_no_concept_says_the_same_label_twice(scheme: Graph) -> None:
    for concept in concepts(scheme):
        labels = Counter(said(scheme, concept, "de"))
        assert [label for label, times in labels.items() if times > 1] == [], concept


def test_everyday_words_are_no_labels(scheme: Graph) -> None:
    assert {label.casefold() for label in said(scheme, None, "de")} & EVERYDAY == set()


def test_every_concept_reaches_an_eu_data_theme(scheme: Graph) -> None:
    for concept in concepts(scheme):
        [top] = [c for c in scheme.transitive_objects(concept, SKOS.broader) if level(scheme, c) == 1]
        targets = [str(target) for predicate in MAPPINGS for target in scheme.objects(top, predicate)]
        found = {target.removeprefix(EU_THEMES) for target in targets if target.startswith(EU_THEMES)}
        assert found, concept
        assert found <= set(EU_CODES.split()), concept


def test_mappings_lead_to_eu_themes_and_stw_only_and_never_contradict(scheme: Graph) -> None:
    exact: Counter[Node] = Counter(scheme.objects(None, SKOS.exactMatch))
    assert max(exact.values()) == 1
    for predicate in MAPPINGS:
        for concept, target in scheme.subject_objects(predicate):
            assert str(target).startswith((EU_THEMES, STW)), (concept, target)
            others = [p for p in MAPPINGS if target in set(scheme.objects(concept, p))]
            assert others == [predicate], (concept, target)


def test_every_concept_is_in_use_or_the_parent_of_one(scheme: Graph, assigned: Graph) -> None:
    used = set(assigned.objects(None, ZG.hasTheme)) | set(scheme.objects(None, SKOS.broader))
    assert names(set(concepts(scheme)) - used) == []


def test_the_assignment_names_only_things_that_are_shipped(assigned: Graph, described: set[Node]) -> None:
    assert names(set(assigned.subjects()) - described) == []


def test_the_assignment_names_only_themes_and_codes_that_exist(scheme: Graph, assigned: Graph) -> None:
    assert set(assigned.objects(None, ZG.hasTheme)) <= set(concepts(scheme))
    known = set(codes().subjects(RDF.type, SKOS.Concept))
    for predicate, code_list in ((ZG.activityType, "activity-type"), (ZG.beneficiary, "beneficiary")):
        found = set(assigned.objects(None, predicate))
        assert found <= known
        assert {str(code).split("/")[-2] for code in found} == {code_list}


def test_one_to_three_themes_two_activities_three_beneficiaries(assigned: Graph) -> None:
    for thing in set(assigned.subjects()):
        assert 1 <= len(list(assigned.objects(thing, ZG.hasTheme))) <= 3, thing
        assert len(list(assigned.objects(thing, ZG.activityType))) <= 2, thing
        assert len(list(assigned.objects(thing, ZG.beneficiary))) <= 3, thing


def test_only_the_most_specific_theme_is_assigned(scheme: Graph, assigned: Graph) -> None:
    for thing, theme in assigned.subject_objects(ZG.hasTheme):
        larger = set(scheme.transitive_objects(theme, SKOS.broader)) - {theme}
        assert not larger & set(assigned.objects(thing, ZG.hasTheme)), (thing, theme)


def test_every_measure_project_strategy_need_goal_and_field_has_a_theme(
    assigned: Graph, described: set[Node]
) -> None:
    owed = {thing for thing in described if type_word(thing) in CLASSIFIED}
    assert names(owed - set(assigned.subjects(ZG.hasTheme))) == []


def test_an_activity_is_missing_only_where_no_text_names_one(assigned: Graph, described: set[Node]) -> None:
    owed = {
        t
        for t in described
        if str(t).removeprefix(str(ID)).split("/")[0] in ("measure", "project", "strategy")
    }
    assert set(names(owed - set(assigned.subjects(ZG.activityType)))) == UNSAID


@pytest.mark.parametrize(
    ("thing", "theme"),
    [
        ("project/digitalisierung-buergerservices", "digitale-buergerservices"),
        (
            "project/digitalisierung-von-ausgewaehlten-verwaltungsservices-fuer",
            "digitale-verwaltungsleistungen-fuer-unternehmen",
        ),
        ("project/breitbandausbau", "breitbandversorgung"),
        ("project/iba-projekte", "internationale-bauausstellung"),
        ("measure/welcome-center-stuttgart", "willkommenskultur"),
    ],
)
def test_the_theme_is_what_a_thing_is_about(assigned: Graph, thing: str, theme: str) -> None:
    assert (ID[thing], ZG.hasTheme, ID[f"theme/{theme}"]) in assigned


def test_a_broadband_network_is_not_the_theme_of_a_digital_service(assigned: Graph) -> None:
    service = set(assigned.objects(ID["project/digitalisierung-buergerservices"], ZG.hasTheme))
    network = set(assigned.objects(ID["project/breitbandausbau"], ZG.hasTheme))
    assert not service & network


def pages(shipped: list[Dataset]) -> list[Dataset]:
    return [d for d in shipped if d.iri.startswith(ID["dataset/seiten-"])]


def test_the_pages_bring_121_measures_of_29_districts_and_bodies_unchecked(
    shipped: list[Dataset],
) -> None:
    assert len(pages(shipped)) == 29
    numbers = {str(n) for d in pages(shipped) for n in d.statements.objects(None, DCTERMS.identifier)}
    assert len(numbers) == 121
    for dataset in pages(shipped):
        [status] = dataset.description.objects(dataset.iri, ZG.reviewStatus)
        assert status == ID["code/review-status/unchecked"]


def test_every_page_measure_says_whose_it_is_where_and_how_it_was_checked(shipped: list[Dataset]) -> None:
    for dataset in pages(shipped):
        for measure in set(dataset.statements.subjects(DCTERMS.identifier)):
            for predicate in (ZG.ofAuthority, ZG.forTerritory, ZG.involves, ZG.checkNote, SKOS.prefLabel):
                assert (measure, predicate, None) in dataset.statements, (measure, predicate)


def test_what_was_not_found_again_says_so(shipped: list[Dataset]) -> None:
    notes = [str(n) for d in pages(shipped) for n in d.statements.objects(None, ZG.checkNote)]
    assert sum("nicht wiedergefunden" in note for note in notes) == 2


def test_the_electromobility_concept_is_one_thing_with_two_sources(shipped: list[Dataset]) -> None:
    concept = ID["project/elektromobilitaetskonzept-fuer-den-landkreis-esslingen"]
    sources = {d.iri for d in shipped if (concept, SKOS.prefLabel, None) in d.statements}
    assert sources == {ID["dataset/esslingen-zukunftsdialog"], ID["dataset/seiten-landkreis-esslingen-08116"]}


def test_city_and_county_and_the_savings_banks_stay_apart(described: set[Node]) -> None:
    apart = [
        "authority/stadt-esslingen-am-neckar",
        "district/landkreis-esslingen-08116",
        "actor/kreissparkasse-esslingen-nuertingen",
        "actor/kreissparkasse-goeppingen",
        "actor/kreissparkasse-ludwigsburg",
    ]
    assert {URIRef(ID[name]) for name in apart} <= described
