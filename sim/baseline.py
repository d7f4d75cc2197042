"""The status quo of the same draw and seed, from which every policy arm takes its constants (section 4).

An arm that holds a mechanism takes the status quo's path of it as well (section 6).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from sim.paths import Paths
from sim.policy import ITSELF
from sim.roster_policy import real_world
from sim.scenario import Scenario
from sim.supply import Baseline
from sim.world import World

KEPT, KEPT_PATHS = 256, 4
"""Baselines that are remembered, and those of them that keep their paths, which are hundreds of times as large."""
_CACHE: OrderedDict[tuple[str, int], Baseline] = OrderedDict()


def status_quo_of(scenario: Scenario) -> Scenario:
    """Return the scenario with the status quo in place of its policy, and nothing held."""
    if scenario.policy.base == ITSELF:
        return replace(scenario, hold=()) if scenario.hold else scenario
    return replace(scenario, policy=real_world(scenario.roster), hold=())


def needs_baseline(scenario: Scenario) -> bool:
    """Say whether a run takes anything from the status quo: a policy beyond the hand-over, or what is held."""
    if scenario.hold:
        return True
    if scenario.horizon <= scenario.history_until or scenario.policy.base == ITSELF:
        return False
    return scenario.policy.canonical() != real_world(scenario.roster).canonical()


def baseline_of(
    scenario: Scenario, seed: int, world: World | None = None, given: Baseline | None = None
) -> Baseline | None:
    """Return the baseline of a run; None where it takes nothing from one.

    It is the one that is given, else one of the cache, else a run of the status quo. A baseline without paths does not
    do for a run that holds a mechanism.
    """
    if not needs_baseline(scenario):
        return given
    quiet = status_quo_of(scenario)
    key = (quiet.digest(), seed)
    known = given or (_CACHE.get(key) if world is None else None)
    if known is not None and (known.paths is not None or not scenario.hold):
        if key in _CACHE:
            _CACHE.move_to_end(key)
        return known
    found = _run(quiet, seed, world, paths=bool(scenario.hold))
    if world is None:
        remember(key, found)
    return found


def _run(quiet: Scenario, seed: int, world: World | None, *, paths: bool) -> Baseline:
    from sim.model import MarketModel

    model = MarketModel(quiet, rng=seed, world=world)
    while model.t < model.n_months:
        model.step()
    found = model.supply.as_baseline()
    if paths:
        found.paths = Paths.of(model)
    model.close()
    return found


def remember(key: tuple[str, int], found: Baseline) -> None:
    """Keep a baseline for the arms to come, forgetting the oldest beyond a limit, and paths beyond a lower one."""
    if found.paths is None and key in _CACHE:
        found.paths = _CACHE[key].paths
    _CACHE[key] = found
    _CACHE.move_to_end(key)
    while len(_CACHE) > KEPT:
        _CACHE.popitem(last=False)
    with_paths = [each for each, kept in _CACHE.items() if kept.paths is not None]
    for each in with_paths[:-KEPT_PATHS]:
        _CACHE[each] = replace(_CACHE[each], paths=None)
