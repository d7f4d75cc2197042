"""R&D compute, knowledge and capability.

E8   X_l = 1e6 RD_l / (730 rent_b) ration_b
E9   a_l(t+1) = a_l + nu ((1-x_T) X_l/X_ref)^zeta exp(-beta_A a_l) (1+chi O) (patent term)^pi_P
              + sigma_0 (a_max-a_l)+ + sigma_o (a_open-a_l)+ + sigma_d acc_l (a_api-a_l)+
E10  E = x_T F sum_{last n_T months} X_l exp(a_l);  q = q_0 + b_q log10(E/E_0) + b_g log10(g/g_ref) + kq_l
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.market.arrays import Floats

HOURS = 730
"""Hours of a month."""
NO_COMPUTE = 1e-300
"""Stands for no compute at all in logs."""


@dataclass(frozen=True)
class Spillovers:
    """Coefficients of E9 in force in one month.

    Attributes:
        own: nu, nat/mo.
        returns: zeta.
        fishing_out: beta_A.
        sharing: chi, or chi times the token share of open models.
        to_all, to_open, to_api: sigma_0, sigma_o, sigma_d, 1/mo.
        access: acc_l, shape (L,).
        patents: (patent term)^pi_P, shape (L,).
    """

    own: float
    returns: float
    fishing_out: float
    sharing: float
    to_all: float
    to_open: float
    to_api: float
    access: Floats
    patents: Floats


def research_compute(budget: Floats, rent: Floats, ration: Floats) -> Floats:
    """Return X_l in H100e (E8).

    Args:
        budget: RD_l, M$/mo of compute.
        rent: $/H100e-hour in each lab's home bloc.
        ration: share of demanded compute that is served there.
    """
    return np.asarray(1e6 * budget / (HOURS * rent) * ration)


def knowledge_step(a: Floats, effort: Floats, known: Spillovers, a_open: Floats, a_api: Floats) -> Floats:
    """Return the increment of knowledge in nat (E9).

    Args:
        a: a_l, shape (L,).
        effort: (1-x_T) X_l / X_ref, shape (L,).
        known: coefficients of the month.
        a_open: largest a in public weights that each lab can reach, its own excluded, shape (L,).
        a_api: largest a served by a closed lab, shape (L,).
    """
    own = known.own * effort**known.returns * np.exp(-known.fishing_out * a) * (1.0 + known.sharing) * known.patents
    caught = known.to_all * np.maximum(a.max() - a, 0.0)
    caught += known.to_open * np.maximum(a_open - a, 0.0)
    caught += known.to_api * known.access * np.maximum(a_api - a, 0.0)
    return np.asarray(own + caught)


def effective_compute(flow: Floats, share: float) -> Floats:
    """Return E up to the constant F: x_T times the sum of X exp(a) over the last months, shape (L,).

    Args:
        flow: X_l exp(a_l) of the last n_T months, shape (n_T, L).
        share: x_T, share of R&D compute that goes into final training runs.
    """
    total = np.zeros(flow.shape[1])
    for row in flow:
        total += row
    return np.asarray(share * total)


def capability(
    compute: Floats, reference: float, size: Floats, scale: float, size_scale: float, size_reference: float
) -> Floats:
    """Return q - q_0 - kq in ECI (E10).

    Args:
        compute: E of the lab.
        reference: E_0.
        size: active parameters, 10^9.
        scale, size_scale: b_q and b_g, ECI per order of magnitude.
        size_reference: g_ref, 10^9.
    """
    orders = np.log10(np.maximum(compute, NO_COMPUTE) / reference)
    return np.asarray(scale * orders + size_scale * np.log10(size / size_reference))


def growth_path(
    level: float | Floats, first: float, last: float, turn: int, end: int, n_months: int, t_level: int
) -> Floats:
    """Return X(t) that grows by ``first`` a year up to month ``turn``, then slows linearly to ``last`` at ``end``.

    Args:
        level: X at ``t_level``; a scalar or shape (L,).
        first, last: growth factors a year.
        turn, end: months.
        n_months: length of the path.
        t_level: month at which the level holds.

    Returns:
        Shape (n_months,) or (n_months, L).
    """
    t = np.arange(max(n_months, t_level + 1))
    weight = np.clip((t - turn) / max(end - turn, 1), 0.0, 1.0)
    monthly = np.log(first * (1 - weight) + last * weight) / 12
    steps = np.concatenate([[0.0], np.cumsum(monthly[1:])])
    return np.asarray(np.multiply.outer(np.exp(steps - steps[t_level])[:n_months], level))
