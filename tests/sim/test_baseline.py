"""Which runs need the status quo of their draw, and how many are kept (see test_supply.py for its use)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from projected import SEED, UNTIL, projection

from sim import baseline
from sim.running import simulate
from sim.supply import Baseline


def test_only_policies_beyond_the_hand_over_need_one() -> None:
    assert not baseline.needs_baseline(projection())
    assert baseline.needs_baseline(projection({"release_mode.US": "open@2024-08"}))
    assert not baseline.needs_baseline(projection({"model_ban.US.CN": "1@2024-02"}, horizon=UNTIL))


def test_the_status_quo_of_a_scenario_keeps_all_else() -> None:
    scenario = projection({"release_mode.US": "open@2024-08"}, {"demand.gamma": 2.0})
    quiet = baseline.status_quo_of(scenario)
    assert quiet.digest() == projection(params={"demand.gamma": 2.0}).digest()


def test_whatever_holds_something_needs_one() -> None:
    for horizon in (UNTIL, "2024-08"):
        held = projection(hold="price", horizon=horizon)
        assert baseline.needs_baseline(held)
        assert baseline.status_quo_of(held) == projection(horizon=horizon)


SHORT: dict[str, Any] = {"horizon": "2024-08", "enterprises": 52}


def test_paths_are_recorded_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A baseline without paths does for a policy; what holds something has the status quo run again, once."""
    monkeypatch.setattr(baseline, "_CACHE", OrderedDict())
    policy = {"release_mode.US": "open@2024-08"}
    plain = baseline.baseline_of(projection(policy, **SHORT), SEED)
    assert plain is not None and plain.paths is None
    held = baseline.baseline_of(projection(policy, hold="price", **SHORT), SEED)
    assert held is not None and held.paths is not None and held is not plain
    assert held.profit.tobytes() == plain.profit.tobytes()
    assert baseline.baseline_of(projection(policy, hold="bans", **SHORT), SEED) is held
    assert baseline.baseline_of(projection(policy, **SHORT), SEED) is held
    assert len(baseline._CACHE) == 1


def test_a_run_of_the_status_quo_does_not_lose_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "_CACHE", OrderedDict())
    held = baseline.baseline_of(projection(hold="price", **SHORT), SEED)
    simulate(projection(**SHORT), SEED)
    again = baseline.baseline_of(projection(hold="price", **SHORT), SEED)
    assert held is not None and again is not None and held.paths is again.paths is not None


def test_a_given_baseline_without_paths_does_not_do() -> None:
    scenario = projection({"release_mode.US": "open@2024-08"}, hold="price", **SHORT)
    given = Baseline(np.zeros((20, 33)), np.zeros(33), np.zeros(4), np.ones(4))
    assert baseline.baseline_of(scenario, SEED, given=given) is not given
    found = baseline.baseline_of(scenario, SEED)
    assert found is not None and baseline.baseline_of(scenario, SEED + 1, given=found) is found


def test_paths_of_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "_CACHE", OrderedDict())
    found = baseline.baseline_of(projection(hold="price", **SHORT), SEED)
    assert found is not None and found.paths is not None
    for seed in range(baseline.KEPT_PATHS):
        baseline.remember(("x", seed), replace(found))
    kept = [each.paths is not None for each in baseline._CACHE.values()]
    assert kept == [False] + [True] * baseline.KEPT_PATHS
    assert found.paths is not None


def test_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "_CACHE", OrderedDict())
    found = Baseline(np.zeros((1, 1)), np.zeros(1), np.zeros(4), np.ones(4))
    for seed in range(baseline.KEPT + 3):
        baseline.remember(("x", seed), found)
    assert len(baseline._CACHE) == baseline.KEPT
    assert ("x", 2) not in baseline._CACHE and ("x", 3) in baseline._CACHE
