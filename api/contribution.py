"""Taking part: the template to fill in, and the check of a filled one with its report and its overlaps.

What somebody sends is read in memory, compared, answered, and gone: nothing of it is stored. So that the answer can
also be had as a file, the page carries what was sent along and sends it once more.
"""

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from typing import Any

from fastapi import APIRouter, Request
from openpyxl import Workbook
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import JSONResponse, Response

from api.backroom import Costly
from api.identity import foreign
from api.overlaps import attached
from api.pages import READ, Now, Seen
from api.questions import XLSX
from api.service import Overlap, Reading, Shown, Turns
from api.tables import as_json
from api.templating import page
from api.words import class_name
from api.workbook import add_sheet
from graph import filled, template_dataset, template_file
from graph.cells import LARGEST
from graph.errors import Fault, Forbidden, InvalidData, LimitReached, TooLarge
from graph.filled import Filled, Known, Remark
from graph.language import N_, _
from graph.spelling import number
from graph.template import VERSION, lists
from graph.template_reading import fill
from graph.validation import validate
from ontology.namespaces import PREFIXES
from queries import Row

router = APIRouter(include_in_schema=False, route_class=Costly)
data = APIRouter(prefix="/api/v1", tags=["Zukunftsgraph"], route_class=Costly)
LARGEST_FORM = LARGEST * 3 // 2
"""Bytes of a form: the file, or the file in base64 on its second way, and a little beside it."""
DRAINED = 12_000_000
"""Up to so many bytes are received and thrown away: browsers show an answer only to who has sent everything."""
SECONDS = 60
"""So long the sending may take."""
MOST_COMPARED = 200
"""Measures that are compared at once; lists that are longer are for the command line."""
PER_MEASURE = 5
FORMS = ("", "xlsx", "json", "ttl")
CHECKING = Turns(waiting=3, what=N_("Dateien zugleich geprüft"))
"""A thousand measures take minutes to check, and each file that waits holds a thread that all pages share."""


@dataclass(frozen=True)
class Sent:
    """What somebody sent: a file and in which form the answer is wanted."""

    content: bytes
    name: str
    form: str = ""


