"""Adoption and awareness (E17)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.market.adoption import adoption_hazard, awareness_lag
from sim.rng import Streams


def test_hazard_by_hand() -> None:
    """5% a year alone; with half the region, a factor of 2 for developers and a push of 0.1: 1 - exp(-0.75/12)."""
    hazard = adoption_hazard(0.05, np.array([0.6, 1.2]), np.array([0.0, 0.5]), np.array([0.0, 0.1]))
    np.testing.assert_allclose(hazard, [0.0041579982, 0.0605869371], atol=5e-11)


@given(st.floats(0, 2), st.floats(0, 5), st.floats(0, 1), st.floats(-5, 5))
def test_hazard_is_a_probability_and_rises_with_the_push(p: float, q: float, adopted: float, push: float) -> None:
    given_push, more = adoption_hazard(p, np.array([q]), np.array([adopted]), np.array([[push], [push + 0.5]]))[:, 0]
    assert 0 <= given_push <= more < 1
    if p + q * adopted + push > 0:
        assert given_push < more


def test_a_year_of_hazards_is_the_yearly_rate() -> None:
    monthly = adoption_hazard(0.3, np.zeros(1), np.zeros(1), np.zeros(1))[0]
    assert 1 - (1 - monthly) ** 12 == pytest.approx(1 - np.exp(-0.3), rel=1e-12)


@pytest.mark.parametrize("hazard", [0.5, 1.0, 3.0])
def test_awareness_is_geometric(hazard: float) -> None:
    size, chance = 100_000, 1 - np.exp(-hazard)
    lag = awareness_lag(Streams(2).exponential("aware", np.arange(size)), hazard, 60)
    law = chance * (1 - chance) ** np.arange(4)
    counts = np.bincount(lag, minlength=4)[:4]
    assert (np.abs(counts - size * law) < 4 * np.sqrt(size * law * (1 - law))).all()


def test_everybody_has_heard_at_the_cap() -> None:
    assert awareness_lag(np.array([0.0, 0.999, 1.0, 11.9, 1e9]), 1.0, 12).tolist() == [0, 0, 1, 11, 12]
    assert awareness_lag(np.array([1e9]), 0.01, 60).tolist() == [60]
