"""Lab strengths from shares, and the policies that were known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from experiments.evidence.inversion import Setting, improve, invert, lab_names, mean_of, pooled, shrunk, start
from experiments.evidence.known import policy_file
from experiments.evidence.readings import Readings
from experiments.evidence.residuals import HALF, Known, Residuals, mean_over
from experiments.evidence.series import Series, load
from experiments.studies.execution import Execution
from sim import Scenario
from sim.calendar import month_index
from sim.strengths import Strengths
from sim.tables import load_world
from sim.world import CLASSES, TASKS

UNTIL = month_index("2025-12")


def known() -> Known:
    return Known(load(), UNTIL)


def exact(given: Known, **wrong: float) -> Readings:
    """Return readings of one run that show just what was observed, but for the factors of some labs on cards."""
    months = np.arange(UNTIL + 1)
    values = {}
    for series in given.series.values():
        path = np.full((1, months.size), np.nan)
        for begin, end, value in zip(series.start, series.end, series.values, strict=True):
            path[0, int(begin) : max(int(np.ceil(end)), int(begin) + 1)] = value
        factor = wrong.get(series.entity, 1.0) if series.instrument == "ramp_firms" else 1.0
        values[(series.instrument, series.entity, series.geography)] = path * factor
    return Readings(np.zeros(1, np.intp), np.zeros(1, np.intp), months, values)


def monthly(given: Known) -> Known:
    """Return the series of which each point has a month of its own, so that readings can be exact."""
    kept = {key: item for key, item in given.series.items() if item.instrument in ("ramp_firms", "menlo_open_share")}
    return replace(given, series=kept)


def test_where_the_model_shows_what_was_seen_nothing_moves() -> None:
    given = monthly(known())
    lacks = Residuals(given, exact(given), lab_names()).shares("ramp_firms", ["OpenAI", "Anthropic"])
    assert set(lacks) == {"OpenAI", "Anthropic"}
    for gap, variance in lacks.values():
        np.testing.assert_allclose(gap, 0.0, atol=0.3)  # a month that two periods touch
        assert np.isfinite(variance).all()


def test_a_lab_that_shows_too_little_gains_strength_and_others_keep_theirs() -> None:
    given = monthly(known())
    first = start(given.halves, len(lab_names()))
    moved = improve(first, given, exact(given, Anthropic=0.3))
    labs = lab_names()
    anthropic, openai = labs.index("Anthropic"), labs.index("OpenAI")
    assert (moved.blocks["tasks"][:, anthropic] > 0.05).all()
    assert abs(moved.blocks["tasks"][:, openai]).max() < 0.15
    assert moved.routing.max() <= 0


def test_shrinkage_is_the_posterior_mean_of_a_walk() -> None:
    far = np.full(6, np.inf)
    assert shrunk(np.zeros(6), far).tolist() == [0.0] * 6
    one = far.copy()
    one[2] = 0.5
    target = np.zeros(6)
    target[2] = 3.0
    found = shrunk(target, one)
    prior_variance = 1.0 + 2 * 0.25  # the first value, and two steps of the walk
    assert found[2] == pytest.approx(3.0 * prior_variance / (prior_variance + 0.5))
    assert found[3:] == pytest.approx([found[2]] * 3)
    assert found[0] < found[1] < found[2]


def test_two_instruments_are_pooled_by_precision() -> None:
    both = pooled(
        {"A": (np.array([1.0, 2.0]), np.array([1.0, np.inf]))}, {"A": (np.array([4.0, 5.0]), np.array([2.0, 3.0]))}
    )
    gap, variance = both["A"]
    assert gap == pytest.approx([2.0, 5.0])
    assert variance == pytest.approx([2 / 3, 3.0])


def test_the_mean_of_the_last_estimates() -> None:
    one, two = start(2, 3), start(2, 3)
    two.blocks["coding"] += 2.0
    found = mean_of([one, two])
    assert (found.blocks["coding"] == 1.0).all()
    assert mean_over(np.array([[1.0, np.nan], [3.0, np.nan]]))[0] == 2.0


def test_an_inversion_runs_resumes_and_is_read(tmp_path: Path) -> None:
    """Two problems side by side: what is known later reaches later half-years; the same again gives the same bytes."""
    series = load()
    problems = {
        "early": Known({k: s for k, item in series.items() if (s := item.known_by(17)).size}, 17),
        "late": Known(series, UNTIL),
    }
    setting = Setting({"demand.gamma": 1.0}, enterprises=600, seeds=1, rounds=2)
    made = invert(problems, setting, tmp_path / "a", tmp_path / "out", Execution(kind="serial"), quiet=True)
    again = invert(problems, setting, tmp_path / "b", tmp_path / "out", Execution(kind="serial"), quiet=True)
    worlds = {name: Strengths.load(path).placed(load_world()) for name, path in made.items()}
    for name, path in made.items():
        assert path.read_bytes() == again[name].read_bytes()
    late, early = worlds["late"].strength_path, worlds["early"].strength_path
    assert late is not None
    assert early is not None
    assert late.months.tolist() == [HALF * k + 3 for k in range(6)]
    assert early.months.tolist() == [3, 9, 15]
    assert (late.table[..., TASKS.index("video"), :] == 0).all()
    assert np.abs(late.table).max() <= 6.0  # three utils from a base that is within three
    assert late.table.shape[1:] == (len(lab_names()), len(TASKS), len(CLASSES))


@pytest.mark.parametrize("month", ["2023-12", "2025-05"])
def test_the_policies_that_were_known(tmp_path: Path, month: str) -> None:
    """Nothing that began later is there, no later end, and the arm is its own yardstick."""
    path = policy_file(month_index(month), tmp_path)
    entries = yaml.safe_load(path.read_text())["entries"]
    assert entries
    for entry in entries:
        assert entry.get("from") is None or str(entry["from"])[:7] <= month
        assert entry.get("until") is None or str(entry["until"])[:7] <= month
    scenario = Scenario.load(path, history_until=month, horizon="2026-06")
    assert scenario.policy.base == "itself"
    whole = Scenario.load(history_until=month, horizon="2026-06")
    assert len(scenario.policy.entries) < len(whole.policy.entries)


def test_a_series_of_places_is_one_lack() -> None:
    given = known()
    shown: dict[str, Series] = {k: s for k, s in given.series.items() if s.instrument == "telemetry_deepseek"}
    assert len(shown) > 5
    path = np.full((1, UNTIL + 1), 0.5)
    cells = {("telemetry_deepseek", "DeepSeek", region): path for region in load_world().region_codes}
    readings = Readings(np.zeros(1, np.intp), np.zeros(1, np.intp), np.arange(UNTIL + 1), cells)
    gap, variance = Residuals(replace(given, series=shown), readings, lab_names()).regions(
        "telemetry_deepseek", "DeepSeek"
    )["DeepSeek"]
    assert gap[-1] == pytest.approx(np.mean([s.linked.mean() for s in shown.values()]))
    assert np.isinf(variance[:-1]).all()
    assert np.isfinite(variance[-1])
