"""Forecasts from an origin: weighted runs, assimilated or not, with a discrepancy on top; and their scores.

Every predictive distribution is a mixture on the scale of comparison: each run that has a weight, with a Gaussian of
the spread of the discrepancy around it (``PARTS`` equal quantiles of it), sampled at equal quantiles of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from experiments.evidence.links import link, unlink
from experiments.evidence.readings import Readings
from experiments.evidence.series import Series
from experiments.validation import scores
from experiments.validation.assimilation import HALF_LIFE, bias, discrepancy, faded, residuals, shift
from experiments.validation.origins import BY_INSTRUMENT, Target
from experiments.validation.rules import floored, rule_samples
from experiments.validation.scores import resample
from sim.calendar import month_name

Floats = NDArray[np.float64]
PARTS = 25
"""Equal quantiles of the Gaussian around each run."""
MODEL = "model"
ROLLING, CONDITIONAL = "rolling", "conditional"
KINDS = (ROLLING, CONDITIONAL)


@dataclass(frozen=True)
class How:
    """How a forecast of the model is made.

    Attributes:
        assimilate: whether residuals at the origin are added.
        half_life: of residuals, months.
        seed: of the observation noise.
    """

    assimilate: bool = True
    half_life: float = HALF_LIFE
    seed: int = 0


def points(series: Series, places: Sequence[int]) -> Series:
    """Return some points of a series, in the given order, also twice."""
    chosen = np.asarray(places, dtype=np.intp)
    columns = ("start", "end", "values", "se", "known")
    return replace(series, **{name: getattr(series, name)[chosen] for name in columns})


def mixture(z: Floats, weights: Floats, sd: Floats, scale: str) -> Floats:
    """Return samples of weighted runs with a Gaussian around each, in the unit of the series.

    Args:
        z: runs on the scale of comparison, shape (runs, targets); NaN where a run has no reading.
        weights: of the runs, shape (runs,).
        sd: spread around each run, shape (targets,).
        scale: of the series.

    Returns:
        shape (targets, `rules.SIZE`); NaN where no run with a weight has a reading.
    """
    kept = weights > 0
    around = ndtri((np.arange(PARTS) + 0.5) / PARTS)
    found = [
        resample((z[kept, k][:, None] + sd[k] * around).ravel(), np.repeat(weights[kept], PARTS))
        for k in range(z.shape[1])
    ]
    return floored(unlink(np.stack(found), scale), scale)


def model_samples(known: Series, ahead: Series, readings: Readings, weights: Floats, origin: int, how: How) -> Floats:
    """Return samples of the model's forecast of points of a series, shape (targets, `rules.SIZE`).

    Args:
        known: the series, cut to what was known at the origin.
        ahead: the points; their values are not looked at.
        readings: of runs.
        weights: of the runs, shape (runs,).
        origin: month.
        how: how the forecast is made.
    """
    left = residuals(known, readings.at(known))
    gap = discrepancy(known, left, weights, how.half_life)
    z = link(readings.at(ahead), known.scale)
    time = (ahead.start + ahead.end) / 2
    if not how.assimilate:
        return mixture(z, weights, gap.anywhere(time), known.scale)
    at_origin = shift(known, left, readings.draws, origin, how.seed)
    return mixture(
        z + faded(at_origin, bias(known, left), time - (origin + 0.5), how.half_life), weights, gap.ahead(time),
        known.scale,
    )  # fmt: skip


def forecasts(
    kind: str,
    series: Mapping[str, Series],
    wanted: Sequence[Target],
    readings: Readings,
    weights: Floats,
    how: How,
) -> list[dict[str, Any]]:
    """Return a row for every target of one origin and every forecaster, the rules among them.

    Args:
        kind: ``rolling`` or ``conditional``.
        series: all series, whole.
        wanted: targets of one origin.
        readings: of the runs.
        weights: of the runs, shape (runs,).
        how: how the model's forecast is made.
    """
    found: list[dict[str, Any]] = []
    for key in dict.fromkeys(target.key for target in wanted):
        mine = [target for target in wanted if target.key == key]
        origin = mine[0].origin
        known, ahead = series[key].known_by(origin), points(series[key], [target.point for target in mine])
        samples = {MODEL: model_samples(known, ahead, readings, weights, origin, how)}
        samples |= rule_samples(known, (ahead.start + ahead.end) / 2)
        for by, drawn in samples.items():
            found += _rows(kind, by, series[key], mine, ahead, drawn, known.size)
    return found


def _rows(
    kind: str, by: str, series: Series, wanted: Sequence[Target], ahead: Series, drawn: Floats, known: int
) -> list[dict[str, Any]]:
    crps = scores.crps(drawn, floored(ahead.values, series.scale))
    quantiles = np.quantile(drawn, (0.05, 0.25, 0.5, 0.75, 0.95), axis=1).T
    return [
        {
            "kind": kind, "family": BY_INSTRUMENT[series.instrument].name, "series": series.key,
            "scale": series.scale, "origin": month_name(target.origin), "horizon": target.horizon,
            "month": month_name(target.month), "observed_in": month_name(int(ahead.month[k])), "forecaster": by,
            "known_points": known, "value": float(ahead.values[k]), "crps": float(crps[k]),
            **dict(zip(("q05", "q25", "q50", "q75", "q95"), map(float, quantiles[k]), strict=True)),
        }
        for k, target in enumerate(wanted)
    ]  # fmt: skip
