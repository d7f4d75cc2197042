"""The blocks of a memo, the inline markup of its texts, and folded commands."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from memo_sample import LITERAL, LONG_COMMAND, SPECIALS, figures, literals, marked, sample, table

from experiments.memo.blocks import (
    TALLEST,
    TEXT_WIDTH,
    Column,
    Figure,
    Heading,
    Memo,
    Paragraph,
    Run,
    Table,
    labelled,
    plain,
    runs,
    shown_width,
)
from experiments.memo.fold import WIDTH, fold

LINK = "https://x.org/(c)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b*c` d", [Run("a "), Run("b*c", "code"), Run(" d")]),
        ("**a b**, *c*", [Run("a b", "strong"), Run(", "), Run("c", "emphasis")]),
        ("**a `b`**", [Run("a ", "strong"), Run("b", "code")]),
        ("[a *b*](https://x.org/(c)) d", [Run("a ", "plain", LINK), Run("b", "emphasis", LINK), Run(" d")]),
        ("[`a`](https://x.org)", [Run("a", "code", "https://x.org")]),
        ("**[a](https://x.org)**", [Run("a", "strong", "https://x.org")]),
        ("", []),
    ],
)  # fmt: skip
def test_marks_are_read(text: str, expected: list[Run]) -> None:
    assert runs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4", "a * b * c", "**open", "`open", "x**y**z", "[a](javascript:b)", "[a] (https://x.org)", "a_b_c",
        "** a **", "``", "`a``b`", SPECIALS,
    ],
)  # fmt: skip
def test_what_is_no_mark_is_literal(text: str) -> None:
    assert runs(text) == [Run(text)]


@given(literals)
@example(SPECIALS)
def test_text_without_marks_comes_back(text: str) -> None:
    assert plain(text) == re.sub("[ \t\r\n]+", " ", text)


@given(marked)
def test_runs_lose_nothing_but_marks(text: str) -> None:
    """What is dropped is marks and addresses of links, never a letter."""
    assert re.sub(r"[`*\[\]]", "", plain(text)) in (re.sub(r"[`*\[\]]", "", re.sub(" +", " ", text)), plain(text))
    assert all(run.text for run in runs(text))


def test_gaps_are_blanks_and_control_characters_are_dropped() -> None:
    assert plain("a\n  b\tc\x00\x0b\ufffed\u00a0e") == "a b cd\u00a0e"


def test_labels_count_figures_and_tables_apart(tmp_path: Path) -> None:
    labels = [label for _, label in labelled(sample(tmp_path)) if label]
    assert labels == ["Figure 1", "Table 1", "Table 2", "Figure 2"]
    uncaptioned = Memo("t", "", (table(caption=""), table()))
    assert [label for _, label in labelled(uncaptioned)] == ["", "Table 1"]


def test_foot_and_day_come_from_the_facts(tmp_path: Path) -> None:
    memo = sample(tmp_path)
    assert memo.imprint == "OpenGambit 0.1.0 · c8c6a866 · 2026-01-05"
    assert memo.created == date(2026, 1, 5)
    assert Memo("t", "", ()).created == date(1980, 1, 1)


def test_blocks_refuse_what_no_format_has() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        Table("t", (Column("a"), Column("b")), (("1",),))
    with pytest.raises(ValueError, match="align"):
        Column("a", "middle")
    with pytest.raises(ValueError, match="weight"):
        Column("a", weight=0)
    with pytest.raises(ValueError, match="kind"):
        Paragraph("a", "loud")
    with pytest.raises(ValueError, match="level"):
        Heading("a", 4)
    with pytest.raises(ValueError, match="width"):
        Figure("a", "b", Path("c.png"), width=1.5)


def test_a_tall_figure_is_narrowed_to_the_page(tmp_path: Path) -> None:
    from PIL import Image

    png, _ = figures(tmp_path)
    assert shown_width(Figure("", "", png)) == 1
    assert shown_width(Figure("", "", png, width=0.5)) == 0.5
    Image.new("1", (100, 400)).save(tmp_path / "tall.png")
    assert shown_width(Figure("", "", tmp_path / "tall.png")) == pytest.approx(TALLEST / 4 / TEXT_WIDTH)


def read_by_shell(text: str) -> list[str]:
    return shlex.split(text.replace("\\\n", ""))


words = st.text("ab,=/.@[]\"'\\ ", min_size=1, max_size=120).map(shlex.quote)


@given(
    st.lists(st.text("abc.=@", min_size=1, max_size=150) | words, min_size=1, max_size=12), st.sampled_from([40, WIDTH])
)
def test_a_folded_command_is_the_same_command(parts: list[str], width: int) -> None:
    folded = fold(" ".join(parts), width)
    assert read_by_shell(folded) == shlex.split(" ".join(parts))
    assert max(map(len, folded.split("\n"))) <= width


def test_commands_fold_at_words_and_commas() -> None:
    assert fold("short\n  and indented") == "short\n  and indented"
    lines = fold(LONG_COMMAND).split("\n")
    assert len(LONG_COMMAND) > 300
    assert max(map(len, lines)) <= WIDTH
    assert lines[1].endswith(",'\\")
    assert lines[2].startswith("'")
    assert read_by_shell("\n".join(lines)) == shlex.split(LONG_COMMAND)


@given(st.text(LITERAL + "'\n\t", max_size=300))
def test_whatever_is_folded_fits(text: str) -> None:
    assert all(len(line) <= WIDTH for line in fold(text).split("\n"))


def test_comments_stay_comments() -> None:
    assert all(line.startswith("# ") for line in fold("# " + "why and " * 30).split("\n"))
