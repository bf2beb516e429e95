"""Entities: which entries for actors and bodies may mean the same, by evidence and never by likeness.

A pair is proposed only where there is evidence for it: the same number in a register, the same home page, the same
abbreviation at the same seat, a name of the one that a source gives as another name of the other, or the same name in
the same district. Names that merely resemble each other are no evidence, however alike they are: *Ausschuss für Umwelt
und Technik* and *Ausschuss für Technik und Umwelt* are two bodies. What speaks against a pair (another district, county
and city, sister companies, branches, part and whole) outweighs every evidence but a register, and is always shown.

What people decide about a pair is in `graph.identities`; a pair with a judgement in force is not proposed again.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

from rdflib.namespace import SKOS

from graph.circle import places
from graph.districts import districts_of
from graph.identities import identity_judgements
from graph.sources import Source, sources_of
from graph.store import Askable
from graph.verdicts import IN_FORCE, local
from graph.vocabulary import PREFIXES
from ontology.namespaces import ZG

MOST_WITH_ONE_NAME = 8
"""A name that more entries share than these names nobody in particular."""

_LEGAL_FORM = re.compile(
    r"(?<!\w)(gmbh & co\.? kg|g?gmbh|mbh|kgaa|gag|ag|kg|ohg|se|eg|ug|e\. ?v\.|ev|aör|kd?ör)(?!\w)",
    re.IGNORECASE,
)
"""Legal forms as they stand in the name of a German firm or association, the longer ones first."""
_ABBREVIATION = re.compile(r"(?=(?:[^A-ZÄÖÜ]*[A-ZÄÖÜ]){2})[A-Za-zÄÖÜäöüß][A-Za-zÄÖÜäöüß0-9&.-]{1,9}")
"""Two capitals or more in one short word: WRS, KEA-BW, HfWU."""
_BRANCH = re.compile(
    r"\b(büro|regionalbüro|niederlassung|zweigstelle|außenstelle|geschäftsstelle|bezirkskammer|bezirksgruppe"
    r"|filiale|standort|regionaldirektion|kreisverband|ortsverband|regionalverband|landesverband)\b",
    re.IGNORECASE,
)
_JOINING = {
    "der",
    "die",
    "das",
    "des",
    "dem",
    "den",
    "im",
    "in",
    "am",
    "an",
    "von",
    "vom",
    "zu",
    "zur",
    "zum",
}
_GENITIVE = {
    "landkreises": "landkreis",
    "kreises": "kreis",
    "stadtkreises": "stadtkreis",
    "verbands": "verband",
}
_ANYWHERE = """
kreistag gemeinderat stadtrat ausschuss landratsamt landkreis kreis stadt gemeinde verwaltung kreisverwaltung
stadtverwaltung landesverwaltung kommunen kommune staedte gemeinden kammern ihk hwk unternehmen verbaende vereine
hochschulen hochschule institutionen akteure partner jobcenter arbeitsagentur agentur arbeit lenkungskreis beirat
sounding board wirtschaft wirtschaftsfoerderung kreiswirtschaftsfoerderung sparkasse kreissparkasse volksbank und fuer
wissenschaft bildungseinrichtungen politik buergerschaft polizei
"""
_ANYBODY = frozenset(_ANYWHERE.split())
"""Words that name an office or a group anywhere; a name of these alone needs a district to name somebody."""
PARTS = ("unitOf", "bodyOf", "partOf", "memberOf", "affiliatedWith", "steers", "advises")
"""How the graph says that the one belongs to the other."""


@dataclass(frozen=True)
class Entity:
    """An entry for an actor or body: its names, its districts (IRIs), and where its name stands."""

    iri: str
    label: str
    names: tuple[str, ...] = ()
    """Other names that sources give."""
    districts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Something that speaks for or against a pair, with a German sentence that says it."""

    kind: str
    sentence: str


