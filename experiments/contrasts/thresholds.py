"""When a measure first crosses a value, run by run, and how much later or earlier under a policy.

A run that does not cross by the horizon is censored: it crosses after it, or never. It counts as 'after the horizon'
in shares and quantiles and is never dropped. A mean shift in months exists only for pairs in which both cross; these
are a selection, so the four cases are counted beside it.

Months count from the one after the hand-over, if there is one: what was crossed in history says nothing of a policy
that acts later. A run that met the value before crosses in the first month that counts in which it meets it;
``met_before`` is the share of such runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.frames import Rows
from experiments.contrasts.intervals import summarise
from experiments.contrasts.pairs import Outcomes
from experiments.contrasts.spec import AT_LEAST, Comparison, Threshold
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
QUARTILES = {"q25": 0.25, "median": 0.5, "q75": 0.75}


def meets(values: NDArray[Any], sign: str, value: float) -> NDArray[np.bool_]:
    """Say where values are at least ('>=') or at most ('<=') a value, to the seven digits that studies store."""
    limit = np.float32(value)
    stored = np.asarray(values, dtype=np.float32)
    return np.asarray(stored >= limit if sign == AT_LEAST else stored <= limit)


def first_crossing(values: NDArray[Any], sign: str, value: float) -> Floats:
    """Return the first month at which series meet a value.

    Args:
        values: [..., T], NaN where a cell has no users, which meets nothing.
        sign: '>=' or '<='.
        value: the threshold.

    Returns:
        [...]: place of the month; infinite where it is not met by the horizon; NaN where the series has no value.
    """
    hit = meets(values, sign, value)
    place = np.where(hit.any(axis=-1), hit.argmax(axis=-1).astype(np.float64), np.inf)
    return np.where(np.isfinite(values).any(axis=-1), place, np.nan)


def quantile_month(crossings: Floats, q: float, months: tuple[str, ...]) -> str:
    """Return the month by which a share ``q`` of runs have crossed; 'after ...' if that is beyond the horizon.

    Args:
        crossings: places of months, infinite for censored runs, NaN for runs left out, any shape.
        q: between 0 and 1.
        months: the axis.
    """
    known = np.sort(crossings[~np.isnan(crossings)], axis=None)
    if not known.size:
        return ""
    place = known[max(0, int(np.ceil(q * known.size - 1e-9)) - 1)]
    return months[int(place)] if np.isfinite(place) else f"after {months[-1]}"


def thresholds_table(outcomes: Outcomes, spec: Comparison, how: Resampling) -> pd.DataFrame:
    """Return when each threshold is crossed, by policy (the baseline first) and future, and the shift in months."""
    rows = Rows("thresholds")
    for rule in spec.thresholds:
        crossed, met = _counted(outcomes, rule)
        for policy in (spec.baseline, *spec.policies):
            for number, future in enumerate(outcomes.futures):
                mine = crossed[outcomes.policies.index(policy), number]
                values = _alone(mine, outcomes.months)
                if policy != spec.baseline:
                    theirs = crossed[outcomes.policies.index(spec.baseline), number]
                    values |= _paired(mine, theirs, how, ("threshold", str(rule), policy, future))
                before = met[outcomes.policies.index(policy), number]
                values |= {"since": outcomes.months[_start(outcomes, rule)], "met_before": _share(before)}
                rows.add({"policy": policy, "future": future} | _labels(rule) | values)
    return rows.frame()


def _start(outcomes: Outcomes, rule: Threshold) -> int:
    """Return the place of the first month that counts."""
    month = rule.month or outcomes.since
    return outcomes.months.index(month) if month else 0


def _counted(outcomes: Outcomes, rule: Threshold) -> tuple[Floats, Floats]:
    """Return the crossings from the first month that counts on, and whether it was met in the month before.

    Returns:
        [P, F, D, S] each: place of the month (``first_crossing``); 1, 0, or NaN without a value or a month before.
    """
    cell, start = outcomes.cells[rule.measure], _start(outcomes, rule)
    crossed = first_crossing(cell[..., start:], rule.sign, rule.value) + start
    if start == 0:
        return crossed, np.full(crossed.shape, np.nan)
    before = cell[..., start - 1]
    return crossed, np.where(np.isfinite(before), meets(before, rule.sign, rule.value), np.nan)


def _share(met: Floats) -> float:
    known = met[np.isfinite(met)]
    return float(known.mean()) if known.size else np.nan


def _labels(rule: Threshold) -> dict[str, Any]:
    return rule._asdict() | {"unit": HEADLINES[rule.measure].unit}


def _alone(crossings: Floats, months: tuple[str, ...]) -> dict[str, Any]:
    known = ~np.isnan(crossings)
    n = int(known.sum())
    share = float(np.isfinite(crossings).sum() / n) if n else np.nan
    quartiles = {name: quantile_month(crossings, q, months) for name, q in QUARTILES.items()}
    return {"n": n, "left_out": crossings.size - n, "crossed_share": share} | quartiles


def _paired(mine: Floats, theirs: Floats, how: Resampling, key: tuple[str, ...]) -> dict[str, Any]:
    """Return the four cases and the shift of the pairs in which both cross."""
    known = ~np.isnan(mine) & ~np.isnan(theirs)
    me, they = np.isfinite(mine), np.isfinite(theirs)
    shift = np.full(mine.shape, np.nan)
    shift[me & they] = mine[me & they] - theirs[me & they]
    found = summarise(shift[..., None], how, *key)
    return {
        "pairs": int(known.sum()),
        "both": int((known & me & they).sum()),
        "only_policy": int((known & me & ~they).sum()),
        "only_baseline": int((known & ~me & they).sum()),
        "neither": int((known & ~me & ~they).sum()),
        "shift": found.mean[0],
        "shift_low": found.t_low[0],
        "shift_high": found.t_high[0],
        "shift_boot_low": found.boot_low[0],
        "shift_boot_high": found.boot_high[0],
    }
