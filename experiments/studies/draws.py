"""Parameter draws: values from the prior ranges, or rows of a posterior file.

Draw number k from the priors is a function of (draw seed, name of the parameter, k): more draws, or a new parameter,
change none of the others. Shares of classes and of tasks are brought back to the sum that the defaults have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem, nearest
from sim.library import folders
from sim.parameters import catalogue
from sim.rng import Streams
from sim.schema import ParameterInfo

GIVEN = -1
"""The number of the draw that is none: the parameters as they were given."""
SHARES = ("count", "token", "task", "developer")
WEIGHT = "weight"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """Parameter values of a study.

    Attributes:
        kind: ``given`` (none), ``priors`` or ``posterior``.
        paths: names of the parameters.
        values: the draws x the parameters; no draws if the parameters are as given.
        seed: seed of the draws.
        source: the posterior file.
    """

    kind: str = "given"
    paths: tuple[str, ...] = ()
    values: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    seed: int = 0
    source: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the draws."""
        return tuple(range(len(self.values))) or (GIVEN,)

    def at(self, number: int, fixed: Iterable[str] = ()) -> dict[str, Any]:
        """Return the values of a draw but for parameters that something else sets.

        Args:
            number: of the draw; ``GIVEN`` has no values.
            fixed: paths that the user, the design or the future sets. A group of shares of which one is set stays.
        """
        if number == GIVEN:
            return {}
        known = _known()
        kept = set(fixed)
        kept |= {path for group in _groups(known) if kept.intersection(group) for path in group}
        drawn = {p: float(v) for p, v in zip(self.paths, self.values[number], strict=True) if p not in kept}
        if self.kind == "priors":
            drawn = _restored(drawn, known)
        return {p: round(v) if isinstance(known[p].default, int) else v for p, v in drawn.items()}

    def as_dict(self) -> dict[str, Any]:
        """Return what ``plan.json`` says of it."""
        return {"kind": self.kind, "draws": len(self.values), "seed": self.seed, "source": self.source}


AS_GIVEN = Draws()


def from_priors(number: int, seed: int = 0) -> Draws:
    """Return independent uniform draws from the prior ranges of every parameter that has one.

    Raises:
        InputError: if the number is below 1.
    """
    _positive(number)
    ranged = [info for info in catalogue() if info.low is not None and info.high is not None]
    streams, index = Streams(seed), np.arange(number)
    columns = []
    for info in ranged:
        low, high = float(info.low or 0.0), float(info.high or 0.0)
        columns.append(low + (high - low) * streams.uniform("prior", info.path, index))
    return Draws("priors", tuple(info.path for info in ranged), np.stack(columns, axis=1), seed)


def from_posterior(path: str | Path, number: int | None = None, seed: int = 0, *, one_by_one: bool = False) -> Draws:
    """Return rows of a posterior file.

    Args:
        path: CSV or Parquet, one column a parameter (``demand.gamma``), and a ``weight`` if rows count differently; or
            the name of one that ships or lies in conf/posterior (``calibrated``).
        number: that many rows, by weight at equal steps from a random start; default: all rows, weights ignored.
        seed: seed of the start.
        one_by_one: draw each of ``number`` rows by weight on its own, so that more draws change none of the others.

    Raises:
        InputError: the file can't be read, has unknown columns, values that are no number, or weights below 0.
    """
    frame = _read(_located(Path(path)))
    frame.columns = [str(name).removeprefix("params.") for name in frame.columns]
    _check_columns(frame, str(path))
    weight = frame.pop(WEIGHT).to_numpy(np.float64) if WEIGHT in frame else np.ones(len(frame))
    values = frame.to_numpy(np.float64)
    if number is not None:
        _positive(number)
        steps = _steps(number, Streams(seed), one_by_one)
        values = values[np.searchsorted(np.cumsum(weight) / weight.sum(), steps, side="right").clip(0, len(frame) - 1)]
    return Draws("posterior", tuple(frame.columns), values, seed, str(path))


def _steps(number: int, streams: Streams, one_by_one: bool) -> Floats:
    """Return places in [0, 1): independent ones, or equal steps from a random start."""
    if one_by_one:
        return np.asarray(streams.uniform("posterior row", np.arange(number)))
    return np.asarray((np.arange(number) + streams.uniform("posterior")[0]) / number)


@lru_cache(maxsize=1)
def _known() -> dict[str, ParameterInfo]:
    return {info.path: info for info in catalogue()}


def _positive(number: int) -> None:
    if number < 1:
        raise InputError(Problem("draws", "draws", f"{number} is not legal", "1 or more"))


def _read(path: Path) -> Any:
    import pandas as pd

    try:
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as error:
        message = f"the posterior can't be read: {error}"
        raise InputError(Problem(str(path), "draws", message, "a CSV or Parquet file")) from error


def _located(path: Path) -> Path:
    """Return the file that a name means: ``conf/posterior/<name>.csv``; a path means itself."""
    if path.suffix or path.parent != Path():
        return path
    known = {file.stem: file for folder in folders("posterior")[::-1] for file in sorted(folder.glob("*.csv"))}
    if str(path) not in known:
        legal = f"a path, or one of {', '.join(sorted(known))}" if known else "a path"
        near = nearest(str(path), known)
        raise InputError(Problem(f"draws={path}", "draws", f"there is no posterior {str(path)!r}", legal, near))
    return known[str(path)]


def _check_columns(frame: Any, where: str) -> None:
    known = _known()
    problems = []
    for name in frame.columns:
        if name not in known and name != WEIGHT:
            legal = f"paths of `opengambit params`, {WEIGHT}"
            problems.append(Problem(where, name, "there is no such parameter", legal, nearest(name, known)))
        elif frame[name].dtype.kind not in "iuf" or not np.isfinite(frame[name]).all():
            problems.append(Problem(where, name, "this column holds something that is no number"))
        elif name == WEIGHT and ((frame[name] < 0).any() or frame[name].sum() <= 0):
            problems.append(Problem(where, name, "weights are 0 or more, and not all 0"))
    if not len(frame) or not len(frame.columns):
        problems.append(Problem(where, "draws", "the file holds no draws"))
    if problems:
        raise InputError(problems)


def _groups(known: Mapping[str, ParameterInfo]) -> list[list[str]]:
    """Return the shares that have a sum to keep: classes by number and tokens, tasks, tasks of developers."""
    return [[path for path in known if path.startswith(f"population.{stem}_")] for stem in SHARES]


def _restored(drawn: dict[str, float], known: Mapping[str, ParameterInfo]) -> dict[str, float]:
    for group in _groups(known):
        mine = [path for path in group if path in drawn and known[path].low is not None]
        total = sum(drawn[path] for path in mine)
        whole = sum(float(known[path].default) for path in mine)
        drawn |= {path: drawn[path] * whole / total for path in mine}
    return drawn
