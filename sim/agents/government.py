"""A government as a Mesa agent: what its region has adopted and whom it trusts."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from sim.market.arrays import Floats
from sim.market.trust import next_incident


class Government(mesa.Agent):  # type: ignore[misc]
    """The government of one region.

    Attributes:
        index: position in the canonical order of regions.
        region, bloc: where.
        adopted: F_r, count-weighted share of adopters.
        incident: inc_{r,h(l)} towards each lab's home, utils, shape (L,).
    """

    def __init__(self, model: Any, index: int, region: str, bloc: str, labs: int) -> None:
        super().__init__(model)
        self.index = index
        self.region = region
        self.bloc = bloc
        self.adopted = 0.0
        self.incident: Floats = np.zeros(labs)

    def remember(self, memory: float, shock: Floats, foreign: Floats) -> None:
        """Let old incidents fade and add this month's, those of foreign developers only (E21)."""
        self.incident = next_incident(self.incident, memory, shock * foreign)
