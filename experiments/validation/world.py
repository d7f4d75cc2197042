"""What a forecast stands on: the strengths and policies that were known at an origin, prior draws, distances, runs.

Each is a function, so that a test can put its own in its place. Those of the project are `sources`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.readings import Readings
from experiments.evidence.series import Series
from experiments.studies.draws import Draws
from experiments.studies.request import StudyRequest
from sim.calendar import month_name
from sim.rng import Streams

if TYPE_CHECKING:
    from experiments.calibration.sets import CalibrationSet
    from experiments.studies.execution import Execution

Floats = NDArray[np.float64]
Strengths = Callable[[Sequence[int], Path], "Mapping[int, Path | None]"]
"""Months of the origins and a folder -> for each a table of lab strengths inverted from what was known then; None: as
shipped."""
Policy = Callable[[int, Path], Path]
"""Month of the origin and a folder -> a policy file (``base: none``) of the events that were known then."""
Prior = Callable[[int, int], Draws]
"""Number of draws and seed -> draws from the prior of the free set."""
Distance = Callable[[Readings, int], Floats]
"""Readings and month of the origin -> distance of each run from the series as they were known then, shape (runs,)."""
Run = Callable[[StudyRequest, "Sequence[Series] | None"], Readings]
"""A study, and the series whose instruments are kept (None: all) -> readings of its runs."""


@dataclass(frozen=True)
class Sources:
    """What a forecast stands on.

    Attributes:
        strengths, policy: as known at an origin.
        prior: draws of the free set.
        distance: of runs from what was known.
        run: runs a study.
    """

    strengths: Strengths
    policy: Policy
    prior: Prior
    distance: Distance
    run: Run


@dataclass(frozen=True)
class Running:
    """How runs are made.

    Attributes:
        outputs: folder of studies.
        execution: how runs are shared out.
        enterprises: of each run.
        rounds, seeds: of the inversion.
        quiet: no progress.
    """

    outputs: Path
    execution: Execution
    enterprises: int
    rounds: int
    seeds: int
    quiet: bool


def sources(series: Mapping[str, Series], chosen: CalibrationSet, running: Running) -> Sources:
    """Return the sources of the project.

    Args:
        series: all series of the observation table.
        chosen: what is free, and what it is fitted to.
        running: how runs are made.
    """
    from experiments.evidence.known import policy_file

    return Sources(
        strengths=lambda months, folder: _strengths(series, months, folder, running),
        policy=policy_file,
        prior=lambda number, seed: prior(chosen, number, seed),
        distance=lambda readings, month: _distance(readings, chosen, month),
        run=lambda request, wanted: runs(request, wanted, running),
    )


def prior(chosen: CalibrationSet, number: int, seed: int) -> Draws:
    """Return independent uniform draws of the free parameters, keyed by (seed, parameter, number of the draw)."""
    streams, index = Streams(seed), np.arange(number)
    columns = [
        item.low + (item.high - item.low) * streams.uniform("prior", item.path, index) for item in chosen.free
    ]  # fmt: skip
    return Draws("priors", chosen.paths, np.stack(columns, axis=1), seed)


def runs(request: StudyRequest, wanted: Sequence[Series] | None, running: Running) -> Readings:
    """Run what is missing of a study and return what its instruments show.

    Raises:
        KeyboardInterrupt: the session was stopped.
        RuntimeError: no run succeeded.
    """
    from experiments.evidence.readings import run_readings

    return run_readings(request, running.outputs, running.execution, quiet=running.quiet, wanted=wanted)


def _strengths(
    series: Mapping[str, Series], months: Sequence[int], folder: Path, running: Running
) -> Mapping[int, Path | None]:
    """Invert the strengths of all origins side by side, each from the series as they were known then."""
    from experiments.evidence.inversion import Setting, invert
    from experiments.evidence.residuals import Known

    problems = {}
    for month in months:
        cut = {key: item.known_by(month) for key, item in series.items()}
        problems[month_name(month)] = Known({key: item for key, item in cut.items() if item.size}, month)
    setting = Setting(enterprises=running.enterprises, seeds=running.seeds, rounds=running.rounds)
    made = invert(problems, setting, folder, running.outputs, running.execution, quiet=running.quiet)
    return {month: made[month_name(month)] for month in months}


def _distance(readings: Readings, chosen: CalibrationSet, month: int) -> Floats:
    """Return the distance of each run from the targets as they were known at an origin, shape (runs,).

    All are 0 where nothing was known yet.
    """
    from experiments.calibration.distance import distances

    known = [target.series.known_by(month) for target in chosen.targets]
    if not any(item.size and weight > 0 for item, weight in zip(known, chosen.weights, strict=True)):
        return np.zeros(readings.draws.size)
    found = distances(readings, known, chosen.weights, chosen.tolerance)
    place = np.searchsorted(found.draws, readings.draws)
    return np.asarray(found.total[place])
