"""What a run says of its supply side: records, measures, and the log of events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from worlds import history_scenario, t_of

from sim.compile import EventMark
from sim.market.strategy import MODES
from sim.measures_supply import GROUPS, months_behind
from sim.model import MarketModel
from sim.segments import ordered_sum
from sim.story import IMPORTANCE, POOL, PRICE_MOVE, is_major, story_frame, tell
from sim.supply import Event
from sim.supply_records import SupplyRecords
from sim.trajectory import Trajectory
from sim.world import BLOCS


@pytest.fixture(scope="module")
def model() -> MarketModel:
    """A run that goes on for ten months after the replay."""
    model = MarketModel(history_scenario("2027-05", enterprises=200), rng=1)
    while model.t < model.n_months:
        model.step()
    return model


@pytest.fixture(scope="module")
def run(model: MarketModel) -> Trajectory:
    records = model.recorder.records
    supply = SupplyRecords.of(model.supply, records, model.world)
    happened = tell(model.supply, supply, records, model.world, model.levers.starts)
    return Trajectory(model.scenario, 1, records, model.world, model.offers, 0.0, supply, happened)


def table(run: Trajectory, name: str, by: str = "total") -> pd.DataFrame:
    data = run.frame(name)
    chosen = data[(data["by"] == by) & (data["segment_kind"] == "world")]
    return chosen.pivot(index="month", columns="key", values="value")


class TestRecords:
    def test_cash_is_that_of_the_budgets(self, run: Trajectory, model: MarketModel) -> None:
        np.testing.assert_allclose(run.supply.cash[-1], model.supply.budgets.cash, rtol=1e-9)

    def test_a_lab_that_sells_nothing_but_closed_text_has_the_mark_up_of_its_accounts(self, run: Trajectory) -> None:
        lab = run.world.lab_names.index("Anthropic")
        sold = run.records.revenue[:, lab] > 0
        over = run.records.revenue[sold, lab] / run.records.cost[sold, lab] - 1.0
        until = t_of("2026-07") - int(np.argmax(sold)) + 1
        np.testing.assert_allclose(run.supply.markup[sold, lab][:until], over[:until], rtol=1e-9)

    def test_modes_follow_the_releases_of_the_replay(self, run: Trajectory) -> None:
        names, mode = run.world.lab_names, run.supply.mode
        assert MODES[mode[t_of("2025-06"), names.index("OpenAI")]] == "closed"
        assert MODES[mode[t_of("2025-08"), names.index("OpenAI")]] == "tiered"
        assert MODES[mode[t_of("2025-01"), names.index("DeepSeek")]] == "open"
        assert mode[t_of("2023-01"), names.index("Xiaomi")] == -1

    def test_a_run_that_ends_early_is_shorter(self) -> None:
        short = MarketModel(history_scenario("2023-04", enterprises=60), rng=1)
        while short.t < short.n_months:
            short.step()
        supply = SupplyRecords.of(short.supply, short.recorder.records, short.world)
        assert supply.n_months == 4
        assert {len(supply.chips(name)) for name in ("stock", "legal", "tau")} == {4}
        assert np.isfinite(supply.budget).all()


class TestMeasures:
    def test_months_behind_by_hand(self) -> None:
        leader, follower = np.array([1.0, 2.0, 3.0, 4.0, 4.0]), np.array([np.nan, 1.0, 1.5, 3.0, 6.0])
        np.testing.assert_array_equal(months_behind(leader, follower), [np.nan, 1.0, 1.0, 1.0, 0.0])
        np.testing.assert_array_equal(months_behind(follower, leader)[3:], [-1.0, 0.0])

    def test_months_behind_are_unknown_where_the_lead_is_older_than_the_run(self) -> None:
        leader, follower = np.array([9.0, 9.5, 10.0, 11.0]), np.array([5.0, 8.0, 9.0, 10.0])
        np.testing.assert_array_equal(months_behind(leader, follower), [np.nan, np.nan, 2.0, 1.0])

    def test_budgets_add_up(self, run: Trajectory) -> None:
        labs, blocs, groups = (table(run, "rd_budget", by) for by in ("lab", "bloc", "group"))
        np.testing.assert_allclose(labs.sum(axis=1), blocs.sum(axis=1), rtol=1e-9)
        np.testing.assert_allclose(groups[list(GROUPS)].sum(axis=1), blocs.sum(axis=1), rtol=1e-9)
        np.testing.assert_allclose(groups["US closed"], table(run, "us_closed_rd")["total"], rtol=1e-12)
        assert (table(run, "us_closed_profit")["total"] <= table(run, "us_closed_revenue")["total"] * 1.5 + 1e-9).all()

    def test_what_china_takes_in_adds_up(self, run: Trajectory) -> None:
        flows, own = table(run, "chips", "pathway"), table(run, "self_sufficiency")["total"]
        arrived = flows["legal"] + flows["smuggled"] + flows["domestic"]
        np.testing.assert_allclose(flows["domestic"] / arrived, own, rtol=1e-9)
        arrivals = run.supply.chips("deliveries")[:, BLOCS.index("CN")]
        np.testing.assert_allclose(arrived, arrivals, rtol=1e-9)

    def test_the_offshore_flow_holds_the_rented_stock(self, run: Trajectory) -> None:
        rented, wear = run.supply.chips("offshore"), run.scenario.parameters.chips.depreciation
        flow = table(run, "chips", "pathway")["offshore"].to_numpy()
        stock = rented[0]
        for t in range(1, rented.size):
            stock = (1.0 - wear) * stock + flow[t]
            assert stock == pytest.approx(rented[t], abs=1e-6)

    def test_headline_shares_are_cells_of_the_token_shares(self, run: Trajectory) -> None:
        shares = run.frame("token_share")
        outside = shares[(shares["segment_kind"] == "excl_CN") & (shares["key"] == "CN") & (shares["by"] == "bloc")]
        np.testing.assert_allclose(table(run, "cn_token_share_outside_cn")["total"], outside["value"], rtol=1e-12)
        opened = table(run, "token_share", "openness")["open"]
        np.testing.assert_allclose(table(run, "open_token_share")["total"], opened, rtol=1e-12)

    def test_the_digital_divide_is_the_ratio_of_adoptions(self, run: Trajectory) -> None:
        data = run.frame("adoption")
        blocs = data[data["segment_kind"] == "user_bloc"].pivot(index="month", columns="segment", values="value")
        known = blocs["US"] > 0
        ratio = table(run, "digital_divide")["total"]
        np.testing.assert_allclose(ratio[known], (blocs["NAL"] / blocs["US"])[known], rtol=1e-9)
        assert ratio[~known].isna().all()

    def test_release_modes_are_shares_codes_and_flags(self, run: Trajectory) -> None:
        shares, codes = table(run, "release_mode", "mode"), table(run, "release_mode", "lab")
        np.testing.assert_allclose(shares.sum(axis=1), 1.0)
        for k, mode in enumerate(MODES):
            flags = table(run, "release_mode", f"lab_{mode}")
            np.testing.assert_array_equal(flags.isna(), codes.isna())
            assert ((flags == 1.0) == (codes == k)).to_numpy().all()
            np.testing.assert_allclose(flags.mean(axis=1), shares[mode])

    def test_gaps_are_differences_of_frontiers(self, run: Trajectory) -> None:
        frontier, gap = table(run, "frontier", "bloc"), table(run, "capability_gap", "pair")["US-CN"]
        known = gap.notna()
        np.testing.assert_allclose(gap[known], (frontier["US"] - frontier["CN"])[known])

    def test_welfare_of_a_bloc_lies_between_those_of_its_regions(self, run: Trajectory) -> None:
        data = run.frame("welfare")
        last = data[data["month"] == run.months[-1]].set_index(["segment_kind", "segment"])["value"]
        allied = [last["region", code] for code in ("EU", "UKCA", "JP", "KRTW")]
        assert min(allied) <= last["user_bloc", "AL"] <= max(allied)

    def test_a_trajectory_without_a_supply_side_says_so(self, run: Trajectory) -> None:
        with pytest.raises(LookupError, match="not recorded"):
            replace(run, recorded=None).frame("rd_budget")


class TestStory:
    def test_the_log_is_sorted_and_whole(self, run: Trajectory) -> None:
        events = run.events
        assert list(events.columns) == ["month", "kind", "who", "what", "trigger", "weight"]
        assert events["month"].is_monotonic_increasing
        assert set(events["month"]) <= set(run.months)
        assert {"policy", "release", "mode", "price", "frontier"} <= set(events["kind"])
        for _, rows in events.groupby("month"):
            assert rows["weight"].is_monotonic_decreasing

    def test_well_known_events_are_told(self, run: Trajectory) -> None:
        events = run.events.set_index(["month", "kind", "who"])["what"].groupby(level=[0, 1, 2]).agg(" ".join)
        assert "DeepSeek-R1 (open" in events["2025-01", "release", "DeepSeek"]
        assert events["2025-08", "mode", "OpenAI"] == "goes from closed to tiered releases"
        assert "cuts the price of claude-opus" in events["2025-11", "price", "Anthropic"]
        assert events["2023-08", "policy", "CN"] == "Interim Measures"

    def test_labs_that_lead_are_named_and_better(self, run: Trajectory) -> None:
        leads = run.events[run.events["kind"] == "frontier"]
        assert not leads["who"].str.startswith(POOL).any()
        world = leads[leads["what"].str.contains("at the frontier")]["what"].str.extract(r"(\d+) ECI")[0].astype(int)
        assert world.is_monotonic_increasing

    def test_price_moves_are_large(self, run: Trajectory) -> None:
        moves = run.events[run.events["kind"] == "price"]["what"].str.extract(r"\(([+-]\d+)%\)")[0].astype(float)
        assert (moves.abs() >= 100 * PRICE_MOVE).all()

    def test_acts_of_governments_and_policies_of_one_label(self, run: Trajectory, model: MarketModel) -> None:
        act = Event(50, "government", "US", "halves the quota", "gap of 3 months")
        supply = replace_events(model, act)
        marks = [EventMark(45, "a plan", "EU", lever) for lever in ("model_ban", "adoption_push")]
        told = tell(supply, run.supply, run.records, run.world, marks)
        (found,) = [h for h in told if h.kind == "government"]
        assert (found.t, found.who, found.what, found.trigger) == (50, "US", "halves the quota", "gap of 3 months")
        assert [h.trigger for h in told if h.kind == "policy"] == ["adoption_push, model_ban"]

    def test_small_labs_are_no_part_of_a_short_story(self) -> None:
        assert is_major("policy", IMPORTANCE["policy"])
        assert is_major("release", IMPORTANCE["release"] + 0.1)
        assert not is_major("release", IMPORTANCE["release"] + 0.001)

    def test_an_empty_log_has_its_columns(self) -> None:
        assert len(story_frame([])) == 0
        assert "trigger" in story_frame([]).columns


def replace_events(model: MarketModel, *events: Event) -> object:
    """Return the supply side with these events only."""
    import copy

    supply = copy.copy(model.supply)
    supply.events = list(events)
    return supply


def test_sums_over_labs_do_not_depend_on_labs_without_use() -> None:
    rows = np.array([[0.1, 0.2, 0.3]])
    assert ordered_sum(rows, 1) == ordered_sum(np.insert(rows, 1, 0.0, axis=1), 1)
