"""The plain twin of the demand side: a Mesa model with one agent per enterprise, lab and region.

It reads the same scenario, data and draws as ``sim.MarketModel`` and works out everything else again, one agent and one
slot at a time, as docs/model.md says it (E14, E15, E17 to E23). It replays history only.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import mesa
import numpy as np

from benchmarks.twin.catalogue import Catalogue
from benchmarks.twin.enterprise import Enterprise, Slot
from benchmarks.twin.luck import KeyedLuck, Luck, StreamLuck
from benchmarks.twin.places import Lab, Region
from sim.calendar import EPOCH_YEAR, LEVELS_MONTH, month_name
from sim.compile import compile_levers
from sim.errors import InputError, Problem
from sim.history import build_offers
from sim.population import Population, build_population
from sim.requirement import requirement_path
from sim.rng import Streams, name_keys
from sim.scenario import Scenario
from sim.supply_start import build_supply
from sim.tables import load_world
from sim.world import BLOCS, CLASSES, World, video_level

TRAITS = ("kind", "volume", "count", "tokens", "ban_draw", "access_draw", "free_draw", "beta")


class PlainMarket(mesa.Model):  # type: ignore[misc]
    """The demand side, plainly.

    Args:
        scenario: what to run, as for ``sim.MarketModel``; no longer than its history, in the sampled mode.
        rng: run seed, an integer.
        luck: ``keyed`` takes the draws of ``sim.rng``; ``stream`` takes every draw from Mesa's ``model.rng`` in the
            order in which agents ask, and activates the enterprises in Mesa's shuffled order.
        world: the world, if not that of the data tables.

    Attributes:
        t: the month to come.
        near_ties: decisions whose two best scores lay closer than ``choice.NEAR``.
        tokens: tokens by month, region, lab and openness (closed, open), Mtok.

    Raises:
        InputError: if the scenario goes beyond the hand-over or moves mass.
    """

    def __init__(
        self,
        scenario: Scenario,
        rng: int = 0,
        luck: Literal["keyed", "stream"] = "keyed",
        world: World | None = None,
    ) -> None:
        refuse(scenario, luck)
        super().__init__(rng=rng)
        self.given, self.seed, self.shuffled = scenario, rng, luck == "stream"
        self.parameters = scenario.parameters
        self.world = world or load_world()
        self.lab_homes: list[int] = self.world.lab_home_index.tolist()
        self.t, self.n_months = 0, scenario.horizon + 1
        self.near_ties = 0
        self.tokens: list[list[list[list[float]]]] = []
        self.population = build_population(
            self.world,
            self.parameters,
            scenario.enterprises,
            rng if scenario.resample_population else scenario.population_seed,
        )
        self._read_shared_data()
        self.luck: Luck = self._luck(luck)
        self.appeal = self._appeal(0)
        self.labs = [Lab(self, k) for k in range(len(self.world.lab_names))]
        self.regions = [Region(self, k) for k in range(len(self.world.region_codes))]
        self.enterprises = self._create_enterprises()

    def step(self) -> None:
        """Run one month."""
        if self.t >= self.n_months:
            self.running = False
            return
        self.open_month()
        if self.shuffled:
            self.agents_by_type[Enterprise].shuffle_do("step")
        else:
            self.agents_by_type[Enterprise].do("step")
        self.close_month()

    def open_month(self) -> None:
        """Bring the news, the menus, the rules and the hazards of a month; in the first one, its adopters."""
        t, usage = self.t, self.parameters.usage
        self.luck.begin(t)
        for release in self.catalogue.releases:
            if release.month == t:
                release.wait = self.luck.waits(release)
                self.catalogue.publish(release)
        self.catalogue.open_month(t)
        self.eco = self._ecosystem_utility()
        self.appeal, factor = self._appeal(t), self._coding_factor(t)
        for enterprise in self.enterprises:
            enterprise.appeal = self.appeal[enterprise.region.index][enterprise.kind]
            enterprise.share_out(factor)
        self.text_need = float(self.requirement[t])
        self.video_need = video_level(EPOCH_YEAR + (t + 0.5) / 12)
        self.volume_growth = usage.growth ** (t - LEVELS_MONTH)
        self.token_level = usage.tokens / usage.adoption_level * self.volume_growth
        for region in self.regions:
            region.open_month()
        if t == 0:
            self.agents_by_type[Enterprise].do("start")
        for region in self.regions:
            region.set_hazard()

    def close_month(self) -> None:
        """Let labs gather stock (E23) and incidents happen (E21)."""
        self.tokens.append([region.tokens for region in self.regions])
        used = [[sum(region.tokens[lab.index][k] for region in self.regions) for k in (0, 1)] for lab in self.labs]
        total = sum(closed + opened for closed, opened in used)
        for lab, (closed, opened) in zip(self.labs, used, strict=True):
            lab.gather(closed / total if total > 0 else 0.0, opened / total if total > 0 else 0.0)
        shock = {bloc: self._incident(bloc) for bloc in BLOCS}
        for region in self.regions:
            region.remember(shock)
        self.t += 1
        self.running = self.t < self.n_months

    def close(self) -> None:
        """Release the agents: some versions of Mesa keep every model of a process alive in a class attribute."""
        agents: tuple[mesa.Agent, ...] = (*self.enterprises, *self.labs, *self.regions)
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        for agent in agents:
            agent.model = None
        for bound in ("step", "_user_step"):
            self.__dict__.pop(bound, None)

    def _read_shared_data(self) -> None:
        """Read what both implementations share: compiled levers, the catalogue after a policy, requirements."""
        scenario, until = self.given, self.given.history_until
        self.levers = compile_levers(scenario.policy, self.world, self.n_months, until)
        offers = build_offers(self.world, self.levers, self.parameters, until, self.n_months)
        supply = build_supply(  # supply-side levers of the past move the capability of releases
            scenario, self.world, self.population, offers, self.levers, Streams(self.seed), None
        )
        self.catalogue = Catalogue(supply.offers, self.parameters, self.population.size)
        self.requirement = requirement_path(self.world, self.parameters, until, self.n_months)

    def _luck(self, kind: str) -> Luck:
        if kind == "stream":
            return StreamLuck(self.rng, self.population.size)
        return KeyedLuck(self.seed, self.population, name_keys(list(self.world.lab_names)))

    def _coding_factor(self, t: int) -> float:
        """Return how much more a developer's coding slot weighs than usual, so that coding has its recorded share."""
        usage, mix = self.parameters.usage, self.parameters.population
        record = self.world.coding_share
        if not usage.coding_shift or not record:
            return 1.0
        months, shares = zip(*record, strict=True)
        logits = [math.log(share / (1.0 - share)) for share in shares]
        odds = math.exp(float(np.interp(min(t, self.given.history_until), months, logits)))
        others = (
            mix.developer_assistant * usage.weight_assistant
            + mix.developer_documents * usage.weight_documents
            + mix.developer_local * usage.weight_local
        )
        return float((odds * others / mix.developer_coding / usage.weight_coding) ** usage.coding_shift)

    def _appeal(self, t: int) -> list[list[list[list[float]]]]:
        """Return fit + xi of a month, utils, by region, class, lab and task."""
        demand = self.parameters.demand
        fit = (demand.fit_scale * self.world.fit).tolist()
        strength = (demand.xi_scale * self.world.strengths_at(t)).tolist()
        return [
            [
                [
                    [fits + by_class[kind] for fits, by_class in zip(row, tasks, strict=True)]
                    for row, tasks in zip(rows, strength, strict=True)
                ]
                for kind in range(len(CLASSES))
            ]
            for rows in fit
        ]

    def _create_enterprises(self) -> list[Enterprise]:
        population = self.population
        columns = {name: getattr(population, name).tolist() for name in TRAITS} | {"taste": population.taste.T.tolist()}
        slots = slots_of(population, self.parameters.demand.agents)
        regions = [self.regions[r] for r in population.region.tolist()]
        return [
            Enterprise(self, k, regions[k], {name: column[k] for name, column in columns.items()}, slots[k])
            for k in range(population.size)
        ]

    def _ecosystem_utility(self) -> list[float]:
        """Return eco(l) in utils (E23)."""
        settings, total = self.parameters.ecosystem, sum(lab.stock for lab in self.labs)
        shares = [lab.stock / total if total > 0 else 0.0 for lab in self.labs]
        if settings.form == "log":
            return [settings.log_weight * float(np.log(max(share, 1e-12))) for share in shares]
        return [self.parameters.demand.gamma * share for share in shares]

    def _incident(self, bloc: str) -> float:
        """Return the size of this month's incident of a developer bloc, utils; mostly 0."""
        trust = self.parameters.trust
        if self.luck.incident(bloc) >= trust.incident_hazard:
            return 0.0
        return trust.incident_size * self.luck.incident_size(bloc)


