"""Scores of predictive distributions, in the unit of the series: CRPS, coverage, width and bias.

Distributions are samples at equal quantiles, as many for every forecaster, and the score is the CRPS of exactly the
distribution that the samples are (the quantile decomposition of `scoringrules.crps_ensemble`, estimator ``qd``). The
*fair* estimator would correct for samples drawn at random, which these are not. What finite samples of the model lose
by that is counted against the model.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.validation.rules import LEVELS, SIZE

Floats = NDArray[np.float64]
CENTRAL = (0.5, 0.9)
"""Central intervals that are reported."""


def crps(samples: Floats, values: Floats) -> Floats:
    """Return the continuous ranked probability score of each forecast, in the unit of the series, shape (n,).

    Args:
        samples: shape (n, samples); a row with NaN has no score.
        values: what was observed, shape (n,).
    """
    import scoringrules

    found = np.full(values.shape, np.nan)
    known = np.isfinite(samples).all(axis=1) & np.isfinite(values)
    if known.any():
        found[known] = scoringrules.crps_ensemble(values[known], samples[known], estimator="qd", backend="numpy")
    return found


def central(samples: Floats, share: float) -> tuple[Floats, Floats]:
    """Return the ends of central intervals, shape (n,) each."""
    low, high = np.quantile(samples, [(1 - share) / 2, (1 + share) / 2], axis=1)
    return np.asarray(low), np.asarray(high)


def covered(samples: Floats, values: Floats, share: float) -> NDArray[np.bool_]:
    """Say which central intervals hold their value, shape (n,)."""
    low, high = central(samples, share)
    return np.asarray((values >= low) & (values <= high))


def widths(samples: Floats, share: float) -> Floats:
    """Return the widths of central intervals, shape (n,)."""
    low, high = central(samples, share)
    return high - low


def errors(samples: Floats, values: Floats) -> Floats:
    """Return median less value, shape (n,)."""
    return np.asarray(np.median(samples, axis=1) - values)


def resample(values: Floats, weights: Floats, size: int = SIZE) -> Floats:
    """Return a weighted sample at equal quantiles of its distribution, ascending, shape (size,).

    Args:
        values: shape (k,); NaN counts as not there.
        weights: 0 or more, shape (k,).
        size: how many.

    Returns:
        NaN if nothing with a weight is there.
    """
    kept = np.isfinite(values) & (weights > 0)
    if not kept.any():
        return np.full(size, np.nan)
    order = np.argsort(values[kept], kind="stable")
    ranked, mass = values[kept][order], weights[kept][order]
    levels = LEVELS if size == SIZE else (np.arange(size) + 0.5) / size
    place = np.searchsorted(np.cumsum(mass) / mass.sum(), levels)
    return np.asarray(ranked[np.minimum(place, ranked.size - 1)])
