"""Runs of worlds without history: the start, what it holds, and what can be fixed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rosters import LABS, lab, scenario, world
from worlds import different, finished, t_of

from sim import MarketModel, simulate


def test_size_follows_from_cost() -> None:
    model = finished(scenario(world(rent=3.0), horizon="2026-01"))
    flagship = model.offers.models[0]
    assert model.offers.cost[0, t_of("2026-01")] == pytest.approx(0.4, rel=1e-12)
    assert flagship.total == pytest.approx(10 * flagship.active)


def test_nothing_is_before_the_start() -> None:
    run = simulate(scenario(horizon="2026-12"), seed=0)
    assert run.records.tokens.shape[0] == len(run.months) == 12
    assert (run.records.tokens.sum(axis=(1, 2, 3, 4, 5)) > 0).all()
    assert set(run.frame("frontier").month) == set(run.months)
    assert set(run.frame("knowledge").month) == set(run.months)
    assert set(run.frame("chips").month) == set(run.months)
    assert run.events.month.min() >= "2026-01"


def test_everybody_knows_what_came_out_before_the_start() -> None:
    model = MarketModel(scenario(lab(age=0), params={"demand.awareness": 0.1}))
    old, new = model.awareness.weights[1], model.awareness.own[0]
    assert (old >= 0).all()
    model.step()
    assert 0 < (new >= 0).mean() < 0.5


@pytest.mark.parametrize("start", ["2024-06", "2028-03"])
def test_levels_hold_in_the_month_of_the_start(start: str) -> None:
    model = finished(scenario(world(start=start), horizon=None))
    t = t_of(start)
    assert model.recorder.records.tokens[:t].sum() == 0
    assert model.supply.budget[t].tolist() == [100.0, 10.0]
    assert model.n_months - t == 60
    assert model.supply.budget[-1, 0] > 100.0


@pytest.mark.parametrize("choice", ["sampled", "expected"])
def test_the_same_seed_gives_the_same_bytes(choice: str) -> None:
    given = scenario(choice=choice, horizon="2026-12")
    one, two = (finished(given, seed=4, reverse=reverse).recorder.records for reverse in (False, True))
    assert different(one, two) == []


def test_initial_shares_are_exact_in_expected_mode() -> None:
    given = world(init={"shares": {"A": 0.3, "B": 0.5}}, regions={"US": {"adoption": 1}, "CN": {"adoption": 0.4}})
    held = _at_the_start(given, "expected")
    assert held == pytest.approx({"A": 0.3, "B": 0.5}, abs=1e-12)


def test_initial_shares_are_drawn_in_sampled_mode() -> None:
    given = world(init={"shares": {"A": 0.3, "B": 0.5}}, regions={"US": {"adoption": 1}, "CN": {"adoption": 1}})
    held = _at_the_start(given, "sampled", enterprises=2000)
    slots = 10_000  # more than that many in 2,000 enterprises
    assert abs(held["A"] - 0.3) < 4 * (0.3 * 0.7 / slots) ** 0.5
    assert abs(held["B"] - 0.5) < 4 * (0.5 * 0.5 / slots) ** 0.5


@pytest.mark.parametrize("choice", ["sampled", "expected"])
def test_initial_shares_go_to_the_first_channel_within_reach(choice: str) -> None:
    open_abroad = LABS["B"] | {"blocked": ["US"]}
    given = world(labs={"A": LABS["A"] | {"blocked": ["CN"]}, "B": open_abroad}, init={"shares": {"A": 0.4, "B": 0.4}})
    model = _started(given, choice)
    region = model.population.region[model.population.slot_owner]
    found: dict[tuple[int, int, int], float] = {}
    for block in model.holdings.held():
        for slot, release, channel, mass in zip(block.slot, block.model, block.channel, block.mass, strict=True):
            key = int(region[slot]), int(release), int(channel)
            found[key] = found.get(key, 0.0) + float(mass)
    assert set(found) == {(0, 0, 0), (0, 1, 1), (1, 1, 0)}
    in_china = found[1, 1, 0] / _adopted_slots(model)[1]
    assert in_china == pytest.approx(0.8, abs=1e-12 if choice == "expected" else 0.06)


def _started(given: dict[str, Any], choice: str, enterprises: int = 400) -> MarketModel:
    model = MarketModel(scenario(given, choice=choice, enterprises=enterprises))
    menu = model._offers()
    model.holdings.start(menu, model.awareness, model.world.region_adoption, model.world.first_shares)
    return model


def _adopted_slots(model: MarketModel) -> np.ndarray:
    population = model.population
    text = population.slot_task < 4
    mass = model.holdings.adopted()[population.slot_owner] * text
    return np.bincount(population.region[population.slot_owner], mass)


def _at_the_start(given: dict[str, Any], choice: str, enterprises: int = 400) -> dict[str, float]:
    model = _started(given, choice, enterprises)
    held = model.holdings.lab_slots().sum(axis=1) / _adopted_slots(model).sum()
    return dict(zip(model.world.lab_names, held.tolist(), strict=True))


def test_initial_stock_knowledge_and_budget() -> None:
    init = {"stock": {"A": 2.0}, "knowledge": {"B": -0.5}, "budget": {"A": 40.0}}
    model = MarketModel(scenario(world(init=init)))
    assert {entry.name: entry.stock for entry in model.labs} == {"A": 2.0, "B": 0.0}
    assert model.supply.past.gaps.tolist() == [0.0, -0.5]
    assert model.supply.budgets.budget.tolist() == [40.0, 10.0]


def test_fixed_compute_moves_by_its_own_growth_only() -> None:
    labs = {name: entry | {"compute": 100.0 * (name == "A") + 20.0} for name, entry in LABS.items()}
    model = finished(scenario(world(labs=labs, compute="fixed", compute_growth=2.0), horizon="2027-01"))
    supply, t = model.supply, t_of("2026-01")
    assert supply.compute[t].tolist() == [120.0, 20.0]
    assert supply.compute[t + 12] == pytest.approx([240.0, 40.0])
    assert (supply.rent[t:] == supply.rent[t]).all()
    assert (supply.ration == 1.0).all()
    assert (np.diff(supply.knowledge[t:, 0]) > 0).all()


def test_fixed_prices_stay_and_are_handed_down() -> None:
    model = finished(scenario(lab(price=3.0) | {"pricing": "fixed"}, horizon="2027-06", strategy="fixed"))
    offers, t = model.offers, t_of("2026-01")
    assert (offers.month < 10**6).sum() > 2
    for line, amount in ((0, 3.0), (1, offers.own_price[1, t])):
        sold = offers.own[line, t:]
        assert sold[-1] != sold[0]
        assert (offers.own_price[sold, np.arange(t, offers.own.shape[1])] == amount).all()
    assert (np.diff(offers.cost[0, t:]) < 0).all()


def test_no_releases_after_the_start() -> None:
    model = finished(scenario(world(releases="none"), horizon="2028-12"))
    assert len(model.offers.models) == 2
    assert (model.supply.mode == -1).all()
