"""What several districts share: programmes, joint undertakings, consultants, sponsors; with who, and in what.

A programme is shared where things of several districts are funded from it or apply for it; a joint undertaking is a
measure, strategy or process in which authorities of several districts take part. A programme that only stands in the
text of a measure is a kind of its own: nobody has checked that money flows.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from graph.bridges import authority_of, is_named_actor, roles_of
from graph.compare.profile import Measure
from graph.compare.words import normal
from graph.lazy import networkx as nx
from graph.network import Network, excerpt, incident
from graph.structure import projection

KINDS = {
    "programme": "Förderprogramm oder Aufruf",
    "named": "Programm, nur im Text genannt",
    "joint": "gemeinsames Vorhaben",
    "consultant": "Beratung",
    "sponsor": "Sponsor oder Förderer",
}
"""What can be shared, in the order of the answer."""
_JOINT = frozenset({"measure", "strategy", "process"})
PROGRAMMES = {
    "LEADER": r"leader",
    "EFRE": r"efre",
    "ESF": r"esf",
    "RegioWIN": r"regiowin",
    "ExWoSt": r"exwost",
    "KfW": r"kfw",
    "Interreg": r"interreg",
    "HyLand": r"hyland",
    "Modellprojekte Smart Cities": r"modellprojekte smart cities",
    "KLIMAfit": r"klimafit",
    "ÖKOPROFIT": r"okoprofit",
    "Nationale Klimaschutzinitiative": r"nki|nationalen? klimaschutzinitiative|kommunalrichtlinie",
    "Start-up BW": r"start ?up bw",
    "PLENUM": r"plenum",
    "European Energy Award": r"european energy award",
}
"""Programmes that everybody knows, and how the texts call them (`graph.compare.words.normal`). Names that several may
have („Bundesförderung“) are none. Others are known from the graph itself: see `_programme_names`."""
_YEAR = re.compile(r"\s*[’'‘]\d\d$|[\s-]*(?:19|20)\d\d$")
_HEAD = re.compile(r"(?P<label>(?P<name>.+?)(?:\s*[’'‘]\d\d|[\s-]*(?:19|20)\d\d))\s*:\s")
"""What stands before the colon of a title and ends in a year, as exhibitions and competitions do: „IBA’27: …“."""
_ABBREVIATION = re.compile(r"\b\w*[A-ZÄÖÜ]\w*[A-ZÄÖÜ]\w*\b")
"""A word with two capitals is a name, other words may be those of a field („Klimaschutz 2030: …“)."""
SHORTEST = 3
"""Letters of a name that is looked for in texts."""


@dataclass(frozen=True)
class Use:
    """What ties a district to something shared: the thing, the words for it, who acts for the district, the source."""

    district: str
    district_label: str
    thing: str
    thing_label: str
    relation: str
    through: str = ""
    source: str = ""

    def __str__(self) -> str:
        through = f", {self.through}" if self.through and self.through != self.district_label else ""
        return f"„{self.thing_label}“ ({self.relation}{through})"


@dataclass(frozen=True)
class Common:
    """Something that several districts share; `iri` is empty for a programme that only stands in texts."""

    iri: str
    label: str
    kind: str
    uses: tuple[Use, ...]

    @cached_property
    def districts(self) -> tuple[tuple[str, str], ...]:
        """The districts that share it: IRI and label, by label."""
        return tuple(sorted({(use.district, use.district_label) for use in self.uses}, key=lambda d: d[::-1]))

    @property
    def sentence(self) -> str:
        """The finding in one German sentence."""
        names = ", ".join(label for _, label in self.districts)
        ties = (
            f"verbindet {len(self.districts)} Kreise" if len(self.districts) > 1 else "gibt es in einem Kreis"
        )
        head = f"{self.label} ({KINDS[self.kind]}) {ties}"
        if self.kind == "joint":
            return f"{head}: {names}."
        parts = []
        for iri, label in self.districts:
            own = list(dict.fromkeys(str(use) for use in self.uses if use.district == iri))
            more = f" und {len(own) - 2} weitere" if len(own) > 2 else ""
            parts.append(f"{label}: {', '.join(own[:2])}{more}")
        return f"{head} – {'; '.join(parts)}."


@dataclass(frozen=True)
class Pair:
    """Two districts and what they share."""

    a: str
    a_label: str
    b: str
    b_label: str
    count: int
    shared: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The finding in one German sentence."""
        return f"{self.a_label} und {self.b_label} haben {self.count} gemeinsam: {', '.join(self.shared)}."


