"""What a design varies, in words: name, unit, meaning, and the value that it has when nobody varies it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from experiments.figures.studies.words import number, pretty
from sim.calendar import month_index
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 58
WORDLESS = ("-", "bool", "release", "set of modes", "record")
CLOSEST = 0.07
"""Part of an axis that two levels must be apart to be labelled."""


@dataclass(frozen=True)
class FactorText:
    """A factor of a design as figures name it.

    Attributes:
        key: as in the design.
        label: name, with whom it concerns and from when.
        unit: of its values; empty for a choice.
        meaning: a clause.
        usual: its value in the status quo; None if that is not known.
    """

    key: str
    label: str
    unit: str = ""
    meaning: str = ""
    usual: Any = None

    @classmethod
    def of(cls, key: str, dates: str = "", settings: Mapping[str, Any] | None = None) -> FactorText:
        """Return the words of a factor.

        Args:
            key: ``params.<path>``, ``lever.<name>.<actor>.<target>`` or a setting.
            dates: what follows the value of a lever, for example ``@2027-01``.
            settings: what all runs of the study share.
        """
        if key.startswith("params."):
            return cls._parameter(key)
        if key.startswith("lever."):
            return cls._lever(key, dates, dict(settings or {}))
        return cls(key, key.replace("_", " "), usual=_setting(key))

    @classmethod
    def _parameter(cls, key: str) -> FactorText:
        from sim.parameters import catalogue

        path = key.removeprefix("params.")
        info = next((info for info in catalogue() if info.path == path), None)
        if info is None:
            return cls(key, path)
        meaning = re.sub(r"^\w+: |\s*\(E[\d, toE]+\)", "", info.meaning)
        return cls(key, path, _unit(info.unit), meaning, info.default)

    @classmethod
    def _lever(cls, key: str, dates: str, settings: dict[str, Any]) -> FactorText:
        from sim.levers import LEVERS

        name, _, rest = key.removeprefix("lever.").partition(".")
        since, _, until = dates.removeprefix("@").partition("..")
        when = f", from {since}" if since else ""
        when += f" to {until}" if until else ""
        label = f"{pretty(name)} {' → '.join(rest.split('.'))}{when}"
        if name not in LEVERS:
            return cls(key, label)
        lever = LEVERS[name]
        return cls(key, label, _unit(lever.unit), lever.meaning, _in_force(key, dates, settings))

    @property
    def short(self) -> str:
        """A word for names of files."""
        return self.key.split(".", 1)[-1] if self.key.startswith("lever.") else self.key.split(".")[-1]

    @property
    def axis(self) -> str:
        """The label of its axis."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def full(self) -> str:
        """The label of its axis, with a line on what it is if that is short enough to be read there."""
        return f"{self.axis}\n{self.meaning}" if 0 < len(self.meaning) <= LONGEST else self.axis

    def value(self, level: object) -> str:
        """Return a level with its unit."""
        return f"{number(level)} {self.unit}".strip().replace(" ", "\u00a0")

    @property
    def word(self) -> str:
        """A few words for titles."""
        return pretty(self.key.split(".")[1 if self.key.startswith("lever.") else -1])

    def named(self, level: object) -> str:
        """Return a level with the name of the factor."""
        return f"{self.word} {self.value(level)}"

    def reference(self, levels: Sequence[Any]) -> tuple[Any, bool]:
        """Return the level that others are compared with, and whether it is that of the status quo (else the first)."""
        for level in levels:
            if self.usual is not None and (level == self.usual or str(level) == str(self.usual)):
                return level, True
        return levels[0], False


def _unit(unit: str) -> str:
    """Return a unit as a figure writes it: kinds of values and bare ranges are none."""
    return "" if unit in WORDLESS or unit.startswith("0-") else unit


def _setting(key: str) -> Any:
    """Return the default of a setting of a scenario."""
    from experiments.studies.designs import SETTINGS
    from sim.scenario import Scenario

    defaults = {item.name: item.default for item in fields(Scenario)}
    found = defaults.get(SETTINGS.get(key, key))
    if key == "reactions":
        return "off"
    return found if isinstance(found, (str, int, float)) else None


def _in_force(key: str, dates: str, settings: dict[str, Any]) -> float | None:
    """Return the number that the status quo has for a lever at its date; None if it has none."""
    from sim.policy import BASE, Policy
    from sim.scenario import DEFAULT_HISTORY

    if settings.get("world", "history") != "history":
        return None
    until = month_index(str(settings.get("history_until", DEFAULT_HISTORY)))
    try:
        mine = Policy.from_levers({key.removeprefix("lever."): f"0{dates}"}).entries
        below = Policy.load(BASE).entries
    except InputError:
        return None
    month = mine[0].first_month(until)
    values = {
        entry.value
        for entry in below
        if entry.key == mine[0].key
        and entry.first_month(until) <= month
        and ((last := entry.last_month(until)) is None or last >= month)
    }
    found = values.pop() if len(values) == 1 else None
    return float(found) if isinstance(found, (int, float)) else None


def axis_words(across: FactorText, up: FactorText) -> str:
    """Return what is written below the panels of two factors: the one along x, and what the one along y means."""
    return f"{across.full}\nup: {up.label}: {up.meaning}" if up.meaning else across.full


def levels_of(values: Any) -> list[Any]:
    """Return the levels of a factor: numbers in their order, words in that of the plan."""
    found = list(dict.fromkeys(values.tolist()))
    return sorted(found) if all(isinstance(level, (int, float)) for level in found) else found


def undated(values: pd.Series[Any]) -> tuple[pd.Series[Any], str]:
    """Return the values of a lever from a list of points, and the date that all of them have.

    Values that are no numbers, or have several dates, stay as they are.
    """
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values):
        return values, ""
    parts = values.astype(str).str.partition("@")
    bare = pd.to_numeric(parts[0], errors="coerce")
    if bare.isna().any() or parts[2].nunique() > 1:
        return values, ""
    return bare.astype(float), "".join(parts.iloc[0, 1:])


def positions(levels: Sequence[Any]) -> tuple[list[float], bool]:
    """Return where levels stand on an axis, and whether that is by value.

    Words are spaced evenly, and so are numbers of which some would be on top of each other.
    """
    if all(isinstance(level, (int, float)) for level in levels) and len(levels) > 1:
        places = [float(level) for level in levels]
        gaps = [b - a for a, b in itertools.pairwise(sorted(places))]
        if min(gaps) >= CLOSEST * (max(places) - min(places)):
            return places, True
    return [float(place) for place in range(len(levels))], False
