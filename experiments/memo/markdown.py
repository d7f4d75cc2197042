"""A memo as GitHub flavoured Markdown: one line a paragraph, figures by relative path."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from experiments.memo.blocks import (
    Block,
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
)
from experiments.memo.fold import fold
from experiments.provenance import KEY, to_json

WIDEST = 48  # characters to which the cells of a column are padded
RULES = {"left": (":", "-"), "right": ("-", ":"), "center": (":", ":")}

_ACTIVE = re.compile(
    r"(?P<always>[`*~$])"
    r"|(?P<tag><(?=[A-Za-z/!?]|$))"
    r"|(?P<opened>\[(?=[\^!]|[ xX]\]|$))"
    r"|(?P<closed>\](?=[(\[:]|$))"
    r"|(?P<slash>\\(?=[!-/:-@\[-`{-~]|$))"
    r"|(?P<entity>&(?=[#A-Za-z]))"
    r"|(?P<bang>!$)"
    r"|(?P<rule>(?<![^\W_])_|_(?![^\W_]))"
)
_FIRST = re.compile(r"(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?=[-+=#>])")


def render(memo: Memo, folder: Path) -> str:
    """Return the memo as Markdown.

    Args:
        memo: the memo.
        folder: where the file will lie; figures are named by their way from there.
    """
    parts = [f"# {_heading(memo.title)}", _line(memo.subtitle)]
    parts += [_block(block, label, folder) for block, label in labelled(memo)]
    if memo.facts:
        record = to_json(memo.facts).replace("<", "\\u003c").replace(">", "\\u003e")
        parts.append(f"<!-- {KEY}: {record} -->")
    return "\n\n".join(part for part in parts if part) + "\n"


def provenance(path: Path) -> str | None:
    """Return the facts that a Markdown file carries, as JSON."""
    found = re.search(rf"^<!-- {KEY}: (\{{.*\}}) -->$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


def _block(block: Block, label: str, folder: Path) -> str:  # noqa: PLR0911
    match block:
        case Heading():
            return f"{'#' * (block.level + 1)} {_heading(block.text)}"
        case Paragraph():
            return _paragraph(block)
        case Bullets():
            marks = (f"{number}. " if block.numbered else "- " for number in range(1, len(block.items) + 1))
            return "\n".join(mark + _line(item) for mark, item in zip(marks, block.items, strict=True))
        case Pairs():
            return "\n".join(f"- {_strong(term)} {_line(text)}" for term, text in block.items)
        case Code():
            return _code(block)
        case Table():
            return _table(block, label)
        case Figure():
            return _figure(block, label, folder)
    return ""


def _paragraph(block: Paragraph) -> str:
    match block.kind:
        case "lead":
            return f"> {_line(block.text)}"
        case "note":
            return _note(block.text)
    return _line(block.text)


def _note(text: str) -> str:
    """Return a note in italics; emphasis inside stands out no further."""
    calm = [Run(r.text, "plain" if r.style == "emphasis" else r.style, r.href) for r in runs(text)]
    inside = _inline(calm).strip()
    return f"*{inside}*" if inside else ""


def _code(block: Code) -> str:
    text = fold(block.text)
    fence = "`" * max(3, 1 + max((len(row) for row in re.findall("`+", text)), default=0))
    return f"{fence}sh\n{text}\n{fence}"


def _figure(block: Figure, label: str, folder: Path) -> str:
    try:
        way = Path(os.path.relpath(block.png, folder)).as_posix()
    except ValueError:  # another drive
        way = block.png.as_posix()
    image = f"![{_escaped(' '.join(plain(block.alt).split()))}]({quote(way)})"
    return f"{image}\n\n{_caption(block.caption, label)}" if block.caption else image


def _caption(caption: str, label: str) -> str:
    return f"**{label}.** {_inline(runs(caption))}"


def _table(block: Table, label: str) -> str:
    grid = [[_cell(column.head) for column in block.columns], *([_cell(text) for text in row] for row in block.rows)]
    widths = [min(WIDEST, max(3, *(len(row[i]) for row in grid))) for i in range(len(block.columns))]
    lines = [_row(row, widths, block) for row in grid]
    ends = [RULES[column.align] for column in block.columns]
    rule = " | ".join(f"{a}{'-' * (width - 2)}{b}" for (a, b), width in zip(ends, widths, strict=True))
    table = "\n".join([lines[0], f"| {rule} |", *lines[1:]])
    parts = [_caption(block.caption, label) if block.caption else "", table, _note(block.note)]
    return "\n\n".join(part for part in parts if part)


def _row(cells: list[str], widths: list[int], block: Table) -> str:
    padded = (
        cell.rjust(width) if column.align == "right" else cell.ljust(width)
        for cell, width, column in zip(cells, widths, block.columns, strict=True)
    )
    return f"| {' | '.join(padded)} |"


def _cell(text: str) -> str:
    return _inline(runs(text)).strip().replace("|", "\\|")


def _strong(term: str) -> str:
    return _inline(
        [Run(run.text, "strong" if run.style == "plain" else run.style, run.href) for run in runs(f"{term}:")]
    )


def _heading(text: str) -> str:
    return re.sub(r"(?<=\s)(#+)$", r"\\\1", _line(text))


def _line(text: str) -> str:
    """Return a text at the start of a line, where digits and dashes would begin a list."""
    line = _inline(runs(text)).strip()
    found = _FIRST.match(line)
    return line if found is None else f"{found[0]}\\{line[found.end() :]}"


def _inline(pieces: list[Run]) -> str:
    return "".join(_run(piece) for piece in pieces)


def _run(run: Run) -> str:
    """Return a run with its marks, and blanks at its ends outside of them."""
    if run.style == "code":
        text = _code_span(run.text)
    else:
        mark = {"strong": "**", "emphasis": "*"}.get(run.style, "")
        core = run.text.strip()
        before, _, after = run.text.partition(core) if core else (run.text, "", "")
        text = f"{before}{mark}{_escaped(core)}{mark}{after}" if core else run.text
    return f"[{text}]({_address(run.href)})" if run.href else text


def _code_span(text: str) -> str:
    pad = " " if text[0] == text[-1] == " " and text.strip() else ""
    return f"`{pad}{text}{pad}`"


def _escaped(text: str) -> str:
    return _ACTIVE.sub(r"\\\g<0>", text)


def _address(href: str) -> str:
    return re.sub(r"&(?=#?\w+;)", "&amp;", href.replace("\\", "%5C"))
