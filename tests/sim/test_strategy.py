"""E27 to E29 by hand; the limit cases stand in tests/oracles."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market.strategy import attraction_step, ramp_weights, response


def test_ramp_weights_share_the_discounted_horizon() -> None:
    moved, present = ramp_weights(2, 0.5, 0.25)
    assert moved == pytest.approx((0.5 * 0.25 + 0.25 * (1 - 0.75**2)) / 2)
    assert moved + present == pytest.approx((0.5 + 0.25) / 2)
    assert ramp_weights(5, 1.0, 1.0) == pytest.approx((1.0, 0.0))


def test_a_step_by_hand_and_modes_that_are_barred() -> None:
    payoff = np.array([3.0, 1.0, np.nan, 2.0])
    attraction, experience = attraction_step(np.array([1.0, 0.0, 2.0, 0.0]), 4.0, payoff, 0, 0.9, 0.8, 0.5)
    assert experience == pytest.approx(4.2)
    assert attraction == pytest.approx(np.array([3.6 + 1.0, -0.5, 7.2, 0.0]) / 4.2)


def test_chances_are_those_of_the_formula() -> None:
    a, h = np.array([0.2, 0.0, 0.1, 0.0]), np.array([0.5, 0.3, 0.1, 0.1])
    mask = np.array([True, True, False, True])
    weight = np.where(mask, h * np.exp(4.0 * a), 0.0)
    assert response(a, h, mask, 4.0) == pytest.approx(weight / weight.sum())
