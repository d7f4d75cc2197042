"""Governments that react (E30): thresholds, memory, hysteresis, and schedules that win."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.calendar import month_index
from sim.compile import compile_levers
from sim.parameters import Parameters
from sim.policy import Policy
from sim.reactions import CN, NAL, QUOTA_CUT, Reactions, Signals, gap_months
from sim.rng import Streams
from sim.supply_levers import compile_supply
from sim.tables import load_world

T, T_H = 96, 42
WORLD = load_world()
CALM = Signals(gap=100.0, open_share=1.0, tightness=0.0, incident=False, rent_ratio=0.0)


def rules(levers: dict[str, str] | None = None) -> Reactions:
    policy = Policy.from_levers({"chip_export_quota.US.CN": "40000@2023-01"} | (levers or {}))
    supply, demand = compile_supply(policy, WORLD, T, T_H), compile_levers(policy, WORLD, T, T_H)
    return Reactions(WORLD, Parameters(), supply, demand, Streams(1))


def test_calm_moves_nobody_and_reviews_come_every_six_months() -> None:
    calm = rules()
    assert all(calm.review(t, T_H, CALM) == [] for t in range(T_H + 1, T))
    tense = rules()
    tight = replace(CALM, gap=-1e3)
    assert [t for t in range(T_H + 1, T_H + 13) if tense.review(t, T_H, tight)] == [T_H + 6]


def test_the_us_halves_its_quota_from_the_next_month_and_waits_a_year() -> None:
    it, tight = rules(), replace(CALM, gap=-1e3)
    acted = [t for t in range(T_H + 1, T) if it.review(t, T_H, tight)]
    assert np.diff(acted).tolist() == [12] * (len(acted) - 1)
    t = acted[0]
    assert it.supply.quota[t] == 40000
    assert it.supply.quota[t + 1] == 40000 * QUOTA_CUT
    assert it.supply.quota[-1] == 40000 * QUOTA_CUT ** len(acted)


def test_a_scheduled_change_wins() -> None:
    it = rules({"chip_export_quota.US.CN": "70000@2027-09"})
    it.supply.quota[: month_index("2027-09")] = 40000.0
    (act,) = it.review(T_H + 6, T_H, replace(CALM, gap=-1e3))
    assert act.who == "US" and "months" in act.trigger
    start = month_index("2027-09")
    assert (it.supply.quota[T_H + 7 : start] == 20000).all()
    assert (it.supply.quota[start:] == 70000).all()


def test_china_answers_every_step_of_tightness_once() -> None:
    it = rules()
    fab = it.supply.fab[-1, CN]
    tight = replace(CALM, tightness=0.6)
    (act,) = it.review(T_H + 6, T_H, tight)
    assert act.who == "CN" and it.state_bonus == pytest.approx(0.1)
    assert it.supply.fab[-1, CN] == pytest.approx(fab + 0.01)
    assert it.review(T_H + 12, T_H, tight) == []


def test_an_incident_is_remembered_to_the_next_review() -> None:
    it = rules()
    before = it.demand.ban.copy()
    assert it.review(T_H + 3, T_H, replace(CALM, incident=True)) == []
    acts = [act for t in range(T_H + 4, T_H + 7) for act in it.review(t, T_H, CALM)]
    assert [act.who for act in acts] == ["AL"]
    moved = np.argwhere(it.demand.ban != before)
    assert moved[:, 0].min() == T_H + 7
    allied = {r for r, bloc in enumerate(WORLD.region_blocs) if bloc == "AL"}
    assert set(moved[:, 1]) == allied and set(moved[:, 3]) == {0}


def test_the_non_aligned_accept_an_offer_when_compute_is_dear() -> None:
    it = rules()
    trust = it.demand.trust.copy()
    (act,) = it.review(T_H + 6, T_H, replace(CALM, rent_ratio=1e3))
    assert act.who == "NAL" and it.supply.partner[-1, NAL] == pytest.approx(0.1)
    assert (it.demand.trust <= trust).all() and (it.demand.trust[: T_H + 7] == trust[: T_H + 7]).all()


def test_the_gap_is_counted_in_months() -> None:
    leader, follower = np.array([1.0, 2.0, 3.0, 5.0]), np.array([0.5, 0.5, 2.0, 2.5])
    assert gap_months(leader, follower, 3) == 1.0
    assert gap_months(leader, leader, 3) == 0.0
    assert gap_months(leader, np.full(4, -np.inf), 3) == 3.0
