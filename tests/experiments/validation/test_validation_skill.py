"""Skill and its interval."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.validation.skill import block_length, blocks, skill

RULES = {"frozen": np.array([1.0, 2.0, 3.0, 2.0]), "trend": np.array([2.0, 2.0, 4.0, 4.0])}


def test_identical_forecasts_have_no_skill() -> None:
    found = skill(RULES["frozen"], RULES)
    assert (found.value, found.low, found.high, found.rule, found.n) == (0.0, 0.0, 0.0, "frozen", 4)


def test_half_the_score_of_the_best_rule_is_a_skill_of_one_half() -> None:
    found = skill(RULES["frozen"] / 2, RULES)
    assert (found.value, found.best, found.model) == (0.5, 2.0, 1.0)
    assert found.low == pytest.approx(0.5)
    assert skill(2 * RULES["frozen"], RULES).value == -1.0


def test_points_that_the_model_lacks_count_for_nobody() -> None:
    model = np.array([np.nan, 1.0, 1.0, 1.0])
    found = skill(model, RULES)
    assert (found.n, found.rule, found.best) == (3, "frozen", pytest.approx(7 / 3))
    assert "3 origins are fewer than 4" in found.why
    assert np.isnan(found.low)


def test_nothing_to_score() -> None:
    found = skill(np.full(4, np.nan), RULES)
    assert (found.n, found.rule, found.why) == (0, "", "no point could be scored")


def test_a_rule_without_error() -> None:
    perfect = {"trend": np.zeros(5)}
    assert skill(np.zeros(5), perfect).value == 0.0
    worse = skill(np.ones(5), perfect)
    assert worse.value == -np.inf
    assert "without error" in worse.why


def test_the_bootstrap_is_deterministic_and_keyed() -> None:
    model = np.array([1.0, 1.5, 0.5, 3.0, 1.0, 0.2])
    rules = {"frozen": np.array([1.0, 1.0, 2.0, 1.0, 1.4, 1.2])}
    first, again = skill(model, rules, 3, "a"), skill(model, rules, 3, "a")
    assert first == again
    assert (first.low, first.high) != (skill(model, rules, 4, "a").low, skill(model, rules, 4, "a").high)
    assert first.low < first.value < first.high


@pytest.mark.parametrize(("n", "length"), [(4, 2), (5, 2), (7, 2), (8, 2), (9, 3), (27, 3), (28, 4)])
def test_blocks_are_runs_of_neighbours(n: int, length: int) -> None:
    assert block_length(n) == length
    drawn = blocks(n, 0, "x", 50)
    assert drawn.shape == (50, n)
    assert drawn.min() >= 0
    assert drawn.max() < n
    steps = np.diff(drawn, axis=1)
    inside = np.arange(1, n) % length != 0
    assert (steps[:, inside] == 1).all()
