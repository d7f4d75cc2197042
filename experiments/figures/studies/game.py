"""A game as a table: policies of one side over policies of the other, with the effect on both in each cell."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.sheet import EDGE, inches
from experiments.figures.studies.dots import LONE
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.sample import Effect
from experiments.figures.studies.tables import effect_of
from experiments.figures.studies.words import Quantity, Scale, level_words, listed, pretty, sentence
from experiments.figures.style import GREY, INK, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.studies.scene import StudyScene

LINE, ROOM, HEAD, LEFT = 0.125, 0.12, 0.34, 1.05
SIZE, SMALLEST, MARK = 6.2, 4.6, "●"
BEST = "#F6E3B4"
"""Behind the cells in which both sides answer best: light enough for ink in greyscale."""
Cells = dict[tuple[str, str, str], tuple[Effect, bool]]


def draw(table: pd.DataFrame, scene: StudyScene) -> Drawing:
    """Draw ``game``: one line a side in each cell; a disc marks a best reply, a frame a cell of two.

    Args:
        table: row, column, side, mean, low, high, best; ``unit`` and ``measure`` if the effects are on a measure.
        scene: the study.
    """
    keys = [table[name].astype(str) for name in ("row", "column", "side")]
    rows, columns, sides = (list(dict.fromkeys(values)) for values in keys)
    cells: Cells = {
        key: (effect_of(record), bool(record["best"]))
        for key, record in zip(zip(*keys, strict=True), table.to_dict("records"), strict=True)
    }
    quantity = _quantity(table)
    scale = quantity.change([value for gap, _ in cells.values() for value in (gap.mean, gap.low, gap.high)])
    title = _title(cells, rows, columns, sides, scale)
    what = f"{quantity.title.lower()}{', ' + scale.unit if scale.unit else ''}"
    text = (
        f"Rows: policies of {sides[0]}; columns: policies of {sides[-1]}. Effect on each against the baseline, {what}, "
    )
    known = any(isfinite(gap.low) for gap, _ in cells.values())
    brackets = f"{level_words()} interval in brackets" if known else LONE
    text += f"{brackets}; {MARK} best reply to the other side's policy; framed: both answer best"
    tall = len(rows) * (LINE * len(sides) + ROOM)
    grid = Grid(1, 1, tall, LEFT, 0.08, below=-0.16, strip=HEAD)
    sheet, (axes,) = page(title, text, scene, grid)
    _table(axes, cells, rows, columns, sides, scale)
    return Drawing("game", sheet.figure, table.reset_index(drop=True), title)


def _quantity(table: pd.DataFrame) -> Quantity:
    if "measure" in table.columns and "unit" in table.columns:
        return Quantity.of(str(table["measure"].iloc[0]), str(table["unit"].iloc[0]))
    return Quantity("score", "Score", "score")


def _table(axes: Axes, cells: Cells, rows: list[str], columns: list[str], sides: list[str], scale: Scale) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    room = inches(axes)[0] / len(columns)
    size = _size(cells, sides, scale, room)
    for x, name in enumerate(columns):
        text = "\n".join(wrap(pretty(name), 6.6, room - 0.06, bold=True)[:3])
        axes.text(x + 0.5, -0.08, text, size=6.6, weight="bold", color=INK, ha="center", va="bottom", linespacing=1.1)
    for y, name in enumerate(rows):
        text = "\n".join(wrap(pretty(name), 6.6, LEFT - EDGE - 0.04, bold=True))
        axes.text(
            -0.06 / room, y + 0.5, text, size=6.6, weight="bold", color=INK, ha="right", va="center", linespacing=1.1
        )
        axes.axhline(y, color=GREY, lw=0.4)
        for x, other in enumerate(columns):
            _cell(
                axes,
                x,
                y,
                [(side, *cells[name, other, side]) for side in sides if (name, other, side) in cells],
                scale,
                size,
            )
    axes.axhline(len(rows), color=GREY, lw=0.4, clip_on=False)


def _line(side: str, gap: Effect, best: bool, scale: Scale) -> str:
    """Return the line of a side in a cell."""
    interval = (
        f" [{scale.bare(gap.low, signed=True)}, {scale.bare(gap.high, signed=True)}]" if gap.low == gap.low else ""
    )
    value = "0" if gap.zero else f"{scale.bare(gap.mean, signed=True)}{interval}"
    return f"{side} {value}{' ' + MARK if best else ''}"


def _size(cells: Cells, sides: list[str], scale: Scale, room: float) -> float:
    """Return the size at which the longest line fits its cell."""
    longest = max((_line(side, gap, True, scale) for (*_, side), (gap, _) in cells.items()), key=len)
    return max(SMALLEST, min(SIZE, SIZE * (room - 0.08) / text_width(longest, SIZE, bold=True)))


def _cell(axes: Axes, x: int, y: int, lines: list[tuple[str, Effect, bool]], scale: Scale, size: float) -> None:
    from matplotlib.patches import Rectangle

    if len(lines) > 1 and all(best for *_, best in lines):
        box: Any = Rectangle((x + 0.01, y + 0.04), 0.98, 0.92, facecolor=BEST, edgecolor=INK, lw=1.2, zorder=1)
        axes.add_patch(box)
    for place, (side, gap, best) in enumerate(lines):
        at = y + (place + 1) / (len(lines) + 1)
        axes.text(
            x + 0.5, at, _line(side, gap, best, scale), size=size, color=INK if best else "#444444", ha="center",
            va="center", weight="bold" if best else "normal", zorder=2,
        )  # fmt: skip


def _title(cells: Cells, rows: list[str], columns: list[str], sides: list[str], scale: Scale) -> str:
    """Say in which cells both sides answer best."""
    found = [
        (row, column)
        for row in rows
        for column in columns
        if len(sides) > 1 and all(cells.get((row, column, side), (None, False))[1] for side in sides)
    ]
    if not found:
        return "No pair of policies is a best reply on both sides"
    if len(found) > 1:
        return f"{len(found)} pairs are best replies on both sides: {listed((_pair(*pair) for pair in found), 3)}"
    row, column = found[0]
    gains = ", ".join(f"{side} {scale.bare(cells[row, column, side][0].mean, signed=True)}" for side in sides)
    return f"{sentence(_pair(row, column))} is the one pair of best replies: {gains}"


def _pair(row: str, column: str) -> str:
    return f"{pretty(row)} against {pretty(column)}"
