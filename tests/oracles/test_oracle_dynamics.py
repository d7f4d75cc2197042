"""Oracles of adoption, network effects and money (docs/model.md, section 9): O8, O10, O26."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from worlds import FLAT, bare_scenario, history_scenario, plain_world, records_of

from sim.market.adoption import adoption_hazard
from sim.model import MarketModel
from sim.recorder import Records
from sim.tables import load_world
from sim.world import CLASSES, World


def bass(p: float, q: float, years: float) -> float:
    """Return the Bass curve."""
    decay = np.exp(-(p + q) * years)
    return float((1 - decay) / (1 + q / p * decay)) if q else float(1 - np.exp(-p * years))


def adopted(p: float, q: float, years: float, steps_per_year: int = 12) -> float:
    """Iterate the hazard; a step of another length than a month scales the yearly rates."""
    scale, share = 12 / steps_per_year, 0.0
    for _ in range(round(years * steps_per_year)):
        hazard = adoption_hazard(p * scale, np.array([q * scale]), np.array([share]), np.zeros(1))[0]
        share += (1 - share) * hazard
    return share


def test_o8_bass() -> None:
    p, q = 0.03, 0.38
    assert bass(p, q, 5) == pytest.approx(0.331199, abs=5e-7)
    assert bass(p, q, 10) == pytest.approx(0.812803, abs=5e-7)
    peak = np.log(q / p) / (p + q)
    assert peak == pytest.approx(6.192619, abs=5e-7)
    assert bass(p, q, peak) == pytest.approx((1 - p / q) / 2) == pytest.approx(0.460526, abs=5e-7)
    assert adopted(p, q, 10) == pytest.approx(0.806342, abs=5e-7)
    errors = [bass(p, q, 10) - adopted(p, q, 10, steps) for steps in (12, 24, 48)]
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 2, atol=0.03)
    assert adopted(p, 0.0, 7) == pytest.approx(bass(p, 0.0, 7), rel=1e-12)


def test_o8_in_a_run() -> None:
    """Expected mode: each class and region adopts along its own recursion, all fed by the region's share."""
    p, q, months = 0.05, 0.6, 60
    start = np.array([0.03, 0.02, 0.0])
    world = replace(plain_world(2), region_adoption=start)
    params = FLAT | {"demand.innovation": p, "demand.imitation": q}
    records = records_of(bare_scenario(months - 1, params, choice="expected", history_until=42), world=world)
    count = np.array([0.30, 0.45, 0.15, 0.10])
    factor = np.array([2.0, 1.0, 1.0, 0.6])
    share = np.repeat(start[:, None], len(CLASSES), axis=1)
    for month in range(months):
        region = share @ count
        share = share + (1 - share) * -np.expm1(-(p + q * factor * region[:, None]) / 12)
        whole = np.outer([0.5, 0.3, 0.2], count)
        np.testing.assert_allclose(records.adopters[month] / whole, share, rtol=1e-12)


def tipped(gamma: float, labs: int, months: int) -> np.ndarray:
    """Run families that differ only in that the first is the standard at the start; return their shares at the end."""
    params = FLAT | {
        "demand.gamma": gamma,
        "demand.review": 1.0,
        "demand.outside": -50.0,
        "demand.dissimilarity": 1.0,
        "ecosystem.depreciation": 1.0,
        "ecosystem.open_weight": 1.0,
    }
    scenario = bare_scenario(months, params, choice="expected", history_until=42)
    market = MarketModel(scenario, world=plain_world(labs))
    market.labs[0].stock = 1.0
    while market.t < market.n_months:
        market.step()
    market.close()
    records = market.recorder.records
    return records.tokens[-1].sum(axis=(0, 1, 3, 4)) / records.tokens[-1].sum()


@pytest.mark.parametrize(("gamma", "share"), [(2.2, 0.751470), (2.5, 0.855206), (3.0, 0.929280)])
def test_o10_two_families_tip(gamma: float, share: float) -> None:
    """Above gamma = n = 2 the market settles on 2s - 1 = tanh(gamma (2s - 1)/2)."""
    shares = tipped(gamma, 2, 130 if gamma < 2.5 else 60)
    assert shares[0] == pytest.approx(share, abs=1e-6)
    assert 2 * shares[0] - 1 == pytest.approx(np.tanh(gamma * (2 * shares[0] - 1) / 2), abs=1e-7)


def test_o10_two_families_share_below_the_threshold() -> None:
    np.testing.assert_allclose(tipped(1.5, 2, 80), 0.5, atol=1e-8)


@pytest.mark.parametrize(("gamma", "tips"), [(2.70, False), (2.80, True)])
def test_o10_three_families_tip_below_three(gamma: float, tips: bool) -> None:
    """The asymmetric branch of three families begins at 2.7456, below the loss of symmetry at 3."""
    shares = tipped(gamma, 3, 120)
    assert bool(shares[0] > 0.5) is tips
    if tips:
        assert shares[0] / shares[1] == pytest.approx(np.exp(gamma * (shares[0] - shares[1])), rel=1e-4)


def richer(world: World, factor: float) -> World:
    """Return the world with every price and rent multiplied."""
    prices, hosts = (
        tuple(replace(row, price=row.price * factor) for row in table) for table in (world.prices, world.host_prices)
    )
    return replace(world, prices=prices, host_prices=hosts, rent=world.rent * factor)


@pytest.mark.parametrize("choice", ["expected", "sampled"])
def test_o26_dollar_invariance(choice: str) -> None:
    """Ten times every sum of money: the same shares and tokens, ten times the payments."""
    factor, money = 10.0, ("scale", "self_host_fixed", "video_fee")
    params: dict[str, Any] = {"prices.scale": 3.52, "prices.self_host_fixed": 3e5, "prices.video_fee": 2000.0}
    assert {f"prices.{name}" for name in money} == set(params)
    params["usage.price_level"] = 14.0
    one, ten = (
        records_of(history_scenario("2024-03", enterprises=60, choice=choice, params=values), world=w)
        for values, w in (({}, load_world()), (params, richer(load_world(), factor)))
    )
    for name in ("tokens", "slots", "chosen", "users", "adopters", "stock", "frontier"):
        np.testing.assert_allclose(
            getattr(ten, name), getattr(one, name), rtol=1e-9, atol=1e-12 * np.nanmax(getattr(one, name))
        )
    for name in ("spend", "payments", "revenue", "cost", "elsewhere", "cheapest", "list_price"):
        np.testing.assert_allclose(getattr(ten, name), factor * getattr(one, name), rtol=1e-9)


def test_o26_would_see_a_change(world_records: Records) -> None:
    """The control of the test above: a dearer world with the old price scale is another world."""
    dear = records_of(history_scenario("2024-03", enterprises=60), world=richer(load_world(), 10.0))
    assert np.abs(dear.slots - world_records.slots).max() > 1e-4


@pytest.fixture
def world_records() -> Records:
    """The default run of the same size."""
    return records_of(history_scenario("2024-03", enterprises=60))
