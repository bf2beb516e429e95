"""The measures as a list for a spreadsheet: the columns of the template, then where each stands in the graph and in its
source. Whoever takes such a list, changes it and has it checked finds his columns understood."""

from collections.abc import Iterable
from decimal import Decimal

from graph.compare.measures import measures
from graph.compare.profile import Measure, Source
from graph.store import Askable
from graph.template import ACTIVITY, BENEFICIARY, COLUMNS, SEPARATOR, STATE, THEME, closed_lists
from graph.vocabulary import PREFIXES
from ontology.namespaces import ID
from queries import Row

KINDS = {"measure": "Maßnahme", "project": "Projekt"}
ADDRESS, KEY, FROM, TO = "Adresse im Graphen", "Amtlicher Gemeindeschlüssel", "Zeichen von", "Zeichen bis"
"""What the list has beside the columns of the template."""
SCHEMES = {THEME: "theme/", ACTIVITY: "code/activity-type/", BENEFICIARY: "code/beneficiary/"}
SAID = {
    "number": "?m dcterms:identifier ?o",
    "place": "?m zg:placeAsWritten ?o",
    "strategy": "?m zg:partOfStrategy ?s . ?s a zg:Strategy ; skos:prefLabel ?o FILTER(LANG(?o) IN ('de', ''))",
    "status": "?m zg:status ?o",
    "begin": "?m zg:begin ?b BIND(STR(?b) AS ?o)",
    "end": "?m zg:end ?e BIND(STR(?e) AS ?o)",
    "partner": "?m zg:partner ?a . ?a skos:prefLabel ?o FILTER(LANG(?o) IN ('de', ''))",
    "support": "?m zg:supportedBy ?a . ?a skos:prefLabel ?o FILTER(LANG(?o) IN ('de', ''))",
    "programme": "?m zg:fundedBy ?a . ?a skos:prefLabel ?o FILTER(LANG(?o) IN ('de', ''))",
    "description": "?m dcterms:description ?o FILTER(LANG(?o) IN ('de', ''))",
}
"""Column → what of a measure stands in it."""


def measure_rows(store: Askable) -> list[Row]:
    """All measures and projects, by authority and title; what is unknown is empty."""
    found = [measure for measure in measures(store) if measure.kind in KINDS]
    said = {key: _said(store, pattern) for key, pattern in SAID.items()}
    money = _money(store)
    found.sort(key=lambda m: (m.district.casefold(), m.title.casefold(), m.iri))
    return [_row(measure, said, money.get(measure.iri)) for measure in found]


def _row(
    measure: Measure, said: dict[str, dict[str, list[str]]], money: tuple[Decimal, str, str] | None
) -> Row:
    def of(key: str) -> list[str]:
        return said[key].get(measure.iri, [])

    states = {choice.iri: choice.label for choice in closed_lists()[STATE]}
    lead = list(measure.lead)
    partners = [name for name in of("partner") or measure.actors if name not in (*lead, *of("support"))]
    values: dict[str, list[str]] = {
        "number": of("number")[:1],
        "title": [measure.title],
        "description": of("description")[:1],
        "kind": [KINDS[measure.kind]],
        "authority": [f"{measure.district} ({measure.ags})" if _is_county(measure) else measure.district],
        "place": of("place")[:1],
        "strategy": of("strategy")[:1],
        "field": [measure.field] if measure.field else [],
        "theme": _labels(THEME, measure.themes),
        "activity": _labels(ACTIVITY, measure.activities),
        "beneficiary": _labels(BENEFICIARY, measure.beneficiaries),
        "status": [states.get(iri, "") for iri in of("status")[:1]],
        "begin": [_german(day) for day in of("begin")[:1]],
        "end": [_german(day) for day in of("end")[:1]],
        "lead": [f"{SEPARATOR} ".join(lead)],
        "partner": [f"{SEPARATOR} ".join(partners)],
        "support": [f"{SEPARATOR} ".join(of("support"))],
        "programme": [f"{SEPARATOR} ".join(of("programme"))],
        "amount": [str(money[0])] if money else [],
        "year": [money[1]] if money else [],
        "budget": [money[2]] if money else [],
    }
    source = next(iter(measure.sources), Source(""))
    values |= {"document": [source.document], "passage": [source.section], "address": [source.url]}
    row: Row = {}
    for column in COLUMNS:
        left = values[column.key]
        row[column.header] = left.pop(0) if left else ""
        if left and not _has_more(column.header):  # more themes than columns: the last takes the rest
            row[column.header] = f"{SEPARATOR} ".join([str(row[column.header]), *left])
            left.clear()
    return row | {
        KEY: measure.ags,
        ADDRESS: measure.iri,
        FROM: source.start,
        TO: source.end,
    }


def _has_more(header: str) -> bool:
    """Whether a column of the same key follows."""
    place = next(at for at, column in enumerate(COLUMNS) if column.header == header)
    return any(column.key == COLUMNS[place].key for column in COLUMNS[place + 1 :])


def _is_county(measure: Measure) -> bool:
    return measure.authority.startswith(f"{ID}district/")


def _labels(name: str, codes: Iterable[str]) -> list[str]:
    known = {choice.iri: choice.label for choice in closed_lists()[name]}
    return [known[iri] for code in codes if (iri := f"{ID}{SCHEMES[name]}{code}") in known]


def _german(day: str) -> str:
    return ".".join(reversed(day.split("-")))


def _said(store: Askable, pattern: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in store.select(PREFIXES + f"SELECT DISTINCT ?m ?o WHERE {{ {pattern} }} ORDER BY ?m ?o"):
        found.setdefault(str(row["m"]), []).append(str(row["o"]))
    return found


def _money(store: Askable) -> dict[str, tuple[Decimal, str, str]]:
    """Amount, year and kind of a measure's money where there is one amount; several are told by a query."""
    rows = store.select(
        PREFIXES
        + """SELECT DISTINCT ?m ?item ?amount ?year ?kind WHERE {
            ?m a zg:Measure ; zg:hasBudget ?item . ?item zg:amount ?amount
            OPTIONAL { ?item zg:fiscalYear ?year }
            OPTIONAL { ?item zg:budgetKind ?code
                GRAPH graph:ontology { ?code skos:prefLabel ?kind FILTER(LANG(?kind) = "de") } } } ORDER BY ?m ?item"""
    )
    found: dict[str, list[tuple[Decimal, str, str]]] = {}
    for row in rows:
        money = Decimal(str(row["amount"])), str(row["year"] or ""), str(row["kind"] or "")
        found.setdefault(str(row["m"]), []).append(money)
    return {measure: several[0] for measure, several in found.items() if len(several) == 1}
