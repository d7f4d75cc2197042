"""A fixed panel of slots on which labs read demand (E16, E27).

Up to 400 enterprises, systematic within each region and class, with one text slot each; weights restore the tokens of
each cell. The panel and its slots are keyed by the population, so every arm and month sees the same one, and what a lab
reads moves only because demand does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.awareness import Awareness
from sim.market.arrays import Floats, Ints
from sim.market.choice import Inclusive, inclusive
from sim.menu import OWN, Menu
from sim.population import Population
from sim.rng import Streams
from sim.world import CLASSES, TASKS

SIZE = 400


@dataclass(frozen=True)
class Panel:
    """Slots and their full-adoption token weights.

    Attributes:
        slots: slot index, shape (S,).
        weight: share of the world's tokens at full adoption that the slot stands for, shape (S,).
    """

    slots: Ints
    weight: Floats

    @classmethod
    def of(cls, population: Population, size: int = SIZE) -> Panel:
        """Choose the panel of a population."""
        text = np.flatnonzero(population.slot_task != TASKS.index("video"))
        owner = population.slot_owner[text]
        draw = Streams(0).uniform("panel", population.slot_key[text])
        score = np.log(draw) / np.maximum(population.slot_share[text], 1e-12)
        best = np.full(population.size, -np.inf)
        np.maximum.at(best, owner, score)
        chosen = text[score == best[owner]]
        members = _systematic(population, population.slot_owner[chosen], size)
        slots = chosen[members]
        return cls(slots, _weights(population, population.slot_owner[slots]))


def _systematic(population: Population, owner: Ints, size: int) -> Ints:
    """Return positions of a systematic sample with equal steps through the canonical order."""
    if owner.size <= size:
        return np.arange(owner.size)
    return np.unique((np.arange(size) + 0.5) * owner.size / size).astype(np.intp)


def _weights(population: Population, owner: Ints) -> Floats:
    """Return token weights that restore each region-class cell where it has members, and the world's total."""
    cell = population.region * len(CLASSES) + population.kind
    whole = np.bincount(cell, population.tokens)
    mine = np.bincount(cell[owner], population.tokens[owner], minlength=whole.size)
    raw = population.tokens[owner] * whole[cell[owner]] / mine[cell[owner]]
    return np.asarray(raw / raw.sum())


@dataclass(frozen=True)
class Reading:
    """What the panel would choose anew in a month, without switching costs.

    Attributes:
        values: inclusive values of the text options.
        outside: V_0 relative to the peak, shape (S,).
        top: largest value of a slot, shape (S,).
        total: sum of exp(value - top) over nests and the outside, shape (S,).
        lab: probability of each lab, shape (L, S); 0 where it offers nothing.
        own: share of the lab's own API inside its nest, shape (L, S).
        weight: tokens of adopters that the slot stands for, sums to the adopted token share, shape (S,).
    """

    values: Inclusive
    outside: Floats
    top: Floats
    total: Floats
    lab: Floats
    own: Floats
    weight: Floats


def read_demand(menu: Menu, panel: Panel, population: Population, awareness: Awareness, adopted: Floats) -> Reading:
    """Return the panel's choices of a month.

    Args:
        menu: options and prices.
        panel: the slots.
        population: the enterprises.
        awareness: who knows what.
        adopted: F by region, shape (R,).
    """
    demand = menu.parameters.demand
    utility = menu.utility(population, panel.slots, awareness.own, awareness.weights, video=False)
    values = inclusive(utility, menu.text.nests, demand.dissimilarity)
    outside = demand.outside - values.peak
    top = np.maximum(values.stranger.max(axis=0), outside)
    weights = np.exp(values.stranger - top)
    total = np.exp(outside - top)
    for row in weights:
        total += row
    labs = menu.access.shape[0]
    lab, own = np.zeros((labs, panel.slots.size)), np.zeros((labs, panel.slots.size))
    lab[menu.text.nests.labs] = weights / total
    share = np.divide(values.channel[:, OWN], values.total, out=np.zeros_like(values.total), where=values.total > 0)
    own[menu.text.nests.labs] = share
    region = population.region[population.slot_owner[panel.slots]]
    return Reading(values, outside, top, total, lab, own, panel.weight * adopted[region])
