"""The Dopplungs-Check: is there something like this idea already? Answered while one types, or as a report to print.

The page sends the idea in the body, so that it stands in no address: proxies log those, browsers remember them. Links
may name one all the same (`?idee=`). The service keeps no copy of it.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel
from rdflib import Graph, URIRef
from rdflib import Literal as Text
from rdflib.namespace import DCTERMS, RDF, SKOS
from starlette.responses import Response

from api.choice import my_district, name_of
from api.negotiation import RDF_TYPES
from api.overlaps import attached
from api.pages import READ, Here, Now, Seen
from api.service import Overlap, Reading, Service, Shown
from api.templating import page, partial
from graph.language import ngettext
from ontology.namespaces import ID, PREFIXES, ZG

router = APIRouter(include_in_schema=False)
LEAST, MOST = 3, 5000
"""Characters of an idea: fewer say nothing, more are no idea any more."""
SHOWN = 10
SURE, UNSURE, NOTHING, THIN = "found", "unsure", "nothing", "thin"
"""What the answer comes to: something is found; only guesses are; nothing is; the text is too short to say."""


@dataclass(frozen=True)
class Answer:
    """What there is like an idea. `outcome` is empty while there is no idea to speak of."""

    outcome: str = ""
    found: Sequence[Overlap] = ()
    """Decided ones before guesses, each group with the most related first."""
    fault: str = ""


class Asked(BaseModel):
    """What is asked: the idea as it was written, for which district (`-` for none), and in which form."""

    idee: str = ""
    district: str = ""
    bericht: Literal["", "1"] = ""
    format: Literal["", "ttl", "json"] = ""


@router.api_route("/pruefen", methods=READ)
def linked(request: Request, here: Here, seen: Seen, now: Now, asked: Annotated[Asked, Query()]) -> Response:
    """The form, and the answer to what a link asks."""
    return _answered(request, here, seen, now, asked)


@router.post("/pruefen")
def check(request: Request, here: Here, seen: Seen, now: Now, asked: Annotated[Asked, Form()]) -> Response:
    """The form and its answer; for htmx the answer alone; with `bericht` to print; with `format` as a file."""
    return _answered(request, here, seen, now, asked)


def _answered(request: Request, here: Service, seen: Shown, now: Reading, asked: Asked) -> Response:
    own = "" if asked.district == "-" else my_district(request, here, now, asked.district)
    idea = _tidy(asked.idee)
    if asked.format == "ttl" and len(idea) >= LEAST:
        return attached(_draft(now, idea, own), RDF_TYPES["ttl"], "entwurf.ttl")
    answer = _answer(seen, idea, own)
    if asked.format == "json":
        found = json.dumps(list(answer.found), ensure_ascii=False).encode()
        return attached(found, "application/json", "dopplungs-check.json")
    known: Mapping[str, Any] = {
        "idea": idea,
        "title": idea.partition("\n")[0],
        "description": idea.partition("\n")[2].strip(),
        "answer": answer,
        "district": own or "-",
        "name": name_of(now, own) if own else "",
        "most": MOST,
        "encoder": seen.encoder()["sentence"] if answer.outcome else "",
    }
    if partial(request):
        return page(request, "idea_answer.html", **known)
    template = "idea_report.html" if asked.bericht and answer.outcome else "idea.html"
    return page(request, template, 422 if answer.fault else 200, districts=now.districts, **known)


def _tidy(text: str) -> str:
    """The idea with its lines, without blanks around them and without signs that nobody sees."""
    lines = (" ".join(line.split()) for line in text.replace("\r", "\n").split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def _answer(seen: Shown, idea: str, own: str) -> Answer:
    if len(idea) > MOST:
        fault = ngettext(
            "Die Idee hat {count} Zeichen zu viel; höchstens {most} sind möglich.",
            "Die Idee hat {count} Zeichen zu viel; höchstens {most} sind möglich.",
            len(idea) - MOST,
        )
        return Answer(fault=fault.format(count=len(idea) - MOST, most=MOST))
    if len(idea) < LEAST:
        return Answer()
    found = sorted(seen.check(idea, own, SHOWN), key=lambda overlap: not overlap.get("decided", True))
    if any(overlap.get("decided", True) for overlap in found):
        return Answer(SURE, found)
    if found:
        return Answer(UNSURE, found)
    return Answer(THIN if seen.vague(idea) else NOTHING)


def _draft(now: Reading, idea: str, own: str) -> bytes:
    """The idea as a measure in Turtle, which `load` takes in."""
    title, _, rest = idea.partition("\n")
    measure = ID[f"measure/{_slug(title)}"]
    graph = Graph()
    for prefix in ("zg", "id", "skos", "dcterms"):
        graph.bind(prefix, PREFIXES[prefix])
    graph.add((measure, RDF.type, ZG.Measure))
    graph.add((measure, SKOS.prefLabel, Text(title, lang="de")))
    graph.add((measure, ZG.status, ID["code/state/idea"]))
    if rest.strip():
        graph.add((measure, DCTERMS.description, Text(rest.strip(), lang="de")))
    if own and now.inventory.iri(own):
        graph.add((measure, ZG.ofAuthority, URIRef(now.inventory.iri(own))))
    return bytes(graph.serialize(format="turtle", encoding="utf-8"))


def _slug(title: str) -> str:
    """An address in ASCII from a title, as all of ours are."""
    written = title.casefold()
    for sign, ascii_ in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        written = written.replace(sign, ascii_)
    plain = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:80].strip("-") or "entwurf"
