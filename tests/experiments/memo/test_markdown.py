"""A memo as Markdown, read back by a Markdown parser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from hypothesis import example, given
from markdown_it import MarkdownIt
from markdown_it.token import Token
from memo_sample import FACTS, SPECIALS, literals, marked, sample

from experiments.memo import markdown
from experiments.memo.blocks import Block, Bullets, Column, Heading, Memo, Pairs, Paragraph, Table, plain
from experiments.memo.fold import fold

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def parsed(memo: Memo) -> list[Token]:
    return PARSER.parse(markdown.render(memo, Path()))


def texts(memo: Memo) -> Iterator[str]:
    """Yield the text of each block below the title, as a reader of the rendered page sees it."""
    for token in parsed(memo)[3:]:
        if token.type == "inline":
            yield "".join(child.content for child in token.children or [])


def shown(*blocks: Block) -> list[str]:
    return list(texts(Memo("t", "", blocks)))


@given(literals)
@example(SPECIALS)
@example("1. one")
@example("- one")
@example("# one #")
@example("> [!NOTE] ~~a~~")
def test_text_comes_out_as_typed(text: str) -> None:
    if plain(text).strip():
        expected = plain(text).strip()
        column = (Column("a"), Column("b"))
        assert shown(Paragraph(text)) == shown(Paragraph(text, "lead")) == [expected]
        assert shown(Heading(text)) == shown(Bullets((text,), numbered=True)) == [expected]
        assert shown(Table("", column, ((text, "x"),))) == ["a", "b", expected, "x"]
        assert shown(Pairs((("k", text),))) == [f"k: {expected}"]


@given(marked)
def test_marked_text_shows_its_words(text: str) -> None:
    expected = plain(text).strip()
    assert [t.strip() for t in shown(Paragraph(text))] == ([expected] if expected else [])


def test_blocks_are_what_they_are_called(tmp_path: Path) -> None:
    memo = sample(tmp_path)
    tokens = parsed(memo)
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h1", "h2", "h3", "h2"]
    assert sum(t.type == "blockquote_open" for t in tokens) == 1
    assert sum(t.type == "table_open" for t in tokens) == 2
    assert sum(t.type == "tr_open" for t in tokens) == 4 + 61
    assert {t.attrGet("style") for t in tokens if t.type == "th_open"} == {"text-align:left", "text-align:right"}
    assert [t.content for t in tokens if t.type == "fence"] == [fold(memo.blocks[14].text) + "\n"]  # type: ignore[union-attr]


def test_captions_are_numbered(tmp_path: Path) -> None:
    found = [text for text in texts(sample(tmp_path)) if re.match(r"(Figure|Table) \d", text)]
    assert found == ["Figure 1. The first.", "Table 1. What came out", "Table 2. A long one", "Figure 2. The second."]


def test_figures_lie_where_the_file_says(tmp_path: Path) -> None:
    memo = sample(tmp_path)
    text = markdown.render(memo, tmp_path / "memo")
    assert '![Shares "fall" & rise](../a%20figure.png)' in text
    assert str(tmp_path) not in text


def test_raw_text_is_readable() -> None:
    memo = Memo("t", "", (Paragraph("+1.2 [0.3, 4.5] for cn_goes_closed: 5 < 6 & so on"),))
    assert "+1.2 [0.3, 4.5] for cn_goes_closed: 5 < 6 & so on" in markdown.render(memo, Path())


def test_provenance_is_inside(tmp_path: Path) -> None:
    path = tmp_path / "memo.md"
    path.write_text(markdown.render(sample(tmp_path), tmp_path), encoding="utf-8")
    assert json.loads(markdown.provenance(path) or "") == FACTS
