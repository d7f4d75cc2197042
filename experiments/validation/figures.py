"""Figures of a validation: the fit beside the data, forecasts from every origin, and skill at a glance.

All draw the tables of the result. The model is a blue band; data are rings; rules are thin lines told apart by dashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.apart import DASHES
from experiments.figures.frames import Drawing, Scene
from experiments.figures.layout import columns
from experiments.figures.marks import MID, month_axis
from experiments.figures.sheet import Sheet
from experiments.figures.style import BLOCS, GREY, INK
from experiments.validation.forecast import CONDITIONAL, MODEL, ROLLING
from experiments.validation.rules import RULES
from experiments.validation.verdicts import BEATEN
from sim.calendar import month_index, month_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from experiments.validation.conduct import Result

SHADE = BLOCS["US"]
COLUMNS, TALL, FEWEST = 4, 1.15, 4
LEGEND = 0.16
KIND_WORDS = {ROLLING: "rolling", CONDITIONAL: "conditional"}
SHADES = {ROLLING: SHADE, CONDITIONAL: "#BA5100"}
MARKS = {1: "s", 3: "o", 6: "^", 12: "D"}
"""Marker of a horizon; any other is a point."""
LOWEST = -3.0
"""Skill at which the axis ends; what is below is drawn at its edge."""


@dataclass(frozen=True)
class Judged(Scene):
    """What figures of a validation say of themselves.

    Attributes:
        draws: how many stand behind the figure, in words.
        posterior: the same of the fit.
    """

    draws: str = ""
    posterior: str = ""

    @property
    def sample(self) -> str:
        """Say what stands behind the figure."""
        return self.draws

    @property
    def band(self) -> str:
        """Nothing: each figure says what its band is."""
        return ""

    @property
    def source(self) -> str:
        """Return the source line at the foot of a figure."""
        dates = f"{month_name(self.first)} to {month_name(self.last)}"
        return f"OpenGambit {self.version} · validation {self.run} · data {dates}"


def drawings(result: Result, scene: Judged) -> Iterator[Drawing]:
    """Yield every figure that the tables allow."""
    tables = result.tables
    if "fit_points" in tables:
        rows = tables["fit_points"]
        for instrument, part in rows.groupby("instrument", sort=False):
            kept = part[part["series"].isin(_shown(part, tables["fit"]))]
            if len(kept):
                yield _fit(str(instrument), kept, tables["fit"], replace(scene, draws=scene.posterior))
    if "forecasts" in tables:
        yield from _forecasts(tables["forecasts"], tables["observed"], scene)
        yield _skill(tables["skill"], scene)


def _shown(rows: pd.DataFrame, fit: pd.DataFrame) -> list[str]:
    """Return the series of an instrument with enough points: those that were fitted, all if none of them was."""
    sizes = rows[rows["forecaster"] == MODEL].groupby("series").size()
    names = [str(name) for name in sizes.index[sizes >= FEWEST]]
    fitted = set(fit.loc[fit["fitted"], "series"])
    return [name for name in names if name in fitted] or names


def _sheet(height: float, title: str, text: str, scene: Scene) -> Sheet:
    return Sheet(height, title, text, scene, dated=False, rigid=True)


def _panels(sheet: Sheet, count: int, cols: int, room: float = 0.16) -> list[Axes]:
    rows = -(-count // cols)
    panels = sheet.axes(rows, cols, left=0.42, gap=(0.42, 0.42), strip=LEGEND, panel_titles=True, title_room=room)
    for panel in panels[count:]:
        panel.set_axis_off()
    return panels[:count]


def _fit(instrument: str, rows: pd.DataFrame, fit: pd.DataFrame, scene: Judged) -> Drawing:
    names = list(dict.fromkeys(rows["series"]))
    said = fit.set_index("series")["cover90"]
    inside = float(np.average(said[names], weights=fit.set_index("series")["n"][names]))
    cols = columns(len(names), min(COLUMNS, max(2, len(names))), (1.2, TALL + 0.4))
    title = f"{instrument}: {100 * inside:.0f} % of the points lie inside the model's 90 % intervals"
    text = "Rings: data; line and bands: the model's median, 50 and 90 %; thin lines: rules started once"
    sheet = _sheet(1.1 + (TALL + 0.42) * -(-len(names) // cols), title, text, scene)
    for panel, name in zip(_panels(sheet, len(names), cols), names, strict=True):
        _fit_panel(panel, rows[rows["series"] == name], scene)
        panel.set_title(name.partition("/")[2])
    _legend(sheet, [*RULES])
    return Drawing(f"validation_fit_{instrument}", sheet.figure, rows.reset_index(drop=True), title)


def _fit_panel(panel: Axes, rows: pd.DataFrame, scene: Judged) -> None:
    unit = _unit(rows)
    model = rows[rows["forecaster"] == MODEL]
    x = (model["start"] + model["end"]).to_numpy(float) / 2
    for low, high, strength in (("q05", "q95", 0.18), ("q25", "q75", 0.3)):
        panel.fill_between(x, unit * model[low], unit * model[high], color=SHADE, alpha=strength, lw=0)
    panel.plot(x, unit * model["q50"], color=SHADE, lw=1.3)
    for place, rule in enumerate(RULES):
        part = rows[rows["forecaster"] == rule]
        middle = (part["start"] + part["end"]).to_numpy(float) / 2
        panel.plot(middle, unit * part["q50"], color=INK, lw=0.6, ls=DASHES[place])
    seen = unit * model["value"].to_numpy(float)
    panel.plot(x, seen, "o", ms=2.4, mfc="white", mec=INK, mew=0.7, zorder=5)
    _limits(panel, rows, unit, seen)
    month_axis(panel, _window(scene, rows), short=True)


def _limits(panel: Axes, rows: pd.DataFrame, unit: float, seen: np.ndarray) -> None:
    """Scale the y axis to data and model; rules that run away leave the panel."""
    model = rows[rows["forecaster"] == MODEL]
    top = float(np.nanmax([*seen, *(unit * model["q95"])]))
    bottom = float(np.nanmin([*seen, *(unit * model["q05"])]))
    share = rows["scale"].iloc[0] == "share"
    room = 0.06 * max(top - bottom, 1e-9)
    panel.set_ylim(0.0 if share else bottom - room, top + room)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:.3g}{chr(160) + '%' if share else ''}")


def _unit(rows: pd.DataFrame) -> float:
    return 100.0 if rows["scale"].iloc[0] == "share" else 1.0


def _window(scene: Judged, rows: pd.DataFrame) -> Judged:
    first = max(scene.first, int(rows["start"].min()) - 1)
    return replace(scene, first=first, last=max(first + 1, int(np.ceil(rows["end"].max()))))


def _legend(sheet: Sheet, names: Sequence[str]) -> None:
    """Write what the dashes stand for under the heading."""
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=INK, lw=0.8, ls=DASHES[k]) for k in range(len(names))]
    _key(sheet, lines, names)


def _key(sheet: Sheet, handles: Sequence[Artist], names: Sequence[str]) -> None:
    sheet.figure.legend(
        handles, names, loc="upper left", bbox_to_anchor=(0.0, (sheet.top + 0.05) / sheet.height),
        ncols=len(names), frameon=False, fontsize=6.2, handlelength=2.2, columnspacing=1.2, borderpad=0.2,
    )  # fmt: skip


def _forecasts(rows: pd.DataFrame, observed: pd.DataFrame, scene: Judged) -> Iterator[Drawing]:
    for kind, part in rows.groupby("kind", sort=False):
        yield _from_origins(str(kind), part, observed, scene)


def _from_origins(kind: str, rows: pd.DataFrame, observed: pd.DataFrame, scene: Judged) -> Drawing:
    from matplotlib.lines import Line2D

    model = rows[(rows["forecaster"] == MODEL) & rows["crps"].notna()]
    names = list(dict.fromkeys(model["series"]))
    within = ((model["value"] >= model["q05"]) & (model["value"] <= model["q95"])).mean()
    title = f"{KIND_WORDS[kind].capitalize()} forecasts: {100 * within:.0f} % of the points lie inside 90 % intervals"
    text = "Rings: data; marks: median forecast by months ahead; bars: 50 and 90 %"
    cols = columns(len(names), 2, (3.0, TALL + 0.5))
    sheet = _sheet(1.1 + (TALL + 0.45) * -(-len(names) // cols), title, text, scene)
    horizons = sorted(set(model["horizon"]))
    for panel, name in zip(_panels(sheet, len(names), cols), names, strict=True):
        _origin_panel(panel, model[model["series"] == name], observed[observed["series"] == name], horizons, scene)
        panel.set_title(name)
    handles = [Line2D([], [], color=SHADES[kind], lw=0, marker=MARKS.get(h, "."), ms=3.4) for h in horizons]
    _key(sheet, handles, [f"{h} month{'s' if h > 1 else ''} ahead" for h in horizons])
    return Drawing(f"validation_{kind}", sheet.figure, model.reset_index(drop=True), title)


def _origin_panel(
    panel: Axes, rows: pd.DataFrame, observed: pd.DataFrame, horizons: Sequence[int], scene: Judged
) -> None:
    unit, shade = _unit(rows), SHADES[str(rows["kind"].iloc[0])]
    for k, horizon in enumerate(horizons):
        part = rows[rows["horizon"] == horizon]
        x = np.array([month_index(str(m)) for m in part["observed_in"]]) + MID + 0.22 * (k - (len(horizons) - 1) / 2)
        panel.vlines(x, unit * part["q05"], unit * part["q95"], color=shade, lw=0.7, alpha=0.6)
        panel.vlines(x, unit * part["q25"], unit * part["q75"], color=shade, lw=1.8, alpha=0.6)
        panel.plot(x, unit * part["q50"], MARKS.get(horizon, "."), color=shade, ms=3.0)
    first = min(month_index(str(m)) for m in rows["origin"])
    seen = observed[observed["end"] > first]
    middle = ((seen["start"] + seen["end"]) / 2).to_numpy(float)
    panel.plot(middle, unit * seen["value"], "o-", ms=2.2, mfc="white", mec=INK, color=GREY, lw=0.5, mew=0.6)
    share = rows["scale"].iloc[0] == "share"
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:.3g}{chr(160) + '%' if share else ''}")
    month_axis(panel, replace(scene, first=first, last=scene.last + 1), short=True)


def _skill(found: pd.DataFrame, scene: Judged) -> Drawing:
    rows = found[found["n"] > 0]
    labels = list(dict.fromkeys(zip(rows["series"], rows["horizon"], strict=True)))
    ahead = int(((rows["kind"] == ROLLING) & (rows["skill"] > 0)).sum())
    count = int((rows["kind"] == ROLLING).sum())
    title = f"Skill: rolling forecasts beat the best simple rule in {ahead} of {count} cases"
    text = "1 less the model's CRPS over that of the best rule; bars: 90 % over origins, where there are four or more"
    sheet = _sheet(1.15 + 0.19 * len(labels), title, text, scene)
    (panel,) = sheet.axes(left=2.15, right=0.15, strip=LEGEND)
    for place, label in enumerate(labels):
        for shift, kind in ((0.14, ROLLING), (-0.14, CONDITIONAL)):
            row = rows[(rows["kind"] == kind) & (rows["series"] == label[0]) & (rows["horizon"] == label[1])]
            if len(row):
                _mark(panel, row.iloc[0], len(labels) - 1 - place + shift, kind)
    panel.axvline(0.0, color=INK, lw=0.8)
    panel.axvline(BEATEN, color=INK, lw=0.6, ls=(0, (4, 2)))
    panel.set_xlim(min(-1.0, max(LOWEST, float(rows["skill"].min()) - 0.1)), 1.0)
    names = [f"{series}, {horizon} mo" for series, horizon in labels]
    panel.set_yticks(range(len(labels)), names[::-1], size=6.4)
    panel.set_ylim(-0.6, len(labels) - 0.4)
    panel.grid(axis="x")
    panel.grid(False, axis="y")
    _skill_key(sheet, [kind for kind in SHADES if (rows["kind"] == kind).any()])
    return Drawing("validation_skill", sheet.figure, rows.reset_index(drop=True), title)


def _mark(panel: Axes, row: pd.Series[float], y: float, kind: str) -> None:
    shade, value = SHADES[kind], max(float(row["skill"]), LOWEST)
    filled = kind == ROLLING
    if np.isfinite(row["low"]):
        panel.hlines(y, max(row["low"], LOWEST), max(row["high"], LOWEST), color=shade, lw=1.2, alpha=0.7)
    panel.plot(value, y, "o" if filled else "s", ms=3.6, mfc=shade if filled else "white", mec=shade, mew=1.0)


def _skill_key(sheet: Sheet, kinds: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=SHADES[k], marker="o" if k == ROLLING else "s", ms=3.6, lw=1.2,
               mfc=SHADES[k] if k == ROLLING else "white")
        for k in kinds
    ]  # fmt: skip
    _key(sheet, handles, [KIND_WORDS[k] for k in kinds])
