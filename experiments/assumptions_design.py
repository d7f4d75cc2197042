"""The design of the screening: each parameter at both ends of its range, all others at their defaults.

Shares that must add up can't be set alone: where one is at an end, the others of its group are scaled, so that the
group keeps the sum of its defaults. Parameters that are whole numbers are rounded. The ranges are those that
`experiments.studies.draws` draws from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from experiments.studies.designs import Points
from experiments.studies.draws import SHARES
from experiments.studies.request import StudyRequest
from sim.parameters import catalogue
from sim.schema import ParameterInfo

SEEDS = 4
ENTERPRISES = 300
"""[A]: enough to tell large effects from luck, and few enough for two runs of every parameter and seed."""
HORIZON = "2030-12"
MONTHS = ("2028-12", "2030-12")
QUICK = ("demand.requirement", "population.count_public", "releases.interval_least")


@dataclass(frozen=True)
class Screening:
    """What is screened.

    Attributes:
        paths: names of the parameters.
        seeds: number of run seeds, from 0 on.
        enterprises: of each run.
        horizon: last month of the runs.
        months: at which effects are read; the shipped table has the last.
    """

    paths: tuple[str, ...]
    seeds: int = SEEDS
    enterprises: int = ENTERPRISES
    horizon: str = HORIZON
    months: tuple[str, ...] = MONTHS

    @property
    def request(self) -> StudyRequest:
        """The study: a point for the defaults, then the low and the high arm of each parameter."""
        settings = {"enterprises": self.enterprises, "horizon": self.horizon, "world": "history"}
        seeds = tuple(range(self.seeds))
        return StudyRequest(
            "assumptions", "screening", points=points(self.paths), seeds=seeds, settings=settings, record="summary"
        )

    def arms(self, path: str) -> tuple[int, int]:
        """Return the numbers of the points of a parameter's low and high arm; point 0 has the defaults."""
        first = 1 + 2 * self.paths.index(path)
        return first, first + 1


def published() -> Screening:
    """Return the screening of docs/assumptions.md: every parameter with a range."""
    return Screening(tuple(ranged()))


def quick() -> Screening:
    """Return three parameters (one ordinary, one share of a group, one whole number) in a short small world."""
    return Screening(QUICK, seeds=2, enterprises=60, horizon="2026-12", months=("2026-10", "2026-12"))


@lru_cache(maxsize=1)
def ranged() -> dict[str, ParameterInfo]:
    """Return the parameters that have a range, by path, in the order of the schema."""
    return {info.path: info for info in catalogue() if info.low is not None and info.high is not None}


def without_range() -> list[ParameterInfo]:
    """Return the parameters that have no range: names of a form of the model, which no study of ranges varies."""
    return [info for info in catalogue() if info.path not in ranged()]


def group_of(path: str) -> tuple[str, ...]:
    """Return the shares that must add up with this one, itself among them; nothing for any other parameter."""
    stems = [f"population.{stem}_" for stem in SHARES]
    stem = next((stem for stem in stems if path.startswith(stem)), None)
    return tuple(other for other in ranged() if stem and other.startswith(stem))


def set_to(path: str, value: float) -> dict[str, float | int]:
    """Return what is set so that a parameter has a value: rounded, or with the other shares of its group."""
    info, group = ranged()[path], group_of(path)
    if not group:
        return {path: round(value) if isinstance(info.default, int) else float(value)}
    defaults = {other: float(ranged()[other].default) for other in group}
    whole, rest = sum(defaults.values()), sum(defaults[other] for other in group if other != path)
    return {other: value if other == path else defaults[other] * (whole - value) / rest for other in group}


def points(paths: Iterable[str]) -> Points:
    """Return the design: all defaults, then two points a parameter.

    Args:
        paths: of the parameters that are screened.
    """
    screened = tuple(paths)
    keys = tuple(dict.fromkeys(other for path in screened for other in (group_of(path) or (path,))))
    defaults = {key: ranged()[key].default for key in keys}
    rows: list[Mapping[str, float | int]] = [defaults]
    for path in screened:
        info = ranged()[path]
        rows += [defaults | set_to(path, float(end or 0.0)) for end in (info.low, info.high)]
    values = tuple(tuple(row[key] for key in keys) for row in rows)
    names = tuple(f"params.{key}" for key in keys)
    return Points("one at a time", names, values, ("",) * len(keys))
