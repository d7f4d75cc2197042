"""One headline measure under several policies: a line a policy with its band, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing, MissingMeasureError
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
from experiments.figures.studies.sample import Arm, Effect, Sample, coinciding, split_point
from experiments.figures.studies.words import Quantity, Scale, effect, file_name
from experiments.figures.style import ARMS, GREY, INK
from sim.calendar import month_index

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.studies.scene import StudyScene

TALL, RIGHT, SIZE = 2.6, 1.5, 6.6
MIDDLE = ["q25", "q75"]


def draw(sample: Sample, scene: StudyScene, measure: str, arms: Sequence[Arm], base: int = 0) -> Drawing:
    """Draw ``policy_lines``: the median of each policy with the middle half of its runs as band.

    Curves that coincide are one line in which their colours take turns, with one label that names them all. Over six
    policies, those with the least effect are thin and grey.

    Args:
        sample: the runs, of one future and one point of the design.
        scene: the study.
        measure: a headline measure.
        arms: one a policy.
        base: number of the baseline among them.

    Raises:
        MissingMeasureError: no run has a value.
    """
    quantity = Quantity.of(measure)
    bands = [shown(sample.band(measure, arm), scene) for arm in arms]
    if not any(band["q50"].notna().any() for band in bands):
        raise MissingMeasureError(f"a value of {measure}")
    month = max(str(band["q50"].last_valid_index() or "") for band in bands)
    values = sample.wide(measure)[month]
    gaps = [sample.effect(values, arm.rows, arms[base].rows) for arm in arms]
    strong = _strong(gaps, base)
    whole = limits([focus(band, scene, quantity.unit)[MIDDLE] for band in bands], zero=quantity.unit in FROM_ZERO)
    scale = quantity.level(whole)
    title = _title(quantity, gaps, arms, base, month, bands)
    text = _text(quantity, scale, arms, len(strong), scene) + cut_said([b[MIDDLE] for b in bands], whole, scene,
                                                                       quantity.unit)  # fmt: skip
    sheet, (axes,) = page(title, text, scene, Grid(1, 1, TALL, right=RIGHT))
    axes.set_ylim(*whole)
    _lines(axes, bands, strong)
    timeline(axes, scene, short=False)
    scale_axis(axes, scale)
    for arm in arms:
        policy_dates(axes, scene.marks(arm.policy), scene)
    _labels(axes, [bands[k] for k in strong], [arms[k].tag for k in strong], scale)
    return Drawing(file_name("policy_lines", measure), sheet.figure, _data(measure, arms, bands), title)


def _strong(gaps: Sequence[Effect], base: int) -> list[int]:
    """Return the places of the curves in colour: the baseline, and those with the largest effects at the end."""
    sizes = np.array([abs(np.nan_to_num(gap.mean)) for gap in gaps])
    sizes[base] = np.inf
    return sorted(int(place) for place in np.argsort(-sizes, kind="stable")[: len(ARMS)])


def _lines(axes: Axes, bands: Sequence[pd.DataFrame], strong: Sequence[int]) -> None:
    """Draw what all curves share in grey, and from there on each curve; those that coincide take turns."""
    x = np.array([month_index(month) for month in bands[0].index], dtype=float) + MID
    for place in set(range(len(bands))) - set(strong):
        grey_line(axes, x, bands[place]["q50"])
    drawn = [bands[place] for place in strong]
    parted = max(split_point([band["q50"] for band in drawn]) - 1, 0) if len(drawn) > 1 else 0
    if parted:
        past = drawn[0][: parted + 1]
        grey_line(axes, x[: parted + 1], past["q50"], dark=True)
        axes.fill_between(x[: parted + 1], past["q25"], past["q75"], color=GREY, alpha=0.18, lw=0)
    for members, _ in coinciding([band["q50"] for band in drawn], float(np.ptp(axes.get_ylim()))):
        for place in members:
            rows = drawn[place][parted:]
            axes.fill_between(x[parted:], rows["q25"], rows["q75"], color=shade(place), alpha=0.13, lw=0)
        turns(axes, x[parted:], drawn[members[0]]["q50"][parted:], members, 1.5)


def _labels(axes: Axes, bands: Sequence[pd.DataFrame], names: Sequence[str], scale: Scale) -> None:
    labels = []
    for members, exact in coinciding([band["q50"] for band in bands], float(np.ptp(axes.get_ylim()))):
        known = bands[members[0]]["q50"].dropna()
        if known.empty:
            continue
        end = float(known.iloc[-1])
        said = together([names[k] for k in members], len(names), exact=exact)
        labels.append(Label(end, f"{said}: {scale.text(end)}", shade(members[0]) if len(members) == 1 else INK))
    side_labels(axes, labels, RIGHT - 0.2, SIZE)


def _text(quantity: Quantity, scale: Scale, arms: Sequence[Arm], strong: int, scene: StudyScene) -> str:
    """Return the subtitle: measure, unit, what lines, bands and marks mean."""
    unit = f", {scale.unit}" if scale.unit not in ("%", "") else ""
    several = any(len(arm.rows) > 1 for arm in arms)
    text = f"{quantity.meaning}{unit}. Line: " + (
        "median; band: middle 50\u00a0% of runs" if several else "the one run"
    )
    text += "; grey: before the curves part" if len(arms) > 1 else ""
    text += f"; thin: {len(arms) - strong} policies with less effect, see the CSV" if len(arms) > strong else ""
    text += "; triangles: policies begin" if any(scene.marks(arm.policy) for arm in arms) else ""
    return text + handover_said(scene)


def _title(
    quantity: Quantity, gaps: Sequence[Effect], arms: Sequence[Arm], base: int, month: str,
    bands: Sequence[pd.DataFrame],
) -> str:  # fmt: skip
    """Say which policy differs most from the baseline at the end, or where the only one ends."""
    if len(arms) == 1:
        end = float(bands[0]["q50"].to_dict()[month])
        return f"{quantity.title} in {month}: {quantity.level([end]).text(end)} under {arms[0].tag}"
    head = f"{quantity.title} in {month}, against {arms[base].tag}: "
    others = [place for place in range(len(arms)) if place != base and gaps[place].n]
    if not others:
        return f"{head}no runs to compare"
    if all(gaps[place].zero for place in others):
        return f"{head}no difference in any run"
    clear = [place for place in others if not gaps[place].unsure]
    place = max(clear or others, key=lambda k: abs(np.nan_to_num(gaps[k].mean)))
    most = gaps[place]
    said = f"{effect(quantity, most.mean, most.low, most.high)} under {arms[place].tag}"
    return f"{head}no clear difference; largest: {said}" if most.unsure and most.n > 1 else f"{head}{said}"


def _data(measure: str, arms: Sequence[Arm], bands: Sequence[pd.DataFrame]) -> pd.DataFrame:
    parts = []
    for arm, band in zip(arms, bands, strict=True):
        part = band[["q05", "q25", "q50", "q75", "q95", "mean", "n"]].rename_axis("month").reset_index()
        part.insert(0, "policy", arm.policy or arm.name)
        part.insert(1, "measure", measure)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
