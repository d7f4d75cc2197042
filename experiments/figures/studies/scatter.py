"""Points of random designs: in two factors, coloured by value; in one or many, the value over each factor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.layout import columns
from experiments.figures.sheet import inches
from experiments.figures.studies.colours import Colours, colour_bar
from experiments.figures.studies.factors import FactorText, axis_words, levels_of, positions
from experiments.figures.studies.look import MARKERS, SLATE, limits, scale_axis, shade
from experiments.figures.studies.page import Grid, axis_names, page
from experiments.figures.studies.sample import Arm, Sample
from experiments.figures.studies.words import MINUS, Quantity, number, pretty
from experiments.figures.style import ARMS, INK, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.studies.scene import StudyScene

TALL, RIGHT, COLS = 2.0, 0.62, 3
MOST = 12
"""Factors of a figure at most, those that go along with the value most."""


def draw(
    sample: Sample, scene: StudyScene, measure: str, months: Sequence[str], factors: Sequence[FactorText],
    arms: Sequence[Arm],
) -> Iterator[Drawing]:  # fmt: skip
    """Draw ``scatter``: one figure a month.

    Args:
        sample: runs of a random design, or of a list of points.
        scene: the study.
        measure: a headline measure.
        months: YYYY-MM.
        factors: of the design.
        arms: a panel each in two factors; colours otherwise.
    """
    for month in months:
        tables = [_points(sample, measure, month, factors, arm) for arm in arms]
        one = _two if len(factors) == 2 else _many
        yield one(tables, scene, Quantity.of(measure), month, factors, arms)


def _points(sample: Sample, measure: str, month: str, factors: Sequence[FactorText], arm: Arm) -> pd.DataFrame:
    """Return the mean over runs at each point of an arm: levels, mean, runs."""
    runs = sample.runs.loc[list(arm.rows)].assign(value=sample.wide(measure)[month])
    keys = [factor.key for factor in factors]
    grouped = runs.groupby("point", sort=True)
    return grouped[keys].first().assign(mean=grouped["value"].mean(), runs=grouped["value"].count()).reset_index()


def _two(
    tables: Sequence[pd.DataFrame], scene: StudyScene, quantity: Quantity, month: str, factors: Sequence[FactorText],
    arms: Sequence[Arm],
) -> Drawing:  # fmt: skip
    values = np.concatenate([table["mean"].to_numpy() for table in tables])
    colours, scale = Colours.of(values), quantity.level(values)
    title = _title(quantity, month, tables, factors)
    cols = columns(len(arms), 2 if len(arms) == 4 else min(COLS, len(arms)), (1.9, TALL + 0.5))
    words = axis_words(factors[0], factors[1])
    below = 0.13 * (words.count("\n") + 1)
    grid = Grid(-(-len(arms) // cols), cols, TALL, 0.62, RIGHT, (0.2, 0.26), below=below)
    text = f"{quantity.meaning}, {scale.unit}: mean over the runs of each point of the design"
    sheet, panels = page(title, text, scene, grid, [arm.tag for arm in arms] if len(arms) > 1 else [])
    for place, (panel, table) in enumerate(zip(panels, tables, strict=True)):
        x, y = (_axis(panel, table[f.key], which) for f, which in zip(factors, "xy", strict=True))
        panel.scatter(x, y, c=table["mean"], cmap=colours.map, norm=colours.norm, s=30, edgecolors=INK, linewidths=0.4)
        panel.tick_params(labelbottom=place + cols >= len(arms), labelleft=place % cols == 0)
    axis_names(sheet, panels, words, factors[1].axis)
    colour_bar(sheet, panels, colours, scale)
    return Drawing(f"scatter_{quantity.name}_{month}", sheet.figure, _data(tables, arms, quantity, month), title)


def _many(
    tables: Sequence[pd.DataFrame], scene: StudyScene, quantity: Quantity, month: str, factors: Sequence[FactorText],
    arms: Sequence[Arm],
) -> Drawing:  # fmt: skip
    order = sorted(factors, key=lambda factor: -abs(_rank(tables[0], factor)))
    chosen = order[:MOST]
    cols = columns(len(chosen), min(COLS, len(chosen)), (1.5, 2.0))
    whole = limits([table["mean"] for table in tables])
    scale = quantity.level(whole)
    text = f"{quantity.meaning}, {scale.unit}: mean over the runs of each point of the design; number: rank correlation"
    text += f"; {len(order) - MOST} factors with less rank correlation left out" if len(order) > MOST else ""
    text += (
        "; " + ", ".join(f"{MARKS[k]} {arm.tag}" for k, arm in enumerate(arms[: len(ARMS)])) if len(arms) > 1 else ""
    )
    title = _title(quantity, month, tables, factors)
    grid = Grid(-(-len(chosen) // cols), cols, 1.3, 0.5, 0.12, (0.16, 0.42), below=0.1)
    sheet, panels = page(title, text, scene, grid, [_named(tables[0], f) for f in chosen])
    for place, (panel, factor) in enumerate(zip(panels, chosen, strict=True)):
        for arm, table in enumerate(tables[: len(ARMS)]):
            x = _axis(panel, table[factor.key], "x")
            colour = shade(arm) if len(arms) > 1 else SLATE
            panel.plot(x, table["mean"], MARKERS[arm], ms=3, mfc=colour, mec="white", mew=0.4, ls="none")
        panel.set_ylim(*whole)
        scale_axis(panel, scale)
        panel.tick_params(labelleft=place % cols == 0)
        panel.set_xlabel(factor.unit)
    return Drawing(f"scatter_{quantity.name}_{month}", sheet.figure, _data(tables, arms, quantity, month), title)


def _named(table: pd.DataFrame, factor: FactorText) -> str:
    rank = _rank(table, factor)
    return f"{factor.label}: {_signed(rank)}" if rank else factor.label


def _signed(rank: float) -> str:
    return f"{rank:+.2f}".replace("-", MINUS)


MARKS = ("●", "■", "▲", "◆", "▼", "+")


def _axis(axes: Axes, values: pd.Series[Any], which: str) -> np.ndarray[Any, Any]:
    """Return where the values of a factor stand, and write its axis."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis = axes.xaxis if which == "x" else axes.yaxis
    if pd.api.types.is_numeric_dtype(values):
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(round(value, 9) + 0.0)))
        return values.to_numpy(float)
    levels = levels_of(values)
    places, _ = positions(levels)
    room = inches(axes)[0 if which == "x" else 1] / len(levels)
    axis.set_ticks(places, labels=["\n".join(wrap(pretty(str(level)), 7, room)) for level in levels])
    axes.set(**{f"{which}lim": (-0.5, len(levels) - 0.5)})
    return values.map(dict(zip(levels, places, strict=True))).to_numpy(float)


