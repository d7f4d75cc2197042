"""Runs the generations of a calibration as studies, and judges its centre. Started again, it finds its runs."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration.abc import Floats, Population, Sampled, Schedule, sample
from experiments.calibration.asked import Asked
from experiments.calibration.distance import Distances, distances, luck_of
from experiments.evidence.readings import Readings, run_readings
from experiments.run import slug
from experiments.studies.draws import AS_GIVEN, Draws
from experiments.studies.request import StudyRequest

Invert = Callable[[Mapping[str, float], Path], Path | None]
"""(centre: path to value, file to write) to the file of lab strengths, or None for those that ship."""
SHIPPED = "shipped"
CANDIDATES = 24
"""Accepted draws that are tried as the centre, the nearest first [A]."""
JUDGING = 8
"""Seeds with which the centre is judged [A]: their noise is a third of that of a draw with one seed."""
DIGITS = 4
"""Significant digits of the centre."""


@dataclass(frozen=True)
class Calibrated:
    """A finished calibration.

    Attributes:
        asked: what was asked.
        sampled: generations and populations, in the unit box.
        by_series: D_j of each generation, shape (draws, J); NaN where a draw gave none.
        before: distances with the parameters and strengths as they ship.
        judged: distances at the middle of the priors and at the centre, with the last strengths.
        centre: path to value, rounded.
        strengths: file of the last generation; None for those that ship.
        weights: share of each series in D^2.
    """

    asked: Asked
    sampled: Sampled
    by_series: tuple[Floats, ...]
    before: Distances
    judged: Distances
    centre: dict[str, float]
    strengths: Path | None
    weights: Floats

    @property
    def population(self) -> Population:
        """The accepted draws."""
        return self.sampled.population

    @property
    def accepted(self) -> Floats:
        """Values of the accepted draws, shape (m, d)."""
        return scaled(self.asked, self.population.places)

    @property
    def accepted_by_series(self) -> Floats:
        """D_j of the accepted draws, shape (m, J)."""
        found = zip(self.population.generation, self.population.draw, strict=True)
        return np.array([self.by_series[g][d] for g, d in found])


def scaled(asked: Asked, places: Floats) -> Floats:
    """Return values at places of the unit box, shape (n, d)."""
    low = np.array([item.low for item in asked.set.free])
    high = np.array([item.high for item in asked.set.free])
    return np.asarray(low + (high - low) * places)


def start_of(asked: Asked) -> Floats:
    """Return the centre before anything was run: the defaults, or the middle of a prior that leaves its default out."""
    places = [(item.default - item.low) / (item.high - item.low) for item in asked.set.free]
    return np.array([place if 0 <= place <= 1 else 0.5 for place in places])


def rounded(value: float) -> float:
    """Return a value with the digits of the centre."""
    return float(f"{value:.{DIGITS}g}")


class Session:
    """The runs of a calibration.

    Args:
        asked: what was asked.
        invert: gives lab strengths at a centre.

    Attributes:
        strengths: the file of the last generation; None for those that ship.
        by_series: D_j of each generation so far.
    """

    def __init__(self, asked: Asked, invert: Invert) -> None:
        self._asked, self._invert = asked, invert
        self.strengths: Path | None = None
        self.by_series: list[Floats] = []
        self._luck: list[Floats] | None = None

    def __call__(self, generation: int, places: Floats, centre: Floats) -> tuple[Floats, str]:
        """Run a generation: distances of its draws, and the name of the strengths (`abc.Simulate`)."""
        began = time.perf_counter()
        if generation < self._asked.set.numbers.inversions:
            self.strengths = self._inverted(generation, centre)
        request = self.generation(generation, places)
        found = self._distances(request)
        total, parts = np.full(len(places), np.inf), np.full((len(places), len(self._asked.set.targets)), np.nan)
        total[found.draws], parts[found.draws] = found.total, found.by_series
        self.by_series.append(parts)
        known = total[np.isfinite(total)]
        self._tell(
            f"generation {generation}: {len(known)} of {len(total)} draws, distance {known.min():.3f} at best and "
            f"{np.median(known):.3f} in the middle, {time.perf_counter() - began:.0f} s"
        )
        return total, name_of(self.strengths)

    def generation(self, number: int, places: Floats) -> StudyRequest:
        """Return the study of a generation."""
        return self._request(f"g{number}", self._draws(scaled(self._asked, places)), self._asked.set.numbers.seeds)

    def before(self) -> Distances:
        """Return the distance with the parameters and the strengths as they ship; its runs tell how much is luck."""
        request = self._request("before", AS_GIVEN, JUDGING, shipped=True)
        self._luck = luck_of(self._read(request), self._asked.set.series)
        return self._distances(request)

    def judge(self, candidates: Floats) -> Distances:
        """Return the distances at the middle of the priors (draw 0) and at candidates (draws 1 on), last strengths.

        Args:
            candidates: values of the parameters, shape (m, d).
        """
        middle = scaled(self._asked, np.full(candidates.shape[1], 0.5))
        rows = np.concatenate([middle[None], candidates])
        return self._distances(self._request("centre", self._draws(rows), JUDGING))

    def _draws(self, values: Floats) -> Draws:
        return Draws("posterior", self._asked.set.paths, values, self._asked.seed)

    def _request(self, stage: str, draws: Draws, seeds: int, *, shipped: bool = False) -> StudyRequest:
        asked = self._asked
        settings: dict[str, Any] = {
            "history_until": asked.last, "horizon": asked.last, "enterprises": asked.set.numbers.enterprises,
        }  # fmt: skip
        if self.strengths is not None and not shipped:
            settings["strengths"] = str(self.strengths)
        return StudyRequest(
            "calibrate", f"{asked.set.name}-{stage}", draws=draws, seeds=tuple(range(seeds)), settings=settings,
            record="readings", command=asked.command,
        )  # fmt: skip

    def _read(self, request: StudyRequest) -> Readings:
        asked = self._asked
        return run_readings(request, asked.outputs, asked.execution, quiet=asked.quiet, wanted=asked.set.series)

    def _distances(self, request: StudyRequest) -> Distances:
        chosen = self._asked.set
        return distances(self._read(request), chosen.series, chosen.weights, chosen.tolerance, self._luck)

    def _inverted(self, generation: int, centre: Floats) -> Path | None:
        """Return the strengths at a centre; those of an earlier session with the same question are taken."""
        asked, began = self._asked, time.perf_counter()
        values = scaled(asked, centre[None])[0]
        folder = asked.outputs / f"calibrate-{slug(asked.set.name)}-strengths"
        file = folder / f"{asked.digest}-g{generation}.csv"
        if file.is_file():
            return file
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{file.name}.tmp"
        made = self._invert({path: rounded(float(v)) for path, v in zip(asked.set.paths, values, strict=True)}, partial)
        if made is None:
            return None
        Path(made).replace(file)
        self._tell(f"generation {generation}: lab strengths inverted, {time.perf_counter() - began:.0f} s")
        return file

    def _tell(self, text: str) -> None:
        if not self._asked.quiet:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()


def calibrate(asked: Asked, invert: Invert) -> Calibrated:
    """Run all that is missing of a calibration.

    Args:
        asked: what was asked.
        invert: gives lab strengths at a centre.

    Raises:
        KeyboardInterrupt: stopped; the same command goes on from there.
        RuntimeError: a study of which no run succeeded.
    """
    session, numbers = Session(asked, invert), asked.set.numbers
    schedule = Schedule(numbers.generations, numbers.draws, numbers.accepted, numbers.quantile)
    before = session.before()
    sampled = sample(session, asked.set.paths, schedule, asked.seed, start_of(asked))
    tried = candidates(asked, sampled.population)
    judged = session.judge(tried)
    best = 1 + int(np.argmin(judged.total[1:]))
    chosen = replace(
        judged, draws=judged.draws[:2], total=judged.total[[0, best]], by_series=judged.by_series[[0, best]]
    )
    centre = dict(zip(asked.set.paths, tried[best - 1].tolist(), strict=True))
    return Calibrated(
        asked, sampled, tuple(session.by_series), before, chosen, centre, session.strengths, before.weights
    )  # fmt: skip


def candidates(asked: Asked, population: Population) -> Floats:
    """Return what the centre is chosen from: the weighted mean, and the accepted draws that came nearest, (m, d).

    Parameters make up for each other, so that the mean of draws that fit need not fit itself.
    """
    rows = np.concatenate([population.centre[None], population.places[:CANDIDATES]])
    return np.array([[rounded(value) for value in row] for row in scaled(asked, rows).tolist()])


def name_of(strengths: Path | None) -> str:
    """Return the name of a simulator: the digest of its strengths."""
    return SHIPPED if strengths is None else hashlib.sha256(strengths.read_bytes()).hexdigest()[:12]
