"""Writes documents as files: Word, PDF, Markdown, Excel and a calendar.

The only module that knows the libraries behind these formats. People's text goes in as data everywhere and comes out
as it was typed; what a format cannot hold, such as control characters, is dropped.
"""

import datetime as dt
import io
import json
import re
import unicodedata
import uuid
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import docx
import typst
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph
from icalendar import Calendar, Event
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]
from openpyxl.cell import Cell  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

from hub.errors import Rejected
from hub.language import Language
from hub.plan.rules import (
    Block,
    Bullets,
    Document,
    Fields,
    Heading,
    Line,
    PageBreak,
    Paragraph,
    Run,
    Source,
    SourceList,
    Table,
    clean,
    one_line,
)

TEMPLATE: Final = Path(__file__).parent / "plan" / "template.typ"
LOCALES: Final[dict[Language, str]] = {"sv": "sv-SE", "en": "en-GB"}
PAGE: Final[dict[Language, str]] = {"sv": "Sida", "en": "Page"}
MOST_IN_CELL: Final = 32_767
"""Characters; Excel's own limit."""


@dataclass(frozen=True)
class Meta:
    """What a file says of itself beyond what is in it."""

    author: str = "Vårdmöteshubben"
    made: dt.datetime | None = None
    """With a time zone; nothing means now."""


@dataclass(frozen=True)
class Column:
    """A column of a table to send out."""

    title: str
    width: int = 30
    """Characters, roughly."""
    answer: bool = False
    """Whether whoever gets the table is to fill it in; it is yellow."""


@dataclass(frozen=True)
class Page:
    """A further sheet of an Excel file."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


def _when(meta: Meta) -> dt.datetime:
    return (meta.made or dt.datetime.now(dt.UTC)).replace(microsecond=0)


def _web(address: str) -> str:
    """Return an address if it is one to follow, else nothing."""
    return address if re.match(r"https?://[^\s]+$", address) else ""


def _said(source: Source) -> str:
    """Return a source as sentences: title, publisher, date."""
    parts = (source.title, source.publisher, source.seen[:1].upper() + source.seen[1:])
    return " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts if part)


# --- PDF -------------------------------------------------------------------------------------------------------------

_DRAWABLE: Final = (
    (0x20, 0x24F),
    (0x370, 0x482),
    (0x48A, 0x4FF),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2040),
    (0x20A0, 0x20BF),
    (0x2190, 0x22FF),
    (0x25A0, 0x25FF),
)
"""The characters that Typst's own fonts hold (tested). PDF/UA-1 refuses a file with any other."""
_UNDRAWN: Final = "\ufffd"
_LONGEST_UNBROKEN: Final = 60
_UNBROKEN: Final = re.compile(rf"[^\s\u200b]{{{_LONGEST_UNBROKEN}}}")


def pdf(document: Document, meta: Meta = Meta()) -> bytes:
    """Return the document as a tagged PDF that follows PDF/UA-1; a character without a glyph is shown as ``\ufffd``."""
    return _typeset((*document.main, *document.appendices), document, meta)


def pdf_of_main(document: Document, meta: Meta = Meta()) -> bytes:
    """Return the main part alone as a PDF."""
    listed = [block for block in document.appendices if isinstance(block, SourceList)]
    main = tuple(_without_marks(block) for block in document.main) if listed else document.main
    return _typeset(main, document, meta)


def _without_marks(block: Block) -> Block:
    """Return a block whose marks lead nowhere, for a document without its list of sources."""

    def plain(line: Line) -> Line:
        return tuple(replace(run, source=0) for run in line)

    if isinstance(block, Paragraph):
        return Paragraph(plain(block.line))
    if isinstance(block, Bullets):
        return replace(block, items=tuple(map(plain, block.items)))
    if isinstance(block, Table):
        return replace(block, rows=tuple(tuple(map(plain, row)) for row in block.rows), caption=plain(block.caption))
    return block


def _typeset(blocks: Iterable[Block], document: Document, meta: Meta) -> bytes:
    language, _, region = LOCALES[document.language].partition("-")
    data = {
        "title": _titled(document.title),
        "author": _drawn(meta.author),
        "kind": _drawn(document.kind),
        "lang": language,
        "region": region,
        "page": PAGE[document.language],
        "blocks": [_data(block) for block in blocks],
    }
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=_when(meta),
    )
    return made


