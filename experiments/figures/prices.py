"""Price level: what is paid, what is listed, and the cheapest price at a fixed capability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.frames import (
    STATISTICS,
    Drawing,
    Drawings,
    MissingMeasureError,
    Scene,
    Tables,
    lines,
    select,
    tidy,
)
from experiments.figures.marks import MID, band_line, direct_labels, event_marks, month_axis
from experiments.figures.sheet import Sheet
from experiments.figures.style import GREY, INK, OPENNESS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LISTED = ("lab_flagship", "lab_economy")
SHADES = ("#9DB7C9", "#6593B0", "#35709A", "#12507D", "#0B3050")
STRIP, ROWS = 0.34, 2


def draw(tables: Tables, scene: Scene) -> Drawings:
    """Draw the price level on a logarithmic scale: means on the left, fixed capability on the right."""
    paid = select(tables.bands, "price_paid")
    paid = paid[paid["by"].isin(["total", "openness"])]
    listed = _median_lab(select(tables.bands, "price_list"))
    fixed = select(tables.bands, "price_capability")
    sheet = Sheet(3.4, _title(paid), "World, USD per million tokens (3/4 input, 1/4 output)", scene)
    left, right = sheet.axes(1, 2, right=0.72, gap=(1.36, 0), strip=STRIP, panel_titles=True)
    _level(left, paid, listed, scene)
    _capability(right, fixed, scene)
    event_marks([left, right], [event for event in scene.events if event.rank <= 1], rows=ROWS)
    for axes, text in ((left, "Paid: mean; list: median lab"), (right, "Cheapest option of at least ... ECI")):
        axes.set_title(text, pad=72 * STRIP - 2)
    yield Drawing("prices", sheet.figure, tidy(pd.concat([paid, listed, fixed])), sheet.title)


def _median_lab(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the median over labs of the list price, by tier and month."""
    rows = frame[frame["by"].isin(LISTED) & frame["mean"].notna()]
    grouped = rows.groupby(["t", "month", "by"], observed=True)[list(STATISTICS)].median().reset_index()
    return grouped.assign(measure="price_list", segment_kind="world", segment="world", key="median lab")


def _title(paid: pd.DataFrame) -> str:
    row = paid[(paid["by"] == "total") & paid["mean"].notna()].sort_values("t")
    if row.empty:
        raise MissingMeasureError("price_paid of everything")
    first, last = row.iloc[0], row.iloc[-1]
    return (
        f"The mean price paid went from ${_money(first['mean'])} in {first['month']} "
        f"to ${_money(last['mean'])} in {last['month']}"
    )


def _money(value: float) -> str:
    return f"{value:.2g}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _level(axes: Axes, paid: pd.DataFrame, listed: pd.DataFrame, scene: Scene) -> None:
    ends: list[tuple[float, str, str]] = []
    wanted = (
        (listed[listed["by"] == "lab_flagship"], "list, flagship", GREY, ":"),
        (listed[listed["by"] == "lab_economy"], "list, economy", GREY, (0, (1, 2.5))),
        (paid[paid["key"] == "total"], "paid", INK, "-"),
        (paid[paid["key"] == "closed"], "paid, closed", OPENNESS["closed"], (0, (4, 1.5))),
        (paid[paid["key"] == "open"], "paid, open", OPENNESS["open"], "-"),
    )
    for rows, text, shade, style in wanted:
        if rows["mean"].notna().any():
            ends.append((_line(axes, rows, shade, style, scene), text, shade))
    _finish(axes, ends, scene)


def _capability(axes: Axes, fixed: pd.DataFrame, scene: Scene) -> None:
    ends = []
    levels = sorted(fixed["key"].astype(str).unique(), key=_number)
    for level, shade in zip(levels, SHADES[-len(levels) :] if len(levels) <= 5 else SHADES * 3, strict=False):
        rows = fixed[fixed["key"] == level]
        if rows["mean"].notna().any():
            ends.append((_line(axes, rows, shade, "-", scene), f"{_number(level):g}", shade))
    _finish(axes, ends, scene)


def _number(text: str) -> float:
    digits = "".join(c for c in text if c.isdigit() or c == ".")
    return float(digits) if digits else 0.0


def _line(axes: Axes, rows: pd.DataFrame, shade: str, style: object, scene: Scene) -> float:
    table = lines(rows)
    low, mid, high = table["q05"], table["mean"], table["q95"]
    shown = mid.where(mid > 0)
    x = table.index.to_numpy(float) + MID
    band_line(axes, x, low.where(low > 0), shown, high, shade, band=scene.seeds > 1, style=style, width=1.2)
    return float(shown.dropna().iloc[-1]) if shown.notna().any() else float("nan")


def _finish(axes: Axes, ends: list[tuple[float, str, str]], scene: Scene) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    month_axis(axes, scene, short=True)
    ends = [end for end in ends if end[0] == end[0]]
    texts = [f"{text} ${_money(value)}" for value, text, _ in ends]
    direct_labels(axes, [e[0] for e in ends], texts, [e[2] for e in ends], size=6.2)
