"""How much the graph holds, and what is open: the figures of the start page, each with what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.districts import districts_of
from graph.language import N_, _
from graph.store import Askable
from graph.vocabulary import PREFIXES


@dataclass(frozen=True)
class Figure:
    """One number; `name` is the same in every language, `label` and `meaning` (what was counted) are words."""

    name: str
    label: str
    value: int
    meaning: str


@dataclass(frozen=True)
class DistrictFigure:
    """A district of which measures are known, with their number."""

    iri: str
    label: str
    ags: str
    measures: int


@dataclass(frozen=True)
class OpenPoint:
    """What the sources leave open: a point noted by an editor, or a document that is not at hand."""

    iri: str
    label: str
    kind: str
    about: tuple[tuple[str, str], ...] = ()


COUNTED = (
    ("strategies", N_("Strategien"), "zg:Strategy", N_("Strategien in allen Fassungen")),
    ("measures", N_("Maßnahmen und Projekte"), "zg:Measure", N_("Maßnahmen, darunter alle Projekte")),
    ("needs", N_("Bedarfe"), "zg:Need", N_("Handlungsbedarfe, die in Beteiligungen genannt wurden")),
    (
        "actors",
        N_("Akteure"),
        "zg:Actor",
        N_("Organisationen, Gruppen, Personen; ohne Gremien und Gebietskörperschaften"),
    ),
    ("bodies", N_("Gremien"), "zg:Body", N_("Ausschüsse, Beiräte, Lenkungskreise und Vertretungen")),
    (
        "documents",
        N_("Dokumente"),
        "zg:Document",
        N_("Dokumente, auch solche, die bekannt sind, aber nicht vorliegen"),
    ),
)


def figures(store: Askable, known: Sequence[DistrictFigure]) -> list[Figure]:
    """The key figures of the accepted graph; `known` are the districts of which measures are known."""
    counts: dict[str, set[str]] = {}
    classes = " ".join([*(name for _name, _label, name, _what in COUNTED), "zg:TerritorialAuthority"])
    for row in store.select(PREFIXES + f"SELECT ?c ?s WHERE {{ VALUES ?c {{ {classes} }} ?s a ?c }}"):
        counts.setdefault("zg:" + str(row["c"]).rsplit("#", 1)[-1], set()).add(str(row["s"]))
    counts["zg:Actor"] = counts.get("zg:Actor", set()) - counts.get("zg:Body", set())
    counts["zg:Actor"] -= counts.get("zg:TerritorialAuthority", set())
    [triples] = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    [datasets] = store.select(
        PREFIXES
        + """SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE {
            { ?d a zg:Dataset } UNION { GRAPH graph:catalogue { ?d a zg:Dataset } } }"""
    )
    return [
        Figure("datasets", _("Datensätze"), _number(datasets["n"]), _("je Quelle einer")),
        Figure(
            "districts",
            _("Kreise mit Maßnahmen"),
            len(known),
            _("Land- und Stadtkreise"),
        ),
        *(Figure(name, _(label), len(counts.get(c, ())), _(what)) for name, label, c, what in COUNTED),
        Figure(
            "triples",
            _("Aussagen"),
            _number(triples["n"]),
            _("angenommene und gefolgerte Tripel, jedes einmal"),
        ),
    ]


def districts(store: Askable) -> list[DistrictFigure]:
    """The districts with at least one measure, by name."""
    places = districts_of(store)
    count: dict[str, int] = {}
    for row in store.select(PREFIXES + "SELECT DISTINCT ?m WHERE { ?m a zg:Measure }"):
        for district in places.get(str(row["m"]), ()):
            count[district] = count.get(district, 0) + 1
    rows = store.select(
        PREFIXES
        + """SELECT ?d ?label ?ags WHERE { ?d a zg:District ; skos:prefLabel ?label ; zg:ags ?ags
            FILTER(LANG(?label) IN ("de", "")) }"""
    )
    known = {
        str(row["d"]): DistrictFigure(str(row["d"]), str(row["label"]), str(row["ags"]), count[str(row["d"])])
        for row in rows
        if str(row["d"]) in count
    }
    return sorted(known.values(), key=lambda d: (d.label.split(" ", 1)[-1], d.label, d.ags))


def open_points(store: Askable) -> list[OpenPoint]:
    """Open points and documents not at hand, by name."""
    points: dict[str, OpenPoint] = {}
    rows = store.select(
        PREFIXES
        + """SELECT ?s ?label ?document ?about ?name WHERE {
            { ?s a zg:OpenPoint BIND(false AS ?document) }
            UNION { ?s zg:availability <https://w3id.org/zukunftsgraph/id/code/availability/not-at-hand>
                    BIND(true AS ?document) }
            ?s skos:prefLabel ?label FILTER(LANG(?label) IN ("de", ""))
            OPTIONAL { ?s zg:about ?about . ?about skos:prefLabel ?name FILTER(LANG(?name) IN ("de", "")) } }"""
    )
    for row in sorted(rows, key=lambda row: (bool(row["document"]), str(row["label"]), str(row["name"]))):
        iri = str(row["s"])
        about = ((str(row["about"]), str(row["name"])),) if row["about"] else ()
        kind = _("Bekannt, liegt aber nicht vor") if row["document"] else _("Was die Quellen offen lassen")
        known = points.get(iri)
        earlier = known.about if known else ()
        points[iri] = OpenPoint(iri, str(row["label"]), kind, tuple(dict.fromkeys([*earlier, *about])))
    return list(points.values())


def _number(value: object) -> int:
    return int(str(value))
