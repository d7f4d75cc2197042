"""Upgrades (E18): to what, and whether it is worth it."""

from __future__ import annotations

from typing import Any

import numpy as np
from worlds import FLAT, line, menu_of, model, offers_of, parameters, price, small_world

from sim.awareness import Awareness
from sim.history import NONE
from sim.holdings import Habits
from sim.menu import HOST, OWN, SELF, Menu
from sim.population import Population, build_population
from sim.rng import Streams
from sim.upgrades import best_priced, heir_lines, not_worse, upgrade_targets
from sim.world import World

OPEN = {"licence": "open_permissive", "active": 20.0, "total": 80.0}
LINES = [
    line("a"),
    line("a-old", live_until=8),
    line("a-mini", tier="economy"),
    line("a-pro"),
    line("c", "Cui"),
]
MODELS = [
    model("a1", "a", 0, q=90.0),
    model("a2", "a", 6, q=110.0),
    model("mini", "a-mini", 0, q=80.0),
    model("ancient", "a-old", 0, q=85.0),
    model("pro", "a-pro", 0, q=130.0),
    model("c1", "c", 0, "Cui", q=95.0, **OPEN),
    model("c2", "c", 6, "Cui", q=105.0, **OPEN),
]
PRICES = [price(m.name, m.month) for m in MODELS]
A1, A2, MINI, ANCIENT, PRO, C1, C2 = range(7)


def scene(t: int, **flat: Any) -> tuple[World, Menu, Population, Awareness, Habits]:
    params = FLAT | {"demand.quality_sensitivity": 2.5} | flat
    world = small_world(LINES, MODELS, PRICES)
    menu, population = menu_of(world, t, params=params), build_population(world, parameters(params), 104, 0)
    offers = offers_of(world, params=params)
    news = Awareness(offers, population, parameters(params), Streams(0), world.lab_home_index)
    for month in range(t + 1):
        news.advance(month)
    return world, menu, population, news, Habits.of(population, parameters(params))


def targets(t: int, held: int, channel: int) -> tuple[set[int], set[int]]:
    _, menu, population, news, _ = scene(t)
    text = np.flatnonzero(population.slot_task < 4)
    everything = np.full(population.slot_owner.size, held), np.full(population.slot_owner.size, channel)
    target, to = upgrade_targets(menu, population, news, text, *everything)
    return set(target.tolist()), set(to.tolist())


def test_the_models_are_in_this_order() -> None:
    assert [m.name for m in offers_of(small_world(LINES, MODELS, PRICES)).models] == [m.name for m in MODELS]


def test_to_the_newer_release_on_the_same_channel() -> None:
    assert targets(5, A1, OWN) == ({NONE}, {OWN})
    assert targets(6, A1, OWN) == ({A2}, {OWN})
    assert targets(6, A2, OWN) == ({NONE}, {OWN})
    assert targets(6, C1, HOST) == ({C2}, {HOST})
    assert targets(6, C1, SELF) == ({C2}, {SELF})


def test_from_an_ended_line_to_the_best_of_the_same_tier() -> None:
    """Of a2 and pro, which differ in nothing but quality; the economy line is another tier."""
    assert targets(8, ANCIENT, OWN) == ({NONE}, {OWN})
    found, channel = targets(9, ANCIENT, OWN)
    assert channel == {OWN}
    assert PRO in found <= {PRO, A2}


def test_heirs_are_live_and_of_the_same_lab_tier_and_domain() -> None:
    world = small_world(
        [*LINES, line("film", video=True), line("b", "Bolt"), line("gone", live_until=3)],
        [*MODELS, model("f1", "film", 0), model("b1", "b", 0, "Bolt"), model("g1", "gone", 0)],
        [*PRICES, price("b1"), price("g1")],
    )
    offers, names = offers_of(world), world.line_names
    assert [names[z] for z in heir_lines(offers, names.index("a-old"), 9)] == ["a", "a-pro"]
    assert [names[z] for z in heir_lines(offers, names.index("film"), 9)] == ["film"]
    assert heir_lines(offers, names.index("c"), 9).tolist() == [names.index("c")]


def test_not_worse() -> None:
    """A better model at the same price never is; a worse one is for those who need more than it can do."""
    _, menu, population, _, habits = scene(6)
    slots = np.flatnonzero(population.slot_task < 4)
    size = population.slot_owner.size
    held, way = np.full(size, A1), np.full(size, OWN)

    def better(target: int) -> np.ndarray:
        new = np.full(slots.size, target), np.full(slots.size, OWN)
        return not_worse(menu, population, slots, habits, *new, held, way)

    assert better(A2).size == slots.size
    assert better(A1).size == slots.size
    enough = menu.slot_requirement(population, slots, False) <= 80.0
    np.testing.assert_array_equal(better(MINI), np.flatnonzero(enough))


def test_a_dearer_release_is_weighed() -> None:
    params = {"demand.price_sensitivity": 1.2}
    world = small_world(LINES, MODELS, [price("a1", 0, 1.0), price("a2", 6, 50.0)])
    menu = menu_of(world, 6, params=FLAT | {"demand.quality_sensitivity": 2.5} | params)
    _, _, population, _, habits = scene(6, **params)
    slots = np.flatnonzero(population.slot_task < 4)
    size = population.slot_owner.size
    ok = not_worse(
        menu,
        population,
        slots,
        habits,
        np.full(slots.size, A2),
        np.full(slots.size, OWN),
        np.full(size, A1),
        np.full(size, OWN),
    )
    gain = menu.shortfall(population, slots, np.full((1, slots.size), A1), False)[0]
    gain -= menu.shortfall(population, slots, np.full((1, slots.size), A2), False)[0]
    loss = population.slot_alpha[slots] * (menu.own_cost[A2] - menu.own_cost[A1])
    np.testing.assert_array_equal(ok, np.flatnonzero(gain >= loss))
    assert 0 < ok.size < slots.size


def test_the_first_adopters_take_the_best_priced_model() -> None:
    world, menu, population, news, _ = scene(6)
    slots = np.flatnonzero(population.slot_task < 4)
    assert set(best_priced(menu, population, slots, news).tolist()) == {PRO}
    access = np.ones_like(world.access)
    access[:, 0, 1] = 0.0
    closed = small_world(LINES, MODELS, PRICES, access=access)
    best = best_priced(menu_of(closed, 6, params=FLAT), population, slots, news)
    china = population.region[population.slot_owner[slots]] == 1
    assert set(best[~china].tolist()) == {PRO}
    assert set(best[china].tolist()) == {C2}


def test_without_any_price_nobody_can_start() -> None:
    world = small_world([line("c", "Cui")], [model("c1", "c", 0, "Cui", **OPEN)], [])
    population = build_population(world, parameters(), 104, 0)
    news = Awareness(offers_of(world), population, parameters(), Streams(0), world.lab_home_index)
    news.advance(0)
    slots = np.arange(10)
    assert set(best_priced(menu_of(world, 0), population, slots, news).tolist()) == {NONE}
