"""`/abfragen`: the workbench. Questions of the library with their parameters as a form, and own queries in SPARQL.

One address shows all of it: `?frage=NAME` a question, `?query=TEXT` an own text, each with the values of its
parameters, so that every view can be passed on. The form is sent by POST and led to that address where it fits into
one. Programs ask at `/sparql` and `/api/v1/queries`; every answer here says how.
"""

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Day
from importlib import import_module
from typing import Any
from unicodedata import normalize
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import Message

from api.asked import OWN, Asked, asked, blanks
from api.excel import attachment
from api.language import base
from api.pages import READ, Now
from api.questions import GRAPHS
from api.service import DRAWING, Reading, Service, href
from api.solutions import MOST_ROWS, Shown, Table, bars, chartable, district_values, first_rows, links, shown
from api.sparql.endpoint import FORM, LONGEST_QUERY, query_job
from api.sparql.formats import JSON, NTRIPLES, TSV
from api.sparql.http import Parameters, answer, body, decoded, media_type
from api.templating import page, partial
from graph.borders import borders
from graph.errors import (
    InvalidQuery,
    LimitReached,
    NotAcceptable,
    Refused,
    StoreUnavailable,
    TooLarge,
    Unknown,
    ZukunftsgraphError,
)
from graph.gazetteer import districts
from graph.labels import labels
from graph.language import N_, _
from graph.network import FORMS, LIMIT, written
from graph.pairs import joined
from graph.search import SPELLINGS
from graph.spelling import date
from graph.vocabulary import FOREIGN
from ontology.namespaces import ID
from queries import Query, WrongParameter, named, names
from queries.catalogue import Told, WrongHeader, divided, titled
from visualizations.measured import measured_drawing
from visualizations.measured_map import measured_map
from visualizations.svg import standalone

router = APIRouter(include_in_schema=False)

USERS = {
    "Strategin": N_("Strategin"),
    "Analyst": N_("Analyst"),
    "Gremienmitglied": N_("Gremienmitglied"),
    "Kämmerei": N_("Kämmerei"),
    "Anderer Kreis": N_("Anderer Kreis"),
    "Open-Data-Stelle": N_("Open-Data-Stelle"),
}
"""Who asks, in the order of the library."""
TABLE, CHART, MAP = "tabelle", "diagramm", "karte"
MOST_BARS = 60
SUGGESTED = 8
DRAWN = LIMIT // 2
"""Things in a picture of a network that comes out of an answer."""
EXPORTED = 20_000
"""Rows that an export of a network is made of."""
STATUS: Mapping[type[Exception], int] = {
    InvalidQuery: 400,
    LimitReached: 503,
    NotAcceptable: 400,
    Refused: 403,
    StoreUnavailable: 503,
    TooLarge: 413,
    Unknown: 404,
    WrongHeader: 422,
    WrongParameter: 422,
}
"""What can be wrong with a query; the page says it beside the text, with this status."""
FORMATS = {
    "csv": "CSV",
    "tsv": "TSV",
    "xlsx": "Excel",
    "json": "JSON",
    "xml": "XML",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "rdf": "RDF/XML",
    "jsonld": "JSON-LD",
}
"""Formats of answers and what people call them."""
TRUTHS = ("json", "xml")
"""Those of ASK."""
NETWORKS = {
    "gexf": "GEXF (Gephi)",
    "graphml": "GraphML (yEd, Cytoscape)",
    "node-link": "JSON (d3, networkx)",
    "edges": N_("Kanten als CSV"),
    "nodes": N_("Knoten als CSV"),
}
"""Formats of networks."""
EDITOR = {
    "label": N_("SPARQL-Text der Abfrage"),
    "keys": N_(
        "Strg+Leertaste schlägt Klassen und Eigenschaften vor, Strg+Eingabe führt die Abfrage aus. Mit Esc und dann "
        "Tab verlässt man das Feld."
    ),
    "valid": N_("Der Text ist gültiges SPARQL."),
    "place": N_("Zeile {line}, Spalte {column}: {message}"),
    "unexpected": N_("Hier passt „{found}“ nicht."),
    "end": N_("Hier endet der Text zu früh."),
    "expected": N_("Möglich wäre: {expected}."),
    "unreadable": N_(
        "Dieses Zeichen gehört nicht zu SPARQL, oder eine Zeichenkette oder Adresse ist nicht geschlossen."
    ),
    "prefix": N_("Das Präfix „{name}:“ ist nicht erklärt. Es fehlt eine Zeile PREFIX {name}: <…>."),
    "add_prefix": N_("PREFIX ergänzen"),
    "ungrouped": N_(
        "„{name}“ steht im Ergebnis, aber nicht in GROUP BY. Bitte dort ergänzen oder zusammenfassen, etwa mit "
        "SAMPLE({name})."
    ),
    "bound": N_(
        "„{name}“ hat schon einen Wert und kann keinen zweiten bekommen. Bitte einen anderen Namen wählen."
    ),
    "twice": N_("Zwei Spalten heißen „{name}“. Bitte eine umbenennen."),
    "values": N_("In VALUES hat eine Zeile mehr oder weniger Werte als Variablen."),
    "base": N_(
        "Eine Adresse in spitzen Klammern ist unvollständig: Sie muss mit https: oder einem anderen Schema beginnen."
    ),
    "other": N_("Der Text ist kein gültiges SPARQL: {message}"),
    "update": N_("Hier wird nur gelesen; Änderungen nimmt die Adresse /sparql entgegen."),
    "variable": N_("eine Variable"),
    "iri": N_("eine Adresse"),
    "name": N_("ein Name wie zg:Project"),
    "text": N_("ein Text in Anführungszeichen"),
    "number": N_("eine Zahl"),
    "function": N_("eine Funktion"),
    "class": N_("Klasse"),
    "property": N_("Eigenschaft"),
    "also": N_("auch: {names}"),
    "Completions": N_("Vorschläge"),
    "Diagnostics": N_("Fehler"),
    "No diagnostics": N_("Keine Fehler"),
    "close": N_("Schließen"),
    "Control character": N_("Steuerzeichen"),
    "Selection deleted": N_("Auswahl gelöscht"),
}
"""What the editor in the browser says; the texts in capitals are those of CodeMirror."""


