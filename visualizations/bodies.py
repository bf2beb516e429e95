"""Actors and the bodies they sit in: two columns joined by lines; who sits in several bodies is drawn stronger."""

from graph.language import _, ngettext
from graph.seats import Seats
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, wrapped

WIDTH = 1000.0
ACTORS, BODIES = 470.0, 690.0
"""Where the two columns of marks stand."""
SPACE = 10.0


def bodies_drawing(found: Seats, name: str = "gremien") -> Drawing:
    """The picture of who sits where."""
    people = list(dict.fromkeys(seat.who for seat in found.seats))
    bridging = [who for who in people if found.count(who) > 1]
    title = _("Akteure und Gremien")
    description = _("{actors} in {bodies}, davon {bridging} in mehreren.").format(
        actors=ngettext("{n} Akteur", "{n} Akteure", len(people)).format(n=len(people)),
        bodies=ngettext("{n} Gremium", "{n} Gremien", len(found.bodies)).format(n=len(found.bodies)),
        bridging=len(bridging),
    )
    picture = Picture(name, WIDTH, title, description)
    lines = picture.group()
    # Who joins two bodies stands between those that sit in one only.
    bodies = {iri: place for place, (iri, _label) in enumerate(found.bodies)}
    mean = {who: _mean([bodies[s.body] for s in found.seats if s.who == who]) for who in people}
    labels = {seat.who: seat.label for seat in found.seats}
    y = 8.0
    middles: dict[str, float] = {}
    for who in sorted(people, key=lambda who: (mean[who], labels[who].casefold(), who)):
        several = who in bridging
        told = labels[who] + (_(" (in {n} Gremien)").format(n=found.count(who)) if several else "")
        text = wrapped(told, ACTORS - 26, 14, several)
        tall = len(text) * 14 * LINE
        group = picture.group(told)
        picture.text(text, ACTORS - 16, y, 14, "ink", "end", several, group)
        middles[who] = y + tall / 2
        if several:
            picture.rect(ACTORS - 7, middles[who] - 7, 14, 14, "spot", group)
        else:
            picture.draw("circle", "s0", group, cx=ACTORS, cy=middles[who], r=6)
        y += tall + SPACE
    bottom = y
    heights = _body_places(picture, found, bottom)
    for seat in found.seats:
        y1, y2 = middles[seat.who], heights[seat.body]
        several = seat.who in bridging
        middle = (ACTORS + BODIES) / 2
        picture.path(
            f"M{ACTORS:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {BODIES:.1f} {y2:.1f}",
            "mark" if several else "edge", lines, fill="none", stroke_width=3 if several else 1.2,
        )  # fmt: skip
    notes = tuple(_("{body}: Mitglieder nicht bekannt.").format(body=body) for body in found.without)
    return Drawing(
        name,
        title,
        description,
        picture.finished(max(bottom, *heights.values(), 40) + 20),
        _twin(found),
        notes,
    )


def _mean(places: list[int]) -> float:
    return sum(places) / len(places)


def _body_places(picture: Picture, found: Seats, bottom: float) -> dict[str, float]:
    """Draws the bodies, evenly over the height; gives the middle of each."""
    texts = {iri: wrapped(label, WIDTH - BODIES - 40, 15, True) for iri, label in found.bodies}
    need = sum(len(lines) * 15 * LINE + 24 for lines in texts.values())
    spare = max(0.0, bottom - need) / max(1, len(texts))
    places: dict[str, float] = {}
    y = 8.0
    for iri, lines in texts.items():
        tall = len(lines) * 15 * LINE + 24 + spare
        middle = y + tall / 2
        group = picture.group(dict(found.bodies)[iri])
        points = " ".join(
            f"{BODIES + dx:.1f},{middle + dy:.1f}"
            for dx, dy in ((-12, 0), (-6, -10), (6, -10), (12, 0), (6, 10), (-6, 10))
        )
        picture.draw("polygon", "s2", group, points=points)
        picture.text(
            lines, BODIES + 22, middle - len(lines) * 15 * LINE / 2, 15, "ink", bold=True, parent=group
        )
        places[iri] = middle
        y += tall
    return places


def _twin(found: Seats) -> Twin:
    rows = [
        (
            Cell(seat.body_label, seat.body),
            Cell(seat.label, seat.who, seat.sources),
            Cell(seat.role or _("unbekannt")),
            Cell(seat.office or "–"),
        )
        for seat in found.seats
    ]
    rows += [
        (Cell(body), Cell(_("Mitglieder nicht bekannt")), Cell("–"), Cell("–")) for body in found.without
    ]
    columns = (_("Gremium"), _("Wer"), _("Rolle"), _("kraft welchen Amtes"))
    return Twin(_("Wer in welchem Gremium sitzt"), columns, tuple(rows))
