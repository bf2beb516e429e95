"""Pictures and what feeds them, on a county small enough to check by eye: every box is counted, every word is found."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictured import iri, service, store_of
from starlette.testclient import TestClient

from api.app import create_app
from graph.board import board
from graph.borders import Borders, borders, read
from graph.budget import Budget, budgets
from graph.calendar import Calendar, When, calendar, strategy_calendar
from graph.crosswalk import crosswalk
from graph.errors import Unknown
from graph.flow import STATED, THEME, Flow, flow
from graph.generalise import STEP, compact, utm32
from graph.house import House, house, strategies
from graph.inventory import inventory
from graph.language import speaking
from graph.progress import progress, tallies
from graph.seats import seats
from graph.spread import spread
from graph.store import Store
from graph.themes import theme_tree
from graph.versions import ALIKE, NEWER, OLDER, SAME, versions
from visualizations.bars import amounts_drawing, budget_drawing, items_twin, tallies_drawing
from visualizations.bodies import bodies_drawing
from visualizations.heat import heat_drawing
from visualizations.house import house_drawing
from visualizations.ladder import ladder_drawing
from visualizations.map import map_drawing
from visualizations.sankey import flow_drawing, money_drawing
from visualizations.svg import Drawing, Picture, balanced, clean, standalone, width, wrapped
from visualizations.timeline import period, timeline_drawing
from visualizations.versions import versions_drawing

NEW, OLD = iri("strategy/plan-2024"), iri("strategy/plan-2017")
AHORN = "08118"


@pytest.fixture(scope="module")
def store() -> Store:
    return store_of()


@pytest.fixture(scope="module")
def plan(store: Store) -> House:
    return house(store, NEW)


@pytest.fixture(scope="module")
def money(store: Store) -> Budget:
    [found] = budgets(store, inventory(store), AHORN)
    return found


@pytest.fixture(scope="module")
def days(store: Store) -> Calendar:
    return calendar(store, inventory(store), AHORN)


@pytest.fixture(scope="module")
def streams(store: Store, plan: House) -> Flow:
    return flow(store, inventory(store), crosswalk(store), theme_tree(store), plan)


class Seen:
    """A drawing as one sees it: its shapes by class, and its words."""

    def __init__(self, drawing: Drawing) -> None:
        self.root = ElementTree.fromstring(drawing.svg)
        self.shapes = list(self.root.iter())

    def all(self, tag: str, look: str = "") -> list[Element]:
        return [
            s
            for s in self.shapes
            if s.tag.endswith(f"}}{tag}") and set(look.split()) <= set(s.get("class", "").split())
        ]

    @property
    def words(self) -> str:
        return " ".join("".join(text.itertext()) for text in self.all("text"))

    @property
    def unbroken(self) -> str:
        """The words as if no line had been broken."""
        return self.words.replace("- ", "").replace(" ", "").replace("-", "")


# What the house is built of


def test_the_house_knows_its_parts_in_the_order_of_the_source(plan: House) -> None:
    assert [goal.label for goal in plan.goals] == [
        "Ein starker Standort mit eigener Identität",
        "Eine offene Verwaltung",
    ]
    assert [goal.label for goal in plan.process_goals] == ["Alle einbinden"] and plan.further_goals == ()
    assert [pillar.field.label for pillar in plan.pillars] == [
        "Digitalisierung",
        "Fachkräfte für die Arbeitswelt von morgen",
        "Raum",
    ]
    assert [[p.label for p in pillar.projects] for pillar in plan.pillars] == [
        ["Portal für Unternehmen", "Netzwerk Wirtschaftsförderungsgesellschaften"], ["Internationale Schule"], [],
    ]  # fmt: skip
    assert plan.assigned and not plan.linked and plan.loose == ()
    assert [(role.who.label, role.what) for role in plan.bodies] == [
        ("Beirat", "berät"), ("Lenkungskreis", "steuert"), ("Runder Tisch", "berät"),
    ]  # fmt: skip
    assert [(role.who.label, role.what) for role in plan.leads] == [("Stabsstelle", "federführend")]
    assert [part.label for part in plan.older] == ["Plan 2017"] and plan.newer == ()
    assert [point.label for point in plan.incomplete] == ["Weitere Projekte sind in Abstimmung"]


def test_a_part_names_the_passage_of_its_place_in_the_house(plan: House) -> None:
    [portal, _other] = plan.pillars[0].projects
    [source] = portal.sources
    assert (source.document, source.section, source.start, source.end) == (
        "Vorlage 1",
        "2 Projekte",
        100,
        160,
    )


def test_a_number_counts_only_where_the_source_writes_it(plan: House) -> None:
    [portal, network] = plan.pillars[0].projects
    [school] = plan.pillars[1].projects
    assert portal.numbered and not network.numbered
    assert school.number == 3 and not school.numbered  # an editor counted


def test_an_unknown_strategy_is_refused(store: Store) -> None:
    with pytest.raises(Unknown):
        house(store, iri("strategy/gibt-es-nicht"))


def test_the_list_counts_what_is_named(store: Store) -> None:
    found = {entry.slug: (entry.goals, entry.fields, entry.projects) for entry in strategies(store)}
    assert found == {"plan-2024": (2, 3, 3), "plan-2017": (0, 2, 0), "birkenplan": (0, 0, 0)}


def test_every_box_of_the_house_is_drawn_once(plan: House, money: Budget) -> None:
    seen = Seen(house_drawing(plan, money))
    looks = Counter(rect.get("class") for rect in seen.all("rect"))
    assert looks == {
        "ground": 1,
        "soft edge": 3,  # two goals, one of the process
        "paper edge dash": 2,  # nobody says which field serves which goal; a field without project
        "tint e0": 1, "tint e1": 1, "tint e2": 1,
        "s0": 1, "s1": 1, "s2": 1,
        "paper e0": 2, "paper e1": 1,
        "dark": 1,
    }  # fmt: skip
    assert len(seen.all("polygon", "s0")) == 1


def test_the_house_says_everything_and_cuts_nothing(plan: House, money: Budget) -> None:
    seen = Seen(house_drawing(plan, money))
    parts = [
        plan.strategy,
        *plan.goals,
        *plan.process_goals,
        *(p.field for p in plan.pillars),
        *plan.projects,
    ]
    for part in parts:
        assert part.label.replace(" ", "").replace("-", "") in seen.unbroken
    assert (
        "Welches Handlungsfeld welchem Ziel dient" in seen.words and "noch kein Projekt genannt" in seen.words
    )
    assert "Wortlaut nicht bekannt" in seen.words and "Stand: im Ausschuss vorgestellt" in seen.words
    assert (
        "Lücke, berechnet: 20.000" in seen.words.replace("\u00a0", " ")
        and "Stabsstelle (federführend)" in seen.words
    )


def test_where_no_project_has_a_field_nobody_says_that_a_field_is_empty() -> None:
    changes = [("zg:inActionField field:digital ; ", ""), ("zg:inActionField field:personal ; ", "")]
    found = house(store_of(*changes), NEW)
    assert not found.assigned and len(found.loose) == 3
    seen = Seen(house_drawing(found))
    assert seen.words.count("Projekte: Zuordnung unbekannt") == 3 and "noch kein Projekt" not in seen.words
    assert len(seen.all("rect", "paper e6")) == 3


def test_where_a_field_serves_a_goal_the_house_says_which() -> None:
    change = (
        "zg:sequence 3 .\nproject:portal",
        "zg:sequence 3 ; zg:contributesTo goal:offen .\nproject:portal",
    )
    found = house(store_of(change), NEW)
    assert found.linked
    words = Seen(house_drawing(found)).words
    assert "dient: Eine offene Verwaltung" in words and "Welches Handlungsfeld welchem Ziel" not in words


def test_a_strategy_of_which_only_the_name_is_known_is_drawn_as_unknown(store: Store) -> None:
    found = house(store, iri("strategy/birkenplan"))
    seen = Seen(house_drawing(found))
    assert len(seen.all("rect", "paper edge dash")) == 2 and seen.words.count("nicht bekannt") == 4
    assert "<script>alert(1)</script> & Birkenplan" in seen.words


def test_the_table_has_a_row_for_every_part_and_every_amount(plan: House, money: Budget) -> None:
    drawing = house_drawing(plan, money)
    kinds = Counter(row[0].text for row in drawing.twin.rows)
    assert kinds == {
        "Zukunftsvision": 1, "strategisches Ziel": 2, "Ziel des Prozesses": 1, "Handlungsfeld": 3, "Projekt": 3,
        "Gremium": 3,
        "Akteur": 1, "Betrag": 9,
    }  # fmt: skip
    [portal] = [row for row in drawing.twin.rows if row[1].iri == iri("project/portal")]
    assert (
        drawing.twin.passages(portal)
        and portal[1].text == "1 · Portal für Unternehmen"
        and portal[3].text == "läuft"
    )


# Versions


def test_two_versions_differ_in_words_and_agree_in_themes(store: Store, plan: House) -> None:
    found = versions(house(store, OLD), plan, crosswalk(store), theme_tree(store))
    told = [
        (c.kind, c.older.label if c.older else "", c.newer.label if c.newer else "") for c in found.fields
    ]
    assert told == [
        (SAME, "Digitalisierung", "Digitalisierung"),
        (ALIKE, "Fachkräftesicherung", "Fachkräfte für die Arbeitswelt von morgen"),
        (NEWER, "", "Raum"),
    ]
    assert [c.kind for c in found.goals] == [NEWER, NEWER] and [c.kind for c in found.projects] == [NEWER] * 3
    drawing = versions_drawing(found, theme_tree(store).label)
    seen = Seen(drawing)
    assert len(seen.all("path", "strong")) == 2 and len(seen.all("path", "strong dash")) == 1
    assert seen.words.count("nur später genannt") == 6 and "gleich" in seen.words
    assert [row[3].text for row in drawing.twin.rows if row[0].text == "Handlungsfeld"][
        1
    ] == "gemeinsames Thema: Fachkräfte"


def test_what_the_newer_does_not_name_stands_alone(store: Store, plan: House) -> None:
    found = versions(plan, house(store, OLD), crosswalk(store), theme_tree(store))
    assert [c.kind for c in found.fields] == [SAME, ALIKE, OLDER]


# Time


@pytest.mark.parametrize(
    ("when", "starts", "ends"),
    [
        (When("2024-10-01"), ("2024-10-01", "2024-10-01"), None),
        (When("2018-05"), ("2018-05-01", "2018-05-31"), None),
        (When("2018-02"), ("2018-02-01", "2018-02-28"), None),
        (When("2024"), ("2024-01-01", "2024-12-31"), None),
        (When("2024", written="im Sommer 2024 gestartet"), ("2024-06-01", "2024-08-31"), None),
        (When("2018", written="Mitte 2018"), ("2018-05-01", "2018-08-31"), None),
        (When(end="2025", written="Bis zum Sommer 2025"), None, ("2025-06-01", "2025-08-31")),
        (
            When("2018", "2019", "Anfang 2018 bis 2019"),
            ("2018-01-01", "2018-12-31"),
            ("2019-01-01", "2019-12-31"),
        ),
        (
            When("2024", written="im Sommer"),
            ("2024-01-01", "2024-12-31"),
            None,
        ),  # of which year it does not say
        (When("2024", written="im Winter 2024"), ("2024-01-01", "2024-12-31"), None),
        (When(written="im Herbst"), None, None),
        (When("2024-13-01"), None, None),
        (When("bald"), None, None),
    ],
)
def test_a_date_is_the_span_in_which_it_lies(
    when: When, starts: tuple[str, str] | None, ends: tuple[str, str] | None
) -> None:
    def told(span: tuple[date, date] | None) -> tuple[str, str] | None:
        return (span[0].isoformat(), span[1].isoformat()) if span else None

    assert (told(when.starts), told(when.ends)) == (starts, ends)
    assert when.known == bool(starts or ends)


def test_the_calendar_puts_everything_under_its_strategy(days: Calendar) -> None:
    found = {group.label: [entry.label for entry in group.entries] for group in days.groups}
    assert found == {
        "Plan 2024": [
            "Beschluss des Kreistags",
            "Prozess zum Plan 2024",
            "Auftakt",
            "Umfrage",
            "Abschluss",
            "Analyse",
        ],
        "Plan 2017": ["Plan 2017"],
    }
    assert days.span == (date(2017, 1, 1), date(2025, 3, 16))


def test_what_has_no_year_keeps_its_words(days: Calendar) -> None:
    [end] = [entry for entry in days.entries if entry.label == "Abschluss"]
    assert not end.when.known and end.after == ("Umfrage",) and end.kind == "milestone"
    drawing = timeline_drawing(days, "zeitplan", "Zeitplan", date(2024, 12, 1))
    assert "„im Herbst“, ohne Jahr · nach: Umfrage" in Seen(drawing).words.replace("\n", " ")
    assert any("„im Herbst“, ohne Jahr" in row[2].text for row in drawing.twin.rows)


def test_exact_days_are_marks_and_inexact_ones_are_hatched(days: Calendar) -> None:
    seen = Seen(timeline_drawing(days, "zeitplan", "Zeitplan", date(2024, 12, 1)))
    # A diamond for the opening and one in the legend; a square for the decision and one in the legend.
    assert len(seen.all("polygon", "spot mark")) == 2 and len(seen.all("rect", "spot mark")) == 2
    hatched = [rect for rect in seen.all("rect", "edge") if "schraffur" in rect.get("fill", "")]
    assert len(hatched) == 4  # plan of 2017, process, survey (below its exact days), legend
    assert (
        "im Sommer 2024 gestartet" in seen.words and "1. Oktober 2024" in seen.words and "heute" in seen.words
    )
    assert len(seen.all("line", "strong dash")) == 1  # the process goes on


def test_strategies_stand_beside_each_other_in_time(store: Store) -> None:
    found = strategy_calendar(store)
    assert [(group.label, [e.label for e in group.entries]) for group in found.groups] == [
        ("Landkreis Ahorn", ["Plan 2017"])
    ]


def test_a_period_is_told_in_the_language_of_the_reader() -> None:
    assert period(When("2025-02-25", "2025-03-16")) == "25. Februar 2025 – 16. März 2025"
    with speaking("en"):
        assert period(When("2025-02-25", "2025-03-16")) == "25 February 2025 – 16 March 2025"


# Money


def test_the_gap_is_computed_and_parts_are_never_added_to_their_whole(money: Budget) -> None:
    assert [(y.year, y.available, y.needed, y.gap) for y in money.years] == [
        (2025, 72577, 72577, 0), (2026, 0, 20000, 20000),
    ]  # fmt: skip
    assert money.gap == 20000 and money.whole("available") == 72577 and money.whole("needed") == 92577
    assert [(c.whole.label, c.sum, c.right) for c in money.checks] == [
        ("Verfügbar 2025", 72577, True), ("Bedarf, Summe", 92577, True), ("Verfügbar, Summe", 72577, True),
    ]  # fmt: skip
    assert [item.label for item in money.single] == ["Projektbudget im Jahr"]


def test_a_wrong_sum_is_named() -> None:
    wrong = store_of(('"Bedarf, Summe"@de ; zg:amount 92577', '"Bedarf, Summe"@de ; zg:amount 100000'))
    [found] = budgets(wrong, inventory(wrong), AHORN)
    assert [check.right for check in found.checks] == [True, False, True]
    assert any("92.577" in note and "100.000" in note for note in budget_drawing(found).notes)


def test_without_an_available_amount_the_gap_is_unknown() -> None:
    changed = store_of((" budget:da-2026,", ""))
    [found] = budgets(changed, inventory(changed), AHORN)
    assert [year.gap for year in found.years] == [Decimal(0), None] and found.gap is None
    assert money_drawing(found) is None
    assert budget_drawing(found).twin.rows[1][1].text == "unbekannt"


def test_each_year_has_its_bars(money: Budget) -> None:
    drawing = budget_drawing(money)
    seen = Seen(drawing)
    assert len(seen.all("rect", "s4")) == 2  # what 2025 has, and the legend; nothing for 2026
    assert len(seen.all("rect", "soft edge")) == 3
    assert (
        len([r for r in seen.all("rect", "mark") if "schraffur" in r.get("fill", "")]) == 2
    )  # the gap of 2026; the legend
    assert [tuple(cell.text.replace("\u00a0", " ") for cell in row) for row in drawing.twin.rows] == [
        ("2025", "72.577 €", "72.577 €", "0 €"), ("2026", "0 €", "20.000 €", "20.000 €"), ("zusammen", "72.577 €",
        "92.577 €", "20.000 €"),
    ]  # fmt: skip
    assert len(items_twin(money).rows) == 9


def test_the_streams_of_money_come_from_the_parts(money: Budget) -> None:
    drawing = money_drawing(money)
    assert drawing is not None
    rows = [
        (row[0].text.split(":")[0], row[1].text.split(":")[0], row[2].text.replace("\u00a0", " "))
        for row in drawing.twin.rows
    ]
    assert rows == [
        ("Planansatz", "2025", "20.000 €"), ("Übertrag aus 2024", "2025", "52.577 €"), ("2025", "benötigt", "72.577 €"),
        ("nicht gedeckt, berechnet", "2026", "20.000 €"), ("2026", "benötigt", "20.000 €"),
    ]  # fmt: skip
    seen = Seen(drawing)
    assert (
        len(seen.all("path")) == 5 and len(seen.all("rect")) == 1 + 6 + 2 + 2
    )  # ground, nodes, years, two patterns


def test_an_amount_that_stands_alone_is_added_to_nothing(money: Budget) -> None:
    drawing = amounts_drawing([money])
    assert [row[0].text for row in drawing.twin.rows] == ["Projektbudget im Jahr"]
    assert "für die kommenden Haushaltsjahre" in Seen(drawing).words


# Progress


def test_the_state_is_what_a_source_says_and_else_unknown(store: Store) -> None:
    found = progress(store, inventory(store), AHORN)
    assert found.counts == {"idea": 1, "running": 1, "": 1}
    drawing = ladder_drawing(found)
    seen = Seen(drawing)
    assert len(seen.all("circle")) == 5 + 5 + 4 and len(seen.all("line", "e0")) == 1
    assert "Stand unbekannt" in seen.words and "laut Quelle: „im Ausschuss vorgestellt“" in seen.words
    assert [row[1].text for row in drawing.twin.rows] == ["läuft", "Idee", "unbekannt"]
    assert drawing.notes == (
        "Nach der Quelle ist die Liste nicht vollständig: Weitere Projekte sind in Abstimmung.",
    )


def test_districts_are_counted_with_what_is_not_known(store: Store) -> None:
    found = tallies(store, inventory(store))
    assert [(t.label, dict(t.counts)) for t in found] == [
        ("Landkreis Ahorn", {"idea": 1, "running": 1, "": 1}), ("Landkreis Birke", {"": 1}),
    ]  # fmt: skip
    drawing = tallies_drawing(found, AHORN)
    assert drawing.description == "Von 2 der 4 Maßnahmen sagt eine Quelle, wie weit sie sind."
    assert drawing.twin.columns == ("Kreis", "Idee", "läuft", "unbekannt", "zusammen")


# Needs


def test_a_need_flows_where_a_source_or_a_theme_says(streams: Flow) -> None:
    told = {a.need.label: [(answer.field, answer.right) for answer in a.answers] for a in streams.needs}
    assert told == {
        "Schnelles Netz": [(iri("action-field/digital"), STATED)],
        "Leute finden": [(iri("action-field/personal"), THEME)],
        "Ein Park": [],
    }
    assert [factor.label for factor in streams.factors] == ["Technik", "Mensch"]
    assert streams.weight(iri("success-factor/technik"), iri("action-field/digital"), STATED) == Fraction(1)
    assert streams.weight("", "", THEME) == 1 and streams.weight("", iri("action-field/raum"), THEME) == 0


def test_the_streams_tell_apart_who_says_so(streams: Flow) -> None:
    drawing = flow_drawing(streams)
    seen = Seen(drawing)
    assert len(seen.all("path", "band")) == 1 + 3  # one need by a source, three projects
    assert len(seen.all("path", "faint")) == 1
    assert (
        len([p for p in seen.all("path", "edge dash") if "schraffur" in p.get("fill", "")]) == 2
    )  # no field; no project
    assert (
        "noch kein Projekt genannt" in seen.words
        and "kein passendes Handlungsfeld gefunden (1 Bedarf)" in seen.words
    )
    assert len(drawing.twin.rows) == 3


# Bodies


def test_who_sits_in_two_bodies_is_drawn_stronger(store: Store) -> None:
    found = seats(store, [iri("body/beirat"), iri("body/kreis"), iri("body/leer")])
    assert [(seat.label, seat.body_label, seat.role) for seat in found.seats] == [
        ("Bank", "Beirat", ""), ("Werk", "Beirat", ""), ("Bank", "Lenkungskreis", ""), ("Landrat", "Lenkungskreis",
        "Vorsitz"),
    ]  # fmt: skip
    drawing = bodies_drawing(found)
    seen = Seen(drawing)
    assert len(seen.all("path", "mark")) == 2 and len(seen.all("path", "edge")) == 2
    assert (
        len(seen.all("polygon")) == 3 and len(seen.all("circle")) == 2 and "Bank (in 2 Gremien)" in seen.words
    )
    assert drawing.notes == ("Runder Tisch: Mitglieder nicht bekannt.",)


# Themes and map


def three_squares() -> Borders:
    """Ahorn and Birke side by side, Erle as an enclave in Birke; 10 km squares."""
    return read(
        json.dumps(
            {
                "crs": "EPSG:25832",
                "credit": "© Amt",
                "licence": "CC BY 4.0",
                "tolerance": 350,
                "step": 1000,
                "arcs": [
                    [10, 0, 0, 10],  # shared by Ahorn and Birke
                    [10, 10, -10, 0, 0, -10, 10, 0],
                    [10, 10, 10, 0, 0, -10, -10, 0],
                    [14, 4, 2, 0, 0, 2, -2, 0, 0, -2],  # Erle
                ],
                "districts": {"08118": [[0, 1]], "08116": [[2, 0], [3]], "08111": [[3]]},
                "centres": {"08118": [5, 5], "08116": [18, 8], "08111": [15, 5]},
            }
        )
    )


def test_neighbours_share_their_border() -> None:
    found = three_squares()
    [ring] = found.rings("08118")
    assert len(ring) == 4 and found.box("08118") == (0, 0, 10000, 10000)
    assert found.box("08116") == (10000, 0, 20000, 10000) and len(found.rings("08116")) == 2


def test_the_map_writes_the_number_on_every_district(store: Store) -> None:
    known = inventory(store)
    found = board(store, known, crosswalk(store), theme_tree(store), AHORN, "adjacent")
    drawing = map_drawing(three_squares(), spread(found))
    seen = Seen(drawing)
    assert {"3", "1", "?"} <= set(seen.words.split()) and "Ahorn" in seen.words
    assert len(seen.all("path")) == 1 + 3 and len(seen.all("path", "strong")) == 1
    assert "© Amt (CC BY 4.0), verändert: vereinfacht, Abweichung höchstens 350 m" in seen.words
    assert [(row[0].text, row[1].text) for row in drawing.twin.rows] == [
        ("Landkreis Ahorn", "3 Maßnahmen"), ("Landkreis Birke", "1 Maßnahme"), ("Stadtkreis Erle", "unbekannt"),
    ]  # fmt: skip


def test_the_map_of_a_theme_names_the_measures(store: Store) -> None:
    known = inventory(store)
    found = board(store, known, crosswalk(store), theme_tree(store), AHORN, "adjacent")
    drawing = map_drawing(three_squares(), spread(found, iri("theme/fachkraefte")))
    assert next(row[2].text for row in drawing.twin.rows) == "Internationale Schule"
    assert [row[1].text for row in drawing.twin.rows] == ["1 Maßnahme", "0 Maßnahmen", "unbekannt"]


def test_the_board_has_a_field_for_every_theme_and_district(store: Store) -> None:
    found = board(store, inventory(store), crosswalk(store), theme_tree(store), AHORN, "adjacent")
    seen = Seen(heat_drawing(found))
    fields = len(found.rows) * len(found.columns)
    unknown = len(found.rows)  # all of Erle
    patterns = 1
    assert len(seen.all("rect")) == 1 + fields + 5 + patterns
    assert len([r for r in seen.all("rect", "edge") if "schraffur" in r.get("fill", "")]) == unknown


def test_official_borders_become_arcs_that_are_shared() -> None:
    west = [[[9.0, 48.0], [9.1, 48.0], [9.1, 48.1], [9.0, 48.1], [9.0, 48.0]]]
    east = [[[9.1, 48.0], [9.2, 48.0], [9.2, 48.1], [9.1, 48.1], [9.1, 48.0]]]
    found = compact(
        [("00001", west), ("00002", [east])], "© Amt", "CC BY 4.0"
    )  # the second is nested once more
    assert len(found["arcs"]) == 3
    used = Counter(n if n >= 0 else ~n for of in found["districts"].values() for ring in of for n in ring)
    assert sorted(used.values()) == [1, 1, 2]
    joined = compact([("16063", west), ("16056", east)], "© Amt", "CC BY 4.0")
    assert list(joined["districts"]) == ["16063"]
    [ring] = read(json.dumps(joined)).rings("16063")
    assert len(ring) >= 4 and found["step"] == STEP


def test_coordinates_are_those_of_the_german_surveys() -> None:
    assert utm32(9.0, 0.0) == pytest.approx((500000, 0), abs=0.01)
    assert utm32(9.0, 45.0) == pytest.approx((500000, 4982950.40), abs=0.05)


def test_the_shipped_borders_hold_every_district_of_today(store: Store) -> None:
    found = borders()
    assert len(found.districts) == 400 and set(found.centres) == set(found.districts)

    def numbers(key: str) -> set[int]:
        return {n if n >= 0 else ~n for ring in found.districts[key] for n in ring}

    ludwigsburg = numbers("08118")
    assert (
        ludwigsburg & numbers("08111")
        and ludwigsburg & numbers("08119")
        and not ludwigsburg & numbers("08116")
    )
    assert found.credit and found.licence and found.crs == "EPSG:25832"


# Text and files


@settings(deadline=None, max_examples=300)
@given(
    text=st.text(max_size=120),
    room=st.floats(20, 400),
    size=st.sampled_from([12.0, 14.0, 24.0]),
    bold=st.booleans(),
)
def test_lines_fit_and_lose_nothing(text: str, room: float, size: float, bold: bool) -> None:
    letters = [sign for sign in clean(text) if not sign.isspace() and sign != "-"]
    for lines in (wrapped(text, room, size, bold), balanced(text, room, size, bold)):
        assert all(width(line, size, bold) <= room or len(line.rstrip("-")) <= 1 for line in lines)
        assert [sign for sign in "".join(lines) if not sign.isspace() and sign != "-"] == letters


def test_long_words_break_with_a_hyphen() -> None:
    lines = wrapped("Wirtschaftsförderungsgesellschaft", 120, 14)
    assert len(lines) > 1 and all(line.endswith("-") for line in lines[:-1])
    assert "".join(line.rstrip("-") for line in lines) == "Wirtschaftsförderungsgesellschaft"


@settings(deadline=None, max_examples=50)
@given(text=st.text(max_size=60))
def test_any_words_make_a_well_formed_picture(text: str) -> None:
    picture = Picture("probe", 300, text, text)
    picture.text(wrapped(text, 200, 14), 10, 10)
    root = ElementTree.fromstring(picture.finished(100))
    assert root.get("role") == "img" and root.get("aria-labelledby") == "probe-titel probe-text"


def drawings(store: Store, plan: House, money: Budget, days: Calendar, streams: Flow) -> Iterator[Drawing]:
    known = inventory(store)
    found = board(store, known, crosswalk(store), theme_tree(store), AHORN, "adjacent")
    yield house_drawing(plan, money)
    yield versions_drawing(
        versions(house(store, OLD), plan, crosswalk(store), theme_tree(store)), theme_tree(store).label
    )
    yield timeline_drawing(days, "zeitplan", "Zeitplan", date(2024, 12, 1))
    yield budget_drawing(money)
    yield money_drawing(money) or budget_drawing(money)
    yield flow_drawing(streams)
    yield ladder_drawing(progress(store, known, AHORN))
    yield tallies_drawing(tallies(store, known), AHORN)
    yield heat_drawing(found)
    yield map_drawing(three_squares(), spread(found))
    yield bodies_drawing(seats(store, [iri("body/beirat"), iri("body/kreis")]))


def test_every_drawing_keeps_the_rules(
    store: Store, plan: House, money: Budget, days: Calendar, streams: Flow
) -> None:
    for drawing in drawings(store, plan, money, days, streams):
        root = ElementTree.fromstring(drawing.svg)
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert (
            len(ids) == len(set(ids))
            and root.get("aria-labelledby") == f"{drawing.name}-titel {drawing.name}-text"
        )
        assert root[0].text == drawing.title and root[1].text == drawing.description and drawing.description
        assert not any("style" in element.attrib or "href" in element.attrib for element in root.iter())
        assert all(len(row) == len(drawing.twin.columns) for row in drawing.twin.rows) and drawing.twin.rows
        _, _, wide, high = map(float, root.get("viewBox", "").split())
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            lines = [text, *text] if text.get("x") else list(text)
            for line in lines:
                x, size = float(line.get("x", "0")), float(text.get("font-size", "0"))
                long = width(line.text or "", size, text.get("font-weight") is not None)
                left = x - {"middle": long / 2, "end": long}.get(text.get("text-anchor", ""), 0)
                assert left >= -6 and left + long <= wide + 6, (drawing.name, line.text)
                assert 0 <= float(line.get("y", "0")) <= high, (drawing.name, line.text)


def test_a_saved_picture_names_where_it_is_from(plan: House) -> None:
    text = standalone(house_drawing(plan), "Zukunftsgraph, 22. November 2026 & CC0")
    root = ElementTree.fromstring(text)
    assert root.find("{http://www.w3.org/2000/svg}metadata") is not None
    assert "Zukunftsgraph, 22. November 2026 & CC0" in "".join(root.itertext()) and text.startswith("<?xml")


# Pages


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(service())) as found:
        yield found


PAGES = [
    "/strategien",
    "/strategien?district=08118",
    "/strategiehaus/plan-2024",
    "/strategiehaus/plan-2017",
    "/strategiehaus/birkenplan",
    "/zeitplan",
    "/zeitplan?district=08118&strategie=plan-2024&art=verfahren",
    "/zeitplan?district=08116&art=massnahmen",
    "/zeitplan?district=08111",
    "/budget",
    "/budget?district=08116",
    "/fortschritt",
    "/fortschritt?district=08111",
    "/karte",
    "/karte?circle=adjacent&thema=digitalisierung",
    "/karte?district=08111&circle=all",
]


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_pages_answer_in_both_languages(client: TestClient, address: str, language: str) -> None:
    answer = client.get(language + address, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text[:500]
    assert f'<html lang="{language[1:] or "de"}">' in answer.text
    assert "style=" not in answer.text and "<script>alert" not in answer.text
    assert client.head(language + address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/strategiehaus/plan-2024/bild/haus.svg",
        "/strategiehaus/plan-2024/bild/fassungen.svg?mit=plan-2017",
        "/strategiehaus/plan-2024/bild/bedarfe.svg",
        "/strategiehaus/plan-2024/bild/gremien.svg",
        "/strategien/bild/zeit.svg",
        "/zeitplan/bild/zeitplan.svg?district=08118",
        "/budget/bild/budget.svg",
        "/budget/bild/mittel.svg",
        "/budget/bild/betraege.svg",
        "/fortschritt/bild/fortschritt.svg",
        "/fortschritt/bild/stand.svg",
        "/karte/bild/karte.svg?circle=adjacent",
        "/karte/bild/tafel.svg",
    ],
)
def test_every_picture_can_be_saved(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("image/svg+xml")
    assert "attachment" in answer.headers["content-disposition"]
    root = ElementTree.fromstring(answer.text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and "gemeinfrei (CC0)" in "".join(root.itertext())


@pytest.mark.parametrize(
    "address",
    [
        "/strategiehaus/nichts",
        "/strategiehaus/plan-2024?mit=nichts",
        "/strategiehaus/plan-2024/bild/nichts.svg",
        "/zeitplan?strategie=nichts",
        "/karte?thema=nichts",
        "/karte?circle=mond",
        "/budget?district=nichts",
    ],
)
def test_what_nobody_knows_is_said_so(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 404 and "nicht bekannt" in answer.text


def test_the_same_is_there_as_json(client: TestClient) -> None:
    found = client.get("/api/v1/strategies").json()
    assert {entry["strategy"]["label"] for entry in found} >= {"Plan 2024", "Plan 2017"}
    assert len(client.get("/api/v1/strategies/plan-2024").json()["pillars"]) == 3
    assert client.get("/api/v1/calendar?district=08118").json()["groups"][0]["label"] == "Plan 2024"
    [money] = client.get("/api/v1/budgets?district=08118").json()
    assert money["gap"] == 20000 and [year["gap"] for year in money["years"]] == [0, 20000]
    assert len(client.get("/api/v1/progress?district=08118").json()["standings"]) == 3
    spots = client.get("/api/v1/map?district=08118&circle=adjacent").json()["spots"]
    assert [spot["count"] for spot in spots] == [3, 1, None]


def test_names_follow_the_language(client: TestClient) -> None:
    assert "Plan of 2024" in client.get("/en/strategiehaus/plan-2024").text
    assert "Plan of 2024" not in client.get("/strategiehaus/plan-2024").text
