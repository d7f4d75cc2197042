"""What a forecast stands on is cut at the origin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from validation_fakes import changed

from experiments.calibration.sets import CalibrationSet, read_set
from experiments.evidence.readings import Readings
from experiments.evidence.series import Series, load
from experiments.studies.execution import Execution
from experiments.validation.world import Running, prior, sources
from sim import Scenario
from sim.calendar import month_index

ORIGIN = month_index("2025-06")


@pytest.fixture(scope="module")
def series() -> dict[str, Series]:
    return load()


@pytest.fixture(scope="module")
def chosen(series: dict[str, Series]) -> CalibrationSet:
    return read_set("default", series)


def running(tmp_path: Path) -> Running:
    return Running(tmp_path, Execution("serial"), 60, 1, 1, True)


def test_prior_draws_are_keyed_and_inside(chosen: CalibrationSet) -> None:
    few, many = prior(chosen, 8, 0), prior(chosen, 64, 0)
    np.testing.assert_array_equal(few.values, many.values[:8])
    assert (prior(chosen, 8, 1).values != few.values).all()
    low, high = (np.array([getattr(item, end) for item in chosen.free]) for end in ("low", "high"))
    assert ((many.values > low) & (many.values < high)).all()
    assert few.paths == chosen.paths


def test_strengths_are_inverted_from_what_was_known(
    series: dict[str, Series], chosen: CalibrationSet, tmp_path: Path, monkeypatch: Any
) -> None:
    seen: dict[str, Any] = {}

    def invert(problems: Any, *args: Any, quiet: bool) -> dict[str, Path]:
        seen.update(problems)
        return {name: tmp_path / f"{name}.csv" for name in problems}

    monkeypatch.setattr("experiments.evidence.inversion.invert", invert)
    months = [month_index("2024-01"), ORIGIN]
    found = sources(series, chosen, running(tmp_path)).strengths(months, tmp_path)
    assert found == {months[0]: tmp_path / "2024-01.csv", months[1]: tmp_path / "2025-06.csv"}
    for name, known in seen.items():
        assert known.until == month_index(name)
        assert all(item.size and (item.known <= known.until + 1).all() for item in known.series.values())
    assert len(seen["2024-01"].series) < len(seen["2025-06"].series) < len(series)


def test_policies_are_those_that_had_begun(
    series: dict[str, Series], chosen: CalibrationSet, tmp_path: Path
) -> None:  # fmt: skip
    path = sources(series, chosen, running(tmp_path)).policy(ORIGIN, tmp_path)
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]
    assert len(entries) > 20
    assert all(month_index(str(entry["from"])) <= ORIGIN for entry in entries if entry.get("from"))
    assert any(entry["lever"] == "content_review" for entry in entries)
    Scenario.load(str(path), history_until="2025-06", horizon="2025-08")


def test_distances_do_not_see_what_came_later(
    series: dict[str, Series], chosen: CalibrationSet, tmp_path: Path
) -> None:  # fmt: skip
    draws, months = np.arange(6), np.arange(36)
    rise = np.clip(0.02 + 0.01 * draws[:, None] * months[None, :] / 6, 0.01, 0.9)
    cells = {(t.series.instrument, t.series.entity, t.series.geography): rise for t in chosen.targets}
    shown = Readings(draws, draws, months, cells)
    first = sources(series, chosen, running(tmp_path)).distance(shown, ORIGIN)
    assert np.unique(first).size == 6
    from dataclasses import replace

    others = tuple(replace(target, series=changed(target.series, ORIGIN, 0.3)) for target in chosen.targets)
    later = sources(series, replace(chosen, targets=others), running(tmp_path)).distance(shown, ORIGIN)
    np.testing.assert_array_equal(first, later)
    nothing = sources(series, chosen, running(tmp_path)).distance(shown, month_index("2023-01"))
    np.testing.assert_array_equal(nothing, np.zeros(6))
