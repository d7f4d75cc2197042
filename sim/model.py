"""The market as a Mesa model: the month as a list of named phases. The only file that knows their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesa
import numpy as np

from sim.agents.enterprise import Enterprise
from sim.agents.government import Government
from sim.agents.lab import Lab
from sim.agents.supplier import create_suppliers
from sim.awareness import Awareness
from sim.baseline import baseline_of
from sim.compile import compile_levers
from sim.expected import ExpectedHoldings
from sim.held import hold
from sim.history import build_offers
from sim.holdings import Holdings
from sim.invariants import check_month
from sim.ledger import Ledger
from sim.market.adoption import adoption_hazard
from sim.market.arrays import Bools, Floats
from sim.market.ecosystem import ecosystem_utility, standard_index
from sim.menu import Menu, build_menu
from sim.population import build_population
from sim.reactions import Reactions, Signals, gap_months
from sim.recorder import Recorder
from sim.reporters import REPORTERS
from sim.requirement import requirement_path
from sim.rng import Streams, name_keys
from sim.roster_world import world_of
from sim.sampled import SampledHoldings
from sim.scenario import Scenario
from sim.shocks import trust_incident
from sim.supply import Baseline, Event
from sim.supply_start import build_supply
from sim.world import BLOCS, CLASSES, World

PHASES = (
    "supply",
    "offers",
    "awareness",
    "choice",
    "usage",
    "finance",
    "ecosystem",
    "trust",
    "record",
    "reactions",
)


BOUND = ("step", "_user_step", "_default_schedule", "_event_list", "_event_generators", "data_registry")
"""What Mesa keeps in a model that points back at it; a closed model does without."""


class MarketModel(mesa.Model):  # type: ignore[misc]
    """The market for AI models.

    Args:
        scenario: world, policy, parameters, horizon and choice mode.
        rng: run seed, an integer.
        world: the world, if not that of the scenario.
        reverse: create and activate the agents in reverse order; nothing may depend on it.
        baseline: the status quo of the same seed, for a policy that runs beyond the hand-over or holds a mechanism
            (found if not given).
    """

    def __init__(
        self,
        scenario: Scenario,
        rng: int | None = 0,
        world: World | None = None,
        reverse: bool = False,
        baseline: Baseline | None = None,
    ) -> None:
        seed = int(rng or 0)
        super().__init__(rng=seed)
        self.scenario = scenario
        self.seed = seed
        self.t = scenario.start
        self.n_months = scenario.horizon + 1
        self.parameters = scenario.parameters
        self.world = world or world_of(scenario)
        self.streams = Streams(seed)
        quiet = baseline_of(scenario, seed, world, baseline)
        self.held = hold(scenario.hold, None if quiet is None else quiet.paths, self.world, scenario.history_until)
        self.levers = compile_levers(scenario.policy, self.world, self.n_months, scenario.history_until)
        self.law = self.held.law(self.levers)
        self.population = build_population(
            self.world,
            self.parameters,
            scenario.enterprises,
            seed if scenario.resample_population else scenario.population_seed,
        )
        offers = build_offers(self.world, self.law, self.parameters, scenario.history_until, self.n_months)
        self.supply = build_supply(
            scenario,
            self.world,
            self.population,
            offers,
            self.law,
            self.streams,
            quiet,
            self.held,
        )
        self.offers = self.held.catalogue(self.supply.offers)
        self.requirement = requirement_path(self.world, self.parameters, scenario.history_until, self.n_months)
        self.awareness = Awareness(
            self.offers, self.population, self.parameters, self.streams, self.world.lab_home_index, scenario.start
        )
        self.holdings = self._holdings()
        self.ledger = Ledger(self.world, self.population, self.parameters, scenario.history_until)
        self.recorder = Recorder(self.n_months, self.world, self.population, self.offers.rows)
        self.labs, self.governments = self._create_agents(reverse)
        self.suppliers = create_suppliers(self, self.supply.chips.path, reverse)
        self.menu: Menu | None = None
        self.reactions = Reactions(self.world, self.parameters, self.supply.levers, self.levers, self.streams)
        self.datacollector = mesa.DataCollector(model_reporters=REPORTERS)

    @property
    def scenario(self) -> Scenario:
        """What is run. Later versions of Mesa have a property of this name that writes into it; ours is frozen."""
        return self._scenario_run

    @scenario.setter
    def scenario(self, given: object) -> None:
        if isinstance(given, Scenario):
            self._scenario_run = given

    def step(self) -> None:
        """Run one month: each phase reads the previous month's state of the others."""
        if self.t >= self.n_months:
            self.running = False
            return
        self.supply.before(self.t, self.menu, self.awareness, self._adopted())
        self.held.refresh(self.t)
        for supplier in self.suppliers:
            supplier.advance(self.t, self.supply.chips.path)
        menu = self.menu = self._offers()
        self._awareness()
        welfare = self._choice(menu)
        accounts = self.ledger.close(menu, self.holdings)
        self.supply.after(self.t, menu, self.awareness, self._adopted(), accounts)
        self._ecosystem(accounts)
        self._trust()
        self.recorder.write(menu, self.holdings, accounts, welfare)
        self.recorder.write_state(self.t, self._stock(), self._incident())
        self._react()
        check_month(self.t, accounts, self.recorder.records, self.holdings, menu, self.population, self.supply)
        self.t += 1
        self.datacollector.collect(self)
        self.running = self.t < self.n_months

    def close(self) -> None:
        """Release the agents: some versions of Mesa keep every model of a process alive in a class attribute."""
        self.remove_all_agents()
        ids = getattr(mesa.Agent, "_ids", None)
        if ids is not None:
            ids.pop(self, None)
        agents: tuple[mesa.Agent, ...] = (*self.labs, *self.governments, *self.suppliers)
        for agent in agents:
            agent.model = None
        for bound in BOUND:
            self.__dict__.pop(bound, None)

    def _holdings(self) -> Holdings:
        kinds: dict[str, Callable[..., Holdings]] = {"sampled": SampledHoldings, "expected": ExpectedHoldings}
        keys = name_keys(list(self.world.lab_names))
        return kinds[self.scenario.choice](self.population, self.offers, keys, self.parameters, self.streams)

    def _create_agents(self, reverse: bool) -> tuple[list[Lab], list[Government]]:
        world, order = self.world, -1 if reverse else 1
        labs = [
            Lab(self, k, world.lab_names[k], world.lab_homes[k], world.lab_blocs[k], float(world.lab_income[k]))
            for k in range(len(world.lab_names))[::order]
        ]
        governments = [
            Government(self, r, world.region_codes[r], world.region_blocs[r], len(world.lab_names))
            for r in range(len(world.region_codes))[::order]
        ]
        Enterprise.create_agents(self, self.population.size, np.arange(self.population.size)[::order])
        for lab in labs:
            lab.stock = world.first_stock(lab.index, 1.0 if self.parameters.ecosystem.form == "log" else 0.0)
        return labs, governments

    def _stock(self) -> Floats:
        stock = np.zeros(len(self.labs))
        for lab in self.labs:
            stock[lab.index] = lab.stock
        return stock

    def _incident(self) -> Floats:
        table = np.zeros((len(self.governments), len(self.labs)))
        for government in self.governments:
            table[government.index] = government.incident
        return table

    def _adopted(self) -> Floats:
        adopted = np.zeros(len(self.governments))
        for government in self.governments:
            adopted[government.index] = government.adopted
        return adopted

    def _offers(self) -> Menu:
        settings = self.parameters.ecosystem
        eco = ecosystem_utility(
            standard_index(self.held.stock(self.t, self._stock())),
            self.parameters.demand.gamma,
            settings.form,
            settings.log_weight,
        )
        beyond = max(self.t - self.scenario.history_until, 0)
        fade = 0.5 ** (beyond / self.parameters.demand.closed_premium_half_life)
        return build_menu(
            self.world,
            self.offers,
            self.parameters,
            self.law,
            self.t,
            eco,
            self._incident(),
            float(self.requirement[self.t]),
            fade,
            self.scenario.history_until,
            (self.supply.rent_of_places(self.t), self.supply.ration[self.t]) if beyond else None,
            self.held,
        )

    def _awareness(self) -> None:
        self.awareness.advance(self.t)

    def _choice(self, menu: Menu) -> Any:
        if self.t == self.scenario.start:
            self.holdings.start(menu, self.awareness, self.world.region_adoption, self.world.first_shares)
            self._count_adopters()
        demand, population = self.parameters.demand, self.population
        imitation = np.full(len(CLASSES), demand.imitation)
        imitation[CLASSES.index("developer")] *= demand.imitation_developer
        imitation[CLASSES.index("public")] *= demand.imitation_public
        hazard = adoption_hazard(
            demand.innovation,
            imitation[population.kind],
            self._adopted()[population.region],
            self.levers.push[self.t][population.region],
        )
        welfare = self.holdings.step(menu, self.awareness, hazard)
        self._count_adopters()
        return welfare

    def _count_adopters(self) -> None:
        population = self.population
        regions = len(self.world.region_codes)
        whole = np.bincount(population.region, population.count, regions)
        adopted = np.bincount(population.region, population.count * self.holdings.adopted(), regions)
        for government in self.governments:
            government.adopted = float(adopted[government.index] / whole[government.index])

    def _ecosystem(self, accounts: Any) -> None:
        by_licence = accounts.tokens.sum(axis=(0, 1, 3))
        total = float(sum(by_licence.sum(axis=1).tolist()))
        shares = by_licence / total if total > 0 else np.zeros_like(by_licence)
        settings = self.parameters.ecosystem
        for lab in self.labs:
            k = lab.index
            lab.earn(float(accounts.revenue[k]), float(accounts.cost[k]), float(accounts.elsewhere[k]))
            closed, opened = float(shares[k, 0]), float(shares[k, 1] + shares[k, 2])
            lab.gather(closed, opened, settings.depreciation, settings.open_weight)

    def _trust(self) -> None:
        trust = self.parameters.trust
        self.shock = trust_incident(self.scenario.future, self.t)
        for k, bloc in enumerate(BLOCS):
            if float(self.streams.uniform("incident", self.t, bloc)[0]) < trust.incident_hazard:
                self.shock[k] += trust.incident_size * float(self.streams.exponential("incident size", self.t, bloc)[0])
        by_lab = self.shock[self.world.lab_bloc_index]
        for government in self.governments:
            foreign = np.array([bloc != government.bloc for bloc in self.world.lab_blocs], dtype=np.float64)
            government.remember(trust.incident_memory, by_lab, foreign)

    def _react(self) -> None:
        """Let governments react to what they see (E30), if the scenario says that they do."""
        scenario, t = self.scenario, self.t
        if not scenario.reactions or t <= scenario.history_until:
            return
        acts = self.reactions.review(t, scenario.history_until, self._signals())
        for act in acts:
            self.supply.events.append(Event(t, "government", act.who, act.what, act.trigger))
        if acts:
            self.supply.react(self.supply.chips.again(self.supply.levers), self.reactions.state_bonus)

    def _signals(self) -> Signals:
        t, start, supply = self.t, self.scenario.start, self.supply
        best = np.fmax.accumulate(np.fmax.reduce(self.recorder.records.frontier[start : t + 1], axis=2), axis=0)
        stock = self._stock()
        mostly_open = ledger_open(self.recorder.records.tokens[t])
        american = np.array(self.world.lab_blocs) == "US"
        whole = float(stock[mostly_open].sum())
        rent = supply.rent[t]
        return Signals(
            gap=gap_months(best[:, 0], best[:, 1], t - start),
            open_share=float(stock[mostly_open & american].sum()) / whole if whole > 0 else 0.0,
            tightness=float(supply.chips.path.tau[t]),
            incident=bool(self.shock[BLOCS.index("CN")] > 0),
            rent_ratio=float(rent[3] / rent[0]),
        )


def ledger_open(tokens: Floats) -> Bools:
    """Return the labs most of whose tokens run on open weights, shape (L,)."""
    licence = tokens.sum(axis=(0, 1, 3))
    return np.asarray(licence[:, 1:].sum(axis=1) > licence[:, 0])
