"""A memo as PDF, set by typst: texts go to the template as JSON strings, so that none is read as code."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from experiments.folders import write_bytes
from experiments.memo.blocks import (
    UNDATED,
    Block,
    Bullets,
    Code,
    Figure,
    Heading,
    Memo,
    Pairs,
    Paragraph,
    Table,
    labelled,
    plain,
    printable,
    runs,
    shown_width,
)
from experiments.memo.extras import need
from experiments.memo.fold import fold
from experiments.provenance import to_json

LINE = 60  # letters that surely fit a line
CELLS = 60  # letters that surely fit the width of a table
TERM = 14  # letters that surely fit beside a list of pairs
_WORD = re.compile(r" +|[^ ]+")
_JOINTS = re.compile(r"[^_./\\=,:;@&?|+\-]*[_./\\=,:;@&?|+\-]*")


def write(memo: Memo, path: Path) -> None:
    """Write the memo as PDF; the same memo gives the same bytes.

    Raises:
        InputError: if typst is not installed.
    """
    write_bytes(path, render(memo))


def render(memo: Memo) -> bytes:
    """Return the memo as PDF: A4, tagged, figures as vectors, provenance under its keywords.

    Raises:
        InputError: if typst is not installed.
    """
    return typeset(memo)


def typeset(memo: Memo, kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """Return the pages of a memo as typst sets them; as PNG, it must be one."""
    need("pdf")
    import typst

    moment = datetime.combine(memo.created, time(), UTC)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "memo.json").write_text(json.dumps(_document(memo, folder)), encoding="utf-8")
        main = folder / "memo.typ"
        main.write_bytes(files("experiments.memo").joinpath("memo.typ").read_bytes())
        fonts = [_fonts()]
        return typst.compile(
            main, root=folder, font_paths=fonts, ignore_system_fonts=True, timestamp=moment, format=kind, ppi=72
        )


def provenance(path: Path) -> str | None:
    """Return the keywords of a PDF, in which memos and figures carry their provenance as JSON."""
    found = re.search(rb"/Keywords ?\(((?:\\.|[^\\)])*)\)", path.read_bytes(), re.DOTALL)
    if found is None:
        return None
    text = re.sub(rb"\\([()\\])", rb"\1", found[1]).decode("ascii", "replace")
    return text if text.startswith("{") else None


def _fonts() -> Path:
    """Return the folder of the fonts that figures are drawn in."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def _document(memo: Memo, folder: Path) -> dict[str, Any]:
    day = memo.created
    return {
        "title": _inline(memo.title),
        "title_text": plain(memo.title),
        "subtitle": _inline(memo.subtitle),
        "keywords": _keywords(memo),
        "imprint": printable(memo.imprint),
        "date": None if day == UNDATED else [day.year, day.month, day.day],
        "blocks": [_block(block, label, folder) for block, label in labelled(memo)],
    }


def _keywords(memo: Memo) -> str:
    """Return the facts as JSON without parentheses, which PDF writes in more than one way."""
    return to_json(memo.facts).replace("(", "\\u0028").replace(")", "\\u0029") if memo.facts else ""


def _block(block: Block, label: str, folder: Path) -> dict[str, Any]:  # noqa: PLR0911
    match block:
        case Heading():
            return {"type": "heading", "level": block.level, "runs": _inline(block.text)}
        case Paragraph():
            return {"type": "paragraph", "kind": block.kind, "runs": _inline(block.text)}
        case Bullets():
            return {"type": "bullets", "numbered": block.numbered, "items": [_inline(item) for item in block.items]}
        case Pairs():
            return {"type": "pairs", "items": [[_inline(term, TERM), _inline(text)] for term, text in block.items]}
        case Code():
            text = fold(block.text)
            return {"type": "code", "text": text, "lines": text.count("\n") + 1}
        case Table():
            return {"type": "table", "label": label} | _table(block)
        case Figure():
            return {"type": "figure", "label": label} | _figure(block, label, folder)
    return {"type": "break"}


def _table(block: Table) -> dict[str, Any]:
    limits = [max(1, int(CELLS * share) - 2) for share in block.shares]
    return {
        "caption": _inline(block.caption),
        "columns": [
            {"head": _inline(column.head, limit), "align": column.align, "share": share}
            for column, limit, share in zip(block.columns, limits, block.shares, strict=True)
        ],
        "rows": [[_inline(cell, limit) for cell, limit in zip(row, limits, strict=True)] for row in block.rows],
        "note": _inline(block.note),
        "short": block.short,
    }


def _figure(block: Figure, label: str, folder: Path) -> dict[str, Any]:
    """Copy the figure to where typst may read it, as vectors if there are any, and describe it."""
    source = block.svg or block.pdf or block.png
    number = sum(1 for _ in folder.glob("figure-*"))
    target = folder / f"figure-{number}{source.suffix}"
    shutil.copyfile(source, target)
    width = shown_width(block)
    return {"file": target.name, "width": width, "alt": plain(block.alt), "caption": _inline(block.caption)}


def _inline(text: str, limit: int = LINE) -> list[dict[str, Any]]:
    return [{"pieces": _pieces(run.text, limit), "style": run.style, "href": run.href} for run in runs(text)]


def _pieces(text: str, limit: int) -> list[str | list[str]]:
    """Return a text in pieces: strings that wrap, and the parts of words longer than ``limit`` letters."""
    found: list[str | list[str]] = []
    for word in _WORD.findall(text):
        if len(word) > limit and not _hyphenated(word):
            found.append(_parts(word, limit))
        elif found and isinstance(found[-1], str):
            found[-1] += word
        else:
            found.append(word)
    return found


def _hyphenated(word: str) -> bool:
    """Say whether a word is one of the language, as far as can be seen: typst hyphenates those of tables."""
    return len(word) <= 18 and word.isalpha() and word.isascii()


def _parts(word: str, limit: int) -> list[str]:
    """Part a word behind its joints, and where it has none for long, anywhere."""
    step = max(1, min(8, limit // 2))
    return [
        part[i : i + step] if len(part) > limit else part
        for part in _JOINTS.findall(word)
        if part
        for i in (range(0, len(part), step) if len(part) > limit else (0,))
    ]
