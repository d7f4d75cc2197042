"""Weights of parameter draws at an origin: rejection by distance to what was known, with an Epanechnikov kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
KEPT = 0.25
"""Share of the draws that is kept: a quarter [A]."""


def epanechnikov(distance: Floats, kept: float = KEPT) -> Floats:
    """Return weights that add up to 1; the nearest ``kept`` share of the draws has some, the others none.

    The tolerance is the smallest distance that is not kept, so that every kept draw counts. Where that is no larger
    than the smallest of all, draws can't be told apart, and all that are so near count alike.

    Args:
        distance: of each draw, shape (n,); NaN is farther than anything.
        kept: share of the draws.

    Raises:
        ValueError: if no distance is finite.
    """
    far = np.where(np.isfinite(distance), distance, np.inf)
    order = np.argsort(far, kind="stable")
    count = min(max(1, round(kept * far.size)), int(np.isfinite(far).sum()))
    if not count:
        raise ValueError("no draw has a distance")
    weights = np.zeros(far.size)
    chosen = order[:count]
    edge = far[order[count]] if count < far.size else np.inf
    if not np.isfinite(edge):
        weights[chosen] = 1.0
    elif edge > far[chosen].min():
        weights[chosen] = 1.0 - (far[chosen] / edge) ** 2
    else:
        weights[far <= edge] = 1.0
    return np.asarray(weights / weights.sum())


def effective(weights: Floats) -> float:
    """Return the effective number of draws, 1 over the sum of squared weights."""
    return float(1.0 / np.sum(weights**2))
