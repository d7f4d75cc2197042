"""What the screening found: effects on headline measures, which of them are clear, and which parameters do nothing.

An effect is the mean over seeds of (high arm less low arm) with its 95 percent t interval; runs of a seed share luck.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.assumptions_design import Screening, ranged
from experiments.contrasts.intervals import moments, t_half_width
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    from experiments.studies.store import Study

LEVEL = 0.95
SMALL, SMALL_SHARE = 0.05, 0.01
"""[A]: an effect is small within 5 percent of the level at the defaults, or within a point of a share."""
KEPT = 40
"""Parameters a measure in the shipped table: all of them would be half a megabyte."""
COLUMNS = (
    "parameter", "tag", "default", "low", "high", "unit_of_parameter", "measure", "unit", "month", "n", "mean", "t_low",
    "t_high", "baseline_mean",
)  # fmt: skip
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """What a parameter does to a headline measure in a month.

    Attributes:
        parameter: its path.
        measure: a name of ``sim.headlines``.
        month: YYYY-MM.
        n: pairs, those left out in which the measure has no value.
        mean, t_low, t_high: of the high arm less the low arm, in the unit of the measure; NaN with too few pairs.
        baseline, at_low, at_high: means of the measure with the defaults and in the two arms.
        none: every difference is exactly 0.
    """

    parameter: str
    measure: str
    month: str
    n: int
    mean: float
    t_low: float
    t_high: float
    baseline: float
    at_low: float
    at_high: float
    none: bool

    @property
    def clear(self) -> bool:
        """Whether the interval is there and leaves out 0."""
        return self.t_low > 0 or self.t_high < 0

    @property
    def relative(self) -> float:
        """The mean over the level at the defaults; NaN where that is 0."""
        return self.mean / abs(self.baseline) if self.baseline else float("nan")

    @property
    def small(self) -> bool:
        """Whether all of the interval lies within what counts as small."""
        share = SMALL_SHARE if HEADLINES[self.measure].unit == "share" else 0.0
        limit = max(SMALL * abs(self.baseline), share)
        return self.none or (-limit <= self.t_low and self.t_high <= limit)


def effects(study: Study, screening: Screening) -> list[Effect]:
    """Return the effect of each parameter on each headline measure in each month of a screening, in this order.

    Args:
        study: of ``screening.request``; pairs of which a run failed or is missing are left out.
        screening: what was screened.
    """
    cubes = {measure: levels(study, measure, screening.months) for measure in HEADLINES}
    return [
        effect
        for path in screening.paths
        for measure, cube in cubes.items()
        for effect in _effects(path, measure, cube, screening)
    ]


def levels(study: Study, measure: str, months: Sequence[str]) -> Floats:
    """Return a headline measure, [points, seeds, months]: NaN where a run failed or the cell has no users."""
    rows = study.rows.sort_values(["point", "seed"])
    wide = study.wide(measure).astype(np.float64).reindex(index=rows["row"], columns=list(months))
    return np.asarray(wide.to_numpy().reshape(rows["point"].nunique(), -1, len(months)))


def _effects(path: str, measure: str, cube: Floats, screening: Screening) -> list[Effect]:
    low, high = (cube[point] for point in screening.arms(path))
    gaps = high - low
    n, mean, spread = moments(gaps)
    half = t_half_width(n, spread, LEVEL)
    base, at_low, at_high = (moments(arm)[1] for arm in (cube[0], low, high))
    return [
        Effect(
            path, measure, month, int(n[t]), float(mean[t]), float(mean[t] - half[t]), float(mean[t] + half[t]),
            float(base[t]), float(at_low[t]), float(at_high[t]), _nothing(gaps[:, t], low[:, t], high[:, t]),
        )
        for t, month in enumerate(screening.months)
    ]  # fmt: skip


def _nothing(gaps: Floats, low: Floats, high: Floats) -> bool:
    """Say whether both arms are equal in every pair, in having no value too."""
    return bool(((gaps == 0) | (np.isnan(low) & np.isnan(high))).all())


def ranking(found: Iterable[Effect], measure: str, month: str) -> list[Effect]:
    """Return the clear effects on a measure in a month, the largest |mean| first."""
    mine = [effect for effect in found if (effect.measure, effect.month) == (measure, month) and effect.clear]
    return sorted(mine, key=_strength)


def doing_nothing(found: Iterable[Effect]) -> tuple[list[str], list[str]]:
    """Return the parameters without any effect at all, and the others whose effects are all small, in order."""
    by: dict[str, list[Effect]] = {}
    for effect in found:
        by.setdefault(effect.parameter, []).append(effect)
    none = [path for path, mine in by.items() if all(effect.none for effect in mine)]
    return none, [path for path, mine in by.items() if path not in none and all(effect.small for effect in mine)]


def kept(found: Iterable[Effect], month: str, number: int = KEPT) -> list[Effect]:
    """Return the effects of the shipped table, in the order in which they are given.

    They are the strongest on each measure in a month, clear ones before others, and of each parameter that is not among
    them the one that is largest against the level of its measure.
    """
    mine = [effect for effect in found if effect.month == month]
    chosen: set[tuple[str, str]] = set()
    for measure in HEADLINES:
        order = sorted((effect for effect in mine if effect.measure == measure), key=_strength)
        chosen |= {(effect.parameter, measure) for effect in order[:number]}
    there = {path for path, _ in chosen}
    rest = [effect for effect in mine if effect.parameter not in there]
    best = {effect.parameter: effect for effect in sorted(rest, key=lambda e: np.nan_to_num(abs(e.relative)))}
    chosen |= {(effect.parameter, effect.measure) for effect in best.values()}
    return [effect for effect in mine if (effect.parameter, effect.measure) in chosen]


def _strength(effect: Effect) -> tuple[bool, float, str]:
    """Return what orders effects: clear ones first, then by |mean|, those without one last."""
    return not effect.clear, -np.nan_to_num(abs(effect.mean), nan=-1.0), effect.parameter


def table(found: Iterable[Effect], month: str, number: int = KEPT) -> str:
    """Return the shipped table as CSV: ``COLUMNS``, six digits, in the order of the schema and of the measures."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for effect in kept(found, month, number):
        writer.writerow([digits(value) for value in _cells(effect)])
    return text.getvalue()


def _cells(effect: Effect) -> tuple[Any, ...]:
    info = ranged()[effect.parameter]
    return (
        info.path, info.tag, info.default, info.low, info.high, info.unit, effect.measure,
        HEADLINES[effect.measure].unit, effect.month, effect.n, effect.mean, effect.t_low, effect.t_high,
        effect.baseline,
    )  # fmt: skip


def digits(value: Any) -> str:
    """Return a cell: numbers with six significant digits, nothing for NaN."""
    if isinstance(value, (int, float)):
        return "" if np.isnan(value) else f"{value + 0.0:.6g}"
    return str(value)
