"""Seconds until the effect of a policy is known within half a point, with the same seeds in both arms and with others.

Both ways the runs are made in batches by two workers, and the 95 percent interval is looked at after each. A study
that stops when it likes what it sees needs a wider interval (`experiments.contrasts.sequential`): that of the paired
runs is timed too, as ``opengambit compare precision=`` uses it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.studies.efficiency import WORKERS
from benchmarks.studies.sizes import MEASURE, POLICY, Sizes
from experiments.contrasts.sequential import BATCH, FIRST, half_width
from experiments.studies import Execution, Plan, Study, StudyRequest, arms_of, run_study
from sim.market.arrays import Floats
from sim.policy import BASE

LEVEL = 0.95
Look = Callable[[Floats, Floats], float]


@dataclass(frozen=True)
class Confidence:
    """How long it took.

    Attributes:
        way: in words.
        runs: of each arm.
        seconds: wall time, starting the workers included.
        half_width: of the interval then.
        mean: effect.
        spread: standard deviation of the differences, or of one arm less the other.
        reached: whether the half-width that was asked for was reached.
    """

    way: str
    runs: int
    seconds: float
    half_width: float
    mean: float
    spread: float
    reached: bool


def confidence(sizes: Sizes, folder: Path) -> Iterator[Confidence]:
    """Measure all three ways; the two of pairs in one go, each timed when it is there."""
    looks = {"paired": paired, "paired, valid at any stopping time": sequential}
    yield from _until(looks, sizes, lambda n: _together(n, sizes, folder / "paired"), BATCH, sizes.most)
    apart = {"unpaired": unpaired}
    yield from _until(apart, sizes, lambda n: _apart(n, sizes, folder / "unpaired"), sizes.batch, sizes.most_apart)


def paired(arm: Floats, base: Floats) -> float:
    """Return the half-width of the t interval of the mean paired difference."""
    from scipy.stats import t

    n = len(arm)
    return float(t.ppf((1 + LEVEL) / 2, n - 1) * (arm - base).std(ddof=1) / np.sqrt(n))


def sequential(arm: Floats, base: Floats) -> float:
    """Return the half-width of the confidence sequence."""
    return float(half_width(len(arm), float((arm - base).std(ddof=1)), LEVEL))


def unpaired(arm: Floats, base: Floats) -> float:
    """Return the half-width of Welch's interval of the difference of two means."""
    from scipy.stats import t

    parts = np.array([arm.var(ddof=1) / len(arm), base.var(ddof=1) / len(base)])
    freedom = parts.sum() ** 2 / (parts**2 / np.array([len(arm) - 1, len(base) - 1])).sum()
    return float(t.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(parts.sum()))


def _until(
    looks: Mapping[str, Look], sizes: Sizes, run: Callable[[int], tuple[Floats, Floats]], batch: int, most: int
) -> Iterator[Confidence]:
    """Add batches until each half-width is small enough, and yield each when it is."""
    began, n, left = time.perf_counter(), FIRST, dict(looks)
    while left:
        arm, base = run(n)
        seconds = time.perf_counter() - began
        for way, look in list(left.items()):
            width = look(arm, base)
            if width <= sizes.precision or n >= most:
                spread, mean = float((arm - base).std(ddof=1)), float(arm.mean() - base.mean())
                yield Confidence(way, n, seconds, width, mean, spread, width <= sizes.precision)
                del left[way]
        n = min(n + batch, most)


def _together(n: int, sizes: Sizes, folder: Path) -> tuple[Floats, Floats]:
    """Return both arms of one study, on the same seeds."""
    found = _values((BASE, POLICY), range(n), sizes, folder)
    return found[POLICY], found[BASE]


def _apart(n: int, sizes: Sizes, folder: Path) -> tuple[Floats, Floats]:
    """Return two studies' arms, the baseline's seeds so much later."""
    base = _values((BASE,), range(sizes.most, sizes.most + n), sizes, folder)[BASE]
    return _values((POLICY,), range(n), sizes, folder)[POLICY], base


def _values(policies: tuple[str, ...], seeds: range, sizes: Sizes, folder: Path) -> dict[str, Floats]:
    """Return the measure of each seed at the month, by policy; runs that were made before are taken over."""
    settings = dict(sizes.settings) | {"horizon": sizes.month}
    name = "+".join(policies)
    request = StudyRequest("sweep", name, arms_of(policies), seeds=tuple(seeds), settings=settings, record="summary")
    report = run_study(Plan.of(request), folder, Execution("processes", workers=WORKERS), quiet=True)
    frame = Study.open(report.folder).frame(MEASURE, month=sizes.month)
    groups = frame.sort_values("seed").groupby(frame["policy"].astype(str))
    return {str(policy): group["value"].to_numpy(np.float64) for policy, group in groups}
