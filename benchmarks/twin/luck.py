"""Where an agent's luck comes from: keyed draws, or Mesa's one stream of random numbers.

``KeyedLuck`` reads the draws of ``sim.rng.Streams`` under the same process names and ids as the fast code.
``StreamLuck`` takes the next number of ``model.rng`` whenever an agent needs one, as an ordinary Mesa model does.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from benchmarks.twin.catalogue import Menu, Release
from sim.population import Population
from sim.rng import Keys, Streams


class SlotLuck(Protocol):
    """The Gumbel draws of one choice of one slot."""

    def lab(self, lab: int) -> float:
        """Return the draw for a lab."""

    def outside(self) -> float:
        """Return the draw for the outside option."""

    def option(self, place: int) -> float:
        """Return the draw for a row of the menu."""


class Luck(Protocol):
    """All draws of a run; months, enterprises and slots by number, uniform draws in (0, 1)."""

    def begin(self, t: int) -> None:
        """Start a month."""

    def waits(self, release: Release) -> memoryview | list[float]:
        """Return the standard exponential wait of each enterprise for the news of a release."""

    def initial(self, enterprise: int) -> float:
        """Return the draw that decides on an adopter of the first month."""

    def adoption(self, enterprise: int) -> float:
        """Return the draw against the hazard of adoption."""

    def review(self, slot: int) -> float:
        """Return the draw against the rate of review."""

    def upgrade(self, slot: int) -> float:
        """Return the draw against the rate of upgrading."""

    def choices(self, slots: list[int], menu: Menu) -> list[SlotLuck]:
        """Return the draws of some slots that choose from a menu."""

    def incident(self, bloc: str) -> float:
        """Return the draw against the hazard of an incident."""

    def incident_size(self, bloc: str) -> float:
        """Return the standard exponential size of an incident."""


class KeyedSlotLuck:
    """Draws that were made beforehand."""

    def __init__(self, labs: list[float], outside: float, options: list[float]) -> None:
        self._labs, self._outside, self._options = labs, outside, options

    def lab(self, lab: int) -> float:
        """Return the draw for a lab."""
        return self._labs[lab]

    def outside(self) -> float:
        """Return the draw for the outside option."""
        return self._outside

    def option(self, place: int) -> float:
        """Return the draw for a row of the menu."""
        return self._options[place]


class KeyedLuck:
    """Every draw is a function of what it is for; what all agents need each month is drawn for all at once."""

    def __init__(self, seed: int, population: Population, lab_keys: Keys) -> None:
        self._streams = Streams(seed)
        self._enterprises, self._slots, self._labs = population.keys, population.slot_key, lab_keys[:, None]
        self._initial = self._streams.uniform("initial", population.keys).data
        self._keys: dict[int, tuple[Keys, Keys]] = {}

    def begin(self, t: int) -> None:
        """Draw what every agent needs in a month; a view of the draws gives one as a plain float, and copies none."""
        self._t = t
        self._keys.clear()
        self._adoption = self._streams.uniform("adopt", t, self._enterprises).data
        self._review = self._streams.uniform("review", t, self._slots).data
        self._upgrade = self._streams.uniform("upgrade", t, self._slots).data

    def waits(self, release: Release) -> memoryview:
        """Return the wait of each enterprise for the news of a release."""
        return self._streams.exponential("aware", release.key, self._enterprises).data

    def initial(self, enterprise: int) -> float:
        """Return the draw that decides on an adopter of the first month."""
        return float(self._initial[enterprise])

    def adoption(self, enterprise: int) -> float:
        """Return the draw against the hazard of adoption."""
        return self._adoption[enterprise]

    def review(self, slot: int) -> float:
        """Return the draw against the rate of review."""
        return self._review[slot]

    def upgrade(self, slot: int) -> float:
        """Return the draw against the rate of upgrading."""
        return self._upgrade[slot]

    def choices(self, slots: list[int], menu: Menu) -> list[SlotLuck]:
        """Return the draws of an enterprise's slots, drawn together."""
        keys = self._slots[slots]
        lines, channels = self._row_keys(menu)
        labs = self._streams.gumbel("lab", self._t, self._labs, keys).T.tolist()
        outside = self._streams.gumbel("outside", self._t, keys).tolist()
        options = self._streams.gumbel("option", self._t, lines, channels, keys).T.tolist()
        return [KeyedSlotLuck(*draws) for draws in zip(labs, outside, options, strict=True)]

    def incident(self, bloc: str) -> float:
        """Return the draw against the hazard of an incident."""
        return float(self._streams.uniform("incident", self._t, bloc)[0])

    def incident_size(self, bloc: str) -> float:
        """Return the size of an incident."""
        return float(self._streams.exponential("incident size", self._t, bloc)[0])

    def _row_keys(self, menu: Menu) -> tuple[Keys, Keys]:
        """Return keys of the lines and numbers of the channels of a menu, as columns."""
        if id(menu) not in self._keys:
            lines = np.array([row.line.key for row in menu.rows], dtype=np.uint64)[:, None]
            channels = np.array([row.channel for row in menu.rows], dtype=np.uint64)[:, None]
            self._keys[id(menu)] = lines, channels
        return self._keys[id(menu)]


class StreamSlotLuck:
    """The next numbers of the stream, in the order in which they are asked for."""

    def __init__(self, rng: Any) -> None:
        self._rng = rng

    def lab(self, _: int) -> float:
        """Return the draw for a lab."""
        return float(self._rng.gumbel())

    def outside(self) -> float:
        """Return the draw for the outside option."""
        return float(self._rng.gumbel())

    def option(self, _: int) -> float:
        """Return the draw for a row of the menu."""
        return float(self._rng.gumbel())


class StreamLuck:
    """Every draw is the next one of Mesa's ``model.rng``, whoever asks for it and whatever for."""

    def __init__(self, rng: Any, enterprises: int) -> None:
        self._rng = rng
        self._size = enterprises
        self._slot = StreamSlotLuck(rng)

    def begin(self, t: int) -> None:
        """Start a month; nothing is drawn beforehand."""

    def waits(self, _: Release) -> list[float]:
        """Return the wait of each enterprise for the news of a release, one draw after the other."""
        return [float(self._rng.exponential()) for _ in range(self._size)]

    def initial(self, _: int) -> float:
        """Return the draw that decides on an adopter of the first month."""
        return self._uniform()

    def adoption(self, _: int) -> float:
        """Return the draw against the hazard of adoption."""
        return self._uniform()

    def review(self, _: int) -> float:
        """Return the draw against the rate of review."""
        return self._uniform()

    def upgrade(self, _: int) -> float:
        """Return the draw against the rate of upgrading."""
        return self._uniform()

    def choices(self, slots: list[int], _: Menu) -> list[SlotLuck]:
        """Return the stream, once for each slot."""
        return [self._slot for _ in slots]

    def incident(self, _: str) -> float:
        """Return the draw against the hazard of an incident."""
        return self._uniform()

    def incident_size(self, _: str) -> float:
        """Return the size of an incident."""
        return float(self._rng.exponential())

    def _uniform(self) -> float:
        return float(self._rng.random())
