"""The page and the data of every thing: `/id` leads by 303 to `/doc` (people) or `/data` (machines)."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Header, HTTPException, Request
from rdflib import Graph
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.negotiation import HTML, NAMES, RDF_TYPES, SERIALISERS, best
from api.pages import READ, Here, Now
from api.service import Reading, Service, web_address
from api.templating import page
from graph.description import describe, is_described, statements
from graph.errors import Unknown
from graph.kinds import CLASSES
from graph.terms import definition, terms
from ontology.namespaces import PREFIXES

router = APIRouter(include_in_schema=False)
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


def _wanted(accept: str, offers: list[str]) -> str:
    wanted = best(accept, offers)
    if wanted is None:
        raise HTTPException(406)
    return wanted


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
    try:
        found = describe(now.store, now.words, iri)
    except ValueError:
        found = None
    if found is None:
        raise Unknown("Die Adresse", iri, [hit.label for hit in now.names.nearest(iri)])
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
        elsewhere=web_address(iri) if path is None else "",
    )
