"""How far the readings of runs are from observed series (docs/model.md, section 10).

Of series j with points p, on the scale of comparison z (shares in logits, `experiments.evidence.links`)::

    MSE_j = mean over p of (mean over seeds of z_model - z_obs)^2 / (s_obs^2 + tol^2 + s_luck^2/seeds)
    D^2   = sum_j w_j n_j MSE_j / sum_j w_j n_j

s_obs is the standard error of a point (0 where none is stated), tol the tolerance, s_luck the spread of a single run's
luck (0 if it is not given): a list of nine models is noisy in one run, adoption is not. w_j is the weight by stated
confidence times that of the set, n_j the effective number of points. D and D_j = sqrt(MSE_j) are in these units, not
squared: at 1 the model is one of them off, root mean square, and 0 only where it equals the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.links import link
from experiments.evidence.readings import Readings
from experiments.evidence.series import Series

TOLERANCE = 0.3
"""What the model need not explain, in units of the linked scale [A]: .3 logits are 7 points at a share of one half and
3 at one tenth; 30 points of Elo; two months."""
MISS = 3.0
"""A point at which no seed of a draw has a reading counts as so many tolerances off [A]."""

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Distances:
    """Distances of draws from series, in tolerances (see above), not squared.

    Attributes:
        draws: numbers of the parameter draws, ascending, shape (n,).
        total: D, shape (n,).
        by_series: D_j, shape (n, J); NaN for a series without points.
        weights: share of each series in D^2, sums to 1, shape (J,).
    """

    draws: Ints
    total: Floats
    by_series: Floats
    weights: Floats


def distances(
    readings: Readings, series: Sequence[Series], weights: Sequence[float] | None = None, tolerance: float = TOLERANCE,
    luck: Sequence[Floats] | None = None,
) -> Distances:  # fmt: skip
    """Return how far each parameter draw is from some series.

    Args:
        readings: of runs, in any order; runs of a draw are its seeds.
        series: those that count, for example as they were known at an origin (``Series.known_by``); series without
            points count nothing.
        weights: weight of each series beside that by confidence and effective size; default: 1 each.
        tolerance: in units of the linked scale.
        luck: variance of a single run's luck at the points of each series, as ``luck_of`` returns it; default: none.

    Raises:
        ValueError: no series has points and a weight above 0; or not one weight a series.
    """
    share = series_weights(series, weights)
    order = np.lexsort((readings.seeds, readings.draws))
    sorted_ = readings.take(order)
    draws = np.unique(readings.draws)
    found = np.full((draws.size, len(series)), np.nan)
    seeds = readings.draws.size / draws.size
    for j, item in enumerate(series):
        if item.size:
            model = by_draw(link(sorted_.at(item), item.scale), sorted_.draws)
            spread = np.sqrt(item.linked_se**2 + (0.0 if luck is None else luck[j] / seeds))
            found[:, j] = np.sqrt(misfit(model, item.linked, spread, tolerance))
    return Distances(draws, combined(found, share), found, share)


def luck_of(readings: Readings, series: Sequence[Series]) -> list[Floats]:
    """Return the variance over runs of one draw at the points of each series, on the linked scale, shapes (n,).

    Args:
        readings: runs that differ by their seeds only.
        series: whose points are meant; 0 where fewer than two runs have a reading.
    """
    found = []
    for item in series:
        z = link(readings.at(item), item.scale)
        seen = np.isfinite(z)
        count = seen.sum(axis=0)
        mean = np.where(seen, z, 0.0).sum(axis=0) / np.maximum(count, 1)
        square = np.where(seen, (z - mean) ** 2, 0.0).sum(axis=0)
        found.append(np.where(count > 1, square / np.maximum(count - 1, 1), 0.0))
    return found


def series_weights(series: Sequence[Series], weights: Sequence[float] | None = None) -> Floats:
    """Return the share of each series in D^2: by confidence, effective number of points and the given weights.

    Raises:
        ValueError: no series has points and a weight above 0; or not one weight a series.
    """
    given = np.ones(len(series)) if weights is None else np.asarray(weights, dtype=np.float64)
    if given.shape != (len(series),) or (given < 0).any():
        raise ValueError(f"{given.size} weights, none below 0, are needed for {len(series)} series")
    raw = given * np.array([item.weight * item.effective if item.size else 0.0 for item in series])
    if not raw.sum() > 0:
        raise ValueError("no series has points and a weight above 0")
    return np.asarray(raw / raw.sum())


def by_draw(linked: Floats, draws: Ints) -> Floats:
    """Return the means over the seeds of each draw, seeds without a reading left out.

    Args:
        linked: linked readings at the points of a series, shape (runs, n).
        draws: draw of each run, ascending, shape (runs,).

    Returns:
        shape (draws, n); NaN where no seed has a reading.
    """
    starts = np.flatnonzero(np.r_[True, draws[1:] != draws[:-1]])
    seen = np.isfinite(linked)
    total = np.add.reduceat(np.where(seen, linked, 0.0), starts, axis=0)
    count = np.add.reduceat(seen.astype(np.float64), starts, axis=0)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def misfit(model: Floats, observed: Floats, se: Floats, tolerance: float = TOLERANCE) -> Floats:
    """Return MSE_j: mean squared gap in units of observation error and tolerance, shape (draws,).

    Args:
        model: on the linked scale, shape (draws, n); NaN where the model shows nothing.
        observed, se: value and standard error on the linked scale, shape (n,).
        tolerance: in units of the linked scale.
    """
    gap = (model - observed) ** 2 / (se**2 + tolerance**2)
    return np.asarray(np.where(np.isfinite(gap), gap, MISS**2).mean(axis=1))


def combined(by_series: Floats, share: Floats) -> Floats:
    """Return D of each draw from its D_j, shape (draws,).

    Args:
        by_series: D_j, shape (draws, J); NaN where the share is 0.
        share: of each series in D^2, shape (J,).
    """
    counted = share > 0
    return np.asarray(np.sqrt((by_series[:, counted] ** 2 * share[counted]).sum(axis=1)))
