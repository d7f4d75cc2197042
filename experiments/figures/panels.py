"""Small multiples: shares by developer bloc, one panel per user region or class, with the open share on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.frames import Drawing, Drawings, MissingMeasureError, Scene, Tables, select, tidy, wide
from experiments.figures.layout import current
from experiments.figures.marks import MID, lever_ticks, month_axis, percent, percent_axis, stack
from experiments.figures.sheet import Sheet
from experiments.figures.style import BLOCS, GREY, INK, ORDER, name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

MEASURE = "token_share"
REGIONS = {
    "US": "United States", "CN": "China", "EU": "European Union", "UKCA": "UK, CA, AU, NZ", "JP": "Japan",
    "KRTW": "Korea, Taiwan", "SEA": "South-East Asia", "IN": "India", "GULF": "Gulf", "LATAM": "Latin America",
    "AFR": "Africa", "SAN": "Sanctioned", "OTH": "Rest of the world",
}  # fmt: skip
CLASSES = {
    "developer": "Developers", "enterprise": "Enterprises",
    "regulated": "Regulated firms", "public": "Public bodies",
}  # fmt: skip
UNIT = "share of tokens by home of the developer, mean"


def by_region(tables: Tables, scene: Scene) -> Drawings:
    """Draw one panel per user region."""
    frames = _frames(tables, "region")
    shares = _last_of(frames[0], "CN")
    order = [region for region in REGIONS if region in shares.index]
    title = _spread_title(shares, REGIONS)
    sheet = Sheet(
        6.8, title, f"Tokens used in each region, {UNIT}; line: open weights{scene.levers_said}", scene, band=False
    )
    rows, cols = current().either((4, 4), (2, 7))
    axes = sheet.axes(rows, cols, left=0.42, right=0.1, gap=(0.14, 0.36), panel_titles=True)
    _draw(axes, order, REGIONS, frames, scene, cols)
    yield Drawing("adoption_regions", sheet.figure, tidy(pd.concat(frames)), title)


def by_class(tables: Tables, scene: Scene) -> Drawings:
    """Draw one panel per class of user."""
    frames = _frames(tables, "class")
    shares = _last_of(frames[1], "open")
    order = [one for one in CLASSES if one in shares.index]
    title = f"Open weights by class: {', '.join(f'{CLASSES[o].lower()} {percent(shares[o])}' for o in order)}"
    sheet = Sheet(
        3.0,
        title,
        f"Tokens used by each class, world, {UNIT}; line: open weights{scene.levers_said}",
        scene,
        band=False,
    )
    axes = sheet.axes(1, 5, left=0.42, right=0.1, gap=(0.14, 0.28), panel_titles=True)
    _draw(axes, order, CLASSES, frames, scene, 5)
    yield Drawing("adoption_classes", sheet.figure, tidy(pd.concat(frames)), title)


def _frames(tables: Tables, kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    blocs = select(tables.bands, MEASURE, by="bloc", kind=kind)
    openness = select(tables.bands, MEASURE, by="openness", kind=kind)
    return blocs, openness[openness["key"] == "open"]


def _last_of(frame: pd.DataFrame, key: str) -> pd.Series[float]:
    """Return the last known share of a key by segment."""
    rows = frame[(frame["key"] == key) & frame["mean"].notna()]
    if rows.empty:
        raise MissingMeasureError(f"{MEASURE} of {key}")
    last = rows.sort_values("t").groupby("segment", observed=True)["mean"].last()
    last.index = last.index.astype(str)
    return last


def _spread_title(shares: pd.Series[float], names: dict[str, str]) -> str:
    abroad = shares.drop("CN", errors="ignore").sort_values()
    if abroad.empty:
        return "Adoption share by region of the user"
    low, high = str(abroad.index[0]), str(abroad.index[-1])
    return (
        f"Chinese models' share of tokens outside China: {percent(abroad.iloc[0])} ({names.get(low, low)}) "
        f"to {percent(abroad.iloc[-1])} ({names.get(high, high)})"
    )


def _draw(
    axes: Sequence[Axes], order: Sequence[str], names: dict[str, str],
    frames: tuple[pd.DataFrame, pd.DataFrame], scene: Scene, cols: int,
) -> None:  # fmt: skip
    groups = [dict(tuple(frame.groupby("segment", observed=True))) for frame in frames]
    for number, (panel, segment) in enumerate(zip(axes, order, strict=False)):
        stack(panel, wide(groups[0][segment], ORDER["bloc"]))
        if segment in groups[1]:
            line = wide(groups[1][segment])["open"]
            x = line.index.to_numpy(dtype=float) + MID
            panel.plot(x, line.to_numpy(float), color="white", lw=2.4, zorder=3)
            panel.plot(x, line.to_numpy(float), color=INK, lw=1.2, zorder=3.1)
        panel.set_title(names[segment])
        month_axis(panel, scene, short=True)
        percent_axis(panel)
        lever_ticks(panel, scene)
        if number % cols:
            panel.set_yticklabels([])
    spare = list(axes[len(order) :])
    for panel in spare:
        panel.set_axis_off()
    if spare:
        _key(spare[0])


def _key(axes: Axes) -> None:
    """Say in a spare cell what the colours mean."""
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for row, bloc in enumerate(reversed(ORDER["bloc"])):
        height = 0.9 - 0.17 * row
        axes.add_patch(_square(height, BLOCS[bloc]))
        axes.text(0.18, height, name(bloc), va="center", size=7)
    axes.plot([0.02, 0.12], [0.22, 0.22], color=INK, lw=1.2)
    axes.text(0.18, 0.22, "Open weights", va="center", size=7)
    axes.text(0.02, 0.06, "blank: no tokens", va="center", size=6, color=GREY)


def _square(height: float, shade: str) -> Patch:
    from matplotlib.patches import Rectangle

    return Rectangle((0.02, height - 0.05), 0.1, 0.1, color=shade)
