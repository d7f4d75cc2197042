"""The nested logit with switching costs, against the same written out slot by slot (brute.py)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute import choice_probabilities
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.market.choice import (
    Inclusive,
    Nests,
    draw_nest,
    draw_option,
    inclusive,
    incumbent_value,
    log_sum,
    nest_values,
    probabilities,
)
from sim.rng import Streams

LAB = np.array([0, 0, 0, 0, 2, 3, 3, 3])
CHANNEL = np.array([0, 0, 1, 2, 0, 0, 1, 2])
NESTS = Nests.of(LAB, CHANNEL)
KAPPA_LAB = {0: 1.0, 2: 0.5, 3: 2.0}
RHO, KAPPA_CHANNEL, OUTSIDE = 0.6, 0.7, -0.5
UTILITY = np.array([1.0, -0.5, 0.3, 0.8, 1.2, -1.0, 0.4, 0.0])
utilities = st.lists(
    st.floats(-20, 20) | st.just(-np.inf),
    min_size=LAB.size,
    max_size=LAB.size,
)


def chances(
    utility: np.ndarray, nests: Nests, channel: np.ndarray, rho: float, outside: float, held: tuple[int, int] | None
) -> tuple[np.ndarray, float]:
    """Return the kernel's probabilities of each option and of the outside for one slot."""
    values = inclusive(np.asarray(utility, dtype=float)[:, None], nests, rho)
    labs = nests.labs.tolist()
    nest = np.array([labs.index(held[0]) if held and held[0] in labs else -1])
    where = np.array([held[1] if held else 0])
    kappa = np.array([[KAPPA_LAB[lab]] for lab in labs])
    seen = nest_values(values, nest, where, kappa, np.array([KAPPA_CHANNEL]), rho)
    by_nest, away = probabilities(seen, outside - values.peak)
    inside = values.exps[:, 0].copy()
    rows = nests.group_lab[nests.row_group]
    inside[(rows == nest[0]) & (channel != where[0])] *= np.exp(-KAPPA_CHANNEL / rho)
    total = np.array([inside[rows == k].sum() for k in range(len(labs))])
    share = np.divide(inside, total[rows], out=np.zeros_like(inside), where=total[rows] > 0)
    return by_nest[rows, 0] * share, float(away[0])


def test_rows_are_grouped_by_lab_and_channel() -> None:
    assert NESTS.labs.tolist() == [0, 2, 3]
    assert NESTS.group_lab.tolist() == [0, 0, 0, 1, 2, 2, 2]
    assert NESTS.group_channel.tolist() == [0, 1, 2, 0, 0, 1, 2]
    assert NESTS.group_start.tolist() == [0, 2, 3, 4, 5, 6, 7]
    assert [NESTS.rows_of(k) for k in range(3)] == [slice(0, 4), slice(4, 5), slice(5, 8)]
    empty = Nests.of(np.empty(0, np.intp), np.empty(0, np.intp))
    assert empty.labs.size == empty.row_group.size == 0


@given(
    utilities, st.floats(0.05, 1.0), st.floats(-20, 5), st.sampled_from([None, (0, 0), (0, 2), (2, 0), (3, 1), (9, 0)])
)
def test_shares_are_those_of_the_nested_logit(
    utility: list[float], rho: float, outside: float, held: tuple[int, int] | None
) -> None:
    got, away = chances(np.array(utility), NESTS, CHANNEL, rho, outside, held)
    wanted, wanted_away = choice_probabilities(
        utility, LAB.tolist(), CHANNEL.tolist(), rho, outside, held, KAPPA_LAB, KAPPA_CHANNEL
    )
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-13)
    assert away == pytest.approx(wanted_away, rel=1e-9)
    assert got.sum() + away == pytest.approx(1.0, abs=1e-12)


