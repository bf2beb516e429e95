"""`/api/v1/queries`: the questions of the catalogue, each at an address of its own, as grlc offers them.

Parameters stand in the address, the form of the answer in `format` or the Accept header. The text goes to the same
engine as a query at `/sparql`: the same editions, limits, headers and media types. Tables also come as Excel files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from api.excel import XLSX as XLSX
from api.excel import excel
from api.negotiation import best
from api.sparql.formats import CHOICES, CSV, JSON, JSONLD, NTRIPLES, RDFXML, TSV, TURTLE, XML, wanted
from api.sparql.http import Handler, Parameters, Resource, Streamed, answer
from api.sparql.job import Job
from graph.errors import Unknown
from queries import Parameter, Query, WrongParameter, named, names

TABLES = {"json": JSON, "xml": XML, "csv": CSV, "tsv": TSV, "xlsx": XLSX}
GRAPHS = {"ttl": TURTLE, "nt": NTRIPLES, "rdf": RDFXML, "jsonld": JSONLD}
"""Values of `format`, by the kind of answer."""
SCHEMAS: Mapping[str, Mapping[str, str]] = {
    "iri": {"type": "string", "format": "iri-reference"},
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "year": {"type": "string", "pattern": "^-?[0-9]+$"},
    "district": {"type": "string", "pattern": "^[0-9]{5}$"},
}
"""Types of parameters as OpenAPI has them."""
ERRORS = {
    406: "Die verlangte Form gibt es nicht.",
    422: "Ein Parameter fehlt, ist unbekannt oder hat einen Wert, der nicht zu seinem Typ passt.",
    503: "Die Antwort kostet mehr Zeit oder Speicher, als es gibt; Retry-After sagt, wann wieder gefragt werden kann.",
}


class Offered(APIRoute):
    """A route with the headers and methods of `/sparql`; FastAPI only describes it."""

    def __init__(self, path: str, endpoint: Handler, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.app = Resource(("GET", "HEAD"), GET=endpoint)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every method is the resource's: it has HEAD and OPTIONS, and refuses the others in German."""
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Offer:
    """A question as one address."""

    query: Query

    @property
    def formats(self) -> Mapping[str, str]:
        """Values of `format` and the media types they stand for."""
        return TABLES if self.query.form == "SELECT" else GRAPHS

    async def answer(self, request: Request) -> Response:
        """The answer to the question with the parameters of the address."""
        parameters = Parameters(request.scope["query_string"])
        choice = parameters.one("format")
        if choice is not None and choice not in self.formats:
            raise HTTPException(
                422,
                f"Das Format „{choice}“ gibt es bei dieser Frage nicht; möglich: {', '.join(self.formats)}.",
            )
        try:
            text = self.query.filled({n: parameters.one(n) or "" for n in parameters if n != "format"})
        except WrongParameter as error:
            raise HTTPException(422, str(error)) from error
        accept = CHOICES.get(choice or "", request.headers.get("accept", ""))
        as_excel = choice == "xlsx" or (choice is None and self._prefers_excel(accept))
        job = Job(
            text=text,
            head_only=request.method == "HEAD",
            **wanted(JSON if as_excel else accept)._asdict(),
        )
        response = (
            await excel(request, job, self.query.name, self.query.summary)
            if as_excel
            else Streamed(await answer(request, job))
        )
        if choice is not None:
            response.headers["Content-Disposition"] = f'inline; filename="{self.query.name}.{choice}"'
        return response

    def description(self) -> dict[str, Any]:
        """The question for a list: what is asked, for whom, with what."""
        query = self.query
        return {
            "name": query.name,
            "summary": query.summary,
            "question": query.question,
            "audience": query.audience,
            "form": query.form,
            "formats": list(self.formats),
            "parameters": [_parameter(parameter) for parameter in query.parameters],
            "text": query.text,
        }

    def openapi(self) -> dict[str, Any]:
        """The parameters as OpenAPI has them."""
        choice = {
            "name": "format",
            "in": "query",
            "required": False,
            "description": "Form der Antwort, sonst nach dem Kopf „Accept“",
            "schema": {"type": "string", "enum": list(self.formats)},
        }
        return {"parameters": [*map(_documented, self.query.parameters), choice]}

    def responses(self) -> dict[int | str, dict[str, Any]]:
        """What may come back, with its media types."""
        content: dict[str, Any] = {media: {} for media in self.formats.values()}
        errors: dict[int | str, Any] = {status: {"description": text} for status, text in ERRORS.items()}
        return {200: {"description": self.query.question, "content": content}, **errors}

    def _prefers_excel(self, accept: str) -> bool:
        return XLSX in self.formats.values() and best(accept, [*self.formats.values()]) == XLSX


def _parameter(parameter: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {"name": parameter.name, "type": parameter.type, "label": parameter.label}
    if parameter.default is not None:
        found["default"] = parameter.default
    if parameter.choices:
        found["choices"] = dict(parameter.choices)
    return found


def _documented(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = dict(SCHEMAS[parameter.type])
    if parameter.choices:
        schema = {"type": "string", "enum": list(parameter.choices)}
    if parameter.default is not None:
        schema["default"] = int(parameter.default) if parameter.type == "integer" else parameter.default
    choices = "; ".join(f"{name}: {label}" for name, label in parameter.choices.items())
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.default is None,
        "description": parameter.label + (f" – {choices}" if choices else ""),
        "schema": schema,
    }


OFFERS = {name: Offer(named(name)) for name in names()}


async def _list(request: Request) -> Response:
    return JSONResponse([offer.description() for offer in OFFERS.values()])


async def _unknown(request: Request) -> Response:
    raise Unknown(
        "Die Frage",
        request.path_params["name"],
        get_close_matches(request.path_params["name"], OFFERS, 5, 0.3),
    )


router = APIRouter(prefix="/api/v1/queries", tags=["Fragen"], route_class=Offered)
router.add_api_route(
    "",
    _list,
    summary="Die Fragen des Katalogs",
    description="Alle Fragen mit Zielgruppe, Parametern und SPARQL-Text.",
    responses={200: {"description": "Die Fragen", "content": {"application/json": {}}}},
    response_class=Response,
)
for _name, _offer in OFFERS.items():
    router.add_api_route(
        f"/{_name}",
        _offer.answer,
        operation_id=_name,
        summary=_offer.query.summary,
        description=f"{_offer.query.question}\n\nFür: {_offer.query.audience}",
        responses=_offer.responses(),
        openapi_extra=_offer.openapi(),
        response_class=Response,
    )
router.add_api_route("/{name}", _unknown, include_in_schema=False)
