"""The policies of a study: each a name and what is stacked under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.policy import BASE

Given = str | Path | Sequence[str | Path]


@dataclass(frozen=True)
class Arm:
    """One policy of a study.

    Attributes:
        name: how tables and figures call it.
        policies: names of the library and paths of YAML files, later ones on top.
        levers: pairs of ``<lever>.<actor>.<target>`` and ``value[@from[..until]]``, on top of all.
    """

    name: str
    policies: tuple[str, ...] = ()
    levers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, given: Given | Arm) -> Arm:
        """Return the arm of a name, a path, or a stack of them."""
        if isinstance(given, Arm):
            return given
        stack = (str(given),) if isinstance(given, (str, Path)) else tuple(str(item) for item in given)
        return cls("+".join(Path(item).stem if _is_path(item) else item for item in stack) or BASE, stack)

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``plan.json`` holds it."""
        return {"name": self.name, "policies": list(self.policies), "levers": [list(pair) for pair in self.levers]}


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


def _is_path(text: str) -> bool:
    return text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text
