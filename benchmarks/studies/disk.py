"""What a thousand runs take on disk, and how long a quantile band over all of them takes to read and compute."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.studies.efficiency import WORKERS
from benchmarks.studies.sizes import MEASURE, Sizes
from experiments.studies import Execution, Plan, StudyRequest, run_study

PROBE = """
import sys, time
began = time.perf_counter()
from experiments import Study
band = Study.open(sys.argv[1]).band(sys.argv[2])
print(time.perf_counter() - began, int(band["n"].max()))
"""


@dataclass(frozen=True)
class Disk:
    """A study on disk.

    Attributes:
        runs: of the study.
        seconds: that it took.
        bytes: of its folder.
        band: seconds to open it in a fresh process, imports included, and compute a band of a headline measure.
        read: runs in the band.
    """

    runs: int
    seconds: float
    bytes: int
    band: float
    read: int


def disk(sizes: Sizes, folder: Path) -> Disk:
    """Run a study at series level and read a band."""
    settings = dict(sizes.settings) | {"horizon": sizes.stored_horizon, "enterprises": sizes.stored_enterprises}
    plan = Plan.of(StudyRequest("sweep", "stored", seeds=tuple(range(sizes.stored)), settings=settings))
    began = time.perf_counter()
    report = run_study(plan, folder, Execution("processes", workers=WORKERS), quiet=True)
    seconds = time.perf_counter() - began
    size = sum(path.stat().st_size for path in report.folder.rglob("*") if path.is_file())
    command = [sys.executable, "-c", PROBE, str(report.folder), MEASURE]
    band, read = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return Disk(len(plan.rows), seconds, size, float(band), int(read))
