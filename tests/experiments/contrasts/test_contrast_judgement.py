"""What policies are worth to a side, and how far each falls behind the best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from outcomes_by_hand import normals, outcomes

from experiments.contrasts import Comparison, tables_of
from experiments.contrasts.judgement import objectives_of, scores, weights_table
from experiments.contrasts.regret import regret_of
from experiments.objectives import Objective

NAN = float("nan")
BARE = {"objectives": ("us",), "replicates": 0}


def board(score, ran=None):
    """Return outcomes in which the US score over the baseline is a given array [P - 1, F, D, S]."""
    score = np.asarray(score, float)
    levels = np.concatenate([np.full((1, *score.shape[1:]), 12.0), 12.0 + 3.0 / 0.25 * score])[..., None]
    names = ("base", *[f"p{k}" for k in range(len(score))])
    return outcomes({"gap_months": levels}, names, tuple(f"f{k}" for k in range(score.shape[1])), ran)


def spec_of(found, **changed):
    return Comparison("base", found.policies[1:], **BARE | changed)


def test_a_score_is_that_of_the_objective():
    names = [aim.measure for aim in Objective.load("us").aims]
    cells = {name: normals(name, 2, 1, 1, 3, 2) for name in names}
    found = scores(outcomes(cells, ("base", "p")), Objective.load("us"), "2023-02", ("p",), "base")
    stored = {name: cell.astype(np.float32).astype(float)[..., 1] for name, cell in cells.items()}
    for seed in range(3):
        mine, base = ({name: cell[k, 0, 0, seed] for name, cell in stored.items()} for k in (1, 0))
        assert found[0, 0, 0, seed] == pytest.approx(Objective.load("us").score(mine, base))


def test_help_is_counted_by_pair_and_ties_apart():
    score = [[[[1.0, 2.0, 0.0, -1.0]], [[1.0, 1.0, 1.0, NAN]]]]
    found = board(score)
    table = tables_of(found, spec_of(found))["objectives"].set_index("future")
    assert table.loc["f0", ["helps", "ties", "hurts"]].tolist() == [0.5, 0.25, 0.25]
    assert table.loc["f1", ["helps", "ties", "hurts"]].tolist() == [1.0, 0.0, 0.0]
    assert table.loc[["f0", "f1"], "left_out"].tolist() == [0, 1]
    pooled = table.loc["all futures"]
    assert (pooled["n"], pooled["left_out"], pooled["units"]) == (6, 2, 3)
    assert pooled["helps"] == pytest.approx(5 / 6)
    assert pooled["mean"] == pytest.approx((1.0 + 1.5 + 0.5) / 3)


def test_one_future_has_no_row_over_all():
    found = board(np.ones((1, 1, 1, 3)))
    assert tables_of(found, spec_of(found))["objectives"]["future"].tolist() == ["f0"]


def test_weights_are_printed():
    table = weights_table(objectives_of(("us", "cn")))
    assert table.groupby("objective")["weight"].sum().tolist() == pytest.approx([1.0, 1.0])
    row = table[(table["objective"] == "us") & (table["measure"] == "cn_token_share_outside_cn")].iloc[0]
    assert (row["sign"], row["scale"], row["tag"], row["unit"]) == ("-", 0.1, "A", "share")


def test_regret_by_hand():
    # two histories in one future, one in the other; scores of base, a, b
    values = np.array([[[0.0, 0.0], [0.0, NAN]], [[1.0, -1.0], [2.0, 5.0]], [[3.0, -2.0], [-1.0, 5.0]]])[:, :, None]
    found = regret_of(values)
    assert (found.n.tolist(), found.left_out.tolist()) == ([2, 1], [0, 1])
    np.testing.assert_allclose(found.mean, [[1.5, 2.0], [1.5, 0.0], [1.0, 3.0]])
    np.testing.assert_allclose(found.largest, [[3.0, 2.0], [2.0, 0.0], [2.0, 3.0]])
    np.testing.assert_allclose(found.best, [[0.5, 0.0], [0.0, 1.0], [0.5, 0.0]])
    np.testing.assert_allclose(found.worst, [[0.5, 0.0], [0.0, 0.0], [0.5, 1.0]])
    assert found.worst_here.tolist() == [[True, False], [True, False], [False, True]]


def test_robustness_over_futures():
    score = [[[[1.0, -1.0]], [[2.0, 2.0]]], [[[3.0, -2.0]], [[-1.0, -1.0]]]]
    found = board(score)
    table = tables_of(found, spec_of(found))["robustness"].set_index("policy")
    assert table.loc["p0", ["max_mean_regret", "max_regret"]].tolist() == pytest.approx([1.5, 2.0], rel=1e-5)
    assert table.loc["p1", ["max_mean_regret", "max_regret"]].tolist() == pytest.approx([3.0, 3.0], rel=1e-5)
    assert table["never_worst_run"].to_dict() == {"base": False, "p0": True, "p1": False}
    assert table["never_worst_future"].to_dict() == {"base": False, "p0": False, "p1": False}


def test_where_nothing_can_be_said_nobody_is_never_worst():
    found = board(np.full((1, 1, 1, 2), NAN))
    tables = tables_of(found, spec_of(found))
    assert tables["regret"]["mean_regret"].isna().all() and (tables["regret"]["n"] == 0).all()
    assert not tables["robustness"][["never_worst_run", "never_worst_future"]].any().any()
    assert (tables["objectives"]["n"] == 0).all() and tables["objectives"]["helps"].isna().all()


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.float64, (3, 2, 1, 4), elements=st.integers(-5, 5).map(float)))
def test_regret_is_never_below_zero_and_blind_to_the_baseline(values):
    found = regret_of(values)
    assert (found.mean >= 0).all() and (found.largest >= found.mean - 1e-12).all()
    assert (found.best.sum(axis=0) >= 1 - 1e-12).all()
    moved = regret_of(values - values[[1]])
    np.testing.assert_allclose(moved.mean, found.mean, atol=1e-9)
    same = regret_of(values[[0, 0, 0]])
    assert (same.mean == 0).all() and (same.worst == 0).all() and not same.worst_here.any()
