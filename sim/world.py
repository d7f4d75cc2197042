"""The world from data tables: regions, labs, lines, models, prices, access, trust and fit (docs/model.md, section 2).

Tables are read once per process and turned into arrays indexed by canonical order: regions as listed, labs by name,
lines by (lab, line), models by (lab, line, date). Nothing here knows a policy; sim/history.py applies it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    """xi in utils, shape (L, N, K)."""
    propensity: Floats
    """Log propensity of a lab's use to show on a router, shape (L,)."""
    n_months: int
    """Months of data from 2023-01."""

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
        return np.array([code == "CN" for code in self.region_codes])
