"""Winners and losers: the table ``actors`` of small real studies, made again by hand."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim.data
from experiments.contrasts import Comparison, actors, comparison_tables
from experiments.contrasts.actors import homes_of
from experiments.contrasts.columns import COLUMNS
from experiments.contrasts.tables import holm
from experiments.studies import Execution, Plan, Study, StudyRequest, arms_of, run_study
from experiments.studies.draws import from_priors

SETTINGS = {"enterprises": 100, "world": "stylised", "horizon": "2026-04"}
BASE, ACTS, IDLE, DATE = "status_quo", "allied_procurement_ban", "us_all_closed", "2026-04"
FUTURES = ("none", "slow_scaling")
SPEC = Comparison(
    BASE, (ACTS, IDLE), ("us_token_share",), "us_token_share", ("2026-02", DATE), objectives=(), replicates=0
)  # fmt: skip


def made(outputs, policies, futures, **asked):
    request = StudyRequest("compare", "tiny", arms_of(policies), futures, settings=SETTINGS, **asked)
    return Study.open(run_study(Plan.of(request), outputs, Execution("serial"), quiet=True).folder)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    return tmp_path_factory.mktemp("actors")


@pytest.fixture(scope="module")
def study(outputs):
    return made(outputs, (BASE, ACTS, IDLE), FUTURES, seeds=(0, 1), record="panel")


@pytest.fixture(scope="module")
def tables(study):
    return comparison_tables(study, SPEC)


@pytest.fixture(scope="module")
def table(tables):
    return tables["actors"]


def gaps(study, measure, keys, future="none", **where):
    """Return the paired differences of the sum over some keys, a seed (or draw and seed) each."""
    found = study.frame(measure, month=DATE, **where).astype({"policy": str, "future": str, "key": str, "value": float})
    found = found[found["key"].isin(keys) & (found["future"] == future)]
    sums = found.groupby(["policy", "draw", "seed"])["value"].sum(min_count=1)
    return (sums[ACTS] - sums[BASE]).dropna()


def line(table, group, actor, measure, future="none"):
    named = {"policy": ACTS, "future": future, "group": group, "actor": actor, "measure": measure, "month": DATE}
    found = table[(table[list(named)] == pd.Series(named)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def agrees(row, units):
    low, high = stats.t.interval(0.95, len(units) - 1, units.mean(), stats.sem(units))
    found = [row["mean"], row["t_low"], row["t_high"], row["p"]]
    assert (units != 0).any()
    np.testing.assert_allclose(found, [units.mean(), low, high, stats.ttest_1samp(units, 0.0).pvalue], rtol=1e-4)
    assert row["excludes_zero"] == (low > 0 or high < 0)
    assert row["policy_mean"] - row["baseline_mean"] == pytest.approx(row["mean"], rel=1e-4)


def test_columns_are_those_declared_and_rows_stand_once(table):
    assert list(table.columns) == list(COLUMNS["actors"])
    cell = ["policy", "future", "group", "actor", "measure", "month"]
    assert len(table) and not table.duplicated(cell).any()
    assert set(table["group"]) == {"labs", "developer blocs", "user blocs", "regions"}
    assert set(table["future"]) == {*FUTURES, "all futures"}


@pytest.mark.parametrize("measure", ["revenue", "token_share", "rd_budget"])
def test_a_lab_by_hand(study, table, measure):
    row = line(table, "labs", "CN-2", measure)
    units = gaps(study, measure, ["CN-2"], by="lab", segment_kind="world").to_numpy()
    agrees(row, units)
    assert (row["bloc"], row["n"], row["units"], row["zero_share"]) == ("CN", 2, 2, (units == 0).mean())


def test_the_revenue_of_a_bloc_is_that_of_all_its_labs(study, table):
    mine = [lab for lab, bloc in homes_of(study).items() if bloc == "CN" and lab.startswith("CN-")]
    assert len(mine) == 5
    agrees(line(table, "developer blocs", "CN", "revenue"), gaps(study, "revenue", mine, by="lab").to_numpy())


def test_a_bloc_of_users_and_a_region_by_hand(study, table):
    for group, kind, actor in (("user blocs", "user_bloc", "AL"), ("regions", "region", "EU")):
        units = gaps(study, "welfare", ["total"], segment_kind=kind, segment=actor).to_numpy()
        agrees(line(table, group, actor, "welfare"), units)


def test_the_share_of_a_bloc_is_the_headline_of_the_same_comparison(tables, table):
    headline = tables["headline"]
    other = headline[(headline["policy"] == ACTS) & (headline["future"] == "none") & (headline["month"] == DATE)]
    names = ["mean", "t_low", "t_high", "p", "baseline_mean", "sign_agreement", "zero_share"]
    mine = line(table, "developer blocs", "US", "token_share")
    assert mine["mean"] != 0 and (mine[names] == other.iloc[0][names]).all()


def test_all_futures_count_the_same(study, table):
    both = [gaps(study, "revenue", ["US-1"], future, by="lab").to_numpy() for future in FUTURES]
    row = line(table, "labs", "US-1", "revenue", "all futures")
    agrees(row, np.mean(both, axis=0))
    assert (row["n"], row["units"]) == (4, 2)


def test_a_policy_without_effect_changes_nothing_at_all(table):
    idle = table[(table["policy"] == IDLE) & (table["units"] > 1)]
    assert len(idle) and (idle[["mean", "t_low", "t_high"]] == 0.0).all(axis=None)
    assert (idle["zero_share"] == 1.0).all() and (idle[["p", "p_holm"]] == 1.0).all(axis=None)
    assert not idle["excludes_zero"].any() and idle["sign_agreement"].isna().all()


def test_labs_are_those_of_some_size_in_one_of_both_arms(study, monkeypatch):
    monkeypatch.setattr(actors, "LEAST", 0.03)
    table = comparison_tables(study, SPEC)["actors"]
    large = set()
    for measure in ("token_share", "revenue"):
        found = study.frame(measure, by="lab", segment_kind="world", month=SPEC.dates)
        found = found[found["policy"].isin([BASE, ACTS])].astype({"key": str})
        whole = found.groupby(["row", "month"], observed=True)["value"].transform("sum").astype(float)
        parts = found.assign(part=found["value"].astype(float) / whole)
        mean = parts.groupby(["policy", "future", "month", "key"], observed=True)["part"].mean().reset_index()
        large |= set(mean[mean["part"] >= 0.03]["key"])
    labs = table[(table["policy"] == ACTS) & (table["group"] == "labs")]
    assert set(labs["actor"]) == large
    assert 2 < len(large) < 10


def test_p_values_are_adjusted_over_the_table(table):
    np.testing.assert_array_equal(table["p_holm"], holm(table["p"].to_numpy()))
    known = table[table["p"].notna()]
    assert (known["p_holm"] >= known["p"]).all() and (known["p"] < 1).any()


def test_the_unit_is_the_draw_where_there_are_several(outputs):
    drawn = made(outputs, (BASE, ACTS), ("none",), draws=from_priors(2), seeds=(0, 1), record="series")
    table = comparison_tables(drawn, replace(SPEC, policies=(ACTS,)))["actors"]
    assert "regions" not in set(table["group"])
    pairs = gaps(drawn, "revenue", ["US-1"], by="lab")
    row = line(table, "labs", "US-1", "revenue")
    assert (row["n"], row["units"], len(pairs)) == (4, 2, 4)
    agrees(row, pairs.groupby("draw").mean().to_numpy())


def test_headline_measures_alone_have_no_actors(outputs):
    summary = made(outputs, (BASE, IDLE), ("none",), seeds=(0,), record="summary")
    tables = comparison_tables(summary, replace(SPEC, policies=(IDLE,)))
    assert tables["actors"].empty and list(tables["actors"].columns) == list(COLUMNS["actors"])
    assert len(tables["headline"])


def test_homes_are_those_of_the_world(study):
    shipped = homes_of(SimpleNamespace(plan={"settings": {"world": "history"}}))
    rows = (Path(sim.data.__path__[0]) / "labs.csv").read_text(encoding="utf-8").splitlines()
    assert {row["lab"]: row["bloc"] for row in csv.DictReader(rows)}.items() <= shipped.items()
    assert shipped["EU"] == homes_of(study)["AL-1"] == "AL"
    assert homes_of(SimpleNamespace(plan={"settings": {"world": "./gone.yaml"}})) == {}
