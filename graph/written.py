"""What people write into cells for days and money, and what it means."""

import re
from datetime import date as Day
from decimal import Decimal, InvalidOperation

from graph.cells import NUMBER, Cell
from graph.template import normal

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *(
                "januar jan jaenner january",
                "februar feb february",
                "maerz mrz march mar",
                "april apr",
                "mai may",
            ),
            *(
                "juni jun june",
                "juli jul july",
                "august aug",
                "september sep sept",
                "oktober okt october oct",
            ),
            *("november nov", "dezember dez december dec"),
        ),
        1,
    )
    for name in names.split()
}
EARLIEST, LATEST = 1900, 2100
"""Years that can be meant."""
HIGHEST = Decimal(10**13)
"""Euros that can be meant."""


def day_of(cell: Cell) -> str:
    """`2025-01-14`, `2025-01` or `2025`; empty where the cell is no such thing."""
    text = " ".join(cell.text.replace("\u00a0", " ").split()).rstrip(".")
    year = month = day = ""
    if match := re.fullmatch(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[T ].*)?)?)?", text):
        year, month, day = match[1], match[2] or "", match[3] or ""
    elif match := re.fullmatch(r"(?:([0-9]{1,2})\. ?)?([0-9]{1,2})[./] ?([0-9]{4})", text):
        day, month, year = match[1] or "", match[2], match[3]
    elif match := re.fullmatch(r"(?:([0-9]{1,2})\.? )?([^\W\d]+)\.? ([0-9]{4})", text):
        day, month, year = match[1] or "", str(MONTHS.get(normal(match[2]), "")), match[3]
        if not month:
            return ""
    if not year or not EARLIEST <= int(year) <= LATEST:
        return ""
    try:
        Day(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])


def amount_of(cell: Cell) -> Decimal | None:
    """Euros; None where the cell is no number, or one that could mean two."""
    text = re.sub(r"(?i)\s|\u00a0|\u202f|€|euro?|,-+$|'", "", cell.text)
    if cell.kind == NUMBER or re.fullmatch(r"-?[0-9]+(\.[0-9]{1,2})?", text):
        plain = text
    elif re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]{1,2})?|-?[0-9]+,[0-9]{1,2}", text):
        plain = text.replace(".", "").replace(",", ".")
    else:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        return None
    return (
        amount.quantize(Decimal("0.01")).normalize() + 0
        if amount.is_finite() and abs(amount) < HIGHEST
        else None
    )
