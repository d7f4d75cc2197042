"""Release modes over time, one row a lab; with several seeds, the share of the seeds in each mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.apart import ink
from experiments.figures.frames import Drawing, Drawings, MissingMeasureError, Scene, Tables, select, tidy, wide
from experiments.figures.layout import current
from experiments.figures.log import HEIGHT, data, of_first_seed, releases, strip
from experiments.figures.marks import event_marks, month_axis, percent
from experiments.figures.sheet import EDGE, Sheet, inches
from experiments.figures.style import GREY, INK, OPENNESS, colour, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MODES = {
    "closed": (OPENNESS["closed"], "closed"), "tiered": ("#648397", "tiered: closed flagship, open below"),
    "delayed": ("#F2D27A", "open after a delay"), "open": (OPENNESS["open"], "open"),
}  # fmt: skip
STRIP, LABELS, NAMES, ROW, BAR, GAP = 0.34, 0.2, 0.86, 0.155, 0.78, 0.24
LABS, SIZE = 24, 6.2
SLIDE_LABS = 14
"""Labs of a slide at most; the CSV has those of the memo."""


def draw(tables: Tables, scene: Scene) -> Drawings:
    """Draw ``release_modes``: a timeline by lab, most tokens first, with what the log of the first seed says."""
    frames = {mode: select(tables.bands, "release_mode", by=f"lab_{mode}") for mode in MODES}
    shares = select(tables.bands, "release_mode", by="mode")
    labs = _order(select(tables.bands, "token_share", by="lab"), wide(frames["open"]))
    drawn = labs[: current().either(LABS, SLIDE_LABS)]
    log = of_first_seed(tables.events, scene.first, scene.last)
    year = wide(shares).tail(12).mean()
    title = "Labs in the last year: " + ", ".join(f"{percent(year[mode])} {mode}" for mode in MODES)
    text = _said(scene, log, f"{len(drawn)} labs with " if len(drawn) < len(labs) else "")
    marked = ("lever",) if log is not None else ("policy", "lever", "government")
    marks = [event for event in scene.events if event.kind in marked]
    room = STRIP if marks else 0.0
    sheet, axes, below = _sheet(title, text, scene, ROW * len(drawn), room, log)
    _rows(axes, {mode: wide(frame) for mode, frame in frames.items()}, drawn)
    month_axis(axes, scene)
    _key(axes, room)
    event_marks([axes, *below], marks)
    parts = [shares, *(frame[frame["key"].isin(labs)] for frame in frames.values())]
    if log is not None:
        releases(axes, log, drawn)
        month_axis(below[0], scene, labels=False)
        strip(below[0], log)
        parts.append(data(log, labs))
    yield Drawing("release_modes", sheet.figure, tidy(pd.concat(parts)), title)


def _said(scene: Scene, log: pd.DataFrame | None, few: str) -> str:
    """Return the subtitle."""
    text = f"Last generation; in the replay, releases of 12 months; {few}most tokens first"
    text += "; height: share of seeds" if scene.seeds > 1 else ""
    if log is None:
        return text
    seed = f"seed {log['seed'].iloc[0]}" if len(log) else "the first seed"
    text += f". Circles: flagship releases of {seed} (filled: open; hollow: closed; half: both)"
    return f"{text}; below: its policies, acts of governments and mode changes, as many as fit"


def _sheet(
    title: str, text: str, scene: Scene, rows: float, room: float, log: pd.DataFrame | None
) -> tuple[Sheet, Axes, list[Axes]]:
    """Return the sheet, the timeline and, if there is a log, the strip below."""
    more = 0.0 if log is None else HEIGHT + GAP
    sheet = Sheet(1.21 + rows + room + more, title, text, scene, band=False, rigid=True)
    heights = (1.0,) if log is None else (rows, HEIGHT)
    axes, *below = sheet.axes(
        len(heights), left=NAMES, right=LABELS, strip=room, panel_titles=True, heights=heights, gap=(0.0, GAP)
    )
    return sheet, axes, below


def _order(tokens: pd.DataFrame, opened: pd.DataFrame) -> list[str]:
    """Return the labs that ever released, by their tokens in the last year; pools of small labs are left out."""
    size = wide(tokens).tail(12).mean().sort_values(ascending=False)
    known = [key for key in opened.columns if opened[key].notna().any()]
    labs = [str(key) for key in size.index if key in known and not str(key).startswith("Other (")]
    if not labs:
        raise MissingMeasureError("a lab with a release mode")
    return labs[:LABS]


def _rows(axes: Axes, tables: dict[str, pd.DataFrame], labs: list[str]) -> None:
    for row, lab in enumerate(labs):
        bottom = np.full(len(tables["open"]), len(labs) - 1 - row - BAR / 2)
        for mode, (shade, _) in MODES.items():
            height = BAR * tables[mode][lab].fillna(0.0).to_numpy()
            top = bottom + height
            if height.any():
                edges = np.append(tables[mode].index.to_numpy(dtype=float), tables[mode].index[-1] + 1.0)
                low, high = np.append(bottom, bottom[-1]), np.append(top, top[-1])
                axes.fill_between(edges, low, high, step="post", color=shade, lw=0)
            bottom = top
    axes.set_ylim(-0.6, len(labs) - 0.4)
    axes.set_yticks(range(len(labs) - 1, -1, -1), labs, size=SIZE)
    for label, lab in zip(axes.get_yticklabels(), labs, strict=True):
        label.set_color(ink(colour(lab)))
    axes.grid(False)
    axes.spines["left"].set_visible(False)


def _key(axes: Axes, room: float) -> None:
    """Say above the figure, over a strip of some inches, what the colours mean."""
    wide_, high = inches(axes)
    x, y = (EDGE - NAMES + 0.78) / wide_, 1 + (room + 0.08) / high
    for shade, text in MODES.values():
        axes.plot([x, x + 0.12 / wide_], [y, y], color=shade, lw=5, transform=axes.transAxes, clip_on=False,
                  solid_capstyle="butt")  # fmt: skip
        axes.text(x + 0.16 / wide_, y, text, transform=axes.transAxes, size=6, color=INK, va="center")
        x += (0.34 + text_width(text, 6)) / wide_
    axes.text(x, y, "blank: no release for long", transform=axes.transAxes, size=6, color=GREY, va="center")
