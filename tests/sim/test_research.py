"""R&D of all labs in the replay and its differences."""

from __future__ import annotations

import numpy as np
import pytest
from projected import T_H, labs_of, quiet

from sim.calendar import LEVELS_MONTH
from sim.parameters import Parameters
from sim.research import Clock, funding, patents, reachable, visible_weights
from sim.tables import load_world
from sim.world import WorldRelease

WORLD = load_world()


def test_funding_is_the_table_at_its_date() -> None:
    path = funding(WORLD, Parameters(), 60)
    np.testing.assert_allclose(path[LEVELS_MONTH], WORLD.lab_fund)
    np.testing.assert_allclose(path[LEVELS_MONTH + 12], 1.9 * WORLD.lab_fund)
    double = funding(WORLD, Parameters.from_overrides({"research.fund_scale": 2.0}), 60)
    np.testing.assert_allclose(double, 2 * path)


def test_patents_count_only_with_an_elasticity() -> None:
    assert (patents(WORLD, Parameters()) == 1).all()
    some = patents(WORLD, Parameters.from_overrides({"research.patent_elasticity": 0.3}))
    blocs = np.array(WORLD.lab_blocs)
    assert some[blocs == "CN"] == pytest.approx(2.4**0.3)
    assert some[blocs == "US"] == pytest.approx(0.8**0.3)


def test_the_best_that_others_have() -> None:
    best = np.array([3.0, 2.0, -np.inf])
    assert reachable(best, np.ones((3, 3), dtype=bool)).tolist() == [2.0, 3.0, 3.0]
    blind = np.ones((3, 3), dtype=bool)
    blind[1:, 0] = False
    assert reachable(best, blind).tolist() == [2.0, -np.inf, 2.0]


def test_banned_weights_are_seen_in_their_bloc() -> None:
    banned = np.array([bloc == "US" for bloc in WORLD.lab_blocs])
    seen = visible_weights(WORLD, banned)
    same = np.equal.outer(WORLD.lab_bloc_index, WORLD.lab_bloc_index)
    np.testing.assert_array_equal(seen, same | ~banned[None, :])


def test_the_clock_tells_the_latest_release() -> None:
    clock = Clock.of([WorldRelease(-4, 0, True), WorldRelease(2, 0, False), WorldRelease(4, 0, True)], 2, 6)
    assert clock.closed[:, 0].tolist() == [0, 0, 0, 0, 4, 4]
    assert clock.opened[:, 0].tolist() == [-1, -1, 2, 2, 2, 2]
    assert (clock.opened[:, 1] == -1).all()


def test_knowledge_of_the_replay_meets_the_gaps_at_the_hand_over() -> None:
    past = quiet().supply.past
    np.testing.assert_allclose(past.knowledge[T_H], past.gaps, atol=1e-12)
    assert past.gaps[past.quiet_compute[T_H].argmax()] == 0
    assert past.gaps[labs_of(quiet(), "CN")].max() < 0
