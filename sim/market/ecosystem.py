"""The stock that applications are built on.

E23  G_l(t+1) = (1 - delta_G) G_l + (share of the month's tokens) x (omega_open if the weights are public, else 1)
     e_l = G_l / sum G (0 for all while there is no use);  eco(l) = gamma e_l, or theta_e ln e_l
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Floats


def next_stock(stock: float, closed_share: float, open_share: float, depreciation: float, open_weight: float) -> float:
    """Return one family's stock a month later, in share-months (E23)."""
    return (1.0 - depreciation) * stock + closed_share + open_weight * open_share


def standard_index(stock: Floats) -> Floats:
    """Return e_l, each family's share of the whole stock, shape (L,); all 0 while there is no use."""
    total = float(sum(stock.tolist()))
    return stock / total if total > 0 else np.zeros_like(stock)


def ecosystem_utility(index: Floats, gamma: float, form: str, log_weight: float) -> Floats:
    """Return eco(l) in utils, shape (L,)."""
    if form == "log":
        return np.asarray(log_weight * np.log(np.maximum(index, 1e-12)))
    return gamma * index
