"""Policy as data: one dated entry, its target, and the record of a release that a policy adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Any

from sim.calendar import EPOCH_YEAR, month_name
from sim.lever import Lever
from sim.levers import LEVERS


def month_of(day: date) -> int:
    """Return the month index t that holds a day (negative before 2023)."""
    return (day.year - EPOCH_YEAR) * 12 + day.month - 1


@dataclass(frozen=True)
class Target:
    """What an entry acts on: sorted target keys, each with its sorted names. Empty means everything."""

    items: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def get(self, key: str) -> tuple[str, ...]:
        """Return the names given for ``key`` (empty if it was left out)."""
        return dict(self.items).get(key, ())

    def __str__(self) -> str:
        return ", ".join(f"{key} {' '.join(names)}" for key, names in self.items) or "all"


@dataclass(frozen=True)
class ScheduledRelease:
    """A release that did not happen and that a policy adds.

    Attributes:
        model: its name, new to the data.
        lab: who releases it.
        line: product line, one of the lab's.
        tier: flagship, mid or economy.
        t: month of release.
        licence: closed, open_restricted or open_permissive.
        q: capability (ECI).
        active_b: active parameters (10^9).
        total_b: all parameters (10^9).
        price: blended list price ($/Mtok); None is priced from its cost.
    """

    model: str
    lab: str
    line: str
    tier: str
    t: int
    licence: str
    q: float
    active_b: float
    total_b: float
    price: float | None = None


Value = float | frozenset[str] | tuple[tuple[str, float], ...] | ScheduledRelease


@dataclass(frozen=True)
class Entry:
    """One dated entry: this actor sets this lever to this value for this share of the target, in this interval.

    Attributes:
        lever: a name of the registry.
        actor: region code or lab.
        target: what it acts on.
        value: a number; a set of modes; named parts (chips, trust); or a scheduled release.
        start: first day, or None for the month after the hand-over.
        until: last day, or None for no end.
        share: part of the target for which it holds.
        layer: height in the stack: the higher one wins on the same actor, lever and target.
        origin: name of the policy that it came from.
        label: few words for a marker on a figure.
        in_data: the table that already carries its effect; such an entry is history and adds nothing.
        where: file and line, for messages.
    """

    lever: str
    actor: str
    target: Target
    value: Value
    start: date | None = None
    until: date | None = None
    share: float = 1.0
    layer: int = 0
    origin: str = ""
    label: str = ""
    in_data: str = ""
    event: str = field(default="", compare=False)
    source: str = field(default="", compare=False)
    tag: str = field(default="A", compare=False)
    note: str = field(default="", compare=False)
    where: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, str, Target]:
        """What a later entry must repeat in order to replace this one."""
        return self.actor, self.lever, self.target

    @property
    def definition(self) -> Lever:
        """The lever's row of the registry."""
        return LEVERS[self.lever]

    def part(self, name: str) -> float:
        """Return a named part of the value, 0 if it has none."""
        return dict(self.value).get(name, 0.0) if isinstance(self.value, tuple) else 0.0

    def has(self, name: str) -> bool:
        """Say whether the value has a part of that name."""
        return isinstance(self.value, tuple) and name in dict(self.value)

    def first_month(self, t_handover: int) -> int:
        """Return the month in which it begins to act."""
        return t_handover + 1 if self.start is None else month_of(self.start)

    def last_month(self, t_handover: int) -> int | None:
        """Return the last month in force, or None. A month counts if its last day does, the first month always."""
        if self.until is None:
            return None
        last = month_of(self.until) - (month_of(date.fromordinal(self.until.toordinal() + 1)) == month_of(self.until))
        first = self.first_month(t_handover)
        return first if month_of(self.until) == first else last

    def overlaps(self, other: Entry, t_handover: int | None = None) -> bool:
        """Say whether both are in force on one day; an undated start meets a dated one once the hand-over is known."""
        if (self.start is None) != (other.start is None):
            return t_handover is not None and self._months_overlap(other, t_handover)
        first, second = (self, other) if (self.start or date.min) <= (other.start or date.min) else (other, self)
        return first.until is None or second.start is None or first.until >= second.start

    def _months_overlap(self, other: Entry, t_handover: int) -> bool:
        first, second = sorted((self, other), key=lambda entry: entry.first_month(t_handover))
        last = first.last_month(t_handover)
        return last is None or last >= second.first_month(t_handover)

    def period(self) -> str:
        """Return the interval in words."""
        start = "the month after the hand-over" if self.start is None else month_name(month_of(self.start))
        return f"from {start}" + ("" if self.until is None else f" to {month_name(month_of(self.until))}")

    def canonical(self) -> dict[str, Any]:
        """Return what acts, as plain data: names, notes and sources change no run."""
        value: Any = self.value
        if isinstance(value, frozenset):
            value = sorted(value)
        elif isinstance(value, ScheduledRelease):
            value = vars(value)
        elif isinstance(value, tuple):
            value = [list(part) for part in value]
        elif value == inf:
            value = "inf"
        return {
            "lever": self.lever,
            "actor": self.actor,
            "target": [[key, list(names)] for key, names in self.target.items],
            "value": value,
            "start": self.start and self.start.isoformat(),
            "until": self.until and self.until.isoformat(),
            "share": self.share,
            "layer": self.layer,
            "in_data": self.in_data,
        }
