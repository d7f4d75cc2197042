"""What instruments of many runs show at the points of observed series."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.series import Series
from experiments.reality import model_place
from sim.calendar import month_index

if TYPE_CHECKING:
    from experiments.studies.execution import Execution
    from experiments.studies.request import StudyRequest
    from experiments.studies.store import Study

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Cell = tuple[str, str, str]
"""instrument, entity, geography of the model."""


@dataclass(frozen=True)
class Readings:
    """Instruments of the runs of a study, month by month.

    Attributes:
        draws: parameter draw of each run, shape (runs,).
        seeds: run seed, shape (runs,).
        months: months, 2023-01 being 0, ascending, shape (T,).
        values: cell to readings, shape (runs, T); NaN where the instrument would see nothing.
        points: point of the design of each run, shape (runs,); empty if it was not asked for.
    """

    draws: Ints
    seeds: Ints
    months: Ints
    values: dict[Cell, Floats]
    points: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def path(self, series: Series) -> Floats:
        """Return the readings of the series' instrument in every month, shape (runs, T); NaN if it has none."""
        places = {place for name, entity, place in self.values if (name, entity) == (series.instrument, series.entity)}
        cell = series.instrument, series.entity, model_place(series.geography, places)
        return self.values.get(cell, np.full((self.draws.size, self.months.size), np.nan))

    def at(self, series: Series) -> Floats:
        """Return the readings at the points of a series: means over the months of each period, shape (runs, n)."""
        path = self.path(series)
        found = np.full((self.draws.size, series.size), np.nan)
        for k, (start, end) in enumerate(zip(series.start, series.end, strict=True)):
            inside = covered(self.months, start, end)
            if inside.any():
                part = path[:, inside]
                seen = np.isfinite(part)
                count = seen.sum(axis=1)
                total = np.where(seen, part, 0.0).sum(axis=1)
                found[:, k] = np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0)
        return found

    def take(self, runs: NDArray[np.bool_] | Ints) -> Readings:
        """Return some of the runs, by mask or by place."""
        chosen = {cell: table[runs] for cell, table in self.values.items()}
        points = self.points[runs] if self.points.size else self.points
        return replace(self, draws=self.draws[runs], seeds=self.seeds[runs], values=chosen, points=points)


def covered(months: Ints, start: float, end: float) -> NDArray[np.bool_]:
    """Say which months a period covers: those whose middle lies in it, and the one in which it ends.

    Args:
        months: 2023-01 being 0, shape (T,).
        start, end: of the period, 2023-01-01 being 0.
    """
    middle = months + 0.5
    return np.asarray(((middle >= start) & (middle <= end)) | (months == math.ceil(end) - 1))


def readings_of(study: Study, wanted: Iterable[Series] | None = None) -> Readings:
    """Return the readings of a study that was recorded with instruments; failed runs are left out.

    Args:
        study: recorded at level ``readings`` or ``panel``.
        wanted: series whose cells are kept; None for all cells.
    """
    runs = study.runs[study.runs["status"] == "ok"].sort_values("row")
    table = study.table("instruments")
    table = table[table["row"].isin(runs["row"])]
    if wanted is not None:
        names = {(s.instrument, s.entity) for s in wanted}
        table = table[[pair in names for pair in zip(table["instrument"], table["entity"], strict=True)]]
    month = {name: month_index(str(name)) for name in table["month"].unique()}
    months = np.array(sorted(month.values()), dtype=np.intp)
    row_place = {int(row): k for k, row in enumerate(runs["row"])}
    cells: dict[Cell, Floats] = {}
    split = table.groupby(["instrument", "entity", "geography"], observed=True, sort=False)
    for cell, part in split:
        values = np.full((len(runs), months.size), np.nan)
        rows = part["row"].map(row_place).to_numpy(np.intp)
        columns = np.searchsorted(months, part["month"].map(month).to_numpy(np.intp))
        values[rows, columns] = part["value"].to_numpy(np.float64)
        cells[(str(cell[0]), str(cell[1]), str(cell[2]))] = values
    labels = {name: runs[name].to_numpy(np.intp) for name in ("draw", "seed", "point")}
    return Readings(labels["draw"], labels["seed"], months, cells, labels["point"])


def run_readings(
    request: StudyRequest, outputs: Path, execution: Execution, *, quiet: bool, wanted: Iterable[Series] | None = None
) -> Readings:
    """Run what is missing of a study recorded at level ``readings`` and return what its instruments show.

    Args:
        request: the study.
        outputs: folder of studies.
        execution: how runs are shared out.
        quiet: no progress.
        wanted: series whose cells are kept.

    Raises:
        KeyboardInterrupt: the session was stopped; the same command goes on from there.
        RuntimeError: no run succeeded.
    """
    from experiments.studies.conduct import ending
    from experiments.studies.plan import Plan
    from experiments.studies.runner import run_study
    from experiments.studies.store import Study

    report = run_study(Plan.of(request), outputs, execution, quiet=quiet)
    if report.missing or report.failed:
        sys.stderr.write("".join(f"{line}\n" for line in ending(report)))
    if report.missing:
        raise KeyboardInterrupt
    found = readings_of(Study.open(report.folder), wanted)
    if not found.draws.size:
        raise RuntimeError(f"no run of {report.folder} succeeded: opengambit results {report.folder} says why")
    return found
