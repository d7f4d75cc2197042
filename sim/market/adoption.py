"""Adoption and awareness.

E17  hazard of adoption 1 - exp(-(p_B + q_B F_r + push)/12);
     awareness of a model: release month + Geometric(1 - exp(-omega)), support 0, 1, 2, ...
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Floats, Ints


def adoption_hazard(innovation: float, imitation: Floats, adopted: Floats, push: Floats) -> Floats:
    """Return the monthly probability of adopting (E17), in the broadcast shape of the arguments.

    Args:
        innovation: p_B, 1/yr.
        imitation: q_B by class, 1/yr.
        adopted: F of the region.
        push: adoption push of the region, 1/yr.
    """
    return np.asarray(-np.expm1(-np.maximum(innovation + imitation * adopted + push, 0.0) / 12.0))


def awareness_lag(wait: Floats, hazard: float, cap: int) -> Ints:
    """Return the months until an enterprise hears of a model, from standard exponential draws.

    floor(wait / omega) is geometric with success probability 1 - exp(-omega).
    """
    return np.minimum(wait / hazard, float(cap)).astype(np.int8).astype(np.intp)
