"""The panel on which labs read demand."""

from __future__ import annotations

import numpy as np
import pytest
from projected import quiet

from sim.panel import SIZE, Panel
from sim.world import CLASSES, TASKS


def test_one_text_slot_each_and_the_tokens_of_the_world() -> None:
    market = quiet()
    panel, population = market.supply.panel, market.population
    owners = population.slot_owner[panel.slots]
    assert np.unique(owners).size == owners.size <= SIZE
    assert (population.slot_task[panel.slots] != TASKS.index("video")).all()
    assert panel.weight.sum() == pytest.approx(1.0)
    assert (panel.weight > 0).all()


def test_cells_keep_their_tokens() -> None:
    population = quiet().population
    panel = Panel.of(population, 80)
    owner = population.slot_owner[panel.slots]
    cell = population.region * len(CLASSES) + population.kind
    whole, mine = np.bincount(cell, population.tokens), np.bincount(cell[owner], panel.weight, cell.max() + 1)
    there = mine > 0
    np.testing.assert_allclose(mine[there] / mine.sum(), whole[there] / whole[there].sum(), rtol=1e-9)
    again = Panel.of(population, 80)
    np.testing.assert_array_equal(panel.slots, again.slots)


def test_probabilities_are_probabilities() -> None:
    reading = quiet().supply.reading
    assert reading is not None
    total = reading.lab.sum(axis=0)
    assert (total > 0).all() and (total < 1).all()
    assert ((reading.own >= 0) & (reading.own <= 1)).all()
    assert 0 < reading.weight.sum() <= 1
    outside = np.exp(reading.outside - reading.top) / reading.total
    np.testing.assert_allclose(total + outside, 1.0, rtol=1e-12)
