"""Writing a memo in every format that is asked for: all of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.folders import write_bytes
from experiments.memo.blocks import Figure, Memo
from experiments.memo.extras import need
from sim.errors import InputError, Problem, nearest

FORMATS = ("md", "html", "docx", "pdf")


def write(memo: Memo, folder: Path, formats: Sequence[str] = FORMATS, name: str = "memo") -> list[Path]:
    """Write a memo, one file a format; nothing is written unless every format can be.

    Args:
        memo: the memo.
        folder: where to; made if need be.
        formats: some of ``md``, ``html``, ``docx`` and ``pdf``.
        name: name of the files, without suffix.

    Returns:
        The files, in the order of ``formats``.

    Raises:
        InputError: if a format is unknown or needs what is not installed, or a figure is not there.
    """
    _check(memo, formats)
    contents = {folder / f"{name}.{kind}": _bytes(memo, kind, folder) for kind in formats}
    for path, content in contents.items():
        write_bytes(path, content)
    return list(contents)


def _check(memo: Memo, formats: Sequence[str]) -> None:
    """Report everything that stands in the way at once."""
    legal = ", ".join(FORMATS)
    problems = [
        Problem("memo", kind, "there is no such format", legal, nearest(kind, FORMATS))
        for kind in formats
        if kind not in FORMATS
    ]
    figures = [block for block in memo.blocks if isinstance(block, Figure)]
    missing = dict.fromkeys(path for figure in figures for path in figure.files if not path.is_file())
    problems += [Problem("memo", str(path), "there is no such figure") for path in missing]
    for kind in formats:
        try:
            need(kind)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def _bytes(memo: Memo, kind: str, folder: Path) -> bytes:
    from experiments.memo import html, markdown, pdf, word

    match kind:
        case "md":
            return markdown.render(memo, folder).encode()
        case "html":
            return html.render(memo).encode()
        case "docx":
            return word.render(memo)
    return pdf.render(memo)
