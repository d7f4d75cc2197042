"""Who has heard of which release (E17): one keyed draw per enterprise and model."""

from __future__ import annotations

import numpy as np

from sim.history import NONE, Offers
from sim.market.adoption import awareness_lag
from sim.market.arrays import Ints
from sim.parameters import Parameters
from sim.population import Population
from sim.rng import Streams
from sim.world import NEVER


class Awareness:
    """The newest release of each line that each enterprise knows and can have.

    What came out before the run starts is known to all.

    Attributes:
        own: on the lab's own API, shape (Z, E); NONE where it knows none.
        weights: with public weights, shape (Z, E).
    """

    def __init__(
        self,
        offers: Offers,
        population: Population,
        parameters: Parameters,
        streams: Streams,
        lab_home: Ints,
        start: int = 0,
    ) -> None:
        shape = (offers.line_lab.size, population.size)
        self.own = np.full(shape, NONE, dtype=np.intp)
        self.weights = np.full(shape, NONE, dtype=np.intp)
        self._offers = offers
        self._hazard = parameters.demand.awareness
        self._cap = parameters.demand.awareness_cap
        self._population = population
        self._lab_home = lab_home
        self._streams = streams
        self._lags: dict[int, Ints] = {}
        everybody = np.ones(population.size, dtype=bool)
        self._start = start
        for model in np.flatnonzero(offers.month < start).tolist():
            self._learn(self.own, model, everybody & bool(offers.served[model]))
            self._learn(self.weights, model, everybody & bool(offers.opened[model] < start))

    def advance(self, t: int) -> None:
        """Let everybody hear the news of month t."""
        offers = self._offers
        last = self._last()
        for model in np.flatnonzero((offers.month >= self._start) & (offers.month <= t) & (t <= last)).tolist():
            if model not in self._lags:
                wait = self._streams.exponential("aware", offers.model_keys[model : model + 1], self._population.keys)
                self._lags[model] = awareness_lag(wait, self._hazard, self._cap).astype(np.int8)
            self._hear(model, t - int(offers.month[model]), t)
            if t == last[model]:
                del self._lags[model]

    def _last(self) -> Ints:
        """Return the month in which the last enterprise can learn of each model."""
        offers = self._offers
        until = offers.month + self._cap + offers.wait
        return np.where((offers.opened < NEVER) & (offers.opened > until), offers.opened, until)

    def _hear(self, model: int, age: int, t: int) -> None:
        offers, lag = self._offers, self._lags[model]
        at_home = self._population.region == self._lab_home[offers.lab[model]]
        held = at_home | bool(offers.wait_all[model])
        if offers.served[model]:
            self._learn(self.own, model, np.where(held, lag + offers.wait[model], lag) == age)
        if t >= offers.opened[model]:
            lag = lag + offers.wait[model] if offers.wait_all[model] else lag
            heard = lag <= age if t == offers.opened[model] else lag == age
            self._learn(self.weights, model, heard & (at_home | bool(offers.abroad[model])))

    def _learn(self, table: Ints, model: int, who: np.ndarray) -> None:
        line = self._offers.line[model]
        np.maximum(table[line], model, out=table[line], where=who)
