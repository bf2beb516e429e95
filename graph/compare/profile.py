"""What a measure is, as the comparison understands it: subjects, activities, people served, aims, and a masked text.

`profile` turns the few fields that every list of measures has (title, description, field, actors, period, kind) into
typed features. Names of places and of the measure's own actors are masked first, otherwise texts cluster by county
(findings 27). Words are looked up in the shipped lexicons and in the labels of the theme scheme.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from graph.compare.words import Lexicon, Vocabulary, lexicon, normal, vocabulary

TITLE, DESCRIPTION, FIELD = 1.0, 0.8, 0.6
"""How much a word counts by where it stands: a field names a neighbourhood, a title the thing itself."""
WORDS = 0.5
"""How much a word still counts where an editor has assigned themes, activities or beneficiaries by hand."""
NEED, PLAN, MEASURE = "need", "plan", "measure"

_SENTENCE = re.compile(r"(?<=[.;!?])\s+")
_FRAME = re.compile(
    r"^(stand umfang|ort |eines der \w+ (projekte|massnahmen)|handlungsbedarf aus|projekt \d+ (der|des)\b.{0,40}$)"
)
"""Sentences that frame a measure without saying what it does: state, place, where it is listed."""
_FRAME_HEAD = re.compile(r"^(Projekt|Maßnahme|Ziel|Handlungsfeld|Forderung)\s*\d*\s*:\s*")
_KIND_WORDS = re.compile(
    r"\b(landeshauptstadt|universitatsstadt|kreisstadt|landkreises|landkreis|kreis|stadte|stadt|gemeinde|markt"
    r"|verband region|regionalverband|region|zweckverband|metropolregion|verwaltungsgemeinschaft)\b"
)
_PLAN_TITLE = re.compile(
    r"strategie|masterplan|leitbild|klimaschutzkonzept|entwicklungskonzept|(?<!elektro)mobilitatskonzept|energiekonzept"
    r"|handlungskonzept|(aktions|handlungs|arbeits)programm|klimaschutzprogramm|mobilitatsplan|entwicklungsplan"
    r"|zukunftsdialog|zukunftskonzept|strukturoffensive|offensive zukunft|gesamtkonzept|aktionsplan"
    r"|nachhaltigkeitsprogramm|klimaneutrale region|klimaneutral 20"
)
_WORD = re.compile(r"\w+")
_LOOSE = re.compile(r"\(\W*\)|(?<!\w)[-–/](?=\s)|(?<=\s)[-–/](?!\w)|\s+")
"""What is left around a name that was taken out: empty brackets, a lone hyphen, double blanks."""
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_TARGET = re.compile(r"\b(?:Ziel|Zieljahr|Horizont)\w*[^;,]*", re.IGNORECASE)
_PROGRAMMES: Mapping[str, str] = {
    "IBA": r"iba|(?:internationalen? )?bauausstellung(?:en)?",
    "LEADER": "leader",
    "EFRE": "efre",
    "ESF": "esf",
    "RegioWIN": "regiowin",
    "ExWoSt": "exwost",
    "KfW": "kfw",
    "Interreg": "interreg",
    "HyLand": "hyland",
    "Smart Cities": "smart cities",
    "KLIMAfit": "klimafit",
    "ÖKOPROFIT": "okoprofit",
    "NKI": "nki",
    "Kommunalrichtlinie": "kommunalrichtlinie",
    "Bundesförderung": "bundesforderung",
    "Landesförderung": "landesforderung",
    "Start-up BW": "start up bw",
    "PLENUM": "plenum",
    "European Energy Award": "european energy award",
}
"""Programmes that several measures of different districts run under: a reason to talk, whatever they do. Behind the
name a number may stand, a year or a round ("IBA’27")."""
_PROGRAMME = re.compile(
    r"\b(?:" + "|".join(f"({pattern})" for pattern in _PROGRAMMES.values()) + r") ?(?:\d{1,4})?\b"
)
_SEVERAL = re.compile(r"(projekte|massnahmen|aktivitaten)\b|\baktionen\b")
"""Words, also at the end of compounds, that gather what is done without naming it."""
_ALL_OF_THEM = re.compile(r"\b(projekte|massnahmen|vorhaben|standorte|quartiere|aktivitaten)\b")


_REGION = re.compile(r"^(verband region|regionalverband|region|metropolregion|regierungsbezirk|land) ")
_BODY = re.compile(
    r"\b(gmbh|gku|ag|e v)\b|verband\b|verbund\b|gesellschaft\b|agentur\b|verein\b|stiftung\b|genossenschaft\b"
    r"|eigenbetrieb\b|kommunalunternehmen\b"
)
"""Words by which a title names a body that was founded for something, not the thing it does."""
_PLANS = frozenset({"study-concept", "strategy-plan", "regulation"})
_CONCEPTS = frozenset({"study-concept", "strategy-plan"})
_CARRIES: Mapping[str, float] = {
    **dict.fromkeys(
        ("service-point", "advice", "organisation", "network", "funding", "digital-service", "platform"), 1.0
    ),
    **dict.fromkeys(
        (
            "infrastructure",
            "campaign",
            "qualification",
            "own-property",
            "land-management",
            "research-transfer",
        ),
        0.5,
    ),
}
"""How far an activity is what carries a plan for a whole district: an agency, a manager, a network, a programme, a
service do; a single building or campaign does in part; an event, a report, a rule, a prize, a partnership do not."""
UNSAID = 0.5
"""How far a measure carries a plan when nothing tells what is done."""
_SITES = frozenset({"infrastructure", "land-management"})
"""Activities that happen on a site of one's own."""
_GROUNDS = frozenset({"urban-quarter", "iba"})
_LASTING = frozenset(
    {"network", "service-point", "organisation", "platform", "digital-service", "strategy-plan"}
)
"""What goes on once it was founded, so that a single year of it is a beginning."""
AWARD = "award"
_BUILDS = frozenset({"infrastructure", "own-property", "land-management"})
_SERVES = frozenset({"advice", "platform", "digital-service", "service-point", "network", "qualification"})

