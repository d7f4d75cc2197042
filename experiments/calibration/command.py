"""The verb ``calibrate``: free parameters fitted to observed series, with what the data do not tell said as clearly."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.calibration.asked import Asked, check_cells, read

if TYPE_CHECKING:
    from experiments.calibration.session import Calibrated, Invert


def main(args: list[str], invert: Invert | None = None) -> int:
    """Calibrate; return the exit code.

    Args:
        args: overrides and options.
        invert: gives lab strengths at a centre (default: `strengths.inverter`).

    Raises:
        InputError: everything that is wrong, at once; nothing was written then.
        KeyboardInterrupt: stopped; the same command goes on from there.
    """
    from experiments.calibration.result import checkout, publish, write
    from experiments.calibration.session import calibrate
    from experiments.calibration.strengths import inverter

    asked = read(args)
    root = checkout() if "--publish" in asked.flags else None
    check_cells(asked.set.series, asked.last)
    _notes(asked)
    if "--dry-run" in asked.flags:
        return dry_run(asked)
    found = calibrate(asked, invert or inverter(asked))
    folder = write(found)
    sys.stdout.write("".join(f"{line}\n" for line in summary(found)))
    sys.stdout.write(f"calibration: {folder}\n")
    if root is not None:
        _published(publish(folder, root), root)
    else:
        sys.stdout.write(f"use it: draws={folder}/posterior.csv:64, or calibrated.yaml in conf/params as a set\n")
    return 0


def _notes(asked: Asked) -> None:
    for key in asked.set.left_out:
        sys.stderr.write(f"note: {key} has no point by {asked.until} and is left out\n")


def dry_run(asked: Asked) -> int:
    """Print how many runs a calibration has and about how long they take; write nothing."""
    from experiments.calibration.abc import sobol
    from experiments.calibration.session import JUDGING, Session
    from experiments.calibration.strengths import keep_shipped
    from experiments.studies.estimate import estimate
    from experiments.studies.plan import Plan

    numbers = asked.set.numbers
    request = Session(asked, keep_shipped).generation(0, sobol(asked.set.paths, numbers.draws, asked.seed))
    found = estimate(Plan.of(request), asked.outputs, asked.execution)
    each, rest = numbers.draws * numbers.seeds, 3 * JUDGING
    total = numbers.generations * each + rest
    lines = [
        f"set        {asked.set.name}: {len(asked.set.free)} parameters, {len(asked.set.targets)} series "
        f"to {asked.last}",
        f"plan       {total} runs: {numbers.generations} generations of {numbers.draws} draws x {numbers.seeds} seeds, "
        f"{rest} to judge the centre; lab strengths are inverted {min(numbers.inversions, numbers.generations)} times",
        f"there      {found.there + found.elsewhere} of the first generation",
    ]
    if found.to_run:
        seconds = found.seconds / found.to_run * (total - found.there - found.elsewhere)
        lines.append(f"time       about {_span(seconds)} on {found.workers} workers ({found.probe:.2f} s for one), "
                     "and the inversions")  # fmt: skip
    sys.stdout.write("".join(f"{line}\n" for line in [*lines, "nothing was run"]))
    return 0


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def summary(found: Calibrated) -> list[str]:
    """Return what the command prints at the end: distance before and after, a line a parameter."""
    from experiments.calibration.tables import identifiability

    population, rows = found.population, identifiability(found).to_dict("records")
    wide = max(len(str(row["parameter"])) for row in rows)
    lines = [
        f"distance   {found.before.total[0]:.3f} before, {found.judged.total[0]:.3f} in the middle of the priors, "
        f"{found.judged.total[1]:.3f} at the centre (1: what need not be explained)",
        f"accepted   {population.weights.size} draws worth {population.ess:.0f}, "
        f"none further than {population.tolerance:.3f}",
        f"{'parameter':<{wide}}  {'prior':>15}  {'default':>8}  {'mean':>8}  {'5 to 95 %':>19}  spread",
    ]
    for row in rows:
        prior = f"{row['prior_low']:.4g} to {row['prior_high']:.4g}"
        inside = f"{row['q05']:.4g} to {row['q95']:.4g}"
        lines.append(
            f"{row['parameter']:<{wide}}  {prior:>15}  {row['default']:>8.4g}  {row['mean']:>8.4g}  {inside:>19}  "
            f"{row['sd_ratio']:>6.2f}"
        )
    lines += [f"note: {row['parameter']}: {row['remark']}" for row in rows if row["remark"]]
    return lines


def _published(paths: list[Path], root: Path) -> None:
    for path in paths:
        sys.stdout.write(f"published: {path.relative_to(root)}\n")
