"""Pairs until the interval is narrow enough, with an interval that holds at whatever number one stops.

A t interval is meant for a number of pairs that was fixed beforehand. Whoever looks again and again, and stops when
the answer pleases, makes it hold less often than it says. A *confidence sequence* covers the mean at all numbers of
pairs together with the stated probability, so it may be looked at after every batch, and a study may stop, or go on
after it had stopped, for any reason.

The sequence used is the normal mixture for Student's t. Put a prior N(0, 1/c2) on the effect size (mean - m) / sigma
and the right Haar prior on sigma; the Bayes factor against the mean m after n differences with mean xbar and variance
s^2 is

    B_n(m) = sqrt(c2/(n+c2)) ((1 + u) / (1 + u c2/(n+c2)))^(n/2),    u = n (xbar - m)^2 / ((n-1) s^2)

(Lai 1976; Gönen, Johnson, Lu and Westfall 2005 for this Bayes factor). If the mean is m, it is a non-negative
martingale in the history of the t statistics, with mean 1 (Hendriksen, de Heide and Grünwald 2021; Pérez-Ortiz et al.
2024). By Ville's inequality it ever reaches 1/alpha with probability alpha at most, so the set {m: B_n(m) < 1/alpha}
covers at all n together (Wang and Ramdas 2025). That is a statement about the whole path, so what a stopping rule
looks at does not matter. Solved for m, with k = c2/(n+c2) and K = (alpha^2 k)^(-1/n), it is

    |xbar - m| < s sqrt((n-1)/n (K-1) / (1 - K k))    where K k < 1, and the whole line otherwise.

Exact for Gaussian differences; for others the coverage is only asymptotic, and less where they are skewed and n is
small (hence no look before 16). With several parameter draws the unit is a draw with all its seeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.intervals import moments, t_half_width
from experiments.contrasts.words import most_missed
from sim.errors import InputError, Problem

Floats = NDArray[np.float64]
C2 = 7.0
"""[A] Prior precision of the effect size. At level .95 it gives the narrowest sequence near 64 units (the best there is
7.26), 5 percent wider than the best at 24, and 4 percent at 256."""
FIRST, BATCH = 16, 8
"""Units at the first look, and between two looks."""
MOST = 1 << 20
"""Beyond so many units no forecast is made."""


def log_bayes_factor(m: float, n: int, mean: float, spread: float, c2: float = C2) -> float:
    """Return log B_n(m) for n differences with a mean and a standard deviation (n - 1)."""
    k = c2 / (n + c2)
    u = n * (mean - m) ** 2 / ((n - 1) * spread**2)
    return float(0.5 * np.log(k) + 0.5 * n * (np.log1p(u) - np.log1p(u * k)))


def half_width(n: int | NDArray[np.int64], spread: float | Floats, level: float = 0.95, c2: float = C2) -> Floats:
    """Return the half-width of the confidence sequence after n units.

    Args:
        n: number of units; broadcasts against ``spread``.
        spread: their standard deviation (n - 1).
        level: probability with which all intervals together cover the mean.
        c2: prior precision of the effect size.

    Returns:
        Infinite while nothing can be said (n below 2, or K k of 1 or more), 0 where the spread is 0.
    """
    size = np.maximum(np.asarray(n, dtype=np.float64), 1.0)
    k = c2 / (size + c2)
    log_k = -(2.0 * np.log1p(-level) + np.log(k)) / size
    free = 1.0 - np.exp(log_k + np.log(k))
    able = (free > 0) & (np.asarray(n) > 1)
    ratio = (size - 1.0) / size * np.expm1(np.where(able, log_k, 1.0)) / np.where(able, free, 1.0)
    width = np.asarray(spread) * np.sqrt(ratio)
    return np.asarray(np.where(able, width, np.where((np.asarray(n) > 1) & (np.asarray(spread) == 0), 0.0, np.inf)))


@dataclass(frozen=True)
class Decision:
    """What a look at some differences says.

    Attributes:
        stop: whether the interval is narrow enough, or the units are at their most.
        reached: whether it is narrow enough.
        units: complete ones.
        mean: of them; NaN without any.
        half_width: of the confidence sequence; infinite before the first look.
        low, high: its limits.
        t_half_width: of the t interval for as many, which does not allow for looking; NaN with fewer than two.
        next_units: how many to have tried at the next look, those that failed included; the present number if it stops.
        forecast: at how many units the precision would be reached if the spread stays; None beyond sight.
        all_zero: whether there are units, and each is exactly 0: the half-width is then 0 because nothing was seen.
        missed: largest share of units with a difference that so many without any would not have shown
            (``words.most_missed``); NaN unless ``all_zero``.
    """

    stop: bool
    reached: bool
    units: int
    mean: float
    half_width: float
    low: float
    high: float
    t_half_width: float
    next_units: int
    forecast: int | None
    all_zero: bool = False
    missed: float = float("nan")


@dataclass(frozen=True)
class Stopping:
    """When to stop: first looked at after 16 units, then every 8.

    Attributes:
        precision: half-width that is asked for, in the unit of the differences.
        level: of the confidence sequence.
        most: number of units after which it stops in any case; None for no limit.

    Raises:
        InputError: a precision that is not above 0, or a level outside [0.5, 1).
    """

    precision: float
    level: float = 0.95
    most: int | None = None

    def __post_init__(self) -> None:
        problems = []
        if not (np.isfinite(self.precision) and self.precision > 0):
            problems.append(
                Problem("precision", "precision", f"{self.precision:g} is not legal", "a half-width above 0")
            )
        if not 0.5 <= self.level < 1.0:
            problems.append(Problem("precision", "level", f"{self.level:g} is not legal", "0.5 or more and below 1"))
        if problems:
            raise InputError(problems)

    def look(self, values: Floats) -> Decision:
        """Return whether to stop.

        Args:
            values: differences, one a unit (``intervals.unit_values``), NaN for a unit that failed, [units].
        """
        values = np.asarray(values, dtype=np.float64)
        counts, means, spreads = moments(values[:, None])
        n, mean, spread = int(counts[0]), float(means[0]), float(spreads[0])
        half = float(half_width(n, spread, self.level)) if n >= FIRST else np.inf
        reached, tried = half <= self.precision, len(values)
        stop = reached or (self.most is not None and tried >= self.most)
        classic = float(t_half_width(counts, spreads, self.level)[0])
        after = tried if stop else self.after(tried)
        forecast = n if reached else self._forecast(n, spread)
        still = n > 0 and bool(np.all(values[np.isfinite(values)] == 0.0))
        missed = most_missed(n, self.level) if still else np.nan
        return Decision(
            stop, reached, n, mean, half, mean - half, mean + half, classic, after, forecast, still, missed
        )  # fmt: skip

    def after(self, tried: int) -> int:
        """Return the number of units at the look that comes after so many."""
        following = FIRST if tried < FIRST else FIRST + BATCH * ((tried - FIRST) // BATCH + 1)
        return following if self.most is None else min(following, self.most)

    def _forecast(self, n: int, spread: float) -> int | None:
        if n < 2:
            return None
        ahead = np.arange(FIRST, MOST, BATCH)
        ahead = ahead[ahead > n]
        narrow = half_width(ahead, spread, self.level) <= self.precision
        return int(ahead[narrow.argmax()]) if narrow.any() else None
