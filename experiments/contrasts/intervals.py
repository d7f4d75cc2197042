"""The mean of paired differences, how sure it is, and what makes it unsure.

With one parameter draw (or the parameters as given) the unit is the seed. With several the unit is the draw: pairs of
a draw share its parameters, so they are not independent, and a draw counts with the mean of its pairs. Intervals are
Student's t over units, and the studentised bootstrap (``bootstrap.py``).

What makes pairs differ is split by a one-way random effects model, difference = mean + draw + seed within draw
(Searle, Casella and McCulloch 1992, chapter 3): luck is the spread within draws, parameters the spread between draws
that luck does not explain. An estimate of the latter below zero is put to 0, and said to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from experiments.contrasts.bootstrap import Resampling, studentised

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """Paired differences in numbers, one of each for every column, [T].

    Attributes:
        n: complete pairs.
        left_out: pairs that are not.
        units: seeds or draws that the intervals rest on.
        mean: of the units.
        t_low, t_high: t interval; NaN with fewer than two units.
        boot_low, boot_high: studentised bootstrap interval; NaN where it can't be made.
        p: two-sided, of no effect, by the t distribution; NaN with fewer than two units.
        above, zero, below: shares of pairs above 0, exactly 0, below 0.
        sign_agreement: share of pairs with the sign of the mean; NaN where the mean is 0.
        sd_pairs: standard deviation of the pairs.
        sd_luck: within draws, over seeds; NaN with one seed.
        sd_parameters: between draws, luck taken out; NaN with one draw, and with one seed, where luck is part of it.
        truncated: whether the estimate of ``sd_parameters`` was below zero and is put to 0.
    """

    n: NDArray[np.int64]
    left_out: NDArray[np.int64]
    units: NDArray[np.int64]
    mean: Floats
    t_low: Floats
    t_high: Floats
    boot_low: Floats
    boot_high: Floats
    p: Floats
    above: Floats
    zero: Floats
    below: Floats
    sign_agreement: Floats
    sd_pairs: Floats
    sd_luck: Floats
    sd_parameters: Floats
    truncated: NDArray[np.bool_]

    @property
    def excludes_zero(self) -> NDArray[np.bool_]:
        """Whether the t interval is there and does not hold 0, [T]."""
        return np.asarray((self.t_low > 0) | (self.t_high < 0))

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the numbers under the names that tables have for them."""
        return {_COLUMN.get(name, name): values for name, values in vars(self).items()}


_COLUMN = {"above": "helps_up", "zero": "zero_share", "below": "helps_down", "truncated": "parameters_truncated"}


def summarise(differences: Floats, how: Resampling, *key: str) -> Summary:
    """Return what paired differences say.

    Args:
        differences: [D, S, T] (draws, seeds, columns), NaN where a pair is left out.
        how: level and bootstrap.
        key: what it is for: measure, policy, future ... Resamples depend on the seed and these names.
    """
    values = np.asarray(differences, dtype=np.float64)
    known = np.isfinite(values)
    n = known.sum(axis=(0, 1))
    units = unit_values(values)
    count, mean, spread = moments(units)
    half = t_half_width(count, spread, how.level)
    low, high = studentised(values, mean, spread, how, key)
    same = (spread == 0) & (how.replicates > 0)
    above, below = (share(values, known, sign) for sign in (1.0, -1.0))
    luck, parameters, truncated = split(values)
    return Summary(
        n, known.shape[0] * known.shape[1] - n, count, mean, mean - half, mean + half,
        np.where(same, mean, low), np.where(same, mean, high),
        p_value(count, mean, spread), above, share(values, known, 0.0), below,
        np.where(mean > 0, above, np.where(mean < 0, below, np.nan)), moments(_flat(values))[2], luck, parameters,
        truncated,
    )  # fmt: skip