def test_a_row_that_nobody_can_choose_moves_no_bit() -> None:
    """Sums run in order, so an inert row at any place leaves the inclusive values as they are, to the bit."""
    lab, channel = np.array([0, 0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1, 0, 2])
    draws = np.random.default_rng(5).normal(size=(lab.size, 200)) * 3
    one = inclusive(draws, Nests.of(lab, channel), RHO)
    for at in range(lab.size):
        more = Nests.of(np.insert(lab, at, lab[at]), np.insert(channel, at, channel[at]))
        two = inclusive(np.insert(draws, at, -np.inf, axis=0), more, RHO)
        for name in ("channel", "total", "stranger"):
            assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), (at, name)


def test_a_slot_without_options_stays_outside() -> None:
    values = inclusive(np.full((LAB.size, 1), -np.inf), NESTS, RHO)
    assert values.peak == 0
    assert (values.stranger == -np.inf).all()
    by_nest, away = probabilities(values.stranger, np.array([OUTSIDE]))
    assert by_nest.sum() == 0
    assert away == 1


def test_an_incumbent_that_offers_nothing_costs_nothing_to_leave() -> None:
    utility = np.where(LAB == 3, -np.inf, UTILITY)
    never, _ = chances(utility, NESTS, CHANNEL, RHO, OUTSIDE, None)
    gone, _ = chances(utility, NESTS, CHANNEL, RHO, OUTSIDE, (3, 1))
    np.testing.assert_array_equal(never, gone)


def test_the_channel_cost_acts_inside_the_incumbent_lab_only() -> None:
    values = inclusive(UTILITY[:, None], NESTS, RHO)
    held = incumbent_value(values, np.array([0]), np.array([1]), np.array([KAPPA_CHANNEL]), RHO)
    parts = [np.exp((v - KAPPA_CHANNEL * (c != 1)) / RHO) for v, c in zip(UTILITY[:4], CHANNEL[:4], strict=True)]
    assert held[0] + values.peak[0] == pytest.approx(RHO * np.log(sum(parts)), rel=1e-12)
    one = chances(UTILITY, NESTS, CHANNEL, RHO, OUTSIDE, (0, 1))[0]
    other = chances(UTILITY, NESTS, CHANNEL, RHO, OUTSIDE, (0, 2))[0]
    np.testing.assert_allclose(one[4:] / one[4], other[4:] / other[4], rtol=1e-12)
    assert one[2] > other[2]
    assert one[3] < other[3]


def test_no_incumbent_is_no_nest() -> None:
    values = inclusive(np.tile(UTILITY[:, None], 3), NESTS, RHO)
    none = incumbent_value(values, np.full(3, -1), np.zeros(3, np.intp), np.full(3, KAPPA_CHANNEL), RHO)
    assert (none == -np.inf).all()
    seen = nest_values(values, np.full(3, -1), np.zeros(3, np.intp), np.ones((3, 3)), np.zeros(3), RHO)
    np.testing.assert_array_equal(seen, values.stranger)


def test_log_sum_is_the_mean_of_the_best() -> None:
    """log-sum = E[max] less Euler's constant; shifting all utilities shifts it by as much."""
    values = inclusive(UTILITY[:, None], NESTS, RHO)
    surplus = log_sum(values.stranger, OUTSIDE - values.peak, values.peak)
    iv = [RHO * np.log(np.exp(UTILITY[lab == LAB] / RHO).sum()) for lab in (0, 2, 3)]
    assert surplus[0] == pytest.approx(np.log(np.exp(iv).sum() + np.exp(OUTSIDE)), rel=1e-12)
    shifted = inclusive(UTILITY[:, None] + 30, NESTS, RHO)
    assert log_sum(shifted.stranger, OUTSIDE + 30 - shifted.peak, shifted.peak)[0] == pytest.approx(surplus[0] + 30)


@given(utilities, st.floats(-700, 700))
def test_large_utilities_neither_overflow_nor_vanish(utility: list[float], shift: float) -> None:
    one = chances(np.array(utility), NESTS, CHANNEL, RHO, OUTSIDE, (0, 0))
    other = chances(np.array(utility) + shift, NESTS, CHANNEL, RHO, OUTSIDE + shift, (0, 0))
    np.testing.assert_allclose(one[0], other[0], rtol=1e-8, atol=1e-10)


