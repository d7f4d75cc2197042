"""Which mode a lab releases in: payoffs on the panel, attractions, logit response (E27 to E29)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.history import Offers
from sim.market.arrays import Bools, Floats, Ints
from sim.market.pricing import self_host_price
from sim.market.strategy import MODES, attraction_step, ramp_weights, response
from sim.menu import HOST, OWN, SELF, Menu
from sim.panel import Panel, Reading
from sim.parameters import Parameters
from sim.population import Population
from sim.price_book import Quote
from sim.world import World

CLOSED, OPEN, DELAYED, TIERED = range(len(MODES))


@dataclass(frozen=True)
class Draft:
    """A release that a lab could make: one line's next model.

    Attributes:
        line: line index.
        tier: tier index.
        q: capability by task, shape (N,).
        quote: prices and cost, $/Mtok.
        variety: utility of its number of hosts.
    """

    line: int
    tier: int
    q: Floats
    quote: Quote
    variety: float


def line_modes(mode: int, tiers: Ints, was_open: Bools) -> Bools:
    """Return which lines of a generation are open in a mode (delayed ones begin closed).

    Tiered: lines that were open at the hand-over stay open, but not all flagships; if none was, the smallest opens.
    """
    if mode in (CLOSED, DELAYED):
        return np.zeros(tiers.size, dtype=bool)
    if mode == OPEN:
        return np.ones(tiers.size, dtype=bool)
    kept = was_open.copy()
    if kept[tiers == 0].all():
        kept[tiers == 0] = False
    return kept if kept.any() else tiers == tiers.max()


def habits(world: World, offers: Offers, handover: int) -> Floats:
    """Return h_s = (n_s + .5)/(n + 2) from each lab's months with releases in the last year, shape (L, modes)."""
    table = np.zeros((len(world.lab_names), len(MODES)))
    for lab in range(len(world.lab_names)):
        mine = (offers.lab == lab) & (offers.month > handover - 12) & (offers.month <= handover) & ~offers.video
        if not mine.any():
            mine = (offers.lab == lab) & (offers.month <= handover)
        flagship = offers.line_tier[offers.line] == 0
        closed = offers.closed[mine]
        if closed.all():
            mode = CLOSED
        elif not closed.any():
            mode = OPEN
        else:
            mode = TIERED if offers.closed[mine & flagship].any() or not flagship[mine].any() else OPEN
        table[lab, mode] += world.months_released(lab, np.unique(offers.month[mine]).size)
    return np.asarray((table + 0.5) / (table.sum(axis=1, keepdims=True) + 2.0))


@dataclass
class Strategies:
    """Attractions and experience of all labs.

    Attributes:
        attraction: A_s, shape (L, modes).
        experience: N, shape (L,).
        habit: h_s, shape (L, modes).
        was_open: lines that were open at the hand-over, shape (Z,).
    """

    attraction: Floats
    experience: Floats
    habit: Floats
    was_open: Bools

    @classmethod
    def of(cls, world: World, offers: Offers, parameters: Parameters, handover: int) -> Strategies:
        """Return the state at the hand-over."""
        labs = len(world.lab_names)
        start = 1.0 / (1.0 - parameters.strategy.experience_decay)
        was_open = (offers.weights[:, handover] >= 0) & (offers.own[:, handover] == offers.weights[:, handover])
        was_open |= (offers.weights[:, handover] >= 0) & (offers.own[:, handover] < 0)
        return cls(np.zeros((labs, len(MODES))), np.full(labs, start), habits(world, offers, handover), was_open)

    def usual(self, lab: int, admissible: Bools) -> int:
        """Return the lab's habitual mode among the admissible ones."""
        return int(np.where(admissible, self.habit[lab], -1.0).argmax())

    def choose(self, lab: int, admissible: Bools, precision: float, luck: float) -> int:
        """Draw a mode by the logit response (E29); ``luck`` is uniform."""
        chances = np.cumsum(response(self.attraction[lab], self.habit[lab], admissible, precision))
        return int(np.searchsorted(chances, luck * chances[-1]))

    def learn(self, lab: int, payoff: Floats, chosen: int, parameters: Parameters) -> None:
        """Update attractions after a release (E28)."""
        settings = parameters.strategy
        self.attraction[lab], self.experience[lab] = attraction_step(
            self.attraction[lab],
            float(self.experience[lab]),
            payoff,
            chosen,
            settings.memory,
            settings.experience_decay,
            settings.foregone,
        )


