"""Multi-homing: how many families and models an enterprise uses at once, beside what surveys say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.frames import (
    Drawing,
    Drawings,
    MissingMeasureError,
    Scene,
    Tables,
    lines,
    select,
    tidy,
    with_t,
)
from experiments.figures.marks import MID, band_line, direct_labels, lever_ticks, month_axis, percent, percent_axis
from experiments.figures.sheet import Sheet
from experiments.figures.style import GREY, INK
from experiments.reality import compare

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FAMILIES, MODELS = "#2F4B62", "#8FA7B8"
COUNTS = (("distinct_models", "models", MODELS), ("distinct_families", "families", FAMILIES))
SHARES = (
    ("multihoming_families", "3 or more\nfamilies", FAMILIES),
    ("multihoming_models", "5 or more\nmodels", MODELS),
)


def draw(tables: Tables, scene: Scene) -> Drawings:
    """Draw mean counts per adopter, and large enterprises with three families or five models against surveys."""
    counts = {measure: _world(tables, measure) for measure, _, _ in COUNTS}
    shares = {instrument: _large(tables, instrument) for instrument, _, _ in SHARES}
    last = {measure: frame.dropna(subset=["mean"]).iloc[-1] for measure, frame in counts.items()}
    title = (
        f"An adopter uses {last['distinct_models']['mean']:.1f} models of {last['distinct_families']['mean']:.1f} "
        f"families in {last['distinct_models']['month']}"
    )
    sheet = Sheet(3.0, title, f"World, count-weighted, mean; points: surveys{scene.levers_said}", scene)
    left, right = sheet.axes(1, 2, right=0.78, gap=(1.1, 0), panel_titles=True)
    left.set_title("Models and families per adopter")
    right.set_title("Share of large enterprises")
    _panel(left, counts, COUNTS, scene, shares=False)
    _panel(right, shares, SHARES, scene, shares=True)
    _surveys(right, tables, scene)
    data = pd.concat([*counts.values(), *shares.values()])
    yield Drawing("multihoming", sheet.figure, tidy(data), title)


def _surveys(axes: Axes, tables: Tables, scene: Scene) -> None:
    observed = compare(tables.instruments, tables.observations, tables.matches)
    for instrument, _, shade in SHARES:
        for row in observed[observed["instrument"] == instrument].to_dict("records"):
            x, value = (row["start"] + row["end"]) / 2, row["data"]
            if not scene.first <= x <= scene.last + 1:
                continue
            axes.plot(x, value, "o", ms=4.5, mfc="white", mec=shade, mew=1.3, zorder=5)
            axes.annotate(
                f"survey {percent(value)}", (x, value), xytext=(-5, 4), textcoords="offset points", size=6,
                color=GREY, ha="right", zorder=6, bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.6},
            )  # fmt: skip


def _world(tables: Tables, measure: str) -> pd.DataFrame:
    frame = select(tables.bands, measure, by="total").sort_values("t")
    if frame["mean"].isna().all():
        raise MissingMeasureError(measure)
    return frame


def _large(tables: Tables, instrument: str) -> pd.DataFrame:
    frame = with_t(tables.instruments[tables.instruments["instrument"] == instrument])
    if frame["mean"].isna().all():
        raise MissingMeasureError(instrument)
    return frame


def _panel(
    axes: Axes, found: dict[str, pd.DataFrame], wanted: tuple[tuple[str, str, str], ...], scene: Scene, *, shares: bool
) -> None:
    ends, top = [], 0.0
    for measure, _, shade in wanted:
        table = lines(found[measure])
        x = table.index.to_numpy(float) + MID
        band_line(axes, x, table["q05"], table["mean"], table["q95"], shade, band=scene.seeds > 1)
        ends.append(float(table["mean"].dropna().iloc[-1]))
        top = max(top, float(table.max().max()))
    month_axis(axes, scene, short=True)
    lever_ticks(axes, scene)
    if shares:
        percent_axis(axes, 1.0)
    else:
        axes.set_ylim(0, max(1.12 * top, 1.0))
    numbers = [percent(end) if shares else f"{end:.1f}" for end in ends]
    texts = [f"{text} {number}" for (_, text, _), number in zip(wanted, numbers, strict=True)]
    direct_labels(axes, ends, texts, [shade for _, _, shade in wanted], size=6.5)
    axes.axhline(0, color=INK, lw=0.6)
