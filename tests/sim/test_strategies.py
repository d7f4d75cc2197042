"""Release modes of a generation's lines, habits, choices and payoffs (E27 to E29)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from projected import T_H, labs_of, quiet
from worlds import line, model, offers_of, parameters, price, small_world

from sim.strategies import CLOSED, DELAYED, OPEN, TIERED, Strategies, habits, line_modes

TIERS = np.array([0, 1, 2])
WEIGHTS = {"licence": "open_permissive", "active": 20.0, "total": 80.0}


@pytest.mark.parametrize(
    ("mode", "was_open", "opened"),
    [
        (CLOSED, (1, 1, 1), (0, 0, 0)),
        (DELAYED, (1, 1, 1), (0, 0, 0)),
        (OPEN, (0, 0, 0), (1, 1, 1)),
        (TIERED, (0, 0, 0), (0, 0, 1)),
        (TIERED, (1, 1, 0), (0, 1, 0)),
        (TIERED, (1, 0, 0), (0, 0, 1)),
    ],
)
def test_lines_of_a_mode(mode: int, was_open: tuple[int, ...], opened: tuple[int, ...]) -> None:
    assert line_modes(mode, TIERS, np.array(was_open, dtype=bool)).tolist() == [bool(x) for x in opened]


@lru_cache(maxsize=1)
def start() -> Strategies:
    lines = [line("a"), line("b", "Bolt"), line("b-mini", "Bolt", tier="economy"), line("c", "Cui")]
    models = [
        model("a1", "a", 10),
        model("b1", "b", 10, "Bolt"),
        model("bm", "b-mini", 12, "Bolt", **WEIGHTS),
        *(model(f"c{k}", "c", k, "Cui", **WEIGHTS) for k in (11, 12, 14)),
    ]
    world = small_world(lines, models, [price(name, 10) for name in ("a1", "b1")])
    return Strategies.of(world, offers_of(world), parameters(), 15)


def test_habits_come_from_the_last_year() -> None:
    acme, bolt, cui = start().habit
    assert acme == pytest.approx(np.array([1.5, 0.5, 0.5, 0.5]) / 3)
    assert bolt == pytest.approx(np.array([0.5, 0.5, 0.5, 2.5]) / 4)
    assert cui == pytest.approx(np.array([0.5, 3.5, 0.5, 0.5]) / 5)
    assert start().experience == pytest.approx(np.full(3, 5.0))


def test_the_usual_mode_is_the_admissible_habit() -> None:
    every = np.ones(4, dtype=bool)
    assert [start().usual(lab, every) for lab in range(3)] == [CLOSED, TIERED, OPEN]
    assert start().usual(2, np.array([True, False, False, False])) == CLOSED


def test_choices_follow_the_chances() -> None:
    luck = (np.arange(1000) + 0.5) / 1000
    chosen = [start().choose(1, np.ones(4, dtype=bool), 4.0, float(u)) for u in luck]
    np.testing.assert_allclose(np.bincount(chosen, minlength=4) / 1000, [1 / 8, 1 / 8, 1 / 8, 5 / 8], atol=0.002)


def test_labs_that_adapt_have_learnt_in_a_run() -> None:
    strategies = quiet().supply.desk.strategies  # type: ignore[union-attr]
    learnt = (strategies.attraction != 0).any(axis=1)
    assert learnt.any() and not learnt.all()
    assert np.isfinite(strategies.attraction).all()
    released = (quiet().supply.mode[T_H + 1 :] >= 0).any(axis=0)
    assert not (learnt & ~released).any()
    assert habits(quiet().world, quiet().offers, T_H).shape == strategies.habit.shape
    assert labs_of(quiet(), "US").sum() > 3
