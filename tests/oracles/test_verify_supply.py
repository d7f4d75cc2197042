"""The oracles of ``opengambit verify`` on prices, money, chips, knowledge, strategy and the hand-over."""

from __future__ import annotations

import pytest

from experiments.verify import chips, handover, knowledge, money, price_worlds, prices, run, strategy
from experiments.verify.check import REGISTRY
from experiments.verify.toolkit import scenario, series, world
from sim import simulate

MODULES = {module.__name__ for module in (chips, handover, knowledge, money, prices, strategy)}
MINE = sorted(name for name, oracle in REGISTRY.items() if oracle.checks.__module__ in MODULES)


def test_all_are_there() -> None:
    numbers = ("3", "4", "4b", "5", "6", "7", "9", "9b", *map(str, range(15, 18)), "20", "21", "23")
    assert set(MINE) == {f"O{number}" for number in (*numbers, "26", "27", "28", "30")}


LONG = ("O17", "O20", "O27")
"""Those that take more than four seconds: ``make slow`` runs them, and CI."""


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in MINE])
def test_oracle(name: str) -> None:
    outcome = run(REGISTRY[name])
    assert not outcome.stopped, f"{name} stopped: {outcome.stopped}"
    assert outcome.checks
    for check in outcome.checks:
        wanted = f"{check.expected!r} to {check.tolerance:.2g}"
        assert check.passed, f"{name}, {check.what} ({check.mode or 'exact'}): {check.got!r}, not {wanted}"


@pytest.mark.parametrize("blocked", [["world"], []])
def test_open_weights_of_a_roster_sell_at_the_price_of_hosts_from_the_start(blocked: list[str]) -> None:
    """A world with logit hosts begins with their prices, or the difference would stay for years as a constant."""
    labs = {"Open": price_worlds.rival(2.0) | {"blocked": blocked}}
    params = price_worlds.MARKET | {"prices.host_pricing": "logit", "markup.constants_half_life": 36.0}
    found = simulate(scenario(world(labs, pricing="market"), 3, params, enterprises=4))
    expected = price_worlds.COST + 1.0 / (3.0 * (1.0 - 1.0 / 20.0))
    if not blocked:
        assert series(found, "price_list", "lab_flagship", "Open") == pytest.approx(expected, rel=1e-12)
    assert found.offers.host_price[0, found.scenario.start :] == pytest.approx(expected, rel=1e-12)
