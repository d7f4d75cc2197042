"""Running a scenario from the first month to its horizon."""

from __future__ import annotations

import time
from collections.abc import Callable

from sim.baseline import needs_baseline, remember
from sim.model import MarketModel
from sim.scenario import Scenario
from sim.story import tell
from sim.supply_records import SupplyRecords
from sim.trajectory import Trajectory
from sim.world import World


def simulate(
    scenario: Scenario,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    world: World | None = None,
) -> Trajectory:
    """Run a scenario once.

    Args:
        scenario: what to run.
        seed: run seed; the same scenario and seed give the same bytes.
        progress: called after each month with the months done and the months in all.
        world: the world, if not that of the scenario.

    Returns:
        The recorded trajectory; the model itself is released.
    """
    began = time.perf_counter()
    model = MarketModel(scenario, rng=seed, world=world)
    while model.t < model.n_months:
        model.step()
        if progress is not None:
            progress(model.t - scenario.start, model.n_months - scenario.start)
    records, offers, used = model.recorder.records, model.offers, model.world
    supply = SupplyRecords.of(model.supply, records, used)
    happened = tell(model.supply, supply, records, used, model.levers.starts)
    happened = tuple(h for h in happened if h.t >= scenario.start)
    if not needs_baseline(scenario) and scenario.horizon > scenario.history_until and world is None:
        remember((scenario.digest(), seed), model.supply.as_baseline())
    model.close()
    records, supply = records.since(scenario.start), supply.since(scenario.start)
    return Trajectory(scenario, seed, records, used, offers, time.perf_counter() - began, supply, happened)
