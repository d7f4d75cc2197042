"""Closed prices against closed forms: O3 to O6 of docs/model.md, section 9."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log

import numpy as np
import pytest
from scipy.special import lambertw

from sim.market.arrays import Floats
from sim.market.markup import LIMIT, best_response, demand_slope

COST = 0.4
ALPHA = 1.5
VALUE = 2.0
NONE = -np.inf


def linear(price: Floats) -> Floats:
    return price


def settled(
    n: int, cost: float, alpha: float, outside: float, value: float = VALUE, curvature: float = 1.0
) -> tuple[float, float]:
    """Return price and share of n identical closed labs once each answers the others best.

    Args:
        n: labs.
        cost: of all.
        alpha: price sensitivity.
        outside: inclusive value of all that is not theirs; -inf for nothing.
        value: v.
        curvature: lam of the disutility of price; p_0 = 1.
    """
    disutility: Callable[[Floats], Floats] = linear if curvature == 1.0 else np.log
    price, costs, alphas, weight = np.full(n, 1.5 * cost), np.full(n, cost), np.array([alpha]), np.ones(1)
    for _ in range(5000):
        attraction = np.exp(value - alpha * disutility(price))
        share = attraction / (attraction.sum() + exp(outside))
        demand, slope = demand_slope(share[:, None], np.ones((n, 1)), alphas, weight, 0.6)
        goal = best_response(costs, demand / slope, 1.0, curvature)
        if np.abs(goal - price).max() < 1e-13:
            break
        price = 0.5 * price + 0.5 * goal
    assert np.ptp(price) < 1e-12
    return float(price[0]), float(share[0])


def monopoly(outside: float) -> float:
    """Return the price by Lambert's W (O3, O5)."""
    rivals = exp(outside) + 1.0
    return COST + (1.0 + float(lambertw(exp(VALUE - 1.0 - ALPHA * COST) / rivals).real)) / ALPHA


def test_o3_one_closed_lab() -> None:
    price, share = settled(1, COST, ALPHA, 0.0)
    assert price == pytest.approx(monopoly(NONE), abs=1e-8)
    assert price == pytest.approx(1.5490433, abs=1e-7)
    assert share == pytest.approx(0.4198072, abs=1e-7)
    assert share == pytest.approx(1.0 - 1.0 / (ALPHA * (price - COST)), abs=1e-8)


@pytest.mark.parametrize(("n", "expected"), [(2, 1.733333), (3, 1.4), (5, 1.233333)])
def test_o4_identical_labs_without_an_outside(n: int, expected: float) -> None:
    price, share = settled(n, COST, ALPHA, NONE)
    assert price == pytest.approx(COST + 1.0 / (ALPHA * (1.0 - 1.0 / n)), abs=1e-8)
    assert price == pytest.approx(expected, abs=1e-6)
    assert share == pytest.approx(1.0 / n)


@pytest.mark.parametrize(("n", "expected"), [(1, 1.549043), (2, 1.386672), (5, 1.204844)])
def test_o4b_identical_labs_with_an_outside(n: int, expected: float) -> None:
    price, share = settled(n, COST, ALPHA, 0.0)
    assert price == pytest.approx(expected, abs=1e-6)
    assert price == pytest.approx(COST + 1.0 / (ALPHA * (1.0 - share)), abs=1e-8)


def test_o5_an_open_rival_takes_price_share_and_profit() -> None:
    """Mechanism b: an open model of net utility vo, sold at cost, lowers all three, the more the better it is."""
    found = []
    for vo in (NONE, 0.0, 1.0, 2.0):
        price, share = settled(1, COST, ALPHA, log(1.0 + exp(vo)))
        assert price == pytest.approx(monopoly(vo), abs=1e-8)
        found.append((price, share, share * (price - COST)))
    table = np.array(found)
    np.testing.assert_allclose(table[:, 0], [1.549043, 1.378271, 1.265242, 1.168436], atol=1e-6)
    np.testing.assert_allclose(table[:, 1], [0.4198, 0.3185, 0.2295, 0.1324], atol=5e-5)
    assert (np.diff(table, axis=0) < 0).all()


@pytest.mark.parametrize(("n", "expected"), [(2, 6.0), (3, 2.6667), (5, 2.0870), (8, 1.9091)])
def test_o6_log_price(n: int, expected: float) -> None:
    price, _ = settled(n, COST, 2.4, NONE, curvature=0.0)
    elasticity = 2.4 * (1.0 - 1.0 / n)
    assert price / COST == pytest.approx(elasticity / (elasticity - 1.0), rel=1e-8)
    assert price / COST == pytest.approx(expected, abs=1e-4)


def test_o6_without_a_finite_price_the_limit_holds() -> None:
    price, _ = settled(2, COST, 1.5, NONE, curvature=0.0)
    assert price == pytest.approx(LIMIT * COST, rel=1e-12)


def test_o6_between_log_and_linear() -> None:
    x = 1.0 / (ALPHA * (1.0 - 0.2))
    price = float(best_response(np.array([COST]), np.array([x]), 1.0, 0.5)[0])
    assert price == pytest.approx(((x + np.sqrt(x * x + 4 * COST)) / 2) ** 2, abs=1e-8)
    assert price == pytest.approx(1.378365, abs=1e-6)


def test_curvature_is_continuous_at_the_linear_and_the_log_case() -> None:
    for near, at in ((1e-7, 0.0), (1.0 - 1e-7, 1.0)):
        markup = np.array([0.3])
        one, other = (best_response(np.array([COST]), markup, 0.7, lam) for lam in (near, at))
        assert one == pytest.approx(other, rel=1e-5)
