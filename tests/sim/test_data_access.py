"""Who may use what: availability, distrust, bans and fit."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest

from sim.calendar import month_index
from sim.data.build import availability, bans, fit, trust
from sim.data.build.tables import Raw
from sim.tables import read_table as table


def share(lab: str, region: str, month: str) -> float:
    for row in table("availability"):
        if (row["lab"], row["region"]) == (lab, region) and row["from"] <= month <= (row["until"] or "9999"):
            return float(row["share"])
    return 1.0


class TestAvailability:
    @pytest.mark.parametrize(
        ("lab", "region", "month", "expected"),
        [
            ("OpenAI", "CN", "2024-06", 0.25), ("OpenAI", "CN", "2024-07", 0.15), ("OpenAI", "CN", "2024-10", 0.10),
            ("OpenAI", "US", "2024-07", 1.0), ("Anthropic", "CN", "2025-09", 0.03),
            ("Anthropic", "EU", "2023-08", 0.0), ("Anthropic", "EU", "2023-09", 1.0),
            ("Anthropic", "SEA", "2025-09", 0.98), ("Google", "EU", "2024-01", 1.0),
            ("Microsoft", "CN", "2025-01", 0.0),
            ("Alibaba", "US", "2024-03", 0.0), ("Alibaba", "US", "2024-04", 1.0),
            ("DeepSeek", "SAN", "2024-05", 1.0), ("DeepSeek", "US", "2025-02", 1.0),
            ("Kuaishou", "SAN", "2025-01", 1.0),
            ("ByteDance", "EU", "2025-06", 1.0), ("ByteDance", "US", "2026-01", 0.0),
            ("Other (US)", "CN", "2024-06", 0.0), ("Other (CN)", "US", "2025-01", 1.0),
            ("Other (CN, home market)", "US", "2025-01", 0.0), ("Other (CN, home market)", "CN", "2025-01", 1.0),
            ("Other (KRTW)", "CN", "2025-08", 0.0), ("Other (SAN)", "SAN", "2024-06", 1.0),
        ],
    )  # fmt: skip
    def test_known_cells(self, lab: str, region: str, month: str, expected: float) -> None:
        assert share(lab, region, month) == pytest.approx(expected)

    def test_pools_have_the_access_of_all_their_members(self) -> None:
        """Nobody in a pool has a row that says otherwise than the pool's."""
        raw = Raw()
        closed = {
            (row["actor"], row["region"])
            for row in raw.table("availability")
            if row["channel"] == "first_party_api" and row["available"] == "0"
        }
        pool = {row["source_lab"]: row["lab"] for row in table("lab_aliases") if row["lab"] != row["source_lab"]}
        wrong = [(lab, region) for lab, region in closed if lab in pool and share(pool[lab], region, "2025-01") > 0]
        assert wrong == []

    def test_intervals_are_tidy(self) -> None:
        spans = defaultdict(list)
        for row in table("availability"):
            assert 0 <= float(row["share"]) < 1
            last = month_index(row["until"]) if row["until"] else 10**6
            spans[row["lab"], row["region"]].append((month_index(row["from"]), last))
        for times in spans.values():
            ordered = sorted(times)
            assert all(a[1] < b[0] for a, b in pairwise(ordered))
            assert ordered[0][0] >= 0

    def test_left_out_channels(self) -> None:
        used = {row["channel"] for row in Raw().table("availability") if availability.is_used(row)}
        assert used == {"first_party_api", "default", "gray_access", "cloud_azure", "cloud_bedrock", "cloud_vertex"}


class TestAssumedTables:
    @pytest.mark.parametrize(
        ("region", "home", "expected"),
        [
            ("US", "CN", 1.2), ("EU", "CN", 1.0), ("KRTW", "CN", 1.0), ("SEA", "CN", 0.3), ("SAN", "CN", 0.1),
            ("CN", "CN", 0), ("CN", "US", 0.6), ("SAN", "US", 0.6), ("IN", "US", 0.2), ("EU", "US", 0),
            ("US", "EU", 0.1), ("EU", "JP", 0), ("CN", "UKCA", 0.1), ("US", "GULF", 0), ("US", "SAN", 0),
        ],
    )  # fmt: skip
    def test_trust(self, region: str, home: str, expected: float) -> None:
        assert trust.distrust(region, home) == expected

    @pytest.mark.parametrize(
        ("region", "channel", "expected"),
        [("US", "A", 0.6), ("US", "H", 0.2), ("US", "S", 0.1), ("JP", "A", 0.5), ("IN", "A", 0.15), ("IN", "H", 0.15),
         ("IN", "S", 0.1), ("SAN", "A", 0), ("CN", "A", 0)],
    )  # fmt: skip
    def test_bans(self, region: str, channel: str, expected: float) -> None:
        assert bans.probability(region, channel) == expected

    @pytest.mark.parametrize(
        ("region", "home", "expected"),
        [("CN", "CN", 0.6), ("SEA", "CN", 0.4), ("JP", "CN", 0.2), ("KRTW", "CN", 0.2), ("AFR", "CN", 0.3),
         ("SAN", "CN", 0.3), ("EU", "CN", 0), ("US", "CN", 0), ("US", "US", 0.3), ("EU", "EU", 0.3), ("EU", "US", 0)],
    )  # fmt: skip
    def test_fit(self, region: str, home: str, expected: float) -> None:
        assert fit.level(region, home) == expected

    @pytest.mark.parametrize("name", ["trust", "bans", "fit"])
    def test_they_say_that_they_are_assumed(self, name: str) -> None:
        assert {row["tag"] for row in table(name)} == {"A"}
