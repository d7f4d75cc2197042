"""Where reviewing mass goes (E20): from every incumbent at once, with one exponential per option."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.market.arrays import Floats, Ints
from sim.market.choice import Inclusive, Nests, incumbent_value


@dataclass(frozen=True)
class Reallocation:
    """The new place of the mass that chose.

    Attributes:
        inflow: mass by row, shape (J, S).
        outside: mass that chose the outside, by incumbent.
        surplus: mass-weighted log-sum relative to the peak, shape (S,).
    """

    inflow: Floats
    outside: dict[tuple[int, int], Floats]
    surplus: Floats


def reallocate(
    values: Inclusive,
    nests: Nests,
    row_channel: Ints,
    waiting: dict[tuple[int, int], Floats],
    kappa_lab: Floats,
    kappa_channel: float,
    outside: Floats,
    rho: float,
) -> Reallocation:
    """Distribute reviewing mass over the options.

    Args:
        values: inclusive values of S slots.
        nests: grouping of the J rows.
        row_channel: channel of each row, shape (J,).
        waiting: mass by incumbent (lab, channel); lab -1 never held one; shape (S,) each.
        kappa_lab: kappa_L towards each nest, shape (L, S).
        kappa_channel: kappa_C.
        outside: V_0 relative to the peak, shape (S,).
        rho: dissimilarity.

    Returns:
        Mass by row and outside; their sum is the mass that waited.
    """
    size = outside.size
    top = np.maximum(values.stranger.max(axis=0), outside)
    away = np.exp(outside - top)
    strange = np.exp(values.stranger - top)
    bound = np.exp(values.stranger - kappa_lab - top)
    bound_sum, strange_sum = _ordered_sum(bound), _ordered_sum(strange)
    nest_of_lab = {int(lab): k for k, lab in enumerate(nests.labs)}
    inflow = np.zeros_like(values.exps)
    left: dict[tuple[int, int], Floats] = {}
    surplus = np.zeros(size)
    free, tied = np.zeros(size), np.zeros(size)
    tied_by_nest = np.zeros_like(bound)
    for (lab, channel), mass in waiting.items():
        nest = nest_of_lab.get(lab, -1)
        value = np.full(size, -np.inf)
        if nest >= 0:
            given = np.full(size, nest), np.full(size, channel)
            value = incumbent_value(values, *given, np.full(size, kappa_channel), rho)
        has = value > -np.inf
        if nest >= 0 and not has.all():
            lost = np.flatnonzero(~has)
            has[lost] = values.offers(np.full(lost.size, nest), lost)
        own = np.where(has, np.exp(value - top), 0.0)
        others = np.where(has, bound_sum - (bound[nest] if nest >= 0 else 0.0), strange_sum)
        total = away + own + np.maximum(others, 0.0)
        per = mass / total
        left[lab, channel] = per * away
        surplus += mass * (np.log(total) + top)
        tied += np.where(has, per, 0.0)
        free += np.where(has, 0.0, per)
        if nest >= 0:
            tied_by_nest[nest] += np.where(has, per, 0.0)
            span = nests.rows_of(nest)
            fade = np.where(row_channel[span] == channel, 1.0, np.exp(-kappa_channel / rho))[:, None]
            inside = values.exps[span] * fade
            inflow[span] += inside * _divide(per * own, _ordered_sum(inside))
    nest_inflow = bound * np.maximum(tied - tied_by_nest, 0.0) + strange * free
    per_unit = _divide(nest_inflow, values.total)
    inflow += values.exps * per_unit[nests.group_lab[nests.row_group]]
    return Reallocation(inflow, left, surplus)


def _ordered_sum(table: Floats) -> Floats:
    """Sum over axis 0 in order, so that an added row of zeros changes nothing."""
    total = np.zeros(table.shape[1:])
    for row in table:
        total += row
    return total


def _divide(a: Floats, b: Floats) -> Floats:
    return np.divide(a, b, out=np.zeros(np.broadcast_shapes(a.shape, b.shape)), where=b > 0)
