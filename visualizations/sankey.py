"""Streams between columns of nodes: where the money of the years comes from, and from needs over fields to projects.

A node is as high as the larger of what comes in and what goes out, and never lower than its words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from graph.budget import Budget
from graph.flow import STATED, THEME, Asked, Flow
from graph.language import _, ngettext
from graph.sources import Source
from graph.spelling import money, number
from visualizations.svg import LINE, SERIES, Cell, Drawing, Picture, Twin, wrapped

WIDTH = 1160.0
BAR = 16.0
SPACE = 14.0
"""Between two nodes of a column."""
HEIGHT = 430.0
"""What the streams of the fullest column take together."""
SIZE = 13.0


@dataclass(frozen=True)
class Node:
    """A node of a column; a hollow one stands for what is missing."""

    key: str
    column: int
    label: str
    hollow: bool = False


@dataclass(frozen=True)
class Stream:
    """So much from one node to the next. `look` is solid, faint (not said by a source) or hatched (missing)."""

    start: str
    end: str
    value: Fraction
    look: str = "solid"
    title: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Column:
    """Where a column's bar stands, how much room its words have, and where they stand: left or right of the bar, or
    inside, in a box from which the streams go on."""

    x: float
    side: str
    room: float

    @property
    def leaves(self) -> float:
        """Where streams leave."""
        return self.x + BAR + (self.room + 16 if self.side == "inside" else 0)


def money_drawing(found: Budget, name: str = "mittel") -> Drawing | None:
    """Where the money of each year comes from; None where the gap of a year is not known."""
    if found.gap is None or not any(year.available for year in found.years):
        return None
    nodes: dict[str, Node] = {}
    streams: list[Stream] = []

    def node(key: str, column: int, label: str, hollow: bool = False) -> str:
        nodes.setdefault(key, Node(key, column, label, hollow))
        return key

    for year in found.years:
        available, needed, gap = (
            Fraction(year.available or 0),
            Fraction(year.needed or 0),
            Fraction(year.gap or 0),
        )
        total = max(available, needed)
        if not total:
            continue
        here = node(f"{year.year}", 1, f"{year.year}: {money(max(year.available or 0, year.needed or 0))}")
        parts = [part for part in year.made_of if part.amount]
        if parts and sum(Fraction(part.amount) for part in parts) == available:
            for part in parts:
                start = node(part.iri, 0, f"{part.label}: {money(part.amount)}")
                streams.append(
                    Stream(start, here, Fraction(part.amount), title=part.label, sources=part.sources)
                )
        elif available:
            start = node(
                f"verfuegbar-{year.year}",
                0,
                _("verfügbar {year}: {amount}").format(year=year.year, amount=money(year.available)),
            )
            streams.append(Stream(start, here, available))
        if gap:
            start = node(
                "luecke", 0, _("nicht gedeckt, berechnet: {amount}").format(amount=money(found.gap)), True
            )
            streams.append(Stream(start, here, gap, "hatched", _("Lücke {year}").format(year=year.year)))
        if needed:
            end = node("benoetigt", 2, _("benötigt: {amount}").format(amount=money(found.whole("needed"))))
            streams.append(Stream(here, end, min(needed, total)))
        if available > needed:
            end = node("uebrig", 2, _("mehr verfügbar als benötigt"), True)
            streams.append(Stream(here, end, available - needed, "faint"))
    title = _("Woher die Mittel kommen: {name}").format(name=found.owner_label)
    description = _(
        "Ströme von den Quellen der Mittel zu den Jahren und zum Bedarf; die Lücke von {gap} ist schraffiert."
    ).format(gap=money(found.gap))
    picture = Picture(name, WIDTH, title, description)
    columns = (Column(300, "left", 285), Column(530, "inside", 150), Column(880, "right", 250))
    bottom = _drawn(picture, list(nodes.values()), streams, columns)
    rows = tuple(
        (
            Cell(nodes[s.start].label),
            Cell(nodes[s.end].label),
            Cell(money(float(s.value)), number=True, sources=s.sources),
        )
        for s in streams
    )
    twin = Twin(_("Ströme der Mittel"), (_("von"), _("nach"), _("Betrag")), rows)
    return Drawing(name, title, description, picture.finished(bottom), twin, _gap_notes(found))


def _gap_notes(found: Budget) -> tuple[str, ...]:
    """What the streams show beyond the sources; whether sums are right is told by the bars of the same budget."""
    if not found.gap:
        return ()
    return (_("Schraffiert ist die Lücke, berechnet: was benötigt wird, weniger dem, was da ist."),)


def flow_drawing(found: Flow, name: str = "bedarfe") -> Drawing:
    """From needs over action fields to projects."""
    house = found.house
    nodes = [*_factor_nodes(found), *_field_nodes(found), *_project_nodes(found)]
    streams = _need_streams(found)
    for pillar in house.pillars:
        for project in pillar.projects:
            streams.append(
                Stream(f"f{pillar.field.iri}", f"p{project.iri}", Fraction(1), title=project.label)
            )
        if not pillar.projects:
            streams.append(Stream(f"f{pillar.field.iri}", "p", Fraction(1), "hatched", pillar.field.label))
    used = {key for stream in streams for key in (stream.start, stream.end)}
    title = _("Vom Bedarf über das Handlungsfeld zum Projekt: {name}").format(name=house.strategy.label)
    needs, projects = len(found.needs), len(house.projects)
    description = _("{needs}, {fields}, {projects}.").format(
        needs=ngettext("{n} Bedarf", "{n} Bedarfe", needs).format(n=needs),
        fields=ngettext("{n} Handlungsfeld", "{n} Handlungsfelder", len(house.pillars)).format(
            n=len(house.pillars)
        ),
        projects=ngettext("{n} Projekt", "{n} Projekte", projects).format(n=projects),
    )
    picture = Picture(name, WIDTH, title, description)
    columns = (Column(200, "left", 185), Column(400, "inside", 228), Column(806, "right", 325))
    heads = (_("Bedarfe nach Erfolgsfaktor"), _("Handlungsfelder"), _("Projekte"))
    for head, column in zip(heads, columns, strict=True):
        left = column.side == "left"
        picture.text(
            head, column.x + BAR if left else column.x, 2, 14, "mute", "end" if left else "start", True
        )
    bottom = _drawn(picture, [node for node in nodes if node.key in used], streams, columns, 30)
    bottom = _key(picture, bottom + 10, {stream.look for stream in streams})
    return Drawing(name, title, description, picture.finished(bottom), _flow_twin(found), _flow_notes(found))


def _factor_nodes(found: Flow) -> list[Node]:
    factors = [(factor.iri, factor.label) for factor in found.factors] + [("", _("ohne Erfolgsfaktor"))]
    nodes = []
    for iri, label in factors:
        count = len(found.under(iri))
        told = ngettext("{n} Bedarf", "{n} Bedarfe", count).format(n=count).replace(" ", "\u00a0")
        nodes.append(Node(f"n{iri}", 0, f"{label} ({told})"))
    return nodes


def _field_nodes(found: Flow) -> list[Node]:
    nodes = []
    for pillar in found.house.pillars:
        count = len(found.answered(pillar.field.iri))
        told = ngettext("{n} Bedarf", "{n} Bedarfe", count).format(n=count).replace(" ", "\u00a0")
        nodes.append(Node(f"f{pillar.field.iri}", 1, f"{pillar.field.label} ({told})"))
    nobody = sum(not asked.answers for asked in found.needs)
    told = ngettext("{n} Bedarf", "{n} Bedarfe", nobody).format(n=nobody)
    return [
        *nodes,
        Node("f", 1, _("kein passendes Handlungsfeld gefunden ({needs})").format(needs=told), True),
    ]


def _project_nodes(found: Flow) -> list[Node]:
    nodes = []
    for project in (project for pillar in found.house.pillars for project in pillar.projects):
        head = f"{project.number} · " if project.numbered else ""
        nodes.append(Node(f"p{project.iri}", 2, head + project.label))
    empty = _("noch kein Projekt genannt") if found.house.assigned else _("Projekte: Zuordnung unbekannt")
    return [*nodes, Node("p", 2, empty, True)]


def _need_streams(found: Flow) -> list[Stream]:
    streams = []
    fields = [pillar.field for pillar in found.house.pillars]
    for factor in [*(factor.iri for factor in found.factors), ""]:
        for right, look in ((STATED, "solid"), (THEME, "faint")):
            for iri, label in [*((field.iri, field.label) for field in fields), ("", "")]:
                weight = found.weight(factor, iri, right)
                if weight:
                    told = _("{n} Bedarfe").format(n=number(round(float(weight), 2)))
                    streams.append(
                        Stream(
                            f"n{factor}", f"f{iri}", weight, look if iri else "hatched", f"{label} ({told})"
                        )
                    )
    return streams


def _flow_notes(found: Flow) -> tuple[str, ...]:
    told = [
        _(
            "Links zählt die Breite Bedarfe, rechts Projekte. Welches Projekt welchen Bedarf deckt, sagt keine Quelle."
        ),
    ]
    if any(answer.right == THEME for asked in found.needs for answer in asked.answers):
        told.append(
            _(
                "Blass: keine Quelle verbindet Bedarf und Feld, beide haben aber ein gemeinsames Thema; so liest es "
                "die "
                "Redaktion. Passt ein Bedarf zu mehreren Feldern, ist er zu gleichen Teilen auf sie verteilt."
            )
        )
    return tuple(told)


def _flow_twin(found: Flow) -> Twin:
    fields = {pillar.field.iri: pillar for pillar in found.house.pillars}
    factors = {factor.iri: factor.label for factor in found.factors}
    empty = _("noch kein Projekt genannt") if found.house.assigned else _("unbekannt")

    def rows(asked: Asked) -> list[tuple[Cell, ...]]:
        need = Cell(asked.need.label, asked.need.iri, asked.need.sources)
        factor = Cell(factors.get(asked.factor, _("ohne Erfolgsfaktor")), asked.factor)
        if not asked.answers:
            return [(need, factor, Cell(_("kein passendes gefunden")), Cell("–"), Cell("–"))]
        found_rows: list[tuple[Cell, ...]] = []
        for answer in asked.answers:
            pillar = fields[answer.field]
            why = (
                _("sagt die Quelle")
                if answer.right == STATED
                else _("gemeinsames Thema: {theme}").format(theme=answer.theme_label)
            )
            projects = "; ".join(project.label for project in pillar.projects) or empty
            found_rows.append(
                (
                    need,
                    factor,
                    Cell(pillar.field.label, answer.field),
                    Cell(why, sources=answer.sources),
                    Cell(projects),
                )
            )
        return found_rows

    columns = (_("Bedarf"), _("Erfolgsfaktor"), _("Handlungsfeld"), _("warum"), _("Projekte in diesem Feld"))
    return Twin(
        _("Bedarfe, Handlungsfelder und Projekte"),
        columns,
        tuple(row for asked in found.needs for row in rows(asked)),
    )


@dataclass
class _Place:
    """Where a node stands, and how far its two sides are taken up."""

    y: float
    height: float
    text: float
    lines: list[str]
    colour: int
    into: float = 0.0
    out: float = 0.0


def _drawn(
    picture: Picture,
    nodes: Sequence[Node],
    streams: Sequence[Stream],
    columns: Sequence[Column],
    top: float = 4.0,
) -> float:
    """Draws nodes and streams; gives the y below them."""
    came: Mapping[str, Fraction] = _sums((stream.end, stream.value) for stream in streams)
    went: Mapping[str, Fraction] = _sums((stream.start, stream.value) for stream in streams)
    values = {
        node.key: max(came.get(node.key, Fraction(0)), went.get(node.key, Fraction(0))) for node in nodes
    }
    fullest = max(
        (sum(values[n.key] for n in nodes if n.column == c) for c in range(len(columns))), default=Fraction(1)
    )
    unit = HEIGHT / float(fullest or 1)
    places: dict[str, _Place] = {}
    totals = []
    for number_, column in enumerate(columns):
        y = top
        for colour, node in enumerate(n for n in nodes if n.column == number_):
            height = max(float(values[node.key]) * unit, 3.0)
            lines = wrapped(node.label, column.room, SIZE)
            slot = max(height, len(lines) * SIZE * LINE)
            places[node.key] = _Place(
                y + (slot - height) / 2,
                height,
                y + (slot - len(lines) * SIZE * LINE) / 2,
                lines,
                colour % len(SERIES),
            )
            y += slot + SPACE
        totals.append(y - SPACE)
    tallest = max(totals, default=top)
    for node in nodes:  # columns stand in the middle of the highest one
        down = (tallest - totals[node.column]) / 2
        places[node.key].y += down
        places[node.key].text += down
    _streams(picture, nodes, streams, places, columns, unit)
    for node in nodes:
        _node(picture, node, places[node.key], columns[node.column])
    return tallest + 6


def _sums(pairs: Iterable[tuple[str, Fraction]]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = defaultdict(Fraction)
    for key, value in pairs:
        found[key] += value
    return found


def _streams(
    picture: Picture,
    nodes: Sequence[Node],
    streams: Sequence[Stream],
    places: dict[str, _Place],
    columns: Sequence[Column],
    unit: float,
) -> None:
    column = {node.key: node.column for node in nodes}
    for place in places.values():
        place.into = place.out = place.y
    # Streams leave and arrive in the order of where they come from and go to, so that they cross as little as they can.
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    for index, stream in sorted(enumerate(streams), key=lambda pair: places[pair[1].end].y):
        starts[index] = places[stream.start].out
        places[stream.start].out += float(stream.value) * unit
    for index, stream in sorted(enumerate(streams), key=lambda pair: places[pair[1].start].y):
        ends[index] = places[stream.end].into
        places[stream.end].into += float(stream.value) * unit
    group = picture.group()
    for index, stream in enumerate(streams):
        x1, x2 = columns[column[stream.start]].leaves, columns[column[stream.end]].x
        _band(
            picture,
            stream,
            (x1, starts[index]),
            (x2, ends[index]),
            float(stream.value) * unit,
            places[stream.start].colour,
            group,
        )


def _band(
    picture: Picture,
    stream: Stream,
    start: tuple[float, float],
    end: tuple[float, float],
    thick: float,
    colour: int,
    parent: Element,
) -> None:
    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) / 2
    d = (
        f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}V{y2 + thick:.1f}"
        f"C{middle:.1f} {y2 + thick:.1f} {middle:.1f} {y1 + thick:.1f} {x1:.1f} {y1 + thick:.1f}Z"
    )
    group = picture.group(stream.title, parent)
    if stream.look == "hatched":
        picture.path(d, "edge dash", group, fill=picture.hatch("rule"))
    elif stream.look == "faint":
        picture.path(d, f"s{colour} faint e{colour} dash", group)
    else:
        picture.path(d, f"s{colour} band e{colour}", group)


def _node(picture: Picture, node: Node, place: _Place, column: Column) -> None:
    group = picture.group(node.label)
    if column.side == "inside":
        top = min(place.y, place.text - 3)
        bottom = max(place.y + place.height, place.text + len(place.lines) * SIZE * LINE + 3)
        wide = column.leaves - column.x
        look = "paper edge dash" if node.hollow else f"paper e{place.colour}"
        picture.rect(column.x, top, wide, bottom - top, look, group)
    if node.hollow:
        picture.rect(column.x, place.y, BAR, place.height, "edge dash", group, fill=picture.hatch("edge"))
    else:
        picture.rect(column.x, place.y, BAR, place.height, f"s{place.colour}", group)
    left = column.side == "left"
    x = column.x - 8 if left else column.x + BAR + 8
    picture.text(place.lines, x, place.text, SIZE, "ink", "end" if left else "start", parent=group)


def _key(picture: Picture, y: float, looks: set[str]) -> float:
    x = 10.0
    for look, text, wide in (
        ("solid", _("sagt die Quelle"), 200.0),
        ("faint", _("gemeinsames Thema, keine Quelle"), 320.0),
        ("hatched", _("nichts genannt"), 200.0),
    ):
        if look not in looks:
            continue
        if look == "hatched":
            picture.rect(x, y, 26, 14, "edge dash", fill=picture.hatch("rule"))
        else:
            picture.rect(x, y, 26, 14, "s0 faint e0 dash" if look == "faint" else "s0 band e0")
        picture.text(text, x + 34, y - 2, 13, "mute")
        x += wide
    return y + 24
