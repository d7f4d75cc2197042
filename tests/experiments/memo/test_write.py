"""Writing a memo in several formats at once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from memo_sample import sample

from experiments.memo.blocks import Figure, Memo
from experiments.memo.extras import need
from experiments.memo.write import FORMATS, write
from sim.errors import InputError


def test_every_format_is_a_file(tmp_path: Path) -> None:
    pytest.importorskip("docx")
    pytest.importorskip("typst")
    paths = write(sample(tmp_path), tmp_path / "new" / "memo", name="brief")
    assert [path.name for path in paths] == [f"brief.{kind}" for kind in FORMATS]
    assert sorted(path.name for path in (tmp_path / "new" / "memo").iterdir()) == sorted(path.name for path in paths)
    assert [path.read_bytes()[:2] for path in paths] == [b"# ", b"<!", b"PK", b"%P"]


@pytest.mark.parametrize(("kind", "module", "package"), [("docx", "docx", "python-docx"), ("pdf", "typst", "typst")])
def test_a_missing_extra_is_named_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError) as caught:
        write(Memo("t", "", ()), tmp_path / "memo", ("md", kind))
    remedy = "pip install 'opengambit[memo]' (Markdown and HTML need nothing more)"
    assert str(caught.value) == f"memo: {kind}: a {kind.upper()} needs {package}: {remedy}"
    assert not (tmp_path / "memo").exists()
    assert len(write(Memo("t", "", ()), tmp_path / "memo", ("md", "html"))) == 2


def test_markdown_and_html_need_nothing() -> None:
    need("md")
    need("html")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    lost = Figure("c", "a", tmp_path / "lost.png", tmp_path / "lost.svg")
    with pytest.raises(InputError) as caught:
        write(Memo("t", "", (lost, lost)), tmp_path / "memo", ("md", "htm"))
    assert [problem.key for problem in caught.value.problems] == [
        "htm", str(tmp_path / "lost.png"), str(tmp_path / "lost.svg"),
    ]  # fmt: skip
    assert caught.value.problems[0].nearest == "html"
    assert not (tmp_path / "memo").exists()


def test_a_format_that_fails_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.memo import html

    (path,) = write(Memo("old", "", ()), tmp_path, ("md",))
    before = path.read_bytes()

    def failing(memo: Memo) -> str:
        raise OSError("no room")

    monkeypatch.setattr(html, "render", failing)
    with pytest.raises(OSError, match="no room"):
        write(Memo("new", "", ()), tmp_path, ("md", "html"))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["memo.md"]
