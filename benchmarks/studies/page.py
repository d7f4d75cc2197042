"""The measurements of studies as a page, docs/studies_speed.md."""

from __future__ import annotations

from math import ceil

from benchmarks.report import machine, seconds
from benchmarks.studies.confidence import Confidence
from benchmarks.studies.disk import Disk
from benchmarks.studies.efficiency import WORKERS, Efficiency, Twice
from benchmarks.studies.sizes import BAND_SECONDS, DISK_GB, EFFICIENCY, MEASURE, POLICIES, POLICY, Sizes


def page(sizes: Sizes, found: Efficiency, again: Twice, stored: Disk, ways: list[Confidence]) -> str:
    """Return the page."""
    lines = [
        "# Speed of studies",
        "",
        "Made by `python -m benchmarks.studies`.",
        machine(),
        "",
        "## Runs a second",
        "",
        "| what | runs | wall time | runs a second | target |",
        "| --- | --- | --- | --- | --- |",
        f"| serial, to {sizes.runs_horizon} | {found.runs} | {seconds(found.serial)} "
        f"| {found.runs / found.serial:.2f} | |",
        f"| {WORKERS} workers, to {sizes.runs_horizon} | {found.runs} | {seconds(found.parallel)} "
        f"| {found.runs / found.parallel:.2f} | efficiency {found.share:.2f}, at least {EFFICIENCY}: "
        f"{_verdict(found.share >= EFFICIENCY)} |",
        f"| {len(POLICIES)} policies and the status quo, {sizes.seeds} seeds, to {sizes.horizon} | {again.runs} "
        f"| {seconds(again.first)} | {again.runs / again.first:.2f} | |",
        f"| the same command again | {again.runs} | {seconds(again.second)} | | {again.made} runs made |",
        "",
        f"Efficiency is serial time over {WORKERS} times the time of {WORKERS} workers, their start and writing "
        f"included. Both left the same bytes: {'yes' if found.same else 'NO'}. Runs have "
        f"{sizes.settings.get('enterprises', 2000):,} enterprises and are recorded at level `series`.",
        "",
        "## Disk",
        "",
        f"{stored.runs:,} runs to {sizes.stored_horizon} at level `series` ({sizes.stored_enterprises} enterprises): "
        f"{stored.bytes / 1e6:.0f} MB "
        f"(below {DISK_GB:g} GB: {_verdict(stored.bytes < DISK_GB * 1e9)}), made in {seconds(stored.seconds)}. "
        f"A quantile band of `{MEASURE}` over {stored.read:,} runs that have users, read and computed in a fresh "
        "process: "
        f"{seconds(stored.band)} (below {BAND_SECONDS:g} s: {_verdict(stored.band < BAND_SECONDS)}).",
        "",
        "## Time to confidence",
        "",
        f"Wall time on {WORKERS} cores until the 95 percent interval of the effect of `{POLICY}` on `{MEASURE}` at "
        f"{sizes.month} is within {100 * sizes.precision:g} points either way.",
        "",
        "| seeds | runs an arm | wall time | effect, points | half-width | spread of differences |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_way(way, sizes.precision) for way in ways),
        "",
        "Paired: both arms on the same seeds, t interval of the mean difference, looked at after 16 pairs, then every "
        "8. "
        "Valid at any stopping time: the confidence sequence of `opengambit compare precision=`, which allows for the "
        f"looking. Unpaired: seeds of its own for each arm, Welch's interval, looked at every {sizes.batch}; each run "
        "under the policy needs the status quo of its seed as its yardstick, which pairs need anyway.",
        "",
    ]
    return "\n".join(lines)


def _way(way: Confidence, precision: float) -> str:
    reached = seconds(way.seconds)
    if not way.reached:  # a half-width falls with the root of the number
        needed = ceil(way.runs * (way.half_width / precision) ** 2)
        minutes = way.seconds * needed / way.runs / 60
        reached = f"not within {reached}; reckoned: {needed:,} runs an arm, {minutes:.0f} minutes"
    return (
        f"| {way.way} | {way.runs} | {reached} | {100 * way.mean:+.2f} | {100 * way.half_width:.2f} "
        f"| {100 * way.spread:.2f} |"
    )


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"