@dataclass(frozen=True)
class Outcome:
    """What came of asking: a table, or what was wrong; and how long it took."""

    seconds: float = 0.0
    table: Table | None = None
    error: Exception | None = None

    @property
    def status(self) -> int:
        """The status of the page."""
        if self.error is None:
            return 200
        return next((STATUS[kind] for kind in type(self.error).__mro__ if kind in STATUS), 500)


@dataclass(frozen=True)
class Way:
    """A view or a file of the same answer; `address` is empty where the query is too long for one, then it is sent."""

    name: str
    label: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class Library:
    """The questions that fit, by who asks them, and how many each asks."""

    groups: Sequence[tuple[str, Sequence[Query]]] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    found: int = 0


@router.api_route("/abfragen", methods=READ)
async def workbench(request: Request, now: Now) -> Response:
    """The library, or a question with its answer."""
    given = Parameters(request.scope["query_string"])
    if not given.keys() & {"frage", "query", "neu"}:
        return await run_in_threadpool(_library, request, given)
    return await _answered(request, now, given)


@router.post("/abfragen")
async def send(request: Request, now: Now) -> Response:
    """The same out of a form: what fits into an address is led to it, so that it can be passed on."""
    given = await _form(request)
    what = await run_in_threadpool(asked, request, now, given)
    view = {name: given.one(name) or "" for name in ("ansicht", "namen", "werte") if given.one(name)}
    where = what.address(f"{request.scope.get('root_path', '')}/abfragen", **view)
    if where and not what.fault:
        return RedirectResponse(f"{where}#ergebnis", status_code=303)
    return await _answered(request, now, given)


@router.api_route("/abfragen/datei", methods=[*READ, "POST"])
async def file(request: Request, now: Now) -> Response:
    """The query as a file of the library: its text below a header that says what is asked."""
    given = await _given(request)
    what = await run_in_threadpool(asked, request, now, given)
    text, name = what.query.text, what.query.name
    if what.fault:
        raise InvalidQuery(_told(what.fault))
    if what.own:
        title = (given.one("titel") or "").strip() or what.title
        name = _slug(title)
        if title != what.title or not divided(text)[0]:
            text = titled(text, title)
    return Response(
        text,
        media_type="application/sparql-query",
        headers={"Content-Disposition": attachment(f"{name}.rq")},
    )


@router.api_route("/abfragen/netz", methods=[*READ, "POST"])
async def network(request: Request, now: Now) -> Response:
    """The things that the rows of an answer join, as a picture or for other programs."""
    given = await _given(request)
    form = given.one("form") or "html"
    if form != "html" and form not in FORMS:
        raise Unknown("Die Form eines Netzes", form, tuple(FORMS))
    what = await run_in_threadpool(asked, request, now, given)
    try:
        table = await _table(request, what, EXPORTED)
    except Told as error:
        raise InvalidQuery(_told(error)) from error
    return await run_in_threadpool(_network, request, now, what, table, form)


