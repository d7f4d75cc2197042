"""How labs choose and learn modes of release: quantal response and attractions (O20)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from experiments.verify.check import Check, holds, oracle, same, sampled
from experiments.verify.toolkit import run, scenario, world
from sim import MarketModel, Scenario
from sim.market.strategy import MODES

EVERY = dict.fromkeys((f"releases.interval_{name}" for name in ("least", "most", "unknown")), 1)
ALIKE: dict[str, Any] = {
    **EVERY,
    "strategy.horizon": 1,
    "strategy.discount": 1.0,
    "strategy.spill_cost": 0.0,
    "strategy.adaptive_share": 0.0,
    "chips.smuggling": 0.0,
    "releases.size_growth": 1.0,
    "research.size_scale": 0.0,
    "prices.serving_progress": 1.0,
    "usage.growth": 1.0,
    "population.slots": 1.0,
    "population.slots_max": 1,
}
"""A generation each month, by all labs that have users; nothing about a release changes from month to month."""
REGIONS = {"US": {"gdp": 1.0}, "CN": {"gdp": 1.0}}
NO_CHIPS = {"chip_export_quota.US.CN": "0@2024-02"}
"""tau = 1, with no leakage: support of open releases in China is b_state of RD."""
BARRED = {"release_mode.CN": "[closed, delayed, tiered]@2024-02"}
OWN_ONLY = {"world": {"CN": {"H": 1.0, "S": 1.0}}}
"""Open weights are used through the lab's own API alone, at the closed price, so that modes differ by support alone."""
LONGEST = 203
"""Months from the start to the last legal horizon."""
OPEN = MODES.index("open")
CLEAR = 0.05
"""A lead in attraction beside which habit weighs nothing at lam_Q = 1000."""


def generations(
    labs: int,
    params: Mapping[str, Any],
    months: int,
    habit: int = 0,
    tiers: int = 1,
    levers: Mapping[str, str] | None = None,
) -> Scenario:
    """Return the scenario of Chinese labs that differ in nothing and release every month from 2024-02 on."""
    kinds = ["flagship", "economy"][:tiers]
    one = {"home": "CN", "mode": "closed", "price": 3.0, "fund": 1e9, "habit": habit, "tiers": kinds}
    where = world(
        {f"L{k:02}": one for k in range(labs)}, start="2024-01", regions=REGIONS, releases="market", bans=OWN_ONLY
    )
    return scenario(
        where,
        months,
        ALIKE | dict(params),
        levers=NO_CHIPS if levers is None else levers,
        enterprises=8,
        choice="sampled" if labs == 1 else "expected",
        strategy="adaptive",
    )


@oracle(
    "O20",
    "quantal response and learning (EWA)",
    "Chinese labs that release every month, sell through their own API alone and get b_state of R&D for opening "
    "(tau = 1), so that payoffs of modes differ by a constant. lam_Q = 0 with no habit and with one of a year; "
    "lam_Q = 1000; delta_E = 1.",
    "lam_Q = 0: each admissible mode is as likely as its habit h_s (the model's E29 weighs by habit): 1/4 without "
    "one, 12.5/14 with one of twelve months. lam_Q -> inf: the mode of the largest attraction. delta_E = 1 and a "
    "payoff of Pi over the mean: A = Pi (1 - rho_N)/(1 - phi) (1 - phi^k) after k releases, so 4.0 for Pi = 2, "
    "phi = .9, rho_N = .8.",
)
def learning() -> Iterator[Check]:
    """Yield the checks of O20."""
    yield from _constant_payoff()
    yield from _habit_alone()
    yield from _logit()
    yield from _best_mode()


def _attractions(market: MarketModel) -> np.ndarray:
    desk = market.supply.desk
    assert desk is not None
    return desk.strategies.attraction


