"""An interval that may be looked at as often as one likes."""

from __future__ import annotations

import numpy as np
import pytest
from outcomes_by_hand import normals, outcomes
from scipy.optimize import brentq
from scipy.special import stdtrit

from experiments.comparison.grow import _told
from experiments.contrasts import Comparison, Stopping, decisions
from experiments.contrasts.sequential import C2, half_width, log_bayes_factor
from sim.errors import InputError
from sim.rng import Streams

LOOKS = np.arange(16, 161, 8)


@pytest.mark.parametrize("n", [12, 16, 24, 64, 500])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_closed_form_is_the_root_of_the_bayes_factor(n, level):
    width = float(half_width(n, 1.7, level))
    root = brentq(lambda m: log_bayes_factor(m, n, 0.0, 1.7) + np.log(1 - level), 1e-9, 1e4, xtol=1e-13)
    assert width == pytest.approx(root, rel=1e-9)


def test_it_says_nothing_where_no_mean_is_ruled_out():
    assert half_width(8, 1.0) == np.inf
    assert log_bayes_factor(1e12, 8, 0.0, 1.0) < -np.log(0.05)
    assert half_width(1, 1.0) == np.inf and half_width(0, 0.0) == np.inf
    assert half_width(4, 0.0) == 0.0


def test_it_is_wider_than_t_and_scales_with_the_spread():
    n = np.arange(2, 2000)
    t = stdtrit(n - 1, 0.975) / np.sqrt(n)
    assert (half_width(n, 1.0) > t).all()
    np.testing.assert_allclose(half_width(n[20:], 3.0), 3.0 * half_width(n[20:], 1.0))


def test_the_prior_is_nearly_best_at_64():
    others = [float(half_width(64, 1.0, c2=c)) for c in np.geomspace(1, 50, 400)]
    assert float(half_width(64, 1.0, c2=C2)) < 1.001 * min(others)
    assert float(half_width(24, 1.0)) < 1.06 * min(float(half_width(24, 1.0, c2=c)) for c in np.geomspace(1, 50, 400))


def paths(values):
    """Return mean and spread of each sequence at each look."""
    sums, squares = (np.cumsum(v, axis=1)[:, LOOKS - 1] for v in (values, values**2))
    mean = sums / LOOKS
    return mean, np.sqrt((squares - LOOKS * mean**2) / (LOOKS - 1))


def covered(values, truth, precision=None):
    """Return how often the confidence sequence and the t interval hold the truth when one stops.

    Without a precision one stops when the truth is first excluded, which is the worst that a stopping rule can do.
    """
    mean, spread = paths(values)
    found = []
    for half in (half_width(LOOKS, spread), stdtrit(LOOKS - 1, 0.975) * spread / np.sqrt(LOOKS)):
        held = np.abs(mean - truth) <= half
        if precision is None:
            found.append(held.all(axis=1).mean())
        else:
            narrow = half <= precision
            stop = np.where(narrow.any(axis=1), narrow.argmax(axis=1), len(LOOKS) - 1)
            found.append(held[np.arange(len(held)), stop].mean())
    return found


def test_it_covers_under_any_stopping_and_t_does_not():
    N = 4000
    values = 0.4 + normals("sequences", N, int(LOOKS[-1]))
    error = np.sqrt(0.95 * 0.05 / N)
    sequence, t = covered(values, 0.4)
    assert sequence >= 0.95 - 3 * error
    assert t < 0.95 - 3 * error
    assert covered(values, 0.4, precision=0.35)[0] >= 0.95 - 3 * error


def test_skewed_differences_cost_coverage_but_less_than_with_t():
    """Exponential differences: 94 percent under the worst stopping, where t has 70; the module says so."""
    N = 4000
    values = Streams(3).exponential("skewed", np.arange(N)[:, None], np.arange(int(LOOKS[-1]))[None])
    sequence, t = covered(values, 1.0)
    assert 0.93 < sequence < 0.96
    assert t < 0.8
    assert covered(values, 1.0, precision=0.35)[0] > 0.95


