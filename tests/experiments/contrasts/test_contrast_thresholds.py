"""When a value is first crossed, and how often demands are met."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from outcomes_by_hand import normals, outcomes

from experiments.contrasts import Comparison, Demand, Threshold, tables_of
from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.pairs import counted_from
from experiments.contrasts.satisficing import effective, satisficing_table, wilson
from experiments.contrasts.thresholds import first_crossing, meets, quantile_month

NAN, INF = float("nan"), float("inf")
MONTHS = ("2023-01", "2023-02", "2023-03", "2023-04")


def test_first_crossing_by_hand():
    series = [[0, 1, 5, 1], [5, 0, 0, 0], [0, 0, 0, 0], [NAN, NAN, 6, NAN], [NAN] * 4]
    np.testing.assert_array_equal(first_crossing(np.array(series, float), ">=", 5.0), [2, 0, INF, 2, NAN])
    np.testing.assert_array_equal(first_crossing(np.array(series, float), "<=", 0.0), [0, 1, 0, INF, NAN])


def test_a_value_that_is_reached_exactly_counts_though_it_was_stored_with_seven_digits():
    stored = np.array([0.7, 0.1], np.float32).astype(float)
    assert meets(stored, ">=", 0.7)[0] and meets(stored, "<=", 0.1)[1]
    assert not meets(stored, ">=", 0.70001)[0]


def test_quantiles_keep_censored_runs():
    crossings = np.array([0.0, 1.0, 1.0, INF])
    assert [quantile_month(crossings, q, MONTHS) for q in (0.25, 0.5, 0.75, 0.8)] == [
        "2023-01", "2023-02", "2023-02", "after 2023-04",
    ]  # fmt: skip
    assert quantile_month(np.array([INF, INF, 0.0]), 0.5, MONTHS) == "after 2023-04"
    assert quantile_month(np.array([NAN]), 0.5, MONTHS) == ""


def test_the_table_of_thresholds():
    low, mid, high = [0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 1, 1]
    values = np.array([[[mid, mid, low, low, [NAN] * 4]], [[high, low, mid, low, high]]], float)[:, None]
    ran = np.ones((2, 1, 1, 5), bool)
    ran[0, 0, 0, 4] = False
    board = outcomes({"gap_months": values}, ("base", "p"), ran=ran)
    spec = Comparison("base", ("p",), objectives=(), thresholds=(Threshold("gap_months", ">=", 1.0),), replicates=0)
    base, p = tables_of(board, spec)["thresholds"].to_dict("records")
    assert (base["n"], base["left_out"], base["crossed_share"], base["median"]) == (4, 1, 0.5, "2023-03")
    assert base["q75"] == "after 2023-04"
    assert (p["n"], p["left_out"], p["crossed_share"], p["q25"]) == (5, 0, 0.6, "2023-02")
    assert [p[name] for name in ("pairs", "both", "only_policy", "only_baseline", "neither")] == [4, 1, 1, 1, 1]
    assert p["shift"] == -1.0 and np.isnan(p["shift_low"])


def test_what_was_crossed_in_history_does_not_hide_a_shift():
    base, policy = [0, 1, 0, 0, 1], [0, 1, 0, 1, 1]
    board = outcomes({"hhi": np.array([[base] * 3, [policy] * 3], float)[:, None, None]}, ("b", "p"))
    rules = (Threshold("hhi", ">=", 1.0), Threshold("hhi", ">=", 1.0, "2023-01"))
    spec = Comparison("b", ("p",), objectives=(), thresholds=rules, replicates=0)
    table = tables_of(replace(board, since="2023-03"), spec)["thresholds"]
    counted, asked = table[table["policy"] == "p"].to_dict("records")
    assert (counted["since"], counted["met_before"], counted["shift"], counted["median"]) == (
        "2023-03", 1.0, -1.0, "2023-04",
    )  # fmt: skip
    assert (asked["since"], asked["shift"], asked["median"]) == ("2023-01", 0.0, "2023-02")
    assert np.isnan(asked["met_before"])


def test_the_first_month_that_counts():
    months = ("2026-06", "2026-07", "2026-08")
    assert counted_from({}, months) == "2026-08"
    assert counted_from({"history_until": "2026-06"}, months) == "2026-07"
    assert counted_from({"history_until": "2026-08"}, months) == ""
    assert counted_from({"world": "two_labs", "history_until": "2026-06"}, months) == ""


def test_the_shift_is_paired():
    base = np.repeat(np.eye(4)[None, None], 2, axis=1)  # seed k crosses in month k
    board = outcomes(
        {"hhi": np.stack([base[0], np.roll(base[0], -1, axis=-1)])[:, [0]][:, None, 0][:, None]}, ("b", "p")
    )
    spec = Comparison("b", ("p",), objectives=(), thresholds=(("hhi", ">=", 1.0),), replicates=200)
    p = tables_of(board, spec)["thresholds"].to_dict("records")[1]
    assert p["shift"] == pytest.approx((3 - 1 - 1 - 1) / 4)
    assert p["both"] == 4


def test_wilson_by_hand():
    assert wilson(0.0, 10, 0.95) == pytest.approx((0.0, 0.27753), abs=1e-5)
    assert wilson(0.5, 10, 0.95) == pytest.approx((0.23659, 0.76341), abs=1e-5)
    assert np.isnan(wilson(NAN, 0, 0.95)).all()


def test_runs_of_a_draw_count_less_when_they_are_alike():
    alike = np.repeat(np.arange(10)[:, None] % 2, 8, axis=1).astype(float)
    assert effective(alike) == 10.0
    assert effective(alike.reshape(1, -1)) == 80.0
    assert effective(np.ones((10, 8))) == 10.0
    free = (normals("free", 40, 50) > 0).astype(float)
    assert 800 < effective(free) <= 2000
    assert effective(np.full((3, 2), NAN)) == 0.0


def test_demands_one_by_one_and_together():
    gap = np.array([[3, 3, 1, NAN], [3, 1, 3, 3]], float).reshape(2, 1, 1, 4, 1)
    hhi = np.array([[0.1, 0.5, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1]]).reshape(2, 1, 1, 4, 1)
    board = outcomes({"gap_months": gap, "hhi": hhi}, ("base", "p"))
    demands = (Demand("gap_months", ">=", 2.0, "2023-01"), Demand("hhi", "<=", 0.2, "2023-01"))
    spec = Comparison("base", ("p",), objectives=(), demands=demands)
    table = satisficing_table(board, spec, Resampling()).set_index(["demand", "policy"])
    both = table.loc["all demands"]
    assert (both.loc["base", "n"], both.loc["base", "left_out"]) == (3, 1)
    assert both.loc["base", "share"] == pytest.approx(1 / 3)
    assert table.loc[("gap_months>=2@2023-01", "base"), "share"] == pytest.approx(2 / 3)
    assert table.loc[("hhi<=0.2@2023-01", "base"), "share"] == 0.75
    p = both.loc["p"]
    assert (p["share"], p["pairs"], p["gained"], p["lost"]) == (0.75, 3, 1, 0)
    assert p["change"] == pytest.approx(1 / 3)
    assert p["change_low"] < 0 < p["change_high"]
    assert both.loc["base", "low"] < 1 / 3 < both.loc["base", "high"]
