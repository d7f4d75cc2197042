"""Tidy frames with declared columns, gathered piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.columns import COLUMNS, COUNT, FLAG, TEXT

if TYPE_CHECKING:
    import pandas as pd


class Rows:
    """The rows of a declared table.

    Args:
        table: a name of ``columns.COLUMNS``.
    """

    def __init__(self, table: str) -> None:
        self._columns = COLUMNS[table]
        self._parts: list[tuple[int, Mapping[str, Any]]] = []

    def add(self, values: Mapping[str, Any], count: int = 1) -> None:
        """Add ``count`` rows: an array of that length, or one value for all, for each column that is not empty."""
        self._parts.append((count, values))

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame; columns that nobody gave are empty."""
        import pandas as pd

        return pd.DataFrame({name: self._column(name, column.kind) for name, column in self._columns.items()})

    def _column(self, name: str, kind: str) -> Any:
        import pandas as pd

        if kind == TEXT:
            parts = [_repeated(values.get(name, ""), count, np.object_) for count, values in self._parts]
            return pd.Series(np.concatenate(parts) if parts else np.zeros(0, np.object_), dtype=str)
        if kind == FLAG:
            parts = [_repeated(values.get(name, False), count, np.bool_) for count, values in self._parts]
            return np.concatenate(parts) if parts else np.zeros(0, dtype=bool)
        parts = [_repeated(values.get(name, np.nan), count, np.float64) for count, values in self._parts]
        numbers = np.concatenate(parts) if parts else np.zeros(0)
        return pd.Series(numbers).astype("Int64") if kind == COUNT else numbers


def _repeated(value: Any, count: int, kind: Any) -> NDArray[Any]:
    filled = np.empty(count, dtype=kind)
    filled[:] = value
    return filled
