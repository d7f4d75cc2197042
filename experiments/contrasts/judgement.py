"""What a policy is worth to each side: scores of pairs by the perspectives of ``conf/objective``.

A score is the weighted sum of the paired differences of a perspective's measures, each in its 'large changes'
(scale). Weights and scales are assumptions, so they are printed beside the scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.frames import Rows
from experiments.contrasts.intervals import Summary, share, summarise
from experiments.contrasts.pairs import Outcomes, difference
from experiments.contrasts.spec import Comparison
from experiments.objectives import Objective
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
ALL_FUTURES = "all futures"
SCORE_UNIT = "large changes"


def objectives_of(names: Iterable[str]) -> tuple[Objective, ...]:
    """Return perspectives by name or path.

    Raises:
        InputError: unknown names, wrong files.
    """
    return tuple(Objective.load(name) for name in names)


def measures_of(objectives: Iterable[Objective]) -> tuple[str, ...]:
    """Return the headline measures that some perspectives need."""
    return tuple(dict.fromkeys(aim.measure for objective in objectives for aim in objective.aims))


def scores(outcomes: Outcomes, objective: Objective, month: str, policies: Sequence[str], baseline: str) -> Floats:
    """Return the score of each policy over the baseline in the same history.

    Returns:
        [policies, futures, draws, seeds], in large changes; NaN where a measure of the perspective has no value in one
        of both runs; exactly 0.0 for equal runs.
    """
    total = np.zeros((len(policies), *outcomes.ran.shape[1:]))
    for aim in objective.aims:
        gained = difference(outcomes.at(aim.measure, month, policies), outcomes.at(aim.measure, month, [baseline]))
        total += aim.weight * aim.sign * gained / aim.scale
    return total


def pooled(values: Floats) -> Floats:
    """Return the plain mean over futures of [futures, draws, seeds, T]; NaN unless all futures have a value.

    That all futures count the same is an assumption [A]; the rows of single futures stand beside it.
    """
    return np.asarray(values.sum(axis=0) / len(values))


def whole(values: Floats) -> Floats:
    """Return [futures, draws, seeds, T] with NaN in histories that lack a value in one of the futures."""
    return np.where(np.isfinite(values).all(axis=0), values, np.nan)


def objectives_table(
    outcomes: Outcomes, spec: Comparison, objectives: Sequence[Objective], how: Resampling
) -> pd.DataFrame:
    """Return what the policies are worth to each side at each date, by future and, if there are several, over all."""
    months = tuple(dict.fromkeys([*spec.dates, spec.month_judged(outcomes.months)]))
    rows = Rows("objectives")
    for objective in objectives:
        gained = np.stack(
            [scores(outcomes, objective, month, spec.policies, spec.baseline) for month in months], axis=-1
        )  # fmt: skip
        for place, policy in enumerate(spec.policies):
            ran = _ran(outcomes, policy, spec.baseline)
            for number, future in enumerate(outcomes.futures):
                found = summarise(gained[place, number], how, "objective", objective.name, policy, future)
                _add(rows, found, gained[place, [number]], ran[[number]], objective.name, policy, future, months)
            if len(outcomes.futures) > 1:
                found = summarise(pooled(gained[place]), how, "objective", objective.name, policy, ALL_FUTURES)
                _add(rows, found, whole(gained[place]), ran, objective.name, policy, ALL_FUTURES, months)
    return rows.frame()


def weights_table(objectives: Iterable[Objective]) -> pd.DataFrame:
    """Return the assumed weights and scales."""
    rows = Rows("weights")
    for objective in objectives:
        for aim in objective.aims:
            rows.add({
                "objective": objective.name, "title": objective.title, "measure": aim.measure,
                "unit": HEADLINES[aim.measure].unit, "sign": "+" if aim.sign > 0 else "-", "scale": aim.scale,
                "weight": aim.weight, "tag": aim.tag, "reason": aim.reason,
            })  # fmt: skip
    return rows.frame()


def _ran(outcomes: Outcomes, policy: str, baseline: str) -> NDArray[np.bool_]:
    mine, theirs = outcomes.policies.index(policy), outcomes.policies.index(baseline)
    return np.asarray(outcomes.ran[mine] & outcomes.ran[theirs])


def _add(
    rows: Rows, found: Summary, each: Floats, ran: NDArray[np.bool_], objective: str, policy: str, future: str,
    months: tuple[str, ...]
) -> None:  # fmt: skip
    """Add rows; counts and shares are those of every (draw, seed, future) in ``each`` [F, D, S, T]."""
    flat = each.reshape(-1, 1, len(months))
    known = np.isfinite(flat)
    n = known.sum(axis=(0, 1))
    counted: dict[str, Any] = {
        "n": n, "left_out": len(flat) - n, "failed": int((~ran).sum()),
        "helps": share(flat, known, 1.0), "ties": share(flat, known, 0.0), "hurts": share(flat, known, -1.0),
    }  # fmt: skip
    values = found.columns() | {"excludes_zero": found.excludes_zero} | counted
    labels = {"objective": objective, "policy": policy, "future": future, "unit": SCORE_UNIT}
    rows.add(values | labels | {"month": np.array(months, dtype=object)}, len(months))
