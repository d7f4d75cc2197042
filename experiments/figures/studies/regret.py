"""Regret: policies over objectives, a panel a future."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.layout import columns, current
from experiments.figures.sheet import inches
from experiments.figures.studies.colours import Colours, colour_bar
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.words import Quantity, Scale, listed, pretty, sentence
from experiments.figures.style import INK, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.studies.scene import StudyScene

ROW, CELL, RIGHT, LONGEST = 0.25, 0.5, 0.56, 2.1
SLIDE_ROWS = 14
"""Policies of a slide at most, those with least regret where they have most."""
NUMBER, SMALL, NAME = 6.4, 5.2, 6.4
Floats = np.ndarray[Any, np.dtype[np.float64]]
SCORE = Quantity("regret", "Regret", "score")


def draw(table: pd.DataFrame, scene: StudyScene) -> Drawing | None:
    """Draw ``regret``: mean regret in colour and number, the largest of a run below it; rows with least regret on top.

    Args:
        table: objective, future, policy, mean, worst.
        scene: the study.

    Returns:
        The figure; None where no regret is known.
    """
    if not np.isfinite(table["mean"].to_numpy(float)).any():
        return None
    table = table.assign(**{key: table[key].astype(str) for key in ("objective", "future", "policy")})
    futures, objectives = (list(dict.fromkeys(table[key])) for key in ("future", "objective"))
    peak = table.groupby("policy", sort=False)["mean"].max().sort_values(kind="stable")
    order, best = [str(name) for name in peak.index], never_worst(table)
    drawn = order[: current().either(len(order), SLIDE_ROWS)]
    colours, scale = Colours.of(np.append(table["mean"].to_numpy(float), 0.0)), SCORE.level(table["mean"])
    title = _title(table, peak, best, scale)
    text = (
        "Regret: score of the best policy of the same run less its own. Number and colour: mean over runs; below: the"
    )
    text += " largest of any run; frame: least of its column; bold: never the worst of a column"
    text += f"; {len(order) - len(drawn)} policies with more regret left out" if len(drawn) < len(order) else ""
    left = min(max(text_width(pretty(name), NAME, bold=True) for name in drawn), LONGEST) + 0.16
    room = CELL * len(objectives) + 0.16
    memo = max(1, min(len(futures), int((current().width - left - RIGHT + 0.16) / room)))
    cols = columns(len(futures), memo, (room + 0.4, ROW * len(drawn) + 0.5))
    rows = -(-len(futures) // cols)
    grid = Grid(rows, cols, ROW * len(drawn), left, RIGHT, (0.16, 0.42), below=0.12, least=room - 0.16)
    sheet, panels = page(title, text, scene, grid, [pretty(name) for name in futures] if len(futures) > 1 else [])
    for place, (panel, future) in enumerate(zip(panels, futures, strict=True)):
        _panel(panel, table[table["future"] == future], drawn, objectives, colours, scale)
        panel.set_yticks(np.arange(len(drawn)) + 0.5, [pretty(name) for name in drawn], size=NAME)
        panel.tick_params(labelleft=place % cols == 0, length=0)
        for name, label in zip(drawn, panel.get_yticklabels(), strict=False):
            label.set_fontweight("bold" if name in best else "normal")
    colour_bar(sheet, panels, colours, scale)
    return Drawing("regret", sheet.figure, table.assign(never_worst=table["policy"].isin(best)), title)


def never_worst(table: pd.DataFrame) -> list[str]:
    """Return the policies that nowhere, under no objective in no future, have the largest mean regret.

    Where all are equal, nobody is the worst.
    """
    groups = table.groupby(["objective", "future"], observed=True)["mean"]
    worst = (table["mean"] == groups.transform("max")) & (groups.transform("max") > groups.transform("min"))
    bad = set(table["policy"][worst])
    return [str(name) for name in dict.fromkeys(table["policy"]) if name not in bad]


def _panel(
    axes: Axes, table: pd.DataFrame, order: list[str], objectives: list[str], colours: Colours, scale: Scale
) -> None:
    mean, worst = (
        table.pivot(index="policy", columns="objective", values=name).reindex(index=order, columns=objectives)
        for name in ("mean", "worst")
    )
    axes.pcolormesh(mean.to_numpy(float), cmap=colours.map, norm=colours.norm, edgecolors="white", linewidth=0.8)
    axes.set(xlim=(0, len(objectives)), ylim=(len(order), 0))
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(False)
    room = inches(axes)[0] / len(objectives)
    heads = ["\n".join(wrap(pretty(name), 6.4, room)) for name in objectives]
    axes.set_xticks(np.arange(len(objectives)) + 0.5, heads, size=6.4)
    pairs = np.stack([mean.to_numpy(float), worst.to_numpy(float)], axis=-1)
    least = table.groupby("objective")["mean"].min().reindex(objectives).to_numpy(float)
    for x in range(len(objectives)):
        for y in range(len(order)):
            _cell(axes, x, y, pairs[y, x], colours, scale)
            if pairs[y, x, 0] == least[x]:
                _frame(axes, x, y)


def _cell(axes: Axes, x: int, y: int, values: Floats, colours: Colours, scale: Scale) -> None:
    if not np.isfinite(values[0]):
        return
    ink = colours.ink(values[0])
    axes.text(x + 0.5, y + 0.36, scale.bare(values[0]), size=NUMBER, color=ink, ha="center", va="center")
    axes.text(x + 0.5, y + 0.78, scale.bare(values[1]), size=SMALL, color=ink, ha="center", va="center")


def _frame(axes: Axes, x: int, y: int) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, fill=False, edgecolor=INK, lw=1.1, zorder=4))


def _title(table: pd.DataFrame, peak: pd.Series[float], best: list[str], scale: Scale) -> str:
    """Say which policy has the least regret where it has most, and who is never the worst."""
    first = str(peak.index[0])
    row = table[(table["policy"] == first) & (table["mean"] == peak.iloc[0])].iloc[0]
    where = f"{pretty(row['objective'])}{', ' + pretty(row['future']) if table['future'].nunique() > 1 else ''}"
    text = (
        f"{sentence(pretty(first))} has the least mean regret at its worst: {scale.bare(float(peak.iloc[0]))} ({where})"
    )
    names = [pretty(name) for name in best]
    return f"{text}; never the worst: {listed(names, 3)}" if names else f"{text}; every policy is the worst somewhere"
