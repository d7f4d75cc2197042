"""The world from data tables: regions, labs, lines, models, prices, access, trust and fit (docs/model.md, section 2).

Tables are read once per process and turned into arrays indexed by canonical order: regions as listed, labs by name,
lines by (lab, line), models by (lab, line, date). Nothing here knows a policy; sim/history.py applies it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.market.arrays import Bools, Floats, Ints

CLASSES = ("developer", "enterprise", "regulated", "public")
TASKS = ("assistant", "coding", "documents", "local", "video")
TEXT_TASKS = TASKS[:4]
CHANNEL_NAMES = ("A", "H", "S")
BLOCS = ("US", "CN", "AL", "NAL")
TIERS = ("flagship", "mid", "economy")
LICENCES = ("closed", "open_restricted", "open_permissive")
VIDEO_BASE_YEAR = 2024.9
VIDEO_GROWTH = 12.0
"""Video capability: q = 100 + 12 (release year - 2024.9), on a scale of its own (section 2)."""
NEVER = 10**6
"""A month that does not come."""


def video_level(year: float) -> float:
    """Return the capability of a video model released, or the requirement of a video task, at a date in years."""
    return 100.0 + VIDEO_GROWTH * (year - VIDEO_BASE_YEAR)


@dataclass(frozen=True)
class ModelRecord:
    """One offered release of a line."""

    name: str
    lab: str
    line: str
    month: int
    offered: int
    """Month from which the lab's own API serves it (the first price, where the release came before it)."""
    licence: str
    q: float
    q_task: tuple[float, float, float, float]
    active: float
    total: float
    beyond: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """What one unit more of the crosswalk slope beyond AA 40 adds to ``q_task``, ECI."""


@dataclass(frozen=True)
class StrengthPath:
    """Lab strengths by date, linear between the dates and constant outside them.

    Attributes:
        months: dates, 2023-01 being 0, ascending, shape (Y,).
        table: xi in utils at the dates, shape (Y, L, N, K).
    """

    months: Ints
    table: Floats

    def at(self, t: int) -> Floats:
        """Return xi of month ``t`` in utils, shape (L, N, K)."""
        place = float(np.interp(t, self.months, np.arange(self.months.size)))
        low = int(place)
        part = place - low
        if not part:
            return np.asarray(self.table[low])
        return np.asarray(self.table[low] + part * (self.table[low + 1] - self.table[low]))


@dataclass(frozen=True)
class WorldRelease:
    """Month, lab and openness of a release: what R&D needs to know of it."""

    month: int
    lab: int
    closed: bool


@dataclass(frozen=True)
class LineRecord:
    """One product line of a lab."""

    name: str
    lab: str
    tier: str
    video: bool
    live_until: int
    withdrawn: bool


@dataclass(frozen=True)
class PriceRecord:
    """A first-party (``hosts = 0``) or host price of a model from a month on, $/Mtok."""

    model: str
    start: int
    end: int
    price: float
    hosts: int = 0


@dataclass(frozen=True)
class Stylised:
    """What a roster says beyond the tables of a world: a start instead of a history (docs/model.md, section 4).

    Attributes:
        start: month t_h in which the levels hold and the run begins.
        compute: fixed X_l at the start, H100e, shape (L,); None: the market for compute decides.
        compute_growth: growth of the fixed X_l, x/yr.
        fixed_prices: prices of labs and hosts stay.
        releases: labs complete generations after the start.
        knowledge: a_l at the start, nat, shape (L,); NaN: the stationary gap of E9.
        budget: RD_l at the start, M$/mo, shape (L,); NaN: the outside funding.
        stock: G_l at the start, shape (L,); NaN: as in every world.
        shares: share of adopters' slots that hold each lab at the start, shape (L,); None: the best admissible line.
        habit: months of the year before the start in which each lab released in its mode (E29), shape (L,).
    """

    start: int
    compute: Floats | None
    compute_growth: float
    fixed_prices: bool
    releases: bool
    knowledge: Floats
    budget: Floats
    stock: Floats
    shares: Floats | None
    habit: Floats


