"""Model against reality: for each instrument, what it would have measured in the model beside what it did measure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.frames import Drawing, Drawings, Scene, Tables, lines, with_t
from experiments.figures.layout import columns
from experiments.figures.marks import MID, band_line, lever_ticks, month_axis, percent, percent_axis
from experiments.figures.sheet import Sheet
from experiments.figures.style import BLOCS, GREY, INK, OPENNESS, colour, name
from experiments.reality import SHORT_PERIOD, YEAR, compare, model_place, yearly

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

TITLES = {
    "openrouter_token_share": "OpenRouter, share of tokens inside the top nine models",
    "openrouter_platform_share": "OpenRouter, share of tokens on the whole platform",
    "hf_derivatives": "Hugging Face, share of new derivatives",
    "hf_downloads": "Hugging Face, share of downloads",
    "ramp_firms": "Ramp, share of US businesses that pay the vendor",
    "menlo_spend": "Menlo, share of enterprise spending on model APIs",
    "menlo_open_share": "Menlo, share of enterprise workloads on open weights",
    "etr_usage": "ETR, share of large enterprises that use the vendor",
    "telemetry_deepseek": "DeepSeek's share of assistant use, by country",
    "menlo_usage": "Menlo, share of enterprise tokens on model APIs",
    "vendor_switching": "Share of enterprises that changed their primary lab within a year",
}
COLUMNS, BEFORE, AFTER = 4, 6, 7
ELSEWHERE = ("multihoming_families", "multihoming_models")
"""Drawn by the family ``multihoming``."""

AGGREGATES = (*BLOCS, "EU", *OPENNESS)


def draw(tables: Tables, scene: Scene) -> Drawings:
    """Draw one figure per instrument that has data: by entity over time, or by place where there is one period."""
    compared = compare(tables.instruments, tables.observations, tables.matches)
    compared = compared[~compared["instrument"].isin(ELSEWHERE)]
    compared = compared[(compared["end"] > scene.first) & (compared["start"] <= scene.last)]
    for key, rows in compared.groupby("instrument", sort=False, observed=True):
        model = with_t(tables.instruments[tables.instruments["instrument"] == key])
        if rows["place"].nunique() > 1 and rows["entity"].nunique() == 1:
            yield _by_place(str(key), rows, scene)
        else:
            yield _over_time(str(key), rows, model, scene)


def _title(instrument: str, year: pd.DataFrame) -> str:
    year = year[year["data"] >= 0.1]
    within = int(((year["ratio"] <= 2) & (year["ratio"] >= 0.5)).sum())
    title = TITLES.get(instrument, instrument.replace("_", " "))
    return (
        f"{title}: {within} of {len(year)} main entities within a factor of two in {YEAR}" if len(year) > 1 else title
    )


def _order(rows: pd.DataFrame) -> list[str]:
    mean = rows.groupby("entity", observed=True)["data"].mean().sort_values(ascending=False)
    found = [str(entity) for entity in mean.index]
    return [e for e in AGGREGATES if e in found] + [e for e in found if e not in AGGREGATES]


def _over_time(instrument: str, rows: pd.DataFrame, model: pd.DataFrame, scene: Scene) -> Drawing:
    entities = _order(rows)
    cols = columns(len(entities), min(COLUMNS, len(entities)), (1.4, 1.34))
    height = -(-len(entities) // cols)
    window = _window(rows, scene)
    year = yearly(rows)
    title = _title(instrument, year)
    middle = "median of the model" if scene.seeds > 1 else "model"
    text = f"Points and bars: data (2 s.e. where known); line: {middle}"
    text += window.levers_said + window.projected
    sheet = Sheet(0.95 + 1.34 * height, title, text, scene, dated=False, rigid=True)
    axes = sheet.axes(height, cols, left=0.42, gap=(0.4, 0.44), panel_titles=True, title_room=0.26)
    for panel, entity in zip(axes, entities, strict=False):
        part = rows[rows["entity"] == entity]
        _panel(panel, entity, part, _of(model, part, entity), window)
        said = year[year["entity"] == entity]
        if len(said):
            _verdict(panel, float(said["model"].iloc[0]), float(said["data"].iloc[0]))
    for panel in axes[len(entities) :]:
        panel.set_axis_off()
    return Drawing(f"reality_{instrument}", sheet.figure, rows.reset_index(drop=True), title)


def _of(model: pd.DataFrame, part: pd.DataFrame, entity: str) -> pd.DataFrame:
    mine = model[model["entity"] == entity]
    places = set(mine["geography"].astype(str).unique())
    return mine[mine["geography"].astype(str) == model_place(str(part["place"].iloc[0]), places)]


def _window(rows: pd.DataFrame, scene: Scene) -> Scene:
    """Return the scene cut to the months around the data."""
    first = max(scene.first, int(rows["start"].min()) - BEFORE)
    last = min(scene.last, int(np.ceil(rows["end"].max())) - 1 + AFTER)
    return replace(scene, first=first, last=max(last, first + 1))


def _panel(axes: Axes, entity: str, part: pd.DataFrame, model: pd.DataFrame, window: Scene) -> None:
    shade = colour(entity)
    table = lines(model, ("q05", "q50", "q95"))
    high = table["q95"]
    band_line(axes, table.index.to_numpy(float) + MID, table["q05"], table["q50"], high, shade, band=window.seeds > 1)
    _observed(axes, part)
    shown = high[(high.index >= window.first) & (high.index <= window.last)]
    top = np.nanmax([part["data"].max(), shown.max() if shown.notna().any() else 0.0, 0.005])
    month_axis(axes, window, short=True)
    lever_ticks(axes, window)
    percent_axis(axes, min(1.0, 1.3 * float(top)))
    axes.set_title(name(entity), pad=10)


def _verdict(axes: Axes, model: float, data: float) -> None:
    """Write the means of the year over the panel."""
    axes.annotate(
        f"{YEAR}: model {percent(model)[:-2]}, data {percent(data)}", (0, 1), xycoords="axes fraction", xytext=(0, 3),
        textcoords="offset points", size=5.8, color=GREY,
    )  # fmt: skip


def _observed(axes: Axes, part: pd.DataFrame) -> None:
    """Draw observations: short periods as points, long ones as bars over their period; error bars where known."""
    down, up = _errors(part)
    short = (part["end"] - part["start"]).to_numpy() <= SHORT_PERIOD
    middle = ((part["start"] + part["end"]) / 2).to_numpy()
    data = part["data"].to_numpy(float)
    errors = np.vstack([down, up])
    if short.any():
        axes.errorbar(
            middle[short], data[short], yerr=errors[:, short], fmt="o", ms=2.6, mfc="white", mec=INK, mew=0.8,
            ecolor=INK, elinewidth=0.6, zorder=5, clip_on=False,
        )  # fmt: skip
    if (~short).any():
        axes.hlines(data[~short], part["start"][~short], part["end"][~short], color=INK, lw=1.8, zorder=5)
        axes.errorbar(middle[~short], data[~short], yerr=errors[:, ~short], fmt="none", ecolor=INK, elinewidth=0.6)


def _errors(part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the distances down and up: two standard errors, else to ``low`` and ``high``, else nothing."""
    data, se = part["data"].to_numpy(float), part["se"].to_numpy(float)
    down = np.where(np.isfinite(se), 2 * se, data - part["low"].to_numpy(float))
    up = np.where(np.isfinite(se), 2 * se, part["high"].to_numpy(float) - data)
    return np.clip(np.nan_to_num(down), 0, np.maximum(data, 0)), np.clip(np.nan_to_num(up), 0, None)


