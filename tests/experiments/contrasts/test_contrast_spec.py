"""What a comparison may ask, and what is refused, all at once and with the nearest name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from outcomes_by_hand import outcomes

from experiments.contrasts import Comparison, Demand, Game, Threshold
from sim.errors import InputError

GAME = Game(("us", "cn"), ("open", "closed"), ("buy",), {("open", "buy"): "a", ("closed", "buy"): "b"})
FULL = Comparison(
    "status_quo", ("a", "b"), ("hhi", "welfare"), "hhi", ("2023-01", "2023-02"), "2023-02", ("us",), 0.9, 500, 3,
    (Threshold("hhi", ">=", 0.2),), (Demand("welfare", "<=", 1.0, "2023-02"),), {"a": {"quota": "b"}},
    {"a": {"quota": "c"}}, {"b": {"chips": "d"}}, GAME, 0.01, 24,
)  # fmt: skip
BOARD = outcomes({"hhi": np.zeros((5, 1, 1, 2, 2))}, ("status_quo", "a", "b", "c", "d"))


def refused(ask) -> str:
    with pytest.raises(InputError) as caught:
        ask()
    return str(caught.value)


def test_it_survives_plain_data_and_disk(tmp_path):
    assert Comparison.from_dict(json.loads(json.dumps(FULL.as_dict()))) == FULL
    path = FULL.save(tmp_path)
    assert path.name == "comparison.json"
    assert Comparison.load(tmp_path) == FULL
    bare = Comparison("status_quo", ("a",))
    assert Comparison.from_dict({"baseline": "status_quo", "policies": ["a"]}) == bare


def test_plain_tuples_become_rules():
    spec = Comparison("x", ("a",), thresholds=(("hhi", ">=", 0.2),), demands=(("hhi", "<=", 0.2, "2030-12"),))
    assert spec.thresholds[0] == Threshold.parse("hhi >= 0.2")
    assert spec.demands[0] == Demand.parse("hhi<=0.2@2030-12")
    assert (str(spec.thresholds[0]), str(spec.demands[0])) == ("hhi>=0.2", "hhi<=0.2@2030-12")


@pytest.mark.parametrize("text", ["hhi", "hhi=2", "hhi>=two", "hhi>="])
def test_a_threshold_that_can_not_be_read_is_refused(text):
    assert "gap_months>=12" in refused(lambda: Threshold.parse(text))


def test_a_threshold_may_say_from_which_month_it_counts():
    rule = Threshold.parse("gap_months>=12@2024-01")
    assert (rule, str(rule)) == (Threshold("gap_months", ">=", 12.0, "2024-01"), "gap_months>=12@2024-01")
    spec = Comparison("x", ("a",), thresholds=(rule, Threshold("hhi", ">=", 0.2)))
    assert Comparison.from_dict(spec.as_dict()) == spec
    old = {"measure": "hhi", "sign": ">=", "value": 0.2}
    read = Comparison.from_dict({"baseline": "x", "policies": ["a"], "thresholds": [old, ["hhi", ">=", 0.2]]})
    assert read.thresholds == (Threshold("hhi", ">=", 0.2),) * 2
    assert "'soon' is not a month" in refused(lambda: Comparison("x", ("a",), thresholds=(("hhi", ">=", 1.0, "soon"),)))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"level": "abc"}, "level: 'abc'"), ({"level": True}, "level: True"), ({"level": None}, "level: None"),
        ({"replicates": 200.5}, "replicates: 200.5"), ({"replicates": "many"}, "replicates: 'many'"),
        ({"replicates": True}, "replicates: True"), ({"replicates": -1}, "replicates: -1"),
        ({"level": 0.99, "replicates": 199}, "200 or more"), ({"level": 0.999, "replicates": 1999}, "2000 or more"),
        ({"objectives": ("us", "us")}, "'us' comes twice"),
    ],
)  # fmt: skip
def test_numbers_that_are_none_or_too_few_and_repeats_are_refused(given, words):
    assert words in refused(lambda: Comparison("x", ("a",), **given))


def test_enough_or_no_replicates_are_legal():
    for level, replicates in ((0.99, 200), (0.999, 2000), (0.999, 0), (0.5, 100)):
        assert Comparison("x", ("a",), level=level, replicates=replicates).replicates == replicates


def test_two_objectives_of_one_name_are_refused(tmp_path):
    path = tmp_path / "us.yaml"
    path.write_text(
        (Path(__file__).parents[3] / "conf" / "objective" / "us.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    spec = replace(FULL, objectives=("us", str(path)))
    assert "both called 'us'" in refused(lambda: spec.check(BOARD))


def test_a_demand_needs_its_month():
    assert "gap_months>=6@2030-12" in refused(lambda: Demand.parse("hhi>=1"))


def test_arms_are_named_once_and_the_baseline_first():
    assert FULL.arms == ("status_quo", "a", "b", "c", "d")
    FULL.check(BOARD)


def test_everything_wrong_is_said_at_once():
    said = refused(
        lambda: Comparison(
            "x", ("a", "a", "x"), ("hih",), "welfar", ("2030-13",), level=1.0, replicates=3, precision=-1.0,
            thresholds=(Threshold("hhi", ">", 1.0),), demands=(Demand("wlfare", ">=", float("nan"), "never"),),
            parts={"aa": {}},
        )
    )  # fmt: skip
    for words in (
        "'hhi'", "'welfare'", "'x' is the baseline", "'a' comes twice", "'2030-13' is not a month", "'never'",
        "level: 1 ", "replicates: 3 ", "precision: -1",
        "'>' is no sign", "nan is no value", "no policy 'aa'. Did you mean 'a'",
    ):  # fmt: skip
        assert words in said, words


def test_a_game_needs_every_cell():
    broken = replace(GAME, cells={("open", "buy"): "a", ("opn", "buy"): "b"})
    said = refused(lambda: Comparison("x", ("a",), game=broken))
    assert "no arm for (closed, buy)" in said and "Did you mean 'open'?" in said


def test_names_that_the_study_does_not_have():
    spec = Comparison("status_qo", ("a", "bb"), dates=("2023-01", "2024-01"), objectives=("uss",))
    said = refused(lambda: spec.check(BOARD))
    assert "Did you mean 'status_quo'?" in said and "Did you mean 'us'?" in said
    assert "no policy 'bb'" in said and "no month 2024-01. Legal: 2023-01 to 2023-02" in said


def test_plain_data_that_is_wrong(tmp_path):
    said = refused(lambda: Comparison.from_dict({"policies": "a", "polices": 1, "level": True, "game": {"a": 1}}))
    for words in (
        "baseline: this key is missing",
        "Did you mean 'policies'?",
        "policies: this value",
        "level: ",
        "game: ",
    ):
        assert words in said, words
    assert "format 9" in refused(lambda: Comparison.from_dict(FULL.as_dict() | {"format": 9}))
    assert "no comparison here" in refused(lambda: Comparison.load(tmp_path))
    (tmp_path / "comparison.json").write_text("{", encoding="utf-8")
    assert "can't be read" in refused(lambda: Comparison.load(tmp_path))
    (tmp_path / "comparison.json").write_text("[]", encoding="utf-8")
    assert "no comparison" in refused(lambda: Comparison.load(tmp_path))


def test_dates_decide_when_it_is_judged():
    months = ("2023-01", "2023-02")
    assert FULL.month_judged(months) == "2023-02"
    assert Comparison("x", ("a",), dates=("2023-01",)).month_judged(months) == "2023-01"
    assert Comparison("x", ("a",)).month_judged(months) == "2023-02"


def test_a_share_is_no_percentage():
    with pytest.raises(InputError, match=r"0\.5 for 50 percent"):
        Comparison("status_quo", ("us_all_closed",), thresholds=(Threshold.parse("us_token_share>=50"),))
    assert Comparison("status_quo", ("us_all_closed",), thresholds=(Threshold.parse("open_standard_lead>=0.5"),))