def _drawn(text: str) -> str:
    """Return a text in the characters that can be drawn, with places to break what is very long."""
    composed = unicodedata.normalize("NFC", _on_one_line(text))
    held = "".join(c if any(low <= ord(c) <= high for low, high in _DRAWABLE) else _UNDRAWN for c in composed)
    return _UNBROKEN.sub(lambda match: match[0] + "\u200b", held)


def _titled(text: str) -> str:
    """Return a title as it can be drawn; PDF/UA-1 refuses an empty one."""
    return _drawn(text).strip() or "–"


def _on_one_line(text: str) -> str:
    """Return a text without line breaks and control characters, its spaces as they are."""
    return clean(text).replace("\n", " ")


@singledispatch
def _data(block: object) -> dict[str, object]:
    raise TypeError(block)


@_data.register
def _(block: Heading) -> dict[str, object]:
    return {"sort": "heading", "level": block.level, "text": _titled(block.text)}


@_data.register
def _(block: Paragraph) -> dict[str, object]:
    return {"sort": "paragraph", "line": _line_data(block.line)}


@_data.register
def _(block: Bullets) -> dict[str, object]:
    return {"sort": "bullets", "ordered": block.ordered, "items": [_line_data(item) for item in block.items]}


@_data.register
def _(block: Fields) -> dict[str, object]:
    return {"sort": "fields", "pairs": [[_drawn(name), _drawn(value)] for name, value in block.pairs]}


@_data.register
def _(block: Table) -> dict[str, object]:
    return {
        "sort": "table",
        "head": [_drawn(name) for name in block.head],
        "rows": [[_line_data(cell) for cell in row] for row in block.rows],
        "caption": _line_data(block.caption),
        "widths": list(block.widths),
    }


@_data.register
def _(_block: PageBreak) -> dict[str, object]:
    return {"sort": "break_"}


@_data.register
def _(block: SourceList) -> dict[str, object]:
    items = [
        {
            "number": item.number,
            "text": _drawn(_said(item.source)),
            "url": _web(item.source.url),
        }
        for item in block.items
    ]
    return {"sort": "sources", "items": items}


def _line_data(line: Line) -> list[dict[str, object]]:
    return [
        # Typst breaks a link's text by itself.
        {
            "text": _on_one_line(run.text) if _web(run.link) else _drawn(run.text),
            "strong": run.strong,
            "source": run.source,
            "link": _web(run.link),
        }
        for run in line
    ]


# --- Word ------------------------------------------------------------------------------------------------------------

_FONT: Final = "Calibri"
_SIZES: Final = {1: 16, 2: 12, 3: 10.5}
_LINE: Final = 0.95
"""A little tighter than single, so that the main part keeps to two pages here too."""
_INK: Final = RGBColor(0x1A, 0x1A, 0x1A)
_GREY, _YELLOW = "EBEBEB", "FFF4B8"


def word(document: Document, meta: Meta = Meta()) -> bytes:
    """Return the document as a Word file that can be edited: real headings, lists and tables."""
    file = _new_word(document.title, document.kind, document.language, meta)
    on_new_page = False
    for block in (*document.main, *document.appendices):
        before = len(file.paragraphs)
        _write(block, file)
        if on_new_page:
            file.paragraphs[before].paragraph_format.page_break_before = True
        on_new_page = isinstance(block, PageBreak)
    return _word_bytes(file)


def table_word(
    title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], meta: Meta = Meta(), language: Language = "sv"
) -> bytes:
    """Return a table as a Word file lying down, its head repeated on each page and the columns to fill in yellow."""
    file = _new_word(title, "", language, meta, lying=True)
    file.add_heading(_on_one_line(title), 1)
    lines = [[(Run(value),) for value in row] for row in rows]
    table = _word_table(file, [column.title for column in columns], lines, [column.width for column in columns], 24.7)
    for place, column in enumerate(columns):
        if column.answer:
            for row in table.rows[1:]:
                _shade(row.cells[place], _YELLOW)
    return _word_bytes(file)


