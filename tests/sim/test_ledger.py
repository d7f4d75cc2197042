"""The month's accounts, recomputed slot by slot (E22, E24)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds import FLAT, bare_scenario, history_scenario, plain_world, price

from sim.holdings import Block
from sim.ledger import Accounts, Ledger
from sim.menu import HOST, OWN, Menu
from sim.model import MarketModel
from sim.population import Population


def books(market: MarketModel) -> Accounts:
    """Return the accounts of the last month as if it were the first: nobody has paid anything yet."""
    assert market.menu is not None
    return Ledger(market.world, market.population, market.parameters).close(market.menu, market.holdings)


def blocks(market: MarketModel) -> Block:
    parts = list(market.holdings.held())
    fields = ((getattr(part, name) for part in parts) for name in ("slot", "model", "channel", "mass"))
    return Block(*(np.concatenate(list(field)) for field in fields))


def price_of(menu: Menu, population: Population, slot: int, release: int, channel: int) -> float:
    i = population.slot_owner[slot]
    draw = population.free_draw[i]
    if channel == OWN:
        return 0.0 if draw < menu.own_free[release] else float(menu.own_price[release])
    if channel == HOST:
        return 0.0 if draw < menu.host_free[release] else float(menu.host_price[0, release])
    volume = population.volume[i] * 1.04 ** (menu.t - 36)
    return float(menu.serving[release] / 0.3 + 30_000 / volume)


@pytest.fixture(scope="module", params=["sampled", "expected"])
def state(request: pytest.FixtureRequest) -> MarketModel:
    market = MarketModel(history_scenario("2025-09", enterprises=80, choice=request.param), rng=3)
    for _ in range(20 if request.param == "expected" else 33):
        market.step()
    market.close()
    return market


def test_every_token_and_dollar_is_booked(state: MarketModel) -> None:
    menu, population, offers = state.menu, state.population, state.offers
    assert menu is not None
    got, shape = books(state), books(state).tokens.shape
    tokens, spend, slots, cost, served = (np.zeros(shape) for _ in range(5))
    level = 5e8 / 0.25 * 1.04 ** (menu.t - 36)
    firms = 5e8 / 0.25 / (population.count * population.volume).sum()
    router = np.zeros(len(offers.models))
    held = blocks(state)
    for slot, release, channel, mass in zip(held.slot, held.model, held.channel, held.mass, strict=True):
        i = population.slot_owner[slot]
        licence = {"closed": 0, "open_restricted": 1, "open_permissive": 2}[offers.models[release].licence]
        cell = population.region[i], population.kind[i], offers.lab[release], channel, licence
        slots[cell] += population.count[i] * mass
        if population.slot_task[slot] == 4:
            fee = firms * population.count[i] * mass * 200
            spend[cell] += fee
            cost[cell] += 0.4 * fee
            continue
        used = population.tokens[i] * level * population.slot_share[slot] * mass
        tokens[cell] += used
        spend[cell] += used * price_of(menu, population, slot, release, channel)
        served[cell] += used * menu.serving[release]
        if population.kind[i] == 0 and cell[0] != state.world.region_codes.index("CN") and channel < 2:
            router[release] += used
    np.testing.assert_allclose(got.tokens, tokens, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(got.spend, spend, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(got.slots, slots, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(got.model_tokens, router, rtol=1e-9, atol=1e-9)
    by_lab = spend.sum(axis=(0, 1, 4))
    np.testing.assert_allclose(got.revenue, by_lab[:, 0], rtol=1e-9)
    np.testing.assert_allclose(got.elsewhere, by_lab[:, 1] + by_lab[:, 2], rtol=1e-9)
    np.testing.assert_allclose(got.cost, (cost + served)[:, :, :, 0].sum(axis=(0, 1, 3)), rtol=1e-9)
    assert got.payments == pytest.approx(got.revenue.sum() + got.elsewhere.sum(), rel=1e-12)
    assert got.payments == pytest.approx(spend.sum(), rel=1e-9)


def test_the_parts_agree_with_the_whole(state: MarketModel) -> None:
    got = books(state)
    np.testing.assert_array_less(got.text_spend, got.spend.sum(axis=(2, 3)) * (1 + 1e-9) + 1e-9)
    assert got.text_spend.sum() < got.spend.sum()
    assert (got.assistant.sum() > 0) and got.assistant.sum() < got.slots.sum()
    assert got.chosen.sum() > 0
    assert (got.chosen <= got.slots * (1 + 1e-9) + 1e-12).all()
    assert not got.tokens[..., 1:, 0].any()


def paid_market(amount: float, months: int) -> MarketModel:
    """Return the model of a world in which everybody has adopted and all text slots pay one price."""
    flat = FLAT | {"demand.innovation": 0.0, "demand.imitation": 0.0, "demand.outside": -50.0}
    world = replace(plain_world(1), prices=(price("Lab0 model", 0, amount),))
    market = MarketModel(bare_scenario(23, flat | {"usage.price_elasticity": 0.5}), world=world)
    for _ in range(months):
        market.step()
    return market


def test_usage_reacts_to_the_smoothed_price() -> None:
    """At the first month the reference price counts, then 5.6 $/Mtok: half the tokens at an elasticity of a half."""
    market = paid_market(5.6, 3)
    records = market.recorder.records
    tokens = records.tokens.sum(axis=(1, 2, 3, 4, 5))
    assert tokens[0] == pytest.approx(5e8 / 0.25 * 1.04**-36, rel=1e-9)
    np.testing.assert_allclose(tokens[1:3] / tokens[0], 0.5 * 1.04 ** np.array([1, 2]), rtol=1e-9)
    filled = market.population.slot_share[market.holdings.model >= 0].sum()
    assert filled == pytest.approx(market.population.size)
    np.testing.assert_allclose(market.ledger.paid, 5.6, rtol=1e-12)


def test_free_use_counts_as_the_floor_price() -> None:
    market = paid_market(0.0, 2)
    scale = 0.352 * 1.3 ** (36 / 12)
    np.testing.assert_allclose(market.ledger.paid[0], 0.01 * scale * 0.8 + 0.2 * 0.01 * scale * 1.3 ** (-1 / 12))
    tokens = market.recorder.records.tokens.sum(axis=(1, 2, 3, 4, 5))
    assert tokens[1] / tokens[0] == pytest.approx(1.04 * (0.01 * scale / 1.4) ** -0.5, rel=1e-9)
    assert market.recorder.records.text_spend[:2].sum() == 0
