"""Knowledge: gaps that close or stay, and ideas that get harder to find (O9, O9b, O28)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, log
from typing import Any

import numpy as np
from scipy.optimize import brentq

from experiments.verify.check import Check, holds, oracle
from experiments.verify.toolkit import run, scenario, world
from sim import Scenario
from sim.roster import Roster
from sim.supply_records import SupplyRecords

LONGEST = 179
"""Months from the start to the last legal horizon."""
SILENT: dict[str, float] = {
    "progress": 0.0,
    "fishing_out": 0.0,
    "sharing": 0.0,
    "spill_all": 0.0,
    "spill_open": 0.0,
    "spill_api": 0.0,
}


def researched(
    labs: Mapping[str, Mapping[str, Any]], params: Mapping[str, float], months: int = LONGEST, **keys: Any
) -> SupplyRecords:
    """Run labs of fixed compute and return their supply side; research parameters that are not given are 0."""
    given = {f"research.{name}": value for name, value in (SILENT | dict(params)).items()}
    return run(scenario(world(labs, **keys), months, given, enterprises=4)).supply


def behind(params: Mapping[str, float], months: int = LONGEST, start: float = 0.0) -> np.ndarray:
    """Return how far a follower of half the leader's progress lies behind it by month, nat, shape (months + 1,)."""
    returns = float(params.get("returns", 0.6))
    labs = {"Follower": {"compute": 1.0}, "Leader": {"compute": 2.0 ** (1.0 / returns)}}
    knowledge = researched(labs, params, months, init={"knowledge": {"Follower": -start, "Leader": 0.0}}).knowledge
    return np.asarray(knowledge[:, 1] - knowledge[:, 0])


@oracle(
    "O9",
    "a leader and a follower (Nelson and Phelps)",
    "Two labs of fixed compute in the ratio 2^(1/zeta), so that own progress is .0916 and .0458 nat a month "
    "(beta_A = 0); catching up at sigma = .05 or not at all. Then a lab without compute before public weights or "
    "a closed API.",
    "The gap tends to (g_L - g_F)/sigma = .916 nat, its distance from there shrinking by 1 - sigma a month "
    "(half-life 13.5 months, 13.9 in continuous time); with sigma = 0 it grows by g_L - g_F a month. What stands "
    "still is caught up with at the same rate through each of the three channels.",
)
def leader_and_follower() -> Iterator[Check]:
    """Yield the checks of O9."""
    sigma, own, other = 0.05, 0.0916, 0.0458
    limit, months = (own - other) / sigma, np.arange(LONGEST + 1)
    closing = {"progress": own, "spill_all": sigma}
    gap = behind(closing)
    yield Check("path of the gap, largest error", 0.0, _most(gap - limit * (1.0 - (1.0 - sigma) ** months)), 1e-11)
    yield Check("gap at its limit stays there", limit, float(behind(closing, start=limit)[-1]), 1e-11)
    distance = limit - gap
    half = log(2) / -log(distance[60] / distance[59])
    yield Check("half-life, months", log(2) / -log(1.0 - sigma), half, 1e-8)
    yield Check("half-life, number", 13.5, half, 0.05)
    for returns in (0.3, 0.9):
        found = behind(closing | {"returns": returns}, 24)[-1]
        yield Check(f"the same at zeta = {returns:g}, after two years", float(gap[24]), float(found), 1e-11)
    apart = behind({"progress": own}, 60)
    yield Check(
        "sigma = 0: growth of the gap a month, largest error", 0.0, _most(np.diff(apart) - (own - other)), 1e-12
    )
    yield from _channels(sigma)


def _channels(sigma: float) -> Iterator[Check]:
    path = (1.0 - sigma) ** np.arange(61)
    for name, mode in (("spill_all", "closed"), ("spill_open", "open"), ("spill_api", "closed")):
        labs: dict[str, dict[str, Any]] = {"F": {"compute": 0.0, "mode": "open"}, "L": {"mode": mode}}
        known = researched(labs, {name: sigma}, 60, init={"knowledge": {"F": -1.0, "L": 0.0}}).knowledge
        yield Check(f"research.{name} alone: path, largest error", 0.0, _most(-known[:, 0] - path), 1e-11)
    shut: dict[str, dict[str, Any]] = {"F": {"compute": 0.0, "mode": "open"}, "L": {"mode": "closed"}}
    known = researched(shut, {"spill_open": sigma}, 60, init={"knowledge": {"F": -1.0, "L": 0.0}}).knowledge
    yield Check("research.spill_open before closed weights: nothing is caught up", -1.0, float(known[-1, 0]), 0.0)


def _most(error: np.ndarray) -> float:
    return float(np.abs(error).max())


@oracle(
    "O9b",
    "ideas get harder to find (Jones)",
    "One lab whose compute grows by 2.6 a year, without spillovers (sigma = chi = 0). With zeta and beta_A at .6 "
    "and .5 a start at the limit stays there; with 2 and 5/3, the same ratio, the limit is reached from afar "
    "within the horizon.",
    "Knowledge grows by zeta gX/beta_A a month, .0955511 (3.1475 a year) with gX = ln 2.6/12; the distance from "
    "there shrinks by 1 - zeta gX a month, too slow at .6 for 1e-8 in 15 years.",
)
def harder_ideas() -> Iterator[Check]:
    """Yield the checks of O9b."""
    speed = log(2.6) / 12
    limit = 0.6 * speed / 0.5
    for returns, fishing, start in ((0.6, 0.5, limit), (2.0, 5.0 / 3.0, 0.0866), (2.0, 5.0 / 3.0, 0.3)):
        given = {"returns": returns, "fishing_out": fishing, "progress": start}
        knowledge = researched({"L": {}}, given, compute_growth=2.6).knowledge[:, 0]
        growth, what = np.diff(knowledge), f"zeta = {returns:g}, first step {start:.4f}"
        yield Check(f"{what}: growth a month", limit, float(growth[-1]), 1e-9)
        yield Check(f"{what}: growth a month, number", 0.0955511, float(growth[-1]), 5e-8)
        yield Check(f"{what}: growth a year, number", 3.1475, exp(12 * float(growth[-1])), 5e-5)
    default = researched({"L": {}}, {"fishing_out": 0.5, "progress": 0.0866}, compute_growth=2.6).knowledge[:, 0]
    distance = limit - np.diff(default)
    yield Check(
        "rate at which the distance shrinks at .6 and .5", 1.0 - 0.6 * speed, float(distance[-1] / distance[-2]), 1e-5
    )


