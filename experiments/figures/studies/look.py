"""What curves of arms look like: colours and dashes, labels beside them, and the axes of studies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.figures.apart import DASHES, ink
from experiments.figures.marks import LABEL_GAP, MID, month_axis
from experiments.figures.sheet import inches
from experiments.figures.studies.words import Quantity, Scale, listed, number
from experiments.figures.style import ARMS, GREY, INK, PALE, text_width, wrap
from sim.calendar import month_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.figures.frames import Event
    from experiments.figures.studies.scene import StudyScene

MARKERS = ("o", "s", "^", "D", "v", "P")
SLATE = "#3D5A73"
"""What has no colour of its own."""
LINE_ROOM = 1.22
FROM_ZERO = ("share", "M$/mo", "H100e", "H100e/mo", "$/H100e")
"""Units of levels whose axis begins at zero."""
BEAT = 4.0
"""Points of a dash where curves that coincide take turns."""
PALER = 0.55
"""White over what all policies share."""


@dataclass(frozen=True)
class Label:
    """A label beside an axis.

    Attributes:
        place: height of what it names.
        text: may have several lines.
        colour: of the text.
    """

    place: float
    text: str
    colour: str = INK


def shade(place: int) -> str:
    """Return the colour of an arm; the first one is ink, those over the palette are slate."""
    return ARMS[place] if place < len(ARMS) else SLATE


def packed(places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Return places moved apart as little as possible so that things of these sizes do not overlap inside [low, high].

    Args:
        places: middles.
        sizes: heights, in the unit of the places.
        low, high: ends; things that need more room than there is go over both by the same amount.
    """
    order = np.argsort(np.asarray(places, dtype=float), kind="stable")
    size = np.asarray(sizes, dtype=float)[order]
    room = np.concatenate([[0.0], np.cumsum((size[1:] + size[:-1]) / 2)])
    blocks: list[list[float]] = []
    for target in np.asarray(places, dtype=float)[order] - room:
        blocks.append([float(target), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (last, n), (before, m) = blocks.pop(), blocks.pop()
            blocks.append([(last * n + before * m) / (n + m), n + m])
    moved = np.repeat([b[0] for b in blocks], [int(b[1]) for b in blocks])
    floor, ceiling = (low + size[0] / 2, high - size[-1] / 2 - room[-1]) if len(size) else (low, high)
    moved = np.clip(moved, floor, ceiling) if floor <= ceiling else np.full(len(moved), (floor + ceiling) / 2)
    result = np.empty(len(moved))
    result[order] = moved + room
    return [float(value) for value in result]


def side_labels(axes: Axes, labels: Sequence[Label], width: float, size: float = 6.0) -> None:
    """Write labels to the right of an axis, wrapped to ``width`` inches and moved apart, with leaders to their data."""
    from matplotlib.lines import Line2D

    (low, high), (first, end), (wide, tall) = axes.get_ylim(), axes.get_xlim(), inches(axes)
    texts = ["\n".join(wrap(label.text, size, width, bold=True)) for label in labels]
    heights = [(text.count("\n") + 1) * size * LINE_ROOM / 72 / tall for text in texts]
    wanted = [(min(max(label.place, low), high) - low) / (high - low) for label in labels]
    x = 1 + LABEL_GAP / wide
    for label, text, true, place in zip(labels, texts, wanted, packed(wanted, heights, -0.06, 1.0), strict=True):
        axes.text(
            x, place, text, transform=axes.transAxes, va="center", ha="left", size=size, color=ink(label.colour),
            weight="bold", linespacing=1.1,
        )  # fmt: skip
        if abs(place - true) > 0.035:
            start = 1 - MID / (end - first)
            line = Line2D([start, 1 + 0.8 * LABEL_GAP / wide], [true, place], color=label.colour, lw=0.5, alpha=0.7)
            line.set(transform=axes.transAxes, clip_on=False)
            axes.add_artist(line)


def turns(axes: Axes, x: np.ndarray[Any, Any], y: pd.Series[float], places: Sequence[int], width: float = 1.3) -> None:
    """Draw curves that coincide as one line in which their colours take turns; a single one with its own dashes."""
    if len(places) == 1:
        axes.plot(x, y.to_numpy(float), color=shade(places[0]), ls=DASHES[places[0] % len(DASHES)], lw=width)
        return
    for turn, place in enumerate(places):
        style = (BEAT * turn, (BEAT, BEAT * (len(places) - 1))) if turn else "-"
        axes.plot(x, y.to_numpy(float), color=shade(place), ls=style, lw=width + 0.3, dash_capstyle="butt")


def together(names: Sequence[str], everyone: int, *, exact: bool) -> str:
    """Say which curves coincide."""
    if len(names) == 1:
        return names[0]
    word = "coincide" if exact else "nearly coincide"
    return f"all {everyone} {word}" if len(names) == everyone and everyone > 2 else f"{listed(names, 3)} {word}"


def shown(band: pd.DataFrame, scene: StudyScene) -> pd.DataFrame:
    """Return the months of the time axis, without gaps."""
    first, last = scene.window
    return band.reindex([month_name(t) for t in range(first, last + 1)])


def focus(band: pd.DataFrame, scene: StudyScene, unit: str) -> pd.DataFrame:
    """Return the months that an axis must hold: all for a share, else those from a year before the hand-over on."""
    if unit == "share":
        return band
    begin = scene.window[0] if scene.handover is None else max(scene.window[0], scene.handover - 12)
    return band[month_name(begin) :]


def cut_said(tables: Sequence[pd.DataFrame], whole: tuple[float, float], scene: StudyScene, unit: str) -> str:
    """Return what the subtitle says where the past goes over the axis; nothing if all is inside."""
    over = any(((table < whole[0]) | (table > whole[1])).to_numpy().any() for table in tables)
    return f"; axes fit the months from {focus(tables[0], scene, unit).index[0]}" if over else ""


def timeline(axes: Axes, scene: StudyScene, *, short: bool = True) -> None:
    """Scale the x axis to the window of the scene, and draw the hand-over line; history lies under a veil."""
    first, last = scene.window
    month_axis(axes, replace(scene, first=first, last=last, handover=None), short=short)
    if scene.handover is not None and first <= scene.handover < last:
        start = scene.handover + 1
        axes.axvspan(first, start, color="white", alpha=PALER, zorder=3, lw=0)
        axes.axvline(start, color=INK, lw=0.7, ls=(0, (4, 2)), zorder=2.2)


def handover_said(scene: StudyScene) -> str:
    """Return what the subtitle says of the dashed line and what is left of it; nothing where there is no line."""
    said = "" if scene.handover is None else f"; pale: history; dashed: hand-over {month_name(scene.handover)}"
    return said if scene.handover is not None and scene.window[0] <= scene.handover < scene.window[1] else ""


def policy_dates(axes: Axes, events: Iterable[Event], scene: StudyScene) -> int:
    """Mark the dates at which a policy begins to act by small triangles on the axis; return how many there are.

    A date before the axis is a triangle that points to the left.
    """
    first, last = scene.window
    months = sorted({max(event.month, first - 1) for event in events if event.month <= last})
    for month in months:
        mark, x = ("<", first) if month < first else ("^", month)
        axes.plot(
            x, 0.0, ls="none", marker=mark, ms=4.2, mfc=INK, mec="white", mew=0.5, clip_on=False, zorder=6,
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    return len(months)


def scale_axis(axes: Axes, scale: Scale, *, signed: bool = False, which: str = "y", ticks: int = 5) -> None:
    """Write an axis in the numbers of a scale."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value * scale.factor, scale, signed=signed)))


def tick(value: float, scale: Scale, *, signed: bool = False) -> str:
    """Return the label of a tick at a value that is already scaled; of the units, only percent is repeated there."""
    text = number(round(value, 9) + 0.0)
    text = f"+{text}" if signed and value > 1e-9 else text
    return f"{text}{scale.suffix}" if scale.suffix.endswith("%") else text


def thinned(axes: Axes, texts: Sequence[str], size: float = 7.0) -> list[str]:
    """Return the labels of evenly spaced ticks along x, without those that would hit their neighbours."""
    room = inches(axes)[0] / max(len(texts), 1)
    step = int(np.ceil((max(text_width(text, size) for text in texts) + 0.05) / room))
    return [text if place % step == 0 else "" for place, text in enumerate(texts)]


def limits(tables: Iterable[Any], *, zero: bool = False, room: float = 0.06) -> tuple[float, float]:
    """Return the ends of an axis of levels that holds all the numbers, with some room; from 0 on if ``zero``."""
    low, high = _ends(tables)
    low, high = (min(low, 0.0), max(high, 0.0)) if zero else (low, high)
    if low == high:
        return low - (abs(low) * room or 1.0), high + (abs(high) * room or 1.0)
    more = room * (high - low)
    return (low - more if low < 0 or not zero else 0.0, high + more if high > 0 or not zero else 0.0)


def effect_limits(tables: Iterable[Any], quantity: Quantity) -> tuple[float, float]:
    """Return the ends of an axis of differences: 0 is inside, with room on both sides."""
    low, high = _ends(tables)
    low, high = min(low, 0.0), max(high, 0.0)
    more = 0.06 * (high - low) or (0.01 if quantity.unit == "share" else 1.0)
    return low - more, high + more


def _ends(tables: Iterable[Any]) -> tuple[float, float]:
    values = np.concatenate([np.asarray(table, dtype=float).ravel() for table in tables])
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)


def note(axes: Axes, text: str, *, top: bool = True, right: bool = False, size: float = 6.0) -> None:
    """Write a remark into a corner of a panel."""
    pad = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85}
    x, side = (0.97, "right") if right else (0.03, "left")
    y, end = (0.95, "top") if top else (0.06, "bottom")
    axes.text(
        x, y, text, transform=axes.transAxes, size=size, color=INK, ha=side, va=end, style="italic", bbox=pad, zorder=7
    )


def free_corner(low: np.ndarray[Any, Any], high: np.ndarray[Any, Any], whole: tuple[float, float]) -> dict[str, bool]:
    """Return the corner of a panel, as ``note`` takes it, that is furthest from a band over time."""
    half = len(low) // 2 + 1
    room = {
        (top, right): float(whole[1] - np.nanmax(high[part]) if top else np.nanmin(low[part]) - whole[0])
        for right, part in ((False, slice(half)), (True, slice(-half, None)))
        for top in (True, False)
        if np.isfinite(high[part]).any()
    }
    top, right = max(room, key=lambda corner: room[corner]) if room else (True, False)
    return {"top": top, "right": right}


def grey_line(axes: Axes, x: np.ndarray[Any, Any], y: Any, *, dark: bool = False) -> None:
    """Draw a line that is there for comparison."""
    axes.plot(x, np.asarray(y, dtype=float), color=GREY if dark else PALE, lw=0.9, zorder=1.9)
