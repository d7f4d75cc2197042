"""The status quo of the same draw and seed, from which every policy arm takes its constants (section 4)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from sim.roster_policy import real_world
from sim.scenario import Scenario
from sim.supply import Baseline
from sim.world import World

KEPT = 256
_CACHE: OrderedDict[tuple[str, int], Baseline] = OrderedDict()


def status_quo_of(scenario: Scenario) -> Scenario:
    """Return the scenario with the status quo in place of its policy."""
    return replace(scenario, policy=real_world(scenario.roster))


def needs_baseline(scenario: Scenario) -> bool:
    """Say whether a run projects beyond the hand-over under a policy other than the status quo."""
    if scenario.horizon <= scenario.history_until:
        return False
    return scenario.policy.canonical() != real_world(scenario.roster).canonical()


def baseline_of(scenario: Scenario, seed: int, world: World | None = None) -> Baseline | None:
    """Return the baseline of a run, from the cache or by running the status quo; None for the status quo itself."""
    if not needs_baseline(scenario):
        return None
    from sim.model import MarketModel

    quiet = status_quo_of(scenario)
    key = (quiet.digest(), seed)
    if world is None and key in _CACHE:
        _CACHE.move_to_end(key)
        return _CACHE[key]
    model = MarketModel(quiet, rng=seed, world=world)
    while model.t < model.n_months:
        model.step()
    found = model.supply.as_baseline()
    model.close()
    if world is None:
        remember(key, found)
    return found


def remember(key: tuple[str, int], found: Baseline) -> None:
    """Keep a baseline for the arms to come, forgetting the oldest beyond a limit."""
    _CACHE[key] = found
    while len(_CACHE) > KEPT:
        _CACHE.popitem(last=False)
