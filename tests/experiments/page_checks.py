"""What is wrong with a page: text outside it, and texts that lie on each other."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from study_fakes import outside

from experiments.figures.frames import Drawing
from experiments.figures.style import house

TOUCH = 0.2
"""Part of the height of a line by which boxes may overlap: they hold room for letters that go below the line."""


def boxes(drawing: Drawing) -> list[tuple[str, Bbox]]:
    """Return each text that is drawn with its box in pixels."""
    figure: Figure = drawing.figure
    with house(layout=drawing.layout):
        figure.draw_without_rendering()
        hidden = outside(drawing)
        shown = [found for found in figure.findobj(Text) if found.get_visible() and found.get_text().strip()]
        shown = [found for found in shown if found not in hidden]
        return [(found.get_text(), Text.get_window_extent(found)) for found in shown]


def faults(drawing: Drawing) -> list[Any]:
    """Return texts that go over the page, and pairs of texts that overlap."""
    page, found = drawing.figure.bbox, boxes(drawing)
    off = [t for t, box in found if box.x0 < -1 or box.y0 < -1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1]
    return off + [(a, b) for (a, one), (b, other) in combinations(found, 2) if _hit(one, other)]


def _hit(one: Bbox, other: Bbox) -> bool:
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    tall = min(one.y1, other.y1) - max(one.y0, other.y0)
    least = min(one.height, other.height)
    return bool(wide > 0.1 * least and tall > TOUCH * least)
