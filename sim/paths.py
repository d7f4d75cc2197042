"""What a run of the status quo leaves for arms that hold a mechanism at it (docs/model.md, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.compile import LeverArrays
from sim.market.arrays import Bools, Floats, Ints
from sim.offers import NONE, Offers

if TYPE_CHECKING:
    from sim.model import MarketModel


@dataclass(frozen=True)
class Paths:
    """The status quo of a draw and seed, month by month. T months, L labs, M models, R regions.

    Attributes:
        start: first month of the run.
        offers: its catalogue: releases, modes, prices, costs, hosts.
        levers: demand-side levers in force, with what reacting governments did.
        rent: $/H100e-hour that tells prices of places apart, by bloc, shape (T, 4).
        stock: ecosystem stock at the end of each month, shape (T, L).
        budget: RD, M$/mo, shape (T, L).
        knowledge, compute: a_l, nat, and X_l, H100e, shape (T, L) each.
        mode: release mode chosen at each completion, -1 where there was none, shape (T, L).
    """

    start: int
    offers: Offers
    levers: LeverArrays
    rent: Floats
    stock: Floats
    budget: Floats
    knowledge: Floats
    compute: Floats
    mode: Ints

    @classmethod
    def of(cls, model: MarketModel) -> Paths:
        """Return the paths of a finished run of the status quo; its arrays are shared, not copied."""
        supply = model.supply
        return cls(
            start=model.scenario.start,
            offers=supply.offers,
            levers=model.levers,
            rent=np.array([supply.rent_of_places(t) for t in range(model.n_months)]),
            stock=model.recorder.records.stock,
            budget=supply.budget,
            knowledge=supply.knowledge,
            compute=supply.compute,
            mode=supply.mode,
        )


class Twins:
    """Which release of the status quo is the twin of a release of the arm: the one of the same name.

    A release after the hand-over is named by its line and month, so twins are of one line and one month.

    Args:
        there: the catalogue of the status quo.
        here: that of the arm; it grows as the run goes on.
    """

    def __init__(self, there: Offers, here: Offers) -> None:
        self.there, self._here = there, here
        self._row = {record.name: k for k, record in enumerate(there.models)}
        self._found = np.full(here.rows + 1, NONE, dtype=np.intp)
        self._seen = 0

    def named(self, name: str) -> int:
        """Return the row of a release of the status quo, NONE if it has none of this name."""
        return self._row.get(name, NONE)

    @property
    def rows(self) -> Ints:
        """The twin of each release of the arm, NONE where there is none, shape (M + 1,)."""
        for k in range(self._seen, len(self._here.models)):
            self._found[k] = self.named(self._here.models[k].name)
        self._seen = len(self._here.models)
        return self._found

    def on_api(self, t: int) -> Bools:
        """Return which releases the status quo sells on the lab's own API in month t, shape (M + 1,)."""
        rows, served = self.rows, np.append(self.there.served, False)
        return np.asarray((rows != NONE) & served[rows] & np.isfinite(self.there.own_price[rows, t]))

    def public(self, t: int) -> Bools:
        """Return which releases have public weights, and a price at hosts, in the status quo in month t, (M + 1,)."""
        rows, opened = self.rows, np.append(self.there.opened <= t, False)
        return np.asarray((rows != NONE) & opened[rows] & np.isfinite(self.there.host_price[rows, t]))
