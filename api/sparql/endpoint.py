"""`/sparql`: the SPARQL 1.1 Protocol. https://www.w3.org/TR/sparql11-protocol/

Reading is open to everybody; visitors who are logged in read the internal edition. An update is raw administrator
access to the internal edition. A GET without query gives the service description; people are sent to the workbench
(`api.workbench`).
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.accounts import Role
from api.excel import excel
from api.identity import permitted, visitor
from api.sparql.description import description
from api.sparql.formats import CHOICES, wanted
from api.sparql.http import (
    Parameters,
    Resource,
    Streamed,
    accepted,
    address,
    answer,
    body,
    check_size,
    decoded,
    media_type,
)
from api.sparql.job import Job, Write
from graph.errors import InvalidQuery, Refused
from graph.language import _
from queries.lexer import Contradiction, Outline, outline, plain, unloaded, using

Result = TypeVar("Result")

QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
LONGEST_QUERY = 1_000_000
LONGEST_UPDATE = 64_000_000
MASKED = 3
"""In a form every byte may take three (`%C3`). Unmasking is dear, so for a query the form as a whole is limited."""
LONG = 20_000
"""Longer texts are read beside the event loop, one at a time, so that they hold up nobody but each other."""
READER = ThreadPoolExecutor(1, "reader")


async def _get(request: Request) -> Response:
    parameters = Parameters(request.scope["query_string"])
    if "update" in parameters:
        raise InvalidQuery("Eine Änderung (update) nimmt der Dienst nur mit POST entgegen, nicht mit GET.")
    text = parameters.one("query")
    if text is not None:
        return await _query(request, text, parameters)
    if "default-graph-uri" in parameters or "named-graph-uri" in parameters:
        raise InvalidQuery("Es fehlt die Anfrage. Bitte die Angabe „query“ ergänzen.")
    return await description(request)


async def _post(request: Request) -> Response:
    kind = media_type(request.headers.get("content-type", ""))
    parameters = Parameters(request.scope["query_string"])
    if "query" in parameters or "update" in parameters:
        raise InvalidQuery("Bei POST gehören „query“ und „update“ in den Inhalt, nicht in die Adresse.")
    if kind == QUERY:
        return await _query(request, decoded(await body(request, LONGEST_QUERY)), parameters)
    if kind == UPDATE:
        permitted(request, Role.ADMINISTRATOR)
        return await _update(request, decoded(await body(request, LONGEST_UPDATE)), parameters)
    if kind == FORM:
        return await _form(request, parameters)
    found = f"„{kind}“ kann der Dienst hier nicht lesen" if kind else "Der Kopf „Content-Type“ fehlt"
    raise HTTPException(415, f"{found}. Möglich sind {QUERY}, {UPDATE} und {FORM}.")


async def _form(request: Request, parameters: Parameters) -> Response:
    who = visitor(request)
    raw = await body(
        request, MASKED * LONGEST_UPDATE if who and who.may(Role.ADMINISTRATOR) else LONGEST_QUERY
    )
    for name, values in (await _beside(len(raw), Parameters, raw)).items():
        parameters.setdefault(name, []).extend(values)
    query, update = parameters.one("query"), parameters.one("update")
    if query is not None and update is not None:
        raise InvalidQuery(
            "Die Angaben „query“ und „update“ stehen nebeneinander. Bitte nur eine von beiden senden."
        )
    if query is not None:
        return await _query(request, query, parameters)
    if update is not None:
        permitted(request, Role.ADMINISTRATOR)
        return await _update(request, update, parameters)
    raise InvalidQuery("Im Formular fehlt die Angabe „query“ oder „update“.")


async def _query(request: Request, text: str, parameters: Parameters) -> Response:
    check_size(len(text), LONGEST_QUERY)
    choice = (parameters.get("format") or [""])[-1]
    if choice == "html" and request.method != "POST":
        root = request.scope.get("root_path", "")
        return RedirectResponse(f"{root}/abfragen?{urlencode({'query': text})}", status_code=303)
    default, named = parameters.iris("default-graph-uri"), parameters.iris("named-graph-uri")
    job = replace(
        await query_job(text, address(request), default, named),
        head_only=request.method == "HEAD",
        **wanted(CHOICES.get(choice) or accepted(request))._asdict(),
    )
    if choice == "xlsx":
        return await excel(request, job, "abfrage", _("Abfrage"))
    return Streamed(await answer(request, job))


async def query_job(text: str, base: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> Job:
    """What the engine is asked; the graphs of the request replace those of the text.

    Raises `Refused` for a text that reaches outside of the graph.
    """
    text, found = await _prepared(text, base)
    if not default and not named:
        default, named = found.default, found.named
    given = bool(default or named)
    return Job(
        text=text,
        default_graphs=tuple(default) if given else None,
        named_graphs=tuple(named) if given else None,
        base=base,
    )


async def _update(request: Request, text: str, parameters: Parameters) -> Response:
    check_size(len(text), LONGEST_UPDATE)
    base = address(request)
    default, named = parameters.iris("using-graph-uri"), parameters.iris("using-named-graph-uri")
    text, _outline = await _prepared(text, base)
    if default or named:
        try:
            text = await _beside(len(text), using, text, default, named)
        except Contradiction as error:
            raise InvalidQuery(str(error)) from error
    who = permitted(request, Role.ADMINISTRATOR)
    write = Write("update", text=text, base=base, actor=who.name, command="sparql update")
    await request.app.state.engine.write(write)
    return Response(status_code=204)


async def _prepared(text: str, base: str) -> tuple[str, Outline]:
    """The text as engines read it, and what it holds. Raises `Refused` if it reaches outside of the graph."""
    text, found = await _beside(len(text), _read, text, base)
    if found.refusal:
        raise Refused(found.refusal)
    return text, found


def _read(text: str, base: str) -> tuple[str, Outline]:
    text = unloaded(plain(text))
    return text, outline(text, base)


async def _beside(size: int, work: Callable[..., Result], *arguments: object) -> Result:
    """What the work gives; with a long text it is done beside the event loop."""
    if size <= LONG:
        return work(*arguments)
    return await asyncio.get_running_loop().run_in_executor(READER, work, *arguments)


SPARQL = Resource(("GET", "HEAD", "POST"), GET=_get, POST=_post)
routes = [
    Route("/sparql", SPARQL, include_in_schema=False),
    Route("/sparql/", SPARQL, include_in_schema=False),
]
"""With and without slash, so that no client is redirected with its query."""
