"""What a run remembers of its supply side: money, knowledge, compute, chips and strategies by month."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from sim.chip_path import ChipPath
from sim.history import NONE, Offers
from sim.market.arrays import Bools, Floats, Ints
from sim.market.strategy import MODES
from sim.recorder import Records
from sim.supply import SupplySide
from sim.world import World

CLOSED, OPEN, TIERED = MODES.index("closed"), MODES.index("open"), MODES.index("tiered")
IDLE = 18
"""A lab with no release for so many months completes nothing more (docs/model.md, section 4)."""
WINDOW = 12
"""Months of releases that tell a lab's mode in the replay, as the habit of E29 reads them."""


@dataclass(frozen=True)
class SupplyRecords:
    """The supply side of a run. Axes: months T, labs L, blocs 4 (US, CN, AL, NAL).

    Attributes:
        handover: t_h.
        budget: RD, M$/mo (T, L).
        profit: GP with ecosystem income, M$/mo (T, L).
        expected: GPe, M$/mo (T, L).
        cash: cumulated profit and funding less R&D, M$ (T, L).
        markup: price over serving cost less 1 of closed text models on own APIs (T, L); NaN where nothing was sold.
        knowledge: a_l, nat (T, L).
        compute: R&D compute, H100e (T, L).
        rent: $/H100e-hour (T, 4).
        ration: share of the demanded compute that is served (T, 4).
        used: R&D and inference compute of the labs, H100e (T, 4).
        mode: release mode of each lab, index in ``MODES``, -1 while it has released nothing (T, L).
        active: labs with a text release in the last 18 months (T, L).
        list_price: list price of each line on its lab's own API, $/Mtok (T, Z); NaN where there is none.
        sold: model on its lab's own API by line, -1 where there is none (T, Z).
        path: chips and compute stocks from 2023-01; flows of shape (T,), stocks of shape (T, 4).
        start: month of the first row of all tables but the path.
    """

    handover: int
    budget: Floats
    profit: Floats
    expected: Floats
    cash: Floats
    markup: Floats
    knowledge: Floats
    compute: Floats
    rent: Floats
    ration: Floats
    used: Floats
    mode: Ints
    active: Bools
    list_price: Floats
    sold: Ints
    path: ChipPath
    start: int = 0

    @classmethod
    def of(cls, supply: SupplySide, records: Records, world: World) -> SupplyRecords:
        """Return the records of a finished run."""
        months, offers = supply.n_months, supply.offers
        profit = (records.revenue - records.cost + world.lab_income * records.elsewhere) / 1e6
        sold, price = _list_prices(offers, months)
        return cls(
            handover=supply.handover,
            budget=supply.budget.copy(),
            profit=profit,
            expected=supply.expected.copy(),
            cash=_cash(supply, profit),
            markup=_markup(records),
            knowledge=supply.knowledge.copy(),
            compute=supply.compute.copy(),
            rent=supply.rent.copy(),
            ration=supply.ration.copy(),
            used=supply.used.copy(),
            mode=_modes(supply, months),
            active=_active(offers, len(world.lab_names), months),
            list_price=price,
            sold=sold,
            path=supply.chips.path,
        )

    @property
    def n_months(self) -> int:
        """T."""
        return int(self.budget.shape[0])

    def chips(self, name: str) -> Floats:
        """Return an array of the chip path, cut to the months of the run."""
        table: Floats = getattr(self.path, name)
        return np.asarray(table[self.start : self.start + self.n_months], dtype=np.float64)

    def since(self, start: int) -> SupplyRecords:
        """Return the records from month ``start`` on."""
        if start == 0:
            return self
        tables = {item.name: getattr(self, item.name) for item in fields(self)}
        cut: dict[str, Any] = {name: table[start:] for name, table in tables.items() if isinstance(table, np.ndarray)}
        return replace(self, start=start, **cut)


def _cash(supply: SupplySide, profit: Floats) -> Floats:
    """Return the balance by month: profit and funding come in, R&D goes out, a subsidy pays a part of it."""
    months = profit.shape[0]
    subsidy = supply.levers.subsidy[:months] * supply.budget
    return np.cumsum(profit + supply.budgets.fund[:months] + subsidy - supply.budget, axis=0)


def _markup(records: Records) -> Floats:
    sold = (records.closed_spend > 0) & (records.closed_cost > 0)
    over = np.divide(records.closed_spend, records.closed_cost, out=np.ones_like(records.closed_cost), where=sold)
    return np.where(sold, over - 1.0, np.nan)


def _list_prices(offers: Offers, months: int) -> tuple[Ints, Floats]:
    """Return the text model that each line sells on its own API, and its list price, shapes (T, Z)."""
    sold = np.where(offers.line_video[:, None], NONE, offers.own[:, :months]).T
    price = offers.own_price[sold, np.arange(months)[:, None]]
    return sold, np.where(sold == NONE, np.nan, price)


def _active(offers: Offers, labs: int, months: int) -> Bools:
    table = np.zeros((months, labs), dtype=bool)
    for k in np.flatnonzero(~offers.video & (offers.month < months)):
        first = int(offers.month[k])
        table[max(first, 0) : max(first + IDLE + 1, 0), offers.lab[k]] = True
    return table


def _modes(supply: SupplySide, months: int) -> Ints:
    """Return each lab's mode: that of its releases of a year in the replay, that of its last generation after it."""
    offers, labs = supply.offers, supply.mode.shape[1]
    table = np.full((months, labs), -1, dtype=np.intp)
    for lab in range(labs):
        mine = np.flatnonzero((offers.lab == lab) & ~offers.video & (offers.month <= supply.handover))
        for t in range(months):
            if t > supply.handover:
                chosen = int(supply.mode[t, lab])
                table[t, lab] = chosen if chosen >= 0 else table[t - 1, lab]
            else:
                table[t, lab] = _replayed_mode(offers, mine[offers.month[mine] <= t], t, int(table[t - 1, lab]))
    return table


def _replayed_mode(offers: Offers, released: Ints, t: int, before: int) -> int:
    """Return the mode that the releases of the last twelve months show; without any, the mode before."""
    recent = released[offers.month[released] > t - WINDOW]
    if not recent.size:
        return before if released.size else -1
    closed = offers.opened[recent] > offers.month[recent]
    if closed.all():
        return CLOSED
    if not closed.any():
        return OPEN
    flagship = offers.line_tier[offers.line[recent]] == 0
    return TIERED if (closed & flagship).any() or not flagship.any() else OPEN
