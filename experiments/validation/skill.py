"""Skill against the best simple rule, with an interval over origins.

Skill is 1 less the model's mean CRPS over that of the best rule: 0 is as good, 1 is perfect, below 0 is worse. The best
rule is the one with the lowest mean CRPS over the very same points, which the model has to beat with hindsight.

Forecasts from neighbouring origins share what they don't know, so the interval is a moving-block bootstrap over origins
in their order: blocks of n^(1/3) origins, rounded up (Kuensch 1989; Hall, Horowitz and Jing 1995), drawn with
replacement; the best rule is that of all origins throughout. Fewer than four origins have no interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.rng import Streams

Floats = NDArray[np.float64]
LEVEL = 0.9
REPLICATES = 2000
FEWEST = 4
"""Origins below which no interval is given."""
PROCESS = "validation blocks"


@dataclass(frozen=True)
class Skill:
    """Skill of a forecaster on a series at a horizon.

    Attributes:
        value: 1 less the ratio of mean CRPS; NaN where nothing could be scored.
        low, high: ends of the 90 percent interval; NaN where there is none.
        rule: the best rule.
        n: number of points.
        model, best: mean CRPS, in the unit of the series.
        why: why there is no interval; empty if there is one.
    """

    value: float
    low: float
    high: float
    rule: str
    n: int
    model: float
    best: float
    why: str = ""


def skill(model: Floats, rules: Mapping[str, Floats], seed: int = 0, key: str = "") -> Skill:
    """Return the skill against the best rule.

    Args:
        model: CRPS by origin, in the order of origins, shape (n,); NaN where the model had no forecast.
        rules: the same of each rule.
        seed: of the bootstrap.
        key: what the bootstrap is for, so that another series has other blocks.
    """
    known = np.isfinite(model)
    for scores in rules.values():
        known &= np.isfinite(scores)
    n = int(known.sum())
    if not n:
        return Skill(np.nan, np.nan, np.nan, "", 0, np.nan, np.nan, "no point could be scored")
    means = {name: float(scores[known].mean()) for name, scores in rules.items()}
    rule = min(means, key=lambda name: means[name])
    mine, best = model[known], rules[rule][known]
    low, high, why = _interval(mine, best, seed, key)
    return Skill(_ratio(float(mine.mean()), means[rule]), low, high, rule, n, float(mine.mean()), means[rule], why)


def _ratio(model: float, best: float) -> float:
    """Return 1 - model/best; a rule that is never wrong is matched by a model that is never wrong."""
    if best > 0:
        return 1.0 - model / best
    return 0.0 if model == best else -np.inf


def block_length(n: int) -> int:
    """Return how many neighbouring origins a block holds: the cube root of their number, rounded up."""
    return int(np.ceil(round(n ** (1 / 3), 9)))


def _interval(model: Floats, best: Floats, seed: int, key: str) -> tuple[float, float, str]:
    n = model.size
    if n < FEWEST:
        count = "1 origin is" if n == 1 else f"{n} origins are"
        return np.nan, np.nan, f"{count} fewer than {FEWEST}"
    drawn = blocks(n, seed, key)
    top, bottom = model[drawn].sum(axis=1), best[drawn].sum(axis=1)
    if not (bottom > 0).all():
        return np.nan, np.nan, "a rule is without error in some resamples"
    low, high = np.quantile(1.0 - top / bottom, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high), ""


def blocks(n: int, seed: int, key: str, replicates: int = REPLICATES) -> NDArray[np.intp]:
    """Return the origins of each resample, shape (replicates, n): whole blocks, the last one cut."""
    length = block_length(n)
    count = -(-n // length)
    unit = Streams(seed).uniform(PROCESS, key, np.arange(replicates)[:, None], np.arange(count)[None, :])
    first = np.floor(unit * (n - length + 1)).astype(np.intp)
    return (first[:, :, None] + np.arange(length)).reshape(replicates, -1)[:, :n]
