"""Three simple rules as predictive distributions, which every forecast of the model is judged against.

All rules are Gaussian on the scale of comparison (`experiments.evidence.links`) and read nothing but a series' points:

* ``frozen``: the last known value; variance grows by the mean squared change a month.
* ``drift``: a random walk with the mean change a month, whose own uncertainty widens the variance.
* ``trend``: ordinary least squares in time, with its prediction interval.

Times are the middles of periods in months, so that irregular series need nothing special. A forecast starts from the
last known point, however long before the origin that was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from experiments.evidence.links import ELO, FLOOR, MONTHS, SHARE, UNIT, unlink
from experiments.evidence.series import Series

Floats = NDArray[np.float64]
SIZE = 200
"""Samples of every predictive distribution, of rules and of the model alike."""
LEVELS = (np.arange(SIZE) + 0.5) / SIZE
"""The equal quantiles at which a distribution is sampled."""
FEW = 3
"""Points below which a rule can't know its spread."""
ASSUMED = {SHARE: 0.25, ELO: 30.0 / UNIT[ELO], MONTHS: 1.0 / UNIT[MONTHS]}
"""Spread of a month's change where fewer than ``FEW`` points are known [A]: .25 logit, 30 Elo, 1 month."""


@dataclass(frozen=True)
class Gaussian:
    """Predictive distributions on the scale of comparison.

    Attributes:
        mean, sd: shape (targets,).
    """

    mean: Floats
    sd: Floats

    def samples(self, scale: str) -> Floats:
        """Return equal quantiles in the unit of the series, shape (targets, ``SIZE``)."""
        return floored(unlink(self.mean[:, None] + self.sd[:, None] * ndtri(LEVELS), scale), scale)


def floored(values: Floats, scale: str) -> Floats:
    """Return values as they are compared: shares nearer to 0 or 1 than the floor of the logits count as the floor."""
    return np.asarray(np.clip(values, FLOOR, 1.0 - FLOOR) if scale == SHARE else values)


@dataclass(frozen=True)
class Past:
    """What a rule knows: at least one point.

    Attributes:
        time: months, ascending, shape (n,).
        z: values on the scale of comparison, shape (n,).
        assumed: spread of a month's change where it can't be known.
    """

    time: Floats
    z: Floats
    assumed: float

    @classmethod
    def of(cls, series: Series) -> Past:
        """Return the points of a series that was cut to what is known; points of one moment become their mean.

        Raises:
            ValueError: if there is none.
        """
        if not series.size:
            raise ValueError(f"{series.key}: a rule needs a known point")
        time, place = np.unique((series.start + series.end) / 2, return_inverse=True)
        z = np.bincount(place, series.linked) / np.bincount(place)
        return cls(time, z, ASSUMED[series.scale])

    @property
    def few(self) -> bool:
        """Whether there are too few points for a spread."""
        return self.time.size < FEW


def frozen(past: Past, target: Floats) -> Gaussian:
    """Return the last value for all months of ``target``, shape (targets,)."""
    ahead = _ahead(past, target)
    steps, gaps = np.diff(past.z), np.diff(past.time)
    month = past.assumed if past.few else float(np.sqrt(np.mean(steps**2 / gaps)))
    return Gaussian(np.full(target.size, past.z[-1]), month * np.sqrt(ahead))


def drift(past: Past, target: Floats) -> Gaussian:
    """Return the random walk with drift: variance s^2 h (1 + h/T) over a known span of T months."""
    ahead = _ahead(past, target)
    if past.time.size < FEW - 1:
        return frozen(past, target)
    span = past.time[-1] - past.time[0]
    slope = float(past.z[-1] - past.z[0]) / span
    if past.few:
        variance = past.assumed**2
    else:
        gaps = np.diff(past.time)
        variance = float(np.sum((np.diff(past.z) - slope * gaps) ** 2 / gaps)) / (past.time.size - 2)
    return Gaussian(past.z[-1] + slope * ahead, np.sqrt(variance * ahead * (1.0 + ahead / span)))


def trend(past: Past, target: Floats) -> Gaussian:
    """Return least squares in time: variance s^2 (1 + 1/n + (t - mean t)^2/S); the drift where points are few."""
    if past.few:
        return drift(past, target)
    n, middle = past.time.size, past.time.mean()
    away = past.time - middle
    power = float(away @ away)
    slope = float(away @ past.z) / power
    left = past.z - past.z.mean() - slope * away
    variance = float(left @ left) / (n - 2)
    far = target - middle
    return Gaussian(past.z.mean() + slope * far, np.sqrt(variance * (1.0 + 1.0 / n + far**2 / power)))


RULES: dict[str, Callable[[Past, Floats], Gaussian]] = {"frozen": frozen, "drift": drift, "trend": trend}


def rule_samples(known: Series, target: Floats) -> dict[str, Floats]:
    """Return samples of every rule in the unit of the series, shape (targets, ``SIZE``) each.

    Args:
        known: the series, cut to what is known.
        target: middles of the periods that are forecast, in months, shape (targets,).
    """
    past = Past.of(known)
    return {name: rule(past, target).samples(known.scale) for name, rule in RULES.items()}


def _ahead(past: Past, target: Floats) -> Floats:
    """Return months from the last known point, shape (targets,)."""
    return np.asarray(np.maximum(target - past.time[-1], 0.0))
