"""Sets of ``conf/calibration``: what is free, what it is fitted to, and how much is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from experiments.calibration.distance import TOLERANCE
from experiments.calibration.targets import Target, targets_of
from experiments.evidence.series import Series
from experiments.layers import read_mapping
from sim.errors import InputError, Problem, nearest
from sim.library import find, shown
from sim.parameters import Parameters, catalogue
from sim.schema import ParameterInfo

GROUP = "calibration"
SUMS = tuple(f"population.{stem}_" for stem in ("count", "token", "task", "developer"))
"""Parameters that are shares of a sum."""
FREE_KEYS = ("low", "high", "why")


@dataclass(frozen=True)
class Numbers:
    """How much is run.

    Attributes:
        generations: of the sampler.
        draws: parameter draws of a generation.
        seeds: runs of a draw.
        enterprises: of a run.
        accepted: draws of the posterior.
        quantile: share of a generation that becomes the ancestors of the next.
        inversions: generations before which the lab strengths are inverted; those after them keep the last.
    """

    generations: int = 4
    draws: int = 400
    seeds: int = 2
    enterprises: int = 2000
    accepted: int = 200
    quantile: float = 0.2
    inversions: int = 3


NUMBERS = tuple(field.name for field in fields(Numbers))
KEYS = ("free", "targets", "moments", "tolerance", *NUMBERS)


@dataclass(frozen=True)
class Free:
    """A free parameter.

    Attributes:
        path: its name.
        low, high: ends of its uniform prior.
        default: its value before calibration.
        tag: where the prior of the schema is from.
        why: why the prior is not that of the schema; empty if it is.
    """

    path: str
    low: float
    high: float
    default: float
    tag: str
    why: str = ""


@dataclass(frozen=True)
class CalibrationSet:
    """A checked set.

    Attributes:
        name: of the set.
        free: parameters, in the order of the file.
        targets: series with points, in the order of the file, moments last.
        numbers: how much is run.
        tolerance: of the distance, in units of the linked scale.
        left_out: keys of targets that have no point by the last month of the data.
    """

    name: str
    free: tuple[Free, ...]
    targets: tuple[Target, ...]
    numbers: Numbers
    tolerance: float
    left_out: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Names of the free parameters."""
        return tuple(item.path for item in self.free)

    @property
    def series(self) -> tuple[Series, ...]:
        """Series of the targets."""
        return tuple(item.series for item in self.targets)

    @property
    def weights(self) -> tuple[float, ...]:
        """Weights of the targets."""
        return tuple(item.weight for item in self.targets)


def read_set(
    name: str | Path,
    known: Mapping[str, Series],
    given: Mapping[str, Any] | None = None,
    until: str | None = None,
    everything: Mapping[str, Series] | None = None,
) -> CalibrationSet:
    """Return a set by name or path.

    Args:
        name: of ``conf/calibration``, or a file.
        known: observed series by key, cut at ``until``.
        given: numbers that win over those of the set.
        until: last month of the data, YYYY-MM; later moments are left out.
        everything: the series without the cut (default: ``known``): a target that has none by ``until`` is left out.

    Raises:
        InputError: everything that is wrong, at once.
    """
    path = find(GROUP, name)
    content, where = read_mapping(path), shown(path)
    problems = [Problem(where, key, "a set has no such key", ", ".join(KEYS), nearest(key, KEYS))
                for key in content if key not in KEYS]  # fmt: skip
    free = tuple(_free(content.get("free"), where, problems))
    numbers = _numbers({key: content[key] for key in NUMBERS if key in content} | dict(given or {}), where, problems)
    tolerance = _tolerance(content.get("tolerance", TOLERANCE), where, problems)
    targets, left_out = targets_of(content, known, everything or known, where, problems, until)
    if not problems and not targets:
        problems.append(Problem(where, "targets", "no target has a point", "an observed series, or a moment"))
    if not problems and not any(target.weight > 0 for target in targets):
        problems.append(Problem(where, "targets", "every weight is 0", "one above 0"))
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return CalibrationSet(path.stem, free, targets, numbers, tolerance, left_out)


