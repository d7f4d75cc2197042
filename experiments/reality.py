"""Joins instruments of the model with the real series that they stand for, period by period."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import sim
from experiments.figures.frames import with_t
from sim.calendar import month_index

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Matches = Mapping[str, tuple[str, tuple[str, ...]]]
SHORT_PERIOD = 2.0
"""Observed periods up to this many months are drawn as points, longer ones as bars over their period."""

YEAR = 2025
THE_ONE = "the only one"
"""Entity of a survey moment, whose instrument has one entity."""

MODEL = ("mean", "q05", "q50", "q95")
COLUMNS = ("instrument", "entity", "place", "start", "end", "data", "se", "low", "high", *MODEL)


def matches() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return instrument of the model -> (instrument, series) of the observations, for those that have data."""
    from sim.instruments import INSTRUMENTS, SURVEY_MOMENTS

    found: dict[str, tuple[str, tuple[str, ...]]] = {
        name: (info.observation, (info.series,))
        for name, info in INSTRUMENTS.items()
        if info.observation and info.unit == "share"
    }
    return found | {name: (name, (INSTRUMENTS[name].series,)) for name in SURVEY_MOMENTS}


def observations() -> pd.DataFrame:
    """Return the real series that ship with the model, and the survey moments that have no series."""
    import pandas as pd

    series = pd.read_csv(Path(sim.__file__).parent / "data" / "observations.csv", keep_default_na=True)
    return pd.concat([series, _survey_moments()], ignore_index=True)


def _survey_moments() -> pd.DataFrame:
    """Return the survey moments as observations of the one entity that their instrument has."""
    import pandas as pd

    from sim.instruments import INSTRUMENTS, SURVEY_MOMENTS

    rows = [
        {"instrument": name, "series": INSTRUMENTS[name].series, "entity": THE_ONE, "entity_type": "moment",
         "geography": "survey", "period_start": f"{month}-01", "period_end": f"{month}-28", "value": value,
         "unit": "share", "source_title": source}
        for name, (month, value, source) in SURVEY_MOMENTS.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


@lru_cache(maxsize=1)
def country_regions() -> dict[str, str]:
    """Return country code -> region, from the members in ``regions.csv``; regions map to themselves."""
    import csv

    found: dict[str, str] = {}
    path = Path(sim.__file__).parent / "data" / "regions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["region"]] = row["region"]
            for country in row.get("members", "").replace(",", ";").replace(" ", ";").split(";"):
                if country:
                    found.setdefault(country, row["region"])
    return found


def month_place(day: str, end: bool = False) -> float:
    """Return an ISO date on the axis of months: 2023-01-01 is 0.0; ``end`` counts the day itself as past."""
    when = date.fromisoformat(day)
    return month_index(day) + min(1.0, (when.day - (0 if end else 1)) / 30.4)


def compare(instruments: pd.DataFrame, observed: pd.DataFrame, matched: Matches) -> pd.DataFrame:
    """Return one row per observation that the model also has.

    Args:
        instruments: bands of the instruments.
        observed: the real series.
        matched: instrument -> (instrument, series) of the observations.

    Returns:
        instrument, entity, place, start, end (months, 2023-01-01 = 0), data, se, low, high, and the model's mean,
        q05, q50 and q95 over the months of the period (null if the run has none of them).
    """
    import pandas as pd

    parts = []
    for name, (source, series) in matched.items():
        rows = observed[(observed["instrument"] == source) & observed["series"].isin(series)]
        model = instruments[instruments["instrument"] == name]
        if rows.empty or model.empty:
            continue
        parts.append(_join(name, rows, with_t(model)))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)] if parts else pd.DataFrame(columns=list(COLUMNS))


def _join(name: str, rows: pd.DataFrame, model: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    split = model.groupby(["entity", "geography"], observed=True)
    groups = {
        (str(entity), str(place)): (part["t"].to_numpy(float), part[list(MODEL)].to_numpy(float))
        for (entity, place), part in split
    }
    places, entities = {place for _, place in groups}, {entity for entity, _ in groups}
    found = []
    for row in rows.to_dict("records"):
        place = model_place(str(row["geography"]), places)
        entity = min(entities) if row["entity"] == THE_ONE else str(row["entity"])
        part = groups.get((entity, place))
        if part is None:
            continue
        start, end = month_place(str(row["period_start"])), month_place(str(row["period_end"]), end=True)
        record = {
            "instrument": name, "entity": entity, "place": row["geography"], "start": start, "end": end,
            "data": row["value"], "se": row["se"], "low": row["low"], "high": row["high"],
        }  # fmt: skip
        found.append(record | _over(*part, start, end))
    return pd.DataFrame(found)


def model_place(geography: str, places: set[str]) -> str:
    """Return which of the model's geographies an observed one belongs to: itself, its region, or the only one."""
    if geography in places:
        return geography
    if len(places) == 1:
        return next(iter(places))
    return country_regions().get(geography, "")


def _over(months: Floats, values: Floats, start: float, end: float) -> dict[str, float]:
    """Return the model's statistics, averaged over the months whose middle lies in the period."""
    middle = months + 0.5
    inside = ((middle >= start) & (middle <= end)) | (months == math.ceil(end) - 1)
    known = values[inside]
    means = [float(np.nanmean(column)) if np.isfinite(column).any() else math.nan for column in known.T]
    return dict(zip(MODEL, means, strict=True))


def yearly(compared: pd.DataFrame, year: int = YEAR) -> pd.DataFrame:
    """Return model, data and their ratio by instrument and entity, means over the observations of a year."""
    first, end = month_index(f"{year}-01"), month_index(f"{year + 1}-01")
    middle = (compared["start"] + compared["end"]) / 2
    rows = compared[(middle >= first) & (middle < end) & compared["mean"].notna()]
    several = rows.groupby(["instrument", "entity"])["place"].transform("nunique") > 1
    rows = rows.assign(place=rows["place"].where(several, ""))
    found = rows.groupby(["instrument", "entity", "place"], sort=False, as_index=False).agg(
        model=("mean", "mean"), q05=("q05", "mean"), q95=("q95", "mean"), data=("data", "mean"), n=("data", "size")
    )
    return found.assign(ratio=found["model"] / found["data"].where(found["data"] > 0))
