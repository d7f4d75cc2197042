"""The calibrated baseline keeps the exact laws of the model, as the defaults do.

The limit cases of `opengambit verify` set every parameter that their answers hang on; these are laws of whole worlds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from worlds import different, finished, history_scenario, model, with_lab

from experiments.effects import CENTRE
from experiments.studies.draws import from_posterior
from sim import Scenario, simulate
from sim.calendar import month_index
from sim.parameter_sets import named_set
from sim.parameters import catalogue
from sim.tables import load_world
from sim.world import World

FAST: dict[str, Any] = {"centre": CENTRE, "enterprises": 60}
MONEY = ("prices.scale", "prices.self_host_fixed", "prices.video_fee", "usage.price_level")
"""Parameters in dollars; none of them is calibrated."""


def test_the_centre_is_another_point_than_the_defaults() -> None:
    """And inside the prior of each parameter."""
    known = {info.path: info for info in catalogue()}
    centre = named_set(CENTRE)
    assert centre
    assert not set(centre) & set(MONEY)
    for path, value in centre.items():
        low, high = known[path].low, known[path].high
        assert low is not None and high is not None and low <= value <= high
    assert any(value != known[path].default for path, value in centre.items())


@pytest.mark.parametrize(
    "policy", [(), ("total_chip_ban", "cn_goes_closed"), ("allied_procurement_ban", "us_open_push")]
)
def test_o17_invariants_hold_month_by_month(policy: tuple[str, ...]) -> None:
    """A breach stops the run; money, chips and shares add up in replay and projection."""
    scenario = Scenario.load(policy, horizon="2027-06", centre=CENTRE, enterprises=150, reactions=True)
    run = simulate(scenario, 2)
    shares = run.frame("token_share")
    world = shares[(shares.segment == "world") & (shares.by == "bloc")].groupby("month")["value"].sum()
    np.testing.assert_allclose(world[world > 0], 1.0, rtol=1e-9)


def test_o17_holds_for_draws_of_the_posterior() -> None:
    posterior = from_posterior(CENTRE, 6)
    for number in posterior.numbers:
        simulate(Scenario.load(horizon="2026-10", params=posterior.at(number), enterprises=80), number)


def test_o19_a_policy_changes_nothing_before_it_starts() -> None:
    settings = FAST | {"enterprises": 400}
    base = simulate(history_scenario("2024-12", **settings), 3)
    arm = simulate(history_scenario("2024-12", levers={"api_access_block.US.US": "true@2024-07"}, **settings), 3)
    assert different(base.records, arm.records, before=month_index("2024-07")) == []
    assert "tokens" in different(base.records, arm.records)


@pytest.mark.filterwarnings("ignore:invalid value encountered in divide:RuntimeWarning")  # justification: 0/0
def test_o19b_an_inert_lab_changes_no_bit() -> None:
    world = load_world()
    wider = with_lab(world, "Kilo", model("inert", "inert line", 4, "Kilo", q=60.0))
    at = wider.lab_names.index("Kilo")
    scenario = history_scenario("2024-12", history_until="2024-06", **FAST)
    base, more = (finished(scenario, 6, world=each).recorder.records for each in (world, wider))
    for name in ("tokens", "spend", "slots", "chosen"):
        assert np.delete(getattr(more, name), at, axis=3).tobytes() == getattr(base, name).tobytes(), name
    for name in ("adopters", "payments", "surplus", "switched", "models"):
        assert getattr(more, name).tobytes() == getattr(base, name).tobytes(), name


def richer(world: World, factor: float) -> World:
    """Return the world with every price and rent multiplied."""
    prices, hosts = (
        tuple(replace(row, price=row.price * factor) for row in table) for table in (world.prices, world.host_prices)
    )
    return replace(world, prices=prices, host_prices=hosts, rent=world.rent * factor)


def test_o26_dollar_invariance() -> None:
    known = {info.path: info for info in catalogue()}
    dear = {path: 10.0 * known[path].default for path in MONEY}
    one = simulate(history_scenario("2024-03", choice="expected", **FAST), 1, world=load_world()).records
    scenario = history_scenario("2024-03", choice="expected", params=dear, **FAST)
    ten = simulate(scenario, 1, world=richer(load_world(), 10.0)).records
    for name in ("tokens", "slots", "adopters", "stock"):
        largest = np.nanmax(getattr(one, name))
        np.testing.assert_allclose(getattr(ten, name), getattr(one, name), rtol=1e-9, atol=1e-12 * largest)
    np.testing.assert_allclose(ten.payments, 10.0 * one.payments, rtol=1e-9)


def test_o30_a_past_lever_equal_to_the_record_gives_history_back() -> None:
    levers = {"science_sharing.CN.world": "0@2023-06..2023-12", "open_model_subsidy.US": "0@2023-06"}
    supply = finished(history_scenario("2024-12", history_until="2024-12", levers=levers, **FAST), 0).supply
    assert supply.offers.q.tobytes() == supply.observed.tobytes()


@pytest.mark.slow
def test_o25_the_two_modes_agree() -> None:
    """Means over seeds of the sampled mode lie within four standard errors of the expected one."""
    settings: dict[str, Any] = {"centre": CENTRE, "enterprises": 150}
    mass = simulate(history_scenario("2024-06", choice="expected", **settings), 0).records.tokens[-1]
    drawn = np.stack([simulate(history_scenario("2024-06", **settings), seed).records.tokens[-1] for seed in range(60)])
    lab = tuple(axis for axis in range(mass.ndim) if axis != 2)
    exact, found = mass.sum(axis=lab), drawn.sum(axis=tuple(axis + 1 for axis in lab))
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - exact) <= 4 * error + 1e-3 * exact.sum()).all()
