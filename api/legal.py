"""Imprint, privacy and accessibility: what the settings give, and otherwise what can be said of the software itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.service import Service, web_address
from api.settings import Settings
from api.templating import LEGAL, page
from graph.errors import WrongSetting
from graph.language import LANGUAGES, N_, SOURCE, _, language

router = APIRouter(include_in_schema=False)
READ = ["GET", "HEAD"]
TITLES = {
    "imprint": N_("Impressum"),
    "privacy": N_("Datenschutz"),
    "accessibility": N_("Erklärung zur Barrierefreiheit"),
}
LARGEST = 500_000
"""Bytes of such a text; what is longer is another file that was named by mistake."""
ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)])")


@dataclass(frozen=True)
class Block:
    """A part of a plain text: `h2`, `h3`, `p` or `ul` with its lines, each in pieces of text and web addresses."""

    kind: str
    lines: tuple[tuple[str, ...], ...]


def legal(settings: Settings) -> dict[str, str]:
    """The web addresses and texts that the settings name, by name, with the language behind a dot if not German.

    A text file may have a twin for English: `impressum.en.txt` beside `impressum.txt`. Raises `WrongSetting` where a
    file cannot be read.
    """
    found = {}
    for name in LEGAL:
        given = getattr(settings, name).strip()
        if not given:
            continue
        if web_address(given):
            found[name] = given
            continue
        path = Path(given)
        found[name] = _text(name, path)
        for lang in LANGUAGES:
            twin = path.with_suffix(f".{lang}{path.suffix}")
            if lang != SOURCE and twin.exists():
                found[f"{name}.{lang}"] = _text(name, twin)
    return found


def blocks(text: str) -> list[Block]:
    """A plain text as headings (`#`, `##`), lists (`-`) and paragraphs, which empty lines part."""
    found = []
    for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        for kind, lines in groupby(part.splitlines(), key=_kind):
            pieces = tuple(
                tuple(ADDRESS.split(line.strip().lstrip("#-").strip() if kind != "p" else line.strip()))
                for line in lines
            )
            found.append(Block(kind, pieces))
    return found


@router.api_route(LEGAL["imprint"], methods=READ)
def imprint(request: Request) -> Response:
    """Who answers for the service."""
    return _page(request, "imprint")


@router.api_route(LEGAL["privacy"], methods=READ)
def privacy(request: Request) -> Response:
    """What becomes of visitors' data."""
    return _page(request, "privacy")


@router.api_route(LEGAL["accessibility"], methods=READ)
def accessibility(request: Request) -> Response:
    """How accessible the service is, and whom to tell of barriers."""
    return _page(request, "accessibility")


def _page(request: Request, name: str) -> Response:
    service: Service = request.app.state.service
    given: Mapping[str, str] = service.legal
    if address := web_address(given.get(name, "")):
        return RedirectResponse(address, 303)
    text = given.get(f"{name}.{language()}") or given.get(name, "")
    return page(
        request,
        "legal.html",
        name=name,
        title=_(TITLES[name]),
        blocks=blocks(text) if text else [],
        foreign=bool(text) and language() != SOURCE and f"{name}.{language()}" not in given,
    )


def _kind(line: str) -> str:
    start = line.lstrip()
    for sign, kind in (("## ", "h3"), ("# ", "h2"), ("- ", "ul")):
        if start.startswith(sign):
            return kind
    return "p"


def _text(name: str, path: Path) -> str:
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST:
            raise WrongSetting(
                _("ZUKUNFTSGRAPH_{name}: {path} ist größer als {size} Bytes.").format(
                    name=name.upper(), path=path, size=LARGEST
                )
            )
        return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(
            _(
                "ZUKUNFTSGRAPH_{name}: {path} lässt sich nicht als Textdatei (UTF-8) lesen. Erwartet wird eine solche "
                "Datei oder eine Adresse im Netz (https://…)."
            ).format(name=name.upper(), path=path)
        ) from error
