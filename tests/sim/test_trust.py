"""Trust penalties, bans and incidents (E21)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.market.trust import ban_threshold, exposure, next_incident, penalty

LOCAL = np.array([False, True])
shares = st.floats(0, 1)


def test_exposure_by_channel() -> None:
    np.testing.assert_allclose(exposure(0.65, 0.8, LOCAL), [[1, 1], [0.35, 0.2], [0.2, 0.2]], rtol=1e-12)
    np.testing.assert_allclose(exposure(0.9, 0.8, LOCAL)[1], [0.1, 0.1], rtol=1e-12)


def test_penalty() -> None:
    """A US region that trusts lab 1 less by 1.2 utils after an incident of 0.3; the other region trusts all."""
    trust, incident = np.array([[0.0, 1.2], [0.0, 0.0]]), np.array([[0.0, 0.3], [0.0, 0.0]])
    tau = penalty(trust, incident, exposure(0.65, 0.8, LOCAL), np.array([0.4, 1.0, 1.5, 1.0]))
    assert tau.shape == (2, 3, 2, 4)
    np.testing.assert_allclose(tau[1, :, 0, 1], [1.5, 0.525, 0.3], rtol=1e-12)
    np.testing.assert_allclose(tau[1, 0, 0], [0.6, 1.5, 2.25, 1.5], rtol=1e-12)
    assert not tau[0].any()
    assert not tau[:, :, 1].any()


def test_trust_earned_never_becomes_a_bonus() -> None:
    earned = penalty(np.array([[-0.5]]), np.array([[0.2]]), np.ones((3, 1)), np.ones(4))
    assert not earned.any()


def test_bans_by_firms_and_by_law() -> None:
    firms = np.array([[[0.6, 0.2, 0.1]], [[0.6, 0.2, 0.1]]])
    law = np.zeros((2, 1, 3, 4))
    law[0, 0, 0, 3] = 0.5
    threshold = ban_threshold(firms, law, np.array([1.0, 1.0, 1.5, 1.5]), LOCAL)
    assert threshold.shape == (1, 3, 2, 4)
    np.testing.assert_allclose(threshold[0, 0, 0], [0.6, 0.6, 0.9, 1 - 0.1 * 0.5], rtol=1e-12)
    np.testing.assert_allclose(threshold[0, 1, 0], [0.2, 0.2, 0.3, 0.3], rtol=1e-12)
    np.testing.assert_allclose(threshold[0, 1, 1], [0.1, 0.1, 0.15, 0.15], rtol=1e-12)
    np.testing.assert_array_equal(firms[1, 0], [0.6, 0.2, 0.1])


@given(shares, shares, st.floats(0, 3))
def test_a_ban_by_law_only_adds(firms: float, law: float, factor: float) -> None:
    def at(share: float) -> float:
        table = ban_threshold(np.full((1, 1, 3), firms), np.full((1, 1, 3, 1), share), np.array([factor]), LOCAL[:1])
        return float(table[0, 0, 0, 0])

    assert at(0.0) == pytest.approx(min(firms * factor, 1.0))
    assert at(1.0) == 1.0
    assert at(0.0) - 1e-12 <= at(law) <= 1.0
    assert at(law) >= law - 1e-12


def test_incidents_fade() -> None:
    inc = np.array([0.3, 0.0])
    for month in range(5):
        inc = next_incident(inc, 0.9, np.array([0.0, 0.2 if month == 4 else 0.0]))
    np.testing.assert_allclose(inc, [0.3 * 0.9**5, 0.2], rtol=1e-12)
