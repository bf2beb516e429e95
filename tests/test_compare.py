"""What is compared with what, and what comes out: every step alone, then the chain on the shipped data."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph.circle import Circle, circle
from graph.compare.candidates import candidates, comparable
from graph.compare.classify import CLASSES, classify, fit, load_weights, weights_as_json, weights_from
from graph.compare.dimensions import DIMENSIONS, dimensions, table
from graph.compare.evaluate import average_precision, evaluate, read_measures, read_pairs
from graph.compare.explain import Overlap, Verdict, explain, overlap_id
from graph.compare.measures import measures
from graph.compare.overlaps import FEW, check, compare_lists, compare_pairs, overlaps
from graph.compare.profile import Measure, Source, collective, place_names, places_of, profile, programmes
from graph.compare.words import lexicon, normal, theme_lexicon
from graph.errors import InvalidData
from graph.store import Store

BENCHMARK = Path(__file__).parents[2] / "shared" / "benchmark"
LUDWIGSBURG = "08118"
NETWORK = Measure("n1", "Netzwerk für Energieeffizienz in Unternehmen", district="Landkreis A")
SAME = Measure("n2", "Energieeffizienz-Netzwerke für Betriebe", district="Landkreis B")
PLAN_A = Measure("s1", "Klimaschutzkonzept des Landkreises A", district="Landkreis A", kind="strategy")
PLAN_B = Measure("s2", "Integriertes Klimaschutzkonzept", district="Landkreis B", kind="strategy")
NEED = Measure("b1", "Verfügbarkeit von Gewerbeflächen erhöhen", district="Landkreis A", kind="need")
LAND = Measure("b2", "Flächenbereitstellung", district="Landkreis B", field="Gewerbeflächen")
CYCLING = Measure("r1", "Ausbau der Radwege", district="Landkreis B")
EVERYONE = Circle("all", LUDWIGSBURG, frozenset())

TOP = [
    ("Digitalisierung von ausgewählten Verwaltungsservices", "Digitalisierung Bürgerservices"),
    ("Digitalisierung von ausgewählten Verwaltungsservices", "Digitalisierungsstrategie"),
    ("Vernetzung junger Start-Ups", "Existenzgründungsaktivitäten"),
    ("Werbung für den internationalen", "Maßnahmen zur Fachkräftesicherung"),
    ("Werbung für den internationalen", "Welcome Center Stuttgart"),
    ("Auf- und Ausbau von Unternehmensnetzwerken", "KLIMAfit"),
    ("Auf- und Ausbau von Unternehmensnetzwerken", "Initiative Energieeffizienz"),
    ("kurzfristige Verfügbarkeit von (Gewerbe-)Flächen", "Flächenbereitstellung"),
]
"""What a careful colleague would find for Ludwigsburg: beginnings of titles."""


def values_of(a: Measure, b: Measure) -> dict[str, float]:
    x, y = table([profile(a)]), table([profile(b)])
    return {name: float(column[0]) for name, column in dimensions(x, y, np.array([(0, 0)])).items()}


def class_of(a: Measure, b: Measure) -> str:
    x, y = table([profile(a)]), table([profile(b)])
    return CLASSES[classify(dimensions(x, y, np.array([(0, 0)])), load_weights()).classes[0]]


def between(found: list[Overlap], x: str, y: str) -> list[Overlap]:
    return [
        o
        for o in found
        if (o.a.title.startswith(x) and o.b.title.startswith(y))
        or (o.b.title.startswith(x) and o.a.title.startswith(y))
    ]


# --- words and profiles -------------------------------------------------------------------------------------------


def test_compounds_and_umlauts_are_read() -> None:
    assert normal("Flächen-Management für Größeres") == "flachen management fur grosseres"
    assert {"e-mobility", "mobility"} <= lexicon("subjects").found("Elektromobilitätskonzept").keys()


def test_a_short_stem_only_begins_a_word() -> None:
    assert "cycling" in lexicon("subjects").found("RadCheck")
    assert "cycling" not in lexicon("subjects").found("Beratung der Verwaltungsräte")


def test_a_weak_sign_counts_only_alone() -> None:
    assert set(lexicon("activities").found("Ausbau der Unternehmensnetzwerke")) == {"network"}
    assert set(lexicon("activities").found("Ausbau der Versorgung")) == {"infrastructure"}


def test_what_comes_first_in_a_compound_decides_what_the_rest_means() -> None:
    subjects = lexicon("subjects")
    assert "economy" not in subjects.found("Landwirtschaft") and "economy" in subjects.found("Wirtschaft")
    assert "mobility-plan" not in subjects.found("Elektromobilitätskonzept")
    assert "mobility-plan" in subjects.found("Integriertes Mobilitätskonzept")
    assert "energy-efficiency" not in subjects.found("Ressourceneffizienz")
    assert "energy" in subjects.found("Energieagentur")  # the first part keeps its meaning
    assert {"retail", "company-digital"} <= subjects.found(
        "Digitalisierung Einzelhandel"
    ).keys()  # words, no compound


def test_words_that_only_look_like_a_sign_are_silent() -> None:
    assert "start-up" not in lexicon("subjects").found("elf Gründungsmitglieder")
    assert not theme_lexicon().found("elf Gründungsmitglieder") and theme_lexicon().found("Gründung")
    assert not lexicon("activities").found("vorrangig") and lexicon("activities").found("Vorrangfläche")
    assert not lexicon("activities").found("Internationale Bauausstellung")
    assert not lexicon("activities").found("Kreiswirtschaftsförderung")
    assert "tourists" not in lexicon("beneficiaries").found("zugewanderte Fachkräfte")
    assert "companies" not in lexicon("beneficiaries").found("Menschen, die ein Unternehmen gründen wollen")


@pytest.mark.parametrize("name", ["subjects", "activities", "beneficiaries", "themes"])
def test_no_pattern_is_missed_that_is_not_tried(name: str) -> None:
    known = theme_lexicon() if name == "themes" else lexicon(name)
    for text in (
        normal(part) for entry in known.entries for part in (entry.label, *entry.stems, *entry.weak)
    ):
        tried = {at: list(p.finditer(text)) for at, p in enumerate(known.strong.patterns) if p}
        expected = {at: [match.span() for match in found] for at, found in tried.items() if found}
        assert known.strong.spans(text) == expected


def test_an_object_names_no_building_where_something_else_is_done() -> None:
    assert set(lexicon("activities").found("Workshop zur Ladeinfrastruktur")) == {"event"}
    assert set(lexicon("activities").found("Ausbau der Ladeinfrastruktur")) == {"infrastructure"}


def test_every_parent_and_every_goal_of_the_lexicons_exists() -> None:
    for name in ("subjects", "activities", "beneficiaries"):
        codes = set(lexicon(name).codes)
        assert {entry.parent for entry in lexicon(name).entries} - {""} <= codes


def test_places_and_own_actors_are_masked() -> None:
    measure = Measure(
        "x",
        "Esslinger Klimatage von WXYZ im Landkreis Esslingen",
        district="Landkreis Esslingen",
        actors=("WXYZ e. V.",),
    )
    assert profile(measure).text == "klimatage von im landkreis"


def test_the_name_of_an_authority_gives_its_place() -> None:
    assert place_names("Stadt Esslingen am Neckar") == ["esslingen am neckar", "esslingen"]
    assert place_names("Verband Region Stuttgart") == ["stuttgart"]


def test_sentences_that_only_frame_a_measure_are_not_read() -> None:
    framed = Measure(
        "x", "Gründertage", description="Eines der neun Projekte des Zukunftsdialogs in Umsetzung."
    )
    assert profile(framed).text == "grundertage"


def test_an_editors_theme_counts_more_than_a_word() -> None:
    measure = Measure("x", "Klimaschutz in Betrieben", themes=("breitbandversorgung",))
    found = profile(measure).themes
    assert (
        found["breitbandversorgung"] == 1.0
        and max(w for c, w in found.items() if c != "breitbandversorgung") < 1
    )


def test_needs_plans_and_measures_are_told_apart() -> None:
    assert [profile(m).role for m in (NEED, PLAN_A, NETWORK)] == ["need", "plan", "measure"]


def test_a_programme_is_found_with_its_year_or_without() -> None:
    for text in ("IBA’27: Otto-Quartier", "IBA 2027", "Projekt der Internationalen Bauausstellung"):
        assert programmes(text) == {"IBA"}
    assert programmes("LEADER und KLIMAfit 3") == {"LEADER", "KLIMAfit"} and not programmes(
        "Fibag, Leadership"
    )


def test_land_that_is_readied_is_a_place_of_ones_own_but_a_need_has_none() -> None:
    assert profile(Measure("x", "Konversion des Areals", activities=("land-management",))).own_place
    assert not profile(replace(NEED, activities=("land-management",))).own_place
    assert profile(Measure("x", "Zweckverband Breitbandversorgung")).own_place


@pytest.mark.parametrize(
    ("period", "title", "years"),
    [
        ("2013; Ziel 2050", "Klimaschutzkonzept", (2013, 2100)),
        ("nach 2020", "Messe", (2020, 2100)),
        ("2008", "Klimaschutzagentur", (2008, 2100)),
        ("12.06.2022", "Zukunftsgipfel", (2022, 2022)),
        ("2015–", "Messe", (2015, 2100)),
        ("2021–2024", "Netzwerk", (2021, 2024)),
        ("bis 2030", "Netzwerk", (1900, 2030)),
        ("Stand 10/2018", "Netzwerk", None),
        ("Corona-Zeit", "Messe", None),
    ],
)
def test_years_are_read_as_they_are_meant(period: str, title: str, years: tuple[int, int] | None) -> None:
    assert profile(Measure("x", title, period=period, kind="project")).years == years


# --- candidates and dimensions ------------------------------------------------------------------------------------


def test_nothing_is_compared_with_itself_its_part_or_its_own_strategy() -> None:
    part = replace(NETWORK, iri="p", part_of=(PLAN_A.iri,), strategy=PLAN_A.iri)
    assert not comparable(NETWORK, NETWORK) and not comparable(part, PLAN_A)
    assert not comparable(part, replace(SAME, strategy=PLAN_A.iri))
    assert comparable(part, SAME)


def test_parts_of_parts_and_siblings_are_not_compared() -> None:
    whole = Measure("w", "Klimaschutzkonzept", district="Landkreis A", kind="strategy")
    part = Measure("p", "Elektromobilitätskonzept", district="Landkreis A", part_of=("w",))
    deep = Measure("d", "Workshop zum Laden", district="Landkreis A", part_of=("p",))
    other = Measure("o", "Klimaschutzagentur", district="Landkreis A", part_of=("w",))
    abroad = replace(other, iri="b", district="Landkreis B")
    rows = [profile(m) for m in (whole, part, deep, other, abroad)]
    found = {tuple(pair) for pair in candidates(rows, rows).tolist()}
    assert found == {(1, 4), (2, 4), (3, 4)}  # a common whole in two districts is a joint programme


def test_a_need_and_what_the_same_document_says_of_it_are_not_compared() -> None:
    paper, page = Source("Vorlage", iri="v"), Source("Seite", iri="s")
    need, project = (
        replace(NEED, sources=(paper,)),
        replace(LAND, district="Landkreis A", sources=(page, paper)),
    )
    assert not comparable(need, project)
    assert comparable(need, replace(project, sources=(page,))) and comparable(
        need, replace(project, district="B")
    )


def test_what_a_district_names_as_a_whole_is_not_compared_with_its_own_members() -> None:
    everything = Measure("all", "IBA-Projekte", district="Landkreis A", ags="1")
    site = Measure("one", "IBA’27: Otto-Quartier", district="Stadt B", ags="1")
    assert (
        collective(everything) == "IBA"
        and not collective(site)
        and not collective(replace(site, title="Projekte"))
    )
    assert not comparable(everything, site) and comparable(everything, replace(site, ags="2"))


def test_each_pair_is_a_candidate_once() -> None:
    rows = [profile(m) for m in (NETWORK, SAME, CYCLING)]
    assert candidates(rows, rows).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert len(candidates(rows, rows, limit=2)) == 2


def test_what_is_not_known_is_not_zero() -> None:
    values = values_of(Measure("x", "Vorhaben"), Measure("y", "Vorhaben"))
    assert np.isnan(values["beneficiary"]) and np.isnan(values["time"]) and np.isnan(values["money"])


def test_a_narrow_theme_in_common_says_more_than_a_broad_one() -> None:
    narrow = values_of(Measure("x", "Ausbau der Fernwärme"), Measure("y", "Fernwärmenetz"))["theme"]
    broad = values_of(Measure("x", "Ausbau der Fernwärme"), Measure("y", "Windkraftnutzung"))["theme"]
    assert narrow > broad > 0


def test_the_dimensions_do_not_depend_on_the_order() -> None:
    forth, back = values_of(NETWORK, PLAN_B), values_of(PLAN_B, NETWORK)
    assert forth == pytest.approx(back, nan_ok=True)


# --- classes ------------------------------------------------------------------------------------------------------


def test_same_activity_for_the_same_people_is_a_duplicate() -> None:
    assert class_of(NETWORK, SAME) == "duplicate"


def test_two_plans_of_one_kind_for_two_counties_are_an_overlap() -> None:
    assert class_of(PLAN_A, PLAN_B) == "overlap"


def test_a_need_and_what_answers_it_are_a_complement() -> None:
    assert class_of(NEED, LAND) == "complement"


def test_networks_of_firms_and_cycle_ways_have_nothing_in_common() -> None:
    assert class_of(NETWORK, CYCLING) == "unrelated"


def test_more_likeness_never_means_less_relation() -> None:
    for name, model in load_weights().models.items():
        for key, weight in zip(model.inputs, model.weight, strict=True):
            if key in ("theme", "theme_root", "goal", "activity_main", "beneficiary", "text", "field"):
                assert weight >= 0, (name, key)


def test_the_probabilities_of_the_classes_sum_to_one_and_a_smaller_share_lowers_relatedness() -> None:
    values = {name: np.array([number]) for name, number in values_of(NETWORK, SAME).items()}
    pooled, sober = classify(values, load_weights()), classify(values, load_weights(), 0.1)
    assert pooled.probabilities.sum() == pytest.approx(1) and sober.score[0] < pooled.score[0]


def test_thin_titles_lower_the_confidence() -> None:
    values = {name: np.array([number]) for name, number in values_of(NETWORK, SAME).items()}
    thin = values | {"depth": np.array([1.0])}
    assert classify(thin, load_weights()).confidence[0] < classify(values, load_weights()).confidence[0]


def test_fitting_finds_what_was_planted_and_the_weights_survive_their_file() -> None:
    rng = np.random.default_rng(0)
    theme = rng.random(400)
    values = {name: np.full(400, 0.5) for name in values_of(NETWORK, SAME)} | {"theme": theme}
    gold = [frozenset({"overlap" if t > 0.5 else "unrelated"}) for t in theme]
    weights = fit(values, gold, {"pairs": 400})
    assert ((classify(values, weights).score > 0.5) == (theme > 0.5)).mean() > 0.95
    again = weights_from(json.loads(weights_as_json([weights])))
    assert classify(values, again).score == pytest.approx(classify(values, weights).score, abs=1e-4)


SITE_A = Measure(
    "i1", "IBA’27: Konversion des Areals Nord", district="Landkreis A", activities=("land-management",)
)
SITE_B = replace(SITE_A, iri="i2", title="IBA’27: Areal am Markt", district="Landkreis B")
AGENCY = Measure("k1", "Klimaschutzagentur", district="Landkreis B", field="Klimaschutz")
CHECK = Measure("k2", "Klima-Check für Beschlussvorlagen", district="Landkreis B", field="Klimaschutz")
CENTRES = Measure("b3", "Technologie- und Gründerzentren schaffen", district="Landkreis A", kind="need")
BARBECUE = Measure("g1", "Gründergrillen", district="Landkreis B")
CENTRE = Measure("g2", "Bau eines Gründerzentrums für Start-ups", district="Landkreis B")


def test_two_sites_of_one_joint_programme_are_at_most_an_overlap() -> None:
    values = values_of(SITE_A, SITE_B)
    assert values["programme_sites"] == 1 and class_of(SITE_A, SITE_B) == "overlap"
    assert explained(SITE_A, SITE_B, "overlap").reason.startswith(
        "Gemeinsames Programm (IBA), jeder baut am eigenen Ort"
    )


def test_two_offers_of_one_office_are_no_duplicate() -> None:
    own = replace(SAME, district=NETWORK.district, actors=("Energieagentur A",))
    assert class_of(replace(NETWORK, actors=("Energieagentur A",)), own) != "duplicate"
    assert class_of(replace(NETWORK, actors=("Kammer",)), own) == "duplicate"


def test_an_agency_carries_a_climate_plan_and_a_check_of_papers_does_not() -> None:
    assert profile(AGENCY).carries > profile(CHECK).carries
    assert class_of(PLAN_A, AGENCY) == "complement" and class_of(PLAN_A, CHECK) != "complement"


def test_a_need_is_met_by_who_does_the_same_and_not_by_who_serves_the_same() -> None:
    assert values_of(CENTRES, CENTRE)["activity"] > values_of(CENTRES, BARBECUE)["activity"]
    assert class_of(CENTRES, CENTRE) == "complement" and class_of(CENTRES, BARBECUE) != "complement"


def test_who_shares_neither_activity_nor_people_shares_the_field_at_most() -> None:
    """By the annotation guide an overlap shares what is done, or for whom."""
    check = Measure("x", "Prüfung von Vorlagen auf den Klimaschutz", district="Landkreis A",
                    activities=("regulation",), beneficiaries=("own-administration",))  # fmt: skip
    fair = Measure("y", "Messe zum Klimaschutz", district="Landkreis B",
                   activities=("event",), beneficiaries=("citizens",))  # fmt: skip
    assert values_of(check, fair)["field_only"] == 1 and class_of(check, fair) == "same_field"
    for known in (replace(fair, activities=("regulation",)), replace(check, iri="y", district="Landkreis B")):
        assert values_of(check, known)["field_only"] == 0
    unsaid = replace(fair, title="Klimaschutz", activities=())
    assert values_of(check, unsaid)["field_only"] == 0  # not known is not different
    joint = replace(check, actors=("KEA-BW",)), replace(fair, actors=("KEA-BW", "Kammer"))
    assert values_of(*joint)["field_only"] == 0


def test_what_a_plan_does_not_have_somebody_do_shares_its_field() -> None:
    fair = Measure("y", "Messe zum Klimaschutz", district="Landkreis B", activities=("event",))
    assert values_of(PLAN_A, fair)["plan_idle"] == 1 and class_of(PLAN_A, fair) == "same_field"
    leader = replace(PLAN_A, title="LEADER-Strategie"), replace(fair, title="LEADER-Messe")
    assert values_of(*leader)["field_only"] == 0


def test_a_bid_for_money_is_no_prize_that_was_won() -> None:
    assert not profile(Measure("x", "Bewerbung um Modellprojekte Smart Cities")).award
    assert profile(Measure("x", "Auszeichnung als gründungsfreundliche Kommune")).award


def test_what_one_does_may_be_among_the_unnamed_activities_of_the_other() -> None:
    several = Measure("x", "Maßnahmen zur Fachkräftesicherung", district="Landkreis A")
    one = Measure("y", "Kampagne zur Fachkräftesicherung", district="Landkreis B")
    assert profile(several).several and not profile(one).several
    assert not profile(Measure("x", "Transaktionen")).several
    assert values_of(several, one)["several"] == 1 and values_of(several, several)["several"] == 0
    assert values_of(several, replace(one, title="Fachkräfte"))["several"] == 0  # it names nothing either
    assert class_of(several, one) == "overlap"


def test_that_both_serve_their_own_administration_counts_half() -> None:
    own, other = (Measure(name, "Vorhaben", beneficiaries=("own-administration",)) for name in "xy")
    assert values_of(own, other)["beneficiary"] == pytest.approx(0.5)


def test_a_concept_beside_a_plan_is_a_plan() -> None:
    concept = Measure("x", "Konzept für den Klimaschutz", district="Landkreis B")
    values = values_of(PLAN_A, concept)
    assert (values["both_plans"], values["one_plan"]) == (1, 0)


# --- reasons ------------------------------------------------------------------------------------------------------


def explained(a: Measure, b: Measure, kind: str) -> Overlap:
    return explain(profile(a), profile(b), values_of(a, b), Verdict(kind, 0.9, 0.1, 0.9))


def told(found: Overlap, name: str) -> str:
    return next(d.reason for d in found.dimensions if d.name == name)


def test_where_an_editor_has_assigned_words_add_nothing_to_the_reason() -> None:
    a = Measure("x", "Kampagne für Firmen", activities=("advice",), beneficiaries=("founders",))
    b = Measure("y", "Kampagne für Betriebe", activities=("advice", "event"), beneficiaries=("start-ups",))
    found = explained(a, b, "overlap")
    assert told(found, "activity") == "beide: Beratung"
    assert told(found, "beneficiary") == "beide: Gründerinnen und Gründer"
    assert "Kampagne" not in found.reason and "Unternehmen" not in found.reason


def test_only_the_narrowest_is_named_and_labels_are_parted_by_semicolons() -> None:
    a, b = (Measure(name, "Vorhaben", beneficiaries=("companies", "smes"),
            activities=("campaign", "network")) for name in "xy")  # fmt: skip
    found = explained(a, b, "duplicate")
    assert told(found, "beneficiary") == "beide: kleine und mittlere Unternehmen"
    assert told(found, "activity") == "beide: Information, Kampagne, Werbung; Netzwerk, Austausch"


def test_a_complement_says_whose_the_need_is() -> None:
    assert explained(LAND, NEED, "complement").reason.startswith(
        "Landkreis A hat den Bedarf, Landkreis B ein Vorhaben, das ihn decken kann: "
    )
    own = explained(replace(LAND, district="Landkreis A"), NEED, "complement").reason
    assert own.startswith("Ein Bedarf und ein Vorhaben") and own.endswith("(im eigenen Kreis).")


def test_nobody_carries_out_the_plan_of_another_county() -> None:
    reason = explained(PLAN_A, AGENCY, "complement").reason
    assert reason.startswith(
        "Landkreis A hat einen Plan, Landkreis B eine Maßnahme, wie sie ein solcher Plan vorsieht"
    )


def test_an_overlap_says_what_is_alike_and_what_is_different() -> None:
    a = Measure("x", "Gründerlotsen", activities=("advice",), beneficiaries=("founders",))
    b = Measure("y", "Gründertage", activities=("event",), beneficiaries=("founders",))
    assert explained(a, b, "overlap").reason == (
        "Gleiches Ziel: Gründungen fördern. Gleiche Begünstigte (Gründerinnen und Gründer). "
        "Tätigkeit verschieden (Beratung – Veranstaltung)."
    )


def test_what_is_not_recognised_is_called_so() -> None:
    unsaid = Measure("x", "Gründungsaktivitäten", district="Landkreis A", beneficiaries=("founders",))
    days = Measure(
        "y", "Gründertage", district="Landkreis B", activities=("event",), beneficiaries=("founders",)
    )
    assert explained(unsaid, days, "overlap").reason.endswith(
        "Was genau getan wird, ist bei „Gründungsaktivitäten“ nicht erkannt."
    )
    alike = explained(days, replace(days, iri="z", district="Landkreis C"), "overlap").reason
    assert alike.endswith("Ein Unterschied ist nicht erkannt.")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (LAND, "Ein Bedarf und ein Vorhaben. "),
        (replace(NEED, iri="b3", district="Landkreis B"), "Zwei Bedarfe. "),
        (PLAN_A, "Ein Bedarf und ein Plan. "),
    ],
)
def test_a_need_in_an_overlap_is_called_a_need(other: Measure, said: str) -> None:
    assert explained(NEED, other, "overlap").reason.startswith(said)


def test_two_needs_are_no_double_work() -> None:
    assert class_of(NEED, replace(NEED, iri="b3", district="Landkreis B")) != "duplicate"


def test_in_one_county_nobody_builds_at_a_place_of_his_own() -> None:
    a, b = (Measure(name, "Ausbau des Breitbandnetzes", district="Landkreis A") for name in "xy")
    assert "eigenen Ort" not in explained(a, b, "overlap").reason
    assert "eigenen Ort" in explained(a, replace(b, district="Landkreis B"), "overlap").reason


def test_plans_without_a_common_theme_name_their_goal() -> None:
    a = Measure("x", "Zukunftsstrategie Wirtschaft", kind="strategy", themes=("wirtschaftsstandort",))
    b = Measure("y", "Zukunftskonzept Wirtschaft", kind="strategy", themes=("fachkraeftesicherung",))
    assert explained(a, b, "overlap").reason.startswith("Zwei Pläne mit gleichem Ziel: ")


def test_who_takes_part_in_both_is_named() -> None:
    a, b = (replace(m, district="Landkreis A", actors=("Energieagentur A",)) for m in (NETWORK, SAME))
    assert "Bei beiden dabei: Energieagentur A." in explained(a, b, "overlap").reason
    here, there = (replace(m, actors=(n,)) for m, n in ((a, "Energie-Agentur A"), (b, "Energie Agentur A")))
    assert "Bei beiden dabei: Energie-Agentur A." in explained(here, there, "overlap").reason


def test_shared_words_are_shown_as_written_without_empty_ones() -> None:
    a = Measure("x", "Projekte für Bürgerinnen im Landkreis")
    b = Measure("y", "Bürgerinnen: Projekte im Landkreis")
    assert told(explained(a, b, "overlap"), "text") == "gleiche Wörter: Bürgerinnen"


def test_periods_are_quoted_and_a_date_of_looking_decides_nothing() -> None:
    a, b = Measure("x", "Messe", period="2013; Ziel 2050"), Measure("y", "Messe", period="2014")
    assert told(explained(a, b, "overlap"), "time") == "nacheinander: „2013; Ziel 2050“ und „2014“"
    looked = replace(b, period="Stand 2014")
    assert told(explained(a, looked, "overlap"), "time").startswith("nicht sicher, ob zur gleichen Zeit")


# --- the chain on lists -------------------------------------------------------------------------------------------


def lines(path: Path, *rows: Measure) -> Path:
    data = [
        {"id": m.iri, "title": m.title, "district": m.district, "kind": m.kind, "field": m.field}
        for m in rows
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in data), encoding="utf-8")
    return path


def test_two_lists_are_compared_pair_by_pair(tmp_path: Path) -> None:
    a, b = lines(tmp_path / "a.jsonl", NETWORK, NEED), lines(tmp_path / "b.jsonl", SAME, LAND, CYCLING)
    assert {(row["pair_id"], row["class"]) for row in compare_lists(a, b)} == {
        ("n1|n2", "duplicate"),
        ("b1|b2", "complement"),
    }
    assert len(list(compare_lists(a, b, all_pairs=True))) == 6


def test_a_list_of_pairs_gives_a_prediction_for_each_in_its_order(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("pair_id\ta_id\tb_id\nP2\tn1\tr1\nP1\tn1\tn2\n", encoding="utf-8")
    rows = list(compare_pairs(pairs, lines(tmp_path / "m.jsonl", NETWORK, SAME, CYCLING)))
    assert [(row["pair_id"], row["class"]) for row in rows] == [("P2", "unrelated"), ("P1", "duplicate")]
    assert float(str(rows[1]["score"])) > float(str(rows[0]["score"]))


def test_a_pair_without_its_measure_and_a_broken_line_are_named(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("pair_id\ta_id\tb_id\nP9\tn1\tzz\n", encoding="utf-8")
    with pytest.raises(InvalidData, match=r"P9.*zz"):
        list(compare_pairs(pairs, lines(tmp_path / "m.jsonl", NETWORK)))
    (tmp_path / "x.jsonl").write_text('{"id": "1", "title": "a"}\n{"id": "2"}\n', encoding="utf-8")
    with pytest.raises(InvalidData, match="Zeile 2"):
        read_measures(tmp_path / "x.jsonl")


def test_the_result_of_a_check_has_the_idea_on_side_a() -> None:
    [first, *_] = check("Netzwerk für Energieeffizienz in Betrieben", [SAME, CYCLING, LAND])
    assert (first.a.title, first.b.iri, first.kind) == (
        "Netzwerk für Energieeffizienz in Betrieben",
        "n2",
        "duplicate",
    )


def test_a_measure_with_many_of_a_kind_shows_the_best_and_names_the_others() -> None:
    own = replace(NETWORK, ags=LUDWIGSBURG)
    others = [replace(SAME, iri=f"n{i}", district=f"Landkreis {i}", ags=f"0000{i}") for i in range(3, 9)]
    found = overlaps([own, *others, replace(CYCLING, iri="r2")], EVERYONE, LUDWIGSBURG)
    by_rank = sorted(found, key=lambda o: o.rank)
    assert [o.rank for o in by_rank] == [1, 2, 3, 4, 5, 6] and FEW == 3
    assert by_rank[0].also == tuple(o.id for o in by_rank[3:]) and not any(o.also for o in by_rank[1:])
    [head] = overlaps([own, *others], EVERYONE, LUDWIGSBURG, 1)
    assert head.as_json()["also"] == list(by_rank[0].also)


def test_a_finding_is_decided_where_its_confidence_reaches_one_half(
    known: list[Measure], everyone: Circle
) -> None:
    found = overlaps(known, everyone, LUDWIGSBURG, 200)
    assert {o.decided for o in found} == {True, False}
    assert all(o.decided == (o.confidence >= 0.5) for o in found if abs(o.confidence - 0.5) > 1e-3)


def test_an_overlap_in_json_has_the_fields_of_the_design() -> None:
    [found] = overlaps([replace(NETWORK, ags=LUDWIGSBURG), SAME], EVERYONE, LUDWIGSBURG)
    data = found.as_json()
    assert list(data)[:10] == [
        "id",
        "class",
        "score",
        "confidence",
        "a",
        "b",
        "dimensions",
        "reason",
        "shared",
        "status",
    ]
    assert list(data["a"]) == ["iri", "title", "district", "ags", "lead", "sources", "fingerprint"]
    assert [d["name"] for d in data["dimensions"]] == list(DIMENSIONS) and data["id"] == overlap_id(
        "n2", "n1"
    )
    assert all(d["reason"] for d in data["dimensions"]) and data["reason"].startswith("Beide: ")
    json.dumps(data)


# --- the chain on the shipped data --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known(store: Store) -> list[Measure]:
    return measures(store)


@pytest.fixture(scope="module")
def everyone(store: Store) -> Circle:
    return circle(store, LUDWIGSBURG)


def test_measures_carry_what_the_graph_says_of_them(known: list[Measure]) -> None:
    [found] = [m for m in known if m.title == "Existenzgründungsaktivitäten"]
    assert (found.district, found.ags, found.kind) == ("Landkreis Esslingen", "08116", "project")
    assert (found.themes, found.beneficiaries) == (("existenzgruendung",), ("founders",))
    [source] = found.sources
    assert (
        source.start is not None and source.end is not None and source.end - source.start == len(found.title)
    )
    assert {m.kind for m in known} == {"strategy", "project", "need", "measure", "field"}
    [field] = [m for m in known if m.kind == "field"]
    assert field.title == "Infrastruktur und Raum als Erfolgsfaktoren ausbauen"


def test_the_city_of_esslingen_is_not_the_county(known: list[Measure]) -> None:
    [city] = [m for m in known if m.iri.endswith("digitalisierungsstrategie-stadt-esslingen-am-neckar")]
    assert (city.district, city.ags) == ("Stadt Esslingen am Neckar", "08116")


@pytest.mark.parametrize("limit", [40, 50])
@pytest.mark.parametrize(("own", "other"), TOP)
def test_what_a_careful_colleague_would_find_is_in_the_top_forty(
    known: list[Measure], everyone: Circle, own: str, other: str, limit: int
) -> None:
    found = overlaps(known, everyone, LUDWIGSBURG, limit)
    assert between([o for o in found if o.rank <= 40], own, other)


def test_findings_are_sorted_by_class_score_and_id(known: list[Measure], everyone: Circle) -> None:
    found = overlaps(known, everyone, LUDWIGSBURG, 60)
    assert found == sorted(found, key=lambda o: (CLASSES.index(o.kind), -o.score, o.id)) and len(found) == 60


def test_a_shorter_list_takes_the_first_ranks_of_a_longer_one(known: list[Measure], everyone: Circle) -> None:
    longer, shorter = (overlaps(known, everyone, LUDWIGSBURG, limit) for limit in (500, 40))
    assert [o for o in longer if o.rank <= 40] == shorter


def test_the_own_countys_network_is_marked(known: list[Measure], everyone: Circle) -> None:
    [own] = between(overlaps(known, everyone, LUDWIGSBURG), "Auf- und Ausbau", "KLIMAfit")
    assert own.own_district and "im eigenen Kreis" in own.reason


def test_the_need_for_land_is_answered_by_esslingen(known: list[Measure], everyone: Circle) -> None:
    [land] = between(
        overlaps(known, everyone, LUDWIGSBURG), "kurzfristige Verfügbarkeit", "Flächenbereitstellung"
    )
    assert land.kind == "complement"


def test_broadband_is_at_most_an_overlap_and_nothing_with_the_seven_projects(
    known: list[Measure], everyone: Circle
) -> None:
    found = [o for o in overlaps(known, everyone, LUDWIGSBURG, 5000) if o.b.title == "Breitbandausbau"]
    assert {o.kind for o in between(found, "Zweckverband Kreisbreitband", "Breitbandausbau")} <= {"overlap"}
    projects = {m.iri for m in known if m.ags == LUDWIGSBURG and m.strategy and m.kind == "project"}
    assert len(projects) == 7 and not {o.a.iri for o in found} & projects


def renamed(known: list[Measure]) -> list[Measure]:
    """The same measures in a country of invented places."""
    generic = {
        "landkreis",
        "kreis",
        "stadt",
        "stadtkreis",
        "verband",
        "region",
        "regionalverband",
        "universitatsstadt",
    }
    words = {w for m in known for w in re.findall(r"\w{4,}", m.district) if normal(w) not in generic}
    invented = {
        word: f"Vor{''.join('aeioukmnst'[int(d)] for d in f'{i:03}')}" for i, word in enumerate(sorted(words))
    }
    pattern = re.compile(rf"\b({'|'.join(sorted(words, key=len, reverse=True))})(er|s|n)?\b")

    def move(text: str) -> str:
        return pattern.sub(lambda found: invented[found[1]] + (found[2] or ""), text)

    return [
        replace(
            m,
            title=move(m.title),
            description=move(m.description),
            district=move(m.district),
            field=move(m.field),
            actors=tuple(map(move, m.actors)),
        )
        for m in known
    ]


def test_the_same_comes_out_with_all_district_names_invented(known: list[Measure], everyone: Circle) -> None:
    moved = renamed(known)
    assert not any("Ludwigsburg" in m.title + m.description + m.district for m in moved)
    before, after = (overlaps(list_, everyone, LUDWIGSBURG, 50) for list_ in (known, moved))
    same = {(o.id, o.kind) for o in before} & {(o.id, o.kind) for o in after}
    assert len(same) >= 48
    for own, other in TOP:
        other = "Welcome Center" if other.startswith("Welcome") else other
        assert between([o for o in after if o.rank <= 40], own, other), (own, other)


# --- the benchmark ------------------------------------------------------------------------------------------------


def test_average_precision_counts_the_ranks_of_the_true() -> None:
    assert average_precision([(0.9, True), (0.8, False), (0.7, True)]) == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.skipif(not BENCHMARK.is_dir(), reason="Der Maßstab liegt nicht neben dem Projekt.")
def test_cross_validation_beats_the_best_simple_method() -> None:
    pairs, listed = read_pairs(BENCHMARK / "pairs.tsv"), read_measures(BENCHMARK / "measures.jsonl")
    found = evaluate(pairs, listed, repeats=2)
    assert found.values["related_average_precision"].mean > 0.94 and found.values["related_auc"].mean > 0.95
    assert found.values["macro_f1"].mean > 0.6 and found.values["duplicate_average_precision"].mean > 0.35
    assert found.values["brier"].mean < 0.085 and len(found.misses) == 10


def test_places_named_by_a_list_are_masked_in_all_of_it() -> None:
    assert "xyhausen" in places_of([Measure("x", "a", district="Landkreis Xyhausen")])
