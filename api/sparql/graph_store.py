"""`/store`: the SPARQL 1.1 Graph Store HTTP Protocol. https://www.w3.org/TR/sparql11-http-rdf-update/

A graph is named by `?graph=IRI` or `?default`; graphs whose IRI lies under `/store/` answer there, too, which is where
new graphs are named. Writing is raw administrator access to the internal edition.
"""

import uuid
from pathlib import PurePath
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.accounts import Role
from api.identity import permitted
from api.sparql.formats import RDFXML, SERIALISED, SUFFIXES, TRIPLES, chosen, listed
from api.sparql.http import (
    Parameters,
    Resource,
    Streamed,
    absolute,
    accepted,
    address,
    answer,
    body,
    media_type,
)
from api.sparql.job import Job, Write
from graph.errors import InvalidQuery, NotAcceptable, Unknown

LARGEST = 64_000_000
MOST_PARTS = 100
MULTIPART = "multipart/form-data"
UNTYPED = ("", "application/octet-stream")
"""What browsers say of a file whose type they do not know."""
Part = tuple[bytes, str]
"""An RDF document and its media type."""


async def _get(request: Request) -> Response:
    graph = _graph(request)
    triples = chosen(accepted(request), TRIPLES)
    if triples is None:
        raise NotAcceptable(
            f"Einen Graphen gibt es als {listed(TRIPLES.values())}. Bitte eine Form davon verlangen."
        )
    job = Job(graph=graph or "", triples=triples, base=address(request), head_only=request.method == "HEAD")
    return Streamed(await answer(request, job))


async def _put(request: Request) -> Response:
    permitted(request, Role.ADMINISTRATOR)
    graph = _graph(request)
    document = await _document(request)
    done = await _write(request, "put", graph, [document])
    return _created(request) if done["created"] else Response(status_code=204)


async def _post(request: Request) -> Response:
    permitted(request, Role.ADMINISTRATOR)
    new = _is_store(request)
    graph = f"{address(request).rstrip('/')}/{uuid.uuid4()}" if new else _graph(request)
    kind = media_type(header := request.headers.get("content-type", ""))
    parts = await _parts(request, header) if kind == MULTIPART else [await _document(request)]
    if not any(data for data, _ in parts):
        return Response(status_code=204)
    done = await _write(request, "add", graph, parts)
    if done["created"]:
        return _created(request, graph if new else None)
    return PlainTextResponse("Die Aussagen sind im Graphen.\n")


async def _delete(request: Request) -> Response:
    permitted(request, Role.ADMINISTRATOR)
    graph = _graph(request)
    done = await _write(request, "delete", graph, [])
    if graph and not done["existed"]:
        raise Unknown("Der Graph", graph)
    return PlainTextResponse("Der Graph ist gelöscht.\n")


def _is_store(request: Request) -> bool:
    """Whether the request means the store and no graph in it."""
    parameters = Parameters(request.scope["query_string"])
    return not (request.path_params.get("name") or "graph" in parameters or "default" in parameters)


def _graph(request: Request) -> str | None:
    """The IRI of the graph that is meant, None for the default graph. Raises `InvalidQuery`."""
    parameters = Parameters(request.scope["query_string"])
    iri, default = parameters.one("graph"), parameters.one("default") is not None
    direct = bool(request.path_params.get("name"))
    if (iri is not None) + default + direct != 1:
        raise InvalidQuery(
            "Welcher Graph gemeint ist, sagt genau eine dieser Angaben: ?graph=ADRESSE oder ?default. "
            f"Gefunden wurde {'mehr als eine' if default or direct or iri is not None else 'keine'}."
        )
    if direct:
        return address(request)
    return None if iri is None else absolute(iri, "graph")


async def _document(request: Request) -> Part:
    """The RDF document that the body is; without a media type it is RDF/XML (section 5)."""
    header = request.headers.get("content-type", "")
    form = _form(media_type(header)) if header else RDFXML
    return await body(request, LARGEST), form


async def _parts(request: Request, header: str) -> list[Part]:
    """The RDF documents in a multipart body, each of its own type or of that of its file's name."""
    _, options = parse_options_header(header)
    parts: list[tuple[dict[str, str], bytearray]] = []
    name, value = bytearray(), bytearray()

    def begin() -> None:
        if len(parts) == MOST_PARTS:
            raise InvalidQuery(
                f"Der Inhalt hat mehr als {MOST_PARTS} Teile. Bitte weniger auf einmal senden."
            )
        parts.append(({}, bytearray()))

    def end_of_header() -> None:
        parts[-1][0][name.decode("latin-1").lower()] = value.decode("latin-1")
        name.clear()
        value.clear()

    whole = await body(request, LARGEST)
    try:
        parser = MultipartParser(
            options.get(b"boundary", b""),
            {
                "on_part_begin": begin,
                "on_part_data": lambda data, start, end: parts[-1][1].extend(data[start:end]),
                "on_header_field": lambda data, start, end: name.extend(data[start:end]),
                "on_header_value": lambda data, start, end: value.extend(data[start:end]),
                "on_header_end": end_of_header,
            },
        )
        parser.write(whole)
        parser.finalize()
    except FormParserError as error:
        raise InvalidQuery(f"Der Inhalt ist nicht als {MULTIPART} zu lesen: {error}") from error
    if not parts:
        raise InvalidQuery(f"Der Inhalt hat keinen Teil, wie ihn {MULTIPART} verlangt.")
    return [(bytes(data), _part_form(headers)) for headers, data in parts]


def _part_form(headers: dict[str, str]) -> str:
    kind = media_type(headers.get("content-type", ""))
    if kind not in UNTYPED:
        return _form(kind)
    _, options = parse_options_header(headers.get("content-disposition", ""))
    name = options.get(b"filename", b"").decode("utf-8", "replace")
    form = SUFFIXES.get(PurePath(name).suffix.removeprefix(".").lower())
    if form is None:
        raise InvalidQuery(
            f"Der Teil „{name[:100]}“ hat weder einen Kopf „Content-Type“ noch einen Dateinamen, der die Form verrät."
        )
    return form


def _form(kind: str) -> str:
    """The media type, if RDF can be read in it. Raises 415."""
    if kind not in SERIALISED:
        raise HTTPException(
            415, f"„{kind}“ kann der Dienst nicht lesen. Möglich sind {', '.join(SERIALISED)}."
        )
    return kind


async def _write(request: Request, operation: Any, graph: str | None, parts: list[Part]) -> dict[str, Any]:
    who = permitted(request, Role.ADMINISTRATOR)
    write = Write(
        operation,
        graph=graph,
        base=graph or address(request),
        actor=who.name,
        command=f"store {operation}",
        parts=tuple(parts),
    )
    done: dict[str, Any] = await request.app.state.engine.write(write)
    return done


def _created(request: Request, where: str | None = None) -> Response:
    return Response(status_code=201, headers={"Location": where or str(request.url)})


STORE = Resource(("GET", "HEAD"), GET=_get, PUT=_put, POST=_post, DELETE=_delete)
routes = [
    Route("/store", STORE, include_in_schema=False),
    Route("/store/{name:path}", STORE, include_in_schema=False),
]
