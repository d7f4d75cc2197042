"""What a policy lever is: one row of the registry in ``sim/levers.py``."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

GOVERNMENTS = "governments"
LABS = "labs"
Phase = Literal["demand", "supply", "release"]
Kind = Literal["number", "flag", "modes", "parts", "record"]
Sign = Literal["+", "-", "0", "ambiguous"]


@dataclass(frozen=True)
class Part:
    """A named part of a value.

    Attributes:
        name: as written in policy files.
        high: greatest legal value; the least is 0.
        words: names of the whole numbers from 0 on, where a part is a choice.
    """

    name: str
    high: float
    words: tuple[str, ...] = ()

    @property
    def legal(self) -> str:
        """The legal values, in words."""
        return f"{self.name}: {' or '.join(self.words) if self.words else f'0 to {self.high:g}'}"


@dataclass(frozen=True)
class Trial:
    """How the expected sign is tried: the same lever low and high, on top of ``given``, everything else equal.

    Attributes:
        key: ``<lever>.<actor>.<target>``, as behind ``lever.`` on the command line.
        low, high: values; without a date they hold from the month after the hand-over; an empty one leaves it out.
        given: further levers of both runs, each ``key=value``.
    """

    key: str
    low: str
    high: str
    given: tuple[str, ...] = ()

    def arms(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the overrides of the low and of the high run."""
        low, high = (
            tuple(f"lever.{text}" for text in (*self.given, *([f"{self.key}={value}"] if value else [])))
            for value in (self.low, self.high)
        )
        return low, high


@dataclass(frozen=True)
class Lever:
    """One thing that a government or a lab can set.

    Attributes:
        name: code name, as written in policy files.
        unit: unit of the value.
        low: least legal value.
        high: greatest legal value.
        meaning: one line.
        actors: ``governments`` (every region), single region codes, ``labs``.
        targets: target keys that it takes; a plain string is tried against them in this order.
        phase: the side of the market that it acts on; ``supply`` levers set in the past act as history plus the
            difference of the equations.
        equation: where it enters.
        headline: the measure that it is judged by, a name of ``sim.headlines``.
        expected_sign: effect of a higher value on the headline.
        reason: why that sign.
        trial: the pair of runs that the sign is about.
        kind: shape of the value: a number, a flag, a set of release modes, named parts, a release record.
        own: a government sets it for its own region only.
        own_labs: developers that it names must be the actor's own.
        needs: target keys without which it means nothing.
        shares: the value may hold for a share of the target.
        places: destinations that it knows; a bloc stands for its regions too.
        single: its value is one number of the target, so only one government may hold it on a target at a time.
        parts: the named parts of a value of kind ``parts``.
        plain: the parts that a plain number sets.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    actors: tuple[str, ...]
    targets: tuple[str, ...]
    phase: Phase
    equation: str
    headline: str
    expected_sign: Sign
    reason: str
    trial: Trial
    kind: Kind = "number"
    own: bool = False
    own_labs: bool = False
    needs: tuple[str, ...] = ()
    shares: bool = True
    places: tuple[str, ...] = ()
    single: bool = False
    parts: tuple[Part, ...] = ()
    plain: tuple[str, ...] = ()

    def allows(self, actor: str, *, is_lab: bool) -> bool:
        """Say whether a region code (or a lab, if ``is_lab``) can set the lever."""
        return (LABS if is_lab else GOVERNMENTS) in self.actors or actor in self.actors

    @property
    def legal(self) -> str:
        """The legal values, in words."""
        if self.kind == "flag":
            return "true or false (1 or 0)"
        if self.kind == "modes":
            return "closed, open, delayed, tiered, or a list of them; in the past closed and open only"
        if self.kind == "record":
            return "a record with model, line, tier, licence, q, active_b, total_b, and price"
        bounds = f"{self.low:g} or more" if self.high == inf else f"{self.low:g} to {self.high:g}"
        parts = f", or {{{', '.join(part.legal for part in self.parts)}}}" if self.parts else ""
        return f"{bounds} ({self.unit}){parts}"
