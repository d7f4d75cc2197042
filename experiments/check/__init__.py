"""The verb ``check``: is a file legal, and what does it say?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any

from experiments.info.options import parse
from experiments.info.table import show_json, write_lines
from sim.errors import InputError, Problem

if TYPE_CHECKING:
    from experiments.check.document import Document
    from experiments.check.places import Asked
    from experiments.check.report import Report

MODULES = {
    "policy": "policies",
    "future": "futures",
    "objective": "objectives",
    "params": "params",
    "world": "worlds",
    "run": "runs",
}
"""Kind of file to the module of this package that tells it."""


def main(args: list[str]) -> int:
    """Check each file that is named; say what the legal ones mean, then everything that is wrong with the others.

    Raises:
        InputError: every problem of every file.
    """
    options = parse("check", args, values=("horizon",))
    if not options.words:
        raise InputError(
            Problem("check", "FILE", "say what to check", "a YAML file, or a name of `opengambit policies`")
        )
    horizon = _month(options.values.get("horizon"))
    found = [_looked_at(argument, horizon) for argument in options.words]
    if options.json:
        show_json([record for record, _, _ in found])
    else:
        _tell([lines for _, lines, _ in found], several=len(found) > 1)
    sys.stdout.flush()
    problems = [problem for _, _, told in found for problem in told]
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return 0


def _month(text: str | None) -> str | None:
    from sim.calendar import month_index

    try:
        if text is not None:
            month_index(text)
    except ValueError as error:
        raise InputError(Problem("check", "--horizon", str(error), "--horizon 2030-12")) from error
    return text


def _looked_at(argument: str, horizon: str | None) -> tuple[dict[str, Any], list[str], list[Problem]]:
    """Return a file as data, as lines, and what is wrong with it."""
    from experiments.check.document import read_document
    from experiments.check.kinds import kind_of
    from experiments.check.places import asked

    kind = None
    try:
        place = asked(argument)
        document = read_document(place.path, place.shown)
        kind = place.kind or kind_of(document)
        report = _reported(kind, place, document, horizon)
    except InputError as error:
        told = [asdict(problem) for problem in error.problems]
        lines = [f"{argument}: {len(told)} problem{'s' * (len(told) > 1)}, told below."]
        return {"file": argument, "kind": kind, "legal": False, "problems": told}, lines, error.problems
    lines = [f"{argument}: {report.head}.", *report.lines, *_next(report.steps)]
    return {"file": argument, "kind": kind, "legal": True, "problems": [], **report.record}, lines, []


def _reported(kind: str, place: Asked, document: Document, horizon: str | None) -> Report:
    """Return what a file says; a slip that its reader overlooks is a problem all the same."""
    report: Report = import_module(f"experiments.check.{MODULES[kind]}").report(place, document, horizon)
    if document.problems:
        raise InputError(document.problems)
    return report


def _tell(files: Sequence[Sequence[str]], *, several: bool) -> None:
    """Write what each file says; of a single file that is wrong, its problems say it all."""
    for number, lines in enumerate(files):
        for line in ("",) * bool(number) + tuple(lines) if several or len(lines) > 1 else ():
            write_lines([line], indent=_hanging(line))


def _hanging(line: str) -> int:
    """Return how far a terminal indents the continuation of a line: below its text, not below its mark or label."""
    for start, indent in (("      ", 6), ("   ", 15), ("  ", 6), ("- ", 2)):
        if line.startswith(start):
            return indent
    return 3 if line[:1].isdigit() else 0


def _next(steps: Sequence[tuple[str, str]]) -> list[str]:
    lines = [part for command, gives in steps for part in (f"  {command}", f"      {gives}")]
    return ["", "Next:", *lines] if lines else []
