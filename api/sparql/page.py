"""The page at `/sparql`: a form where a person asks, and the first rows of the answer below it."""

import json
import re
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.sparql.formats import JSON, NTRIPLES, TSV
from api.sparql.http import Parameters, answer
from api.sparql.job import Job
from api.sparql.run import Answer
from api.templating import page
from queries import named, names

MOST_ROWS = 1000
MOST_BYTES = 5_000_000
CHOICES = {
    "html": "Tabelle auf dieser Seite",
    "csv": "CSV (Tabelle)",
    "json": "JSON",
    "xml": "XML",
    "ttl": "Turtle (Graph)",
}
BEGINNING = """PREFIX zg: <https://w3id.org/zukunftsgraph/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?project ?label WHERE {
  ?project a zg:Project ;
    skos:prefLabel ?label .
}
ORDER BY ?label
LIMIT 100
"""
TERM = re.compile(r'<([^>]*)>|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<[^>]*>)?', re.DOTALL)
TRIPLE = re.compile(rf"({TERM.pattern}|_:\S+)\s*", re.DOTALL)
ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
CHARACTERS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class Cell:
    """A value as the page shows it; `iri` is empty for anything but an IRI."""

    text: str
    iri: str = ""
    language: str = ""


@dataclass(frozen=True)
class Table:
    """The first rows of an answer; `more` says that there are others."""

    columns: list[str]
    rows: list[list[Cell]]
    more: bool


def form(request: Request) -> Response:
    """The empty form; `?beispiel=NAME` fills in a question of the library."""
    example = Parameters(request.scope["query_string"]).one("beispiel") or ""
    text = named(example).text if example in names() else BEGINNING
    return _page(request, text, example=example)


async def result(request: Request, text: str, job: Job) -> Response:
    """The form with the text that was asked and the first rows of the answer."""
    found = await answer(request, replace(job, solutions=TSV, boolean=JSON, triples=NTRIPLES))
    kind = found.content_type.partition(";")[0]
    try:
        lines = await _lines(found)
    finally:
        await found.close()
    if kind == JSON:
        return await run_in_threadpool(
            _page, request, text, truth="Ja" if json.loads("".join(lines))["boolean"] else "Nein"
        )
    if kind == TSV:
        columns = [name.removeprefix("?") for name in lines[0].split("\t")] if lines[0] else []
        rows = [[cell(term) for term in line.split("\t")] for line in lines[1:]]
    else:
        columns = ["Subjekt", "Prädikat", "Objekt"]
        rows = [[cell(term[0].strip()) for term in list(TRIPLE.finditer(line))[:3]] for line in lines if line]
    table = Table(columns, rows[:MOST_ROWS], len(rows) > MOST_ROWS)
    return await run_in_threadpool(_page, request, text, table=table)


def cell(term: str) -> Cell:
    """A term of a TSV or N-Triples line for the page."""
    match = TERM.fullmatch(term)
    if match is None:
        return Cell(term)
    if match[1] is not None:
        return Cell(match[1], iri=match[1])
    return Cell(ESCAPED.sub(_character, match[2]), language=match[3] or "")


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else CHARACTERS.get(match[3], match[3])


async def _lines(found: Answer) -> list[str]:
    """The first lines, one more than are shown, so that one knows whether there are others."""
    raw = bytearray()
    async for chunk in found.chunks:
        raw += chunk
        if raw.count(b"\n") > MOST_ROWS + 1 or len(raw) > MOST_BYTES:
            raw = raw[: raw.rfind(b"\n") + 1]
            break
    return raw.decode("utf-8").removesuffix("\n").split("\n")[: MOST_ROWS + 2]


def _page(
    request: Request, text: str, *, example: str = "", truth: str = "", table: Table | None = None
) -> Response:
    return page(
        request,
        "sparql.html",
        text=text,
        choices=CHOICES,
        examples=[named(name) for name in names()],
        chosen=example,
        truth=truth,
        table=table,
    )
