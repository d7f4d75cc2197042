"""Observed series as calibration and validation read them: a value, a period and the day on which it was known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import sim
from experiments.evidence.links import ELO, MONTHS, SHARE, link, link_error
from sim.calendar import month_index
from sim.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
CONFIDENCE = {"high": 1.0, "medium": 0.5, "low": 0.25}
"""Weight of an observation by its stated confidence [A]."""
NEEDED = ("instrument", "series", "entity", "geography", "period_start", "period_end", "value", "known_from")
SCALE_OF = {"share": SHARE, "Elo": ELO, "months": MONTHS}
HEADLINE = (
    ("openrouter_token_share", "CN"), ("openrouter_token_share", "open"), ("ramp_firms", "OpenAI"),
    ("ramp_firms", "Anthropic"), ("arena_gap", "US-China"), ("arena_gap", "closed-open"),
    ("eci_lag", "closed-open"),
)  # fmt: skip
"""Instrument and entity of the series that forecasts are judged on (docs/model.md, section 10)."""


@dataclass(frozen=True)
class Series:
    """One observed series, points in the order of their periods.

    Attributes:
        key: ``<instrument>/<entity>``, with ``@<geography>`` where an entity has several.
        instrument: operator of the model that stands for it (``opengambit measures --instruments``).
        entity, geography: as in the observation table.
        scale: ``share``, ``Elo`` or ``months``.
        start, end: of the periods in months, 2023-01-01 being 0, shape (n,).
        values: in the unit of the scale, shape (n,).
        se: standard errors, NaN where none is stated, shape (n,).
        known: when each value could be known, in months, shape (n,).
        weight: weight by stated confidence, mean over the points.
        source: where the values are from.
    """

    key: str
    instrument: str
    entity: str
    geography: str
    scale: str
    start: Floats
    end: Floats
    values: Floats
    se: Floats
    known: Floats
    weight: float
    source: str

    @property
    def size(self) -> int:
        """Number of points."""
        return int(self.values.size)

    @property
    def headline(self) -> bool:
        """Whether forecasts are judged on it."""
        return (self.instrument, self.entity) in HEADLINE

    @property
    def month(self) -> NDArray[np.intp]:
        """The month in which each period has its middle, 2023-01 being 0, shape (n,)."""
        return np.floor((self.start + self.end) / 2).astype(np.intp)

    @property
    def linked(self) -> Floats:
        """Values on the scale of comparison, shape (n,)."""
        return link(self.values, self.scale)

    @property
    def linked_se(self) -> Floats:
        """Standard errors on the scale of comparison, 0 where none is stated, shape (n,)."""
        return np.nan_to_num(link_error(self.values, self.se, self.scale))

    @property
    def effective(self) -> float:
        """Effective number of points, n (1 - r)/(1 + r) with r the lag-1 autocorrelation, at least 1."""
        z = self.linked - self.linked.mean() if self.size else self.linked
        power = float((z * z).sum())
        r = float((z[1:] * z[:-1]).sum()) / power if self.size > 2 and power > 0 else 0.0
        r = min(max(r, 0.0), 0.95)
        return max(1.0, self.size * (1 - r) / (1 + r))

    def known_by(self, month: float) -> Series:
        """Return the points that could be known by the end of a month (2023-01 being 0)."""
        return self.where(self.known <= month + 1)

    def where(self, kept: NDArray[np.bool_]) -> Series:
        """Return the points that a mask of shape (n,) keeps."""
        columns = ("start", "end", "values", "se", "known")
        return replace(self, **{name: getattr(self, name)[kept] for name in columns})


def place(day: str, *, end: bool = False) -> float:
    """Return an ISO day on the axis of months, 2023-01-01 being 0; ``end`` counts the day itself as past."""
    from experiments.reality import month_place

    return month_place(day, end)


def read(path: str | Path | None = None) -> pd.DataFrame:
    """Return the observation table: that of the package, or a file with the same columns.

    Raises:
        InputError: if the file can't be read or lacks columns; all that are missing at once.
    """
    import pandas as pd

    chosen = Path(path) if path is not None else Path(sim.__file__).parent / "data" / "observations.csv"
    try:
        table = pd.read_csv(chosen)
    except (OSError, ValueError) as error:
        message = f"the observations can't be read: {error}"
        raise InputError(Problem(str(chosen), "observations", message, "a CSV file like observations.csv")) from error
    lacking = [name for name in NEEDED if name not in table]
    if lacking:
        raise InputError([Problem(str(chosen), name, "this column is missing", ", ".join(NEEDED)) for name in lacking])
    return _checked(table, str(chosen))


def _checked(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the table with one message for all cells that are no date or no number."""
    import pandas as pd

    problems = []
    for name in ("period_start", "period_end", "known_from"):
        parsed = pd.to_datetime(table[name], format="%Y-%m-%d", errors="coerce")
        rows = table.index[parsed.isna()]
        problems += [Problem(where, f"row {k + 2}, {name}", "this is no day", "YYYY-MM-DD") for k in rows[:3]]
    numbers = pd.to_numeric(table["value"], errors="coerce")
    bad = table.index[numbers.isna()]
    problems += [Problem(where, f"row {k + 2}, value", "this is no number", "shares from 0 to 1") for k in bad[:3]]
    if problems:
        raise InputError(problems)
    return table.assign(value=numbers)


