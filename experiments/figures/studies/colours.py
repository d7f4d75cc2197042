"""Colour scales of heat maps and scatters, and the bar that explains them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.figures.studies.look import tick
from experiments.figures.style import INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize

    from experiments.figures.sheet import Sheet
    from experiments.figures.studies.words import Scale

SEQUENTIAL = ("#F3F5F6", "#A9BBC7", "#5F7F97", "#2F4B62", "#152534")
"""Lightness falls evenly, so that it reads the same in greyscale."""
DIVERGING = ("#6B3D07", "#C99A55", "#F5F3EE", "#63B0A6", "#02514A")
"""Brown to teal, apart under the common colour-vision deficiencies; numbers or hatching carry the sign in greyscale."""
BAR, MOST = 0.1, 1.5


@dataclass(frozen=True)
class Colours:
    """A colour scale.

    Attributes:
        low, high: values at its ends.
        middle: value at its neutral colour; None if it runs one way.
    """

    low: float
    high: float
    middle: float | None = None

    @classmethod
    def of(cls, values: np.ndarray[Any, Any], middle: float | None = None) -> Colours:
        """Return the scale that holds all values, equally far on both sides of the middle if there is one."""
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        if middle is not None:
            reach = max(high - middle, middle - low) or abs(middle) * 0.01 or 1.0
            return cls(middle - reach, middle + reach, middle)
        return cls(low, high if high > low else low + (abs(low) * 0.01 or 1.0))

    @property
    def norm(self) -> Normalize:
        """The value -> place on the scale."""
        from matplotlib.colors import Normalize

        return Normalize(self.low, self.high)

    @property
    def map(self) -> Colormap:
        """The place on the scale -> colour."""
        from matplotlib.colors import LinearSegmentedColormap

        return LinearSegmentedColormap.from_list("house", list(SEQUENTIAL if self.middle is None else DIVERGING))

    def ink(self, value: float) -> str:
        """Return the colour of a number on the colour of its value."""
        red, green, blue, _ = self.map(float(self.norm(value)))
        return INK if 0.3 * red + 0.59 * green + 0.11 * blue > 0.52 else "white"


def colour_bar(sheet: Sheet, panels: Sequence[Axes], colours: Colours, scale: Scale) -> Axes:
    """Draw the bar to the right of the panels, with a line at the middle, and return its axes."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    boxes = [panel.get_position() for panel in panels]
    right, top = max(box.x1 for box in boxes), max(box.y1 for box in boxes)
    tall = min(MOST / sheet.height, top - min(box.y0 for box in boxes))
    axes = sheet.figure.add_axes((right + 0.14 / sheet.width, top - tall, BAR / sheet.width, tall))
    ramp = np.linspace(colours.low, colours.high, 128)
    axes.imshow(
        ramp[:, None], aspect="auto", origin="lower", extent=(0, 1, colours.low, colours.high), cmap=colours.map,
        norm=colours.norm, interpolation="nearest",
    )  # fmt: skip
    axes.set_xticks([])
    axes.grid(False)
    axes.yaxis.tick_right()
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value * scale.factor, scale)))
    axes.tick_params(labelsize=6)
    axes.spines["left"].set_visible(False)
    if colours.middle is not None:
        axes.axhline(colours.middle, color=INK, lw=1.0)
    return axes
