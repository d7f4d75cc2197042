"""A heat map of names by names, with numbers in the cells that stand out from noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.studies.colours import Colours
from experiments.figures.studies.page import Grid, page
from experiments.figures.style import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.figures.frames import Scene

ROW, NAME, NUMBER = 0.2, 6.2, 5.4
SLOPE = 50.0
"""Degrees by which the names of columns lean."""


def heat_map(
    title: str, text: str, scene: Scene, table: pd.DataFrame, clear: pd.DataFrame, middle: float | None = None
) -> Figure:
    """Draw a heat map; numbers carry sign and size in greyscale.

    Args:
        title, text: heading.
        scene: the calibration.
        table: values, names of rows and columns as its labels.
        clear: cells that are coloured and written; the others are blank.
        middle: value of the neutral colour of a scale with two sides; None for one that runs one way.
    """
    rows, cols = [short(name) for name in table.index], [short(name) for name in table.columns]
    left = max(text_width(name, NAME) for name in rows) + 0.16
    lean = np.deg2rad(SLOPE)
    below = float(max(text_width(name, NAME) for name in cols) * np.sin(lean)) + 0.1
    grid = Grid(1, 1, ROW * len(rows), left=left, right=0.14, below=below, least=ROW * 1.2 * len(cols))
    sheet, (axes,) = page(title, text, scene, grid)
    values = table.to_numpy(np.float64)
    shown = np.where(clear.to_numpy(bool), values, np.nan)
    ends = np.append(shown[np.isfinite(shown)], 0.0)
    _cells(axes, shown, Colours.of(ends, middle))
    axes.set_xticks(np.arange(len(cols)) + 0.5, cols, size=NAME, rotation=SLOPE, ha="right", rotation_mode="anchor")
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, size=NAME)
    return sheet.figure


def _cells(axes: Axes, shown: np.ndarray[tuple[int, int], np.dtype[np.float64]], colours: Colours) -> None:
    high, wide = shown.shape
    axes.pcolormesh(
        np.ma.masked_invalid(shown), cmap=colours.map, norm=colours.norm, edgecolors="#e3e3e3", linewidth=0.4
    )
    axes.set(xlim=(0, wide), ylim=(high, 0))
    axes.tick_params(length=0, pad=2)
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(False)
    for y, x in zip(*np.nonzero(np.isfinite(shown)), strict=True):
        value = float(shown[y, x])
        sign = "+" if colours.middle is not None and value > 0 else ""
        words = f"{sign}{value:.2f}".replace("0.", ".", 1).replace("-", "\u2212")
        axes.text(x + 0.5, y + 0.5, words, size=NUMBER, color=colours.ink(value), ha="center", va="center")


def short(name: object) -> str:
    """Return a name without its section: ``demand.gamma`` is gamma; series keep their instrument."""
    text = str(name)
    return text.replace("/", ": ").replace("_", " ") if "/" in text else text.split(".", 1)[-1].replace("_", " ")
