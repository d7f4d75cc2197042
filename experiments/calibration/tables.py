"""The tables of a calibration: posterior, generations, fit, identifiability, correlations, pins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.abc import Floats, pooled
from experiments.calibration.session import Calibrated
from experiments.calibration.sets import Free
from sim.rng import Streams

if TYPE_CHECKING:
    import pandas as pd

EDGE = 0.1
"""A parameter is at an edge where its mean or median lies within this share of its prior range of it."""
NARROW, SILENT = 0.5, 0.9
"""Spread over that of the prior: below the first the data say much, above the second next to nothing [A]."""
BEST = 5
"""A series is asked for its best fifth of generation 0."""
SHUFFLES, CHANCE = 2000, 0.05
"""Random fifths that the narrowing of a real one is held against; the chance that any series of a parameter beats them
by luck (Bonferroni)."""
PRIOR_SD = 12**-0.5
"""Of a uniform distribution over the unit box."""


def quantile(values: Floats, weights: Floats, level: float) -> float:
    """Return a weighted quantile, linear between the middles of the weights."""
    order = np.argsort(values, kind="stable")
    places = np.cumsum(weights[order]) - weights[order] / 2
    return float(np.interp(level * weights.sum(), places, values[order]))


def posterior(found: Calibrated) -> pd.DataFrame:
    """Return the accepted draws, a column a parameter, and ``weight``: what ``draws=FILE`` reads."""
    import pandas as pd

    return pd.DataFrame(found.accepted, columns=list(found.asked.set.paths)).assign(weight=found.population.weights)


def accepted(found: Calibrated) -> pd.DataFrame:
    """Return what stands behind the rows of the posterior: generation, draw, weight, distance, D_j of each series."""
    import pandas as pd

    population = found.population
    head = pd.DataFrame(
        {"generation": population.generation, "draw": population.draw, "weight": population.weights,
         "distance": population.distances}
    )  # fmt: skip
    parts = pd.DataFrame(found.accepted_by_series, columns=[item.key for item in found.asked.set.series])
    return pd.concat([head, parts], axis=1)


def generations(found: Calibrated) -> pd.DataFrame:
    """Return a row a generation: draws, simulator, pooled generations, accepted, tolerance, ess, distances."""
    import pandas as pd

    rows = []
    for place, (run, population) in enumerate(zip(found.sampled.generations, found.sampled.populations, strict=True)):
        known = run.distances[np.isfinite(run.distances)]
        rows.append({
            "generation": run.number, "draws": len(run.places), "failed": len(run.places) - known.size,
            "strengths": run.simulator, "pooled": len(pooled(found.sampled.generations[: place + 1])),
            "accepted": population.weights.size, "tolerance": population.tolerance, "ess": population.ess,
            "min_distance": known.min(), "median_distance": np.median(known),
        })  # fmt: skip
    return pd.DataFrame(rows)


def fit(found: Calibrated) -> pd.DataFrame:
    """Return D_j of each series, and D in the last row: as shipped, at both centres, posterior mean."""
    import pandas as pd

    population, items = found.population, found.asked.set.targets
    mean = population.weights @ found.accepted_by_series
    rows = [
        {"series": item.series.key, "n": item.series.size, "n_eff": item.series.effective, "weight": found.weights[j],
         "before": found.before.by_series[0, j], "prior_centre": found.judged.by_series[0, j],
         "centre": found.judged.by_series[1, j], "posterior_mean": mean[j]}
        for j, item in enumerate(items)
    ]  # fmt: skip
    rows.append({
        "series": "all", "n": sum(item.series.size for item in items), "n_eff": sum(row["n_eff"] for row in rows),
        "weight": 1.0, "before": found.before.total[0], "prior_centre": found.judged.total[0],
        "centre": found.judged.total[1], "posterior_mean": float(population.weights @ population.distances),
    })  # fmt: skip
    return pd.DataFrame(rows)


def identifiability(found: Calibrated) -> pd.DataFrame:
    """Return what the data say of each parameter beside its prior, with a remark where that needs one."""
    import pandas as pd

    return pd.DataFrame(list(_identified(found)))


def _identified(found: Calibrated) -> Iterator[dict[str, Any]]:
    values, weights = found.accepted, found.population.weights
    for k, item in enumerate(found.asked.set.free):
        column, span = values[:, k], item.high - item.low
        q05, q50, q95 = (quantile(column, weights, level) for level in (0.05, 0.5, 0.95))
        mean, sd = float(weights @ column), float(found.population.sd[k] * span)
        ratio = float(found.population.sd[k] / PRIOR_SD)
        edge = min(q50 - item.low, item.high - q50) / span
        yield {
            "parameter": item.path, "prior_low": item.low, "prior_high": item.high, "default": item.default,
            "mean": mean, "sd": sd, "q05": q05, "q50": q50, "q95": q95, "sd_ratio": ratio, "edge": edge,
            "remark": remark(item, mean, q50, ratio),
        }  # fmt: skip


def remark(item: Free, mean: float, median: float, ratio: float) -> str:
    """Return what a reader should know of a parameter: at an edge of its prior, or not told by the data."""
    span, parts = item.high - item.low, []
    if ratio > SILENT:
        parts.append("not identified: as wide as its prior")
    for low, limit, words in ((True, item.low, "less"), (False, item.high, "more")):
        near = min(abs(mean - limit), abs(median - limit)) <= EDGE * span
        if near:
            side = "low" if low else "high"
            origin = f"prior from {item.tag}" + (f": {item.why}" if item.why else "")
            said = f"at the {side} edge: the data want {words} than the {limit:g} that the prior allows; {origin}"
            parts.append(said)
    return "; ".join(parts)


def correlations(found: Calibrated) -> pd.DataFrame:
    """Return the weighted Spearman correlations of the parameters in the posterior, a square table."""
    import pandas as pd

    names = list(found.asked.set.paths)
    table = spearman(found.accepted, found.population.weights)
    return pd.DataFrame(table, columns=names).assign(parameter=names)[["parameter", *names]]


def spearman(values: Floats, weights: Floats) -> Floats:
    """Return weighted Spearman correlations: of weighted mid-ranks, shape (d, d); 0 where a column has one value.

    Args:
        values: shape (m, d).
        weights: shape (m,).
    """
    ranks = np.stack([_ranks(column, weights) for column in values.T], axis=1)
    gaps = ranks - weights @ ranks / weights.sum()
    moments = (gaps * weights[:, None]).T @ gaps
    scale = np.sqrt(np.diag(moments))
    both = np.outer(scale, scale)
    return np.asarray(np.divide(moments, both, out=np.eye(len(scale)), where=both > 0))


def _ranks(values: Floats, weights: Floats) -> Floats:
    """Return the weight below each value, and half of that at it."""
    distinct, place = np.unique(values, return_inverse=True)
    mass = np.bincount(place, weights, minlength=distinct.size)
    return np.asarray((np.cumsum(mass) - mass / 2)[place])


def pins(found: Calibrated) -> pd.DataFrame:
    """Return which series pins which parameter: what the best fifth of generation 0 by that series narrows it by.

    ``narrowed`` is 1 - sd of the fifth / sd of the generation; ``noise`` what random fifths narrow at most, so that one
    parameter in twenty has a series beyond it by chance; ``place`` where the fifth lies in the prior range, 0.5 being
    its middle.
    """
    import pandas as pd

    first, rows = found.sampled.generations[0], []
    size = max(2, len(first.places) // BEST)
    noise = noise_level(len(first.places), size, len(found.asked.set.series), found.asked.seed)
    for k, path in enumerate(found.asked.set.paths):
        column = first.places[:, k]
        for j, item in enumerate(found.asked.set.series):
            best = np.argsort(found.by_series[0][:, j], kind="stable")[:size]  # NaN, of failed draws, comes last
            narrowed = 1.0 - float(column[best].std() / column.std())
            rows.append({
                "parameter": path, "series": item.key, "narrowed": narrowed, "noise": noise,
                "clear": narrowed > noise, "place": float(column[best].mean()),
            })  # fmt: skip
    return pd.DataFrame(rows)


def noise_level(draws: int, size: int, series: int, seed: int) -> float:
    """Return what random subsets of evenly spread draws narrow a parameter by, at the level that chance seldom beats.

    Args:
        draws: of the generation.
        size: of a subset.
        series: that have a try at each parameter; one parameter in twenty has one beyond the level by chance.
        seed: of the random subsets.
    """
    keys = Streams(seed).uniform("pins noise", np.arange(SHUFFLES)[:, None], np.arange(draws)[None, :])
    chosen = np.argpartition(keys, size - 1, axis=1)[:, :size]
    column = (np.arange(draws) + 0.5) / draws
    return float(np.quantile(1.0 - column[chosen].std(axis=1) / column.std(), 1.0 - CHANCE / series))


def every_table(found: Calibrated) -> dict[str, pd.DataFrame]:
    """Return all tables by the names of their files, without ending."""
    return {
        "posterior": posterior(found), "accepted": accepted(found), "generations": generations(found),
        "fit": fit(found), "identifiability": identifiability(found), "correlations": correlations(found),
        "pins": pins(found),
    }  # fmt: skip
