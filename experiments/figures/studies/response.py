"""Response curves: the paired effect of each level of a factor against its reference level, at chosen months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.layout import current
from experiments.figures.studies.factors import FactorText, levels_of, positions
from experiments.figures.studies.look import (
    MARKERS,
    Label,
    effect_limits,
    note,
    scale_axis,
    shade,
    side_labels,
    thinned,
    together,
    turns,
)
from experiments.figures.studies.page import Grid, axis_names, page
from experiments.figures.studies.sample import CLOSE, Arm, Effect, Sample, coinciding
from experiments.figures.studies.words import Quantity, effect, listed, number
from experiments.figures.style import ARMS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.studies.scene import StudyScene

TALL, LOW, LABELS, SIZE = 1.55, 1.15, 1.12, 6.0


@dataclass(frozen=True)
class Curve:
    """The effects of the levels of a factor on an arm at a month.

    Attributes:
        factor: number of the factor.
        month: YYYY-MM.
        arm: number of the arm.
        levels: of the factor.
        effects: one a level, against the reference.
        reference: number of the reference level.
    """

    factor: int
    month: str
    arm: int
    levels: tuple[Any, ...]
    effects: tuple[Effect, ...]
    reference: int

    @property
    def means(self) -> pd.Series[float]:
        """The mean effects."""
        return pd.Series([gap.mean for gap in self.effects], dtype=float)

    @property
    def flat(self) -> bool:
        """Whether no level makes a difference in any run."""
        return all(gap.zero for gap in self.effects)

    @property
    def largest(self) -> int:
        """The level with the largest effect."""
        return int(np.nanargmax(np.abs(self.means.fillna(0.0))))


def draw(
    sample: Sample, scene: StudyScene, measure: str, months: Sequence[str], factors: Sequence[FactorText],
    arms: Sequence[Arm],
) -> Drawing:  # fmt: skip
    """Draw ``response``: a row a factor (the others are averaged over), a column a month, a line an arm.

    Args:
        sample: runs of a grid.
        scene: the study.
        measure: a headline measure.
        months: YYYY-MM.
        factors: of the grid.
        arms: lines; those over six are left to the CSV.
    """
    quantity = Quantity.of(measure)
    curves = [
        _curve(sample, sample.wide(measure)[month], (number_, factor), month, (place, arm))
        for number_, factor in enumerate(factors)
        for month in months
        for place, arm in enumerate(arms)
    ]
    shown = [curve for curve in curves if curve.arm < len(ARMS)]
    title, text = _title(quantity, curves, factors, arms, months[-1]), _text(quantity, shown, factors, arms, sample)
    right = LABELS if len(arms) > 1 else 0.2
    grid = Grid(len(factors), len(months), current().either(TALL, LOW), 0.5, right, (0.2, 0.62), below=0.3)
    unit = quantity.change([gap.mean for curve in shown for gap in curve.effects]).unit or quantity.unit
    heads = [month if at else f"{month}, {unit}" for _ in factors for at, month in enumerate(months)]
    sheet, panels = page(title, text, scene, grid, heads)
    whole = effect_limits([[[gap.mean, gap.low, gap.high] for curve in shown for gap in curve.effects]], quantity)
    for place, panel in enumerate(panels):
        row, col = divmod(place, len(months))
        mine = [curve for curve in shown if curve.factor == row and curve.month == months[col]]
        _panel(panel, mine, arms, whole, quantity, last=col == len(months) - 1)
        panel.tick_params(labelleft=col == 0)
    for row, factor in enumerate(factors):
        axis_names(sheet, panels[row * len(months) : (row + 1) * len(months)], _below(factor, sample))
    return Drawing(f"response_{measure}", sheet.figure, _data(curves, arms, factors, measure), title)


def _below(factor: FactorText, sample: Sample) -> str:
    """Return what is written under a row: the factor, and whether its levels stand where their values are."""
    levels = levels_of(sample.runs[factor.key])
    plain = positions(levels)[1] or not all(isinstance(level, (int, float)) for level in levels)
    head, _, tail = factor.full.partition("\n")
    return f"{head}{'' if plain else ', evenly spaced'}" + (f"\n{tail}" if tail else "")


def _curve(
    sample: Sample, values: pd.Series[float], factor: tuple[int, FactorText], month: str, arm: tuple[int, Arm]
) -> Curve:
    key, runs = factor[1].key, sample.runs.loc[list(arm[1].rows)]
    levels = levels_of(runs[key])
    base, _ = factor[1].reference(levels)
    groups = [list(runs.index[runs[key] == level]) for level in levels]
    at = levels.index(base)
    effects = tuple(sample.effect(values, rows, groups[at]) for rows in groups)
    return Curve(factor[0], month, arm[0], tuple(levels), effects, at)


def _panel(
    axes: Axes, curves: Sequence[Curve], arms: Sequence[Arm], whole: tuple[float, float], quantity: Quantity, *,
    last: bool,
) -> None:  # fmt: skip
    levels = curves[0].levels
    places, _ = positions(levels)
    joined = all(isinstance(level, (int, float)) for level in levels)
    margin = (0.04 if joined else 0.3) * (max(places) - min(places)) or 0.5
    axes.set_ylim(*whole)
    axes.set_xlim(min(places) - margin, max(places) + margin)
    axes.axhline(0.0, color=INK, lw=0.6)
    groups = coinciding([curve.means for curve in curves], whole[1] - whole[0])
    for members, _ in groups:
        _group(axes, np.array(places), [curves[k] for k in members], members, joined=joined, count=len(arms))
    axes.set_xticks(places, thinned(axes, [number(level) for level in levels]))
    scale_axis(axes, quantity.change(whole), signed=True)
    if all(curve.flat for curve in curves):
        note(axes, f"{f'all {len(curves)}: ' if len(curves) > 1 else ''}no change in any run")
    elif last and len(arms) > 1:
        _labels(axes, curves, groups, arms)


def _group(
    axes: Axes, x: np.ndarray[Any, Any], curves: Sequence[Curve], members: Sequence[int], *, joined: bool, count: int
) -> None:
    """Draw curves that coincide: one line in their colours, bands or bars, and a marker a level."""
    places = [len(ARMS)] if count == 1 else list(members)
    if joined:
        turns(axes, x, curves[0].means, places)
    for curve, place in zip(curves, places, strict=True):
        shift = 0.0 if joined or count == 1 else 0.07 * (place - (min(count, len(ARMS)) - 1) / 2)
        low, high = (np.array([getattr(gap, name) for gap in curve.effects]) for name in ("low", "high"))
        if joined:
            axes.fill_between(x, low, high, color=shade(place), alpha=0.18, lw=0)
        else:
            axes.vlines(x + shift, low, high, color=shade(place), lw=1.2)
        _markers(axes, x + shift, curve, place)


def _markers(axes: Axes, x: np.ndarray[Any, Any], curve: Curve, place: int) -> None:
    """Draw a marker a level: hollow where the interval holds zero, or the effect is too small to be seen."""
    span = axes.get_ylim()[1] - axes.get_ylim()[0]
    mark = MARKERS[place % len(MARKERS)]
    for at, gap in enumerate(curve.effects):
        hollow = gap.unsure or abs(gap.mean) < CLOSE * span
        fill = "white" if hollow else shade(place)
        axes.plot(x[at], gap.mean, mark, ms=3.4, mfc=fill, mec=shade(place), mew=0.9, zorder=5)


def _labels(axes: Axes, curves: Sequence[Curve], groups: Sequence[tuple[list[int], bool]], arms: Sequence[Arm]) -> None:
    labels = []
    for members, exact in groups:
        said = together([arms[curves[k].arm].tag for k in members], len(curves), exact=exact)
        colour = shade(members[0]) if len(members) == 1 else INK
        labels.append(Label(float(curves[members[0]].means.iloc[-1]), said, colour))
    side_labels(axes, labels, LABELS - 0.12, SIZE)


def _title(
    quantity: Quantity, curves: Sequence[Curve], factors: Sequence[FactorText], arms: Sequence[Arm], month: str
) -> str:
    """Say what the strongest factor does to the first arm at the last month."""
    first = [curve for curve in curves if curve.month == month and curve.arm == 0]
    if all(curve.flat for curve in curves if curve.month == month):
        said = listed(factors[c.factor].word for c in first)
        return f"{quantity.title} does not respond to {said} in any run by {month}"
    curve = max(first, key=lambda one: abs(one.means[one.largest]))
    gap, factor = curve.effects[curve.largest], factors[curve.factor]
    change = f"{number(curve.levels[curve.reference])} to {factor.value(curve.levels[curve.largest])}"
    under = f" under {arms[0].name}" if len(arms) > 1 else ""
    said = effect(quantity, gap.mean, gap.low, gap.high)
    doubt = "no clear effect: " if gap.unsure and gap.n > 1 else ""
    return f"{quantity.title} in {month}{under}: {doubt}{said} with {factor.word} from {change}"


def _text(
    quantity: Quantity, curves: Sequence[Curve], factors: Sequence[FactorText], arms: Sequence[Arm], sample: Sample
) -> str:
    refs = [f"{factors[c.factor].value(c.levels[c.reference])}" for c in _firsts(curves)]
    unit = "draws, seeds averaged" if sample.runs["draw"].nunique() > 1 else "seeds"
    text = f"{quantity.meaning}: paired difference from the value at {' and '.join(refs)}, same seeds"
    text += "; the other factors averaged over" if len(factors) > 1 else ""
    text += (
        f". Band or bar: 95\u00a0% t interval over {unit}; hollow: it holds zero, or the effect is too small to be seen"
    )
    flat = [factors[c.factor].label for c in _firsts(curves) if all(o.flat for o in curves if o.factor == c.factor)]
    text += f"; flat, no change in any run: {listed(flat)}" if flat else ""
    left = len(arms) - len(ARMS)
    return text + (f"; {left} more arms in the CSV" if left > 0 else "")


def _firsts(curves: Sequence[Curve]) -> list[Curve]:
    return [next(c for c in curves if c.factor == k) for k in sorted({c.factor for c in curves})]


def _data(curves: Sequence[Curve], arms: Sequence[Arm], factors: Sequence[FactorText], measure: str) -> pd.DataFrame:
    rows = [
        {"factor": factors[c.factor].key, "unit": factors[c.factor].unit, "level": level, "month": c.month,
         "arm": arms[c.arm].name, **dict(arms[c.arm].labels), "measure": measure, "mean": gap.mean, "low": gap.low,
         "high": gap.high, "pairs": gap.n, "zero": gap.zero, "reference": place == c.reference}
        for c in curves
        for place, (level, gap) in enumerate(zip(c.levels, c.effects, strict=True))
    ]  # fmt: skip
    return pd.DataFrame(rows)
