"""Groups: what many districts do, found as communities of measures among the related findings.

Two measures are joined where the comparison found them related, the more strongly the higher their score. Groups are
denser within than between (`graph.structure.communities`). A group is a theme that many work on, and so a circle of
people who could learn from each other; that all do the same is not said, nor that it is enough.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from graph.compare.profile import Profile
from graph.compare.words import lexicon, theme_lexicon
from graph.judgements import CLASSES
from graph.lazy import networkx as nx
from graph.network import Network
from graph.structure import Simple, communities

MANY = 3
"""In so many districts a group has to be, by default."""
KINDS = frozenset({"measure", "project", "strategy"})
"""What is put into groups: needs and action fields are no measures."""
SHARED = 0.5
"""Part of the members that has to have a theme or an activity, for the group to be named by it."""
FIRM = 0.2
"""Part of the others of its group that a member has to be related with. Communities divide everything, so a measure
that is like one of them only comes into some group as well; it is left out."""


@dataclass(frozen=True)
class Link:
    """Two related measures (IRIs) with class, score (0 to 1) and id of the finding."""

    a: str
    b: str
    kind: str
    score: float
    finding: str


@dataclass(frozen=True)
class Member:
    """A measure in a group; `degree` counts the others of the group that it is related with."""

    iri: str
    title: str
    district: str
    """The authority it belongs to."""
    ags: str
    degree: int
    strength: float
    """The sum of its scores within the group."""


@dataclass(frozen=True)
class Group:
    """Measures of several districts that belong together.

    `cohesion` (0 to 1) is the mean score of all pairs of members, where a pair without a finding counts 0: with 1 each
    is surely related with each. `themes` and `activities` are what at least half of the members have in common.
    """

    id: str
    name: str
    themes: tuple[str, ...]
    activities: tuple[str, ...]
    districts: tuple[tuple[str, str], ...]
    """AGS and name of the districts; a region's own measures have none."""
    members: tuple[Member, ...]
    links: tuple[Link, ...]
    cohesion: float

    @property
    def sentence(self) -> str:
        """The finding in German."""
        names = [name for _, name in self.districts]
        shown = ", ".join(names[:6]) + (f" und {len(names) - 6} weitere" if len(names) > 6 else "")
        best = " und ".join(f"„{m.title}“ ({m.district})" for m in self.members[:2])
        firm = "eng" if self.cohesion >= 0.5 else "lose" if self.cohesion < 0.25 else "deutlich"
        return (
            f"{self.name}: {len(self.members)} Vorhaben in {len(names)} Kreisen ({shown}) hängen {firm} zusammen, "
            f"am stärksten {best}. Vorhanden heißt nicht ausreichend."
        )


def links_of(findings: Iterable[Mapping[str, object]]) -> list[Link]:
    """The links of findings in their JSON form, each once, by id."""
    found: dict[str, Link] = {}
    for finding in findings:
        a, b = (side["iri"] for side in (finding["a"], finding["b"]) if isinstance(side, Mapping))
        name = str(finding["id"])
        found[name] = Link(str(a), str(b), str(finding["class"]), float(str(finding["score"])), name)
    return [found[name] for name in sorted(found)]


def groups(
    links: Iterable[Link],
    profiles: Iterable[Profile],
    least: int = MANY,
    names: Mapping[str, str] | None = None,
) -> list[Group]:
    """The groups with measures in at least `least` districts, those in most districts first.

    `names` are the names of the districts by AGS; without it a district is called after the owner of its measure.
    """
    known = {p.measure.iri: p for p in profiles if p.measure.kind in KINDS}
    inside = sorted(
        (link for link in links if link.a in known and link.b in known and link.a != link.b),
        key=lambda link: link.finding,
    )
    network: Simple = nx.Graph()
    for link in inside:
        network.add_edge(link.a, link.b, weight=link.score)
    part_of = {iri: number for number, part in enumerate(communities(network)) for iri in part}
    within: dict[int, list[Link]] = defaultdict(list)
    for link in inside:
        if part_of[link.a] == part_of[link.b]:
            within[part_of[link.a]].append(link)
    found = [
        _group([known[iri] for iri in sorted(firm)], [x for x in of if {x.a, x.b} <= firm], names or {})
        for of in within.values()
        if (firm := _firm(of))
    ]
    wide = [group for group in found if len(group.districts) >= least]
    return sorted(wide, key=lambda g: (-len(g.districts), -len(g.members), -g.cohesion, g.name, g.id))


def group_of(data: Mapping[str, Any]) -> Group:
    """A group from its JSON form (`dataclasses.asdict`)."""
    return Group(
        **{
            **{field.name: data[field.name] for field in fields(Group)},
            "themes": tuple(data["themes"]),
            "activities": tuple(data["activities"]),
            "districts": tuple((ags, name) for ags, name in data["districts"]),
            "members": tuple(Member(**member) for member in data["members"]),
            "links": tuple(Link(**link) for link in data["links"]),
        }
    )


