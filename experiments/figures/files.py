"""Files of a figure: PNG, SVG and PDF with provenance inside, and its data as CSV."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.figures.layout import Layout, layout_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.figures.frames import Drawing

FORMATS = (".png", ".svg", ".pdf")
COMPRESSION = 4
"""Of PNG; the highest takes a tenth more time for one percent of bytes."""
SIZE = re.compile(r'width="[\d.]+pt" height="[\d.]+pt"')
WHOLE = 1 + 1e-9
"""Keeps a whole number of pixels from being rounded down."""


def save(drawing: Drawing, folder: Path, stamp: Mapping[str, Any], formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a figure in each format with its provenance inside, and its data beside it as CSV.

    A slide has its layout in the names of its files; its data is that of the memo, in the file of the memo.
    """
    from experiments.figures.style import house
    from experiments.provenance import figure_metadata

    folder.mkdir(parents=True, exist_ok=True)
    layout, made = layout_of(drawing.layout), []
    with house(layout=drawing.layout):
        for suffix in formats:
            path = folder / f"{layout.file_name(drawing.name)}{suffix}"
            path.write_bytes(_bytes(drawing.figure, suffix, layout, figure_metadata(suffix, drawing.title, stamp)))
            made.append(path)
    beside = folder / f"{drawing.name}.csv"
    drawing.data.to_csv(beside, index=False, float_format="%.6g", lineterminator="\n")
    return [*made, beside]


def _bytes(figure: Figure, suffix: str, layout: Layout, metadata: dict[str, Any]) -> bytes:
    """Return the file of a figure, enlarged to the paper of its layout where the format has a size."""
    packing: dict[str, Any] = {}
    scale = layout.scale(float(figure.get_size_inches()[0]))
    if suffix == ".png":
        packing = {"pil_kwargs": {"compress_level": COMPRESSION, "dpi": (layout.dpi, layout.dpi)}}
    file = io.BytesIO()
    figure.savefig(file, format=suffix[1:], dpi=layout.dpi * scale * WHOLE, metadata=metadata, **packing)
    return _enlarged(file.getvalue(), scale) if suffix == ".svg" and scale != 1.0 else file.getvalue()


def _enlarged(svg: bytes, scale: float) -> bytes:
    """Return an SVG whose canvas is shown larger; what is drawn on it keeps its coordinates."""
    head, mark, rest = svg.decode("utf-8").partition("<defs>")
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', head)
    if box is None:
        raise ValueError("the SVG has no size")
    wide, tall = (float(side) * scale / 72 for side in box.groups())
    return (SIZE.sub(f'width="{wide:.4g}in" height="{tall:.4g}in"', head, count=1) + mark + rest).encode("utf-8")
