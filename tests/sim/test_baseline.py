"""Which runs need the status quo of their draw, and how many are kept (see test_supply.py for its use)."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest
from projected import UNTIL, projection

from sim import baseline
from sim.supply import Baseline


def test_only_policies_beyond_the_hand_over_need_one() -> None:
    assert not baseline.needs_baseline(projection())
    assert baseline.needs_baseline(projection({"release_mode.US": "open@2024-08"}))
    assert not baseline.needs_baseline(projection({"model_ban.US.CN": "1@2024-02"}, horizon=UNTIL))


def test_the_status_quo_of_a_scenario_keeps_all_else() -> None:
    scenario = projection({"release_mode.US": "open@2024-08"}, {"demand.gamma": 2.0})
    quiet = baseline.status_quo_of(scenario)
    assert quiet.digest() == projection(params={"demand.gamma": 2.0}).digest()


def test_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "_CACHE", OrderedDict())
    found = Baseline(np.zeros((1, 1)), np.zeros(1), np.zeros(4), np.ones(4))
    for seed in range(baseline.KEPT + 3):
        baseline.remember(("x", seed), found)
    assert len(baseline._CACHE) == baseline.KEPT
    assert ("x", 2) not in baseline._CACHE and ("x", 3) in baseline._CACHE
