"""First-party closed prices: best response to the mixed-logit demand of those who choose anew.

E16  p_m = c_m + k_l M_l p_0^lam p_m^(1-lam),  M_l = Q_l / |dQ_l/dB|,
     all own-API disutilities of the lab moving together
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Floats

LIMIT = 20.0
"""A price is at most this many times cost."""


def demand_slope(lab: Floats, own: Floats, alpha: Floats, weight: Floats, rho: float) -> tuple[Floats, Floats]:
    """Return Q_l and |dQ_l/dB| of each lab (analytic derivative of the nested logit).

    With P the probability of the nest and s the share of the own API inside it, a common rise of B by 1 on all own-API
    options lowers V by alpha there, so d(P s) = -alpha [P (1-P) s^2 + P s (1-s)/rho].

    Args:
        lab: P by nest and slot, shape (L, S).
        own: s by nest and slot, shape (L, S).
        alpha: price sensitivity, shape (S,).
        weight: tokens, shape (S,).
        rho: dissimilarity.
    """
    demand = lab * own
    slope = alpha * (demand * own * (1.0 - lab) + demand * (1.0 - own) / rho)
    return np.asarray((weight * demand).sum(axis=1)), np.asarray((weight * slope).sum(axis=1))


def best_response(cost: Floats, markup: Floats, scale: float, curvature: float) -> Floats:
    """Return p that solves p = c + M p_0^lam p^(1-lam), within [c, 20 c] (E16).

    Newton's method from the upper limit: p less the right side is convex, so it falls to the solution without a swing;
    where it is negative at the limit there is no solution below it, and the limit holds.

    Args:
        cost: c_m, $/Mtok.
        markup: k_l M_l, in units of B.
        scale: p_0, $/Mtok.
        curvature: lam.
    """
    least = np.maximum(cost, 1e-12)
    factor, price = markup * scale**curvature, LIMIT * least
    for _ in range(40):
        gap = price - least - factor * price ** (1.0 - curvature)
        slope = 1.0 - (1.0 - curvature) * factor * price**-curvature
        price = np.where(gap <= 0.0, price, price - gap / np.where(gap <= 0.0, 1.0, slope))
    return np.asarray(np.clip(price, cost, LIMIT * cost))
