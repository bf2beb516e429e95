"""A paper as a text file (DOCX) that a committee's office can go on writing in.

Headings are headings, tables have heads that repeat, pictures are told in words, languages are named.
"""

import re
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Written
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from visualizations.paper import Cell, Facts, Figure, Heading, Items, Paper, Table, Text
from visualizations.svg import clean
from visualizations.typeset import png

FONT = "Arial"
REGIONS = {"de": "de-DE", "en": "en-GB"}
UPRIGHT, ACROSS = Cm(17.0), Cm(25.7)
TALL, LOW = Cm(20.0), Cm(12.5)
"""How high a picture may be on a page upright or across."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a packed file knows."""
PIXEL = 9525
"""EMU of a pixel."""
FIELDS = {"{n}": "PAGE", "{m}": "NUMPAGES"}
"""What stands for the number of a page and of the last."""
LARGE, SMALL, TINY = Pt(12), Pt(9), Pt(8)


def docx(paper: Paper) -> bytes:
    """The paper as DOCX."""
    written = Document()
    _styles(written, REGIONS[paper.language])
    about = written.core_properties
    about.title, about.author, about.language = clean(paper.title), "Zukunftsgraph", REGIONS[paper.language]
    about.subject, about.comments = clean(paper.subtitle), clean(paper.remark)
    _page(written.sections[0], across=False)
    _foot(written, paper)
    written.add_paragraph(clean(paper.title), style="Title")
    written.add_paragraph(clean(paper.subtitle), style="Subtitle")
    for block in paper.blocks:
        match block:
            case Heading():
                written.add_heading(clean(block.text), block.level)
            case Text():
                _text(written, block)
            case Items():
                for first, rest in block.items:
                    item = written.add_paragraph(style="List Bullet")
                    if first:
                        item.add_run(clean(first) + " ").bold = True
                    item.add_run(clean(rest))
            case Facts():
                for name, value in block.pairs:
                    item = written.add_paragraph()
                    item.add_run(clean(name) + ": ").bold = True
                    item.add_run(clean(value))
                    item.paragraph_format.space_after = Pt(2)
            case Table():
                _table(written, block, UPRIGHT)
            case Figure():
                _figure(written, block)
    about.created = about.modified = datetime.fromisoformat(paper.day)
    file = BytesIO()
    written.save(file)
    return _undated(file)


def _undated(file: BytesIO) -> bytes:
    """The same file without the second in which its parts were packed: equal papers are equal files."""
    packed = BytesIO()
    with ZipFile(file) as parts, ZipFile(packed, "w", ZIP_DEFLATED) as same:
        for part in parts.infolist():
            info = ZipInfo(part.filename, EPOCH)
            info.compress_type = ZIP_DEFLATED
            same.writestr(info, parts.read(part))
    return packed.getvalue()


def _styles(written: Written, language: str) -> None:
    for name, size in (("Normal", 10.5), ("Title", 22), ("Subtitle", 12), ("Heading 1", 15), ("Heading 2", 12),
                       ("Caption", 9.5), ("List Bullet", 10.5)):  # fmt: skip
        style: Any = written.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(attribute), None)
        fonts.set(qn("w:hAnsi"), FONT)
        if name in ("Title", "Heading 1"):
            style.font.color.rgb = RGBColor(0x1F, 0x3A, 0x93)
        elif name != "Normal":
            style.font.color.rgb = RGBColor(0, 0, 0)
        if name == "Subtitle":
            style.font.italic = False
    defaults = written.styles.element.find(qn("w:docDefaults"))
    for spoken in (defaults if defaults is not None else written.styles.element).iter(qn("w:lang")):
        spoken.set(qn("w:val"), language)
    settings = written.settings.element
    hyphens = OxmlElement("w:autoHyphenation")
    hyphens.set(qn("w:val"), "true")
    settings.insert(1, hyphens)