@dataclass(frozen=True)
class Report:
    """The answer to a file: what it says, what is wrong with it, and what there is like its measures.

    `refused` holds the faults of the file as a whole, `left` counts the measures that were not compared, `later` says
    why nothing was compared.
    """

    name: str = ""
    filled: Filled | None = None
    refused: tuple[Fault, ...] = ()
    found: Sequence[Sequence[Overlap]] = ()
    left: int = 0
    later: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing has to be mended."""
        return self.filled is not None and not self.filled.faults and not self.refused

    @property
    def pairs(self) -> list[tuple[Any, Overlap]]:
        """Every measure of the file with every finding."""
        entries = self.filled.entries if self.filled else ()
        return [(entry, finding) for entry, of in zip(entries, self.found, strict=False) for finding in of]


class _InMemory(MultiPartParser):
    """A parser of forms that writes no file to the disk, not even for a moment."""

    spool_max_size = 2 * LARGEST_FORM


@router.api_route("/mitmachen", methods=READ)
def show(request: Request) -> Response:
    """How to take part, the template, and the form to have a filled one checked."""
    return _page(request, Report())


@router.api_route("/mitmachen/vorlage.xlsx", methods=READ)
def template(now: Now) -> Response:
    """The template, with the authorities that the graph knows."""
    content = now.kept("template", lambda: template_file.workbook(lists(now.inventory.places.values())))
    return attached(content, XLSX, f"zukunftsgraph-vorlage-{VERSION}.xlsx")


@router.api_route("/mitmachen/vorlage.csv", methods=READ)
def table() -> Response:
    """The columns of the template alone."""
    return attached(template_file.table(), "text/csv; charset=utf-8", f"zukunftsgraph-vorlage-{VERSION}.csv")


@router.post("/mitmachen")
async def check(request: Request, seen: Seen, now: Now) -> Response:
    """The report on a filled template, as a page or as a file."""
    if foreign(request):
        raise Forbidden(_("Diese Datei kam von einer fremden Seite und wurde nicht geprüft."))
    try:
        sent = await _sent(request)
    except TooLarge as error:
        return _page(request, Report(refused=(Fault(str(error)),)), 413)
    if sent is None:
        return _page(request, Report(refused=(Fault(_("Bitte eine Datei auswählen.")),)), 422)
    return await run_in_threadpool(_answer, request, seen, now, sent)


@data.post(
    "/template-check",
    summary="Eine ausgefüllte Vorlage prüfen",
    response_class=JSONResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary", "description": "XLSX oder CSV"}
                        },
                    }
                }
            },
        }
    },
    responses={
        413: {"description": "Die Datei ist zu groß."},
        422: {"description": "Die Datei muss verbessert werden."},
    },
)
async def post_check(request: Request, seen: Seen, now: Now) -> Response:
    """Der Bericht nach Zeile und Zelle und die Überschneidungen der Maßnahmen mit dem Graphen. Nichts wird gespeichert.

    Rückgabe 422, wenn etwas zu verbessern ist; der Bericht ist in beiden Fällen derselbe.
    """
    sent = await _sent(request)
    if sent is None:
        raise HTTPException(422, _("Bitte eine Datei im Feld „file“ mitschicken."))
    report = await run_in_threadpool(_in_turn, seen, now, sent)
    return JSONResponse(_as_values(report), 200 if report.is_good else 422)


def _answer(request: Request, seen: Shown, now: Reading, sent: Sent) -> Response:
    with CHECKING.taken():
        report = _report(seen, now, sent, compare=sent.form != "ttl")
    stem = "zukunftsgraph-pruefung"
    if sent.form == "json":
        return attached(as_json(_as_values(report)), "application/json", f"{stem}.json")
    if sent.form == "xlsx":
        return attached(_workbook(report), XLSX, f"{stem}.xlsx")
    if sent.form == "ttl" and report.is_good and report.filled:
        return attached(_turtle(report.filled, _known(now)), "text/turtle", "massnahmen.ttl")
    return _page(request, report, 200 if report.is_good else 422, sent)


def _in_turn(seen: Shown, now: Reading, sent: Sent) -> Report:
    with CHECKING.taken():
        return _report(seen, now, sent)


def _report(seen: Shown, now: Reading, sent: Sent, compare: bool = True) -> Report:
    known = _known(now)
    try:
        found = fill(sent.content, sent.name, known)
        if not found.faults:
            found = _checked(found, now, known)
    except InvalidData as error:
        return Report(sent.name, refused=error.faults)
    report = Report(sent.name, found)
    if found.faults or not compare:
        return report
    measures = filled.measures(found, known)
    some = measures[:MOST_COMPARED]
    try:
        return replace(report, found=seen.compare(some, PER_MEASURE), left=len(measures) - len(some))
    except LimitReached as error:
        return replace(report, later=str(error))


def _checked(found: Filled, now: Reading, known: Known) -> Filled:
    """The same, looked at once more with the rules that hold for all data, so that what is good here can be loaded."""
    faults = validate(template_dataset.dataset(found, known), now.store)
    remarks = [
        Remark(
            found.sheet,
            fault.line,
            "",
            fault.path,
            _("Angaben nach den Regeln des Graphen"),
            fault.node,
            fault.message,
        )
        for fault in faults
    ]
    return replace(found, remarks=(*remarks, *found.remarks)) if remarks else found


def _known(now: Reading) -> Known:
    return now.kept("known to templates", lambda: filled.known(now.store, now.inventory))


async def _sent(request: Request) -> Sent | None:
    """The file of a form and what is wanted; None without a file. Raises `TooLarge`, and what a form cannot be."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                size += len(part)
                if size <= LARGEST_FORM:
                    parts.append(part)
                elif size > DRAINED:
                    break
    except TimeoutError:
        raise HTTPException(
            408,
            _("Die Datei kam nicht vollständig an. Bitte noch einmal senden."),
            headers={"Connection": "close"},
        ) from None
    if size > LARGEST_FORM:
        raise TooLarge(
            _(
                "Die Datei ist zu groß; höchstens {most} Bytes sind möglich. Bitte nur die Maßnahmen darin lassen."
            ).format(most=number(LARGEST))
        )
    whole = b"".join(parts)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(415, _("Bitte die Datei als Formular senden (multipart/form-data, Feld „file“)."))

    async def stream() -> AsyncGenerator[bytes, None]:
        yield whole
        yield b""

    parser = _InMemory(request.headers, stream(), max_files=1, max_fields=6, max_part_size=LARGEST_FORM)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise HTTPException(
            400, _("Das Formular ist unvollständig angekommen. Bitte noch einmal senden.")
        ) from error
    try:
        wanted = form.get("format")
        answer = wanted if isinstance(wanted, str) and wanted in FORMS else ""
        file = form.get("file")
        if isinstance(file, UploadFile):
            content = await file.read()
            return Sent(content, _file_name(file.filename), answer) if content or file.filename else None
        again, name = form.get("content"), form.get("name")
        if isinstance(again, str) and again:
            try:
                content = base64.b64decode(again, validate=True)
            except (binascii.Error, ValueError) as error:
                raise HTTPException(
                    400, _("Das Formular ist unvollständig angekommen. Bitte noch einmal senden.")
                ) from error
            return Sent(content, _file_name(name if isinstance(name, str) else ""), answer)
    finally:
        await form.close()
    return None


