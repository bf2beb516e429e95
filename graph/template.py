"""The template: what a district writes down about its measures, column by column, and the lists to choose from.

Headers are German, since the file is filled in by German offices; what a header means stands beside it in both
languages. `template_file` makes the workbook, `filled` reads it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from rdflib import Graph, Node, URIRef
from rdflib.namespace import SKOS

from graph.circle import Place
from graph.language import N_
from ontology import codes, themes
from ontology.namespaces import ID, ZG

VERSION = 1
"""Of the template; goes up when a column changes its meaning. A reader knows all versions up to its own."""
MEASURES, GUIDE, LISTS = "Maßnahmen", "Anleitung", "Codelisten"
"""The sheets."""
EXAMPLE = "Beispiel"
"""A row whose number begins with this is not read."""
SEPARATOR = ";"
"""Between several values of one cell."""
MOST = 1_000
"""Measures in one file."""

TEXT, LONG, NAMES, CODE, DAY, MONEY, YEAR, LINK = (
    "text",
    "long",
    "names",
    "code",
    "day",
    "money",
    "year",
    "link",
)
"""What a column holds: a line, some sentences, names of organisations, values of a list, a date as exact as it is
known, an amount of money, a year, a web address."""
LENGTHS = {TEXT: 300, LONG: 2_000, NAMES: 2_000, CODE: 300, DAY: 40, MONEY: 40, YEAR: 40, LINK: 1_000}
"""Characters of a cell."""

AUTHORITY, KIND, THEME, ACTIVITY, BENEFICIARY, STATE, BUDGET, LICENCE = (
    *("authority", "kind", "theme", "activity-type", "beneficiary", "state", "budget-kind"),
    "licence",
)
"""The lists."""


@dataclass(frozen=True)
class Column:
    """A column: what its cells are for, its header, what belongs there. Columns of one key hold one value each."""

    key: str
    header: str
    english: str
    help: str
    english_help: str
    kind: str = TEXT
    choices: str = ""
    required: bool = False
    width: int = 24
    also: tuple[str, ...] = ()
    """Other headers that mean the same."""


COLUMNS = (
    Column(
        "number", "Nr.", "No.", "Ihre eigene Nummer oder Kennung, falls es eine gibt.",
        "Your own number or identifier, if there is one.", width=14, also=("Nummer", "Kennung", "ID", "Lfd. Nr."),
    ),
    Column(
        "title", "Titel", "Title", "Wie die Maßnahme heißt, wörtlich wie in der Quelle.",
        "What the measure is called, in the words of the source.", required=True, width=46,
        also=("Maßnahme", "Projekt", "Name", "Bezeichnung", "Titel der Maßnahme", "measure", "project"),
    ),
    Column(
        "description", "Beschreibung", "Description",
        "Ein bis drei Sätze in eigenen Worten: was getan wird, für wen, mit wem. Keine Kontaktdaten.",
        "One to three sentences in your own words: what is done, for whom, with whom. No contact data.",
        LONG, width=60, also=("Inhalt", "Kurzbeschreibung"),
    ),
    Column(
        "kind", "Art", "Kind", "Projekt, wenn die Quelle es so nennt; sonst Maßnahme.",
        "Projekt (project) if the source calls it so, otherwise Maßnahme (measure).", CODE, KIND, width=14,
    ),
    Column(
        "authority", "Gebietskörperschaft", "Authority",
        "Wem die Maßnahme gehört: der Kreis aus der Liste, oder sein Amtlicher Gemeindeschlüssel (08118).",
        "Whose measure it is: the district from the list, or its official key (08118).", CODE, AUTHORITY, True, 34,
        ("Kreis", "Landkreis", "Stadtkreis", "Körperschaft", "AGS", "Kreisschlüssel", "Träger", "district"),
    ),
    Column(
        "place", "Ort", "Place", "Ort oder Gemeinde, wenn die Maßnahme nicht den ganzen Kreis betrifft.",
        "Town or municipality, if the measure does not concern the whole district.", also=("Gemeinde", "Stadt"),
    ),
    Column(
        "strategy", "Strategie", "Strategy", "Name der Strategie, des Konzepts oder Programms, zu dem sie gehört.",
        "Name of the strategy, concept or programme that it is part of.", width=34, also=("Konzept",),
    ),
    Column(
        "field", "Handlungsfeld", "Action field", "Das Handlungsfeld in den Worten Ihrer Strategie.",
        "The action field in the words of your strategy.", width=28, also=("Themenfeld",),
    ),
    Column(
        "theme", "Thema 1", "Theme 1", "Worum es geht: das genaueste passende Thema der Liste.",
        "What it is about: the most exact theme of the list.", CODE, THEME, width=30, also=("Thema", "Themen"),
    ),
    Column("theme", "Thema 2", "Theme 2", "Ein zweites Thema, wenn es nötig ist.", "A second theme, if needed.",
           CODE, THEME, width=30),
    Column("theme", "Thema 3", "Theme 3", "Ein drittes Thema, wenn es nötig ist.", "A third theme, if needed.",
           CODE, THEME, width=30),
    Column(
        "activity", "Tätigkeit 1", "Activity 1", "Was getan wird, aus der Liste.", "What is done, from the list.",
        CODE, ACTIVITY, also=("Tätigkeit", "Art der Tätigkeit", "activity type"),
    ),
    Column("activity", "Tätigkeit 2", "Activity 2", "Eine zweite Tätigkeit, wenn es nötig ist.",
           "A second activity, if needed.", CODE, ACTIVITY),
    Column(
        "beneficiary", "Nutznießende 1", "Beneficiary 1", "Wem es zugutekommt, aus der Liste.",
        "Who benefits, from the list.", CODE, BENEFICIARY, also=("Nutznießende", "Zielgruppe", "beneficiary"),
    ),
    Column("beneficiary", "Nutznießende 2", "Beneficiary 2", "Eine zweite Gruppe, wenn es nötig ist.",
           "A second group, if needed.", CODE, BENEFICIARY),
    Column(
        "status", "Stand", "State", "Wie weit die Maßnahme ist, aus der Liste.",
        "How far the measure is, from the list.",
        CODE, STATE, width=16, also=("Status", "Umsetzungsstand"),
    ),
    Column(
        "begin", "Beginn", "Begin", "So genau wie bekannt: 14.01.2025, 01.2025 oder 2025.",
        "As exact as it is known: 14.01.2025, 01.2025 or 2025.", DAY, width=14, also=("Start", "von"),
    ),
    Column(
        "end", "Ende", "End", "So genau wie bekannt: 31.12.2027, 12.2027 oder 2027.",
        "As exact as it is known: 31.12.2027, 12.2027 or 2027.", DAY, width=14, also=("bis",),
    ),
    Column(
        "lead", "Federführung", "Lead", "Stelle mit der Federführung; mehrere mit Semikolon. Keine Personen.",
        "The organisation in charge; several with semicolons. No persons.", NAMES, width=34,
        also=("Federführend", "Verantwortlich", "Zuständig"),
    ),
    Column(
        "partner", "Partner", "Partners", "Beteiligte Stellen; mehrere mit Semikolon. Keine Personen.",
        "Organisations that take part; several with semicolons. No persons.", NAMES, width=40,
        also=("Partner und Beteiligte", "Beteiligte", "Kooperationspartner"),
    ),
    Column(
        "support", "Begleitet von", "Supported by", "Büros oder Hochschulen, die beraten; mehrere mit Semikolon.",
        "Consultants or universities that advise; several with semicolons.", NAMES, width=28, also=("Begleitung",),
    ),
    Column(
        "programme", "Förderprogramm", "Funding programme", "Programm, aus dem Geld kommt; mehrere mit Semikolon.",
        "Programme that money comes from; several with semicolons.", NAMES, width=28, also=("Förderung",),
    ),
    Column(
        "amount", "Betrag in Euro", "Amount in euros", "Nur die Zahl, zum Beispiel 72.577 oder 72577,50.",
        "The number alone, for example 72.577 or 72577,50 (German spelling).", MONEY, width=18,
        also=("Betrag", "Kosten", "Budget", "Mittel"),
    ),
    Column(
        "year", "Haushaltsjahr", "Fiscal year", "Jahr, für das der Betrag gilt, vierstellig.",
        "The year that the amount is for, four digits.", YEAR, width=15, also=("Jahr",),
    ),
    Column(
        "budget", "Art des Betrags", "Kind of amount", "Ob das Geld da ist, gebraucht wird oder geplant ist.",
        "Whether the money is there, needed or planned.", CODE, BUDGET, width=17, also=("Art des Ansatzes",),
    ),
    Column(
        "document", "Quelle", "Source", "Titel des Dokuments oder der Seite, in der die Maßnahme steht.",
        "Title of the document or page that names the measure.", width=40, also=("Dokument", "Vorlage"),
    ),
    Column(
        "passage", "Seite oder Abschnitt", "Page or section", "Wo in der Quelle: Seite 12, oder die Überschrift.",
        "Where in the source: page 12 (Seite 12), or the heading.", width=24, also=("Seite", "Abschnitt", "Fundstelle"),
    ),
    Column(
        "address", "Internetadresse", "Web address", "Adresse der Quelle, beginnend mit https://.",
        "Address of the source, beginning with https://.", LINK, width=40,
        also=("URL", "Link", "Internetadresse der Quelle"),
    ),
)  # fmt: skip
"""The columns in their order."""

HEAD = {
    "title": (
        "Titel des Datensatzes",
        "Title of the dataset",
        "Zum Beispiel: Maßnahmen der Zukunftsstrategie Landkreis Ahorn",
    ),
    "publisher": ("Herausgebende Stelle", "Publisher", "Amt oder Einrichtung, keine Person"),
    "day": ("Stand der Angaben", "Date of the data", "Tag, zum Beispiel 14.01.2025"),
    "licence": (
        "Lizenz",
        "Licence",
        "Unter welcher Lizenz die Angaben weitergegeben werden dürfen, aus der Liste",
    ),
    "version": ("Fassung der Vorlage", "Version of the template", "Bitte nicht ändern"),
}
"""What is asked about the file as a whole, on the sheet with the guide: key → label, English, help."""

SAMPLE = {
    "Nr.": f"{EXAMPLE}, wird nicht gelesen",
    "Titel": "Start-up-Treff für den Mittelstand",
    "Beschreibung": "Viermal im Jahr treffen sich junge Unternehmen und Betriebe des Kreises, um gemeinsame Vorhaben "
    "zu finden.",
    "Art": "Projekt",
    "Gebietskörperschaft": "Landkreis Ludwigsburg (08118)",
    "Strategie": "Zukunftsstrategie (Beispiel)",
    "Handlungsfeld": "Gründung und Vernetzung",
    "Tätigkeit 1": "Vernetzung",
    "Stand": "läuft",
    "Beginn": "03.2025",
    "Ende": "2027",
    "Federführung": "Wirtschaftsförderung (Beispiel)",
    "Partner": "Kammer (Beispiel); Hochschule (Beispiel)",
    "Betrag in Euro": "20.000",
    "Haushaltsjahr": "2026",
    "Art des Betrags": "geplant",
    "Quelle": "Vorlage 12/2025 (Beispiel)",
    "Seite oder Abschnitt": "Seite 4",
    "Internetadresse": "https://example.org/vorlage-12",
}
"""The example row, by header: invented, and marked as such."""

LICENCES = (
    ("http://dcat-ap.de/def/licenses/cc-zero", "CC0 1.0", ("Creative Commons Zero", "gemeinfrei")),
    (
        "http://dcat-ap.de/def/licenses/dl-zero-de/2.0",
        "Datenlizenz Deutschland Zero 2.0",
        ("dl-de/zero-2.0", "dl-zero-de/2.0"),
    ),
    (
        "http://dcat-ap.de/def/licenses/dl-by-de/2.0",
        "Datenlizenz Deutschland Namensnennung 2.0",
        ("dl-de/by-2.0", "dl-by-de/2.0"),
    ),
    ("http://dcat-ap.de/def/licenses/cc-by/4.0", "CC BY 4.0", ("Creative Commons Namensnennung 4.0",)),
)
"""Licences that open data may have, by their IRI in DCAT-AP.de."""
STATES = ("idea", "planned", "running", "paused", "completed", "failed", "open")
"""The states in the order of a measure's life."""

