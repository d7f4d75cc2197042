"""Setting up the supply side of a run: both arms of the past, the catalogue with room for releases to come."""

from __future__ import annotations

import numpy as np

from sim.budgets import Budgets
from sim.chips import ChipMarket
from sim.compile import LeverArrays
from sim.completions import plan
from sim.held import NOTHING, Held
from sim.history import Offers, reserve
from sim.panel import Panel
from sim.population import Population
from sim.research import Arm, funding, replay
from sim.rng import Streams
from sim.roster_policy import real_world
from sim.scenario import Scenario
from sim.shocks import extra_compute
from sim.supply import Baseline, SupplySide
from sim.supply_levers import SupplyLevers, compile_supply
from sim.world import World, WorldRelease


def build_supply(
    scenario: Scenario,
    world: World,
    population: Population,
    offers: Offers,
    levers: LeverArrays,
    streams: Streams,
    baseline: Baseline | None,
    held: Held = NOTHING,
) -> SupplySide:
    """Return the supply side at the start of a run.

    Args:
        scenario: policy, parameters, hand-over and horizon.
        world: labs, funds, chips.
        population: the enterprises, for the panel that labs read.
        offers: the catalogue of the replay; its capabilities are moved by what a policy of the past changed.
        levers: compiled demand-side levers (alignment).
        streams: random numbers of the run.
        baseline: the status quo of the same draw and seed, None in the status quo itself.
        held: mechanisms that are held at the status quo.
    """
    parameters, handover, n_months = scenario.parameters, scenario.history_until, scenario.horizon + 1
    span = max(n_months, handover + 1)
    arm = compile_supply(scenario.policy, world, span, handover, parameters.releases.refile)
    quiet = compile_supply(real_world(scenario.roster), world, span, handover, parameters.releases.refile)
    _share_past(arm, quiet, scenario.start)
    arm = held.rules(arm, quiet)
    extra = extra_compute(scenario.future, span)
    chips_quiet = ChipMarket(world, parameters, quiet, span, handover, None, None, extra)
    chips = ChipMarket(world, parameters, arm, span, handover, chips_quiet.path, None, extra)
    rents = [np.array([market.replay_rent(t) for t in range(handover + 1)]) for market in (chips_quiet, chips)]
    releases = [
        WorldRelease(int(m), int(lab), bool(closed))
        for m, lab, closed, video in zip(offers.month, offers.lab, offers.closed, offers.video, strict=True)
        if not video
    ]
    past = held.past(replay(world, parameters, releases, Arm(rents[0], quiet), Arm(rents[1], arm), handover))
    observed = offers.q.copy()
    _shift(offers, past.shift)
    _keep_at_home(offers, arm.weights_ban)
    scheduled = tuple(record for record in levers.scheduled if handover < record.t < n_months)
    rows = plan(world, offers, parameters, handover, n_months).releases if n_months > handover + 1 else 0
    rows += len(scheduled)
    offers = reserve(offers, rows)
    observed = np.concatenate([observed[:-1], offers.q[observed.shape[0] - 1 :]])
    held.begin(offers, min(handover + 1, n_months))
    fund = funding(world, parameters, span)
    open_only = np.array([bool((~offers.closed[offers.lab == k]).all()) for k in range(len(world.lab_names))])
    plan_profit = None if baseline is None else baseline.profit
    budgets = Budgets.of(fund, plan_profit, open_only, parameters)
    budgets.budget = world.first_budget(fund[scenario.start])
    return SupplySide(
        world=world,
        parameters=parameters,
        population=population,
        offers=offers,
        levers=arm,
        chips=chips,
        past=past,
        streams=streams,
        panel=Panel.of(population),
        budgets=budgets,
        handover=handover,
        n_months=n_months,
        adaptive=scenario.strategy == "adaptive",
        observed=observed,
        future=scenario.future,
        baseline=baseline,
        align=levers.align,
        local=levers.local,
        scheduled=scheduled,
        held=held,
    )


def _share_past(arm: SupplyLevers, quiet: SupplyLevers, start: int) -> None:
    """Give a policy's arm the past of the status quo where a run begins without one: nothing acts before the start."""
    for name, table in arm.arrays().items():
        table[:start] = getattr(quiet, name)[:start]


def _shift(offers: Offers, shift: np.ndarray) -> None:
    """Move the capability of past releases by what a policy of the past did to effective compute."""
    for k in np.flatnonzero((offers.month >= 0) & ~offers.video):
        moved = float(shift[offers.month[k], offers.lab[k]])
        if moved != 0.0:
            offers.q[k, :] += moved


def _keep_at_home(offers: Offers, banned: np.ndarray) -> None:
    """Keep weights that were released under an export ban at home."""
    for k in np.flatnonzero(offers.month >= 0):
        offers.abroad[k] = not banned[min(int(offers.month[k]), banned.shape[0] - 1), offers.lab[k]]