_OWN = frozenset({"own-property", "public-buildings", "fleet"})
_SHAREABLE = frozenset(
    {"advice", "network", "platform", "campaign", "funding", "event", "service-point"}
    | {"qualification", "study-concept"}
)
"""What two districts could do together; building one's own network or buildings is not among it (annotation guide)."""
_NETS = frozenset({"broadband", "rail", "roads", "cycle-route", "district-heating", "street-lighting"})
"""Networks that lie in one's own area: that somebody pays for one does not make it a programme for others."""
_OFFICES = frozenset(
    {"landkreis", "landratsamt", "stadtverwaltung", "kreisverwaltung", "stadt", "kreis", "gemeinde"}
)
"""Actors that name no one in particular: the district's own office."""


@dataclass(frozen=True)
class Source:
    """Where a measure is said: a passage (code points) of a document, or a page."""

    document: str
    section: str = ""
    start: int | None = None
    end: int | None = None
    url: str = ""
    iri: str = ""
    """The document itself, whose page says what else it carries."""


@dataclass(frozen=True)
class Measure:
    """A measure, project, need or strategy of a district, with what its source says of it. Empty is unknown."""

    iri: str
    title: str
    description: str = ""
    district: str = ""
    """The authority it belongs to: a county, a city, a region."""
    ags: str = ""
    """Of the district that authority is or lies in; empty for a region."""
    authority: str = ""
    """The authority's IRI."""
    actors: tuple[str, ...] = ()
    field: str = ""
    period: str = ""
    kind: str = "measure"
    themes: tuple[str, ...] = ()
    """Themes assigned by an editor: codes (last part of the IRI) of the theme scheme."""
    activities: tuple[str, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    """Everything it is a part of (IRIs): a programme, a strategy, a larger measure."""
    strategy: str = ""
    same_as: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Profile:
    """A measure as typed features; the mappings go from a code to its weight (0 to 1)."""

    measure: Measure
    role: str
    """`need`, `plan` (district-wide strategy or programme) or `measure`."""
    title: str
    text: str
    """Title and description, masked and normalised: what the letters are read from."""
    field: str
    themes: Mapping[str, float]
    """Concepts of the shared theme scheme: assigned by an editor, or found by their labels."""
    subjects: Mapping[str, float]
    """What it is about in the finer words of `subjects.tsv`."""
    goals: Mapping[str, float]
    activities: Mapping[str, float]
    beneficiaries: Mapping[str, float]
    actors: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    """Those of them that are named beside the authority itself."""
    own_object: bool = False
    """Whether it works on what belongs to the authority itself: its buildings, vehicles, staff."""
    own_place: bool = False
    """Whether it builds or readies something in its own area (networks, roads, sites) that others cannot share."""
    told: bool = True
    """Whether its own text says what is done: it names an activity or has a description."""
    several: bool = False
    """Whether it stands for several activities without naming any ("Maßnahmen zur …", "Gründungsaktivitäten")."""
    concept: bool = False
    """Whether it is a study or concept, though not one for the whole district."""
    carries: float = UNSAID
    """How far what is done is of the kind that carries a plan for a whole district (0 to 1)."""
    award: bool = False
    """Whether it is a prize that was won: a result, nothing that is done."""
    regional: bool = False
    """Whether it belongs to a body above the counties: a region, an association, a state."""
    body: bool = False
    """Whether it is a body (agency, company, association) rather than something that is done."""
    plans: bool = False
    builds: bool = False
    serves: bool = False
    """What its activities come to: it plans or studies, builds or provides, serves people."""
    years: tuple[int, int] | None = None
    """First and last year; 1900 and 2100 where it is open."""
    funds: frozenset[str] = frozenset()
    depth: int = 0
    """How much there is to judge by: significant words of title and description."""
    wording_title: str = ""
    wording: str = ""
    wording_field: str = ""
    """Title, title with description, and field, masked but spelled as written: what sentence vectors are made from."""


def profile(
    measure: Measure, places: frozenset[str] = frozenset(), known: Vocabulary | None = None
) -> Profile:
    """The profile of a measure; `places` are further (normalised) names to mask, beside those it carries itself.

    `known` are the words it is read with, by default those that come with the package.
    """
    known = vocabulary() if known is None else known
    masked = Masking(measure, places)
    said_title, said = _FRAME_HEAD.sub("", measure.title), described(measure.description)
    title, description = masked(said_title), masked(said)
    heading = masked(measure.field)
    zones = ((title, TITLE), (description, DESCRIPTION), (heading, FIELD))
    subjects = _weights(known.subjects, zones)
    themes = _weights(known.themes, zones)
    activities = _weights(known.activities, zones[:2])
    told = bool(activities or description)
    beneficiaries = _weights(known.beneficiaries, zones)
    given = (
        (themes, measure.themes),
        (activities, measure.activities),
        (beneficiaries, measure.beneficiaries),
    )
    for codes, assigned in given:
        if assigned:  # an editor's assignment is more exact than what words tell
            codes.update({code: weight * WORDS for code, weight in codes.items() if code not in assigned})
            codes.update(dict.fromkeys(assigned, 1.0))
    role = role_of(measure, title)
    if role == PLAN:
        activities["strategy-plan"] = 1.0
    # What an editor has assigned is what is done; without him the words of the title, or else of the description.
    done = dict.fromkeys(measure.activities, 1.0) or _main(activities)
    goals: dict[str, float] = {}
    for entry in known.subjects.entries:
        if weight := subjects.get(entry.code, 0.0):
            goals[entry.goal] = max(goals.get(entry.goal, 0.0), weight)
    actors = frozenset(map(normal, measure.actors)) - _OFFICES
    body = bool(_BODY.search(normal(measure.title)))
    text = f"{title} {description}".strip()
    wording_title = masked.spelled(said_title, title)
    wording_rest = masked.spelled(said, description)
    return Profile(
        measure=measure,
        role=role,
        title=title,
        text=text,
        field=heading,
        themes=themes,
        subjects=subjects,
        goals=goals,
        activities=activities,
        beneficiaries=beneficiaries,
        actors=actors,
        offices=actors - {normal(measure.district)},
        own_object=bool(_OWN & (activities.keys() | subjects.keys())),
        own_place=role != NEED and _own_place(done, subjects),
        told=told,
        several=not activities and bool(_SEVERAL.search(title)),
        concept=role == MEASURE and bool(_CONCEPTS & done.keys()),
        carries=_carries(done),
        award=set(done) == {AWARD},
        regional=bool(_REGION.match(f"{normal(measure.district)} ")),
        body=body,
        plans=bool(_PLANS & activities.keys()),
        builds=bool(_BUILDS & activities.keys()),
        serves=bool(_SERVES & activities.keys()),
        years=_years(measure.period, role == PLAN or body or bool(_LASTING & done.keys())),
        funds=programmes(f"{measure.title} {measure.description} {measure.period}"),
        depth=sum(len(word) > 3 for word in text.split()),
        wording_title=wording_title,
        wording=f"{wording_title.rstrip('.')}. {wording_rest}" if wording_rest else wording_title,
        wording_field=masked.spelled(measure.field, heading),
    )


def _main(activities: Mapping[str, float]) -> dict[str, float]:
    top = max(activities.values(), default=0.0)
    return {code: weight for code, weight in activities.items() if weight == top}


def _carries(done: Mapping[str, float]) -> float:
    return sum(_CARRIES.get(code, 0.0) for code in done) / len(done) if done else UNSAID


def _own_place(done: Mapping[str, float], subjects: Mapping[str, float]) -> bool:
    sites, shared = _SITES & done.keys(), _SHAREABLE & done.keys()
    if _NETS & subjects.keys():  # a body that was founded for a network builds it
        sites |= {"organisation"} & done.keys()
        shared -= {"funding"}
    if not done:  # a quarter or a site of an exhibition, of which no more is said
        return bool(_GROUNDS & subjects.keys())
    return bool(sites) and not shared


def programmes(text: str) -> frozenset[str]:
    """The programmes that a text names."""
    names = tuple(_PROGRAMMES)
    return frozenset(
        names[match.lastindex - 1] for match in _PROGRAMME.finditer(normal(text)) if match.lastindex
    )


def collective(measure: Measure) -> str:
    """The programme whose projects a title names as a whole ("IBA-Projekte"), empty where it names a single thing."""
    words = normal(measure.title)
    if not _ALL_OF_THEM.search(words):
        return ""
    rest = _KIND_WORDS.sub(" ", _ALL_OF_THEM.sub(" ", _PROGRAMME.sub(" ", words)))
    left = {word for word in rest.split() if len(word) > 3} - set(
        " ".join(place_names(measure.district)).split()
    )
    named = sorted(programmes(words))
    return named[0] if len(named) == 1 and not left else ""


def same_district(a: Profile, b: Profile) -> bool:
    """Whether both belong to one district, its municipalities included."""
    x, y = a.measure, b.measure
    return bool(x.ags) and x.ags == y.ags if x.ags or y.ags else bool(x.district) and x.district == y.district


def role_of(measure: Measure, title: str) -> str:
    """Whether a measure is a need, a plan for a whole district, or something that is done."""
    if measure.kind == NEED:
        return NEED
    if measure.kind in ("strategy", "field") or (
        measure.kind != "measure" and _PLAN_TITLE.search(normal(title))
    ):
        return PLAN
    return MEASURE


def described(description: str) -> str:
    """A description without the sentences that only frame it ("Eines der neun Projekte …", "Stand/Umfang: …")."""
    kept = [part for part in _SENTENCE.split(description) if not _FRAME.match(normal(part))]
    return _FRAME_HEAD.sub("", " ".join(kept).strip())


class Masking:
    """Takes the names of places and of a measure's own actors out of a text and returns the rest, normalised."""

    def __init__(self, measure: Measure, places: frozenset[str]) -> None:
        own = {*place_names(measure.district)}
        for actor in measure.actors:
            own |= set(place_names(actor)) if _KIND_WORDS.search(normal(actor)) else set()
        abbreviations = {
            normal(word) for actor in measure.actors for word in re.findall(r"\b[A-ZÄÖÜ]{3,6}\b", actor)
        }
        known = lexicon("subjects")
        proper = {
            name for actor in measure.actors if len(name := normal(actor)) > 3 and not known.found(actor)
        }
        names = {name for name in own | default_places() | places | proper if len(name) > 2} | abbreviations
        self.names = names
        # The longest first, and always in the same order: what is taken out of a text must not depend on chance.
        self.phrases = sorted((name for name in names if " " in name), key=lambda name: (-len(name), name))

    def __call__(self, text: str) -> str:
        words = f" {normal(text)} "
        for phrase in self.phrases:
            if f" {phrase} " in words:
                words = words.replace(f" {phrase} ", " ")
        kept = [word for word in words.split() if not self._is_name(word)]
        return " ".join(kept)

    def spelled(self, text: str, masked: str) -> str:
        """The text as it is written, without the names; `masked` is what this makes of it in normalised words."""
        text = " ".join(text.split())
        if masked == normal(text):
            return text
        found = list(_WORD.finditer(text))
        words = [normal(word[0]) for word in found]
        line = f" {' '.join(words)} "
        hidden = {index for index, word in enumerate(words) if self._is_name(word)}
        for phrase in self.phrases:
            if f" {phrase} " in line:
                parts = phrase.split()
                for start in range(len(words) - len(parts) + 1):
                    if words[start : start + len(parts)] == parts:
                        hidden.update(range(start, start + len(parts)))
        kept, end = [], 0
        for index, word in enumerate(found):
            kept.append(text[end : word.start()])
            if index not in hidden:
                kept.append(word[0])
            end = word.end()
        rest = _LOOSE.sub(" ", f"{''.join(kept)}{text[end:]}").strip(" ,;:–-/")
        return rest if _WORD.search(rest) else ""

    def _is_name(self, word: str) -> bool:
        if word in self.names:
            return True
        for ending in ("er", "s", "ern", "r"):  # Stuttgarter, Stuttgarts, Karlsruher
            if word.endswith(ending) and word[: -len(ending)] in self.names:
                return True
        return word.endswith("er") and word[:-2] + "en" in self.names


def place_names(name: str) -> list[str]:
    """The names that stand in the name of an authority: "Stadt Esslingen am Neckar" gives the town, whole and short."""
    bare = _KIND_WORDS.sub(" ", normal(re.sub(r",.*|\(.*?\)", " ", name)))
    bare = " ".join(bare.split())
    short = re.split(r" (?:am|an|im|in|ob|unter|bei|a|i|vor|auf) ", bare)[0]
    parts = [bare, short]
    return [part for part in dict.fromkeys(parts) if len(part) > 2 and part not in _COMMON]


_COMMON = frozenset(
    normal(word) for word in ("Land", "Kreis", "Umland", "Kommunen", "Amt", "Netz", "Wald", "Main")
)


@cache
def default_places() -> frozenset[str]:
    """The normalised names of all German counties and cities at county level, states and planning regions."""
    names: set[str] = set()
    folder = files("graph").joinpath("data/reference")
    for name, column in (("counties.csv", "name"), ("states.csv", "name"), ("regions.csv", "name")):
        lines = folder.joinpath(name).read_text(encoding="utf-8").splitlines()
        rows = csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ",")
        for row in rows:
            whole = row.get(column) or ""
            names.update(place_names(whole))
            if "-" in whole:  # Alb-Donau-Kreis, Rems-Murr-Kreis
                names.add(normal(whole))
    return frozenset(names)


