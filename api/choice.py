"""My district: chosen once on the first page, from then on in a cookie that holds its official key and nothing else.

An address that names a district counts before the cookie, so that whoever gets a link sees what was meant.
"""

import re
from contextlib import suppress

from fastapi import Request
from starlette.responses import Response

from api.language import base
from api.service import Reading, Service
from graph.errors import Unknown
from graph.gazetteer import named_district

COOKIE = "kreis"
DAYS = 365
KEY = re.compile(r"\d{5}")


def district_of(now: Reading, asked: str) -> str:
    """The AGS of a district given by AGS, name or IRI. Raises `Unknown` with near names."""
    for district in now.districts:
        if asked in (district.ags, district.label, district.iri):
            return district.ags
    return named_district(now.store, asked)[0].key


def my_district(request: Request, here: Service, now: Reading, asked: str = "") -> str:
    """The AGS of the district that is meant: of the address, of the cookie, or the one of the settings.

    Raises `Unknown` only for what the address says.
    """
    if asked:
        return district_of(now, asked)
    remembered = request.cookies.get(COOKIE, "")
    if KEY.fullmatch(remembered):
        with suppress(Unknown):
            return district_of(now, remembered)
    return here.district


def remember(request: Request, response: Response, ags: str) -> None:
    """Has the browser keep the district for a year."""
    response.set_cookie(
        COOKIE,
        ags,
        max_age=DAYS * 24 * 3600,
        path=base(request.scope) or "/",
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="lax",
    )


def name_of(now: Reading, ags: str) -> str:
    """The name of a district; its key where nobody knows it."""
    return next((d.label for d in now.districts if d.ags == ags), "") or now.inventory.name(ags)
