"""What tasks need (E19): the mean requirement of text slots, month by month, whatever a policy does to supply."""

from __future__ import annotations

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.market.arrays import Floats
from sim.parameters import Parameters
from sim.world import World

WINDOW, LAG = 24, 12
"""Months of the trailing slope of the frontier, and how far requirements follow behind it."""


def requirement_path(world: World, parameters: Parameters, handover: int, n_months: int) -> Floats:
    """Return req(t) without its spread, ECI, shape (n_months,).

    In replay q_L + offset + g_req (t - t_L)/12; after the hand-over it follows the slope of the best capability over
    24 months, 12 months before, read from the data as they were (a policy must not move what tasks need). A world
    without history has no frontier before its start; there it grew by `research.residual_growth`.
    """
    demand = parameters.demand
    t = np.arange(n_months)
    path = demand.requirement + demand.requirement_offset + demand.requirement_growth * (t - LEVELS_MONTH) / 12
    best = _frontier(world, handover, n_months)
    if world.stylised is not None:
        best = _without_history(best, handover, parameters.research.residual_growth)
    for month in range(handover + 1, n_months):
        end, begin = max(month - LAG, 0), max(month - LAG - WINDOW, 0)
        slope = (best[end] - best[begin]) / max(end - begin, 1)
        path[month] = path[month - 1] + demand.requirement_follow * slope
    return np.asarray(path)


def _without_history(best: Floats, start: int, growth: float) -> Floats:
    """Return the frontier of a world without history: before its start as if it had grown by ``growth`` a year."""
    before = start - np.arange(best.size)
    return np.where(before > 0, best[start] - growth * before / 12, best)


def _frontier(world: World, handover: int, n_months: int) -> Floats:
    video = {line.name for line in world.lines if line.video}
    best = np.full(n_months, -np.inf)
    for model in world.models:
        if model.line not in video and model.month <= handover:
            best[max(model.month, 0) :] = np.maximum(best[max(model.month, 0) :], model.q)
    return best
