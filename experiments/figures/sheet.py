"""The page of a figure: title with the finding, subtitle, axes, dated marks, source line.

Positions are computed in inches instead of being found by a layout engine: a figure is laid out once, in milliseconds,
and looks the same in every format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.figures.style import GREY, INK, WIDTH, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.figures.frames import Scene

EDGE = 0.08
TITLE, SUBTITLE, SOURCE = 9.5, 7.2, 5.8
FOOT = 0.24


class Sheet:
    """One figure of the house: ``WIDTH`` inches wide, ``height`` inches high.

    Args:
        height: inches.
        title: what is shown, with the finding where it can be computed.
        subtitle: measure and unit; the scene adds scenario and number of seeds.
        scene: the study.
        band: whether a band is drawn, if there are several seeds.
    """

    def __init__(self, height: float, title: str, subtitle: str, scene: Scene, *, band: bool = True) -> None:
        from matplotlib.figure import Figure

        self.height, self.title = height, title
        self.figure = Figure(figsize=(WIDTH, height))
        top = self._lines(title, TITLE, height - EDGE, INK, bold=True)
        full = f"{subtitle} · {scene.scenario}, {scene.sample}{scene.band if band else ''}"
        self.top = self._lines(full, SUBTITLE, top - 0.03, GREY) - 0.06
        self.figure.text(EDGE / WIDTH, 0.06 / height, scene.source, size=SOURCE, color=GREY, va="bottom")

    def _lines(self, text: str, size: float, top: float, colour: str, bold: bool = False) -> float:
        step = size * 1.28 / 72
        for line in wrap(text, size, WIDTH - 2 * EDGE, bold):
            weight = "bold" if bold else "normal"
            self.figure.text(EDGE / WIDTH, top / self.height, line, size=size, color=colour, va="top", weight=weight)
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
        width = (WIDTH - left - right - gap[0] * (cols - 1)) / cols
        shares = [1.0] * rows if heights is None else list(heights)
        unit = (top - bottom - gap[1] * (rows - 1)) / sum(shares)
        made: list[Axes] = []
        for row in range(rows):
            tall = unit * shares[row]
            base = top - unit * sum(shares[: row + 1]) - gap[1] * row
            for col in range(cols):
                start = left + col * (width + gap[0])
                box = (start / WIDTH, base / self.height, width / WIDTH, tall / self.height)
                made.append(self.figure.add_axes(box))
        return made


def inches(axes: Axes) -> tuple[float, float]:
    """Return width and height of the axes in inches."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes are on no figure")
    wide, high = figure.get_size_inches()
    box = axes.get_position()
    return float(box.width * wide), float(box.height * high)
