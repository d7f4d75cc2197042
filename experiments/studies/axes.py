"""What varies in a study, in Hydra's sweep grammar.

``a,b``, ``range(0,32)``, ``choice(a,b)`` and ``glob(us_*)`` give values one by one, ``interval(0,4)`` the range of a
random design. Dates behind the values of a lever hold for all of them: ``0,24000,48000@2027-01``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from experiments.studies.designs import Factor
from sim.errors import Problem

MAX_VALUES = 100_000
_DATED = re.compile(r"^([^@]*)(@\d{4}-\d{2}(?:\.\.(?:\d{4}-\d{2})?)?)$")


@dataclass(frozen=True)
class Axis:
    """One thing that varies.

    Attributes:
        key: as typed.
        values: one by one; empty for an interval.
        low, high: an interval, for a random design.
        dates: what follows the values of a lever.
        place: how a message names it.
    """

    key: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    dates: str = ""
    place: str = ""

    @property
    def factor(self) -> Factor:
        """The axis as a design takes it."""
        whole = not self.values and self.low.is_integer() and self.high.is_integer() and _is_whole(self.key)
        return Factor(self.key, self.values, self.low, self.high, whole, self.dates)


def read_axis(key: str, text: str, place: str, problems: list[Problem], names: Iterable[str] = ()) -> Axis | None:
    """Return the axis of a text, or None if it is a single value or can't be read.

    Args:
        key: what varies.
        text: in the sweep grammar.
        place: how a message names it.
        problems: what can't be read is added.
        names: what ``glob`` chooses from.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import Glob, IntervalSweep
    from hydra.errors import HydraException

    dated = _DATED.match(text) if key.startswith("lever.") else None
    plain, dates = (dated[1], dated[2]) if dated else (text, "")
    try:
        parsed = OverridesParser.create().parse_override(f"x={plain}")
        value = parsed.value()
        if not parsed.is_sweep_override():
            return None
        if isinstance(value, IntervalSweep):
            return Axis(key, (), float(value.start or 0), float(value.end or 0), dates, place)
        if isinstance(value, Glob):
            found = tuple(value.filter(list(names)))
        else:
            found = tuple(_plain(item) for item in parsed.sweep_iterator())
    except HydraException as error:
        reason = str(error).strip().splitlines()[0]
        legal = f"{key}=a,b or {key}=range(0,4) or {key}=interval(0,4)"
        problems.append(Problem(place, key, f"this can't be read: {reason}", legal))
        return None
    problems += _wrong(key, found, place)
    return Axis(key, found, dates=dates, place=place)


def _wrong(key: str, values: tuple[Any, ...], place: str) -> list[Problem]:
    if not values:
        listed = "futures" if key == "futures" else "policies"
        return [Problem(place, key, "nothing matches this", f"names of `opengambit {listed}`")]
    if len(values) > MAX_VALUES:
        return [Problem(place, key, f"{len(values)} values are too many", f"at most {MAX_VALUES}")]
    texts = [str(value) for value in values]
    twice = [text for text in dict.fromkeys(texts) if texts.count(text) > 1]
    return [Problem(place, key, f"{', '.join(twice)} comes twice", "each value once")] if twice else []


def _plain(item: Any) -> Any:
    """Return a value without Hydra's quotes; lists stay lists."""
    if isinstance(item, list):
        return tuple(_plain(part) for part in item)
    return item.text if hasattr(item, "text") else item


def _is_whole(key: str) -> bool:
    """Say whether the values of a key are whole numbers."""
    from sim.parameters import catalogue

    if key in ("enterprises", "population_seed"):
        return True
    whole = {f"params.{info.path}" for info in catalogue() if isinstance(info.default, int)}
    return key in whole
