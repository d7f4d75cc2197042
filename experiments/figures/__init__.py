"""Figures of a study: one family a file, one house style; each figure as PNG and SVG with its data beside it.

`draw_all` makes the default set of a study from its stored tables. Nothing here touches pyplot or any global state of
matplotlib, which is imported when the first figure is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.figures.frames import Drawing, Drawings, Event, MissingMeasureError, Scene, Tables

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

FORMATS = (".png", ".svg")


def family(name: str) -> Callable[[Tables, Scene], Drawings]:
    """Return the function that draws a family."""
    module, function = FAMILIES[name]
    found: Callable[[Tables, Scene], Drawings] = getattr(import_module(f"experiments.figures.{module}"), function)
    return found


def draw(name: str, tables: Tables, scene: Scene) -> list[Drawing]:
    """Draw a family inside the house style.

    Raises:
        MissingMeasureError: if the study did not record what it needs.
    """
    from experiments.figures.style import house

    with house(scene.labs):
        return list(family(name)(tables, scene))


def save(drawing: Drawing, folder: Path, stamp: Mapping[str, Any], formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a figure in each format with its provenance inside, and its data beside it as CSV."""
    from experiments.figures.style import house
    from experiments.provenance import figure_metadata

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with house():
        for suffix in formats:
            path = folder / f"{drawing.name}{suffix}"
            packing: dict[str, Any] = {"pil_kwargs": {"compress_level": 4}} if suffix == ".png" else {}
            drawing.figure.savefig(path, metadata=figure_metadata(suffix, drawing.title, stamp), **packing)
            made.append(path)
    beside = folder / f"{drawing.name}.csv"
    drawing.data.to_csv(beside, index=False, float_format="%.6g", lineterminator="\n")
    return [*made, beside]


def draw_all(
    tables: Tables, scene: Scene, folder: Path, stamp: Mapping[str, Any], formats: Sequence[str] = FORMATS
) -> tuple[list[Path], dict[str, str]]:
    """Make the default set: the headline ``adoption`` in ``folder`` itself, the others in ``folder/figures``.

    Returns:
        The files, and the families that were left out with what they lack.
    """
    made: list[Path] = []
    missing: dict[str, str] = {}
    for name in FAMILIES:
        target = folder if name == "adoption" else folder / "figures"
        try:
            for drawing in draw(name, tables, scene):
                made += save(drawing, target, stamp, formats)
        except MissingMeasureError as lack:
            missing[name] = str(lack)
    return made, missing


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
