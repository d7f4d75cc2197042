"""The scale on which a series is compared: shares in logits, everything else as it is (docs/model.md, section 10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem

FLOOR = 0.002
"""Shares nearer to 0 or 1 than this count as this [A]: a tenth of the thinnest series, and no logit is infinite."""
SHARE, ELO, MONTHS = "share", "Elo", "months"
SCALES = (SHARE, ELO, MONTHS)
UNIT = {SHARE: 1.0, ELO: 100.0, MONTHS: 6.0}
"""What one step on the linked scale is: a logit, 100 points of Elo, half a year [A]."""

Floats = NDArray[np.float64]


def link(values: Floats, scale: str) -> Floats:
    """Return values on the scale of comparison: logits of shares, Elo in hundreds, months in half-years.

    Args:
        values: in the unit of the series, any shape; NaN stays NaN.
        scale: one of ``SCALES``.
    """
    _check(scale)
    if scale != SHARE:
        return np.asarray(values, dtype=np.float64) / UNIT[scale]
    inside = np.clip(np.asarray(values, dtype=np.float64), FLOOR, 1.0 - FLOOR)
    return np.asarray(np.log(inside / (1.0 - inside)))


def unlink(values: Floats, scale: str) -> Floats:
    """Return values of the scale of comparison in the unit of the series, any shape."""
    _check(scale)
    if scale != SHARE:
        return np.asarray(values, dtype=np.float64) * UNIT[scale]
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(values, dtype=np.float64))))


def link_error(values: Floats, se: Floats, scale: str) -> Floats:
    """Return the standard error of linked values to first order, same shape; NaN where there is none."""
    _check(scale)
    if scale != SHARE:
        return np.asarray(se, dtype=np.float64) / UNIT[scale]
    inside = np.clip(np.asarray(values, dtype=np.float64), FLOOR, 1.0 - FLOOR)
    return np.asarray(se / (inside * (1.0 - inside)))


def _check(scale: str) -> None:
    if scale not in SCALES:
        raise InputError(Problem("series", "scale", f"there is no scale {scale!r}", ", ".join(SCALES)))
