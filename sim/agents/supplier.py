"""Chip suppliers as agents: they show what the chips of the run make of them."""

from __future__ import annotations

from typing import Any

import mesa

from sim.chip_path import SUPPLIER_BLOCS, SUPPLIERS, ChipPath


class Supplier(mesa.Agent):  # type: ignore[misc]
    """One supplier of chips.

    Attributes:
        index: position in ``SUPPLIERS``.
        name, bloc: who and where it is.
        output: Y_v, H100e/mo.
        cumulative: Q_v, H100e made by the start of the month.
        unit_cost: $/H100e.
        price: $/H100e, at home.
    """

    def __init__(self, model: Any, index: int, path: ChipPath) -> None:
        super().__init__(model)
        self.index = index
        self.name = SUPPLIERS[index]
        self.bloc = SUPPLIER_BLOCS[index]
        self.advance(0, path)

    def advance(self, t: int, path: ChipPath) -> None:
        """Take on the state of month t of the run's chips."""
        paths, at = path.suppliers, (t, self.index)
        self.output = float(paths.output[at])
        self.cumulative = float(paths.cumulative[at])
        self.unit_cost = float(paths.unit_cost[at])
        self.price = float(paths.price[at])


def create_suppliers(model: Any, path: ChipPath, reverse: bool = False) -> list[Supplier]:
    """Return the suppliers of a run, in reverse order if so wished."""
    return [Supplier(model, index, path) for index in range(len(SUPPLIERS))[:: -1 if reverse else 1]]
