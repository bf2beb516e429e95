"""What somebody asks in the workbench: a question of the library or a text of his own, with values for its
parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlencode

from starlette.requests import Request

from api.choice import my_district
from api.service import Reading, Service
from api.sparql.http import Parameters, check_size
from graph.errors import Unknown
from graph.gazetteer import districts
from graph.glossary import CLASS, glossary
from graph.labels import labels, things_below
from graph.language import N_, _, language
from ontology.namespaces import ID, ZG
from queries import Parameter, Query, named, names
from queries.catalogue import NAME, WrongHeader, divided, parsed

OWN = "abfrage"
"""The name of a query without one."""
BEGINNING = """PREFIX zg: <https://w3id.org/zukunftsgraph/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?project ?projectLabel WHERE {
  ?project a zg:Project ;
    skos:prefLabel ?projectLabel .
  FILTER(lang(?projectLabel) = "de")
}
ORDER BY ?projectLabel
"""
"""What an own query begins with."""
CONTROLS = frozenset(
    {
        *("ansicht", "csrf", "datei", "form", "frage", "fuer", "kopf", "namen", "neu", "q", "query", "titel"),
        "werte",
    }
)
"""Parameters of the pages; no parameter of a query may be called so."""
MOST_ADDRESS = 6000
"""Characters of an address; proxies take eight thousand bytes."""
LONGEST = 200_000
"""Characters of a query that the page takes; programs may send longer ones."""
MOST_PARAMETERS, LONGEST_NAME = 20, 200
"""Parameters of an own query, and characters of a name that is looked up for one: each takes a search."""
MOST_OPTIONS = 400
"""Things in a list to choose from; where there are more, one types."""


@dataclass(frozen=True)
class Asked:
    """A query, in the language in force, with the values that were given.

    `own` says that it is not one of the library as it stands there, `fault` what is wrong with the header of its text.
    """

    query: Query
    values: Mapping[str, str]
    own: bool
    fault: WrongHeader | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As an address carries it."""
        first = ("query", self.query.text) if self.own else ("frage", self.query.name)
        return [first, *self.values.items()]

    @property
    def filled(self) -> str:
        """The query as engines get it, with the lines of the text as the page shows it. Raises `WrongParameter`."""
        return divided(self.query.filled(self.values))[1].lstrip("\n")

    @property
    def fits(self) -> bool:
        """Whether it fits into an address."""
        return len(urlencode(self.pairs)) <= MOST_ADDRESS

    @property
    def title(self) -> str:
        """What to call it."""
        return self.query.summary if self.query.summary not in ("", OWN) else _("Eigene Abfrage")

    @property
    def original(self) -> Query | None:
        """The question of the library that an own text was made of, as its header tells."""
        if not self.own:
            return None
        known = (named(name) for name in names())
        return next(
            (query for query in known if self.query.summary in (query.summary, query.spoken("en").summary)),
            None,
        )

    def address(self, where: str, **more: str) -> str:
        """An address with everything that is asked, empty if it would be too long for one."""
        return f"{where}?{urlencode([*self.pairs, *more.items()])}" if self.fits else ""


@dataclass(frozen=True)
class Blank:
    """A parameter as a field of the form; `written` is how the text has it."""

    name: str
    label: str
    kind: str
    """select, or the type of an input: text, number, date."""
    value: str
    written: str
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()
    suggestions: str = ""
    """Where names come from while one types."""


def asked(request: Request, now: Reading, given: Parameters) -> Asked:
    """What the parameters of an address or a form ask. Raises `Unknown` for a question that is none."""
    name, text = given.one("frage") or "", given.one("query")
    if text is None:
        if "neu" in given:
            return Asked(parsed(OWN, BEGINNING), {}, own=True)
        if name not in names():
            raise Unknown("Die Frage", name, get_close_matches(name, names(), 5, 0.3))
        return _of_library(request, now, name, given)
    check_size(len(text), LONGEST)
    head = _plain(given.one("kopf") or "")
    text = _plain(text)
    if head and not divided(text)[0]:
        text = head.rstrip("\n") + "\n" + text
    if name in names() and _bare(text) == _bare(named(name).text):
        return _of_library(request, now, name, given)
    try:
        query = parsed(OWN, text)
        if len(query.parameters) > MOST_PARAMETERS:
            raise WrongHeader(
                N_(
                    "Der Kopf der Abfrage hat {found} Parameter, möglich sind {most}. Bitte weniger erklären."
                ),
                found=len(query.parameters),
                most=MOST_PARAMETERS,
            )
        taken = [parameter.name for parameter in query.parameters if parameter.name in CONTROLS]
        if taken:
            raise WrongHeader(
                N_("„{name}“ heißt hier schon etwas anderes; bitte den Parameter umbenennen."), name=taken[0]
            )
    except WrongHeader as error:
        return Asked(Query(OWN, "", "", "", text), {}, own=True, fault=error)
    return Asked(query.spoken(language()), _values(request, now, query, given), own=True)


