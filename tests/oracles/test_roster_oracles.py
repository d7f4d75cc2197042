"""Exact answers met by whole runs of small rosters (docs/model.md, section 9)."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest
from rosters import by_lab
from scipy.special import lambertw
from worlds import FLAT

from sim import MarketModel, Scenario, simulate
from sim.trajectory import Trajectory

NEUTRAL = FLAT | {
    "demand.price_sensitivity_sd": 0.0,
    "demand.quality_sensitivity_sd": 0.0,
    "demand.dissimilarity": 1.0,
    "demand.review": 1.0,
    "demand.review_developer": 1.0,
    "demand.innovation": 0.0,
    "demand.imitation": 0.0,
}
LINEAR = NEUTRAL | {
    "demand.price_sensitivity": 1.5,
    "demand.price_sensitivity_bulk": 1.0,
    "demand.price_sensitivity_special": 1.0,
    "demand.price_sensitivity_developer": 1.0,
    "demand.outside": 0.0,
    "prices.curvature": 1.0,
    "prices.scale": 1.0,
    "prices.scale_decline": 1.0,
    "prices.serving_progress": 1.0,
    "markup.constants_half_life": 0.01,
    "markup.adjustment": 1.0,
}
ALONE: dict[str, Any] = {
    "history": "none",
    "base": "none",
    "attitudes": "none",
    "regions": {"R": {"bloc": "US", "gdp": 1, "adoption": 1}},
    "releases": "none",
    "compute": "fixed",
}


def oracle(params: dict[str, Any], horizon: str = "2026-06", **keys: Any) -> Trajectory:
    """Return a run of one region in expected mode."""
    given = Scenario.load(world=ALONE | keys, params=params, horizon=horizon, enterprises=40, choice="expected")
    return simulate(given, seed=0)


def test_o1_shares_are_a_softmax() -> None:
    labs = {
        name: {"home": "R", "q": 150, "cost": 0.4, "strength": v, "compute": 1.0}
        for name, v in zip("ABCD", (1.0, 0.5, 0.0, 0.0), strict=True)
    }
    run = oracle(NEUTRAL | {"demand.outside": -50.0}, labs=labs, pricing="fixed")
    expected = dict(zip("ABCD", (0.426933, 0.258948, 0.157060, 0.157060), strict=True))
    assert by_lab(run) == pytest.approx(expected, abs=5e-7)


def test_o2_identical_channels() -> None:
    labs = {
        "A": {"home": "R", "q": 150, "cost": 0.4, "mode": "open", "blocked": ["world"], "compute": 1.0},
        "B": {"home": "R", "q": 150, "cost": 0.4, "compute": 1.0},
    }
    params = NEUTRAL | {"demand.outside": -50.0, "demand.dissimilarity": 0.5}
    run = oracle(params, labs=labs, pricing="fixed", init={"shares": {"A": 0.5, "B": 0.5}})
    assert by_lab(run)["A"] == pytest.approx(2**0.5 / (2**0.5 + 1), abs=1e-8)


def test_o3_one_closed_lab_with_a_linear_price() -> None:
    labs = {"A": {"home": "R", "q": 150, "cost": 0.4, "price": 1.0, "strength": 2.0 - 1.5, "compute": 1.0}}
    run = oracle(LINEAR, "2033-12", labs=labs)
    prices = run.frame("price_list")
    last = prices[(prices.by == "lab_flagship") & (prices.month == "2033-12")].value.iloc[0]
    assert last == pytest.approx(0.4 + (1 + lambertw(exp(2 - 1 - 0.6)).real) / 1.5, abs=1e-8)


def test_o9_a_gap_closes_to_its_limit() -> None:
    labs = {
        "F": {"home": "R", "q": 140, "cost": 0.4, "compute": 1.0},
        "L": {"home": "R", "q": 150, "cost": 0.4, "compute": 2 ** (1 / 0.6)},
    }
    params = {
        **{"research.progress": 0.0916, "research.fishing_out": 0.0, "research.sharing": 0.0},
        **{"research.spill_all": 0.05, "research.spill_open": 0.0, "research.spill_api": 0.0},
    }
    run = oracle(NEUTRAL | params, "2031-01", labs=labs, init={"knowledge": {"F": 0.0, "L": 0.0}})
    gap = run.supply.knowledge[:, 1] - run.supply.knowledge[:, 0]
    assert gap == pytest.approx(0.916 * (1 - 0.95 ** np.arange(gap.size)), abs=1e-12)


def test_o28_stationary_gaps_of_the_stylised_roster() -> None:
    model = MarketModel(Scenario.load(world="stylised", horizon="2026-02", enterprises=60))
    gaps = dict(zip(model.world.lab_names, model.supply.past.gaps.tolist(), strict=True))
    expected = {
        **{"US-1": 0.0, "US-2": -0.137, "US-3": 0.0, "US-4": -0.137, "CN-1": -0.967, "CN-2": -1.16},
        **{"CN-3": -1.286, "CN-4": -1.286, "CN-5": -1.191, "AL-1": -0.973},
    }
    assert gaps == pytest.approx(expected, abs=1e-3)
