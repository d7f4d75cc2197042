"""Three figures of fixed tables, held against stored images.

The tables are made by hand, so that a change of the model moves nothing here. Type is set by the font that ships with
matplotlib, but its renderer differs a little between versions: words are hidden, and lines, areas, dots and where the
axes stand are compared. New images, if a figure is meant to look different:

    pytest tests/experiments/figures/test_pictures.py --mpl-generate-path=tests/experiments/figures/baseline
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import experiments
from experiments.figures import draw
from experiments.figures.frames import Drawing, Event, Scene, Tables
from experiments.figures.studies import StudyScene, difference, dots
from experiments.figures.style import house
from sim.calendar import month_name

STYLE = str(Path(experiments.__file__).parent / "mplstyle")
COMPARED: dict[str, Any] = {
    "baseline_dir": "baseline", "tolerance": 1, "style": STYLE, "savefig_kwargs": {"dpi": 60}, "deterministic": True,
}  # fmt: skip
MEASURE = "us_token_share"
SCENE = StudyScene(
    "3 policies, future none", 8, "1a2b3c4d", "0.1.0", 30, 65, 42, runs=32, study="compare fixed",
    starts=(("us_open_push", (Event(43, "begins", "lever"),)), ("total_chip_ban", (Event(48, "begins", "lever"),))),
)  # fmt: skip
LAST = month_name(65)


def shares() -> Tables:
    """Return shares by bloc that move along straight lines for three years."""
    rows = []
    for t in range(30, 66):
        step = (t - 30) / 36
        values = {"US": 0.7 - 0.25 * step, "CN": 0.2 + 0.3 * step, "AL": 0.08 - 0.04 * step, "NAL": 0.02 - 0.01 * step}
        rows += [{"month": month_name(t), "key": key, "mean": value} for key, value in values.items()]
    bands = pd.DataFrame(rows).assign(
        measure="token_share", segment_kind="world", segment="world", by="bloc", n=8,
        **dict.fromkeys(("q25", "q50", "q75"), 0.5),
    )  # fmt: skip
    bands = bands.assign(q05=bands["mean"] - 0.01, q95=bands["mean"] + 0.01)
    return Tables(bands, pd.DataFrame(columns=["instrument"]), pd.DataFrame())


def effects() -> pd.DataFrame:
    """Return a policy that raises the share, one that lowers it, one without a clear effect, and one with none."""
    slopes = {"us_open_push": 0.004, "total_chip_ban": -0.002, "api_cutoff": 0.0003, "megaproject": 0.0}
    rows = []
    for name, slope in slopes.items():
        for t in range(30, 66):
            mean = slope * max(t - 43, 0)
            half = 0.012 * (slope != 0) * (t > 43)
            rows.append({
                "policy": name, "future": "none", "measure": MEASURE, "unit": "share", "month": month_name(t), "n": 8,
                "mean": mean, "t_low": mean - half, "t_high": mean + half, "boot_low": mean - half,
                "boot_high": mean + half, "sign_agreement": 1.0, "zero_share": float(mean == 0),
            })  # fmt: skip
    return pd.DataFrame(rows)


def wordless(drawing: Drawing) -> Figure:
    """Return the figure without its words."""
    for text in drawing.figure.findobj(Text):
        text.set_alpha(0.0)
    return drawing.figure


@pytest.mark.mpl_image_compare(**COMPARED)
def test_adoption_stacked() -> Figure:
    marks = (Event(33, "a release"), Event(42, "a policy", "policy"), Event(50, "a lever", "lever"))
    scene = Scene("fixed", 8, "1a2b3c4d", "0.1.0", 30, 65, 42, marks)
    return wordless(draw("adoption_bloc", shares(), scene)[0])


@pytest.mark.mpl_image_compare(**COMPARED)
def test_difference() -> Figure:
    with house():
        return wordless(next(difference.draw(effects(), SCENE)))


@pytest.mark.mpl_image_compare(**COMPARED)
def test_dots() -> Figure:
    with house():
        return wordless(next(dots.draw(effects(), SCENE, [month_name(54), LAST])))
