"""The month's accounts: tokens used and money paid (E22, E24)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.holdings import Block, Holdings
from sim.market.arrays import Floats, Ints
from sim.market.usage import smooth_price, token_volume
from sim.menu import HOST, OWN, SELF, Menu
from sim.parameters import Parameters
from sim.population import Population
from sim.task_mix import TaskMix
from sim.world import CLASSES, LICENCES, TASKS, World

YOUNG = 12
"""A release is young for so many months."""


@dataclass(frozen=True)
class Accounts:
    """One month.

    Cubes have the axes region, class, lab, channel, licence (closed, open restricted, open permissive).

    Attributes:
        tokens: Mtok.
        spend: $.
        slots: count-weighted filled slots.
        chosen: count-weighted slots that chose anew.
        young: tokens on releases less than a year old by region, class and lab, Mtok, shape (R, K, L).
        text_spend: spending on text models by region, class and licence, $, shape (R, K, 3).
        assistant: count-weighted filled assistant slots by region and lab, shape (R, L).
        model_tokens: tokens of the developer class outside CN on channels A and H by model, Mtok, shape (M,).
        revenue, cost: first-party revenue and serving cost by lab, $, shape (L,).
        elsewhere: hosts' and self-hosters' spending on a lab's open family, $, shape (L,).
        closed_spend, closed_cost: the part of revenue and cost that closed text models bring, $, shape (L,).
        payments: all that buyers paid, $.
        demanded: tokens that adopters would use with every slot filled and served, Mtok.
    """

    tokens: Floats
    spend: Floats
    slots: Floats
    chosen: Floats
    young: Floats
    text_spend: Floats
    assistant: Floats
    model_tokens: Floats
    revenue: Floats
    cost: Floats
    elsewhere: Floats
    closed_spend: Floats
    closed_cost: Floats
    payments: float
    demanded: float


@dataclass
class _Sums:
    """Running sums over blocks: by cell of the cubes, by enterprise, by model."""

    tokens: Floats
    text: Floats
    video: Floats
    slots: Floats
    cost: Floats
    assistant: Floats
    young: Floats
    shares: Floats
    bills: Floats
    models: Floats

    @classmethod
    def empty(cls, cells: int, enterprises: int, models: int) -> _Sums:
        tokens, text, video, slots, cost, assistant, young = (np.zeros(cells) for _ in range(7))
        shares, bills = np.zeros(enterprises), np.zeros(enterprises)
        return cls(tokens, text, video, slots, cost, assistant, young, shares, bills, np.zeros(models))


class Ledger:
    """Keeps the smoothed price that each enterprise reacts to, and draws up the accounts."""

    def __init__(
        self, world: World, population: Population, parameters: Parameters, handover: int | None = None
    ) -> None:
        self._mix = TaskMix(world, population, parameters, handover)
        self.paid: Floats = np.full(population.size, np.nan)
        self._population = population
        self._parameters = parameters
        self._shape = (len(world.region_codes), len(CLASSES), len(world.lab_names), 3, len(LICENCES))
        self._video = TASKS.index("video")
        usage = parameters.usage
        self._level = usage.tokens / usage.adoption_level
        self._firms = self._level / float(np.dot(population.count, population.volume))
        self._router = (population.kind == CLASSES.index("developer")) & ~world.chinese_region[population.region]

    def close(self, menu: Menu, holdings: Holdings) -> Accounts:
        """Return the month's accounts and move the smoothed prices on."""
        population, usage = self._population, self._parameters.usage
        level = self._level * usage.growth ** (menu.t - LEVELS_MONTH)
        volume = token_volume(population.tokens, self.paid, level, usage.price_level, usage.price_elasticity)
        sums = _Sums.empty(int(np.prod(self._shape)), population.size, menu.offers.rows)
        for block in holdings.held():
            self._book(menu, block, volume, sums)
        mean_price = np.divide(sums.bills, sums.shares, out=np.full(population.size, np.nan), where=sums.shares > 0)
        floor = self._parameters.prices.free_floor * menu.price_scale
        self.paid = smooth_price(self.paid, mean_price, usage.price_smoothing, floor)
        chosen = self._chosen(menu, holdings, sums.tokens.size)
        return self._accounts(sums, chosen, float((volume * holdings.adopted()).sum()))

    def _book(self, menu: Menu, block: Block, volume: Floats, sums: _Sums) -> None:
        population, prices = self._population, self._parameters.prices
        cell, size = self._cell(menu, block), sums.tokens.size
        owner, task = population.slot_owner[block.slot], population.slot_task[block.slot]
        count = population.count[owner] * block.mass
        share = self._mix.at(menu.t)[block.slot] * block.mass
        price = menu.paid(population, block.slot, block.model, block.channel)
        served_share = menu.places.served[population.region[owner], menu.offers.lab[block.model], block.channel]
        used = share * volume[owner] * served_share
        fee = np.where(task == self._video, self._firms * count * prices.video_fee, 0.0)
        text = np.where(task == self._video, 0.0, used * price)
        served = np.where(task == self._video, fee * prices.video_cost_share, used * menu.serving[block.model])
        sums.tokens += np.bincount(cell, used, size)
        sums.text += np.bincount(cell, text, size)
        sums.video += np.bincount(cell, fee, size)
        sums.slots += np.bincount(cell, count, size)
        sums.cost += np.bincount(cell, served, size)
        young = menu.t - menu.offers.month[block.model] < YOUNG
        sums.young += np.bincount(cell, np.where(young, used, 0.0), size)
        sums.assistant += np.bincount(cell, np.where(task == 0, count, 0.0), size)
        sums.shares += np.bincount(owner, share, population.size)
        sums.bills += np.bincount(owner, np.where(task == self._video, 0.0, share * price), population.size)
        routed = self._router[owner] & (block.channel < SELF)
        sums.models += np.bincount(block.model[routed], used[routed], sums.models.size)

    def _accounts(self, sums: _Sums, chosen: Floats, demanded: float) -> Accounts:
        spend = (sums.text + sums.video).reshape(self._shape)
        by_lab = spend.sum(axis=(0, 1, 4))
        text, video, cost = (
            table.reshape(self._shape)[:, :, :, OWN, 0].sum(axis=(0, 1)) for table in (sums.text, sums.video, sums.cost)
        )
        return Accounts(
            tokens=sums.tokens.reshape(self._shape),
            spend=spend,
            slots=sums.slots.reshape(self._shape),
            chosen=chosen.reshape(self._shape),
            young=sums.young.reshape(self._shape).sum(axis=(3, 4)),
            text_spend=_over_labs(sums.text.reshape(self._shape)),
            assistant=sums.assistant.reshape(self._shape).sum(axis=(1, 3, 4)),
            model_tokens=sums.models,
            revenue=by_lab[:, OWN],
            cost=sums.cost.reshape(self._shape)[:, :, :, OWN].sum(axis=(0, 1, 3)),
            elsewhere=by_lab[:, HOST] + by_lab[:, SELF],
            closed_spend=text,
            closed_cost=cost - self._parameters.prices.video_cost_share * video,
            payments=math.fsum(by_lab.ravel()),
            demanded=demanded,
        )

    def _chosen(self, menu: Menu, holdings: Holdings, size: int) -> Floats:
        chosen = np.zeros(size)
        for block in holdings.chosen():
            weight = self._population.count[self._population.slot_owner[block.slot]] * block.mass
            chosen += np.bincount(self._cell(menu, block), weight, size)
        return chosen

    def _cell(self, menu: Menu, block: Block) -> Ints:
        offers, population = menu.offers, self._population
        owner = population.slot_owner[block.slot]
        licence = np.where(offers.closed[block.model], 0, 1 + offers.permissive[block.model])
        index = population.region[owner], population.kind[owner], offers.lab[block.model], block.channel, licence
        return np.asarray(np.ravel_multi_index(index, self._shape), dtype=np.intp)


def _over_labs(cube: Floats) -> Floats:
    """Sum a cube over labs (in order) and channels."""
    total = np.zeros((*cube.shape[:2], cube.shape[4]))
    for lab in range(cube.shape[2]):
        total += cube[:, :, lab].sum(axis=2)
    return total
