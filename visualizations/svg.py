"""Pictures as SVG, built as a tree and therefore well-formed whatever words go in; each with title, description and
table.

Colours are classes with presentation attributes: `LOOKS` gives those of a saved file on white paper,
`api/static/pictures.css` replaces them in pages by light, dark and forced colours. Nothing is told by colour alone.
Text is broken at widths measured in DejaVu Sans (`visualizations.widths`), the widest font of our list, so that it fits
in the others too; it is never cut.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from graph.sources import Source

WIDEST = 1200
"""Wider pictures keep their size in a page and are moved sideways: shrunk, nobody could read them."""
FONTS = "Fira Sans, Segoe UI, Noto Sans, DejaVu Sans, sans-serif"
LINE = 1.3
"""Height of a line of text, in sizes of the font."""
SERIES = ("#1f3a93", "#7b1fa2", "#0e6f8a", "#a34a06", "#1d6b3f", "#a8231c", "#4a5568", "#655600")
"""Strong colours on which white text is readable (contrast of at least 5 to 1)."""
STEPS = ("#ffffff", "#dbe7fb", "#a9c6f5", "#6d9be6", "#1f4fa8")
"""From nothing to much, in one hue: light to dark in print too."""

RIM = {"stroke-width": "3.5", "stroke-linejoin": "round", "paint-order": "stroke"}
"""Around words that stand on something."""

LOOKS: Mapping[str, Mapping[str, str]] = {
    "ground": {"fill": "#ffffff"},
    "ink": {"fill": "#171a23"},
    "mute": {"fill": "#4b5263"},
    "on": {"fill": "#ffffff"},
    "paper": {"fill": "#ffffff"},
    "tint": {"fill": "#f2f4fa"},
    "soft": {"fill": "#e1e6f5"},
    "dark": {"fill": "#3a4152"},
    "none": {"fill": "none"},
    "full": {},
    "edge": {"stroke": "#5a6275"},
    "rule": {"stroke": "#c3c9d6"},
    "strong": {"stroke": "#171a23"},
    "mark": {"stroke": "#a34a06"},
    "spot": {"fill": "#a34a06"},
    "dash": {"stroke-dasharray": "5 4"},
    "halo": {"stroke": "#ffffff", **RIM},
    **{f"h{n}": {"stroke": colour, **RIM} for n, colour in enumerate(STEPS)},
    "band": {"fill-opacity": "0.38"},
    "faint": {"fill-opacity": "0.16"},
    **{f"s{n}": {"fill": colour} for n, colour in enumerate(SERIES)},
    **{f"e{n}": {"stroke": colour} for n, colour in enumerate(SERIES)},
    **{f"q{n}": {"fill": colour} for n, colour in enumerate(STEPS)},
    **{f"t{n}": {"fill": "#ffffff" if n == 4 else "#171a23"} for n in range(5)},
}
"""Class → presentation attributes. `s` fills, `e` edges of a series, `q` steps of a quantity, `t` text on such a
step and `h` the rim around it."""


@dataclass(frozen=True)
class Cell:
    """A cell of the table beside a picture; `iri` makes it a link, `sources` are the passages it rests on."""

    text: str
    iri: str = ""
    sources: tuple[Source, ...] = ()
    number: bool = False


@dataclass(frozen=True)
class Twin:
    """The data of a picture as a table; the first cell of a row is its head."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def sourced(self) -> bool:
        """Whether any cell tells where it stands."""
        return any(cell.sources for row in self.rows for cell in row)

    def passages(self, row: Sequence[Cell]) -> tuple[Source, ...]:
        """Where the statements of a row stand, each once."""
        return tuple(dict.fromkeys(source for cell in row for source in cell.sources))


@dataclass(frozen=True)
class Drawing:
    """A picture with the same data as a table. `notes` say what the picture cannot show."""

    name: str
    title: str
    description: str
    svg: str
    twin: Twin
    notes: tuple[str, ...] = field(default=())

    @property
    def documents(self) -> tuple[Source, ...]:
        """The documents that its data stand in, each once: those with most of its passages first."""
        passages = [source for row in self.twin.rows for source in self.twin.passages(row)]
        first = {source.document: source for source in reversed(passages)}
        count = Counter(source.document for source in passages)
        return tuple(first[name] for name in sorted(first, key=lambda name: (-count[name], name)))