def _by_place(instrument: str, rows: pd.DataFrame, scene: Scene) -> Drawing:
    """Draw data and model as dots, one line a place, largest first."""
    rows = rows.sort_values("data", ascending=False, kind="stable").reset_index(drop=True)
    title = TITLES.get(instrument, instrument)
    sheet = Sheet(1.0 + 0.2 * len(rows), title, "Ring: data; disc: model, mean over the region", scene, dated=False)
    (axes,) = sheet.axes(left=0.6, right=0.3)
    y = np.arange(len(rows))[::-1]
    shade = colour(str(rows["entity"].iloc[0]))
    axes.hlines(y, rows["q05"], rows["q95"], color=shade, lw=3, alpha=0.35)
    axes.plot(rows["mean"], y, "o", color=shade, ms=5)
    down, up = _errors(rows)
    errors = np.vstack([down, up])
    axes.errorbar(rows["data"], y, xerr=errors, fmt="o", ms=5, mfc="none", mec=INK, ecolor=INK, elinewidth=0.6)
    axes.set_yticks(y, _places(rows))
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.grid(axis="x")
    return Drawing(f"reality_{instrument}", sheet.figure, rows, title)


def _places(rows: pd.DataFrame) -> list[str]:
    from experiments.reality import country_regions

    regions = country_regions()
    names = [str(place) for place in rows["place"]]
    return [f"{place} ({regions[place]})" if regions.get(place, place) != place else place for place in names]
