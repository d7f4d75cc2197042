"""Paired differences over time: one panel a policy, on shared axes with a line at zero."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.layout import columns
from experiments.figures.marks import MID
from experiments.figures.studies.dots import LONE
from experiments.figures.studies.look import (
    SLATE,
    effect_limits,
    handover_said,
    note,
    policy_dates,
    scale_axis,
    timeline,
)
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.sample import Effect
from experiments.figures.studies.tables import by_future, effect_of, quantity_of
from experiments.figures.studies.words import Quantity, effect, file_name, level_words, listed, pretty
from experiments.figures.style import INK
from sim.calendar import month_index, month_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.figures.studies.scene import StudyScene

MOST, TALL = 6, 1.3
COLUMNS = {1: 1, 2: 2, 4: 2}
DRAWN = ["mean", "t_low", "t_high", "boot_low", "boot_high", "n", "sign_agreement", "zero_share"]


def draw(effects: pd.DataFrame, scene: StudyScene) -> Iterator[Drawing]:
    """Draw ``difference``: one figure a future; of more than six policies, those with the largest effect at the end.

    Args:
        effects: rows of one measure.
        scene: the study.
    """
    for _, where, rows in by_future(effects):
        quantity = quantity_of(rows)
        curves = {str(name): _curve(group, scene) for name, group in rows.groupby("policy", sort=False, observed=True)}
        order = sorted(curves, key=lambda name: -abs(np.nan_to_num(_last(curves[name]).mean)))
        chosen = order[:MOST]
        title = _title(quantity, {name: _last(curves[name]) for name in order}, curves)
        figure = _figure(title, quantity, {name: curves[name] for name in chosen}, len(order), where, scene)
        data = pd.concat([curves[name].assign(policy=name) for name in chosen]).rename_axis("month").reset_index()
        data = data.assign(future=str(rows["future"].iloc[0]), measure=quantity.name, unit=quantity.unit)
        data = data[["policy", "future", "measure", "unit", "month", *DRAWN]]
        yield Drawing(file_name("difference", quantity.name, where), figure, data, title)


def _curve(rows: pd.DataFrame, scene: StudyScene) -> pd.DataFrame:
    first, last = scene.window
    months = [month_name(t) for t in range(first, last + 1)]
    return rows.assign(month=rows["month"].astype(str)).set_index("month")[DRAWN].reindex(months)


def _last(curve: pd.DataFrame) -> Effect:
    known = curve.dropna(subset=["mean"])
    return effect_of(known.iloc[-1].to_dict()) if len(known) else Effect(np.nan, np.nan, np.nan, 0, False)


def _nothing(curve: pd.DataFrame) -> bool:
    """Say whether no run differs in any month."""
    known = curve.dropna(subset=["mean"])
    return bool(len(known) and (known["zero_share"] >= 1).all())


def _figure(
    title: str, quantity: Quantity, curves: dict[str, pd.DataFrame], count: int, where: str, scene: StudyScene
) -> Figure:
    whole = effect_limits([curve[["mean", "t_low", "t_high"]] for curve in curves.values()], quantity)
    scale = quantity.change(whole)
    cols = columns(len(curves), COLUMNS.get(len(curves), 3), (1.7, TALL + 0.6))
    grid = Grid(-(-len(curves) // cols), cols, TALL, left=0.5)
    months = list(next(iter(curves.values())).index)
    text = f"{quantity.meaning}: paired difference from the baseline, same seeds, {scale.unit or quantity.unit}"
    text += f"; future {pretty(where)}" if where else ""
    known = any(np.isfinite(curve["t_low"]).any() for curve in curves.values())
    what = f"mean; band: {level_words()} t interval" if known else LONE
    text += f". Line, and number in {months[-1]}: {what}"
    text += "; triangle: policy begins" if any(scene.marks(name) for name in curves) else ""
    text += handover_said(scene) + (f"; the {len(curves)} largest of {count} policies" if count > len(curves) else "")
    names = [f"{pretty(name)}: {_number(quantity, curve)}" for name, curve in curves.items()]
    sheet, panels = page(title, text, scene, grid, names)
    for number, (panel, (name, curve)) in enumerate(zip(panels, curves.items(), strict=True)):
        _panel(panel, curve, scene)
        panel.set_ylim(*whole)
        timeline(panel, scene)
        policy_dates(panel, scene.marks(name), scene)
        scale_axis(panel, scale, signed=True)
        panel.tick_params(labelleft=number % cols == 0)
    return sheet.figure


def _number(quantity: Quantity, curve: pd.DataFrame) -> str:
    last = _last(curve)
    if _nothing(curve):
        return "exactly zero"
    return effect(quantity, last.mean, last.low, last.high, short=True)


def _panel(axes: Axes, curve: pd.DataFrame, scene: StudyScene) -> None:
    x = np.array([month_index(month) for month in curve.index], dtype=float) + MID
    mean, low, high = curve[["mean", "t_low", "t_high"]].to_numpy(float).T
    axes.axhline(0.0, color=INK, lw=0.6)
    axes.fill_between(x, low, high, color=SLATE, alpha=0.25, lw=0)
    axes.plot(x, mean, color=SLATE, lw=1.4)
    if _nothing(curve):
        note(axes, "exactly zero in every run and month")
        return
    share = _last(curve)
    known = curve["zero_share"].dropna()
    if len(known) and 0 < known.iloc[-1] < 1 and np.isfinite(share.mean):
        note(axes, f"zero in {100 * known.iloc[-1]:.0f}\u00a0% of pairs at the end", size=5.4)


def _title(quantity: Quantity, last: dict[str, Effect], curves: dict[str, pd.DataFrame]) -> str:
    """Say which policy has the largest effect at the end, and how many have none."""
    name, most = next(iter(last.items()))
    month = str(next(iter(curves.values())).index[-1])
    none = [pretty(policy) for policy, curve in curves.items() if _nothing(curve)]
    if len(none) == len(last):
        return f"{quantity.title}: no policy makes a difference in any run"
    said = f"{effect(quantity, most.mean, most.low, most.high)} under {pretty(name)}"
    head = f"{quantity.title} in {month}: "
    head += f"no clear effect; largest: {said}" if most.unsure and most.n > 1 else said
    return head + (f"; none at all from {listed(none, 3)}" if none else "")
