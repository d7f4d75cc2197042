"""Knowledge against closed forms: O9, O9b, O28 of docs/model.md, section 9."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from worlds import history_scenario

from sim.market.arrays import Floats
from sim.market.knowledge import Spillovers, knowledge_step
from sim.model import MarketModel
from sim.research import Clock, everybody_sees, reachable, spillovers, stationary_gaps
from sim.world import WorldRelease

NOBODY = np.full(2, -np.inf)
RETURNS = 0.6


def known(labs: int = 2, **changes: float) -> Spillovers:
    given = {"own": 0.0, "returns": RETURNS, "fishing_out": 0.0, "sharing": 0.0}
    given |= {"to_all": 0.0, "to_open": 0.0, "to_api": 0.0}
    return Spillovers(**(given | changes), access=np.ones(labs), patents=np.ones(labs))


def gaps(months: int, sigma: float, start: float = 0.0) -> Floats:
    """Return the gap of a leader of .0916 nat a month to a follower of half that, month by month."""
    a, path = np.array([start, 0.0]), [start]
    effort = np.array([1.0, 2.0 ** (-1.0 / RETURNS)])
    for _ in range(months):
        a = a + knowledge_step(a, effort, known(own=0.0916, to_all=sigma), NOBODY, NOBODY)
        path.append(float(a[0] - a[1]))
    return np.array(path)


def test_o9_the_gap_settles_where_catching_up_balances_the_lead() -> None:
    assert gaps(1000, 0.05)[-1] == pytest.approx((0.0916 - 0.0458) / 0.05, abs=1e-9)
    assert gaps(1000, 0.05)[-1] == pytest.approx(0.916, abs=1e-9)


def test_o9_half_life() -> None:
    distance = 0.916 - gaps(200, 0.05)
    np.testing.assert_allclose(distance[1:] / distance[:-1], 0.95, atol=1e-9)
    assert np.log(2) / -np.log(distance[1] / distance[0]) == pytest.approx(13.5, abs=0.05)


def test_o9_without_spillovers_the_lead_grows_in_a_line() -> None:
    np.testing.assert_allclose(np.diff(gaps(60, 0.0)), 0.0458, atol=1e-12)


def test_o9_each_channel_of_catching_up_pulls_alike() -> None:
    a, effort = np.array([1.0, 0.0]), np.zeros(2)
    seen = np.array([-np.inf, 1.0])
    by = [
        knowledge_step(a, effort, known(own=0.0, to_all=0.05), NOBODY, NOBODY),
        knowledge_step(a, effort, known(own=0.0, to_open=0.05), seen, NOBODY),
        knowledge_step(a, effort, known(own=0.0, to_api=0.05), NOBODY, seen),
    ]
    for step in by:
        assert step == pytest.approx([0.0, 0.05])


def test_o9b_growth_of_ideas_that_get_harder_to_find() -> None:
    growth, fishing, a = np.log(2.6) / 12, 0.5, np.zeros(2)
    step = a
    for t in range(2000):
        effort = np.full(2, np.exp(growth * t))
        step = knowledge_step(a, effort, known(own=0.0866, fishing_out=fishing), NOBODY, NOBODY)
        a = a + step
    assert step == pytest.approx(np.full(2, RETURNS * growth / fishing), abs=1e-9)
    assert step[0] == pytest.approx(0.0955511, abs=1e-6)


@lru_cache(maxsize=1)
def built() -> MarketModel:
    market = MarketModel(history_scenario("2026-07", enterprises=52))
    market.close()
    return market


def test_o28_every_lab_grows_like_the_leader_for_two_years() -> None:
    """With O = 0 and all compute growing at beta_A g / zeta, the gaps of the hand-over stay."""
    market = built()
    supply, settings, world, t = market.supply, market.parameters.research, market.world, market.supply.handover
    levers, past = supply.levers, supply.past
    offers = supply.offers
    rows = [
        WorldRelease(int(offers.month[k]), int(offers.lab[k]), bool(offers.closed[k]))
        for k in np.flatnonzero((offers.month <= t) & ~offers.video)
    ]
    clock = Clock.of(rows, len(world.lab_names), t + 1)
    gap = stationary_gaps(world, market.parameters, levers, past.quiet_compute[t], past.reference, clock, t)
    np.testing.assert_array_equal(gap, past.gaps)
    coefficients = spillovers(world, market.parameters, levers, t, 0.0)
    has_open, has_closed, all_see = clock.opened[t] >= 0, clock.closed[t] >= 0, everybody_sees(world)
    a, effort = past.gaps.copy(), (1.0 - settings.training_share) * past.quiet_compute[t] / past.reference
    leader = int(past.quiet_compute[t].argmax())
    assert a[leader] == 0.0
    first = None
    for _ in range(24):
        a_open = reachable(np.where(has_open, a, -np.inf), all_see)
        a_api = reachable(np.where(has_closed, a, -np.inf), all_see)
        step = knowledge_step(a, effort, coefficients, a_open, a_api)
        first = float(step[leader]) if first is None else first
        np.testing.assert_allclose(step, first, atol=1e-9)
        a, effort = a + step, effort * np.exp(settings.fishing_out * first / settings.returns)
    np.testing.assert_allclose(a - a[leader], past.gaps, atol=1e-8)


def test_o28_the_leader_grows_by_nu() -> None:
    """At the hand-over the leader's effort is 1, so its first increment is nu."""
    market = built()
    past, settings = market.supply.past, market.parameters.research
    assert (past.gaps <= 1e-9).all()
    path = past.knowledge
    np.testing.assert_allclose(np.diff(path, axis=0), settings.progress, atol=1e-12)