@router.api_route("/abfragen/bild", methods=[*READ, "POST"])
async def picture(request: Request, now: Now) -> Response:
    """The chart or map of an answer as a file of its own."""
    given = await _given(request)
    what = await run_in_threadpool(asked, request, now, given)
    try:
        table = await _table(request, what)
    except Told as error:
        raise InvalidQuery(_told(error)) from error
    return await run_in_threadpool(_picture, request, now, what, given, table)


@router.api_route("/abfragen/vorschlaege/{name}/{parameter}", methods=READ)
def suggest(request: Request, now: Now, name: str, parameter: str, q: str = "") -> Response:
    """Things whose names fit what is typed, as links to the question with that thing: a part of a page."""
    if name not in names() or parameter not in {each.name for each in named(name).parameters}:
        raise HTTPException(404)
    root = request.scope.get("root_path", "")
    hits = [
        (hit, f"{root}/abfragen?{urlencode({'frage': name, parameter: hit.iri.removeprefix(str(ID))})}")
        for hit in now.names.search(q[:200], SUGGESTED)
    ]
    return page(request, "thing_suggestions.html", hits=hits, q=q)


# The library.


def _library(request: Request, given: Parameters) -> Response:
    words, user = (given.one("q") or "").strip()[:200], given.one("fuer") or ""
    if user and user not in USERS:
        raise Unknown("Die Zielgruppe", user, tuple(USERS))
    return page(
        request,
        "library.html",
        library=_found(words, user),
        q=words,
        user=user,
        users=USERS,
        total=len(names()),
    )


def _found(words: str, user: str) -> Library:
    """The questions that hold all the words, in either language; each below the first who asks it, or the chosen
    one."""
    asked_for = _folded(words).split()
    found = [query for query in map(named, names()) if all(word in _searched(query) for word in asked_for)]
    counts = {each: sum(each in query.users for query in found) for each in USERS}
    groups = [
        (each, [query for query in found if (each in query.users if user else each == query.users[0])])
        for each in ([user] if user else USERS)
    ]
    return Library(
        [(each, queries) for each, queries in groups if queries],
        counts,
        sum(len(queries) for _each, queries in groups),
    )


def _searched(query: Query) -> str:
    english = query.spoken("en")
    labels_ = [p.label for each in (query, english) for p in each.parameters]
    parts = [query.name.replace("-", " "), *labels_]
    for each in (query, english):
        parts += [each.summary, each.question, each.audience]
    return _folded(" ".join(parts))


def _folded(text: str) -> str:
    folded = text.casefold()
    for ascii_, sign in SPELLINGS:
        folded = folded.replace(sign, ascii_)
    return folded


# What is asked, and what comes of it.


async def _given(request: Request) -> Parameters:
    return await _form(request) if request.method == "POST" else Parameters(request.scope["query_string"])


async def _form(request: Request) -> Parameters:
    """The fields of a form; a file in it is the text of the query."""
    kind = media_type(request.headers.get("content-type", ""))
    raw = await body(request, LONGEST_QUERY)
    if kind == FORM:
        return Parameters(raw)
    if kind != "multipart/form-data":
        raise HTTPException(415)
    messages: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    given = Parameters("")
    async with Request(dict(request.scope), replay).form(max_files=1, max_part_size=LONGEST_QUERY) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                given.setdefault(name, []).append(value)
            elif value.filename:
                given["query"] = [decoded(await value.read()).removeprefix("\ufeff")]
    return given


async def _answered(request: Request, now: Reading, given: Parameters) -> Response:
    what = await run_in_threadpool(asked, request, now, given)
    outcome = None if "neu" in given and "query" not in given else await _outcome(request, what)
    response = await run_in_threadpool(_page, request, now, what, given, outcome)
    if outcome and isinstance(outcome.error, LimitReached):
        response.headers["Retry-After"] = str(outcome.error.retry_after)
    if not what.fits:
        response.headers["HX-Push-Url"] = "false"  # the address would not lead back here
    return response


async def _outcome(request: Request, what: Asked) -> Outcome:
    begun = time.perf_counter()
    try:
        table = await _table(request, what)
    except (ZukunftsgraphError, Told) as error:
        return Outcome(time.perf_counter() - begun, error=error)
    return Outcome(time.perf_counter() - begun, table)


