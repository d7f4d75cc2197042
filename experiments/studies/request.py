"""What a study asks: policies x futures x points of a design x parameter draws x seeds, and what they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from experiments.studies.arms import Arm
from experiments.studies.designs import ONE_POINT, SETTINGS, Points
from experiments.studies.draws import AS_GIVEN, GIVEN, Draws
from experiments.studies.recording import LEVELS
from sim.errors import InputError, Problem, nearest
from sim.futures import NONE
from sim.parameter_sets import named_set
from sim.parameters import Parameters
from sim.policy import BASE
from sim.scenario import Scenario

SHARED = (*SETTINGS.values(), "centre", "params", "levers")
"""What ``settings`` may hold: keywords of ``Scenario.load`` that are no axis of a study."""
DRAW_STRIDE = 1_000_000
"""The run seeds of a parameter draw lie so far above those of the draw before."""


@dataclass(frozen=True)
class StudyRequest:
    """A study before it is planned.

    Attributes:
        verb: what asks for it; with the name it makes the folder.
        name: name of the study.
        policies: the arms.
        futures: names or paths of futures.
        points: the design.
        draws: parameter draws.
        seeds: run seeds; with draws those of the first, below ``DRAW_STRIDE``.
        settings: what all runs share: keywords of ``Scenario.load``.
        record: recording level (`experiments.studies.recording`).
        command: what the user typed, for the record.
        places: key to the file or override that set it, for messages.
    """

    verb: str
    name: str
    policies: tuple[Arm, ...] = (Arm(BASE),)
    futures: tuple[str, ...] = (NONE,)
    points: Points = ONE_POINT
    draws: Draws = AS_GIVEN
    seeds: tuple[int, ...] = (0,)
    settings: Mapping[str, Any] = field(default_factory=dict)
    record: str = "series"
    command: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [
            Problem("settings", key, "a study has no such setting", ", ".join(SHARED), nearest(key, SHARED))
            for key in self.settings
            if key not in SHARED
        ]
        if self.record not in LEVELS:
            message = f"there is no recording level {self.record!r}"
            problems.append(Problem("record", "record", message, ", ".join(LEVELS), nearest(self.record, LEVELS)))
        for key, values in (("seeds", self.seeds), ("futures", self.futures)):
            if not values or len(set(values)) < len(values):
                problems.append(Problem(key, key, "there is none, or one comes twice", "each value once"))
        if any(isinstance(seed, bool) or not isinstance(seed, int) or seed < 0 for seed in self.seeds):
            problems.append(Problem("seeds", "seeds", "a seed is no whole number of 0 or more", "range(0, 32)"))
        elif self.draws.kind != AS_GIVEN.kind and max(self.seeds, default=0) >= DRAW_STRIDE:
            message = f"with draws the seed {max(self.seeds)} may be that of another draw"
            problems.append(Problem("seeds", "seeds", message, f"seeds below {DRAW_STRIDE}"))
        if problems:
            raise InputError(problems)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, as ``plan.json`` holds it."""
        return {
            "verb": self.verb,
            "name": self.name,
            "policies": [arm.as_dict() for arm in self.policies],
            "futures": list(self.futures),
            "design": self.points.as_dict(),
            "draws": self.draws.as_dict(),
            "seeds": list(self.seeds),
            "settings": {key: self.settings[key] for key in sorted(self.settings)},
            "record": self.record,
        }


class Scenarios:
    """The scenarios of a request, each loaded once.

    Args:
        request: the study.
    """

    def __init__(self, request: StudyRequest) -> None:
        self._request = request
        self._loaded: dict[tuple[str, str, int], Scenario] = {}
        self._parameters: dict[tuple[str, int, int], Parameters] = {}

    def at(self, arm: Arm, future: str, point: int, draw: int) -> Scenario:
        """Return the scenario of a policy in a future at a point with a draw.

        Raises:
            InputError: whatever is wrong with it.
        """
        key = (arm.name, future, point)
        if key not in self._loaded:
            self._loaded[key] = self._load(arm, future, point)
        base = self._loaded[key]
        if draw == GIVEN:
            return base
        place = (future, point, draw)
        if place not in self._parameters:
            self._parameters[place] = self._drawn(base, point, draw)
        return replace(base, parameters=self._parameters[place])

    def _load(self, arm: Arm, future: str, point: int) -> Scenario:
        chosen = dict(self._request.settings)
        levers = [*_pairs(chosen.pop("levers", ())), *arm.levers]
        visited = self._request.points.at(point)
        levers += [(key.removeprefix("lever."), value) for key, value in visited if key.startswith("lever.")]
        chosen |= {SETTINGS[key]: value for key, value in visited if key in SETTINGS}
        chosen["params"] = self._set(point)
        scenario = Scenario.load(
            arm.policies or BASE, levers=levers, future=future, name=arm.name, where=self._request.places, **chosen
        )
        return arm.cut(scenario)

    def _set(self, point: int) -> dict[str, Any]:
        """Return the parameters that the user or the design sets."""
        visited = self._request.points.at(point)
        design = {k.removeprefix("params."): v for k, v in visited if k.startswith("params.")}
        return dict(self._request.settings.get("params") or {}) | design

    def _drawn(self, base: Scenario, point: int, draw: int) -> Parameters:
        """Return a draw above the parameter set, and below what the user, the design and the future set."""
        fixed = dict(base.future.params) | self._set(point)
        values = self._request.draws.at(draw, fixed)
        below = named_set(self._request.settings.get("centre"))
        return Parameters.from_overrides(below | values | fixed, f"draw {draw}")


def _pairs(levers: Any) -> Iterable[tuple[str, Any]]:
    """Return levers as pairs: one lever may have several values, each with its dates."""
    return levers.items() if isinstance(levers, Mapping) else [(key, value) for key, value in levers or ()]
