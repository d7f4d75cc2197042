"""Short runs beyond an early hand-over, kept for all tests of a process, and how to compare their supply sides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np

from sim.calendar import month_index
from sim.model import MarketModel
from sim.scenario import Scenario

UNTIL, HORIZON = "2024-06", "2025-03"
T_H = month_index(UNTIL)
AFTER = T_H + 1
SEED = 3
BUYS = "chip_import_limit.CN"
LAST = month_index(HORIZON)
CHIPS = {"chip_export_quota.US.CN": "0@2023-06", "enforcement.US.CN": "1@2023-06"}
"""China gets no US chips, in the past and ever after: rent, and with it prices, compute and knowledge, move."""
CLOSING = {"release_mode.CN": "closed@2024-02"}


def projection(levers: dict[str, str] | None = None, params: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """Return a scenario that is replayed for eighteen months and projected for nine."""
    given: dict[str, Any] = {"history_until": UNTIL, "horizon": HORIZON, "enterprises": 100}
    return Scenario.load(levers=levers or {}, params=params or {}, **(given | changes))


def ran(scenario: Scenario, seed: int = SEED, reverse: bool = False) -> MarketModel:
    """Return the model after its last month."""
    market = MarketModel(scenario, rng=seed, reverse=reverse)
    while market.t < market.n_months:
        market.step()
    market.close()
    return market


@lru_cache(maxsize=32)
def arm(levers: tuple[tuple[str, str], ...] = (), **changes: Any) -> MarketModel:
    """Return a run under some levers, run once."""
    return ran(projection(dict(levers), **changes))


def held_run(levers: dict[str, str], hold: tuple[str, ...] = (), **changes: Any) -> MarketModel:
    """Return a run under some levers that holds mechanisms at the status quo."""
    return ran(projection(levers, hold=hold, **changes))


def under(**levers: str) -> MarketModel:
    """Return the run under levers written lever__actor__target=value."""
    return arm(tuple(sorted((key.replace("__", "."), value) for key, value in levers.items())))


def quiet() -> MarketModel:
    """Return the status quo."""
    return arm()


SERIES = ("knowledge", "compute", "expected", "budget", "rent", "used", "ration", "mode")
BY_ROW = ("month", "lab", "line", "opened", "closed", "abroad", "wait", "q", "size", "active", "usable_until")
BY_MONTH = ("own_price", "host_price", "cost", "own", "weights")


def supply_differs(one: MarketModel, two: MarketModel, before: int | None = None) -> list[str]:
    """Return the arrays of the supply side and of the catalogue that differ by a bit in the months before a month."""
    names = []
    for name in SERIES:
        a, b = (getattr(market.supply, name)[:before] for market in (one, two))
        names += [name] * (a.tobytes() != b.tobytes())
    for item in fields(one.supply.chips.path):
        a, b = (getattr(market.supply.chips.path, item.name) for market in (one, two))
        if isinstance(a, np.ndarray):
            names += [item.name] * (a[:before].tobytes() != b[:before].tobytes())
    for name in BY_MONTH:
        a, b = (getattr(market.offers, name)[:, :before] for market in (one, two))
        names += [name] * (a.shape != b.shape or a.tobytes() != b.tobytes())
    if before is None:
        names += [name for name in BY_ROW if _row(one, name) != _row(two, name)]
    return names


def _row(market: MarketModel, name: str) -> bytes:
    return bytes(getattr(market.offers, name).tobytes())


def labs_of(market: MarketModel, bloc: str) -> np.ndarray:
    """Return which labs are at home in a bloc."""
    return np.array([home == bloc for home in market.world.lab_blocs])


def new_models(market: MarketModel) -> list[int]:
    """Return the models that were released after the hand-over."""
    rows: Iterable[int] = np.flatnonzero((market.offers.month > T_H) & (market.offers.month < market.n_months))
    return [int(k) for k in rows]
