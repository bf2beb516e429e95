"""The explorer of the network: one address says all that is shown, by pages, pictures, files and JSON alike.

Everything is computed here and in the layers below; the browser moves and enlarges what it gets. A step, such as
showing the neighbours of a node, is an address of its own: that is how steps are undone, kept and passed on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from math import sqrt
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.answers import network_file
from api.backroom import Costly
from api.choice import district_of
from api.drawings import SVG, remark
from api.identity import visitor
from api.pages import READ, Here, Now
from api.service import DRAWING, Reading, href
from api.templating import page, partial
from graph.errors import Unknown
from graph.exploration import (
    DISTRICT,
    GROUPINGS,
    KIND,
    MOST_EXPANDED,
    MOST_STEPS,
    NONE,
    THEME,
    Asked,
    Exploration,
    Group,
    districts_by_name,
    explore,
    group_network,
)
from graph.kinds import KINDS
from graph.language import N_, _
from graph.network import FORMS, LIMIT, node_of, resolve, written
from graph.search import Hit
from graph.vocabulary import local_name
from graph.way import ground
from ontology.namespaces import ID
from visualizations.explorer import Scene, drawing, edges, ordered, scene, title_of
from visualizations.signs import look, outline
from visualizations.svg import standalone

router = APIRouter(include_in_schema=False, route_class=Costly)
steps = APIRouter(include_in_schema=False)
data = APIRouter(prefix="/api/v1", tags=["Netz"], route_class=Costly)

Thing = Annotated[str, Query(max_length=2000)]
Things = Annotated[list[str], Query(max_length=MOST_EXPANDED)]
Several = Annotated[list[str], Query(max_length=60)]
Steps = Annotated[int, Query(ge=1, le=MOST_STEPS)]
SUGGESTED = 10
OFFERED = 25
"""Things of the same name that one is asked to choose from."""
PICTURES = {"svg": SVG, "png": "image/png"}
MOST_DOTS = 4_000_000
"""Of a PNG: dots take memory, four bytes each and more while they are set."""
DOING = Literal["auf", "zu", "mitte", "von", "nach", "alles"]
PASSAGES = 3
"""Passages of a connection that the page names; the pages of its ends have them all."""
TABLE_FORMS = {
    "svg": N_("Bild (SVG)"),
    "png": N_("Bild (PNG)"),
    "gexf": N_("GEXF für Gephi"),
    "graphml": N_("GraphML für yEd, Cytoscape"),
    "edges": N_("Verbindungen (CSV)"),
    "nodes": N_("Knoten (CSV)"),
}


class Ambiguous(Exception):
    """Several things have the name that was asked for in a field."""

    def __init__(self, name: str, asked: str, hits: Sequence[Hit]) -> None:
        super().__init__(asked)
        self.name, self.asked, self.hits = name, asked, tuple(hits)


@dataclass(frozen=True)
class Shown:
    """What is shown, where it stands, and how its picture is called."""

    found: Exploration
    where: Scene
    title: str


@dataclass(frozen=True)
class Mark:
    """A part of what is asked for, and the address without it."""

    text: str
    address: str


@dataclass(frozen=True)
class Option:
    """Something to choose in the filter."""

    value: str
    label: str
    count: int
    chosen: bool
    below: int = 0
    """How deep it lies under another one."""


@router.api_route("/netz", methods=READ)
def network(
    request: Request,
    here: Here,
    now: Now,
    focus: Thing = "",
    auf: Things = [],  # noqa: B006  (FastAPI copies it)
    von: Thing = "",
    nach: Thing = "",
    schritte: Steps = 1,
    art: Several = [],  # noqa: B006
    kreis: Several = [],  # noqa: B006
    thema: Several = [],  # noqa: B006
    gruppe: str = "",
    form: str = "",
) -> Response:
    """The network around a thing, a way between two, a choice, or an overview; with `form` as a file."""
    try:
        asked = _asked(now, focus, auf, von, nach, schritte, art, kreis, thema, gruppe)
    except Ambiguous as several:
        fields = {"focus": focus, "von": von, "nach": nach}
        return page(
            request,
            "explorer_which.html",
            asked=several.asked,
            more=len(several.hits) > OFFERED,
            hits=[
                (
                    hit,
                    "?"
                    + urlencode({n: v for n, v in (fields | {several.name: short(hit.iri)}).items() if v}),
                )
                for hit in several.hits[:OFFERED]
            ],
        )
    shown = _shown(now, asked)
    if form:
        return _file(request, here, now, shown, form)
    return _page(request, here, now, shown)


@router.api_route("/netz/vorschlaege", methods=READ)
def suggest(request: Request, now: Now, q: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """The nodes whose names begin like what has been typed so far, as a part of a page."""
    root = str(request.scope.get("root_path", ""))
    hits = [(hit, f"{root}/netz?{urlencode({'focus': short(hit.iri)})}") for hit in _hits(now, q)[:SUGGESTED]]
    return page(request, "thing_suggestions.html", hits=hits, q=q)


@steps.api_route("/netz/schritt", methods=READ)
def step(
    request: Request,
    here: Here,
    tun: DOING,
    knoten: Thing = "",
    focus: Thing = "",
    auf: Things = [],  # noqa: B006
    von: Thing = "",
    nach: Thing = "",
    schritte: Steps = 1,
    art: Several = [],  # noqa: B006
    kreis: Several = [],  # noqa: B006
    thema: Several = [],  # noqa: B006
    gruppe: str = "",
) -> Response:
    """Leads to the address that shows what comes next: a node was chosen, and what to do with it."""
    root = str(request.scope.get("root_path", ""))
    state: dict[str, Any] = {"focus": focus, "auf": auf, "von": von, "nach": nach, "gruppe": gruppe}
    state |= {"schritte": "" if schritte == 1 else schritte, "art": art, "kreis": kreis, "thema": thema}
    if not knoten:
        pass
    elif tun == "alles":
        iri = resolve(knoten)
        own = here.path(iri) is not None  # nobody is sent away from here by an address that somebody made up
        return RedirectResponse(
            href(here, root, iri) if own else f"{root}/doc?{urlencode({'iri': iri})}", 303
        )
    elif tun == "auf":
        state["auf"] = [*(one for one in auf if one != knoten), knoten]
    elif tun == "zu":
        state["auf"] = [one for one in auf if one != knoten]
    elif tun == "mitte":
        state |= {"focus": knoten, "auf": [], "von": "", "nach": "", "gruppe": ""}
    else:
        state |= {tun: knoten}
        if state["von"] and state["nach"]:
            state |= {"focus": "", "auf": [], "gruppe": "", "schritte": ""}
    return RedirectResponse(f"{root}/netz{_address(state)}", 303)


@data.get("/network/part", summary="Ausschnitt des Netzes mit Orten")
def get_part(
    now: Now,
    focus: Annotated[
        str,
        Query(
            description="Ding, dessen Umgebung gezeigt wird: Adresse, auch kurz, oder Name", max_length=2000
        ),
    ] = "",
    expand: Annotated[
        list[str], Query(description="Dinge, deren Nachbarn dazukommen", max_length=MOST_EXPANDED)
    ] = [],  # noqa: B006
    start: Annotated[str, Query(alias="from", description="Anfang eines Wegs", max_length=2000)] = "",
    end: Annotated[str, Query(alias="to", description="Ende eines Wegs", max_length=2000)] = "",
    depth: Annotated[int, Query(ge=1, le=MOST_STEPS, description="Schritte um das Ding")] = 1,
    kind: Annotated[list[str], Query(description=" | ".join(KINDS), max_length=60)] = [],  # noqa: B006
    district: Annotated[
        list[str], Query(description="Amtlicher Schlüssel (AGS) oder Name; „ohne“: ohne Kreis", max_length=60)
    ] = [],  # noqa: B006
    theme: Annotated[
        list[str], Query(description="Thema: Adresse, auch kurz; „ohne“: ohne Thema", max_length=60)
    ] = [],  # noqa: B006
    group: Annotated[str, Query(description=" | ".join(GROUPINGS))] = "",
) -> dict[str, Any]:
    """Dasselbe wie auf der Seite „Netz“: höchstens 300 Knoten mit ihren Orten im Bild und den Verbindungen samt
    Fundstellen, sonst Gruppen. Die Orte sind bei gleichem Stand immer dieselben."""
    try:
        asked = _asked(now, focus, expand, start, end, depth, kind, district, theme, group)
    except Ambiguous as several:
        raise Unknown("Der Knoten", several.asked, tuple(hit.iri for hit in several.hits[:5])) from several
    shown = _shown(now, asked)
    found, where = shown.found, shown.where
    answer: dict[str, Any] = {
        "title": shown.title,
        "sentence": found.sentence,
        "steps": found.steps,
        "mode": found.mode,
        "total": found.total,
        "left_out": found.left_out,
        "way": found.way,
        "width": where.width,
        "height": where.height,
        "nodes": [],
        "edges": [],
        "groups": [],
        "ties": [],
    }
    places = {spot.iri: {"x": spot.x, "y": spot.y, "radius": spot.r} for spot in where.spots}
    if found.overview:
        answer["groups"] = [
            {"value": g.value, "label": g.label, "count": g.count, "inside": g.inside} | places[g.value]
            for g in found.overview.groups
        ]
        answer["ties"] = [
            {"a": t.a, "b": t.b, "relations": t.relations, "shared": t.shared} for t in found.overview.ties
        ]
        return answer
    nodes = found.network.nodes
    told = ("label", "kind", "type", "district", "source")
    answer["nodes"] = [
        {"iri": n} | {name: nodes[n][name] for name in told} | places[n] for n in ordered(found.network)
    ]
    answer["edges"] = [
        {"from": a, "to": b}
        | {name: edge[name] for name in ("relation", "label", "inferred")}
        | {"sources": edge["passages"]}
        for a, b, edge in edges(found.network)
    ]
    return answer


def short(iri: str) -> str:
    """An address of ours as it stands in the address of a page: without what all have in common."""
    return iri.removeprefix(str(ID))


def _asked(
    now: Reading,
    focus: str,
    expanded: Sequence[str],
    start: str,
    end: str,
    depth: int,
    kinds: Sequence[str],
    districts: Sequence[str],
    themes: Sequence[str],
    grouping: str,
) -> Asked:
    """What an address asks for. Raises `Unknown`, or `Ambiguous` where a name could mean several things."""
    asked = Asked(
        focus=_thing(now, "focus", focus),
        expanded=tuple(_thing(now, "auf", one) for one in expanded if one.strip()),
        start=_thing(now, "von", start),
        end=_thing(now, "nach", end),
        depth=depth,
        kinds=tuple(kind for kind in KINDS if kind in kinds) if set(kinds) <= {*KINDS, ""} else tuple(kinds),
        districts=tuple(dict.fromkeys(_district(now, one) for one in districts if one.strip())),
        themes=tuple(dict.fromkeys(_theme(now, one) for one in themes if one.strip())),
        grouping=grouping,
    )
    if not (asked.start and asked.end) and not asked.focus:
        return replace(asked, focus=asked.start or asked.end)
    return asked


def _thing(now: Reading, name: str, text: str) -> str:
    """The node that is meant by an address or a name."""
    text = text.strip()
    if not text:
        return ""
    if "/" in text and " " not in text:
        iri = node_of(now.network, resolve(text))
        if iri in now.network:
            return iri
        raise Unknown("Der Knoten", text, tuple(hit.label for hit in now.names.nearest(iri)))
    hits = _hits(now, text)
    same = [hit for hit in hits if text.casefold() in (hit.label.casefold(), hit.name.casefold())]
    if len(same or hits) == 1:
        return (same or hits)[0].iri
    if hits:
        raise Ambiguous(name, text, same or hits)
    near = tuple(dict.fromkeys(hit.label for hit in now.names.nearest("-".join(text[:200].split()))))
    raise Unknown("Der Knoten", text, near)


def _hits(now: Reading, text: str) -> list[Hit]:
    """The nodes whose names hold every word; entries that are one node are named once."""
    found: dict[str, Hit] = {}
    for hit in now.names.search(text):
        iri = node_of(now.network, hit.iri)
        if iri in now.network:
            found.setdefault(iri, replace(hit, iri=iri))
    return list(found.values())


def _district(now: Reading, text: str) -> str:
    return NONE if text == NONE else now.inventory.iri(district_of(now, text)) or text


def _theme(now: Reading, text: str) -> str:
    if text == NONE or "://" in text:
        return text
    iri = f"{ID}theme/{text.removeprefix('theme/')}"
    if iri not in now.themes.labels:
        words = text.casefold()
        near = [theme for theme, label in now.themes.labels.items() if words == label.casefold()]
        if not near:
            names = [local_name(t) for t, label in now.themes.labels.items() if words[:4] in label.casefold()]
            raise Unknown("Das Thema", text, tuple(sorted(names))[:5])
        return near[0]
    return iri


def _shown(now: Reading, asked: Asked) -> Shown:
    """What is shown of it, computed once for each state of the graph."""

    def make() -> Shown:
        found = explore(
            now.network, now.themes, lambda: now.kept("ground", lambda: ground(now.network)), asked
        )
        before = _shown(now, replace(asked, expanded=())).where if asked.expanded else None
        return Shown(found, scene(found, before), title_of(found))

    return now.kept(("explorer", asked), make)


# Addresses


def _state(now: Reading, asked: Asked) -> dict[str, Any]:
    """What is asked for as the query of its address."""
    return {
        "focus": short(asked.focus),
        "auf": [short(iri) for iri in asked.expanded],
        "von": short(asked.start),
        "nach": short(asked.end),
        "schritte": "" if asked.depth == 1 else asked.depth,
        "art": list(asked.kinds),
        "kreis": [_key(now, iri) for iri in asked.districts],
        "thema": [short(iri).removeprefix("theme/") for iri in asked.themes],
        "gruppe": asked.grouping,
    }


def _address(state: Mapping[str, Any]) -> str:
    filled = [(name, value) for name, value in state.items() if value]
    return f"?{urlencode(filled, doseq=True, safe='/')}" if filled else ""


def _key(now: Reading, iri: str) -> str:
    return iri if iri == NONE else now.inventory.key_of(iri)


# The page


def _page(request: Request, here: Here, now: Reading, shown: Shown) -> HTMLResponse:
    found, where = shown.found, shown.where
    asked = found.asked
    root = str(request.scope.get("root_path", ""))
    state = _state(now, asked)
    picture = drawing(found, where, shown.title)

    def to(**changes: Any) -> str:
        return f"{root}/netz{_address(state | changes)}"

    nodes = found.network.nodes
    listed = [] if found.overview else [spot.iri for spot in where.spots]
    rows = [] if found.overview else edges(found.network)
    return page(
        request,
        "explorer.html",
        found=found,
        title=shown.title,
        picture=picture,
        state=[(name, one) for name, value in state.items() for one in _each(value)],
        settled=[(n, one) for n in ("focus", "auf", "von", "nach") for one in _each(state[n])],
        marks=_marks(now, found, to, state),
        options=_options(now, found),
        groups_=_group_links(now, found, to, state),
        nodes=[{"iri": iri, "short": short(iri), **nodes[iri]} for iri in listed],
        edges=[(a, b, nodes[a]["label"], nodes[b]["label"], edge) for a, b, edge in rows],
        tied=picture.twin if found.overview else None,
        island=_island(now, shown, root, here, to, state),
        forms=[(_(word), to(form=form)) for form, word in TABLE_FORMS.items()],
        standalone=to(form="seite"),
        ends=(_named(now, asked.start), _named(now, asked.end)),
        GROUPINGS=GROUPINGS,
        KINDS=KINDS,
        LIMIT=LIMIT,
        PASSAGES=PASSAGES,
        MOST_STEPS=MOST_STEPS,
        outline=outline,
        look=look,
        swapped=partial(request),
        to=to,
    )


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value] if value else []


def _named(now: Reading, iri: str) -> str:
    """The name of a thing for a field; its address where several things have that name."""
    if not iri:
        return ""
    label = str(now.network.nodes[iri]["label"])
    same = [hit for hit in _hits(now, label) if hit.label.casefold() == label.casefold()]
    return label if len(same) == 1 else short(iri)


def _marks(now: Reading, found: Exploration, to: Any, state: Mapping[str, Any]) -> list[Mark]:
    """Everything that is asked for, each with the address without it."""
    asked = found.asked
    label = now.network.nodes
    marks = []
    if asked.focus:
        said = _("Mitte: {name}").format(name=label[asked.focus]["label"])
        marks.append(Mark(said, to(focus="", schritte="")))
    for name, iri, text in (
        ("von", asked.start, _("Weg von: {name}")),
        ("nach", asked.end, _("Weg nach: {name}")),
    ):
        if iri:
            marks.append(Mark(text.format(name=label[iri]["label"]), to(**{name: ""})))
    for iri in asked.expanded:
        rest = [one for one in state["auf"] if one != short(iri)]
        marks.append(Mark(_("Nachbarn von: {name}").format(name=label[iri]["label"]), to(auf=rest)))
    names = districts_by_name(now.network)
    words = {
        "art": [_(KINDS[kind][0]) for kind in asked.kinds],
        "kreis": [_("ohne Kreis") if iri == NONE else names.get(iri, iri) for iri in asked.districts],
        "thema": [_("ohne Thema") if iri == NONE else now.themes.label(iri) for iri in asked.themes],
    }
    for name, called in words.items():
        for value, word in zip(state[name], called, strict=True):
            marks.append(Mark(word, to(**{name: [one for one in state[name] if one != value]})))
    if asked.grouping:
        marks.append(Mark(_("Gruppen: {by}").format(by=_(GROUPINGS[asked.grouping])), to(gruppe="")))
    return marks


def _options(now: Reading, found: Exploration) -> dict[str, list[Option]]:
    """What can be chosen in each dimension of the filter, with how many nodes of the whole network belong to it."""
    asked, counts, themes = found.asked, found.options, now.themes
    kinds = [
        Option(kind, _(KINDS[kind][0]), counts[KIND][kind], kind in asked.kinds)
        for kind in KINDS
        if counts[KIND].get(kind)
    ]
    names = districts_by_name(now.network)
    districts = [
        Option(_key(now, iri), names.get(iri, iri), count, iri in asked.districts)
        for iri, count in counts[DISTRICT].items()
        if iri != NONE
    ]
    listed = []
    opened = {upper for theme in asked.themes if theme != NONE for upper in themes.path(theme)}

    def add(theme: str, below: int) -> None:
        if counts[THEME].get(theme):
            name = short(theme).removeprefix("theme/")
            chosen = theme in asked.themes
            listed.append(Option(name, themes.label(theme), counts[THEME][theme], chosen, below))
            for lower in themes.below(theme) if theme in opened else ():
                add(lower, below + 1)

    for theme in themes.roots:
        add(theme, 0)
    for dimension, options, word in (
        (DISTRICT, districts, _("ohne Kreis")),
        (THEME, listed, _("ohne Thema")),
    ):
        options.sort(key=lambda o: o.label.casefold()) if dimension == DISTRICT else None
        if counts[dimension].get(NONE):
            chosen = NONE in (asked.districts if dimension == DISTRICT else asked.themes)
            options.append(Option(NONE, word, counts[dimension][NONE], chosen))
    return {KIND: kinds, DISTRICT: districts, THEME: listed}


def _group_links(
    now: Reading, found: Exploration, to: Any, state: Mapping[str, Any]
) -> list[tuple[Group, str]]:
    """The groups of an overview, each with the address of its part."""
    if not found.overview:
        return []
    by = found.overview.by
    links = []
    for group in found.overview.groups:
        value = group.value
        if by == DISTRICT:
            value = _key(now, value)
        elif by == THEME:
            value = short(value).removeprefix("theme/")
        links.append((group, to(**{by: [value], "gruppe": ""})))
    return links


def _island(
    now: Reading, shown: Shown, root: str, here: Here, to: Any, state: Mapping[str, Any]
) -> dict[str, Any]:
    """What the browser needs besides the picture: where things stand, what they are, and its words."""
    found, where = shown.found, shown.where
    addresses = {group.value: address for group, address in _group_links(now, found, to, state)}
    nodes = []
    for spot in where.spots:
        told: dict[str, Any] = {"x": spot.x, "y": spot.y, "r": spot.r, "w": spot.wide, "h": spot.high}
        if found.overview:
            told |= {"label": " ".join(spot.lines), "to": addresses[spot.iri]}
        else:
            node = found.network.nodes[spot.iri]
            about = " · ".join(dict.fromkeys(p for p in (node["type"], node["district"]) if p))
            told |= {"label": node["label"], "about": about, "id": short(spot.iri)}
            told |= {"doc": href(here, root, spot.iri)}
        nodes.append(told)
    marked = {found.asked.focus, found.asked.start, found.asked.end} - {""}
    return {
        "width": where.width,
        "height": where.height,
        "nodes": nodes,
        "lines": [[line.a, line.b, line.label] for line in where.lines],
        "marked": [place for place, spot in enumerate(where.spots) if spot.iri in marked],
        "expanded": [p for p, spot in enumerate(where.spots) if spot.iri in found.asked.expanded],
        "texts": {
            "chosen": _("Gewählt: {name}, {count} Verbindungen im Bild"),
            "connections": _("Verbindungen im Bild ({count})"),
            "none": _("Im Bild keine."),
            "hits": _("{count} Treffer in der Liste"),
            "loading": _("Wird geladen …"),
            "failed": _("Das hat nicht geklappt. Bitte versuchen Sie es noch einmal."),
            "undone": _("Schritt zurückgenommen."),
            "all": _("Alle Aussagen"),
            "how": _(
                "Netzbild. Pfeiltasten gehen zum nächsten Knoten in dieser Richtung, Eingabe holt seine Nachbarn dazu, "
                "Plus und Minus vergrößern und verkleinern, 0 zeigt alles. Dasselbe steht in der Liste und der Tabelle."
            ),
        },
    }


# Files


def _file(request: Request, here: Here, now: Reading, shown: Shown, form: str) -> Response:
    """What is shown, as a file. Raises `Unknown` for a form that there is not."""
    known = ("seite", *PICTURES, *FORMS)
    if form not in known:
        raise Unknown("Die Form eines Netzes", form, known)
    found = shown.found
    if form == "seite":
        return _standalone(request, here, now, shown)
    if form in PICTURES:
        whole = drawing(found, shown.where, shown.title, legend=True)
        text = standalone(whole, remark(shown.title, str(request.url.remove_query_params("form"))))
        content = text.encode() if form == "svg" else _dots(text, shown.where)
        named = {"Content-Disposition": f'attachment; filename="netz.{form}"'}
        return Response(content, media_type=PICTURES[form], headers=named)
    network = group_network(found.overview) if found.overview else found.network
    answer = network_file(written(network, form), form, "netz")
    answer.headers["Content-Disposition"] = answer.headers["Content-Disposition"].replace(
        "inline", "attachment"
    )
    return answer


def _dots(svg: str, where: Scene) -> bytes:
    """The picture as PNG, twice as fine as on the page, as long as it does not fill the memory."""
    typeset = import_module("visualizations.typeset")  # typst is large, and few ask for dots
    with DRAWING.taken():
        found: bytes = typeset.png(svg, 72 * min(2.0, sqrt(MOST_DOTS / (where.width * where.height))))
    return found


def _standalone(request: Request, here: Here, now: Reading, shown: Shown) -> Response:
    """The page that needs nobody: it can be kept, sent and opened without the service."""
    root = str(request.scope.get("root_path", ""))
    title = shown.title + (f" ({_('mit internen Angaben')})" if visitor(request) else "")
    part = group_network(shown.found.overview) if shown.found.overview else shown.found.network
    text, policy = now.network_page(
        title,
        shown.found.asked.focus if shown.found.asked.focus in part else None,
        address=lambda iri: href(here, root, iri) if iri.startswith(str(ID)) else "",
        focus_address=lambda iri: (
            f"{root}/netz?{urlencode({'focus': short(iri)})}" if iri in now.network else ""
        ),
        home=f"{root}/",
        part=(shown.found.asked, part),
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})
