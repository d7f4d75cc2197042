"""The sign tests T1 to T9 of the model (docs/model.md, section 9) as paired runs, with what was expected and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any, Literal

import yaml

from experiments.effects import MONTHS, Job, Values, paired, run_all
from sim.library import find
from sim.market.knowledge import HOURS

OPEN, CLOSED = (("release_mode.CN.CN", "open@2026-08"),), (("release_mode.CN.CN", "closed@2026-08"),)
FREE_IMPORTS = ("chip_import_limit.CN.CN", "1@2026-08")
QUOTAS = (0, 50_000, 200_000, 800_000)
RENT = 2.6
"""$/H100e-hour at which funding buys the fixed compute of T4 (rent.csv, 2025-26)."""
LAST = len(MONTHS) - 1
Expected = Literal["+", "-", "0", "any"]


@dataclass(frozen=True)
class Contrast:
    """One comparison of a sign test.

    Attributes:
        test: T1 to T9.
        says: what is claimed.
        arm, base: names of the jobs.
        measure: headline measure or extra.
        month: index into ``MONTHS``.
        expected: sign of arm less base.
    """

    test: str
    says: str
    arm: str
    base: str
    measure: str
    expected: Expected
    month: int = LAST


CONTRASTS = (
    Contrast("T1", "open Chinese flagships lower closed US labs' revenue", "CN open", "CN closed", "us_closed_revenue", "-"),
    Contrast("T1", "... and their R&D", "CN open", "CN closed", "us_closed_rd", "-"),
    Contrast("T1", "... and raise the CN share outside CN", "CN open", "CN closed", "cn_token_share_outside_cn", "+"),
    *(
        Contrast("T2", f"a quota of {b:,} instead of {a:,} H100e/mo narrows the gap (ECI)", f"quota {b}", f"quota {a}", "capability_gap", "-")
        for a, b in pairwise(QUOTAS)
    ),
    Contrast("T3", "gamma 4 instead of 0: Chinese labs' open generations", "gamma 4", "gamma 0", "cn_open_modes", "any"),
    Contrast("T4", "compute held fixed, tighter chips raise open modes of Chinese labs when b_state = .3", "tight, b .3", "loose, b .3", "cn_open_modes", "+"),
    Contrast("T4", "... and not when b_state = 0", "tight, b 0", "loose, b 0", "cn_open_modes", "0"),
    Contrast("T4", "with compute moving too (real world), b_state = .3", "real, tight, b .3", "real, loose, b .3", "cn_open_modes", "any"),
    Contrast("T4", "... b_state = 0", "real, tight, b 0", "real, loose, b 0", "cn_open_modes", "any"),
    Contrast("T5", "a leap of one closed lab: R&D of closed US labs", "leap", "status_quo", "us_closed_rd", "any"),
    Contrast("T6", "hosting at home raises the CN share in the US and its allies", "hosting", "status_quo", "cn_share_us_al", "+"),
    Contrast("T6", "... not without distrust and bans", "hosting, no distrust", "no distrust", "cn_share_us_al", "0"),
    Contrast("T7", "gpt-oss lowers the CN share outside CN (2026-07)", "status_quo", "no_gpt_oss", "cn_token_share_outside_cn", "-", 0),
    Contrast("T8", "6 months of review of every release lower the share at home of CN releases under a year old", "review 6", "review 0", "cn_young_share_at_home", "-"),
    Contrast("T8", "... and with it CN labs' share at home", "review 6", "review 0", "cn_share_cn", "any"),
    Contrast("T8", "... but not where releases need no new filing", "review 6, filed", "review 0, filed", "cn_young_share_at_home", "0"),
    Contrast("T9", "US APIs cut off from CN and its labs: the gap (ECI)", "cut off", "status_quo", "capability_gap", "any"),
)  # fmt: skip


def steady_world() -> dict[str, Any]:
    """Return the stylised world with each lab's compute fixed at what its funding buys: only the levers' tau differs."""
    world: dict[str, Any] = yaml.safe_load(find("world", "stylised").read_text(encoding="utf-8"))
    world["compute"] = "fixed"
    for lab in world["labs"].values():
        lab["compute"] = 1e6 * lab["fund"] / (HOURS * RENT)
    return world


def jobs(seeds: int, enterprises: int) -> Iterator[Job]:
    """Yield the runs that the contrasts need."""
    settings = (("horizon", MONTHS[-1]), ("enterprises", enterprises))

    def job(name: str, seed: int, policy: str = "status_quo", **more: object) -> Job:
        return Job(name, policy, seed, settings=settings + tuple(more.pop("settings", ())), **more)  # type: ignore[arg-type]

    steady = (("world", steady_world()),)
    no_distrust = (("trust.trust_scale", 0.0), ("trust.ban_scale", 0.0), ("trust.incident_hazard", 0.0))
    for seed in range(seeds):
        yield job("status_quo", seed)
        yield job("CN open", seed, levers=OPEN)
        yield job("CN closed", seed, levers=CLOSED)
        for quota in QUOTAS:
            yield job(f"quota {quota}", seed, levers=(FREE_IMPORTS, ("chip_export_quota.US.CN", f"{quota}@2026-08")))
        for gamma in (0, 4):
            yield job(f"gamma {gamma}", seed, params=(("demand.gamma", float(gamma)),))
        for bonus in (0.3, 0.0):
            params, b = (("strategy.state_bonus", bonus),), f"b {bonus:g}".replace("0.3", ".3")
            for name, policy in (("tight", "total_chip_ban"), ("loose", "no_chip_controls")):
                yield job(f"{name}, {b}", seed, policy, params=params, settings=steady)
                yield job(f"real, {name}, {b}", seed, policy, params=params)
        yield job("leap", seed, settings=(("future", "closed_frontier_leap"),))
        yield job("hosting", seed, "hosting_localisation")
        yield job("hosting, no distrust", seed, "hosting_localisation", params=no_distrust)
        yield job("no distrust", seed, params=no_distrust)
        yield job("no_gpt_oss", seed, "no_gpt_oss")
        for months in (6, 0):
            levers = (("content_review.CN.CN", f"{months}@2026-08"),)
            yield job(f"review {months}", seed, levers=levers, params=(("releases.refile", 1.0),))
            yield job(f"review {months}, filed", seed, levers=levers, params=(("releases.refile", 0.0),))
        cut = (("api_access_block.US.CN", "1@2026-08"), ("api_distillation_limit.US.CN", "1@2026-08"))
        yield job("cut off", seed, levers=cut)


def verdict(mean: float, half: float, expected: Expected) -> str:
    """Say whether an interval agrees with the sign that was expected."""
    if not isfinite(mean):
        return "undefined"
    if expected == "any":
        return "reported"
    if expected == "0":
        return "holds" if abs(mean) <= half or mean == 0 else "differs"
    sign = 1 if expected == "+" else -1
    if sign * mean > half:
        return "holds"
    return "other sign" if -sign * mean > half else "not distinguishable from 0"


def table(found: dict[str, dict[int, Values]]) -> list[dict[str, object]]:
    """Return a row per contrast: test, claim, mean, half-width, pairs, verdict."""
    rows: list[dict[str, object]] = []
    for contrast in CONTRASTS:
        mean, half = paired(found[contrast.arm], found[contrast.base], contrast.measure, contrast.month)
        rows.append(
            {
                "test": contrast.test,
                "claim": contrast.says,
                "measure": contrast.measure,
                "expected": contrast.expected,
                "mean": mean,
                "half": half,
                "pairs": len(found[contrast.arm]),
                "verdict": verdict(mean, half, contrast.expected),
            }
        )
    return rows


def run_signs(seeds: int = 32, enterprises: int = 2000) -> list[dict[str, object]]:
    """Run everything and return the table."""
    return table(run_all(list(jobs(seeds, enterprises))))