def places_of(measures: Iterable[Measure]) -> frozenset[str]:
    """The places that a list of measures itself names: its districts, and the towns among its actors."""
    names: set[str] = set()
    for measure in measures:
        names.update(place_names(measure.district))
        for actor in measure.actors:
            if re.match(
                r"(landeshauptstadt|universitatsstadt|stadt|gemeinde|landkreis|kreis) ", normal(actor)
            ):
                names.update(place_names(actor))
    return frozenset(names)


def _weights(known: Lexicon, zones: Iterable[tuple[str, float]]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for text, weight in zones:
        for code in known.found(text):
            weights.setdefault(code, weight)
    return weights


def _years(period: str, lasting: bool) -> tuple[int, int] | None:
    """First and last year of a period as written. A target year is no end; the founding year of what lasts is a
    beginning; "Stand 2018" says when it was looked at, not since when and until when."""
    said = _TARGET.sub(" ", period).lower().strip()
    found = sorted(int(year) for year in _YEAR.findall(said))
    if not found or re.search(r"\bstand\b", said):
        return None
    single = found[0] == found[-1]
    open_start = single and re.search(r"\b(bis|vor)\b", said)
    open_end = re.search(r"\b(ab|seit|nach)\b|\d\s*[–-]$", said) or (single and lasting and not open_start)
    return (1900 if open_start else found[0], 2100 if open_end else found[-1])
