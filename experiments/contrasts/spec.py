"""What a comparison asks of the runs of a study: which policies against which baseline, on which measures, and how
surely.

>>> spec = Comparison("status_quo", ("us_all_closed",), thresholds=(Threshold.parse("gap_months>=12"),))
>>> Comparison.from_dict(spec.as_dict()) == spec
True
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.folders import write_bytes
from sim.errors import InputError, Problem

if TYPE_CHECKING:
    from experiments.contrasts.pairs import Outcomes

FILE = "comparison.json"
FORMAT = 1
AT_LEAST, AT_MOST = ">=", "<="
SIGNS = (AT_LEAST, AT_MOST)
DEFAULT_MEASURES = (
    "cn_token_share_outside_cn", "us_token_share", "open_token_share", "us_closed_rd", "us_closed_revenue",
    "gap_months", "price_paid", "welfare",
)  # fmt: skip
DEFAULT_OBJECTIVES = ("us", "cn", "allied", "nonaligned")
ArmNames = Mapping[str, Mapping[str, str]]
"""Policy to {lever or mechanism: name of the arm of the study}."""
_RULE = re.compile(r"^\s*(\w+)\s*(>=|<=)\s*([^@\s]+)\s*(?:@\s*(\S+)\s*)?$")


class Threshold(NamedTuple):
    """A value that a headline measure may reach: ``sign`` is '>=' (from below) or '<=' (from above).

    Crossings are counted from ``month`` on; by default from the month after the hand-over, or without one from the
    first month of the run.
    """

    measure: str
    sign: str
    value: float
    month: str = ""

    @classmethod
    def parse(cls, text: str) -> Threshold:
        """Return the threshold of ``gap_months>=12``, or of ``gap_months>=12@2024-01``, counted from that month on.

        Raises:
            InputError: if it is not written so.
        """
        return cls(*_parts(text, "thresholds", "gap_months>=12 or gap_months>=12@2024-01"))

    def __str__(self) -> str:
        return f"{self.measure}{self.sign}{self.value:g}" + (f"@{self.month}" if self.month else "")


class Demand(NamedTuple):
    """What a run must satisfy: a headline measure of at least ('>=') or at most ('<=') a value at a month."""

    measure: str
    sign: str
    value: float
    month: str

    @classmethod
    def parse(cls, text: str) -> Demand:
        """Return the demand of ``gap_months>=6@2030-12``.

        Raises:
            InputError: if it is not written so.
        """
        measure, sign, value, month = _parts(text, "demands", "gap_months>=6@2030-12")
        if not month:
            raise _unreadable(text, "demands", "gap_months>=6@2030-12")
        return cls(measure, sign, value, month)

    def __str__(self) -> str:
        return f"{self.measure}{self.sign}{self.value:g}@{self.month}"


@dataclass(frozen=True)
class Game:
    """Two sides, each with policies of its own, and the arm in which both are in force.

    Attributes:
        sides: names of two objectives: what the side that chooses the row wants, and the one that chooses the column.
        rows, columns: what they choose from.
        cells: (row, column) to the arm of the study.
    """

    sides: tuple[str, str]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], str]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        cells = [
            {"row": row, "column": column, "arm": self.cells[row, column]}
            for row in self.rows
            for column in self.columns
            if (row, column) in self.cells
        ]
        sides, rows, columns = list(self.sides), list(self.rows), list(self.columns)
        return {"sides": sides, "rows": rows, "columns": columns, "cells": cells}


@dataclass(frozen=True)
class Comparison:
    """What is compared, and how.

    Attributes:
        baseline: arm that the others are compared with.
        policies: named alternatives, in order.
        measures: names of ``sim.headlines``.
        headline: the measure that ``precision`` looks at.
        dates: months ``YYYY-MM`` of the headline table, put in order.
        judged_at: month at which objectives and regret are taken; default: the last of ``dates``.
        objectives: names or paths of perspectives (``conf/objective``).
        level: of all intervals.
        replicates: bootstrap resamples; 0 for none.
        seed: of the bootstrap.
        thresholds: values whose first month of crossing is asked for.
        demands: what a run must satisfy.
        parts: policy -> {lever: arm with this lever alone}.
        rests: policy -> {lever: arm with all levers but this one}.
        held: policy -> {mechanism: arm of the policy with this mechanism held at the status quo's path}.
        game: two sides' choices.
        precision: half-width of the interval that was asked for, in the unit of ``headline``.
        pairs: units (seeds, or draws if there are several) that were used to reach it.

    Raises:
        InputError: unknown measures, signs that are none, months that are none, numbers out of range: all at once.
    """

    baseline: str
    policies: tuple[str, ...]
    measures: tuple[str, ...] = DEFAULT_MEASURES
    headline: str = DEFAULT_MEASURES[0]
    dates: tuple[str, ...] = ()
    judged_at: str = ""
    objectives: tuple[str, ...] = DEFAULT_OBJECTIVES
    level: float = 0.95
    replicates: int = 2000
    seed: int = 0
    thresholds: tuple[Threshold, ...] = ()
    demands: tuple[Demand, ...] = ()
    parts: ArmNames = field(default_factory=dict)
    rests: ArmNames = field(default_factory=dict)
    held: ArmNames = field(default_factory=dict)
    game: Game | None = None
    precision: float | None = None
    pairs: int | None = None

    def __post_init__(self) -> None:
        from experiments.contrasts.spec_check import problems_of

        object.__setattr__(self, "dates", tuple(sorted(self.dates)))
        object.__setattr__(self, "thresholds", tuple(Threshold(*given) for given in self.thresholds))
        object.__setattr__(self, "demands", tuple(Demand(*given) for given in self.demands))
        if problems := problems_of(self):
            raise InputError(problems)

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms of the study that the comparison needs, the baseline first."""
        inner = [
            arm for group in (self.parts, self.rests, self.held) for arms in group.values() for arm in arms.values()
        ]
        cells = list(self.game.cells.values()) if self.game else []
        return tuple(dict.fromkeys([self.baseline, *self.policies, *inner, *cells]))

    def month_judged(self, months: tuple[str, ...]) -> str:
        """Return the month at which objectives are taken: as given, else the last date, else the last of ``months``."""
        return self.judged_at or (self.dates[-1] if self.dates else months[-1])

    def check(self, outcomes: Outcomes) -> None:
        """Compare the names with those of a study.

        Raises:
            InputError: every arm and month that the study does not have, and objectives that can't be read.
        """
        from experiments.contrasts.spec_check import problems_in

        if problems := problems_in(self, outcomes):
            raise InputError(problems)

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``comparison.json`` holds it."""
        found: dict[str, Any] = {"format": FORMAT}
        for item in fields(self):
            value = getattr(self, item.name)
            found[item.name] = _PLAIN.get(item.name, _same)(value)
        return found

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], where: str = "comparison") -> Comparison:
        """Return a comparison from plain data.

        Args:
            given: as ``as_dict`` makes it; what is left out has its default.
            where: what messages call it.

        Raises:
            InputError: unknown keys (with the nearest) and values that are not of their kind, at once.
        """
        from experiments.contrasts.spec_reader import read

        return cls(**read(given, where))

    def save(self, folder: Path) -> Path:
        """Write ``comparison.json`` into a study folder at once, and return its path."""
        path = folder / FILE
        write_bytes(path, (json.dumps(self.as_dict(), indent=2) + "\n").encode())
        return path

    @classmethod
    def load(cls, folder: Path) -> Comparison:
        """Read ``comparison.json`` of a study folder.

        Raises:
            InputError: if there is none, it can't be read, or something in it is wrong.
        """
        path = folder / FILE
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            legal = "the folder of a study that a comparison made"
            raise InputError(Problem(str(folder), FILE, "there is no comparison here", legal)) from error
        except (OSError, ValueError) as error:
            raise InputError(Problem(str(path), FILE, f"the file can't be read: {error}")) from error
        return cls.from_dict(found, str(path))


def _same(value: Any) -> Any:
    return value


def _plain_arms(groups: ArmNames) -> dict[str, dict[str, str]]:
    return {policy: dict(arms) for policy, arms in groups.items()}


_PLAIN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("policies", "measures", "dates", "objectives"), list),
    "thresholds": lambda rows: [row._asdict() for row in rows],
    "demands": lambda rows: [row._asdict() for row in rows],
    "parts": _plain_arms,
    "rests": _plain_arms,
    "held": _plain_arms,
    "game": lambda game: None if game is None else game.as_dict(),
}


def _parts(text: str, key: str, example: str) -> tuple[str, str, float, str]:
    match = _RULE.match(text)
    try:
        value = float(match[3]) if match else None
    except ValueError:
        value = None
    if match is None or value is None:
        raise _unreadable(text, key, example)
    return match[1], match[2], value, match[4] or ""


def _unreadable(text: str, key: str, example: str) -> InputError:
    return InputError(Problem(key, text, "this can't be read", f"a measure, >= or <=, a number, as in {example}"))
