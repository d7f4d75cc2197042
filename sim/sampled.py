"""The sampled mode: every adoption, review, upgrade and choice is drawn (E17, E18, E20)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.awareness import Awareness
from sim.history import NONE, Offers
from sim.holdings import Block, Habits, Variety, Welfare, in_money
from sim.market.arrays import Bools, Floats, Ints, Keys
from sim.market.choice import draw_nest, draw_option, inclusive, log_sum, nest_values
from sim.menu import OWN, Menu, Rows
from sim.parameters import Parameters
from sim.population import Population
from sim.rng import Streams
from sim.upgrades import best_priced, first_options, not_worse, upgrade_targets

CHUNK = 4096
"""Slots evaluated at once: large enough to amortise calls, small enough for the cache."""


class SampledHoldings:
    """One option, or the outside, per slot.

    Attributes:
        model: model held, NONE outside, shape (S,).
        channel: channel held, or last held, shape (S,).
        lab: last lab held, remembered while outside; -1 if there never was one, shape (S,).
    """

    def __init__(
        self, population: Population, offers: Offers, lab_keys: Keys, parameters: Parameters, streams: Streams
    ) -> None:
        slots = population.slot_owner.size
        self.model = np.full(slots, NONE, dtype=np.intp)
        self.channel = np.zeros(slots, dtype=np.intp)
        self.lab = np.full(slots, -1, dtype=np.intp)
        self.joined = np.zeros(population.size, dtype=bool)
        self._population = population
        self._offers = offers
        self._lab_keys = lab_keys
        self._habits = Habits.of(population, parameters)
        self._streams = streams
        self._fresh = np.empty(0, dtype=np.intp)
        self._runs = np.zeros((lab_keys.size, population.size))

    def start(self, menu: Menu, awareness: Awareness, initial: Floats, shares: Floats | None = None) -> None:
        """Give the first adopters' slots the best admissible priced line, outside where there is none.

        With ``shares`` one draw per slot says which lab it holds, outside where that is not admissible.
        """
        draw = self._streams.uniform("initial", self._population.keys)
        self.joined = draw < initial[self._population.region]
        slots = np.flatnonzero(self.joined[self._population.slot_owner] & ~self._habits.video)
        if shares is not None:
            self._share_out(menu, awareness, slots, shares)
            return
        model = best_priced(menu, self._population, slots, awareness)
        admissible = model != NONE
        self.joined &= np.bincount(self._population.slot_owner[slots], admissible, self._population.size) > 0
        self._hold(slots[admissible], model[admissible], np.full(int(admissible.sum()), OWN))

    def _share_out(self, menu: Menu, awareness: Awareness, slots: Ints, shares: Floats) -> None:
        first = first_options(menu, self._population, slots, awareness, shares.size)
        edges = np.cumsum(first.divide(shares), axis=0)
        edges[edges > 1.0 - 1e-9] = 1.0
        draw = self._streams.uniform("initial lab", self._population.slot_key[slots])
        lab, each = (edges <= draw).sum(axis=0), np.arange(slots.size)
        inside, lab = lab < shares.size, np.minimum(lab, shares.size - 1)
        model = np.where(inside, first.model[lab, each], NONE)
        self.joined &= np.bincount(self._population.slot_owner[slots], first.able, self._population.size) > 0
        self._hold(slots, model, first.channel[lab, each])

    def step(self, menu: Menu, awareness: Awareness, hazard: Floats) -> Welfare:
        """Let enterprises adopt, upgrade, review and choose."""
        owner = self._population.slot_owner
        candidates = ~self.joined & (self._streams.uniform("adopt", menu.t, self._population.keys) < hazard)
        in_use = self.joined[owner]
        due = in_use & (self._streams.uniform("review", menu.t, self._population.slot_key) < self._habits.review)
        due |= self._forced(menu)
        self._count_runs()
        self._upgrade(menu, awareness, np.flatnonzero(in_use & ~due & (self.model != NONE)))
        welfare = Welfare(np.zeros(menu.access.shape[1]), np.zeros(menu.access.shape[1]))
        choosers = np.flatnonzero(due | candidates[owner])
        chosen = [self._choose(menu, awareness, choosers, video, welfare) for video in (False, True)]
        reached = np.zeros(self._population.size, dtype=bool)
        for slots, _, _, admissible in chosen[:1]:  # text options decide who can adopt, as in the expected mode
            reached[owner[slots[admissible]]] = True
        self.joined |= candidates & reached
        for slots, model, channel, _ in chosen:
            keep = self.joined[owner[slots]]
            self._hold(slots[keep], model[keep], channel[keep])
        self._fresh = choosers[self.joined[owner[choosers]]]
        return welfare

    def adopted(self) -> Floats:
        """Return 1 for adopters, shape (E,)."""
        return self.joined.astype(np.float64)

    def held(self) -> Iterator[Block]:
        """Yield all filled slots as one block."""
        yield self._block(np.flatnonzero(self.model != NONE))

    def chosen(self) -> Iterator[Block]:
        """Yield the slots that chose this month and did not choose the outside."""
        yield self._block(self._fresh[self.model[self._fresh] != NONE])

    def lab_slots(self, own_only: bool = False) -> Floats:
        """Return the number of slots of each enterprise by lab, shape (L, E)."""
        filled = np.flatnonzero((self.model != NONE) & ((self.channel == OWN) if own_only else True))
        flat = self.lab[filled] * self._population.size + self._population.slot_owner[filled]
        return np.bincount(flat, minlength=self._runs.size).reshape(self._runs.shape).astype(np.float64)

    def reach(self, own_only: bool = False) -> Floats:
        """Return 1 where an enterprise has a slot with a lab, shape (L, E)."""
        return (self.lab_slots(own_only) > 0).astype(np.float64)

    def variety(self) -> Variety:
        """Count the distinct models and families of each enterprise."""
        filled = np.flatnonzero(self.model != NONE)
        owner = self._population.slot_owner[filled]
        family = self.lab[filled] * 2 + self._habits.video[filled]
        models = self._distinct(owner, self.model[filled], self._offers.rows)
        families = self._distinct(owner, family, 2 * self._lab_keys.size)
        return Variety(models, families, (models >= 5).astype(np.float64), (families >= 3).astype(np.float64))

    def _distinct(self, owner: Ints, label: Ints, n_labels: int) -> Floats:
        """Count the labels of each owner; owners are ascending, so sorted pairs keep the owners where they are."""
        pairs = np.sort(owner * n_labels + label)
        new = np.ones(pairs.size, dtype=bool)
        np.not_equal(pairs[1:], pairs[:-1], out=new[1:])
        return np.bincount(owner[new], minlength=self._population.size).astype(np.float64)

    def _block(self, slots: Ints) -> Block:
        return Block(slots, self.model[slots], self.channel[slots], np.ones(slots.size))

    def _hold(self, slots: Ints, model: Ints, channel: Ints) -> None:
        filled = model != NONE
        self.model[slots] = model
        self.channel[slots[filled]] = channel[filled]
        self.lab[slots[filled]] = self._offers.lab[model[filled]]

    def _count_runs(self) -> None:
        """Count the slots that each firm runs with each lab."""
        self._runs = self.lab_slots()

    def _forced(self, menu: Menu) -> Bools:
        """Find the slots whose option is gone: past its grace, banned or cut off."""
        due = np.zeros(self.model.size, dtype=bool)
        slots = np.flatnonzero(self.model != NONE)
        model, channel = self.model[slots], self.channel[slots]
        expired = (channel == OWN) & (menu.t > self._offers.usable_until[model])
        groups = (self._offers.lab[model] * 3 + channel)[None, :]
        barred = menu.common(self._population, slots, groups)[0] == -np.inf
        due[slots[expired | barred]] = True
        return due

    def _upgrade(self, menu: Menu, awareness: Awareness, slots: Ints) -> None:
        """Move to the line's newer release, or to the lab's same tier if the line has ended (E18)."""
        target, channel = upgrade_targets(menu, self._population, awareness, slots, self.model, self.channel)
        moving = np.flatnonzero(target != NONE)
        slots, target, channel = slots[moving], target[moving], channel[moving]
        draw = self._streams.uniform("upgrade", menu.t, self._population.slot_key[slots])
        lucky = draw < self._habits.upgrade
        slots, target, channel = slots[lucky], target[lucky], channel[lucky]
        better = not_worse(menu, self._population, slots, self._habits, target, channel, self.model, self.channel)
        self._hold(slots[better], target[better], channel[better])

    def _choose(
        self, menu: Menu, awareness: Awareness, choosers: Ints, video: bool, welfare: Welfare
    ) -> tuple[Ints, Ints, Ints, Bools]:
        rows = menu.video if video else menu.text
        slots = choosers[self._habits.video[choosers] == video]
        model = np.full(slots.size, NONE, dtype=np.intp)
        channel = np.zeros(slots.size, dtype=np.intp)
        admissible = np.zeros(slots.size, dtype=bool)
        if rows.line.size:
            for first in range(0, slots.size, CHUNK):
                part = slice(first, min(first + CHUNK, slots.size))
                row, admissible[part] = self._draw(menu, awareness, slots[part], rows, video, welfare)
                owner = self._population.slot_owner[slots[part]]
                line, channel[part] = rows.line[row], rows.channel[row]
                release = np.where(channel[part] == OWN, awareness.own[line, owner], awareness.weights[line, owner])
                model[part] = np.where(row >= 0, release, NONE)
        return slots, model, channel, admissible

    def _draw(
        self, menu: Menu, awareness: Awareness, slots: Ints, rows: Rows, video: bool, welfare: Welfare
    ) -> tuple[Ints, Bools]:
        """Return the chosen row of each slot (-1 outside), and whether it had anything to choose from."""
        habits, population, nests = self._habits, self._population, rows.nests
        utility = menu.utility(population, slots, awareness.own, awareness.weights, video)
        values = inclusive(utility, nests, habits.rho)
        nest_of_lab = np.full(self._lab_keys.size, -1, dtype=np.intp)
        nest_of_lab[nests.labs] = np.arange(nests.labs.size)
        incumbent = np.where(self.lab[slots] >= 0, nest_of_lab[self.lab[slots]], -1)
        owner = population.slot_owner[slots]
        runs = self._runs[nests.labs[:, None], owner] > 0
        kappa = habits.kappa_lab[slots] * np.where(runs, habits.known, 1.0)
        kappa_channel = np.full(slots.size, habits.kappa_channel)
        seen = nest_values(values, incumbent, self.channel[slots], kappa, kappa_channel, habits.rho)
        outside = habits.outside - values.peak
        keys = population.slot_key[slots]
        luck = self._streams.gumbel("lab", menu.t, self._lab_keys[nests.labs][:, None], keys[None, :])
        nest = draw_nest(seen, outside, luck, self._streams.gumbel("outside", menu.t, keys))
        self._add_welfare(welfare, slots, log_sum(seen, outside, values.peak))
        row = self._draw_rows(menu.t, utility, rows, slots, nest, incumbent)
        return row, np.isfinite(values.stranger.max(axis=0))

    def _draw_rows(self, t: int, utility: Floats, rows: Rows, slots: Ints, nest: Ints, incumbent: Ints) -> Ints:
        row = np.full(slots.size, -1, dtype=np.intp)
        keys = self._population.slot_key[slots]
        order = np.argsort(nest, kind="stable")
        bounds = np.searchsorted(nest[order], np.arange(rows.nests.labs.size + 1))
        for k in range(rows.nests.labs.size):
            who = order[bounds[k] : bounds[k + 1]]
            if not who.size:
                continue
            span = rows.nests.rows_of(k)
            luck = self._streams.gumbel(
                "option",
                t,
                self._offers.line_keys[rows.line[span]][:, None],
                rows.channel[span][:, None],
                keys[None, who],
            )
            stays = (incumbent[who] == k) & (rows.channel[span][:, None] != self.channel[slots[who]])
            cost = self._habits.kappa_channel * stays
            row[who] = span.start + draw_option(utility[span, who], cost, luck, self._habits.rho)
        return row

    def _add_welfare(self, welfare: Welfare, slots: Ints, surplus: Floats) -> None:
        population = self._population
        text = slots[~self._habits.video[slots]]
        if text.size != slots.size:
            return
        owner = population.slot_owner[slots]
        weight = population.count[owner]
        region = population.region[owner]
        worth = in_money(surplus, population.slot_alpha[slots])
        welfare.total[:] += np.bincount(region, weight * worth, welfare.total.size)
        welfare.weight[:] += np.bincount(region, weight, welfare.weight.size)
