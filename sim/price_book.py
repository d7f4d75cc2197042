"""Prices and costs after the hand-over: nothing jumps, and what history left unexplained fades (E13, E14, E16).

At the hand-over each model's observed cost, host price and mark-up are written as the equation's value times a
constant. The constants fade in logs to 1, so that a new release is priced more and more by the equations alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.history import Offers
from sim.hosting import cheapest_abroad
from sim.market.arrays import Bools, Floats
from sim.market.markup import LIMIT, best_response, demand_slope
from sim.market.pricing import host_price, host_price_logit, price_scale, serving_cost
from sim.panel import Panel, Reading
from sim.parameters import Parameters
from sim.population import Population
from sim.world import World

FLAT = 1.0 / 1.2
"""Mark-up in units of B of a lab that nobody in the panel chooses: one over the median price sensitivity."""


def lab_markups(reading: Reading, panel: Panel, population: Population, rho: float) -> Floats:
    """Return M_l = Q_l/|Q'_l| of every lab, in units of B (E16), shape (L,)."""
    demand, slope = demand_slope(reading.lab, reading.own, population.slot_alpha[panel.slots], reading.weight, rho)
    return np.asarray(np.divide(demand, slope, out=np.full(demand.size, FLAT), where=slope > 1e-15))


@dataclass(frozen=True)
class Quote:
    """Prices and cost of a release to come, $/Mtok: own API if closed and if open, hosts if open, serving cost."""

    closed: float
    opened: float
    hosted: float
    cost: float


@dataclass
class PriceBook:
    """State by model; the last row is 'no model'.

    Attributes:
        size: effective size (active x total)^.5, 10^9.
        cost: log of observed over computed serving cost at the hand-over.
        markup: log of the observed over the computed mark-up, closed models.
        ratio: price over cost of closed models now.
        own: log of the own-API price of open models over the host price of the equation.
        host: log of the observed host price over that of the equation.
        war: labs' models that are sold at cost this month.
        own_kept, host_kept: prices of the hand-over, $/Mtok, which new releases of a line take over.
        fixed: whether these stay, in a world of fixed prices.
        listed: releases of the month that start at a list price of their own.
    """

    size: Floats
    cost: Floats
    markup: Floats
    ratio: Floats
    own: Floats
    host: Floats
    war: Bools
    own_kept: Floats
    host_kept: Floats
    fixed: bool = False
    listed: set[int] = field(default_factory=set)

    @classmethod
    def open(
        cls, world: World, offers: Offers, parameters: Parameters, rent: Floats, markups: Floats, handover: int
    ) -> PriceBook:
        """Open the book at the hand-over.

        Args:
            world: labs and their blocs.
            offers: the catalogue, priced up to the hand-over.
            parameters: all parameters.
            rent: $/H100e-hour by bloc at the hand-over, shape (4,).
            markups: M_l in the state of the hand-over, shape (L,).
            handover: t_h.
        """
        settings = parameters.markup
        n = offers.size.size
        unit = _unit_cost(world, offers, parameters, rent, handover)
        hosted = _hosted(world, offers, rent)
        price, observed = offers.own_price[:, handover], offers.cost[:, handover]
        observed = np.where(offers.closed_padded & (observed > 0.9 * price), 0.9 * price, observed)
        size = np.where(np.isnan(offers.size), observed / unit, offers.size)
        size = np.where(
            np.isnan(offers.size),
            np.clip(size, settings.size_unknown_least, settings.size_unknown_most),
            size,
        )
        zero, host = np.zeros(n), offers.host_price[:, handover]
        book = cls(size, zero, zero.copy(), np.ones(n), zero.copy(), zero.copy(), zero > 0, price.copy(), host.copy())
        book.fixed = world.stylised is not None and world.stylised.fixed_prices
        equation = unit * size
        known = np.isfinite(observed) & (observed > 0) & np.isfinite(equation)
        book.cost[known] = np.log(observed[known] / equation[known])
        book._set_markups(offers, parameters, price, observed, markups, handover)
        for target, seen, place in ((book.host, host, hosted), (book.own, price, 1.0)):
            good = known & np.isfinite(seen) & (seen > 0)
            target[good] = np.log(seen[good] / _at_host(observed * place, parameters, handover)[good])
        return book

    def _set_markups(
        self, offers: Offers, parameters: Parameters, price: Floats, cost: Floats, markups: Floats, handover: int
    ) -> None:
        prices = parameters.prices
        scale = price_scale(handover, prices.scale, prices.scale_decline, LEVELS_MONTH)
        closed = offers.closed_padded & np.isfinite(price) & (price > 0) & np.isfinite(cost)
        lab = np.append(offers.lab, 0)
        self.ratio[closed] = price[closed] / cost[closed]
        computed = markups[lab] * scale**prices.curvature * np.where(closed, price, 1.0) ** (1 - prices.curvature)
        self.markup[closed] = np.log(np.maximum(price - cost, 1e-9)[closed] / computed[closed])

    def inherit(self, model: int, predecessor: int, size: float) -> None:
        """Give a new release the constants and the mark-up of its line's latest one."""
        self.size[model] = size
        for name in ("cost", "markup", "ratio", "own", "host", "own_kept", "host_kept"):
            table = getattr(self, name)
            table[model] = table[predecessor]

    def start_at(self, model: int, price: float, quote: Quote, fade: float, *, closed: bool) -> None:
        """Let a release start at a list price of its own, $/Mtok; its later prices follow the equations from there.

        The list price of a closed release counts between its cost and twenty times that (E16).
        """
        self.own_kept[model] = price
        if closed:
            self.ratio[model] = min(max(price / quote.cost, 1.0), LIMIT)
            self.listed.add(model)
        else:
            self.own[model] = np.log(max(price, 1e-6) / quote.opened) / fade + self.own[model]

    def write(
        self, t: int, world: World, offers: Offers, parameters: Parameters, rent: Floats, markups: Floats, handover: int
    ) -> None:
        """Write costs and prices of month t into the catalogue, moving mark-ups part of the way to best response."""
        fade = 0.5 ** ((t - handover) / parameters.markup.constants_half_life)
        unit = _unit_cost(world, offers, parameters, rent, t)
        cost = unit * self.size * np.exp(fade * self.cost)
        prices = parameters.prices
        scale = price_scale(t, prices.scale, prices.scale_decline, LEVELS_MONTH)
        lab = np.append(offers.lab, 0)
        goal = best_response(
            np.where(np.isfinite(cost), cost, 1.0), markups[lab] * np.exp(fade * self.markup), scale, prices.curvature
        )
        goal = goal / np.where(np.isfinite(cost), cost, 1.0)
        step = parameters.markup.adjustment * (goal - self.ratio)
        step[list(self.listed)] = 0.0
        self.listed.clear()
        self.ratio += step
        np.clip(self.ratio, 1.0, LIMIT, out=self.ratio)
        released = np.append(offers.month, 10**6) <= t
        opened = _at_host(cost, parameters, t)
        hosted = _at_host(cost * _hosted(world, offers, rent), parameters, t) * np.exp(fade * self.host)
        own = np.where(
            offers.closed_padded, cost * np.where(self.war, 1.0, self.ratio), opened * np.exp(fade * self.own)
        )
        sold = released & np.append(offers.served, False)
        offers.cost[released, t] = cost[released]
        offers.own_price[sold, t] = (self.own_kept if self.fixed else own)[sold]
        offers.host_price[released, t] = (self.host_kept if self.fixed else hosted)[released]

    def quote(
        self,
        t: int,
        world: World,
        parameters: Parameters,
        rent: Floats,
        handover: int,
        predecessor: int,
        size: float,
        lab: int,
    ) -> Quote:
        """Return what a lab's release that follows a model (NONE: nothing) would cost, and sell for."""
        fade = 0.5 ** ((t - handover) / parameters.markup.constants_half_life)
        bloc = int(world.lab_bloc_index[lab])
        unit = float(_unit_by_bloc(parameters, rent, t)[bloc])
        cost = unit * size * float(np.exp(fade * self.cost[predecessor]))
        if self.fixed:
            kept = float(self.own_kept[predecessor])
            return Quote(closed=kept, opened=kept, hosted=float(self.host_kept[predecessor]), cost=cost)
        place = float(rent[cheapest_abroad(rent)] / rent[bloc])
        opened, hosted = (float(_at_host(np.array([c]), parameters, t)[0]) for c in (cost, cost * place))
        return Quote(
            closed=cost * float(self.ratio[predecessor]),
            opened=opened * float(np.exp(fade * self.own[predecessor])),
            hosted=hosted * float(np.exp(fade * self.host[predecessor])),
            cost=cost,
        )


