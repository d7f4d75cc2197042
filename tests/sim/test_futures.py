"""Exogenous futures: the library is legal, wrong files are refused at once, shocks become arrays."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from policies import ROOT, WORLD, L, write

from sim.calendar import month_index
from sim.errors import InputError
from sim.futures import KINDS, Future, future_files
from sim.parameters import Parameters, catalogue
from sim.scenario import Scenario
from sim.shocks import capability_jump, extra_compute, price_war, trust_incident

NAMES = ("none", "slow_scaling", "fast_scaling", "compute_glut", "trust_shock", "price_war", "closed_frontier_leap")
JAN = month_index("2027-01")


def test_the_library_is_complete() -> None:
    assert set(NAMES) == {path.stem for path in (ROOT / "conf" / "future").glob("*.yaml")} <= set(future_files())


@pytest.mark.parametrize("name", NAMES)
def test_the_library(name: str) -> None:
    future = Future.load(name)
    assert future.name == name
    assert future.title and future.question.endswith("?") and future.reason
    assert bool(future.params or future.shocks) == (name != "none")
    scenario = Scenario.load(future=name, horizon="2030-12")
    assert scenario.future.name == name
    assert not [note for note in scenario.notes if "future" in note]


@pytest.mark.parametrize("name", NAMES)
def test_parameters_of_a_future_lie_in_their_legal_range_and_differ_from_the_default(name: str) -> None:
    defaults = {info.path: info.default for info in catalogue()}
    future = Future.load(name)
    Parameters.from_overrides(dict(future.params))
    assert all(defaults[path] != value for path, value in future.params)


def test_scaling_futures_stand_on_both_sides_of_the_default() -> None:
    defaults = {info.path: info.default for info in catalogue()}
    slow, fast = (dict(Future.load(name).params) for name in ("slow_scaling", "fast_scaling"))
    assert set(slow) == set(fast)
    assert all(slow[path] < defaults[path] < fast[path] for path in slow)


ROW = "{kind: compute, who: US, value: 0.1, from: 2027-01}"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("compute", "comput", "Did you mean 'compute'"),
        ("who: US", "who: USA", "no bloc 'USA'"),
        ("who: US", "whom: US", "'who'"),
        ("value: 0.1", "value: -2", "-0.9 to 10"),
        ("value: 0.1", "value: much", "not a legal value"),
        (", value: 0.1", "", "not a legal value"),
        ("2027-01", "2027-13", "YYYY-MM"),
        (", from: 2027-01", "", "from: this key is missing"),
        ("from: 2027-01", "from: 2027-01, until: 2027-02", "no end"),
        (ROW, "{kind: price_war, who: OpenAI, from: 2027-01}", "until: this key is missing"),
        (ROW, "{kind: price_war, who: OpenAI, from: 2027-01, until: 2026-12}", "ends before it starts"),
        (ROW, "{kind: price_war, who: OpenAI, value: 1, from: 2027-01, until: 2027-02}", "0 to 0"),
        (ROW, "{kind: capability_jump, who: OpenIA, value: 1, from: 2027-01}", "'OpenAI'"),
        (ROW, "{kind: capability_jump, who: foreign, value: 1, from: 2027-01}", "no lab 'foreign'"),
        ("shocks", "shoks", "'shocks'"),
        (f"- {ROW}", "3", "a list of shocks"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = f"shocks:\n  - {ROW}\n"
    assert Future.load(write(tmp_path, text)).shocks
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        Future.load(write(tmp_path, text.replace(old, new)))
    assert "mine.yaml:" in str(caught.value)


def test_a_wrong_parameter_names_the_file_and_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, "params:\n  chips.us_growht: 2\n  research: {progress: -1}\n")
    with pytest.raises(InputError) as caught:
        Scenario.load(future=path)
    assert {p.key for p in caught.value.problems} == {"params.chips.us_growht", "params.research.progress"}
    assert all("mine.yaml:1" in p.where for p in caught.value.problems)
    assert caught.value.problems[0].nearest == "params.chips.us_growth"


def test_a_future_does_not_begin_in_the_past(tmp_path: Path) -> None:
    path = write(tmp_path, f"shocks:\n  - {ROW.replace('2027-01', '2026-07')}\n")
    with pytest.raises(InputError, match="begins after the hand-over") as caught:
        Scenario.load(future=path)
    assert caught.value.problems[0].key == "from"
    assert Scenario.load(future=path, history_until="2026-06").future.shocks


def test_a_shock_beyond_the_horizon_is_noted() -> None:
    notes = Scenario.load(future="trust_shock", horizon="2027-12").notes
    assert any("2028-02, after the horizon" in note for note in notes)


def test_shock_arrays(tmp_path: Path) -> None:
    text = (
        "shocks:\n"
        "  - {kind: trust_incident, who: [CN, AL], value: 1.5, from: 2027-01}\n"
        "  - {kind: compute, who: all, value: -0.1, from: 2027-02}\n"
        "  - {kind: capability_jump, who: US, value: 10, from: 2027-01}\n"
        "  - {kind: capability_jump, who: OpenAI, value: 1, from: 2027-03}\n"
        "  - {kind: price_war, who: [OpenAI, DeepSeek], from: 2027-01, until: 2027-02}\n"
        "  - {kind: compute, who: US, value: 1, from: 2040-01}\n"
    )
    future = Future.load(write(tmp_path, text))
    assert {shock.kind for shock in future.shocks} == set(KINDS)
    incidents = np.array([trust_incident(future, t) for t in range(JAN + 4)])
    assert np.argwhere(incidents).tolist() == [[JAN, 1], [JAN, 2]]
    compute = extra_compute(future, JAN + 4)
    assert np.flatnonzero(compute.any(axis=1)).tolist() == [JAN + 1]
    np.testing.assert_array_equal(compute[JAN + 1], -0.1)
    jumps = np.array([capability_jump(future, WORLD, t) for t in (JAN - 1, JAN, JAN + 2)])
    np.testing.assert_array_equal(jumps, [[0, 0, 0, 0, 0], [10, 10, 0, 0, 0], [11, 10, 0, 0, 0]])
    wars = np.array([price_war(future, WORLD, t) for t in range(JAN + 4)])
    assert np.argwhere(wars).tolist() == [[t, lab] for t in (JAN, JAN + 1) for lab in (L["OpenAI"], L["DeepSeek"])]
