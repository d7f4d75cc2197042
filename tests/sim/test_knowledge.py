"""E8 to E10 by hand; the limit cases stand in tests/oracles."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market.knowledge import (
    Spillovers,
    capability,
    effective_compute,
    growth_path,
    knowledge_step,
    research_compute,
)

GIVEN = {
    "own": 0.1,
    "returns": 0.5,
    "fishing_out": 1.0,
    "sharing": 0.2,
    "to_all": 0.03,
    "to_open": 0.05,
    "to_api": 0.02,
}


def test_research_compute_by_hand() -> None:
    assert research_compute(np.array([730.0]), np.array([2.0]), np.array([0.5])) == pytest.approx([250_000.0])


def test_a_step_by_hand() -> None:
    known = Spillovers(**GIVEN, access=np.array([1.0, 0.5]), patents=np.array([1.0, 2.0]))
    a = np.array([1.0, 0.0])
    step = knowledge_step(a, np.array([4.0, 1.0]), known, np.array([-np.inf, 0.6]), np.array([-np.inf, 1.0]))
    leader = 0.1 * 2.0 * np.exp(-1.0) * 1.2
    follower = 0.1 * 1.2 * 2.0 + 0.03 * 1.0 + 0.05 * 0.6 + 0.02 * 0.5 * 1.0
    assert step == pytest.approx([leader, follower])


def test_nobody_learns_from_who_is_behind() -> None:
    known = Spillovers(**(GIVEN | {"own": 0.0}), access=np.ones(2), patents=np.ones(2))
    step = knowledge_step(np.array([1.0, 1.0]), np.ones(2), known, np.array([0.5, 0.5]), np.array([0.9, -np.inf]))
    assert not step.any()


def test_ten_times_the_compute_is_one_order_of_capability() -> None:
    flow = np.array([[1.0, 10.0], [3.0, 30.0]])
    compute = effective_compute(flow, 0.2)
    assert compute == pytest.approx([0.8, 8.0])
    q = capability(compute, 0.8, np.array([40.0, 400.0]), 11.8, 6.0, 40.0)
    assert q == pytest.approx([0.0, 17.8])


def test_no_compute_is_very_little_capability_but_a_number() -> None:
    assert np.isfinite(capability(np.zeros(1), 1.0, np.ones(1), 11.8, 6.0, 40.0)).all()


def test_growth_slows_between_two_dates() -> None:
    path = growth_path(np.array([2.0, 4.0]), 2.0, 1.0, 24, 48, 61, 12)
    assert path.shape == (61, 2)
    assert path[12] == pytest.approx([2.0, 4.0])
    assert path[24, 0] / path[12, 0] == pytest.approx(2.0)
    assert path[60, 0] == pytest.approx(path[48, 0])
    assert (np.diff(path[:, 0]) >= -1e-12).all()
