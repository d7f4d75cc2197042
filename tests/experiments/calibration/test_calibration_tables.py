"""The statistics of the tables, against other ways to the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from experiments.calibration.sets import Free
from experiments.calibration.tables import noise_level, quantile, remark, spearman
from sim.rng import Streams

STREAMS = Streams(11)
VALUES = STREAMS.normal("values", np.arange(60)[:, None], np.arange(3)[None, :])


def test_equal_weights_give_the_usual_rank_correlation() -> None:
    mixed = VALUES @ np.array([[1.0, 0.8, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    found = spearman(mixed, np.full(60, 1 / 60))
    assert found == pytest.approx(spearmanr(mixed).statistic)
    assert np.diag(found) == pytest.approx(1.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=60, max_size=60))
def test_a_whole_weight_is_that_many_copies(counts: list[int]) -> None:
    copies = np.repeat(VALUES, counts, axis=0)
    found = spearman(VALUES, np.array(counts, dtype=float))
    assert found == pytest.approx(spearman(copies, np.ones(len(copies))))
    assert found == pytest.approx(spearmanr(copies).statistic)


def test_a_parameter_with_one_value_correlates_with_nothing() -> None:
    values = np.column_stack([np.ones(60), VALUES[:, 0]])
    assert spearman(values, np.ones(60)).tolist() == [[1.0, 0.0], [0.0, pytest.approx(1.0)]]


def test_quantiles_weigh() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert quantile(values, np.ones(3), 0.5) == 2.0
    assert quantile(values, np.array([0.0, 1.0, 1.0]), 0.5) == pytest.approx(1.5)
    assert quantile(values, np.array([8.0, 1.0, 1.0]), 0.5) == pytest.approx(3.0 - 1.0 / 4.5)
    assert quantile(values, np.ones(3), 0.0) == 1.0


def test_the_noise_of_a_random_subset_is_seldom_beaten() -> None:
    level = noise_level(100, 20, 5, 0)
    keys = Streams(99).uniform("other", np.arange(4000)[:, None], np.arange(100)[None, :])
    column = (np.arange(100) + 0.5) / 100
    narrowed = 1 - column[np.argsort(keys, axis=1)[:, :20]].std(axis=1) / column.std()
    assert np.mean(narrowed > level) == pytest.approx(0.05 / 5, abs=0.006)
    assert noise_level(400, 80, 5, 0) < level < noise_level(100, 20, 50, 0)


FREE = Free("demand.gamma", 0.0, 10.0, 1.5, "[A]")


@pytest.mark.parametrize(
    ("mean", "median", "ratio", "said"),
    [
        (5.0, 5.0, 0.5, []),
        (5.0, 5.0, 0.95, ["not identified"]),
        (1.6, 0.9, 0.5, ["at the low edge", "less than the 0 that the prior allows", "prior from [A]"]),
        (9.2, 8.0, 0.5, ["at the high edge", "more than the 10 that the prior allows"]),
    ],
)
def test_remarks(mean: float, median: float, ratio: float, said: list[str]) -> None:
    found = remark(FREE, mean, median, ratio)
    assert bool(found) == bool(said)
    assert all(words in found for words in said)