def _file_name(name: str | None) -> str:
    """The name without folders and without signs that nobody sees."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:150] or "vorlage"


def _page(request: Request, report: Report, status: int = 200, sent: Sent | None = None) -> Response:
    answer = page(
        request,
        "contribution.html",
        status,
        report=report,
        edition=VERSION,
        content=base64.b64encode(sent.content).decode("ascii") if sent else "",
        most=LARGEST,
        most_compared=MOST_COMPARED,
    )
    if sent:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _as_values(report: Report) -> dict[str, Any]:
    """The report for programs."""
    read = report.filled
    compared = {entry.row: of for entry, of in zip(read.entries, report.found, strict=False)} if read else {}
    return {
        "file": report.name,
        "valid": report.is_good,
        "refused": [fault.message for fault in report.refused],
        "faults": [_remark(remark) for remark in read.faults] if read else [],
        "hints": [_remark(remark) for remark in read.hints] if read else [],
        "measures": [
            {
                "row": entry.row,
                "iri": entry.iri,
                "title": entry.title,
                "authority": entry.authority.label,
                "known": entry.known,
                "overlaps": [dict(finding) for finding in compared.get(entry.row, ())],
            }
            for entry in (read.entries if read else ())
        ],
        "not_compared": report.left,
        "notice": report.later,
    }


def _remark(remark: Remark) -> dict[str, Any]:
    return {name: value for name, value in asdict(remark).items() if name != "is_fault"}


def _workbook(report: Report) -> bytes:
    """The report as a workbook: what has to be mended, and the overlaps."""
    book = Workbook(write_only=True)
    remarks = [_remark_row(remark) for remark in (report.filled.remarks if report.filled else ())]
    remarks += [
        {_("Art"): _("Fehler"), **dict.fromkeys(_remark_columns(), ""), _("Was zu tun ist"): fault.message}
        for fault in report.refused
    ]
    add_sheet(book, list(remarks[0]) if remarks else [_("Art"), *_remark_columns()], remarks, _("Bericht"))
    rows = [_pair_row(entry, finding) for entry, finding in report.pairs]
    add_sheet(book, list(rows[0]) if rows else [_("Zeile")], rows, _("Überschneidungen"))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _remark_columns() -> list[str]:
    return [
        _("Blatt"),
        _("Zeile"),
        _("Zelle"),
        _("Spalte"),
        _("Erwartet"),
        _("Gefunden"),
        _("Was zu tun ist"),
    ]


def _remark_row(remark: Remark) -> Row:
    values = (remark.sheet, remark.row, remark.cell, remark.column, remark.asked, remark.found, remark.todo)
    kind = _("Fehler") if remark.is_fault else _("Hinweis")
    return {_("Art"): kind, **dict(zip(_remark_columns(), values, strict=True))}


def _pair_row(entry: Any, finding: Mapping[str, Any]) -> Row:
    source = next(iter(finding["b"]["sources"]), None)
    return {
        _("Zeile"): entry.row,
        _("Ihre Maßnahme"): entry.title,
        _("Art"): class_name(finding),
        _("Ähnlichkeit"): round(finding["score"], 4),
        _("Sicherheit"): round(finding["confidence"], 4),
        _("entschieden"): bool(finding.get("decided", True)),
        _("Gibt es schon"): finding["b"]["title"],
        _("Wo"): finding["b"]["district"],
        _("Warum"): finding["reason"],
        _("Fundstelle"): source["document"] if source else "",
        _("Adresse"): finding["b"]["iri"],
    }


def _turtle(found: Filled, known: Known) -> bytes:
    graph = template_dataset.whole(template_dataset.dataset(found, known))
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return bytes(graph.serialize(format="turtle", encoding="utf-8"))
