"""Which release a slot would move to without a review, and whether it is worth it (E18)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.awareness import Awareness
from sim.history import NONE, Offers
from sim.holdings import Habits
from sim.market.arrays import Bools, Floats, Ints
from sim.menu import OWN, Menu
from sim.population import Population


def best_priced(menu: Menu, population: Population, slots: Ints, awareness: Awareness) -> Ints:
    """Return the admissible own-API model of the highest capability for each slot, NONE where there is none."""
    rows = menu.text
    if not rows.own.size:
        return np.full(slots.size, NONE, dtype=np.intp)
    utility = menu.utility(population, slots, awareness.own, awareness.weights, False)[rows.own]
    model = awareness.own[rows.line[rows.own][:, None], population.slot_owner[slots]]
    quality = np.where(utility > -np.inf, menu.offers.q[model, population.slot_task[slots]], -np.inf)
    best = quality.argmax(axis=0)
    where = np.arange(slots.size)
    return np.where(quality[best, where] > -np.inf, model[best, where], NONE)


@dataclass(frozen=True)
class FirstOptions:
    """What each slot would hold of each lab at the start; L labs, S slots.

    Attributes:
        model: release of the lab's flagship line, NONE where no channel is admissible, shape (L, S).
        channel: first admissible channel, shape (L, S).
        able: whether the slot has anything to hold at all, shape (S,).
    """

    model: Ints
    channel: Ints
    able: Bools

    def divide(self, shares: Floats) -> Floats:
        """Return what share of each slot each lab holds, shape (L, S).

        What is out of a slot's reach goes to the labs that are not, in proportion, so that it holds as much in all.
        """
        within = np.where(self.model != NONE, shares[:, None], 0.0)
        whole, reached = 0.0, np.zeros(within.shape[1])
        for share, row in zip(shares.tolist(), within, strict=True):
            whole += share
            reached += row
        return np.asarray(within * np.divide(whole, reached, out=np.zeros_like(reached), where=reached > 0))


def first_options(menu: Menu, population: Population, slots: Ints, awareness: Awareness, labs: int) -> FirstOptions:
    """Return each lab's flagship (else its largest line) on the first admissible channel of each slot."""
    rows, tier = menu.text, menu.offers.line_tier
    model = np.full((labs, slots.size), NONE, dtype=np.intp)
    channel = np.zeros((labs, slots.size), dtype=np.intp)
    if not rows.line.size:
        return FirstOptions(model, channel, np.zeros(slots.size, dtype=bool))
    owner = population.slot_owner[slots]
    admissible = menu.utility(population, slots, awareness.own, awareness.weights, False) > -np.inf
    for row in np.lexsort((rows.line, rows.channel, tier[rows.line], rows.lab)):
        lab, line = rows.lab[row], rows.line[row]
        known = awareness.own if rows.channel[row] == OWN else awareness.weights
        free = admissible[row] & (model[lab] == NONE)
        model[lab, free] = known[line, owner[free]]
        channel[lab, free] = rows.channel[row]
    return FirstOptions(model, channel, np.asarray(admissible.any(axis=0)))


def upgrade_targets(
    menu: Menu, population: Population, awareness: Awareness, slots: Ints, held: Ints, held_channel: Ints
) -> tuple[Ints, Ints]:
    """Return the release that each slot would upgrade to (NONE if there is none) and its channel.

    The newer release of the same line on the same channel; where the line has ended on the lab's own API, the best
    own-API release of the lab in the same tier.
    """
    offers = menu.offers
    model, channel = held[slots], held_channel[slots]
    owner = population.slot_owner[slots]
    line = offers.line[model]
    newest = np.where(channel == OWN, awareness.own[line, owner], awareness.weights[line, owner])
    target = np.where(newest > model, newest, NONE)
    ended = (channel == OWN) & (offers.own[line, menu.t] == NONE)
    target[ended] = NONE
    for z in np.unique(line[ended]).tolist():
        where = np.flatnonzero(ended & (line == z))
        heirs = heir_lines(offers, z, menu.t)
        if heirs.size:
            target[where] = _best_heir(menu, population, slots[where], awareness.own[heirs[:, None], owner[where]])
    return target, channel


def heir_lines(offers: Offers, line: int, t: int) -> Ints:
    """Return the live own-API lines of the same lab, tier and domain."""
    same = (offers.line_lab == offers.line_lab[line]) & (offers.line_tier == offers.line_tier[line])
    same &= (offers.line_video == offers.line_video[line]) & (offers.own[:, t] != NONE)
    return np.flatnonzero(same)


def _best_heir(menu: Menu, population: Population, slots: Ints, candidates: Ints) -> Ints:
    video = bool(menu.offers.video[candidates[candidates != NONE][:1]].any())
    own = np.full(slots.size, OWN)
    worth = np.array([menu.held_utility(population, slots, model, own, video) for model in candidates])
    worth[candidates == NONE] = -np.inf
    best = worth.argmax(axis=0)
    where = np.arange(slots.size)
    return np.where(worth[best, where] > -np.inf, candidates[best, where], NONE)


def not_worse(
    menu: Menu,
    population: Population,
    slots: Ints,
    habits: Habits,
    target: Ints,
    target_channel: Ints,
    held: Ints,
    held_channel: Ints,
) -> Ints:
    """Return the positions of the slots for which U(target) >= U(held) without luck (E18)."""
    good = np.zeros(slots.size, dtype=bool)
    for video in (False, True):
        where = np.flatnonzero(habits.video[slots] == video)
        if where.size:
            part = slots[where]
            new = menu.held_utility(population, part, target[where], target_channel[where], video)
            old = menu.held_utility(population, part, held[part], held_channel[part], video)
            good[where] = new >= old
    return np.flatnonzero(good)
