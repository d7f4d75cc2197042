"""The supply side of a run: the same seed, the order of agents, dates of policies, conservation, and sanity."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from projected import AFTER, BUYS, SEED, arm, new_models, projection, quiet, ran, supply_differs, under
from worlds import different

from sim import baseline
from sim.calendar import month_index
from sim.model import MarketModel
from sim.parameters import Parameters
from sim.running import simulate
from sim.scenario import Scenario
from sim.schema import walk

OTHER_NAME = {"adoption_push.US": "0@2024-08", "open_model_subsidy.US": "0@2024-08"}
"""Entries that change nothing."""


def same(one: MarketModel, two: MarketModel, before: int | None = None) -> None:
    skip = () if before is None else ("model_tokens",)
    assert supply_differs(one, two, before) == []
    assert different(one.recorder.records, two.recorder.records, before, skip) == []


def test_the_same_seed_gives_the_same_bytes_to_the_horizon() -> None:
    same(quiet(), ran(projection()))
    assert {"own_price", "used"} <= set(supply_differs(quiet(), ran(projection(), seed=SEED + 1)))


def test_the_order_of_agents_changes_nothing() -> None:
    same(quiet(), ran(projection(), reverse=True))


def test_the_fixed_strategy_pins_modes() -> None:
    market = ran(projection(strategy="fixed"))
    strategies = market.supply.desk.strategies  # type: ignore[union-attr]
    usual = strategies.habit.argmax(axis=1)
    t, lab = np.nonzero(market.supply.mode >= 0)
    assert t.size
    np.testing.assert_array_equal(market.supply.mode[t, lab], usual[lab])
    assert not strategies.attraction.any()


@pytest.mark.parametrize(
    "levers",
    [
        {BUYS: "0@2024-10", "enforcement.US.CN": "1@2024-10"},
        {"release_mode.US": "open@2024-10"},
        {"open_model_subsidy.US": "0.5@2024-10"},
        {"weights_export_ban.CN": "true@2024-10"},
        {"model_ban.US.CN": "1@2024-10"},
        {"science_sharing.CN.world": "0.6@2024-10"},
    ],
    ids=lambda levers: next(iter(levers)),
)
def test_a_policy_after_the_hand_over_leaves_what_was_before(levers: dict[str, str]) -> None:
    market = arm(tuple(sorted(levers.items())))
    date = month_index("2024-10")
    same(quiet(), market, before=date)
    assert supply_differs(quiet(), market) or different(quiet().recorder.records, market.recorder.records)


def test_an_identical_policy_under_another_name_differs_by_nothing() -> None:
    """O19 beyond the hand-over: the arm takes its constants from the status quo and f is 1."""
    market = arm(tuple(OTHER_NAME.items()))
    assert market.scenario.policy.canonical() != quiet().scenario.policy.canonical()
    same(quiet(), market)
    assert (market.supply.budgets.factor == 1.0).all()


def test_the_baseline_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "_CACHE", type(baseline._CACHE)())
    scenario = projection(OTHER_NAME, horizon="2024-08")
    assert baseline.needs_baseline(scenario)
    first = baseline.baseline_of(scenario, SEED)
    assert len(baseline._CACHE) == 1
    assert baseline.baseline_of(scenario, SEED) is first
    assert baseline.baseline_of(scenario, SEED + 1) is not first
    assert baseline.baseline_of(projection(), SEED) is None


def test_a_run_of_the_status_quo_leaves_its_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "_CACHE", type(baseline._CACHE)())
    quiet_scenario = projection(horizon="2024-08", enterprises=52)
    simulate(quiet_scenario, SEED)
    kept = baseline._CACHE[(quiet_scenario.digest(), SEED)]
    assert baseline.baseline_of(projection(OTHER_NAME, horizon="2024-08", enterprises=52), SEED) is kept


def conserved(market: MarketModel) -> None:
    """Assert O17 for the supply side and the money of a run."""
    records, supply, path = market.recorder.records, market.supply, market.supply.chips.path
    receipts = records.revenue.sum(axis=1) + records.elsewhere.sum(axis=1)
    np.testing.assert_allclose(receipts, records.payments, rtol=1e-9)
    made = path.us_output + path.cn_effective
    np.testing.assert_allclose(path.deliveries.sum(axis=1), made, rtol=1e-9)
    assert (path.legal + path.smuggled <= path.us_output * (1 + 1e-9)).all()
    months = market.n_months
    for table in (supply.knowledge, supply.compute, supply.budget, supply.expected, supply.rent, supply.used):
        assert np.isfinite(table[:months]).all()
    for table in (supply.compute, supply.budget, supply.rent, path.stock, path.usable, path.deliveries, records.stock):
        assert (table >= 0).all()
    assert ((supply.ration > 0) & (supply.ration <= 1)).all()
    assert (supply.rent > 0).all()
    offers = market.offers
    sold = np.append(offers.served, False) & np.append(offers.month <= market.t - 1, False)
    for t in range(AFTER, months):
        live = sold & np.append(offers.month <= t, False)
        assert np.isfinite(offers.own_price[live, t]).all() and (offers.own_price[live, t] >= 0).all()
    assert np.isfinite(offers.q).all()


def test_money_and_chips_are_conserved() -> None:
    conserved(quiet())
    conserved(under(**{"chip_import_limit__CN": "0@2024-07", "enforcement__US__CN": "1@2024-07"}))


def test_labs_release_after_the_hand_over_and_people_use_it() -> None:
    market = quiet()
    fresh = new_models(market)
    assert len(fresh) > 20
    assert market.recorder.records.model_tokens[-1, fresh].sum() > 0
    assert {event.kind for event in market.supply.events} == {"release"}


def drawn() -> st.SearchStrategy[dict[str, Any]]:
    """Return parameters of the supply side inside their prior ranges."""
    sections = ("chips.", "research.", "releases.", "markup.", "finance.", "strategy.")
    infos = [info for info in walk(Parameters) if info.path.startswith(sections) and info.low is not None]
    chosen = {}
    for info in infos:
        low, high = float(info.low), min(float(info.high), 1e6)
        whole = isinstance(info.default, int) and not isinstance(info.default, bool)
        chosen[info.path] = st.integers(int(low), int(high)) if whole else st.floats(min(low, high), high)
    return st.fixed_dictionaries(chosen)


@pytest.mark.slow
@hypothesis_settings(max_examples=8)
@given(drawn())
def test_nothing_breaks_anywhere_in_the_prior(params: dict[str, Any]) -> None:
    conserved(ran(projection(params=params, enterprises=60)))


@pytest.fixture(scope="module", params=[0, 1])
def long_run(request: pytest.FixtureRequest) -> Any:
    return simulate(Scenario.load(horizon="2030-12"), request.param)


def run_lengths(mask: np.ndarray) -> int:
    """Return the longest run of true months of any column."""
    longest = 0
    for column in np.atleast_2d(mask.T):
        now = 0
        for value in column:
            now = now + 1 if value else 0
            longest = max(longest, now)
    return longest


@pytest.mark.slow
class TestSanity:
    """Issue 3: nothing runs away by 2030 under the status quo."""

    def test_shares_stay_inside(self, long_run: Any) -> None:
        tokens = long_run.records.tokens.sum(axis=(1, 2, 4, 5))[43:]
        share = tokens.max(axis=1) / tokens.sum(axis=1)
        assert (share < 0.95).all()
        cubes = long_run.records.tokens.sum(axis=(1, 2, 3, 4))[43:]
        opened = cubes[:, 1:].sum(axis=1) / cubes.sum(axis=1)
        assert ((opened > 0.01) & (opened < 0.99)).all()

    def test_the_frontier_grows_as_it_did(self, long_run: Any) -> None:
        best = np.fmax.accumulate(np.fmax.reduce(long_run.records.frontier, axis=(1, 2)))
        assert 8 <= (best[42 + 24] - best[42]) / 2 <= 25

    def test_rents_are_not_at_a_clip(self, long_run: Any) -> None:
        rent, fall = long_run.supply.rent[43:], 1.15 ** (-np.arange(1, long_run.supply.n_months - 42) / 12)
        ratio = rent / (long_run.supply.rent[42] * fall[:, None])
        assert run_lengths((ratio <= 0.5001) | (ratio >= 3.999)) <= 3

    def test_concentration(self, long_run: Any) -> None:
        tokens = long_run.records.tokens.sum(axis=(1, 2, 4, 5))[43:]
        share = tokens / tokens.sum(axis=1, keepdims=True)
        hhi = (share**2).sum(axis=1)
        assert ((hhi > 0.05) & (hhi < 0.8)).all()

    def test_no_price_at_its_limit(self, long_run: Any) -> None:
        """At default size; in small populations a lab that hardly anybody chooses can end with its few captives."""
        sold = long_run.supply.sold[-1]
        sold = sold[sold >= 0]
        last = long_run.supply.n_months - 1
        closed = sold[long_run.offers.closed[sold]]
        ratio = long_run.offers.own_price[closed, last] / long_run.offers.cost[closed, last]
        assert (ratio < 19.9).all()
        assert inf > ratio.max() > 1
