"""The page of a figure: title with the finding, subtitle, axes, dated marks, source line.

Positions are computed in inches instead of being found by a layout engine: a figure is laid out once, in milliseconds,
and looks the same in every format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.figures.layout import current
from experiments.figures.style import GREY, INK, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.frames import Scene

EDGE = 0.08
TITLE, SUBTITLE, SOURCE = 9.5, 7.2, 5.8
FOOT = 0.24
SLIDE_HEIGHT = 4.5
"""Inches that a figure whose panels can be of any height takes on a slide at most."""


class Sheet:
    """One figure of the house, as wide as its layout.

    Args:
        height: inches that it needs; on a slide, whose height is given, panels become lower.
        title: what is shown, with the finding where it can be computed.
        subtitle: measure and unit; the scene adds scenario and number of seeds.
        scene: the study.
        band: whether a band is drawn, if there are several seeds.
        dated: whether its panels have an axis of months.
        rigid: whether it needs its height on a slide, too, which then becomes wider.

    Attributes:
        width, height: of the canvas, inches.
        top: height at which the heading ends, inches.
    """

    def __init__(
        self, height: float, title: str, subtitle: str, scene: Scene, *, band: bool = True, dated: bool = True,
        rigid: bool = False,
    ) -> None:  # fmt: skip
        from matplotlib.figure import Figure

        layout = current()
        self.width, self.height = layout.canvas(height if rigid else layout.either(height, min(height, SLIDE_HEIGHT)))
        self.title = title
        self.figure = Figure(figsize=(self.width, self.height))
        top = self._lines(title, TITLE, self.height - EDGE, INK, bold=True)
        full = f"{subtitle}{scene.projected if dated else ''} · {scene.scenario}, {scene.sample}"
        self.top = self._lines(f"{full}{scene.band if band else ''}", SUBTITLE, top - 0.03, GREY) - 0.06
        self._foot(scene.source)

    def _foot(self, text: str) -> None:
        """Write the source line, smaller where it would be wider than the page."""
        size = SOURCE * min(1.0, 0.95 * (self.width - 2 * EDGE) / text_width(text, SOURCE))
        self.figure.text(EDGE / self.width, 0.06 / self.height, text, size=size, color=GREY, va="bottom")

    def _lines(self, text: str, size: float, top: float, colour: str, bold: bool = False) -> float:
        step = size * 1.28 / 72
        for line in wrap(text, size, self.width - 2 * EDGE, bold):
            weight = "bold" if bold else "normal"
            self.figure.text(
                EDGE / self.width, top / self.height, line, size=size, color=colour, va="top", weight=weight
            )
            top -= step
        return top

    def axes(
        self,
        rows: int = 1,
        cols: int = 1,
        *,
        left: float = 0.46,
        right: float = 0.12,
        strip: float = 0.0,
        gap: tuple[float, float] = (0.42, 0.34),
        heights: Sequence[float] | None = None,
        panel_titles: bool = False,
        title_room: float = 0.16,
    ) -> list[Axes]:
        """Return rows x cols axes, row by row.

        Args:
            rows, cols: the grid.
            left, right: inches for tick labels and for direct labels.
            strip: inches above the first row for the labels of dated marks.
            gap: inches between columns and between rows.
            heights: relative heights of the rows.
            panel_titles: whether to leave room for a title over each panel of the first row.
            title_room: that room, inches.
        """
        top = self.top - strip - (title_room if panel_titles else 0.0)
        bottom = FOOT + 0.24
        width = (self.width - left - right - gap[0] * (cols - 1)) / cols
        shares = [1.0] * rows if heights is None else list(heights)
        unit = (top - bottom - gap[1] * (rows - 1)) / sum(shares)
        made: list[Axes] = []
        for row in range(rows):
            tall = unit * shares[row]
            base = top - unit * sum(shares[: row + 1]) - gap[1] * row
            for col in range(cols):
                start = left + col * (width + gap[0])
                box = (start / self.width, base / self.height, width / self.width, tall / self.height)
                made.append(self.figure.add_axes(box))
        return made

    def first_beside(self, rows: int, *, right: float, strip: float = 0.0, gap: float = 0.4) -> list[Axes]:
        """Return a panel over the whole height, and ``rows`` panels beside it; each column has its room for labels.

        Args:
            rows: panels of the second column.
            right: inches for direct labels.
            strip: inches above for the labels of dated marks.
            gap: inches between the rows.
        """
        left = 0.46
        panels = self.axes(rows, 2, left=left, right=right, strip=strip, gap=(left + right, gap))
        first, last = panels[0].get_position(), panels[-2].get_position()
        for spare in panels[2::2]:
            spare.remove()
        panels[0].set_position((first.x0, last.y0, first.width, first.y1 - last.y0))
        return [panels[0], *panels[1::2]]


def inches(axes: Axes) -> tuple[float, float]:
    """Return width and height of the axes in inches."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes are on no figure")
    wide, high = figure.get_size_inches()
    box = axes.get_position()
    return float(box.width * wide), float(box.height * high)