def with_district(found: Sequence[Group], district: str) -> tuple[list[Group], list[Group]]:
    """The groups that a district (AGS) is part of, and those that it is not part of."""
    part = [group for group in found if any(ags == district for ags, _ in group.districts)]
    return part, [group for group in found if group not in part]


def group_network(found: Collection[Group]) -> Network:
    """The network of the groups' members, joined by their findings; nodes carry their group."""
    made: Network = nx.MultiDiGraph()
    for group in found:
        for member in group.members:
            made.add_node(
                member.iri,
                iri=member.iri,
                label=member.title,
                kind="measure",
                type="Maßnahme",
                district=member.district,
                group=group.id,
                group_name=group.name,
            )
        for link in group.links:
            made.add_edge(
                link.a,
                link.b,
                key=link.finding,
                relation=link.kind,
                label=CLASSES.get(link.kind, link.kind),
                weight=link.score,
                finding=link.finding,
            )
    return made


def _firm(links: Sequence[Link]) -> set[str]:
    """The members that are related with enough of the others; the loosest are left out one by one."""
    graph: Simple = nx.Graph([(link.a, link.b) for link in links])
    while len(graph) > 1:
        loosest = min(graph, key=lambda node: (graph.degree(node), node))
        if graph.degree(loosest) >= FIRM * (len(graph) - 1):
            break
        graph.remove_node(loosest)
    return set(graph) if len(graph) > 1 else set()


def _group(profiles: Sequence[Profile], links: Sequence[Link], names: Mapping[str, str]) -> Group:
    degree: Counter[str] = Counter()
    strength: dict[str, float] = defaultdict(float)
    for link in links:
        for iri in (link.a, link.b):
            degree[iri] += 1
            strength[iri] += link.score
    members = [
        Member(
            p.measure.iri,
            p.measure.title,
            p.measure.district,
            p.measure.ags,
            degree[p.measure.iri],
            round(strength[p.measure.iri], 4),
        )
        for p in profiles
    ]
    members.sort(key=lambda m: (-m.strength, m.title, m.iri))
    possible = len(profiles) * (len(profiles) - 1) / 2
    owners = {p.measure.ags: names.get(p.measure.ags, p.measure.district) for p in reversed(profiles)}
    districts = sorted(((ags, name) for ags, name in owners.items() if ags), key=lambda pair: pair[::-1])
    themes, activities = _common_themes(profiles), _common_activities(profiles)
    return Group(
        id=_identity(members),
        name=_name(profiles, themes, activities),
        themes=tuple(theme_lexicon().label(code) for code in themes),
        activities=tuple(lexicon("activities").label(code) for code in activities),
        districts=tuple(districts),
        members=tuple(members),
        links=tuple(links),
        cohesion=round(sum(link.score for link in links) / possible, 4) if possible else 0.0,
    )


def _common_themes(profiles: Sequence[Profile]) -> list[str]:
    """The narrowest themes that at least half have, themselves or by a narrower one; the most frequent first."""
    parent = {entry.code: entry.parent for entry in theme_lexicon().entries}

    def upward(code: str) -> set[str]:
        found: set[str] = set()
        while code and code not in found:
            found.add(code)
            code = parent.get(code, "")
        return found

    count: Counter[str] = Counter()
    for p in profiles:
        assigned = set(p.measure.themes) or {code for code, weight in p.themes.items() if weight > 0}
        count.update({code for theme in assigned for code in upward(theme)})
    often = {code for code, number in count.items() if number >= SHARED * len(profiles)}
    narrow = often - {upper for code in often for upper in upward(code) - {code}}
    return sorted(narrow, key=lambda code: (-count[code], code))


def _common_activities(profiles: Sequence[Profile]) -> list[str]:
    count: Counter[str] = Counter()
    for p in profiles:
        count.update(
            set(p.measure.activities) or {code for code, weight in p.activities.items() if weight > 0}
        )
    often = [code for code, number in count.items() if number >= SHARED * len(profiles)]
    return sorted(often, key=lambda code: (-count[code], code))


def _name(profiles: Sequence[Profile], themes: Sequence[str], activities: Sequence[str]) -> str:
    """The shared themes and activities in words; where there are none the theme that most have, and it says so."""
    words = " und ".join(theme_lexicon().label(code) for code in themes[:2])
    doing = "; ".join(lexicon("activities").label(code) for code in activities[:2])
    if words and doing:
        return f"{words} – {doing}"
    if words or doing:
        return words or doing
    count = Counter(code for p in profiles for code in (p.measure.themes or tuple(p.themes)))
    if not count:
        return "ohne gemeinsames Thema"
    most = min(count, key=lambda code: (-count[code], code))
    return f"Verschiedenes um {theme_lexicon().label(most)}"


def _identity(members: Sequence[Member]) -> str:
    """A name that stays while the group keeps the member whose IRI comes first: the start of its SHA-256."""
    return hashlib.sha256(min(member.iri for member in members).encode()).hexdigest()[:12]
