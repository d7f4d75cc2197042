"""What a run returns: measures and instruments as tidy tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.calendar import month_name
from sim.errors import InputError, Problem, nearest
from sim.history import Offers
from sim.instruments import INSTRUMENTS, View, read
from sim.measures import MEASURES, Context, frame
from sim.parameters import Parameters
from sim.recorder import Records
from sim.scenario import Scenario
from sim.story import Happening, story_frame
from sim.supply_records import SupplyRecords
from sim.world import World


@dataclass(frozen=True)
class Trajectory:
    """The outcome of one run.

    Attributes:
        scenario: what was run.
        seed: run seed.
        records: the recorded arrays, from the first month of the run on.
        world: the world of the run.
        offers: the catalogue of the run.
        seconds: time that the run took.
        recorded: the recorded arrays of the supply side.
        happenings: what happened, in order.
    """

    scenario: Scenario
    seed: int
    records: Records
    world: World
    offers: Offers
    seconds: float
    recorded: SupplyRecords | None = None
    happenings: tuple[Happening, ...] = ()

    @property
    def months(self) -> list[str]:
        """Months of the run, YYYY-MM."""
        return [month_name(self.scenario.start + t) for t in range(self.records.payments.size)]

    @property
    def supply(self) -> SupplyRecords:
        """The supply side by month: budgets, knowledge, compute, chips, modes."""
        return self._context.supply

    @property
    def events(self) -> pd.DataFrame:
        """What happened: month, kind, who, what, trigger, weight; by month, the most important first."""
        return story_frame(self.happenings)

    @property
    def measures(self) -> list[str]:
        """Names that ``frame`` knows."""
        return list(MEASURES)

    @property
    def instruments(self) -> list[str]:
        """Names that ``instrument`` knows."""
        return list(INSTRUMENTS)

    def frame(self, name: str) -> pd.DataFrame:
        """Return a measure: month, segment_kind, segment, by, key, value (null where a cell has no users).

        Raises:
            InputError: if there is no such measure.
        """
        return frame(_pick(name, MEASURES, "measure"), self._context)

    def instrument(self, name: str) -> pd.DataFrame:
        """Return what a real instrument would have measured: month, entity, geography, value.

        Raises:
            InputError: if there is no such instrument.
        """
        return read(_pick(name, INSTRUMENTS, "instrument"), View(self._context, self.offers))

    @property
    def _context(self) -> Context:
        parameters: Parameters = self.scenario.parameters
        return Context(self.records, self.world, parameters, self.recorded, self.scenario.start)


def _pick(name: str, known: dict[str, Any], kind: str) -> Any:
    if name not in known:
        raise InputError(Problem(kind, name, f"there is no such {kind}", ", ".join(known), nearest(name, known)))
    return known[name]
