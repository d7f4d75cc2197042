"""The nested logit with switching costs, one slot and one incumbent at a time: slow, and plainly E19 and E20."""

from __future__ import annotations

import math
from collections.abc import Sequence

INF = float("inf")


def choice_probabilities(
    utility: Sequence[float],
    lab: Sequence[int],
    channel: Sequence[int],
    rho: float,
    outside: float,
    incumbent: tuple[int, int] | None = None,
    kappa_lab: dict[int, float] | None = None,
    kappa_channel: float = 0.0,
) -> tuple[list[float], float]:
    """Return the probability of each option and of the outside.

    Args:
        utility: V of each option, utils.
        lab: its lab.
        channel: its channel.
        rho: dissimilarity.
        outside: V_0.
        incumbent: lab and channel held, if any.
        kappa_lab: kappa_L towards each lab.
        kappa_channel: kappa_C inside the incumbent lab.
    """
    held = incumbent[0] if incumbent else None
    bound = held is not None and any(v > -INF for v, name in zip(utility, lab, strict=True) if name == held)
    seen = []
    for v, name, way in zip(utility, lab, channel, strict=True):
        cost = 0.0
        if bound and name != held:
            cost = (kappa_lab or {}).get(name, 0.0)
        elif bound and incumbent is not None and way != incumbent[1]:
            cost = kappa_channel
        seen.append(v - cost)
    inclusive = {}
    for name in set(lab):
        inside = [math.exp(v / rho) for v, owner in zip(seen, lab, strict=True) if owner == name]
        inclusive[name] = sum(inside)
    total = sum(iv**rho for iv in inclusive.values()) + math.exp(outside)
    chances = [
        (inclusive[name] ** rho / total) * (math.exp(v / rho) / inclusive[name]) if inclusive[name] > 0 else 0.0
        for v, name in zip(seen, lab, strict=True)
    ]
    return chances, math.exp(outside) / total
