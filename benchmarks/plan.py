"""What is measured: sizes, horizons and how often, as data, so that a test can run the same on a tiny world."""

from __future__ import annotations

from dataclasses import dataclass

RUN_SECONDS = 1.5
"""Target: the default run after imports."""
RUN_MEGABYTES = 150.0
"""Target: peak memory of the default run above the process after imports."""
FUTURE_SECONDS = {"adaptive": 6.0, "fixed": 3.0}
"""Targets: to 2030-12 at the default size, by strategy."""
TWIN_TIMES, TWIN_SIZE = 50.0, 20_000
"""Goal: so many times as fast as the plain twin at this size."""
FLOOR_TIMES = 5.0
"""Goal: within so many times of the floor at that size."""
HELP_SECONDS = 0.4
"""Target: `opengambit --help`."""


@dataclass(frozen=True)
class Case:
    """Runs of one size in one fresh process.

    Attributes:
        enterprises: number of weighted enterprises.
        repeats: timed runs after the first one; with 0 the first run is the one that is timed.
        choice: ``sampled`` or ``expected``.
        horizon: last month, YYYY-MM; None is the default, the end of the history.
        strategy: of the labs after the hand-over.
    """

    enterprises: int
    repeats: int = 0
    choice: str = "sampled"
    horizon: str | None = None
    strategy: str = "adaptive"


@dataclass(frozen=True)
class Plan:
    """One session of measurements."""

    default: Case
    help_repeats: int
    scale: tuple[Case, ...]
    expected: tuple[Case, ...]
    phases: Case
    future: Case
    frames: Case
    horizons: tuple[Case, ...] = ()
    floors: tuple[Case, ...] = ()
    twins: tuple[Case, ...] = ()
    many: Case | None = None


FULL = Plan(
    default=Case(2_000, repeats=5),
    help_repeats=10,
    scale=(Case(1_000, 3), Case(2_000, 3), Case(5_000, 3), Case(20_000, 2), Case(100_000)),
    expected=(Case(400, choice="expected"), Case(2_000, choice="expected")),
    phases=Case(2_000, repeats=5),
    future=Case(2_000, repeats=2, horizon="2030-12"),
    frames=Case(2_000, repeats=3),
    horizons=(
        Case(2_000, repeats=2, horizon="2024-12"),
        Case(2_000, repeats=2, horizon="2028-12"),
        Case(2_000, repeats=2, horizon="2030-12", strategy="fixed"),
    ),
    floors=(Case(2_000), Case(20_000)),
    twins=(Case(2_000), Case(20_000)),
    many=Case(52, repeats=199, horizon="2023-03"),
)