def _new_word(title: str, kind: str, language: Language, meta: Meta, *, lying: bool = False) -> Word:
    file = docx.Document()
    section = file.sections[0]
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if lying else (Cm(21), Cm(29.7))
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)
    _styles(file, LOCALES[language])
    properties, when = file.core_properties, _when(meta).astimezone(dt.UTC).replace(tzinfo=None)
    properties.title, properties.author = _on_one_line(title)[:255], _on_one_line(meta.author)[:255]
    properties.language, properties.comments = LOCALES[language], ""
    properties.created = properties.modified = when
    header = section.header.paragraphs[0]
    file.styles["Header"].paragraph_format.tab_stops.clear_all()
    header.paragraph_format.tab_stops.add_tab_stop(section.page_width - Cm(5), WD_TAB_ALIGNMENT.RIGHT)
    header.add_run(f"{_on_one_line(kind)}\t{PAGE[language]} ")
    _field(header, "PAGE")
    header.add_run(" (")
    _field(header, "NUMPAGES")
    header.add_run(")")
    return file


def _styles(file: Word, locale: str) -> None:
    styles = file.styles
    defaults = styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for held in defaults.findall(qn("w:lang")):
        defaults.remove(held)
    lang = OxmlElement("w:lang")
    for attribute in ("w:val", "w:eastAsia"):
        lang.set(qn(attribute), locale)
    defaults.append(lang)
    for name, size, before, after in (
        ("Normal", 10, 0, 2),
        ("Header", 9, 0, 0),
        ("Caption", 9, 3, 2),
        ("List Bullet", 10, 0, 0),
        ("List Number", 10, 0, 0),
        ("Heading 1", _SIZES[1], 0, 4),
        ("Heading 2", _SIZES[2], 6, 1),
        ("Heading 3", _SIZES[3], 6, 2),
    ):
        style = styles[name]
        assert isinstance(style, ParagraphStyle)  # noqa: S101 - the template's own
        style.font.size, style.font.name, style.font.color.rgb = Pt(size), _FONT, _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in [held for held in fonts.attrib if "heme" in held]:
            del fonts.attrib[attribute]
        for attribute in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(attribute), _FONT)
        spacing = style.paragraph_format
        spacing.space_before, spacing.space_after, spacing.line_spacing = Pt(before), Pt(after), _LINE
    for name in ("List Bullet", "List Number"):
        indent = styles[name].paragraph_format
        indent.left_indent, indent.first_line_indent = Cm(0.5), Cm(-0.5)
    caption = styles["Caption"]
    assert isinstance(caption, ParagraphStyle)  # noqa: S101 - the template's own
    caption.paragraph_format.keep_with_next, caption.font.bold = True, False


@singledispatch
def _write(block: object, _file: Word) -> None:
    raise TypeError(block)


@_write.register
def _(block: Heading, file: Word) -> None:
    file.add_heading(_on_one_line(block.text), block.level)


@_write.register
def _(block: Paragraph, file: Word) -> None:
    _runs(file.add_paragraph(), block.line)


@_write.register
def _(block: Bullets, file: Word) -> None:
    numbers = _new_numbering(file) if block.ordered else None
    for item in block.items:
        paragraph = file.add_paragraph(style="List Number" if block.ordered else "List Bullet")
        if numbers is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001 - the only way to it
            properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, numbers
        _runs(paragraph, item)


@_write.register
def _(block: Fields, file: Word) -> None:
    table = file.add_table(rows=0, cols=4)
    table.style = "Table Grid"
    pairs = [*block.pairs, ("", "")] if len(block.pairs) % 2 else block.pairs
    for place in range(0, len(pairs), 2):
        cells = table.add_row().cells
        for offset, (name, value) in enumerate(pairs[place : place + 2]):
            _fill(cells[2 * offset], (Run(name, strong=True),))
            _fill(cells[2 * offset + 1], (Run(value),))
    _look(table, head=False)
    _widths(table, [17, 27, 17, 39], 16)
    _gap(file)


@_write.register
def _(block: Table, file: Word) -> None:
    _runs(file.add_paragraph(style="Caption"), block.caption)
    _word_table(file, block.head, block.rows, block.widths, 16)
    _gap(file)


@_write.register
def _(_block: PageBreak, _file: Word) -> None:
    """Write nothing: what follows is told to start on a new page."""


@_write.register
def _(block: SourceList, file: Word) -> None:
    for item in block.items:
        source = item.source
        paragraph = file.add_paragraph()
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Cm(0.9), Cm(-0.9)
        line = (Run(f"[{item.number}]\t{_said(source)} "),)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(0.9))
        _runs(paragraph, (*line, Run(source.url, link=source.url)) if source.url else line)


