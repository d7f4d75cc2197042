"""What a worker does: run the jobs of a chunk one after the other and send each back as bytes."""

from __future__ import annotations

import os
import platform
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.studies.pieces import pack
from experiments.studies.recording import Failure, Recording, record

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.trajectory import Trajectory

Simulate = Callable[["Scenario", int], "Trajectory"]
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
ROOT, PACKAGES = Path(__file__).resolve().parents[2], "site-packages"
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Job:
    """One run: plan row, id, scenario and seed."""

    row: int
    run_id: str
    scenario: Scenario
    seed: int


@dataclass(frozen=True)
class Chunk:
    """Jobs that one worker runs in order.

    Attributes:
        jobs: what to run.
        level: recording level.
        code, data: digests of the model that the plan was made for.
        simulate: what makes a run; None for `sim.simulate`.
    """

    jobs: tuple[Job, ...]
    level: str
    code: str
    data: str
    simulate: Simulate | None = None


@dataclass(frozen=True)
class Outcome:
    """A run as a worker sends it.

    Attributes:
        row, run_id: of the job.
        content: the packed recording.
        failure: why it failed, if it did.
        seconds: that it took.
        host: name of the machine.
    """

    row: int
    run_id: str
    content: bytes
    failure: Failure | None
    seconds: float
    host: str


class OtherVersionError(RuntimeError):
    """The worker has another version of the model than the plan."""


def run_chunk(chunk: Chunk) -> list[Outcome]:
    """Run the jobs of a chunk.

    Raises:
        OtherVersionError: if the worker's model is not that of the plan; nothing was run.
    """
    from experiments.provenance import model_digests

    code, data = model_digests()
    if (code, data) != (chunk.code, chunk.data):
        which = "source" if code != chunk.code else "data"
        host = platform.node()
        raise OtherVersionError(f"the worker on {host} (process {os.getpid()}) has another {which} of the model")
    with _ONE_AT_A_TIME:
        return [run_job(job, chunk.level, chunk.simulate) for job in chunk.jobs]


def run_job(job: Job, level: str, simulate: Simulate | None = None) -> Outcome:
    """Run one job; whatever goes wrong inside it becomes a failure."""
    began = time.perf_counter()
    recording = _recorded(job, level, simulate)
    seconds = time.perf_counter() - began
    return Outcome(job.row, job.run_id, pack(recording), recording.failure, seconds, platform.node())


def _recorded(job: Job, level: str, simulate: Simulate | None) -> Recording:
    stage = "simulate"
    try:
        run = (simulate or _model())(job.scenario, job.seed)
        stage = "record"
        return record(run, level)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the outcome of this run and of no other
        return Recording(0, level, failure=failure_of(error, stage))


def failure_of(error: BaseException, stage: str) -> Failure:
    """Return an error as a failure; paths in the traceback begin at the project's folders, so that machines agree."""
    told = traceback.TracebackException.from_exception(error)
    for frame in told.stack:
        frame.filename = _shown(frame.filename)
    return Failure(stage, type(error).__name__, str(error), "".join(told.format(chain=False)))


def _shown(filename: str) -> str:
    """Return a path from the project's folder, or from that of installed packages, on; else the file's name."""
    path = Path(filename)
    if path.is_relative_to(ROOT):
        return path.relative_to(ROOT).as_posix()
    parts = path.parts
    return "/".join(parts[parts.index(PACKAGES) + 1 :]) if PACKAGES in parts else path.name


def _model() -> Simulate:
    from sim.running import simulate

    return simulate
