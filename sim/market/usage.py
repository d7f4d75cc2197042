"""Tokens and payments.

E22  tokens_i = w_i (T0/F_L) g_T^(t-t_L) (pbar_i/pbar_L)^(-eta), split over the slots by task weight;
     pbar_i is the smoothed paid price, from the first paid price on
E24  revenue of a lab: first-party tokens x price; hosts' and self-hosts' spending goes to them
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Floats


def token_volume(weight: Floats, price: Floats, level: float, price_level: float, elasticity: float) -> Floats:
    """Return each enterprise's tokens in Mtok/mo if it has adopted (E22).

    Args:
        weight: w_i; sums to 1 over all enterprises.
        price: pbar_i, $/Mtok, NaN where nothing was paid yet (the reference price is used).
        level: (T0/F_L) g_T^(t-t_L), Mtok/mo.
        price_level: pbar_L, $/Mtok.
        elasticity: eta.
    """
    ratio = np.where(np.isnan(price), 1.0, price / price_level)
    return np.asarray(weight * level * ratio**-elasticity)


def smooth_price(price: Floats, paid: Floats, smoothing: float, floor: float) -> Floats:
    """Return pbar_i a month later; NaN in ``paid`` leaves it, NaN in ``price`` starts it at the first paid price."""
    seen = np.maximum(paid, floor)
    moved = np.where(np.isnan(price), seen, price + smoothing * (seen - price))
    return np.where(np.isnan(paid), price, moved)
