"""How tokens are split over slots, and coding tools that choose anew every month."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import Parameters, Scenario, simulate
from sim.calendar import month_index
from sim.holdings import Habits
from sim.population import build_population
from sim.tables import load_world
from sim.task_mix import TaskMix
from sim.world import CLASSES, TASKS

CODING, DEVELOPER = TASKS.index("coding"), CLASSES.index("developer")
RECORD = ((month_index("2025-01"), 0.11), (month_index("2025-12"), 0.5))


def mix(handover: str | None = None, **params: float) -> TaskMix:
    given = Parameters.from_overrides({f"usage.{key}": value for key, value in params.items()})
    world = replace(load_world(), coding_share=RECORD)
    population = build_population(world, given, 2000, 0)
    return TaskMix(world, population, given, None if handover is None else month_index(handover))


def coding_share(made: TaskMix, month: str) -> float:
    """Return coding's part of developers' tokens if all slots are filled and enterprises use alike."""
    population, share = made._population, made.at(month_index(month))
    mine = population.kind[population.slot_owner] == DEVELOPER
    weight = population.count[population.slot_owner] * share
    return float(weight[mine & (population.slot_task == CODING)].sum() / weight[mine].sum())


def test_the_record_is_followed() -> None:
    made = mix(coding_shift=1.0)
    assert coding_share(made, "2023-05") == coding_share(made, "2025-01") == pytest.approx(0.11, abs=0.06)
    assert coding_share(made, "2025-12") == coding_share(made, "2029-01") == pytest.approx(0.5, abs=0.08)
    assert coding_share(made, "2025-03") < coding_share(made, "2025-06") < coding_share(made, "2025-09")


def test_without_a_shift_nothing_moves() -> None:
    made = mix(coding_shift=0.0)
    assert made.at(0) is made._population.slot_share
    assert made.at(35) is made._population.slot_share


def test_half_a_shift_lies_between() -> None:
    none, half, whole = (coding_share(mix(coding_shift=x), "2025-01") for x in (0.0, 0.5, 1.0))
    assert whole < half < none


def test_the_shares_of_an_enterprise_add_up_and_others_keep_theirs() -> None:
    made = mix(coding_shift=1.0)
    population, share = made._population, made.at(month_index("2025-06"))
    np.testing.assert_allclose(
        np.bincount(population.slot_owner, share), np.bincount(population.slot_owner, population.slot_share)
    )
    others = population.kind[population.slot_owner] != DEVELOPER
    np.testing.assert_allclose(share[others], population.slot_share[others], rtol=1e-12)


def test_the_record_stands_still_after_the_hand_over() -> None:
    made = mix("2025-05", coding_shift=1.0)
    assert (made.at(month_index("2025-05")) == made.at(month_index("2030-01"))).all()
    assert coding_share(made, "2030-01") < coding_share(mix(coding_shift=1.0), "2025-12")


def test_tools_choose_every_month_and_lose_nothing() -> None:
    given = Parameters.from_overrides({"demand.agents": 0.4})
    population = build_population(load_world(), given, 2000, 0)
    habits = Habits.of(population, given)
    coding = (population.kind[population.slot_owner] == DEVELOPER) & (population.slot_task == CODING)
    tool = habits.kappa_lab == 0
    assert not tool[~coding].any()
    assert tool[coding].mean() == pytest.approx(0.4, abs=0.05)
    assert (habits.review[tool] == 1).all()
    assert (habits.review[~tool] < 1).all()
    more = Habits.of(population, Parameters.from_overrides({"demand.agents": 0.6}))
    assert ((more.kappa_lab == 0) >= tool).all()  # who has a tool keeps it when there are more


def test_a_free_model_swings_more_traffic_where_tools_choose() -> None:
    """The free coding model of August 2025 (promotions.csv): its lab gains faster on the router with tools."""
    gains = []
    for agents in (0.0, 0.8):
        scenario = Scenario.load(
            horizon="2025-10", history_until="2025-10", enterprises=1000, params={"demand.agents": agents}
        )
        paths = [
            simulate(scenario, seed).instrument("openrouter_platform_share").set_index(["entity", "month"])["value"]
            for seed in range(3)
        ]
        gains.append(np.mean([path["xAI", "2025-09"] - path["xAI", "2025-07"] for path in paths]))
    assert gains[1] > gains[0] + 0.03
