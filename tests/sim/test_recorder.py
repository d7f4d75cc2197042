"""What a run remembers, recomputed from the state."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from worlds import FLAT, bare_scenario, line, model, price, small_world

from sim.history import NONE
from sim.model import MarketModel
from sim.recorder import CAPABILITY_LEVELS, Records
from sim.sampled import SampledHoldings
from sim.world import BLOCS, CLASSES, TIERS, World


def test_the_last_month_is_the_state(market: MarketModel) -> None:
    records, population, holdings = market.recorder.records, market.population, market.holdings
    assert isinstance(holdings, SampledHoldings)
    shape = (len(market.world.region_codes), len(CLASSES))
    adopters, capacity, squares, heads, models, five, most = (np.zeros(shape) for _ in range(7))
    users = np.zeros((*shape, len(market.world.lab_names)))
    for i in np.flatnonzero(holdings.joined):
        cell = population.region[i], population.kind[i]
        adopters[cell] += population.count[i]
        squares[cell] += population.count[i] ** 2
        heads[cell] += 1
        capacity[cell] += population.count[i] * population.slots[i]
        mine = np.flatnonzero((population.slot_owner == i) & (holdings.model != NONE))
        distinct = np.unique(holdings.model[mine]).size
        models[cell] += population.count[i] * distinct
        five[cell] += population.count[i] * (distinct >= 5)
        most[cell] = max(most[cell], distinct)
        for lab in np.unique(holdings.lab[mine]):
            users[(*cell, lab)] += population.count[i]
    for name, wanted in {
        **{"adopters": adopters, "adopters_square": squares, "adopters_number": heads, "capacity": capacity},
        **{"models": models, "five_models": five, "most_models": most, "users": users},
    }.items():
        np.testing.assert_allclose(getattr(records, name)[-1], wanted, rtol=1e-10, atol=1e-15)
    assert (records.own_users[-1] <= records.users[-1] + 1e-12).all()


def test_large_means_the_upper_half_of_each_class_but_developers(market: MarketModel) -> None:
    population = market.population
    large = market.recorder._large
    for kind in range(1, len(CLASSES)):
        mine = population.kind == kind
        assert 0.4 < large[mine].mean() <= 0.6
        assert population.volume[mine & (large == 1)].min() >= population.volume[mine & (large == 0)].max()
    assert not large[population.kind == 0].any()
    holdings, records = market.holdings, market.recorder.records
    assert records.large[-1] == pytest.approx((population.count * holdings.adopted() * large).sum())
    three = holdings.variety().three_families
    assert records.large_three[-1] == pytest.approx((population.count * three * large).sum())


def test_offers_of_the_month(market: MarketModel) -> None:
    records, offers, world = market.recorder.records, market.offers, market.world
    t = market.t - 1
    live = [k for k in offers.own[:, t] if k != NONE and not offers.video[k]]
    weights = [k for k in offers.weights[:, t] if k != NONE and not offers.video[k]]
    for k, level in enumerate(CAPABILITY_LEVELS):
        options = [offers.own_price[m, t] for m in live if offers.q[m, :4].mean() >= level]
        options += [offers.host_price[m, t] for m in weights if offers.q[m, :4].mean() >= level]
        np.testing.assert_equal(records.cheapest[t, k], min(options) if options else np.nan)
    openai = world.lab_names.index("OpenAI")
    for k in range(len(TIERS)):
        mine = [
            offers.own_price[m, t] for m in live if offers.lab[m] == openai and offers.line_tier[offers.line[m]] == k
        ]
        assert records.list_price[t, openai, k] == pytest.approx(np.mean(mine) if mine else np.nan, nan_ok=True)
    for b in range(len(BLOCS)):
        for opened in (0, 1):
            best = [
                offers.q[m, :4].mean()
                for m in range(len(offers.models))
                if offers.month[m] <= t
                and not offers.video[m]
                and world.lab_bloc_index[offers.lab[m]] == b
                and offers.closed[m] == (not opened)
            ]
            np.testing.assert_equal(records.frontier[t, b, opened], max(best) if best else np.nan)
    assert records.live[t, 0] == len(set(offers.line[live]) | set(offers.line[weights]))


def leaving() -> World:
    """Return a world whose first lab withdraws in month 14, so that all its users have to move."""
    lines = [line("a", live_until=13, withdrawn=True), line("b", "Bolt")]
    models = [model("a1", "a", -1, q=120.0), model("b1", "b", -1, "Bolt", q=90.0)]
    return small_world(lines, models, [price("a1"), price("b1")])


@pytest.mark.parametrize("choice", ["sampled", "expected"])
def test_a_change_of_the_primary_lab_shows_for_a_year(choice: str) -> None:
    params = FLAT | {"demand.outside": -50.0, "demand.review": 0.0, "demand.innovation": 0.0, "demand.imitation": 0.0}
    market = MarketModel(bare_scenario(23, params, choice=choice), world=leaving())
    for _ in range(24):
        market.step()
    records = market.recorder.records
    adopters = records.adopters.sum(axis=(1, 2))
    settled, switched = records.settled.sum(axis=(1, 2)), records.switched.sum(axis=(1, 2))
    assert not settled[:12].any()
    np.testing.assert_allclose(settled[12:], adopters[12:], rtol=1e-12)
    assert not switched[:14].any()
    np.testing.assert_allclose(switched[14:], settled[14:], rtol=1e-12)


def test_records_start_empty(world: World) -> None:
    records = Records.empty(5, world, 7)
    assert all(not getattr(records, item.name).any() for item in fields(records))
    assert records.tokens.shape == (5, 13, 4, len(world.lab_names), 3, 3)
    assert records.model_tokens.shape == (5, 7)
    assert {getattr(records, item.name).shape[0] for item in fields(records)} == {5}
