"""Which assumptions an effect hangs on: the effect of each parameter draw against what was drawn.

Spearman's rank correlation of a parameter with the effect of the policy on the headline measure, over draws, with an
interval (Bonett and Wright 2000) and a p value that is adjusted for the number of parameters tried (Holm 1979). Beside
it, the mean effect in the half of the draws in which the parameter is low, and in that in which it is high. It finds
what is monotone; what matters only together with something else it does not.
"""

from __future__ import annotations

from math import atanh, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.frames import Rows
from experiments.contrasts.intervals import unit_values
from experiments.contrasts.pairs import Outcomes
from experiments.contrasts.spec import Comparison
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
LEAST = 8
"""[A] With fewer draws no correlation is reported."""


def sensitivity_table(outcomes: Outcomes, spec: Comparison, draws: pd.DataFrame | None) -> pd.DataFrame:
    """Return a row a policy, future and parameter, for the headline measure at the last date.

    Args:
        outcomes: with the cell ``spec.headline``.
        spec: what is compared.
        draws: a line a draw, a column a parameter; None if there are none, and then the table is empty.
    """
    rows = Rows("sensitivity")
    if draws is None or len(draws) < LEAST:
        return rows.frame()
    month = spec.month_judged(outcomes.months)
    varied = [name for name in draws.columns if draws[name].nunique() > 1]
    for policy in spec.policies:
        for future in outcomes.futures:
            pairs = outcomes.pairs(policy, spec.baseline, future, spec.headline).at([month])
            labels = {
                "policy": policy, "future": future, "measure": spec.headline, "month": month,
                "unit": HEADLINES[spec.headline].unit,
            }  # fmt: skip
            _add(rows, labels, unit_values(pairs.differences)[:, 0], draws[varied])
    return rows.frame()


def _add(rows: Rows, labels: dict[str, str], effects: Floats, draws: pd.DataFrame) -> None:
    """Add the parameters of a policy and future, the strongest first; nothing where no effect differs."""
    from experiments.contrasts.tables import holm

    known = np.isfinite(effects)
    n = int(known.sum())
    if n < LEAST or np.ptp(effects[known]) == 0:
        return
    values = draws.to_numpy(np.float64)[known]
    found = correlations(values, effects[known])
    p = p_values(found, n)
    adjusted = holm(p)
    for at in np.argsort(-np.abs(found), kind="stable"):
        low, high = limits(float(found[at]), n)
        below = values[:, at] <= np.median(values[:, at])
        rows.add(
            labels | {
                "parameter": str(draws.columns[at]), "draws": n, "rho": found[at], "low": low, "high": high,
                "p": p[at], "p_holm": adjusted[at], "mean_low_half": effects[known][below].mean(),
                "mean_high_half": effects[known][~below].mean() if (~below).any() else np.nan,
            }
        )  # fmt: skip


def correlations(values: Floats, effects: Floats) -> Floats:
    """Return Spearman's rank correlation of each column with the effects.

    Args:
        values: [draws, parameters].
        effects: [draws].
    """
    from scipy.stats import rankdata

    ranks, own = rankdata(values, axis=0), rankdata(effects)
    ranks, own = ranks - ranks.mean(axis=0), own - own.mean()
    spread = np.sqrt((ranks**2).sum(axis=0) * (own**2).sum())
    return np.where(spread > 0, (ranks * own[:, None]).sum(axis=0) / np.where(spread > 0, spread, 1.0), 0.0)


def p_values(rho: Floats, n: int) -> Floats:
    """Return two-sided p values of no correlation: t with n - 2 degrees of freedom."""
    from scipy.special import stdtr

    t = np.abs(rho) * np.sqrt((n - 2) / np.maximum(1.0 - rho**2, 1e-300))
    return np.asarray(2.0 * stdtr(n - 2, -t), dtype=np.float64)


def limits(rho: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a rank correlation (Bonett and Wright 2000, on Fisher's z)."""
    from scipy.special import ndtri

    if abs(rho) >= 1.0:
        return rho, rho
    half = float(ndtri((1 + level) / 2)) * sqrt((1 + rho**2 / 2) / (n - 3))
    return tanh(atanh(rho) - half), tanh(atanh(rho) + half)
