"""The runs behind a figure, and what is computed from them: bands over runs, paired effects, equal curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.bands import statistics
from sim.policy import BASE

if TYPE_CHECKING:
    import pandas as pd

    from experiments.studies.store import Study

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]
LABELS = ("policy", "future", "point", "draw", "seed")
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
LEVEL = 0.95
GIVEN = -1
CLOSE = 0.006
"""Curves that are nowhere further apart than this part of an axis can't be told apart on paper."""


@dataclass(frozen=True)
class Arm:
    """Runs that make one curve.

    Attributes:
        name: how titles call it.
        rows: of the plan.
        labels: what its runs have in common.
        policy: of its runs; empty if they have several.
        tag: how panels and labels call it, where there is little room.
    """

    name: str
    rows: tuple[int, ...]
    labels: tuple[tuple[str, Any], ...] = ()
    policy: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Effect:
    """A mean of paired differences.

    Attributes:
        mean, low, high: with its 95 percent t interval; NaN where fewer than two pairs are there.
        n: pairs.
        zero: every difference is exactly 0.
    """

    mean: float
    low: float
    high: float
    n: int
    zero: bool

    @property
    def unsure(self) -> bool:
        """Whether the interval holds zero, or nobody knows."""
        return not (self.low > 0 or self.high < 0)


@dataclass
class Sample:
    """The finished runs of a study.

    Attributes:
        runs: a line a run (index: row): policy, future, point, draw, seed, and a column a factor.
        factors: keys of the factors.
        read: headline measure -> a line a run, a column a month.
        policies, futures: names in the order of the figures.
    """

    runs: pd.DataFrame
    factors: tuple[str, ...]
    read: Callable[[str], pd.DataFrame]
    policies: tuple[str, ...] = ()
    futures: tuple[str, ...] = ()
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    _numbers: dict[tuple[str, ...], Whole] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study) -> Sample:
        """Return the finished runs of a study; those that failed are left out."""
        runs = study.runs[~study.runs["row"].isin(study.failed["row"])].set_index("row").sort_index()
        factors = tuple(study.plan["design"]["keys"])
        runs = runs[[*LABELS, *factors]].astype({"policy": str, "future": str})
        policies = tuple(arm["name"] for arm in study.plan["policies"])
        first = (BASE,) if BASE in policies else ()
        order = (*first, *(name for name in policies if name not in first))
        return cls(runs, factors, study.wide, order, tuple(study.plan["futures"]))

    def wide(self, measure: str) -> pd.DataFrame:
        """Return a headline measure: a line a run, a column a month, as numbers of double precision."""
        if measure not in self._tables:
            self._tables[measure] = self.read(measure).astype(np.float64).reindex(self.runs.index)
        return self._tables[measure]

    def arms(self, *split: str, where: Mapping[str, Any] | None = None) -> list[Arm]:
        """Return the groups of runs that have the same labels: by policy, future and point, the status quo first.

        Args:
            split: labels and factors that are kept apart.
            where: labels that all of them have.
        """
        runs = self.runs
        for key, value in (where or {}).items():
            runs = runs[runs[key] == value]
        if not split:
            return [Arm("all runs", tuple(runs.index), policy=_only(runs["policy"]))]
        made = []
        for found, group in runs.groupby(list(split), sort=False, observed=True):
            labels = tuple(zip(split, found, strict=True))
            arm = Arm(", ".join(str(value) for value in found), tuple(group.index), labels, _only(group["policy"]))
            made.append((self._order(dict(labels), group), arm))
        return [arm for _, arm in sorted(made, key=lambda item: item[0])]

    def _order(self, labels: Mapping[str, Any], group: pd.DataFrame) -> tuple[int, int, int]:
        ranks = [
            names.index(labels[key]) if labels.get(key) in names else 0
            for key, names in (("policy", self.policies), ("future", self.futures))
        ]
        return ranks[0], ranks[1], int(group["point"].min())

    def band(self, measure: str, arm: Arm) -> pd.DataFrame:
        """Return mean, quantiles and n over the runs of an arm: a line a month."""
        import pandas as pd

        table = self.wide(measure).loc[list(arm.rows)]
        return pd.DataFrame(statistics(table.to_numpy()), index=table.columns)

    def effect(self, values: pd.Series[float], arm: Sequence[int], against: Sequence[int]) -> Effect:
        """Return the effect of some runs against others, paired on draw, seed, and what varies alike in both.

        Runs of a seed are no independent evidence, so differences are first averaged over all that a seed (or a draw,
        if there are several) has in common; the interval is over seeds (or draws).

        Args:
            values: of each run (index: row).
            arm, against: rows of the plan.
        """
        same = ("policy", "future", *self.factors)
        keep = ("draw", "seed", *(key for key in same if self._varies(key, arm, against)))
        (left, mine), (right, other) = (self._means(values, rows, keep) for rows in (arm, against))
        shared, at, beside = np.intersect1d(left, right, return_indices=True)
        gaps = mine[at] - other[beside]
        unit = self._codes(("draw",) if self.runs["draw"].nunique() > 1 else ("seed",))
        owner = dict(zip(self._codes(keep).tolist(), unit.tolist(), strict=True))
        _, group = np.unique([owner[code] for code in shared.tolist()], return_inverse=True)
        means = np.bincount(group, gaps) / np.bincount(group) if len(gaps) else gaps
        return t_effect(means, zero=bool(len(gaps) and (gaps == 0).all()))

    def _varies(self, key: str, arm: Sequence[int], against: Sequence[int]) -> bool:
        """Say whether pairs must share a label: where the same values, several of them, come in both groups."""
        codes = self._codes((key,))
        left, right = (np.unique(codes[self._places(rows)]) for rows in (arm, against))
        return len(left) > 1 and np.array_equal(left, right)

    def _means(self, values: pd.Series[float], rows: Sequence[int], keys: tuple[str, ...]) -> tuple[Whole, Floats]:
        """Return the codes of the labels of some runs, each once, and the mean over the runs that have them."""
        found = values.loc[list(rows)].to_numpy(np.float64)
        known = np.isfinite(found)
        codes, group = np.unique(self._codes(keys)[self._places(rows)][known], return_inverse=True)
        return codes, np.bincount(group, found[known], len(codes)) / np.bincount(group, minlength=len(codes))

    def _places(self, rows: Sequence[int]) -> Whole:
        import pandas as pd

        return self.runs.index.get_indexer(pd.Index(rows)).astype(np.int64)

    def _codes(self, keys: tuple[str, ...]) -> Whole:
        """Return a number for each run: equal where all of the labels are."""
        import pandas as pd

        if keys not in self._numbers:
            total = np.zeros(len(self.runs), dtype=np.int64)
            for key in keys:
                code, words = pd.factorize(self.runs[key])
                total = pd.factorize(total * len(words) + code)[0].astype(np.int64)
            self._numbers[keys] = total
        return self._numbers[keys]


