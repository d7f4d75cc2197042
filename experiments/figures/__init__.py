"""Figures of a study: one family a file, one house style; each as PNG, SVG and PDF with its data beside it.

`draw_all` makes the default set of a study from its stored tables. Nothing here touches pyplot or any global state of
matplotlib, which is imported when the first figure is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.figures.files import FORMATS, save
from experiments.figures.frames import Drawing, Drawings, Event, MissingMeasureError, Scene, Tables
from experiments.figures.layout import check_layouts

if TYPE_CHECKING:
    from collections.abc import Callable

FAMILIES = {
    "adoption": ("adoption", "headline"),
    "adoption_bloc": ("adoption", "by_bloc"),
    "adoption_openness": ("adoption", "by_openness"),
    "adoption_labs": ("adoption", "by_lab"),
    "adoption_regions": ("panels", "by_region"),
    "adoption_classes": ("panels", "by_class"),
    "prices": ("prices", "draw"),
    "multihoming": ("homing", "draw"),
    "capability": ("capability", "draw"),
    "chips": ("chips", "draw"),
    "compute": ("supply", "draw"),
    "closed_labs": ("labs", "money"),
    "ecosystem": ("labs", "ecosystem"),
    "release_modes": ("modes", "draw"),
    "outcomes": ("outcomes", "draw"),
    "reality": ("against", "draw"),
}
"""Family -> module of this package and its function ``(tables, scene) -> drawings``."""


def family(name: str) -> Callable[[Tables, Scene], Drawings]:
    """Return the function that draws a family."""
    module, function = FAMILIES[name]
    found: Callable[[Tables, Scene], Drawings] = getattr(import_module(f"experiments.figures.{module}"), function)
    return found


def draw(name: str, tables: Tables, scene: Scene, layout: str = "memo") -> list[Drawing]:
    """Draw a family inside the house style, in a layout of `layout.LAYOUTS`.

    Raises:
        MissingMeasureError: if the study did not record what it needs.
        InputError: an unknown layout.
    """
    from experiments.figures.style import house

    with house(scene.labs, layout):
        return list(family(name)(tables, scene))


def draw_all(
    tables: Tables, scene: Scene, folder: Path, stamp: Mapping[str, Any], formats: Sequence[str] = FORMATS,
    layouts: Sequence[str] = ("memo",),
) -> tuple[list[Path], dict[str, str]]:  # fmt: skip
    """Make the default set: the headline ``adoption`` in ``folder`` itself, the others in ``folder/figures``.

    Args:
        tables, scene: the study.
        folder: where they go.
        stamp: what the files carry.
        formats: suffixes.
        layouts: names of `layout.LAYOUTS`; each figure is drawn in each.

    Returns:
        The files, and the families that were left out with what they lack.

    Raises:
        InputError: an unknown layout.
    """
    check_layouts(layouts)
    made: dict[Path, None] = {}
    missing: dict[str, str] = {}
    for name, layout in product(FAMILIES, layouts):
        target = folder if name == "adoption" else folder / "figures"
        try:
            for drawing in draw(name, tables, scene, layout):
                made |= dict.fromkeys(save(drawing, target, stamp, formats))
        except MissingMeasureError as lack:
            missing[name] = str(lack)
    return list(made), missing


__all__ = [
    "FAMILIES",
    "FORMATS",
    "Drawing",
    "Event",
    "MissingMeasureError",
    "Scene",
    "Tables",
    "draw",
    "draw_all",
    "save",
]
