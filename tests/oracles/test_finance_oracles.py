"""Budgets against a closed form: O21 of docs/model.md, section 9."""

from __future__ import annotations

import numpy as np

from sim.market.finance import justification, next_budget


def test_o21_budgets_close_on_funding() -> None:
    fund, budget, speed = np.array([100.0, 40.0]), np.array([300.0, 10.0]), 0.1
    start = budget
    for t in range(1, 61):
        factor = justification(np.array([-5.0, 80.0]), np.array([9.0, 1.0]), fund, np.zeros(2))
        budget = next_budget(budget, fund, factor, np.array([1e6, 50.0]), 0.0, speed)
        np.testing.assert_allclose(budget, fund + (start - fund) * (1.0 - speed) ** t, rtol=1e-12)
