"""The years that the model was fitted to: the posterior beside the data, and rules that were started once.

Predictive distributions are those of the whole posterior, with the discrepancy of the series and the observation error
of the point around each run. The discrepancy is estimated in sample: what the mean squared residual of the posterior
mean has more than the spread of the runs and the observation error explain. Each rule is started once, from the first
three points, and runs free; scores compare it with the model over the points that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.links import link
from experiments.evidence.readings import Readings
from experiments.evidence.series import Series
from experiments.validation import scores
from experiments.validation.forecast import MODEL, mixture, points
from experiments.validation.rules import RULES, floored, rule_samples
from sim.calendar import month_name

Floats = NDArray[np.float64]
START = 3
"""Points from which each rule is started."""
COVERED, WIDTH = (0.75, 0.97), 2.0
"""What is asked of the fit as a whole: the share of points inside 90 percent intervals, and their mean width over that
of the best rule, at most (docs/model.md, section 10)."""


@dataclass(frozen=True)
class Fit:
    """One series beside the model.

    Attributes:
        series: the points at which the model has a reading.
        samples: of each forecaster, shape (points, `rules.SIZE`); the rules have the points after ``START`` only.
        discrepancy: spread on the scale of comparison.
        missing: points at which the model has no reading.
    """

    series: Series
    samples: dict[str, Floats]
    discrepancy: float
    missing: int


def fit(series: Series, readings: Readings, weights: Floats) -> Fit:
    """Return a series beside the weighted runs of the posterior.

    Args:
        series: the series, at least one point.
        readings: of the runs.
        weights: of the runs, shape (runs,).
    """
    z = link(readings.at(series), series.scale)
    seen = np.asarray(np.isfinite(z[weights > 0]).any(axis=0))
    kept, z = series.where(seen), z[:, seen]
    spread = unexplained(z, weights, kept.linked, kept.linked_se)
    noise = np.sqrt(spread**2 + kept.linked_se**2)
    samples = {MODEL: mixture(z, weights, noise, kept.scale)} if kept.size else {}
    if kept.size > START:
        time = ((kept.start + kept.end) / 2)[START:]
        samples |= rule_samples(points(kept, range(START)), time)
    return Fit(kept, samples, spread, int((~seen).sum()))


def unexplained(z: Floats, weights: Floats, observed: Floats, se: Floats) -> float:
    """Return the spread of the discrepancy on the scale of comparison, 0 or more.

    Args:
        z: runs, shape (runs, n).
        weights: of the runs, shape (runs,).
        observed, se: shape (n,).
    """
    if not observed.size:
        return 0.0
    mass = weights[:, None] * np.isfinite(z)
    share = mass / mass.sum(axis=0)
    mean = (share * np.nan_to_num(z)).sum(axis=0)
    inside = (share * np.nan_to_num(z - mean) ** 2).sum(axis=0)
    return float(np.sqrt(max(0.0, np.mean((observed - mean) ** 2 - inside - se**2))))


def rows_of(found: Fit) -> list[dict[str, Any]]:
    """Return a row for every point and forecaster of a series."""
    series, rows = found.series, []
    for by, samples in found.samples.items():
        first = series.size - len(samples)
        part = points(series, range(first, series.size))
        crps = scores.crps(samples, floored(part.values, series.scale))
        quantiles = np.quantile(samples, (0.05, 0.25, 0.5, 0.75, 0.95), axis=1).T
        rows += [
            {
                "instrument": series.instrument, "series": series.key, "scale": series.scale, "forecaster": by,
                "month": month_name(int(part.month[k])), "start": float(part.start[k]), "end": float(part.end[k]),
                "scored": first + k >= START or series.size <= START,
                "value": float(part.values[k]), "se": float(part.se[k]), "crps": float(crps[k]),
                **dict(zip(("q05", "q25", "q50", "q75", "q95"), map(float, quantiles[k]), strict=True)),
            }
            for k in range(part.size)
        ]  # fmt: skip
    return rows


def summary(found: Fit) -> dict[str, Any]:
    """Return the row of a series: scores of the model over all points, and against the rules over those that follow."""
    series, samples = found.series, found.samples
    row: dict[str, Any] = {
        "instrument": series.instrument, "series": series.key, "scale": series.scale, "n": series.size,
        "missing": found.missing, "discrepancy": found.discrepancy,
    }  # fmt: skip
    if not series.size:
        return row
    model, values = samples[MODEL], floored(series.values, series.scale)
    for share in scores.CENTRAL:
        row[f"cover{share:.0%}".rstrip("%")] = float(scores.covered(model, values, share).mean())
        row[f"width{share:.0%}".rstrip("%")] = float(scores.widths(model, share).mean())
    row["bias"] = float(scores.errors(model, values).mean())
    scored = series.size > START
    later = slice(START if scored else 0, None)
    row |= {"n_scored": series.size - START if scored else 0}
    row["crps_model"] = float(scores.crps(model, values)[later].mean())
    if not scored:
        return row
    of_rules = {name: float(scores.crps(samples[name], values[later]).mean()) for name in RULES}
    best = min(of_rules, key=lambda name: of_rules[name])
    return row | {f"crps_{name}": value for name, value in of_rules.items()} | {
        "best_rule": best, "skill": 1 - row["crps_model"] / of_rules[best] if of_rules[best] > 0 else np.nan,
        "model_width90": float(scores.widths(model[later], 0.9).mean()),
        "rule_width90": float(scores.widths(samples[best], 0.9).mean()),
    }  # fmt: skip


def overall(found: Iterable[Fit], summaries: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return the share of all points inside 90 percent intervals, and width and CRPS over those of the best rules.

    Different units are compared by scale: the sum over points of the model over that of the best rule of each series,
    and these ratios averaged by number of points. ``lost`` counts the series on which the best rule has less CRPS.
    """
    summaries = list(summaries)
    inside = [
        scores.covered(item.samples[MODEL], floored(item.series.values, item.series.scale), 0.9)
        for item in found
        if item.series.size
    ]
    scored = [row for row in summaries if row.get("n_scored")]
    covered = np.concatenate(inside) if inside else np.array([np.nan])
    return {
        "points": float(covered.size), "covered90": float(covered.mean()),
        "width_ratio": _ratio(scored, lambda row: (row["model_width90"], row["rule_width90"])),
        "crps_ratio": _ratio(scored, lambda row: (row["crps_model"], row[f"crps_{row['best_rule']}"])),
        "scored": float(len(scored)), "lost": float(sum(row["skill"] < 0 for row in scored)),
    }  # fmt: skip


def _ratio(rows: Iterable[Mapping[str, Any]], pair: Callable[[Mapping[str, Any]], tuple[float, float]]) -> float:
    """Return model over best rule, summed over the points of a scale and averaged over scales by points."""
    sums: dict[str, tuple[float, float, int]] = {}
    for row in rows:
        n, (mine, best) = int(row["n_scored"]), pair(row)
        old = sums.get(str(row["scale"]), (0.0, 0.0, 0))
        sums[str(row["scale"])] = old[0] + n * mine, old[1] + n * best, old[2] + n
    total = sum(n for _, best, n in sums.values() if best > 0)
    return sum(n * mine / best for mine, best, n in sums.values() if best > 0) / total if total else float("nan")
