"""Perspectives: what 'helps' means to whom, as weighted headline measures (``conf/objective``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem, nearest
from sim.headlines import HEADLINES
from sim.library import files, find, shown
from sim.policy_check import TAGS
from sim.policy_reader import Raw, read_list_file

FILE_KEYS = ("name", "title", "reason", "measures")
ROW_KEYS = ("measure", "sign", "scale", "weight", "tag", "reason")


@dataclass(frozen=True)
class Aim:
    """One measure of a perspective.

    Attributes:
        measure: a name of ``sim.headlines``.
        sign: 1 where more is better, -1 where less is.
        scale: what counts as a large change, in the unit of the measure.
        weight: share of the whole; the weights of a perspective sum to 1.
        tag: source tag; weights are judgements, so mostly A.
        reason: why it counts.
    """

    measure: str
    sign: int
    scale: float
    weight: float
    tag: str
    reason: str


@dataclass(frozen=True)
class Objective:
    """A perspective.

    Attributes:
        name: of the file.
        title: whose perspective it is.
        reason: what it is about.
        aims: its measures.
    """

    name: str
    title: str
    reason: str
    aims: tuple[Aim, ...]

    @classmethod
    def load(cls, name: str | Path) -> Objective:
        """Return a perspective by name or path.

        Raises:
            InputError: every problem of the file at once, or the nearest name if there is none.
        """
        path = find("objective", name)
        raw = read_list_file(path, "measures", FILE_KEYS, "an objective", shown(path))
        problems: list[Problem] = []
        aims = tuple(aim for row in raw.entries if (aim := _aim(row, problems)) is not None)
        if not raw.entries:
            problems.append(
                Problem(raw.head.where("measures"), "measures", "no measure is named", "a list of measures")
            )
        elif not problems:
            problems += _together(aims, raw.head)
        if problems:
            raise InputError(problems)
        text = {key: str(raw.head.values.get(key) or "") for key in ("title", "reason")}
        return cls(str(raw.head.values.get("name") or path.stem), aims=aims, **text)

    def score(self, values: Mapping[str, float], against: Mapping[str, float]) -> float:
        """Return the weighted gain of one run over another, in large changes.

        Args:
            values: headline measures of the run.
            against: those of the run that it is compared with.
        """
        return sum(
            aim.weight * aim.sign * (values[aim.measure] - against[aim.measure]) / aim.scale for aim in self.aims
        )


def objective_files() -> dict[str, Path]:
    """Return every perspective that can be named, with its file."""
    return files("objective")


def _aim(raw: Raw, problems: list[Problem]) -> Aim | None:
    before = len(problems)
    values: dict[str, Any] = {"tag": "A", **raw.values}
    problems += [
        Problem(raw.where(key), key, "a measure has no such key", ", ".join(ROW_KEYS), nearest(key, ROW_KEYS))
        for key in values
        if key not in ROW_KEYS
    ]
    measure, sign = str(values.get("measure")), str(values.get("sign"))
    if measure not in HEADLINES:
        message = f"there is no headline measure {measure!r}"
        near = nearest(measure, HEADLINES)
        problems.append(Problem(raw.where("measure"), "measure", message, ", ".join(HEADLINES), near))
    if sign not in {"+", "-"}:
        problems.append(Problem(raw.where("sign"), "sign", f"{sign!r} is no sign", '"+" or "-"'))
    if values["tag"] not in TAGS:
        problems.append(Problem(raw.where("tag"), "tag", f"there is no tag {values['tag']!r}", ", ".join(TAGS)))
    if not values.get("reason"):
        problems.append(Problem(raw.where(), "reason", "this key is missing", "why the measure counts"))
    numbers = {key: _positive(raw, key, problems) for key in ("scale", "weight")}
    if len(problems) > before:
        return None
    return Aim(measure, 1 if sign == "+" else -1, **numbers, tag=str(values["tag"]), reason=str(values["reason"]))


def _positive(raw: Raw, key: str, problems: list[Problem]) -> float:
    given = raw.values.get(key)
    if isinstance(given, (int, float)) and not isinstance(given, bool) and isfinite(given) and given > 0:
        return float(given)
    problems.append(Problem(raw.where(key), key, f"{given!r} is not legal", "a number above 0"))
    return 0.0


def _together(aims: tuple[Aim, ...], head: Raw) -> list[Problem]:
    """Return what is wrong with the measures taken together."""
    problems = []
    total = sum(aim.weight for aim in aims)
    if abs(total - 1.0) > 1e-9:
        problems.append(
            Problem(head.where("measures"), "weight", f"the weights sum to {total:g}", "weights that sum to 1")
        )
    twice = sorted({aim.measure for aim in aims if sum(other.measure == aim.measure for other in aims) > 1})
    if twice:
        problems.append(Problem(head.where("measures"), "measure", f"{', '.join(twice)} stands twice", "each once"))
    return problems
