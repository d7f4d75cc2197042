"""Moments that the model was not fitted to: the posterior beside each of them.

A moment is inside if what is known of it (a value, with two standard errors where stated, or a range of sources)
overlaps the model's central 90 percent interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.readings import Readings
from experiments.evidence.series import Series
from experiments.validation.scores import resample
from sim.calendar import month_name

Floats = NDArray[np.float64]
HELD_OUT = ("menlo_usage", "etr_usage", "hf_derivatives", "telemetry_deepseek")
"""Instruments whose series are no target of the fit."""
PLATFORM = ("2025-10", "2025-12")


@dataclass(frozen=True)
class Moment:
    """One number that is known, with the model's.

    Attributes:
        name: what it is.
        unit: share, ``$/Mtok``, ``ratio`` or ``mo``.
        when: month or months.
        value: the known value; NaN where only a range is known.
        low, high: what the sources leave open.
        source: where it is from.
        model: value in each run, shape (runs,); NaN where a run has none.
        weights: of the runs, shape (runs,).
    """

    name: str
    unit: str
    when: str
    value: float
    low: float
    high: float
    source: str
    model: Floats
    weights: Floats

    @property
    def row(self) -> dict[str, Any]:
        """The row of the table."""
        known = np.isfinite(self.model) & (self.weights > 0)
        facts = {
            "moment": self.name, "unit": self.unit, "when": self.when, "value": self.value, "low": self.low,
            "high": self.high, "runs": int(known.sum()),
        }  # fmt: skip
        nothing = {"model_mean": np.nan, "model_q05": np.nan, "model_q95": np.nan, "verdict": "no reading"}
        if not known.any():
            return facts | nothing | {"source": self.source}
        mean = float(np.average(self.model[known], weights=self.weights[known]))
        low, high = np.quantile(resample(self.model, self.weights), (0.05, 0.95))
        verdict = "inside" if self.low <= high and self.high >= low else "above" if low > self.high else "below"
        found = {"model_mean": mean, "model_q05": float(low), "model_q95": float(high), "verdict": verdict}
        return facts | found | {"source": self.source}


def held_out(series: Mapping[str, Series], fitted: Iterable[str], readings: Readings, weights: Floats) -> list[Moment]:
    """Return the moments that are series of the observation table.

    Args:
        series: all series.
        fitted: keys of those that the posterior was fitted to, which are left out.
        readings: of the runs of the posterior.
        weights: of the runs, shape (runs,).
    """
    chosen = [item for item in series.values() if item.instrument in HELD_OUT and item.key not in set(fitted)]
    found = []
    for item in chosen:
        model, spread = readings.at(item), 2 * np.nan_to_num(item.se)
        for k in range(item.size):
            value = float(item.values[k])
            found.append(
                Moment(item.key, item.scale, month_name(int(item.month[k])), value, value - spread[k],
                       value + spread[k], item.source, model[:, k], weights)
            )  # fmt: skip
    return found


def platform(readings: Readings, weights: Floats) -> Moment:
    """Return the open share of the whole router in the last quarter of 2025, which sources put at 22 to 33 percent."""
    paths = [table for (name, entity, _), table in readings.values.items()
             if (name, entity) == ("openrouter_platform_share", "open")]  # fmt: skip
    months = np.array([month_name(int(t)) for t in readings.months])
    inside = (months >= PLATFORM[0]) & (months <= PLATFORM[1])
    model = paths[0][:, inside].mean(axis=1) if paths and inside.any() else np.full(readings.draws.size, np.nan)
    when = f"{PLATFORM[0]} to {PLATFORM[1]}"
    return Moment(
        "openrouter_platform_share/open", "share", when, np.nan, 0.22, 0.33, "model.md, sources 1 and 3", model, weights
    )  # fmt: skip


def surveys(fitted: Iterable[str], readings: Readings, weights: Floats) -> list[Moment]:
    """Return the survey moments that have no row in the observation table and were not fitted."""
    from sim.calendar import month_index
    from sim.instruments import SURVEY_MOMENTS

    names = {key.partition("/")[0] for key in fitted}
    found = []
    for name, (month, value, source) in SURVEY_MOMENTS.items():
        if name in names:
            continue
        tables = [table for (instrument, _, _), table in readings.values.items() if instrument == name]
        at = np.flatnonzero(readings.months == month_index(month))
        model = tables[0][:, at[0]] if tables and at.size else np.full(readings.draws.size, np.nan)
        found.append(Moment(name, "share", month, value, value, value, source, model, weights))
    return found


def table(found: Sequence[Moment]) -> list[dict[str, Any]]:
    """Return the rows of the table of moments."""
    return [moment.row for moment in found]
