"""Releases that a policy adds after the hand-over (E12, section 4)."""

from __future__ import annotations

import numpy as np
import pytest
from projected import AFTER, SEED, T_H, projection, quiet, ran, supply_differs

from sim.calendar import month_index, month_name
from sim.model import MarketModel
from sim.scenario import Scenario

T = AFTER + 2
OPEN = "{model: Open One, line: gpt-mini, tier: mid, licence: open_restricted, q: 150, active_b: 6, total_b: 120}"
CLOSED = "{model: Big One, line: gpt, tier: flagship, licence: closed, q: 160, active_b: 60, total_b: 600, price: 4}"


def added(record: str) -> MarketModel:
    return ran(projection({"release_scheduled.OpenAI": f"{record}@{month_name(T)}"}), seed=SEED)


def test_an_open_release_is_on_offer_from_its_month() -> None:
    market = added(OPEN)
    offers = market.offers
    k = [model.name for model in offers.models].index("Open One")
    line = market.world.line_names.index("gpt-mini")
    assert offers.month[k] == offers.opened[k] == T and not offers.closed[k] and not offers.permissive[k]
    assert offers.q[k].tolist() == [150.0] * 5 and offers.active[k] == 6 and offers.size[k] == pytest.approx(720**0.5)
    assert offers.weights[line, T] == k and (offers.weights[line, :T] != k).all()
    assert np.isfinite(offers.host_price[k, T:]).all() and (offers.host_price[k, T:] > 0).all()
    assert market.recorder.records.tokens[:, :, :, market.world.lab_names.index("OpenAI"), 1].sum() > 0


def test_nothing_changes_before_it() -> None:
    market = added(OPEN)
    one, two = market.recorder.records, quiet().recorder.records
    assert one.tokens[:T].tobytes() == two.tokens[:T].tobytes()
    assert not [name for name in supply_differs(market, quiet(), before=T) if name in ("budget", "rent", "knowledge")]
    assert one.tokens[T:].tobytes() != two.tokens[T:].tobytes()


def test_a_closed_release_starts_at_its_list_price() -> None:
    market = added(CLOSED)
    offers = market.offers
    k = [model.name for model in offers.models].index("Big One")
    assert offers.closed[k] and offers.own[market.world.line_names.index("gpt"), T] == k
    assert offers.own_price[k, T] == pytest.approx(4.0, rel=1e-9)
    assert offers.own_price[k, T + 1] != pytest.approx(4.0, rel=1e-3)
    assert (offers.own_price[k, T:] >= offers.cost[k, T:]).all()


def test_a_release_on_the_replay_is_part_of_history() -> None:
    market = ran(projection({"release_scheduled.OpenAI": f"{OPEN}@2024-03"}), seed=SEED)
    k = [model.name for model in market.offers.models].index("Open One")
    assert market.offers.month[k] < T_H


def test_a_release_on_the_replay_finds_the_hosts_of_its_line() -> None:
    """Otherwise it, and all later models of the line, would look as if one host alone served them."""
    record = "{model: Open Two, line: gpt-oss, tier: mid, licence: open_permissive, q: 152, active_b: 6, total_b: 120}"
    scenario = Scenario.load(
        horizon="2026-08", enterprises=60, levers={"release_scheduled.OpenAI": f"{record}@2026-05"}
    )
    offers = MarketModel(scenario, rng=0).offers
    names = [model.name for model in offers.models]
    new, before = names.index("Open Two"), names.index("gpt-oss-120b")
    t = month_index("2026-06")
    assert offers.hosts[new, t] == offers.hosts[before, t] > 1


def test_a_price_of_nought_is_a_price() -> None:
    """After the hand-over a closed price is at least its cost (E16), so the release starts there."""
    gift = "{model: Gift, line: gpt-mini, tier: mid, licence: closed, q: 150, active_b: 6, total_b: 120, price: 0}"
    market = added(gift)
    k = [model.name for model in market.offers.models].index("Gift")
    assert market.offers.own_price[k, T] == pytest.approx(market.offers.cost[k, T])