def blanks(request: Request, now: Reading, what: Asked) -> list[Blank]:
    """The parameters as fields of a form."""
    return [_blank(request, now, what, parameter) for parameter in what.query.parameters]


def _of_library(request: Request, now: Reading, name: str, given: Parameters) -> Asked:
    query = named(name)
    return Asked(query.spoken(language()), _values(request, now, query, given), own=False)


def _values(request: Request, now: Reading, query: Query, given: Parameters) -> dict[str, str]:
    """The values that were given; a district that was not is the visitor's own."""
    found: dict[str, str] = {}
    for parameter in query.parameters:
        value = (given.one(parameter.name) or "").strip()
        if value and parameter.type == "iri" and not parameter.choices:
            value = _thing(now, parameter, value)
        if not value and parameter.type == parameter.name == "district":
            here: Service = request.app.state.service
            value = my_district(request, here, now)
        if value:
            found[parameter.name] = value
    return found


def _thing(now: Reading, parameter: Parameter, text: str) -> str:
    """The thing of that name, if there is exactly one; anything else as it was typed."""
    if "/" in text or ":" in text:
        return text.removeprefix(parameter.base)
    if len(text) > LONGEST_NAME:
        return text
    meant = {
        hit.iri
        for hit in now.names.search(text)
        if text.casefold() in (hit.label.casefold(), hit.name.casefold())
    }
    return meant.pop().removeprefix(parameter.base) if len(meant) == 1 else text


def _blank(request: Request, now: Reading, what: Asked, parameter: Parameter) -> Blank:
    value = what.values.get(parameter.name, parameter.default or "").removeprefix(parameter.base)
    written = f"?_{parameter.name}{'_iri' if parameter.type == 'iri' else ''}"
    options = _options(now, parameter)
    if options:
        known = {each for each, _label in options}
        more = [] if value in known else [(value, value or _("bitte wählen"))]
        return Blank(parameter.name, parameter.label, "select", value, written, options=[*more, *options])
    if parameter.type == "iri":
        root = request.scope.get("root_path", "")
        return Blank(
            parameter.name,
            parameter.label,
            "text",
            value,
            written,
            _("Name, Adresse oder Kurzname wie in den Tabellen"),
            suggestions="" if what.own else f"{root}/abfragen/vorschlaege/{what.query.name}/{parameter.name}",
        )
    hint = _("Kreisschlüssel, fünf Ziffern") if parameter.type == "district" else ""
    kind = {"integer": "number", "year": "number", "date": "date"}.get(parameter.type, "text")
    return Blank(parameter.name, parameter.label, kind, value, written, hint)


def _options(now: Reading, parameter: Parameter) -> Sequence[tuple[str, str]]:
    """Value and words of everything that can be chosen, empty where one has to type."""
    if parameter.choices:
        return now.noted(("choices", parameter.base, *parameter.choices), lambda: _choices(now, parameter))
    if parameter.type == "district":
        return now.noted("districts", lambda: _districts(now))
    if parameter.type != "iri":
        return ()
    default = parameter.default or ""
    if NAME.fullmatch(default):
        default = parameter.base + default
    if default.startswith(str(ZG)):
        return now.noted("classes", lambda: _classes(now))
    kind, slash, rest = default.removeprefix(str(ID)).partition("/")
    if not default.startswith(str(ID)) or not slash or not rest or not NAME.fullmatch(kind):
        return ()
    if parameter.name == "thing":  # the default is an example, any other kind of thing will do
        return ()
    return now.noted(("things", parameter.base, kind), lambda: _things(now, parameter, f"{ID}{kind}/"))


def _choices(now: Reading, parameter: Parameter) -> list[tuple[str, str]]:
    known = labels(now.store, [parameter.base + short for short in parameter.choices])
    found = [(short, known.get(parameter.base + short, label)) for short, label in parameter.choices.items()]
    return sorted(found, key=lambda pair: pair[1].casefold())


def _districts(now: Reading) -> list[tuple[str, str]]:
    found = [(district.key, str(district)) for district in districts(now.store)]
    return sorted(found, key=lambda pair: pair[1].casefold())


def _classes(now: Reading) -> list[tuple[str, str]]:
    return [
        (f"{ZG}{entry.name.removeprefix('zg:')}", entry.label)
        for entry in glossary(now.store)
        if entry.kind == CLASS and entry.name.startswith("zg:")
    ]


def _things(now: Reading, parameter: Parameter, base: str) -> list[tuple[str, str]]:
    found = things_below(now.store, base, MOST_OPTIONS)
    words = [label for _iri, label in found]
    doubled = {word for word in words if words.count(word) > 1}
    return [
        (
            iri.removeprefix(parameter.base),
            f"{label} ({iri.removeprefix(base)})" if label in doubled else label or iri.removeprefix(base),
        )
        for iri, label in found
    ]


def _plain(text: str) -> str:
    """The text with the line ends that files have; forms send others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bare(text: str) -> str:
    """The query without what makes no difference."""
    return "\n".join(line.rstrip() for line in divided(text)[1].strip().splitlines())
