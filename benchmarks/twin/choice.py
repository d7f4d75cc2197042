"""One slot's choice: the nested logit with switching costs, in scalars (E19, E20).

Labs are the nests. The draw is exact in two stages: first the lab, by inclusive value and a Gumbel draw, against the
outside; then the option inside the lab.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.twin.catalogue import Release
from benchmarks.twin.luck import SlotLuck

NEAR = 1e-9
"""Scores closer than this may be ordered otherwise by another order of the same sums."""


@dataclass(slots=True)
class Option:
    """What an enterprise sees on a row of the menu this month.

    Attributes:
        release: the newest release of the line that it knows.
        channel, place: of the row.
        standing: utility that all its slots have in common, utils.
        cost: disutility B(p) of the price that it would pay.
    """

    release: Release
    channel: int
    place: int
    standing: float
    cost: float


Nests = list[tuple[int, list[Option]]]
"""Labs with the options that each offers; a lab that offers nothing is not there."""


@dataclass(slots=True)
class Costs:
    """What holds a slot back: kappa_L, its factor for labs that the firm runs already, kappa_C; and rho and V_0."""

    lab: float
    known: float
    channel: float
    rho: float
    outside: float


def inclusive_value(values: Sequence[float], rho: float) -> float:
    """Return rho ln sum exp(V/rho), utils."""
    top = max(values)
    return top + rho * math.log(sum([math.exp((value - top) / rho) for value in values]))


def best_of(scores: Sequence[float]) -> tuple[int, float]:
    """Return the place of the largest score (the first one) and its lead over the next."""
    best = max(scores)
    place = scores.index(best)
    rest = [score for k, score in enumerate(scores) if k != place]
    return place, best - max(rest, default=-math.inf)


def decide(
    nests: Nests,
    values: list[list[float]],
    incumbent: tuple[int, int],
    runs: set[int],
    costs: Costs,
    luck: SlotLuck,
) -> tuple[Option | None, float]:
    """Return the chosen option, None for the outside, and the smallest lead by which a choice was made.

    Args:
        nests: what the enterprise sees.
        values: utility of each option for the slot, without luck and switching costs, utils; kappa_C is taken off.
        incumbent: last lab (-1 if there never was one) and channel of the slot.
        runs: labs that the firm runs in some slot.
        costs: switching costs.
        luck: the slot's Gumbel draws.
    """
    lab_held, channel_held = incumbent
    bound = any(lab == lab_held for lab, _ in nests)
    scores = []
    for k, (lab, options) in enumerate(nests):
        kappa = 0.0
        if lab == lab_held:
            moved = [0.0 if option.channel == channel_held else costs.channel for option in options]
            values[k] = [value - cost for value, cost in zip(values[k], moved, strict=True)]
        elif bound:
            kappa = costs.lab * costs.known if lab in runs else costs.lab
        scores.append(inclusive_value(values[k], costs.rho) - kappa + luck.lab(lab))
    scores.append(costs.outside + luck.outside())
    nest, lead = best_of(scores)
    if nest == len(nests):
        return None, lead
    options = nests[nest][1]
    inside = [value / costs.rho + luck.option(o.place) for value, o in zip(values[nest], options, strict=True)]
    k, lead_inside = best_of(inside)
    return options[k], min(lead, lead_inside)