class Picture:
    """A picture that is being drawn; `name` is part of the ids, one page holds each name once."""

    def __init__(self, name: str, width: float, title: str, description: str) -> None:
        self.name, self.width, self.title, self.description = name, width, title, description
        self.root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
        self.root.set("aria-labelledby", f"{name}-titel {name}-text")
        self.root.set("class", "picture-svg sideways" if width > WIDEST else "picture-svg")
        self.root.set("font-family", FONTS)
        SubElement(self.root, "title", {"id": f"{name}-titel"}).text = clean(title)
        SubElement(self.root, "desc", {"id": f"{name}-text"}).text = clean(description)
        self.defs = SubElement(self.root, "defs")
        self._ground = self.rect(0, 0, width, 0, "ground")

    def hatch(self, look: str = "edge", gap: int = 7) -> str:
        """The fill of a hatched area, told apart in grey as well."""
        name = f"{self.name}-schraffur-{look}"
        if self.defs.find(f"pattern[@id='{name}']") is None:
            pattern = SubElement(
                self.defs,
                "pattern",
                {"id": name, "width": str(gap), "height": str(gap), "patternUnits": "userSpaceOnUse"},
            )
            pattern.set("patternTransform", "rotate(45)")
            _dress(SubElement(pattern, "rect", {"width": str(gap), "height": str(gap)}), "paper")
            line = SubElement(
                pattern, "line", {"x1": "1", "y1": "0", "x2": "1", "y2": str(gap), "stroke-width": "2"}
            )
            _dress(line, look)
        return f"url(#{name})"

    def group(self, title: str = "", parent: Element | None = None) -> Element:
        """Things that belong together; the title shows beside the pointer."""
        group = SubElement(self.root if parent is None else parent, "g")
        if title:
            SubElement(group, "title").text = clean(title)
        return group

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        look: str,
        parent: Element | None = None,
        **more: Any,
    ) -> Element:
        """A rectangle."""
        return self.draw("rect", look, parent, x=x, y=y, width=max(width, 0), height=max(height, 0), **more)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        look: str = "rule",
        parent: Element | None = None,
        **more: Any,
    ) -> Element:
        """A straight line."""
        return self.draw("line", look, parent, x1=x1, y1=y1, x2=x2, y2=y2, **more)

    def path(self, d: str, look: str, parent: Element | None = None, **more: Any) -> Element:
        """A path."""
        return self.draw("path", look, parent, d=d, **more)

    def draw(self, tag: str, look: str, parent: Element | None = None, **more: Any) -> Element:
        """Any shape. Underscores in names of attributes stand for hyphens."""
        made = SubElement(self.root if parent is None else parent, tag)
        for name, value in more.items():
            made.set(name.replace("_", "-"), number(value) if isinstance(value, (int, float)) else str(value))
        _dress(made, look)
        return made

    def text(
        self,
        lines: str | Sequence[str],
        x: float,
        y: float,
        size: float = 14,
        look: str = "ink",
        anchor: str = "start",
        bold: bool = False,
        parent: Element | None = None,
        **more: Any,
    ) -> float:
        """Lines of text, the top of the first at `y`; gives the y below the last."""
        shown = [lines] if isinstance(lines, str) else list(lines)
        made = self.draw("text", look, parent, font_size=size, **more)
        if anchor != "start":
            made.set("text-anchor", anchor)
        if bold:
            made.set("font-weight", "600")
        for place, line in enumerate(shown):
            base = y + size * (0.95 + place * LINE)
            if len(shown) == 1:
                made.set("x", number(x))
                made.set("y", number(base))
                made.text = clean(line)
            else:
                part = SubElement(made, "tspan", {"x": number(x), "y": number(base)})
                # The blank keeps words apart where the text is copied or read aloud.
                part.text = clean(line) + (" " if place + 1 < len(shown) else "")
        return y + size * LINE * len(shown)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        lines: Sequence[str],
        look: str,
        size: float = 14,
        text: str = "ink",
        bold: bool = False,
        parent: Element | None = None,
        **more: Any,
    ) -> Element:
        """A rectangle with text in its middle."""
        group = self.group(parent=parent)
        self.rect(x, y, width, height, look, group, **more)
        top = y + (height - size * LINE * len(lines)) / 2
        self.text(lines, x + width / 2, top, size, text, "middle", bold, group)
        return group

    def finished(self, height: float) -> str:
        """The picture as text, with its height."""
        self.root.set("viewBox", f"0 0 {number(self.width)} {number(height)}")
        self.root.set("width", number(self.width))
        self.root.set("height", number(height))
        self._ground.set("height", number(height))
        if not len(self.defs):
            self.root.remove(self.defs)
        return ElementTree.tostring(self.root, encoding="unicode")