def drawn(size: int) -> tuple[np.ndarray, np.ndarray, Inclusive]:
    """Draw the two stages for many slots alike that hold (lab 0, channel 1)."""
    utility = np.tile(UTILITY[:, None], size)
    values = inclusive(utility, NESTS, RHO)
    streams, slots = Streams(5), np.arange(size)
    kappa = np.array([KAPPA_LAB[lab] for lab in NESTS.labs.tolist()])[:, None] * np.ones(size)
    held = np.zeros(size, np.intp), np.ones(size, np.intp)
    seen = nest_values(values, *held, kappa, np.full(size, KAPPA_CHANNEL), RHO)
    luck = streams.gumbel("lab", NESTS.labs[:, None], slots)
    nest = draw_nest(seen, OUTSIDE - values.peak, luck, streams.gumbel("outside", slots))
    row = np.full(size, -1)
    for k in range(NESTS.labs.size):
        span, who = NESTS.rows_of(k), np.flatnonzero(nest == k)
        cost = KAPPA_CHANNEL * ((k == 0) & (CHANNEL[span, None] != 1)) * np.ones(who.size)
        option_luck = streams.gumbel("option", np.arange(span.start, span.stop)[:, None], who)
        row[who] = span.start + draw_option(utility[span, who], cost, option_luck, RHO)
    return nest, row, values


def test_two_stages_of_draws_have_the_probabilities() -> None:
    size = 40_000
    _, row, _ = drawn(size)
    wanted, away = chances(UTILITY, NESTS, CHANNEL, RHO, OUTSIDE, (0, 1))
    law = np.append(wanted, away)
    counts = np.append(np.bincount(row[row >= 0], minlength=LAB.size), (row < 0).sum())
    assert (np.abs(counts - size * law) < 4 * np.sqrt(size * law * (1 - law))).all()
    assert stats.chisquare(counts, size * law).pvalue > 1e-4


def test_draws_are_the_largest_scores() -> None:
    seen = np.array([[0.0, 1.0, -np.inf], [0.5, -1.0, -np.inf]])
    luck = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert draw_nest(seen, np.array([0.9, 0.9, -5.0]), luck, np.zeros(3)).tolist() == [0, 0, -1]
    assert draw_nest(seen, np.array([0.9, 1.1, -5.0]), luck, np.zeros(3)).tolist() == [0, -1, -1]
    utility, cost = np.array([[1.0, 1.0], [0.8, 0.8]]), np.array([[0.0, 0.3], [0.0, 0.0]])
    assert draw_option(utility, cost, np.zeros((2, 2)), 0.5).tolist() == [0, 1]
    assert draw_option(utility, cost, np.array([[0.0, 0.3], [0.5, 0.0]]), 0.5).tolist() == [1, 0]


def test_a_draw_outside_the_nest_changes_no_option() -> None:
    """The row inside a nest depends on that nest alone: better offers elsewhere move who comes, not what they take."""
    size = 2000
    nest, row, values = drawn(size)
    streams, slots = Streams(5), np.arange(size)
    kappa = np.array([KAPPA_LAB[lab] for lab in NESTS.labs.tolist()])[:, None] * np.ones(size)
    better = values.stranger.copy()
    better[1] += 1.0
    moved = draw_nest(
        nest_values(
            replace(values, stranger=better),
            np.zeros(size, np.intp),
            np.ones(size, np.intp),
            kappa,
            np.full(size, KAPPA_CHANNEL),
            RHO,
        ),
        OUTSIDE - values.peak,
        streams.gumbel("lab", NESTS.labs[:, None], slots),
        streams.gumbel("outside", slots),
    )
    changed = moved != nest
    assert 0.05 < changed.mean() < 0.6
    assert (moved[changed] == 1).all()
    assert row.max() == LAB.size - 1
