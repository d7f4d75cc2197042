"""What can be chosen in a month, and what it is worth: the utility of E19 without luck and without switching costs.

A row of the menu is a (line, channel); which release of the line a slot sees depends on what its enterprise has heard
of. Everything that depends only on lab, channel, region, class and task is computed once per month and gathered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calendar import EPOCH_YEAR, LEVELS_MONTH
from sim.compile import LeverArrays
from sim.held import NOTHING, Faced, Held
from sim.history import NONE, Offers
from sim.hosting import Places
from sim.market.arrays import Bools, Floats, Ints
from sim.market.choice import CHANNELS
from sim.market.pricing import price_disutility, price_scale, self_host_price
from sim.market.trust import ban_threshold, exposure, penalty
from sim.menu_rows import HOST, OWN, SELF, Rows
from sim.menu_tables import base_utility, premiums
from sim.parameters import Parameters
from sim.population import Population
from sim.world import CLASSES, TASKS, World, video_level

__all__ = ["HOST", "OWN", "SELF", "Menu", "Rows", "build_menu"]


@dataclass(frozen=True)
class Menu:
    """One month's options and tables.

    Attributes:
        t: month.
        text, video: rows of the two domains.
        base: fit + xi + eco - trust, utils, by lab x channel (3L) and region x class x task.
        banned: the ban draw below which an option is removed, by lab x channel and region x class.
        access: share of a region with access to a lab's own API, shape (L, R).
        gone: own-API releases that nobody may use any more, and 'no model', shape (M + 1,).
        premium: psi_closed less the alignment penalty of each model, shape (M + 1, 2K): class, and class in CN.
        plain: the same without psi_closed, which a lab's own API alone brings.
        own_price: list price by model, $/Mtok, shape (M + 1,).
        host_price: price at hosts by place and model, $/Mtok, shape (G, M + 1).
        own_free, host_free: share of developers who get the model for free on that channel, shape (M + 1,).
        own_cost, host_cost: disutilities B(p) of the prices; ``free_cost`` that of a price of 0.
        places: where hosts stand, and what serving costs there.
        host_variety: utility of having several hosts to choose from, shape (M + 1,).
        serving: serving cost by model, $/Mtok, shape (M + 1,).
        alone: the same, as who hosts for himself finds it.
        volume_growth: Q_i(t) over Q_i(t_L).
        requirement: mean requirement of text slots, ECI.
    """

    t: int
    offers: Offers
    parameters: Parameters
    text: Rows
    video: Rows
    base: Floats
    banned: Floats
    access: Floats
    gone: Bools
    premium: Floats
    plain: Floats
    own_price: Floats
    host_price: Floats
    own_free: Floats
    host_free: Floats
    own_cost: Floats
    host_cost: Floats
    free_cost: float
    host_variety: Floats
    places: Places
    serving: Floats
    alone: Floats
    price_scale: float
    volume_growth: float
    requirement: float
    premium_fade: float
    chinese: Bools
    n_classes: int

    def self_price(self, model: Ints, volume: Floats, place: Floats | float = 1.0) -> Floats:
        """Return the full cost of self-hosting in $/Mtok for firms of a volume at t_L (E14).

        Args:
            model: models, any shape.
            volume: v_i, Mtok/mo, broadcastable.
            place: serving cost where the firm is over that in the lab's bloc, broadcastable.
        """
        prices = self.parameters.prices
        return self_host_price(
            self.alone[model] * place,
            prices.self_host_utilisation,
            prices.self_host_fixed,
            volume * self.volume_growth,
        )

    def hosted(self, population: Population, owner: Ints, model: Ints) -> Ints:
        """Return the flat index of models into the tables of prices at hosts, shape of ``model``."""
        row = self.places.group[population.region[owner]] * self.host_price.shape[1]
        return np.asarray(np.where(model == NONE, self.host_price.shape[1] - 1, model) + row)

    def slot_requirement(self, population: Population, slots: Ints, video: bool) -> Floats:
        """Return req_ik(t) in ECI, shape (S,)."""
        level = video_level(EPOCH_YEAR + (self.t + 0.5) / 12) if video else self.requirement
        return level + self.parameters.demand.requirement_sd * population.slot_z[slots]

    def shortfall(self, population: Population, slots: Ints, model: Ints, video: bool) -> Floats:
        """Return beta max(req - q, 0)/10 in utils for models by row and slot, shape of ``model``."""
        gap = self.slot_requirement(population, slots, video) - self.offers.q.ravel().take(
            model * len(TASKS) + population.slot_task[slots]
        )
        np.maximum(gap, 0.0, out=gap)
        gap *= population.beta[population.slot_owner[slots]] / 10.0
        return np.asarray(gap)

    def disutility(self, price: Floats) -> Floats:
        """Return B(p) of prices in $/Mtok (E15)."""
        prices = self.parameters.prices
        return price_disutility(price, self.price_scale, prices.curvature, prices.free_floor)

    def common(self, population: Population, slots: Ints, groups: Ints) -> Floats:
        """Return what does not depend on the release, -inf where banned or out of reach, shape (G, S).

        Args:
            population: the enterprises.
            slots: slots, shape (S,).
            groups: 3 x lab + channel of each group, shape (G,) or (1, S) for one group per slot.
        """
        owner = population.slot_owner[slots]
        region = population.region[owner]
        cell = region * self.n_classes + population.kind[owner]
        column = cell * len(TASKS) + population.slot_task[slots]
        if groups.ndim == 2:
            return self._common_each(population, owner, region, cell, column, groups)
        labs, own = groups // CHANNELS, np.flatnonzero(groups % CHANNELS == OWN)
        value = self.base[groups].take(column, axis=1)
        value += population.taste[labs].take(owner, axis=1)
        barred = population.ban_draw[owner] < self.banned[groups].take(cell, axis=1)
        barred[own] |= population.access_draw[owner] >= self.access[labs[own]].take(region, axis=1)
        value[barred] = -np.inf
        return value

    def _common_each(
        self, population: Population, owner: Ints, region: Ints, cell: Ints, column: Ints, groups: Ints
    ) -> Floats:
        """Return the same for one group per slot, shape (1, S)."""
        value = self.base[groups, column] + population.taste[groups // CHANNELS, owner]
        closed_door = (groups % CHANNELS == OWN) & (
            population.access_draw[owner] >= self.access[groups // CHANNELS, region]
        )
        value[(population.ban_draw[owner] < self.banned[groups, cell]) | closed_door] = -np.inf
        return np.asarray(value)

    def utility(self, population: Population, slots: Ints, own: Ints, weights: Ints, video: bool) -> Floats:
        """Return V of every row for some slots of one domain, -inf where not admissible, shape (J, S).

        Args:
            population: the enterprises.
            slots: slots of the domain, shape (S,).
            own: release of each line's own API that each enterprise knows, shape (Z, E), NONE if none.
            weights: the same for public weights.
            video: whether the slots are video slots.
        """
        rows = self.video if video else self.text
        owner = population.slot_owner[slots]
        nests = rows.nests
        groups = nests.labs[nests.group_lab] * CHANNELS + nests.group_channel
        value = self.common(population, slots, groups)[nests.row_group]
        alpha = population.slot_alpha[slots] * (0.0 if video else 1.0)
        draw = population.free_draw[owner]
        model = own[rows.line[rows.own]].take(owner, axis=1)
        gain = self._gain(population, slots, owner, model, video, self.premium)
        gain -= self._listed(model, draw, self.own_free, self.own_cost, alpha)
        gain[self.gone.take(model)] = -np.inf
        value[rows.own] += gain
        if rows.host.size:
            model = weights[rows.line[rows.host]].take(owner, axis=1)
            gain = self._gain(population, slots, owner, model, video, self.plain)
            unknown = model == NONE
            place = self.places.alone[:, rows.lab[rows.host]].take(population.region[owner], axis=0).T
            alone = self.disutility(self.self_price(model, population.volume[owner], place))
            alone *= alpha
            alone = gain - alone
            hosted = self.hosted(population, owner, model)
            gain -= self._listed(model, draw, self.host_free, self.host_cost.ravel(), alpha, hosted)
            gain += self.host_variety.take(model)
            for where, worth in ((rows.host, gain), (rows.self_hosted, alone)):
                worth[unknown] = -np.inf
                value[where] += worth
        return value

    def _gain(
        self, population: Population, slots: Ints, owner: Ints, model: Ints, video: bool, premium: Floats
    ) -> Floats:
        """Return what a release is worth before its price, utils, shape of ``model``."""
        column = population.kind[owner] + self.n_classes * self.chinese[population.region[owner]]
        gain = premium.ravel().take(model * premium.shape[1] + column)
        gain -= self.shortfall(population, slots, model, video)
        return np.asarray(gain)

    def _listed(
        self, model: Ints, draw: Floats, free: Floats, cost: Floats, alpha: Floats, where: Ints | None = None
    ) -> Floats:
        """Return the disutility of a price on the list, nothing for whom it is free, utils, shape of ``model``."""
        worth = cost.take(model if where is None else where)
        worth[draw < free.take(model)] = self.free_cost
        worth *= alpha
        return np.asarray(worth)

    def held_utility(self, population: Population, slots: Ints, model: Ints, channel: Ints, video: bool) -> Floats:
        """Return V of one given option per slot, shape (S,)."""
        owner = population.slot_owner[slots]
        kind = population.kind[owner]
        groups = (self.offers.lab[model] * CHANNELS + channel)[None, :]
        column = kind + self.n_classes * self.chinese[population.region[owner]]
        premium = np.where(channel == OWN, self.premium[model, column], self.plain[model, column])
        value = self.common(population, slots, groups)[0] + premium
        value -= self.shortfall(population, slots, model[None, :], video)[0]
        value += np.where(channel == HOST, self.host_variety[model], 0.0)
        if not video:
            value -= population.slot_alpha[slots] * self.disutility(self.paid(population, slots, model, channel))
        return np.asarray(value)

    def paid(self, population: Population, slots: Ints, model: Ints, channel: Ints) -> Floats:
        """Return the price that a slot pays for a model on a channel, $/Mtok, shape (S,)."""
        owner = population.slot_owner[slots]
        hosted = self.host_price.ravel()[self.hosted(population, owner, model)]
        paid = np.where(channel == OWN, self.own_price[model], hosted)
        free = np.where(channel == OWN, self.own_free[model], self.host_free[model])
        paid[population.free_draw[owner] < free] = 0.0
        place = self.places.alone[population.region[owner], self.offers.lab[model]]
        return np.where(channel == SELF, self.self_price(model, population.volume[owner], place), paid)


def build_menu(
    world: World,
    offers: Offers,
    parameters: Parameters,
    levers: LeverArrays,
    t: int,
    eco: Floats,
    incident: Floats,
    requirement: float,
    premium_fade: float,
    handover: int,
    compute: tuple[Floats, Floats] | None = None,
    held: Held = NOTHING,
) -> Menu:
    """Return the menu of month t.

    A promotion makes a model free for some developers: on the hosts' channel for open weights, on the lab's own API,
    which routers pass through, for closed models.

    Args:
        world: fit, strengths, trust, bans, access.
        offers: the catalogue.
        parameters: all parameters.
        levers: compiled policy.
        t: month.
        eco: ecosystem utility by lab, utils, shape (L,).
        incident: inc_{r,h(l)}, utils, shape (R, L).
        requirement: mean requirement of text slots, ECI.
        premium_fade: factor on psi_closed (1 until the hand-over).
        handover: t_h; who has access to an API afterwards is what it was then.
        compute: after the hand-over, rent in $/H100e-hour and the share of demanded compute that is served, by bloc,
            shape (4,) each; None: one price everywhere, and all is served.
        held: mechanisms that are held at the status quo.
    """
    own_lines, open_lines = np.flatnonzero(offers.own[:, t] != NONE), np.flatnonzero(offers.weights[:, t] != NONE)
    is_video = offers.line_video
    trust = parameters.trust
    local = levers.local[t]
    host = exposure(trust.hosted, trust.self_hosted, local)
    class_trust = np.array([trust.trust_developer, 1.0, trust.trust_regulated, 1.0])
    class_ban = np.array([1.0, 1.0, trust.ban_regulated, trust.ban_public])
    tau = penalty(trust.trust_scale * world.trust + levers.trust[t], incident, host, class_trust)
    banned = ban_threshold(np.minimum(trust.ban_scale * world.bans, 1.0), levers.ban[t], class_ban, local)
    prices = parameters.prices
    scale = price_scale(t, prices.scale, prices.scale_decline, LEVELS_MONTH)
    is_open = np.append(~offers.closed, False)
    free = np.nan_to_num(offers.free[:, t])
    faced = held.faced(
        t,
        Faced(
            own_free=np.where(is_open, 0.0, free),
            host_free=np.where(is_open, free, 0.0),
            alone=offers.cost[:, t],
            places=Places.one(world) if compute is None else Places.of(world, *compute, local),
        ),
    )
    places, (premium, plain) = faced.places, premiums(offers, parameters, premium_fade)
    own_price, host_price = offers.own_price[:, t], offers.host_price[:, t] * places.factor[:, None]
    n_cells = len(world.region_codes) * len(CLASSES)
    return Menu(
        t=t,
        offers=offers,
        parameters=parameters,
        text=Rows.of(own_lines[~is_video[own_lines]], open_lines[~is_video[open_lines]], offers.line_lab),
        video=Rows.of(own_lines[is_video[own_lines]], open_lines[is_video[open_lines]], offers.line_lab),
        base=base_utility(world, parameters, t, eco, tau),
        banned=banned.reshape(-1, n_cells),
        access=world.access[min(t, handover, world.n_months - 1)] * (1.0 - levers.block[t]),
        gone=t > offers.usable_until,
        premium=premium,
        plain=plain,
        own_price=own_price,
        host_price=host_price,
        own_free=faced.own_free,
        host_free=faced.host_free,
        own_cost=price_disutility(own_price, scale, prices.curvature, prices.free_floor),
        host_cost=price_disutility(host_price, scale, prices.curvature, prices.free_floor),
        free_cost=float(price_disutility(np.zeros(1), scale, prices.curvature, prices.free_floor)[0]),
        host_variety=prices.host_variety * np.log(np.nan_to_num(offers.hosts[:, t], nan=1.0)),
        places=places,
        serving=offers.cost[:, t],
        alone=faced.alone,
        price_scale=scale,
        volume_growth=float(parameters.usage.growth ** (t - LEVELS_MONTH)),
        requirement=requirement,
        premium_fade=premium_fade,
        chinese=world.chinese_region,
        n_classes=len(CLASSES),
    )
