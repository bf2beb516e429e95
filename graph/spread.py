"""Where a theme is worked on: for every district of a circle how many measures the sources name, for the map."""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.board import UNKNOWN, Board
from graph.inventory import MEASURE


@dataclass(frozen=True)
class Spot:
    """A district, or an authority without a district's key, and its number of measures; None is unknown."""

    key: str
    iri: str
    label: str
    count: int | None
    own: bool = False
    incomplete: tuple[str, ...] = ()
    measures: tuple[tuple[str, str], ...] = ()
    """Of a theme: the measures, address and name."""


@dataclass(frozen=True)
class Spread:
    """The spots of a board, of one theme or of all."""

    theme: str
    theme_label: str
    spots: tuple[Spot, ...]

    @property
    def most(self) -> int:
        """The largest number."""
        return max((spot.count or 0 for spot in self.spots), default=0)


def spread(found: Board, theme: str = "") -> Spread:
    """What a board says of one of its rows, or, without a theme, of its columns."""
    row = next((row for row in found.rows if row.theme == theme), None) if theme else None
    cells = {cell.key: cell for cell in row.cells} if row else {}
    spots = []
    for column in found.columns:
        cell = cells.get(column.key)
        if not theme:
            count = column.measures if column.known else None
        else:
            count = None if cell is None or cell.state == UNKNOWN else cell.count(MEASURE)
        spots.append(
            Spot(
                column.key,
                column.iri,
                column.label,
                count,
                column.key == found.district,
                column.incomplete,
                tuple((e.iri, e.label) for e in cell.entries if e.kind == MEASURE) if cell else (),
            )
        )
    return Spread(theme, row.label if row else "", tuple(spots))


def themes_of(found: Board) -> Iterable[tuple[str, str]]:
    """The themes of a board's rows: address and name."""
    return ((row.theme, row.label) for row in found.rows if row.theme)
