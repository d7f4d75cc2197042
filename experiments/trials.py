"""The trials of the levers: each one's paired effect on its headline measure, beside the sign that was written down.

``python -m experiments.effects levers`` writes docs/lever_effects.md: the low and the high run of each trial of the
registry on the same seeds, mean of the paired differences with its 95 percent t interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from experiments.effects import MONTHS, Job, Values, cell, paired, run_all
from sim.headlines import HEADLINES
from sim.lever import Lever
from sim.levers import LEVERS

LAST = len(MONTHS) - 1
PAST = {"release_withheld": 0, "release_scheduled": 0}
"""Levers on releases of the past are judged at the end of the replay."""
EXPECTED = {"+": "raises", "-": "lowers", "0": "no effect on", "ambiguous": "ambiguous for"}


def arm_names(lever: Lever) -> tuple[str, str]:
    """Return the names of the low and of the high run: trials with the same levers share a run."""
    low, high = (" ".join(arm) or "status_quo" for arm in lever.trial.arms())
    return low, high


def jobs(seeds: int, enterprises: int) -> Iterator[Job]:
    """Yield the runs that the trials need, each once."""
    settings = (("horizon", MONTHS[-1]), ("enterprises", enterprises))
    arms = {
        name: arm for lever in LEVERS.values() for name, arm in zip(arm_names(lever), lever.trial.arms(), strict=True)
    }
    for seed in range(seeds):
        for name, arm in arms.items():
            levers = tuple(text.removeprefix("lever.").split("=", 1) for text in arm)
            yield Job(name, "status_quo", seed, levers=tuple((k, v) for k, v in levers), settings=settings)


def verdict(mean: float, half: float, sign: str) -> str:
    """Say whether a paired effect agrees with the sign that was written down."""
    if not isfinite(mean):
        return "undefined"
    if mean == half == 0:
        return "exactly none"
    if abs(mean) <= half:
        return "not distinguishable from 0"
    if sign == "0":
        return "**not none**"
    if sign not in "+-":
        return "reported"
    return "agrees" if (mean > 0) == (sign == "+") else "**other sign**"


def page(found: dict[str, dict[int, Values]], seeds: int, enterprises: int) -> str:
    """Return docs/lever_effects.md."""
    lines = [
        "# What each lever does to its headline measure",
        "",
        f"Paired differences, high less low ({seeds} seeds, {enterprises} enterprises, default parameters): mean and",
        "95 percent t interval, bold where it excludes zero. The expected sign was written down with its reason",
        "before the first run (`opengambit levers NAME` shows both). It is judged at the horizon; releases of the past",
        "at the end of the replay, 2026-07. Luck only: parameters are not varied. Renewed by",
        f"`python -m experiments.effects levers --seeds {seeds} --enterprises {enterprises}`.",
        "",
        f"| lever | low | high | headline measure | expected | {' | '.join(MONTHS)} | verdict |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_row(found, lever) for lever in LEVERS.values()), ""])


def _row(found: dict[str, dict[int, Values]], lever: Lever) -> str:
    low, high = arm_names(lever)
    effects = [paired(found[high], found[low], lever.headline, month) for month in range(len(MONTHS))]
    judged = effects[PAST.get(lever.name, LAST)]
    columns = [
        f"`{lever.name}`",
        lever.trial.low or "(none)",
        lever.trial.high.replace("|", "/"),
        f"{lever.headline} ({HEADLINES[lever.headline].unit})",
        EXPECTED[lever.expected_sign],
        *(cell(mean, half, 1.0) for mean, half in effects),
        verdict(*judged, lever.expected_sign),
    ]
    return f"| {' | '.join(columns)} |"


def run_trials(seeds: int, enterprises: int) -> str:
    """Run every trial and return the page."""
    return page(run_all(list(jobs(seeds, enterprises))), seeds, enterprises)
