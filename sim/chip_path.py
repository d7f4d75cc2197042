"""What the chips of a run are: the levers that they feel, and the path that comes out (E1 to E6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sim.market.arrays import Bools, Floats

SUPPLIERS = ("Nvidia", "Other US silicon", "Huawei", "Other Chinese silicon")
SUPPLIER_BLOCS = ("US", "US", "CN", "CN")


class ChipLevers(Protocol):
    """The levers that chips feel (sim/supply_levers.py); T months, blocs US, CN, AL, NAL."""

    @property
    def quota(self) -> Floats:
        """Quota on exports to CN, H100e/mo of the unrestricted product, (T,); inf: none."""

    @property
    def performance(self) -> Floats:
        """Performance that may be exported to CN over the unrestricted product's, (T,)."""

    @property
    def enforcement(self) -> Floats:
        """Share of leakage stopped, (T,)."""

    @property
    def licence(self) -> Floats:
        """Share of NAL's orders licensed, (T,)."""

    @property
    def import_limit(self) -> Floats:
        """Share of desired purchases that a bloc allows itself, (T, 4)."""

    @property
    def levy(self) -> Floats:
        """Levy on chips sold to CN, share of the price, (T,)."""

    @property
    def tools(self) -> Floats:
        """Tool and memory controls on CN, log growth/mo, (T,)."""

    @property
    def fab(self) -> Floats:
        """Fab subsidies, log growth/mo, (T, 4); US and CN are read."""

    @property
    def offshore(self) -> Bools:
        """Whether CN's labs may rent compute abroad, (T,)."""

    @property
    def mega(self) -> Floats:
        """Megaprojects, H100e/mo ordered, (T, 4)."""

    @property
    def partner(self) -> Floats:
        """Share of Chinese output sent to a bloc, (T, 4)."""

    @property
    def partner_us(self) -> Floats:
        """Further share of US-bloc output sent to a bloc, (T, 4)."""


@dataclass(frozen=True)
class Rules:
    """What the equations gave, month by month: the measure of another arm's past. Shapes (T,)."""

    exports: Floats
    """d X_legal of E3, H100e/mo."""
    quota: Floats
    growth: Floats
    """Log growth of Chinese output by E5, 1/mo."""
    fab: Floats
    """Fab subsidy of the US, log growth/mo."""


@dataclass(frozen=True)
class SupplierPaths:
    """Suppliers in the order of ``SUPPLIERS``, all of shape (T, 4)."""

    output: Floats
    """H100e/mo."""
    cumulative: Floats
    """H100e made by the start of the month."""
    unit_cost: Floats
    """$/H100e."""
    price: Floats
    """$/H100e, at home."""


@dataclass(frozen=True)
class ChipPath:
    """Chips and compute by month; blocs US, CN, AL, NAL. Flows H100e/mo of shape (T,) unless said otherwise."""

    us_output: Floats
    cn_output: Floats
    """Chips made in CN at their nominal H100e."""
    cn_effective: Floats
    """The same at the compute that software gets out of them (kappa_sw)."""
    deliveries: Floats
    """All chips that arrive in a bloc, shape (T, 4): sums to US-bloc output and effective Chinese output."""
    legal: Floats
    smuggled: Floats
    domestic: Floats
    """Effective Chinese chips that stay in CN."""
    partner: Floats
    """Effective Chinese chips sent abroad, shape (T, 4)."""
    wanted: Floats
    """Desired purchases of US-bloc chips without controls, shape (T, 4)."""
    tau: Floats
    """Tightness (E4), share."""
    stock: Floats
    """K at the start of the month, H100e, shape (T, 4); offshore rental not moved."""
    usable: Floats
    """K with offshore rental moved, shape (T, 4)."""
    offshore: Floats
    """H100e that CN's labs rent in AL and NAL."""
    imported: Floats
    """US chips that came to CN by the start of the month, H100e."""
    learning: Floats
    """Q_CN: Chinese chips made by the start of the month, H100e."""
    unit_cost: Floats
    """c_CN, $/H100e."""
    kappa_sw: Floats
    self_sufficiency: Floats
    """Domestic over all chips that arrive in CN, share."""
    chip_price_cn: Floats
    """Price of US chips in CN with the passed part of the levy, $/H100e."""
    smuggled_price: Floats
    """Price of a smuggled chip, $/H100e."""
    levy_revenue: Floats
    """What the seller's government takes, M$/mo."""
    suppliers: SupplierPaths
    rules: Rules
    reference: float
    """Qeff at 2026-01 under status_quo, H100e."""

    @property
    def n_months(self) -> int:
        """T."""
        return int(self.us_output.size)
