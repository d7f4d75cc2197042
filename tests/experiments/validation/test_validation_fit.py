"""The fit in sample, and moments."""

from __future__ import annotations

import numpy as np
import pytest
from validation_fakes import line, series

from experiments.evidence.links import SHARE, unlink
from experiments.evidence.readings import Readings
from experiments.validation import fit as fitting
from experiments.validation.forecast import MODEL
from experiments.validation.moments import Moment, held_out, platform, surveys
from experiments.validation.single import data_persistence, known, persistence

RUNS = np.arange(50)


def readings(paths: np.ndarray, instrument: str = "ramp_firms", entity: str = "OpenAI") -> Readings:
    months = np.arange(paths.shape[1])
    return Readings(RUNS[: len(paths)], RUNS[: len(paths)], months, {(instrument, entity, "US"): paths})


def spread(n: int, sd: float, level: float = -2.0) -> np.ndarray:
    """Return runs whose logits lie around a line."""
    from scipy.special import ndtri

    places = ndtri((RUNS + 0.5) / RUNS.size)
    return unlink(level + 0.05 * np.arange(n)[None, :] + sd * places[:, None], SHARE)


def test_a_perfect_model_has_no_discrepancy() -> None:
    found = fitting.fit(series(line(20)), readings(spread(20, 0.3)), np.ones(50) / 50)
    row = fitting.summary(found)
    assert found.discrepancy == 0.0
    assert (row["n"], row["n_scored"], row["missing"]) == (20, 17, 0)
    assert (row["cover50"], row["cover90"]) == (1.0, 1.0)
    assert abs(row["bias"]) < 1e-3
    assert row["best_rule"] in ("trend", "drift")


def test_a_constant_miss_is_all_discrepancy() -> None:
    found = fitting.fit(series(line(20)), readings(spread(20, 0.0, -2.5)), np.ones(50) / 50)
    assert found.discrepancy == pytest.approx(0.5)
    assert fitting.summary(found)["cover90"] == 1.0
    assert fitting.summary(found)["bias"] < 0


def test_observation_error_is_no_discrepancy() -> None:
    item = series(line(20), se=0.05)
    z = item.linked[None, :] - 0.05
    assert fitting.unexplained(np.tile(z, (3, 1)), np.ones(3), item.linked, item.linked_se) == 0.0


def test_months_without_a_reading_are_left_out() -> None:
    paths = spread(20, 0.3)
    paths[:, :5] = np.nan
    found = fitting.fit(series(line(20)), readings(paths), np.ones(50) / 50)
    assert (found.missing, found.series.size) == (5, 15)
    nothing = fitting.fit(series(line(4), entity="Anthropic"), readings(paths), np.ones(50) / 50)
    assert (nothing.missing, nothing.series.size, nothing.samples) == (4, 0, {})
    assert fitting.summary(nothing)["n"] == 0
    assert fitting.rows_of(nothing) == []


def test_rules_start_from_three_points() -> None:
    item = series([*line(3), *(0.9 for _ in range(5))])
    found = fitting.fit(item, readings(spread(8, 0.3)), np.ones(50) / 50)
    assert found.samples["trend"].shape[0] == 5
    rows = fitting.rows_of(found)
    assert sum(row["forecaster"] == MODEL for row in rows) == 8
    assert sum(row["scored"] for row in rows if row["forecaster"] == MODEL) == 5
    short = fitting.fit(series(line(3)), readings(spread(8, 0.3)), np.ones(50) / 50)
    assert set(short.samples) == {MODEL}
    assert "best_rule" not in fitting.summary(short)


def test_the_overall_row() -> None:
    found = [fitting.fit(series(line(20)), readings(spread(20, 0.3)), np.ones(50) / 50)]
    summaries = [fitting.summary(item) for item in found]
    summaries[0]["rule_width90"] = summaries[0]["model_width90"] / 1.5
    row = fitting.overall(found, summaries)
    best = summaries[0][f"crps_{summaries[0]['best_rule']}"]
    assert row == {
        "points": 20.0, "covered90": 1.0, "width_ratio": pytest.approx(1.5), "scored": 1.0,
        "crps_ratio": pytest.approx(summaries[0]["crps_model"] / best), "lost": float(summaries[0]["skill"] < 0),
    }  # fmt: skip


@pytest.mark.parametrize(("low", "high", "verdict"), [(0.4, 0.5, "inside"), (0.0, 0.01, "above"), (0.99, 1.0, "below")])
def test_verdicts_of_moments(low: float, high: float, verdict: str) -> None:
    model = np.linspace(0.1, 0.9, 50)
    moment = Moment("m", "share", "2025-12", np.nan, low, high, "made up", model, np.ones(50) / 50)
    assert moment.row["verdict"] == verdict
    assert moment.row["model_mean"] == pytest.approx(0.5)
    assert moment.row["model_q05"] == pytest.approx(0.14, abs=0.02)


def test_a_moment_without_a_reading() -> None:
    moment = Moment("m", "share", "2025-12", 0.3, 0.3, 0.3, "made up", np.full(3, np.nan), np.ones(3))
    assert (moment.row["verdict"], moment.row["runs"]) == ("no reading", 0)


def test_what_was_fitted_is_no_moment() -> None:
    items = [series([0.3], 30, "menlo_usage"), series([0.3], 30, "etr_usage"), series([0.3], 30)]
    table = {item.key: item for item in items}
    shown = readings(spread(36, 0.3), "menlo_usage")
    found = held_out(table, ["etr_usage/OpenAI"], shown, np.ones(50) / 50)
    assert [moment.name for moment in found] == ["menlo_usage/OpenAI"]
    assert found[0].row["verdict"] == "inside"
    assert platform(shown, np.ones(50)).row["verdict"] == "no reading"
    names = {moment.name for moment in surveys(["vendor_switching/primary vendor"], shown, np.ones(50))}
    assert names == {"multihoming_families", "multihoming_models"}


def test_the_platform_is_read_over_the_last_quarter() -> None:
    paths = np.tile(np.where(np.arange(36) >= 33, 0.3, 0.9), (4, 1))
    shown = Readings(RUNS[:4], RUNS[:4], np.arange(36), {("openrouter_platform_share", "open", "OpenRouter"): paths})
    assert platform(shown, np.ones(4)).row["model_mean"] == pytest.approx(0.3)


def test_persistence_of_lists() -> None:
    lists = [frozenset("ab"), frozenset("bc"), frozenset("cd"), frozenset()]
    assert persistence(lists, [1]) == [pytest.approx((0.5 + 0.5 + 0.0) / 3)]
    assert persistence(lists, [2]) == [pytest.approx((0.0 + 0.0) / 2)]
    assert np.isnan(persistence(lists, [9])[0])


def test_leaders_of_the_data_stay_less_the_longer_one_waits() -> None:
    after_month, after_quarter = data_persistence()
    assert 0 < after_quarter < after_month < 1
    assert [item.value for item in known()[-2:]] == [after_month, after_quarter]
