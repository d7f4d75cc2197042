"""Whether there are enough units for the precision that was asked for: each policy in each future by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.intervals import unit_values
from experiments.contrasts.pairs import Outcomes
from experiments.contrasts.sequential import Decision, Stopping
from experiments.contrasts.spec import Comparison
from sim.errors import InputError, Problem

Floats = NDArray[np.float64]


def precision_units(outcomes: Outcomes, spec: Comparison, policy: str, future: str) -> Floats:
    """Return what ``Stopping.look`` looks at: differences of ``spec.headline`` at the month judged, one a unit.

    Returns:
        [seeds], or [draws] if there are several; NaN for a unit without a complete pair.
    """
    month = spec.month_judged(outcomes.months)
    pairs = outcomes.pairs(policy, spec.baseline, future, spec.headline).at([month])
    return unit_values(pairs.differences)[:, 0]


def decisions(outcomes: Outcomes, spec: Comparison, most: int | None = None) -> dict[tuple[str, str], Decision]:
    """Return the decision for each (policy, future) of a comparison.

    Each confidence sequence covers its own mean with probability ``spec.level``; nothing is claimed for all together.

    Args:
        outcomes: with the cell ``spec.headline``.
        spec: with a precision.
        most: number of units after which it stops in any case.

    Raises:
        InputError: if no precision was asked for.
    """
    if spec.precision is None:
        raise InputError(Problem("comparison", "precision", "no precision was asked for", "a half-width above 0"))
    rule = Stopping(spec.precision, spec.level, most)
    return {
        (policy, future): rule.look(precision_units(outcomes, spec, policy, future))
        for policy in spec.policies
        for future in outcomes.futures
    }
