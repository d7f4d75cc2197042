"""E25 and E26 by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market.finance import expected_profit, justification, next_budget

FUND = np.array([100.0])


def test_expected_profit_starts_with_the_first_and_follows_slowly() -> None:
    first = expected_profit(np.array([np.nan]), np.array([10.0]))
    assert first == pytest.approx([10.0])
    assert expected_profit(first, np.array([20.0])) == pytest.approx([12.0])


@pytest.mark.parametrize("profit", [-50.0, 0.0, 1.0, 2.0, 70.0])
def test_profit_as_planned_changes_nothing(profit: float) -> None:
    """An arm with the profit of the status quo has f = 1 to the bit, also below the floor of the plan."""
    found = justification(np.array([profit]), np.array([profit]), FUND, np.array([0.5]))
    assert found[0] == 1.0


def test_lost_profit_costs_funding_within_limits() -> None:
    lost = justification(np.array([10.0]), np.array([80.0]), FUND, np.array([0.5]))
    assert lost == pytest.approx([np.sqrt(20.0 / 90.0)])
    assert justification(np.array([0.0]), np.array([1e6]), FUND, np.array([1.5])) == pytest.approx([0.25])
    assert justification(np.array([1e6]), np.array([0.0]), FUND, np.array([0.5])) == pytest.approx([2.0])
    assert justification(np.array([10.0]), np.array([80.0]), FUND, np.zeros(1)) == pytest.approx([1.0])


def test_budgets_by_hand() -> None:
    grown = next_budget(np.array([50.0]), FUND, np.array([0.8]), np.array([30.0]), 0.6, 0.1)
    assert grown == pytest.approx([0.9 * 50 + 0.1 * (80 + 18)])
    least = next_budget(np.array([50.0]), FUND, np.array([0.0]), np.array([-30.0]), 0.6, 1.0)
    assert least == pytest.approx([10.0])
