"""The tables of a comparison: of outcomes made by hand, and of a small real study with a failed run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from outcomes_by_hand import normals, outcomes

from experiments.contrasts import (
    Comparison,
    Demand,
    Outcomes,
    Threshold,
    about_comparison,
    comparison_tables,
    effect_words,
    needed_measures,
    tables_of,
    write_xlsx,
)  # fmt: skip
from experiments.contrasts.book import workbook
from experiments.contrasts.columns import COLUMNS, TITLES
from experiments.contrasts.tables import holm
from experiments.studies import Execution, Plan, Study, StudyRequest, arms_of, run_study
from experiments.studies.designs import Factor, grid
from experiments.studies.draws import from_priors
from experiments.studies.request import DRAW_STRIDE
from sim import simulate
from sim.errors import InputError
from sim.headlines import HEADLINES

SETTINGS = {"enterprises": 100, "history_until": "2023-03", "horizon": "2023-05"}
POLICIES = ("status_quo", "us_all_closed", "allied_procurement_ban")
SPEC = Comparison(
    "status_quo", POLICIES[1:], ("us_closed_revenue", "gap_months", "welfare_nal"), "us_closed_revenue", ("2023-05",),
    replicates=200, thresholds=(Threshold("adoption", ">=", 0.01),), demands=(Demand("hhi", "<=", 0.9, "2023-05"),),
    parts={"us_all_closed": {"all": "us_all_closed"}},
)  # fmt: skip


def failing_once(scenario, seed):
    """Simulate; one policy fails with the second seed of each draw."""
    if scenario.name == "us_all_closed" and seed % DRAW_STRIDE == 1:
        raise ZeroDivisionError("seed 1")
    return simulate(scenario, seed)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    request = StudyRequest(
        "compare", "tiny", arms_of(POLICIES), ("none", "price_war"), draws=from_priors(2), seeds=(0, 1),
        settings=SETTINGS, record="summary",
    )  # fmt: skip
    outputs = tmp_path_factory.mktemp("compare")
    report = run_study(Plan.of(request), outputs, Execution("serial"), simulate=failing_once, quiet=True)
    assert (report.done, report.failed) == (24, 4)
    return Study.open(report.folder)


@pytest.fixture(scope="module")
def tables(study):
    return comparison_tables(study, SPEC)


def test_columns_are_those_declared(tables):
    assert list(tables) == list(COLUMNS) == list(TITLES)
    for name, frame in tables.items():
        assert list(frame.columns) == list(COLUMNS[name]), name
        assert not frame.duplicated().any(), name
    for name in ("effects", "headline", "objectives", "regret", "thresholds", "satisficing", "attribution", "weights"):
        assert len(tables[name]), name
    assert tables["game"].empty and tables["mechanisms"].empty


def test_effects_are_those_of_the_runs(study, tables):
    wide = study.wide("us_closed_revenue")["2023-05"].astype(float)
    rows = study.rows.set_index("row").join(wide.rename("value"))
    rows = rows[rows["future"] == "price_war"].astype({"policy": str})
    values = rows.pivot(index=["draw", "seed"], columns="policy", values="value")
    gaps = (values["us_all_closed"] - values["status_quo"]).dropna()
    table = tables["headline"]
    row = table[
        (table["policy"] == "us_all_closed")
        & (table["future"] == "price_war")
        & (table["measure"] == "us_closed_revenue")
    ].iloc[0]
    assert len(gaps) == 2 and (gaps != 0).any()
    assert (row["n"], row["left_out"], row["failed"], row["units"]) == (2, 2, 2, 2)
    assert row["mean"] == pytest.approx(gaps.groupby("draw").mean().mean(), rel=1e-9)
    assert row["policy_mean"] - row["baseline_mean"] == pytest.approx(row["mean"], rel=1e-6)
    assert "2 of 4 pairs are left out" in effect_words(row, condition="the price war")


def test_seeds_are_indexed_by_their_rank_within_the_draw(study):
    found = Outcomes.of(study, ("us_closed_revenue",))
    assert (found.draws, found.seeds, found.ran.shape) == ((0, 1), (0, 1), (3, 2, 2, 2))
    assert np.isfinite(found.cells["us_closed_revenue"][0]).all()
    wide = study.wide("us_closed_revenue")["2023-05"]
    rows = study.rows.astype({"policy": str, "future": str}).set_index(["policy", "future", "draw", "seed"])["row"]
    for draw, rank in np.ndindex(2, 2):
        row = rows["status_quo", "price_war", draw, draw * DRAW_STRIDE + rank]
        assert found.at("us_closed_revenue", "2023-05")[0, 1, draw, rank] == wide[row]


def test_crossings_count_from_the_month_after_the_hand_over(study, tables):
    assert SETTINGS["history_until"] == "2023-03"
    assert set(tables["thresholds"]["since"]) == {"2023-04"}
    met = study.wide("adoption")["2023-03"] >= np.float32(0.01)
    rows = study.rows.astype({"policy": str, "future": str}).set_index("row").loc[met.index]
    shares = met.groupby([rows["policy"], rows["future"]]).mean()
    for line in tables["thresholds"].to_dict("records"):
        assert line["met_before"] == pytest.approx(shares[line["policy"], line["future"]])


def test_null_cells_stay_null(tables):
    effects = tables["effects"]
    gap = effects[effects["measure"] == "gap_months"]
    assert (gap["n"] == 0).all() and (gap["left_out"] == 4).all() and gap["mean"].isna().all()
    assert gap["zero_share"].isna().all() and gap["sd_luck"].isna().all()
    us = tables["objectives"][tables["objectives"]["objective"] == "us"]
    assert (us["n"] == 0).all() and us["helps"].isna().all()


def test_before_a_policy_acts_there_is_no_difference(tables):
    effects = tables["effects"]
    dated = (effects["policy"] == "allied_procurement_ban") & (effects["month"] <= "2023-03")
    early = effects[dated & (effects["n"] > 0)]
    assert len(early) and (early["mean"] == 0.0).all() and (early["zero_share"] == 1.0).all()
    late = effects[(effects["policy"] == "us_all_closed") & (effects["month"] == "2023-05")]
    assert (late["mean"].abs() > 0).any()


def test_the_study_is_told_in_a_workbook(study, tables, tmp_path):
    about = about_comparison(study, SPEC)
    assert about["runs"] == "20 of 24 done, 4 failed, 0 missing"
    assert about["parameters"] == "2 draws from priors"
    assert about["seeds"] == "0, 1"
    assert study.plan["plan"] in about["study"]
    asked = about_comparison(study, replace(SPEC, precision=2.0, pairs=24), command="opengambit compare quota")
    assert asked["precision"] == "half-width 2 of us_closed_revenue asked for; 24 units used"
    assert asked["to make it again"] == "opengambit compare quota"
    write_xlsx(tmp_path / "tables.xlsx", tables, about)
    assert (tmp_path / "tables.xlsx").read_bytes() == workbook(comparison_tables(study, SPEC), about)


def test_the_spec_lives_beside_the_tables(study):
    SPEC.save(study.folder)
    assert Comparison.load(study.folder) == SPEC
    assert Study.open(study.folder).verify() == []


def test_names_are_checked_against_the_study(study):
    with pytest.raises(InputError, match="Did you mean 'us_all_closed'"):
        comparison_tables(study, replace(SPEC, policies=("us_al_closed",), parts={}))
    with pytest.raises(InputError, match="Did you mean 'us'"):
        comparison_tables(study, replace(SPEC, objectives=("uss",)))


def test_several_design_points_are_refused(tmp_path):
    points = grid([Factor("params.demand.gamma", (1.0, 2.0))])
    plan = Plan.of(StudyRequest("sweep", "two", points=points, settings=SETTINGS, record="summary"))
    study = Study.open(run_study(plan, tmp_path, Execution("serial"), simulate=failing_once, quiet=True).folder)
    with pytest.raises(InputError, match="2 design points"):
        Outcomes.of(study, ("hhi",))


def test_any_cell_can_be_read(study):
    found = Outcomes.of(study, {"mine": HEADLINES["us_closed_revenue"]})
    assert found.cells["mine"].shape == (3, 2, 2, 2, 5)
    assert found.ran.sum() == 20
    assert np.isfinite(found.cells["mine"]).any(axis=-1).sum() == 20
    with pytest.raises(InputError, match="it has no 'US'"):
        Outcomes.of(study, {"mine": replace(HEADLINES["welfare_nal"], segment="US")})


def test_measures_of_objectives_and_rules_are_read_too():
    assert {"gap_months", "adoption", "hhi", "self_sufficiency", "welfare_al"} <= set(needed_measures(SPEC))
    assert set(needed_measures(Comparison("a", ("b",), ("hhi",), "hhi", objectives=()))) == {"hhi"}


def test_holm_by_hand():
    found = holm(np.array([0.01, np.nan, 0.04, 0.03, 0.005]))
    np.testing.assert_allclose(found, [0.03, np.nan, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]
    assert holm(np.array([np.nan])).size == 1


def test_comparisons_are_counted():
    seeds = 40
    values = np.zeros((4, 1, 1, seeds, 2))
    values[1:3, ..., 1] = normals("chance", 2, 1, 1, seeds)
    values[2, ..., 1] += 3.0
    board = outcomes({"hhi": values}, ("base", "chance", "strong", "nothing"))
    spec = Comparison("base", board.policies[1:], ("hhi",), objectives=(), dates=("2023-01", "2023-02"), replicates=0)
    tables = tables_of(board, spec)
    row = tables["multiplicity"].iloc[0]
    assert (row["comparisons"], row["always_zero"]) == (6, 4)
    assert row["by_chance"] == pytest.approx(0.1)
    assert row["holm_below"] == 1 <= row["exclude_zero"]
    strong = tables["headline"][tables["headline"]["policy"] == "strong"].iloc[1]
    assert strong["excludes_zero"] and strong["p_holm"] == pytest.approx(6 * strong["p"])


def test_without_dates_the_last_month_is_the_headline():
    board = outcomes({"hhi": normals("dates", 2, 1, 1, 5, 3)}, ("b", "p"))
    tables = tables_of(board, Comparison("b", ("p",), ("hhi",), objectives=("us",), replicates=0))
    assert set(tables["headline"]["month"]) == set(tables["objectives"]["month"]) == {"2023-03"}
    assert len(tables["effects"]) == 3
    both = list(set(COLUMNS["effects"]) & set(COLUMNS["headline"]))
    pd.testing.assert_frame_equal(tables["effects"][both].tail(1).reset_index(drop=True), tables["headline"][both])
