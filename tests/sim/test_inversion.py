"""Share inversion (docs/model.md, section 10): closed form, contraction, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from sim.market.choice import Nests
from sim.market.inversion import invert_shares, mixed_shares, nested_logit_inversion

LABS, CHANNELS = np.array([0, 0, 0, 1, 2, 2]), np.array([0, 1, 2, 0, 1, 2])
NESTS = Nests.of(LABS, CHANNELS)
DELTA = np.array([0.8, 0.6, -0.4, 1.1, 0.2, -1.3])
PEOPLE = 40
TASTES = 1.5 * np.sin(np.arange(6.0 * PEOPLE)).reshape(6, PEOPLE)
WEIGHT = 1.0 + np.arange(PEOPLE) % 7
OUTSIDE = np.full(PEOPLE, -0.5)


def by_hand(delta: np.ndarray, tastes: np.ndarray, outside: np.ndarray, rho: float) -> tuple[np.ndarray, float]:
    """Return nested logit shares, one chooser and one option after the other."""
    share, away = np.zeros(delta.size), 0.0
    for person in range(tastes.shape[1]):
        utility = delta + tastes[:, person]
        sums = {lab: sum(np.exp(u / rho) for u, k in zip(utility, LABS, strict=True) if k == lab) for lab in set(LABS)}
        bottom = np.exp(outside[person]) + sum(value**rho for value in sums.values() if value > 0)
        weight = WEIGHT[person] / WEIGHT[: tastes.shape[1]].sum()
        for k, lab in enumerate(LABS):
            share[k] += weight * np.exp(utility[k] / rho) * sums[lab] ** (rho - 1) / bottom
        away += weight * np.exp(outside[person]) / bottom
    return share, away


@pytest.mark.parametrize("rho", [0.3, 0.6, 1.0])
def test_shares_are_those_of_a_mixed_nested_logit(rho: float) -> None:
    share, away = mixed_shares(DELTA, TASTES, NESTS, WEIGHT, OUTSIDE, rho)
    known, rest = by_hand(DELTA, TASTES, OUTSIDE, rho)
    np.testing.assert_allclose(share, known, rtol=1e-12)
    assert away == pytest.approx(rest, rel=1e-12)
    assert share.sum() + away == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize("rho", [0.3, 0.6, 1.0])
def test_without_tastes_the_closed_form_holds(rho: float) -> None:
    share, _ = mixed_shares(DELTA, np.zeros((6, 1)), NESTS, np.ones(1), np.array([-0.5]), rho)
    np.testing.assert_allclose(nested_logit_inversion(share, NESTS, rho), DELTA + 0.5, atol=1e-12)
    found = invert_shares(share, np.zeros((6, 1)), NESTS, np.ones(1), np.array([-0.5]), rho)
    np.testing.assert_allclose(found, DELTA, atol=1e-11)


@pytest.mark.parametrize("rho", [0.3, 0.6, 1.0])
def test_the_contraction_finds_the_strengths(rho: float) -> None:
    share, _ = mixed_shares(DELTA, TASTES, NESTS, WEIGHT, OUTSIDE, rho)
    found = invert_shares(share, TASTES, NESTS, WEIGHT, OUTSIDE, rho)
    np.testing.assert_allclose(found, DELTA, atol=1e-10)
    plain = nested_logit_inversion(share, NESTS, rho) - 0.5
    assert np.abs(plain - DELTA).max() > 0.1


def test_a_root_finder_agrees() -> None:
    """Another method on other shares, which no strengths were used to make."""
    share = np.array([0.3, 0.05, 0.02, 0.2, 0.1, 0.01])
    found = invert_shares(share, TASTES, NESTS, WEIGHT, OUTSIDE, 0.6)

    def gap(delta: np.ndarray) -> np.ndarray:
        return np.log(mixed_shares(delta, TASTES, NESTS, WEIGHT, OUTSIDE, 0.6)[0]) - np.log(share)

    np.testing.assert_allclose(found, root(gap, np.zeros(6), tol=1e-13).x, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=6, max_size=6),
    st.floats(0.2, 1.0),
    st.floats(-1, 1),
)
def test_inversion_undoes_the_shares(delta: list[float], rho: float, outside: float) -> None:
    away = np.full(PEOPLE, outside)
    share, _ = mixed_shares(np.array(delta), TASTES, NESTS, WEIGHT, away, rho)
    found = invert_shares(share, TASTES, NESTS, WEIGHT, away, rho)
    np.testing.assert_allclose(found, delta, atol=1e-9)


def test_every_step_comes_closer() -> None:
    """The largest |ln s - ln s(delta)| never grows, at the rate that the module claims or faster."""
    rho = 0.6
    share, _ = mixed_shares(DELTA, TASTES, NESTS, WEIGHT, OUTSIDE, rho)
    delta, off = np.zeros(6), []
    for _ in range(30):
        modelled, _ = mixed_shares(delta, TASTES, NESTS, WEIGHT, OUTSIDE, rho)
        delta = delta + rho * (np.log(share) - np.log(modelled))
        off.append(np.abs(delta - DELTA).max())
    assert (np.diff(off) < 0).all()


def test_an_option_that_some_cannot_have() -> None:
    tastes = TASTES.copy()
    tastes[3, ::2] = -np.inf
    tastes[:3, 1::5] = -np.inf
    share, away = mixed_shares(DELTA, tastes, NESTS, WEIGHT, OUTSIDE, 0.6)
    assert share.sum() + away == pytest.approx(1.0, abs=1e-14)
    np.testing.assert_allclose(invert_shares(share, tastes, NESTS, WEIGHT, OUTSIDE, 0.6), DELTA, atol=1e-10)


def test_without_an_outside_only_differences_are_found() -> None:
    nobody = np.full(PEOPLE, -np.inf)
    share, away = mixed_shares(DELTA, TASTES, NESTS, WEIGHT, nobody, 0.6)
    assert away == 0
    found = invert_shares(share, TASTES, NESTS, WEIGHT, nobody, 0.6, close=1e-12)
    np.testing.assert_allclose(found - found[0], DELTA - DELTA[0], atol=1e-9)


@pytest.mark.parametrize(
    ("share", "message"),
    [
        ([0.2, 0.2, 0.2], "3 shares of 6 options"),
        ([0.2, 0.2, 0.2, 0.0, 0.1, 0.1], "above 0"),
        ([0.2, 0.2, 0.2, np.nan, 0.1, 0.1], "above 0"),
        ([0.3, 0.3, 0.3, 0.1, 0.1, 0.1], "more than 1"),
        ([0.3, 0.3, 0.1, 0.1, 0.1, 0.1], "does not fit V_0"),
    ],
)
def test_shares_that_cannot_be(share: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        invert_shares(np.array(share), TASTES, NESTS, WEIGHT, OUTSIDE, 0.6)


def test_the_closed_form_needs_an_outside() -> None:
    with pytest.raises(ValueError, match="without an outside option"):
        nested_logit_inversion(np.array([0.25, 0.25, 0.125, 0.125, 0.125, 0.125]), NESTS, 0.6)


def test_a_share_of_what_nobody_can_choose() -> None:
    tastes = TASTES.copy()
    tastes[3] = -np.inf
    with pytest.raises(ValueError, match="nobody can choose option 3"):
        invert_shares(np.full(6, 0.1), tastes, NESTS, WEIGHT, OUTSIDE, 0.6)


def test_it_gives_up_with_a_message() -> None:
    share, _ = mixed_shares(DELTA, TASTES, NESTS, WEIGHT, OUTSIDE, 0.6)
    with pytest.raises(ArithmeticError, match="after 3 steps"):
        invert_shares(share, TASTES, NESTS, WEIGHT, OUTSIDE, 0.6, most=3)
