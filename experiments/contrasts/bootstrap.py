"""The studentised bootstrap of a mean (bootstrap-t), with keyed resamples.

Why studentised: comparisons have 8 to 64 units. Percentile and BCa intervals of so few are too narrow, because the
spread of resampled means is that of n, not n - 1, and has no t quantile; the studentised interval is second-order
correct (Hall 1988; DiCiccio and Efron 1996; Davison and Hinkley 1997, sections 2.4 and 5.2; Hesterberg 2015). And
when draws are resampled and then seeds within them, the seeds' part of the spread is counted twice in resampled means
(Davison and Hinkley 1997, section 3.8); a studentised mean divides by a spread that was counted the same way.

Coverage of the 95 percent interval in 4,000 samples of n seeds (t; studentised; BCa; percentile): Gaussian, n = 8:
.948; .944; .883; .878. n = 16: .952; .952; .921; .921. Lognormal, n = 16: .854; .914; .855; .832. n = 32: .889; .930;
.895; .886. Two levels, 12 draws of 6 seeds, as much spread between as within: .946; .947.

Its weakness is a resample that has lost the spread of the sample, as when few of the differences are not zero. Where
such resamples reach into the tail that a limit is read from, there is no limit: it is NaN, and the t interval stands
alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.rng import Streams

Floats = NDArray[np.float64]
LOST = 1e-4
"""[A] A resample whose variance is below this part of the sample's has lost its spread."""
PORTION = 1 << 22
"""Random numbers that are held at once."""


@dataclass(frozen=True)
class Resampling:
    """How intervals are made.

    Attributes:
        level: of all intervals.
        replicates: resamples; 0 for no bootstrap.
        seed: of the resamples.
    """

    level: float = 0.95
    replicates: int = 2000
    seed: int = 0


def studentised(values: Floats, mean: Floats, spread: Floats, how: Resampling, key: tuple[str, ...]) -> Floats:
    """Return the limits of bootstrap-t intervals for the means of columns.

    Args:
        values: differences, [D, S, T], NaN where a pair is left out. With D = 1 seeds are resampled; else draws, and
            seeds within each of them.
        mean: of the units (seeds, or draw means), [T].
        spread: their standard deviation, [T].
        how: level, replicates, seed.
        key: what the resamples are for: they are a function of the seed and these names.

    Returns:
        [2, T]: low and high; NaN with fewer than two units, or where too many resamples have lost the spread.
    """
    limits = np.full((2, values.shape[2]), np.nan)
    alive = np.isfinite(spread) & (spread > 0) & (how.replicates > 0)
    for columns in _alike(np.isfinite(values), alive):
        scaled = (values[:, :, columns] - mean[columns]) / spread[columns]
        pivots = _pivots(scaled, how, key)
        low, high = _tails(pivots, how.level)
        units = _units(np.isfinite(values[:, :, columns[:1]]))
        error = spread[columns] / np.sqrt(units)
        limits[0, columns] = mean[columns] - high * error
        limits[1, columns] = mean[columns] - low * error
    limits[:, ~np.isfinite(limits).all(axis=0)] = np.nan
    return limits


