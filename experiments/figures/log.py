"""What the log of a run says beside a timeline: releases on the rows of labs, and a strip of dated events below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.marks import MID
from experiments.figures.sheet import inches
from experiments.figures.style import GREY, INK, text_width
from sim.calendar import month_index

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LANES, LANE, SIZE = 3, 0.115, 5.4
"""Lanes of acts, and of mode changes; inches of one; points of a label."""
HEIGHT = 2 * LANES * LANE + 0.06
MARK_ROOM, GAP, LONGEST = 0.055, 0.05, 30
LASTING = 12
"""Months that a mode must last to take its place before others."""
GROUPS = {"acts": ("government", "policy"), "modes": ("mode",)}
SIGNS = {"government": "^", "policy": "s", "mode": "D"}
FIRST = ("US", "CN")
"""Actors whose policies take their place before those of others."""


@dataclass(frozen=True)
class Note:
    """A label of the strip: month index, text, kind, lane from the top, and whether it stands left of its mark."""

    month: int
    text: str
    kind: str
    lane: int = 0
    left: bool = False


def of_first_seed(events: pd.DataFrame | None, first: int, last: int) -> pd.DataFrame | None:
    """Return the log of the first seed with month indices ``t`` in [first, last]; None where there is no log."""
    if events is None or events.empty:
        return None
    mine = events[events["seed"] == events["seed"].min()]
    mine = mine.assign(**{name: mine[name].astype(str) for name in ("month", "kind", "who", "what")})
    mine = mine.assign(t=mine["month"].map(month_index).astype("int64"))
    inside: pd.DataFrame = mine[mine["t"].between(first, last)].reset_index(drop=True)
    return inside


def releases(axes: Axes, log: pd.DataFrame, labs: Sequence[str]) -> None:
    """Mark flagship releases on the rows of labs: filled open, hollow closed, half filled where a month has both."""
    rows = {lab: len(labs) - 1 - place for place, lab in enumerate(labs)}
    mine = log[(log["kind"] == "release") & log["who"].isin(list(rows))]
    opened = mine["what"].str.contains(r"\(open,", regex=True)
    shut = mine["what"].str.contains(r"\(closed", regex=True)
    looks = (("full", INK, opened & ~shut), ("full", "white", ~opened), ("left", INK, opened & shut))
    for style, fill, chosen in looks:
        axes.plot(
            mine.loc[chosen, "t"] + MID, mine.loc[chosen, "who"].map(rows), "o", ls="none", ms=2.1, mfc=fill, mec=INK,
            mew=0.35, fillstyle=style, markerfacecoloralt="white", zorder=5,
        )  # fmt: skip


def strip(axes: Axes, log: pd.DataFrame) -> tuple[int, int]:
    """Write dated acts and mode changes into lanes, the most important first; return how many, and of how many.

    Args:
        axes: with the limits of the timeline.
        log: of one seed.
    """
    axes.set_ylim(2 * LANES, 0)
    axes.set_yticks([LANES / 2, 1.5 * LANES], ["acts", "modes"], size=SIZE + 0.4)
    axes.grid(False)
    axes.axhline(LANES, color="#e3e3e3", lw=0.5)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)
    kept = {group: log[log["kind"].isin(kinds)] for group, kinds in GROUPS.items()}
    placed = [note for place, rows in enumerate(kept.values()) for note in _placed(axes, _ordered(rows), place * LANES)]
    for note in placed:
        _write(axes, note)
    return len(placed), sum(map(len, kept.values()))


def _ordered(rows: pd.DataFrame) -> Iterator[Note]:
    """Yield events, the most important first: governments, then policies of great powers; lasting modes."""
    following = rows.groupby("who")["t"].shift(-1)
    lasting = ~((following - rows["t"]) < LASTING)
    order = rows.assign(
        late=(rows["kind"] == "mode") & ~lasting, other=(rows["kind"] == "policy") & ~rows["who"].isin(FIRST),
        heavy=-rows["weight"].round(1),
    ).sort_values(["late", "heavy", "other", "t", "who"], kind="stable")  # fmt: skip
    for row in order.to_dict("records"):
        yield Note(int(row["t"]), _text(str(row["kind"]), str(row["who"]), str(row["what"])), str(row["kind"]))


def _text(kind: str, who: str, what: str) -> str:
    if kind == "mode":
        text = f"{who} {what.rsplit(' to ', maxsplit=1)[-1].split(' ', maxsplit=1)[0]}"
    else:
        text = what if kind == "policy" else f"{who}: {what}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3].rstrip()}..."


def _placed(axes: Axes, notes: Iterator[Note], top: int) -> Iterator[Note]:
    """Yield the notes that find room in the lanes from ``top`` on, with their lane."""
    first, end = axes.get_xlim()
    unit = (end - first) / inches(axes)[0]
    taken: list[list[tuple[float, float]]] = [[] for _ in range(LANES)]
    for note in notes:
        x, wide = note.month + MID, (text_width(note.text, SIZE) + MARK_ROOM) * unit
        left = x + wide > end
        span = (x - wide, x + MARK_ROOM * unit / 2) if left else (x - MARK_ROOM * unit / 2, x + wide)
        if span[0] < first - MARK_ROOM * unit:
            continue
        room = GAP * unit
        for lane, spans in enumerate(taken):
            if all(span[1] + room < low or high + room < span[0] for low, high in spans):
                spans.append(span)
                yield Note(note.month, note.text, note.kind, top + lane, left)
                break


def _write(axes: Axes, note: Note) -> None:
    x, y, act = note.month + MID, note.lane + 0.5, note.kind != "mode"
    axes.plot(x, y, SIGNS[note.kind], ms=2.4, color=INK if act else GREY, mew=0, zorder=5, clip_on=False)
    side = -1 if note.left else 1
    axes.annotate(
        note.text, (x, y), xytext=(side * 72 * MARK_ROOM * 0.7, 0), textcoords="offset points", size=SIZE,
        color=INK if act else GREY, ha="right" if note.left else "left", va="center_baseline", annotation_clip=False,
        weight="bold" if note.kind == "government" else "normal", zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
    )  # fmt: skip


def data(log: pd.DataFrame, labs: Sequence[str]) -> pd.DataFrame:
    """Return the events that the figure draws from, as rows of its CSV."""
    kinds = [kind for group in GROUPS.values() for kind in group]
    mine = log[log["kind"].isin(kinds) | ((log["kind"] == "release") & log["who"].isin(list(labs)))]
    names = {"kind": "by", "who": "key"}
    rows = mine[["month", "kind", "who", "what"]].rename(columns=names)
    return rows.assign(measure="event", segment_kind="seed", segment=mine["seed"].astype(str))
