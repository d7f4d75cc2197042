"""The page of a study figure: as high as its panels and its heading need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from experiments.figures.layout import current
from experiments.figures.sheet import EDGE, FOOT, SUBTITLE, TITLE, Sheet
from experiments.figures.style import text_width, wrap

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
        least: width of a panel below which a slide becomes wider.
    """

    rows: int
    cols: int
    tall: float
    left: float = 0.46
    right: float = 0.12
    gap: tuple[float, float] = (0.16, 0.3)
    below: float = 0.0
    strip: float = 0.0
    least: float = 0.0

    @property
    def wide(self) -> float:
        """Width of a panel on the narrowest canvas of the layout."""
        return self.panel(current().width)

    def panel(self, width: float) -> float:
        """Return the width of a panel on a canvas of some width."""
        return (width - self.left - self.right - self.gap[0] * (self.cols - 1)) / self.cols

    def around(self, panel: float) -> float:
        """Return the width of the canvas around panels of some width."""
        return self.left + self.right + self.gap[0] * (self.cols - 1) + panel * self.cols

    def body(self, room: float) -> float:
        """Return the height of everything below the heading; ``room`` is that of the titles of a row."""
        rows = self.rows * (self.tall + room) + (self.rows - 1) * self.gap[1]
        return rows + self.strip + self.below + TICKS + FOOT

    def stretched(self, height: float) -> Grid:
        """Return the grid with so much more height, in its panels."""
        return replace(self, tall=self.tall + height / self.rows)


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
    full, layout = f"{text}{scene.projected} · {scene.scenario}, {scene.sample}", current()

    def needed(width: float) -> float:
        return _heading(title, full, width) + grid.body(_titles(names, grid.panel(width) + over)[1])

    width, height = layout.canvas(needed(layout.width), grid.around(grid.least))
    wrapped, room = _titles(names, grid.panel(width) + over)
    grid = grid.stretched(height - needed(width)) if layout.ratio else grid
    sheet = Sheet(height, title, text, scene, band=False, rigid=True)
    panels = [
        sheet.figure.add_axes(_box(grid, sheet, number, room)) for number in range(len(names) or grid.rows * grid.cols)
    ]
    for panel, name in zip(panels, wrapped, strict=False):
        panel.set_title(name, size=NAME_SIZE, linespacing=1.1)
    return sheet, panels


def _titles(names: Sequence[str], width: float) -> tuple[list[str], float]:
    """Return the titles of panels, wrapped, and the room over each row for them."""
    wrapped = ["\n".join(wrap(name, NAME_SIZE, width, bold=True)) for name in names]
    lines = max((name.count("\n") + 1 for name in wrapped), default=0)
    return wrapped, lines * LINE + (0.05 if lines else 0.0)


def _box(grid: Grid, sheet: Sheet, number: int, room: float) -> tuple[float, float, float, float]:
    """Return where a panel stands, in shares of the canvas."""
    row, col = divmod(number, grid.cols)
    wide = grid.panel(sheet.width)
    base = sheet.top - grid.strip - room - row * (grid.tall + room + grid.gap[1]) - grid.tall
    left = grid.left + col * (wide + grid.gap[0])
    return left / sheet.width, base / sheet.height, wide / sheet.width, grid.tall / sheet.height


def axis_names(sheet: Sheet, panels: Sequence[Axes], below: str, beside: str = "") -> None:
    """Write what all panels have along x below them, and what they have along y beside them."""
    boxes = [panel.get_position() for panel in panels]
    left, right = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    low, high = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    size, ink = 6.8, "#333333"
    half = min(max(text_width(line, size) for line in below.split("\n")) / 2 / sheet.width + 0.01, 0.5)
    middle = min(max((left + right) / 2, half), 1 - half)
    at = low - 0.2 / sheet.height
    sheet.figure.text(middle, at, below, size=size, color=ink, ha="center", va="top", linespacing=1.15)
    if beside:
        text = "\n".join(wrap(beside, size, max((high - low) * sheet.height, 1.0)))
        x, y = 0.05 / sheet.width, (low + high) / 2
        sheet.figure.text(x, y, text, size=size, color=ink, rotation=90, ha="left", va="center", linespacing=1.15)


def _heading(title: str, text: str, width: float) -> float:
    """Return the height of a heading, as ``Sheet`` will lay it out on a canvas of some width."""
    width -= 2 * EDGE
    lines = (len(wrap(title, TITLE, width, bold=True)) * TITLE, len(wrap(text, SUBTITLE, width)) * SUBTITLE)
    return EDGE + sum(lines) * 1.28 / 72 + 0.09
