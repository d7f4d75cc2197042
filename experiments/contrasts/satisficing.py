"""How often a policy is good enough: shares of runs that meet stated demands, one by one and all together.

Satisficing (Simon 1956) asks for enough rather than for most; over many futures and draws it is a measure of
robustness (Lempert, Popper and Bankes 2003). The interval of a share is Wilson's (1927). Runs of a parameter draw are
alike, so with several draws it counts as many runs as would be as sure if they were independent (Korn and Graubard
1998), between the number of draws and the number of runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.frames import Rows
from experiments.contrasts.intervals import moments, summarise, unit_values
from experiments.contrasts.pairs import Outcomes
from experiments.contrasts.spec import Comparison
from experiments.contrasts.thresholds import meets
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
ALL = "all demands"


def wilson(share: float, n: float, level: float) -> tuple[float, float]:
    """Return the Wilson interval of a share of ``n`` runs; (NaN, NaN) without any."""
    if not n > 0:
        return np.nan, np.nan
    z = float(ndtri(0.5 + level / 2.0))
    centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n)
    half = z / (1.0 + z * z / n) * np.sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def effective(met: Floats) -> float:
    """Return how many independent runs are as sure as these.

    Args:
        met: 1.0, 0.0 or NaN, [D, S].

    Returns:
        The number of runs with one draw. With several, p (1 - p) over the variance of the mean of draw means, kept
        between the number of draws and the number of runs; the number of draws where that variance is 0.
    """
    n = float(np.isfinite(met).sum())
    if len(met) == 1 or n == 0:
        return n
    units, mean, spread = (float(item[0]) for item in moments(unit_values(met[..., None])))
    if units < 2 or spread == 0:
        return units
    return float(np.clip(mean * (1.0 - mean) * units / spread**2, units, n))


def met_by(outcomes: Outcomes, spec: Comparison) -> dict[str, Floats]:
    """Return which runs meet each demand, and all of them.

    Returns:
        Demand to 1.0, 0.0 or NaN (no value at the month), [P, F, D, S]. All demands: NaN where one of them is.
    """
    found = {}
    for demand in spec.demands:
        values = outcomes.at(demand.measure, demand.month)
        met = meets(values, demand.sign, demand.value).astype(np.float64)
        found[str(demand)] = np.where(np.isfinite(values), met, np.nan)
    if found:
        found[ALL] = np.prod(list(found.values()), axis=0)
    return found


def satisficing_table(outcomes: Outcomes, spec: Comparison, how: Resampling) -> pd.DataFrame:
    """Return, for each demand and for all, policy (the baseline first) and future, the share that meets it."""
    rows = Rows("satisficing")
    units = {str(demand): HEADLINES[demand.measure].unit for demand in spec.demands}
    base = outcomes.policies.index(spec.baseline)
    for demand, met in met_by(outcomes, spec).items():
        for policy in (spec.baseline, *spec.policies):
            for number, future in enumerate(outcomes.futures):
                mine = met[outcomes.policies.index(policy), number]
                values = _alone(mine, how.level)
                if policy != spec.baseline:
                    values |= _paired(mine, met[base, number], how)
                labels = {"policy": policy, "future": future, "demand": demand, "unit": units.get(demand, "")}
                rows.add(labels | values)
    return rows.frame()


def _alone(met: Floats, level: float) -> dict[str, Any]:
    n = int(np.isfinite(met).sum())
    share = float(moments(unit_values(met[..., None]))[1][0])
    size = effective(met)
    low, high = wilson(share, size, level)
    return {"n": n, "left_out": met.size - n, "share": share, "low": low, "high": high, "n_effective": size}


def _paired(mine: Floats, theirs: Floats, how: Resampling) -> dict[str, Any]:
    """Return the paired change: an interval over units, without a bootstrap, since differences are -1, 0 or 1."""
    change = mine - theirs
    found = summarise(change[..., None], Resampling(how.level, 0, how.seed))
    return {
        "pairs": int(found.n[0]),
        "gained": int((change == 1).sum()),
        "lost": int((change == -1).sum()),
        "change": found.mean[0],
        "change_low": found.t_low[0],
        "change_high": found.t_high[0],
    }