def _constant_payoff() -> Iterator[Check]:
    params = {"strategy.foregone": 1.0, "strategy.state_bonus": 3.0}
    for memory, decay, limit, releases in ((0.9, 0.8, 4.0, LONGEST), (0.8, 0.5, 5.0, 100)):
        given = params | {"strategy.memory": memory, "strategy.experience_decay": decay}
        path = _followed(generations(1, given, releases))
        what = f"phi = {memory:g}, rho_N = {decay:g}"
        goal = 2.0 * (1.0 - decay) / (1.0 - memory) * (1.0 - memory ** np.arange(releases + 1))
        gaps = np.abs(path[:, OPEN] - goal), np.abs(path[:, 0] + goal / 2.0)
        yield Check(
            f"{what}: attraction of open (2 over the mean), largest error in {releases} releases", 0.0, _most(gaps[0])
        )
        yield Check(f"{what}: attraction of the others (1 below the mean), largest error", 0.0, _most(gaps[1]))
        yield Check(f"{what}: limit of the attraction of open, number", limit, float(path[-1, OPEN]))


def _followed(what: Scenario) -> np.ndarray:
    """Return the first lab's attractions after each month from the hand-over on, shape (months, modes)."""
    market, path = MarketModel(what), []
    while market.t < market.n_months:
        market.step()
        path.append(_attractions(market)[0].copy())
    market.close()
    return np.array(path)


def _most(error: np.ndarray) -> float:
    return float(error.max())


def _habit_alone() -> Iterator[Check]:
    for habit, chances in ((0, (1 / 4, 1 / 4, 1 / 4, 1 / 4)), (12, (12.5 / 14, 0.5 / 14, 0.5 / 14, 0.5 / 14))):
        found = run(generations(12, {"strategy.precision": 0.0}, 30, habit, tiers=2, levers={}))
        yield from _drawn(f"lam_Q = 0, {habit} months of habit", found.supply.mode[1:], chances)


def _logit() -> Iterator[Check]:
    """Yield checks of the response between the limits: without memory, attractions are payoffs less their mean."""
    params = {"strategy.memory": 0.0, "strategy.experience_decay": 0.0, "strategy.foregone": 1.0}
    found = run(generations(12, params | {"strategy.state_bonus": 1.5, "strategy.precision": 1.0}, 30))
    weights = np.exp([-0.5, 1.0, -0.5])
    yield from _drawn("lam_Q = 1, attractions -.5, 1, -.5", found.supply.mode[2:], weights / weights.sum())


def _drawn(what: str, modes: np.ndarray, chances: Iterable[float]) -> Iterator[Check]:
    for k, (name, chance) in enumerate(zip(MODES, chances, strict=False)):
        error = (chance * (1.0 - chance) / modes.size) ** 0.5
        yield sampled(f"{what}: share of {name}", chance, float((modes == k).mean()), error)


def _best_mode() -> Iterator[Check]:
    sharp = {"strategy.precision": 1000.0, "strategy.state_bonus": 3.0, "strategy.foregone": 1.0}
    free = run(generations(6, sharp, 16, tiers=2)).supply.mode[2:]
    yield same("lam_Q = 1000: releases in another mode than the best, which is open", int((free != OPEN).sum()))
    barred = generations(6, sharp, 16, tiers=2, levers=NO_CHIPS | BARRED)
    second = run(barred).supply.mode[2:]
    yield same("the same where a rule bars open: the best is tiered", int((second != MODES.index("tiered")).sum()))
    yield from _best_in_market()


def _best_in_market() -> Iterator[Check]:
    """Yield checks of the preset, where payoffs come from the market, large against little R&D: attractions lead."""
    params = {"strategy.precision": 1000.0, "strategy.adaptive_share": 0.0, "research.fund_scale": 0.001}
    market = MarketModel(Scenario.load(world="stylised", params=params, horizon="2027-12", enterprises=52))
    seen = wrong = 0
    before: np.ndarray | None = None
    while market.t < market.n_months:
        market.step()
        released = market.supply.mode[market.t - 1]
        for lab in np.flatnonzero(released >= 0):
            order = np.sort(before[lab]) if before is not None else np.zeros(2)
            if order[-1] - order[-2] > CLEAR:
                seen, wrong = seen + 1, wrong + int(before[lab].argmax() != released[lab])  # type: ignore[index]
        before = _attractions(market).copy() if market.supply.desk is not None else None
    market.close()
    yield same("lam_Q = 1000 in the preset: releases in another mode than that of the largest attraction", wrong)
    yield holds("there were twenty such releases or more", seen >= 20)
