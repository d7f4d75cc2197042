"""Observed series: what is read, on which scale it is compared, and when it was known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.evidence.links import ELO, FLOOR, MONTHS, SHARE, link, link_error, unlink
from experiments.evidence.readings import Readings, covered
from experiments.evidence.series import load
from sim.calendar import month_index
from sim.errors import InputError

HEAD = "series,instrument,entity,geography,period_start,period_end,value,unit,known_from,se,confidence,source_title\n"
ROW = "firms paying the vendor,ramp,OpenAI,US,{0}-01,{0}-28,{1},share,{2},,high,Ramp\n"


def file_of(folder: Path, *rows: tuple[str, object, str]) -> Path:
    path = folder / "mine.csv"
    path.write_text(HEAD + "".join(ROW.format(*row) for row in rows), encoding="utf-8")
    return path


def test_the_shipped_table_holds_what_is_judged() -> None:
    found = load()
    assert {s.key for s in found.values() if s.headline} == {
        "openrouter_token_share/CN", "openrouter_token_share/open", "ramp_firms/OpenAI", "ramp_firms/Anthropic",
        "arena_gap/US-China", "arena_gap/closed-open", "eci_lag/closed-open",
    }  # fmt: skip
    assert found["ramp_firms/OpenAI"].size == 36
    assert found["openrouter_token_share/CN"].size == 11
    assert all(item.end.max() <= month_index("2025-12") + 1 for item in found.values())
    assert all((np.diff(item.end) >= 0).all() for item in found.values())
    assert found["arena_gap/US-China"].scale == ELO
    assert found["eci_lag/closed-open"].scale == MONTHS
    assert "telemetry_deepseek/DeepSeek@CN" in found


def test_what_was_not_known_is_not_there(tmp_path: Path) -> None:
    path = file_of(
        tmp_path, ("2024-01", 0.1, "2024-02-12"), ("2024-02", 0.2, "2024-03-12"), ("2024-03", 0.3, "2024-04-12")
    )
    series = load(path)["ramp_firms/OpenAI"]
    assert series.known_by(month_index("2024-02")).values.tolist() == [0.1]
    assert series.known_by(month_index("2024-03")).values == pytest.approx([0.1, 0.2])
    assert series.known_by(month_index("2023-01")).size == 0
    assert load(path, until="2024-02")["ramp_firms/OpenAI"].values == pytest.approx([0.1, 0.2])
    assert series.month.tolist() == [month_index(f"2024-0{k}") for k in (1, 2, 3)]


def test_bad_tables_are_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("instrument,value\nramp,1\n")
    with pytest.raises(InputError) as caught:
        load(path)
    assert "known_from" in str(caught.value)
    assert "period_end" in str(caught.value)
    with pytest.raises(InputError, match="can't be read"):
        load(tmp_path / "none.csv")
    with pytest.raises(InputError) as caught:
        load(file_of(tmp_path, ("2024-01", "many", "soon")))
    assert "row 2, value" in str(caught.value)
    assert "row 2, known_from" in str(caught.value)


@given(st.floats(FLOOR, 1 - FLOOR))
def test_a_link_is_undone(share: float) -> None:
    assert unlink(link(np.array([share]), SHARE), SHARE)[0] == pytest.approx(share)
    assert unlink(link(np.array([share]), ELO), ELO)[0] == pytest.approx(share)


def test_links() -> None:
    assert link(np.array([0.5, 0.0, 1.0]), SHARE) == pytest.approx([0.0, -6.2126061, 6.2126061])
    assert link(np.array([150.0]), ELO) == pytest.approx([1.5])
    assert link_error(np.array([0.5]), np.array([0.05]), SHARE) == pytest.approx([0.2])
    assert np.isnan(link(np.array([np.nan]), SHARE)[0])
    with pytest.raises(InputError):
        link(np.array([1.0]), "shares")


def test_a_steady_climb_is_worth_few_points(tmp_path: Path) -> None:
    months = [f"2024-{k:02d}" for k in range(1, 13)]
    climb = load(file_of(tmp_path, *((m, 0.1 + 0.02 * k, "2025-01-01") for k, m in enumerate(months))))
    zigzag = load(file_of(tmp_path, *((m, 0.1 + 0.1 * (k % 2), "2025-01-01") for k, m in enumerate(months))))
    assert climb["ramp_firms/OpenAI"].effective < 4
    assert zigzag["ramp_firms/OpenAI"].effective == 12


def test_readings_are_means_over_the_months_of_a_period(tmp_path: Path) -> None:
    series = load(file_of(tmp_path, ("2024-01", 0.1, "2024-02-12"), ("2024-03", 0.3, "2024-04-12")))[
        "ramp_firms/OpenAI"
    ]
    months = np.arange(12, 16)
    cell = ("ramp_firms", "OpenAI", "US")
    values = np.array([[0.1, 0.2, 0.3, 0.4], [np.nan, 0.2, 0.5, 0.4]])
    readings = Readings(np.array([0, 1]), np.array([0, 0]), months, {cell: values})
    assert readings.at(series)[0].tolist() == [0.1, 0.3]
    assert np.isnan(readings.at(series)[1, 0])
    assert readings.take(np.array([1])).at(series)[0, 1] == 0.5
    assert covered(months, 12.0, 15.0).tolist() == [True, True, True, False]