@dataclass(frozen=True)
class Proposal:
    """Two entries that may mean the same, with everything that speaks for it and against it."""

    a: Entity
    b: Entity
    evidence: tuple[Evidence, ...]
    against: tuple[Evidence, ...] = ()

    @property
    def sentence(self) -> str:
        """The proposal in German."""
        said = f"„{self.a.label}“ und „{self.b.label}“ könnten dasselbe meinen: "
        said += " ".join(one.sentence for one in self.evidence)
        if self.against:
            said += " Dagegen spricht: " + " ".join(one.sentence for one in self.against)
        return said

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` and the HTTP interface give out."""
        return {**asdict(self), "sentence": self.sentence}


# Proposals


def proposals(store: Askable, district: str = "") -> list[Proposal]:
    """The pairs that may be one thing and that nobody has judged yet, by names; of a district (IRI) if it is named."""
    known = _known(store)
    judged = {j.pair for j in identity_judgements(store) if j.status == IN_FORCE}
    for_it = _evidence(known)
    found = []
    for pair, evidence in for_it.items():
        one, other = (known.of[iri] for iri in pair)
        against = _against(known, one, other)
        certain = any(e.kind == "register" for e in evidence)
        if frozenset(pair) in judged or (against and not certain):
            continue
        if district and district not in {*one.entity.districts, *other.entity.districts}:
            continue
        found.append(
            Proposal(_with_sources(store, one.entity), _with_sources(store, other.entity), evidence, against)
        )
    return sorted(found, key=lambda p: (p.a.label.casefold(), p.b.label.casefold(), p.a.iri, p.b.iri))


# What is known of the entries


@dataclass(frozen=True)
class _Entry:
    """An entry with all that can be evidence."""

    entity: Entity
    types: frozenset[str]
    level: str
    registers: frozenset[str]
    pages: frozenset[str]
    part_of: frozenset[str]
    listed: frozenset[tuple[str, str]]
    """Bodies that it is said to be a member of, each with the dataset that says so."""

    @property
    def all_names(self) -> tuple[str, ...]:
        return (self.entity.label, *self.entity.names)


@dataclass(frozen=True)
class _Known:
    of: Mapping[str, _Entry]
    place_names: frozenset[str]
    """Names of districts in one spelling, to tell which place a name is about."""


def _known(store: Askable) -> _Known:
    types = _grouped(store, "?x a zg:Actor ; a ?v MINUS { ?x a zg:Person }")
    names = _grouped(store, '?x a zg:Actor ; skos:prefLabel ?v FILTER(LANG(?v) IN ("de", ""))')
    others = _grouped(
        store, '?x a zg:Actor ; skos:altLabel|skos:hiddenLabel ?v FILTER(LANG(?v) IN ("de", ""))'
    )
    registers = _grouped(store, "?x a zg:Actor ; dcterms:identifier|skos:exactMatch|zg:ags ?v")
    home_pages = _grouped(store, "?x a zg:Actor ; foaf:homepage ?v")
    pages = _grouped(store, "?x a zg:Actor ; foaf:page ?v")
    levels = _grouped(store, "?x a zg:Actor ; zg:level ?v")
    belongs = _grouped(store, f"?x a zg:Actor ; {'|'.join(f'zg:{name}' for name in PARTS)} ?v")
    members: dict[str, set[tuple[str, str]]] = defaultdict(set)
    rows = "GRAPH ?g { ?x zg:memberOf ?v } FILTER(STRSTARTS(STR(?g), CONCAT(STR(graph:), 'source/')))"
    for row in store.select(PREFIXES + f"SELECT DISTINCT ?x ?v ?g WHERE {{ {rows} }}"):
        members[str(row["x"])].add((str(row["v"]), str(row["g"])))
    districts = _districts(store, belongs)
    entries = {}
    for iri in sorted(types):
        label = min(names.get(iri, {local(iri)}))
        several = tuple(sorted((names.get(iri, set()) | others.get(iri, set())) - {label}))
        entries[iri] = _Entry(
            Entity(iri, label, several, tuple(sorted(districts.get(iri, ())))),
            frozenset(types[iri]),
            "county" if str(ZG.District) in types[iri] else local(min(levels.get(iri, {""}))),
            frozenset(registers.get(iri, ())),
            frozenset(filter(None, map(_site, home_pages.get(iri, ()))))
            | frozenset(filter(None, map(_root, pages.get(iri, ())))),
            frozenset(belongs.get(iri, ())),
            frozenset(members.get(iri, ())),
        )
    counties = {place.name for place in places(store).values() if place.level == "county"}
    words = {word for name in counties for word in plain(name).split() if len(word) > 3}
    return _Known(
        entries, frozenset(words - {"landkreis", "kreis", "stadtkreis", "stadt", "kreisfreie", "region"})
    )


def _grouped(store: Askable, pattern: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in store.select(PREFIXES + f"SELECT DISTINCT ?x ?v WHERE {{ {pattern} }}"):
        found[str(row["x"])].add(str(row["v"]))
    return found


def _districts(store: Askable, belongs: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """The districts of entries, also of units of something that has one."""
    known = districts_of(store)
    units = _grouped(store, "?x zg:unitOf|zg:bodyOf ?v")
    found: dict[str, set[str]] = {iri: set(several) for iri, several in known.items()}
    for iri in belongs:
        seen, open_ = {iri}, [iri]
        while open_:
            for above in units.get(open_.pop(), ()):
                if above not in seen:
                    seen.add(above)
                    open_.append(above)
                    found.setdefault(iri, set()).update(known.get(above, ()))
    return {iri: several for iri, several in found.items() if several}


def _with_sources(store: Askable, entity: Entity) -> Entity:
    """The entry with the passages that give its names."""
    naming = {str(SKOS.prefLabel), str(SKOS.altLabel), str(SKOS.hiddenLabel)}
    found = {
        source
        for (_, predicate, _), several in sources_of(store, entity.iri).items()
        if predicate in naming
        for source in several
    }
    return replace(entity, sources=tuple(sorted(found)))


# Evidence


def _evidence(known: _Known) -> dict[tuple[str, str], tuple[Evidence, ...]]:
    """Pair (IRIs, sorted) → what speaks for it; a pair for which nothing speaks is not there."""
    found: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for kind, keys in (("register", "registers"), ("page", "pages")):
        for key, iris in _sharing(known, keys).items():
            for one, other in combinations(sorted(iris), 2):
                found[one, other].append(Evidence(kind, _shared(kind, key)))
    for pair, evidence in _named_alike(known):
        found[pair].append(evidence)
    return {
        pair: tuple(sorted(set(several), key=lambda e: (e.kind, e.sentence)))
        for pair, several in found.items()
    }


def _sharing(known: _Known, keys: str) -> dict[str, list[str]]:
    by_key: dict[str, list[str]] = defaultdict(list)
    for iri, entry in known.of.items():
        for key in getattr(entry, keys):
            by_key[key].append(iri)
    return {key: iris for key, iris in sorted(by_key.items()) if 1 < len(iris) <= MOST_WITH_ONE_NAME}


def _shared(kind: str, key: str) -> str:
    if kind == "register":
        return f"Beide tragen die Kennung {key}."
    return f"Beide nennen dieselbe Startseite im Netz ({key})."


def _named_alike(known: _Known) -> Iterable[tuple[tuple[str, str], Evidence]]:
    """Pairs whose names are the same in one spelling, or of which a source gives the one as a name of the other."""
    by_name: dict[str, dict[str, str]] = defaultdict(dict)
    by_abbreviation: dict[str, list[str]] = defaultdict(list)
    for iri, entry in known.of.items():
        for name in entry.all_names:
            by_name[stem(name)].setdefault(iri, name)
            if _ABBREVIATION.fullmatch(name):
                by_abbreviation[name.upper().replace(".", "")].append(iri)
    for name, iris in sorted(by_name.items()):
        if not name or not 1 < len(iris) <= MOST_WITH_ONE_NAME:
            continue
        for one, other in combinations(sorted(iris), 2):
            evidence = _of_names(known.of[one], known.of[other], iris[one], iris[other], name)
            if evidence:
                yield (one, other), evidence
    for short, several in sorted(by_abbreviation.items()):
        for one, other in combinations(sorted(set(several)), 2):
            if _same_district(known.of[one], known.of[other]):
                said = f"Beide werden {short} abgekürzt und sitzen im selben Kreis."
                yield (one, other), Evidence("abbreviation", said)


def _of_names(one: _Entry, other: _Entry, name_a: str, name_b: str, name: str) -> Evidence | None:
    """What a name that both carry says; it has to name somebody, by itself or together with the district."""
    here = _same_district(one, other)
    main_a, main_b = (stem(entry.entity.label) == name for entry in (one, other))
    form = _form(name_a) or _form(name_b)
    telling = bool(set(name.split()) - _ANYBODY) and (len(name.split()) > 1 or bool(form))
    if main_a and main_b:
        if here:
            return Evidence("name", f"{_called(one, other)} und gehören zum selben Kreis.")
        if telling and _form(name_a) and _form(name_a) == _form(name_b):
            return Evidence("name", f"{_called(one, other)}, mit derselben Rechtsform.")
        return None
    if (main_a or main_b) and (here or telling):
        named, by = (other, one) if main_a else (one, other)
        said = f"Eine Quelle nennt „{named.entity.label}“ auch „{by.entity.label}“."
        return Evidence("alias", said)
    return None


def _called(one: _Entry, other: _Entry) -> str:
    if one.entity.label == other.entity.label:
        return f"Beide heißen „{one.entity.label}“"
    return "Beide heißen bis auf Schreibweise, Artikel und Rechtsform gleich"


def _against(known: _Known, one: _Entry, other: _Entry) -> tuple[Evidence, ...]:
    """Everything that speaks against two entries being one."""
    found = []
    a, b = one.entity, other.entity
    if one.level and other.level and one.level != other.level:
        found.append(
            Evidence("level", "Das eine gehört zu einer anderen Ebene der Verwaltung als das andere.")
        )
    elif (_rank(a.label), _rank(b.label)) in (("county", "city"), ("city", "county")):
        found.append(Evidence("level", "Der eine Name nennt den Kreis, der andere die Stadt."))
    if a.districts and b.districts and not set(a.districts) & set(b.districts):
        found.append(Evidence("district", "Sie gehören zu verschiedenen Kreisen."))
    places_a, places_b = (known.place_names & set(plain(entity.label).split()) for entity in (a, b))
    if places_a and places_b and not places_a & places_b:
        found.append(Evidence("district", "Ihre Namen nennen verschiedene Orte."))
    if b.iri in one.part_of or a.iri in other.part_of:
        found.append(Evidence("part", "Eine Quelle sagt, dass das eine zum anderen gehört."))
    branches = {bool(_BRANCH.search(entity.label)) for entity in (a, b)}
    if branches == {True, False}:
        found.append(
            Evidence("branch", "Das eine ist eine Niederlassung, Geschäftsstelle oder Bezirksgliederung.")
        )
    forms = {_form(entity.label) for entity in (a, b)}
    if len(forms) == 2 and "" not in forms:
        found.append(
            Evidence("legal_form", f"Sie haben verschiedene Rechtsformen ({' und '.join(sorted(forms))}).")
        )
    elif ("&" in _bare(a.label)) != ("&" in _bare(b.label)):
        found.append(
            Evidence("sister", "Nur der eine Name führt mit „&“ einen zweiten Namen: wohl Schwesterfirmen.")
        )
    words_a, words_b = plain(a.label).split(), plain(b.label).split()
    if words_a != words_b and sorted(words_a) == sorted(words_b):
        found.append(Evidence("permuted", "Die Namen sind aus denselben Wörtern, aber in anderer Folge."))
    if (str(ZG.Body) in one.types) != (str(ZG.Body) in other.types):
        found.append(Evidence("kind", "Nur eines von beiden ist ein Gremium."))
    if (str(ZG.ActorGroup) in one.types) != (str(ZG.ActorGroup) in other.types):
        found.append(Evidence("kind", "Nur eines von beiden ist eine Gruppe von Akteuren."))
    if one.listed & other.listed:
        found.append(
            Evidence("listed", "Eine Quelle führt beide nebeneinander als Mitglieder desselben Gremiums.")
        )
    return tuple(found)


def _same_district(one: _Entry, other: _Entry) -> bool:
    return bool(set(one.entity.districts) & set(other.entity.districts))


def plain(name: str) -> str:
    """A name in one spelling: small letters, umlauts written out, no punctuation; the order of words counts."""
    text = unicodedata.normalize("NFKC", name).casefold()
    for sign, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(sign, written)
    return " ".join(re.findall(r"\w+", text))


def stem(name: str) -> str:
    """What is compared of a name: `plain`, without legal form, articles and the ending of „des Landkreises“."""
    words = [_GENITIVE.get(word, word) for word in plain(_bare(name)).split()]
    return " ".join(word for word in words if word not in _JOINING)


def _form(name: str) -> str:
    """The legal form in a name, in one spelling; empty where it names none."""
    found = _LEGAL_FORM.search(name)
    return re.sub(r"[\s.]", "", found[1].casefold()) if found else ""


def _bare(name: str) -> str:
    return _LEGAL_FORM.sub(" ", name)


def _rank(name: str) -> str:
    words = set(plain(name).split())
    if words & {"landkreis", "landkreises", "kreis", "kreises", "kreistag", "landratsamt", "kreissparkasse"}:
        return "county"
    return "city" if words & {"stadt", "gemeinde", "gemeinderat", "stadtverwaltung", "rathaus"} else ""


def _site(address: str) -> str:
    """A web address without what makes no difference."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}" if parts.hostname else ""


def _root(address: str) -> str:
    """The site, if the address is its start page: an article that names two organisations says nothing of them."""
    site = _site(address)
    return site if site and "/" not in site and not urlsplit(address).query else ""
