"""What observed shares have more than modelled ones, in log-odds by half-year: what an inversion works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.evidence.links import FLOOR, SHARE, link
from experiments.evidence.readings import Readings
from experiments.evidence.series import Series
from sim.market.arrays import Floats

POINT_VARIANCE = 0.5
"""Error variance of one observed log-odds with full confidence [A]; up to three points of a half-year count."""
MOST_POINTS = 3
UNSEEN = 0.01
"""Router share that a lab which never entered the weekly list is taken to stay below [A]."""
FIRST_POINTS = 3
"""Points of the router from which routing propensities are taken, and then held."""
SPLIT = ("openrouter_token_share", "menlo_spend", "hf_derivatives")
"""Instruments whose shares sum to one: their labs are compared in logs, as Berry does, since one's gain is all others'
loss. Shares of firms that use a lab are compared in logits."""
HALF = 6
"""Months of a half-year."""


@dataclass(frozen=True)
class Known:
    """What one problem knows: the series as they were known, and up to when.

    Attributes:
        series: by key.
        until: last month, 2023-01 being 0.
    """

    series: Mapping[str, Series]
    until: int

    @property
    def halves(self) -> int:
        """The number of half-years that it reaches into."""
        return max(1, self.until // HALF + 1)


Lack = tuple[Floats, Floats]
"""By half-year: observed less modelled log-odds, and its variance, infinite where nothing was seen; shapes (Y,)."""


class Residuals:
    """What observed shares have more than modelled ones, in log-odds by half-year.

    Args:
        known: what is known.
        readings: of the model.
        labs: names of the model's labs.
    """

    def __init__(self, known: Known, readings: Readings, labs: Sequence[str]) -> None:
        self._known, self._readings, self._labs = known, readings, labs

    def shares(self, instrument: str, labs: Sequence[str], less: Mapping[str, int] | None = None) -> dict[str, Lack]:
        """Return what labs lack on an instrument; ``less`` says how many first points of a lab are left out."""
        found = {}
        for lab in labs:
            series = self._of(instrument, lab)
            if series is not None and lab in self._labs:
                kept = np.arange(series.size) >= (less or {}).get(lab, 0)
                found[lab] = self._halves(series.where(kept), self._gaps(series)[kept])
        return found

    def group(self, instrument: str, entity: str, labs: Sequence[str]) -> dict[str, Lack]:
        """Return what an entity that stands for several labs lacks, for each of them."""
        series = self._of(instrument, entity)
        return {} if series is None else dict.fromkeys(labs, self._halves(series, self._gaps(series)))

    def rest(self, instrument: str, named: Sequence[str], labs: Sequence[str]) -> dict[str, Lack]:
        """Return what all labs that an instrument does not name lack together, for each of them."""
        series = [self._of(instrument, lab) for lab in named]
        if any(item is None for item in series):
            return {}
        ends = [set(item.end.tolist()) for item in series if item is not None]
        common = sorted(set.intersection(*ends))
        parts = [item.where(np.isin(item.end, common)) for item in series if item is not None]
        if not common:
            return {}
        seen = sum(item.values for item in parts)
        made = sum(mean_over(self._readings.at(item)) for item in parts)
        gaps = link(np.asarray(1.0 - seen), SHARE) - link(np.asarray(1.0 - made), SHARE)
        lack = self._halves(parts[0], gaps)
        return {lab: lack for lab in labs if lab not in named}

    def unseen(self, instrument: str, labs: Sequence[str]) -> dict[str, Lack]:
        """Return how far labs that an instrument never showed lie above what it would have shown."""
        shown = [item for item in self._known.series.values() if item.instrument == instrument]
        if not shown:
            return {}
        longest, found = max(shown, key=lambda item: item.size), {}
        for lab in labs:
            if self._of(instrument, lab) is None:  # its readings are there, because it is wanted by name
                made = np.nan_to_num(mean_over(self._readings.at(replace(longest, entity=lab))))
                limit = np.minimum(made, UNSEEN)
                found[lab] = self._halves(longest, link(limit, SHARE) - link(made, SHARE))
        return found

    def first(self, instrument: str, lab: str) -> float:
        """Return what a lab lacks on the first points of an instrument, NaN if there are none."""
        series = self._of(instrument, lab)
        return float("nan") if series is None else mean_of(self._gaps(series)[:FIRST_POINTS])

    def regions(self, instrument: str, entity: str) -> dict[str, Lack]:
        """Return what an entity lacks on the mean over places."""
        series = [
            item for item in self._known.series.values() if (item.instrument, item.entity) == (instrument, entity)
        ]
        if not series:
            return {}
        gap = mean_of(np.array([mean_of(self._gaps(item)) for item in series]))
        return {entity: self._halves(series[0], np.full(series[0].size, gap))}

    def _of(self, instrument: str, entity: str) -> Series | None:
        found = self._known.series.get(f"{instrument}/{entity}")
        return found if found is not None and found.size else None

    def _gaps(self, series: Series) -> Floats:
        made = mean_over(self._readings.at(series))
        if series.instrument in SPLIT:
            return np.asarray(np.log(np.maximum(series.values, FLOOR)) - np.log(np.maximum(made, FLOOR)))
        return np.asarray(series.linked - link(made, series.scale))

    def _halves(self, series: Series, gaps: Floats) -> Lack:
        """Return the mean gap of each half-year that a period reaches into, and its variance."""
        years = self._known.halves
        total, count = np.zeros(years), np.zeros(years)
        for start_of, end, gap in zip(series.start, series.end, gaps, strict=True):
            first, last = int(start_of) // HALF, int(np.ceil(end) - 1) // HALF
            if np.isfinite(gap):
                total[first : last + 1] += gap
                count[first : last + 1] += 1
        mean = np.divide(total, count, out=np.zeros(years), where=count > 0)
        points = np.minimum(count, MOST_POINTS) * series.weight
        return mean, np.divide(POINT_VARIANCE, points, out=np.full(years, np.inf), where=points > 0)


def mean_of(values: Floats) -> float:
    """Return the mean of what is a number; NaN of nothing."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def mean_over(runs: Floats) -> Floats:
    """Return the mean over runs, shape (n,), of readings of shape (runs, n); NaN where no run has any."""
    seen = np.isfinite(runs)
    count = seen.sum(axis=0)
    total = np.where(seen, runs, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0))
