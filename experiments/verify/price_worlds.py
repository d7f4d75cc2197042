"""Limit worlds whose prices are free to move: identical closed labs, and open weights at hosts (O3 to O7, O23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.verify.toolkit import run, scenario, series, shares, world
from sim import Trajectory

COST, ALPHA, VALUE = 0.4, 1.5, 2.0
TASKS = {f"population.{who}_{what}": 0.0 for who in ("task", "developer") for what in ("coding", "documents", "local")}
MARKET: dict[str, Any] = {
    **TASKS,
    "population.task_assistant": 1.0,
    "population.developer_assistant": 1.0,
    "demand.price_sensitivity": ALPHA,
    "demand.outside": 0.0,
    "prices.curvature": 1.0,
    "prices.scale": 1.0,
    "prices.scale_decline": 1.0,
    "prices.serving_progress": 1.0,
    "prices.host_markup": 0.0,
    "markup.constants_half_life": 1e-3,
    "markup.adjustment": 0.6,
    "usage.growth": 1.0,
}
"""Text slots only, costs and p_0 constant at 1, constants of the hand-over gone at once, mark-ups free to move."""
POTENTIAL = 5e8 / 0.25
"""Tokens of all slots, filled or not, Mtok/mo (T0/F_L of E22)."""
ONLY_HOSTS = {"US": {"US": {"S": 1.0}}}
"""Nobody hosts for itself."""


def strength(value: float, alpha: float = ALPHA) -> float:
    """Return xi that makes utility ``value`` - alpha p, since B(p) = p - 1 where lam = 1 and p_0 = 1."""
    return value - alpha


def rival(value: float, alpha: float = ALPHA, cost: float = COST) -> dict[str, Any]:
    """Return an open lab that sells at cost through hosts alone and is worth ``value`` net of that price."""
    return {"cost": cost, "mode": "open", "blocked": ["world"], "strength": strength(value + alpha * cost, alpha)}


def settled(
    labs: Mapping[str, Mapping[str, Any]],
    params: Mapping[str, Any] | None = None,
    months: int = 60,
    keys: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Trajectory:
    """Run a market of free prices until they stand still."""
    where = world(labs, **({"pricing": "market", "bans": ONLY_HOSTS} | dict(keys or {})))
    return run(scenario(where, months, MARKET | dict(params or {}), **({"enterprises": 4} | settings)))


def price(trajectory: Trajectory, lab: str) -> float:
    """Return the last list price of a lab, $/Mtok."""
    return float(series(trajectory, "price_list", "lab_flagship", lab)[-1])


def bought(trajectory: Trajectory, lab: str) -> float:
    """Return the part of all slots' tokens that a lab serves in the last month."""
    return float(shares(trajectory)[lab][-1] * series(trajectory, "tokens")[-1]) / POTENTIAL


def earned(trajectory: Trajectory) -> float:
    """Return the profit of the first lab in the last month, $ per Mtok of all slots."""
    return float(trajectory.supply.profit[-1, 0]) * 1e6 / POTENTIAL


def identical(n: int, value: float = VALUE, **entry: Any) -> dict[str, dict[str, Any]]:
    """Return n identical closed labs."""
    one = {"cost": COST, "price": 2.0 * COST, "strength": strength(value)}
    return {f"L{k}": one | entry for k in range(n)}
