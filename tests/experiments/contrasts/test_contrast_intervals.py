"""Means of paired differences, their intervals, and what makes pairs differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from outcomes_by_hand import normals
from scipy import stats

from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.intervals import split, summarise
from experiments.contrasts.pairs import Pairs
from sim.rng import Streams

HOW = Resampling(replicates=400, seed=1)
NAN = float("nan")


def one(values, how=HOW):
    """Return the summary of differences of one column: a list (seeds), or lists (draws)."""
    array = np.asarray(values, dtype=np.float64)
    array = array[None] if array.ndim == 1 else array
    found = summarise(array[..., None], how, "m", "p", "f")
    return {name: value[0] for name, value in vars(found).items()}


def test_mean_and_t_interval_by_hand():
    values = [1.0, 2.0, 4.0, 5.0]
    found = one(values)
    expected = stats.t.interval(0.95, 3, loc=3.0, scale=np.std(values, ddof=1) / 2)
    assert (found["mean"], found["n"], found["units"], found["left_out"]) == (3.0, 4, 4, 0)
    assert (found["t_low"], found["t_high"]) == pytest.approx(expected, rel=1e-12)
    assert found["p"] == pytest.approx(stats.ttest_1samp(values, 0.0).pvalue, rel=1e-10)
    assert found["sd_pairs"] == found["sd_luck"] == pytest.approx(np.std(values, ddof=1))
    assert np.isnan(found["sd_parameters"])


def test_the_unit_is_the_draw_when_there_are_several():
    draws = [[1.0, 3.0], [4.0, 6.0], [7.0, 9.0]]
    found = one(draws)
    expected = stats.t.interval(0.95, 2, loc=5.0, scale=np.std([2.0, 5.0, 8.0], ddof=1) / np.sqrt(3))
    assert (found["mean"], found["n"], found["units"]) == (5.0, 6, 3)
    assert (found["t_low"], found["t_high"]) == pytest.approx(expected, rel=1e-12)
    assert found["sd_luck"] == pytest.approx(np.sqrt(2.0))
    assert found["sd_parameters"] == pytest.approx(np.sqrt(9.0 - 1.0))


def test_what_can_not_be_estimated_is_nan_and_what_is_truncated_says_so():
    assert np.isnan(one([[1.0], [2.0], [4.0]])["sd_luck"])
    assert np.isnan(one([[1.0], [2.0], [4.0]])["sd_parameters"])
    alike = one([[0.0, 4.0], [1.0, 3.0], [0.5, 3.5]])
    assert alike["sd_parameters"] == 0.0 and alike["truncated"]
    single = one([2.0])
    assert single["mean"] == 2.0 and np.isnan(single["t_low"]) and np.isnan(single["p"])
    empty = one([NAN, NAN])
    assert (empty["n"], empty["left_out"]) == (0, 2) and np.isnan(empty["mean"]) and np.isnan(empty["zero"])


def test_left_out_pairs_are_counted_and_draws_count_alike():
    found = one([[1.0, NAN, 3.0], [NAN, NAN, NAN], [4.0, 4.0, 4.0]])
    assert (found["mean"], found["n"], found["left_out"], found["units"]) == (3.0, 5, 4, 2)


def test_signs_add_up_with_zeros_apart():
    found = one([0.0, 0.0, 1.0, 3.0, -1.0])
    assert (found["above"], found["zero"], found["below"], found["sign_agreement"]) == (0.4, 0.4, 0.2, 0.4)
    assert one([-2.0, 1.0])["sign_agreement"] == 0.5
    assert np.isnan(one([-1.0, 1.0])["sign_agreement"])


def test_no_difference_at_all_is_exactly_that():
    for values in (np.zeros(5), np.zeros((3, 4))):
        found = one(values)
        names = ("mean", "t_low", "t_high", "boot_low", "boot_high", "sd_pairs", "sd_luck", "above", "below")
        assert [found[name] for name in names] == [0.0] * len(names)
        assert (found["p"], found["zero"]) == (1.0, 1.0)
        assert np.isnan(found["sign_agreement"])


def test_equal_differences_leave_no_doubt():
    found = one([0.1] * 7)
    assert found["mean"] == found["t_low"] == found["t_high"] == found["boot_low"] == found["boot_high"] == 0.1
    assert found["p"] == 0.0


def test_split_of_unequal_draws_is_the_anova_estimate():
    groups = [[1.0, 2.0, 6.0], [4.0, 5.0, NAN], [9.0, NAN, NAN], [7.0, 9.0, 8.0]]
    luck, parameters, truncated = (item[0] for item in split(np.array(groups)[..., None]))
    sizes, means = np.array([3, 2, 1, 3]), np.array([3.0, 4.5, 9.0, 8.0])
    within = (14.0 + 0.5 + 0.0 + 2.0) / 5
    grand = (sizes * means).sum() / 9
    between = (sizes * (means - grand) ** 2).sum() / 3
    size = (9 - (sizes**2).sum() / 9) / 3
    assert luck == pytest.approx(np.sqrt(within))
    assert parameters == pytest.approx(np.sqrt((between - within) / size))
    assert not truncated


def test_split_recovers_what_was_put_in():
    draws, seeds, columns = 30, 10, 300
    values = 3.0 * normals("draw", draws, 1, columns) + 2.0 * normals("seed", draws, seeds, columns)
    luck, parameters, _ = split(values)
    assert np.mean(luck**2) == pytest.approx(4.0, rel=0.02)
    assert np.mean(parameters**2) == pytest.approx(9.0, rel=0.05)


def test_bootstrap_is_keyed_and_leaves_columns_alone():
    values = normals("values", 1, 12, 3)
    first = summarise(values, HOW, "m", "p")
    again = summarise(values[:, :, :1], HOW, "m", "p")
    other = summarise(values, HOW, "m", "q")
    seeded = summarise(values, Resampling(replicates=400, seed=2), "m", "p")
    assert first.boot_low[0] == pytest.approx(again.boot_low[0], rel=1e-9)
    assert not np.isclose(first.boot_low, other.boot_low).any()
    assert not np.isclose(first.boot_low, seeded.boot_low).any()


def test_bootstrap_of_a_small_sample_is_that_of_all_resamples():
    """Four equally spaced values: the studentised limits of all 256 resamples, which keyed ones must approach."""
    values = np.array([-3.0, -1.0, 1.0, 3.0])
    every = values[np.indices((4, 4, 4, 4)).reshape(4, -1)]
    centre, spread = every.mean(axis=0), every.std(axis=0, ddof=1)
    pivots = np.where(spread > 0, centre / np.where(spread > 0, spread, 1) * 2, np.copysign(np.inf, centre))
    high = np.quantile(pivots, 0.9, method="inverted_cdf")
    found = one(values, Resampling(level=0.8, replicates=20_000))
    assert found["boot_low"] == pytest.approx(-high * np.std(values, ddof=1) / 2, rel=1e-9)


def test_no_bootstrap_where_resamples_lose_the_spread():
    found = one([0.0] * 14 + [1.0, 2.0])
    assert np.isnan(found["boot_low"]) and np.isnan(found["boot_high"]) and np.isfinite(found["t_low"])
    assert np.isnan(one([1.0, 2.0, 3.0], Resampling(replicates=0))["boot_low"])


def test_patterns_of_missing_pairs_are_kept_apart():
    values = normals("values", 1, 10, 4)
    values[0, 3, 1] = values[0, 7, 3] = NAN
    together = summarise(values, HOW, "m")
    for column in range(4):
        alone = summarise(values[:, :, [column]], HOW, "m")
        assert together.boot_high[column] == pytest.approx(alone.boot_high[0], rel=1e-9)
        assert together.t_high[column] == alone.t_high[0]


numbers = st.floats(-1e3, 1e3).map(lambda x: round(x, 3)) | st.just(0.0) | st.just(NAN)
arrays = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 3)), elements=numbers)
QUICK = settings(max_examples=40, deadline=None)


def pairs(values, against, seeds=None):
    D, S, T = values.shape
    months = tuple(f"2023-{k + 1:02d}" for k in range(T))
    seeds = tuple(range(S)) if seeds is None else seeds
    return Pairs("p", "b", "f", "m", tuple(range(D)), seeds, months, values, against, np.ones((D, S), bool))


@QUICK
@given(arrays)
def test_identical_arms_differ_by_exactly_nothing(values):
    made = pairs(values, values.copy())
    found = summarise(made.differences, HOW, "m")
    known = found.n > 0
    assert (found.mean[known] == 0.0).all() and (found.zero[known] == 1.0).all()
    assert (found.t_low[found.units > 1] == 0.0).all() and (found.boot_high[found.units > 1] == 0.0).all()
    assert (made.complete + made.left_out == values.shape[0] * values.shape[1]).all()


@QUICK
@given(arrays, st.integers(0, 5))
def test_swapping_arms_negates(values, shift):
    made = pairs(values, np.roll(values, shift, axis=1))
    one_way, back = (summarise(p.differences, HOW, "m") for p in (made, made.swapped()))
    np.testing.assert_array_equal(one_way.mean, -back.mean)
    np.testing.assert_array_equal(one_way.t_low, -back.t_high)
    np.testing.assert_array_equal(one_way.boot_low, -back.boot_high)
    np.testing.assert_array_equal(one_way.above, back.below)
    np.testing.assert_array_equal(one_way.sd_parameters, back.sd_parameters)


@QUICK
@given(arrays, st.randoms(use_true_random=False))
def test_permuting_seeds_changes_nothing(values, random):
    order = list(range(values.shape[1]))
    random.shuffle(order)
    mixed = pairs(values[:, order], np.zeros_like(values), tuple(order))
    plain = pairs(values, np.zeros_like(values))
    for name, expected in vars(summarise(plain.differences, HOW, "m")).items():
        found = getattr(summarise(mixed.differences, HOW, "m"), name)
        np.testing.assert_array_equal(found, expected, err_msg=name)


@QUICK
@given(hnp.arrays(np.float64, (1, 9, 2), elements=st.integers(-50, 50).map(float)), st.integers(-100, 100))
def test_adding_a_constant_shifts(values, constant):
    before, after = (summarise(v, HOW, "m") for v in (values, values + constant))
    for name in ("mean", "t_low", "t_high", "boot_low", "boot_high"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name) + constant, rtol=0, atol=1e-9)
    np.testing.assert_allclose(after.sd_luck, before.sd_luck, atol=1e-9)


def coverage(values, truth):
    found = summarise(values, Resampling(replicates=999), "coverage")
    t = (found.t_low <= truth) & (truth <= found.t_high)
    boot = (found.boot_low <= truth) & (truth <= found.boot_high)
    return t.mean(), boot[np.isfinite(found.boot_low)].mean()


def test_both_intervals_cover_gaussian_means():
    t, boot = coverage(normals("g", 1, 16, 3000), 0.0)
    assert abs(t - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 3000)
    assert abs(boot - 0.95) < 0.02


def test_the_bootstrap_covers_skewed_means_better_than_t():
    t, boot = coverage(np.exp(normals("l", 1, 32, 3000)), float(np.exp(0.5)))
    assert boot > t + 0.02
    assert boot > 0.92


def test_draws_as_units_cover_where_pairs_as_units_do_not():
    values = 1.0 * normals("d", 12, 1, 2000) + 1.0 * normals("w", 12, 6, 2000)
    t, boot = coverage(values, 0.0)
    pooled, _ = coverage(values.reshape(1, -1, 2000), 0.0)
    assert t > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 2000) and boot > 0.925
    assert pooled < 0.75


def test_percentile_would_be_too_narrow():
    """Why studentised: the percentile interval of 8 Gaussian units covers about 87 percent."""
    values, N = normals("g", 8, 3000), 3000
    picked = (Streams(0).uniform("p", np.arange(500)[:, None], np.arange(8)[None]) * 8).astype(int)
    means = values[picked].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    _, boot = coverage(values.reshape(1, 8, N), 0.0)
    assert ((low <= 0) & (high >= 0)).mean() < 0.9 < 0.93 < boot
