"""What figures and tables read: bands over seeds, observations, and the scene they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from experiments.figures.layout import current_name
from sim.calendar import month_index, month_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

STATISTICS = ("mean", "q05", "q25", "q50", "q75", "q95")


class MissingMeasureError(LookupError):
    """A figure needs a measure or an instrument that the study did not record."""


@dataclass(frozen=True)
class Event:
    """A dated mark on the time axis.

    Attributes:
        month: month index t.
        label: a few words.
        kind: ``release``, ``policy`` (both happened) or ``lever`` (the user's scenario).
        rank: the smaller, the sooner it gets a place.
    """

    month: int
    label: str
    kind: str = "release"
    rank: int = 5


@dataclass(frozen=True)
class Scene:
    """What every figure of a study says about itself.

    Attributes:
        scenario: name of the scenario.
        seeds: number of seeds.
        run: plan digest, the name of the study folder.
        version: version of the package.
        first, last: month indices of the first and last month.
        handover: month index of the last month of history; None if the run is all history.
        events: dated marks.
        labs: name and bloc of the labs, in a world of its own.
        made: day on which the runs were made, YYYY-MM-DD; empty if nobody knows.
    """

    scenario: str
    seeds: int
    run: str
    version: str
    first: int
    last: int
    handover: int | None = None
    events: tuple[Event, ...] = ()
    labs: tuple[tuple[str, str], ...] = ()
    made: str = ""

    @property
    def sample(self) -> str:
        """Say how many runs stand behind the lines."""
        return "1 seed" if self.seeds == 1 else f"{self.seeds} seeds"

    @property
    def band(self) -> str:
        """Say what the band is; nothing where one seed has none."""
        return "" if self.seeds == 1 else ", band 5 to 95\u00a0%"

    @property
    def source(self) -> str:
        """Return the source line at the foot of a figure."""
        dates = f"{month_name(self.first)} to {month_name(self.last)}"
        return f"OpenGambit {self.version} · run {self.run} · scenario {self.scenario} · simulated {dates}{self.day}"

    @property
    def day(self) -> str:
        """Say when the runs were made."""
        return f" · run on {self.made}" if self.made else ""

    @property
    def levers(self) -> tuple[int, ...]:
        """The months at which the user's levers begin."""
        months = {event.month for event in self.events if event.kind == "lever"}
        return tuple(sorted(month for month in months if self.first <= month <= self.last))

    @property
    def levers_said(self) -> str:
        """Say in a subtitle what triangles are; nothing where there are none."""
        return "; triangle: policy begins" if self.levers else ""

    @property
    def projected(self) -> str:
        """Say in a subtitle where the projection begins; nothing where all is history, or nothing is."""
        if self.handover is None or self.handover >= self.last:
            return ""
        return f"; paler: projection from {month_name(max(self.handover + 1, self.first))}"


@dataclass(frozen=True)
class Tables:
    """The stored tables that figures draw.

    Attributes:
        bands: month, measure, segment_kind, segment, by, key and the statistics over seeds.
        instruments: instrument, month, entity, geography and the statistics over seeds.
        observations: the real series, with ``period_start`` and ``period_end`` as ISO dates.
        matches: instrument -> (instrument, series) in the observations.
        events: the log of the runs: seed, month, kind, who, what, trigger, weight; None where there is none.
    """

    bands: pd.DataFrame
    instruments: pd.DataFrame
    observations: pd.DataFrame
    matches: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    events: pd.DataFrame | None = None


@dataclass(frozen=True)
class Drawing:
    """A finished figure with the data that it shows.

    Attributes:
        name: of its files.
        figure: what was drawn.
        data: goes beside it as CSV; the same in every layout.
        title: the finding.
        layout: name of the layout in which it was drawn.
    """

    name: str
    figure: Figure
    data: pd.DataFrame
    title: str
    layout: str = field(default_factory=current_name)


Drawings = Iterator[Drawing]


def select(
    bands: pd.DataFrame, measure: str, *, by: str | None = None, kind: str = "world", segment: str | None = None
) -> pd.DataFrame:
    """Return the rows of a measure with its month as an index ``t``.

    Raises:
        MissingMeasureError: if there are none.
    """
    rows = (bands["measure"] == measure) & (bands["segment_kind"] == kind)
    if by is not None:
        rows &= bands["by"] == by
    if segment is not None:
        rows &= bands["segment"] == segment
    found = with_t(bands[rows])
    if found.empty:
        raise MissingMeasureError(f"{measure} by {by or 'anything'} in {kind} {segment or ''}".strip())
    return found


def with_t(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a column ``t``, the month index of its ``month``."""
    months = {text: month_index(text) for text in frame["month"].astype(str).unique()}
    return frame.assign(t=frame["month"].astype(str).map(months).astype("int64"))


def wide(frame: pd.DataFrame, order: Sequence[str] = (), column: str = "mean") -> pd.DataFrame:
    """Return one column per key (those in ``order`` first), one row per month index; NaN where null."""
    keys = frame["key"].astype(str)
    table = frame[column].set_axis([frame["t"], keys]).unstack()
    table = table.reindex(range(int(frame["t"].min()), int(frame["t"].max()) + 1))
    known = [key for key in order if key in table.columns]
    return table[known + [key for key in table.columns if key not in known]]


def lines(frame: pd.DataFrame, columns: Sequence[str] = ("q05", "mean", "q95")) -> pd.DataFrame:
    """Return the statistics of a single key, one row per month index without gaps."""
    table = frame.set_index("t")[list(columns)].sort_index()
    return table.reindex(range(int(table.index[0]), int(table.index[-1]) + 1))


def last_known(table: pd.DataFrame) -> pd.Series[float]:
    """Return the last row that holds a value."""
    filled = table.dropna(how="all")
    if filled.empty:
        raise MissingMeasureError("every month is null")
    return filled.iloc[-1]


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as they go into the CSV beside a figure: no helper columns, stable order."""
    return frame.drop(columns=[name for name in ("t",) if name in frame.columns]).reset_index(drop=True)
