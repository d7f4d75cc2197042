"""Runs a second: the same study by one process and by two workers, and a comparison of six policies done twice."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.studies.sizes import POLICIES, Sizes
from experiments.studies import Execution, Plan, StudyRequest, arms_of, run_study
from sim.policy import BASE

WORKERS = 2


@dataclass(frozen=True)
class Efficiency:
    """A study of many runs, serially and by workers.

    Attributes:
        runs: of the study.
        serial, parallel: wall seconds.
        same: whether both left the same bytes.
    """

    runs: int
    serial: float
    parallel: float
    same: bool

    @property
    def share(self) -> float:
        """Serial seconds over workers times parallel seconds."""
        return self.serial / (WORKERS * self.parallel)


@dataclass(frozen=True)
class Twice:
    """A comparison that is asked for twice.

    Attributes:
        runs: of the study.
        first, second: wall seconds.
        made: runs that the second session made.
    """

    runs: int
    first: float
    second: float
    made: int


def efficiency(sizes: Sizes, folder: Path) -> Efficiency:
    """Run a study of one scenario serially and by two workers, each into an empty folder."""
    plan = _plan("luck", (BASE,), sizes.runs, sizes.runs_horizon, sizes)
    seconds, made = [], []
    for kind in ("serial", "processes"):
        began = time.perf_counter()
        report = run_study(plan, folder / kind, Execution(kind, workers=WORKERS), quiet=True)
        seconds.append(time.perf_counter() - began)
        made.append((report.folder / "manifest.json").read_bytes())
    return Efficiency(len(plan.rows), seconds[0], seconds[1], made[0] == made[1])


def twice(sizes: Sizes, folder: Path) -> Twice:
    """Compare six policies with the status quo, and ask for the same again."""
    plan = _plan("six", (BASE, *POLICIES), sizes.seeds, sizes.horizon, sizes)
    seconds, made = [], []
    for _ in range(2):
        began = time.perf_counter()
        report = run_study(plan, folder, Execution("processes", workers=WORKERS), quiet=True)
        seconds.append(time.perf_counter() - began)
        made.append(report.done)
    return Twice(len(plan.rows), seconds[0], seconds[1], made[1])


def _plan(name: str, policies: tuple[str, ...], seeds: int, horizon: str, sizes: Sizes) -> Plan:
    settings = dict(sizes.settings) | {"horizon": horizon}
    return Plan.of(StudyRequest("sweep", name, arms_of(policies), seeds=tuple(range(seeds)), settings=settings))
