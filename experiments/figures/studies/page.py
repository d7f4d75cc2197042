"""The page of a study figure: as high as its panels and its heading need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.figures.sheet import EDGE, FOOT, SUBTITLE, TITLE, Sheet
from experiments.figures.style import WIDTH, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.frames import Scene

TICKS = 0.24
LINE = 0.125
"""Inches of a line of a panel's title."""
NAME_SIZE = 7.0


@dataclass(frozen=True)
class Grid:
    """The panels of a page, in inches.

    Attributes:
        rows, cols: how many.
        tall: height of a panel.
        left, right: room for tick labels and for labels beside the panels.
        gap: between columns and between rows, without titles.
        below: room under the last row for more than tick labels.
        strip: room above the first row.
    """

    rows: int
    cols: int
    tall: float
    left: float = 0.46
    right: float = 0.12
    gap: tuple[float, float] = (0.16, 0.3)
    below: float = 0.0
    strip: float = 0.0

    @property
    def wide(self) -> float:
        """Width of a panel."""
        return (WIDTH - self.left - self.right - self.gap[0] * (self.cols - 1)) / self.cols


def page(
    title: str, text: str, scene: Scene, grid: Grid, names: Sequence[str] = (), over: float = 0.0
) -> tuple[Sheet, list[Axes]]:
    """Return a sheet with its panels, named; panels that are not needed are left out.

    Args:
        title, text: what the heading says, as for ``Sheet``.
        scene: the study.
        grid: its panels.
        names: titles of the panels, as many as there are panels; none for panels without a title.
        over: inches by which a title may be wider than its panel.
    """
    wrapped = ["\n".join(wrap(name, NAME_SIZE, grid.wide + over, bold=True)) for name in names]
    lines = max((name.count("\n") + 1 for name in wrapped), default=0)
    room = lines * LINE + (0.05 if lines else 0.0)
    body = grid.rows * (grid.tall + room) + (grid.rows - 1) * grid.gap[1] + grid.strip
    height = _heading(title, f"{text} · {scene.scenario}, {scene.sample}") + body + grid.below + TICKS + FOOT
    sheet = Sheet(height, title, text, scene, band=False)
    step = grid.tall + room + grid.gap[1]
    panels = []
    for number in range(len(names) or grid.rows * grid.cols):
        row, col = divmod(number, grid.cols)
        base = sheet.top - grid.strip - room - row * step - grid.tall
        left = grid.left + col * (grid.wide + grid.gap[0])
        box = (left / WIDTH, base / height, grid.wide / WIDTH, grid.tall / height)
        panels.append(sheet.figure.add_axes(box))
    for panel, name in zip(panels, wrapped, strict=False):
        panel.set_title(name, size=NAME_SIZE, linespacing=1.1)
    return sheet, panels


def axis_names(sheet: Sheet, panels: Sequence[Axes], below: str, beside: str = "") -> None:
    """Write what all panels have along x below them, and what they have along y beside them."""
    boxes = [panel.get_position() for panel in panels]
    left, right = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    low, high = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    size, ink = 6.8, "#333333"
    middle = min(max((left + right) / 2, 0.3), 0.7)
    at = low - 0.2 / sheet.height
    sheet.figure.text(middle, at, below, size=size, color=ink, ha="center", va="top", linespacing=1.15)
    if beside:
        text = "\n".join(wrap(beside, size, max((high - low) * sheet.height, 1.0)))
        x, y = 0.05 / WIDTH, (low + high) / 2
        sheet.figure.text(x, y, text, size=size, color=ink, rotation=90, ha="left", va="center", linespacing=1.15)


def _heading(title: str, text: str) -> float:
    """Return the height of a heading, as ``Sheet`` will lay it out."""
    width = WIDTH - 2 * EDGE
    lines = (len(wrap(title, TITLE, width, bold=True)) * TITLE, len(wrap(text, SUBTITLE, width)) * SUBTITLE)
    return EDGE + sum(lines) * 1.28 / 72 + 0.09