def _only(values: pd.Series[str]) -> str:
    return str(values.iloc[0]) if values.nunique() == 1 else ""


def t_effect(gaps: Floats, *, zero: bool | None = None) -> Effect:
    """Return the mean of paired differences with its 95 percent t interval.

    Args:
        gaps: [pairs].
        zero: whether all that went into them is exactly 0 (default: whether they are).
    """
    from scipy.special import stdtrit

    n = len(gaps)
    nothing = bool(n and (gaps == 0).all()) if zero is None else zero
    if n == 0:
        return Effect(np.nan, np.nan, np.nan, 0, False)
    mean = float(gaps.mean())
    if n == 1:
        return Effect(mean, np.nan, np.nan, 1, nothing)
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2) * gaps.std(ddof=1) / np.sqrt(n))
    return Effect(mean, mean - half, mean + half, n, nothing)


def split_point(curves: Sequence[pd.Series[float]]) -> int:
    """Return the number of the first months in which all curves are exactly equal."""
    table = np.vstack([curve.to_numpy(np.float64) for curve in curves])
    same = ((table == table[0]) | (np.isnan(table) & np.isnan(table[0]))).all(axis=0)
    return int(same.argmin()) if not same.all() else len(same)


def coinciding(curves: Sequence[pd.Series[float]], span: float) -> list[tuple[list[int], bool]]:
    """Return groups of curves that can't be told apart, and whether they are exactly equal.

    Args:
        curves: on the same months.
        span: height of the axis in their unit.
    """
    groups: list[tuple[list[int], bool]] = []
    for place, curve in enumerate(curves):
        for at, (members, exact) in enumerate(groups):
            gap = _furthest(curve, curves[members[0]])
            if gap <= CLOSE * span:
                groups[at] = ([*members, place], exact and gap == 0)
                break
        else:
            groups.append(([place], True))
    return groups


def _furthest(first: pd.Series[float], second: pd.Series[float]) -> float:
    one, other = first.to_numpy(np.float64), second.to_numpy(np.float64)
    if (np.isnan(one) != np.isnan(other)).any():
        return float("inf")
    gap = np.abs(one - other)
    return float(np.nanmax(gap)) if np.isfinite(gap).any() else 0.0
