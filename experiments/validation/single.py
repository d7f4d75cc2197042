"""Moments that no instrument shows: prices paid by openness, lags, and how long models stay on the router's list.

A few draws of the posterior are run whole, in this process, and looked at in full.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import sim
from experiments.validation.moments import Moment

if TYPE_CHECKING:
    from experiments.studies.request import StudyRequest
    from sim.trajectory import Trajectory

Floats = NDArray[np.float64]
Values = Mapping[str, float]
FIRST, LAST, AUTUMN = "2025-02", "2025-12", "2025-10"
WEEKS = ((4, 1), (13, 3))
"""Weeks of the data and months of the model after which a listed model is looked for again."""
CLOSED, OPEN = 1.86, 0.23
"""Mean prices paid, $/Mtok, of closed and open models on the router, 2025-12 (docs/model.md, sources 1 and 2)."""
SOURCE, WEEKLY = "model.md, sources 1 and 2", "router_weekly.csv, weekly top nine"


@dataclass(frozen=True)
class Known:
    """What is known of a moment: name, unit, when, value, range, source."""

    name: str
    unit: str
    when: str
    value: float
    low: float
    high: float
    source: str


def known() -> tuple[Known, ...]:
    """Return the moments, with what is known of each."""
    ratio = CLOSED / OPEN
    stays = data_persistence()
    lists = [
        Known(f"router: listed models still listed after {weeks} weeks", "share", "2025", value, value, value, WEEKLY)
        for (weeks, _), value in zip(WEEKS, stays, strict=True)
    ]
    return (
        Known("price paid, closed", "$/Mtok", LAST, CLOSED, CLOSED, CLOSED, SOURCE),
        Known("price paid, open", "$/Mtok", LAST, OPEN, OPEN, OPEN, SOURCE),
        Known("price paid, closed over open", "ratio", LAST, ratio, 8.0, 10.0, SOURCE),
        Known("lag of the best Chinese model", "mo", AUTUMN, 7.0, 4.0, 14.0, "model.md, source 13"),
        Known("lag of the best open model", "mo", AUTUMN, 3.0, 3.0, 3.0, "model.md, source 13"),
        *lists,
    )


def measured(run: Trajectory) -> list[float]:
    """Return every moment of `known` in a run, in that order; NaN where the run has none."""
    closed, opened = (_cell(run, "price_paid", "openness", key, LAST) for key in ("closed", "open"))
    lags = [_cell(run, "gap_months", "pair", key, AUTUMN) for key in ("US-CN", "closed-open")]
    ratio = closed / opened if opened and opened > 0 else float("nan")
    return [closed, opened, ratio, *lags, *persistence(_lists(run), [months for _, months in WEEKS])]


def moments(request: StudyRequest, weights: Floats, tell: Callable[[str], None]) -> list[Moment]:
    """Run every draw of a request once and return the moments.

    Args:
        request: one policy, several draws.
        weights: of the draws, shape (draws,).
        tell: takes one line of progress.
    """
    from experiments.studies.plan import seeds_of
    from experiments.studies.request import Scenarios
    from sim import simulate

    source, (arm,) = Scenarios(request), request.policies
    numbers = request.draws.numbers
    tell(f"{len(numbers)} whole runs for moments that no instrument shows")
    found = np.array([
        measured(simulate(source.at(arm, request.futures[0], 0, draw), seeds_of(request, draw)[0]))
        for draw in numbers
    ])  # fmt: skip
    return [
        Moment(item.name, item.unit, item.when, item.value, item.low, item.high, item.source, found[:, k], weights)
        for k, item in enumerate(known())
    ]


def persistence(lists: Sequence[frozenset[Any]], lags: Sequence[int]) -> list[float]:
    """Return the share of listed models that is listed again so many periods later, mean over periods.

    Args:
        lists: what was listed, period by period.
        lags: in periods.
    """
    found = []
    for lag in lags:
        pairs = zip(lists, lists[lag:], strict=False)
        shares = [len(now & later) / len(now) for now, later in pairs if now]
        found.append(float(np.mean(shares)) if shares else float("nan"))
    return found


def data_persistence() -> list[float]:
    """Return the same of the weekly lists of 2025, after 4 and 13 weeks; weeks without a list are left out."""
    import pandas as pd

    weekly = pd.read_csv(Path(sim.__file__).parent / "data" / "router_weekly.csv", keep_default_na=False)
    weekly = weekly[weekly["model"] != ""]
    first = pd.to_datetime(weekly["week_start"])
    number = ((first - first.min()).dt.days // 7).to_numpy()
    names = weekly["model"].to_numpy()
    lists = [frozenset(names[number == week].tolist()) for week in range(int(number.max()) + 1)]
    found = []
    for weeks, _ in WEEKS:
        pairs = [(now, later) for now, later in zip(lists, lists[weeks:], strict=False) if now and later]
        found.append(float(np.mean([len(now & later) / len(now) for now, later in pairs])))
    return found


def _lists(run: Trajectory) -> list[frozenset[int]]:
    from sim.instruments import View, listed_tokens
    from sim.measures import Context

    tokens = listed_tokens(View(Context(run.records, run.world, run.scenario.parameters), run.offers))
    inside = [t for t, month in enumerate(run.months) if FIRST <= month <= LAST]
    return [frozenset(np.flatnonzero(tokens[t] > 0).tolist()) for t in inside]


def _cell(run: Trajectory, measure: str, by: str, key: str, month: str) -> float:
    frame = run.frame(measure)
    rows = frame[(frame["segment"] == "world") & (frame["by"] == by) & (frame["key"] == key)]
    rows = rows[rows["month"] == month]
    return float(rows["value"].iloc[0]) if len(rows) else float("nan")
