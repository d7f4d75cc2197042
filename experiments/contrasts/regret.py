"""Regret: how far a policy falls behind the best policy of the same history, by perspective.

The regret of a policy in a (future, draw, seed) is the best score among the compared policies, the baseline included,
less its own (Savage 1951). A policy that is rarely far behind is *robust*, whatever it is in the mean (Lempert et al.
2006). A history counts only if every policy has a score in it: the best of some is not the best of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.frames import Rows
from experiments.contrasts.judgement import scores
from experiments.contrasts.pairs import Outcomes
from experiments.contrasts.spec import Comparison
from experiments.objectives import Objective

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Regret:
    """Regret of policies in histories.

    Attributes:
        n, left_out: histories that count, and that do not, by future, [F].
        mean, largest: regret by policy and future, [P, F]; NaN in a future without histories.
        best, worst: share of histories, [P, F]. Ties are shared; where all are equal nobody is worst.
        worst_here: whether a policy has the largest mean regret of a future, and some other a smaller one, [P, F].
    """

    n: NDArray[np.int64]
    left_out: NDArray[np.int64]
    mean: Floats
    largest: Floats
    best: Floats
    worst: Floats
    worst_here: Flags


def regret_of(values: Floats) -> Regret:
    """Return the regret of policies.

    Args:
        values: scores, [P, F, D, S], NaN where there is none.
    """
    flat = values.reshape(*values.shape[:2], -1)
    known = np.isfinite(flat).all(axis=0)
    filled = np.where(known, flat, 0.0)
    top, bottom = filled.max(axis=0), filled.min(axis=0)
    behind = np.where(known, top - filled, 0.0)
    n = known.sum(axis=1)
    mean = np.where(n > 0, behind.sum(axis=2) / np.maximum(n, 1), np.nan)
    best = (known & (filled == top)).sum(axis=2) / np.maximum(n, 1)
    worst = (known & (filled == bottom) & (top > bottom)).sum(axis=2) / np.maximum(n, 1)
    here = (mean == mean.max(axis=0)) & (mean.max(axis=0) > mean.min(axis=0))
    largest = np.where(n > 0, behind.max(axis=2), np.nan)
    shares = [np.where(n > 0, share, np.nan) for share in (best, worst)]
    return Regret(n, known.shape[1] - n, mean, largest, shares[0], shares[1], here)


def regret_tables(outcomes: Outcomes, spec: Comparison, objectives: Sequence[Objective]) -> dict[str, pd.DataFrame]:
    """Return the tables ``regret`` (policy x future) and ``robustness`` (policy)."""
    policies, month = (spec.baseline, *spec.policies), spec.month_judged(outcomes.months)
    regret, robustness = Rows("regret"), Rows("robustness")
    for objective in objectives:
        found = regret_of(scores(outcomes, objective, month, policies, spec.baseline))
        for place, policy in enumerate(policies):
            labels = {"objective": objective.name, "policy": policy, "month": month}
            values = {
                "future": np.array(outcomes.futures, dtype=object), "n": found.n, "left_out": found.left_out,
                "mean_regret": found.mean[place], "max_regret": found.largest[place],
                "best_share": found.best[place], "worst_share": found.worst[place],
                "worst_here": found.worst_here[place],
            }  # fmt: skip
            regret.add(labels | values, len(outcomes.futures))
            robustness.add(labels | _over_futures(found, place))
    return {"regret": regret.frame(), "robustness": robustness.frame()}


def _over_futures(found: Regret, place: int) -> dict[str, Any]:
    """Return the columns of ``robustness``; futures without a history that counts are left out."""
    known = found.n > 0
    if not known.any():
        return {}
    return {
        "max_mean_regret": float(found.mean[place][known].max()),
        "max_regret": float(found.largest[place][known].max()),
        "never_worst_future": not found.worst_here[place][known].any(),
        "never_worst_run": not (found.worst[place][known] > 0).any(),
    }
