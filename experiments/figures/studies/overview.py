"""The overview of a comparison: the headline measure over time, and what every policy does to it at the last date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.bands import statistics
from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.intervals import moments, summarise, unit_values
from experiments.contrasts.judgement import pooled
from experiments.contrasts.pairs import Outcomes, difference
from experiments.contrasts.spec import Comparison
from experiments.figures.frames import Drawing
from experiments.figures.marks import MID
from experiments.figures.sheet import inches
from experiments.figures.studies.dots import dot, frame, marks
from experiments.figures.studies.look import (
    FROM_ZERO,
    SLATE,
    Label,
    cut_said,
    effect_limits,
    focus,
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
from experiments.figures.studies.sample import CLOSE, Effect, coinciding, split_point
from experiments.figures.studies.words import Quantity, Scale, at_level, effect, pretty
from experiments.figures.style import GREY, INK, text_width
from sim.calendar import month_index

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.comparison.report import Compared
    from experiments.figures.sheet import Sheet
    from experiments.figures.studies.scene import StudyScene

LINES, ROWS = 4, 12
"""Policies that have a line, and rows of the right panel at most: those with the largest effects."""
TALL, ROW, ROOMY, HEAD = 2.2, 0.28, 0.46, 0.2
LEFT, RIGHT, LABELS, SHARE = 0.46, 0.16, 1.08, 0.47
"""Inches beside the panels and for the labels of lines; the part of the page that lines over time take."""
SIZE, SMALL = 6.4, 5.8
NAMED = 0.38
"""Rows by which a name stands over its dot."""
WIDE = 1.7
"""Lines are wider here than in small multiples, so that they hide each other from further away."""
AIR = 0.1
"""Room over the lines for what is history and what is projection, as a part of the axis."""


@dataclass(frozen=True)
class Curve:
    """An arm over time, and what it differs by from the baseline.

    Attributes:
        name: of the policy.
        table: a line a month: mean and quantiles of its runs, effect, t_low, t_high, n.
        effect: at the last date.
    """

    name: str
    table: pd.DataFrame
    effect: Effect


def draw(found: Compared, scene: StudyScene) -> Iterator[Drawing]:
    """Draw ``overview``, over all futures if there are several; nothing where the headline has no value.

    Args:
        found: the comparison.
        scene: its study.
    """
    yield from drawings(Outcomes.of(found.study, (found.spec.headline,)), found.spec, scene)


def drawings(outcomes: Outcomes, spec: Comparison, scene: StudyScene) -> Iterator[Drawing]:
    """Yield the figure of outcomes that hold the headline measure."""
    with at_level(spec.level):
        yield from _drawings(outcomes, spec, scene)


def _drawings(outcomes: Outcomes, spec: Comparison, scene: StudyScene) -> Iterator[Drawing]:
    date = (spec.dates or outcomes.months)[-1]
    curves = [_curve(outcomes, spec, name, date) for name in (spec.baseline, *spec.policies)]
    base, policies = curves[0], sorted(curves[1:], key=lambda c: -np.nan_to_num(abs(c.effect.mean), nan=-1.0))
    if not np.isfinite(base.table["mean"]).any():
        return
    quantity = Quantity.of(spec.headline)
    whole = effect_limits([[[c.effect.mean, c.effect.low, c.effect.high] for c in policies]], quantity)
    title = _title(quantity, pretty(spec.baseline), policies, date, whole)
    rows = min(len(policies), ROWS)
    tall = max(TALL, ROW * rows + 0.08)
    grid = Grid(1, 2, tall, left=LEFT, right=RIGHT, gap=(0.2, 0.3), strip=HEAD)
    text = _text(quantity, base, policies, outcomes, spec, scene)
    sheet, (left, right) = page(title, text, scene, grid)
    _divide(sheet, left, right, 2 * grid.wide + grid.gap[0], min(tall, ROOMY * rows))
    _lines(left, [base, *policies[:LINES]], quantity, scene)
    _dots(right, policies[:ROWS], quantity, whole)
    right.set_title(f"Difference in {date}{_unit(quantity.change(whole))}")
    yield Drawing("overview", sheet.figure, _data([base, *policies], spec), title)


def _curve(outcomes: Outcomes, spec: Comparison, name: str, date: str) -> Curve:
    """Return an arm: levels are means over its runs, effects those of pairs; futures count the same."""
    arm, base = (
        outcomes.cells[spec.headline][outcomes.policies.index(policy)].astype(np.float64)
        for policy in (name, spec.baseline)
    )
    gaps = difference(arm, base)
    gain = summarise(pooled(gaps), Resampling(spec.level, replicates=0))
    runs = statistics(arm.reshape(-1, arm.shape[-1]))
    table = pd.DataFrame(
        {"mean": moments(unit_values(pooled(arm)))[1], "q05": runs["q05"], "q95": runs["q95"], "runs": runs["n"],
         "effect": gain.mean, "t_low": gain.t_low, "t_high": gain.t_high, "n": gain.n, "zero_share": gain.zero},
        index=list(outcomes.months),
    )  # fmt: skip
    last = outcomes.months.index(date)
    mean, low, high = (float(limit[last]) for limit in (gain.mean, gain.t_low, gain.t_high))
    return Curve(name, table, Effect(mean, low, high, int(gain.n[last]), bool(gain.zero[last] >= 1.0)))


def _divide(sheet: Sheet, left: Axes, right: Axes, wide: float, low: float) -> None:
    """Give both panels their places: lines over time, their labels, and dots as high as they need."""
    page_wide = float(sheet.figure.get_size_inches()[0])
    box = left.get_position()
    first = (wide - LABELS) * SHARE / (1 - LABELS / wide)
    left.set_position((box.x0, box.y0, first / page_wide, box.height))
    start = LEFT + first + LABELS + 0.1
    tall = low / sheet.height
    right.set_position((start / page_wide, box.y1 - tall, (LEFT + wide - start) / page_wide, tall))


def _lines(axes: Axes, curves: Sequence[Curve], quantity: Quantity, scene: StudyScene) -> None:
    """Draw the baseline with its band, and policies from where they part from it; those that coincide take turns."""
    tables = [shown(curve.table, scene) for curve in curves]
    whole = _whole(tables, quantity, scene)
    scale, base = quantity.level(whole), tables[0]
    x = np.array([month_index(month) for month in base.index], dtype=float) + MID
    axes.set_ylim(whole[0], whole[1] + AIR * (whole[1] - whole[0]))
    axes.fill_between(x, base["q05"], base["q95"], color=GREY, alpha=0.2, lw=0)
    lines = [table["mean"] for table in tables]
    axes.plot(x, lines[0].to_numpy(float), color=INK, lw=1.6)
    groups = coinciding(lines, WIDE * (whole[1] - whole[0]))
    for members, _ in reversed(groups):
        own = [split_point([lines[0], lines[k]]) for k in members if k]
        parted = max(min(own, default=len(x)) - 1, 0)
        turns(axes, x[parted:], lines[members[0]][parted:], members, width=1.6)
    timeline(axes, scene)
    scale_axis(axes, scale)
    _past(axes, scene)
    for curve in curves[1:]:
        policy_dates(axes, scene.marks(curve.name), scene)
    side_labels(axes, _labels(curves, lines, groups, scale), LABELS - 0.1, SIZE)
    axes.set_title(f"Level{_unit(scale)}")


def _whole(tables: Sequence[pd.DataFrame], quantity: Quantity, scene: StudyScene) -> tuple[float, float]:
    """Return the ends of the axis of levels."""
    seen = [focus(table, scene, quantity.unit) for table in tables]
    parts = [seen[0][["mean", "q05", "q95"]], *(table[["mean"]] for table in seen[1:])]
    return limits(parts, zero=quantity.unit in FROM_ZERO)


def _past(axes: Axes, scene: StudyScene) -> None:
    """Shade what is history, and say which side is which."""
    first, last = scene.window
    if scene.handover is None or not first <= scene.handover < last:
        return
    start = scene.handover + 1
    axes.axvspan(first, start, color="#efefec", zorder=0, lw=0)
    place: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "size": SMALL, "color": GREY, "va": "top"}
    gap = (last + 1 - first) * 0.012
    axes.text(start - gap, 0.985, "history", ha="right", **place)
    axes.text(start + gap, 0.985, "projection", ha="left", **place)


def _labels(
    curves: Sequence[Curve], lines: Sequence[pd.Series[float]], groups: Sequence[tuple[list[int], bool]], scale: Scale
) -> list[Label]:
    found = []
    for members, exact in groups:
        known = lines[members[0]].dropna()
        if len(known):
            end = float(known.iloc[-1])
            said = together([pretty(curves[k].name) for k in members], len(curves), exact=exact)
            value = scale.text(end) if scale.unit == "%" else scale.bare(end)
            found.append(Label(end, f"{said}: {value}", shade(members[0]) if len(members) == 1 else INK))
    return found


def _dots(axes: Axes, policies: Sequence[Curve], quantity: Quantity, whole: tuple[float, float]) -> None:
    """Draw the effects, sorted; names and numbers stand over them."""
    scale = quantity.change(whole)
    rows = sorted(policies, key=lambda c: -np.nan_to_num(c.effect.mean, nan=-np.inf))
    frame(axes, [""] * len(rows), whole, scale, names_shown=False)
    wide = inches(axes)[0]
    for place, curve in enumerate(rows):
        rank = policies.index(curve) + 1
        tint, gap = shade(rank) if rank <= LINES else SLATE, curve.effect
        dot(axes, place, gap, tint)
        said = "" if gap.zero or not np.isfinite(gap.mean) else _number(quantity, gap, scale)
        text, room = pretty(curve.name), wide - text_width(said, SMALL, bold=True) - 0.08
        size = SIZE * min(1.0, room / text_width(text, SIZE, bold=True))
        at: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "va": "center", "zorder": 5, "weight": "bold"}
        at |= {"color": tint, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.8}}
        axes.text(0.0, place - NAMED, text, size=size, **at)
        axes.text(1.0, place - NAMED, said, size=SMALL, ha="right", **at)


def _number(quantity: Quantity, gap: Effect, scale: Scale) -> str:
    """Return a mean as exact as its interval and its axis allow, without a unit."""
    own = quantity.change((gap.mean,), (gap.high - gap.low) / 2 if np.isfinite(gap.low) else None)
    return replace(scale, decimals=min(own.decimals, scale.decimals + 1)).bare(gap.mean, signed=True)


def _unit(scale: Scale) -> str:
    return f", {scale.unit}" if scale.unit else ""


def _text(
    quantity: Quantity, base: Curve, policies: Sequence[Curve], outcomes: Outcomes, spec: Comparison, scene: StudyScene
) -> str:
    """Return the subtitle: what is measured, and what lines, band, dots and marks mean."""
    name, drawn = pretty(spec.baseline), [base, *policies[:LINES]]
    several = base.table["runs"].max() > 1
    text = f"{quantity.meaning}. Lines: {'mean of the runs' if several else 'the one run'}"
    text += f", of the {LINES} policies with the largest effects" if len(policies) > LINES else ""
    text += f"; band: 90\u00a0% of the {name} runs" if several else ""
    text += "; triangles: policies begin" if any(scene.marks(curve.name) for curve in drawn[1:]) else ""
    tables = [shown(curve.table, scene)[["mean"]] for curve in drawn]
    text += cut_said(tables, _whole([shown(c.table, scene) for c in drawn], quantity, scene), scene, quantity.unit)
    many = len(outcomes.futures)
    text += f". Paired differences, same seeds{f', mean of {many} futures' if many > 1 else ''}"
    text += f", the {ROWS} largest of {len(policies)}" if len(policies) > ROWS else ""
    return f"{text}. {marks(c.effect for c in policies)}"


def _title(quantity: Quantity, base: str, policies: Sequence[Curve], date: str, whole: tuple[float, float]) -> str:
    """Say in one sentence which policies raise and lower the measure most."""
    head = f"{quantity.title} in {date}:"
    if all(curve.effect.zero for curve in policies):
        return f"{head} no policy makes a difference in any run"
    clear = [c for c in policies if not c.effect.unsure and abs(c.effect.mean) > CLOSE * (whole[1] - whole[0])]
    if not clear:
        alone = all(not np.isfinite(c.effect.low) for c in policies)
        why = "one pair of runs a policy, so nothing" if alone else f"none of {len(policies)} policies"
        return f"{head} {why} can be told apart from {base}"
    ends = [[c for c in clear if c.effect.mean * sign > 0][:1] for sign in (1, -1)]
    chosen = [c for end in ends for c in end]
    said = [effect(quantity, c.effect.mean, c.effect.low, c.effect.high, short=True) for c in chosen]
    if len(said) > 1:  # the unit once
        said[1] = said[1].replace(quantity.change([chosen[0].effect.mean]).suffix + " ", " ", 1)
    return f"{head} {', '.join(f'{size} under {pretty(c.name)}' for size, c in zip(said, chosen, strict=True))}"


def _data(curves: Sequence[Curve], spec: Comparison) -> pd.DataFrame:
    parts = [curve.table.rename_axis("month").reset_index().assign(policy=curve.name) for curve in curves]
    data = pd.concat(parts, ignore_index=True).assign(measure=spec.headline, unit=Quantity.of(spec.headline).unit)
    first = ["policy", "measure", "unit", "month"]
    return data[[*first, *(name for name in data.columns if name not in first)]]
