"""The tidy tables of a comparison: their columns, and the effects in their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.figures.studies.sample import Effect
from experiments.figures.studies.words import Quantity
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "effects": (
        "policy", "future", "measure", "unit", "month", "n", "mean", "t_low", "t_high", "boot_low", "boot_high",
        "sign_agreement", "zero_share",
    ),
    "regret": ("objective", "future", "policy", "mean", "worst"),
    "attribution": ("policy", "part", "kind", "measure", "unit", "month", "mean", "low", "high"),
    "game": ("row", "column", "side", "mean", "low", "high", "best"),
    "actors": (
        "policy", "future", "group", "actor", "bloc", "measure", "unit", "month", "n", "mean", "t_low", "t_high", "p",
        "zero_share",
    ),
}  # fmt: skip
NUMBERS = (
    "mean", "t_low", "t_high", "low", "high", "boot_low", "boot_high", "sign_agreement", "zero_share", "worst", "p",
)  # fmt: skip
KINDS = ("alone", "together", "interaction", "through", "rest")
"""Kinds of parts of an attribution, in the order of the figure."""


def check(name: str, table: pd.DataFrame) -> None:
    """Refuse a table that lacks columns, or parts of a kind that nobody knows.

    Raises:
        InputError: every problem at once.
    """
    problems = [
        Problem(f"table {name}", column, "this column is missing", ", ".join(COLUMNS[name]))
        for column in COLUMNS[name]
        if column not in table.columns
    ]
    if name == "attribution" and not problems:
        strange = dict.fromkeys(str(kind) for kind in table["kind"] if kind not in KINDS)
        problems = [
            Problem("table attribution", kind, "there is no such kind of part", ", ".join(KINDS), nearest(kind, KINDS))
            for kind in strange
        ]
    if problems:
        raise InputError(problems)


def pick(table: pd.DataFrame, column: str, wanted: Sequence[str], where: str) -> list[str]:
    """Return the wanted values of a column, all of which it must hold.

    Raises:
        InputError: what it does not hold, with the nearest that it does.
    """
    there = [str(value) for value in dict.fromkeys(table[column])]
    problems = [
        Problem(where, value, f"no row of the table has this {column}", ", ".join(there[:30]), nearest(value, there))
        for value in wanted
        if value not in there
    ]
    if problems:
        raise InputError(problems)
    return list(wanted)


def effect_of(row: Mapping[Any, Any]) -> Effect:
    """Return the effect of a row of ``effects``, or of a table with ``low`` and ``high``; what is missing is NaN."""
    low, high = (_float(row[f"t_{end}"] if f"t_{end}" in row else row[end]) for end in ("low", "high"))
    mean, pairs = _float(row["mean"]), _float(row.get("n"))
    zero = _float(row["zero_share"]) >= 1.0 if "zero_share" in row else mean == low == high == 0
    return Effect(mean, low, high, int(pairs) if isfinite(pairs) else 2 if isfinite(low) else 1, zero)


def _float(value: Any) -> float:
    """Return a number of a table, which may lack it as None or as pandas' NA."""
    return float(value) if isinstance(value, (int, float, np.number, np.bool_)) else nan


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose numbers are of double precision: NaN where one is missing, in whatever way."""
    import pandas as pd

    there = (name for name in NUMBERS if name in table.columns)
    return table.assign(**{name: pd.Series(map(_float, table[name]), table.index, np.float64) for name in there})


def by_future(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield each future, what files and subtitles say of it (nothing if it is the only one), and its rows."""
    futures = list(dict.fromkeys(table["future"].astype(str)))
    for future in futures:
        rows = table[table["future"].astype(str) == future]
        yield future, future if len(futures) > 1 else "", rows


def quantity_of(table: pd.DataFrame) -> Quantity:
    """Return the measure that all rows of a table are about."""
    return Quantity.of(str(table["measure"].iloc[0]), str(table["unit"].iloc[0]))
