"""What is measured, as data, so that a test can run the same on a tiny world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EFFICIENCY = 0.85
"""Target: of two workers against serial, for 200 runs and more."""
DISK_GB, BAND_SECONDS = 1.0, 3.0
"""Targets: a thousand runs at series level, and a quantile band over all of them."""
PRECISION, MEASURE, MONTH, POLICY = 0.005, "cn_token_share_outside_cn", "2028-12", "no_chip_controls"
"""Half-width that is asked for, of the effect of a policy on a headline measure at a month."""
POLICIES = (
    "us_open_push", "cn_goes_closed", "no_chip_controls", "allied_procurement_ban", "hosting_localisation",
    "megaproject",
)  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """One session of measurements.

    Attributes:
        settings: what all runs share.
        runs: of the study that is run serially and by two workers.
        runs_horizon: last month of its runs.
        seeds: of the comparison of six policies.
        horizon: last month of its runs.
        stored: runs of the study whose disk is measured.
        stored_horizon: last month of its runs.
        stored_enterprises: of its runs; what is stored does not depend on their number.
        batch: unpaired runs of each arm between two looks.
        most: pairs at most.
        most_apart: unpaired runs of each arm at most; from there the number that is needed is reckoned.
        precision: half-width that is asked for.
        month: of the effect.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    runs: int = 200
    runs_horizon: str = "2026-07"
    seeds: int = 32
    horizon: str = "2030-12"
    stored: int = 1000
    stored_horizon: str = "2030-12"
    stored_enterprises: int = 52
    batch: int = 32
    most: int = 512
    most_apart: int = 96
    precision: float = PRECISION
    month: str = MONTH


FULL = Sizes()
