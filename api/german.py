"""German spelling of numbers, dates, shares, and the words of the comparison."""

import re
from decimal import Decimal, InvalidOperation

from graph.judgements import CLASSES as CLASSES

XSD = "http://www.w3.org/2001/XMLSchema#"
MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float", "nonNegativeInteger")}

CLASS_MEANINGS = {
    "duplicate": "dieselbe Tätigkeit für dieselben Zielgruppen oder denselben Gegenstand",
    "overlap": "gleiches Ziel, dazu gleiche Tätigkeit oder gleiche Zielgruppe",
    "complement": "die eine Seite bietet, was die andere braucht oder worauf sie aufbaut",
    "same_field": "gleiches Handlungsfeld, sonst nichts Gemeinsames",
    "unrelated": "nichts Gemeinsames gefunden",
}
DIMENSIONS = {
    "theme": "Thema",
    "activity": "Art der Tätigkeit",
    "beneficiary": "Zielgruppe",
    "goal": "Ziel",
    "actors": "Akteure",
    "territory": "Teilbarkeit im Raum",
    "time": "Zeit",
    "money": "Geld",
    "text": "Wortlaut",
    "field": "Handlungsfeld",
    "meaning": "Sinn",
}
STATES = {
    "open": "offen",
    "decided": "entschieden",
    "changed": "geändert, neu zu prüfen",
    "contradictory": "widersprüchlich bewertet",
    "new": "neu",
    "": "offen",
}
ROLES = {
    "reader": "Leserecht",
    "editor": "Bearbeitung",
    "reviewer": "Prüfung",
    "administrator": "Administration",
}
ROLE_MEANINGS = {
    "reader": "sieht auch interne Angaben",
    "editor": "sieht auch interne Angaben und ordnet Handlungsfelder den gemeinsamen Themen zu",
    "reviewer": "sieht auch interne Angaben, ordnet Handlungsfelder zu und hält Urteile fest",
    "administrator": "sieht auch interne Angaben und darf über die Schnittstelle unmittelbar in den Graphen schreiben",
}


def number(value: object) -> str:
    """`12345.5` as `12.345,5`; what is no number stays as it is."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    text = f"{exact:,f}" if exact % 1 else f"{int(exact):,}"
    return text.replace(",", "\x00").replace(".", ",").replace("\x00", ".")


def date(value: str) -> str:
    """`2025-01-14`, `2025-01`, `2025` as `14. Januar 2025`, `Januar 2025`, `2025`; others as they are."""
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?", value)
    if not found or (found[2] and not 1 <= int(found[2]) <= 12):
        return value
    year, month, day = found.groups()
    if day:
        return f"{int(day)}. {MONTHS[int(month) - 1]} {year}"
    return f"{MONTHS[int(month) - 1]} {year}" if month else year


def literal(text: str, datatype: str) -> str:
    """A literal as a German reader expects it; identifiers and years keep their digits together."""
    if datatype in (f"{XSD}date", f"{XSD}dateTime", f"{XSD}gYearMonth", f"{XSD}gYear"):
        return date(text)
    if datatype == f"{XSD}boolean":
        return "ja" if text in ("true", "1") else "nein"
    if datatype in NUMBERS and not re.fullmatch(r"(19|20)\d\d", text):
        return number(text)
    return text


def percent(value: object) -> str:
    """A share from 0 to 1 as `73 %`; nothing known is said as such."""
    return "keine Angabe" if value is None else f"{round(100 * float(str(value)))} %"


def strength(value: object) -> str:
    """A likeness from 0 to 1 in words."""
    if value is None:
        return "keine Angabe"
    share = float(str(value))
    words = ((0.8, "sehr stark"), (0.55, "deutlich"), (0.3, "teilweise"), (0.05, "schwach"))
    return next((word for least, word in words if share >= least), "nicht")
