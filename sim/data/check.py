"""Checks of the data tables: every illegal value of a folder in one clear message, with file, row and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from sim.calendar import month_index
from sim.data import FOLDER
from sim.errors import InputError, Problem, nearest

Row = dict[str, str]
Judge = Callable[[str], str | None]
"""Says what is wrong with a cell, or None."""

MAX_PROBLEMS = 20
"""Problems that are named per table; the rest are counted."""
SUM_TOLERANCE = 1e-6
CHANNELS = ("A", "H", "S")
TASKS = ("assistant", "coding", "documents", "local", "video")
TIERS = ("flagship", "mid", "economy")


def _number(low: float, high: float, legal: str) -> Judge:
    def judge(text: str) -> str | None:
        try:
            value = float(text)
        except ValueError:
            return f"{text!r} is not a number; legal is {legal}"
        if not math.isfinite(value) or not low <= value <= high:
            return f"{text} is out of range; legal is {legal}"
        return None

    return judge


def _choice(*options: str) -> Judge:
    def judge(text: str) -> str | None:
        return None if text in options else f"{text!r} is not one of {', '.join(options)}"

    return judge


def _month(text: str) -> str | None:
    try:
        month_index(text)
    except ValueError as error:
        return str(error)
    return None if len(text) == len("2025-08") else f"{text!r} is a day; write the month as YYYY-MM"


def _day(text: str) -> str | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return f"{text!r} is not a date; write it as YYYY-MM-DD"
    return None if len(text) == len("2025-08-21") else f"{text!r} is not a date; write it as YYYY-MM-DD"


def _text(text: str) -> str | None:
    return None if text.strip() else "the cell is empty"


MONEY = _number(0.0, math.inf, "a number of at least 0")
SHARE = _number(0.0, 1.0, "a share from 0 to 1")
REAL = _number(-math.inf, math.inf, "a finite number")
FLAG = _choice("0", "1")

PROVENANCE: dict[str, Judge] = {
    "tag": _choice("V", "D", "L", "A"),
    "confidence": _choice("high", "medium", "low"),
    "source_title": _text,
}


@dataclass(frozen=True)
class Spec:
    """What a table must hold.

    Attributes:
        columns: judge of each required cell.
        optional: judge of each cell that may be empty.
        references: column to the table whose first column lists the legal names.
        key: columns that together name a row once; with ``from`` and ``until``, rows of a key may not overlap.
        sums: columns that add up to 1.
    """

    columns: Mapping[str, Judge]
    optional: Mapping[str, Judge] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    key: Sequence[str] = ()
    sums: Sequence[str] = ()

    @property
    def dated(self) -> bool:
        """Whether rows hold from ``from`` to ``until``, both included."""
        return "from" in self.columns and "until" in self.optional


_TASK_Q = {f"q_{task}": REAL for task in TASKS[:4]}
_CHIPS = ("nvidia", "other_us", "chinese", "nvidia_cn")
_WEIGHTS = {f"{name}_beyond_weight": SHARE for name in ("q", *_TASK_Q)}

SPECS: dict[str, Spec] = {
    "regions": Spec(
        {"region": _text, "bloc": _choice("US", "CN", "AL", "NAL"), "gdp_share": SHARE, "population_share": SHARE,
         "initial_adoption": SHARE},
        key=("region",), sums=("gdp_share", "population_share"),
    ),
    "labs": Spec(
        {"lab": _text, "bloc": _choice("US", "CN", "AL", "NAL"), "kind": _choice("big", "cloud", "startup", "other"),
         "pooled": FLAG, "ecosystem_income": SHARE, "fund_musd_per_month": MONEY},
        references={"home": "regions"}, key=("lab",),
    ),
    "lines": Spec(
        {"line": _text, "tier": _choice(*TIERS), "domain": _choice("text", "video"), "mode": _choice("open", "closed"),
         "live_until": _month},
        references={"lab": "labs"}, key=("line",),
    ),
    "models": Spec(
        {"model": _text, "tier": _choice(*TIERS), "domain": _choice("text", "video"), "date": _day, "month": _month,
         "replaces": FLAG, "licence": _choice("closed", "open_restricted", "open_permissive"),
         "openness": _choice("open", "closed"), "q": REAL, "q_sd": MONEY, "q_beyond_logit": MONEY,
         **_TASK_Q, **_WEIGHTS},
        {"offer_month": _month, "total_b": MONEY, "active_b": MONEY},
        {"lab": "labs", "line": "lines"}, ("model",),
    ),
    "prices": Spec(
        {"from": _day, "price": MONEY, "price_in": MONEY, "price_out": MONEY}, {"until": _day},
        {"model": "models"}, ("model",),
    ),
    "host_prices": Spec(
        {"from": _month, "price": MONEY, "n_hosts": _number(1, 10_000, "a number of at least 1"), "low": MONEY,
         "high": MONEY},
        {"until": _month}, {"model": "models"}, ("model",),
    ),
    "promotions": Spec(
        {"from": _day, "channel": _choice(*CHANNELS), "reach": SHARE}, {"until": _day},
        {"model": "models", "lab": "labs"},
    ),
    "availability": Spec(
        {"from": _month, "share": SHARE}, {"until": _month}, {"lab": "labs", "region": "regions"}, ("lab", "region"),
    ),
    "rent": Spec({"month": _month, "usd_per_h100_hour": MONEY}, key=("month",)),
    "chips": Spec(
        {"month": _month},
        {f"{name}{end}": MONEY for name in _CHIPS for end in ("", "_low", "_high")},
        key=("month",),
    ),
    "trust": Spec({"trust": REAL}, references={"region": "regions", "home": "regions"}, key=("region", "home")),
    "bans": Spec(
        {"channel": _choice(*CHANNELS), "ban": SHARE},
        references={"region": "regions", "home": "regions"}, key=("region", "home", "channel"),
    ),
    "fit": Spec(
        {"task": _choice(*TASKS), "fit": REAL},
        references={"region": "regions", "home": "regions"}, key=("region", "home", "task"),
    ),
}  # fmt: skip
"""Every table that a world is made of."""


def check_tables(folder: Path) -> None:
    """Check every table of a world in a folder.

    Raises:
        InputError: names file, row number (the header is row 1) and column of every illegal value.
    """
    problems: list[Problem] = []
    tables: dict[str, list[tuple[int, Row]]] = {}
    for name in SPECS:
        rows, unreadable = _read(folder / f"{name}.csv")
        tables[name] = rows
        problems += unreadable
    for name in SPECS:
        problems += _limited(_judge(folder / f"{name}.csv", name, tables), folder / f"{name}.csv")
    if problems:
        raise InputError(problems)


def check_table(name: str, folder: Path) -> None:
    """Check one table; names that it refers to may stand in the folder's other tables or in the shipped ones.

    Raises:
        InputError: names file, row number and column of every illegal value.
    """
    path = folder / f"{name}.csv"
    rows, problems = _read(path)
    tables = {name: rows}
    for other in set(SPECS[name].references.values()) - {name}:
        beside = folder / f"{other}.csv"
        tables[other] = _read(beside if beside.is_file() else FOLDER / f"{other}.csv")[0]
    problems += _limited(_judge(path, name, tables), path)
    if problems:
        raise InputError(problems)


def _read(path: Path) -> tuple[list[tuple[int, Row]], list[Problem]]:
    """Return (row number, row) of a table, and what keeps it from being read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restval="")
            return [(reader.line_num, row) for row in reader], []
    except FileNotFoundError:
        return [], [Problem(str(path), path.stem, "the table is missing")]
    except (UnicodeDecodeError, csv.Error) as error:
        return [], [Problem(str(path), path.stem, f"the table can't be read as UTF-8 CSV ({error})")]


