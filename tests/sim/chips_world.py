"""Small worlds of chips: levers by name, constant histories, paths."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from sim.chip_maker import Maker
from sim.chip_path import ChipPath
from sim.chip_series import ChipSeries, load_chips
from sim.parameters_supply import Chips
from sim.policy import BASE, Policy
from sim.supply_levers import SupplyLevers, compile_supply
from sim.tables import load_world

MONTHS = 96
HANDOVER = 42
STOP = slice(27, 30)
"""The quarter of the stop of April 2025: 7,613 chips a month of before it stand against a quota of 0 in history."""
EMPTY = ChipSeries(*(np.zeros(0) for _ in range(4)))
"""A world without history."""


@lru_cache(maxsize=1)
def status_quo() -> SupplyLevers:
    """The levers of the real world."""
    return compile_supply(Policy.load(BASE), load_world(), MONTHS, HANDOVER)


@lru_cache(maxsize=4)
def no_levers(months: int = MONTHS) -> SupplyLevers:
    """No policy at all."""
    return SupplyLevers.none(load_world(), months)


def with_levers(levers: SupplyLevers, since: int = 0, bloc: int | None = None, **values: Any) -> SupplyLevers:
    """Return levers with some set from a month on, for one bloc where they go by bloc."""
    changed = {}
    for name, value in values.items():
        array = getattr(levers, name).copy()
        array[since:] = value if bloc is None else array[since:]
        if bloc is not None:
            array[since:, bloc] = value
        changed[name] = array
    return replace(levers, **changed)


def make(levers: SupplyLevers, baseline: ChipPath | None = None, months: int = MONTHS, **options: Any) -> ChipPath:
    """Return a path; ``series``, ``handover`` and parameters by name."""
    series = options.pop("series", None) or load_chips()
    handover = options.pop("handover", HANDOVER)
    return Maker(Chips(**options), levers, series, handover, baseline).make(months)


@lru_cache(maxsize=1)
def history() -> ChipPath:
    """The path of status_quo."""
    return make(status_quo())


@dataclass(frozen=True)
class Settings:
    """Parameters with nothing but chips."""

    chips: Chips = field(default_factory=Chips)
