"""Small multiples: the median of the headline measures over time, arms as colours with direct labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.layout import current
from experiments.figures.marks import MID
from experiments.figures.studies.look import (
    FROM_ZERO,
    Label,
    cut_said,
    focus,
    grey_line,
    handover_said,
    limits,
    policy_dates,
    scale_axis,
    shade,
    shown,
    side_labels,
    timeline,
    together,
    turns,
)
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.sample import CLOSE, Arm, Sample, coinciding, split_point
from experiments.figures.studies.words import Quantity, Scale, file_name, listed
from experiments.figures.style import ARMS, GREY, INK
from sim.calendar import month_index

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.studies.scene import StudyScene

SHOWN = ("cn_token_share_outside_cn", "us_token_share", "open_token_share", "us_closed_rd", "gap_months", "price_paid")
"""Headline measures of the panels; one that is asked for and is not among them takes the first place."""
LEVELS = ("cn_token_share_outside_cn", "gap_months")
"""What the title says of a single arm, beside the measure that is asked for."""
TALL, RIGHT, GAP = 1.36, 1.12, (1.42, 0.3)
LOW, LEAST = 1.25, 1.3
"""Inches of a panel on a slide: height, and width at least."""
SIZE = 5.9


@dataclass(frozen=True)
class Panel:
    """What a panel shows.

    Attributes:
        quantity: its measure.
        bands: quantiles by month, one table an arm.
        whole: ends of its axis.
    """

    quantity: Quantity
    bands: tuple[pd.DataFrame, ...]
    whole: tuple[float, float]

    @classmethod
    def of(cls, sample: Sample, measure: str, arms: Sequence[Arm], scene: StudyScene) -> Panel:
        """Return the panel of a headline measure."""
        quantity = Quantity.of(measure)
        bands = tuple(shown(sample.band(measure, arm), scene) for arm in arms)
        seen = [focus(band, scene, quantity.unit)[["q25", "q75"]] for band in bands]
        return cls(quantity, bands, limits(seen, zero=quantity.unit in FROM_ZERO))

    @property
    def scale(self) -> Scale:
        """How its numbers are written."""
        return self.quantity.level(self.whole)

    @property
    def head(self) -> str:
        """Its title, with the unit where ticks do not say it."""
        unit = self.scale.unit
        return f"{self.quantity.title}, {unit}" if unit not in ("%", "") else self.quantity.title

    def cut(self, scene: StudyScene) -> str:
        """Say whether the past goes over the axis."""
        return cut_said([band[["q25", "q75"]] for band in self.bands], self.whole, scene, self.quantity.unit)


def draw(
    sample: Sample, scene: StudyScene, measure: str, arms: Sequence[Arm], base: int = 0, what: str = "", where: str = ""
) -> Drawing:
    """Draw ``small_multiples``: a panel a headline measure, a colour an arm, with the middle half of the runs as band.

    Args:
        sample: the runs.
        scene: the study.
        measure: is among the panels.
        arms: those over six are pale lines without a label.
        base: number of the reference among the arms.
        what: what the names of arms mean, for the subtitle.
        where: what the arms have in common, for the subtitle and the name of the file.
    """
    measures = SHOWN if measure in SHOWN else (measure, *SHOWN[:5])
    panels = [Panel.of(sample, name, arms, scene) for name in measures]
    strong = _strong(sample, arms, measure, base)
    title = _one(sample, arms[0], measure, panels) if len(arms) == 1 else _title(sample, arms, panels, base)
    text = _text(scene, arms, strong, f"{what}; {where}" if where else what) + max(
        (p.cut(scene) for p in panels), key=len
    )
    rows, cols = current().either((3, 2), (2, 3))
    grid = Grid(rows, cols, current().either(TALL, LOW), left=0.42, right=RIGHT, gap=GAP, least=LEAST)
    sheet, axes = page(title, text, scene, grid, [panel.head for panel in panels], RIGHT)
    for place, panel in zip(axes, panels, strict=True):
        _panel(place, panel, arms, strong, scene)
    return Drawing(file_name("small_multiples", where), sheet.figure, _data(panels, arms), title)


def _text(scene: StudyScene, arms: Sequence[Arm], strong: Sequence[int], what: str) -> str:
    """Return the subtitle: what lines, bands and marks mean."""
    pale = len(arms) - len(strong)
    several = any(len(arm.rows) > 1 for arm in arms)
    text = f"Line: median; band: middle 50\u00a0% of the runs{what}" if several else f"Line: the one run{what}"
    text += "; grey: before the curves part" if len(arms) > 1 else ""
    text += f"; light grey: {pale} arms with less effect, see the CSV" if pale else ""
    text += "; triangles: policies begin" if any(scene.marks(arm.policy) for arm in arms) else ""
    return text + handover_said(scene)


def _strong(sample: Sample, arms: Sequence[Arm], measure: str, base: int) -> list[int]:
    """Return the places of the arms that are drawn in colour: the reference, and those with the largest effect."""
    if len(arms) <= len(ARMS):
        return list(range(len(arms)))
    values = sample.wide(measure).iloc[:, -1]
    size = np.array([abs(sample.effect(values, arm.rows, arms[base].rows).mean) for arm in arms])
    size[base] = np.inf
    return sorted(int(place) for place in np.argsort(-np.nan_to_num(size, posinf=np.inf), kind="stable")[: len(ARMS)])


def _panel(axes: Axes, panel: Panel, arms: Sequence[Arm], strong: Sequence[int], scene: StudyScene) -> None:
    curves = [band["q50"] for band in panel.bands]
    x = np.array([month_index(month) for month in panel.bands[0].index], dtype=float) + MID
    axes.set_ylim(*panel.whole)
    parted = split_point(curves) if len(curves) > 1 else 0
    for place in set(range(len(curves))) - set(strong):
        grey_line(axes, x, curves[place])
    _lines(axes, x, [panel.bands[k] for k in strong], max(parted - 1, 0))
    timeline(axes, scene)
    scale_axis(axes, panel.scale)
    _labels(axes, [curves[k] for k in strong], [arms[k].tag for k in strong], panel.scale)
    for arm in arms:
        policy_dates(axes, scene.marks(arm.policy), scene)


def _lines(axes: Axes, x: np.ndarray, bands: Sequence[pd.DataFrame], parted: int) -> None:
    """Draw what all curves share in grey, and from there on each curve; those that coincide take turns."""
    history = bands[0][: parted + 1]
    grey_line(axes, x[: parted + 1], history["q50"], dark=True)
    axes.fill_between(x[: parted + 1], history["q25"], history["q75"], color=GREY, alpha=0.18, lw=0)
    for members, _ in coinciding([band["q50"] for band in bands], _span(axes)):
        for place in members:
            rows = bands[place][parted:]
            axes.fill_between(x[parted:], rows["q25"], rows["q75"], color=shade(place), alpha=0.13, lw=0)
        turns(axes, x[parted:], bands[members[0]]["q50"][parted:], members)


def _span(axes: Axes) -> float:
    low, high = axes.get_ylim()
    return high - low


def _labels(axes: Axes, curves: Sequence[pd.Series[float]], names: Sequence[str], scale: Scale) -> None:
    labels = []
    for members, exact in coinciding(curves, _span(axes)):
        known = curves[members[0]].dropna()
        if known.empty:
            continue
        end = float(known.iloc[-1])
        said = together([names[k] for k in members], len(curves), exact=exact)
        value = scale.text(end) if scale.unit == "%" else scale.bare(end)
        text = value if len(names) == 1 else f"{said}: {value}"
        labels.append(Label(end, text, shade(members[0]) if len(members) == 1 else INK))
    side_labels(axes, labels, RIGHT - 0.12, SIZE)


def _one(sample: Sample, arm: Arm, measure: str, panels: Sequence[Panel]) -> str:
    """Say where the only arm ends."""
    month = str(panels[0].bands[0].index[-1])
    said = []
    for name in list(dict.fromkeys([measure, *LEVELS]))[:2]:
        value = float(sample.wide(name).loc[list(arm.rows), month].median())
        said.append(f"{Quantity.of(name).title} {Quantity.of(name).level([value]).text(value)}")
    return f"{month}: {'; '.join(said)}{' (medians)' if len(arm.rows) > 1 else ''}"


def _title(sample: Sample, arms: Sequence[Arm], panels: Sequence[Panel], base: int) -> str:
    """Say how many measures the arms move at the last month: by an interval without zero, and so that it is seen."""
    month = str(panels[0].bands[0].index[-1])
    if len(sample.runs[["draw", "seed"]].drop_duplicates()) == 1:
        return f"Six headline measures to {month}: one run an arm, so no intervals"
    moved = {
        arm.name: sum(_moves(sample, panel, month, arm, arms[base]) for panel in panels)
        for place, arm in enumerate(arms)
        if place != base
    }
    most = max(moved.values())
    if not most:
        return f"No arm moves any of six headline measures clearly by {month}, against {arms[base].name}"
    first = [name for name, count in moved.items() if count == most]
    verb = "moves" if len(first) == 1 else "each move"
    said = f"{listed(first)} {verb} {most} of 6 headline measures clearly against {arms[base].name}"
    return f"By {month}, {said} (95\u00a0% intervals without zero)"


def _moves(sample: Sample, panel: Panel, month: str, arm: Arm, base: Arm) -> bool:
    gap = sample.effect(sample.wide(panel.quantity.name)[month], arm.rows, base.rows)
    return not gap.unsure and abs(gap.mean) > CLOSE * (panel.whole[1] - panel.whole[0])


def _data(panels: Sequence[Panel], arms: Sequence[Arm]) -> pd.DataFrame:
    parts = []
    for panel in panels:
        for arm, band in zip(arms, panel.bands, strict=True):
            part = band[["q25", "q50", "q75", "mean", "n"]].rename_axis("month").reset_index()
            labels = {"measure": panel.quantity.name, "arm": arm.name, **dict(arm.labels)}
            for place, (key, value) in enumerate(labels.items()):
                part.insert(place, key, value)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)
