"""Who forecasts what from when: families of series, their origins and horizons, and the points that are targets.

Origins follow from the data by one rule a family, so that a longer table has later origins without another word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.evidence.series import Series
from sim.calendar import month_index, month_name

QUARTER = 3


@dataclass(frozen=True)
class Family:
    """Series that are forecast alike.

    Attributes:
        name: how tables call it.
        instrument: of the model.
        first: first origin, YYYY-MM.
        step: months between origins.
        horizons: months ahead.
        reach: the last origin lies so many months before the last month of the data.
        closing: whether that month is an origin too, if no step lands on it.
        within: a target may lie so many months from its month: 0 for monthly series [A].
    """

    name: str
    instrument: str
    first: str
    step: int
    horizons: tuple[int, ...]
    reach: int
    closing: bool = False
    within: int = 0


FAMILIES = (
    Family("router", "openrouter_token_share", "2025-05", 1, (1, 3, 6), 3),
    Family("Ramp", "ramp_firms", "2024-01", QUARTER, (3, 6, 12), 6, closing=True),
    Family("arena gap", "arena_gap", "2024-01", QUARTER, (3, 6), 3, within=1),
    Family("ECI lag", "eci_lag", "2024-01", QUARTER, (3, 6), 3, within=1),
)
BY_INSTRUMENT = {family.instrument: family for family in FAMILIES}


@dataclass(frozen=True)
class Target:
    """A point that is forecast.

    Attributes:
        key: of the series.
        origin: month, 2023-01 being 0.
        horizon: months ahead.
        point: place of the point in the series.
    """

    key: str
    origin: int
    horizon: int
    point: int

    @property
    def month(self) -> int:
        """The month that is forecast."""
        return self.origin + self.horizon


@dataclass(frozen=True)
class Wanted:
    """Origins and horizons that the user asks for instead of the default ones; None for those.

    Attributes:
        origins: months.
        horizons: months ahead.
        ends: of the default origins, the first and the last of each family only.
    """

    origins: tuple[int, ...] | None = None
    horizons: tuple[int, ...] | None = None
    ends: bool = False


def headline(series: Mapping[str, Series]) -> dict[str, Series]:
    """Return the series that forecasts are judged on, in the order of their families."""
    found = [item for item in series.values() if item.headline and item.instrument in BY_INSTRUMENT]
    order = {family.instrument: place for place, family in enumerate(FAMILIES)}
    return {item.key: item for item in sorted(found, key=lambda item: (order[item.instrument], item.key))}


def last_month(series: Iterable[Series]) -> int:
    """Return the last month in which a period of any of the series has its middle; -1 if there is none."""
    return max((int(item.month.max()) for item in series if item.size), default=-1)


def origins_of(family: Family, last: int, wanted: Wanted | None = None) -> tuple[int, ...]:
    """Return the origins of a family.

    Args:
        family: the family.
        last: last month of its data.
        wanted: what the user asks for.
    """
    if wanted is not None and wanted.origins is not None:
        return wanted.origins
    end = last - family.reach
    found = list(range(month_index(family.first), end + 1, family.step))
    if family.closing and found and found[-1] != end:
        found.append(end)
    thinned = [found[0], found[-1]] if wanted is not None and wanted.ends and len(found) > 1 else found
    return tuple(thinned)


def targets(series: Mapping[str, Series], wanted: Wanted | None = None) -> tuple[Target, ...]:
    """Return every point that is forecast, by origin, then series, then horizon.

    Points that were known at the origin are no targets, and neither are series of which nothing was known.
    """
    found = []
    chosen = headline(series)
    for family in FAMILIES:
        mine = [item for item in chosen.values() if item.instrument == family.instrument]
        last = last_month(mine)
        horizons = family.horizons if wanted is None or wanted.horizons is None else wanted.horizons
        for origin in origins_of(family, last, wanted):
            for item in mine:
                found += _targets(item, family, origin, [h for h in horizons if origin + h <= last])
    places = {key: place for place, key in enumerate(chosen)}
    return tuple(sorted(found, key=lambda t: (t.origin, places[t.key], t.horizon)))


def _targets(series: Series, family: Family, origin: int, horizons: Sequence[int]) -> list[Target]:
    if not series.known_by(origin).size:
        return []
    later = series.known > origin + 1
    middle = (series.start + series.end) / 2
    found = []
    for horizon in horizons:
        near = np.abs(series.month - (origin + horizon)) <= family.within
        places = np.flatnonzero(near & later)
        if places.size:
            away = np.abs(middle[places] - (origin + horizon + 0.5))
            found.append(Target(series.key, origin, horizon, int(places[np.argmin(away)])))
    return found


def ends(wanted: Iterable[Target], series: Mapping[str, Series]) -> dict[int, int]:
    """Return origin to the last month that a forecast from there needs, in the order of origins."""
    found: dict[int, int] = {}
    for target in wanted:
        last = int(np.ceil(series[target.key].end[target.point])) - 1
        found[target.origin] = max(found.get(target.origin, 0), last, target.month)
    return dict(sorted(found.items()))


def named(months: Iterable[int]) -> str:
    """Return months as a list of words."""
    return ", ".join(month_name(month) for month in months)
