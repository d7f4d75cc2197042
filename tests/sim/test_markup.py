"""E16: the analytic slope against differences, and what the price solves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.market.markup import LIMIT, best_response, demand_slope

RHO = 0.6


def demand(rise: float, alpha: np.ndarray, weight: np.ndarray) -> float:
    """Return token demand of a lab's own API when its disutility has risen; it has a host and rivals."""
    own, host, rivals = 0.4 - alpha * rise, 0.1, 0.8
    nest = np.exp(own / RHO) + np.exp(host / RHO)
    lab = nest**RHO / (nest**RHO + np.exp(rivals))
    return float((weight * lab * np.exp(own / RHO) / nest).sum())


def test_the_slope_is_the_derivative_of_demand() -> None:
    alpha, weight, step = np.array([0.5, 1.5, 2.5]), np.array([0.2, 0.5, 0.3]), 1e-5
    nest = np.exp(0.4 / RHO) + np.exp(0.1 / RHO)
    lab = np.full((1, 3), nest**RHO / (nest**RHO + np.exp(0.8)))
    own = np.full((1, 3), np.exp(0.4 / RHO) / nest)
    found, slope = demand_slope(lab, own, alpha, weight, RHO)
    assert found[0] == pytest.approx(demand(0.0, alpha, weight))
    numeric = -(demand(step, alpha, weight) - demand(-step, alpha, weight)) / (2 * step)
    assert slope[0] == pytest.approx(numeric, rel=1e-6)


@given(st.floats(1e-3, 100), st.floats(0, 50), st.floats(0.01, 10), st.floats(0, 1))
def test_the_price_solves_its_equation_or_stands_at_a_limit(c: float, m: float, scale: float, lam: float) -> None:
    price = float(best_response(np.array([c]), np.array([m]), scale, lam)[0])
    assert c * (1 - 1e-12) <= price <= LIMIT * c * (1 + 1e-12)
    goal = c + m * scale**lam * price ** (1 - lam)
    if price < LIMIT * c * (1 - 1e-9):
        assert price == pytest.approx(goal, rel=1e-7)
    else:
        assert goal >= price * (1 - 1e-6)


def test_without_market_power_price_is_cost() -> None:
    assert best_response(np.array([0.0, 2.0]), np.zeros(2), 1.0, 0.25) == pytest.approx([0.0, 2.0])
