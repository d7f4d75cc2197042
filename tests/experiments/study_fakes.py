"""Synthetic studies for figures, and what their figures say."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.text import Text

from experiments.figures.frames import Drawing
from experiments.figures.studies import StudyScene
from experiments.figures.studies.factors import FactorText
from experiments.figures.studies.sample import Sample
from experiments.figures.studies.sweep import Sweep, drawings
from experiments.figures.style import house
from sim.calendar import months

MONTHS = months(30, 59)
GAMMA, COST = "params.demand.gamma", "params.demand.switching_cost"
SHARE = "cn_token_share_outside_cn"


def synthetic(
    names: tuple[str, ...] = ("status_quo", "us_all_closed"), points: Any = ((),), keys: tuple[str, ...] = (),
    move: Any = lambda run: 0.0, seeds: int = 4, draws: tuple[int, ...] = (-1,), gridlike: bool = False, **facts: Any,
) -> Sweep:  # fmt: skip
    """Return a study whose every measure is a walk of its seed and draw, plus ``move`` from month 12 on."""
    lines = [
        {
            "policy": name,
            "future": "none",
            "point": k,
            "draw": draw,
            "seed": seed,
            **dict(zip(keys, point, strict=True)),
        }
        for name, (k, point), draw, seed in itertools.product(names, enumerate(points), draws, range(seeds))
    ]
    runs = pd.DataFrame(lines).rename_axis("row")
    steps = np.arange(len(MONTHS))

    def read(measure: str) -> pd.DataFrame:
        found = [0.3 + 0.05 * np.sin(steps / 5 + 9 * r["seed"] + 3 * r["draw"]) + move(r) * (steps > 11) for r in lines]
        return pd.DataFrame(found, index=runs.index, columns=MONTHS)

    scene = StudyScene(
        f"{len(names)} policies", seeds, "1a2b3c4d", "0.1.0", 30, 59, 40, runs=len(runs), study="sweep fake",
        draws=len(draws) if draws != (-1,) else 0, **facts,
    )  # fmt: skip
    return Sweep(Sample(runs, keys, read, names, ("none",)), scene, {k: FactorText.of(k) for k in keys}, gridlike)


def drawn(sweep: Sweep, measure: str = SHARE, when: tuple[str, ...] = (MONTHS[-1],)) -> dict[str, Drawing]:
    with house():
        return {drawing.name.split("_")[0]: drawing for drawing in drawings(sweep, measure, when)}


def texts(drawing: Drawing) -> list[str]:
    return [found.get_text() for found in drawing.figure.findobj(Text) if found.get_visible() and found.get_text()]


def numbers(text: str) -> list[float]:
    return [float(found.replace("−", "-")) for found in re.findall(r"[+−]?\d+(?:\.\d+)?", text)]


def outside(drawing: Drawing) -> set[Text]:
    """Return the labels of ticks beyond the ends of their axis, which are not drawn."""
    axes = [axis for panel in drawing.figure.axes for axis in (panel.xaxis, panel.yaxis)]
    ticks = [(axis, tick) for axis in axes for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())]
    ends = [(tick, sorted(axis.get_view_interval())) for axis, tick in ticks]
    return {
        label for tick, (low, high) in ends if not low <= tick.get_loc() <= high for label in (tick.label1, tick.label2)
    }


def on_the_page(drawing: Drawing) -> None:
    with house():
        drawing.figure.draw_without_rendering()
        page = drawing.figure.bbox
        for found in set(drawing.figure.findobj(Text)) - outside(drawing):
            if found.get_visible() and found.get_text().strip():
                box = found.get_window_extent()
                inside = box.x0 > page.x0 - 1 and box.x1 < page.x1 + 1 and box.y0 > page.y0 - 1 and box.y1 < page.y1 + 1
                assert inside, found.get_text()
