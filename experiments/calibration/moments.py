"""Moments: single numbers that a set states itself, as series of one point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.evidence.links import SHARE
from experiments.evidence.series import CONFIDENCE, SCALE_OF, Series
from sim.calendar import month_index
from sim.errors import Problem, nearest

MOMENT_KEYS = (
    "instrument", "entity", "geography", "month", "value", "se", "source", "confidence", "weight",
)  # fmt: skip
NEEDED = ("instrument", "entity", "geography", "month", "value", "source")
MEDIUM = "medium"


@dataclass(frozen=True)
class Moment:
    """A moment as a series.

    Attributes:
        series: of one point, a month long.
        month: 2023-01 being 0.
    """

    series: Series
    month: int

    def known_by_end(self, until: str | None) -> Series | None:
        """Return the series, or None if its month is after the last one of the data."""
        return None if until is not None and self.month > month_index(until) else self.series


def moment_of(entry: Mapping[str, Any], where: str, key: str, problems: list[Problem]) -> Moment | None:
    """Return a moment, or None if something is wrong with it, which is added to ``problems``."""
    from sim.instruments import INSTRUMENTS

    before = len(problems)
    problems += [Problem(where, f"{key}.{name}", "this is missing", ", ".join(NEEDED))
                 for name in NEEDED if entry.get(name) in (None, "")]  # fmt: skip
    name = str(entry.get("instrument"))
    if "instrument" in entry and name not in INSTRUMENTS:
        message = f"there is no instrument {name!r}"
        legal = "one of `opengambit measures --instruments`"
        problems.append(Problem(where, f"{key}.instrument", message, legal, nearest(name, INSTRUMENTS)))
    share = name not in INSTRUMENTS or INSTRUMENTS[name].unit == "share"
    value = _number(entry.get("value"), where, f"{key}.value", problems, share=share)
    se = _number(entry.get("se"), where, f"{key}.se", problems, share=False)
    if np.isfinite(se) and se < 0:
        problems.append(Problem(where, f"{key}.se", f"{se:g} is not legal", "0 or more"))
    month = _month(entry.get("month"), where, f"{key}.month", problems)
    word = str(entry.get("confidence", MEDIUM))
    if word not in CONFIDENCE:
        message = f"there is no confidence {word!r}"
        problems.append(Problem(where, f"{key}.confidence", message, ", ".join(CONFIDENCE), nearest(word, CONFIDENCE)))
    if len(problems) > before:
        return None
    return Moment(_series(entry, name, INSTRUMENTS[name].unit, month, value, se, CONFIDENCE[word]), month)


def _series(
    entry: Mapping[str, Any], name: str, unit: str, month: int, value: float, se: float, weight: float
) -> Series:
    entity, geography = str(entry["entity"]), str(entry["geography"])
    scale = {"mo": "months"}.get(unit, unit)
    return Series(
        key=f"{name}/{entity}" if entity == geography else f"{name}/{entity}@{geography}",
        instrument=name, entity=entity, geography=geography, scale=SCALE_OF.get(scale, SHARE),
        start=np.array([float(month)]), end=np.array([month + 1.0]), values=np.array([value]), se=np.array([se]),
        known=np.array([month + 1.0]), weight=weight, source=str(entry["source"]),
    )  # fmt: skip


def _number(given: Any, where: str, key: str, problems: list[Problem], *, share: bool) -> float:
    """Return a number, NaN where there is none."""
    if given is None:
        return float("nan")
    if isinstance(given, bool) or not isinstance(given, (int, float)) or (share and not 0 <= given <= 1):
        legal = "a share from 0 to 1" if share else "a number"
        problems.append(Problem(where, key, f"{given!r} is not legal", legal))
        return float("nan")
    return float(given)


def _month(given: Any, where: str, key: str, problems: list[Problem]) -> int:
    if given is None:
        return 0
    try:
        return month_index(str(given))
    except ValueError as error:
        problems.append(Problem(where, key, str(error), "YYYY-MM"))
        return 0
