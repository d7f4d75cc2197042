"""One table, three readers: a rich table on a terminal, aligned text in a pipe, JSON for machines.

Text in a pipe is never cut or wrapped: what a person pastes into a memo, or ``grep`` looks for, is all there.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        key: key of the rows; the name in JSON.
        title: header for people.
        right: align to the right (numbers).
        keep: never wrap on a terminal (names that are typed again).
    """

    key: str
    title: str
    right: bool = False
    keep: bool = False


def show(
    rows: Sequence[Row], columns: Sequence[Column], *, title: str, as_json: bool, notes: Sequence[str] = ()
) -> None:
    """Write ``rows`` to the standard output.

    Args:
        rows: mappings; JSON carries all their keys, tables the columns.
        columns: what a table shows, in order.
        title: one line above the table.
        as_json: write a JSON array instead.
        notes: lines below the table.
    """
    if as_json:
        show_json([dict(row) for row in rows])
    elif sys.stdout.isatty():
        _rich(rows, columns, title, notes)
    else:
        sys.stdout.write(plain(rows, columns, title=title, notes=notes))


def show_json(value: object) -> None:
    """Write any plain value as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def plain(rows: Sequence[Row], columns: Sequence[Column], *, title: str = "", notes: Sequence[str] = ()) -> str:
    """Return the table as aligned text, no line cut."""
    cells = [[column.title for column in columns]] + [[cell(row.get(c.key)) for c in columns] for row in rows]
    widths = [max(len(line[j]) for line in cells) for j in range(len(columns))]
    lines = ["  ".join(_pad(text, widths[j], columns[j]) for j, text in enumerate(line)).rstrip() for line in cells]
    head = [title, ""] if title else []
    foot = ["", *notes] if notes else []
    return "\n".join([*head, *lines, *foot]) + "\n"


def cell(value: object) -> str:
    """Return a value as people read it: at most six digits, a dash for nothing, yes and no."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(item) for item in value) or "-"
    return " ".join(str(value).split())


def _pad(text: str, width: int, column: Column) -> str:
    return text.rjust(width) if column.right else text.ljust(width)


def _rich(rows: Sequence[Row], columns: Sequence[Column], title: str, notes: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(
            column.title, justify="right" if column.right else "left", no_wrap=column.keep, overflow="fold"
        )
    for row in rows:
        table.add_row(*(cell(row.get(column.key)) for column in columns), style=None)
    console = Console(markup=False, highlight=False)
    console.print(table)
    for note in notes:
        console.print(note)


def show_facts(title: str, facts: Sequence[tuple[str, str]], value: Row, *, as_json: bool) -> None:
    """Write one thing in full: a title and lines of label and text; ``value`` is what JSON gets."""
    if as_json:
        return show_json(dict(value))
    width = max(len(label) for label, _ in facts)
    lines = [f"  {label.ljust(width)}  {text}" for label, text in facts]
    write_lines([title, "", *lines], indent=width + 4)
    return None


def write_lines(lines: Iterable[str], *, indent: int = 2) -> None:
    """Write lines; a terminal gets them wrapped to its width, continued at ``indent``, a pipe as they are."""
    if sys.stdout.isatty():
        width = max(shutil.get_terminal_size().columns - 1, indent + 20)
        blank = " " * indent
        lines = [part for line in lines for part in textwrap.wrap(line, width, subsequent_indent=blank) or [""]]
    sys.stdout.writelines(f"{line}\n" for line in lines)