def common(network: Network, measures: Sequence[Measure] = (), least: int = 2) -> list[Common]:
    """What at least `least` districts share, by kind, then by the number of districts.

    `measures` are read for the programmes that their texts name.
    """
    found = [
        *_programmes(network),
        *_named(network, measures),
        *_joint(network),
        *_partners(network),
    ]
    shared = [each for each in found if len(each.districts) >= least]
    order = list(KINDS)
    return sorted(shared, key=lambda c: (order.index(c.kind), -len(c.districts), c.label, c.iri))


def pairs(found: Iterable[Common]) -> list[Pair]:
    """Which districts share how much, those first that share most."""
    by_key = {f"{each.kind} {each.iri or each.label}": each for each in found}
    labels = {district: label for each in by_key.values() for district, label in each.districts}
    of = {key: [district for district, _ in each.districts] for key, each in by_key.items()}
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    counted = projection(of)
    for key, districts in of.items():
        inside = sorted(districts)
        for place, a in enumerate(inside):
            for b in inside[place + 1 :]:
                names[a, b].add(by_key[key].label)
    told = [
        Pair(a, labels[a], b, labels[b], count, tuple(sorted(names[a, b])))
        for (a, b), count in counted.items()
    ]
    return sorted(told, key=lambda pair: (-pair.count, pair.a_label, pair.b_label, pair.a, pair.b))


def common_network(network: Network, found: Collection[Common]) -> Network:
    """The network of what is shared, of the things it is shared in, and of the districts."""
    known = {each.iri for each in found if each.iri} | {use.thing for each in found for use in each.uses}
    part = excerpt(network, {node for node in known if node in network})
    for each in found:
        if each.iri:
            continue
        node = f"Programm im Text: {each.label}"
        part.add_node(node, iri="", label=each.label, kind="programme", type=KINDS[each.kind], district="")
        part.nodes[node].update(districts=(), level="", actor_type="", classes=(), themes=(), authorities=())
        part.nodes[node]["source"] = ""
        for use in each.uses:
            if use.thing in part and not part.has_edge(use.thing, node):
                part.add_edge(
                    use.thing,
                    node,
                    key="named",
                    relation="",
                    label="im Text genannt",
                    source=use.source,
                    document="",
                    section="",
                    inferred=False,
                )
    return part


def pair_network(found: Sequence[Pair]) -> Network:
    """The districts, joined by how much they share (`weight`)."""
    made: Network = nx.MultiDiGraph()
    for pair in found:
        for iri, label in ((pair.a, pair.a_label), (pair.b, pair.b_label)):
            made.add_node(iri, iri=iri, label=label, kind="district", type="Kreis", district=label)
        made.add_edge(
            pair.a, pair.b, key="shares", relation="", label="; ".join(pair.shared), weight=pair.count
        )
    return made


def _programmes(network: Network) -> Iterable[Common]:
    for node, data in network.nodes(data=True):
        if data["kind"] == "programme":
            uses: set[Use] = set()
            for other, edge, forward in incident(network, node):
                if not forward:  # the thing is funded from it, applies for it, is part of it
                    uses.update(_uses(network, other, str(edge["label"]), str(edge["source"])))
            yield Common(node, str(data["label"]), "programme", _sorted(uses))


def _named(network: Network, measures: Sequence[Measure]) -> Iterable[Common]:
    uses: dict[str, set[Use]] = defaultdict(set)
    names = _programme_names(network, measures)
    for measure in measures:
        if measure.iri not in network:
            continue
        text = normal(f"{measure.title} {measure.description} {measure.period}")
        stated = [
            normal(str(network.nodes[other]["label"]))
            for other, _, _ in incident(network, measure.iri)
            if network.nodes[other]["kind"] == "programme"
        ]
        for label, pattern in names.items():
            if pattern.search(text) and not any(map(pattern.search, stated)):
                source = str(network.nodes[measure.iri]["source"])
                uses[label].update(_uses(network, measure.iri, "im Text genannt", source))
    for label, of in uses.items():
        yield Common("", label, "named", _sorted(of))


