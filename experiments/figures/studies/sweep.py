"""The figures of ``opengambit sweep``: which of them a study can have, from its plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.figures import FORMATS, save
from experiments.figures.frames import Drawing
from experiments.figures.layout import check_layouts
from experiments.figures.studies import fans, heat, multiples, response, scatter
from experiments.figures.studies.factors import FactorText, levels_of, undated
from experiments.figures.studies.sample import Arm, Sample
from experiments.figures.studies.scene import scene_of, stamp_of
from experiments.figures.studies.words import Quantity, listed, number, pretty
from experiments.figures.style import house
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from experiments.figures.studies.scene import StudyScene
    from experiments.studies.store import Study

LEVELS = 6
"""Levels of a factor that are panels or colours at most."""
PAIRS = 3
"""Pairs of factors of a grid that are drawn at most."""


@dataclass(frozen=True)
class Sweep:
    """A study, ready to be drawn.

    Attributes:
        sample: its finished runs.
        scene: what its figures say about themselves.
        factors: key -> factor in words.
        grid: whether its points are every combination of a few levels.
    """

    sample: Sample
    scene: StudyScene
    factors: dict[str, FactorText]
    grid: bool

    @classmethod
    def of(cls, study: Study) -> Sweep:
        """Return a study.

        Raises:
            InputError: a damaged shard, or no finished run.
        """
        design, sample = study.plan["design"], Sample.of(study)
        if sample.runs.empty:
            hint = "start the study again: what is missing is run"
            raise InputError(Problem(str(study.folder), "figures", "this study has no finished run yet", hint))
        words = {}
        for key, date in zip(design["keys"], design["dates"] or [""] * len(design["keys"]), strict=True):
            sample.runs[key], own = undated(sample.runs[key]) if key.startswith("lever.") else (sample.runs[key], "")
            words[key] = FactorText.of(key, date or own, study.plan["settings"])
        return cls(sample, scene_of(study), words, is_grid(study))

    def arms(self, *split: str, where: Mapping[str, Any] | None = None) -> list[Arm]:
        """Return arms with their names in words."""
        return [self.named(arm) for arm in self.sample.arms(*split, where=where)]

    def named(self, arm: Arm) -> Arm:
        """Return an arm with its names in words: policy, future and levels of factors."""
        if not arm.labels:
            return replace(arm, tag=pretty(arm.policy) or arm.name)
        full, short = [], []
        for key, value in arm.labels:
            factor = self.factors.get(key)
            full.append(factor.named(value) if factor else f"{'future ' * (key == 'future')}{pretty(str(value))}")
            short.append(number(value) if factor else pretty(str(value)))
        return replace(arm, name=", ".join(full), tag=", ".join(short))

    def what(self, split: Sequence[str], group: Arm | None = None) -> str:
        """Say what the names of arms mean if they are levels, what is pooled, and how many runs a part of them has."""
        named = [key for key in split if key in self.factors]
        held = {*split, *(key for key, _ in (group.labels if group else ()))}
        pooled = [f.label for key, f in self.factors.items() if key not in held and self.sample.runs[key].nunique() > 1]
        said = [f"; names: {self.factors[key].axis}" for key in named]
        said += [f"; pooled over {listed(pooled)}"] if pooled else []
        return "".join(said) + (f"; {len(group.rows)} of the runs" if group and group.rows else "")

    def base(self, arms: Sequence[Arm]) -> int:
        """Return the number of the reference: the first arm in which every factor has its reference level."""
        usual = {
            key: factor.reference(levels_of(self.sample.runs[key]))[0]
            for key, factor in self.factors.items()
            if self.grid
        }
        fits = [all(usual.get(key, value) == value for key, value in arm.labels) for arm in arms]
        return fits.index(True) if True in fits else 0

    @property
    def varied(self) -> list[str]:
        """The labels among policy and future that have several values."""
        return [key for key in ("policy", "future") if self.sample.runs[key].nunique() > 1]

    @property
    def split(self) -> list[str]:
        """What makes an arm: policy and future, and the first factor of a grid if it has few levels."""
        found = self.varied
        if self.grid and "future" not in found:
            first = next(iter(self.factors))
            found += [first] if self.sample.runs[first].nunique() <= LEVELS else []
        return found


def is_grid(study: Study) -> bool:
    """Say whether the points of a study are every combination of at least two levels."""
    design = study.plan["design"]
    if not design["keys"] or design["kind"] in ("latin hypercube", "sobol"):
        return False
    points = study.rows.drop_duplicates("point")[design["keys"]]
    levels = [points[key].nunique() for key in design["keys"]]
    whole = int(np.prod(levels)) == len(points) == len(points.drop_duplicates())
    return whole and max(levels) > 1


def sweep_figures(
    study: Study, folder: Path, *, measure: str = "cn_token_share_outside_cn", months: Sequence[str] | None = None,
    layouts: Sequence[str] = ("memo",), formats: Sequence[str] = FORMATS,
) -> list[Path]:  # fmt: skip
    """Draw the figures that a study can have: each in each layout and format, and its data as CSV.

    Args:
        study: finished or not.
        folder: where they go.
        measure: headline measure of the figures that show one.
        months: of heat maps, scatters and response curves, YYYY-MM (default: the last, and one half way).
        layouts: names of `experiments.figures.layout.LAYOUTS`.
        formats: suffixes.

    Returns:
        The files.

    Raises:
        InputError: an unknown measure, month or layout, a damaged shard, or no finished run.
    """
    Quantity.of(measure)
    check_layouts(layouts)
    sweep = Sweep.of(study)
    chosen = _months(sweep, months, measure)
    stamp, made = stamp_of(study), dict[Path, None]()
    for layout in layouts:
        with house(layout=layout):
            for drawing in drawings(sweep, measure, chosen):
                made |= dict.fromkeys(save(drawing, Path(folder), stamp, formats))
    return list(made)


def drawings(sweep: Sweep, measure: str, months: Sequence[str]) -> Iterator[Drawing]:
    """Yield the figures that a study can have."""
    sample, scene = sweep.sample, sweep.scene
    arms = sweep.arms(*sweep.split)
    yield from fans.draw(sample, scene, measure, arms, sweep.base(arms), sweep.what(sweep.split))
    yield from _multiples(sweep, measure)
    keys = [key for key in sweep.factors if sample.runs[key].nunique() > 1]
    panels, words = sweep.arms(*sweep.varied), [sweep.factors[key] for key in keys]
    if sweep.grid:
        for pair in list(combinations(words, 2))[:PAIRS]:
            yield from heat.draw(sample, scene, measure, months, pair, panels)
        yield response.draw(sample, scene, measure, months, words, panels)
    elif keys:
        yield from scatter.draw(sample, scene, measure, months, words, panels)


def _multiples(sweep: Sweep, measure: str) -> Iterator[Drawing]:
    """Yield one figure with policies, futures or levels in colours: policies once a future, or at the usual level."""
    split, sample, scene = sweep.split, sweep.sample, sweep.scene
    colours = split[:1]
    groups = sweep.arms(split[1]) if len(split) > 1 else [Arm("", ())]
    chosen = groups if len(split) < 2 or split[1] == "future" else [groups[sweep.base(groups)]]
    for group in chosen:
        arms = sweep.arms(*colours, where=dict(group.labels))
        yield multiples.draw(sample, scene, measure, arms, sweep.base(arms), sweep.what(colours, group), group.name)


def _months(sweep: Sweep, months: Sequence[str] | None, measure: str) -> list[str]:
    """Return the months that were asked for, or those that say most.

    Raises:
        InputError: a month in which no run has a value.
    """
    table = sweep.sample.wide(measure)
    there = list(table.columns[table.notna().any()])
    wanted = list(months) if months is not None else [month for month in sweep.scene.months() if month in there]
    legal = f"{there[0]} to {there[-1]}" if there else "another measure"
    problems = [
        Problem("months", month, f"no run has a value of {measure} in this month", legal, nearest(month, there))
        for month in wanted
        if month not in there
    ]
    if problems or not wanted:
        raise InputError(problems or [Problem("months", "months", "none is named", legal)])
    return wanted
