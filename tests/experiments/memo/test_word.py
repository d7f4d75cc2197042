"""A memo as DOCX, opened again."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from memo_sample import FACTS, SPECIALS, literals, marked, sample

from experiments.memo import word
from experiments.memo.blocks import Break, Column, Figure, Memo, Paragraph, Table, plain

docx = pytest.importorskip("docx")


def opened(memo: Memo) -> Any:
    return docx.Document(io.BytesIO(word.render(memo)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("word")


@pytest.fixture(scope="module")
def document(folder: Path) -> Any:
    return opened(sample(folder))


@settings(max_examples=15, deadline=None)
@given(st.lists(literals | marked, min_size=1, max_size=15))
@example([SPECIALS])
def test_text_comes_out_as_typed(texts: list[str]) -> None:
    blocks = (*(Paragraph(text) for text in texts), Table("", (Column("a"),), tuple((text,) for text in texts)))
    document = opened(Memo("t", "", blocks))
    bodies = [line.text for line in document.paragraphs if line.style.name == "Body Text"]
    assert bodies == [plain(text) for text in texts]
    assert [cell.text for cell in document.tables[0].columns[0].cells][1:] == [plain(text) for text in texts]


def test_styles_are_words_own(document: Any) -> None:
    lines = [(line.style.name, line.text) for line in document.paragraphs]
    assert lines[:3] == [
        ("Title", "What if? <A & B>"),
        ("Subtitle", "A memo on cn_goes_closed"),
        ("Intense Quote", "Open weights lose 11 points."),
    ]
    used = {name for name, _ in lines}
    assert used >= {
        "Heading 1",
        "Heading 2",
        "Body Text",
        "Caption",
        "List Bullet",
        "List Number",
        "Note",
        "Code",
        "Definition",
    }


def test_captions_hold_fields_that_show(document: Any) -> None:
    captions = [line for line in document.paragraphs if line.style.name == "Caption"]
    assert [line.text for line in captions] == [
        "Figure 1. The first.", "Table 1. What came out", "Table 2. A long one", "Figure 2. The second.",
    ]  # fmt: skip
    codes = [line._p.xpath("string(.//w:instrText)").strip() for line in captions]
    assert codes == [f"SEQ {kind} \\* ARABIC" for kind in ("Figure", "Table", "Table", "Figure")]


def test_tables_repeat_their_heads_and_keep_their_rows(document: Any) -> None:
    for table in document.tables:
        assert table.style.name == "OpenGambit Table"
        assert [bool(row._tr.xpath("./w:trPr/w:tblHeader")) for row in table.rows] == [True] + [False] * (
            len(table.rows) - 1
        )
        assert all(row._tr.xpath("./w:trPr/w:cantSplit") for row in table.rows)
        assert table.cell(1, 1).paragraphs[0].alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    assert [len(table.rows) for table in document.tables] == [4, 61]


def test_short_tables_stay_on_a_page_and_long_ones_may_part(document: Any) -> None:
    short, long = (
        [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in t.rows] for t in document.tables
    )
    assert short == [True, True, True, False]
    assert long == [True] + [False] * 60


def test_columns_fill_the_width_of_the_text(document: Any) -> None:
    for table in document.tables:
        wide = sum(column.width for column in table.columns)
        assert wide == pytest.approx(docx.shared.Cm(16.6), rel=0.001)


def test_figures_have_alt_text_and_width(document: Any) -> None:
    first, second = document.inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in (first, second)] == ['Shares "fall" & rise', "Narrow"]
    assert (first.width, second.width) == (docx.shared.Cm(16.6), docx.shared.Cm(8.3))


def test_numbered_lists_begin_anew(document: Any) -> None:
    numbers = [line._p.pPr.numPr.numId.val for line in document.paragraphs if line.style.name == "List Number"]
    assert numbers[0] == numbers[1] != numbers[2]
    starts = document.part.numbering_part.element.xpath("./w:num/w:lvlOverride/w:startOverride/@w:val")
    assert starts == ["1", "1"]


def test_page_foot_and_properties(document: Any) -> None:
    section, core = document.sections[0], document.core_properties
    assert [round(side.cm, 1) for side in (section.page_width, section.left_margin, section.top_margin)] == [
        21,
        2.2,
        2.2,
    ]
    foot = section.footer.paragraphs[0]
    assert foot.text == "OpenGambit 0.1.0 · c8c6a866 · 2026-01-05\tPage 1 of 1"
    assert [code.strip() for code in foot._p.xpath(".//w:instrText/text()")] == ["PAGE", "NUMPAGES"]
    assert (core.title, core.subject, core.keywords) == ("What if? <A & B>", "A memo on cn_goes_closed", "opengambit")
    assert core.created == core.modified == datetime(2026, 1, 5, tzinfo=core.created.tzinfo)


def test_links_lead_somewhere(document: Any) -> None:
    link = next(link for line in document.paragraphs for link in line.hyperlinks)
    assert (link.text, link.address) == ("the guide", "https://example.org/a?b=1&c=2")


def test_a_break_leaves_no_empty_line(document: Any) -> None:
    after = [line for line in document.paragraphs if line.paragraph_format.page_break_before]
    assert [line.text for line in after] == ["Asked & answered"]
    bare = opened(Memo("t", "", (Break(), Table("", (Column("a"),), ()))))
    assert sum(bool(line.paragraph_format.page_break_before) for line in bare.paragraphs) == 1


def test_a_figure_without_a_caption_stands_alone(folder: Path) -> None:
    png = sample(folder).blocks[4].png  # type: ignore[union-attr]
    document = opened(Memo("t", "", (Figure("", "alt", png),)))
    assert [line.style.name for line in document.paragraphs] == ["Title", "Subtitle", "Normal"]


def test_the_same_memo_is_the_same_bytes(folder: Path) -> None:
    memo = sample(folder)
    word.write(memo, folder / "memo.docx")
    assert (folder / "memo.docx").read_bytes() == word.render(memo)
    with zipfile.ZipFile(folder / "memo.docx") as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_provenance_is_inside(folder: Path) -> None:
    facts = FACTS | {"long": "x" * 400}
    word.write(Memo("t", "", (), facts), folder / "facts.docx")
    assert json.loads(word.provenance(folder / "facts.docx") or "") == facts
    (folder / "no.docx").write_bytes(b"no archive")
    assert word.provenance(folder / "no.docx") is None
