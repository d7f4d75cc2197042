"""A dry run: how large a plan is, what is there already, and what the rest will take, from one timed run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from experiments.studies import reuse
from experiments.studies.execution import Execution
from experiments.studies.folder import states_of
from experiments.studies.manifest import PLAN, refuse_other
from experiments.studies.plan import Plan, Row
from experiments.studies.shards import OK
from experiments.studies.worker import Job, Simulate, run_job
from sim.baseline import baseline_of

EFFICIENCY = 0.9
"""Share of the workers' time that goes into runs, for the estimate [A]; the rest is starting, writing and waiting."""


@dataclass(frozen=True)
class Estimate:
    """What a study would take.

    Attributes:
        folder: where it would lie.
        runs, scenarios: of the plan.
        there: rows that are done.
        failed: rows that stand as failed.
        elsewhere: runs that other studies, or other rows, have.
        to_run: runs that have to be made.
        seconds: for them, with this execution.
        probe: seconds of one run.
        disk: bytes of the whole study.
        workers: that share the work.
    """

    folder: Path
    runs: int
    scenarios: int
    there: int
    failed: int
    elsewhere: int
    to_run: int
    seconds: float
    probe: float
    disk: float
    workers: int

    def lines(self) -> list[str]:
        """Return it as lines for people."""
        lines = [
            f"study      {self.folder}",
            f"plan       {self.runs} runs of {self.scenarios} scenarios",
            f"there      {self.there} done, {self.failed} failed, {self.elsewhere} found in other studies or rows",
        ]
        if self.to_run == 0:
            return [*lines, "to run     nothing"]
        workers = "1 worker" if self.workers == 1 else f"{self.workers} workers"
        return [
            *lines,
            f"to run     {self.to_run}, about {_span(self.seconds)} on {workers} ({self.probe:.2f} s for one)",
            f"disk       about {max(self.disk / 1e6, 1):.0f} MB in all",
        ]


def estimate(
    plan: Plan, outputs: Path, execution: Execution | None = None, simulate: Simulate | None = None
) -> Estimate:
    """Look what is there and time one run; nothing is written.

    Args:
        plan: the plan.
        outputs: folder of the studies.
        execution: how it would be run.
        simulate: what makes a run (default: `sim.simulate`).

    Raises:
        InputError: if another version made the folder.
    """
    how, folder = execution or Execution(), plan.folder(outputs)
    states = _states(plan, folder)
    again = {row for row, state in states.items() if state == OK or not how.retry_failed}
    missing = [row for row in plan.rows if row.row not in again]
    unique = {row.run_id: row for row in missing}
    found = {item.run_id for item in reuse.search(plan, outputs, unique)}
    todo = [row for row in unique.values() if row.run_id not in found]
    seconds, size = _probe(plan, todo[0], simulate) if todo else (0.0, 0)
    workers = max(1, min(how.width, len(todo)))
    return Estimate(
        folder, len(plan.rows), len(plan.scenarios), sum(state == OK for state in states.values()),
        sum(state != OK for state in states.values()), len(missing) - len(todo), len(todo),
        seconds * len(todo) / workers / (1.0 if workers == 1 else EFFICIENCY), seconds, size * len(plan.rows), workers,
    )  # fmt: skip


def _states(plan: Plan, folder: Path) -> dict[int, str]:
    """Return the state of the rows that are there."""
    if not (folder / PLAN).is_file():
        return {}
    refuse_other(folder, plan.as_dict())
    return states_of(plan, folder)


def _probe(plan: Plan, row: Row, simulate: Simulate | None) -> tuple[float, int]:
    """Return seconds and bytes of one run, without what the first run of a process costs."""
    scenario = plan.scenarios[row.scenario]
    if simulate is None:
        baseline_of(scenario, row.seed)
    job = Job(row.row, row.run_id, scenario, row.seed)
    began = time.perf_counter()
    outcome = run_job(job, plan.request.record, simulate)
    return time.perf_counter() - began, len(outcome.content)


def _span(seconds: float) -> str:
    """Return a span of time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
