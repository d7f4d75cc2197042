"""The expected mode: adoption, review, upgrade and choice move mass (docs/model.md, section 5).

The state of a slot is mass over (model, channel), over (outside, last lab and channel) and not yet placed. Masses are
kept as one vector over slots per state, so the kernel runs on whole vectors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from sim.awareness import Awareness
from sim.history import NONE, Offers
from sim.holdings import Block, Habits, Variety, Welfare, in_money
from sim.market.arrays import Floats, Ints, Keys
from sim.market.choice import inclusive
from sim.menu import OWN, Menu, Rows
from sim.parameters import Parameters
from sim.population import Population
from sim.reallocation import Reallocation, reallocate
from sim.rng import Streams
from sim.upgrades import best_priced, first_options, not_worse, upgrade_targets

CHUNK = 2048
"""Slots evaluated at once."""
NOBODY = (-1, 0)
"""The incumbent of a slot that never held a lab."""

State = dict[tuple[int, int], Floats]


class ExpectedHoldings:
    """Mass over options per slot.

    Attributes:
        mass: (model, channel) to the mass on it, shape (S,).
        outside: (last lab, its channel) to the mass outside, shape (S,); ``NOBODY`` never held a lab.
    """

    def __init__(
        self, population: Population, offers: Offers, lab_keys: Keys, parameters: Parameters, streams: Streams
    ) -> None:
        self._population = population
        self._offers = offers
        self._labs = lab_keys.size
        self._habits = Habits.of(population, parameters)
        self._size = population.slot_owner.size
        self.mass: State = self._empty()
        self.outside: State = self._empty()
        self._fresh: State = self._empty()
        self._joined = np.zeros(population.size)

    def _empty(self) -> State:
        return defaultdict(lambda: np.zeros(self._size))

    def start(self, menu: Menu, awareness: Awareness, initial: Floats, shares: Floats | None = None) -> None:
        """Give the first adopters' slots the best admissible priced line, outside where there is none.

        With ``shares`` the mass of a slot is divided among labs, outside where one is not admissible.
        """
        population = self._population
        slots = np.flatnonzero(~self._habits.video)
        if shares is not None:
            self._share_out(menu, awareness, slots, initial, shares)
            return
        model = best_priced(menu, population, slots, awareness)
        admissible = np.bincount(population.slot_owner[slots], model != NONE, population.size) > 0
        self._joined = initial[population.region] * admissible
        weight = self._joined[population.slot_owner]
        self.outside[NOBODY] += weight
        for release in np.unique(model[model != NONE]).tolist():
            where = slots[model == release]
            self.mass[release, OWN][where] = weight[where]
            self.outside[NOBODY][where] -= weight[where]

    def _share_out(self, menu: Menu, awareness: Awareness, slots: Ints, initial: Floats, shares: Floats) -> None:
        owner, size = self._population.slot_owner, self._population.size
        first = first_options(menu, self._population, slots, awareness, shares.size)
        self._joined = initial[self._population.region] * (np.bincount(owner[slots], first.able, size) > 0)
        self.outside[NOBODY] += self._joined[owner]
        divided = first.divide(shares)
        for lab in np.flatnonzero(shares > 0).tolist():
            amount = divided[lab] * self._joined[owner[slots]]
            for model, channel in sorted(set(zip(first.model[lab].tolist(), first.channel[lab].tolist(), strict=True))):
                if model != NONE:
                    where = (first.model[lab] == model) & (first.channel[lab] == channel)
                    self.mass[model, channel][slots[where]] += amount[where]
                    self.outside[NOBODY][slots[where]] -= amount[where]
        np.maximum(self.outside[NOBODY], 0.0, out=self.outside[NOBODY])

    def step(self, menu: Menu, awareness: Awareness, hazard: Floats) -> Welfare:
        """Let mass adopt, upgrade, review and choose."""
        reach = self.reach() / np.maximum(self._joined, 1e-300)  # of those who adopted, like the mass that waits
        due = self._release(menu, awareness)
        self._fresh = self._empty()
        regions = menu.access.shape[1]
        welfare = Welfare(np.zeros(regions), np.zeros(regions))
        newcomers = hazard * (1.0 - self._joined)
        reached = np.zeros(self._population.size, dtype=bool)
        for video in (False, True):
            slots = np.flatnonzero(self._habits.video == video)
            for first in range(0, slots.size, CHUNK):
                part = slots[first : first + CHUNK]
                self._choose(menu, awareness, part, video, due, newcomers, reach, welfare, reached)
        self._joined = self._joined + newcomers * reached
        self._drop_empty()
        return welfare

    def adopted(self) -> Floats:
        """Return the adopted mass of each enterprise, shape (E,)."""
        return self._joined

    def held(self) -> Iterator[Block]:
        """Yield the mass on each (model, channel)."""
        yield from self._blocks(self.mass)

    def chosen(self) -> Iterator[Block]:
        """Yield the mass that chose each (model, channel) this month."""
        yield from self._blocks(self._fresh)

    def _blocks(self, state: State) -> Iterator[Block]:
        for (model, channel), mass in sorted(state.items()):
            slots = np.flatnonzero(mass > 0)
            if slots.size:
                yield Block(slots, np.full(slots.size, model), np.full(slots.size, channel), mass[slots])

    def _drop_empty(self) -> None:
        for state in (self.mass, self.outside):
            for key in [key for key, mass in state.items() if not mass.any()]:
                del state[key]

    def _release(self, menu: Menu, awareness: Awareness) -> State:
        """Take the mass that reviews or must leave out of the state, by incumbent (lab, channel); upgrade the rest."""
        due = self._empty()
        moved: list[tuple[tuple[int, int], Ints, Floats]] = []
        for (model, channel), mass in sorted(self.mass.items()):
            slots = np.flatnonzero(mass > 0)
            if not slots.size:
                continue
            lab = int(self._offers.lab[model])
            group = np.full((1, slots.size), lab * 3 + channel)
            barred = menu.common(self._population, slots, group)[0] == -np.inf
            expired = channel == OWN and menu.t > self._offers.usable_until[model]
            leaving = mass[slots] * np.where(barred | expired, 1.0, self._habits.review[slots])
            due[lab, channel][slots] += leaving
            mass[slots] -= leaving
            moved += self._upgraded(menu, awareness, slots[~barred], model, channel)
        for key, slots, amount in moved:
            self.mass[key][slots] += amount
        for key, mass in self.outside.items():
            leaving = mass * self._habits.review
            due[key] += leaving
            np.subtract(mass, leaving, out=mass)
        return due

    def _upgraded(
        self, menu: Menu, awareness: Awareness, slots: Ints, model: int, channel: int
    ) -> list[tuple[tuple[int, int], Ints, Floats]]:
        held = np.full(self._size, model)
        through = np.full(self._size, channel)
        target, to = upgrade_targets(menu, self._population, awareness, slots, held, through)
        able = np.flatnonzero(target != NONE)
        slots, target, to = slots[able], target[able], to[able]
        better = not_worse(menu, self._population, slots, self._habits, target, to, held, through)
        slots, target = slots[better], target[better]
        amount = self.mass[model, channel][slots] * self._habits.upgrade
        self.mass[model, channel][slots] -= amount
        return [
            ((int(release), channel), slots[target == release], amount[target == release])
            for release in np.unique(target)
        ]

    def _choose(
        self,
        menu: Menu,
        awareness: Awareness,
        slots: Ints,
        video: bool,
        due: State,
        newcomers: Floats,
        reach: Floats,
        welfare: Welfare,
        reached: np.ndarray,
    ) -> None:
        rows = menu.video if video else menu.text
        owner = self._population.slot_owner[slots]
        waiting = {key: mass[slots] for key, mass in sorted(due.items()) if mass[slots].any()}
        fresh = newcomers[owner]
        if not rows.line.size:
            self._stay_outside(slots, waiting, fresh * reached[owner])
            return
        habits = self._habits
        utility = menu.utility(self._population, slots, awareness.own, awareness.weights, video)
        values = inclusive(utility, rows.nests, habits.rho)
        able = np.isfinite(values.stranger.max(axis=0))
        if not video:
            reached[owner[able]] = True
        waiting[NOBODY] = waiting.get(NOBODY, np.zeros(slots.size)) + fresh * reached[owner]
        known = 1.0 - (1.0 - habits.known) * reach[rows.nests.labs[:, None], owner]
        result = reallocate(
            values,
            rows.nests,
            rows.channel,
            waiting,
            habits.kappa_lab[slots] * known,
            habits.kappa_channel,
            habits.outside - values.peak,
            habits.rho,
        )
        self._place(slots, rows, result, awareness)
        if not video:
            self._add_welfare(welfare, slots, result, waiting, values.peak)

    def _stay_outside(self, slots: Ints, waiting: dict[tuple[int, int], Floats], fresh: Floats) -> None:
        for key, mass in waiting.items():
            self.outside[key][slots] += mass
        self.outside[NOBODY][slots] += fresh

    def _place(self, slots: Ints, rows: Rows, result: Reallocation, awareness: Awareness) -> None:
        owner = self._population.slot_owner[slots]
        for row in range(rows.line.size):
            known = awareness.own if rows.channel[row] == OWN else awareness.weights
            release = known[rows.line[row], owner]
            inflow = result.inflow[row]
            for model in np.unique(release[inflow > 0]).tolist():
                where = (release == model) & (inflow > 0)
                key = (model, int(rows.channel[row]))
                self.mass[key][slots[where]] += inflow[where]
                self._fresh[key][slots[where]] += inflow[where]
        for key, mass in result.outside.items():
            self.outside[key][slots] += mass

    def _add_welfare(
        self, welfare: Welfare, slots: Ints, result: Reallocation, waiting: dict[tuple[int, int], Floats], peak: Floats
    ) -> None:
        population = self._population
        owner = population.slot_owner[slots]
        region, count = population.region[owner], population.count[owner]
        total = np.zeros(slots.size)
        for mass in waiting.values():
            total += mass
        surplus = in_money(result.surplus + total * peak, population.slot_alpha[slots])
        welfare.total[:] += np.bincount(region, count * surplus, welfare.total.size)
        welfare.weight[:] += np.bincount(region, count * total, welfare.weight.size)

    def _by_group(self, own_only: bool, labels: Ints | None = None, n_labels: int = 0) -> Iterator[tuple[int, Floats]]:
        """Yield the mass of each slot on each label of a model (default: its lab), in order of label."""
        groups: dict[int, Floats] = {}
        for (model, channel), mass in sorted(self.mass.items()):
            if own_only and channel != OWN:
                continue
            label = int(self._offers.lab[model] if labels is None else labels[model])
            groups[label] = groups[label] + mass if label in groups else mass
        yield from sorted(groups.items())

    def lab_slots(self, own_only: bool = False) -> Floats:
        """Return the expected number of slots of each enterprise by lab, shape (L, E)."""
        table = np.zeros((self._labs, self._population.size))
        for lab, mass in self._by_group(own_only):
            table[lab] = np.bincount(self._population.slot_owner, mass, self._population.size)
        return table

    def reach(self, own_only: bool = False) -> Floats:
        """Return the probability that an enterprise has a slot with a lab, shape (L, E)."""
        table = np.zeros((self._labs, self._population.size))
        for lab, mass in self._by_group(own_only):
            table[lab] = self._at_least_one(mass)
        return table

    def _at_least_one(self, mass: Floats) -> Floats:
        """Return the probability of at least one slot, given adoption independent over slots, times adoption."""
        owner = self._population.slot_owner
        joined = np.maximum(self._joined[owner], 1e-300)
        miss = np.log1p(-np.minimum(mass / joined, 1.0 - 1e-15))
        return self._joined * -np.expm1(np.bincount(owner, miss, self._population.size))

    def variety(self) -> Variety:
        """Return expected distinct models and families, and the probabilities of five and of three."""
        offers = self._offers
        models = self._tally(np.arange(offers.rows), 5)
        families = self._tally(offers.lab * 2 + offers.video, 3)
        return Variety(models[0], families[0], models[1], families[1])

    def _tally(self, labels: Ints, many: int) -> tuple[Floats, Floats]:
        """Return the expected number of labels in use, and the probability of at least ``many``."""
        size = self._population.size
        expected = np.zeros(size)
        fewer = np.zeros((many, size))
        fewer[0] = 1.0
        joined = np.maximum(self._joined, 1e-300)
        for _, mass in self._by_group(False, labels):
            use = self._at_least_one(mass)
            expected += use
            chance = use / joined
            fewer[1:] = fewer[1:] * (1 - chance) + fewer[:-1] * chance
            fewer[0] *= 1 - chance
        return expected, self._joined * np.maximum(1.0 - fewer.sum(axis=0), 0.0)
