"""Oracles of choice (docs/model.md, section 9): O1, O2, O13, O14, O19b, O24, O29, in the kernel and in whole runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds import FLAT, bare_scenario, line, model, plain_world, price, records_of, small_world

from sim.expected import ExpectedHoldings
from sim.market.choice import Nests, inclusive, nest_values, probabilities
from sim.model import MarketModel
from sim.recorder import Records
from sim.world import World

NOWHERE = np.array([-1e6])
"""An outside option that nobody takes."""


def stranger_shares(utility: list[float], labs: list[int], rho: float) -> np.ndarray:
    """Return the kernel's shares of options of slots that hold nothing."""
    nests = Nests.of(np.array(labs), np.zeros(len(labs), np.intp))
    values = inclusive(np.array(utility)[:, None], nests, rho)
    by_nest, _ = probabilities(values.stranger, NOWHERE)
    rows = nests.group_lab[nests.row_group]
    return by_nest[rows, 0] * values.exps[:, 0] / values.total[rows, 0]


def expected(params: dict[str, float], horizon: int, world: World, **changes: object) -> Records:
    """Return the records of the expected mode in a world where nothing but ``params`` matters."""
    flat = FLAT | {"demand.outside": -50.0, "demand.review": 1.0} | params
    return records_of(bare_scenario(horizon, flat, choice="expected", **changes), world=world)


def lab_shares(records: Records, months: int | slice = -1) -> np.ndarray:
    slots = records.slots.sum(axis=(1, 2, 4, 5))[months]
    return slots / slots.sum(axis=-1, keepdims=True)


def test_o1_multinomial_logit() -> None:
    shares = stranger_shares([1.0, 0.5, 0.0, 0.0], [0, 1, 2, 3], 1.0)
    np.testing.assert_allclose(shares, [0.426933, 0.258948, 0.157060, 0.157060], atol=5e-7)
    utility = np.array([1.0, 0.5, 0.0, 0.0])
    np.testing.assert_allclose(shares, np.exp(utility) / np.exp(utility).sum(), rtol=1e-12)


def test_o1_in_a_run() -> None:
    """Lab strengths of 1, 1/2, 0 and 0 utils, all else equal, every slot reviewing every month."""
    base = plain_world(4)
    strengths = np.zeros_like(base.strengths)
    strengths[:2] = np.array([1.0, 0.5])[:, None, None]
    shares = lab_shares(expected({"demand.dissimilarity": 1.0}, 2, replace(base, strengths=strengths)))
    np.testing.assert_allclose(shares, [0.426933, 0.258948, 0.157060, 0.157060], atol=5e-7)


@pytest.mark.parametrize("rho", [0.05, 0.5, 0.6, 1.0])
def test_o2_red_bus_blue_bus(rho: float) -> None:
    shares = stranger_shares([0.0, 0.0, 0.0], [0, 0, 1], rho)
    np.testing.assert_allclose(shares[:2].sum(), 2**rho / (2**rho + 1), rtol=1e-12)
    assert shares[0] == shares[1]
    if rho == 0.5:
        np.testing.assert_allclose(shares, [0.292893, 0.292893, 0.414214], atol=5e-7)
    if rho == 1.0:
        np.testing.assert_allclose(shares, 1 / 3, rtol=1e-12)


@pytest.mark.parametrize("rho", [0.05, 0.6, 1.0])
def test_o29_a_second_identical_line(rho: float) -> None:
    utility, labs = [0.3, -0.2, 0.9], [0, 1, 2]
    before = stranger_shares(utility, labs, rho)
    after = stranger_shares([0.3, 0.3, -0.2, 0.9], [0, 0, 1, 2], rho)
    odds = before[0] / (1 - before[0]), after[:2].sum() / (1 - after[:2].sum())
    assert odds[1] / odds[0] == pytest.approx(2**rho, rel=1e-12)


