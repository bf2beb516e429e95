"""The list of findings: narrowed by facets, ordered, in pages of fifty, and the same list as a file.

The address says everything that was chosen, so it is the saved view; `format` in it gives exactly this list as CSV,
Excel, JSON or RDF.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from api.choice import my_district, name_of
from api.excel import Table
from api.negotiation import RDF_TYPES, SERIALISERS
from api.pages import READ, Here, Now, Seen, findings_of
from api.service import CIRCLES, Overlap, Reading, Shown
from api.tables import as_csv, as_json
from api.templating import page
from api.words import CLASSES, STATES, class_name
from graph.circle import circle as circle_of
from graph.errors import Unknown
from graph.facets import (
    CLASS,
    DECIDED,
    FACETS,
    NO,
    NONE,
    ORDERS,
    PARTNER,
    STATE,
    THEME,
    YES,
    Values,
    alphabetical,
    counts,
    lets_through,
    ordered,
    page_of,
    values,
)
from graph.language import N_, _
from graph.overlap_graph import overlap_graph
from graph.partners import MOST, at_most
from ontology.namespaces import ID
from queries import Row

router = APIRouter(include_in_schema=False)
PER_PAGE = 50
EVERYWHERE = "alle"
"""In place of a district: the findings of all."""
SHOWN = 10
"""Choices of a facet that are shown at once; the rarer ones can be unfolded."""
PARAMETERS = {CLASS: "klasse", PARTNER: "partner", THEME: "thema", STATE: "stand", DECIDED: "entschieden"}
"""Facet → its name in the address."""
FACET_NAMES = {
    CLASS: N_("Art des Befunds"),
    PARTNER: N_("Anderer Kreis"),
    THEME: N_("Thema"),
    STATE: N_("Urteil"),
    DECIDED: N_("Einordnung"),
}
DECISIONS = {YES: N_("entschieden"), NO: N_("nicht entschieden: zu wenig Angaben")}
SORTS = {
    "class": N_("Art, dann Ähnlichkeit"),
    "rank": N_("was sich zuerst anzusehen lohnt"),
    "score": N_("Ähnlichkeit"),
    "confidence": N_("Sicherheit der Einordnung"),
    "title": N_("Titel"),
}
assert SORTS.keys() == ORDERS.keys() and tuple(FACET_NAMES) == FACETS
CHOICES = Annotated[list[str], Query(max_length=100)]
FORM = Literal["", "csv", "xlsx", "json", "ttl", "jsonld", "rdf", "nt"]
KEPT = ("id", "class", "score", "confidence", "reason", "status", "own_district", "decided", "rank")
SIDE = ("iri", "title", "district", "ags", "lead")
"""What a list of all findings keeps of each and of its sides; the whole is some ten times as much."""


@dataclass(frozen=True)
class View:
    """What the address asks for. `district` is an AGS or EVERYWHERE, `chosen` has the values of each facet."""

    district: str
    circle: str
    chosen: Mapping[str, tuple[str, ...]]
    words: str
    sort: str

    def query(self, **more: object) -> str:
        """The view as the query of an address, with further parameters."""
        asked: list[tuple[str, object]] = [("district", self.district)]
        if self.circle != "all":
            asked.append(("circle", self.circle))
        asked += [(PARAMETERS[facet], short(value)) for facet in FACETS for value in self.chosen[facet]]
        if self.words:
            asked.append(("q", self.words))
        if self.sort != "class":
            asked.append(("sort", self.sort))
        return "?" + urlencode([*asked, *more.items()])

    def without(self, facet: str, value: str) -> "View":
        """The view with one choice less."""
        left = tuple(other for other in self.chosen[facet] if other != value)
        return replace(self, chosen={**self.chosen, facet: left})


@dataclass(frozen=True)
class Listing:
    """Findings with their facets' values, in the same order."""

    findings: Sequence[Overlap]
    values: Sequence[Values]


