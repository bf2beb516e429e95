"""Two versions of a strategy side by side: the same wording joined by a line, like themes by a dashed one, the rest
alone."""

from collections.abc import Callable, Mapping

from graph.language import _, ngettext
from graph.versions import ALIKE, NEWER, OLDER, SAME, Change, Versions
from visualizations.svg import LINE, Cell, Drawing, Picture, Twin, wrapped

WIDTH = 1000.0
BOX = 380.0
PAD = 9.0
GAP = 10.0


def versions_drawing(found: Versions, theme: Callable[[str], str]) -> Drawing:
    """The picture of two versions; `theme` gives the name of a theme (IRI)."""
    older, newer = found.older.strategy.label, found.newer.strategy.label
    title = _("Was sich änderte: von „{older}“ zu „{newer}“").format(older=older, newer=newer)
    description = _(
        "{same} gleich, {alike} mit gleichem Thema, {older} nur früher, {newer} nur später genannt."
    ).format(
        same=found.count(SAME), alike=found.count(ALIKE), older=found.count(OLDER), newer=found.count(NEWER)
    )
    picture = Picture("fassungen", WIDTH, title, description)
    y = 0.0
    heads = [
        _headed(side.strategy.label, _period(side.begin, side.end, side.written))
        for side in (found.older, found.newer)
    ]
    tall = max(map(len, heads)) * 15 * LINE + 2 * PAD
    for x, lines, look in ((0.0, heads[0], "s6"), (WIDTH - BOX, heads[1], "s0")):
        picture.box(x, y, BOX, tall, lines, look, 15, "on", True)
    y += tall + GAP
    for heading, changes in _sections(found):
        y = picture.text(heading, WIDTH / 2, y + 4, 15, "ink", "middle", True) + 6
        y = (
            _section(picture, changes, theme, y)
            if changes
            else picture.text(_nothing(), WIDTH / 2, y, 14, "mute", "middle")
        )
        y += GAP
    return Drawing("fassungen", title, description, picture.finished(y), _twin(found, theme), _notes(found))


def _sections(found: Versions) -> tuple[tuple[str, tuple[Change, ...]], ...]:
    return ((_("Ziele"), found.goals), (_("Handlungsfelder"), found.fields), (_("Projekte"), found.projects))


def _nothing() -> str:
    return _("in keiner der beiden Fassungen genannt")


def _headed(label: str, period: str) -> list[str]:
    return [*wrapped(label, BOX - 2 * PAD, 15, bold=True), *([period] if period else [])]


def _period(begin: str, end: str, written: str) -> str:
    if written:
        return written
    if begin and end:
        return f"{begin[:4]}–{end[:4]}"
    return _("ab {begin}").format(begin=begin[:4]) if begin else ""


def _section(picture: Picture, changes: tuple[Change, ...], theme: Callable[[str], str], y: float) -> float:
    left = {c.older.iri: c.older.label for c in changes if c.older}
    right = {c.newer.iri: c.newer.label for c in changes if c.newer}
    alone = {part.iri for c in changes for part in (c.older, c.newer) if part and c.kind in (OLDER, NEWER)}
    places: dict[str, Mapping[str, float]] = {}
    bottoms = []
    for side, x, labels, tag in (
        ("l", 0.0, left, _("nur früher genannt")),
        ("r", WIDTH - BOX, right, _("nur später genannt")),
    ):
        top, middles = y, {}
        for iri, label in labels.items():
            lines = wrapped(label, BOX - 2 * PAD, 14)
            foot = [tag] if iri in alone else []
            tall = len(lines) * 14 * LINE + len(foot) * 12 * LINE + 2 * PAD
            group = picture.group()
            picture.rect(x, top, BOX, tall, "paper edge dash" if foot else "tint edge", group, rx=3)
            below = picture.text(lines, x + PAD, top + PAD, 14, "ink", parent=group)
            if foot:
                picture.text(foot, x + PAD, below, 12, "mute", parent=group)
            middles[iri] = top + tall / 2
            top += tall + GAP
        places[side] = middles
        bottoms.append(top)
    for change in changes:
        if change.older and change.newer:
            _join(picture, change, places["l"][change.older.iri], places["r"][change.newer.iri], theme)
    return max(bottoms)


def _join(picture: Picture, change: Change, y1: float, y2: float, theme: Callable[[str], str]) -> None:
    x1, x2 = BOX, WIDTH - BOX
    middle = (x1 + x2) / 2
    group = picture.group(_reason(change, theme))
    look = "strong" if change.kind == SAME else "strong dash"
    picture.path(
        f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}", look, group,
        fill="none", stroke_width=2 if change.kind == SAME else 1.5,
    )  # fmt: skip
    if change.kind == SAME:
        picture.text(_("gleich"), middle, (y1 + y2) / 2 - 20, 13, "ink halo", "middle", parent=group)


def _reason(change: Change, theme: Callable[[str], str]) -> str:
    if change.kind == SAME:
        return _("gleicher Wortlaut")
    if change.kind == ALIKE:
        told = ", ".join(map(theme, change.themes))
        return ngettext(
            "gemeinsames Thema: {themes}", "gemeinsame Themen: {themes}", len(change.themes)
        ).format(themes=told)
    return _("nur früher genannt") if change.kind == OLDER else _("nur später genannt")


def _notes(found: Versions) -> tuple[str, ...]:
    notes = [_("Was die spätere Fassung nicht nennt, ist damit nicht beendet.")]
    if found.count(ALIKE):
        notes.append(
            _(
                "Gestrichelt: kein gleicher Wortlaut, aber ein gemeinsames Thema; so liest es die Redaktion, keine "
                "Quelle sagt es."
            )
        )
    return tuple(notes)


def _twin(found: Versions, theme: Callable[[str], str]) -> Twin:
    rows = [
        (
            Cell(what),
            Cell(change.older.label, change.older.iri, change.older.sources) if change.older else Cell("–"),
            Cell(change.newer.label, change.newer.iri, change.newer.sources) if change.newer else Cell("–"),
            Cell(_reason(change, theme)),
        )
        for what, changes in (
            (_("Ziel"), found.goals),
            (_("Handlungsfeld"), found.fields),
            (_("Projekt"), found.projects),
        )
        for change in changes
    ]
    columns = (_("Teil"), found.older.strategy.label, found.newer.strategy.label, _("Verhältnis"))
    return Twin(_("Zwei Fassungen im Vergleich"), columns, tuple(rows))
