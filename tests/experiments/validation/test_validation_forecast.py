"""Forecasts from an origin know what was known there, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validation_fakes import changed, line, series, sources

from experiments.evidence.links import SHARE, link
from experiments.evidence.series import Series
from experiments.studies.request import StudyRequest
from experiments.validation.assimilation import Discrepancy, bias, discrepancy, faded, residuals, shift
from experiments.validation.forecast import MODEL, PARTS, mixture
from experiments.validation.origins import Wanted
from experiments.validation.rolling import Setup, at_origins, conditional, rolling
from experiments.validation.rules import ASSUMED, SIZE
from experiments.validation.weights import effective, epanechnikov
from sim.calendar import month_index

ORIGINS = (month_index("2024-01"), month_index("2025-06"))
SHOWN = ("crps", "value")


def table(by: float = 0.0, after: int = 999) -> dict[str, Series]:
    """Return two series whose points after a month may be others."""
    wave = np.clip(line(36, -1.5, 0.03) + 0.02 * np.sin(np.arange(36)), 0.01, 0.99)
    items = [series(wave, se=0.01), series(wave[::-1].copy(), entity="Anthropic", se=0.02)]
    return {item.key: changed(item, after, by) for item in items}


def made(given: dict[str, Series], folder: Path, seen: list[StudyRequest] | None = None) -> pd.DataFrame:
    """Return the rows of both kinds of forecasts."""
    setup = Setup(given, Wanted(ORIGINS, (3, 6)), 8, 0, 60, folder, 35)
    found = sources(everything=given, seen=seen)
    origins = at_origins(setup, found, lambda line: None)
    return pd.DataFrame(rolling(setup, origins) + conditional(setup, origins, found, lambda line: None))


@settings(max_examples=12, deadline=None)
@given(st.floats(-0.3, 0.3))
def test_what_came_later_changes_no_forecast(tmp_path_factory: Any, by: float) -> None:
    folder = tmp_path_factory.mktemp("known")
    last = ORIGINS[-1]
    before, after = made(table(), folder), made(table(by, last), folder)
    kept = [name for name in before.columns if name not in SHOWN]
    pd.testing.assert_frame_equal(before[kept], after[kept])
    if abs(by) > 0.01:
        assert not np.allclose(before["crps"], after["crps"])


def test_what_came_before_changes_forecasts(tmp_path: Path) -> None:
    before, after = made(table(), tmp_path), made(table(0.2, ORIGINS[0]), tmp_path)
    late = before["origin"] == "2025-06"
    assert (before.loc[late, "q50"] != after.loc[late, "q50"]).all()
    np.testing.assert_array_equal(before.loc[~late, "q50"], after.loc[~late, "q50"])


def test_studies_end_where_they_should(tmp_path: Path) -> None:
    seen: list[StudyRequest] = []
    made(table(), tmp_path, seen)
    first, _, replayed, _ = seen
    assert (first.settings["history_until"], first.settings["horizon"]) == ("2024-01", "2024-07")
    assert [arm.policies for arm in first.policies] == [(str(tmp_path / "known_12.yaml"),)]
    assert (replayed.settings["history_until"], replayed.settings["horizon"]) == ("2025-12", "2025-12")
    assert [arm.name for arm in replayed.policies] == ["status_quo"]
    assert len(replayed.draws.values) == 2
    assert {request.record for request in seen} == {"readings"}


def test_every_target_has_the_model_and_every_rule(tmp_path: Path) -> None:
    found = made(table(), tmp_path)
    counts = found.groupby(["kind", "series", "origin", "horizon"])["forecaster"].nunique()
    assert (counts == 4).all()
    assert len(counts) == 2 * 2 * 2 * 2
    assert (found[["q05", "q25", "q50", "q75", "q95"]].diff(axis=1).iloc[:, 1:] >= 0).all().all()


def test_the_shift_is_the_mean_of_the_last_three_residuals() -> None:
    known = series(line(10))
    readings = np.tile(line(10, -2.5), (4, 1))
    left = residuals(known, readings)
    np.testing.assert_allclose(left, 0.5)
    left[:, -1] = 2.0
    at_origin = shift(known, left, np.arange(4), 9)
    np.testing.assert_allclose(at_origin, 1.0)
    lead = np.array([0.0, 12.0, 24.0])
    np.testing.assert_allclose(faded(at_origin, np.zeros(4), lead)[0], [1.0, 0.5, 0.25])
    np.testing.assert_allclose(faded(at_origin, np.ones(4), lead)[0], [1.0, 1.0, 1.0])
    np.testing.assert_allclose(faded(at_origin, np.full(4, 0.5), lead)[0], [1.0, 0.75, 0.625])


def test_the_bias_is_the_mean_residual_of_the_last_year() -> None:
    known = series(list(np.full(20, 0.2)))
    left = np.tile(np.where(np.arange(20) < 8, 5.0, np.linspace(0.0, 1.0, 20)), (2, 1))
    left[1] = np.nan
    found = bias(known, left)
    assert found[0] == pytest.approx(np.linspace(0.0, 1.0, 20)[8:].mean())
    assert np.isnan(found[1])


def test_observation_error_spreads_the_shift() -> None:
    known = series(line(10), se=0.02)
    left = residuals(known, np.tile(line(10), (4000, 1)))
    drawn = shift(known, left, np.arange(4000), 9)
    assert drawn.std() == pytest.approx(np.sqrt((known.linked_se[-3:] ** 2).sum()) / 3, rel=0.05)
    np.testing.assert_array_equal(drawn, shift(known, left, np.arange(4000), 9))
    assert not np.array_equal(drawn, shift(known, left, np.arange(4000), 9, seed=1))


def test_the_discrepancy_grows_to_its_stationary_spread() -> None:
    gap = Discrepancy(0.2, 0.7, 12.0, 10.0)
    lead = gap.ahead(np.array([10.0, 11.0, 13.0, 500.0]))
    assert lead[0] == 0.0
    assert lead[1] == pytest.approx(0.2)
    assert (np.diff(lead) > 0).all()
    assert lead[3] == pytest.approx(0.2 / np.sqrt(1 - 2 ** (-1 / 6)))
    np.testing.assert_array_equal(gap.anywhere(np.zeros(2)), [0.7, 0.7])


def test_the_innovation_is_pooled_with_what_is_assumed() -> None:
    known = series(line(200))
    assert discrepancy(series([0.2]), np.zeros((3, 1)), np.ones(3)).innovation == pytest.approx(ASSUMED[SHARE])
    assert discrepancy(known, np.zeros((3, 200)), np.ones(3)).innovation < 0.05
    steps = np.where(np.arange(200) % 2, 0.5, -0.5)
    assert discrepancy(known, np.full((3, 200), 0.8), np.ones(3)).level == pytest.approx(0.8, rel=0.02)
    wild = discrepancy(known, np.tile(steps, (3, 1)), np.ones(3)).innovation
    assert wild == pytest.approx(0.5 * (1 + 2 ** (-1 / 12)), rel=0.02)
    noisy = np.stack([steps, -steps])
    assert discrepancy(known, noisy, np.ones(2)).innovation < 0.05, "the runs' own luck averages out"


def test_a_mixture_has_the_spread_of_runs_and_of_the_gaussian() -> None:
    z = np.array([[-1.0], [1.0], [50.0]])
    drawn = link(mixture(z, np.array([1.0, 1.0, 0.0]), np.array([0.5]), SHARE), SHARE)
    assert drawn.shape == (1, SIZE)
    assert drawn.mean() == pytest.approx(0.0, abs=0.02)
    assert drawn.std() == pytest.approx(np.sqrt(1 + 0.25), rel=0.03)
    assert PARTS > 10
    nothing = mixture(np.array([[np.nan], [1.0]]), np.array([1.0, 0.0]), np.array([0.5]), SHARE)
    assert np.isnan(nothing).all()


def test_weights_keep_the_nearest_quarter() -> None:
    distance = np.array([4.0, 1.0, 3.0, 2.0, 8.0, np.nan, 7.0, 6.0])
    weights = epanechnikov(distance)
    assert np.flatnonzero(weights).tolist() == [1, 3]
    np.testing.assert_allclose(weights[[1, 3]], np.array([1 - 1 / 9, 1 - 4 / 9]) / (2 - 5 / 9))
    assert weights.sum() == pytest.approx(1.0)
    assert effective(weights) < 2
    np.testing.assert_allclose(epanechnikov(np.ones(8)), 1 / 8)
    np.testing.assert_allclose(epanechnikov(np.array([1.0, np.nan, np.nan, np.nan])), [1.0, 0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match="no draw"):
        epanechnikov(np.full(3, np.nan))


def test_the_model_beats_rules_that_it_should(tmp_path: Path) -> None:
    """The truth is a line with the slope of one of the draws: after weighting, the model sees it."""
    truth = series(line(36, -2.0, 0.1))
    found = made({truth.key: truth}, tmp_path)
    best = found[found["forecaster"] == MODEL].groupby("kind")["crps"].mean()
    frozen = found[found["forecaster"] == "frozen"].groupby("kind")["crps"].mean()
    assert best["rolling"] < frozen["rolling"]