async def _table(request: Request, what: Asked, most: int = MOST_ROWS) -> Table:
    """The first rows of the answer. Raises `WrongHeader`, `WrongParameter`, and what the engine raises."""
    if what.fault:
        raise what.fault
    if request.app.state.engine is None:
        raise StoreUnavailable(_("Dieser Dienst beantwortet keine Abfragen."))
    job = await query_job(what.filled, f"{_outside(request)}/sparql")
    return await first_rows(
        await answer(request, replace(job, solutions=TSV, boolean=JSON, triples=NTRIPLES)), most
    )


def _page(
    request: Request, now: Reading, what: Asked, given: Parameters, outcome: Outcome | None
) -> Response:
    head, text = divided(what.query.text)
    values: dict[str, Any] = {
        "asked": what,
        "head": head,
        "text": text.lstrip("\n"),
        "fields": blanks(request, now, what),
        "outcome": outcome,
        "error": _told(outcome.error) if outcome and outcome.error else "",
        "table": outcome.table if outcome else None,
        "texts": {name: _(words) for name, words in EDITOR.items()},
        "view": TABLE,
        "shown": None,
        "views": (),
        "networks": (),
        "left_out": 0,
        "filled": "" if what.fits or what.fault or not outcome or outcome.error else what.filled,
    }
    if outcome and outcome.table:
        values |= {"files": _files(request, what, outcome.table), "curl": _curl(request, what, outcome.table)}
        if outcome.table.truth is None:
            values |= _looked_at(request, now, what, given, outcome.table)
    status = outcome.status if outcome and not partial(request) else 200
    return page(request, "workbench.html", status, **values)


def _told(error: Exception) -> str:
    """What is wrong, in the language in force as far as there are words for it."""
    return _(error.message).format(**error.values) if isinstance(error, Told) else str(error)


# Ways to look at an answer.


def _looked_at(
    request: Request, now: Reading, what: Asked, given: Parameters, table: Table
) -> dict[str, Any]:
    """The table with names, the views that it allows, and the one that is wanted."""
    root = str(request.scope.get("root_path", ""))
    displayed = shown(table, labels(now.store, table.iris()))
    by_name, by_number = chartable(displayed)
    offered = {TABLE: _("Tabelle")}
    if by_name and by_number and len(displayed.rows) > 1:
        offered[CHART] = _("Diagramm")
    if not table.is_graph and len(district_values(table)) > 1:
        offered[MAP] = _("Karte")
    asked_for = given.one("ansicht") or TABLE
    view = asked_for if asked_for in offered else TABLE
    found: dict[str, Any] = {"shown": displayed, "view": view}
    if len(offered) > 1:
        found["views"] = [
            Way(name, label, what.address(f"{root}/abfragen", ansicht=name), name == view)
            for name, label in offered.items()
        ]
    if links(table, _is_term(now)):
        forms = {"html": _("Als Netz ansehen")} | {form: _(NETWORKS[form]) for form in FORMS}
        found["networks"] = [
            Way(form, label, what.address(f"{root}/abfragen/netz", form=form))
            for form, label in forms.items()
        ]
    columns = [column.name for column in by_name], [column.name for column in by_number]
    if view == CHART:
        label, value = _one_of(given.one("namen"), columns[0]), _one_of(given.one("werte"), columns[1])
        found |= _chart(table, displayed, label, value) | {
            "label_columns": columns[0],
            "value_columns": columns[1],
        }
        found["saved"] = what.address(f"{root}/abfragen/bild", ansicht=view, namen=label, werte=value)
    if view == MAP:
        value = _one_of(given.one("werte"), columns[1]) if columns[1] else ""
        found |= _map(now, table, value) | {"label_columns": [], "value_columns": columns[1]}
        found["saved"] = what.address(f"{root}/abfragen/bild", ansicht=view, werte=value)
    return found


def _is_term(now: Reading) -> Callable[[str], bool]:
    """Whether an IRI is a class or property, which joins things and is none."""
    known = now.words.labels
    return lambda iri: iri in FOREIGN or (iri in known and not iri.startswith(str(ID)))


def _one_of(wanted: str | None, known: Sequence[str]) -> str:
    return wanted if wanted and wanted in known else known[0]


def _chart(table: Table, displayed: Shown, label: str, value: str) -> dict[str, Any]:
    """Bars of one column, named by another."""
    amounts = bars(table, displayed, label, value)
    drawing = measured_drawing(
        "diagramm",
        _("{value} nach {label}").format(value=value, label=label),
        (label, value),
        amounts[:MOST_BARS],
    )
    return {
        "drawing": drawing,
        "left_out": max(0, len(amounts) - MOST_BARS),
        "label_column": label,
        "value_column": value,
    }


