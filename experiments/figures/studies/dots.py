"""Dots and intervals: the effects of all policies on one measure, one panel a date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.layout import current
from experiments.figures.studies.look import SLATE, effect_limits, scale_axis
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.sample import CLOSE, Effect
from experiments.figures.studies.tables import by_future, effect_of, quantity_of
from experiments.figures.studies.words import Quantity, Scale, effect, file_name, level_words, pretty
from experiments.figures.style import GREY, INK, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.figures.studies.scene import StudyScene

ROW, NAME, LONGEST = 0.165, 6.6, 2.1
COLUMNS, SLIDE_ROWS = 3, 18
LONE = "one pair of runs, which has no interval"


def draw(effects: pd.DataFrame, scene: StudyScene, dates: Sequence[str]) -> Iterator[Drawing]:
    """Draw ``dots``: one figure a future, policies sorted by their effect at the last date.

    Args:
        effects: rows of one measure.
        scene: the study.
        dates: months, a panel each.
    """
    for _, where, rows in by_future(effects):
        quantity = quantity_of(rows)
        found = rows[rows["month"].astype(str).isin(list(dates))]
        table = {
            (str(row["policy"]), str(row["month"])): effect_of(row) for row in found.to_dict("records")
        }  # fmt: skip
        policies = list(dict.fromkeys(name for name, _ in table))
        at_end = {name: table.get((name, dates[-1]), Effect(np.nan, np.nan, np.nan, 0, False)) for name in policies}
        order = sorted(policies, key=lambda name: -np.nan_to_num(at_end[name].mean, nan=-np.inf))
        whole = effect_limits([[[e.mean, e.low, e.high] for e in table.values()]], quantity)
        title = _title(quantity, dates[-1], {name: at_end[name] for name in order}, whole)
        drawn = _largest(order, at_end, current().either(len(order), SLIDE_ROWS))
        figure = _figure(title, quantity, table, drawn, dates, whole, where, scene, len(order) - len(drawn))
        data = found[found["policy"].astype(str).isin(order)].reset_index(drop=True)
        yield Drawing(file_name("dots", quantity.name, where), figure, data, title)


def _figure(
    title: str, quantity: Quantity, table: dict[tuple[str, str], Effect], order: Sequence[str], dates: Sequence[str],
    whole: tuple[float, float], where: str, scene: StudyScene, left_out: int = 0,
) -> Figure:  # fmt: skip
    scale = quantity.change(whole)
    text = f"{quantity.meaning}: paired difference from the baseline, same seeds, {scale.unit or quantity.unit}"
    text += (f"; future {pretty(where)}" if where else "") + f". {marks(table.values())}; sorted by {dates[-1]}"
    text += f"; {left_out} policies with less effect left out" if left_out else ""
    cols = min(COLUMNS, len(dates))
    left = min(max(text_width(pretty(name), NAME) for name in order), LONGEST) + 0.16
    grid = Grid(-(-len(dates) // cols), cols, ROW * len(order) + 0.08, left=left, right=0.2, gap=(0.2, 0.3))
    sheet, panels = page(title, text, scene, grid, dates)
    for number, (panel, date) in enumerate(zip(panels, dates, strict=True)):
        frame(panel, [pretty(name) for name in order], whole, scale, names_shown=number % cols == 0)
        for place, name in enumerate(order):
            if (name, date) in table:
                dot(panel, place, table[name, date])
    return sheet.figure


def _largest(order: Sequence[str], at_end: dict[str, Effect], most: int) -> list[str]:
    """Return the policies with the largest effect at the last date, ``most`` of them, in their order."""
    size = {name: abs(np.nan_to_num(at_end[name].mean)) for name in order}
    kept = set(sorted(order, key=lambda name: -size[name])[:most])
    return [name for name in order if name in kept]


def marks(effects: Iterable[Effect]) -> str:
    """Return what the subtitle says of dots and bars, and of effects that have no interval."""
    bare = [not np.isfinite(gap.low) for gap in effects if np.isfinite(gap.mean) and not gap.zero]
    if bare and all(bare):
        return f"Hollow dot: {LONE}"
    said = f"Dot: mean; bar: {level_words()} interval; hollow: it holds zero"
    return f"{said}; no bar: {LONE}" if any(bare) else said


def frame(axes: Axes, names: Sequence[str], whole: tuple[float, float], scale: Scale, *, names_shown: bool) -> None:
    """Set up rows from top to bottom, with a line at zero."""
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(*whole)
    axes.set_yticks(range(len(names)), list(names) if names_shown else [], size=NAME)
    axes.axvline(0.0, color=INK, lw=0.7, zorder=2.0)
    axes.grid(axis="x")
    axes.grid(visible=True, axis="y", color="#f1f1f1")
    axes.spines["left"].set_visible(False)
    scale_axis(axes, scale, signed=True, which="x", ticks=5)


def dot(axes: Axes, place: float, gap: Effect, colour: str = SLATE, marker: str = "o") -> None:
    """Draw an effect in a row: filled where its interval leaves out zero; an exact zero is written."""
    if not np.isfinite(gap.mean):
        axes.text(0.0, place, " no value", size=5.2, color=GREY, va="center")
        return
    if gap.zero:
        axes.plot(0.0, place, "|", color=GREY, ms=6, mew=1.4, zorder=4)
        axes.text(0.0, place, "  exactly 0", size=5.2, color=GREY, va="center", zorder=4)
        return
    if np.isfinite(gap.low):
        axes.hlines(place, gap.low, gap.high, color=colour, lw=1.5, zorder=3)
    fill = "white" if gap.unsure else colour
    axes.plot(gap.mean, place, marker, ms=4.2, mfc=fill, mec=colour, mew=1.0, zorder=4, clip_on=False)


def _title(quantity: Quantity, date: str, at_end: dict[str, Effect], whole: tuple[float, float]) -> str:
    """Say how many policies move the measure at the last date, and the ends of the list."""
    clear = {n: e for n, e in at_end.items() if not e.unsure and abs(e.mean) > CLOSE * (whole[1] - whole[0])}
    head = f"{quantity.title} in {date}: "
    if all(e.zero for e in at_end.values()):
        return f"{head}no policy makes a difference in any run"
    known = {n: e for n, e in at_end.items() if np.isfinite(e.mean)}
    if known and all(e.n < 2 for e in known.values()):
        said = [f"{_said(quantity, known[n])} under {pretty(n)}" for n in known]
        return f"{head}of one pair of runs, {' to '.join(dict.fromkeys((said[0], said[-1])))}"
    if not clear:
        return f"{head}no policy of {len(at_end)} has a clear effect"
    ends = [max(clear, key=lambda n: clear[n].mean), min(clear, key=lambda n: clear[n].mean)]
    said = [f"{_said(quantity, clear[n])} under {pretty(n)}" for n in dict.fromkeys(ends)]
    verb = "policy has" if len(at_end) == 1 else "policies has" if len(clear) == 1 else "policies have"
    return f"{head}{len(clear)} of {len(at_end)} {verb} a clear effect, {' to '.join(said)}"


def _said(quantity: Quantity, gap: Effect) -> str:
    return effect(quantity, gap.mean, gap.low, gap.high, short=True)
