"""Limit worlds and limit parameters: what all oracles build on. Every run goes through the public API of ``sim``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim import MarketModel, Scenario, Trajectory, simulate
from sim.calendar import month_index, month_name

START = "2026-01"
REGION = {"US": {"bloc": "US", "gdp": 1.0}}
FLAT: dict[str, Any] = {
    "demand.price_sensitivity": 0.0,
    "demand.price_sensitivity_sd": 0.0,
    "demand.price_sensitivity_bulk": 1.0,
    "demand.price_sensitivity_special": 1.0,
    "demand.price_sensitivity_developer": 1.0,
    "demand.quality_sensitivity": 0.0,
    "demand.lab_taste_sd": 0.0,
    "demand.closed_premium": 0.0,
    "demand.closed_premium_developer": 0.0,
    "demand.gamma": 0.0,
    "demand.switching_cost": 0.0,
    "demand.channel_cost": 0.0,
    "demand.review": 1.0,
    "demand.review_developer": 1.0,
    "demand.dissimilarity": 1.0,
    "demand.outside": -50.0,
    "trust.incident_hazard": 0.0,
    "usage.price_elasticity": 0.0,
    "prices.host_variety": 0.0,
}
"""Every effect set to zero: plain logit among labs, everybody reviews every month, nobody stays outside."""


def world(labs: Mapping[str, Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return a world of one region whose market stands still: no attitudes, fixed prices and compute, no releases.

    Args:
        labs: name to what differs from a closed lab with one model of cost 1 $/Mtok.
        changes: keys of the world.
    """
    usual = {"home": "US", "q": 150, "cost": 1.0, "compute": 1000.0, "mode": "closed"}
    given: dict[str, Any] = {
        "name": "oracle",
        "history": "none",
        "start": START,
        "base": "none",
        "regions": REGION,
        "adoption": 1.0,
        "attitudes": "none",
        "compute": "fixed",
        "pricing": "fixed",
        "releases": "none",
        "labs": {name: {**usual, **entry} for name, entry in labs.items()},
    }
    return given | changes


def scenario(
    where: Mapping[str, Any], months: int, params: Mapping[str, Any] | None = None, **settings: Any
) -> Scenario:
    """Return the scenario of a limit world that runs for some months after its first.

    Args:
        where: the world, as ``world`` returns it.
        months: months after the start.
        params: parameters on top of ``FLAT``.
        settings: further arguments of ``Scenario.load``; by default expected mode with the fewest enterprises.
    """
    given: dict[str, Any] = {"choice": "expected", "enterprises": 52, "policy": (), "strategy": "fixed"}
    start = month_index(str(where["start"]))
    given |= {"horizon": month_name(start + months), "world": where, "params": FLAT | dict(params or {})}
    return Scenario.load(**(given | settings))


def run(what: Scenario, seed: int = 0) -> Trajectory:
    """Run a scenario."""
    return simulate(what, seed)


def model(what: Scenario, seed: int = 0) -> MarketModel:
    """Return the model of a scenario after its last month."""
    market = MarketModel(what, rng=seed)
    while market.t < market.n_months:
        market.step()
    market.close()
    return market


def shares(trajectory: Trajectory, measure: str = "token_share") -> dict[str, np.ndarray]:
    """Return a share by lab over all users, each of shape (months,)."""
    frame = trajectory.frame(measure)
    rows = frame[(frame.segment_kind == "world") & (frame.by == "lab")]
    return {str(lab): part.value.to_numpy(float) for lab, part in rows.groupby("key", sort=False)}


def series(trajectory: Trajectory, measure: str, by: str = "total", key: str = "total") -> np.ndarray:
    """Return one cell of a measure over all users, shape (months,)."""
    frame = trajectory.frame(measure)
    rows = frame[(frame.segment_kind == "world") & (frame.by == by) & (frame.key == key)]
    return rows.value.to_numpy(float)