def standalone(drawing: Drawing, remark: str) -> str:
    """The picture as a file of its own: with a line of source, date and licence below it and in its metadata."""
    root = ElementTree.fromstring(drawing.svg)
    namespace = "{http://www.w3.org/2000/svg}"
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    lines = wrapped(remark, width - 24, 12)
    more = 16 + 12 * LINE * len(lines)
    root.set("height", number(height + more))
    root.set("viewBox", f"0 0 {number(width)} {number(height + more)}")
    ground = root.find(f"{namespace}rect")
    if ground is not None:
        ground.set("height", number(height + more))
    for place, line in enumerate(lines):
        where = {
            "x": "12",
            "y": number(height + 12 + place * 12 * LINE),
            "font-size": "12",
            "fill": LOOKS["mute"]["fill"],
        }
        SubElement(root, f"{namespace}text", where).text = clean(line)
    metadata = Element(f"{namespace}metadata")
    metadata.text = clean(remark)
    root.insert(2, metadata)
    ElementTree.register_namespace("", namespace.strip("{}"))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def wrapped(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """Text in lines that are no wider than the room: broken between words, after hyphens and strokes, and in words
    that are longer than a line."""
    lines: list[str] = []
    here = ""
    for piece in _PIECES.findall(clean(text).strip()):
        if piece.isspace():
            here += " " if here else ""
            continue
        if here and width(here + piece, size, bold) > room:
            lines.append(here.rstrip())
            here = ""
        while len(piece) > 1 and _count(piece, room, size, bold) < len(piece):
            first = _fitting(piece, room, size, bold)
            lines.append(first + ("" if first[-1] in "-–/" else "-"))
            piece = piece[len(first) :]
        here += piece
    return [*lines, here.rstrip()] if here.strip() or not lines else lines


def cut(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis; the whole then belongs into the title and the table."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def balanced(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """The same in lines of about one length."""
    best = wrapped(text, room, size, bold)
    narrow, wide = room / 2, room
    for _ in range(6):
        middle = (narrow + wide) / 2
        lines = wrapped(text, middle, size, bold)
        if len(lines) > len(best) or any(line.endswith("-") and line not in best for line in lines):
            narrow = middle
        else:
            best, wide = lines, middle
    return best


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is at a size, in DejaVu Sans."""
    table = _widths()["bold" if bold else "regular"]
    widest = table["m"]
    return sum(table.get(sign, widest) for sign in text.replace("\u00a0", " ")) * size / 1000


def widest(lines: Iterable[str], size: float, bold: bool = False) -> float:
    """The width of the widest line."""
    return max((width(line, size, bold) for line in lines), default=0.0)


def number(value: float) -> str:
    """A number as it stands in an attribute: no more than two digits behind the point."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def clean(text: str) -> str:
    """Text without signs that XML does not allow (https://www.w3.org/TR/xml/#charsets)."""
    return _FORBIDDEN.sub("", text)


_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SEAMS = (
    "standort", "partner", "förder", "entwickl", "strateg", "konzept", "projekt", "netzwerk", "werk", "schutz",
    "kräfte", "räume", "platz", "dienst", "schaft", "heit", "keit",
)  # fmt: skip
"""Parts of the long words of strategies: before them a word is broken rather than between any two syllables."""
_VOWELS = frozenset("aeiouyäöüAEIOUYÄÖÜ")
_TOGETHER = frozenset({"ch", "ck", "ph", "th"})
"""Letters that stand for one sound."""
_PIECES = re.compile(r"[ \t\r\n]+|[^ \t\r\n\-–/]*[\-–/]+|[^ \t\r\n\-–/]+")
"""Blanks and words; what a no-break space joins, an amount and its €, stays together."""


def _fitting(word: str, room: float, size: float, bold: bool) -> str:
    """The beginning of a word that fits into a line with its hyphen: up to a part of the compound if there is one,
    else a vowel before a syllable, else between two consonants."""
    most = max(1, _count(word, room - width("-", size, bold), size, bold))
    for place in range(most, max(3, most - 10), -1):
        if word.startswith(SEAMS, place):
            return word[:place]
    for place in range(most, max(2, most - 7), -1):
        rest = word[place : place + 2]
        if word[place - 1] in _VOWELS and len(rest) == 2 and rest[0] not in _VOWELS and rest[1] in _VOWELS:
            return word[:place]
    for place in range(min(most, len(word) - 2), max(2, most - 7), -1):
        before, here, after = word[place - 1], word[place], word[place + 1]
        if before + here not in _TOGETHER and not {before, here} & _VOWELS and after in _VOWELS:
            return word[:place]
    return word[:most]


def _count(word: str, room: float, size: float, bold: bool) -> int:
    """How many signs of a word fit into a line; what comes after them is not looked at."""
    table, left = _widths()["bold" if bold else "regular"], room * 1000 / size
    for place, sign in enumerate(word):
        left -= table.get(sign, table["m"])
        if left < 0:
            return place
    return len(word)


def _dress(element: Element, look: str) -> None:
    if not look:
        return
    element.set("class", look)
    for name in look.split():
        for attribute, value in LOOKS[name].items():
            if attribute not in element.attrib:
                element.set(attribute, value)
    if (
        "stroke" in element.attrib
        and element.tag in ("rect", "path", "polygon", "circle")
        and "fill" not in element.attrib
    ):
        element.set("fill", "none")


@cache
def _widths() -> dict[str, dict[str, int]]:
    text = files("visualizations").joinpath("static", "widths.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, int]] = json.loads(text)
    return found
