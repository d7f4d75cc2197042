"""Capability: the frontier by developer bloc and openness, and how far the followers are behind."""

from __future__ import annotations

import pandas as pd

from experiments.figures.frames import Drawing, Drawings, Scene, Tables, select, tidy
from experiments.figures.layout import current
from experiments.figures.marks import event_marks
from experiments.figures.series import Look, draw_lines, last, points
from experiments.figures.sheet import Sheet
from experiments.figures.style import BLOCS, OPENNESS, ORDER

STRIP, LABELS = 0.34, 1.3
PAIRS = ("US-CN", "closed-open")
WORDS = {"US-CN": "US to China", "closed-open": "closed to open", "open": "best open"}
SHADES = {"US-CN": BLOCS["CN"], "closed-open": OPENNESS["open"]}


def draw(tables: Tables, scene: Scene) -> Drawings:
    """Draw ``capability``: best model by bloc and the best open one, the gaps in ECI, and in months."""
    blocs, openness = select(tables.bands, "frontier", by="bloc"), select(tables.bands, "frontier", by="openness")
    gap, lag = select(tables.bands, "capability_gap", by="pair"), select(tables.bands, "gap_months", by="pair")
    points_behind, month = last(gap, "US-CN")
    known = lag[(lag["key"] == "US-CN") & (lag["month"].astype(str) == month) & lag["mean"].notna()]
    months = "" if known.empty else f" and {known['mean'].iloc[0]:.0f} months"
    title = f"The best Chinese model is {points_behind:.1f} ECI{months} behind in {month}"
    gaps = [(gap, "Gap, ECI"), (lag, "Gap, months since the leader had as much")]
    gaps = [(frame, text) for frame, text in gaps if frame["mean"].notna().any()]
    height = 3.3 + 1.3 * len(gaps)
    sheet = Sheet(height, title, "Best released text model, Epoch Capabilities Index (ECI), mean over tasks", scene)
    beside = len(gaps) > 1 and current().either(False, True)
    if beside:
        top, *low = sheet.first_beside(len(gaps), right=LABELS, strip=STRIP)
    else:
        top, *low = sheet.axes(1 + len(gaps), right=LABELS, strip=STRIP, heights=(2, *[1] * len(gaps)), gap=(0, 0.4))
    opened = openness[openness["key"] == "open"]
    look = Look(points, WORDS, SHADES, dashed=("open",), zero=False)
    draw_lines(top, pd.concat([blocs, opened]), (*ORDER["bloc"], "open"), scene, look)
    for axes, (frame, text) in zip(low, gaps, strict=True):
        draw_lines(axes, frame, PAIRS, scene, Look(points, WORDS, SHADES))
        axes.set_title(text)
    event_marks([top, *low], scene.events)
    yield Drawing("capability", sheet.figure, tidy(pd.concat([blocs, openness, gap, lag])), title)
