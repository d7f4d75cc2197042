"""How an enterprise's tokens are split over its slots, and how coding's part of developers' tokens has grown (E22).

In 2025 programming went from 11 to more than 50 percent of the tokens of the router that developers use (docs/model.md,
source 3). ``usage.coding_shift`` says how far developers follow that record: the weight of their coding slots is then
w^(1-x) v(t)^x, with w the constant weight and v(t) the weight at which coding has the recorded share in the nominal mix
of tasks. The record runs linearly in logits between its months, is constant outside them, and stands still after the
hand-over: a projection does not know how it goes on.
"""

from __future__ import annotations

import numpy as np

from sim.market.arrays import Floats
from sim.parameters import Parameters
from sim.population import Population
from sim.world import CLASSES, TASKS, World


class TaskMix:
    """The share of each slot in its enterprise's tokens, month by month.

    Args:
        world: with the record of coding's share.
        population: slots, S of them.
        parameters: weights of tasks, the nominal mix of developers' tasks.
        handover: t_h; None: the record never stands still.
    """

    def __init__(self, world: World, population: Population, parameters: Parameters, handover: int | None) -> None:
        usage = parameters.usage
        self._population, self._handover = population, handover
        self._record = world.coding_share if usage.coding_shift else ()
        self._shift, self._constant = usage.coding_shift, usage.weight_coding
        self._even = _odds_at_weight_one(parameters)
        developer = population.kind[population.slot_owner] == CLASSES.index("developer")
        self._coding = developer & (population.slot_task == TASKS.index("coding"))
        self._last: tuple[float, Floats] | None = None

    def at(self, t: int) -> Floats:
        """Return the share of each slot in its enterprise's tokens in month ``t``, shape (S,)."""
        if not self._record or self._constant <= 0:
            return self._population.slot_share
        factor = self._factor(t if self._handover is None else min(t, self._handover))
        if self._last is None or self._last[0] != factor:
            self._last = factor, self._shares(factor)
        return self._last[1]

    def _factor(self, t: int) -> float:
        """Return what multiplies the weight of developers' coding slots."""
        months, shares = (np.array(column, dtype=np.float64) for column in zip(*self._record, strict=True))
        odds = float(np.exp(np.interp(t, months, np.log(shares / (1.0 - shares)))))
        return float((odds / self._even / self._constant) ** self._shift)

    def _shares(self, factor: float) -> Floats:
        population = self._population
        weights = np.where(self._coding, factor, 1.0) * population.slot_share
        total = np.bincount(population.slot_owner, weights, minlength=population.size)[population.slot_owner]
        return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def _odds_at_weight_one(parameters: Parameters) -> float:
    """Return the odds of coding in developers' tokens if a coding slot weighed 1, from the nominal mix of tasks."""
    mix, usage = parameters.population, parameters.usage
    rest = (
        mix.developer_assistant * usage.weight_assistant
        + mix.developer_documents * usage.weight_documents
        + mix.developer_local * usage.weight_local
    )
    return mix.developer_coding / rest
