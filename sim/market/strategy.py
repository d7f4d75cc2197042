"""How labs learn which release mode pays.

E27  Pi_s = (1/H) sum_h delta^h [(GP_s + theta spend_s)/RD + (b_state tau 1[CN] + sub_open) 1[open]]
            - v_spill sigma_o sum_rivals (a_l - a_j)+  (open weights only)
E28  N' = rho_N N + 1;  A_s' = (phi N A_s + (delta_E + (1-delta_E) 1[s chosen]) (Pi_s - mean Pi))/N'
E29  P_s proportional to h_s exp(lam_Q A_s) over the admissible modes
(Camerer and Ho 1999; McKelvey and Palfrey 1995)
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Bools, Floats

MODES = ("closed", "open", "delayed", "tiered")


def ramp_weights(horizon: int, discount: float, review: float) -> tuple[float, float]:
    """Return the weights of the stationary and of the present profit in a mean over the horizon.

    The Calvo ramp: after h months 1 - (1-lam_rev)^h of the slots have chosen anew.

    Args:
        horizon: H, months.
        discount: delta, per month.
        review: lam_rev.
    """
    h = np.arange(1, horizon + 1)
    moved = 1.0 - (1.0 - review) ** h
    weights = discount**h / horizon
    return float((weights * moved).sum()), float((weights * (1.0 - moved)).sum())


def attraction_step(
    attraction: Floats, experience: float, payoff: Floats, chosen: int, memory: float, decay: float, foregone: float
) -> tuple[Floats, float]:
    """Return A and N after a release (E28).

    Args:
        attraction: A_s by mode.
        experience: N.
        payoff: Pi_s by mode (NaN where the mode is not admissible).
        chosen: index of the mode that was chosen.
        memory: phi.
        decay: rho_N.
        foregone: delta_E, weight of payoffs that were not chosen.
    """
    grown = decay * experience + 1.0
    known = ~np.isnan(payoff)
    weight = np.full(payoff.size, foregone)
    weight[chosen] = 1.0
    gain = np.where(known, payoff - payoff[known].mean(), 0.0)
    return np.asarray((memory * experience * attraction + weight * gain) / grown), grown


def response(attraction: Floats, habit: Floats, admissible: Bools, precision: float) -> Floats:
    """Return the probabilities of the modes (E29), shape (S,)."""
    score = precision * attraction + np.log(habit)
    score = np.where(admissible, score - score[admissible].max(), -np.inf)
    weights = np.exp(score)
    return np.asarray(weights / weights.sum())
