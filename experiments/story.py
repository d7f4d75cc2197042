"""A run told as a story: the dated lines of its event log, and the strongest of them as marks on figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.figures.frames import Event
from sim.calendar import month_index, month_name
from sim.story import is_major

if TYPE_CHECKING:
    import pandas as pd

MARKS, LONGEST, QUIET = 12, 34, 12
"""Marks on a figure; letters of a label; months that a mode must last, and the run must go on, for a mark."""
RANKS = {"government": 0, "policy": 1, "frontier": 2, "tokens": 2, "mode": 3}
"""Kinds that figures mark, and in which order they get a place."""
RULE = 24


def lines(events: pd.DataFrame, handover: int | None) -> Iterator[str]:
    """Yield one line per event, by month; a rule stands between replay and projection.

    Args:
        events: log of one seed: month, kind, who, what, trigger, weight; sorted.
        handover: last month of the replay, None if the run ends with it.
    """
    shown = events[[is_major(kind, weight) for kind, weight in zip(events["kind"], events["weight"], strict=True)]]
    ruled = handover is None
    for row in shown.to_dict("records"):
        if not ruled and handover is not None and month_index(row["month"]) > handover:
            yield f"{'-' * RULE} end of the replay, {month_name(handover)} {'-' * RULE}"
            ruled = True
        because = f"  [{row['trigger']}]" if row["trigger"] else ""
        yield f"{row['month']}  {row['kind']:<10} {row['who']}: {row['what']}{because}"
    left = len(events) - len(shown)
    if left:
        yield f"({left} smaller events are left out; all are in tables/events.parquet)"


def marks(events: pd.DataFrame, handover: int | None, seeds: int) -> tuple[Event, ...]:
    """Return the strongest dozen of the projection: of one seed, or those that most seeds share in month and actor."""
    if handover is None or events.empty:
        return ()
    kept = events[events["kind"].isin(list(RANKS))]
    t = kept["month"].astype(str).map(month_index).astype(int)
    end = int(events["month"].astype(str).map(month_index).astype(int).max())
    kept = kept.assign(t=t)[(t > handover) & (t <= end - QUIET) & _lasting(kept.assign(t=t), end)]
    kept = kept.assign(**{name: kept[name].astype(str) for name in ("month", "kind", "who", "what")})
    groups = kept.groupby(["month", "kind", "who"], sort=True)
    common = groups.agg(seeds=("seed", "nunique"), weight=("weight", "mean"), what=("what", "first")).reset_index()
    common = common[2 * common["seeds"] > seeds].sort_values("weight", ascending=False, kind="stable")
    return tuple(
        _mark({str(name): str(value) for name, value in row.items()}) for row in common.head(MARKS).to_dict("records")
    )


def _mark(row: dict[str, str]) -> Event:
    kind = "policy" if row["kind"] in ("policy", "government") else "release"
    return Event(month_index(row["month"]), _label(row), kind, RANKS[row["kind"]])


def _lasting(events: pd.DataFrame, end: int) -> pd.Series[bool]:
    """Say which events are no mode switch, or one that the lab keeps to for a year."""
    is_mode = events["kind"] == "mode"
    following = events[is_mode].groupby(["seed", "who"], observed=True)["t"].shift(-1).reindex(events.index)
    return ~is_mode | (following.fillna(end) - events["t"] >= QUIET)


def _label(row: dict[str, str]) -> str:
    """Return few words for a figure."""
    who, what = row["who"], row["what"]
    if row["kind"] == "policy":
        text = what
    elif row["kind"] == "mode":
        text = f"{who} {what.split(' to ')[-1].split(' ')[0]}"
    elif row["kind"] == "frontier":
        text = f"{who} leads{' China' if 'Chinese' in what else ''}"
    elif row["kind"] == "tokens":
        text = f"{who} largest"
    else:
        text = f"{who}: {what}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