@router.api_route("/ueberschneidungen", methods=READ)
def overlaps(
    request: Request,
    here: Here,
    seen: Seen,
    now: Now,
    klasse: CHOICES = [],  # noqa: B006  (FastAPI copies it)
    partner: CHOICES = [],  # noqa: B006
    thema: CHOICES = [],  # noqa: B006
    stand: CHOICES = [],  # noqa: B006
    entschieden: CHOICES = [],  # noqa: B006
    district: Annotated[str, Query(max_length=200)] = "",
    circle: str = "all",
    q: Annotated[str, Query(max_length=200)] = "",
    sort: str = "class",
    seite: Annotated[int, Query(ge=1, le=100_000)] = 1,
    format: FORM = "",
) -> Response:
    """The findings of a district or of all, narrowed and ordered; with `format` as a file."""
    if circle not in CIRCLES:
        raise Unknown("Der Vergleichskreis", circle, tuple(CIRCLES))
    if sort not in ORDERS:
        raise Unknown("Die Reihenfolge", sort, tuple(ORDERS))
    everywhere = district == EVERYWHERE
    chosen = dict(zip(FACETS, (klasse, partner, thema, stand, entschieden), strict=True))
    view = View(
        EVERYWHERE if everywhere else my_district(request, here, now, district),
        "all" if everywhere else circle,  # a circle is that of a district
        {facet: tuple(dict.fromkeys(whole(facet, v) for v in said if v)) for facet, said in chosen.items()},
        " ".join(q.split()),
        sort,
    )
    whole_list = listing(seen, now, view)
    listed = _worded(whole_list, view.words)
    left = _left(listed, view)
    if format:
        return _file(seen, now, view, ordered(left, sort), format)
    rows, pages = page_of(ordered(left, sort), seite, PER_PAGE)
    if seite > pages:
        raise HTTPException(404)
    return page(
        request,
        "overlaps.html",
        view=view,
        districts=now.districts,
        everywhere=EVERYWHERE,
        name=_("alle Kreise") if everywhere else name_of(now, view.district),
        facets=_facets(now, view, listed),
        circles=() if everywhere else _circles(seen, now, view, whole_list),
        chosen=_chosen(now, view),
        sorts=SORTS,
        overlaps=rows,
        first=(seite - 1) * PER_PAGE,
        total=len(left),
        whole=len(whole_list.findings),
        limit="" if everywhere else at_most(whole_list.findings),
        encoder=seen.encoder()["sentence"],
        seite=seite,
        last=pages,
        turn=lambda number: view.query(seite=number),
        files=[(name, view.query(format=form)) for form, name in FILES.items()],
    )


FILES = {"csv": "CSV", "xlsx": "Excel", "json": "JSON", "ttl": "RDF (Turtle)"}
"""The files that the page offers; the other forms of RDF can be had by the address."""


def listing(seen: Shown, now: Reading, view: View) -> Listing:
    """All findings of a district and circle, or of everybody, before they are narrowed."""
    if view.district == EVERYWHERE:
        return now.kept("all findings", lambda: _everything(seen, now), seen.holds(now))
    return _valued(now, findings_of(seen, now, view.district, view.circle), view.district)


def whole(facet: str, value: str) -> str:
    """A value of a facet as findings have it, from the short form of the address."""
    if value == NONE or facet not in (PARTNER, THEME) or "://" in value or value.isdigit():
        return value
    return f"{ID}theme/{value}" if facet == THEME else f"{ID}{value}"


def short(value: str) -> str:
    """The short form of a value for the address."""
    return value.removeprefix(f"{ID}theme/").removeprefix(str(ID))


def overlap_rows(findings: Iterable[Overlap]) -> list[Row]:
    """Findings as lines of a table, with the addresses of everything."""
    return [
        {
            _("Kennung"): finding["id"],
            _("Art"): class_name(finding),
            _("Ähnlichkeit"): round(finding["score"], 4),
            _("Sicherheit"): round(finding["confidence"], 4),
            _("Einordnung"): _(DECISIONS[YES if finding.get("decided", True) else NO]),
            _("Urteil"): _(STATES.get(finding.get("status") or "", str(finding.get("status")))),
            _("Hier"): finding["a"]["title"],
            _("Kreis hier"): finding["a"]["district"],
            _("Anderswo"): finding["b"]["title"],
            _("Kreis dort"): finding["b"]["district"],
            _("Warum"): finding["reason"],
            _("Quelle hier"): _sources(finding["a"]),
            _("Quelle dort"): _sources(finding["b"]),
            _("Adresse hier"): finding["a"]["iri"],
            _("Adresse dort"): finding["b"]["iri"],
        }
        for finding in findings
    ]


def attached(content: bytes | str, media_type: str, name: str) -> Response:
    """An answer that browsers save as a file."""
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _file(seen: Shown, now: Reading, view: View, found: Sequence[Overlap], form: str) -> Response:
    name = f"ueberschneidungen-{view.district}.{form}"
    if form in RDF_TYPES:
        text = overlap_graph(found).serialize(format=SERIALISERS[form], encoding="utf-8")
        return attached(text, RDF_TYPES[form], name)
    if form == "json":
        full = _in_full(seen, now, found) if view.district == EVERYWHERE else found
        return attached(as_json([dict(finding) for finding in full]), "application/json", name)
    rows = overlap_rows(found)
    if form == "csv":
        return attached(as_csv(rows), "text/csv; charset=utf-8", name)
    return Table(rows, name.removesuffix(".xlsx"), _("Überschneidungen"), saved=True)


def _valued(now: Reading, findings: Sequence[Overlap], own: str) -> Listing:
    known, tree = now.inventory, now.themes
    return Listing(findings, [values(finding, known, tree, own) for finding in findings])


def _everything(seen: Shown, now: Reading) -> Listing:
    """The findings of all districts, each once, without what only their own pages show."""
    found: dict[str, Overlap] = {}
    for district in now.districts:
        for finding in seen.overlaps(district.ags, "all"):
            if finding["id"] not in found:
                found[finding["id"]] = _slim(finding)
    return _valued(now, list(found.values()), "")


def _slim(finding: Overlap) -> dict[str, Any]:
    sides = {
        name: {key: finding[name][key] for key in SIDE} | {"sources": finding[name]["sources"][:1]}
        for name in ("a", "b")
    }
    return {key: finding[key] for key in KEPT if key in finding} | sides


