"""What a future brings to a run: capability jumps, price wars, compute, trust incidents (section 6)."""

from __future__ import annotations

import numpy as np

from sim.futures import Future, Shock
from sim.market.arrays import Bools, Floats
from sim.world import BLOCS, World


def labs_in(shock: Shock, world: World) -> Bools:
    """Return the labs that a shock names, shape (L,)."""
    return np.array([name in shock.who for name in world.lab_names])


def capability_jump(future: Future, world: World, t: int) -> Floats:
    """Return the ECI that jumps up to month t have added to what each lab finishes, shape (L,)."""
    total = np.zeros(len(world.lab_names))
    for shock in future.shocks:
        if shock.kind == "capability_jump" and shock.start <= t:
            total += shock.value * labs_in(shock, world)
    return total


def price_war(future: Future, world: World, t: int) -> Bools:
    """Return the labs that sell at cost in month t, shape (L,)."""
    war = np.zeros(len(world.lab_names), dtype=bool)
    for shock in future.shocks:
        if shock.kind == "price_war" and shock.start <= t and (shock.until is None or t <= shock.until):
            war |= labs_in(shock, world)
    return war


def trust_incident(future: Future, t: int) -> Floats:
    """Return the utils that incidents of month t add to distrust of each developer bloc, shape (4,)."""
    return _by_bloc(future, "trust_incident", t)


def extra_compute(future: Future, n_months: int) -> Floats:
    """Return the share of each bloc's stock that is added in each month, shape (T, 4)."""
    return np.array([_by_bloc(future, "compute", t) for t in range(n_months)])


def _by_bloc(future: Future, kind: str, t: int) -> Floats:
    total = np.zeros(len(BLOCS))
    for shock in future.shocks:
        if shock.kind == kind and shock.start == t:
            total += shock.value * np.array([bloc in shock.who for bloc in BLOCS])
    return total