def _rank(table: pd.DataFrame, factor: FactorText) -> float:
    """Return the rank correlation of a factor with the value; 0 for words, and where either is the same everywhere."""
    values = table[factor.key]
    if not pd.api.types.is_numeric_dtype(values) or values.nunique() < 2 or table["mean"].nunique() < 2:
        return 0.0
    return float(values.rank().corr(table["mean"].rank()))


def _title(quantity: Quantity, month: str, tables: Sequence[pd.DataFrame], factors: Sequence[FactorText]) -> str:
    means = pd.concat([table["mean"] for table in tables]).dropna()
    scale = quantity.level(means.tolist())
    strongest = max(factors, key=lambda factor: abs(_rank(tables[0], factor)))
    ends = f"{scale.text(means.min())} to {scale.text(means.max())} over {len(tables[0])} points"
    rank = _rank(tables[0], strongest)
    tail = f", most with {strongest.label} (rank correlation {_signed(rank)})" if rank else ""
    return f"{quantity.title} in {month}: {ends}{tail}"


def _data(tables: Sequence[pd.DataFrame], arms: Sequence[Arm], quantity: Quantity, month: str) -> pd.DataFrame:
    parts = []
    for arm, table in zip(arms, tables, strict=True):
        labels: dict[str, Any] = {"panel": arm.name, **dict(arm.labels), "measure": quantity.name, "month": month}
        for place, (key, value) in enumerate(labels.items()):
            table.insert(place, key, value)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