LIST_NAMES = {
    AUTHORITY: N_("Gebietskörperschaften"),
    KIND: N_("Arten"),
    THEME: N_("Themen"),
    ACTIVITY: N_("Tätigkeiten"),
    BENEFICIARY: N_("Nutznießende"),
    STATE: N_("Stände"),
    BUDGET: N_("Arten des Betrags"),
    LICENCE: N_("Lizenzen"),
}


@dataclass(frozen=True)
class Choice:
    """One value of a list: its address, its names, what it means."""

    iri: str
    label: str
    english: str = ""
    meaning: str = ""
    above: str = ""
    """The name of the next broader one."""
    others: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called."""
        code = self.iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        return tuple(name for name in (self.label, self.english, *self.others, code, self.iri) if name)


Lists = Mapping[str, tuple[Choice, ...]]
"""The lists to choose from, by name."""


def lists(places: Iterable[Place]) -> Lists:
    """All lists; `places` are the authorities that the graph knows."""
    return {AUTHORITY: authorities(places), **closed_lists()}


def authorities(places: Iterable[Place]) -> tuple[Choice, ...]:
    """Counties first, then regions, states and towns, each by name; a county is named with its key."""
    order = ("county", "region", "state", "municipality")
    known = sorted(
        places,
        key=lambda p: (order.index(p.level) if p.level in order else 9, p.name.casefold(), p.authority),
    )
    return tuple(
        Choice(p.authority, f"{p.name} ({p.ags})", others=(p.name, p.ags, p.ags.lstrip("0")))
        if p.level == "county" and p.ags
        else Choice(p.authority, p.name)
        for p in known
    )


@cache
def closed_lists() -> Lists:
    """The lists that come with the program, in an order that suits people."""
    graph = codes()
    found = {
        name: tuple(_choice(graph, code) for code in graph.subjects(SKOS.inScheme, ID[f"code/{name}"]))
        for name in (ACTIVITY, BENEFICIARY, STATE, BUDGET)
    }
    by_name = {name: tuple(sorted(of, key=lambda c: c.label.casefold())) for name, of in found.items()}
    states = {choice.names[-2]: choice for choice in by_name[STATE]}
    return by_name | {
        STATE: tuple(states[name] for name in STATES if name in states),
        KIND: (
            Choice(str(ZG.Measure), "Maßnahme", "measure", "Etwas, das jemand tut oder vorhat."),
            Choice(
                str(ZG.Project), "Projekt", "project", "Eine abgegrenzte Maßnahme, die die Quelle so nennt."
            ),
        ),
        LICENCE: tuple(Choice(iri, label, others=others) for iri, label, others in LICENCES),
        THEME: _themes(),
    }


def _themes() -> tuple[Choice, ...]:
    """The themes as a tree that is walked from the top, each branch by name."""
    graph = themes()
    scheme = ID["theme/themen-der-kreisstrategien"]
    every = {theme: _choice(graph, theme) for theme in graph.subjects(SKOS.inScheme, scheme)}
    above = {theme: graph.value(theme, SKOS.broader) for theme in every}

    def below(upper: Node | None) -> list[Choice]:
        own = [theme for theme, over in above.items() if over == upper]
        own.sort(key=lambda theme: every[theme].label.casefold())
        return [choice for theme in own for choice in (every[theme], *below(theme))]

    return tuple(below(None))


def _choice(graph: Graph, concept: Node) -> Choice:
    upper = graph.value(concept, SKOS.broader)
    others = sorted(str(name) for name in graph.objects(concept, SKOS.altLabel))
    return Choice(
        str(concept),
        _text(graph, concept, SKOS.prefLabel, "de"),
        _text(graph, concept, SKOS.prefLabel, "en"),
        _text(graph, concept, SKOS.definition, "de"),
        _text(graph, upper, SKOS.prefLabel, "de") if upper is not None else "",
        tuple(others),
    )


def _text(graph: Graph, concept: Node, predicate: URIRef, language: str) -> str:
    return next(
        (
            str(text)
            for text in graph.objects(concept, predicate)
            if getattr(text, "language", "") == language
        ),
        "",
    )


def normal(text: str) -> str:
    """A header or a value without what makes no difference: case, blanks, marks, the spelling of umlauts."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = plain.replace(sign, letters)
    return " ".join(re.sub(r"[^\w()/.,&+-]+", " ", plain.replace("*", " ")).strip(" .:").split())


@cache
def headers() -> Mapping[str, Column]:
    """Every header that means a column; a column's own name counts before another's further ones."""
    found: dict[str, Column] = {}
    for column in COLUMNS:
        for name in (column.header, column.english):
            found.setdefault(normal(name), column)
    for column in COLUMNS:
        for name in column.also:
            found.setdefault(normal(name), column)
    return found