def _unit_cost(world: World, offers: Offers, parameters: Parameters, rent: Floats, t: int) -> Floats:
    """Return the serving cost per 10^9 of effective size of each model's lab, $/Mtok, shape (M + 1,)."""
    return np.asarray(_unit_by_bloc(parameters, rent, t)[np.append(world.lab_bloc_index[offers.lab], 0)])


def _unit_by_bloc(parameters: Parameters, rent: Floats, t: int) -> Floats:
    """Return the serving cost per 10^9 of effective size by bloc, $/Mtok, shape (4,)."""
    prices = parameters.prices
    progress = np.array([prices.serving_progress ** ((t - LEVELS_MONTH) / 12)])
    return serving_cost(np.ones(rent.size), rent, prices.utilisation_flops, progress)


def _at_host(cost: Floats, parameters: Parameters, t: int) -> Floats:
    """Return what a host charges for what costs it so much in month t (E14), $/Mtok."""
    prices = parameters.prices
    if prices.host_pricing == "cost_plus":
        return host_price(cost, prices.host_markup)
    scale = price_scale(t, prices.scale, prices.scale_decline, LEVELS_MONTH)
    return host_price_logit(cost, scale, prices.host_sensitivity, prices.hosts)


def _hosted(world: World, offers: Offers, rent: Floats) -> Floats:
    """Return the rent of the cheapest bloc outside China over that of each model's lab, shape (M + 1,)."""
    return np.asarray(rent[cheapest_abroad(rent)] / rent[np.append(world.lab_bloc_index[offers.lab], 0)])
