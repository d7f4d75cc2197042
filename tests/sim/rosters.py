"""A small world without history, with any of its keys changed."""

from __future__ import annotations

from typing import Any

from sim import Scenario
from sim.trajectory import Trajectory

LABS: dict[str, Any] = {
    "A": {"home": "US", "q": 150, "cost": 0.4, "fund": 100},
    "B": {"home": "CN", "q": 140, "active": 20, "fund": 10, "mode": "open"},
}
SMALL: dict[str, Any] = {
    "name": "small",
    "history": "none",
    "base": "none",
    "attitudes": "none",
    "regions": {"US": {"adoption": 0.5}, "CN": {"adoption": 0.5}},
    "labs": LABS,
}


def world(**changes: Any) -> dict[str, Any]:
    """Return a small world with some keys changed."""
    return SMALL | changes


def lab(**changes: Any) -> dict[str, Any]:
    """Return the small world with lab A changed."""
    return world(labs=LABS | {"A": LABS["A"] | changes})


def scenario(given: Any = SMALL, horizon: str = "2026-06", **changes: Any) -> Scenario:
    """Return a short scenario of a world."""
    return Scenario.load(world=given, **({"horizon": horizon, "enterprises": 60} | changes))


def by_lab(run: Trajectory, measure: str = "token_share") -> dict[str, float]:
    """Return the last month of a measure by lab."""
    rows = run.frame(measure)
    rows = rows[(rows.segment == "world") & (rows.by == "lab") & (rows.month == run.months[-1])]
    return dict(zip(rows.key, rows.value, strict=True))
