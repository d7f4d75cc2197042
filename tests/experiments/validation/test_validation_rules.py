"""Simple rules on cases with known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from validation_fakes import line, series

from experiments.evidence.links import ELO, FLOOR, MONTHS, SHARE, UNIT, link
from experiments.validation.rules import ASSUMED, LEVELS, SIZE, Past, drift, frozen, rule_samples, trend

AHEAD = np.array([13.5, 18.5])


def test_a_straight_line_in_logits_is_forecast_exactly_by_trend_and_drift() -> None:
    known = series(line(12))
    truth = -2.0 + 0.05 * (AHEAD - 0.5)
    for rule in (trend, drift):
        found = rule(Past.of(known), AHEAD)
        np.testing.assert_allclose(found.mean, truth, atol=1e-12)
        np.testing.assert_allclose(found.sd, 0.0, atol=1e-7)


def test_frozen_stays_and_widens_with_the_root_of_time() -> None:
    z = np.array([0.0, 0.1, 0.0, 0.1, 0.0])
    past = Past(np.arange(5.0), z, 1.0)
    found = frozen(past, np.array([5.0, 8.0]))
    np.testing.assert_allclose(found.mean, 0.0)
    np.testing.assert_allclose(found.sd, [0.1, 0.2])


def test_drift_has_the_uncertainty_of_its_mean() -> None:
    past = Past(np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 0.3, 0.1, 0.8]), 1.0)
    found = drift(past, np.array([6.0]))
    slope = 0.2
    left = np.array([0.1, -0.4, 0.3]) ** 2 / np.array([1.0, 1.0, 2.0])
    assert found.mean[0] == pytest.approx(0.8 + 2 * slope)
    assert found.sd[0] == pytest.approx(np.sqrt(left.sum() / 2 * 2 * (1 + 2 / 4)))


def test_trend_has_its_prediction_interval() -> None:
    time, z = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 1.5, 1.2, 2.1])
    found = trend(Past(time, z, 1.0), np.array([5.0]))
    slope, cut = np.polyfit(time, z, 1)
    s2 = ((z - cut - slope * time) ** 2).sum() / 2
    assert found.mean[0] == pytest.approx(cut + 5 * slope)
    assert found.sd[0] == pytest.approx(np.sqrt(s2 * (1 + 1 / 4 + 3.5**2 / 5)))


@pytest.mark.parametrize(("scale", "month"), [(SHARE, 0.25), (ELO, 30 / UNIT[ELO]), (MONTHS, 1 / UNIT[MONTHS])])
@pytest.mark.parametrize("n", [1, 2])
def test_with_few_points_the_spread_is_assumed(scale: str, month: float, n: int) -> None:
    past = Past.of(series([0.2, 0.3][:n], scale=scale))
    assert ASSUMED[scale] == pytest.approx(month)
    found = frozen(past, np.array([past.time[-1] + 4]))
    assert found.sd[0] == pytest.approx(2 * month)
    assert trend(past, AHEAD).mean.tolist() == drift(past, AHEAD).mean.tolist()
    if n == 2:
        assert drift(past, np.array([2.5])).sd[0] == pytest.approx(month * np.sqrt(2))


def test_samples_are_equal_quantiles_in_the_unit_of_the_series() -> None:
    known = series([0.2, 0.25, 0.22, 0.3])
    drawn = rule_samples(known, AHEAD)["frozen"]
    assert drawn.shape == (2, SIZE)
    assert (np.diff(drawn) >= 0).all()
    found = frozen(Past.of(known), AHEAD)
    inner = np.quantile(link(drawn, SHARE), 0.5, axis=1)
    np.testing.assert_allclose(inner, found.mean, atol=1e-3)
    assert LEVELS[0] == 0.5 / SIZE


def test_a_share_of_nothing_counts_as_the_floor() -> None:
    drawn = rule_samples(series([0.0, 0.0, 0.0, 0.0]), AHEAD)
    assert all((found == pytest.approx(FLOOR)) for found in map(np.max, drawn.values()))


def test_points_of_one_moment_are_one() -> None:
    known = series([0.2, 0.3, 0.4])
    twice = replace(known, start=np.array([0.0, 1.0, 1.0]), end=np.array([1.0, 2.0, 2.0]))
    assert Past.of(twice).time.tolist() == [0.5, 1.5]
    assert Past.of(twice).z[1] == pytest.approx(link(np.array([0.3, 0.4]), SHARE).mean())


def test_a_rule_needs_a_point() -> None:
    with pytest.raises(ValueError, match="known point"):
        Past.of(series([]))
