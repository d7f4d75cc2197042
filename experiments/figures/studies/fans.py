"""Fans over time: median, middle half and 90 percent of the runs, one panel an arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.layout import columns
from experiments.figures.marks import MID
from experiments.figures.studies.look import (
    FROM_ZERO,
    SLATE,
    cut_said,
    focus,
    free_corner,
    grey_line,
    handover_said,
    limits,
    note,
    policy_dates,
    scale_axis,
    shade,
    shown,
    timeline,
)
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.sample import QUANTILES, Arm, Effect, Sample, coinciding
from experiments.figures.studies.words import Quantity, effect
from experiments.figures.style import ARMS
from sim.calendar import month_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from experiments.figures.sheet import Sheet
    from experiments.figures.studies.scene import StudyScene

COLS, ROWS = 4, 6
"""Panels of a page at most."""
WIDEST = 6
TALL, TALLER, LEAST = 1.05, 1.5, 0.95


@dataclass(frozen=True)
class Fan:
    """A panel.

    Attributes:
        arm: its runs.
        band: quantiles by month.
        colour: of the fan.
        base: whether it is the reference.
    """

    arm: Arm
    band: pd.DataFrame
    colour: str
    base: bool


def draw(
    sample: Sample, scene: StudyScene, measure: str, arms: Sequence[Arm], base: int = 0, what: str = ""
) -> Iterator[Drawing]:
    """Draw ``fans``: a fan an arm on shared axes, with the median of the reference in grey in the others.

    Args:
        sample: the runs.
        scene: the study.
        measure: a headline measure.
        arms: a panel each; over 24 they go to further pages.
        base: number of the reference among the arms.
        what: what the names of panels mean, for the subtitle.
    """
    quantity = Quantity.of(measure)
    bands = [shown(sample.band(measure, arm), scene) for arm in arms]
    title = _title(sample, quantity, arms, bands, base)
    whole = limits(
        [focus(band, scene, quantity.unit)[["q05", "q95"]] for band in bands], zero=quantity.unit in FROM_ZERO
    )
    room = COLS * ROWS
    for sheet_number, start in enumerate(range(0, len(arms), room)):
        part = slice(start, start + room)
        label = f"fans_{measure}" + (f"_{sheet_number + 1}" if sheet_number else "")
        drawn = [Fan(arms[k], bands[k], shade(k), k == base) for k in range(len(arms))[part]]
        sheet = _page(drawn, (bands[base], arms[base].tag), whole, title, (quantity, what), scene)
        yield Drawing(label, sheet.figure, _data(drawn, measure), title)


def _page(
    drawn: Sequence[Fan], base: tuple[pd.DataFrame, str], whole: tuple[float, float], title: str,
    what: tuple[Quantity, str], scene: StudyScene,
) -> Sheet:  # fmt: skip
    cols = _columns([fan.arm for fan in drawn])
    grid = Grid(-(-len(drawn) // cols), cols, TALL if len(drawn) > 2 * COLS else TALLER, least=LEAST)
    scale = what[0].level(whole)
    names = [f"{fan.arm.tag}: {scale.text(float(fan.band['q50'].iloc[-1]))}" for fan in drawn]
    sheet, panels = page(title, _text(drawn, base[1], what, whole, scene), scene, grid, names)
    for number, (panel, fan) in enumerate(zip(panels, drawn, strict=True)):
        _fan(panel, fan.band, None if fan.base else base[0], fan.colour if len(drawn) <= len(ARMS) else SLATE)
        panel.set_ylim(*whole)
        timeline(panel, scene)
        policy_dates(panel, scene.marks(fan.arm.policy), scene)
        scale_axis(panel, scale)
        panel.tick_params(labelleft=number % cols == 0)
        if not fan.base and (near := _coincides(fan.band, base[0], whole[1] - whole[0])):
            low, high = fan.band[["q05", "q95"]].to_numpy(float).T
            note(panel, f"{near} with {base[1]}", **free_corner(low, high, whole))
    return sheet


def _text(
    drawn: Sequence[Fan], base_name: str, what: tuple[Quantity, str], whole: tuple[float, float], scene: StudyScene
) -> str:
    """Return the subtitle: measure, unit, and what the marks mean."""
    scale = what[0].level(whole)
    text = f"{what[0].meaning}{', ' + scale.unit if scale.unit != '%' else ''}{what[1]}"
    text += f". Line, and number in {drawn[0].band.index[-1]}: "
    several = any(fan.band["n"].max() > 1 for fan in drawn)
    text += "median; bands: middle 50 and 90\u00a0% of runs" if several else "the one run"
    text += f"; grey: median of {base_name}" if len(drawn) > 1 else ""
    text += "; triangle: policy begins" if any(scene.marks(fan.arm.policy) for fan in drawn) else ""
    return (
        text + handover_said(scene) + cut_said([fan.band[["q05", "q95"]] for fan in drawn], whole, scene, what[0].unit)
    )


def _columns(arms: Sequence[Arm]) -> int:
    """Return the number of columns: a row a policy where that can be."""
    first = [arm.labels[0] for arm in arms if len(arm.labels) > 1]
    across = first.count(first[0]) if first else 0
    if 2 <= across <= WIDEST and len(first) == across * len(set(first)):
        return columns(len(arms), across, (1.3, TALL + 0.55))
    memo = {1: 1, 3: 3, 5: 3, 6: 3, 9: 3}.get(len(arms), 2 if len(arms) <= COLS else COLS)
    return columns(len(arms), memo, (1.3, TALL + 0.55))


def _fan(axes: Axes, band: pd.DataFrame, base: pd.DataFrame | None, colour: str) -> None:
    x = np.array([month_index(month) for month in band.index], dtype=float) + MID
    low, high = band[["q05", "q25"]].to_numpy().T, band[["q95", "q75"]].to_numpy().T
    for (bottom, top), alpha in zip(zip(low, high, strict=True), (0.2, 0.3), strict=True):
        axes.fill_between(x, bottom, top, color=colour, alpha=alpha, lw=0)
    if base is not None:
        grey_line(axes, x, base["q50"], dark=True)
    axes.plot(x, band["q50"].to_numpy(), color=colour, lw=1.4, zorder=2.5)


def _coincides(one: pd.DataFrame, other: pd.DataFrame, span: float) -> str:
    """Say whether two fans can be told apart on an axis of some height; nothing if they can."""
    found = [coinciding([one[name], other[name]], span)[0] for name in QUANTILES]
    if any(len(members) < 2 for members, _ in found):
        return ""
    return "coincides" if all(exact for _, exact in found) else "nearly coincides"


def _data(drawn: Sequence[Fan], measure: str) -> pd.DataFrame:
    parts = []
    for fan in drawn:
        labels: dict[str, Any] = {"panel": fan.arm.name, **dict(fan.arm.labels), "measure": measure}
        part = fan.band[[*QUANTILES, "mean", "n"]].rename_axis("month").reset_index()
        for place, (key, value) in enumerate(labels.items()):
            part.insert(place, key, value)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _title(sample: Sample, quantity: Quantity, arms: Sequence[Arm], bands: Sequence[pd.DataFrame], base: int) -> str:
    """Say which arm differs most from the reference at the end; of a single arm, where it ends."""
    known = bands[base]["q50"].dropna()
    if known.empty:
        return quantity.title
    month = str(known.index[-1])
    if len(arms) == 1:
        low, middle, high, n = bands[0].loc[[month], ["q05", "q50", "q95", "n"]].to_numpy(float)[0]
        scale = quantity.level([low, middle, high])
        text = f"{quantity.title} in {month}: {scale.text(middle)}"
        between = f"{scale.bare(low)} to {scale.bare(high)}"
        return f"{text} ({between} in 90\u00a0% of runs)" if n > 1 else text
    values = sample.wide(quantity.name)[month]
    others = [place for place in range(len(arms)) if place != base]
    gaps = [sample.effect(values, arms[place].rows, arms[base].rows) for place in others]
    said = _most(quantity, gaps, [arms[place].name for place in others])
    return f"{quantity.title} in {month}, against {arms[base].name}: {said}"


def _most(quantity: Quantity, gaps: Sequence[Effect], names: Sequence[str]) -> str:
    """Say which effect is the largest, or that there is none."""
    if not any(gap.n for gap in gaps):
        return "no runs to compare"
    if all(gap.zero for gap in gaps):
        return "no difference in any run"
    sizes = [abs(gap.mean) if np.isfinite(gap.mean) else -1.0 for gap in gaps]
    place = sizes.index(max(sizes))
    most = gaps[place]
    text = f"{effect(quantity, most.mean, most.low, most.high)} under {names[place]}"
    return text if not most.unsure or most.n < 2 else f"no clear difference; largest: {text}"
