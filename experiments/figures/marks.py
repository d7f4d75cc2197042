"""Things that figures share: the month axis, dated marks, direct labels, stacked shares, lines with bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.figures.apart import ink
from experiments.figures.sheet import inches
from experiments.figures.style import GREY, INK, PALE, colour, name, text_width
from sim.calendar import EPOCH_YEAR, month_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.figures.frames import Event, Scene

MID = 0.5
"""A month's value is drawn in the middle of its month; t itself is the month's first day."""

EVENT_SIZE, EVENT_ROW, TICK_SIZE = 5.6, 0.1, 7.0
LABEL_GAP = 0.09
"""Inches between the axes and the labels on their right."""

SHORT_RUN = 18
VEIL = 0.22
"""White over the projection: what differs by 15 in lightness still differs by 12 under it."""
YEAR_GAP = 0.05
"""Inches between the labels of years, at least."""


def month_axis(axes: Axes, scene: Scene, labels: bool = True, short: bool = False) -> None:
    """Scale the x axis to the run: years between January ticks, or quarters for a short run; mark the hand-over."""
    first, end = scene.first, scene.last + 1
    axes.set_xlim(first, end)
    if end - first <= SHORT_RUN:
        ticks = list(range(first, end, 6 if short else 3))
        texts = [f"'{month_name(t)[2:]}" if short else month_name(t) for t in ticks]
        axes.set_xticks(ticks, texts if labels else [])
    else:
        _year_ticks(axes, first, end, labels, short)
    if scene.handover is not None and scene.handover < scene.last:
        start = scene.handover + 1
        axes.axvspan(start, end, color="white", alpha=VEIL, zorder=3, lw=0)
        axes.axvline(start, color=INK, lw=0.7, ls=(0, (4, 2)), zorder=4)


def lever_ticks(axes: Axes, scene: Scene) -> None:
    """Mark the months at which the user's levers begin by triangles on the axis, where labels have no room."""
    for month in scene.levers:
        axes.plot(
            month + MID, 0.0, "^", ms=3.6, mfc=INK, mec="white", mew=0.4, clip_on=False, zorder=6,
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip


def _year_ticks(axes: Axes, first: int, end: int, labels: bool, short: bool) -> None:
    years = range(first // 12, (end - 1) // 12 + 1)
    axes.set_xticks([12 * year for year in years if first <= 12 * year <= end], [])
    spans = [(year, max(first, 12 * year), min(end, 12 * year + 12)) for year in years]
    shown = [(year, (a + b) / 2) for year, a, b in spans if b - a >= 5]
    texts = [f"'{(EPOCH_YEAR + y) % 100:02d}" if short else str(EPOCH_YEAR + y) for y, _ in shown]
    room = 12 * inches(axes)[0] / (end - first)
    step = max(1, int(np.ceil((text_width(texts[0], TICK_SIZE) + YEAR_GAP) / room))) if texts else 1
    axes.set_xticks([x for _, x in shown[::step]], texts[::step] if labels else [], minor=True)


def percent_axis(axes: Axes, top: float | None = 1.0) -> None:
    """Write the y axis in percent; ``top`` None leaves the upper end to the data."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if top is not None:
        axes.set_ylim(0.0, top)
    else:
        axes.set_ylim(bottom=0.0)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}\u00a0%"))


def percent(value: float) -> str:
    """Write a share: ``64 %``, below ten percent with one decimal."""
    if not np.isfinite(value):
        return "n/a"
    return f"{100 * value:.0f}\u00a0%" if value >= 0.0995 else f"{100 * value:.1f}\u00a0%"


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart until neighbours are ``gap`` apart, as little as possible, inside [low, high]."""
    order = np.argsort(np.asarray(places, dtype=float), kind="stable")
    moved = np.clip(np.asarray(places, dtype=float)[order], low, high)
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + gap)
    if len(moved) and moved[-1] > high:
        moved[-1] = high
        for i in range(len(moved) - 2, -1, -1):
            moved[i] = min(moved[i], moved[i + 1] - gap)
    result = np.empty(len(moved))
    result[order] = moved
    return [float(value) for value in result]


def direct_labels(
    axes: Axes,
    places: Sequence[float],
    texts: Sequence[str],
    colours: Sequence[str],
    size: float = 7.0,
    leaders: bool = True,
) -> None:
    """Write labels to the right of the data at their heights, moved apart where they would overlap.

    Args:
        axes: with their limits set.
        places: heights of the data.
        texts, colours: one each.
        size: points.
        leaders: whether a thin line joins a label that was moved to its data.
    """
    from matplotlib.lines import Line2D

    (low, high), (first, end) = axes.get_ylim(), axes.get_xlim()
    x = end + LABEL_GAP * (end - first) / inches(axes)[0]
    logarithmic = axes.get_yscale() == "log"
    ends = (float(np.log10(low)), float(np.log10(high))) if logarithmic else (low, high)
    heights = [float(np.log10(value)) if logarithmic else float(value) for value in places]
    tallest = max((text.count("\n") + 1 for text in texts), default=1)
    gap = (ends[1] - ends[0]) * size * 1.25 * tallest / 72 / inches(axes)[1]
    over = gap / 2 if len(texts) * gap <= ends[1] - ends[0] else 0.0
    moved = spread(heights, gap, ends[0] + over, ends[1] - over)
    for place, height, text, shade in zip(moved, heights, texts, colours, strict=True):
        at, true = (10**place, 10**height) if logarithmic else (place, height)
        axes.text(x, at, text, va="center", ha="left", size=size, color=ink(shade), weight="bold")
        if leaders and abs(place - height) > gap / 3:
            axes.add_artist(
                Line2D([end - MID, end + 0.8 * (x - end)], [true, at], color=shade, lw=0.5, alpha=0.7, clip_on=False)
            )


def stack(axes: Axes, table: pd.DataFrame) -> None:
    """Draw shares (one column per key, one row per t) as a stack, the first key at the bottom."""
    x = table.index.to_numpy(dtype=float) + MID
    known = table.notna().any(axis=1).to_numpy()
    base = np.zeros(len(table))
    for key in table.columns:
        top = base + table[key].fillna(0.0).to_numpy()
        axes.fill_between(x, base, top, where=known, color=colour(key), lw=0)
        axes.plot(x, np.where(known, top, np.nan), color="white", lw=0.6, zorder=2.1)
        base = top
    axes.grid(False)
    axes.set_ylim(0, 1)


def band_line(
    axes: Axes, x: np.ndarray, low: pd.Series[float], mid: pd.Series[float], high: pd.Series[float], shade: str,
    *, band: bool = True, style: Any = "-", width: float = 1.4,
) -> None:  # fmt: skip
    """Draw a line and, where there are several seeds, its band."""
    if band:
        axes.fill_between(x, low.to_numpy(float), high.to_numpy(float), color=shade, alpha=0.22, lw=0)
    axes.plot(x, mid.to_numpy(float), color=shade, ls=style, lw=width)


def event_marks(panels: Sequence[Axes], events: Sequence[Event], rows: int = 3) -> list[Event]:
    """Mark dated events by thin vertical lines through the panels, labels in a strip above the first one.

    Labels stand to the right of their line, in up to ``rows`` rows; an event that finds no place is left out, those
    with the largest rank first.

    Returns:
        The events that were drawn.
    """
    first, end = panels[0].get_xlim()
    wide, high = inches(panels[0])
    unit = (end - first) / wide
    placed: dict[Event, int] = {}
    for event in sorted(events, key=lambda e: (e.rank, e.month, e.label)):
        if first <= event.month < end:
            trial = _stairs([*placed, event], unit)
            placed = trial if max(trial.values()) < rows else placed
    for event, row in sorted(placed.items(), key=lambda item: -item[0].rank):
        _draw_event(panels, event, row, high)
    return sorted(placed, key=lambda e: e.month)


def _stairs(events: Sequence[Event], unit: float) -> dict[Event, int]:
    """Give each event the lowest row in which its label hits no line and no label; ``unit`` is months per inch."""
    rows: dict[Event, int] = {}
    for event in sorted(events, key=lambda e: (-e.month, e.rank, e.label)):
        end = event.month + (text_width(event.label, EVENT_SIZE, event.kind == "lever") + 0.06) * unit
        below = [row for other, row in rows.items() if other.month < end]
        rows[event] = max(below) + 1 if below else 0
    return rows


def _draw_event(panels: Sequence[Axes], event: Event, row: int, high: float) -> None:
    x, lever = event.month + MID, event.kind == "lever"
    shade = INK if lever or event.kind == "policy" else GREY
    tint, width = (shade, 0.9) if lever else (PALE, 0.6)
    style: Any = (0, (3, 2)) if event.kind == "policy" else "-"
    top = 1 + (0.03 + (row + 0.95) * EVENT_ROW) / high
    for number, axes in enumerate(panels):
        reach = top if number == 0 else 1.0
        stem = axes.plot(
            [x, x], [0, reach], transform=axes.get_xaxis_transform(), clip_on=False, zorder=4.5 if lever else 2.5
        )
        stem[0].set(color=tint, lw=width, ls=style)
    panels[0].annotate(
        event.label, (x, 1 + (0.03 + row * EVENT_ROW) / high), xycoords=("data", "axes fraction"), xytext=(1.5, 0),
        textcoords="offset points", size=EVENT_SIZE, color=shade, ha="left", va="bottom", annotation_clip=False,
        style="italic" if event.kind == "policy" else "normal", weight="bold" if lever else "normal",
    )  # fmt: skip


def end_labels(axes: Axes, table: pd.DataFrame, stacked: bool) -> None:
    """Label each column at its last known value: in the middle of its layer, or at the end of its line."""
    row = table.dropna(how="all").iloc[-1].fillna(0.0)
    places = (row.cumsum() - row / 2) if stacked else row
    texts = [f"{name(str(key))} {percent(value)}" for key, value in row.items()]
    colours = [colour(str(key)) for key in row.index]
    direct_labels(axes, places.tolist(), texts, colours, leaders=not stacked)
