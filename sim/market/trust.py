"""Trust penalties, hard bans and incidents.

E21  tau_{i,m,c} = (T_{r,h} + inc_{r,h}) host_c + tau_align 1[aligned] 1[user not CN],
     host = 1 (own API), 1 - h_H (hosted in the user's region or a bloc that it trusts), 1 - h_S (self-hosted)
     bans: enterprise i draws u_i at birth; an option is removed if u_i < ban_{r,h,c} x class factor
     inc is AR(1) with rare incidents per developer bloc
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Bools, Floats


def exposure(hosted: float, self_hosted: float, local: Bools) -> Floats:
    """Return host_c by channel (A, H, S) and region, shape (3, R).

    Hosting in the user's own region (``local``) lifts as much of the penalty as self-hosting does.
    """
    table = np.empty((3, local.size))
    table[0] = 1.0
    table[1] = np.where(local, 1.0 - max(hosted, self_hosted), 1.0 - hosted)
    table[2] = 1.0 - self_hosted
    return table


def penalty(trust: Floats, incident: Floats, host: Floats, class_factor: Floats) -> Floats:
    """Return the trust penalty in utils by lab, channel, region and class, shape (L, 3, R, K).

    Args:
        trust: T_{r,h(l)}, shape (R, L).
        incident: inc_{r,h(l)}, shape (R, L).
        host: exposure by channel and region, shape (3, R).
        class_factor: factor on T by class, shape (K,).
    """
    base = np.maximum(trust + incident, 0.0).T
    return np.asarray(base[:, None, :, None] * host[None, :, :, None] * class_factor)


def ban_threshold(firms: Floats, law: Floats, class_factor: Floats, local: Bools) -> Floats:
    """Return the draw below which an option is banned, shape (L, 3, R, K).

    Firms' own bans and bans by law apply independently: 1 - (1 - firms)(1 - law).

    Args:
        firms: share of firms that ban the option, by region, lab and channel, shape (R, L, 3).
        law: share of a class for which a lever bans it, shape (R, L, 3, K).
        class_factor: factor on the firms' bans by class, shape (K,).
        local: regions with hosting localisation, where a host counts as one's own machines, shape (R,).
    """
    own = firms.copy()
    own[local, :, 1] = np.minimum(own[local, :, 1], own[local, :, 2])
    by_class = np.minimum(own[..., None] * class_factor, 1.0)
    return np.asarray((1.0 - (1.0 - by_class) * (1.0 - law)).transpose(1, 2, 0, 3))


def next_incident(incident: Floats, memory: float, shock: Floats) -> Floats:
    """Return inc of the next month: AR(1) plus this month's shocks, all of one shape."""
    return np.asarray(memory * incident + shock)
