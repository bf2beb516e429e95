"""The open data: the page that says what there is and how to get it, the files, and the datasets as JSON."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from api.exports import FORMS, WHOLE, form_of, written_for_once
from api.language import base
from api.pages import READ, Here, Now, service
from api.service import Reading
from api.sparql.job import Limits
from api.templating import page
from graph.holdings import Holding, holdings, total
from graph.language import N_, _

router = APIRouter(include_in_schema=False)
data = APIRouter(prefix="/api/v1", tags=["Zukunftsgraph"])
SPARQL = (
    "PREFIX zg: <https://w3id.org/zukunftsgraph/def#> "
    "SELECT ?thema (COUNT(*) AS ?zahl) WHERE { ?m zg:hasTheme ?thema } GROUP BY ?thema ORDER BY DESC(?zahl)"
)
IDEA = "Start-up-Treff für den Mittelstand"


@dataclass(frozen=True)
class Example:
    """A call that anybody can copy: what it does, and the words of the command."""

    title: str
    words: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command as it is typed into a shell."""
        return " ".join(word if word.startswith("-") else shlex.quote(word) for word in self.words)


def examples(address: str, district: str, thing: str) -> list[Example]:
    """What the interface can do, by example; `address` is that of the service, `thing` the path of one of its
    things."""
    api = f"{address}/api/v1"
    of_district = urlencode({"district": district})
    return [
        Example(
            N_("Eine eigene Abfrage in SPARQL, die Antwort als CSV"),
            (
                "curl",
                "-G",
                f"{address}/sparql",
                "-H",
                "Accept: text/csv",
                "--data-urlencode",
                f"query={SPARQL}",
            ),
        ),
        Example(
            N_("Eine Frage der Bibliothek, als CSV"),
            ("curl", f"{api}/queries/measures-of-a-district?{of_district}&format=csv"),
        ),
        Example(
            N_("Dieselbe Frage als Excel-Datei"),
            (
                "curl",
                "-o",
                "massnahmen.xlsx",
                f"{api}/queries/measures-of-a-district?{of_district}&format=xlsx",
            ),
        ),
        Example(
            N_("Die Überschneidungen eines Kreises, als JSON"),
            ("curl", f"{api}/overlaps?{of_district}&limit=10"),
        ),
        Example(
            N_("Dopplungs-Check: Gibt es diese Idee schon?"),
            ("curl", "-G", f"{api}/check", "--data-urlencode", f"idea={IDEA}", "--data-urlencode", "limit=5"),
        ),
        Example(
            N_("Alles über ein Ding, als Turtle"),
            ("curl", "-L", "-H", "Accept: text/turtle", f"{address}/id/{thing}"),
        ),
        Example(N_("Alle Daten als Datei"), ("curl", "-O", f"{address}/export/{FORMS['nquads'].name}")),
        Example(
            N_("Die leere Vorlage holen"), ("curl", "-o", "vorlage.xlsx", f"{address}/mitmachen/vorlage.xlsx")
        ),
        Example(
            N_("Eine ausgefüllte Vorlage prüfen lassen"),
            ("curl", "-F", "file=@vorlage.xlsx", f"{api}/template-check"),
        ),
    ]


@router.api_route("/daten", methods=READ)
def show(request: Request, here: Here, now: Now) -> HTMLResponse:
    """Downloads, datasets, interfaces, how to cite, licence, how to take part."""
    found = known_holdings(now)
    address = f"{request.url.scheme}://{request.url.netloc}{base(request.scope)}"
    public = here.public.reading()
    limits = engine.limits if (engine := request.app.state.engine) else Limits()
    return page(
        request,
        "opendata.html",
        forms=[
            {
                "form": form,
                "size": here.exports.size(name) if here.exports else None,
                "whole": name in WHOLE,
            }
            for name, form in FORMS.items()
        ],
        holdings=found,
        total=total(found),
        address=address,
        examples=examples(address, here.district, _example_thing(here.path, now)),
        edition=public.state[:12],
        limits=limits,
        sparql=request.app.state.engine is not None,
    )


@router.api_route("/export/{name}", methods=READ)
def export(request: Request, name: str) -> Response:
    """A file with everything that is public; packed for whoever takes it so."""
    here, form = service(request), form_of(name)
    about = FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="{about.name}"', "Vary": "Accept-Encoding"}
    if "authorization" not in request.headers and "cookie" not in request.headers:
        headers["Access-Control-Allow-Origin"] = "*"
    media_type = (
        f"{about.media_type}; charset=utf-8" if about.media_type.startswith("text/") else about.media_type
    )
    if here.exports is None:
        store: Any = here.public.reading().store
        with written_for_once(store, form) as file:
            return Response(file.read_bytes(), media_type=media_type, headers=headers)
    file = here.exports.file(form)
    packed = file.with_name(f"{file.name}.gz")
    if (
        "gzip" in request.headers.get("accept-encoding", "")
        and "range" not in request.headers
        and packed.exists()
    ):
        return FileResponse(packed, media_type=media_type, headers=headers | {"Content-Encoding": "gzip"})
    return FileResponse(file, media_type=media_type, headers=headers)


@data.get("/datasets", summary="Die Datensätze")
def get_datasets(now: Now) -> list[dict[str, Any]]:
    """Alle Datensätze mit Lizenz, Datum der Quelle, Prüfstand, Zahl der Aussagen und der Dokumente, auf denen sie
    ruhen.

    Ein leeres Datum ist unbekannt. Ohne eigene Lizenz gilt CC0 1.0.
    """
    return [
        {
            "iri": holding.iri,
            "title": holding.title,
            "day": holding.day,
            "licence": holding.licence,
            "own_licence": holding.own_licence,
            "provenance": holding.provenance,
            "checked": _(holding.checked),
            "statements": holding.statements,
            "sources": holding.sources,
        }
        for holding in known_holdings(now)
    ]


def known_holdings(now: Reading) -> Sequence[Holding]:
    """The datasets of a state, read once."""
    return now.kept("holdings", lambda: holdings(now.store))


def _example_thing(path: Any, now: Reading) -> str:
    """The path of a measure that there is, for an example that works."""
    own = (item.iri for item in now.inventory.items.values() if item.kind == "measure" and path(item.iri))
    return str(path(next(own, "")) or "district/landkreis-ludwigsburg-08118")
