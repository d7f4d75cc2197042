"""Bands over seeds: mean and quantiles of every cell, computed on one array of seeds x cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}
Floats = npt.NDArray[np.float64]


def statistics(values: Floats) -> dict[str, npt.NDArray[Any]]:
    """Return mean, quantiles and count over the first axis, nulls (NaN) left out.

    Args:
        values: [seeds, cells].

    Returns:
        ``mean``, ``q05`` to ``q95`` (linear between order statistics, as numpy's default) and ``n``, each [cells];
        NaN where no seed has a value.
    """
    ordered = np.sort(values, axis=0)
    n = np.isfinite(values).sum(axis=0)
    total = np.where(np.isfinite(ordered), ordered, 0.0).sum(axis=0)
    found: dict[str, npt.NDArray[Any]] = {"mean": np.where(n > 0, total / np.maximum(n, 1), np.nan)}
    for label, q in QUANTILES.items():
        found[label] = _quantile(ordered, n, q)
    return found | {"n": n.astype(np.int32)}


def _quantile(ordered: Floats, n: npt.NDArray[np.int_], q: float) -> Floats:
    """Return the quantile of each column whose first ``n`` entries are sorted and finite."""
    place = q * np.maximum(n - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(n - 1, 0))
    cells = np.arange(ordered.shape[1])
    below, above = ordered[low, cells], ordered[high, cells]
    return np.where(n > 0, below + (place - low) * (above - below), np.nan)


class Cells:
    """The values of all seeds, cell by cell; a cell that a seed does not have is null in that seed.

    Attributes:
        keys: Arrow table of the cells' key columns, in order of first appearance.
    """

    def __init__(self) -> None:
        self.keys: Any = None
        self._values: list[Floats] = []
        self._index: dict[tuple[str, ...], int] | None = None

    def add(self, keys: Any, values: Floats) -> None:
        """Add one seed: an Arrow table of keys and one value per row."""
        if self.keys is None:
            self.keys = keys
        if keys.equals(self.keys):
            self._values.append(values)
        else:
            self._values.append(self._aligned(keys, values))

    def _aligned(self, keys: Any, values: Floats) -> Floats:
        """Return the values in the order of ``self.keys``, growing it by the cells that are new."""
        import pyarrow as pa

        if self._index is None:
            self._index = {cell: i for i, cell in enumerate(_rows(self.keys))}
        places, fresh = np.empty(len(values), dtype=np.int64), []
        for row, cell in enumerate(_rows(keys)):
            if cell not in self._index:
                self._index[cell] = len(self._index)
                fresh.append(row)
            places[row] = self._index[cell]
        if fresh:
            plain = pa.schema([(name, pa.string()) for name in keys.column_names])
            whole = pa.concat_tables([self.keys.cast(plain), keys.take(fresh).cast(plain)])
            self.keys = whole.cast(keys.schema).combine_chunks()
        aligned = np.full(len(self._index), np.nan)
        aligned[places] = values
        return aligned

    def matrix(self) -> Floats:
        """Return [seeds, cells]."""
        cells = max(len(values) for values in self._values)
        padded = np.full((len(self._values), cells), np.nan)
        for row, values in enumerate(self._values):
            padded[row, : len(values)] = values
        return padded


def _rows(keys: Any) -> list[tuple[str, ...]]:
    return list(zip(*(column.to_pylist() for column in keys.columns), strict=True))
