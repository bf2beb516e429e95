"""The page and the data of every thing: `/id` leads by 303 to `/doc` (people) or `/data` (machines)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Header, HTTPException, Request
from rdflib import Graph
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.negotiation import HTML, NAMES, RDF_TYPES, SERIALISERS, best
from api.pages import READ, Here, Now, Seen, findings_of
from api.service import Overlap, Reading, Service, Shown, web_address
from api.templating import page, partial
from graph.description import Description, describe, is_described, statements
from graph.errors import LimitReached, Unknown
from graph.history import History, history
from graph.inventory import GOAL
from graph.kinds import CLASSES
from graph.language import language
from graph.news import dated_datasets
from graph.terms import definition, terms
from ontology.namespaces import PREFIXES, ZG
from queries import named

router = APIRouter(include_in_schema=False)
things = APIRouter(prefix="/api/v1", tags=["Zukunftsgraph"])
Accept = Annotated[str, Header()]
SUFFIX = {media: suffix for suffix, media in RDF_TYPES.items()}
SAFE = "/:@!$&()*+,;=~"


@router.api_route("/id/{path:path}", methods=READ)
def thing(request: Request, here: Here, now: Now, path: str, accept: Accept = "") -> Response:
    """Sends people to the page of a thing and machines to its data."""
    wanted = _wanted(accept, [HTML, *RDF_TYPES.values()])
    _iri(here, now, path)
    root = request.scope.get("root_path", "")
    where = quote(path, safe=SAFE)
    address = f"{root}/doc/{where}" if wanted == HTML else f"{root}/data/{where}.{SUFFIX[wanted]}"
    return RedirectResponse(address, status_code=303, headers={"Vary": "Accept"})


@router.api_route("/doc", methods=READ)
def any_thing(request: Request, here: Here, now: Now, iri: str) -> Response:
    """The page of any IRI, also of one from elsewhere."""
    return _page(request, here, now, iri)


@router.api_route("/doc-ueberschneidungen", methods=READ)
def overlaps_of(request: Request, seen: Seen, now: Now, iri: str) -> HTMLResponse:
    """The overlaps of a measure, strategy, need or field; for htmx the list alone."""
    item = now.inventory.items.get(iri)
    if item is None or not _is_compared(now, iri):
        raise Unknown("Die Maßnahme", iri)
    try:
        found: Sequence[Overlap] | None = _overlaps(seen, now, iri, item.key)
    except LimitReached:
        found = None
    return page(
        request,
        "thing_overlaps.html" if partial(request) else "thing_overlaps_page.html",
        overlaps=found,
        iri=iri,
        label=item.label,
        district=item.key,
    )


@router.api_route("/doc/{path:path}", methods=READ)
def document(request: Request, here: Here, now: Now, path: str) -> Response:
    """The page of one of our things."""
    return _page(request, here, now, _iri(here, now, path))


@router.api_route("/data", methods=READ)
def data_of_any(request: Request, now: Now, iri: str, accept: Accept = "", format: str = "") -> Response:
    """What is known of any IRI, as RDF."""
    suffix = format or SUFFIX[_wanted(accept, list(RDF_TYPES.values()))]
    if suffix not in RDF_TYPES:
        raise HTTPException(406)
    response = _data(_known(now, iri), suffix)
    response.headers["Vary"] = "Accept"
    return response


@router.api_route("/data/{path:path}", methods=READ)
def data(request: Request, here: Here, now: Now, path: str, accept: Accept = "") -> Response:
    """What is known of one of our things, as RDF in the format of the suffix."""
    stem, dot, suffix = path.rpartition(".")
    if dot and suffix in RDF_TYPES:
        return _data(_known(now, _iri(here, now, stem)), suffix)
    wanted = _wanted(accept, list(RDF_TYPES.values()))
    _iri(here, now, path)
    address = f"{request.scope.get('root_path', '')}/data/{quote(path, safe=SAFE)}.{SUFFIX[wanted]}"
    return RedirectResponse(address, status_code=303, headers={"Vary": "Accept"})


@router.api_route("/def", methods=READ)
def ontology(request: Request, now: Now, accept: Accept = "", format: str = "") -> Response:
    """The terms: a page for people, the ontology in RDF for machines."""
    wanted = RDF_TYPES.get(format) if format else _wanted(accept, [HTML, *RDF_TYPES.values()])
    if wanted is None:
        raise HTTPException(406)
    response = (
        page(request, "definition.html", sections=terms(now.store, now.words), formats=NAMES)
        if wanted == HTML
        else _data(definition(now.store), SUFFIX[wanted])
    )
    response.headers["Vary"] = "Accept"
    return response


@things.get("/thing", summary="Alles über ein Ding")
def get_thing(now: Now, iri: str) -> dict[str, Any]:
    """Aussagen mit ihren Fundstellen, Verweise darauf, Geschichte. Als RDF gibt es dasselbe unter `/data`."""
    found = _described(now, iri)
    return asdict(found) | {"classes": sorted(found.classes), "history": asdict(_history(now, iri))}


def _wanted(accept: str, offers: list[str]) -> str:
    wanted = best(accept, offers)
    if wanted is None:
        raise HTTPException(406)
    return wanted


QUESTIONS = (
    ("Measure", "measure-with-its-evidence", "measure"),
    ("Dataset", "all-that-one-source-says", "dataset"),
    ("", "sources-of-a-thing", "thing"),
    ("", "what-was-inferred-about-a-thing", "thing"),
)
"""Class (empty: any) → the question of the library about such a thing, and its parameter."""
SHOWN = 12
"""Values of a property that are shown at once; the others can be unfolded."""
LONGEST_PATH = 300
"""Longer than any address of ours; names near it are not looked for."""


def _iri(here: Service, now: Reading, path: str) -> str:
    """The IRI that a path stands for. Raises `Unknown` with names that look like it."""
    for iri in here.iris(path):
        try:
            if is_described(now.store, iri):
                return iri
        except (ValueError, SyntaxError):
            break
    if len(path) > LONGEST_PATH:
        raise Unknown("Die Adresse", f"{path[:60]}…")
    raise Unknown("Die Adresse", path, [hit.label for hit in now.names.nearest(path)])


def _known(now: Reading, iri: str) -> Graph:
    try:
        found = statements(now.store, iri)
    except (ValueError, SyntaxError) as error:
        raise Unknown("Die Adresse", iri) from error
    if not len(found):
        raise Unknown("Die Adresse", iri)
    return found


def _data(found: Graph, suffix: str) -> Response:
    for prefix, namespace in PREFIXES.items():
        found.bind(prefix, namespace)
    text = found.serialize(format=SERIALISERS[suffix], encoding="utf-8")
    charset = "; charset=utf-8" if suffix == "ttl" else ""
    return Response(text, media_type=RDF_TYPES[suffix] + charset)


def _page(request: Request, here: Service, now: Reading, iri: str) -> HTMLResponse:
    found = _described(now, iri)
    root = str(request.scope.get("root_path", ""))
    path = here.path(iri)
    formats = {
        name: f"{root}/data/{quote(path, safe=SAFE)}.{suffix}"
        if path is not None
        else f"{root}/data?{urlencode({'iri': iri, 'format': suffix})}"
        for suffix, name in NAMES.items()
    }
    return page(
        request,
        "resource.html",
        thing=found,
        formats=formats,
        media={NAMES[suffix]: media for suffix, media in RDF_TYPES.items()},
        net=f"{root}/netz?{urlencode({'focus': iri})}" if found.classes & CLASSES else "",
        history=_history(now, iri),
        compared=_is_compared(now, iri),
        questions=_questions(found),
        shown=SHOWN,
        elsewhere=web_address(iri) if path is None else "",
    )


def _described(now: Reading, iri: str) -> Description:
    """What is known of a thing. Raises `Unknown` with names that look like it."""
    try:
        found = describe(now.store, now.words, iri)
    except ValueError:
        found = None
    if found is None:
        raise Unknown("Die Adresse", iri, [hit.label for hit in now.names.nearest(iri)])
    return found


def _history(now: Reading, iri: str) -> History:
    datasets = now.noted("datasets by address", lambda: {d.iri: d for d in dated_datasets(now.store)})
    return history(now.store, iri, datasets)


def _is_compared(now: Reading, iri: str) -> bool:
    """Whether a thing is one that the comparison looks at, and of a district that has a list of findings."""
    item = now.inventory.items.get(iri)
    return item is not None and item.kind != GOAL and item.key.isdecimal()


def _overlaps(seen: Shown, now: Reading, iri: str, district: str) -> list[Overlap]:
    """The findings in which a thing stands, that thing as side `a`, the most related first."""
    found = []
    for finding in findings_of(seen, now, district):
        if finding["a"]["iri"] == iri:
            found.append(finding)
        elif finding["b"]["iri"] == iri:
            found.append({**finding, "a": finding["b"], "b": finding["a"]})
    return sorted(found, key=lambda finding: (-finding["score"], finding["id"]))


def _questions(found: Description) -> list[tuple[str, str]]:
    """The questions of the library that this page answers in part: in words, and as the query of an address."""
    asked = [
        (name, parameter) for kind, name, parameter in QUESTIONS if not kind or str(ZG[kind]) in found.classes
    ]
    return [
        (named(name).spoken(language()).summary, urlencode({"frage": name, parameter: found.iri}))
        for name, parameter in asked
    ]
