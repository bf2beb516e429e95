"""How a theme is spread over actors: how many take part, how large the largest is, and what that is worth in equals.

The Herfindahl-Hirschman index is the sum of the squared shares, from 1/n (n equal ones) to 1 (one alone); see
A. O. Hirschman, "The Paternity of an Index", American Economic Review 54 (1964). Its inverse is the effective number:
so many equally large actors would give the same index (Laakso and Taagepera, Comparative Political Studies 12, 1979).
A share is the part of all participations: whoever takes part in three of the ten has 0.3.

Neither tells whether many actors are too many. It tells with how many one would have to agree; whether they do agree,
no source says. And it counts what the sources name: who is named often need not do much.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

from graph.bridges import authority_of
from graph.circle import Circle
from graph.errors import Unknown
from graph.network import Network, incident
from graph.themes import Themes
from graph.vocabulary import local_name
from ontology.namespaces import ZG

COUNTED = frozenset({"measure", "strategy"})
"""What is counted as work on a theme: measures, projects, strategies."""
SHOWN = 10
"""Actors of a theme that are named."""


@dataclass(frozen=True)
class Share:
    """An actor's part of the participations in a theme (0 to 1)."""

    iri: str
    label: str
    count: int
    share: float


@dataclass(frozen=True)
class Fragmentation:
    """How a theme is spread over actors. `hhi` and `effective` are None where no source names an actor.

    `undertakings` are the measures, projects and strategies of the theme; of `unnamed` of them the sources name
    nobody, or only groups without a name.
    """

    theme: str
    label: str
    main: bool
    undertakings: int
    unnamed: int
    actors: int
    largest_share: float | None
    hhi: float | None
    effective: float | None
    districts: tuple[str, ...]
    shares: tuple[Share, ...]

    @property
    def sentence(self) -> str:
        """The finding in German."""
        works = f"{self.undertakings} Vorhaben" if self.undertakings > 1 else "ein Vorhaben"
        places = "einem Kreis" if len(self.districts) == 1 else f"{len(self.districts)} Kreisen"
        said = f"{self.label}: Die Quellen nennen {works}" + (f" in {places}" if self.districts else "")
        if self.hhi is None or self.effective is None or self.largest_share is None:
            return f"{said}, aber niemanden, der beteiligt ist."
        if self.actors == 1:
            said += f", beteiligt ist allein {self.shares[0].label}."
        else:
            most = self._most()
            said += (
                f" und {self.actors} Akteure, {most}. Das entspricht {_number(self.effective)} gleich oft "
                f"Beteiligten (Herfindahl-Hirschman-Index {_number(self.hhi, 2)})."
            )
        if self.unnamed:
            said += f" Bei {self.unnamed} davon ist unbekannt, wer beteiligt ist."
        if self.actors > 1:
            said += " Viele Akteure sind für sich kein Mangel."
        return said

    def _most(self) -> str:
        top = self.shares[0]
        tied = [share.label for share in self.shares if share.count == top.count]
        if len(tied) == self.actors:
            return "alle gleich oft"
        who = " und ".join(tied) if len(tied) < 3 else f"{len(tied)} von ihnen"
        each = "je " if len(tied) > 1 else ""
        return f"am häufigsten {who} ({each}{_percent(top.share)} aller Beteiligungen)"


def fragmentation(
    network: Network, themes: Themes, circle: Circle | None = None, only: Collection[str] = (), least: int = 2
) -> list[Fragmentation]:
    """Every theme with at least `least` undertakings, those first that have most; a main theme holds its parts.

    With `circle` only what belongs to the district or its circle counts; with `only` (IRIs) only these themes.
    """
    of_theme: dict[str, set[str]] = defaultdict(set)
    for node, data in network.nodes(data=True):
        if data["kind"] in COUNTED and (circle is None or _inside(network, node, circle)):
            for theme in {upper for named in data["themes"] for upper in themes.path(named)}:
                of_theme[theme].add(node)
    participants = {node: _participants(network, node) for nodes in of_theme.values() for node in nodes}
    found = [
        _spread(network, themes, theme, {node: participants[node] for node in sorted(nodes)})
        for theme, nodes in of_theme.items()
        if len(nodes) >= least and (not only or theme in only)
    ]
    return sorted(found, key=lambda f: (not f.main, -f.undertakings, f.label, f.theme))


