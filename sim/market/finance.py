"""Profit and the R&D budget.

E25  GP = revenue - serving cost + ecosystem income;  GPe = EWMA(GP, 0.2/mo), starting at the first GP
E26  RD(t+1) = (1-rho_R) RD + rho_R max(.1 Fund, Fund f + theta_R max(GP, 0)),
     f = clip(((max(GPe, .02 Fund) + .1 Fund)/(max(GPe_sq, .02 Fund) + .1 Fund))^psi_F, .25, 2),
     both profits with the same floor, so that a policy without effect has f = 1
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Floats

FLOOR, PLAN_FLOOR, SMOOTHING = 0.1, 0.02, 0.2
LOW, HIGH = 0.25, 2.0


def expected_profit(expected: Floats, profit: Floats, smoothing: float = SMOOTHING) -> Floats:
    """Return GPe a month later, M$/mo; NaN starts at the first profit (E25)."""
    return np.where(np.isnan(expected), profit, expected + smoothing * (profit - expected))


def justification(expected: Floats, plan: Floats, fund: Floats, elasticity: Floats) -> Floats:
    """Return f, what profit against plan does to outside funding (E26); 1 for a lab with neither funds nor plan.

    Args:
        expected: GPe, M$/mo.
        plan: GPe of the status quo of the same draw and seed, M$/mo.
        fund: outside funding, M$/mo.
        elasticity: psi_F by lab; 0 for state- or parent-funded open labs.
    """
    least = PLAN_FLOOR * fund
    top, plan = np.maximum(expected, least) + FLOOR * fund, np.maximum(plan, least) + FLOOR * fund
    ratio = np.divide(top, plan, out=np.ones_like(top), where=plan > 0)
    return np.asarray(np.clip(ratio**elasticity, LOW, HIGH))


def next_budget(
    budget: Floats, fund: Floats, justified: Floats, profit: Floats, reinvest: float, speed: float
) -> Floats:
    """Return RD a month later, M$/mo (E26).

    Args:
        budget: RD.
        fund: Fund.
        justified: f.
        profit: GP.
        reinvest: theta_R, share of profit that goes into R&D compute.
        speed: rho_R, 1/mo.
    """
    target = np.maximum(FLOOR * fund, fund * justified + reinvest * np.maximum(profit, 0.0))
    return np.asarray((1.0 - speed) * budget + speed * target)
