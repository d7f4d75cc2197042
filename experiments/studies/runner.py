"""Executes a plan: only what is missing, on any crew, and so that an interruption at any moment loses little.

Workers send each run back as bytes and this process alone writes: no file system has to be shared, and no two writers
meet. What a run gives depends on its scenario and seed, and the bytes of a shard on its rows, so that the number of
workers, the order, the portions and interruptions change nothing.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.studies import reuse
from experiments.studies.crews import Crew, ExecutorCrew, Work
from experiments.studies.disk import DiskFullError
from experiments.studies.execution import Execution
from experiments.studies.folder import StudyFolder
from experiments.studies.meter import Meter
from experiments.studies.pieces import pack
from experiments.studies.plan import Plan, Row
from experiments.studies.recording import Failure, Recording
from experiments.studies.shards import FAILED, OK
from experiments.studies.stop import Stop
from experiments.studies.worker import Chunk, Job, OtherVersionError, Outcome, Simulate
from sim.errors import InputError, Problem

PAUSE = 0.2
"""Seconds between two looks whether to stop."""
CHANCES = 2
"""How often a run may take its worker down, alone, before it counts as failed."""
DONE, BROKEN, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True)
class Report:
    """How a session ended.

    Attributes:
        folder: of the study.
        runs: of the plan.
        done: runs that this session made.
        reused: runs that it found in other studies, or under another name in this one.
        failed: rows that stand as failed, from this session or an earlier one.
        missing: rows that are not there yet.
        seconds: that it took.
        stopped: ``interrupted``, ``fail_fast``, or nothing.
        damaged: what had to be run again, as sentences.
    """

    folder: Path
    runs: int
    done: int
    reused: int
    failed: int
    missing: int
    seconds: float
    stopped: str = ""
    damaged: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """The exit code of the command."""
        return INTERRUPTED if self.stopped == "interrupted" else BROKEN if self.failed or self.missing else DONE


def run_study(
    plan: Plan,
    outputs: Path,
    execution: Execution | None = None,
    *,
    executor: Executor | None = None,
    quiet: bool = False,
    simulate: Simulate | None = None,
) -> Report:
    """Run what is missing of a plan.

    Args:
        plan: all runs.
        outputs: folder of the studies.
        execution: how; default: one spawned process a core.
        executor: runs the chunks instead; ``execution.workers`` says how many at once.
        quiet: no progress display.
        simulate: what makes a run, importable by name (default: `sim.simulate`).

    Raises:
        InputError: another version made the folder, another process runs it, there is no dask, or the disk is full;
            what was done is kept.
    """
    how, began = execution or Execution(), time.perf_counter()
    try:
        with StudyFolder.opened(plan, outputs) as folder, Stop() as stop:
            session = _Session(folder, how, stop, simulate)
            reused = session.reuse(outputs)
            session.run(executor, quiet=quiet)
            states = list(folder.states.values())
            report = Report(
                folder.path, len(plan.rows), session.done, reused, states.count(FAILED), len(plan.rows) - len(states),
                time.perf_counter() - began, session.stopped, tuple(folder.damaged),
            )  # fmt: skip
            folder.note("sessions", vars(report) | {"execution": vars(how), "ended": _now()})
    except DiskFullError as error:
        message = "the disk is full; the runs that are done are kept and can be read"
        legal = "free some space and start the study again: only what is missing is run"
        raise InputError(Problem("outputs", str(error.filename), message, legal)) from error
    return report


class _Session:
    """One go at a study."""

    def __init__(self, folder: StudyFolder, how: Execution, stop: Stop, simulate: Simulate | None) -> None:
        self._folder, self._how, self._stop, self._simulate = folder, how, stop, simulate
        self._plan = folder.plan
        self._pending: dict[Work, Chunk] = {}
        self._queue: deque[Chunk] = deque()
        self._suspects: deque[Job] = deque()
        self._strikes: dict[int, int] = {}
        self._twins: dict[str, list[Row]] = {}
        self.done, self.stopped = 0, ""
        for row in self._todo():
            self._twins.setdefault(row.run_id, []).append(row)

    def _todo(self) -> list[Row]:
        again = (OK,) if self._how.retry_failed else (OK, FAILED)
        return [row for row in self._plan.rows if self._folder.states.get(row.row) not in again]

    def reuse(self, outputs: Path) -> int:
        """Take over what this study has under another name, or another study has; return how many."""
        found = reuse.search(self._plan, outputs, self._twins)
        taken = 0
        for item, recording in reuse.read(found, self._plan.request.record):
            content = pack(recording)
            for row in self._twins.pop(item.run_id):
                self._folder.keep(row, content, failed=False)
                self._folder.note("runs", {"row": row.row, "run_id": row.run_id, "found_in": item.study.name})
                taken += 1
            if self._stop.wanted:
                break
        return taken

    def run(self, executor: Executor | None, *, quiet: bool) -> None:
        """Run what is left, and write what is done."""
        rows = [members[0] for members in self._twins.values()]
        if rows and not self._stop.wanted:
            crew = ExecutorCrew(executor, self._how.width) if executor else self._how.crew(len(rows))
            self._queue.extend(self._chunk(part) for part in self._how.portions(rows, crew.workers))
            with Meter(len(self._plan.rows), len(self._folder.states), quiet=quiet) as meter:
                self._work(crew, meter)
        if self._stop.wanted:
            self.stopped = "interrupted"
        self._folder.publish_rest()

    def _work(self, crew: Crew, meter: Meter) -> None:
        finished = False
        try:
            while (self._queue or self._pending or self._suspects) and not self._stopping():
                self._fill(crew)
                ready, _ = wait(self._pending, PAUSE, FIRST_COMPLETED)
                for work in ready:
                    self._take(work, crew, meter)
            for work in [work for work in self._pending if work.done()]:
                self._take(work, crew, meter)
            finished = not self._pending
        finally:
            if finished:
                crew.close()
            else:
                crew.abandon()

    def _stopping(self) -> bool:
        return self._stop.wanted or bool(self.stopped)

    def _fill(self, crew: Crew) -> None:
        """Hand over chunks; after a worker has died, those that it may have died of, one at a time."""
        while self._suspects:
            if self._pending:
                return
            self._hand_over(replace(self._chunk([]), jobs=(self._suspects.popleft(),)), crew)
        while self._queue and len(self._pending) < crew.depth and not self._stop.wanted:
            self._hand_over(self._queue.popleft(), crew)

    def _hand_over(self, chunk: Chunk, crew: Crew) -> None:
        try:
            self._pending[crew.submit(chunk)] = chunk
        except RuntimeError:  # the executor broke since the last look
            self._suspects.extend(chunk.jobs)
            crew.renew()

    def _take(self, work: Work, crew: Crew, meter: Meter) -> None:
        chunk = self._pending.pop(work)
        try:
            outcomes = work.result()
        except OtherVersionError as error:
            raise InputError(Problem("execution", "workers", str(error), "one version everywhere")) from error
        except Exception as error:  # noqa: BLE001  # whatever an executor raises when a worker dies
            crew.renew()
            self._lost(chunk, error, meter)
            return
        for outcome in outcomes:
            self._keep(outcome, meter)

    def _lost(self, chunk: Chunk, error: Exception, meter: Meter) -> None:
        """Note a chunk whose worker died; a job that was alone in the crew is to blame."""
        if len(chunk.jobs) > 1 or self._pending or not self._alone(chunk.jobs[0], error):
            self._suspects.extend(chunk.jobs)
            return
        job = chunk.jobs[0]
        failure = Failure("worker", type(error).__name__, f"the worker died: {error}")
        content = pack(Recording(0, chunk.level, failure=failure))
        self._keep(Outcome(job.row, job.run_id, content, failure, 0.0, ""), meter)

    def _alone(self, job: Job, error: Exception) -> bool:
        self._strikes[job.row] = self._strikes.get(job.row, 0) + 1
        return self._strikes[job.row] >= CHANCES

    def _keep(self, outcome: Outcome, meter: Meter) -> None:
        facts = {"seconds": round(outcome.seconds, 4), "host": outcome.host, "ended": _now()}
        for row in self._twins.pop(outcome.run_id, []):
            self._folder.keep(row, outcome.content, failed=outcome.failure is not None)
            self._folder.note("runs", {"row": row.row, "run_id": row.run_id} | facts)
            meter.count(row, outcome.failure)
            self.done += 1
        if outcome.failure is not None and self._how.fail_fast:
            self.stopped = "fail_fast"

    def _chunk(self, rows: list[Row]) -> Chunk:
        plan = self._plan
        jobs = tuple(Job(row.row, row.run_id, plan.scenarios[row.scenario], row.seed) for row in rows)
        return Chunk(jobs, plan.request.record, plan.code, plan.data, self._simulate)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
