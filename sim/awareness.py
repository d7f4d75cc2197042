"""Who has heard of which release (E17): one keyed draw per enterprise and model."""

from __future__ import annotations

import numpy as np

from sim.history import NONE, Offers
from sim.market.adoption import awareness_lag
from sim.market.arrays import Ints
from sim.parameters import Parameters
from sim.population import Population
from sim.rng import Streams


class Awareness:
    """The newest release of each line that each enterprise knows.

    Attributes:
        own: on the lab's own API, shape (Z, E); NONE where it knows none.
        weights: with public weights, shape (Z, E).
    """

    def __init__(self, offers: Offers, population: Population, parameters: Parameters, streams: Streams) -> None:
        shape = (offers.line_lab.size, population.size)
        self.own = np.full(shape, NONE, dtype=np.intp)
        self.weights = np.full(shape, NONE, dtype=np.intp)
        self._offers = offers
        self._hazard = parameters.demand.awareness
        self._cap = parameters.demand.awareness_cap
        self._keys = population.keys
        self._streams = streams
        self._lags: dict[int, Ints] = {}
        self._on_api = self._served()
        for model in np.flatnonzero(offers.month < 0):
            self._learn(int(model), np.ones(population.size, dtype=bool))

    def _served(self) -> set[int]:
        return set(np.unique(self._offers.own).tolist()) - {NONE}

    def advance(self, t: int) -> None:
        """Let everybody hear the news of month t."""
        month = self._offers.month
        for model in np.flatnonzero((month >= 0) & (month <= t) & (t <= month + self._cap)).tolist():
            if model not in self._lags:
                wait = self._streams.exponential("aware", self._offers.model_keys[model : model + 1], self._keys)
                self._lags[model] = awareness_lag(wait, self._hazard, self._cap).astype(np.int8)
            self._learn(model, self._lags[model] == t - month[model])
            if t == month[model] + self._cap:
                del self._lags[model]

    def _learn(self, model: int, who: np.ndarray) -> None:
        line = self._offers.line[model]
        if model in self._on_api:
            np.maximum(self.own[line], model, out=self.own[line], where=who)
        if not self._offers.closed[model]:
            np.maximum(self.weights[line], model, out=self.weights[line], where=who)
