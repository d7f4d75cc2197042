"""A memo as DOCX: Word's own styles, captions that Word numbers, tables whose heads repeat."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.folders import write_bytes
from experiments.memo.blocks import (
    TEXT_WIDTH,
    UNDATED,
    Break,
    Bullets,
    Code,
    Figure,
    Heading,
    Memo,
    Pairs,
    Paragraph,
    Run,
    Table,
    labelled,
    plain,
    runs,
    shown_width,
)
from experiments.memo.extras import need
from experiments.memo.fold import fold
from experiments.provenance import KEY, to_json

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph as Line

ZIPPED = (UNDATED.year, UNDATED.month, UNDATED.day, 0, 0, 0)
STYLES = {"body": "Body Text", "lead": "Intense Quote", "note": "Note"}


def write(memo: Memo, path: Path) -> None:
    """Write the memo as DOCX; the same memo gives the same bytes.

    Raises:
        InputError: if python-docx is not installed.
    """
    write_bytes(path, render(memo))


def render(memo: Memo) -> bytes:
    """Return the memo as DOCX, with its provenance in the comments of its properties.

    Raises:
        InputError: if python-docx is not installed.
    """
    need("docx")
    import docx

    from experiments.memo.word_styles import dress

    document = docx.Document()
    dress(document, memo)
    _properties(document, memo)
    _write_inline(document.add_paragraph(style="Title"), memo.title)
    _write_inline(document.add_paragraph(style="Subtitle"), memo.subtitle)
    _write_blocks(document, memo)
    raw = io.BytesIO()
    document.save(raw)
    return _undated(raw.getvalue())


def provenance(path: Path) -> str | None:
    """Return the comments of a DOCX file, in which a memo carries its facts as JSON."""
    from xml.etree import ElementTree

    try:
        with zipfile.ZipFile(path) as archive:
            core = ElementTree.fromstring(archive.read("docProps/core.xml"))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return None
    text = core.findtext("{http://purl.org/dc/elements/1.1/}description")
    return text if text and text.startswith("{") else None


def _write_blocks(document: Document, memo: Memo) -> None:
    """Write the blocks; a break is a property of the paragraph behind it, so that it leaves no empty line."""
    body: Any = document.element.body
    broken = False
    for block, label in labelled(memo):
        if isinstance(block, Break):
            broken = True
            continue
        if broken and isinstance(block, Table) and not label:
            document.add_paragraph(style="Note").paragraph_format.page_break_before = True
            broken = False
        start = len(body) - 1  # the properties of the section come last
        _WRITERS[type(block)](document, block, label)
        if broken and len(body) - 1 > start:
            body[start].get_or_add_pPr().get_or_add_pageBreakBefore()
            broken = False


def _undated(raw: bytes) -> bytes:
    """Return the archive with a fixed time on every part."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, ZIPPED)
            part.external_attr = 0o600 << 16
            new.writestr(part, old.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _properties(document: Document, memo: Memo) -> None:
    core = document.core_properties
    core.title, core.subject = plain(memo.title)[:255], plain(memo.subtitle)[:255]
    core.keywords, core.author, core.language = KEY, "OpenGambit", "en-GB"
    core.last_modified_by, core.revision = "OpenGambit", 1
    core.created = core.modified = datetime.combine(memo.created, time())
    core.comments = ""
    if memo.facts:  # python-docx holds comments to 255 letters, the format doesn't
        core._element.find("{http://purl.org/dc/elements/1.1/}description").text = to_json(memo.facts)


def _heading(document: Document, block: Heading, _: str) -> None:
    _write_inline(document.add_paragraph(style=f"Heading {block.level}"), block.text)


def _paragraph(document: Document, block: Paragraph, _: str) -> None:
    _write_inline(document.add_paragraph(style=STYLES[block.kind]), block.text)


def _bullets(document: Document, block: Bullets, _: str) -> None:
    style = "List Number" if block.numbered else "List Bullet"
    numbering = _numbering(document) if block.numbered and block.items else None
    for item in block.items:
        line = document.add_paragraph(style=style)
        if numbering is not None:
            properties = line._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = numbering
        _write_inline(line, item)


def _numbering(document: Document) -> int:
    """Return a numbering of its own for a list, which starts at 1."""
    style = document.styles["List Number"].element.pPr.numPr.numId.val
    numbers = document.part.numbering_part.element
    kind = numbers.num_having_numId(style).abstractNumId.val
    number = numbers.add_num(kind)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(number.numId)


def _pairs(document: Document, block: Pairs, _: str) -> None:
    for term, text in block.items:
        line = document.add_paragraph(style="Definition")
        for run in runs(term):
            _add_run(line, run).bold = True
        line.add_run("\t")
        _write_inline(line, text)


def _code(document: Document, block: Code, _: str) -> None:
    lines = fold(block.text).split("\n")
    for number, text in enumerate(lines, 1):
        line = document.add_paragraph(style="Code")
        line.add_run(text)
        line.paragraph_format.keep_with_next = number < len(lines) <= 20
    document.add_paragraph(style="Note")


def _figure(document: Document, block: Figure, label: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_before, line.paragraph_format.keep_with_next = Pt(10), bool(label)
    picture = line.add_run().add_picture(str(block.png), width=Cm(TEXT_WIDTH * shown_width(block)))
    frame: Any = picture._inline
    for side in "TBLR":
        frame.set(f"dist{side}", "0")
    properties: Any = frame.docPr
    properties.set("descr", plain(block.alt))
    properties.set("name", label or f"Picture {properties.get('id')}")
    if label:
        _caption(document, block.caption, label).paragraph_format.space_after = Pt(14)


def _caption(document: Document, text: str, label: str) -> Line:
    """Add a caption with a number that Word counts on when figures are added."""
    from docx.shared import RGBColor

    from experiments.memo.word_styles import ACCENT, add_field

    line = document.add_paragraph(style="Caption")
    kind, number = label.split()
    line.add_run(f"{kind} ")
    add_field(line, f"SEQ {kind} \\* ARABIC", number)
    line.add_run(".")
    for run in line.runs:
        run.bold, run.font.color.rgb = True, RGBColor.from_string(ACCENT)
    line.add_run(" ")
    _write_inline(line, text)
    return line


def _table(document: Document, block: Table, label: str) -> None:
    from experiments.memo.word_tables import add_table

    if label:
        caption = _caption(document, block.caption, label)
        caption.paragraph_format.keep_with_next = True
    add_table(document, block, _write_inline)
    note = document.add_paragraph(style="Note")
    _write_inline(note, block.note)


def _write_inline(line: Line, text: str) -> None:
    for run in runs(text):
        _add_run(line, run)


def _add_run(line: Line, run: Run) -> Any:
    """Add a run in the style of its own; a link is one that Word follows."""
    added = line.add_run(run.text)
    if run.style == "code":
        added.style = "Inline Code"
    added.bold = True if run.style == "strong" else None
    added.italic = True if run.style == "emphasis" else None
    if run.href:
        _link(line, added, run)
    return added


def _link(line: Line, added: Any, run: Run) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), line.part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    if run.style != "code":
        added.style = "Hyperlink"
    link.append(added._r)
    line._p.append(link)


_WRITERS: dict[type, Callable[[Any, Any, str], None]] = {
    Heading: _heading, Paragraph: _paragraph, Bullets: _bullets, Pairs: _pairs, Code: _code, Table: _table,
    Figure: _figure,
}  # fmt: skip
