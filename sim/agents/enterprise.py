"""An enterprise as a Mesa agent: a row of the arrays that the phases compute on, for whoever looks."""

from __future__ import annotations

from typing import Any

import mesa

from sim.history import NONE
from sim.world import CHANNEL_NAMES, CLASSES, TASKS


class Enterprise(mesa.Agent):  # type: ignore[misc]
    """One representative enterprise; it holds no state of its own.

    Attributes:
        index: row of the population.
    """

    def __init__(self, model: Any, index: int) -> None:
        super().__init__(model)
        self.index = index

    @property
    def region(self) -> str:
        """Code of the region."""
        return str(self.model.world.region_codes[self.model.population.region[self.index]])

    @property
    def kind(self) -> str:
        """Class: developer, enterprise, regulated or public."""
        return CLASSES[self.model.population.kind[self.index]]

    @property
    def volume(self) -> float:
        """v_i at 2026-01, Mtok/mo."""
        return float(self.model.population.volume[self.index])

    @property
    def count_weight(self) -> float:
        """n_i: share of the world's enterprises that this one stands for."""
        return float(self.model.population.count[self.index])

    @property
    def adopted(self) -> float:
        """1 for an adopter (expected mode: the adopted mass)."""
        return float(self.model.holdings.adopted()[self.index])

    @property
    def slots(self) -> list[dict[str, str | float]]:
        """What is held: task, lab, model, channel and mass of each filled slot."""
        population, offers = self.model.population, self.model.offers
        found = []
        for block in self.model.holdings.held():
            for slot, model, channel, mass in zip(block.slot, block.model, block.channel, block.mass, strict=True):
                if population.slot_owner[slot] == self.index and model != NONE:
                    release = offers.models[model]
                    found.append(
                        {
                            "slot": int(slot),
                            "task": TASKS[population.slot_task[slot]],
                            "lab": release.lab,
                            "model": release.name,
                            "channel": CHANNEL_NAMES[channel],
                            "mass": float(mass),
                        }
                    )
        return found
