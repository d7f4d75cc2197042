"""A table of a memo in Word: heads that repeat, rows that stay whole, widths that hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu
from docx.text.paragraph import Paragraph as Line

from experiments.memo.blocks import TEXT_WIDTH, Table, plain
from experiments.memo.word_styles import CELL, HEAD, TABLE, TIGHT, TIGHT_HEAD

if TYPE_CHECKING:
    from docx.document import Document

ROOMY = 7  # columns, beyond which type is smaller
SIDES = {"left": WD_ALIGN_PARAGRAPH.LEFT, "right": WD_ALIGN_PARAGRAPH.RIGHT, "center": WD_ALIGN_PARAGRAPH.CENTER}


def add_table(document: Document, block: Table, inline: Callable[[Line, str], None]) -> None:
    """Add a table at text width; ``inline`` writes a text with its markup into a paragraph.

    A short table stays on one page; of a long one, caption, head and first row stay together.
    """
    table = document.add_table(rows=1 + len(block.rows), cols=len(block.columns), style=TABLE)
    table.autofit = False
    _describe(table, block)
    widths = [Emu(int(Cm(TEXT_WIDTH) * share)) for share in block.shares]
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = width
    head, body = (HEAD, CELL) if len(block.columns) <= ROOMY else (TIGHT_HEAD, TIGHT)
    texts = (tuple(column.head for column in block.columns), *block.rows)
    for number, (row, cells) in enumerate(zip(table._tbl.tr_lst, texts, strict=True)):
        _keep_whole(row, head=number == 0)
        together = number == 0 or (block.short and number < len(block.rows))
        for cell, text, column, width in zip(row.tc_lst, cells, block.columns, widths, strict=True):
            cell.width = width
            line = Line(cell.p_lst[0], table._parent)
            line.style = head if number == 0 else body
            line.alignment = SIDES[column.align]
            line.paragraph_format.keep_with_next = together
            inline(line, text)


def _describe(table: Any, block: Table) -> None:
    """Say which rows and columns the style sets apart, and what screen readers call the table."""
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblLook")):
        properties.remove(old)
    look = OxmlElement("w:tblLook")
    for key, value in (("val", "0020"), ("firstRow", "1"), ("lastRow", "0"), ("firstColumn", "0"), ("noVBand", "1")):
        look.set(qn(f"w:{key}"), value)
    properties.append(look)
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), plain(block.caption))
    properties.append(caption)


def _keep_whole(row: Any, *, head: bool) -> None:
    properties = row.get_or_add_trPr()
    for tag in ("w:cantSplit", "w:tblHeader") if head else ("w:cantSplit",):
        properties.append(OxmlElement(tag))
