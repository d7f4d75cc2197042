"""What chips were made and sold (sim/data/chips.csv), as arrays from 2023-01."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.calendar import month_index
from sim.market.arrays import Floats


@dataclass(frozen=True)
class ChipSeries:
    """Chips by month from 2023-01 as long as known, H100e/mo.

    Attributes:
        nvidia, other_us: output of US-bloc suppliers, shape (S,).
        exports: legal deliveries of Nvidia to CN, shape (S,).
        chinese: output of Chinese suppliers, shape (C,).
        nvidia_before: Nvidia's output in the months of the table before 2023-01, H100e.
    """

    nvidia: Floats
    other_us: Floats
    exports: Floats
    chinese: Floats
    nvidia_before: float = 0.0

    @property
    def us(self) -> Floats:
        """Output of US-bloc suppliers, shape (S,)."""
        return self.nvidia + self.other_us


def chip_series(rows: Sequence[Mapping[str, str]]) -> ChipSeries:
    """Return the series that the rows of ``chips.csv`` hold; a series ends at its first empty cell."""
    ordered = sorted(rows, key=lambda row: month_index(row["month"]))
    before = [float(row["nvidia"]) for row in ordered if month_index(row["month"]) < 0 and row["nvidia"]]
    later = [row for row in ordered if month_index(row["month"]) >= 0]
    nvidia, other, exports = (_column(later, name) for name in ("nvidia", "other_us", "nvidia_cn"))
    known = min(nvidia.size, other.size, exports.size)
    return ChipSeries(nvidia[:known], other[:known], exports[:known], _column(later, "chinese"), sum(before))


@lru_cache(maxsize=4)
def load_chips(folder: Path | None = None) -> ChipSeries:
    """Return the series of a folder of tables (default: those that ship with the model)."""
    from sim.tables import DATA, read_table

    return chip_series(read_table("chips", folder or DATA))


def _column(rows: Sequence[Mapping[str, str]], name: str) -> Floats:
    values = []
    for t, row in enumerate(rows):
        if month_index(row["month"]) != t or not row[name]:
            break
        values.append(float(row[name]))
    return np.array(values, dtype=np.float64)
