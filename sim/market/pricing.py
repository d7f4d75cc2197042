"""Serving costs, host prices and price disutility.

E13  c_m = 2 g_s 1e15 / (MFU_s 989e12 3600) rent y^(-(t-t_L)/12),  g_s = (active x total)^.5
E14  p_H = c (1 + mu_h), or in the logit-Bertrand form c + p_0 / (alpha_h (1 - 1/n_h));  p_S = c / u_i + F_S / Q_i
E15  B(p) = ((p/p_0)^lam - 1) / lam,  p_0(t) = p_0L g_v^(-(t-t_L)/12);  a price of 0 counts as a floor share of p_0
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Floats

FLOPS_PER_MTOK = 2e15
"""FLOP per 10^6 tokens and 10^9 parameters (two per parameter and token)."""
H100_FLOPS_PER_HOUR = 989e12 * 3600
"""Dense BF16 FLOP of an H100-hour at full utilisation."""


def serving_cost(size: Floats, rent: Floats, utilisation: float, progress: Floats) -> Floats:
    """Return the serving cost of models in $/Mtok (E13).

    Args:
        size: effective size (active x total)^.5 in 10^9 parameters, shape (M, 1) or broadcastable.
        rent: $/H100e-hour by month, shape (T,).
        utilisation: MFU_s, share of peak FLOP that serving reaches.
        progress: efficiency relative to t_L by month, y^((t-t_L)/12), shape (T,).
    """
    hours = FLOPS_PER_MTOK * size / (utilisation * H100_FLOPS_PER_HOUR)
    return np.asarray(hours * rent / progress)


def host_price(cost: Floats, markup: float) -> Floats:
    """Return what hosts near marginal cost charge, $/Mtok (E14)."""
    return np.asarray(cost * (1.0 + markup))


def host_price_logit(cost: Floats, scale: Floats | float, sensitivity: float, hosts: float) -> Floats:
    """Return what n symmetric hosts of one model charge in the equilibrium of a linear logit, $/Mtok (E14).

    The mark-up falls to p_0/alpha_h with the number of hosts, not to 0: variety never vanishes (O23).

    Args:
        cost: serving cost, $/Mtok.
        scale: p_0, $/Mtok, broadcastable.
        sensitivity: alpha_h, of the choice among hosts, utils per p_0.
        hosts: n_h, above 1.
    """
    return np.asarray(cost + scale / (sensitivity * (1.0 - 1.0 / hosts)))


def self_host_price(cost: Floats, utilisation: float, fixed: float, volume: Floats) -> Floats:
    """Return the full cost of self-hosting, $/Mtok (E14).

    Args:
        cost: serving cost at full utilisation, $/Mtok.
        utilisation: u_i of the firm's own fleet.
        fixed: F_S, $/mo.
        volume: Q_i, the firm's own monthly volume, Mtok/mo.
    """
    return np.asarray(cost / utilisation + fixed / volume)


def price_scale(t: float, level: float, decline: float, t_level: int) -> float:
    """Return p_0(t) in $/Mtok (E15)."""
    return float(level * decline ** (-(t - t_level) / 12))


def price_disutility(price: Floats, scale: float, curvature: float, floor: float) -> Floats:
    """Return the Box-Cox price index B(p), dimensionless (E15).

    Args:
        price: $/Mtok; prices below ``floor * scale`` count as that.
        scale: p_0, $/Mtok.
        curvature: lam; 0 is the logarithm, 1 the linear case.
        floor: share of p_0 that a price of 0 counts as.
    """
    ratio = np.maximum(price / scale, floor)
    if curvature == 0.0:
        return np.asarray(np.log(ratio))
    return np.asarray((_power(ratio, curvature) - 1.0) / curvature)


def _power(x: Floats, exponent: float) -> Floats:
    if exponent == 0.25:
        return np.asarray(np.sqrt(np.sqrt(x)))
    if exponent == 0.5:
        return np.asarray(np.sqrt(x))
    return np.asarray(x if exponent == 1.0 else x**exponent)
