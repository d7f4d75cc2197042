"""Replay of releases and prices: what is on offer in each month."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from policies import policy
from worlds import N_MONTHS, line, model, offers_of, price, small_world

from sim.compile import LeverArrays, ReleaseModeRule, compile_levers
from sim.entries import ScheduledRelease
from sim.history import NONE, Offers, build_offers
from sim.parameters import Parameters
from sim.trajectory import Trajectory
from sim.world import NEVER, ModelRecord, PriceRecord, World

OPEN = {"licence": "open_permissive", "active": 10.0, "total": 40.0}


def one_line(
    models: list[ModelRecord], prices: list[PriceRecord], live_until: int = NEVER, withdrawn: bool = False
) -> World:
    return small_world([line("a", live_until=live_until, withdrawn=withdrawn)], models, prices)


def names(offers: Offers, table: np.ndarray, z: int = 0) -> list[str | None]:
    return [None if k == NONE else offers.models[k].name for k in table[z]]


def test_a_release_replaces_its_predecessor_in_its_month() -> None:
    offers = offers_of(one_line([model("a1", "a", 2), model("a2", "a", 5)], [price("a1", 2), price("a2", 5)]))
    assert names(offers, offers.own) == [None] * 2 + ["a1"] * 3 + ["a2"] * (N_MONTHS - 5)
    assert (offers.weights == NONE).all()
    assert offers.usable_until.tolist() == [5 + 12, NEVER, -1]


def test_a_release_of_before_2023_is_there_from_the_start() -> None:
    offers = offers_of(one_line([model("a1", "a", -14)], [price("a1", -14, 3.0)]))
    assert names(offers, offers.own) == ["a1"] * N_MONTHS
    np.testing.assert_array_equal(offers.own_price[0], 3.0)


def test_the_grace_of_holders_is_a_parameter() -> None:
    world = one_line([model("a1", "a", 2), model("a2", "a", 5)], [price("a1", 2), price("a2", 5)])
    assert offers_of(world, params={"demand.grace": 3}).usable_until[0] == 8


def test_prices_in_force() -> None:
    """The last row of a month holds; before its first row a model has the price of that row."""
    rows = [price("a1", 4, 8.0), price("a1", 10, 2.0), price("a1", 7, 5.0)]
    offers = offers_of(one_line([model("a1", "a", 2)], rows))
    np.testing.assert_array_equal(offers.own_price[0], [8.0] * 7 + [5.0] * 3 + [2.0] * (N_MONTHS - 10))
    assert np.isnan(offers.own_price[NONE]).all()


def test_a_release_without_a_price_takes_over_its_predecessors() -> None:
    models = [model("a1", "a", 2), model("a2", "a", 5), model("a3", "a", 8, licence="open_permissive")]
    offers = offers_of(one_line(models, [price("a1", 2, 8.0), price("a1", 6, 4.0)]))
    np.testing.assert_array_equal(offers.own_price[1], offers.own_price[0])
    assert np.isnan(offers.own_price[2]).all()
    assert names(offers, offers.own)[-1] == "a2"


def test_the_first_of_a_line_waits_for_its_price() -> None:
    waits = offers_of(one_line([model("a1", "a", 2, offered=6)], [price("a1", 6)]))
    assert names(waits, waits.own) == [None] * 6 + ["a1"] * (N_MONTHS - 6)
    never = offers_of(one_line([model("a1", "a", 2)], []))
    assert (never.own == NONE).all()


def test_a_line_ends() -> None:
    offers = offers_of(one_line([model("a1", "a", 2)], [price("a1", 2)], live_until=7))
    assert names(offers, offers.own)[6:9] == ["a1", "a1", None]
    assert offers.usable_until[0] == 7 + 12
    gone = offers_of(one_line([model("a1", "a", 2)], [price("a1", 2)], live_until=7, withdrawn=True))
    assert names(gone, gone.own)[6:9] == ["a1", "a1", None]
    assert gone.usable_until[0] == 7


def test_an_end_after_the_hand_over_is_not_known() -> None:
    offers = offers_of(one_line([model("a1", "a", 2)], [price("a1", 2)], live_until=15), handover=10)
    assert names(offers, offers.own)[-1] == "a1"
    assert offers.usable_until[0] == NEVER


@pytest.mark.parametrize("withdrawn", [True, False])
def test_open_weights_are_there_for_ever(withdrawn: bool) -> None:
    models = [model("a1", "a", 2, **OPEN), model("a2", "a", 5, offered=5)]
    offers = offers_of(one_line(models, [price("a1", 2), price("a2", 5)], live_until=9, withdrawn=withdrawn))
    assert names(offers, offers.weights) == [None] * 2 + ["a1"] * (N_MONTHS - 2)
    assert names(offers, offers.own)[-1] is None
    assert np.isfinite(offers.host_price[0]).all()


def test_only_the_latest_weights_of_a_line_count() -> None:
    offers = offers_of(one_line([model("a1", "a", 2, **OPEN), model("a2", "a", 5, **OPEN)], []))
    assert names(offers, offers.weights)[4:6] == ["a1", "a2"]
    assert (offers.own == NONE).all()


def test_costs_and_host_prices() -> None:
    """Known sizes are priced by E13; others by the list price: x .4 closed, /(1 + mu_h) open."""
    models = [
        model("closed", "a", 0),
        model("sized", "b", 0, "Bolt", **OPEN),
        model("open", "c", 0, "Cui", licence="open_restricted"),
    ]
    lines = [line("a"), line("b", "Bolt"), line("c", "Cui")]
    hosts = [price("sized", 8, 0.7, hosts=5, end=11), price("sized", 14, 0.6, hosts=9)]
    world = small_world(lines, models, [price(m.name, 0, 5.0) for m in models], host_prices=tuple(hosts))
    offers = offers_of(world)
    index = {m.name: k for k, m in enumerate(offers.models)}
    assert offers.cost[index["closed"], 3] == pytest.approx(2.0)
    assert offers.cost[index["open"], 3] == pytest.approx(4.0)
    assert offers.host_price[index["open"], 3] == pytest.approx(5.0)
    sized = offers.cost[index["sized"]]
    assert sized[0] == pytest.approx(2e15 * 20 / (0.29 * 989e12 * 3600) * 2.0 * 1.8**3)
    np.testing.assert_allclose(sized[12] / sized[0], 1 / 1.8)
    quoted, hosts_seen = offers.host_price[index["sized"]], offers.hosts[index["sized"]]
    np.testing.assert_allclose(quoted[[0, 7, 12, 13]], 1.25 * sized[[0, 7, 12, 13]])
    assert quoted[[8, 11, 14, 23]].tolist() == [0.7, 0.7, 0.6, 0.6]
    assert hosts_seen[[0, 8, 11, 12, 14, 23]].tolist() == [5, 5, 5, 1, 9, 9]


def test_video_is_free_of_token_prices() -> None:
    world = small_world([line("v", video=True)], [model("v1", "v", 3, q=101.0)], [])
    offers = offers_of(world)
    assert names(offers, offers.own)[3] == "v1"
    np.testing.assert_array_equal(offers.own_price[0], 0.0)
    assert offers.video.tolist() == [True]


def test_capability_by_task_and_the_slope_of_the_crosswalk() -> None:
    record = replace(model("a1", "a", 2, q=150.0), q_task=(149.0, 152.0, 150.0, 148.0), beyond=(0.0, 0.5, 0.0, 0.1))
    world = one_line([record], [price("a1", 2)])
    np.testing.assert_allclose(offers_of(world).q[0], [149, 152, 150, 148, 150])
    steeper = offers_of(world, params={"prices.crosswalk_slope": 12.8})
    np.testing.assert_allclose(steeper.q[0], [149, 153, 150, 148.2, 150])


def test_free_months_end_at_the_hand_over() -> None:
    world = one_line([model("a1", "a", 2)], [price("a1", 2)])
    world = replace(world, promotions=np.linspace(0, 0.9, N_MONTHS)[None, :])
    offers = offers_of(world, handover=10)
    np.testing.assert_array_equal(offers.free[0, :11], world.promotions[0, :11])
    assert not offers.free[0, 11:].any()


def rules(**changes: object) -> LeverArrays:
    world = one_line([model("a1", "a", 2)], [price("a1", 2)])
    return replace(LeverArrays.none(world, N_MONTHS), **changes)


def rule(start: int, last: int, allowed: str) -> ReleaseModeRule:
    return ReleaseModeRule(start, last, frozenset({"Acme"}), None, None, frozenset({allowed}))


def test_closed_releases_become_open_from_a_date() -> None:
    models = [model("a1", "a", 2, active=10.0, total=40.0), model("a2", "a", 5, active=20.0, total=80.0)]
    world = one_line(models, [price("a1", 2), price("a2", 5)])
    offers = offers_of(world, rules(release_modes=(rule(4, NEVER, "open"),)))
    assert [m.licence for m in offers.models] == ["closed", "open_permissive"]
    assert names(offers, offers.weights) == [None] * 5 + ["a2"] * (N_MONTHS - 5)
    assert names(offers, offers.own)[4:6] == ["a1", "a2"]
    before = offers_of(world)
    np.testing.assert_array_equal(offers.own_price[:, :5], before.own_price[:, :5])


def test_open_releases_become_closed_and_keep_a_price() -> None:
    models = [model("a1", "a", 2, **OPEN), model("a2", "a", 5, **OPEN)]
    world = one_line(models, [])
    offers = offers_of(world, rules(release_modes=(rule(5, 8, "closed"),)))
    assert names(offers, offers.weights)[-1] == "a1"
    assert names(offers, offers.own)[4:6] == [None, "a2"]
    np.testing.assert_allclose(offers.own_price[1], offers.cost[1] / 0.4)
    assert offers.closed.tolist() == [False, True]


def test_a_rule_that_allows_what_is_changes_nothing() -> None:
    world = one_line([model("a1", "a", 2, licence="open_restricted", active=1.0, total=1.0)], [price("a1", 2)])
    offers = offers_of(world, rules(release_modes=(rule(0, NEVER, "open"),)))
    assert [m.licence for m in offers.models] == ["open_restricted"]


def test_a_withheld_release_takes_its_successors_along(world: World) -> None:
    levers = replace(LeverArrays.none(world, 43), withheld=("Claude 3 Opus",))
    offers, base = (build_offers(world, lv, Parameters(), 42, 43) for lv in (levers, LeverArrays.none(world, 43)))
    record = next(m for m in world.models if m.name == "Claude 3 Opus")
    gone = {m.name for m in base.models} - {m.name for m in offers.models}
    assert gone == {m.name for m in world.models if m.line == record.line and record.month <= m.month <= 42}
    assert gone


def test_a_scheduled_release_joins_its_line() -> None:
    world = one_line([model("a1", "a", 2), model("a2", "a", 12)], [price("a1", 2), price("a2", 12)])
    new = ScheduledRelease("a1.5", "Acme", "a", "flagship", 7, "closed", 123.0, 10.0, 40.0, 2.5)
    offers = offers_of(world, rules(scheduled=(new,)))
    assert names(offers, offers.own) == [None] * 2 + ["a1"] * 5 + ["a1.5"] * 5 + ["a2"] * (N_MONTHS - 12)
    assert offers.q[1].tolist() == [123.0] * 5
    np.testing.assert_array_equal(offers.own_price[1, 7:], 2.5)


def test_a_scheduled_closed_release_without_a_price_is_priced_from_its_cost() -> None:
    """As ScheduledRelease says, also where its line has a predecessor with a price."""
    world = one_line([model("a1", "a", 2)], [price("a1", 2, 60.0)])
    new = ScheduledRelease("a2", "Acme", "a", "flagship", 7, "closed", 123.0, 10.0, 40.0, None)
    offers = offers_of(world, rules(scheduled=(new,)))
    np.testing.assert_allclose(offers.own_price[1, 7:], offers.cost[1, 7:] / 0.4)


@pytest.mark.parametrize("licence", ["closed", "open_permissive"])
def test_a_scheduled_release_revives_a_line_that_had_ended(licence: str) -> None:
    world = one_line([model("a1", "a", 2)], [price("a1", 2)], live_until=5, withdrawn=True)
    new = ScheduledRelease("a2", "Acme", "a", "flagship", 9, licence, 123.0, 10.0, 40.0, 2.5)
    offers = offers_of(world, rules(scheduled=(new,)))
    assert names(offers, offers.own)[4:] == ["a1"] * 2 + [None] * 3 + ["a2"] * (N_MONTHS - 9)
    assert offers.usable_until[0] == 5


def test_after_the_hand_over_nothing_moves(world: World) -> None:
    """Releases, prices, hosts and promotions of 2025-04 and later are unknown to a replay that ends in 2025-03."""
    until, n = 26, 43
    short = build_offers(world, LeverArrays.none(world, n), Parameters(), until, n)
    whole = build_offers(world, LeverArrays.none(world, n), Parameters(), 42, n)
    assert {m.name for m in short.models} == {m.name for m in whole.models if m.month <= until}
    for table in (short.own, short.weights, short.own_price, short.hosts):
        np.testing.assert_array_equal(table[:, until + 1 :], np.repeat(table[:, until : until + 1], n - until - 1, 1))
    kept = np.array([k for k, m in enumerate(whole.models) if m.month <= until])
    np.testing.assert_array_equal(short.own_price[:-1, : until + 1], whole.own_price[kept, : until + 1])
    np.testing.assert_array_equal(short.free[:-1, : until + 1], whole.free[kept, : until + 1])


def test_the_past_knows_no_prices_of_later(world: World) -> None:
    """Own prices before the hand-over are the same whether the replay ends there or later."""
    for until in (10, 20, 30):
        short, whole = (build_offers(world, LeverArrays.none(world, 43), Parameters(), h, 43) for h in (until, 42))
        own = [names(o, o.own, z)[: until + 1] for o in (short, whole) for z in range(len(world.lines))]
        assert own[: len(world.lines)] == own[len(world.lines) :]


def test_every_live_option_has_a_price_and_a_capability(replay: Trajectory) -> None:
    offers = replay.offers
    for t in range(len(replay.months)):
        own, weights = (table[table[:, t] != NONE, t] for table in (offers.own, offers.weights))
        assert np.isfinite(offers.own_price[own, t]).all()
        assert np.isfinite(offers.host_price[weights, t]).all()
        assert np.isfinite(offers.cost[weights, t]).all()
        assert np.isfinite(offers.q[np.append(own, weights)]).all()
        assert (offers.month[own] <= t).all()


def test_tables_are_in_canonical_order(replay: Trajectory) -> None:
    offers = replay.offers
    keys = [(m.lab, m.line, m.month) for m in offers.models]
    assert keys == sorted(keys)
    assert np.unique(offers.model_keys).size == len(offers.models)
    assert [replay.world.lab_names[k] for k in offers.lab] == [m.lab for m in offers.models]
    assert (offers.line_lab[offers.line] == offers.lab).all()


def test_alignment_is_in_the_weights(tmp_path: Path) -> None:
    """A requirement marks what the country's labs release while it holds, and nothing else."""
    world = small_world(
        [line("a"), line("c", "Cui")],
        [model("a1", "a", 12), model("c1", "c", 5, "Cui"), model("c2", "c", 12, "Cui")],
        [price("a1", 12), price("c1", 5), price("c2", 12)],
    )
    given = policy(tmp_path, {"actor": "CN", "lever": "alignment_requirement", "value": 1.5, "start": "2023-10"})
    offers = offers_of(world, compile_levers(given, world, N_MONTHS, N_MONTHS - 1))
    assert dict(zip([m.name for m in offers.models], offers.aligned, strict=True)) == {"a1": 0.0, "c1": 0.0, "c2": 1.5}
