from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from experiments.studies.designs import Factor, from_csv, grid, latin_hypercube, sobol
from sim.errors import InputError

GAMMA, OMEGA = Factor("params.demand.gamma", low=0, high=4), Factor("params.demand.awareness", low=0.5, high=3)
AGE = Factor("params.demand.grace", low=6, high=24, whole=True)


def column(points, place):
    return np.array([row[place] for row in points.rows])


def test_a_grid_has_every_combination_once():
    points = grid([Factor("params.demand.gamma", (0, 1.5, 4)), Factor("horizon", ("2027-12", "2030-12"))])
    assert len(points.rows) == len(set(points.rows)) == 6
    assert points.rows[:2] == ((0, "2027-12"), (0, "2030-12"))
    assert points.at(2) == [("params.demand.gamma", 1.5), ("horizon", "2027-12")]


def test_a_lever_carries_its_dates():
    points = grid([Factor("lever.chip_export_quota.US.CN", (0, 24000), dates="@2027-01")])
    assert points.at(1) == [("lever.chip_export_quota.US.CN", "24000@2027-01")]


@settings(max_examples=40, deadline=None)
@given(points=st.integers(1, 200), seed=st.integers(0, 2**32))
def test_a_latin_hypercube_visits_each_part_of_each_range_once(points, seed):
    found = latin_hypercube([GAMMA, OMEGA], points, seed)
    for place, factor in enumerate((GAMMA, OMEGA)):
        unit = (column(found, place) - factor.low) / (factor.high - factor.low)
        assert sorted(np.floor(unit * points).astype(int)) == list(range(points))


@settings(max_examples=20, deadline=None)
@given(power=st.integers(0, 9), seed=st.integers(0, 2**32))
def test_a_sobol_design_visits_each_part_once_and_pairs_of_quarters_equally(power, seed):
    points = 2**power
    found = sobol([GAMMA, OMEGA], points, seed)
    units = [(column(found, p) - f.low) / (f.high - f.low) for p, f in enumerate((GAMMA, OMEGA))]
    for unit in units:
        assert sorted(np.floor(unit * points).astype(int)) == list(range(points))
    if power >= 4:
        cells = np.floor(units[0] * 4) * 4 + np.floor(units[1] * 4)
        assert set(np.bincount(cells.astype(int), minlength=16)) == {points // 16}


def test_a_sobol_design_is_more_even_than_independent_points():
    factors = [Factor(f"params.demand.{name}") for name in ("gamma", "awareness", "upgrade", "review")]
    rows = np.array(sobol(factors, 256, 1).rows)
    stray = np.array([latin_hypercube([factor], 256, seed).rows for seed, factor in enumerate(factors)])[:, :, 0].T
    assert qmc.discrepancy(rows) < 0.5 * qmc.discrepancy(stray)


@pytest.mark.parametrize("make", [latin_hypercube, sobol])
def test_one_more_factor_moves_no_other_and_seeds_differ(make):
    alone, both = make([OMEGA], 16, 5), make([OMEGA, GAMMA], 16, 5)
    assert [row[0] for row in both.rows] == [row[0] for row in alone.rows]
    assert make([OMEGA], 16, 6).rows != alone.rows


def test_whole_numbers_of_a_range_come_equally_often():
    values = column(sobol([Factor("params.demand.grace", low=6, high=9, whole=True)], 64), 0)
    assert {int(v): int((values == v).sum()) for v in set(values)} == {6: 16, 7: 16, 8: 16, 9: 16}


def test_a_csv_is_read_point_by_point(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("params.demand.gamma,strategy,params.demand.grace\n1.5,fixed,6\n2,adaptive,7\n", encoding="utf-8")
    points = from_csv(path)
    assert points.rows == ((1.5, "fixed", 6), (2, "adaptive", 7))


def refused(make) -> str:
    with pytest.raises(InputError) as caught:
        make()
    return str(caught.value)


def test_what_is_wrong_is_told_at_once(tmp_path: Path):
    message = refused(lambda: grid([Factor("params.demand.gama", (1,)), Factor("horizon"), Factor("policy", ("a",))]))
    assert "Did you mean 'params.demand.gamma'?" in message
    assert "horizon: a grid needs values" in message
    assert "policy: a design can't vary this" in message
    assert "64 or 128" in refused(lambda: sobol([GAMMA], 100))
    assert "is empty" in refused(lambda: latin_hypercube([Factor("horizon", low=2, high=1)], 4))
    assert "varies twice" in refused(lambda: sobol([GAMMA, GAMMA], 4))
    path = tmp_path / "list.csv"
    path.write_text("params.demand.gamma,strategy\n1.5\n", encoding="utf-8")
    assert "list.csv:2" in refused(lambda: from_csv(path))
    assert "can't be read" in refused(lambda: from_csv(tmp_path / "none.csv"))
