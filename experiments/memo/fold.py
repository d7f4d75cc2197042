"""Long commands on a page: folded where a shell reads on, so that what is copied still runs."""

from __future__ import annotations

import re
import textwrap

from experiments.memo.blocks import printable

WIDTH = 84  # characters a line: fits the text width of every format
_WORDS = re.compile(r"(?:\\.|'[^']*'|\"(?:\\.|[^\"\\])*\"|[^\s'\"\\])+")
_LINE = re.compile(rf"\s*(?:{_WORDS.pattern}\s*)*")


def fold(text: str, width: int = WIDTH) -> str:
    r"""Fold each line of commands at ``width`` characters: between words, with `` \`` at the end of the line.

    A word that is longer than a line is cut with ``\`` and goes on at the start of the next line; in single quotes,
    where a shell takes ``\`` literally, the quotes close before the cut and open behind it. Comments stay comments.
    """
    lines = printable(text).replace("\t", "    ").splitlines()
    return "\n".join(_folded(line.rstrip(), width) for line in lines)


def _folded(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    if line.lstrip().startswith("#"):
        return textwrap.fill(line.lstrip("# "), width, initial_indent="# ", subsequent_indent="# ")
    return "\n".join(piece for row in _rows(line, width) for piece in _chopped(row, width))


def _rows(line: str, width: int) -> list[str]:
    """Return the words of a line on rows; a word that is too long has a row of its own."""
    words = _WORDS.findall(line) if _LINE.fullmatch(line) else line.split()
    rows = [line[: len(line) - len(line.lstrip())] + words[0]]
    for word in words[1:]:
        if len(rows[-1]) + 1 + len(word) <= width - 2:
            rows[-1] += " " + word
        else:
            rows[-1] += " \\"
            rows.append("    " + word)
    return rows


def _chopped(row: str, width: int) -> list[str]:
    pieces = []
    while len(row) > width:
        cut = _cut(row, width - 2)
        quote = "'" if _in_single_quotes(row[:cut]) else ""
        pieces.append(f"{row[:cut]}{quote}\\")
        row = quote + row[cut:]
    return [*pieces, row]


def _cut(row: str, room: int) -> int:
    """Return where to cut a row: behind a comma or the like if one is near, never behind a backslash."""
    near = max(row.rfind(joint, room - 32, room) for joint in ",;:=@/") + 1
    cut = near or room
    while row[cut - 1] == "\\":
        cut -= 1
    return cut


def _in_single_quotes(text: str) -> bool:
    rest = re.sub(r"\\.|'[^']*'|\"(?:\\.|[^\"\\])*\"", "", text)
    single, double = rest.find("'"), rest.find('"')
    return single >= 0 and not 0 <= double < single
