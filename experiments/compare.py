"""The verb ``compare``: policies against a baseline on the same luck, with intervals."""

from __future__ import annotations

import sys

from experiments.comparison.ask import Asked, compose_compare
from experiments.comparison.draw import draw
from experiments.comparison.grow import Grown, grow, with_units
from experiments.comparison.report import BOOK, FOLDER, Compared
from experiments.comparison.screen import tell
from experiments.contrasts.sequential import FIRST
from experiments.studies.conduct import conduct, dry_run, figures_made, summary
from experiments.studies.plan import Plan
from experiments.studies.runner import Report
from experiments.studies.store import Study


def main(args: list[str]) -> int:
    """Run a comparison; return the exit code.

    Args:
        args: overrides, options, and at most one YAML file.

    Raises:
        InputError: everything that is wrong, at once; nothing was written then.
    """
    asked = compose_compare(args)
    quiet = bool(asked.flags & {"--quiet", "-q"})
    if "--dry-run" in asked.flags:
        grows = asked.comparison.precision is not None
        if grows:
            sys.stdout.write(f"the first look, with {FIRST} pairs or draws; more are added, {asked.most} at most\n")
        request = with_units(asked.request, FIRST) if grows else asked.request
        return dry_run(Plan.of(request), asked.outputs, asked.execution)
    if not quiet:
        sys.stderr.write("".join(f"note: {note}\n" for note in asked.notes))
    grown = _run(asked, quiet=quiet)
    report = grown.report
    if report.failed + report.missing < report.runs:
        _report(asked, grown, quiet=quiet)
    sys.stdout.write(f"{summary(report)}\nstudy: {report.folder}\n")
    return report.code


def _run(asked: Asked, *, quiet: bool) -> Grown:
    """Run all pairs, or as many as the precision takes."""

    def run(plan: Plan) -> Report:
        return conduct(plan, asked.outputs, asked.execution, quiet=quiet)

    if asked.comparison.precision is not None:
        return grow(asked, run)
    return Grown(run(Plan.of(asked.request)), asked.request, asked.comparison)


def _report(asked: Asked, grown: Grown, *, quiet: bool) -> None:
    """Write tables and figures, and print the headlines."""
    study = Study.open(grown.report.folder)
    found = Compared.of(study, grown.comparison)
    workbook = "--xlsx" in asked.flags
    found.write(workbook=workbook, command=asked.request.command)
    if grown.report.missing:
        runs = grown.report.runs
        sys.stdout.write(f"PARTIAL: {runs - grown.report.missing} of {runs} runs are there\n\n")
    if not quiet:
        tell(found)
    if "--no-figures" not in asked.flags:
        figures_made(draw(found), quiet=quiet)
    if quiet:
        return
    sys.stdout.write("".join(f"{line}\n" for line in ("", *grown.words)))
    where = [f"{study.folder / FOLDER}/*.csv"] + [str(study.folder / BOOK)] * workbook
    sys.stdout.write(f"tables: {', '.join(where)}\n")
