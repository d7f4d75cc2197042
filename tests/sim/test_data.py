"""The tables of sim/data: made by their scripts and consistent with each other."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from sim.calendar import month_index
from sim.data import FOLDER
from sim.data.build import promotions
from sim.data.build.__main__ import files, main, stale
from sim.data.build.regions import ORDER
from sim.data.build.tables import Raw, number
from sim.errors import InputError
from sim.tables import read_table as table

NAMED = {
    "OpenAI", "Anthropic", "Google", "Meta", "xAI", "Microsoft", "NVIDIA", "Amazon", "Mistral AI", "Cohere", "TII",
    "DeepSeek", "Alibaba", "Moonshot", "Z.ai", "MiniMax", "Meituan", "01.AI", "Kuaishou", "Baidu", "Huawei",
    "ByteDance", "Tencent", "StepFun", "Xiaomi",
}  # fmt: skip
LIVE_TEXT_OFFERS = {
    "2023-01": 2, "2023-07": 16, "2024-01": 33, "2024-07": 54, "2025-01": 62, "2025-07": 68, "2026-01": 66,
    "2026-07": 71,
}  # fmt: skip


MADE = sorted(name.removesuffix(".csv") for name in files(Raw()) if name.endswith(".csv"))


class TestBuild:
    def test_tables_are_what_the_scripts_make(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--check"]) == 0
        assert "up to date" in capsys.readouterr().out

    def test_two_builds_give_the_same_bytes(self) -> None:
        assert files(Raw()) == files(Raw())

    def test_check_notices_one_changed_byte(self, tmp_path: Path) -> None:
        made = files(Raw())
        for name, content in made.items():
            (tmp_path / name).write_bytes(content)
        assert stale(tmp_path, made) == []
        (tmp_path / "rent.csv").write_bytes(made["rent.csv"].replace(b"2.6", b"2.7", 1))
        (tmp_path / "fit.csv").unlink()
        assert stale(tmp_path, made) == ["rent.csv", "fit.csv"]

    def test_without_raw_tables_there_is_one_message(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"releases\.csv.*the raw table is not there"):
            files(Raw(tmp_path))

    @pytest.mark.parametrize(
        ("value", "text"),
        [(0.1 + 0.2, "0.3"), ("", ""), ("7.0", "7"), (225036064456.0, "225036064456"), ("1.23456789", "1.23457")],
    )
    def test_numbers_have_six_digits_at_most(self, value: float | str, text: str) -> None:
        assert number(value) == text

    def test_every_row_has_a_source(self) -> None:
        for name in MADE:
            for index, row in enumerate(table(name), 2):
                where = f"{name} row {index}"
                assert row["source_title"], where
                assert row["confidence"] in {"high", "medium", "low"}, where
                assert row["tag"] in {"V", "D", "L", "A"}, where

    def test_readme_names_every_table(self) -> None:
        text = (FOLDER / "README.md").read_text(encoding="utf-8")
        assert [name for name in MADE if f"`{name}.csv`" not in text] == []
        unresolved = table("promotions_unresolved")
        assert [row["slug"] for row in unresolved if row["slug"] not in text] == []


class TestWorld:
    def test_labs_by_name_and_pools_by_region(self) -> None:
        labs = {row["lab"]: row for row in table("labs")}
        assert {name for name, row in labs.items() if row["pooled"] == "0"} == NAMED
        aliases = table("lab_aliases")
        assert {row["lab"] for row in aliases} == set(labs)
        assert all(row["home"] == labs[row["lab"]]["home"] for row in aliases)
        raw = {row["lab"] for row in Raw().table("releases") if row["offered"] == "1"}
        assert {row["source_lab"] for row in aliases} == raw

    def test_regions_in_order_with_weights(self) -> None:
        rows = table("regions")
        assert [row["region"] for row in rows] == list(ORDER)
        for column in ("gdp_share", "population_share"):
            assert math.isclose(math.fsum(float(row[column]) for row in rows), 1.0, abs_tol=1e-9)

    def test_every_line_is_a_lab_s_and_every_model_a_line_s(self) -> None:
        lines = {row["line"]: row for row in table("lines")}
        models = table("models")
        for row in models:
            line = lines[row["line"]]
            assert (row["lab"], row["source_lab"], row["tier"], row["domain"]) == (
                line["lab"], line["source_lab"], line["tier"], line["domain"],
            )  # fmt: skip
        assert {row["line"] for row in models} == set(lines)
        assert all(row["successor"] in lines for row in lines.values() if row["successor"])

    def test_models_are_sorted_by_lab_line_and_date(self) -> None:
        rank = {row["lab"]: index for index, row in enumerate(table("labs"))}
        keys = [(rank[row["lab"]], row["line"], row["date"]) for row in table("models")]
        assert keys == sorted(keys)

    @pytest.mark.parametrize("month", LIVE_TEXT_OFFERS)
    def test_live_text_offers(self, month: str) -> None:
        """A line is live from its first release to the month of its live_until, both included."""
        first: dict[str, str] = {}
        for row in table("models"):
            if row["replaces"] == "1":
                first[row["line"]] = min(first.get(row["line"], row["month"]), row["month"])
        live = [
            row
            for row in table("lines")
            if row["domain"] == "text" and first[row["line"]] <= month <= row["live_until"]
        ]
        assert len(live) == LIVE_TEXT_OFFERS[month]

    def test_only_text_rows_without_score_and_price_do_not_replace(self) -> None:
        for row in table("models"):
            flags = row["flags"].split(";")
            if row["replaces"] == "0":
                assert {"no_score", "no_price"} <= set(flags), row["model"]
                assert row["domain"] == "text"
                assert row["offer_month"] == ""
            elif "no_score" in flags:
                assert "no_price" not in flags, row["model"]

    def test_closed_first_release_waits_for_its_price(self) -> None:
        models = {row["model"]: row for row in table("models")}
        assert models["Luminous Sparse"]["offer_month"] == ""
        assert models["Grok-2"]["offer_month"] == "2024-10"
        assert models["Claude 3.5 Haiku"]["offer_month"] == "2024-10"
        assert models["Falcon-40B"]["offer_month"] == "2023-03"

    def test_open_models_have_sizes(self) -> None:
        for row in table("models"):
            if row["openness"] == "open":
                assert 0 < float(row["active_b"]) <= float(row["total_b"]), row["model"]


class TestPrices:
    def test_every_price_is_of_a_known_model(self) -> None:
        models = {row["model"] for row in table("models")}
        for name in ("prices", "host_prices", "promotions"):
            assert {row["model"] for row in table(name)} <= models

    @pytest.mark.parametrize("name", ["prices", "host_prices"])
    def test_intervals_do_not_overlap(self, name: str) -> None:
        spans = defaultdict(list)
        for row in table(name):
            spans[row["model"]].append((row["from"], row["until"] or "9999"))
        for model, times in spans.items():
            ordered = sorted(times)
            assert all(a[1] < b[0] for a, b in pairwise(ordered)), model
            assert all(start <= end for start, end in ordered), model

    def test_blend(self) -> None:
        for row in table("prices"):
            blend = 0.75 * float(row["price_in"]) + 0.25 * float(row["price_out"])
            assert float(row["price"]) == pytest.approx(blend, rel=1e-5)

    def test_prices_reach_back_to_the_release(self) -> None:
        release = {row["model"]: row["date"] for row in table("models")}
        first: dict[str, str] = {}
        for row in table("prices"):
            first[row["model"]] = min(first.get(row["model"], row["from"]), row["from"])
        assert {model for model, day in first.items() if day > release[model]} == set()

    def test_router_captures_of_open_models_are_host_prices(self) -> None:
        openness = {row["model"]: row["openness"] for row in table("models")}
        assert {openness[row["model"]] for row in table("prices") if row["basis"] == "capture"} == {"closed"}
        assert {openness[row["model"]] for row in table("host_prices")} == {"open"}

    def test_no_promotion_is_a_price(self) -> None:
        free = {row["model"] for row in table("prices") if float(row["price"]) == 0}
        assert free == {"ERNIE Speed"}

    def test_median_over_hosts(self) -> None:
        for row in table("host_prices"):
            assert float(row["low"]) <= float(row["price"]) <= float(row["high"])
            if row["basis"] == "median over hosts":
                assert len(row["note"].split("; ")) == int(row["n_hosts"])

    def test_reach(self) -> None:
        reach = {(row["slug"], row["from"]): float(row["reach"]) for row in table("promotions")}
        assert reach["x-ai/grok-code-fast-1", "2025-08-26"] == promotions.LAUNCH
        assert reach["x-ai/grok-code-fast-1", "2025-09-11"] == promotions.CODING_TOOLS_ONLY
        assert reach["deepseek/deepseek-r1:free", "2025-01-22"] == promotions.RATE_LIMITED
        assert all("reach" in row["note"] for row in table("promotions"))

    def test_every_promotion_is_kept_or_explained(self) -> None:
        kept = len(table("promotions")) + len(table("promotions_unresolved"))
        assert kept == len(Raw().table("promotions"))


class TestOutcomes:
    def test_nothing_after_2025(self) -> None:
        assert max(row["period_end"] for row in table("observations")) <= "2025-12-31"
        assert max(row["week_start"] for row in table("router_weekly")) <= "2025-12-31"

    def test_shares_are_shares(self) -> None:
        for row in table("observations"):
            if row["unit"] == "share":
                assert 0 <= float(row["value"]) <= 1

    def test_rows_that_miss_labs_carry_no_weight(self) -> None:
        counts = Counter(row["instrument"] for row in table("observations") if row["calibrate"] == "0")
        assert counts == {"lmarena_gap": 10, "hf": 2}

    def test_router_slugs_are_resolved(self) -> None:
        rows = table("router_weekly")
        models = {row["model"] for row in table("models")}
        tokens, known = 0, 0
        for row in rows:
            tokens += int(row["tokens"])
            known += int(row["tokens"]) if row["model"] else 0
            assert not row["model"] or row["model"] in models
        assert known / tokens > 0.95

    def test_rent_is_monthly(self) -> None:
        indices = [month_index(row["month"]) for row in table("rent")]
        assert indices == list(range(len(indices)))
