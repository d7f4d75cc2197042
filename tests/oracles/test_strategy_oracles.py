"""Learning and response against closed forms: O20 of docs/model.md, section 9."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market.strategy import attraction_step, response

EVERY = np.ones(4, dtype=bool)


def test_o20_without_precision_habit_alone_decides() -> None:
    attraction = np.array([5.0, -1.0, 0.0, 2.0])
    assert response(attraction, np.full(4, 0.3), EVERY, 0.0) == pytest.approx(np.full(4, 0.25))
    assert response(attraction, np.array([0.5, 0.25, 0.15, 0.1]), EVERY, 0.0) == pytest.approx([0.5, 0.25, 0.15, 0.1])


def test_o20_with_much_precision_the_best_mode_is_taken() -> None:
    attraction = np.array([0.5, 0.6, -3.0, 0.2])
    assert response(attraction, np.full(4, 0.25), EVERY, 1e6) == pytest.approx([0, 1, 0, 0])
    barred = np.array([True, False, True, True])
    assert response(attraction, np.full(4, 0.25), barred, 1e6) == pytest.approx([1, 0, 0, 0])


def test_o20_attraction_of_a_constant_payoff() -> None:
    """A -> Pi (1 - rho_N)/(1 - phi), Pi being the payoff less the mean of the modes: 2 gives 4."""
    attraction, experience = np.zeros(2), 1.0
    for _ in range(400):
        attraction, experience = attraction_step(attraction, experience, np.array([2.0, -2.0]), 0, 0.9, 0.8, 1.0)
    assert experience == pytest.approx(5.0)
    assert attraction == pytest.approx([4.0, -4.0])
