"""Reallocation of reviewing mass: nothing is lost, and every incumbent's mass goes where its own choice would go."""

from __future__ import annotations

import numpy as np
from brute import choice_probabilities
from hypothesis import given
from hypothesis import strategies as st

from sim.market.choice import Nests, inclusive
from sim.reallocation import Reallocation, reallocate

LAB = np.array([0, 0, 0, 0, 2, 3, 3, 3])
CHANNEL = np.array([0, 0, 1, 2, 0, 0, 1, 2])
NESTS = Nests.of(LAB, CHANNEL)
INCUMBENTS = [(-1, 0), (0, 0), (0, 1), (0, 2), (2, 0), (3, 0), (3, 1), (3, 2), (7, 1)]
SLOTS = 3

values_of = st.floats(-30, 30) | st.just(-np.inf)
tables = st.lists(st.lists(values_of, min_size=SLOTS, max_size=SLOTS), min_size=LAB.size, max_size=LAB.size)
masses = st.lists(st.floats(0, 1), min_size=SLOTS, max_size=SLOTS)
states = st.dictionaries(st.sampled_from(INCUMBENTS), masses, min_size=1, max_size=len(INCUMBENTS))
costs = st.lists(st.floats(0, 8), min_size=3, max_size=3)


def moved(
    utility: np.ndarray,
    waiting: dict[tuple[int, int], np.ndarray],
    kappa_lab: list[float],
    kappa_channel: float,
    outside: float,
    rho: float,
) -> Reallocation:
    values = inclusive(utility, NESTS, rho)
    kappa = np.repeat(np.array(kappa_lab)[:, None], SLOTS, axis=1)
    return reallocate(values, NESTS, CHANNEL, waiting, kappa, kappa_channel, outside - values.peak, rho)


@given(tables, states, costs, st.floats(0, 5), st.floats(-10, 5), st.floats(0.05, 1))
def test_mass_is_conserved(
    table: list[list[float]],
    state: dict[tuple[int, int], list[float]],
    kappa_lab: list[float],
    kappa_channel: float,
    outside: float,
    rho: float,
) -> None:
    utility, waiting = np.array(table), {key: np.array(mass) for key, mass in state.items()}
    result = moved(utility, waiting, kappa_lab, kappa_channel, outside, rho)
    assert (result.inflow >= 0).all()
    assert all((mass >= 0).all() for mass in result.outside.values())
    assert (result.inflow[utility == -np.inf] == 0).all()
    after = result.inflow.sum(axis=0) + sum(result.outside.values())
    np.testing.assert_allclose(after, sum(waiting.values()), rtol=0, atol=1e-12)


@given(tables, states, costs, st.floats(0, 5), st.floats(-10, 5), st.floats(0.2, 1))
def test_every_incumbent_chooses_for_itself(
    table: list[list[float]],
    state: dict[tuple[int, int], list[float]],
    kappa_lab: list[float],
    kappa_channel: float,
    outside: float,
    rho: float,
) -> None:
    utility, waiting = np.array(table), {key: np.array(mass) for key, mass in state.items()}
    result = moved(utility, waiting, kappa_lab, kappa_channel, outside, rho)
    kappa = dict(zip(NESTS.labs.tolist(), kappa_lab, strict=True))
    inflow, left = np.zeros_like(utility), {key: np.zeros(SLOTS) for key in waiting}
    for (lab, channel), mass in waiting.items():
        held = None if lab < 0 else (lab, channel)
        for slot in range(SLOTS):
            chances, away = choice_probabilities(
                utility[:, slot].tolist(), LAB.tolist(), CHANNEL.tolist(), rho, outside, held, kappa, kappa_channel
            )
            inflow[:, slot] += mass[slot] * np.array(chances)
            left[lab, channel][slot] += mass[slot] * away
    np.testing.assert_allclose(result.inflow, inflow, rtol=1e-8, atol=1e-10)
    for key, mass in left.items():
        np.testing.assert_allclose(result.outside[key], mass, rtol=1e-8, atol=1e-10)


def test_surplus_is_the_mass_weighted_log_sum() -> None:
    utility = np.tile(np.linspace(-1, 1, LAB.size)[:, None], SLOTS)
    waiting = {(-1, 0): np.full(SLOTS, 0.25), (0, 1): np.full(SLOTS, 0.5)}
    result = moved(utility, waiting, [1.0, 2.0, 3.0], 0.5, -1.0, 0.5)
    peak = 1.0

    def log_sum(held: int | None) -> float:
        total = np.exp(-1.0)
        for nest, lab in enumerate((0, 2, 3)):
            rows = lab == LAB
            cost = np.zeros(rows.sum())
            if held == lab:
                cost = 0.5 * (CHANNEL[rows] != 1)
            elif held is not None:
                cost = cost + [1.0, 2.0, 3.0][nest]
            total += np.exp((utility[rows, 0] - cost) / 0.5).sum() ** 0.5
        return float(np.log(total))

    wanted = 0.25 * (log_sum(None) - peak) + 0.5 * (log_sum(0) - peak)
    np.testing.assert_allclose(result.surplus, wanted, rtol=1e-12)


def test_an_inert_option_moves_no_bit() -> None:
    """O19b in the kernel: an option of -inf, in a lab of its own, at either end or in the middle."""
    utility = np.sin(np.arange(LAB.size * SLOTS)).reshape(LAB.size, SLOTS)
    waiting = {key: np.linspace(0.1, 0.9, SLOTS) / (k + 1) for k, key in enumerate(INCUMBENTS)}
    base = moved(utility, waiting, [4.0, 2.0, 1.6], 0.5, -1.0, 0.6)
    for lab in (1, 5):
        at = int(np.searchsorted(LAB, lab))
        labs, channels = np.insert(LAB, at, lab), np.insert(CHANNEL, at, 0)
        nests = Nests.of(labs, channels)
        values = inclusive(np.insert(utility, at, -np.inf, axis=0), nests, 0.6)
        kappa = np.insert(np.repeat([[4.0], [2.0], [1.6]], SLOTS, axis=1), list(nests.labs).index(lab), 3.0, axis=0)
        more = reallocate(values, nests, channels, waiting, kappa, 0.5, -1.0 - values.peak, 0.6)
        assert (more.inflow[at] == 0).all()
        assert np.delete(more.inflow, at, axis=0).tobytes() == base.inflow.tobytes()
        assert more.surplus.tobytes() == base.surplus.tobytes()
        assert {key: mass.tobytes() for key, mass in more.outside.items()} == {
            key: mass.tobytes() for key, mass in base.outside.items()
        }