def test_o29_in_a_run() -> None:
    world = plain_world(3)
    twin = replace(
        world,
        lines=(world.lines[0], line("Lab0 line 2", "Lab0"), *world.lines[1:]),
        models=(world.models[0], model("Lab0 model 2", "Lab0 line 2", -1, "Lab0"), *world.models[1:]),
        prices=(*world.prices, price("Lab0 model 2")),
        promotions=np.zeros((4, world.n_months)),
    )
    before, after = (lab_shares(expected({"demand.dissimilarity": 0.6}, 2, w)) for w in (world, twin))
    odds = before[0] / (1 - before[0]), after[0] / (1 - after[0])
    assert odds[1] / odds[0] == pytest.approx(2**0.6, rel=1e-12)


@pytest.mark.parametrize(("review", "kappa"), [(1 / 12, 3.641), (1 / 6, 4.397), (1 / 4, 4.823)])
def test_o13_switching(review: float, kappa: float) -> None:
    """Six identical labs: of those who review, (n-1)/(n-1+e^kappa) leave."""
    n = 6
    nests = Nests.of(np.arange(n), np.zeros(n, np.intp))
    values = inclusive(np.zeros((n, 1)), nests, 0.6)
    seen = nest_values(values, np.array([2]), np.zeros(1, np.intp), np.full((n, 1), kappa), np.full(1, 0.5), 0.6)
    by_nest, _ = probabilities(seen, NOWHERE)
    leave = 1 - by_nest[2, 0]
    assert leave == pytest.approx((n - 1) / (n - 1 + np.exp(kappa)), rel=1e-12)
    assert 1 - (1 - review * leave) ** 12 == pytest.approx(0.11, abs=5e-5)


def test_o13_in_a_run() -> None:
    """Everybody starts with the first of six identical labs; the share that never left falls by m a month."""
    kappa, review = 3.641, 1 / 12
    records = expected(
        {
            "demand.switching_cost": kappa,
            "demand.switching_cost_developer": 1.0,
            "demand.switching_cost_known": 1.0,
            "demand.review": review,
            "demand.review_developer": 1.0,
        },
        6,
        plain_world(6),
    )
    leave = review * 5 / (5 + np.exp(kappa))
    first = 1.0
    for share in lab_shares(records, slice(None))[:, 0]:
        first = first * (1 - leave) + (1 - first) * leave / 5
        assert share == pytest.approx(first, rel=1e-12)


@pytest.mark.parametrize(("slots", "distinct"), [(1, 1.0), (5, 3.060250), (10, 4.043409)])
def test_o14_multi_homing(slots: int, distinct: float) -> None:
    """K independent slots with shares s run sum of 1-(1-s)^K models."""
    params = {"population.slots": float(slots), "population.slots_elasticity": 0.0, "demand.awareness": 50.0}
    market = MarketModel(bare_scenario(2, params, choice="expected"), world=plain_world(5))
    holdings = market.holdings
    assert isinstance(holdings, ExpectedHoldings)
    holdings._joined[:] = 1.0
    for lab, share in enumerate((0.4, 0.25, 0.15, 0.1, 0.1)):
        holdings.mass[lab, 0][:] = share
    variety = holdings.variety()
    np.testing.assert_allclose(variety.models, distinct, atol=5e-7)
    np.testing.assert_allclose(variety.families, distinct, atol=5e-7)