def _alike(known: NDArray[np.bool_], alive: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """Yield columns that have the same pairs, those with an interval to be made."""
    places = np.flatnonzero(alive)
    if places.size:
        patterns = known.reshape(-1, known.shape[2])[:, places]
        _, group = np.unique(np.packbits(patterns, axis=0), axis=1, return_inverse=True)
        for number in range(group.max() + 1):
            yield places[group.ravel() == number]


def _units(known: NDArray[np.bool_]) -> int:
    return int(known.sum()) if known.shape[0] == 1 else int(known.any(axis=1).sum())


def _pivots(scaled: Floats, how: Resampling, key: tuple[str, ...]) -> Floats:
    """Return the studentised means of resamples, [replicates, T]; the columns of ``scaled`` have the same pairs."""
    known = np.isfinite(scaled[:, :, 0])
    if len(scaled) == 1:
        return _of_units(scaled[0][known[0]], how, key)
    groups = [scaled[d][known[d]] for d in range(len(scaled)) if known[d].any()]
    if all(len(group) == 1 for group in groups):
        return _of_units(np.concatenate(groups), how, key)
    return _of_groups(groups, how, key)


def _of_units(units: Floats, how: Resampling, key: tuple[str, ...]) -> Floats:
    """Resample rows of [units, T]."""
    n = len(units)
    parts = []
    for replicates in _portions(how.replicates, n):
        picked = _picks(how.seed, "bootstrap", key, n, replicates[:, None], np.arange(n)[None, :])
        weights = _counts(picked, n) / n
        means = _weighted(weights, units)
        variance = (_weighted(weights, units**2) - means**2) * (n / (n - 1))
        parts.append(_studentised(means, variance, n))
    return np.concatenate(parts)


def _of_groups(groups: list[Floats], how: Resampling, key: tuple[str, ...]) -> Floats:
    """Resample groups (draws), then rows (seeds) within each of them."""
    n, most = len(groups), max(len(group) for group in groups)
    size = np.array([len(group) for group in groups])
    parts = []
    for replicates in _portions(how.replicates, n * max(most, groups[0].shape[1])):
        slots = np.arange(n)[None, :]
        drawn = _picks(how.seed, "bootstrap draws", key, n, replicates[:, None], slots)
        inner = np.arange(most)[None, None, :]
        place = _picks(
            how.seed, "bootstrap seeds", key, size[drawn][..., None], replicates[:, None, None], slots[..., None], inner
        )  # fmt: skip
        means = np.empty((len(replicates), n, groups[0].shape[1]))
        for number, group in enumerate(groups):
            here = drawn == number
            means[here] = _weighted(_counts(place[here][:, : len(group)], len(group)) / len(group), group)
        centre = means.mean(axis=1)
        variance = ((means - centre[:, None]) ** 2).sum(axis=1) / (n - 1)
        parts.append(_studentised(centre, variance, n))
    return np.concatenate(parts)


def _weighted(weights: Floats, units: Floats) -> Floats:
    """Return ``weights @ units``, summed unit by unit: a BLAS product may differ in its last bits from call to call."""
    total = np.zeros((len(weights), units.shape[1]))
    for unit, weight in zip(units, weights.T, strict=True):
        total += weight[:, None] * unit
    return total


def _portions(replicates: int, each: int) -> Iterator[NDArray[np.int64]]:
    step = max(1, PORTION // max(each, 1))
    for first in range(0, replicates, step):
        yield np.arange(first, min(first + step, replicates))


def _picks(
    seed: int, process: str, key: tuple[str, ...], n: int | NDArray[np.int64], *ids: object
) -> NDArray[np.int64]:
    """Return keyed places below ``n``."""
    return np.asarray(Streams(seed).uniform(process, *key, *ids) * n, dtype=np.int64)


def _counts(picked: NDArray[np.int64], n: int) -> Floats:
    """Return how often each of ``n`` was picked, row by row."""
    rows = len(picked)
    flat = (picked + n * np.arange(rows)[:, None]).ravel()
    return np.bincount(flat, minlength=rows * n).reshape(rows, n).astype(np.float64)


def _studentised(means: Floats, variance: Floats, n: int) -> Floats:
    """Divide by the standard error; a resample without spread lies infinitely far out on its side, or at the mean."""
    lost = variance < LOST
    pivot = means * np.sqrt(n) / np.sqrt(np.where(lost, 1.0, variance))
    return np.where(lost, np.where(means == 0.0, 0.0, np.copysign(np.inf, means)), pivot)


def _tails(pivots: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the order statistics that cut off a tail of (1 - level) / 2 at each end, mirror images of each other."""
    count = len(pivots)
    place = max(1, int((count + 1) * (1.0 - level) / 2.0 + 1e-9)) - 1
    ordered = np.partition(pivots, (place, count - 1 - place), axis=0)
    return ordered[place], ordered[count - 1 - place]
