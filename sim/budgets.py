"""R&D budgets of all labs after the hand-over (E25, E26)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.market.arrays import Floats
from sim.market.finance import expected_profit, justification, next_budget
from sim.parameters import Parameters


@dataclass
class Budgets:
    """Money of the labs, M$/mo, by lab.

    Attributes:
        fund: Fund path, shape (T, L).
        plan: GPe of the status quo of the same draw and seed, shape (T, L); None in the status quo itself.
        budget: RD now.
        expected: GPe now, NaN before the first profit.
        elasticity: psi_F; 0 for labs that only release openly.
        cash: cumulated profit plus funding less R&D, M$.
        factor: f of the month, for the record.
    """

    fund: Floats
    plan: Floats | None
    budget: Floats
    expected: Floats
    elasticity: Floats
    cash: Floats
    factor: Floats

    @classmethod
    def of(cls, fund: Floats, plan: Floats | None, open_only: np.ndarray, parameters: Parameters) -> Budgets:
        """Return the budgets at the start: RD on the Fund path."""
        labs = fund.shape[1]
        elasticity = np.where(open_only, 0.0, parameters.finance.justification)
        return cls(fund, plan, fund[0].copy(), np.full(labs, np.nan), elasticity, np.zeros(labs), np.ones(labs))

    def scale_funds(self, factor: Floats, handover: int) -> None:
        """Scale outside funding after the hand-over by lab, shape (L,)."""
        self.fund[handover + 1 :] *= factor

    def close_month(self, t: int, profit: Floats, subsidy: Floats, handover: int, parameters: Parameters) -> None:
        """Book month t and set the budget of the next.

        Args:
            t: month.
            profit: GP, M$.
            subsidy: share of RD paid by a government for open releases, shape (L,).
            handover: t_h; up to it RD is the Fund path.
            parameters: finance.
        """
        settings = parameters.finance
        self.expected = expected_profit(self.expected, profit)
        self.cash += profit + self.fund[t] + subsidy * self.budget - self.budget
        nxt = min(t + 1, self.fund.shape[0] - 1)
        if t < handover:
            self.budget = self.fund[nxt].copy()
            return
        plan = self.expected if self.plan is None else self.plan[t]
        self.factor = justification(self.expected, plan, self.fund[t], self.elasticity)
        if self.plan is None:
            self.factor = np.ones_like(self.factor)
        self.budget = next_budget(
            self.budget, self.fund[nxt] * (1.0 + subsidy), self.factor, profit, settings.reinvest, settings.adjustment
        )
