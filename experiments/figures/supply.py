"""Compute: stocks by bloc beside what is published, and what it costs to rent."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.frames import Drawing, Drawings, Scene, Tables, select, tidy
from experiments.figures.marks import event_marks
from experiments.figures.series import Look, amount, dollars, draw_lines, last
from experiments.figures.sheet import Sheet
from experiments.figures.style import BLOCS, GREY, INK, ORDER
from sim.calendar import month_index
from sim.data import FOLDER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RANGES = "compute_ranges.csv"
MARKS = {"world": (INK, "s"), "US": (BLOCS["US"], "o"), "CN": (BLOCS["CN"], "o"), "CN, counted": (BLOCS["CN"], "D")}
STRIP, LABELS, ROWS = 0.34, 1.16, 2


def draw(tables: Tables, scene: Scene) -> Drawings:
    """Draw ``compute``: accelerators in place by bloc against published ranges, and rents."""
    stock, rent = select(tables.bands, "compute_stock", by="bloc"), select(tables.bands, "rent", by="bloc")
    whole = _world(stock)
    (us, month), (cn, _) = last(stock, "US"), last(stock, "CN")
    title = f"In {month} the US has {amount(us)} H100e of accelerators, China {amount(cn)}"
    text = "Bars: published; circles: share of known clusters; diamonds: China's chips counted"
    sheet = Sheet(3.7, title, text, scene)
    left, right = sheet.axes(1, 2, right=LABELS, gap=(1.32, 0), strip=STRIP, panel_titles=True)
    look = Look(amount, {"world": "World"}, {"world": INK}, dashed=("world",), log=True, short=True)
    draw_lines(left, pd.concat([stock, whole]), ("world", *ORDER["bloc"]), scene, look)
    _published(left, scene)
    draw_lines(right, rent, ORDER["bloc"], scene, Look(dollars, short=True))
    for axes, head in ((left, "In place, H100e"), (right, "Rent of an H100e-hour")):
        axes.set_title(head, pad=72 * STRIP - 2)
    event_marks([left, right], [event for event in scene.events if event.kind != "release"], rows=ROWS)
    yield Drawing("compute", sheet.figure, tidy(pd.concat([stock, whole, rent])), title)


def _world(stock: pd.DataFrame) -> pd.DataFrame:
    """Return the sum of the blocs' means; quantiles do not add up, so it has no band."""
    total = stock.groupby(["t", "month"], observed=True)["mean"].sum().reset_index()
    return total.assign(measure="compute_stock", segment_kind="world", segment="world", by="bloc", key="world",
                        **dict.fromkeys(("q05", "q25", "q50", "q75", "q95"), float("nan")))  # fmt: skip


def _published(axes: Axes, scene: Scene) -> None:
    with (FOLDER / RANGES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        x = month_index(row["month"]) + 1
        if not scene.first <= x <= scene.last + 1:
            continue
        low, middle, high = (float(row[column]) for column in ("low", "median", "high"))
        shade, mark = MARKS[row["what"]]
        axes.plot([x, x], [low, high], color=shade, lw=1.0, zorder=5, solid_capstyle="butt")
        axes.plot(x, middle, mark, ms=3.2, mfc="white", mec=shade, mew=0.9, zorder=5.1)
    axes.annotate("bars: published", (0.03, 0.95), xycoords="axes fraction", size=5.8, color=GREY, va="top")