def _map(now: Reading, table: Table, value: str) -> dict[str, Any]:
    """The districts of the answer on a map, by a number or by how many rows name them."""
    if max(district_values(table).values()) > 1:
        value = ""
    names_of_districts = {district.key: district.label for district in districts(now.store)}
    drawing = measured_map(borders(), district_values(table, value), names_of_districts, value)
    return {"drawing": drawing, "value_column": value}


# Ways to take it along.


def _files(request: Request, what: Asked, table: Table) -> list[Way]:
    """The files that the answer can be had as, with all its rows."""
    outside = base(request.scope)
    if table.truth is not None:
        formats: Sequence[str] = TRUTHS
    else:
        formats = tuple(GRAPHS if table.is_graph else ("csv", "xlsx", "tsv", "json", "xml"))
    return [Way(form, FORMATS[form], _target(outside, what, form)) for form in formats]


def _target(outside: str, what: Asked, form: str) -> str:
    """Where programs get the answer in that form, empty where the query is too long for an address."""
    if not what.own:
        return f"{outside}/api/v1/queries/{what.query.name}?{urlencode([*what.values.items(), ('format', form)])}"
    pairs = [("query", what.filled), ("format", form)]
    return f"{outside}/sparql?{urlencode(pairs)}" if what.fits else ""


def _curl(request: Request, what: Asked, table: Table) -> str:
    """The same by a command, ready to be pasted into a terminal."""
    form = "json" if table.truth is not None else "ttl" if table.is_graph else "csv"
    outside = _outside(request)
    if not what.own:
        return f"curl {shlex.quote(_target(outside, what, form))}"
    text = shlex.quote(f"query={what.filled.strip()}")
    return f"curl {shlex.quote(f'{outside}/sparql')} --data format={form} --data-urlencode {text}"


def _outside(request: Request) -> str:
    """Where the service is seen from outside, without a language."""
    return f"{request.url.scheme}://{request.url.netloc}{base(request.scope)}"


def _network(request: Request, now: Reading, what: Asked, table: Table, form: str) -> Response:
    found = links(table, _is_term(now))
    if not found:
        raise InvalidQuery(
            _(
                "Aus dieser Antwort wird kein Netz: Dafür braucht es zwei Spalten mit Dingen oder einen Graphen."
            )
        )
    root = str(request.scope.get("root_path", ""))
    here: Service = request.app.state.service
    title = what.title
    known = labels(now.store, table.iris())
    if form != "html":
        made = joined(found, now.network, known, now.words, EXPORTED)
        name = f"{what.query.name if not what.own else _slug(title)}{FORMS[form].suffix}"
        return Response(
            written(made, form),
            media_type=FORMS[form].media_type,
            headers={"Content-Disposition": attachment(name)},
        )
    made = joined(found, now.network, known, now.words, DRAWN)
    if made.graph["unplaced"]:
        title += " " + _("(die ersten {count} Dinge)").format(count=len(made))
    with DRAWING.taken():
        view = import_module("visualizations.network")
        text = view.page(
            made,
            title,
            address=lambda iri: href(here, root, iri),
            focus_address=lambda iri: (
                f"{root}/netz?{urlencode({'focus': iri})}" if iri in now.network else ""
            ),
            home=f"{root}/",
        )
        policy = f"{view.content_security_policy()}; frame-ancestors 'none'"
    return Response(text, media_type="text/html", headers={"Content-Security-Policy": policy})


def _picture(request: Request, now: Reading, what: Asked, given: Parameters, table: Table) -> Response:
    drawing = _looked_at(request, now, what, given, table).get("drawing")
    if drawing is None:
        raise InvalidQuery(_("Aus dieser Antwort wird kein solches Bild."))
    remark = _("{title}. Zukunftsgraph, {day}; Daten gemeinfrei (CC0). Abfrage: {address}").format(
        title=drawing.title,
        day=date(Day.today().isoformat()),
        address=what.address(f"{_outside(request)}/abfragen") or f"{_outside(request)}/abfragen",
    )
    return Response(
        standalone(drawing, remark),
        media_type="image/svg+xml",
        headers={"Content-Disposition": attachment(f"{_slug(what.title)}.svg")},
    )


def _slug(title: str) -> str:
    """A file name for a title."""
    plain = normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split())[:60].strip("-") or OWN