def unit_values(differences: Floats) -> Floats:
    """Return the units of the intervals, [units, T]: with one draw the seeds, else the mean of each draw's pairs."""
    if len(differences) == 1:
        return np.asarray(differences[0])
    return np.stack([moments(draw)[1] for draw in differences])


def moments(units: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return number, mean and standard deviation (n - 1) of columns, NaN left out.

    Columns whose values are all equal have that value as mean, and a standard deviation of exactly 0.

    Args:
        units: [units, T].
    """
    known = np.isfinite(units)
    n = known.sum(axis=0)
    filled = np.where(known, units, 0.0)
    mean = np.where(n > 0, filled.sum(axis=0) / np.maximum(n, 1), np.nan)
    least = np.where(known, units, np.inf).min(axis=0, initial=np.inf)
    same = (least == np.where(known, units, -np.inf).max(axis=0, initial=-np.inf)) & (n > 0)
    mean = np.where(same, least, mean)
    squares = (np.where(known, units - mean, 0.0) ** 2).sum(axis=0)
    spread = np.where(same, 0.0, np.sqrt(squares / np.maximum(n - 1, 1)))
    return n, mean, np.where(n > 1, spread, np.nan)


def t_half_width(n: NDArray[np.int64], spread: Floats, level: float) -> Floats:
    """Return the half-width of t intervals, [T]; NaN with fewer than two units."""
    quantile = stdtrit(np.maximum(n - 1, 1), 0.5 + level / 2.0)
    return np.asarray(np.where(n > 1, quantile * spread / np.sqrt(np.maximum(n, 1)), np.nan))


def p_value(n: NDArray[np.int64], mean: Floats, spread: Floats) -> Floats:
    """Return two-sided p values of no effect, [T]; 1 where every unit is exactly 0, 0 where all are equal and not 0."""
    sure = np.where(mean == 0, 1.0, 0.0)
    error = np.where(spread > 0, spread, 1.0) / np.sqrt(np.maximum(n, 1))
    tail = 2.0 * stdtr(np.maximum(n - 1, 1), -np.abs(np.where(n > 1, mean, 0.0) / error))
    return np.asarray(np.where(n > 1, np.where(spread == 0, sure, tail), np.nan))


def share(values: Floats, known: NDArray[np.bool_], sign: float) -> Floats:
    """Return the share of known pairs with a sign (1, 0 or -1), [T]."""
    n = known.sum(axis=(0, 1))
    hits = (known & (np.sign(np.where(known, values, 0.0)) == sign)).sum(axis=(0, 1))
    return np.where(n > 0, hits / np.maximum(n, 1), np.nan)


def split(differences: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the standard deviations of luck and of parameters, and whether the latter was put to 0, each [T].

    Args:
        differences: [D, S, T]; draws may have different numbers of pairs.
    """
    known = np.isfinite(differences)
    n_d = known.sum(axis=1)
    n, draws = n_d.sum(axis=0), (n_d > 0).sum(axis=0)
    means = np.stack([moments(draw)[1] for draw in differences])
    within = (np.where(known, differences - means[:, None], 0.0) ** 2).sum(axis=(0, 1))
    grand = np.where(n > 0, np.where(n_d > 0, n_d * means, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)
    between = np.where(n_d > 0, n_d * (means - grand) ** 2, 0.0).sum(axis=0)
    has_luck, has_draws = n > draws, draws > 1
    luck = np.where(has_luck, within / np.maximum(n - draws, 1), np.nan)
    size = (n - (n_d**2).sum(axis=0) / np.maximum(n, 1)) / np.maximum(draws - 1, 1)
    estimate = (between / np.maximum(draws - 1, 1) - luck) / np.where(size > 0, size, 1.0)
    parameters = np.where(has_luck & has_draws, np.sqrt(np.maximum(estimate, 0.0)), np.nan)
    return np.sqrt(luck), parameters, np.asarray(has_luck & has_draws & (estimate < 0))


def _flat(values: Floats) -> Floats:
    return values.reshape(-1, values.shape[2])
