"""What a policy's effect is made of: lever by lever, and mechanism by mechanism.

Levers: the effect of each lever alone, of all together, and the interaction, which is all together less the sum of
alone. 'Last in' is all together less all but one: what a lever adds where the others stand already. Alone and last in
differ where levers stand in for each other or need each other. (Shares that add up would need every subset of
levers.)

Mechanisms: the same policy with one mechanism held at the path that it takes under the status quo. What is left of
the effect is the natural direct effect of Pearl (2001) for that mechanism, and what is missing went *through* it (the
total indirect effect). What no held mechanism accounts for is stated as direct effect and interactions; parts of
several mechanisms need not add up, since one may act through another.

All are sums of paired runs of the same history, so each has an interval of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.frames import Rows
from experiments.contrasts.intervals import Summary, moments, summarise, unit_values
from experiments.contrasts.pairs import Outcomes
from experiments.contrasts.spec import Comparison
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
TOGETHER, ALONE, INTERACTION, LAST_IN = "together", "alone", "interaction", "last in"
TOTAL, THROUGH, DIRECT = "total", "through", "direct and interactions"


@dataclass(frozen=True)
class _Place:
    """Where effects are taken: a policy, a future, a measure, at the dates."""

    outcomes: Outcomes
    spec: Comparison
    how: Resampling
    policy: str
    future: str
    measure: str

    @property
    def dates(self) -> tuple[str, ...]:
        """The months of the headline table."""
        return self.spec.dates or self.outcomes.months[-1:]

    def less(self, arm: str, base: str) -> Floats:
        """Return an arm less another one, [D, S, dates]."""
        return self.outcomes.pairs(arm, base, self.future, self.measure).at(self.dates).differences

    def effect(self, arm: str) -> Floats:
        """Return an arm less the baseline, [D, S, dates]."""
        return self.less(arm, self.spec.baseline)

    def add(self, rows: Rows, part: str, values: Floats, arms: Iterable[str], **labels: Any) -> Summary:
        """Add a row a date: a part of the effect that is read from some arms; resamples are those of ``effects``."""
        name = str(labels.get("lever") or labels.get("mechanism") or "")
        plain = part in (TOGETHER, TOTAL, ALONE)
        key = (str(labels["arm"]),) if plain else (self.policy, part, name)
        found = summarise(values, self.how, self.measure, *key, self.future)
        rows.add(
            found.columns() | labels | {
                "policy": self.policy, "future": self.future, "measure": self.measure, "part": part,
                "unit": HEADLINES[self.measure].unit, "month": np.array(self.dates, dtype=object),
                "excludes_zero": found.excludes_zero, "failed": self._failed(arms),
            },
            len(self.dates),
        )  # fmt: skip
        return found

    def _failed(self, arms: Iterable[str]) -> int:
        """Return the number of histories in which one of some arms did not run."""
        places = [self.outcomes.policies.index(arm) for arm in arms]
        ran = self.outcomes.ran[places, self.outcomes.futures.index(self.future)]
        return int((~ran.all(axis=0)).sum())


def attribution_table(outcomes: Outcomes, spec: Comparison, how: Resampling) -> pd.DataFrame:
    """Return packages taken apart, for each future, measure and date."""
    rows = Rows("attribution")
    for place in _places(outcomes, spec, how, [*spec.parts, *spec.rests]):
        alone, rests = spec.parts.get(place.policy, {}), spec.rests.get(place.policy, {})
        base, together = spec.baseline, place.effect(place.policy)
        place.add(rows, TOGETHER, together, (place.policy, base), arm=place.policy)
        for lever, arm in alone.items():
            place.add(rows, ALONE, place.effect(arm), (arm, base), lever=lever, arm=arm)
        if alone:
            left = together - np.sum([place.effect(arm) for arm in alone.values()], axis=0)
            place.add(rows, INTERACTION, left, (place.policy, base, *alone.values()))
        for lever, arm in rests.items():
            place.add(rows, LAST_IN, place.less(place.policy, arm), (place.policy, arm), lever=lever, arm=arm)
    return rows.frame()


def mechanisms_table(outcomes: Outcomes, spec: Comparison, how: Resampling) -> pd.DataFrame:
    """Return how much of each effect goes through which mechanism, for each future, measure and date."""
    rows = Rows("mechanisms")
    for place in _places(outcomes, spec, how, spec.held):
        held, base, total = spec.held[place.policy], spec.baseline, place.effect(place.policy)
        whole = place.add(rows, TOTAL, total, (place.policy, base), arm=place.policy)
        through = {mechanism: place.less(place.policy, arm) for mechanism, arm in held.items()}
        for mechanism, arm in held.items():
            part = _share(through[mechanism], total, whole)
            arms = (place.policy, arm)
            place.add(rows, THROUGH, through[mechanism], arms, mechanism=mechanism, arm=arm, share_of_total=part)
        rest = total - np.sum(list(through.values()), axis=0)
        used = (place.policy, base, *held.values())
        place.add(rows, DIRECT, rest, used, share_of_total=_share(rest, total, whole))
    return rows.frame()


def _places(outcomes: Outcomes, spec: Comparison, how: Resampling, policies: Iterable[str]) -> Iterator[_Place]:
    for policy in dict.fromkeys(policies):
        for future in outcomes.futures:
            for measure in spec.measures:
                yield _Place(outcomes, spec, how, policy, future, measure)


def _share(part: Floats, total: Floats, whole: Summary) -> Floats:
    """Return the mean of a part over that of the total, of the pairs that have both; NaN where the total may be 0."""
    known = np.isfinite(part) & np.isfinite(total)
    means = [moments(unit_values(np.where(known, values, np.nan)))[1] for values in (part, total)]
    able = whole.excludes_zero & (means[1] != 0)
    return np.where(able, means[0] / np.where(able, means[1], 1.0), np.nan)
