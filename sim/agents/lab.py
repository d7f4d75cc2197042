"""A lab as a Mesa agent: its ecosystem stock and its money."""

from __future__ import annotations

from typing import Any

import mesa

from sim.market.ecosystem import next_stock


class Lab(mesa.Agent):  # type: ignore[misc]
    """One lab.

    Attributes:
        index: position in the world's canonical order.
        name, home, bloc: who and where it is.
        stock: G_l, ecosystem stock in share-months.
        revenue: this month's first-party revenue, $.
        gross_profit: revenue less serving cost, $.
        ecosystem_income: theta_l times hosts' and self-hosters' spending on its open family, $.
    """

    def __init__(self, model: Any, index: int, name: str, home: str, bloc: str, income_share: float) -> None:
        super().__init__(model)
        self.index = index
        self.name = name
        self.home = home
        self.bloc = bloc
        self.income_share = income_share
        self.stock = 0.0
        self.revenue = 0.0
        self.gross_profit = 0.0
        self.ecosystem_income = 0.0

    def earn(self, revenue: float, cost: float, elsewhere: float) -> None:
        """Book a month (E24): first-party revenue, its serving cost, and spending on its open family elsewhere."""
        self.revenue = revenue
        self.gross_profit = revenue - cost
        self.ecosystem_income = self.income_share * elsewhere

    def gather(self, closed_share: float, open_share: float, depreciation: float, open_weight: float) -> None:
        """Move the ecosystem stock on by a month (E23)."""
        self.stock = next_stock(self.stock, closed_share, open_share, depreciation, open_weight)
