"""What a run remembers: preallocated arrays, one row a month, written by index and never handed out to be changed."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.holdings import Holdings, Welfare
from sim.ledger import Accounts
from sim.market.arrays import Floats, Ints
from sim.menu import Menu, Rows
from sim.population import Population
from sim.world import BLOCS, CLASSES, LICENCES, TIERS, World

CAPABILITY_LEVELS = (120.0, 130.0, 140.0, 150.0)
"""Fixed capability levels (ECI) for the cheapest price of any option at least that good."""


@dataclass
class Records:
    """Everything recorded. Axes: months T, regions R, classes K, labs L, channels 3, licences 3, models M.

    Attributes:
        tokens, spend, slots, chosen: cubes (T, R, K, L, 3, 3) in Mtok, $, count weight, count weight.
        model_tokens: router tokens by model (T, M).
        young: tokens on releases less than a year old, Mtok (T, R, K, L).
        adopters, adopters_square, adopters_number: count weight of adopters, its squares, and heads (T, R, K).
        users, own_users: count weight of adopters with a slot on a lab, any channel or its own API (T, R, K, L).
        large_users, large: the same for large enterprises (top half of their class by volume) (T, L), (T,).
        large_three, large_five: count weight of large enterprises with 3 families, with 5 models or more (T,).
        text_spend: spending on text models by licence, $ (T, R, K, 3).
        capacity: count-weighted slots of adopters, filled or not (T, R, K).
        assistant: count-weighted filled assistant slots (T, R, L).
        models, families, five_models, three_families: count-weighted sums over adopters (T, R, K).
        most_models: largest number of distinct models of any enterprise (T, R, K).
        switched, settled: count weight of adopters whose primary lab differs from 12 months before, and of all who
            had one then (T, R, K).
        stock: ecosystem stock (T, L).
        revenue, cost, elsewhere: by lab, $ (T, L).
        closed_spend, closed_cost: the part of closed text models on own APIs, $ (T, L).
        payments: $ (T,).
        surplus, surplus_weight: welfare sums by region (T, R).
        frontier: best offered text capability by developer bloc and openness (T, 4, 2).
        cheapest: cheapest price of an option of at least a level (T, levels).
        list_price: mean own-API list price of live text lines by lab and tier, $/Mtok (T, L, 3).
        live: live lines, text and video (T, 2).
        incident: inc_{r,h(l)}, utils (T, R, L).
    """

    tokens: Floats
    spend: Floats
    slots: Floats
    chosen: Floats
    model_tokens: Floats
    young: Floats
    adopters: Floats
    adopters_square: Floats
    adopters_number: Floats
    users: Floats
    own_users: Floats
    large_users: Floats
    large: Floats
    large_three: Floats
    large_five: Floats
    text_spend: Floats
    capacity: Floats
    assistant: Floats
    models: Floats
    families: Floats
    five_models: Floats
    three_families: Floats
    most_models: Floats
    switched: Floats
    settled: Floats
    stock: Floats
    revenue: Floats
    cost: Floats
    elsewhere: Floats
    closed_spend: Floats
    closed_cost: Floats
    payments: Floats
    surplus: Floats
    surplus_weight: Floats
    frontier: Floats
    cheapest: Floats
    list_price: Floats
    live: Floats
    incident: Floats

    @classmethod
    def empty(cls, n_months: int, world: World, n_models: int) -> Records:
        """Return zeroed records for a run."""
        r, k, n = len(world.region_codes), len(CLASSES), len(world.lab_names)
        cube, cell, labs = (r, k, n, 3, len(LICENCES)), (r, k), (n,)
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(("tokens", "spend", "slots", "chosen"), cube)
        shapes |= {"model_tokens": (n_models,)}
        shapes |= dict.fromkeys(
            (
                "adopters",
                "adopters_square",
                "adopters_number",
                "capacity",
                "models",
                "families",
                "five_models",
                "three_families",
                "most_models",
                "switched",
                "settled",
            ),
            cell,
        )
        shapes |= dict.fromkeys(("users", "own_users", "young"), (*cell, n))
        money = ("revenue", "cost", "elsewhere", "closed_spend", "closed_cost")
        shapes |= dict.fromkeys(("large_users", "stock", *money), labs)
        shapes |= dict.fromkeys(("large", "large_three", "large_five", "payments"), ())
        shapes |= dict.fromkeys(("surplus", "surplus_weight"), (r,))
        shapes |= {
            "frontier": (len(BLOCS), 2),
            "cheapest": (len(CAPABILITY_LEVELS),),
            "list_price": (n, len(TIERS)),
            "live": (2,),
            "incident": (r, n),
            "assistant": (r, n),
            "text_spend": (r, k, len(LICENCES)),
        }
        return cls(**{name: np.zeros((n_months, *shape)) for name, shape in shapes.items()})

    def since(self, start: int) -> Records:
        """Return the records from month ``start`` on."""
        if start == 0:
            return self
        return Records(**{item.name: getattr(self, item.name)[start:] for item in fields(self)})


class Recorder:
    """Writes one row a month."""

    def __init__(self, n_months: int, world: World, population: Population, n_models: int) -> None:
        self.records = Records.empty(n_months, world, n_models)
        self._world = world
        self._population = population
        self._cell = population.region * len(CLASSES) + population.kind
        self._cells = (len(world.region_codes), len(CLASSES))
        self._large = _top_half(population)
        self._primary: dict[int, np.ndarray] = {}

    def write(self, menu: Menu, holdings: Holdings, accounts: Accounts, welfare: Welfare) -> None:
        """Record month ``menu.t`` of demand and money."""
        records, t = self.records, menu.t
        for name in (
            "tokens",
            "spend",
            "slots",
            "chosen",
            "model_tokens",
            "revenue",
            "cost",
            "elsewhere",
            "closed_spend",
            "closed_cost",
            "payments",
            "text_spend",
            "assistant",
            "young",
        ):
            getattr(records, name)[t] = getattr(accounts, name)
        records.surplus[t], records.surplus_weight[t] = welfare.total, welfare.weight
        self._write_adopters(t, holdings)
        self._write_variety(t, holdings)
        self._write_switching(t, holdings)
        self._write_offers(menu)

    def write_state(self, t: int, stock: Floats, incident: Floats) -> None:
        """Record the state of labs and governments at the end of month t."""
        self.records.stock[t] = stock
        self.records.incident[t] = incident

    def _sum(self, weight: Floats) -> Floats:
        return np.asarray(np.bincount(self._cell, weight, self._cells[0] * self._cells[1]), float).reshape(self._cells)

    def _write_adopters(self, t: int, holdings: Holdings) -> None:
        records, adopted, count = self.records, holdings.adopted(), self._population.count
        records.adopters[t] = self._sum(adopted * count)
        records.adopters_square[t] = self._sum(adopted * count**2)
        records.adopters_number[t] = self._sum(adopted)
        records.capacity[t] = self._sum(adopted * count * self._population.slots)
        any_channel, own = holdings.reach(), holdings.reach(own_only=True)
        records.users[t], records.large_users[t] = self._by_lab(any_channel)
        records.own_users[t], _ = self._by_lab(own)
        records.large[t] = float(np.bincount(self._large, adopted * count, 2)[1])

    def _by_lab(self, reach: Floats) -> tuple[Floats, Floats]:
        """Return the count weight of users by cell and lab, and that of the large ones by lab.

        Only the pairs in use are added up: a 0 more changes no bit of a sum.
        """
        used = np.flatnonzero(reach > 0)
        lab, who = np.divmod(used, reach.shape[1])
        weight = reach.ravel()[used] * self._population.count[who]
        cells, labs = self._cells[0] * self._cells[1], reach.shape[0]
        by_cell = np.asarray(np.bincount(self._cell[who] * labs + lab, weight, cells * labs), float)
        large = np.asarray(np.bincount(lab, weight * self._large[who], labs), float)
        return by_cell.reshape(*self._cells, labs), large

    def _write_variety(self, t: int, holdings: Holdings) -> None:
        variety, count = holdings.variety(), self._population.count
        for name in ("models", "families", "five_models", "three_families"):
            getattr(self.records, name)[t] = self._sum(getattr(variety, name) * count)
        self.records.large_three[t] = float(np.bincount(self._large, variety.three_families * count, 2)[1])
        self.records.large_five[t] = float(np.bincount(self._large, variety.five_models * count, 2)[1])
        most = np.zeros(self._cells[0] * self._cells[1])
        np.maximum.at(most, self._cell, variety.models)
        self.records.most_models[t] = most.reshape(self._cells)

    def _write_switching(self, t: int, holdings: Holdings) -> None:
        """Compare each enterprise's primary lab (most slots) with that of a year before; a tie keeps the old one."""
        slots = holdings.lab_slots()
        most = slots.max(axis=0)
        self._primary[t] = np.where(most > 0, slots.argmax(axis=0), -1)
        before = self._primary.pop(t - 12, None)
        if before is not None:
            both = (before >= 0) & (most > 0)
            overtaken = slots[before, np.arange(before.size)] < most
            weight = self._population.count * holdings.adopted()
            self.records.settled[t] = self._sum(weight * both)
            self.records.switched[t] = self._sum(weight * (both & overtaken))

    def _write_offers(self, menu: Menu) -> None:
        records, offers, t = self.records, menu.offers, menu.t
        bloc = self._world.lab_bloc_index
        records.live[t] = [_lines(menu.text), _lines(menu.video)]
        text = np.flatnonzero(~offers.video & (offers.month <= t))
        best = np.full((len(BLOCS), 2), -np.inf)
        where = bloc[offers.lab[text]], (~offers.closed[text]).astype(np.intp)
        np.maximum.at(best, where, offers.q[text, :4].mean(axis=1))
        records.frontier[t] = np.where(np.isfinite(best), best, np.nan)
        own = offers.own[~offers.line_video, t]
        own = own[own >= 0]
        weights = offers.weights[~offers.line_video, t]
        weights = weights[weights >= 0]
        price = np.concatenate([offers.own_price[own, t], offers.host_price[weights, t]])
        quality = np.concatenate([offers.q[own, :4].mean(axis=1), offers.q[weights, :4].mean(axis=1)])
        for k, level in enumerate(CAPABILITY_LEVELS):
            good = price[quality >= level]
            records.cheapest[t, k] = np.nanmin(good) if good.size else np.nan
        records.list_price[t] = self._list_prices(menu)

    def _list_prices(self, menu: Menu) -> Floats:
        offers, t = menu.offers, menu.t
        total, number = np.zeros((2, len(self._world.lab_names), len(TIERS)))
        for line in np.flatnonzero((offers.own[:, t] >= 0) & ~offers.line_video):
            where = offers.line_lab[line], offers.line_tier[line]
            total[where] += offers.own_price[offers.own[line, t], t]
            number[where] += 1
        return np.divide(total, number, out=np.full_like(total, np.nan), where=number > 0)


def _lines(rows: Rows) -> int:
    return int(np.unique(rows.line).size)


def _top_half(population: Population) -> Ints:
    """Mark the large enterprises: above the median volume of their class, developers apart."""
    large = np.zeros(population.size, dtype=np.intp)
    for kind in range(1, len(CLASSES)):
        members = population.kind == kind
        order = np.sort(population.volume[members])
        large[members & (population.volume >= order[order.size // 2])] = 1
    return large
