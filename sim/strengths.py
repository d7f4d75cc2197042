"""Lab strengths xi by task, class and date, and what of a lab's sales shows on a router (docs/model.md, section 10).

A table of strengths is CSV: lab, task, class, month, xi. Between the months of a lab the strength runs linearly; before
the first and after the last it stays. Rows of the task ``routing`` hold the log propensity of a lab's own sales to show
on a router instead, without a date.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem, nearest
from sim.market.arrays import Floats, Ints
from sim.world import CLASSES, TASKS, StrengthPath, World

ROUTING = "routing"
COLUMNS = ("lab", "task", "class", "month", "xi")
LARGEST = 50.0
"""Utils: far beyond anything that a choice can tell from never or always."""


@dataclass(frozen=True)
class Strengths:
    """A table of strengths as it was given.

    Attributes:
        source: file that holds it.
        text: the table as CSV.
    """

    source: str
    text: str

    @classmethod
    def load(cls, path: str | Path) -> Strengths:
        """Read and check a table.

        Raises:
            InputError: the file can't be read, or everything that is illegal in it.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = f"the strengths can't be read: {error}"
            raise InputError(Problem(str(path), "strengths", message, "a CSV file")) from error
        made = cls(str(path), text)
        made._check()
        return made

    def digest(self) -> str:
        """Return the SHA-256 of the table (64 hex digits)."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def placed(self, world: World) -> World:
        """Return a world with these strengths instead of its own; labs that it lacks are left out."""
        months, table = _table(self.text, world.lab_names)
        path = StrengthPath(months, table) if months.size > 1 else None
        propensity = _propensity(self.text, world.lab_names)
        return replace(world, strengths=table[-1], strength_path=path, propensity=propensity)

    def _check(self) -> None:
        from sim.vocabulary import shipped_vocabulary

        rows = list(csv.DictReader(io.StringIO(self.text)))
        lacking = [name for name in COLUMNS if not rows or name not in rows[0]]
        if lacking:
            raise InputError(
                [Problem(self.source, name, "this column is missing", ", ".join(COLUMNS)) for name in lacking]
            )
        legal = {"lab": tuple(shipped_vocabulary().labs), "task": (*TASKS, ROUTING), "class": CLASSES}
        problems = [p for number, row in enumerate(rows, start=2) for p in self._wrong(number, row, legal)]
        if problems:
            raise InputError(problems)

    def _wrong(self, number: int, row: Mapping[str, str], legal: Mapping[str, Sequence[str]]) -> list[Problem]:
        found = []
        for name, options in legal.items():
            if row[name] not in options:
                near = nearest(str(row[name]), options)
                where = f"row {number}, {name}"
                found.append(Problem(self.source, where, f"there is no {name} {row[name]!r}", ", ".join(options), near))
        if row["task"] != ROUTING and not _is_month(row["month"]):
            found.append(Problem(self.source, f"row {number}, month", f"{row['month']!r} is no month", "YYYY-MM"))
        if not _is_strength(row["xi"]):
            legal_xi = f"a number from {-LARGEST:g} to {LARGEST:g}"
            found.append(Problem(self.source, f"row {number}, xi", f"{row['xi']!r} is not legal", legal_xi))
        return found


def _is_month(text: str) -> bool:
    try:
        return bool(month_name(month_index(text)))
    except ValueError:
        return False


def _is_strength(text: str) -> bool:
    try:
        return abs(float(text)) <= LARGEST
    except (TypeError, ValueError):
        return False


@lru_cache(maxsize=32)
def _rows(text: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(io.StringIO(text)))


def _table(text: str, labs: Sequence[str]) -> tuple[Ints, Floats]:
    return read_strengths([row for row in _rows(text) if row["task"] != ROUTING], tuple(labs))


def _propensity(text: str, labs: Sequence[str]) -> Floats:
    return read_propensity([row for row in _rows(text) if row["task"] == ROUTING], tuple(labs))


def read_strengths(rows: Iterable[Mapping[str, str]], labs: Sequence[str]) -> tuple[Ints, Floats]:
    """Return the months that any row names, shape (Y,), and xi in utils at each, shape (Y, L, N, K).

    A cell that lacks one of the months takes what lies between its own neighbours in time; a cell without rows is 0.
    """
    rows = [row for row in rows if row["lab"] in labs]
    months = np.array(sorted({month_index(row["month"]) for row in rows}) or [0], dtype=np.intp)
    table = np.full((months.size, len(labs), len(TASKS), len(CLASSES)), np.nan)
    place = {int(month): k for k, month in enumerate(months)}
    for row in rows:
        where = labs.index(row["lab"]), TASKS.index(row["task"]), CLASSES.index(row["class"])
        table[(place[month_index(row["month"])], *where)] = float(row["xi"])
    flat = table.reshape(months.size, -1)
    for column in flat.T:
        known = np.isfinite(column)
        column[:] = np.interp(months, months[known], column[known]) if known.any() else 0.0
    return months, table


def read_propensity(rows: Iterable[Mapping[str, str]], labs: Sequence[str]) -> Floats:
    """Return the log propensity of each lab to show on a router, shape (L,); 0 where none is given."""
    table = np.zeros(len(labs))
    for row in rows:
        if row["lab"] in labs:
            table[labs.index(row["lab"])] = float(row["xi"])
    return table


def written(labs: Sequence[str], months: Ints, table: Floats, propensity: Floats, tail: Mapping[str, str]) -> str:
    """Return strengths as CSV; video slots have none.

    Args:
        labs: names, L of them.
        months: 2023-01 being 0, shape (Y,).
        table: xi in utils, shape (Y, L, N, K).
        propensity: log propensity to show on a router, shape (L,).
        tail: further columns, the same in every row.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *tail])
    for lab, task, kind in np.ndindex(table.shape[1:]):
        if TASKS[task] == "video":
            continue
        column = table[:, lab, task, kind]
        kept = [0] if np.ptp(column) < 5e-5 else range(months.size)
        for k in kept:
            names = labs[lab], TASKS[task], CLASSES[kind], month_name(int(months[k]))
            writer.writerow([*names, f"{column[k]:.4g}", *tail.values()])
    for lab, value in enumerate(propensity):
        writer.writerow([labs[lab], ROUTING, CLASSES[0], "", f"{value:.4g}", *tail.values()])
    return out.getvalue()
