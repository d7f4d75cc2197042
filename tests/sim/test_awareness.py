"""Who has heard of which release (E17): one keyed draw per enterprise and model."""

from __future__ import annotations

from typing import Any

import numpy as np
from worlds import line, model, offers_of, parameters, price, small_world

from sim.awareness import Awareness
from sim.history import NONE
from sim.population import Population, build_population
from sim.rng import Streams
from sim.world import ModelRecord, World

OPEN = {"licence": "open_permissive", "active": 20.0, "total": 80.0}
MODELS = [
    model("old", "a", -3),
    model("a1", "a", 2),
    model("a2", "a", 5),
    model("c1", "c", 4, "Cui", **OPEN),
    model("c2", "c", 9, "Cui", **OPEN),
]


def make(
    models: list[ModelRecord] = MODELS, params: dict[str, Any] | None = None, seed: int = 1
) -> tuple[World, Population, Awareness]:
    world = small_world([line("a"), line("c", "Cui")], models, [price("old", -3), price("a1", 2), price("a2", 5)])
    population = build_population(world, parameters(), 4000, 0)
    news = Awareness(offers_of(world), population, parameters(params), Streams(seed), world.lab_home_index)
    return world, population, news


def after(months: int, *args: Any, **kwargs: Any) -> Awareness:
    news = make(*args, **kwargs)[2]
    for t in range(months + 1):
        news.advance(t)
    return news


def test_what_came_before_2023_is_known() -> None:
    _, _, news = make()
    assert (news.own[0] == 0).all()
    assert (news.own[1] == NONE).all()
    assert (news.weights == NONE).all()


def test_nothing_is_known_before_its_release() -> None:
    assert (after(1).own[0] == 0).all()
    assert (after(3).weights == NONE).all()


def test_news_spreads_geometrically() -> None:
    for months in range(3):
        aware = (after(2 + months).own[0] >= 1).mean()
        wanted = 1 - np.exp(-(months + 1.0))
        assert abs(aware - wanted) < 4 * np.sqrt(wanted * (1 - wanted) / 4000)


def test_the_newest_release_known_counts_whatever_is_heard_later() -> None:
    seen = [after(t).own[0] for t in range(2, 20)]
    assert (np.diff(seen, axis=0) >= 0).all()
    heard_of_the_first_last = (seen[3] == 2) & (seen[2] == 0)
    assert heard_of_the_first_last.any()


def test_everybody_knows_at_the_cap() -> None:
    slow = {"demand.awareness": 0.05, "demand.awareness_cap": 3}
    assert (after(7, params=slow).own[0] == 2).mean() < 0.5
    assert (after(8, params=slow).own[0] == 2).all()


def test_the_hazard_is_a_parameter() -> None:
    assert (after(5, params={"demand.awareness": 50.0}).own[0] == 2).all()
    slow = (after(5, params={"demand.awareness": 0.5}).own[0] == 2).mean()
    assert abs(slow - (1 - np.exp(-0.5))) < 4 * np.sqrt(0.25 / 4000)


def test_weights_are_known_with_their_release_and_sold_only_if_priced() -> None:
    news = after(9)
    assert (news.own[1] == NONE).all()
    assert {3, 4} <= set(news.weights[1].tolist()) <= {NONE, 3, 4}
    assert (news.weights[0] == NONE).all()


def test_a_new_release_changes_nobodys_news_of_others() -> None:
    more = [*MODELS, model("b1", "b", 3, "Bolt")]
    world = small_world(
        [line("a"), line("b", "Bolt"), line("c", "Cui")],
        more,
        [price("old", -3), price("a1", 2), price("a2", 5), price("b1", 3)],
    )
    population = build_population(world, parameters(), 4000, 0)
    news = Awareness(offers_of(world), population, parameters(), Streams(1), world.lab_home_index)
    for t in range(7):
        news.advance(t)
    base = after(6)
    np.testing.assert_array_equal(news.own[0], base.own[0])
    moved = np.where(base.weights[1] == NONE, NONE, base.weights[1] + 1)
    np.testing.assert_array_equal(news.weights[2], moved)


def test_the_seed_draws_the_news() -> None:
    one, same, other = (after(2, seed=seed).own[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).mean() > 0.2