def load(path: str | Path | None = None, until: str | None = None) -> dict[str, Series]:
    """Return the series that an instrument of the model stands for and that may carry weight, by key.

    Args:
        path: observation table; None for that of the package.
        until: last month of the data, YYYY-MM: periods that end later are left out.

    Raises:
        InputError: as ``read``; or ``until`` is no month.
    """
    table = read(path)
    if "calibrate" in table:
        table = table[table["calibrate"] != 0]
    found: dict[str, Series] = {}
    for name, (instrument, series) in _matches().items():
        rows = table[(table["instrument"] == instrument) & ((table["series"] == series) | (series == ""))]
        several = rows.groupby("entity")["geography"].nunique()
        for labels, part in rows.groupby(["entity", "geography"], sort=False):
            entity, geography = (str(label) for label in labels)
            suffix = f"@{geography}" if several[entity] > 1 else ""
            item = _series(f"{name}/{entity}{suffix}", name, entity, geography, part)
            kept = item if until is None else item.where(item.end <= month_index(until) + 1)
            if kept.size:
                found[kept.key] = kept
    return found


def _matches() -> dict[str, tuple[str, str]]:
    from sim.instruments import INSTRUMENTS

    return {name: (info.observation, info.series) for name, info in INSTRUMENTS.items() if info.observation}


def _series(key: str, name: str, entity: str, geography: str, rows: pd.DataFrame) -> Series:
    ordered: Any = rows.sort_values(["period_end", "period_start"], kind="stable")
    count = len(ordered)
    weight = [CONFIDENCE.get(str(word), CONFIDENCE["low"]) for word in ordered.get("confidence", ["low"] * count)]
    se = ordered["se"].to_numpy(np.float64) if "se" in ordered else np.full(count, np.nan)
    return Series(
        key=key,
        instrument=name,
        entity=entity,
        geography=geography,
        scale=SCALE_OF.get(str(ordered["unit"].iloc[0]) if "unit" in ordered else "share", SHARE),
        start=np.array([place(str(day)) for day in ordered["period_start"]]),
        end=np.array([place(str(day), end=True) for day in ordered["period_end"]]),
        values=ordered["value"].to_numpy(np.float64),
        se=se,
        known=np.array([place(str(day)) for day in ordered["known_from"]]),
        weight=float(np.mean(weight)),
        source=str(ordered["source_title"].iloc[0]) if "source_title" in ordered else "",
    )
