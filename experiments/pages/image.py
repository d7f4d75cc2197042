"""Figures as small images for pages: they carry their provenance, and a page of thirty stays light."""

from __future__ import annotations

from pathlib import Path

WIDTH = 1100
"""Pixels."""
COLOURS = 256


def shrink(source: Path, target: Path) -> Path:
    """Write a PNG at page size with a palette, and with the metadata of the original."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    with Image.open(source) as image:
        kept = PngInfo()
        for key, text in image.info.items():
            if isinstance(key, str) and isinstance(text, str):
                kept.add_text(key, text)
        size = (WIDTH, round(image.height * WIDTH / image.width))
        small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        palette = small.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    target.parent.mkdir(parents=True, exist_ok=True)
    palette.save(target, optimize=True, pnginfo=kept)
    return target
