"""Tokens and the price that they react to (E22)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.market.usage import smooth_price, token_volume


def test_tokens_by_hand() -> None:
    """At the reference price the level; at four times the price and an elasticity of a half, half of it."""
    volume = token_volume(np.array([0.5, 0.25, 0.25]), np.array([1.4, 5.6, np.nan]), 2e9, 1.4, 0.5)
    np.testing.assert_allclose(volume, [1e9, 2.5e8, 5e8], rtol=1e-12)


@given(st.floats(0.001, 100), st.floats(0, 3))
def test_dearer_is_never_more(price: float, elasticity: float) -> None:
    volume = token_volume(np.ones(2), np.array([price, price * 1.1]), 1.0, 1.4, elasticity)
    assert volume[1] <= volume[0]
    assert volume[1] / volume[0] == pytest.approx(1.1**-elasticity)


def test_prices_are_smoothed_from_the_first_payment_on() -> None:
    nan = np.nan
    old, paid = np.array([nan, nan, 2.0, 2.0, 2.0]), np.array([nan, 3.0, nan, 4.0, 0.0])
    np.testing.assert_allclose(smooth_price(old, paid, 0.2, 0.01), [nan, 3.0, 2.0, 2.4, 1.602], rtol=1e-12)
    assert smooth_price(np.array([nan]), np.zeros(1), 0.2, 0.01)[0] == 0.01
