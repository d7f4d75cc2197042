"""Which assumptions move a headline measure: the shipped screening of the parameters (docs/assumptions.md).

>>> [row.parameter for row in strongest("us_closed_rd", 3)]              # doctest: +SKIP
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sim.errors import InputError, Problem, nearest
from sim.headlines import HEADLINES

FILE = Path(__file__).parent / "assumptions.csv"
NUMBERS = ("default", "low", "high", "mean", "t_low", "t_high", "baseline_mean")


@dataclass(frozen=True)
class Screened:
    """What a parameter does to a headline measure, one at a time, under the status quo.

    Attributes:
        parameter: its path, for example ``demand.gamma``.
        tag: of its default: ``[A]`` is an assumption.
        default, low, high: of the parameter: its default and its range.
        unit_of_parameter: of these three.
        measure: a name of ``sim.headlines``.
        unit: of the measure, and of what follows ``n``.
        month: YYYY-MM.
        n: pairs of runs on the same luck.
        mean, t_low, t_high: of the measure at ``high`` less that at ``low``, with its 95 percent t interval; NaN where
            too few pairs have a value.
        baseline_mean: mean of the measure with all parameters at their defaults.
    """

    parameter: str
    tag: str
    default: float
    low: float
    high: float
    unit_of_parameter: str
    measure: str
    unit: str
    month: str
    n: int
    mean: float
    t_low: float
    t_high: float
    baseline_mean: float

    @property
    def clear(self) -> bool:
        """Whether the interval is there and leaves out 0."""
        return self.t_low > 0 or self.t_high < 0


@lru_cache(maxsize=1)
def screened() -> tuple[Screened, ...]:
    """Return the shipped table, read once: of each headline measure the strongest, and a row at least a parameter."""
    return read(FILE)


def read(path: Path) -> tuple[Screened, ...]:
    """Return the rows of a table that ``experiments.assumptions`` wrote.

    Raises:
        InputError: if there is no such file.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(_row(cells) for cells in csv.DictReader(file))
    except OSError as error:
        message, legal = f"the table can't be read: {error.strerror}", "python -m experiments.assumptions makes it"
        raise InputError(Problem(path.name, "assumptions", message, legal)) from error


def strongest(measure: str, number: int = 10, tags: Collection[str] | None = ("[A]",)) -> list[Screened]:
    """Return the parameters that move a headline measure most over their range, the largest |mean| first.

    Args:
        measure: a name of ``sim.headlines``.
        number: of parameters, at most: those whose interval holds 0 are left out, and the table has the 40 strongest of
            all tags.
        tags: of the parameters that are asked for, as the schema has them (``[A]``, ``[D]``, ``[V 11]``); None for all.

    Raises:
        InputError: if there is no such measure, with the nearest one.
    """
    if measure not in HEADLINES:
        legal = ", ".join(HEADLINES)
        raise InputError(Problem("measure", measure, "there is no such headline", legal, nearest(measure, HEADLINES)))
    mine = [row for row in screened() if row.measure == measure and row.clear and (tags is None or row.tag in tags)]
    return sorted(mine, key=lambda row: (-abs(row.mean), row.parameter))[:number]


def _row(cells: dict[str, str]) -> Screened:
    numbers = {key: float(cells[key]) if cells[key] else float("nan") for key in NUMBERS}
    texts = {key: value for key, value in cells.items() if key not in NUMBERS and key != "n"}
    return Screened(**texts, **numbers, n=int(cells["n"]))  # type: ignore[arg-type]
