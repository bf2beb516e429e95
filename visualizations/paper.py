"""A paper as a row of blocks, which `typeset` makes a PDF of, `word` a text file, and a template a page.

Blocks hold words that are chosen already; none of them is markup. A line break in a cell is a line break on paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias
from xml.etree import ElementTree

from visualizations.svg import Drawing, Twin

WIDE = 900
"""Pixels from which on a picture gets a page across."""


@dataclass(frozen=True)
class Cell:
    """Words of a table: what counts, what stands small below it, and where a link leads.

    `address` is one of the web, `path` one within the service, which only its own pages can follow. `lang` is the
    language of the text where it is not that of the paper.
    """

    text: str
    small: str = ""
    strong: bool = False
    address: str = ""
    path: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 or 2 below the title."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph; `look` is empty, `lead` or `note`."""

    kind: ClassVar[str] = "text"
    text: str
    look: str = ""


@dataclass(frozen=True)
class Items:
    """A list; each item may begin with words that stand out."""

    kind: ClassVar[str] = "items"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Facts:
    """Words and what they come to."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table; `shares` say how wide its columns are, `whole` that no row is broken between pages."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    shares: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    whole: bool = True
    numbered: bool = False
    """Whether the first column is a number and the second the head of the row."""


@dataclass(frozen=True)
class Figure:
    """A picture with its caption; what it shows is also told in words (`text`), and in a table if there is one."""

    kind: ClassVar[str] = "figure"
    caption: str
    text: str
    svg: str
    width: float
    height: float
    twin: Table | None = None
    notes: tuple[str, ...] = ()

    @property
    def across(self) -> bool:
        """Whether it needs a page across."""
        return self.width > WIDE and self.width > self.height


Block: TypeAlias = Heading | Text | Items | Facts | Table | Figure


@dataclass(frozen=True)
class Paper:
    """The whole paper. `remark` stands at the foot of every page."""

    title: str
    subtitle: str
    language: str
    day: str
    """ISO 8601."""
    remark: str
    blocks: tuple[Block, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    """What the writers say themselves: `contents`, `as_table`, `page` with {n} and {m} for its number and the last."""


def figure(drawing: Drawing, table: bool = True) -> Figure:
    """A drawing as a block, with the table of its data or without."""
    root = ElementTree.fromstring(drawing.svg)
    return Figure(
        drawing.title,
        drawing.description,
        drawing.svg,
        float(root.get("width", "0")),
        float(root.get("height", "0")),
        twin=table_of(drawing.twin) if table and drawing.twin.rows else None,
        notes=drawing.notes,
    )


def table_of(twin: Twin) -> Table:
    """The data of a picture as a table on paper: the first column twice as wide as the others."""
    rows = tuple(tuple(Cell(cell.text) for cell in row) for row in twin.rows)
    return Table(twin.caption, twin.columns, _shares(len(twin.columns)), rows)


def _shares(columns: int) -> tuple[float, ...]:
    return (2.0, *(1.0 for _column in range(columns - 1)))