def _in_full(seen: Shown, now: Reading, found: Sequence[Overlap]) -> list[Overlap]:
    """The same findings with everything that is known of them."""
    wanted = {finding["id"] for finding in found}
    full: dict[str, Overlap] = {}
    for district in now.districts:
        for finding in seen.overlaps(district.ags, "all"):
            if finding["id"] in wanted:
                full.setdefault(finding["id"], finding)
    return [full[finding["id"]] for finding in found if finding["id"] in full]


def _left(listed: Listing, view: View) -> list[Overlap]:
    return [
        finding
        for finding, of in zip(listed.findings, listed.values, strict=True)
        if lets_through(view.chosen, of)
    ]


def _worded(listed: Listing, words: str) -> Listing:
    """What is left where every word stands in a title or the name of a district."""
    asked = [alphabetical(word) for word in words.split()]
    if not asked:
        return listed

    def text(finding: Overlap) -> str:
        return alphabetical(
            " ".join(str(finding[side][key]) for side in "ab" for key in ("title", "district"))
        )

    left = [
        (finding, of)
        for finding, of in zip(listed.findings, listed.values, strict=True)
        if all(word in text(finding) for word in asked)
    ]
    return Listing([finding for finding, _of in left], [of for _finding, of in left])


def _facets(now: Reading, view: View, listed: Listing) -> list[dict[str, Any]]:
    """The facets with their choices: those of the comparison's own words in their order, the others by number."""
    found = counts(view.chosen, listed.values)
    facets = []
    for facet in FACETS:
        number, picked = found[facet], view.chosen[facet]
        if facet in (PARTNER, THEME):
            order = sorted(
                {*number, *picked}, key=lambda v: (-number[v], alphabetical(_label(now, facet, v)), v)
            )
        else:
            known = {CLASS: CLASSES, STATE: STATES, DECIDED: DECISIONS}[facet]
            order = [value for value in known if value and (number[value] or value in picked)]
        options = [
            {
                "value": short(value),
                "label": _label(now, facet, value),
                "count": number[value],
                "chosen": value in picked,
            }
            for value in order
        ]
        options.sort(key=lambda option: not option["chosen"])
        if options:
            facets.append(
                {
                    "name": PARAMETERS[facet],
                    "label": _(FACET_NAMES[facet]),
                    "options": options[:SHOWN],
                    "more": options[SHOWN:],
                }
            )
    return facets


def _circles(seen: Shown, now: Reading, view: View, whole_list: Listing) -> list[dict[str, Any]]:
    """The circles with how many findings each has; those not chosen are counted in the list of all, which may be
    cut."""
    everything = (
        whole_list
        if view.circle == "all"
        else _valued(now, findings_of(seen, now, view.district), view.district)
    )
    left = _left(_worded(everything, view.words), view)
    cut = len(everything.findings) >= MOST
    found = []
    for kind, name in CIRCLES.items():
        if kind == view.circle:
            count, at_least = len(_left(_worded(whole_list, view.words), view)), False
        elif kind == "all":
            count, at_least = len(left), False
        else:
            make = partial(_authorities, now, view.district, kind)
            around = now.noted(("circle", view.district, kind), make)
            count = sum(
                finding.get("own_district") or _authority(now, finding, view.district) in around
                for finding in left
            )
            at_least = cut
        found.append(
            {
                "value": kind,
                "label": _(name),
                "count": count,
                "at_least": at_least,
                "chosen": kind == view.circle,
            }
        )
    return found


def _authorities(now: Reading, district: str, kind: str) -> frozenset[str]:
    try:
        return circle_of(now.store, district, kind, now.inventory.places).authorities
    except Unknown:
        return frozenset()


def _authority(now: Reading, finding: Overlap, own: str) -> str:
    other = finding["b"] if finding["a"]["ags"] == own else finding["a"]
    item = now.inventory.items.get(str(other["iri"]))
    return item.authority if item else ""


def _label(now: Reading, facet: str, value: str) -> str:
    if facet == PARTNER:
        return _("ohne Kreis") if value == NONE else now.inventory.name(value)
    if facet == THEME:
        return _("ohne Thema") if value == NONE else now.themes.label(value)
    return _({CLASS: CLASSES, STATE: STATES, DECIDED: DECISIONS}[facet].get(value, value))


def _chosen(now: Reading, view: View) -> list[tuple[str, str]]:
    """What is chosen, each with the address of the view without it."""
    found = [
        (f"{_(FACET_NAMES[facet])}: {_label(now, facet, value)}", view.without(facet, value).query())
        for facet in FACETS
        for value in view.chosen[facet]
    ]
    if view.words:
        found.append((_("Wörter: {words}").format(words=view.words), replace(view, words="").query()))
    return found


def _sources(side: Mapping[str, Any]) -> str:
    texts = []
    for source in side["sources"]:
        span = f" {source['start']}–{source['end']}" if source["start"] is not None else ""
        texts.append(f"{source['document']}{span}")
    return "; ".join(texts)
