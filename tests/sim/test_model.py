"""The market as a Mesa model, and its agents."""

from __future__ import annotations

import gc
import inspect
import weakref

import mesa
import numpy as np
import pytest
from worlds import FLAT, bare_scenario, finished, history_scenario, plain_world

from sim.agents.enterprise import Enterprise
from sim.agents.government import Government
from sim.agents.lab import Lab
from sim.agents.supplier import Supplier
from sim.model import MarketModel
from sim.running import simulate
from sim.sampled import SampledHoldings
from sim.world import CHANNEL_NAMES, CLASSES, TASKS

SHORT = history_scenario("2023-08", enterprises=60)


@pytest.fixture(scope="module")
def stepped() -> MarketModel:
    market = MarketModel(history_scenario("2025-06", enterprises=60), rng=5)
    for _ in range(25):
        market.step()
    return market


def test_it_is_a_mesa_model(stepped: MarketModel) -> None:
    assert isinstance(stepped, mesa.Model)
    kinds = {kind: list(stepped.agents_by_type[kind]) for kind in (Lab, Government, Enterprise, Supplier)}
    assert len(stepped.agents) == sum(len(agents) for agents in kinds.values())
    assert [lab.name for lab in kinds[Lab]] == list(stepped.world.lab_names)
    assert [g.region for g in kinds[Government]] == list(stepped.world.region_codes)
    assert [e.index for e in kinds[Enterprise]] == list(range(60))


def test_mesa_can_step_it_to_its_end() -> None:
    market = MarketModel(SHORT)
    months = 0
    while market.running:
        market.step()
        months += 1
    assert months == market.t == market.n_months == 8
    before = market.recorder.records.tokens.copy()
    market.step()
    assert not market.running
    assert market.t == 8
    np.testing.assert_array_equal(market.recorder.records.tokens, before)
    market.close()
    assert len(market.agents) == 0


def test_run_model_is_simulate() -> None:
    market = MarketModel(SHORT, rng=2)
    market.run_model()
    market.close()
    trajectory = simulate(SHORT, seed=2)
    assert market.recorder.records.tokens.tobytes() == trajectory.records.tokens.tobytes()


def test_mesas_batch_run_works() -> None:
    settings: dict[str, object] = {"number_processes": 1, "data_collection_period": -1, "display_progress": False}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        rows = mesa.batch_run(MarketModel, {"scenario": [SHORT]}, rng=[0, 1], **settings)
    else:  # before Mesa 3.4
        rows = mesa.batch_run(MarketModel, {"scenario": [SHORT], "rng": [0, 1]}, iterations=1, **settings)
    assert len(rows) == 2
    assert {row["rng"] for row in rows} == {0, 1}
    assert all(0 < row["adoption"] < 1 for row in rows)


def test_reporters_agree_with_the_measures(stepped: MarketModel) -> None:
    trajectory = simulate(stepped.scenario, seed=5)
    month = trajectory.months[24]
    data = stepped.datacollector.model_reporters
    for name, measure, by, key in (
        ("open_token_share", "token_share", "openness", "open"),
        ("chinese_token_share", "token_share", "bloc", "CN"),
        ("adoption", "adoption", "total", "total"),
        ("price_paid", "price_paid", "total", "total"),
    ):
        table = trajectory.frame(measure)
        found = table[(table["segment_kind"] == "world") & (table["by"] == by) & (table["key"] == key)]
        value = found.loc[found["month"] == month, "value"].item()
        assert data[name](stepped) == pytest.approx(value, rel=1e-9)


def test_an_enterprise_shows_its_row(stepped: MarketModel) -> None:
    population, holdings = stepped.population, stepped.holdings
    assert isinstance(holdings, SampledHoldings)
    agents = list(stepped.agents_by_type[Enterprise])
    assert sum(agent.count_weight for agent in agents) == pytest.approx(1)
    for i in (0, 17, 59):
        agent = agents[i]
        assert agent.region == stepped.world.region_codes[population.region[i]]
        assert agent.kind == CLASSES[population.kind[i]]
        assert agent.volume == population.volume[i]
        assert agent.adopted == float(holdings.joined[i])
        filled = np.flatnonzero((population.slot_owner == i) & (holdings.model >= 0))
        assert [slot["slot"] for slot in agent.slots] == filled.tolist()
    adopter = max(agents, key=lambda agent: len(agent.slots))
    assert adopter.slots
    for slot in adopter.slots:
        k = slot["slot"]
        assert slot["task"] == TASKS[population.slot_task[k]]
        assert slot["model"] == stepped.offers.models[holdings.model[k]].name
        assert slot["lab"] == stepped.world.lab_names[holdings.lab[k]]
        assert slot["channel"] == CHANNEL_NAMES[holdings.channel[k]]
        assert slot["mass"] == 1