@dataclass(frozen=True)
class World:
    """Everything that a run needs to know of reality before any policy.

    Arrays: R regions, L labs, C channels (A, H, S), K classes, N tasks, T months of data.
    """

    region_codes: tuple[str, ...]
    region_names: tuple[str, ...]
    region_blocs: tuple[str, ...]
    region_gdp: Floats
    region_adoption: Floats
    lab_names: tuple[str, ...]
    lab_homes: tuple[str, ...]
    lab_blocs: tuple[str, ...]
    lab_income: Floats
    lab_fund: Floats
    """Outside funding of compute at 2026-01, M$/mo, shape (L,)."""
    lines: tuple[LineRecord, ...]
    models: tuple[ModelRecord, ...]
    prices: tuple[PriceRecord, ...]
    host_prices: tuple[PriceRecord, ...]
    promotions: Floats
    """Share of each month in which a model is free for developers, shape (M, T)."""
    access: Floats
    """Share of a region's users with access to a lab's own API, shape (T, L, R)."""
    rent: Floats
    """$/H100e-hour, shape (T,)."""
    trust: Floats
    """T_{r,h(l)} in utils, shape (R, L)."""
    bans: Floats
    """Share of firms that ban, shape (R, L, 3)."""
    fit: Floats
    """Language and culture fit in utils, shape (R, L, N)."""
    strengths: Floats
    """xi in utils from the last dated month on, shape (L, N, K)."""
    propensity: Floats
    """Log propensity of a lab's use to show on a router, shape (L,)."""
    n_months: int
    """Months of data from 2023-01."""
    stylised: Stylised | None = None
    """What makes it a world without history; None for the world of the data tables."""
    coding_share: tuple[tuple[int, float], ...] = ()
    """Record of coding's share of developers' tokens: month and share, ascending; none: not recorded."""
    strength_path: StrengthPath | None = None
    """xi by date; None: ``strengths`` in all months."""

    def strengths_at(self, t: int) -> Floats:
        """Return xi of month ``t`` in utils, shape (L, N, K)."""
        return self.strengths if self.strength_path is None else self.strength_path.at(t)

    @property
    def levels_month(self) -> int:
        """Month at which outside funding holds."""
        return LEVELS_MONTH if self.stylised is None else self.stylised.start

    @property
    def completes(self) -> bool:
        """Whether labs complete generations after the hand-over."""
        return self.stylised is None or self.stylised.releases

    @property
    def first_shares(self) -> Floats | None:
        """Share of adopters' slots that hold each lab at the start, shape (L,); None: the best admissible line."""
        return None if self.stylised is None else self.stylised.shares

    @property
    def first_knowledge(self) -> Floats:
        """a_l at the hand-over, nat, shape (L,); NaN: the stationary gap (O28)."""
        return np.full(len(self.lab_names), np.nan) if self.stylised is None else self.stylised.knowledge

    def months_released(self, lab: int, known: int) -> float:
        """Return in how many months of the last year a lab released; ``known`` of them stand in the catalogue."""
        return float(known) if self.stylised is None else float(self.stylised.habit[lab])

    def first_budget(self, usual: Floats) -> Floats:
        """Return RD_l at the start, M$/mo, shape (L,); ``usual`` where the world says nothing."""
        if self.stylised is None:
            return usual.copy()
        return np.where(np.isnan(self.stylised.budget), usual, self.stylised.budget)

    def first_stock(self, lab: int, usual: float) -> float:
        """Return a lab's ecosystem stock at the start, ``usual`` where the world says nothing."""
        given = np.nan if self.stylised is None else float(self.stylised.stock[lab])
        return usual if np.isnan(given) else given

    def fixed_compute(self, n_months: int) -> Floats | None:
        """Return X_l(t) where the world fixes it, H100e, shape (T, L); None where the market decides."""
        if self.stylised is None or self.stylised.compute is None:
            return None
        years = (np.arange(n_months) - self.stylised.start) / 12
        return np.asarray(np.multiply.outer(self.stylised.compute_growth**years, self.stylised.compute))

    @property
    def model_names(self) -> tuple[str, ...]:
        """Names of all models."""
        return tuple(model.name for model in self.models)

    @property
    def line_names(self) -> tuple[str, ...]:
        """Names of all lines."""
        return tuple(line.name for line in self.lines)

    @property
    def lab_home_index(self) -> Ints:
        """Region index of each lab's home, shape (L,)."""
        return np.array([self.region_codes.index(home) for home in self.lab_homes])

    @property
    def lab_bloc_index(self) -> Ints:
        """Bloc index of each lab, shape (L,)."""
        return np.array([BLOCS.index(bloc) for bloc in self.lab_blocs])

    @property
    def chinese_region(self) -> Bools:
        """Regions whose users feel no alignment penalty, shape (R,)."""
        return np.array([bloc == "CN" for bloc in self.region_blocs])
