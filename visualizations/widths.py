"""How wide the letters of a font are: `python -m visualizations.widths REGULAR.ttf BOLD.ttf` writes
`static/widths.json`.

Ours are those of DejaVu Sans and DejaVu Sans Bold, which Debian has as `fonts-dejavu-core`. The tables that are read
are `head`, `hhea`, `hmtx` and `cmap` in format 4 (https://learn.microsoft.com/typography/opentype/spec/).
"""

import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

SIGNS = (
    *range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028), 0x202F, 0x2030, 0x2039, 0x203A, 0x20AC, 0x2122,
    *range(0x2190, 0x2194), 0x2212, 0x2264, 0x2265,
)  # fmt: skip
"""Latin letters, punctuation, the signs for money, arrows, and "at least"."""


def widths(font: bytes) -> dict[str, int]:
    """The width of each sign that the font has, in thousandths of its size."""
    tables = dict(_tables(font))
    [units] = struct.unpack_from(">H", font, tables["head"] + 18)
    [measured] = struct.unpack_from(">H", font, tables["hhea"] + 34)
    glyphs = _glyphs(font, tables["cmap"])
    found = {}
    for sign in SIGNS:
        if glyph := glyphs.get(sign):
            [advance] = struct.unpack_from(">H", font, tables["hmtx"] + 4 * min(glyph, measured - 1))
            found[chr(sign)] = round(advance * 1000 / units)
    return found


def _tables(font: bytes) -> Iterator[tuple[str, int]]:
    """The tables and where they begin."""
    [count] = struct.unpack_from(">H", font, 4)
    for place in range(count):
        name, _checksum, offset, _length = struct.unpack_from(">4sIII", font, 12 + 16 * place)
        yield name.decode(), offset


def _glyphs(font: bytes, start: int) -> dict[int, int]:
    """Character → number of its glyph."""
    [count] = struct.unpack_from(">H", font, start + 2)
    offsets = [struct.unpack_from(">HHI", font, start + 4 + 8 * place)[2] for place in range(count)]
    table = next(start + o for o in offsets if struct.unpack_from(">H", font, start + o)[0] == 4)
    segments = struct.unpack_from(">H", font, table + 6)[0] // 2
    ends, starts, deltas, ranges = (table + 14 + 2 * segments * n + (2 if n else 0) for n in range(4))
    found: dict[int, int] = {}
    for segment in range(segments):
        step = 2 * segment
        [end], [first] = (
            struct.unpack_from(">H", font, ends + step),
            struct.unpack_from(">H", font, starts + step),
        )
        [delta], [offset] = (
            struct.unpack_from(">H", font, deltas + step),
            struct.unpack_from(">H", font, ranges + step),
        )
        for sign in range(first, min(end, 0xFFFE) + 1):
            if offset:
                [glyph] = struct.unpack_from(">H", font, ranges + step + offset + 2 * (sign - first))
                found[sign] = (glyph + delta) & 0xFFFF if glyph else 0
            else:
                found[sign] = (sign + delta) & 0xFFFF
    return found


if __name__ == "__main__":
    regular, bold = (widths(Path(name).read_bytes()) for name in sys.argv[1:3])
    target = Path(__file__).parent / "static" / "widths.json"
    text = json.dumps({"regular": regular, "bold": bold}, ensure_ascii=False, separators=(",", ":"))
    target.write_text(text + "\n", encoding="utf-8")