def slots_of(population: Population, agents: float) -> list[list[Slot]]:
    """Return the slots of each enterprise; ``agents`` is the share of coding tools among developers' coding slots."""
    columns: list[Any] = [
        getattr(population, f"slot_{name}").tolist() for name in ("owner", "task", "alpha", "z", "share", "tool")
    ]
    found: list[list[Slot]] = [[] for _ in range(population.size)]
    for k, (owner, task, alpha, z, share, tool) in enumerate(zip(*columns, strict=True)):
        found[owner].append(Slot(k, task, alpha, z, share, tool < agents))
    return found


def refuse(scenario: Scenario, luck: str) -> None:
    """Say what the twin cannot do, all at once."""
    problems = []
    if scenario.horizon > scenario.history_until:
        last = month_name(scenario.history_until)
        message = f"{month_name(scenario.horizon)} is beyond the hand-over, and the plain twin replays demand only"
        problems.append(Problem("the plain twin", "horizon", message, f"2023-01 to {last}"))
    if scenario.choice != "sampled":
        problems.append(Problem("the plain twin", "choice", "its agents draw and do not move mass", "sampled"))
    if luck not in ("keyed", "stream"):
        problems.append(Problem("the plain twin", "luck", f"there is no luck {luck!r}", "keyed, stream"))
    if problems:
        raise InputError(problems)
