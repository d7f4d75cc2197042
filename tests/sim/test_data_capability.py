"""Capability on one scale: the crosswalk and the rules for releases without a score."""

from __future__ import annotations

import json
import statistics

import pytest

from sim.data import FOLDER
from sim.data.build import capability, crosswalk
from sim.data.build.tables import Raw, Row
from sim.tables import read_table as table


class TestCapability:
    def test_fits_are_those_of_the_document(self) -> None:
        fits = json.loads((FOLDER / "crosswalk.json").read_text(encoding="utf-8"))["fits"]
        payload, arena = fits["aa_index_2026_07_05"], fits["lmarena_elo_2025_12_11"]
        assert (payload["n"], arena["n"]) == (45, 65)
        assert payload["intercept"] == pytest.approx(154.8, abs=0.05)
        assert payload["slope"] == pytest.approx(10.8, abs=0.05)
        assert payload["residual_sd"] == pytest.approx(2.8, abs=0.05)
        assert arena["intercept"] == pytest.approx(-4.9, abs=0.05)
        assert arena["slope"] == pytest.approx(0.1054, abs=5e-5)
        assert arena["residual_sd"] == pytest.approx(4.7, abs=0.05)

    def test_least_squares_on_a_known_line(self) -> None:
        intercept, slope, sd = crosswalk.least_squares([(0, 1.0), (1, 3.0), (2, 5.0), (3, 7.0)])
        assert (intercept, slope, sd) == pytest.approx((1.0, 2.0, 0.0))

    def test_eci_is_taken_as_it_is(self) -> None:
        raw = {row["model"]: row for row in Raw().table("releases")}
        for row in table("models"):
            if row["q_basis"] == "eci":
                assert float(row["q"]) == pytest.approx(float(raw[row["model"]]["epoch_eci"]), rel=1e-5)
                assert row["q_documents"] == row["q"]

    def test_two_scales_combine_by_inverse_variance(self) -> None:
        fits = json.loads((FOLDER / "crosswalk.json").read_text(encoding="utf-8"))["fits"]
        row = next(row for row in table("models") if row["model"] == "gpt-oss-120b")
        aa, elo = fits["aa_index_2026_07_05"], fits["lmarena_elo_2025_12_11"]
        by_aa = aa["intercept"] + aa["slope"] * crosswalk.logit(float(row["aa"]))
        by_elo = elo["intercept"] + elo["slope"] * float(row["elo"])
        weight = aa["residual_sd"] ** -2 / (aa["residual_sd"] ** -2 + elo["residual_sd"] ** -2)
        assert float(row["q"]) == pytest.approx(weight * by_aa + (1 - weight) * by_elo, abs=2e-3)
        assert float(row["q_coding"]) == pytest.approx(by_aa, abs=1e-3)
        assert float(row["q_assistant"]) == float(row["q_local"]) == pytest.approx(by_elo, abs=1e-3)
        assert row["q_documents"] == row["q"]

    def test_slope_beyond_forty_can_be_shifted_exactly(self) -> None:
        """q(slope) - q(fitted) = (slope - fitted) weight beyond, for scored and for carried releases."""
        raw = Raw()
        usual = crosswalk.build(raw)
        fits = dict(usual.fits)
        payload = fits["aa_index_2026_07_05"]
        steeper = 14.0
        pivot = crosswalk.logit(crosswalk.AA_BEYOND)

        def q(release: Row, slope: float) -> float:
            index = float(release["aa_index_2026_07_05"])
            level = payload.at(min(crosswalk.logit(index), pivot))
            return level + slope * max(crosswalk.logit(index) - pivot, 0.0)

        release = next(row for row in raw.table("releases") if row["model"] == "GPT-5.4")
        score = usual.score(release)
        assert score is not None
        assert score.q == pytest.approx(q(release, usual.slope))
        assert score.q + (steeper - usual.slope) * score.shift == pytest.approx(q(release, steeper))

    def test_nothing_is_beyond_where_q_does_not_come_from_the_index(self) -> None:
        for row in table("models"):
            beyond, weight = float(row["q_beyond_logit"]), float(row["q_beyond_weight"])
            assert 0 <= weight <= 1
            if row["q_basis"] == "eci" or row["domain"] == "video" or row["q_basis"].startswith("lmarena"):
                assert beyond * weight == 0, row["model"]
            if row["aa"] and row["q_basis"] != "eci":
                assert (beyond > 0) == (float(row["aa"]) > 40), row["model"]

    def test_carried_release_gains_half_the_frontier(self) -> None:
        best = capability.Frontier(["2023-01-01", "2024-01-01"], [100.0, 120.0], [0.0, 0.5])
        before = capability.unscored(90.0, 0.0, "carried")
        later = capability.carried(before, "2023-06-01", "2024-06-01", best)
        assert (later.q, later.shift) == (100.0, 0.25)
        assert capability.behind(15.0, "2024-06-01", best).q == 105.0

    def test_video_rule(self) -> None:
        assert capability.video("2024-11-24").q == pytest.approx(100.0, abs=0.1)
        assert capability.video("2025-11-24").q == pytest.approx(112.0, abs=0.1)

    def test_capabilities_are_plausible(self) -> None:
        text = [row for row in table("models") if row["domain"] == "text"]
        assert all(85 < float(row["q"]) < 165 for row in text)
        latest = statistics.median(float(r["q"]) for r in text if r["month"] >= "2026-01")
        assert latest > statistics.median(float(r["q"]) for r in text if r["month"] < "2024-01") + 20