def _programme_names(network: Network, measures: Sequence[Measure]) -> dict[str, re.Pattern[str]]:
    """The names that programmes go by in texts: those that everybody knows, those of the programmes in the graph, and
    those before the colon of titles, where things of two districts have the same (`_HEAD`).

    A year may follow every name: „IBA’27“ is meant by „IBA-Projekte“ and by „IBA 2027“ as well.
    """
    programmes = {node for node, data in network.nodes(data=True) if data["kind"] == "programme"}
    label = {node: str(data["label"]) for node, data in network.nodes(data=True)}
    others = {normal(label[node]) for node in network if node not in programmes}
    used: dict[str, set[str]] = defaultdict(set)
    called: dict[str, str] = {}
    for measure in measures:
        head = _HEAD.match(measure.title)
        if head and measure.iri in network and _ABBREVIATION.search(head["name"]):
            name = normal(head["name"])
            used[name].update(network.nodes[measure.iri]["districts"])
            called[name] = min(head["label"], called.get(name, head["label"]))
    found = {called[name]: name for name, districts in used.items() if len(districts) > 1}
    for node in programmes:
        # What stands in brackets or after a colon explains the name: „HyLand (Bundesprogramm)“.
        name = re.sub(r"\s*\(.*?\)|:.*", "", label[node])
        found[label[node]] = normal(_YEAR.sub("", name) if _ABBREVIATION.search(name) else name)
    names = {shown: _pattern(spelled) for shown, spelled in PROGRAMMES.items()}
    for shown, name in sorted(found.items()):
        known = any(pattern.search(name) for pattern in names.values())
        if not known and name not in others and len(name) >= SHORTEST:
            names[shown] = _pattern(re.escape(name))
    return names


def _pattern(spelled: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{spelled})(?: ?(?:19|20)?\d\d)?\b")


def _joint(network: Network) -> Iterable[Common]:
    for node, data in network.nodes(data=True):
        if data["kind"] not in _JOINT:
            continue
        uses: set[Use] = set()
        for other, edge, _ in incident(network, node):
            authority = authority_of(network, other)
            for district in network.nodes[authority]["districts"] if authority else ():
                uses.add(
                    Use(
                        district,
                        _label(network, district),
                        node,
                        str(data["label"]),
                        str(edge["label"]),
                        str(network.nodes[other]["label"]),
                        str(edge["source"]),
                    )
                )
        named = {use.district for use in uses}
        owned = [u for u in _uses(network, node, "gehört dem Kreis", "") if u.district not in named]
        yield Common(node, str(data["label"]), "joint", _sorted([*uses, *owned]))


def _partners(network: Network) -> Iterable[Common]:
    for node, data in network.nodes(data=True):
        if not is_named_actor(network, node):
            continue
        by_kind: dict[str, set[Use]] = defaultdict(set)
        for role in roles_of(network, node):
            funds = role.role == "sponsor" or data["actor_type"] == "fund-programme-body"
            kind = "sponsor" if funds else "consultant" if role.role in ("consultant", "developed") else ""
            if kind:
                uses = _uses(network, role.iri, role.relation, role.source, role.through)
                by_kind[kind].update(uses)
        for kind, of in by_kind.items():
            yield Common(node, str(data["label"]), kind, _sorted(of))
        # What somebody pays for may be an office of the district, which is no thing to have a role in.
        paid = {
            use
            for other, edge, forward in incident(network, node)
            if not forward and edge["relation"].endswith("#sponsoredBy") and authority_of(network, other)
            for use in _uses(network, other, str(edge["label"]), str(edge["source"]))
        }
        if paid and "sponsor" not in by_kind:
            yield Common(node, str(data["label"]), "sponsor", _sorted(paid))


def _uses(network: Network, thing: str, relation: str, source: str, through: str = "") -> list[Use]:
    data = network.nodes[thing]
    authority = authority_of(network, thing) if data["kind"] in ("actor", "person", "district") else None
    districts = network.nodes[authority]["districts"] if authority else data["districts"]
    return [
        Use(d, _label(network, d), thing, str(data["label"]), relation, through, source) for d in districts
    ]


def _label(network: Network, district: str) -> str:
    return str(network.nodes[district]["label"]) if district in network else district.rsplit("/", 1)[-1]


def _sorted(uses: Iterable[Use]) -> tuple[Use, ...]:
    def order(use: Use) -> tuple[str, ...]:
        who = use.district_label, use.district, use.thing_label, use.thing
        return *who, use.relation, use.through, use.source

    return tuple(sorted(uses, key=order))
