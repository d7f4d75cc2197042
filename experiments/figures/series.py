"""One panel of lines over time: mean with band per key, labelled at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.apart import dashes
from experiments.figures.frames import MissingMeasureError, wide
from experiments.figures.marks import MID, band_line, direct_labels, month_axis, percent, percent_axis
from experiments.figures.style import INK, colour, name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.figures.frames import Scene

Number = Callable[[float], str]
DASHED = (0, (4, 1.5))
DECADES = 4.0
"""On a logarithmic axis at most so many powers of ten below the largest value are shown."""


@dataclass(frozen=True)
class Look:
    """How a panel is drawn.

    Attributes:
        number: writes a value.
        words: key to its label (default: the house name).
        shades: key to its colour (default: that of the house).
        dashed: keys that are drawn dashed.
        log: logarithmic axis.
        zero: whether the axis begins at 0; else it has room on both sides, and a line at 0 if that is inside.
        short: two-digit years.
        size: of the labels, points.
    """

    number: Number = "{:.3g}".format
    words: Mapping[str, str] = field(default_factory=dict)
    shades: Mapping[str, str] = field(default_factory=dict)
    dashed: Sequence[str] = ()
    log: bool = False
    zero: bool = True
    short: bool = False
    size: float = 6.4


def draw_lines(axes: Axes, frame: pd.DataFrame, keys: Sequence[str], scene: Scene, look: Look) -> None:
    """Draw the keys of a measure that have values, with axis, band and labels.

    Raises:
        MissingMeasureError: if no key has a value.
    """
    low, mid, high = (wide(frame, keys, column) for column in ("q05", "mean", "q95"))
    shown = [key for key in keys if key in mid.columns and mid[key].notna().any()]
    if look.log:
        shown = [key for key in shown if (mid[key] > 0).any()]
    if not shown:
        raise MissingMeasureError(f"a value of {', '.join(keys)}")
    x = mid.index.to_numpy(dtype=float) + MID
    for key, free in zip(shown, dashes([_shade(key, look) for key in shown]), strict=True):
        line = mid[key].where(mid[key] > 0) if look.log else mid[key]
        below = low[key].where(low[key] > 0) if look.log else low[key]
        style = DASHED if key in look.dashed else free
        band_line(axes, x, below, line, high[key], _shade(key, look), band=scene.seeds > 1, style=style, width=1.2)
    _scale(axes, mid[shown], high[shown], look)
    month_axis(axes, scene, short=look.short)
    ends = [float(mid[key].dropna().iloc[-1]) for key in shown]
    texts = [f"{look.words.get(key, name(key))} {look.number(end)}" for key, end in zip(shown, ends, strict=True)]
    floor, top = axes.get_ylim()
    places = [float(np.clip(end, floor, top)) for end in ends]
    direct_labels(axes, places, texts, [_shade(key, look) for key in shown], size=look.size)


def _shade(key: str, look: Look) -> str:
    return look.shades.get(key, colour(key))


def _scale(axes: Axes, mid: pd.DataFrame, high: pd.DataFrame, look: Look) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

    top = float(np.nanmax([mid.max().max(), high.max().max()]))
    low = float(mid.min().min())
    if look.log:
        axes.set_yscale("log")
        axes.set_ylim(max(float(mid.where(mid > 0).min().min()) / 1.4, top / 10**DECADES), top * 1.5)
        axes.yaxis.set_minor_formatter(NullFormatter())
    elif look.number is percent:
        percent_axis(axes, min(1.0, 1.12 * top) if top > 0 else 1.0)
        return
    else:
        room = 0.08 * (top - min(low, 0.0) if look.zero else top - low) or 1.0
        axes.set_ylim(min(low - room, 0.0) if look.zero and low < 0 else 0.0 if look.zero else low - room, top + room)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        if low < 0 < top:
            axes.axhline(0.0, color=INK, lw=0.6)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: look.number(value)))


def amount(value: float) -> str:
    """Write a number with k, M or bn."""
    for size, unit in ((1e9, "\u00a0bn"), (1e6, "\u00a0M"), (1e3, "\u00a0k")):
        if abs(value) >= 0.9995 * size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def millions(value: float) -> str:
    """Write M$ as dollars."""
    return f"${amount(value * 1e6)}"


def dollars(value: float) -> str:
    """Write dollars."""
    return f"${value:.3g}"


def points(value: float) -> str:
    """Write ECI."""
    return f"{value:.0f}" if abs(value) >= 20 else f"{value:.2g}"


def last(frame: pd.DataFrame, key: str) -> tuple[float, str]:
    """Return the last known mean of a key and its month.

    Raises:
        MissingMeasureError: if there is none.
    """
    rows = frame[(frame["key"] == key) & frame["mean"].notna()].sort_values("t")
    if rows.empty:
        raise MissingMeasureError(f"a value of {key}")
    return float(rows["mean"].iloc[-1]), str(rows["month"].iloc[-1])
