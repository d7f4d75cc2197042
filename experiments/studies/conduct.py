"""One session of a study as a user sees it: what there is to do, the runs, and how it ended."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from experiments.studies.execution import Execution
from experiments.studies.plan import Plan
from experiments.studies.runner import Report, run_study

FIGURES = "figures"
"""Folder of a study's figures."""


def dry_run(plan: Plan, outputs: Path, execution: Execution) -> int:
    """Print the size of a plan, what is there and what the rest will take; write nothing."""
    from experiments.studies.estimate import estimate

    found = estimate(plan, outputs, execution)
    sys.stdout.write(
        "".join(f"{line}\n" for line in [*found.lines(), *(f"note: {n}" for n in notes_of(plan)), "nothing was run"])
    )
    return 0


def conduct(plan: Plan, outputs: Path, execution: Execution, *, quiet: bool) -> Report:
    """Run what is missing of a plan and say how it went."""
    report = run_study(plan, outputs, execution, quiet=quiet)
    told = [*report.damaged, *([] if quiet else notes_of(plan))]
    sys.stderr.write("".join(f"note: {line}\n" for line in told))
    if report.missing or report.failed:
        sys.stderr.write("".join(f"{line}\n" for line in ending(report)))
    return report


def ending(report: Report) -> list[str]:
    """Say what a session left undone, and what to type next."""
    lines = []
    if report.stopped == "interrupted":
        lines.append("stopped; what is done is kept")
    if report.missing:
        lines.append(f"{report.missing} of {report.runs} runs are not there yet: the same command does the rest")
    if report.failed:
        lines.append(f"{report.failed} of {report.runs} runs failed: opengambit results {report.folder} says why")
        lines.append("--retry-failed runs them again")
    return lines


def summary(report: Report) -> str:
    """Return one line: how many runs, how many of them made now, and how fast."""
    parts = [f"{report.runs} runs"]
    if report.done:
        parts.append(f"{report.done} run now in {report.seconds:.0f} s, {report.done / report.seconds:.2f} a second")
    if report.reused:
        parts.append(f"{report.reused} found in other studies")
    there = report.runs - report.done - report.reused - report.missing
    if there > 0:
        parts.append(f"{there} there already")
    return "; ".join(parts)


def figures_made(paths: Iterable[Path], *, quiet: bool) -> None:
    """Say which figures there are."""
    found = [path for path in paths if path.suffix == ".png"]
    if found and not quiet:
        names = ", ".join(path.stem for path in found)
        sys.stdout.write(f"figures: {found[0].parent} (PNG, SVG, PDF and CSV of {names})\n")


def notes_of(plan: Plan) -> list[str]:
    """Return what a reader should know before the figures, once each."""
    return list(dict.fromkeys(note for scenario in plan.scenarios.values() for note in scenario.notes))
