"""Oracles O15, O16 and O30 (chips) of docs/model.md, section 9."""

from __future__ import annotations

import sys
from dataclasses import fields
from math import inf, log
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sim"))

from chips_world import EMPTY, MONTHS, history, make, no_levers, status_quo, with_levers

from sim.chip_path import ChipPath
from sim.market import compute as eq
from sim.market.compute import CN

ALONE = {"series": EMPTY, "handover": 0}
"""A world without history: every month by the equations."""
STILL = {"domestic_growth": 0.0, "crowding": 0.0, "learning": 0.0}


def same(one: ChipPath, other: ChipPath, months: int | None = None) -> bool:
    """Say whether two paths are bitwise equal, in the first months."""
    names = [item.name for item in fields(one) if isinstance(getattr(one, item.name), np.ndarray)]
    return all(np.array_equal(getattr(one, name)[:months], getattr(other, name)[:months]) for name in names)


class TestO15:
    """Wright's law: c(2Q)/c(Q) = 1 - LR."""

    b = -log(0.8) / log(2)

    def test_slope(self) -> None:
        assert self.b == pytest.approx(0.321928, abs=1e-6)
        volume = np.geomspace(1e3, 1e9, 40)
        cost = eq.wright(volume, 1e6, self.b)
        slope = np.diff(np.log(cost)) / np.diff(np.log(volume))
        assert slope == pytest.approx(np.full(39, -self.b), abs=1e-12)

    def test_each_doubling_saves_a_fifth_and_eight_times_leaves_512(self) -> None:
        cost = eq.wright(np.array([1.0, 2.0, 8.0]), 1.0, self.b)
        assert cost == pytest.approx([1, 0.8, 0.512], abs=1e-12)

    def test_in_a_path(self) -> None:
        path = make(no_levers(), learning=self.b, spillover=0.0)
        slope = np.log(path.unit_cost[1:] / path.unit_cost[0]) / np.log(path.learning[1:] / path.learning[0])
        assert slope == pytest.approx(np.full(MONTHS - 1, -self.b), abs=1e-9)

    def test_imports_teach_too(self) -> None:
        alone = make(no_levers(), spillover=0.0)
        taught = make(no_levers(), spillover=0.33)
        assert (taught.unit_cost[-1] / taught.unit_cost[36]) < (alone.unit_cost[-1] / alone.unit_cost[36])


class TestO16:
    """Export controls."""

    @pytest.mark.parametrize("quota", [0.0, 1_000.0, 48_000.0])
    def test_imports_keep_to_the_quota(self, quota: float) -> None:
        alone = make(with_levers(no_levers(), quota=quota), smuggling=0.0, **ALONE)
        assert (alone.legal + alone.smuggled <= quota).all()
        replayed = make(with_levers(no_levers(), quota=quota), make(no_levers(), smuggling=0.0), smuggling=0.0)
        assert (replayed.legal + replayed.smuggled <= quota).all()

    def test_domestic_output_alone(self) -> None:
        levers = with_levers(no_levers(2000), quota=0.0, offshore=False)
        path = make(levers, months=2000, smuggling=0.0, software=0.6, **STILL, **ALONE)
        assert (path.cn_output == 40_000).all()
        assert path.deliveries[:, CN] == pytest.approx(np.full(2000, 24_000.0), rel=1e-12)
        limit = 0.6 * 40_000 * 48
        expected = limit + (path.stock[0, CN] - limit) * (1 - 1 / 48) ** np.arange(2000)
        assert path.stock[:, CN] == pytest.approx(expected, rel=1e-11)
        assert path.stock[-1, CN] == pytest.approx(limit, rel=1e-12)

    def test_a_quota_above_the_wish_is_none(self) -> None:
        free = make(no_levers(), **ALONE)
        quota = float(free.wanted[:, CN].max())
        assert same(make(with_levers(no_levers(), quota=quota), **ALONE), free)
        assert (free.tau == 0).all()
        assert (free.smuggled == 0).all()

    @pytest.mark.parametrize("performance", [1.0, 0.15])
    def test_full_leakage_is_no_control_in_quantity(self, performance: float) -> None:
        free = make(no_levers(), **ALONE)
        levers = with_levers(no_levers(), quota=5_000.0, performance=performance)
        leaky = make(levers, smuggling=1.0, smuggling_cap=1.0, **ALONE)
        assert leaky.legal + leaky.smuggled == pytest.approx(free.legal, rel=1e-12)
        assert leaky.stock == pytest.approx(free.stock, rel=1e-12)
        assert (leaky.tau < 1e-12).all()

    def test_no_control_is_the_wish(self) -> None:
        free = make(no_levers(), **ALONE)
        assert free.legal == pytest.approx(0.20 * free.us_output, rel=1e-12)


class TestO30:
    """Replay differences."""

    def test_status_quo_as_an_arm_is_history_bitwise(self) -> None:
        assert same(make(status_quo(), history()), history())

    def test_an_entry_equal_to_history_changes_nothing(self) -> None:
        t = 15
        levers = with_levers(status_quo())
        levers.quota[t], levers.performance[t] = status_quo().quota[t], status_quo().performance[t]
        assert same(make(levers, history()), history())

    @pytest.mark.parametrize("since", [1, 9, 27, 35, 36, 40, 42, 43, 70])
    @pytest.mark.parametrize("quota", [0.0, 7_000.0, inf])
    def test_a_quota_leaves_what_was_before_it(self, since: int, quota: float) -> None:
        path = make(with_levers(status_quo(), since, quota=quota), history())
        assert same(path, history(), since)
        assert np.array_equal(path.stock[: since + 1], history().stock[: since + 1])

    def test_an_arm_without_controls_from_2022_differs_from_the_first_month(self) -> None:
        path = make(with_levers(status_quo(), performance=1.0, quota=inf, tools=0.0), history())
        assert path.legal[0] > history().legal[0]
        assert (path.us_output == history().us_output).all()
        assert path.stock[42, CN] > 2 * history().stock[42, CN]

    def test_the_reference_of_learning_is_history_s(self) -> None:
        path = make(no_levers(), history())
        assert path.reference == history().reference
        assert path.unit_cost[36] < history().unit_cost[36]