def test_o24_stationarity() -> None:
    """Constant prices, no entry: slot shares follow the incumbents' chain exactly, to its stationary law."""
    world = plain_world(3)
    worth = np.array([0.5, 0.0, -0.5])
    strengths = np.repeat(np.repeat(worth[:, None, None], 5, axis=1), 4, axis=2)
    kappa, review, outside = 1.5, 0.25, -1.0
    params = {
        "demand.switching_cost": kappa,
        "demand.switching_cost_developer": 1.0,
        "demand.switching_cost_known": 1.0,
        "demand.review": review,
        "demand.review_developer": 1.0,
        "demand.outside": outside,
        "population.task_coding": 0.3,
    }
    records = expected(params, 23, replace(world, strengths=strengths))
    chain = np.zeros((6, 6))  # three labs, and outside with each of them as the last lab
    for held in range(3):
        value = np.append(np.exp(worth - kappa * (np.arange(3) != held)), np.exp(outside))
        chances = value / value.sum()
        for state in (held, 3 + held):
            chain[state, :3] = review * chances[:3]
            chain[state, 3 + held] += review * chances[3]
            chain[state, state] += 1 - review
    state = np.array([1.0, 0, 0, 0, 0, 0])
    for month in range(24):
        state = state @ chain
        slots = records.slots[month].sum(axis=(0, 1, 3, 4)) / records.capacity[month].sum()
        np.testing.assert_allclose(slots, state[:3], rtol=1e-10)
    rates = np.sort(np.abs(np.linalg.eigvals(chain)))
    assert rates[-1] == pytest.approx(1)
    stationary = np.linalg.matrix_power(chain, 5000)[0, :3]
    gap = [np.abs(lab_slots - stationary).max() for lab_slots in _slot_shares(records)]
    assert gap[-1] < gap[0] * rates[-2] ** 20


def _slot_shares(records: Records) -> np.ndarray:
    return records.slots.sum(axis=(1, 2, 4, 5)) / records.capacity.sum(axis=(1, 2))[:, None]


@pytest.mark.parametrize("at", [0, 2, 4])
def test_o19b_an_inert_option_moves_no_bit(at: int) -> None:
    """An option of -inf inside a lab or in a new one leaves every inclusive value as it was."""
    labs, channels = np.array([0, 0, 1, 3]), np.array([0, 1, 0, 2])
    utility = np.sin(np.arange(20.0)).reshape(4, 5) * 3
    base = inclusive(utility, Nests.of(labs, channels), 0.6)
    more = np.insert(utility, at, -np.inf, axis=0)
    new_labs, new_channels = np.insert(labs, at, [0, 2, 4][at // 2]), np.insert(channels, at, 0)
    inert = inclusive(more, Nests.of(new_labs, new_channels), 0.6)
    old = [k for k, lab in enumerate(Nests.of(new_labs, new_channels).labs) if lab in (0, 1, 3)]
    assert np.delete(inert.exps, at, axis=0).tobytes() == base.exps.tobytes()
    for name in ("channel", "total", "stranger"):
        assert getattr(inert, name)[old].tobytes() == getattr(base, name).tobytes()
    one = probabilities(base.stranger, -1 - base.peak)
    two = probabilities(inert.stranger, -1 - inert.peak)
    assert two[0][old].tobytes() == one[0].tobytes()
    assert two[1].tobytes() == one[1].tobytes()


def test_identical_labs_stay_identical() -> None:
    """Of O18: three labs that differ in nothing hold equal shares in every month, to the last digits."""
    world = replace(plain_world(3), region_adoption=np.zeros(3))
    shares = lab_shares(
        expected({"demand.gamma": 1.5, "demand.switching_cost": 4.0, "demand.review": 0.2}, 20, world), slice(None)
    )
    np.testing.assert_allclose(shares, 1 / 3, rtol=0, atol=1e-10)


def test_a_lab_without_lines_is_left_at_no_cost() -> None:
    """A lab whose only line has ended offers nothing, and its holders leave without cost."""
    lines = [line("a", live_until=5, withdrawn=True), line("b", "Bolt"), line("c", "Cui")]
    models = [model("a1", "a", -1), model("b1", "b", -1, "Bolt"), model("c1", "c", -1, "Cui")]
    world = small_world(lines, models, [price("a1"), price("b1"), price("c1")])
    records = expected({"demand.switching_cost": 6.0}, 8, world)
    shares = lab_shares(records, slice(None))
    assert shares[5, 0] > 0.3
    assert shares[6, 0] == 0
    np.testing.assert_allclose(shares[6, 1:], 0.5, rtol=1e-9)
