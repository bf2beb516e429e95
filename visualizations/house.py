"""The Strategiehaus as a picture: roof, goals, pillars with projects, foundation; what is not known is drawn as not
known."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from graph.budget import AVAILABLE, NEEDED, Budget
from graph.house import House, Part, Pillar, Role
from graph.language import _, ngettext
from graph.spelling import money
from visualizations.svg import LINE, SERIES, Cell, Drawing, Picture, Twin, balanced, widest, wrapped

WIDTH = 1160.0
GAP = 10.0
PAD = 12.0
COLUMNS = 6
"""Pillars in one storey at most."""
GOALS = 4
"""Goals in one row at most."""


def house_drawing(house: House, budget: Budget | None = None) -> Drawing:
    """The house of a strategy; `budget` is its money, if any is known."""
    title = _("Strategiehaus: {name}").format(name=house.strategy.label)
    picture = Picture("haus", WIDTH, title, _description(house))
    y = _roof(picture, house)
    y = _goals(picture, house, y)
    y = _relation(picture, house, y)
    y = _pillars(picture, house, y)
    y = _loose(picture, house, y)
    y = _foundation(picture, house, budget, y)
    return Drawing(
        "haus", title, picture.description, picture.finished(y + 2), _twin(house, budget), _notes(house)
    )


def _description(house: House) -> str:
    pieces = [
        ngettext("{n} strategisches Ziel", "{n} strategische Ziele", len(house.goals)).format(
            n=len(house.goals)
        ),
        ngettext("{n} Handlungsfeld", "{n} Handlungsfelder", len(house.pillars)).format(n=len(house.pillars)),
        ngettext("{n} Projekt", "{n} Projekte", len(house.projects)).format(n=len(house.projects)),
        ngettext("{n} Gremium", "{n} Gremien", len(_bodies(house))).format(n=len(_bodies(house))),
    ]
    return _(
        "Dach, Säulen und Fundament der Strategie: {parts}. Alle Angaben stehen in der Tabelle darunter."
    ).format(parts=", ".join(pieces))


def _roof(picture: Picture, house: House) -> float:
    name = balanced(house.strategy.label, WIDTH * 0.5, 24, bold=True)
    under = [", ".join(owner.label for owner in house.owners)] if house.owners else []
    if house.visions:
        told = [vision.label for vision in house.visions]
    else:
        told = [_("Zukunftsvision: Wortlaut nicht bekannt")]
    small = [line for text in (*told, *under) for line in balanced(text, WIDTH * 0.6, 16)]
    lines = [(line, 24.0, True) for line in name] + [(line, 16.0, False) for line in small]
    tall = sum(size * LINE for _line, size, _bold in lines) + 10
    height = tall + 96
    # The roof rises until every line has room between its slopes.
    while not _fits(lines, height, tall):
        height += 8
    picture.draw("polygon", "s0", points=f"{WIDTH / 2},2 {WIDTH - 2},{height} 2,{height}")
    y = height - tall - 18
    for line, size, bold in lines:
        picture.text(line, WIDTH / 2, y, size, "on", "middle", bold)
        y += size * LINE
    return height + GAP


def _fits(lines: Sequence[tuple[str, float, bool]], height: float, tall: float) -> bool:
    y = height - tall - 18
    for line, size, bold in lines:
        if WIDTH * y / height < widest([line], size, bold) + 60:
            return False
        y += size * LINE
    return True


@dataclass(frozen=True)
class _Row:
    """Goals of one kind, with the word for one of them."""

    heading: str
    one: str
    goals: tuple[Part, ...]


def _goals(picture: Picture, house: House, y: float) -> float:
    rows = [
        _Row(_("Strategische Ziele"), _("Ziel {n}"), house.goals),
        _Row(_("Weitere Ziele"), _("Ziel {n}"), house.further_goals),
        _Row(_("Ziele des Prozesses"), _("Ziel {n}"), house.process_goals),
    ]
    shown = [row for row in rows if row.goals]
    if not house.goals and not house.further_goals:
        y = _unknown(picture, _("Ziele der Strategie nennen die vorliegenden Quellen nicht."), y)
    for row in shown:
        y = picture.text(row.heading, 2, y, 14, "mute", bold=True) + 3
        columns = min(GOALS, len(row.goals))
        room = (WIDTH - 4 - GAP * (columns - 1)) / columns
        for start in range(0, len(row.goals), columns):
            line = row.goals[start : start + columns]
            texts = [wrapped(goal.label, room - 2 * PAD, 14) for goal in line]
            heads = [row.one.format(n=goal.number) if goal.numbered else "" for goal in line]
            tall = (
                max((len(text) + bool(head)) * 14 * LINE for text, head in zip(texts, heads, strict=True))
                + 2 * PAD
            )
            for place, (text, head) in enumerate(zip(texts, heads, strict=True)):
                x = 2 + place * (room + GAP)
                group = picture.group()
                picture.rect(x, y, room, tall, "soft edge", group)
                top = y + (tall - (len(text) + bool(head)) * 14 * LINE) / 2
                if head:
                    top = picture.text(head, x + room / 2, top, 14, "ink", "middle", True, group)
                picture.text(text, x + room / 2, top, 14, "ink", "middle", parent=group)
            y += tall + GAP
    return y


def _relation(picture: Picture, house: House, y: float) -> float:
    """Says that nobody has told which field serves which goal, where that is so."""
    if house.linked or not house.pillars or not (house.goals or house.further_goals):
        return y
    return _unknown(
        picture, _("Welches Handlungsfeld welchem Ziel dient, sagen die vorliegenden Quellen nicht."), y
    )


def _unknown(picture: Picture, text: str, y: float) -> float:
    lines = wrapped(text, WIDTH - 4 - 2 * PAD, 14)
    tall = len(lines) * 14 * LINE + PAD
    picture.box(2, y, WIDTH - 4, tall, lines, "paper edge dash", 14, "mute")
    return y + tall + GAP


def _pillars(picture: Picture, house: House, y: float) -> float:
    if not house.pillars:
        return _unknown(picture, _("Handlungsfelder der Strategie nennen die vorliegenden Quellen nicht."), y)
    storeys = -(-len(house.pillars) // COLUMNS)
    columns = -(-len(house.pillars) // storeys)
    room = (WIDTH - 4 - GAP * (columns - 1)) / columns
    for storey in range(storeys):
        line = house.pillars[storey * columns : (storey + 1) * columns]
        heads = [balanced(pillar.field.label, room - 2 * PAD, 15, bold=True) for pillar in line]
        head = max(map(len, heads)) * 15 * LINE + 2 * PAD
        bodies = [_contents(house, pillar, room - 4 * PAD) for pillar in line]
        tall = max(sum(_height(block) + PAD for block in body) for body in bodies) + PAD
        for place, (pillar, lines, body) in enumerate(zip(line, heads, bodies, strict=True)):
            colour = (storey * columns + place) % len(SERIES)
            x = 2 + place * (room + GAP)
            group = picture.group(pillar.field.label)
            picture.rect(x, y, room, head + tall, f"tint e{colour}", group, stroke_width=2)
            picture.box(x, y, room, head, lines, f"s{colour}", 15, "on", True, group)
            top = y + head + PAD
            for block in body:
                _block(picture, block, x + PAD, top, room - 2 * PAD, colour, group)
                top += _height(block) + PAD
        y += head + tall + GAP
    return y


@dataclass(frozen=True)
class _Block:
    """A box in a pillar: head, text, foot; a hollow one stands for what is not there or not known."""

    head: str
    lines: tuple[str, ...]
    foot: tuple[str, ...] = ()
    hollow: bool = False


def _contents(house: House, pillar: Pillar, room: float) -> list[_Block]:
    found = []
    if pillar.goals:
        served = ", ".join(
            _("Ziel {n}").format(n=goal.number) if goal.numbered else goal.label for goal in pillar.goals
        )
        found.append(
            _Block("", tuple(wrapped(_("dient: {goals}").format(goals=served), room, 13)), hollow=True)
        )
    found += [_project(project, room) for project in pillar.projects]
    if not pillar.projects:
        text = _("noch kein Projekt genannt") if house.assigned else _("Projekte: Zuordnung unbekannt")
        found.append(_Block("", tuple(wrapped(text, room, 13)), hollow=True))
    return found


def _project(project: Part, room: float) -> _Block:
    head = _("Projekt {n}").format(n=project.number) if project.numbered else ""
    state = project.state_label or project.said or _("unbekannt")
    foot = wrapped(_("Stand: {state}").format(state=state), room, 12)
    return _Block(head, tuple(wrapped(project.label, room, 13)), tuple(foot))


def _height(block: _Block) -> float:
    return (
        (bool(block.head) + len(block.lines)) * 13 * LINE
        + len(block.foot) * 12 * LINE
        + PAD
        + (4 if block.foot else 0)
    )


def _block(
    picture: Picture, block: _Block, x: float, y: float, room: float, colour: int, parent: Element
) -> None:
    group = picture.group(parent=parent)
    tall = _height(block)
    if block.hollow:
        picture.rect(x, y, room, tall, "paper edge dash", group, rx=3)
    else:
        picture.rect(x, y, room, tall, f"paper e{colour}", group, rx=3)
    top = y + PAD / 2
    if block.head:
        top = picture.text(block.head, x + PAD, top, 13, "ink", bold=True, parent=group)
    top = picture.text(block.lines, x + PAD, top, 13, "mute" if block.hollow else "ink", parent=group)
    if block.foot:
        picture.text(block.foot, x + PAD, top + 4, 12, "mute", parent=group)


def _loose(picture: Picture, house: House, y: float) -> float:
    if not house.loose:
        return y
    heading = _("Projekte, die keine Quelle einem der Handlungsfelder zuordnet")
    top = y
    columns = min(4, len(house.loose))
    room = (WIDTH - 4 - 2 * PAD - GAP * (columns - 1)) / columns
    blocks = [_project(project, room - 2 * PAD) for project in house.loose]
    frame = picture.rect(2, top, WIDTH - 4, 0, "tint edge dash")
    y = picture.text(heading, 2 + PAD, y + PAD, 14, "ink", bold=True) + 6
    for start in range(0, len(blocks), columns):
        line = blocks[start : start + columns]
        tall = max(map(_height, line))
        for place, block in enumerate(line):
            _block(picture, block, 2 + PAD + place * (room + GAP), y, room, 6, picture.root)
        y += tall + GAP
    frame.set("height", f"{y - top:.2f}")
    return y + GAP


def _foundation(picture: Picture, house: House, budget: Budget | None, y: float) -> float:
    columns = [
        (_("Gremien"), [f"{name} ({what})" if what else name for name, what in _bodies(house)]),
        (_("Wer es trägt"), [f"{name} ({what})" for name, what in _people(house.leads)]),
        (_("Mittel"), _money(budget)),
    ]
    room = (WIDTH - 4 - 2 * PAD - 2 * GAP) / 3
    texts = [
        [line for entry in entries or [_("nicht bekannt")] for line in wrapped(entry, room - PAD, 14)]
        for _heading, entries in columns
    ]
    tall = (1 + max(map(len, texts))) * 14 * LINE + 2 * PAD + 4
    group = picture.group(_("Fundament"))
    picture.rect(2, y, WIDTH - 4, tall, "dark", group)
    for place, ((heading, _entries), lines) in enumerate(zip(columns, texts, strict=True)):
        x = 2 + PAD + place * (room + GAP)
        top = picture.text(heading, x, y + PAD, 14, "on", bold=True, parent=group) + 4
        picture.text(lines, x, top, 14, "on", parent=group)
    return y + tall


def _bodies(house: House) -> list[tuple[str, str]]:
    """The bodies, each once, with all that they do."""
    return _people(house.bodies)


def _people(roles: Sequence[Role]) -> list[tuple[str, str]]:
    found: dict[str, tuple[str, list[str]]] = {}
    for role in roles:
        found.setdefault(role.who.iri, (role.who.label, []))[1].append(role.what)
    return [(label, ", ".join(dict.fromkeys(what))) for label, what in found.values()]


def _money(budget: Budget | None) -> list[str]:
    if budget is None:
        return []
    lines = []
    for kind, said in ((AVAILABLE, _("verfügbar: {amount}")), (NEEDED, _("benötigt: {amount}"))):
        if (amount := budget.whole(kind)) is not None:
            lines.append(said.format(amount=money(amount)))
    if budget.gap is not None:
        lines.append(_("Lücke, berechnet: {amount}").format(amount=money(budget.gap)))
    if budget.years:
        first, last = budget.years[0].year, budget.years[-1].year
        lines.append(_("Jahre {first} bis {last}").format(first=first, last=last))
    lines += [
        f"{item.label}: {item.written or money(item.amount)}" for item in budget.single if not budget.years
    ]
    return lines


def _notes(house: House) -> tuple[str, ...]:
    notes = [
        _("Die Liste der Projekte ist nach der Quelle nicht vollständig: {why}").format(why=point.label)
        for point in house.incomplete
    ]
    if house.pillars and not house.assigned and house.projects:
        notes.append(
            _("Die Quellen ordnen keines der Projekte einem Handlungsfeld zu. Das ist unbekannt, nicht leer.")
        )
    return tuple(notes)


def _twin(house: House, budget: Budget | None) -> Twin:
    def row(what: str, part: Part, where: str = "", state: str = "") -> tuple[Cell, ...]:
        told = f"{part.number} · {part.label}" if part.numbered else part.label
        return (Cell(what), Cell(told, part.iri, part.sources), Cell(where), Cell(state))

    def state(part: Part) -> str:
        return part.state_label or part.said or _("unbekannt")

    empty = _("noch kein Projekt genannt") if house.assigned else _("Projekte: Zuordnung unbekannt")
    rows = [row(_("Zukunftsvision"), vision) for vision in house.visions]
    if not house.visions:
        rows.append((Cell(_("Zukunftsvision")), Cell(_("Wortlaut nicht bekannt")), Cell(""), Cell("")))
    rows += [row(_("strategisches Ziel"), goal) for goal in house.goals]
    rows += [row(_("weiteres Ziel"), goal) for goal in house.further_goals]
    rows += [row(_("Ziel des Prozesses"), goal) for goal in house.process_goals]
    for pillar in house.pillars:
        serves = ", ".join(goal.label for goal in pillar.goals) or _("welchem Ziel es dient: unbekannt")
        rows.append(row(_("Handlungsfeld"), pillar.field, serves, "" if pillar.projects else empty))
        rows += [
            row(_("Projekt"), project, pillar.field.label, state(project)) for project in pillar.projects
        ]
    rows += [
        row(_("Projekt"), project, _("Handlungsfeld unbekannt"), state(project)) for project in house.loose
    ]
    rows += [row(_("Gremium"), role.who, role.what) for role in house.bodies]
    rows += [row(_("Akteur"), role.who, role.what) for role in house.leads]
    for item in budget.items if budget else ():
        year = str(item.year) if item.year else item.written
        rows.append(
            (
                Cell(_("Betrag")),
                Cell(f"{item.label}: {money(item.amount)}", item.iri, item.sources),
                Cell(year),
                Cell(item.kind_label),
            )
        )
    columns = (_("Teil des Hauses"), _("Name"), _("Zuordnung"), _("Stand"))
    return Twin(
        _("Strategiehaus „{name}“ als Tabelle").format(name=house.strategy.label), columns, tuple(rows)
    )