@dataclass(frozen=True)
class Stakes:
    """What a lab weighs beside the market.

    Attributes:
        budget: RD, M$/mo.
        income_share: theta_l.
        bonus: b_state tau (CN labs) plus the open-model subsidy, of RD.
        spill: v_spill sigma_o times the sum of rivals' distances behind.
        eco: gamma times the mean gain of e_l over the horizon per unit of token share and of openness weight.
        volume: world tokens at full adoption, Mtok/mo.
        profit: gross profit now, M$/mo.
    """

    budget: float
    income_share: float
    bonus: float
    spill: float
    eco: float
    open_weight: float
    volume: float
    profit: float


def payoff(
    menu: Menu,
    reading: Reading,
    panel: Panel,
    population: Population,
    lab: int,
    drafts: list[Draft],
    opened: Bools,
    stakes: Stakes,
) -> float:
    """Return Pi_s of one mode (E27): a stationary evaluation on the panel, everybody else frozen."""
    settings = menu.parameters.strategy
    rho = menu.parameters.demand.dissimilarity
    values, prices, costs, own = _options(menu, panel, population, lab, drafts, opened)
    scaled = np.exp((values - reading.values.peak) / rho)
    nest = np.zeros(values.shape[1])
    for row in scaled:
        nest += row
    with np.errstate(divide="ignore"):
        weight = np.exp(rho * np.log(nest) - reading.top)
    others = reading.total * (1.0 - reading.lab[lab])
    openness = float(opened.mean()) if opened.size else 0.0
    share = weight / (others + weight)
    gain = stakes.eco * ((1.0 + (stakes.open_weight - 1.0) * openness) * float((reading.weight * share).sum()))
    lifted = weight * np.exp(gain)
    share = lifted / (others + lifted)
    tokens = stakes.volume * reading.weight * share
    inside = np.divide(scaled, nest, out=np.zeros_like(scaled), where=nest > 0)
    by_option = tokens * inside
    money = by_option * prices
    profit = float((money[own] - by_option[own] * costs[own, None]).sum()) / 1e6
    elsewhere = float(money[~own].sum()) / 1e6
    moved, present = ramp_weights(settings.horizon, settings.discount, menu.parameters.demand.review)
    total = moved * (profit + stakes.income_share * elsewhere) + present * stakes.profit
    bonus = stakes.bonus * (moved + present) * openness
    return total / max(stakes.budget, 1e-9) + bonus - (stakes.spill if opened.any() else 0.0)


def _draft_price(
    menu: Menu, population: Population, owner: Ints, lab: int, quote: Quote, channel: int, *, is_open: bool
) -> Floats:
    """Return what each enterprise would pay for a draft on a channel, $/Mtok, shape (S,)."""
    region, settings = population.region[owner], menu.parameters.prices
    if channel == HOST:
        return np.asarray(quote.hosted * menu.places.factor[menu.places.group[region]])
    if channel == SELF:
        cost = quote.cost * menu.places.alone[region, lab]
        volume = population.volume[owner] * menu.volume_growth
        return self_host_price(cost, settings.self_host_utilisation, settings.self_host_fixed, volume)
    return np.full(owner.size, quote.opened if is_open else quote.closed)


def _options(
    menu: Menu, panel: Panel, population: Population, lab: int, drafts: list[Draft], opened: Bools
) -> tuple[Floats, Floats, Floats, Bools]:
    """Return utility and price by option and slot, cost by option, and whether it is the lab's own API."""
    values, prices, costs, own = [], [], [], []
    owner = population.slot_owner[panel.slots]
    kind = population.kind[owner]
    task = population.slot_task[panel.slots]
    need = menu.slot_requirement(population, panel.slots, video=False)
    alpha, beta = population.slot_alpha[panel.slots], population.beta[owner] / 10.0
    common = menu.common(population, panel.slots, lab * 3 + np.arange(3))
    demand = menu.parameters.demand
    psi = np.where(kind == 0, demand.closed_premium_developer, demand.closed_premium) * menu.premium_fade
    for draft, is_open in zip(drafts, opened, strict=True):
        base = -beta * np.maximum(need - draft.q[task], 0.0)
        channels = (OWN, HOST, SELF) if is_open else (OWN,)
        for channel in channels:
            price = _draft_price(menu, population, owner, lab, draft.quote, channel, is_open=bool(is_open))
            value = common[channel] + base - alpha * menu.disutility(price)
            value += 0.0 if is_open else psi
            value += draft.variety if channel == HOST else 0.0
            values.append(value)
            prices.append(price)
            costs.append(draft.quote.cost)
            own.append(channel == OWN)
    return np.array(values), np.array(prices), np.array(costs), np.array(own)