def _judge(path: Path, name: str, tables: Mapping[str, list[tuple[int, Row]]]) -> Iterator[Problem]:
    rows, spec = tables[name], SPECS[name]
    if not rows:
        return
    needed = [*spec.columns, *spec.optional, *spec.references, *PROVENANCE]
    missing = [column for column in needed if column not in rows[0][1]]
    yield from (Problem(str(path), column, "the column is missing") for column in missing)
    if missing:
        return
    yield from _cells(path, spec, rows)
    for column, other in spec.references.items():
        yield from _references(path, column, rows, [next(iter(row.values())) for _, row in tables[other]])
    yield from _twice(path, spec, rows)
    yield from _totals(path, spec, rows)


def _cells(path: Path, spec: Spec, rows: list[tuple[int, Row]]) -> Iterator[Problem]:
    required = [*spec.columns.items(), *PROVENANCE.items()]
    for number, row in rows:
        for column, judge in required:
            complaint = judge(row[column])
            if complaint:
                yield _problem(path, number, column, complaint)
        for column, judge in spec.optional.items():
            complaint = judge(row[column]) if row[column] else None
            if complaint:
                yield _problem(path, number, column, complaint)


def _references(path: Path, column: str, rows: list[tuple[int, Row]], names: Sequence[str]) -> Iterator[Problem]:
    known = set(names)
    for number, row in rows:
        if row[column] not in known:
            message = f"{row[column]!r} is unknown"
            yield _problem(path, number, column, message, nearest(row[column], names))


def _twice(path: Path, spec: Spec, rows: list[tuple[int, Row]]) -> Iterator[Problem]:
    """Find rows that name the same thing twice, or for overlapping times."""
    groups: dict[tuple[str, ...], list[tuple[int, Row]]] = {}
    for number, row in rows if spec.key else []:
        groups.setdefault(tuple(row[column] for column in spec.key), []).append((number, row))
    for key, group in groups.items():
        ordered = sorted(group, key=lambda entry: entry[1]["from"]) if spec.dated else group
        for (before, first), (number, second) in pairwise(ordered):
            if not spec.dated:
                yield _problem(path, number, spec.key[0], f"{' / '.join(key)} stands in row {before} too")
            elif not first["until"] or first["until"] >= second["from"]:
                yield _problem(path, number, "from", f"{' / '.join(key)} overlaps row {before}")
    for number, row in rows if spec.dated else []:
        if row["until"] and row["until"] < row["from"]:
            yield _problem(path, number, "until", f"{row['until']} is before {row['from']}")


def _totals(path: Path, spec: Spec, rows: list[tuple[int, Row]]) -> Iterator[Problem]:
    for column in spec.sums:
        try:
            total = math.fsum(float(row[column]) for _, row in rows)
        except ValueError:
            continue
        if abs(total - 1.0) > SUM_TOLERANCE:
            yield Problem(str(path), column, f"the shares add up to {total:.6g}, not to 1")


def _problem(path: Path, number: int, column: str, message: str, near: str | None = None) -> Problem:
    return Problem(f"{path} row {number}", column, message, nearest=near)


def _limited(problems: Iterator[Problem], path: Path) -> Iterator[Problem]:
    """Pass on the first problems of a table and count the others."""
    others = 0
    for index, problem in enumerate(problems):
        if index < MAX_PROBLEMS:
            yield problem
        else:
            others += 1
    if others:
        yield Problem(str(path), path.stem, f"and {others} more problems")
