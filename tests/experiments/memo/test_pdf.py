"""A memo as PDF."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from memo_sample import FACTS, SPECIALS, literals, marked, sample, table

from experiments.memo import pdf
from experiments.memo.blocks import Break, Bullets, Code, Column, Heading, Memo, Pairs, Paragraph, Table, plain
from experiments.memo.fold import WIDTH

typst = pytest.importorskip("typst")


def pages(content: bytes) -> int:
    """Return how many pages a PDF has: what the root of its tree of pages says."""
    return max(int(count) for count in re.findall(rb"/Type ?/Pages\b[^>]*?/Count (\d+)", content))


def read(runs: list[dict[str, Any]]) -> str:
    pieces = (piece for run in runs for piece in run["pieces"])
    return "".join(piece if isinstance(piece, str) else "".join(piece) for piece in pieces)


def trouble() -> str:
    """Return text that would be code, if typst read it as such."""
    return f'#panic("x") #let a = 1 \\u{{1F600}} $ x^2 $ <label> @ref = head // gone /* gone */ "#" {SPECIALS}'


@given(literals | marked)
@example(SPECIALS)
def test_text_goes_over_as_typed(text: str) -> None:
    memo = Memo(text, "", (Paragraph(text), Table("", (Column(text),), ((text,),))))
    sent = json.loads(json.dumps(pdf._document(memo, Path())))
    cells = sent["blocks"][1]
    for runs in (sent["title"], sent["blocks"][0]["runs"], cells["columns"][0]["head"], cells["rows"][0][0]):
        assert read(runs) == plain(text)


@given(literals)
def test_long_words_go_over_in_parts(text: str) -> None:
    for piece in pdf._pieces(text.replace(" ", "") * 9, 20):
        parts = [piece] if isinstance(piece, str) else piece
        assert all(len(part) <= 20 for part in parts)


def test_a_memo_of_every_block(tmp_path: Path) -> None:
    content = pdf.render(sample(tmp_path))
    assert content.startswith(b"%PDF")
    assert pages(content) >= 3
    assert re.findall(rb"/Lang ?\(en-GB\)", content)


def test_breaks_and_long_tables_make_pages() -> None:
    pieces = (Paragraph("a"), Break(), Paragraph("b"), Break(), Paragraph("c"))
    assert pages(pdf.render(Memo("t", "", pieces))) == 3
    assert pages(pdf.render(Memo("t", "", (table(60, 9),)))) == 2


def test_no_text_is_code() -> None:
    text = trouble()
    blocks = (
        Heading(text), Paragraph(text, "lead"), Paragraph(text, "note"), Bullets((text,)), Pairs(((text, text),)),
        Code(text), Table(text, (Column(text),), ((text,),), text),
    )  # fmt: skip
    assert pages(pdf.render(Memo(text, text, blocks, {"command": text}))) >= 1


def test_nothing_overflows() -> None:
    """Words of any length in nine columns: what is drawn ends where the text does, to two points."""
    digest = "3df8df4f3e8658aa" * 8
    columns = tuple(Column("capability_gap_months" if i else digest) for i in range(9))
    blocks = (Paragraph(digest), Table("t", columns, ((digest, *["lever.chip_export_quota.US.CN=0,24000"] * 8),)))
    assert right_edge(Memo("t", "", blocks)) == pytest.approx((21 - 2.2) / 2.54 * 72, abs=2)


def test_long_commands_wrap() -> None:
    lines = pdf._block(Code("opengambit " + "x" * 300), "", Path())["text"].split("\n")
    assert len(lines) > 3
    assert max(map(len, lines)) <= WIDTH
    assert right_edge(Memo("t", "", (Code("x" * 300),))) == pytest.approx((21 - 2.2) / 2.54 * 72, abs=2)


def right_edge(memo: Memo) -> float:
    """Return where the ink of a page ends, in points."""
    from PIL import Image

    with Image.open(io.BytesIO(pdf.typeset(memo, "png"))) as page:
        box = page.convert("L").point(lambda grey: 255 * (grey < 250)).getbbox()
    assert box is not None
    return float(box[2])


def test_the_same_memo_is_the_same_bytes(tmp_path: Path) -> None:
    memo = sample(tmp_path)
    pdf.write(memo, tmp_path / "memo.pdf")
    assert (tmp_path / "memo.pdf").read_bytes() == pdf.render(memo)
    assert b"D:20260105000000Z" in pdf.render(memo)


def test_provenance_is_inside(tmp_path: Path) -> None:
    pdf.write(Memo("t", "", (), FACTS), tmp_path / "memo.pdf")
    assert json.loads(pdf.provenance(tmp_path / "memo.pdf") or "") == FACTS
    pdf.write(Memo("t", "", ()), tmp_path / "bare.pdf")
    assert pdf.provenance(tmp_path / "bare.pdf") is None
