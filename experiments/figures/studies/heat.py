"""Heat maps of two factors of a grid: the mean over runs at a month, one panel an arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.layout import columns, current
from experiments.figures.sheet import inches
from experiments.figures.studies.colours import Colours, colour_bar
from experiments.figures.studies.factors import FactorText, axis_words, levels_of
from experiments.figures.studies.look import thinned
from experiments.figures.studies.page import Grid, axis_names, page
from experiments.figures.studies.sample import Arm, Effect, Sample
from experiments.figures.studies.words import Quantity, Scale, file_name, number
from experiments.figures.style import INK, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from experiments.figures.sheet import Sheet
    from experiments.figures.studies.scene import StudyScene

CELL, BARE, ROW, RIGHT = 0.36, 0.14, 0.27, 0.62
MOST_NUMBERS, SIZES = 100, (6.4, 5.8, 5.2, 4.7)
Pair = tuple[FactorText, FactorText]


@dataclass(frozen=True)
class Cell:
    """One cell of a heat map.

    Attributes:
        panel: number of the panel.
        x, y: number of the level of each factor.
        mean: over its runs.
        runs: how many they are.
        gap: paired difference from the reference point.
    """

    panel: int
    x: int
    y: int
    mean: float
    runs: int
    gap: Effect


def draw(
    sample: Sample, scene: StudyScene, measure: str, months: Sequence[str], pair: Pair, arms: Sequence[Arm]
) -> Iterator[Drawing]:
    """Draw ``heat_map``: one figure a month; further factors are averaged over.

    Args:
        sample: runs of a grid.
        scene: the study.
        measure: a headline measure.
        months: YYYY-MM.
        pair: the factors along x and along y.
        arms: a panel each; the reference point lies in the first.
    """
    quantity, names = Quantity.of(measure), [arm.tag for arm in arms]
    levels = [levels_of(sample.runs[factor.key]) for factor in pair]
    chosen = [factor.reference(values) for factor, values in zip(pair, levels, strict=True)]
    place = (levels[0].index(chosen[0][0]), levels[1].index(chosen[1][0]))
    usual = all(known for _, known in chosen)
    for month in months:
        cells = _cells(sample, sample.wide(measure)[month], pair, levels, arms, place)
        base = next(cell for cell in cells if cell.panel == 0 and (cell.x, cell.y) == place)
        values = np.array([cell.mean for cell in cells])
        colours, scale = Colours.of(values, base.mean if usual else None), quantity.level(values)
        title = _title(quantity, month, cells, pair, levels, base, scale)
        text = _text(quantity, scale, names, pair, levels, cells, base, usual=usual, sample=sample)
        sheet = _sheet(title, text, scene, cells, pair, levels, names, colours, scale, base)
        label = file_name("heat_map", measure, *(factor.short for factor in pair), month)
        data = _data(cells, arms, pair, levels, measure, month, base)
        yield Drawing(label, sheet.figure, data, title)


def _cells(
    sample: Sample, values: pd.Series[float], pair: Pair, levels: Sequence[Sequence[Any]], arms: Sequence[Arm],
    place: tuple[int, int],
) -> list[Cell]:  # fmt: skip
    def rows(arm: Arm, x: int, y: int) -> list[int]:
        runs = sample.runs.loc[list(arm.rows)]
        kept = (runs[pair[0].key] == levels[0][x]) & (runs[pair[1].key] == levels[1][y])
        return list(runs.index[kept])

    base = rows(arms[0], *place)
    found = []
    for panel, arm in enumerate(arms):
        for x in range(len(levels[0])):
            for y in range(len(levels[1])):
                mine = rows(arm, x, y)
                mean = float(values.loc[mine].mean()) if mine else np.nan
                found.append(Cell(panel, x, y, mean, len(mine), sample.effect(values, mine, base)))
    return found


def _sheet(
    title: str, text: str, scene: StudyScene, cells: Sequence[Cell], pair: Pair, levels: Sequence[Sequence[Any]],
    names: Sequence[str], colours: Colours, scale: Scale, base: Cell,
) -> Sheet:  # fmt: skip
    wide, tall = len(levels[0]), len(levels[1])
    left = 0.42 + max(text_width(number(level), 7) for level in levels[1])
    room = (CELL if wide * tall <= MOST_NUMBERS else BARE) * wide + 0.16
    fitting = int((current().width - left - RIGHT + 0.16) / room)
    high = min(max(ROW * tall, 1.1), 3.6)
    cols = columns(len(names), max(1, min(3, len(names), fitting)), (room + 0.3, high + 0.5), 6)
    words = axis_words(*pair)
    below = 0.13 * (words.count("\n") + 1)
    grid = Grid(-(-len(names) // cols), cols, high, left, RIGHT, (0.16, 0.26), below=below, least=room - 0.16)
    sheet, panels = page(title, text, scene, grid, names if len(names) > 1 else [])
    for place, panel in enumerate(panels):
        mine = [cell for cell in cells if cell.panel == place]
        _panel(panel, mine, levels, colours, scale, base)
        bottom, first = place + cols >= len(names), place % cols == 0
        panel.tick_params(labelbottom=bottom, labelleft=first)
    axis_names(sheet, panels, words, pair[1].axis)
    colour_bar(sheet, panels, colours, scale)
    return sheet


def _panel(
    axes: Axes, cells: Sequence[Cell], levels: Sequence[Sequence[Any]], colours: Colours, scale: Scale, base: Cell
) -> None:
    table = np.full((len(levels[1]), len(levels[0])), np.nan)
    for cell in cells:
        table[cell.y, cell.x] = cell.mean
    axes.pcolormesh(table, cmap=colours.map, norm=colours.norm, edgecolors="white", linewidth=0.6)
    axes.set(xlim=(0, len(levels[0])), ylim=(0, len(levels[1])))
    axes.set_xticks(np.arange(len(levels[0])) + 0.5, thinned(axes, [number(level) for level in levels[0]]))
    axes.set_yticks(np.arange(len(levels[1])) + 0.5, [number(level) for level in levels[1]])
    axes.tick_params(length=0)
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(False)
    size = _size(axes, cells, levels, scale)
    for cell in cells:
        _cell(axes, cell, colours, scale, size, base)


def _size(axes: Axes, cells: Sequence[Cell], levels: Sequence[Sequence[Any]], scale: Scale) -> float:
    """Return the size of the numbers in the cells; 0 where they would not fit, or are too many to be read."""
    if len(levels[0]) * len(levels[1]) > MOST_NUMBERS:
        return 0.0
    wide, tall = inches(axes)
    room, height = wide / len(levels[0]), tall / len(levels[1])
    longest = max((scale.bare(cell.mean) for cell in cells), key=len)
    return next((s for s in SIZES if text_width(longest, s) < 0.86 * room and s * 1.3 / 72 < height), 0.0)


def _cell(axes: Axes, cell: Cell, colours: Colours, scale: Scale, size: float, base: Cell) -> None:
    from matplotlib.patches import Rectangle

    if not np.isfinite(cell.mean):
        return
    ink = colours.ink(cell.mean)
    if size:
        axes.text(cell.x + 0.5, cell.y + 0.5, scale.bare(cell.mean), size=size, color=ink, ha="center", va="center")
    elif colours.middle is not None and cell.mean < colours.middle:
        hatched = Rectangle((cell.x, cell.y), 1, 1, fill=False, hatch="////", edgecolor="white", lw=0, alpha=0.7)
        axes.add_patch(hatched)
    if cell == base:
        frame = Rectangle((cell.x + 0.04, cell.y + 0.04), 0.92, 0.92, fill=False, edgecolor=INK, lw=1.3, zorder=4)
        axes.add_patch(frame)
    elif cell.gap.zero:
        _corner(axes, cell, "=", ink)
    elif _hidden(cell.gap, scale):
        _corner(axes, cell, "≈", ink)
    elif cell.gap.unsure and cell.gap.n > 1:
        axes.plot(cell.x + 0.88, cell.y + 0.84, "o", ms=2.6, mfc="none", mec=ink, mew=0.7)


def _corner(axes: Axes, cell: Cell, sign: str, ink: str) -> None:
    axes.text(cell.x + 0.95, cell.y + 0.98, sign, size=6.5, color=ink, ha="right", va="top", weight="bold")


def _hidden(gap: Effect, scale: Scale) -> bool:
    """Say whether a difference is below the last digit that is written."""
    return scale.bare(abs(gap.mean)) == scale.bare(0.0)


def _title(
    quantity: Quantity, month: str, cells: Sequence[Cell], pair: Pair, levels: Sequence[Sequence[Any]], base: Cell,
    scale: Scale,
) -> str:  # fmt: skip
    known = sorted((cell for cell in cells if np.isfinite(cell.mean)), key=lambda cell: cell.mean)
    low, high = known[0], known[-1]
    ends = f"{scale.text(low.mean)} to {scale.text(high.mean)}"
    others = [cell for cell in cells if cell != base and cell.gap.n]
    sure = sum(not cell.gap.unsure and not _hidden(cell.gap, scale) for cell in others)
    if all(cell.gap.zero for cell in others):
        return f"{quantity.title} in {month} is {scale.text(base.mean)} at every point: no difference in any run"
    tail = f"; {sure} of {len(others)} points differ clearly from the reference" if others[0].gap.n > 1 else ""
    return f"{quantity.title} in {month}: {ends} over the grid{tail}"


def _text(
    quantity: Quantity, scale: Scale, names: Sequence[str], pair: Pair, levels: Sequence[Sequence[Any]],
    cells: Sequence[Cell], base: Cell, *, usual: bool, sample: Sample,
) -> str:  # fmt: skip
    at = f"{pair[0].value(levels[0][base.x])}, {pair[1].value(levels[1][base.y])}"
    at += f", {names[0]}" if len(names) > 1 else ""
    rest = [key for key in sample.factors if key not in (pair[0].key, pair[1].key) and sample.runs[key].nunique() > 1]
    over = " and ".join(["runs", *(key.split(".", 1)[-1] for key in rest)])
    text = f"{quantity.meaning}{', ' + scale.unit if scale.unit else ''}, mean over {over}. "
    text += f"Frame: reference point ({at}{', as in the status quo' if usual else ''})"
    others = [cell.gap for cell in cells if cell != base]
    seen = (
        ("ring: 95\u00a0% t interval of the paired difference from it holds zero",
         any(gap.unsure and not gap.zero and not _hidden(gap, scale) and gap.n > 1 for gap in others)),
        ("=: no difference from it in any run", any(gap.zero for gap in others)),
        ("≈: the difference is below the last digit", any(_hidden(gap, scale) and not gap.zero for gap in others)),
        ("hatched: below the reference", usual and len(levels[0]) * len(levels[1]) > MOST_NUMBERS),
    )  # fmt: skip
    return "; ".join([text, *(said for said, there in seen if there)])


def _data(
    cells: Sequence[Cell], arms: Sequence[Arm], pair: Pair, levels: Sequence[Sequence[Any]],
    measure: str, month: str, base: Cell,
) -> pd.DataFrame:  # fmt: skip
    rows = [
        {"panel": arms[c.panel].name, **dict(arms[c.panel].labels), "measure": measure, "month": month,
         pair[0].key: levels[0][c.x], pair[1].key: levels[1][c.y], "mean": c.mean, "runs": c.runs,
         "difference": c.gap.mean, "low": c.gap.low, "high": c.gap.high, "pairs": c.gap.n, "zero": c.gap.zero,
         "reference": c == base}
        for c in cells
    ]  # fmt: skip
    return pd.DataFrame(rows)
