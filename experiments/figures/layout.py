"""Layouts: the column of a memo, and a slide of 16:9.

A slide is drawn on a smaller canvas with the point sizes of a memo, and enlarged when it is saved: type of 7.5 pt on a
canvas 8 inches wide stands on the slide with 12.5 pt. The canvas is as wide as its height asks for, so that nothing
ever goes over its edge; what needs more height becomes smaller.

PNG and SVG of a slide have the size of the paper, 13.333 x 7.5 inches; its PDF has that of the canvas, with the same
ratio, since vectors have no size of their own on a slide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from sim.errors import InputError, Problem, nearest

T = TypeVar("T")


@dataclass(frozen=True)
class Layout:
    """A kind of page.

    Attributes:
        name: how it is called on the command line and in names of files.
        width: of the canvas, inches; a canvas of fixed ratio may be wider.
        ratio: height over width; None for a page as high as it needs.
        paper: width of what is saved, inches; None for that of the canvas.
        dpi: pixels per inch of paper.
    """

    name: str
    width: float
    ratio: float | None = None
    paper: float | None = None
    dpi: int = 300

    def canvas(self, height: float, width: float = 0.0) -> tuple[float, float]:
        """Return width and height of the canvas that holds so many inches; a memo is as wide as it is."""
        if self.ratio is None:
            return self.width, height
        width = max(self.width, width, height / self.ratio)
        return width, width * self.ratio

    def scale(self, width: float) -> float:
        """Return by how much a canvas of some width is enlarged on paper."""
        return 1.0 if self.paper is None else self.paper / width

    def either(self, memo: T, slide: T) -> T:
        """Return the first for a page as high as it needs, the second for one of fixed ratio."""
        return memo if self.ratio is None else slide

    def file_name(self, name: str) -> str:
        """Return the name of a figure's file, without its suffix."""
        return self.either(name, f"{name}_{self.name}")


MEMO = Layout("memo", 6.3)
SLIDE = Layout("slide", 7.2, 9 / 16, 40 / 3, 192)
"""192 pixels an inch are 2560 x 1440 of a screen. With 300 a PNG would have 9 million pixels, and take 1.6 times as
long and as many bytes, for detail that no projector shows."""
LAYOUTS = {"memo": MEMO, "slide": SLIDE}
HEADING = 1.1
"""Inches that heading, ticks and foot of a figure take, about."""
_CURRENT: ContextVar[Layout] = ContextVar("layout", default=MEMO)


def layout_of(name: str) -> Layout:
    """Return a layout by its name.

    Raises:
        InputError: an unknown name.
    """
    check_layouts([name])
    return LAYOUTS[name]


def check_layouts(names: Iterable[str]) -> None:
    """Refuse names that are none of a layout.

    Raises:
        InputError: every unknown name.
    """
    known = ", ".join(LAYOUTS)
    unknown = [name for name in names if name not in LAYOUTS]
    if unknown:
        message = "there is no such layout"
        raise InputError([Problem("layouts", name, message, known, nearest(name, LAYOUTS)) for name in unknown])


def current() -> Layout:
    """Return the layout in which figures are drawn now."""
    return _CURRENT.get()


def current_name() -> str:
    """Return the name of the layout in which figures are drawn now."""
    return current().name


@contextmanager
def laid_out(name: str) -> Iterator[Layout]:
    """Draw in a layout.

    Raises:
        InputError: an unknown name.
    """
    token = _CURRENT.set(layout_of(name))
    try:
        yield current()
    finally:
        _CURRENT.reset(token)


def columns(count: int, memo: int, room: tuple[float, float], most: int = 8) -> int:
    """Return the number of columns: that of a memo, or on a slide the one that needs the smallest canvas.

    Args:
        count: number of panels.
        memo: columns in a memo.
        room: inches that a panel needs with what is around it, across and down.
        most: columns of a slide at most.
    """
    layout = current()
    if layout.ratio is None:
        return memo
    ratio = layout.ratio

    def needed(cols: int) -> float:
        return max(layout.width, cols * room[0], (-(-count // cols) * room[1] + HEADING) / ratio)

    return min(range(1, min(count, most) + 1), key=lambda cols: (needed(cols), cols))
