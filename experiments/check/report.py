"""What ``check`` found: a legal file in words and as data."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.check.document import MISSING_SPACE, Document
from experiments.layers import GROUPS, conf_layers
from sim.errors import InputError, Problem
from sim.scenario import Scenario


@dataclass(frozen=True)
class Report:
    """A legal file.

    Attributes:
        kind: what it is, one of ``experiments.check.kinds.KINDS``.
        head: one line, behind the name of the file.
        lines: what it says.
        steps: commands to type next, each with what it gives.
        record: the same as data.
    """

    kind: str
    head: str
    lines: tuple[str, ...]
    steps: tuple[tuple[str, str], ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)


def resolved(key: str, given: str, horizon: str | None) -> Scenario:
    """Return the scenario of ``opengambit run <key>=<given>`` in this working folder.

    Only a ``conf/`` of the working folder has to be composed: what ships are the defaults of ``Scenario.load``.

    Args:
        key: policy, future or world.
        given: a name or a path.
        horizon: last month, YYYY-MM; None is the default of a run.

    Raises:
        InputError: everything that a run would refuse.
    """
    ending, said = f"horizon={horizon}", f"--horizon {horizon}"
    if len(conf_layers()) == 1:
        chosen: dict[str, Any] = {key: given}
        return Scenario.load(**chosen, horizon=horizon, centre=GROUPS["params"], where={"horizon": said})
    from experiments.compose import compose_run

    argv = [f"{key}={given}", f"outputs={tempfile.gettempdir()}", *([ending] if horizon else [])]
    try:
        return compose_run(argv).scenario
    except InputError as error:
        moved = {f"override {ending}": said}
        raise InputError([dataclasses.replace(p, where=moved.get(p.where, p.where)) for p in error.problems]) from error


def together(document: Document, *found: Sequence[Problem]) -> list[Problem]:
    """Return all problems of a file, each once and at the line of its key if that is known, in the order of lines."""
    placed = [_placed(problem, document) for problems in found for problem in problems]
    twice = {_slot(p) for p in placed if "twice" in p.message or "two labs" in p.message}
    slips = [p for p in document.problems if "twice" not in p.message or _slot(p) not in twice]
    told = {p.key for p in slips if MISSING_SPACE in p.message}
    rest = [p for p in placed if p.key not in told]
    return sorted(dict.fromkeys([*slips, *rest]), key=lambda problem: _line(problem.where))


def _slot(problem: Problem) -> tuple[str, str]:
    """Return place and key, without the keys around it, which not every reader names."""
    return problem.where, problem.key.rsplit(".", 1)[-1]


def _placed(problem: Problem, document: Document) -> Problem:
    """Return a problem of a parameter at the line of that parameter, not of the mapping that holds it."""
    name = problem.key.removeprefix("params.")
    if name == problem.key or not {problem.key, name} & set(document.lines):
        return problem
    return dataclasses.replace(problem, where=document.where(problem.key, name))


def _line(where: str) -> int:
    digits = [part for part in where.split(":")[1:] if part.isdigit()]
    return int(digits[0]) if digits else 0
