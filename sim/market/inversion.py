"""Mean utilities from observed shares: the share inversion of the mixed nested logit.

E20  U_ij = delta_j + mu_ij + eps, eps nested with dissimilarity rho, labs being the nests; V_0i the outside option.

Without tastes (mu = 0) Berry (1994) inverts the shares in closed form:
delta_j - V_0 = ln s_j - ln s_0 - (1 - rho) ln s_j|l. With tastes, delta is the fixed point of
delta <- delta + rho (ln s - ln s(delta)), the contraction of Berry, Levinsohn and Pakes (1995), damped by rho as a
nested logit needs it: the derivative of the right-hand side has no negative element, and its row j sums to 1 - rho x
(mean probability of the outside among those who choose j).
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Floats
from sim.market.choice import Nests, inclusive, probabilities

CLOSE = 1e-13
"""Largest change of ln s at which the contraction stops."""
MOST = 10_000
"""Steps after which it gives up: an outside option that hardly anybody takes makes it slow."""
ROUNDING = 1e-9


def nested_logit_inversion(share: Floats, nests: Nests, rho: float) -> Floats:
    """Return delta_j - V_0 of a population without tastes, utils, shape (J,) (Berry 1994).

    Args:
        share: shares of all choices by option, the rest being the outside, shape (J,).
        nests: the grouping of the J options.
        rho: dissimilarity in (0, 1].

    Raises:
        ValueError: if a share is not above 0, or nothing is left for the outside.
    """
    outside = _checked(share, nests)
    if outside <= 0.0:
        raise ValueError("the shares sum to 1: without an outside option delta - V_0 is not determined")
    lab = nests.group_lab[nests.row_group]
    whole = np.bincount(lab, share)[lab]
    return np.asarray(np.log(share) - np.log(outside) - (1.0 - rho) * np.log(share / whole))


def mixed_shares(
    delta: Floats, tastes: Floats, nests: Nests, weight: Floats, outside: Floats, rho: float
) -> tuple[Floats, float]:
    """Return the shares of the options and of the outside, shapes (J,) and () (E20).

    Args:
        delta: mean utility of each option, utils, shape (J,).
        tastes: mu, what each chooser adds to it, utils, -inf where an option is not admissible, shape (J, S).
        nests: the grouping of the J options.
        weight: weight of each chooser, shape (S,); any scale.
        outside: V_0, utils, shape (S,).
        rho: dissimilarity in (0, 1].
    """
    values = inclusive(delta[:, None] + tastes, nests, rho)
    by_lab, away = probabilities(values.stranger, outside - values.peak)
    lab = nests.group_lab[nests.row_group]
    whole = values.total[lab]
    inside = np.divide(values.exps, whole, out=np.zeros_like(whole), where=whole > 0)
    each = weight / weight.sum()
    return np.asarray((by_lab[lab] * inside) @ each), float(away @ each)


def invert_shares(
    share: Floats,
    tastes: Floats,
    nests: Nests,
    weight: Floats,
    outside: Floats,
    rho: float,
    close: float = CLOSE,
    most: int = MOST,
) -> Floats:
    """Return the mean utilities at which the choosers give the observed shares, utils, shape (J,).

    Where nobody can stay outside (V_0 = -inf) only differences are determined; the result is that with the first step
    at 0.

    Args:
        share: shares of all choices by option, the rest being the outside, shape (J,).
        tastes, nests, weight, outside, rho: as in ``mixed_shares``.
        close: largest |ln s - ln s(delta)| of the result.
        most: largest number of steps.

    Raises:
        ValueError: if the shares are not those of choosers who all have an outside option, or of none who has.
        ArithmeticError: if ``most`` steps do not suffice.
    """
    rest = _checked(share, nests)
    if np.isfinite(outside).any() != (rest > ROUNDING):
        raise ValueError(f"a share of {rest:g} is left for the outside, which does not fit V_0")
    delta = np.zeros(share.size)
    for _ in range(most):
        modelled, _ = mixed_shares(delta, tastes, nests, weight, outside, rho)
        if not (modelled > 0).all():
            raise ValueError(f"nobody can choose option {int(modelled.argmin())}, which has a share")
        gap = np.log(share) - np.log(modelled)
        if np.abs(gap).max() <= close:
            return delta
        delta = delta + rho * gap
    raise ArithmeticError(f"the shares are off by a factor of {np.exp(np.abs(gap).max()):.3g} after {most} steps")


def _checked(share: Floats, nests: Nests) -> float:
    """Return the share of the outside."""
    if share.shape != nests.row_group.shape:
        raise ValueError(f"there are {share.size} shares of {nests.row_group.size} options")
    if not (np.isfinite(share) & (share > 0)).all():
        raise ValueError("every option needs a share above 0")
    rest = 1.0 - float(share.sum())
    if rest < -ROUNDING:
        raise ValueError(f"the shares sum to {share.sum():.6g}, more than 1")
    return rest
