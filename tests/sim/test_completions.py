"""When labs complete generations, and how large their models are (E11)."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import line, model, offers_of, parameters, price, small_world

from sim.completions import Schedule, flagship_sizes, plan, tier_size
from sim.history import NONE

LINES = [
    line("a"),
    line("a-mini", tier="economy"),
    line("b", "Bolt"),
    line("c", "Cui"),
    line("gone", "Cui", live_until=5),
]
MODELS = [
    *(model(f"a{m}", "a", m, active=80.0, total=160.0) for m in (0, 2, 5, 9, 14)),
    model("am", "a-mini", 12),
    model("b1", "b", -2, "Bolt"),
    model("c1", "c", 10, "Cui", active=30.0, total=60.0),
    model("g", "gone", 0, "Cui"),
]


def planned(handover: int = 18, n_months: int = 40, **params: float) -> Schedule:
    world = small_world(LINES, MODELS, [price(m.name, m.month) for m in MODELS])
    given = parameters({f"releases.{key}": value for key, value in params.items()})
    return plan(world, offers_of(world, handover=handover), given, handover, n_months)


def test_the_interval_is_the_median_of_the_last_four() -> None:
    assert planned().due[0] == tuple(range(19, 40, 4))


def test_nothing_before_the_month_after_the_hand_over_and_intervals_have_limits() -> None:
    assert planned(interval_most=3).due[0] == tuple(range(19, 40, 3))
    assert planned(interval_least=9).due[0] == (23, 32)


def test_a_lab_with_one_flagship_takes_the_usual_time() -> None:
    assert planned(silence=30).due[1] == tuple(range(19, 40, 6))


def test_a_silent_lab_completes_nothing_more() -> None:
    assert planned().due[1] == ()
    assert planned().due[2] == (20, 30)


def test_ended_lines_are_not_renewed() -> None:
    schedule = planned()
    world = small_world(LINES, MODELS, [])
    assert [world.lines[z].name for z, _ in schedule.lines[2]] == ["c"]
    assert schedule.releases == sum(len(d) * len(s) for d, s in zip(schedule.due, schedule.lines, strict=True))


def test_sizes() -> None:
    world = small_world(LINES, MODELS, [price(m.name, m.month) for m in MODELS])
    offers = offers_of(world)
    implied = np.where(np.isnan(offers.size), 55.0, offers.size)
    sizes, ratio = flagship_sizes(world, offers, implied, parameters(), 18)
    assert sizes == pytest.approx([80.0, 55.0, 30.0])
    assert ratio == pytest.approx([2**0.5, 1.0, 2**0.5])
    assert [tier_size(parameters(), tier) for tier in range(3)] == pytest.approx([1.0, 1 / 3, 0.1])
    assert NONE == -1
