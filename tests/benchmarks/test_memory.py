"""Two hundred runs in one process: memory stays where it is, and every model is collected."""

from __future__ import annotations

import gc
import weakref

import pytest

from benchmarks import memory
from sim import MarketModel, Scenario

RUNS, WARM = 200, 40
BOUND = 12.0
"""Megabytes (2^20 bytes) that the runs after the warm-up may add: allocators keep a little."""


def ran(scenario: Scenario, seed: int) -> weakref.ref[MarketModel]:
    market = MarketModel(scenario, rng=seed)
    while market.t < market.n_months:
        market.step()
    market.close()
    return weakref.ref(market)


@pytest.mark.slow
def test_two_hundred_runs_stay_within_a_bound() -> None:
    scenario = Scenario.load(horizon="2023-03", enterprises=52)
    alive = [ran(scenario, seed) for seed in range(WARM)]
    gc.collect()
    before = memory.current()
    alive += [ran(scenario, seed) for seed in range(WARM, RUNS)]
    gc.collect()
    assert [ref for ref in alive if ref() is not None] == []
    assert memory.current() - before < BOUND


@pytest.mark.slow
def test_projections_do_not_grow_either() -> None:
    """Runs beyond the hand-over keep small yardsticks of their status quo, and no more."""
    scenario = Scenario.load("total_chip_ban", history_until="2023-04", horizon="2023-06", enterprises=52)
    alive = [ran(scenario, seed) for seed in range(8)]
    gc.collect()
    before = memory.current()
    alive += [ran(scenario, seed) for seed in range(8, 24)]
    gc.collect()
    assert [ref for ref in alive if ref() is not None] == []
    assert memory.current() - before < BOUND
