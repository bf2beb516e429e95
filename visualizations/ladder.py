"""The progress of projects as a picture: for each the way from idea to completion, and how far a source says it has
come."""

from xml.etree.ElementTree import Element

from graph.language import _, ngettext
from graph.progress import BESIDE, STATES, STEPS, UNKNOWN, Progress, Standing
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, width, wrapped

WIDTH = 1080.0
LABELS = 520.0
STATION = 11.0
"""Radius of a station."""


def ladder_drawing(found: Progress, name: str = "fortschritt") -> Drawing:
    """The projects of a district, those of a strategy together."""
    title = _("Fortschritt der Projekte: {name}").format(name=found.label)
    count = ngettext("{n} Maßnahme", "{n} Maßnahmen", len(found.standings)).format(n=len(found.standings))
    told = ", ".join(f"{_(STATES[state])}: {n}" for state, n in found.counts.items())
    picture = Picture(name, WIDTH, title, f"{count}. {told}." if told else f"{count}.")
    y = _heads(picture)
    for _iri, label, standings in found.groups:
        y = (
            picture.text(wrapped(label or _("ohne Strategie"), WIDTH - 20, 15, True), 0, y + 8, 15, bold=True)
            + 4
        )
        for standing in standings:
            y = _row(picture, standing, y)
    return Drawing(name, title, picture.description, picture.finished(y + 6), _twin(found), found.incomplete)


def _stations() -> dict[str, float]:
    """Where the steps stand."""
    room = (WIDTH - LABELS - 140) / (len(STEPS) - 1)
    return {state: LABELS + 60 + place * room for place, state in enumerate(STEPS)}


def _heads(picture: Picture) -> float:
    for state, x in _stations().items():
        picture.text(_(STATES[state]), x, 2, 14, "mute", "middle", bold=True)
    return 26


def _row(picture: Picture, standing: Standing, y: float) -> float:
    project = standing.project
    head = f"{project.number} · " if project.numbered else ""
    label = wrapped(head + project.label, LABELS - 20, 14)
    under = (
        wrapped(" · ".join(name for _iri, name in standing.fields), LABELS - 20, 12)
        if standing.fields
        else []
    )
    tall = len(label) * 14 * LINE + len(under) * 12 * LINE + 14
    said = _said(standing)
    lines = wrapped(said, WIDTH - LABELS - 40, 12) if said else []
    tall = max(tall, 46 + len(lines) * 12 * LINE)
    group = picture.group(f"{project.label}: {_state(standing)}")
    below = picture.text(label, 8, y + 7, 14, "ink", parent=group)
    if under:
        picture.text(under, 8, below, 12, "mute", parent=group)
    _way(picture, project.state, y + 20, group)
    if lines:
        picture.text(lines, LABELS + 40, y + 38, 12, "mute", parent=group)
    picture.line(0, y + tall, WIDTH, y + tall, "rule", group)
    return y + tall


def _way(picture: Picture, state: str, y: float, group: Element) -> None:
    """The stations: those behind filled, the present one ringed as well; without a known state all hollow and
    dashed."""
    stations = _stations()
    xs = list(stations.values())
    if state not in STEPS:
        text = _(STATES[state]) if state in BESIDE else _("Stand unbekannt")
        half = width(text, 14) / 2 + 6
        for start, end in ((xs[0], (xs[1] + xs[2]) / 2 - half), ((xs[1] + xs[2]) / 2 + half, xs[-1])):
            picture.line(start, y, end, y, "rule dash", group, stroke_width=2)
        for x in xs:
            picture.draw("circle", "paper rule", group, cx=x, cy=y, r=6)
        picture.text(
            text,
            (xs[1] + xs[2]) / 2,
            y - 10,
            14,
            "ink halo" if state in BESIDE else "mute halo",
            "middle",
            parent=group,
        )
        return
    here = STEPS.index(state)
    picture.line(xs[0], y, xs[-1], y, "rule", group, stroke_width=3)
    if here:
        picture.line(xs[0], y, xs[here], y, "e0", group, stroke_width=5)
    for place, x in enumerate(xs):
        if place < here:
            picture.draw("circle", "s0", group, cx=x, cy=y, r=6)
        elif place == here:
            picture.draw("circle", "paper e0", group, cx=x, cy=y, r=STATION, stroke_width=3)
            picture.draw("circle", "s0", group, cx=x, cy=y, r=6)
        else:
            picture.draw("circle", "paper edge", group, cx=x, cy=y, r=6)


def _state(standing: Standing) -> str:
    state = standing.project.state
    return standing.project.state_label or _(STATES.get(state, STATES[UNKNOWN]))


def _said(standing: Standing) -> str:
    said = standing.project.said
    return (
        _("laut Quelle: „{words}“").format(words=said)
        if said and said != standing.project.state_label
        else ""
    )


def _twin(found: Progress) -> Twin:
    rows = tuple(
        (
            Cell(standing.project.label, standing.project.iri, standing.project.sources),
            Cell(_state(standing)),
            Cell(standing.project.said or "–"),
            Cell(", ".join(name for _iri, name in standing.fields) or _("unbekannt")),
            Cell(", ".join(standing.leads) or _("unbekannt")),
            Cell(label or "–", iri),
        )
        for iri, label, standings in found.groups
        for standing in standings
    )
    columns = (
        _("Maßnahme oder Projekt"),
        _("Stand"),
        _("Stand laut Quelle"),
        _("Handlungsfeld"),
        _("Federführung"),
        _("Strategie"),
    )
    return Twin(_("Stand der Maßnahmen und Projekte: {name}").format(name=found.label), columns, rows)
