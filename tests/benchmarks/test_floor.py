"""The floor counts what a run asks for, and counting changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.floor import Work, counted
from sim import Scenario, simulate
from sim.rng import Streams


def test_the_floor_adds_up() -> None:
    assert Work(randoms=1_000_000, exponentials=2_000_000, traffic=8_000_000).seconds == pytest.approx(9e-3)


def test_every_keyed_value_counts_once_with_its_logarithms() -> None:
    with counted() as work:
        Streams(1).uniform("a", np.arange(10))
        Streams(1).gumbel("b", np.arange(4)[:, None], np.arange(5)[None, :])
    assert work.randoms == 10 + 20
    assert work.exponentials == 2 * 20


def test_counting_changes_nothing_and_ends_with_the_block() -> None:
    scenario = Scenario.load(horizon="2023-06", enterprises=60)
    before = simulate(scenario, 1).records.tokens
    with counted() as work:
        during = simulate(scenario, 1).records.tokens
    assert before.tobytes() == during.tobytes()
    total = (work.randoms, work.exponentials, work.traffic)
    assert min(total) > 0
    simulate(scenario, 1)
    assert total == (work.randoms, work.exponentials, work.traffic)


def test_more_enterprises_are_more_work() -> None:
    found = []
    for size in (60, 240):
        with counted() as work:
            simulate(Scenario.load(horizon="2023-06", enterprises=size), 1)
        found.append(work.seconds)
    assert 2 < found[1] / found[0] < 8
