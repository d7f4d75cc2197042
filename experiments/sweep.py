"""The verb ``sweep``: many scenarios in one study, in Hydra's sweep grammar, expanded by our plan."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from experiments.overrides import Grammar
from experiments.studies import asked
from experiments.studies.axes import Axis
from experiments.studies.designs import ONE_POINT, Points, from_csv, grid, latin_hypercube, sobol
from experiments.studies.execution import Execution
from experiments.studies.line import COMMON, Line, read_line
from experiments.studies.request import StudyRequest
from sim.errors import InputError, Problem, nearest

GRAMMAR = Grammar(
    "sweep", (*COMMON, "axes", "design", "points", "design_seed", "measure", "dates"), "this key takes one value"
)
DESIGNS = ("grid", "latin_hypercube", "sobol")


@dataclass(frozen=True)
class Sweep:
    """A checked command line.

    Attributes:
        request: the study.
        execution: how it is executed.
        outputs: folder of the studies.
        measure: headline measure of heat maps and response curves.
        dates: months of tables and figures; the last one if there are none.
        flags: options that were given.
    """

    request: StudyRequest
    execution: Execution
    outputs: Path
    measure: str
    dates: tuple[str, ...]
    flags: frozenset[str]


def main(args: list[str]) -> int:
    """Run a sweep; return the exit code.

    Args:
        args: overrides in the sweep grammar, options, and at most one YAML file.

    Raises:
        InputError: everything that is wrong, at once; nothing was written then.
    """
    from experiments.studies.conduct import conduct, dry_run, summary
    from experiments.studies.plan import Plan

    sweep = compose_sweep(args)
    plan = Plan.of(sweep.request)
    if "--dry-run" in sweep.flags:
        return dry_run(plan, sweep.outputs, sweep.execution)
    quiet = bool(sweep.flags & {"--quiet", "-q"})
    report = conduct(plan, sweep.outputs, sweep.execution, quiet=quiet)
    if report.failed + report.missing < report.runs:
        _show(sweep, report.folder, quiet=quiet)
    sys.stdout.write(f"{summary(report)}\nstudy: {report.folder}\n")
    return report.code


def compose_sweep(args: list[str]) -> Sweep:
    """Return the sweep of a command line.

    Raises:
        InputError: everything that is wrong, at once.
    """
    problems: list[Problem] = []
    line = read_line(GRAMMAR, args, problems, ("policies", "futures", "dates"))
    arms = asked.arms(line, "policies", problems)
    futures = asked.futures(line, problems)
    points = _points(line, problems)
    seeds, draws = asked.seeds(line, problems), asked.draws(line, problems)
    execution, outputs = asked.execution(line, problems), asked.folder_of(line, problems)
    measure, dates = _measure(line, problems), asked.months_of(line, "dates", problems)
    names = list(dict.fromkeys(_called(key) for key in points.keys)) or [arm.name for arm in arms]
    name = asked.name_of(line, asked.several(names), problems)
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    request = StudyRequest(
        "sweep", name, arms, futures, points, draws, seeds, asked.shared(line), str(line.settings.get("record")),
        line.command, line.places,
    )  # fmt: skip
    asked.within(line, dates, request, problems)
    if problems:
        raise InputError(problems)
    return Sweep(request, execution, outputs, measure, dates, line.flags)


def _called(key: str) -> str:
    """Return how the name of a study calls what varies: a lever by its name, a parameter by its last part."""
    if key.startswith("lever."):
        return key.split(".")[1]
    return key.rsplit(".", 1)[-1] if key.startswith("params.") else key


def _points(line: Line, problems: list[Problem]) -> Points:
    """Return the points of the design."""
    kind = str(line.settings.get("design"))
    axes = [axis for axis in line.axes if axis.key != "seed"]
    number, seed = line.whole("points", problems), line.whole("design_seed", problems, low=0)
    try:
        if kind not in DESIGNS:
            return _listed(kind, axes, line, problems)
        _suits(kind, axes, problems)
        factors = [axis.factor for axis in axes]
        if problems or not factors:
            return ONE_POINT
        if kind == "grid":
            return grid(factors)
        return latin_hypercube(factors, number, seed) if kind == "latin_hypercube" else sobol(factors, number, seed)
    except InputError as error:
        problems += error.problems
        return ONE_POINT


def _listed(kind: str, axes: list[Axis], line: Line, problems: list[Problem]) -> Points:
    if not kind.endswith(".csv"):
        legal = f"{', '.join(DESIGNS)}, or a CSV file"
        message = f"there is no design {kind!r}"
        problems.append(Problem(line.place("design"), "design", message, legal, nearest(kind, DESIGNS)))
        return ONE_POINT
    message = "a list of points names all that varies"
    problems += [Problem(axis.place, axis.key, message, f"a column of {kind}") for axis in axes]
    points = from_csv(kind)
    typed = {key: place for key, place in line.places.items() if place.startswith("override")}
    typed |= {f"lever.{key}": f"override lever.{key}={value}" for key, value in line.levers}
    message = f"{kind} has a column of this"
    problems += [Problem(typed[key], key, message, "a column, or an override") for key in points.keys if key in typed]
    return points


def _suits(kind: str, axes: list[Axis], problems: list[Problem]) -> None:
    """Refuse intervals in a grid, and lists in a random design."""
    for axis in axes:
        if kind == "grid" and not axis.values:
            message = "a grid needs values, and this is an interval"
            problems.append(Problem(axis.place, axis.key, message, "a,b,c; or design=latin_hypercube, design=sobol"))
        elif kind != "grid" and axis.values:
            message = f"a {kind} design needs an interval, and these are values"
            problems.append(Problem(axis.place, axis.key, message, f"{axis.key}=interval(low,high); or design=grid"))
    if kind != "grid" and not axes:
        problems.append(Problem("design", kind, "nothing varies", "params.demand.gamma=interval(0,4)"))


def _measure(line: Line, problems: list[Problem]) -> str:
    from sim.headlines import HEADLINES

    name = str(line.settings.get("measure"))
    if name not in HEADLINES:
        message = f"there is no headline measure {name!r}"
        problems.append(
            Problem(line.place("measure"), "measure", message, ", ".join(HEADLINES), nearest(name, HEADLINES))
        )
    return name


def _show(sweep: Sweep, folder: Path, *, quiet: bool) -> None:
    """Draw the figures and print the headline measures."""
    from experiments.studies.results import main as results

    if not quiet:
        results([str(folder)])
    if "--no-figures" not in sweep.flags:
        from experiments.figures.studies import sweep_figures
        from experiments.studies.conduct import FIGURES, figures_made
        from experiments.studies.store import Study

        made = sweep_figures(Study.open(folder), folder / FIGURES, measure=sweep.measure, months=sweep.dates or None)
        figures_made(made, quiet=quiet)
