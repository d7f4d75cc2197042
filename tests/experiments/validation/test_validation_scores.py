"""Scores against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from experiments.validation import scores
from experiments.validation.rules import LEVELS, SIZE


def of_gaussian(mean: float, sd: float, value: float) -> float:
    """Return the CRPS of a Gaussian (Gneiting and Raftery 2007)."""
    z = (value - mean) / sd
    density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    return float(sd * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi)))


@pytest.mark.parametrize(("mean", "sd", "value"), [(0.0, 1.0, 0.3), (2.0, 0.5, 1.0), (-1.0, 3.0, 4.0)])
def test_crps_is_that_of_the_gaussian(mean: float, sd: float, value: float) -> None:
    samples = (mean + sd * ndtri(LEVELS))[None, :]
    assert scores.crps(samples, np.array([value]))[0] == pytest.approx(of_gaussian(mean, sd, value), rel=2e-3)


def test_crps_of_one_place_is_the_absolute_error() -> None:
    found = scores.crps(np.full((1, SIZE), 0.4), np.array([0.1]))
    assert found[0] == pytest.approx(0.3)


def test_a_forecast_that_is_not_there_has_no_score() -> None:
    samples = np.stack([np.full(SIZE, np.nan), np.zeros(SIZE)])
    assert np.isnan(scores.crps(samples, np.zeros(2))).tolist() == [True, False]


def test_coverage_and_width_of_a_known_sample() -> None:
    samples = np.tile(np.linspace(0.0, 1.0, 201), (4, 1))
    values = np.array([0.5, 0.26, 0.1, 0.99])
    assert scores.covered(samples, values, 0.5).tolist() == [True, True, False, False]
    assert scores.covered(samples, values, 0.9).tolist() == [True, True, True, False]
    np.testing.assert_allclose(scores.widths(samples, 0.9), 0.9)
    np.testing.assert_allclose(scores.errors(samples, values), 0.5 - values)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 3)), min_size=1, max_size=30))
def test_resampling_keeps_the_weighted_mean(pairs: list[tuple[float, float]]) -> None:
    values, weights = map(np.array, zip(*pairs, strict=True))
    drawn = scores.resample(values, weights)
    assert (np.diff(drawn) >= 0).all()
    spread = values.max() - values.min()
    assert abs(drawn.mean() - np.average(values, weights=weights)) <= len(pairs) * spread / SIZE + 1e-9


def test_resampling_leaves_out_what_has_no_weight() -> None:
    drawn = scores.resample(np.array([1.0, 2.0, np.nan]), np.array([1.0, 0.0, 5.0]))
    assert set(drawn) == {1.0}
    assert np.isnan(scores.resample(np.array([np.nan]), np.ones(1))).all()