def _page(section: Any, across: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Cm(29.7), Cm(21.0)) if across else (Cm(21.0), Cm(29.7))
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(2.2)


def _foot(written: Written, paper: Paper) -> None:
    foot = written.sections[0].footer.paragraphs[0]
    foot.add_run(clean(paper.remark) + " – ").font.size = TINY
    for words in re.split(r"(\{[nm]\})", paper.words["page"]):
        run = foot.add_run("" if words in FIELDS else clean(words))
        run.font.size = TINY
        if words in FIELDS:
            for kind in ("begin", "", "separate", "end"):
                run._r.append(_field(kind, FIELDS[words]))


def _field(kind: str, name: str) -> Any:
    """A part of a field that Word fills: its beginning or end, or what it is."""
    part = OxmlElement("w:fldChar" if kind else "w:instrText")
    if kind:
        part.set(qn("w:fldCharType"), kind)
    else:
        part.text = name
    return part


def _text(written: Written, block: Text) -> None:
    run = written.add_paragraph().add_run(clean(block.text))
    if block.look:
        run.font.size = LARGE if block.look == "lead" else SMALL


def _caption(written: Written, words: str, above: bool) -> None:
    caption = written.add_paragraph(clean(words), style="Caption")
    caption.paragraph_format.keep_with_next = above


def _table(written: Written, block: Table, room: int) -> None:
    _caption(written, block.caption, above=True)
    table = written.add_table(1, len(block.columns), style="Table Grid")
    table.autofit = False
    about = table._tbl.tblPr
    title = OxmlElement("w:tblCaption")
    title.set(qn("w:val"), clean(block.caption))
    about.append(title)
    shares = [share or 0.35 for share in block.shares]
    widths = [Emu(int(room * share / sum(shares))) for share in shares]
    for cell, name in zip(table.rows[0].cells, block.columns, strict=True):
        _words(cell, Cell(name, strong=True))
    _mark(table.rows[0], "w:tblHeader")
    _mark(table.rows[0], "w:cantSplit")
    for values in block.rows:
        row = table.add_row()
        for cell, value in zip(row.cells, values, strict=True):
            _words(cell, value)
        if block.whole:
            _mark(row, "w:cantSplit")
    for row in table.rows:
        for cell, wide in zip(row.cells, widths, strict=True):
            cell.width = wide
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = wide
    written.add_paragraph()


def _mark(row: _Row, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _words(cell: _Cell, value: Cell) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    for place, line in enumerate(clean(value.text).split("\n")):
        if place:
            paragraph.add_run().add_break()
        if value.address and line:
            _link(paragraph, line, value.address)
        else:
            run = paragraph.add_run(line)
            run.font.size, run.bold = SMALL, value.strong
    for line in clean(value.small).split("\n") if value.small else ():
        paragraph.add_run().add_break()
        paragraph.add_run(line).font.size = TINY


def _link(paragraph: Paragraph, words: str, address: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(words)
    run.font.size, run.font.underline = SMALL, True
    run.font.color.rgb = RGBColor(0x1F, 0x3A, 0x93)
    link.append(run._r)
    paragraph._p.append(link)


def _figure(written: Written, block: Figure) -> None:
    if block.across:
        _page(written.add_section(), across=True)
    room, high = (ACROSS, LOW) if block.across else (UPRIGHT, TALL)
    wide = min(room, int(block.width * PIXEL), int(high * block.width / block.height))
    _caption(written, block.caption, above=True)
    paragraph = written.add_paragraph()
    shape = paragraph.add_run().add_picture(BytesIO(png(block.svg)), width=Emu(wide))
    told = shape._inline.docPr
    told.set("descr", clean(block.text))
    told.set("title", clean(block.caption))
    for note in block.notes:
        written.add_paragraph().add_run(clean(note)).font.size = SMALL
    if block.twin:
        _table(written, block.twin, room)
    if block.across:
        _page(written.add_section(), across=False)