def themes_spread(
    network: Network, themes: Themes, circle: Circle | None = None, theme: str = "", every: bool = False
) -> list[Fragmentation]:
    """The same for one theme (name or IRI), else for the main themes, or with `every` for all of them.

    Raises `Unknown` with near names for a theme that nobody knows.
    """
    if theme:
        return fragmentation(network, themes, circle, {_named(themes, theme)}, least=1)
    return fragmentation(network, themes, circle, () if every else themes.roots)


def _named(themes: Themes, asked: str) -> str:
    wanted = asked.strip().casefold()
    for iri, label in themes.labels.items():
        if wanted in (iri.casefold(), label.casefold(), local_name(iri).casefold()):
            return iri
    raise Unknown("Das Thema", asked, get_close_matches(asked, sorted(themes.labels.values()), 5, 0.5))


def _spread(network: Network, themes: Themes, theme: str, of: dict[str, set[str]]) -> Fragmentation:
    count = Counter(actor for actors in of.values() for actor in actors)
    total = count.total()
    label = {actor: str(network.nodes[actor]["label"]) for actor in count}
    shares = [
        Share(actor, label[actor], number, round(number / total, 4))
        for actor, number in sorted(count.items(), key=lambda pair: (-pair[1], label[pair[0]], pair[0]))
    ]
    hhi = sum((number / total) ** 2 for number in count.values()) if total else None
    places = {district for node in of for district in network.nodes[node]["districts"]}
    names = sorted(str(network.nodes[d]["label"]) if d in network else d.rsplit("/", 1)[-1] for d in places)
    return Fragmentation(
        theme=theme,
        label=themes.label(theme),
        main=themes.root(theme) == theme,
        undertakings=len(of),
        unnamed=sum(not actors for actors in of.values()),
        actors=len(count),
        largest_share=shares[0].share if shares else None,
        hhi=None if hhi is None else round(hhi, 4),
        effective=None if hhi is None else round(1 / hhi, 2),
        districts=tuple(names),
        shares=tuple(shares[:SHOWN]),
    )


def _participants(network: Network, thing: str) -> set[str]:
    """Whose it is and who takes part: an office counts as its authority, a branch as the whole it is part of."""
    found = {authority for authority in network.nodes[thing]["authorities"] if authority in network}
    for other, edge, forward in incident(network, thing):
        data = network.nodes[other]
        if not forward or data["kind"] not in ("actor", "district") or "ActorGroup" in data["classes"]:
            continue
        if edge["relation"] == str(ZG.ofAuthority) or not edge["relation"].endswith(_TAKING_PART):
            continue
        found.add(authority_of(network, other) or _whole(network, other))
    return found


_TAKING_PART = (
    *("#involves", "#ledBy", "#managedBy", "#partner", "#supportedBy", "#sponsoredBy", "#developedBy"),
    *("#commissionedBy", "#initiatedBy"),
)


def _whole(network: Network, actor: str) -> str:
    """That of which an actor is a part, as far up as the sources say."""
    seen = {actor}
    here = actor
    while True:
        above = [
            whole
            for _, whole, relation in sorted(network.out_edges(here, keys=True))
            if relation in (str(ZG.unitOf), str(ZG.partOf)) and network.nodes[whole]["kind"] == "actor"
        ]
        if not above or above[0] in seen:
            return here
        here = above[0]
        seen.add(here)


def _inside(network: Network, node: str, circle: Circle) -> bool:
    """Whether a thing belongs to the circle or to the district itself, whose things are always compared."""
    data = network.nodes[node]
    return any(circle.holds(owner) for owner in data["authorities"]) or circle.own in data["districts"]


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _number(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
