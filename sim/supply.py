"""The supply side of a run: chips, R&D, releases, prices, budgets, strategy (sections 5.1 to 5.4 and 5.6).

Up to the hand-over it carries the replay and the differences that a policy of the past makes; from then on it moves by
its own equations. `before` runs phases 2 to 5 of a month, `after` phases 10 and 11.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.awareness import Awareness
from sim.budgets import Budgets
from sim.chips import FIT, ChipMarket
from sim.completions import flagship_sizes, plan
from sim.entries import ScheduledRelease
from sim.futures import Future
from sim.generations import Constants
from sim.held import NOTHING, Held
from sim.history import Offers
from sim.hosting import host_blocs
from sim.ledger import Accounts
from sim.market.arrays import Bools, Floats
from sim.market.knowledge import HOURS, effective_compute, knowledge_step, research_compute
from sim.market.strategy import MODES
from sim.menu import HOST, SELF, Menu
from sim.panel import Panel, Reading, read_demand
from sim.parameters import Parameters
from sim.paths import Paths
from sim.population import Population
from sim.price_book import PriceBook, lab_markups
from sim.release_desk import Outlook, ReleaseDesk
from sim.research import Past, reachable, spillovers, visible_weights
from sim.rng import Streams
from sim.shocks import price_war
from sim.strategies import Strategies
from sim.supply_levers import SupplyLevers
from sim.world import BLOCS, World


@dataclass
class Baseline:
    """What every policy arm takes from the status quo of the same draw and seed.

    Attributes:
        profit: GPe by month and lab, M$/mo, shape (T, L).
        markups: M_l in the state of the hand-over, shape (L,).
        elsewhere: o_b, share of each bloc's compute used by all that is outside the model, shape (4,).
        fund_scale: factor on outside funding after the hand-over by bloc, shape (4,).
        paths: what arms that hold a mechanism take from it besides, if there was one to ask for it.
    """

    profit: Floats
    markups: Floats
    elsewhere: Floats
    fund_scale: Floats
    paths: Paths | None = None


@dataclass
class Event:
    """Something that happened: month, kind, who, what, and what triggered it."""

    t: int
    kind: str
    who: str
    what: str
    trigger: str = ""


@dataclass
class SupplySide:
    """State of the supply side.

    Attributes:
        knowledge, compute: a_l and X_l by month, shape (T, L).
        rent: $/H100e-hour by month and bloc, shape (T, 4).
        ration: share of demanded compute that is served, shape (T, 4).
        used: R&D and inference compute by bloc, H100e, shape (T, 4).
        expected: GPe by month, shape (T, L).
        budget: RD by month, shape (T, L).
        mode: release mode chosen at each completion, -1 where there was none, shape (T, L).
        local: hosting localisation by month and region, shape (T, R).
        events: log.
    """

    world: World
    parameters: Parameters
    population: Population
    offers: Offers
    levers: SupplyLevers
    chips: ChipMarket
    past: Past
    streams: Streams
    panel: Panel
    budgets: Budgets
    handover: int
    n_months: int
    adaptive: bool
    observed: Floats
    future: Future
    baseline: Baseline | None
    book: PriceBook | None = None
    desk: ReleaseDesk | None = None
    elsewhere: Floats = field(default_factory=lambda: np.zeros(4))
    fund_scale: Floats = field(default_factory=lambda: np.ones(4))
    markups: Floats = field(default_factory=lambda: np.zeros(0))
    reading: Reading | None = None
    open_share: float = 0.0
    token_share: Floats = field(default_factory=lambda: np.zeros(0))
    events: list[Event] = field(default_factory=list)
    state_bonus: float = 0.0
    align: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    local: Bools = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    scheduled: tuple[ScheduledRelease, ...] = ()
    held: Held = NOTHING

    def __post_init__(self) -> None:
        months, labs = self.n_months, len(self.world.lab_names)
        self.knowledge, self.compute, self.expected, self.budget = (np.full((months, labs), np.nan) for _ in range(4))
        self.rent, self.used, self.ration = np.zeros((months, 4)), np.zeros((months, 4)), np.ones((months, 4))
        self.mode = np.full((months, labs), -1)
        self.profit = np.zeros(labs)
        self.hand_over_markups = np.zeros(labs)
        self.inference = np.zeros(4)
        self.fixed_compute = self.world.fixed_compute(months)
        last = min(self.handover + 1, months)
        self.knowledge[:last] = self.past.knowledge[:last]
        self.compute[:last] = self.past.compute[:last]
        for t in range(last):
            self.rent[t] = self.chips.replay_rent(t)

    def before(self, t: int, menu: Menu | None, awareness: Awareness, adopted: Floats) -> None:
        """Run phases 2 to 5 of month t: compute, knowledge, completions, prices."""
        self.budgets.budget = self.held.budget(t, self.budgets.budget)
        self.budget[t] = self.budgets.budget
        if t <= self.handover or menu is None:
            return
        assert self.book is not None and self.desk is not None
        self._supply_compute(t)
        self._learn(t)
        self.reading = read_demand(menu, self.panel, self.population, awareness, adopted)
        self.markups = lab_markups(self.reading, self.panel, self.population, self.parameters.demand.dissimilarity)
        for lab, mode in self.desk.complete(t, self._outlook(t, menu)).items():
            self.mode[t, lab] = mode
            self.events.append(Event(t, "release", self.world.lab_names[lab], MODES[mode]))
        self.book.war = np.append(price_war(self.future, self.world, t)[self.offers.lab], False)
        self.book.write(t, self.world, self.offers, self.parameters, self.rent[t], self.markups, self.handover)
        self.held.list_prices(t, self.offers)

    def after(self, t: int, menu: Menu, awareness: Awareness, adopted: Floats, accounts: Accounts) -> None:
        """Run phase 10 of month t: money, compute in use; draw up the hand-over in its month."""
        tokens = accounts.tokens.sum(axis=(0, 1, 3))
        by_lab = tokens.sum(axis=1)
        total = float(sum(by_lab.tolist()))
        self.open_share = float(tokens[:, 1:].sum()) / total if total > 0 else 0.0
        self.token_share = by_lab / total if total > 0 else np.zeros(by_lab.size)
        self.profit = (accounts.revenue - accounts.cost + self.world.lab_income * accounts.elsewhere) / 1e6
        self.used[t] = self._compute_in_use(t, accounts)
        self.budgets.close_month(t, self.profit, self.levers.subsidy[t], self.handover, self.parameters)
        self.expected[t] = self.budgets.expected
        if t == self.handover and t + 1 < self.n_months:
            self._hand_over(t, menu, awareness, adopted)

    def rent_of_places(self, t: int) -> Floats:
        """Return the rents that tell prices of places apart, shape (4,): where prices are fixed, one for all."""
        fixed = self.book is not None and self.book.fixed
        return np.full(4, self.rent[t, 0]) if fixed else self.rent[t]

    def react(self, chips: ChipMarket, state_bonus: float) -> None:
        """Take over what governments have changed: chips to come, and support of open releases in CN."""
        self.chips, self.state_bonus = chips, state_bonus

    def as_baseline(self) -> Baseline:
        """Return what policy arms take from this run of the status quo."""
        return Baseline(
            self.expected.copy(), self.hand_over_markups.copy(), self.elsewhere.copy(), self.fund_scale.copy()
        )

    def _compute_in_use(self, t: int, accounts: Accounts) -> Floats:
        """Return R&D compute plus the inference of the month by bloc, H100e: each where it runs.

        Of what hosts and self-hosters spend, 1/(1 + mu_h) counts as compute, an approximation for both; what was
        rationed away is demanded all the same.
        """
        world, used, spend = self.world, np.zeros(4), np.zeros(4)
        home = np.array([BLOCS.index(bloc) for bloc in world.region_blocs], dtype=np.intp)
        np.add.at(spend, world.lab_bloc_index, accounts.cost)
        by_region = accounts.spend.sum(axis=(1, 2, 4)) / (1.0 + self.parameters.prices.host_markup)
        np.add.at(spend, host_blocs(world, self.rent[t], self.local[t]), by_region[:, HOST])
        np.add.at(spend, home, by_region[:, SELF])
        self.inference = spend / (HOURS * self.rent[t] * self.ration[t])
        np.add.at(used, world.lab_bloc_index, self.compute[t])
        return used + self.inference

    def _hand_over(self, t: int, menu: Menu, awareness: Awareness, adopted: Floats) -> None:
        world, offers, parameters = self.world, self.offers, self.parameters
        self.reading = read_demand(menu, self.panel, self.population, awareness, adopted)
        markups = lab_markups(self.reading, self.panel, self.population, parameters.demand.dissimilarity)
        self.markups = self.hand_over_markups = markups
        self.elsewhere = self.chips.other_use(t, self.used[t])
        if self.baseline is not None:
            markups, self.elsewhere = self.baseline.markups, self.baseline.elsewhere
        self._fit_funds(t)
        self.book = PriceBook.open(world, offers, parameters, self.chips.quiet_rent(t), markups, t)
        size, ratio = flagship_sizes(world, offers, self.book.size, parameters, t)
        window = range(t - parameters.research.training_months + 1, t + 1)
        status_quo = self.past.gaps[None, :] + parameters.research.progress * (np.array(window)[:, None] - t)
        flow = self.past.quiet_compute[list(window)] * np.exp(status_quo)
        compute = effective_compute(flow, parameters.research.training_share)
        self.desk = ReleaseDesk(
            world=world,
            parameters=parameters,
            population=self.population,
            panel=self.panel,
            streams=self.streams,
            levers=self.levers,
            future=self.future,
            offers=offers,
            book=self.book,
            schedule=plan(world, offers, parameters, t, self.n_months),
            constants=Constants.of(offers, self.observed, compute, size, ratio, parameters, t),
            strategies=Strategies.of(world, offers, parameters, t),
            handover=t,
            adaptive=self.adaptive,
            align=self.align,
            scheduled=self.scheduled,
            held=self.held,
        )

    def _fit_funds(self, t: int) -> None:
        """Scale the outside funding of a bloc whose labs want more compute than there is, and say so."""
        quiet = self.baseline
        if self.fixed_compute is not None:
            return
        self.fund_scale = self.chips.fund_scale(t, self.used[t]) if quiet is None else quiet.fund_scale
        self.budgets.scale_funds(self.fund_scale[self.world.lab_bloc_index], t)
        for bloc in np.flatnonzero(self.fund_scale < 1.0):
            what = f"outside funding of R&D is scaled by {self.fund_scale[bloc]:.4f} from here on"
            reason = f"at the hand-over its labs want more than {FIT:.0%} of the compute that is there"
            self.events.append(Event(t, "funds", BLOCS[bloc], what, reason))

    def _outlook(self, t: int, menu: Menu) -> Outlook:
        assert self.reading is not None
        window = slice(t - self.parameters.research.training_months + 1, t + 1)
        return Outlook(
            menu=menu,
            reading=self.reading,
            flow=self.held.embodied(window, self.compute[window]) * np.exp(self.knowledge[window]),
            knowledge=self.knowledge[t],
            rent=self.rent[t],
            budget=self.budgets.budget,
            profit=self.profit,
            token_share=self.token_share,
            tightness=float(self.chips.path.tau[t]),
            state_bonus=self.state_bonus,
        )

    def _supply_compute(self, t: int) -> None:
        """Set rent and ration of month t (E7); where compute is fixed, rent stays and all of it is served."""
        if self.fixed_compute is not None:
            self.rent[t] = self.rent[self.handover]
            return
        self.rent[t], demand = self._clear(t)
        self.ration[t] = self.chips.ration(t, demand, self.elsewhere)

    def _clear(self, t: int) -> tuple[Floats, Floats]:
        """Return the rents at which the month's R&D budgets and the inference of the month before find room.

        Rent rises with compute in use and budgets buy less at a higher rent, so there is one such rent per bloc; a rent
        set on the use of the month before would swing from month to month instead (a cobweb), for budgets answer to
        rent with elasticity 1.
        """
        spend = np.zeros(4)
        np.add.at(spend, self.world.lab_bloc_index, 1e6 * self.budgets.budget / HOURS)
        low, high = np.full(4, 1e-4), np.full(4, 1e4)
        for _ in range(60):
            rent = np.sqrt(low * high)
            above = self.chips.rent(t, spend / rent + self.inference, self.elsewhere) > rent
            low, high = np.where(above, rent, low), np.where(above, high, rent)
        rent = np.sqrt(low * high)
        return rent, spend / rent + self.inference

    def _learn(self, t: int) -> None:
        """E9 from the state of the month before, then E8."""
        world, settings = self.world, self.parameters.research
        known = spillovers(world, self.parameters, self.levers, t - 1, self.open_share)
        a = self.knowledge[t - 1]
        effort = (1.0 - settings.training_share) * self.compute[t - 1] / self.past.reference
        a_open, a_api = self._embodied(t - 1)
        self.knowledge[t] = self.held.knowledge(t, a + knowledge_step(a, effort, known, a_open, a_api))
        bloc = world.lab_bloc_index
        bought = research_compute(self.budgets.budget, self.rent[t, bloc], self.ration[t, bloc])
        self.compute[t] = bought if self.fixed_compute is None else self.fixed_compute[t]

    def _embodied(self, t: int) -> tuple[Floats, Floats]:
        """Return the best knowledge in reachable public weights and behind closed APIs, by viewer, shape (L,) each."""
        offers, labs = self.offers, len(self.world.lab_names)
        opened, closed = np.full(labs, -np.inf), np.full(labs, -np.inf)
        banned = np.zeros(labs, dtype=bool)
        for k in np.flatnonzero((offers.month <= t) & ~offers.video):
            lab = offers.lab[k]
            a = self.knowledge[max(int(offers.month[k]), 0), lab]
            if offers.opened[k] <= t and a > opened[lab]:
                opened[lab], banned[lab] = a, not offers.abroad[k]
            if offers.closed[k] and offers.served[k]:
                closed[lab] = max(closed[lab], a)
        everybody = np.ones((labs, labs), dtype=bool)
        return reachable(opened, visible_weights(self.world, banned)), reachable(closed, everybody)