def _runs(paragraph: WordParagraph, line: Line) -> None:
    for run in line:
        text = "\t".join(map(_on_one_line, run.text.split("\t")))
        if _web(run.link):
            _hyperlink(paragraph, text, run.link)
        elif text:
            paragraph.add_run(text).bold = run.strong or None


def _hyperlink(paragraph: WordParagraph, text: str, address: str) -> None:
    made = OxmlElement("w:hyperlink")
    made.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(text)
    run.font.underline = True
    made.append(run._r)  # noqa: SLF001 - the only way to it
    paragraph._p.append(made)  # noqa: SLF001


def _field(paragraph: WordParagraph, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = paragraph.add_run("1")
    field.append(run._r)  # noqa: SLF001 - the only way to it
    paragraph._p.append(field)  # noqa: SLF001


def _new_numbering(file: Word) -> int:
    """Return a list number of its own, so that each list starts at 1."""
    style = file.styles["List Number"]
    shared = style.element.pPr.numPr.numId.val
    numbering: Any = file.part.numbering_part.element
    abstract = next(num.abstractNumId.val for num in numbering.num_lst if num.numId == shared)
    made = numbering.add_num(abstract)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(made.numId)


def _word_table(
    file: Word, head: Sequence[str], rows: Sequence[Sequence[Line]], widths: Sequence[int], room: float
) -> WordTable:
    table = file.add_table(rows=1, cols=len(head))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.LEFT
    for cell, name in zip(table.rows[0].cells, head, strict=True):
        _fill(cell, (Run(name, strong=True),))
        _shade(cell, _GREY)
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - the only way to it
    properties.append(OxmlElement("w:cantSplit"))
    properties.append(OxmlElement("w:tblHeader"))
    for row in rows:
        made = table.add_row()
        made._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
        for cell, line in zip(made.cells, row, strict=True):
            _fill(cell, line)
    _look(table, head=True)
    _widths(table, widths, room)
    made_table: WordTable = table
    return made_table


def _look(table: WordTable, *, head: bool) -> None:
    """Say which row and column name the others, for those who listen to the table."""
    properties = table._tbl.tblPr  # noqa: SLF001 - the only way to it
    for held in properties.findall(qn("w:tblLook")):
        properties.remove(held)
    look = OxmlElement("w:tblLook")
    for name, value in (("firstRow", head), ("lastRow", False), ("firstColumn", True), ("lastColumn", False)):
        look.set(qn(f"w:{name}"), str(int(value)))
    look.set(qn("w:noHBand"), "1")
    look.set(qn("w:noVBand"), "1")
    properties.append(look)


def _widths(table: WordTable, widths: Sequence[int], room: float) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(room * width / sum(widths))
        for cell in column.cells:
            cell.width = column.width


def _fill(cell: _Cell, line: Line) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    parts: list[list[Run]] = [[]]
    for run in line:
        for number, text in enumerate(clean(run.text).split("\n")):
            if number:
                parts.append([])
            parts[-1].append(replace(run, text=text))
    for number, part in enumerate(parts):
        if number:
            paragraph.add_run().add_break()
        _runs(paragraph, tuple(part))
    for made in paragraph.runs:
        made.font.size = Pt(9)


def _shade(cell: _Cell, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:color"), "auto")
    shade.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - the only way to it


def _gap(file: Word) -> None:
    """Part a table from what follows."""
    paragraph = file.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(5)


def _word_bytes(file: Word) -> bytes:
    made = io.BytesIO()
    file.save(made)
    return made.getvalue()


# --- Markdown --------------------------------------------------------------------------------------------------------

_ACTIVE: Final = re.compile(r"([\\`*_{}\[\]<>|~$&#!])")
_LEADING: Final = re.compile(r"^(\s*)([-+=>])|^(\s*\d{1,9})([.)])")
_BARE: Final = re.compile(r"(?i)\b(https?|ftp|mailto)(:)|\b(www)(\.)|(?<=\S)(@)(?=\S)")


def markdown(document: Document, meta: Meta = Meta()) -> str:
    """Return the document as Markdown in which people's text means nothing but itself."""
    parts = [_escaped(document.kind), *map(_markdown, (*document.main, *document.appendices))]
    made = f"{_escaped(meta.author)}, {_when(meta).date().isoformat()}"
    return "\n\n".join(filter(None, (*parts, made))) + "\n"


def _escaped(text: str) -> str:
    marked = _ACTIVE.sub(r"\\\1", _on_one_line(text))
    return _LEADING.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[3]}\\{m[4]}", marked)


def _unlinked(text: str) -> str:
    """Return escaped text in which no reader makes a link of an address that nobody marked as one."""
    return _BARE.sub(lambda m: f"{m[1] or m[3] or ''}\\{m[2] or m[4] or m[5]}", _escaped(text))


def _markdown_line(line: Line) -> str:
    parts: list[str] = []
    for strong, runs in groupby(line, key=lambda run: run.strong):
        text = "".join(_markdown_run(run, first=not parts and not number) for number, run in enumerate(runs))
        bare = text.strip()
        parts.append(text.replace(bare, f"**{bare}**", 1) if strong and bare else text)
    return "".join(parts).strip()


def _markdown_run(run: Run, *, first: bool) -> str:
    if _web(run.link) and not re.search(r"[<>]", run.link):
        return f"<{run.link}>"
    # Only what begins a line can begin a list or a heading.
    return _unlinked(run.text) if first else _unlinked("x" + run.text)[1:]


@singledispatch
def _markdown(block: object) -> str:
    raise TypeError(block)


@_markdown.register
def _(block: Heading) -> str:
    return f"{'#' * block.level} {_unlinked(block.text)}"


@_markdown.register
def _(block: Paragraph) -> str:
    return _markdown_line(block.line)


@_markdown.register
def _(block: Bullets) -> str:
    marks = (f"{number}." if block.ordered else "-" for number in range(1, len(block.items) + 1))
    return "\n".join(f"{mark} {_markdown_line(item)}" for mark, item in zip(marks, block.items, strict=True))


@_markdown.register
def _(block: Fields) -> str:
    return "\n".join(f"- **{_unlinked(name)}:** {_unlinked(value)}" for name, value in block.pairs)


@_markdown.register
def _(block: Table) -> str:
    rows = [block.head, ["---"] * len(block.head)]
    lines = ["| " + " | ".join(_unlinked(name) for name in rows[0]) + " |", "| " + " | ".join(rows[1]) + " |"]
    lines += ["| " + " | ".join(map(_markdown_line, row)) + " |" for row in block.rows]
    return _markdown_line(block.caption) + "\n\n" + "\n".join(lines)


@_markdown.register
def _(_block: PageBreak) -> str:
    return "---"


@_markdown.register
def _(block: SourceList) -> str:
    return "\n".join(
        f"{item.number}. {_unlinked(_said(item.source))}" + (f" <{item.source.url}>" if _web(item.source.url) else "")
        for item in block.items
    )


# --- Excel -----------------------------------------------------------------------------------------------------------

_FORMULA: Final = ("=", "+", "-", "@", "\t", "'")
_SHEET: Final = re.compile(r"[\[\]:*?/\\']")


def table_excel(
    title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], meta: Meta = Meta(), *more: Page
) -> bytes:
    """Return a table as an Excel file: head row frozen and filtered, every cell text, the columns to fill in yellow.

    Args:
        title: of the book and of its first sheet.
        columns: of the table.
        rows: of the table.
        meta: what the file says of itself.
        more: further sheets behind it.

    Raises:
        Rejected: ``too-long``, when a cell holds more than Excel can.
    """
    book = Workbook()
    _fill_sheet(book.worksheets[0], title, columns, rows)
    for page in more:
        _fill_sheet(book.create_sheet(), page.title, page.columns, page.rows)
    book.properties.title, book.properties.creator = _on_one_line(title)[:255], _on_one_line(meta.author)
    book.properties.created = book.properties.modified = _when(meta).astimezone(dt.UTC).replace(tzinfo=None)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _fill_sheet(sheet: Worksheet, title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    sheet.title = _SHEET.sub(" ", one_line(title))[:31].strip() or "Tabell"
    side = Side(style="thin", color="FF969696")
    edge = Border(left=side, right=side, top=side, bottom=side)
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
        head = sheet.cell(1, place)
        _text(head, column.title)
        head.font, head.fill, head.border = Font(bold=True), PatternFill("solid", fgColor="FF" + _GREY), edge
        head.alignment = Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(rows, start=2):
        for place, (column, value) in enumerate(zip(columns, row, strict=True), start=1):
            cell = sheet.cell(number, place)
            _text(cell, value)
            cell.border, cell.alignment = edge, Alignment(wrap_text=True, vertical="top")
            if column.answer:
                cell.fill = PatternFill("solid", fgColor="FF" + _YELLOW)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _text(cell: Cell, value: str) -> None:
    """Put a text in a cell as text, so that it is never worked out as a formula; an empty text leaves it empty."""
    text = clean(value)
    if len(text) > MOST_IN_CELL:
        raise Rejected("too-long", cell.coordinate, {"most": MOST_IN_CELL})
    if not text:
        return
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True


_MOST_UNPACKED: Final = 20_000_000
"""Bytes in all parts of an Excel file together; the sheets we write hold a hundredth of it."""
_MOST_PARTS: Final = 200
_MOST_GAP: Final = 10_000
"""Rows read in all, empty ones with them: a sheet may hold its first value a million rows down."""


def read_excel(content: bytes, most_rows: int, most_columns: int) -> tuple[list[list[str]], frozenset[tuple[int, int]]]:
    """Return the first sheet of an Excel file as text, and which cells hold a formula, as row and column from 0.

    No formula is worked out, and what unpacks to very much is not unpacked.

    Raises:
        Rejected: ``wrong-type``, ``broken-excel``, ``too-large-inside``; ``too-many-rows`` or ``too-many-columns`` with
            ``most``.
    """
    _check_parts(content)
    rows: list[list[str]] = []
    formulas: set[tuple[int, int]] = set()
    too_many = False
    try:
        with warnings.catch_warnings():
            # Of styles and extensions that openpyxl does not know; none of them holds an answer.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            for number, row in enumerate(book.worksheets[0].iter_rows(max_col=most_columns + 1)):
                texts = [_shown(cell.value) for cell in row]
                too_many = number > _MOST_GAP or (number > most_rows and any(texts))
                if too_many:
                    break
                # openpyxl fills each row up to the last column that is asked for.
                while texts and not texts[-1]:
                    texts.pop()
                rows.append(texts)
                formulas |= {(number, place) for place, cell in enumerate(row) if cell.data_type == "f"}
            book.close()
    except Exception as cause:
        # openpyxl answers a broken file with whatever its inner parts happen to raise.
        raise Rejected("broken-excel") from cause
    if too_many:
        raise Rejected("too-many-rows", facts={"most": most_rows})
    if any(any(row[most_columns:]) for row in rows):
        raise Rejected("too-many-columns", facts={"most": most_columns})
    return rows, frozenset(formulas)


def _check_parts(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise Rejected("too-large-inside")
            if "[Content_Types].xml" not in packed.namelist() or not any(
                part.filename.startswith("xl/") for part in parts
            ):
                raise Rejected("wrong-type")
            # No spreadsheet declares entities; what unfolds when they are read is not counted above.
            if any(b"<!DOCTYPE" in packed.read(part) or b"<!ENTITY" in packed.read(part) for part in parts):
                raise Rejected("broken-excel")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as cause:
        raise Rejected("broken-excel") from cause


def _shown(value: object) -> str:
    """Return the value of a cell as its reader would type it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


# --- Calendar --------------------------------------------------------------------------------------------------------

_NAMESPACE: Final = uuid.UUID("6f1d1c1e-6a3c-4b7e-9a53-1b6d0c0a2f11")


def calendar(steps: Iterable[tuple[dt.date, str]], meta: Meta = Meta()) -> bytes:
    """Return dated steps as a calendar of whole days; the same step on the same day keeps its identity."""
    made = Calendar()
    made.add("prodid", "-//Vardmoteshubben//Plan//SV")
    made.add("version", "2.0")
    for day, text in steps:
        said = one_line(text)
        event = Event()
        event.add("uid", f"{uuid.uuid5(_NAMESPACE, f'{day.isoformat()} {said}')}@vardmoteshubben")
        event.add("dtstamp", _when(meta).astimezone(dt.UTC))
        event.add("dtstart", day)
        event.add("dtend", day + dt.timedelta(days=1))
        event.add("summary", said)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())
