"""The policies of a study: each a name and what is stacked under it, whole or taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.overrides import is_path
from sim.errors import InputError, Problem
from sim.policy import BASE

if TYPE_CHECKING:
    from sim.scenario import Scenario

SHARED = (BASE, "levers")
"""Origins of entries that all arms of a study have: the real world, and levers of the command line."""
Given = str | Path | Sequence[str | Path]


@dataclass(frozen=True)
class Arm:
    """One policy of a study.

    Attributes:
        name: how tables and figures call it.
        policies: names of the library and paths of YAML files, later ones on top.
        levers: pairs of ``<lever>.<actor>.<target>`` and ``value[@from[..until]]``, on top of all.
        only: levers of the policies that are kept; all if there are none.
        without: levers of the policies that are left out.
        hold: mechanisms held at the path that they have under the status quo (`sim.mechanisms`).
    """

    name: str
    policies: tuple[str, ...] = ()
    levers: tuple[tuple[str, str], ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Given | Arm) -> Arm:
        """Return the arm of a name, a path, or a stack of them: ``("a", "b")`` or ``a+b``."""
        if isinstance(given, Arm):
            return given
        items = (str(given),) if isinstance(given, (str, Path)) else tuple(str(item) for item in given)
        stack = tuple(part for item in items for part in ([item] if is_path(item) else item.split("+")))
        return cls("+".join(Path(item).stem if is_path(item) else item for item in stack) or BASE, stack)

    def cut(self, scenario: Scenario) -> Scenario:
        """Return the scenario of the whole arm with the levers and mechanisms that this arm keeps."""
        if self.only or self.without:
            kept = tuple(e for e in scenario.policy.entries if e.origin in SHARED or self._keeps(e.lever))
            scenario = replace(scenario, policy=replace(scenario.policy, entries=kept))
        return replace(scenario, hold=self.hold) if self.hold else scenario

    def _keeps(self, lever: str) -> bool:
        return lever not in self.without and (not self.only or lever in self.only)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Arm:
        """Return the arm of what ``as_dict`` gave."""
        levers = tuple((str(key), str(value)) for key, value in given["levers"])
        cut = {key: tuple(given.get(key, ())) for key in ("only", "without", "hold")}
        return cls(given["name"], tuple(given["policies"]), levers, **cut)

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``plan.json`` holds it."""
        cut = {"only": list(self.only), "without": list(self.without), "hold": list(self.hold)}
        whole = {"name": self.name, "policies": list(self.policies), "levers": [list(pair) for pair in self.levers]}
        return whole | {key: value for key, value in cut.items() if value}


def arms_of(given: Iterable[Given | Arm]) -> tuple[Arm, ...]:
    """Return the arms of a list.

    Raises:
        InputError: if the list is empty, or two of them have the same name.
    """
    arms = tuple(Arm.of(item) for item in given)
    names = [arm.name for arm in arms]
    problems = [
        Problem("policies", name, "two policies of the study have this name", "a file name, or a stack, of its own")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not arms:
        problems = [Problem("policies", "policies", "a study needs a policy", "a name of `opengambit policies`")]
    if problems:
        raise InputError(problems)
    return arms
