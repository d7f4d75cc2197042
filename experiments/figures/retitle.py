"""Another title over a finished figure: the page grows or shrinks by the lines that it has more or fewer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.figures.frames import Drawing
from experiments.figures.style import wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

LEADING = 1.28
"""Height of a line of a heading over its size, as `sheet.Sheet` sets them."""


def retitled(drawing: Drawing, title: str) -> Drawing:
    """Return a figure with a title in place of its finding; measure, unit, scenario and source stay.

    Args:
        drawing: laid out by `sheet.Sheet`, whose first texts are the lines of the title.
        title: of any length; it is wrapped to the page.
    """
    figure = drawing.figure
    old = _lines(figure, drawing.title)
    if not old:
        return replace(drawing, title=title)
    wide, high = (float(size) for size in figure.get_size_inches())
    size, left, top = float(old[0].get_fontsize()), old[0].get_position()[0], old[0].get_position()[1] * high
    edge, step = high - top, size * LEADING / 72
    new = wrap(title, size, wide * (1 - 2 * left), bold=True)
    tall = _resized(figure, (len(new) - len(old)) * step, slide=getattr(drawing, "layout", "memo") == "slide")
    for number, line in enumerate(new):
        text = old[number] if number < len(old) else _like(figure, old[0])
        text.set(text=line, y=(tall - edge - number * step) / tall)
    for text in old[len(new) :]:
        text.remove()
    return replace(drawing, title=title)


def _lines(figure: Figure, title: str) -> list[Text]:
    """Return the texts that are the lines of the title; none if it is laid out in another way."""
    found: list[Text] = []
    for text in figure.texts:
        found.append(text)
        joined = " ".join(part.get_text() for part in found)
        if joined == title:
            return found
        if not title.startswith(joined):
            break
    return []


def _resized(figure: Figure, more: float, *, slide: bool) -> float:
    """Make a page higher by some inches, with everything as far from its foot as before; return its height.

    A slide keeps its ratio: it never shrinks, and grows in both directions.
    """
    wide, high = (float(size) for size in figure.get_size_inches())
    more = max(more, 0.0) if slide else more
    tall = high + more
    for axes in figure.axes:
        box = axes.get_position(original=True)
        axes.set_position((box.x0, box.y0 * high / tall, box.width, box.height * high / tall))
    for text in figure.texts:
        text.set_y(text.get_position()[1] * high / tall)
    figure.set_size_inches(wide * (tall / high if slide else 1.0), tall)
    return tall


def _like(figure: Figure, text: Text) -> Text:
    """Return a new text that looks like another."""
    made = figure.text(text.get_position()[0], text.get_position()[1], "")
    made.update_from(text)
    return made
