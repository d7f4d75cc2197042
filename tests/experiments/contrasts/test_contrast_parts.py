"""Games, packages taken apart, and mechanisms held."""

from __future__ import annotations

import numpy as np
import pytest
from outcomes_by_hand import normals, outcomes

from experiments.contrasts import Comparison, Game, tables_of
from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.game import replies

NAN = float("nan")
HOW = Resampling(replicates=0)


def board(effects, noise=0.0, seeds=12):
    """Return outcomes whose arms differ from the baseline by a constant, and by luck of their own."""
    names = ("base", *effects)
    luck = normals("luck", 1, 1, 1, seeds, 1)
    own = noise * normals("own", len(names), 1, 1, seeds, 1)
    levels = np.array([0.0, *effects.values()]).reshape(-1, 1, 1, 1, 1) + luck + own
    return outcomes({"gap_months": 10.0 + levels}, names)


def test_the_best_reply_is_marked_only_if_it_is_told_apart():
    luck = normals("luck", 1, 9)
    found = replies(np.stack([luck + 1.0, luck, luck - 1.0]), HOW)
    assert [reply.best for reply in found] == [True, False, False]
    assert (found[0].rival, found[1].rival, found[2].rival) == (1, 0, 0)
    assert (found[0].margin, found[0].low) == (pytest.approx(1.0), pytest.approx(1.0))
    noisy = replies(np.stack([normals("a", 1, 9), normals("b", 1, 9) + 0.1]), HOW)
    assert not any(reply.best for reply in noisy)
    assert [reply.best for reply in replies(np.zeros((2, 1, 5)), HOW)] == [False, False]
    assert replies(luck[None], HOW)[0].best
    assert not any(reply.best for reply in replies(np.full((2, 1, 4), NAN), HOW))


def test_a_game_with_one_equilibrium():
    # the US gains from a lead, China from none: cutting is best for the US, importing does China no harm
    effects = {"cut": 3.0, "make": -1.0, "cut_make": 2.0}
    cells = {("sell", "buy"): "base", ("cut", "buy"): "cut", ("sell", "make"): "make", ("cut", "make"): "cut_make"}
    game = Game(("us", "cn"), ("sell", "cut"), ("buy", "make"), cells)
    spec = Comparison("base", ("cut",), game=game, objectives=(), replicates=200)
    table = tables_of(board(effects), spec)["game"].set_index(["row", "column", "side"])
    assert len(table) == 8
    assert set(table.index[table["both_best"]]) == {("cut", "make", "us"), ("cut", "make", "cn")}
    assert table.loc[("cut", "buy", "us"), "best_reply"] and not table.loc[("cut", "buy", "cn"), "best_reply"]
    assert table.loc[("sell", "buy", "us"), "mean"] == 0.0
    assert table.loc[("cut", "buy", "us"), "mean"] == pytest.approx(0.25, abs=1e-5)
    assert table.loc[("cut", "make", "cn"), "margin"] == pytest.approx(0.1, abs=1e-5)
    assert table.loc[("cut", "make", "cn"), "rival"] == "buy"


def test_a_noisy_game_has_no_best_replies():
    effects = {"cut": 0.1, "make": -0.1, "cut_make": 0.0}
    cells = {("sell", "buy"): "base", ("cut", "buy"): "cut", ("sell", "make"): "make", ("cut", "make"): "cut_make"}
    game = Game(("us", "cn"), ("sell", "cut"), ("buy", "make"), cells)
    spec = Comparison("base", ("cut",), game=game, objectives=(), replicates=0)
    assert not tables_of(board(effects, noise=3.0), spec)["game"]["best_reply"].any()


def test_a_game_in_several_futures_has_rows_over_all():
    values = np.concatenate([board({"cut": 3.0}).cells["gap_months"]] * 2, axis=1)
    found = outcomes({"gap_months": values}, ("base", "cut"), ("f", "g"))
    game = Game(("us", "cn"), ("sell", "cut"), ("buy",), {("sell", "buy"): "base", ("cut", "buy"): "cut"})
    table = tables_of(found, Comparison("base", ("cut",), game=game, objectives=(), replicates=0))["game"]
    assert set(table["future"]) == {"f", "g", "all futures"}
    assert table.groupby("future")["mean"].sum().nunique() == 1


def table_of(effects, **named):
    spec = Comparison("base", ("all",), ("gap_months",), objectives=(), replicates=200, **named)
    return tables_of(board(effects, noise=0.01), spec)


def test_a_package_is_its_levers_and_their_interaction():
    effects = {"all": 5.0, "a": 1.0, "b": 2.0, "not_a": 2.5, "not_b": 1.5}
    tables = table_of(
        effects, parts={"all": {"quota": "a", "cloud": "b"}}, rests={"all": {"quota": "not_a", "cloud": "not_b"}}
    )
    table = tables["attribution"].set_index(["part", "lever"])
    assert table["mean"].round(1).to_dict() == {
        ("together", ""): 5.0, ("alone", "quota"): 1.0, ("alone", "cloud"): 2.0, ("interaction", ""): 2.0,
        ("last in", "quota"): 2.5, ("last in", "cloud"): 3.5,
    }  # fmt: skip
    assert table.loc[("interaction", ""), "mean"] == pytest.approx(
        table.loc[("together", ""), "mean"] - table.loc["alone", "mean"].sum(), abs=1e-9
    )
    assert (table["t_low"] < table["mean"]).all() and table["excludes_zero"].all()
    headline = tables["headline"].iloc[0]
    for limit in ("mean", "t_low", "boot_low", "boot_high"):
        assert table.loc[("together", ""), limit] == headline[limit]


def test_what_goes_through_a_mechanism_is_what_is_missing_without_it():
    table = table_of({"all": 5.0, "held": 1.0}, held={"all": {"chips": "held"}})["mechanisms"].set_index("part")
    assert table["mean"].round(1).to_dict() == {"total": 5.0, "through": 4.0, "direct and interactions": 1.0}
    assert table["share_of_total"].round(2).to_dict()["through"] == 0.8
    assert table.loc[["through", "direct and interactions"], "share_of_total"].sum() == pytest.approx(1.0)
    assert np.isfinite(table["boot_low"]).all()


def test_no_share_of_a_total_that_may_be_nothing():
    spec = Comparison("base", ("all",), ("gap_months",), objectives=(), replicates=0, held={"all": {"chips": "held"}})
    table = tables_of(board({"all": 0.1, "held": 0.0}, noise=2.0), spec)["mechanisms"]
    assert not table.loc[table["part"] == "total", "excludes_zero"].any()
    assert table["share_of_total"].isna().all()


def test_failed_arms_are_counted_where_they_are_needed():
    found = board({"all": 1.0, "a": 1.0})
    ran = found.ran.copy()
    ran[2, 0, 0, 0] = False
    gap = found.cells["gap_months"].copy()
    gap[2, 0, 0, 0] = NAN
    found = outcomes({"gap_months": gap}, found.policies, ran=ran)
    spec = Comparison("base", ("all",), ("gap_months",), objectives=(), replicates=0, parts={"all": {"x": "a"}})
    table = tables_of(found, spec)["attribution"].set_index("part")
    assert table["failed"].to_dict() == table["left_out"].to_dict() == {"together": 0, "alone": 1, "interaction": 1}
