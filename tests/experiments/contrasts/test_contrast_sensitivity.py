"""Which drawn parameter an effect goes with: rank correlations, their intervals, and the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from outcomes_by_hand import normals, outcomes
from scipy import stats

from experiments.contrasts.sensitivity import LEAST, correlations, limits, p_values, sensitivity_table
from experiments.contrasts.spec import Comparison

NUMBERS = st.integers(-50, 50).map(float)


@given(arrays(float, (9, 3), elements=NUMBERS), arrays(float, 9, elements=NUMBERS))
def test_rank_correlations_are_those_of_scipy(values: np.ndarray, effects: np.ndarray) -> None:
    found = correlations(values, effects)
    for column, rho in zip(values.T, found, strict=True):
        if np.ptp(column) and np.ptp(effects):
            expected = stats.spearmanr(column, effects)
            assert rho == pytest.approx(expected.statistic, abs=1e-9)
            if abs(rho) < 1 - 1e-9:
                assert p_values(np.array([rho]), 9)[0] == pytest.approx(expected.pvalue, abs=1e-9)
        else:
            assert rho == 0


@given(st.floats(-0.99, 0.99), st.integers(LEAST, 500))
def test_limits_hold_the_correlation_and_narrow_with_draws(rho: float, n: int) -> None:
    low, high = limits(rho, n)
    wider = limits(rho, LEAST)
    assert -1 <= low < rho < high <= 1
    assert wider[0] <= low and high <= wider[1]
    assert limits(-rho, n) == pytest.approx((-high, -low))


def test_the_interval_covers_the_correlation_of_normals() -> None:
    """95 percent of intervals hold the population's rank correlation, within what 2,000 samples can tell."""
    rho, n, samples = 0.6, 24, 2000
    x, noise = normals("sample", 2, samples, n)
    y = rho * x + np.sqrt(1 - rho**2) * noise
    truth = 6 / np.pi * np.arcsin(rho / 2)
    ends = [limits(float(correlations(a[:, None], b)[0]), n) for a, b in zip(x, y, strict=True)]
    covered = np.mean([low <= truth <= high for low, high in ends])
    assert 0.93 < covered < 0.975


def drawn(effects: np.ndarray, seeds: int = 2) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table and the draws of effects [D] that follow the first parameter of three; the last is constant."""
    D = len(effects)
    luck = normals("luck", D, seeds)
    base = np.broadcast_to(luck[None, None, ..., None], (1, 1, D, seeds, 3))
    arm = base + effects[None, None, :, None, None] * np.array([0.0, 0.5, 1.0])
    draws = pd.DataFrame({"demand.a": effects**3, "demand.b": normals("b", D), "demand.c": np.ones(D)})
    found = outcomes({"us_token_share": np.concatenate([base, arm])}, ("status_quo", "policy"))
    spec = Comparison("status_quo", ("policy",), ("us_token_share",), "us_token_share")
    return sensitivity_table(found, spec, draws), draws


def test_the_parameter_that_drives_the_effect_comes_first() -> None:
    effects = normals("effects", 12)
    table, draws = drawn(effects)
    assert list(table["parameter"]) == ["demand.a", "demand.b"]
    first = table.iloc[0]
    assert first["rho"] == pytest.approx(1.0)
    assert first["draws"] == 12
    low = draws["demand.a"] <= draws["demand.a"].median()
    assert first["mean_low_half"] == pytest.approx(effects[low].mean(), abs=1e-6)
    assert first["mean_high_half"] == pytest.approx(effects[~low].mean(), abs=1e-6)
    assert (table["p_holm"] >= table["p"]).all()


def test_too_few_draws_or_no_effect_give_no_rows() -> None:
    assert drawn(normals("effects", LEAST - 1))[0].empty
    assert drawn(np.zeros(12))[0].empty
    found = outcomes({"us_token_share": np.zeros((2, 1, 1, 2, 3))}, ("status_quo", "policy"))
    spec = Comparison("status_quo", ("policy",), ("us_token_share",), "us_token_share")
    assert sensitivity_table(found, spec, None).empty