def test_a_lab_keeps_its_books(stepped: MarketModel) -> None:
    records, last = stepped.recorder.records, stepped.t - 1
    for lab in stepped.labs:
        k = lab.index
        assert (lab.home, lab.bloc) == (stepped.world.lab_homes[k], stepped.world.lab_blocs[k])
        assert lab.revenue == records.revenue[last, k]
        assert lab.gross_profit == records.revenue[last, k] - records.cost[last, k]
        assert lab.ecosystem_income == pytest.approx(stepped.world.lab_income[k] * records.elsewhere[last, k])
        assert lab.stock == records.stock[last, k]


def test_stocks_follow_the_tokens(stepped: MarketModel) -> None:
    """E23 from the records: depreciation of 3%, open tokens counting twice."""
    records = stepped.recorder.records
    for t in range(1, stepped.t):
        tokens = records.tokens[t].sum(axis=(0, 1, 3))
        gained = (tokens[:, 0] + 2 * tokens[:, 1:].sum(axis=1)) / max(tokens.sum(), 1e-300)
        np.testing.assert_allclose(records.stock[t], 0.97 * records.stock[t - 1] + gained, rtol=1e-9, atol=1e-12)


def test_a_government_knows_its_adopters(stepped: MarketModel) -> None:
    population = stepped.population
    for government in stepped.governments:
        home = population.region == government.index
        share = population.count[home] @ stepped.holdings.adopted()[home] / population.count[home].sum()
        assert government.adopted == pytest.approx(share, rel=1e-12)


def test_incidents_are_remembered_abroad_and_fade() -> None:
    params = FLAT | {"trust.incident_hazard": 1.0, "trust.incident_size": 0.5}
    records = finished(bare_scenario(5, params), world=plain_world(2)).recorder.records
    first = records.incident[0]
    assert (first[0] == 0).all()
    assert (first[1:] > 0).all()
    assert np.unique(first[1:]).size == 1
    shock = records.incident[1] - 0.9 * first
    assert (shock[1:] > 0).all()
    none = finished(bare_scenario(5, FLAT), world=plain_world(2)).recorder.records
    assert not none.incident.any()


def test_the_log_form_starts_with_a_stock_of_one() -> None:
    params = FLAT | {"ecosystem.form": "log", "ecosystem.log_weight": 1.0}
    market = MarketModel(bare_scenario(3, params), world=plain_world(3))
    assert [lab.stock for lab in market.labs] == [1, 1, 1]
    market.step()
    assert sum(lab.stock for lab in market.labs) == pytest.approx(3 * 0.97 + 1)


def test_the_premium_fades_after_the_hand_over() -> None:
    params = {"demand.closed_premium_half_life": 6.0}
    market = MarketModel(bare_scenario(20, params, history_until=8), world=plain_world(1))
    premiums = []
    for _ in range(21):
        market.step()
        assert market.menu is not None
        premiums.append(market.menu.premium[0, CLASSES.index("enterprise")])
    assert premiums[:9] == [2.0] * 9
    assert premiums[14] == pytest.approx(1.0)
    assert premiums[20] == pytest.approx(0.5)


def test_progress_is_told() -> None:
    seen: list[tuple[int, int]] = []
    trajectory = simulate(
        history_scenario("2023-03", enterprises=52), progress=lambda done, whole: seen.append((done, whole))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert trajectory.months == ["2023-01", "2023-02", "2023-03"]


def test_runs_leave_no_model_behind() -> None:
    """Thirty runs in one process: the class attributes of Mesa hold none of them."""
    alive: list[weakref.ref[MarketModel]] = []
    init = MarketModel.__init__

    def watched(self: MarketModel, *args: object, **kwargs: object) -> None:
        alive.append(weakref.ref(self))
        init(self, *args, **kwargs)

    scenario = history_scenario("2023-03", enterprises=52)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MarketModel, "__init__", watched)
        kept = [simulate(scenario, seed=seed) for seed in range(30)]
    gc.collect()
    assert len(alive) == len(kept) == 30
    assert [ref for ref in alive if ref() is not None] == []


def test_a_closed_model_is_freed_at_once() -> None:
    """Nothing of a closed run waits for the collector of cycles."""
    gc.collect()
    gc.disable()
    try:
        market = MarketModel(history_scenario("2023-02", enterprises=52), rng=0)
        while market.t < market.n_months:
            market.step()
        market.close()
        ref = weakref.ref(market)
        del market
        assert ref() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("choice", ["sampled", "expected"])
def test_without_price_sensitivity_welfare_is_null(choice: str) -> None:
    """Welfare in money means nothing to those to whom money means nothing; the rest of the run is as it should be."""
    scenario = history_scenario("2023-04", enterprises=60, choice=choice, params={"demand.price_sensitivity": 0.0})
    trajectory = simulate(scenario)
    assert trajectory.frame("welfare")["value"].isna().all()
    assert trajectory.frame("slot_share")["value"].notna().any()