def test_looks_come_after_16_and_every_8():
    rule = Stopping(0.1)
    assert [rule.after(n) for n in (0, 15, 16, 17, 24, 31)] == [16, 16, 24, 24, 32, 32]
    early = rule.look(np.zeros(15))
    assert (early.stop, early.half_width, early.next_units) == (False, np.inf, 16)
    none = rule.look(np.zeros(16))
    assert (none.stop, none.reached, none.half_width, none.low, none.high) == (True, True, 0.0, 0.0, 0.0)
    wide = rule.look(normals("wide", 16))
    assert (wide.stop, wide.reached, wide.next_units) == (False, False, 24)
    assert wide.half_width == pytest.approx(float(half_width(16, normals("wide", 16).std(ddof=1))))
    assert wide.t_half_width < wide.half_width
    assert Stopping(2.0).look(normals("wide", 16)).stop


def test_no_difference_in_any_unit_is_said_and_what_it_may_have_missed():
    none = Stopping(0.1).look(np.append(np.zeros(16), np.nan))
    assert (none.stop, none.all_zero) == (True, True)
    assert none.missed == pytest.approx(1 - 0.05 ** (1 / 16))
    for values in (np.ones(16), normals("wide", 16), np.full(16, np.nan), np.array([])):
        found = Stopping(0.1).look(values)
        assert not found.all_zero and np.isnan(found.missed)
    spec = Comparison("b", ("p",), headline="hhi", dates=("2030-12",), precision=0.1)
    (said,) = _told(spec, {("p", "none"): none})
    assert "no difference in any of 16 pairs; a difference in up to 17 percent of histories would not have" in said
    assert "within" not in said


def test_failed_units_are_tried_but_do_not_count():
    values = np.concatenate([np.zeros(14), np.full(2, np.nan)])
    found = Stopping(0.1).look(values)
    assert (found.units, found.stop, found.next_units) == (14, False, 24)


def test_the_forecast_is_the_first_look_that_would_do():
    values = normals("forecast", 16)
    found = Stopping(0.2).look(values)
    spread = values.std(ddof=1)
    assert half_width(found.forecast, spread) <= 0.2 < half_width(found.forecast - 8, spread)
    assert Stopping(1e-9).look(values).forecast is None
    assert Stopping(0.2).look(np.array([])).forecast is None


def test_it_stops_at_the_most():
    found = Stopping(1e-6, most=20).look(normals("most", 16))
    assert (found.stop, found.next_units) == (False, 20)
    found = Stopping(1e-6, most=20).look(normals("most", 20))
    assert (found.stop, found.reached, found.next_units) == (True, False, 20)


def test_wrong_precision_is_refused():
    with pytest.raises(InputError, match="half-width above 0"):
        Stopping(0.0)
    with pytest.raises(InputError, match="level"):
        Stopping(0.1, 1.0)


def test_each_policy_in_each_future_looks_for_itself():
    values = np.zeros((3, 2, 1, 16, 2))
    values[1, :, 0, :, 1] = normals("decisions", 2, 16)
    board = outcomes({"hhi": values}, ("b", "moves", "still"), ("f", "g"))
    spec = Comparison("b", ("moves", "still"), headline="hhi", precision=0.05)
    found = decisions(board, spec)
    assert {key: decision.stop for key, decision in found.items()} == {
        ("moves", "f"): False, ("moves", "g"): False, ("still", "f"): True, ("still", "g"): True,
    }  # fmt: skip
    with pytest.raises(InputError, match="no precision"):
        decisions(board, Comparison("b", ("moves",)))


def test_with_several_draws_the_unit_is_the_draw():
    values = np.zeros((2, 1, 16, 4, 1))
    values[1, 0, :, :, 0] = normals("draws", 16, 4)
    found = decisions(outcomes({"hhi": values}, ("b", "p")), Comparison("b", ("p",), headline="hhi", precision=9.0))
    means = values[1, 0, :, :, 0].astype(np.float32).astype(float).mean(axis=1)
    assert found["p", "none"].units == 16
    assert found["p", "none"].half_width == pytest.approx(float(half_width(16, means.std(ddof=1))), rel=1e-6)
