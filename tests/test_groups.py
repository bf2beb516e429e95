"""Groups of measures in many districts: who belongs, what they are called, how firmly they hang together."""

from dataclasses import asdict
from itertools import combinations

from graph.compare.profile import Measure, Profile, profile
from graph.groups import Group, Link, group_network, group_of, groups, links_of, with_district

COUNTIES = ("Kreis A", "Kreis B", "Kreis C", "Kreis D")


def measure(
    name: str, county: int, theme: str, activity: str = "study-concept", kind: str = "measure"
) -> Profile:
    return profile(
        Measure(
            iri=f"https://example.org/{name}",
            title=name.title(),
            district=COUNTIES[county],
            ags=f"0000{county}",
            kind=kind,
            themes=(theme,),
            activities=(activity,),
        )
    )


def link(a: str, b: str, score: float = 0.8) -> Link:
    first, second = sorted((a, b))
    base = "https://example.org/"
    return Link(f"{base}{first}", f"{base}{second}", "overlap", score, f"{first}-{second}")


def everyone(*names: str, score: float = 0.8) -> list[Link]:
    return [link(a, b, score) for a, b in combinations(names, 2)]


CLIMATE = [measure(f"klima{n}", n, "klimaschutz") for n in range(4)]
FOUNDING = [measure(f"start{n}", n, "existenzgruendung", "advice") for n in range(3)]
LINKS = [
    *everyone("klima0", "klima1", "klima2", "klima3"),
    *everyone("start0", "start1", "start2", score=0.6),
]


def shown(group: Group) -> tuple[str, list[str], list[str]]:
    return (
        group.name,
        [ags for ags, _ in group.districts],
        sorted(m.iri.rpartition("/")[2] for m in group.members),
    )


def test_groups_are_found_named_and_sorted_by_districts() -> None:
    found = groups([*LINKS, link("klima0", "start0", 0.5)], [*CLIMATE, *FOUNDING])
    assert [shown(group) for group in found] == [
        (
            "Klimaschutz – Studie, Konzept",
            ["00000", "00001", "00002", "00003"],
            ["klima0", "klima1", "klima2", "klima3"],
        ),
        ("Existenzgründung – Beratung", ["00000", "00001", "00002"], ["start0", "start1", "start2"]),
    ]
    assert [group.cohesion for group in found] == [0.8, 0.6]
    assert found[0].sentence == (
        "Klimaschutz – Studie, Konzept: 4 Vorhaben in 4 Kreisen (Kreis A, Kreis B, Kreis C, Kreis D) hängen eng "
        "zusammen, am stärksten „Klima0“ (Kreis A) und „Klima1“ (Kreis B). Vorhanden heißt nicht ausreichend."
    )


def test_a_group_of_few_districts_is_none() -> None:
    assert [len(g.districts) for g in groups(LINKS, [*CLIMATE, *FOUNDING], least=4)] == [4]


def test_a_pair_without_a_finding_lowers_the_cohesion() -> None:
    [found] = groups([link("klima0", "klima1", 1.0), link("klima1", "klima2", 1.0)], CLIMATE)
    assert found.cohesion == 0.6667
    assert [(m.iri[-6:], m.degree) for m in found.members] == [("klima1", 2), ("klima0", 1), ("klima2", 1)]


def test_who_is_like_one_of_many_only_is_left_out() -> None:
    names = [[f"{letter}{n}" for n in range(8)] for letter in "mnop"]
    many = [measure(name, n % 4, "klimaschutz") for of in names for n, name in enumerate(of)]
    odd = measure("odd", 0, "klimaschutz")
    links = [*(link for of in names for link in everyone(*of)), link("m0", "odd", 0.9)]
    found = groups(links, [*many, odd])
    members = sorted([m.title for m in group.members] for group in found)
    assert members == [[name.title() for name in of] for of in names]


def test_needs_and_fields_are_no_measures() -> None:
    needs = [measure(f"klima{n}", n, "klimaschutz", kind="need") for n in range(4)]
    assert groups(LINKS, needs) == []


def test_what_they_have_in_common_may_be_a_wider_theme_or_nothing() -> None:
    mixed = [
        measure("klima0", 0, "solarenergie"),
        measure("klima1", 1, "waermenetze", "advice"),
        measure("klima2", 2, "wasserstoff", "network"),
    ]
    [found] = groups(everyone("klima0", "klima1", "klima2"), mixed)
    assert (found.name, found.themes, found.activities) == (
        "Erneuerbare Energien",
        ("Erneuerbare Energien",),
        (),
    )
    odd = [measure("klima0", 0, "solarenergie"), measure("klima1", 1, "tourismus", "advice")]
    odd.append(measure("klima2", 2, "gesundheit", "network"))
    [other] = groups(everyone("klima0", "klima1", "klima2"), odd)
    assert other.name.startswith("Verschiedenes um ")


def test_a_district_is_called_by_its_own_name_where_it_is_known() -> None:
    [found] = groups(LINKS[:6], CLIMATE, names={"00000": "Landkreis Alpha"})
    assert found.districts[-1] == ("00000", "Landkreis Alpha")


def test_a_district_sees_the_groups_it_is_in_and_those_it_is_not_in() -> None:
    found = groups(LINKS, [*CLIMATE, *FOUNDING])
    mine, others = with_district(found, "00003")
    assert ([g.themes for g in mine], [g.themes for g in others]) == (
        [("Klimaschutz",)],
        [("Existenzgründung",)],
    )


def test_findings_become_links_once_and_a_group_comes_back_from_json() -> None:
    finding = {
        "id": "x",
        "class": "overlap",
        "score": 0.8,
        "a": {"iri": "https://example.org/klima0"},
        "b": {"iri": "https://example.org/klima1"},
    }
    assert links_of([finding, finding]) == [
        Link("https://example.org/klima0", "https://example.org/klima1", "overlap", 0.8, "x")
    ]
    [group] = groups(LINKS[:6], CLIMATE)
    assert group_of(asdict(group)) == group


def test_the_network_of_groups_has_members_and_findings() -> None:
    network = group_network(groups(LINKS, [*CLIMATE, *FOUNDING]))
    assert (len(network), network.number_of_edges()) == (7, 9)
    [edge] = network.get_edge_data("https://example.org/klima0", "https://example.org/klima1").values()
    assert (edge["label"], edge["weight"], edge["finding"]) == ("Überschneidung", 0.8, "klima0-klima1")