def _free(given: Any, where: str, problems: list[Problem]) -> Iterator[Free]:
    """Yield the free parameters that are right; what is wrong is added to ``problems``."""
    if not isinstance(given, Mapping) or not given:
        problems.append(Problem(where, "free", "there are no free parameters", "demand.gamma: {}"))
        return
    infos = {info.path: info for info in catalogue()}
    for path, entry in given.items():
        key = f"free.{path}"
        if path not in infos:
            near = nearest(str(path), infos)
            problems.append(Problem(where, key, "there is no such parameter", "a path of `opengambit params`", near))
        elif (found := _range(infos[path], entry, where, key, problems)) is not None:
            yield found


def _range(info: ParameterInfo, entry: Any, where: str, key: str, problems: list[Problem]) -> Free | None:
    """Return a free parameter with its prior, or None if something is wrong with it."""
    before = len(problems)
    entry = {} if entry is None else entry
    if not isinstance(entry, Mapping):
        problems.append(Problem(where, key, f"{entry!r} is no range", "{} or {low: 0, high: 4, why: ...}"))
        return None
    problems += [Problem(where, f"{key}.{name}", "a range has no such key", ", ".join(FREE_KEYS),
                         nearest(str(name), FREE_KEYS)) for name in entry if name not in FREE_KEYS]  # fmt: skip
    if not isinstance(info.default, float) or info.path.startswith(SUMS):
        legal = "a parameter that is a number with decimals and no share of a sum"
        problems.append(Problem(where, key, "this parameter can't be free", legal))
        return None
    low, high = (
        _number(entry.get(end, getattr(info, end)), where, f"{key}.{end}", problems) for end in ("low", "high")
    )
    if len(problems) == before and not low < high:
        problems.append(Problem(where, key, f"the range {low:g} to {high:g} is empty", "low below high"))
    if len(problems) == before:
        problems += [problem for value in (low, high) for problem in _refused(info, value, where, key)]
    if (low, high) != (info.low, info.high) and not entry.get("why"):
        message = "a range that is not the schema's needs its reason"
        problems.append(Problem(where, f"{key}.why", message, "why: a sentence with its source"))
    return (
        None
        if len(problems) > before
        else Free(info.path, low, high, info.default, info.tag, str(entry.get("why", "")))
    )


def _refused(info: ParameterInfo, value: float, where: str, key: str) -> list[Problem]:
    try:
        Parameters.from_overrides({info.path: value}, where)
    except InputError as error:
        return [Problem(where, key, problem.message, problem.legal) for problem in error.problems]
    return []


def _number(value: Any, where: str, key: str, problems: list[Problem]) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        given = "this parameter has no range in the schema" if value is None else f"{value!r} is no number"
        problems.append(Problem(where, key, given, "a number"))
        return 0.0
    return float(value)


def _numbers(given: Mapping[str, Any], where: str, problems: list[Problem]) -> Numbers:
    """Return how much is run; what is illegal is added to ``problems``."""
    before, low = len(problems), {"inversions": 0, "draws": 2}
    for key, value in given.items():
        if key == "quantile":
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
                problems.append(Problem(where, key, f"{value!r} is not legal", "a share above 0"))
        elif isinstance(value, bool) or not isinstance(value, int) or value < low.get(key, 1):
            legal = f"a whole number, {low.get(key, 1)} or more"
            problems.append(Problem(where, key, f"{value!r} is not legal", legal))
    if len(problems) > before:
        return Numbers()
    found = Numbers(**given)
    if found.accepted > found.draws or found.accepted < 2:
        legal = f"2 to {found.draws}, the draws of a generation"
        problems.append(Problem(where, "accepted", f"{found.accepted} is not legal", legal))
    return found


def _tolerance(value: Any, where: str, problems: list[Problem]) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        problems.append(Problem(where, "tolerance", f"{value!r} is not legal", "a number above 0, in logits"))
        return TOLERANCE
    return float(value)
