"""Assimilation at an origin, and what the model leaves unexplained, on the scale of comparison.

The residual of a run is what was seen less what its instrument shows. At an origin its mean over the last three known
points, with keyed noise of the size of the observation error, is added to the forecasts of the run. What it has more
than the mean over the year before fades with a half-life; that mean stays, since a draw whose level was wrong for a
year has no reason to become right. What is left is an autoregressive discrepancy of the same half-life: with phi =
2^(-1/half-life) a month,

    e(t + h) = phi^h e(t) + noise,   variance of the noise = s^2 (1 - phi^(2h))/(1 - phi^2),

where s is the innovation of a month. It is estimated from the steps that the residual of the weighted mean of the runs
took by the origin (their own luck averages out there, and is in their spread already), and pooled with the spread that
rules assume of a month's change, which counts as ``PRIOR_STEPS`` steps [A]. Where nothing is assimilated, the spread is
the root mean square of that residual so far, pooled alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.series import Series
from experiments.validation.rules import ASSUMED
from sim.rng import Streams

Floats = NDArray[np.float64]
HALF_LIFE = 12.0
"""Months [A], prior 3 to 36."""
WINDOW = 3
"""Known points that are assimilated."""
YEAR = 12.0
"""Months over which the mean of a run's residual is its bias [A]."""
PRIOR_STEPS = 3.0
"""Steps that the assumed innovation counts as [A]."""
PROCESS = "validation observation error"


@dataclass(frozen=True)
class Discrepancy:
    """What the model leaves unexplained in a series.

    Attributes:
        innovation: spread of a month's innovation on the scale of comparison.
        level: root mean square of the residual so far.
        half_life: months.
        last: middle of the period of the last known point, in months.
    """

    innovation: float
    level: float
    half_life: float
    last: float

    @property
    def phi(self) -> float:
        """Autocorrelation over a month."""
        return float(2.0 ** (-1.0 / self.half_life))

    def ahead(self, time: Floats) -> Floats:
        """Return its spread at times (months), given its value at the last known point."""
        lead = np.maximum(time - self.last, 0.0)
        return np.asarray(self.innovation * np.sqrt((1.0 - self.phi ** (2.0 * lead)) / (1.0 - self.phi**2)))

    def anywhere(self, time: Floats) -> Floats:
        """Return its spread at times to which no residual is carried on."""
        return np.full(np.shape(time), self.level)


def residuals(known: Series, readings: Floats) -> Floats:
    """Return seen less read on the scale of comparison, shape (runs, n).

    Args:
        known: the series, cut to what is known.
        readings: the model at its points in the unit of the series, shape (runs, n).
    """
    from experiments.evidence.links import link

    return np.asarray(known.linked[None, :] - link(readings, known.scale))


def discrepancy(known: Series, left: Floats, weights: Floats, half_life: float = HALF_LIFE) -> Discrepancy:
    """Return the discrepancy of a series as known at an origin.

    Args:
        known: the series, cut to what is known, at least one point.
        left: residuals, shape (runs, n).
        weights: of the runs, shape (runs,).
        half_life: months.
    """
    phi = 2.0 ** (-1.0 / half_life)
    time = (known.start + known.end) / 2
    lead = np.diff(time)
    apart = lead > 0
    level = _weighted(left, weights)
    squares = (level[1:] - phi**lead * level[:-1])[apart] ** 2 * (1.0 - phi**2) / (1.0 - phi ** (2.0 * lead[apart]))
    assumed = ASSUMED[known.scale]
    return Discrepancy(_pooled(squares, assumed), _pooled(level**2, assumed), half_life, float(time[-1]))


def _pooled(squares: Floats, assumed: float) -> float:
    """Return the root of the mean of squares with ``PRIOR_STEPS`` further ones of the assumed size."""
    found = squares[np.isfinite(squares)]
    return float(np.sqrt((PRIOR_STEPS * assumed**2 + found.sum()) / (PRIOR_STEPS + found.size)))


def _weighted(left: Floats, weights: Floats) -> Floats:
    """Return weighted means over the runs, shape (n,); NaN where no run with a weight has a value."""
    mass = weights[:, None] * np.isfinite(left)
    total = (mass * np.nan_to_num(left)).sum(axis=0)
    seen = mass.sum(axis=0)
    return np.asarray(np.divide(total, seen, out=np.full(seen.size, np.nan), where=seen > 0))


def shift(known: Series, left: Floats, draws: NDArray[np.intp], origin: int, seed: int = 0) -> Floats:
    """Return what is added to each run at the origin, shape (runs,); NaN where a run has no reading.

    Args:
        known: the series, cut to what is known.
        left: residuals, shape (runs, n).
        draws: parameter draw of each run, which keys its noise.
        origin: month.
        seed: of the noise.
    """
    last = slice(max(0, known.size - WINDOW), known.size)
    noise = Streams(seed).normal(PROCESS, known.key, origin, draws[:, None], np.arange(known.size)[None, last])
    noise *= known.linked_se[None, last]
    part = left[:, last] + noise
    seen = np.isfinite(part)
    count = seen.sum(axis=1)
    total = np.where(seen, part, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0))


def bias(known: Series, left: Floats) -> Floats:
    """Return the mean residual of each run over the year before its last known point, shape (runs,); NaN without any.

    Args:
        known: the series, cut to what is known.
        left: residuals, shape (runs, n).
    """
    time = (known.start + known.end) / 2
    part = left[:, time > time[-1] - YEAR]
    seen = np.isfinite(part)
    count = seen.sum(axis=1)
    total = np.where(seen, part, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0))


def faded(at_origin: Floats, stays: Floats, lead: Floats, half_life: float = HALF_LIFE) -> Floats:
    """Return what is left of a shift so many months after the origin, shape (runs, targets).

    Args:
        at_origin: shift of each run at the origin, shape (runs,).
        stays: the part of it that does not fade, shape (runs,).
        lead: months, shape (targets,).
        half_life: months.
    """
    return np.asarray(stays[:, None] + (at_origin - stays)[:, None] * 2.0 ** (-lead[None, :] / half_life))
