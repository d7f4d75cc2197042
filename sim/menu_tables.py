"""What labs, places and licences are worth in a month's menu (E19), whatever the release."""

from __future__ import annotations

import numpy as np

from sim.history import Offers
from sim.market.arrays import Floats
from sim.market.choice import CHANNELS
from sim.parameters import Parameters
from sim.world import CLASSES, World


def base_utility(world: World, parameters: Parameters, t: int, eco: Floats, tau: Floats) -> Floats:
    """Return fit + xi + eco - tau of month t by (lab, channel) and (region, class, task), shape (3L, R K N)."""
    demand = parameters.demand
    fit = demand.fit_scale * world.fit.transpose(1, 0, 2)[:, None, :, None, :]
    xi = demand.xi_scale * world.strengths_at(t).transpose(0, 2, 1)[:, None, None, :, :]
    table = fit + xi + eco[:, None, None, None, None] - tau[..., None]
    return np.asarray(table.reshape(table.shape[0] * CHANNELS, -1))


def premiums(offers: Offers, parameters: Parameters, fade: float) -> tuple[Floats, Floats]:
    """Return the alignment penalty, with psi_closed and without, by model and (class, class in CN), (M + 1, 2K)."""
    demand = parameters.demand
    by_class = np.full(len(CLASSES), demand.closed_premium)
    by_class[CLASSES.index("developer")] = demand.closed_premium_developer
    closed = np.append(offers.closed, False)[:, None] * by_class * fade
    aligned = np.append(offers.aligned, 0.0)[:, None] * parameters.trust.alignment
    none = np.zeros_like(closed)
    return np.concatenate([closed - aligned, closed], axis=1), np.concatenate([none - aligned, none], axis=1)
