"""Serving costs, host prices and price disutility (E13 to E15)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.market.pricing import (
    host_price,
    host_price_logit,
    price_disutility,
    price_scale,
    self_host_price,
    serving_cost,
)

ratios = st.floats(0.02, 500)
curvatures = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.73, 1.0])


def test_serving_cost_by_hand() -> None:
    """70B dense in 2026-01: 1.4e17 FLOP per Mtok, 1.0325e18 FLOP per H100-hour in use, 0.1356 hours at $2.60."""
    cost = serving_cost(np.array([[70.0]]), np.array([2.6]), 0.29, np.array([1.0]))
    assert cost.shape == (1, 1)
    assert cost[0, 0] == pytest.approx(0.352537, abs=5e-7)


def test_serving_cost_goes_with_size_rent_and_progress() -> None:
    cost = serving_cost(np.array([[10.0], [40.0]]), np.array([2.0, 3.0, 2.0]), 0.29, np.array([1.0, 1.0, 1.8]))
    np.testing.assert_allclose(cost[1], 4 * cost[0], rtol=1e-14)
    assert cost[0, 1] / cost[0, 0] == pytest.approx(1.5)
    assert cost[0, 0] / cost[0, 2] == pytest.approx(1.8)
    assert np.isnan(serving_cost(np.array([[np.nan]]), np.array([2.0]), 0.29, np.array([1.0]))).all()


def test_hosts_and_own_machines() -> None:
    np.testing.assert_allclose(host_price(np.array([0.4, 2.0]), 0.25), [0.5, 2.5], rtol=1e-15)
    own = self_host_price(np.array([0.3]), 0.3, 30_000.0, np.array([1e3, 3e4, 3e6]))
    np.testing.assert_allclose(own, [31.0, 2.0, 1.01], rtol=1e-14)


def test_the_price_scale_falls_by_the_year() -> None:
    assert price_scale(36, 0.352, 1.3, 36) == 0.352
    assert price_scale(48, 0.352, 1.3, 36) == pytest.approx(0.352 / 1.3)
    assert price_scale(0, 0.352, 1.3, 36) == pytest.approx(0.352 * 1.3**3)


@pytest.mark.parametrize(
    ("curvature", "wanted"),
    [
        (0.0, [-1.38629436, 0.0, 2.77258872]),
        (0.25, [-1.17157288, 0.0, 4.0]),
        (0.5, [-1.0, 0.0, 6.0]),
        (1.0, [-0.75, 0.0, 15.0]),
    ],
)
def test_disutility_of_a_quarter_one_and_sixteen_scales(curvature: float, wanted: list[float]) -> None:
    prices = np.array([0.25, 1.0, 16.0]) * 0.352
    np.testing.assert_allclose(price_disutility(prices, 0.352, curvature, 0.01), wanted, atol=5e-9)


@given(st.lists(ratios, min_size=2, max_size=8, unique=True), curvatures, st.floats(0.05, 3))
def test_disutility_rises_with_the_price(prices: list[float], curvature: float, scale: float) -> None:
    ordered = np.sort(prices) * scale
    ordered = ordered[np.append(True, np.diff(ordered) > 1e-9 * ordered[1:])]
    cost = price_disutility(ordered, scale, curvature, 0.01)
    assert (np.diff(cost) > 0).all()


@given(ratios, curvatures)
def test_disutility_is_that_of_box_and_cox(ratio: float, curvature: float) -> None:
    got = price_disutility(np.array([ratio]), 1.0, curvature, 0.01)[0]
    wanted = np.log(ratio) if curvature == 0 else (ratio**curvature - 1) / curvature
    assert got == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@given(ratios)
def test_the_log_is_the_limit(ratio: float) -> None:
    near, log = (price_disutility(np.array([ratio]), 1.0, lam, 0.01)[0] for lam in (1e-7, 0.0))
    assert near == pytest.approx(log, abs=1e-4)


@pytest.mark.parametrize("curvature", [0.0, 0.25, 1.0])
def test_a_price_of_nothing_counts_as_the_floor(curvature: float) -> None:
    free, floor, below, above = price_disutility(np.array([0.0, 0.00352, 0.001, 0.004]), 0.352, curvature, 0.01)
    assert free == floor == below
    assert free < above
    assert np.isnan(price_disutility(np.array([np.nan]), 0.352, curvature, 0.01)).all()


def test_logit_hosts_keep_a_mark_up_however_many_they_are() -> None:
    """O23: p_0/alpha_h is left in the limit; the mark-up vanishes only where choice among hosts is infinitely sharp."""
    cost = np.array([0.1, 1.0])
    two, many = (host_price_logit(cost, 0.3, 3.0, n) - cost for n in (2.0, 1e9))
    np.testing.assert_allclose(two, 0.2)
    np.testing.assert_allclose(many, 0.1, rtol=1e-8)
    np.testing.assert_allclose(host_price_logit(cost, 0.3, 1e9, 20.0), cost, atol=1e-9)
