"""Who gains: digital divide, welfare, concentration."""

from __future__ import annotations

import pandas as pd

from experiments.figures.frames import Drawing, Drawings, Scene, Tables, select, tidy
from experiments.figures.marks import lever_ticks, percent
from experiments.figures.series import Look, draw_lines, last
from experiments.figures.sheet import Sheet
from experiments.figures.style import BLOCS, INK, ORDER

DIVIDE = {"adoption": "adoption", "compute per adopter": "compute per\nadopter"}
SHADES = {"adoption": BLOCS["NAL"], "compute per adopter": "#5B4A7A"}
PLACES = {"world": "world", "US": "US", "CN": "China", "AFR": "Africa"}
HEADS = ("Adoption by bloc of users", "Digital divide: non-aligned over US", "Welfare", "HHI of labs' tokens")
CROWD = {"world": "world", "world outside CN": "outside CN"}


def draw(tables: Tables, scene: Scene) -> Drawings:
    """Draw ``outcomes``: adoption, non-aligned regions against the US, welfare by region, concentration of tokens."""
    divide = select(tables.bands, "digital_divide", by="what")
    welfare = pd.concat([_segments(tables, "welfare", "world"), _segments(tables, "welfare", "region")])
    crowd = pd.concat([_segments(tables, "hhi", "world"), _segments(tables, "hhi", "excl_CN")])
    (value, month), (hhi, _) = last(divide, "adoption"), last(crowd, "world")
    title = f"Adoption in non-aligned regions is {percent(value)} of that in the US in {month}; "
    title += f"tokens are as concentrated as with {1 / hhi:.0f} equal labs"
    adoption = _segments(tables, "adoption", "user_bloc")
    text = "Welfare: mean log-sum of choices, $/Mtok; HHI: Herfindahl-Hirschman index"
    text += scene.levers_said
    sheet = Sheet(4.3, title, text, scene)
    panels = sheet.axes(2, 2, left=0.42, right=1.1, gap=(1.5, 0.4), panel_titles=True)
    number = "{:.2f}".format
    looks = (
        (adoption, ORDER["bloc"], Look(percent, short=True)),
        (divide, tuple(DIVIDE), Look(number, DIVIDE, SHADES, short=True)),
        (welfare, tuple(PLACES), Look("{:.2g}".format, PLACES, {"world": INK, "AFR": BLOCS["NAL"]}, short=True)),
        (crowd, tuple(CROWD), Look(number, CROWD, {"world": INK, "world outside CN": BLOCS["US"]}, short=True)),
    )
    for axes, head, (frame, keys, look) in zip(panels, HEADS, looks, strict=True):
        draw_lines(axes, frame, keys, scene, look)
        lever_ticks(axes, scene)
        axes.set_title(head)
    data = tidy(pd.concat([adoption, divide, welfare, crowd]))
    yield Drawing("outcomes", sheet.figure, data, title)


def _segments(tables: Tables, measure: str, kind: str) -> pd.DataFrame:
    """Return a measure with its segment as the key."""
    frame = select(tables.bands, measure, by="total", kind=kind)
    return frame.assign(key=frame["segment"].astype(str))
