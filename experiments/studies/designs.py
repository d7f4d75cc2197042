"""Designs: which points of parameters, levers and settings a study visits.

A grid, a Latin hypercube, a Sobol sequence or a list from a CSV file. Random designs are keyed by (design seed, name
of the factor, number of the point), so that one more factor moves no other, and no generator is consumed.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem, nearest
from sim.rng import Streams

SETTINGS = {
    "horizon": "horizon", "history.until": "history_until", "enterprises": "enterprises", "choice": "choice",
    "strategy": "strategy", "reactions": "reactions", "world": "world", "population_seed": "population_seed",
    "resample_population": "resample_population", "strengths": "strengths",
}  # fmt: skip
"""Settings that a design may vary, and what ``Scenario.load`` calls them."""
MAX_SOBOL = 21201
BITS = 30
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """One thing that a design varies.

    Attributes:
        key: ``params.<section>.<name>``, ``lever.<name>.<actor>.<target>`` or a setting.
        values: the levels of a grid.
        low, high: the range of a random design.
        whole: values are whole numbers.
        dates: what follows the value of a lever, for example ``@2027-01``.
    """

    key: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    dates: str = ""

    def scaled(self, unit: Floats) -> list[Any]:
        """Return the values at places in (0, 1); whole numbers of the range come equally often."""
        if self.whole:
            count = round(self.high) - round(self.low) + 1
            return [int(self.low) + int(place) for place in np.floor(unit * count)]
        return [float(value) for value in self.low + (self.high - self.low) * unit]


@dataclass(frozen=True)
class Points:
    """The points of a design.

    Attributes:
        kind: how they were chosen.
        keys: what varies.
        rows: the value of each key, point by point.
        dates: what follows the values of levers, by key.
    """

    kind: str = "none"
    keys: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ((),)
    dates: tuple[str, ...] = ()

    def at(self, point: int) -> list[tuple[str, Any]]:
        """Return key and value as ``Scenario.load`` takes them."""
        dated = zip(self.keys, self.rows[point], self.dates or ("",) * len(self.keys), strict=True)
        return [(key, f"{value}{dates}" if key.startswith("lever.") else value) for key, value, dates in dated]

    def as_dict(self) -> dict[str, Any]:
        """Return what ``plan.json`` says of it."""
        return {"kind": self.kind, "keys": list(self.keys), "dates": list(self.dates), "points": len(self.rows)}


ONE_POINT = Points()


def grid(factors: Sequence[Factor]) -> Points:
    """Return every combination of the factors' values, the last factor fastest.

    Raises:
        InputError: unknown or repeated keys, a factor without values.
    """
    problems = [
        Problem("design", factor.key, "a grid needs values", "values=(0, 1.5, 4)")
        for factor in factors
        if not factor.values
    ]
    _check(factors, problems)
    rows = tuple(itertools.product(*(factor.values for factor in factors)))
    return _points("grid", factors, rows)


def latin_hypercube(factors: Sequence[Factor], points: int, seed: int = 0) -> Points:
    """Return a Latin hypercube: each factor visits each of ``points`` equal parts of its range once.

    Args:
        factors: with ranges.
        points: number of points.
        seed: seed of the design.

    Raises:
        InputError: unknown or repeated keys, an empty range, no points.
    """
    _check(factors, _ranges(factors, points))
    streams, index = Streams(seed), np.arange(points)

    def place(number: int, factor: Factor) -> Floats:
        order = np.argsort(streams.uniform("design order", factor.key, index), kind="stable")
        return np.asarray((order + streams.uniform("design place", factor.key, index)) / points)

    return _sampled("latin hypercube", factors, place)


def sobol(factors: Sequence[Factor], points: int, seed: int = 0) -> Points:
    """Return a Sobol sequence (scipy.stats.qmc), each factor shifted digit by digit with its own key.

    Args:
        factors: with ranges; at most 21,201.
        points: number of points, a power of two, without which the sequence loses its balance.
        seed: seed of the design.

    Raises:
        InputError: unknown or repeated keys, an empty range, a number that is no power of two.
    """
    problems = _ranges(factors, points)
    if points > 0 and points & (points - 1):
        low = 1 << (points.bit_length() - 1)
        message = f"a Sobol design needs a power of two, and {points} is none"
        problems.append(Problem("design", "points", message, f"{low} or {2 * low}"))
    if len(factors) > MAX_SOBOL:
        problems.append(Problem("design", "factors", f"a Sobol design has at most {MAX_SOBOL} factors"))
    _check(factors, problems)
    from scipy.stats import qmc

    raw = qmc.Sobol(len(factors), scramble=False, bits=BITS).random(points) if factors else np.zeros((points, 0))
    digits, streams = np.round(raw * (1 << BITS)).astype(np.uint64), Streams(seed)

    def place(number: int, factor: Factor) -> Floats:
        shift = streams.keys("design shift", factor.key)[0] >> np.uint64(64 - BITS)
        return np.asarray(((digits[:, number] ^ shift).astype(np.float64) + 0.5) / (1 << BITS))

    return _sampled("sobol", factors, place)


def from_csv(path: str | Path) -> Points:
    """Return the points of a CSV file: one column a key, one line a point.

    Raises:
        InputError: the file can't be read, holds no points, unknown or repeated keys, or an empty cell.
    """
    where = str(path)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(where, "design", f"the file can't be read: {error}")) from error
    lines = [line for line in lines if line]
    if len(lines) < 2:
        raise InputError(Problem(where, "design", "the file holds no points", "a line of keys, then a line a point"))
    keys = [key.strip() for key in lines[0]]
    problems = [
        Problem(f"{where}:{number}", "design", f"{len(line)} cells for {len(keys)} keys, or an empty one")
        for number, line in enumerate(lines[1:], 2)
        if len(line) != len(keys) or not all(cell.strip() for cell in line)
    ]
    factors = [Factor(key) for key in keys]
    _check(factors, problems, where)
    return _points("list", factors, tuple(tuple(_number(cell) for cell in line) for line in lines[1:]))


def _sampled(kind: str, factors: Sequence[Factor], place: Callable[[int, Factor], Floats]) -> Points:
    columns = [factor.scaled(place(number, factor)) for number, factor in enumerate(factors)]
    return _points(kind, factors, tuple(zip(*columns, strict=True)))


def _points(kind: str, factors: Sequence[Factor], rows: tuple[tuple[Any, ...], ...]) -> Points:
    return Points(kind, tuple(f.key for f in factors), rows, tuple(f.dates for f in factors))


def _ranges(factors: Iterable[Factor], points: int) -> list[Problem]:
    empty = [
        Problem("design", factor.key, f"the range {factor.low:g} to {factor.high:g} is empty", "low below high")
        for factor in factors
        if not factor.low < factor.high
    ]
    return empty if points > 0 else [*empty, Problem("design", "points", f"{points} is not legal", "1 or more")]


def _check(factors: Sequence[Factor], problems: list[Problem], where: str = "design") -> None:
    """Refuse unknown and repeated keys, together with what is already known to be wrong."""
    from sim.parameters import catalogue

    paths = {f"params.{info.path}" for info in catalogue()}
    keys = [factor.key for factor in factors]
    for key in keys:
        if key not in SETTINGS and key not in paths and not key.startswith("lever."):
            legal = f"params.<section>.<name>, lever.<name>.<actor>.<target>, {', '.join(SETTINGS)}"
            near = nearest(key, (*SETTINGS, *sorted(paths)))
            problems.append(Problem(where, key, "a design can't vary this", legal, near))
    twice = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
    problems += [Problem(where, key, "this key varies twice") for key in twice]
    if problems:
        raise InputError(problems)


def _number(text: str) -> Any:
    """Return a cell as a whole number, a number, or the text that it is."""
    text = text.strip()
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