NUMBERS = {
    **{"US-1": 0.0, "US-2": -0.137, "US-3": 0.0, "US-4": -0.137, "CN-1": -0.967, "CN-2": -1.161},
    **{"CN-3": -1.286, "CN-4": -1.286, "CN-5": -1.191, "AL-1": -0.973},
}
"""Stationary gaps of the roster, nat: the specification's numbers."""
SIGMA = {"spill_all": 0.03, "spill_open": 0.05, "spill_api": 0.02}
PROGRESS, RETURNS, FISHING = 0.0866, 0.6, 0.5


def steady_gaps(funds: Mapping[str, float], modes: Mapping[str, str]) -> dict[str, float]:
    """Return the gaps at which all labs grow by nu, from E9 with O = 0, one root after the other.

    The best open lab learns from no public weights but the second best's, which lie lower; all others learn from its.
    Chinese labs learn half as much from closed APIs.
    """
    top = max(funds.values())

    def gap(name: str, best_open: float) -> float:
        reach = 0.5 if name.startswith("CN") else 1.0

        def rest(a: float) -> float:
            own = PROGRESS * (funds[name] / top) ** RETURNS * exp(-FISHING * a)
            caught = (SIGMA["spill_all"] + SIGMA["spill_api"] * reach) * -a
            return float(own + caught + SIGMA["spill_open"] * max(best_open - a, 0.0) - PROGRESS)

        return float(brentq(rest, -20.0, 1e-9, xtol=1e-14))

    alone = {name: gap(name, float("-inf")) for name, mode in modes.items() if mode == "open"}
    best = max(alone, key=lambda name: alone[name])
    return {name: gap(name, float("-inf") if name == best else alone[best]) for name in funds}


def stylised(months: int) -> tuple[SupplyRecords, dict[str, float], dict[str, str]]:
    """Run the roster of the preset with compute that grows as its gaps need, each lab releasing every month."""
    preset = Roster.load("stylised")
    funds = {lab.name: float(lab.fund or 0.0) for lab in preset.labs}
    modes = {lab.name: str(lab.mode) for lab in preset.labs}
    homes = {lab.name: lab.home for lab in preset.labs}
    labs = {
        name: {"home": homes[name], "mode": modes[name], "compute": 1e3 * fund, "age": 0, "habit": 12}
        for name, fund in funds.items()
    }
    regions = {"US": {"gdp": 1.0}, "CN": {"gdp": 1.0}, "EU": {"gdp": 1.0}}
    growth = exp(12.0 * FISHING * PROGRESS / RETURNS)
    where = world(labs, regions=regions, compute_growth=growth, releases="market")
    every = dict.fromkeys((f"releases.interval_{name}" for name in ("least", "most", "unknown")), 1)
    params: dict[str, Any] = {"research.sharing": 0.0, **every}
    found = run(scenario(where, months, params, enterprises=12))
    return found.supply, funds, modes


@oracle(
    "O28",
    "stationary gaps of knowledge",
    "The ten labs of the preset stylised, their compute in proportion to their funds and growing at gX = beta_A "
    "g/zeta, chi = 0. Each releases every month, because what others learn from is the knowledge of the last "
    "release.",
    "All labs grow by the leader's first increment, nu = .0866 nat a month, and the gaps stay for 24 months: "
    "-.137 (US-2, US-4), -.967 (CN-1), -1.161 (CN-2), -1.286 (CN-3, CN-4), -1.191 (CN-5), -.973 (AL-1).",
)
def stationary_gaps() -> Iterator[Check]:
    """Yield the checks of O28."""
    start = run(Scenario.load(world="stylised", horizon="2026-02", enterprises=52, choice="expected"))
    first = dict(zip(start.world.lab_names, start.supply.knowledge[0].tolist(), strict=True))
    supply, funds, modes = stylised(24)
    gaps = steady_gaps(funds, modes)
    for k, (name, goal) in enumerate(sorted(gaps.items())):
        yield Check(f"{name}: gap at the start, root of E9", goal, float(supply.knowledge[0, k]))
        yield Check(f"{name}: gap of the preset, number", NUMBERS[name], first[name], 5e-4)
    growth = np.diff(supply.knowledge, axis=0)
    yield Check("the leader's first increment is nu", PROGRESS, float(growth[0].max()), 1e-12)
    yield Check("growth of all labs in 24 months, largest error", 0.0, _most(growth - PROGRESS), 1e-9)
    drift = supply.knowledge - supply.knowledge.max(axis=1, keepdims=True) - supply.knowledge[0]
    yield Check("drift of the gaps in 24 months", 0.0, _most(drift), 1e-8)
    yield holds("every lab released in every month", bool((supply.mode[1:] >= 0).all()))
