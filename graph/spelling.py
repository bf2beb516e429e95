"""How numbers, dates, money and shares are written in the language in force."""

import re
from datetime import date as Day
from decimal import Decimal, InvalidOperation
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from graph.language import N_, _, language

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float", "nonNegativeInteger")}
DATES = {f"{XSD}{name}" for name in ("date", "dateTime", "gYearMonth", "gYear")}
REGIONS = {"de": "de_DE", "en": "en_GB"}
"""The spelling that goes with a language: days before months in English too, as the documents have them."""
STRENGTHS = (
    (0.8, N_("sehr stark")),
    (0.55, N_("deutlich")),
    (0.3, N_("teilweise")),
    (0.05, N_("schwach")),
    (-1.0, N_("nicht")),
)


def number(value: object) -> str:
    """`12345.5` as `12.345,5`; what is no number stays as it is, and None is unknown."""
    if value is None:
        return _("unbekannt")
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite():
        return str(value)
    return format_decimal(exact.normalize() + 0, locale=_locale(language()), decimal_quantization=False)


def money(value: object, currency: str = "EUR") -> str:
    """`72577` as `72.577 €`; cents are written only where there are some, and None is unknown."""
    if value is None:
        return _("unbekannt")
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    locale = _locale(language())
    pattern = locale.currency_formats["standard"].pattern
    if exact == exact.to_integral_value():
        pattern = pattern.replace(".00", "")
    return format_currency(exact, currency, pattern, locale, currency_digits=False)


def date(value: object) -> str:
    """`2025-01-14`, `2025-01`, `2025` as `14. Januar 2025`, `Januar 2025`, `2025`; others as they are."""
    if value is None:
        return _("unbekannt")
    text = str(value)
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:[T ].*)?", text)
    if not found:
        return text
    year, month, day = found.groups()
    try:
        when = Day(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return text
    if not month:
        return year
    return format_date(when, "long" if day else "MMMM y", _locale(language()))


def literal(text: str, datatype: str) -> str:
    """A literal as a reader expects it; identifiers and years keep their digits together."""
    if datatype in DATES:
        return date(text)
    if datatype == f"{XSD}boolean":
        return _("ja") if text in ("true", "1") else _("nein")
    if datatype in NUMBERS and not re.fullmatch(r"(19|20)\d\d", text):
        return number(text)
    return text


def percent(value: object) -> str:
    """A share from 0 to 1 as `73 %`; nothing known is said as such, and nearly all is not called all."""
    if value is None:
        return _("keine Angabe")
    number = float(str(value))
    share = min(max(round(100 * number), 1), 99) if 0 < number < 1 else round(100 * number)
    return f"{share}%" if language() == "en" else f"{share} %"


def strength(value: object) -> str:
    """A likeness from 0 to 1 in words."""
    if value is None:
        return _("keine Angabe")
    share = float(str(value))
    return _(next(word for least, word in STRENGTHS if share >= least))


@cache
def _locale(lang: str) -> Locale:
    return Locale.parse(REGIONS[lang])
