"""China's chips by pathway, and how far it supplies itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.frames import Drawing, Drawings, MissingMeasureError, Scene, Tables, select, tidy, wide
from experiments.figures.marks import MID, direct_labels, event_marks, month_axis, percent
from experiments.figures.series import Look, amount, draw_lines
from experiments.figures.sheet import Sheet
from experiments.figures.style import BLOCS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STRIP, LABELS = 0.34, 1.3
PATHWAYS = {
    "domestic": ("Chinese chips", BLOCS["CN"]), "legal": ("bought legally", BLOCS["US"]),
    "smuggled": ("smuggled", "#AE5C97"), "offshore": ("rented abroad", "#CDBEDC"),
}  # fmt: skip
WORDS = {"self_sufficiency": "self-sufficiency", "tightness": "kept out (tau)"}
SHADES = {"self_sufficiency": BLOCS["CN"], "tightness": BLOCS["US"]}


def draw(tables: Tables, scene: Scene) -> Drawings:
    """Draw ``chips``: what China takes in by pathway, stacked, and self-sufficiency and tightness below."""
    flows = select(tables.bands, "chips", by="pathway")
    shares = pd.concat(
        select(tables.bands, measure, by="total").assign(key=measure) for measure in ("self_sufficiency", "tightness")
    )
    table = wide(flows, tuple(PATHWAYS)).clip(lower=0.0)
    year = table.tail(12).mean()
    if not year.sum() > 0:
        raise MissingMeasureError("chips by pathway")
    title = (
        f"In the last year China takes in {amount(float(year.sum()))} H100e a month, "
        f"{percent(year['domestic'] / year.sum())} of it its own"
    )
    text = "Effective H100e a month; rented: deliveries that would hold the rented stock"
    sheet = Sheet(4.6, title, text, scene)
    top, low = sheet.axes(2, right=LABELS, strip=STRIP, heights=(2, 1), gap=(0, 0.4))
    _stack(top, table, scene)
    draw_lines(low, shares, tuple(WORDS), scene, Look(percent, WORDS, SHADES, dashed=("tightness",)))
    low.set_title("Own part of what arrives; part of free demand that is kept out")
    event_marks([top, low], scene.events)
    yield Drawing("chips", sheet.figure, tidy(pd.concat([flows, shares])), title)


def _stack(axes: Axes, table: pd.DataFrame, scene: Scene) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    x = table.index.to_numpy(dtype=float) + MID
    base, places = np.zeros(len(table)), []
    for key in PATHWAYS:
        above = base + table[key].fillna(0.0).to_numpy()
        axes.fill_between(x, base, above, color=PATHWAYS[key][1], lw=0)
        axes.plot(x, above, color="white", lw=0.6, zorder=2.1)
        places.append(float(base[-1] + above[-1]) / 2)
        base = above
    axes.grid(False)
    axes.set_ylim(0.0, 1.14 * float(base.max()))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: amount(value)))
    month_axis(axes, scene)
    texts = [f"{PATHWAYS[key][0]} {amount(float(table[key].iloc[-1]))}" for key in PATHWAYS]
    direct_labels(axes, places, texts, [shade for _, shade in PATHWAYS.values()], size=6.4)
