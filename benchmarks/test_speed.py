"""Micro benchmarks of the inner kernels at the default size: `pytest benchmarks` (not in the default suite)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim import MarketModel, Scenario
from sim.market.arrays import Floats, Ints
from sim.market.choice import Inclusive, draw_nest, draw_option, inclusive, nest_values
from sim.menu import Menu
from sim.population import build_population
from sim.rng import Streams
from sim.world import TASKS

MONTH = "2026-01"
CHUNK = 4096
"""Slots evaluated at once, as in sim/sampled.py."""


@dataclass(frozen=True)
class Kernel:
    """A month of the default world, and one chunk of its text slots."""

    model: MarketModel
    menu: Menu
    slots: Ints
    rho: float
    incumbent: Ints
    channel: Ints
    utility: Floats
    values: Inclusive

    @property
    def lab_keys(self) -> Any:
        """Keys of the nests, as a column."""
        return np.arange(self.menu.text.nests.labs.size, dtype=np.uint64)[:, None]

    @property
    def slot_keys(self) -> Any:
        """Keys of the slots, as a row."""
        return self.model.population.slot_key[self.slots][None, :]


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    model = MarketModel(Scenario.load(horizon=MONTH), rng=1)
    while model.t < model.n_months - 1:
        model.step()
    menu, population, awareness = model.menu, model.population, model.awareness
    assert menu is not None
    slots = np.flatnonzero(population.slot_task != TASKS.index("video"))[:CHUNK]
    utility = menu.utility(population, slots, awareness.own, awareness.weights, False)
    rho = model.parameters.demand.dissimilarity
    nests = menu.text.nests.labs.size
    return Kernel(
        model,
        menu,
        slots,
        rho,
        incumbent=np.arange(slots.size) % (nests + 1) - 1,
        channel=np.arange(slots.size) % 3,
        utility=utility,
        values=inclusive(utility, menu.text.nests, rho),
    )


def seen(kernel: Kernel) -> Floats:
    """Return the nests as the slots of the kernel see them."""
    kappa = np.full((kernel.menu.text.nests.labs.size, kernel.slots.size), 2.0)
    one = np.full(kernel.slots.size, 1.0)
    return nest_values(kernel.values, kernel.incumbent, kernel.channel, kappa, one, kernel.rho)


def test_utility(benchmark: Any, kernel: Kernel) -> None:
    """E19 without luck for one chunk of slots and all rows."""
    model = kernel.model
    own, weights = model.awareness.own, model.awareness.weights
    value = benchmark(kernel.menu.utility, model.population, kernel.slots, own, weights, False)
    assert value.shape == kernel.utility.shape


def test_inclusive_values(benchmark: Any, kernel: Kernel) -> None:
    """E20: one exponential per option, sums by nest."""
    values = benchmark(inclusive, kernel.utility, kernel.menu.text.nests, kernel.rho)
    assert np.isfinite(values.peak).all()


def test_nest_values(benchmark: Any, kernel: Kernel) -> None:
    """What each slot sees from its incumbent."""
    assert benchmark(seen, kernel).shape[1] == kernel.slots.size


def test_draw_nest(benchmark: Any, kernel: Kernel) -> None:
    """First stage of the sampled choice, luck given."""
    streams = Streams(1)
    luck = streams.gumbel("lab", 1, kernel.lab_keys, kernel.slot_keys)
    away = streams.gumbel("outside", 1, kernel.slot_keys[0])
    assert benchmark(draw_nest, seen(kernel), -kernel.values.peak, luck, away).max() >= 0


def test_draw_option(benchmark: Any, kernel: Kernel) -> None:
    """Second stage, over all rows as if they were one nest."""
    rows = np.arange(kernel.utility.shape[0], dtype=np.uint64)[:, None]
    luck = Streams(1).gumbel("option", 1, rows, kernel.slot_keys)
    assert benchmark(draw_option, kernel.utility, np.zeros((1, 1)), luck, kernel.rho).size == kernel.slots.size


@pytest.mark.parametrize("kind", ["keys", "uniform", "gumbel", "normal"])
def test_random_numbers(benchmark: Any, kernel: Kernel, kind: str) -> None:
    """Keyed draws for every nest and slot of the chunk."""
    draws = benchmark(getattr(Streams(1), kind), "lab", 1, kernel.lab_keys, kernel.slot_keys)
    assert draws.shape == (kernel.lab_keys.size, kernel.slots.size)


def test_month(benchmark: Any, kernel: Kernel) -> None:
    """The tables of one month."""
    assert benchmark(kernel.model._offers).text.line.size


def test_population(benchmark: Any, kernel: Kernel) -> None:
    """Drawing the 2,000 enterprises."""
    model = kernel.model
    assert benchmark(build_population, model.world, model.parameters, 2_000, 0).size == 2_000
