"""The market for chips in a run: the path of E1 to E6, and rent and rationing by month (E7)."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from sim.chip_maker import Maker
from sim.chip_path import SUPPLIER_BLOCS, SUPPLIERS, ChipLevers, ChipPath
from sim.chip_series import ChipSeries, chip_series, load_chips
from sim.market import compute as eq
from sim.market.arrays import Floats
from sim.parameters_supply import Chips

__all__ = [
    "SUPPLIERS",
    "SUPPLIER_BLOCS",
    "ChipLevers",
    "ChipMarket",
    "ChipPath",
    "ChipSeries",
    "chip_series",
    "load_chips",
]


FIT = 0.9
"""Labs' demand at the hand-over may take this share of what their bloc's stock serves at normal use."""


class _Rented(Protocol):
    """What chips need of the world."""

    @property
    def rent(self) -> Floats:
        """$/H100e-hour by month."""


class _Settings(Protocol):
    """What chips need of the parameters."""

    @property
    def chips(self) -> Chips:
        """The section of chips."""


class ChipMarket:
    """Chips and compute of one arm.

    Args:
        world: the world; its rent is history's.
        parameters: all parameters; the section ``chips`` is read.
        levers: the arm's supply levers.
        n_months: T.
        handover: t_h.
        baseline: path of status_quo with the same parameters, None if this arm is status_quo.
        series: chip history (default: the shipped table).
        extra: share of each stock that a future adds by month, shape (T, 4).

    Attributes:
        path: E1 to E6 for all months.
        baseline: the same of status_quo.
    """

    def __init__(
        self,
        world: _Rented,
        parameters: _Settings,
        levers: ChipLevers,
        n_months: int,
        handover: int,
        baseline: ChipPath | None = None,
        series: ChipSeries | None = None,
        extra: Floats | None = None,
    ) -> None:
        self.chips = parameters.chips
        self.handover = handover
        self._world, self._parameters, self._series = world, parameters, series or load_chips()
        self._extra = extra
        self.path = Maker(self.chips, levers, self._series, handover, baseline, extra).make(n_months)
        self.baseline = baseline or self.path

    def again(self, levers: ChipLevers) -> ChipMarket:
        """Return this market under other levers, against the same baseline: for governments that react on the way."""
        months, series = self.path.n_months, self._series
        return ChipMarket(
            self._world, self._parameters, levers, months, self.handover, self.baseline, series, self._extra
        )

    def replay_rent(self, t: int) -> Floats:
        """Return rents of a month up to t_h, $/H100e-h, shape (4,): history's, moved by scarcity against status_quo."""
        stocks = self.baseline.usable[t], self.path.usable[t]
        return eq.past_rent(self._history(t), *stocks, self.chips.rent_elasticity)

    def quiet_rent(self, t: int) -> Floats:
        """Return the rents of a replayed month under status_quo, $/H100e-h, shape (4,)."""
        return np.full(4, self._history(t))

    def fund_scale(self, t: int, demand: Floats) -> Floats:
        """Return the factor on outside funding at which each bloc's demand fits its compute, shape (4,).

        Demand may take ``FIT`` of what the stock serves at its normal use (docs/model.md, section 13).

        Args:
            t: t_h.
            demand: compute of the labs for R&D and inference by bloc under status_quo, H100e, shape (4,).
        """
        room = FIT * self.chips.utilisation * self.baseline.usable[t]
        return np.asarray(np.minimum(1.0, room / np.maximum(demand, 1e-9)))

    def other_use(self, t: int, demand: Floats) -> Floats:
        """Return o_b, shape (4,): the share of the stock that others use, as the hand-over of status_quo shows it.

        Args:
            t: t_h.
            demand: compute of the labs for R&D and inference by bloc under status_quo, H100e, shape (4,).
        """
        return eq.outside_share(demand, self.baseline.usable[t], self.chips.utilisation)

    def use(self, t: int, demand: Floats, outside: Floats) -> Floats:
        """Return util_b of month t, shape (4,): 1 where the stock is as busy as at the hand-over of status_quo.

        Args:
            t: month after t_h.
            demand: compute for R&D and inference by bloc in the month before, H100e, shape (4,).
            outside: o_b of ``other_use``, the same for every arm.
        """
        stocks = self.baseline.usable[t], self.path.usable[t]
        return eq.relative_use(demand, outside, *stocks, self.chips.utilisation)

    def rent(self, t: int, demand: Floats, outside: Floats) -> Floats:
        """Return rents, $/H100e-h, shape (4,); up to t_h those of the replay. Arguments as in ``use``."""
        if t <= self.handover:
            return self.replay_rent(t)
        chips, years = self.chips, (t - self.handover) / 12
        use = self.use(t, demand, outside)
        return eq.future_rent(self._history(t), years, chips.price_performance, use, chips.rent_elasticity)

    def ration(self, t: int, demand: Floats, outside: Floats) -> Floats:
        """Return the share of labs' demand that is served, shape (4,); 1 up to t_h. Arguments as in ``use``."""
        if t <= self.handover:
            return np.ones(4)
        stocks = self.baseline.usable[t], self.path.usable[t]
        return eq.compute_ration(demand, outside, *stocks, self.chips.utilisation_max)

    def _history(self, t: int) -> float:
        """Return history's rent of a month, $/H100e-h; after the hand-over, that of the hand-over."""
        rent = self._world.rent
        return float(rent[min(t, self.handover, rent.size - 1)])
