"""What futures bring: which labs and months a shock reaches, and how shocks add up."""

from __future__ import annotations

import numpy as np

from sim.futures import Future, Shock
from sim.shocks import capability_jump, extra_compute, labs_in, price_war, trust_incident
from sim.tables import load_world

WORLD = load_world()
FUTURE = Future(
    shocks=(
        Shock("capability_jump", ("OpenAI",), 5.0, 50),
        Shock("capability_jump", ("OpenAI", "Google"), 2.0, 52),
        Shock("price_war", ("OpenAI",), 0.0, 50, 51),
        Shock("trust_incident", ("CN",), 0.7, 50),
        Shock("compute", ("CN", "US"), 0.1, 51),
    )
)
OPENAI, GOOGLE = WORLD.lab_names.index("OpenAI"), WORLD.lab_names.index("Google")


def test_jumps_last_and_add_up() -> None:
    levels = [capability_jump(FUTURE, WORLD, t)[[OPENAI, GOOGLE]].tolist() for t in (49, 50, 52, 90)]
    assert levels == [[0, 0], [5, 0], [7, 2], [7, 2]]
    assert np.count_nonzero(capability_jump(FUTURE, WORLD, 90)) == 2


def test_a_price_war_holds_from_month_to_month() -> None:
    assert [bool(price_war(FUTURE, WORLD, t)[OPENAI]) for t in (49, 50, 51, 52)] == [False, True, True, False]
    assert price_war(FUTURE, WORLD, 50).sum() == 1


def test_incidents_and_compute_happen_once() -> None:
    assert [trust_incident(FUTURE, t).tolist() for t in (49, 50, 51)] == [[0] * 4, [0, 0.7, 0, 0], [0] * 4]
    added = extra_compute(FUTURE, 60)
    assert added.shape == (60, 4)
    assert added[51].tolist() == [0.1, 0.1, 0, 0]
    assert np.count_nonzero(added) == 2


def test_without_a_future_nothing_happens() -> None:
    none = Future()
    assert not capability_jump(none, WORLD, 90).any() and not price_war(none, WORLD, 90).any()
    assert not trust_incident(none, 90).any() and not extra_compute(none, 90).any()
    assert labs_in(FUTURE.shocks[1], WORLD).sum() == 2
